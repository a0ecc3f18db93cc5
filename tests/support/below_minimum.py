"""Servers that miss the minimum specification: faults that may come together, and all that must turn red for each.

A fault is brought about on the host itself, or in the papers of its inventory, and taken back afterwards.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML

from tests.support.lab_hosts import SERVER, Provisioned

CORE = """processor\t: 0
vendor_id\t: GenuineIntel
model name\t: {name}
flags\t\t: fpu pae lm constant_tsc sse4_2 aes avx2

"""
DESKTOP_SYSTEM = """PRETTY_NAME="LMDE 6 (faye)"
NAME="LMDE"
VERSION_ID="6"
ID=linuxmint
ID_LIKE=debian
"""
GRANT = """version: 1
region: "33.74"
number: NK/2/2026
expires: {expires}
legal_basis: [UU 20/2003]
purposes: [Perencanaan daya tampung sekolah]
"""


@dataclass(frozen=True)
class Fault:
    """What is wrong: shell commands that make it so and take it back, run as root on the server.

    `fail` are the controls that must turn red, and `error` those that then cannot be measured. `papers` changes the
    inventory, for as long as it runs, where the fault lies in that.
    """

    fail: tuple[str, ...]
    spoil: str = "true"
    mend: str = "true"
    error: tuple[str, ...] = ()
    papers: Callable[[Path], Any] | None = None


@contextmanager
def present(fault: Fault, server: Provisioned) -> Iterator[None]:
    """The server with the fault."""
    with fault.papers(server.inventory.parent) if fault.papers else _nothing():
        server.run(fault.spoil)
        try:
            yield
        finally:
            server.run(fault.mend)


def expected(faults: Sequence[Fault]) -> dict[str, str]:
    """The status of every control that does not hold where all these faults are present."""
    told = {control: "error" for fault in faults for control in fault.error}
    return told | {control: "fail" for fault in faults for control in fault.fail}


@contextmanager
def _nothing() -> Iterator[None]:
    yield


def _shows(path: str, text: str) -> dict[str, str]:
    """The host reads `text` where `path` was."""
    other = f"/run/lab{path.replace('/', '-')}"
    return {
        "spoil": f"cat >{other} <<'.'\n{text}.\nmount --bind {other} {path}",
        "mend": f"umount {path}; rm {other}",
    }


@contextmanager
def _nobody_is_competent(folder: Path) -> Iterator[None]:
    """No statement about the people who manage the data."""
    file = folder / "attestations.yml"
    kept = file.read_text()
    yaml = YAML()
    yaml.dump([one for one in yaml.load(kept) if not one["control"].startswith("PEOPLE-")], file)
    try:
        yield
    finally:
        file.write_text(kept)


@contextmanager
def _another_grant(folder: Path) -> Iterator[None]:
    """A grant that the ministry has given, and that nobody has brought to the server yet."""
    grant, said = folder / "grant.yml", folder / "host_vars" / SERVER / "grant.yml"
    said.parent.mkdir(parents=True, exist_ok=True)
    grant.write_text(GRANT.format(expires=(datetime.now(UTC) + timedelta(days=365)).date()))
    said.write_text("backbone_grant: grant.yml\n")
    try:
        yield
    finally:
        said.unlink()
        grant.unlink()


OFFICE_MACHINE = (
    Fault(("HW-01",), **_shows("/proc/cpuinfo", CORE.format(name="Intel(R) Core(TM) i5-8400 CPU @ 2.80GHz"))),
    Fault(("OS-01",), **_shows("/usr/lib/os-release", DESKTOP_SYSTEM), error=("OS-02",)),
    Fault(
        ("PATCH-01",),
        spoil="""echo 'APT::Periodic::Unattended-Upgrade "0";' >/etc/apt/apt.conf.d/99-never""",
        mend="rm /etc/apt/apt.conf.d/99-never",
    ),
    Fault(
        ("PORT-01", "PORT-03", "VPN-03"),
        spoil="nft chain inet backbone input '{ policy accept; }'",
        mend="nft chain inet backbone input '{ policy drop; }'",
    ),
    Fault(
        ("SYNC-04",),
        spoil="su postgres -c \"psql -qd backbone -c 'CREATE TABLE backbone.rapor AS SELECT 1 AS nilai'\"",
        mend="su postgres -c \"psql -qd backbone -c 'DROP TABLE backbone.rapor'\"",
    ),
    Fault(
        ("PEOPLE-01", "PEOPLE-02", "PEOPLE-03", "PEOPLE-04", "PEOPLE-05"),
        spoil="mv /var/lib/backbone/drill /var/lib/backbone/drill.kept",
        mend="mv -T /var/lib/backbone/drill.kept /var/lib/backbone/drill",
        papers=_nobody_is_competent,
    ),
)
NEGLECTED_SERVER = (
    Fault(("HW-03",), **_shows("/proc/cpuinfo", CORE.format(name="Intel(R) Xeon(R) CPU E5-2603 v9 @ 1.50GHz"))),
    Fault(
        ("HW-02",),
        # Kernels before 6.1 have no such file; they tell the sessions of this sshd that they are of 32 bits.
        spoil="echo i686 >/run/lab-arch; mount --bind /run/lab-arch /proc/sys/kernel/arch || { "
        "mkdir -p /run/systemd/system/ssh.service.d; "
        "printf '[Service]\\nPersonality=x86\\n' >/run/systemd/system/ssh.service.d/old.conf; "
        "systemctl daemon-reload; systemctl restart ssh; }",
        mend="umount /proc/sys/kernel/arch || { "
        "rm /run/systemd/system/ssh.service.d/old.conf; systemctl daemon-reload; systemctl restart ssh; }",
    ),
    Fault(
        ("VPN-01", "VPN-04", "VPN-05", "PORT-05"),
        spoil="systemctl stop wg-quick@wg-backbone",
        mend="systemctl start wg-quick@wg-backbone",
    ),
    Fault(
        ("TLS-01", "TLS-05", "TLS-06", "TLS-07", "PORT-05"),
        spoil="systemctl stop nginx",
        mend="systemctl start nginx",
    ),
    Fault(("SYNC-07",), papers=_another_grant),
    Fault(
        # All that rests on the database falls with it.
        (
            *(f"DB-{number:02d}" for number in range(1, 12)),
            *("PORT-05", "BAK-03", "BAK-06", "SYNC-04", "PRIV-01", "PRIV-03", "PRIV-04"),
        ),
        # A run of the sync would fail now, and be told: it waits, and one that goes on comes to its end first.
        spoil="mkdir -p /run/systemd/system/backbone-sync.service.d; "
        "printf '[Unit]\\nConditionPathExists=/nowhere\\n' >/run/systemd/system/backbone-sync.service.d/wait.conf; "
        "systemctl daemon-reload; systemctl start backbone-sync; systemctl stop postgresql@15-main",
        mend="systemctl start postgresql@15-main; for i in $(seq 60); do pg_isready -q && break; sleep 0.5; done; "
        "rm /run/systemd/system/backbone-sync.service.d/wait.conf; systemctl daemon-reload",
    ),
)
SERVERS = {"an office's machine": OFFICE_MACHINE, "a neglected server": NEGLECTED_SERVER}
