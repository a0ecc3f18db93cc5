"""What the stage sync writes for each kind of source, rendered by Ansible itself, is what the service runs with."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from contextlib import ExitStack, closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg
import pytest
from ruamel.yaml import YAML

from backbone_sync import cli
from backbone_sync import config as configs
from backbone_sync.privacy import grant
from backbone_sync.sources.source_landing import Landing
from provision.lab.source.serve import Source
from provision.paths import playbooks_dir, roles_dir
from tests.support.bundles import WORDS, Maker
from tests.support.foreign import DISTRICTS, areas
from tests.support.landing import fill
from tests.support.odd_http import served
from tests.support.pages_source import KEY, PASSWORD, STUDENT_KEY, USER, PagesApi
from tests.support.school_source import SEMESTER, SchoolApp
from tests.support.sync_world import SIZE

pytestmark = pytest.mark.needs_ansible
STUDENT = "peserta_didik"
CHOSEN = grant.chosen(WORDS, (STUDENT,))
BASE: dict[str, Any] = {
    "backbone_region": "33.74",
    "backbone_sync_entities": [STUDENT],
    "backbone_sync_run": {"windows": [], "delete_share": 0.1},
}


@dataclass
class Server:
    """A folder that stands in for a server's, and what the service says with the file that the role writes there.

    `etc` holds what lies in /etc/backbone on a server, `credentials` what systemd hands to the service.
    """

    folder: Path
    database: str
    said: Callable[[], str]

    @property
    def etc(self) -> Path:
        return self.folder / "etc"

    @property
    def credentials(self) -> Path:
        return self.folder / "credentials"

    def written(self, **variables: Any) -> configs.Config:
        """The configuration of a server with these variables in the inventory."""
        inventory, play, made = self.folder / "hosts.yml", self.folder / "play.yml", self.folder / "sync.toml"
        YAML(typ="safe").dump({"all": {"hosts": {"server": {**BASE, **variables}}}}, inventory)
        template = {"src": str(roles_dir() / "sync/templates/sync.toml.j2"), "dest": str(made), "mode": "0600"}
        files = [playbooks_dir() / "wiring/sync.yml", roles_dir() / "sync/vars/main.yml"]
        steps = {
            "hosts": "all",
            "connection": "local",
            "gather_facts": False,
            "vars": {"ansible_python_interpreter": sys.executable},
            "vars_files": [str(one) for one in files],
            "tasks": [{"ansible.builtin.template": template}],
        }
        YAML(typ="safe").dump([steps], play)
        command = [str(Path(sys.executable).parent / "ansible-playbook"), "-i", str(inventory), str(play)]
        command += ["-e", json.dumps({"sync_database": self.database})]
        plugins = {"ANSIBLE_FILTER_PLUGINS": str(roles_dir() / "sync/filter_plugins")}
        done = subprocess.run(command, capture_output=True, text=True, timeout=300, env={**os.environ, **plugins})
        assert done.returncode == 0, done.stdout + done.stderr
        # The same file, but for where things lie.
        places = {"/etc/backbone/": f"{self.etc}/", "/var/lib/backbone/sync": str(self.folder / "state")}
        text = made.read_text("utf-8")
        for place, here in places.items():
            text = text.replace(place, here)
        made.write_text(text, "utf-8")
        return configs.load(made, WORDS)

    def verb(self, *words: str) -> tuple[int, Any]:
        """A verb's exit status and document."""
        self.said()
        status = cli.main([*words, "--json", "--config", str(self.folder / "sync.toml")])
        return status, json.loads(self.said())

    def assert_works(self, students: int) -> None:
        """It migrates, it runs, everything is there, and nothing is the matter."""
        assert self.verb("migrate")[0] == 0
        status, run = self.verb("run")
        assert status == 0, json.dumps(run)[:3000]
        with psycopg.connect(self.database) as connection:
            assert connection.execute("SELECT count(*) FROM backbone.peserta_didik").fetchone() == (students,)
        status, found = self.verb("doctor")
        assert (status, [one for one in found["findings"] if one["level"] == "fault"]) == (0, []), found


@pytest.fixture
def server(
    database: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Server:
    made = Server(tmp_path / "server", database, lambda: capsys.readouterr().out)
    for folder in (made.folder, made.etc, made.credentials, made.folder / "state"):
        folder.mkdir()
    monkeypatch.setenv("CREDENTIALS_DIRECTORY", str(made.credentials))
    return made


def secrets(server: Server, files: Mapping[str, str]) -> None:
    for name, content in files.items():
        (server.credentials / name).write_text(content + "\n", "utf-8")


def code_tables(server: Server) -> None:
    folder = server.etc / "sync-reference"
    folder.mkdir()
    (folder / "ref.mst_wilayah.ndjson").write_text("\n".join(map(json.dumps, areas())) + "\n", "utf-8")


def test_contract(
    server: Server, source: Source, credentials: Path, certificate: tuple[Path, Path], tmp_path: Path
) -> None:
    shutil.copytree(credentials, server.credentials, dirs_exist_ok=True)
    shutil.copy(certificate[0], server.etc / "sync-ca.pem")
    (server.folder / "pusat.pem").write_bytes(certificate[0].read_bytes())
    address = f"https://127.0.0.1:{source.server_address[1]}"
    config = server.written(backbone_sync_url=address, backbone_sync_ca="pusat.pem", backbone_sync_overlap="9m")
    assert config.source.overlap.total_seconds() == 540
    server.assert_works(SIZE.students)


def test_pages(server: Server, certificate: tuple[Path, Path]) -> None:
    secrets(server, {"username": USER, "password": PASSWORD, "api_key": KEY, "api_key_siswa": STUDENT_KEY})
    shutil.copy(certificate[0], server.etc / "sync-ca.pem")
    (server.folder / "gateway.pem").write_bytes(certificate[0].read_bytes())
    (server.folder / "codes").mkdir()
    code_tables(server)
    block = {
        "token_path": "/masuk",
        "page_size": 10,
        "scope_parameter": "kode_kecamatan",
        "scopes": list(DISTRICTS),
        "reference": "codes",
        "entities": {
            STUDENT: {
                "path": "/siswa",
                "key_header": "Apikey",
                "key_file": "api_key_siswa",
                "ignore": ["dibuat_oleh"],
                "fields": {"nm_siswa": "nama"},
            }
        },
    }
    with served(PagesApi().filled(30).answer, certificate) as url:
        server.written(
            backbone_sync_kind="pages", backbone_sync_url=url, backbone_sync_ca="gateway.pem", backbone_sync_pages=block
        )
        server.assert_works(30)


def test_school(server: Server) -> None:
    code_tables(server)
    apps = [SchoolApp(number) for number in (1, 2)]
    secrets(server, {f"school_{app.npsn}": app.token for app in apps})
    with ExitStack() as stack:
        urls = [stack.enter_context(served(app.answer)) for app in apps]
        schools = [{"npsn": app.npsn, "url": url} for app, url in zip(apps, urls, strict=True)]
        block = {"schools": schools, "semester": SEMESTER, "reference": "codes", "pause": 0.0}
        server.written(
            backbone_sync_kind="school",
            backbone_sync_school=block,
            backbone_sync_entities=["sekolah", STUDENT, "registrasi_peserta_didik"],
        )
        server.assert_works(40)


def test_landing(server: Server, pristine: Path, cluster: Path) -> None:
    block = {"fresh": "3d", "patience": "1s", "clients": ["10.90.0.7/32"]}
    config = server.written(backbone_sync_kind="landing", backbone_sync_landing=block)
    assert server.verb("migrate")[0] == 0
    with closing(Landing(config, WORDS)) as landing:
        landing.install()
    with psycopg.connect(server.database, autocommit=True) as connection:
        fill(connection, pristine, CHOSEN)
    server.assert_works(SIZE.students)


def test_files(server: Server, data: Path, drop_keys: Path) -> None:
    drop = server.folder / "drop"
    drop.mkdir()
    shutil.copytree(drop_keys / "signers", server.etc / "sync-signers")
    maker = Maker(server.folder, drop, drop_keys / "pusat.key", data, CHOSEN)
    maker.make(1, maker.pieces())
    server.written(
        backbone_sync_kind="files", backbone_sync_files={"directory": str(drop), "settle": "1s", "fresh": "35d"}
    )
    time.sleep(1.1)  # nobody has written to it for as long as the configuration wants
    server.assert_works(SIZE.students)
