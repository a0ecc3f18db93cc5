"""A server audits itself, and a collector on another host gets the signed report: once, from that server alone."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from provision import paths
from provision.inventory import load
from provision.lab.lab import Lab
from provision.report import keys
from provision.report.verify import verify
from provision.selfaudit import identity
from tests.support.lab_hosts import SERVER, Provisioned

COLLECTOR = "lab-prov"
STORE = "/srv/backbone-reports/reports"
CLIENTS = "/etc/backbone-collector/clients/33.74"


def lay(lab: Lab, host: str, place: str, content: str) -> None:
    """Write a file on a host."""
    lab.run(host, f"mkdir -p $(dirname {place}) && cat >{place}", given=content)


@pytest.fixture(scope="module")
def collector(lab: Lab, provisioned: Provisioned) -> Iterator[str]:
    """A collector that knows the server's certificate, and the server told of it; its address."""
    lab.up([COLLECTOR])
    beside = provisioned.inventory.parent
    certificate = (beside / keys.CLIENTS / f"{SERVER}.pem").read_text()
    address = lab.run(COLLECTOR, "hostname -I").stdout.split()
    inside = next(one for one in address if one.startswith("10.83."))
    lay(lab, COLLECTOR, f"{CLIENTS}/{SERVER}.pem", certificate)
    lay(
        lab,
        COLLECTOR,
        "/root/collector.sh",
        (paths.templates_dir() / "collector" / "backbone-collector.sh").read_text(),
    )
    said = lab.run(COLLECTOR, f"sh /root/collector.sh {inside}").stdout
    assert f"backbone_audit_collector: https://{inside}:8443" in said
    # As the stage would write them from the inventory.
    authority = lab.run(COLLECTOR, "cat /etc/backbone-collector/server.pem").stdout
    lay(lab, SERVER, "/etc/backbone/audit/collector.pem", authority)
    told = {"server": SERVER, "collector": f"https://{inside}:8443"}
    lay(lab, SERVER, "/etc/backbone/audit/push.json", json.dumps(told))
    yield inside
    lab.down([COLLECTOR])


def audited(provisioned: Provisioned) -> None:
    """The timer's unit runs once."""
    provisioned.run("systemctl start backbone-audit.service; systemctl is-failed backbone-audit.service; true")


def pushed(provisioned: Provisioned) -> None:
    """The queue's unit runs once, now."""
    provisioned.run("rm -f /var/lib/backbone/audit/push.json; systemctl start backbone-audit-push.service")


def arrived(lab: Lab) -> list[str]:
    """Names of what the collector has."""
    return sorted(lab.run(COLLECTOR, f"cd {STORE} && find . -type f").stdout.split())


def test_a_report_waits_while_the_collector_is_away_and_then_arrives_once(
    lab: Lab, provisioned: Provisioned, collector: str, tmp_path: Path
) -> None:
    lab.run(COLLECTOR, "systemctl stop nginx")
    audited(provisioned)
    pushed(provisioned)
    assert "backbone_audit_push_waiting 1" in provisioned.run("cat /var/lib/backbone/metrics/audit_push.prom")
    assert arrived(lab) == []
    lab.run(COLLECTOR, "systemctl start nginx")
    pushed(provisioned)
    assert "backbone_audit_push_waiting 0" in provisioned.run("cat /var/lib/backbone/metrics/audit_push.prom")
    first = arrived(lab)
    assert [name.rsplit("/", 1)[1] for name in first] == ["audit.dsse.json", "audit.json"]
    assert all(name.startswith(f"./33.74/{SERVER}/00001-") for name in first)
    # A second day follows the first in the chain; what is known to have arrived is not sent again.
    audited(provisioned)
    pushed(provisioned)
    assert len(arrived(lab)) == 4
    copy = fetched(lab, tmp_path)
    known = keys.known([provisioned.inventory.parent / keys.SERVERS])
    found, remarks = verify([copy], known)
    assert [(one.signer, one.number, one.held) for one in found] == [(SERVER, 1, True), (SERVER, 2, True)]
    assert remarks == ()
    report = [sys.executable, "-m", "provision.cli.main", "report", str(copy), "--verify", "--json"]
    told = subprocess.run(
        [*report, "-i", str(provisioned.inventory)], capture_output=True, text=True, cwd=paths.templates_dir().parent
    )
    assert told.returncode in (0, 1), told.stderr
    assert SERVER in told.stdout
    # A byte that was changed on the way, or by whoever runs the collector.
    document = next(copy.rglob("00002-*/audit.json"))
    document.write_text(document.read_text().replace('"fail"', '"pass"', 1).replace('"warning"', '"pass"', 1))
    broken, _remarks = verify([copy], known)
    assert [one.held for one in broken] == [True, False]


def fetched(lab: Lab, folder: Path) -> Path:
    """What the collector has, here."""
    for name in arrived(lab):
        place = folder / "collected" / name
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_text(lab.run(COLLECTOR, f"cat {STORE}/{name}").stdout)
    return folder / "collected"


def asked(provisioned: Provisioned, collector: str, method: str, path: str, folder: str = "/etc/backbone/audit") -> str:
    """The status with which the collector answers one request of the server's; its body is `changed`."""
    return provisioned.run(
        f"printf changed | curl -s -o /dev/null -w '%{{http_code}}' -X {method} --data-binary @- "
        f"--cacert /etc/backbone/audit/collector.pem --cert {folder}/client.pem --key {folder}/client.key "
        f"https://{collector}:8443{path}",
        check=False,
    ).strip()


def test_nothing_is_overwritten_read_or_written_elsewhere(
    lab: Lab, provisioned: Provisioned, collector: str, tmp_path: Path
) -> None:
    provisioned.run("command -v curl >/dev/null || apt-get -qy install curl >/dev/null")
    if not arrived(lab):
        audited(provisioned)
        pushed(provisioned)
    before = arrived(lab)
    digests = lab.run(COLLECTOR, f"cd {STORE} && sha256sum {' '.join(before)}").stdout
    name = before[0].removeprefix(f"./33.74/{SERVER}")
    assert asked(provisioned, collector, "PUT", name) == "409"
    assert asked(provisioned, collector, "GET", name) == "405"
    assert asked(provisioned, collector, "DELETE", name) == "405"
    assert asked(provisioned, collector, "PUT", "/00009-aaaaaaaa/page.html") == "404"
    assert asked(provisioned, collector, "PUT", "/other-server/00009-aaaaaaaa/audit.json") == "404"
    # A certificate of the same name that nobody has handed to the collector.
    identity.client(tmp_path, SERVER)
    for file in (identity.KEY, identity.CERTIFICATE):
        lay(lab, SERVER, f"/root/stranger/{file}", (tmp_path / file).read_text())
    assert asked(provisioned, collector, "PUT", "/00009-aaaaaaaa/audit.json", "/root/stranger") == "400"
    assert lab.run(COLLECTOR, f"cd {STORE} && sha256sum {' '.join(arrived(lab))}").stdout == digests


def test_the_server_s_own_audit_says_what_the_controller_s_says(provisioned: Provisioned) -> None:
    audited(provisioned)
    own = json.loads(provisioned.run("cat /var/lib/backbone/audit/reports/audit.json"))
    mine = {one["control"]: one["status"] for one in own["servers"][0]["findings"]}
    theirs = provisioned.findings()
    assert mine == theirs
    assert mine["LOG-09"] == "pass"
    assert own["servers"][0]["region"] == load(provisioned.inventory, SERVER).servers[0].region


def test_one_s_own_audit_that_no_longer_runs_is_red(provisioned: Provisioned) -> None:
    provisioned.run("systemctl disable --now backbone-audit.timer")
    assert "LOG-09" in provisioned.red()
    provisioned.run("systemctl enable --now backbone-audit.timer")
    assert "LOG-09" not in provisioned.red()
