"""The verdict on a drill: what holds, and that everything that may go wrong turns it red."""

from __future__ import annotations

import gzip
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import jsonschema
import pytest

import provision.operate
from provision.operate.compare import compare_sequences, judge, unfinished
from provision.operate.drill import document
from provision.operate.remote.disk import public

SCHEMA = Path(provision.operate.__file__).parent / "schema" / "drill.json"


def test_a_drill_that_held(observed: dict[str, Any]) -> None:
    result = judge("lab-kab", observed)
    assert result.ok
    assert result.identical
    assert result.shortcomings == ()
    assert (result.tables, result.rows) == (2, 433)
    assert result.rto_seconds == 5.2  # restore and recovery, not the proofs
    assert (result.rpo_seconds, result.rpo_basis) == (124.0, "canary")
    assert result.target_at == "2026-11-21T01:02:04Z"
    assert result.unlogged == ("backbone: staging.sekolah",)


def table(observed: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = observed["restored"]["databases"]["backbone"]["tables"]
    return found


SPOILED: dict[str, tuple[Callable[[dict[str, Any]], object], str]] = {
    "a row changed": (
        lambda o: table(o)["backbone.sekolah"].__setitem__(1, "-18"),
        "backbone: backbone.sekolah has 430 rows as it should, but not the same ones",
    ),
    "a row lost": (
        lambda o: table(o).update({"backbone.sekolah": [429, "-1", "9"]}),
        "backbone: backbone.sekolah has 429 rows instead of 430",
    ),
    "a table lost": (
        lambda o: table(o).pop("backbone.sekolah"),
        "backbone: backbone.sekolah is missing from the restored cluster",
    ),
    "a table too many": (
        lambda o: table(o).update({"backbone.baru": [0, "0", "0"]}),
        "backbone: backbone.baru exists in the restored cluster only",
    ),
    "a database lost": (
        lambda o: o["restored"]["databases"].pop("postgres"),
        "database postgres is missing from the restored cluster",
    ),
    "a constraint lost": (
        lambda o: o["restored"]["databases"]["backbone"]["structure"].pop(),
        "backbone: missing: column backbone.sekolah.npsn text not null",
    ),
    "a role lost": (
        lambda o: o["restored"]["cluster"].remove("role backbone_sync"),
        "cluster: missing: role backbone_sync",
    ),
    "a sequence behind": (
        lambda o: o["restored"]["databases"]["backbone"]["sequences"].update(
            {"backbone_ops.canary_id_seq": [2, 1, 1, 1]}
        ),
        "backbone: sequence backbone_ops.canary_id_seq is 2 instead of 3",
    ),
    "roles not read": (
        lambda o: (o["source"].update(cluster=[]), o["restored"].update(cluster=[])),
        "cluster: roles and databases of the source were not read",
    ),
}


@pytest.mark.parametrize("name", SPOILED)
def test_every_difference_turns_it_red(name: str, observed: dict[str, Any]) -> None:
    spoil, sentence = SPOILED[name]
    spoil(observed)
    result = judge("lab-kab", observed)
    assert not result.ok
    assert not result.identical
    assert sentence in result.differences


NOT_PROVEN: dict[str, tuple[Callable[[dict[str, Any]], object], str]] = {
    "amcheck found damage": (
        lambda o: o.update(amcheck={"made": True, "ok": False, "said": ["heap table damaged"]}),
        "pg_amcheck found damage: heap table damaged",
    ),
    "amcheck not made": (lambda o: o.pop("amcheck"), "pg_amcheck could not be made"),
    "checksums are off": (
        lambda o: o.update(checksums={"made": False, "ok": False, "blocks": 0, "said": ["not enabled"]}),
        "pg_checksums could not be made: not enabled",
    ),
    "recovered too little": (
        lambda o: o["canary"].update(recovered=[1]),
        "the canary written before the mark did not come back",
    ),
    "recovered too much": (
        lambda o: o["canary"].update(recovered=[1, 2, 3]),
        "the canary written after the mark is there: recovery went beyond its target",
    ),
    "a flipped byte was not noticed": (
        lambda o: o["controls"]["flipped_byte"].update(noticed=False),
        "the drill did not notice one flipped byte in a backup file",
    ),
    "a control was not run": (
        lambda o: o["controls"].pop("wrong_key"),
        "not proven that the drill notices a wrong passphrase: the control was not made",
    ),
    "a control could not be made": (
        lambda o: o["controls"]["missing_wal"].update(made=False, noticed=False, said="no room"),
        "not proven that the drill notices one missing WAL segment: no room",
    ),
    "no canaries of that moment": (
        lambda o: o["canary"].update(after=None),
        "no canaries tell of that moment",
    ),
    "the archived canary is gone": (
        lambda o: o["canary"].update(recovered=[2]),
        "the newest archived canary did not come back",
    ),
}


@pytest.mark.parametrize("name", NOT_PROVEN)
def test_what_was_not_proven_is_no_pass(name: str, observed: dict[str, Any]) -> None:
    spoil, sentence = NOT_PROVEN[name]
    spoil(observed)
    result = judge("lab-kab", observed)
    assert not result.ok
    assert result.shortcomings == (sentence,)


def test_a_moment_without_a_mark_is_not_compared_and_not_green(observed: dict[str, Any]) -> None:
    observed.update(compared=False, goal={"kind": "time"}, source={"databases": {}, "cluster": []})
    result = judge("lab-kab", observed)
    assert not result.ok
    assert (result.to, result.was_compared, result.identical) == ("time", False, False)
    assert len(result.shortcomings) == 1
    assert result.shortcomings[0].startswith("not compared: no mark was made at that moment")
    assert {(table.rows, table.restored) for table in result.compared} == {(None, 430), (None, 3)}
    assert (result.differences, result.rows) == ((), 433)


def test_nothing_compared_is_no_pass(observed: dict[str, Any]) -> None:
    for which in ("source", "restored"):
        observed[which]["databases"]["backbone"]["tables"] = {}
    result = judge("lab-kab", observed)
    assert not result.ok
    assert not result.identical


def test_a_drill_that_fell_short_early_says_where(observed: dict[str, Any]) -> None:
    observed.update(failed={"step": "restore", "message": "no room"}, steps={"prepare": 0.1, "restore": 0.2})
    result = judge("lab-kab", observed)
    assert not result.ok
    assert not result.identical
    assert result.shortcomings == ("restore: no room",)
    assert result.rpo_seconds is None


def test_an_observation_that_just_ends_is_no_pass(observed: dict[str, Any]) -> None:
    del observed["steps"]["digest_restored"]
    assert judge("lab-kab", observed).shortcomings == ("the drill did not reach the comparison",)


def test_without_any_canary_the_backup_is_the_recovery_point(observed: dict[str, Any]) -> None:
    observed["canary"].update(newest_archived=None)
    result = judge("lab-kab", observed)
    assert (result.rpo_seconds, result.rpo_basis) == (22924.0, "backup")


@pytest.mark.parametrize(
    ("source", "restored", "held"),
    [
        ([100, 1, 1, 1], [100, 1, 1, 1], True),
        ([100, 1, 1, 1], [132, 1, 1, 1], True),
        ([100, 1, 1, 1], [134, 1, 1, 1], False),
        ([100, 1, 1, 1], [99, 1, 1, 1], False),
        ([100, 1, 1, 1], [None, 1, 1, 1], False),
        ([None, 1, 1, 1], [33, 1, 1, 1], True),
        ([-10, -5, 1, -1], [-170, -5, 1, -1], True),
        ([-10, -5, 1, -1], [-5, -5, 1, -1], False),
        ([100, 1, 20, 1], [150, 1, 20, 1], True),
        ([100, 1, 1, 1], [100, 2, 1, 1], False),
    ],
)
def test_a_sequence_may_run_ahead_by_what_wal_logs_ahead(source: list[int], restored: list[int], held: bool) -> None:
    found = list(compare_sequences("backbone", {"s": source}, {"s": restored}))
    assert len(found) == (0 if held else 1)


def test_the_document_follows_its_schema(observed: dict[str, Any]) -> None:
    schema = json.loads(SCHEMA.read_text())
    results = [judge("lab-kab", observed), unfinished("lab-prov", "x1", "2026-11-21T01:02:03Z", "connect", "off")]
    found = json.loads(json.dumps(document(results)))
    jsonschema.Draft202012Validator(schema).validate(found)
    assert found["ok"] is False
    assert document(results[:1])["ok"] is True
    assert document([])["ok"] is False


def test_passwords_are_compared_but_for_a_mark_on_a_disk(observed: dict[str, Any]) -> None:
    role = "role kasir super f createrole f createdb f login t replication f bypassrls f password "
    observed["source"]["cluster"].append(f"{role}{'a' * 32}")
    observed["restored"]["cluster"].append(f"{role}{'b' * 32}")
    assert not judge("kab", observed).ok
    mark = json.loads(gzip.decompress(public({"mark": {}, "source": observed["source"]})))
    assert "password" not in json.dumps(mark["source"]["cluster"])
    assert judge("kab", {**observed, "source": mark["source"]}).ok
    mark["source"]["cluster"].pop()
    assert not judge("kab", {**observed, "source": mark["source"]}).ok, "the role itself is compared"
