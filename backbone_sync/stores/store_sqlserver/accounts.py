"""What SQL Server holds, counted: rows, quarantine, references that lead nowhere, parts by kecamatan and semester."""

from __future__ import annotations

from backbone_sync.dictionary import Dictionary, Entity, Field, digest
from backbone_sync.dictionary.validator import OUTSIDE, Scope
from backbone_sync.interfaces import Cell
from backbone_sync.privacy.gate import WITHHELD
from backbone_sync.run.state import Holding, Orphans
from backbone_sync.stores import accounts_sqlserver as made
from backbone_sync.stores import ddl_sqlserver as ddl
from backbone_sync.stores import people_sqlserver as people
from backbone_sync.stores import state_sqlserver as says
from backbone_sync.stores.staged_rows import listed, utc
from backbone_sync.stores.store_accounts import Waiting
from backbone_sync.stores.store_sqlserver.database import Database


def scope(database: Database, words: Dictionary, region: str) -> Scope:
    """The region's area codes by `ref.mst_wilayah` and its parent links, and refused keys by entity."""
    areas = database.rows(made.within(words), region)
    refused: dict[str, set[str]] = {}
    for entity, key in database.rows(says.REFUSED, OUTSIDE):
        refused.setdefault(str(entity), set()).add(str(key))
    return Scope(frozenset(str(a[0]) for a in areas), {e: frozenset(k) for e, k in refused.items()})


def holding(database: Database, entity: Entity) -> Holding:
    """Counts of what is stored, in quarantine (of those: refused as outside the region) and withdrawn."""
    withheld = listed(WITHHELD)
    (row,) = database.rows(made.holding(entity), withheld, OUTSIDE, withheld)
    return Holding(*(int(n) for n in row))


def quarantine(database: Database, entity: str | None, *, values: bool, most: int) -> tuple[Waiting, ...]:
    """Rows in quarantine, the newest first; their content only with `values`."""
    asked = people.SET_ASIDE_VALUES if values else people.SET_ASIDE
    rows = database.rows(asked, entity, entity or "", most)
    shown = [[*row, None][:9] for row in rows]
    return tuple(Waiting.of((*r[:4], f"{utc(r[4]):%Y-%m-%dT%H:%M:%SZ}" if r[4] else None, *r[5:])) for r in shown)


def evict(database: Database, entity: Entity, granted: tuple[Field, ...], within: Scope, run_id: int) -> int:
    """Refuse stored rows that no longer lie in the region, within the caller's transaction.

    Returns how many lie outside by their own area; those that go with a refused row have been answered for with it.
    """
    evicted = 0
    for item in granted:
        if item.scope == "region":
            values = listed(sorted(within.areas))
        elif item.scope and within.refused.get(item.scope):
            values = listed(sorted(within.refused[item.scope]))
        else:
            continue
        change, add, delete = made.evict(entity, item, keep=item.scope == "region")
        database.run(change, OUTSIDE, item.name, run_id, values)
        database.run(add, OUTSIDE, item.name, run_id, run_id, values)
        gone = database.run(delete, values)
        evicted += gone if item.scope == "region" else 0
    return evicted


def orphans(
    database: Database, words: Dictionary, entity: Entity, field: Field, run_id: int, *, whole: bool
) -> Orphans:
    """Bring the list of rows whose `field` leads nowhere up to date, within the caller's transaction.

    `whole`: judge every row. Otherwise those that this run touched, those that were orphans, and the children of rows
    that this run deleted.
    """
    assert field.reference is not None
    parent, asks = words[field.reference], made.orphaned(words, entity, field)
    there = database.one(says.EXISTS, ddl.qualified(parent))
    if there is None or database.one(asks.any_parent) is None:
        database.run(says.NO_ORPHANS, entity.name, field.name)
        return Orphans(entity.name, field.name, parent.name, None, None)
    if whole:
        database.run(says.NO_ORPHANS, entity.name, field.name)
        database.run(asks.all_new)
    else:
        database.run(asks.healed)
        database.run(asks.touched)
        database.run(asks.bereft, run_id)
    ((every, waiting),) = database.rows(asks.count)
    return Orphans(entity.name, field.name, parent.name, int(every), int(waiting))


def known(database: Database, entity: Entity) -> str | None:
    """The digest of every row that is known, also of those set aside; None where one could not be read."""
    ((stored, aside, unreadable),) = database.rows(made.known(entity))
    return None if int(unreadable) else digest.folded(int(stored) + int(aside))


def breakdown(database: Database, words: Dictionary, entity: Entity) -> tuple[Cell, ...]:
    """Stored rows in force of an entity by kecamatan and semester, each "" where it cannot be told."""
    rows = database.rows(made.breakdown(words, entity))
    cells = [Cell(str(a or ""), str(s or ""), int(n), digest.folded(int(total))) for a, s, n, total in rows if n]
    return tuple(sorted(cells, key=lambda cell: (cell.kecamatan, cell.semester)))
