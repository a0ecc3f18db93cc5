"""A stand-in for SQL Server behind the driver's face: it knows the service's statements and no others.

What is true to the server: each statement must be one that the service's own functions make, with parameters in number
and kind as it says; the rows of a statement are worked out by its own text, translated to SQLite (`tsql_to_sqlite`);
text columns compare without regard to case and trailing blanks unless they are binary; uniqueidentifier comes back in
upper case; nvarchar counts UTF-16 units; bulk copy goes round the session's transaction; a fault takes the transaction
with it; locks of the session go with the session. What is not there: isolation between sessions, lock hints, plans,
time-outs of its own, and the server's parser.
"""

from __future__ import annotations

import json
import re
import sqlite3
import types
import uuid
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

from backbone_sync.dictionary import Dictionary
from backbone_sync.privacy.grant import Grant
from backbone_sync.stores import accounts_sqlserver, ddl_sqlserver, people_sqlserver, state_sqlserver
from tests.support import tsql_to_sqlite

_MOMENT = re.compile(r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}\+00:00$")
_COLUMN = re.compile(r"^\s*\[(\w+)\] (\w+(?:\([\w,]+\))?)( COLLATE \w+)?", re.M)
_ADD = re.compile(r"^ALTER TABLE (\[\w+\]\.\[\w+\]) ADD \[(\w+)\] (\w+(?:\([\w,]+\))?)( COLLATE \w+)?")
_RETYPE = re.compile(
    r"^ALTER TABLE (\[\w+\]\.\[\w+\]) ALTER COLUMN \[(\w+)\] (\w+(?:\([\w,]+\))?)( COLLATE \w+)? (?:NOT )?NULL$"
)
_GUARD = re.compile(r"^ALTER TABLE (\[\w+\])\.\[\w+\] (?:WITH CHECK ADD|(DROP)) CONSTRAINT (\[\w+\])")
_EMPTIED = re.compile(
    r"^UPDATE \[\w+\]\.\[\w+\] SET (?:\[\w+\] = NULL(?:, )?)+ WHERE (?:\[\w+\] IS NOT NULL(?: OR )?)+$"
)
_REORGANIZED = re.compile(r"^ALTER INDEX ALL ON (\[\w+\]\.\[\w+\]) REORGANIZE$")
_RANGES = {"smallint": 2**15, "int": 2**31, "bigint": 2**63}


class OperationalError(Exception):
    """As the driver raises it: one fixed text for each SQLSTATE, and the server's words."""

    def __init__(self, driver_error: str, ddbc_error: str = "") -> None:
        self.driver_error, self.ddbc_error = driver_error, ddbc_error
        super().__init__(f"Driver Error: {driver_error}; DDBC Error: {ddbc_error}")


class ProgrammingError(OperationalError):
    """The same for a statement that is wrong."""


class IntegrityError(OperationalError):
    """The same for a key that is there already."""


class Killed(BaseException):
    """The process is gone in this moment."""


def known(words: Dictionary, grants: Iterable[Grant]) -> dict[str, tuple[str, ...] | None]:
    """Every statement that the service can make under these grants, and what parameters it takes."""
    plain = [*state_sqlserver.every().values(), *people_sqlserver.every().values()]
    made: dict[str, tuple[str, ...] | None] = {sql.text: sql.takes for sql in plain}
    fixed = [f"CREATE SCHEMA [{name}]" for name in ddl_sqlserver.SCHEMAS]
    fixed += [ddl_sqlserver.MIGRATION_TABLE, *(s for one in ddl_sqlserver.MIGRATIONS.values() for s in one)]
    for entity in words.entities:
        table = ddl_sqlserver.qualified(entity)
        fixed += [*ddl_sqlserver.table(entity), ddl_sqlserver.staging(entity)]
        fixed += [f"DROP TABLE {table}", f"DROP TABLE {ddl_sqlserver.qualified(entity, 'staging')}"]
        fixed += [f"SELECT COUNT_BIG(*) AS [stored] FROM {table}", f"SELECT TOP (1) 1 AS [found] FROM {table}"]
        for grant in grants:
            if entity.name in grant.entities:
                for maker in (accounts_sqlserver, people_sqlserver):
                    of = maker.of_entity(words, entity, grant.fields(entity))
                    made.update({sql.text: sql.takes for sql in of.values()})
    return {**made, **dict.fromkeys(fixed, ())}


class Server:
    """One database; `before` is called ahead of every statement, copy and commit, and may raise."""

    def __init__(self, statements: dict[str, tuple[str, ...] | None]) -> None:
        self.known = statements
        self.rows = tsql_to_sqlite.connect(ddl_sqlserver.SCHEMAS)
        self.columns: dict[str, dict[str, str]] = {}
        self.constraints: set[str] = set()
        self.schemas = {"dbo"}
        self.locks: dict[str, Connection] = {}
        self.sessions: list[Connection] = []
        self.said: list[str] = []
        self.level, self.versioned = 130, 1
        self.before: Callable[[str], None] = lambda what: None

    def connect(self) -> Connection:
        """A new session, in autocommit."""
        self.sessions.append(Connection(self))
        return self.sessions[-1]

    def query(self, text: str) -> list[tuple[Any, ...]]:
        """What a test asks, in SQLite's words."""
        return [tuple(map(_out, row)) for row in self.rows.execute(text)]


def driver(server: Server) -> types.ModuleType:
    """A module with the driver's name and face, whose connections lead to the stand-in; the password is `geheim`."""
    asked: list[bool] = []

    def connect(text: str, autocommit: bool, timeout: int) -> Connection:
        assert asked == [False], "pooling must be off before the first connection"
        assert (autocommit, timeout) == (True, 10)
        assert "PWD={geheim}" in text
        return server.connect()

    made = types.ModuleType("mssql_python")
    vars(made).update(connect=connect, pooling=lambda enabled: asked.append(enabled) if enabled not in asked else None)
    return made


class Connection:
    """See `backbone_sync.stores.store_sqlserver.database.Connection`."""

    def __init__(self, server: Server) -> None:
        self.server, self.closed, self._autocommit, self._open = server, False, True, False
        self._before: tuple[Any, ...] = ()

    @property
    def autocommit(self) -> bool:
        """Whether each statement is a transaction of its own."""
        return self._autocommit

    @autocommit.setter
    def autocommit(self, value: bool) -> None:
        self.alive()
        # As ODBC has it: turning it on commits what is open.
        if value and self._open:
            self.commit()
        self._autocommit = value

    def alive(self) -> None:
        """Refuse what is asked of a closed connection."""
        if self.closed:
            raise OperationalError("Connection not open")

    def begin(self) -> None:
        """Begin a transaction, as the first statement without autocommit does."""
        if not self._autocommit and not self._open:
            assert not any(s._open for s in self.server.sessions), "two transactions at a time"
            self._before = ({k: dict(v) for k, v in self.server.columns.items()}, set(self.server.constraints))
            self._before += (set(self.server.schemas),)
            self.server.rows.execute("BEGIN")
            self._open = True

    def cursor(self) -> Cursor:
        """A new cursor."""
        self.alive()
        return Cursor(self)

    def commit(self) -> None:
        """End the transaction."""
        self.alive()
        self.server.before("COMMIT")
        if self._open:
            self.server.rows.execute("COMMIT")
            self._ended()

    def rollback(self) -> None:
        """Undo it."""
        self.alive()
        self.undo()

    def undo(self) -> None:
        """What the server does for a session that fails or goes."""
        if self._open:
            self.server.rows.execute("ROLLBACK")
            self.server.columns, self.server.constraints, self.server.schemas = self._before
            self._ended()

    def _ended(self) -> None:
        self._open = False
        self.server.locks = {n: s for n, s in self.server.locks.items() if s is not self or "migrate" not in n}

    def close(self) -> None:
        """Let go; also what becomes of a session whose process died."""
        self.undo()
        self.server.locks = {name: s for name, s in self.server.locks.items() if s is not self}
        self.closed = True


class Cursor:
    """See `backbone_sync.stores.store_sqlserver.database.Cursor`."""

    def __init__(self, connection: Connection) -> None:
        self.connection, self.server = connection, connection.server
        self.rowcount = -1
        self._rows: list[tuple[Any, ...]] = []

    def close(self) -> None:
        """Nothing is held."""

    def fetchall(self) -> Sequence[Sequence[Any]]:
        """The rows of the last statement."""
        return self._rows

    def fetchmany(self, size: int) -> Sequence[Sequence[Any]]:
        """The next of them."""
        some, self._rows = self._rows[:size], self._rows[size:]
        return some

    def execute(self, operation: str, *parameters: Any) -> Cursor:
        """Run one statement that is known; anything else is an AssertionError."""
        self.connection.alive()
        values = list(parameters[0]) if len(parameters) == 1 and isinstance(parameters[0], (list, tuple)) else []
        assert len(parameters) == len(values[:1]), "parameters go in one sequence"
        self.server.before(operation)
        with self._failing():
            self.connection.begin()
            self.server.said.append(operation)
            if not self._catalogue(operation, values) and not self._change(operation, values):
                takes = self.server.known.get(operation)
                assert takes is not None, f"a statement that the stand-in does not know: {operation[:300]}"
                _check(operation, takes, values)
                if not operation.startswith("SET "):
                    found = self.server.rows.execute(tsql_to_sqlite.translated(operation), [_in(v) for v in values])
                    self._rows = [tuple(map(_out, row)) for row in found.fetchall()]
                    self.rowcount = found.rowcount
        return self

    @contextmanager
    def _failing(self) -> Iterator[None]:
        """A fault takes the transaction with it (XACT_ABORT), and quotes what it stumbled over."""
        try:
            yield
        except sqlite3.IntegrityError as fault:
            self.connection.undo()
            raise IntegrityError("Integrity constraint violation", f"[SQL Server]Violation: {fault}") from fault
        except sqlite3.Error as fault:
            self.connection.undo()
            raise ProgrammingError("Syntax error or access violation", f"[SQL Server]{fault}") from fault

    def _catalogue(self, operation: str, values: list[Any]) -> bool:
        """What is asked of the system, answered from what was made."""
        says, server = state_sqlserver, self.server
        if operation == says.DATABASE.text:
            self._rows = [(server.level, server.versioned)]
        elif operation == says.SCHEMAS.text:
            self._rows = [(name,) for name in sorted(server.schemas)]
        elif operation == says.EXISTS.text:
            _check(operation, ("text",), values)
            self._rows = [(1 if values[0] in server.columns or values[0] in server.constraints else None,)]
        elif operation == says.COLUMNS.text:
            self._rows = [
                (*(part.strip("[]") for part in table.split(".")), name, *_described(made))
                for table, columns in server.columns.items()
                for name, made in columns.items()
                if not table.startswith("[sync]")
            ]
        elif operation in (says.RUN_LOCK.text, says.MIGRATION_LOCK.text):
            _check(operation, ("int",), values)
            name = "migrate" if operation == says.MIGRATION_LOCK.text else "run"
            holder = server.locks.setdefault(name, self.connection)
            self._rows = [(0 if holder is self.connection else -1,)]
        elif operation == says.LOCK_HELD.text:
            holder_ = server.locks.get("run")
            self._rows = [(int(holder_ in (None, self.connection)), "Exclusive" if holder_ else "NoLock")]
        else:
            return False
        return True

    def _change(self, operation: str, values: list[Any]) -> bool:
        """Tables, columns and constraints: kept here, and made in SQLite as far as that can."""
        server = self.server
        if made := _RETYPE.match(operation):
            server.columns[made[1]][made[2]] = made[3] + (made[4] or "")
            return True
        if made := _GUARD.match(operation):
            (server.constraints.discard if made[2] else server.constraints.add)(f"{made[1]}.{made[3]}")
            return True
        if made := _ADD.match(operation):
            server.columns[made[1]][made[2]] = made[3] + (made[4] or "")
            server.rows.execute(tsql_to_sqlite.added(made[1], made[2], made[3], made[4] or ""))
            return True
        if _EMPTIED.match(operation):
            self.rowcount = server.rows.execute(tsql_to_sqlite.translated(operation)).rowcount
            return True
        if made := _REORGANIZED.match(operation):
            assert made[1] in server.columns, f"{made[1]} is not there"
            assert not self.connection._open, "what is deleted is still needed to undo the transaction"
            return True
        if not operation.startswith(("CREATE ", "DROP ")):
            return False
        assert operation in server.known, f"a definition that the stand-in does not know: {operation[:300]}"
        assert not values
        kind, name = operation.split(" ", 3)[1:3]
        if kind == "SCHEMA":
            server.schemas.add(name.strip("[]"))
        elif kind == "TABLE" and operation.startswith("CREATE"):
            assert name not in server.columns, f"{name} is there already"
            found = _COLUMN.findall(operation.split("(", 1)[1].replace(", [", "\n["))
            server.columns[name] = {column: type_ + collation for column, type_, collation in found}
            server.rows.execute(tsql_to_sqlite.translated(operation))
        elif kind == "TABLE":
            server.columns.pop(name)
            server.rows.execute(tsql_to_sqlite.translated(operation))
        return True

    def bulkcopy(
        self,
        table_name: str,
        data: Iterable[tuple[Any, ...]],
        batch_size: int = 0,
        timeout: int = 30,
        column_mappings: list[tuple[int, str]] | None = None,
        keep_identity: bool = False,
        check_constraints: bool = False,
        table_lock: bool = False,
        keep_nulls: bool = False,
        fire_triggers: bool = False,
        use_internal_transaction: bool = False,
    ) -> dict[str, Any]:
        """As the driver's, over a connection of its own: what our session holds locked would make it wait for ever."""
        self.connection.alive()
        self.server.before(f"COPY {table_name}")
        assert not any(s._open for s in self.server.sessions), "bulk copy would wait for our own transaction"
        assert column_mappings is not None
        columns = self.server.columns[table_name]
        rows = list(data)
        assert batch_size >= len(rows), "all of a page, or nothing"
        names = [name for _, name in column_mappings]
        for row in rows:
            assert type(row) is tuple
            assert len(row) == len(names)
            for name, value in zip(names, row, strict=True):
                _fits(columns[name], value)
        listed = ", ".join(f'"{n}"' for n in names)
        places = ", ".join("?" * len(names))
        self.server.rows.execute("BEGIN")
        try:
            for row in rows:
                text = f"INSERT INTO {tsql_to_sqlite.quoted(table_name)} ({listed}) VALUES ({places})"
                self.server.rows.execute(text, [_in(v) for v in row])
        except sqlite3.IntegrityError as fault:
            self.server.rows.execute("ROLLBACK")
            raise RuntimeError(f"Violation of PRIMARY KEY; the row is {row}") from fault
        self.server.rows.execute("COMMIT")
        return {"rows_copied": len(rows), "batch_count": 1, "elapsed_time": 0.0}


def _in(value: Any) -> Any:
    """A value as the stand-in stores it: moments as text in UTC, a uniqueidentifier in capitals."""
    if isinstance(value, datetime):
        assert value.tzinfo is not None
        return value.astimezone(UTC).isoformat(timespec="microseconds")
    if isinstance(value, uuid.UUID):
        return str(value).upper()
    if isinstance(value, date):
        return value.isoformat()
    return str(value) if isinstance(value, Decimal) else int(value) if isinstance(value, bool) else value


def _out(value: Any) -> Any:
    return datetime.fromisoformat(value) if isinstance(value, str) and _MOMENT.match(value) else value


def _check(operation: str, takes: tuple[str, ...], values: list[Any]) -> None:
    """Parameters in number and kind as the statement says."""
    assert len(takes) == len(values) == operation.count("?"), f"{len(values)} values for {operation[:300]}"
    shapes = {"keys": {"key", "last_update"}, "seen": {"key", "live"}}
    shapes["rows"] = {"key", "reason", "field", "last_update", "payload"}
    plain = {"int": int, "text": str, "time": datetime, "bool": bool, "float": float}
    for kind, value in zip(takes, values, strict=True):
        if value is None:
            assert kind.endswith("?"), f"NULL for {kind} in {operation[:300]}"
        elif (name := kind.rstrip("?")) in plain:
            assert isinstance(value, plain[name]), f"{type(value)} for {kind} in {operation[:300]}"
            assert isinstance(value, bool) == (name == "bool"), f"{value} for {kind}"
        else:
            found = json.loads(value)
            assert isinstance(found, list)
            if name in shapes:
                assert all(set(one) == shapes[name] for one in found)
            else:
                assert all(isinstance(one, (str, int)) for one in found)


def _fits(made: str, value: Any) -> None:
    """What the column would refuse: by kind, length in UTF-16 units, range, and decimal places."""
    if value is None:
        return
    name, _, rest = made.partition(" ")[0].partition("(")
    size = rest.rstrip(")")
    if name == "nvarchar":
        assert isinstance(value, str)
        if size != "max" and len(value.encode("utf-16-le")) // 2 > int(size):
            raise RuntimeError(f"String or binary data would be truncated: {value!r}")
    elif name in _RANGES:
        assert isinstance(value, int)
        assert not isinstance(value, bool)
        assert -_RANGES[name] <= value < _RANGES[name]
    elif name == "decimal":
        precision, scale = map(int, size.split(","))
        assert isinstance(value, Decimal)
        assert value == value.quantize(Decimal(1).scaleb(-scale))
        assert abs(value) < 10 ** (precision - scale)
    elif name == "datetimeoffset":
        assert isinstance(value, datetime)
        assert value.utcoffset() is not None
        assert not value.utcoffset()
    else:
        assert type(value) is {"uniqueidentifier": uuid.UUID, "date": date}[name]


def _described(made: str) -> tuple[str, int, int, int, str | None]:
    """A column as sys.columns has it: type, bytes, precision, scale, collation."""
    type_, _, collation = made.partition(" COLLATE ")
    name, _, rest = type_.partition("(")
    size = rest.rstrip(")")
    if name == "nvarchar":
        return name, -1 if size == "max" else 2 * int(size), 0, 0, collation or "SQL_Latin1_General_CP1_CI_AS"
    if name == "decimal":
        precision, scale = map(int, size.split(","))
        return name, 9, precision, scale, None
    return name, 8, 0, int(size) if size else 0, None
