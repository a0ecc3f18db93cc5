"""Judges what a drill observed: is the restored cluster the one that was marked? Pure; no host, no clock.

The observation is what `remote/drill.py` writes. A check that was not made is never a pass: whatever is missing
from an observation becomes a difference or a failure.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from typing import Any

from provision.i18n import _, joined
from provision.operate.remote.repositories import AT_REST, without_passwords

VERSION = 2
# PostgreSQL writes a sequence's value ahead into WAL, this many steps (SEQ_LOG_VALS) beyond its cache.
SEQUENCE_AHEAD = 32
AFTER_COMPARISON = ("amcheck", "checksums", "controls", "cleanup")
RESTORE_STEPS = ("restore", "recover")  # what a person waits for on the bad day; the rest is proof
# What a drill must notice on spoilt copies, or it proves nothing.
NEGATIVE = {
    "postgresql": ("wrong_key", "flipped_byte", "missing_wal", "changed_row"),
    "sqlserver": ("flipped_byte", "missing_log", "changed_row"),
}
# What looks at every table and index, and at every checksum.
PROOFS = {
    "postgresql": {"amcheck": "pg_amcheck", "checksums": "pg_checksums"},
    "sqlserver": {"amcheck": "DBCC CHECKDB", "checksums": "RESTORE VERIFYONLY"},
}


@dataclass(frozen=True)
class Table:
    """One table. `rows` as counted in the source at the marked moment (None: nobody counted), `restored` in the
    restored cluster.
    """

    database: str
    name: str
    rows: int | None
    restored: int | None
    identical: bool


@dataclass(frozen=True)
class Negative:
    """One negative control. `made`: it could be run, and failed or held for the reason that it was given."""

    name: str
    made: bool
    noticed: bool
    said: str = ""


@dataclass(frozen=True)
class DrillResult:
    """What one drill on one server proved.

    Times are UTC in ISO 8601, durations seconds. `rpo_seconds`: age, at the mark, of the newest canary that had
    left the server by itself and came back (`rpo_basis` "canary"), or of the backup where no canary had ("backup");
    none of a copy on a disk or of the former repository: what came after the mark never went there.
    `rto_seconds`: restore and recovery, without the proofs. `ok`: nothing fell short. `operator`: the person who ran
    it; empty when no person did. `to`: "now", "mark" (an earlier mark) or "time"; a time that nobody marked is restored
    and checked, but cannot be compared, so that it is never ok. `on`: the other machine it was restored on, "" for its
    own. `history`: past drills of this server, oldest first.
    """

    server: str
    ok: bool
    drill: str
    started_at: str
    engine: str = "postgresql"
    region: str = ""
    operator: str = ""
    on: str = ""
    failed_step: str = ""
    failure: str = ""
    backup: str = ""
    backup_type: str = ""
    backup_at: str = ""
    repo: int | None = None
    to: str = "now"
    target: str = ""
    target_at: str = ""
    mark_held_ms: float | None = None
    rpo_seconds: float | None = None
    rpo_basis: str = ""
    rto_seconds: float | None = None
    steps: Mapping[str, float] = field(default_factory=dict)
    seconds: float | None = None
    database_bytes: int | None = None
    repository_bytes: int | None = None
    restored_bytes_per_second: float | None = None
    server_version: str = ""
    tables: int = 0
    rows: int = 0
    was_compared: bool = False
    identical: bool = False
    compared: tuple[Table, ...] = ()
    unlogged: tuple[str, ...] = ()
    differences: tuple[str, ...] = ()
    amcheck: bool = False
    checksums: bool = False
    checksum_blocks: int = 0
    canary_before_present: bool = False
    canary_after_absent: bool = False
    controls: tuple[Negative, ...] = ()
    shortcomings: tuple[str, ...] = ()
    history: tuple[Mapping[str, Any], ...] = ()

    def as_dict(self) -> dict[str, Any]:
        """Plain data, as `schema/drill.json` describes it."""
        return asdict(self)


def utc(seconds: float) -> str:
    """Seconds since 1970 as ISO 8601 in UTC."""
    return datetime.fromtimestamp(seconds, UTC).isoformat(timespec="seconds").replace("+00:00", "Z")


def compare_tables(database: str, source: Mapping[str, Any], restored: Mapping[str, Any]) -> Iterator[Table]:
    """Every table of either side; identical only if both have it with the same rows and the same digest."""
    for name in sorted({*source, *restored}):
        ours, theirs = source.get(name), restored.get(name)
        yield Table(
            database=database,
            name=name,
            rows=int(ours[0]) if ours else 0,
            restored=int(theirs[0]) if theirs else None,
            identical=ours is not None and theirs is not None and list(ours) == list(theirs),
        )


def table_difference(table: Table, in_source: bool) -> str:
    """One sentence on a table that is not identical."""
    where = f"{table.database}: {table.name}"
    if not in_source:
        return _("{where} exists in the restored cluster only").format(where=where)
    if table.restored is None:
        return _("{where} is missing from the restored cluster").format(where=where)
    if table.rows != table.restored:
        told = _("{where} has {restored} rows instead of {rows}")
        return told.format(where=where, restored=table.restored, rows=table.rows)
    return _("{where} has {rows} rows as it should, but not the same ones").format(where=where, rows=table.rows)


def compare_lines(what: str, source: list[str], restored: list[str]) -> Iterator[str]:
    """Differences between two descriptions, in which every line is a fact of its own."""
    for line in sorted(set(source) - set(restored)):
        yield _("{what}: missing: {line}").format(what=what, line=line)
    for line in sorted(set(restored) - set(source)):
        yield _("{what}: only restored: {line}").format(what=what, line=line)


def compare_sequences(database: str, source: Mapping[str, Any], restored: Mapping[str, Any]) -> Iterator[str]:
    """Differences beyond what PostgreSQL's way of logging sequences explains: ahead by a few, never behind."""
    for name in sorted({*source, *restored}):
        if name not in source or name not in restored:
            missing = _("{database}: sequence {name} is missing from the restored cluster")
            surplus = _("{database}: sequence {name} is only in the restored cluster")
            yield (missing if name in source else surplus).format(database=database, name=name)
            continue
        value, step, cache, first = source[name]
        again, step_again = restored[name][:2]
        if value == again and step == step_again:
            continue
        if again is None or step != step_again:
            told = _("{database}: sequence {name} is {again} by {step_again} instead of {value} by {step}")
            yield told.format(database=database, name=name, again=again, step_again=step_again, value=value, step=step)
            continue
        ahead = (again - (first - step if value is None else value)) / step
        if not 0 <= ahead <= SEQUENCE_AHEAD + cache:
            told = _("{database}: sequence {name} is {again} instead of {value}")
            yield told.format(database=database, name=name, again=again, value=value)


def compare(source: Mapping[str, Any], restored: Mapping[str, Any]) -> tuple[tuple[Table, ...], tuple[str, ...]]:
    """All tables, and every difference between the marked cluster and the restored one, as sentences.

    A mark on a disk has no digests of passwords ("passwords" False): there they are not compared.
    """
    tables: list[Table] = []
    again = restored["cluster"] if source.get("passwords", True) else without_passwords(restored["cluster"])
    differences: list[str] = list(compare_lines("cluster", source["cluster"], again))
    if not source["cluster"]:
        differences.append(_("cluster: roles and databases of the source were not read"))
    for name in sorted({*source["databases"], *restored["databases"]}):
        ours, theirs = source["databases"].get(name), restored["databases"].get(name)
        if ours is None or theirs is None:
            missing = _("database {name} is missing from the restored cluster")
            surplus = _("database {name} is only in the restored cluster")
            differences.append((missing if theirs is None else surplus).format(name=name))
            ours, theirs = ours or {}, theirs or {}
        found = list(compare_tables(name, ours.get("tables", {}), theirs.get("tables", {})))
        tables += found
        differences += [
            table_difference(table, table.name in ours.get("tables", {})) for table in found if not table.identical
        ]
        differences += compare_lines(name, ours.get("structure", []), theirs.get("structure", []))
        differences += compare_sequences(name, ours.get("sequences", {}), theirs.get("sequences", {}))
    return tuple(tables), tuple(differences)


def restored_only(restored: Mapping[str, Any]) -> tuple[Table, ...]:
    """The tables of a restored cluster that there is nothing to compare with."""
    return tuple(
        Table(database=database, name=name, rows=None, restored=int(counted[0]), identical=False)
        for database, held in sorted(restored["databases"].items())
        for name, counted in sorted(held.get("tables", {}).items())
    )


def negatives(observed: Mapping[str, Any]) -> tuple[Negative, ...]:
    """What each negative control came to; one that was not run was not made."""
    told = observed.get("controls") or {}
    return tuple(
        Negative(
            name,
            made=bool(told.get(name, {}).get("made")),
            noticed=bool(told.get(name, {}).get("noticed")),
            said=str(told.get(name, {}).get("said", ""))[:300],
        )
        for name in NEGATIVE[engine_of(observed)]
    )


def engine_of(observed: Mapping[str, Any]) -> str:
    """The database system that was drilled: postgresql or sqlserver."""
    return str(observed.get("engine", "postgresql"))


def control_titles() -> dict[str, str]:
    """What each negative control is called to a person."""
    return {
        "wrong_key": _("a wrong passphrase"),
        "flipped_byte": _("one flipped byte in a backup file"),
        "missing_wal": _("one missing WAL segment"),
        "missing_log": _("one missing backup of the log"),
        "changed_row": _("one changed row"),
    }


def recovery_point(observed: Mapping[str, Any]) -> tuple[float | None, str]:
    """How many seconds of data would have been lost at the mark, and what they were measured by."""
    mark, canary = observed["mark"], observed["canary"]
    newest = canary["newest_archived"]
    if newest is None:
        return max(0.0, round(mark["at"] - observed["backup"]["stopped_at"], 1)), "backup"
    number, written = newest
    if number not in canary.get("recovered", []):
        return None, "canary"
    return max(0.0, round(mark["at"] - written, 1)), "canary"


def shortcomings(observed: Mapping[str, Any], tables: tuple[Table, ...], differences: tuple[str, ...]) -> Iterator[str]:
    """Why a drill that went through to its end is not green; nothing if it is."""
    if not observed.get("compared", True):
        yield _("not compared: no mark was made at that moment (backbone restore --find shows the marks)")
    elif not tables:
        yield _("no table was compared")
    if differences:
        told = _("{count} differences between the marked and the restored cluster")
        yield told.format(count=len(differences))
    for check, name in PROOFS[engine_of(observed)].items():
        outcome = observed.get(check) or {"made": False, "ok": False, "said": []}
        if not outcome["made"]:
            said = " ".join(outcome["said"][-1:])
            told = _("{name} could not be made: {said}") if said else _("{name} could not be made")
            yield told.format(name=name, said=said)
        elif not outcome["ok"]:
            yield _("{name} found damage: {said}").format(name=name, said=" ".join(outcome["said"][:2]))
    canary, recovered = observed["canary"], observed["canary"].get("recovered", [])
    if canary["before"] is None or canary["after"] is None:
        yield _("no canaries tell of that moment")
    if canary["before"] is not None and canary["before"] not in recovered:
        yield _("the canary written before the mark did not come back")
    if canary["after"] is not None and canary["after"] in recovered:
        yield _("the canary written after the mark is there: recovery went beyond its target")
    if recovery_point(observed)[0] is None:
        yield _("the newest archived canary did not come back")
    titles = control_titles()
    for one in negatives(observed):
        if not one.made:
            told = _("not proven that the drill notices {what}: {said}")
            yield told.format(what=titles[one.name], said=one.said or _("the control was not made"))
        elif not one.noticed:
            yield _("the drill did not notice {what}").format(what=titles[one.name])


def unfinished(server: str, drill: str, started_at: str, step: str, message: str) -> DrillResult:
    """The result of a drill that never came to observe anything."""
    return DrillResult(
        server=server,
        ok=False,
        drill=drill,
        started_at=started_at,
        failed_step=step,
        failure=message,
        shortcomings=(message,),
    )


def failure(failed: Mapping[str, Any]) -> str:
    """What the server said of the step that fell short, in the language in use."""
    return _(failed["template"]).format(**failed["values"]) if failed.get("template") else str(failed["message"])


def judge(server: str, observed: Mapping[str, Any]) -> DrillResult:
    """The verdict on one observation. A drill that did not reach its end is never ok."""
    backup, mark, steps = observed.get("backup") or {}, observed.get("mark") or {}, dict(observed["steps"])
    known: dict[str, Any] = {
        "server": server,
        "engine": engine_of(observed),
        "drill": observed["id"],
        "started_at": utc(observed["started_at"]),
        "backup": backup.get("label", ""),
        "backup_type": backup.get("type", ""),
        "backup_at": utc(backup["stopped_at"]) if backup else "",
        "repo": observed.get("repo"),
        "to": (observed.get("goal") or {"kind": "now"})["kind"],
        "seconds": round(sum(steps.values()), 1),
        "repository_bytes": backup.get("repository_bytes"),
        "target": mark.get("restore_point", ""),
        "target_at": utc(mark["at"]) if mark else "",
        "mark_held_ms": mark.get("held_ms"),
        "steps": steps,
        "database_bytes": (observed.get("bytes") or {}).get("database"),
        "server_version": observed.get("server_version", ""),
    }
    failed = observed["failed"]
    # Differences are worth telling even if a later step fell short.
    reached = "digest_restored" in steps and (failed is None or failed["step"] in AFTER_COMPARISON)
    marked = observed.get("compared", True)
    tables: tuple[Table, ...] = ()
    differences: tuple[str, ...] = ()
    if reached and marked:
        tables, differences = compare(observed["source"], observed["restored"])
    elif reached:
        tables = restored_only(observed["restored"])
    lacking = list(shortcomings(observed, tables, differences)) if reached else []
    if failed is not None:
        message = failure(failed)
        lacking.insert(0, joined(": ", (failed["step"], message)))
        known.update(failed_step=failed["step"], failure=message)
    elif not reached:
        lacking.insert(0, _("the drill did not reach the comparison"))
    if reached:
        rpo, basis = (None, "") if known["repo"] in AT_REST else recovery_point(observed)
        recovered = observed["canary"].get("recovered", [])
        known.update(
            rpo_seconds=rpo,
            rpo_basis=basis,
            rto_seconds=round(sum(steps[name] for name in RESTORE_STEPS), 1),
            canary_before_present=observed["canary"]["before"] in recovered,
            canary_after_absent=(
                observed["canary"]["after"] is not None and observed["canary"]["after"] not in recovered
            ),
            restored_bytes_per_second=round(known["database_bytes"] / max(steps["restore"], 0.001)),
            controls=negatives(observed),
        )
    unlogged = {
        f"{name}: {table}"
        for name, held in observed["source"]["databases"].items()
        for table in held.get("unlogged", [])
    }
    return DrillResult(
        **known,
        ok=not lacking,
        tables=len(tables),
        rows=sum((table.restored or 0) if table.rows is None else table.rows for table in tables),
        was_compared=bool(tables) and marked,
        identical=bool(tables) and marked and not differences,
        compared=tables,
        unlogged=tuple(sorted(unlogged)),
        differences=differences,
        amcheck=bool((observed.get("amcheck") or {}).get("ok")),
        checksums=bool((observed.get("checksums") or {}).get("ok")),
        checksum_blocks=int((observed.get("checksums") or {}).get("blocks", 0)),
        shortcomings=tuple(lacking),
    )
