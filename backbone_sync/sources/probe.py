"""The way to a source, in steps: name, connection, certificate, token, answer; the first that fails is the last."""

from __future__ import annotations

import socket
import ssl
from collections.abc import Generator, Iterator
from dataclasses import replace
from datetime import datetime, timedelta, timezone
from urllib.parse import urlsplit

from backbone_sync import __version__
from backbone_sync.config import Config
from backbone_sync.errors import AuthRefused, ConfigInvalid, SyncError
from backbone_sync.findings import Step
from backbone_sync.interfaces import Source
from backbone_sync.run.results import printable
from backbone_sync.sources import source_contract, wire
from backbone_sync.sources.client import Client


def contract(config: Config, timeout: float = 10.0) -> Iterator[Step]:
    """Each step in turn; `timeout` seconds for each. Changes nothing anywhere."""
    settings = source_contract.of(config)
    if (yield from way(settings.url, settings.ca_file, timeout)):
        return
    once = replace(config, source=replace(settings, retries=0, read_timeout=timeout))
    client = Client(once, __version__, sleep=lambda _: None)
    try:
        client.totals()
    except (AuthRefused, ConfigInvalid) as fault:
        yield Step("token", fault.message)
        return
    except SyncError as fault:
        yield Step("token")
        yield Step("contract", fault.message)
    else:
        yield Step("token")
        yield Step("contract")
    try:
        notice = client.notice()
    except SyncError:
        return  # what is wrong with the source has been said
    if notice:
        yield from announced(notice, settings.overlap, datetime.now(timezone.utc))


def announced(notice: wire.Notice, overlap: timedelta, now: datetime) -> Iterator[Step]:
    """Warnings of what the source announces: maintenance, changes of the schema to come, rows that come late."""
    for window in notice.maintenance:
        if window.until > now:
            span = f"{window.start:%Y-%m-%d %H:%M} – {window.until:%Y-%m-%d %H:%M} UTC"
            yield Step("maintenance", span, warning=True)
    for change in notice.changes:
        if change.start > now:
            what = ".".join(printable(one) for one in (change.entity, change.field) if one)
            said = f"{change.start:%Y-%m-%d} {what}: {printable(change.kind)} ({printable(change.version)})"
            yield Step("change", said, where=what, warning=True)
    if notice.limits.visibility_seconds > overlap.total_seconds():
        seconds = f"{notice.limits.visibility_seconds} s > {overlap.total_seconds():.0f} s"
        yield Step("overlap", seconds, warning=True)


def unserved(config: Config, source: Source) -> Iterator[Step]:
    """A warning that names the granted entities that the source does not have."""
    missing = [name for name in config.grant.entities if not source.capabilities(name).served]
    if missing:
        yield Step("unserved", ", ".join(missing), warning=True)


def way(url: str, ca_file: str, timeout: float, where: str = "") -> Generator[Step, None, bool]:
    """Name, connection and certificate (none without TLS); returns whether one of them failed."""
    made = list(_way(url, ca_file, timeout))
    yield from (replace(step, where=where) for step in made)
    return bool(made[-1].fault)


def _way(url: str, ca_file: str, timeout: float) -> Iterator[Step]:
    parts = urlsplit(url)
    host, port = parts.hostname or "", parts.port or (443 if parts.scheme == "https" else 80)
    try:
        socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except OSError as fault:
        yield Step("name", f"{host}: {fault.strerror or fault}")
        return
    yield Step("name")
    try:
        plain = socket.create_connection((host, port), timeout)
    except OSError as fault:
        yield Step("connection", f"{host}:{port}: {fault.strerror or type(fault).__name__}")
        return
    yield Step("connection")
    with plain:
        if parts.scheme != "https":
            return
        try:
            context = ssl.create_default_context(cafile=ca_file or None)
            with context.wrap_socket(plain, server_hostname=host) as wrapped:
                yield Step("certificate", days_left=_days_left(wrapped.getpeercert()))
        except (OSError, ValueError) as fault:
            said = getattr(fault, "verify_message", "") or getattr(fault, "reason", "") or type(fault).__name__
            yield Step("certificate", str(said))


def _days_left(certificate: object) -> int | None:
    ends = certificate.get("notAfter") if isinstance(certificate, dict) else None
    if not ends:
        return None
    moment = datetime.fromtimestamp(ssl.cert_time_to_seconds(str(ends)), timezone.utc)
    return (moment - datetime.now(timezone.utc)).days
