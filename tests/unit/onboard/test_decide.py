"""Decisions about what was found land in the inventory, where `validate` accepts them and nothing else is lost."""

from __future__ import annotations

from pathlib import Path

import pytest
from ruamel.yaml import YAML

from provision.audit.preflight import Found
from provision.inventory.settings import Found as Entry
from provision.onboard.decide import Decision, place, write

JAVA = Found("kab", "listener", "tcp/8080", "java", False, (), (("tcp", 8080),), units=("simda.service",))
WEB = Found("kab", "container", "docker/web", "", False, (), (("tcp", 8443),), containers=("docker/web",))


def entries(file: Path) -> list[Entry]:
    return [Entry.model_validate(one, strict=False) for one in YAML(typ="safe").load(file)["backbone_found"]]


def test_each_decision_is_an_entry_of_the_inventorys_schema(tmp_path: Path) -> None:
    (file,) = write(tmp_path, [Decision(JAVA, "keep", "vpn"), Decision(WEB, "stop")])
    assert file == tmp_path / "host_vars" / "kab" / "found.yml"
    assert file.read_text().startswith("# What was on this machine")
    kept, stopped = entries(file)
    assert (kept.decision, kept.ports[0].port, kept.sources, kept.units) == ("keep", 8080, ("vpn",), ())
    assert (stopped.decision, stopped.containers, stopped.ports) == ("stop", ("docker/web",), ())


def test_a_later_decision_replaces_the_earlier_one_about_the_same_thing(tmp_path: Path) -> None:
    write(tmp_path, [Decision(JAVA, "keep"), Decision(WEB, "stop")])
    (file,) = write(tmp_path, [Decision(JAVA, "stop")])
    assert [(one.name, one.decision) for one in entries(file)] == [("docker/web", "stop"), ("tcp/8080", "stop")]
    assert file.read_text().count("# What was on this machine") == 1


@pytest.mark.parametrize("ending", [".yml", ".yaml"])
def test_a_host_vars_file_is_added_to_and_keeps_its_comments(tmp_path: Path, ending: str) -> None:
    own = tmp_path / "host_vars" / f"kab{ending}"
    own.parent.mkdir()
    own.write_text("# kantor dinas\nbackbone_tls_days: 90  # setahun terlalu lama\n")
    assert place(tmp_path, "kab") == own
    write(tmp_path, [Decision(JAVA, "adopt")])
    assert own.read_text().startswith("# kantor dinas\nbackbone_tls_days: 90  # setahun terlalu lama\n")
    assert [one.decision for one in entries(own)] == ["adopt"]


def test_each_server_has_its_own_place(tmp_path: Path) -> None:
    other = Found("prov", "firewall", "ufw", "", False, units=("ufw.service",))
    files = write(tmp_path, [Decision(JAVA, "keep"), Decision(other, "stop")])
    assert [file.parent.name for file in files] == ["kab", "prov"]
    assert entries(files[1])[0].units == ("ufw.service",)
