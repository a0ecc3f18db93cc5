"""The stage postgresql's statements on a real server: readers, analysts, pgaudit's role; then there is nothing left."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from typing import Any

import jinja2
import psycopg
import pytest

ROLE = Path(__file__).parents[2] / "roles" / "postgresql"


def verifier() -> Any:
    spec = importlib.util.spec_from_file_location("scram_verifier", ROLE / "filter_plugins" / "scram_verifier.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module.FilterModule().filters()


def rendered(**variables: object) -> str:
    environment = jinja2.Environment(undefined=jinja2.StrictUndefined, trim_blocks=True, autoescape=False)
    environment.filters.update(verifier())
    given = {
        "postgresql_database": "backbone_roles",
        "inventory_hostname": "s1",
        "postgresql_group_roles": ["backbone_analyst", "backbone_audit"],
        "postgresql_narrow_logins": {"rina": "backbone_analyst"},
        "postgresql_audit_role": "backbone_audit",
        "postgresql_login_passwords": {"rina": "a-long-password", "joko": "another-password"},
        **variables,
    }
    return environment.from_string((ROLE / "templates" / "wanted_cluster.sql.j2").read_text()).render(given)


def brought_in_line(connection: psycopg.Connection[tuple[object, ...]], sql: str) -> list[str]:
    statements = [str(row[0]) for row in connection.execute(sql.encode()).fetchall()]
    for statement in statements:
        connection.execute(statement.encode())
    return statements


def groups(connection: psycopg.Connection[tuple[object, ...]], name: str) -> list[str]:
    rows = connection.execute(
        "SELECT r.rolname FROM pg_auth_members m JOIN pg_roles r ON r.oid = m.roleid"
        " JOIN pg_roles u ON u.oid = m.member"
        " WHERE u.rolname = %s",
        (name,),
    ).fetchall()
    return [str(r) for (r,) in rows]


@pytest.fixture
def admin(cluster: Path) -> Any:
    with psycopg.connect(f"host={cluster} user=postgres dbname=postgres", autocommit=True) as connection:
        yield connection
        connection.execute("DROP DATABASE IF EXISTS backbone_roles WITH (FORCE)")
        for name in ("rina", "joko"):
            connection.execute(f"DROP ROLE IF EXISTS {name}".encode())


def test_people_read_by_one_group_and_the_second_time_nothing_is_to_do(
    admin: psycopg.Connection[tuple[object, ...]],
) -> None:
    assert brought_in_line(admin, rendered())
    assert brought_in_line(admin, rendered()) == []
    assert groups(admin, "rina") == ["backbone_analyst"]
    assert groups(admin, "joko") == ["backbone_reader"]
    for login, may in (("rina", True), ("joko", True), ("backbone_audit", False)):
        row = admin.execute("SELECT has_database_privilege(%s, 'backbone_roles', 'CONNECT')", (login,)).fetchone()
        assert row == (may,), login
    setting = admin.execute(
        "SELECT setconfig FROM pg_db_role_setting JOIN pg_database d ON d.oid = setdatabase"
        " WHERE datname = 'backbone_roles'"
    ).fetchone()
    assert setting is not None
    assert "pgaudit.role=backbone_audit" in setting[0]  # type: ignore[operator]


def test_who_becomes_an_analyst_reads_people_no_longer(admin: psycopg.Connection[tuple[object, ...]]) -> None:
    brought_in_line(admin, rendered())
    assert brought_in_line(admin, rendered(postgresql_narrow_logins={"joko": "backbone_analyst"}))
    assert groups(admin, "joko") == ["backbone_analyst"]
    assert groups(admin, "rina") == ["backbone_reader"]
    assert brought_in_line(admin, rendered(postgresql_narrow_logins={"joko": "backbone_analyst"})) == []
