"""What `--rotate` and `--let-go` say before anything changes."""

from __future__ import annotations

from pathlib import Path

import pytest

from provision.cli import rotating
from provision.cli.apply import apply
from provision.errors import UsageError
from provision.onboard.rotation import KINDS, Item

REASON = "data-3374 has a supplied certificate"


def test_what_is_left_out_is_said_with_its_reason(capsys: pytest.CaptureFixture[str]) -> None:
    tls, report = (next(kind for kind in KINDS if kind.name == name) for name in ("tls", "report"))
    items = (Item(tls, (), (), left_out=(REASON,)), Item(report, ("data-3374",), (), left_out=("and so on",)))
    in_hand = rotating.Rotating(items, (), Path("semarang"))
    rotating.show(in_hand)
    shown = capsys.readouterr().out
    assert f"tls: {REASON}" in shown
    assert "report: and so on" in shown
    assert "tls: \u00b7" not in shown
    assert [(one["name"], one["servers"], one["left_out"]) for one in rotating.as_json(in_hand)] == [
        ("tls", [], [REASON]),
        ("report", ["data-3374"], ["and so on"]),
    ]
    assert rotating.as_json(in_hand)[0]["afterwards"] == []


def test_a_rotation_and_a_letting_go_are_two_applies(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="do not go together"):
        apply(tmp_path / "nowhere", rotate="backup", let_go="backup")
