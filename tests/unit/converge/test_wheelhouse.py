"""The wheelhouse's decisions: what a server's Python needs, and what a release is. Building it needs an index."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from provision import paths
from provision.converge.wheelhouse import PYTHONS, locked_for, release_id


@pytest.mark.parametrize("python", ["3.9", *PYTHONS])
def test_each_python_gets_each_package_once_with_hashes_and_without_markers(python: str) -> None:
    lines = list(locked_for(paths.sync_package_dir() / "requirements.txt", python))
    names = [line.split("==")[0].split("[")[0] for line in lines]
    assert len(set(names)) == len(names)
    assert {"msgspec", "psycopg", "psycopg-binary", "urllib3", "prometheus-client", "pyyaml"} <= set(names)
    assert ("tomli" in names) is (python == "3.9")
    assert all("--hash=sha256:" in line and ";" not in line for line in lines)


@pytest.mark.parametrize("python", PYTHONS)
def test_the_driver_for_sql_server_comes_with_all_else_in_the_same_versions(python: str) -> None:
    package = paths.sync_package_dir()
    plain = set(locked_for(package / "requirements.txt", python))
    driven = list(locked_for(package / "requirements-sqlserver.txt", python))
    names = {line.split("==")[0] for line in driven}
    assert {"mssql-python", "mssql-python-odbc", "mssql-python-rs"} <= names
    assert all("--hash=sha256:" in line and ";" not in line for line in driven)
    pins = {line.split(" ")[0] for line in driven}
    assert {line.split(" ")[0] for line in plain} <= pins


def test_a_release_is_known_by_its_content(tmp_path: Path) -> None:
    copy = tmp_path / "backbone_sync"
    shutil.copytree(paths.sync_package_dir(), copy, ignore=shutil.ignore_patterns("__pycache__"))
    assert release_id(copy) == release_id()
    (copy / "__pycache__").mkdir()
    (copy / "__pycache__" / "x.pyc").write_bytes(b"x")
    (copy / ".ruff_cache").mkdir(exist_ok=True)
    (copy / ".ruff_cache" / "x").write_bytes(b"what a linter left is no new release")
    assert release_id(copy) == release_id()
    (copy / "engine.py").write_text("# changed\n")
    assert release_id(copy) != release_id()
