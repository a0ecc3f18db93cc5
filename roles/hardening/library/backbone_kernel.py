#!/usr/bin/python
"""Brings kernel settings of the running system in line, all in one step."""

from __future__ import annotations

DOCUMENTATION = r"""
module: backbone_kernel
short_description: Have kernel settings (sysctl) as they are wanted, now
description:
  - Compares each setting with the running kernel's and writes those that differ. A setting that this kernel does not
    have is left out. Inside a container the kernel is the machine's beneath it, and what it does not let a container
    set is left to it.
  - What holds after a restart is written by files in C(/etc/sysctl.d); this module writes none.
options:
  settings: {type: dict, required: true, description: "Name, as sysctl has it, to value."}
  root: {type: path, default: /proc/sys, description: Where the settings are; only tests change it.}
author: [Backbone Daerah developers]
"""

EXAMPLES = r"""
- name: Ignore redirects
  backbone_kernel:
    settings: {net.ipv4.conf.all.accept_redirects: 0}
"""

RETURN = r"""
written:
  description: The settings that differed.
  type: list
  returned: always
refused:
  description: Those that a container may not write.
  type: list
  returned: always
"""

import subprocess  # noqa: E402
from pathlib import Path  # noqa: E402

from ansible.module_utils.basic import AnsibleModule  # noqa: E402


def place(root, name):
    """The file of a setting: dots are folders."""
    return Path(root) / name.replace(".", "/")


def differing(root, settings):
    """The settings that this kernel has and that are not as wanted."""
    found = {}
    for name, value in settings.items():
        try:
            present = place(root, name).read_text()
        except OSError:
            continue
        if present.split() != str(value).split():
            found[name] = str(value)
    return found


def in_container():
    """Whether the kernel is another machine's."""
    try:
        return subprocess.run(["systemd-detect-virt", "--quiet", "--container"]).returncode == 0
    except OSError:
        return False


def main():
    """Entry point of the module."""
    module = AnsibleModule(
        argument_spec={
            "settings": {"type": "dict", "required": True},
            "root": {"type": "path", "default": "/proc/sys"},
        },
        supports_check_mode=True,
    )
    root = module.params["root"]
    written, refused = [], []
    container = root == "/proc/sys" and in_container()
    for name, value in sorted(differing(root, module.params["settings"]).items()):
        if module.check_mode and container:
            continue  # only writing tells whether it may
        if not module.check_mode:
            try:
                place(root, name).write_text(value + "\n")
            except OSError as fault:
                if not container:
                    module.fail_json(msg=f"the kernel refuses {name} = {value}: {fault.strerror}")
                refused.append(name)
                continue
        written.append(name)
    module.exit_json(changed=bool(written), written=written, refused=refused)


if __name__ == "__main__":
    main()
