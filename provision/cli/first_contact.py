"""Whether the host key of a first contact is the server's own: by the fingerprint that was given, or by asking."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import typer

from provision.cli.spoken import confirm
from provision.errors import UsageError
from provision.i18n import _

if TYPE_CHECKING:
    from provision.onboard.enroll import Pinned


def same_key(host: str, shown: Pinned, fingerprint: str) -> bool:
    """Whether the key that `host` shows is the expected one; UsageError where nobody is there to be asked."""
    if fingerprint:
        return shown.fingerprint == fingerprint
    if not sys.stdin.isatty():
        raise UsageError(
            _("the host key has to be confirmed: {fingerprint}").format(fingerprint=shown.fingerprint),
            repair=_("compare it on the server's console, then add --fingerprint {fingerprint}").format(
                fingerprint=shown.fingerprint
            ),
        )
    typer.echo(_("{host} shows the host key {fingerprint}").format(host=host, fingerprint=shown.fingerprint))
    typer.echo(_("On its console, `ssh-keygen -lf /etc/ssh/ssh_host_ed25519_key.pub` must show the same."))
    return confirm(_("Is it the same?"), default=False)
