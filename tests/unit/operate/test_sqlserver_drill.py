"""The drill of SQL Server against a model of one: it holds where all is well, and whatever goes wrong turns it red."""

from __future__ import annotations

import base64
import json
import logging
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import sqlglot
from sqlglot import exp

import provision.operate
from provision.errors import BackboneError
from provision.operate import drill
from provision.operate.compare import DrillResult, judge
from provision.operate.remote.observe import Short
from provision.operate.sqlserver import chain, many, talk, work
from provision.operate.sqlserver.talk import LostError, RefusedError, statement
from provision.probe import windows
from provision.probe.snapshot import Fault
from provision.probe.transport import Target
from provision.report.drill import page
from tests.support.sqlserver_drilled import FOLDER, World
from tests.support.windows import scripts

ROOT = Path(provision.operate.__file__).parent
STATEMENTS = sorted((ROOT / "sqlserver" / "statements").glob("*.sql"))
# Those that a restore in the live place says beside, or in place of, a drill's.
OF_RESTORE = {"live", "swap", "swap-back"} | {f"restored-{name}" for name in ("differential", "log", "open", "until")}
DRILL = "20261121T010203Zabcdef"


@pytest.fixture
def world() -> World:
    return World()


def drilled(world: World) -> DrillResult:
    return judge("win", work.observe(world, DRILL, lambda event: None, world.clock))


def test_a_drill_that_held(world: World) -> None:
    told: list[Any] = []
    result = judge("win", work.observe(world, DRILL, told.append, world.clock))
    assert result.shortcomings == ()
    assert (result.ok, result.identical, result.was_compared, result.engine) == (True, True, True, "sqlserver")
    assert (result.tables, result.rows) == (3, 42)
    assert result.backup == FOLDER + "20261120T180000Z-full.bak"
    assert {one.name: one.noticed for one in result.controls} == {
        "flipped_byte": True, "missing_log": True, "changed_row": True
    }  # fmt: skip
    # The newest backup that came by itself, not the drill's own.
    assert (result.rpo_basis, result.backup_type) == ("backup", "diff")
    assert 60 < (result.rpo_seconds or 0) < 200
    assert (result.canary_before_present, result.canary_after_absent) == (True, True)
    # Nothing is left but the backups of the log, which the next restore needs.
    assert world.databases == {}
    assert world.restoring is None
    assert [f for f in world.files if "drill" in f or "spoilt" in f] == [
        f for f in world.files if f.endswith(("-log-drill-1.bak", "-log-drill-2.bak"))
    ]
    plan = next(one["plan"] for one in told if one["event"] == "plan")
    assert drill.planned(plan)[0].count("full.bak") == 1
    titles = drill.steps("sqlserver")
    assert all(one["step"] in titles for one in told if one["event"] == "end")


def test_every_statement_that_there_is_was_asked(world: World) -> None:
    assert drilled(world).ok
    assert {*world.asked} == {file.stem for file in STATEMENTS} - OF_RESTORE | {"log", "verify"}


def test_the_result_follows_the_schema_and_becomes_a_page(world: World) -> None:
    found = drill.document([drilled(world)])
    jsonschema.validate(json.loads(json.dumps(found)), json.loads((ROOT / "schema" / "drill.json").read_text()))
    shown = page(found["servers"][0], "Asia/Jakarta")
    text = repr(shown)
    assert "DBCC CHECKDB" in text
    assert "RESTORE VERIFYONLY" in text
    assert "pg_" not in text
    assert ("SQL Server", "16.0.4003.1") in shown.facts


def on(name: str, does: Callable[[World], object]) -> Callable[[World], None]:
    """Something that happens just before a statement is said for the first time."""

    def spoil(world: World) -> None:
        done: list[bool] = []

        def before(asked: str) -> None:
            if asked == name and not done:
                done.append(True)
                does(world)

        world.before = before

    return spoil


def refuses(name: str, number: int, said: str = "no") -> Callable[[World], None]:
    def refuse(_: World) -> None:
        raise RefusedError(number, said)

    return on(name, refuse)


def answers(name: str, rows: Callable[[list[dict[str, Any]]], list[dict[str, Any]]]) -> Callable[[World], None]:
    def spoil(world: World) -> None:
        world.spoils[name] = rows

    return spoil


def damaged(world: World) -> None:
    next(iter(world.files.values())).row["damaged"] = 1


def gap(world: World) -> None:
    world.backup("L", "x-log.bak")
    del world.files[FOLDER + "20261121T181500Z-log.bak"]


def a_row_is_lost(world: World) -> None:
    world.marks["backbone_" + DRILL]["state"]["tables"]["sync.run"].pop()


def a_row_is_another(world: World) -> None:
    world.marks["backbone_" + DRILL]["state"]["tables"]["backbone.sekolah"][7][1] = "SD lain"


def somebody_wrote(world: World) -> None:
    world.databases["backbone_mark_" + DRILL]["tables"]["sync.run"].append([2, "x"])


def order_does_not_matter(world: World) -> None:
    world.do_restore_log = lambda database, file: None  # type: ignore[method-assign]


SPOILT: dict[str, tuple[Callable[[World], object], str]] = {
    "a row is lost": (on("recover", a_row_is_lost), "1 differences"),
    "a row is another": (on("recover", a_row_is_another), "1 differences"),
    "a write came between mark and snapshot": (on("digest", somebody_wrote), "1 differences"),
    "no full backup": (lambda world: world.files.pop(FOLDER + "20261120T180000Z-full.bak"), "no full backup"),
    "a backup without checksums": (damaged, "has no checksums"),
    "a gap in the log": (gap, "a backup of the log is missing"),
    "no room": (lambda world: setattr(world, "free", 1 << 20), "MiB are free"),
    "a sync run under way": (refuses("mark", 50002), "a sync run is under way"),
    "no snapshot can be made": (refuses("mark", 1844, "not supported"), "SQL Server 1844: not supported"),
    "a backup that cannot be read": (refuses("verify", 3203, "Read failed"), "RESTORE VERIFYONLY found damage"),
    "a damaged page": (answers("check", lambda rows: [{"MessageText": "Table error"}]), "DBCC CHECKDB found damage"),
    "a check that cannot be made": (refuses("check", 5030, "no lock"), "DBCC CHECKDB could not be made: no lock"),
    "no canary came back": (answers("canaries", lambda rows: []), "the canary written before the mark"),
    "recovery went too far": (answers("canaries", lambda rows: [*rows, {"number": 2}]), "recovery went beyond"),
    "a missing log goes unnoticed": (on("restore-log", order_does_not_matter), "did not notice one missing backup"),
    "a changed row goes unnoticed": (
        on("change", lambda world: setattr(world, "do_change", ignored)),
        "one changed row",
    ),
}


def ignored(database: str, number: int) -> None:
    """A change that does not happen."""


@pytest.mark.parametrize("name", SPOILT)
def test_whatever_goes_wrong_turns_it_red_and_nothing_is_left(name: str, world: World) -> None:
    spoil, said = SPOILT[name]
    spoil(world)
    result = drilled(world)
    assert not result.ok
    assert any(said in one for one in result.shortcomings), result.shortcomings
    assert world.databases == {}
    assert world.restoring is None


def test_a_spoilt_copy_that_is_refused_for_another_reason_proves_nothing(world: World) -> None:
    def before(name: str) -> None:
        if name == "verify" and any(f.endswith(".spoilt") for f in world.files):
            raise RefusedError(3201, "Cannot open backup device. Access is denied.")

    world.before = before
    result = drilled(world)
    assert not result.ok
    assert any("not proven that the drill notices one flipped byte" in one for one in result.shortcomings)


def test_a_spoilt_copy_that_is_accepted_turns_it_red(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    def whole(file: str) -> str:
        world.files[file + ".spoilt"] = world.files[file]
        return file + ".spoilt"

    monkeypatch.setattr(world, "spoil", whole)
    assert "the drill did not notice one flipped byte in a backup file" in drilled(world).shortcomings


@pytest.mark.parametrize("kind", ["D", "I", "L"])
@pytest.mark.parametrize("moment", ["digest", "log"])
def test_a_backup_by_the_timer_in_mid_drill_does_not_disturb_it(kind: str, moment: str, world: World) -> None:
    """Also a log that ends between the mark and the drill's own: recovery stops in the file that holds the mark."""
    on(moment, lambda w: w.backup(kind, "timer.bak"))(world)
    result = drilled(world)
    assert result.shortcomings == ()


def test_a_server_that_is_lost_fails_the_step_and_the_next_drill_removes_what_is_left(world: World) -> None:
    def gone(name: str) -> None:
        if "recover" in world.asked:
            raise LostError(Fault("unreachable", "cannot be reached"))

    world.before = gone
    result = drilled(world)
    assert (result.ok, result.failed_step, result.failure) == (False, "recover", "cannot be reached")
    assert world.restoring is not None
    world.before = lambda name: None
    assert drilled(world).ok
    assert world.restoring is None


# -- the chain


def test_the_chain_is_the_newest_full_one_and_all_that_rests_on_it(world: World) -> None:
    world.backup("D", "newer-full.bak")
    world.backup("L", "newer-log.bak")
    found = chain.chain(chain.backups(world.do_chain("master")))
    assert [file.removeprefix(FOLDER) for file in found.files] == ["newer-full.bak", "newer-log.bak"]
    older = chain.chain(chain.backups(world.do_chain("master")), until=int(found.full.first) - 4)
    assert older.full.file == FOLDER + "20261120T180000Z-full.bak"


def test_a_mark_that_no_backup_holds_is_no_end(world: World) -> None:
    with pytest.raises(Short, match="end before the mark"):
        chain.chain(chain.backups(world.do_chain("master")), until=9999)


def log(file: str, first: int, last: int, began: float = 0.0) -> chain.Backup:
    return chain.Backup("L", file, "", first, last, began, began + 50, True, 1, file)


FULL = chain.Backup("D", "full", "", 1, 100, 1000.0, 1050.0, True, 1, "full")


def test_a_tail_that_was_copied_is_taken_where_it_reaches_further_and_left_where_it_does_not() -> None:
    # It leaves the log as it is: the next backup of the log, if one comes, begins where the copy began.
    a, tail = log("a", 90, 150), log("tail", 150, 180)
    assert chain.chain([FULL, a, tail]).logs == (a, tail)
    longer = log("longer", 150, 200)
    assert chain.chain([FULL, a, tail, longer]).logs == (a, longer)
    assert chain.chain([FULL, a, log("nothing new", 120, 150)]).logs == (a,)
    with pytest.raises(Short, match="between a and later"):
        chain.chain([FULL, a, log("later", 160, 180)])


def test_copies_of_the_log_count_and_copies_of_the_database_do_not() -> None:
    (asked,) = [one for one in sqlglot.parse(statement("chain"), dialect="tsql") if one is not None]
    where = asked.args["where"].sql(dialect="tsql").replace("AND", "\nAND").splitlines()
    assert [one.strip() for one in where if "is_copy_only" in one and "b." in one] == [
        "AND (b.[is_copy_only] = 0 OR b.[type] = 'L')"
    ]


@pytest.mark.parametrize(("at", "last"), [(1400.0, "a"), (1990.0, "b"), (2000.0, "b"), (2030.0, "c")])
def test_a_log_holds_what_was_there_when_its_backup_began(at: float, last: str) -> None:
    """What is written while a backup of the log runs is in the next one."""
    logs = [log("a", 90, 150, 1500.0), log("b", 150, 200, 2000.0), log("c", 200, 250, 2500.0)]
    assert chain.upto([FULL, *logs], at, lasting=False).newest.file == last
    with pytest.raises(Short, match="end before the moment"):
        chain.upto([FULL, *logs], 2530.0, lasting=False)


@pytest.mark.parametrize(
    ("file", "folder"), [("D:\\b\\x.bak", "D:\\b\\"), ("/var/opt/mssql/x.bak", "/var/opt/mssql/"), ("x.bak", "")]
)
def test_the_folder_of_a_file_on_windows_and_linux(file: str, folder: str) -> None:
    assert chain.folder_of(file) == folder


# -- the statements and who says them

# What the parser does not know is read here: RESTORE and DBCC, each one statement.
UNREAD = {
    "check": r"DBCC CHECKDB \(\[backbone_drill\]\) WITH NO_INFOMSGS, ALL_ERRORMSGS, TABLERESULTS;",
    "files": r"RESTORE FILELISTONLY FROM DISK = @file;",
    "restore-differential": r"RESTORE DATABASE \[backbone_drill\] FROM DISK = @file WITH NORECOVERY, CHECKSUM;",
    "restored-differential": r"RESTORE DATABASE \[backbone_restored\] FROM DISK = @file WITH NORECOVERY, CHECKSUM;",
    "restored-log": r"RESTORE LOG \[backbone_restored\] FROM DISK = @file WITH NORECOVERY, CHECKSUM;",
    "restored-open": r"RESTORE DATABASE \[backbone_restored\] WITH RECOVERY;",
    "restore-log": r"RESTORE LOG \[backbone_drill\] FROM DISK = @file WITH NORECOVERY, CHECKSUM;",
}
# What may be put into a statement that is made on the server: what was quoted before.
MADE = re.compile(r"\+ (@\w+)")


@pytest.mark.parametrize("file", STATEMENTS, ids=lambda f: f.stem)
def test_a_statement_is_t_sql_of_2016_and_touches_nothing_but_its_own(file: Path) -> None:
    text = statement(file.stem)
    assert text.startswith("-- ")
    assert text.isascii()
    assert max(map(len, text.splitlines())) <= 120
    for word in ("STRING_AGG", "TRIM(", "CONCAT_WS", "OR ALTER", "DROP DATABASE IF", "GREATEST"):
        assert word not in text.upper()
    assert {*MADE.findall(text)} <= {"@make", "@moves", "@snapshot"}
    if file.stem in UNREAD:
        said = "".join(line for line in text.splitlines() if not line.startswith("--"))
        assert re.fullmatch(UNREAD[file.stem], said)
        return
    logging.getLogger("sqlglot").setLevel(logging.CRITICAL)
    parsed = [one for one in sqlglot.parse(text, dialect="tsql") if one is not None]
    assert parsed
    for one in parsed:
        # Rows are written in the table of canaries alone.
        for change in (*one.find_all(exp.Insert), *one.find_all(exp.Update)):
            assert "[backbone_ops].[drill_canary]" in change.sql(dialect="tsql")


def test_the_script_is_powershell_and_holds_the_request_as_data_alone() -> None:
    text = (ROOT / "sqlserver" / "speak.ps1").read_text("ascii")
    assert not scripts.tree(text).has_error
    odd = {"do": "ask", "statement": "SELECT '\"$(calc)'", "database": "master", "values": {"file": "C:\\a'b"}}
    made = talk.script(odd)
    assert "calc" not in made
    # A list that is handed out as one thing would come to lie in the list that its caller makes.
    assert "return ," not in text
    assert "return $rows.ToArray()" in text
    data = made.split("FromBase64String('")[1].split("'")[0]
    assert json.loads(base64.b64decode(data)) == odd


@pytest.mark.parametrize(
    ("text", "rows"),
    [
        ('{"done":true,"rows":[{"a":1}]}', [{"a": 1}]),
        ('{"done":true,"rows":{"a":1}}', [{"a": 1}]),
        ('{"done":true}', []),
    ],
)
def test_rows_come_as_a_list_however_powershell_writes_them(text: str, rows: list[Any]) -> None:
    assert talk.answered(text)["rows"] == rows


def test_a_refusal_and_no_answer_are_told_apart() -> None:
    with pytest.raises(RefusedError) as refused:
        talk.answered('{"number":4305,"said":"too recent"}')
    assert refused.value.number == 4305
    nested = '{"done":true,"rows":[[{"a":1}]]}'
    for text in ("", "<html>", "[]", '{"done":false}', "{}", nested, '{"done":true,"rows":[1]}'):
        with pytest.raises(LostError):
            talk.answered(text)


PLACE = Target("win", host="10.0.0.5", port=5986, kind="psrp", user="Administrator", password="x", authority="/a.pem")


def test_a_windows_server_is_drilled_beside_the_others(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    for does in (many.run, many.keep):
        monkeypatch.setattr(does, "__defaults__", (lambda target: world,))
    told: list[str] = []
    (result,) = drill.run_drills([PLACE], tell=lambda n, e: told.append(n), operator="Siti", regions={"win": "33.74"})
    assert (result.ok, result.operator, result.region) == (True, "Siti", "33.74"), result.shortcomings
    assert {*told} == {"win"}
    record = json.loads(world.kept_texts["drill-held"])
    assert record == {"id": result.drill, "ok": True, "started_at": result.started_at, "operator": "Siti"}
    assert world.kept_texts["drill-last"] == world.kept_texts["drill-held"]
    # Wrong use is no drill, and leaves the record alone.
    (other,) = drill.run_drills([PLACE], {"to": "2026-11-21T00:00:00+00:00"})
    assert (other.ok, other.failed_step) == (False, "start")
    assert json.loads(world.kept_texts["drill-last"])["ok"]
    # One that fell short does not hide the one that held.
    damaged(world)
    (short,) = drill.run_drills([PLACE], operator="Siti")
    assert not short.ok
    assert (json.loads(world.kept_texts["drill-last"])["ok"], json.loads(world.kept_texts["drill-held"])["ok"]) == (
        False,
        True,
    )


def test_a_record_that_cannot_be_kept_is_said(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(texts: object) -> None:
        raise RefusedError(0, "Access to the path is denied.")

    for does in (many.run, many.keep):
        monkeypatch.setattr(does, "__defaults__", (lambda target: world,))
    monkeypatch.setattr(world, "keep", refuse)
    with pytest.raises(BackboneError, match="win: the drill's result was not kept: Access to the path is denied"):
        drill.run_drills([PLACE])


def test_a_windows_server_that_is_not_reached_is_no_pass(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(windows, "remote", lambda *given: Fault("login", "its password is not accepted"))
    (result,) = drill.run_drills([PLACE])
    assert (result.ok, result.failed_step, result.failure) == (False, "connect", "its password is not accepted")
