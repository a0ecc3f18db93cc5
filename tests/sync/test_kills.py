"""SIGKILL at random moments against a source that changes: nothing is lost, nothing doubled, every row is equal."""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import psycopg
import pytest

from backbone_sync import dictionary
from backbone_sync.config import Config
from backbone_sync.run import status
from provision.lab.source.mutate import mutate
from provision.lab.source.serve import Source
from tests.support.sync_world import ENTITIES, Run, difference

CHANGING = ("peserta_didik", "registrasi_peserta_didik", "anggota_rombel")


def written(config: Config, folder: Path) -> Path:
    """The configuration as a file, with pages so small that most moments lie within one."""
    settings = folder / "sync.toml"
    settings.write_text(
        f'region = "33.74"\n[source]\nurl = "{config.source.url}"\nca_file = "{config.source.ca_file}"\n'
        f'credentials = "{config.source.credentials}"\npage_limit = 40\n'
        f'[database]\nconninfo = "{config.database}"\n[run]\ngroup_rows = 1\n'
    )
    return settings


def assert_survives(kills: int, config: Config, data: Path, folder: Path, run: Run) -> None:
    seed = int(os.environ.get("BACKBONE_TEST_SEED", "0")) or random.SystemRandom().randrange(1, 10**6)
    print(f"seed {seed}: BACKBONE_TEST_SEED={seed} repeats it")
    chance = random.Random(seed)
    arguments = ["run", "--config", str(written(config, folder)), "--json"]
    zygote = subprocess.Popen(
        [sys.executable, "-m", "tests.support.zygote"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        cwd=Path(__file__).parents[2],
    )
    assert zygote.stdin is not None
    assert zygote.stdout is not None
    killed = turn = 0
    longest = 2.0  # seconds that a run takes here; followed as runs come to their end
    try:
        while killed < kills:
            turn += 1
            assert turn < 4 * kills + 10, f"only {killed} of {turn} runs could be killed"
            zygote.stdin.write(json.dumps([*arguments, *(["--full"] if chance.random() < 0.5 else [])]) + "\n")
            zygote.stdin.flush()
            child, began = int(zygote.stdout.readline()), time.monotonic()
            patience = chance.uniform(0.0, longest)
            time.sleep(patience * 0.5)
            entity = CHANGING[turn % len(CHANGING)]
            mutate(data, entity, change=20, delete=1, add=2, seed=seed + turn)
            time.sleep(patience * 0.5)
            # Now and then a run comes to its end: deletions are applied only there, and too many would wait.
            if turn % 10:
                os.kill(child, signal.SIGKILL)
            zygote.stdin.write("\n")
            zygote.stdin.flush()
            code = int(zygote.stdout.readline())
            assert code in (0, -signal.SIGKILL)
            killed += code == -signal.SIGKILL
            if turn % 10 == 0:
                longest = min(8.0, time.monotonic() - began)
            elif code == 0:
                longest = max(0.3, 0.7 * longest)
    finally:
        zygote.stdin.close()
        zygote.wait(30)
    with psycopg.connect(config.database) as connection:
        if code != 0:
            now = status.read(connection, "33.74", dictionary.load())
            assert (now.green, now.state) == (False, "interrupted")
    result = run()
    assert result.green, {n: (r.error, r.balance) for n, r in result.entities.items() if not r.green}
    for entity in ENTITIES:
        assert difference(data, config.database, entity) == set()
    with psycopg.connect(config.database) as connection:
        states = dict(connection.execute("SELECT state, count(*) FROM sync.run GROUP BY 1").fetchall())
    assert "running" not in states


def test_kill_at_any_moment_loses_and_doubles_nothing(
    config: Config, source: Source, data: Path, tmp_path: Path, run: Run
) -> None:
    assert_survives(20, config, data, tmp_path, run)


@pytest.mark.slow
def test_two_hundred_kills_lose_and_double_nothing(
    config: Config, source: Source, data: Path, tmp_path: Path, run: Run
) -> None:
    assert_survives(200, config, data, tmp_path, run)
