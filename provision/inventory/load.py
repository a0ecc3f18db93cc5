"""Loads an inventory: reads it, asks Ansible for the values, and holds them against schema and rules.

Changes nothing and contacts no server. All faults are gathered and raised together; where a broken file keeps
Ansible from giving values, the rest is judged by what the files themselves say.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from provision.i18n import _
from provision.inventory import beside, grants, layout, limit, raw, regions, rules, secrecy, sync_rules, windows_rules
from provision.inventory.faults import Fault, InventoryInvalid, gathered, shown
from provision.inventory.fields import host_problem
from provision.inventory.model import Fleet, Server
from provision.inventory.resolve import CannotResolve, Resolved, resolve
from provision.inventory.secrecy import PASSWORD_FILE
from provision.inventory.server import Reading, read_server
from provision.inventory.settings import FILE_SETTINGS, PREFIX

PASSWORD_VARIABLE = "BACKBONE_VAULT_PASSWORD_FILE"  # noqa: S105 — a variable's name
_INVENTORY_NAMES = ("hosts.yml", "hosts.yaml", "inventory.yml")
_SOON = timedelta(days=14)
_GRANT_SOON = timedelta(days=60)  # a Nota Kesepakatan takes its time

Resolver = Callable[[Path, "Path | None"], Resolved]


def inventory_file(inventory: Path) -> Path:
    """The inventory file that a path means: the file itself, or hosts.yml in the folder."""
    if inventory.is_file():
        return inventory
    for name in _INVENTORY_NAMES:
        if (inventory / name).is_file():
            return inventory / name
    wanted = inventory / _INVENTORY_NAMES[0] if inventory.is_dir() else inventory
    raise InventoryInvalid(
        [
            Fault(
                shown(wanted),
                0,
                "",
                _("there is no such inventory"),
                _("make one with: backbone init {folder}").format(folder=shown(inventory)),
            )
        ]
    )


def password_file(directory: Path) -> Path | None:
    """The vault password's file: what BACKBONE_VAULT_PASSWORD_FILE names, else .vault-password, else None."""
    if named := os.environ.get(PASSWORD_VARIABLE):
        return Path(named).expanduser().resolve()
    beside_it = directory / PASSWORD_FILE
    return beside_it.resolve() if beside_it.is_file() else None


def load(
    inventory: Path,
    limit: str = "",
    *,
    today: date | None = None,
    known_controls: frozenset[str] | None = None,
    allow_expired: bool = False,
    here: bool = False,
    resolver: Resolver = resolve,
) -> Fleet:
    """The fleet of an inventory (a file, or the folder of a hosts.yml), all of it sound.

    `limit` picks servers as Ansible's --limit does; the whole inventory is judged all the same. With
    `known_controls`, waivers and attestations for other controls are faults. With `allow_expired`, VPN
    accesses past their day are notes, not faults: what runs unattended should not stop for them. `here`: nothing is
    reached by SSH, so the keys for it need not be on this machine. Raises
    InventoryInvalid with every fault, and UsageError for a limit that means nobody.
    """
    loader = _Loader(
        inventory_file(inventory).absolute(), today or datetime.now(UTC).date(), allow_expired, here, resolver
    )
    return loader.fleet(limit, known_controls)


class _Loader:
    def __init__(self, path: Path, today: date, allow_expired: bool, here: bool, resolver: Resolver) -> None:
        self.path = path
        self.today = today
        self.allow_expired = allow_expired
        self.here = here
        self.resolver = resolver
        self.layout = layout.read(path)
        self.faults: list[Fault] = list(self.layout.faults)
        self.notes: list[Fault] = []

    def definition(self, host: str, name: str) -> layout.Definition | None:
        found = [one for one in self.layout.definitions(host) if one.name == name]
        return found[-1] if found else None

    def place(self, host: str, path: raw.Path_) -> tuple[str, int]:
        """File and line of a variable of a server; of the server itself where the variable is not written."""
        if path:
            written = self.definition(host, str(path[0]))
            if written is not None:
                line = written.node.line_of(path[1:]) if len(path) > 1 else written.line
                return shown(written.file), line
        return shown(self.path), self.layout.hosts.get(host, 0)

    def fault(self, host: str, path: raw.Path_, message: str, repair: str = "") -> Fault:
        file, line = self.place(host, path)
        return Fault(file, line, raw.dotted(path), message, repair, (host,))

    def check_password(self) -> tuple[Path | None, bool]:
        """The vault password file, and whether all that is encrypted can be opened with it."""
        found = password_file(self.path.parent)
        encrypted = [one.path for one in self.layout.files() if one.vaulted]
        if found is None or not found.is_file():
            if encrypted:
                wanted = found or self.path.parent / PASSWORD_FILE
                message = _("the vault password is not there, and {file} is encrypted")
                repair = _("put it into that file (mode 0600), or name another file in {variable}")
                self.faults.append(
                    Fault(
                        shown(wanted),
                        0,
                        "",
                        message.format(file=shown(encrypted[0])),
                        repair.format(variable=PASSWORD_VARIABLE),
                    )
                )
            return None, not encrypted
        if stat.S_IMODE(found.stat().st_mode) & 0o077:
            self.faults.append(
                Fault(
                    shown(found),
                    0,
                    "",
                    _("others on this machine may read the vault password"),
                    _("run: chmod 600 {file}").format(file=shown(found)),
                )
            )
        return found, True

    def values(self) -> dict[str, Reading]:
        """The variables of every server, from Ansible; from the files alone where Ansible cannot say."""
        explained = bool(self.faults)
        password, openable = self.check_password()
        resolved = Resolved({})
        if openable and self.layout.hosts:
            try:
                resolved = self.resolver(self.path, password)
            except CannotResolve as refused:
                # A file that is broken has been named already; Ansible would only say it again.
                fault = self.refusal(str(refused))
                if not explained or fault.file != shown(self.path):
                    self.faults.append(fault)
        readings: dict[str, Reading] = {}
        for host in self.layout.hosts:
            if host not in resolved.hostvars:
                hidden = bool(self.layout.vaulted_files(host))
                readings[host] = Reading(self.layout.values(host), complete=not hidden, templates=True)
                continue
            reason = resolved.unresolved.get(host, "")
            readings[host] = Reading(resolved.hostvars[host], templates=bool(reason))
            if reason:
                self.faults.append(self.unresolved(host, reason))
        return readings

    def refusal(self, reason: str) -> Fault:
        encrypted = [one.path for one in self.layout.files() if one.vaulted]
        if encrypted and "ecrypt" in reason:
            return Fault(
                shown(encrypted[0]),
                0,
                "",
                _("the vault password does not open this file"),
                _("put the right one into {file}").format(
                    file=shown(password_file(self.path.parent) or Path(PASSWORD_FILE))
                ),
            )
        return Fault(shown(self.path), 0, "", _("Ansible cannot read it: {why}").format(why=reason))

    def unresolved(self, host: str, reason: str) -> Fault:
        """The template that Ansible could not resolve, by the name that it misses."""
        missing = reason.split("'")[1] if reason.count("'") >= 2 else ""
        candidates = [
            (one, path, node)
            for one in self.layout.definitions(host)
            for path, node in one.node.scalars((one.name,))
            if "{{" in node.text
        ]
        named = [one for one in candidates if missing and missing in one[2].text] or candidates
        message = _("the template cannot be resolved from the inventory: {why}").format(why=reason)
        repair = _("define it in the inventory, or write the value itself; facts of a server are not known here")
        if named:
            one, path, node = named[0]
            return Fault(shown(one.file), node.line, raw.dotted(path), message, repair, (host,))
        return self.fault(host, (), message, repair)

    def fleet(self, pattern: str, known_controls: frozenset[str] | None) -> Fleet:
        if not self.layout.hosts and not self.faults:
            self.faults.append(Fault(shown(self.path), 0, "", _("there is no server in it"), _("add one below hosts:")))
        readings = self.values()
        self.faults += secrecy.plain_secrets(self.layout.all_definitions())
        drafts = [self.draft(host, reading) for host, reading in readings.items()]
        problems = [found for draft in drafts for found in rules.each(draft, self.today, self.allow_expired)]
        problems += [found for draft in drafts for found in sync_rules.each(draft, self.path.parent)]
        problems += [found for draft in drafts for found in windows_rules.each(draft)]
        problems += rules.between(drafts)
        self.faults += [self.fault(one.server, one.path, one.message, one.repair) for one in problems]
        papers = beside.read(self.path.parent, self.layout.hosts, self.members_or_none, self.today, known_controls)
        self.faults += papers.faults
        if self.faults:
            raise InventoryInvalid(self.faults)
        for draft in drafts:
            self.note(draft)
        servers = {draft.name: self.server(draft) for draft in drafts}
        chosen = limit.select(pattern, servers, self.layout.groups, self.layout.members) if pattern else servers
        return Fleet(
            path=self.path,
            servers=tuple(servers[name] for name in chosen),
            waivers=tuple(papers.waivers),
            attestations=tuple(papers.attestations),
            documents=tuple(papers.documents),
            notes=gathered(self.notes),
        )

    def members_or_none(self, name: str) -> set[str] | None:
        return self.layout.members(name) if name == "all" or name in self.layout.groups else None

    def draft(self, host: str, reading: Reading) -> rules.Draft:
        def written(path: raw.Path_) -> str:
            found = self.definition(host, str(path[0])) if path else None
            node = found.node.at(path[1:]) if found else None
            return node.text if node is not None else ""

        if problem := host_problem(host.replace("_", "-")):
            self.faults.append(self.fault(host, (), problem, _("rename the server in the inventory")))
        draft, problems = read_server(host, reading, written)
        self.faults += [self.fault(host, one.path, one.message, one.repair) for one in problems]
        for name in FILE_SETTINGS:
            self.check_file(draft, name)
        self.check_grant(draft)
        if PREFIX + "tls_authority" in reading.values:
            self.check_file(draft, "tls_authority")
        key = draft.connection.key_file
        if key and not self.here and not Path(key).is_file():
            self.faults.append(
                self.fault(
                    host,
                    ("ansible_ssh_private_key_file",),
                    _("the file {name} is not there").format(name=key),
                    _("correct the path, or make the key with ssh-keygen"),
                )
            )
        return draft

    def check_file(self, draft: rules.Draft, name: str) -> None:
        value = getattr(draft.settings, name)
        if value and name in draft.known and not (self.path.parent / value).is_file():
            self.faults.append(
                self.fault(
                    draft.name,
                    (PREFIX + name,),
                    _("the file {name} is not there").format(name=value),
                    _("put it into {folder}, or correct the name").format(folder=shown(self.path.parent)),
                )
            )

    def check_grant(self, draft: rules.Draft) -> None:
        settings = draft.settings
        if not settings.grant or not {"grant", "region"} <= draft.known:
            return
        path = self.path.parent / settings.grant
        if path.is_file():
            found = grants.faults(path, settings.region, settings.sync_entities)
            self.faults += [replace(one, servers=(draft.name,)) for one in found]

    def note_grant(self, draft: rules.Draft) -> None:
        """An expired grant is no fault of the inventory's: the service refuses, and the audit says so."""
        if not draft.settings.grant:
            return
        path = self.path.parent / draft.settings.grant
        last = grants.last_day(path)
        if last is not None and last <= self.today + _GRANT_SOON:
            ends = _("the grant ends on {day}") if last >= self.today else _("the grant ended on {day}")
            repair = _("ask the centre for a new Nota Kesepakatan: without it nothing is fetched")
            self.notes.append(Fault(shown(path), 0, "expires", ends.format(day=last), repair, (draft.name,)))

    def note(self, draft: rules.Draft) -> None:
        """Remarks on a sound server: what `apply` will ask for, and whose access ends soon."""
        if missing := rules.missing_secrets(draft.settings, draft.secrets):
            self.notes.append(
                Fault(
                    shown(self.path.parent / "group_vars" / "all" / "vault.yml"),
                    0,
                    "",
                    _("`apply` will need secrets that no vault holds yet: {names}").format(names=", ".join(missing)),
                    _("add them: {command}").format(command=secrecy.edit_command(self.path.parent)),
                    (draft.name,),
                )
            )
        self.note_grant(draft)
        if draft.settings.vpn != "server":
            return
        for index, peer in enumerate(draft.settings.vpn_peers):
            if peer.expires <= self.today + _SOON:
                self.notes.append(
                    self.fault(
                        draft.name,
                        ("backbone_vpn_peers", index, "expires"),
                        _("the access of {name} ends on {day}").format(name=peer.name, day=peer.expires)
                        if peer.expires >= self.today
                        else _("the access of {name} ended on {day}").format(name=peer.name, day=peer.expires),
                        _("set a new day if the person still needs it"),
                    )
                )

    def server(self, draft: rules.Draft) -> Server:
        region = regions.by_code(draft.settings.region)
        if region is None:  # the rules have refused it before
            raise AssertionError(draft.settings.region)
        return Server(
            name=draft.name,
            region=region.code,
            level=region.level,
            zone=region.zone,
            settings=draft.settings,
            connection=draft.connection,
            groups=tuple(self.layout.groups_of(draft.name)),
            secrets=draft.secrets,
        )
