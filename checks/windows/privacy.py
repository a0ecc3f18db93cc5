"""Personal data in SQL Server on Windows: who may read them, what is stored, that they go when their time is over."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from checks.measure import Measure, Say, absent, say, verdict
from checks.params import Params
from checks.privacy import RETENTION_DAYS
from checks.sync import granted_of
from checks.windows import Told, control, members
from checks.windows.machine import days_since

NO_DATA = say("the database for the data is not there")
SERVICE, READER, ANALYST = "backbone_service", "backbone_reader", "backbone_analyst"
OURS = (SERVICE, READER, ANALYST)
_OWNED = ("ref", "backbone", "staging", "sync")
_READ = {READER: ("ref", "backbone", "analyst"), ANALYST: ("analyst",)}
# Everybody has these in every database, and sees no row by them.
_OF_ALL = ("view any column encryption key definition", "view any column master key definition")
_EMPTY = re.compile(r"\[([^\]]+)\] IS NULL")
# What Task Scheduler says in place of a result: it runs, it has never run yet.
RUNNING, NEVER = 267009, 267011


def supplied(params: Params, expected: Say) -> Measure | None:
    """Software that the ministry supplies keeps its data in its own way: a person states how."""
    if params.sync_source == "bundled":
        return None
    return Measure("error", say("how supplied software does it cannot be seen from here"), expected)


def database(told: Told) -> Mapping[str, Any] | None:
    """What was seen of the region's database; None where this server has none."""
    seen = told.section("data")
    return seen if seen.get("there") else None


def columns_of(seen: Mapping[str, Any], place: str) -> dict[str, list[str]]:
    """Columns by table or view of a schema."""
    found: dict[str, list[str]] = {}
    for one in members(seen, "columns"):
        if one["place"] == place:
            found.setdefault(str(one["name"]), []).append(str(one["item"]))
    return found


def _guards(seen: Mapping[str, Any]) -> dict[str, list[str]]:
    """Columns that a table's constraint keeps empty; none for a constraint that says anything beside."""
    held: dict[str, list[str]] = {name: [] for name in columns_of(seen, "backbone")}
    for one in members(seen, "guards"):
        said = str(one["definition"])
        rest = re.sub(r"[()\s]|\bAND\b", "", _EMPTY.sub("", said))
        held[str(one["name"])] = [] if rest else _EMPTY.findall(said)
    return held


@control("SYNC-04")
def purpose(told: Told, params: Params) -> Measure:
    """Individual data are stored only as far as they were granted: entities and fields."""
    expected = say("only granted entities are stored: {names}", names=params.sync_entities or ["-"])
    seen = database(told)
    if seen is None:
        return absent(NO_DATA, expected)
    tables = [str(one["name"]) for one in members(seen, "tables")]
    data = {"tables": tables, "columns": columns_of(seen, "backbone"), "guards": _guards(seen)}
    return granted_of(data, None, params, expected)


@control("PRIV-02")
def retention(told: Told, params: Params) -> Measure:
    """What was kept long enough goes, once a day."""
    expected = say("what was kept long enough goes every day, and the last time it did")
    if other := supplied(params, expected):
        return other
    task = next((one for one in told.rows("tasks") if one["name"] == "Sync retention"), None)
    state = "-" if task is None else str(task["state"])
    if task is None or state not in ("Ready", "Running"):
        return absent(say("the task Sync retention: {state}", state=state), expected)
    result = int(task["result"])
    if result == NEVER or not task["last"]:
        return Measure("warning", say("scheduled; the first run is still to come"), expected)
    if result not in (0, RUNNING):
        return absent(say("the last run ended with {result}", result=result), expected)
    days = days_since(task["last"], params)
    return verdict(days <= RETENTION_DAYS, say("last run {days} days ago", days=days), expected)


def _held_by(name: str, seen: Mapping[str, Any]) -> list[str]:
    """The roles of the database that a role or user is in, and those that they are in; and what everybody is."""
    of: dict[str, set[str]] = {}
    for one in members(seen, "members"):
        of.setdefault(str(one["name"]), set()).add(str(one["role"]))
    found, left = {"public"}, [name]
    while left:
        fresh = of.get(left.pop(), set()) - found
        found |= fresh
        left += fresh
    return sorted(found)


@control("PRIV-03")
def masked_views(told: Told, params: Params) -> Measure:
    """Analysts see views without people in them, and nothing beside."""
    expected = say("analysts read views that show no person, and no table")
    if other := supplied(params, expected):
        return other
    seen = database(told)
    if seen is None:
        return absent(NO_DATA, expected)
    theirs = _held_by(ANALYST, seen)
    beyond = [f"{one['may']} {one['place'] or one['class']}" for one in members(seen, "rights")
              if one["who"] in (ANALYST, *theirs) and not _harmless(one) and one["place"] != "analyst"]  # fmt: skip
    beyond += [one for one in theirs if one == SERVICE or one.startswith("db_")]
    if beyond:
        return absent(say("analysts may read: {names}", names=beyond), expected)
    allowed, views = dict(params.analyst_views), columns_of(seen, "analyst")
    if shown := [f"{name}.{item}" for name, items in views.items() for item in items
                 if item not in allowed.get(name, ())]:  # fmt: skip
        return absent(say("shown to analysts: {names}", names=shown), expected)
    if not views:
        return Measure("warning", say("there are no views yet"), expected)
    return verdict(True, say("{count} views", count=len(views)), expected)


def _harmless(one: Mapping[str, Any]) -> bool:
    """A right by which nobody sees or changes a row: to come in, to see that keys exist."""
    return one["class"] == "database" and (one["may"] == "connect" or one["may"] in _OF_ALL)


def _meant(one: Mapping[str, Any]) -> bool:
    who, may, place = str(one["who"]), str(one["may"]), str(one["place"])
    if may == "select":
        return place in _READ.get(who, ())
    return who == SERVICE and (place in _OWNED or (may, one["class"]) == ("create table", "database"))


@control("PRIV-04")
def rights(told: Told, params: Params) -> Measure:
    """Only the roles that are meant to may read the data, and none of them may change it."""
    expected = say("only the roles for reading may read, and nobody but the service may change anything")
    if other := supplied(params, expected):
        return other
    seen = database(told)
    if seen is None:
        return absent(NO_DATA, expected)
    given: Sequence[Mapping[str, Any]] = members(seen, "rights")
    beyond = [
        f"{one['who']}: {one['may']} {one['place'] or one['class']}"
        for one in given
        if not _harmless(one) and not _meant(one)
    ]
    beyond += [
        f"{one['name']}: owner {one['owner']}" for one in members(seen, "owners")
        if one["owner"] not in ((SERVICE,) if one["name"] in _OWNED else (SERVICE, "dbo"))
    ]  # fmt: skip
    account = params.sync_account.lower()
    for one in members(seen, "members"):
        role, name = str(one["role"]), str(one["name"])
        own = role in OURS and not (role == SERVICE and name.lower() != account)
        if not own and name != "dbo":
            beyond.append(f"{name}: {role}")
    # Whoever may come in has a role of ours, and nothing else.
    coming = {str(one["who"]) for one in given if (one["may"], one["class"]) == ("connect", "database")}
    beyond += [f"{name}: connect" for name in sorted(coming) if name != "dbo" and not {*_held_by(name, seen)} & {*OURS}]
    # By these on the whole server one reads past all rights in the database. Declared people administer it anyway.
    allowed = {one.lower() for one in (*params.admins, params.login)}
    beyond += [
        f"{one['who']}: {one['may']}" for one in members(seen, "reach")
        if str(one["who"]).rpartition("\\")[2].lower() not in allowed
    ]  # fmt: skip
    if beyond:
        return absent(say("rights beyond what is meant: {names}", names=beyond), expected)
    return verdict(True, say("{count} rights, all of them meant", count=len(given)), expected)
