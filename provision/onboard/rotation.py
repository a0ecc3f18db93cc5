"""Which secrets can be renewed, on which servers, by which stages, and what people have to do afterwards.

Decisions only; `rotate` reads and writes. A renewed secret stands in the vault before any server hears of it, the one
before it beside it until the stages are through on all servers that use it. So a rotation that was cut off is gone on
with by the next apply, and asking for it again makes no second secret.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path
from typing import Literal

from provision.converge import plan as plans
from provision.converge.plan import Plan
from provision.converge.stages import NAMES, by_name
from provision.errors import UsageError
from provision.i18n import _
from provision.inventory import Server
from provision.inventory.settings import SECRET_PREFIX

ALL = "all"
FORMER = SECRET_PREFIX + "former"
BACKUP_FORMER = SECRET_PREFIX + "backup_former"
LETTING_GO = "let-go backup"  # in the vault beside what is under way: the servers have not deleted all of it yet


@dataclass(frozen=True)
class Kind:
    """Something that can be renewed. `secrets` are its names in the vault, without prefix; the first must be there.

    `how`: made here (`generated`), handed out by others and typed in (`given`), made by the server itself (`server`),
    or kept on this machine alone (`controller`).
    """

    name: str
    how: Literal["generated", "given", "server", "controller"]
    secrets: tuple[str, ...] = ()
    stages: tuple[str, ...] = ()


KINDS: tuple[Kind, ...] = (
    Kind("database", "generated", ("db_passwords",), ("postgresql",)),
    Kind("landing", "generated", ("landing_password",), ("postgresql",)),
    Kind("backup", "generated", ("backup_passphrase",), ("backup",)),
    Kind("kit", "generated", ("kit_passphrase",)),
    Kind("stamp", "generated", ("stamp_key",), NAMES),
    Kind("tls", "server", stages=("tls",)),
    Kind("vpn", "server", stages=("vpn",)),
    Kind("audit", "server", stages=("audit",)),
    Kind("report", "controller"),
    Kind("sync", "given", ("sync_token", "sync_client_id"), ("sync",)),
    Kind("smtp", "given", ("smtp_password",), ("notify",)),
    Kind("telegram", "given", ("telegram_token",), ("notify",)),
)


@dataclass(frozen=True)
class Holding:
    """What an inventory holds for a server: the vault file of each secret, and what was begun and is not through.

    Each is read from the file that holds the secret itself, not from another that the server uses as well. `kept` is
    since when the former repository of the backups is kept, "" for none.
    """

    server: Server
    files: Mapping[str, Path] = field(default_factory=dict)
    begun: frozenset[str] = frozenset()
    kept: str = ""


@dataclass(frozen=True)
class Item:
    """One kind that is renewed: where, by which stages, on which servers it only goes on, and why not on others.

    Without servers it is renewed nowhere: `left_out` says why.
    """

    kind: Kind
    servers: tuple[str, ...]
    stages: tuple[str, ...]
    goes_on: frozenset[str] = frozenset()
    left_out: tuple[str, ...] = ()

    @property
    def fresh(self) -> tuple[str, ...]:
        """The servers for which a new secret is made."""
        return tuple(name for name in self.servers if name not in self.goes_on)


def chosen(names: str) -> tuple[Kind, ...]:
    """The kinds that `--rotate` names; `all` are those that need nobody else. UsageError for an unknown one."""
    wanted = _names(names)
    known = {kind.name: kind for kind in KINDS}
    if unknown := [name for name in wanted if name not in (*known, ALL)]:
        raise UsageError(
            _("nothing of this name can be renewed: {names}").format(names=", ".join(unknown)),
            repair=_("choose among: {names}").format(names=", ".join([*known, ALL])),
        )
    return tuple(one for one in KINDS if one.name in wanted or (ALL in wanted and one.how != "given"))


def _names(names: str) -> list[str]:
    return [name.strip() for name in names.split(",") if name.strip()]


def unfit(kind: Kind, holding: Holding) -> str:
    """Why a kind cannot be renewed on a server; "" when it can."""
    server, settings = holding.server, holding.server.settings
    off = [stage for stage in kind.stages if stage in settings.stages_disabled and kind.name != "stamp"]
    if off:
        return _("the stage {stage} is left out on {server}").format(stage=off[0], server=server.name)
    if server.connection.kind == "psrp" and kind.name in ("backup", "tls", "vpn", "audit"):
        return _("{server} runs Windows, for which no rotation of this is written").format(server=server.name)
    if kind.name == "tls" and settings.tls == "supplied":
        return _("{server} has a supplied certificate: put in the new key and certificate by hand").format(
            server=server.name
        )
    if kind.name == "vpn" and settings.vpn == "external":
        return _("{server} leaves the VPN to the region's router").format(server=server.name)
    if kind.name == "sync" and (settings.sync_source != "bundled" or settings.sync_kind != "contract"):
        return _("{server} fetches by other credentials than the centre's token").format(server=server.name)
    if kind.secrets and kind.secrets[0] not in holding.files:
        if kind.secrets[0] in server.secrets:
            return _("{name} of {server} is a single encrypted value and no vault file: change it by hand").format(
                name=SECRET_PREFIX + kind.secrets[0], server=server.name
            )
        return _("the vault holds no {name} for {server}").format(
            name=SECRET_PREFIX + kind.secrets[0], server=server.name
        )
    if kind.name == "backup" and LETTING_GO in holding.begun:
        return _("{server} has not deleted the former backups yet that were let go: backbone apply first").format(
            server=server.name
        )
    if kind.name == "backup" and holding.kept and kind.name not in holding.begun:
        return _("{server} still keeps the repository of the passphrase before the present one, since {day}").format(
            server=server.name, day=holding.kept[:10]
        )
    return ""


def planned(names: str, holdings: Sequence[Holding], limited: Collection[str]) -> tuple[Item, ...]:
    """What is renewed on the servers `limited`, of the whole inventory's `holdings`.

    UsageError where a named kind fits none of them, the same secret is in force on a server beyond the limit, or a
    server would be left with a secret that the vault knows no more. Of `all`, such a kind is an item without servers.
    """
    here = [one for one in holdings if one.server.name in limited]
    beyond = [one for one in holdings if one.server.name not in limited]
    items = []
    for kind in chosen(names):
        reasons = [unfit(kind, one) for one in here]
        fit = [one for one, reason in zip(here, reasons, strict=True) if not reason]
        left_out = tuple(reason for reason in reasons if reason)
        try:
            if not fit:
                raise UsageError(
                    _("{name} cannot be renewed: {reasons}").format(name=kind.name, reasons="; ".join(left_out)),
                    repair=_("release what is kept: backbone apply --let-go backup")
                    if kind.name == "backup" and any(one.kept for one in here)
                    else _("docs/runbooks/secrets.md has the other ways"),
                )
            _refuse_stranded(kind, fit, holdings)
            _refuse_shared(kind, fit, beyond)
            _refuse_one_value_for_many(kind, fit)
        except UsageError as refused:
            if ALL not in _names(names):
                raise
            items.append(Item(kind, (), (), left_out=left_out if not fit else (refused.message,)))
            continue
        going = frozenset(one.server.name for one in fit if kind.name in one.begun)
        items.append(Item(kind, tuple(one.server.name for one in fit), _stages(kind), going, left_out))
    return tuple(items)


def _refuse_stranded(kind: Kind, fit: Sequence[Holding], holdings: Sequence[Holding]) -> None:
    """Refuse to make a secret anew that also encrypts something on a server which no stage here can renew."""
    if kind.name != "backup":
        return
    files = {one.files["backup_passphrase"] for one in fit if kind.name not in one.begun}
    if stranded := [
        one.server.name
        for one in holdings
        if one.server.connection.kind == "psrp"
        and "backup" not in one.server.settings.stages_disabled
        and one.files.get("backup_passphrase") in files
    ]:
        raise UsageError(
            _(
                "the passphrase of the backups is also that of {servers}, under Windows, where no stage renews it: "
                "the vault would no longer hold the one that opens their backups"
            ).format(servers=", ".join(stranded)),
            repair=_("first give them their own, with the present value: host_vars/SERVER/vault.yml"),
        )


def _refuse_shared(kind: Kind, fit: Sequence[Holding], beyond: Sequence[Holding]) -> None:
    files = {one.files[secret] for one in fit for secret in kind.secrets if secret in one.files}
    if others := [
        one.server.name
        for one in beyond
        if any(one.files.get(secret) in files for secret in kind.secrets) and not unfit(kind, one)
    ]:
        raise UsageError(
            _("{name} is the same secret on {servers}, which --limit leaves out").format(
                name=kind.name, servers=", ".join(others)
            ),
            repair=_("renew it on all of them: leave out --limit"),
        )


def _refuse_one_value_for_many(kind: Kind, fit: Sequence[Holding]) -> None:
    """One value is typed: it must not take the place of what each of several servers was handed out for itself."""
    fresh = [one for one in fit if kind.name not in one.begun]
    if kind.how == "given" and len({one.files[kind.secrets[0]] for one in fresh}) > 1:
        raise UsageError(
            _("{name} is another secret on each of {servers}, and one value is asked for").format(
                name=kind.name, servers=", ".join(one.server.name for one in fresh)
            ),
            repair=_("renew it one at a time: --limit SERVER"),
        )


def _stages(kind: Kind) -> tuple[str, ...]:
    """The kind's stages and those that follow them, in order."""
    known = by_name()
    wanted = {name for stage in kind.stages for name in (stage, *known[stage].followers)}
    return tuple(name for name in NAMES if name in wanted)


def unfinished(plan: Plan, server: str, kind: Kind) -> bool:
    """Whether a key that a server makes itself was asked for and is not renewed there yet, by the plan."""
    for one in plan.servers:
        if one.server != server:
            continue
        for stage in one.stages:
            if stage.stage in kind.stages:
                return any(
                    reason.code in (plans.INTERRUPTED, plans.NEVER_RAN)
                    or (reason.code == plans.INPUTS_CHANGED and f"{stage.stage}_renewed" in reason.what)
                    for reason in stage.reasons
                )
    return False


def through(plan: Plan, servers: Collection[str], kind: Kind) -> bool:
    """Whether a kind's stages are needed no more on any of these servers, by the plan that was made last."""
    seen = {one.server: one for one in plan.servers if not one.unreachable}
    return all(name in seen and not set(kind.stages) & set(seen[name].names) for name in servers)


def free_from(since: str, keep_full: int) -> date:
    """The day from which the new repository reaches back as far as the settings ask: a full backup a week."""
    return date.fromisoformat(since[:10]) + timedelta(weeks=keep_full)


def afterwards(item: Item, holdings: Sequence[Holding], inventory: str) -> tuple[str, ...]:
    """What people have to do, a sentence each."""
    mine = [one for one in holdings if one.server.name in item.servers]
    said: dict[str, tuple[str, ...]] = {
        "database": (_("Tell those who log in: the new passwords are in the vault (backbone_secret_db_passwords)."),),
        "landing": (_("Give the centre the new password of the landing database, from the vault."),),
        "backup": (
            _(
                "Print a new recovery sheet (backbone sheet -i {inventory}); the old one opens the former backups."
            ).format(inventory=inventory),
            _("The former backups stay readable: backbone restore -i {inventory} --repo 3.").format(
                inventory=inventory
            ),
            _("When they are needed no more: backbone apply -i {inventory} --let-go backup.").format(
                inventory=inventory
            ),
            _(
                "Copies on disks made before the new passphrase open only with the one of then: make a new one first "
                "(backbone copy), and keep the old sheet as long as you keep them."
            ),
        ),
        "kit": (
            _(
                "Print a new recovery sheet (backbone sheet -i {inventory}); kits sent before open with the old one."
            ).format(inventory=inventory),
        ),
        "stamp": (),
        "tls": (_("Nobody has to do anything: the authority that people trust is the same."),),
        "vpn": (
            _(
                "If the tunnel cannot be renewed (you come through it): call it off by taking the newest entry vpn out "
                "of host_vars/SERVER/rotation.yml, then backbone apply."
            ),
            *(
                _("{server}: hand the new files to {people}; until then their tunnel does not open.").format(
                    server=one.server.name, people=", ".join(peer.name for peer in one.server.settings.vpn_peers)
                )
                for one in mine
                if one.server.settings.vpn == "server" and one.server.settings.vpn_peers
            ),
            *(
                _("{server}: give the hub the new public key (/var/lib/backbone/vpn/public.key).").format(
                    server=one.server.name
                )
                for one in mine
                if one.server.settings.vpn == "client"
            ),
        ),
        "audit": (_("Hand the server's new public key (signers/servers/) to all who verify its own audits."),),
        "report": (_("Hand the new public key (signers/) to all who verify; the old one stays for what it signed."),),
        "sync": (
            _("Ask the centre to end the old token; on the server: backbone-sync doctor."),
            _("The token is the centre's: this changed the region's copy alone."),
        ),
        "smtp": (_("End the old password at the mail provider, after a test notice has come."),),
        "telegram": (_("Revoke the old token at BotFather, after a test notice has come."),),
    }
    return said[item.kind.name]
