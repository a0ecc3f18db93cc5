"""A new inventory from a few answers is sound at once, and never overwrites another."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from provision.converge.apply import require_secrets
from provision.errors import UsageError
from provision.inventory import load
from provision.inventory.vault import read_secret
from provision.onboard.init import Answers, init, region_of

ANSWERS = Answers("33.74", "10.33.74.10", ["10.33.74.0/24"], "data.semarang.example", "https://backbone.pusat.example")


@pytest.mark.needs_ansible
def test_it_validates_and_has_its_secrets(tmp_path: Path) -> None:
    hosts = init(tmp_path / "semarang", ANSWERS)
    [server] = load(hosts).servers
    assert (server.name, server.region, server.level) == ("data-3374", "33.74", "kabupaten_kota")
    assert server.connection.key_file == str(tmp_path / "semarang/keys/backbone_ed25519")
    assert read_secret(hosts, server.name, "tls_authority_key").startswith("-----BEGIN")
    for private in (".vault-password", "keys/backbone_ed25519", "group_vars/all/vault.yml"):
        assert (tmp_path / "semarang" / private).stat().st_mode & 0o077 == 0, private
    assert hosts.read_text().endswith("\n")  # a line that a person appends is a line of its own
    assert "BEGIN" not in hosts.read_text() + (tmp_path / "semarang/group_vars/all/vault.yml").read_text()


@pytest.mark.needs_ansible
def test_what_the_centre_handed_out_is_in_the_vault_and_apply_waits_for_what_it_did_not(tmp_path: Path) -> None:
    early = init(tmp_path / "early", ANSWERS)
    with pytest.raises(UsageError, match=r"nothing was touched: data-3374: .*sync_client_id.*sync_token") as refused:
        require_secrets(load(early))
    assert "ansible-vault edit" in refused.value.repair
    given = replace(ANSWERS, sync_client_id="semarang", sync_token="dari-pusat")
    assert "dari-pusat" not in repr(given)
    whole = init(tmp_path / "whole", given)
    require_secrets(load(whole))
    assert read_secret(whole, "data-3374", "sync_token") == "dari-pusat"


@pytest.mark.needs_ansible
def test_nothing_is_overwritten(tmp_path: Path) -> None:
    init(tmp_path, ANSWERS)
    before = {file: file.read_bytes() for file in tmp_path.rglob("*") if file.is_file()}
    with pytest.raises(UsageError, match="already"):
        init(tmp_path, ANSWERS)
    assert {file: file.read_bytes() for file in tmp_path.rglob("*") if file.is_file()} == before


@pytest.mark.needs_ansible
def test_answers_that_do_not_fit_leave_nothing_behind(tmp_path: Path) -> None:
    for folder in (tmp_path, tmp_path / "new"):
        with pytest.raises(UsageError, match=r"your answers: backbone_networks_internal.*10\.33\.74\.0/99") as refused:
            init(folder, replace(ANSWERS, internal=["10.33.74.0/99"]))
        assert ".init-" not in str(refused.value)
        assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(
    ("text", "code"), [("33.74", "33.74"), ("kota semarang", "33.74"), ("Jawa Tengah", "33"), ("33", "33")]
)
def test_a_region_is_found_by_code_or_name(text: str, code: str) -> None:
    assert region_of(text).code == code


def test_an_unclear_region_is_answered_with_the_nearest() -> None:
    with pytest.raises(UsageError) as unclear:
        region_of("semarang")
    assert "33.74" in unclear.value.repair
    assert "33.22" in unclear.value.repair


@pytest.mark.needs_ansible
@pytest.mark.parametrize(("hosting", "rooms"), [("own", 3), ("pdn", 0)])
def test_what_people_must_state_stands_there_to_be_filled_in(tmp_path: Path, hosting: str, rooms: int) -> None:
    hosts = init(tmp_path / "semarang", replace(ANSWERS, hosting=hosting))
    file = hosts.parent / "attestations.yml"
    text = file.read_text()
    assert text.count("# - control: PEOPLE-") == 5
    assert text.count("# - control: SITE-") == rooms
    assert load(hosts).attestations == ()
    filled = text.replace("#   ", "  ").replace("# - ", "- ").replace('""', "certificate 12 of the year")
    file.write_text(filled)
    assert len(load(hosts).attestations) == 5 + rooms


@pytest.mark.needs_ansible
def test_an_entry_that_a_person_appends_or_fills_in_is_read(tmp_path: Path) -> None:
    """As the quick start shows it; what `init` wrote before it does not stand in its way."""
    hosts = init(tmp_path / "semarang", ANSWERS)
    file = hosts.parent / "documents.yml"
    assert (load(hosts).documents, load(hosts).waivers) == ((), ())
    made = file.read_text()
    entry = "- {kind: surat_permohonan, number: 1/2026, signed_by: W, signed_on: 2026-01-01, valid_until: 2099-01-01,"
    file.write_text(f'{made}{entry} region: "33.74"}}\n')
    [letter] = load(hosts).documents
    assert letter.number == "1/2026"
    for name in ("documents.yml", "waivers.yml"):
        text = (hosts.parent / name).read_text() if name == "waivers.yml" else made
        filled = text.replace("#   ", "  ").replace("# - ", "- ").replace('""', '"written by a person"')
        (hosts.parent / name).write_text(filled)
    fleet = load(hosts)
    assert [one.kind for one in fleet.documents] == ["nota_kesepakatan"]
    assert [one.control for one in fleet.waivers] == ["TLS-03"]
