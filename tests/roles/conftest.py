"""Lab hosts, shared by all tests that need them; see tests/support/lab_hosts.py."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.support.lab_hosts import boot_server, demo, lab, provisioned

__all__ = ["boot_server", "demo", "lab", "provisioned"]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Everything here needs lab hosts."""
    for item in items:
        if item.path.is_relative_to(Path(__file__).parent):
            item.add_marker(pytest.mark.lab)
