"""What papers are filled in with: from the inventory, the grant, documents and attestations, an audit, and papers.yml.

`papers.yml` lies beside the inventory and holds what no other file knows: names, addresses, numbers. What nobody has
said becomes a hole, "[… name of it]", which is marked in the paper and listed at the end of the run. The words are
Indonesian, in the file as in the papers: they are the same people's.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from functools import cache
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError

from backbone_sync import dictionary
from provision import i18n, times
from provision.errors import UsageError
from provision.i18n import _
from provision.inventory import Fleet, Server, grants
from provision.inventory.explain import nearest
from provision.inventory.faults import shown
from provision.inventory.grants import GRANT_FILE
from provision.inventory.raw import read as read_raw
from provision.inventory.regions import Region
from provision.report.words import STATUS

FILE = "papers.yml"
HOLE = re.compile(r"(\[… [^\]]+\])")
MONTHS = (
    "Januari",
    "Februari",
    "Maret",
    "April",
    "Mei",
    "Juni",
    "Juli",
    "Agustus",
    "September",
    "Oktober",
    "November",
    "Desember",
)

# What papers.yml may say: the placeholder, and what stands in its hole.
TEXTS: dict[str, str] = {
    "kepala_daerah": "nama kepala daerah",
    "alamat_kantor": "alamat kantor",
    "telepon_kantor": "telepon kantor",
    "surel_kantor": "surel kantor",
    "tempat": "tempat",
    "tanggal": "tanggal",
    "nomor_surat": "nomor surat",
    "instansi_pengelola": "nama dinas pengelola data",
    "kepala_instansi": "nama kepala dinas",
    "nip_kepala_instansi": "NIP kepala dinas",
    "operator": "nama pengelola data",
    "nip_operator": "NIP pengelola data",
    "jabatan_operator": "jabatan pengelola data",
    "narahubung": "nama narahubung",
    "telepon_narahubung": "telepon narahubung",
    "surel_narahubung": "surel narahubung",
    "pejabat_pdp": "pejabat pelindungan data pribadi",
    "masa_simpan": "masa simpan data",
    "nomor_nota": "nomor Nota Kesepakatan",
    "nomor_nota_kementerian": "nomor dari kementerian",
    "nomor_nota_daerah": "nomor dari pemerintah daerah",
    "hari_nota": "hari dan tanggal penandatanganan",
    "tempat_nota": "tempat penandatanganan",
    "penanda_tangan_kementerian": "nama penanda tangan dari kementerian",
    "jabatan_penanda_tangan_kementerian": "jabatan penanda tangan dari kementerian",
    "akhir_nota": "tanggal berakhirnya Nota Kesepakatan",
    "hari_serah_terima": "hari dan tanggal serah terima",
    "penyerah": "nama yang menyerahkan",
    "nip_penyerah": "NIP yang menyerahkan",
    "jabatan_penyerah": "jabatan yang menyerahkan",
    "penerima": "nama yang menerima",
    "nip_penerima": "NIP yang menerima",
    "jabatan_penerima": "jabatan yang menerima",
    "lokasi_server": "lokasi server",
}
LISTS: dict[str, str] = {
    "tujuan": "tujuan penggunaan data",
    "dasar_hukum": "dasar hukum",
    "data_dimohon": "data yang dimohon",
}
# What is filled in from elsewhere; papers.yml cannot change it.
DERIVED: dict[str, str] = {
    "nama_daerah": "nama daerah",
    "kode_daerah": "kode wilayah Kemendagri",
    "tingkat": "kabupaten/kota atau provinsi",
    "pemerintah": "pemerintah daerah",
    "pemerintah_kapital": "pemerintah daerah, huruf kapital",
    "instansi_kapital": "nama dinas, huruf kapital",
    "jabatan_kepala_daerah": "Gubernur, Bupati, atau Wali Kota, dengan nama daerah",
    "jenjang": "jenjang menurut izin data",
    "kelompok_data": "kelompok data menurut izin data",
    "daftar_server": "nama semua server",
    "semua_server": "daftar server: nama, fqdn, lokasi, diperiksa, ringkasan, spesifikasi",
    "server": "server yang dibahas: nama, fqdn, lokasi, diperiksa, ringkasan, spesifikasi",
    "kompetensi": "daftar kompetensi: nomor, nama, bukti, sampai",
}
COMPETENCES = (
    ("PEOPLE-01", "Mengelola basis data"),
    ("PEOPLE-02", "Memilih perangkat yang sesuai"),
    ("PEOPLE-03", "Memantau penggunaan data"),
    ("PEOPLE-04", "Menemukan dan menyelesaikan masalah basis data"),
    ("PEOPLE-05", "Mencadangkan dan memulihkan data"),
)
_SPECIFIED = ("hardware", "system", "database", "vpn", "antivirus", "ports", "tls", "patching")


def hole(what: str) -> str:
    """A place to be filled in by hand."""
    return f"[… {what}]"


def day(value: date) -> str:
    """A date as a letter has it: 5 Maret 2027."""
    return f"{value.day} {MONTHS[value.month - 1]} {value.year}"


def head_of(region: Region) -> str:
    """The head of a region by office: Bupati Bantul, Wali Kota Semarang, Gubernur Papua Selatan."""
    if region.level == "provinsi":
        return f"Gubernur {region.name}"
    kind, _space, name = region.name.partition(" ")
    return f"{'Bupati' if kind == 'Kabupaten' else 'Wali Kota'} {name}"


def government_of(region: Region) -> str:
    """The government of a region, as a letterhead names it."""
    whole = region.level != "provinsi" or region.name.startswith("Daerah Istimewa")
    return f"Pemerintah {region.name}" if whole else f"Pemerintah Provinsi {region.name}"


def told(folder: Path) -> dict[str, Any]:
    """What papers.yml says, {} where it is not there; UsageError for an unknown key or a value of the wrong kind."""
    file = folder / FILE
    if not file.is_file():
        return {}
    try:
        content = YAML(typ="safe", pure=True).load(file.read_text(encoding="utf-8")) or {}
    except (YAMLError, UnicodeDecodeError) as fault:
        raise UsageError(
            _("{file} cannot be read: {why}").format(file=shown(file), why=str(fault).splitlines()[0]),
            repair=_("values with : or # in them stand in quotes"),
        ) from fault
    if not isinstance(content, dict):
        raise UsageError(_("{file}: lines of `name: value` are expected").format(file=shown(file)))
    for key, value in content.items():
        if key not in TEXTS and key not in LISTS:
            near = nearest(str(key), [*TEXTS, *LISTS])
            raise UsageError(
                _("{file}: there is no such key: {key}").format(file=shown(file), key=key),
                repair=_("did you mean {name}?").format(name=near)
                if near
                else _("`backbone papers --list` names them all"),
            )
        good = _listed(key, value) if key in LISTS else isinstance(value, (str, int, date))
        if value is not None and not good:
            expected = _("a list is expected, one `- …` a line") if key in LISTS else _("text is expected")
            raise UsageError(f"{shown(file)}: {key}: {expected}", repair=_("see the lines of {file}").format(file=FILE))
    return {key: value for key, value in content.items() if value not in (None, "", [])}


def _listed(key: str, value: Any) -> bool:
    if not isinstance(value, list):
        return False
    if key == "data_dimohon":
        return all(isinstance(one, dict) and set(one) == {"data", "kegunaan"} for one in value)
    return all(isinstance(one, str) for one in value)


def draft() -> str:
    """A papers.yml to be filled in: every key, with what it means."""
    lines = ["# Untuk surat dan naskah: isi yang diketahui; yang kosong ditandai […] dalam naskah."]
    lines += [f"{key}: # {what}" for key, what in TEXTS.items()]
    lines += [
        "tujuan: # tujuan penggunaan data, satu per baris; kosong: menurut grant.yml",
        "dasar_hukum: # kosong: menurut grant.yml",
        "data_dimohon: # untuk surat kepada Pusdatin, misalnya: - {data: Koordinat sekolah, kegunaan: Zonasi}",
    ]
    return "\n".join(lines) + "\n"


def values(fleet: Fleet, region: Region, servers: Sequence[Server], audits: Mapping[str, Any]) -> dict[str, Any]:
    """All placeholders of the papers of a region. `audits`: server → its part of an audit.json or preflight.json."""
    known: dict[str, Any] = {key: hole(what) for key, what in TEXTS.items()}
    known |= _from_documents(fleet, region)
    known |= _from_grant(fleet, servers[0])
    for key, value in told(fleet.directory).items():
        known[key] = day(value) if isinstance(value, date) else value if isinstance(value, list) else str(value)
    agency = known["instansi_pengelola"]
    everyone = [_server(one, audits.get(one.name), known["lokasi_server"]) for one in servers]
    return known | {
        "nama_daerah": region.name if region.level != "provinsi" else f"Provinsi {region.name}",
        "kode_daerah": region.code,
        "tingkat": "provinsi" if region.level == "provinsi" else "kabupaten/kota",
        "pemerintah": government_of(region),
        "pemerintah_kapital": government_of(region).upper(),
        "instansi_kapital": agency if HOLE.fullmatch(agency) else agency.upper(),
        "jabatan_kepala_daerah": head_of(region),
        "daftar_server": ", ".join(one.name for one in servers),
        "semua_server": everyone,
        "server": everyone[0],
        "kompetensi": _competences(fleet, servers),
    }


def for_server(known: Mapping[str, Any], name: str) -> dict[str, Any]:
    """The same placeholders, with this server as the one that the paper is about."""
    return {**known, "server": next(one for one in known["semua_server"] if one["nama"] == name)}


def _from_documents(fleet: Fleet, region: Region) -> dict[str, Any]:
    signed = [one for one in fleet.documents if one.kind == "nota_kesepakatan" and one.region == region.code]
    if not signed:
        return {}
    last = max(signed, key=lambda one: one.signed_on)
    return {"nomor_nota": last.number, "akhir_nota": day(last.valid_until)}


def _from_grant(fleet: Fleet, server: Server) -> dict[str, Any]:
    settings = server.settings
    words = dictionary.load()
    granted = [name for name in grants.of(settings, fleet.directory).entities if not name.startswith("ref.")]
    known: dict[str, Any] = {
        "kelompok_data": _joined(_small(words[name].label.id) for name in granted),
        "jenjang": "SMA, SMK, dan SLB" if settings.level == "provinsi" else "PAUD, SD, dan SMP",
        "tujuan": [hole(LISTS["tujuan"])],
        "dasar_hukum": [
            "Undang-Undang Nomor 20 Tahun 2003 tentang Sistem Pendidikan Nasional",
            "Undang-Undang Nomor 23 Tahun 2014 tentang Pemerintahan Daerah",
            "Undang-Undang Nomor 27 Tahun 2022 tentang Pelindungan Data Pribadi",
        ],
        "data_dimohon": [{"data": hole("data yang dimohon"), "kegunaan": hole("kegunaannya")}],
    }
    if settings.grant is None:
        return known
    root = read_raw(fleet.directory / settings.grant).root
    paper = GRANT_FILE.validate_json(json.dumps(root.plain() if root else {}))
    known |= {"tujuan": list(paper.purposes), "dasar_hukum": list(paper.legal_basis), "nomor_nota": paper.number}
    if paper.levels:
        known["jenjang"] = _joined(paper.levels)
    officer = paper.contacts.protection_officer
    if officer is not None:
        known["pejabat_pdp"] = f"{officer.name}, {officer.email}" if officer.email else officer.name
    return known


def _small(words: str) -> str:
    """Words in the middle of a sentence: a small letter first, but no abbreviation torn."""
    return words if words[1:2].isupper() else words[:1].lower() + words[1:]


def _joined(words: Iterable[str]) -> str:
    """Words as a sentence has them: a, b, dan c."""
    found = list(words)
    return found[0] if len(found) == 1 else f"{', '.join(found[:-1])}, dan {found[-1]}"


def _server(server: Server, seen: Any, place: str) -> dict[str, Any]:
    made: dict[str, Any] = {
        "nama": server.name,
        "fqdn": server.settings.fqdn,
        "lokasi": place,
        "diperiksa": hole("tanggal pemeriksaan"),
        "ringkasan": hole("hasil pemeriksaan"),
    }
    unseen = {"unsur": "Prosesor, memori, penyimpanan, sistem operasi, basis data", "ketentuan": "Spesifikasi minimum"}
    made["spesifikasi"] = [unseen | {"keadaan": hole("keadaan server"), "hasil": hole("hasil pemeriksaan")}]
    if seen is None:
        return made
    asked = [one for one in seen["findings"] if one["basis"] == "minimum" and one["family"] in _SPECIFIED]
    made["spesifikasi"] = [
        {
            "unsur": one["title"]["id"],
            "ketentuan": one["requirement"]["id"].split(" Tafsiran kami:")[0],
            "keadaan": _in_indonesian(one["observed"] or "–"),
            "hasil": i18n.translator("id")(STATUS[one["status"]]),
        }
        for one in asked
    ]
    made["diperiksa"] = times.shown(datetime.fromisoformat(seen["taken_at"]), server.zone) if seen["taken_at"] else "–"
    short = sum(1 for one in asked if one["status"] in ("fail", "error"))
    made["ringkasan"] = f"{made['diperiksa']}: " + (
        f"{short} ketentuan minimum belum terpenuhi" if short else "ketentuan minimum mesin dan keamanan terpenuhi"
    )
    return made


def _in_indonesian(observed: str) -> str:
    """What a check observed, in English in JSON, told in Indonesian as far as the catalogue knows the sentence."""
    before = i18n.language()
    i18n.use("id")
    try:
        return i18n.retold(observed, _sentences())
    finally:
        i18n.use(before)


@cache
def _sentences() -> tuple[str, ...]:
    """Messages that a check may have said, the more exact first; one of hardly more than places would fit anything."""
    own = {one: re.sub(r"\{\w+\}", "", one) for one in i18n.catalogue("id") if len(one) < 200}
    places = {one: re.findall(r"\{\w+\}", one) for one in own}
    known = [one for one in own if len(re.sub(r"\W", "", own[one])) > 1 and len(set(places[one])) == len(places[one])]
    return tuple(sorted(known, key=lambda one: (len(places[one]) > 0, -len(own[one]))))


def _competences(fleet: Fleet, servers: Sequence[Server]) -> list[dict[str, str]]:
    names = {one.name for one in servers}
    made = []
    for number, (control, name) in enumerate(COMPETENCES, 1):
        stated = [one for one in fleet.attestations if one.control == control and names & set(one.servers)]
        last = max(stated, key=lambda one: one.expires, default=None)
        proof = (last.evidence or str(last.evidence_file and last.evidence_file.name)) if last else hole("bukti")
        until = day(last.expires) if last else hole("tanggal")
        made.append({"nomor": str(number), "nama": name, "bukti": proof, "sampai": until})
    return made
