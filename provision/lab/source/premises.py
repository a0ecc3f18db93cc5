"""Lessons, and the land, buildings and rooms of schools with their condition by semester. Seeded like the rest."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

from . import reference

if TYPE_CHECKING:
    from .generate import Maker

Row = tuple[Any, ...]
SEMESTERS = ("20232", "20241")  # the semesters for which a condition is on record
_BUILDINGS = 3
_ROOMS = 12
_LAND_KIND, _CLASS_BUILDING, _OFFICE_BUILDING, _CLASSROOM = 60, 50, 51, 1


def pembelajaran(maker: Maker) -> Iterator[Row]:
    """The lessons of every class, each given by somebody assigned to a school of the region."""
    r = maker.random
    for n, (room, _) in enumerate(maker.classes):
        for m, (subject, name) in enumerate(reference.SUBJECTS):
            yield (
                *(maker.uuid(), room, "20241", subject, maker.assignments[(n + m) % len(maker.assignments)]),
                *(r.randint(2, 6), 1, name, None, *maker.common()),
            )


def tanah(maker: Maker) -> Iterator[Row]:
    """One plot a school."""
    r = maker.random
    for n, (school, _) in enumerate(maker.schools):
        key, long, wide = maker.uuid(), r.randint(20, 90), r.randint(15, 60)
        maker.spaces["tanah"].append((key, school))
        yield (key, school, _LAND_KIND, f"Tanah {n + 1}", long, wide, long * wide, *maker.common())


def bangunan(maker: Maker) -> Iterator[Row]:
    """Three buildings a plot; what nobody has measured is empty."""
    r = maker.random
    for land, school in maker.spaces["tanah"]:
        for n in range(_BUILDINGS):
            key, long, wide = maker.uuid(), r.randint(10, 40) + 0.5, r.randint(7, 12)
            kind = _CLASS_BUILDING if n else _OFFICE_BUILDING
            maker.spaces["bangunan"].append((key, school))
            area = None if r.random() < 0.05 else long * wide
            yield (key, school, land, kind, f"Bangunan {n + 1}", long, wide, area, *maker.common())


def ruang(maker: Maker) -> Iterator[Row]:
    """Twelve rooms a school, four a building."""
    r = maker.random
    for building, school in maker.spaces["bangunan"]:
        for n in range(_ROOMS // _BUILDINGS):
            key, kind = maker.uuid(), _CLASSROOM if n else r.randint(2, 4)
            maker.spaces["ruang"].append((key, school))
            yield (key, school, building, kind, f"Ruang {n + 1}", 8, 7, 56, *maker.common())


def _condition(entity: str) -> Callable[[Maker], Iterator[Row]]:
    def rows(maker: Maker) -> Iterator[Row]:
        r = maker.random
        for key, _ in maker.spaces[entity]:
            for semester in SEMESTERS:
                state = r.choices((1, 2, 3, 4), (60, 25, 10, 5))[0]
                yield (maker.uuid(), key, semester, state, (state - 1) * 20 + 2.5, *maker.common())

    return rows


ROWS: dict[str, Callable[[Maker], Iterator[Row]]] = {
    "pembelajaran": pembelajaran,
    "tanah": tanah,
    "bangunan": bangunan,
    "ruang": ruang,
    **{f"kondisi_{entity}": _condition(entity) for entity in ("tanah", "bangunan", "ruang")},
}
