"""`backbone-sync export`: the sectoral tables of Satu Data."""

from __future__ import annotations

import argparse
from datetime import datetime, timezone
from pathlib import Path

from backbone_sync.cli.common import Verbs, say, show, verb
from backbone_sync.cli.stores import opened
from backbone_sync.config import Config
from backbone_sync.dictionary import Dictionary
from backbone_sync.errors import ConfigInvalid
from backbone_sync.satu_data import exports, sectoral


def add(verbs: Verbs) -> None:
    """Register the verb."""
    made = verb(
        verbs,
        "export",
        _export,
        "sectoral tables for Satu Data: schools, students, staff and classes by kecamatan, small counts withheld",
        "export --out /var/lib/backbone/sync/satu-data --format csv --format xlsx",
    )
    made.add_argument("--out", type=Path, required=True, help="folder for the files")
    made.add_argument("--format", action="append", choices=exports.FORMATS, help="csv, json, xlsx; all without it")
    made.add_argument("--least", type=int, default=5, help="smallest count of people that is shown (5)")


def _export(options: argparse.Namespace, config: Config, words: Dictionary) -> int:
    if options.least < 2:
        raise ConfigInvalid("--least must be 2 or more", "with less, every count of people would be shown")
    left_out = {}
    with opened(config, words) as kept:
        now, figures = kept.store.status(config.region, words), kept.store.figures
        known = sectoral.codes(figures)
        tables = []
        for definition in sectoral.TABLES:
            if lacks := sectoral.missing(definition, words, config.grant):
                left_out[definition.name] = lacks
                continue
            tables.append(sectoral.table(figures, definition, known, options.least))
        owner = config.grant.contacts.get("data_owner")
        made_at = datetime.now(timezone.utc)
        about = [exports.metadata(one, config.region, made_at, now.last_green, owner) for one in tables]
        try:
            files = exports.write(options.out, tables, about, options.format or exports.FORMATS)
        except OSError as fault:
            raise ConfigInvalid(f"cannot write into {options.out}: {fault.strerror}", "name another --out") from fault
        detail = {"tables": [one.definition.name for one in tables], "least": options.least}
        kept.note_on("export", detail)
    if options.json:
        withheld = {one.definition.name: one.withheld for one in tables}
        show({"files": [str(f) for f in files], "withheld": withheld, "left_out": left_out, "green": now.green})
    else:
        say(*map(str, files), *(f"left out: {n} (not granted: {', '.join(w)})" for n, w in left_out.items()))
        if not now.green:
            say("the last run was not green: the figures may be incomplete; see `backbone-sync doctor`")
    return 0 if now.green else 1
