"""How much of a slow line an initial load uses: TLS, gzip and pages ahead through a throttling, delaying TCP proxy.

    python -m benchmarks.sync_link --conninfo 'host=… dbname=…' [--mbit 2] [--delay 0.04] [--students 12000] [--json]

Used share = bytes that came through / (rate x time from the first byte to the last). The time that the source took to
think (the reference source is Python, and shares this machine) is part of it, and told apart as well. The database is
of a benchmark alone. Exit 1 below 0.9.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import tempfile
import time
from pathlib import Path

from backbone_sync import __version__
from backbone_sync import config as configs
from backbone_sync.run.engine import Engine
from backbone_sync.sources.client import Client
from backbone_sync.sources.source_contract import Contract
from benchmarks.sync_load import ENTITY, GIVEN, REGION, WORDS, fresh
from benchmarks.world import SlowLine, served
from provision.lab.source import schema
from provision.lab.source.generate import Size, generate

# Synthetic names repeat so much that a row takes 0.16 kB with gzip; real ones take about 0.45 kB. These columns are
# filled with text of four bits a character until a row is as large as that.
_FILLED = {"nama": 80, "tempat_lahir": 30, "alamat_jalan": 80, "nama_dusun": 60, "email": 60, "nama_ayah": 100}
_FILLED |= {"nama_ibu_kandung": 100, "nama_wali": 100}


def as_large_as_real(data: Path) -> None:
    """Give the students' rows the entropy of real ones."""
    connection = schema.connect(data)
    filled = ", ".join(f"{name} = substr(lower(hex(randomblob(50))), 1, {size})" for name, size in _FILLED.items())
    connection.execute(f"UPDATE {ENTITY} SET {filled} WHERE soft_delete = 0")
    connection.close()


def main() -> int:
    """Print the measurement."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--conninfo", required=True)
    parser.add_argument("--mbit", type=float, default=2.0)
    parser.add_argument("--delay", type=float, default=0.04, help="seconds each way")
    parser.add_argument("--students", type=int, default=12_000)
    parser.add_argument("--page", type=int, default=Contract("").page_limit)
    parser.add_argument("--ahead", type=int, default=configs.Pace().ahead)
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        generate(folder / "data.db", Size(schools=430, students=options.students), seed=1, region=REGION)
        as_large_as_real(folder / "data.db")
        with served(folder / "data.db", folder) as port:
            line = SlowLine(port, options.mbit * 125_000, options.delay)
            config = configs.Config(
                region=REGION,
                source=Contract(
                    url=f"https://127.0.0.1:{line.port}",
                    ca_file=str(folder / "cert.pem"),
                    credentials=str(folder),
                    page_limit=options.page,
                ),
                database=options.conninfo,
                grant=GIVEN,
                pace=configs.Pace(ahead=options.ahead),
            )
            store = fresh(options.conninfo)
            began = time.monotonic()
            result = Engine(config, WORDS, Client(config, __version__), store).run()
            seconds = time.monotonic() - began
            store.close()
    assert result.green, result
    busy = line.last - line.first
    used = line.passed / (options.mbit * 125_000 * busy)
    made = {
        "students": result.entities[ENTITY].counts.created,
        "mbit": options.mbit,
        "delay_each_way": options.delay,
        "seconds": round(seconds, 2),
        "bytes": line.passed,
        "bytes_per_student": round(line.passed / options.students),
        "used_share": round(used, 3),
        "source_thinking_seconds": round(line.thinking, 2),
        "used_share_without_thinking": round(line.passed / (options.mbit * 125_000 * (busy - line.thinking)), 3),
        "load_average": round(os.getloadavg()[0], 2),
    }
    print(json.dumps(made) if options.json else "\n".join(f"{k:<18}{v}" for k, v in made.items()))
    return 0 if used >= 0.9 else 1


if __name__ == "__main__":
    sys.exit(main())
