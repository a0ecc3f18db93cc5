"""Every control, green on a recorded compliant server, turns red for its own fault, and no other control with it.

`data/lab-kab.snapshot.json` was saved from a provisioned lab host (`backbone audit --save`); keys in it are scrubbed.
"""

from __future__ import annotations

import json
import re
import subprocess
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from backbone_sync import dictionary
from backbone_sync.privacy import grant
from checks import commands
from checks.facts import read_listeners
from checks.params import Paper, Params, Peer, PortRule, Statement
from provision.audit import catalogue, judge
from provision.probe.snapshot import Answer, Snapshot, from_json

DATA = Path(__file__).parent / "data" / "lab-kab.snapshot.json"
SNAPSHOT = from_json(json.loads(DATA.read_text()))
AT = judge.moment(SNAPSHOT)
TODAY = AT.date()
LATER = TODAY + timedelta(days=300)
INTERNAL, VPN, ANYWHERE = ("10.83.5.0/24",), ("10.90.0.0/24",), ("0.0.0.0/0", "::/0")
FQDN = "lab-kab.backbone.test"
GATEWAY = commands.gateway(FQDN)
UNITS = commands.units()
REACH = commands.reach("lab-pusat.backbone.test", 443)
PEER_KEY = "cGVlciBvZiB0aGUgcmVjb3JkZWQgc25hcHNob3Qga2E="
ENTITIES = (
    "anggota_rombel",
    "peserta_didik",
    "ptk",
    "ptk_terdaftar",
    "registrasi_peserta_didik",
    "rombongan_belajar",
    "sekolah",
)
WORDS = dictionary.load()
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
    vpn_peers=(Peer("budi", PEER_KEY, LATER),),
    sync_entities=ENTITIES,
    sync_withheld=tuple((name, tuple(f.name for f in GRANT.withheld(WORDS[name]))) for name in ENTITIES),
    grant_digest=GRANT.digest,
    sync_url="https://lab-pusat.backbone.test/v1",
    notify=("webhook",),
    documents=(
        Paper("surat_permohonan", "1/2026", TODAY, LATER),
        Paper("nota_kesepakatan", "2/2026", TODAY, LATER),
    ),
    statements=tuple((f"PEOPLE-0{n}", Statement("Kepala Dinas", "certificate", LATER)) for n in range(1, 6)),
)
# What the recorded server warns of: a small disk, and a release that only LTS still mends.
WARNED = {"HW-06", "OS-02"}
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


def in_json(command: str, change: Callable[[Any], None]) -> Mutation:
    """The JSON in an answer is changed in place."""

    def apply(snapshot: Snapshot, params: Params) -> tuple[Snapshot, Params]:
        answer = snapshot.answers[command]
        value = json.loads(answer.stdout)
        change(value)
        changed = replace(answer, stdout=json.dumps(value))
        return replace(snapshot, answers={**snapshot.answers, command: changed}), params

    return apply


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


def setting(name: str, value: str) -> Mutation:
    return in_json(commands.POSTGRESQL, lambda told: told["settings"].update({name: value}))


def rule(*expressions: dict[str, Any]) -> Mutation:
    """One more rule in our input chain."""
    extra = {"family": "inet", "table": "backbone", "chain": "input", "expr": list(expressions)}
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


# What the stage firewall puts in the way of published ports, as nft lists it.
GUARD = json.loads((DATA.parent / "forward-guard.json").read_text())["nftables"]
GUARDED = in_json(commands.RULESET, lambda told: told["nftables"].extend(GUARD))


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


def backup(change: Callable[[dict[str, Any]], None]) -> Mutation:
    return in_json(commands.PGBACKREST, lambda told: change(told[0]))


MODEL = r"Intel\(R\) Xeon\(R\) CPU E5-2620 v4 @ 2\.10GHz"
ACCEPT: dict[str, Any] = {"accept": None}
EPOCH = AT.timestamp()
CERTIFICATE, PATCHES, SIGNATURES = commands.CERTIFICATE, commands.PATCHES, commands.SIGNATURES


def test_ports_of_containers_that_nobody_outside_reaches_are_no_fault() -> None:
    own = both(publishes(8080, daddr("127.0.0.1")), GUARDED)
    declared = both(GUARDED, publishes(443))
    for change in (own, declared):
        found = statuses(*change(SNAPSHOT, PARAMS))
        assert {found[one] for one in ("PORT-02", "PORT-03", "VPN-03")} == {"pass"}


def test_a_disk_that_fills_up_is_a_warning_and_an_old_drop_is_history() -> None:
    assert statuses(*disks("", 85)(SNAPSHOT, PARAMS))["BAK-05"] == "warning"
    assert statuses(*disks(1600000000, 31)(SNAPSHOT, PARAMS))["BAK-05"] == "pass"


def test_the_account_that_the_controller_logs_in_with_is_no_stranger() -> None:
    snapshot, params = pattern(commands.PEOPLE, r"^root\n", "root\nubuntu\n")(SNAPSHOT, PARAMS)
    assert statuses(snapshot, replace(params, login="ubuntu"))["OS-04"] == "pass"


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("ubuntu ALL=(ALL) NOPASSWD:ALL", ["ubuntu"]),
        ("%ops\tALL=(ALL:ALL) ALL", ["%ops"]),
        ("mallory ALL = ALL", ["mallory"]),
        ("zabbix ALL=(root) NOPASSWD: /usr/bin/du", []),
        ("Defaults:sri !authenticate ALL", []),
        ("User_Alias OPS = ALL", []),
        ("# ubuntu ALL=(ALL) ALL", []),
    ],
)
def test_whom_sudo_lets_do_everything(line: str, told: list[str]) -> None:
    [program] = re.findall(r"\| awk ('/\^\[.*?') \| sort", commands.PEOPLE)
    shell = ["/bin/sh", "-c", f"printf '%s\\n' \"$1\" | awk {program}", "sh", line]
    assert subprocess.run(shell, capture_output=True, text=True, check=True).stdout.split() == told


def test_a_64_bit_processor_that_the_sync_has_no_wheels_for_is_a_warning() -> None:
    snapshot, params = said(commands.MACHINE, "##architecture\nx86_64", "##architecture\naarch64")(SNAPSHOT, PARAMS)
    assert statuses(snapshot, params)["HW-02"] == "warning"
    supplied = judge.judge_server(snapshot, replace(params, sync_source="supplied"), catalogue.load(), only=("HW-02",))
    assert [one.status for one in supplied.findings] == ["pass"]


def test_addresses_of_the_machine_itself_are_told_from_those_of_the_network() -> None:
    line = 'tcp LISTEN 0 100 {address}:8080 *:* users:(("java",pid=9,fd=3))'
    own = ("127.0.0.1", "127.0.0.53%lo", "[::1]", "[::ffff:127.0.0.1]", "[::FFFF:127.0.0.1]%lo")
    others = ("0.0.0.0", "*", "[::]", "10.0.0.1", "[::ffff:10.0.0.1]", "[::ffff:0.0.0.0]", "[fd00::1]")
    for addresses, loopback in ((own, True), (others, False)):
        for address in addresses:
            [listener] = read_listeners(line.format(address=address))
            assert listener.loopback is loopback, address


REDS = [
    # hardware
    Red(
        "a desktop's processor", pattern(commands.MACHINE, MODEL, "Intel(R) Core(TM) i5-8400 CPU @ 2.80GHz"), ("HW-01",)
    ),
    Red("a masked processor", pattern(commands.MACHINE, MODEL, "QEMU Virtual CPU @ 2.10GHz"), (), ("HW-01",)),
    Red("32 bits", said(commands.MACHINE, "##architecture\nx86_64", "##architecture\ni686"), ("HW-02",)),
    Red("a slow processor", said(commands.MACHINE, "@ 2.10GHz", "@ 1.50GHz"), ("HW-03",)),
    Red("a nameless clock", said(commands.MACHINE, " @ 2.10GHz", ""), (), ("HW-03",)),
    Red("4 GB of memory", pattern(commands.MACHINE, r"(?<=##memory\n)\d+", "4048000"), ("HW-04",)),
    Red("8 GB for a province", meant(level="provinsi"), ("HW-04",)),
    Red(
        "a full disk",
        pattern(commands.MACHINE, r"^(/\S*|overlay\S*|\S+)( +\d+ +\d+) +\d+( +\d+% /\S*)$", r"\1\2 9000000\3"),
        ("HW-05",),
    ),
    # system
    Red("a desktop system", said(commands.MACHINE, "\nID=debian", "\nID=linuxmint"), ("OS-01",), ("OS-02",)),
    Red("an unsupported release", pattern(commands.MACHINE, 'VERSION_ID="12"', 'VERSION_ID="11"'), ("OS-02",)),
    Red("no time source", said(commands.TIME, "Normal", "Not synchronised"), ("OS-03",)),
    Red("a clock that is wrong", pattern(commands.MACHINE, r"(?<=##clock\n)\d+", "1700000000"), ("OS-03",)),
    Red("an administrator missing", meant(admins=("backbone", "siti")), ("OS-04",)),
    Red("an administrator too many", pattern(commands.PEOPLE, r"^(backbone-admins:.*)$", r"\1,mallory"), ("OS-04",)),
    Red("a stranger in the group sudo", pattern(commands.PEOPLE, r"^(sudo:.*)$", r"\1,mallory"), ("OS-04",)),
    Red("the installer's account", pattern(commands.PEOPLE, r"^petugas\n##keys", "##keys"), ("OS-04",)),
    Red("a stranger in sudo's rules", pattern(commands.PEOPLE, r"^root\n", "root\nubuntu\n"), ("OS-04",)),
    Red(
        "a group in sudo's rules",
        pattern(commands.PEOPLE, r"^root\n(?s:(.*?))##group", r"root\n%ops\n\1##group\nops:x:900:mallory"),
        ("OS-04",),
    ),
    # database
    Red("PostgreSQL 13", in_json(commands.POSTGRESQL, lambda told: told.update(version=130010)), ("DB-01", "DB-02")),
    Red("PostgreSQL without TLS", setting("ssl", "off"), ("DB-03",)),
    Red("old TLS in PostgreSQL", setting("ssl_min_protocol_version", "TLSv1"), ("DB-03",)),
    Red("a plain host line", hba(type="host"), ("DB-03",)),
    Red("md5", setting("password_encryption", "md5"), ("DB-04",)),
    Red("trust", hba(method="trust"), ("DB-04",)),
    Red("an md5 password", role(password="weak"), ("DB-04",)),
    Red("an application as superuser", role(super=True), ("DB-05",)),
    Red("no checksums", setting("data_checksums", "off"), ("DB-06",)),
    Red("no pgaudit", setting("shared_preload_libraries", ""), ("DB-07",)),
    Red("row values in the log", setting("log_statement", "all"), ("DB-07",)),
    Red("a restart outstanding", in_json(commands.POSTGRESQL, lambda told: told["pending"].append("port")), ("DB-08",)),
    Red("a file not read", in_json(commands.POSTGRESQL, lambda told: told.update(stale=True)), ("DB-08",)),
    # vpn
    Red("no tunnel", answered(commands.WIREGUARD, "##link\n##peers\n##port\n##handshakes\n"), ("VPN-01", "VPN-04")),
    Red("a tunnel not started at boot", unit("wg-quick@wg-backbone.service", UnitFileState="disabled"), ("VPN-02",)),
    Red("SSH for everybody", rule(dport(22), ACCEPT), ("VPN-03", "PORT-03")),
    Red("a container's port that nobody declared", publishes(8080), ("PORT-02", "PORT-03")),
    Red(
        "the same as old iptables writes it",
        publishes(8080, target={"xt": {"type": "target", "name": "DNAT"}}),
        ("PORT-02", "PORT-03"),
    ),
    Red("a container's port behind the guard", both(GUARDED, publishes(8080)), ("PORT-02",)),
    Red("a database in a container", publishes(5432), ("PORT-03", "VPN-03")),
    Red(
        "a stranger in the tunnel",
        pattern(commands.WIREGUARD, r"^##peers$", "##peers\nc3RyYW5nZXI=\t10.90.0.9/32"),
        ("VPN-04",),
    ),
    Red("an expired access", meant(vpn_peers=(Peer("budi", PEER_KEY, TODAY - timedelta(days=1)),)), ("VPN-04",)),
    Red(
        "an access that is lacking", meant(vpn_peers=(*PARAMS.vpn_peers, Peer("siti", "c2l0aQ==", LATER))), ("VPN-04",)
    ),
    # antivirus
    Red("a stopped clamd", unit("clamav-daemon.service", **STOPPED), ("AV-01",), ("AV-04",)),
    Red("an antivirus that finds nothing", answered(commands.EICAR, "stream: OK\n"), ("AV-01",)),
    Red("a clamd that does not start at boot", unit("clamav-daemon.service", UnitFileState="disabled"), ("AV-01",)),
    Red("old signatures", pattern(SIGNATURES, r"^\d{10}\.\d+( \d+ \S+)$", rf"{EPOCH - 9 * 86400}\1"), ("AV-02",)),
    Red("no daily scan", unit("backbone-antivirus-scan.timer", **STOPPED), ("AV-03",)),
    Red("an infected file", said(SIGNATURES, "infected_files 0", "infected_files 1"), ("AV-03",)),
    Red("no on-access scan", unit("clamav-clamonacc.service", **STOPPED), ("AV-04",)),
    # ports
    Red("no firewall", in_json(commands.RULESET, drop_policy), ("PORT-01", "PORT-03", "VPN-03")),
    Red("no nftables", answered(commands.RULESET, "", 127), ("PORT-01", "PORT-03", "VPN-03")),
    Red("everything accepted", rule(ACCEPT), ("PORT-01", "PORT-03")),
    Red(
        "an extra listening port",
        listens('tcp LISTEN 0 5 0.0.0.0:8088 0.0.0.0:* users:(("python3",pid=9,fd=3))'),
        ("PORT-02",),
    ),
    Red("an extra listening port, IPv6", listens("tcp LISTEN 0 5 [::]:8088 [::]:*"), ("PORT-02",)),
    Red("an extra open port", rule(dport(8088), ACCEPT), ("PORT-03",)),
    Red("a declared port that is shut", meant(ports=(*PARAMS.ports, PortRule(8443, "tcp", INTERNAL))), ("PORT-03",)),
    Red("rules lost at boot", unit("backbone-firewall.service", UnitFileState="disabled"), ("PORT-04",)),
    # tls
    Red(
        "no HTTPS",
        answered(GATEWAY, "##served\n##protocol\n##old\n##https\n##http\n"),
        ("TLS-01", "TLS-05", "TLS-06", "TLS-07"),
    ),
    Red(
        "an expired certificate", pattern(CERTIFICATE, "notAfter=.*", "notAfter=Nov 20 00:00:00 2026 GMT"), ("TLS-02",)
    ),
    Red("a chain to nowhere", said(CERTIFICATE, "server.crt: OK", "error 20 at 0 depth lookup"), ("TLS-03",)),
    Red("another name", pattern(CERTIFICATE, "DNS:[^,]+", "DNS:other.example.id"), ("TLS-03",)),
    Red("a key that everybody reads", pattern(CERTIFICATE, r"^640 root", "644 root"), ("TLS-04",)),
    Red("another key", pattern(CERTIFICATE, r"(?<=##pair\n)[0-9a-f]{8}", "00000000"), ("TLS-04",)),
    Red("an old certificate in use", pattern(GATEWAY, r"Fingerprint=..", "Fingerprint=ZZ"), ("TLS-05",)),
    Red("TLS 1.0 accepted", said(GATEWAY, "##old", "##old\ntls1"), ("TLS-06",)),
    Red("no HSTS", pattern(GATEWAY, "(?i)strict-transport-security", "x-nothing"), ("TLS-07",)),
    Red("no redirect", pattern(GATEWAY, r"(?i)location: https:", "location: http:"), ("TLS-07",)),
    # patching
    Red("updates switched off", said(PATCHES, 'Unattended-Upgrade "1"', 'Unattended-Upgrade "0"'), ("PATCH-01",)),
    Red("no update timer", unit("apt-daily-upgrade.timer", **STOPPED), ("PATCH-01",)),
    Red(
        "updates that do not run",
        pattern(PATCHES, r"^\d+( \S+unattended-upgrades-stamp)$", rf"{int(EPOCH) - 9 * 86400}\1"),
        ("PATCH-02",),
    ),
    Red("no package lists", pattern(PATCHES, r"(?<=##lists\n)\d+", "0"), (), ("PATCH-03",)),
    Red("a restart long outstanding", said(PATCHES, "##reboot", f"##reboot\n{int(EPOCH) - 20 * 86400}"), ("PATCH-04",)),
    Red("no window", unit("backbone-reboot.timer", **STOPPED), ("PATCH-05",)),
    # backup
    Red(
        "an old backup",
        backup(lambda told: [one["timestamp"].update(stop=EPOCH - 27 * 3600) for one in told["backup"]]),
        ("BAK-01",),
    ),
    Red("a plain repository", backup(lambda told: [one.update(cipher="none") for one in told["repo"]]), ("BAK-02",)),
    Red(
        "a failing archive",
        in_json(commands.POSTGRESQL, lambda told: told["archiver"].update(last_failed=EPOCH + 9)),
        ("BAK-03",),
    ),
    Red("WAL that was dropped since the last backup", disks(int(EPOCH), 31), ("BAK-05",)),
    Red("a full disk of the repository", disks("", 96), ("BAK-05",)),
    Red("disks that cannot be asked", answered(commands.BACKUP_DISKS, "##dropped\n##disks\n"), (), ("BAK-05",)),
    Red("no backup timer", unit("backbone-backup-diff.timer", **STOPPED), ("BAK-04",)),
    # sync
    Red("no sync timer", unit("backbone-sync.timer", **STOPPED), ("SYNC-01",)),
    Red("a red run", in_json(commands.SYNC_STATUS, lambda told: told.update(green=False)), ("SYNC-02",)),
    Red(
        "a landing that nobody writes into",
        in_json(
            commands.SYNC_STATUS,
            lambda told: told.update(delivery={"kind": "landing", "stale": True, "fresh_at": "2026-01-01T00:00:00Z"}),
        ),
        ("SYNC-02",),
    ),
    Red(
        "counts that differ",
        in_json(commands.SYNC_STATUS, lambda told: told["entities"]["ptk"].update(balanced=False)),
        ("SYNC-03",),
    ),
    Red("data without a grant", meant(sync_entities=("sekolah",)), ("SYNC-04",)),
    Red(
        "a table that would take a NIK",
        in_json(commands.GUARDS, lambda told: told.update(peserta_didik=["no_kk"])),
        ("SYNC-04",),
    ),
    Red("another grant than the inventory's", meant(grant_digest="0" * 16), ("SYNC-04",)),
    Red(
        "a grant that has ended",
        in_json(commands.SYNC_GRANT, lambda told: told.update(expires=str(TODAY - timedelta(days=1)))),
        ("SYNC-04",),
    ),
    Red(
        "a grant that nobody can read",
        answered(commands.SYNC_GRANT, '{"error": {"kind": "config", "message": "version"}}', 2),
        ("SYNC-04",),
    ),
    Red("no way to the centre", answered(REACH, "", 1, "No route to host"), ("SYNC-05",)),
    # ssh
    Red("passwords", said(commands.SSHD, "passwordauthentication no", "passwordauthentication yes"), ("SSH-01",)),
    Red("root by password", pattern(commands.SSHD, "^permitrootlogin .*", "permitrootlogin yes"), ("SSH-02",)),
    Red("an old cipher", pattern(commands.SSHD, "^ciphers ", "ciphers aes128-cbc,"), ("SSH-03",)),
    Red("no sshd at boot", unit("ssh.service", UnitFileState="disabled"), ("SSH-04",)),
    # logging
    Red("a journal in memory", answered(commands.JOURNAL, "##files\n##storage\n"), ("LOG-01",)),
    Red("no exporter", unit("prometheus-node-exporter.service", **STOPPED), ("LOG-02",)),
    Red(
        "old metrics",
        pattern(commands.METRICS, r"^\d{10}\.\d+ backup\.prom", f"{EPOCH - 99 * 3600} backup.prom"),
        ("LOG-03",),
    ),
    Red("nobody to tell", meant(notify=()), ("LOG-04",)),
    Red("a mute failure", unit("backbone-backup-full.service", OnFailure=""), ("LOG-04",)),
    # people and papers
    *(Red(f"{name} not stated", statement_gone(name), (name,)) for name, _statement in PARAMS.statements),
    Red("no letter", meant(documents=PARAMS.documents[1:]), ("DOC-01",)),
    Red("no agreement", meant(documents=PARAMS.documents[:1]), ("DOC-02",)),
    Red(
        "an agreement that ended",
        meant(documents=(PARAMS.documents[0], Paper("nota_kesepakatan", "2", TODAY, TODAY - timedelta(days=1)))),
        ("DOC-02",),
    ),
]


def test_the_recorded_server_is_compliant() -> None:
    found = statuses()
    assert {name for name, status in found.items() if status in ("fail", "error")} == set()
    assert {name for name, status in found.items() if status == "warning"} <= WARNED


@pytest.mark.parametrize("red", REDS, ids=lambda red: red.what)
def test_a_fault_turns_exactly_its_controls_red(red: Red) -> None:
    found = statuses(*red.change(SNAPSHOT, PARAMS))
    assert {name for name, status in found.items() if status == "fail"} == set(red.fail)
    assert {name for name, status in found.items() if status == "error"} == set(red.error)


HUB = "aHVi" + "A" * 39 + "="


def test_a_routers_vpn_is_attested_and_never_taken_for_granted() -> None:
    router = replace(PARAMS, vpn="external", networks_vpn=("10.99.0.0/16",))
    assert statuses(params=router)["VPN-01"] == "error"
    word = ("VPN-01", Statement("Kepala Dinas", "router configuration of 3 March", LATER))
    assert statuses(params=replace(router, statements=(*router.statements, word)))["VPN-01"] == "attested"
    assert statuses(params=replace(router, networks_vpn=()))["VPN-01"] == "fail"


@pytest.mark.parametrize(("ago", "status"), [(60, "pass"), (7200, "fail"), (None, "fail")])
def test_a_hub_that_does_not_answer_is_no_tunnel(ago: int | None, status: str) -> None:
    at = 0 if ago is None else int(AT.timestamp()) - ago
    told = f"##link\n5: wg-backbone: <UP>\n##peers\n{HUB}\t10.8.0.0/24\n##port\n4711\n##handshakes\n{HUB}\t{at}\n"
    snapshot, _params = answered(commands.WIREGUARD, told)(SNAPSHOT, PARAMS)
    assert statuses(snapshot, replace(PARAMS, vpn="client", vpn_hub_key=HUB))["VPN-01"] == status
    assert statuses(snapshot, replace(PARAMS, vpn="client", vpn_hub_key="another"))["VPN-01"] == "fail"


@pytest.mark.parametrize(
    ("drill", "status"),
    [
        ({"ok": True, "started_at": "2026-11-20T01:00:00Z", "operator": "sri"}, "attested"),
        ({"ok": True, "started_at": "2026-11-20T01:00:00Z", "operator": ""}, "fail"),
        ({"ok": False, "started_at": "2026-11-20T01:00:00Z", "operator": "sri"}, "fail"),
        ({"ok": True, "started_at": "2025-11-20T01:00:00Z", "operator": "sri"}, "fail"),
        ({"ok": True, "started_at": "yesterday", "operator": "sri"}, "fail"),
        ({}, "fail"),
    ],
)
def test_a_drill_that_a_person_ran_and_that_held_shows_the_last_competence(drill: dict[str, Any], status: str) -> None:
    lines = json.dumps(drill, indent=2).splitlines()[1:-1]
    changed, _params = answered(commands.DRILL, "\n".join(lines))(SNAPSHOT, PARAMS)
    silent = replace(PARAMS, statements=())
    assert statuses(changed, silent)["PEOPLE-05"] == status
    assert statuses(changed, silent)["PEOPLE-04"] == "fail"


def test_every_control_that_can_fail_has_a_fault_here() -> None:
    shown = {name for red in REDS for name in (*red.fail, *red.error)}
    # Recommended only: these warn and never fail.
    assert set(catalogue.load().controls) - shown == {"HW-06", "LOG-05"}


def test_a_bare_machine_fails_and_never_crashes() -> None:
    """Everything answers as on a machine where nothing is installed: the controls say what is missing."""
    nothing = {command: Answer(127, "", "not found") for command in SNAPSHOT.answers}
    for keep in (commands.MACHINE, UNITS, commands.SOCKETS, commands.PACKAGES):
        nothing[keep] = SNAPSHOT.answers[keep]
    nothing[UNITS] = replace(nothing[UNITS], stdout="Id=x.service\nLoadState=not-found\n")
    found = statuses(replace(SNAPSHOT, answers=nothing))
    assert {name for name, status in found.items() if status == "pass"} <= {
        "HW-01",
        "HW-02",
        "HW-03",
        "HW-04",
        "HW-05",
        "OS-01",
        "PORT-02",
        "PATCH-04",
        "DOC-01",
        "DOC-02",
    }
    assert found["DB-01"] == found["AV-01"] == found["PORT-01"] == found["TLS-01"] == "fail"


def test_a_source_that_is_delivered_has_no_address_to_reach_and_a_fresh_one_is_green() -> None:
    fresh = {"kind": "landing", "stale": False, "fresh_at": "2026-11-21T00:00:00Z"}
    snapshot, params = in_json(commands.SYNC_STATUS, lambda told: told.update(delivery=fresh))(
        SNAPSHOT, replace(PARAMS, sync_kind="landing", sync_url="")
    )
    found = statuses(snapshot, params)
    assert (found["SYNC-02"], found["SYNC-05"]) == ("pass", "not_applicable")
