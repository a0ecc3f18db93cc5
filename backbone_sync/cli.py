"""`backbone-sync run|status|migrate`: parse, call, print.

Exit 0 green, 1 not green, 3 source or database unreachable.
"""

from __future__ import annotations

import argparse
import logging
import os
import sys
from dataclasses import asdict
from pathlib import Path
from typing import Any

import msgspec

from backbone_sync import __version__, dictionary, publish, status
from backbone_sync.client import Client
from backbone_sync.config import DEFAULT, Config, load
from backbone_sync.engine import Engine, RunResult
from backbone_sync.errors import ConfigInvalid, SourceUnreachable, StoreUnreachable, SyncError
from backbone_sync.state import Counts
from backbone_sync.store import Store


def main(arguments: list[str] | None = None) -> int:
    """The command; returns the exit status."""
    parser = _parser()
    options = parser.parse_args(arguments)
    logging.basicConfig(level=logging.INFO, stream=sys.stderr, format="%(levelname)s %(message)s")
    # The HTTP library's debug lines hold query strings; ours never do.
    logging.getLogger("urllib3").setLevel(logging.WARNING)
    try:
        words = dictionary.load()
        config = load(options.config, words)
        return int(options.act(options, config, words))
    except SyncError as fault:
        _complain(fault, options.json)
        return 3 if isinstance(fault, (SourceUnreachable, StoreUnreachable)) else 2 if _usage(fault) else 1
    except KeyboardInterrupt:
        return 130


def _usage(fault: SyncError) -> bool:
    return isinstance(fault, ConfigInvalid)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="backbone-sync",
        description="Pulls the region's data from the central Backbone into PostgreSQL and accounts for it.",
        epilog="example: backbone-sync status --json",
    )
    parser.add_argument("--version", action="version", version=__version__)
    verbs = parser.add_subparsers(dest="verb", required=True)
    for name, act, text in (
        ("run", _run, "fetch what is new, store it, compare with the source's totals"),
        ("status", _status, "what the last run left, and whether it balances"),
        ("migrate", _migrate, "bring the tables to the newest version"),
    ):
        verb = verbs.add_parser(name, help=text, description=text, epilog=f"example: backbone-sync {name} --json")
        verb.add_argument("--config", type=Path, default=Path(os.environ.get("BACKBONE_SYNC_CONFIG", DEFAULT)))
        verb.add_argument("--json", action="store_true", help="for machines")
        verb.set_defaults(act=act)
        if name == "run":
            verb.add_argument("--full", action="store_true", help="list every entity from the beginning")
    return parser


def _run(options: argparse.Namespace, config: Config, words: dictionary.Dictionary) -> int:
    store = Store(config.database)
    try:
        quiet = options.json or not sys.stderr.isatty()
        engine = Engine(config, words, Client(config, __version__), store, None if quiet else _progress)
        result = engine.run(full=options.full)
        now = status.read(store.connection, config.region, words)
        if config.publish_directory:
            publish.write(config.publish_directory, now)
    finally:
        store.close()
    if options.json:
        _print(_run_document(result, now))
    else:
        if not quiet:
            sys.stderr.write("\r\033[K")
        _table(now)
    for fault in [result.error, *(r.error for r in result.entities.values())]:
        if fault and not options.json:
            _complain(fault, False)
    return result.exit_status


def _run_document(result: RunResult, now: status.Status) -> dict[str, Any]:
    return {
        **asdict(now),
        "run_id": result.run_id,
        "seconds": round(result.seconds, 3),
        "counts": {name: asdict(r.counts) for name, r in result.entities.items()},
        "errors": {name: r.error.message for name, r in result.entities.items() if r.error},
    }


def _status(options: argparse.Namespace, config: Config, words: dictionary.Dictionary) -> int:
    store = Store(config.database)
    try:
        now = status.read(store.connection, config.region, words)
    finally:
        store.close()
    if options.json:
        _print(asdict(now))
    else:
        _table(now)
    return 0 if now.green else 1


def _migrate(options: argparse.Namespace, config: Config, words: dictionary.Dictionary) -> int:
    store = Store(config.database)
    try:
        applied = store.migrate(words, config.grant.entities)
    finally:
        store.close()
    if options.json:
        _print({"applied": applied})
    else:
        sys.stdout.write(f"applied: {', '.join(map(str, applied)) or 'nothing, the schema is up to date'}\n")
    return 0


def _print(document: dict[str, Any]) -> None:
    sys.stdout.write(msgspec.json.format(msgspec.json.encode(document), indent=2).decode() + "\n")


def _progress(entity: str, counts: Counts) -> None:
    sys.stderr.write(f"\r\033[K{entity}: {counts.received:,} rows")
    sys.stderr.flush()


def _table(now: status.Status) -> None:
    lines = [f"{'entity':<28}{'source':>10}{'stored':>10}{'quarant.':>10}{'deleted':>10}  balanced"]
    for name, e in now.entities.items():
        source = "?" if e.source is None else str(e.source)
        verdict = "yes" if e.balanced else "NO"
        lines.append(f"{name:<28}{source:>10}{e.stored:>10}{e.quarantined:>10}{e.deleted:>10}  {verdict}")
    finished = now.last_run_finished.isoformat(timespec="seconds") if now.last_run_finished else "never"
    lines.append(f"last run {finished}: {now.state}" + (f" ({now.message})" if now.message else ""))
    sys.stdout.write("\n".join(lines) + "\n")


def _complain(fault: SyncError, as_json: bool) -> None:
    if as_json:
        _print({"error": {"kind": fault.kind, "message": fault.message, "repair": fault.repair}})
        return
    sys.stderr.write(f"error: {fault.message}\n" + (f"repair: {fault.repair}\n" if fault.repair else ""))
