"""Every test here that takes a `red` runs once for each fault in its module's REDS."""

from __future__ import annotations

import pytest


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Hand a module's faults to its tests."""
    if "red" in metafunc.fixturenames:
        metafunc.parametrize("red", metafunc.module.REDS, ids=lambda red: red.what)
