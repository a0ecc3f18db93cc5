"""How fast students are stored: validation, COPY and upsert of full-width rows, against the bound of the same machine.

    python benchmarks/sync_store.py --students 88000 --conninfo 'host=… dbname=…' [--page 4000] [--json]

The bound is "the same rows, already decoded, COPYed and upserted in the same pages", measured in the same run; the
ratio is by CPU time. The database must be empty or of an earlier benchmark: schemas ref, backbone and sync are dropped.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import sys
import tempfile
import time
from pathlib import Path

import msgspec

from backbone_sync import dictionary
from backbone_sync.dictionary.validator import Judged, Scope, Validator
from backbone_sync.privacy import grant
from backbone_sync.run.engine import advance
from backbone_sync.run.state import Counts, Position
from backbone_sync.sources import wire
from backbone_sync.stores.store import Store
from provision.lab.source import listing, schema
from provision.lab.source.generate import Size, generate

ENTITY = "peserta_didik"


def pages_of(students: int, limit: int, folder: Path, fields: tuple[str, ...]) -> list[bytes]:
    """The pages as the reference source sends them."""
    data = folder / "data.db"
    generate(data, Size(students=students, gone=0, doubtful=0), seed=1, region="33.74")
    connection = schema.connect(data)
    made, cursor = [], ""
    while True:
        body = listing.page(connection, "33.74", ENTITY, limit, fields, cursor)
        made.append(body)
        page = wire.page(body, ENTITY, "33.74", cursor)
        cursor = page.cursor
        if not page.more:
            connection.close()
            return made


def fresh(conninfo: str, words: dictionary.Dictionary, given: grant.Grant) -> Store:
    """A store with empty tables."""
    store = Store(conninfo)
    store.connection.execute("SET client_min_messages = warning")
    store.connection.execute("DROP SCHEMA IF EXISTS ref, backbone, sync CASCADE")
    store.migrate(words, given.entities)
    return store


def spent(store: Store) -> float:
    """CPU seconds of this process and of its backend, which tell more than the clock on a machine that is shared."""
    pid = store.connection.info.backend_pid
    ticks = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[11:13]
    return time.process_time() + sum(map(int, ticks)) / os.sysconf("SC_CLK_TCK")


def measure(conninfo: str, students: int, limit: int) -> dict[str, float]:
    """Seconds and rows a second of: the engine's whole way, its database part, the bound, and a replay."""
    words = dictionary.load()
    given = grant.make(words, leave_out=())
    entity = words[ENTITY]
    granted = given.fields(entity)
    with tempfile.TemporaryDirectory() as folder:
        bodies = pages_of(students, limit, Path(folder), tuple(f.name for f in granted))
    result: dict[str, float] = {"students": students, "bytes_per_student": sum(map(len, bodies)) / students}
    decoded: list[Judged] = []
    for name in ("bound", "engine", "replay"):
        if name == "bound":
            validator = Validator(entity, granted, Scope())
            decoded = [validator.judge(msgspec.json.decode(b, type=wire.Page).rows) for b in bodies]
        if name != "replay":
            store = fresh(conninfo, words, given)
            run = store.begin_run("benchmark", "33.74")
            store.position(entity, granted, "33.74")
            store.prepare(entity, granted)
        counts, position, began, cpu = Counts(), Position(), time.perf_counter(), spent(store)
        validator = Validator(entity, granted, Scope())
        for n, body in enumerate(bodies):
            if name == "bound":
                store.apply(entity, run, decoded[n], counts, position)
                continue
            page = wire.page(body, ENTITY, "33.74", "")
            judged = validator.judge(page.rows)
            position = advance(position, page.cursor, page.more, judged.high_update, page.as_of)
            store.apply(entity, run, judged, counts, position)
        seconds, used = time.perf_counter() - began, spent(store) - cpu
        result[f"{name}_seconds"] = round(seconds, 3)
        result[f"{name}_students_per_second"] = round(students / seconds)
        result[f"{name}_students_per_cpu_second"] = round(students / used)
        expected = (0, students) if name == "replay" else (students, 0)
        if (counts.created, counts.unchanged) != expected:
            raise SystemExit(f"{name}: stored {counts}")
        if name == "bound":
            decoded = []
            store.close()
    store.close()
    result["engine_of_bound"] = round(
        result["engine_students_per_cpu_second"] / result["bound_students_per_cpu_second"], 3
    )
    result["peak_resident_mb"] = round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)
    return result


def main() -> int:
    """Print the measurement; exit 1 below 10,000 students a second."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--students", type=int, default=88_000)
    parser.add_argument("--page", type=int, default=4000)
    parser.add_argument("--conninfo", required=True)
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    result = measure(options.conninfo, options.students, options.page)
    if options.json:
        print(json.dumps(result))
    else:
        for name, value in result.items():
            print(f"{name:<32}{value:>14,}")
    return 0 if result["engine_students_per_second"] >= 10_000 else 1


if __name__ == "__main__":
    sys.exit(main())
