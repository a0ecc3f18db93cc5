"""The catalogue and the checks are equal, and a broken catalogue is refused with the place named."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from checks.measure import FAMILIES, all_checks, control
from provision import paths
from provision.audit import catalogue, run
from provision.errors import UsageError
from provision.inventory import Fleet

# Every line of the ministry's minimum specification, and the controls of basis `minimum` that measure it.
MINIMUM = {
    "processor": {"HW-01", "HW-02", "HW-03"},
    "operating system": {"OS-01"},
    "memory": {"HW-04"},
    "storage": {"HW-05"},
    "database": {"DB-01"},
    "VPN": {"VPN-01"},
    "antivirus": {"AV-01"},
    "ports": {"PORT-01"},
    "SSL/TLS": {"TLS-01"},
    "updates": {"PATCH-01"},
    "people": {"PEOPLE-01", "PEOPLE-02", "PEOPLE-03", "PEOPLE-04", "PEOPLE-05"},
    "documents": {"DOC-01", "DOC-02"},
    "data by purpose": {"SYNC-04", "SYNC-07"},
}


def test_every_control_has_a_check_and_every_check_a_control() -> None:
    assert set(catalogue.load().controls) == set(all_checks())


def test_every_line_of_the_minimum_specification_has_its_controls() -> None:
    minimum = {name for name, one in catalogue.load().controls.items() if one.basis == "minimum"}
    assert minimum == set().union(*MINIMUM.values())


def test_only_the_minimum_specification_is_quoted_and_other_sources_are_marked() -> None:
    for one in catalogue.load().controls.values():
        if one.basis in ("minimum", "interpretation"):
            assert one.source.en.startswith("Spesifikasi minimum Backbone"), one.id
        else:
            law = re.search(r"UU|Perpres|BSSN", one.source.en)
            assert not (law and one.reference_verified), one.id


def test_what_preflight_asks_includes_all_that_no_stage_can_mend_on_the_machine() -> None:
    asked = {name for name, one in catalogue.load().controls.items() if one.preflight}
    assert {"HW-01", "HW-02", "HW-03", "HW-04", "HW-05", "OS-01"} <= asked


def test_a_check_registered_twice_is_refused() -> None:
    all_checks()
    with pytest.raises(ValueError, match="HW-01"):
        control("HW-01")(lambda host, params: None)  # type: ignore[arg-type,return-value]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for path in paths.catalogue_dir().glob("*.yml"):
        (tmp_path / path.name).write_bytes(path.read_bytes())
    return tmp_path


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("severity: critical", "severity: critical\n    colour: red", "colour"),
        ("severity: critical", "severity: deadly", "severity"),
        ("- id: HW-02", "- id: HW-01", "HW-01 is there twice"),
        ("- id: HW-02", "- id: DB-77", "does not begin with HW-"),
        ("family: hardware", "family: software", "software"),
        ("reference_verified: true", "reference_verified: perhaps", "reference_verified"),
        ("controls:", "controls: [", "not YAML"),
    ],
)
def test_a_broken_catalogue_is_refused(folder: Path, old: str, new: str, said: str) -> None:
    path = folder / "hardware.yml"
    path.write_text(path.read_text().replace(old, new, 1))
    with pytest.raises(UsageError, match=r"hardware\.yml") as raised:
        catalogue.read(folder, FAMILIES)
    assert said in raised.value.message


def test_a_control_without_a_check_is_refused(folder: Path) -> None:
    path = folder / "hardware.yml"
    path.write_text(path.read_text().replace("- id: HW-02", "- id: HW-77", 1))
    with pytest.raises(UsageError, match="controls without a check: HW-77"):
        catalogue.paired(catalogue.read(folder, FAMILIES), all_checks())


def test_a_check_without_a_control_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    """And before anything is judged."""
    monkeypatch.setattr(run, "all_checks", lambda: {**all_checks(), "HW-77": None})
    fleet = Fleet(Path("hosts.yml"), ())
    for judging in (lambda: run.reexamine(fleet, {}), lambda: run.examine(fleet)):
        with pytest.raises(UsageError, match="checks without a control: HW-77"):
            judging()


def test_a_family_without_a_file_is_refused(folder: Path) -> None:
    (folder / "tls.yml").unlink()
    with pytest.raises(UsageError, match="tls"):
        catalogue.read(folder, FAMILIES)
