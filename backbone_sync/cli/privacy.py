"""`backbone-sync breach affected` and `backbone-sync retention show|apply`."""

from __future__ import annotations

import argparse
import os
from datetime import datetime, timezone
from pathlib import Path

import msgspec

from backbone_sync.cli.common import Verbs, say, show, verb
from backbone_sync.cli.stores import held, opened
from backbone_sync.config import Config
from backbone_sync.dictionary import Dictionary
from backbone_sync.errors import ConfigInvalid
from backbone_sync.privacy import breach, retention


def add(verbs: Verbs) -> None:
    """Register the verbs with their words."""
    text = "who and what a breach concerns, for the notice within 3x24 hours"
    words = verbs.add_parser("breach", help=text, description=text).add_subparsers(dest="word", required=True)
    made = verb(
        words, "affected", _affected, text, "breach affected --known 2026-07-01T08:00+07:00 --school 20328000 --json"
    )
    made.add_argument("--entity", action="append", default=[], help="only this entity; may be given again")
    made.add_argument("--school", default="", metavar="NPSN", help="only rows of this school")
    made.add_argument("--known", default="", metavar="TIME", help="when the breach became known; without it: now")
    made.add_argument("--people", type=Path, metavar="FILE", help="write the people with their contacts, NDJSON, 0600")
    text = "how long each class of data is kept, and what is over"
    words = verbs.add_parser("retention", help=text, description=text).add_subparsers(dest="word", required=True)
    verb(words, "show", _show, text, "retention show --json")
    verb(words, "apply", _apply, "let go of what was kept long enough", "retention apply --json")


def _affected(options: argparse.Namespace, config: Config, words: Dictionary) -> int:
    try:
        known = datetime.fromisoformat(options.known.replace("Z", "+00:00")) if options.known else None
    except ValueError as fault:
        raise ConfigInvalid("--known is not a time", "write it as 2026-07-01T08:00+07:00") from fault
    known = (known or datetime.now(timezone.utc)).astimezone(timezone.utc)
    entities, listed = tuple(options.entity), 0
    with opened(config, words) as kept:
        people = kept.store.people
        told = breach.affected(people, words, config.grant, entities, options.school, known)
        detail = {"people": told["people"], "listed": bool(options.people), "known_at": told["known_at"]}
        kept.note("breach_affected", detail)
        if options.people:
            try:
                place = os.open(options.people, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            except OSError as fault:
                raise ConfigInvalid(f"cannot write {options.people}: {fault.strerror}", "name a new file") from fault
            with os.fdopen(place, "wb") as file:
                for one in breach.people(people, words, config.grant, entities, options.school):
                    file.write(msgspec.json.encode(one) + b"\n")
                    listed += 1
    if options.json:
        show({**told, "listed": listed})
        return 0
    say(f"notify until {told['notify_until']} ({told['hours_left']} hours left)")
    for name, one in told["entities"].items():
        say(f"{name}: {one['rows']} rows ({one['legal_class']} data), {one['in_quarantine']} in quarantine")
        say(*(f"    {c['label']['id']} / {c['label']['en']}: {c['rows']}" for c in one["categories"]))
    return 0


def _show(options: argparse.Namespace, config: Config, words: Dictionary) -> int:
    with opened(config, words) as kept:
        found = retention.due(kept.store.people, words, config.grant)
    if options.json:
        show({n: {"days": one.kept.days if one.kept else None, "due": one.due} for n, one in found.items()})
    else:
        for name, one in found.items():
            say(f"{name:<12} {f'{one.kept.days} days' if one.kept else 'forever':>10}  {one.due} over")
    return 0


def _apply(options: argparse.Namespace, config: Config, words: Dictionary) -> int:
    with held(config, words) as kept:
        gone = retention.apply(kept.store.people, words, config.grant, config.publish_directory)
        if any(count for name, count in gone.items() if name != "readmitted"):
            kept.note_on("retention", gone)
    if options.json:
        show({"gone": gone})
    else:
        say(*(f"{name}: {count}" for name, count in gone.items()))
    return 0
