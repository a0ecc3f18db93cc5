"""The T-SQL on the service's own tables, and on the session: what does not depend on an entity. Pure.

See `statements_sqlserver`. A value that may be None is converted to its column's type, because the driver has to ask
the server for the type of a bare NULL.
"""

# ruff: noqa: S608  (names of our own tables; values go as parameters)

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields

from backbone_sync.run.state import Counts
from backbone_sync.stores.ddl_sqlserver import BINARY
from backbone_sync.stores.statements_sqlserver import LOCKED, Sql

_TIME = "CONVERT(datetimeoffset(6), ?)"
_TEXT = "CONVERT(nvarchar(max), ?)"
_WHOLE = "CONVERT(bigint, ?)"
# A list as a subquery; its text in the collation of the service's own keys.
LIST = f"(SELECT v.[value] {BINARY} FROM OPENJSON(?) AS v)"

# A statement that fails takes its transaction with it, whole; the server speaks English, by which a full disk is told
# from another fault; a lock of somebody else is waited for half a minute, as with PostgreSQL.
SESSION = (
    Sql("SET XACT_ABORT ON"),
    Sql("SET LOCK_TIMEOUT 30000"),
    Sql("SET LANGUAGE us_english"),
    Sql("SET TRANSACTION ISOLATION LEVEL READ COMMITTED"),
)
DATABASE = Sql(
    "SELECT d.[compatibility_level], CONVERT(int, d.[is_read_committed_snapshot_on]) AS [versioned]"
    " FROM [sys].[databases] AS d WHERE d.[database_id] = DB_ID()"
)


def _lock(resource: str, owner: str) -> Sql:
    """Milliseconds to wait → 0 or 1: granted; below 0: not."""
    return Sql(
        f"SET NOCOUNT ON; DECLARE @got int; EXEC @got = sp_getapplock @Resource = N'{resource}',"
        f" @LockMode = N'Exclusive', @LockOwner = N'{owner}', @LockTimeout = ?, @DbPrincipal = N'public';"
        " SELECT @got AS [got]",
        ("int",),
    )


# Session: it goes when the connection goes, however that happens. The driver must not keep the connection in a pool.
RUN_LOCK = _lock("backbone_sync", "Session")
MIGRATION_LOCK = _lock("backbone_sync.migrate", "Transaction")
# 'NoLock' when nobody holds the run lock.
LOCK_HELD = Sql(
    "SELECT APPLOCK_TEST(N'public', N'backbone_sync', N'Exclusive', N'Session') AS [free],"
    " APPLOCK_MODE(N'public', N'backbone_sync', N'Session') AS [mine]"
)

SCHEMAS = Sql("SELECT s.[name] FROM [sys].[schemas] AS s")
EXISTS = Sql("SELECT OBJECT_ID(?) AS [id]", ("text",))
VERSIONS = Sql("SELECT m.[version] FROM [sync].[migration] AS m")
VERSION = Sql("INSERT INTO [sync].[migration] ([version]) VALUES (?)", ("int",))
COLUMNS = Sql(
    "SELECT s.[name] AS [schema], t.[name] AS [table], c.[name] AS [column], y.[name] AS [type], c.[max_length],"
    " c.[precision], c.[scale], c.[collation_name] FROM [sys].[columns] AS c"
    " JOIN [sys].[tables] AS t ON t.[object_id] = c.[object_id] JOIN [sys].[schemas] AS s"
    " ON s.[schema_id] = t.[schema_id] JOIN [sys].[types] AS y ON y.[user_type_id] = c.[user_type_id]"
    " WHERE s.[name] IN (N'ref', N'backbone', N'staging') ORDER BY t.[object_id], c.[column_id]"
)
TABLE_VERSION = Sql(
    "INSERT INTO [sync].[table_version] ([entity], [version], [statements])"
    " SELECT ?, COALESCE(MAX(v.[version]), 0) + 1, ? FROM [sync].[table_version] AS v WHERE v.[entity] = ?",
    ("text", "text", "text"),
)
# What is remembered of an entity, and goes with its table.
OF_ENTITY = tuple(
    Sql(f"DELETE x FROM [sync].[{table}] AS x WHERE x.[entity] = ?", ("text",))
    for table in (
        *("cursor", "balance", "quarantine", "tombstone", "held", "width", "orphan"),
        *("reference_check", "checked", "guarded"),
    )
)
# What one source said that another has to say anew.
OF_SOURCE = tuple(
    Sql(f"DELETE x FROM [sync].[{table}] AS x WHERE x.[entity] = ?", ("text",))
    for table in ("tombstone", "held", "quarantine")
)
GUARDED = Sql("SELECT g.[fields] FROM [sync].[guarded] AS g WHERE g.[entity] = ?", ("text",))
UNGUARDED = OF_ENTITY[-1]
GUARDS = Sql("INSERT INTO [sync].[guarded] ([entity], [fields]) VALUES (?, ?)", ("text", "text"))
WIDTHS = Sql("SELECT w.[field], w.[length] FROM [sync].[width] AS w WHERE w.[entity] = ?", ("text",))
WIDTH = (
    Sql(
        f"UPDATE [sync].[width] {LOCKED} SET [length] = ?, [run_id] = ?, [widened_at] = SYSDATETIMEOFFSET()"
        " WHERE [entity] = ? AND [field] = ?",
        ("int", "int", "text", "text"),
    ),
    Sql(
        "INSERT INTO [sync].[width] ([length], [run_id], [entity], [field]) VALUES (?, ?, ?, ?)",
        ("int", "int", "text", "text"),
    ),
)

# -- cursors

_PLACE = f"[since_update] = {_TIME}, [high_update] = {_TIME}, [floor_update] = {_TIME}, [position] = {_TEXT}"
POSITION = Sql(
    "SELECT c.[since_update], c.[high_update], c.[floor_update], c.[position], c.[fields], c.[region],"
    " c.[source]"
    " FROM [sync].[cursor] AS c WHERE c.[entity] = ?",
    ("text",),
)
MOVE = Sql(
    f"UPDATE [sync].[cursor] SET {_PLACE}, [moved_at] = SYSDATETIMEOFFSET() WHERE [entity] = ?",
    ("time?", "time?", "time?", "text?", "text"),
)
BEGIN = (
    Sql(
        f"UPDATE [sync].[cursor] {LOCKED} SET [since_update] = NULL, [high_update] = NULL, [floor_update] = NULL,"
        " [position] = NULL, [fields] = ?, [region] = ?, [source] = ?, [moved_at] = SYSDATETIMEOFFSET()"
        " WHERE [entity] = ?",
        ("text", "text", "text", "text"),
    ),
    Sql("INSERT INTO [sync].[cursor] ([fields], [region], [source], [entity]) VALUES (?, ?, ?, ?)", ("text",) * 4),
)
RESET = Sql(
    "UPDATE [sync].[cursor] SET [since_update] = NULL, [high_update] = NULL, [floor_update] = NULL, [position] = NULL"
    f" WHERE [entity] IN {LIST}",
    ("values",),
)
REWIND = Sql(
    "UPDATE [sync].[cursor] SET [since_update] = ?, [floor_update] = NULL, [position] = NULL WHERE [entity] = ?",
    ("time", "text"),
)
COMPARED = Sql("UPDATE [sync].[cursor] SET [compared_at] = SYSDATETIMEOFFSET() WHERE [entity] = ?", ("text",))
COMPARED_LATELY = Sql(
    "SELECT 1 AS [found] FROM [sync].[cursor] AS c WHERE c.[entity] = ?"
    " AND c.[compared_at] > DATEADD(day, -1, SYSDATETIMEOFFSET())",
    ("text",),
)
SCOPE = Sql("SELECT c.[scope] FROM [sync].[cursor] AS c WHERE c.[entity] = ?", ("text",))
SCOPED = Sql("UPDATE [sync].[cursor] SET [scope] = ? WHERE [entity] = ?", ("text", "text"))

# -- proofs

CHECKS_SEEN = Sql(
    f"INSERT INTO [sync].[checked] ([entity]) SELECT v.[value] FROM OPENJSON(?) AS v WHERE NOT EXISTS"
    f" (SELECT 1 FROM [sync].[checked] AS c {LOCKED} WHERE c.[entity] = v.[value] {BINARY})",
    ("values",),
)
OVERDUE = {
    check: Sql(
        f"SELECT c.[entity] FROM [sync].[checked] AS c WHERE c.[entity] IN {LIST}"
        f" AND COALESCE(c.[{check}_at], c.[seen_at]) < DATEADD(second, ?, SYSDATETIMEOFFSET())",
        ("values", "int"),
    )
    for check in ("verified", "listed")
}
CHECKED = {
    f"{check}.{at}": one
    for check in ("verified", "listed")
    for at, one in enumerate(
        (
            Sql(
                f"UPDATE [sync].[checked] {LOCKED} SET [{check}_at] = SYSDATETIMEOFFSET(),"
                f" [missed] = COALESCE({_WHOLE}, [missed]) WHERE [entity] = ?",
                ("int?", "text"),
            ),
            Sql(
                f"INSERT INTO [sync].[checked] ([{check}_at], [missed], [entity])"
                f" SELECT SYSDATETIMEOFFSET(), COALESCE({_WHOLE}, 0), ?",
                ("int?", "text"),
            ),
        )
    )
}

# -- quarantine

FORGET_QUARANTINE = Sql("DELETE q FROM [sync].[quarantine] AS q WHERE q.[entity] = ?", ("text",))
FORGET_UNKEYED = Sql(
    "DELETE q FROM [sync].[quarantine] AS q WHERE q.[entity] = ? AND SUBSTRING(q.[key], 1, 1) = NCHAR(63)", ("text",)
)
REFUSED = Sql("SELECT q.[entity], q.[key] FROM [sync].[quarantine] AS q WHERE q.[reason] = ?", ("text",))
ANY_REFUSED = Sql(
    "SELECT TOP (1) q.[key] FROM [sync].[quarantine] AS q WHERE q.[entity] = ? AND q.[reason] = ?", ("text", "text")
)
PAYLOADS = Sql(
    "SELECT q.[payload] FROM [sync].[quarantine] AS q WHERE q.[entity] = ? AND q.[payload] IS NOT NULL"
    " ORDER BY q.[key]",
    ("text",),
)

# -- a listing's end

UNSEEN = Sql("TRUNCATE TABLE [sync].[seen]")
UNTOUCHED = Sql("TRUNCATE TABLE [sync].[touched]")
SEEN_UNKEYED = Sql(
    "INSERT INTO [sync].[seen] ([key], [live]) SELECT q.[key], CONVERT(bit, 0) FROM [sync].[quarantine] AS q"
    " WHERE q.[entity] = ? AND SUBSTRING(q.[key], 1, 1) = NCHAR(63)",
    ("text",),
)
SEEN_AGAIN = Sql(
    "DELETE h FROM [sync].[held] AS h WHERE h.[entity] = ? AND h.[kind] = N'absent' AND EXISTS"
    " (SELECT 1 FROM [sync].[seen] AS s WHERE s.[key] = h.[key] AND s.[live] = 1)",
    ("text",),
)
NOT_LISTED = {
    table: Sql(
        f"DELETE x FROM [sync].[{table}] AS x WHERE x.[entity] = ? AND NOT EXISTS"
        " (SELECT 1 FROM [sync].[seen] AS s WHERE s.[key] = x.[key])",
        ("text",),
    )
    for table in ("quarantine", "tombstone")
}
LISTED = Sql("SELECT COUNT_BIG(DISTINCT s.[key]) AS [listed] FROM [sync].[seen] AS s WHERE s.[live] = 1")
_IN_FORCE = "r.[expires_at] > SYSDATETIMEOFFSET() AND r.[used_at] IS NULL"
HELD = Sql(
    "SELECT COALESCE(SUM(CASE WHEN r.[release_id] IS NULL THEN 1 ELSE 0 END), 0) AS [pending],"
    " COUNT_BIG(*) AS [every] FROM [sync].[held] AS h LEFT JOIN [sync].[release] AS r"
    f" ON r.[release_id] = h.[release_id] AND {_IN_FORCE} WHERE h.[entity] = ?",
    ("text",),
)
RELEASED = Sql(f"SELECT r.[release_id] FROM [sync].[release] AS r WHERE r.[entity] = ? AND {_IN_FORCE}", ("text",))
USED = Sql(
    "UPDATE [sync].[release] SET [used_at] = SYSDATETIMEOFFSET(), [deleted] = COALESCE([deleted], 0) + ?"
    " WHERE [release_id] IN (SELECT CONVERT(bigint, v.[value]) FROM OPENJSON(?) AS v)",
    ("int", "values"),
)
# Rows that may leave the region by a word that stands, and those that have.
COVERED = Sql(
    "SELECT COALESCE(SUM(r.[rows] - COALESCE(r.[deleted], 0)), 0) AS [rows] FROM [sync].[release] AS r"
    f" WHERE r.[entity] = ? AND {_IN_FORCE}",
    ("text",),
)
LEFT = Sql(
    "UPDATE [sync].[release] SET [deleted] = COALESCE([deleted], 0) + ? WHERE [release_id] ="
    f" (SELECT MAX(r.[release_id]) FROM [sync].[release] AS r WHERE r.[entity] = ? AND {_IN_FORCE})",
    ("int", "text"),
)
LEAVING = Sql(
    "SELECT TOP (1) e.[held] FROM [sync].[run_entity] AS e WHERE e.[entity] = ? AND e.[error_kind] = ?"
    " AND e.[run_id] = (SELECT MAX(l.[run_id]) FROM [sync].[run_entity] AS l WHERE l.[entity] = e.[entity])",
    ("text", "text"),
)
WAITING = Sql("SELECT COUNT_BIG(*) AS [waiting] FROM [sync].[held] AS h WHERE h.[entity] = ?", ("text",))
RELEASE = Sql(
    "INSERT INTO [sync].[release] ([entity], [released_by], [reason], [rows], [expires_at])"
    " OUTPUT inserted.[release_id], inserted.[expires_at]"
    " SELECT ?, ?, ?, ?, DATEADD(second, ?, SYSDATETIMEOFFSET())",
    ("text", "text", "text", "int", "int"),
)
MARK_RELEASED = Sql("UPDATE [sync].[held] SET [release_id] = ? WHERE [entity] = ?", ("int", "text"))

# -- references

NO_ORPHANS = Sql("DELETE o FROM [sync].[orphan] AS o WHERE o.[entity] = ? AND o.[field] = ?", ("text", "text"))
REFERENCE_CHECKED = (
    Sql(
        f"UPDATE [sync].[reference_check] {LOCKED} SET [reference] = ?, [orphans] = {_WHOLE}, [waiting] = {_WHOLE},"
        " [checked_at] = SYSDATETIMEOFFSET() WHERE [entity] = ? AND [field] = ?",
        ("text", "int?", "int?", "text", "text"),
    ),
    Sql(
        "INSERT INTO [sync].[reference_check] ([reference], [orphans], [waiting], [entity], [field])"
        f" SELECT ?, {_WHOLE}, {_WHOLE}, ?, ?",
        ("text", "int?", "int?", "text", "text"),
    ),
)
KNOWN_REFERENCES = Sql("SELECT c.[entity], c.[field] FROM [sync].[reference_check] AS c WHERE c.[orphans] IS NOT NULL")

# -- runs

INTERRUPTED = Sql("UPDATE [sync].[run] SET [state] = N'interrupted' WHERE [state] = N'running'")
BEGIN_RUN = Sql("INSERT INTO [sync].[run] ([version], [region]) OUTPUT inserted.[run_id] SELECT ?, ?", ("text", "text"))
LAST_RUN = Sql("SELECT COALESCE(MAX(r.[run_id]), 0) AS [run_id] FROM [sync].[run] AS r")
END_RUN = Sql(
    f"UPDATE [sync].[run] SET [finished_at] = SYSDATETIMEOFFSET(), [state] = ?, [error_kind] = {_TEXT},"
    f" [message] = {_TEXT}, [requests] = ?, [bytes_received] = ? WHERE [run_id] = ?",
    ("text", "text?", "text?", "int", "int", "int"),
)
_COUNTED = tuple(f.name for f in fields(Counts))
RECORD = Sql(
    f"INSERT INTO [sync].[run_entity] ({', '.join(f'[{n}]' for n in _COUNTED)}, [run_id], [entity], [unknown_fields],"
    f" [widened], [held], [compared], [error_kind], [message]) SELECT {', '.join('?' for _ in _COUNTED)},"
    f" ?, ?, ?, ?, ?, ?, {_TEXT}, {_TEXT}",
    (
        *("float" if n == "seconds" else "int" for n in _COUNTED),
        *("int", "text", "text", "text", "int", "bool", "text?", "text?"),
    ),
)
_ACCOUNT = ("run_id", "source", "source_deleted", "stored", "quarantined", "deleted", "refused", "withheld")
BALANCE = (
    Sql(
        f"UPDATE [sync].[balance] {LOCKED} SET {', '.join(f'[{n}] = {_WHOLE}' for n in _ACCOUNT)}, [balanced] = ?,"
        " [checked_at] = SYSDATETIMEOFFSET() WHERE [entity] = ?",
        ("int", "int?", "int?", "int", "int", "int", "int", "int", "bool", "text"),
    ),
    Sql(
        f"INSERT INTO [sync].[balance] ({', '.join(f'[{n}]' for n in _ACCOUNT)}, [balanced], [entity])"
        f" SELECT {', '.join(_WHOLE for _ in _ACCOUNT)}, ?, ?",
        ("int", "int?", "int?", "int", "int", "int", "int", "int", "bool", "text"),
    ),
)

# -- the gate

READMIT = Sql(f"DELETE e OUTPUT deleted.[entity] FROM [sync].[erasure] AS e WHERE e.[key] IN {LIST}", ("values",))
ANY_ERASED = Sql("SELECT TOP (1) 1 AS [found] FROM [sync].[erasure]")
ANY_CORRECTED = Sql(
    "SELECT TOP (1) 1 AS [found] FROM [sync].[correction] AS c WHERE c.[entity] = ?"
    " AND c.[state] IN (N'in_force', N'disputed')",
    ("text",),
)
FORMS = Sql(
    "SELECT f.[bentuk_pendidikan_id], f.[nama] FROM [ref].[bentuk_pendidikan] AS f",
)
ERASED = Sql(
    f"SELECT e.[key], e.[reason] FROM [sync].[erasure] AS e WHERE e.[entity] = ? AND e.[key] IN {LIST}",
    ("text", "values"),
)
KEPT_OUT = Sql(
    "SELECT q.[key], q.[reason] FROM [sync].[quarantine] AS q WHERE q.[entity] = ?"
    f" AND q.[key] IN {LIST} AND q.[reason] IN {LIST}",
    ("text", "values", "values"),
)
CORRECTIONS = Sql(
    "SELECT c.[correction_id], c.[key], c.[field], c.[value], c.[seen_update] FROM [sync].[correction] AS c"
    f" WHERE c.[entity] = ? AND c.[key] IN {LIST} AND c.[state] IN (N'in_force', N'disputed')",
    ("text", "values"),
)
SETTLE_CORRECTION = Sql(
    "UPDATE [sync].[correction] SET [state] = ?, [centre_update] = ?, [settled_at] ="
    " CASE WHEN CONVERT(int, ?) = 1 THEN SYSDATETIMEOFFSET() END WHERE [correction_id] = ?",
    ("text", "time", "int", "int"),
)
SWEPT = Sql("SELECT 1 AS [found] FROM [sync].[sweep] AS s WHERE s.[entity] = ?", ("text",))
MARK = Sql(
    "INSERT INTO [sync].[sweep] ([entity]) SELECT ? WHERE NOT EXISTS"
    f" (SELECT 1 FROM [sync].[sweep] AS s {LOCKED} WHERE s.[entity] = ?)",
    ("text", "text"),
)
UNMARK = Sql("DELETE s FROM [sync].[sweep] AS s WHERE s.[entity] = ?", ("text",))
UNMARK_LISTED = Sql(
    "DELETE s FROM [sync].[sweep] AS s WHERE s.[entity] = ? AND EXISTS (SELECT 1 FROM [sync].[cursor] AS c"
    " WHERE c.[entity] = ? AND c.[since_update] IS NOT NULL)",
    ("text", "text"),
)

# -- status

STATUS_RUN = Sql(
    "SELECT TOP (1) r.[run_id], r.[started_at], r.[finished_at], r.[state], r.[error_kind], r.[message]"
    " FROM [sync].[run] AS r WHERE r.[state] <> N'running' ORDER BY r.[run_id] DESC"
)
STATUS_NEWEST = Sql("SELECT TOP (1) r.[started_at], r.[state] FROM [sync].[run] AS r ORDER BY r.[run_id] DESC")
STATUS_GREEN = Sql("SELECT MAX(r.[started_at]) AS [green] FROM [sync].[run] AS r WHERE r.[state] = N'green'")
STATUS_ENTITIES = Sql(
    "SELECT b.[entity], b.[source], b.[stored], b.[quarantined], b.[deleted], b.[refused], b.[withheld],"
    " b.[balanced], c.[high_update], (SELECT TOP (1) e.[unknown_fields] FROM [sync].[run_entity] AS e"
    " WHERE e.[entity] = b.[entity] ORDER BY e.[run_id] DESC) AS [unknown_fields],"
    " (SELECT COUNT_BIG(*) FROM [sync].[held] AS h WHERE h.[entity] = b.[entity])"
    # and rows that the last run would not let leave the region
    " + COALESCE((SELECT MAX(e.[held]) FROM [sync].[run_entity] AS e WHERE e.[entity] = b.[entity]"
    " AND e.[error_kind] = N'leaving_braked' AND e.[run_id] = (SELECT MAX(l.[run_id])"
    " FROM [sync].[run_entity] AS l WHERE l.[entity] = e.[entity])), 0) AS [held], k.[verified_at], k.[missed]"
    " FROM [sync].[balance] AS b LEFT JOIN [sync].[cursor] AS c ON c.[entity] = b.[entity]"
    " LEFT JOIN [sync].[checked] AS k ON k.[entity] = b.[entity]"
)
STATUS_WIDTHS = Sql("SELECT w.[entity], w.[field] FROM [sync].[width] AS w ORDER BY w.[entity], w.[field]")
STATUS_ORPHANS = Sql(
    "SELECT c.[entity], c.[field], c.[reference], c.[orphans], c.[waiting] FROM [sync].[reference_check] AS c"
    " ORDER BY c.[entity], c.[field]"
)


def every() -> dict[str, Sql]:
    """All statements of this module by name."""
    return named(globals())


def named(values: Mapping[str, object]) -> dict[str, Sql]:
    """The statements among a module's values by name; with a number or a word where it is one of several."""
    made: dict[str, Sql] = {}
    for name, value in values.items():
        if isinstance(value, Sql) and not name.startswith("_"):
            made[name] = value
        elif isinstance(value, (tuple, dict)) and not name.startswith("_"):
            many = value.items() if isinstance(value, dict) else enumerate(value)
            made.update({f"{name}.{at}": one for at, one in many if isinstance(one, Sql)})
    return made
