"""`backbone-sync metadata`: the region's catalogue for its Satu Data portal, as JSON-LD on stdout."""

from __future__ import annotations

import argparse
from datetime import datetime, timezone

from backbone_sync.cli.common import Verbs, show, verb
from backbone_sync.cli.stores import regional
from backbone_sync.config import Config
from backbone_sync.dictionary import Dictionary
from backbone_sync.satu_data import metadata


def add(verbs: Verbs) -> None:
    """Register the verb."""
    made = verb(
        verbs,
        "metadata",
        _metadata,
        "what the region holds and what it means, as DCAT in JSON-LD (always JSON)",
        "metadata --publisher 'Dinas Pendidikan Kota Semarang' > katalog.jsonld",
    )
    made.add_argument("--publisher", default="", help="name of the office that publishes the catalogue")
    made.add_argument("--base", default="", help="address under which it is published; a URN if it has none")
    made.add_argument("--counts", action="store_true", help="with numbers of rows and times of change, by the last run")


def _metadata(options: argparse.Namespace, config: Config, words: Dictionary) -> int:
    holdings = _holdings(config, words) if options.counts else None
    show(
        metadata.document(
            words,
            config.region,
            grant=config.grant,
            publisher=options.publisher,
            base=options.base,
            at=datetime.now(timezone.utc),
            holdings=holdings,
        )
    )
    return 0


def _holdings(config: Config, words: Dictionary) -> dict[str, metadata.Holding]:
    with regional(config, words) as kept:
        return {name: metadata.Holding(stored, at) for name, stored, at in kept.store.figures.held()}
