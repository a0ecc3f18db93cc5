"""Events of ansible-runner become progress and outcomes."""

from __future__ import annotations

from typing import Any

from provision.converge.book import site_text
from provision.converge.progress import HIDDEN, PREPARING_PLAY, Result, Tracker, diff_text, failure_text

PLANNED = {"kab": ("base", "tls", "gateway"), "prov": ("base",)}


def event(kind: str, server: str, stage: str, task: str, second: int = 0, **more: Any) -> dict[str, Any]:
    line = more.pop("line", "")
    data = {"host": server, "play": f"Stage {stage}", "task": task, "task_action": "ansible.builtin.copy"}
    created = f"2026-11-21T00:00:{second:02d}+00:00"
    return {"event": kind, "event_data": {**data, **more}, "created": created, "stdout": line}


def test_a_run_with_a_success_a_failure_and_a_lost_server() -> None:
    tracker = Tracker(PLANNED)
    kinds = []
    for one in (
        event("runner_on_start", "kab", "base", "Begin", task_action="ansible.builtin.include_role"),
        event("runner_on_start", "kab", "base", "Write"),
        event("runner_on_ok", "kab", "base", "Write", 1, res={"changed": True}),
        event("runner_on_ok", "kab", "base", "Secret", 1, res={"censored": "x"}, line="changed: [kab]"),
        event("runner_on_ok", "kab", "base", "Same", 1, res={"changed": False}, line="ok: [kab]"),
        event("runner_on_ok", "kab", "base", "Stamp the stage", 3, res={"changed": True}),
        event("runner_on_unreachable", "prov", "base", "Write", 5, res={"msg": "no route"}),
        event("runner_on_start", "kab", "tls", "Sign", 6),
        event("runner_on_failed", "kab", "tls", "Probe", 7, res={"msg": "x"}, ignore_errors=True),
        event("runner_on_failed", "kab", "tls", "Sign", 8, res={"msg": "no key", "stderr": "why"}),
        event("runner_on_start", "kab", "tls", "Give the lock back", 9),
        event("runner_on_failed", "kab", "tls", "Give the lock back", 9, res={"msg": "stage tls failed"}),
    ):
        kinds += [progress.kind for progress in tracker.feed(one)]
    assert kinds == [
        *("stage_started", "task", "changed", "changed", "stage_ended"),
        "stage_ended",
        *("stage_started", "task", "stage_ended"),
    ]
    assert tracker.close() == [
        Result("kab", "base", "ok", 2, 3.0),
        Result("kab", "tls", "failed", 0, 2.0, "Sign: no key\nwhy"),
        Result("kab", "gateway", "not_reached"),
        Result("prov", "base", "unreachable", 0, 0.0, "Write: no route"),
    ]


def test_what_the_failure_of_others_has_cut_off() -> None:
    tracker = Tracker({"kab": ("base", "tls"), "prov": ("base", "tls"), "kota": ("base",), "desa": ("tls",)})
    for one in (
        event("runner_on_ok", "kab", "base", "Stamp the stage"),
        event("runner_on_failed", "prov", "base", "Write", res={"msg": "no"}),
        event("runner_on_start", "kota", "base", "Write"),
    ):
        tracker.feed(one)
    assert tracker.cut_off() == {"kab": ["tls"], "desa": ["tls"]}


def test_a_stage_in_mid_run_fails_when_the_run_is_interrupted() -> None:
    tracker = Tracker({"kab": ("base", "tls")})
    tracker.feed(event("runner_on_start", "kab", "base", "Write"))
    first, second = tracker.close("interrupted")
    assert (first.status, first.message) == ("failed", "interrupted")
    assert second.status == "not_reached"


def test_a_server_on_which_python_cannot_be_installed_fails_in_its_first_stage() -> None:
    tracker = Tracker({"kab": ("base", "tls")})
    lost = event("runner_on_failed", "kab", "", "Install Python", res={"msg": "no mirror"})
    lost["event_data"]["play"] = PREPARING_PLAY
    assert PREPARING_PLAY in site_text(["base"])
    assert [one.kind for one in tracker.feed(lost)] == ["stage_ended"]
    assert [one.status for one in tracker.close()] == ["failed", "not_reached"]


def test_a_failed_item_speaks_for_its_loop() -> None:
    tracker = Tracker({"kab": ("base",)})
    tracker.feed(event("runner_item_on_failed", "kab", "base", "Loop", res={"msg": "item two is wrong"}))
    tracker.feed(event("runner_on_failed", "kab", "base", "Loop", res={"msg": "One or more items failed"}))
    assert tracker.close()[0].message == "Loop: item two is wrong"


def test_other_plays_and_other_servers_are_not_followed() -> None:
    tracker = Tracker({"kab": ("base",)})
    assert tracker.feed(event("runner_on_start", "lain", "base", "Write")) == []
    assert tracker.feed(event("runner_on_start", "kab", "ssh", "Write")) == []
    assert tracker.feed({"event": "playbook_on_stats", "event_data": {}}) == []


def test_what_is_secret_stays_so() -> None:
    assert failure_text({"censored": "the output has been hidden"}) == HIDDEN
    assert diff_text({"censored": "the output has been hidden", "changed": True}) == HIDDEN
    loop = {"results": [{"changed": True, "censored": "x"}, {"changed": False, "diff": {"after": "y"}}]}
    assert diff_text(loop) == HIDDEN


def test_differences_are_unified_text() -> None:
    file = {"before": "a\nb\n", "after": "a\nc\n", "before_header": "/etc/x", "after_header": "/etc/x"}
    text = diff_text({"changed": True, "diff": [file, {"prepared": "Installing chrony\n"}]})
    assert text.splitlines() == [
        *("--- /etc/x", "+++ /etc/x", "@@ -1,2 +1,2 @@", " a", "-b", "+c"),
        "Installing chrony",
    ]
    mode = diff_text({"changed": True, "diff": {"before": {"mode": "0644"}, "after": {"mode": "0600"}}})
    assert "-mode: 0644" in mode
    assert "+mode: 0600" in mode


def test_a_server_lost_in_a_loop_says_why_and_not_that_the_loop_is_through() -> None:
    tracker = Tracker({"kab": ("base",)})
    told = {"msg": "All items completed", "results": [{"changed": True}, {"unreachable": True, "msg": "reset by peer"}]}
    for one in (
        event("runner_on_start", "kab", "base", "Remove"),
        event("runner_on_unreachable", "kab", "base", "Remove", 2, res=told),
    ):
        list(tracker.feed(one))
    assert [(one.status, one.message) for one in tracker.close("ended")] == [("unreachable", "Remove: reset by peer")]
