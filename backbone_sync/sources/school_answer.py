"""What the school application's web service answers, and what it means by it. Pure.

Errors come with status 200 and `success: false`, a missing token as plain text, "no rows" as an error; the rows of
getSekolah are one object. No message holds a word of the answer.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

import msgspec

from backbone_sync.dictionary.validator import UUID
from backbone_sync.errors import AuthRefused, BadAnswer
from backbone_sync.sources.web import Answer, refused_for_now

_UUID = re.compile(UUID)
_DENIED = b"access denied"
_REGISTER = (
    "in the school's application, under web service, register this server's address and renew the token; then put the"
    " token into its credential file"
)


@dataclass(frozen=True)
class Said:
    """Rows, and how many the application says there are (None: it does not say). `none`: it says "no rows"."""

    rows: tuple[Mapping[str, Any], ...]
    results: int | None = None
    none: bool = False


def read(answer: Answer, what: str, no_rows: Collection[str], *, single: bool = False) -> Said:
    """What the answer says; AuthRefused, BadAnswer, Overloaded or SourceUnreachable for what brings no rows.

    `what` names method and school; `no_rows` are phrases, in small letters, by which it says that there are none;
    `single`: the rows are one object.
    """
    refused_for_now(answer, what)
    if answer.body[:200].lstrip().lower().startswith(_DENIED):
        raise AuthRefused(f"the application answered Access denied for {what}", _REGISTER)
    if answer.status in (401, 403):
        raise AuthRefused(f"the application answered {answer.status} for {what}", _REGISTER)
    try:
        made = msgspec.json.decode(answer.body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        raise BadAnswer(
            f"the answer for {what} is cut off or not JSON", "see what answers at the school's address"
        ) from None
    if not isinstance(made, dict):
        raise BadAnswer(f"the answer for {what} is not what the application sends")
    if made.get("success") in (False, "false"):
        return _error(made, what, no_rows)
    if answer.status != 200:
        raise BadAnswer(f"the application answered {answer.status} for {what}", "see its version and the address")
    rows = made.get("rows")
    if isinstance(rows, dict) and single:
        rows = [rows]
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        raise BadAnswer(f"the answer for {what} has no list of rows")
    return Said(tuple(rows), _whole(made.get("results")), none=not rows)


def _error(made: Mapping[str, Any], what: str, no_rows: Collection[str]) -> Said:
    """An error in a body: "no rows", a refusal, or something else; the number is all that is passed on of it."""
    code = _whole(made.get("http_code"))
    if code in (401, 403):
        raise AuthRefused(f"the application says {code} in its answer for {what}", _REGISTER)
    text = str(made.get("message", "")).casefold()
    if any(phrase in text for phrase in no_rows) and code in (None, 200, 204, 404):
        return Said((), none=True)
    if _DENIED.decode() in text:
        raise AuthRefused(f"the application says Access denied in its answer for {what}", _REGISTER)
    raise BadAnswer(
        f"the application says that {what} failed" + (f" ({code})" if code else ""),
        "see the application's own log at the school; if that is its way to say that there are no rows, add its words"
        " to source.no_rows",
    )


def _whole(value: object) -> int | None:
    if isinstance(value, bool):
        return None
    if isinstance(value, int):
        return value
    return int(value) if isinstance(value, str) and value.isascii() and value.isdigit() else None


def is_uuid(value: object) -> bool:
    """Whether it is the text of a uuid."""
    return isinstance(value, str) and _UUID.match(value.strip()) is not None


@dataclass(frozen=True)
class Members:
    """Memberships of classes, and how many students have none, or one that contradicts the classes."""

    rows: tuple[dict[str, Any], ...]
    without: int
    doubtful: int


def members(students: Collection[Mapping[str, Any]], classes: Collection[Mapping[str, Any]]) -> Members:
    """The memberships that students' rows speak of, checked against the classes.

    A student without a class may carry the previous student's rombongan_belajar_id; then anggota_rombel_id holds a
    sentence. A membership counts when its key is a uuid that no student before had, and its class is one of the
    school's. Where classes list their members themselves (anggota_rombel), a membership that they list otherwise is
    doubtful, and theirs is taken.
    """
    known = {_id(one.get("rombongan_belajar_id")) for one in classes}
    listed = {
        _id(member["anggota_rombel_id"]): {**member, "rombongan_belajar_id": one.get("rombongan_belajar_id")}
        for one in classes
        for member in parts(one, "anggota_rombel")
        if is_uuid(member.get("anggota_rombel_id"))
    }
    found: dict[str, dict[str, Any]] = {}
    without = doubtful = 0
    for student in students:
        if not is_uuid(student.get("anggota_rombel_id")):
            without += 1
            continue
        key, place = _id(student["anggota_rombel_id"]), _id(student.get("rombongan_belajar_id"))
        own = listed.get(key, student)
        if key in found or place not in known or not _same(student, own):
            doubtful += 1
        else:
            found[key] = {**student, **own}
    return Members(tuple({**listed, **found}.values()), without, doubtful)


def parts(row: Mapping[str, Any], name: str) -> list[Mapping[str, Any]]:
    """The rows nested in a row; none where there is no list."""
    listed = row.get(name)
    return [one for one in listed if isinstance(one, dict)] if isinstance(listed, list) else []


def _same(student: Mapping[str, Any], listed: Mapping[str, Any]) -> bool:
    """Whether student and class speak of the same membership; what the class leaves out does not contradict."""
    return all(
        _id(student.get(name)) == _id(listed.get(name))
        for name in ("rombongan_belajar_id", "peserta_didik_id")
        if listed.get(name)
    )


def _id(value: object) -> str:
    return str(value or "").strip().lower()
