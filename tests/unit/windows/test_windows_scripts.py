"""PowerShell and T-SQL of the roles: no syntax error lands, nothing newer than 5.1, nothing built by string."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
import sqlglot
from ruamel.yaml import YAML
from sqlglot import exp

from provision.paths import roles_dir
from tests.support.windows import scripts
from tests.unit.roles.taskbook import flat

ROOT = Path(roles_dir()).parent
POWERSHELL = sorted(
    [*ROOT.glob("roles/*/files/**/*.ps1"), *ROOT.glob("checks/**/*.ps1"), *ROOT.glob("templates/**/*.ps1")]
)
SQL = sorted(ROOT.glob("roles/*/files/sqlserver/*.sql"))
# What Windows PowerShell 5.1 does not know.
_NEWER = re.compile(
    r"\?\?=?|\?\.\w|&&|\|\||-Parallel\b|ConvertFrom-Json[^\n]* -AsHashtable|Get-Error\b|\$PSStyle\b|-AsUTC\b"
)


_BACKUP = re.compile(
    r"BACKUP (DATABASE|LOG) \[backbone\] TO DISK = @file\s+"
    r"WITH (DIFFERENTIAL, )?CHECKSUM, COMPRESSION, FORMAT, INIT,\s+"
    r"ENCRYPTION \(ALGORITHM = AES_256, SERVER CERTIFICATE = \[backbone_backup\]\);\n"
    r"|RESTORE VERIFYONLY FROM DISK = @file WITH CHECKSUM;\n"
)


def code(text: str) -> str:
    """A script without comments and strings."""
    for node in reversed(list(_quiet(scripts.tree(text)))):
        text = text[: node.start_byte] + " " * (node.end_byte - node.start_byte) + text[node.end_byte :]
    return text


def _quiet(node: Any) -> list[Any]:
    if node.type in ("comment", "string_literal"):
        return [node]
    return [found for child in node.children for found in _quiet(child)]


def names(files: list[Path]) -> list[str]:
    return [str(file.relative_to(ROOT)) for file in files]


@pytest.mark.parametrize("file", POWERSHELL, ids=names(POWERSHELL))
def test_powershell_has_no_syntax_error_and_suits_windows_powershell(file: Path) -> None:
    text = file.read_text("ascii")
    assert not scripts.tree(text).has_error
    found = _NEWER.search(code(text))
    assert found is None, found
    assert text.startswith("#"), "opens with what it is for"
    assert "Invoke-Expression" not in text
    assert not re.search(r"\biex\b|ScriptBlock\]::Create", text)


def test_what_is_newer_would_be_found() -> None:
    for newer in ("$a ?? 1", "$a?.b", "Get-Item x && Get-Item y", "$x | ForEach-Object -Parallel { 1 }"):
        assert _NEWER.search(code(newer)), newer
    assert scripts.tree("if ($x { }").has_error
    assert not _NEWER.search(code("# a && b\n'x ?? y'"))


@pytest.mark.parametrize("file", SQL, ids=names(SQL))
def test_t_sql_is_read_by_a_parser_and_takes_no_text_of_values(file: Path) -> None:
    text = file.read_text("ascii")
    if file.stem.startswith("backup-"):
        # The parser knows neither BACKUP nor RESTORE: these keep to a form.
        assert _BACKUP.fullmatch(re.sub(r"--[^\n]*\n", "", text)), text
        return
    statements = sqlglot.parse(text, read="tsql", error_level=sqlglot.ErrorLevel.RAISE)
    assert [one for one in statements if one is not None]
    if file.stem.endswith("-missing"):
        # A question: one statement, nothing but a SELECT.
        assert [type(one) for one in statements if one is not None] == [exp.Select]
    assert "{{" not in text


def test_no_task_builds_a_script_by_string() -> None:
    modules = ("ansible.windows.win_shell", "ansible.windows.win_command", "community.windows.win_psexec")
    tasks = 0
    roles = Path(roles_dir())
    for file in [*roles.glob("*/tasks/windows.yml"), *roles.glob("*/tasks/windows/*.yml")]:
        for task in flat(YAML(typ="safe").load(file)):
            assert not set(modules) & set(task), file
            if asked := task.get("ansible.windows.win_powershell"):
                tasks += 1
                assert set(asked) <= {"path", "parameters", "sensitive_parameters", "error_action"}, (
                    file,
                    task["name"],
                )
    assert tasks >= 20


def test_every_script_that_a_task_names_is_known_to_the_stand_in() -> None:
    known = scripts.known()
    assert {"stage/stamp.ps1", "base/set-time.ps1", "firewall/set-firewall.ps1", "tls/set-request.ps1"} <= set(known)
    stamp = known["stage/stamp.ps1"]
    assert stamp.asks_first
    assert stamp.parameters["State"].choices == ("begin", "finish", "abort", "tried")
    assert [one.name for one in stamp.parameters.values() if one.mandatory] == ["State", "Stage"]
