"""`backbone-sync doctor`: why a run is not green, and what to do."""

from __future__ import annotations

import argparse
import os
from dataclasses import asdict
from datetime import datetime, timezone

from backbone_sync import sources
from backbone_sync.cli.common import Verbs, say, show, verb
from backbone_sync.cli.stores import regional
from backbone_sync.config import Config
from backbone_sync.dictionary import Dictionary
from backbone_sync.errors import StoreUnreachable
from backbone_sync.privacy import correction, record
from backbone_sync.run import doctor

_MARK = {"ok": "+", "warning": "!", "fault": "x"}
_DO = {"id": "lakukan", "en": "do"}


def add(verbs: Verbs) -> None:
    """Register the verb."""
    made = verb(verbs, "doctor", _doctor, "why a run is not green and what to do, in plain words", "doctor --lang en")
    made.add_argument("--lang", choices=("id", "en"), default=_language(), help="language of the text (id)")
    made.add_argument("--offline", action="store_true", help="do not ask the source")


def _language() -> str:
    return "en" if os.environ.get("BACKBONE_LANG", "id").startswith("en") else "id"


def facts(config: Config, words: Dictionary, *, offline: bool) -> doctor.Facts:
    """Ask the database, and the source unless `offline`."""
    steps = () if offline else tuple(sources.steps(config, words))
    ends = config.grant.expires
    days = (ends - datetime.now(timezone.utc).date()).days + 1 if ends else None
    try:
        with regional(config, words) as kept:
            now, store = kept.status(), kept.store
            if not store.processing.there():
                return doctor.Facts(now, "", steps, days)
            waiting = correction.listed(store.people, words, config.grant)["corrections"]
            _, faults = record.verify(store.processing, config.publish_directory)
    except StoreUnreachable as fault:
        return doctor.Facts(None, fault.message, steps, days)
    disputed = sum(1 for one in waiting if one["state"] == "disputed")
    return doctor.Facts(now, "", steps, days, len(waiting), disputed, tuple(faults))


def _doctor(options: argparse.Namespace, config: Config, words: Dictionary) -> int:
    known = facts(config, words, offline=options.offline)
    found = doctor.diagnose(known)
    if options.json:
        steps = [asdict(step) for step in known.steps]
        healthy = all(one.level == "ok" for one in found)
        show({"version": 1, "healthy": healthy, "steps": steps, "findings": list(map(asdict, found))})
    else:
        for one in found:
            say(f"{_MARK[one.level]} {getattr(one.what, options.lang)}")
            if one.do.en:
                say(f"  {_DO[options.lang]}: {getattr(one.do, options.lang)}")
    return 1 if any(one.level == "fault" for one in found) else 0
