"""What a server was told of itself is what the inventory says of it, and it is judged alike."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest

from provision.audit import params
from provision.errors import UsageError
from provision.inventory.model import Connection, Fleet, Server
from provision.inventory.settings import Settings
from provision.report import keys
from provision.selfaudit import __main__ as command
from provision.selfaudit import subject

AT = datetime(2026, 11, 22, 1, 0, tzinfo=UTC)
KEY = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIGz0zXQq0v9u4u1uQw0m7Fv2bqZr1n2d4t9nQ8m0XbQh a"
SETTINGS: dict[str, Any] = {
    "region": "33.74",
    "level": "kabupaten_kota",
    "fqdn": "data.semarang.example",
    "networks_internal": ["10.0.0.0/8"],
    "admins": [{"name": "backbone", "ssh_keys": [KEY]}],
    "ports": [{"port": 8443, "proto": "tcp", "sources": ["internal"], "why": "camera"}],
    "vpn_peers": [
        {
            "name": "budi",
            "public_key": "cGVlciBvZiB0aGUgcmVjb3JkZWQgc25hcHNob3Qga2E=",
            "address": "10.90.0.2",
            "expires": "2027-01-31",
        }
    ],
    "tls": "supplied",
    "tls_certificate": "server.pem",
    "sync_url": "https://pusat.example/v1",
    "sync_ca": "ca.pem",
    "notify_webhook": "https://withheld.invalid/",
}  # fmt: skip
TOLD: dict[str, Any] = {
    "version": 1,
    "server": "lab-kab",
    "settings": SETTINGS,
    "waivers": [
        {
            "control": "HW-01",
            "servers": ["lab-kab"],
            "reason": "the processor comes in March",
            "approver": "Kepala Dinas",
            "expires": "2027-03-31",
        }
    ],
    "attestations": [
        {
            "control": "PEOPLE-01",
            "servers": ["lab-kab"],
            "evidence": "certificate 12/2026",
            "attested_by": "Kepala Dinas",
            "expires": "2027-12-31",
        }
    ],
    "documents": [
        {
            "kind": "surat_permohonan",
            "number": "1/2026",
            "signed_by": "Bupati",
            "signed_on": "2026-01-02",
            "valid_until": "2027-01-01",
            "region": "33.74",
        }
    ],
}


def written(folder: Path, **changes: Any) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    file = folder / "subject.json"
    file.write_text(json.dumps({**TOLD, **changes}))
    return file


def test_the_checks_get_the_same_inputs_as_from_the_inventory(tmp_path: Path) -> None:
    told = subject.load(written(tmp_path))
    settings = Settings.model_validate_json(json.dumps(SETTINGS))
    link = Connection("lab-kab", 22, "root", "", "", "ssh", become=True)
    inventory = Fleet(
        tmp_path / "hosts.yml",
        (Server("lab-kab", "33.74", "kabupaten_kota", "Asia/Jakarta", settings, link),),
        told.waivers,
        told.attestations,
        told.documents,
    )
    mine, theirs = params.of(told.servers[0], told, AT), params.of(inventory.servers[0], inventory, AT)
    assert mine == theirs
    assert mine.notify == ("webhook",)
    assert [one.expires for one in told.waivers] == [date(2027, 3, 31)]
    assert dict(mine.statements).keys() == {"PEOPLE-01"}


def test_a_grant_is_read_from_beside_it(tmp_path: Path) -> None:
    file = written(tmp_path, settings={**SETTINGS, "grant": "some/where/izin.yml"})
    (tmp_path / "grant.yml").write_text("version: 1\nregion: '33.74'\nnumber: '1'\nexpires: 2027-01-01\n")
    assert subject.load(file).servers[0].settings.grant == "grant.yml"


@pytest.mark.parametrize(
    "changes",
    [{"version": 9}, {"settings": {**SETTINGS, "colour": "red"}}, {"settings": {**SETTINGS, "region": "99.99"}},
     {"waivers": [{"control": "HW-01"}]}, {"settings": 7}],
)  # fmt: skip
def test_what_is_damaged_is_said_and_judges_nothing(tmp_path: Path, changes: dict[str, Any]) -> None:
    with pytest.raises(UsageError, match="does not say what this server is to be"):
        subject.load(written(tmp_path, **changes))


def test_a_server_that_was_told_nothing_says_so(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "push.json").write_text('{"server": "lab-kab", "collector": ""}')
    assert command.main(["run"], tmp_path, tmp_path / "shelf", tmp_path / "metrics") == 2
    assert "backbone apply" in capsys.readouterr().err
    assert command.main(["dance"], tmp_path) == 2


def test_the_keys_are_made_once_and_shown_without_their_private_parts(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path / "audit"
    written(folder)
    (folder / "push.json").write_text('{"server": "lab-kab", "collector": ""}')
    shown = []
    for _time in range(2):
        assert command.main(["keys"], folder, tmp_path / "shelf", tmp_path / "metrics") == 0
        shown.append(json.loads(capsys.readouterr().out))
    assert shown[0]["made"] == ["signer", "certificate"]
    assert shown[1]["made"] == []
    assert (shown[0]["signer"], shown[0]["certificate"]) == (shown[1]["signer"], shown[1]["certificate"])
    assert "PRIVATE" not in json.dumps(shown)
    assert (tmp_path / keys.PRIVATE).stat().st_mode & 0o777 == 0o600

    # Renewed once a moment; what the former signed still verifies.
    for since in ("2026", "2026"):
        assert command.main(["keys", since], folder, tmp_path / "shelf", tmp_path / "metrics") == 0
        shown.append(json.loads(capsys.readouterr().out))
    assert [one["made"] for one in shown[2:]] == [["signer"], []]
    assert shown[1]["signer"] != shown[2]["signer"] == shown[3]["signer"]
    assert shown[1]["signer"] in {one.read_text() for one in (tmp_path / keys.SIGNERS).glob("lab-kab-*.pem")}
    assert shown[3]["certificate"] == shown[0]["certificate"]


def test_an_audit_is_measured_signed_and_kept(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    from provision.audit import run
    from provision.probe.snapshot import Snapshot
    from provision.report import verify
    from tests.support.recorded import SNAPSHOT

    folder, root = tmp_path / "audit", tmp_path / "shelf"
    written(folder)
    (folder / "push.json").write_text('{"server": "lab-kab", "collector": "https://localhost:1"}')
    monkeypatch.setattr(command, "FOLDER", folder)
    monkeypatch.setattr("provision.report.keys.SERVER_FOLDER", tmp_path)
    monkeypatch.setattr("provision.report.keys.of_machine", lambda name: keys.pair(
        tmp_path / keys.PRIVATE, tmp_path / keys.SIGNERS, name))  # fmt: skip
    answers: list[Snapshot] = [SNAPSHOT, replace(SNAPSHOT, taken_at="2026-11-23T06:18:06+00:00")]

    def recorded(fleet: Fleet, **_settings: Any) -> run.Examination:
        return run.reexamine(fleet, {"lab-kab": answers.pop(0)})

    monkeypatch.setattr(run, "examine", recorded)
    for _day in range(2):
        assert command.main(["run"], folder, root, tmp_path / "metrics") == 1
    assert "HW-" in capsys.readouterr().out or not answers
    found, _remarks = verify.verify([root / "reports"], keys.known([tmp_path / keys.SIGNERS]))
    assert [one.number for one in found] == [1, 2]
    assert all(one.held for one in found)
    assert (root / "waiting").exists()
    document = json.loads((root / "reports" / "audit.json").read_text())
    assert [one["name"] for one in document["servers"]] == ["lab-kab"]
    assert document["compared"] is not None
