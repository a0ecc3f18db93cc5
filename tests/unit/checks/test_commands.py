"""What servers are asked: shell that parses, always the same; nothing prints a secret or changes a thing."""

from __future__ import annotations

import os
import re
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from checks import commands
from checks.asking import sections

ALL = {
    **{name: value for name, value in vars(commands).items() if name.isupper() and isinstance(value, str)},
    "units": commands.units(("extra.service",)),
    "other_unit": commands.other_unit("wg-quick@x.service"),
    "gateway": commands.gateway("a.example.id"),
    "reach": commands.reach("a.example.id", 443),
}


@pytest.mark.parametrize("name", [name for name in ALL if not name.startswith("_")])
def test_a_command_is_sound_shell(name: str) -> None:
    said = subprocess.run(["sh", "-n"], input=ALL[name], text=True, capture_output=True)
    assert (said.returncode, said.stderr) == (0, "")
    # A continued line that lost its backslash would run as a command of its own.
    for line in ALL[name].splitlines():
        assert not re.match(r"\s*(-|\d?>|'s/)", line) or "\\\n" + line in ALL[name], line


@pytest.mark.parametrize("name", ALL)
def test_a_command_asks_and_changes_nothing(name: str) -> None:
    changing = r"\b(rm|mv|cp|tee|touch|chmod|chown|mkdir|install|systemctl (start|stop|restart|reload|enable))\b"
    text = re.sub(r"'[^']*'", "", ALL[name]).replace("apt-get -s ", "")
    assert not re.search(changing, text)
    assert not re.search(r"[^0-9&]>(?!/dev/null|&)\s*\w", text)


def test_no_command_prints_a_private_key_or_a_password() -> None:
    for name, text in ALL.items():
        assert "dump" not in text or name in ("PATCHES", "WIREGUARD"), name
        assert "server.key" not in text or re.search(r"openssl pkey -in server\.key -pubout\n", text), name
        assert "credentials" not in text, name


def test_questions_are_the_same_whatever_their_order() -> None:
    assert commands.units(("b.service", "a.service")) == commands.units(("a.service", "b.service"))


@pytest.fixture
def programs(tmp_path: Path) -> Callable[[str, str], None]:
    """Makes a program, a shell script, that `asked` finds before the system's own."""

    def put(name: str, text: str) -> None:
        (tmp_path / name).write_text(f"#!/bin/sh\n{text}\n")
        (tmp_path / name).chmod(0o755)

    return put


def asked(command: str, folder: Path) -> subprocess.CompletedProcess[str]:
    """What a command answers where this folder's programs come first."""
    environment = {**os.environ, "PATH": f"{folder}:{os.environ['PATH']}", "LC_ALL": "C"}
    return subprocess.run(["sh", "-c", command], env=environment, capture_output=True, text=True, input="")


@pytest.mark.parametrize(("flags", "link"), [("0x100d1", "UP"), ("0x10090", "DOWN"), (None, "<UP>")])
def test_of_the_tunnel_its_keys_stay_on_the_server(
    tmp_path: Path, programs: Callable[[str, str], None], flags: str | None, link: str
) -> None:
    """WireGuard's dump begins with the private key, and each peer's shared one stands in it."""
    peers = (
        "AAA=\\tSHARED\\t192.0.2.1:1\\t10.90.0.2/32,fd00::2/128\\t1700000000\\t0\\t0\\toff\\n"
        "BBB=\\t(none)\\t(none)\\t(none)\\t0\\t0\\t0\\toff"
    )
    programs("wg", f"printf 'PRIVATE\\tPUB=\\t51820\\toff\\n{peers}\\n'")
    programs("ip", "echo 'wg-backbone: <UP>'")
    if flags:
        (tmp_path / "wg-backbone").mkdir()
        (tmp_path / "wg-backbone" / "flags").write_text(flags + "\n")
    done = asked(commands.WIREGUARD.replace("/sys/class/net", str(tmp_path)), tmp_path)
    assert sections(done.stdout) == {
        "link": [f"wg-backbone: {link}"],
        "peers": ["AAA=\t10.90.0.2/32 fd00::2/128", "BBB=\t(none)"],
        "port": ["51820"],
        "handshakes": ["AAA=\t1700000000", "BBB=\t0"],
    }
    assert "PRIVATE" not in done.stdout + done.stderr
    assert "SHARED" not in done.stdout + done.stderr


STATUS = """Package: {before}
Status: install ok installed
Version: 1
Description: unattended-upgrades
 Package: unattended-upgrades

Package: unattended-upgrades
Status: {state}
Priority: optional
Depends: python3, apt (>= 1.0)
Version: 2.9.1+nmu3
Description: automatic
 installation

Package: zlib1g
Status: install ok installed
Version: 3
"""


@pytest.mark.parametrize(
    ("state", "before", "told"),
    [
        ("install ok installed", "tar", ["unattended-upgrades\t2.9.1+nmu3\tii"]),
        ("install reinstreq installed", "tar", ["unattended-upgrades\t2.9.1+nmu3\tii"]),
        ("deinstall ok config-files", "tar", ["unattended-upgrades\t2.9.1+nmu3\tdeinstall ok config-files"]),
        ("install ok half-configured", "tar", ["unattended-upgrades\t2.9.1+nmu3\tinstall ok half-configured"]),
        (None, "tar", []),
        (None, "unattended-upgrades-doc", []),
    ],
)
def test_packages_are_read_from_dpkgs_list(tmp_path: Path, state: str | None, before: str, told: list[str]) -> None:
    text = STATUS.format(before=before, state=state)
    (tmp_path / "status").write_text(
        text if state else text.replace("Package: unattended-upgrades\nS", "Package: x\nS")
    )
    done = asked(commands.PACKAGES.replace("/var/lib/dpkg", str(tmp_path)), tmp_path)
    assert (done.returncode, done.stdout.splitlines()) == (0, told)


def test_dpkg_is_asked_itself_while_it_has_something_to_write_down(
    tmp_path: Path, programs: Callable[[str, str], None]
) -> None:
    programs("dpkg-query", 'echo "$@"')
    (tmp_path / "status").write_text(STATUS.format(before="tar", state="install ok installed"))
    (tmp_path / "updates").mkdir()
    (tmp_path / "updates" / "0001").write_text("Package: unattended-upgrades\n")
    done = asked(commands.PACKAGES.replace("/var/lib/dpkg", str(tmp_path)), tmp_path)
    assert done.stdout.endswith(" dnf-automatic unattended-upgrades\n")


@pytest.mark.parametrize(
    ("model", "known", "firmware"),
    [
        ("Intel(R) Xeon(R) CPU E5-2620 v4 @ 2.10GHz", "", []),
        ("Intel(R) Xeon(R) CPU E5-2620 v4 @ 2.10 GHz", "", []),
        ("AMD EPYC 7713 64-Core Processor", "2000000", []),
        ("AMD EPYC 7713 64-Core Processor", "", ["Max Speed: 3675 MHz", "Current Speed: 2000 MHz"]),
        ("QEMU Virtual CPU version 2.5+", "", ["Max Speed: 3675 MHz", "Current Speed: 2000 MHz"]),
    ],
)
def test_the_firmware_is_asked_for_a_clock_that_nobody_else_tells(
    tmp_path: Path, programs: Callable[[str, str], None], model: str, known: str, firmware: list[str]
) -> None:
    programs("dmidecode", "printf '\\tMax Speed: 3675 MHz\\n\\tCurrent Speed: 2000 MHz\\n\\tFamily: Zen\\n'")
    (tmp_path / "cpuinfo").write_text(f"processor\t: 0\nmodel name\t: {model}\nflags\t\t: fpu lm\n")
    (tmp_path / "arch").write_text("x86_64\n")
    (tmp_path / "tables").mkdir()
    command = commands.MACHINE.replace("/proc/cpuinfo", str(tmp_path / "cpuinfo"))
    command = command.replace("/proc/sys/kernel/arch", str(tmp_path / "arch"))
    command = command.replace("/sys/firmware/dmi/tables", str(tmp_path / "tables"))
    if known:
        (tmp_path / "base_frequency").write_text(known + "\n")
        command = command.replace("/sys/devices/system/cpu/cpu0/cpufreq", str(tmp_path))
    told = sections(asked(command, tmp_path).stdout)
    assert [line.strip() for line in told["firmware"]] == firmware
    assert told["base_frequency"] == ([known] if known else [])
    assert (told["processors"], told["architecture"]) == (["1"], ["x86_64"])
    assert told["cpu"] == [f"model name\t: {model}", "flags\t\t: fpu lm"]
    assert told["os"]
    assert told["memory"][0].isdigit()


@pytest.mark.parametrize(
    ("files", "told"),
    [
        ({}, ""),
        ({"last.json": '{\n  "ok": true,\n  "rows": 3\n}\n'}, '  "ok": true,\n'),
        (
            {"last.json": '  "ok": false,\n', "person.json": '  "steps": {\n    "ok": 1},\n  "operator": "sri",\n'},
            '  "ok": false,\n##person\n  "operator": "sri",\n',
        ),
        ({"person.json": '  "ok": true\n'}, '##person\n  "ok": true\n'),
    ],
)
def test_of_drills_what_a_control_asks(tmp_path: Path, files: dict[str, str], told: str) -> None:
    for name, text in files.items():
        (tmp_path / name).write_text(text)
    done = asked(commands.DRILL.replace("/var/lib/backbone/drill", str(tmp_path)), tmp_path)
    assert (done.returncode, done.stdout) == (0, told)


def test_apt_tells_its_settings_without_starting_dpkg(tmp_path: Path, programs: Callable[[str, str], None]) -> None:
    programs("dpkg", f"touch {tmp_path}/started")
    settings = f'Dir::Bin::dpkg "{tmp_path}/dpkg"; APT::Periodic {{ Enable "1"; Unattended-Upgrade "1"; }};\n'
    (tmp_path / "apt.conf").write_text(settings)
    [told] = re.findall(r"apt-config .*(?= 2>)", commands.PATCHES)
    done = asked(f"APT_CONFIG={tmp_path}/apt.conf {told}", tmp_path)
    assert 'APT::Periodic::Unattended-Upgrade "1";' in done.stdout.splitlines()
    assert not (tmp_path / "started").exists()


def told_units(folder: Path, states: dict[str, str]) -> subprocess.CompletedProcess[str]:
    """What the question for units answers where the bus tells these units' LoadState; without any the bus is away."""
    folder.mkdir(exist_ok=True)
    (folder / "systemctl").write_text("#!/bin/sh\nprintf 'Id=ssh.service\\nLoadState=loaded\\n'\n")
    telling = "".join(f"{name}) load={state};; " for name, state in states.items())
    (folder / "busctl").write_text(
        "#!/bin/sh\nwhile [ \"$1\" != as ]; do shift; done; shift 2\nprintf 'a(ssssssouso) %s' $#\n"
        f"for unit; do load=loaded; case $unit in {telling} esac\n"
        'printf \' "%s" "What it is \\\\"so\\\\"" "%s" "active" "running" "" "/org/unit" 0 "" "/"\' '
        '"$unit" $load; done\n'
        if states
        else "#!/bin/sh\necho 'Failed to connect to bus' >&2\nexit 1\n"
    )
    for tool in ("systemctl", "busctl"):
        (folder / tool).chmod(0o755)
    linked = commands.units().replace("/etc/systemd/system", str(folder))
    (folder / "multi-user.target.wants").mkdir(exist_ok=True)
    for name in states:
        (folder / "multi-user.target.wants" / name).symlink_to("/dev/null")
    environment = {**os.environ, "PATH": f"{folder}:{os.environ['PATH']}"}
    return subprocess.run(["sh", "-c", linked], env=environment, capture_output=True, text=True)


def test_what_is_masked_or_gone_does_not_start_though_it_is_linked(tmp_path: Path) -> None:
    states = {"chrony.service": "loaded", "nftables.service": "masked", "backbone-sync.timer": "not-found"}
    told = told_units(tmp_path / "bus", states)
    assert told.returncode == 0, told.stderr
    found = {
        name: re.search(rf"Id={re.escape(name)}\n(?:.*\n)*?UnitFileState=(.*)", told.stdout).group(1)  # type: ignore[union-attr]
        for name in states
    }
    assert found == {"chrony.service": "enabled", "nftables.service": "masked", "backbone-sync.timer": "not-found"}


def test_units_are_not_told_where_the_bus_is_away(tmp_path: Path) -> None:
    assert told_units(tmp_path / "bus", {}).returncode != 0


def test_of_sets_in_the_firewall_the_members_are_not_asked() -> None:
    assert " -t " in commands.RULESET


def test_a_sudoers_file_with_a_space_in_its_name_is_read(tmp_path: Path) -> None:
    (tmp_path / "tim it").write_text("budi ALL=(ALL) ALL\n")
    text = commands.PEOPLE.replace("/etc/sudoers.d/", f"{tmp_path}/").replace("/etc/sudoers ", f"{tmp_path}/none ")
    told = subprocess.run(["sh", "-c", text], capture_output=True, text=True, check=True).stdout
    assert "budi" in sections(told)["sudoers"]
