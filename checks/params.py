"""What a check may know beside the server's answers: what this server is meant to be, and the time to judge
at.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import Literal
from zoneinfo import ZoneInfo


@dataclass(frozen=True)
class PortRule:
    """A declared port: who may reach it, as networks (0.0.0.0/0 and ::/0 together: anybody)."""

    port: int
    proto: str
    networks: tuple[str, ...]

    @property
    def anywhere(self) -> bool:
        """May anybody reach it?"""
        return "0.0.0.0/0" in self.networks or "::/0" in self.networks


@dataclass(frozen=True)
class Peer:
    """A declared VPN access; `expires` is its last day (UTC), `address` the one that it may use."""

    name: str
    public_key: str
    expires: date
    address: str = ""


@dataclass(frozen=True)
class Paper:
    """A document of the region."""

    kind: str
    number: str
    signed_on: date
    valid_until: date


@dataclass(frozen=True)
class Statement:
    """An attestation that holds for this server at the time of judging, or held once (`expires`, last day,
    UTC).
    """

    attested_by: str
    evidence: str
    expires: date


@dataclass(frozen=True)
class Params:
    """The inputs of one server's checks. The defaults are those of an inventory that says nothing more."""

    at: datetime = field(default_factory=lambda: datetime.now(UTC))
    server: str = ""
    zone: str = "UTC"  # the region's, by its IANA name: days are told in it
    level: Literal["kabupaten_kota", "provinsi"] = "kabupaten_kota"
    platform: Literal["linux", "windows"] = "linux"
    hosting: Literal["own", "pdn", "cloud"] = "own"
    fqdn: str = ""
    admins: tuple[str, ...] = ()
    login: str = ""  # the account that the controller logs in with
    ports: tuple[PortRule, ...] = ()
    networks_internal: tuple[str, ...] = ()
    networks_vpn: tuple[str, ...] = ()
    database: str = "postgresql"
    database_clients: str = "vpn"
    archive_timeout_seconds: int = 300
    tls: str = "internal"
    vpn: str = "server"
    vpn_peers: tuple[Peer, ...] = ()
    vpn_hub_key: str = ""
    antivirus: str = "managed"
    antivirus_unit: str = ""
    sync_source: str = "bundled"
    sync_unit: str = ""
    sync_health: str = ""
    sync_interval_seconds: int = 3600
    sync_entities: tuple[str, ...] = ()
    sync_withheld: tuple[tuple[str, tuple[str, ...]], ...] = ()  # entity → fields that the grant leaves out
    sync_columns: tuple[tuple[str, tuple[str, ...]], ...] = ()  # entity → every column that its table may have
    sync_personal: tuple[tuple[str, tuple[str, ...]], ...] = ()  # entity → columns that tell something of a person
    analyst_views: tuple[tuple[str, tuple[str, ...]], ...] = ()  # view → the columns that it may show
    grant_digest: str = ""
    sync_account: str = ""  # the login by which the service is in SQL Server
    sync_kind: str = "contract"
    sync_url: str = ""
    logs_to: bool = False  # the inventory names a machine that the journal is sent to
    notify: tuple[str, ...] = ()
    documents: tuple[Paper, ...] = ()
    statements: tuple[tuple[str, Statement], ...] = ()

    @property
    def now(self) -> float:
        """Seconds since the epoch."""
        return self.at.timestamp()

    def day(self, moment: datetime) -> str:
        """The day on which a moment falls for the people of the region."""
        return f"{moment.astimezone(ZoneInfo(self.zone)):%Y-%m-%d}"

    def statement(self, control: str) -> Statement | None:
        """The attestation for a control that is valid longest, whether or not it still holds."""
        found = [one for name, one in self.statements if name == control]
        return max(found, key=lambda one: one.expires, default=None)


def over(last_day: date, at: datetime) -> bool:
    """Is a last valid day (UTC) past?"""
    return at.astimezone(UTC).date() > last_day
