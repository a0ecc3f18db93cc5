"""Messages for people, in Indonesian and English, through gettext; machine output never passes through here.

The language is `--lang`, else BACKBONE_LANG, else the locale, else Indonesian.
"""

from __future__ import annotations

import gettext
import os
from pathlib import Path

LANGUAGES = ("id", "en")
_DOMAIN = "backbone"
_LOCALE = Path(__file__).resolve().parent / "locale"


def language_from_environment() -> str:
    """The language that the environment asks for: `id` or `en`."""
    for name in ("BACKBONE_LANG", "LC_ALL", "LC_MESSAGES", "LANG"):
        asked = os.environ.get(name, "")[:2].lower()
        if asked in LANGUAGES:
            return asked
    return "id"


class _Current:
    language = language_from_environment()
    catalogue: gettext.NullTranslations = gettext.NullTranslations()


def translation(language: str) -> gettext.NullTranslations:
    """The catalogue of one language; English is the source text itself."""
    if language not in LANGUAGES:
        raise ValueError(f"no such language: {language!r}; there are {', '.join(LANGUAGES)}")
    return gettext.translation(_DOMAIN, _LOCALE, languages=[language], fallback=True)


def use(language: str) -> None:
    """Speak `language` from now on, in this process."""
    _Current.catalogue = translation(language)
    _Current.language = language


def language() -> str:
    """The language in use: `id` or `en`."""
    return _Current.language


def _(message: str) -> str:
    """The message in the language in use. English in the source; fill values in after the call."""
    return _Current.catalogue.gettext(message)


use(_Current.language)
