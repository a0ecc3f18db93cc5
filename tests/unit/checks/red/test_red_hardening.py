"""Kernel, core dumps, audit log, shared memory, modules: what turns each control red, on a recorded server.

The recorded server is a container, where the kernel is not its own; here it is given one.
"""

from __future__ import annotations

from checks.hardening import AUDITED, COMMAND, KERNEL
from tests.support.recorded import PARAMS, SNAPSHOT, Mutation, Red, both, pattern, said, statuses, turns, unit

RULES = "\n".join(AUDITED)
OWN_KERNEL = both(
    both(said(COMMAND, "systemd-nspawn", "none"), said(COMMAND, "##audited", f"##audited\n{RULES}")),
    both(
        both(said(COMMAND, "suid_dumpable:2", "suid_dumpable:0"), said(COMMAND, "pattern:core", "pattern:|/bin/false")),
        unit("auditd.service", LoadState="loaded", ActiveState="active", SubState="running", UnitFileState="enabled"),
    ),
)


def there(change: Mutation) -> Mutation:
    """The change, on a machine with a kernel of its own."""
    return both(OWN_KERNEL, change)


REDS = [
    *(
        Red(f"{name} is otherwise", there(pattern(COMMAND, rf"^{name}:.*$", f"{name}:9")), ("HARD-01",))
        for name in KERNEL
    ),
    Red("core dumps", there(said(COMMAND, "|/bin/false", "/var/crash/core")), ("HARD-02",)),
    Red("dumps of what changed its rights", there(said(COMMAND, "suid_dumpable:0", "suid_dumpable:2")), ("HARD-02",)),
    Red("no audit daemon", there(unit("auditd.service", ActiveState="inactive")), ("HARD-03",)),
    Red("no rules", there(said(COMMAND, RULES, "")), ("HARD-03",)),
    Red("programs in shared memory", said(COMMAND, ",noexec", ""), ("HARD-04",)),
    Red("a module that nobody needs is loaded", there(said(COMMAND, "##loaded", "##loaded\nsctp 4 0")), ("HARD-05",)),
    Red("a module that nobody needs may be loaded", there(pattern(COMMAND, r"^tipc\n", "")), ("HARD-05",)),
    Red("a container's own network follows redirects",
        said(COMMAND, "net/ipv4/conf/all/accept_redirects:0", "net/ipv4/conf/all/accept_redirects:1"), ("HARD-01",)),
    Red("nothing told", pattern(COMMAND, r"(?<=##kernel\n)(.+\n)+?(?=##shm)", ""), (), ("HARD-01",)),
]  # fmt: skip


def test_a_fault_turns_exactly_its_controls_red(red: Red) -> None:
    turns(red)


def test_a_server_with_a_kernel_of_its_own_is_judged_whole() -> None:
    found = statuses(*OWN_KERNEL(SNAPSHOT, PARAMS))
    assert {name: status for name, status in found.items() if name.startswith("HARD")} == {
        f"HARD-0{number}": "pass" for number in range(1, 6)
    }


def test_in_a_container_the_machine_beneath_it_is_not_judged() -> None:
    found = statuses()
    assert found["HARD-01"] == found["HARD-04"] == "pass"
    assert found["HARD-02"] == found["HARD-03"] == found["HARD-05"] == "not_applicable"


def test_nor_are_settings_that_a_container_may_not_write() -> None:
    found = statuses(
        *both(said(COMMAND, "##writable\nyes", "##writable"), pattern(COMMAND, "redirects:0", "redirects:1"))(
            SNAPSHOT, PARAMS
        )
    )
    assert found["HARD-01"] == "not_applicable"
