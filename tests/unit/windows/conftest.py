"""Tests of Windows servers write inventories as those of the inventory do."""

from tests.unit.inventory.conftest import folder

__all__ = ["folder"]
