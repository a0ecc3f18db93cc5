"""What the programs of a Linux server say to the questions of the project's playbooks: exit status, output, complaint.

The first pattern that a command holds answers it. What no pattern holds the stand-in refuses.
"""

from __future__ import annotations

from collections.abc import Callable

from tests.support.linux.systems import System

Said = tuple[int, str, str]
Answer = Callable[[System, bool], Said]

# Programs of packages that a bare server does not have yet.
PROGRAMS = ("nginx", "pgbackrest", "psql", "pg_controldata", "augenrules", "nft", "chronyc", "backbone-vpn")


def _says(out: str, code: int = 0) -> Answer:
    return lambda _system, _converged: (code, out, "")


def _version(system: System, _converged: bool) -> Said:
    return 0, f"pgBackRest {system.pgbackrest}", ""


def _python(system: System, _converged: bool) -> Said:
    return 0, system.python, ""


def _python_and_machine(system: System, _converged: bool) -> Said:
    return 0, f"{system.python} x86_64", ""


def _nginx(system: System, _converged: bool) -> Said:
    return 0, "", f"nginx version: nginx/{system.nginx}"


ANSWERS: tuple[tuple[str, Answer], ...] = (
    (r"^systemd-detect-virt --container", _says("none", 1)),
    (r"^systemd-detect-virt", _says("kvm")),
    (r"^getent group backbone-admins", _says("", 2)),
    (r"^id --name --groups", _says("", 1)),
    (r"^ssh -Q kex", _says("curve25519-sha256\ndiffie-hellman-group16-sha512")),
    (r"^ssh -Q cipher", _says("aes256-gcm@openssh.com\naes256-ctr")),
    (r"^ssh -Q mac", _says("hmac-sha2-512-etm@openssh.com")),
    (r"^ssh -Q HostKeyAlgorithms", _says("ssh-ed25519\nrsa-sha2-512")),
    (r"sshd -T -C", _says("permitrootlogin without-password")),
    (r"nft --stateless --terse --numeric list table", _says("", 1)),
    (r"sys\.version_info\[:2\], os\.uname", _python_and_machine),
    (r"sys\.version_info\[:2\]", _python),
    (r"^uname -m", _says("x86_64")),
    (r"^nginx -v", _nginx),
    (r"^pgbackrest version", _version),
    (r"pgbackrest --no-config", _says("[]")),
    (r"^df --output=size", _says(" 1G-blocks\n 100")),
    (r"pg_controldata", _says("Data page checksum version:           1")),
    (r"augenrules --check", _says("No change")),
    (r"apparmor/parameters/enabled", _says("Y")),
    (r"getenforce", _says("Enforcing")),
    (r"^/opt/backbone/gateway/backbone-gateway state", _says("reload")),
    (r"^/opt/backbone/vpn/backbone-vpn state", _says("in-line")),
    (r"(ca-certificates|anchors)/backbone-authority\.", _says("", 1)),
    # Statements that are still needed: none.
    (r"psql -XAtq", _says("")),
    (r"systemctl show --value -p Result", _says("success\n\nsuccess")),
    (r"backbone-backup-metrics --dropped", _says("0")),
    (r"systemctl --quiet is-active", _says("fresh")),
    (r"systemctl show --property=LoadState", _says("loaded")),
    (r"^cat .*(pem|crt|key|sha256)", _says("")),
    (r"openssl", _says("")),
)
