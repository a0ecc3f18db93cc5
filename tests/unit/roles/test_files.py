"""`backbone_files`, by the real Ansible on this machine: check mode tells what a run then does, once."""

from __future__ import annotations

import getpass
import grp
import json
import os
from pathlib import Path
from typing import Any

import pytest

from tests.unit.roles.taskbook import one_step

pytestmark = pytest.mark.needs_ansible
MINE = {"owner": getpass.getuser(), "group": grp.getgrgid(os.getegid()).gr_name}


@pytest.fixture
def role(tmp_path: Path) -> Path:
    """A role with a template that includes another, and a file."""
    folder = tmp_path / "roles" / "small"
    for part in ("tasks", "templates", "files"):
        (folder / part).mkdir(parents=True)
    (folder / "templates" / "unit.j2").write_text(
        "{% include 'head.j2' %} by us\n{% if wanted %}\nWho={{ who }}\n{% endif %}\nEnd\n"
    )
    (folder / "templates" / "head.j2").write_text("# Managed")
    (folder / "files" / "tool.sh").write_text("#!/bin/sh\necho '{{ not a template }}'\n")
    return tmp_path


def mode(path: Path) -> str:
    return f"{path.stat().st_mode & 0o7777:04o}"


def test_what_check_mode_tells_is_done_and_only_once(role: Path) -> None:
    place = role / "etc" / "systemd"
    (role / "etc").mkdir()
    step = {
        "directories": [{"path": str(place / "a.d"), "mode": "0750", **MINE}],
        "files": [
            {"path": str(place / "a.d" / "unit.conf"), "template": "unit.j2", **MINE},
            {"path": str(place / "a.d" / "tool"), "source": "tool.sh", "mode": "0755", **MINE},
            {
                "path": [str(place / "a.d" / "words"), str(place / "a.d" / "again")],
                "content": "{{ who }}: rahasia\n",
                "mode": "0600",
                **MINE,
            },
        ],
    }
    told = one_step(role, "backbone_files", step, "--check", "--diff")
    assert told["changed"]
    assert not place.exists()
    assert "# Managed by us\nWho=siti\nEnd\n" in [one["after"] for one in told["diff"]]
    done = one_step(role, "backbone_files", step)
    assert done["written"] == told["written"]
    assert "diff" not in done
    assert (place / "a.d" / "unit.conf").read_text() == "# Managed by us\nWho=siti\nEnd\n"
    assert (place / "a.d" / "tool").read_text().endswith("'{{ not a template }}'\n")
    assert (place / "a.d" / "words").read_text() == "siti: rahasia\n"
    modes = {path.name: mode(path) for path in [place, *place.rglob("*")]}
    assert modes == {
        "systemd": "0750",
        "a.d": "0750",
        "unit.conf": "0644",
        "tool": "0755",
        "words": "0600",
        "again": "0600",
    }
    # Again: nothing. Then one is edited and another's mode changed: those two, and no other.
    assert one_step(role, "backbone_files", step) == {**done, "changed": False, "written": []}
    with (place / "a.d" / "unit.conf").open("a") as file:
        file.write("# edited\n")
    (place / "a.d" / "words").chmod(0o644)
    both = [str(place / "a.d" / name) for name in ("unit.conf", "words")]
    assert one_step(role, "backbone_files", step, "--check")["written"] == both
    assert one_step(role, "backbone_files", step)["written"] == both
    assert mode(place / "a.d" / "words") == "0600"


def test_a_link_in_a_files_place_is_replaced_and_what_it_led_to_is_not_touched(role: Path) -> None:
    elsewhere, link = role / "elsewhere", role / "link"
    elsewhere.write_text("theirs\n")
    link.symlink_to(elsewhere)
    step = {"files": [{"path": str(link), "content": "ours\n", **MINE}]}
    assert one_step(role, "backbone_files", step)["written"] == [str(link)]
    assert not link.is_symlink()
    assert (link.read_text(), elsewhere.read_text()) == ("ours\n", "theirs\n")


@pytest.mark.parametrize(
    ("step", "words"),
    [
        ({"files": [{"path": "{{ playbook_dir }}/roles", "content": "x"}]}, "is there and is no file"),
        ({"directories": [{"path": "{{ playbook_dir }}/play.yml"}]}, "is there and is no directory"),
        ({"files": [{"path": "{{ playbook_dir }}/none/x", "content": "x"}]}, "there is no such directory"),
        ({"files": [{"path": "/x", "content": "x", "template": "unit.j2"}]}, "exactly one of"),
        ({"files": [{"path": "/x"}]}, "exactly one of"),
        ({"files": [{"path": "/x", "template": "none.j2"}]}, "none.j2"),
        ({"files": [{"path": "/x", "content": "x", "modus": "0600"}]}, "modus"),
    ],
    ids=["a folder", "a file", "no folder", "two contents", "no content", "no such template", "unknown word"],
)
def test_what_cannot_be_done_fails_and_says_why(role: Path, step: dict[str, Any], words: str) -> None:
    told = one_step(role, "backbone_files", step)
    assert told["failed"]
    assert words in told["msg"]


def test_a_step_with_secrets_shows_no_difference(role: Path) -> None:
    step = {"files": [{"path": str(role / "secret"), "content": "rahasia", "mode": "0600", **MINE}]}
    assert "rahasia" not in json.dumps(one_step(role, "backbone_files", step, "--check", "--diff", diff=False))
