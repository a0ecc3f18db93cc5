"""The initial load of full-width students against its bound: "COPY the same rows already decoded, then one upsert".

    python -m benchmarks.sync_load --students 1000000 --conninfo 'host=… dbname=…' --folder DIR [--page 4000] [--json]

Both are measured in one run on one machine, over the same data; the engine's side is all but the network: pages read
from files made beforehand, as they would come over the line, decompression, judgement, COPY, merge, cursor. No HTTP and
no TLS is in it; `sync_link` measures what they add. Ratios by the clock and by CPU time of client and backend. The
database is of a benchmark alone: schemas ref, backbone and sync are dropped. Exit 1 when the engine is below 0.7 of
the bound by the clock.
"""

from __future__ import annotations

import argparse
import gzip
import json
import multiprocessing
import os
import sys
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import msgspec

from backbone_sync import config as configs
from backbone_sync import dictionary
from backbone_sync.dictionary.validator import Scope, Validator
from backbone_sync.interfaces import Capabilities, Cell, Page, Total
from backbone_sync.privacy import grant
from backbone_sync.run.engine import Engine
from backbone_sync.sources.source_contract import Contract
from backbone_sync.sources.wire import page as decoded
from backbone_sync.stores import copying
from backbone_sync.stores.statements import Statements
from backbone_sync.stores.store import Store
from provision.lab.source import listing, schema
from provision.lab.source.generate import Size, generate

ENTITY = "peserta_didik"
REGION = "33.74"
WORDS = dictionary.load()
GIVEN = grant.Grant(("ref.mst_wilayah", ENTITY), leave_out=frozenset())


def prepared(folder: Path, students: int, limit: int) -> int:
    """Generate the data and write every page, gzipped, into `folder`; done once. Returns the number of pages."""
    done = folder / "pages"
    if done.exists():
        return int(done.read_text())
    data = folder / "data.db"
    generate(data, Size(schools=430, students=students, gone=0, doubtful=0), seed=1, region=REGION)
    connection = schema.connect(data)
    count = 0
    for entity in GIVEN.entities:
        fields = tuple(f.name for f in GIVEN.fields(WORDS[entity]))
        cursor, number = "", 0
        while True:
            body = listing.page(connection, REGION, entity, limit, fields, cursor)
            (folder / f"{entity}.{number}.gz").write_bytes(gzip.compress(body, 1))
            made = decoded(body, entity, REGION, cursor)
            cursor, number, count = made.cursor, number + 1, count + 1
            if not made.more:
                break
    connection.close()
    done.write_text(str(count))
    return count


class Files:
    """A source that reads those pages; what a network would add is measured by `sync_link`."""

    def __init__(self, folder: Path, students: int) -> None:
        self._folder, self._students, self._at = folder, students, {"": 0}
        self._areas = 0

    def capabilities(self, entity: str) -> Capabilities:
        """As contract v1."""
        return Capabilities()

    def page(self, entity: str, fields: tuple[str, ...], cursor: str = "", since: object = None) -> Page:
        """The next file."""
        number = self._at.get(cursor, 0) if cursor else 0
        made = decoded(gzip.decompress((self._folder / f"{entity}.{number}.gz").read_bytes()), entity, REGION, cursor)
        self._at[made.cursor] = number + 1
        if entity != ENTITY:
            self._areas += made.count
        return Page(made.rows, made.cursor, made.more, made.as_of)

    def totals(self) -> dict[str, Total]:
        """What was generated."""
        return {"ref.mst_wilayah": Total(self._areas, 0), ENTITY: Total(self._students, 0)}

    def breakdown(self, entity: str) -> tuple[Cell, ...] | None:
        """None."""
        return None

    def traffic(self) -> tuple[int, int]:
        """Nothing."""
        return 0, 0


def fresh(conninfo: str) -> Store:
    """A store with empty tables."""
    store = Store(conninfo)
    store.connection.execute("SET client_min_messages = warning")
    store.connection.execute("DROP SCHEMA IF EXISTS ref, backbone, sync CASCADE")
    store.migrate(WORDS, GIVEN.entities)
    return store


def backend_seconds(store: Store) -> float:
    """CPU seconds of the store's backend so far."""
    ticks = Path(f"/proc/{store.connection.info.backend_pid}/stat").read_text().rpartition(")")[2].split()[11:13]
    return sum(map(int, ticks)) / os.sysconf("SC_CLK_TCK")


def peak_resident() -> int:
    """The most memory that this process has held, in MB. (getrusage also counts what its parent held.)"""
    line = next(one for one in Path("/proc/self/status").read_text().splitlines() if one.startswith("VmHWM"))
    return round(int(line.split()[1]) / 1024)


def measured(store: Store, began: tuple[float, float, float]) -> dict[str, float]:
    clock, own, backend = began
    return {
        "seconds": round(time.perf_counter() - clock, 2),
        "cpu_seconds": round(time.process_time() - own + backend_seconds(store) - backend, 2),
        "backend_cpu_seconds": round(backend_seconds(store) - backend, 2),
        "peak_resident_mb": peak_resident(),
    }


def start(store: Store) -> tuple[float, float, float]:
    return time.perf_counter(), time.process_time(), backend_seconds(store)


def bound(conninfo: str, folder: Path, students: int, _: configs.Pace) -> dict[str, float]:
    """COPY rows that are already decoded into staging, then one upsert. Decoding is not counted."""
    store = fresh(conninfo)
    entity = WORDS[ENTITY]
    granted = GIVEN.fields(entity)
    says = Statements.of(entity, granted)
    spent = [0.0, 0.0, 0.0]
    with store.connection.transaction(), store.connection.cursor() as cursor:
        cursor.execute(says.staging.encode())
        validator = Validator(entity, granted, Scope(_areas(folder)))
        with cursor.copy(says.copy.encode()) as copy:
            for rows in _decoded_pages(folder, validator):
                began = start(store)
                copying.send(copy, rows)
                _add(spent, store, began)
            began = start(store)
        cursor.execute(says.merge.encode(), (ENTITY,))
        assert cursor.fetchone() == (students, 0)
        _add(spent, store, began)
        began = start(store)
    _add(spent, store, began)
    store.close()
    return {
        "seconds": round(spent[0], 2),
        "cpu_seconds": round(spent[1] + spent[2], 2),
        "backend_cpu_seconds": round(spent[2], 2),
        "peak_resident_mb": peak_resident(),
    }


def _add(spent: list[float], store: Store, began: tuple[float, float, float]) -> None:
    for place, now in enumerate((time.perf_counter(), time.process_time(), backend_seconds(store))):
        spent[place] += now - began[place]


def _areas(folder: Path) -> frozenset[str]:
    body = gzip.decompress((folder / "ref.mst_wilayah.0.gz").read_bytes())
    return frozenset(r["kode_wilayah"].rstrip() for r in json.loads(body)["rows"])


def _decoded_pages(folder: Path, validator: Validator) -> Iterator[list[tuple[Any, ...]]]:
    number = 0
    while (file := folder / f"{ENTITY}.{number}.gz").exists():
        body = msgspec.json.decode(gzip.decompress(file.read_bytes()))
        raws = [msgspec.Raw(msgspec.json.encode(row)) for row in body["rows"]]
        yield list(validator.judge(raws).rows.values())
        number += 1


def engine(conninfo: str, folder: Path, students: int, pace: configs.Pace) -> dict[str, float]:
    """The whole run."""
    store = fresh(conninfo)
    config = configs.Config(
        region=REGION, source=Contract(url="https://bench"), database=conninfo, grant=GIVEN, pace=pace
    )
    began = start(store)
    result = Engine(config, WORDS, Files(folder, students), store).run()
    made = measured(store, began)
    store.close()
    assert result.green, result
    assert result.entities[ENTITY].counts.created == students
    return made


def apart(work: object, *arguments: object) -> dict[str, float]:
    """What `work` returns, in a process of its own, so that memory is its own too."""
    with multiprocessing.get_context("spawn").Pool(1) as pool:
        made: dict[str, float] = pool.apply(work, arguments)  # type: ignore[arg-type]
    return made


def main() -> int:
    """Print the measurement."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--students", type=int, default=1_000_000)
    parser.add_argument("--page", type=int, default=4000)
    parser.add_argument("--group", type=int, default=configs.Pace().group_rows)
    parser.add_argument("--ahead", type=int, default=configs.Pace().ahead)
    parser.add_argument("--conninfo", required=True)
    parser.add_argument("--folder", type=Path, required=True, help="where data and pages are kept")
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    folder = options.folder / f"{options.students}-{options.page}"
    folder.mkdir(parents=True, exist_ok=True)
    prepared(folder, options.students, options.page)
    pace = replace(configs.Pace(), group_rows=options.group, ahead=options.ahead)
    result: dict[str, object] = {"students": options.students, "load_average": os.getloadavg()[0]}
    ours = apart(engine, options.conninfo, folder, options.students, pace)
    limit = apart(bound, options.conninfo, folder, options.students, pace)
    result |= {"engine": ours, "bound": limit, "rows_per_second": round(options.students / ours["seconds"])}
    ratio = limit["seconds"] / ours["seconds"]
    result |= {"of_bound": round(ratio, 3), "of_bound_cpu": round(limit["cpu_seconds"] / ours["cpu_seconds"], 3)}
    print(json.dumps(result) if options.json else "\n".join(f"{k:<18}{v}" for k, v in result.items()))
    return 0 if ratio >= 0.7 else 1


if __name__ == "__main__":
    sys.exit(main())
