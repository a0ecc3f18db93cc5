"""Whatever the validator lets through, PostgreSQL stores and gives back: every odd value in every field."""

from __future__ import annotations

import json
import uuid

import msgspec
import pytest

from backbone_sync import dictionary
from backbone_sync.dictionary import Entity
from backbone_sync.dictionary.validator import Scope, Validator
from backbone_sync.privacy import grant
from backbone_sync.run.state import Counts, Position
from backbone_sync.stores.store import Store
from tests.support import rows

WORDS = dictionary.load()
GIVEN = grant.make(WORDS, leave_out=())


def bodies(entity: Entity) -> list[msgspec.Raw]:
    """A row for every field and value, each with a key of its own where the key is not the field itself."""
    right = rows.right(entity)
    made: list[bytes] = []
    for field in entity.fields:
        for said in rows.ODD_VALUES:
            key = {"uuid": str(uuid.uuid4()), "integer": len(made), "code": str(len(made))}[entity.key.type]
            made.append(rows.text({**right, entity.key.name: key}, {field.name: said}))
    return [msgspec.Raw(body) for body in made]


@pytest.mark.parametrize(
    "name", ["peserta_didik", "ptk", "sekolah", "ruang", "pembelajaran", "ref.mst_wilayah", "ref.agama"]
)
def test_what_is_let_through_is_stored_and_comes_back(name: str, database: str) -> None:
    entity = WORDS[name]
    granted = GIVEN.fields(entity)
    store = Store(database)
    try:
        store.migrate(WORDS, WORDS.names)
        run = store.begin_run("test", "33.74")
        store.position(entity, granted, "33.74")
        store.prepare(entity, granted, compare=False)
        judged = Validator(entity, granted, Scope(areas=frozenset({"1"}))).judge(bodies(entity))
        counts = Counts()
        store.apply(entity, run, judged, counts, Position())
        shown = ", ".join(f'"{f.name}"' for f in granted)
        stored = store.connection.execute(f"SELECT {shown} FROM {entity.schema}.{entity.table}".encode()).fetchall()
        kept = store.connection.execute(
            "SELECT key, last_update, payload FROM sync.quarantine WHERE entity = %s", (name,)
        ).fetchall()
    finally:
        store.close()
    assert counts.created == len(judged.rows) == len(stored)
    assert counts.created > len(entity.fields)
    assert len(kept) == len(judged.quarantined) > 0
    assert all(json.loads(payload) is not None for _, _, payload in kept if payload is not None)
    by_key = {v.key_text(row[v._key]): row for v in [Validator(entity, granted)] for row in stored}
    assert set(by_key) == set(judged.rows)
    for key, row in judged.rows.items():
        for field, sent, there in zip(granted, row, by_key[key], strict=False):
            if field.type in ("text", "identifier"):
                assert there == sent, field.name
            elif field.type == "code" and sent is not None:
                assert there == sent.rstrip(" "), field.name
            elif field.type == "decimal" and sent is not None:
                assert abs(float(there) - sent) <= 10.0 ** -(field.scale or 0), field.name
