"""The database: version, encryption, rights, settings, health: what turns each control red, on a recorded server."""

from __future__ import annotations

from checks import commands
from tests.support.recorded import Red, hba, in_json, role, setting, turns

REDS = [
    Red("PostgreSQL 13", in_json(commands.POSTGRESQL, lambda told: told.update(version=130010)), ("DB-01", "DB-02")),
    Red("PostgreSQL without TLS", setting("ssl", "off"), ("DB-03",)),
    Red("old TLS in PostgreSQL", setting("ssl_min_protocol_version", "TLSv1"), ("DB-03",)),
    Red("a plain host line", hba(type="host"), ("DB-03",)),
    Red("md5", setting("password_encryption", "md5"), ("DB-04",)),
    Red("trust", hba(method="trust"), ("DB-04",)),
    Red("an md5 password", role(password="weak"), ("DB-04",)),
    Red("an application as superuser", role(super=True), ("DB-05",)),
    Red("no checksums", setting("data_checksums", "off"), ("DB-06",)),
    Red("no pgaudit", setting("shared_preload_libraries", ""), ("DB-07",)),
    Red("row values in the log", setting("log_statement", "all"), ("DB-07",)),
    Red("a restart outstanding", in_json(commands.POSTGRESQL, lambda told: told["pending"].append("port")), ("DB-08",)),
    Red("a file not read", in_json(commands.POSTGRESQL, lambda told: told.update(stale=True)), ("DB-08",)),
    Red("commits that a power cut undoes", setting("fsync", "off"), ("DB-09",)),
    Red("commits that are not waited for", setting("synchronous_commit", "off"), ("DB-09",)),
    Red("no vacuum", setting("autovacuum", "off"), ("DB-09",)),
    Red("buffers larger than the memory", setting("shared_buffers", str(9 * 2**17)), ("DB-10",)),
    Red("connections that take all memory", setting("work_mem", str(2**17)), ("DB-10",)),
    Red("a wrong page", in_json(commands.POSTGRESQL, lambda told: told.update(checksum_failures=1)), ("DB-11",)),
    Red("numbers that run out", in_json(commands.POSTGRESQL, lambda told: told.update(xid_age=15 * 10**8)), ("DB-11",)),
]


def test_a_fault_turns_exactly_its_controls_red(red: Red) -> None:
    turns(red)
