"""The service's T-SQL as SQLite reads it: a handful of rules for exactly the forms that the service writes.

A form that no rule knows stays T-SQL, and SQLite refuses it. The functions of the server that SQLite lacks are written
here from Microsoft's description of them, in Python.
"""

from __future__ import annotations

import functools
import hashlib
import re
import sqlite3
import uuid
from collections.abc import Callable, Iterable
from datetime import UTC, date, datetime, timedelta
from typing import Any

_JSON = re.compile(r"OPENJSON\(\?\) WITH \(((?:\[\w+\] \w+(?:\(\w+\))? '\$\.\w+'(?:, )?)+)\)")
_JSON_COLUMN = re.compile(r"\[(\w+)\] (\w+)(?:\(\w+\))? '(\$\.\w+)'")
_UPDATE = re.compile(r"^UPDATE (\w) SET (.*) FROM (\[\w+\]\.\[\w+\]) AS \1 JOIN (.*?) ON (.*?) WHERE (.*)$", re.S)
_DELETE = re.compile(r"^DELETE (\w) FROM (\[\w+\]\.\[\w+\]) AS \1 ")
_OUTPUT = re.compile(r" OUTPUT ((?:(?:inserted|deleted)\.\[\w+\](?:, )?)+)")
_RULES: tuple[tuple[str, str], ...] = (
    (r" WITH \((?:UPDLOCK|TABLOCKX), HOLDLOCK\)", ""),
    (r"\bCOUNT_BIG\(", "count("),
    (r"\bTOP \(1\) ", ""),
    (r"\bDATEDIFF_BIG\(microsecond, ?", "datediff_microsecond("),
    (r"\bDATEADD\((day|second|microsecond), ?", r"dateadd_\1("),
    (r"\b(TRY_)?CONVERT\((\w+)(?:\([\w,]+\))?, ", r"\1CONVERT_\2("),
    (r"\bSUM\(CONVERT_decimal\(", "bigsum(("),
    (r"\bOPENJSON\(\?\) AS", "json_each(?) AS"),
    (r"^TRUNCATE TABLE ", "DELETE FROM "),
    (r" OFFSET 0 ROWS FETCH NEXT \? ROWS ONLY$", " LIMIT ?"),
    (r"\bN'", "'"),
)
_DEFINITION: tuple[tuple[str, str], ...] = (
    (r"bigint IDENTITY\(1,1\) NOT NULL PRIMARY KEY", "INTEGER PRIMARY KEY AUTOINCREMENT"),
    (r"DEFAULT SYSDATETIMEOFFSET\(\)", "DEFAULT (sysdatetimeoffset())"),
    (r"nvarchar\(max\)", "nvarchar"),
    (r"(nvarchar(?:\(\d+\))?)(?! COLLATE)(?=[ ,\n)])", r"\1 COLLATE DATABASE_DEFAULT"),
    (r"\bN'", "'"),
)


def quoted(text: str) -> str:
    """Names in brackets as names in double quotes."""
    return re.sub(r"\[(\w+)\]", r'"\1"', text)


@functools.cache
def translated(text: str) -> str:
    """One statement in SQLite's words."""
    if text.startswith("CREATE TABLE"):
        return quoted(_ruled(text, _DEFINITION))
    text = _JSON.sub(_openjson, text)
    if output := _OUTPUT.search(text):
        names = re.findall(r"\.(\[\w+\])", output[1])
        text = f"{text.replace(output[0], '')} RETURNING {', '.join(names)}"
    if found := _UPDATE.match(text):
        alias, sets, table, other, on, where = found.groups()
        text = f"UPDATE {table} AS {alias} SET {sets} FROM {other} WHERE ({on}) AND ({where})"
    text = _DELETE.sub(r"DELETE FROM \2 AS \1 ", text)
    return quoted(_ruled(text, _RULES))


def added(table: str, name: str, made: str, collation: str) -> str:
    """A new column; SQLite adds none whose default is worked out."""
    return quoted(f"ALTER TABLE {table} ADD COLUMN [{name}] " + _ruled(f"{made}{collation} ", _DEFINITION))


def _ruled(text: str, rules: Iterable[tuple[str, str]]) -> str:
    for pattern, new in rules:
        text = re.sub(pattern, new, text)
    return text


def _openjson(found: re.Match[str]) -> str:
    columns = _JSON_COLUMN.findall(found[1])
    shown = ", ".join(f"CONVERT_{type_}(json_extract(value, '{path}')) AS [{name}]" for name, type_, path in columns)
    return f"(SELECT {shown} FROM json_each(?))"


def connect(schemas: Iterable[str]) -> sqlite3.Connection:
    """A database in memory with these schemas, and the server's functions and collations."""
    made = sqlite3.connect(":memory:", isolation_level=None, check_same_thread=False)
    for schema in schemas:
        made.execute(f"ATTACH ':memory:' AS {schema}")
    # Comparison pads with blanks in every collation; the usual one of a server also ignores case.
    made.create_collation("DATABASE_DEFAULT", lambda a, b: _order(a.rstrip(" ").casefold(), b.rstrip(" ").casefold()))
    made.create_collation("Latin1_General_100_BIN2", lambda a, b: _order(a.rstrip(" "), b.rstrip(" ")))
    for name, (count, function) in _FUNCTIONS.items():
        made.create_function(name, count, function)
    made.create_aggregate("bigsum", 1, _BigSum)  # type: ignore[arg-type]
    return made


def _order(a: str, b: str) -> int:
    return (a > b) - (a < b)


class _BigSum:
    """A sum of any size, as decimal(38,0); SQLite's own would overflow."""

    def __init__(self) -> None:
        self.total = 0

    def step(self, value: int | None) -> None:
        """One more."""
        self.total += value or 0

    def finalize(self) -> str:
        """The sum, as text."""
        return str(self.total)


def _moment(value: str) -> datetime:
    return datetime.fromisoformat(value).astimezone(UTC)


def _stamped(value: str | None) -> str | None:
    return None if value is None else _moment(value).isoformat(timespec="microseconds")


def _bytes(value: Any) -> bytes | None:
    return value.encode("utf-16-le") if isinstance(value, str) else value


def _guid(value: Any) -> str | None:
    try:
        return str(uuid.UUID(value)).upper()
    except (ValueError, AttributeError, TypeError):
        return None


def _whole(value: Any) -> int | None:
    if isinstance(value, bytes):
        return int.from_bytes(value, "big", signed=True)
    try:
        return None if value is None else int(value)
    except ValueError:
        return None


def _day(value: str | None) -> str | None:
    return None if value is None else date.fromisoformat(value).isoformat()


def _text(value: Any) -> str | None:
    return None if value is None else str(value)


def _same(value: Any) -> Any:
    return value


def _dateadd(unit: str) -> Callable[[int, str], str | None]:
    return lambda count, value: _stamped((_moment(value) + timedelta(**{unit: count})).isoformat())


def _hashed(name: str, value: str) -> bytes:
    assert name == "SHA2_256"
    return hashlib.sha256(value.encode("ascii")).digest()


_FUNCTIONS: dict[str, tuple[int, Callable[..., Any]]] = {
    "sysdatetimeoffset": (0, lambda: datetime.now(UTC).isoformat(timespec="microseconds")),
    "convert_datetimeoffset": (1, _stamped),
    "convert_varbinary": (1, _bytes),
    "convert_nvarchar": (1, _text),
    "convert_varchar": (1, _text),
    "convert_bigint": (1, _whole),
    "convert_int": (1, _whole),
    "convert_smallint": (1, _whole),
    "convert_uniqueidentifier": (1, _guid),
    "convert_date": (1, _day),
    "convert_bit": (1, _same),
    "convert_decimal": (1, _same),
    "try_convert_uniqueidentifier": (1, _guid),
    "try_convert_nvarchar": (1, _text),
    "try_convert_smallint": (1, _whole),
    "try_convert_int": (1, _whole),
    "try_convert_bigint": (1, _whole),
    "datediff_microsecond": (2, lambda a, b: (_moment(b) - _moment(a)) // timedelta(microseconds=1)),
    "dateadd_day": (2, _dateadd("days")),
    "dateadd_second": (2, _dateadd("seconds")),
    "dateadd_microsecond": (2, _dateadd("microseconds")),
    "concat": (-1, lambda *parts: "".join(str(p) for p in parts if p is not None)),
    "hashbytes": (2, _hashed),
    "nchar": (1, chr),
}
