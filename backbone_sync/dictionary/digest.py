"""The contract's digest: one number for a set of rows, whatever their order, the same in Python and in SQL.

For each row in force: SHA-256 of the UTF-8 text `<key>|<last_update>`, of which the first eight bytes are read as a
big-endian whole number. The digest is the sum of these numbers modulo 2**64, written as 16 lower-case hexadecimal
digits. `<key>` is a uuid in lower case, a code without trailing blanks, or a number in decimal; `<last_update>` is
microseconds since 1970-01-01T00:00:00Z, in decimal. Digests of parts add up to the digest of the whole. It finds
accidents (a row lost, doubled, or of another version); it is no signature.
"""

# ruff: noqa: S608  (identifiers of the dictionary, quoted; no values)

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta, timezone

from backbone_sync.dictionary import Dictionary, Entity, Field
from backbone_sync.stores import ddl_postgresql as ddl

EMPTY = "0" * 16
_MODULUS = 1 << 64
_EPOCH = datetime(1970, 1, 1, tzinfo=timezone.utc)
_MICROSECOND = timedelta(microseconds=1)
KECAMATAN = 3  # ref.mst_wilayah.id_level_wilayah


def key_text(field: Field, value: object) -> str:
    """A key as digests and the state tables hold it: uuids in lower case, the rest without padding."""
    text = str(value)
    return text.lower() if field.type == "uuid" else text.rstrip(" ")


def row_number(key: str, moment: datetime) -> int:
    """The number of one row, 0 to 2**64 - 1; `moment` must have a time zone."""
    line = f"{key}|{(moment - _EPOCH) // _MICROSECOND}"
    return int.from_bytes(hashlib.sha256(line.encode()).digest()[:8], "big")


def folded(total: int) -> str:
    """The digest of a sum of row numbers, signed or unsigned, of any size."""
    return format(total % _MODULUS, "016x")


def of(rows: Iterable[tuple[str, datetime]]) -> str:
    """The digest of (key text, last_update) pairs."""
    return folded(sum(row_number(key, moment) for key, moment in rows))


def number_postgresql(key: Field, row: str) -> str:
    """The expression for the number of the row that `row` aliases, as a signed bigint; PostgreSQL 14 or newer."""
    text = f"{row}.{ddl.quoted(key.name)}::text" if key.type == "uuid" else f"rtrim({row}.{ddl.quoted(key.name)}::text)"
    return _number_postgresql(text, f"{row}.last_update")


def _number_postgresql(text: str, moment: str) -> str:
    micros = f"(extract(epoch FROM {moment}) * 1000000)::bigint"
    return (
        f"('x' || encode(substr(sha256(convert_to({text} || '|' || {micros}, 'UTF8')), 1, 8), 'hex'))::bit(64)::bigint"
    )


def number_sqlserver(key: Field, row: str) -> str:
    """The same for SQL Server 2016 or newer, as a signed bigint; sum it as decimal(38,0), because bigint overflows.

    The hashed text must be varchar: of an nvarchar, HASHBYTES would hash two bytes a character.
    """
    name = f"{row}.[{key.name}]"
    text = f"LOWER(CONVERT(varchar(36), {name}))" if key.type == "uuid" else f"RTRIM(CONVERT(varchar(100), {name}))"
    return number_of_text_sqlserver(text, f"{row}.[last_update]")


def number_of_text_sqlserver(text: str, moment: str) -> str:
    """The same of a key that is varchar text already, and a moment."""
    micros = (
        "CONVERT(varchar(20), DATEDIFF_BIG(microsecond,"
        f" CONVERT(datetimeoffset(6), '1970-01-01T00:00:00+00:00'), {moment}))"
    )
    return f"CONVERT(bigint, SUBSTRING(HASHBYTES('SHA2_256', CONCAT({text}, '|', {micros})), 1, 8))"


def statement(dictionary: Dictionary, entity: Entity, by: Sequence[str] = ()) -> str:
    """A PostgreSQL query of what the store holds: a column for each of `by`, then count and sum of row numbers.

    `by` are names of dictionary.PARTITIONS; a row that has none, or whose parent is not in force, has NULL. Without
    `by` there is one row, also for an empty table.
    """
    joins: list[str] = []
    aliases: dict[tuple[str, ...], str] = {}
    columns = [_column(dictionary, entity, one, joins, aliases) for one in by]
    shown = "".join(f"{c} AS {ddl.quoted(one)}, " for c, one in zip(columns, by))
    grouped = f" GROUP BY {', '.join(str(n + 1) for n in range(len(by)))}" if by else ""
    areas = _AREAS if any("area" in c for c in columns) else ""
    return (
        f"{areas}SELECT {shown}count(*), coalesce(sum({number_postgresql(entity.key, 't')}), 0)"
        f" FROM {ddl.qualified(entity)} t{''.join(joins)}{grouped}"
    )


def known(entity: Entity) -> str:
    """A PostgreSQL query of all versions that are known of an entity's rows: the sum of row numbers, and whether it is
    all of them. Parameter: the entity's name as %(e)s.

    A row that is in quarantine, or kept out by grant or erasure, counts in the version that was set aside; of one
    whose key or time could not be read no number can be made.
    """
    key = ddl.quoted(entity.key.name)
    text = f"t.{key}::text" if entity.key.type == "uuid" else f"rtrim(t.{key}::text)"
    return (
        f"SELECT (SELECT coalesce(sum({number_postgresql(entity.key, 't')}), 0) FROM {ddl.qualified(entity)} t"
        f" WHERE NOT EXISTS (SELECT FROM sync.quarantine q WHERE q.entity = %(e)s AND q.key = {text}))"
        f" + (SELECT coalesce(sum({_number_postgresql('q.key', 'q.last_update')}), 0) FROM sync.quarantine q"
        " WHERE q.entity = %(e)s),"
        " NOT EXISTS (SELECT FROM sync.quarantine q WHERE q.entity = %(e)s AND q.last_update IS NULL)"
    )


# UNION, not UNION ALL: a circle of parents would never end. A kecamatan is its own.
_AREAS = (
    "WITH RECURSIVE area(kode, kecamatan) AS ("
    f"SELECT kode_wilayah, kode_wilayah FROM ref.mst_wilayah WHERE id_level_wilayah = {KECAMATAN}"
    " UNION SELECT m.kode_wilayah, a.kecamatan FROM ref.mst_wilayah m JOIN area a ON m.mst_kode_wilayah = a.kode"
    f" WHERE m.id_level_wilayah > {KECAMATAN}) "
)


def _column(
    dictionary: Dictionary, entity: Entity, by: str, joins: list[str], aliases: dict[tuple[str, ...], str]
) -> str:
    """The column that holds a row's part, after the joins that lead to it; parts share the joins they have alike."""
    path = dictionary.path(entity, by)
    if not path:
        return "NULL::text"
    here = "t"
    taken: tuple[str, ...] = ()
    for (_, field), (parent, _) in zip(path, path[1:]):
        taken = (*taken, field.name)
        if taken not in aliases:
            aliases[taken] = f"p{len(aliases) + 1}"
            on = f"{aliases[taken]}.{ddl.quoted(parent.key.name)} = {here}.{ddl.quoted(field.name)}"
            joins.append(f" LEFT JOIN {ddl.qualified(parent)} {aliases[taken]} ON {on}")
        here = aliases[taken]
    last = f"{here}.{ddl.quoted(path[-1][1].name)}"
    if by != "kecamatan":
        return f"{last}::text"
    joins.append(f" LEFT JOIN area ON area.kode = {last}")
    return "area.kecamatan::text"
