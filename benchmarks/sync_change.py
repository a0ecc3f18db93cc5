"""A run with nothing new and a run with one in a hundred rows changed, after an initial load of the same table.

    python -m benchmarks.sync_change --students 1000000 --conninfo 'host=… dbname=…' --folder DIR [--json]

The load is that of `sync_load` (pages from files); the two runs after it ask the reference source over TLS on
loopback, which runs in a process of its own. Every student is full-width. The time in which the source counts its rows
for the totals is told apart. Exit 1 when the run with nothing new takes a second or more, or needs more than one
request an entity besides the token and the totals.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import sys
import tempfile
import time
from pathlib import Path

from backbone_sync import __version__
from backbone_sync import config as configs
from backbone_sync.interfaces import Total
from backbone_sync.run.engine import Engine
from backbone_sync.sources.client import Client
from backbone_sync.sources.source_contract import Contract
from backbone_sync.stores.store import Store
from benchmarks.sync_load import ENTITY, GIVEN, REGION, WORDS, Files, backend_seconds, fresh, prepared
from benchmarks.world import served
from provision.lab.source.mutate import mutate


class Patient(Client):
    """Tells how long the source took to count: the reference source reads every row for its digests."""

    waited = 0.0

    def totals(self) -> dict[str, Total]:
        """The totals, timed."""
        began = time.perf_counter()
        try:
            return super().totals()
        finally:
            self.waited += time.perf_counter() - began


def timed(config: configs.Config, source: object, store: Store) -> dict[str, float]:
    """One run: seconds by the clock and by CPU (client and backend), rows changed, requests."""
    clock, own, backend = time.perf_counter(), time.process_time(), backend_seconds(store)
    result = Engine(config, WORDS, source, store).run()  # type: ignore[arg-type]
    counts = result.entities[ENTITY].counts
    assert result.green, result
    return {
        "seconds": round(time.perf_counter() - clock, 3),
        "cpu_seconds": round(time.process_time() - own + backend_seconds(store) - backend, 3),
        "rows": counts.created + counts.updated + counts.deleted,
        "judging_and_storing_seconds": round(counts.seconds, 3),
        "source_counting_seconds": round(getattr(source, "waited", 0.0), 3),
        "requests": getattr(source, "requests", 0),
    }


def main() -> int:
    """Print the measurement."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--students", type=int, default=1_000_000)
    parser.add_argument("--page", type=int, default=4000)
    parser.add_argument("--conninfo", required=True)
    parser.add_argument("--folder", type=Path, required=True)
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    kept = options.folder / f"{options.students}-{options.page}"
    kept.mkdir(parents=True, exist_ok=True)
    prepared(kept, options.students, options.page)
    made: dict[str, object] = {"students": options.students, "load_average": round(os.getloadavg()[0], 2)}
    with tempfile.TemporaryDirectory(dir=options.folder) as name:
        folder = Path(name)
        data = Path(shutil.copy(kept / "data.db", folder / "data.db"))
        with served(data, folder) as port:
            config = configs.Config(
                region=REGION,
                source=Contract(
                    url=f"https://127.0.0.1:{port}", ca_file=str(folder / "cert.pem"), credentials=str(folder)
                ),
                database=options.conninfo,
                grant=GIVEN,
            )
            store = fresh(options.conninfo)
            made["load"] = load = timed(config, Files(kept, options.students), store)
            store.connection.execute("VACUUM ANALYZE")
            timed(config, Patient(config, __version__), store)
            made["nothing_new"] = idle = timed(config, Patient(config, __version__), store)
            mutate(data, ENTITY, change=options.students // 100, seed=1)
            made["one_percent"] = one = timed(config, Patient(config, __version__), store)
            store.close()
    made["one_percent_of_load"] = round((one["seconds"] - one["source_counting_seconds"]) / load["seconds"], 4)
    made["one_percent_of_load_cpu"] = round(one["cpu_seconds"] / load["cpu_seconds"], 4)
    print(json.dumps(made) if options.json else "\n".join(f"{k:<24}{v}" for k, v in made.items()))
    return 0 if idle["seconds"] < 1 and idle["requests"] <= len(GIVEN.entities) + 2 else 1


if __name__ == "__main__":
    sys.exit(main())
