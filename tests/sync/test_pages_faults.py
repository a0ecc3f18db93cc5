"""APIs with numbered pages that answer oddly or not at all: nothing is lost, nothing deleted, nothing secret said."""

from __future__ import annotations

import dataclasses
import logging
from collections.abc import Callable

import pytest

from backbone_sync import sources
from backbone_sync.run import doctor
from tests.support.foreign import DISTRICTS, WORDS, key_of, student
from tests.support.gateway import ENTITY, STUDENTS, Gateway, fault_of
from tests.support.odd_http import HTML, Asked, Reply, reply
from tests.support.pages_source import SECRETS
from tests.support.sync_cli import commander

Spoil = Callable[[Asked, Reply], Reply]


def spoilt(answer: Reply, scope: str | None = None, page: str = "2") -> Spoil:
    """The answer in place of a page of students."""

    def spoil(asked: Asked, made: Reply) -> Reply:
        hit = asked.path == "/siswa" and asked.query["page"] == page
        return answer if hit and scope in (None, asked.query["kode_kecamatan"]) else made

    return spoil


FAULTS = {
    "html": (HTML, "not JSON"),
    "html_500": (dataclasses.replace(HTML, status=500), "answered 500"),
    "not_found": (dataclasses.replace(HTML, status=404), "answered 404"),
    "error_in_200": (reply({"success": False, "data": []}), "says that it failed"),
    "status_error": (reply({"status": "error", "data": []}), "says that it failed"),
    "null": (reply({"data": None}), "no list of rows at 'data'"),
    "nothing": (Reply(), "is empty"),
    "cut_off_json": (Reply(body=b'{"data":[{"peserta_didik_id":"1'), "cut off or not JSON"),
    "cut_off": (Reply(body=b'{"data":[', announced=500), "cut off"),
}


def test_a_district_that_fails_hinders_no_other_and_deletes_nothing(gate: Gateway) -> None:
    assert gate.run().green
    gate.drop(0, 3, 1)  # two of the district that fails, one of another
    for number, (name, (answer, said)) in enumerate(FAULTS.items(), 900):
        gate.api.rows[ENTITY].append(student(number, DISTRICTS[2]))
        gate.api.spoil = spoilt(answer, DISTRICTS[0])
        result = gate.world.run(gate.toml().replace("retries = 1", "retries = 0"))
        fault = fault_of(result)
        assert (fault.kind, result.exit_status) == ("incomplete", 1), name
        assert said in fault.message, name
        assert f"1 of 3 values of kode_kecamatan failed ({DISTRICTS[0]})" in fault.message
        assert "nothing was deleted" in fault.message
        assert fault.repair
        assert key_of(ENTITY, number) in gate.held()
        assert gate.held() >= {key_of(ENTITY, n) for n in range(STUDENTS)}
    gate.api.spoil = lambda asked, made: made
    again = gate.run()
    assert (again.green, again.entities[ENTITY].counts.deleted) == (True, 3)
    assert gate.held() == gate.in_force()


def test_what_passes_is_waited_for_with_growing_pauses(gate: Gateway) -> None:
    turns = {"left": 2}

    def once(asked: Asked, made: Reply) -> Reply:
        if asked.path == "/siswa" and turns["left"]:
            turns["left"] -= 1
            return dataclasses.replace(HTML, status=502)
        return made

    gate.api.spoil = once
    source = gate.toml().replace("retries = 1", "retries = 3")
    gate.world.pauses.clear()
    assert gate.world.run(source).green
    assert len(gate.world.pauses) == 2
    assert 0.7 < gate.world.pauses[0] < 1.3 < gate.world.pauses[1]


def test_silence_and_overload_end_the_run_and_delete_nothing(gate: Gateway) -> None:
    assert gate.run().green
    gate.drop(0)
    gate.api.spoil = spoilt(Reply(silent=True))
    source = gate.toml().replace("read_timeout = 5.0", "read_timeout = 0.3").replace("retries = 1", "retries = 0")
    result = gate.world.run(source)
    assert (fault_of(result).kind, result.exit_status) == ("unreachable", 3)
    gate.api.spoil = spoilt(dataclasses.replace(reply({}, 429), headers={"Retry-After": "7"}))
    gate.world.pauses.clear()
    result = gate.run()
    assert (fault_of(result).kind, result.exit_status, gate.world.pauses) == ("overloaded", 3, [7.0])
    assert len(gate.held()) == STUDENTS


def test_a_token_that_ends_in_mid_run_is_renewed_and_one_that_is_refused_ends_the_run(gate: Gateway) -> None:
    def expire(asked: Asked) -> None:
        if asked.path == "/siswa" and asked.query["page"] == "2" and gate.api.tokens == 1:
            gate.api.tokens = 2

    gate.api.meanwhile = expire
    assert gate.run().green
    gate.world.secret(password="sandi-lama")
    result = gate.run()
    fault = result.error
    assert fault is not None
    assert (fault.kind, "user name and password" in fault.repair) == ("auth", True)
    assert gate.held() == gate.in_force()


def test_a_key_that_does_not_cover_an_entity_is_named(gate: Gateway) -> None:
    gate.world.secret(api_key_siswa="kunci-lain")
    result = gate.run()
    fault = fault_of(result)
    assert (fault.kind, "403 for peserta_didik" in fault.message) == ("auth", True)
    assert result.entities["sekolah"].green
    gate.world.secret(api_key_siswa="kunci\nkedua")
    fault = fault_of(gate.run())
    assert (fault.kind, "kedua" in fault.message + fault.repair) == ("config", False)


def test_nothing_secret_is_said_or_logged(gate: Gateway, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    gate.run()
    gate.api.spoil = spoilt(HTML)
    gate.run()
    gate.world.secret(password="sandi-lama")
    result = gate.run()
    config = gate.world.configured(gate.toml())
    said = [caplog.text, repr(config), str(result), *(f.what.en for f in examined(gate))]
    assert not [s for s in (*SECRETS, "sandi-lama", "Murid") if any(s in text for text in said)]


def test_the_commands_work_with_such_a_source(
    gate: Gateway, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    gate.world.configured(gate.toml())
    command = commander(gate.world.folder / "sync.toml", monkeypatch, capsys)
    assert command("run", "--json").document["counts"][ENTITY]["created"] == STUDENTS
    assert command("status").status == 0
    compared = command("reconcile", ENTITY, "--json")
    assert (compared.status, set(compared.document["verdicts"])) == (0, {"not_comparable"})
    assert command("doctor", "--json").status == 0
    gate.api.spoil = spoilt(HTML, DISTRICTS[0])
    assert command("run").status == 1
    said = command("doctor", "--lang", "en").out
    assert "A part of the data did not come; none was deleted: " in said
    assert DISTRICTS[0] in said


def examined(gate: Gateway, source: str = "") -> list[doctor.Finding]:
    steps = tuple(sources.steps(gate.world.configured(source or gate.toml()), WORDS, 2.0))
    found = doctor.diagnose(doctor.Facts(None, "", steps))
    # There is no database to speak of, and the test's own certificate ends tomorrow.
    return [
        one for one in found if one.code != "database" and (one.code, one.level) != ("source.certificate", "warning")
    ]


def test_the_doctor_walks_the_way_and_names_the_entity_that_fails(gate: Gateway) -> None:
    found = examined(gate)
    assert [(f.code, f.level) for f in found] == [("source.unserved", "warning")]
    assert "ref.agama" in found[0].what.en
    gate.api.spoil = spoilt(HTML, page="1")
    assert [f.code for f in examined(gate)] == ["source.answer.peserta_didik", "source.unserved"]
    gate.world.secret(password="sandi-lama")
    assert [f.code for f in examined(gate)] == ["source.token"]
    elsewhere = gate.toml().replace(f'ca_file = "{gate.ca}"', "")
    assert [f.code for f in examined(gate, elsewhere)] == ["source.certificate"]
    away = gate.toml().replace(gate.url, "https://127.0.0.1:1")
    assert [f.code for f in examined(gate, away)] == ["source.connection"]
