"""A sound inventory to break, and a resolver that needs no Ansible."""

from __future__ import annotations

import base64
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

from provision.inventory import Fault, Fleet, InventoryInvalid, layout, load
from provision.inventory.resolve import Resolved

TODAY = date(2026, 11, 21)


def ssh_key(seed: int = 1) -> str:
    kind = b"ssh-ed25519"
    blob = len(kind).to_bytes(4, "big") + kind + (32).to_bytes(4, "big") + bytes([seed]) * 32
    return f"ssh-ed25519 {base64.b64encode(blob).decode()} someone@dinas"


def wireguard_key(seed: int = 1) -> str:
    return base64.b64encode(bytes([seed]) * 32).decode()


def sound() -> dict[str, Any]:
    """The variables of a sound server; a test changes what it is about."""
    return {
        "ansible_host": "10.33.74.10",
        "backbone_region": "33.74",
        "backbone_level": "kabupaten_kota",
        "backbone_fqdn": "data.semarang.example",
        "backbone_networks_internal": ["10.33.74.0/24"],
        "backbone_admins": [{"name": "sri", "ssh_keys": [ssh_key()]}],
        "backbone_sync_url": "https://backbone.pusat.example",
    }


def from_files(path: Path, _password: Path | None) -> Resolved:
    """What Ansible would answer for an inventory without templates and encrypted files."""
    read = layout.read(path)
    return Resolved({host: read.values(host) for host in read.hosts})


class Folder:
    """An inventory folder under test."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def text(self, name: str, text: str) -> Path:
        file = self.path / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")
        return file

    def yaml(self, name: str, content: Any) -> Path:
        file = self.path / name
        file.parent.mkdir(parents=True, exist_ok=True)
        with file.open("w", encoding="utf-8") as out:
            YAML(typ="safe", pure=True).dump(content, out)
        return file

    def hosts(self, *servers: dict[str, Any], **named: dict[str, Any]) -> Path:
        """Write hosts.yml with servers s1, s2, … and the named ones."""
        every = {f"s{index}": one for index, one in enumerate(servers, 1)} | named
        return self.yaml("hosts.yml", {"all": {"hosts": every}})

    def load(self, limit: str = "", **options: Any) -> Fleet:
        return load(self.path, limit, **{"today": TODAY, "resolver": from_files, **options})

    def faults(self, **options: Any) -> tuple[Fault, ...]:
        """The faults of the inventory; fails when there is none."""
        with pytest.raises(InventoryInvalid) as raised:
            self.load(**options)
        return raised.value.faults

    def fault(self, **options: Any) -> Fault:
        """The only fault of the inventory."""
        faults = self.faults(**options)
        assert len(faults) == 1, [fault.as_text() for fault in faults]
        return faults[0]


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Folder:
    monkeypatch.delenv("BACKBONE_VAULT_PASSWORD_FILE", raising=False)
    monkeypatch.chdir(tmp_path)
    return Folder(tmp_path)
