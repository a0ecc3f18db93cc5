"""The metadata export: JSON-LD that a parser of it reads, with everything that the dictionary says and no row."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import rdflib
from rdflib.namespace import RDF

from backbone_sync import cli, dictionary
from backbone_sync.privacy import grant
from backbone_sync.satu_data import metadata

WORDS = dictionary.load()
DCAT = rdflib.Namespace("http://www.w3.org/ns/dcat#")
DCTERMS = rdflib.Namespace("http://purl.org/dc/terms/")
CSVW = rdflib.Namespace("http://www.w3.org/ns/csvw#")
SDI = rdflib.Namespace("urn:backbone-daerah:satu-data:")
VOID = rdflib.Namespace("http://rdfs.org/ns/void#")
T0 = datetime(2024, 8, 1, tzinfo=UTC)


def graph(made: dict[str, Any]) -> rdflib.Graph:
    return rdflib.Graph().parse(data=json.dumps(made), format="json-ld")


@pytest.fixture(scope="module")
def whole() -> rdflib.Graph:
    return graph(metadata.document(WORDS, "33.74", publisher="Dinas Pendidikan", at=T0))


def texts(of: rdflib.Graph, subject: Any, predicate: Any) -> dict[str | None, str]:
    return {getattr(o, "language", None): str(o) for o in of.objects(subject, predicate)}


def test_there_is_one_catalogue_with_a_dataset_an_entity(whole: rdflib.Graph) -> None:
    (catalogue,) = whole.subjects(RDF.type, DCAT.Catalog)
    assert str(catalogue) == "urn:backbone-daerah:33.74"
    datasets = list(whole.objects(catalogue, DCAT.dataset))
    assert set(datasets) == set(whole.subjects(RDF.type, DCAT.Dataset))
    assert {str(whole.value(d, DCTERMS.identifier)) for d in datasets} == set(WORDS.names)
    assert whole.value(catalogue, DCTERMS.issued).toPython() == T0
    for predicate in (DCTERMS.publisher, DCTERMS.spatial, DCTERMS.conformsTo):
        assert whole.value(catalogue, predicate) is not None


@pytest.mark.parametrize("name", WORDS.names)
def test_a_dataset_says_what_the_dictionary_says(name: str, whole: rdflib.Graph) -> None:
    entity = WORDS[name]
    (dataset,) = whole.subjects(DCTERMS.identifier, rdflib.Literal(name))
    assert texts(whole, dataset, DCTERMS["title"]) == {"id": entity.label.id, "en": entity.label.en}
    assert texts(whole, dataset, DCTERMS.description) == {"id": entity.definition.id, "en": entity.definition.en}
    assert str(whole.value(dataset, SDI.legalClass)) == entity.legal_class
    access = str(whole.value(dataset, DCTERMS.accessRights)).rpartition("/")[2]
    assert access == metadata.ACCESS[entity.legal_class]
    schema = whole.value(whole.value(dataset, DCAT.distribution), CSVW.tableSchema)
    columns = list(rdflib.collection.Collection(whole, whole.value(schema, CSVW.column)))
    assert [str(whole.value(c, CSVW.name)) for c in columns] == [f.name for f in entity.fields]
    for column, field in zip(columns, entity.fields, strict=True):
        assert texts(whole, column, CSVW.title) == {"id": field.label.id, "en": field.label.en}
        for one, said in dictionary.satu_data(field).items():
            assert texts(whole, column, SDI[one]) == {"id": said.id, "en": said.en}, one
        assert str(whole.value(column, SDI.legalClass)) == field.legal_class
        assert whole.value(column, CSVW.required).toPython() is (not field.nullable)
    keys = {str(o) for o in whole.objects(schema, CSVW.primaryKey)}
    assert keys == {entity.key.name}
    references = {str(whole.value(k, CSVW.columnReference)) for k in whole.objects(schema, CSVW.foreignKey)}
    assert references == {f.name for f in entity.fields if f.reference}


def test_no_term_is_lost_to_a_reader_of_json_ld(whole: rdflib.Graph) -> None:
    """Every key of the document is a known prefix or a keyword: an unknown one would be dropped in silence."""
    made = metadata.document(WORDS, "33.74", at=T0, holdings={"sekolah": metadata.Holding(3, T0)})

    def keys(node: object) -> set[str]:
        if isinstance(node, dict):
            return set(node) | {k for value in node.values() for k in keys(value)}
        return {k for item in node for k in keys(item)} if isinstance(node, list) else set()

    prefixes = {p for p in made["@context"] if ":" not in p}
    body = {k: v for k, v in made.items() if k != "@context"}
    assert all(k.startswith("@") or k.partition(":")[0] in prefixes for k in keys(body))
    known = ("http://www.w3.org/", "http://purl.org/", "http://xmlns.com/", str(SDI))
    assert all(str(p).startswith(known) for p in set(whole.predicates()))


def test_a_grant_narrows_what_is_published() -> None:
    given = grant.make(WORDS, ("sekolah", "ptk"))
    made = graph(metadata.document(WORDS, "33.74", grant=given))
    identifiers = {str(made.value(d, DCTERMS.identifier)) for d in made.subjects(RDF.type, DCAT.Dataset)}
    assert identifiers == set(given.entities)
    names = {str(o) for o in made.objects(None, CSVW.name)}
    assert "nuptk" in names
    assert "nik" not in names
    (staff,) = made.subjects(DCTERMS.identifier, rdflib.Literal("ptk"))
    schema = made.value(made.value(staff, DCAT.distribution), CSVW.tableSchema)
    assert {str(made.value(k, CSVW.columnReference)) for k in made.objects(schema, CSVW.foreignKey)} == {
        f.name for f in given.fields(WORDS["ptk"]) if f.reference
    }


def test_numbers_stand_where_they_are_known() -> None:
    made = graph(metadata.document(WORDS, "33", holdings={"sekolah": metadata.Holding(430, T0)}))
    (dataset,) = made.subjects(VOID.entities, None)
    assert str(made.value(dataset, DCTERMS.identifier)) == "sekolah"
    assert made.value(dataset, VOID.entities).toPython() == 430
    assert made.value(dataset, DCTERMS.modified).toPython() == T0


def test_an_address_takes_the_place_of_the_urn() -> None:
    made = metadata.document(WORDS, "33.74", base="https://data.semarang.example/backbone/")
    assert made["@id"] == "https://data.semarang.example/backbone"
    assert made["dcat:dataset"][0]["@id"] == "https://data.semarang.example/backbone/ref.mst_wilayah"


def test_the_verb_prints_it(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    settings = tmp_path / "sync.toml"
    settings.write_text('region = "33.74"\n[source]\nurl = "https://pusat.example"\n')
    assert cli.main(["metadata", "--config", str(settings), "--publisher", "Dinas Pendidikan"]) == 0
    made = json.loads(capsys.readouterr().out)
    assert made["dct:publisher"]["foaf:name"] == "Dinas Pendidikan"
    assert len(made["dcat:dataset"]) == len(WORDS.names)
