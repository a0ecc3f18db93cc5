"""Puts the package onto a lab host, as `pipx install` would: Python, what the package needs, and its wheel.

The host's own Python is another than the tests', and it reaches no package index: so the tests' environment goes there
whole, under the same path, and the wheel is laid into it in place of the clone.
"""

from __future__ import annotations

import subprocess
import sys
import sysconfig
from collections.abc import Sequence
from pathlib import Path

from provision.lab.lab import Lab

CLONE = Path(__file__).parents[2]
COMMAND = "/opt/backbone-controller/backbone"
_LIB = f"./lib/python3.{sys.version_info.minor}"
_LEFT_OUT = (f"{_LIB}/test", f"{_LIB}/idlelib", "./share", "__pycache__", "*.a")
_COLLECTIONS = "ansible_collections"  # 270 MB: of these goes there what is asked for


def _stream(lab: Lab, host: str, folder: Path, into: str, *more: str) -> None:
    """Copy a folder's contents onto the host, under `into`."""
    packed = subprocess.Popen(["tar", "-C", str(folder), *more, "-cf", "-", "."], stdout=subprocess.PIPE)
    place = ["sh", "-c", f"mkdir -p {into} && tar -C {into} -xf -"]
    subprocess.run([*lab.machine(host).enter(), *place], stdin=packed.stdout, check=True, capture_output=True)
    assert packed.wait() == 0


def install(lab: Lab, host: str, scratch: Path, collections: Sequence[str] = ()) -> str:
    """Install on the host, with Ansible's `collections` (such as community/general); the command's path there."""
    build = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(scratch)]
    subprocess.run(build, cwd=CLONE, check=True, capture_output=True)
    [wheel] = scratch.glob("*.whl")
    unpacked = scratch / "wheel"
    subprocess.run([sys.executable, "-m", "zipfile", "-e", str(wheel), str(unpacked)], check=True)
    site, left_out = sysconfig.get_path("purelib"), [f"--exclude={name}" for name in _LEFT_OUT]
    _stream(lab, host, Path(sys.base_prefix), sys.base_prefix, *left_out)
    _stream(lab, host, Path(sys.prefix), sys.prefix, *left_out, f"--exclude={_COLLECTIONS}")
    for one in collections:
        _stream(lab, host, Path(site, _COLLECTIONS, one), f"{site}/{_COLLECTIONS}/{one}", "--exclude=./tests")
    # The clone's place is not known there; the wheel lies beside what it needs.
    lab.run(host, f"rm -f {site}/backbone-daerah.pth")
    _stream(lab, host, unpacked, site)
    script = f'#!/bin/sh\nexec {sys.executable} -m provision.cli.main "$@"\n'
    lab.run(host, f"mkdir -p {Path(COMMAND).parent} && cat >{COMMAND} && chmod 755 {COMMAND}", given=script)
    return COMMAND


def bring(lab: Lab, host: str, folder: Path, into: str) -> None:
    """Copy an inventory's folder, its vault's password included, readable by root alone."""
    _stream(lab, host, folder, into)
    lab.run(host, f"chmod -R go= {into}")
