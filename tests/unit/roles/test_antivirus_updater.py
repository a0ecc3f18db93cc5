"""ClamAV's updater may write its log on every family, whose names for it differ."""

from __future__ import annotations

from pathlib import PurePath

import jinja2
import pytest
import yaml

from provision.paths import roles_dir

ROLE = roles_dir() / "antivirus"


@pytest.mark.parametrize("family", ["debian", "redhat"])
def test_the_updater_may_write_its_log_and_starts_where_a_place_is_missing(family: str) -> None:
    known = yaml.safe_load((ROLE / "vars" / "main.yml").read_text())
    if (ROLE / "vars" / f"{family}.yml").exists():
        known |= yaml.safe_load((ROLE / "vars" / f"{family}.yml").read_text())
    text = (ROLE / "templates" / "freshclam.service.conf.j2").read_text()
    told = jinja2.Environment(undefined=jinja2.StrictUndefined, autoescape=False).from_string(text).render(known)
    [places] = [line.partition("=")[2].split() for line in told.splitlines() if line.startswith("ReadWritePaths=")]
    log = PurePath(known["__antivirus_updater_log"])
    assert any(log.is_relative_to(place.lstrip("-")) for place in places), (log, places)
    # systemd starts nothing where one of these is missing, but for those with a hyphen.
    assert [place for place in places if not place.startswith("-")] == [known["__antivirus_database"]]
