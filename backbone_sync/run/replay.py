"""Rows in quarantine judged once more, after the dictionary, the grant or the code tables have changed.

What can be stored now is stored; the rest stays where it is. Of refused rows nothing was kept: those have to be
fetched again, which the caller arranges by letting their entity be listed from the beginning.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timezone

import msgspec

from backbone_sync.config import Config
from backbone_sync.dictionary import Dictionary
from backbone_sync.dictionary.validator import Validator
from backbone_sync.interfaces import Storage
from backbone_sync.run import drift
from backbone_sync.run.state import Counts


@dataclass(frozen=True)
class Replayed:
    """What became of one entity's rows in quarantine: stored now, still there, still there without their content."""

    entity: str
    stored: int
    waiting: int
    without_content: int


def replay(store: Storage, config: Config, words: Dictionary, entities: tuple[str, ...]) -> tuple[Replayed, ...]:
    """Judge the quarantine of `entities` again, under the run lock; GrantExpired after the grant's last day.

    The caller sees to it first that whoever was erased is erased in this database too.
    """
    config.grant.check(datetime.now(timezone.utc).date())
    store.lock()
    store.migrate(words, config.grant.entities)
    gate = store.gate(words, config.grant)
    run = store.last_run()
    made = []
    for name in entities:
        entity = drift.widened(words[name], store.widths(words[name]))
        # As the last run stored it: what the source does not have and where its listing stands are not asked here.
        fields, position = store.standing(entity)
        if not fields:
            made.append(Replayed(name, 0, 0, 0))  # never listed
            continue
        granted = tuple(f for f in config.grant.fields(entity) if f.name in fields)
        position = gate.begin(entity, granted, position)
        raws = [msgspec.Raw(text.encode()) for text in store.payloads(name)]
        counts = Counts()
        if raws:
            store.prepare(entity, granted, compare=False)
            judged = Validator(entity, granted, store.scope(config.region)).judge(raws)
            store.apply(entity, run, gate.admit(judged), counts, position)
        left = store.holding(entity).quarantined
        kept = len(store.payloads(name))
        made.append(Replayed(name, counts.created + counts.updated, kept, left - kept))
    return tuple(made)
