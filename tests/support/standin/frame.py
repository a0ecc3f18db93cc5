"""What the worlds of the stand-ins for Windows and for Linux share: an inventory, its run, where Ansible finds them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest

from provision import paths
from provision.converge.inputs import StageInputs
from provision.converge.plan import Plan, PlannedStage, ServerPlan
from provision.converge.progress import Result
from provision.converge.run import Setting, converge
from provision.onboard import authority

SUPPORT = Path(__file__).parents[1]


def authored(folder: Path) -> dict[str, Any]:
    """What an author writes for a server of any system; its authority lies beside the inventory."""
    key, certificate = authority.make_authority("33.74")
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "authority.pem").write_text(certificate)
    return {
        "ansible_host": "10.0.0.5",
        "backbone_region": "33.74",
        "backbone_level": "kabupaten_kota",
        "backbone_fqdn": "data.semarang.example",
        "backbone_networks_internal": ["10.0.0.0/16"],
        "backbone_admins": [{"name": "siti", "ssh_keys": ["ssh-ed25519 AAAAC3NzaC1lZDI1NTE5"], "full_name": "Siti"}],
        "backbone_sync_url": "https://pusat.example",
        "backbone_secret_sync_token": "rahasia-sync",
        "backbone_secret_backup_passphrase": "rahasia cadangan uji",
        "backbone_secret_tls_authority_key": key,
    }


def driven(planned: Mapping[str, Sequence[str]], setting: Setting) -> dict[str, dict[str, Result]]:
    """Run each server's stages as the product does, all in one run: {server: {stage: its result}}."""
    inputs = StageInputs({"x": "1"}, "d1")
    plan = Plan(
        tuple(
            ServerPlan(server, tuple(PlannedStage(stage, (), inputs) for stage in stages))
            for server, stages in planned.items()
        )
    )
    found: dict[str, dict[str, Result]] = {server: {} for server in planned}
    for one in converge(plan, setting, lambda _progress: None).results:
        found[one.server][one.stage] = one
    return found


def simulated(monkeypatch: pytest.MonkeyPatch, folder: Path, name: str) -> None:
    """Let Ansible find the connection of the stand-in `name` ("windows", "linux"), and that its servers' states."""
    monkeypatch.setenv("ANSIBLE_CONNECTION_PLUGINS", str(SUPPORT / name / "connection"))
    monkeypatch.setenv(f"BACKBONE_SIMULATED_{name.upper()}", str(folder / name))
    monkeypatch.setenv("PYTHONPATH", str(paths.roles_dir().parent))
    monkeypatch.setenv("BACKBONE_STATE", str(folder / "state"))
    monkeypatch.setenv("BACKBONE_CACHE", str(folder / "cache"))
