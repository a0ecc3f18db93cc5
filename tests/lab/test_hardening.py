"""How hard a provisioned server is, by measures that are not ours: systemd-analyze, ssh-audit, testssl.sh.

The limits and their exceptions are those of docs/hardening.md; what is not there is not excused here.
"""

from __future__ import annotations

import json
import os
import random
import re
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import jinja2
import pytest

from provision.converge.apply import apply
from provision.converge.plan import Wish
from provision.inventory import load
from provision.lab.lab import Lab
from provision.onboard.authority import make_authority, sign_csr
from provision.paths import roles_dir
from tests.support.lab_hosts import CLONE, SERVER, Provisioned

OUTSIDER, RECEIVER, NAME = "lab-luar", "lab-prov", f"{SERVER}.backbone.test"
LONG_RUNNING, ONCE = 3.0, 3.0
# Oneshots that have to reach what a sandbox would keep from them, and daemons of the distribution: at most so much.
EXCUSED = {
    "backbone-audit.service": 9.3,
    "backbone-drill-monthly.service": 8.2,
    "backbone-shm.service": 9.6,
    "clamav-clamonacc.service": 5.8,
    "nginx.service": 3.3,
    "postgresql@15-main.service": 3.4,
    "chrony.service": 3.4,
}
IMPROVED = ("clamav-daemon.service", "clamav-freshclam.service", "prometheus-node-exporter.service")
# Units that run without end, and that this server has no use for as it stands.
ELSEWHERE = {"backup": "archive-second.service.j2", "repository": "repository.service.j2"}
# Older clients have no better, among them the library with which the controller asks; ssh-audit 3.3 has no objection.
CLASSICAL = {
    ("curve25519-sha256", "does not provide protection against post-quantum attacks"),
    ("curve25519-sha256@libssh.org", "does not provide protection against post-quantum attacks"),
}
# An authority of the region's own serves no lists of revoked certificates, and a name in no public zone has no CAA.
PRIVATE = {"cert_revocation", "DNS_CAArecord", "engine_problem"}
# What every upgrade within a connection gets, whatever its settings; and a check that wants another tool.
UPGRADED = {"overall_grade", "starttls_injection"}

# Opens many connections at once and tells how many stand before an unanswered one is tried again.
KNOCK = """
import errno, select, socket, sys, time
lines = [socket.socket() for _ in range(400)]
for line in lines:
    line.setblocking(False)
    line.connect_ex((sys.argv[1], int(sys.argv[2])))
until, open_lines = time.monotonic() + float(sys.argv[3]), set()
while (left := until - time.monotonic()) > 0 and len(open_lines) < len(lines):
    ready = select.select([], [one for one in lines if one not in open_lines], [], left)[1]
    open_lines |= {one for one in ready if one.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR) == 0}
print(len(open_lines))
"""

_EXPOSURE = re.compile(r"Overall exposure level for (\S+): ([\d.]+)")


def exposures(server: Provisioned, units: list[str], *words: str) -> dict[str, float]:
    """What systemd-analyze says of each unit, 0 (closed) to 10 (open)."""
    one = f"systemd-analyze security --no-pager {' '.join(words)}"
    told = server.run(" ; ".join(f"{one} {unit} | tail -1" for unit in units))
    found = {name: float(level) for name, level in _EXPOSURE.findall(told)}
    assert len(found) == len(units), told
    return found


def test_units_are_closed_to_what_they_do_not_need(provisioned: Provisioned) -> None:
    ours = provisioned.run("cd /etc/systemd/system && ls -d backbone-*.service").split()
    ours = [name.replace("@.", "@any.") for name in ours]
    assert len(ours) > 20
    levels = exposures(provisioned, [*ours, *(name for name in EXCUSED if name not in ours), *IMPROVED])
    kinds = provisioned.run(f"systemctl show --value -p Type {' '.join(ours)} | grep .").split()
    long_running = {name for name, kind in zip(ours, kinds, strict=True) if kind != "oneshot"}
    assert not long_running & set(EXCUSED)
    limits = {name: EXCUSED.get(name, LONG_RUNNING if name in long_running else ONCE) for name in levels}
    assert {name: level for name, level in levels.items() if level > limits[name]} == {}
    page = (CLONE / "docs" / "hardening.md").read_text()
    assert [name for name in EXCUSED if name.partition("@")[0].removesuffix(".service") not in page] == []


def test_units_of_other_servers_are_closed_too(provisioned: Provisioned) -> None:
    class Somewhere(jinja2.Undefined):
        __str__ = lambda _self: "/srv/x"  # noqa: E731

    files = []
    for role, template in ELSEWHERE.items():
        loader = jinja2.FileSystemLoader(roles_dir() / role / "templates")
        text = (
            jinja2.Environment(loader=loader, trim_blocks=True, undefined=Somewhere)
            .get_template(template)
            .render(__repository_user="nobody")
        )
        assert "NoNewPrivileges" in text
        files.append(f"/run/{template.removesuffix('.j2')}")
        provisioned.run(f"cat >{files[-1]}", given=text)
    assert max(exposures(provisioned, files, "--offline=yes").values()) <= LONG_RUNNING


def complaints(told: str) -> tuple[set[tuple[str, str]], set[tuple[str, str]]]:
    """The failures and the warnings of an ssh-audit, by algorithm."""
    audited: dict[str, Any] = json.loads(told)
    found: dict[str, set[tuple[str, str]]] = {"fail": set(), "warn": set()}
    for kind in ("kex", "key", "enc", "mac"):
        assert audited[kind], f"no {kind}"
        for one in audited[kind]:
            for level, seen in found.items():
                seen |= {(one["algorithm"], note) for note in one["notes"].get(level, [])}
    return found["fail"], found["warn"]


def test_ssh_audit_finds_nothing(provisioned: Provisioned) -> None:
    tool = [sys.executable, "-m", "ssh_audit.ssh_audit", "--json", "--skip-rate-test"]
    lab = provisioned.lab
    address = next(one["addresses"]["internal"] for one in lab.listing() if one["name"] == SERVER)
    done = subprocess.run([*tool, address], capture_output=True, text=True, timeout=60)
    failures, warnings = complaints(done.stdout)
    assert failures == set()
    assert warnings - CLASSICAL == set()
    # The same eye on a server that nobody has touched sees what is wrong there.
    bare, bare_warnings = complaints(lab.inside(OUTSIDER, *tool, "127.0.0.1").stdout)
    assert bare
    assert bare_warnings - CLASSICAL


class TLS:
    """testssl.sh on the machine outside, told of the region's own authority."""

    def __init__(self, server: Provisioned) -> None:
        self.server, self.lab = server, server.lab
        self.lab.run(OUTSIDER, "cat >/root/authority.pem", given=server.run("cat /etc/backbone/tls/authority.pem"))

    def ask(self, port: int, *words: str) -> dict[str, tuple[str, str]]:
        """Severity and finding by the name of each thing tested, as seen from the server's own loopback."""
        entered = self.lab.machine(OUTSIDER).enter()
        there = f"--net=/run/netns/{self.lab.machine(SERVER).unit}"
        told = "/root/told.json"
        asked = (
            f"testssl --quiet --color 0 --warnings off --ip 127.0.0.1 --add-ca /root/authority.pem {' '.join(words)}"
        )
        command = f"rm -f {told}; {asked} --jsonfile {told} {NAME}:{port} </dev/null >/root/told.txt 2>&1; cat {told}"
        done = subprocess.run(
            [*(there if word == "--net" else word for word in entered), "sh", "-c", command],
            capture_output=True,
            text=True,
            timeout=600,
        )
        return {one["id"]: (one["severity"], one["finding"]) for one in json.loads(done.stdout)}


@pytest.fixture(scope="module")
def tls(provisioned: Provisioned) -> TLS:
    return TLS(provisioned)


def bad(told: dict[str, tuple[str, str]], *excused: set[str]) -> dict[str, tuple[str, str]]:
    """What is neither good nor for information, nor excused."""
    names = set().union(PRIVATE, *excused)
    return {name: one for name, one in told.items() if one[0] not in ("OK", "INFO") and name not in names}


def test_only_current_tls_is_spoken(tls: TLS) -> None:
    seed = os.environ.get("BACKBONE_SEED") or str(random.randrange(10**6))
    print(f"BACKBONE_SEED={seed}")
    words = random.Random(seed).choice([(443, "--headers"), (5432, "--starttls", "postgres")])
    told = tls.ask(words[0], "--protocols", *map(str, words[1:]))
    assert {told[name][0] for name in ("SSLv2", "SSLv3", "TLS1_2", "TLS1_3")} == {"OK"}
    assert told["TLS1_1"][1] == "not offered"
    assert bad(told) == {}


@pytest.mark.slow
def test_testssl_gives_its_best_grade(tls: TLS) -> None:
    told = tls.ask(443)
    assert told["overall_grade"] == ("OK", "A+")
    assert bad(told) == {}


@pytest.mark.slow
def test_testssl_finds_nothing_in_postgresql(tls: TLS) -> None:
    told = tls.ask(5432, "--starttls", "postgres")
    assert told["cert_chain_of_trust"][1] == "passed."
    assert bad(told, UPGRADED) == {}


def test_nothing_that_was_closed_is_missed(provisioned: Provisioned, lab: Lab) -> None:
    """What the sandboxes might have broken, and no control of the audit would tell."""
    provisioned.run("systemctl start --no-block backbone-outstanding.service")  # it waits a while, then thinks
    metrics = provisioned.run("curl -sf http://127.0.0.1:9100/metrics")
    assert "node_filesystem_readonly" in metrics
    assert "backbone_sync" in metrics
    failing = set(re.findall(r'collector_success\{collector="(\w+)"\} 0', metrics))
    assert not failing & {"cpu", "diskstats", "filesystem", "loadavg", "meminfo", "netdev", "textfile", "time"}
    # The updater fetches, tries and installs signatures.
    provisioned.run("rm /var/lib/clamav/lab.ndb && systemctl restart clamav-freshclam")
    provisioned.run("for i in $(seq 30); do [ -s /var/lib/clamav/lab.ndb ] && exit 0; sleep 1; done; exit 1")
    # Each of our oneshots comes to its end inside its sandbox.
    for unit in ("backup-metrics", "backup-watch", "canary", "mark", "postgresql-tls", "gateway-reload",
                 "vpn-expire", "firewall"):  # fmt: skip
        provisioned.run(f"systemctl restart backbone-{unit}.service")
    provisioned.run(
        "systemctl start backbone-outstanding.service; systemctl is-failed backbone-outstanding && exit 1 || :"
    )
    assert lab.run(SERVER, "nft list table inet backbone").stdout.count("accept") > 5


def test_a_stranger_gets_so_many_connections_and_the_controller_all(provisioned: Provisioned) -> None:
    lab = provisioned.lab
    addresses = next(one["addresses"] for one in lab.listing() if one["name"] == SERVER)

    def stranger(seconds: float) -> int:
        told = lab.run(OUTSIDER, f"python3 - {addresses['outside']} 443 {seconds}", given=KNOCK)
        return int(told.stdout)

    assert 195 <= stranger(0.7) <= 250  # 200 at once, then 20 a second
    asked = [sys.executable, "-", str(addresses["internal"]), "443", "20"]
    ours = subprocess.run(asked, input=KNOCK, capture_output=True, text=True, check=True, timeout=60)
    assert int(ours.stdout) == 400
    # The stranger is not shut out for good, and what is being counted is no change of the rule set.
    lab.run(
        OUTSIDER, f"for i in 1 2 3 4 5 6; do nc -z -w 2 {addresses['outside']} 443 && exit 0; sleep 1; done; exit 1"
    )
    listed = "nft --stateless --terse --numeric list table inet backbone"
    provisioned.run(f"{listed} | cmp - /var/lib/backbone/firewall/proven.nft")
    assert str(lab.networks.outside[66]) in provisioned.run("nft list set inet backbone strangers_other4")
    # What a rollback would load can be loaded.
    provisioned.run(f"{listed} >/run/kept.nft && nft -c -f /run/kept.nft")


def test_postgresql_is_as_the_page_says(provisioned: Provisioned) -> None:
    def asked(query: str, database: str = "backbone") -> list[str]:
        return provisioned.run(f"runuser -u postgres -- psql -XAtq -d {database}", given=query).splitlines()

    settings = dict(line.split("|", 1) for line in asked("SELECT name, setting FROM pg_settings"))
    wanted = {
        "log_connections": "on", "log_disconnections": "on", "log_destination": "stderr,syslog", "log_timezone": "UTC",
        "log_statement": "none", "log_min_error_statement": "panic", "log_error_verbosity": "terse", "ssl": "on",
        "debug_print_plan": "off", "ssl_min_protocol_version": "TLSv1.2", "password_encryption": "scram-sha-256",
        "data_directory_mode": "0700", "data_checksums": "on", "archive_mode": "on",
        "superuser_reserved_connections": "3", "shared_preload_libraries": "pgaudit",
    }  # fmt: skip
    assert {name: settings[name] for name in wanted} == wanted
    mighty = "rolsuper OR rolcreaterole OR rolcreatedb OR rolreplication OR rolbypassrls"
    assert asked(f"SELECT rolname FROM pg_roles WHERE {mighty}") == ["postgres"]
    assert asked("SELECT extname FROM pg_extension ORDER BY 1") == ["pgaudit", "plpgsql"]
    rights = "SELECT privilege_type FROM pg_namespace, aclexplode(nspacl) WHERE nspname = 'public' AND grantee = 0"
    assert asked(rights) == []
    assert "CREATE" not in asked(rights, "postgres")
    assert asked(
        "SELECT count(*) FROM pg_hba_file_rules WHERE auth_method IN ('trust', 'password', 'md5', 'ident')"
    ) == ["0"]
    assert asked("SELECT count(*) FROM pg_hba_file_rules WHERE type = 'host' AND auth_method <> 'reject'") == ["0"]
    mask = provisioned.run("grep Umask /proc/$(head -1 /var/lib/postgresql/15/main/postmaster.pid)/status").split()[1]
    assert mask == "0077"
    modes = provisioned.run(
        "cd /etc/postgresql/15/main && stat -c %a pg_hba.conf pg_ident.conf conf.d/backbone.conf"
    ).split()
    assert modes == ["640", "640", "640"]
    provisioned.run("journalctl -q -t postgres -g 'connection authorized' -n 1 | grep -q postgres")


@dataclass(frozen=True)
class Receiver:
    """Another machine that takes the server's journal, with Debian's own receiver and a certificate of its own."""

    server: Provisioned
    address: str

    def choose(self, **settings: str) -> str:
        """Set it in the server's inventory and run the stage; how that ended."""
        beside = self.server.inventory.parent
        (beside / "host_vars" / SERVER).mkdir(parents=True, exist_ok=True)
        (beside / "host_vars" / SERVER / "logs.yml").write_text(json.dumps(settings))
        applied = apply(load(self.server.inventory, SERVER), Wish(("monitoring",)))
        assert applied.outcome
        return {one.stage: f"{one.status}{one.message}" for one in applied.outcome.results}["monitoring"]

    def has(self, word: str, seconds: float = 45) -> bool:
        """Whether an entry with this word arrives."""
        read = f"journalctl -q -D /var/log/journal/remote --since -10min -g {word} -n 1"
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            if word in self.server.lab.run(RECEIVER, read, check=False).stdout:
                return True
            time.sleep(1)
        return False


@pytest.fixture
def receiver(provisioned: Provisioned) -> Iterator[Receiver]:
    lab, beside = provisioned.lab, provisioned.inventory.parent
    lab.up([RECEIVER])
    address = next(str(one["addresses"]["internal"]) for one in lab.listing() if one["name"] == RECEIVER)
    key, authority = make_authority("receiver")
    install = "apt-get -qq update && apt-get -qq install -y --no-install-recommends systemd-journal-remote openssl >&2"
    request = (
        "umask 077; openssl req -new -nodes -newkey ec -pkeyopt ec_paramgen_curve:P-256 -subj /CN=r -keyout /etc/r.key"
    )
    asked = lab.run(RECEIVER, f"{install} && {request} 2>/dev/null").stdout
    certificate = sign_csr(key, authority, asked, 30, ["receiver.test"], [address])
    lab.run(RECEIVER, "cat >/etc/r.crt", given=certificate)
    lab.run(RECEIVER, "cat >/etc/r.trust", given=(beside / "authority.pem").read_text())
    settings = "ServerKeyFile=/etc/r.key\nServerCertificateFile=/etc/r.crt\nTrustedCertificateFile=/etc/r.trust"
    lab.run(
        RECEIVER,
        f"printf '[Remote]\n{settings}\n' >/etc/systemd/journal-remote.conf; "
        "chown systemd-journal-remote /etc/r.*; systemctl start systemd-journal-remote.socket",
    )
    (beside / "receiver.pem").write_text(authority)
    yield Receiver(provisioned, address)
    (beside / "receiver.pem").unlink()
    (beside / "host_vars" / SERVER / "logs.yml").unlink(missing_ok=True)
    lab.down([RECEIVER])


@pytest.mark.slow
def test_the_journal_goes_to_another_machine(provisioned: Provisioned, receiver: Receiver) -> None:
    told = {"backbone_logs_to": f"https://{receiver.address}:19532", "backbone_logs_ca": "receiver.pem"}
    assert receiver.choose(**told) == "ok"
    provisioned.run("logger word-one")
    assert receiver.has("word-one")
    assert provisioned.findings()["LOG-07"] == "pass"
    upload = "systemd-journal-upload.service"
    assert exposures(provisioned, [upload])[upload] <= LONG_RUNNING
    # The key is root's still, and in no folder of the sender's.
    assert provisioned.run("stat -c '%a %U' /etc/backbone/tls/server.key").split()[1] == "root"
    assert provisioned.run(f"find {' /'.join(['/var/lib/private', 'var/lib/systemd'])} -name '*.key'") == ""
    # The receiver is away: it is told, and nothing is lost.
    receiving = "systemd-journal-remote.socket systemd-journal-remote.service"
    provisioned.lab.run(RECEIVER, f"systemctl stop {receiving}")
    provisioned.run("logger word-two")
    provisioned.run(f"for i in $(seq 60); do systemctl is-active -q {upload} || exit 0; sleep 1; done; exit 1")
    assert "LOG-07" in provisioned.red()
    provisioned.lab.run(RECEIVER, "systemctl start systemd-journal-remote.socket")
    provisioned.run("logger word-three")
    assert receiver.has("word-two")
    assert receiver.has("word-three")
    # A machine that another authority vouches for gets nothing.
    assert receiver.choose(**told | {"backbone_logs_ca": "authority.pem"}) == "ok"
    provisioned.run("logger word-four")
    assert not receiver.has("word-four", 10)
    # Not wanted any more: what was there goes.
    assert receiver.choose() == "ok"
    assert provisioned.run(f"systemctl is-enabled {upload}", check=False).strip() != "enabled"
    assert provisioned.run("ls /etc/systemd/journal-upload.conf.d") == ""
    assert provisioned.findings()["LOG-07"] == "warning"
