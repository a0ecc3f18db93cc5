"""The T-SQL on what is held about people, on the record of processing and on what is published. Pure.

See `statements_sqlserver` for `Sql`, and `personal_store` for what each of them is for.
"""

# ruff: noqa: S608  (identifiers of the dictionary, quoted; values go as parameters)

from __future__ import annotations

from collections.abc import Sequence

from backbone_sync.dictionary import Dictionary, Entity, Field
from backbone_sync.privacy import breach, subject
from backbone_sync.privacy.grant import ALWAYS, ENDED, ENROLMENT
from backbone_sync.privacy.personal import PUBLIC, personal
from backbone_sync.satu_data import sectoral
from backbone_sync.stores import ddl_sqlserver as ddl
from backbone_sync.stores import state_sqlserver as state
from backbone_sync.stores.ddl_sqlserver import BINARY
from backbone_sync.stores.personal_store import CORRECTION, OWN, AtSchool
from backbone_sync.stores.state_sqlserver import LIST
from backbone_sync.stores.statements_sqlserver import KEYS, LOCKED, Sql, as_key, key_text, typed

_TEXT = "CONVERT(nvarchar(max), ?)"
# A row that refers to one of these stands for a person, or is a person's own.
_LEADING = (*ENROLMENT, *ENROLMENT.values())
_OPEN = "[state] IN (N'in_force', N'disputed')"

# -- quarantine

# An entity, or none for all of them; then how many rows at most. The content is asked for apart from the rest.
_SET_ASIDE = (
    "SELECT q.[entity], q.[key], q.[reason], q.[field], q.[last_update], q.[first_run], q.[last_run],"
    " CASE WHEN q.[payload] IS NULL THEN 0 ELSE 1 END AS [replayable]{}"
    f" FROM [sync].[quarantine] AS q WHERE ({_TEXT} IS NULL OR q.[entity] = ?)"
    " ORDER BY q.[last_run] DESC, q.[entity], q.[key] OFFSET 0 ROWS FETCH NEXT ? ROWS ONLY"
)
SET_ASIDE = Sql(_SET_ASIDE.format(""), ("text?", "text", "int"))
SET_ASIDE_VALUES = Sql(_SET_ASIDE.format(", q.[payload]"), ("text?", "text", "int"))
CONTENTS = Sql(
    "SELECT q.[key], q.[payload] FROM [sync].[quarantine] AS q WHERE q.[entity] = ? AND q.[payload] IS NOT NULL",
    ("text",),
)
ASIDE = Sql(
    "SELECT COUNT_BIG(*) AS [aside] FROM [sync].[quarantine] AS q WHERE q.[entity] = ? AND q.[payload] IS NOT NULL",
    ("text",),
)
WITHHOLD = (
    Sql(
        "UPDATE q SET [reason] = ?, [payload] = NULL, [field] = NULL FROM [sync].[quarantine] AS q"
        f" JOIN {KEYS} AS d ON q.[key] = d.[key] {BINARY} WHERE q.[entity] = ?",
        ("text", "keys", "text"),
    ),
    Sql(
        "INSERT INTO [sync].[quarantine] ([entity], [key], [reason], [last_update], [first_run], [last_run])"
        f" SELECT ?, d.[key], ?, d.[last_update], ?, ? FROM {KEYS} AS d WHERE NOT EXISTS"
        f" (SELECT 1 FROM [sync].[quarantine] AS q {LOCKED} WHERE q.[entity] = ? AND q.[key] = d.[key] {BINARY})",
        ("text", "text", "int", "int", "keys", "text"),
    ),
)
EMPTY = Sql(
    f"UPDATE [sync].[quarantine] SET [payload] = NULL, [reason] = COALESCE({_TEXT}, [reason])"
    " WHERE [entity] = ? AND [key] = ?",
    ("text?", "text", "text"),
)
WITHDRAWN = Sql(f"SELECT d.[entity], d.[last_update] FROM [sync].[tombstone] AS d WHERE d.[key] IN {LIST}", ("values",))

# -- corrections

CORRECTIONS_OF = Sql(
    f"SELECT {', '.join(f'c.[{name}]' for name in CORRECTION)} FROM [sync].[correction] AS c"
    f" WHERE c.[key] IN {LIST} OR c.[state] IN {LIST} ORDER BY c.[correction_id]",
    ("values", "values"),
)
SUPERSEDE = Sql(
    "UPDATE [sync].[correction] SET [state] = N'withdrawn', [settled_at] = SYSDATETIMEOFFSET()"
    f" WHERE [entity] = ? AND [key] = ? AND [field] = ? AND {_OPEN}",
    ("text", "text", "text"),
)
ADD_CORRECTION = Sql(
    "INSERT INTO [sync].[correction] ([entity], [key], [field], [value], [was], [reason], [made_by], [seen_update])"
    " OUTPUT inserted.[correction_id] SELECT ?, ?, ?, ?, ?, ?, ?, ?",
    (*("text",) * 7, "time"),
)
END_CORRECTION = Sql(
    "UPDATE [sync].[correction] SET [state] = N'withdrawn', [settled_at] = SYSDATETIMEOFFSET()"
    " OUTPUT inserted.[entity], inserted.[key], inserted.[field], inserted.[was], inserted.[seen_update]"
    f" WHERE [correction_id] = ? AND {_OPEN}",
    ("int",),
)
FORGET_CORRECTIONS = Sql(f"DELETE c FROM [sync].[correction] AS c WHERE c.[key] IN {LIST}", ("values",))
# No moment is the beginning: a first listing that was broken off goes back to it.
REWIND_TO = Sql(
    "UPDATE [sync].[cursor] SET [since_update] = CASE WHEN [since_update] > ? THEN ? ELSE [since_update] END,"
    " [floor_update] = NULL, [position] = NULL WHERE [entity] = ?",
    ("time", "time", "text"),
)

# -- erasures

# Whoever asked to be erased stands there for that reason, whatever other there was or comes.
BLOCK = (
    Sql(
        f"UPDATE [sync].[erasure] {LOCKED} SET [reason] = CASE WHEN [reason] = N'subject' THEN [reason] ELSE ? END"
        " WHERE [entity] = ? AND [key] = ?",
        ("text", "text", "text"),
    ),
    Sql("INSERT INTO [sync].[erasure] ([reason], [entity], [key]) VALUES (?, ?, ?)", ("text",) * 3),
)
BLOCKED = Sql("SELECT e.[entity], e.[key], e.[reason] FROM [sync].[erasure] AS e")

# -- retention: what is over of a class, and letting it go. The last green run's record stays, however old.

_OLD_RUNS = (
    "r.[started_at] < ? AND r.[run_id] < (SELECT COALESCE(MAX(g.[run_id]), 0) FROM [sync].[run] AS g"
    " WHERE g.[state] = N'green')"
)
OVER = {
    "quarantine": Sql(
        "SELECT COUNT_BIG(*) AS [over] FROM [sync].[quarantine] AS q WHERE q.[payload] IS NOT NULL AND q.[seen_at] < ?",
        ("time",),
    ),
    "runs": Sql(f"SELECT COUNT_BIG(*) AS [over] FROM [sync].[run] AS r WHERE {_OLD_RUNS}", ("time",)),
    "corrections": Sql(
        "SELECT COUNT_BIG(*) AS [over] FROM [sync].[correction] AS c WHERE c.[settled_at] < ?", ("time",)
    ),
}
LET_GO = {
    "quarantine": Sql(
        "UPDATE [sync].[quarantine] SET [payload] = NULL WHERE [payload] IS NOT NULL AND [seen_at] < ?", ("time",)
    ),
    "runs": Sql(f"DELETE r FROM [sync].[run] AS r WHERE {_OLD_RUNS}", ("time",)),
    "corrections": Sql("DELETE c FROM [sync].[correction] AS c WHERE c.[settled_at] < ?", ("time",)),
}
# PostgreSQL's tables do this by a foreign key; here a run's lines by entity go after the run.
UNRUN = Sql(
    "DELETE e FROM [sync].[run_entity] AS e WHERE NOT EXISTS (SELECT 1 FROM [sync].[run] AS r"
    " WHERE r.[run_id] = e.[run_id])"
)

# -- the record of processing

RECORD_END = Sql(
    "SELECT TOP (1) p.[seq], p.[digest] FROM [sync].[processing] AS p WITH (TABLOCKX, HOLDLOCK) ORDER BY p.[seq] DESC"
)
RECORD_APPEND = Sql(
    "INSERT INTO [sync].[processing] ([seq], [line], [digest]) VALUES (?, ?, ?)", ("int", "text", "text")
)
RECORD_LINES = Sql(
    "SELECT p.[seq], p.[line], p.[digest] FROM [sync].[processing] AS p WHERE p.[seq] > ? ORDER BY p.[seq]", ("int",)
)

# -- what is published

HELD_ROWS = Sql(
    "SELECT b.[entity], b.[stored], c.[high_update] FROM [sync].[balance] AS b LEFT JOIN [sync].[cursor] AS c"
    " ON c.[entity] = b.[entity]"
)
FIGURES = tuple(map(Sql, sectoral.queries()))

# -- an entity's rows


def reorganized(table: str) -> str:
    """Take deleted rows out of the pages of a table and of its long values, while others read it.

    The server's parser alone reads this statement, as it does `ddl.APPEND_ONLY`.
    """
    return f"ALTER INDEX ALL ON {table} REORGANIZE"


def named(entity: Entity, fields: Sequence[Field]) -> Sql:
    """Keys of rows of which one field is a text: one parameter for each field, all the same.

    Compared as text, because a uniqueidentifier is made of the first 36 characters of any longer text.
    """
    which = " OR ".join(f"{key_text(f, 't') if f.key else f't.{ddl.quoted(f.name)} {BINARY}'} = ?" for f in fields)
    return Sql(
        f"SELECT {key_text(entity.key, 't')} AS [key] FROM {ddl.qualified(entity)} AS t WHERE {which}",
        ("text",) * len(fields),
    )


def _among(field: Field) -> str:
    return f"t.{ddl.quoted(field.name)} IN (SELECT {typed(field, 'v.[value]')} FROM OPENJSON(?) AS v)"


def rows(entity: Entity, granted: Sequence[Field], by: Field) -> Sql:
    """Rows whose field `by` is in a list: the granted fields, then `OWN`."""
    columns = ", ".join(f"t.{ddl.quoted(n)}" for n in (*(f.name for f in granted), *OWN))
    return Sql(f"SELECT {columns} FROM {ddl.qualified(entity)} AS t WHERE {_among(by)}", ("values",))


def remove(entity: Entity) -> Sql:
    """Delete the rows of a list of keys."""
    return Sql(f"DELETE t FROM {ddl.qualified(entity)} AS t WHERE {_among(entity.key)}", ("values",))


def forget_mentions(entity: Entity, item: Field) -> Sql:
    """Empty a field in the rows of a list of keys."""
    key = entity.key
    return Sql(
        f"UPDATE {ddl.qualified(entity)} SET {ddl.quoted(item.name)} = NULL"
        f" WHERE {ddl.quoted(key.name)} IN (SELECT {typed(key, 'v.[value]')} FROM OPENJSON(?) AS v)",
        ("values",),
    )


def flags(entity: Entity) -> Sql:
    """The flags of one row."""
    return Sql(f"SELECT t.[flags] FROM {ddl.qualified(entity)} AS t WHERE t.{_is(entity.key)}", ("text",))


def _is(key: Field) -> str:
    return f"{ddl.quoted(key.name)} = {typed(key, '?')}"


def put(entity: Entity, item: Field) -> Sql:
    """Store a value, given as text, and the flags in one row.

    Text is not converted to the column's own length, which would cut it off without a word.
    """
    made = ddl.column_type(item).partition(" ")[0]
    value = _TEXT if made.startswith("nvarchar") else f"CONVERT({made}, ?)"
    return Sql(
        f"UPDATE {ddl.qualified(entity)} SET {ddl.quoted(item.name)} = {value}, [flags] = {_TEXT},"
        f" [stored_at] = SYSDATETIMEOFFSET() WHERE {_is(entity.key)}",
        ("text?", "text?", "text"),
    )


def _school(at: AtSchool | None) -> tuple[str, tuple[str, ...]]:
    """The condition that keeps the rows of one school, and its parameter."""
    if at is None:
        return "", ()
    school = f"SELECT s.[sekolah_id] FROM [backbone].[sekolah] AS s WHERE s.[npsn] {BINARY} = ?"
    field = ddl.quoted(at.field)
    if at.through:
        of = f"[backbone].{ddl.quoted(at.through)} AS x"
        school = f"SELECT x.{field} FROM {of} WHERE x.[sekolah_id] IN ({school})"
    return f" WHERE t.{field} IN ({school})", ("text",)


def filled(entity: Entity, fields: Sequence[Field], at: AtSchool | None) -> Sql:
    """How many rows, and how many of them have a value of each field."""
    where, takes = _school(at)
    shown = [f"COUNT_BIG(t.{ddl.quoted(f.name)}) AS {ddl.quoted(f.name)}" for f in fields]
    return Sql(
        f"SELECT {', '.join(['COUNT_BIG(*) AS [rows]', *shown])} FROM {ddl.qualified(entity)} AS t{where}", takes
    )


def listed(entity: Entity, fields: Sequence[Field], at: AtSchool | None) -> Sql:
    """The rows, these fields of them."""
    where, takes = _school(at)
    columns = ", ".join(f"t.{ddl.quoted(f.name)}" for f in fields)
    return Sql(f"SELECT {columns} FROM {ddl.qualified(entity)} AS t{where}", takes)


def departed(person: Entity, enrolment: Entity, ended: Field) -> Sql:
    """People all of whose enrolments ended before a day, those first who are gone the longest; at most so many."""
    key, day = ddl.quoted(person.key.name), f"e.{ddl.quoted(ended.name)}"
    return Sql(
        f"SELECT {as_key(person.key, f'e.{key}')} AS [key] FROM {ddl.qualified(enrolment)} AS e"
        f" JOIN {ddl.qualified(person)} AS p ON p.{key} = e.{key} GROUP BY e.{key}"
        f" HAVING MIN(CASE WHEN {day} < CONVERT(date, ?) THEN 1 ELSE 0 END) = 1"
        f" ORDER BY MAX({day}) OFFSET 0 ROWS FETCH NEXT ? ROWS ONLY",
        ("text", "int"),
    )


def every() -> dict[str, Sql]:
    """All statements of this module that do not depend on an entity, by name."""
    return state.named(globals())


def of_entity(words: Dictionary, entity: Entity, granted: Sequence[Field]) -> dict[str, Sql]:
    """Every statement there is on an entity's rows under a grant, by name; none where nobody stands in them."""
    made: dict[str, Sql] = {}
    held, leads = entity.legal_class not in PUBLIC, [f for f in granted if f.reference in _LEADING and not f.key]
    if held or leads:
        made.update({f"people.rows.{f.name}": rows(entity, granted, f) for f in (entity.key, *leads)})
    mentions = [f for f in leads if f.reference in ENROLMENT and f.nullable]
    made.update({f"people.forget_mentions.{f.name}": forget_mentions(entity, f) for f in mentions})
    if held:
        made["people.remove"], made["people.flags"] = remove(entity), flags(entity)
        changed = [f for f in granted if not f.key and f.name not in ALWAYS and (f.reference or "")[:4] in ("", "ref.")]
        made.update({f"people.put.{f.name}": put(entity, f) for f in changed})
        fields = [f for f in granted if personal(entity, f)]
        for name, at in (("filled", None), ("filled.school", breach.at_school(entity, "?"))):
            made[f"people.{name}"] = filled(entity, fields, at)
    if entity.name in ENROLMENT:
        made["people.named"] = named(entity, (entity.key, *subject.identifiers(entity)))
        letters = breach.contacts(entity, granted)
        for name, at in (("listed", None), ("listed.school", breach.at_school(entity, "?"))):
            made[f"people.{name}"] = listed(entity, letters, at)
        enrolment = words[ENROLMENT[entity.name]]
        made["people.departed"] = departed(entity, enrolment, enrolment.field(ENDED[enrolment.name]))
    return made
