"""The built wheel carries roles, checks and templates: away from the clone every verb but `test` works the same."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from provision import paths
from provision.cli.main import VERBS
from provision.lab.lab import Lab
from tests.support.lab_hosts import Provisioned

CLONE = Path(__file__).parents[2]
# The help of every verb, by one process: its exit status and what it says.
EVERY_HELP = """
import contextlib, io, json, sys
from provision.cli.main import VERBS, main
shown = {}
for verb in VERBS:
    sys.argv, said = ["backbone", "--lang", "en", verb, "--help"], io.StringIO()
    with contextlib.redirect_stdout(said):
        try:
            main()
        except SystemExit as ended:
            shown[verb] = ended.code, said.getvalue()
print(json.dumps(shown))
"""


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The `backbone` command as pipx installs the wheel: with the dependencies that it names, and without the clone."""
    folder = tmp_path_factory.mktemp("installed")
    build = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder)]
    subprocess.run(build, cwd=CLONE, check=True, capture_output=True)
    [wheel] = folder.glob("*.whl")
    # The versions of the lock; its hashes have been checked when the tests' own environment was made.
    pins = [line.split(" \\")[0] for line in (CLONE / "requirements" / "controller.txt").read_text().splitlines()]
    constraints = folder / "constraints.txt"
    constraints.write_text("\n".join(line for line in pins if line and not line.startswith((" ", "#"))) + "\n")
    done = subprocess.run(
        [sys.executable, "-m", "pipx", "install", "--python", sys.executable, str(wheel)],
        env={
            **os.environ,
            "PIPX_HOME": str(folder / "pipx"),
            "PIPX_BIN_DIR": str(folder / "bin"),
            "PIPX_MAN_DIR": str(folder / "man"),
            "PIP_CONSTRAINT": str(constraints),
            "PIP_NO_COMPILE": "1",
        },
        capture_output=True, text=True, timeout=600,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    return folder / "bin" / "backbone"


def _python(installed: Path, code: str, cwd: Path) -> str:
    """What the environment of the installed command prints."""
    python = installed.resolve().parent / "python"
    return subprocess.run([python, "-c", code], cwd=cwd, check=True, capture_output=True, text=True).stdout.strip()


def _run(installed: Path, *words: str, cwd: Path, **more: str) -> subprocess.CompletedProcess[str]:
    environment = {"PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "HOME": str(cwd), "BACKBONE_LANG": "en", **more}
    return subprocess.run(
        [str(installed), *words], cwd=cwd, env=environment, capture_output=True, text=True, timeout=600
    )


def test_every_verb_is_there(installed: Path, tmp_path: Path) -> None:
    shown = json.loads(_python(installed, EVERY_HELP, cwd=tmp_path))
    assert list(shown) == list(VERBS)
    assert {verb: status for verb, (status, _said) in shown.items() if status} == {}
    assert [verb for verb, (_status, said) in shown.items() if "Example" not in said] == []


def test_it_runs_from_its_own_place(installed: Path, tmp_path: Path) -> None:
    where = _python(
        installed, "import provision, pathlib; print(pathlib.Path(provision.__file__).parent)", cwd=tmp_path
    )
    assert str(installed.parent.parent / "pipx") in where
    assert str(CLONE) not in where


def test_it_carries_roles_catalogue_and_examples(installed: Path, tmp_path: Path) -> None:
    names = ("roles_dir", "templates_dir", "inventories_dir", "playbooks_dir", "catalogue_dir", "sync_package_dir")
    shown = _python(
        installed, f"from provision import paths; [print(getattr(paths, name)()) for name in {names}]", cwd=tmp_path
    )
    for name, folder in zip(names, shown.split(), strict=True):
        ours = CLONE / Path(folder).name if name != "playbooks_dir" else CLONE / "provision" / "playbooks"
        ours = CLONE / "checks" / "catalogue" if name == "catalogue_dir" else ours
        missing = {
            str(file.relative_to(ours))
            for file in ours.rglob("*")
            if file.is_file()
            and not any(part == "__pycache__" or part.startswith(".") for part in file.relative_to(ours).parts)
            and not (Path(folder) / file.relative_to(ours)).is_file()
        }
        assert not missing, f"{name}: the wheel lacks {sorted(missing)[:10]}"


def test_an_inventory_is_judged_the_same(installed: Path, tmp_path: Path) -> None:
    shutil.copytree(CLONE / "inventories" / "kabupaten", tmp_path / "kabupaten")
    words = ["validate", "-i", "kabupaten", "--json"]
    shown = _run(installed, *words, cwd=tmp_path)
    here = subprocess.run(
        [sys.executable, "-m", "provision.cli.main", *words], cwd=tmp_path, capture_output=True, text=True, timeout=300
    )
    # A repair names the programs beside the one that runs; all else is the same.
    theirs = shown.stdout.replace(str(installed.resolve().parent), "BIN")
    ours = here.stdout.replace(str(Path(sys.executable).parent), "BIN")
    assert (shown.returncode, theirs) == (here.returncode, ours)
    assert '"valid": true' in shown.stdout


def test_the_tests_are_not_for_an_installed_package(installed: Path, tmp_path: Path) -> None:
    assert _run(installed, "test", cwd=tmp_path).returncode == 2


def test_verbs_that_act_on_servers_do_the_same(installed: Path, provisioned: Provisioned, tmp_path: Path) -> None:
    chosen = ["-i", str(provisioned.inventory), "--limit", "lab-kab"]
    # The digests of roles and service, too, are those of the clone: nothing is to be done.
    plan = _run(installed, "plan", *chosen, "--json", cwd=tmp_path)
    assert plan.returncode == 0, plan.stdout + plan.stderr
    applied = _run(installed, "apply", *chosen, "--yes", "--json", cwd=tmp_path)
    assert applied.returncode == 0, applied.stdout + applied.stderr
    assert json.loads(applied.stdout.splitlines()[-1])["results"] == []
    audit = _run(installed, "audit", *chosen, "--out", str(tmp_path / "out"), cwd=tmp_path)
    assert audit.returncode == 0, audit.stdout + audit.stderr
    (server,) = json.loads((tmp_path / "out" / "audit.json").read_text())["servers"]
    here = provisioned.findings()
    assert {one["control"]: one["status"] for one in server["findings"]} == here
    assert "lab-kab" in (tmp_path / "out" / "audit.html").read_text()
    verified = _run(installed, "verify", "out", "-i", str(provisioned.inventory), cwd=tmp_path)
    assert verified.returncode == 0, verified.stdout + verified.stderr
    fleet = _run(installed, "report", "out", "--out", "fleet", cwd=tmp_path)
    assert fleet.returncode == 0, fleet.stdout + fleet.stderr
    assert "lab-kab" in (tmp_path / "fleet" / "fleet.html").read_text()
    sync = _run(installed, "sync", *chosen, "--json", cwd=tmp_path)
    assert sync.returncode == 0, sync.stdout + sync.stderr
    assert json.loads(sync.stdout)["servers"][0]["status"]["green"] is True
    preflight = _run(installed, "preflight", *chosen, "--json", cwd=tmp_path)
    assert preflight.returncode == 0, preflight.stdout + preflight.stderr
    drill = _run(installed, "drill", *chosen, "--json", cwd=tmp_path)
    assert drill.returncode == 0, drill.stdout + drill.stderr
    assert json.loads(drill.stdout)["servers"][0]["identical"] is True


def test_init_papers_people_and_a_failed_enrolment(installed: Path, tmp_path: Path) -> None:
    words = ["--region", "33.74", "--address", "127.0.0.1", "--internal", "10.33.74.0/24"]
    words += ["--fqdn", "data.semarang.example", "--sync-url", "https://backbone.pusat.example"]
    made = _run(installed, "init", "semarang", *words, cwd=tmp_path)
    assert made.returncode == 0, made.stderr
    assert _run(installed, "validate", "-i", "semarang", cwd=tmp_path).returncode == 0
    papers = _run(installed, "papers", "-i", "semarang", "--out", "papers", cwd=tmp_path)
    assert papers.returncode == 0, papers.stderr
    assert (tmp_path / "papers" / "surat-permohonan.docx").read_bytes().startswith(b"PK")
    sheet = _run(installed, "sheet", "-i", "semarang", "--out", "sheet.html", cwd=tmp_path)
    assert sheet.returncode == 0, sheet.stderr
    assert "<svg" in (tmp_path / "sheet.html").read_text()
    people = _run(installed, "vpn", "list", "-i", "semarang", "--json", cwd=tmp_path)
    assert (people.returncode, json.loads(people.stdout)) == (0, [])
    assert "complete" in _run(installed, "completion", "bash", cwd=tmp_path).stdout
    (tmp_path / "password").write_text("x")
    tried = _run(
        installed, "enroll", "127.0.0.1", "--port", "9", "-i", "semarang", "--password-file", "password", cwd=tmp_path
    )
    assert tried.returncode == 3
    assert "9" in tried.stderr


def test_its_lab_is_the_same(installed: Path, lab: Lab, tmp_path: Path) -> None:
    state = {
        "BACKBONE_LAB": lab.name,
        "BACKBONE_STATE": str(paths.state_dir()),
        "BACKBONE_CACHE": str(paths.cache_dir()),
    }
    told = _run(installed, "lab", "list", "--json", cwd=tmp_path, **state)
    assert told.returncode == 0, told.stderr
    assert json.loads(told.stdout) == json.loads(json.dumps(lab.listing()))
