"""The quick start, typed by somebody who follows only that page, in a real terminal, to a server that passes its audit.

The commands are the page's own, in its order. What the lab's network needs beside them (a package proxy, a mirror of
signatures, a clock, the centre's authority) goes into the inventory, as it would in an office that has the same.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pexpect
import pytest
import yaml

from handbook import console
from provision import paths
from provision.lab.centre import Centre
from provision.lab.lab import Lab
from provision.onboard.enroll import Pinned

SERVER = "lab-kab"
ROOT = paths.inventories_dir().parent
PAGE = ROOT / "docs" / "quick-start.md"
# Verb -> the exit status that the page leads one to expect; a plan that is not empty is 1.
EXPECTED = {"plan": 1}
YES = r"\[[yY]/[nN]\] ?:"


@pytest.fixture
def address(lab: Lab) -> Iterator[str]:
    """A server as an installer leaves it, with the centre and the world beside it."""
    lab.down([SERVER])
    specs = lab.up([SERVER, "lab-pusat", "lab-luar"], changed={SERVER: {"enrolled": False}})
    yield str(lab.networks.addresses(next(one for one in specs if one.name == SERVER))["internal"])
    lab.down([SERVER])


def shown(name: str) -> str:
    """The lines that the page shows for a file of the inventory."""
    [text] = re.findall(rf"```yaml\n# semarang/{name}[;,][^\n]*\n(.*?)```", PAGE.read_text("utf-8"), re.S)
    return str(text)


def entry(name: str) -> dict[str, str]:
    """The entry that the page shows for a file beside the inventory."""
    [one] = yaml.load(shown(name), Loader=yaml.BaseLoader)
    return dict(one)


def papers(folder: Path) -> None:
    """What only people can state, after the page's examples, below what `init` wrote; dates that hold today."""

    def below(name: str, text: str) -> None:
        with (folder / name).open("a") as file:
            file.write(text)

    below("hosts.yml", shown("hosts.yml"))
    today = datetime.now(UTC).date()
    later = (today + timedelta(days=365)).isoformat()
    document = entry("documents.yml") | {"signed_on": today.isoformat(), "valid_until": later}
    kinds = ("surat_permohonan", "nota_kesepakatan")
    below("documents.yml", "".join(f"- {json.dumps(document | {'kind': kind})}\n" for kind in kinds))
    attestation = entry("attestations.yml") | {"expires": later}
    stated = [attestation | {"control": f"PEOPLE-{number:02d}"} for number in range(1, 6)]
    below("attestations.yml", "".join(f"- {json.dumps(one)}\n" for one in stated))


def network(lab: Lab, folder: Path) -> None:
    """What this office's network needs: the lab's own lines of its inventory, and the centre's authority."""
    centre = Centre(lab.folder / "centre")
    (folder / "pusat.pem").write_text(centre.certificate_authority.read_text())
    lines = lab.inventory.read_text().splitlines()
    wanted = ("backbone_time_servers:", "backbone_apt_proxy:", "backbone_antivirus_mirror:", "backbone_sync_ca:")
    more = [f"    {line.strip()}" for line in lines if line.strip().startswith(wanted)]
    with (folder / "hosts.yml").open("a") as hosts:
        hosts.write("\n".join(["", *more, ""]))


def other_commands(folder: Path, environment: dict[str, str]) -> None:
    """What the page has typed that is not ours: the sheet's end, the vault in an editor that leaves it as it is."""
    lines = re.findall(r"(?m)^\$ (?!\./backbone )(.+)$", PAGE.read_text("utf-8"))
    assert len(lines) >= 2
    for line in lines:
        said = line.replace(".venv/bin/", f"{sys.prefix}/bin/")
        subprocess.run(["sh", "-c", said], cwd=folder, env=environment | {"EDITOR": "true"}, check=True, timeout=120)
    assert not (folder / "semarang" / "recovery-sheet.html").exists()


def type_in(child: pexpect.spawn, dialogue: list[tuple[str, str]], patience: float = 2400) -> None:
    """Answer each question when it comes; questions may be left out, and a yes is said to any other."""
    waiting = list(dialogue)
    while True:
        patterns = [re.escape(question) for question, _answer in waiting]
        found = child.expect([*patterns, YES, pexpect.EOF], timeout=patience)
        if found == len(patterns) + 1:
            return
        if found == len(patterns):
            child.sendline("y")
            continue
        child.sendline(waiting[found][1])
        waiting = waiting[found + 1 :]


@pytest.mark.parametrize(
    "last", [pytest.param("plan", id="plan"), pytest.param("verify", id="whole", marks=pytest.mark.slow)]
)
def test_from_a_fresh_machine_to_an_audited_server(lab: Lab, address: str, tmp_path: Path, last: str) -> None:
    """In the ordinary run up to the plan; to the verified report with `slow`."""
    centre = Centre(lab.folder / "centre")
    known = (lab.folder / "ssh" / f"host_{SERVER}.pub").read_text().split()
    dialogues = {
        "init": [
            ("Region (name or code): ", "33.74"),
            ("Address of the server: ", address),
            ("Internal network (CIDR)", ""),
            ("A further internal network", ""),
            ("Name on the certificate: ", "lab-kab.backbone.test"),
            ("(https://…): ", "https://lab-pusat.backbone.test/v1"),
            ("Client id", centre.credential("client_id")),
            ("Token", centre.credential("token")),
            ("Where does the server stand?", ""),
            ("Account of a further administrator", ""),
        ],
        "enroll": [("Password of petugas", lab.password)],
    }
    environment = os.environ | {"PYTHONPATH": str(ROOT), "BACKBONE_LANG": "en", "COLUMNS": "200", "TERM": "dumb"}
    typed = []
    for command in console.commands(PAGE):
        words = [word.replace("192.168.10.5", address) for word in command.words]
        if words[0] == "demo":
            continue
        child = pexpect.spawn(
            sys.executable, ["-m", "provision.cli.main", *words], cwd=str(tmp_path), env=environment, encoding="utf-8",
            dimensions=(50, 200),
        )  # fmt: skip
        with (tmp_path / "terminal.log").open("a") as log:
            child.logfile_read = log
            type_in(child, dialogues.get(words[0], []))
        child.close()
        said = (tmp_path / "terminal.log").read_text()[-3000:]
        assert child.exitstatus == EXPECTED.get(words[0], 0), f"{command}: {child.exitstatus}\n{said}"
        if words[0] == "init":
            other_commands(tmp_path, environment)
            network(lab, tmp_path / "semarang")
        elif words[0] == "enroll":
            assert Pinned(known[0], known[1]).fingerprint in said
            # The installer's account, by which one came in, is no administrator of a provisioned server.
            assert (
                "backbone_former_admins: [petugas]"
                in (tmp_path / "semarang/host_vars/data-3374/accounts.yml").read_text()
            )
        elif words[0] == "preflight":
            papers(tmp_path / "semarang")
        typed.append(words[0])
        if words[0] == last:
            break
    every = ["init", "enroll", "preflight", "validate", "plan", "apply", "drill", "audit", "verify"]
    assert typed == every[: every.index(last) + 1]
    if last == "plan":
        return
    audit = json.loads((tmp_path / "hasil" / "audit.json").read_text())
    assert [server["ready"] for server in audit["servers"]] == [True]
