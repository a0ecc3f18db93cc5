"""Bundles for tests: keys, rows of the reference source as NDJSON or CSV, and a drop directory to put them into."""

from __future__ import annotations

import csv
import json
import sqlite3
import subprocess
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

import psycopg

from backbone_sync import dictionary
from backbone_sync.privacy.grant import Grant
from backbone_sync.sources import bundling
from backbone_sync.sources.bundling import Piece

WORDS = dictionary.load()
DROPPED = Grant(("ref.mst_wilayah", "peserta_didik"))


def key_pair(folder: Path, name: str) -> Path:
    """A private key; its public part lies in FOLDER/signers/NAME.pem."""
    private = folder / f"{name}.key"
    (folder / "signers").mkdir(exist_ok=True)
    subprocess.run(["openssl", "genpkey", "-algorithm", "ed25519", "-out", str(private)], check=True)
    public = folder / "signers" / f"{name}.pem"
    subprocess.run(["openssl", "pkey", "-in", str(private), "-pubout", "-out", str(public)], check=True)
    return private


def rows_of(data: Path, entity: str, since: str = "", most: int | None = None) -> list[dict[str, object]]:
    """Rows of the reference source, withdrawn ones too."""
    connection = sqlite3.connect(data)
    connection.row_factory = sqlite3.Row
    found = connection.execute(
        f'SELECT * FROM "{entity}" WHERE last_update >= ? LIMIT ?', (since, most or -1)
    ).fetchall()
    connection.close()
    names = [f.name for f in WORDS[entity].fields]
    return [{name: row[name] for name in names} for row in found]


def live(data: Path, entity: str) -> int:
    """How many rows of an entity are in force there."""
    connection = sqlite3.connect(data)
    row = connection.execute(f'SELECT count(*) FROM "{entity}" WHERE soft_delete = 0').fetchone()
    connection.close()
    return int(row[0])


def ndjson(path: Path, rows: Iterable[dict[str, object]], bom: bool = False) -> None:
    """A JSON object a line."""
    path.write_bytes((b"\xef\xbb\xbf" if bom else b"") + "".join(json.dumps(r) + "\n" for r in rows).encode())


def comma(path: Path, rows: Sequence[dict[str, object]], bom: bool = False) -> None:
    """CSV by RFC 4180 with a header."""
    with path.open("w", encoding="utf-8-sig" if bom else "utf-8", newline="") as file:
        made = csv.DictWriter(file, list(rows[0]))
        made.writeheader()
        made.writerows(rows)


@dataclass
class Maker:
    """Makes the bundles of one region, by one key, into one drop directory."""

    folder: Path
    drop: Path
    key: Path
    data: Path
    entities: Sequence[str]
    region: str = "33.74"
    made_at: datetime = field(default_factory=lambda: datetime.now(UTC))
    most: int | None = None  # rows of an entity

    def pieces(self, kind: str = "complete", since: str = "", form: str = "ndjson", bom: bool = False) -> list[Piece]:
        """The entities' files, not yet packed."""
        made = []
        for name in self.entities:
            rows = rows_of(self.data, name, since, self.most)
            path = self.folder / f"{name}.{form}"
            if form == "csv" and rows:
                comma(path, rows, bom)
            elif rows or form == "ndjson":
                path = path.with_suffix(".ndjson")
                ndjson(path, rows, bom)
            else:
                continue
            whole = sum(1 for row in rows if not row["soft_delete"])
            made.append(Piece(name, kind, path, len(rows), whole if kind == "complete" else live(self.data, name)))
        return made

    def make(self, sequence: int, pieces: Sequence[Piece], *, pack: bool = True) -> Path:
        """The bundle in the drop directory."""
        return bundling.make(self.drop, self.region, sequence, self.made_at, pieces, self.key, pack=pack)


def stored(database: str) -> int:
    """Students in the store."""
    with psycopg.connect(database) as connection:
        row = connection.execute("SELECT count(*) FROM backbone.peserta_didik").fetchone()
    assert row is not None
    return int(str(row[0]))


def names(folder: Path) -> set[str]:
    """Files in a folder."""
    return {one.name for one in folder.iterdir() if one.is_file()}
