"""`backbone-sync bundle`: the rows of a source as a signed bundle, for the file drop of a server without a line."""

from __future__ import annotations

import argparse
from datetime import datetime, timezone
from pathlib import Path

from backbone_sync import __version__
from backbone_sync.cli.common import Verbs, say, show, verb
from backbone_sync.config import Config
from backbone_sync.dictionary import Dictionary
from backbone_sync.errors import ConfigInvalid
from backbone_sync.sources import bundling, open_source
from backbone_sync.sources.envelope import ENDING
from backbone_sync.sources.loose import moment


def add(verbs: Verbs) -> None:
    """Register the verb."""
    made = verb(
        verbs,
        "bundle",
        _bundle,
        "make a signed bundle of the source's rows for the file drop of another server",
        "bundle --out /media/usb --key bundles.pem --sequence 1",
    )
    made.add_argument("--out", type=Path, required=True, help="folder for the bundle and its signature")
    made.add_argument("--key", type=Path, required=True, help="Ed25519 private key, PEM: openssl genpkey -algorithm …")
    made.add_argument("--sequence", type=int, required=True, help="the bundle's number: the one before and 1")
    made.add_argument("--since", default="", help="only what changed at this time (ISO 8601) or later; else everything")
    made.add_argument("--entity", action="append", default=[], help="only this entity; may be repeated")


def _bundle(options: argparse.Namespace, config: Config, words: Dictionary) -> int:
    since = None
    if options.since and (since := moment(options.since, timezone.utc)) is None:
        raise ConfigInvalid(f"not a time: {options.since!r}", "write it like 2026-01-31T00:00:00Z")
    if odd := set(options.entity) - set(config.grant.entities):
        raise ConfigInvalid(f"not granted: {', '.join(sorted(odd))}", "see `backbone-sync grant`")
    if options.sequence < 1:
        raise ConfigInvalid("sequence numbers begin with 1", "write --sequence 1 for the first bundle")
    names = [name for name in config.grant.entities if not options.entity or name in options.entity]
    wanted = [(words[n], tuple(f.name for f in config.grant.fields(words[n]))) for n in names]
    made_at = datetime.now(timezone.utc)
    with bundling.workplace() as work:
        pieces = bundling.fetched(open_source(config, words, __version__), wanted, work, since)
        path = bundling.make(options.out, config.region, options.sequence, made_at, pieces, options.key)
    rows = {one.entity: one.rows for one in pieces}
    if options.json:
        show({"bundle": str(path), "signature": str(path) + ENDING, "rows": rows})
    else:
        say(f"{path}: {sum(rows.values())} rows of {len(rows)} entities", f"{path}{ENDING}")
    return 0
