"""The drill's own costs, as ratios on one machine in one run; no lab host needed, but root and Debian's PostgreSQL.

    python -m benchmarks.drill_restore [--rows 1000000] [--rounds 3] [--json]

A throwaway cluster with one table of so many rows and an encrypted repository:

- restore: the drill's step `restore` against `pgbackrest restore` typed by hand on the same backup, in turns; medians
  (wanted: at most 1.2);
- compare: the digest of every table in source and restored cluster, in seconds (wanted: at most 30 per million rows);
- sync: rows a second that a client's upserts, page by page as the sync service stores them, reach while a drill goes
  on, against the same without one (wanted: at least three quarters). The weights in processor and disk that the
  drill's unit has are not in force here, only its niceness: on a server the share is no worse.

Exit 1 where one of them is missed.
"""

from __future__ import annotations

import argparse
import json
import re
import shutil
import statistics
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import Any

from provision.operate.compare import judge
from tests.drill.conftest import made_cluster
from tests.support.small_cluster import Cluster

PAGE = 2000
ROWS = """
    CREATE TABLE backbone.besar (
        id bigint PRIMARY KEY, nama text, lahir date, npsn text, diubah timestamptz, catatan jsonb);
    INSERT INTO backbone.besar
    SELECT i, 'Siswa ' || i, date '2008-01-01' + i %% 4000, lpad((1 + i %% 430)::text, 8, '0'), now(),
           jsonb_build_object('alamat', 'Jalan ' || i %% 977, 'ibu', md5(i::text)) FROM generate_series(1, %d) AS i;
    CREATE INDEX ON backbone.besar (npsn);
    CREATE TABLE backbone.tujuan (LIKE backbone.besar INCLUDING ALL);
    CHECKPOINT"""
UPSERT = """
    INSERT INTO backbone.tujuan SELECT * FROM backbone.besar WHERE id BETWEEN %d AND %d
    ON CONFLICT (id) DO UPDATE SET (nama, lahir, npsn, diubah, catatan) =
        (excluded.nama, excluded.lahir, excluded.npsn, excluded.diubah, excluded.catatan)"""
NICE = "import os; os.nice(10)\n"


def by_hand(cluster: Cluster, label: str) -> float:
    """Seconds of `pgbackrest restore` with the drill's number of processes."""
    place = cluster.folder / "by-hand"
    shutil.rmtree(place, ignore_errors=True)
    place.mkdir(mode=0o700)
    shutil.chown(place, "postgres", "postgres")
    began = time.monotonic()
    words = [f"--config={cluster.folder}/pgbackrest.conf", "--stanza=main", f"--pg1-path={place}", f"--set={label}"]
    # As nice as the drill: on a machine that others use the two would not be comparable otherwise.
    cluster.as_postgres("nice", "-n", "10", "pgbackrest", *words, "--type=none", "--process-max=2", "restore")
    taken = time.monotonic() - began
    shutil.rmtree(place)
    return taken


class Client(threading.Thread):
    """Stores page after page until it is stopped, each in a transaction; `rate`: rows a second."""

    def __init__(self, cluster: Cluster, rows: int) -> None:
        super().__init__(daemon=True)
        self.cluster, self.rows = cluster, rows
        self.stopped = threading.Event()
        self.stored, self.seconds = 0, 0.0

    def run(self) -> None:
        """One psql, fed a page at a time."""
        socket = self.cluster.folder / "socket"
        ask = ["runuser", "-u", "postgres", "--", "psql", "-XAtq", "-h", str(socket), "-p", "5999", "-d", "backbone"]
        client = subprocess.Popen(ask, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd="/")
        assert client.stdin is not None
        assert client.stdout is not None
        began = time.monotonic()
        while not self.stopped.is_set():
            first = self.stored % self.rows + 1
            client.stdin.write(UPSERT % (first, first + PAGE - 1) + ";\nSELECT 'done';\n")
            client.stdin.flush()
            client.stdout.readline()
            self.stored += PAGE
        self.seconds = time.monotonic() - began
        client.stdin.close()
        client.wait()

    @property
    def rate(self) -> float:
        """Rows a second."""
        return self.stored / self.seconds

    @classmethod
    def during(cls, cluster: Cluster, rows: int, work: Any) -> float:
        """The rate while `work` goes on."""
        client = cls(cluster, rows)
        client.start()
        work()
        client.stopped.set()
        client.join()
        return client.rate


def measured(rows: int, rounds: int) -> dict[str, Any]:
    """All three, on a cluster of its own."""
    with made_cluster() as cluster:
        # What writes a million rows at once must not be dropped from the archive for a bound that other tests need.
        settings = cluster.folder / "pgbackrest.conf"
        settings.write_text(re.sub("archive-push-queue-max=.*", "archive-push-queue-max=16GB", settings.read_text()))
        cluster.sql(ROWS % rows)
        cluster.pgbackrest("--type=full", "backup")
        label = cluster.labels()[-1]
        hand, ours, compare, share = [], [], [], []
        for _ in range(rounds):
            hand.append(by_hand(cluster, label))
            observed = cluster.drill(NICE + "work.all()", mark_seconds=60)
            result = judge("here", observed)
            assert result.ok, result.shortcomings
            ours.append(result.steps["restore"])
            compare.append(result.steps["digest_source"] + result.steps["digest_restored"])
            alone = Client.during(cluster, rows, lambda: time.sleep(10))
            beside = Client.during(cluster, rows, lambda: cluster.drill(NICE + "work.all()", mark_seconds=60))
            share.append(beside / alone)
        return {
            "rows": rows,
            "rounds": rounds,
            "database_bytes": result.database_bytes,
            "restore_by_hand_seconds": round(statistics.median(hand), 2),
            "restore_by_drill_seconds": round(statistics.median(ours), 2),
            "restore_ratio": round(statistics.median(ours) / statistics.median(hand), 2),
            "compare_seconds_per_million_rows": round(statistics.median(compare) * 1e6 / result.rows, 1),
            "sync_share_during_drill": round(statistics.median(share), 2),
            "load": Path("/proc/loadavg").read_text().split()[0],
        }


def main() -> int:
    """Measure, tell, and judge."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    found = measured(options.rows, options.rounds)
    print(json.dumps(found) if options.json else "\n".join(f"{name:<34}{value}" for name, value in found.items()))
    held = (
        found["restore_ratio"] <= 1.2
        and found["compare_seconds_per_million_rows"] <= 30
        and found["sync_share_during_drill"] >= 0.75
    )
    return 0 if held else 1


if __name__ == "__main__":
    sys.exit(main())
