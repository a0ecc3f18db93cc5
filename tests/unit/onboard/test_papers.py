"""Letters and papers: every hole is seen, every name survives, and nothing that a person wrote is lost."""

from __future__ import annotations

import io
import json
import stat
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import docx
import pypdfium2
import pytest
from docx.enum.text import WD_COLOR_INDEX
from docx.table import Table

from provision import paths
from provision.errors import UsageError
from provision.inventory import Fleet, layout, load
from provision.inventory.regions import all_regions, by_code
from provision.inventory.resolve import Resolved
from provision.onboard.papers import docx as word
from provision.onboard.papers import facts, page, write
from provision.onboard.papers.text import parse
from tests.unit.onboard.test_vpn import HOSTS

AWKWARD = {
    "kepala_daerah": "Dr. Hj. Nur'aini Ma'ruf <b>, S.H. & {{ x }}",
    "operator": "عبد الله 3rd",
    "kepala_instansi": "I Gusti Ngurah ᬲᬸᬭᬢ",
}


def from_files(path: Path, _password: Path | None) -> Resolved:
    read = layout.read(path)
    return Resolved({host: read.values(host) for host in read.hosts})


@pytest.fixture
def fleet(tmp_path: Path) -> Callable[..., Fleet]:
    def made(told: dict[str, Any] | None = None, hosts: str = HOSTS.replace("PEERS\n", "")) -> Fleet:
        (tmp_path / "hosts.yml").write_text(hosts)
        if told is not None:
            (tmp_path / facts.FILE).write_text(json.dumps(told))
        return load(tmp_path, resolver=from_files)

    return made


def cells(part: Any) -> Iterator[Any]:
    for one in part.iter_inner_content():
        if isinstance(one, Table):
            for row in one.rows:
                for cell in row.cells:
                    yield from cells(cell)
        else:
            yield one


def text_of(content: bytes) -> str:
    return "\n".join(one.text for one in cells(docx.Document(io.BytesIO(content))))


def test_every_paper_is_made_and_every_hole_is_marked_in_both(fleet: Callable[..., Fleet], tmp_path: Path) -> None:
    made = write.make(fleet(), tmp_path / "out", as_pdf=True)
    assert len(made) == 2 * len(write.KINDS) == 14
    for one in made:
        assert one.holes
        if one.file.suffix == ".pdf":
            document = pypdfium2.PdfDocument(one.content)
            assert len(document) <= 2
            flat = " ".join(" ".join(sheet.get_textpage().get_text_range() for sheet in document).split())
            assert flat.count("[…") >= len(one.holes)
            continue
        document = docx.Document(io.BytesIO(one.content))
        marked = {
            run.text
            for paragraph in cells(document)
            for run in paragraph.runs
            if run.font.highlight_color == WD_COLOR_INDEX.YELLOW
        }
        assert marked == set(one.holes), one.file
        text = text_of(one.content)
        assert "{{" not in text
        assert "{%" not in text


def test_names_of_all_kinds_survive(fleet: Callable[..., Fleet], tmp_path: Path) -> None:
    made = {one.file.name: one for one in write.make(fleet(AWKWARD), tmp_path / "out", as_pdf=True)}
    assert AWKWARD["kepala_daerah"] in text_of(made["surat-permohonan.docx"].content)
    assert AWKWARD["kepala_instansi"] in text_of(made["spesifikasi-server.docx"].content)
    assert AWKWARD["operator"] in text_of(made["kompetensi-operator.docx"].content)
    letter = pypdfium2.PdfDocument(made["surat-permohonan.pdf"].content)[0].get_textpage().get_text_range()
    assert AWKWARD["kepala_daerah"] in letter
    assert "Wali Kota Semarang," in letter


def test_heads_and_governments_of_all_regions_new_ones_too() -> None:
    told = {
        code: (facts.head_of(one), facts.government_of(one))
        for code in ("33.22", "93", "34", "95.01")
        if (one := by_code(code))
    }
    assert told["33.22"] == ("Bupati Semarang", "Pemerintah Kabupaten Semarang")
    assert told["93"] == ("Gubernur Papua Selatan", "Pemerintah Provinsi Papua Selatan")
    assert told["34"] == ("Gubernur Daerah Istimewa Yogyakarta", "Pemerintah Daerah Istimewa Yogyakarta")
    assert told["95.01"][1].startswith("Pemerintah Kabupaten ")
    heads = {facts.head_of(one).split()[0] for one in all_regions()}
    assert heads == {"Gubernur", "Bupati", "Wali"}


def test_the_specification_sheet_says_what_an_audit_found(fleet: Callable[..., Fleet], tmp_path: Path) -> None:
    finding = {
        "control": "HW-04",
        "basis": "minimum",
        "family": "hardware",
        "title": {"id": "Memori", "en": "Memory"},
        "requirement": {"id": "Memori minimum 8 GB. Tafsiran kami: x", "en": ""},
        "observed": "68.9 GB free in /",
        "status": "fail",
    }
    other = finding | {"basis": "recommended", "title": {"id": "Lainnya", "en": ""}}
    server = {"name": "data-semarang", "taken_at": "2026-11-22T06:16:00+00:00", "findings": [finding, other]}
    file = tmp_path / "audit.json"
    file.write_text(json.dumps({"kind": "audit", "servers": [server]}))
    made = {one.file.stem: one for one in write.make(fleet(), tmp_path / "out", audit=file)}
    rows = [
        [cell.text for cell in row.cells]
        for table in docx.Document(io.BytesIO(made["spesifikasi-server"].content)).tables
        for row in table.rows
    ]
    assert ["Memori", "Memori minimum 8 GB.", "68.9 GB kosong di /", "tidak terpenuhi"] in rows
    assert "Lainnya" not in text_of(made["spesifikasi-server"].content)
    assert "13:16 WIB" in text_of(made["spesifikasi-server"].content)
    assert "1 ketentuan minimum belum terpenuhi" in text_of(made["berita-acara-serah-terima"].content)
    file.write_text(json.dumps({"kind": "audit", "servers": [server | {"name": "elsewhere"}]}))
    with pytest.raises(UsageError, match="none of these servers"):
        write.make(fleet(), tmp_path / "out", audit=file)
    for broken in ("[]", "{", '{"kind": "drill", "servers": []}'):
        file.write_text(broken)
        with pytest.raises(UsageError, match=r"no audit\.json"):
            write.make(fleet(), tmp_path / "out", audit=file)


def template(folder: Path, name: str, *lines: str) -> None:
    folder.mkdir(exist_ok=True)
    document = docx.Document()
    for line in lines:
        document.add_paragraph(line)
    document.save(str(folder / f"{name}.docx"))


def test_a_regions_own_template_takes_the_place_of_ours_or_adds_to_them(
    fleet: Callable[..., Fleet], tmp_path: Path
) -> None:
    template(
        tmp_path / "own", "surat-permohonan", "Kami, {{ kepala_daerah }}, memohon untuk {{ tujuan | join(', ') }}."
    )
    template(tmp_path / "own", "formulir-kementerian", "{%p for s in semua_server %}", "{{ s.nama }}", "{%p endfor %}")
    made = {one.file.name: one for one in write.make(fleet(AWKWARD), tmp_path / "out", own=tmp_path / "own")}
    assert len(made) == len(write.KINDS) + 1
    assert text_of(made["surat-permohonan.docx"].content).startswith(f"Kami, {AWKWARD['kepala_daerah']}, memohon")
    assert text_of(made["formulir-kementerian.docx"].content) == "data-semarang"


@pytest.mark.parametrize(
    ("line", "said", "repair"),
    [
        ("{{ kepala_derah }}", "no such placeholder: kepala_derah", "kepala_daerah"),
        ("{{ zzzz }}", "no such placeholder: zzzz", "--list"),
        ("{{ server.nma }}", "nma", "--list"),
        ("{{ kepala_daerah ", "cannot be understood", "--list"),
        ("{% for s in semua_server %}", "cannot be understood", "--list"),
    ],
)
def test_a_misspelt_placeholder_is_named(
    fleet: Callable[..., Fleet], tmp_path: Path, line: str, said: str, repair: str
) -> None:
    template(tmp_path / "own", "surat-permohonan", line)
    with pytest.raises(UsageError, match=said) as refused:
        write.make(fleet(), tmp_path / "out", own=tmp_path / "own")
    assert "surat-permohonan.docx" in refused.value.message
    assert repair in refused.value.repair


def test_what_is_no_word_document_is_said_to_be_none(fleet: Callable[..., Fleet], tmp_path: Path) -> None:
    (tmp_path / "own").mkdir()
    with pytest.raises(UsageError, match="holds no DOCX"):
        write.make(fleet(), tmp_path / "out", own=tmp_path / "own")
    (tmp_path / "own/surat.docx").write_bytes(b"not a zip")
    with pytest.raises(UsageError, match="not a Word document"):
        write.make(fleet(), tmp_path / "out", own=tmp_path / "own")


def test_a_template_that_was_exported_gives_the_same_paper(fleet: Callable[..., Fleet], tmp_path: Path) -> None:
    write.write(write.templates(tmp_path / "own"))
    ours = write.make(fleet(AWKWARD), tmp_path / "out")
    theirs = write.make(fleet(AWKWARD), tmp_path / "out", own=tmp_path / "own")
    assert [text_of(one.content) for one in ours] == [text_of(one.content) for one in theirs]


def test_papers_yml_is_closed(fleet: Callable[..., Fleet]) -> None:
    for told, said in (
        ({"kepala_derah": "x"}, "kepala_derah"),
        ({"tujuan": "x"}, "a list is expected"),
        ({"tempat": ["x"]}, "text is expected"),
        ({"data_dimohon": ["x"]}, "a list is expected"),
    ):
        with pytest.raises(UsageError, match=said):
            facts.told(fleet(told).directory)
    (fleet().directory / facts.FILE).write_text("a: b: c")
    with pytest.raises(UsageError, match="cannot be read"):
        facts.told(fleet().directory)
    (fleet().directory / facts.FILE).write_text(facts.draft())
    assert facts.told(fleet().directory) == {}


def test_nothing_is_overwritten_unless_asked(fleet: Callable[..., Fleet], tmp_path: Path) -> None:
    made = write.make(fleet(), tmp_path / "out", only=["surat-permohonan", "kompetensi-operator"])
    assert [one.file.stem for one in made] == ["surat-permohonan", "kompetensi-operator"]
    (tmp_path / "out").mkdir()
    made[1].file.write_bytes(b"edited by hand")
    with pytest.raises(UsageError, match="kompetensi-operator"):
        write.write(made)
    assert [file.name for file in (tmp_path / "out").iterdir()] == ["kompetensi-operator.docx"]
    write.write(made, overwrite=True)
    assert stat.S_IMODE(made[0].file.stat().st_mode) == 0o600
    with pytest.raises(UsageError, match="no paper called surat-pemohonan") as refused:
        write.make(fleet(), tmp_path / "out", only=["surat-pemohonan"])
    assert "surat-permohonan" in refused.value.repair


def test_several_regions_and_servers_have_papers_of_their_own(fleet: Callable[..., Fleet], tmp_path: Path) -> None:
    hosts = HOSTS.replace("PEERS\n", "").replace(
        "    data-semarang: {",
        "    data-dua: {ansible_host: 10.33.74.11, backbone_fqdn: dua.semarang.example}\n"
        "    data-papua: {ansible_host: 10.93.0.1, backbone_fqdn: d.papua.example, backbone_region: '93',"
        " backbone_level: provinsi}\n    data-semarang: {",
    )
    made = [one.file.relative_to(tmp_path / "out") for one in write.make(fleet(None, hosts), tmp_path / "out")]
    assert Path("93/spesifikasi-server.docx") in made
    assert Path("33.74/spesifikasi-server-data-dua.docx") in made
    assert Path("33.74/spesifikasi-server-data-semarang.docx") in made
    assert len(made) == 7 + 8


def test_our_texts_hold_only_placeholders_that_there_are(fleet: Callable[..., Fleet]) -> None:
    one = fleet()
    region = by_code("33.74")
    assert region is not None
    known = facts.values(one, region, one.servers, {})
    assert set(known) == {*facts.TEXTS, *facts.LISTS, *facts.DERIVED}  # those that `papers --list` names
    for kind in write.KINDS:
        title, blocks = write.source(kind)
        assert "{{" not in page.page(title, blocks, known)
        word.fill(word.template(title, blocks), known)
    assert {file.stem for file in (paths.templates_dir() / "papers").glob("*.txt")} == set(write.KINDS)


def test_word_finds_every_property_where_its_schema_wants_it() -> None:
    """Word calls a file damaged whose properties stand in another order (ECMA-376, CT_PPr, CT_TcPr)."""
    order = {
        "pPr": ["pStyle", "keepNext", "keepLines", "numPr", "pBdr", "shd", "tabs", "spacing", "ind", "jc", "rPr"],
        "tcPr": ["tcW", "gridSpan", "vMerge", "tcBorders", "shd", "vAlign"],
        "rPr": ["rStyle", "rFonts", "b", "bCs", "i", "color", "sz", "szCs", "highlight", "u"],
    }
    seen = set()
    for kind in write.KINDS:
        document = docx.Document(io.BytesIO(word.template(*write.source(kind))))
        for element in document.element.body.iter():
            name = element.tag.rpartition("}")[2]
            if name in order:
                found = [one.tag.rpartition("}")[2] for one in element]
                assert found == sorted(found, key=order[name].index), (kind, name)
                seen.update(found)
    assert {"pBdr", "shd", "gridSpan", "tabs", "keepNext"} <= seen


def test_the_marks_of_a_text() -> None:
    blocks = parse(
        "@ Judul\n: Nama : a : b\n\nSatu\ndua\n\n1. x\n"
        "|! A %30 | B %70\n{% for s in t %}\n| {{ s }} | c\n{% endfor %}\n&& |\n"
    )
    assert [one.kind for one in blocks] == ["title", "facts", "text", "numbered", "table", "sign"]
    assert blocks[1].rows[0].cells == ("Nama", "a : b")
    assert blocks[2].text == "Satu\ndua"
    assert (blocks[4].rows[0].widths, [one.role for one in blocks[4].rows]) == (
        (30, 70),
        ["head", "tag", "body", "tag"],
    )
