"""What the documentation tells people to type: each command is one that there is; those that need no server are run."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from handbook import console
from provision import paths

ROOT = paths.inventories_dir().parent
PAGES = sorted([*(ROOT / "docs").rglob("*.md"), ROOT / "README.md", ROOT / "README.id.md"])
ALL = [command for page in PAGES for command in console.commands(page)]
RUN = {page: [command for command in ALL if command.page == page and command.runs] for page in PAGES}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_every_command_is_one_that_there_is(page: Path) -> None:
    refused = []
    for command in (one for one in ALL if one.page == page):
        try:
            console.parse(command)
        except ValueError as fault:
            refused.append(str(fault))
    assert refused == []


def test_commands_are_found() -> None:
    assert len(ALL) > 200
    assert {"backbone", "backbone-sync"} == {one.tool for one in ALL}
    assert sum(map(len, RUN.values())) >= 8


@pytest.mark.parametrize(
    "typed",
    [
        "./backbone audti -i semarang",
        "$ backbone audit -i semarang --ut hasil",
        "backbone apply",
        "backbone vpn ad sri -i semarang",
        "backbone drill -i semarang hasil",
        "backbone report x --audit-days never",
        "backbone-sync breach affect",
        "backbone-sync run --fulls",
    ],
)
def test_a_command_that_there_is_not_is_refused(typed: str, tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text(f"text\n\n```console\n{typed}\n```\n")
    [command] = console.commands(page)
    with pytest.raises(ValueError, match=r"page\.md:4"):
        console.parse(command)


def test_what_is_a_command_and_what_is_not(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text(
        "backbone audit in a sentence\n\n    ./backbone audit -i a   # why\n\n<!-- run -->\n```console\n"
        "$ ./backbone validate -i b && echo ok\nbackbone: an answer\n```\n\n```console\n$ sudo backbone-sync run\n```\n"
    )
    found = list(console.commands(page))
    assert [(one.tool, one.words, one.runs) for one in found] == [
        ("backbone", ["audit", "-i", "a"], False),
        ("backbone", ["validate", "-i", "b"], True),
        ("backbone-sync", ["run"], False),
    ]


@pytest.mark.parametrize("page", [page for page in PAGES if page.name.endswith(".id.md")], ids=lambda page: page.name)
def test_both_languages_tell_the_same_commands(page: Path) -> None:
    """So that those of one language are run for both. Names of people and folders may differ."""
    english = page.with_name(page.name.replace(".id.md", ".md"))
    typed = [[(one.tool, one.words[0], len(one.words)) for one in ALL if one.page == two] for two in (page, english)]
    assert typed[0] == typed[1]
    assert [one.text for one in RUN[page]] == [one.text for one in RUN[english]] or page.parent == ROOT


def shape(text: str) -> dict[str, int]:
    """How many headings, fences of code and rows of tables a page has; lines inside a fence count as none of these."""
    found = {"headings": 0, "fences": 0, "rows": 0}
    inside = False
    for line in map(str.strip, text.splitlines()):
        if line.startswith("```"):
            inside = not inside
            found["fences"] += 1
        elif not inside:
            found["headings"] += re.match(r"#{1,6} ", line) is not None
            found["rows"] += line.startswith("|")
    return found


@pytest.mark.parametrize("page", [page for page in PAGES if page.name.endswith(".id.md")], ids=lambda page: page.name)
def test_both_languages_have_the_same_parts(page: Path) -> None:
    """A section, an example or a row that only one language has is one that its readers are not told."""
    assert shape(page.read_text()) == shape(page.with_name(page.name.replace(".id.md", ".md")).read_text())


def test_the_parts_of_a_page_are_counted() -> None:
    page = (
        "# A\n\n| a | b |\n|---|---|\n\n```sh\n# no heading\n| wc\n```\n\n## B\n#tag\n    ```\n    ## none\n    ```\n"
    )
    assert shape(page) == {"headings": 2, "fences": 4, "rows": 2}


ENGLISH = [page for page in PAGES if RUN[page] and not page.name.endswith(".id.md")]


@pytest.mark.needs_ansible
@pytest.mark.parametrize("page", ENGLISH, ids=lambda page: str(page.relative_to(ROOT)))
def test_commands_that_need_no_server_hold(page: Path, tmp_path: Path) -> None:
    shutil.copytree(ROOT / "inventories", tmp_path / "inventories")
    shutil.copytree(ROOT / "docs", tmp_path / "docs", ignore=shutil.ignore_patterns("*.md"))
    tool = tmp_path / "backbone"
    tool.write_text(f'#!/bin/sh\nexec {sys.executable} -m provision.cli.main "$@"\n')
    tool.chmod(0o755)
    environment = os.environ | {
        "PYTHONPATH": str(ROOT),
        "PATH": f"{tmp_path}:{os.environ['PATH']}",
        "BACKBONE_LANG": "en",
    }
    for command in RUN[page]:
        done = subprocess.run(
            ["sh", "-c", f"./backbone {command.text}"], cwd=tmp_path, env=environment, stdin=subprocess.DEVNULL,
            capture_output=True, text=True, timeout=240, check=False,
        )  # fmt: skip
        assert done.returncode == 0, f"{command}\n{done.stdout}{done.stderr}"
