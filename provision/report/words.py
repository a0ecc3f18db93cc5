"""The words of a report for statuses and their kin, and the translator that a page is written with."""

from __future__ import annotations

import gettext
from collections.abc import Callable
from pathlib import Path

from provision import i18n

_LOCALE = Path(__file__).resolve().parents[1] / "locale"

STATUS = {
    "pass": "met",
    "warning": "warning",
    "attested": "attested",
    "not_applicable": "not applicable",
    "waived": "waived",
    "fail": "not met",
    "error": "not measured",
}
BASIS = {"minimum": "minimum", "interpretation": "interpretation", "recommended": "recommended"}
SEVERITY = {"critical": "critical", "high": "high", "medium": "medium", "low": "low"}
LEVEL = {"kabupaten_kota": "kabupaten/kota", "provinsi": "province"}


def translator(language: str) -> Callable[[str], str]:
    """English sentence → sentence in `language`. The audit's own catalogue first, then the project's."""
    own = gettext.translation("audit", _LOCALE, languages=[language], fallback=True)
    own.add_fallback(i18n.translation(language))
    return own.gettext
