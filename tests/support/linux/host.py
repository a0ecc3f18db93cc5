"""A stand-in for one Linux server: a file of state, and the few answers that the project's playbooks need.

It proves playbooks (templating, conditions, check mode, what each module is handed, names of packages, files and
units), not Linux. Everything runs in check mode, so no answer changes the state; a module that is asked to change
something for good is refused, as is what the stand-in does not know. Each call is recorded.
"""

from __future__ import annotations

import base64
import fnmatch
import json
import re
import shlex
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from tests.support.linux.commands import ANSWERS, PROGRAMS
from tests.support.linux.systems import INSTALLED, PACKAGES, PGDG, SYSTEMS
from tests.support.standin import documented
from tests.support.standin.documented import RefusedError


def fresh(system: str, *, converged: bool = False) -> dict[str, Any]:
    """A server as its installer leaves it; `converged`: one whose packages and files are all there."""
    one = SYSTEMS[system]
    # RHEL itself does not carry EPEL; a person has installed it.
    by_hand = ["epel-release"] if one.distribution == "RedHat" else []
    return {
        "system": system,
        "packages": [*INSTALLED[one.family], *by_hand],
        "converged": converged,
        "paths": {
            "/etc/ssh/sshd_config": "Include /etc/ssh/sshd_config.d/*.conf\n",
            "/usr/sbin/sshd": "",
            **({f"{one.cluster}/postgresql.conf": ""} if converged else {}),
        },
        "absent": [],
        "record": [],
    }


# A file, as `stat` tells of it where nobody looks closer.
_STAT = {"isdir": False, "isreg": True, "islnk": False, "mtime": 0.0, "mode": "0644", "checksum": "0" * 40, "size": 1}
# What modules are asked for that only look, whatever the mode.
_LOOKING = ("ansible.builtin.find", "ansible.builtin.getent", "ansible.builtin.setup", "ansible.builtin.slurp")
# Arguments of actions, which are documented nowhere because no person sets them.
_INTERNAL = (
    "_raw_params",
    "_uses_shell",
    "_original_basename",
    "expand_argument_vars",
    "strip_empty_ends",
    "executable",
    "get_size",
    "_diff_peek",
)
# These change a server and are answered in check mode alone: "something would change".
_CHANGING = (
    *("ansible.builtin.apt", "ansible.builtin.copy", "ansible.builtin.deb822_repository", "ansible.builtin.dnf"),
    *("ansible.builtin.file", "ansible.builtin.group", "ansible.builtin.lineinfile", "ansible.builtin.service"),
    *("ansible.builtin.systemd", "ansible.builtin.systemd_service", "ansible.builtin.user"),
    *("ansible.builtin.rpm_key", "ansible.builtin.yum_repository"),
    *("ansible.posix.authorized_key", "ansible.posix.seboolean", "community.general.sefcontext"),
    *("community.general.seport", "backbone_kernel"),
)


def several(value: str | list[str]) -> list[str]:
    """One value or several, as Ansible takes them for a list."""
    return [value] if isinstance(value, str) else value


class Host:
    """One server, whose state lives in a file so that Ansible's workers share it."""

    def __init__(self, file: Path) -> None:
        self.file = file
        self.state: dict[str, Any] = json.loads(file.read_text())
        self.system = SYSTEMS[self.state["system"]]

    def module(self, name: str, arguments: Mapping[str, Any]) -> dict[str, Any]:
        """A module's answer. Raises RefusedError on a call that its documentation does not allow."""
        given = {key: value for key, value in arguments.items() if not key.startswith("_ansible_")}
        try:
            found = documented.faults(
                name, {key: value for key, value in given.items() if key not in _INTERNAL and value is not None}
            )
        except LookupError as fault:
            raise RefusedError(str(fault)) from fault
        if found:
            raise RefusedError("; ".join(found))
        if name == "ansible.builtin.command" and given.get("argv"):
            given["argv"] = [str(word) for word in given["argv"]]
        check = bool(arguments.get("_ansible_check_mode"))
        result = self._answer(name, given, check)
        self.state["record"].append({"call": name, "arguments": given, "check": check, "changed": result["changed"]})
        self.file.write_text(json.dumps(self.state))
        return result

    def _answer(self, name: str, given: Mapping[str, Any], check: bool) -> dict[str, Any]:
        if name == "ansible.builtin.command":
            return self._command(given, check)
        if name == "ansible.builtin.stat":
            return {
                "changed": False,
                "stat": {"exists": True, **_STAT} if self._there(given["path"]) else {"exists": False},
            }
        if name in _LOOKING:
            return {"changed": False, **getattr(self, f"_{name.rpartition('.')[2]}")(given)}
        if not check:
            raise RefusedError(f"{name} outside of check mode")
        if name == "backbone_files":
            written = (
                [] if self.state["converged"] else [path for one in given["files"] for path in several(one["path"])]
            )
            return {"changed": bool(written), "written": written}
        if name == "backbone_units":
            return {"changed": True, "done": [f"start {one['name']}" for one in given["units"]]}
        if name == "backbone_stamp":
            return {"changed": True, "stamp": {}}
        if given.get("_diff_peek") is not None:
            return {"changed": False, "state": "absent", "path": given["path"]}
        if name in _CHANGING:
            return {"changed": True, "written": [], "name": given.get("name", "")}
        raise RefusedError(f"{name} is not among the modules that the stand-in knows")

    def _there(self, path: str) -> bool:
        return path in self.state["paths"] or (self.state["converged"] and path not in self.state["absent"])

    def _setup(self, _given: Mapping[str, Any]) -> dict[str, Any]:
        return {"ansible_facts": {f"ansible_{key}": value for key, value in self.system.facts.items()}}

    def _slurp(self, given: Mapping[str, Any]) -> dict[str, Any]:
        if given["src"] not in self.state["paths"]:
            raise RefusedError(f"nothing is known of what {given['src']} holds")
        return {"content": base64.b64encode(self.state["paths"][given["src"]].encode()).decode(), "encoding": "base64"}

    def _find(self, given: Mapping[str, Any]) -> dict[str, Any]:
        folders, patterns = several(given["paths"]), several(given.get("patterns") or "*")
        files = [
            {"path": path, "ctime": 0.0}
            for path in self.state["paths"]
            if any(path.startswith(f"{folder}/") for folder in folders)
            and any(fnmatch.fnmatch(Path(path).name, pattern) for pattern in patterns)
        ]
        return {"files": files, "matched": len(files)}

    def _getent(self, given: Mapping[str, Any]) -> dict[str, Any]:
        return {"ansible_facts": {f"getent_{given['database']}": {given["key"]: ["x", "990", ""]}}}

    def _command(self, given: Mapping[str, Any], check: bool) -> dict[str, Any]:
        text = given.get("_raw_params") or given.get("cmd") or shlex.join(given["argv"])
        if check:
            # As the module itself does in check mode.
            if given.get("creates") and self._there(given["creates"]):
                return {"changed": False, "rc": 0, "stdout": "", "stderr": "", "cmd": text}
            if given.get("removes") and not self._there(given["removes"]):
                return {"changed": False, "rc": 0, "stdout": "", "stderr": "", "cmd": text}
            if given.get("creates") or given.get("removes"):
                return {"changed": True, "rc": 0, "stdout": "", "stderr": "", "cmd": text}
            return {"changed": False, "skipped": True, "rc": 0, "stdout": "", "stderr": "", "cmd": text}
        code, out, err = self._said(text)
        failed = {"failed": True, "msg": err or "non-zero return code"} if code else {}
        return {"changed": True, "rc": code, "stdout": out.rstrip("\n"), "stderr": err, "cmd": text, **failed}

    def _said(self, text: str) -> tuple[int, str, str]:
        """What a command says that only looks."""
        if text.startswith(("dpkg-query ", "rpm ")):
            return self._asked_of_packages(text)
        program = next((one for one in PROGRAMS if re.search(rf"(^|[ /]){one}( |$)", text)), "")
        if program and not self.state["converged"]:
            return 2, "", f"[Errno 2] No such file or directory: b'{program}'"
        for pattern, answer in ANSWERS:
            if re.search(pattern, text):
                code, out, err = answer(self.system, self.state["converged"])
                return code, out, err
        raise RefusedError(f"the command {text[:120]!r}")

    def _asked_of_packages(self, text: str) -> tuple[int, str, str]:
        """Each family's own question, and no other's; a package that the distribution does not have is refused."""
        words = shlex.split(text)
        debian = words[0] == "dpkg-query"
        if debian != (self.system.family == "Debian"):
            raise RefusedError(f"{words[0]} on {self.system.distribution}")
        asked = words[4:]
        offered = {one.format(pg=self.system.postgresql or PGDG) for one in PACKAGES[self.system.family]}
        if strange := sorted(set(asked) - offered):
            raise RefusedError(f"{self.system.distribution} {self.system.version} has no package {', '.join(strange)}")
        there = [one for one in asked if self.state["converged"] or one in self.state["packages"]]
        lines = [f"{one} installed" for one in there]
        missing = [f"package {one} is not installed" for one in asked if one not in there]
        return (min(len(missing), 1) if debian else len(missing)), "\n".join(lines if debian else lines + missing), ""

    def shell(self, command: str) -> str:
        """The shell plugin's own words around scripts that a role brings."""
        if "other_sites.sh" in command or "mkdir -p" in command:
            found = re.search(r"(/\S*ansible-tmp-[0-9.-]+)", command)
            return (
                f"ansible-tmp={found[1] if found else '/root/.ansible/tmp/ansible-tmp-1'}\n"
                if "mkdir" in command
                else ""
            )
        if re.search(r"rm -f -r |chmod |echo ~|'( \(? ?)?umask", command):
            return "/root\n"
        raise RefusedError(f"the shell's {command[:120]!r}")
