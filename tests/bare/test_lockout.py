"""Changes that may lock people out: the server undoes them by itself, says why, and can be provisioned again."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from provision import paths
from provision.converge import targets
from provision.converge.driver import Job, environment
from provision.lab.lab import Lab

HOSTS = ("lab-kab", "lab-prov")
ELSEWHERE = {"backbone_networks_internal": ["192.0.2.0/24"]}  # where the controller is not
TABLE = "nft --stateless --terse list table inet backbone"


class Site:
    """Runs single stages of site.yml on lab hosts, without the planner in between."""

    def __init__(self, lab: Lab, root: Path) -> None:
        self.lab = lab
        self.root = root

    def start(self, stage: str, hosts: Sequence[str] = HOSTS, **variables: Any) -> subprocess.Popen[str]:
        root = self.root / f"run{len(list(self.root.iterdir()))}"
        root.mkdir()
        second = targets.write(root / "second.yml", {}, {f"run_{stage}": hosts, "linux": hosts}, {})
        secret = targets.vault_password_file(self.lab.inventory)
        inventories = (self.lab.inventory, second)
        job = Job(paths.playbooks_dir() / "site.yml", inventories, root, paths.roles_dir(), 2, secret)
        for part in ("tmp", "collections"):
            (root / part).mkdir()
        (root / "tmp" / "ansible.cfg").touch()
        chosen = [option for one in inventories for option in ("-i", str(one))]
        return subprocess.Popen(
            [
                *(str(Path(sys.executable).parent / "ansible-playbook"), *chosen, str(job.playbook)),
                *("--tags", stage, "--extra-vars", json.dumps(variables)),
            ],
            env={**os.environ, **environment(job)},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )

    def run(self, stage: str, hosts: Sequence[str] = HOSTS, **variables: Any) -> tuple[int, str]:
        running = self.start(stage, hosts, **variables)
        out, _ = running.communicate(timeout=300)
        return running.returncode, out

    def asked(self, host: str, command: str) -> str:
        return self.lab.run(host, command, check=False, timeout=30).stdout.strip()

    def stamped(self, host: str, stage: str) -> bool:
        return self.asked(host, f"test -e /var/lib/backbone/stamps/{stage}.json && echo yes") == "yes"

    def seconds_armed(self, host: str, change: str) -> float:
        """From arming the rollback to its running."""
        told = self.asked(host, f"cd /var/lib/backbone/rollback/{change} && cat armed fired").split()
        armed, fired = (datetime.fromisoformat(one) for one in told)
        return (fired - armed).total_seconds()


@pytest.fixture(scope="module")
def site(lab: Lab, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    lab.up(HOSTS)
    yield Site(lab, tmp_path_factory.mktemp("lockout"))
    lab.down(HOSTS)


def test_a_first_rule_set_that_cuts_off_the_controller_undoes_itself_within_30_s(site: Site) -> None:
    status, out = site.run("firewall", **ELSEWHERE)
    assert status != 0
    assert out.count("did not prove itself and was undone by the server at") >= len(HOSTS)
    assert "Connection timed out" in out
    for host in HOSTS:
        assert site.seconds_armed(host, "firewall") <= 31  # both are whole seconds
        assert site.asked(host, "nft list tables") == ""
        assert site.asked(host, "ls /etc/nftables.d") == ""
        assert site.asked(host, "systemctl is-enabled backbone-firewall.service 2>/dev/null") in ("", "not-found")
        assert not site.stamped(host, "firewall")


def test_a_good_rule_set_stays_and_is_stamped(site: Site) -> None:
    status, out = site.run("firewall")
    assert status == 0, out
    for host in HOSTS:
        assert f"ip saddr {site.lab.networks.internal} tcp dport 22 accept" in site.asked(host, TABLE)
        assert site.asked(host, "systemctl list-timers 'backbone-rollback-*' --no-legend") == ""
        assert site.stamped(host, "firewall")
    status, out = site.run("firewall")
    assert status == 0, out
    assert out.count("changed=0") == len(HOSTS), out


def test_a_killed_change_is_undone_and_the_next_run_makes_it(site: Site) -> None:
    [host] = HOSTS[:1]
    before = site.asked(host, TABLE)
    extra = {"backbone_ports": [{"port": 8443, "proto": "tcp", "sources": "anywhere", "why": "panel"}]}
    # Frozen in the middle: the change is live, and nobody confirms it.
    running = site.start("firewall", [host], firewall_rollback_seconds=10, **extra)
    try:
        deadline = time.monotonic() + 60
        while "dport 8443" not in site.asked(host, TABLE):
            assert time.monotonic() < deadline, "the rule set was never loaded"
            time.sleep(0.1)
    finally:
        os.killpg(running.pid, 9)
        running.wait()
    assert "dport 8443" in site.asked(host, TABLE)
    time.sleep(12)
    assert site.asked(host, TABLE) == before
    assert "8443" not in site.asked(host, "cat /etc/nftables.d/backbone.nft")
    assert not site.stamped(host, "firewall")
    status, out = site.run("firewall", [host], **extra)
    assert status == 0, out
    assert "dport 8443" in site.asked(host, TABLE)


def test_ssh_settings_that_the_controller_cannot_speak_are_undone(site: Site) -> None:
    status, out = site.run("ssh")
    assert status == 0, out
    before = {host: site.asked(host, "sshd -T") for host in HOSTS}
    # The controller has pinned the servers' Ed25519 keys and takes no others.
    status, out = site.run("ssh", ssh_host_key_algorithms=["rsa-sha2-512"], ssh_rollback_seconds=15)
    assert status != 0
    assert out.count("The change of the SSH server's settings did not prove itself and was undone") >= len(HOSTS)
    for host in HOSTS:
        assert site.asked(host, "sshd -T") == before[host]
        assert "ssh-ed25519" in before[host]
        assert not site.stamped(host, "ssh")


def test_ssh_settings_that_another_file_overrides_are_refused_and_named(site: Site) -> None:
    [host] = HOSTS[1:]
    site.lab.run(host, "printf 'Match User root\\n  PasswordAuthentication yes\\n' >> /etc/ssh/sshd_config")
    status, out = site.run("ssh", [host])
    site.lab.run(host, "sed -i '/^Match User root/,$d' /etc/ssh/sshd_config")
    assert status != 0
    assert "For root sshd does not take: passwordauthentication no" in out
    status, out = site.run("ssh", [host])
    assert status == 0, out


def test_the_rule_set_is_there_after_a_reboot_and_a_flush(site: Site, tmp_path: Path) -> None:
    [host] = HOSTS[1:]
    status, out = site.run("firewall", [host])
    assert status == 0, out
    before = site.asked(host, TABLE)
    site.lab.run(host, "systemctl restart nftables.service; systemctl reload nftables.service")
    assert site.asked(host, TABLE) == before
    site.lab.run(host, "systemctl stop nftables.service")
    assert site.asked(host, TABLE) == before
    layer = paths.cache_dir() / "lab" / "layers" / f"lockout-{os.getpid()}"
    site.lab.freeze(host, layer)
    try:
        site.lab.up([host], layers={host: [layer]})
        assert site.asked(host, TABLE) == before
        site.lab.down([host])
    finally:
        subprocess.run(["rm", "-rf", str(layer)], check=True)
