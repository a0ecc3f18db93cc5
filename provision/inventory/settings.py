"""The closed schema of what an inventory may say: every `backbone_*` variable, without its prefix.

Required are the region, its level, the server's name, the internal networks and the administrators; all else
has a default that suits one kabupaten with one machine. Secrets have a schema of their own.
"""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from provision.inventory.fields import (
    AbsolutePath,
    Address,
    ChatId,
    Clock,
    Duration,
    Email,
    Endpoint,
    Entity,
    Fqdn,
    Host,
    HttpsUrl,
    KernelName,
    Name,
    Network,
    PortNumber,
    Sources,
    SshKey,
    Stage,
    Text,
    Unit,
    Url,
    UserName,
    WireguardKey,
)
from provision.inventory.sync_source import (
    FilesSource,
    Kind,
    LandingSource,
    PagesSource,
    Run,
    SchoolSource,
    Span,
    SqlServerStore,
)

PREFIX = "backbone_"


class Closed(BaseModel):
    """Unknown keys are refused, nothing is converted, nothing changes afterwards."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True, populate_by_name=True)


class Admin(Closed):
    """A person who administers the server, by SSH key only."""

    name: UserName
    ssh_keys: Annotated[tuple[SshKey, ...], Field(min_length=1)]
    full_name: str = ""


class Port(Closed):
    """A port that the region itself declares open, and why."""

    port: PortNumber
    proto: Literal["tcp", "udp"] = "tcp"
    sources: Sources
    why: Text


class FoundPort(Closed):
    """A port that something found serves."""

    port: PortNumber
    proto: Literal["tcp", "udp"] = "tcp"


class Found(Closed):
    """What becomes of something that was on the machine before; `kind` and `name` as preflight lists it.

    `keep` declares its ports, open to `sources`; `stop` stops its units and containers; `adopt`: a stage takes it over.
    """

    kind: Literal["listener", "container", "firewall", "database", "panel"]
    name: Text
    decision: Literal["keep", "adopt", "stop"]
    ports: tuple[FoundPort, ...] = ()
    sources: Sources = ("internal",)
    units: tuple[Unit, ...] = ()
    containers: Annotated[
        tuple[Annotated[str, Field(pattern=r"^(docker|podman|lxc)/[A-Za-z0-9][A-Za-z0-9_.-]*$")], ...],
        Field(description="engine/name"),
    ] = ()


class VpnPeer(Closed):
    """A person's or machine's way in through the VPN; useless after `expires` (last day, UTC)."""

    name: Name
    public_key: WireguardKey
    address: Address
    expires: date


class KeyRenewal(Closed):
    """A key that servers make themselves is to be a new one since then; of a name the last entry counts."""

    name: Literal["tls", "vpn", "audit"]
    since: Annotated[str, Field(pattern=r"^[0-9A-Za-z:+-]{1,40}$", description="Moment (UTC) of the request")]


class VpnHub(Closed):
    """The hub that this server joins as a client."""

    endpoint: Endpoint
    public_key: WireguardKey
    networks: Annotated[tuple[Network, ...], Field(min_length=1)]
    address: Annotated[Address, Field(description="This server's own address in the hub's network")]


class ExistingAntivirus(Closed):
    """An antivirus product that is already there: the unit that must run, the command that scans a path."""

    unit: Unit
    scan_command: Text | None = None


class SuppliedSync(Closed):
    """Sync software from elsewhere: its unit, a command that exits 0 when healthy, the TCP ports it needs."""

    unit: Unit
    health_command: Text
    ports: tuple[PortNumber, ...] = ()


class SecondRepository(Closed):
    """Where backups lie a second time, off this server: a machine that `backbone repository` prepares, or any S3 store.

    `keep_days` and `quota_gb` are kept by a prepared machine alone: how long it holds what was deleted there, and how
    much a server may store (0: as much as there is room).
    """

    kind: Literal["repository", "s3"] = "repository"
    host: Host
    port: PortNumber | None = None
    bucket: Annotated[str | None, Field(pattern=r"^[a-z0-9][a-z0-9.-]{1,62}$", description="The server's name")] = None
    region: Name = "backbone"
    uri_style: Literal["path", "host"] = "path"
    access_key: Annotated[str | None, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,127}$")] = None
    keep_full: Annotated[int, Field(ge=1, le=520)] = 4
    keep_days: Annotated[int, Field(ge=7, le=3650)] = 35
    quota_gb: Annotated[int, Field(ge=0, le=1_000_000)] = 0

    @property
    def listens(self) -> int:
        """The port, the usual one where none is given."""
        return self.port or (443 if self.kind == "s3" else 9443)


class NotifyEmail(Closed):
    """Where failures are mailed to, and by which mail server."""

    to: Email
    smtp_host: Host
    smtp_port: PortNumber = 587
    sender: Annotated[Email, Field(alias="from")]


class NotifyTelegram(Closed):
    """The chat that failures are told; the bot's token is a secret."""

    chat_id: ChatId


WindowsPath = Annotated[str, Field(pattern=r"^([A-Za-z]:\\|\\\\[^\\]+\\)[^/\"*?<>|]*$", max_length=240)]


class WindowsMedia(Closed):
    """Installers on a Windows server, or on a share that it reads: full paths. A stage without its own says so."""

    exporter: Annotated[WindowsPath | None, Field(description="windows_exporter, MSI")] = None
    wireguard: Annotated[WindowsPath | None, Field(description="WireGuard for Windows, MSI")] = None
    sqlserver: Annotated[WindowsPath | None, Field(description="SQL Server's folder with setup.exe")] = None
    python: Annotated[
        WindowsPath | None, Field(description="Python 3.13 from python.org, 64 bits, the full installer")
    ] = None


class Settings(Closed):
    """What one server is to be. Field `x` is inventory variable `backbone_x`."""

    region: Annotated[str, Field(description="Kemendagri code: 33.74 a kabupaten/kota, 33 a province")]
    level: Literal["kabupaten_kota", "provinsi"]
    fqdn: Annotated[Fqdn, Field(description="The name that the certificate bears")]
    hosting: Literal["own", "pdn", "cloud"] = "own"
    networks_internal: Annotated[
        tuple[Network, ...],
        Field(min_length=1, description="Networks from which administrators and the controller come"),
    ]
    admins: Annotated[tuple[Admin, ...], Field(min_length=1)]
    former_admins: Annotated[
        tuple[UserName, ...],
        Field(description="Accounts with sudo from before, such as the installer's: they lose it, and expire"),
    ] = ()
    time_servers: Annotated[tuple[Host, ...], Field(description="Empty: the distribution's pool")] = ()
    stages_disabled: tuple[Stage, ...] = ()
    stages_max_age_days: Annotated[
        int, Field(ge=0, le=3650, description="Days after which a stage runs again though nothing changed; 0: never")
    ] = 180
    ports: Annotated[tuple[Port, ...], Field(description="Declared ports beyond the stages' own")] = ()
    found: Annotated[
        tuple[Found, ...], Field(description="What was on the machine before, and what becomes of it: see preflight")
    ] = ()
    apt_proxy: Url | None = None
    wsus: Annotated[Url | None, Field(description="Windows: the region's update server; without it Microsoft's")] = None
    windows_media: Annotated[WindowsMedia, Field(description="Windows: where installers lie on the server")] = (
        WindowsMedia()
    )
    reboot_window: Annotated[Clock, Field(description="HH:MM in the region's zone")] = "02:00"
    patch_time: Annotated[Clock, Field(description="HH:MM in the region's zone")] = "01:00"

    kernel_settings: Annotated[
        dict[KernelName, int | Text],
        Field(description='Kernel settings (sysctl) beyond the stage hardening\'s own; "" leaves one of those alone'),
    ] = {}

    database: Literal["postgresql", "sqlserver"] = "postgresql"
    database_version: Annotated[
        int | None, Field(ge=9, le=2100, description="Major version; without it the distribution's")
    ] = None
    database_clients: Annotated[
        Literal["internal_and_vpn", "vpn", "none"], Field(description="Who may reach the database's port")
    ] = "vpn"

    database_analysts: Annotated[
        tuple[Text, ...], Field(description="Login roles of the vault that see no person, only counts and public rows")
    ] = ()

    tls: Literal["internal", "supplied"] = "internal"
    tls_certificate: Annotated[Text | None, Field(description="PEM file beside the inventory")] = None
    tls_chain: Annotated[Text | None, Field(description="PEM file beside the inventory")] = None
    tls_authority: Annotated[Text, Field(description="The internal authority's certificate, PEM")] = "authority.pem"
    tls_days: Annotated[int, Field(ge=1, le=825)] = 397

    vpn: Literal["server", "client", "external"] = "server"
    vpn_network: Network = "10.90.0.0/24"
    vpn_port: PortNumber = 51820
    vpn_peers: tuple[VpnPeer, ...] = ()
    keys_renewed: Annotated[tuple[KeyRenewal, ...], Field(description="Written by apply --rotate")] = ()
    vpn_hub: VpnHub | None = None
    vpn_external_sources: Annotated[
        tuple[Network, ...], Field(description="What the router's VPN hands out (vpn: external)")
    ] = ()

    antivirus: Literal["managed", "existing"] = "managed"
    antivirus_mirror: Url | None = None
    antivirus_existing: ExistingAntivirus | None = None
    drop_dirs: tuple[AbsolutePath, ...] = ("/srv/backbone/drop",)

    backup_repository: AbsolutePath = "/var/lib/pgbackrest"
    backup_keep_full: Annotated[int, Field(ge=1, le=520)] = 4
    backup_full_day: Literal["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"] = "Sun"
    backup_second: Annotated[
        SecondRepository | None, Field(description="A second repository, off this server; none without it")
    ] = None
    backup_second_ca: Annotated[
        Text | None, Field(description="PEM file beside the inventory: the authority of the second repository")
    ] = None
    archive_timeout: Annotated[int, Field(ge=10, le=86400, description="Seconds")] = 300

    sync_source: Literal["bundled", "supplied"] = "bundled"
    sync_supplied: SuppliedSync | None = None
    sync_kind: Annotated[Kind, Field(description="What the bundled service pulls from")] = "contract"
    sync_url: HttpsUrl | None = None
    sync_ca: Annotated[Text | None, Field(description="PEM file beside the inventory")] = None
    sync_interval: Duration = "1h"
    sync_overlap: Annotated[Span | None, Field(description="How far back a listing of what is new reaches")] = None
    sync_bandwidth: Annotated[
        int | None, Field(ge=16, le=10_000_000, description="Most of the line that a run may take, kbit/s")
    ] = None
    sync_run: Run = Run()
    sync_pages: PagesSource | None = None
    sync_school: SchoolSource | None = None
    sync_landing: LandingSource | None = None
    sync_files: FilesSource | None = None
    sync_store: Annotated[SqlServerStore | None, Field(description="Where backbone_database is sqlserver")] = None
    sync_entities: Annotated[tuple[Entity, ...], Field(description="Empty: all known")] = ()
    grant: Annotated[Text | None, Field(description="YAML file beside the inventory")] = None

    notify_email: NotifyEmail | None = None
    notify_webhook: Url | None = None
    notify_telegram: NotifyTelegram | None = None
    deadman_url: Url | None = None

    logs_to: Annotated[
        HttpsUrl | None, Field(description="Where the journal is sent as well; see docs/hardening.md")
    ] = None
    logs_ca: Annotated[Text | None, Field(description="PEM file beside the inventory")] = None

    audit_time: Annotated[Clock, Field(description="HH:MM in the region's zone")] = "03:30"
    audit_collector: Annotated[
        HttpsUrl | None, Field(description="Where servers send their own signed audits; see docs/collector.md")
    ] = None
    audit_collector_ca: Annotated[Text | None, Field(description="PEM file beside the inventory")] = None


class Secrets(Closed):
    """The secrets, by their names without `backbone_secret_`; their values live in vault files only."""

    stamp_key: Text | None = None
    backup_passphrase: Text | None = None
    backup_second_passphrase: Text | None = None
    backup_second_key: Text | None = None
    state_passphrase: Text | None = None
    kit_passphrase: Text | None = None
    sync_client_id: Text | None = None
    sync_token: Text | None = None
    sync_credentials: dict[str, str] | None = None
    sync_store_password: Text | None = None
    landing_password: Text | None = None
    tls_authority_key: Text | None = None
    tls_key: Text | None = None
    telegram_token: Text | None = None
    smtp_password: Text | None = None
    db_passwords: dict[str, str] | None = None
    windows_passwords: dict[str, str] | None = None
    # Written by rotations: what was in force before, until the servers have the new; the passphrase before the present.
    former: dict[str, Any] | None = None
    backup_former: dict[str, str] | None = None


SECRET_PREFIX = "backbone_secret_"  # noqa: S105 — the prefix of names, not a secret

# Settings that name a file beside the inventory.
FILE_SETTINGS = (
    "tls_certificate",
    "tls_chain",
    "sync_ca",
    "grant",
    "audit_collector_ca",
    "backup_second_ca",
    "logs_ca",
)
