"""`backbone audit` and `preflight` as a person runs them, offline: exit statuses, files, languages, wrong use."""

from __future__ import annotations

import errno
import json
import os
import shutil
import signal
from pathlib import Path

import pytest

from provision.cli import audit, main
from tests.support.sshserver import serving

# The inventory is resolved by Ansible.
pytestmark = pytest.mark.needs_ansible

DATA = Path(__file__).parents[1] / "checks" / "data"
KEY = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIEcNsZL+4Pcpnr2g+w+cakWPhUD7DUDn9CSTNXiR0kFO a"
HOSTS = f"""
all:
  vars:
    backbone_networks_internal: [10.83.7.0/24]
    backbone_admins: [{{name: backbone, ssh_keys: ["{KEY}"]}}]
    backbone_sync_url: https://lab-pusat.backbone.test/v1
  hosts:
    lab-kab:
      ansible_host: 10.83.7.11
      backbone_region: "33.74"
      backbone_level: kabupaten_kota
      backbone_fqdn: lab-kab.backbone.test
"""


@pytest.fixture
def inventory(tmp_path: Path) -> Path:
    folder = tmp_path / "inventory"
    folder.mkdir()
    (folder / "hosts.yml").write_text(HOSTS)
    return folder


def run(monkeypatch: pytest.MonkeyPatch, *words: str) -> int:
    monkeypatch.setattr("sys.argv", ["backbone", *words])
    return main.run_guarded(lambda: main.app(standalone_mode=False, prog_name="backbone"))


def test_saved_answers_are_judged_offline(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], inventory: Path, tmp_path: Path
) -> None:
    out = tmp_path / "out"
    status = run(
        monkeypatch, "audit", "-i", str(inventory), "--from", str(DATA), "--out", str(out), "--json", "--lang", "id"
    )
    document = json.loads(capsys.readouterr().out)
    assert status == document["exit_status"] == 1  # nobody has signed a letter here
    assert json.loads((out / "audit.json").read_text()) == document
    failed = {one["control"] for one in document["servers"][0]["findings"] if one["status"] == "fail"}
    assert {"DOC-01", "DOC-02", "PEOPLE-01"} <= failed
    assert not failed & {"HW-04", "DB-01", "TLS-02"}
    page = (out / "audit.html").read_text()
    assert 'lang="id"' in page
    assert "Surat permohonan" in page


def test_a_second_audit_says_what_changed(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], inventory: Path, tmp_path: Path
) -> None:
    out = tmp_path / "out"
    words = ("audit", "-i", str(inventory), "--from", str(DATA), "--out", str(out))
    assert run(monkeypatch, *words, "--json") == 1
    first = json.loads(capsys.readouterr().out)
    assert first["compared"] is None
    waiver = (
        "- {control: DOC-01, servers: all, reason: the letter is on its way, approver: Kepala, expires: '2099-01-01'}\n"
    )
    (inventory / "waivers.yml").write_text(waiver)
    assert run(monkeypatch, *words, "--json", "--lang", "en") == 1
    second = json.loads(capsys.readouterr().out)["compared"]
    assert [one["control"] for one in second["waived"]] == ["DOC-01"]
    assert "DOC-02" in [one["control"] for one in second["still_open"]]
    assert second["new"] == second["repaired"] == second["unseen"] == []
    assert run(monkeypatch, *words[:-2], "--since", str(out), "--lang", "en") == 1
    assert "still open" in capsys.readouterr().out


def test_a_full_disk_is_said_and_is_no_finding(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], inventory: Path, tmp_path: Path
) -> None:
    def full(*_anything: object, **_more: object) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr("provision.report.outputs.publish", full)
    out = tmp_path / "out"
    assert run(monkeypatch, "audit", "-i", str(inventory), "--from", str(DATA), "--out", str(out), "--lang", "en") == 3
    assert f"{out} cannot be written to: No space left on device" in capsys.readouterr().err


def test_the_forms_asked_for_are_written_and_signed(
    monkeypatch: pytest.MonkeyPatch, inventory: Path, tmp_path: Path
) -> None:
    out = tmp_path / "out"
    words = ("audit", "-i", str(inventory), "--from", str(DATA), "--format", "junit", "--format", "csv")
    assert run(monkeypatch, *words, "--out", str(out)) == 1
    assert sorted(one.name for one in out.iterdir()) == [
        "audit.csv",
        "audit.dsse.json",
        "audit.json",
        "audit.junit.xml",
    ]
    assert run(monkeypatch, "verify", str(out), "--key", str(inventory / "signers")) == 0
    assert run(monkeypatch, *words) == 2
    assert run(monkeypatch, *words[:5], "--format", "docx", "--out", str(out)) == 2


def test_an_audit_of_another_version_is_no_base_for_a_comparison(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], inventory: Path, tmp_path: Path
) -> None:
    out = tmp_path / "out"
    out.mkdir()
    (out / "audit.json").write_text('{"version": 1, "kind": "audit"}')
    words = ("audit", "-i", str(inventory), "--from", str(DATA), "--lang", "en")
    assert run(monkeypatch, *words, "--since", str(out)) == 2
    assert "schema version 1" in capsys.readouterr().err
    assert run(monkeypatch, *words, "--out", str(out)) == 1
    assert "schema version 1" in capsys.readouterr().err
    assert json.loads((out / "audit.json").read_text())["version"] == 2


@pytest.mark.parametrize(("word", "status"), [("minimum", 1), ("recommended", 1), ("critical", 1), ("deadly", 2)])
def test_fail_on(monkeypatch: pytest.MonkeyPatch, inventory: Path, word: str, status: int) -> None:
    assert run(monkeypatch, "audit", "-i", str(inventory), "--from", str(DATA), "--fail-on", word) == status


def test_a_folder_without_answers_is_wrong_use(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], inventory: Path, tmp_path: Path
) -> None:
    assert run(monkeypatch, "audit", "-i", str(inventory), "--from", str(tmp_path / "none")) == 2
    assert "--save" in capsys.readouterr().err


def test_a_damaged_answer_file_is_wrong_use_and_named(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], inventory: Path, tmp_path: Path
) -> None:
    copy = tmp_path / "lab-kab.snapshot.json"
    shutil.copy(DATA / copy.name, copy)
    copy.write_text(copy.read_text()[:-200])
    assert run(monkeypatch, "audit", "-i", str(inventory), "--from", str(tmp_path)) == 2
    assert str(copy) in capsys.readouterr().err


def test_a_waiver_for_an_unknown_control_is_an_invalid_inventory(
    monkeypatch: pytest.MonkeyPatch, inventory: Path
) -> None:
    (inventory / "waivers.yml").write_text(
        "- {control: HW-99, servers: all, reason: the letter is on its way, approver: Kepala, expires: '2099-01-01'}\n"
    )
    assert run(monkeypatch, "audit", "-i", str(inventory), "--from", str(DATA)) == 2


def test_an_unreachable_server_is_an_error_and_the_report_is_written(
    monkeypatch: pytest.MonkeyPatch, inventory: Path, tmp_path: Path
) -> None:
    monkeypatch.setenv("BACKBONE_STATE", str(tmp_path / "state"))
    hosts = inventory / "hosts.yml"
    hosts.write_text(HOSTS.replace("ansible_host: 10.83.7.11", "ansible_host: 127.0.0.1\n      ansible_port: 1"))
    out = tmp_path / "out"
    assert run(monkeypatch, "audit", "-i", str(inventory), "--out", str(out)) == 3
    server = json.loads((out / "audit.json").read_text())["servers"][0]
    assert server["fault"]["kind"] == "unreachable"
    assert not any(one["status"] == "pass" for one in server["findings"])
    assert (out / "audit.html").is_file()


@pytest.mark.usefixtures("at_a_terminal")
def test_ctrl_c_in_the_middle_leaves_a_report_of_what_had_been_answered(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], inventory: Path, tmp_path: Path
) -> None:
    monkeypatch.setenv("BACKBONE_STATE", str(tmp_path / "state"))
    monkeypatch.setenv("BACKBONE_LANG", "en")
    monkeypatch.setattr(audit.progress, "__call__", lambda _bar, _name: os.kill(os.getpid(), signal.SIGINT))
    # The server that answers is this machine; its many packages are not what is asked here, and take apt long.
    (tmp_path / "status").touch()
    (tmp_path / "apt.conf").write_text(f'Dir::State "{tmp_path}/";\nDir::State::status "{tmp_path}/status";\n')
    monkeypatch.setenv("APT_CONFIG", str(tmp_path / "apt.conf"))
    out = tmp_path / "out"
    (tmp_path / "a").mkdir()
    (tmp_path / "b").mkdir()
    hosts, one = HOSTS.split("  hosts:\n")
    hosts += "  hosts:\n"
    with serving(tmp_path / "a") as answers, serving(tmp_path / "b") as later:
        for name, server in (("lab-kab", answers), ("lab-lain", later)):
            how = f"127.0.0.1\n      ansible_port: {server.port}\n      ansible_user: root\n"
            how += f"      ansible_ssh_private_key_file: {server.key_file}\n"
            how += f"      ansible_ssh_common_args: {server.args}"
            hosts += one.replace("lab-kab", name).replace("10.83.7.11", how)
        (inventory / "hosts.yml").write_text(hosts)
        assert run(monkeypatch, "audit", "-i", str(inventory), "--out", str(out)) == 130
    # Which of the two is through first is chance; there the person loses patience.
    servers = json.loads((out / "audit.json").read_text())["servers"]
    answered, lacking = sorted(servers, key=lambda one: one["fault"] is not None)
    assert answered["fault"] is None
    assert any(one["status"] == "pass" for one in answered["findings"])
    assert lacking["fault"]["kind"] == "interrupted"
    assert "1 of 2 servers had answered" in capsys.readouterr().err
    assert (out / "audit.dsse.json").is_file()


def test_json_is_the_same_in_both_languages_and_the_words_are_not(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], inventory: Path, tmp_path: Path
) -> None:
    """One server whose answers are judged, and one of which there are none."""
    (inventory / "hosts.yml").write_text(
        HOSTS + HOSTS.split("  hosts:\n")[1].replace("lab-kab", "lab-lain").replace(".11", ".12")
    )
    shutil.copy(DATA / "lab-kab.snapshot.json", tmp_path)
    shown: dict[str, list[str]] = {}
    for language in ("id", "en"):
        for words in (("validate", "--json"), ("audit", "--json"), ("audit",)):
            answers = ("--from", str(tmp_path)) if words[0] == "audit" else ()
            run(monkeypatch, *words, "-i", str(inventory), *answers, "--lang", language)
            shown.setdefault(language, []).append(capsys.readouterr().out)
    validated_json, audited_json, audited = zip(shown["id"], shown["en"], strict=True)
    assert json.loads(validated_json[0]) == json.loads(validated_json[1])
    assert json.loads(validated_json[0])["notes"]
    documents = [json.loads(text) for text in audited_json]
    for document in documents:
        del document["generated_at"]
    assert documents[0] == documents[1]
    assert "belum boleh menerima data Backbone" in audited[0]
    assert "may not receive Backbone data yet" in audited[1]
    assert "WIB" in audited[0]
