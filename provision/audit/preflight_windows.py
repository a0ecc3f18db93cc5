"""What is on a Windows machine already that provisioning would meet: listeners not Windows' own, a database."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from checks import windows
from checks.measure import Say, say
from checks.windows.network import WINDOWS_OWN
from provision.inventory import Server, declared_ports
from provision.probe.snapshot import Snapshot

# A row of what was found: (kind, name, detail, settled, choices as word and how, ports).
Row = tuple[str, str, str, bool, tuple[tuple[str, Say], ...], tuple[tuple[str, int], ...]]


def rows(server: Server, snapshot: Snapshot) -> list[Row]:
    """Everything found, settled or not. Raises NotToldError where the machine did not tell."""
    told = windows.read(snapshot.answers[windows.COMMAND].stdout)
    declared = {(str(one.proto), one.port): str(one.stage) for one in declared_ports(server)}
    stages = set(told.section("ledger").get("stamps") or {})
    return [*_listeners(told, declared, stages), *_databases(told, server, stages)]


def _listeners(told: windows.Told, declared: Mapping[tuple[str, int], str], stages: set[str]) -> list[Row]:
    found: dict[tuple[str, int, str], list[str]] = {}
    for one in told.rows("listeners"):
        address, process = str(one["address"]), str(one.get("process") or "?")
        # SQL Server is asked about once, as the database that it is.
        if address.startswith("127.") or address == "::1" or process in (*WINDOWS_OWN, "sqlservr"):
            continue
        found.setdefault((str(one["proto"]), int(one["port"]), process), []).append(address)
    made: list[Row] = []
    for (proto, port, process), addresses in sorted(found.items(), key=lambda item: item[0][1]):
        label, stage = f"{proto}/{port}", declared.get((proto, port))
        # Declared by the region itself, or served by what one of our stages set up.
        ours = stage == "" or (stage is not None and stage in {*stages, "ssh"})
        ways = () if stage else (("keep", say("declare {port} in the inventory", port=label)),)
        stop = ("stop", say("stop {process} by hand before `apply`", process=process))
        detail = f"{process} @ {', '.join(addresses)}"
        made.append(("listener", label, detail, ours, (*ways, stop), ((proto, port),)))
    return made


def _databases(told: windows.Told, server: Server, stages: set[str]) -> list[Row]:
    service: Any = told.section("database").get("service")
    if not isinstance(service, Mapping):
        return []
    adopt = ("adopt", say("stage postgresql takes it over: its settings and its way in become ours, its data stays"))
    return [("database", "MSSQLSERVER", str(service.get("state")), "postgresql" in stages, (adopt,), ())]
