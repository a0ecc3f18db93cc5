"""Rows made from the dictionary: a right one of each entity, and JSON of every kind to put into it."""

from __future__ import annotations

import json
from typing import Any

from hypothesis import strategies as st

from backbone_sync.dictionary import Entity, Field

_PLAIN: dict[str, Any] = {
    "uuid": "11111111-1111-4111-a111-111111111111",
    "text": "Contoh",
    "code": "1",
    "integer": 1,
    "decimal": 1.5,
    "date": "2015-06-01",
    "timestamp": "2024-08-01T00:00:00Z",
}
_IDENTIFIERS = {8: "99000001", 10: "9900000001", 12: "990000000001", 16: "9900000000000001", 18: "990000000000000001"}


def value(field: Field) -> Any:
    """A right value of a field."""
    if field.codes:
        return next(iter(field.codes))
    if field.type == "identifier":
        return _IDENTIFIERS[field.length or 0]
    if field.type in ("text", "code"):
        return str(_PLAIN[field.type])[: field.length]
    return 0 if field.name == "soft_delete" else _PLAIN[field.type]


def right(entity: Entity) -> dict[str, Any]:
    """A right row, every field filled."""
    return {field.name: value(field) for field in entity.fields}


def text(row: dict[str, Any], change: dict[str, str]) -> bytes:
    """The row as JSON, some values replaced by JSON text as it stands, valid or not."""
    parts = [f"{json.dumps(name)}:{change.get(name, json.dumps(content))}" for name, content in row.items()]
    parts += [f"{json.dumps(name)}:{said}" for name, said in change.items() if name not in row]
    return ("{" + ",".join(parts) + "}").encode("utf-8", "surrogatepass")


# What JSON can say and programs trip over; each is a whole value.
ODD_VALUES = (
    *("1e400", "-1e400", "1e-400", "-0", "-0.0", "1.0", "1e2", "9" * 400, "0." + "9" * 400, "1E+2"),
    *('""', '" "', '"\\u0000"', '"\\ud800"', '"\\ud83d\\ude00"', '"\\u200b"', '"\ufeff"', '"' + "x" * 5000 + '"'),
    *('"\U0001f600"', '"' + "\U0001f600" * 100 + '"', '"' + "é" * 100 + '"', '"' + "\U0001f600" * 32 + '"'),
    *(
        '"0001-01-01"',
        '"0000-01-01"',
        '"9999-12-31"',
        '"10000-01-01"',
        '"2024-02-30"',
        '"2023-02-29"',
        '"01-02-2024"',
    ),
    *(
        '"0001-01-01T00:00:00+23:59"',
        '"9999-12-31T23:59:59-23:59"',
        '"2024-06-30T23:59:60Z"',
        '"2024-01-01T24:00:00Z"',
    ),
    *('"0001-01-01T00:00:00Z"', '"9999-12-31T23:59:59.999999Z"', '"2024-01-01T00:00:00.1234567891Z"'),
    *('"2024-01-01"', '"2024-01-01T00:00:00"', '"2024-01-01 00:00:00Z"', "1704067200", "null", "true", "false"),
    *("[]", "{}", '{"a":{"b":[1,{"c":null}]}}', "[" * 60_000 + "]" * 60_000, '{"a":' * 40_000 + "1" + "}" * 40_000),
    *(
        '"0000000000000000"',
        '"0000000000"',
        '"A1234567"',
        '"12345678901"',
        '"٣٣٧٤٠١٠١٠١٠١٠٠٠١"',
        "3374010101010001",
    ),
    *(
        '"{11111111-1111-4111-a111-111111111111}"',
        '"11111111111141118111111111111111"',
        '"-1"',
        '"1 "',
        '"036301  "',
    ),
)
ODD = st.sampled_from(ODD_VALUES)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=60),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=6,
).map(json.dumps)
ANYTHING = st.one_of(ODD, JSON)
