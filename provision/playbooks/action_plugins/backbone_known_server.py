"""Ansible action `backbone_known_server`: a server's public key and certificate, put beside the inventory. Runs on the
controller only.

With `folder` (the inventory's), `server`, `signer` and `certificate` (PEM). Result: `changed`, and `problem`, a
sentence where the folder cannot be written to: the server is provisioned all the same, and somebody copies the files.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

from ansible.plugins.action import ActionBase

try:
    from provision.report import keys
except ModuleNotFoundError:  # ansible-playbook run by hand, without the command line's own path
    sys.path.insert(0, str(Path(__file__).resolve().parents[3]))
    from provision.report import keys


class ActionModule(ActionBase):  # type: ignore[misc]  # Ansible's classes carry no types
    """Needs no connection: everything comes as arguments."""

    _requires_connection = False
    _supports_check_mode = True

    def run(self, tmp: str | None = None, task_vars: dict[str, Any] | None = None) -> dict[str, Any]:
        result: dict[str, Any] = super().run(tmp, task_vars)
        given = self._task.args
        folder = Path(str(given["folder"]))
        result.update(changed=False, problem="")
        if self._play_context.check_mode:
            return result
        try:
            result["changed"] = keys.learn_server(
                folder, str(given["server"]), str(given["signer"]), str(given["certificate"])
            )
        except OSError as fault:
            result["problem"] = (
                f"{folder}: {fault.strerror}. Copy /etc/backbone/signers/*.pem of {given['server']} to "
                f"{keys.SERVERS}, and /etc/backbone/audit/client.pem to {keys.CLIENTS}, beside the inventory."
            )
        return result
