"""Runs of the whole engine against one of the foreign sources, configured by TOML text as a region does."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from backbone_sync import config as configs
from backbone_sync.privacy import grant
from backbone_sync.run.engine import Engine
from backbone_sync.run.results import RunResult
from backbone_sync.sources import open_source
from backbone_sync.stores.store import Store
from tests.support.foreign import REGION, WORDS


@dataclass
class World:
    """A database, a folder for secrets and a configuration; `pauses` are what runs would have slept, in seconds.

    `levels`: of schooling that are granted, all if none.
    """

    database: str
    folder: Path
    entities: tuple[str, ...]
    pauses: list[float] = field(default_factory=list)
    delete_share: float = 0.05
    levels: tuple[str, ...] = ()

    def secret(self, **files: str) -> None:
        """Credential files."""
        for name, content in files.items():
            (self.folder / name).write_text(content + "\n", "utf-8")

    def configured(self, source: str, run: str = "") -> configs.Config:
        """The configuration with this [source], read from a file."""
        path = self.folder / "sync.toml"
        listed = ", ".join(f'"{name}"' for name in self.entities)
        path.write_text(
            f'region = "{REGION}"\n[database]\nconninfo = "{self.database}"\n[grant]\nentities = [{listed}]\n'
            f"leave_out = []\n[run]\ndelete_share = {self.delete_share}\n{run}\n[source]\n"
            f'credentials = "{self.folder}"\n{source}\n',
            "utf-8",
        )
        made = configs.load(path, WORDS)
        if not self.levels:
            return made
        entities = grant.chosen(WORDS, self.entities)
        return replace(made, grant=replace(made.grant, entities=entities, levels=self.levels))

    def run(self, source: str, **options: Any) -> RunResult:
        """One run, with no pauses but on record."""
        config = self.configured(source, options.pop("run", ""))
        store = Store(self.database)
        try:
            made = open_source(config, WORDS, "0", self.pauses.append)
            return Engine(config, WORDS, made, store, **options).run()
        finally:
            store.close()
