"""A role's own sentence is recognised in what Ansible said, and told in the language of the person."""

from __future__ import annotations

import re

from provision import i18n
from provision.converge.role_words import template, templates, told
from provision.i18n import english
from provision.inventory.windows_rules import NO_WINDOWS_FORM
from provision.paths import roles_dir

PORT = (
    "Port 5432 belongs to another database cluster (14/main): stop it or move it to another port, "
    "then run this stage again."
)


def test_a_role_s_sentence_is_told_in_the_language_and_kept_in_english() -> None:
    failure = f"{PORT}\nstderr of some command"
    assert told(failure) == failure
    i18n.use("id")
    said = told(failure)
    assert said.startswith("Port 5432 dipakai klaster basis data lain (14/main):")
    assert said.endswith("\nstderr of some command")
    assert english(said) == failure


def test_a_sentence_of_nobody_stays_as_it_is() -> None:
    i18n.use("id")
    assert told("E: Unable to locate package x") == "E: Unable to locate package x"
    assert told("") == ""


def test_what_jinja_fills_in_becomes_a_place() -> None:
    assert template("The {{ a | default('x') }}\n  of {{ b }}") == "The {a} of {b}"


def test_every_stage_that_has_no_windows_form_says_so_in_both_languages() -> None:
    i18n.use("id")
    windows = [one for one in templates() if "Windows" in one]
    without = {
        path.parents[1].name
        for path in roles_dir().glob("*/tasks/windows.yml")
        if re.search(
            rf"The stage {path.parents[1].name} (has no Windows form yet|cannot provision a Windows)", path.read_text()
        )
    }
    assert without == set(NO_WINDOWS_FORM)
    assert len(windows) > 13
    assert all("Windows" in told(one) and told(one) != one for one in windows)
