"""Which backups have to be restored, in which order; pure, from what the server knows of its backups."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from provision.operate.remote.observe import Short

FULL, DIFFERENTIAL, LOG = "D", "I", "L"
TITLES = {FULL: "full", DIFFERENTIAL: "diff"}  # as drill.json calls them
_SPARE = 1.1  # of the database's size, on the disk that takes it in


@dataclass(frozen=True)
class Backup:
    """One backup. `first` and `last`: log sequence numbers; `began`, `at`: seconds since 1970, when it began and
    ended; `size`: bytes.
    """

    kind: str
    id: str
    base: str
    first: int
    last: int
    began: float
    at: float
    sound: bool
    size: int
    file: str

    @property
    def reaches(self) -> float:
        """Up to when it surely holds all: of the log, what is written while its backup runs is in the next one."""
        return self.began if self.kind == LOG else self.at


@dataclass(frozen=True)
class Chain:
    """What is restored: a full backup, perhaps a differential one, and backups of the log, in their order."""

    full: Backup
    differential: Backup | None
    logs: tuple[Backup, ...]

    @property
    def files(self) -> tuple[str, ...]:
        """All of it, in order."""
        return tuple(one.file for one in self.backups)

    @property
    def backups(self) -> tuple[Backup, ...]:
        """All of it, in order."""
        return (self.full, *([self.differential] if self.differential else []), *self.logs)

    @property
    def newest(self) -> Backup:
        """The last of them."""
        return self.backups[-1]


def backups(rows: Iterable[Mapping[str, Any]]) -> tuple[Backup, ...]:
    """The rows of `chain.sql`."""
    return tuple(
        Backup(
            kind=str(row["type"]),
            id=str(row["id"]),
            base=str(row["base"] or ""),
            first=int(row["first"]),
            last=int(row["last"]),
            began=float(row["began"]),
            at=float(row["seconds"]),
            sound=bool(row["checked"]) and not row["damaged"],
            size=int(row["bytes"]),
            file=str(row["file"]),
        )
        for row in rows
    )


def chain(found: Sequence[Backup], until: int | None = None) -> Chain:
    """The newest full backup and all that rests on it. Short where it cannot be restored without a gap.

    `until`: a place in the log; the last backup is then the one that holds it, whatever was made after.
    """
    if until is not None:
        found = [one for one in found if (one.first if one.kind == LOG else one.last) <= until]
    fulls = [one for one in found if one.kind == FULL]
    if not fulls:
        raise Short("no full backup of the database is known: run the task 'Backup full', then drill again")
    full = max(fulls, key=lambda one: one.last)
    on_it = [one for one in found if one.kind == DIFFERENTIAL and one.base == full.id]
    differential = max(on_it, key=lambda one: one.last, default=None)
    start = differential or full
    logs: list[Backup] = []
    reached, after = start.last, start.file
    # A copy of the log's tail leaves the log as it is: what begins there too may reach further, and is enough.
    while left := [one for one in found if one.kind == LOG and one.last > reached]:
        fitting = [one for one in left if one.first <= reached]
        if not fitting:
            next_one = min(left, key=lambda one: one.first)
            raise Short("between {file} and {next} a backup of the log is missing", file=after, next=next_one.file)
        logs.append(max(fitting, key=lambda one: one.last))
        reached, after = logs[-1].last, logs[-1].file
    if until is not None and reached <= until:
        raise Short("the backups of the log end before the mark")
    made = Chain(full, differential, tuple(logs))
    for one in made.backups:
        if not one.sound:
            raise Short("{file} has no checksums, or is known to be damaged", file=one.file)
    return made


def upto(found: Sequence[Backup], at: float | None, lasting: bool) -> Chain:
    """The chain to a moment, in seconds since 1970; None: all there is.

    `lasting`: the live database answers, so that its log will be backed up first and reaches to now. Short where the
    moment is before the first full backup, or after what was backed up.
    """
    if at is None:
        return chain(found)
    logs = sorted((one for one in found if one.kind == LOG), key=lambda one: one.first)
    needed = [one for one in logs if one.began < at]
    needed += [one for one in logs if one.began >= at][:1]
    made = chain([*(one for one in found if one.kind != LOG and one.at <= at), *needed])
    if not lasting and made.newest.reaches < at:
        raise Short("the backups of the log end before the moment asked for")
    return made


def places(listed: Iterable[Mapping[str, Any]], folder: str, prefix: str) -> list[dict[str, str]]:
    """Where each file of a restored database goes, by the rows of `files.sql`.

    `folder` ends with its separator; the files' names begin with `prefix`.
    """
    ends = {"D": "mdf", "L": "ldf"}
    made = []
    for number, row in enumerate(listed, 1):
        kind = str(row["Type"])
        if kind not in ends:
            raise Short("the backup holds {name}, of a kind that is not restored here", name=row["LogicalName"])
        made.append({"name": str(row["LogicalName"]), "path": f"{folder}{prefix}_{number}.{ends[kind]}"})
    return made


def needed(listed: Iterable[Mapping[str, Any]]) -> int:
    """Bytes that the scratch database takes: all of its files, and some to spare for the snapshot."""
    return int(sum(int(row["Size"]) for row in listed) * _SPARE)


def folder_of(file: str) -> str:
    """The folder of a file on the server, with its separator, of Windows or Linux."""
    return file[: max(file.rfind("\\"), file.rfind("/")) + 1]
