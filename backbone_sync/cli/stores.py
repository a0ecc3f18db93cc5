"""The regional database as the verbs of a run need it, in PostgreSQL or in SQL Server."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import timedelta
from typing import Any, Protocol

from backbone_sync import sources
from backbone_sync.cli.common import standing
from backbone_sync.config import Config
from backbone_sync.dictionary import Dictionary, Entity
from backbone_sync.errors import ConfigInvalid
from backbone_sync.interfaces import Storage
from backbone_sync.privacy import erasure, record
from backbone_sync.privacy.grant import Grant
from backbone_sync.run import status
from backbone_sync.stores.store import Store
from backbone_sync.stores.store_held import Release
from backbone_sync.stores.store_sqlserver import ledger
from backbone_sync.stores.store_sqlserver.database import connect
from backbone_sync.stores.store_sqlserver.store import SqlServerStore
from backbone_sync.stores.store_sqlserver.target import PASSWORD


class OwnStorage(Storage, Protocol):
    """What the verbs ask of a store beyond what the engine does."""

    def guard(self, dictionary: Dictionary, grant: Grant) -> list[str]:
        """Let every table refuse what is not granted; the entities whose constraint had to be made anew."""

    def release(self, entity: Entity, by: str, reason: str, lasting: timedelta) -> Release:
        """An operator's word for the deletions of `entity` that wait now; NothingHeld when none do."""


class Regional(Protocol):
    """A store, and the accounts that are kept beside the rows."""

    @property
    def store(self) -> OwnStorage:
        """The store."""

    def remember(self) -> None:
        """Before a run, under its lock: whoever was erased stays erased."""

    def note(self, activity: str, detail: Mapping[str, Any]) -> None:
        """A line in the record of processing."""

    def status(self) -> status.Status:
        """What the last run left."""


class InPostgres:
    """The regional database in PostgreSQL."""

    def __init__(self, store: Store, config: Config, words: Dictionary) -> None:
        self.store, self._config, self._words = store, config, words

    def remember(self) -> None:
        """See `Regional`."""
        erasure.reapply(self.store.connection, self._words, self._config.grant, self._config.publish_directory)

    def note(self, activity: str, detail: Mapping[str, Any]) -> None:
        """See `Regional`."""
        folder = self._config.publish_directory
        record.append_on(self.store.connection, folder, activity, self._config.grant, detail)

    def status(self) -> status.Status:
        """See `Regional`."""
        return standing(self.store, self._config, self._words)


class InSqlServer:
    """The regional database in SQL Server."""

    def __init__(self, store: SqlServerStore, config: Config, words: Dictionary) -> None:
        self.store, self._config, self._words = store, config, words

    def remember(self) -> None:
        """See `Regional`. Nobody can be erased in SQL Server yet: who was, elsewhere, must not come in here."""
        if number := erasure.listed(self._config.publish_directory):
            raise ConfigInvalid(
                f"{number} people were erased here, and the SQL Server store cannot keep them out",
                "keep the data in PostgreSQL (store.kind)",
            )

    def note(self, activity: str, detail: Mapping[str, Any]) -> None:
        """See `Regional`."""
        folder = self._config.publish_directory
        ledger.append_on(self.store.database, folder, activity, self._config.grant, detail)

    def status(self) -> status.Status:
        """See `Regional`."""
        return ledger.read(self.store.database, self._config.region, self._words)


@contextmanager
def regional(config: Config, words: Dictionary) -> Iterator[Regional]:
    """The database that the configuration names, closed again at the end."""
    made: Regional
    if config.sqlserver is None:
        made = InPostgres(Store(config.database), config, words)
    else:
        if config.source.kind in sources.DELIVERED:
            raise ConfigInvalid(
                f"a source of kind {config.source.kind} keeps its accounts in PostgreSQL, and store.kind is sqlserver",
                "take a source that is asked over the network, or keep the data in PostgreSQL",
            )
        made = InSqlServer(SqlServerStore(connect(config.sqlserver, config.secret(PASSWORD)), words), config, words)
    try:
        yield made
    finally:
        made.store.close()
