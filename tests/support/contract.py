"""Holds an HTTP answer to the contract's document: operation, status, headers, form, every field; nothing more."""

from __future__ import annotations

import copy
import json
from dataclasses import dataclass
from functools import cache
from typing import Any

import jsonschema
import yaml

from backbone_sync import dictionary
from backbone_sync.dictionary import rows_schema

DOCUMENT: dict[str, Any] = yaml.safe_load((dictionary.DIRECTORY.parent / "openapi.yaml").read_text("utf-8"))
ROWS = rows_schema.document(dictionary.load())
LINES = "application/x-ndjson"
_FORMATS = jsonschema.Draft202012Validator.FORMAT_CHECKER


@dataclass(frozen=True)
class Answer:
    """What came back; header names in lower case, the body decompressed."""

    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def media(self) -> str:
        """The media type without parameters."""
        return self.headers["content-type"].partition(";")[0]


def closed(schema: Any) -> Any:
    """The schema, forbidding every property that it does not name: what a client tolerates, the document must say."""
    if isinstance(schema, dict):
        made = {name: closed(value) for name, value in schema.items()}
        if made.get("type") == "object" and "properties" in made and "additionalProperties" not in made:
            made["additionalProperties"] = False
        return made
    return [closed(item) for item in schema] if isinstance(schema, list) else schema


_COMPONENTS = {**copy.deepcopy(DOCUMENT["components"]), "schemas": closed(DOCUMENT["components"]["schemas"])}


def operations() -> dict[str, dict[str, Any]]:
    """Every operation of the document by its id."""
    return {o["operationId"]: o for path in DOCUMENT["paths"].values() for o in path.values()}


def _resolved(node: dict[str, Any]) -> dict[str, Any]:
    made: Any = node
    if "$ref" in node:
        made = DOCUMENT
        for step in node["$ref"].removeprefix("#/").split("/"):
            made = made[step]
    return dict(made)


def declared() -> set[tuple[str, int, str]]:
    """Every (operation, status, media type) that the document knows."""
    return {
        (name, int(status), media)
        for name, operation in operations().items()
        for status, response in operation["responses"].items()
        for media in _resolved(response)["content"]
    }


def valid(value: Any, schema: dict[str, Any]) -> None:
    """jsonschema.ValidationError unless the value is by the (closed) schema."""
    whole = {**closed(schema), "components": _COMPONENTS}
    jsonschema.Draft202012Validator(whole, format_checker=_FORMATS).validate(value)


def held(operation: str, answer: Answer) -> Any:
    """The decoded body (a list, of lines); AssertionError or ValidationError when the document does not know it."""
    responses = operations()[operation]["responses"]
    assert str(answer.status) in responses, f"{operation} answers {answer.status}, which is not in the document"
    response = _resolved(responses[str(answer.status)])
    assert answer.headers["cache-control"] == "no-store"
    for name, header in response.get("headers", {}).items():
        assert not header.get("required") or name.lower() in answer.headers, f"{name} is missing"
        if name.lower() in answer.headers:
            valid(answer.headers[name.lower()], header["schema"])
    assert answer.media in response["content"], f"{operation} answers {answer.media}, which is not in the document"
    content = response["content"][answer.media]
    if answer.media != LINES:
        made = json.loads(answer.body)
        valid(made, content["schema"])
        return made
    assert answer.body.endswith(b"\n")
    made = [json.loads(line) for line in answer.body.splitlines()]
    first, *between, last = made
    valid(first, content["x-lines"]["first"])
    for row in between:
        valid(row, content["x-lines"]["between"])
    valid(last, content["x-lines"]["last"])
    assert last["count"] == len(between)
    return made


@cache
def _row(entity: str) -> jsonschema.Draft202012Validator:
    jsonschema.Draft202012Validator.check_schema(ROWS["$defs"][entity])
    return jsonschema.Draft202012Validator(ROWS["$defs"][entity], format_checker=_FORMATS)


def row_by_the_dictionary(entity: str, row: dict[str, Any]) -> None:
    """ValidationError unless a row has all fields of its entity, and no other."""
    _row(entity).validate(row)
