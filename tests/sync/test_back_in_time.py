"""A database that a restore took back in time: its cursors went back with it, and the next run makes all good."""

from __future__ import annotations

from pathlib import Path

import psycopg

from provision.lab.source.mutate import mutate
from tests.support.sync_world import ENTITIES, Run, difference


def test_after_a_restore_the_next_run_is_equal_to_the_source_again(
    run: Run, data: Path, database: str, cluster: Path
) -> None:
    assert run().green
    with psycopg.connect(f"host={cluster} user=postgres dbname=postgres", autocommit=True) as admin:
        # What a restore to this moment would bring back: all of it, the service's own state too.
        admin.execute("CREATE DATABASE before_the_damage TEMPLATE backbone OWNER backbone_sync")
        mutate(data, "peserta_didik", change=40, delete=9, add=11, seed=3)
        mutate(data, "rombongan_belajar", change=2, delete=1, add=1, seed=3)
        assert run().green
        mutate(data, "peserta_didik", change=5, delete=2, add=3, seed=4)
        admin.execute("DROP DATABASE backbone WITH (FORCE)")
        admin.execute("ALTER DATABASE before_the_damage RENAME TO backbone")
    assert difference(data, database, "peserta_didik"), "back in time, it lacks what came since"
    result = run()
    assert result.green, {name: one.error for name, one in result.entities.items() if not one.green}
    counts = result.entities["peserta_didik"].counts
    assert counts.deleted == 11
    for entity in ENTITIES:
        assert difference(data, database, entity) == set()
