"""What a valid inventory is to the rest of the program: a Fleet of Servers, and the papers beside it."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import Literal

from provision.inventory.faults import Fault
from provision.inventory.fields import Stage
from provision.inventory.regions import Level
from provision.inventory.settings import Settings


@dataclass(frozen=True)
class Connection:
    """How the controller reaches a server. Passwords are never shown.

    `become_password` is what sudo asks for there. Of Windows alone: the account's `password`, the PEM file
    (`authority`) that proves the server's certificate, and how the account proves itself (`auth`).
    """

    host: str  # name or address
    port: int
    user: str  # "": whatever the ssh configuration says
    key_file: str  # absolute path; "": the agent's or the default keys
    common_args: str  # further ssh arguments, as one string
    kind: Literal["ssh", "local", "psrp"]
    become: bool
    become_password: str = field(default="", repr=False)
    password: str = field(default="", repr=False)
    authority: str = ""
    auth: Literal["negotiate", "ntlm", "kerberos"] = "negotiate"


@dataclass(frozen=True)
class Server:
    """One machine of one region. `secrets` names what the vault holds for it, without prefix and values."""

    name: str
    region: str
    level: Level
    zone: str  # IANA time zone of the region, such as Asia/Jakarta
    settings: Settings
    connection: Connection
    groups: tuple[str, ...] = ()
    secrets: frozenset[str] = frozenset()


@dataclass(frozen=True)
class DeclaredPort:
    """A port that may be open, to `internal`, `vpn`, `anywhere` or networks; no `stage`: the region's own."""

    port: int
    proto: Literal["tcp", "udp"]
    sources: tuple[str, ...]
    why: str
    stage: Stage | Literal[""]


def end_of(day: date) -> datetime:
    """The first instant (UTC) after a last valid day."""
    return datetime.combine(day + timedelta(days=1), time(), UTC)


@dataclass(frozen=True)
class Waiver:
    """A control that need not hold on these servers, until the end of `expires` (UTC). It still runs."""

    control: str
    servers: tuple[str, ...]
    reason: str
    approver: str
    expires: date

    def holds(self, control: str, server: str, now: datetime) -> bool:
        """Does it excuse this control on this server at this time?"""
        return control == self.control and server in self.servers and now < end_of(self.expires)


@dataclass(frozen=True)
class Attestation:
    """What a machine cannot know, stated by a person with evidence, until the end of `expires` (UTC)."""

    control: str
    servers: tuple[str, ...]
    evidence: str  # text; "" when only a file is given
    evidence_file: Path | None
    attested_by: str
    expires: date
    value: str | int | float | bool | None = None  # what was measured or read, where the control asks for it

    def holds(self, control: str, server: str, now: datetime) -> bool:
        """Does it stand in for this control on this server at this time?"""
        return control == self.control and server in self.servers and now < end_of(self.expires)


@dataclass(frozen=True)
class Document:
    """A letter of request or a Nota Kesepakatan of a region, valid until the end of `valid_until` (UTC)."""

    kind: Literal["surat_permohonan", "nota_kesepakatan"]
    number: str
    signed_by: str
    signed_on: date
    valid_until: date
    region: str
    file: Path | None = None

    def valid(self, now: datetime) -> bool:
        """Signed, and not over yet."""
        start = datetime.combine(self.signed_on, time(), UTC)
        return start <= now < end_of(self.valid_until)


@dataclass(frozen=True)
class Fleet:
    """A valid inventory. `path` is the inventory file, absolute; `notes` are remarks that keep nobody from going on."""

    path: Path
    servers: tuple[Server, ...]
    waivers: tuple[Waiver, ...] = ()
    attestations: tuple[Attestation, ...] = ()
    documents: tuple[Document, ...] = ()
    notes: tuple[Fault, ...] = ()

    @property
    def directory(self) -> Path:
        """The folder that everything beside the inventory lies in."""
        return self.path.parent

    def server(self, name: str) -> Server:
        """The server of that name; KeyError when the fleet (or the limit) has none."""
        for one in self.servers:
            if one.name == name:
                return one
        raise KeyError(name)
