"""What a server was told of itself, from which it is judged without an inventory: a Fleet of one.

The file is JSON that the stage `audit` writes from the inventory: `server`, `settings` (the author's
`backbone_*` variables without prefix and without secrets), and of the papers beside the inventory what concerns this
server. A grant lies beside it as grant.yml.
"""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any, TypeVar

from pydantic import ValidationError

from provision.errors import UsageError
from provision.i18n import _
from provision.inventory import regions
from provision.inventory.beside import AttestationEntry, DocumentEntry, WaiverEntry
from provision.inventory.model import Attestation, Connection, Document, Fleet, Server, Waiver
from provision.inventory.settings import FILE_SETTINGS, Closed, Settings

VERSION = 1
GRANT = "grant.yml"
# A Windows server is judged as one that is reached by PowerShell, wherever the question is asked.
_HERE = Connection("", 0, "root", "", "", "psrp" if os.name == "nt" else "local", become=False)

Entry = TypeVar("Entry", bound=Closed)


def load(file: Path) -> Fleet:
    """The server that `file` describes, as a fleet of one. UsageError for a file that is not there or is damaged."""
    try:
        return fleet(json.loads(file.read_text(encoding="utf-8")), file)
    except FileNotFoundError as fault:
        raise UsageError(
            _("{file} is not there: nobody has told this server what it is to be").format(file=file),
            repair="backbone apply -i INVENTORY --stage audit",
        ) from fault
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as fault:
        said = fault.errors()[0]["msg"] if isinstance(fault, ValidationError) else str(fault)
        raise UsageError(
            _("{file} does not say what this server is to be: {why}").format(file=file, why=said[:200]),
            repair="backbone apply -i INVENTORY --stage audit",
        ) from fault


def fleet(told: dict[str, Any], file: Path) -> Fleet:
    """The fleet of one in decoded JSON; ValueError, KeyError or TypeError where it is not of that form."""
    if told["version"] != VERSION:
        raise ValueError(f"version {told['version']!r}, this program reads {VERSION}")
    name = str(told["server"])
    # Of the files beside the inventory only the grant is looked into by a control, and only it has come along.
    given = {key: value for key, value in told["settings"].items() if key not in FILE_SETTINGS or key == "grant"}
    if given.get("grant"):
        given["grant"] = GRANT
    settings = Settings.model_validate_json(json.dumps(given))
    region = regions.by_code(settings.region)
    if region is None:
        raise ValueError(f"no region has the code {settings.region}")
    return Fleet(
        path=file.absolute(),
        servers=(Server(name, region.code, region.level, region.zone, settings, _HERE),),
        waivers=tuple(
            Waiver(one.control, (name,), one.reason, one.approver, one.expires)
            for one in _entries(told["waivers"], WaiverEntry)
            if name in one.servers
        ),
        attestations=tuple(
            Attestation(
                one.control,
                (name,),
                one.evidence or one.evidence_file or "",
                None,
                one.attested_by,
                one.expires,
                one.value,
            )
            for one in _entries(told["attestations"], AttestationEntry)
            if name in one.servers
        ),
        documents=tuple(
            Document(one.kind, one.number, one.signed_by, one.signed_on, one.valid_until, one.region)
            for one in _entries(told["documents"], DocumentEntry)
        ),
    )


def _entries(raw: list[Any], model: type[Entry]) -> list[Entry]:
    return [model.model_validate_json(json.dumps(one)) for one in raw]
