"""Every stage on systems that cannot be reached from here, by the real Ansible in check mode against a stand-in.

Each system twice: as its installer leaves it, and with its packages and clusters there, where the stages look at and
compare more. What each module is handed is held against its own documentation, what is asked of the package manager
against the names that the distribution has. In the ordinary run one system of each family, by chance; all of them are
slow.
"""

from __future__ import annotations

import random
from collections.abc import Iterator

import pytest

from provision.converge.stages import NAMES
from tests.support.linux.systems import SYSTEMS
from tests.support.linux.world import Server, World, simulated

pytestmark = pytest.mark.needs_ansible

SEED = random.randrange(10**6)
UBUNTU = tuple(system for system in SYSTEMS if system.startswith("ubuntu"))


def chosen() -> list[str]:
    """One system of each family."""
    return [random.Random(SEED).choice(family) for family in (UBUNTU,)]


def pick(request: pytest.FixtureRequest) -> list[str]:
    """The systems of this run."""
    return list(UBUNTU) if request.param == "all" else chosen()


@pytest.fixture(
    scope="module",
    params=[pytest.param("some", id=f"seed-{SEED}"), pytest.param("all", marks=pytest.mark.slow)],
)
def world(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    folder = tmp_path_factory.mktemp("linux")
    with pytest.MonkeyPatch.context() as patch:
        simulated(patch, folder)
        made = World(
            folder,
            {
                f"{one.replace(' ', '-')}-{kind}": (one, kind == "there")
                for one in pick(request)
                for kind in ("bare", "there")
            },
        )
        made.results = made.check(NAMES)
        yield made


def of(world: World, family: str) -> Iterator[tuple[str, Server]]:
    """The servers of one distribution."""
    found = [(name, one) for name, one in world.servers.items() if one.system.distribution == family]
    assert found
    yield from found


def test_no_stage_fails(world: World) -> None:
    wrong = {
        name: {stage: f"{one.status}: {one.message}" for stage, one in results.items() if one.status != "ok"}
        for name, results in world.results.items()
    }
    assert {name: stages for name, stages in wrong.items() if stages} == {}
    assert all(len(results) == len(NAMES) for results in world.results.values())


def test_a_bare_server_would_change_and_nothing_has(world: World) -> None:
    for name, server in world.servers.items():
        assert all(one["check"] or not one["changed"] or _asks(one) for one in server.record), name
        if name.endswith("bare"):
            assert world.results[name]["base"].changed


def _asks(call: dict[str, object]) -> bool:
    """Commands say "changed" whenever they run; outside of check mode only questions run."""
    return call["call"] == "ansible.builtin.command"


def test_ubuntu_gets_its_own_updates_time_and_database(world: World) -> None:
    for _name, server in of(world, "Ubuntu"):
        version = server.system.postgresql
        assert {f"postgresql-{version}", f"postgresql-{version}-pgaudit", "unattended-upgrades"} <= server.packages
        upgrades = server.files["/etc/apt/apt.conf.d/52backbone-upgrades"]
        assert '"origin=Ubuntu,archive=${distro_codename}-security";' in upgrades
        assert "origin=Debian" not in upgrades
        assert "pool 2.ubuntu.pool.ntp.org iburst" in server.files["/etc/chrony/chrony.conf"]
        assert server.calls("ansible.builtin.deb822_repository") == []
        masked = [one["name"] for one in server.calls("ansible.builtin.systemd_service") if one.get("masked")]
        assert masked == ["apport.service"]


def test_what_an_older_program_does_not_know_is_left_out(world: World) -> None:
    for name, server in of(world, "Ubuntu"):
        site = server.files["/etc/nginx/sites-available/backbone.conf"]
        if name.endswith("there"):
            old = server.system.version == "22.04"
            assert ("ssl_reject_handshake" in site) is not old
            assert ("repo1-bundle=y" in server.files["/etc/pgbackrest/pgbackrest.conf"]) is not old
