"""Whether what an inventory says of the sync service's source holds together, and is what the service takes."""

from __future__ import annotations

import ipaddress
from collections.abc import Iterator
from pathlib import Path

from backbone_sync import dictionary, sources
from backbone_sync.errors import SyncError
from backbone_sync.run import pace
from backbone_sync.sources import envelope
from provision.i18n import _
from provision.inventory import sync_source
from provision.inventory.faults import shown
from provision.inventory.ports import lands, vpn_networks
from provision.inventory.rules import Draft, Problem
from provision.inventory.sync_source import FilesSource

_PREFIX = "backbone_"


def each(draft: Draft, folder: Path) -> Iterator[Problem]:
    """All rules about one server's source; `folder` is the inventory's."""
    chosen = draft.settings
    if chosen.sync_source != "bundled" or "sync" in chosen.stages_disabled or "sync_kind" not in draft.known:
        return
    yield from _blocks(draft)
    yield from _speed(draft)
    yield from _windows(draft)
    yield from _store(draft, folder)
    if chosen.sync_kind == "landing":
        yield from _landing(draft)
    if chosen.sync_kind == "files":
        yield from _files(draft, folder)
    yield from _reference(draft, folder)


def _blocks(draft: Draft) -> Iterator[Problem]:
    """One block, that of the chosen kind; and the service takes it."""
    chosen = draft.settings
    for kind, name in sync_source.BLOCKS.items():
        made = getattr(chosen, name)
        if name not in draft.known or made is None:
            continue
        if kind != chosen.sync_kind:
            yield Problem(
                draft.name,
                (_PREFIX + name,),
                _("settings of another source than the chosen one: backbone_sync_kind is {kind}").format(
                    kind=chosen.sync_kind
                ),
                _("write backbone_sync_kind: {kind}, or remove these settings").format(kind=kind),
            )
        elif refused := sync_source.fault(kind, chosen.sync_url, made):
            yield Problem(
                draft.name,
                (_PREFIX + name,),
                _("the sync service does not take these settings: {said}").format(said=refused),
                _("correct the setting that is named; docs/sync-sources.md says what each is for"),
            )


def _speed(draft: Draft) -> Iterator[Problem]:
    """Settings that the chosen kind has no use for."""
    chosen = draft.settings
    for name, kinds in (("sync_bandwidth", ("contract", "pages", "school")), ("sync_overlap", ("contract",))):
        if getattr(chosen, name) is not None and chosen.sync_kind not in kinds:
            yield Problem(
                draft.name,
                (_PREFIX + name,),
                _("has no meaning where backbone_sync_kind is {kind}").format(kind=chosen.sync_kind),
                _("remove it"),
            )


def _windows(draft: Draft) -> Iterator[Problem]:
    for index, text in enumerate(draft.settings.sync_run.windows):
        try:
            pace.window(text)
        except SyncError:
            yield Problem(
                draft.name,
                (_PREFIX + "sync_run", "windows", index),
                _("{value} begins and ends at the same time").format(value=text),
                _("write two times of day, such as 20:00-05:00; without any window runs are allowed at every hour"),
            )


def _store(draft: Draft, folder: Path) -> Iterator[Problem]:
    """A SQL Server is named where it is the database, and for a source that it can account for."""
    chosen = draft.settings
    store = chosen.sync_store
    if "sync_store" not in draft.known:
        return
    if store is None:
        # On Windows the stages install a SQL Server of their own, and windows_rules asks for this there.
        if draft.connection.kind != "psrp" and "database" in draft.known and chosen.database == "sqlserver":
            yield Problem(
                draft.name,
                (_PREFIX + "database",),
                _(
                    "backbone_database is sqlserver, and no SQL Server is named: the stages install one on a Windows "
                    "server alone, not on Linux"
                ),
                _("name it in backbone_sync_store (docs/sqlserver.md), or write backbone_database: postgresql"),
            )
        return
    key = _PREFIX + "sync_store"
    if chosen.database != "sqlserver":
        yield Problem(
            draft.name,
            (key,),
            _("names a SQL Server, and backbone_database is {database}").format(database=chosen.database),
            _("write backbone_database: sqlserver, or remove it"),
        )
    if chosen.sync_kind in sources.DELIVERED:
        yield Problem(
            draft.name,
            (key,),
            _("a source of kind {kind} keeps its accounts in PostgreSQL").format(kind=chosen.sync_kind),
            _("choose contract, pages or school, or keep the data in PostgreSQL"),
        )
    if store.certificate and not (folder / store.certificate).is_file():
        yield Problem(
            draft.name,
            (key, "certificate"),
            _("there is no file {path}").format(path=shown(folder / store.certificate)),
            _("put the server's certificate (PEM) there"),
        )


def _landing(draft: Draft) -> Iterator[Problem]:
    chosen = draft.settings
    if chosen.database != "postgresql" or "postgresql" in chosen.stages_disabled:
        yield Problem(
            draft.name,
            (_PREFIX + "sync_kind",),
            _("the landing database is PostgreSQL's, and this server's stage postgresql does not run"),
            _("choose another kind of source, or let the stage postgresql run"),
        )
    if not vpn_networks(chosen):
        return
    inside = [ipaddress.ip_network(one) for one in vpn_networks(chosen)]
    for index, one in enumerate(chosen.sync_landing.clients if chosen.sync_landing else ()):
        network = ipaddress.ip_network(one)
        if lands(chosen) and not any(
            network.version == vpn.version and network.subnet_of(vpn)  # type: ignore[arg-type]
            for vpn in inside
        ):
            yield Problem(
                draft.name,
                (_PREFIX + "sync_landing", "clients", index),
                _("{network} does not come in through the VPN, and the centre writes through it alone").format(
                    network=one
                ),
                _("name addresses of the VPN: {networks}").format(networks=", ".join(vpn_networks(chosen))),
            )


def _files(draft: Draft, folder: Path) -> Iterator[Problem]:
    chosen = draft.settings
    made = chosen.sync_files or FilesSource()
    if "sync_files" not in draft.known:
        return
    if "drop_dirs" in draft.known and made.directory not in chosen.drop_dirs:
        yield Problem(
            draft.name,
            (_PREFIX + "sync_files", "directory"),
            _("{directory} is none of backbone_drop_dirs, so that nothing in it is scanned for viruses").format(
                directory=made.directory
            ),
            _("choose {folders}, or add it to backbone_drop_dirs").format(
                folders=", ".join(chosen.drop_dirs) or "backbone_drop_dirs"
            ),
        )
    try:
        envelope.known(folder / made.signers)
    except SyncError as refused:
        yield Problem(
            draft.name,
            (_PREFIX + "sync_files", "signers"),
            _("the keys of those who make bundles cannot be used: {said}").format(said=refused.message),
            _("put the public keys (NAME.pem) of those who make bundles into {folder}").format(
                folder=shown(folder / made.signers)
            ),
        )


def _reference(draft: Draft, folder: Path) -> Iterator[Problem]:
    """The folder of code tables that a source does not have itself."""
    for kind, name in (("pages", "sync_pages"), ("school", "sync_school")):
        made = getattr(draft.settings, name)
        if kind != draft.settings.sync_kind or made is None or not made.reference:
            continue
        place = folder / made.reference
        found = {one.name.removesuffix(".ndjson") for one in place.glob("*.ndjson")} if place.is_dir() else set()
        odd = sorted(found - set(dictionary.load().names))
        if not found or odd:
            yield Problem(
                draft.name,
                (_PREFIX + name, "reference"),
                _("the folder {folder} holds {name}.ndjson, which is no entity").format(
                    folder=made.reference, name=odd[0]
                )
                if odd
                else _("the folder {folder} with ENTITY.ndjson is not there, or empty").format(folder=made.reference),
                _("put there a file for each code table that the source lacks, such as ref.mst_wilayah.ndjson"),
            )
