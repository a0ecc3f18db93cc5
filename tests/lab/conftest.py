"""Lab hosts that start from the server that the demo has provisioned; see tests/support/lab_hosts.py."""

from __future__ import annotations

from tests.support.lab_hosts import boot_server, demo, lab, provisioned, pytest_collection_modifyitems

__all__ = ["boot_server", "demo", "lab", "provisioned", "pytest_collection_modifyitems"]
