"""Any JSON whatsoever in any field: never an exception, always exactly one place, and a doubtful identifier stays."""

from __future__ import annotations

import msgspec
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from backbone_sync import dictionary
from backbone_sync.dictionary import Entity
from backbone_sync.dictionary.validator import Judged, Scope, Validator
from backbone_sync.privacy import grant
from tests.support import rows

WORDS = dictionary.load()
EVERYTHING = grant.make(WORDS, leave_out=())
NAMES = sorted({f.name for e in WORDS.entities for f in e.fields})
REASONS = {
    *("missing", "unknown_field", "not_in_code_list", "too_long", "malformed", "out_of_range", "not_a_time"),
    *("wrong_type", "nul_character", "not_an_object", "outside_region"),
}
QUIET = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])


def judge(entity: Entity, body: bytes) -> Judged:
    scope = Scope(areas=frozenset({"1"}))
    return Validator(entity, EVERYTHING.fields(entity), scope).judge([msgspec.Raw(body)])


def placed(judged: Judged) -> int:
    return len(judged.rows) + len(judged.tombstones) + len(judged.quarantined)


@pytest.mark.parametrize("name", WORDS.names)
def test_a_right_row_of_every_entity_is_stored(name: str) -> None:
    judged = judge(WORDS[name], rows.text(rows.right(WORDS[name]), {}))
    assert (len(judged.rows), judged.quarantined, judged.flagged) == (1, {}, 0)


@QUIET
@given(st.sampled_from(WORDS.names), st.dictionaries(st.sampled_from(NAMES), rows.ANYTHING, max_size=3))
@example("peserta_didik", {"last_update": '"9999-12-31T23:59:59-23:59"'})
@example("peserta_didik", {"create_date": '"0001-01-01T00:00:00+23:59"'})
@example("peserta_didik", {"peserta_didik_id": "[" * 60_000 + "]" * 60_000})
@example("peserta_didik", {"nama": "[" * 60_000 + "]" * 60_000})
@example("peserta_didik", {"soft_delete": "1", "last_update": '"0001-01-01T00:00:00+23:59"'})
@example("ref.agama", {"agama_id": "9" * 400})
def test_anything_in_any_field_ends_in_exactly_one_place(name: str, change: dict[str, str]) -> None:
    judged = judge(WORDS[name], rows.text(rows.right(WORDS[name]), change))
    assert placed(judged) == judged.received == 1
    for kept in judged.quarantined.values():
        assert kept.reason in REASONS
        assert kept.field is None or kept.field in NAMES or kept.field.isidentifier()


@QUIET
@given(st.sampled_from(WORDS.names), st.one_of(rows.ANYTHING.map(str.encode), st.binary(max_size=80)))
def test_anything_in_place_of_a_row_is_set_aside(name: str, body: bytes) -> None:
    judged = judge(WORDS[name], body)
    assert (len(judged.rows), placed(judged)) == (0, 1)


@QUIET
@given(st.dictionaries(st.text(max_size=80), rows.ANYTHING, min_size=1, max_size=4))
@example({"\f": "1"})
@example({'"': "1", "\\": "2", "`": "3", "": "4"})
@example({"x" * 70: "1"})
@example({f"kolom_{n}": "1" for n in range(450)})
def test_a_field_of_any_name_that_nobody_knows_is_dropped_counted_and_reported(more: dict[str, str]) -> None:
    entity = WORDS["sekolah"]
    strange = {name: said for name, said in more.items() if name not in {f.name for f in entity.fields}}
    try:
        for said in strange.values():
            msgspec.json.decode(said)
    except (msgspec.DecodeError, RecursionError):
        return
    validator = Validator(entity, EVERYTHING.fields(entity), Scope(areas=frozenset({"1"})))
    body = msgspec.Raw(rows.text(rows.right(entity), strange))
    judged = validator.judge([body, body])
    assert (len(judged.rows), judged.quarantined) == (1, {})
    assert judged.dropped_values == 2 * len(strange)
    assert validator.unknown <= set(strange)
    assert len(validator.unknown) == min(len(strange), 400)


IDENTIFIERS = [(e.name, f.name) for e in WORDS.entities for f in e.fields if f.type == "identifier"]


@QUIET
@given(st.sampled_from(IDENTIFIERS), st.text(st.characters(exclude_characters="\x00", codec="utf-8"), max_size=32))
@example(("peserta_didik", "nik"), "0000000000000000")
@example(("peserta_didik", "nik"), "A1234567")
@example(("peserta_didik", "nisn"), "")
@example(("sekolah", "npsn"), "P9900001")
@example(("ptk", "nik"), "3374010101010001\n")
def test_a_doubtful_identifier_is_flagged_and_its_row_kept_as_it_came(which: tuple[str, str], said: str) -> None:
    entity, field = WORDS[which[0]], WORDS[which[0]].field(which[1])
    judged = judge(entity, msgspec.json.encode({**rows.right(entity), field.name: said}))
    (row,) = judged.rows.values()
    assert row[[f.name for f in entity.fields].index(field.name)] == said
    ascii_digits = said.isascii() and said.isalnum() and "\n" not in said
    if field.name == "nik" and not (ascii_digits and len(said) == 16 and said.isdigit() and said[0] != "0"):
        assert row[-1] == ["nik"]
    assert (row[-1] is not None) == bool(judged.flagged)
