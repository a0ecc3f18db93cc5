"""From the inventory to what checks may know: one server's Params."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from backbone_sync import dictionary
from backbone_sync.privacy import personal
from backbone_sync.privacy.grant import ALWAYS
from checks.params import Paper, Params, Peer, PortRule, Statement
from provision.inventory import Fleet, Server, Settings, declared_ports, grants, source_networks
from provision.inventory.ports import vpn_networks

KEPT_COLUMNS = (*ALWAYS, "flags", "stored_at")  # columns that the service itself keeps beside a row
SERVICE_ACCOUNT = "NT SERVICE\\backbone-sync"  # of the role sync
_SECONDS = {"min": 60, "m": 60, "h": 3600, "d": 86400}


def seconds(duration: str) -> int:
    """The length of `30min`, `1h`, `1d` in seconds."""
    number = duration.rstrip("abcdefghijklmnopqrstuvwxyz")
    return int(number) * _SECONDS[duration[len(number) :]]


def _channels(settings: Settings) -> tuple[str, ...]:
    named = {
        "e-mail": settings.notify_email,
        "webhook": settings.notify_webhook,
        "Telegram": settings.notify_telegram,
    }
    return tuple(name for name, value in named.items() if value is not None)


def _account(settings: Settings) -> str:
    """The login by which the sync service is in SQL Server; on Windows its own account, where it needs no password."""
    store = settings.sync_store
    if store is None:
        return ""
    return SERVICE_ACCOUNT if store.login == "integrated" else store.user


def shown_views(entities: Iterable[str], words: dictionary.Dictionary) -> tuple[tuple[str, tuple[str, ...]], ...]:
    """The analysts' views: open columns of what is granted, and counts of people."""
    rows = ((name.replace(".", "_"), tuple(f.name for f in personal.open_fields(words[name]))) for name in entities)
    return (*((name, columns) for name, columns in rows if columns), *personal.COUNTS.items())


def of(server: Server, fleet: Fleet, at: datetime) -> Params:
    """The params of one server, judged at `at` (UTC)."""
    settings = server.settings
    supplied = settings.sync_supplied
    grant, words = grants.of(settings, fleet.directory), dictionary.load()
    granted = tuple(name for name in grant.entities if not name.startswith("ref."))
    return Params(
        at=at,
        server=server.name,
        zone=server.zone,
        level=server.level,
        platform="windows" if server.connection.kind == "psrp" else "linux",
        hosting=settings.hosting,
        fqdn=settings.fqdn,
        admins=tuple(admin.name for admin in settings.admins),
        login=server.connection.user,
        ports=tuple(
            PortRule(one.port, one.proto, source_networks(settings, one.sources)) for one in declared_ports(server)
        ),
        networks_internal=settings.networks_internal,
        networks_vpn=vpn_networks(settings),
        database=settings.database,
        database_clients=settings.database_clients,
        archive_timeout_seconds=settings.archive_timeout,
        tls=settings.tls,
        vpn=settings.vpn,
        vpn_peers=tuple(Peer(one.name, one.public_key, one.expires, str(one.address)) for one in settings.vpn_peers),
        vpn_hub_key=settings.vpn_hub.public_key if settings.vpn_hub else "",
        antivirus=settings.antivirus,
        antivirus_unit=settings.antivirus_existing.unit if settings.antivirus_existing else "",
        sync_source=settings.sync_source,
        sync_unit=supplied.unit if supplied else "",
        sync_health=supplied.health_command if supplied else "",
        sync_interval_seconds=seconds(settings.sync_interval),
        sync_entities=granted,
        sync_withheld=tuple((name, tuple(f.name for f in grant.withheld(words[name]))) for name in granted),
        sync_columns=tuple((name, (*(f.name for f in words[name].fields), *KEPT_COLUMNS)) for name in granted),
        sync_personal=tuple(
            (name, tuple(f.name for f in words[name].fields if personal.personal(words[name], f))) for name in granted
        ),
        analyst_views=shown_views(grant.entities, words),
        grant_digest=grant.digest,
        sync_account=_account(settings),
        sync_kind=settings.sync_kind,
        sync_url=str(settings.sync_url or ""),
        logs_to=settings.logs_to is not None,
        notify=_channels(settings),
        documents=tuple(
            Paper(one.kind, one.number, one.signed_on, one.valid_until)
            for one in fleet.documents
            if one.region == server.region
        ),
        statements=tuple(
            (one.control, Statement(one.attested_by, one.evidence or str(one.evidence_file or ""), one.expires))
            for one in fleet.attestations
            if server.name in one.servers
        ),
    )
