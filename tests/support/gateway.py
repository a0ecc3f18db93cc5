"""A scripted API with numbered pages beside the world that is run against it."""

from __future__ import annotations

import dataclasses
from pathlib import Path

from backbone_sync.errors import SyncError
from backbone_sync.run.results import RunResult
from tests.support.foreign import DISTRICTS, key_of, stored
from tests.support.foreign_world import World
from tests.support.pages_source import PagesApi

STUDENTS = 70
ENTITY = "peserta_didik"
ENTITIES = ("sekolah", ENTITY)


@dataclasses.dataclass
class Gateway:
    """A scripted API, the world that is run against it, and the configuration of the one for the other."""

    api: PagesApi
    world: World
    url: str
    ca: Path

    def toml(self, more: str = "", of_students: str = "", scopes: tuple[str, ...] = DISTRICTS) -> str:
        """The table [source]."""
        listed = ", ".join(f'"{s}"' for s in scopes)
        return f"""
kind = "pages"
url = "{self.url}"
ca_file = "{self.ca}"
token_path = "/masuk"
page_size = 10
scope_parameter = "kode_kecamatan"
scopes = [{listed}]
retries = 1
read_timeout = 5.0
{more}
[source.entities."ref.mst_wilayah"]
path = "/wilayah"
unscoped = true
[source.entities.sekolah]
path = "/sekolah"
[source.entities.peserta_didik]
path = "/siswa"
key_header = "Apikey"
key_file = "api_key_siswa"
ignore = ["dibuat_oleh"]
{of_students}
fields = {{ nm_siswa = "nama" }}
"""

    def run(self, more: str = "", of_students: str = "", run: str = "") -> RunResult:
        """One run."""
        return self.world.run(self.toml(more, of_students), run=run)

    def held(self) -> set[str]:
        """Students that are stored."""
        return {str(row[0]) for row in stored(self.world.database, ENTITY)}

    def in_force(self) -> set[str]:
        """Students that the source has."""
        return {row["peserta_didik_id"] for row in self.api.rows[ENTITY]}

    def drop(self, *numbers: int) -> None:
        """Students go from the source."""
        gone = {key_of(ENTITY, n) for n in numbers}
        self.api.rows[ENTITY] = [row for row in self.api.rows[ENTITY] if row["peserta_didik_id"] not in gone]


def fault_of(result: RunResult) -> SyncError:
    fault = result.error or result.entities[ENTITY].error
    assert fault is not None
    assert not result.green
    return fault
