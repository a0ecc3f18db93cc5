"""The look that audit, drill and fleet share: one partial, and contrast by WCAG 2.2 AA in light and dark."""

from __future__ import annotations

import re

import pytest

from provision import paths

FOLDER = paths.templates_dir() / "report"
SHARED = (FOLDER / "style.css.j2").read_text(encoding="utf-8")
# What stands on what, somewhere in the three pages.
TEXT = [
    *((ink, "paper") for ink in ("ink", "soft", "good", "bad", "warn", "note")),
    *((ink, "tint") for ink in ("ink", "soft")),
    *((ink, "code") for ink in ("ink",)),
    *((f"{one}", f"{one}-tint") for one in ("good", "bad", "warn", "note")),
    *((ink, f"{one}-tint") for one in ("good", "bad", "warn", "note") for ink in ("ink", "soft")),
]
EDGES = [("edge", "paper"), ("note", "paper"), ("good", "paper"), ("bad", "paper"), ("warn", "paper")]


def palettes() -> dict[str, dict[str, str]]:
    """The colours of both schemes, by name; what dark does not set it takes from light."""
    light, dark = re.findall(r":root \{(.*?)\}", SHARED, re.DOTALL)
    found = [dict(re.findall(r"--([\w-]+): (#[0-9a-f]{3,6});", part)) for part in (light, dark)]
    return {"light": found[0], "dark": {**found[0], **found[1]}}


def luminance(colour: str) -> float:
    """WCAG's relative luminance of #rgb or #rrggbb."""
    digits = colour[1:]
    digits = "".join(one * 2 for one in digits) if len(digits) == 3 else digits
    parts = [int(digits[place : place + 2], 16) / 255 for place in (0, 2, 4)]
    red, green, blue = (one / 12.92 if one <= 0.04045 else ((one + 0.055) / 1.055) ** 2.4 for one in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    """WCAG's contrast ratio of two colours."""
    dark, light = sorted((luminance(one), luminance(other)))
    return (light + 0.05) / (dark + 0.05)


def test_the_measure_is_wcag_s() -> None:
    assert contrast("#000", "#ffffff") == pytest.approx(21)
    assert contrast("#777777", "#fff") == pytest.approx(4.48, abs=0.01)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_texts_and_edges_stand_out(scheme: str) -> None:
    colours = palettes()[scheme]
    weak = {
        f"{ink} on {ground}": round(contrast(colours[ink], colours[ground]), 2)
        for pairs, least in ((TEXT, 4.5), (EDGES, 3.0))
        for ink, ground in pairs
        if contrast(colours[ink], colours[ground]) < least
    }
    assert weak == {}


@pytest.mark.parametrize("name", ["audit", "drill", "fleet", "sync"])
def test_every_page_has_the_shared_look_and_no_colour_of_its_own(name: str) -> None:
    text = (FOLDER / f"{name}.html.j2").read_text(encoding="utf-8")
    assert '{% include "style.css.j2" %}' in text
    own = text + ((FOLDER / "fleet.css.j2").read_text(encoding="utf-8") if name == "fleet" else "")
    assert not re.search(r"(?<![&\w])#[0-9a-fA-F]{3,6}\b(?=[;\s}])", own)
    assert "opacity" not in own + SHARED
