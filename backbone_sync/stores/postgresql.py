"""PostgreSQL's errors as ours, without its words: those can quote a row."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import psycopg

from backbone_sync.stores import store_faults


@contextmanager
def guarded() -> Iterator[None]:
    """Turns the driver's errors into ours, by SQLSTATE only: the server's words can quote a row."""
    try:
        yield
    except psycopg.errors.DiskFull:
        raise store_faults.disk_full("SQLSTATE 53100") from None
    except psycopg.OperationalError as fault:
        raise store_faults.unanswered(f"SQLSTATE {fault.sqlstate or 'none'}", "PostgreSQL") from None
    except psycopg.Error as fault:
        code = f"SQLSTATE {fault.sqlstate or 'none'}"
        raise store_faults.refused(code, type(fault).__name__, "the SQLSTATE in PostgreSQL's manual") from None
