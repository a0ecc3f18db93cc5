"""One connection to a SQL Server: statements, transactions and bulk copy through Microsoft's driver `mssql-python`.

The driver is imported when the first connection is made: who keeps the data in PostgreSQL need not have it.
"""

from __future__ import annotations

import importlib
import logging
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from typing import Any, Protocol

from backbone_sync.errors import ConfigInvalid, SchemaDrift
from backbone_sync.stores import state_sqlserver as says
from backbone_sync.stores.statements_sqlserver import Sql
from backbone_sync.stores.store_sqlserver.faults import blocked, guarded, translated
from backbone_sync.stores.store_sqlserver.target import Target, connection_string

LOGIN_TIMEOUT = 10  # seconds
COPY_TIMEOUT = 300  # seconds for the bulk copy of one page
LEAST_LEVEL = 130  # compatibility level of SQL Server 2016: the first with OPENJSON


class Cursor(Protocol):
    """What is used of the driver's cursor."""

    rowcount: int

    def execute(self, operation: str, *parameters: Any) -> Any:
        """Run a statement."""

    def fetchall(self) -> Sequence[Sequence[Any]]:
        """The rows of its result."""

    def bulkcopy(self, table_name: str, data: Iterable[tuple[Any, ...]], **options: Any) -> dict[str, Any]:
        """Copy rows over a connection of its own; `rows_copied` says how many."""

    def fetchmany(self, size: int) -> Sequence[Sequence[Any]]:
        """The next rows of it, none at its end."""

    def close(self) -> None:
        """Free it."""


class Connection(Protocol):
    """What is used of the driver's connection."""

    autocommit: bool

    def cursor(self) -> Cursor:
        """A new cursor."""

    def commit(self) -> None:
        """End the transaction."""

    def rollback(self) -> None:
        """Undo it."""

    def close(self) -> None:
        """Let go."""


def connect(target: Target, password: str) -> Connection:
    """A connection in autocommit; ConfigInvalid where the driver is not installed.

    Without pooling: the run lock belongs to the session, and a pool would keep the session when we let go of it.
    """
    try:
        driver: Any = importlib.import_module("mssql_python")
    except ImportError:
        raise ConfigInvalid(
            "the driver of SQL Server is not installed",
            "install the service's extra, on Python 3.10 or newer: pip install 'backbone-sync[sqlserver]'",
        ) from None
    # Off unless somebody turns it on; then it would write down the server's words, which can quote a row.
    logging.getLogger("mssql_python").disabled = True
    with guarded():
        driver.pooling(enabled=False)
        made: Connection = driver.connect(connection_string(target, password), autocommit=True, timeout=LOGIN_TIMEOUT)
    return made


class Database:
    """Runs statements on one connection, for one thread at a time; the driver's errors come out as ours."""

    def __init__(self, connection: Connection) -> None:
        """Set the session up; ConfigInvalid where the database is older than the statements need."""
        self._connection = connection
        for one in says.SESSION:
            self.run(one)
        (level, versioned), *_ = self.rows(says.DATABASE)
        if int(level) < LEAST_LEVEL:
            raise ConfigInvalid(
                f"the database has compatibility level {level}; the service needs {LEAST_LEVEL} (SQL Server 2016)",
                f"ALTER DATABASE CURRENT SET COMPATIBILITY_LEVEL = {LEAST_LEVEL}",
            )
        self.versioned = bool(versioned)  # READ_COMMITTED_SNAPSHOT: readers are not made to wait for a run

    def close(self) -> None:
        """Let the connection, and with it the session's locks, go."""
        with suppress(Exception):
            self._connection.close()

    def run(self, sql: Sql, *values: Any) -> int:
        """Run a statement; how many rows it made, changed or deleted."""
        with guarded():
            cursor = self._connection.cursor()
            try:
                cursor.execute(sql.text, *([values] if values else []))
                return cursor.rowcount
            finally:
                cursor.close()

    def rows(self, sql: Sql, *values: Any) -> list[tuple[Any, ...]]:
        """The rows that a statement answers with."""
        with guarded():
            cursor = self._connection.cursor()
            try:
                cursor.execute(sql.text, *([values] if values else []))
                return [tuple(row) for row in cursor.fetchall()]
            finally:
                cursor.close()

    def pieces(self, sql: Sql, size: int, *values: Any) -> Iterator[tuple[Any, ...]]:
        """The same for an answer that may be long: `size` rows are in memory at a time."""
        with guarded():
            cursor = self._connection.cursor()
            try:
                cursor.execute(sql.text, *([values] if values else []))
                while some := cursor.fetchmany(size):
                    yield from (tuple(row) for row in some)
            finally:
                cursor.close()

    def one(self, sql: Sql, *values: Any) -> Any:
        """The first value of the first row, None without a row."""
        found = self.rows(sql, *values)
        return found[0][0] if found else None

    def batch(self, text: str) -> None:
        """A statement of our own making without parameters: a table, a column, a constraint."""
        self.run(Sql(text))

    def alter(self, text: str) -> None:
        """The same for a column that may be in somebody's way; SchemaDrift where a bound view or an index holds it."""
        try:
            cursor = self._connection.cursor()
            try:
                cursor.execute(text)
            finally:
                cursor.close()
        except Exception as fault:
            if blocked(fault):
                raise SchemaDrift("a view that is bound to the schema shows the column") from None
            raise translated(fault) from None

    def put(self, pair: tuple[Sql, Sql], *values: Any) -> None:
        """Change a row, or make it where there is none; both take the same values. Within a transaction."""
        if not self.run(pair[0], *values):
            self.run(pair[1], *values)

    def copy(self, table: str, columns: Sequence[str], rows: Sequence[tuple[Any, ...]]) -> int:
        """Copy rows in bulk into a table, outside any transaction of ours; how many were copied.

        The driver does it over a second connection, in one batch: all of it is there, or nothing.
        """
        with guarded():
            cursor = self._connection.cursor()
            try:
                done = cursor.bulkcopy(
                    table,
                    rows,
                    batch_size=len(rows),
                    timeout=COPY_TIMEOUT,
                    column_mappings=[(at, name) for at, name in enumerate(columns)],
                    table_lock=True,
                    keep_nulls=True,
                )
                return int(done["rows_copied"])
            finally:
                cursor.close()

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """All or nothing. It is not entered twice.

        Turning autocommit on again would commit what is open: so that is done only once the transaction has ended,
        and a connection that cannot even undo is closed, which undoes.
        """
        with guarded():
            self._connection.autocommit = False
        try:
            yield
            with guarded():
                self._connection.commit()
        except BaseException:
            try:
                self._connection.rollback()
                self._connection.autocommit = True
            except Exception:
                self.close()
            raise
        with guarded():
            self._connection.autocommit = True
