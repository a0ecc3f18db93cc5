"""The module that keeps stamps and the lock on a server, on a root of its own."""

from __future__ import annotations

import importlib.util
import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from provision import paths

pytestmark = pytest.mark.needs_ansible
OWNER = {"controller": "a", "person": "siti", "run": "1"}


@pytest.fixture(scope="module")
def module() -> ModuleType:
    file = paths.roles_dir() / "stage" / "library" / "backbone_stamp.py"
    spec = importlib.util.spec_from_file_location("backbone_stamp", file)
    assert spec
    assert spec.loader
    loaded = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(loaded)
    return loaded


def stamp(stage: str, **more: Any) -> dict[str, Any]:
    common = {"version": 1, "host": "kab", "digest": "d", "inputs": {}, "files": {}, "tried": [], "at": "1"}
    return {"stage": stage, **common, **more}


def test_a_stage_at_work_has_no_stamp_and_the_same_stamp_again_is_no_change(module: ModuleType, tmp_path: Path) -> None:
    ledger = module.Ledger(str(tmp_path))
    ledger.begin("tls", [])
    assert ledger.finish(stamp("tls")) is True
    ledger.begin("tls", [])
    assert not ledger.stamp("tls").exists()
    assert ledger.finish(stamp("tls", at="2", tried=["TLS-01"])) is False
    assert json.loads(ledger.stamp("tls").read_text())["at"] == "2"
    ledger.begin("tls", [])
    ledger.begin("tls", [])  # a run that was killed, and the next one
    assert ledger.finish(stamp("tls", digest="other")) is True
    assert [path.name for path in ledger.stamps.iterdir()] == ["tls.json"]
    assert ledger.stamp("tls").stat().st_mode & 0o777 == 0o600


def test_a_stage_takes_its_followers_out_of_force(module: ModuleType, tmp_path: Path) -> None:
    ledger = module.Ledger(str(tmp_path))
    for stage in ("tls", "gateway"):
        ledger.begin(stage, [])
        ledger.finish(stamp(stage))
    ledger.begin("tls", ["gateway", "postgresql"])
    ledger.finish(stamp("tls"))
    assert sorted(path.name for path in ledger.stamps.iterdir()) == ["gateway.json.started", "tls.json"]


def test_controls_tried_in_vain_are_noted_in_a_stamp_in_force_only(module: ModuleType, tmp_path: Path) -> None:
    ledger = module.Ledger(str(tmp_path))
    ledger.begin("tls", [])
    assert ledger.tried("tls", ["TLS-02", "TLS-01"]) is False
    ledger.finish(stamp("tls"))
    assert ledger.tried("tls", ["TLS-02", "TLS-01"]) is True
    assert json.loads(ledger.stamp("tls").read_text()) == stamp("tls", tried=["TLS-01", "TLS-02"])


@pytest.mark.parametrize(
    ("controller", "age", "taken"),
    [("a", 10, True), ("b", 10, False), ("b", 3599, False), ("b", 3601, True), ("b", -10, True)],
)
def test_the_lock_keeps_others_out_until_it_is_stale(
    module: ModuleType, tmp_path: Path, controller: str, age: int, taken: bool
) -> None:
    ledger = module.Ledger(str(tmp_path))
    at = datetime.now(UTC) - timedelta(seconds=age)
    ledger.lock.parent.mkdir(parents=True)
    ledger.lock.write_text(json.dumps({"controller": controller, "person": "budi", "at": at.isoformat()}))
    if taken:
        ledger.take_lock(OWNER, 3600)
        ledger.release(OWNER)
        assert not ledger.lock.exists()
    else:
        with pytest.raises(module.RefusedError, match="budi on b"):
            ledger.take_lock(OWNER, 3600)
        ledger.release(OWNER)
        assert ledger.lock.exists()


def test_a_lock_that_cannot_be_read_keeps_nobody_out(module: ModuleType, tmp_path: Path) -> None:
    ledger = module.Ledger(str(tmp_path))
    ledger.lock.parent.mkdir(parents=True)
    ledger.lock.write_text("half a lo")
    ledger.take_lock(OWNER, 3600)
    assert json.loads(ledger.lock.read_text())["run"] == "1"


def test_files_are_digested_as_the_probe_digests_them(module: ModuleType, tmp_path: Path) -> None:
    file = tmp_path / "a"
    file.write_text("x")
    (tmp_path / "link").symlink_to(file)
    assert module.digest_of(file) == module.digest_of(tmp_path / "link")
    assert module.digest_of(tmp_path) is None
    assert module.digest_of(tmp_path / "absent") is None
