"""What the stand-in for Windows answers to each module that the project's playbooks call.

Each answer is a function of the state, the arguments and whether this is check mode; it changes the state only outside
of check mode, and returns those of the module's documented values that a playbook may read.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

State = dict[str, Any]
Given = Mapping[str, Any]
Answer = Callable[[State, Given, bool], dict[str, Any]]


def _settle(place: State, key: str, wanted: Mapping[str, Any], check: bool) -> bool:
    """Bring what is kept under a key in line with what is wanted; whether that changes it."""
    present = place.get(key) or {}
    different = key not in place or any(present.get(name) != value for name, value in wanted.items())
    if different and not check:
        place[key] = {**present, **wanted}
    return different


def _remove(place: State, key: str, check: bool) -> dict[str, Any]:
    there = key in place
    if there and not check:
        del place[key]
    return {"changed": there}


def _rest(given: Given, *without: str) -> dict[str, Any]:
    return {key: value for key, value in given.items() if value is not None and key not in without}


def _setup(state: State, _given: Given, _check: bool) -> dict[str, Any]:
    return {"changed": False, "ansible_facts": {f"ansible_{key}": value for key, value in state["facts"].items()}}


def _ping(_state: State, given: Given, _check: bool) -> dict[str, Any]:
    return {"changed": False, "ping": given.get("data", "pong")}


def _file(state: State, given: Given, check: bool) -> dict[str, Any]:
    path, wanted = given["path"], given.get("state", "file")
    if wanted == "absent":
        inside = [one for one in state["files"] if one == path or one.startswith(path + "\\")]
        there = bool(inside) or path in state["directories"]
        if not check:
            for one in inside:
                del state["files"][one]
            state["directories"] = [one for one in state["directories"] if one != path]
        return {"changed": there}
    if wanted != "directory":
        return {"failed": True, "msg": f"the stand-in makes no {wanted}"}
    missing = path not in state["directories"]
    if missing and not check:
        state["directories"].append(path)
    return {"changed": missing}


def _stat(state: State, given: Given, _check: bool) -> dict[str, Any]:
    path = given["path"]
    there = path in state["files"] or path in state["directories"] or path in state["media"]
    return {"changed": False, "stat": {"exists": there, "isdir": path in state["directories"]}}


def _copy(state: State, given: Given, check: bool) -> dict[str, Any]:
    folder = given["dest"].replace("/", "\\").rstrip("\\")
    if given["_copy_mode"] == "query":
        missing = []
        for one in given["files"]:
            present = state["files"].get(f"{folder}\\{one['dest']}")
            if present is None or present.get("sha1") != one["checksum"]:
                missing.append(one)
        if missing and folder not in state["directories"] and not check:
            return {"failed": True, "msg": f"dest: '{folder}' does not exist"}
        return {"changed": bool(missing), "files": missing, "directories": [], "symlinks": []}
    if given["_copy_mode"] == "single":
        if not check:
            state["files"][given["dest"].replace("/", "\\")] = state["files"][given["src"]]
        return {"changed": True, "dest": given["dest"], "operation": "file_copy"}
    return {"failed": True, "msg": f"the stand-in knows no copy of kind {given['_copy_mode']}"}


_RUNNING = {"started": "running", "restarted": "running", "stopped": "stopped"}


def _service(state: State, given: Given, check: bool) -> dict[str, Any]:
    name, wanted = given["name"], given.get("state")
    key = next((one for one in state["services"] if one.lower() == name.lower()), name)
    if wanted == "absent":
        return _remove(state["services"], key, check)
    if key not in state["services"] and "path" not in given:
        if not check:
            return {
                "failed": True,
                "msg": f"Service '{name}' is not installed, need to set 'path' to create a new service",
            }
        return {"changed": True, "exists": False}
    settings = _rest(given, "name", "state", "password", "update_password", "force_dependent_services")
    if wanted:
        settings["state"] = _RUNNING[wanted]
    changed = _settle(state["services"], key, settings, check)
    return {"changed": changed or wanted == "restarted", "exists": True, "state": settings.get("state", "stopped")}


def _service_info(state: State, given: Given, _check: bool) -> dict[str, Any]:
    found = {name: one for name, one in state["services"].items() if name.lower() == str(given.get("name", "")).lower()}
    told = [
        {"name": name, "state": {"running": "started"}.get(one["state"], one["state"])} for name, one in found.items()
    ]
    return {"changed": False, "exists": bool(told), "services": told}


def _regedit(state: State, given: Given, check: bool) -> dict[str, Any]:
    key = f"{given['path']}\\{given.get('name') or ''}"
    if given.get("state") == "absent":
        return _remove(state["registry"], key, check)
    data, kind = given.get("data"), given.get("type", "string")
    wanted = {"type": kind, "data": int(data) if kind in ("dword", "qword") else data}
    return {"changed": _settle(state["registry"], key, wanted, check)}


def values(state: State, given: Given, check: bool) -> tuple[bool, dict[str, Any]]:
    """What hardening/set-values.ps1 does: several DWORD values at once."""
    wanted = {f"HKLM:\\{one['path']}\\{one['name']}": {"type": "dword", "data": one["data"]} for one in given["Values"]}
    changed = [name for name, value in wanted.items() if _settle(state["registry"], name, value, check)]
    return bool(changed), {"changed": changed}


def _profiles(state: State, given: Given, check: bool) -> dict[str, Any]:
    wanted = _rest(given, "profiles")
    changes = [
        _settle(state["firewall"], name, wanted, check) for name in given.get("profiles") or list(state["firewall"])
    ]
    return {"changed": any(changes), "profiles": given.get("profiles"), "state": given["state"]}


def _rule(state: State, given: Given, check: bool) -> dict[str, Any]:
    if given.get("state") == "absent":
        return _remove(state["rules"], given["name"], check)
    return {"changed": _settle(state["rules"], given["name"], _rest(given, "name", "state"), check)}


def _user(state: State, given: Given, check: bool) -> dict[str, Any]:
    name, wanted = given["name"], given.get("state", "present")
    if wanted == "query":
        return {"changed": False, "name": name, "state": "present" if name in state["users"] else "absent"}
    if wanted == "absent":
        return _remove(state["users"], name, check)
    if name not in state["users"] and not given.get("password"):
        return {"failed": True, "msg": "the stand-in makes no account without a password"}
    return {
        "changed": _settle(state["users"], name, _rest(given, "name", "state", "password", "update_password"), check)
    }


def _group(state: State, given: Given, check: bool) -> dict[str, Any]:
    missing = given["name"] not in state["groups"]
    if missing and not check:
        state["groups"][given["name"]] = []
    return {"changed": missing}


def _membership(state: State, given: Given, check: bool) -> dict[str, Any]:
    name, wanted = given["name"], list(given["members"])
    if name not in state["groups"] and not check:
        return {"failed": True, "msg": f"Could not find local group {name}"}
    members = state["groups"].get(name, [])
    after = {
        "present": members + [one for one in wanted if one not in members],
        "absent": [one for one in members if one not in wanted],
        "pure": wanted,
    }[given.get("state", "present")]
    changed = sorted(after) != sorted(members)
    if changed and not check:
        state["groups"][name] = after
    return {"changed": changed, "members": after}


def _event_log(state: State, given: Given, check: bool) -> dict[str, Any]:
    return {"changed": _settle(state["event_logs"], given["name"], _rest(given, "name", "state"), check)}


def _audit(state: State, given: Given, check: bool) -> dict[str, Any]:
    key = given.get("subcategory") or given["category"]
    return {"changed": _settle(state["audit"], key, {"audit_type": sorted(given["audit_type"])}, check)}


def _timezone(state: State, given: Given, check: bool) -> dict[str, Any]:
    changed = state["timezone"] != given["timezone"]
    if changed and not check:
        state["timezone"] = given["timezone"]
    return {"changed": changed, "previous_timezone": state["timezone"]}


def _task(state: State, given: Given, check: bool) -> dict[str, Any]:
    key = f"{given.get('path', '')}\\{given['name']}"
    if given.get("state") == "absent":
        return _remove(state["tasks"], key, check)
    return {"changed": _settle(state["tasks"], key, _rest(given, "name", "path", "state", "password"), check)}


def _package(state: State, given: Given, check: bool) -> dict[str, Any]:
    key = given.get("creates_service") or given.get("creates_path") or given.get("product_id") or given["path"]
    there = key in state["packages"]
    if given.get("state") == "absent":
        return {**_remove(state["packages"], key, check), "reboot_required": False}
    if not there and given["path"] not in state["media"]:
        return {"failed": True, "msg": f"the file at the path '{given['path']}' does not exist"}
    if not there and not check:
        state["packages"][key] = {"path": given["path"]}
        if given.get("creates_service"):
            state["services"][given["creates_service"]] = {"state": "running", "start_mode": "auto"}
    return {"changed": not there, "reboot_required": False, "rc": 0}


def _updates(state: State, given: Given, check: bool) -> dict[str, Any]:
    if given.get("_operation") == "start":
        return {"changed": False, "poll_options": {"pipe": "1"}, "cancel_options": {"pipe": "1"}}
    if given.get("_operation") == "cancel":
        return {"changed": False}
    waiting = list(state["updates"])
    done = [{"id": one["id"], "result_code": 2, "hresult": 0} for one in waiting]
    if not check:
        state["updates"] = []
    return {
        "changed": False,
        "output": [
            {"task": "search_result", "result": {"updates": waiting, "filtered": []}},
            {"task": "download_result", "result": {"info": [dict(one) for one in done]}},
            {"task": "install_result", "result": {"info": done}},
            {"task": "exit", "result": {"changed": bool(waiting), "reboot_required": bool(waiting), "failed": False}},
        ],
    }


ANSWERS: Mapping[str, Answer] = {
    "ansible.windows.setup": _setup,
    "ansible.windows.win_ping": _ping,
    "ansible.windows.win_file": _file,
    "ansible.windows.win_stat": _stat,
    "ansible.windows.win_copy": _copy,
    "ansible.windows.win_service": _service,
    "ansible.windows.win_service_info": _service_info,
    "ansible.windows.win_regedit": _regedit,
    "ansible.windows.win_firewall": _profiles,
    "community.windows.win_firewall_rule": _rule,
    "ansible.windows.win_user": _user,
    "ansible.windows.win_group": _group,
    "ansible.windows.win_group_membership": _membership,
    "ansible.windows.win_eventlog": _event_log,
    "ansible.windows.win_audit_policy_system": _audit,
    "ansible.windows.win_timezone": _timezone,
    "community.windows.win_scheduled_task": _task,
    "ansible.windows.win_package": _package,
    "ansible.windows.win_updates": _updates,
}
