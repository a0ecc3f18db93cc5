"""Settings as TOML: a line a key, with tables and lists within the line, so that any value has one place."""

from __future__ import annotations

import json
from collections.abc import Mapping


def toml_value(value: object) -> str:
    """A value as TOML; a string as JSON writes it, which TOML reads alike. ValueError for what TOML has no word for."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, (int, float)):
        return repr(value)
    if isinstance(value, str):
        # DEL is the one character that JSON leaves as it is and TOML does not take.
        return json.dumps(str(value)).replace("\x7f", "\\u007f")
    if isinstance(value, Mapping):
        pairs = (f"{json.dumps(str(key))} = {toml_value(one)}" for key, one in value.items() if one is not None)
        return "{" + ", ".join(pairs) + "}"
    if isinstance(value, (list, tuple)):
        return "[" + ", ".join(toml_value(one) for one in value) + "]"
    raise ValueError(f"TOML has no word for {type(value).__name__}")


def toml_pairs(table: Mapping[str, object]) -> str:
    """`key = value` a line, by key; what is None is left out."""
    return "".join(f"{key} = {toml_value(table[key])}\n" for key in sorted(table) if table[key] is not None)


class FilterModule:
    """Offers it to templates: `{{ settings | toml_pairs }}`."""

    def filters(self) -> dict[str, object]:
        """By name."""
        return {"toml_pairs": toml_pairs}
