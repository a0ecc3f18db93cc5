"""`backbone audit` signs what it writes, and `backbone verify` tells a person whether it holds."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from provision.cli import main
from provision.onboard.init import Answers, init

# The inventory is resolved by Ansible.
pytestmark = pytest.mark.needs_ansible

DATA = Path(__file__).parents[1] / "checks" / "data"
ANSWERS = Answers(
    "33.74", "10.83.5.11", ["10.83.5.0/24"], "lab-kab.backbone.test", "https://lab-pusat.backbone.test/v1", "lab-kab"
)


def run(monkeypatch: pytest.MonkeyPatch, *words: str | Path) -> int:
    monkeypatch.setattr("sys.argv", ["backbone", *map(str, words)])
    return main.run_guarded(lambda: main.app(standalone_mode=False, prog_name="backbone"))


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with an inventory as `init` makes it, and two signed audits in out/."""
    folder = tmp_path_factory.mktemp("made")
    init(folder / "inventory", ANSWERS)
    with pytest.MonkeyPatch.context() as monkeypatch:
        for _time in range(2):
            words = ("audit", "-i", folder / "inventory", "--from", DATA, "--out", folder / "out", "--json")
            assert run(monkeypatch, *words) == 1
    return folder


@pytest.fixture
def folder(made: Path, tmp_path: Path) -> Path:
    shutil.copytree(made, tmp_path / "copy")
    return tmp_path / "copy"


def test_init_makes_the_key_that_audits_are_signed_with(made: Path) -> None:
    assert [one.name for one in (made / "inventory" / "signers").iterdir()] == ["kota-semarang.pem"]
    assert (made / "inventory" / "keys" / "report_ed25519.pem").stat().st_mode & 0o777 == 0o600
    assert "keys/" in (made / "inventory" / ".gitignore").read_text()


def test_signed_audits_hold(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], folder: Path) -> None:
    assert run(monkeypatch, "verify", folder / "out", "-i", folder / "inventory", "--json") == 0
    told = json.loads(capsys.readouterr().out)
    assert told["held"] is True
    assert [one["number"] for one in told["reports"]] == [1, 2]
    assert told["reports"][1]["summary"]["servers"] == ["lab-kab"]
    assert {file["state"] for one in told["reports"] for file in one["files"]} == {"unchanged"}
    assert run(monkeypatch, "verify", folder / "out" / "audit.html", "--key", folder / "inventory" / "signers") == 0
    assert run(monkeypatch, "verify", folder / "out", "-i", folder / "inventory" / "hosts.yml") == 0


@pytest.mark.parametrize(("lang", "said"), [("en", "was changed after it was signed"), ("id", "diubah setelah")])
def test_a_changed_report_is_said_in_both_languages(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], folder: Path, lang: str, said: str
) -> None:
    file = folder / "out" / "audit.json"
    file.write_text(file.read_text().replace('"fail"', '"pass"', 1))
    assert run(monkeypatch, "verify", folder / "out", "-i", folder / "inventory", "--lang", lang) == 1
    assert said in capsys.readouterr().out


def test_nothing_is_compared_with_an_audit_that_was_changed(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], folder: Path
) -> None:
    file = folder / "out" / "audit.json"
    file.write_text(file.read_text().replace('"fail"', '"pass"', 1))
    words = ("audit", "-i", folder / "inventory", "--from", DATA, "--lang", "en")
    assert run(monkeypatch, *words, "--since", file) == 2
    assert f"{file} was changed after it was signed" in capsys.readouterr().err
    assert run(monkeypatch, *words, "--out", folder / "out") == 1
    assert "was changed after it was signed" in capsys.readouterr().err
    assert json.loads(file.read_text())["compared"] is None
    assert run(monkeypatch, "verify", folder / "out", "-i", folder / "inventory") == 1


def test_without_a_known_key_nothing_holds(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], folder: Path
) -> None:
    monkeypatch.setenv("BACKBONE_STATE", str(folder / "state"))
    assert run(monkeypatch, "verify", folder / "out", "--lang", "en") == 1
    assert "not known here" in capsys.readouterr().out


def test_a_stranger_s_file_cannot_steer_the_terminal(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], folder: Path
) -> None:
    envelope = folder / "out" / "audit.dsse.json"
    told = json.loads(envelope.read_text())
    told["signatures"][0]["keyid"] = "\x1b[2J\x1b[H holds"
    envelope.write_text(json.dumps(told))
    (folder / "out" / "audit.\x1b[2J").write_text("x")
    assert run(monkeypatch, "verify", folder / "out", "-i", folder / "inventory") == 1
    assert "\x1b" not in capsys.readouterr().out


def test_wrong_use(monkeypatch: pytest.MonkeyPatch, folder: Path) -> None:
    key = ("--key", folder / "inventory" / "signers")
    assert run(monkeypatch, "verify", folder / "none", *key) == 2
    assert run(monkeypatch, "verify", folder / "inventory", *key) == 2
    assert run(monkeypatch, "verify", folder / "out", "--key", folder / "none.pem") == 2
    assert run(monkeypatch, "verify", folder / "out", "--key", folder / "inventory" / "hosts.yml") == 2
    assert run(monkeypatch, "verify", folder / "out", *key, "--lang", "xx") == 2


def test_an_unknown_file_beside_the_report_is_no_pass(monkeypatch: pytest.MonkeyPatch, folder: Path) -> None:
    (folder / "out" / "audit.pdf").write_text("slipped in")
    assert run(monkeypatch, "verify", folder / "out", "-i", folder / "inventory") == 1


def test_a_damaged_key_is_said_before_any_server_is_asked(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], folder: Path
) -> None:
    (folder / "inventory" / "keys" / "report_ed25519.pem").write_text("broken")

    def asked(*_words: object, **_settings: object) -> None:
        raise AssertionError("a server was asked")

    monkeypatch.setattr("provision.audit.run.examine", asked)
    assert run(monkeypatch, "audit", "-i", folder / "inventory", "--out", folder / "out", "--lang", "en") == 2
    assert "no key that can sign reports" in capsys.readouterr().err
    assert (folder / "out" / "audit.dsse.json").is_file()
