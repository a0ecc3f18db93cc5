"""Places on the controller that stages draw from, made only when a planned stage needs them."""

from __future__ import annotations

from provision.converge import program
from provision.converge.book import Book
from provision.converge.plan import Plan
from provision.converge.wheelhouse import build_wheelhouse, release_id
from provision.inventory import Fleet


def contents(book: Book) -> dict[str, dict[str, str]]:
    """What of the controller's own content enters the input digests: {stage: {name: digest}}."""
    releases = {"sync": release_id, "audit": program.release_id}
    return {stage: {"release": release()} for stage, release in releases.items() if stage in book.names}


def of(fleet: Fleet, plan: Plan) -> dict[str, dict[str, str]]:
    """The places that each server's planned stages need: {server: {variable: path}}.

    The wheels of the sync service, and those of the program that audits a server from within, are fetched here,
    before any server is touched; raises BackboneError when that cannot be done.
    """
    sources = {server.name: server.settings.sync_source for server in fleet.servers}
    with_driver = {server.name for server in fleet.servers if server.settings.sync_store is not None}
    found: dict[str, dict[str, str]] = {}
    syncing = [one.server for one in plan.servers if "sync" in one.names and sources[one.server] == "bundled"]
    made = {driver: str(build_wheelhouse(sqlserver=driver)) for driver in {one in with_driver for one in syncing}}
    for server in syncing:
        found.setdefault(server, {})["controller_wheelhouse_dir"] = made[server in with_driver]
    if auditing := [one.server for one in plan.servers if "audit" in one.names]:
        place = str(program.build())
        for server in auditing:
            found.setdefault(server, {})["controller_audit_program_dir"] = place
    return found
