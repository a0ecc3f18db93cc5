"""What the stage sync writes is what the service reads: configuration with and without a grant, the units' verbs."""

from __future__ import annotations

import importlib.util
import json
import subprocess
import tomllib
from pathlib import Path
from typing import Any

import jinja2
import pytest

from backbone_sync import cli, config, dictionary
from provision.paths import inventories_dir, roles_dir

TEMPLATES = roles_dir() / "sync" / "templates"


def toml() -> Any:
    spec = importlib.util.spec_from_file_location("toml_pairs", TEMPLATES.parent / "filter_plugins" / "toml_pairs.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module.FilterModule()


def rendered(name: str, **variables: object) -> str:
    environment = jinja2.Environment(undefined=jinja2.StrictUndefined, trim_blocks=True, autoescape=False)
    environment.filters["to_json"] = json.dumps
    environment.filters.update(toml().filters())
    given = {
        "ansible_managed": "Managed",
        "sync_region": "33.74",
        "sync_kind": "contract",
        "sync_settings": {},
        "sync_overlap": "",
        "sync_bandwidth_kbit": 0,
        "sync_run": {},
        "sync_timezone": "Asia/Jakarta",
        "sync_drop_directory": "/srv/backbone/drop",
        "__sync_given_credentials": {"client_id": "x", "token": "y"},
        "__sync_ca_file": "/etc/backbone/sync-ca.pem",
        "sync_url": "https://pusat.example/v1",
        "sync_ca": "",
        "sync_page_limit": 4000,
        "sync_database": "dbname=backbone",
        "sync_entities": [],
        "sync_leave_out": ["s"],
        "sync_grant": "",
        "sync_store": {},
        "sync_store_certificate": "",
        "__sync_store_file": "/etc/backbone/sync-store.pem",
        "sync_memory_max": "512M",
        "sync_interval": "1h",
        "__sync_state": "/var/lib/backbone/sync",
        "__sync_root": "/opt/backbone/sync",
        "__sync_user": "backbone-sync",
        "__sync_config": "/etc/backbone/sync.toml",
        "__sync_credentials": "/etc/backbone/credentials",
        "__sync_publisher": "/opt/backbone/bin/backbone-sync-publish",
        **variables,
    }
    return environment.from_string((TEMPLATES / name).read_text("utf-8")).render(given)


def test_the_service_reads_its_configuration_without_a_grant(tmp_path: Path) -> None:
    path = tmp_path / "sync.toml"
    path.write_text(rendered("sync.toml.j2"))
    made = config.load(path, dictionary.load())
    assert made.grant.leave_out == {"s"}
    assert made.grant.expires is None


def test_the_service_reads_the_grant_that_stands_beside_the_inventory(tmp_path: Path) -> None:
    grant = inventories_dir() / "kabupaten" / "grant.yml"
    path = tmp_path / "sync.toml"
    variables = {"sync_grant": grant.read_text("utf-8"), "__sync_grant_file": str(grant)}
    path.write_text(rendered("sync.toml.j2", **variables, sync_entities=["sekolah", "ptk", "ptk_terdaftar"]))
    made = config.load(path, dictionary.load())
    assert made.grant.levels == ("PAUD", "SD", "SMP")
    assert "peserta_didik" not in made.grant.entities
    held = {f.name for f in made.grant.fields(dictionary.load()["ptk"])}
    assert "nuptk" in held
    assert "nip" not in held


@pytest.mark.parametrize("unit", ["backbone-sync.service", "backbone-sync-retention.service"])
def test_the_units_run_verbs_that_there_are(unit: str) -> None:
    line = next(one for one in rendered(f"{unit}.j2").splitlines() if one.startswith("ExecStart="))
    words = line.split("/bin/backbone-sync ")[1].split()
    options = cli.parser().parse_args(words)
    assert str(options.config) == "/etc/backbone/sync.toml"


def test_each_unit_that_is_written_has_a_template() -> None:
    assert {p.name.removesuffix(".j2") for p in TEMPLATES.glob("*.service.j2")} == {
        "backbone-sync.service",
        "backbone-sync-retention.service",
    }
    for timer in TEMPLATES.glob("*.timer.j2"):
        assert (TEMPLATES / timer.name.replace(".timer", ".service")).is_file()


def test_every_credential_of_the_kind_reaches_the_unit_and_the_command_and_a_drop_directory_can_be_written() -> None:
    given = {"__sync_given_credentials": {"password": "p", "api_key": "k"}}
    unit = rendered("backbone-sync.service.j2", **given)
    assert [line for line in unit.splitlines() if line.startswith("LoadCredential")] == [
        "LoadCredential=api_key:/etc/backbone/credentials/sync-api_key",
        "LoadCredential=password:/etc/backbone/credentials/sync-password",
    ]
    assert "ReadWritePaths" not in unit
    command = rendered("backbone-sync.sh.j2", **given)
    assert "--property=LoadCredential=api_key:/etc/backbone/credentials/sync-api_key \\\n" in command
    files: dict[str, object] = {"sync_kind": "files", "__sync_given_credentials": {}, "sync_drop_directory": "/srv/in"}
    assert "ReadWritePaths=/srv/in\n" in rendered("backbone-sync.service.j2", **files)
    assert "LoadCredential" not in rendered("backbone-sync.service.j2", **files)
    assert "--property=ReadWritePaths=/srv/in \\\n" in rendered("backbone-sync.sh.j2", **files)


def test_on_sql_server_the_retention_and_every_verb_that_asks_the_database_get_its_password() -> None:
    given: dict[str, object] = {"__sync_given_credentials": {"token": "t", "sqlserver-password": "p"}}
    of_store: dict[str, object] = {**given, "sync_store": {"server": "tcp:db", "database": "backbone"}}
    unit = rendered("backbone-sync-retention.service.j2", **of_store).splitlines()
    # The source's own secrets are none of its business.
    assert [one for one in unit if one.startswith("LoadCredential")] == [
        "LoadCredential=sqlserver-password:/etc/backbone/credentials/sync-sqlserver-password"
    ]
    assert {"RestrictAddressFamilies=AF_UNIX AF_INET AF_INET6", "After=network-online.target"} <= {*unit}
    plain = rendered("backbone-sync-retention.service.j2", __sync_given_credentials={"token": "t"}).splitlines()
    assert {"RestrictAddressFamilies=AF_UNIX", "After=postgresql.service"} <= {*plain}
    assert not [one for one in plain if one.startswith("LoadCredential")]
    asking = {"run", "doctor", "reconcile"}
    verbs = {*every_verb()}
    assert asks("backbone-sync.sh.j2", given) == asking
    assert asks("backbone-sync.sh.j2", of_store) == verbs - {"bundle", "grant"}


def every_verb() -> list[str]:
    return list(cli.parser()._subparsers._group_actions[0].choices)  # type: ignore[union-attr, arg-type]


def asks(template: str, variables: dict[str, object]) -> set[str]:
    """The verbs that the command hands to systemd, by running its own decision."""
    text = rendered(template, **variables)
    decided = text[text.index("protect=strict") : text.index("if [ ")]
    loop = f'for verb in {" ".join(every_verb())}; do set -- "$verb"'
    script = f'{loop}\n{decided}\n[ "$asks" = no ] || echo "$verb"; done'
    return {*subprocess.run(["sh", "-euc", script], capture_output=True, text=True, check=True).stdout.split()}


def test_any_value_stands_in_the_configuration_as_it_was_given() -> None:
    odd = 'x "y" \\ \n \x7f \u00e9'
    pairs = toml().filters()["toml_pairs"]
    text = pairs({"b": [1, 2.5, True], "a": odd, "c": {"d e": {"f": False}}, "g": None})
    assert tomllib.loads(text) == {"a": odd, "b": [1, 2.5, True], "c": {"d e": {"f": False}}}
    with pytest.raises(ValueError, match="no word"):
        pairs({"a": [None]})
