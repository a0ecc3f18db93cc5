"""JSON Schemas of the inventory's variables and of the papers beside it, made from the pydantic models.

They are committed under `schema/` for editors and other tools; a unit test holds them equal to the models.
`python -m provision.inventory.schemas` writes them anew.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter

from provision.inventory.beside import ATTESTATIONS_FILE, DOCUMENTS_FILE, WAIVERS_FILE
from provision.inventory.grants import GRANT_FILE
from provision.inventory.server import CONNECTION_PREFIX, ConnectionVariables
from provision.inventory.settings import PREFIX, SECRET_PREFIX, Secrets, Settings

FOLDER = Path(__file__).resolve().parent / "schema"
_DIALECT = "https://json-schema.org/draft/2020-12/schema"

# Ansible hands a template or an encrypted value on; both may stand wherever a value may.
_DEFERRED = {"type": "string", "pattern": r"\{\{.*\}\}"}


def _deferrable(node: Any) -> Any:
    """The schema with a template allowed in the place of every value."""
    if not isinstance(node, dict):
        return node
    changed = {**node}
    if "properties" in node:
        changed["properties"] = {
            name: {"anyOf": [_deferrable(one), _DEFERRED]} for name, one in node["properties"].items()
        }
    if "items" in node:
        changed["items"] = {"anyOf": [_deferrable(node["items"]), _DEFERRED]}
    return changed


def inventory_schema() -> dict[str, Any]:
    """The variables that a host, a group or a file of variables may hold; none is required there."""
    properties: dict[str, Any] = {}
    definitions: dict[str, Any] = {}
    for prefix, model in (
        (PREFIX, Settings),
        (SECRET_PREFIX, Secrets),
        (CONNECTION_PREFIX, ConnectionVariables),
    ):
        schema = model.model_json_schema()
        for name, one in schema.get("$defs", {}).items():
            definitions[name] = _deferrable(one)
        for name, one in schema["properties"].items():
            properties[prefix + name] = {"anyOf": [_deferrable(one), _DEFERRED]}
    return {
        "$schema": _DIALECT,
        "title": "Variables of a Backbone Daerah inventory",
        "description": "Per server, after Ansible has merged them, these are required: "
        + ", ".join(PREFIX + name for name, one in Settings.model_fields.items() if one.is_required()),
        "type": "object",
        "properties": properties,
        "patternProperties": {f"^(?!{PREFIX}|{CONNECTION_PREFIX})": {}},
        "additionalProperties": False,
        "$defs": definitions,
    }


def all_schemas() -> dict[str, dict[str, Any]]:
    """File name -> schema."""
    papers: dict[str, tuple[str, TypeAdapter[Any]]] = {
        "waivers.json": ("Waivers beside an inventory (waivers.yml)", WAIVERS_FILE),
        "attestations.json": ("Attestations beside an inventory (attestations.yml)", ATTESTATIONS_FILE),
        "grant.json": ("The grant beside an inventory (backbone_grant)", GRANT_FILE),
        "documents.json": ("Documents beside an inventory (documents.yml)", DOCUMENTS_FILE),
    }
    return {"inventory.json": inventory_schema()} | {
        name: {"$schema": _DIALECT, **adapter.json_schema(), "title": title}
        for name, (title, adapter) in papers.items()
    }


def as_text(schema: dict[str, Any]) -> str:
    """The committed form of a schema."""
    return json.dumps(schema, indent=2, ensure_ascii=False) + "\n"


def main() -> None:
    """Write every schema into its folder."""
    FOLDER.mkdir(exist_ok=True)
    for name, schema in all_schemas().items():
        (FOLDER / name).write_text(as_text(schema), encoding="utf-8")


if __name__ == "__main__":
    main()
