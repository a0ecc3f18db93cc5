"""What a region has already is used as it is: its own certificate, a hub elsewhere, its antivirus, supplied software.

On the demo's server, which had our own form of each: so what a change of mind leaves behind is seen, too.
"""

from __future__ import annotations

import json
import textwrap
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from ruamel.yaml import YAML

from provision.converge.apply import apply
from provision.inventory import load
from provision.inventory.vault import read_password, write_vault
from provision.onboard.authority import make_authority, sign_csr
from tests.support.lab_hosts import SERVER, Provisioned

NAME = f"{SERVER}.backbone.test"
HUB = "lab-luar"
IN_TUNNEL, HUB_IN_TUNNEL, TUNNEL = "10.77.0.2", "10.77.0.1", "10.77.0.0/24"
FROM_ROUTER, BY_ROUTER = "10.91.0.0/24", "10.91.0.5"
SUPPLIED = """
    [Service]
    ExecStart=/usr/bin/python3 -m http.server 8099
    WorkingDirectory=/srv/backbone
    DynamicUser=yes
    [Install]
    WantedBy=multi-user.target
    """


@dataclass(frozen=True)
class Region:
    """A provisioned server whose inventory says what the region has already."""

    server: Provisioned
    authority: str
    own_key: str

    def choose(self, settings: Mapping[str, Any]) -> dict[str, str]:
        """Add to the server's settings and apply; status by stage that ran."""
        YAML().dump(dict(settings), self.server.inventory.parent / "host_vars" / SERVER / "choice.yml")
        applied = apply(load(self.server.inventory, SERVER))
        assert applied.outcome, "nothing was to be done"
        return {one.stage: one.status + one.message for one in applied.outcome.results}

    def fingerprint(self) -> str:
        """Of the public key that the gateway shows."""
        command = f"openssl s_client -connect 127.0.0.1:443 -servername {NAME} </dev/null 2>/dev/null"
        return self.server.run(f"{command} | openssl x509 -noout -pubkey").strip()

    def opens(self, address: str, ports: Iterable[int], *, source: str = "", patience: int = 3) -> list[bool]:
        """Which ports the machine outside can open a connection to, from one of its addresses.

        `patience` in seconds: a tunnel's first packet waits for its handshake.
        """
        bound = f"-s {source}" if source else ""
        commands = (f"nc -z -w {patience} {bound} {address} {port}" for port in ports)
        return [self.server.lab.run(HUB, command, check=False).returncode == 0 for command in commands]


def public(key: ec.EllipticCurvePrivateKey) -> str:
    return (
        key.public_key()
        .public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
        .decode()
        .strip()
    )


@pytest.fixture(scope="module")
def region(provisioned: Provisioned) -> Iterator[Region]:
    folder = provisioned.inventory.parent
    mine = folder / "host_vars" / SERVER
    mine.mkdir(parents=True, exist_ok=True)
    authority_key, authority = make_authority("Authority of the region's own")
    key = ec.generate_private_key(ec.SECP256R1())
    request = x509.CertificateSigningRequestBuilder().subject_name(
        x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, NAME)])
    )
    request = request.sign(key, hashes.SHA256())  # type: ignore[assignment]
    asked = request.public_bytes(serialization.Encoding.PEM).decode()  # type: ignore[attr-defined]
    (folder / "own.pem").write_text(sign_csr(authority_key, authority, asked, 90, [NAME], []))
    (folder / "own-chain.pem").write_text(authority)
    kept = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    ).decode()
    write_vault(mine / "vault.yml", {"backbone_secret_tls_key": kept}, read_password(provisioned.inventory))
    yield Region(provisioned, authority, public(key))
    for file in (mine / "vault.yml", mine / "choice.yml", folder / "own.pem", folder / "own-chain.pem"):
        file.unlink(missing_ok=True)
    provisioned.lab.run(HUB, "wg-quick down hub", check=False)


def hub(region: Region) -> dict[str, Any]:
    """Make the machine outside a hub that lets the server in; what the inventory says of it."""
    lab = region.server.lab
    server_key = region.server.run("cat /var/lib/backbone/vpn/public.key").strip()
    made = lab.run(HUB, "umask 077; wg genkey >/root/hub; wg pubkey </root/hub").stdout.strip()
    lab.run(
        HUB,
        "umask 077; cat >/etc/wireguard/hub.conf; WG_I_PREFER_BUGGY_USERSPACE_TO_POLISHED_KMOD=1 wg-quick up hub",
        given=f"[Interface]\nAddress = {HUB_IN_TUNNEL}/24\nListenPort = 51821\n"
        "PostUp = wg set %i private-key /root/hub\n"
        f"[Peer]\nPublicKey = {server_key}\nAllowedIPs = {IN_TUNNEL}/32\n",
    )
    address = next(one["addresses"]["outside"] for one in lab.listing() if one["name"] == HUB)
    return {"endpoint": f"{address}:51821", "public_key": made, "networks": [TUNNEL], "address": IN_TUNNEL}


def outside(region: Region) -> str:
    return str(next(one["addresses"]["outside"] for one in region.server.lab.listing() if one["name"] == SERVER))


def test_what_the_region_has_is_used_as_it_is(region: Region) -> None:
    server = region.server
    before = region.fingerprint()
    server.run(
        "cat >/etc/systemd/system/sinkron-pusat.service; systemctl daemon-reload", given=textwrap.dedent(SUPPLIED)
    )
    ran = region.choose(
        {
            "backbone_tls": "supplied",
            "backbone_tls_certificate": "own.pem",
            "backbone_tls_chain": "own-chain.pem",
            "backbone_vpn": "client",
            "backbone_vpn_hub": hub(region),
            "backbone_antivirus": "existing",
            "backbone_antivirus_existing": {"unit": "clamav-daemon.service"},
            "backbone_sync_source": "supplied",
            "backbone_sync_supplied": {
                "unit": "sinkron-pusat.service",
                "health_command": "systemctl is-active sinkron-pusat.service",
                "ports": [8099],
            },
        }
    )
    assert set(ran.values()) == {"ok"}, ran
    assert {"tls", "vpn", "antivirus", "sync", "firewall"} <= set(ran)
    assert region.fingerprint() == region.own_key != before
    findings = server.findings()
    assert {name for name, status in findings.items() if status == "fail"} == set()
    # What cannot be seen of another's product has to be attested.
    assert {name for name, status in findings.items() if status == "error"} == {
        *("AV-02", "AV-03", "AV-04"),
        *("PRIV-01", "PRIV-02", "PRIV-03", "PRIV-04", "SYNC-03", "SYNC-06", "SYNC-07"),
    }


def test_a_second_apply_changes_nothing(region: Region) -> None:
    assert apply(load(region.server.inventory, SERVER)).outcome is None


def test_through_the_hub_ssh_and_the_database_answer_and_from_outside_neither(region: Region) -> None:
    assert region.opens(IN_TUNNEL, (22, 5432, 8099), patience=20) == [True, True, True]
    assert region.opens(outside(region), (22, 5432, 8099, 51820)) == [False] * 4


def test_the_bundled_service_pulls_no_more_and_the_other_turns_its_control_red(region: Region) -> None:
    timers = json.loads(region.server.run("systemctl list-timers --all -o json"))
    assert "backbone-sync.timer" not in {timer["unit"] for timer in timers}
    region.server.run("systemctl stop sinkron-pusat.service")
    try:
        assert region.server.red() == {"SYNC-01", "PORT-05"}
    finally:
        region.server.run("systemctl start sinkron-pusat.service")


def test_a_router_that_does_the_vpn_is_let_in_and_our_own_tunnel_is_gone(region: Region) -> None:
    ran = region.choose({"backbone_vpn": "external", "backbone_vpn_external_sources": [FROM_ROUTER]})
    assert set(ran.values()) == {"ok"}, ran
    lab, server = region.server.lab, region.server
    assert "wg-backbone" not in server.run("ip -o link")
    # The router: an address that its VPN hands out, and the way back to it.
    gateway = next(one["addresses"]["outside"] for one in lab.listing() if one["name"] == HUB)
    lab.run(HUB, f"ip address add {BY_ROUTER}/32 dev lo")
    server.run(f"ip route add {FROM_ROUTER} via {gateway}")
    assert region.opens(outside(region), (22, 5432), source=BY_ROUTER, patience=20) == [True, True]
    assert region.opens(outside(region), (22, 5432)) == [False, False]


def test_back_to_our_own_the_key_that_others_know_is_not_used_again(region: Region) -> None:
    ran = region.choose({})
    assert set(ran.values()) == {"ok"}, ran
    assert region.fingerprint() != region.own_key
    assert "backbone-sync.timer" in region.server.run("systemctl list-timers --no-legend")
    # What was supplied still listens, and nobody declares its port now; the bundled service has yet to tell its counts.
    assert "PORT-02" in region.server.red()
    region.server.run("systemctl stop sinkron-pusat.service; systemctl start backbone-sync.service")
    assert {name for name, status in region.server.findings().items() if status in ("fail", "error")} == set()


def test_an_antivirus_that_is_not_there_is_refused_by_name(region: Region, tmp_path: Path) -> None:
    ran = region.choose(
        {"backbone_antivirus": "existing", "backbone_antivirus_existing": {"unit": "tidak-ada.service"}}
    )
    assert "tidak-ada.service" in ran["antivirus"]
