"""Rotation of secrets: what is planned, what stands in vault and inventory at each step, and what is gone on with."""

from __future__ import annotations

import shutil
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

from provision.cli import rotating
from provision.converge.apply import Applied, Assessment
from provision.converge.inputs import StageInputs
from provision.converge.plan import CONTROL_FAILED, INPUTS_CHANGED, Plan, PlannedStage, Reason, ServerPlan
from provision.converge.run import Outcome
from provision.converge.stages import NAMES
from provision.errors import UsageError
from provision.inventory import Fleet, Server, load
from provision.inventory.secrecy import VAULT_FILE
from provision.inventory.settings import KeyRenewal, SecondRepository
from provision.inventory.vault import change_vault, read_password, read_vault, write_vault
from provision.onboard import rotate, rotation, sheet
from provision.onboard.init import init
from provision.onboard.rotation import BACKUP_FORMER, FORMER, Holding
from provision.report import keys
from tests.unit.onboard.test_init import ANSWERS

pytestmark = pytest.mark.needs_ansible
NOW = datetime(2026, 11, 22, 5, 0, tzinfo=UTC)
SINCE = "2026-11-22T05:00:00Z"
PASSWORDS = "backbone_secret_db_passwords"
PASSPHRASE = "backbone_secret_backup_passphrase"


@pytest.fixture(scope="module")
def original(tmp_path_factory: pytest.TempPathFactory) -> Fleet:
    folder = tmp_path_factory.mktemp("original") / "semarang"
    init(folder, ANSWERS)
    more = {PASSWORDS: held_before(), "backbone_secret_sync_client_id": "region", "backbone_secret_sync_token": "old"}
    change_vault(folder / VAULT_FILE, read_password(folder), more)
    return load(folder)


@pytest.fixture
def fleet(original: Fleet, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Fleet:
    """A copy of one inventory; what a rotation wrote is read from its files, without Ansible, which takes seconds."""
    folder = tmp_path / "semarang"
    shutil.copytree(original.directory, folder)
    monkeypatch.setattr(rotate, "load", lambda path, **_named: reloaded(original, path))
    return reloaded(original, folder / original.path.name)


def reloaded(original: Fleet, path: Path) -> Fleet:
    """The fleet as the files of its folder now say."""
    server = original.servers[0]
    secrets = {
        name.removeprefix("backbone_secret_") for name in read_vault(path.parent / VAULT_FILE, read_password(path))
    }
    asked = path.parent / "host_vars" / server.name / "rotation.yml"
    entries = YAML(typ="safe").load(asked)["backbone_keys_renewed"] if asked.exists() else []
    renewed = tuple(KeyRenewal.model_validate(one) for one in entries)
    settings = server.settings.model_copy(update={"keys_renewed": renewed})
    return replace(original, path=path, servers=(replace(server, secrets=frozenset(secrets), settings=settings),))


def held_before() -> dict[str, str]:
    return {"sri": "old-password", "adi": "old-too"}


def held(fleet: Fleet) -> dict[str, Any]:
    return read_vault(fleet.directory / VAULT_FILE, read_password(fleet.path))


def planned(fleet: Fleet, names: str) -> tuple[rotation.Item, ...]:
    return rotation.planned(names, rotate.holdings(fleet), {one.name for one in fleet.servers})


def begun(fleet: Fleet, names: str, given: Mapping[str, str] | None = None, now: datetime = NOW) -> Fleet:
    """The inventory after a rotation began, loaded anew."""
    rotate.begin(fleet, planned(fleet, names), rotate.holdings(fleet), given or {}, now)
    return rotate.load(fleet.path)


def needing(fleet: Fleet, **stages: Reason) -> Plan:
    """A plan in which the first server needs these stages."""
    wanted = tuple(PlannedStage(name, (reason,), StageInputs({}, "")) for name, reason in stages.items())
    return Plan((ServerPlan(fleet.servers[0].name, wanted), *(ServerPlan(one.name) for one in fleet.servers[1:])))


def test_the_new_stands_in_the_vault_beside_the_old_until_the_stage_is_through(fleet: Fleet) -> None:
    name = fleet.servers[0].name
    after = begun(fleet, "database")
    new = held(after)
    assert new[FORMER] == {"database": {"since": SINCE, "values": {"db_passwords": held_before()}}}
    assert set(new[PASSWORDS]) == {"sri", "adi"}
    assert all(len(one) >= 32 for one in new[PASSWORDS].values())
    assert len(set(new[PASSWORDS].values())) == 2

    # Cut off here: asked for once more, nothing is made anew.
    [item] = planned(after, "database")
    assert (item.goes_on, item.fresh) == ({name}, ())
    assert held(begun(after, "database")) == new

    changed = Reason(INPUTS_CHANGED, ("postgresql_login_passwords",))
    assert rotate.settle(after, needing(after, postgresql=changed)) == ("database",)
    assert rotate.settle(after, Plan((ServerPlan(name, unreachable="no answer"),))) == ("database",)
    assert held(after) == new
    assert rotate.settle(after, needing(after, backup=Reason(CONTROL_FAILED, ("BAK-01",)))) == ()
    assert FORMER not in held(after)
    assert held(after)[PASSWORDS] == new[PASSWORDS]


def test_other_secrets_and_comments_of_the_vault_stay(fleet: Fleet) -> None:
    before = held(fleet)
    after = held(begun(fleet, "kit,stamp"))
    assert {name for name in before if before[name] != after[name]} == {
        "backbone_secret_kit_passphrase",
        "backbone_secret_stamp_key",
    }
    assert set(after) - set(before) == {FORMER}
    assert set(after[FORMER]) == {"stamp", "kit"}


def test_the_former_passphrase_of_kits_stays_until_a_kit_of_the_new_one_was_sent(fleet: Fleet) -> None:
    old = held(fleet)["backbone_secret_kit_passphrase"]
    second = SecondRepository.model_validate({"host": "s3.example.id"})
    settings = fleet.servers[0].settings.model_copy(update={"backup_second": second})
    fleet = replace(fleet, servers=(replace(fleet.servers[0], settings=settings),))
    begun(fleet, "kit")
    new = held(fleet)["backbone_secret_kit_passphrase"]
    assert rotate.settle(rotate.load(fleet.path), needing(fleet)) == ("kit",), "a plan says nothing of kits"
    assert {one.text for one in sheet.secrets(fleet)} >= {old, new}
    assert planned(fleet, "kit")[0].fresh == (), "the one of the kits that are there is not lost by a second rotation"
    assert rotate.kits_sent(fleet)
    assert FORMER not in held(fleet)
    assert old not in {one.text for one in sheet.secrets(fleet)}
    assert not rotate.kits_sent(fleet)


def test_the_passphrase_of_backups_is_kept_until_it_is_let_go(fleet: Fleet) -> None:
    old = held(fleet)[PASSPHRASE]
    after = begun(fleet, "backup")
    vault = held(after)
    assert vault[PASSPHRASE] != old
    assert vault[BACKUP_FORMER] == {"since": SINCE, "passphrase": old}
    assert old not in str(vault[FORMER])  # once is enough
    assert {one.text for one in sheet.secrets(after)} >= {old, vault[PASSPHRASE]}

    names = [after.servers[0].name]
    with pytest.raises(UsageError, match="not through yet"):
        rotate.let_go(after, names, NOW)
    assert rotate.settle(after, None) == ("backup",), "an interrupted apply cannot tell"
    assert held(after) == vault
    rotate.settle(after, needing(after))
    assert held(after)[BACKUP_FORMER]["passphrase"] == old
    with pytest.raises(UsageError, match="still keeps the repository") as refused:
        planned(after, "backup")
    assert "--let-go backup" in refused.value.repair
    assert "backup" not in renewable(planned(after, "all"))

    assert list(rotate.let_go(after, names, NOW)) == names
    assert BACKUP_FORMER not in held(after)
    # A server that has not heard of it keeps what the one before opens: one more passphrase would shut it out.
    needs = needing(after, backup=Reason(INPUTS_CHANGED, ("backup_former_passphrase",)))
    assert rotate.settle(rotate.load(fleet.path), needs) == (rotation.LETTING_GO,)
    with pytest.raises(UsageError, match="has not deleted the former backups"):
        planned(rotate.load(fleet.path), "backup")
    with pytest.raises(UsageError, match="no former repository"):
        rotate.let_go(after, names, NOW)
    assert rotate.settle(rotate.load(fleet.path), needing(after)) == ()
    assert [item.kind.name for item in planned(rotate.load(fleet.path), "backup")] == ["backup"]
    assert rotation.free_from(SINCE, 4) == date(2026, 12, 20)


def test_keys_that_a_server_makes_are_asked_for_in_the_inventory(fleet: Fleet) -> None:
    name = fleet.servers[0].name
    after = begun(fleet, "tls,vpn")
    noted = [(one.name, one.since) for one in after.servers[0].settings.keys_renewed]
    assert noted == [("tls", SINCE), ("vpn", SINCE)]
    assert (fleet.directory / "host_vars" / name / "rotation.yml").is_file()

    # Not through yet: it goes on; through: it is asked for once more, and the history stays.
    changed = Reason(INPUTS_CHANGED, ("tls_renewed",))
    found = rotate.with_keys(rotate.holdings(after), needing(after, tls=changed, gateway=changed))
    assert {kind for kind in ("tls", "vpn") if kind in found[0].begun} == {"tls"}
    again = begun(after, "tls", now=datetime(2027, 11, 22, tzinfo=UTC))
    assert [one.since for one in again.servers[0].settings.keys_renewed if one.name == "tls"] == [
        SINCE,
        "2027-11-22T00:00:00Z",
    ]


def renewable(items: Sequence[rotation.Item]) -> set[str]:
    return {item.kind.name for item in items if item.servers}


def fleet_server(mine: Holding, name: str = "second", **settings: Any) -> Server:
    """Another server of the same kind, whose certificate the authority makes."""
    return replace(
        mine.server, name=name, settings=mine.server.settings.model_copy(update={"tls": "internal", **settings})
    )


def beside(mine: Holding, name: str = "second", file: str = "", kind: str = "ssh") -> Holding:
    """A second server that holds the same secrets: in the same file, or in a file of its own."""
    server = replace(mine.server, name=name, connection=replace(mine.server.connection, kind=kind))
    return replace(mine, server=server, files=dict.fromkeys(mine.files, Path(file)) if file else mine.files)


def test_a_passphrase_that_a_windows_server_uses_too_is_not_made_anew(fleet: Fleet) -> None:
    mine = rotate.holdings(fleet)[0]
    windows = beside(mine, kind="psrp")
    for limited in ({mine.server.name}, {mine.server.name, "second"}):
        with pytest.raises(UsageError, match="also that of second, under Windows") as refused:
            rotation.planned("backup", [mine, windows], limited)
        assert "host_vars" in refused.value.repair
        every = rotation.planned("stamp,all", [mine], {mine.server.name})
        assert "backup" in renewable(every)
    items = rotation.planned("all", [mine, windows], {mine.server.name, "second"})
    assert "backup" not in renewable(items)
    assert "under Windows" in next(item.left_out[0] for item in items if item.kind.name == "backup")
    own = beside(mine, file="host_vars/second/vault.yml", kind="psrp")
    assert rotation.planned("backup", [mine, own], {mine.server.name, "second"})[0].servers == (mine.server.name,)


def test_one_typed_value_does_not_take_the_place_of_several(fleet: Fleet) -> None:
    mine = rotate.holdings(fleet)[0]
    own = beside(mine, file="host_vars/second/vault.yml")
    with pytest.raises(UsageError, match="another secret on each of") as refused:
        rotation.planned("sync", [mine, own], {mine.server.name, "second"})
    assert "--limit" in refused.value.repair
    assert rotation.planned("sync", [mine, own], {"second"})[0].servers == ("second",)
    assert rotation.planned("sync", [mine, beside(mine)], {mine.server.name, "second"})[0].fresh


def test_what_is_under_way_is_told_of_each_vault_file_by_itself(fleet: Fleet) -> None:
    """A server with a passphrase of its own is not in the rotation of the one that the others share."""
    name = fleet.servers[0].name
    own = fleet.directory / "host_vars" / name / "vault.yml"
    passphrase = "a passphrase of this server alone"
    write_vault(own, {PASSPHRASE: passphrase}, read_password(fleet.path))
    shared = {BACKUP_FORMER: {"since": SINCE, "passphrase": "of others"}, FORMER: {"backup": {}, "stamp": {}}}
    change_vault(fleet.directory / VAULT_FILE, read_password(fleet.path), shared)
    [holding] = rotate.holdings(fleet)
    assert (holding.begun, holding.kept) == ({"stamp"}, "")
    with pytest.raises(UsageError, match="no former repository"):
        rotate.let_go(fleet, [name], NOW)

    # Its own is let go: the one of the others must not come in its place.
    change_vault(own, read_password(fleet.path), {BACKUP_FORMER: {"since": SINCE, "passphrase": "its own"}})
    rotate.let_go(fleet, [name], NOW)
    assert read_vault(own, read_password(fleet.path))[BACKUP_FORMER] == {}
    assert held(fleet)[BACKUP_FORMER] == shared[BACKUP_FORMER]
    assert rotate.holdings(fleet)[0].begun >= {rotation.LETTING_GO}


def test_what_is_let_go_is_of_the_chosen_servers_alone(fleet: Fleet, monkeypatch: pytest.MonkeyPatch) -> None:
    begun(fleet, "backup")
    rotate.settle(rotate.load(fleet.path), needing(fleet))
    [mine] = rotate.holdings(fleet)
    vault = held(fleet)
    monkeypatch.setattr(rotate, "holdings", lambda _fleet: (mine, beside(mine)))
    with pytest.raises(UsageError, match="also that of second") as refused:
        rotate.let_go(fleet, [mine.server.name], NOW)
    assert "--limit" in refused.value.repair
    monkeypatch.setattr(rotate, "holdings", lambda _fleet: (mine, beside(mine, kind="psrp")))
    with pytest.raises(UsageError, match="still opens the backups of second"):
        rotate.let_go(fleet, [mine.server.name, "second"], NOW)
    assert held(fleet) == vault
    other = beside(mine, file="host_vars/second/vault.yml")
    monkeypatch.setattr(rotate, "holdings", lambda _fleet: (mine, other))
    assert rotate.let_go(fleet, [mine.server.name], NOW) == (mine.server.name,)


def test_an_apply_that_cannot_tell_settles_nothing_and_hands_out_nothing(fleet: Fleet, tmp_path: Path) -> None:
    after = begun(fleet, "backup,vpn")
    vault, found = held(after), rotate.holdings(after)
    rotation_in_hand = rotating.Rotating(planned(fleet, "backup,vpn"), found, fleet.path)
    narrowed = Assessment(Plan((ServerPlan(after.servers[0].name),)), {})
    for outcome in (None, Outcome((), tmp_path, interrupted=True)):
        told = rotating.finish(
            Applied(narrowed, outcome, narrowed, conclusive=False), after, rotation_in_hand, tmp_path, local=False
        )
        assert told == {"under_way": ["backup"], "files": [], "files_missed": ""}
        assert held(after) == vault
        assert list(tmp_path.glob("vpn-*")) == []


def test_what_runs_is_the_stage_and_what_copies_its_work(fleet: Fleet) -> None:
    stages = {item.kind.name: item.stages for item in planned(fleet, "tls,database,stamp,report")}
    assert stages == {
        "tls": ("tls", "postgresql", "gateway"),
        "database": ("postgresql",),
        "stamp": NAMES,
        "report": (),
    }


def test_all_needs_nobody_else_and_leaves_out_what_does_not_fit(fleet: Fleet) -> None:
    everything = {"database", "backup", "kit", "stamp", "tls", "vpn", "audit", "report"}
    assert renewable(planned(fleet, "all")) == renewable(planned(fleet, "tls, all")) == everything
    settings = fleet.servers[0].settings.model_copy(update={"tls": "supplied", "vpn": "external"})
    other = replace(rotate.holdings(fleet)[0], server=replace(fleet.servers[0], settings=settings))
    items = rotation.planned("tls, all", [other], {other.server.name})
    assert not renewable(items) & {"tls", "vpn"}
    said = {item.kind.name: " ".join(item.left_out) for item in items}
    assert "supplied certificate" in said["tls"]
    assert "region's router" in said["vpn"]
    assert said["database"] == ""
    [both] = rotation.planned("tls", [other, replace(other, server=fleet_server(other))], {other.server.name, "second"})
    assert both.servers == ("second",)
    assert "supplied certificate" in both.left_out[0]
    with pytest.raises(UsageError, match="supplied certificate"):
        rotation.planned("tls", [other], {other.server.name})


@pytest.mark.parametrize(
    ("names", "said"),
    [
        ("databse", "nothing of this name can be renewed: databse"),
        ("landing", "the vault holds no backbone_secret_landing_password"),
        ("telegram", "the vault holds no backbone_secret_telegram_token"),
    ],
)
def test_what_cannot_be_renewed_is_said_and_nothing_is_touched(fleet: Fleet, names: str, said: str) -> None:
    before = held(fleet)
    with pytest.raises(UsageError, match=said):
        planned(fleet, names)
    assert held(fleet) == before


def test_a_secret_that_a_server_beyond_the_limit_uses_too_is_refused(fleet: Fleet) -> None:
    mine = rotate.holdings(fleet)[0]
    other = replace(mine, server=replace(mine.server, name="second"))
    with pytest.raises(UsageError, match="same secret on second") as refused:
        rotation.planned("database", [mine, other], {mine.server.name})
    assert "--limit" in refused.value.repair
    own = replace(other, files=dict.fromkeys(mine.files, Path("host_vars/second/vault.yml")))
    assert rotation.planned("database", [mine, own], {mine.server.name})
    assert rotation.planned("tls", [mine, other], {mine.server.name}), "each server makes its own key"


def test_a_single_encrypted_value_is_left_to_people(fleet: Fleet) -> None:
    server = fleet.servers[0]
    with pytest.raises(UsageError, match="single encrypted value"):
        rotation.planned("stamp", [Holding(server)], {server.name})


def test_what_others_hand_out_comes_from_them(fleet: Fleet) -> None:
    items = planned(fleet, "sync")
    assert rotate.wanted(items) == ("sync_token", "sync_client_id")
    given = rotate.given_lines("sync_token = new=token\n\n", rotate.wanted(items))
    assert given == {"sync_token": "new=token"}
    for text in ("sync_token", "stamp_key=x", "sync_token="):
        with pytest.raises(UsageError, match="line 1 of standard input") as refused:
            rotate.given_lines(text, rotate.wanted(items))
        assert "new" not in refused.value.message
    before = held(fleet)
    after = held(begun(fleet, "sync", given))
    assert after["backbone_secret_sync_token"] == "new=token"
    assert after["backbone_secret_sync_client_id"] == before["backbone_secret_sync_client_id"]
    assert after[FORMER]["sync"]["values"]["sync_token"] == before["backbone_secret_sync_token"]


def test_an_inventory_that_would_not_be_sound_is_put_back(fleet: Fleet, monkeypatch: pytest.MonkeyPatch) -> None:
    before = (fleet.directory / VAULT_FILE).read_bytes()
    items, found = planned(fleet, "database,tls"), rotate.holdings(fleet)

    def unsound(*_words: object, **_named: object) -> None:
        raise UsageError("not sound")

    monkeypatch.setattr(rotate, "load", unsound)
    with pytest.raises(UsageError, match="not sound"):
        rotate.begin(fleet, items, found, {}, NOW)
    assert (fleet.directory / VAULT_FILE).read_bytes() == before
    assert not list(fleet.directory.glob("host_vars/*/rotation.yml"))


def test_what_is_written_is_a_sound_inventory(fleet: Fleet, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rotate, "load", load)
    after = begun(fleet, "all")
    assert {"former", "backup_former"} <= after.servers[0].secrets
    assert [one.name for one in after.servers[0].settings.keys_renewed] == ["tls", "vpn", "audit"]


def test_reports_of_the_old_key_still_verify(fleet: Fleet) -> None:
    old = keys.of_inventory(fleet.directory)
    begun(fleet, "report")
    new = keys.of_inventory(fleet.directory)
    assert new.name == old.name
    assert new.signer.public_key.keyid != old.signer.public_key.keyid
    known = keys.known([fleet.directory / keys.SIGNERS])
    assert {known[one.signer.public_key.keyid].name for one in (old, new)} == {
        old.name,
        f"{old.name}-20261122T050000",
    }
    begun(fleet, "report", now=datetime(2027, 11, 22, tzinfo=UTC))
    assert len(keys.known([fleet.directory / keys.SIGNERS])) == 3


def test_every_kind_says_what_is_left_for_people(fleet: Fleet) -> None:
    found = rotate.holdings(fleet)
    for kind in rotation.KINDS:
        said = rotation.afterwards(rotation.Item(kind, (fleet.servers[0].name,), ()), found, "semarang")
        assert said or kind.name in ("stamp", "vpn"), kind.name  # nobody has an access yet
        assert not any("{" in one for one in said)
