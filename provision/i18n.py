"""Messages for people, in Indonesian and English, through gettext's catalogues; machine output is never translated.

The language is `--lang`, else BACKBONE_LANG, else the locale, else Indonesian. English is the source text itself;
Indonesian comes from `locale/id/LC_MESSAGES/backbone.po`, read as it stands (a few milliseconds, once a process), so
that no compiled copy can be older than the sentences. docs/translating.md says how a new sentence gets into it.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterable
from functools import cache
from pathlib import Path
from typing import Any, TypeVar

LANGUAGES = ("id", "en")
_LOCALE = Path(__file__).resolve().parent / "locale"
_QUOTED = r'((?:".*"\n?)+)'
_ENTRY = re.compile(rf"^msgid {_QUOTED}msgstr {_QUOTED}", re.MULTILINE)
_ESCAPE = re.compile(r"\\(.)")
_ESCAPED = {"n": "\n", "t": "\t", "r": "\r"}

T = TypeVar("T")


def language_from_environment() -> str:
    """The language that the environment asks for: `id` or `en`."""
    for name in ("BACKBONE_LANG", "LC_ALL", "LC_MESSAGES", "LANG"):
        asked = os.environ.get(name, "")[:2].lower()
        if asked in LANGUAGES:
            return asked
    return "id"


class Text(str):
    """A sentence in the language in use that still knows its English, for the JSON beside what a person reads."""

    __slots__ = ("english",)
    english: str

    def __new__(cls, shown: str, english: str) -> Text:
        text = super().__new__(cls, shown)
        text.english = english
        return text

    def format(self, *args: object, **values: object) -> Text:
        """Both sentences, filled in; a value that is a Text itself goes into each in its own language."""
        english_args = [english(value) for value in args]
        english_values = {name: english(value) for name, value in values.items()}
        return Text(super().format(*args, **values), self.english.format(*english_args, **english_values))

    def __copy__(self) -> Text:
        return self

    def __deepcopy__(self, _memo: object) -> Text:
        return self

    def __reduce__(self) -> tuple[type[Text], tuple[str, str]]:
        return Text, (str(self), self.english)


def english(value: T) -> T:
    """The value as machines get it: every Text in it, also in dicts, lists and tuples, becomes its English."""
    found: Any = value
    if isinstance(value, Text):
        found = value.english
    elif isinstance(value, dict):
        found = {name: english(one) for name, one in value.items()}
    elif type(value) in (list, tuple):
        found = type(value)(english(one) for one in value)  # type: ignore[attr-defined,call-arg]
    elif isinstance(value, BaseException) and len(value.args) == 1 and isinstance(value.args[0], Text):
        found = value.args[0].english
    return found  # type: ignore[no-any-return]


def joined(separator: str, parts: Iterable[str]) -> Text:
    """`separator.join(parts)` that keeps the parts' English."""
    known = list(parts)
    return Text(separator.join(known), separator.join(map(english, known)))


@cache
def catalogue(language: str) -> dict[str, str]:
    """English message → message in `language`, as the .po file has them; empty for English."""
    if language not in LANGUAGES:
        raise ValueError(f"no such language: {language!r}; there are {', '.join(LANGUAGES)}")
    path = _LOCALE / language / "LC_MESSAGES" / "backbone.po"
    if not path.is_file():
        return {}
    return parse(path.read_text(encoding="utf-8"))


def parse(text: str) -> dict[str, str]:
    """The messages and translations in the text of a .po file; "" where one is not translated yet."""
    entries = _ENTRY.findall(text)
    found = {_unquoted(message): _unquoted(translated) for message, translated in entries}
    found.pop("", None)  # the header
    return found


def _unquoted(lines: str) -> str:
    text = lines.strip()[1:-1].replace('"\n"', "")
    return _ESCAPE.sub(lambda found: _ESCAPED.get(found[1], found[1]), text) if "\\" in text else text


def translator(language: str) -> Callable[[str], Text]:
    """English message → message in `language`; what the catalogue lacks stays English."""
    known = catalogue(language)
    return lambda message: Text(known.get(message) or message, message)


class _Current:
    language = language_from_environment()


def use(language: str) -> None:
    """Speak `language` from now on, in this process. ValueError for one that there is not."""
    catalogue(language)
    _Current.language = language


def language() -> str:
    """The language in use: `id` or `en`."""
    return _Current.language


def _(message: str) -> Text:
    """The message in the language in use. English in the source; fill values in after the call."""
    return Text(catalogue(_Current.language).get(message) or message, message)


@cache
def _pattern(template: str) -> re.Pattern[str]:
    parts = re.split(r"\{(\w+)\}", template)
    return re.compile("".join(f"(?P<{part}>.+?)" if odd % 2 else re.escape(part) for odd, part in enumerate(parts)))


def retold(sentence: str, messages: Iterable[str]) -> str:
    """An English sentence that another program said, in the language in use.

    `messages`: those that it may be, the more exact first; a {place} stands for whatever was filled in, which is
    told again in the same way. A sentence that is none of them stays as it is.
    """
    if _Current.language == "en":
        return sentence
    known = tuple(messages)
    for message in known:
        if found := _pattern(message).fullmatch(sentence):
            return _(message).format(**{name: retold(said, known) for name, said in found.groupdict().items()})
    return sentence


def number(value: float, digits: int = 0) -> str:
    """A number as the language in use writes it: 88,000.5 in English, 88.000,5 in Indonesian."""
    text = f"{value:,.{digits}f}"
    return text if _Current.language == "en" else text.translate(str.maketrans(",.", ".,"))


def N_(message: str) -> str:  # noqa: N802 — gettext's own name for it
    """Marks a message of a table for the catalogue; it is translated where it is shown, by `_`."""
    return message
