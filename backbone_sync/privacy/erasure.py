"""Erasure: a person's rows, contents in quarantine and corrections go, and the next sync does not bring them back.

What stays is the centre's key of each row, without content: the block, and the account. It stays in two places, in
`sync.erasure` and in a file outside the database, because a database that is restored from a backup knows nothing of
later erasures: every run starts by erasing again whoever stands in the file alone.
"""

from __future__ import annotations

import os
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta, timezone
from pathlib import Path

import msgspec

from backbone_sync.dictionary import Dictionary
from backbone_sync.errors import ConfigInvalid
from backbone_sync.privacy import subject as subjects
from backbone_sync.privacy.gate import ERASED
from backbone_sync.privacy.grant import ENROLMENT, Grant
from backbone_sync.privacy.subject import Subject
from backbone_sync.run.state import UNTOLD
from backbone_sync.stores.personal_store import PeopleDesk

LIST = "erasures.jsonl"
REASONS = ("subject", "retention")
_BEGINNING = UNTOLD + timedelta(days=1)  # earlier than any row, and not than any clock once an overlap is taken off


@dataclass
class Erased:
    """What an erasure did: rows removed and rows that mentioned the person, by entity; contents and corrections."""

    removed: dict[str, int] = field(default_factory=dict)
    mentions: dict[str, int] = field(default_factory=dict)
    quarantine: int = 0
    corrections: int = 0


def erase(
    desk: PeopleDesk, dictionary: Dictionary, grant: Grant, folder: str, who: Subject, reason: str = "subject"
) -> Erased:
    """Erase one person, in one transaction; then the list outside the database. `folder` holds the list.

    ConfigInvalid while the grant readmits the person: the next run would undo it.
    """
    if who.key in grant.readmit:
        raise ConfigInvalid(
            "the grant's readmit still names this person, so the next run would bring the person back",
            "take the key out of readmit in grant.yml, run `backbone apply --stage sync`, then erase",
        )
    done = _erase(desk, dictionary, grant, who, reason)
    _write(folder, [_line(who.entity, who.key, reason)])
    clean(desk, dictionary, [*done.removed, *done.mentions])
    return done


def erase_all(
    desk: PeopleDesk, dictionary: Dictionary, grant: Grant, folder: str, people: Iterable[Subject], reason: str
) -> None:
    """Erase many, each in a transaction of its own, and clean up once."""
    touched: dict[str, None] = {}
    for who in people:
        done = _erase(desk, dictionary, grant, who, reason)
        _write(folder, [_line(who.entity, who.key, reason)])
        touched.update(dict.fromkeys([*done.removed, *done.mentions]))
    if touched:
        clean(desk, dictionary, touched)


def clean(desk: PeopleDesk, dictionary: Dictionary, entities: Iterable[str]) -> None:
    """Take the values of deleted rows off the disk."""
    desk.clean([dictionary[name] for name in dict.fromkeys(entities)])


def _erase(desk: PeopleDesk, dictionary: Dictionary, grant: Grant, who: Subject, reason: str) -> Erased:
    done = Erased()
    with desk.transaction():
        stored = subjects.rows_of(desk, dictionary, grant, who)
        own = {
            name: [str(row[dictionary[name].key.name]) for row in rows]
            for name, (place, rows) in stored.items()
            if place is None or not place.mention
        }
        aside = subjects.quarantine_of(desk, dictionary, grant, who, own)
        for name, (place, rows) in reversed(list(stored.items())):
            if not rows:
                continue
            entity = dictionary[name]
            moments = {str(row[entity.key.name]): moment(row["last_update"]) for row in rows}
            if place is not None and place.mention:
                desk.forget_mentions(entity, place.field, list(moments))
                done.mentions[name] = len(moments)
                continue
            desk.remove(entity, list(moments))
            desk.withhold(name, ERASED, moments)
            done.removed[name] = len(moments)
        for one in aside:
            # What has no readable key cannot be known again by one.
            desk.empty(one["entity"], one["key"], None if one["key"].startswith("?") else ERASED)
        done.quarantine = len(aside)
        done.corrections = desk.forget_corrections([who.key, *(k for one in own.values() for k in one)])
        desk.block(who.entity, who.key, reason)
    return done


def moment(text: str) -> datetime:
    """A moment out of a row's values, which are as JSON holds them."""
    return msgspec.convert(text, datetime)


def reapply(desk: PeopleDesk, dictionary: Dictionary, grant: Grant, folder: str) -> int:
    """Erase again whoever stands in the list but not in the database; the other way round the list is completed.

    Returns how many were erased again. Whom the grant readmits is struck off the list. A run that let somebody in who
    had departed, and was killed before that person was struck off, has passed the enrolment that said so: enrolments
    are listed once more.
    """
    if not folder:
        return 0
    rows = desk.blocked()
    there = {(entity, key): reason for entity, key, reason in rows}
    listed = _listed(folder)
    # Whoever asked to be erased does not come back by an enrolment, though the time to keep was over first.
    lines = [
        _line(e, k, reason)
        for e, k, reason in rows
        if listed.get((e, k)) not in (reason, "subject") and k not in grant.readmit
    ]
    lines += [_line(e, k, "readmitted") for (e, k) in listed if k in grant.readmit]
    again = [
        (e, k, r) for (e, k), r in listed.items() if there.get((e, k)) not in (r, "subject") and k not in grant.readmit
    ]
    back = {ENROLMENT.get(e) for e, k, r in again if r == "retention" and (e, k) not in there}
    for name in (n for n in grant.entities if n in back):
        desk.rewind(name, _BEGINNING)
    for entity, key, reason in again:
        _erase(desk, dictionary, grant, Subject(entity, key), reason)
    _write(folder, lines)
    if again:
        clean(desk, dictionary, [n for n in grant.entities if dictionary[n].schema != "ref"])
    return len(again)


def returned(folder: str, people: Iterable[tuple[str, str]]) -> None:
    """Strike (entity, key) off the list: they had departed, and are enrolled again."""
    _write(folder, [_line(entity, key, "returned") for entity, key in people])


def _line(entity: str, key: str, reason: str) -> dict[str, str]:
    at = datetime.now(timezone.utc).isoformat(timespec="seconds")
    return {"entity": entity, "key": key, "reason": reason, "at": at}


def _listed(folder: str) -> dict[tuple[str, str], str]:
    """(entity, key) → reason, of those who stand in the list and were not struck off."""
    path = Path(folder) / LIST
    found: dict[tuple[str, str], str] = {}
    if not path.is_file():
        return found
    for number, line in enumerate(path.read_bytes().splitlines(), 1):
        try:
            one = msgspec.json.decode(line)
            place = one["entity"], one["key"]
        except (msgspec.DecodeError, KeyError, TypeError) as fault:
            raise ConfigInvalid(
                f"{path}: line {number} cannot be read", "restore the file: it says who must not come back"
            ) from fault
        if one["reason"] in REASONS:
            found[place] = one["reason"]
        else:
            found.pop(place, None)
    return found


def _write(folder: str, lines: list[dict[str, str]]) -> None:
    if not folder or not lines:
        return
    path = Path(folder) / LIST
    try:
        place = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
        with os.fdopen(place, "ab") as file:
            file.write(b"".join(msgspec.json.encode(line) + b"\n" for line in lines))
            file.flush()
            os.fsync(file.fileno())
    except OSError as fault:
        raise ConfigInvalid(
            f"cannot write {path}: {fault.strerror}",
            "check publish.directory, then run `backbone-sync subject reapply`",
        ) from fault
