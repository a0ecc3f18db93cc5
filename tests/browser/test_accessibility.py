"""Every page that people are handed, judged by axe-core for WCAG 2.2 AA: on a desk and on a phone.

English is looked at in light, Indonesian in dark.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from provision import i18n
from provision.audit import catalogue, judge
from provision.audit.findings import Finding
from provision.audit.run import Examination
from provision.inventory import layout, load
from provision.inventory.resolve import Resolved
from provision.onboard import sheet
from provision.onboard.init import Answers, init
from provision.operate.drill import document as drill_document
from provision.report import drill, html, sync
from provision.report.fleet import page as fleet_page
from provision.report.fleet.make import make
from tests.support import axe
from tests.support.chromium import Chromium
from tests.support.fleet import AT, nation
from tests.support.recorded import SNAPSHOT
from tests.unit.report.fleet.test_real import INVENTORY
from tests.unit.report.test_drill_page import HELD
from tests.unit.report.test_sync_page import ZONES, entity, status

NOW = datetime(2026, 11, 22, 3, tzinfo=UTC)
LONG = "Kabupaten Pangkajene dan Kepulauan, peladenya-yang-bernama-sangat-panjang.pangkajene-dan-kepulauan.example"


def from_files(path: Path, _password: Path | None) -> Resolved:
    read = layout.read(path)
    return Resolved({host: read.values(host) for host in read.hosts})


def audit(folder: Path, servers: int = 1) -> str:
    """A recorded server judged by an inventory that it was not made for: much holds, much does not."""
    (folder / "hosts.yml").write_text(INVENTORY)
    (folder / "waivers.yml").write_text(
        "- {control: DOC-01, servers: all, reason: the letter is on its way, approver: K, expires: '2099-01-01'}\n"
    )
    fleet = load(folder, resolver=from_files)
    named = tuple(
        replace(fleet.servers[0], name=f"{LONG}-{number}" if number else "lab-kab") for number in range(servers)
    )
    fleet = replace(fleet, servers=named)
    shots = {one.name: replace(SNAPSHOT, server=one.name) for one in named}
    known = catalogue.load()
    return html.render(fleet, Examination(shots, few(judge.judge(fleet, shots, known)), known), at=NOW)


def few(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """Some of every status on every server: all of them look alike, and would take axe a minute."""
    kept: dict[tuple[str, str], list[Finding]] = {}
    for one in findings:
        kept.setdefault((one.server, one.status), []).append(one)
    return tuple(one for some in kept.values() for one in some[:4])


def drills(_folder: Path) -> str:
    short = replace(HELD, ok=False, identical=False, shortcomings=("the rows of ptk differ: 430 and 429",))
    return drill.render(drill_document([HELD, replace(short, server=LONG)]), {"lab-kab": "Asia/Jakarta"})


def syncs(_folder: Path) -> str:
    bad = status(green=False, error_kind="auth", message="401", entities={"ptk": entity(balanced=False, held=7)})
    results = [
        sync.reading("data-semarang", "33.74", 0, json.dumps(status()), ""),
        sync.reading(LONG, "73.10", 1, json.dumps(bad), ""),
        sync.reading("data-serang", "36.04", 255, "", "no route to host"),
    ]
    return sync.render(sync.document(results, NOW), results, ZONES)


def fleet(folder: Path) -> str:
    nation(folder / "in", audits=2, provinces="51")
    return fleet_page.render(make([folder / "in"], at=AT + timedelta(hours=1)), folder)


def recovery_sheet(folder: Path) -> str:
    answers = Answers("33.74", "192.168.10.5", ["192.168.10.0/24"], "data.semarang.example", "https://pusat.example")
    return sheet.page(load(init(folder / "semarang", answers)), NOW)


PAGES: Mapping[str, Callable[[Path], str]] = {
    "audit": audit,
    "audits": lambda folder: audit(folder, 2),
    "drill": drills,
    "sync": syncs,
    "fleet": fleet,
    # Its inventory is made and read by Ansible.
    "sheet": recovery_sheet,
}
OPEN_ALL = "document.querySelectorAll('details').forEach(one => { one.open = true; })"


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str, str], Path]:
    """A page in a language, made once."""
    made: dict[tuple[str, str], Path] = {}

    def of(name: str, language: str) -> Path:
        if (name, language) not in made:
            folder = tmp_path_factory.mktemp(f"{name}-{language}")
            i18n.use(language)
            made[name, language] = folder / f"{name}.html"
            made[name, language].write_text(PAGES[name](folder), encoding="utf-8")
        return made[name, language]

    return of


@pytest.mark.parametrize("language", i18n.LANGUAGES)
@pytest.mark.parametrize(
    "name",
    [pytest.param(one, marks=pytest.mark.needs_ansible) for one in PAGES if one == "sheet"]
    + [one for one in PAGES if one != "sheet"],
)
def test_wcag_aa(browser: Chromium, written: Callable[[str, str], Path], name: str, language: str) -> None:
    file = written(name, language)
    for width, height, dark in ((1280, 900, language == "id"), (360, 740, False)):
        browser.resize(width, height, phone=width < 500, dark=dark)
        browser.show(file)
        browser.value(OPEN_ALL)
        assert axe.violations(browser) == []
        assert browser.value("document.documentElement.scrollWidth") <= width
        assert browser.complaints() == []
