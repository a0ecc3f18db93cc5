"""Whatever is wrong with a bundle: nothing of it is stored, and it is put aside with the reason beside it."""

from __future__ import annotations

import dataclasses
import gzip
import zipfile
from collections.abc import Callable
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import psycopg

from backbone_sync import config as configs
from backbone_sync.sources import bundle, envelope
from backbone_sync.sources.bundle import Manifest, Part
from backbone_sync.sources.bundling import Piece
from backbone_sync.sources.source_files import FileDrop
from provision.lab.source.mutate import mutate
from tests.support.bundles import DROPPED, WORDS, Maker, names
from tests.support.sync_world import Run, difference

STUDENT = "peserta_didik"
Spoil = Callable[[Maker, Path], None]


def cut_off(maker: Maker, path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-200])


def changed(maker: Maker, path: Path) -> None:
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)


def unknown_key(maker: Maker, path: Path) -> None:
    maker.key = maker.key.parent / "elsewhere" / "stranger.key"
    maker.make(2, maker.pieces())


def other_region(maker: Maker, path: Path) -> None:
    maker.region = "33.72"
    maker.make(2, maker.pieces()).rename(path)
    Path(str(path).replace("33.74", "33.72") + envelope.ENDING).rename(str(path) + envelope.ENDING)
    resign(maker, path, region="33.72")


def from_tomorrow(maker: Maker, path: Path) -> None:
    maker.made_at = datetime.now(UTC) + timedelta(days=1)
    maker.make(2, maker.pieces())


def older(maker: Maker, path: Path) -> None:
    path.unlink()
    Path(str(path) + envelope.ENDING).unlink()
    maker.make(1, maker.pieces())


def gap(maker: Maker, path: Path) -> None:
    path.unlink()
    Path(str(path) + envelope.ENDING).unlink()
    maker.make(3, [p for p in maker.pieces() if p.entity == STUDENT])


def damaged_signature(maker: Maker, path: Path) -> None:
    Path(str(path) + envelope.ENDING).write_text("{}")


def swapped_signature(maker: Maker, path: Path) -> None:
    """A good signature of another bundle."""
    other = maker.make(9, maker.pieces())
    Path(str(other) + envelope.ENDING).replace(str(path) + envelope.ENDING)
    other.unlink()


def is_a_link(maker: Maker, path: Path) -> None:
    secret = path.with_name("secret")
    path.rename(maker.folder / "moved.zip")
    path.symlink_to(maker.folder / "moved.zip")
    assert not secret.exists()


def _rezip(maker: Maker, path: Path, change: Callable[[zipfile.ZipFile], None], **told: Any) -> None:
    """A zip of another making, well signed."""
    with zipfile.ZipFile(path) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in members.items():
            archive.writestr(name, content)
        change(archive)
    resign(maker, path, **told)


def resign(maker: Maker, path: Path, **told: Any) -> None:
    """Sign what lies there now, with what the manifest says changed by `told`; `files`: each part's values."""
    place = Path(str(path) + envelope.ENDING)
    keys = envelope.known(maker.key.parent / "signers") if maker.key.name == "pusat.key" else ()
    statement, _ = envelope.opened(place.read_bytes(), keys)
    manifest = bundle.told(statement, "", statement["subject"][0]["name"]).manifest
    parts = [
        Part(**{**{f: getattr(p, f) for f in p.__struct_fields__}, **told.get("files", {})}) for p in manifest.files
    ]
    made = Manifest(told.get("region", manifest.region), manifest.sequence, manifest.made_at, parts)
    with path.open("rb") as file:
        digest = bundle.digest_of(file)
    place.write_bytes(envelope.sign(bundle.statement(path.name, digest, made), maker.key))


def with_a_path(maker: Maker, path: Path) -> None:
    _rezip(maker, path, lambda archive: archive.writestr("../../etc/cron.d/backbone", "x"))


def with_a_link(maker: Maker, path: Path) -> None:
    info = zipfile.ZipInfo("link.ndjson")
    info.external_attr = 0o120777 << 16
    _rezip(maker, path, lambda archive: archive.writestr(info, "/etc/shadow"))


def with_a_stowaway(maker: Maker, path: Path) -> None:
    _rezip(maker, path, lambda archive: archive.writestr("more.ndjson", "{}\n"))


def bomb(maker: Maker, path: Path) -> None:
    """Twenty megabytes of zeros in a few kilobytes, well signed."""

    def blow(archive: zipfile.ZipFile) -> None:
        archive.writestr("zeros.csv", bytes(20 * bundle.PIECE), zipfile.ZIP_DEFLATED)

    _rezip(maker, path, blow)
    place = Path(str(path) + envelope.ENDING)
    statement, _ = envelope.opened(place.read_bytes(), envelope.known(maker.key.parent / "signers"))
    parts = statement["predicate"]["files"]
    parts.append({**parts[0], "name": "zeros.csv", "entity": "sekolah", "bytes": 20 * bundle.PIECE})
    place.write_bytes(envelope.sign(statement, maker.key))


def packed_bomb(maker: Maker, path: Path) -> None:
    """A file that unpacks to more than its manifest says."""
    pieces = [p for p in maker.pieces() if p.entity == STUDENT]
    replace_bundle(maker, path, pieces)
    _rezip_member(maker, path, gzip.compress(bytes(4 * bundle.PIECE)), "peserta_didik.ndjson.gz", bytes=1000)


def _rezip_member(maker: Maker, path: Path, content: bytes, name: str, **told: Any) -> None:
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr(name, content)
    resign(maker, path, files={"name": name, **told})


def replace_bundle(maker: Maker, path: Path, pieces: list[Piece]) -> None:
    path.unlink()
    maker.make(2, pieces)


def _rewritten(maker: Maker, path: Path, change: Callable[[bytes], bytes], form: str = "ndjson", **told: Any) -> None:
    pieces = [p for p in maker.pieces(form=form) if p.entity == STUDENT]
    pieces[0].path.write_bytes(change(pieces[0].path.read_bytes()))
    replace_bundle(maker, path, [dataclasses.replace(pieces[0], **told)])


def not_utf8(maker: Maker, path: Path) -> None:
    _rewritten(maker, path, lambda content: content.decode().encode("utf-16"))


def latin(maker: Maker, path: Path) -> None:
    _rewritten(maker, path, lambda content: content.replace(b'"nama": "', b'"nama": "\xe9', 1))


def no_object(maker: Maker, path: Path) -> None:
    _rewritten(maker, path, lambda content: b"[1]\n" + content)


def ends_in_a_line(maker: Maker, path: Path) -> None:
    _rewritten(maker, path, lambda content: content[:-40])


def wrong_digest(maker: Maker, path: Path) -> None:
    resign(maker, path, files={"sha256": "0" * 64})


def wrong_count(maker: Maker, path: Path) -> None:
    _rewritten(maker, path, lambda content: content, rows=3)


def column_too_many(maker: Maker, path: Path) -> None:
    _rewritten(
        maker, path, lambda content: content.replace(b"\r\n", b",x\r\n", 2).replace(b",x\r\n", b"\r\n", 1), "csv"
    )


def twice_the_column(maker: Maker, path: Path) -> None:
    _rewritten(maker, path, lambda content: content.replace(b"nama,", b"nik,", 1), "csv")


def no_key(maker: Maker, path: Path) -> None:
    _rewritten(maker, path, lambda content: content.replace(b"peserta_didik_id", b"id", 1), "csv")


def open_quote(maker: Maker, path: Path) -> None:
    _rewritten(maker, path, lambda content: content + b'"', "csv")


def unknown_entity(maker: Maker, path: Path) -> None:
    resign(maker, path, files={"entity": "guru"})


def too_large(maker: Maker, path: Path) -> None:
    resign(maker, path, files={"bytes": 9 * 1024**3})


BAD: list[tuple[Spoil, str]] = [
    (cut_off, "another SHA-256 than its signature says"),
    (changed, "another SHA-256 than its signature says"),
    (unknown_key, "no known key has signed it"),
    (other_region, "it is for region 33.72, and this server is of region 33.74"),
    (from_tomorrow, "which is still to come"),
    (older, "number 1 was taken already"),
    (gap, "number 2 has not been taken"),
    (damaged_signature, "damaged or no DSSE envelope"),
    (swapped_signature, "about a file of another name"),
    (is_a_link, "a link and no file"),
    (with_a_path, "a file with a path"),
    (with_a_link, "a folder, a link"),
    (with_a_stowaway, "not those that its manifest names"),
    (bomb, "zip bomb"),
    (packed_bomb, "unpacks to more than the 1000 bytes"),
    (not_utf8, "is not UTF-8"),
    (latin, "is not UTF-8"),
    (no_object, "line 1 is no JSON object"),
    (ends_in_a_line, "ends in the middle of a line"),
    (wrong_digest, "another SHA-256 than its manifest says"),
    (wrong_count, "rows, and the manifest says 3"),
    (column_too_many, "columns, the header"),
    (twice_the_column, "names a column twice"),
    (no_key, "its header lacks peserta_didik_id"),
    (open_quote, "is not CSV by RFC 4180"),
    (unknown_entity, "no entity of the data dictionary"),
    (too_large, "unpacked it would have more than"),
]


def test_a_bundle_that_is_not_as_it_must_be_is_refused_whole_and_put_aside_with_its_reason(
    drop_run: Run, maker: Maker, drop_config: configs.Config, data: Path, database: str
) -> None:
    """One database for all: bundle 1 is stored, and each bundle 2 is bad in its own way."""
    maker.make(1, maker.pieces())
    assert drop_run().green
    mutate(data, STUDENT, change=20, add=5, seed=9)
    with psycopg.connect(database) as connection:
        state = "SELECT md5(string_agg(t::text, '' ORDER BY peserta_didik_id)) FROM backbone.peserta_didik t"
        stood = connection.execute(state.encode()).fetchone()
        for spoil, says in BAD:
            mine = dataclasses.replace(maker, most=40)
            spoil(mine, mine.make(2, mine.pieces()))
            with closing(FileDrop(drop_config, WORDS)) as drop:
                drop.begin(DROPPED.entities)
                told = [fault.message for fault in drop._found.refused]
                assert (len(told), drop._found.taken) == (1, []), (spoil.__name__, told)
            assert says in told[0], (spoil.__name__, told)
            assert names(maker.drop) <= {"secret"}, spoil.__name__
            reasons = [one for one in (maker.drop / "rejected").iterdir() if one.name.endswith(".reason.txt")]
            assert [says in one.read_text() for one in reasons] == [True], spoil.__name__
            assert len(list((maker.drop / "rejected").iterdir())) == 3, spoil.__name__
            for one in (maker.drop / "rejected").iterdir():
                one.unlink()
        assert connection.execute(state.encode()).fetchone() == stood
        maker.make(2, maker.pieces())
        assert drop_run().green  # none of them has used up the number
    assert difference(data, database, STUDENT) == set()
