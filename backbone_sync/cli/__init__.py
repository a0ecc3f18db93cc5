"""`backbone-sync VERB`: a module a verb beside this one: parse, call, print.

Exit 0 all is well, 1 something fell short, 2 wrong use or configuration, 3 source or database unreachable.
"""

from __future__ import annotations

import argparse

from backbone_sync import __version__, dictionary, logs
from backbone_sync.cli import bundle, doctor, engine, export, grant, metadata, privacy, record, rows, subject
from backbone_sync.cli.common import complain
from backbone_sync.config import load
from backbone_sync.errors import ConfigInvalid, SourceUnreachable, StoreUnreachable, SyncError

# Each offers `add(verbs)`, which registers its verbs; in the order of the help.
MODULES = (engine, doctor, rows, metadata, export, bundle, grant, subject, privacy, record)


def main(arguments: list[str] | None = None) -> int:
    """The command; returns the exit status."""
    options = parser().parse_args(arguments)
    logs.configure(options.log)
    try:
        words = dictionary.load()
        config = load(options.config, words)
        return int(options.act(options, config, words))
    except SyncError as fault:
        complain(fault, options.json)
        return 3 if isinstance(fault, (SourceUnreachable, StoreUnreachable)) else 2 if _usage(fault) else 1
    except KeyboardInterrupt:
        return 130


def _usage(fault: SyncError) -> bool:
    return isinstance(fault, ConfigInvalid)


def parser() -> argparse.ArgumentParser:
    """The parser with every verb."""
    made = argparse.ArgumentParser(
        prog="backbone-sync",
        description="Pulls the region's data from the central Backbone into its database and accounts for it.",
        epilog="example: backbone-sync status --json",
    )
    made.add_argument("--version", action="version", version=__version__)
    verbs = made.add_subparsers(dest="verb", required=True)
    for module in MODULES:
        module.add(verbs)
    return made
