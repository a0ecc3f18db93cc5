"""Antivirus on Windows: Microsoft Defender, or the region's own product."""

from __future__ import annotations

from checks.measure import Measure, absent, say, verdict
from checks.params import Params
from checks.windows import Told, control, members
from checks.windows.machine import days_since, moment, running

SIGNATURE_DAYS = 3


def _existing(told: Told, params: Params) -> Measure:
    expected = say("the region's own antivirus runs")
    failed = {str(one["name"]) for one in told.rows("services")}
    if params.antivirus_unit in failed:
        return absent(say("{unit} does not run", unit=params.antivirus_unit), expected)
    return Measure("error", say("{unit} cannot be asked", unit=params.antivirus_unit), expected)


@control("AV-01")
def antivirus(told: Told, params: Params) -> Measure:
    """An antivirus is installed and active."""
    if params.antivirus == "existing":
        return _existing(told, params)
    seen = told.section("antivirus")
    good = running(seen.get("service")) and bool(seen["enabled"])
    observed = say("Microsoft Defender runs") if good else say("Microsoft Defender does not run")
    return verdict(good, observed, say("Microsoft Defender on"))


@control("AV-02")
def signatures(told: Told, params: Params) -> Measure:
    """Signatures are fresh."""
    if params.antivirus == "existing":
        return _existing(told, params)
    days = days_since(told.section("antivirus").get("signatures"), params)
    expected = say("signatures of the last {days} days", days=SIGNATURE_DAYS)
    return verdict(days <= SIGNATURE_DAYS, say("{days} days old", days=days), expected)


@control("AV-03")
def scanned(told: Told, params: Params) -> Measure:
    """Scanned every day."""
    if params.antivirus == "existing":
        return _existing(told, params)
    seen = told.section("antivirus")
    expected = say("a scan within the last 26 hours")
    ends = [moment(seen[name]) for name in ("quick", "full") if seen.get(name)]
    if not ends:
        return absent(say("never scanned"), expected)
    hours = (params.at - max(ends)).total_seconds() / 3600
    return verdict(hours <= 26, say("last scan {hours} hours ago", hours=hours), expected)


@control("AV-04")
def on_access(told: Told, params: Params) -> Measure:
    """Files are scanned as they come, and nothing is left out."""
    if params.antivirus == "existing":
        return _existing(told, params)
    seen = told.section("antivirus")
    expected = say("real-time protection on, nothing left out")
    if not (seen["realtime"] and seen["access"] and seen["behaviour"]):
        return absent(say("real-time protection is off"), expected)
    left_out = [str(one) for one in members(seen, "excluded")]
    observed = say("left out: {names}", names=left_out) if left_out else say("on, nothing left out")
    return verdict(not left_out, observed, expected)
