"""A recorded compliant server, and what can be wrong with one: small changes of its answers or of the inventory.

`lab-kab.snapshot.json` was saved from a provisioned lab host by `backbone audit --save`; `tests/support/scrub.py` took
its keys and the names of the machine beneath it out.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from typing import Any

from backbone_sync import dictionary
from backbone_sync.privacy import grant
from backbone_sync.privacy.personal import personal
from checks import commands
from checks.params import Paper, Params, Peer, PortRule, Statement
from provision.audit import catalogue, judge
from provision.audit.params import KEPT_COLUMNS, shown_views
from provision.probe.snapshot import Answer, Snapshot, from_json

DATA = Path(__file__).parents[1] / "unit" / "checks" / "data" / "lab-kab.snapshot.json"
SNAPSHOT = from_json(json.loads(DATA.read_text()))
AT = judge.moment(SNAPSHOT)
TODAY = AT.date()
LATER = TODAY + timedelta(days=300)
INTERNAL, VPN, ANYWHERE = ("10.83.7.0/24",), ("10.90.0.0/24",), ("0.0.0.0/0", "::/0")
FQDN = "lab-kab.backbone.test"
GATEWAY = commands.gateway(FQDN)
UNITS = commands.units()
REACH = commands.reach("lab-pusat.backbone.test", 443)
PEER_KEY = "cGVlciBvZiB0aGUgcmVjb3JkZWQgc25hcHNob3Qga2E="
WORDS = dictionary.load()
ENTITIES = tuple(name for name in WORDS.names if not name.startswith("ref."))
GRANT = grant.make(WORDS)
PARAMS = Params(
    at=AT,
    server="lab-kab",
    fqdn=FQDN,
    admins=("backbone",),
    ports=(
        PortRule(22, "tcp", INTERNAL + VPN),
        PortRule(80, "tcp", ANYWHERE),
        PortRule(443, "tcp", ANYWHERE),
        PortRule(51820, "udp", ANYWHERE),
        PortRule(5432, "tcp", VPN),
    ),
    networks_internal=INTERNAL,
    networks_vpn=VPN,
    vpn_peers=(Peer("budi", PEER_KEY, LATER, "10.90.0.2"),),
    sync_entities=ENTITIES,
    sync_withheld=tuple((name, tuple(f.name for f in GRANT.withheld(WORDS[name]))) for name in ENTITIES),
    sync_columns=tuple((name, (*(f.name for f in WORDS[name].fields), *KEPT_COLUMNS)) for name in ENTITIES),
    sync_personal=tuple(
        (name, tuple(f.name for f in WORDS[name].fields if personal(WORDS[name], f))) for name in ENTITIES
    ),
    analyst_views=shown_views(GRANT.entities, WORDS),
    grant_digest=GRANT.digest,
    sync_url="https://lab-pusat.backbone.test/v1",
    notify=("webhook",),
    documents=(
        Paper("surat_permohonan", "1/2026", TODAY, LATER),
        Paper("nota_kesepakatan", "2/2026", TODAY, LATER),
    ),
    statements=tuple(
        (control, Statement("Kepala Dinas", "certificate", LATER))
        for control in (*(f"PEOPLE-0{n}" for n in range(1, 6)), *(f"SITE-0{n}" for n in range(1, 4)))
    ),
)
# What the recorded server warns of: a small disk, a release that only LTS still mends, no second repository, and
# entries that stay on the server.
WARNED = {"HW-06", "OS-02", "BAK-07", "LOG-07"}
Mutation = Callable[[Snapshot, Params], tuple[Snapshot, Params]]


def statuses(snapshot: Snapshot = SNAPSHOT, params: Params = PARAMS) -> dict[str, str]:
    found = judge.judge_server(snapshot, params, catalogue.load())
    assert found.missing == (), found.missing
    return {one.control: one.status for one in found.findings}


def said(command: str, old: str, new: str) -> Mutation:
    """The server answers `new` where it answered `old`."""

    def change(snapshot: Snapshot, params: Params) -> tuple[Snapshot, Params]:
        answer = snapshot.answers[command]
        assert old in answer.stdout, f"{old!r} is not in the answer"
        changed = replace(answer, stdout=answer.stdout.replace(old, new))
        return replace(snapshot, answers={**snapshot.answers, command: changed}), params

    return change


def answered(command: str, stdout: str, status: int = 0, stderr: str = "") -> Mutation:
    """The server gives another answer altogether."""
    return lambda snapshot, params: (
        replace(snapshot, answers={**snapshot.answers, command: Answer(status, stdout, stderr)}),
        params,
    )


def meant(**changes: Any) -> Mutation:
    """The inventory says something else."""
    return lambda snapshot, params: (snapshot, replace(params, **changes))


def in_json(command: str, change: Callable[[Any], None], line: int = 0) -> Mutation:
    """The JSON in a line of an answer is changed in place; an answer of one document over many lines is one line."""

    def apply(snapshot: Snapshot, params: Params) -> tuple[Snapshot, Params]:
        answer = snapshot.answers[command]
        lines = answer.stdout.splitlines() if command == commands.POSTGRESQL else [answer.stdout]
        value = json.loads(lines[line])
        change(value)
        lines[line] = json.dumps(value)
        changed = replace(answer, stdout="\n".join(lines))
        return replace(snapshot, answers={**snapshot.answers, command: changed}), params

    return apply


def in_data(change: Callable[[Any], None]) -> Mutation:
    """The data's database tells something else."""
    return in_json(commands.POSTGRESQL, change, line=1)


def unit(name: str, **properties: str) -> Mutation:
    """systemctl tells other properties of one unit."""

    def change(snapshot: Snapshot, params: Params) -> tuple[Snapshot, Params]:
        answer = snapshot.answers[UNITS]
        blocks = answer.stdout.split("\n\n")
        hit = [number for number, block in enumerate(blocks) if f"Id={name}" in block.splitlines()]
        assert hit, f"{name} is not in the answer"
        lines = blocks[hit[0]].splitlines()
        for key, value in properties.items():
            lines = [f"{key}={value}" if line.startswith(f"{key}=") else line for line in lines]
        blocks[hit[0]] = "\n".join(lines)
        changed = replace(answer, stdout="\n\n".join(blocks))
        return replace(snapshot, answers={**snapshot.answers, UNITS: changed}), params

    return change


STOPPED = {"ActiveState": "inactive", "SubState": "dead"}


def ended_badly(name: str, result: str) -> Mutation:
    """A unit's last run failed: systemctl tells all of it among the failed ones, the bus its state once more."""
    whole = f"Result={result}\nId={name}\nNames={name}\nLoadState=loaded\nActiveState=failed\nSubState=failed\n\n"
    return both(unit(name, ActiveState="failed", SubState="failed"), pattern(UNITS, r"\A", whole))


def setting(name: str, value: str) -> Mutation:
    return in_json(commands.POSTGRESQL, lambda told: told["settings"].update({name: value}))


def rule(*expressions: dict[str, Any], saddr: tuple[str, ...] = ()) -> Mutation:
    """One more rule in our input chain, for everybody or from networks."""
    sources = [{"prefix": {"addr": one.split("/")[0], "len": int(one.split("/")[1])}} for one in saddr]
    left = {"payload": {"protocol": "ip", "field": "saddr"}}
    narrowed = [{"match": {"op": "==", "left": left, "right": {"set": sources}}}] if saddr else []
    extra = {"family": "inet", "table": "backbone", "chain": "input", "expr": [*narrowed, *expressions]}
    return in_json(commands.RULESET, lambda told: told["nftables"].append({"rule": extra}))


def dport(port: int) -> dict[str, Any]:
    return {"match": {"op": "==", "left": {"payload": {"protocol": "tcp", "field": "dport"}}, "right": port}}


def disks(dropped: float | str, percent: int) -> Mutation:
    """When WAL was dropped last, and how full the repository's disk is."""
    return answered(commands.BACKUP_DISKS, f"##dropped\n{dropped}\n##disks\n/dev/sdb1 100 9 9 {percent}% /srv/backup\n")


def role(**changes: Any) -> Mutation:
    return in_json(
        commands.POSTGRESQL,
        lambda told: next(one for one in told["roles"] if one["name"] != "postgres").update(changes),
    )


def drop_policy(told: Any) -> None:
    for one in told["nftables"]:
        if one.get("chain", {}).get("hook") == "input":
            one["chain"]["policy"] = "accept"


def publishes(port: int, *more: dict[str, Any], target: dict[str, Any] | None = None) -> Mutation:
    """One more rule as Docker makes it for a published port."""
    rewrite = target or {"dnat": {"addr": "172.17.0.2", "port": 80}}
    extra = {"family": "ip", "table": "nat", "chain": "DOCKER", "expr": [*more, dport(port), rewrite]}
    return in_json(commands.RULESET, lambda told: told["nftables"].append({"rule": extra}))


def both(*changes: Mutation) -> Mutation:
    """One change after the other."""

    def change(snapshot: Snapshot, params: Params) -> tuple[Snapshot, Params]:
        for one in changes:
            snapshot, params = one(snapshot, params)
        return snapshot, params

    return change


def daddr(address: str) -> dict[str, Any]:
    return {"match": {"op": "==", "left": {"payload": {"protocol": "ip", "field": "daddr"}}, "right": address}}


def _unguarded(told: Any) -> None:
    """Without what the stage firewall puts in the way of published ports."""
    told["nftables"] = [
        one for one in told["nftables"] if (one.get("rule") or {}).get("chain") not in ("forward", "published")
    ]


UNGUARDED = in_json(commands.RULESET, _unguarded)


def hba(**changes: Any) -> Mutation:
    entry = {"type": "hostssl", "database": ["all"], "user": ["all"], "address": "10.0.0.0", "method": "scram-sha-256"}
    return in_json(commands.POSTGRESQL, lambda told: told["hba"].append({**entry, "error": None, **changes}))


@dataclass(frozen=True)
class Red:
    """A fault, the controls that it turns red, and those that it makes impossible to judge."""

    what: str
    change: Mutation
    fail: tuple[str, ...]
    error: tuple[str, ...] = ()


def pattern(command: str, form: str, new: str) -> Mutation:
    """What matches a regular expression in the answer is replaced."""

    def change(snapshot: Snapshot, params: Params) -> tuple[Snapshot, Params]:
        answer = snapshot.answers[command]
        text, count = re.subn(form, new, answer.stdout, flags=re.M)
        assert count, f"{form!r} is not in the answer"
        return replace(snapshot, answers={**snapshot.answers, command: replace(answer, stdout=text)}), params

    return change


def listens(line: str) -> Mutation:
    """One more line of ss."""

    def change(snapshot: Snapshot, params: Params) -> tuple[Snapshot, Params]:
        answer = snapshot.answers[commands.SOCKETS]
        changed = replace(answer, stdout=answer.stdout + line + "\n")
        return replace(snapshot, answers={**snapshot.answers, commands.SOCKETS: changed}), params

    return change


def statement_gone(identity: str) -> Mutation:
    return meant(statements=tuple(one for one in PARAMS.statements if one[0] != identity))


def turns(red: Red) -> None:
    """A fault turns exactly its controls red."""
    found = statuses(*red.change(SNAPSHOT, PARAMS))
    assert {name for name, status in found.items() if status == "fail"} == set(red.fail)
    assert {name for name, status in found.items() if status == "error"} == set(red.error)


def backup(change: Callable[[dict[str, Any]], None]) -> Mutation:
    return in_json(commands.PGBACKREST, lambda told: change(told[0]))


MODEL = r"Intel\(R\) Xeon\(R\) CPU E5-2620 v4 @ 2\.10GHz"
ACCEPT: dict[str, Any] = {"accept": None}
EPOCH = AT.timestamp()
TLS_PORTS = commands.tls_ports(FQDN, (5432,))
CERTIFICATE, PATCHES, SIGNATURES = commands.CERTIFICATE, commands.PATCHES, commands.SIGNATURES
