"""The metadata of what a region holds, for its Satu Data portal: DCAT and Dublin Core as JSON-LD. Pure.

A catalogue of the region, a dataset an entity, a column a field with the five attributes of Perpres 39/2019 Pasal 4
(concept, definition, classification, measure, unit) and the legal class by UU 27/2022 Pasal 4. It says what there is
and what it means; of the rows it holds at most their number.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timezone
from typing import Any

from backbone_sync.dictionary import Dictionary, Entity, Field, Text, satu_data
from backbone_sync.privacy.grant import Grant
from backbone_sync.sources.wire import SCHEMA_VERSION

# The European authority tables that DCAT profiles share; Indonesia has published none of its own for these.
_AUTHORITY = "http://publications.europa.eu/resource/authority/"
# Personal data is open to nobody without a purpose of its own; a code list is open to all.
ACCESS = {"reference": "PUBLIC", "public": "PUBLIC", "general": "RESTRICTED", "specific": "NON_PUBLIC"}
DATATYPES = {
    "uuid": "string",
    "text": "string",
    "code": "string",
    "identifier": "string",
    "integer": "integer",
    "decimal": "decimal",
    "date": "date",
    "timestamp": "datetime",
}
CONTEXT: Mapping[str, Any] = {
    "dcat": "http://www.w3.org/ns/dcat#",
    "dct": "http://purl.org/dc/terms/",
    "foaf": "http://xmlns.com/foaf/0.1/",
    "skos": "http://www.w3.org/2004/02/skos/core#",
    "csvw": "http://www.w3.org/ns/csvw#",
    "void": "http://rdfs.org/ns/void#",
    "xsd": "http://www.w3.org/2001/XMLSchema#",
    # Satu Data has no vocabulary of its own on the web; these names are ours.
    "sdi": "urn:backbone-daerah:satu-data:",
    # The order of columns means something.
    "csvw:column": {"@container": "@list"},
}


@dataclass(frozen=True)
class Holding:
    """How many rows of an entity are stored, and when the latest of them changed at the centre."""

    rows: int
    modified: datetime | None = None


def document(
    dictionary: Dictionary,
    region: str,
    *,
    grant: Grant | None = None,
    publisher: str = "",
    base: str = "",
    at: datetime | None = None,
    holdings: Mapping[str, Holding] | None = None,
) -> dict[str, Any]:
    """The catalogue of `region` (Kemendagri code).

    `grant` narrows it to the entities and fields that the region may hold. `base` is the address under which the
    catalogue is published (a URN, if it has none). `at` is the time of issue. Without `holdings` there are no numbers.
    """
    root = base.rstrip("/#:") if base else f"urn:backbone-daerah:{region}"
    mark = "/" if base else ":"
    names = dictionary.names if grant is None else grant.entities
    issued = {"dct:issued": _moment(at)} if at else {}
    return {
        "@context": dict(CONTEXT),
        "@id": root,
        "@type": "dcat:Catalog",
        "dct:identifier": region,
        "dct:title": _both(Text(f"Data pendidikan Backbone wilayah {region}", f"Backbone education data of {region}")),
        "dct:description": _both(
            Text(
                "Data pendidikan yang diterima pemerintah daerah dari Backbone pusat, menurut kamus datanya",
                "Education data that the region receives from the central Backbone, by its data dictionary",
            )
        ),
        "dct:publisher": {"@type": "foaf:Organization", "foaf:name": publisher or f"Pemerintah daerah {region}"},
        "dct:language": ["id", "en"],
        "dct:spatial": {
            "@id": f"urn:kemendagri:{region}",
            "@type": "dct:Location",
            "skos:notation": region,
        },
        "dct:conformsTo": {"@id": f"urn:backbone-daerah:contract:{SCHEMA_VERSION}", "@type": "dct:Standard"},
        **issued,
        "dcat:dataset": [
            _dataset(dictionary[name], f"{root}{mark}", grant, region, (holdings or {}).get(name)) for name in names
        ],
    }


def _dataset(entity: Entity, root: str, grant: Grant | None, region: str, holding: Holding | None) -> dict[str, Any]:
    fields = entity.fields if grant is None else grant.fields(entity)
    made: dict[str, Any] = {
        "@id": f"{root}{entity.name}",
        "@type": "dcat:Dataset",
        "dct:identifier": entity.name,
        "dct:title": _both(entity.label),
        "dct:description": _both(entity.definition),
        "dct:accessRights": {"@id": f"{_AUTHORITY}access-right/{ACCESS[entity.legal_class]}"},
        "dct:spatial": {"@id": f"urn:kemendagri:{region}"},
        "dcat:theme": {"@id": f"{_AUTHORITY}data-theme/EDUC"},
        "sdi:legalClass": entity.legal_class,
        "dcat:distribution": {
            "@id": f"{root}{entity.name}#table",
            "@type": "dcat:Distribution",
            "dct:title": f"{entity.schema}.{entity.table}",
            "dct:accessRights": {"@id": f"{_AUTHORITY}access-right/{ACCESS[entity.legal_class]}"},
            "csvw:tableSchema": _schema(entity, fields, root, grant),
        },
    }
    if holding is not None:
        made["void:entities"] = holding.rows
        if holding.modified is not None:
            made["dct:modified"] = _moment(holding.modified)
    return made


def _schema(entity: Entity, fields: tuple[Field, ...], root: str, grant: Grant | None) -> dict[str, Any]:
    held = None if grant is None else set(grant.entities)
    return {
        "@type": "csvw:Schema",
        "csvw:primaryKey": entity.key.name,
        "csvw:column": [_column(entity, field, root) for field in fields],
        "csvw:foreignKey": [
            {
                "@type": "csvw:ForeignKey",
                "csvw:columnReference": field.name,
                "csvw:reference": {"@id": f"{root}{field.reference}#table"},
            }
            for field in fields
            if field.reference and (held is None or field.reference in held)
        ],
    }


def _column(entity: Entity, field: Field, root: str) -> dict[str, Any]:
    made: dict[str, Any] = {
        "@id": f"{root}{entity.name}#{field.name}",
        "@type": "csvw:Column",
        "csvw:name": field.name,
        "csvw:title": _both(field.label),
        "csvw:datatype": DATATYPES[field.type],
        "csvw:required": not field.nullable,
        **{f"sdi:{name}": _both(text) for name, text in satu_data(field).items()},
        "sdi:legalClass": field.legal_class,
        "sdi:sensitivity": field.sensitivity,
    }
    if field.codes:
        made["sdi:codes"] = {
            "@id": f"{root}{entity.name}#{field.name}-codes",
            "@type": "skos:ConceptScheme",
            "skos:hasTopConcept": [
                {"@type": "skos:Concept", "skos:notation": str(code), "skos:prefLabel": _both(text)}
                for code, text in field.codes.items()
            ],
        }
    return made


def _both(text: Text) -> list[dict[str, str]]:
    return [{"@language": "id", "@value": text.id}, {"@language": "en", "@value": text.en}]


def _moment(at: datetime) -> dict[str, str]:
    text = at.astimezone(timezone.utc).isoformat(timespec="seconds").replace("+00:00", "Z")
    return {"@type": "xsd:dateTime", "@value": text}
