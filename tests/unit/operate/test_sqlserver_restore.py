"""The restore of SQL Server in its live place: to the end or a moment, kept aside, taken back, gone on with."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest

from provision.cli import restore as verb
from provision.cli.main import app, run_guarded
from provision.errors import BackboneError
from provision.operate.sqlserver import restoring
from provision.operate.sqlserver.restoring import Restore
from provision.operate.sqlserver.talk import RefusedError
from provision.probe.transport import Target
from tests.support.sqlserver_restored import BEFORE, LIVE, World

PLACE = Target("win", host="10.0.0.5", port=5986, kind="psrp", user="Administrator", password="x", authority="/a.pem")


def iso(at: float) -> str:
    return datetime.fromtimestamp(at, UTC).isoformat()


@pytest.fixture
def world() -> World:
    """Rows before the full backup, in the log, and after every backup; `moments` of each."""
    made = World()
    made.files.clear()
    made.forks.clear()
    made.moments = {}  # type: ignore[attr-defined]
    for row, kind, name in (("a", "D", "full.bak"), ("b", "I", "diff.bak"), ("c", "L", "1-log.bak")):
        made.moments[row] = made.write(row)  # type: ignore[attr-defined]
        made.backup(kind, name)
    made.moments["d"] = made.write("d")  # type: ignore[attr-defined]
    made.now += 600
    return made


def at(world: World, row: str) -> str:
    """A moment half a minute after a row was written."""
    return iso(world.moments[row] + 30)  # type: ignore[attr-defined]


def restore(world: World) -> Restore:
    return Restore(PLACE, world, world.clock)


def ignored(event: object) -> None:
    """Nobody listens."""


def settled(world: World) -> tuple[list[str], bool, set[str]]:
    """Rows of the live database, whether the tasks run by themselves, and what other databases there are."""
    return world.there[LIVE]["rows"], all(world.running.values()), {*world.there} - {LIVE}


def test_to_the_end_nothing_is_lost_and_the_former_one_is_kept_aside(world: World) -> None:
    plan = restore(world).survey({"to": ""})
    assert (plan["to"], plan["backup_type"], plan["repo_place"]) == ("end", "diff", "here")
    told: list[Any] = []
    state = restore(world).run({"to": ""}, told.append)
    assert (state["failed"], state["last_wal"]) == (None, "sent")
    assert settled(world) == (["a", "b", "c", "d"], True, {BEFORE})
    assert (world.there[LIVE]["access"], world.there[BEFORE]["access"]) == ("MULTI_USER", "RESTRICTED_USER")
    assert world.started == ["Backup full", "Sync"]
    titles = verb_titles()
    assert [one["step"] for one in told if one["event"] == "end"] == list(titles)


def verb_titles() -> dict[str, str]:
    from provision.operate.restore import steps

    return steps("sqlserver")


@pytest.mark.parametrize(("row", "rows"), [("a", ["a"]), ("b", ["a", "b"]), ("c", ["a", "b", "c"])])
def test_to_a_moment(world: World, row: str, rows: list[str]) -> None:
    world.moments["a"] += 40  # type: ignore[attr-defined]  # behind the full backup, without which nothing is restored
    plan = restore(world).survey({"to": at(world, row)})
    assert plan["to"] == "time"
    assert datetime.fromisoformat(plan["lost_since"]) == datetime.fromisoformat(plan["to_at"])
    assert restore(world).run({"to": at(world, row)}, ignored)["failed"] is None
    assert settled(world)[0] == rows


def test_undo_puts_the_former_one_back_and_a_restore_can_be_made_again(world: World) -> None:
    restore(world).run({"to": at(world, "b")}, ignored)
    world.write("after")
    restore(world).undo()
    assert settled(world) == (["a", "b", "c", "d"], True, set())
    assert world.there[LIVE]["access"] == "MULTI_USER"
    assert restore(world).state() is None
    # The history that was left is none of the live database's: its backups are not among those that count.
    assert restore(world).run({"to": at(world, "c")}, ignored)["failed"] is None
    assert settled(world)[0] == ["a", "b", "c"]


def test_release_deletes_the_former_one_and_the_new_history_is_restored_by_its_own_backups(world: World) -> None:
    restore(world).run({"to": at(world, "b")}, ignored)
    # Until the new history has a full backup, the former database is all there is.
    with pytest.raises(BackboneError, match=r"is kept until .*no full backup"):
        restore(world).release()
    assert settled(world) == (["a", "b"], True, {BEFORE})
    world.write("e")
    world.backup("D", "new-full.bak")
    restore(world).release()
    assert settled(world) == (["a", "b", "e"], True, set())
    assert restore(world).state() is None
    world.write("f")
    assert restore(world).run({"to": ""}, ignored)["failed"] is None
    assert settled(world)[0] == ["a", "b", "e", "f"]


def test_a_server_without_its_database_gets_it_back(world: World) -> None:
    del world.there[LIVE]
    assert restore(world).survey({"to": ""})["lost_since"] == ""
    state = restore(world).run({"to": ""}, ignored)
    assert (state["failed"], state["last_wal"], state["aside"]) == (None, None, False)
    assert settled(world) == (["a", "b", "c"], True, set())
    with pytest.raises(BackboneError, match="no database before"):
        restore(world).undo()
    restore(world).release()
    assert settled(world)[0] == ["a", "b", "c"]


def damaged(world: World) -> None:
    world.files["C:\\ProgramData\\Backbone\\backup\\1-log.bak"].row["damaged"] = 1


REFUSED: dict[str, tuple[Callable[[World], object], dict[str, Any], str]] = {
    "a moment to come": (lambda w: None, {"to": "2030-01-01T00:00:00+00:00"}, "has not come yet"),
    "before the first backup": (lambda w: None, {"to": "2020-01-01T00:00:00+00:00"}, "no full backup"),
    "a mark": (lambda w: None, {"to": "m1"}, "no marks are kept"),
    "a certain backup": (lambda w: None, {"to": "", "backup": "x"}, "leave out --backup"),
    "another repository": (lambda w: None, {"to": "", "repo": 2}, "leave out --backup"),
    "a disk": (lambda w: None, {"to": "", "from": "/mnt"}, "leave out --backup"),
    "no room": (lambda w: setattr(w, "free", 1 << 20), {"to": ""}, "not enough disk"),
    "a damaged database": (
        lambda w: w.there[LIVE].update(state="SUSPECT"),
        {"to": ""},
        "is SUSPECT and cannot.*NO_TRUNCATE",
    ),
    "one that stands there": (lambda w: w.there.update({BEFORE: {}}), {"to": ""}, r"remove it \(backbone_before\)"),
    "a drill at work": (lambda w: w.databases.update(backbone_drill={}), {"to": ""}, "a drill is under way"),
    "a damaged backup": (damaged, {"to": ""}, "known to be damaged"),
    "a log that ends too soon": (lambda w: w.there.pop(LIVE), {"to": "d"}, "end before the moment"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_cannot_be_is_refused_before_anything_is_touched(world: World, name: str) -> None:
    spoil, settings, said = REFUSED[name]
    if settings["to"] == "d":
        settings = {"to": at(world, "d")}
    spoil(world)
    before = json.dumps([{**world.there}, world.running, world.kept_texts], default=str)
    with pytest.raises(BackboneError, match=said):
        restore(world).survey(settings)
    assert json.dumps([{**world.there}, world.running, world.kept_texts], default=str) == before


@pytest.mark.parametrize("statement", ["restore-full", "restored-log", "restored-open", "swap"])
def test_what_falls_short_is_taken_back_by_itself(world: World, statement: str) -> None:
    def before(name: str) -> None:
        if name == statement:
            raise RefusedError(3203, "Read failed")

    world.before = before
    state = restore(world).run({"to": ""}, ignored)
    assert (state["undone"], state["failed"]["message"]) == (True, "SQL Server 3203: Read failed")
    assert settled(world) == (["a", "b", "c", "d"], True, set())
    assert restore(world).state() is None


def test_a_last_log_that_cannot_be_made_is_said_and_does_not_stop_it(world: World) -> None:
    def before(name: str) -> None:
        if name == "log":
            raise RefusedError(3202, "Write failed")

    world.before = before
    state = restore(world).run({"to": at(world, "b")}, ignored)
    assert (state["failed"], state["last_wal"]) == (None, "SQL Server 3202: Write failed")


def words_of_a_whole_one() -> int:
    world = fresh()
    restore(world).run({"to": at(world, "c")}, ignored)
    return world.words


def fresh() -> World:
    made: World = world.__wrapped__()  # type: ignore[attr-defined]
    return made


@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
@pytest.mark.parametrize("how", ["continue", "undo"])
def test_cut_off_at_every_word_it_goes_on_or_is_taken_back(how: str, after: bool) -> None:
    cut = 0
    for word in range(words_of_a_whole_one()):
        server = fresh()
        server.left, server.after = word, after
        moment = at(server, "c")
        with pytest.raises(BackboneError, match="cannot be reached"):
            restore(server).run({"to": moment}, ignored)
        server.left = -1
        state = restore(server).state()
        if state is None:
            # It was lost before it began.
            assert settled(server) == (["a", "b", "c", "d"], True, set())
            continue
        cut += 1
        with pytest.raises(BackboneError, match="is in hand"):
            restore(server).survey({"to": ""})
        if how == "continue":
            assert restore(server).run(None, ignored)["failed"] is None, word
            assert settled(server) == (["a", "b", "c"], True, {BEFORE}), word
        else:
            restore(server).undo()
            assert settled(server) == (["a", "b", "c", "d"], True, set()), word
            assert restore(server).state() is None
    assert cut > 10


def test_cut_off_while_it_is_taken_back_it_is_taken_back_by_the_next_word() -> None:
    for word in range(6):
        server = fresh()
        restore(server).run({"to": at(server, "b")}, ignored)
        server.left = word
        with pytest.raises(BackboneError, match="cannot be reached"):
            restore(server).undo()
        server.left = -1
        if restore(server).state() is not None:
            restore(server).undo()
        assert settled(server) == (["a", "b", "c", "d"], True, set()), word


def test_cut_off_in_the_middle_of_taking_back_going_on_takes_it_back(world: World) -> None:
    restore(world).run({"to": at(world, "b")}, ignored)
    world.left = 2  # the word after the record says that it is being taken back
    with pytest.raises(BackboneError, match="cannot be reached"):
        restore(world).undo()
    world.left = -1
    assert restore(world).run(None, ignored)["undone"]
    assert settled(world) == (["a", "b", "c", "d"], True, set())
    assert restore(world).state() is None


def test_half_taken_back_the_former_one_is_not_deleted(world: World) -> None:
    restore(world).run({"to": at(world, "b")}, ignored)

    def before(name: str) -> None:
        if name == "swap-back":
            raise RefusedError(5030, "The database could not be exclusively locked")

    world.before = before
    with pytest.raises(BackboneError, match="5030"):
        restore(world).undo()
    world.before = lambda name: None
    with pytest.raises(BackboneError, match="not come to its end"):
        restore(world).release()
    assert BEFORE in world.there
    restore(world).undo()
    assert settled(world) == (["a", "b", "c", "d"], True, set())


def test_a_reader_that_comes_back_at_once_does_not_get_in_between(world: World) -> None:
    world.reader = True
    assert restore(world).run({"to": at(world, "b")}, ignored)["failed"] is None
    assert settled(world) == (["a", "b"], True, {BEFORE})
    assert (world.there[LIVE]["access"], world.there[BEFORE]["access"]) == ("MULTI_USER", "RESTRICTED_USER")
    restore(world).undo()
    assert settled(world) == (["a", "b", "c", "d"], True, set())
    assert world.there[LIVE]["access"] == "MULTI_USER"


def test_while_a_finished_one_is_taken_back_nothing_of_ours_writes_and_then_its_log_is_backed_up(world: World) -> None:
    restore(world).run({"to": at(world, "b")}, ignored)
    world.started.clear()
    running: list[list[str]] = []

    def before(name: str) -> None:
        if name in ("swap-back", "drop"):
            running.append(world.tasks(restoring.TASKS))

    world.before = before
    restore(world).undo()
    assert running == [[], []]
    # The history that counts where there is no database any more is that of the newest backup.
    assert world.started == ["Backup log"]
    assert settled(world) == (["a", "b", "c", "d"], True, set())


def ran(monkeypatch: pytest.MonkeyPatch, world: World, *words: str) -> int:
    monkeypatch.setattr(restoring, "WindowsSpeaker", lambda target: world)
    monkeypatch.setattr(verb, "chosen", lambda *_: ([PLACE], {"win": "Asia/Jakarta"}, {"win": "33.74"}))
    monkeypatch.setattr(restoring.time, "time", world.clock)
    return run_guarded(lambda: app(["restore", "-i", "x", *words], standalone_mode=False))


def test_the_verb_asks_for_the_server_s_name_and_says_how_it_ended(
    world: World, monkeypatch: pytest.MonkeyPatch, capsys: Any
) -> None:
    monkeypatch.setattr(Restore.__init__, "__defaults__", (None, world.clock))
    moment = at(world, "b")
    assert ran(monkeypatch, world, "--to", moment, "--confirm", "kab") == 2
    assert settled(world) == (["a", "b", "c", "d"], True, set())
    assert ran(monkeypatch, world, "--to", moment, "--confirm", "win") == 0
    said = capsys.readouterr()
    assert "on this server" in said.err
    assert "--release" in said.out
    assert settled(world)[0] == ["a", "b"]
    assert ran(monkeypatch, world, "--find") != 0
    assert "no marks are kept on a Windows server" in capsys.readouterr().err
    assert ran(monkeypatch, world, "--undo", "--confirm", "win") == 0
    assert settled(world)[0] == ["a", "b", "c", "d"]


def test_a_windows_server_is_not_restored_from_itself() -> None:
    with pytest.raises(BackboneError, match="from a controller"), Restore(Target("win", kind="local")):
        pass
