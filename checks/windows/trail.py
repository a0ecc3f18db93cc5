"""What SQL Server's own audit notes on Windows: changes of structure and rights, and who reads personal data.

It keeps the words of what it notes. Of a change of structure or rights they hold no row; of a reading they may hold
what the reader wrote as a condition, so that reading is noted in files of its own, which administrators alone may
open; of writing they would hold the rows themselves, so that writing is never noted.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

from checks.measure import Measure, absent, say, verdict
from checks.params import Params
from checks.windows import NotToldError, Told, control, members
from checks.windows.privacy import NO_DATA, columns_of, database, supplied

# Changes that have to be noted, as SQL Server groups them.
CHANGES = (
    "AUDIT_CHANGE_GROUP",
    "DATABASE_OBJECT_CHANGE_GROUP",
    "DATABASE_OBJECT_PERMISSION_CHANGE_GROUP",
    "DATABASE_PERMISSION_CHANGE_GROUP",
    "DATABASE_PRINCIPAL_CHANGE_GROUP",
    "DATABASE_ROLE_MEMBER_CHANGE_GROUP",
    "SCHEMA_OBJECT_CHANGE_GROUP",
    "SCHEMA_OBJECT_PERMISSION_CHANGE_GROUP",
)
# What carries the rows that are written, or the words of everything that is said.
TELLING = (
    *("BATCH_COMPLETED_GROUP", "BATCH_STARTED_GROUP", "DATABASE_OBJECT_ACCESS_GROUP", "SCHEMA_OBJECT_ACCESS_GROUP"),
    *("DELETE", "EXECUTE", "INSERT", "UPDATE"),
)
_EXCEPT = re.compile(r"\(*\[?server_principal_name\]?\s*<>\s*N?'((?:[^']|'')*)'\)*", re.IGNORECASE)
_WHOLE = "SUCCESS AND FAILURE"


def _audits(seen: Mapping[str, Any]) -> Iterable[Mapping[str, Any]]:
    """What is noted inside the database, by audits that run."""
    found: Iterable[Mapping[str, Any]] = members(seen, "audits")
    return found


@control("DB-07")
def audit_trail(told: Told, params: Params) -> Measure:
    """Changes of structure and rights are noted, and no row value gets into a log."""
    expected = say("SQL Server's audit notes changes of structure and rights, and nothing that is written into rows")
    if params.database != "sqlserver":
        raise NotToldError(say("PostgreSQL on Windows is not measured"))
    seen = told.section("data")
    if not seen.get("there"):
        return absent(NO_DATA, expected)
    noted = {str(one["action"]) for one in _audits(seen) if not str(one["but"]) and one["results"] == _WHOLE}
    if missing := [one for one in CHANGES if one not in noted]:
        return absent(say("not noted: {names}", names=missing), expected)
    everything = {str(one["action"]) for one in (*_audits(seen), *members(seen, "server"))}
    if beyond := sorted(everything.intersection(TELLING)):
        return absent(say("noted with the rows' own values: {names}", names=beyond), expected)
    return verdict(True, say("{count} kinds of change", count=len(CHANGES)), expected)


@control("PRIV-01")
def noted(told: Told, params: Params) -> Measure:
    """Who reads a table with personal data is noted, whoever it is but the service itself."""
    expected = say("SQL Server's audit notes every reading of the data, but for the sync service's own")
    if other := supplied(params, expected):
        return other
    seen = database(told)
    if seen is None:
        return absent(NO_DATA, expected)
    if not any(_reading(one, params.sync_account) for one in _audits(seen)):
        return absent(say("reading is not noted"), expected)
    there = columns_of(seen, "backbone")
    personal = [
        f"{name}.{item}" for name, fields in params.sync_personal for item in fields if item in there.get(name, ())
    ]
    if not personal:
        return Measure("warning", say("no table holds people yet"), expected)
    return verdict(True, say("{count} columns", count=len(personal)), expected)


def _reading(one: Mapping[str, Any], account: str) -> bool:
    """Is this every SELECT on the data by everybody, or by everybody but the service's account?"""
    where = (one["class"], one["place"]) == ("SCHEMA", "backbone") or one["class"] == "DATABASE"
    if one["action"] != "SELECT" or one["who"] != "public" or not where or one["results"] != _WHOLE:
        return False
    found = _EXCEPT.fullmatch(str(one["but"]).strip())
    return not one["but"] or bool(account and found and found[1].replace("''", "'").lower() == account.lower())
