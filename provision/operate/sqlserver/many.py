"""A drill of one Windows server from the controller: who speaks to it, and what became of it."""

from __future__ import annotations

import json
import secrets
import time
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from provision.errors import BackboneError
from provision.i18n import _
from provision.operate.compare import DrillResult, judge, unfinished, utc
from provision.operate.sqlserver.talk import LostError, RefusedError, Speaker, WindowsSpeaker
from provision.operate.sqlserver.work import observe
from provision.probe.transport import Target

_NEVER_BEGAN = ("connect", "start")
Tell = Callable[[str, Mapping[str, Any]], None]


def run(
    target: Target,
    settings: Mapping[str, Any],
    tell: Tell,
    speaking: Callable[[Target], Speaker] = WindowsSpeaker,
) -> DrillResult:
    """The drill's result; `settings` and `tell` as for `drill.run_drills`. `keep` leaves its record on the server."""
    drill = datetime.now(UTC).strftime("%Y%m%dT%H%M%SZ") + secrets.token_hex(3)
    began = utc(time.time())

    def short(step: str, message: str) -> DrillResult:
        return replace(unfinished(target.name, drill, began, step, message), engine="sqlserver")

    if settings.get("to") or settings.get("backup") or settings.get("repo", 1) != 1:
        told = _("a drill of SQL Server restores to now, from the newest backups: leave out --to, --backup and --repo")
        return short("start", told)
    if target.kind != "psrp":
        return short("connect", _("a Windows server is drilled from a controller, not from itself"))
    try:
        seen = observe(speaking(target), drill, lambda event: tell(target.name, event), time.time)
    except LostError as fault:
        return short("connect", fault.fault.message)
    return judge(target.name, seen)


def keep(target: Target, result: DrillResult, speaking: Callable[[Target], Speaker] = WindowsSpeaker) -> None:
    """Leave on the server whether the drill held, when it was and who ran it: the audit looks for that.

    Nothing of a drill that never began. BackboneError where it could not be kept.
    """
    if result.failed_step in _NEVER_BEGAN:
        return
    record = {"id": result.drill, "ok": result.ok, "started_at": result.started_at, "operator": result.operator}
    text = json.dumps(record) + "\n"
    try:
        speaking(target).keep({"drill-last": text, "drill-held": text} if result.ok else {"drill-last": text})
    except (LostError, RefusedError) as fault:
        said = fault.fault.message if isinstance(fault, LostError) else fault.said
        told = _("{name}: the drill's result was not kept: {said}")
        raise BackboneError(told.format(name=target.name, said=said)) from fault
