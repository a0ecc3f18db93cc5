"""A stand-in for one Windows server: a file of state, and the few answers that the project's playbooks need.

It proves playbooks (templating, conditions, check mode, error paths, what each module is handed), not Windows. What it
does not know it refuses. Each call is recorded in the state: module, arguments without secrets, whether it changed.
"""

from __future__ import annotations

import base64
import hashlib
import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from tests.support.standin import documented
from tests.support.standin.documented import RefusedError
from tests.support.windows import scripts
from tests.support.windows.answers import ANSWERS, values


def fresh(build: int = 20348) -> dict[str, Any]:
    """A server as its setup leaves it, made reachable by templates/windows/first-boot.ps1."""
    return {
        "password": "rahasia",
        "facts": {
            "os_family": "Windows",
            "distribution": "Microsoft Windows Server 2022 Standard",
            "distribution_version": f"10.0.{build}.0",
        },
        # What the asking scripts (get-*.ps1) find, by <role>/<file>; a test may change it.
        "answers": {
            "stage/get-server.ps1": {
                "product": "Windows Server 2022 Standard",
                "server": True,
                "build": build,
                "powershell": "5.1",
                "dotnet": 528049,
                "reboot_pending": [],
                "connection": "https://10.0.0.5:5986/wsman",
                "domain_member": False,
                "stamps": 0,
                "elevated": True,
            },
            "patching/get-updates.ps1": {"age_days": 400},
            "postgresql/get-memory.ps1": {"total_mb": 16384},
        },
        "directories": ["C:\\", "C:\\Program Files", "C:\\ProgramData"],
        "files": {},
        "registry": {},
        "services": {
            name: {"state": "running", "start_mode": "auto"} for name in ("WinDefend", "WinRM", "mpssvc", "wuauserv")
        }
        | {"w32time": {"state": "stopped", "start_mode": "manual"}},
        "users": {"Administrator": {"groups": ["Administrators"]}},
        "groups": {"Administrators": ["Administrator"], "Users": []},
        "event_logs": {},
        "audit": {},
        "firewall": {name: {"state": "enabled", "inbound_action": "not_configured"} for name in _PROFILES},
        "rules": {},
        "tasks": {},
        "packages": {},
        "updates": [
            {"id": "6f1a", "title": "Cumulative update", "kb": ["KB5030000"], "categories": ["Security Updates"]}
        ],
        "timezone": "UTC",
        "scripts": {},
        # Files that lie on the server because somebody brought them there: installers.
        "media": [],
        "record": [],
    }


_PROFILES = ("Domain", "Private", "Public")


class Host:
    """One server, whose state lives in a file so that Ansible's workers share it."""

    def __init__(self, file: Path) -> None:
        self.file = file
        self.state: dict[str, Any] = json.loads(file.read_text()) if file.exists() else fresh()

    def save(self) -> None:
        """Keep the state."""
        self.file.write_text(json.dumps(self.state, indent=1))

    def refuses_connection(self, password: str) -> str:
        """Why no connection comes about; "" when one does."""
        if password != self.state["password"]:
            return "failed to authenticate with the server: Failed to authenticate the user with negotiate"
        return ""

    def module(self, name: str, arguments: Mapping[str, Any]) -> dict[str, Any]:
        """A module's answer. Raises RefusedError on a call that its documentation does not allow."""
        try:
            found = documented.faults(name, arguments)
        except LookupError as fault:
            raise RefusedError(str(fault)) from fault
        if found:
            raise RefusedError("; ".join(found))
        check = bool(arguments.get("_ansible_check_mode"))
        given = {key: value for key, value in arguments.items() if not key.startswith("_ansible_")}
        if name == "ansible.windows.win_powershell":
            result, what = self._powershell(given, check)
        elif name in ANSWERS:
            before = json.dumps(self.state, sort_keys=True)
            result, what = ANSWERS[name](self.state, given, check), name
            if check and json.dumps(self.state, sort_keys=True) != before:
                raise RefusedError(f"the stand-in's own {name} changed something in check mode")
        else:
            raise RefusedError(f"{name} is not among the modules that the stand-in knows")
        self.state["record"].append(
            {"call": what, "arguments": _public(given), "check": check, "changed": bool(result.get("changed"))}
        )
        self.save()
        return result

    def _powershell(self, given: Mapping[str, Any], check: bool) -> tuple[dict[str, Any], str]:
        script = scripts.find(given["script"])
        if script is None:
            raise RefusedError(f"a script that is no file of a role: {given['script'][:60]!r}")
        parameters = dict(given.get("parameters") or {})
        secret = {
            one["name"]: one.get("value") or one.get("password") for one in given.get("sensitive_parameters") or ()
        }
        if found := list(scripts.faults(script, {**parameters, **secret}, frozenset(secret))):
            raise RefusedError("; ".join(found))
        if check and not script.asks_first:
            # As win_powershell does with a script that does not support check mode.
            return {"changed": True, "msg": "skipped, running in check mode", "result": {}}, script.name
        kind = script.name.partition("/")[2].partition("-")[0]
        if kind == "get":
            if script.name not in self.state["answers"]:
                raise RefusedError(f"nothing is known of what {script.name} would find")
            answer = self.state["answers"][script.name]
            return {"changed": False, "result": answer, "output": [], "error": []}, script.name
        if script.name == "stage/stamp.ps1" and parameters["State"] == "begin" and self.state.get("held"):
            # As the script ends where another controller holds the lock: a failure with an answer.
            told = {"error": [{"message": "held"}], "result": self.state["held"]}
            return {"failed": True, "changed": False, "msg": "held", **told}, script.name
        changed, answer = self._changing(script.name, kind, parameters, {**parameters, **secret}, check)
        return {"changed": changed, "result": answer, "output": [], "error": []}, script.name

    def _changing(
        self, name: str, kind: str, parameters: Mapping[str, Any], everything: Mapping[str, Any], check: bool
    ) -> tuple[bool, Any]:
        if name == "stage/stamp.ps1":
            return self._stamp(parameters, check)
        if name == "hardening/set-values.ps1":
            return values(self.state, parameters, check)
        if kind == "do":
            return True, self.state["answers"].get(name, {})
        if kind != "set":
            raise RefusedError(f"{name} is no set-, get- or do- script and has no model")
        # By every parameter but the secrets' own text.
        digest = hashlib.sha256(json.dumps(everything, sort_keys=True).encode()).hexdigest()
        key = f"{name} {parameters.get('Name', '')}".strip()
        changed = self.state["scripts"].get(key) != digest
        if changed and not check:
            self.state["scripts"][key] = digest
            if name == "stage/set-places.ps1":
                self.state["directories"] = sorted({*self.state["directories"], *parameters["Paths"]})
            for path, text in _written(name, parameters).items():
                self.put(path, text.encode())
        answer = dict(self.state["answers"].get(name, {}))
        if name in ("ssh/set-winrm.ps1", "firewall/set-firewall.ps1"):
            answer["differs"] = changed
        if name == "tls/set-request.ps1":
            answer["present"] = self._present(f"{parameters['Directory']}\\server.crt")
        return changed, answer

    def _present(self, path: str) -> str:
        return self.text(path) if path in self.state["files"] else ""

    def _stamp(self, given: Mapping[str, Any], check: bool) -> tuple[bool, Any]:
        ledger = self.state.setdefault("stamps", {})
        wanted, stage = given["State"], given["Stage"]
        if wanted == "finish":
            files = {path: (self.state["files"].get(path) or {}).get("sha256") for path in given.get("Files") or ()}
            stamp = {key: given.get(key) for key in ("Stage", "HostName", "Digest", "Inputs")} | {"Files": files}
            changed = ledger.get(stage) != stamp
            if not check:
                ledger[stage] = stamp
                self.state["started"] = [one for one in self.state.get("started", []) if one != stage]
            before = self.state.get("was", {}).get(stage) or {}
            return changed and before.get("Digest") != stamp["Digest"], stamp
        if wanted == "begin" and not check:
            for one in (stage, *(given.get("Followers") or ())):
                if one in ledger:
                    self.state.setdefault("was", {})[one] = ledger.pop(one)
            self.state.setdefault("started", []).append(stage)
        return False, {}

    def shell(self, script: str) -> str:
        """The shell plugin's own short scripts: removing what it laid down."""
        found = re.search(r"Remove-Item ['\"](?P<path>[^'\"]+)['\"] -Force", script)
        if not found:
            raise RefusedError(f"a script of the shell: {script[:80]!r}")
        for path in [one for one in self.state["files"] if one.startswith(found["path"])]:
            del self.state["files"][path]
        self.save()
        return ""

    def own_script(self, name: str, parameters: Mapping[str, Any]) -> str:
        """Ansible's own helpers around a module."""
        if name == "powershell_mkdtemp.ps1":
            return f"{parameters['Directory']}\\{parameters['Name']}\n"
        if name == "powershell_expand_user.ps1":
            return f"{parameters['Path']}\n"
        raise RefusedError(f"Ansible's own script {name}")

    def put(self, path: str, content: bytes) -> None:
        """Lay a file down, as a transfer does."""
        self.state["files"][path] = {
            "sha256": hashlib.sha256(content).hexdigest(),
            "sha1": hashlib.sha1(content, usedforsecurity=False).hexdigest(),
            "content": base64.b64encode(content).decode(),
        }
        self.save()

    def text(self, path: str) -> str:
        """A file's text."""
        return base64.b64decode(self.state["files"][path]["content"]).decode()


def _written(name: str, parameters: Mapping[str, Any]) -> dict[str, str]:
    """The files whose text a script lays down as it was given."""
    if name == "stage/set-release.ps1":
        return {f"{parameters['Root']}\\current.txt": f"{parameters['Release']}\n"}
    if name != "tls/set-certificate.ps1":
        return {}
    named = {"server.crt": parameters.get("Certificate"), "authority.pem": parameters.get("Authority")}
    return {f"{parameters['Directory']}\\{file}": text for file, text in named.items() if text}


def _public(given: Mapping[str, Any]) -> dict[str, Any]:
    """Arguments as the record keeps them: no script text, no secret."""
    hidden = ("script", "sensitive_parameters", "password", "content")
    return {key: value for key, value in given.items() if key not in hidden and value is not None}
