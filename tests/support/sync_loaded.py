"""A database as the first run leaves it, made once in a session and cloned by every test that starts there."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import psycopg


def start_from_loaded(cluster: Path, load: Callable[[], None]) -> None:
    """Make the database `backbone` the clone of a loaded one; `load` fills it the first time."""
    admin = f"host={cluster} user=postgres dbname=postgres"
    with psycopg.connect(admin, autocommit=True) as connection:
        there = connection.execute("SELECT 1 FROM pg_database WHERE datname = 'backbone_loaded'").fetchone()
        if there is None:
            load()
            connection.execute("CREATE DATABASE backbone_loaded TEMPLATE backbone OWNER backbone_sync")
            return
        connection.execute("DROP DATABASE backbone WITH (FORCE)")
        connection.execute("CREATE DATABASE backbone TEMPLATE backbone_loaded OWNER backbone_sync")
        connection.execute("ALTER DATABASE backbone SET log_min_messages = 'log'")
        connection.execute("ALTER DATABASE backbone SET pgaudit.role = 'backbone_audit'")
