"""What can go wrong between the source and the store, by what a run does about it.

No message ever holds row data.
"""

from __future__ import annotations


class SyncError(Exception):
    """A fault that a person can act on: `kind` for machines and metrics, `repair` says what to do."""

    kind = "fault"
    usual = "run `backbone-sync doctor`"  # the repair where none is named

    def __init__(self, message: str, repair: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.repair = repair or self.usual


class ConfigInvalid(SyncError):
    """The configuration file or a file that it names is wrong."""

    kind = "config"


class SourceUnreachable(SyncError):
    """No answer at all: name, route, TLS or time-out."""

    kind = "unreachable"
    usual = "check the address, the route and the firewall; the next run goes on where this one stood"
    answered = False  # something did answer: that it cannot answer now


class Overloaded(SyncError):
    """429 or 503 for longer than the configuration lets a run wait."""

    kind = "overloaded"
    usual = "choose other hours for the runs (run.windows); the next run goes on where this one stood"
    retry_after: float | None = None  # seconds that the source asked for


class AuthRefused(SyncError):
    """The source does not accept the credentials."""

    kind = "auth"


class Forbidden(AuthRefused):
    """The credentials hold, but not for this entity."""


class BadAnswer(SyncError):
    """Something answered, but not by the contract: never to be taken for "no rows"."""

    kind = "bad_answer"
    usual = "nothing was lost: the next run asks again; if it comes back, show the centre this message"


class BeingWritten(BadAnswer):
    """The centre is in the middle of writing: what stands there now is not the whole of an entity."""

    kind = "being_written"
    usual = "nothing was changed here; the next run reads what the centre has finished by then"


class BundleMissing(BadAnswer):
    """What a bundle must have brought has not come, or lies refused."""

    kind = "no_bundle"
    usual = "ask who makes the bundles for one that holds the entity complete; see `backbone-sync status`"


class SourceStale(SyncError):
    """Nothing new has been delivered for longer than is allowed."""

    kind = "stale"
    usual = "ask the centre whether it still writes, and look at the way that it takes"


class Incomplete(SyncError):
    """A part of a listing did not come; the rest is stored, and nothing is deleted by comparison with that part.

    `heard`: keys of the schools whose part came whole, where the source can tell the parts apart.
    """

    heard: frozenset[str] = frozenset()

    kind = "incomplete"
    usual = "the next run asks for everything again; see what is the matter with the part that the message names"


class CursorExpired(SyncError):
    """The source no longer knows the cursor; the listing starts again from the last safe time."""

    kind = "cursor_expired"
    usual = "the next run lists from the last safe time"


class RegionMismatch(SyncError):
    """A page of another region than ours: nothing of it is stored."""

    kind = "region"
    usual = "check the region's code in the configuration, and ask the centre why it sent another region"


class LeavingBraked(RegionMismatch):
    """More stored rows than one run may delete turn out to lie outside the region or the granted levels: none went.

    `rows`: how many.
    """

    kind = "leaving_braked"
    rows = 0


class StoreUnreachable(SyncError):
    """The database does not answer or refuses us."""

    kind = "database"


class AlreadyRunning(SyncError):
    """Another run holds the lock."""

    kind = "locked"


class NothingHeld(SyncError):
    """There are no deletions to release."""

    kind = "nothing_held"


class DeletionsBraked(SyncError):
    """A listing would delete more of an entity than one run may: nothing of it was deleted."""

    kind = "deletions_braked"


class Missed(SyncError):
    """The source's listing lacks rows, or versions of rows, that its own snapshot and digest have."""

    kind = "missed"


class SchemaDrift(SyncError):
    """A field was removed or changed its type at the source: nothing of that page was stored."""

    kind = "schema_drift"


class WindowClosed(SyncError):
    """It is not an hour in which runs are allowed."""

    kind = "window"
