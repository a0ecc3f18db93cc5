"""Tells again, in Indonesian, what audits say in English: the sentences of checks, with whatever was filled in.

Machines get English (audit.json); a person who reads Indonesian gets the page in Indonesian. A sentence that no message
of ours fits, such as one of another version, stays as it is.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable
from functools import cache

from provision import i18n

_PLACE = re.compile(r"\{\w+\}")
# So much text of its own must a message have to be known by it: "{a}: {b}" would fit almost anything.
_LETTERS = 5
# Longer sentences are not ours, and would only keep the patterns busy.
_LONGEST = 300


@cache
def _index(language: str) -> tuple[dict[str, tuple[str, ...]], tuple[str, ...]]:
    """Messages by their first word, and those that begin with a place; the longest, most exact ones first."""
    by_word: defaultdict[str, list[str]] = defaultdict(list)
    open_ended: list[str] = []
    messages = (one for one in i18n.catalogue(language) if "\n" not in one)
    for message in sorted(messages, key=lambda one: -len(_PLACE.sub("", one))):
        bare = _PLACE.sub("", message)
        if "{" not in message:
            by_word[message].append(message)
        elif sum(one.isalpha() for one in bare) < _LETTERS:
            continue
        elif message.startswith("{"):
            open_ended.append(message)
        else:
            first = re.split(r"[\s{]", message, maxsplit=1)[0]
            by_word[first].append(message)
    return {word: tuple(found) for word, found in by_word.items()}, tuple(open_ended)


@cache
def _pattern(message: str) -> re.Pattern[str]:
    parts = re.split(r"\{(\w+)\}", message)
    seen: set[str] = set()
    pattern = ""
    for odd, part in enumerate(parts):
        if odd % 2 and part in seen:
            pattern += f"(?P={part})"
        elif odd % 2:
            seen.add(part)
            pattern += f"(?P<{part}>.+?)"
        else:
            pattern += re.escape(part)
    return re.compile(pattern)


class Reteller:
    """Tells sentences again in `language`, each distinct one once."""

    def __init__(self, language: str) -> None:
        self._language = language
        self._known: dict[str, str] = {}

    def __call__(self, sentence: str) -> str:
        """The sentence in the language; itself where it is not ours."""
        if self._language == "en" or not sentence:
            return sentence
        if sentence not in self._known:
            self._known[sentence] = self._told(sentence) if len(sentence) <= _LONGEST else sentence
        return self._known[sentence]

    def _told(self, sentence: str) -> str:
        translations = i18n.catalogue(self._language)
        for message in self._candidates(sentence):
            if found := _pattern(message).fullmatch(sentence):
                return translations[message].format(**{name: self(said) for name, said in found.groupdict().items()})
        return sentence

    def _candidates(self, sentence: str) -> Iterable[str]:
        by_word, open_ended = _index(self._language)
        yield from by_word.get(sentence, ())
        yield from by_word.get(re.split(r"\s", sentence, maxsplit=1)[0], ())
        yield from open_ended
