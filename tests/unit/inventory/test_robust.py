"""Whatever stands in an inventory: a fleet or faults, never a traceback."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as some

from provision.inventory import Fleet, InventoryInvalid, load
from provision.inventory.settings import Settings

from .conftest import TODAY, Folder, from_files, sound

TEXT = """\
all:
  vars: &shared
    backbone_level: kabupaten_kota
    backbone_networks_internal: [10.33.74.0/24]
    backbone_secret_sync_token: !vault |
      $ANSIBLE_VAULT;1.1;AES256
      3031
  children:
    a:
      hosts:
        s1: {<<: *shared, ansible_host: 10.0.0.1, backbone_region: "33.74", backbone_patch_time: 22:00}
        s2:
          backbone_region: 33.1
          backbone_ports: [{port: 80, sources: [vpn], why: "x"}, 7]
"""

ANYTHING = some.recursive(
    some.none() | some.booleans() | some.integers() | some.floats() | some.text(max_size=40),
    lambda inner: some.lists(inner, max_size=3) | some.dictionaries(some.text(max_size=12), inner, max_size=3),
    max_leaves=6,
)
# BACKBONE_EXAMPLES asks for more than a quick run tries.
QUIET = settings(
    max_examples=int(os.environ.get("BACKBONE_EXAMPLES", "40")),
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)


def judged(path: Path) -> Fleet | InventoryInvalid:
    """The fleet or the faults; whatever else is raised fails the test."""
    try:
        return load(path, today=TODAY, resolver=from_files)
    except InventoryInvalid as invalid:
        return told(invalid)


def told(invalid: InventoryInvalid) -> InventoryInvalid:
    assert invalid.faults
    assert all(fault.message and fault.file for fault in invalid.faults)
    return invalid


@QUIET
@given(
    start=some.integers(0, len(TEXT)),
    length=some.integers(0, 30),
    put=some.text("{}[]:-&*!|>'\"#%@,? \n\tabc01.", max_size=6),
)
def test_damaged_text(folder: Folder, start: int, length: int, put: str) -> None:
    judged(folder.text("hosts.yml", TEXT[:start] + put + TEXT[start + length :]))


@QUIET
@given(name=some.sampled_from(sorted(Settings.model_fields)), value=ANYTHING)
def test_any_value_for_any_setting(folder: Folder, name: str, value: Any) -> None:
    judged(folder.hosts({**sound(), f"backbone_{name}": value}))


@QUIET
@given(value=ANYTHING, file=some.sampled_from(["waivers.yml", "attestations.yml", "documents.yml"]))
def test_any_paper(folder: Folder, value: Any, file: str) -> None:
    folder.hosts(sound())
    folder.yaml(file, value)
    judged(folder.path)


@pytest.mark.parametrize(
    "text",
    [
        "a: *nobody",
        "a: &x [*x]",
        "\x00",
        "a:\n\t- b",
        "? [1, 2]\n: 3",
        "{1: 2}",
        "all: 7",
        "all: {hosts: 7}",
        "%YAML 9",
    ],
)
def test_odd_files(folder: Folder, text: str) -> None:
    assert isinstance(judged(folder.text("hosts.yml", text)), InventoryInvalid)


def test_not_text(folder: Folder) -> None:
    (folder.path / "hosts.yml").write_bytes(b"all:\n  hosts: \xff\xfe\n")
    fault = folder.fault()
    assert (fault.line, "UTF-8" in fault.message) == (2, True)
