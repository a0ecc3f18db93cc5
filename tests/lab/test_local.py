"""The server audits, plans, repairs and drills itself: as the controller would, and nothing over SSH."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.support import on_server
from tests.support.lab_hosts import SERVER, Provisioned

PLACE = "/root/inventory"
COLLECTIONS = ("community/general", "ansible/posix")  # what the stages use of them
AUDIT = f"{on_server.COMMAND} audit -i {PLACE} --limit {SERVER} --local"


@pytest.fixture(scope="module")
def itself(provisioned: Provisioned, tmp_path_factory: pytest.TempPathFactory) -> Provisioned:
    """The provisioned server with the package on it, and its inventory."""
    on_server.install(provisioned.lab, SERVER, tmp_path_factory.mktemp("wheel"), COLLECTIONS)
    on_server.bring(provisioned.lab, SERVER, provisioned.inventory.parent, PLACE)
    return provisioned


def audited(server: Provisioned, more: str = "") -> tuple[int, dict[str, str]]:
    """Exit status and status by control of an audit on the server itself."""
    done = server.lab.run(SERVER, f"{AUDIT} --json {more}", check=False)
    assert done.stdout.startswith("{"), done.stdout + done.stderr
    (judged,) = json.loads(done.stdout)["servers"]
    return done.returncode, {one["control"]: one["status"] for one in judged["findings"]}


def test_it_judges_as_the_controller_does(itself: Provisioned) -> None:
    logins = "journalctl -q -t sshd --grep 'Accepted publickey' | wc -l"
    before = itself.run(logins)
    status, found = audited(itself)
    assert itself.run(logins) == before
    assert status == 0
    assert found == itself.findings()


def test_it_sees_what_is_wrong(itself: Provisioned) -> None:
    itself.run("systemctl stop backbone-sync.timer")
    try:
        status, found = audited(itself)
    finally:
        itself.run("systemctl start backbone-sync.timer")
    assert (status, {name for name, one in found.items() if one == "fail"}) == (1, {"SYNC-01"})


def test_it_leaves_a_signed_report_and_its_metric(itself: Provisioned, tmp_path: Path) -> None:
    itself.run("rm -f /var/lib/backbone/metrics/audit.prom")
    assert audited(itself, "--out /root/hasil")[0] == 0
    assert itself.run(f"{on_server.COMMAND} verify /root/hasil/audit.dsse.json --lang en").strip()
    assert "backbone_audit_last_run_timestamp_seconds" in itself.run("cat /var/lib/backbone/metrics/audit.prom")


def test_it_plans_repairs_and_drills_itself(itself: Provisioned) -> None:
    def verb(words: str, status: int) -> str:
        done = itself.lab.run(SERVER, f"{on_server.COMMAND} {words} -i {PLACE} --limit {SERVER} --local", check=False)
        assert done.returncode == status, done.stdout + done.stderr
        return done.stdout

    logins = "journalctl -q -t sshd --grep 'Accepted publickey' | wc -l"
    before = itself.run(logins)
    assert json.loads(verb("plan --json", 0))["empty"], "what the controller made is what the server itself would make"
    [file, *_] = json.loads(itself.run("cat /var/lib/backbone/stamps/patching.json"))["files"]
    was = itself.run(f"cat {file}")
    itself.run(f"echo '// by hand' >>{file}")
    [planned] = json.loads(verb("plan --json", 1))["servers"]
    assert planned["stages"] == [{"stage": "patching", "reasons": [{"code": "file_changed", "what": [file]}]}]
    verb("apply", 0)
    assert itself.run(f"cat {file}") == was
    assert json.loads(verb("plan --json", 0))["empty"]
    verb("drill --out /root/uji", 0)
    assert json.loads(itself.run("cat /root/uji/drill.json"))["servers"][0]["identical"]
    assert itself.run(logins) == before


def test_without_root_it_says_so_and_passes_nothing(itself: Provisioned) -> None:
    """An account of the machine that owns a copy of the inventory, and may not use sudo."""
    itself.run(f"cp -r {PLACE} /srv/copy && chown -R nobody: /srv/copy && chmod o+x /root")
    asks = f"env HOME=/tmp {AUDIT.replace(PLACE, '/srv/copy')} --json"
    try:
        done = itself.lab.run(SERVER, f"setpriv --reuid=nobody --regid=nogroup --clear-groups {asks}", check=False)
    finally:
        itself.run("rm -rf /srv/copy; chmod go= /root")
    assert done.returncode == 3, done.stdout + done.stderr
    (judged,) = json.loads(done.stdout)["servers"]
    assert judged["fault"]["kind"] == "sudo"
    passed = {one["control"] for one in judged["findings"] if one["status"] in ("pass", "warning")}
    assert passed == {"DOC-01", "DOC-02"}  # papers are the inventory's, not the server's
