"""A new, empty machine becomes the old server: from the second repository and the recovery sheet alone.

The kit brings the inventory's folder; the saved state brings host keys, certificates and VPN keys; the stages up to
the database run; the database comes back from the second repository; then all other stages run. What was there already
is not done again, so that a rebuild that was cut off is run once more.
"""

from __future__ import annotations

import base64
import shlex
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

from provision.converge import apply as loop
from provision.converge.plan import Wish
from provision.converge.progress import OK, Progress
from provision.converge.stages import NAMES
from provision.errors import BackboneError
from provision.exits import Exit
from provision.i18n import _
from provision.inventory import Fleet, Server
from provision.inventory.vault import read_secrets
from provision.onboard import enroll, kit, repository
from provision.onboard.enroll import Pinned
from provision.onboard.objects import Store
from provision.onboard.repository import Access
from provision.probe.snapshot import Fault
from provision.probe.transport import Output, Session, Target

SHORT, LONG = 120, 1800
POLL_SECONDS = 10
UNIT = "backbone-rebuild"
# What a new machine takes over from the old one before any stage runs. Owners are root: accounts come with the stages.
STATE = ("/etc/wireguard", "/etc/backbone", "/etc/ssh")
# Marks and records of drills: by them what comes back can be compared with what was. The marks are handed to the user
# postgres once there is one.
DRILLS = "/var/lib/backbone/drill"

PLACE = "/run/backbone-rebuild"

Say = Callable[[str], None]


@dataclass(frozen=True)
class FirstContact:
    """How the new machine is reached before it is the old one: its account, and a password or the inventory's key."""

    user: str = ""
    password: str = ""
    port: int = 22


def fetch(access: Access, passphrase: str, folder: Path) -> Path:
    """Bring the newest kit into a new folder; returns the inventory.

    The store's authority may be unknown yet: the kit proves itself by its passphrase. Once it is open, the store is
    asked again by the authority in it, so that nobody could have held back a newer one.
    """
    store = Store(access, unknown=not access.authority)
    name = kit.newest(store)
    files = kit.unseal(store.get(name), passphrase)
    authority = files.get("authority.pem", b"").decode() if not access.authority and access.port != 443 else ""
    if authority:
        sure = Store(replace(access, authority=authority))
        if kit.newest(sure) != name:
            raise BackboneError(_("the store showed another kit than it holds: somebody stands between; call for help"))
    return kit.unpack(files, folder)


def rebuild(
    fleet: Fleet,
    server: Server,
    contact: FirstContact,
    confirm: Callable[[Pinned], bool],
    say: Say,
    on_progress: Callable[[Progress], None] = lambda _progress: None,
) -> None:
    """Make the new machine at the server's address that server. `say` hears of each step.

    Raises BackboneError where a step fails; nothing of the second repository was changed then.
    """
    secrets = read_secrets(fleet.path, server.name)
    one = replace(fleet, servers=(server,))
    loop.require_secrets(one)
    say(_("take over host keys, certificates and VPN keys from the saved state"))
    _take_over(fleet, server, str(secrets["state_passphrase"]), contact, confirm)
    off = server.settings.stages_disabled
    before = tuple(name for name in NAMES[: NAMES.index("postgresql") + 1] if name not in off)
    say(_("run the stages up to the database"))
    _apply(one, before, on_progress)
    if server.settings.database == "postgresql" and "postgresql" not in off:
        say(_("bring the database back from the second repository"))
        _database(fleet, server, secrets)
    say(_("run all other stages"))
    _apply(one, (), on_progress)
    say(_("back up what came back, and compare it with the source"))
    _run(server, _AFTERWARDS, SHORT)


def access_of(fleet: Fleet, server: Server, secrets: dict[str, object]) -> Access:
    """How the server itself reaches its bucket."""
    found = repository.kit_access(fleet, server)
    shared = str(secrets["backup_second_key"])
    chosen = repository.place(server)
    return replace(
        found,
        access_key=chosen.access_key or server.name.lower(),
        secret=shared if chosen.kind == "s3" else repository.server_secret(shared, server.name),
    )


def _apply(fleet: Fleet, stages: tuple[str, ...], on_progress: Callable[[Progress], None]) -> None:
    applied = loop.apply(fleet, Wish(stages), accept_below_minimum=True, on_progress=on_progress)
    # A server that cannot be asked needs nothing, as a plan sees it.
    if silent := [one.unreachable for one in applied.before.plan.servers if one.unreachable]:
        raise BackboneError("; ".join(silent), exit_status=Exit.UNREACHED)
    results = applied.outcome.results if applied.outcome else ()
    if failed := [f"{one.stage}: {one.message}" for one in results if one.status != OK]:
        raise BackboneError(
            _("a stage failed: {reason}").format(reason="; ".join(failed)[:1000]),
            repair=_("mend it, then run the same command again: it goes on where it was"),
            exit_status=Exit.UNREACHED,
        )
    if applied.outcome and applied.outcome.interrupted:
        raise KeyboardInterrupt


def _file(path: str, content: str) -> str:
    """Shell lines that write a file; the content is in no command line, for the script comes by standard input."""
    text = base64.b64encode(content.encode()).decode()
    return f"base64 -d >{path} <<'CONTENT'\n{text}\nCONTENT\n"


def state_script(server: Server, access: Access, passphrase: str) -> str:
    """Runs as root on the new machine: takes the old one's keys over. It says `none` where no state was ever saved."""
    proxy = server.settings.apt_proxy
    options = f"-o {shlex.quote(f'Acquire::http::Proxy={proxy}')} " if proxy else ""
    place = f"s3:https://{access.host}:{access.port}/{access.bucket}/state"
    wanted = " ".join(f"--include {path}" for path in (*STATE, DRILLS))
    ca = "--cacert $work/ca.pem" if access.authority else ""
    restic = f"restic {ca} --no-cache"
    whose = f"--host {shlex.quote(server.name)} --tag state"
    key = f"[default]\naws_access_key_id = {access.access_key}\naws_secret_access_key = {access.secret}\n"
    return (
        "set -eu\numask 077\nexport DEBIAN_FRONTEND=noninteractive LC_ALL=C\n"
        # With its backups set up it is a server: one that a rebuild brought this far, or one that nobody may overwrite.
        "if [ -e /var/lib/backbone/stamps/backup.json ]; then\n"
        "ls /var/lib/postgresql/*/.backbone-rebuilt >/dev/null 2>&1 && { echo taken; exit 0; }\n"
        "echo 'this machine is a server already, and no new one: nothing was changed' >&2; exit 3\nfi\n"
        "work=$(mktemp -d /run/backbone-rebuild.XXXXXX)\ntrap 'rm -rf \"$work\"' EXIT\n"
        f'apt() {{ apt-get {options}-qq -y -o DPkg::Lock::Timeout=600 "$@" >&2 </dev/null; }}\n'
        "command -v restic >/dev/null || { apt update; apt --no-install-recommends install restic; }\n"
        + _file("$work/key", key)
        + _file("$work/passphrase", passphrase + "\n")
        + _file("$work/ca.pem", access.authority)
        + f"export RESTIC_REPOSITORY={shlex.quote(place)} RESTIC_PASSWORD_FILE=$work/passphrase\n"
        f"export AWS_SHARED_CREDENTIALS_FILE=$work/key AWS_DEFAULT_REGION={shlex.quote(access.region)}\n"
        f"{restic} --json snapshots {whose} >$work/list\n"
        "grep -q short_id $work/list || { echo none; exit 0; }\n"
        f"{restic} -q restore latest {whose} --target $work/state {wanted}\n"
        "cd $work/state/etc\n"
        # Settings of sshd are the stage's; of its folder the keys alone are taken.
        "find ssh -type f ! -name 'ssh_host_*_key*' -delete\n"
        "chown -R 0:0 .\n"
        "for folder in ssh wireguard backbone; do\n"
        "[ ! -d $folder ] || { mkdir -p /etc/$folder; cp -a $folder/. /etc/$folder/; }\ndone\n"
        f"drills=$work/state{DRILLS}\n[ ! -d $drills ] || {{ mkdir -p {DRILLS}; chown -R 0:0 $drills; "
        f"cp -a $drills/. {DRILLS}/; chmod 0755 /var/lib/backbone {DRILLS}; }}\n"
        "chmod 0755 /etc/ssh /etc/backbone\nchmod 0644 /etc/ssh/ssh_host_*_key.pub\n"
        "systemctl try-reload-or-restart ssh.service\necho taken\n"
    )


def _take_over(
    fleet: Fleet, server: Server, passphrase: str, contact: FirstContact, confirm: Callable[[Pinned], bool]
) -> None:
    link = server.connection
    script = state_script(server, access_of(fleet, server, dict(read_secrets(fleet.path, server.name))), passphrase)
    key = enroll.host_key(link.host, contact.port)
    if not confirm(key):
        raise BackboneError(
            _("{host}: the host key {fingerprint} was not confirmed; nothing was changed").format(
                host=link.host, fingerprint=key.fingerprint
            )
        )
    temporary = fleet.directory / ".rebuild-known-hosts"
    try:
        if contact.password:
            enroll.enroll(
                link.host,
                port=contact.port,
                user=contact.user or "root",
                password=contact.password,
                administrator=link.user,
                key_file=Path(link.key_file),
                known_hosts=temporary,
                confirm=lambda shown: shown == key,
            )
        with enroll.connect(link.host, contact.port, key, username=link.user, key_filename=link.key_file) as client:
            status, out, err = enroll.run_command(client, "sudo -n sh -s", script)
    finally:
        temporary.unlink(missing_ok=True)
    if status != 0:
        raise BackboneError(
            _("{host}: the saved state could not be taken over: {reason}").format(
                host=link.host, reason=" ".join(err.split())[-600:]
            ),
            repair=_("does the new machine reach the second repository, and is its clock right?"),
            exit_status=Exit.UNREACHED,
        )
    if not out.endswith("taken\n"):
        _pin_anew(fleet.directory / "known_hosts", link.host, link.port, key)


def _pin_anew(known_hosts: Path, host: str, port: int, key: Pinned) -> None:
    """Without a saved state the new machine keeps its own host key, which a person has confirmed."""
    line = key.known_hosts_line(host, port)
    name = line.split()[0]
    lines = known_hosts.read_text().splitlines() if known_hosts.exists() else []
    known_hosts.write_text("\n".join([*(one for one in lines if one.split()[:1] != [name]), line]) + "\n")


def _run(server: Server, script: str, seconds: float) -> str:
    with Session([Target.of(server)]) as session:
        outcome = session.run({server.name: script}, seconds)[server.name]
    if isinstance(outcome, Fault):
        raise BackboneError(f"{server.name}: {outcome.message}", exit_status=Exit.UNREACHED)
    assert isinstance(outcome, Output)
    if outcome.status != 0:
        reason = outcome.stderr.decode("utf-8", "replace").strip()[-600:]
        raise BackboneError(
            _("{server}: the rebuild stopped: {reason}").format(server=server.name, reason=reason or outcome.status),
            repair=_("mend it, then run the same command again: it goes on where it was"),
            exit_status=Exit.UNREACHED,
        )
    return outcome.stdout.decode("utf-8", "replace")


def pgbackrest_settings(access: Access, passphrase: str, repo: int = 2, folder: str = PLACE) -> str:
    """pgBackRest's settings by which another machine reads the second repository; the data folder comes beside them.

    `repo`: the number that it goes by there; `folder`: where the machine keeps the authority's file, and locks.
    """
    lines = [
        "[global]",
        f"repo{repo}-type=s3",
        f"repo{repo}-s3-endpoint={access.host}",
        f"repo{repo}-storage-port={access.port}",
        f"repo{repo}-s3-bucket={access.bucket}",
        f"repo{repo}-s3-region={access.region}",
        f"repo{repo}-s3-uri-style={access.uri_style}",
        f"repo{repo}-s3-key={access.access_key}",
        f"repo{repo}-s3-key-secret={access.secret}",
        *([f"repo{repo}-storage-ca-file={folder}/ca.pem"] if access.authority else []),
        f"repo{repo}-path=/pgbackrest",
        f"repo{repo}-cipher-type=aes-256-cbc",
        f"repo{repo}-cipher-pass={passphrase}",
        f"lock-path={folder}",
        f"spool-path={folder}",
        "log-level-file=off",
        "log-level-console=warn",
        "process-max=2",
        "[global:archive-get]",
        "archive-async=y",
    ]
    return "\n".join(lines) + "\n"


def reading(fleet: Fleet, server: Server, folder: str) -> dict[str, str]:
    """How another machine reads the server's second repository, for a drill there; it holds passphrases."""
    secrets = dict(read_secrets(fleet.path, server.name))
    access = access_of(fleet, server, secrets)
    settings = pgbackrest_settings(access, str(secrets["backup_second_passphrase"]), 1, folder)
    return {"config": settings, "authority": access.authority}


def database_script(settings: str, authority: str) -> str:
    """Runs as root on the new machine: starts the restore as a unit of its own, which a lost line does not stop."""
    return (
        "set -eu\numask 077\nexport DEBIAN_FRONTEND=noninteractive LC_ALL=C\n"
        "command -v pgbackrest >/dev/null || apt-get -qq -y -o DPkg::Lock::Timeout=600 --no-install-recommends install "
        "pgbackrest zstd >&2 </dev/null\n"
        "systemctl stop pgbackrest.service 2>/dev/null || true\n"
        "install -d -m 0750 -o postgres -g postgres /run/backbone-rebuild\ncd /run/backbone-rebuild\n"
        + _file("pgbackrest.conf", settings)
        + _file("ca.pem", authority)
        + _file("restore.sh", _RESTORE)
        + "chown postgres: pgbackrest.conf ca.pem\n"
        f"[ ! -d {DRILLS}/marks ] || chown -R postgres: {DRILLS}/marks\n"
        f"systemctl reset-failed {UNIT}.service 2>/dev/null || true\n"
        f"systemctl is-active -q {UNIT}.service || systemd-run -q --unit={UNIT} --service-type=oneshot --no-block "
        "-p RemainAfterExit=no -p TimeoutStartSec=infinity sh /run/backbone-rebuild/restore.sh\n"
    )


# A second run after a cut finds what the first one restored, and leaves it. The cluster that the stage made is empty;
# it is kept aside all the same.
_RESTORE = """set -eu
cd /
as() { runuser -u postgres -- "$@"; }
data=$(ls -d /var/lib/postgresql/*/main | sort -V | tail -n 1)
version=$(basename "$(dirname "$data")")
service=postgresql@$version-main.service
mark=/var/lib/postgresql/$version/.backbone-rebuilt
ask() { as psql -XAtq -d postgres -c "$1"; }
if [ ! -e "$mark" ]; then
    told=$(as pgbackrest --config=/run/backbone-rebuild/pgbackrest.conf --stanza=main --output=json info)
    held=$(printf %s "$told" | python3 -c '
import json, sys
print(json.load(sys.stdin)[0]["db"][-1]["version"].split(".")[0])')
    [ "$held" = "$version" ] || { echo "the backups are of PostgreSQL $held, here is $version" >&2; exit 1; }
    systemctl stop "$service"
    mv "$data" "$data.empty-$(date +%s)"
    install -d -m 0700 -o postgres -g postgres "$data"
    as pgbackrest --config=/run/backbone-rebuild/pgbackrest.conf --stanza=main --pg1-path="$data" restore
    touch "$mark"
fi
systemctl start "$service"
until [ "$(ask 'SELECT pg_is_in_recovery()' 2>/dev/null)" = f ]; do
    systemctl is-active -q "$service" || { journalctl -qu "$service" -n 20 >&2; exit 1; }
    sleep 2
done
ask 'ALTER SYSTEM RESET restore_command'
# Promoted without an archive: where its history forked off has to get there all the same.
for history in "$data"/pg_wal/*.history; do
    [ -e "$history" ] || continue
    name=$(basename "$history")
    [ -e "$data/pg_wal/archive_status/$name.done" ] || as touch "$data/pg_wal/archive_status/$name.ready"
done
"""

# A new history began: from here on, too, every moment can be restored.
_AFTERWARDS = """set -eu
rm -rf /run/backbone-rebuild
systemctl start --no-block backbone-backup-second-full.service
if [ -x /usr/local/bin/backbone-sync ] && systemctl cat backbone-sync.service >/dev/null 2>&1; then
    systemctl start --no-block backbone-sync.service
fi
"""


def _database(fleet: Fleet, server: Server, secrets: dict[str, object]) -> None:
    access = access_of(fleet, server, secrets)
    settings = pgbackrest_settings(access, str(secrets["backup_second_passphrase"]))
    since = datetime.now(UTC)
    _run(server, database_script(settings, access.authority), LONG)
    ask = f"systemctl show -p ActiveState -p Result {UNIT}.service"
    while True:
        # systemd answers in an order of its own.
        told = dict(line.partition("=")[::2] for line in _run(server, ask, SHORT).split())
        if told.get("ActiveState") in ("inactive", "failed"):
            break
        time.sleep(POLL_SECONDS)
    if told.get("Result") != "success":
        last = _run(server, f"journalctl -qu {UNIT}.service -n 8 -o cat --since=@{since.timestamp():.0f}", SHORT)
        raise BackboneError(
            _("{server}: the database did not come back: {reason}").format(
                server=server.name, reason=last.strip()[-800:]
            ),
            repair=_("mend it, then run the same command again: it goes on where it was"),
            exit_status=Exit.FELL_SHORT,
        )
