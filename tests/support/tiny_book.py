"""A small set of real stages for tests of the loop: two roles with a file, a handler and a secret each."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from provision import paths
from provision.converge.book import Book, site_text
from provision.converge.stages import Stage
from provision.inventory import Connection, Fleet, Server, Settings

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
{stage}_folder: /srv/tiny
{stage}_text: "{{{{ test_{stage} | default('{stage} 1') }}}}"
{stage}_secret: "{{{{ test_{stage}_secret | default('geheim-{stage}') }}}}"
{stage}_command: "{{{{ test_{stage}_command | default('true') }}}}"
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


def write_inventory(folder: Path, hosts: Sequence[str], ssh_config: Path | None, **variables: str) -> Path:
    """An inventory with these hosts, reached through `ssh_config` (locally without), and these variables."""
    reach = {"ansible_connection": "local"}
    if ssh_config:
        reach = {"ansible_ssh_common_args": f"-F {ssh_config}"}
    content = {
        "all": {
            "vars": {"backbone_secret_stamp_key": KEY, **reach, **variables},
            "hosts": dict.fromkeys(hosts),
        }
    }
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "hosts.yml").write_text(json.dumps(content), encoding="utf-8")
    return folder / "hosts.yml"


def tiny_fleet(inventory: Path, hosts: Sequence[str], ssh_config: Path) -> Fleet:
    """The fleet of that inventory, without the judgement that a region's inventory gets."""
    connection = Connection(
        host="", port=22, user="", key_file="", common_args=f"-F {ssh_config}", kind="ssh", become=False
    )
    settings = Settings.model_validate_json(
        json.dumps(
            {
                "region": "33.74",
                "level": "kabupaten_kota",
                "fqdn": "data.semarang.example",
                "networks_internal": ["10.83.0.0/16"],
                "admins": [{"name": "siti", "ssh_keys": ["ssh-ed25519 AAAAC3NzaC1lZDI1NTE5" + "A" * 48]}],
            }
        )
    )
    servers = (
        Server(host, "33.74", "kabupaten_kota", "Asia/Jakarta", settings, replace(connection, host=host))
        for host in hosts
    )
    return Fleet(inventory, tuple(servers))
