"""Every stage on systems that cannot be reached from here, by the real Ansible in check mode against a stand-in.

Each system twice: as its installer leaves it, and with its packages and clusters there, where the stages look at and
compare more. What each module is handed is held against its own documentation, what is asked of the package manager
against the names that the distribution has. In the ordinary run one system of each family, by chance; all of them are
slow.
"""

from __future__ import annotations

import json
import random
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from provision.converge import program
from provision.converge.stages import NAMES
from tests.support.linux.systems import SYSTEMS
from tests.support.linux.world import Server, World, simulated

pytestmark = pytest.mark.needs_ansible

SEED = random.randrange(10**6)
UBUNTU = tuple(system for system in SYSTEMS if system.startswith("ubuntu"))
REDHAT = tuple(system for system, one in SYSTEMS.items() if one.family == "RedHat")


def systems(every: bool) -> dict[str, tuple[str, bool]]:
    """The servers of a run: every system twice, or one of each family, the one as it comes and the other set up."""
    chance = random.Random(SEED)
    kinds = ["bare", "there"]
    chance.shuffle(kinds)
    some = [(chance.choice(family), kind) for family, kind in zip((UBUNTU, REDHAT), kinds, strict=True)]
    all_of_them = [(one, kind) for one in (*UBUNTU, *REDHAT) for kind in kinds]
    return {f"{one.replace(' ', '-')}-{kind}": (one, kind == "there") for one, kind in (all_of_them if every else some)}


@pytest.fixture(
    scope="module",
    params=[pytest.param("some", id=f"seed-{SEED}"), pytest.param("all", marks=pytest.mark.slow)],
)
def world(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    folder = tmp_path_factory.mktemp("linux")
    with pytest.MonkeyPatch.context() as patch:
        simulated(patch, folder)
        made = World(folder, systems(request.param == "all"))
        made.results = made.check(NAMES)
        yield made


def of(world: World, family: str) -> Iterator[tuple[str, Server]]:
    """The servers of one distribution or family."""
    found = [
        (name, one) for name, one in world.servers.items() if family in (one.system.distribution, one.system.family)
    ]
    assert found
    yield from found


def test_no_stage_fails_but_where_the_servers_python_cannot_run_the_audit(world: World) -> None:
    for name, results in world.results.items():
        wrong = {stage: f"{one.status}: {one.message}" for stage, one in results.items() if one.status != "ok"}
        if world.servers[name].system.python not in program.RUNS_ON:
            assert "leave this stage out" in wrong.pop("audit")
        assert wrong == {}, name
        assert len(results) == len(NAMES)


def test_a_bare_server_would_change_and_nothing_has(world: World) -> None:
    for name, server in world.servers.items():
        assert all(one["check"] or not one["changed"] or _asks(one) for one in server.record), name
        if name.endswith("bare"):
            assert world.results[name]["base"].changed


def _asks(call: dict[str, object]) -> bool:
    """Commands say "changed" whenever they run; outside of check mode only questions run."""
    return call["call"] == "ansible.builtin.command"


def test_no_text_holds_what_a_template_took_by_mistake(world: World) -> None:
    for name, server in world.servers.items():
        for path, text in server.files.items():
            assert not re.search(r"<(built-in )?(method|function)|object at 0x|AnsibleUndefined", text), (
                name,
                path,
            )
        assert "keyfile /etc/chrony" in "".join(server.files.values())


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


def test_the_redhat_family_gets_its_own_packages_places_and_units(world: World) -> None:
    for name, server in of(world, "RedHat"):
        assert {"postgresql17-server", "pgaudit_17", "pgbackrest", "dnf-automatic", "clamd"} <= server.packages
        assert not [path for path in server.files if path.startswith(("/etc/apt", "/etc/postgresql", "/etc/apparmor"))]
        assert "apply_updates = yes" in server.files["/etc/dnf/automatic.conf"]
        assert {"chronyd.service", "dnf-automatic.timer"} <= server.units
        assert not {"chrony.service", "apt-daily.timer", "nginx.service"} & server.units or name.endswith("there")
        assert "driftfile /var/lib/chrony/drift" in server.files["/etc/chrony.conf"]
        assert {one["gpgkey"] for one in server.calls("ansible.builtin.yum_repository")} == {
            "https://download.postgresql.org/pub/repos/yum/keys/PGDG-RPM-GPG-KEY-RHEL"
        }
        release = server.system.version.partition(".")[0]
        assert all(f"/rhel-{release}-" in one["baseurl"] for one in server.calls("ansible.builtin.yum_repository"))
        assert "/etc/pki/ca-trust/source/anchors/backbone-authority.pem" in server.files
        assert "-w /etc/yum.repos.d/ -p wa -k software" in server.files["/etc/audit/rules.d/60-backbone.rules"]
        assert "User clamscan" in server.files["/etc/clamd.d/scan.conf"]
        # The site of nginx lies where it reads it, and no link enables it.
        assert "/etc/nginx/conf.d/backbone.conf" in server.files


def test_on_the_redhat_family_the_cluster_lies_where_pgdg_puts_it(world: World) -> None:
    for name, server in of(world, "RedHat"):
        if name.endswith("there"):
            assert "/var/lib/pgsql/17/data/conf.d/backbone.conf" in server.files
            assert "pg1-path=/var/lib/pgsql/17/data" in server.files["/etc/pgbackrest/pgbackrest.conf"]
            assert {"postgresql-17.service", "clamd@scan.service"} <= server.units


def test_selinux_stays_enforcing_and_learns_our_labels(world: World) -> None:
    for name, server in of(world, "RedHat"):
        labels = {one["target"]: one["setype"] for one in server.calls("community.general.sefcontext")}
        assert labels["/etc/backbone/tls(/.*)?"] == "cert_t"
        assert labels["/opt/backbone/[^/]+/backbone-[^/]+"] == "bin_t"
        if name.endswith("there"):
            assert labels["/var/lib/pgbackrest(/.*)?"] == "postgresql_db_t"
        switched = {one["name"]: one["state"] for one in server.calls("ansible.posix.seboolean")}
        assert switched == {"antivirus_can_scan_system": True, "httpd_can_network_connect": True}
        assert not any("setenforce" in str(one) or "SELINUX=" in str(one) for one in server.record)
    for _name, server in of(world, "Ubuntu"):
        assert server.calls("community.general.sefcontext") == []


def test_rhel_without_epel_is_told_what_a_person_has_to_do(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    simulated(monkeypatch, tmp_path)
    world = World(tmp_path, {"server": ("rhel 10", False)})
    state = json.loads(world.servers["server"].file.read_text())
    state["packages"].remove("epel-release")
    world.servers["server"].file.write_text(json.dumps(state))
    results = world.check(["base"])["server"]
    assert results["base"].status == "failed"
    assert "This server lacks EPEL" in results["base"].message
