"""Stored rows against the source's own counts, by kecamatan and semester: where they differ, and where nothing can
be said.

A difference names the place to look. Where the source gives digests, as many rows are equal only if they are the same
rows in the same versions; without, two differences may cancel out.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from backbone_sync.dictionary import Dictionary
from backbone_sync.interfaces import Cell, Source, Storage

EQUAL, DIFFERENT, INCOMPARABLE = "equal", "different", "not_comparable"


@dataclass(frozen=True)
class Line:
    """One entity in one kecamatan and semester ("" where the entity has none); `source` None: it did not tell."""

    entity: str
    kecamatan: str
    semester: str
    source: int | None
    stored: int
    verdict: str
    why: str = ""


def compare(entity: str, source: tuple[Cell, ...] | None, stored: tuple[Cell, ...]) -> tuple[Line, ...]:
    """The lines of one entity, ordered by place and time. Pure."""
    if source is None:
        why = "the source gives no counts by kecamatan and semester"
        return tuple(Line(entity, c.kecamatan, c.semester, None, c.live, INCOMPARABLE, why) for c in stored)
    theirs = {(c.kecamatan, c.semester): c for c in source}
    ours = {(c.kecamatan, c.semester): c for c in stored}
    made = []
    for place in sorted(theirs.keys() | ours.keys()):
        there, here = theirs.get(place), ours.get(place)
        live = (there.live if there else 0, here.live if here else 0)
        verdict, why = (EQUAL, "") if live[0] == live[1] else (DIFFERENT, "")
        if verdict == EQUAL and there and here and there.digest and here.digest and there.digest != here.digest:
            verdict, why = DIFFERENT, "as many rows, but not the same ones or not their last versions"
        made.append(Line(entity, *place, *live, verdict, why))
    return tuple(made)


def reconcile(store: Storage, source: Source, words: Dictionary, entities: tuple[str, ...]) -> tuple[Line, ...]:
    """All lines of `entities`; entities without a place and a time have one line each. Changes nothing."""
    made: list[Line] = []
    for name in entities:
        asked = source.capabilities(name).breakdown
        lines = compare(name, source.breakdown(name) if asked else None, store.breakdown(words, words[name]))
        made += explained(lines, store.holding(words[name]).withheld)
    return tuple(made)


def explained(lines: tuple[Line, ...], withheld: int) -> tuple[Line, ...]:
    """The lines of one entity when `withheld` rows of it are kept out by the grant or an erasure. Pure.

    Of those rows nothing but the key is kept, so nobody can say where they belong; but when the source has just as
    many more as are kept out, and nowhere fewer, nothing is missing.
    """
    short = [line for line in lines if line.verdict == DIFFERENT]
    more = [(line.source or 0) - line.stored for line in short]
    if not withheld or not short or min(more) < 1 or sum(more) != withheld:
        return lines
    why = f"as many rows are missing as grant and erasures keep out: {withheld}"
    return tuple(replace(line, verdict=INCOMPARABLE, why=why) if line in short else line for line in lines)
