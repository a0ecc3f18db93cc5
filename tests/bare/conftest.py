"""Lab hosts that start with nothing on them; see tests/support/lab_hosts.py."""

from __future__ import annotations

from tests.support.lab_hosts import lab, pytest_collection_modifyitems

__all__ = ["lab", "pytest_collection_modifyitems"]
