"""A copy of one server's newest backup on a removable disk, driven from here: plan, start, news, signature.

On the server it is a unit of its own (`remote/disk_unit.py`): it goes on if this program or the connection goes away.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from provision import times
from provision.errors import BackboneError
from provision.exits import Exit
from provision.i18n import _, number
from provision.operate.compare import failure
from provision.operate.drill import DISK_UNIT, STOP_SECONDS
from provision.operate.session import OneServer, Told


def steps() -> dict[str, str]:
    """What each step is called to a person, in order."""
    return {
        "mark": _("mark a moment, and wait for its WAL"),
        "copy": _("copy what is not on the disk yet"),
        "read": _("read every file back from the disk, and compare it"),
        "verify": _("have pgBackRest check the copy against its manifests"),
        "keep": _("write the record, and let older copies go"),
    }


def planned(plan: Mapping[str, Any], zone: str) -> tuple[str, ...]:
    """The plan, a line each, before anything is written."""
    lines = [
        _("the backup {label} ({type}, {moment}), with all that it refers to and the WAL up to a mark").format(
            label=plan["backup"], type=plan["backup_type"], moment=times.shown(plan["backup_at"], zone)
        ),
        _("{files} files, {size} MiB, of which {there} MiB are there from a copy that was cut off").format(
            files=number(plan["files"]), size=number(plan["bytes"] >> 20), there=number(plan["there_bytes"] >> 20)
        ),
        _("{needed} MiB are needed on the disk, {free} MiB are free").format(
            needed=number(plan["needed_bytes"] >> 20), free=number(plan["free_bytes"] >> 20)
        ),
        _("copies there: {names}").format(names=", ".join(plan["copies"]) or _("none")),
    ]
    if plan["gone"]:
        lines.append(_("for want of room these go first: {names}").format(names=", ".join(plan["gone"])))
    return tuple(lines)


class DiskCopy(OneServer):
    """The copy of one server's backup to a disk that is mounted there."""

    unit = DISK_UNIT

    def survey(self, settings: Mapping[str, Any]) -> dict[str, Any]:
        """The plan. BackboneError with the reason where there can be none; nothing was written then."""
        told = self.call("survey", given=dict(settings))
        if "refused" in told:
            raise BackboneError(failure(told["refused"]), exit_status=Exit.FELL_SHORT)
        plan: dict[str, Any] = told["plan"]
        return plan

    def run(self, settings: Mapping[str, Any], tell: Told) -> dict[str, Any]:
        """Make it and listen until it ended; what was observed. Interrupted, it stops: the next one goes on from there.

        BackboneError with the reason where it fell short. Where the connection is lost, or whoever is told goes away,
        it goes on by itself, and the next one removes what it leaves on the server.
        """
        self._goes_on = True
        try:
            self.call("start", given=dict(settings))
        except BackboneError as fault:
            self._goes_on = fault.exit_status is not Exit.FELL_SHORT  # the server said no: nothing runs
            raise
        try:
            news = self.until_ended(tell)
        except KeyboardInterrupt:
            self.call("stop", timeout=STOP_SECONDS)
            self._laid = False
            raise
        self._goes_on = False
        observed: dict[str, Any] | None = news["observed"]
        if observed is None:
            raise BackboneError(
                _("the copy ended without a result (systemd: {result})").format(result=news["result"] or "gone"),
                repair=_("run it again: it goes on where it was"),
                exit_status=Exit.FELL_SHORT,
            )
        if observed["failed"]:
            raise BackboneError(
                failure(observed["failed"]),
                repair=_("run it again: it goes on where it was"),
                exit_status=Exit.FELL_SHORT,
            )
        return observed

    def signed(self, place: str, envelope: str) -> None:
        """Put the signature of a record beside it on the disk."""
        self.call("signed", given={"place": place, "envelope": envelope})
