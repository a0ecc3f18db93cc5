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
    found: dict[str, dict[str, str]] = {}
    syncing = [one.server for one in plan.servers if "sync" in one.names and sources[one.server] == "bundled"]
    auditing = [one.server for one in plan.servers if "audit" in one.names]
    for servers, variable, build in (
        (syncing, "controller_wheelhouse_dir", build_wheelhouse),
        (auditing, "controller_audit_program_dir", program.build),
    ):
        if servers:
            place = str(build())
            for server in servers:
                found.setdefault(server, {})[variable] = place
    return found
