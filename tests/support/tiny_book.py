"""A small set of real stages for tests of the loop: two roles with a file, a handler and a secret each."""

from __future__ import annotations

import textwrap
from pathlib import Path

from provision import paths
from provision.converge.book import Book, site_text
from provision.converge.stages import Stage

STAGES = (Stage("alpha", followers=("gamma",)), Stage("beta", needs=("alpha",)), Stage("gamma"))

_TASKS = """\
---
- name: Have the folder
  ansible.builtin.file:
    path: "{{{{ {stage}_folder }}}}"
    state: directory
    mode: "0755"

- name: Write the file
  ansible.builtin.copy:
    dest: "{{{{ {stage}_folder }}}}/{stage}.conf"
    content: "{{{{ {stage}_text }}}}\\n"
    mode: "0644"
  notify: Note that {stage} was handled

- name: Write the secret
  ansible.builtin.copy:
    dest: "{{{{ {stage}_folder }}}}/{stage}.secret"
    content: "{{{{ {stage}_secret }}}}\\n"
    mode: "0600"
  no_log: true

- name: Do as told
  ansible.builtin.command: "{{{{ {stage}_command }}}}"
  changed_when: false
"""
_HANDLERS = """\
---
- name: Note that {stage} was handled
  ansible.builtin.copy:
    dest: "{{{{ {stage}_folder }}}}/{stage}.handled"
    content: "{{{{ {stage}_text }}}}\\n"
    mode: "0644"
"""
_SPECS = """\
---
argument_specs:
  linux:
    short_description: A stage for tests
    options:
      {stage}_folder: {{type: path, required: true, description: Where.}}
      {stage}_text: {{type: str, default: {stage}, description: What.}}
      {stage}_secret: {{type: str, required: true, description: A secret.}}
      {stage}_command: {{type: str, default: "true", description: What to run.}}
"""
_DEFAULTS = """\
---
{stage}_text: {stage}
{stage}_command: "true"
"""
_WIRING = """\
---
{stage}_folder: "{{{{ backbone_test_folder }}}}"
{stage}_text: "{{{{ backbone_test_{stage} | default('{stage} 1') }}}}"
{stage}_secret: "{{{{ backbone_secret_{stage} | default('geheim-{stage}') }}}}"
{stage}_command: "{{{{ backbone_test_{stage}_command | default('true') }}}}"
"""
_VARS = """\
---
__{stage}_files:
  - "{{{{ {stage}_folder }}}}/{stage}.conf"
  - "{{{{ {stage}_folder }}}}/{stage}.secret"
"""

KEY = "0123456789abcdef0123456789abcdef"


def tiny_book(root: Path) -> Book:
    """Write the roles, wiring and site.yml below `root`."""
    roles, playbooks = root / "roles", root / "playbooks"
    for stage in STAGES:
        for name, text in {
            "tasks/linux.yml": _TASKS,
            "handlers/main.yml": _HANDLERS,
            "meta/argument_specs.yml": _SPECS,
            "defaults/main.yml": _DEFAULTS,
            "vars/main.yml": _VARS,
        }.items():
            file = roles / stage.name / name
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(text.format(stage=stage.name), encoding="utf-8")
        wiring = playbooks / "wiring" / f"{stage.name}.yml"
        wiring.parent.mkdir(parents=True, exist_ok=True)
        wiring.write_text(_WIRING.format(stage=stage.name), encoding="utf-8")
    (roles / "stage").symlink_to(paths.roles_dir() / "stage")
    names = [stage.name for stage in STAGES]
    (playbooks / "site.yml").write_text(site_text(names, tasks=f"{paths.playbooks_dir()}/tasks/"))
    return Book(playbooks, roles, STAGES)


def write_inventory(folder: Path, hosts: str, **variables: str) -> Path:
    """An inventory with these hosts (YAML below `hosts:`) and backbone_* variables; answers its path."""
    folder.mkdir(parents=True, exist_ok=True)
    settings = {"backbone_secret_stamp_key": KEY, **variables}
    lines = "\n".join(f"    {name}: {value!r}" for name, value in settings.items())
    hosts = textwrap.indent(textwrap.dedent(hosts).strip(), "    ")
    (folder / "hosts.yml").write_text(f"all:\n  vars:\n{lines}\n  hosts:\n{hosts}\n", encoding="utf-8")
    return folder / "hosts.yml"
