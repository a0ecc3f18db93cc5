"""A new inventory from a few answers: hosts.yml, generated secrets in a vault, an internal authority, two keys.

One key is the administrator's, the other signs reports; its public part, in signers/, is there to be handed out.

Everything is written into a folder that must not hold an inventory yet, so nothing is ever overwritten.
"""

from __future__ import annotations

import json
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path
from typing import Any

import jinja2
from pydantic import TypeAdapter, ValidationError

from provision import i18n, paths
from provision.audit import catalogue
from provision.errors import UsageError
from provision.i18n import N_, _
from provision.inventory import regions
from provision.inventory.beside import ATTESTATIONS, DOCUMENTS, WAIVERS, DocumentEntry, WaiverEntry
from provision.inventory.faults import InventoryInvalid
from provision.inventory.fields import Wrong
from provision.inventory.load import load
from provision.inventory.regions import Region
from provision.inventory.secrecy import VAULT_FILE
from provision.inventory.settings import SECRET_PREFIX, Closed
from provision.inventory.vault import generate_secrets, new_password, write_password_file, write_vault
from provision.onboard.authority import make_authority
from provision.onboard.enroll import NAME, administrator_key
from provision.report import keys

_IGNORED = ".vault-password\nkeys/\nrecovery-sheet.html\n"
_PAPERS = {
    "documents.yml": N_(
        "The signed letter of request and the Nota Kesepakatan: kind, number, signed_by, signed_on, "
        "valid_until, region."
    ),
    "attestations.yml": N_(
        "What people state where a machine cannot know: control, servers, evidence, attested_by, expires."
    ),
    "waivers.yml": N_("Controls that need not hold for a while: control, servers, reason, approver, expires."),
}


@dataclass(frozen=True)
class Answers:
    """What a person has to say about a first server. `internal`: networks in CIDR notation.

    `sync_client_id` and `sync_token` are what the centre handed out; empty where it has not yet.
    """

    region: str
    address: str
    internal: Sequence[str]
    fqdn: str
    sync_url: str
    name: str = ""
    administrator: str = "backbone"
    sync_client_id: str = ""
    sync_token: str = field(default="", repr=False)
    hosting: str = "own"
    people: Sequence[tuple[str, str]] = ()  # further administrators: account, SSH public key


def public_key(text: str) -> str:
    """The SSH public key that a person named: the line itself, or the .pub file that holds it; UsageError otherwise."""
    if text.startswith(("ssh-", "ecdsa-", "sk-")):
        return text.strip()
    file = Path(text).expanduser()
    try:
        lines = [line.strip() for line in file.read_text(encoding="utf-8").splitlines() if line.strip()]
    except (OSError, UnicodeDecodeError) as fault:
        raise UsageError(
            _("{file} cannot be read: {why}").format(file=file, why=getattr(fault, "strerror", None) or fault),
            repair=_("name the person's .pub file, or paste its line"),
        ) from fault
    if len(lines) != 1 or "PRIVATE KEY" in lines[0]:
        raise UsageError(
            _("{file} is no SSH public key").format(file=file),
            repair=_("name the person's .pub file, or paste its line"),
        )
    return lines[0]


def likely(text: str, limit: int = 8) -> tuple[Region, ...]:
    """Regions that a person may have meant, the nearest first; one alone where there is no doubt."""
    if found := regions.by_code(text.strip()):
        return (found,)
    near = [one for one in regions.search(text, limit) if one.has_government]
    exact = [one for one in near if text.strip().casefold() == one.name.casefold()]
    return tuple(exact or near)


def region_of(text: str) -> Region:
    """The region that a code or a name means; UsageError that names the nearest ones when it is not clear."""
    if found := regions.by_code(text):
        return found
    near = regions.search(text)
    exact = [one for one in near if text.casefold() in (one.name.casefold(), one.name.split(" ", 1)[-1].casefold())]
    if len(exact) == 1:
        return exact[0]
    raise UsageError(
        _("no single region is called {text}").format(text=text),
        repair=_("use a code: {near}").format(near="; ".join(f"{one.code} {one.name}" for one in near[:6])),
    )


def init(folder: Path, answers: Answers) -> Path:
    """Write a whole inventory that `validate` accepts; returns its hosts.yml. UsageError when one is there."""
    hosts = folder / "hosts.yml"
    _all_free([hosts, folder / ".vault-password", folder / "group_vars", folder / "authority.pem"])
    if not NAME.fullmatch(answers.administrator):
        raise UsageError(
            _("{name!r} is no account name: lower-case letters, digits, - and _").format(name=answers.administrator)
        )
    region = region_of(answers.region)
    environment = jinja2.Environment(undefined=jinja2.StrictUndefined, autoescape=False, trim_blocks=True)  # noqa: S701
    environment.keep_trailing_newline = True
    environment.globals["_"] = _
    template = environment.from_string((paths.templates_dir() / "inventory" / "hosts.yml.j2").read_text())
    # Made beside its place and judged there: answers that do not fit leave nothing behind.
    new = not folder.exists()
    folder.mkdir(parents=True, exist_ok=True)
    try:
        with tempfile.TemporaryDirectory(dir=folder, prefix=".init-") as drafts:
            draft = Path(drafts)
            _write(draft, answers, region, template)
            _judge(draft)
            _all_free([folder / made.name for made in draft.iterdir()])
            for made in sorted(draft.iterdir()):
                made.rename(folder / made.name)
    except UsageError:
        if new:
            folder.rmdir()
        raise
    return hosts


def _judge(draft: Path) -> None:
    """InventoryInvalid when the answers do not make a sound inventory; its faults name no file, for none stays."""
    try:
        load(draft / "hosts.yml")
    except InventoryInvalid as wrong:
        told = _("your answers")
        raise InventoryInvalid(replace(one, file=told, line=0, servers=()) for one in wrong.faults) from None


def problem(kind: Any, text: str) -> str:
    """Why an answer cannot stand in the inventory, with its repair; "" for a good one. `kind`: a type of its schema."""
    try:
        TypeAdapter(kind).validate_python(text)
    except ValidationError as wrong:
        cause = wrong.errors()[0].get("ctx", {}).get("error")
        return "; ".join(filter(None, (cause.message, cause.repair))) if isinstance(cause, Wrong) else str(wrong)
    return ""


def _all_free(files: Sequence[Path]) -> None:
    """UsageError where one of these is there already."""
    if taken := sorted(one for one in files if one.exists()):
        raise UsageError(
            _("{file} is there already; nothing was overwritten").format(file=taken[0]),
            repair=_("edit it, or choose a new folder"),
        )


def _write(folder: Path, answers: Answers, region: Region, template: jinja2.Template) -> None:
    (folder / ".gitignore").write_text(_IGNORED)
    own_key = administrator_key(folder / "keys" / f"{answers.administrator}_ed25519")
    text = template.render(
        region=region,
        level=region.level,
        name=answers.name or f"data-{region.code.replace('.', '')}",
        address=answers.address,
        administrator=answers.administrator,
        public_key=own_key,
        fqdn=answers.fqdn,
        internal=json.dumps(list(answers.internal)),
        sync_url=answers.sync_url,
        hosting=answers.hosting,
        people=[(name, json.dumps(key)) for name, key in answers.people],
    )
    (folder / "hosts.yml").write_text(text, encoding="utf-8")
    keys.pair(folder / keys.PRIVATE, folder / keys.SIGNERS, region.name)
    authority_key, authority = make_authority(region.name)
    password = new_password()
    write_password_file(folder, password)
    handed_out = {"sync_client_id": answers.sync_client_id, "sync_token": answers.sync_token}
    values = generate_secrets(authority_key) | {SECRET_PREFIX + name: one for name, one in handed_out.items() if one}
    write_vault(folder / VAULT_FILE, values, password)
    (folder / "authority.pem").write_text(authority)
    entries = {
        ATTESTATIONS: _to_state(answers.hosting),
        DOCUMENTS: _to_fill_in(DocumentEntry, kind="nota_kesepakatan", region=region.code),
        WAIVERS: _to_fill_in(WaiverEntry, control="TLS-03", servers="all"),
    }
    for name, paper in _PAPERS.items():
        (folder / name).write_text(f"# {_(paper)}\n{entries[name]}", encoding="utf-8")


def _to_fill_in(model: type[Closed], **known: str) -> str:
    """An entry as a comment. No empty list stands below it, for an entry that is appended to one is no YAML."""
    lines = [f"# {_('An entry looks so. Take the leading # away and fill it in:')}"]
    year = date.today().year
    days = {"signed_on": f"{year}-01-01", "valid_until": f"{year + 1}-12-31", "expires": f"{year + 1}-12-31"}
    for name, one in model.model_fields.items():
        if one.is_required():
            lines.append(f"#   {name}: {days.get(name) or json.dumps(known.get(name, ''))}")
    lines[1] = lines[1].replace("#   ", "# - ")
    return "\n".join(lines) + "\n"


def _to_state(hosting: str) -> str:
    """What the audit wants somebody to state for a new server, as entries to fill in; all are comments still."""
    wanted = [family for family in catalogue.load().families if family.family in ("people", "site")]
    lines = [f"# {_('The audit asks for these. Take the leading # away where one holds, and fill it in:')}"]
    for control in (one for family in wanted for one in family.controls):
        if control.id.startswith("SITE-") and hosting != "own":
            continue  # the operator's, who answers for them by contract
        lines += [
            f"# - control: {control.id}  # {control.title.in_language(i18n.language())}",
            "#   servers: all",
            '#   evidence: ""',
            '#   attested_by: ""',
            f"#   expires: {date.today().year + 1}-12-31",
        ]
    return "\n".join(lines) + "\n"
