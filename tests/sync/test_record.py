"""The record of processing: whoever changes, removes or cuts off a line is found out."""

from __future__ import annotations

from pathlib import Path

import psycopg
import pytest

from backbone_sync import dictionary
from backbone_sync.privacy import grant, record
from backbone_sync.stores.store import Store

WORDS = dictionary.load()
GRANT = grant.make(WORDS)


@pytest.fixture
def store(database: str, tmp_path: Path) -> Store:
    """A store with five lines in its record."""
    made = Store(database)
    made.migrate(WORDS, GRANT.entities)
    for number in range(5):
        record.append(made.processing, str(tmp_path), "run", GRANT, {"run": number})
    return made


def tampered(store: Store, *statements: str) -> None:
    """As somebody does who owns the table: the trigger is no obstacle to them, only to accidents."""
    with store.connection.transaction():
        store.connection.execute("ALTER TABLE sync.processing DISABLE TRIGGER append_only")
        for statement in statements:
            store.connection.execute(statement.encode())
        store.connection.execute("ALTER TABLE sync.processing ENABLE TRIGGER append_only")


def test_lines_follow_each_other_and_tell_who_did_what_for_what(store: Store, tmp_path: Path) -> None:
    assert record.verify(store.processing, str(tmp_path)) == (5, [])
    lines = list(record.read(store.processing, since=3))
    assert [(line.seq, line.activity, line.detail["run"]) for line in lines] == [(4, "run", 3), (5, "run", 4)]
    assert all(line.actor for line in lines)


@pytest.mark.parametrize("statement", ["UPDATE sync.processing SET line = ''", "DELETE FROM sync.processing"])
def test_the_table_itself_refuses_a_change(statement: str, store: Store) -> None:
    with pytest.raises(psycopg.Error):
        store.connection.execute(statement.encode())


REWRITE = (
    "UPDATE sync.processing SET line = replace(line, '\"run\":2', '\"run\":9') WHERE seq = 3",
    "UPDATE sync.processing SET digest = encode(sha256(convert_to((SELECT p.digest FROM sync.processing p"
    " WHERE p.seq = 2) || chr(10) || line, 'UTF8')), 'hex') WHERE seq = 3",
    "UPDATE sync.processing SET digest = encode(sha256(convert_to((SELECT p.digest FROM sync.processing p"
    " WHERE p.seq = 3) || chr(10) || line, 'UTF8')), 'hex') WHERE seq = 4",
    "UPDATE sync.processing SET digest = encode(sha256(convert_to((SELECT p.digest FROM sync.processing p"
    " WHERE p.seq = 4) || chr(10) || line, 'UTF8')), 'hex') WHERE seq = 5",
)


@pytest.mark.parametrize(
    ("statements", "said"),
    [
        (("UPDATE sync.processing SET line = replace(line, '\"run\":2', '\"run\":9') WHERE seq = 3",), "line 3 is not"),
        (("UPDATE sync.processing SET digest = repeat('0', 64) WHERE seq = 3",), "line 3 is not"),
        (("DELETE FROM sync.processing WHERE seq = 2",), "lines 2 to 2 are missing"),
        (("DELETE FROM sync.processing WHERE seq > 3",), "lines 4 to 5 are missing at the end"),
        (("TRUNCATE sync.processing",), "lines 1 to 5 are missing at the end"),
        (REWRITE, "the chain was written anew"),
    ],
)
def test_tampering_is_found(statements: tuple[str, ...], said: str, store: Store, tmp_path: Path) -> None:
    tampered(store, *statements)
    _, faults = record.verify(store.processing, str(tmp_path))
    assert any(said in fault for fault in faults), faults


def test_a_chain_whose_end_was_cut_off_is_not_continued_in_silence(store: Store, tmp_path: Path) -> None:
    tampered(store, "DELETE FROM sync.processing WHERE seq > 3")
    with pytest.raises(record.RecordBroken, match="ends at line 3, but line 5"):
        record.append(store.processing, str(tmp_path), "run", GRANT, {})
    entry = record.restart(store.processing, str(tmp_path), GRANT, "restored to yesterday")
    assert (entry.seq, entry.detail["lost_seq"]) == (4, 5)
    assert record.verify(store.processing, str(tmp_path)) == (4, [])


def test_a_run_goes_on_after_a_lost_end_and_says_so(store: Store, tmp_path: Path) -> None:
    tampered(store, "DELETE FROM sync.processing WHERE seq > 3")
    record.append_on(store.processing, str(tmp_path), "run", GRANT, {})
    assert [e.activity for e in record.read(store.processing, since=3)] == ["record_restart", "run"]
    assert record.verify(store.processing, str(tmp_path)) == (5, [])


def test_a_head_that_is_missing_is_said(store: Store, tmp_path: Path) -> None:
    (tmp_path / record.HEAD).unlink()
    assert record.verify(store.processing, str(tmp_path))[1] != []
