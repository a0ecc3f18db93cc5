"""The driver's errors as ours, in the sentences that PostgreSQL's have too.

mssql-python hides SQLSTATE and number: its `driver_error` is one fixed text for each SQLSTATE, `ddbc_error` the
server's words, which can quote a row. So the fixed text is turned back into the SQLSTATE, and of the server's words
nothing is passed on; they are looked at only to know a full disk, which has no SQLSTATE of its own.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager

from backbone_sync.errors import ConfigInvalid, StoreUnreachable, SyncError
from backbone_sync.stores import store_faults

# The driver's fixed texts, of version 1.16.
_STATES = {
    "Client unable to establish connection": "08001",
    "Connection not open": "08003",
    "Server rejected the connection": "08004",
    "Connection failure during transaction": "08007",
    "Communication link failure": "08S01",
    "String data, right-truncated": "22001",
    "Numeric value out of range": "22003",
    "Invalid datetime format": "22007",
    "Invalid character value for cast specification": "22018",
    "Integrity constraint violation": "23000",
    "Invalid transaction state": "25000",
    "Invalid authorization specification": "28000",
    "Serialization failure": "40001",
    "Statement completion unknown": "40003",
    "Syntax error or access violation": "42000",
    "Base table or view not found": "42S02",
    "Column not found": "42S22",
    "General error": "HY000",
    "Operation canceled": "HY008",
    "Timeout expired": "HYT00",
    "Connection timeout expired": "HYT01",
    "Specified driver could not be loaded": "IM003",
}
# Errors 1101 and 1105 (a file of data) and 9002 (the log); the session's language is English.
_FULL = re.compile(r"Could not allocate (?:a new page|space for object)|transaction log for database .* is full", re.S)
_NO_LIBRARY = "Failed to load the driver"
_BLOCKING = re.compile(r"is dependent on column|one or more objects access this column")


def state(fault: BaseException) -> str:
    """The SQLSTATE that the driver had, "none" where it did not tell."""
    return _STATES.get(str(getattr(fault, "driver_error", "")), "none")


def blocked(fault: BaseException) -> bool:
    """Whether a column cannot be changed because a view or a constraint of somebody's stands on it (5074, 4922)."""
    return bool(_BLOCKING.search(str(getattr(fault, "ddbc_error", ""))))


def translated(fault: Exception) -> SyncError:
    """The fault as the service tells it."""
    said, kind = str(getattr(fault, "ddbc_error", "")), type(fault).__name__
    code = f"SQLSTATE {state(fault)}"
    if _NO_LIBRARY in said:
        return ConfigInvalid(
            "the driver of SQL Server finds a library missing", "apt-get install libltdl7 libkrb5-3 libgssapi-krb5-2"
        )
    if _FULL.search(said):
        return store_faults.disk_full(code)
    if kind in ("OperationalError", "InterfaceError"):
        return store_faults.unanswered(code, "SQL Server")
    return store_faults.refused(code, kind, "the SQLSTATE in Microsoft's ODBC reference")


@contextmanager
def guarded() -> Iterator[None]:
    """Turns whatever the driver raises into ours; what is ours already goes through."""
    try:
        yield
    except SyncError:
        raise
    except AssertionError:
        raise
    except Exception as fault:
        # The bulk copy's part of the driver raises Python's own exceptions, with a row's values in their text.
        raise translated(fault) from None


def copied_short(sent: int, there: int) -> StoreUnreachable:
    """Staging does not hold the page and nothing else."""
    return StoreUnreachable(
        f"bulk copy left {there} rows in staging where {sent} were sent; nothing of the page was stored",
        "run again; if it comes back, see whether somebody else writes into the schema staging",
    )
