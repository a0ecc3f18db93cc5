"""The drill on a small cluster: it holds when it should, and it notices what it must."""

from __future__ import annotations

import json
import os
import subprocess
import threading
import time
from pathlib import Path
from typing import Any

from provision.operate.compare import judge
from tests.support.small_cluster import Cluster


def live_state(cluster: Cluster) -> str:
    """Everything of the live database but the drill's own schema, as one digest."""
    return cluster.sql(
        "SELECT string_agg(md5(t::text), '' ORDER BY t::text) FROM backbone.peserta_didik AS t; "
        "SELECT md5(string_agg(t::text, '' ORDER BY npsn)) FROM backbone.sekolah AS t; "
        "SELECT count(*) FROM pg_class WHERE relnamespace::regnamespace::text NOT LIKE 'pg%'"
    )


def test_an_undisturbed_drill_holds_and_leaves_the_live_data_alone(cluster: Cluster) -> None:
    before = live_state(cluster)
    result = judge("here", cluster.drill())
    assert result.shortcomings == ()
    assert result.differences == ()
    assert result.ok
    assert result.identical
    names = {table.name for table in result.compared}
    assert {'backbone."Tabel "" aneh"', "backbone.tanpa_kolom", "backbone.log_2026", "backbone.ringkas"} <= names
    assert "pg_catalog.pg_largeobject" in names
    assert result.unlogged == ("backbone: staging.sekolah",)
    assert result.rows > 5430
    assert result.checksum_blocks > 1000
    assert result.rpo_basis == "canary"
    assert live_state(cluster) == before


TAMPER = """
import random
real = work.digest_restored
changes = []
def tampered():
    # Every change is made, looked at and taken back, in one restored cluster.
    session = observe.connect(work.scratch / "socket", work.port, "backbone")
    seen = []
    for change in json.loads(sys.argv[1])["changes"]:
        observe.rows(session, "BEGIN")
        observe.rows(session, "SET LOCAL default_transaction_read_only = off")
        observe.rows(session, change)
        seen.append({**observe.observe(session), "sequences": observe.sequences(session)})
        observe.rows(session, "ROLLBACK")
    session.close()
    real()
    work.observed["tampered"] = seen
work.digest_restored = tampered
work.all()
"""

CHANGES = (
    "UPDATE backbone.peserta_didik SET tinggi = tinggi + 1e-12 WHERE id = 1",
    "UPDATE backbone.peserta_didik SET nama = NULL WHERE id = 4999",
    "UPDATE backbone.peserta_didik SET catatan = catatan || '{\"x\": null}' WHERE id = 7",
    "UPDATE backbone.sekolah SET peta = set_byte(peta, 0, get_byte(peta, 0) # 1) WHERE npsn = '00000007'",
    "UPDATE backbone.sekolah SET luas = luas + 0.01 WHERE npsn = '00000430'",
    "UPDATE backbone.sekolah SET nama = CASE npsn WHEN '00000001' THEN 'SD Negeri 2' ELSE 'SD Negeri 1' END "
    "WHERE npsn IN ('00000001', '00000002')",
    "DELETE FROM backbone.peserta_didik WHERE id = 2500",
    'INSERT INTO backbone."Tabel "" aneh" VALUES (\'a\', 1)',
    'UPDATE backbone."Tabel "" aneh" SET "order" = 0 WHERE "order" IS NULL',
    "INSERT INTO backbone.tanpa_kolom DEFAULT VALUES",
    "UPDATE backbone.log_bagian SET isi = 'X'",
    "TRUNCATE backbone.log_bagian",
    "DROP INDEX backbone.peserta_didik_npsn_idx",
    "ALTER TABLE backbone.peserta_didik DROP CONSTRAINT peserta_didik_npsn_fkey",
    "ALTER TABLE backbone.sekolah ALTER nama DROP NOT NULL",
    "GRANT SELECT ON backbone.sekolah TO PUBLIC",
)


def test_every_change_in_the_restored_cluster_is_noticed(cluster: Cluster) -> None:
    observed = cluster.drill(TAMPER, changes=CHANGES)
    assert judge("here", observed).ok, "untouched it is the same"
    missed = []
    for change, seen in zip(CHANGES, observed["tampered"], strict=True):
        spoilt: dict[str, Any] = json.loads(json.dumps(observed))
        spoilt["restored"]["databases"]["backbone"] = seen
        result = judge("here", spoilt)
        if result.ok or result.identical or len(result.differences) < 1:
            missed.append(change)
    assert missed == []
    assert len(observed["tampered"]) == len(CHANGES)


def test_a_busy_source_compares_exactly(cluster: Cluster) -> None:
    stop = threading.Event()
    written = [0]

    def write() -> None:
        while not stop.is_set():
            cluster.sql(
                "INSERT INTO backbone.peserta_didik (nama, npsn) "
                "SELECT 'Baru', '00000001' FROM generate_series(1, 20); "
                "UPDATE backbone.sekolah SET luas = luas + 1 WHERE npsn = '00000009'"
            )
            written[0] += 1

    writers = [threading.Thread(target=write) for _ in range(3)]
    for writer in writers:
        writer.start()
    try:
        time.sleep(0.5)
        result = judge("here", cluster.drill(mark_seconds=30))
    finally:
        stop.set()
        for writer in writers:
            writer.join()
    assert written[0] > 20
    assert result.differences == ()
    assert result.ok


MEANWHILE = """
import os
from provision.operate.remote import marking
real = marking.observe
def watched(session):
    work.observed["nice"] = os.getpriority(os.PRIO_PROCESS, session.info.backend_pid)
    return real(session)
marking.observe = watched
work.all()
"""


def test_the_digests_of_the_live_cluster_wait_for_the_work_of_others(cluster: Cluster) -> None:
    observed = cluster.drill(MEANWHILE)
    assert judge("here", observed).ok
    assert observed["nice"] == max(10, os.nice(0)), "as nice as the drill, or as whoever runs the tests"


def test_a_long_transaction_is_waited_for_and_then_named(cluster: Cluster) -> None:
    waiting = "BEGIN; UPDATE backbone.sekolah SET luas = 0; SELECT pg_sleep(60)"
    ask = ["psql", "-XAtq", "-h", str(cluster.folder / "socket"), "-p", "5999", "-d", "backbone", "-c", waiting]
    holder = subprocess.Popen(
        ["runuser", "-u", "postgres", "--", *ask], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, cwd="/"
    )
    try:
        time.sleep(1)
        result = judge("here", cluster.drill(mark_seconds=4))
    finally:
        cluster.sql(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
            "WHERE query LIKE '%pg_sleep(60)%' AND pid <> pg_backend_pid()"
        )
        holder.wait(10)
    assert not result.ok
    assert result.failed_step == "mark"
    assert "never at rest" in result.failure


def test_too_little_disk_is_refused_before_anything_is_touched(cluster: Cluster) -> None:
    canaries = cluster.sql("SELECT count(*) FROM backbone_ops.canary")
    result = judge("here", cluster.drill(spare_bytes=1 << 60))
    assert not result.ok
    assert result.failed_step == "prepare"
    assert "not enough disk" in result.failure
    assert cluster.sql("SELECT count(*) FROM backbone_ops.canary") == canaries


def test_the_wrong_passphrase_is_no_pass(cluster: Cluster) -> None:
    wrong = cluster.folder / "wrong.conf"
    wrong.write_text((cluster.folder / "pgbackrest.conf").read_text().replace("cipher-pass=", "cipher-pass=not "))
    wrong.chmod(0o644)
    result = judge("here", cluster.drill(config=str(wrong)))
    assert not result.ok
    assert result.failed_step == "prepare"


def test_one_flipped_byte_in_the_backup_is_noticed(cluster: Cluster) -> None:
    # The largest file of the backup's data directory: what a drill must read.
    backups = cluster.folder / "repository" / "backup" / "main"
    files = [path for path in backups.glob("*F/pg_data/**/*") if path.is_file() and not path.is_symlink()]
    victim: Path = max(files, key=lambda path: path.stat().st_size)
    sound = victim.read_bytes()
    spoilt = bytearray(sound)
    spoilt[len(spoilt) // 2] ^= 0x10
    victim.write_bytes(spoilt)
    try:
        result = judge("here", cluster.drill())
    finally:
        victim.write_bytes(sound)
    assert not result.ok
    assert result.failed_step == "restore", result.failure
    assert judge("here", cluster.drill()).ok
