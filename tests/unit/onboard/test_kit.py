"""The kit: whole, sealed to its passphrase, sent once, and a folder that works elsewhere."""

from __future__ import annotations

import stat
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from provision.errors import BackboneError, UsageError
from provision.inventory import Fleet, load
from provision.inventory.vault import read_secret, read_secrets
from provision.onboard import kit, rebuild, repository
from provision.onboard.init import init
from provision.onboard.objects import Store
from tests.support import second_store
from tests.support.second_store import Running
from tests.unit.onboard.test_init import ANSWERS

NOW = datetime(2026, 11, 22, 3, 4, 5, tzinfo=UTC)


def test_what_is_sealed_comes_back_and_nobody_else_reads_or_alters_it() -> None:
    files = {"hosts.yml": b"all: {}\n", "keys/a": bytes(range(256)) * 9}
    sealed = kit.seal(files, "the passphrase of the sheet")
    assert kit.unseal(sealed, "the passphrase of the sheet") == files
    assert b"hosts.yml" not in sealed
    assert sealed != kit.seal(files, "the passphrase of the sheet")
    with pytest.raises(UsageError, match="not its passphrase"):
        kit.unseal(sealed, "The passphrase of the sheet")
    for at in (0, len(kit.MAGIC), len(kit.MAGIC) + 20, len(sealed) - 1):
        with pytest.raises(UsageError, match="damaged"):
            kit.unseal(sealed[:at] + bytes([sealed[at] ^ 1]) + sealed[at + 1 :], "the passphrase of the sheet")
    with pytest.raises(UsageError, match="damaged"):
        kit.unseal(sealed[:40], "the passphrase of the sheet")


@pytest.mark.parametrize("name", ["../outside", "/etc/passwd", "a/../../b"])
def test_no_name_in_a_kit_leads_out_of_the_folder(name: str) -> None:
    with pytest.raises(UsageError, match="no plain file"):
        kit.unseal(kit.seal({name: b"x"}, "p"), "p")


def test_a_folder_that_ssh_could_not_name_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="ssh's options"):
        kit.unpack({"hosts.yml": b"all: {}\n"}, tmp_path / "new controller")
    assert not [*tmp_path.iterdir()]


@given(st.dictionaries(st.text("ab", min_size=1, max_size=3), st.binary(max_size=3), max_size=4))
@settings(max_examples=60)
def test_a_digest_stands_for_names_and_contents(files: dict[str, bytes]) -> None:
    assert kit.digest(files) == kit.digest(dict(reversed(files.items())))
    assert kit.digest(files) != kit.digest({**files, "c": b""})
    for name, content in files.items():
        assert kit.digest({**files, name: content + b"x"}) != kit.digest(files)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Running]:
    with second_store.running(tmp_path / "store") as found:
        yield found


@pytest.fixture
def fleet(tmp_path: Path, store: Running, monkeypatch: pytest.MonkeyPatch) -> Fleet:
    """A new inventory whose second repository is the store."""
    monkeypatch.setenv("BACKBONE_STATE", str(tmp_path / "state"))
    hosts = init(tmp_path / "inv", ANSWERS)
    (hosts.parent / "authority.pem").write_text((store.folder / "authority.pem").read_text())
    key = tmp_path / "elsewhere" / "id_ed25519"
    key.parent.mkdir()
    key.write_text("a key that lies outside the folder\n")
    found = load(hosts)
    place = {"host": "arsip.example", "port": store.port, "bucket": "kab"}
    text = hosts.read_text().replace("  vars:\n", f"  vars:\n    backbone_backup_second: {place}\n", 1)
    old = found.servers[0].connection.key_file
    hosts.write_text(text.replace(old, str(key)) if old else text)
    return load(hosts)


@pytest.mark.needs_ansible
def test_the_kit_is_sent_once_and_again_when_something_changed(fleet: Fleet, store: Running) -> None:
    monkeys = kit.repository.kit_access
    try:
        kit.repository.kit_access = lambda _fleet, _server: store.kit  # type: ignore[assignment]
        [first] = kit.send(fleet, NOW)
        assert first.name == "kit/20261122T030405Z.kit"
        assert [one.name for one in kit.send(fleet, NOW)] == [""]
        (fleet.directory / "waivers.yml").write_text("[]\n")
        [again] = kit.send(fleet, NOW.replace(minute=9))
        assert Store(store.kit).keys("") == [first.name, again.name]
        # In the folder that comes back everything is private, and it is an inventory with all its secrets.
        passphrase = read_secret(fleet.path, fleet.servers[0].name, "kit_passphrase")
        folder = store.folder / "new-controller"
        hosts = rebuild.fetch(replace(store.kit, authority=""), passphrase, folder)
        back = load(hosts)
        assert back.servers[0].settings == fleet.servers[0].settings
        assert read_secrets(hosts, back.servers[0].name) == read_secrets(fleet.path, fleet.servers[0].name)
        assert {stat.S_IMODE(path.stat().st_mode) for path in folder.rglob("*") if path.is_file()} == {0o600}
        assert (folder / "waivers.yml").read_text() == "[]\n"
        key = back.servers[0].connection.key_file
        if fleet.servers[0].connection.key_file:
            assert Path(key).is_relative_to(folder)
        with pytest.raises(UsageError, match="there already"):
            rebuild.fetch(store.kit, passphrase, folder)
    finally:
        kit.repository.kit_access = monkeys


@pytest.mark.needs_ansible
def test_a_store_that_is_away_is_said_so(fleet: Fleet, store: Running) -> None:
    gone = replace(store.kit, port=second_store.free_port())
    with pytest.raises(BackboneError, match="does not answer"):
        kit.newest(Store(gone))
    with pytest.raises(UsageError, match="there is no kit"):
        kit.newest(Store(store.kit))


@pytest.mark.needs_ansible
def test_keys_of_servers_and_of_the_kit_tell_nothing_of_each_other(fleet: Fleet) -> None:
    [server] = fleet.servers
    secrets = read_secrets(fleet.path, server.name)
    found = repository.accounts(fleet, [server])
    assert set(found) == {server.name.lower(), "kab-kit"}
    values = {one["secret"] for one in found.values()}
    assert len(values) == 2
    assert not values & set(map(str, secrets.values()))
    assert found["kab-kit"]["prefixes"] == ["kit/"]
    assert repository.server_secret(str(secrets["backup_second_key"]), "other") not in values


@pytest.mark.needs_ansible
def test_scripts_carry_secrets_in_their_input_alone(fleet: Fleet) -> None:
    [server] = fleet.servers
    access = rebuild.access_of(fleet, server, dict(read_secrets(fleet.path, server.name)))
    script = rebuild.state_script(server, access, "a passphrase of the state")
    assert "a passphrase of the state" not in script
    assert access.secret not in script
    assert "this machine is a server already" in script
    # What was saved of the drills' marks is root's until there is a user postgres, who reads them.
    assert "--include /var/lib/backbone/drill" in script
    assert "chown -R postgres: /var/lib/backbone/drill/marks" in rebuild.database_script("", "")
