"""What `audit` and `drill` really write is what a fleet view reads; and it tells it in Indonesian as they do."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from provision import i18n
from provision.audit import catalogue, judge
from provision.audit.run import Examination
from provision.inventory import Fleet, load
from provision.operate.compare import DrillResult
from provision.operate.drill import document
from provision.probe import snapshot
from provision.report import model
from provision.report.fleet import read, retell
from provision.report.fleet.model import Gatherer
from tests.support.fleet import AT

DATA = Path(__file__).parents[2] / "checks" / "data"
KEY = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIEcNsZL+4Pcpnr2g+w+cakWPhUD7DUDn9CSTNXiR0kFO a"
INVENTORY = f"""
all:
  hosts:
    lab-kab:
      ansible_host: 10.83.5.11
      backbone_region: "33.74"
      backbone_level: kabupaten_kota
      backbone_fqdn: a.example.id
      backbone_networks_internal: [10.83.5.0/24]
      backbone_sync_url: https://lab-pusat.backbone.test/v1
      backbone_admins: [{{name: backbone, ssh_keys: ["{KEY}"]}}]
"""
WAIVER = "- {control: DOC-01, servers: all, reason: the letter is on its way, approver: K, expires: '2099-01-01'}\n"


def test_a_real_drill_is_read() -> None:
    told = document([DrillResult(server="a", ok=True, drill="d", started_at="2026-11-21T01:02:03Z")])
    found = read.decode(json.dumps(told).encode())
    assert isinstance(found, read.DrillDocument)
    assert [(one.server, one.ok) for one in found.servers] == [("a", True)]


@pytest.fixture(scope="module")
def real(tmp_path_factory: pytest.TempPathFactory) -> tuple[Fleet, Examination]:
    """A recorded server, judged."""
    folder = tmp_path_factory.mktemp("inventory")
    (folder / "hosts.yml").write_text(INVENTORY)
    (folder / "waivers.yml").write_text(WAIVER)
    fleet = load(folder)
    shots = {"lab-kab": snapshot.load(DATA)["lab-kab"]}
    known = catalogue.load()
    return fleet, Examination(shots, judge.judge(fleet, shots, known), known)


@pytest.mark.needs_ansible  # the inventory is resolved by Ansible
def test_a_real_audit_is_read(real: tuple[Fleet, Examination]) -> None:
    fleet, examination = real
    told = read.decode(json.dumps(model.audit_document(fleet, examination, AT)).encode())
    gatherer = Gatherer()
    gatherer.add(read.Read(Path("audit.json"), told))
    (line,) = gatherer.view(AT).lines
    assert {one.control: one.status for one in line.sight.server.findings} == {
        one.control: one.status for one in examination.of("lab-kab")
    }
    assert line.sight.answer == ("yes" if told.servers[0].ready else "no")  # type: ignore[union-attr]
    assert not line.expired
    waived = next(one for one in line.sight.server.findings if one.control == "DOC-01")
    assert (waived.status, "until 2099-01-01" in (waived.note or "")) == ("waived", True)


@pytest.mark.needs_ansible
def test_a_real_audit_is_told_in_indonesian_as_its_own_page_tells_it(real: tuple[Fleet, Examination]) -> None:
    _fleet, examination = real
    say, again = i18n.translator("id"), retell.Reteller("id")
    sentences = [text for one in examination.of("lab-kab") for text in (one.observed, one.expected)]

    def plain(text: str) -> str:
        # Decimals keep their point: "1.3" in a sentence may as well be a version.
        return re.sub(r"(?<=\d),(?=\d)", ".", text)

    other = [one.text() for one in sentences if again(one.text()) != plain(one.text(say))]
    assert len(sentences) > 100
    assert len(other) <= len(sentences) // 20, other
