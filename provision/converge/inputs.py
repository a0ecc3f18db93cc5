"""What decides a stage's outcome on a server, as keyed digests: resolved by Ansible, then read from a cache.

The cache is keyed by everything that a resolution depends on: the inventory's files, the roles' and wiring's
content, and Ansible's version. So a plan with nothing new starts no Ansible at all.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import tempfile
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML

from provision import paths
from provision.converge import targets
from provision.converge.book import Book, tools_version
from provision.converge.driver import Event, Job, drive, first_failure
from provision.errors import BackboneError, UsageError
from provision.i18n import _

_TASK = "Digest the inputs of stages"
_FORMAT = 1
_MADE_BY_STAGES = ("signers/servers", "collector/clients")
_READ_BESIDE_AN_INVENTORY = (".pem", ".crt", ".cer", ".key", ".yml", ".yaml", ".ndjson")


@dataclass(frozen=True)
class StageInputs:
    """The inputs of one stage on one server: variable (or "(name)" for content) -> HMAC; the HMAC of all."""

    inputs: Mapping[str, str]
    digest: str


ServerInputs = Mapping[str, StageInputs]


def resolve(
    inventory: Path,
    servers: Sequence[str],
    book: Book,
    *,
    extra: Mapping[str, Mapping[str, str]] | None = None,
) -> dict[str, ServerInputs]:
    """Digests of the inputs of every stage of `book` for each of `servers`: {server: {stage: StageInputs}}.

    `extra` adds content of stages that is neither role nor variable ({"sync": {"release": id}}).
    Raises UsageError when a variable cannot be resolved.
    """
    content = {
        stage: {
            "role content": book.content(stage),
            "ansible": tools_version(),
            **(extra or {}).get(stage, {}),
        }
        for stage in book.names
    }
    key = _cache_key(inventory, book, content)
    cache = paths.cache_dir() / "inputs" / f"{key}.json"
    known, files = _read_cache(cache)
    missing = [server for server in servers if server not in known]
    if missing:
        answers, named = _ask_ansible(inventory, missing, book, content)
        known |= answers
        _write_cache(cache, known, files | named)
    return {
        server: {stage: StageInputs(told["inputs"], told["digest"]) for stage, told in known[server].items()}
        for server in servers
    }


def _cache_key(inventory: Path, book: Book, content: Mapping[str, Mapping[str, str]]) -> str:
    whole = hashlib.sha256(json.dumps([_FORMAT, content], sort_keys=True).encode())
    whole.update(book.fingerprint.encode())
    plugin = paths.playbooks_dir() / "action_plugins" / "backbone_resolve.py"
    whole.update(plugin.read_bytes())
    for file, digest in inventory_files(inventory):
        whole.update(f"{file}\0{digest}\n".encode())
    return whole.hexdigest()


def inventory_files(inventory: Path) -> list[tuple[str, str]]:
    """The files that an inventory's values come from, each with its digest, in a stable order.

    Variables, and what wiring may read beside the inventory: certificates and keys. Files that a value only names
    are noted as the values are resolved, and looked at again whenever the cache is read.
    """
    hosts = targets.inventory_file(inventory).resolve()
    found = {hosts}
    for folder, folders, names in os.walk(hosts.parent):
        # What servers have made of keys is put there by a stage, and read by none.
        within = Path(folder).relative_to(hosts.parent)
        folders[:] = [
            name for name in folders if not name.startswith(".") and str(within / name) not in _MADE_BY_STAGES
        ]
        variables = {"group_vars", "host_vars"} & set(Path(folder).relative_to(hosts.parent).parts)
        found |= {Path(folder, name) for name in names if variables or name.endswith(_READ_BESIDE_AN_INVENTORY)}
    return [(str(file), _digest(file) or "") for file in sorted(found)]


def _digest(file: Path) -> str | None:
    """SHA-256 (hex) of a file; None where there is none."""
    return hashlib.sha256(file.read_bytes()).hexdigest() if file.is_file() else None


def plays(book: Book, content: Mapping[str, Mapping[str, str]]) -> list[dict[str, Any]]:
    """The plays that resolve all stages: stages share a play as long as their files define no name twice."""
    groups: list[tuple[set[str], list[str]]] = []
    for stage in book.names:
        names = _defined(book.defaults(stage)) | _defined(book.wiring(stage))
        for taken, members in groups:
            if taken.isdisjoint(names):
                taken |= names
                members.append(stage)
                break
        else:
            groups.append((set(names), [stage]))
    return [
        {
            "name": "Inputs of stages",
            "hosts": "controller_resolve",
            "gather_facts": False,
            "vars_files": [str(file) for stage in members for file in (book.defaults(stage), book.wiring(stage))],
            "tasks": [
                {
                    "name": _TASK,
                    "backbone_resolve": {
                        "stages": {
                            stage: {"variables": list(book.variables(stage)), "content": dict(content[stage])}
                            for stage in members
                        }
                    },
                }
            ],
        }
        for _names, members in groups
    ]


def _defined(file: Path) -> set[str]:
    """The names that a vars file sets."""
    if not file.is_file():
        raise BackboneError(
            _("a stage's file is missing: {file}").format(file=file),
            repair=_("install Backbone Daerah again"),
        )
    loaded = YAML(typ="rt").load(file)
    return set(loaded or {})


def _ask_ansible(
    inventory: Path, servers: Iterable[str], book: Book, content: Mapping[str, Mapping[str, str]]
) -> tuple[dict[str, Any], dict[str, str | None]]:
    """Run the resolving plays; {server: {stage: {"inputs", "digest"}}}, and the files that values named."""
    wanted = list(servers)
    (paths.state_dir() / "runs").mkdir(mode=0o700, parents=True, exist_ok=True)
    folder = Path(tempfile.mkdtemp(prefix="resolve-", dir=paths.state_dir() / "runs"))
    answers: dict[str, Any] = {server: {} for server in wanted}
    named: dict[str, str | None] = {}
    refusals: list[str] = []

    def listen(event: Event) -> None:
        data = event.get("event_data") or {}
        if event.get("event") == "runner_on_ok" and data.get("task") == _TASK:
            answers[data["host"]] |= data["res"]["stages"]
            named.update(data["res"]["files"])
        elif event.get("event") == "runner_on_failed":
            refusals.append(f"{data.get('host')}: {(data.get('res') or {}).get('msg', '?')}")

    try:
        playbook = folder / "resolve.yml"
        playbook.write_text(json.dumps(plays(book, content)), encoding="utf-8")  # JSON is YAML
        second = targets.write(
            folder / "inventory.yml",
            hosts={server: {} for server in wanted},
            groups={"controller_resolve": wanted},
            everyone={place: f"place:{place}" for place in targets.PLACES},
        )
        ended = drive(
            Job(
                playbook=playbook,
                inventories=(targets.inventory_file(inventory).resolve(), second),
                folder=folder / "ansible",
                roles=book.roles,
                servers=len(wanted),
                vault_password_file=targets.vault_password_file(inventory),
            ),
            listen,
        )
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    if ended.interrupted:
        raise KeyboardInterrupt
    if refusals or ended.status:
        raise UsageError(
            _("the inventory's values cannot be resolved: {reasons}").format(
                reasons="; ".join(dict.fromkeys(refusals)) or first_failure(ended.words)
            ),
            repair=_("backbone validate -i {inventory}").format(inventory=inventory),
        )
    return answers, named


def _read_cache(file: Path) -> tuple[dict[str, Any], dict[str, str | None]]:
    """What is known of servers, and the files that it rests on; nothing when one of these has changed."""
    try:
        content = json.loads(file.read_text(encoding="utf-8"))
        servers, files = dict(content["servers"]), dict(content["files"])
    except (OSError, ValueError, KeyError, TypeError):
        return {}, {}
    if any(_digest(Path(name)) != digest for name, digest in files.items()):
        return {}, {}
    return servers, files


def _write_cache(file: Path, servers: Mapping[str, Any], files: Mapping[str, str | None]) -> None:
    file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    handle, temporary = tempfile.mkstemp(dir=file.parent)
    with os.fdopen(handle, "w", encoding="utf-8") as out:
        json.dump({"servers": servers, "files": files}, out)
    Path(temporary).replace(file)
