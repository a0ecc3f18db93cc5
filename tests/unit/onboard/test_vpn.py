"""People's way in: the inventory stays as it was written, one person gets one address, keys stay where they belong."""

from __future__ import annotations

import base64
import configparser
import io
import json
import os
import stat
import subprocess
import sys
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pexpect
import pytest
import zxingcpp
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from PIL import Image

from provision import paths
from provision.cli.vpn import state
from provision.errors import BackboneError, UsageError
from provision.inventory import Fleet, InventoryInvalid, Server, layout, load
from provision.inventory.resolve import Resolved
from provision.inventory.settings import VpnPeer
from provision.onboard import vpn
from provision.probe.transport import Target

TODAY = date(2026, 11, 22)
SOON = date(2027, 2, 20)
HOSTS = """\
---
# Semarang's own; do not touch without asking Bu Sri.
all:
  hosts:
    data-semarang: {ansible_host: 10.33.74.10}   # in the cellar
  vars:
    backbone_region: "33.74"   # quoted: it is no number
    backbone_level: kabupaten_kota
    backbone_fqdn: data.semarang.example
    backbone_networks_internal: [10.33.74.0/24]
    backbone_patch_time: '01:00'
    backbone_admins:
      - name: sri
        ssh_keys:
          - "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIBHlZ0jQlQmr0Uk0i9mAGWkLWOZBGy5GZLcDoTMuPSea sri@dinas"
    backbone_sync_url: https://backbone.pusat.example
PEERS
    # Who is told when something fails:
    backbone_deadman_url: https://hc.example/x
"""
SRI = """\
    backbone_vpn_peers: # ask Bu Sri
      # her old laptop
      - name: sri-laptop
        public_key: 3FKtHCMhLQZ7LhCdNOGiHKQVyRWNLLsm5ojyNjLNFl8=   # made by herself
        address: 10.90.0.2
        expires: "2030-12-31"
"""


def from_files(path: Path, _password: Path | None) -> Resolved:
    read = layout.read(path)
    return Resolved({host: read.values(host) for host in read.hosts})


def read(folder: Path) -> Fleet:
    return load(folder, today=TODAY, resolver=from_files)


def inventory(folder: Path, peers: str) -> tuple[Fleet, Server]:
    (folder / "hosts.yml").write_text(HOSTS.replace("PEERS\n", peers))
    fleet = read(folder)
    return fleet, fleet.servers[0]


def add(folder: Path, name: str, **options: str) -> VpnPeer:
    fleet = read(folder)
    person = vpn.new_person(fleet.servers[0], name, SOON, **options)
    change, _note = vpn.adding(fleet, fleet.servers[0], person.peer)
    vpn.write([change], lambda: read(folder))
    return person.peer


def test_lines_are_added_and_taken_out_and_all_else_stays_byte_for_byte(tmp_path: Path) -> None:
    inventory(tmp_path, SRI)
    before = (tmp_path / "hosts.yml").read_text()
    peer = add(tmp_path, "pak-budi")
    after = (tmp_path / "hosts.yml").read_text()
    fresh = (
        f"      - name: pak-budi\n        public_key: {peer.public_key}\n"
        '        address: 10.90.0.3\n        expires: "2027-02-20"\n'
    )
    assert after == before.replace('"2030-12-31"\n', '"2030-12-31"\n' + fresh)
    fleet = read(tmp_path)
    vpn.write(vpn.removing(fleet, fleet.servers, "pak-budi"), lambda: read(tmp_path))
    assert (tmp_path / "hosts.yml").read_text() == before


def test_the_last_one_leaves_an_empty_list_and_the_next_one_fits_into_it(tmp_path: Path) -> None:
    fleet, _server = inventory(tmp_path, SRI)
    vpn.write(vpn.removing(fleet, fleet.servers, "sri-laptop"), lambda: read(tmp_path))
    text = (tmp_path / "hosts.yml").read_text()
    assert "backbone_vpn_peers: [] # ask Bu Sri\n" in text
    assert "# Who is told when something fails:" in text
    add(tmp_path, "pak-budi")
    assert [one.name for one in read(tmp_path).servers[0].settings.vpn_peers] == ["pak-budi"]
    for comment in ("# Semarang's own", "# in the cellar", "# quoted: it is no number", "# Who is told"):
        assert comment in (tmp_path / "hosts.yml").read_text()


def test_a_list_in_one_line_goes_through_a_round_trip(tmp_path: Path) -> None:
    one = (
        '{name: a, public_key: 3FKtHCMhLQZ7LhCdNOGiHKQVyRWNLLsm5ojyNjLNFl8=, address: 10.90.0.2, expires: "2030-12-31"}'
    )
    inventory(tmp_path, f"    backbone_vpn_peers: [{one}] # short\n")
    add(tmp_path, "b")
    text = (tmp_path / "hosts.yml").read_text()
    assert [one.name for one in read(tmp_path).servers[0].settings.vpn_peers] == ["a", "b"]
    for kept in ("# in the cellar", "# short", "'01:00'", '"33.74"', "---\n", '          - "ssh-ed25519'):
        assert kept in text


def test_without_a_list_the_server_gets_a_file_of_its_own(tmp_path: Path) -> None:
    fleet, server = inventory(tmp_path, "")
    before = (tmp_path / "hosts.yml").read_bytes()
    add(tmp_path, "sri")
    assert (tmp_path / "hosts.yml").read_bytes() == before
    assert (tmp_path / "host_vars/data-semarang/vpn.yml").is_file()
    (tmp_path / "host_vars/data-semarang/vpn.yml").unlink()
    (tmp_path / "host_vars/data-semarang").rmdir()
    (tmp_path / "host_vars/data-semarang.yml").write_text("# found by preflight\nbackbone_found: []")
    change, _note = vpn.adding(fleet, server, vpn.new_person(server, "budi", SOON).peer)
    vpn.write([change], lambda: read(tmp_path))
    assert change.file.name == "data-semarang.yml"
    assert change.file.read_text().startswith("# found by preflight\nbackbone_found: []\nbackbone_vpn_peers:\n")


def test_a_shared_list_lets_a_new_person_into_one_server_only(tmp_path: Path) -> None:
    text = HOSTS.replace("PEERS\n", SRI).replace(
        "    data-semarang: {",
        "    data-dua: {ansible_host: 10.33.74.11, backbone_fqdn: dua.semarang.example}\n    data-semarang: {",
    )
    (tmp_path / "hosts.yml").write_text(text)
    fleet = read(tmp_path)
    server = fleet.server("data-dua")
    change, note = vpn.adding(fleet, server, vpn.new_person(server, "budi", SOON).peer)
    assert "data-dua" in note
    vpn.write([change], lambda: read(tmp_path))
    now = read(tmp_path)
    assert [one.name for one in now.server("data-dua").settings.vpn_peers] == ["sri-laptop", "budi"]
    assert [one.name for one in now.server("data-semarang").settings.vpn_peers] == ["sri-laptop"]
    # Taken out everywhere at once, from both lists.
    vpn.write(vpn.removing(now, now.servers, "sri-laptop"), lambda: read(tmp_path))
    assert [peer.name for one in read(tmp_path).servers for peer in one.settings.vpn_peers] == ["budi"]


def test_a_shared_list_is_not_cut_for_one_server(tmp_path: Path) -> None:
    text = HOSTS.replace("PEERS\n", SRI).replace(
        "    data-semarang: {",
        "    data-dua: {ansible_host: 10.33.74.11, backbone_fqdn: dua.semarang.example}\n    data-semarang: {",
    )
    (tmp_path / "hosts.yml").write_text(text)
    fleet = read(tmp_path)
    with pytest.raises(UsageError, match="data-semarang"):
        vpn.removing(fleet, [fleet.server("data-dua")], "sri-laptop")


def test_an_inventory_that_would_not_be_sound_is_put_back(tmp_path: Path) -> None:
    fleet, server = inventory(tmp_path, SRI)
    before = (tmp_path / "hosts.yml").read_bytes()
    outside = VpnPeer(name="x", public_key=vpn.key_pair()[1], address="192.0.2.9", expires=SOON)
    change, _note = vpn.adding(fleet, server, outside)
    with pytest.raises(InventoryInvalid, match=r"192\.0\.2\.9"):
        vpn.write([change], lambda: read(tmp_path))
    assert (tmp_path / "hosts.yml").read_bytes() == before


def test_the_mode_of_the_file_stays(tmp_path: Path) -> None:
    inventory(tmp_path, SRI)
    (tmp_path / "hosts.yml").chmod(0o640)
    add(tmp_path, "budi")
    assert stat.S_IMODE((tmp_path / "hosts.yml").stat().st_mode) == 0o640


def test_one_name_one_person_one_key(tmp_path: Path) -> None:
    _fleet, server = inventory(tmp_path, SRI)
    with pytest.raises(UsageError, match="already, until 2030-12-31"):
        vpn.new_person(server, "Sri-Laptop", SOON)
    with pytest.raises(UsageError, match="ended on 2030-12-31"):
        vpn.new_person(server, "sri-laptop", SOON, today=date(2031, 1, 1))
    with pytest.raises(UsageError, match="sri-laptop's"):
        vpn.new_person(server, "budi", SOON, public_key=server.settings.vpn_peers[0].public_key)
    for name in ("Bu Sri", "", "../x", "a" * 65):
        with pytest.raises(UsageError, match="name"):
            vpn.new_person(server, name, SOON)
    with pytest.raises(UsageError, match="public key"):
        vpn.new_person(server, "budi", SOON, public_key="AAAA")


def test_addresses_are_given_from_the_lowest_until_the_network_is_full() -> None:
    assert vpn.next_address("10.90.0.0/24", []) == "10.90.0.2"
    assert vpn.next_address("10.90.0.0/24", ["10.90.0.2", "10.90.0.4"]) == "10.90.0.3"
    assert vpn.next_address("10.90.0.0/29", [f"10.90.0.{n}" for n in range(2, 6)]) == "10.90.0.6"
    with pytest.raises(UsageError, match="no free address"):
        vpn.next_address("10.90.0.0/29", [f"10.90.0.{n}" for n in range(2, 7)])
    assert vpn.next_address("10.90.0.0/30", []) == "10.90.0.2"
    assert vpn.next_address("fd00:90::/64", ["fd00:90::2"]) == "fd00:90::3"


def test_the_last_day_is_a_date_or_days_and_never_past() -> None:
    assert vpn.last_day("90d", TODAY) == SOON
    assert vpn.last_day("0", TODAY) == TODAY
    assert vpn.last_day("2026-11-22", TODAY) == TODAY
    for wrong in ("2026-11-21", "2027-02-30", "soon", "-5", "99999"):
        with pytest.raises(UsageError):
            vpn.last_day(wrong, TODAY)
    ends = [state(TODAY + timedelta(days=days), TODAY) for days in (-1, 0, 14, 15)]
    assert [getattr(one, "english", one) for one in ends] == ["ENDED", "ends soon", "ends soon", "open"]


def test_a_server_that_lets_nobody_in_itself_says_who_does(tmp_path: Path) -> None:
    (tmp_path / "hosts.yml").write_text(
        HOSTS.replace("PEERS\n", "    backbone_vpn: external\n    backbone_vpn_external_sources: [10.8.0.0/24]\n")
    )
    with pytest.raises(UsageError, match="router"):
        vpn.own_tunnel(read(tmp_path).servers[0])


def test_the_configuration_opens_the_server_and_nothing_else(tmp_path: Path) -> None:
    _fleet, server = inventory(tmp_path, SRI)
    person = vpn.new_person(server, "budi", SOON)
    assert person.private_key not in repr(person)
    _private, server_key = vpn.key_pair()
    text = vpn.configuration(server, person, server_key)
    parsed = configparser.ConfigParser()
    parsed.read_string(text)
    private = X25519PrivateKey.from_private_bytes(base64.b64decode(parsed["Interface"]["PrivateKey"]))
    assert base64.b64encode(private.public_key().public_bytes_raw()).decode() == person.peer.public_key
    assert dict(parsed["Peer"]) == {
        "publickey": server_key,
        "endpoint": "data.semarang.example:51820",
        "allowedips": "10.90.0.1/32",
        "persistentkeepalive": "25",
    }
    assert parsed["Interface"]["Address"] == "10.90.0.3/32"
    assert set(parsed["Interface"]) == {"privatekey", "address"}


def test_the_picture_says_what_the_file_says(tmp_path: Path) -> None:
    _fleet, server = inventory(tmp_path, SRI)
    text = vpn.configuration(server, vpn.new_person(server, "budi", SOON), vpn.key_pair()[1])
    picture = Image.open(io.BytesIO(vpn.png(text)))
    # Among the dots of some keys a reader of all kinds of codes sees another one.
    [seen] = zxingcpp.read_barcodes(picture, formats=zxingcpp.BarcodeFormat.QRCode)
    assert seen.text.splitlines() == [line for line in text.splitlines() if line and line[0] != "#"]


def test_files_are_the_owners_alone_and_never_overwritten(tmp_path: Path) -> None:
    old = os.umask(0)
    try:
        files = vpn.hand_over(tmp_path / "usb", tmp_path / "inv", "budi", {".conf": b"x", ".png": b"y"})
    finally:
        os.umask(old)
    assert {stat.S_IMODE(file.stat().st_mode) for file in files} == {0o600}
    with pytest.raises(UsageError, match="already"):
        vpn.hand_over(tmp_path / "usb", tmp_path / "inv", "budi", {".png": b"z"})
    assert (tmp_path / "usb/budi.png").read_bytes() == b"y"
    with pytest.raises(UsageError, match="inventory"):
        vpn.hand_over(tmp_path / "inv/deep", tmp_path / "inv", "budi", {".conf": b"x"})


def backbone(*words: str, cwd: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "provision.cli.main", "--lang", "en", "vpn", *words],
        capture_output=True,
        text=True,
        check=False,
        cwd=cwd,
        env=os.environ | {"PYTHONPATH": str(paths.inventories_dir().parent)},
        stdin=subprocess.DEVNULL,
    )


@pytest.mark.needs_ansible
def test_the_verb_from_first_to_last(tmp_path: Path) -> None:
    folder, usb = tmp_path / "semarang", tmp_path / "usb"
    folder.mkdir()
    inventory(folder, SRI)
    _private, server_key = vpn.key_pair()
    run = backbone("add", "budi", "-i", "semarang", "--server-key", server_key, "--out", "usb", "--json", cwd=tmp_path)
    assert run.returncode == 0, run.stderr
    told = json.loads(run.stdout)
    assert told["expires"] == (datetime.now(UTC).date() + timedelta(days=90)).isoformat()
    assert told["next"] == "backbone apply -i semarang --limit data-semarang --stage vpn"
    private = next(line for line in (usb / "budi.conf").read_text().splitlines() if line.startswith("PrivateKey"))
    secret = private.split(" = ")[1]
    written = "".join(file.read_text() for file in folder.rglob("*.yml"))
    assert secret not in run.stdout + run.stderr + written
    assert told["public_key"] in written
    again = backbone("add", "budi", "-i", "semarang", "--server-key", server_key, cwd=tmp_path)
    assert (again.returncode, "already" in again.stderr) == (2, True)
    # A file in the way: neither the inventory nor the file changes.
    (usb / "ani.png").write_bytes(b"mine")
    before = (folder / "hosts.yml").read_bytes()
    blocked = backbone("add", "ani", "-i", "semarang", "--server-key", server_key, "--out", "usb", cwd=tmp_path)
    assert (blocked.returncode, "ani.png is there already" in blocked.stderr) == (2, True)
    assert (folder / "hosts.yml").read_bytes() == before
    assert not (usb / "ani.conf").exists()
    listed = json.loads(backbone("list", "-i", "semarang", "--json", cwd=tmp_path).stdout)
    assert [(one["name"], one["address"], one["state"]) for one in listed] == [
        ("sri-laptop", "10.90.0.2", "open"),
        ("budi", "10.90.0.3", "open"),
    ]
    gone = backbone("remove", "budi", "-i", "semarang", cwd=tmp_path)
    assert gone.returncode == 0, gone.stderr
    assert "-      - name: budi" in gone.stdout
    assert "budi" not in (folder / "hosts.yml").read_text()
    assert backbone("remove", "budi", "-i", "semarang", cwd=tmp_path).returncode == 2


def test_the_servers_key_is_asked_for_and_its_absence_explained(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _fleet, server = inventory(tmp_path, SRI)
    asked = []
    answers = [(0, "3FKtHCMhLQZ7LhCdNOGiHKQVyRWNLLsm5ojyNjLNFl8=\n", ""), (1, "", "No such file")]

    def run(target: Target, script: str, _timeout: float) -> tuple[int, str, str]:
        asked.append((target.host, script))
        return answers.pop(0)

    monkeypatch.setattr("provision.probe.transport.run", run)
    assert vpn.server_key(server) == "3FKtHCMhLQZ7LhCdNOGiHKQVyRWNLLsm5ojyNjLNFl8="
    assert asked == [("10.33.74.10", "cat /var/lib/backbone/vpn/public.key")]
    with pytest.raises(BackboneError, match="the first apply makes it") as refused:
        vpn.server_key(server)
    assert "--stage vpn" in refused.value.repair


@pytest.mark.needs_ansible
def test_in_a_terminal_the_change_is_shown_and_a_no_leaves_everything_as_it_was(tmp_path: Path) -> None:
    folder = tmp_path / "semarang"
    folder.mkdir()
    inventory(folder, SRI)
    before = (folder / "hosts.yml").read_bytes()
    words = ["-m", "provision.cli.main", "vpn", "add", "budi", "-i", "semarang"]
    words += ["--server-key", vpn.key_pair()[1], "--expires", "2090-01-31"]
    environment = os.environ | {"PYTHONPATH": str(paths.inventories_dir().parent), "BACKBONE_LANG": "en"}
    for said, done in (("n", 130), ("y", 0)):
        child = pexpect.spawn(
            sys.executable,
            words,
            cwd=str(tmp_path),
            env=environment,
            encoding="utf-8",
            timeout=60,
            dimensions=(60, 160),
        )
        child.expect_exact("budi may enter data-semarang from 10.90.0.3 until 2090-01-31 (UTC).")
        child.expect_exact("+      - name: budi")
        child.expect_exact("Write this?")
        child.sendline(said)
        child.expect(pexpect.EOF)
        child.close()
        assert child.exitstatus == done
        if said == "n":
            assert (folder / "hosts.yml").read_bytes() == before
            assert [file.name for file in tmp_path.iterdir()] == ["semarang"]
            continue
        # The code on the screen is made of half blocks, and the next command is named.
        assert "▄" in str(child.before)
        assert "Next: backbone apply -i semarang --limit data-semarang --stage vpn" in str(child.before)
    assert sorted(file.name for file in tmp_path.iterdir()) == ["budi.conf", "budi.png", "semarang"]
