"""What unit tests share. Tests marked `needs_ansible` are left out where the big bundle is not installed."""

import importlib.util
from collections.abc import Iterator

import pytest

from provision import i18n


@pytest.fixture(autouse=True)
def _english() -> Iterator[None]:
    """Every test begins in English, whatever the machine speaks; one that chose another language leaves no trace."""
    i18n.use("en")
    yield
    i18n.use("en")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """The small environment (requirements/unit.txt) has no Ansible: deselect there what drives it."""
    if importlib.util.find_spec("ansible") is not None:
        return
    left_out = [item for item in items if item.get_closest_marker("needs_ansible")]
    if left_out:
        config.hook.pytest_deselected(items=left_out)
        items[:] = [item for item in items if not item.get_closest_marker("needs_ansible")]
