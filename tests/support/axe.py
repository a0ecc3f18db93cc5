"""axe-core, the engine that browsers' own accessibility tools use, run in a page that is open in Chromium."""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path

from tests.support.chromium import Chromium

# WCAG 2.2, levels A and AA, by the success criterion's own edition.
LEVELS = ("wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa")


def _engine() -> str:
    """The script; of the package only this file is used, since its Python drives another browser."""
    found = find_spec("axe_playwright_python")
    assert found is not None
    assert found.submodule_search_locations is not None
    return (Path(found.submodule_search_locations[0]) / "axe.min.js").read_text(encoding="utf-8")


def violations(browser: Chromium) -> list[str]:
    """What keeps the open page from WCAG AA: the rule, the element, and why, a line each. Empty when nothing does."""
    if not browser.value("typeof axe === 'object'"):
        # What is sent this way is not the page's: its policy of content holds for it, and forbids it nothing it needs.
        browser.value(_engine() + "\n;0")
    told: list[str] = browser.value(
        f"axe.run(document, {{runOnly: {{type: 'tag', values: {list(LEVELS)!r}}}, resultTypes: ['violations']}})"
        ".then(found => found.violations.flatMap(rule => rule.nodes.map(node =>"
        " `${rule.id}: ${node.target.join(' ')}: ${node.failureSummary.replaceAll('\\n', ' ').slice(0, 200)}`)))"
    )
    return told
