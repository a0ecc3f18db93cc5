"""A drill of one Windows server from the controller: who speaks to it, and what became of it."""

from __future__ import annotations

import secrets
import time
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from provision.i18n import _
from provision.operate.compare import DrillResult, judge, unfinished, utc
from provision.operate.sqlserver.talk import LostError, Speaker, WindowsSpeaker
from provision.operate.sqlserver.work import observe
from provision.probe.transport import Target

Tell = Callable[[str, Mapping[str, Any]], None]


def run(
    target: Target,
    settings: Mapping[str, Any],
    tell: Tell,
    speaking: Callable[[Target], Speaker] = WindowsSpeaker,
) -> DrillResult:
    """The drill's result; `settings` and `tell` as for `drill.run_drills`. Nothing is kept on the server of it."""
    drill = datetime.now(UTC).strftime("%Y%m%dT%H%M%SZ") + secrets.token_hex(3)
    began = utc(time.time())

    def short(step: str, message: str) -> DrillResult:
        return replace(unfinished(target.name, drill, began, step, message), engine="sqlserver")

    if settings.get("to") or settings.get("backup") or settings.get("repo", 1) != 1:
        told = _("a drill of SQL Server restores to now, from the newest backups: leave out --to, --backup and --repo")
        return short("prepare", told)
    if target.kind != "psrp":
        return short("connect", _("a Windows server is drilled from a controller, not from itself"))
    try:
        seen = observe(speaking(target), drill, lambda event: tell(target.name, event), time.time)
    except LostError as fault:
        return short("connect", fault.fault.message)
    return judge(target.name, seen)
