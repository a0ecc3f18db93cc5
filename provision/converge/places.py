"""Places on the controller that stages draw from, made only when a planned stage needs them."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from pathlib import Path

from provision.converge import program
from provision.converge.book import Book
from provision.converge.plan import Plan
from provision.converge.wheelhouse import WINDOWS, WINDOWS_PYTHON, build_wheelhouse, pythons_of, release_id
from provision.inventory import Fleet

DRILL_DIR = Path(__file__).resolve().parents[1] / "operate"


def contents(book: Book) -> dict[str, dict[str, str]]:
    """What of the controller's own content enters the input digests: {stage: {name: digest}}."""
    found: dict[str, Callable[[], dict[str, str]]] = {
        "sync": lambda: {"release": release_id()},
        "audit": lambda: {"release": program.release_id()},
        "backup": lambda: {"drill": _drill_digest()},
    }
    return {stage: told() for stage, told in found.items() if stage in book.names}


def _drill_digest() -> str:
    """SHA-256 of the program by which a server drills itself."""
    whole = hashlib.sha256()
    for file in (DRILL_DIR.parent / "i18n.py", DRILL_DIR / "compare.py", *sorted((DRILL_DIR / "remote").glob("*.py"))):
        whole.update(f"{file.name}\0".encode() + file.read_bytes())
    return whole.hexdigest()


def of(fleet: Fleet, plan: Plan, systems: Mapping[str, str] | None = None) -> dict[str, dict[str, str]]:
    """The places that each server's planned stages need: {server: {variable: path}}.

    `systems` says what each server runs ("ubuntu 24.04"), where that is known.

    The wheels of the sync service, and those of the program that audits a server from within, are fetched here,
    before any server is touched; raises BackboneError when that cannot be done.
    """
    sources = {server.name: server.settings.sync_source for server in fleet.servers}
    with_driver = {server.name for server in fleet.servers if server.settings.sync_store is not None}
    by_powershell = {server.name for server in fleet.servers if server.connection.kind == "psrp"}
    found: dict[str, dict[str, str]] = {
        one.server: {"controller_drill_dir": str(DRILL_DIR)} for one in plan.servers if "backup" in one.names
    }
    syncing = [one.server for one in plan.servers if "sync" in one.names and sources[one.server] == "bundled"]
    known = systems or {}
    kinds = {server: (server in by_powershell, server in with_driver) for server in syncing}
    pythons = pythons_of(known.get(one, "") for one in syncing)
    made = {
        (windows, driver): str(
            build_wheelhouse((WINDOWS_PYTHON,), machine=WINDOWS, sqlserver=driver)
            if windows
            else build_wheelhouse(pythons, sqlserver=driver)
        )
        for windows, driver in set(kinds.values())
    }
    for server, kind in kinds.items():
        found.setdefault(server, {})["controller_wheelhouse_dir"] = made[kind]
    if auditing := [one.server for one in plan.servers if "audit" in one.names]:
        pythons = program.pythons_of(known.get(one, "") for one in auditing)
        place = {
            windows: str(program.build((WINDOWS_PYTHON,), machine=WINDOWS) if windows else program.build(pythons))
            for windows in {one in by_powershell for one in auditing}
        }
        for server in auditing:
            found.setdefault(server, {})["controller_audit_program_dir"] = place[server in by_powershell]
    return found
