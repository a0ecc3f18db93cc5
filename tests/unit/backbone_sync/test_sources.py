"""Configuration and answers of the foreign sources: what is refused, by which word, and what rows are made of them."""

from __future__ import annotations

import dataclasses
import itertools
import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import msgspec
import pytest

from backbone_sync import config, dictionary, sources
from backbone_sync.errors import AuthRefused, BadAnswer, ConfigInvalid, CursorExpired, Overloaded, SourceUnreachable
from backbone_sync.interfaces import Source
from backbone_sync.run.results import twice
from backbone_sync.run.state import UNTOLD, Counts
from backbone_sync.sources.pages import rows_of
from backbone_sync.sources.school import Schools
from backbone_sync.sources.school_answer import members, read
from backbone_sync.sources.source_pages import Listed
from backbone_sync.sources.source_rows import Shaper
from backbone_sync.sources.source_school import METHODS, School, SchoolSettings, Shape, private
from backbone_sync.sources.web import Answer
from tests.support.foreign import areas

WORDS = dictionary.load()
WIB = ZoneInfo("Asia/Jakarta")
A, B, C = (f"{n * 8}-1111-4111-a111-111111111111" for n in "abc")

PAGES = 'kind = "pages"\nurl = "https://api.example"\n[source.entities.sekolah]\npath = "/sekolah"\n'
SCHOOL = 'kind = "school"\n[[source.schools]]\nnpsn = "20328901"\nurl = "http://10.20.1.5:5774"\n'


def loaded(folder: Path, source: str) -> config.Config:
    """The configuration with this [source]."""
    path = folder / "sync.toml"
    path.write_text(f'region = "33.74"\n[source]\ncredentials = "{folder}"\n{source}', "utf-8")
    return config.load(path, WORDS)


def opened(folder: Path, source: str) -> Source:
    """The source of that configuration; nothing is asked of it."""
    return sources.open_source(loaded(folder, source), WORDS, "0", lambda _: None)


@pytest.mark.parametrize(
    ("source", "said"),
    [
        ('kind = "pigeon"\n', "contract"),
        (PAGES.replace("https", "http"), "source.url must begin with https://"),
        (PAGES.replace("api.example", "dinas:rahasia@api.example"), "no user, password"),
        (PAGES.replace("api.example", "api.example/?key=rahasia"), "no user, password, query"),
        ('kind = "pages"\nurl = "https://api.example"\n', "source.entities"),
        (PAGES.replace('"/sekolah"', '"sekolah"'), "source.entities.sekolah.path"),
        (PAGES.replace("sekolah]", "sekola]"), "source.entities.sekola"),
        (PAGES + "pat = 1\n", "source.entities.sekolah.pat"),
        (PAGES + 'fields = { nm = "name" }\n', "no field 'name'"),
        (PAGES + 'lacks = ["kode_wilayah"]\n', "no row can be placed without kode_wilayah"),
        (PAGES + 'key_file = "/etc/passwd"\n', "source.entities.sekolah.key_file is the name of a credential file"),
        ('page_size = "many"\n' + PAGES, "source.page_size"),
        ("page_size = 1\n" + PAGES, "source.page_size"),
        ("trust_short_page = 1\n" + PAGES, "source.trust_short_page"),
        ('scopes = ["036301"]\n' + PAGES, "source.scope_parameter"),
        ('password = "rahasia"\n' + PAGES, "source.password"),
        (PAGES + "query = { tahun = 2025 }\n", "source.entities.sekolah.query"),
        ('kind = "school"\n', "source.schools"),
        (SCHOOL.replace("10.20.1.5", "sekolah.example"), "only a private address"),
        (SCHOOL.replace("10.20.1.5", "203.0.113.9"), "only a private address"),
        (SCHOOL.replace("20328901", "2032890"), "no NPSN"),
        (SCHOOL + SCHOOL.partition("\n")[2], "npsn 20328901 stands there twice"),
        (SCHOOL.replace("url", 'token = "rahasia"\nurl'), "source.schools[0].token"),
        (SCHOOL + "[source.entities.kondisi_ruang]\n", "source.entities.kondisi_ruang"),
        ('leave_out = ["pengguna"]\n' + SCHOOL, "no pengguna"),
        ('may_be_empty = ["getPengguna"]\n' + SCHOOL, "no method getPengguna"),
    ],
)
def test_a_configuration_that_is_wrong_is_refused_with_the_key(tmp_path: Path, source: str, said: str) -> None:
    with pytest.raises(ConfigInvalid) as caught:
        loaded(tmp_path, source)
    assert said in caught.value.message
    assert "rahasia" not in caught.value.message


def test_what_the_kinds_can_do_is_known_without_asking(tmp_path: Path) -> None:
    pages = opened(tmp_path, PAGES + 'lacks = ["email"]\n')
    can = pages.capabilities("sekolah")
    assert (can.since, can.resume, can.tombstones, can.complete, can.stable, can.served) == (
        *(False, False, False, True, False, True),
    )
    assert can.fields == {f.name for f in WORDS["sekolah"].fields} - {"email"}
    assert not pages.capabilities("ptk").served
    school = opened(tmp_path, 'leave_out = ["ruang"]\n' + SCHOOL)
    assert [n for n in WORDS.names if school.capabilities(n).served] == [
        n for n in WORDS.names if n in METHODS and n != "ruang"
    ]
    assert opened(tmp_path, 'url = "https://pusat.example"\n').capabilities("ref.agama").since
    assert "getPengguna" not in {method for method, _ in METHODS.values()}


def test_the_identity_changes_with_the_source_and_the_contracts_has_none(tmp_path: Path) -> None:
    texts = (PAGES, PAGES.replace("api.", "api2."), SCHOOL, 'url = "https://pusat.example"\n')
    kinds = [loaded(tmp_path, text).source for text in texts]
    assert len({one.identity for one in kinds}) == 4
    assert (kinds[3].kind, kinds[3].identity) == ("contract", "")


def test_code_tables_come_from_a_directory_where_the_source_has_none(tmp_path: Path) -> None:
    path = tmp_path / "ref.mst_wilayah.ndjson"
    path.write_text("\n".join(json.dumps(a) for a in areas()) + "\n\n", "utf-8")
    source = opened(tmp_path, f'reference = "{tmp_path}"\n{PAGES}')
    assert source.capabilities("ref.mst_wilayah").served
    assert not source.capabilities("ref.agama").served
    first = source.page("ref.mst_wilayah", ())
    assert (len(first.rows), first.more) == (4, True)
    last = source.page("ref.mst_wilayah", (), first.cursor)
    assert (last.rows, last.more) == ([], False)
    with pytest.raises(CursorExpired):
        opened(tmp_path, PAGES).page("sekolah", (), first.cursor)
    path.write_text('{"kode_wilayah": \n', "utf-8")
    with pytest.raises(BadAnswer, match="line 1"):
        source.page("ref.mst_wilayah", ())
    path.write_text("\n", "utf-8")
    with pytest.raises(BadAnswer, match="no rows"):
        source.page("ref.mst_wilayah", ())


@pytest.mark.parametrize(
    ("field", "value", "made"),
    [
        *(("rt", "3", 3), ("rt", "03", 3), ("rt", 3.0, 3), ("rt", "3.00", 3), ("rt", "", None), ("rt", "x", "x")),
        *(("rt", "3.5", "3.5"), ("rt", True, 1), ("status_sekolah", "1", 1), ("bentuk_pendidikan_id", " ", " ")),
        *(("lintang", "-7.01", -7.01), ("lintang", "", None), ("lintang", "7,01", "7,01"), ("lintang", "1e5", "1e5")),
        *(("npsn", "20328901", "20328901"), ("npsn", 20328901, 20328901), ("npsn", "", None)),
        *(("kode_wilayah", 36301, 36301), ("kode_wilayah", "036301  ", "036301  ")),
        *(("nomor_telepon", 247601234, "247601234"), ("nama", 7, "7"), ("nama", "", "")),
        *(("tanggal_sk_pendirian", "1999-05-01 00:00:00", "1999-05-01"),),
        *(("tanggal_sk_pendirian", "1999-05-01T00:00:00.000Z", "1999-05-01"),),
        *(("tanggal_sk_pendirian", "1999-05-01 07:30:00", "1999-05-01 07:30:00"),),
        *(("tanggal_sk_pendirian", "0000-00-00", None), ("tanggal_sk_pendirian", "", None)),
        ("last_update", "2025-03-01 08:15:00", "2025-03-01T08:15:00+07:00"),
        ("last_update", "2025-03-01T08:15:00.1234567", "2025-03-01T08:15:00.123456+07:00"),
        ("last_update", "2025-03-01", "2025-03-01T00:00:00+07:00"),
        ("last_update", "2025-03-01T01:15:00Z", "2025-03-01T01:15:00Z"),
        ("last_update", "2025-02-30 08:00", "2025-02-30 08:00"),
        ("last_update", "0000-00-00 00:00:00", "1970-01-01T00:00:00Z"),
        ("last_update", None, "1970-01-01T00:00:00Z"),
        *(("soft_delete", "1", 1), ("soft_delete", None, 0)),
        *(("sekolah_id", f" {A} ", A), ("sekolah_id", 5, 5)),
    ],
)
def test_only_what_cannot_be_meant_otherwise_is_changed(field: str, value: object, made: object) -> None:
    shaped = Shaper(WORDS["sekolah"], WIB).shape({"last_update": "2020-01-01T00:00:00Z", field: value})
    assert shaped[field] == made
    assert type(shaped[field]) is type(made)


def test_names_are_led_over_and_the_rest_is_passed_on_or_left() -> None:
    row = {"nm": "SD Contoh", "nama": "nama petugas", "baru": 1, "dibuat": "x", "npsn": "20328901"}
    whole = Shaper(WORDS["sekolah"], WIB, {"nm": "nama"}, ("dibuat",)).shape(row)
    assert whole == {
        "nama": "SD Contoh",
        "baru": 1,
        "npsn": "20328901",
        "last_update": UNTOLD.isoformat().replace("+00:00", "Z"),
        "soft_delete": 0,
    }
    assert "baru" not in Shaper(WORDS["sekolah"], WIB, {"nm": "nama"}, known_only=True).shape(row)
    shaper = Shaper(WORDS["sekolah"], WIB)
    assert [shaper.in_force({"soft_delete": one}) for one in ("1", 1, True)] == [None] * 3
    assert bytes(shaper.in_force(["x"]) or b"") == b'["x"]'


@pytest.mark.parametrize(
    ("body", "place", "rows"),
    [
        (b"[1, 2]", "data", [1, 2]),
        (b'{"data": []}', "data", []),
        (b'{"data": {"items": [{"a": 1}]}}', "data.items", [{"a": 1}]),
        (b'{"status": "success", "data": [3]}', "data", [3]),
        (b'{"status": 200, "data": [3]}', "data", [3]),
    ],
)
def test_rows_are_found_where_they_are_said_to_be(body: bytes, place: str, rows: list[object]) -> None:
    assert rows_of(body, place, "sekolah") == rows


@pytest.mark.parametrize(
    "body",
    [
        *(b"{}", b"null", b'"x"', b'{"data": null}', b'{"data": {"a": 1}}', b'{"rows": []}', b'{"data": [', b"<html>"),
        *(b'{"success": false, "data": []}', b'{"status": "ERROR", "data": []}', b'{"status": false, "data": []}'),
        *(b"\xff\xfe", b"[" * 100_000),
    ],
)
def test_what_is_no_list_of_rows_is_never_taken_for_none(body: bytes) -> None:
    with pytest.raises(BadAnswer):
        rows_of(body, "data", "sekolah")


def answer(made: object, status: int = 200) -> Answer:
    return Answer(status, "application/json", "", json.dumps(made).encode())


NONE = ("tidak ditemukan",)


def test_the_applications_envelope_is_read() -> None:
    said = read(answer({"results": "2", "id": "x", "start": 0, "limit": 20, "rows": [{"a": 1}, {"a": 2}]}), "x", NONE)
    assert (len(said.rows), said.results, said.none) == (2, 2, False)
    assert read(answer({"rows": {"a": 1}}), "x", NONE, single=True).rows == ({"a": 1},)
    for none in (
        {"success": False, "http_code": 404, "message": "Data TIDAK ditemukan."},
        {"success": False, "message": "tidak ditemukan"},
        {"results": 0, "rows": []},
    ):
        assert read(answer(none), "x", NONE).none


@pytest.mark.parametrize(
    ("made", "kind"),
    [
        (Answer(200, "text/html", "", b"  Access denied! rahasia"), AuthRefused),
        (answer({}, 403), AuthRefused),
        (answer({"success": False, "http_code": "401", "message": "tidak ditemukan rahasia"}), AuthRefused),
        (answer({"success": False, "message": "access denied rahasia"}), AuthRefused),
        (answer({"success": False, "http_code": 500, "message": "tidak ditemukan rahasia"}), BadAnswer),
        (answer({"success": False, "message": "rahasia"}), BadAnswer),
        (answer({"rows": {"a": "rahasia"}}), BadAnswer),
        (answer({"rows": ["rahasia"]}), BadAnswer),
        (answer({"results": 3}), BadAnswer),
        (answer(["rahasia"]), BadAnswer),
        (answer({"rows": []}, 302), BadAnswer),
        (Answer(200, "application/json", "", b""), BadAnswer),
        (answer({}, 500), SourceUnreachable),
        (answer({}, 429), Overloaded),
    ],
)
def test_what_the_application_says_otherwise_is_no_list_and_is_not_repeated(made: Answer, kind: type) -> None:
    with pytest.raises(kind) as caught:
        read(made, "getGtk of 20328901", NONE)
    assert "getGtk of 20328901" in str(caught.value)
    assert "rahasia" not in str(caught.value) + caught.value.repair  # type: ignore[attr-defined]


def pupil(person: str, membership: str, of_class: str) -> dict[str, Any]:
    return {"peserta_didik_id": person, "anggota_rombel_id": membership, "rombongan_belajar_id": of_class}


def test_memberships_are_checked_against_the_classes() -> None:
    classes = [{"rombongan_belajar_id": C}]
    made = members([pupil("1", A, C), pupil("2", "belum punya kelas", C), pupil("3", A, C), pupil("4", B, A)], classes)
    assert ([r["peserta_didik_id"] for r in made.rows], made.without, made.doubtful) == (["1"], 1, 2)
    assert members([pupil("1", A, C)], [{"rombongan_belajar_id": C, "anggota_rombel": 7}]).rows
    listing = [{"rombongan_belajar_id": C, "anggota_rombel": [{"anggota_rombel_id": A, "peserta_didik_id": "1"}]}]
    made = members([pupil("9", A.upper(), C), pupil("2", B, C)], listing)
    assert sorted(r["peserta_didik_id"] for r in made.rows) == ["1", "2"]
    assert made.doubtful == 1
    assert {r["rombongan_belajar_id"] for r in made.rows} == {C}


@pytest.mark.parametrize(
    ("host", "is_private"),
    [
        ("10.1.2.3", True),
        ("192.168.1.1", True),
        ("127.0.0.1", True),
        ("fd00::1", True),
        ("172.32.0.1", False),
        ("8.8.8.8", False),
        ("localhost", False),
        ("10.1.2.3.example", False),
        ("", False),
        ("100.64.0.1", False),
    ],
)
def test_what_is_a_private_address(host: str, is_private: bool) -> None:
    assert private(host) is is_private


def test_two_calls_to_one_school_are_apart_by_the_pause_and_two_schools_need_not_wait(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    clock = {"now": 100.0}
    calls: list[tuple[str, float]] = []

    def sleep(seconds: float) -> None:
        clock["now"] += seconds

    schools = tuple(School(f"2000000{n}", f"http://10.0.0.{n}:5774", f"school_{n}") for n in (1, 2))
    source = Schools(SchoolSettings(schools), lambda name: "t", WORDS, "0", sleep, lambda: clock["now"])

    def exchange(method: str, url: str, headers: object, body: object, what: str) -> Answer:
        calls.append((url.partition("/WebService")[0], clock["now"]))
        clock["now"] += 0.1  # as long as the application takes
        npsn = url.partition("npsn=")[2][:8]
        return answer({"results": 1, "rows": {"npsn": npsn, "sekolah_id": A}})

    monkeypatch.setattr(source._web, "exchange", exchange)
    for school in (schools[0], schools[1], schools[0], schools[0]):
        source.check(school)
    moments = [moment for _, moment in calls]
    assert [round(b - a, 3) for a, b in itertools.pairwise(moments)] == [0.1, 0.35, 0.45]


def test_an_application_that_never_comes_to_an_end_is_left(monkeypatch: pytest.MonkeyPatch) -> None:
    school = School("20000001", "http://10.0.0.1:5774", "school_1")
    source = Schools(SchoolSettings((school,)), lambda name: "t", WORDS, "0", lambda _: None)
    turn = iter(range(10**6))
    one: Callable[..., Answer] = lambda *asked: answer(  # noqa: E731
        {"rows": {"npsn": school.npsn, "sekolah_id": A}} if "getSekolah" in asked[1] else {"rows": [{"n": next(turn)}]}
    )
    monkeypatch.setattr(source._web, "exchange", one)
    monkeypatch.setattr(source._web, "patiently", lambda ask: ask())
    with pytest.raises(Exception, match="does not come to an end"):
        source.page("ptk", ())


def test_when_no_school_can_be_reached_not_all_are_tried(monkeypatch: pytest.MonkeyPatch) -> None:
    schools = tuple(School(f"{20000000 + n}", f"http://10.0.0.{n}:5774", "school") for n in range(1, 61))
    source = Schools(SchoolSettings(schools), lambda name: "t", WORDS, "0", lambda _: None)
    asked: list[str] = []

    def away(method: str, url: str, *rest: object) -> Answer:
        asked.append(url)
        raise SourceUnreachable("no answer")

    monkeypatch.setattr(source._web, "exchange", away)
    monkeypatch.setattr(source._web, "patiently", lambda ask: ask())
    with pytest.raises(SourceUnreachable, match="60 of 60 schools"):
        source.page("ptk", ())
    assert len(asked) == 20


def test_counts_of_a_second_listing_add_what_was_done_and_not_what_was_found() -> None:
    first = Counts(pages=3, received=10, created=2, updated=1, unchanged=7, quarantined=1, flagged=2)
    second = Counts(pages=3, received=10, created=1, updated=0, unchanged=9, quarantined=1, flagged=2)
    assert twice(first, second) == dataclasses.replace(first, pages=6, received=20, created=3)
    assert msgspec.json.encode(twice(first, Counts()))


PAGE = (Path(__file__).parents[3] / "docs" / "sync-sources.md").read_text("utf-8")
PROSE = re.sub(r"```.*?```", "", PAGE, flags=re.DOTALL)


@pytest.mark.parametrize("kind", ["pages", "school"])
def test_the_examples_of_the_manual_are_right_and_every_key_is_explained(tmp_path: Path, kind: str) -> None:
    (example,) = [block for block in re.findall(r"```toml\n(.*?)```", PAGE, re.DOTALL) if f'kind = "{kind}"' in block]
    (tmp_path / "sync.toml").write_text(f'region = "33.74"\n{example}', "utf-8")
    made = config.load(tmp_path / "sync.toml", WORDS).source
    assert made.kind == kind
    for one in (made, *({"pages": [Listed("/x")], "school": [School("", ""), Shape()]}[kind])):
        for name in (field.name for field in dataclasses.fields(one)):  # type: ignore[arg-type]
            assert re.search(rf"`[^`\n]*\b{name}\b[^`\n]*`", PROSE), (
                f"{kind}: docs/sync-sources.md does not explain {name}"
            )
