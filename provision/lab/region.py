"""The lab's inventory: what a region would write and sign, made for this instance's servers, synthetic throughout."""

from __future__ import annotations

import shlex
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import jinja2
from ruamel.yaml import YAML

from provision import paths
from provision.inventory.vault import generate_secrets, new_password, write_password_file, write_vault
from provision.lab.centre import Centre
from provision.lab.spec import hosts
from provision.onboard.authority import make_authority

if TYPE_CHECKING:
    from provision.lab.lab import Lab

COMPETENCES = 5


def write(lab: Lab, folder: Path, *, key_file: Path, peers: Sequence[Mapping[str, str]] = ()) -> Path:
    """Write the whole folder of an inventory, secrets in its vault, papers beside it; returns its hosts.yml."""
    folder.mkdir(parents=True, exist_ok=True)
    centre = Centre(lab.folder / "centre")
    centre.prepare()
    (folder / "pusat.pem").write_text(centre.certificate_authority.read_text())
    if not (folder / "authority.pem").exists():
        authority_key, authority = make_authority("Kota Semarang (lab)")
        (folder / "authority.pem").write_text(authority)
        values = generate_secrets(authority_key) | {
            "backbone_secret_sync_client_id": centre.credential("client_id"),
            "backbone_secret_sync_token": centre.credential("token"),
        }
        password = new_password()
        write_password_file(folder, password)
        write_vault(folder / "group_vars" / "all" / "vault.yml", values, password)
    _papers(folder)
    template = (paths.inventories_dir() / "lab" / "hosts.yml.j2").read_text()
    environment = jinja2.Environment(undefined=jinja2.StrictUndefined, autoescape=False, trim_blocks=True)  # noqa: S701
    text = environment.from_string(template).render(
        addresses={
            spec.name: {net: str(address) for net, address in lab.networks.addresses(spec).items()}
            for spec in hosts().values()
        },
        controller=str(lab.networks.controller),
        internal=str(lab.networks.internal),
        ssh_config=shlex.quote(str(lab.ssh_config)),
        key_file=key_file,
        administrator_key=key_file.with_name(key_file.name + ".pub").read_text().strip(),
        peers=peers,
    )
    (folder / "hosts.yml").write_text(text)
    return folder / "hosts.yml"


def _papers(folder: Path) -> None:
    """Documents and attestations that a real region signs; here by nobody, about nobody."""
    today = datetime.now(UTC).date()
    later = (today + timedelta(days=365)).isoformat()
    documents = [
        {
            "kind": kind,
            "number": f"LAB/{number}/{today.year}",
            "signed_by": "Kepala Daerah (contoh)",
            "signed_on": today.isoformat(),
            "valid_until": later,
            "region": code,
        }
        for code in ("33.74", "33")
        for number, kind in enumerate(("surat_permohonan", "nota_kesepakatan"), start=1)
    ]
    attestations: list[dict[str, object]] = [
        {
            "control": f"PEOPLE-{number:02d}",
            "servers": "all",
            "evidence": "Contoh untuk lab: sertifikat pelatihan pengelola",
            "attested_by": "Kepala Dinas (contoh)",
            "expires": later,
        }
        for number in range(1, COMPETENCES + 1)
    ]
    attestations += [
        {
            "control": control,
            "servers": "all",
            "evidence": f"Contoh untuk lab: {evidence}",
            "attested_by": "Kepala Dinas (contoh)",
            "expires": later,
        }
        for control, evidence in (
            ("SITE-01", "berita acara uji UPS"),
            ("SITE-02", "kontrak jalur cadangan"),
            ("SITE-03", "berita acara pemeriksaan ruang server"),
        )
    ]
    attestations.append(
        {
            "control": "HW-03",
            "servers": "lab-prov",
            "evidence": "Contoh untuk lab: lembar data prosesor, 2,0 GHz; namanya tidak menyebut frekuensi",
            "attested_by": "Kepala Dinas (contoh)",
            "expires": later,
            "value": 2.0,
        }
    )
    yaml = YAML()
    yaml.dump(documents, folder / "documents.yml")
    yaml.dump(attestations, folder / "attestations.yml")
