"""The file drop: what a sound bundle holds is stored once, in order, and the drop says how things stand."""

from __future__ import annotations

import dataclasses
import gzip
import io
import json
import time
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import psycopg
import pytest

from backbone_sync import config as configs
from backbone_sync.cli.stores import standing
from backbone_sync.privacy.grant import Grant
from backbone_sync.run import doctor
from backbone_sync.sources import bundle, envelope
from backbone_sync.sources.bundle import Manifest, Part
from backbone_sync.sources.source_files import FileDrop
from backbone_sync.stores.store import Store
from provision.lab.source.mutate import mutate
from tests.support.bundles import DROPPED, WORDS, Maker, names, ndjson, rows_of, stored
from tests.support.sync_world import Run, difference

STUDENT = "peserta_didik"


def test_bundles_bring_the_whole_then_the_changes_and_go_to_done(
    drop_run: Run, maker: Maker, data: Path, database: str
) -> None:
    first = maker.make(1, maker.pieces())
    result = drop_run()
    assert result.green, (result.error, result.entities[STUDENT].error)
    assert difference(data, database, STUDENT) == set()
    assert names(maker.drop / "done") == {first.name, first.name + ".dsse.json"}
    assert names(maker.drop) == set()
    nothing_new = drop_run()
    assert (nothing_new.green, nothing_new.entities[STUDENT].counts.received) == (True, 0)
    before = datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    mutate(data, STUDENT, change=30, delete=5, add=7, seed=3)
    maker.make(2, [one for one in maker.pieces("changes", before) if one.entity == STUDENT], pack=False)
    mutate(data, STUDENT, change=10, add=1, seed=4)
    maker.make(3, [one for one in maker.pieces("changes", before, form="csv", bom=True) if one.entity == STUDENT])
    changed = drop_run()
    made = changed.entities[STUDENT]
    assert changed.green, (changed.error, made.error, made.balance)
    assert (made.counts.deleted, made.counts.created) == (5, 8)
    assert difference(data, database, STUDENT) == set()


def test_csv_with_quotes_and_line_ends_in_values_is_stored_as_it_was_written(
    drop_run: Run, maker: Maker, data: Path, database: str
) -> None:
    pieces = maker.pieces(form="csv", bom=True)
    path = next(p.path for p in pieces if p.entity == STUDENT)
    text = path.read_text("utf-8-sig").splitlines(keepends=True)
    name = rows_of(data, STUDENT)[0]["nama"]
    assert str(name) in text[1]
    text[1] = text[1].replace(str(name), '"Siti ""Aminah"", a\r\nb"', 1)
    path.write_bytes("".join(text).encode())
    maker.make(1, pieces)
    assert drop_run().entities[STUDENT].green
    with psycopg.connect(database) as connection:
        found = connection.execute("SELECT nama FROM backbone.peserta_didik WHERE nama LIKE 'Siti \"%'").fetchone()
    assert found == ('Siti "Aminah", a\r\nb',)


def test_rows_that_a_complete_bundle_lacks_are_deletions_behind_the_brake(
    drop_run: Run, maker: Maker, data: Path, database: str
) -> None:
    maker.make(1, maker.pieces())
    assert drop_run().green
    stood = stored(database)
    pieces = [p for p in maker.pieces() if p.entity == STUDENT]
    kept = rows_of(data, STUDENT)[:400]
    ndjson(pieces[0].path, kept)
    few = sum(1 for row in kept if not row["soft_delete"])
    maker.make(2, [dataclasses.replace(pieces[0], rows=len(kept), live=few)])
    braked = drop_run().entities[STUDENT]
    assert (braked.error and braked.error.kind, stored(database)) == ("deletions_braked", stood)
    assert names(maker.drop / "done") >= {"33.74-000002.zip"}  # its rows are stored; the deletions wait in the database
    maker.make(3, maker.pieces())
    assert drop_run().green


def test_a_refused_bundle_keeps_the_run_from_green_until_somebody_has_dealt_with_it(
    drop_run: Run, maker: Maker, drop_config: configs.Config, database: str
) -> None:
    maker.most = 60
    maker.make(1, maker.pieces())
    assert drop_run().green
    stood = stored(database)
    spoilt = maker.make(2, maker.pieces())
    spoilt.write_bytes(spoilt.read_bytes()[:-200])
    refused = drop_run()
    assert refused.error is not None
    assert (refused.error.kind, refused.exit_status, stored(database)) == ("bundle", 1, stood)
    assert "33.74-000002.zip was refused: it has another SHA-256" in refused.error.message
    again = drop_run()
    assert (again.error and again.error.kind, again.green) == ("no_bundle", False)
    (maker.drop / "half.zip").write_bytes(b"PK")
    with closing(Store(database)) as store:
        now = standing(store, drop_config, WORDS)
    assert now.delivery is not None
    assert (now.delivery.sequence, now.delivery.waiting) == (1, ("half.zip",))
    assert [one.name for one in now.delivery.refused] == ["33.74-000002.zip"]
    codes = {f.code: f.level for f in doctor.diagnose(doctor.Facts(now))}
    assert codes["delivery.refused.33.74-000002.zip"] == "fault"
    assert codes["delivery.waiting"] == "warning"
    for one in (maker.drop / "rejected").iterdir():
        one.unlink()
    (maker.drop / "half.zip").unlink()
    assert drop_run().green


def test_a_bundle_is_left_alone_while_it_is_written_and_refused_when_its_half_never_comes(
    drop_run: Run, maker: Maker, drop_config: configs.Config
) -> None:
    maker.most = 60
    maker.make(1, maker.pieces())
    patient = dataclasses.replace(
        drop_config, source=dataclasses.replace(drop_config.source, settle=timedelta(hours=1))
    )  # type: ignore[type-var]
    assert not drop_run(source=FileDrop(patient, WORDS)).green
    assert names(maker.drop) == {"33.74-000001.zip", "33.74-000001.zip.dsse.json"}
    assert drop_run().green
    lonely = maker.drop / "33.74-000002.zip"
    lonely.write_bytes(b"PK")
    assert drop_run().green
    assert lonely.exists()
    later = FileDrop(drop_config, WORDS)
    later.drop = dataclasses.replace(later.drop, now=lambda: time.time() + 3700)
    refused = drop_run(source=later)
    assert refused.error is not None
    assert "its signature has not come within an hour" in refused.error.message


def test_changes_without_a_whole_before_them_are_not_stored(drop_run: Run, maker: Maker, database: str) -> None:
    maker.most = 60
    maker.make(1, maker.pieces("changes"))
    result = drop_run()
    assert {made.error.kind for made in result.entities.values() if made.error} == {"no_bundle"}
    assert (result.green, names(maker.drop)) == (False, {"33.74-000001.zip", "33.74-000001.zip.dsse.json"})


def test_a_field_that_is_granted_later_needs_a_complete_file(
    drop_run: Run, maker: Maker, data: Path, database: str
) -> None:
    narrow = Grant(DROPPED.entities, leave_out=frozenset({"u", "s"}))
    maker.make(1, maker.pieces())
    assert drop_run(grant=narrow).green
    before = datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    mutate(data, STUDENT, change=3, seed=3)
    maker.make(2, [one for one in maker.pieces("changes", before) if one.entity == STUDENT])
    wider = drop_run()
    made = wider.entities[STUDENT].error
    assert made is not None
    assert "came into the grant after its last complete file" in made.message
    assert "33.74-000002.zip" in names(maker.drop)
    maker.make(3, maker.pieces())
    assert drop_run().green
    assert difference(data, database, STUDENT) == set()


def test_a_run_that_dies_before_its_bundle_is_put_by_takes_it_again_and_changes_nothing(
    drop_run: Run, maker: Maker, data: Path, database: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Killed(BaseException):
        pass

    def die(*_: object) -> None:
        raise Killed

    maker.make(1, maker.pieces())
    with monkeypatch.context() as patched:
        patched.setattr(FileDrop, "_note", die)
        with pytest.raises(Killed):
            drop_run()
    assert names(maker.drop) >= {"33.74-000001.zip"}
    with monkeypatch.context() as patched:
        patched.setattr("backbone_sync.sources.drop.Drop.put_by", die)
        with pytest.raises(Killed):
            drop_run()
    third = drop_run()
    assert (third.green, third.entities[STUDENT].counts.created) == (True, 0)
    assert "33.74-000001.zip" in names(maker.drop / "done")
    assert difference(data, database, STUDENT) == set()


def test_a_drop_to_which_nothing_comes_any_more_is_not_green(drop_run: Run, maker: Maker) -> None:
    maker.most = 60
    maker.made_at = datetime.now(UTC) - timedelta(days=40)
    maker.make(1, maker.pieces())
    result = drop_run()
    assert result.error is not None
    assert (result.error.kind, result.error.message) == ("stale", "the last bundle was made on "
        f"{maker.made_at:%Y-%m-%d}, 40 days ago")  # fmt: skip
    maker.made_at = datetime.now(UTC)
    maker.make(2, maker.pieces())
    assert drop_run().green


def test_only_the_last_bundles_stay_in_done(drop_run: Run, maker: Maker, drop_config: configs.Config) -> None:
    maker.most = 60
    for number in range(1, 5):
        maker.make(number, maker.pieces())
        assert drop_run().green
    assert {n for n in names(maker.drop / "done") if n.endswith(".zip")} == {f"33.74-00000{n}.zip" for n in (2, 3, 4)}
    assert len(names(maker.drop / "done")) == 6


def test_a_single_packed_file_is_a_bundle_too(drop_run: Run, maker: Maker, data: Path, database: str) -> None:
    maker.make(1, maker.pieces())
    assert drop_run().green
    mutate(data, STUDENT, change=9, seed=3)
    rows = rows_of(data, STUDENT)
    content = "".join(json.dumps(row) + "\n" for row in rows).encode()
    path = maker.drop / "peserta_didik.ndjson.gz"
    path.write_bytes(gzip.compress(content))
    live = sum(1 for row in rows if not row["soft_delete"])
    part = Part(path.name, STUDENT, "complete", len(rows), live, len(content), bundle.digest_of(io.BytesIO(content)))
    made = Manifest("33.74", 2, datetime.now(UTC), [part])
    with path.open("rb") as file:
        signed = envelope.sign(bundle.statement(path.name, bundle.digest_of(file), made), maker.key)
    Path(str(path) + envelope.ENDING).write_bytes(signed)
    assert drop_run().green
    assert difference(data, database, STUDENT) == set()


def test_a_drop_directory_that_is_not_there_stops_the_run(drop_run: Run, maker: Maker) -> None:
    maker.drop.rename(maker.folder / "away")
    result = drop_run()
    assert (result.error and result.error.kind, result.exit_status) == ("config", 1)
