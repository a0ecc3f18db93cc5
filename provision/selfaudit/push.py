"""Sends what waits to the collector: HTTPS with the server's own certificate, one PUT a file, never twice.

A collector takes each name once. That a name is there already (409) means that an earlier try arrived and only its
answer was lost: the name carries the digest of what was signed. The envelope goes last, so that a report with one is
whole. What the collector does not take stays where it is and is tried again, at growing intervals.
"""

from __future__ import annotations

import http.client
import json
import random
import ssl
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from provision.errors import UsageError
from provision.i18n import _
from provision.inventory.vault import write_private
from provision.selfaudit.keep import Kept, Shelf

SECONDS = 30
FIRST_PAUSE, LONGEST_PAUSE = 300.0, 6 * 3600.0
LATE_HOURS = 26
THERE_ALREADY = 409
# What the collector will never take, whatever the time: another report may still pass.
REFUSED_FOR_GOOD = (413, 414, 415)
# How nginx says that it does not know a certificate.
UNKNOWN_HERE = (400, 401, 403)


class NotTaken(Exception):  # noqa: N818 (the collector's state, not ours)
    """The collector did not take a file; `final`: it never will take this one."""

    def __init__(self, why: str, *, final: bool = False) -> None:
        super().__init__(why)
        self.final = final


@dataclass(frozen=True)
class Collector:
    """Where reports go to. `url`: https only; `authority`: who vouches for it (PEM), None for those of the system."""

    url: str
    certificate: Path
    key: Path
    authority: Path | None = None

    def put(self, mark: str, file: Path) -> None:
        """Send one file of a report. NotTaken where the collector did not take it."""
        parts = urlsplit(self.url)
        if parts.scheme != "https" or not parts.hostname:
            raise UsageError(_("the collector's address must begin with https://"))
        connection = http.client.HTTPSConnection(
            parts.hostname, parts.port or 443, timeout=SECONDS, context=self._context()
        )
        try:
            body = file.read_bytes()
            place = f"{parts.path.rstrip('/')}/{mark}/{file.name}"
            connection.request("PUT", place, body, {"Content-Type": "application/octet-stream"})
            status = connection.getresponse().status
        except (OSError, http.client.HTTPException) as fault:
            raise NotTaken(f"{type(fault).__name__}: {fault}") from fault
        finally:
            connection.close()
        if status not in (201, THERE_ALREADY):
            unknown = "; is this server's certificate among the collector's clients?" if status in UNKNOWN_HERE else ""
            raise NotTaken(f"HTTP {status}{unknown}", final=status in REFUSED_FOR_GOOD)

    def _context(self) -> ssl.SSLContext:
        context = ssl.create_default_context(cafile=self.authority)
        context.minimum_version = ssl.TLSVersion.TLSv1_2
        context.load_cert_chain(self.certificate, self.key)
        return context


@dataclass(frozen=True)
class Round:
    """What one try achieved: marks that the collector has taken, and what kept it from the rest ("" if nothing)."""

    taken: tuple[str, ...] = ()
    why: str = ""


def pause(failures: int, chance: Callable[[], float] = random.random) -> float:
    """Seconds to wait after so many failures in a row: doubling, up to six hours, a quarter more or less by chance."""
    doubled = FIRST_PAUSE * (1 << min(max(failures - 1, 0), 16))
    return min(doubled, LONGEST_PAUSE) * (0.75 + chance() / 2)


def deliver(shelf: Shelf, put: Callable[[str, Path], None]) -> Round:
    """Offer all that waits, oldest first. A collector that is away ends the round; one bad report does not."""
    taken: list[str] = []
    refused = ""
    for one in shelf.waiting():
        try:
            for file in one.files():
                put(one.mark, file)
        except NotTaken as fault:
            refused = f"{one.mark}: {fault}"
            if fault.final:
                continue
            return Round(tuple(taken), refused)
        shelf.deliver(one)
        taken.append(one.mark)
    return Round(tuple(taken), refused)


@dataclass(frozen=True)
class Patience:
    """How often in a row the collector was away, and until when not to ask again (seconds since 1970)."""

    failures: int = 0
    not_before: float = 0.0

    @classmethod
    def recall(cls, file: Path) -> Patience:
        """What was noted; none where nothing legible was."""
        try:
            raw = json.loads(file.read_text(encoding="utf-8"))
            return cls(int(raw["failures"]), float(raw["not_before"]))
        except (OSError, ValueError, KeyError, TypeError):
            return cls()

    def note(self, file: Path) -> None:
        """Keep it over a restart."""
        write_private(file, json.dumps({"failures": self.failures, "not_before": self.not_before}).encode())

    def may_try(self, now: float) -> bool:
        """Is it time? A clock that was set back must not silence a server for longer than the longest pause."""
        return not now < self.not_before <= now + LONGEST_PAUSE * 1.25

    def after(self, outcome: Round, now: float, chance: Callable[[], float] = random.random) -> Patience:
        """How it stands after a round."""
        if not outcome.why:
            return Patience()
        failures = 1 if outcome.taken else self.failures + 1
        return Patience(failures, now + pause(failures, chance))


def metrics(waiting: tuple[Kept, ...], now: float) -> str:
    """How the queue stands, in the Prometheus text format."""
    oldest = min((one.at.timestamp() for one in waiting), default=now)
    return (
        "# HELP backbone_audit_push_waiting Signed reports that the collector has not taken yet.\n"
        "# TYPE backbone_audit_push_waiting gauge\n"
        f"backbone_audit_push_waiting {len(waiting)}\n"
        "# HELP backbone_audit_push_oldest_seconds Age of the oldest of them.\n"
        "# TYPE backbone_audit_push_oldest_seconds gauge\n"
        f"backbone_audit_push_oldest_seconds {max(now - oldest, 0):.0f}\n"
    )


def late(waiting: tuple[Kept, ...], now: float) -> bool:
    """Has a report waited so long that a person should hear of it?"""
    return any(now - one.at.timestamp() > LATE_HOURS * 3600 for one in waiting)
