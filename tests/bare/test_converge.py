"""The closed loop on real hosts, with three small stages: planned, applied, killed, locked, repaired."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

import jsonschema
import pytest

from provision import converge, paths
from provision.converge.apply import Applied, Assessment, apply, assess, preview
from provision.converge.look import COMMANDS, Observation, read
from provision.converge.plan import Wish
from provision.converge.progress import Progress
from provision.converge.remedies import remedy
from provision.errors import BackboneError
from provision.exits import Exit
from provision.inventory import Fleet
from provision.lab.lab import Lab
from provision.probe import Fault, Snapshot, Target, ask
from tests.support.tiny_book import tiny_book, tiny_fleet, write_inventory

HOSTS = ("lab-kab", "lab-prov")
LOCK = "/run/backbone/converge.lock"


def observe(fleet: Fleet) -> dict[str, Observation]:
    """The servers' ledgers without the product's checks: these stages are not the product's."""
    answers = ask([Target.of(server) for server in fleet.servers], {one.name: COMMANDS for one in fleet.servers})
    return {
        name: Observation(name, fault=answer.message)
        if isinstance(answer, Fault)
        else read(Snapshot(name, "", answer), [])
        for name, answer in answers.items()
    }


class Tiny:
    """The small stages on lab hosts, and how to run them."""

    def __init__(self, lab: Lab, root: Path) -> None:
        self.lab = lab
        self.root = root
        self.book = tiny_book(root / "book")
        self.changes: list[Progress] = []

    def fleet(self, hosts: Sequence[str] = HOSTS[:1], **variables: str) -> Fleet:
        inventory = write_inventory(self.root / "inventory", hosts, self.lab.ssh_config, **variables)
        return tiny_fleet(inventory, hosts, self.lab.ssh_config)

    def assess(self, fleet: Fleet) -> Assessment:
        return assess(fleet, book=self.book, observe=observe)

    def apply(self, fleet: Fleet, wish: Wish | None = None) -> Applied:
        return apply(fleet, wish, book=self.book, observe=observe)

    def preview(self, fleet: Fleet) -> set[tuple[str, str]]:
        """What check mode says would change: (stage, task)."""
        changes: list[Progress] = []
        preview(fleet, self.assess(fleet), changes.append, book=self.book)
        return {(one.stage, one.task) for one in changes if one.kind == "changed"}


@pytest.fixture(scope="module")
def tiny(lab: Lab, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Tiny]:
    root = tmp_path_factory.mktemp("converge")
    with pytest.MonkeyPatch.context() as patch:
        reached = {"BACKBONE_CACHE": paths.cache_dir(), "BACKBONE_STATE": paths.state_dir()}
        lab.up(HOSTS)
        tiny = Tiny(lab, root)
        for name in reached:
            patch.setenv(name, str(root / name))
        yield tiny
        for name, folder in reached.items():
            patch.setenv(name, str(folder))
        lab.down(HOSTS)


def planned(assessment: Assessment, server: str = HOSTS[0]) -> dict[str, list[str]]:
    [mine] = [one for one in assessment.plan.servers if one.server == server]
    return {one.stage: [reason.code for reason in one.reasons] for one in mine.stages}


def test_bare_hosts_are_previewed_untouched_then_converged_and_need_nothing(tiny: Tiny) -> None:
    fleet = tiny.fleet(HOSTS)
    assert planned(tiny.assess(fleet)) == {
        "alpha": ["never_ran"],
        "beta": ["never_ran"],
        "gamma": ["never_ran", "follows"],
    }
    assert ("alpha", "Write the file") in tiny.preview(fleet)
    untouched = tiny.lab.run(HOSTS[0], "ls -d /srv/tiny /var/lib/backbone/stamps /run/backbone", check=False)
    assert untouched.stdout == ""

    applied = tiny.apply(fleet)
    assert applied.exit_status == Exit.OK
    assert applied.outcome
    assert {(one.server, one.stage, one.status) for one in applied.outcome.results} == {
        (host, stage, "ok") for host in HOSTS for stage in ("alpha", "beta", "gamma")
    }
    assert applied.after.plan.empty
    assert tiny.apply(fleet).outcome is None

    again = tiny.apply(fleet, Wish(full=True))
    assert again.outcome
    assert [one.changed for one in again.outcome.results] == [0] * 6
    schema = json.loads((Path(converge.__file__).parent / "schema" / "stamp.json").read_text())
    jsonschema.validate(json.loads(tiny.lab.run(HOSTS[0], "cat /var/lib/backbone/stamps/beta.json").stdout), schema)
    stamps = tiny.lab.run(
        HOSTS[0], "stat -c '%a %U' /var/lib/backbone/stamps /var/lib/backbone/stamps/*; ls /run/backbone"
    )
    assert stamps.stdout.split("\n") == ["700 root", *["600 root"] * 3, ""]


def test_an_edited_file_is_repaired_by_its_stage_alone_as_the_preview_said(tiny: Tiny) -> None:
    fleet = tiny.fleet(HOSTS)
    tiny.lab.run("lab-prov", "echo edited > /srv/tiny/beta.conf")
    assessment = tiny.assess(fleet)
    assert planned(assessment, "lab-prov") == {"beta": ["file_changed"]}
    assert planned(assessment, "lab-kab") == {}
    # The handler's own file is as it should be: only the edited one differs.
    assert tiny.preview(fleet) == {("beta", "Write the file")}
    applied = tiny.apply(fleet)
    assert applied.exit_status == Exit.OK
    assert tiny.lab.run("lab-prov", "cat /srv/tiny/beta.conf").stdout == "beta 1\n"


def test_a_changed_secret_runs_its_stage_and_is_found_nowhere(tiny: Tiny) -> None:
    fleet = tiny.fleet(HOSTS, test_beta_secret="rahasia-sekali-42")
    assessment = tiny.assess(fleet)
    [reason] = assessment.plan.servers[0].stages[0].reasons
    assert (reason.code, reason.what) == ("inputs_changed", ("beta_secret",))
    assert tiny.apply(fleet).exit_status == Exit.OK
    assert tiny.lab.run("lab-kab", "cat /srv/tiny/beta.secret").stdout == "rahasia-sekali-42\n"
    for folder in ("BACKBONE_STATE", "BACKBONE_CACHE"):
        found = subprocess.run(
            ["grep", "-rl", "-e", "rahasia-sekali", "-e", "geheim", str(tiny.root / folder)], stdout=-1
        )
        assert found.stdout == b""
    traces = tiny.lab.run(
        "lab-kab",
        "journalctl --no-pager | grep -c rahasia-sekali; grep -rl rahasia-sekali /var/lib/backbone /root /tmp",
        check=False,
    )
    assert traces.stdout == "0\n"


def test_a_failed_stage_stops_its_server_alone_and_says_why(tiny: Tiny) -> None:
    fleet = tiny.fleet(HOSTS, test_beta_command="test {{ inventory_hostname }} = lab-prov")
    applied = tiny.apply(fleet, Wish(full=True))
    assert applied.exit_status == Exit.UNREACHED
    assert applied.outcome
    results = {(one.server, one.stage): one for one in applied.outcome.results}
    assert results["lab-kab", "beta"].status == "failed"
    assert results["lab-kab", "beta"].message.startswith("Do as told: ")
    assert results["lab-kab", "gamma"].status == "not_reached"
    assert {results["lab-prov", stage].status for stage in ("alpha", "beta", "gamma")} == {"ok"}
    # gamma follows alpha, which ran: that it has not followed yet is not forgotten.
    assert planned(applied.after) == {"beta": ["interrupted"], "gamma": ["interrupted"]}
    assert tiny.lab.run("lab-kab", f"ls {LOCK}", check=False).returncode != 0
    # Nobody but the failing server has beta to run now, after which Ansible gives up; the other's own stage is later.
    tiny.lab.run("lab-prov", "echo edited > /srv/tiny/gamma.conf")
    again = tiny.apply(fleet)
    assert again.outcome
    results = {(one.server, one.stage): one.status for one in again.outcome.results}
    assert results == {("lab-kab", "beta"): "failed", ("lab-kab", "gamma"): "not_reached", ("lab-prov", "gamma"): "ok"}
    assert tiny.lab.run("lab-prov", "cat /srv/tiny/gamma.conf").stdout == "gamma 1\n"
    assert tiny.apply(tiny.fleet(HOSTS)).exit_status == Exit.OK


def test_a_failed_handler_leaves_no_stamp(tiny: Tiny) -> None:
    handlers = tiny.book.roles / "gamma" / "handlers" / "main.yml"
    kept = handlers.read_text()
    try:
        handlers.write_text("- name: Note that gamma was handled\n  ansible.builtin.command: 'false'\n")
        applied = tiny.apply(tiny.fleet(test_gamma="gamma 2"), Wish(stages=("gamma",)))
        assert applied.outcome
        assert [(one.stage, one.status) for one in applied.outcome.results] == [("gamma", "failed")]
    finally:
        handlers.write_text(kept)
    assert planned(tiny.assess(tiny.fleet()))["gamma"] == ["interrupted"]
    assert tiny.apply(tiny.fleet(HOSTS)).exit_status == Exit.OK


def test_two_at_once_are_one_and_killed_in_mid_run_nothing_goes_on_and_the_next_apply_does(tiny: Tiny) -> None:
    waits = "/bin/sh -c 'test -e /srv/tiny/go || sleep 900'"
    waiting = tiny.fleet(test_beta_command=waits)
    tiny.lab.run("lab-kab", "rm -f /srv/tiny/go; echo edited > /srv/tiny/alpha.conf; echo edited > /srv/tiny/beta.conf")
    code = (
        "import sys; from pathlib import Path; from provision.converge.apply import apply;"
        "from provision.converge.book import Book; from tests.bare.test_converge import observe;"
        "from tests.support.tiny_book import STAGES, tiny_fleet;"
        "root = Path(sys.argv[1]); config = Path(sys.argv[2]);"
        "fleet = tiny_fleet(root / 'inventory' / 'hosts.yml', ['lab-kab'], config);"
        "book = Book(root / 'book' / 'playbooks', root / 'book' / 'roles', STAGES);"
        "apply(fleet, book=book, observe=observe,"
        " on_progress=lambda one: print(one.stage, one.task, flush=True))"
    )
    command = [sys.executable, "-c", code, str(tiny.root), str(tiny.lab.ssh_config)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=dict(os.environ)) as controller:
        assert controller.stdout
        try:
            assert any(line.strip() == "beta Do as told" for line in controller.stdout)
            with pytest.raises(BackboneError, match="lab-kab: another run on this controller is converging it"):
                tiny.apply(waiting)
            # Another inventory that names the machine is another controller: only the server's own lock knows of both.
            other = write_inventory(tiny.root / "other", HOSTS[:1], tiny.lab.ssh_config, test_beta_command=waits)
            refused = tiny.apply(tiny_fleet(other, HOSTS[:1], tiny.lab.ssh_config), Wish(stages=("gamma",)))
            assert refused.outcome
            assert "another controller is converging this server" in refused.outcome.results[0].message
            assert controller.poll() is None
            assert tiny.lab.run("lab-kab", f"cat {LOCK}").stdout
        finally:
            controller.kill()
    deadline = time.monotonic() + 20
    while subprocess.run(["pgrep", "-f", f"ansible-playbook.*{tiny.root}"], stdout=subprocess.DEVNULL).returncode == 0:
        assert time.monotonic() < deadline, "Ansible outlives the controller that was killed"
        time.sleep(0.2)

    assert planned(tiny.assess(waiting)) == {"beta": ["interrupted"], "gamma": ["interrupted"]}
    tiny.lab.run("lab-kab", "touch /srv/tiny/go")
    applied = tiny.apply(waiting)
    assert applied.exit_status == Exit.OK
    assert applied.after.plan.empty
    assert tiny.lab.run("lab-kab", "cat /srv/tiny/alpha.conf /srv/tiny/beta.conf").stdout == "alpha 1\nbeta 1\n"


def test_interrupted_by_a_person_it_ends_at_once_and_can_go_on(tiny: Tiny, at_a_terminal: None) -> None:
    fleet = tiny.fleet(test_beta_command="sleep 60")

    pressed: list[float] = []

    def interrupt(one: Progress) -> None:
        if (one.stage, one.task) == ("beta", "Do as told"):
            pressed.append(time.monotonic())
            os.kill(os.getpid(), signal.SIGINT)

    applied = apply(fleet, book=tiny.book, observe=observe, on_progress=interrupt)
    assert time.monotonic() - pressed[0] < 20
    assert applied.exit_status == Exit.INTERRUPTED
    assert applied.outcome
    assert applied.outcome.results[0].message == "interrupted"
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler
    assert tiny.apply(tiny.fleet()).exit_status == Exit.OK


def test_one_controller_at_a_time(tiny: Tiny) -> None:
    def lock(age: timedelta) -> None:
        held = {"controller": "lain", "person": "budi", "run": "x", "at": (datetime.now(UTC) - age).isoformat()}
        tiny.lab.run("lab-kab", f"mkdir -p /run/backbone; cat > {LOCK}", given=json.dumps(held))

    lock(timedelta(minutes=5))
    refused = tiny.apply(tiny.fleet(), Wish(stages=("gamma",)))
    assert refused.outcome
    assert refused.outcome.results[0].status == "failed"
    assert "budi on lain, last heard of 3" in refused.outcome.results[0].message
    assert refused.after.plan.empty  # the stamp is still in force: nothing was begun
    lock(timedelta(hours=2))
    assert tiny.apply(tiny.fleet(), Wish(stages=("gamma",))).exit_status == Exit.OK


def test_a_full_disk_is_named_and_the_next_apply_goes_on(tiny: Tiny) -> None:
    full = "mount -t tmpfs -o size=16k tmpfs /srv/tiny && ! dd if=/dev/zero of=/srv/tiny/rows bs=1k 2>/dev/null"
    tiny.lab.run("lab-kab", full)
    try:
        applied = tiny.apply(tiny.fleet())
    finally:
        tiny.lab.run("lab-kab", "umount /srv/tiny")
    assert applied.outcome
    failed = applied.outcome.results[0]
    assert (failed.stage, failed.status) == ("alpha", "failed")
    assert "the server's disk is full" in remedy(failed.message), failed.message
    assert tiny.apply(tiny.fleet()).exit_status == Exit.OK


def test_a_damaged_and_a_forged_stamp_count_as_never_ran(tiny: Tiny) -> None:
    stamps = "/var/lib/backbone/stamps"
    tiny.lab.run("lab-kab", f"cd {stamps} && sed -i 's/lab-kab/lab-lain/' beta.json && echo '{{' > gamma.json")
    assessment = tiny.assess(tiny.fleet())
    why = {one.stage: one.reasons[1].what for one in assessment.plan.servers[0].stages}
    assert why == {"beta": ("forged: it is that of lab-lain",), "gamma": ("damaged",)}
    assert tiny.apply(tiny.fleet()).exit_status == Exit.OK


def test_a_server_that_is_down_is_unreachable_and_keeps_nobody_waiting(tiny: Tiny) -> None:
    tiny.lab.down(["lab-pusat"])
    fleet = tiny.fleet(("lab-kab", "lab-pusat"))
    applied = tiny.apply(fleet)
    assert applied.exit_status == Exit.UNREACHED
    assert applied.before.plan.servers[1].unreachable
    assert applied.before.plan.servers[0].stages == ()


def test_a_value_that_cannot_be_resolved_is_named_and_nothing_runs(tiny: Tiny) -> None:
    with pytest.raises(BackboneError, match="stage beta: beta_text cannot be resolved"):
        tiny.apply(tiny.fleet(test_beta="{{ 1 | no_such_filter }}"))
