"""Sources that are delivered: values that come as text, manifests, order of bundles, freshness, landing tables."""

from __future__ import annotations

import dataclasses
import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import msgspec
import pytest

from backbone_sync import dictionary
from backbone_sync.config import Config
from backbone_sync.dictionary.validator import Validator
from backbone_sync.errors import ConfigInvalid
from backbone_sync.privacy.grant import Grant
from backbone_sync.run import doctor, publish
from backbone_sync.run.status import Status
from backbone_sync.sources import bundle, delivery, envelope, landing_schema, loose, source_files, source_landing
from backbone_sync.sources.bundle import BundleRefused, Manifest, Part, Told
from backbone_sync.sources.drop import out_of_order
from provision.inventory import sync_source
from tests.support.bundles import key_pair
from tests.support.rows import right

WORDS = dictionary.load()
WIB = ZoneInfo("Asia/Jakarta")
NOW = datetime(2026, 11, 22, 6, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("2024-08-01T07:00:00Z", "2024-08-01T07:00:00+00:00"),
        ("2024-08-01 07:00:00", "2024-08-01T07:00:00+07:00"),
        ("2024-08-01 07:00", "2024-08-01T07:00:00+07:00"),
        ("2024-08-01", "2024-08-01T00:00:00+07:00"),
        ("2024-08-01 07:00:00.1234567", "2024-08-01T07:00:00.123456+07:00"),
        ("2024-08-01 07:00:00+09", "2024-08-01T07:00:00+09:00"),
        ("2024-08-01T07:00:00-0330", "2024-08-01T07:00:00-03:30"),
        (" 2024-08-01 07:00:00 +08:00 ", "2024-08-01T07:00:00+08:00"),
    ],
)
def test_a_time_is_read_as_databases_write_it(text: str, meant: str) -> None:
    found = loose.moment(text, WIB)
    assert found is not None
    assert found.isoformat() == meant


@pytest.mark.parametrize(
    "text", ["", "kemarin", "2024-02-30", "2024-08-01 25:00:00", "01/08/2024", "٢٠٢٤-08-01", "0000-01-01"]
)
def test_what_is_no_time_is_not_guessed(text: str) -> None:
    assert loose.moment(text, WIB) is None


def test_text_becomes_what_the_dictionary_says_and_what_does_not_read_so_stays_text() -> None:
    entity = WORDS["peserta_didik"]
    columns = ("peserta_didik_id", "rt", "lintang", "tanggal_lahir", "jenis_kelamin", "email", "penerima_kip", "asing")

    def row(*values: str | None) -> dict[str, object]:
        made: dict[str, object] = json.loads(bytes(loose.Rows(entity, columns, WIB).raw(values)))
        return made

    key = "11111111-1111-4111-a111-111111111111"
    assert row(key, "7", "-6.98", "2015-06-01 00:00:00.000", "L ", "", "true", None) == {
        "peserta_didik_id": key,
        "rt": 7,
        "lintang": -6.98,
        "tanggal_lahir": "2015-06-01",
        "jenis_kelamin": "L",
        "email": None,
        "penerima_kip": 1,
        "asing": None,
    }
    odd = row("x", "tujuh", "1e5", "1 Juni 2015", None, None, "2.5", "ada")
    assert (odd["rt"], odd["lintang"], odd["tanggal_lahir"], odd["penerima_kip"]) == (
        "tujuh",
        "1e5",
        "1 Juni 2015",
        "2.5",
    )
    assert row(None, "7.0", "  ", "", "", None, "007", None)["rt"] == 7


def test_a_row_of_text_only_passes_the_validator_as_the_same_row_of_json_does() -> None:
    for entity in WORDS.entities:
        good = right(entity)
        text = [None if value is None else str(value) for value in good.values()]
        as_text = Validator(entity, entity.fields).judge([loose.Rows(entity, tuple(good), WIB).raw(text)])
        as_json = Validator(entity, entity.fields).judge([msgspec.Raw(msgspec.json.encode(good))])
        assert as_text == as_json, entity.name
        assert len(as_text.rows) + as_text.refused == 1, entity.name


def part(**changes: object) -> Part:
    made = Part("sekolah.ndjson.zst", "sekolah", "complete", 3, 3, 900, "0" * 64)
    return Part(**{**{name: getattr(made, name) for name in made.__struct_fields__}, **changes})  # type: ignore[arg-type]


def told(
    sequence: int = 1, parts: tuple[Part, ...] = (part(),), name: str = "33.74-000001.zip", **changes: object
) -> Told:
    said = {"region": "33.74", "sequence": sequence, "made_at": NOW, "files": list(parts), **changes}
    return Told(name, "0" * 64, Manifest(**said), "pusat")  # type: ignore[arg-type]


def test_a_manifest_goes_into_a_statement_and_comes_out_of_it() -> None:
    one = told()
    made = bundle.told(bundle.statement(one.name, one.sha256, one.manifest), "pusat", one.name)
    assert made == one
    assert made.manifest.files[0].packing == "zst"


@pytest.mark.parametrize(
    "change",
    [
        {"predicateType": "urn:backbone-daerah:report:v1"},
        {"predicate": None},
        {"predicate": {"region": "33.74"}},
        {"subject": []},
        {"subject": [{"name": "other.zip", "digest": {"sha256": "0" * 64}}]},
        {"subject": [{"name": "33.74-000001.zip", "digest": {"sha256": "short"}}]},
    ],
)
def test_a_statement_that_is_no_manifest_is_refused(change: dict[str, object]) -> None:
    one = told()
    statement = bundle.statement(one.name, one.sha256, one.manifest)
    with pytest.raises(BundleRefused):
        bundle.told({**statement, **change}, "pusat", one.name)
    for wrong in ({"sequence": 0}, {"sequence": "1"}, {"files": []}, {"madeAt": "2026-01-01"}, {"more": 1}):
        with pytest.raises(BundleRefused):
            bundle.told({**statement, "predicate": {**statement["predicate"], **wrong}}, "pusat", one.name)


@pytest.mark.parametrize(
    ("one", "says"),
    [
        (told(region="33.72"), "for region 33.72"),
        (told(made_at=NOW + timedelta(hours=2)), "still to come"),
        (told(parts=(part(name="../sekolah.csv"),)), "not plainly called"),
        (told(parts=(part(name="sekolah.xlsx"),)), "not plainly called"),
        (told(parts=(part(entity="guru"),)), "no entity of the data dictionary"),
        (told(parts=(part(), part())), "a file or an entity twice"),
        (told(parts=(part(bytes=10**10),)), "more than"),
        (told(name="sekolah.ndjson", parts=(part(name="sekolah.ndjson"),)), "no zip has one file"),
        (told(name="sekolah.csv.gz", parts=(part(name="other.csv.gz"),)), "no zip has one file"),
    ],
)
def test_a_manifest_that_cannot_be_ours_is_refused(one: Told, says: str) -> None:
    with pytest.raises(BundleRefused, match=says):
        bundle.fits(one, "33.74", WORDS, NOW, 8 * 1024**3)


def test_no_number_is_skipped_or_taken_twice_but_a_whole_region_may_begin_anywhere() -> None:
    granted = ("ref.agama", "sekolah")
    whole = (part(), part(name="ref.agama.csv", entity="ref.agama"))
    partly = (part(), part(name="ref.agama.csv", entity="ref.agama", kind="changes"))
    assert out_of_order(told(1), 0, granted) is None
    assert out_of_order(told(8, partly), 7, granted) is None
    assert out_of_order(told(9, whole), 7, granted) is None
    for number, last, parts in ((7, 7, whole), (3, 7, whole), (9, 7, partly), (9, 7, (part(),)), (2, 0, partly)):
        assert out_of_order(told(number, parts), last, granted) is not None, (number, last)


def test_signatures_are_by_known_keys_over_what_was_signed(tmp_path: Path) -> None:
    private = key_pair(tmp_path, "pusat")
    keys = envelope.known(tmp_path / "signers")
    one = told()
    signed = envelope.sign(bundle.statement(one.name, one.sha256, one.manifest), private)
    statement, key = envelope.opened(signed, keys)
    assert (key.name, bundle.told(statement, key.name, one.name)) == ("pusat", one)
    changed = json.loads(signed)
    changed["payload"] = changed["payload"][:-8] + "AAAAAAA="
    for bad in (b"", b"[]", b"{}", json.dumps(changed).encode(), b"[" * 100_000):
        with pytest.raises(envelope.NotSigned):
            envelope.opened(bad, keys)
    (tmp_path / "signers" / "pusat.pem").write_text("-----BEGIN PUBLIC KEY-----\nx\n-----END PUBLIC KEY-----\n")
    with pytest.raises(ConfigInvalid, match="no public Ed25519 key"):
        envelope.known(tmp_path / "signers")
    with pytest.raises(ConfigInvalid, match="holds no public key"):
        envelope.known(tmp_path / "nowhere")
    with pytest.raises(ConfigInvalid, match="cannot sign"):
        envelope.sign(statement, tmp_path / "nowhere.pem")


def test_freshness_is_judged_by_age() -> None:
    day = timedelta(days=1)
    assert delivery.judged("landing", NOW - day / 2, day, NOW).stale is False
    assert delivery.judged("landing", NOW - 2 * day, day, NOW).stale is True
    assert delivery.judged("landing", None, day, NOW).stale is True
    assert source_landing.stale(NOW - day / 2, day, NOW) is None
    assert source_files.stale(NOW - day / 2, day, NOW) is None
    for silent in (source_landing.stale(None, day, NOW), source_files.stale(None, day, NOW)):
        assert silent is not None


def test_metrics_say_how_fresh_a_delivery_is_and_what_waits() -> None:
    made = delivery.judged(
        "files",
        NOW,
        timedelta(days=1),
        NOW,
        sequence=3,
        waiting=("a.zip", "b.zip"),
        refused=(delivery.Refused("c.zip", "it is cut off"),),
    )
    now = Status(1, "33.74", True, "green", NOW, NOW, NOW, 0.0, None, None, {}, (), made)
    told = publish.registry(now).get_sample_value
    assert told("backbone_sync_delivered_timestamp_seconds") == NOW.timestamp()
    assert told("backbone_sync_delivered_limit_seconds") == 86400
    assert told("backbone_sync_bundles", {"state": "waiting"}) == 2
    assert told("backbone_sync_bundles", {"state": "refused"}) == 1
    fetched = dataclasses.replace(now, delivery=None)
    assert publish.registry(fetched).get_sample_value("backbone_sync_delivered_limit_seconds") is None
    codes = {one.code: one.level for one in doctor.diagnose(doctor.Facts(now))}
    assert codes == {"delivery.refused.c.zip": "fault", "delivery.waiting": "warning"}


def test_the_doctor_has_words_for_every_step_of_a_delivery(tmp_path: Path) -> None:
    lost = (doctor.Step("landing", "x"), doctor.Step("drop", "x"), doctor.Step("signers", "x"))
    found = doctor.diagnose(
        doctor.Facts(Status(1, "33", True, "green", NOW, NOW, NOW, 0.0, None, None, {}), steps=lost)
    )
    assert [one.code for one in found] == ["source.landing", "source.drop", "source.signers"]
    assert all(one.do.id and one.do.en for one in found)
    nowhere = Config(
        region="33.74",
        source=source_files.Files(str(tmp_path / "none"), str(tmp_path)),
        database="",
        grant=Grant(("ref.agama",)),
    )
    assert [step.name for step in source_files.steps(nowhere, WORDS, 1.0) if step.fault] == ["drop"]
    for name in ("none", "none/done", "none/rejected"):
        (tmp_path / name).mkdir()
    assert [step.name for step in source_files.steps(nowhere, WORDS, 1.0) if step.fault] == ["signers"]


@pytest.mark.parametrize(
    ("state", "rows", "ready"),
    [
        ("loading", None, False),
        ("complete", "5", True),
        ("complete", "4", False),
        ("complete", "x", True),
        (None, None, True),
    ],
)
def test_the_centres_mark_says_whether_a_table_may_be_read(state: str | None, rows: str | None, ready: bool) -> None:
    assert (source_landing.unready("sekolah", state, rows, NOW, 5) is None) is ready


def test_landing_tables_follow_the_grant_and_the_dictionary() -> None:
    made = landing_schema.plan(WORDS, ("sekolah",), {})
    assert [one.split("(")[0].strip() for one in made] == [
        'CREATE TABLE "landing"."heartbeat"',
        'CREATE TABLE "landing"."sekolah"',
        'CREATE INDEX ON "landing"."sekolah" USING hash',
    ]
    columns = frozenset({f.name for f in WORDS["sekolah"].fields} | {"landed_at"})
    there = {"heartbeat": frozenset({"entity"}), "sekolah": columns}
    assert landing_schema.plan(WORDS, ("sekolah",), there) == []
    assert landing_schema.plan(WORDS, ("sekolah",), {**there, "sekolah": columns - {"nama"}}) == [
        'ALTER TABLE "landing"."sekolah" ADD COLUMN "nama" text'
    ]
    assert landing_schema.plan(WORDS, (), there) == ['DROP TABLE "landing"."sekolah"']
    tables = [entity.table for entity in WORDS.entities]
    assert len(set(tables)) == len(tables)  # code tables and the others share one schema here


def test_the_inventorys_blocks_have_the_services_words_and_its_defaults() -> None:
    from backbone_sync.sources.source_pages import Listed, PagesSettings
    from backbone_sync.sources.source_school import SchoolSettings

    for block, settings in (
        (sync_source.PagesSource, PagesSettings),
        (sync_source.PagesEntity, Listed),
        (sync_source.SchoolSource, SchoolSettings),
        (sync_source.LandingSource, source_landing.LandingSettings),
        (sync_source.FilesSource, source_files.Files),
    ):
        service = {f.name: f for f in dataclasses.fields(settings)}
        for name, item in block.model_fields.items():
            if name == "clients":
                continue
            assert name in service, (block, name)
            usual = service[name].default
            if isinstance(usual, (str, int, float, bool)) and item.default is not None:
                assert item.default == usual, (block, name)


@pytest.mark.parametrize(
    ("module", "raw"),
    [
        (source_landing, {"conninfo": 5}),
        (source_landing, {"frsh": "2d"}),
        (source_landing, {"page_limit": 0}),
        (source_files, {"signers": "/x"}),
        (source_files, {"directory": "drop", "signers": "/x"}),
        (source_files, {"directory": "/drop", "signers": "/x", "keep_done": "three"}),
        (source_files, {"directory": "/drop", "signers": "/x", "keep_done": -1}),
    ],
)
def test_settings_of_the_wrong_shape_are_refused(module: object, raw: dict[str, object]) -> None:
    with pytest.raises((ValueError, KeyError, TypeError)):
        module.parse(raw, WORDS)  # type: ignore[attr-defined]
