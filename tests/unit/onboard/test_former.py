"""The account of the first contact is written down as one that ends, and no other is."""

from __future__ import annotations

from pathlib import Path

import pytest

from provision.inventory import Fleet, load
from provision.onboard.former import ending
from tests.unit.onboard.test_papers import from_files
from tests.unit.onboard.test_vpn import HOSTS

ADDRESS = "10.33.74.10"


def fleet(folder: Path, more: str = "") -> Fleet:
    text = HOSTS.replace("PEERS\n", "")
    assert ADDRESS in text
    (folder / "hosts.yml").write_text(text)
    if more:
        (folder / "host_vars").mkdir()
        (folder / "host_vars/data-semarang.yml").write_text(more)
    return load(folder, resolver=from_files)


def test_it_is_written_into_a_file_of_its_own_and_read_again(tmp_path: Path) -> None:
    change = ending(fleet(tmp_path), ADDRESS, "petugas")
    assert change is not None
    assert change.file == tmp_path / "host_vars/data-semarang/accounts.yml"
    assert "+backbone_former_admins: [petugas]" in change.diff()
    change.write()
    [server] = load(tmp_path, resolver=from_files).servers
    assert list(server.settings.former_admins) == ["petugas"]
    # Once is enough.
    assert ending(load(tmp_path, resolver=from_files), ADDRESS, "petugas") is None


def test_a_file_that_a_person_keeps_keeps_what_it_says(tmp_path: Path) -> None:
    change = ending(fleet(tmp_path, "# ours\nbackbone_tls_days: 90\n"), ADDRESS, "petugas")
    assert change is not None
    change.write()
    text = (tmp_path / "host_vars/data-semarang.yml").read_text()
    assert text.startswith("# ours\nbackbone_tls_days: 90\nbackbone_former_admins: [petugas]")
    change.undo()
    assert (tmp_path / "host_vars/data-semarang.yml").read_text() == "# ours\nbackbone_tls_days: 90\n"


@pytest.mark.parametrize(
    ("host", "user", "more"),
    [
        (ADDRESS, "root", ""),
        ("10.9.9.9", "petugas", ""),
        (ADDRESS, "petugas", "backbone_former_admins: [lama]\n"),
        (ADDRESS, "LOGIN", ""),
        (ADDRESS, "ADMIN", ""),
    ],
)
def test_nobody_who_is_needed_ends_and_a_list_of_a_person_s_is_left_alone(
    tmp_path: Path, host: str, user: str, more: str
) -> None:
    read = fleet(tmp_path, more)
    [server] = read.servers
    names = {"LOGIN": server.connection.user, "ADMIN": server.settings.admins[0].name}
    assert ending(read, host, names.get(user, user)) is None
