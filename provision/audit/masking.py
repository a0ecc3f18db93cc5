"""Takes secrets and personal data out of what a server said, before it becomes evidence that others read.

Pure text in, text out. What is taken out leaves a mark in brackets that says what kind of thing stood there; a long
random value leaves the first digits of its SHA-256 as well, so that a key can be compared without being shown.
"""

from __future__ import annotations

import hashlib
import math
import re
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from itertools import pairwise
from typing import Any

from checks.measure import Say

Replacement = str | Callable[[re.Match[str]], str]

_PRIVATE_BLOCK = re.compile(
    # A block that was cut off has no end line: everything below its beginning goes.
    r"-----BEGIN [A-Z0-9 ]*PRIVATE KEY(?: BLOCK)?-----.*?(?:-----END [A-Z0-9 ]*PRIVATE KEY(?: BLOCK)?-----|\Z)",
    re.DOTALL,
)
_WORDS = r"(?:pass(?:word|wd|phrase)|secret|token|api[_-]?key|(?:private|preshared|secret)[_-]?key|sandi|pwd)s?"
_VALUE = r"(?P<value>\"(?:[^\"\\\n]|\\.)*\"?|'(?:[^'\\\n]|\\.)*'?|[^\s,;]+)"
# name = value, "name": "value", name: value; only where the word ends the name, so that
# `password_encryption = scram-sha-256` stays readable. And --name value.
_NAMED = re.compile(rf"(?P<name>{_WORDS}[\"']?[ \t]*[:=][ \t]*){_VALUE}", re.IGNORECASE)
_OPTION = re.compile(rf"(?P<name>--[a-z-]*{_WORDS}[ \t]+)(?!-){_VALUE}", re.IGNORECASE)
_PLAIN_VALUES = frozenset({"", "yes", "no", "true", "false", "null", "none", "on", "off", "[masked]", "*", "x", "!"})
_AUTHORIZATION = re.compile(r"\b(Bearer|Basic|Digest|Negotiate)[ \t]+[A-Za-z0-9._~+/=-]{8,}", re.IGNORECASE)
_URL_LOGIN = re.compile(r"(?<=://)[^\s/@:]*:[^\s/@]+(?=@)")
_JWT = re.compile(r"\beyJ[A-Za-z0-9_-]{6,}\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]*")
_BOT = re.compile(r"\d(?<!\w\d)\d{5,11}:[A-Za-z0-9_-]{30,}")
_PREFIXED = re.compile(r"\b(?:(?:gh[pousr]_|glpat-|xox[abprs]-|AKIA)[A-Za-z0-9_-]{12,}|sk-[A-Za-z0-9]{20,})")
_HASHED = re.compile(r"\$(?:1|2[aby]|5|6|7|y|argon2id?|scrypt)\$[^\s:,;\"']{8,}|SCRAM-SHA-256\$[^\s,;\"']{20,}")
_MAIL = re.compile(r"[A-Za-z0-9][A-Za-z0-9._%+'-]*@((?:[A-Za-z0-9][A-Za-z0-9-]*\.)+[A-Za-z][A-Za-z0-9-]*)")
# What looks like an address and is none: instances of systemd's units, names of SSH's algorithms.
_NO_MAIL = re.compile(
    r"(?:.*\.)?(?:service|socket|timer|path|mount|automount|slice|target|scope|device|swap)"
    r"|openssh\.com|libssh\.org|lysator\.liu\.se"
)
# NIK; the same in groups of four. Digits joined to letters are part of a name or a digest, not of a number.
# (What stands before is looked at after the first digit: a pattern that begins with a digit is found much faster.)
_SIXTEEN = re.compile(r"\d(?<![\dA-Za-z]\d)(?<!\d\.\d)\d{3}([ .-]?)\d{4}\1\d{4}\1\d{4}(?![\dA-Za-z])")
_NUMBERED = re.compile(r"\b(nik|nisn|nuptk|npwp|no_kk|nokk)([\"']?[ \t]*[:=][ \t]*[\"']?)\d[\d .-]{5,}", re.IGNORECASE)
_LONG = re.compile(r"(?<![A-Za-z0-9+/_-])[A-Za-z0-9+/_-]{32,}=*(?![A-Za-z0-9+/_-])")
_HEX = re.compile(r"[0-9a-fA-F-]+")


def _bits_a_character(text: str) -> float:
    return -sum(n / len(text) * math.log2(n / len(text)) for n in Counter(text).values())


def _kind(character: str) -> int:
    return 0 if character.isdigit() else 1 if character.islower() else 2


def _changes(text: str) -> float:
    """How often upper case, lower case and digits take turns, a character: words and paths stay below a third."""
    letters = [_kind(one) for one in text if one.isalnum()]
    return sum(one != other for one, other in pairwise(letters)) / max(1, len(letters) - 1)


def looks_generated(text: str) -> bool:
    """A long value of base64's letters without a pattern. Hexadecimal digests, long names and paths are none.

    A random value of 32 characters passes for a name about once in a thousand times, one of 44 hardly ever.
    """
    bare = text.rstrip("=")
    if _HEX.fullmatch(bare) or _bits_a_character(bare) < 3.9:
        return False
    kinds = {_kind(one) for one in bare if one.isalnum()}
    return _changes(bare) >= 0.36 or (len(kinds) == 3 and "/" not in bare)


def _long(found: re.Match[str]) -> str:
    text = found[0]
    if not looks_generated(text):
        return text
    return f"[masked {hashlib.sha256(text.encode()).hexdigest()[:8]}]"


def _mail(found: re.Match[str]) -> str:
    return found[0] if _NO_MAIL.fullmatch(found[1]) else "[masked e-mail]"


def _named(found: re.Match[str]) -> str:
    value = found["value"]
    quote = value[0] if value[0] in "\"'" else ""
    if value.strip("\"'").lower() in _PLAIN_VALUES:
        return found[0]
    return f"{found['name']}{quote}[masked]{quote}"


# A pattern is tried only where one of its words is: most answers hold none of them, and 552 servers answer a lot.
_BY_LOOK: tuple[tuple[tuple[str, ...], re.Pattern[str], Replacement], ...] = (
    (("-----begin",), _PRIVATE_BLOCK, "[masked private key]"),
    (("://",), _URL_LOGIN, "[masked]"),
    (("bearer", "basic", "digest", "negotiate"), _AUTHORIZATION, r"\1 [masked]"),
    (("eyj",), _JWT, "[masked]"),
    ((":",), _BOT, "[masked]"),
    (("gh", "glpat-", "xox", "akia", "sk-"), _PREFIXED, "[masked]"),
    (("$",), _HASHED, "[masked]"),
    (("@",), _MAIL, _mail),
    (("nik", "nisn", "nuptk", "npwp", "kk"), _NUMBERED, r"\1\2[masked number]"),
    (("",), _SIXTEEN, "[masked number]"),
    (("",), _LONG, _long),
)
_NAMES = ("pass", "pwd", "secret", "token", "key", "sandi")


def _by_name(text: str) -> str:
    """Line by line, since the names stand in few of them."""
    lines = text.split("\n")
    for place, line in enumerate(lines):
        lower = line.lower()
        if any(word in lower for word in _NAMES):
            lines[place] = _OPTION.sub(_named, _NAMED.sub(_named, line))
    return "\n".join(lines)


def values(text: str) -> str:
    """As `mask`, for a sentence of our own: only by the look of a value, not by the word before it."""
    if not text.isascii():  # half a surrogate pair, which JSON may carry, can be written nowhere
        text = text.encode("utf-8", "replace").decode("utf-8")
    lower = text.lower()
    for words, pattern, mark in _BY_LOOK:
        if any(word in lower for word in words):
            text = pattern.sub(mark, text)
    return text


def mask(text: str) -> str:
    """The text without private keys, passwords, tokens, e-mail addresses and sixteen-digit numbers (NIK)."""
    return _by_name(values(text))


def _value(value: Any) -> Any:
    if isinstance(value, str):
        return value if (masked := values(value)) == value else masked
    if isinstance(value, Say):
        return said(value)
    if isinstance(value, (list, tuple, set, frozenset)):
        return type(value)(_value(one) for one in value)
    return value


def said(sentence: Say) -> Say:
    """A sentence whose values are masked."""
    return replace(sentence, values=tuple((name, _value(value)) for name, value in sentence.values))
