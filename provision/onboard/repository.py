"""Second repositories as the controller sees them: their accounts, and preparing the machine that keeps them.

A machine that keeps second repositories is no server of a region. It runs the role `repository` and nothing else of
ours; it never learns a passphrase, only the secrets by which it tells clients apart.
"""

from __future__ import annotations

import hashlib
import ipaddress
import shutil
import tempfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from provision import paths
from provision.converge import targets
from provision.converge.driver import Event, Job, drive, first_failure
from provision.errors import BackboneError, UsageError
from provision.exits import Exit
from provision.i18n import _
from provision.inventory import Fleet, Server
from provision.inventory.settings import SecondRepository
from provision.inventory.vault import read_secret

SERVER_PREFIXES, KIT_PREFIXES = ("pgbackrest/", "state/"), ("kit/",)
GB = 1 << 30


@dataclass(frozen=True)
class Access:
    """How one client reaches its bucket: an S3 endpoint, and by which authority (PEM, "": the system's) it is known."""

    host: str
    port: int
    bucket: str
    region: str
    uri_style: str
    access_key: str
    secret: str = field(repr=False)
    authority: str = field(default="", repr=False)


@dataclass(frozen=True)
class Login:
    """How the machine itself is reached, to prepare it: SSH, as root or with sudo."""

    user: str = "root"
    port: int = 22
    key_file: str = ""
    common_args: str = ""


def server_secret(shared: str, server: str) -> str:
    """The secret of one server's access key on a prepared machine; the wiring of the stage backup says the same."""
    return hashlib.sha256(f"{shared}:{server.lower()}".encode()).hexdigest()


def kit_secret(passphrase: str) -> str:
    """The secret of the kit's access key, which the sheet's passphrase alone gives."""
    return hashlib.sha256(f"backbone kit access:{passphrase}".encode()).hexdigest()


def kit_access_key(bucket: str) -> str:
    """The kit's access key on a prepared machine."""
    return f"{bucket}-kit"


def place(server: Server) -> SecondRepository:
    """The server's second repository; UsageError where the inventory names none."""
    chosen = server.settings.backup_second
    if chosen is None:
        raise UsageError(
            _("{server} has no second repository").format(server=server.name),
            repair=_("name one in the inventory: backbone_backup_second: {{host: …}}").format(),
        )
    return chosen


def bucket_of(server: Server) -> str:
    """The bucket of a server."""
    return place(server).bucket or server.name.lower()


def authority_of(fleet: Fleet, server: Server) -> str:
    """The authority (PEM) that the server's second repository is known by; "": those that the system trusts."""
    named = server.settings.backup_second_ca
    if named is None and place(server).kind == "repository":
        named = server.settings.tls_authority
    return (fleet.directory / named).read_text(encoding="utf-8") if named else ""


def kit_access(fleet: Fleet, server: Server) -> Access:
    """How the controller reaches the place of its kit in the server's second repository."""
    chosen, bucket = place(server), bucket_of(server)
    if chosen.kind == "s3":
        key, secret = chosen.access_key or "", read_secret(fleet.path, server.name, "backup_second_key")
    else:
        key, secret = kit_access_key(bucket), kit_secret(read_secret(fleet.path, server.name, "kit_passphrase"))
    return Access(
        host=chosen.host,
        port=chosen.listens,
        bucket=bucket,
        region=chosen.region,
        uri_style=chosen.uri_style,
        access_key=key,
        secret=secret,
        authority=authority_of(fleet, server),
    )


def accounts(fleet: Fleet, servers: Sequence[Server]) -> dict[str, dict[str, Any]]:
    """The accounts that a prepared machine needs for these servers, by access key."""
    found: dict[str, dict[str, Any]] = {}
    for server in servers:
        chosen, bucket = place(server), bucket_of(server)
        shared = {"bucket": bucket, "quota_bytes": chosen.quota_gb * GB}
        secret = server_secret(read_secret(fleet.path, server.name, "backup_second_key"), server.name)
        found[chosen.access_key or server.name.lower()] = {
            **shared,
            "secret": secret,
            "prefixes": list(SERVER_PREFIXES),
        }
        found[kit_access_key(bucket)] = {
            **shared,
            "secret": kit_secret(read_secret(fleet.path, server.name, "kit_passphrase")),
            "prefixes": list(KIT_PREFIXES),
        }
    return found


def hosts(fleet: Fleet) -> dict[str, list[Server]]:
    """The machines to prepare, by address, each with the servers that it serves; UsageError where there is none."""
    found: dict[str, list[Server]] = {}
    for server in fleet.servers:
        chosen = server.settings.backup_second
        if chosen is not None and chosen.kind == "repository":
            found.setdefault(chosen.host, []).append(server)
    if not found:
        raise UsageError(
            _("no server of this inventory has a second repository to prepare"),
            repair=_("name a machine in another building: backbone_backup_second: {{host: …}}").format(),
        )
    return found


def variables(fleet: Fleet, host: str, servers: Sequence[Server]) -> dict[str, Any]:
    """The role's variables for one machine; they hold secrets."""
    first = servers[0]
    if len({place(server).listens for server in servers}) > 1:
        raise UsageError(_("{host} is named with several ports").format(host=host), repair=_("give it one port"))
    return {
        "repository_host": host,
        "repository_addresses": [host] if _is_address(host) else [],
        "repository_port": place(first).listens,
        "repository_keep_days": max(place(server).keep_days for server in servers),
        "repository_authority_certificate": authority_of(fleet, first),
        "repository_authority_key": read_secret(fleet.path, first.name, "tls_authority_key"),
        "repository_accounts": accounts(fleet, servers),
    }


def _is_address(text: str) -> bool:
    try:
        ipaddress.ip_address(text)
    except ValueError:
        return False
    return True


def prepare(
    fleet: Fleet,
    host: str,
    servers: Sequence[Server],
    login: Login,
    on_task: Callable[[str], None] = lambda _task: None,
) -> int:
    """Make a machine keep the second repositories of these servers; how many tasks changed something.

    `on_task` hears the name of each task as it begins. Running it again changes nothing. Raises BackboneError where the
    machine cannot be reached or refuses.
    """
    folder = Path(tempfile.mkdtemp(prefix="repository-", dir=_runs()))
    told: list[str] = []
    changed = 0

    def listen(event: Event) -> None:
        nonlocal changed
        kind, data = event.get("event"), event.get("event_data") or {}
        if kind == "playbook_on_task_start":
            on_task(str(data.get("task") or ""))
        elif kind == "runner_on_ok":
            changed += bool((data.get("res") or {}).get("changed"))
        elif kind in ("runner_on_failed", "runner_on_unreachable"):
            told.append(str((data.get("res") or {}).get("msg") or data.get("task") or ""))

    try:
        connection = {
            "ansible_host": host,
            "ansible_port": login.port,
            "ansible_user": login.user,
            **({"ansible_ssh_private_key_file": login.key_file} if login.key_file else {}),
            **({"ansible_ssh_common_args": login.common_args} if login.common_args else {}),
        }
        inventory = targets.write(
            folder / "hosts.yml",
            hosts={"repository-host": {**connection, **variables(fleet, host, servers)}},
            groups={"repository": ["repository-host"]},
            everyone={},
        )
        ended = drive(
            Job(
                playbook=paths.playbooks_dir() / "repository.yml",
                inventories=(inventory,),
                folder=folder / "ansible",
                roles=paths.roles_dir(),
                servers=1,
            ),
            listen,
        )
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    if ended.interrupted:
        raise KeyboardInterrupt
    if ended.status:
        raise BackboneError(
            _("{host} was not prepared: {reason}").format(
                host=host, reason=(told or [first_failure(ended.words)])[-1].strip()[:600]
            ),
            repair=_("check the account ({user}, with sudo) and its key, then run it again").format(user=login.user),
            exit_status=Exit.UNREACHED,
        )
    return changed


def _runs() -> Path:
    folder = paths.state_dir() / "runs"
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    return folder


def known(mapping: Mapping[str, Sequence[Server]]) -> str:
    """The machines and whom they serve, for a person."""
    return "; ".join(f"{host} ({', '.join(server.name for server in servers)})" for host, servers in mapping.items())
