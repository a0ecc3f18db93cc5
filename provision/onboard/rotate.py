"""Renews secrets: reads what an inventory holds, writes the new beside the old, settles once the servers are through.

The vault files are rewritten whole, one after the other, each all or nothing; what a file held before stands in it as
`backbone_secret_former` until then. No secret leaves this process but into the vault.
"""

from __future__ import annotations

import secrets as randomness
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from provision.converge.plan import Plan
from provision.errors import UsageError
from provision.i18n import _
from provision.inventory import Fleet, Server, layout, load
from provision.inventory.settings import SECRET_PREFIX
from provision.inventory.vault import change_vault, new_password, read_password, read_vault, write_private
from provision.onboard import lists, rotation, vpn
from provision.onboard.rotation import BACKUP_FORMER, FORMER, KINDS, LETTING_GO, Holding, Item, Kind
from provision.report import keys

RENEWED = "backbone_keys_renewed"
OWN_FILE = "rotation.yml"
PASSPHRASE = "backup_passphrase"  # noqa: S105 — a name, no value


def holdings(fleet: Fleet) -> tuple[Holding, ...]:
    """What the inventory holds for each server of `fleet`. UsageError without the vault's password."""
    read = layout.read(fleet.path)
    password = read_password(fleet.path)
    opened: dict[Path, dict[str, Any]] = {}
    found = []
    for server in fleet.servers:
        files: dict[str, Path] = {}
        for one in read.layers(server.name):
            if not isinstance(one, Path):
                files.pop(one.name.removeprefix(SECRET_PREFIX), None)
                continue
            if one not in opened:
                opened[one] = read_vault(one, password)
            names = [name.removeprefix(SECRET_PREFIX) for name in opened[one] if name.startswith(SECRET_PREFIX)]
            files |= dict.fromkeys(names, one)
        found.append(_holding(server, files, opened))
    return tuple(found)


def _holding(server: Server, files: Mapping[str, Path], opened: Mapping[Path, Mapping[str, Any]]) -> Holding:
    """A server's, each secret by the file that gives it to the server: another's rotation is none of its own."""
    marks = {kind.name: kind.secrets[0] for kind in KINDS if kind.secrets} | {LETTING_GO: PASSPHRASE}
    begun = {
        name for name, secret in marks.items() if secret in files and name in (opened[files[secret]].get(FORMER) or {})
    }
    former = (opened[files[PASSPHRASE]].get(BACKUP_FORMER) or {}) if PASSPHRASE in files else {}
    return Holding(server, files, frozenset(begun), str(former.get("since", "")))


def with_keys(found: Sequence[Holding], plan: Plan) -> tuple[Holding, ...]:
    """The same, with the keys that servers were asked to make and have not made yet, by the plan."""
    return tuple(
        replace(
            one,
            begun=one.begun
            | {
                kind.name
                for kind in KINDS
                if kind.how == "server"
                and any(entry.name == kind.name for entry in one.server.settings.keys_renewed)
                and rotation.unfinished(plan, one.server.name, kind)
            },
        )
        for one in found
    )


def generated(kind: Kind, before: Any) -> dict[str, Any]:
    """New values for a kind that is made here, by full names; `before` is what its first secret was."""
    made: dict[str, Callable[[], Any]] = {
        "database": lambda: {role: randomness.token_urlsafe(24) for role in before},
        "landing": lambda: randomness.token_urlsafe(24),
        "stamp": lambda: randomness.token_hex(32),
    }
    return {SECRET_PREFIX + kind.secrets[0]: made.get(kind.name, new_password)()}


def begin(
    fleet: Fleet,
    items: Sequence[Item],
    found: Sequence[Holding],
    given: Mapping[str, str],
    now: datetime,
    *,
    here: bool = False,
) -> None:
    """Write what is new into vault and inventory; everything is put back if the inventory is not sound then.

    `given`: the values of kinds that others hand out, by their names in the vault without prefix. `here`: this is the
    server itself, and nothing is reached over SSH.
    """
    since = now.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    password = read_password(fleet.path)
    undo: list[Callable[[], None]] = []
    try:
        for file, kinds in _by_file(items, found).items():
            before = file.read_bytes()
            held = read_vault(file, password)
            undo.append(lambda file=file, before=before: write_private(file.resolve(), before))  # type: ignore[misc]
            change_vault(file, password, renewed(held, kinds, given, since))
        for change in _key_changes(fleet, items, since):
            change.write()
            undo.append(change.undo)
        load(fleet.path, allow_expired=True, here=here)
    except BaseException:
        for step in reversed(undo):
            step()
        raise
    if any(item.kind.name == "report" for item in items):
        keys.renew(fleet.directory, now)


def renewed(held: Mapping[str, Any], kinds: Sequence[Kind], given: Mapping[str, str], since: str) -> dict[str, Any]:
    """What changes in a vault file that holds `held` when `kinds` are renewed: full names and values."""
    values: dict[str, Any] = {}
    former = dict(held.get(FORMER) or {})
    for kind in kinds:
        present = {name: held[SECRET_PREFIX + name] for name in kind.secrets if SECRET_PREFIX + name in held}
        if kind.how == "given":
            values |= {SECRET_PREFIX + name: given[name] for name in kind.secrets if name in given}
        else:
            values |= generated(kind, present[kind.secrets[0]])
        if kind.name == "backup":
            # The servers need it as long as they keep the former repository.
            values[BACKUP_FORMER] = {"since": since, "passphrase": present["backup_passphrase"]}
            present = {}
        if kind.stages or kind.name == "kit":
            former[kind.name] = {"since": since, "values": present}
    return {**values, **({FORMER: former} if former else {})}


def settle(fleet: Fleet, plan: Plan | None, *, here: bool = False) -> tuple[str, ...]:
    """Forget what was in force before, where all servers that use it are through; the kinds that are still under way.

    Only servers of `plan` can be: a rotation whose other servers were left out goes on at their next apply. Without a
    plan (the apply was interrupted, or looked at a few stages alone) nothing is forgotten. A kit's former passphrase
    is `kits_sent`'s to forget.
    """
    if not any("former" in server.secrets for server in fleet.servers):
        return ()
    whole = load(fleet.path, allow_expired=True, here=here)
    read = layout.read(whole.path)
    password = read_password(whole.path)
    users: dict[Path, list[str]] = {}
    for server in whole.servers:
        for file in read.vaulted_files(server.name):
            users.setdefault(file, []).append(server.name)
    by_kind = {kind.name: kind for kind in KINDS} | {LETTING_GO: Kind(LETTING_GO, "generated", (), ("backup",))}
    left: list[str] = []
    for file, servers in users.items():
        former = dict(read_vault(file, password).get(FORMER) or {})
        kept = {
            name: entry
            for name, entry in former.items()
            if plan is None
            or name == "kit"
            or (name in by_kind and not rotation.through(plan, _using(whole, servers, by_kind[name]), by_kind[name]))
        }
        if kept != former:
            change_vault(file, password, {FORMER: kept or None})
        left += kept
    return tuple(dict.fromkeys(left))


def kits_sent(fleet: Fleet) -> bool:
    """Forget the former passphrases of kits, now that every second repository holds a kit of the present one.

    True where one was forgotten.
    """
    password = read_password(fleet.path)
    read = layout.read(fleet.path)
    forgotten = False
    for file in dict.fromkeys(file for server in fleet.servers for file in read.vaulted_files(server.name)):
        former = dict(read_vault(file, password).get(FORMER) or {})
        if former.pop("kit", None) is not None:
            change_vault(file, password, {FORMER: former or None})
            forgotten = True
    return forgotten


def _using(fleet: Fleet, servers: Collection[str], kind: Kind) -> list[str]:
    """Of these servers, those on which a stage of the kind runs at all."""
    return [name for name in servers if not set(kind.stages) <= set(fleet.server(name).settings.stages_disabled)]


def kept(fleet: Fleet, names: Collection[str]) -> tuple[Holding, ...]:
    """Of the servers `names`, those of whose backups a former repository is kept and may be let go, of a whole fleet.

    UsageError where none is kept, a new repository is not there yet, or the former passphrase is another server's too.
    """
    everyone = holdings(fleet)
    found = [one for one in everyone if one.kept and one.server.name in names]
    if not found:
        raise UsageError(_("no former repository of backups is kept"), repair="backbone apply")
    files = {one.files[PASSPHRASE] for one in found}
    sharing = [one for one in everyone if one.files.get(PASSPHRASE) in files]
    if others := [one.server.name for one in sharing if one.server.name not in names]:
        raise UsageError(
            _("the former passphrase is also that of {servers}, which are left out").format(servers=", ".join(others)),
            repair=_("let go on all of them: leave out --limit and --local, or name them, too"),
        )
    if stranded := [one.server.name for one in found if one.server.connection.kind == "psrp"]:
        raise UsageError(
            _("the former passphrase still opens the backups of {servers}, under Windows").format(
                servers=", ".join(stranded)
            ),
            repair=_("give them a vault file of their own, with it as backbone_secret_backup_passphrase"),
        )
    if waiting := [one.server.name for one in found if "backup" in one.begun]:
        raise UsageError(
            _("the new repository is not through yet on {servers}").format(servers=", ".join(waiting)),
            repair=_("backbone apply -i INVENTORY, then this again"),
        )
    return tuple(found)


def let_go(fleet: Fleet, names: Collection[str], now: datetime) -> tuple[str, ...]:
    """Give up the former passphrase of the backups of the servers `names`, so that the next apply deletes what it
    opens; the servers. Until all have deleted it, it is under way, and no new rotation begins.

    UsageError as of `kept`.
    """
    found = kept(fleet, names)
    password = read_password(fleet.path)
    read = layout.read(fleet.path)
    since = now.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    for file in dict.fromkeys(one.files[PASSPHRASE] for one in found):
        others = {
            other for one in found if one.files[PASSPHRASE] == file for other in read.vaulted_files(one.server.name)
        }
        # An empty one, where a weaker file has a former passphrase of other servers: it must not take this one's place.
        covered = any(BACKUP_FORMER in read_vault(other, password) for other in others - {file})
        former = dict(read_vault(file, password).get(FORMER) or {})
        values = {BACKUP_FORMER: {} if covered else None, FORMER: {**former, LETTING_GO: {"since": since}}}
        change_vault(file, password, values)
    return tuple(one.server.name for one in found)


def vpn_files(fleet: Fleet, names: Collection[str], out: Path, today: date, *, here: bool = False) -> list[Path]:
    """Write the files of all people whose access has not ended, with each server's present key; the files written.

    Private keys are with the people alone: a file says where theirs goes in. UsageError where one is there already.
    """
    written: list[Path] = []
    for server in fleet.servers:
        if server.name not in names or server.settings.vpn != "server":
            continue
        people = [peer for peer in server.settings.vpn_peers if peer.expires >= today]
        if not people:
            continue
        key = vpn.server_key(server, here=here)
        for peer in people:
            text = vpn.configuration(server, vpn.Person(peer), key)
            files = {".conf": text.encode()}
            written += vpn.hand_over(out / server.name, fleet.directory, vpn.file_stem(peer.name), files)
    return written


def _by_file(items: Sequence[Item], found: Sequence[Holding]) -> dict[Path, list[Kind]]:
    """The vault files in which kinds are made anew, once each however many servers share them."""
    files: dict[Path, list[Kind]] = {}
    for item in items:
        for one in found:
            if item.kind.secrets and one.server.name in item.fresh:
                kinds = files.setdefault(one.files[item.kind.secrets[0]], [])
                if item.kind not in kinds:
                    kinds.append(item.kind)
    return files


def _key_changes(fleet: Fleet, items: Sequence[Item], since: str) -> list[lists.Change]:
    """The lists of renewed keys, a server each."""
    asked: dict[str, list[str]] = {}
    for item in items:
        if item.kind.how == "server":
            for name in item.fresh:
                asked.setdefault(name, []).append(item.kind.name)
    read = layout.read(fleet.path)
    header = _("Since when servers have keys of their own making; `backbone apply --rotate` adds.")
    changes = []
    for name, kinds in asked.items():
        present = [{"name": one.name, "since": one.since} for one in fleet.server(name).settings.keys_renewed]
        entries = [*present, *({"name": kind, "since": since} for kind in kinds)]
        place = lists.written(read, name, RENEWED, present)
        if place.definition is not None and place.serves == {name}:
            changes.append(lists.changed(place, RENEWED, entries))
        else:
            own = lists.own_file(fleet.directory, name, OWN_FILE)
            changes.append(lists.added_to(own, RENEWED, entries, header))
    return changes


def given_lines(text: str, wanted: Collection[str]) -> dict[str, str]:
    """Values from standard input, a line NAME=VALUE each. UsageError for any other line or name."""
    values: dict[str, str] = {}
    for number, line in enumerate(text.splitlines(), 1):
        if not line.strip():
            continue
        name, mark, value = line.partition("=")
        if not mark or name.strip() not in wanted or not value.strip():
            raise UsageError(
                _("line {number} of standard input is not NAME=VALUE with one of {names}").format(
                    number=number, names=", ".join(wanted)
                )
            )
        values[name.strip()] = value.strip()
    return values


def wanted(items: Sequence[Item]) -> tuple[str, ...]:
    """The names of the values that others hand out and that have to be given now."""
    return tuple(
        dict.fromkeys(name for item in items if item.kind.how == "given" and item.fresh for name in item.kind.secrets)
    )
