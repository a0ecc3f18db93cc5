"""Test code: what takes the place of a connection of Ansible's, so that real playbooks reach a stand-in for a server.

A stand-in's own connection lies on no plugin path but that of tests (ANSIBLE_CONNECTION_PLUGINS). The engine above it
is the real one; nothing leaves this machine. Each task loads this anew: it imports little.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from ansible.errors import AnsibleError
from ansible.plugins.connection import ConnectionBase


class StandIn(ConnectionBase):  # type: ignore[misc]  # Ansible's classes carry no types
    """What both connections say of themselves. `system` is the stand-in's name, as in BACKBONE_SIMULATED_<name>."""

    has_pipelining = True
    system = ""

    def state_file(self) -> Path:
        """The file that holds the server's state."""
        return Path(os.environ[f"BACKBONE_SIMULATED_{self.system.upper()}"]) / f"{self.get_option('remote_addr')}.json"

    def refused(self, why: object) -> AnsibleError:
        """The error by which the stand-in refuses."""
        return AnsibleError(f"the stand-in for {self.system.capitalize()} refuses: {why}")

    def _connect(self) -> Any:
        self._connected = True
        return self

    def fetch_file(self, in_path: str, out_path: str) -> None:
        """Refused: no stage fetches files."""
        raise self.refused(f"fetching {in_path}")

    def close(self) -> None:
        """Nothing is open."""
        self._connected = False

    def reset(self) -> None:
        """A new connection."""
        self.close()
        self._connect()
