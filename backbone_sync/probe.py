"""The way to the source, in steps: name, connection, certificate, token, contract; the first that fails is the last."""

from __future__ import annotations

import socket
import ssl
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timezone
from urllib.parse import urlsplit

from backbone_sync import __version__
from backbone_sync.client import Client
from backbone_sync.config import Config
from backbone_sync.doctor import Step
from backbone_sync.errors import AuthRefused, ConfigInvalid, SyncError
from backbone_sync.source_contract import of


def steps(config: Config, timeout: float = 10.0) -> Iterator[Step]:
    """Each step in turn; `timeout` seconds for each. Changes nothing anywhere."""
    settings = of(config)
    place = urlsplit(settings.url)
    host, port = place.hostname or "", place.port or 443
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
        try:
            context = ssl.create_default_context(cafile=settings.ca_file or None)
            with context.wrap_socket(plain, server_hostname=host) as wrapped:
                yield Step("certificate", days_left=_days_left(wrapped.getpeercert()))
        except (OSError, ValueError) as fault:
            said = getattr(fault, "verify_message", "") or getattr(fault, "reason", "") or type(fault).__name__
            yield Step("certificate", str(said))
            return
    once = replace(config, source=replace(settings, retries=0, read_timeout=timeout))
    try:
        Client(once, __version__, sleep=lambda _: None).totals()
    except (AuthRefused, ConfigInvalid) as fault:
        yield Step("token", fault.message)
        return
    except SyncError as fault:
        yield Step("token")
        yield Step("contract", fault.message)
        return
    yield Step("token")
    yield Step("contract")


def _days_left(certificate: object) -> int | None:
    ends = certificate.get("notAfter") if isinstance(certificate, dict) else None
    if not ends:
        return None
    moment = datetime.fromtimestamp(ssl.cert_time_to_seconds(str(ends)), timezone.utc)
    return (moment - datetime.now(timezone.utc)).days
