"""The list of stages, site.yml, the roles and the wiring agree."""

from __future__ import annotations

import re

import pytest

from provision import paths
from provision.converge.book import default_book, site_text
from provision.converge.stages import NAMES, STAGES, Stage, faults
from provision.errors import BackboneError


def test_the_order_of_stages_agrees_with_what_they_need() -> None:
    assert faults() == []


def test_an_order_that_contradicts_needs_is_found() -> None:
    wrong = (Stage("a", needs=("b",)), Stage("b", followers=("a",)), Stage("c"), Stage("c"))
    assert faults(wrong) == [
        "c is named twice",
        "a needs b, which is not before it",
        "b is followed by a, which is not after it",
    ]


def test_site_yml_is_the_one_generated_from_the_stages() -> None:
    assert (paths.playbooks_dir() / "site.yml").read_text() == site_text(NAMES)


def test_every_role_is_a_stage_and_every_stage_can_be_resolved() -> None:
    roles = {path.name for path in paths.roles_dir().iterdir() if path.is_dir()}
    # What all of them share, and the role of a machine that is no server of the fleet.
    assert roles == {"stage", "repository", *NAMES}
    book = default_book()
    for stage in book.names:
        defaults = set(re.findall(r"^([a-z]\w*):", book.defaults(stage).read_text(), re.M))
        wired = set(re.findall(r"^([a-z]\w*):", book.wiring(stage).read_text(), re.M))
        variables = set(book.variables(stage))
        assert wired <= variables, f"{stage}: wired but not in its argument specification"
        assert defaults <= variables, f"{stage}: has a default but is not in its argument specification"
        assert book.variables(stage, "windows") is not None


def test_wiring_has_no_time_randomness_or_look_up() -> None:
    for file in (paths.playbooks_dir() / "wiring").glob("*.yml"):
        text = re.sub(r"#.*", "", file.read_text())
        # A certificate beside the inventory may be read, and a folder of keys or code tables there: the cache of inputs
        # looks at every file of such an ending, also at one that is new.
        text = text.replace("lookup('ansible.builtin.file', inventory_dir ~", "")
        text = re.sub(r"query\('ansible\.builtin\.fileglob', inventory_dir ~ [^\n]*/\*(\.\w+)'\)", r"\1", text)
        # Variables by how their names begin: what the inventory itself says.
        text = text.replace("query('ansible.builtin.varnames', '^backbone_(?!secret_)')", "")
        text = text.replace("query('ansible.builtin.vars', *__audit_names)", "")
        globbed = set(re.findall(r"^__(\w+)_files: >-\n  {{ \.(?:pem|ndjson)", text, re.M))
        for name in globbed:
            text = text.replace(f"query('ansible.builtin.file', *__{name}_files)", "")
        assert not re.search(r"\b(lookup|query|q|now|random|ansible_date_time|ansible_facts)\b", text), file


def test_a_role_without_argument_specification_is_refused(tmp_path: object) -> None:
    book = default_book()
    with pytest.raises(BackboneError, match="no usable argument specification"):
        book.variables("no-such-stage")


def test_stage_names_are_unique() -> None:
    assert len({stage.name for stage in STAGES}) == len(STAGES)
