"""The papers beside an inventory, each a list: waivers.yml, attestations.yml and documents.yml."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Annotated, Any, Literal, TypeVar

from pydantic import BeforeValidator, Field, TypeAdapter, ValidationError

from provision.i18n import _
from provision.inventory import raw, regions
from provision.inventory.explain import explained, nearest
from provision.inventory.faults import Fault, shown
from provision.inventory.fields import Text
from provision.inventory.model import Attestation, Document, Waiver
from provision.inventory.settings import Closed

WAIVERS, ATTESTATIONS, DOCUMENTS = "waivers.yml", "attestations.yml", "documents.yml"

Control = Annotated[str, Field(pattern=r"^[A-Z]{2,10}-[0-9]{2,3}$", description="A control's id: TLS-03")]


def _listed(value: Any) -> Any:
    return (value,) if isinstance(value, str) else tuple(value) if isinstance(value, list) else value


Whom = Annotated[
    tuple[Text, ...],
    BeforeValidator(_listed, json_schema_input_type=str | list[str]),
    Field(min_length=1, description="Names of servers or groups, or the word all"),
]


class WaiverEntry(Closed):
    """A control that need not hold, why, who decided so, and until when (last day, UTC)."""

    control: Control
    servers: Whom
    reason: Annotated[str, Field(min_length=10)]
    approver: Text
    expires: date


class AttestationEntry(Closed):
    """What a person states with evidence where a machine cannot know; until when (last day, UTC)."""

    control: Control
    servers: Whom
    evidence: Annotated[str, Field(description="What was seen, where and by what means")] = ""
    evidence_file: Annotated[str | None, Field(description="A file beside the inventory")] = None
    attested_by: Text
    expires: date
    value: Annotated[str | int | float | bool | None, Field(description="What was measured or read")] = None


class DocumentEntry(Closed):
    """A signed paper of a region: the letter of request, or the Nota Kesepakatan."""

    kind: Literal["surat_permohonan", "nota_kesepakatan"]
    number: Text
    signed_by: Text
    signed_on: date
    valid_until: date
    region: Annotated[str, Field(description="Kemendagri code")]
    file: Annotated[str | None, Field(description="A scan beside the inventory")] = None


Entry = TypeVar("Entry", WaiverEntry, AttestationEntry, DocumentEntry)


@dataclass
class Papers:
    """What was read, and what is wrong with it."""

    waivers: list[Waiver] = field(default_factory=list)
    attestations: list[Attestation] = field(default_factory=list)
    documents: list[Document] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)


class _Reader:
    """Reads the papers of one folder; `members`: the servers of a group or `all`, None for no group."""

    def __init__(
        self,
        folder: Path,
        servers: Iterable[str],
        members: Callable[[str], set[str] | None],
        known_controls: frozenset[str] | None,
    ) -> None:
        self.folder = folder
        self.servers = list(servers)
        self.members = members
        self.known_controls = known_controls
        self.papers = Papers()

    def entries(self, name: str, model: type[Entry]) -> list[tuple[raw.Node, str, Entry]]:
        """The sound entries of one file: (place, file, entry)."""
        path = self.folder / name
        if not path.is_file():
            return []
        read = raw.read(path)
        file = shown(path)
        self.papers.faults += read.faults
        if read.vaulted or (read.root is not None and read.root.kind != "seq"):
            self.papers.faults.append(
                Fault(file, 1, "", _("a list in plain text is expected"), _("start each entry with `- `"))
            )
            return []
        found: list[tuple[raw.Node, str, Entry]] = []
        for index, line, node in read.root.items if read.root is not None else ():
            try:
                entry = model.model_validate_json(json.dumps(node.plain()))
            except ValidationError as refused:
                self.refuse(refused, model, node, file, index, line)
            else:
                found.append((node, file, entry))
        return found

    def refuse(
        self,
        refused: ValidationError,
        model: type[Closed],
        node: raw.Node,
        file: str,
        index: str | int,
        line: int,
    ) -> None:
        for at, message, repair in explained(refused, "", model, _written(node)):
            where = node.line_of(at) if at else line
            key = raw.dotted((f"[{index}]", *at))
            self.papers.faults.append(Fault(file, where, key, message, repair))

    def fault(self, node: raw.Node, file: str, key: str, message: str, repair: str = "") -> None:
        self.papers.faults.append(Fault(file, node.line_of((key,)), key, message, repair))

    def whom(self, node: raw.Node, file: str, names: tuple[str, ...]) -> tuple[str, ...]:
        """Names of servers and groups as names of servers, in the inventory's order."""
        covered: set[str] = set()
        for name in names:
            group = self.members(name)
            if name in self.servers:
                covered.add(name)
            elif group is not None:
                covered |= group
            else:
                near = nearest(name, self.servers)
                self.fault(
                    node,
                    file,
                    "servers",
                    _("the inventory has no server or group {name}").format(name=name),
                    _("did you mean {name}?").format(name=near) if near else _("name a server, or write all"),
                )
        return tuple(name for name in self.servers if name in covered)

    def control(self, node: raw.Node, file: str, control: str) -> None:
        if self.known_controls is not None and control not in self.known_controls:
            near = nearest(control, sorted(self.known_controls))
            self.fault(
                node,
                file,
                "control",
                _("there is no control {control}").format(control=control),
                _("did you mean {name}?").format(name=near) if near else _("see the report for the ids"),
            )

    def file(self, node: raw.Node, file: str, key: str, name: str | None) -> Path | None:
        if not name:
            return None
        path = self.folder / name
        if not path.is_file():
            self.fault(
                node,
                file,
                key,
                _("the file {name} is not there").format(name=name),
                _("put it beside the inventory, or correct the name"),
            )
        return path

    def read(self, today: date) -> Papers:
        for node, file, waiver in self.entries(WAIVERS, WaiverEntry):
            self.control(node, file, waiver.control)
            servers = self.whom(node, file, waiver.servers)
            self.papers.waivers.append(Waiver(waiver.control, servers, waiver.reason, waiver.approver, waiver.expires))
        for node, file, stated in self.entries(ATTESTATIONS, AttestationEntry):
            self.control(node, file, stated.control)
            if not stated.evidence and not stated.evidence_file:
                self.fault(node, file, "evidence", _("is missing"), _("say what was seen, or name an evidence_file"))
            self.papers.attestations.append(
                Attestation(
                    stated.control,
                    self.whom(node, file, stated.servers),
                    stated.evidence,
                    self.file(node, file, "evidence_file", stated.evidence_file),
                    stated.attested_by,
                    stated.expires,
                    stated.value,
                )
            )
        for node, file, paper in self.entries(DOCUMENTS, DocumentEntry):
            self.document(node, file, paper, today)
        return self.papers

    def document(self, node: raw.Node, file: str, paper: DocumentEntry, today: date) -> None:
        if regions.by_code(paper.region) is None:
            self.fault(node, file, "region", _("no region has the code {code}").format(code=paper.region))
        if paper.signed_on > today:
            self.fault(node, file, "signed_on", _("{day} is still to come").format(day=paper.signed_on))
        if paper.valid_until < paper.signed_on:
            self.fault(node, file, "valid_until", _("ends before it was signed"))
        scan = self.file(node, file, "file", paper.file)
        self.papers.documents.append(
            Document(
                paper.kind,
                paper.number,
                paper.signed_by,
                paper.signed_on,
                paper.valid_until,
                paper.region,
                scan,
            )
        )


def _written(node: raw.Node) -> Callable[[raw.Path_], str]:
    def text(path: raw.Path_) -> str:
        found = node.at(path)
        return found.text if found is not None else ""

    return text


def read(
    folder: Path,
    servers: Iterable[str],
    members: Callable[[str], set[str] | None],
    today: date,
    known_controls: frozenset[str] | None = None,
) -> Papers:
    """Read the three files of `folder`, each optional. An expired waiver is no fault here."""
    return _Reader(folder, servers, members, known_controls).read(today)


WAIVERS_FILE: TypeAdapter[tuple[WaiverEntry, ...]] = TypeAdapter(tuple[WaiverEntry, ...])
ATTESTATIONS_FILE: TypeAdapter[tuple[AttestationEntry, ...]] = TypeAdapter(tuple[AttestationEntry, ...])
DOCUMENTS_FILE: TypeAdapter[tuple[DocumentEntry, ...]] = TypeAdapter(tuple[DocumentEntry, ...])
