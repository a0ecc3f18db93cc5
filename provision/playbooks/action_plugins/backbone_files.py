"""Ansible action `backbone_files`: renders a role's templates here, then lays all files down there in one round trip.

A loop over `template` or `file` costs a round trip and a new Python on the server for each item; a server has about a
hundred and fifty such items. Arguments: those of the module of this name (roles/stage/library), where a file has, in
place of `content`, a `template` of the role or a `source` among its files. `dest` is not set in such templates.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from ansible.errors import AnsibleActionFail
from ansible.plugins.action import ActionBase
from ansible.template import trust_as_template

# The head of every managed file, in English as all comments of configuration files; Ansible's own `template` alone
# knows it by itself.
MANAGED = "Managed by Backbone Daerah: changes made here are undone by the next apply."


class ActionModule(ActionBase):  # type: ignore[misc]  # Ansible's classes carry no types
    """Renders on the controller; writes on the server."""

    _supports_check_mode = True

    def run(self, tmp: str | None = None, task_vars: dict[str, Any] | None = None) -> dict[str, Any]:
        result: dict[str, Any] = super().run(tmp, task_vars)
        known = {"ansible_managed": MANAGED, **(task_vars or {})}
        given = dict(self._task.args)
        given["files"] = [self._complete(dict(file), known) for file in given.get("files") or []]
        result.update(self._execute_module(module_name="backbone_files", module_args=given, task_vars=task_vars))
        result.pop("invocation", None)
        return result

    def _update_module_args(self, module_name: str, module_args: dict[str, Any], *rest: Any, **more: Any) -> None:
        super()._update_module_args(module_name, module_args, *rest, **more)
        # The whole text of every file would be in the server's journal, that of secrets too.
        module_args["_ansible_no_log"] = True

    def _complete(self, file: dict[str, Any], known: dict[str, Any]) -> dict[str, Any]:
        """The file with its content in place of the name of a template or of a source."""
        named = [key for key in ("content", "template", "source") if file.get(key) is not None]
        if len(named) != 1:
            raise AnsibleActionFail(f"{file.get('path')}: exactly one of content, template and source has to be given")
        if named == ["template"]:
            file["content"] = self._rendered(str(file.pop("template")), known)
        elif named == ["source"]:
            file["content"] = Path(self._find_needle("files", str(file.pop("source")))).read_text("utf-8")
        return file

    def _rendered(self, template: str, known: dict[str, Any]) -> str:
        found = self._find_needle("templates", template)
        places = [*known.get("ansible_search_path", []), str(Path(found).parent)]
        templar = self._templar.copy_with_new_env(
            searchpath=[inner for place in places for inner in (str(Path(place) / "templates"), place)],
            available_variables=known,
        )
        text = templar.template(
            trust_as_template(self._loader.get_text_file_contents(found)),
            escape_backslashes=False,
            overrides={"trim_blocks": True},
        )
        return str(text or "")
