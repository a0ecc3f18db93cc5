"""The sealed recovery sheet: what brings a region's data back when the controller is gone, on paper.

It holds the vault's password and every passphrase of the backups. Where there is a second repository, the kit's
passphrase brings all back from it: the inventory's folder first, then the servers. Without one, the vault's password,
the passphrase of the backups and a copy of the folder do. Each is printed in lines that end with check characters, so
that typing it back names the line with the slip, and as a QR code of the very text.
"""

from __future__ import annotations

import hashlib
import io
from base64 import b32encode
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

import jinja2

from provision import i18n, paths, times
from provision.errors import UsageError
from provision.i18n import _
from provision.inventory import Fleet, layout
from provision.inventory.faults import shown
from provision.inventory.regions import by_code
from provision.inventory.settings import SECRET_PREFIX
from provision.inventory.vault import read_password, read_secrets, read_vault, write_private

FILE = "recovery-sheet.html"
SPACE = "␣"  # a blank cannot be seen on paper
_LINE, _GROUP = 16, 4
_FORMER_KIT = "kit_former"


@dataclass(frozen=True)
class Secret:
    """One secret of the sheet, what it opens, and whose it is."""

    title: str
    use: str
    text: str = field(repr=False)


def check(number: int, text: str) -> str:
    """Two characters (10 bits) that tell a slip in a line of a secret; `number` counts lines from 1."""
    digest = hashlib.sha256(f"{number}:{text}".encode()).digest()
    return b32encode(digest[:5]).decode()[:2]


def lines(text: str) -> list[str]:
    """A secret as lines for paper: groups of four, then `=` and the check characters."""
    shaped = text.replace(" ", SPACE)
    parts = [shaped[at : at + _LINE] for at in range(0, len(shaped), _LINE)]
    return [
        " ".join(part[at : at + _GROUP] for at in range(0, len(part), _GROUP)) + f" ={check(number, part)}"
        for number, part in enumerate(parts, 1)
    ]


def typed(given: Sequence[str]) -> str:
    """The secret of lines that were typed from paper; UsageError that names the first line with a slip."""
    parts = []
    for number, line in enumerate(given, 1):
        bare, _mark, told = "".join(line.split()).rpartition("=")
        if not bare or check(number, bare) != told.upper():
            raise UsageError(
                _("line {number} does not fit its check characters").format(number=number),
                repair=_("compare it with the sheet once more, capital and small letters too"),
            )
        parts.append(bare)
    return "".join(parts).replace(SPACE, " ")


def secrets(fleet: Fleet) -> list[Secret]:
    """What the sheet of an inventory holds. UsageError without the vault's password."""
    found = [
        Secret(
            _("Password of the vault"),
            _("goes into the file .vault-password beside the inventory; opens group_vars/all/vault.yml"),
            read_password(fleet.path),
        )
    ]
    held = {
        server.name: read_secrets(fleet.path, server.name) | _former_kit(fleet, server.name) for server in fleet.servers
    }
    for name, title, use in _kinds():
        owners: dict[str, list[str]] = {}
        for server in fleet.servers:
            wanted = name in ("backup_passphrase", "backup_former") or server.settings.backup_second is not None
            if wanted and (text := _text(held[server.name].get(name))):
                owners.setdefault(str(text), []).append(server.name)
        found += [Secret(title.format(servers=", ".join(servers)), use, text) for text, servers in owners.items()]
    return found


def _former_kit(fleet: Fleet, server: str) -> dict[str, str]:
    """The kit's passphrase from before a rotation, while no kit under the new one has arrived; by `_FORMER_KIT`."""
    password = read_password(fleet.path)
    for file in layout.read(fleet.path).vaulted_files(server):
        begun = (read_vault(file, password).get(f"{SECRET_PREFIX}former") or {}).get("kit")
        if begun:
            return {_FORMER_KIT: str(begun["values"]["kit_passphrase"])}
    return {}


def _text(held: Any) -> Any:
    """A passphrase as the vault holds it: as text, or beside the moment since when it is a former one."""
    return held.get("passphrase") if isinstance(held, dict) else held


def _kinds() -> tuple[tuple[str, str, str], ...]:
    """The secrets of the vault that go on paper: name, title, use. The kit's first: it brings the others back."""
    return (
        (
            "kit_passphrase",
            _("Passphrase of the controller's kit of {servers}"),
            _("`backbone rebuild` asks for it: with it alone a new machine becomes the old server"),
        ),
        (
            _FORMER_KIT,
            _("Former passphrase of the controller's kit of {servers}"),
            _("opens the newest kit until one under the new passphrase has been sent"),
        ),
        (
            "backup_passphrase",
            _("Passphrase of the backups of {servers}"),
            _("opens the backups (pgBackRest: repo1-cipher-pass) even where the vault is lost"),
        ),
        (
            "backup_former",
            _("Passphrase of the former backups of {servers}"),
            _("opens the backups from before the last rotation (pgBackRest: repo3-cipher-pass) while they are kept"),
        ),
        (
            "backup_second_passphrase",
            _("Passphrase of the second repository of {servers}"),
            _("opens the backups off the server (pgBackRest: repo2-cipher-pass) even where the vault is lost"),
        ),
        (
            "state_passphrase",
            _("Passphrase of the saved state of {servers}"),
            _("opens settings, certificates and keys (restic, folder state of the bucket)"),
        ),
    )


def places(fleet: Fleet) -> list[str]:
    """Where the second repositories are, a line each; none of it is secret."""
    return [
        _("{server}: {host}, port {port}, bucket {bucket}, region {region}, kind {kind}").format(
            server=server.name,
            host=place.host,
            port=place.listens,
            bucket=place.bucket or server.name.lower(),
            region=place.region,
            kind=place.kind,
        )
        for server in fleet.servers
        if (place := server.settings.backup_second) is not None
    ]


def _qr(text: str) -> str:
    import segno

    out = io.BytesIO()
    segno.make(text, error="m", micro=False).save(out, kind="svg", scale=4, border=4, xmldecl=False, svgns=True)
    return out.getvalue().decode()


def page(fleet: Fleet, now: datetime) -> str:
    """The sheet as one self-contained page, in the language in use."""
    environment = jinja2.Environment(undefined=jinja2.StrictUndefined, autoescape=True, trim_blocks=True)
    environment.globals["_"] = _
    source = (paths.templates_dir() / "papers" / "recovery-sheet.html.j2").read_text(encoding="utf-8")
    regions = dict.fromkeys(region.name for one in fleet.servers if (region := by_code(one.region)))
    return environment.from_string(source).render(
        language=i18n.language(),
        regions=", ".join(regions),
        servers=[f"{one.name} ({one.connection.host})" for one in fleet.servers],
        folder=fleet.directory,
        places=places(fleet),
        at=times.shown(now, fleet.servers[0].zone),
        secrets=[(one, lines(one.text), _qr(one.text)) for one in secrets(fleet)],
    )


def write(fleet: Fleet, file: Path, now: datetime) -> None:
    """Write the sheet, readable by its owner alone. UsageError where one is there."""
    if file.exists():
        raise UsageError(
            _("{file} is there already; nothing was overwritten").format(file=shown(file)),
            repair=_("print it and destroy it: shred -u {file}").format(file=shown(file)),
        )
    write_private(file, page(fleet, now).encode("utf-8"))
