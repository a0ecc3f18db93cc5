"""Loads the programs that roles put on servers, so that what they decide is tested without a server."""

import importlib.util
import sys
from collections.abc import Callable
from pathlib import Path
from types import ModuleType

import pytest

ROLES = Path(__file__).parents[3] / "roles"


@pytest.fixture(scope="session")
def program() -> Callable[[str], ModuleType]:
    """Gives the module of roles/<path>; its file need not be named like a module."""

    def load(path: str) -> ModuleType:
        file = ROLES / path
        spec = importlib.util.spec_from_file_location(file.stem, file)
        assert spec
        assert spec.loader
        module = importlib.util.module_from_spec(spec)
        sys.modules[file.stem] = module
        spec.loader.exec_module(module)
        return module

    return load
