"""Places on the controller that stages draw from, made only when a planned stage needs them."""

from __future__ import annotations

import hashlib
from pathlib import Path

from provision.converge.book import Book
from provision.converge.plan import Plan
from provision.converge.wheelhouse import build_wheelhouse, release_id
from provision.inventory import Fleet

DRILL_DIR = Path(__file__).resolve().parents[1] / "operate"


def contents(book: Book) -> dict[str, dict[str, str]]:
    """What of the controller's own content enters the input digests: {stage: {name: digest}}."""
    found = {"sync": {"release": release_id()}, "backup": {"drill": _drill_digest()}}
    return {stage: told for stage, told in found.items() if stage in book.names}


def _drill_digest() -> str:
    """SHA-256 of the program by which a server drills itself."""
    whole = hashlib.sha256()
    for file in (DRILL_DIR.parent / "i18n.py", DRILL_DIR / "compare.py", *sorted((DRILL_DIR / "remote").glob("*.py"))):
        whole.update(f"{file.name}\0".encode() + file.read_bytes())
    return whole.hexdigest()


def of(fleet: Fleet, plan: Plan) -> dict[str, dict[str, str]]:
    """The places that each server's planned stages need: {server: {variable: path}}.

    The wheels of the sync service are fetched here, before any server is touched; raises BackboneError when that
    cannot be done.
    """
    sources = {server.name: server.settings.sync_source for server in fleet.servers}
    found: dict[str, dict[str, str]] = {
        one.server: {"controller_drill_dir": str(DRILL_DIR)} for one in plan.servers if "backup" in one.names
    }
    wanting = [one.server for one in plan.servers if "sync" in one.names and sources[one.server] == "bundled"]
    if wanting:
        wheelhouse = str(build_wheelhouse())
        for server in wanting:
            found.setdefault(server, {})["controller_wheelhouse_dir"] = wheelhouse
    return found
