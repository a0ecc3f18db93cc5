"""All roles, on both distributions and both levels side by side, in the order that proves a role.

Check mode on a bare server does not fail → converge → again: nothing changes → every managed file edited → check
mode names what converge then changes → repaired → the stages' own controls pass.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from provision.audit.run import examine
from provision.converge.apply import Applied, apply, assess, preview
from provision.converge.plan import Wish
from provision.converge.stages import NAMES
from provision.inventory import Fleet, load
from provision.lab import region
from provision.lab.lab import Lab

SERVERS = ("lab-kab", "lab-prov")
# What a role may do to a file that somebody has edited is to write it anew; an added line is an edit that every
# format here survives long enough to be found.
EDIT = "\n# edited by the test\n"


@dataclass
class World:
    """Both servers, and what has been done to them so far."""

    lab: Lab
    fleet: Fleet
    first: Applied | None = None

    def stamps(self, server: str) -> dict[str, dict[str, object]]:
        """The ledger of a server: its stamps by stage."""
        listing = self.lab.run(server, "cd /var/lib/backbone/stamps && for f in *.json; do cat $f; echo; done").stdout
        found = [json.loads(line) for line in _documents(listing)]
        return {stamp["stage"]: stamp for stamp in found}

    def managed(self, server: str) -> dict[str, list[str]]:
        """The files that exist and that each stage manages."""
        return {
            stage: [path for path, digest in stamp["files"].items() if digest]  # type: ignore[attr-defined]
            for stage, stamp in self.stamps(server).items()
        }


def _documents(listing: str) -> Iterator[str]:
    decoder, rest = json.JSONDecoder(), listing.strip()
    while rest:
        _value, end = decoder.raw_decode(rest)
        yield rest[:end]
        rest = rest[end:].strip()


def outcomes(applied: Applied) -> dict[tuple[str, str], str]:
    """Status by (server, stage); a failure carries its words."""
    assert applied.outcome
    return {
        (one.server, one.stage): one.status if one.status == "ok" else f"{one.status}: {one.message}"
        for one in applied.outcome.results
    }


@pytest.fixture(scope="module")
def world(lab: Lab, tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    lab.down(SERVERS)
    lab.up([*SERVERS, "lab-pusat"])
    inventory = region.write(lab, tmp_path_factory.mktemp("roles"), key_file=lab.folder / "ssh" / "id_ed25519")
    yield World(lab, load(inventory))
    lab.down(SERVERS)


def test_check_mode_on_a_bare_server_does_not_fail(world: World) -> None:
    results = preview(world.fleet, assess(world.fleet, Wish()), lambda _progress: None)
    failed = {(one.server, one.stage): one.message for one in results if one.status != "ok"}
    assert failed == {}
    assert {one.stage for one in results} == set(NAMES)
    for server in SERVERS:
        assert world.lab.run(server, "ls /etc/backbone /var/lib/backbone 2>/dev/null", check=False).stdout == ""


def test_every_stage_converges(world: World) -> None:
    # On one of them dpkg was ended in the middle, as by a power cut: apt refuses everything until that is finished.
    journal = "/var/lib/dpkg/updates/0000"
    refused = world.lab.run("lab-kab", f": >{journal}; LC_ALL=C apt-get -qy install chrony 2>&1", check=False)
    assert "dpkg was interrupted" in refused.stdout
    world.first = apply(world.fleet, Wish())
    assert set(outcomes(world.first).values()) == {"ok"}, outcomes(world.first)
    assert world.lab.run("lab-kab", f"ls {journal}", check=False).returncode != 0
    assert {stage for _server, stage in outcomes(world.first)} == set(NAMES)


def test_again_nothing_changes(world: World) -> None:
    again = apply(world.fleet, Wish(full=True))
    assert again.outcome
    changed = {
        (one.server, one.stage): one.changed for one in again.outcome.results if one.changed or one.status != "ok"
    }
    assert changed == {}


def test_edited_files_are_named_and_repaired_by_just_their_stages(world: World) -> None:
    # A file that reaches the way in is edited on its own, in tests/bare/test_lockout.py.
    edited = {server: world.managed(server) for server in SERVERS}
    digests = {server: {stage: stamp["files"] for stage, stamp in world.stamps(server).items()} for server in SERVERS}
    for server, stages in edited.items():
        for paths in stages.values():
            for path in paths:
                world.lab.run(server, f"printf '%s' '{EDIT}' >>'{path}'")
    assessment = assess(world.fleet, Wish())
    for one in assessment.plan.servers:
        wanted = {stage for stage, paths in edited[one.server].items() if paths}
        named = {
            planned.stage: {path for reason in planned.reasons if reason.code == "file_changed" for path in reason.what}
            for planned in one.stages
        }
        assert {stage: named.get(stage, set()) for stage in wanted} == {
            stage: set(edited[one.server][stage]) for stage in wanted
        }
    previewed = preview(world.fleet, assessment, lambda _progress: None)
    told = {(one.server, one.stage) for one in previewed if one.changed}
    assert {one.status for one in previewed} == {"ok"}, previewed
    repaired = apply(world.fleet, Wish())
    assert set(outcomes(repaired).values()) == {"ok"}, outcomes(repaired)
    assert repaired.outcome
    assert told == {(one.server, one.stage) for one in repaired.outcome.results if one.changed}
    after = {server: {stage: stamp["files"] for stage, stamp in world.stamps(server).items()} for server in SERVERS}
    different = {
        (server, path)
        for server in SERVERS
        for stage, files in digests[server].items()
        for path, digest in files.items()  # type: ignore[attr-defined]
        if after[server][stage].get(path) != digest  # type: ignore[attr-defined]
    }
    # A certificate that was edited is signed anew, so it differs; all else is as it was, to the byte.
    renewed = {"/etc/backbone/tls/server.crt", "/var/lib/backbone/metrics/tls.prom"}
    assert {path for _server, path in different} <= renewed, different


def test_the_stages_own_controls_pass(world: World) -> None:
    for server in SERVERS:
        world.lab.run(server, "systemctl start backbone-sync.service", timeout=600)
    assert assess(world.fleet, Wish()).plan.empty
    red = {
        (finding.server, finding.control): finding.observed
        for finding in examine(world.fleet).findings
        if finding.status in ("fail", "error")
    }
    assert red == {}


def test_a_drill_holds_on_both(world: World, tmp_path: Path) -> None:
    words = ["drill", "-i", str(world.fleet.path), "--out", str(tmp_path)]
    done = subprocess.run(
        [sys.executable, "-m", "provision.cli.main", *words], capture_output=True, text=True, timeout=600
    )
    assert done.returncode == 0, done.stdout + done.stderr
    servers = json.loads((tmp_path / "drill.json").read_text())["servers"]
    assert {server["server"]: (server["ok"], server["identical"]) for server in servers} == dict.fromkeys(
        SERVERS, (True, True)
    )


def test_no_secret_is_left_in_what_the_runs_wrote(world: World, tmp_path: Path) -> None:
    from provision import paths
    from provision.inventory.vault import read_secrets

    values = [
        line
        for secret in read_secrets(world.fleet.path, "lab-kab").values()
        if isinstance(secret, str)
        for line in secret.splitlines()
        if len(line) > 20 and not line.startswith("-----")
    ]
    assert len(values) >= 3
    written = [file for file in (paths.state_dir() / "runs").rglob("*") if file.is_file()]
    assert written
    leaked = {str(file) for file in written for value in values if value in file.read_text(errors="replace")}
    assert leaked == set()
    for server in SERVERS:
        journal = world.lab.run(server, "journalctl --no-pager -o cat; cat /var/log/*.log 2>/dev/null", check=False)
        lines = [line for line in journal.stdout.splitlines() if any(value in line for value in values)]
        assert not [_masked(line, values) for line in lines], server


def _masked(line: str, values: list[str]) -> str:
    for value in values:
        line = line.replace(value, f"<{value[:3]}…>")
    return line[:300]
