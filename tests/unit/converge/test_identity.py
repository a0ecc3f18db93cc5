"""A provisioned server does not become another one by a changed line: what counts as another, and what is refused."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from provision.converge import apply as loop
from provision.converge.apply import Assessment
from provision.converge.identity import Change, changes, identity, lost
from provision.converge.look import Observation
from provision.converge.plan import Plan
from provision.converge.stamp import ServerState, Stamp
from provision.errors import UsageError
from provision.inventory import Fleet, Server
from tests.support.tiny_book import tiny_fleet

KAB = {"region": "33.74", "level": "kabupaten_kota", "system": "debian 12", "database": "postgresql 15"}


@pytest.fixture
def fleet() -> Fleet:
    return tiny_fleet(Path("/inv/hosts.yml"), ["kab"], Path("/inv/ssh_config"))


@pytest.fixture
def server(fleet: Fleet) -> Server:
    return fleet.servers[0]


def state(**stamps: dict[str, str]) -> ServerState:
    return ServerState({name: Stamp(name, "kab", "d", {}, {}, "", (), of) for name, of in stamps.items()})


def test_an_inventory_s_server_on_its_system(server: Server) -> None:
    assert identity(server, "debian 12") == KAB
    assert identity(server, "debian 13")["database"] == "postgresql 17"
    # Where the system's own is below the minimum, or none, the role takes PGDG's.
    assert identity(server, "debian 11")["database"] == "postgresql 17"
    asked = replace(server, settings=server.settings.model_copy(update={"database_version": 16}))
    assert identity(asked, "debian 12")["database"] == "postgresql 16"
    theirs = replace(server, settings=server.settings.model_copy(update={"database": "sqlserver"}))
    assert identity(theirs, "debian 12")["database"] == "sqlserver"


def test_naming_the_version_that_is_there_changes_nothing(server: Server) -> None:
    asked = replace(server, settings=server.settings.model_copy(update={"database_version": 15}))
    assert changes(state(postgresql=KAB), identity(asked, "debian 12")) == {}


@pytest.mark.parametrize(
    ("trait", "now"), [("region", "33.73"), ("level", "provinsi"), ("system", "debian 13"), ("database", "sqlserver")]
)
def test_each_trait_counts_and_says_what_would_be_lost(trait: str, now: str) -> None:
    found = changes(state(base=KAB, postgresql=KAB), KAB | {trait: now})
    expected = Change(trait, KAB[trait], now)
    # The database is there only once its stage ran.
    assert found == ({} if trait == "database" else {"base": (expected,)}) | {"postgresql": (expected,)}
    assert KAB[trait] in lost(expected)
    assert now in lost(expected)


def test_what_is_not_known_is_no_difference() -> None:
    assert changes(state(base={}), KAB) == {}
    assert changes(state(base=KAB), KAB | {"system": ""}) == {}


def test_apply_refuses_and_names_the_server_and_the_loss(fleet: Fleet) -> None:
    seen = Observation("kab", state(postgresql=KAB | {"level": "provinsi"}), distribution="debian 12")
    with pytest.raises(UsageError) as refusal:
        loop._refuse_another_server(fleet, Assessment(Plan(()), {"kab": seen}))
    assert "kab" in refusal.value.message
    assert "provinsi" in refusal.value.message
    assert "--accept-another-server" in refusal.value.repair
    same = Observation("kab", state(postgresql=KAB), distribution="debian 12")
    loop._refuse_another_server(fleet, Assessment(Plan(()), {"kab": same}))
