"""The source of the sync service in an inventory: what does not hold together is named with its key and its repair."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from provision.inventory import declared_ports
from provision.inventory.rules import missing_secrets
from tests.support.bundles import key_pair

from .conftest import Folder, sound

PAGES = {"entities": {"sekolah": {"path": "/sekolah"}}}
SCHOOL = {"schools": [{"npsn": "20328001", "url": "http://10.20.1.5:5774"}]}
Case = tuple[dict[str, Any], str, str, str]

CASES: dict[str, Case] = {
    # what is set: (changes, key of the fault, in its message, in its repair)
    "no such kind": ({"backbone_sync_kind": "ftp"}, "backbone_sync_kind", "ftp", "landing"),
    "pages without their block": (
        {"backbone_sync_kind": "pages"},
        "backbone_sync_pages",
        "backbone_sync_kind: pages needs it",
        "add backbone_sync_pages",
    ),
    "another kind's block": (
        {"backbone_sync_landing": {}},
        "backbone_sync_landing",
        "backbone_sync_kind is contract",
        "write backbone_sync_kind: landing",
    ),
    "a SQL Server beside PostgreSQL": (
        {"backbone_sync_store": {"server": "db.local", "database": "backbone"}},
        "backbone_sync_store",
        "backbone_database is postgresql",
        "backbone_database: sqlserver",
    ),
    "a SQL Server that is not named": (
        {"backbone_database": "sqlserver"},
        "backbone_database",
        "no SQL Server is named: the stages install one on a Windows server alone, not on Linux",
        "backbone_sync_store",
    ),
    "a SQL Server for bundles": (
        {
            "backbone_database": "sqlserver",
            "backbone_sync_kind": "files",
            "backbone_sync_files": {"signers": "makers"},
            "backbone_sync_store": {"server": "db.local", "database": "backbone"},
        },
        "backbone_sync_store",
        "keeps its accounts in PostgreSQL",
        "choose contract",
    ),
    "a certificate that is not there": (
        {
            "backbone_database": "sqlserver",
            "backbone_sync_store": {"server": "db.local", "database": "backbone", "certificate": "db.pem"},
        },
        "backbone_sync_store.certificate",
        "there is no file",
        "certificate",
    ),
    "a setting that there is not": (
        {"backbone_sync_kind": "landing", "backbone_sync_landing": {"frsh": "2d"}},
        "backbone_sync_landing.frsh",
        "no such key",
        "fresh",
    ),
    "a span that is none": (
        {"backbone_sync_kind": "landing", "backbone_sync_landing": {"fresh": "soon"}},
        "backbone_sync_landing.fresh",
        "soon",
        "",
    ),
    "an entity that there is not": (
        {"backbone_sync_kind": "pages", "backbone_sync_pages": {"entities": {"guru": {"path": "/guru"}}}},
        "backbone_sync_pages",
        "guru: no such entity in the data dictionary",
        "docs/sync-sources.md",
    ),
    "a field that there is not": (
        {
            "backbone_sync_kind": "pages",
            "backbone_sync_pages": {"entities": {"sekolah": {"path": "/s", "fields": {"x": "nama_asli"}}}},
        },
        "backbone_sync_pages",
        "no field 'nama_asli'",
        "docs/sync-sources.md",
    ),
    "a school without TLS on the internet": (
        {
            "backbone_sync_kind": "school",
            "backbone_sync_school": {"schools": [{**SCHOOL["schools"][0], "url": "http://8.8.8.8"}]},
        },
        "backbone_sync_school",
        "without TLS only a private address",
        "docs/sync-sources.md",
    ),
    "an NPSN that is none": (
        {
            "backbone_sync_kind": "school",
            "backbone_sync_school": {"schools": [{**SCHOOL["schools"][0], "npsn": "123"}]},
        },
        "backbone_sync_school.schools[0].npsn",
        "123",
        "",
    ),
    "reference that is not there": (
        {"backbone_sync_kind": "pages", "backbone_sync_pages": {**PAGES, "reference": "codes"}},
        "backbone_sync_pages.reference",
        "the folder codes with ENTITY.ndjson is not there",
        "ref.mst_wilayah.ndjson",
    ),
    "a window without length": (
        {"backbone_sync_run": {"windows": ["20:00-05:00", "08:00-08:00"]}},
        "backbone_sync_run.windows[1]",
        "begins and ends at the same time",
        "20:00-05:00",
    ),
    "a window that is none": (
        {"backbone_sync_run": {"windows": ["at night"]}},
        "backbone_sync_run.windows[0]",
        "at night",
        "",
    ),
    "a share that is none": ({"backbone_sync_run": {"delete_share": 5}}, "backbone_sync_run.delete_share", "5", ""),
    "bandwidth of a landing": (
        {"backbone_sync_kind": "landing", "backbone_sync_bandwidth": 512},
        "backbone_sync_bandwidth",
        "has no meaning where backbone_sync_kind is landing",
        "remove it",
    ),
    "overlap of pages": (
        {"backbone_sync_kind": "pages", "backbone_sync_pages": PAGES, "backbone_sync_overlap": "5m"},
        "backbone_sync_overlap",
        "has no meaning",
        "remove it",
    ),
    "a centre that does not come through the VPN": (
        {"backbone_sync_kind": "landing", "backbone_sync_landing": {"clients": ["10.90.0.9/32", "203.0.113.0/24"]}},
        "backbone_sync_landing.clients[1]",
        "does not come in through the VPN",
        "10.90.0.0/24",
    ),
    "a landing without PostgreSQL": (
        {"backbone_sync_kind": "landing", "backbone_stages_disabled": ["postgresql"]},
        "backbone_sync_kind",
        "the landing database is PostgreSQL's",
        "stage postgresql",
    ),
    "a drop that is not scanned": (
        {"backbone_sync_kind": "files", "backbone_sync_files": {"directory": "/srv/in", "signers": "makers"}},
        "backbone_sync_files.directory",
        "nothing in it is scanned",
        "/srv/backbone/drop",
    ),
    "keys that are not there": (
        {"backbone_sync_kind": "files"},
        "backbone_sync_files.signers",
        "holds no public key",
        "bundle-signers",
    ),
    "a key that is none": (
        {"backbone_sync_kind": "files", "backbone_sync_files": {"signers": "odd"}},
        "backbone_sync_files.signers",
        "broken.pem is no public Ed25519 key",
        "odd",
    ),
    "credentials that are no mapping": (
        {"backbone_secret_sync_credentials": "x"},
        "backbone_secret_sync_credentials",
        "mapping of a credential file's name",
        "",
    ),
    "a credential's name that is a path": (
        {"backbone_secret_sync_credentials": {"../x": "y"}},
        "backbone_secret_sync_credentials.../x",
        "cannot be the name of a file",
        "",
    ),
}


@pytest.fixture
def makers(folder: Folder, tmp_path: Path) -> Folder:
    key_pair(tmp_path, "pusat")
    (tmp_path / "signers").rename(tmp_path / "makers")
    folder.text("odd/broken.pem", "-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----\n")
    return folder


@pytest.mark.parametrize("case", CASES)
def test_each_fault_is_named_with_its_key_and_its_repair(makers: Folder, case: str) -> None:
    changes, key, message, repair = CASES[case]
    makers.hosts(sound() | changes)
    found = makers.faults()
    kept = [one for one in found if "plain text" not in one.message]  # a secret outside the vault is its own fault
    assert [one.key for one in kept] == [key], [one.as_text() for one in found]
    assert message in kept[0].message, kept[0].as_text()
    assert repair in kept[0].repair, kept[0].as_text()
    assert kept[0].line > 0


@pytest.mark.parametrize(
    ("changes", "needs"),
    [
        ({}, ("sync_client_id", "sync_token")),
        ({"backbone_sync_kind": "pages", "backbone_sync_pages": {**PAGES, "token_path": "/t"}}, ("sync_credentials",)),
        ({"backbone_sync_kind": "pages", "backbone_sync_pages": PAGES}, ()),
        ({"backbone_sync_kind": "school", "backbone_sync_school": SCHOOL}, ("sync_credentials",)),
        ({"backbone_sync_kind": "landing"}, ("landing_password",)),
        (
            {
                "backbone_database": "sqlserver",
                "backbone_sync_store": {"server": "tcp:db.local,1433", "database": "backbone"},
            },
            ("sync_client_id", "sync_token", "sync_store_password"),
        ),
        ({"backbone_sync_kind": "files", "backbone_sync_files": {"signers": "makers"}}, ()),
    ],
)
def test_a_kind_needs_its_own_secrets_and_an_address_only_where_it_asks_one(
    makers: Folder, changes: dict[str, Any], needs: tuple[str, ...]
) -> None:
    told = sound() | changes
    if told.get("backbone_sync_kind", "contract") not in ("contract", "pages"):
        del told["backbone_sync_url"]
    makers.hosts(told)
    [server] = makers.load().servers
    lacking = missing_secrets(server.settings, frozenset())
    assert {f"backbone_secret_{one}" for one in needs} == {one for one in lacking if "sync" in one or "landing" in one}


def test_the_centre_reaches_the_database_through_the_vpn_also_where_nobody_else_may(folder: Folder) -> None:
    told = sound() | {"backbone_sync_kind": "landing", "backbone_database_clients": "none"}
    folder.hosts(told)
    [server] = folder.load().servers
    assert [(one.port, one.sources) for one in declared_ports(server) if one.port == 5432] == [(5432, ("vpn",))]
    folder.hosts(told | {"backbone_sync_kind": "contract"})
    [server] = folder.load().servers
    assert 5432 not in {one.port for one in declared_ports(server)}
