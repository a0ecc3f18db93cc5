"""The initial load of the same full-width students by dlt: same rows, JSON, merge on the key, into PostgreSQL.

    python -m venv VENV; VENV/bin/pip install -r benchmarks/requirements-dlt.txt
    VENV/bin/python benchmarks/sync_dlt.py --folder DIR/40000-4000 --url postgresql://…/dbname [--rows N]

Reads the pages that `sync_load` has written. Needs nothing of this repository, because it runs in dlt's own
environment. Prints rows, seconds and CPU seconds of the client (all its processes), as JSON.
"""

from __future__ import annotations

import argparse
import gzip
import json
import os
import resource
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

os.environ.setdefault("RUNTIME__DLTHUB_TELEMETRY", "false")
os.environ.setdefault("RUNTIME__LOG_LEVEL", "ERROR")


def pages(folder: Path, most: int) -> Iterator[list[dict[str, object]]]:
    """Rows page by page, at most so many."""
    number = given = 0
    while given < most and (file := folder / f"peserta_didik.{number}.gz").exists():
        rows = json.loads(gzip.decompress(file.read_bytes()))["rows"][: most - given]
        number, given = number + 1, given + len(rows)
        yield rows


def main() -> int:
    """Load once into an empty dataset and print what it cost."""
    import dlt

    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--folder", type=Path, required=True)
    parser.add_argument("--url", required=True)
    parser.add_argument("--rows", type=int, default=10**9)
    options = parser.parse_args()

    @dlt.resource(name="peserta_didik", write_disposition="merge", primary_key="peserta_didik_id")
    def students() -> Iterator[list[dict[str, object]]]:
        yield from pages(options.folder, options.rows)

    with tempfile.TemporaryDirectory() as home:
        pipeline = dlt.pipeline(
            "benchmark",
            pipelines_dir=home,
            destination=dlt.destinations.postgres(options.url),
            dataset_name="dlt_benchmark",
            dev_mode=True,
        )
        began = time.perf_counter()
        pipeline.run(students())
        seconds = time.perf_counter() - began
        with pipeline.sql_client() as client, client.execute_query("SELECT count(*) FROM peserta_didik") as cursor:
            stored = cursor.fetchone()[0]
        with pipeline.sql_client() as client:
            client.drop_dataset()
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    result = {
        "rows": stored,
        "seconds": round(seconds, 2),
        "client_cpu_seconds": round(sum(u.ru_utime + u.ru_stime for u in used), 2),
        "rows_per_second": round(stored / seconds),
        "load_average": round(os.getloadavg()[0], 2),
    }
    print(json.dumps(result))
    return 0


if __name__ == "__main__":
    sys.exit(main())
