"""Audits and drills of as many servers as wanted, as `backbone audit` and `backbone drill` write them; no host asked.

Deterministic: the same call makes the same documents.
"""

from __future__ import annotations

import json
import random
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from provision.audit import catalogue
from provision.inventory.regions import Region, all_regions, by_code
from provision.report import model

AT = datetime(2026, 11, 21, 3, 0, tzinfo=UTC)
MET = ("pass", "warning", "attested", "not_applicable")


def finding(control: str, server: str, status: str = "pass", **more: Any) -> dict[str, Any]:
    """One finding of a control of ours."""
    one = catalogue.load().controls[control]
    shut = status not in ("fail", "error")
    return {
        "control": control,
        "server": server,
        "family": catalogue.load().family_of[control].family,
        "title": {"id": one.title.id, "en": one.title.en},
        "basis": one.basis,
        "severity": one.severity,
        "requirement": {"id": one.requirement.id, "en": one.requirement.en},
        "source": {"id": one.source.id, "en": one.source.en},
        "reference_verified": one.reference_verified,
        "status": status,
        "measured": "fail" if status == "waived" else status,
        "at": AT.isoformat(),
        "since": None if shut else AT.isoformat(),
        "observed": "as it should be" if status in MET else f"{server} lacks it",
        "expected": "what the catalogue says",
        "note": None,
        "stage": one.stage,
        "repair": None,
        "remedy": {"id": one.remedy.id, "en": one.remedy.en},
        "evidence": [0],
        **more,
    }


def server(
    region: str, name: str = "", statuses: Mapping[str, str] | None = None, at: datetime = AT, **more: Any
) -> dict[str, Any]:
    """One server of an audit: every control of the catalogue passes but for `statuses`."""
    known = by_code(region) or Region(region, f"Region {region}", "kabupaten_kota", region[:2], "Asia/Jakarta", None)
    name = name or "s" + region.replace(".", "")
    statuses = statuses or {}
    found = [finding(control, name, statuses.get(control, "pass")) for control in catalogue.load().controls]
    minimum = [one for one in found if one["basis"] == "minimum"]
    counts = dict.fromkeys((*MET, "waived", "fail", "error"), 0)
    for one in found:
        counts[one["status"]] += 1
    return {
        "name": name,
        "region": region,
        "region_name": known.name,
        "level": known.level,
        "zone": known.zone,
        "taken_at": at.isoformat(),
        "round_trips": 1,
        "fault": None,
        "ready": all(one["status"] in MET for one in minimum),
        "counts": counts,
        "first": [],
        "answers": [{"command": "true", "status": 0, "output": "x" * 200, "cut": False}],
        "findings": found,
        **more,
    }


def audit(servers: Iterable[Mapping[str, Any]], at: datetime = AT, **more: Any) -> dict[str, Any]:
    """audit.json of these servers."""
    listed = list(servers)
    families = [
        {"family": one.family, "title": {"id": one.title.id, "en": one.title.en}, "counts": {}}
        for one in catalogue.load().families
    ]
    return {
        "version": model.VERSION,
        "kind": "audit",
        "tool": {"name": "backbone-daerah", "version": "0"},
        "catalogue": {"version": 1, "controls": len(catalogue.load().controls), "sha256": "0" * 64},
        "generated_at": at.isoformat(),
        "inventory": "inventories/nasional/hosts.yml",
        "ready": all(one["ready"] for one in listed),
        "families": families,
        "compared": None,
        "fail_on": "recommended",
        "exit_status": 0,
        "servers": listed,
        **more,
    }


def drill(name: str, at: datetime = AT, ok: bool = True) -> dict[str, Any]:
    """drill.json of one server; of its many figures the ones that a fleet view asks for."""
    return {
        "version": 1,
        "ok": ok,
        "servers": [{"server": name, "ok": ok, "started_at": at.isoformat(), "rpo_seconds": 60.0, "rto_seconds": 9.0}],
    }


def write(document: Mapping[str, Any], place: Path, name: str = "audit.json") -> Path:
    """Into a folder; the file."""
    place.mkdir(parents=True, exist_ok=True)
    file = place / name
    file.write_text(json.dumps(document, ensure_ascii=False), encoding="utf-8")
    return file


def nation(folder: Path, audits: int = 2, at: datetime = AT, provinces: str = "") -> None:
    """A server a region, in a folder each as a collector keeps them, with `audits` audits a week apart.

    `provinces`: codes, if not all 38 are wanted.

    A fifth of them meet everything; the others lack up to a fifth of the controls; some give no answer; half drilled.
    """
    chance = random.Random(20261121)
    controls = list(catalogue.load().controls)
    for place, region in enumerate(
        one for one in all_regions() if one.province in (provinces.split() or [one.province])
    ):
        name = f"backbone-{region.code.replace('.', '-')}"
        lacking = [] if place % 5 == 0 else chance.sample(controls, chance.randint(1, len(controls) // 5))
        for turn in range(audits):
            when = at - timedelta(days=7 * (audits - 1 - turn), minutes=chance.randint(0, 600))
            statuses = {
                control: chance.choice(("fail", "fail", "fail", "error", "warning", "waived"))
                for control in lacking[: max(len(lacking) - 3 * turn, 0)]
            }
            silent = {"fault": {"kind": "timeout", "message": "connection timed out"}, "ready": False}
            gone = place % 41 == 7 and turn == audits - 1
            mine = server(region.code, name, dict.fromkeys(controls, "error") if gone else statuses, when)
            for one in mine["findings"]:
                if one["status"] == "waived":
                    last = (at + timedelta(days=chance.randint(-20, 200))).date()
                    one["note"] = f"waived by the head of office: it is on its way (until {last})"
                if one["status"] in ("fail", "error"):
                    one["observed"] = f"{chance.randint(1, 60)} of {name} {one['control']} found, which is too few"
            write(audit([{**mine, **(silent if gone else {})}], when), folder / name / f"{when:%Y-%m-%d}")
        if place % 2:
            write(drill(name, at - timedelta(days=chance.randint(1, 160))), folder / name / "drill", "drill.json")
