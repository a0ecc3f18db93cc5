"""`backbone init`: a new inventory from a few answers."""

from __future__ import annotations

import contextlib
import ipaddress
import json
import sys
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from provision.cli.sheet import tell
from provision.errors import UsageError
from provision.exits import Exit
from provision.i18n import _
from provision.report.words import LEVEL

if TYPE_CHECKING:
    from provision.inventory.regions import Region

app = typer.Typer(rich_markup_mode=None, add_completion=False)


@app.command(name="init")
def make_inventory(
    folder: Annotated[Path, typer.Argument(help="Folder to make.")],
    region: Annotated[str, typer.Option(help="Name or Kemendagri code of the region: 33.74.")] = "",
    address: Annotated[str, typer.Option(help="The server's address on the internal network.")] = "",
    internal: Annotated[
        list[str] | None, typer.Option(help="Network of administrators and controller, CIDR; may be repeated.")
    ] = None,
    fqdn: Annotated[str, typer.Option(help="The name that the certificate will bear.")] = "",
    name: Annotated[str, typer.Option(help="The server's name in the inventory.")] = "",
    administrator: Annotated[str, typer.Option(help="The administrator's account.")] = "backbone",
    sync_url: Annotated[str, typer.Option(help="Address of the centre's service.")] = "",
    sync_client_id: Annotated[str, typer.Option(help="The client id that the centre handed out.")] = "",
    sync_token_file: Annotated[
        Path | None, typer.Option(help="File that holds the token that the centre handed out.", show_default=False)
    ] = None,
    person: Annotated[
        list[str] | None,
        typer.Option(help="A further administrator, ACCOUNT=FILE.pub; may be repeated.", show_default=False),
    ] = None,
    database: Annotated[str, typer.Option(help="postgresql; for SQL Server see docs/sqlserver.md.")] = "postgresql",
    hosting: Annotated[str, typer.Option(help="Where the server stands: own, pdn or cloud.")] = "",
    sheet: Annotated[bool, typer.Option("--sheet/--no-sheet", help="Write the recovery sheet.")] = True,
    as_json: Annotated[bool, typer.Option("--json", help="For machines.")] = False,
) -> int:
    """Write a new inventory with generated secrets; what is not given is asked for. Nothing is overwritten.

    The centre's client id and token may follow later; `apply` starts only once the vault holds them.

    Example: backbone init semarang --region 33.74 --address 10.33.74.10 --internal 10.33.74.0/24
    --fqdn data.semarang.example --sync-url https://backbone.pusat.example
    """
    from provision.inventory import load
    from provision.inventory.fields import Fqdn, Host, HttpsUrl
    from provision.onboard import sheet as recovery
    from provision.onboard.init import Answers, init

    if database != "postgresql":
        raise UsageError(
            _("init writes an inventory for PostgreSQL; {value} cannot be chosen here").format(value=database),
            repair=_("leave --database out; docs/sqlserver.md says what to write for a SQL Server"),
        )
    known = _region(_asked(region, "--region", _("Region (name or code)")))
    if not as_json:
        typer.echo(f"{known.name} ({known.code}), {_(LEVEL[known.level])}")
    address = _asked(address, "--address", _("Address of the server"), Host)
    answers = Answers(
        region=known.code,
        address=address,
        internal=internal or _networks(address),
        fqdn=_asked(fqdn, "--fqdn", _("Name on the certificate"), Fqdn),
        name=name,
        administrator=administrator,
        sync_url=_asked(sync_url, "--sync-url", _("Address of the centre's service (https://…)"), HttpsUrl),
        sync_client_id=sync_client_id or _asked_for_later(_("Client id that the centre handed out")),
        sync_token=sync_token_file.read_text().strip()
        if sync_token_file
        else _asked_for_later(_("Token that the centre handed out"), hidden=True),
        hosting=hosting or _chosen(_("Where does the server stand?"), ("own", "pdn", "cloud")),
        people=_people(person or ()),
    )
    hosts = init(folder, answers)
    paper = folder / recovery.FILE
    if sheet:
        recovery.write(load(hosts), paper, datetime.now(UTC))
    if as_json:
        typer.echo(
            json.dumps(
                {
                    "inventory": str(hosts),
                    "region": known.code,
                    "level": known.level,
                    "sheet": str(paper) if sheet else None,
                }
            )
        )
        return int(Exit.OK)
    typer.echo(_("{hosts} is written for {region}.").format(hosts=hosts, region=known.name))
    typer.echo(
        _("Keep {file} apart and safe: without it nobody can read the vault.").format(file=folder / ".vault-password")
    )
    typer.echo(
        _("Reports are signed with a key of their own; give {folder} to whoever shall verify them.").format(
            folder=folder / "signers"
        )
    )
    if sheet:
        tell(paper)
    typer.echo(
        _("Next: backbone enroll {address} --user ACCOUNT --administrator {administrator} -i {folder}").format(
            address=answers.address, administrator=administrator, folder=folder
        )
    )
    return int(Exit.OK)


def _region(text: str) -> Region:
    """The region that a name or code means; a name that is not its own is confirmed, or chosen, at the terminal.

    Nobody's server becomes another region's because of a slip.
    """
    from provision.onboard.init import likely, region_of

    while True:
        near = likely(text)
        if len(near) == 1 and text.strip().casefold() in (near[0].code, near[0].name.casefold()):
            return near[0]
        if not sys.stdin.isatty():
            return region_of(text)
        for number, one in enumerate(near, 1):
            typer.echo(f"  {number}  {one.code:6} {one.name}")
        if not near:
            typer.echo(_("No region is called anything like {text}.").format(text=text))
        said = typer.prompt(_("Number of the region, or another name") if near else _("Region (name or code)")).strip()
        if said.isdigit() and 0 < int(said) <= len(near):
            return near[int(said) - 1]
        text = said


def _networks(address: str) -> list[str]:
    """The internal networks, asked for one after the other; the address's own /24 is proposed."""
    first = ""
    with contextlib.suppress(ValueError):
        if ipaddress.ip_address(address).version == 4:
            first = str(ipaddress.ip_network(f"{address}/24", strict=False))
    if not sys.stdin.isatty():
        return [_asked("", "--internal", _("Internal network (CIDR)"))]
    from provision.inventory.fields import Network

    found: list[str] = []
    while not found:
        said = typer.prompt(_("Internal network (CIDR)"), default=first or None).strip()
        found += [said] if _fits(Network, said) else []
    while more := _asked_for_later(_("A further internal network"), later=_("(empty: no more)")):
        found += [more] if _fits(Network, more) else []
    return found


def _fits(kind: Any, text: str) -> bool:
    """Whether an answer can stand in the inventory; if not, the person is told why, and asked again."""
    from provision.onboard.init import problem

    if told := problem(kind, text):
        typer.echo(told)
    return not told


def _chosen(question: str, words: tuple[str, ...]) -> str:
    """One of `words`; the first without a terminal."""
    if not sys.stdin.isatty():
        return words[0]
    while True:
        said: str = typer.prompt(f"{question} ({'/'.join(words)})", default=words[0]).strip()
        if said in words:
            return said
        typer.echo(_("Please choose one of these words."))


def _people(given: Sequence[str]) -> list[tuple[str, str]]:
    """Further administrators: what was given, else who the person at the terminal names."""
    from provision.onboard.init import public_key

    people = []
    for one in given:
        account, mark, key = one.partition("=")
        if not mark:
            raise UsageError(
                _("{value} is not ACCOUNT=FILE.pub").format(value=one),
                repair="--person sri=/home/sri/.ssh/id_ed25519.pub",
            )
        people.append((account, public_key(key)))
    if given:
        return people
    while account := _asked_for_later(_("Account of a further administrator"), later=_("(empty: no more)")):
        try:
            people.append((account, public_key(typer.prompt(_("Their public key: a .pub file, or its line")).strip())))
        except UsageError as fault:
            typer.echo(f"{fault.message}; {fault.repair}")
    return people


def _asked_for_later(question: str, *, hidden: bool = False, later: str = "") -> str:
    """The answer of the person at the terminal; "" when it is to follow later, or when nobody can be asked."""
    if not sys.stdin.isatty():
        return ""
    answer: str = typer.prompt(
        f"{question} {later or _('(empty: later)')}", default="", show_default=False, hide_input=hidden
    )
    return answer.strip()


def _asked(given: str, option: str, question: str, kind: Any = str) -> str:
    """What was given, else the answer of the person at the terminal, asked until it is of its kind."""
    if given:
        return given
    if not sys.stdin.isatty():
        raise UsageError(_("{option} is needed").format(option=option), repair=f"backbone init FOLDER {option} …")
    while True:
        answer: str = typer.prompt(question).strip()
        if _fits(kind, answer):
            return answer
