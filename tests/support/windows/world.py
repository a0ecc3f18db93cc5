"""A Windows server of an inventory, its stand-in, and the product's own run of its stages against it."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.x509.oid import NameOID

from provision.converge.book import default_book
from provision.converge.progress import Result
from provision.converge.run import Setting
from provision.report import keys as report_keys
from provision.selfaudit import identity
from tests.support.standin.frame import authored, driven
from tests.support.windows.host import Host, fresh

SERVER = "win-kab"
MEDIA = {
    "exporter": "D:\\media\\windows_exporter.msi",
    "wireguard": "D:\\media\\wireguard.msi",
    "sqlserver": "D:\\media\\sqlserver",
    "python": "D:\\media\\python-3.13.9-amd64.exe",
}


class World:
    """One server's stand-in: its state, what was called on it, and the inventory's word on it."""

    def __init__(self, folder: Path, variables: Mapping[str, Any], server: str = SERVER) -> None:
        self.folder = folder
        self.server = server
        self.variables = dict(variables)
        self.file = folder / "windows" / f"{server}.json"
        self.file.parent.mkdir(parents=True, exist_ok=True)
        state = fresh()
        state["answers"]["tls/set-request.ps1"] = {"request": request(self.variables["backbone_fqdn"])}
        state["answers"]["audit/set-keys.ps1"] = keys(folder, server)
        state["media"] = [*MEDIA.values(), MEDIA["sqlserver"] + "\\setup.exe"]
        self.keep(state)

    def another(self, server: str, state: Mapping[str, Any] | None = None, **variables: Any) -> World:
        """A further server of the inventory: fresh, or as `state` has it; `variables` differ from this one's."""
        made = World(self.folder, {**self.variables, **variables}, server)
        if state is not None:
            made.keep({**state, "record": []})
        return made

    @property
    def state(self) -> dict[str, Any]:
        """The stand-in's state as it is now."""
        return Host(self.file).state

    def keep(self, state: Mapping[str, Any]) -> None:
        """Change the stand-in's state."""
        self.file.write_text(json.dumps(state))

    def calls(self) -> list[dict[str, Any]]:
        """What was called since this was last asked."""
        state = self.state
        found: list[dict[str, Any]] = state["record"]
        self.keep({**state, "record": []})
        return found


def run(planned: Mapping[World, Sequence[str]], *, check: bool = False) -> dict[str, dict[str, Result]]:
    """Run each server's stages as `backbone apply` does, all in one run: {server: {stage: its result}}."""
    folder = next(iter(planned)).folder
    inventory = folder / "inventory" / "hosts.yml"
    inventory.parent.mkdir(exist_ok=True)
    content = {"all": {"hosts": {one.server: one.variables for one in planned}}}
    inventory.write_text(json.dumps(content), encoding="utf-8")
    servers = frozenset(one.server for one in planned)
    brought = str(program(folder))
    places = {
        server: {"controller_audit_program_dir": brought, "controller_wheelhouse_dir": brought} for server in servers
    }
    setting = Setting(inventory, default_book(), places, windows=servers, check=check)
    return driven({one.server: stages for one, stages in planned.items()}, setting)


def variables(certificates: Path) -> dict[str, Any]:
    """A Windows server's inventory as an author writes it; its authority lies beside it."""
    return {
        **authored(certificates),
        "ansible_connection": "psrp",
        "ansible_user": "Administrator",
        "ansible_password": "rahasia",
        "backbone_database": "sqlserver",
        "backbone_windows_media": MEDIA,
        "backbone_notify_webhook": "https://hook.semarang.example/rahasia-hook",
        "backbone_stages_disabled": ["gateway"],
        "backbone_sync_store": {
            "server": "lpc:localhost",
            "database": "backbone",
            "login": "integrated",
            "certificate_name": "data.semarang.example",
        },
        "backbone_secret_sync_client_id": "semarang",
        "backbone_secret_windows_passwords": {"siti": "Awal-2026!"},
    }


def program(folder: Path) -> Path:
    """A folder as the controller puts its own programs together, with little in it."""
    place = folder / "program"
    if not place.is_dir():
        place.mkdir()
        (place / "release").write_text("1.0-abc\n")
        (place / "3.13.tar.gz").write_bytes(b"not much of a program")
        (place / "3.13.tar").write_bytes(b"no wheels to speak of")
    return place


def keys(folder: Path, server: str) -> dict[str, str]:
    """What `backbone-audit keys` says on a server: the public parts of two keys."""
    signer = report_keys.of_machine(server, _made(folder / "keys" / server))
    certificate = identity.client(folder / "keys" / server, server)
    return {"signer": signer.public_file.read_text(), "certificate": certificate.read_text()}


def _made(folder: Path) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def request(name: str) -> str:
    """What `certreq -new` writes: a request for an RSA key of 3072 bits (here 2048, which is quicker to make)."""
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    made = x509.CertificateSigningRequestBuilder().subject_name(subject).sign(key, hashes.SHA256())
    return made.public_bytes(serialization.Encoding.PEM).decode()
