"""Words are completed at the Tab key: in a real bash, and by what zsh, fish and PowerShell ask."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
import tree_sitter_powershell
from tree_sitter import Language, Parser

from provision import paths
from provision.cli.completion import INSTALL
from provision.cli.main import VERBS

ENVIRONMENT = os.environ | {"PYTHONPATH": str(paths.inventories_dir().parent), "BACKBONE_LANG": "en"}


def backbone(*words: str, **environment: str) -> str:
    return subprocess.run(
        [sys.executable, "-m", "provision.cli.main", *words],
        capture_output=True, text=True, check=True, env=ENVIRONMENT | environment,
    ).stdout  # fmt: skip


def test_in_a_real_bash(tmp_path: Path) -> None:
    (tmp_path / "backbone").write_text(f'#!/bin/sh\nexec {sys.executable} -m provision.cli.main "$@"\n')
    (tmp_path / "backbone").chmod(0o755)
    asked = """
        source <(backbone completion bash)
        complete -p backbone
        for words in "backbone va" "backbone vpn re" "backbone papers --ov" "backbone completion --j"; do
            COMP_WORDS=($words) COMP_CWORD=$((${#COMP_WORDS[@]} - 1))
            COMP_CWORD=$((${#COMP_WORDS[@]} - 1)); _backbone_completion backbone; echo "${COMPREPLY[*]}"
        done
    """
    run = subprocess.run(
        ["bash", "-c", asked],
        capture_output=True, text=True, check=False,
        env=ENVIRONMENT | {"PATH": f"{tmp_path}:{os.environ['PATH']}"},
    )  # fmt: skip
    first, *found = run.stdout.splitlines()
    assert first == "complete -o default -F _backbone_completion backbone", run.stderr
    assert found == ["validate", "remove", "--overwrite", "--json"]


@pytest.mark.parametrize("shell", ["zsh", "fish", "powershell"])
def test_what_other_shells_ask(shell: str) -> None:
    asked = {"_BACKBONE_COMPLETE": f"complete_{shell}", "_TYPER_COMPLETE_ARGS": "backbone va"}
    said = backbone(**asked, _TYPER_COMPLETE_FISH_ACTION="get-args", _TYPER_COMPLETE_WORD_TO_COMPLETE="va")
    assert "validate" in said
    assert "vpn" not in said


def test_powershell_can_read_its_script() -> None:
    """By PowerShell's grammar, and against what its argument completers have to be: no PowerShell runs here."""
    script = backbone("completion", "powershell")
    tree = Parser(Language(tree_sitter_powershell.language())).parse(script.encode())
    assert not tree.root_node.has_error
    assert "Register-ArgumentCompleter -Native -CommandName backbone -ScriptBlock" in script
    assert "param($wordToComplete, $commandAst, $cursorPosition)" in script
    # What the script takes each line apart by, and what the command answers.
    assert "-split ':::'" in script or '-Split ":::"' in script
    asked = {"_BACKBONE_COMPLETE": "complete_powershell", "_TYPER_COMPLETE_ARGS": "backbone va"}
    [line] = backbone(**asked, _TYPER_COMPLETE_WORD_TO_COMPLETE="va").splitlines()
    assert line.split(":::")[0] == "validate"


@pytest.mark.parametrize("shell", INSTALL)
def test_each_script_names_the_command(shell: str) -> None:
    told = json.loads(backbone("completion", shell, "--json"))
    assert "_BACKBONE_COMPLETE" in told["script"]
    assert told["install"].startswith(f"backbone completion {shell} >")


def test_every_verb_is_offered() -> None:
    said = backbone(_BACKBONE_COMPLETE="complete_bash", COMP_WORDS="backbone ", COMP_CWORD="1")
    assert set(said.split()) == set(VERBS)
