"""One Chromium for all tests of pages; each test opens what it looks at."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from provision import i18n
from tests.support.chromium import Chromium


@pytest.fixture(scope="session")
def chromium(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Chromium]:
    with Chromium(tmp_path_factory.mktemp("profile")) as browser:
        yield browser


@pytest.fixture
def browser(chromium: Chromium) -> Chromium:
    """At the size of a desk, in light."""
    chromium.resize(1280, 900)
    return chromium


@pytest.fixture(autouse=True)
def _english() -> Iterator[None]:
    i18n.use("en")
    yield
    i18n.use("en")
