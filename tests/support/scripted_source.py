"""A source in memory that behaves as a test wants: page sizes, order within ties, duplicates, clocks, abilities."""

from __future__ import annotations

import dataclasses
import json
import uuid
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec

from backbone_sync.dictionary import Entity
from backbone_sync.dictionary import digest as digests
from backbone_sync.interfaces import Capabilities, Cell, Page, Total

START = datetime(2025, 1, 1, tzinfo=UTC)


def key_of(number: int) -> str:
    """The uuid of row `number`."""
    return str(uuid.UUID(int=number, version=4))


def moment(tick: int) -> str:
    """The time `tick` minutes after START, as the contract writes it."""
    return (START + timedelta(minutes=tick)).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def membership(number: int, tick: int, gone: bool = False, **values: Any) -> dict[str, Any]:
    """A row of anggota_rombel."""
    row = {
        "anggota_rombel_id": key_of(number),
        "rombongan_belajar_id": key_of(1_000_000),
        "peserta_didik_id": key_of(2_000_000 + number),
        "jenis_pendaftaran_id": 1,
        "create_date": moment(0),
        "last_update": moment(tick),
        "soft_delete": int(gone),
        "last_sync": None,
        "updater_id": None,
    }
    return {**row, **values}


@dataclasses.dataclass
class Scripted:
    """Serves `rows` (by number) of one entity, and no areas. `sizes` are the pages' sizes, used in turn.

    `doubled`: every page begins with the last row of the one before. `skew`: the source's clock runs off by so much.
    `slipped`: rows that a listing passes over, though totals and snapshots have them. `shown`: rows as listings have
    them, where that is not as totals and snapshots do.
    """

    entity: str = "anggota_rombel"
    rows: dict[int, dict[str, Any]] = dataclasses.field(default_factory=dict)
    can: Capabilities = dataclasses.field(default_factory=Capabilities)
    sizes: tuple[int, ...] = (3,)
    doubled: bool = False
    skew: timedelta = timedelta(0)
    counts: bool = True
    slipped: frozenset[int] = frozenset()
    shown: dict[int, dict[str, Any]] = dataclasses.field(default_factory=dict)
    requests: int = 0
    now: int = 10**6

    def _listed(self) -> list[dict[str, Any]]:
        there = {**self.rows, **self.shown}.items()
        rows = [r for n, r in there if n not in self.slipped and (self.can.tombstones or not r["soft_delete"])]
        return sorted(rows, key=lambda r: (r["last_update"], r["anggota_rombel_id"]))

    def capabilities(self, entity: str) -> Capabilities:
        """As the test says."""
        return self.can

    def page(self, entity: str, fields: tuple[str, ...], cursor: str = "", since: datetime | None = None) -> Page:
        """A page; the cursor holds time and key of the last row, as a keyset does."""
        clock = START + timedelta(minutes=self.now) + self.skew
        if entity != self.entity:
            return Page([], "", False, clock)
        size = self.sizes[self.requests % len(self.sizes)]
        self.requests += 1
        rows = self._listed()
        if cursor:
            after = tuple(json.loads(cursor))
            rest = [r for r in rows if (r["last_update"], r["anggota_rombel_id"]) > after]
            before = [r for r in rows if (r["last_update"], r["anggota_rombel_id"]) <= after][-1:]
        else:
            assert since is None or self.can.since
            text = since.isoformat(timespec="milliseconds").replace("+00:00", "Z") if since else ""
            rest, before = [r for r in rows if r["last_update"] >= text], []
        sent = rest[:size]
        place = json.dumps([sent[-1]["last_update"], sent[-1]["anggota_rombel_id"]]) if sent else cursor or '["",""]'
        shown = (before if self.doubled else []) + sent
        raws = [msgspec.Raw(json.dumps(r).encode()) for r in shown]
        return Page(raws, place, len(rest) > size, clock)

    def totals(self) -> Mapping[str, Total] | None:
        """Right counts, or none."""
        if not self.counts:
            return None
        gone = sum(r["soft_delete"] for r in self.rows.values())
        digest = digests.of(self._in_force()) if self.can.snapshot else None
        mine = Total(len(self.rows) - gone, gone if self.can.tombstones else None, digest)
        return {"ref.mst_wilayah": Total(0, 0), self.entity: mine}

    def _in_force(self) -> list[tuple[str, datetime]]:
        live = [r for r in self.rows.values() if not r["soft_delete"]]
        return [(r["anggota_rombel_id"], datetime.fromisoformat(r["last_update"])) for r in live]

    def snapshot(self, entity: Entity) -> Iterator[tuple[str, datetime]]:
        """Every row in force."""
        yield from self._in_force() if entity.name == self.entity else ()

    def breakdown(self, entity: str) -> tuple[Cell, ...] | None:
        """None."""
        return None

    def traffic(self) -> tuple[int, int]:
        """Requests; nothing came over a line."""
        return self.requests, 0
