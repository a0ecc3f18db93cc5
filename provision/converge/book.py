"""Where the Ansible content is, and what of it enters a stage's input digest.

A `Book` is one set of stages with their roles, wiring files and site playbook: the product's own, or a small
one of a test.
"""

from __future__ import annotations

import hashlib
import importlib.metadata
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from ruamel.yaml import YAML

from provision import paths
from provision.converge.stages import STAGES, Stage
from provision.errors import BackboneError
from provision.i18n import _

# Parts of a role that explain it and change nothing on a server.
_EXPLAINS = ("README.md", "meta")
_SITE_HEAD = """---
# A play a stage and a system, in the order of provision/converge/stages.py, from which this file is generated and
# against which a test holds it. Which servers run which stage, the controller says in a second inventory
# (run_<stage>). Wiring is the only place where the inventory's names and a role's own variables meet.
- name: Python for Ansible
  hosts: run_python:&linux
  gather_facts: false
  become: true
  tasks:
    - name: Install Python where the system came without it
      ansible.builtin.raw: >-
        command -v apt-get >/dev/null || exec dnf -qy install python3;
        set -- apt-get -o DPkg::Lock::Timeout=600 -qy install python3;
        "$@" || { for try in $(seq 60); do said=$(LC_ALL=C apt-get -q update 2>&1) && break;
        case $said in *" lock "*) sleep 10;; *) break;; esac; done; printf '%s\\n' "$said"; "$@"; }
      changed_when: true
"""
_SITE_PLAY = """
- name: Stage {stage}
  hosts: run_{stage}:&linux
  gather_facts: false
  become: true
  tags: [{stage}]
  vars_files: [wiring/{stage}.yml]
  vars: {{stage_name: {stage}}}
  tasks:
    - name: Run the stage
      ansible.builtin.import_tasks: {tasks}stage-linux.yml
"""


_SITE_WINDOWS = """
- name: Stage {stage}
  hosts: run_{stage}:&windows
  gather_facts: false
  tags: [{stage}]
  vars_files: [wiring/{stage}.yml]
  vars: {{stage_name: {stage}}}
  tasks:
    - name: Run the stage
      ansible.builtin.import_tasks: {tasks}stage-windows.yml
"""


@dataclass(frozen=True)
class Book:
    """Roles, wiring and playbooks of a list of stages; `playbooks` holds site.yml and wiring/<stage>.yml."""

    playbooks: Path
    roles: Path
    stages: tuple[Stage, ...]

    @property
    def names(self) -> tuple[str, ...]:
        """The stages' names, in order."""
        return tuple(stage.name for stage in self.stages)

    @property
    def site(self) -> Path:
        """The playbook with one play a stage."""
        return self.playbooks / "site.yml"

    def wiring(self, stage: str) -> Path:
        """The vars file that sets a stage's public variables from the inventory's."""
        return self.playbooks / "wiring" / f"{stage}.yml"

    def defaults(self, stage: str) -> Path:
        """A role's documented defaults."""
        return self.roles / stage / "defaults" / "main.yml"

    def variables(self, stage: str, platform: str = "linux") -> tuple[str, ...]:
        """The public variables that a stage's argument specification names, sorted.

        Raises BackboneError where the role has none: without it nothing can say whether its inputs changed.
        """
        specification = self.roles / stage / "meta" / "argument_specs.yml"
        try:
            loaded = YAML(typ="safe").load(specification)
            return tuple(sorted(loaded["argument_specs"][platform].get("options") or {}))
        except (OSError, KeyError, TypeError, AttributeError) as fault:
            raise BackboneError(
                _("stage {stage}: its role has no usable argument specification for {platform}").format(
                    stage=stage, platform=platform
                ),
                repair=_("install Backbone Daerah again, or mend {file}").format(file=specification),
            ) from fault

    def content(self, stage: str) -> str:
        """The digest (SHA-256, hex) of everything that decides what a stage does, its variables aside."""
        whole = hashlib.sha256()
        for name, root in (("role", self.roles / stage), ("stage", self.roles / "stage")):
            for file in _tree(root):
                whole.update(f"{name}/{file.relative_to(root)}\0{_sha256(file)}\n".encode())
        # What surrounds the roles inside a play; the other stages' wiring is none of this one's business.
        around = paths.playbooks_dir() / "tasks"
        for file in (self.wiring(stage), around / "stage-linux.yml", around / "stage-windows.yml"):
            whole.update(f"{file.name}\0{_sha256(file)}\n".encode())
        return whole.hexdigest()

    @cached_property
    def fingerprint(self) -> str:
        """The digest of all content: what the cache of resolved inputs depends on besides the inventory."""
        whole = hashlib.sha256()
        for stage in self.names:
            specification = _sha256(self.roles / stage / "meta" / "argument_specs.yml")
            whole.update(f"{stage}\0{self.content(stage)}\0{specification}\n".encode())
        whole.update(tools_version().encode())
        return whole.hexdigest()


def default_book() -> Book:
    """The product's own stages."""
    return Book(paths.playbooks_dir(), paths.roles_dir(), STAGES)


def tools_version() -> str:
    """Ansible's version and that of the bundle that pins all its collections."""
    core, bundle = importlib.metadata.version("ansible-core"), importlib.metadata.version("ansible")
    return f"ansible-core {core}, ansible {bundle}"


def site_text(stages: Iterable[str], tasks: str = "tasks/") -> str:
    """The text of a site.yml with two plays a stage; `tasks` leads to the folder of their tasks."""
    return _SITE_HEAD + "".join(
        play.format(stage=stage, tasks=tasks) for stage in stages for play in (_SITE_PLAY, _SITE_WINDOWS)
    )


def _tree(root: Path) -> list[Path]:
    """The files of a role that decide what it does, in a stable order."""
    return sorted(
        file
        for file in root.rglob("*")
        if file.is_file() and "__pycache__" not in file.parts and file.relative_to(root).parts[0] not in _EXPLAINS
    )


def _sha256(file: Path) -> str:
    try:
        return hashlib.sha256(file.read_bytes()).hexdigest()
    except FileNotFoundError:
        return "absent"
