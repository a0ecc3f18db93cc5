"""Rows against the dictionary: each ends in exactly one place, and no reason quotes a value."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from backbone_sync import dictionary
from backbone_sync.dictionary.validator import OUTSIDE, Judged, Scope, Validator
from backbone_sync.privacy import grant

WORDS = dictionary.load()
KEY = "11111111-1111-4111-a111-111111111111"
CLASS: dict[str, Any] = {
    "rombongan_belajar_id": KEY,
    "semester_id": "20241",
    "sekolah_id": "22222222-2222-4222-a222-222222222222",
    "tingkat_pendidikan_id": 3,
    "kurikulum_id": 2024,
    "nama": "Kelas 3",
    "jenis_rombel": 1,
    "moving_class": 0,
    "last_update": "2024-08-01T00:00:00Z",
    "soft_delete": 0,
}


def judge(*rows: Any, entity: str = "rombongan_belajar", scope: Scope | None = None) -> tuple[Judged, Validator]:
    made = WORDS[entity]
    validator = Validator(made, grant.make(WORDS).fields(made), scope)
    return validator.judge([msgspec.Raw(json.dumps(r).encode()) for r in rows]), validator


@pytest.mark.parametrize(
    ("change", "reason", "field"),
    [
        ({"nama": "x" * 31}, "too_long", "nama"),
        ({"moving_class": 7}, "not_in_code_list", "moving_class"),
        ({"tingkat_pendidikan_id": -1}, "out_of_range", "tingkat_pendidikan_id"),
        ({"tingkat_pendidikan_id": "3"}, "wrong_type", "tingkat_pendidikan_id"),
        ({"sekolah_id": "Budi Santoso"}, "malformed", "sekolah_id"),
        ({"sekolah_id": None}, "wrong_type", "sekolah_id"),
        ({"tanggal_mulai": "31-12-2024"}, "not_a_time", "tanggal_mulai"),
        ({"nama": "a\x00b"}, "nul_character", "nama"),
    ],
)
def test_a_row_that_cannot_be_stored_says_why_and_where(change: dict[str, Any], reason: str, field: str) -> None:
    judged, _ = judge({**CLASS, **change})
    assert not judged.rows
    (kept,) = judged.quarantined.values()
    assert (kept.key, kept.reason, kept.field) == (KEY, reason, field)


def test_a_missing_field_is_named() -> None:
    judged, _ = judge({k: v for k, v in CLASS.items() if k != "semester_id"})
    (kept,) = judged.quarantined.values()
    assert (kept.reason, kept.field) == ("missing", "semester_id")


def test_a_bare_tombstone_is_one() -> None:
    judged, _ = judge({"rombongan_belajar_id": KEY, "last_update": "2024-08-01T00:00:00Z", "soft_delete": 1})
    assert judged.tombstones == {KEY: datetime(2024, 8, 1, tzinfo=UTC)}
    assert not judged.quarantined


def test_a_row_without_a_readable_key_is_kept_under_its_digest() -> None:
    judged, _ = judge({**CLASS, "rombongan_belajar_id": 5}, "no object", 7)
    assert len(judged.quarantined) == 3
    assert all(key.startswith("?") for key in judged.quarantined)


def test_keys_are_told_apart_by_value_not_by_case() -> None:
    upper = {**CLASS, "rombongan_belajar_id": "ABCDEFAB-1111-4111-A111-111111111111"}
    lower = {**upper, "rombongan_belajar_id": upper["rombongan_belajar_id"].lower()}
    judged, _ = judge(upper, lower)
    assert len(judged.rows) == 1


def test_only_the_latest_version_of_a_key_counts() -> None:
    old, new = {**CLASS, "nama": "old"}, {**CLASS, "nama": "new", "last_update": "2024-09-01T00:00:00Z"}
    for rows in ((old, new), (new, old)):
        judged, _ = judge(*rows)
        (row,) = judged.rows.values()
        assert "new" in row


def test_a_deletion_wins_a_tie() -> None:
    gone = {**CLASS, "soft_delete": 1}
    for rows in ((CLASS, gone), (gone, CLASS)):
        judged, _ = judge(*rows)
        assert not judged.rows
        assert list(judged.tombstones) == [KEY]


def test_unknown_fields_are_learnt_reported_and_skipped() -> None:
    judged, validator = judge({**CLASS, "class": 1, "kolom baru": [1]}, {**CLASS, "x": None})
    assert validator.unknown == {"class", "kolom baru", "x"}
    assert len(judged.rows) == 1
    assert judged.dropped_values == 3


def test_schools_outside_the_region_are_refused_without_a_payload() -> None:
    school = {
        **{f.name: None for f in WORDS["sekolah"].fields if f.nullable},
        "sekolah_id": KEY,
        "nama": "SD Contoh",
        "bentuk_pendidikan_id": 5,
        "alamat_jalan": "Jalan Contoh",
        "desa_kelurahan": "Contoh",
        "status_sekolah": 1,
        "status_kepemilikan_id": 1,
        "keaktifan": 1,
        "last_update": "2024-08-01T00:00:00Z",
        "soft_delete": 0,
        "kode_wilayah": "036301  ",
    }
    inside, _ = judge(school, entity="sekolah", scope=Scope(areas=frozenset({"036301"})))
    assert len(inside.rows) == 1
    outside, _ = judge(school, entity="sekolah", scope=Scope(areas=frozenset({"036100"})))
    (kept,) = outside.quarantined.values()
    assert (kept.reason, kept.payload, outside.refused) == (OUTSIDE, None, 1)


def test_what_hangs_on_a_refused_school_is_refused() -> None:
    judged, _ = judge(CLASS, scope=Scope(refused={"sekolah": frozenset({CLASS["sekolah_id"]})}))
    assert judged.refused == 1


VALUES = st.one_of(
    *(st.none(), st.booleans(), st.integers(), st.floats(allow_nan=False)),
    st.text(alphabet="a0-:\x00é", max_size=40),
    st.lists(st.integers(), max_size=2),
)
CHANGES = st.lists(st.tuples(st.sampled_from([k for k in CLASS if k != "rombongan_belajar_id"]), VALUES), max_size=4)


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(CHANGES)
def test_every_row_ends_in_exactly_one_place(changes: list[tuple[str, Any]]) -> None:
    rows = [
        {**CLASS, "rombongan_belajar_id": f"{n:08x}-1111-4111-a111-111111111111", name: value}
        for n, (name, value) in enumerate(changes)
    ]
    judged, _ = judge(*rows)
    places = [*judged.rows, *judged.tombstones, *judged.quarantined]
    assert len(places) == len(set(places)) == len(rows) == judged.received


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.text(alphabet="aBudi 0-:'`$.", min_size=6, max_size=60))
def test_no_reason_quotes_a_value(secret: str) -> None:
    for name in ("sekolah_id", "moving_class", "semester_id", "tanggal_mulai", "last_update"):
        judged, _ = judge({**CLASS, name: secret})
        for kept in judged.quarantined.values():
            assert kept.reason in {
                *("malformed", "not_in_code_list", "too_long", "not_a_time", "wrong_type", "nul_character")
            }
            assert kept.field in {name, None}


DETOURS: list[dict[str, Any]] = [
    {},
    {},
    {},
    {"rombongan_belajar_id": KEY},
    {"rombongan_belajar_id": KEY.upper()},
    {"sekolah_id": "33333333-3333-4333-a333-333333333333"},
    {"sekolah_id": "x" * 36},
    {"sekolah_id": "22222222-2222-4222-a222-22222222222\n"},
    {"soft_delete": 1},
    {"last_update": "2024-08-02T07:00:00+07:00"},
    {"last_update": "0001-01-01T00:00:00Z"},
    {"create_date": "9999-12-31T00:00:00Z"},
    {"nama": "\x00"},
    {"nama": None},
    {"baru": 1},
    {"`": None},
    {"moving_class": 7},
]


@settings(max_examples=200, suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(
    detours=st.lists(st.sampled_from(DETOURS), max_size=4),
    at=st.lists(st.integers(0, 199), min_size=10, max_size=10),
    count=st.integers(1, 200),
    last=st.sampled_from(DETOURS),
)
def test_rows_judged_together_are_judged_as_each_alone(
    detours: list[dict[str, Any]], at: list[int], count: int, last: dict[str, Any]
) -> None:
    rows = [{**CLASS, "rombongan_belajar_id": f"{n:08d}-1111-4111-a111-111111111111"} for n in range(count)]
    for place, change in zip(at, detours, strict=False):
        rows[place % count] |= change
    rows[-1] |= last
    raws = [msgspec.Raw(json.dumps(row).encode()) for row in rows]
    made = WORDS["rombongan_belajar"]
    scope = Scope(refused={"sekolah": frozenset({"33333333-3333-4333-a333-333333333333"})})
    together = Validator(made, grant.make(WORDS).fields(made), scope)
    alone = Validator(made, grant.make(WORDS).fields(made), scope)
    nul = any("\x00" in str(row["nama"]) for row in rows)
    expected = Judged(received=len(raws))
    for raw in raws:
        alone._one(raw, expected, nul)
    assert together.judge(raws, nul) == expected
    assert together.unknown == alone.unknown


@given(st.lists(st.sampled_from(("1234567890", "", "0000000000", "12345", None, "1234567890\n1234567890")), max_size=9))
def test_flags_of_rows_judged_together_are_those_of_each_alone(values: list[str | None]) -> None:
    students = WORDS["peserta_didik"]
    granted = tuple(f for f in students.fields if f.name in ("peserta_didik_id", "nisn", "last_update", "soft_delete"))
    validator = Validator(students, granted)
    raws = [
        msgspec.Raw(
            json.dumps(
                {
                    "peserta_didik_id": f"{n:08d}-1111-4111-a111-111111111111",
                    "nisn": value,
                    "last_update": "2024-08-01T00:00:00Z",
                    "soft_delete": 0,
                }
            ).encode()
        )
        for n, value in enumerate(values)
    ]
    expected = Judged(received=len(raws))
    for raw in raws:
        validator._one(raw, expected, nul_possible=False)
    assert validator.judge(raws, nul_possible=False) == expected
    assert expected.flagged == sum(value not in (None, "1234567890") for value in values)
