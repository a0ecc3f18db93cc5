"""What all tests share: the programs that they start speak English, and a slow moment of the machine is no fault."""

import os
import signal
from collections.abc import Iterator

import pytest
from hypothesis import settings

os.environ["BACKBONE_LANG"] = "en"
# How long one example takes says nothing on a machine that does other things, too.
settings.register_profile("backbone", deadline=None)
settings.load_profile("backbone")


@pytest.fixture
def at_a_terminal() -> Iterator[None]:
    """An interruption counts, also where the tests run in the background and have inherited that it does not."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)
