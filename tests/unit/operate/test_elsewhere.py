"""A drill on another host: who is asked for what, who keeps the record, and what is left where it could not be."""

from __future__ import annotations

from typing import Any

import pytest

from provision.errors import BackboneError
from provision.operate import session as one_server
from provision.operate.compare import DrillResult
from provision.operate.elsewhere import run_elsewhere
from provision.probe.transport import Target
from tests.support.answering import Answering

LENT = {"mark": {"mark": {}}, "segment": "000000010000000000000007", "facts": {"server_version": "15.20"}}
REACHED = {"config": "[global]\n", "authority": "PEM"}
KAB, PROV = Target(name="kab", kind="local"), Target(name="prov", kind="local")


def news(observed: Any) -> dict[str, Any]:
    return {"active": False, "result": "success", "events": [{"event": "end", "step": "restore"}], "observed": observed}


def drilled(monkeypatch: pytest.MonkeyPatch, servers: Answering, told: list[Any]) -> DrillResult:
    monkeypatch.setattr(one_server, "Session", servers)
    settings = {"to": "", "backup": "", "repo": 1, "from": ""}
    return run_elsewhere(KAB, PROV, REACHED, settings, lambda *one: told.append(one), "sri", "33.74")


def test_the_server_makes_the_mark_and_keeps_the_record(monkeypatch: pytest.MonkeyPatch, observed: Any) -> None:
    observed = {**observed, "goal": {"kind": "mark"}, "repo": 2}
    past = [{"drill": "d1", "ok": True}]
    servers = Answering(lend=LENT, survey={"plan": {}}, start="", poll=news(observed), finish=past)
    told: list[Any] = []
    result = drilled(monkeypatch, servers, told)
    assert (result.ok, result.server, result.on, result.operator, result.region) == (
        True,
        "kab",
        "prov",
        "sri",
        "33.74",
    )
    assert result.history == tuple(past)
    verbs = [("kab", "lend"), ("prov", "survey"), ("prov", "start"), ("prov", "poll"), ("kab", "finish")]
    assert servers.asked == verbs
    assert servers.given["start"] == {"away": {**LENT, **REACHED}, "backup": ""}
    assert servers.given["finish"]["on"] == "prov"
    assert [name for name, _ in told] == ["kab", "kab"]
    assert set(servers.cleaned) == {"kab", "prov"}


def test_a_host_that_cannot_is_refused_and_nothing_is_recorded(monkeypatch: pytest.MonkeyPatch) -> None:
    refused = {"message": "the backups are of PostgreSQL 15, which this machine does not have (it has: 17)"}
    servers = Answering(lend=LENT, survey={"refused": refused})
    with pytest.raises(BackboneError, match=r"^prov: .*PostgreSQL 15.*it has: 17"):
        drilled(monkeypatch, servers, [])
    assert servers.asked == [("kab", "lend"), ("prov", "survey")]
    assert set(servers.cleaned) == {"kab", "prov"}


@pytest.mark.parametrize("answer", [KeyboardInterrupt(), news(None)])
def test_what_was_cut_off_is_stopped_and_not_recorded(monkeypatch: pytest.MonkeyPatch, answer: Any) -> None:
    servers = Answering(lend=LENT, survey={"plan": {}}, start="", poll=answer, stop="")
    with pytest.raises(KeyboardInterrupt if isinstance(answer, KeyboardInterrupt) else BackboneError):
        drilled(monkeypatch, servers, [])
    assert ("kab", "finish") not in servers.asked
    assert (("prov", "stop") in servers.asked) is isinstance(answer, KeyboardInterrupt)
    assert set(servers.cleaned) == {"kab", "prov"}
