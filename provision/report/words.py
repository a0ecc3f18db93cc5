"""The words of a report for statuses and their kin, and the translator that a page is written with."""

from __future__ import annotations

import ast
import gettext
from collections.abc import Callable
from functools import cache
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


class PoCatalogue(gettext.NullTranslations):
    """A gettext catalogue read from its source, so that no compiled copy can be older than the sentences."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.sentences: dict[str, str] = {}
        key, parts = "", {"msgid": "", "msgstr": ""}
        for line in [*text.splitlines(), 'msgid ""']:
            word, _, rest = line.partition(" ")
            if word == "msgid":
                self.sentences[parts["msgid"]] = parts["msgstr"]
                parts = {"msgid": "", "msgstr": ""}
            if word in parts:
                key, line = word, rest
            if line.startswith('"'):
                parts[key] += ast.literal_eval(line)
        self.sentences.pop("", None)


@cache
def catalogue(language: str) -> PoCatalogue:
    """The audit's own sentences in a language; empty for English."""
    path = _LOCALE / language / "LC_MESSAGES" / "audit.po"
    return PoCatalogue(path.read_text(encoding="utf-8") if path.is_file() else "")


def translator(language: str) -> Callable[[str], str]:
    """English sentence → sentence in `language`. The audit's own catalogue first, then the project's."""
    own, project = catalogue(language), i18n.translation(language)
    return lambda message: own.sentences.get(message) or project.gettext(message)
