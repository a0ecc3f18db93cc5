"""Suppression of small counts in a table with totals, so that no total, nor several together, gives one away. Pure.

A count from 1 to `least` - 1 is withheld, and so are as many others as it takes. What is promised: for every small
count there is a table, equal to the true one in all that is shown, in which that count is `least` or more. So nobody
can tell from the table that it is small, let alone what it is.

Each small count is given three partners that form a rectangle with it: one row up, the other down, by the same
amount, leaves every sum as it was. The total row and column are cells like others, which may be partners too; with
both totals in the rectangle there is always a solution.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

# Totals are what people look for: they go only when no other partner will do.
_TOTAL, _GRAND = 1_000_000, 1_000_000_000


@dataclass(frozen=True)
class Protected:
    """The table with its totals as last row and last column; `shown` says which cells may be read."""

    values: tuple[tuple[int, ...], ...]
    shown: tuple[tuple[bool, ...], ...]

    def cell(self, row: int, column: int) -> int | None:
        """A cell's value, None when it is withheld; -1 stands for the totals."""
        return self.values[row][column] if self.shown[row][column] else None


def with_totals(counts: Sequence[Sequence[int]]) -> list[list[int]]:
    """The table with a total column and a total row."""
    rows = [[*row, sum(row)] for row in counts]
    return [*rows, [sum(column) for column in zip(*rows)]] if rows else [[0]]


def protect(counts: Sequence[Sequence[int]], least: int = 5) -> Protected:
    """The table with totals, and which of its cells may be shown. `counts` rows of equal length, none negative."""
    table = with_totals(counts)
    hidden = {(r, c) for r, row in enumerate(table) for c, n in enumerate(row) if 0 < n < least}
    small = sorted(hidden, key=lambda cell: table[cell[0]][cell[1]])
    for cell in small:
        hidden |= _partners(table, hidden, cell, least)
    shown = tuple(tuple((r, c) not in hidden for c in range(len(row))) for r, row in enumerate(table))
    return Protected(tuple(map(tuple, table)), shown)


def _partners(
    table: list[list[int]], hidden: set[tuple[int, int]], cell: tuple[int, int], least: int
) -> set[tuple[int, int]]:
    """The cheapest three cells with which a small one can grow to `least` unseen."""
    row, column = cell
    last_row, last_column = len(table) - 1, len(table[0]) - 1
    need = least - table[row][column]
    best: tuple[int, set[tuple[int, int]]] | None = None
    for r in range(len(table)):
        if r == row:
            continue
        # Two counts of a column move against each other; a count and its total move together.
        up = last_row in (r, row)
        for c in range(len(table[0])):
            if c == column:
                continue
            across = last_column in (c, column)
            moves = (((row, c), across), ((r, column), up), ((r, c), up == across))
            if not all(table[i][j] >= (1 if grows else need) for (i, j), grows in moves):
                continue
            found = {place for place, _ in moves}
            cost = sum(_cost(table, place) for place in found - hidden)
            if best is None or cost < best[0]:
                best = cost, found
    assert best is not None  # with both totals all three grow, and each is at least as large as the cell
    return best[1]


def _cost(table: list[list[int]], place: tuple[int, int]) -> int:
    totals = (place[0] == len(table) - 1) + (place[1] == len(table[0]) - 1)
    return table[place[0]][place[1]] + (0, _TOTAL, _GRAND)[totals]
