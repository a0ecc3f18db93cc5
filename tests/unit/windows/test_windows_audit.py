"""The audit of a Windows server: one answer, the same catalogue; a good server, a bad one, answers that are none."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

import pytest
from ruamel.yaml import YAML

from checks import windows
from checks.measure import all_checks
from checks.params import Params, Peer, PortRule
from checks.windows import hardening
from provision.audit import catalogue
from provision.audit.judge import judge_server
from provision.paths import roles_dir
from provision.probe.snapshot import Answer, Snapshot
from tests.support.windows import recorded, scripts
from tests.unit.roles.taskbook import rendered

AT = datetime(2026, 11, 20, 3, 0, tzinfo=UTC)
INSIDE, VPN = "10.0.0.0/16", "10.90.0.0/24"
PARAMS = Params(
    at=AT,
    server="win-kab",
    platform="windows",
    fqdn="data.semarang.example",
    admins=("siti",),
    login="Administrator",
    ports=(
        PortRule(5986, "tcp", (INSIDE, VPN)),
        PortRule(51820, "udp", ("0.0.0.0/0", "::/0")),
        PortRule(1433, "tcp", (VPN,)),
    ),
    networks_internal=(INSIDE,),
    networks_vpn=(VPN,),
    database="sqlserver",
    notify=("webhook",),
    vpn_peers=(Peer("siti-laptop", recorded.PEER_KEY, date(2027, 1, 1)),),
    sync_entities=("sekolah", "peserta_didik"),
    sync_withheld=(("sekolah", ()), ("peserta_didik", ("nama", "nik"))),
    sync_columns=(("sekolah", recorded.SCHOOL), ("peserta_didik", recorded.PUPIL)),
    sync_personal=(("sekolah", ()), ("peserta_didik", ("nama", "nik"))),
    analyst_views=(("sekolah", ("sekolah_id", "nama")),),
    grant_digest=recorded.GRANT,
    sync_account=recorded.ACCOUNT,
)
# Nobody has written these for Windows yet; that is an error and never a pass.
UNWRITTEN: set[str] = set()
# What nobody has stated or signed, on any system.
UNSTATED = ("PEOPLE-", "SITE-", "DOC-")


def judged(told: dict[str, Any] | str, params: Params = PARAMS) -> dict[str, str]:
    text = told if isinstance(told, str) else recorded.text(told)
    snapshot = Snapshot("win-kab", AT.isoformat(), {windows.COMMAND: Answer(0, text)})
    found = judge_server(snapshot, params, catalogue.load())
    assert found.missing == ()
    return {one.control: one.status for one in found.findings if not one.control.startswith(UNSTATED)}


def test_a_good_server_passes_everything_that_is_written() -> None:
    found = judged(recorded.good(AT))
    assert {name for name, status in found.items() if status == "error"} == UNWRITTEN
    others = {name: status for name, status in found.items() if status not in ("pass", "error", "not_applicable")}
    # Its backups lie in one place, and nobody has made views for analysts.
    assert others == {"BAK-07": "warning", "PRIV-03": "warning"}
    assert {name for name, status in found.items() if status == "not_applicable"} == {
        *("HARD-04", "HW-08", "SSH-02", "SSH-05", "TLS-01", "TLS-05", "TLS-06", "TLS-07", "VPN-05"),
    }


def test_a_bad_server_passes_nothing_that_is_written() -> None:
    found = judged(recorded.bad(AT), replace(PARAMS, admins=("siti", "budi")))
    # 64 bits, and a database engine's own list of accounts, are what is left of it.
    assert {name for name, status in found.items() if status == "pass"} == {"HW-02"}
    warned = {name for name, status in found.items() if status == "warning"}
    assert warned == {"HW-06", "LOG-07", "DB-02", "DB-04", "BAK-07"}
    assert {name for name, status in found.items() if status == "error"} == UNWRITTEN | {"SYNC-05"}


@pytest.mark.parametrize(
    "text", ["", "not json", "[]", '{"version": 2}', '{"version": 1}', '{"version": 1, "system": {"error": "denied"}}']
)
def test_an_answer_that_is_none_measures_nothing(text: str) -> None:
    assert set(judged(text).values()) <= {"error", "not_applicable"}


@pytest.mark.parametrize("section", sorted(recorded.good(AT).keys() - {"version", "ledger"}))
def test_an_empty_section_makes_nothing_pass_that_it_held(section: str) -> None:
    full, told = recorded.good(AT), recorded.good(AT)
    told[section] = {}
    del full[section]
    without, empty = judged(full), judged(told)
    # What passes with nothing in the section must pass without the section, too: it did not rest on it.
    assert {name for name, status in empty.items() if status == "pass"} == {
        name for name, status in without.items() if status == "pass"
    }


def test_a_section_that_could_not_be_measured_is_an_error_of_its_own_controls_alone() -> None:
    told = recorded.good(AT)
    told["antivirus"] = {"error": "Get-MpComputerStatus: not found"}
    found = judged(told)
    assert {name for name, status in found.items() if status == "error"} - UNWRITTEN == {
        "AV-01",
        "AV-02",
        "AV-03",
        "AV-04",
    }


@pytest.mark.needs_ansible
def test_what_hardening_sets_is_what_its_audit_looks_for() -> None:
    kept = YAML(typ="safe").load(roles_dir() / "hardening" / "vars" / "windows.yml")
    values = {
        rendered(one["path"], **{name: text for name, text in kept.items() if isinstance(text, str)})
        + "\\"
        + one["name"]: one["data"]
        for one in kept["__hardening_values"]
    }
    assert values.keys() == {*hardening.SETTINGS, hardening.DUMPS, hardening.REPORTS}
    assert all(values[name] == good[0] for name, good in hardening.SETTINGS.items())
    text = windows.script()
    assert [name for name in values if f"'{name}'" not in text] == []
    assert [name for name in kept["__hardening_services"] if f"'{name}'" not in text] == []
    # The rest of what must be recorded is base's.
    of_base = {f"0CCE92{number}-69AE-11D9-BED3-505054503030" for number in ("15", "35", "37", "2F")}
    assert set(hardening.AUDITED) - of_base <= {one.strip("{}") for one in kept["__hardening_audited"]}


def test_a_printer_that_others_use_is_left_to_them() -> None:
    told = recorded.good(AT)
    told["hardening"]["services"]["Spooler"] = recorded.RUNNING
    assert judged(told)["HARD-05"] == "fail"
    told["hardening"]["shared"] = 1
    assert judged(told)["HARD-05"] == "pass"


@pytest.mark.parametrize("text", ["", "[]", "half {"])
def test_a_status_of_the_sync_service_that_is_damaged_measures_nothing(text: str) -> None:
    told = recorded.good(AT)
    told["sync"]["status"] = text
    assert {judged(told)[name] for name in ("SYNC-02", "SYNC-03", "SYNC-06")} == {"error"}
    told["sync"]["status"] = None
    assert {judged(told)[name] for name in ("SYNC-02", "SYNC-03", "SYNC-06")} == {"fail"}


def test_every_answer_is_one_of_the_catalogue_s_controls_and_no_script_has_a_syntax_error() -> None:
    checks, reasons = windows.known()
    assert (set(checks) | set(reasons) | UNWRITTEN) - {"PEOPLE-05"} == {
        name for name in all_checks() if name.rpartition("-")[0] not in windows.ASK_NOTHING
    }
    assert not scripts.tree(windows.script()).has_error
