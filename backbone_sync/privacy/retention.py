"""Retention: what was kept long enough goes, class by class, as the grant's `retention` says.

Keys of withdrawn rows stay, because without them the account with the centre would not balance; they hold nothing
about anybody.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta, timezone

from backbone_sync.dictionary import Dictionary
from backbone_sync.privacy import erasure
from backbone_sync.privacy.grant import ENDED, ENROLMENT, Grant
from backbone_sync.privacy.subject import Subject
from backbone_sync.stores.personal_store import PeopleDesk

_BATCH = 1000  # people in one call; the next day goes on
_PLAIN = ("quarantine", "runs", "corrections")  # classes that go by age alone


@dataclass(frozen=True)
class Due:
    """One class: how long it is kept (None: as long as the grant holds), and how much of it is over."""

    kept: timedelta | None
    due: int


def due(desk: PeopleDesk, dictionary: Dictionary, grant: Grant) -> dict[str, Due]:
    """What is over, by class; nothing is changed."""
    made = {}
    for name, kept in grant.retention.items():
        if kept is None:
            made[name] = Due(None, 0)
        elif name == "departed":
            made[name] = Due(kept, len(_departed(desk, dictionary, grant, kept)))
        else:
            made[name] = Due(kept, desk.over(name, _before(kept)))
    return made


def apply(desk: PeopleDesk, dictionary: Dictionary, grant: Grant, folder: str) -> dict[str, int]:
    """Let go of what is over; returns how much of each class went.

    People whom the grant readmits stay, because the next run would bring them back: they are counted as `readmitted`.
    """
    gone = {name: 0 for name, kept in grant.retention.items() if kept is not None}
    for name in _PLAIN:
        kept = grant.retention.get(name)
        if kept is not None:
            gone[name] = desk.let_go(name, _before(kept))
    kept = grant.retention.get("departed")
    if kept is not None:
        over = _departed(desk, dictionary, grant, kept)
        people = [who for who in over if who.key not in grant.readmit]
        if len(people) < len(over):
            gone["readmitted"] = len(over) - len(people)
        erasure.erase_all(desk, dictionary, grant, folder, people, "retention")
        gone["departed"] = len(people)
    if gone.get("quarantine") or gone.get("corrections"):
        erasure.clean(desk, dictionary, ())
    return gone


def _before(kept: timedelta) -> datetime:
    return datetime.now(timezone.utc) - kept


def _departed(desk: PeopleDesk, dictionary: Dictionary, grant: Grant, kept: timedelta) -> list[Subject]:
    """People who have enrolments, every one of them over for that long; without the date nobody has departed."""
    found: list[Subject] = []
    for person, enrolment in ENROLMENT.items():
        names = {f.name for f in grant.fields(dictionary[enrolment])} if enrolment in grant.entities else set()
        if person not in grant.entities or ENDED[enrolment] not in names:
            continue
        ended = dictionary[enrolment].field(ENDED[enrolment])
        gone = desk.departed(dictionary[person], dictionary[enrolment], ended, _before(kept).date(), _BATCH)
        found += [Subject(person, key) for key in gone]
    return found
