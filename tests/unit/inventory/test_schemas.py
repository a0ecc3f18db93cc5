"""The committed JSON Schemas are those of the models, and they tell sound from misspelt."""

from __future__ import annotations

import json

import jsonschema
import pytest
from ruamel.yaml import YAML

from provision import paths
from provision.inventory import schemas

from .conftest import sound


def test_the_committed_schemas_are_the_models() -> None:
    committed = {path.name: path.read_text(encoding="utf-8") for path in schemas.FOLDER.glob("*.json")}
    made = {name: schemas.as_text(schema) for name, schema in schemas.all_schemas().items()}
    assert committed == made, "run: python -m provision.inventory.schemas"


@pytest.mark.parametrize("name", sorted(schemas.all_schemas()))
def test_each_is_a_schema(name: str) -> None:
    jsonschema.Draft202012Validator.check_schema(json.loads((schemas.FOLDER / name).read_text()))


def test_the_schema_of_variables_judges_as_the_models_do() -> None:
    judge = jsonschema.Draft202012Validator(schemas.inventory_schema())
    for name in ("kabupaten", "provinsi"):
        loaded = YAML(typ="safe").load((paths.inventories_dir() / name / "hosts.yml").read_text())
        judge.validate(loaded["all"]["vars"])
        for variables in loaded["all"]["hosts"].values():
            judge.validate(variables)
    judge.validate({"backbone_fqdn": "{{ short }}.example", "my_own": 1})
    for wrong in (
        {"backbone_regoin": "33.74"},
        {"backbone_tls_days": 9999},
        {"ansible_become": "yes"},
        {"backbone_ports": [{"port": 1, "sources": "anywhere"}]},
    ):
        with pytest.raises(jsonschema.ValidationError):
            judge.validate({**sound(), **wrong})
