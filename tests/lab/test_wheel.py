"""The built wheel carries roles, checks and templates: away from the clone every verb but `test` works the same."""

from __future__ import annotations

import shutil
import subprocess
import sys
import sysconfig
import venv
from pathlib import Path

import pytest

from provision.cli.main import VERBS

CLONE = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The `backbone` command of an environment that knows the wheel and its dependencies, but not the clone."""
    folder = tmp_path_factory.mktemp("installed")
    build = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder)]
    subprocess.run(build, cwd=CLONE, check=True, capture_output=True)
    [wheel] = folder.glob("*.whl")
    venv.create(folder / "venv", with_pip=True)
    python = folder / "venv" / "bin" / "python"
    subprocess.run([python, "-m", "pip", "install", "--quiet", "--no-deps", "--no-index", wheel], check=True)
    site = subprocess.run(
        [python, "-c", "import sysconfig; print(sysconfig.get_path('purelib'))"],
        check=True, capture_output=True, text=True,
    ).stdout.strip()  # fmt: skip
    # The dependencies are those of the tests' own environment; its link to the clone is left out.
    dependencies = folder / "dependencies"
    dependencies.mkdir()
    for found in Path(sysconfig.get_path("purelib")).iterdir():
        if found.name != "backbone-daerah.pth":
            (dependencies / found.name).symlink_to(found)
    (Path(site) / "dependencies.pth").write_text(f"{dependencies}\n")
    scripts = Path(sys.executable).parent
    for name in ("ansible", "ansible-playbook", "ansible-inventory", "ansible-runner", "ansible-vault"):
        script = (scripts / name).read_text().split("\n", 1)[1]
        (python.parent / name).write_text(f"#!{python}\n{script}")
        (python.parent / name).chmod(0o755)
    return python.parent / "backbone"


def _run(installed: Path, *words: str, cwd: Path) -> subprocess.CompletedProcess[str]:
    environment = {"PATH": f"{installed.parent}:/usr/sbin:/usr/bin:/sbin:/bin", "HOME": str(cwd), "LANG": "C.UTF-8"}
    return subprocess.run(
        [str(installed), *words], cwd=cwd, env=environment, capture_output=True, text=True, timeout=300
    )


@pytest.mark.parametrize("verb", [verb for verb in VERBS if verb != "test"])
def test_every_verb_is_there(installed: Path, verb: str, tmp_path: Path) -> None:
    shown = _run(installed, verb, "--help", cwd=tmp_path)
    assert shown.returncode == 0, shown.stderr
    assert "Example" in shown.stdout


def test_it_runs_from_its_own_place(installed: Path, tmp_path: Path) -> None:
    where = "import provision, pathlib; print(pathlib.Path(provision.__file__).parent)"
    shown = subprocess.run(
        [installed.parent / "python", "-c", where], cwd=tmp_path, check=True, capture_output=True, text=True
    ).stdout
    assert str(installed.parent.parent) in shown
    assert str(CLONE) not in shown


def test_it_carries_roles_catalogue_and_examples(installed: Path, tmp_path: Path) -> None:
    names = ("roles_dir", "templates_dir", "inventories_dir", "playbooks_dir", "catalogue_dir", "sync_package_dir")
    ask = f"from provision import paths; [print(getattr(paths, name)()) for name in {names}]"
    shown = subprocess.run(
        [installed.parent / "python", "-c", ask], cwd=tmp_path, check=True, capture_output=True, text=True
    ).stdout
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
    assert (shown.returncode, shown.stdout) == (here.returncode, here.stdout)
    assert '"valid": true' in shown.stdout


def test_the_tests_are_not_for_an_installed_package(installed: Path, tmp_path: Path) -> None:
    assert _run(installed, "test", cwd=tmp_path).returncode == 2
