"""The transport against a real SSH server: one session, host keys, and every way an answer can go wrong."""

from __future__ import annotations

import os
import shlex
import signal
import subprocess
import time
from pathlib import Path

import paramiko
import psutil
import pytest

from provision.errors import BackboneError
from provision.probe import transport, waves
from provision.probe.snapshot import Answer, Fault
from provision.probe.transport import Output, Session, Target
from tests.support.sshserver import Behaviour, SSHServer, serving


def target(server: SSHServer, name: str = "kab", **changes: object) -> Target:
    how: dict[str, object] = {
        "host": "127.0.0.1",
        "port": server.port,
        "user": "root",
        "key_file": str(server.key_file),
        "common_args": server.args,
    }
    return Target(name=name, **{**how, **changes})  # type: ignore[arg-type]


def one_fault(place: Target, *, timeout: float = 10, wait: float = 5, bound: int = 1 << 20) -> Fault:
    with Session([place], wait=wait) as session:
        outcome = session.run({place.name: "echo x"}, timeout, bound=bound)[place.name]
    assert isinstance(outcome, Fault), outcome
    return outcome


def test_a_script_runs_and_its_status_comes_back(tmp_path: Path) -> None:
    with serving(tmp_path) as server:
        assert transport.run(target(server), "echo out; echo err >&2; exit 5", 10) == (5, "out\n", "err\n")


def test_waves_share_one_connection_and_each_is_one_command(tmp_path: Path) -> None:
    wants = iter([["echo b"], []])
    with serving(tmp_path) as server:
        place = target(server)
        snapshots = waves.collect([place], lambda _snapshot: next(wants), {"kab": ["echo a"]})
        assert server.connections == 1
        assert len(server.commands) == 2
    assert snapshots["kab"].answers == {"echo a": Answer(0, "a\n"), "echo b": Answer(0, "b\n")}
    assert snapshots["kab"].waves == 2
    assert snapshots["kab"].fault is None


@pytest.mark.usefixtures("at_a_terminal")
def test_a_server_is_done_when_it_has_answered_and_ctrl_c_keeps_what_was_answered(tmp_path: Path) -> None:
    """One answers and is done at once, one will never answer, and somebody has had enough of waiting."""

    def done(name: str) -> None:
        assert name == "kab"
        os.kill(os.getpid(), signal.SIGINT)

    (tmp_path / "a").mkdir()
    (tmp_path / "b").mkdir()
    first = {"kab": ["echo a"], "mute": ["echo b"]}
    with serving(tmp_path / "a") as server, serving(tmp_path / "b", Behaviour(silent=True)) as mute:
        places = [target(server), target(mute, "mute")]
        began = time.monotonic()
        found = waves.collect(places, lambda _one: [], first, timeout=60, progress=done, partial=True)
        assert time.monotonic() - began < 15
        with pytest.raises(KeyboardInterrupt):
            waves.collect(places, lambda _one: [], first, timeout=60, progress=done)
    assert found["kab"].answers == {"echo a": Answer(0, "a\n")}
    assert found["kab"].fault is None
    assert found["mute"].fault is not None
    assert found["mute"].fault.kind == "interrupted"


def test_checks_that_never_stop_asking_end_after_four_waves(tmp_path: Path) -> None:
    count = iter(range(100))
    with serving(tmp_path) as server:
        found = waves.collect([target(server)], lambda _one: [f"echo {next(count)}"], {"kab": ["true"]})
        assert len(server.commands) == waves.MAX_WAVES
    assert found["kab"].waves == waves.MAX_WAVES


def test_a_changed_host_key_is_a_fault_and_nothing_is_sent(tmp_path: Path) -> None:
    with serving(tmp_path) as server:
        server.trust(paramiko.ECDSAKey.generate())
        fault = one_fault(target(server))
        assert server.commands == []
    assert fault.kind == "host_key"
    assert "changed" in fault.message


def test_an_unknown_host_key_is_a_fault_even_where_the_configuration_would_accept(tmp_path: Path) -> None:
    with serving(tmp_path) as server:
        server.known_hosts.write_text("")
        args = f"{server.args} -o StrictHostKeyChecking=no"
        fault = one_fault(target(server, common_args=args))
        assert server.commands == []
        assert server.known_hosts.read_text() == ""
    assert fault.kind == "host_key"


def test_a_refused_key_is_a_login_fault(tmp_path: Path) -> None:
    other = tmp_path / "other_key"
    paramiko.ECDSAKey.generate().write_private_key_file(str(other))
    with serving(tmp_path) as server:
        assert one_fault(target(server, key_file=str(other))).kind == "login"


def test_a_closed_port_is_unreachable(tmp_path: Path) -> None:
    with serving(tmp_path) as server:
        place = target(server)
    assert one_fault(place).kind == "unreachable"


def test_a_port_that_never_speaks_costs_one_connect_time_out(tmp_path: Path) -> None:
    started = time.monotonic()
    with serving(tmp_path, Behaviour(mute_tcp=True)) as server:
        assert one_fault(target(server), wait=1).kind == "unreachable"
    assert time.monotonic() - started < 30  # on a machine however busy; a whole answer would be given far longer


def test_a_server_that_never_answers_runs_out_of_time(tmp_path: Path) -> None:
    with serving(tmp_path, Behaviour(silent=True)) as server:
        assert one_fault(target(server), timeout=1).kind == "timeout"


def test_a_connection_cut_in_mid_answer_is_a_fault(tmp_path: Path) -> None:
    half = Behaviour(shape=lambda out: out[: len(out) // 2], cut=True)
    with serving(tmp_path, half) as server:
        assert one_fault(target(server)).kind == "cut"


def test_an_answer_without_bound_is_dropped(tmp_path: Path) -> None:
    flood = Behaviour(shape=lambda out: b"x" * (4 << 20))
    with serving(tmp_path, flood) as server:
        assert one_fault(target(server)).kind == "too_big"


@pytest.mark.parametrize(
    ("behaviour", "kind"),
    [
        (Behaviour(shape=lambda out: out[:-9]), "cut"),
        (Behaviour(shape=lambda out: b"\x00\xff\xfe" * 999), "garbled"),
        (Behaviour(shape=lambda out: b""), "garbled"),
        (Behaviour(shape=lambda out: out.replace(b"=", b"!")), "garbled"),
    ],
)
def test_a_spoilt_answer_is_a_fault_of_that_server_alone(tmp_path: Path, behaviour: Behaviour, kind: str) -> None:
    good, bad = tmp_path / "good", tmp_path / "bad"
    good.mkdir()
    bad.mkdir()
    with serving(good) as well, serving(bad, behaviour) as ill:
        places = [target(well, "well"), target(ill, "ill")]
        asked = {"well": ["echo fine"], "ill": ["echo fine"]}
        answers = waves.ask(places, asked, 10)
    assert answers["well"] == {"echo fine": Answer(0, "fine\n")}
    spoilt = answers["ill"]
    assert isinstance(spoilt, Fault)
    assert spoilt.kind == kind


def test_a_noisy_login_does_not_disturb(tmp_path: Path) -> None:
    noisy = Behaviour(prefix="printf 'Selamat datang\\n\\377\\033[1m'; echo oops >&2; LC_ALL=id_ID; ")
    with serving(tmp_path, noisy) as server:
        answers = waves.ask([target(server)], {"kab": ["echo $LC_ALL"]}, 10)
    assert answers == {"kab": {"echo $LC_ALL": Answer(0, "C\n")}}


def test_a_jump_host_is_used_and_its_key_verified(tmp_path: Path) -> None:
    with serving(tmp_path) as server:
        strange = f"-F /dev/null -o UserKnownHostsFile={server.known_hosts} -J root@127.0.0.2:{server.port}"
        fault = one_fault(target(server, common_args=strange))
        assert server.commands == []
    assert fault.kind in ("host_key", "unreachable")


def test_the_ssh_configuration_named_by_the_inventory_is_used(tmp_path: Path) -> None:
    with serving(tmp_path) as server:
        config = tmp_path / "config"
        config.write_text(
            f"Host lab-kab\n  HostName 127.0.0.1\n  Port {server.port}\n  User root\n"
            f"  IdentityFile {server.key_file}\n  UserKnownHostsFile {server.known_hosts}\n"
        )
        place = Target("kab", host="lab-kab", common_args=f"-F {config}")
        assert transport.run(place, "echo via config", 10)[1] == "via config\n"


def test_a_host_key_alias_names_the_key_that_counts(tmp_path: Path) -> None:
    with serving(tmp_path) as server:
        key = f"{server.host_key.get_name()} {server.host_key.get_base64()}"
        server.known_hosts.write_text(f"lab-kab {key}\n")
        args = f"{server.args} -o HostKeyAlias=lab-kab"
        assert transport.run(target(server, common_args=args), "echo known", 10)[1] == "known\n"
        server.known_hosts.write_text(f"[127.0.0.1]:{server.port} {key}\n")
        assert one_fault(target(server, common_args=args)).kind == "host_key"


def test_a_user_who_is_not_root_goes_through_sudo_without_a_password(tmp_path: Path) -> None:
    with serving(tmp_path, Behaviour(prefix='sudo() { shift; echo as-root; "$@"; }; ')) as server:
        assert transport.run(target(server, user="admin"), "echo body", 10)[1] == "as-root\nbody\n"
        assert transport.run(target(server, user="admin", become=False), "echo body", 10)[1] == "body\n"
        assert [line.startswith(b"sudo -n ") for line in server.commands] == [True, False]


ASKING = """sudo() {
  [ "$1 $2" = "-S -p" ] || { echo "sudo: a password is required" >&2; return 1; }
  shift 3; IFS= read -r word
  [ "$word" = 'kata; sandi $x' ] || { echo "sudo: 1 incorrect password attempt" >&2; return 1; }
  echo as-root; "$@"; }; """
GENEROUS = """sudo() { shift 3; echo as-root; "$@"; }; """


@pytest.mark.parametrize("sudo", [ASKING, GENEROUS], ids=["asks", "asks nobody"])
def test_sudo_gets_its_password_on_stdin_and_nobody_else_does(tmp_path: Path, sudo: str) -> None:
    password = "kata; sandi $x"
    with serving(tmp_path, Behaviour(prefix=sudo)) as server:
        place = target(server, user="admin", become_password=password)
        assert transport.run(place, "echo body; read rest || echo no more", 10)[1] == "as-root\nbody\nno more\n"
        assert password.encode() not in b" ".join(server.commands)
        assert server.stdin[0].startswith(password.encode() + b"\n")
        assert password not in repr(place)


def test_a_wrong_password_for_sudo_is_named(tmp_path: Path) -> None:
    with serving(tmp_path, Behaviour(prefix=ASKING)) as server:
        fault = one_fault(target(server, user="admin", become_password="salah"))
    assert (fault.kind, "incorrect" in fault.message, "salah" in fault.message) == ("sudo", True, False)


def encrypted_key(server: SSHServer, folder: Path) -> Path:
    """The user's key once more, with a password."""
    path = folder / "protected"
    server.user_key.write_private_key_file(str(path), password="rahasia")
    return path


def test_a_key_with_a_password_needs_an_agent_and_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("SSH_AUTH_SOCK", raising=False)
    with serving(tmp_path) as server:
        path = encrypted_key(server, tmp_path)
        place = target(server, key_file=str(path))
        fault = one_fault(place)
        assert (fault.kind, str(path) in fault.message) == ("agent", True)
        assert "ssh-add" in transport.repair_of(fault, place)
        newer = tmp_path / "newer"
        subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "rahasia", "-f", str(newer)], check=True)
        assert one_fault(target(server, key_file=str(newer))).kind == "agent"


def test_a_key_with_a_password_works_through_the_agent(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    socket = tmp_path / "agent"
    agent = subprocess.Popen(["ssh-agent", "-D", "-a", str(socket)], stdout=subprocess.DEVNULL)
    try:
        monkeypatch.setenv("SSH_AUTH_SOCK", str(socket))
        with serving(tmp_path) as server:
            path = encrypted_key(server, tmp_path)
            telling = tmp_path / "askpass"
            telling.write_text("#!/bin/sh\necho rahasia\n")
            telling.chmod(0o700)
            for _try in range(50):
                added = subprocess.run(
                    ["ssh-add", "-q", str(path)], stdin=subprocess.DEVNULL, capture_output=True, text=True,
                    env={**os.environ, "SSH_ASKPASS": str(telling), "SSH_ASKPASS_REQUIRE": "force", "DISPLAY": ":0"},
                )  # fmt: skip
                if added.returncode == 0:
                    break
                time.sleep(0.1)
            assert added.returncode == 0, added.stderr
            assert transport.run(target(server, key_file=str(path)), "echo body", 10)[1] == "body\n"
    finally:
        agent.terminate()
        agent.wait()


def test_a_server_behind_a_jump_host_is_asked_through_it(tmp_path: Path) -> None:
    inner, outer = tmp_path / "inner", tmp_path / "outer"
    inner.mkdir()
    outer.mkdir()
    with serving(inner) as goal, serving(outer) as jump:
        config, known = tmp_path / "config", tmp_path / "known"
        known.write_text(goal.known_hosts.read_text() + jump.known_hosts.read_text())
        config.write_text(
            f"Host gerbang\n  HostName 127.0.0.1\n  Port {jump.port}\n  User root\n  IdentityFile {jump.key_file}\n"
            f"Host kab\n  HostName 127.0.0.1\n  Port {goal.port}\n  User root\n  IdentityFile {goal.key_file}\n"
            f"  ProxyJump gerbang\nHost *\n  UserKnownHostsFile {known}\n"
        )
        place = Target("kab", host="kab", common_args=f"-F {config}")
        assert transport.run(place, "echo through", 10)[1] == "through\n"
        assert jump.jumps == [("127.0.0.1", goal.port)]
        assert (len(goal.commands), jump.commands) == (1, [])


@pytest.mark.parametrize(
    "said",
    [
        "sudo: a password is required",
        "admin is not in the sudoers file.",
        "Sorry, user admin is not allowed to execute '/bin/sh' as root on kab.",
        "sh: 1: sudo: not found",
    ],
)
def test_sudo_that_asks_for_a_password_refuses_or_is_not_there_is_named(tmp_path: Path, said: str) -> None:
    refusing = Behaviour(prefix=f"sudo() {{ echo {shlex.quote(said)} >&2; return 1; }}; ")
    with serving(tmp_path, refusing) as server:
        fault = one_fault(target(server, user="admin"))
    assert (fault.kind, said in fault.message) == ("sudo", True)


def test_an_unreachable_server_is_a_clear_error_for_a_single_run(tmp_path: Path) -> None:
    with serving(tmp_path) as server:
        place = target(server)
    with pytest.raises(BackboneError, match="kab: cannot be reached") as raised:
        transport.run(place, "true", 5, wait=2)
    assert raised.value.repair


def test_this_machine_is_asked_by_sh() -> None:
    here = Target.this_machine("sini")
    assert transport.run(here, "echo $((1+1)); exit 3", 10) == (3, "2\n", "")
    with Session([here]) as session:
        assert session.run({"sini": "sleep 30"}, 0.3)["sini"] == Fault("timeout", "no answer within 0 s")
        assert isinstance(session.run({"sini": "yes"}, 0.3, bound=1000)["sini"], Fault)
        assert session.run({"sini": "true"}, 5)["sini"] == Output(0, b"", b"")


def test_nothing_goes_on_here_after_the_time_is_over() -> None:
    with Session([Target.this_machine("sini")]) as session:
        fault = session.run({"sini": "timeout 60 sh -c 'sleep 59.25; true'"}, 0.5)["sini"]
    assert isinstance(fault, Fault)
    left = [one for one in psutil.process_iter(["cmdline", "status"]) if "59.25" in (one.info["cmdline"] or [])]
    assert [one for one in left if one.info["status"] != psutil.STATUS_ZOMBIE] == []


def test_commands_are_remembered_per_inventory_and_server(tmp_path: Path) -> None:
    memory = waves.Memory("/inv", tmp_path)
    assert memory.recall() == {}
    memory.remember({"a": ["x", "w"], "b": ["y"]})
    memory.remember({"b": ["z"]})
    assert waves.Memory("/inv", tmp_path).recall() == {"a": ["w", "x"], "b": ["z"]}
    assert waves.Memory("/other", tmp_path).recall() == {}
    next(tmp_path.iterdir()).write_text("[broken")
    assert memory.recall() == {}
