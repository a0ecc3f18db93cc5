"""First contact with a server that has only a password: pin its host key, make an administrator with a key.

The password is used for one connection and kept nowhere. Nothing is changed before the host key was confirmed by a
person, or equals a fingerprint that a person gave. At the end a second connection, by the new key and with sudo,
proves that the password is not needed any more; the `ssh` stage closes password logins later.
"""

from __future__ import annotations

import base64
import hashlib
import re
import shlex
import socket
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import paramiko
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from provision.errors import BackboneError, UsageError
from provision.i18n import _

TIMEOUT = 20.0
PATIENCE = 1500.0  # seconds without a word: apt may wait ten minutes for each of its two locks
NAME = re.compile(r"[a-z_][a-z0-9_-]{0,30}")

# Runs as root on the server. Ansible needs sudo and Python there; a bare installation may lack both.
_MAKE_ADMINISTRATOR = """set -eu
export DEBIAN_FRONTEND=noninteractive LC_ALL=C
missing=
command -v sudo >/dev/null || missing="$missing sudo"
command -v python3 >/dev/null || missing="$missing python3"
if [ -n "$missing" ]; then
    if command -v apt-get >/dev/null; then
        # On a first boot apt-daily holds the package lists for minutes, and apt waits for dpkg's lock alone.
        tries=0
        until said=$(apt-get -qq update 2>&1); do
            case $said in *" lock "*) ;; *) printf '%s\\n' "$said" >&2; exit 5;; esac
            tries=$((tries + 1))
            if [ "$tries" -ge 60 ]; then
                echo "another program has held apt's package lists for ten minutes: $said" >&2
                exit 5
            fi
            sleep 10
        done
        apt-get -o DPkg::Lock::Timeout=600 -qq -y install $missing >&2
    elif command -v dnf >/dev/null; then dnf -q -y install $missing >&2
    else echo "missing:$missing" >&2; exit 4; fi
fi
id -u {name} >/dev/null 2>&1 || useradd --create-home --shell /bin/bash {name}
home=$(getent passwd {name} | cut -d: -f6)
group=$(id -gn {name})
install -d -m 0700 -o {name} -g "$group" "$home/.ssh"
touch "$home/.ssh/authorized_keys"
grep -qxF {key} "$home/.ssh/authorized_keys" || printf '%s\\n' {key} >>"$home/.ssh/authorized_keys"
chown {name}:"$group" "$home/.ssh/authorized_keys"
chmod 0600 "$home/.ssh/authorized_keys"
rule=/etc/sudoers.d/backbone-enroll-{name}
printf '%s ALL=(ALL:ALL) NOPASSWD: ALL\\n' {name} >"$rule.new"
chmod 0440 "$rule.new"
visudo -cqf "$rule.new"
mv "$rule.new" "$rule"
"""


@dataclass(frozen=True)
class Pinned:
    """A server's host key as known_hosts and a person's eye want it."""

    kind: str
    blob: str

    @property
    def fingerprint(self) -> str:
        """As `ssh-keygen -lf` shows it: SHA256:…"""
        digest = hashlib.sha256(base64.b64decode(self.blob)).digest()
        return "SHA256:" + base64.b64encode(digest).decode().rstrip("=")

    def known_hosts_line(self, host: str, port: int) -> str:
        """The line that pins this key for host and port."""
        name = host if port == 22 else f"[{host}]:{port}"
        return f"{name} {self.kind} {self.blob}"


@dataclass(frozen=True)
class Enrolled:
    """What the inventory needs to know after a server was enrolled."""

    host: str
    port: int
    administrator: str
    key_file: Path
    known_hosts: Path
    fingerprint: str


def host_key(host: str, port: int = 22) -> Pinned:
    """The key that the server presents now, before anything is sent to it. Raises when it does not answer."""
    try:
        with socket.create_connection((host, port), timeout=TIMEOUT) as line, paramiko.Transport(line) as transport:
            transport.start_client(timeout=TIMEOUT)
            key = transport.get_remote_server_key()
    except (OSError, paramiko.SSHException) as fault:
        raise BackboneError(
            _("{host}: no ssh server answers on port {port}: {reason}").format(host=host, port=port, reason=fault),
            repair=_("check address, cable and firewall; on the server: apt-get install openssh-server"),
        ) from fault
    return Pinned(key.get_name(), key.get_base64())


def administrator_key(path: Path) -> str:
    """The public key of the administrator; the pair is made (Ed25519) where there is none."""
    public = path.with_name(path.name + ".pub")
    if path.exists():
        if not public.exists():
            raise UsageError(
                _("{path} has no public half beside it").format(path=path),
                repair=f"ssh-keygen -y -f {path} > {public}",
            )
        return public.read_text().strip()
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    key = Ed25519PrivateKey.generate()
    secret = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.OpenSSH, serialization.NoEncryption()
    )
    path.touch(mode=0o600, exist_ok=False)
    path.write_bytes(secret)
    text = key.public_key().public_bytes(serialization.Encoding.OpenSSH, serialization.PublicFormat.OpenSSH)
    public.write_text(f"{text.decode()} backbone-daerah\n")
    return public.read_text().strip()


def pin(known_hosts: Path, host: str, port: int, key: Pinned) -> None:
    """Write the host key; raises when another one is pinned for this server already."""
    line = key.known_hosts_line(host, port)
    lines = known_hosts.read_text().splitlines() if known_hosts.exists() else []
    name = line.split()[0]
    if line not in lines and any(found.split()[:1] == [name] for found in lines):
        raise BackboneError(
            _("{host}: its host key is not the one pinned in {file}").format(host=host, file=known_hosts),
            repair=_("if the server was installed anew: ssh-keygen -R {name} -f {file}; if not, call for help").format(
                name=name, file=known_hosts
            ),
        )
    if line not in lines:
        known_hosts.parent.mkdir(parents=True, exist_ok=True)
        known_hosts.write_text("\n".join([*lines, line]) + "\n")


def administrator_script(name: str, public_key: str) -> str:
    """The shell script that, run as root on a server, makes the administrator; running it again changes nothing."""
    return _MAKE_ADMINISTRATOR.format(name=shlex.quote(name), key=shlex.quote(public_key))


def enroll(
    host: str,
    *,
    port: int,
    user: str,
    password: str,
    administrator: str,
    key_file: Path,
    known_hosts: Path,
    confirm: Callable[[Pinned], bool],
) -> Enrolled:
    """Pin the host key, log in once by password, make the administrator, and prove that the key and sudo work."""
    if not NAME.fullmatch(administrator):
        raise UsageError(
            _("{name!r} is no account name: lower-case letters, digits, - and _").format(name=administrator)
        )
    key = host_key(host, port)
    if not confirm(key):
        raise BackboneError(
            _("{host}: the host key {fingerprint} was not confirmed; nothing was changed").format(
                host=host, fingerprint=key.fingerprint
            ),
            repair=_("on the server's own console: ssh-keygen -lf /etc/ssh/ssh_host_ed25519_key.pub"),
        )
    pin(known_hosts, host, port, key)
    public = administrator_key(key_file)
    script = administrator_script(administrator, public)
    with connect(host, port, key, username=user, password=password) as client:
        _as_root(client, user, password, script, host)
    with connect(host, port, key, username=administrator, key_filename=str(key_file)) as client:
        status, _out, err = run_command(client, "sudo -n true", "")
    if status != 0:
        raise BackboneError(
            _("{host}: {name} can log in by key but not use sudo: {reason}").format(
                host=host, name=administrator, reason=err.strip()
            )
        )
    return Enrolled(host, port, administrator, key_file, known_hosts, key.fingerprint)


def connect(host: str, port: int, key: Pinned, **how: str) -> paramiko.SSHClient:
    """A connection to a server that shows this very host key; BackboneError where it cannot be had."""
    client = paramiko.SSHClient()
    name = host if port == 22 else f"[{host}]:{port}"
    entry = paramiko.hostkeys.HostKeyEntry.from_line(f"{name} {key.kind} {key.blob}")
    assert entry is not None
    assert entry.key is not None
    client.get_host_keys().add(name, key.kind, entry.key)
    client.set_missing_host_key_policy(paramiko.RejectPolicy())
    try:
        client.connect(host, port, timeout=TIMEOUT, allow_agent=False, look_for_keys=False, **how)  # type: ignore[arg-type]
    except paramiko.AuthenticationException as fault:
        raise BackboneError(
            _("{host}: {user} was not let in").format(host=host, user=how["username"]),
            repair=_("check the account and its password; root is often not let in by password: use another account"),
        ) from fault
    except (OSError, paramiko.SSHException) as fault:
        raise BackboneError(_("{host}: the connection failed: {reason}").format(host=host, reason=fault)) from fault
    return client


def _as_root(client: paramiko.SSHClient, user: str, password: str, script: str, host: str) -> None:
    """Run the script as root: directly, by sudo, else by su with root's own password out of reach: an error."""
    if user == "root":
        status, _out, err = run_command(client, "sh -s", script)
    else:
        # sudo reads the password from its first line of input, the shell reads the rest. A sudo that asks for none
        # would leave that line to the shell, as a command of root's.
        asks = run_command(client, "sudo -k -n true", "")[0] != 0
        status, _out, err = run_command(client, "sudo -k -S -p '' sh -s", f"{password}\n{script}" if asks else script)
    if status != 0:
        reason = "\n".join(line for line in err.splitlines() if password not in line)[-600:]
        raise BackboneError(
            _("{host}: the administrator could not be made: {reason}").format(host=host, reason=reason.strip()),
            repair=_("{user} must be root or may use sudo: on the server, as root: usermod -aG sudo {user}").format(
                user=user
            ),
        )


def run_command(client: paramiko.SSHClient, command: str, given: str) -> tuple[int, str, str]:
    """Exit status and output of a command there; `given` goes to its standard input."""
    stdin, stdout, stderr = client.exec_command(command, timeout=PATIENCE)
    stdin.write(given)
    stdin.channel.shutdown_write()
    out, err = stdout.read().decode(errors="replace"), stderr.read().decode(errors="replace")
    return stdout.channel.recv_exit_status(), out, err
