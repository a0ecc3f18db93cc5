"""The filters of the role postgresql: sizing to the machine, and what PostgreSQL stores of a password."""

from __future__ import annotations

import base64
import hashlib
import hmac
import importlib.util
from types import ModuleType

import pytest
from hypothesis import given
from hypothesis import strategies as st

from provision.paths import roles_dir


def plugin(name: str) -> ModuleType:
    path = roles_dir() / "postgresql" / "filter_plugins" / f"{name}.py"
    spec = importlib.util.spec_from_file_location(name, path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


sizing = plugin("postgresql_sizing").postgresql_sizing
scram_verifier = plugin("scram_verifier").scram_verifier


def megabytes(value: str) -> int:
    assert value.endswith("MB")
    return int(value.removesuffix("MB"))


def test_a_regency_s_server_leaves_the_antivirus_its_memory() -> None:
    sizes = sizing(7872, 3424, 60, 4)
    assert sizes["shared_buffers"] == "1104MB"
    assert sizes["work_mem"] == "9MB"
    assert sizes["max_parallel_workers"] == "4"


def test_a_machine_smaller_than_what_is_reserved_still_starts() -> None:
    assert sizing(2048, 3424, 60, 1)["shared_buffers"] == "128MB"


@given(st.integers(2048, 1 << 20), st.integers(0, 4096), st.integers(1, 500), st.integers(1, 128))
def test_what_it_gives_out_fits_the_share(memory: int, reserved: int, connections: int, threads: int) -> None:
    sizes = sizing(memory, reserved, connections, threads)
    share = max(512, memory - reserved)
    assert 0 < megabytes(sizes["shared_buffers"]) <= share / 4
    assert megabytes(sizes["effective_cache_size"]) <= share * 0.7
    assert megabytes(sizes["work_mem"]) * connections <= max(share / 4, 4 * connections)
    assert 1 <= int(sizes["max_parallel_workers_per_gather"]) <= 4


def test_a_few_pages_of_memory_more_change_nothing() -> None:
    assert sizing(7900, 3424, 60, 2) == sizing(7902, 3424, 60, 2)


@pytest.mark.parametrize("figures", [(0, 0, 60, 2), (8192, -1, 60, 2), (8192, 0, 0, 2), (8192, 0, 60, 0)])
def test_impossible_figures_are_refused(figures: tuple[int, int, int, int]) -> None:
    with pytest.raises(ValueError, match="cannot size PostgreSQL"):
        sizing(*figures)


def proves(verifier: str, password: str) -> bool:
    """Whether a client that knows `password` could log in: RFC 5802's proof, from the client's side."""
    _, parameters, keys = verifier.split("$")
    iterations, salt = parameters.split(":")
    salted = hashlib.pbkdf2_hmac("sha256", password.encode(), base64.b64decode(salt), int(iterations))
    stored = hashlib.sha256(hmac.digest(salted, b"Client Key", "sha256")).digest()
    return base64.b64encode(stored).decode() == keys.split(":")[0]


def test_the_verifier_fits_the_password_and_no_other() -> None:
    verifier = scram_verifier("rahasia sekali", "analis", "lab-kab")
    assert verifier.startswith("SCRAM-SHA-256$4096:")
    assert proves(verifier, "rahasia sekali")
    assert not proves(verifier, "rahasia sekalj")


def test_the_verifier_is_the_same_at_every_run_and_differs_by_role_and_server() -> None:
    first = scram_verifier("rahasia", "analis", "lab-kab")
    assert first == scram_verifier("rahasia", "analis", "lab-kab")
    assert len({first, scram_verifier("rahasia", "lain", "lab-kab"), scram_verifier("rahasia", "analis", "b")}) == 3


def test_an_empty_password_is_refused() -> None:
    with pytest.raises(ValueError, match="analis"):
        scram_verifier("", "analis", "lab-kab")
