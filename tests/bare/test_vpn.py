"""Access from outside: a person with a tunnel reaches the server, one whose access expired or who has none does not."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from provision.converge.apply import Applied, apply
from provision.converge.plan import Wish
from provision.inventory import load
from provision.lab import region
from provision.lab.lab import Lab

KAB, OUTSIDER = "lab-kab", "lab-luar"
SERVER = "10.90.0.1"
USERSPACE = "WG_I_PREFER_BUGGY_USERSPACE_TO_POLISHED_KMOD=1"
PEOPLE = {"budi": "10.90.0.2", "siti": "10.90.0.3", "ani": "10.90.0.4"}


def day(offset: int) -> str:
    return (datetime.now(UTC) + timedelta(days=offset)).strftime("%Y-%m-%d")


class Office:
    """The server, its inventory, and the machine outside with a key for everybody."""

    def __init__(self, lab: Lab, folder: Path) -> None:
        self.lab, self.folder = lab, folder
        self.outside = str(
            {spec.name: lab.networks.addresses(spec) for spec in lab.up([KAB, OUTSIDER])}[KAB]["outside"]
        )
        self.keys = {
            name: lab.run(OUTSIDER, f"umask 077; wg genkey >/root/{name}; wg pubkey </root/{name}").stdout.strip()
            for name in PEOPLE
        }

    def apply(self, **expires: str) -> Applied:
        """Let the named people in until their last day, and nobody else."""
        peers = [
            {"name": name, "public_key": self.keys[name], "address": PEOPLE[name], "expires": last}
            for name, last in expires.items()
        ]
        inventory = region.write(self.lab, self.folder, key_file=self.lab.folder / "ssh" / "id_ed25519", peers=peers)
        applied = apply(load(inventory, KAB), Wish(("vpn",)))
        assert applied.outcome
        assert {one.stage: one.status for one in applied.outcome.results}.get("vpn") == "ok", applied.outcome.results
        return applied

    def dial(self, name: str) -> None:
        """Bring up one person's tunnel, on the machine outside."""
        public = self.lab.run(KAB, "cat /var/lib/backbone/vpn/public.key").stdout.strip()
        self.lab.run(
            OUTSIDER,
            f"umask 077; cat >/etc/wireguard/{name}.conf; {USERSPACE} wg-quick up {name}",
            given=f"[Interface]\nAddress = {PEOPLE[name]}/32\nPostUp = wg set %i private-key /root/{name}\n"
            f"[Peer]\nPublicKey = {public}\nEndpoint = {self.outside}:51820\nAllowedIPs = {SERVER}/32\n",
        )

    def hang_up(self, name: str) -> None:
        self.lab.run(OUTSIDER, f"wg-quick down {name}")

    def reaches(self, address: str, port: int = 22) -> bool:
        """Whether the machine outside can open a connection."""
        return self.lab.run(OUTSIDER, f"nc -z -w 3 {address} {port}", check=False).returncode == 0

    def carried(self) -> tuple[dict[str, int], str]:
        """The bytes that each tunnel of the server has carried, and the process that carries them."""
        lines = self.lab.run(KAB, "wg show wg-backbone transfer").stdout.split("\n")
        told = {key: int(came) + int(went) for key, came, went in (line.split("\t") for line in lines if line)}
        return told, self.lab.run(KAB, "pidof wireguard-go || :").stdout

    def inside(self) -> set[str]:
        """The public keys that the running tunnel of the server lets in."""
        return set(self.lab.run(KAB, "wg show wg-backbone peers").stdout.split())


@pytest.fixture(scope="module")
def office(lab: Lab, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    made = Office(lab, tmp_path_factory.mktemp("office"))
    made.apply(budi=day(30), siti=day(0))
    yield made
    lab.down([KAB, OUTSIDER])


def test_ssh_from_outside_only_through_the_tunnel(office: Office) -> None:
    assert not office.reaches(office.outside)
    office.dial("budi")
    assert office.reaches(SERVER)
    office.hang_up("budi")
    assert not office.reaches(SERVER)


def test_a_new_peer_does_not_drop_the_tunnels_of_others(office: Office) -> None:
    office.dial("budi")
    assert office.reaches(SERVER)
    before, process = office.carried()
    office.apply(budi=day(30), siti=day(0), ani=day(30))
    after, still = office.carried()
    assert office.inside() == set(office.keys.values())
    # Handshakes are renewed every two minutes all the same; a tunnel that was made anew has carried nothing.
    assert still == process
    assert before[office.keys["budi"]] > 0
    assert all(after[key] >= bytes_carried for key, bytes_carried in before.items())
    assert office.reaches(SERVER)
    office.hang_up("budi")


def test_an_access_ends_on_the_server_without_anybody_applying(office: Office) -> None:
    office.dial("siti")
    assert office.reaches(SERVER), "the last day counts"
    peers = json.loads(office.lab.run(KAB, "cat /etc/backbone/vpn/peers.json").stdout)
    for peer in peers["peers"]:
        peer["expires"] = day(-1) if peer["name"] == "siti" else peer["expires"]
    office.lab.run(KAB, "cat >/etc/backbone/vpn/peers.json", given=json.dumps(peers))
    assert office.lab.run(KAB, "systemctl is-active backbone-vpn-expire.timer").stdout.strip() == "active"
    office.lab.run(KAB, "systemctl start backbone-vpn-expire.service")
    assert office.inside() == {office.keys["budi"], office.keys["ani"]}
    assert not office.reaches(SERVER)
    office.hang_up("siti")
    office.lab.run(KAB, "systemctl restart wg-quick@wg-backbone")
    assert office.keys["siti"] not in office.inside(), "nor does a restart let the person in again"


def test_the_private_key_stays_on_the_server_and_survives_reload_and_restart(office: Office) -> None:
    public = office.lab.run(KAB, "cat /var/lib/backbone/vpn/public.key").stdout
    for verb in ("reload", "restart"):
        office.lab.run(KAB, f"systemctl {verb} wg-quick@wg-backbone")
        assert office.lab.run(KAB, "wg show wg-backbone public-key").stdout == public
        assert office.inside() == {office.keys["budi"], office.keys["ani"]}
    assert office.lab.run(KAB, "stat -c %a /etc/wireguard/wg-backbone.key").stdout.strip() == "600"
    private = office.lab.run(KAB, "cat /etc/wireguard/wg-backbone.key").stdout.strip()
    written = [file for file in office.folder.rglob("*") if file.is_file()]
    assert not any(private in file.read_text(errors="replace") for file in written)


def test_what_somebody_changed_by_hand_is_brought_back(office: Office) -> None:
    stranger = office.lab.run(OUTSIDER, "wg genkey | wg pubkey").stdout.strip()
    office.lab.run(KAB, f"wg set wg-backbone peer {stranger} allowed-ips 10.90.0.66/32")
    assert stranger in office.inside()
    office.apply(budi=day(30), siti=day(0), ani=day(30))
    assert office.inside() == set(office.keys.values())
