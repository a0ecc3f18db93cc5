"""What must turn a control red does, and exactly that control; what must be reachable from outside is, and no more."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from xml.etree import ElementTree

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from ruamel.yaml import YAML

from provision.audit import catalogue
from provision.audit.run import examine
from provision.converge.apply import apply
from provision.inventory import load
from provision.inventory.vault import read_secret
from provision.lab.lab import Lab
from tests.support import below_minimum
from tests.support.below_minimum import Fault
from tests.support.lab_hosts import CLONE, SERVER, Provisioned


def test_the_provisioned_server_has_nothing_red_after_a_reboot(provisioned: Provisioned) -> None:
    findings = provisioned.findings()
    assert {control: status for control, status in findings.items() if status in ("fail", "error")} == {}


def test_plain_pytest_says_the_same(provisioned: Provisioned, tmp_path: Path) -> None:
    """Who prefers plain pytest and testinfra gets the same verdict for every control."""
    provisioned.run("systemctl stop backbone-sync.timer")  # so that not all of it is green
    try:
        found = provisioned.findings()
        (server,) = load(provisioned.inventory, SERVER).servers
        how = f"ssh_config={provisioned.lab.ssh_config}&ssh_identity_file={server.connection.key_file}&sudo=True"
        told = tmp_path / "told.xml"
        done = subprocess.run(
            [sys.executable, "-m", "pytest", "checks", "-q", "-p", "no:cacheprovider", "-p", "no:xdist",
             f"--hosts=ssh://{server.connection.user}@{SERVER}?{how}", f"--junit-xml={told}"],
            cwd=CLONE, env={**os.environ, "BACKBONE_INVENTORY": str(provisioned.inventory)},
            capture_output=True, text=True, timeout=600,
        )  # fmt: skip
    finally:
        provisioned.run("systemctl start backbone-sync.timer")
    assert done.returncode == 1, done.stdout[-3000:] + done.stderr[-2000:]
    cases = ElementTree.parse(told).iter("testcase")
    said = {
        str(case.get("name")).partition("[")[2].rpartition("-ssh")[0] or str(case.get("name")): next(
            (one.get("value") for one in case.iter("property") if one.get("name") == "status"), "?"
        )
        for case in cases
    }
    controls = {name: status for key, status in said.items() for name in found if name in key}
    assert controls == found
    assert controls["SYNC-01"] == "fail"


def stopped_clamd(server: Provisioned) -> Callable[[], None]:
    server.run("systemctl stop clamav-daemon.socket clamav-daemon.service")
    return lambda: server.run(
        "systemctl start clamav-daemon.service && systemctl start clamav-clamonacc.service;"
        "for i in $(seq 60); do clamdscan --ping 1 >/dev/null 2>&1 && break; sleep 1; done"
    )


def extra_listener(server: Provisioned) -> Callable[[], None]:
    server.run("systemd-run --unit=extra-listener python3 -m http.server 9999")
    server.run("for i in $(seq 50); do ss -ltn | grep -q :9999 && break; sleep 0.1; done; ss -ltn | grep -q :9999")
    return lambda: server.run("systemctl stop extra-listener")


def expired_certificate(server: Provisioned) -> Callable[[], None]:
    key = serialization.load_pem_private_key(
        read_secret(server.inventory, "lab-kab", "tls_authority_key").encode(), None
    )
    issuer = x509.load_pem_x509_certificate((server.inventory.parent / "authority.pem").read_bytes())
    present = x509.load_pem_x509_certificate(server.run("cat /etc/backbone/tls/server.crt").encode())
    now = datetime.now(UTC)
    builder = x509.CertificateBuilder().subject_name(present.subject).issuer_name(issuer.subject)
    builder = builder.public_key(present.public_key()).serial_number(x509.random_serial_number())
    builder = builder.not_valid_before(now - timedelta(days=3)).not_valid_after(now - timedelta(days=1))
    for extension in present.extensions:
        builder = builder.add_extension(extension.value, extension.critical)
    expired = builder.sign(key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM).decode()  # type: ignore[arg-type]
    server.run("cp -p /etc/backbone/tls/server.crt /root/kept.crt; cat >/etc/backbone/tls/server.crt",
               given=expired + issuer.public_bytes(serialization.Encoding.PEM).decode())  # fmt: skip
    server.run("sleep 2; systemctl reload nginx postgresql@15-main")
    return lambda: server.run(
        "cp -p /root/kept.crt /etc/backbone/tls/server.crt; sleep 2; systemctl reload nginx postgresql@15-main"
    )


def database_without_tls(server: Provisioned) -> Callable[[], None]:
    server.run(
        "echo 'ssl = off' >/etc/postgresql/15/main/conf.d/zz-test.conf; systemctl reload postgresql@15-main; sleep 1"
    )
    return lambda: server.run(
        "rm /etc/postgresql/15/main/conf.d/zz-test.conf; systemctl reload postgresql@15-main; sleep 1"
    )


@contextmanager
def spoiled(spoil: Callable[[Provisioned], Callable[[], None]], server: Provisioned) -> Iterator[None]:
    repair = spoil(server)
    try:
        yield
    finally:
        repair()


def open_controls(server: Provisioned) -> dict[str, str]:
    """What fails and what cannot be measured now."""
    return {control: status for control, status in server.findings().items() if status in ("fail", "error")}


@pytest.mark.parametrize("faults", below_minimum.SERVERS.values(), ids=below_minimum.SERVERS)
def test_a_server_below_the_minimum_is_red_for_every_line_that_it_misses_and_for_no_other(
    provisioned: Provisioned, faults: tuple[Fault, ...]
) -> None:
    """Several faults that have nothing to do with each other at once: an audit tells each of them."""
    with ExitStack() as mended:
        for fault in faults:
            mended.enter_context(below_minimum.present(fault, provisioned))
        assert open_controls(provisioned) == below_minimum.expected(faults)


def test_what_was_wrong_is_no_more_and_the_server_is_green_again(provisioned: Provisioned) -> None:
    assert open_controls(provisioned) == {}


def test_every_line_of_the_minimum_specification_is_shown_to_fail_on_a_host() -> None:
    minimum = {name for name, control in catalogue.load().controls.items() if control.basis == "minimum"}
    shown = {name for faults in below_minimum.SERVERS.values() for fault in faults for name in fault.fail}
    here, too_small = {one.values[1] for one in SPOILED}, {"HW-04", "HW-05"}
    assert minimum - shown - here - set(PAPERS.values()) == too_small  # the two of tests/lab/test_too_small.py


SPOILED = [
    pytest.param(stopped_clamd, "AV-01", {"AV-04"}, id="clamd stopped"),
    pytest.param(extra_listener, "PORT-02", set(), id="extra listening port"),
    pytest.param(expired_certificate, "TLS-02", set(), id="expired certificate"),
    pytest.param(database_without_tls, "DB-03", set(), id="PostgreSQL without TLS"),
]


@pytest.mark.parametrize(("spoil", "control", "not_measured"), SPOILED)
def test_what_is_spoiled_turns_exactly_its_control_red(
    provisioned: Provisioned, spoil: Callable[[Provisioned], Callable[[], None]], control: str, not_measured: set[str]
) -> None:
    with spoiled(spoil, provisioned):
        findings = provisioned.findings()
    assert {name for name, status in findings.items() if status == "fail"} == {control}
    assert {name for name, status in findings.items() if status == "error"} == not_measured
    assert provisioned.red() == set()


PAPERS = {"surat_permohonan": "DOC-01", "nota_kesepakatan": "DOC-02"}


@pytest.mark.parametrize(("kind", "control"), PAPERS.items())
def test_a_missing_letter_turns_exactly_its_control_red(provisioned: Provisioned, kind: str, control: str) -> None:
    file: Path = provisioned.inventory.parent / "documents.yml"
    kept = file.read_text()
    yaml = YAML()
    try:
        yaml.dump([paper for paper in yaml.load(kept) if paper["kind"] != kind], file)
        assert provisioned.red() == {control}
    finally:
        file.write_text(kept)


def test_from_outside_nothing_but_the_declared_ports_answers(provisioned: Provisioned) -> None:
    outside = str(provisioned.lab.listing()[0]["addresses"]["outside"])
    scan = provisioned.lab.run("lab-luar", f"nmap -n -Pn -T4 -p 1-10000,51820 -oG - {outside}", timeout=300).stdout
    assert _open_ports(scan) == {"80", "443"}


def test_from_outside_it_is_the_same_over_ipv6(provisioned: Provisioned) -> None:
    command = "ip -6 -o address show dev out0 scope link"
    address = provisioned.run(command).split("inet6 ")[1].split("/")[0]
    scan = provisioned.lab.run(
        "lab-luar", f"nmap -6 -n -Pn -T4 -p 1-10000,51820 -oG - -e out0 {address}%out0", timeout=300
    ).stdout
    assert _open_ports(scan) == {"80", "443"}


def test_from_outside_no_udp_port_answers_that_is_not_declared(provisioned: Provisioned, lab: Lab) -> None:
    """A server's program that answers whoever asks; a port scan alone cannot tell a silent port from a closed one."""
    answer = (
        "import socket; s = socket.socket(socket.AF_INET6, socket.SOCK_DGRAM); s.bind(('::', 1900)); "
        "[s.sendto(b'here', s.recvfrom(9)[1]) for _ in iter(int, 1)]"
    )
    provisioned.run(f'systemd-run --unit=extra-udp python3 -c "{answer}"')
    ask = (
        "import socket, sys; s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM); s.settimeout(3); "
        "s.sendto(b'?', (sys.argv[1], 1900)); print(s.recv(9).decode())"
    )
    outside = str(lab.listing()[0]["addresses"]["outside"])
    try:
        provisioned.run("for i in $(seq 50); do ss -lun | grep -q :1900 && break; sleep 0.1; done")
        assert provisioned.run(f'python3 -c "{ask}" {outside}').strip() == "here"
        asked = lab.run("lab-luar", f'python3 -c "{ask}" {outside}', check=False)
        assert asked.returncode != 0
        assert "timed out" in asked.stderr
        assert provisioned.red() == {"PORT-02"}
    finally:
        provisioned.run("systemctl stop extra-udp")


def test_with_the_vpn_ssh_and_the_database_do_answer(provisioned: Provisioned, lab: Lab) -> None:
    public = lab.run("lab-luar", "umask 077; wg genkey >/root/budi; wg pubkey </root/budi").stdout.strip()
    later = (datetime.now(UTC) + timedelta(days=90)).strftime("%Y-%m-%d")
    peers = provisioned.inventory.parent / "host_vars" / "lab-kab" / "peers.yml"
    peers.parent.mkdir(parents=True, exist_ok=True)
    peer = {"name": "budi", "public_key": public, "address": "10.90.0.2", "expires": later}
    YAML().dump({"backbone_vpn_peers": [peer]}, peers)
    try:
        applied = apply(load(provisioned.inventory, "lab-kab"))
        assert applied.outcome
        # What the server is told of itself, for its own audit, names the people, too.
        assert {one.stage: one.status for one in applied.outcome.results} == {"vpn": "ok", "audit": "ok"}
        outside = str(provisioned.lab.listing()[0]["addresses"]["outside"])
        assert _reached(lab, outside) == {22: False, 5432: False}
        lab.run(
            "lab-luar",
            "umask 077; cat >/etc/wireguard/budi.conf; WG_I_PREFER_BUGGY_USERSPACE_TO_POLISHED_KMOD=1 wg-quick up budi",
            given="[Interface]\nAddress = 10.90.0.2/32\nPostUp = wg set %i private-key /root/budi\n[Peer]\n"
            f"PublicKey = {provisioned.run('cat /var/lib/backbone/vpn/public.key').strip()}\n"
            f"Endpoint = {outside}:51820\nAllowedIPs = 10.90.0.1/32\n",
        )
        assert _reached(lab, "10.90.0.1") == {22: True, 5432: True}
        # What answers is the database, and by TLS: its certificate is the server's own.
        shown = lab.run(
            "lab-luar", "openssl s_client -starttls postgres -connect 10.90.0.1:5432 </dev/null", check=False
        )
        assert "lab-kab" in shown.stdout, shown.stdout + shown.stderr
    finally:
        lab.run("lab-luar", "wg-quick down budi", check=False)
        peers.unlink()


def _open_ports(scan: str) -> set[str]:
    """The ports that nmap's greppable output calls open."""
    listed = [line.split("Ports:")[1] for line in scan.splitlines() if "Ports:" in line]
    return {part.split("/")[0].strip() for line in listed for part in line.split(",") if "/open/" in part}


def _reached(lab: Lab, address: str) -> dict[int, bool]:
    """Which of the private ports open a connection to the machine outside."""
    return {
        port: lab.run("lab-luar", f"nc -z -w 3 {address} {port}", check=False).returncode == 0 for port in (22, 5432)
    }


def test_an_unreachable_server_is_an_error_and_never_a_pass(provisioned: Provisioned, lab: Lab) -> None:
    lab.down(["lab-kab"])
    examined = examine(load(provisioned.inventory, "lab-kab"))
    measured = {
        finding.status
        for finding in examined.findings
        if finding.control.split("-")[0] not in ("DOC", "PEOPLE", "SITE")
    }
    assert measured == {"error"}
