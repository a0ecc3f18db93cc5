"""The service on the oldest Python that it promises, 3.9, from its own lock: every verb of a server's day."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

from backbone_sync.config import Config
from provision import paths
from provision.lab.source.mutate import mutate
from provision.lab.source.serve import Source
from tests.support.sync_cli import settings
from tests.support.sync_world import ENTITIES, difference

OLDEST = "3.9"
VERBS = (
    *(["status"], ["doctor"], ["quarantine"], ["replay"], ["reconcile"], ["metadata"], ["grant"]),
    *(["record", "verify"], ["retention", "show"]),
)


def interpreter() -> str | None:
    """A Python 3.9 of this machine."""
    pyenv = Path(os.environ.get("PYENV_ROOT", Path.home() / ".pyenv")) / "versions"
    found = sorted(pyenv.glob(f"{OLDEST}.*/bin/python{OLDEST}"))
    return str(found[-1]) if found else shutil.which(f"python{OLDEST}")


@pytest.fixture(scope="module")
def oldest() -> Path:
    """Its interpreter with what the lock names, kept between runs of the tests."""
    base = interpreter()
    if base is None:
        pytest.skip(f"this machine has no Python {OLDEST}")
    lock = paths.sync_package_dir() / "requirements.txt"
    digest = hashlib.sha256(lock.read_bytes()).hexdigest()[:12]
    place = paths.cache_dir() / "oldest-python" / digest
    if not (place / "whole").exists():
        shutil.rmtree(place, ignore_errors=True)
        subprocess.run([base, "-m", "venv", str(place)], check=True)
        pip = [str(place / "bin/python"), "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
        subprocess.run([*pip, "--require-hashes", "-r", str(lock)], check=True)
        (place / "whole").touch()
    return place / "bin" / "python"


def test_a_servers_day_on_the_oldest_python(
    oldest: Path, config: Config, source: Source, data: Path, database: str, tmp_path: Path
) -> None:
    written = settings(tmp_path, config)

    def said(*words: str) -> Any:
        command = [str(oldest), "-m", "backbone_sync", *words, "--json", "--config", str(written)]
        environment = {**os.environ, "PYTHONPATH": str(paths.sync_package_dir().parent)}
        done = subprocess.run(command, capture_output=True, text=True, timeout=300, env=environment)
        assert done.returncode == 0, (words, done.stdout[-2000:], done.stderr[-2000:])
        return json.loads(done.stdout)

    said("migrate")
    assert said("run")["green"]
    mutate(data, "peserta_didik", change=20, delete=5, add=7, seed=1)
    assert said("run")["entities"]["peserta_didik"]["deleted"] == 12
    assert said("run", "--full")["green"]
    for entity in ENTITIES:
        assert difference(data, database, entity) == set()
    for verb in VERBS:
        said(*verb)
    said("export", "--out", str(tmp_path / "tables"))
    assert any(one.suffix == ".xlsx" for one in (tmp_path / "tables").rglob("*"))
