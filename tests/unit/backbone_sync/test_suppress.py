"""No small count can be told from what is shown: checked by solving for it, without knowing how it was hidden."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from backbone_sync.satu_data.suppress import Protected, protect, with_totals

LEAST = 5
Counts = list[list[int]]


def tables(rows: int, columns: int, most: int) -> st.SearchStrategy[Counts]:
    return st.tuples(st.integers(1, rows), st.integers(1, columns)).flatmap(
        lambda size: st.lists(
            st.lists(st.integers(0, most), min_size=size[1], max_size=size[1]), min_size=size[0], max_size=size[0]
        )
    )


def equations(made: Protected) -> list[tuple[dict[tuple[int, int], int], int]]:
    """What a reader knows: every row and every column adds up. (coefficients of unknown cells, right-hand side)."""
    rows, columns = len(made.values), len(made.values[0])
    lines = [[(r, c) for c in range(columns)] for r in range(rows)] + [
        [(r, c) for r in range(rows)] for c in range(columns)
    ]
    found = []
    for line in lines:
        unknown: dict[tuple[int, int], int] = {}
        known = 0
        for place in line:
            sign = -1 if place == line[-1] else 1
            if made.shown[place[0]][place[1]]:
                known += sign * made.values[place[0]][place[1]]
            else:
                unknown[place] = sign
        if unknown:
            found.append((unknown, -known))
    return found


def determined(made: Protected) -> set[tuple[int, int]]:
    """Hidden cells with one solution only, by Gauss and Jordan over fractions."""
    system = equations(made)
    names = sorted({name for line, _ in system for name in line})
    matrix = [[Fraction(line.get(n, 0)) for n in names] + [Fraction(right)] for line, right in system]
    pivots: list[int] = []
    for column in range(len(names)):
        at = next((i for i in range(len(pivots), len(matrix)) if matrix[i][column]), None)
        if at is None:
            continue
        top = len(pivots)
        matrix[top], matrix[at] = matrix[at], matrix[top]
        matrix[top] = [value / matrix[top][column] for value in matrix[top]]
        for i, line in enumerate(matrix):
            if i != top and line[column]:
                factor = line[column]
                matrix[i] = [a - factor * b for a, b in zip(line, matrix[top], strict=True)]
        pivots.append(column)
    return {names[p] for row, p in enumerate(pivots) if not any(matrix[row][c] for c in range(len(names)) if c != p)}


def can_be(made: Protected, cell: tuple[int, int], value: int) -> bool:
    """Whether some table of whole numbers, none negative, agrees with all that is shown and has `value` in `cell`."""
    system = [(dict(line), right) for line, right in equations(made)]
    names = sorted({name for line, _ in system for name in line} - {cell})
    most = max(max(row) for row in made.values) + LEAST

    def possible(chosen: dict[tuple[int, int], int]) -> bool:
        for line, right in system:
            rest, low, high = right, 0, 0
            for name, sign in line.items():
                if name in chosen:
                    rest -= sign * chosen[name]
                elif sign > 0:
                    high += most
                else:
                    low -= most
            if not low <= rest <= high:
                return False
        return True

    def search(chosen: dict[tuple[int, int], int], left: list[tuple[int, int]]) -> bool:
        if not possible(chosen):
            return False
        if not left:
            return True
        first, *others = left
        true = made.values[first[0]][first[1]]
        # Values near the true ones first: that is where a solution lies, if there is one.
        return any(search({**chosen, first: n}, others) for n in sorted(range(most + 1), key=lambda n: abs(n - true)))

    return search({cell: value}, names)


def small(made: Protected) -> list[tuple[int, int]]:
    return [(r, c) for r, row in enumerate(made.values) for c, n in enumerate(row) if 0 < n < LEAST]


@given(tables(6, 8, 12))
@settings(max_examples=150, deadline=None)
def test_no_hidden_cell_can_be_worked_out(counts: Counts) -> None:
    made = protect(counts, LEAST)
    assert all(not made.shown[r][c] for r, c in small(made))
    assert not determined(made)


@given(tables(3, 3, 9))
@settings(max_examples=120, deadline=None)
def test_every_small_count_might_as_well_be_a_large_one(counts: Counts) -> None:
    made = protect(counts, LEAST)
    for cell in small(made):
        assert can_be(made, cell, LEAST), (counts, cell)


@given(tables(8, 8, 40))
@settings(max_examples=60, deadline=None)
def test_what_is_shown_is_true_and_zeros_and_sums_are_kept(counts: Counts) -> None:
    made = protect(counts, LEAST)
    assert [list(row) for row in made.values] == with_totals(counts)
    for r, row in enumerate(made.values):
        for c, value in enumerate(row):
            assert made.cell(r, c) == (value if made.shown[r][c] else None)
            if value == 0:
                assert made.shown[r][c]


def test_a_table_without_small_counts_is_shown_whole() -> None:
    made = protect([[5, 0], [7, 12]])
    assert all(all(row) for row in made.shown)


def test_hiding_one_cell_alone_would_not_do() -> None:
    made = protect([[3, 20, 30], [25, 40, 10], [50, 60, 70]])
    hidden = {(r, c) for r in range(4) for c in range(4) if not made.shown[r][c]}
    assert hidden == {(0, 0), (0, 1), (1, 0), (1, 1)} or (len(hidden) == 4 and (0, 0) in hidden)
    assert made.cell(-1, -1) == 308


@pytest.mark.parametrize("counts", [[], [[1]], [[0]], [[1, 2]], [[4], [3]]])
def test_the_smallest_tables(counts: Counts) -> None:
    made = protect(counts)
    assert not determined(made)
    assert all(made.cell(r, c) is None for r, c in small(made))


def test_the_solver_of_this_test_finds_a_naive_suppression_out() -> None:
    values = tuple(map(tuple, with_totals([[3, 20], [25, 40]])))
    naive = Protected(values, tuple(tuple(not (r == 0 and c == 0) for c in range(3)) for r in range(3)))
    assert determined(naive) == {(0, 0)}
    assert not can_be(naive, (0, 0), LEAST)
