"""Database: engine and version, support, TLS, authentication, least privilege, checksums, audit trail."""

from __future__ import annotations

from typing import Any

from checks import facts
from checks.measure import Measure, absent, control, say, verdict
from checks.params import Params
from checks.system import of_support

MINIMUM_VERSION = 14
MOST_MEMORY = 75  # percent of the machine's memory
XID_WARNS, XID_FAILS = 500_000_000, 1_000_000_000  # of two thousand million; the server stops itself before the end
_NETWORK_TYPES = ("host", "hostssl", "hostnossl", "hostgssenc", "hostnogssenc")
_SILENT = say("no PostgreSQL answers here")


def _cluster(host: Any) -> dict[str, Any] | None:
    return facts.postgresql(host)


def _setting(cluster: dict[str, Any], name: str) -> str:
    return str((cluster.get("settings") or {}).get(name, ""))


@control("DB-01")
def engine(host: Any, params: Params) -> Measure:
    """PostgreSQL 14 or later is installed and answers."""
    expected = say("PostgreSQL {version} or later (or SQL Server 2016 or later), running", version=MINIMUM_VERSION)
    cluster = _cluster(host)
    if cluster is None:
        return absent(_SILENT, expected)
    major = int(cluster["version"]) // 10000
    return verdict(major >= MINIMUM_VERSION, say("PostgreSQL {version}", version=major), expected)


@control("DB-02")
def supported(host: Any, params: Params) -> Measure:
    """The database still receives fixes from its makers."""
    from provision.inventory import lifecycle

    expected = say("its makers still publish fixes")
    cluster = _cluster(host)
    if cluster is None:
        return absent(_SILENT, expected)
    major = str(int(cluster["version"]) // 10000)
    known = lifecycle.support("postgresql", major)
    if known is None:
        seen = say("PostgreSQL {version}: the dates of its support are not known here", version=major)
        return Measure("error", seen, expected)
    return of_support(known, params, expected)


@control("DB-03")
def encrypted(host: Any, params: Params) -> Measure:
    """Connections from the network are accepted over TLS 1.2 or later only."""
    expected = say("TLS 1.2 or later on, and pg_hba.conf lets nobody in without it")
    cluster = _cluster(host)
    if cluster is None:
        return absent(_SILENT, expected)
    if _setting(cluster, "ssl") != "on":
        return absent(say("ssl = {value}", value=_setting(cluster, "ssl") or "?"), expected)
    lowest = _setting(cluster, "ssl_min_protocol_version")
    if lowest not in ("TLSv1.2", "TLSv1.3"):
        return absent(say("ssl_min_protocol_version = {value}", value=lowest), expected)
    open_rules = [
        rule
        for rule in cluster["hba"]
        if rule["type"] in _NETWORK_TYPES and rule["type"] != "hostssl" and rule["method"] != "reject"
    ]
    if open_rules:
        seen = [f"{one['type']} {','.join(one['user'] or [])} {one['address']}" for one in open_rules]
        return absent(say("pg_hba.conf accepts connections without TLS: {rules}", rules=seen), expected)
    return verdict(True, say("TLS on, at least {version}", version=lowest), expected)


@control("DB-04")
def authentication(host: Any, params: Params) -> Measure:
    """Passwords are SCRAM, and nobody gets in without proof."""
    expected = say("scram-sha-256 over the network, peer over the socket; no trust, password or md5")
    cluster = _cluster(host)
    if cluster is None:
        return absent(_SILENT, expected)
    faults = []
    if _setting(cluster, "password_encryption") != "scram-sha-256":
        faults.append(f"password_encryption = {_setting(cluster, 'password_encryption')}")
    faults += [
        f"pg_hba.conf: {rule['type']} {rule['method']}"
        for rule in cluster["hba"]
        if rule["method"] in ("trust", "password", "md5", "ident")
    ]
    faults += [f"{role['name']}: md5" for role in cluster["roles"] if role["password"] == "weak"]  # noqa: S105
    if faults:
        return absent(say("{faults}", faults=faults), expected)
    return verdict(True, say("scram-sha-256"), expected)


@control("DB-05")
def least_privilege(host: Any, params: Params) -> Measure:
    """No role but postgres is superuser, makes roles or passes by row security."""
    expected = say("only postgres is superuser")
    cluster = _cluster(host)
    if cluster is None:
        return absent(_SILENT, expected)
    mighty = [
        role["name"]
        for role in cluster["roles"]
        if role["name"] != "postgres" and (role["super"] or role["createrole"] or role["bypass"])
    ]
    if mighty:
        return absent(say("more rights than an application needs: {roles}", roles=mighty), expected)
    return verdict(True, say("{count} roles, none of them privileged", count=len(cluster["roles"]) - 1), expected)


@control("DB-06")
def checksums(host: Any, params: Params) -> Measure:
    """Data pages carry checksums."""
    expected = say("data checksums on")
    cluster = _cluster(host)
    if cluster is None:
        return absent(_SILENT, expected)
    value = _setting(cluster, "data_checksums")
    return verdict(value == "on", say("data_checksums = {value}", value=value or "?"), expected)


@control("DB-07")
def audit_trail(host: Any, params: Params) -> Measure:
    """pgaudit notes who changed what, and no row value gets into a log."""
    expected = say("pgaudit notes changes of structure and roles; no row value gets into a log")
    cluster = _cluster(host)
    if cluster is None:
        return absent(_SILENT, expected)
    faults = []
    if "pgaudit" not in _setting(cluster, "shared_preload_libraries"):
        faults.append("shared_preload_libraries")
    wanted = {
        "log_statement": ("none",),
        "log_min_duration_statement": ("-1",),
        "log_parameter_max_length": ("0",),
        "pgaudit.log_statement": ("off",),
        "pgaudit.log_parameter": ("off",),
    }
    faults += [
        f"{name} = {_setting(cluster, name)}"
        for name, good in wanted.items()
        if name in cluster["settings"] and _setting(cluster, name) not in good
    ]
    noted = {word.strip() for word in _setting(cluster, "pgaudit.log").split(",")}
    if not faults and not ({"ddl", "role"} <= noted or "all" in noted):
        faults.append(f"pgaudit.log = {_setting(cluster, 'pgaudit.log')}")
    if faults:
        return absent(say("{faults}", faults=faults), expected)
    return verdict(True, say("pgaudit.log = {value}", value=_setting(cluster, "pgaudit.log")), expected)


@control("DB-08")
def in_line(host: Any, params: Params) -> Measure:
    """The running cluster does what its files say."""
    expected = say("the running cluster does what its files say")
    cluster = _cluster(host)
    if cluster is None:
        return absent(_SILENT, expected)
    faults = [*cluster["pending"], *cluster["file_errors"]]
    if _setting(cluster, "ssl") == "on":  # without TLS each hostssl line is an error; DB-03 tells that already
        faults += [f"pg_hba.conf: {rule['error']}" for rule in cluster["hba"] if rule["error"]]
    if faults:
        return absent(say("waits for a restart or is wrong: {names}", names=faults), expected)
    if cluster["stale"]:
        return absent(say("files have changed since they were last read"), expected)
    return verdict(True, say("in line"), expected)


@control("DB-09")
def durable(host: Any, params: Params) -> Measure:
    """What was committed survives a power cut, and tables are kept clean."""
    expected = say("fsync, full_page_writes, synchronous_commit and autovacuum on")
    cluster = _cluster(host)
    if cluster is None:
        return absent(_SILENT, expected)
    wanted = {
        "fsync": ("on",),
        "full_page_writes": ("on",),
        "synchronous_commit": ("on", "local", "remote_write", "remote_apply"),
        "autovacuum": ("on",),
    }
    off = [
        f"{name} = {_setting(cluster, name)}" for name, good in wanted.items() if _setting(cluster, name) not in good
    ]
    return verdict(not off, say("{settings}", settings=off) if off else say("as expected"), expected)


@control("DB-10")
def sized(host: Any, params: Params) -> Measure:
    """Buffers, and what every connection may take, fit into the machine's memory."""
    expected = say(
        "buffers and the sorting memory of all connections within {percent} % of memory", percent=MOST_MEMORY
    )
    cluster = _cluster(host)
    if cluster is None:
        return absent(_SILENT, expected)
    numbers = [_setting(cluster, name) for name in ("shared_buffers", "work_mem", "max_connections")]
    if not all(one.isdigit() for one in numbers):
        return Measure("error", say("PostgreSQL does not tell its settings"), expected)
    pages, work_kib, connections = map(int, numbers)
    gib = (pages * 8 + work_kib * connections) / 1024**2
    share = 100 * gib / facts.machine(host).memory_gib
    seen = say(
        "{gib} GiB, {percent} % of memory (shared_buffers {buffers} MiB, work_mem {work} MiB × {connections})",
        gib=gib,
        percent=round(share),
        buffers=pages * 8 // 1024,
        work=work_kib // 1024,
        connections=connections,
    )
    return verdict(share <= MOST_MEMORY, seen, expected)


@control("DB-11")
def sound(host: Any, params: Params) -> Measure:
    """No page has failed its checksum, and the numbers of transactions are far from running out."""
    expected = say("no page with a wrong checksum, transaction numbers far from their end")
    cluster = _cluster(host)
    if cluster is None:
        return absent(_SILENT, expected)
    if failures := int(cluster["checksum_failures"] or 0):
        return absent(say("{count} pages have failed their checksum", count=failures), expected)
    age = int(cluster["xid_age"])
    observed = say("no wrong page; {count} million transactions since the oldest freeze", count=age / 1e6)
    if age > XID_FAILS:
        return absent(observed, expected)
    return Measure("warning" if age > XID_WARNS else "pass", observed, expected)
