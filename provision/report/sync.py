"""How the last sync ended on every server: one self-contained HTML page beside sync.json, for people and inspectors.

`reading` turns a server's own answer (`backbone-sync status --json`) into one result; nothing of it holds a person.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from provision import __version__, i18n, paths, times
from provision.i18n import _, english, number
from provision.inventory.regions import by_code
from provision.report import sign
from provision.report.keys import ReportKey

VERSION = 1
_COUNTS = ("source", "stored", "quarantined", "deleted", "refused", "withheld", "held")


@dataclass(frozen=True)
class SyncResult:
    """One server's last sync. `fault`: why it could not be asked, "" when it was; `status`: its own words."""

    server: str
    region: str
    fault: str
    status: Mapping[str, Any] | None

    @property
    def green(self) -> bool:
        """Whether the last run balanced in every entity."""
        return bool(self.status and self.status.get("green"))


def reading(server: str, region: str, exit_status: int, out: str, err: str) -> SyncResult:
    """A server's answer as a result. `exit_status` 1 only says that the last run was not green."""
    try:
        status = json.loads(out)
        if (
            exit_status not in (0, 1)
            or not isinstance(status["green"], bool)
            or not isinstance(status["entities"], dict)
        ):
            raise ValueError
    except (ValueError, KeyError, TypeError):
        told = next((line.strip() for line in reversed(err.splitlines()) if line.strip()), "")
        return SyncResult(server, region, told[:300] or _("it gave no answer that can be read"), None)
    return SyncResult(server, region, "", status)


def document(results: Sequence[SyncResult], at: datetime) -> dict[str, Any]:
    """sync.json. `ok` when every server was asked and is green."""
    return {
        "version": VERSION,
        "asked_at": at.astimezone(UTC).isoformat(timespec="seconds"),
        "ok": all(one.green for one in results),
        "servers": [
            {"server": one.server, "region": one.region, "fault": one.fault or None, "status": one.status}
            for one in results
        ],
    }


def to_do(result: SyncResult) -> list[tuple[str, str]]:
    """What wants a person, the weightiest first: (sentence, command to run on the server). Empty when all is well."""
    if result.status is None:
        return [(result.fault, "systemctl status backbone-sync.timer")]
    status = result.status
    found: list[tuple[str, str]] = []
    if status.get("error_kind"):
        found.append(
            (
                _("The last run stopped: {why}").format(why=status.get("message") or status["error_kind"]),
                "backbone-sync doctor",
            )
        )
    entities: Mapping[str, Mapping[str, Any]] = status["entities"]
    if names := [name for name, one in entities.items() if not one["balanced"]]:
        found.append(
            (_("The account does not balance: {names}").format(names=", ".join(names)), "backbone-sync reconcile")
        )
    if held := sum(int(one.get("held") or 0) for one in entities.values()):
        found.append(
            (
                _("{count} deletions wait for a person's word").format(count=number(held)),
                "backbone-sync release-deletes ENTITY --by NAME --reason WHY",
            )
        )
    if rows := sum(int(one.get("quarantined") or 0) for one in entities.values()):
        found.append((_("{count} rows are in quarantine").format(count=number(rows)), "backbone-sync quarantine"))
    if not status.get("last_green"):
        found.append((_("No run has ended well yet"), "backbone-sync run --now"))
    return found


def publish(
    told: Mapping[str, Any], results: Sequence[SyncResult], zones: Mapping[str, str], out: Path, key: ReportKey
) -> None:
    """Write sync.json and sync.html into `out`, and sign them; an earlier signed one there is put by."""

    def write() -> tuple[Path, ...]:
        out.mkdir(parents=True, exist_ok=True)
        (out / "sync.json").write_text(json.dumps(english(told), indent=2) + "\n", encoding="utf-8")
        (out / "sync.html").write_text(render(told, results, zones), encoding="utf-8")
        return out / "sync.json", out / "sync.html"

    summary = {"ok": told["ok"], "servers": [one.server for one in results]}
    sign.issue(out, "sync", write, key, document_version=VERSION, made_at=told["asked_at"], summary=summary)


def render(told: Mapping[str, Any], results: Sequence[SyncResult], zones: Mapping[str, str]) -> str:
    """sync.html; `zones`: the time zone of each server that has one. In the language in use."""
    environment = Environment(
        loader=FileSystemLoader(paths.templates_dir() / "report"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.globals |= {"_": _, "number": number}
    pages = [_page(one, zones.get(one.server, "")) for one in results]
    zone = next((zones[one.server] for one in results if zones.get(one.server)), "UTC")
    return environment.get_template("sync.html.j2").render(
        pages=pages, language=i18n.language(), version=__version__, at=times.shown(told["asked_at"], zone)
    )


def _page(result: SyncResult, zone: str) -> dict[str, Any]:
    status = result.status or {}
    entities = status.get("entities", {})
    return {
        "server": result.server,
        "region": f"{region.name} ({region.code})" if (region := by_code(result.region)) else result.region,
        "ok": result.green,
        "asked": result.status is not None,
        "to_do": to_do(result)[:3],
        "totals": {name: sum(int(one.get(name) or 0) for one in entities.values()) for name in _COUNTS},
        "facts": [
            (_("last run"), _moment(status.get("last_run_finished"), zone)),
            (_("last run that balanced"), _moment(status.get("last_green"), zone)),
        ],
        "entities": [
            {"name": name, "balanced": bool(one["balanced"]), "cursor": _moment(one.get("cursor"), zone)}
            | {count: int(one.get(count) or 0) for count in _COUNTS}
            for name, one in sorted(entities.items())
        ],
    }


def _moment(iso: object, zone: str) -> str:
    return times.shown(str(iso), zone) if iso else _("never")
