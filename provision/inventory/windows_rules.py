"""What an inventory may ask of a Windows server: its way in, and stages that have a Windows form."""

from __future__ import annotations

from collections.abc import Iterator

from provision.i18n import _
from provision.inventory.rules import Draft, Problem

# Stages whose role only says, on Windows, that it has no form there (a test compares).
NO_WINDOWS_FORM: tuple[str, ...] = ()
# The stage that does not go with Windows at all, as its role says, too.
NEVER_ON_WINDOWS = "gateway"


def each(draft: Draft) -> Iterator[Problem]:
    """A Windows server is reached over HTTPS alone, and leaves out what has no Windows form."""
    if draft.connection.kind == "psrp" and draft.connection.port == 5985:
        yield Problem(
            draft.name,
            ("ansible_port",),
            _("5985 is WinRM over HTTP: passwords and data would be open to whoever listens"),
            _("run first-boot.ps1 on the server and write 5986"),
        )
    if draft.connection.kind != "psrp" or "stages_disabled" not in draft.known:
        return
    chosen = draft.settings
    if missing := [one for one in NO_WINDOWS_FORM if one not in chosen.stages_disabled]:
        yield Problem(
            draft.name,
            ("backbone_stages_disabled",),
            _("these stages have no Windows form yet: {names}").format(names=", ".join(missing)),
            _("list them here; their controls are judged all the same"),
        )
    if NEVER_ON_WINDOWS not in chosen.stages_disabled:
        yield Problem(
            draft.name,
            ("backbone_stages_disabled",),
            _(
                "gateway is nginx, which shows the state of sync and the metrics of a Linux server over HTTPS; a "
                "Windows server opens no port for that: its state comes by the audit, its signed reports and the "
                "notices"
            ),
            _("list {stage} here").format(stage=NEVER_ON_WINDOWS),
        )
    if "logs_to" in draft.known and chosen.logs_to:
        yield Problem(
            draft.name,
            ("backbone_logs_to",),
            _("a Windows server does not send its entries this way"),
            _("leave it out here, and forward events to a collector of Windows' own"),
        )
    if "sync" not in chosen.stages_disabled and {"sync_source", "sync_store"} <= draft.known:
        yield from _sync(draft)
    if "database" in draft.known and chosen.database != "sqlserver" and "postgresql" not in chosen.stages_disabled:
        yield Problem(
            draft.name,
            ("backbone_database",),
            _("on a Windows server the stages install SQL Server alone, not PostgreSQL"),
            _("write sqlserver, or list postgresql and backup under backbone_stages_disabled"),
        )


def _sync(draft: Draft) -> Iterator[Problem]:
    """The sync service on Windows is our own, and keeps its data in SQL Server."""
    if draft.settings.sync_source != "bundled":
        yield Problem(
            draft.name,
            ("backbone_sync_source",),
            _("software that the ministry supplies is not looked after on a Windows server"),
            _("list {stage} here").format(stage="sync under backbone_stages_disabled"),
        )
    elif draft.settings.sync_store is None:
        yield Problem(
            draft.name,
            ("backbone_sync_store",),
            _("on a Windows server the sync service keeps the data in SQL Server, and none is named"),
            _("write its address and database, with login: integrated where it is this server's own"),
        )
