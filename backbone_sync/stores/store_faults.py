"""What a database's faults are called, whichever database it is.

Never with the server's words, which can quote a row.
"""

from __future__ import annotations

from backbone_sync.errors import StoreUnreachable


def disk_full(code: str) -> StoreUnreachable:
    """The disk or the log has no room."""
    return StoreUnreachable(
        f"the database's disk is full ({code}); nothing of the page was stored",
        "make room on the database's disk; the next run goes on where this one stood",
    )


def unanswered(code: str, server: str) -> StoreUnreachable:
    """No answer, no entry, a lock or a deadlock: whatever may be over by the next run."""
    return StoreUnreachable(
        f"the database does not answer ({code})",
        f"check that {server} runs and lets this user in; the next run goes on where this one stood",
    )


def refused(code: str, kind: str, manual: str) -> StoreUnreachable:
    """A statement that the database does not take; `kind` names the driver's exception."""
    return StoreUnreachable(
        f"the database refused a statement ({code}, {kind})",
        f"run `backbone-sync migrate`; look up {manual}",
    )
