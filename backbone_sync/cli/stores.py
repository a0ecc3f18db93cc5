"""The regional database as the verbs need it, in PostgreSQL or in SQL Server."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from typing import Any, Protocol

from backbone_sync import __version__, sources
from backbone_sync.config import Config
from backbone_sync.dictionary import Dictionary, Entity
from backbone_sync.errors import ConfigInvalid
from backbone_sync.interfaces import Storage
from backbone_sync.privacy import erasure, record
from backbone_sync.privacy.grant import Grant
from backbone_sync.run import status
from backbone_sync.sources.delivery import Delivering
from backbone_sync.stores.personal_store import FiguresDesk, PeopleDesk, RecordDesk
from backbone_sync.stores.store import Store
from backbone_sync.stores.store_accounts import Waiting
from backbone_sync.stores.store_held import Release
from backbone_sync.stores.store_sqlserver.database import connect
from backbone_sync.stores.store_sqlserver.store import SqlServerStore
from backbone_sync.stores.store_sqlserver.target import PASSWORD


class OwnStorage(Storage, Protocol):
    """What the verbs ask of a store beyond what the engine does."""

    def guard(self, dictionary: Dictionary, grant: Grant) -> list[str]:
        """Let every table refuse what is not granted; the entities whose constraint had to be made anew."""

    def release(self, entity: Entity, by: str, reason: str, lasting: timedelta) -> Release:
        """An operator's word for the deletions of `entity` that wait now; NothingHeld when none do."""

    def quarantine(self, entity: str | None = None, *, values: bool = False, most: int = 1000) -> tuple[Waiting, ...]:
        """Rows in quarantine, the newest first; their content only with `values`."""

    def status(self, region: str, dictionary: Dictionary) -> status.Status:
        """What the last run left."""

    @property
    def people(self) -> PeopleDesk:
        """What is held about people."""

    @property
    def processing(self) -> RecordDesk:
        """Where the record of processing is kept."""

    @property
    def figures(self) -> FiguresDesk:
        """What is published."""


class Regional:
    """A store, and the accounts that are kept beside the rows."""

    def __init__(self, store: OwnStorage, config: Config, words: Dictionary) -> None:
        self.store, self._config, self._words = store, config, words

    def remember(self) -> int:
        """Under the run lock: whoever was erased stays erased; how many had to be erased again."""
        return erasure.reapply(self.store.people, self._words, self._config.grant, self._config.publish_directory)

    def let_in(self, people: Iterable[tuple[str, str]]) -> None:
        """Those (entity, key) stand no longer among the erased."""
        erasure.returned(self._config.publish_directory, people)

    def note(self, activity: str, detail: Mapping[str, Any]) -> None:
        """A line in the record of processing; RecordBroken where its end was cut off."""
        record.append(self.store.processing, self._config.publish_directory, activity, self._config.grant, detail)

    def note_on(self, activity: str, detail: Mapping[str, Any]) -> None:
        """The same for what must not be stopped by that: it goes on after a line that says so."""
        record.append_on(self.store.processing, self._config.publish_directory, activity, self._config.grant, detail)

    def status(self) -> status.Status:
        """What the last run left; of a source that others write to also how fresh it is, and what waits."""
        return standing(self.store, self._config, self._words)


@contextmanager
def regional(config: Config, words: Dictionary) -> Iterator[Regional]:
    """The database that the configuration names, closed again at the end."""
    store: OwnStorage
    if config.sqlserver is None:
        store = Store(config.database)
    else:
        if config.source.kind in sources.DELIVERED:
            raise ConfigInvalid(
                f"a source of kind {config.source.kind} keeps its accounts in PostgreSQL, and store.kind is sqlserver",
                "take a source that is asked over the network, or keep the data in PostgreSQL",
            )
        store = SqlServerStore(connect(config.sqlserver, config.secret(PASSWORD)), words)
    try:
        yield Regional(store, config, words)
    finally:
        store.close()


@contextmanager
def opened(config: Config, words: Dictionary) -> Iterator[Regional]:
    """The same, with its tables at the newest version."""
    with regional(config, words) as kept:
        kept.store.migrate(words, config.grant.entities)
        yield kept


@contextmanager
def held(config: Config, words: Dictionary) -> Iterator[Regional]:
    """The same, with nobody else at work: the run lock is taken."""
    with regional(config, words) as kept:
        kept.store.lock()
        kept.store.migrate(words, config.grant.entities)
        yield kept


def standing(store: OwnStorage, config: Config, words: Dictionary) -> status.Status:
    """See `Regional.status`."""
    now = store.status(config.region, words)
    # What is delivered is accounted for in PostgreSQL alone: `regional`.
    if config.source.kind not in sources.DELIVERED or not isinstance(store, Store):
        return now
    source = sources.open_source(config, words, __version__)
    return replace(now, delivery=source.delivery(store.connection)) if isinstance(source, Delivering) else now
