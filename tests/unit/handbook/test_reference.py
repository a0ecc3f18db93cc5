"""The handbook's reference knows what the code knows: no verb, variable, control or metric is left out or made up."""

from __future__ import annotations

import re

import pytest

from handbook import metrics, reference
from provision import i18n, paths
from provision.audit import catalogue
from provision.cli.main import VERBS
from provision.converge.stages import NAMES

LANGUAGES = ("en", "id")


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_verb_and_option_is_there(language: str) -> None:
    before = i18n.language()
    text = reference.made("commands", language)
    assert i18n.language() == before
    parts = dict(re.findall(r"^#{2,3} (backbone [a-z ]+)\n(.*?)(?=^#{2,3} |\Z)", text, re.M | re.S))
    assert {name.split()[1] for name in parts} == set(VERBS)
    for name, command in reference.command_tree("en"):
        for option in command.params:
            assert all(f"`{word}`" in parts[name] for word in option.opts if word.startswith("-")), (name, option.name)
    i18n.use(before)
    # Its words are in the language asked for.
    assert ("Menilai inventaris" in parts["backbone validate"]) == (language == "id")


def test_every_verb_has_an_example() -> None:
    before = i18n.language()
    without = [name for name, command in reference.command_tree("en") if "Example: " not in (command.help or "")]
    i18n.use(before)
    assert without == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_variable_of_the_inventory_has_a_meaning(language: str) -> None:
    known = {name for name, _schema in reference.variables()}
    assert set(reference.inventory_words()) <= known, "words for variables that there are not"
    rows = re.findall(r"^`(backbone_\w+)` \| (.*?) \| (.*?) \| ", reference.made("inventory", language), re.M)
    assert {name for name, _meaning, _kind in rows} == known
    assert [name for name, meaning, kind in rows if not (meaning and kind)] == []


def test_every_role_and_its_options_are_there() -> None:
    text = reference.made("roles", "en")
    headings = re.findall(r"^## (\w+)$", text, re.M)
    assert headings[: len(NAMES)] == list(NAMES)
    assert set(headings) == {path.name for path in paths.roles_dir().iterdir() if path.is_dir()}
    assert "`backup_keep_full` | Full backups to keep. | int | `4`" in text
    assert [line for line in text.splitlines() if line.startswith("`") and line.split(" | ")[1] == ""] == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_control_is_there(language: str) -> None:
    text = reference.made("controls", language)
    assert re.findall(r"^### ([A-Z]+-\d+) ", text, re.M) == list(catalogue.load().controls)


def test_the_metrics_are_those_that_are_written() -> None:
    names = [metric.name for metric in metrics.load()]
    written = list(metrics.written({name for name, _schema in reference.variables()} - set(names)))
    assert [one.pattern for one in written if not any(one.fullmatch(name) for name in names)] == []
    assert [name for name in names if not any(one.fullmatch(name) for one in written)] == []
    assert len(written) > 40


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_metric_is_told(language: str) -> None:
    text = reference.made("metrics", language)
    for metric in metrics.load():
        assert f"`{metric.name}` | {metric.meaning(language)} | {metric.unit(language)}" in text


def test_a_mark_that_names_nothing_is_refused() -> None:
    with pytest.raises(KeyError):
        reference.made("nothing", "en")
