"""What is made from the data dictionary and kept in the repository, so that a change of it can be read and reviewed.

`python -m backbone_sync.dictionary.generated` writes the files anew; a test holds them to the dictionary.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Mapping
from pathlib import Path

from backbone_sync import dictionary
from backbone_sync.dictionary import Dictionary, digest, page, rows_schema
from backbone_sync.stores import accounts_sqlserver, ddl_postgresql, ddl_sqlserver, people_sqlserver

ROOT = Path(__file__).resolve().parents[2]
_SQL = "-- Made from the data dictionary by `python -m backbone_sync.dictionary.generated`; not to be edited.\n"


def rows_json(words: Dictionary) -> str:
    """JSON Schemas of the rows."""
    return json.dumps(rows_schema.document(words), indent=1, ensure_ascii=False) + "\n"


def postgresql(words: Dictionary) -> str:
    """The tables of all entities for PostgreSQL 14 or newer, and the query for each one's digest."""
    parts = [_SQL, "-- PostgreSQL 14 or newer.\n", "CREATE SCHEMA ref;\n", "CREATE SCHEMA backbone;\n"]
    for entity in words.entities:
        parts += [f"\n-- {entity.name}: {entity.label.id} / {entity.label.en}\n"]
        parts += [f"{statement};\n" for statement in ddl_postgresql.table(entity)]
        parts += [f"-- digest: {digest.statement(words, entity)}\n"]
    return "".join(parts)


def sqlserver(words: Dictionary) -> str:
    """The same for SQL Server 2016 or newer, with staging, upsert and deletion; all fields granted."""
    parts = [_SQL, "-- SQL Server 2016 or newer. Simulated: no server has run it. ? are parameters.\n"]
    parts += [f"CREATE SCHEMA {ddl_sqlserver.quoted(s)};\nGO\n" for s in ddl_sqlserver.SCHEMAS]
    migrations = [one for version in sorted(ddl_sqlserver.MIGRATIONS) for one in ddl_sqlserver.MIGRATIONS[version]]
    parts += [f"{one.rstrip(';')};\nGO\n" for one in (ddl_sqlserver.MIGRATION_TABLE, *migrations)]
    for entity in words.entities:
        parts += [f"\n-- {entity.name}: {entity.label.id} / {entity.label.en}\n"]
        parts += [f"{s};\nGO\n" for s in (*ddl_sqlserver.table(entity), ddl_sqlserver.staging(entity))]
        people = people_sqlserver.of_entity(words, entity, entity.fields)
        for name, sql in {**accounts_sqlserver.of_entity(words, entity, entity.fields), **people}.items():
            parts += [f"-- {name}\n{sql.text};\nGO\n"]
    return "".join(parts)


# Path from the repository's root → what it holds.
FILES: Mapping[str, Callable[[Dictionary], str]] = {
    "backbone_sync/contract/rows.json": rows_json,
    "backbone_sync/contract/sql/postgresql.sql": postgresql,
    "backbone_sync/contract/sql/sqlserver.sql": sqlserver,
    "docs/data-dictionary.md": page.markdown,
}


def write(root: Path = ROOT) -> list[str]:
    """Write what is out of date; returns its paths. Folders that are not there (an installed wheel) are left out."""
    words = dictionary.load()
    changed = []
    for name, make in FILES.items():
        path, content = root / name, make(words)
        if path.parent.is_dir() and (not path.exists() or path.read_text("utf-8") != content):
            path.write_text(content, "utf-8")
            changed.append(name)
    return changed


if __name__ == "__main__":
    sys.stdout.write("".join(f"{name}\n" for name in write()))
