"""Digests the inputs of stages for one server, so that no value ever leaves this process.

Every variable that a stage's argument specification names is resolved as the stage's play would resolve it,
and answered as an HMAC under the inventory's `backbone_secret_stamp_key`. A value that names a file beside
the inventory stands for that file's content.
"""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from ansible.errors import AnsibleActionFail, AnsibleError
from ansible.plugins.action import ActionBase
from ansible.template import trust_as_template

KEY = "backbone_secret_stamp_key"
MIN_KEY_CHARACTERS = 32
# 128 bits tell values apart and keep a stamp small.
HEX_DIGITS = 32


def plain(value: Any, beside: Path | None, seen: dict[str, str | None]) -> Any:
    """A value as JSON types in one form only; a file below `beside` as its name and its content's digest.

    `seen` receives the files that counted: path -> SHA-256, None where there is no such file.
    """
    if value is None or isinstance(value, bool | int | float):
        return value
    if isinstance(value, Mapping):
        return {str(key): plain(member, beside, seen) for key, member in value.items()}
    if isinstance(value, bytes):
        return {"bytes": hashlib.sha256(value).hexdigest()}
    if isinstance(value, Sequence) and not isinstance(value, str):
        return [plain(member, beside, seen) for member in value]
    text = str(value)
    if beside and text.startswith("/") and "\n" not in text and len(text) < 4096:
        file = Path(text)
        if file.is_relative_to(beside):
            content = hashlib.sha256(file.read_bytes()).hexdigest() if file.is_file() else None
            seen[text] = content
            return {"file": str(file.relative_to(beside)), "sha256": content}
    return text


def keyed(key: str, *parts: Any) -> str:
    """HMAC-SHA256 of the parts as canonical JSON, hex, shortened."""
    text = json.dumps(parts, sort_keys=True, separators=(",", ":"), ensure_ascii=True)
    return hmac.new(key.encode(), text.encode(), "sha256").hexdigest()[:HEX_DIGITS]


class ActionModule(ActionBase):  # type: ignore[misc]
    """`backbone_resolve: {stages: {<stage>: {variables: [...], content: {<name>: <digest>}}}}`.

    Returns `stages`: {<stage>: {inputs: {<variable or name>: hmac}, digest: hmac}}, and `files`: path ->
    SHA-256 or None of every file beside the inventory that a value named.
    """

    TRANSFERS_FILES = False
    _requires_connection = False

    def run(self, tmp: Any = None, task_vars: Any = None) -> dict[str, Any]:
        result: dict[str, Any] = super().run(tmp, task_vars)
        server = str(task_vars["inventory_hostname"])
        key = self._value(KEY, "the inventory", task_vars)
        if not isinstance(key, str) or len(key) < MIN_KEY_CHARACTERS:
            raise AnsibleActionFail(f"{KEY} is shorter than {MIN_KEY_CHARACTERS} characters")
        beside = Path(str(task_vars["inventory_dir"])) if task_vars.get("inventory_dir") else None
        answer = {}
        seen: dict[str, str | None] = {}
        for stage, wanted in self._task.args["stages"].items():
            inputs = {
                f"({name})": keyed(key, server, stage, name, digest) for name, digest in wanted["content"].items()
            }
            for variable in wanted["variables"]:
                value = plain(self._value(variable, f"stage {stage}", task_vars), beside, seen)
                inputs[str(variable)] = keyed(key, server, stage, variable, value)
            answer[str(stage)] = {"inputs": inputs, "digest": keyed(key, server, stage, inputs)}
        result.update(changed=False, stages=answer, files=seen)
        return result

    def _value(self, variable: str, whose: str, task_vars: Mapping[str, Any]) -> Any:
        """One variable's final value. A fault names the variable and never quotes what it was made from."""
        if variable not in task_vars:
            raise AnsibleActionFail(f"{whose}: {variable} is not set")
        try:
            return self._templar.evaluate_expression(trust_as_template(str(variable)))
        except AnsibleError as fault:
            secret = "secret" in variable or "backbone_secret" in repr(task_vars.get(variable))
            reason = type(fault).__name__ if secret else str(fault)
            raise AnsibleActionFail(f"{whose}: {variable} cannot be resolved: {reason}") from None
