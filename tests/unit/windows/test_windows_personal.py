"""Personal data on a Windows server: each control of its database, its grant and its drill, green and turned red."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
import sqlglot
from sqlglot import exp

from checks import windows
from checks.windows import trail
from provision.audit import catalogue, params
from provision.audit.judge import judge_server
from provision.inventory.sync_source import SqlServerStore
from provision.paths import roles_dir
from provision.probe.snapshot import Answer, Snapshot
from tests.support.windows import recorded, scripts
from tests.unit.windows.test_windows_audit import AT, PARAMS, judged

EIGHT = ("BAK-08", "DB-07", "PRIV-01", "PRIV-02", "PRIV-03", "PRIV-04", "SYNC-04", "SYNC-07")
Told = dict[str, Any]
Edit = Callable[[Told], object]


def observed(told: Told, control: str) -> str:
    snapshot = Snapshot("win-kab", AT.isoformat(), {windows.COMMAND: Answer(0, recorded.text(told))})
    findings = judge_server(snapshot, PARAMS, catalogue.load()).findings
    return next(one.observed.text() for one in findings if one.control == control)


def right(who: str, may: str, kind: str, place: str = "") -> Edit:
    return lambda told: told["data"]["rights"].append({"who": who, "may": may, "class": kind, "place": place})


def reach(who: str, may: str) -> Edit:
    return lambda told: told["data"]["reach"].append({"who": who, "may": may})


def member(name: str, role: str) -> Edit:
    return lambda told: told["data"]["members"].append({"role": role, "name": name})


def audits(change: Callable[[Mapping[str, Any]], Mapping[str, Any] | None]) -> Edit:
    def edit(told: Told) -> None:
        told["data"]["audits"] = [new for one in told["data"]["audits"] if (new := change(one)) is not None]

    return edit


def without(action: str) -> Edit:
    return audits(lambda one: None if one["action"] == action else one)


def everywhere(**values: str) -> Edit:
    return audits(lambda one: {**one, **values})


def task(**values: Any) -> Edit:
    def edit(told: Told) -> None:
        next(one for one in told["tasks"] if one["name"] == "Sync retention").update(values)

    return edit


def put(section: str, key: str, value: Any) -> Edit:
    return lambda told: told[section].update({key: value})


def guard(definition: str) -> Edit:
    return put("data", "guards", [{"name": "peserta_didik", "definition": definition}])


def view(item: str) -> Edit:
    return lambda told: told["data"]["columns"].append({"place": "analyst", "name": "sekolah", "item": item})


def ago(**span: float) -> str:
    return (AT - timedelta(**span)).isoformat(timespec="seconds")


def grant(**said: Any) -> Edit:
    return put("grant", "said", json.dumps(said))


CASES: tuple[tuple[str, str, Edit, str], ...] = (
    ("BAK-08", "fail", put("drill", "last", recorded.drill(ago(days=100), True)), "held 100"),
    ("BAK-08", "fail", put("drill", "last", recorded.drill(ago(days=1), False)), "fell short"),
    ("BAK-08", "fail", put("drill", "last", None), "no drill yet"),
    ("BAK-08", "error", put("drill", "last", "half {"), "damaged"),
    ("BAK-08", "error", put("drill", "last", '{"ok": true}'), "no time"),
    ("DB-07", "fail", without("SCHEMA_OBJECT_CHANGE_GROUP"), "SCHEMA_OBJECT_CHANGE_GROUP"),
    ("DB-07", "fail", everywhere(but="([succeeded]=(1))"), "AUDIT_CHANGE_GROUP"),
    ("DB-07", "fail", everywhere(results="FAILURE"), "AUDIT_CHANGE_GROUP"),
    ("DB-07", "fail", put("data", "audits", None), "not noted"),
    ("DB-07", "fail", put("data", "server", {"audit": "x", "action": "BATCH_COMPLETED_GROUP"}), "BATCH_COMPLETED"),
    ("DB-07", "fail", put("data", "there", False), "is not there"),
    ("PRIV-01", "fail", without("SELECT"), "not noted"),
    ("PRIV-01", "fail", everywhere(place="ref"), "not noted"),
    ("PRIV-01", "fail", everywhere(who="backbone_reader"), "not noted"),
    ("PRIV-01", "fail", everywhere(results="SUCCESS"), "not noted"),
    ("PRIV-01", "fail", everywhere(but="([server_principal_name]<>'WIN\\dinas')"), "not noted"),
    ("PRIV-01", "fail", everywhere(but=f"([server_principal_name]<>'{recorded.ACCOUNT}' AND (1)=(0))"), "not noted"),
    ("PRIV-01", "pass", everywhere(but=""), "2 columns"),
    ("PRIV-01", "warning", put("data", "columns", []), "no table holds people"),
    ("PRIV-02", "fail", task(state="Disabled"), "Disabled"),
    ("PRIV-02", "fail", task(result=1), "ended with 1"),
    ("PRIV-02", "fail", task(last=ago(days=4)), "4.0 days ago"),
    ("PRIV-02", "pass", task(result=267009), "days ago"),
    ("PRIV-02", "warning", task(result=267011, last="1999-11-30T00:00:00+00:00"), "first run"),
    ("PRIV-02", "fail", put("tasks", "x", None), "Sync retention: -"),
    ("PRIV-03", "fail", right("backbone_analyst", "select", "schema", "backbone"), "select backbone"),
    ("PRIV-03", "fail", member("backbone_analyst", "backbone_reader"), "select ref"),
    ("PRIV-03", "fail", member("backbone_analyst", "db_datareader"), "db_datareader"),
    ("PRIV-03", "fail", member("backbone_analyst", "backbone_service"), "backbone_service"),
    ("PRIV-03", "fail", right("public", "select", "schema", "backbone"), "select backbone"),
    ("PRIV-03", "fail", view("nik"), "sekolah.nik"),
    ("PRIV-03", "pass", view("nama"), "1 views"),
    ("PRIV-04", "fail", right("WIN\\tamu", "connect", "database"), "WIN\\tamu: connect"),
    ("PRIV-04", "fail", right("backbone_reader", "update", "schema", "backbone"), "update backbone"),
    ("PRIV-04", "fail", right("WIN\\dinas", "select", "object_or_column", "backbone"), "WIN\\dinas: select backbone"),
    ("PRIV-04", "fail", right("guest", "connect", "database"), "guest: connect"),
    ("PRIV-04", "fail", right("WIN\\dinas", "control", "database"), "control database"),
    ("PRIV-04", "fail", member("WIN\\dinas", "db_datawriter"), "WIN\\dinas: db_datawriter"),
    ("PRIV-04", "fail", member("WIN\\dinas", "backbone_service"), "WIN\\dinas: backbone_service"),
    ("PRIV-04", "fail", put("data", "owners", [{"name": "backbone", "owner": "WIN\\tamu"}]), "owner WIN\\tamu"),
    ("PRIV-04", "fail", reach("WIN\\tamu", "control server"), "WIN\\tamu: control server"),
    ("PRIV-04", "fail", reach("public", "connect any database"), "public: connect any database"),
    ("PRIV-04", "fail", reach("WIN\\dinas", "securityadmin"), "WIN\\dinas: securityadmin"),
    ("SYNC-04", "fail", put("data", "tables", [{"name": "nilai"}]), "nilai"),
    ("SYNC-04", "fail", guard("([nama] IS NULL)"), "peserta_didik.nik"),
    ("SYNC-04", "fail", guard("([nama] IS NULL AND ([nik] IS NULL OR [nik]<>''))"), "peserta_didik.nama"),
    ("SYNC-04", "fail", put("data", "guards", None), "peserta_didik.nama"),
    ("SYNC-04", "fail", put("data", "there", False), "is not there"),
    ("SYNC-07", "fail", grant(digest="other", expires=None), "another grant"),
    ("SYNC-07", "fail", grant(digest=recorded.GRANT, expires="2026-11-01"), "ended on 2026-11-01"),
    ("SYNC-07", "warning", grant(digest=recorded.GRANT, expires="2026-12-24"), "ends on 2026-12-24"),
    ("SYNC-07", "fail", grant(error={"message": "no such field"}), "no such field"),
    ("SYNC-07", "fail", put("grant", "said", None), "not installed"),
    ("SYNC-07", "error", put("grant", "said", "Traceback"), "does not say"),
)


@pytest.mark.parametrize(("control", "status", "edit", "said"), CASES, ids=[f"{c}-{s}-{w}" for c, s, _, w in CASES])
def test_what_is_wrong_turns_its_control(control: str, status: str, edit: Edit, said: str) -> None:
    told = recorded.good(AT)
    if control == "PRIV-02" and said.endswith("-"):
        told["tasks"] = []
    else:
        edit(told)
    assert judged(told)[control] == status
    assert said in observed(told, control)


def test_every_one_of_them_has_a_case_that_is_red() -> None:
    good = judged(recorded.good(AT))
    assert {name: good[name] for name in EIGHT} == dict.fromkeys(EIGHT, "pass") | {"PRIV-03": "warning"}
    assert {name for name, status, _edit, _said in CASES if status == "fail"} == {*EIGHT}


@pytest.mark.parametrize("control", EIGHT)
def test_an_answer_that_lacks_its_part_is_no_pass(control: str) -> None:
    told = recorded.good(AT)
    for section in ("data", "grant", "drill", "tasks"):
        told[section] = {"error": "denied"}
    assert judged(told)[control] == "error"


def test_a_server_that_is_new_may_still_owe_its_first_drill() -> None:
    told = recorded.good(AT)
    told["drill"]["last"] = None
    told["database"]["since"] = [{"first": ago(days=3).partition("+")[0]}]
    assert judged(told)["BAK-08"] == "warning"
    # One that was restored lately has a young history of backups, and is no new server for that.
    told["database"]["since"] = [{"first": ago(days=59).partition("+")[0]}]
    assert judged(told)["BAK-08"] == "fail"


def asked(name: str) -> str:
    """What the audit asks SQL Server for under a name."""
    (found,) = re.findall(rf'^ +{name} += "(SELECT .*)"$', windows.script(), re.M)
    (parsed,) = sqlglot.parse(found, dialect="tsql")
    assert parsed is not None
    return str(found)


def test_backups_of_a_history_that_was_left_do_not_count() -> None:
    backups, since = asked("backups"), asked("since")
    assert "last_recovery_fork_guid = COALESCE((SELECT r.recovery_fork_guid" in backups
    assert "[first]" not in backups
    assert "fork" not in since


def test_who_reaches_all_data_by_a_right_on_the_whole_server_is_asked() -> None:
    reach = asked("reach")
    assert {*re.findall(r"N'([A-Z ]{5,})'", reach)} == {
        *("CONTROL SERVER", "SELECT ALL USER SECURABLES", "CONNECT ANY DATABASE", "IMPERSONATE ANY LOGIN"),
        *("ALTER ANY LOGIN", "ALTER ANY DATABASE"),
    }
    assert "s.state IN ('G', 'W')" in reach
    assert "p.name NOT LIKE N'##MS[_]%'" in reach


def test_declared_administrators_may_hold_such_a_right() -> None:
    told = recorded.good(AT)
    told["data"]["reach"] = [{"who": "WIN\\siti", "may": "control server"}]
    assert judged(told, replace(PARAMS, admins=("siti",)))["PRIV-04"] == "pass"
    assert judged(told, replace(PARAMS, admins=("budi",)))["PRIV-04"] == "fail"
    del told["data"]["reach"]
    assert judged(told)["PRIV-04"] == "error"


def test_a_drill_that_held_shows_that_somebody_can_restore() -> None:
    snapshot = Snapshot("win-kab", AT.isoformat(), {windows.COMMAND: Answer(0, recorded.text(recorded.good(AT)))})
    findings = judge_server(snapshot, PARAMS, catalogue.load()).findings
    (found,) = [one for one in findings if one.control == "PEOPLE-05"]
    assert (found.status, "Siti" in found.observed.text()) == ("attested", True)


def test_what_the_ministry_s_software_does_is_not_guessed() -> None:
    found = judged(recorded.good(AT), replace(PARAMS, sync_source="supplied"))
    assert {found[name] for name in ("PRIV-01", "PRIV-02", "PRIV-03", "PRIV-04", "SYNC-07")} == {"error"}


def test_the_service_s_account_is_the_one_that_the_role_gives_it() -> None:
    store = SqlServerStore(server="lpc:localhost", database="backbone", login="integrated")
    text = (roles_dir() / "sync" / "vars" / "windows.yml").read_text("utf-8")
    assert f"__sync_account: {params.SERVICE_ACCOUNT}\n" in text
    assert (store.login, params.SERVICE_ACCOUNT) == ("integrated", recorded.ACCOUNT)


def test_what_the_stages_let_sql_server_note_is_what_the_audit_looks_for() -> None:
    files = roles_dir() / "postgresql" / "files" / "sqlserver"
    made = (files / "trail-inside.sql").read_text("ascii")
    assert tuple(re.findall(r"ADD \((\w+)\)", made)) == trail.CHANGES
    missing = (files / "trail-inside-missing.sql").read_text("ascii")
    assert tuple(re.findall(r"N'(\w+_GROUP)'", missing)) == trail.CHANGES
    assert f"ELSE {len(trail.CHANGES)} - COUNT(*) END" in missing
    assert not {*re.findall(r"\w+", made)} & {*trail.TELLING}


# CREATE SERVER AUDIT and its specifications are no SELECT of any parser: what is executed keeps to a form.
_FORM = re.compile(
    r"CREATE SERVER AUDIT \[\w+\] TO FILE \(FILEPATH = @, MAXSIZE = 64 MB, MAX_ROLLOVER_FILES = 32\)"
    r" WITH \(QUEUE_DELAY = 1000, ON_FAILURE = CONTINUE\)( WHERE server_principal_name <> @)?"
    r"|ALTER SERVER AUDIT \[\w+\] WITH \(STATE = ON\)"
    r"|ALTER DATABASE AUDIT SPECIFICATION \[\w+\] WITH \(STATE = OFF\)"
    r"|DROP DATABASE AUDIT SPECIFICATION \[\w+\]"
    r"|CREATE DATABASE AUDIT SPECIFICATION \[\w+\] FOR SERVER AUDIT \[\w+\]"
    r"( ADD \(SELECT ON SCHEMA::\[backbone\] BY \[public\]\)|( ADD \(\w+_GROUP\),?)+) WITH \(STATE = ON\)"
)


@pytest.mark.parametrize("file", ["postgresql/trail", "postgresql/trail-inside", "sync/reading", "sync/reading-inside"])
def test_the_audit_s_own_statements_keep_to_a_form(file: str) -> None:
    role, _, name = file.partition("/")
    text = (roles_dir() / role / "files" / "sqlserver" / f"{name}.sql").read_text("ascii")
    # Parts that are put together are one statement; a value in quotes of its own stands for itself.
    text = re.sub(r"' \+ QUOTENAME\(@\w+, ''''\)(?=;|\n)(\s+\+ N')?", "@", re.sub(r"--[^\n]*\n", "", text))
    text = re.sub(r"'\s+\+ N'", "", text)
    spoken = [re.sub(r"\s+", " ", one) for one in re.findall(r"(?:EXEC \(|= )N'((?:CREATE|ALTER|DROP) [^';]*)", text)]
    assert len(spoken) >= 2
    assert [one for one in spoken if not _FORM.fullmatch(one.strip())] == []


def questions() -> list[str]:
    found = [node.text.decode() for node in scripts.nodes(scripts.tree(windows.script()), "string_literal")]
    quoted = [re.fullmatch(r"""(@'\n|@"\n|'|")(.*?)(\n'@|\n"@|'|")""", text, re.DOTALL) for text in found]
    return [one[2] for one in quoted if one and re.match(r"(SELECT|DECLARE)\b", one[2])]


def test_what_the_audit_asks_sql_server_is_read_by_a_parser_and_only_asks() -> None:
    asked = questions()
    assert len(asked) >= 13
    for text in asked:
        parts = [one for one in sqlglot.parse(text, read="tsql", error_level=sqlglot.ErrorLevel.RAISE) if one]
        if len(parts) == 1:
            assert type(parts[0]) is exp.Select, text
        else:
            # The one that is put together of the tables' names, each in brackets.
            assert re.findall(r"\b(INSERT|UPDATE|DELETE|DROP|ALTER|CREATE|GRANT|MERGE)\b", text) == []
            assert text.count("QUOTENAME(t.name") == 2


def test_the_day_of_a_grant_s_end_still_counts() -> None:
    told = recorded.good(AT)
    told["grant"]["said"] = json.dumps({"digest": recorded.GRANT, "expires": date(2026, 11, 20).isoformat()})
    assert judged(told)["SYNC-07"] == "warning"
