"""The one exception that a verb shows to a person: what went wrong, where, and how to repair it."""

from __future__ import annotations

from provision.exits import Exit


class BackboneError(Exception):
    """A fault that the person at the keyboard can act on.

    `message` names the thing and the place, `repair` the command or change that mends it. Anything else that
    is raised is a defect of ours and shows a traceback.
    """

    def __init__(self, message: str, *, repair: str = "", exit_status: Exit = Exit.UNREACHED) -> None:
        super().__init__(message)
        self.message = message
        self.repair = repair
        self.exit_status = exit_status


class UsageError(BackboneError):
    """Wrong use or an invalid inventory; nothing has been touched."""

    def __init__(self, message: str, *, repair: str = "") -> None:
        super().__init__(message, repair=repair, exit_status=Exit.USAGE)
