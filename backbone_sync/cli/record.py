"""`backbone-sync record show|verify|restart`: the record of processing."""

from __future__ import annotations

import argparse
from dataclasses import asdict

from backbone_sync.cli.common import Verbs, say, show, verb
from backbone_sync.cli.stores import opened
from backbone_sync.config import Config
from backbone_sync.dictionary import Dictionary
from backbone_sync.privacy import record


def add(verbs: Verbs) -> None:
    """Register the verb with its words."""
    text = "the record of processing: what was done with personal data, when, by whom, what for"
    words = verbs.add_parser("record", help=text, description=text).add_subparsers(dest="word", required=True)
    made = verb(words, "show", _show, "the lines of the record", "record show --since 120 --json")
    made.add_argument("--since", type=int, default=0, metavar="SEQ", help="only lines after this one")
    verb(words, "verify", _verify, "prove that no line was changed, removed or cut off", "record verify --json")
    made = verb(
        words, "restart", _restart, "go on after a restore took the end of the record away",
        "record restart --reason 'restored to 2026-07-01'",
    )  # fmt: skip
    made.add_argument("--reason", required=True, help="why; it stands in the new line")


def _show(options: argparse.Namespace, config: Config, words: Dictionary) -> int:
    with opened(config, words) as kept:
        lines = [asdict(entry) for entry in record.read(kept.store.processing, options.since)]
    if options.json:
        show({"version": 1, "lines": lines})
    else:
        say(*(f"{one['seq']:>6}  {one['at']}  {one['actor']:<16}  {one['activity']}" for one in lines))
    return 0


def _verify(options: argparse.Namespace, config: Config, words: Dictionary) -> int:
    with opened(config, words) as kept:
        desk = kept.store.processing
        count, faults = record.verify(desk, config.publish_directory)
        breaks = [asdict(e) for e in record.read(desk) if e.activity == "record_restart"]
    if options.json:
        show({"lines": count, "holds": not faults, "faults": faults, "restarts": breaks})
    else:
        say(f"{count} lines; " + ("the chain holds" if not faults else "THE CHAIN DOES NOT HOLD"), *faults)
        say(*(f"line {one['seq']} goes on after a lost end: {one['detail']['reason']}" for one in breaks))
    return 1 if faults else 0


def _restart(options: argparse.Namespace, config: Config, words: Dictionary) -> int:
    with opened(config, words) as kept:
        entry = record.restart(kept.store.processing, config.publish_directory, config.grant, options.reason)
    if options.json:
        show(asdict(entry))
    else:
        say(f"the record goes on with line {entry.seq}")
    return 0
