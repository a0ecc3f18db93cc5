"""No hour is left to the zone that a server happens to be set to."""

from __future__ import annotations

import re
import shutil
import subprocess

import jinja2
import pytest

from provision.paths import roles_dir

ZONED = {
    "audit/templates/backbone-audit.timer.j2": {"audit_time": "03:30", "audit_timezone": "Asia/Jayapura"},
    "antivirus/templates/backbone-antivirus-scan.timer.j2": {
        "antivirus_scan_time": "03:30",
        "antivirus_timezone": "Asia/Jayapura",
    },
    "backup/templates/backup.timer.j2": {
        "backup_type": "full",
        "backup_full_day": "Sun",
        "backup_time": "03:30",
        "backup_timezone": "Asia/Jayapura",
    },
    "backup/templates/state.timer.j2": {"__backup_second_time": "03:30", "backup_timezone": "Asia/Jayapura"},
    "backup/templates/drill-monthly.timer.j2": {
        "backup_drill_calendar": "Sat *-*-1..7 03:30:00",
        "backup_timezone": "Asia/Jayapura",
    },
    "backup/templates/mark.timer.j2": {
        "backup_mark_calendar": "*-*-* 03:30:00",
        "backup_timezone": "Asia/Jayapura",
    },
    "patching/templates/daily.timer.j2": {"__patching_at": "03:30", "patching_timezone": "Asia/Jayapura"},
    "patching/templates/reboot.timer.j2": {"patching_reboot_window": "03:30", "patching_timezone": "Asia/Jayapura"},
}


def calendars(path: str, **more: object) -> list[str]:
    """The hours of a timer's template."""
    environment = jinja2.Environment(undefined=jinja2.StrictUndefined, autoescape=False)
    environment.filters["comment"] = str
    text = environment.from_string((roles_dir() / path).read_text()).render(ansible_managed="#", **ZONED[path], **more)
    return [found[1] for found in re.finditer(r"^OnCalendar=(.+)$", text, re.M)]


def test_every_timer_of_the_roles_that_names_an_hour_is_tried() -> None:
    named = {
        str(file.relative_to(roles_dir()))
        for file in roles_dir().glob("*/templates/*.timer.j2")
        if re.search(r"OnCalendar=.*(\d:\d|\{\{)", file.read_text())
    }
    assert named == set(ZONED)


@pytest.mark.parametrize("path", sorted(ZONED))
def test_hours_carry_their_zone(path: str) -> None:
    given = calendars(path)
    if path == "backup/templates/backup.timer.j2":
        given += calendars_of_diff()
    assert given
    for one in given:
        assert one.endswith("03:30:00 Asia/Jayapura")
        if shutil.which("systemd-analyze"):
            told = subprocess.run(["systemd-analyze", "calendar", one], capture_output=True, text=True, check=False)
            assert told.returncode == 0, told.stderr


def calendars_of_diff() -> list[str]:
    path = "backup/templates/backup.timer.j2"
    environment = jinja2.Environment(undefined=jinja2.StrictUndefined, autoescape=False)
    days = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"]
    wanted = ZONED[path] | {"backup_type": "diff", "__backup_days": days}
    # Ansible's `equalto` test of `reject` is Jinja's own.
    text = environment.from_string((roles_dir() / path).read_text()).render(ansible_managed="#", **wanted)
    return [found[1] for found in re.finditer(r"^OnCalendar=(.+)$", text, re.M)]
