"""PostgreSQL's errors as ours, without its words: those can quote a row."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import psycopg

from backbone_sync.errors import StoreUnreachable


@contextmanager
def guarded() -> Iterator[None]:
    """Turns the driver's errors into ours, by SQLSTATE only: the server's words can quote a row."""
    try:
        yield
    except psycopg.errors.DiskFull:
        raise StoreUnreachable(
            "the database's disk is full (SQLSTATE 53100); nothing of the page was stored",
            "make room on the database's disk; the next run goes on where this one stood",
        ) from None
    except psycopg.OperationalError as fault:
        raise StoreUnreachable(
            f"the database does not answer (SQLSTATE {fault.sqlstate or 'none'})",
            "check that PostgreSQL runs and lets this user in; the next run goes on where this one stood",
        ) from None
    except psycopg.Error as fault:
        raise StoreUnreachable(
            f"the database refused a statement (SQLSTATE {fault.sqlstate or 'none'}, {type(fault).__name__})",
            "run `backbone-sync migrate`; look up the SQLSTATE in PostgreSQL's manual",
        ) from None
