"""The fleet as one view: audits and drills in, plain values out. Pure: no file, no clock.

Documents come one at a time, so that a year of audits does not have to fit into memory: of each server the newest two
are kept whole, of the older ones the moment and the answer.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Literal

from provision.i18n import _
from provision.inventory.regions import all_regions, by_code
from provision.report.fleet.read import Audit, DrillDocument, Proof, Read, Status, Unread, Words, moment
from provision.report.fleet.sight import (
    ANSWERS,
    Answer,
    Change,
    Excuse,
    Key,
    Sight,
    change,
    excuse,
    sights,
    worst,
)

DRILL_CONTROL = "BAK-08"  # where an audit tells of the last drill
TREND_POINTS = 90
DrillState = Literal["held", "short", "late", "none"]


@dataclass(frozen=True)
class Limits:
    """From how many days on an audit is old, a drill overdue; how many days ahead an expiry is told."""

    audit_days: int = 30
    drill_days: int = 90
    soon_days: int = 30


@dataclass(frozen=True)
class DrillSeen:
    """The last drill that is known of a server. `late`: it held, too long ago; `none`: nothing is known of any."""

    state: DrillState
    at: datetime | None = None

    @property
    def overdue(self) -> bool:
        """Is a drill due?"""
        return self.state != "held"


@dataclass(frozen=True)
class Line:
    """One server: its newest audit, what changed since the one before, its drill and its excuses that end."""

    sight: Sight
    change: Change
    drill: DrillSeen
    old: bool
    expired: tuple[Excuse, ...]
    expiring: tuple[Excuse, ...]
    families: Mapping[str, Status]
    audits: int

    @property
    def province(self) -> str:
        """Code of its province; "" where the code is of none."""
        code = self.sight.server.region[:2]
        return code if by_code(code) else ""

    @property
    def known(self) -> bool:
        """Is its region one of the 552?"""
        return by_code(self.sight.server.region) is not None


@dataclass(frozen=True)
class Point:
    """How the fleet stood at the end of a day (UTC), by each server's newest audit until then."""

    day: str
    counts: Mapping[Answer, int]

    @property
    def servers(self) -> int:
        """How many servers had been audited."""
        return sum(self.counts.values())

    @property
    def share(self) -> float:
        """The part of them that might receive data, 0 to 1."""
        return self.counts["yes"] / self.servers if self.servers else 0.0


@dataclass(frozen=True)
class ControlText:
    """What a control is called, and what repairs it, as the newest audit that has it tells."""

    id: str
    family: str
    title: Words
    remedy: Words
    basis: str
    severity: str


@dataclass(frozen=True)
class View:
    """The fleet. `lines` in the order of regions and names; `verified`: were signatures asked for?"""

    at: datetime
    limits: Limits
    verified: bool
    lines: tuple[Line, ...]
    controls: tuple[ControlText, ...]
    families: tuple[tuple[str, Words], ...]
    trend: tuple[Point, ...]
    unread: tuple[Unread, ...]
    remarks: tuple[str, ...]

    def count(self, answer: Answer) -> int:
        """How many servers have this answer."""
        return sum(one.sight.answer == answer for one in self.lines)

    @property
    def regions(self) -> frozenset[str]:
        """The regions, of the 552, that have an audit at all."""
        return frozenset(one.sight.server.region for one in self.lines if one.known)

    @property
    def held(self) -> bool:
        """May every server receive data, is no drill due, and could everything be read?"""
        good = all(one.sight.answer == "yes" and not one.drill.overdue for one in self.lines)
        return bool(self.lines) and good and not self.unread


@dataclass
class _History:
    """What is kept of one server: every moment's answer, and the newest two audits, the newer first."""

    answers: dict[datetime, Answer] = field(default_factory=dict)
    believed: set[datetime] = field(default_factory=set)
    newest: list[Sight] = field(default_factory=list)

    def add(self, sight: Sight) -> None:
        seen = self.answers.get(sight.at)
        if seen is not None and not self._counts_more(sight, seen):
            return
        self.answers[sight.at] = sight.answer
        if sight.proof.believed:
            self.believed.add(sight.at)
        others = [one for one in self.newest if one.at != sight.at]
        self.newest = sorted([*others, sight], key=lambda one: one.at, reverse=True)[:2]

    def _counts_more(self, sight: Sight, seen: Answer) -> bool:
        """Of an audit that lies here twice the believed copy counts; where two are, the less kind one."""
        if sight.proof.believed != (sight.at in self.believed):
            return sight.proof.believed
        return ANSWERS.index(sight.answer) > ANSWERS.index(seen)


class Gatherer:
    """Takes documents in any order; `view` puts together what they say."""

    def __init__(self) -> None:
        self._servers: dict[Key, _History] = {}
        self._drills: dict[str, list[tuple[datetime, bool, Path, Proof, str]]] = {}
        self._controls: dict[str, tuple[datetime, ControlText]] = {}
        self._families: dict[str, Words] = {}
        self._bearers: Counter[str] = Counter()

    def add(self, read: Read) -> None:
        """One document."""
        if isinstance(read.document, DrillDocument):
            for drill in read.document.servers:
                told = (moment(drill.started_at), drill.ok, read.file, read.proof, drill.region)
                self._drills.setdefault(drill.server, []).append(told)
        else:
            self._audit(read.document, read.file, read.proof)

    def _audit(self, audit: Audit, file: Path, proof: Proof) -> None:
        for title in audit.families:
            self._families.setdefault(title.family, title.title)
        for sight in sights(audit, file, proof):
            self._servers.setdefault(sight.key, _History()).add(sight)
            for one in sight.server.findings:
                known = self._controls.get(one.control)
                if known is None or known[0] < sight.at:
                    text = ControlText(one.control, one.family, one.title, one.remedy, one.basis, one.severity)
                    self._controls[one.control] = (sight.at, text)
                    self._families.setdefault(one.family, Words(id=one.family, en=one.family))

    def view(
        self,
        at: datetime,
        *,
        limits: Limits | None = None,
        verified: bool = False,
        order: Sequence[str] = (),
        unread: Iterable[Unread] = (),
    ) -> View:
        """The fleet as of `at` (UTC). `order`: of the families; those that it lacks follow."""
        limits = limits or Limits()
        self._bearers = Counter(name for _region, name in self._servers)
        lines = tuple(
            self._line(history, at, limits)
            for _key, history in sorted(self._servers.items(), key=lambda one: (*_place(one[0][0]), one[0]))
        )
        ordered = [
            *(one for one in order if one in self._families),
            *sorted(one for one in self._families if one not in order),
        ]
        used = {one.family for line in lines for one in line.sight.server.findings}
        shown = [one for one in ordered if one in used]
        controls = sorted(
            (text for _at, text in self._controls.values() if text.family in used),
            key=lambda one: (shown.index(one.family), one.id),
        )
        return View(
            at=at,
            limits=limits,
            verified=verified,
            lines=lines,
            controls=tuple(controls),
            families=tuple((one, self._families[one]) for one in shown),
            trend=trend({key: history.answers for key, history in self._servers.items()}),
            unread=tuple(unread),
            remarks=tuple(self._remarks()),
        )

    def _line(self, history: _History, at: datetime, limits: Limits) -> Line:
        now, *before = history.newest
        excuses = [found for one in now.server.findings if (found := excuse(one))]
        today, soon = at.date(), (at + timedelta(days=limits.soon_days)).date()
        return Line(
            sight=now,
            change=change(now, before[0] if before else None),
            drill=self._drill(now, at, limits),
            old=at - now.at > timedelta(days=limits.audit_days),
            expired=tuple(one for one in excuses if one.until < today),
            expiring=tuple(one for one in excuses if today <= one.until <= soon),
            families=worst(now.server.findings),
            audits=len(history.answers),
        )

    def _drill(self, sight: Sight, at: datetime, limits: Limits) -> DrillSeen:
        """By whatever speaks last: a drill's own report, or the audit that looked for one."""
        told: list[tuple[datetime, DrillSeen]] = []
        for started, held, file, proof, region in self._drills.get(sight.server.name, ()):
            if proof.believed and self._means(file, region, sight):
                late = at - started > timedelta(days=limits.drill_days)
                told.append((started, DrillSeen("late" if held and late else "held" if held else "short", started)))
        for one in sight.server.findings:
            if one.control == DRILL_CONTROL and not sight.silent and sight.proof.believed:
                # Told of by the audit: held, not yet due or excused; else it fell short, or there was none.
                good = one.status in ("pass", "warning", "attested", "waived", "not_applicable")
                told.append((sight.at, DrillSeen("held" if good else "none")))
        return max(told, key=lambda one: one[0], default=(at, DrillSeen("none")))[1]

    def _means(self, file: Path, region: str, sight: Sight) -> bool:
        """Older drills name the server alone. Where two regions use its name, the folder has to say whose it is."""
        if region:
            return region == sight.server.region
        return self._bearers[sight.server.name] == 1 or file.parent == sight.file.parent

    def _remarks(self) -> Iterable[str]:
        if unknown := sorted({region for region, _name in self._servers if by_code(region) is None}):
            yield _("these region codes are none of the 552: {codes}").format(codes=", ".join(unknown)[:200])
        if strangers := sorted(set(self._drills) - {name for _region, name in self._servers}):
            yield _("drills of servers that no audit here knows: {names}").format(names=", ".join(strangers)[:200])


def _place(code: str) -> tuple[int, str]:
    """Known regions first, by code."""
    return (0, code) if by_code(code) else (1, code)


def trend(answers: Mapping[Key, Mapping[datetime, Answer]]) -> tuple[Point, ...]:
    """The fleet at the end of every day with an audit; of many days a part, evenly, the first and last among them."""
    events = sorted((at, key, told) for key, mine in answers.items() for at, told in mine.items())
    standing: dict[Key, Answer] = {}
    tally: dict[Answer, int] = dict.fromkeys(ANSWERS, 0)
    days: dict[str, Point] = {}
    for at, key, told in events:
        if key in standing:
            tally[standing[key]] -= 1
        standing[key] = told
        tally[told] += 1
        day = at.astimezone(UTC).date().isoformat()
        days[day] = Point(day, dict(tally))
    points = list(days.values())
    if len(points) <= TREND_POINTS:
        return tuple(points)
    last = len(points) - 1
    return tuple(points[round(place * last / (TREND_POINTS - 1))] for place in range(TREND_POINTS))


@dataclass(frozen=True)
class Province:
    """How a province stands. `regions`: of it, with its own; `audited`: those of them with an audit."""

    code: str
    name: str
    regions: int
    audited: int
    counts: Mapping[Answer, int]


def provinces(view: View) -> tuple[Province, ...]:
    """The 38, in the order of their codes."""
    every: dict[str, int] = {}
    for region in all_regions():
        every[region.province] = every.get(region.province, 0) + 1
    audited: dict[str, int] = {}
    for code in view.regions:
        audited[code[:2]] = audited.get(code[:2], 0) + 1
    counts: dict[str, dict[Answer, int]] = {}
    for line in view.lines:
        mine = counts.setdefault(line.province, dict.fromkeys(ANSWERS, 0))
        mine[line.sight.answer] += 1
    return tuple(
        Province(
            region.code,
            region.name,
            every[region.code],
            audited.get(region.code, 0),
            counts.get(region.code, dict.fromkeys(ANSWERS, 0)),
        )
        for region in all_regions()
        if region.level == "provinsi"
    )
