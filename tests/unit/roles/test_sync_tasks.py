"""Which servers the stage sync has wheels for, and that the checks know the same."""

from __future__ import annotations

import inspect

import pytest
from ruamel.yaml import YAML

from checks.hardware import SYNC_MACHINES
from provision.converge.wheelhouse import build_wheelhouse
from provision.paths import roles_dir
from tests.unit.roles.taskbook import holds, named

pytestmark = pytest.mark.needs_ansible


def test_a_processor_without_wheels_is_refused_in_a_sentence() -> None:
    machines = YAML(typ="safe").load(roles_dir() / "sync" / "vars" / "main.yml")["__sync_machines"]
    assert list(SYNC_MACHINES) == machines
    assert inspect.signature(build_wheelhouse).parameters["machine"].default in machines
    refusal = named("sync", "release", "Refuse a processor that the wheelhouse has no wheels for")
    condition = refusal["ansible.builtin.assert"]["that"]
    for machine, taken in (("x86_64", True), ("aarch64", False)):
        assert holds(condition, __sync_machine={"stdout": machine}, __sync_machines=machines) is taken


@pytest.mark.parametrize(
    ("store", "fits"),
    [({}, True), ({"server": "db.local", "database": "backbone"}, True), ({"server": "db.local"}, False)],
)
def test_a_sql_server_that_keeps_the_data_has_an_address_and_a_database(store: dict[str, str], fits: bool) -> None:
    refusal = named("sync", "linux", "Refuse what the service cannot run without")
    given = {
        "sync_wheelhouse": "/w",
        "sync_region": "33.74",
        "sync_kind": "contract",
        "sync_url": "https://pusat.example",
        "sync_token": "x",
        "sync_credentials": {},
        "sync_credentials_needed": [],
        "sync_signers": {},
        "sync_store": store,
        "sync_store_password": "y",
        "__sync_store_login": "secret",
    }
    # Ansible refuses a condition that is no yes or no, so each is judged by itself.
    assert all(holds(one, **given) for one in refusal["ansible.builtin.assert"]["that"]) is fits
