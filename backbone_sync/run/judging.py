"""Pages judged by the data dictionary, with the columns that the source has widened followed."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from concurrent.futures import Future
from typing import Any

import msgspec

from backbone_sync.dictionary import Entity, Field
from backbone_sync.dictionary.validator import Judged, Scope, Validator
from backbone_sync.interfaces import Storage
from backbone_sync.run import drift

_NUL = b"\\u0000"
log = logging.getLogger("backbone_sync")


class Judge:
    """Judges one entity's pages for one listing; widens columns of the store on the way."""

    def __init__(
        self,
        entity: Entity,
        granted: tuple[Field, ...],
        scope: Scope,
        store: Storage,
        run_id: int,
        explicit_nulls: bool,
    ) -> None:
        self.entity = entity
        self.granted = granted
        self.run_id = run_id
        self.widened: set[str] = set()
        self._narrow: set[str] = set()
        self._scope = scope
        self._store = store
        self._explicit_nulls = explicit_nulls
        self._validator = Validator(entity, granted, scope)
        self._unknown: set[str] = set()

    @property
    def unknown(self) -> set[str]:
        """Fields that the source sends and the dictionary does not know."""
        return self._unknown | self._validator.unknown

    def judge(self, rows: list[msgspec.Raw], pending: Future[Any] | None = None) -> Judged:
        """The page's rows, judged; SchemaDrift when a field was removed or retyped.

        Before a column is widened, `pending` work of the store is waited for.
        """
        # PostgreSQL cannot hold the character NUL; looking for its escape here spares looking at every value.
        page = b"".join(rows)
        nul = b"\\" in page and _NUL in page
        judged = self._validator.judge(rows, nul)
        if judged.quarantined:
            wide = {n: w for n, w in drift.wider(self.entity, judged).items() if n not in self._narrow}
            if wide:
                if pending is not None:
                    pending.result()
                self._widen(wide)
                judged = self._validator.judge(rows, nul)
        drift.check(self.entity, self.granted, rows, judged, explicit_nulls=self._explicit_nulls)
        return judged

    def _widen(self, wide: dict[str, int]) -> None:
        done: dict[str, int] = {}
        for name, length in wide.items():
            if self._store.widen(self.entity, name, length, self.run_id):
                done[name] = length
                log.warning("entity=%s widened=%s length=%d", self.entity.name, name, length)
            else:
                self._narrow.add(name)
                log.warning("entity=%s cannot widen=%s: a view shows it", self.entity.name, name)
        self.widened |= done.keys()
        self._unknown |= self._validator.unknown
        self.entity = drift.widened(self.entity, done)
        names: Sequence[str] = [f.name for f in self.granted]
        fields = {f.name: f for f in self.entity.fields}
        self.granted = tuple(fields[name] for name in names)
        self._validator = Validator(self.entity, self.granted, self._scope)
