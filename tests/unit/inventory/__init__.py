"""Tests of provision/inventory; a package, so that they can share what is in conftest."""
