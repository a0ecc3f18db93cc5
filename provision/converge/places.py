"""Places on the controller that stages draw from, made only when a planned stage needs them."""

from __future__ import annotations

from provision.converge.book import Book
from provision.converge.plan import Plan
from provision.converge.wheelhouse import build_wheelhouse, release_id
from provision.inventory import Fleet


def contents(book: Book) -> dict[str, dict[str, str]]:
    """What of the controller's own content enters the input digests: {stage: {name: digest}}."""
    return {"sync": {"release": release_id()}} if "sync" in book.names else {}


def of(fleet: Fleet, plan: Plan) -> dict[str, dict[str, str]]:
    """The places that each server's planned stages need: {server: {variable: path}}.

    The wheels of the sync service are fetched here, before any server is touched; raises BackboneError when that
    cannot be done.
    """
    sources = {server.name: server.settings.sync_source for server in fleet.servers}
    wanting = [one.server for one in plan.servers if "sync" in one.names and sources[one.server] == "bundled"]
    if not wanting:
        return {}
    with_driver = {server.name for server in fleet.servers if server.settings.sync_store is not None}
    made = {extra: str(build_wheelhouse(sqlserver=extra)) for extra in {one in with_driver for one in wanting}}
    return {server: {"controller_wheelhouse_dir": made[server in with_driver]} for server in wanting}
