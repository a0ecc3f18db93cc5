"""Whatever is spoilt, missing, full or away: the drill says so, leaves nothing, and touches no live data."""

from __future__ import annotations

import contextlib
import json
import os
import random
import secrets
import shutil
import signal
import subprocess
import tempfile
from pathlib import Path
from typing import Any

import psutil
import pytest

from provision.operate.compare import judge
from provision.operate.drill import UNIT, program
from tests.drill.test_drill import live_state
from tests.support.small_cluster import Cluster

SEED = random.randrange(10**6)

# A command of the shell, as postgres, just before a step of the drill.
BEFORE = """
import subprocess
real = getattr(work, {step!r})
def after_it():
    subprocess.run({command!r}, shell=True, check=True)
    real()
setattr(work, {step!r}, after_it)
work.all()
"""
FLIP = (
    "import sys; p = sys.argv[1]; b = bytearray(open(p, 'rb').read()); b[len(b) // 2] ^= 16; "
    "import os; os.unlink(p); open(p, 'wb').write(b)"
)
NEWEST = "$(ls -t {repo}/archive/main/15-1/*/*.zst {repo}/archive/main/*/*/*.zst 2>/dev/null | head -1)"
SPOILT = {
    "one byte of a WAL segment flipped": ("restore", f'python3 -c "{FLIP}" {NEWEST}', ("recover",)),
    "a WAL segment missing": ("restore", f"rm {NEWEST}", ("recover",)),
    "one byte of the manifest flipped": (
        "restore",
        f'for f in {{repo}}/backup/main/2*/backup.manifest*; do python3 -c "{FLIP}" $f; done',
        ("restore",),
    ),
    "the repository gone in mid-drill": ("restore", "mv {repo}/backup {repo}/backup.away", ("restore",)),
    "the repository away from the start": ("prepare", "mv {repo}/backup {repo}/backup.away", ("prepare",)),
    "the live cluster stopped in mid-drill": (
        "digest_source",
        "{bin}/pg_ctl -D {data} -m fast -w stop",
        ("digest_source",),
    ),
}


def copied(cluster: Cluster) -> Path:
    """The repository as it is, to be put back."""
    kept = cluster.folder / "repository.kept"
    shutil.rmtree(kept, ignore_errors=True)
    subprocess.run(["cp", "-a", str(cluster.folder / "repository"), str(kept)], check=True)
    return kept


@pytest.mark.parametrize("name", SPOILT)
def test_what_is_spoilt_is_noticed_and_the_live_data_untouched(cluster: Cluster, name: str) -> None:
    step, command, expected = SPOILT[name]
    before = live_state(cluster)
    repository = cluster.folder / "repository"
    told = command.format(repo=repository, bin=cluster.bin, data=cluster.folder / "data")
    kept = copied(cluster)
    try:
        result = judge("here", cluster.drill(BEFORE.format(step=step, command=told), archive_seconds=20))
    finally:
        # What was archived meanwhile stays; what the test spoilt is as it was.
        shutil.rmtree(repository / "backup.away", ignore_errors=True)
        subprocess.run(["cp", "-a", f"{kept}/.", str(repository)], check=True)
        if "stopped" in name:
            cluster.control("-l", cluster.folder / "log" / "postgresql.log", "start")
    assert not result.ok
    assert not result.identical
    assert result.failed_step in expected, (result.failed_step, result.failure)
    assert result.failure
    assert live_state(cluster) == before
    if "WAL" in name:  # the history has a gap there now: from the next backup on all can be restored again
        cluster.pgbackrest("--type=diff", "backup")


@pytest.mark.parametrize("how", ["full", "read-only"])
def test_a_repository_that_takes_nothing_is_named(cramped: Cluster, how: str) -> None:
    before = live_state(cramped)
    place = cramped.folder / "repository"
    if how == "full":
        cramped.as_postgres("sh", "-c", f"cat /dev/zero >{place}/junk 2>/dev/null || true")
    else:
        subprocess.run(["mount", "-o", "remount,ro", str(place)], check=True)
    result = judge("here", cramped.drill(archive_seconds=8))
    assert (result.ok, result.failed_step) == (False, "archive")
    assert "did not reach the repository" in result.failure
    assert live_state(cramped) == before


# One field of one row becomes another value of its kind; `tanpa_kolom` has no field.
FIELDS = {
    "backbone.sekolah": {
        "nama": "nama || chr(97 + {n} % 26)",
        "dibuka": "dibuka + 1 + {n} % 9",
        "luas": "luas + 0.01",
        "peta": "set_byte(peta, {n} % 32, get_byte(peta, {n} % 32) # (1 + {n} % 255))",
    },
    "backbone.peserta_didik": {
        "nama": "overlay(nama placing chr(97 + {n} % 26) from 1 for 1)",
        "lahir": "lahir - 1",
        "tinggi": "tinggi + 1e-9",
        "npsn": "lpad((1 + (npsn::int + {n} % 428) % 430)::text, 8, '0')",
        "diubah": "diubah + interval '1 microsecond'",
        "catatan": "catatan || jsonb_build_object('n', (catatan->>'n')::int + 1)",
    },
}
KEYS = {
    "backbone.sekolah": "npsn = lpad((1 + {n} % 430)::text, 8, '0')",
    "backbone.peserta_didik": "id = 1 + {n} % 5000",
}
TAMPER = """
real = work.digest_restored
def tampered():
    session = observe.connect(work.scratch / "socket", work.port, "backbone")
    seen = []
    for table, change in json.loads(sys.argv[1])["changes"]:
        observe.rows(session, "BEGIN")
        with session.cursor() as cursor:
            cursor.execute(change)
            assert cursor.rowcount == 1, change
        seen.append(list(observe.rows(session, observe.DIGEST.format(table))[0]))
        observe.rows(session, "ROLLBACK")
    session.close()
    real()
    work.observed["tampered"] = seen
work.digest_restored = tampered
work.all()
"""


def _fields_changed(cluster: Cluster, count: int) -> None:
    print(f"seed {SEED}")
    chance = random.Random(SEED)
    changes = []
    for _ in range(count):
        table = chance.choice(list(FIELDS))
        field, value = chance.choice(list(FIELDS[table].items()))
        n = chance.randrange(1, 10**6)
        key = KEYS[table].format(n=n)
        changes.append((table, f"UPDATE {table} SET {field} = {value.format(n=n)} WHERE {key}"))
    observed = cluster.drill(TAMPER, changes=changes)
    assert judge("here", observed).ok, "untouched it is the same"
    missed = []
    for (table, change), seen in zip(changes, observed["tampered"], strict=True):
        spoilt: dict[str, Any] = json.loads(json.dumps(observed))
        spoilt["restored"]["databases"]["backbone"]["tables"][table] = seen
        if judge("here", spoilt).ok:
            missed.append(change)
    assert (len(observed["tampered"]), missed) == (count, [])


def test_a_random_field_changed_is_found(cluster: Cluster) -> None:
    _fields_changed(cluster, 12)


@pytest.mark.slow
def test_a_hundred_random_fields_changed_are_all_found(cluster: Cluster) -> None:
    _fields_changed(cluster, 100)


WHOLE = (
    "import json, sys\nfrom pathlib import Path\nfrom provision.operate.remote.drill import Work\n"
    "Work(Path(sys.argv[2]), sys.argv[3], json.loads(sys.argv[1])).all()\n"
)


def cleaned(environment: dict[str, str], name: str) -> None:
    """The unit's cleaning after the drill `name`."""
    command = ["/usr/bin/python3", "-m", UNIT, "clean", name]
    done = subprocess.run(command, env=environment, cwd="/", capture_output=True, text=True)
    assert done.returncode == 0, done.stderr


def working_in(place: Path) -> list[str]:
    """What runs below a folder: by its own folder, an open file, or a word of its command."""
    found = []
    for one in psutil.process_iter():
        with contextlib.suppress(psutil.Error):
            words = [*one.cmdline(), one.cwd(), *(file.path for file in one.open_files())]
            if any(str(place) in word for word in words):
                found.append(" ".join(one.cmdline()))
    return found


# Writes as long as it lives, in a session of its own, and takes no hint; its name ends in the middle of a letter.
STUBBORN = r"""
import ctypes, os, signal, sys, time
ctypes.CDLL(None).prctl(15, b"caf\xc3", 0, 0, 0)
for one in (signal.SIGTERM, signal.SIGQUIT, signal.SIGINT):
    signal.signal(one, signal.SIG_IGN)
os.chdir(sys.argv[1])
print("here", flush=True)
while True:
    for number in range(100):
        open(str(number), "w").close()
"""


def test_the_cleaning_ends_what_still_writes_in_the_scratch_place() -> None:
    root = Path(tempfile.mkdtemp(prefix="backbone-drill-", dir="/var/tmp"))
    root.chmod(0o755)
    name = f"k{secrets.token_hex(6)}"
    scratch = root / name / "work" / "scratch"
    (scratch / "data").mkdir(parents=True)
    for one in (scratch, scratch / "data"):
        shutil.chown(one, "postgres", "postgres")
    (root / name / "drill.pyz").write_bytes(program())
    environment = {**os.environ, "PYTHONPATH": str(root / name / "drill.pyz"), "BACKBONE_DRILL_ROOT": str(root)}
    words = ["/usr/bin/python3", "-c", STUBBORN, str(scratch / "data")]
    with subprocess.Popen(
        words, stdout=subprocess.PIPE, start_new_session=True, user="postgres", group="postgres", extra_groups=[]
    ) as writer:
        try:
            assert writer.stdout is not None
            assert writer.stdout.readline() == b"here\n"
            cleaned(environment, name)
            assert not scratch.exists()
            assert writer.wait(10) == -signal.SIGKILL
        finally:
            writer.kill()
            shutil.rmtree(root)


def _killed(cluster: Cluster, times: int) -> None:
    """SIGKILL to the drill and its group; then the unit's own cleaning, while what else it started still runs.

    So it is on a server: systemd runs ExecStopPost= as soon as the unit's first process is gone.
    """
    print(f"seed {SEED}")
    chance = random.Random(SEED)
    before = live_state(cluster)
    whole = sum(cluster.drill()["steps"].values())
    root = cluster.folder / "drill"
    for _ in range(times):
        name = f"k{secrets.token_hex(6)}"
        place = root / name / "work"
        place.mkdir(parents=True)
        shutil.chown(place, "postgres", "postgres")
        (root / name / "drill.pyz").write_bytes(program())
        after = chance.uniform(0.2, whole)
        environment = {**os.environ, "PYTHONPATH": str(root / name / "drill.pyz"), "BACKBONE_DRILL_ROOT": str(root)}
        words = ["/usr/bin/python3", "-c", WHOLE, json.dumps(cluster.settings()), str(place), name]
        running = subprocess.Popen(
            words, env=environment, cwd="/", start_new_session=True, user="postgres", group="postgres", extra_groups=[]
        )
        try:
            running.wait(after)
        except subprocess.TimeoutExpired:
            os.killpg(running.pid, signal.SIGKILL)
            running.wait()
        cleaned(environment, name)
        assert not (place / "scratch").exists(), f"left behind after {after:.2f} s"
        assert working_in(place) == [], f"still running after {after:.2f} s"
        told = place / "observed.json"
        assert not told.exists() or judge("here", json.loads(told.read_text())).ok, "a killed drill has no verdict"
        held = cluster.sql(
            "SELECT count(*) FROM pg_stat_activity WHERE application_name = 'backbone-drill' AND state <> 'idle'"
        )
        assert held == "0", "no session of it holds anything of the live cluster"
        shutil.rmtree(root / name)
    assert live_state(cluster) == before
    assert judge("here", cluster.drill()).ok, "the next drill passes"


def test_a_killed_drill_leaves_nothing_and_the_next_one_passes(cluster: Cluster) -> None:
    _killed(cluster, 2)


@pytest.mark.slow
def test_killed_at_twenty_moments_it_leaves_nothing(cluster: Cluster) -> None:
    _killed(cluster, 20)


@pytest.mark.parametrize("away", [False, True], ids=["here", "elsewhere"])
def test_another_repository_is_the_only_one_that_is_asked(apart: Cluster, away: bool) -> None:
    """The second repository has a passphrase of its own; with the first one out of reach the drill still holds."""
    cluster, folder = apart, apart.folder
    second = folder / "second"
    if not second.exists():
        second.mkdir(mode=0o700)
        shutil.chown(second, "postgres", "postgres")
        (folder / "conf.d").mkdir()
        (folder / "conf.d" / "second.conf").write_text(
            f"[global]\nrepo2-path={second}\nrepo2-cipher-type=aes-256-cbc\nrepo2-cipher-pass=another one\n"
            "repo2-bundle=y\nrepo2-retention-full=2\n"
        )
        text = (folder / "pgbackrest.conf").read_text() + (folder / "conf.d" / "second.conf").read_text()
        (folder / "both.conf").write_text(text)
        both = f"--config={folder}/both.conf"
        cluster.as_postgres("pgbackrest", both, "--stanza=main", "stanza-create")
        cluster.sql(f"ALTER SYSTEM SET archive_command = 'pgbackrest {both} --stanza=main archive-push %p'", "postgres")
        cluster.sql("SELECT pg_reload_conf()")
        cluster.as_postgres("pgbackrest", both, "--stanza=main", "--repo=2", "--type=full", "backup")
    hidden = (
        f"import os\nos.rename('{folder}/repository', '{folder}/repository.away')\n"
        "from provision.operate.remote.place import Live\n"
        + ("Live.repository = None\n" if away else "")
        + "real = work.archive\n"
        # WAL goes to both; the first one is away as soon as the drill has all in the second.
        f"os.rename('{folder}/repository.away', '{folder}/repository')\n"
        f"def gone():\n    real()\n    os.rename('{folder}/repository', '{folder}/repository.away')\n"
        "work.archive = gone\nwork.all()\n"
    )
    folder.chmod(0o777)
    try:
        observed = cluster.drill(hidden, repo=2)
    finally:
        folder.chmod(0o755)
        (folder / "repository.away").rename(folder / "repository")
    result = judge("here", observed)
    assert (result.shortcomings, result.ok, result.repo) == ((), True, 2)
    assert {one.name for one in result.controls if one.noticed} == {
        "wrong_key",
        "flipped_byte",
        "missing_wal",
        "changed_row",
    }
