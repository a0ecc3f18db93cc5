"""The reference source: by the contract's document, by the dictionary, the same for the same seed, nobody real."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jsonschema
import msgspec
import pytest
import yaml

from backbone_sync import dictionary
from backbone_sync.dictionary.validator import Scope, Validator
from backbone_sync.privacy import grant
from provision.lab.source import account, listing, schema
from provision.lab.source.generate import Size, generate
from provision.lab.source.mutate import mutate

SIZE = Size(schools=6, students=120, gone=3, doubtful=0)
DOCUMENT = yaml.safe_load((dictionary.DIRECTORY.parent / "openapi.yaml").read_text("utf-8"))
WORDS = dictionary.load()


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small data file."""
    path = tmp_path_factory.mktemp("source") / "data.db"
    generate(path, SIZE, seed=3, region="33.74")
    return path


@pytest.fixture
def connection(data: Path) -> Iterator[sqlite3.Connection]:
    """A connection to it."""
    made = schema.connect(data)
    yield made
    made.close()


def conforms(content: bytes, name: str) -> Any:
    """The content, after the document's own schema has judged it."""
    made = json.loads(content)
    jsonschema.validate(
        made,
        {"$ref": f"#/components/schemas/{name}", "components": DOCUMENT["components"]},
        cls=jsonschema.Draft202012Validator,
    )
    return made


def pages(connection: sqlite3.Connection, entity: str, limit: int, **more: Any) -> Iterator[dict[str, Any]]:
    """All pages of a listing, each held to the contract."""
    cursor = ""
    while True:
        page = conforms(listing.page(connection, "33.74", entity, limit, cursor=cursor, **more), "Page")
        yield page
        cursor = page["cursor"]
        if not page["more"]:
            return


@pytest.mark.parametrize("entity", WORDS.names)
def test_every_row_is_listed_once_in_order_and_by_the_dictionary(connection: sqlite3.Connection, entity: str) -> None:
    made = WORDS[entity]
    rows = [row for page in pages(connection, entity, 50) for row in page["rows"]]
    order = [(r["last_update"], r[made.key.name]) for r in rows]
    assert order == sorted(order)
    assert len(set(order)) == len(order)
    total = conforms(account.totals(connection, "33.74", [entity]), "Totals")["entities"][entity]
    assert len(rows) == total["live"] + total["deleted"]
    areas = connection.execute('SELECT rtrim(kode_wilayah) FROM "ref.mst_wilayah" WHERE id_level_wilayah > 1')
    everything = grant.make(WORDS, leave_out=()).fields(made)
    validator = Validator(made, everything, Scope(areas=frozenset(a[0] for a in areas)))
    judged = validator.judge([msgspec.Raw(json.dumps(r).encode()) for r in rows])
    assert (len(judged.rows), len(judged.tombstones)) == (total["live"], total["deleted"])
    assert (judged.quarantined, judged.flagged, validator.unknown) == ({}, 0, set())


def test_tombstones_hold_nothing_about_the_person(connection: sqlite3.Connection) -> None:
    gone = [r for p in pages(connection, "peserta_didik", 50) for r in p["rows"] if r["soft_delete"]]
    assert len(gone) == SIZE.withdrawn
    assert all(set(r) == {"peserta_didik_id", *schema.COMMON} for r in gone)


def test_only_the_fields_asked_for_are_given(connection: sqlite3.Connection) -> None:
    (page,) = pages(connection, "sekolah", 50, fields=["nama"])
    assert set(page["rows"][0]) == {"sekolah_id", "nama", "last_update", "soft_delete"}


def test_updated_since_is_inclusive(connection: sqlite3.Connection) -> None:
    rows = [row for page in pages(connection, "ptk", 50) for row in page["rows"]]
    since = rows[3]["last_update"]
    (page,) = pages(connection, "ptk", 50, updated_since=since)
    assert page["rows"][0]["last_update"] == since
    assert page["count"] == len(rows) - 3


@pytest.mark.parametrize(
    ("change", "status"),
    [
        ({"entity": "nobody"}, 404),
        ({"fields": ["nama; DROP TABLE"]}, 400),
        ({"cursor": "not ours"}, 410),
        ({"updated_since": "yesterday"}, 400),
    ],
)
def test_what_is_not_by_the_contract_is_refused(
    connection: sqlite3.Connection, change: dict[str, Any], status: int
) -> None:
    with pytest.raises(listing.RequestError) as caught:
        listing.page(connection, "33.74", **{"entity": "sekolah", "limit": 5, **change})
    assert caught.value.status == status


def test_the_same_seed_gives_the_same_rows(data: Path, tmp_path: Path) -> None:
    generate(tmp_path / "again.db", SIZE, seed=3, region="33.74")
    one, two = sqlite3.connect(data), sqlite3.connect(tmp_path / "again.db")
    for entity in schema.ENTITIES:
        assert list(one.execute(f'SELECT * FROM "{entity}"')) == list(two.execute(f'SELECT * FROM "{entity}"'))


def test_every_identifier_is_one_that_nobody_has(connection: sqlite3.Connection) -> None:
    for entity, column in (("peserta_didik", "nik"), ("peserta_didik", "nisn"), ("ptk", "nik"), ("sekolah", "npsn")):
        values = connection.execute(f'SELECT {column} FROM "{entity}" WHERE {column} IS NOT NULL').fetchall()
        assert values
        assert all(v[0].startswith("99") for v in values)


@pytest.mark.parametrize("region", ["33.74", "33", "32.01", "11.01"])
def test_any_region_can_be_made(region: str, tmp_path: Path) -> None:
    counts = generate(tmp_path / "data.db", Size(schools=3, students=10), seed=1, region=region)
    assert counts["sekolah"] == 3
    assert counts["ref.mst_wilayah"] > 100


def test_mutation_moves_rows_to_the_end_of_the_listing(tmp_path: Path) -> None:
    path = tmp_path / "data.db"
    generate(path, SIZE, seed=3, region="33.74")
    done = mutate(path, "peserta_didik", change=5, delete=4, add=3, seed=1)
    assert done == {"changed": 5, "deleted": 4, "added": 3}
    connection = schema.connect(path)
    rows = [row for page in pages(connection, "peserta_didik", 50) for row in page["rows"]]
    connection.close()
    assert len(rows) == SIZE.students + SIZE.withdrawn + 3
    assert sum(r["soft_delete"] for r in rows[-12:]) == 4
