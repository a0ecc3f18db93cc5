"""Lab hosts for tests: one instance for the whole run, hosts reset by a fresh overlay, gone at the end."""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest

from provision.lab.lab import Lab


@pytest.fixture(scope="session")
def lab() -> Iterator[Lab]:
    """The tests' own lab instance, with nothing booted yet; everything is taken down at the end."""
    with Lab.named(os.environ.get("BACKBONE_LAB") or "test") as instance:
        instance.down()
        yield Lab.named(instance.name)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Everything here needs lab hosts."""
    for item in items:
        item.add_marker(pytest.mark.lab)
