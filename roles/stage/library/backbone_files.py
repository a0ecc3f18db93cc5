#!/usr/bin/python
"""Lays down all directories and files of a step in one round trip, each atomically and only where it differs."""

from __future__ import annotations

DOCUMENTATION = r"""
module: backbone_files
short_description: Have several directories and files, in one round trip
description:
  - Makes directories in the order given, then files. A file is replaced as a whole and atomically, and only where
    content, owner, group or mode differ. A symbolic link in a file's place is replaced by the file.
  - The action plugin of this name fills in C(content) from C(template) or C(source).
options:
  directories:
    type: list
    elements: dict
    default: []
    description: Directories to have; missing parents are made alike.
    suboptions:
      path: {type: list, elements: path, required: true, description: "Where, or in several places alike."}
      owner: {type: str, default: root, description: Its owner.}
      group: {type: str, default: root, description: Its group.}
      mode: {type: str, default: "0755", description: Its mode.}
  files:
    type: list
    elements: dict
    default: []
    description: Files to have; C(directories) or the system has made their directories.
    suboptions:
      path: {type: list, elements: path, required: true, description: "Where, or in several places alike."}
      content: {type: str, description: The text.}
      template: {type: str, description: A template of the role whose rendering is the text.}
      source: {type: str, description: "A file of the role that is the text."}
      owner: {type: str, default: root, description: Its owner.}
      group: {type: str, default: root, description: Its group.}
      mode: {type: str, default: "0644", description: Its mode.}
author: [Backbone Daerah developers]
"""

EXAMPLES = r"""
- name: Write the units
  backbone_files:
    directories:
      - {path: /etc/systemd/system/nginx.service.d}
    files:
      - {path: /etc/systemd/system/nginx.service.d/backbone.conf, template: nginx.conf.j2}
"""

RETURN = r"""
written:
  description: The paths that changed.
  type: list
  returned: always
"""

import os  # noqa: E402
import tempfile  # noqa: E402
from pathlib import Path  # noqa: E402

from ansible.module_utils.basic import AnsibleModule  # noqa: E402


def lines_of(content):
    """Bytes as text that can be shown in a difference."""
    return content.decode("utf-8", "replace")


class Keeper:
    """Brings paths in line and notes what that changed."""

    def __init__(self, module):
        self.module = module
        self.written = []
        self.diffs = []

    def note(self, path, before, after):
        """Remember a change, with what `--diff` is to show of it."""
        if str(path) not in self.written:
            self.written.append(str(path))
        self.diffs.append({"before": before, "after": after, "before_header": str(path), "after_header": str(path)})

    def dress(self, path, wanted):
        """Owner, group and mode; a path that check mode did not make has none yet."""
        if not os.path.lexists(str(path)):
            return
        arguments = {"path": str(path), **{name: wanted[name] for name in ("owner", "group", "mode")}}
        arguments.update(dict.fromkeys(("selevel", "serole", "setype", "seuser", "attributes")))
        arguments["secontext"] = self.module.selinux_default_context(str(path)) if self.module.selinux_enabled() else []
        shown = {"before": {}, "after": {}}
        if self.module.set_fs_attributes_if_different(arguments, False, diff=shown):
            self.note(path, shown["before"], shown["after"])

    def directory(self, path, wanted):
        """Have a directory, its missing parents included."""
        if path.exists() and not path.is_dir():
            self.module.fail_json(msg=f"{path} is there and is no directory", written=self.written)
        missing = [one for one in [path, *path.parents] if not one.exists()]
        for one in reversed(missing):
            self.note(one, "", "directory\n")
            if not self.module.check_mode:
                one.mkdir(mode=0o700)
                self.dress_new(one, wanted)
        if not missing:
            self.dress(path, wanted)

    def dress_new(self, path, wanted):
        """The same for a path that was just made, whose change has been noted."""
        noted = len(self.diffs)
        self.dress(path, wanted)
        del self.diffs[noted:]

    def file(self, path, wanted):
        """Have a file with this content."""
        if wanted["content"] is None:
            self.module.fail_json(msg=f"{path}: no content was given", written=self.written)
        after = wanted["content"].encode("utf-8")
        before = path.read_bytes() if path.is_file() else None
        if path.exists() and before is None:
            self.module.fail_json(msg=f"{path} is there and is no file", written=self.written)
        if before == after and not path.is_symlink():
            self.dress(path, wanted)
            return
        self.note(path, lines_of(before or b""), lines_of(after))
        if self.module.check_mode:
            return
        if not path.parent.is_dir():
            self.module.fail_json(msg=f"{path.parent}: there is no such directory", written=self.written)
        if path.is_symlink():
            path.unlink()
        # For root's eyes only until its own mode is set: what follows may be a secret.
        handle, name = tempfile.mkstemp(dir=self.module.tmpdir)
        with os.fdopen(handle, "wb") as file:
            file.write(after)
        self.module.atomic_move(name, str(path))
        self.dress_new(path, wanted)


def main():
    """Entry point of the module."""
    owned = {"owner": {"type": "str", "default": "root"}, "group": {"type": "str", "default": "root"}}
    places = {"type": "list", "elements": "path", "required": True}
    directory = dict(owned, path=places, mode={"type": "str", "default": "0755"})
    file = dict(owned, path=places, mode={"type": "str", "default": "0644"})
    file.update({name: {"type": "str"} for name in ("content", "template", "source")})
    module = AnsibleModule(
        argument_spec={
            "directories": {"type": "list", "elements": "dict", "default": [], "options": directory},
            "files": {"type": "list", "elements": "dict", "default": [], "options": file},
        },
        supports_check_mode=True,
    )
    keeper = Keeper(module)
    try:
        for wanted in module.params["directories"]:
            for path in wanted["path"]:
                keeper.directory(Path(path), wanted)
        for wanted in module.params["files"]:
            for path in wanted["path"]:
                keeper.file(Path(path), wanted)
    except OSError as fault:
        module.fail_json(msg=str(fault), written=keeper.written)
    # A step that holds secrets asks for no differences.
    told = {"diff": keeper.diffs} if module._diff else {}
    module.exit_json(changed=bool(keeper.written), written=keeper.written, **told)


if __name__ == "__main__":
    main()
