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
        "postgresql_landing_networks": [],
        "postgresql_landing_password": "",
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
        for name in ("rina", "joko", "backbone_landing"):
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


def test_the_centres_account_comes_and_goes_with_the_landing_and_reads_nothing(
    admin: psycopg.Connection[tuple[object, ...]],
) -> None:
    landing = {"postgresql_landing_networks": ["10.90.0.0/24"], "postgresql_landing_password": "a-password-for-it"}
    assert brought_in_line(admin, rendered(**landing))
    assert brought_in_line(admin, rendered(**landing)) == []
    twice = {
        "postgresql_login_passwords": {"backbone_landing": "x", "rina": "a-long-password", "joko": "another-password"}
    }
    assert brought_in_line(admin, rendered(**landing, **twice)) == []  # no reader, whoever lists it among the people
    state = (
        "SELECT rolcanlogin, rolsuper, rolconnlimit, rolpassword LIKE 'SCRAM-SHA-256$%%' FROM pg_authid"
        " WHERE rolname = %s"
    )
    assert admin.execute(state.encode(), ("backbone_landing",)).fetchone() == (True, False, 10, True)
    assert groups(admin, "backbone_landing") == []
    may = "SELECT has_database_privilege('backbone_landing', 'backbone_roles', %s)"
    assert [admin.execute(may.encode(), (what,)).fetchone() for what in ("CONNECT", "CREATE", "TEMP")] == [
        (True,),
        (False,),
        (False,),
    ]
    assert brought_in_line(admin, rendered())
    assert brought_in_line(admin, rendered()) == []
    assert admin.execute(state.encode(), ("backbone_landing",)).fetchone() == (False, False, 10, None)


HBA = {"postgresql_database": "backbone", "postgresql_client_networks": ["10.20.0.0/16", "10.90.0.0/24"]}


def rules(**variables: object) -> list[list[str]]:
    """The lines of pg_hba.conf, in the order in which PostgreSQL looks at them."""
    environment = jinja2.Environment(undefined=jinja2.StrictUndefined, trim_blocks=True, autoescape=False)
    text = environment.from_string((ROLE / "templates" / "pg_hba.conf.j2").read_text()).render(
        {"ansible_managed": "Managed", **HBA, **variables}
    )
    return [line.split() for line in text.splitlines() if line and not line.startswith("#")]


def test_the_centre_logs_in_over_tls_from_the_vpn_and_from_nowhere_else() -> None:
    """Whatever else is let in: the first line that fits decides, and for this account these come first."""
    for networks in ([], ["10.90.0.7/32"]):
        found = rules(postgresql_landing_networks=networks)
        mine = [line for line in found if line[2] in ("backbone_landing", "all")]
        allowed = [["hostssl", "backbone", "backbone_landing", one, "scram-sha-256"] for one in networks]
        assert mine[: len(networks) + 2] == [
            *allowed,
            ["host", "all", "backbone_landing", "all", "reject"],
            ["local", "all", "backbone_landing", "reject"],
        ]
        assert ["local", "all", "all", "peer", "map=backbone"] in found
