"""First contact with a server that has only a password."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from provision.errors import BackboneError
from provision.lab.lab import Lab
from provision.onboard.enroll import Enrolled, enroll, host_key


@pytest.fixture(scope="module")
def address(lab: Lab) -> Iterator[str]:
    """A server that knows nobody but `petugas` and a password."""
    [spec] = lab.up(["lab-kab"], changed={"lab-kab": {"enrolled": False}})
    yield str(lab.networks.addresses(spec)["internal"])
    lab.down(["lab-kab"])


def _enroll(lab: Lab, address: str, folder: Path, *, confirmed: bool = True, password: str = "") -> Enrolled:
    return enroll(
        address,
        port=22,
        user="petugas",
        password=password or lab.password,
        administrator="backbone",
        key_file=folder / "keys" / "backbone_ed25519",
        known_hosts=folder / "known_hosts",
        confirm=lambda _key: confirmed,
    )


def test_nothing_is_changed_before_the_host_key_is_confirmed(lab: Lab, address: str, tmp_path: Path) -> None:
    with pytest.raises(BackboneError, match="not confirmed"):
        _enroll(lab, address, tmp_path, confirmed=False)
    assert not list(tmp_path.iterdir())
    assert lab.run("lab-kab", "id -u backbone", check=False).returncode != 0


def test_a_wrong_password_is_said_so_and_not_shown(lab: Lab, address: str, tmp_path: Path) -> None:
    with pytest.raises(BackboneError, match="petugas was not let in") as refused:
        _enroll(lab, address, tmp_path, password="not-the-password")
    assert "not-the-password" not in str(refused.value) + refused.value.repair


def test_enrolled_by_password_then_only_the_key_is_needed(lab: Lab, address: str, tmp_path: Path) -> None:
    for _again in range(2):
        done = _enroll(lab, address, tmp_path)
    assert done.fingerprint == host_key(address).fingerprint
    assert done.key_file.stat().st_mode & 0o777 == 0o600
    by_key = ["ssh", "-F", "none", "-i", str(done.key_file), "-o", f"UserKnownHostsFile={done.known_hosts}"]
    by_key += ["-o", "StrictHostKeyChecking=yes", "-o", "BatchMode=yes", f"backbone@{address}", "sudo -n id -un"]
    answer = subprocess.run(by_key, capture_output=True, text=True, timeout=30)
    assert answer.stdout.strip() == "root", answer.stderr
    keys = lab.run("lab-kab", "cat /home/backbone/.ssh/authorized_keys").stdout.splitlines()
    assert len(keys) == 1
    traces = lab.run("lab-kab", f"grep -rlF -e '{lab.password}' /var/log /root /home /etc /run/log", check=False)
    assert traces.stdout == ""


def test_a_changed_host_key_is_refused(lab: Lab, address: str, tmp_path: Path) -> None:
    other = lab.folder / "ssh" / "host_lab-prov.pub"
    (tmp_path / "known_hosts").write_text(f"{address} {' '.join(other.read_text().split()[:2])}\n")
    with pytest.raises(BackboneError, match="host key is not the one pinned"):
        _enroll(lab, address, tmp_path)
