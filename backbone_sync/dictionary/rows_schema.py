"""JSON Schemas (2020-12) of the rows of each entity, made from the data dictionary: `contract/rows.json`.

For those who build a source. What is doubtful but storable (an identifier of another length) is valid here too:
`x-expected` names the pattern that such a value should have.
"""

from __future__ import annotations

from typing import Any

from backbone_sync.dictionary import Dictionary, Entity, Field
from backbone_sync.dictionary.validator import IDENTIFIER_WIDTH, UUID, bounds


def document(dictionary: Dictionary) -> dict[str, Any]:
    """All of them: `$defs` by the entity's name."""
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Rows of the regional feed, by entity",
        "$defs": {entity.name: row(entity) for entity in dictionary.entities},
    }


def row(entity: Entity) -> dict[str, Any]:
    """A row of one entity with all its fields, or a tombstone, which needs its key and little more."""
    return {
        "type": "object",
        "description": entity.definition.en,
        "properties": {field.name: value(field) for field in entity.fields},
        "additionalProperties": False,
        "if": {"properties": {"soft_delete": {"const": 1}}},
        "then": {"required": [entity.key.name, "last_update", "soft_delete"]},
        "else": {"required": [field.name for field in entity.fields if not field.nullable]},
    }


def value(field: Field) -> dict[str, Any]:
    """The schema of one field's value."""
    made = {"description": field.definition.en, **_shape(field)}
    if field.nullable:
        made["type"] = [made["type"], "null"]
        if "enum" in made:
            made["enum"] = [*made["enum"], None]
    return made


def _shape(field: Field) -> dict[str, Any]:
    if field.codes:
        return {"type": "integer" if field.type == "integer" else "string", "enum": list(field.codes)}
    if field.type == "uuid":
        return {"type": "string", "pattern": UUID}
    if field.type in ("text", "code"):
        return {"type": "string", "maxLength": field.length}
    if field.type == "identifier":
        expected = {"x-expected": field.pattern} if field.pattern else {}
        return {"type": "string", "maxLength": IDENTIFIER_WIDTH, **expected}
    if field.type == "integer":
        return {"type": "integer", "minimum": 0, "maximum": 10 ** (field.digits or 0) - 1}
    if field.type == "decimal":
        low, high = bounds(field)
        return {"type": "number", "minimum": low, "maximum": high}
    return {"type": "string", "format": "date" if field.type == "date" else "date-time"}
