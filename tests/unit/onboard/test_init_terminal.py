"""`init` as a person meets it: in a terminal, with slips, to an inventory that `validate` accepts."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pexpect
import pytest

from provision import paths
from provision.errors import UsageError
from provision.onboard.init import likely, public_key
from tests.unit.inventory.conftest import ssh_key

ENVIRONMENT = os.environ | {"PYTHONPATH": str(paths.inventories_dir().parent), "BACKBONE_LANG": "en", "COLUMNS": "160"}


def terminal(folder: Path, *words: str) -> pexpect.spawn:
    command = ["-m", "provision.cli.main", "init", *words]
    return pexpect.spawn(sys.executable, command, cwd=str(folder), env=ENVIRONMENT, encoding="utf-8", timeout=60)


def answer(child: pexpect.spawn, question: str, said: str) -> None:
    child.expect_exact(question)
    child.sendline(said)


@pytest.mark.needs_ansible
def test_in_a_terminal_with_slips(tmp_path: Path) -> None:
    (tmp_path / "ani.pub").write_text(ssh_key(7) + "\n")
    child = terminal(tmp_path, "papua")
    answer(child, "Region (name or code): ", "Atlantis")
    child.expect_exact("No region is called anything like Atlantis.")
    answer(child, "Region (name or code): ", "papua pegunngan")
    child.expect(r"(\d)  95 +Papua Pegunungan")
    assert child.match
    answer(child, "or another name: ", child.match[1])
    child.expect_exact("Papua Pegunungan (95), province")
    # What the inventory would refuse is said at once, and asked again: nobody begins anew.
    answer(child, "Address of the server: ", "10.95.0.300")
    child.expect_exact("10.95.0.300 is not an IP address")
    answer(child, "Address of the server: ", "10.95.0.10")
    answer(child, "Internal network (CIDR) [10.95.0.0/24]: ", "10.95.0.10/24")
    child.expect_exact("write 10.95.0.0/24")
    answer(child, "Internal network (CIDR) [10.95.0.0/24]: ", "")
    answer(child, "(empty: no more): ", "10.95.8.0/22")
    answer(child, "(empty: no more): ", "")
    answer(child, "Name on the certificate: ", "ᬧᬧᬸᬯ.example")
    child.expect_exact("is not a full domain name")
    answer(child, "Name on the certificate: ", "data.papuapegunungan.example")
    answer(child, "(https://…): ", "http://backbone.pusat.example")
    child.expect_exact("it starts with https://")
    answer(child, "(https://…): ", "https://backbone.pusat.example")
    answer(child, "(empty: later): ", "")
    answer(child, "(empty: later): ", "")
    answer(child, "[own]: ", "moon")
    answer(child, "[own]: ", "pdn")
    answer(child, "(empty: no more): ", "ani")
    answer(child, "or its line: ", "nowhere.pub")
    child.expect_exact("cannot be read")
    answer(child, "(empty: no more): ", "ani")
    answer(child, "or its line: ", "ani.pub")
    answer(child, "(empty: no more): ", "")
    child.expect_exact("Next: backbone enroll 10.95.0.10")
    child.expect(pexpect.EOF)
    child.close()
    assert child.exitstatus == 0
    judged = subprocess.run(
        [sys.executable, "-m", "provision.cli.main", "validate", "-i", "papua", "--json"],
        capture_output=True, text=True, check=False, cwd=tmp_path, env=ENVIRONMENT,
    )  # fmt: skip
    assert judged.returncode == 0, judged.stdout + judged.stderr
    [server] = json.loads(judged.stdout)["servers"]
    assert (server["region"], server["level"], server["zone"]) == ("95", "provinsi", "Asia/Jayapura")
    text = (tmp_path / "papua/hosts.yml").read_text()
    for part in ('["10.95.0.0/24", "10.95.8.0/22"]', "backbone_hosting: pdn", "- name: ani", ssh_key(7)):
        assert part in text
    assert "backbone_database:" not in text
    assert (tmp_path / "papua/recovery-sheet.html").is_file()
    # Again, into the same folder: nothing is touched.
    before = {file: file.read_bytes() for file in (tmp_path / "papua").rglob("*") if file.is_file()}
    words = ["--region", "95", "--address", "10.95.0.10", "--internal", "10.95.0.0/24", "--fqdn", "a.example"]
    again = subprocess.run(
        [sys.executable, "-m", "provision.cli.main", "init", "papua", *words, "--sync-url", "https://b.example"],
        capture_output=True, text=True, check=False, cwd=tmp_path, env=ENVIRONMENT, stdin=subprocess.DEVNULL,
    )  # fmt: skip
    assert (again.returncode, "already" in again.stderr) == (2, True)
    assert {file: file.read_bytes() for file in (tmp_path / "papua").rglob("*") if file.is_file()} == before


@pytest.mark.parametrize("said", ["Kab. Ba'a", "kota semarng", "عربي", "ᬩᬮᬶ", "papua pegunngan"])
def test_without_a_terminal_a_name_that_is_nearly_right_is_no_region(tmp_path: Path, said: str) -> None:
    """`Kab. Ba'a` is nearest to Batam, and alone so: a server of the wrong region must not come of it."""
    words = ["--address", "10.9.0.10", "--internal", "10.9.0.0/24", "--fqdn", "a.example", "--sync-url", "https://b.id"]
    done = subprocess.run(
        [sys.executable, "-m", "provision.cli.main", "init", "a", "--region", said, *words],
        capture_output=True, text=True, check=False, cwd=tmp_path, env=ENVIRONMENT, stdin=subprocess.DEVNULL,
    )  # fmt: skip
    assert (done.returncode, list(tmp_path.iterdir())) == (2, [])
    assert f"no single region is called {said}" in done.stderr


def test_another_database_is_not_chosen_here(tmp_path: Path) -> None:
    """An inventory that named SQL Server alone would provision PostgreSQL."""
    words = ["--region", "33.74", "--address", "10.9.0.10", "--internal", "10.9.0.0/24", "--fqdn", "a.example"]
    words += ["--sync-url", "https://b.example", "--database", "sqlserver"]
    done = subprocess.run(
        [sys.executable, "-m", "provision.cli.main", "init", "a", *words],
        capture_output=True, text=True, check=False, cwd=tmp_path, env=ENVIRONMENT, stdin=subprocess.DEVNULL,
    )  # fmt: skip
    assert (done.returncode, list(tmp_path.iterdir())) == (2, [])
    assert "docs/sqlserver.md" in done.stderr


def test_a_region_that_may_be_meant() -> None:
    assert [one.code for one in likely("33.74")] == ["33.74"]
    assert [one.code for one in likely("kota semarang")] == ["33.74"]
    assert {one.code for one in likely("semrang")} >= {"33.74", "33.22"}
    assert likely("Atlantis") == ()
    assert all(one.has_government for one in likely("jakarta"))


def test_a_public_key_is_a_line_or_a_file_and_never_a_private_one(tmp_path: Path) -> None:
    assert public_key(ssh_key()) == ssh_key()
    (tmp_path / "a.pub").write_text(ssh_key() + "\n\n")
    assert public_key(str(tmp_path / "a.pub")) == ssh_key()
    (tmp_path / "a").write_text("-----BEGIN OPENSSH PRIVATE KEY-----")
    for wrong in ("a", "nowhere"):
        with pytest.raises(UsageError):
            public_key(str(tmp_path / wrong))
