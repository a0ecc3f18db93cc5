"""The handbook, built strictly, as its reader has it: from a file, without a network, in both languages."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from provision import paths
from tests.support import axe
from tests.support.chromium import Chromium

ROOT = paths.inventories_dir().parent
# What a page would fetch by itself: scripts, styles, pictures, fonts, frames.
FETCHED = re.compile(r"<(?:script|link|img|iframe|source)\b[^>]*?(?:src|href)=[\"']?(https?:)?//", re.I)
HEADINGS = ".md-search-result__item h1, .md-search-result__item h2"
FOUND = f"[...document.querySelectorAll('{HEADINGS}')].map(one => one.textContent)"


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The site; a warning of MkDocs (a link that leads nowhere, a page in no menu) fails here."""
    folder = tmp_path_factory.mktemp("handbook")
    built = subprocess.run(
        [sys.executable, "-m", "mkdocs", "build", "--strict", "--quiet", "--site-dir", str(folder)],
        cwd=ROOT, env=os.environ | {"PYTHONPATH": str(ROOT), "NO_MKDOCS_2_WARNING": "1"},
        capture_output=True, text=True, timeout=600, check=False,
    )  # fmt: skip
    assert built.returncode == 0, built.stdout + built.stderr
    return folder


def test_it_fetches_nothing(site: Path) -> None:
    pages = list(site.rglob("*.html"))
    assert len(pages) > 50
    assert [page.name for page in pages if FETCHED.search(page.read_text("utf-8"))] == []
    styles = [style.read_text("utf-8") for style in site.rglob("*.css")]
    assert styles
    assert [text[:60] for text in styles if re.search(r"(?:url\(|@import)[\"' ]*(?:https?:)?//", text)] == []


# What a region's own staff reads, beside every guide and every run-book.
FOR_STAFF = (
    "index", "quick-start", "architecture", "onboarding", "bundle", "backup", "drill", "restore", "audit", "reports",
    "verify", "fleet", "privacy", "reliability", "collector", "sync-sources", "sqlserver", "hardening",
)  # fmt: skip


def test_guides_and_run_books_are_in_both_languages(site: Path) -> None:
    pages = [ROOT / "docs" / f"{name}.md" for name in FOR_STAFF]
    for folder in ("guides", "runbooks"):
        pages += [page for page in (ROOT / "docs" / folder).glob("*.md") if not page.name.endswith(".id.md")]
    assert [page for page in pages if not page.with_name(f"{page.stem}.id.md").exists()] == []
    page = (site / "id/runbooks/audit-day.html").read_text("utf-8")
    assert '<html lang="id"' in page
    assert "Buku prosedur" in page
    assert 'href="../../runbooks/audit-day.html" hreflang="en"' in page
    # The reference is made while the site is built, in both languages.
    for name, words in (("reference/commands.html", "Example"), ("id/reference/commands.html", "Contoh")):
        text = (site / name).read_text("utf-8")
        assert "backbone validate" in text
        assert words in text


def test_every_page_is_in_the_menu(site: Path) -> None:
    """MkDocs, with two languages, does not notice one that is left out."""
    menu = (site / "index.html").read_text("utf-8")
    pages = [page.relative_to(ROOT / "docs") for page in (ROOT / "docs").rglob("*.md") if ".id." not in page.name]
    assert [page for page in pages if f'href="{page.with_suffix(".html")}" class="md-nav__link' not in menu] == []


def test_the_search_works_in_a_file(site: Path, browser: Chromium) -> None:
    browser.events.clear()
    for page, asked, expected in (
        ("index.html", "pgBackRest passphrase", "passphrase of the backups"),
        ("id/index.html", "pemerasan", "Pemerasan"),
    ):
        browser.call("Page.navigate", url=(site / page).as_uri())
        browser.until("document.readyState === 'complete' && !!document.querySelector('.md-search__input')")
        browser.value(
            "(() => { const field = document.querySelector('.md-search__input'); field.focus();"
            f" field.value = {asked!r}; field.dispatchEvent(new KeyboardEvent('keyup', {{bubbles: true}}));"
            " field.dispatchEvent(new Event('input', {bubbles: true})); })()"
        )
        browser.until(f"{FOUND}.length > 0")
        assert any(expected in one for one in browser.value(FOUND))
    outside = [
        event["params"]["request"]["url"]
        for event in browser.events
        if event.get("method") == "Network.requestWillBeSent"
        and not event["params"]["request"]["url"].startswith(("file:", "data:", "blob:", "about:"))
    ]
    assert outside == []


def test_what_is_copied_can_be_pasted_into_a_terminal(site: Path, browser: Chromium) -> None:
    """As the theme's button takes it: the commands as they are typed, without the prompt before them."""
    browser.show(site / "quick-start.html")
    copied = browser.value(
        "[...document.querySelectorAll('.highlight code')].map(one => {"
        " one.setAttribute('data-md-copying', ''); return one.innerText; })"
    )
    assert copied[0] == "./backbone init semarang\n"
    assert [text for text in copied if "$ " in text] == []


# One of each look: prose, commands, tables, a drawing; every page with `slow`.
LOOKS = ("index", "quick-start", "architecture", "bundle")


@pytest.fixture
def fresh(browser: Chromium) -> Iterator[Chromium]:
    """A reader who has never chosen between light and dark: the theme keeps that choice from page to page."""
    forget = browser.call("Page.addScriptToEvaluateOnNewDocument", source="localStorage.clear()")["identifier"]
    yield browser
    browser.call("Page.removeScriptToEvaluateOnNewDocument", identifier=forget)


def wcag_aa(site: Path, fresh: Chromium, page: Path) -> list[str]:
    """What keeps a page from WCAG 2.2 AA on a desk in light and on a phone in dark."""
    found = []
    for width, height, dark in ((1280, 900, False), (360, 740, True)):
        fresh.resize(width, height, phone=dark, dark=dark)
        fresh.show(page)
        fresh.until(f"document.body.dataset.mdColorScheme === '{'slate' if dark else 'default'}'")
        found += [f"{page.relative_to(site)} {width}: {told}" for told in axe.violations(fresh)]
    return found


@pytest.mark.parametrize("name", LOOKS)
def test_wcag_aa(site: Path, fresh: Chromium, name: str) -> None:
    assert wcag_aa(site, fresh, site / f"{name}.html") + wcag_aa(site, fresh, site / f"id/{name}.html") == []


@pytest.mark.slow
def test_wcag_aa_of_every_page(site: Path, fresh: Chromium) -> None:
    pages = [page for page in sorted(site.rglob("*.html")) if page.name != "404.html"]
    assert len(pages) > 50
    assert [told for page in pages for told in wcag_aa(site, fresh, page)] == []
