"""What a drill leaves on the server: its record where it proves something, and nothing of another server's."""

from __future__ import annotations

import fnmatch
import json
import re
import subprocess
from pathlib import Path
from typing import Any

import pytest

from provision.operate.compare import judge
from provision.operate.remote import unit
from provision.operate.session import OneServer
from provision.paths import roles_dir
from provision.probe.transport import Target


@pytest.fixture
def root(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    monkeypatch.setattr(unit, "ROOT", tmp_path)
    monkeypatch.setattr(unit, "METRICS", tmp_path / "metrics")
    return tmp_path


def kept(root: Path) -> dict[str, str]:
    names = ("last.json", "person.json", "metrics/drill.prom")
    return {name: (root / name).read_text() for name in names if (root / name).exists()}


@pytest.mark.parametrize("repo", [0, 3])
@pytest.mark.parametrize("ok", [True, False])
def test_a_drill_of_what_lies_at_rest_says_nothing_of_the_repository_in_use(
    root: Path, observed: dict[str, Any], repo: int, ok: bool
) -> None:
    (root / "20261122T000000Zaa").mkdir()
    unit.finish("20261122T000000Zaa", {**judge("kab", {**observed, "repo": 1}).as_dict(), "operator": "budi"})
    before = kept(root)
    assert "backbone_drill_rpo_seconds 124.0" in before["metrics/drill.prom"]
    result = judge("kab", {**observed, "repo": repo})
    assert (result.rpo_seconds, result.rpo_basis, result.ok) == (None, "", True)
    (root / "20261123T000000Zaa").mkdir()
    past = unit.finish("20261123T000000Zaa", {**result.as_dict(), "ok": ok})
    assert kept(root) == before
    assert [one["repo"] for one in past] == [1, repo]
    assert not (root / "20261123T000000Zaa").exists()


def test_of_another_servers_drill_nothing_stays(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[list[str]] = []
    monkeypatch.setattr(unit, "run", lambda command, **_: asked.append(command))
    place = root / "20261122T000000Zaa"
    (place / "work" / "scratch" / "data").mkdir(parents=True)
    for name in ("settings.json", "work/pgbackrest.conf", "work/ca.pem", "work/mark.json.gz", "work/observed.json"):
        (place / name).write_text(json.dumps({"away": {"config": "[global]"}}))
    unit.clean(place.name)
    left = sorted(str(path.relative_to(place)) for path in place.rglob("*"))
    assert left == ["work", "work/observed.json"]
    # Nobody may come for it.
    [timed] = asked
    assert timed[-3:] == ["rm", "-rf", str(place)]
    assert any(word.startswith("--on-active=") for word in timed)
    unit.clean(place.name)
    assert len(asked) == 1, "a drill of this server waits for the next one, as ever"


def test_what_a_power_loss_leaves_goes_at_the_next_start(tmp_path: Path) -> None:
    told = (roles_dir() / "backup" / "templates" / "tmpfiles.conf.j2").read_text()
    [pattern] = re.findall(r"^R! (\S+) ", told, re.M)
    named = OneServer(Target(name="kab", kind="local")).name
    assert fnmatch.fnmatch(f"/var/lib/backbone/drill/{named}", pattern)
    for name in ("marks", "last.json", "person.json", "history.jsonl"):
        assert not fnmatch.fnmatch(f"/var/lib/backbone/drill/{name}", pattern)
    for name in (named, "marks"):
        (tmp_path / "var/lib/backbone/drill" / name / "work").mkdir(parents=True)
    settings = tmp_path / "etc/tmpfiles.d/backbone.conf"
    settings.parent.mkdir(parents=True)
    settings.write_text(f"R! {pattern} - - - - -\n")
    command = ["systemd-tmpfiles", f"--root={tmp_path}", "--remove", "--boot", "backbone.conf"]
    subprocess.run(command, check=True)
    assert [path.name for path in (tmp_path / "var/lib/backbone/drill").iterdir()] == ["marks"]
