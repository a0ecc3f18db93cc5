"""What the inventory says of the sync service's source reaches its configuration, as the service then reads it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from backbone_sync import config, dictionary, sources
from backbone_sync.sources.source_files import Files
from backbone_sync.sources.source_landing import LandingSettings
from backbone_sync.sources.source_pages import PagesSettings
from backbone_sync.sources.source_school import SchoolSettings
from backbone_sync.stores.store_sqlserver.target import Target
from provision.inventory import sync_source
from provision.inventory.settings import Settings
from tests.unit.playbooks.test_wiring import BASE, resolved, ssh_key
from tests.unit.roles.test_sync_files import rendered

pytestmark = pytest.mark.needs_ansible
WORDS = dictionary.load()
PAGES = {
    "token_path": "/token",
    "page_size": 250,
    "trust_short_page": True,
    "scope_parameter": "kode_kecamatan",
    "scopes": ["036301", "036302"],
    "reference": "codes",
    "entities": {
        "sekolah": {"path": "/sekolah", "fields": {"nama_sekolah": "nama"}, "key_file": "key_sekolah"},
        "ref.agama": {"path": "/agama", "query": {"q": 'a "b"\n'}, "unscoped": True},
    },
}
SCHOOL = {
    "pause": 0.5,
    "reference": "codes",
    "schools": [
        {"npsn": "20328001", "url": "http://10.20.1.5:5774"},
        {"npsn": "20328002", "url": "https://10.20.1.6:5774", "token_file": "own"},
    ],
}
RUN = {"windows": ["20:00-05:00"], "jitter": "20m", "delete_share": 0.1, "ahead": 2, "verify": "12h"}
HOSTS: dict[str, dict[str, Any]] = {
    "contract": {
        "backbone_sync_url": "https://a.example",
        "backbone_sync_overlap": "9m",
        "backbone_sync_bandwidth": 512,
    },
    "pages": {
        "backbone_sync_kind": "pages",
        "backbone_sync_url": "https://b.example/api",
        "backbone_sync_pages": PAGES,
        "backbone_sync_run": RUN,
        "backbone_sync_bandwidth": 1000,
    },
    "school": {"backbone_sync_kind": "school", "backbone_sync_school": SCHOOL},
    "landing": {"backbone_sync_kind": "landing", "backbone_sync_landing": {"fresh": "3d", "clients": ["10.90.0.7/32"]}},
    "landing-plain": {"backbone_sync_kind": "landing"},
    "files": {"backbone_sync_kind": "files", "backbone_sync_files": {"directory": "/srv/in", "signers": "makers"}},
    "sqlserver": {
        "backbone_database": "sqlserver",
        "backbone_sync_url": "https://a.example",
        "backbone_sync_store": {
            "server": "tcp:db.local,1433",
            "database": "backbone",
            "strict": True,
            "certificate": "db.pem",
        },
        "backbone_secret_sync_store_password": "a password",
    },
    "files-plain": {"backbone_sync_kind": "files"},
}
VARIABLES = (
    *("sync_kind", "sync_settings", "sync_url", "sync_ca", "sync_overlap", "sync_bandwidth_kbit", "sync_run"),
    *("sync_store", "sync_store_password", "sync_store_certificate"),
    *("sync_timezone", "sync_signers", "sync_reference", "sync_drop_directory", "sync_credentials_needed"),
)


@pytest.fixture(scope="module")
def wired(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    folder = tmp_path_factory.mktemp("inventory")
    for place, name, content in (
        ("makers", "pusat.pem", "one"),
        ("makers", "b.pem", "two"),
        ("makers", "note.txt", "no"),
        ("bundle-signers", "dinas.pem", "three"),
        ("codes", "ref.mst_wilayah.ndjson", '{"a": 1}'),
        (".", "db.pem", "a certificate"),
    ):
        (folder / place).mkdir(exist_ok=True)
        (folder / place / name).write_text(content)
    return resolved(folder, "sync", VARIABLES, {name: BASE | changed for name, changed in HOSTS.items()})


def made(tmp_path: Path, wired: dict[str, Any], host: str) -> config.Config:
    """The configuration that the template makes of it, read by the service."""
    path = tmp_path / "sync.toml"
    path.write_text(rendered("sync.toml.j2", **wired[host]))
    return config.load(path, WORDS)


def test_each_kind_reaches_the_service(tmp_path: Path, wired: dict[str, Any]) -> None:
    contract = made(tmp_path, wired, "contract")
    assert (contract.source.kind, contract.source.overlap.total_seconds()) == ("contract", 540)
    assert contract.source.bandwidth == 64_000  # type: ignore[attr-defined]
    pages = made(tmp_path, wired, "pages")
    assert isinstance(pages.source, PagesSettings)
    assert (pages.source.url, pages.source.bandwidth) == ("https://b.example/api", 125_000)
    assert (pages.source.page_size, pages.source.trust_short_page) == (250, True)
    assert pages.source.scopes == ("036301", "036302")
    assert pages.source.entities["sekolah"].fields == {"nama_sekolah": "nama"}
    assert pages.source.entities["ref.agama"].query == {"q": 'a "b"\n'}
    assert pages.source.reference == "/etc/backbone/sync-reference"
    assert (str(pages.pace.windows[0].start), pages.pace.jitter.total_seconds()) == ("20:00:00", 1200)
    assert (pages.delete_share, pages.pace.ahead, str(pages.pace.zone)) == (0.1, 2, "Asia/Jakarta")
    assert (pages.verify.total_seconds(), pages.relist.days) == (12 * 3600, 30)
    school = made(tmp_path, wired, "school")
    assert isinstance(school.source, SchoolSettings)
    assert [one.token_file for one in school.source.schools] == ["school_20328001", "own"]
    landing = made(tmp_path, wired, "landing")
    assert isinstance(landing.source, LandingSettings)
    assert landing.source.fresh.days == 3
    assert made(tmp_path, wired, "landing-plain").source.kind == "landing"
    files = made(tmp_path, wired, "files")
    assert isinstance(files.source, Files)
    assert (files.source.directory, files.source.signers) == ("/srv/in", "/etc/backbone/sync-signers")
    assert made(tmp_path, wired, "files-plain").source.directory == "/srv/backbone/drop"  # type: ignore[attr-defined]


def test_a_sql_server_is_where_the_data_is_kept(tmp_path: Path, wired: dict[str, Any]) -> None:
    pem = "/etc/backbone/sync-store.pem"
    kept = made(tmp_path, wired, "sqlserver")
    assert kept.sqlserver == Target("tcp:db.local,1433", "backbone", strict=True, certificate_file=pem)
    told = {name: wired["sqlserver"][f"sync_store_{name}"] for name in ("password", "certificate")}
    assert told == {"password": "a password", "certificate": "a certificate"}
    assert made(tmp_path, wired, "contract").sqlserver is None


def test_what_lies_beside_the_inventory_goes_along_and_what_is_needed_of_secrets_is_named(
    wired: dict[str, Any],
) -> None:
    assert wired["files"]["sync_signers"] == {"b.pem": "two", "pusat.pem": "one"}
    assert wired["files-plain"]["sync_signers"] == {"dinas.pem": "three"}
    assert wired["pages"]["sync_signers"] == {}
    assert wired["pages"]["sync_reference"] == {"ref.mst_wilayah.ndjson": '{"a": 1}'}
    assert wired["landing"]["sync_reference"] == {}
    assert wired["pages"]["sync_credentials_needed"] == ["username", "password"]
    assert wired["school"]["sync_credentials_needed"] == ["school_20328001", "own"]
    assert wired["contract"]["sync_credentials_needed"] == []


def test_the_controller_judges_the_table_that_ansible_writes(tmp_path: Path, wired: dict[str, Any]) -> None:
    """`validate` asks the service about the same table [source] as the role then writes."""
    for host, variables in HOSTS.items():
        told = {k.removeprefix("backbone_"): v for k, v in (BASE | variables).items()}
        told.pop("secret_sync_store_password", None)
        told["admins"] = [{"name": "sri", "ssh_keys": [ssh_key()]}]
        settings = Settings.model_validate_json(json.dumps(told))
        block = getattr(settings, sync_source.BLOCKS.get(settings.sync_kind, ""), None)
        assert sync_source.fault(settings.sync_kind, settings.sync_url, block) == "", host
        judged = sources.parse(sync_source.block(settings.sync_kind, settings.sync_url, block), WORDS)
        written = made(tmp_path, wired, host).source
        if settings.sync_kind != "contract" and not settings.sync_bandwidth:
            assert judged == written, host
        needed = sync_source.credential_files(settings.sync_kind, block)
        assert set(wired[host]["sync_credentials_needed"]) == set(needed), host
