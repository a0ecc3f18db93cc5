"""A machine that is in use: what is on it is asked about, and nothing of it is cut off by surprise."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pexpect
import pytest

from provision.lab import region
from provision.lab.lab import Lab

CLONE = Path(__file__).parents[2]
SERVER = "lab-kab"
SERVICE = "[Service]\nExecStart=/usr/bin/python3 -m http.server {port}\n[Install]\nWantedBy=multi-user.target\n"


class Office:
    """A server that already serves 8080 (needed) and 8081 (forgotten), and its new inventory."""

    def __init__(self, lab: Lab, folder: Path) -> None:
        self.lab = lab
        lab.down([SERVER])
        lab.up([SERVER], changed={SERVER: {}})
        for name, port in (("simda", 8080), ("lama", 8081)):
            lab.run(SERVER, f"cat >/etc/systemd/system/{name}.service", given=SERVICE.format(port=port))
            lab.run(SERVER, f"systemctl enable --quiet --now {name}.service")
        lab.run(SERVER, "for i in $(seq 50); do [ $(ss -ltn | grep -c :808) = 2 ] && exit; sleep 0.1; done; exit 1")
        self.inventory = region.write(lab, folder, key_file=lab.folder / "ssh" / "id_ed25519")

    def words(self, *words: str) -> list[str]:
        return ["-m", "provision.cli.main", "--lang", "en", *words, "-i", str(self.inventory), "--limit", SERVER]

    def verb(self, *words: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, *self.words(*words)], cwd=CLONE, capture_output=True, text=True, timeout=300
        )

    def state(self) -> str:
        return self.lab.run(SERVER, "dpkg -l | wc -l; ls /etc /var/lib | sha256sum; ss -Hltn | wc -l").stdout


@pytest.fixture(scope="module")
def office(lab: Lab, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    yield Office(lab, tmp_path_factory.mktemp("in-use"))
    lab.down([SERVER])


def test_what_is_there_is_listed_and_a_first_apply_refuses_to_start(office: Office) -> None:
    before = office.state()
    told = office.verb("preflight", "--json")
    assert told.returncode == 1
    (server,) = json.loads(told.stdout)["servers"]
    open_things = {
        one["name"]: [way["word"] for way in one["choices"]] for one in server["found"] if not one["settled"]
    }
    assert open_things == {"tcp/8080": ["keep", "stop"], "tcp/8081": ["keep", "stop"]}
    refused = office.verb("apply", "--yes", "--accept-below-minimum")
    assert refused.returncode == 1
    assert "nothing was touched" in refused.stderr
    assert "tcp/8080" in refused.stderr
    assert office.state() == before


def test_a_person_decides_and_the_decisions_are_carried_out(office: Office) -> None:
    asked = pexpect.spawn(
        sys.executable, office.words("preflight"), cwd=str(CLONE), env={**os.environ, "TERM": "dumb"}, timeout=60
    )
    asked.expect("tcp/8080")
    asked.expect("What becomes of it")
    asked.sendline("keep")
    asked.expect("Who may reach it")
    asked.sendline("internal")
    asked.expect("What becomes of it")
    asked.sendline("stop")
    asked.expect(pexpect.EOF)
    asked.close()
    assert office.verb("validate").returncode == 0
    told = json.loads(office.verb("preflight", "--json").stdout)
    assert [one["name"] for one in told["servers"][0]["found"] if not one["settled"]] == []
    applied = office.verb("apply", "--yes", "--accept-below-minimum", "--stage", "base", "--stage", "firewall")
    assert "nothing was touched" not in applied.stderr, applied.stderr
    listening = office.lab.run(SERVER, "ss -Hltn").stdout
    assert ":8080" in listening
    assert ":8081" not in listening
    assert office.lab.run(SERVER, "systemctl is-enabled lama.service", check=False).stdout.strip() == "disabled"
    rules = office.lab.run(SERVER, "nft list table inet backbone").stdout
    assert "tcp dport 8080 accept" in rules
    assert "8081" not in rules
