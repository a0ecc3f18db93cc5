"""`backbone-sync grant`: what this server may receive, as it is in force now."""

from __future__ import annotations

import argparse
from datetime import datetime, timezone
from typing import Any

from backbone_sync.cli.common import Verbs, say, show, verb
from backbone_sync.config import Config
from backbone_sync.dictionary import Dictionary


def add(verbs: Verbs) -> None:
    """Register the verb."""
    verb(verbs, "grant", _grant, "what this server may receive, for what, and until when")


def effective(config: Config, words: Dictionary) -> dict[str, Any]:
    """The grant in force as a document; `days_left` counts the last day, None where there is no end."""
    given, today = config.grant, datetime.now(timezone.utc).date()
    return {
        "version": 1,
        "region": config.region,
        "number": given.number,
        "digest": given.digest,
        "expires": given.expires.isoformat() if given.expires else None,
        "days_left": (given.expires - today).days + 1 if given.expires else None,
        "expired": bool(given.expires and today > given.expires),
        "purposes": list(given.purposes),
        "legal_basis": list(given.legal_basis),
        "levels": list(given.levels),
        "entities": {
            name: {
                "granted": [f.name for f in given.fields(words[name])],
                "withheld": [f.name for f in given.withheld(words[name])],
            }
            for name in given.entities
        },
    }


def _grant(options: argparse.Namespace, config: Config, words: Dictionary) -> int:
    document = effective(config, words)
    if options.json:
        show(document)
    else:
        say(
            f"grant {document['number'] or '(none supplied: everything but sensitive fields)'}",
            f"until {document['expires'] or 'no end is set'}",
            f"levels {', '.join(document['levels']) or 'all'}",
        )
        say(*(f"purpose: {purpose}" for purpose in document["purposes"]))
        for name, fields in document["entities"].items():
            if not name.startswith("ref."):
                say(f"  {name}: {len(fields['granted'])} fields, not {', '.join(fields['withheld']) or '-'}")
    return 1 if document["expired"] else 0
