"""The gate's decisions without a database: who is kept out, what is emptied, what becomes of a correction."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from backbone_sync import dictionary
from backbone_sync.dictionary.validator import Judged, Quarantined
from backbone_sync.privacy import gate, grant
from backbone_sync.privacy.gate import ERASED, OUTSIDE_GRANT, Correction, Known
from backbone_sync.run.reconcile import DIFFERENT, EQUAL, INCOMPARABLE, Line, explained

WORDS = dictionary.load()
GRANT = grant.make(WORDS)
T0 = datetime(2026, 1, 1, tzinfo=UTC)
KEY, OTHER = "aaaaaaaa-0000-4000-a000-000000000001", "aaaaaaaa-0000-4000-a000-000000000002"


def row(entity: str, **values: Any) -> tuple[Any, ...]:
    return (*(values.get(f.name, T0 if f.name == "last_update" else None) for f in GRANT.fields(WORDS[entity])), None)


def sifted(entity: str, judged: Judged, known: Known) -> gate.Sifted:
    made, granted = WORDS[entity], GRANT.fields(WORDS[entity])
    return gate.sift(made, granted, gate.parents(made, granted, WORDS), judged, known)


def value(judged: Judged, entity: str, name: str) -> Any:
    place = [f.name for f in GRANT.fields(WORDS[entity])].index(name)
    return judged.rows[KEY][place]


def test_a_row_that_is_kept_out_leaves_its_key_and_nothing_else() -> None:
    page = Judged(rows={KEY: row("ptk", nama="X"), OTHER: row("ptk", nama="Y")}, received=2)
    made = sifted("ptk", page, Known(own={KEY: ERASED})).judged
    assert set(made.rows) == {OTHER}
    assert made.quarantined == {KEY: Quarantined(KEY, ERASED, None, T0, None)}
    assert gate.withheld(made) == 1
    assert set(page.rows) == {KEY, OTHER}


def test_a_school_of_another_form_is_kept_out() -> None:
    page = Judged(rows={KEY: row("sekolah", bentuk_pendidikan_id=13), OTHER: row("sekolah", bentuk_pendidikan_id=5)})
    made = sifted("sekolah", page, Known(forms=frozenset({5}))).judged
    assert set(made.rows) == {OTHER}
    assert made.quarantined[KEY].reason == OUTSIDE_GRANT


def test_a_needed_reference_keeps_a_row_out_and_a_mention_is_emptied() -> None:
    known = Known(parents={"sekolah": {OTHER: OUTSIDE_GRANT}, "ptk": {OTHER: ERASED}})
    enrolled = Judged(rows={KEY: row("ptk_terdaftar", sekolah_id=OTHER, ptk_id=KEY)})
    assert sifted("ptk_terdaftar", enrolled, known).judged.quarantined[KEY].field == "sekolah_id"
    taught = Judged(rows={KEY: row("rombongan_belajar", sekolah_id=KEY, ptk_id=OTHER, nama="1A")})
    made = sifted("rombongan_belajar", taught, known).judged
    assert value(made, "rombongan_belajar", "ptk_id") is None
    assert value(made, "rombongan_belajar", "nama") == "1A"


@pytest.mark.parametrize(
    ("centre", "later", "state", "stored"),
    [
        (date(2010, 1, 1), 0, None, "2010-02-02"),  # the row as it was: the correction stands
        (date(2010, 1, 1), 1, "disputed", "2010-02-02"),  # changed since, and still the old value
        (date(2010, 3, 3), 1, "disputed", "2010-02-02"),
        (date(2010, 2, 2), 1, "confirmed", "2010-02-02"),
    ],
)
def test_a_correction_stands_until_the_centre_has_the_same(
    centre: date, later: int, state: str | None, stored: str
) -> None:
    moment = T0 + timedelta(days=later)
    page = Judged(rows={KEY: row("peserta_didik", tanggal_lahir=centre, last_update=moment)})
    known = Known(corrections={KEY: (Correction(7, "tanggal_lahir", "2010-02-02", T0),)})
    made = sifted("peserta_didik", page, known)
    assert made.settled == (((7, state, moment),) if state else ())
    assert value(made.judged, "peserta_didik", "tanggal_lahir") == stored


@pytest.mark.parametrize(
    ("payload", "known", "reason", "kept"),
    [
        ('{"bentuk_pendidikan_id": 5}', Known(forms=frozenset({5})), "malformed", True),
        ('{"bentuk_pendidikan_id": 13}', Known(forms=frozenset({5})), OUTSIDE_GRANT, False),
        ('{"bentuk_pendidikan_id": "?"}', Known(forms=frozenset({5})), "malformed", False),
        ('{"bentuk_pendidikan_id": 5}', Known(own={KEY: ERASED}), ERASED, False),
    ],
)
def test_what_goes_to_quarantine_keeps_no_more_than_a_stored_row_might(
    payload: str, known: Known, reason: str, kept: bool
) -> None:
    page = Judged(quarantined={KEY: Quarantined(KEY, "malformed", None, T0, payload)})
    made = sifted("sekolah", page, known).judged.quarantined[KEY]
    assert (made.reason, made.payload is not None) == (reason, kept)


def test_a_row_without_a_readable_key_keeps_no_content_where_somebody_is_kept_out() -> None:
    page = Judged(quarantined={"?1": Quarantined("?1", "malformed", None, None, '{"nama": "X"}')})
    assert sifted("ptk", page, Known()).judged.quarantined["?1"].payload is None


def test_what_went_says_where_to_look_for_more() -> None:
    limited = grant.Grant(GRANT.entities, levels=("SD",))
    assert set(gate.needed_sweeps(WORDS["sekolah"], WORDS, limited)) >= {"rombongan_belajar", "ptk_terdaftar"}
    assert gate.needed_sweeps(WORDS["registrasi_peserta_didik"], WORDS, limited) == ("peserta_didik",)
    assert gate.needed_sweeps(WORDS["peserta_didik"], WORDS, limited) == ()
    assert gate.needed_sweeps(WORDS["sekolah"], WORDS, GRANT) == ()


def test_what_the_gate_keeps_out_explains_a_difference_only_when_it_is_just_as_many() -> None:
    def verdicts(withheld: int, *cells: tuple[int, int]) -> list[str]:
        lines = tuple(
            Line("ptk", str(n), "", *pair, EQUAL if pair[0] == pair[1] else DIFFERENT) for n, pair in enumerate(cells)
        )
        return [line.verdict for line in explained(lines, withheld)]

    assert verdicts(3, (10, 8), (5, 4), (7, 7)) == [INCOMPARABLE, INCOMPARABLE, EQUAL]
    assert verdicts(0, (10, 8)) == [DIFFERENT]
    assert verdicts(2, (10, 7)) == [DIFFERENT]
    assert verdicts(2, (10, 7), (4, 5)) == [DIFFERENT, DIFFERENT]
