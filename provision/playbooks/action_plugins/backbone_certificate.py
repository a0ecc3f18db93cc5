"""Ansible action `backbone_certificate`: the controller's part of a server's certificate. Runs on the
controller only.

With `request`, `present`, `authority_certificate`, `authority_key`, `fqdn`, `addresses`, `days`: signs the
request by the internal authority where the present certificate will not do. Result: `certificate`, what the
server shall present (the present one where it will do, "" in check mode where there is no key yet),
`reason`, why it was signed, "".

With `certificate`, `chain`, `key`, `fqdn`: judges supplied files.

Both: `problem`, a sentence, "" when there is none. It never fails itself: its task hides its log, and the
sentence has to be told by the next one. No result holds a key.
"""

from __future__ import annotations

import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from ansible.plugins.action import ActionBase

try:
    from provision.errors import UsageError
    from provision.onboard import authority, certificates
except ModuleNotFoundError:  # ansible-playbook run by hand, without the command line's own path
    sys.path.insert(0, str(Path(__file__).resolve().parents[3]))
    from provision.errors import UsageError
    from provision.onboard import authority, certificates


def internal(arguments: dict[str, Any], now: datetime) -> dict[str, str]:
    """`certificate` and `reason` for a request to the authority; ValueError where it cannot be signed."""
    request, present = str(arguments["request"]), str(arguments["present"])
    if not request.strip():
        return {"certificate": "", "reason": "there is no key yet"}
    issuer, names, days = str(arguments["authority_certificate"]), [arguments["fqdn"]], int(arguments["days"])
    addresses = list(arguments.get("addresses") or [])
    reason = certificates.renewal_reason(present, request, issuer, names, addresses, days, now)
    if not reason:
        return {"certificate": certificates.bundle(present, issuer), "reason": ""}
    key = str(arguments["authority_key"]).strip() + "\n"
    leaf = authority.sign_csr(key, issuer, request, days, names, addresses)
    return {"certificate": certificates.bundle(leaf, issuer), "reason": reason}


class ActionModule(ActionBase):  # type: ignore[misc]  # Ansible's classes carry no types
    """Needs no connection: everything comes as arguments."""

    _requires_connection = False
    _supports_check_mode = True

    def run(self, tmp: str | None = None, task_vars: dict[str, Any] | None = None) -> dict[str, Any]:
        result: dict[str, Any] = super().run(tmp, task_vars)
        given, now = self._task.args, datetime.now(UTC)
        result.update(changed=False, problem="", certificate="", reason="")
        try:
            if "request" in given:
                result.update(internal(given, now))
            else:
                result["problem"] = certificates.supplied_problem(
                    str(given["certificate"]), str(given["chain"]), str(given["key"]), str(given["fqdn"]), now
                )
        except UsageError as fault:
            result["problem"] = "; ".join(filter(None, (fault.message, fault.repair)))
        except (ValueError, TypeError) as fault:
            result["problem"] = f"the internal authority could not sign: {fault}"
        return result
