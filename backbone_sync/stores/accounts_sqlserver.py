"""The T-SQL that counts and moves what is held of an entity, made from the dictionary. Pure.

See `statements_sqlserver`.
"""

# ruff: noqa: S608  (identifiers of the dictionary, quoted; values go as parameters)

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from backbone_sync.dictionary import Dictionary, Entity, Field
from backbone_sync.dictionary.digest import KECAMATAN, number_of_text_sqlserver, number_sqlserver
from backbone_sync.privacy.gate import OUTSIDE_GRANT, parents
from backbone_sync.privacy.grant import ENROLMENT
from backbone_sync.stores import ddl_sqlserver as ddl
from backbone_sync.stores.ddl_sqlserver import BINARY
from backbone_sync.stores.state_sqlserver import LIST
from backbone_sync.stores.statements_sqlserver import LOCKED, Sql, Statements, as_key, key_text, literal, typed

_AREA = "ref.mst_wilayah"
# A circle of parents would be followed until the server gives up; no area lies so deep.
_DEEPEST = 8


def breakdown(words: Dictionary, entity: Entity) -> Sql:
    """A query of what is stored by kecamatan and semester (NULL: none): both, then count and sum of row numbers.

    The same as `digest.statement` asks of PostgreSQL; `digest.folded` makes the digest of the sum. Groups of no rows
    may come too.
    """
    joins: list[str] = []
    aliases: dict[tuple[str, ...], str] = {}
    columns = [_part(words, entity, by, joins, aliases) for by in ("kecamatan", "semester")]
    shown = ", ".join(
        f"{c or 'CONVERT(nvarchar(64), NULL)'} AS [{n}]" for c, n in zip(columns, ("kecamatan", "semester"))
    )
    # A constant cannot be grouped by; without a column there is one group, of all rows.
    grouped = f" GROUP BY {', '.join(c for c in columns if c)}" if any(columns) else ""
    total = f"COALESCE(SUM(CONVERT(decimal(38,0), {number_sqlserver(entity.key, 't')})), 0)"
    return Sql(
        f"{_areas(words) if columns[0] else ''}SELECT {shown}, COUNT_BIG(*) AS [live], {total} AS [total]"
        f" FROM {ddl.qualified(entity)} AS t{''.join(joins)}{grouped}"
    )


def known(entity: Entity) -> Sql:
    """The sum of row numbers of all versions that are known, and whether that is all; as `digest.known`."""
    name, at = literal(entity.name), "q.[last_update]"
    aside = number_of_text_sqlserver("CONVERT(varchar(100), q.[key])", at)
    quarantine = f"FROM [sync].[quarantine] AS q WHERE q.[entity] = {name}"
    return Sql(
        f"SELECT (SELECT COALESCE(SUM(CONVERT(decimal(38,0), {number_sqlserver(entity.key, 't')})), 0)"
        f" FROM {ddl.qualified(entity)} AS t WHERE NOT EXISTS (SELECT 1 {quarantine}"
        f" AND q.[key] = {key_text(entity.key, 't')})) AS [stored],"
        f" (SELECT COALESCE(SUM(CONVERT(decimal(38,0), {aside})), 0) {quarantine} AND {at} IS NOT NULL) AS [aside],"
        f" (SELECT COUNT_BIG(*) {quarantine} AND {at} IS NULL) AS [unreadable]"
    )


def _part(
    words: Dictionary, entity: Entity, by: str, joins: list[str], aliases: dict[tuple[str, ...], str]
) -> str | None:
    """The column that holds a row's part, after the joins that lead to it; parts share the joins they have alike."""
    path = words.path(entity, by)
    if not path:
        return None
    here = "t"
    taken: tuple[str, ...] = ()
    for (_, field), (parent, _) in zip(path, path[1:]):
        taken = (*taken, field.name)
        if taken not in aliases:
            aliases[taken] = f"p{len(aliases) + 1}"
            on = f"{aliases[taken]}.{ddl.quoted(parent.key.name)} = {here}.{ddl.quoted(field.name)}"
            joins.append(f" LEFT JOIN {ddl.qualified(parent)} AS {aliases[taken]} ON {on}")
        here = aliases[taken]
    last = f"{here}.{ddl.quoted(path[-1][1].name)}"
    if by != "kecamatan":
        return f"CONVERT(nvarchar(64), {last})"
    joins.append(f" LEFT JOIN [area] AS a ON a.[kode] = {last}")
    return "a.[kecamatan]"


def _areas(words: Dictionary) -> str:
    """Every area within a kecamatan with that kecamatan; a kecamatan is its own. Recursion takes UNION ALL only."""
    table = ddl.qualified(words[_AREA])
    return (
        "WITH [area] AS (SELECT m.[kode_wilayah] AS [kode], m.[kode_wilayah] AS [kecamatan], CONVERT(int, 0) AS [depth]"
        f" FROM {table} AS m WHERE m.[id_level_wilayah] = {KECAMATAN}"
        " UNION ALL SELECT m.[kode_wilayah], a.[kecamatan], a.[depth] + 1"
        f" FROM {table} AS m JOIN [area] AS a ON m.[mst_kode_wilayah] = a.[kode]"
        f" WHERE m.[id_level_wilayah] > {KECAMATAN} AND a.[depth] < {_DEEPEST}) "
    )


def within(words: Dictionary) -> Sql:
    """The codes of all areas within the region of a Kemendagri code."""
    table = ddl.qualified(words[_AREA])
    return Sql(
        "WITH [within] AS (SELECT m.[kode_wilayah] AS [kode], CONVERT(int, 0) AS [depth]"
        f" FROM {table} AS m WHERE m.[kode_dagri] = ?"
        " UNION ALL SELECT m.[kode_wilayah], w.[depth] + 1"
        f" FROM {table} AS m JOIN [within] AS w ON m.[mst_kode_wilayah] = w.[kode] WHERE w.[depth] < {_DEEPEST})"
        " SELECT DISTINCT w.[kode] FROM [within] AS w",
        ("text",),
    )


def holding(entity: Entity) -> Sql:
    """What is held of an entity: stored (not counting rows whose later version is in quarantine), set aside, withdrawn.

    Parameters: reasons that withhold, the reason "outside the region", reasons that withhold again.
    """
    table, name = ddl.qualified(entity), literal(entity.name)
    aside = f"SELECT COUNT_BIG(*) FROM [sync].[quarantine] AS q WHERE q.[entity] = {name}"
    withheld = f"(SELECT w.[value] {BINARY} FROM OPENJSON(?) AS w)"
    return Sql(
        f"SELECT (SELECT COUNT_BIG(*) FROM {table}) - ({aside} AND EXISTS (SELECT 1 FROM {table} AS t"
        f" WHERE {key_text(entity.key, 't')} = q.[key])) AS [stored],"
        f" ({aside} AND q.[reason] NOT IN {withheld}) AS [quarantined],"
        f" (SELECT COUNT_BIG(*) FROM [sync].[tombstone] AS d WHERE d.[entity] = {name}) AS [deleted],"
        f" ({aside} AND q.[reason] = ?) AS [refused], ({aside} AND q.[reason] IN {withheld}) AS [withheld]",
        ("values", "text", "values"),
    )


def evict(entity: Entity, field: Field, *, keep: bool) -> tuple[Sql, Sql, Sql]:
    """Refuse stored rows by a field: with `keep` those whose value is not in the list, else those whose value is.

    First what is in quarantine of them already, then what is not, then the rows themselves: their count is how many.
    """
    table, name, column = ddl.qualified(entity), literal(entity.name), f"t.{ddl.quoted(field.name)}"
    value = typed(field, "v.[value]")
    # A row without the value is not judged by it: NULL is in no list, and outside none.
    outside = (
        f"{column} IS NOT NULL AND {'NOT ' if keep else ''}EXISTS"
        f" (SELECT 1 FROM OPENJSON(?) AS v WHERE {value} = {column})"
    )
    key = key_text(entity.key, "t")
    return (
        Sql(
            "UPDATE q SET [reason] = ?, [field] = ?, [payload] = NULL, [last_run] = ?"
            f" FROM [sync].[quarantine] AS q JOIN {table} AS t ON {key} = q.[key]"
            f" WHERE q.[entity] = {name} AND {outside}",
            ("text", "text", "int", "values"),
        ),
        Sql(
            "INSERT INTO [sync].[quarantine]"
            " ([entity], [key], [reason], [field], [last_update], [first_run], [last_run])"
            f" SELECT {name}, {key}, ?, ?, t.[last_update], ?, ? FROM {table} AS t WHERE {outside}"
            f" AND NOT EXISTS (SELECT 1 FROM [sync].[quarantine] AS q {LOCKED}"
            f" WHERE q.[entity] = {name} AND q.[key] = {key})",
            ("text", "text", "int", "int", "values"),
        ),
        Sql(f"DELETE t FROM {table} AS t WHERE {outside}", ("values",)),
    )


@dataclass(frozen=True)
class Orphaned:
    """The statements on rows whose field leads nowhere.

    `any_parent`: whether the table of parents has rows at all. `all_new` makes the list of every row; `healed` takes
    off it what is no orphan any more; `touched` and `bereft` [run] add what this run touched and the children of what
    it deleted. `count`: how many, and how many of those have their parent in quarantine.
    """

    any_parent: Sql
    all_new: Sql
    healed: Sql
    touched: Sql
    bereft: Sql
    count: Sql


def orphaned(words: Dictionary, entity: Entity, field: Field) -> Orphaned:
    """Made from the dictionary alone; `field` must be a reference."""
    parent = words[field.reference or ""]
    table, parents = ddl.qualified(entity), ddl.qualified(parent)
    key, column, target = ddl.quoted(entity.key.name), ddl.quoted(field.name), ddl.quoted(parent.key.name)
    name, item, other = literal(entity.name), literal(field.name), literal(parent.name)
    own = f"[entity] = {name} AND o.[field] = {item}"
    nowhere = f"t.{column} IS NOT NULL AND NOT EXISTS (SELECT 1 FROM {parents} AS p WHERE p.{target} = t.{column})"
    add = (
        f"INSERT INTO [sync].[orphan] ([entity], [field], [key]) SELECT {name}, {item}, {key_text(entity.key, 't')}"
        f" FROM {table} AS t WHERE {nowhere} AND NOT EXISTS (SELECT 1 FROM [sync].[orphan] AS o {LOCKED}"
        f" WHERE o.{own} AND o.[key] = {key_text(entity.key, 't')})"
    )
    return Orphaned(
        any_parent=Sql(f"SELECT TOP (1) 1 AS [found] FROM {parents}"),
        all_new=Sql(add),
        healed=Sql(
            f"DELETE o FROM [sync].[orphan] AS o WHERE o.{own} AND NOT EXISTS (SELECT 1 FROM {table} AS t"
            f" WHERE t.{key} = {typed(entity.key, 'o.[key]')} AND {nowhere})"
        ),
        touched=Sql(
            f"{add} AND EXISTS (SELECT 1 FROM [sync].[touched] AS u WHERE u.[entity] = {name}"
            f" AND u.[key] = {key_text(entity.key, 't')})"
        ),
        bereft=Sql(
            f"{add} AND EXISTS (SELECT 1 FROM [sync].[tombstone] AS d WHERE d.[entity] = {other} AND d.[run_id] = ?"
            f" AND {typed(parent.key, 'd.[key]')} = t.{column})",
            ("int",),
        ),
        # No sum over a subquery: the server refuses it; so the answer of each row is made first.
        count=Sql(
            "SELECT COUNT_BIG(*) AS [orphans], COALESCE(SUM(x.[waiting]), 0) AS [waiting] FROM (SELECT CASE WHEN EXISTS"
            f" (SELECT 1 FROM [sync].[quarantine] AS q WHERE q.[entity] = {other}"
            f" AND q.[key] = {as_key(parent.key, f't.{column}')}) THEN 1 ELSE 0 END AS [waiting]"
            f" FROM [sync].[orphan] AS o JOIN {table} AS t ON t.{key} = {typed(entity.key, 'o.[key]')}"
            f" WHERE o.{own}) AS x"
        ),
    )


def sweep(entity: Entity, person: Entity | None, needed: Sequence[Field]) -> tuple[Sql, Sql, Sql]:
    """Set aside rows that have no row of `person`, or whose parent by one of `needed` is outside the grant.

    First what is in quarantine of them already, then what is not, then the rows themselves; with `person` each takes
    as its last value the list of keys that are spared.
    """
    table, name, key = ddl.qualified(entity), literal(entity.name), ddl.quoted(entity.key.name)
    gone = []
    if person:
        gone.append(
            f"NOT EXISTS (SELECT 1 FROM {ddl.qualified(person)} AS e WHERE e.{key} = t.{key})"
            f" AND {key_text(entity.key, 't')} NOT IN {LIST}"
        )
    for field in needed:
        value = f"LOWER(CONVERT(nvarchar(64), t.{ddl.quoted(field.name)})) {BINARY}"
        gone.append(
            f"EXISTS (SELECT 1 FROM [sync].[quarantine] AS o WHERE o.[entity] = {literal(field.reference or '')}"
            f" AND o.[reason] = N'{OUTSIDE_GRANT}' AND o.[key] = {value})"
        )
    which, text = f"({' OR '.join(gone)})", key_text(entity.key, "t")
    spared = ("values",) if person else ()
    return (
        Sql(
            "UPDATE q SET [reason] = ?, [payload] = NULL, [field] = NULL, [last_update] = t.[last_update],"
            f" [last_run] = ? FROM [sync].[quarantine] AS q JOIN {table} AS t ON {text} = q.[key]"
            f" WHERE q.[entity] = {name} AND {which}",
            ("text", "int", *spared),
        ),
        Sql(
            "INSERT INTO [sync].[quarantine] ([entity], [key], [reason], [last_update], [first_run], [last_run])"
            f" SELECT {name}, {text}, ?, t.[last_update], ?, ? FROM {table} AS t WHERE {which}"
            f" AND NOT EXISTS (SELECT 1 FROM [sync].[quarantine] AS q {LOCKED}"
            f" WHERE q.[entity] = {name} AND q.[key] = {text})",
            ("text", "int", "int", *spared),
        ),
        Sql(f"DELETE t FROM {table} AS t WHERE {which}", spared),
    )


def earliest(entity: Entity, person: Entity) -> Sql:
    """The first version of the entity's rows, kept out for a reason, that rows of `person` name now."""
    named = as_key(entity.key, f"e.{ddl.quoted(entity.key.name)}")
    return Sql(
        "SELECT MIN(q.[last_update]) AS [earliest] FROM [sync].[quarantine] AS q"
        f" WHERE q.[entity] = {literal(entity.name)} AND q.[reason] = ?"
        f" AND EXISTS (SELECT 1 FROM {ddl.qualified(person)} AS e WHERE {named} = q.[key])",
        ("text",),
    )


def enrolled(entity: Entity, person: Entity) -> Sql:
    """Those of a list of the entity's keys that rows of `person` name."""
    name = f"e.{ddl.quoted(entity.key.name)}"
    return Sql(
        f"SELECT DISTINCT {as_key(entity.key, name)} AS [key] FROM {ddl.qualified(person)} AS e"
        f" WHERE {name} IN (SELECT {typed(entity.key, 'v.[value]')} FROM OPENJSON(?) AS v)",
        ("values",),
    )


def handed_over(entity: Entity) -> Sql:
    """Give every stored row a last_update, so that whatever another source lists is the newer."""
    return Sql(f"UPDATE {ddl.qualified(entity)} SET [last_update] = ?", ("time",))


def of_entity(words: Dictionary, entity: Entity, granted: Sequence[Field]) -> dict[str, Sql]:
    """Every statement there is on an entity's rows, by name; a name with a number where it is one of several."""
    made: dict[str, Sql] = {}
    parts: list[tuple[str, Statements | Orphaned]] = [("", Statements.of(entity, granted))]
    parts += [(f"orphans.{f.name}.", orphaned(words, entity, f)) for f in granted if f.reference and not f.key]
    for prefix, part in parts:
        for name, value in vars(part).items():
            several = value if isinstance(value, tuple) else ()
            made.update({f"{prefix}{name}.{at}": one for at, one in enumerate(several) if isinstance(one, Sql)})
            if isinstance(value, Sql):
                made[f"{prefix}{name}"] = value
    for field in granted:
        if field.scope:
            for at, one in enumerate(evict(entity, field, keep=field.scope == "region")):
                made[f"evict.{field.name}.{at}"] = one
    person = ENROLMENT.get(entity.name)
    if entity.schema != "ref":
        needed = [p.field for p in parents(entity, tuple(granted), words) if p.needed and p.entity not in ENROLMENT]
        if person or needed:
            for at, one in enumerate(sweep(entity, words[person] if person else None, needed)):
                made[f"sweep.{at}"] = one
    if person:
        made["earliest"], made["enrolled"] = earliest(entity, words[person]), enrolled(entity, words[person])
    made["handed_over"] = handed_over(entity)
    made["holding"], made["breakdown"], made["known"] = holding(entity), breakdown(words, entity), known(entity)
    if entity.name == _AREA:
        made["within"] = within(words)
    return made
