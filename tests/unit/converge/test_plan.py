"""Which stages a server needs, and why."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime

import pytest

from provision.converge.inputs import StageInputs
from provision.converge.plan import Reason, ServerPlan, Wish, check_wish, plan_server
from provision.converge.stages import Stage
from provision.converge.stamp import ServerState, Stamp
from provision.errors import UsageError

STAGES = (
    Stage("base"),
    Stage("tls", needs=("base",), followers=("gateway",)),
    Stage("gateway", needs=("tls",)),
    Stage("notify"),
)
INPUTS = {stage.name: StageInputs({"x": f"{stage.name}-x"}, f"{stage.name}-digest") for stage in STAGES}
FILE = "/etc/backbone/{}.conf"


def stamp(stage: str, **changes: object) -> Stamp:
    values: dict[str, object] = {
        "stage": stage,
        "host": "kab",
        "digest": INPUTS[stage].digest,
        "inputs": INPUTS[stage].inputs,
        "files": {FILE.format(stage): "good", f"/absent/{stage}": None},
        "at": "2026-11-21T00:00:00+00:00",
        **changes,
    }
    return Stamp(**values)  # type: ignore[arg-type]


def state(**changed: Stamp | None) -> ServerState:
    """A server on which every stage finished, but for what is given."""
    stamps = {stage.name: changed.get(stage.name, stamp(stage.name)) for stage in STAGES}
    files = {FILE.format(stage.name): "good" for stage in STAGES}
    return ServerState(stamps={name: one for name, one in stamps.items() if one}, files=files)


def plan(
    server: ServerState,
    failed: Mapping[str, list[str]] | None = None,
    wish: Wish | None = None,
    disabled: frozenset[str] = frozenset(),
) -> ServerPlan:
    return plan_server("kab", STAGES, server, INPUTS, failed or {}, wish=wish, disabled=disabled)


def reasons(planned: ServerPlan) -> dict[str, list[tuple[str, tuple[str, ...]]]]:
    return {one.stage: [(why.code, why.what) for why in one.reasons] for one in planned.stages}


def test_a_bare_server_needs_every_stage_in_order() -> None:
    planned = plan(ServerState(has_python=False))
    assert planned.names == ("base", "tls", "gateway", "notify")
    assert planned.stages[0].reasons == (Reason("never_ran"),)


def test_a_finished_server_needs_nothing() -> None:
    assert plan(state()).stages == ()


def test_a_changed_input_is_named_and_brings_the_follower() -> None:
    old = stamp("tls", digest="old", inputs={"x": "tls-x", "gone": "1"})
    assert reasons(plan(state(tls=old))) == {
        "tls": [("inputs_changed", ("gone",))],
        "gateway": [("follows", ("tls",))],
    }


def test_an_edited_a_lost_and_an_unwanted_file_are_named() -> None:
    server = state()
    files = {**server.files, FILE.format("base"): "edited", "/absent/base": "here"}
    del files[FILE.format("notify")]
    assert reasons(plan(ServerState(server.stamps, files=files))) == {
        "base": [("file_changed", ("/absent/base", FILE.format("base")))],
        "notify": [("file_changed", (FILE.format("notify"),))],
    }


def test_a_failed_control_brings_its_stage_once_and_not_in_vain() -> None:
    failed = {"notify": ["LOG-02", "LOG-01"]}
    assert reasons(plan(state(), failed)) == {"notify": [("control_failed", ("LOG-01", "LOG-02"))]}
    once = plan(state(notify=stamp("notify", tried=("LOG-01",))), failed)
    assert reasons(once) == {"notify": [("control_failed", ("LOG-02",))]}
    vain = plan(state(notify=stamp("notify", tried=("LOG-01", "LOG-02"))), failed)
    assert vain.stages == ()
    assert vain.given_up == {"notify": ("LOG-01", "LOG-02")}


def test_a_stage_tried_in_vain_runs_again_when_an_input_changed() -> None:
    tried = stamp("notify", tried=("LOG-01",), digest="old", inputs={"x": "other"})
    planned = plan(state(notify=tried), {"notify": ["LOG-01"]})
    assert reasons(planned) == {"notify": [("inputs_changed", ("x",))]}
    assert planned.given_up == {}


@pytest.mark.parametrize(
    "changes",
    [
        {"host": "prov"},
        {"inputs": {"x": "other"}},
        {"digest": "other"},
    ],
)
def test_a_forged_stamp_counts_as_never_ran_and_says_so(changes: dict[str, object]) -> None:
    found = reasons(plan(state(notify=stamp("notify", **changes))))["notify"]
    assert found[0] == ("never_ran", ())
    assert found[1][0] == "stamp_unusable"
    assert found[1][1][0].startswith("forged")


def test_a_damaged_stamp_counts_as_never_ran_and_says_so() -> None:
    server = state(notify=None)
    broken = ServerState(server.stamps, {"notify": "damaged"}, files=server.files)
    assert reasons(plan(broken)) == {"notify": [("never_ran", ()), ("stamp_unusable", ("damaged",))]}


def test_a_stage_that_began_and_did_not_finish_is_interrupted() -> None:
    server = state(notify=None)
    half = ServerState(server.stamps, started=frozenset({"notify"}), files=server.files)
    assert reasons(plan(half)) == {"notify": [("interrupted", ())]}


def test_asking_for_a_stage_leaves_other_needs_alone_but_brings_followers() -> None:
    wish = Wish(stages=("tls",))
    assert reasons(plan(state(notify=None), wish=wish)) == {
        "tls": [("asked", ())],
        "gateway": [("follows", ("tls",))],
    }


def test_asking_for_a_stage_brings_what_it_builds_on_where_that_never_ran() -> None:
    planned = plan(ServerState(), wish=Wish(stages=("gateway",)))
    assert planned.names == ("base", "tls", "gateway")


def test_full_runs_all_and_disabled_stages_never_run() -> None:
    planned = plan(state(), wish=Wish(full=True), disabled=frozenset({"gateway"}))
    assert planned.names == ("base", "tls", "notify")
    assert plan(state(gateway=None), disabled=frozenset({"gateway"})).stages == ()


def test_asking_for_a_disabled_or_unknown_stage_is_wrong_use() -> None:
    with pytest.raises(UsageError, match="leaves out gateway"):
        plan(state(), wish=Wish(stages=("gateway",)), disabled=frozenset({"gateway"}))
    with pytest.raises(UsageError, match="no such stage: gatway"):
        check_wish(Wish(stages=("gatway",)), [stage.name for stage in STAGES])


@pytest.mark.parametrize(
    ("at", "runs"),
    [
        ("2026-11-20T23:59:59+00:00", True),
        ("2026-11-21T00:00:00+00:00", False),
        ("2026-11-21T07:00:00+07:00", False),
        ("long ago", True),
        ("2026-11-22T00:00:00", True),
    ],
)
def test_a_stage_that_finished_long_ago_runs_again(at: str, runs: bool) -> None:
    oldest = datetime(2026, 11, 21, tzinfo=UTC)
    old = state(notify=stamp("notify", at=at))
    planned = plan_server("kab", STAGES, old, INPUTS, {}, oldest=oldest)
    assert reasons(planned) == ({"notify": [("too_old", (at,))]} if runs else {})
    assert plan(old).stages == ()


def test_a_stage_that_ran_for_another_kind_of_server_runs_again() -> None:
    planned = plan_server("kab", STAGES, state(), INPUTS, {}, different={"notify": ["level", "region"]})
    assert reasons(planned) == {"notify": [("another_server", ("level", "region"))]}
