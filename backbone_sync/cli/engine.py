"""`backbone-sync run|status|migrate`."""

from __future__ import annotations

import argparse
import contextlib
import random
import sys
import time
from collections.abc import Iterator
from dataclasses import asdict
from typing import Any

from backbone_sync import __version__
from backbone_sync.cli.common import Verbs, complain, say, show, verb
from backbone_sync.cli.stores import regional
from backbone_sync.config import Config, duration
from backbone_sync.dictionary import Dictionary
from backbone_sync.errors import AlreadyRunning, WindowClosed
from backbone_sync.interfaces import Source
from backbone_sync.run import publish, status
from backbone_sync.run.engine import Engine
from backbone_sync.run.results import RunResult
from backbone_sync.run.stall import Watch
from backbone_sync.run.state import Counts
from backbone_sync.sources import landing_schema, open_source
from backbone_sync.sources.delivery import Delivering, Delivery
from backbone_sync.stores.postgresql import guarded
from backbone_sync.stores.store import Store


def add(verbs: Verbs) -> None:
    """Register the verbs."""
    run = verb(verbs, "run", _run, "fetch what is new, store it, compare with the source's totals")
    run.add_argument("--full", action="store_true", help="list every entity from the beginning, and find deletions")
    run.add_argument("--now", action="store_true", help="whatever the hour, and without the pause by chance")
    run.add_argument("--stall", default="1h", help="end a run that stores and receives nothing for so long (1h)")
    verb(verbs, "status", _status, "what the last run left, and whether it balances")
    verb(verbs, "migrate", _migrate, "bring the tables to the newest version")


def _run(options: argparse.Namespace, config: Config, words: Dictionary) -> int:
    if not options.now and config.pace.jitter:
        # So that not all regions ask the centre at the same moment.
        time.sleep(random.uniform(0, config.pace.jitter.total_seconds()))  # noqa: S311
    with regional(config, words) as kept, contextlib.ExitStack() as leaving:
        store = kept.store
        quiet = options.json or not sys.stderr.isatty()
        source = leaving.enter_context(_source(config, words))
        # By the MiB: a few bytes now and then are no progress.
        watch = Watch(
            duration(options.stall).total_seconds(),
            moving=lambda: (source.traffic()[0], source.traffic()[1] >> 20),
        )

        def progress(entity: str, counts: Counts) -> None:
            watch.beat()
            if not quiet:
                _progress(entity, counts)

        engine = Engine(config, words, source, store, progress)
        store.lock()
        store.migrate(words, config.grant.entities)
        kept.remember()
        try:
            with watch:
                result = engine.run(full=options.full, anytime=options.now)
        except WindowClosed as closed:
            # A timer that fires outside the window is no fault, and leaves the last run's verdict standing.
            show({"skipped": closed.message}) if options.json else say(closed.message)
            return 0
        kept.let_in(result.returned)
        detail = {"run": result.run_id, "green": result.green, "rows": _processed(result)}
        if result.returned:
            detail["returned"] = len(result.returned)
        kept.note_on("run", detail)
        now = kept.status()
        if config.publish_directory:
            publish.write(config.publish_directory, now, config.grant.expires)
    if options.json:
        show(_run_document(result, now))
    else:
        if not quiet:
            sys.stderr.write("\r\033[K")
        _table(now)
    for fault in [result.error, *(r.error for r in result.entities.values())]:
        if fault and not options.json:
            complain(fault, False)
    return result.exit_status


@contextlib.contextmanager
def _source(config: Config, words: Dictionary) -> Iterator[Source]:
    """The source, let go of at the end."""
    source = open_source(config, words, __version__)
    try:
        yield source
    finally:
        if isinstance(source, Delivering):
            source.close()


def _processed(result: RunResult) -> dict[str, dict[str, int]]:
    """What a run did to rows, by entity: only what is not nothing, because the record is kept for good."""
    kinds = ("created", "updated", "deleted", "quarantined", "refused", "withheld", "dropped_values")
    told = {}
    for name, made in result.entities.items():
        if done := {kind: getattr(made.counts, kind) for kind in kinds if getattr(made.counts, kind)}:
            told[name] = done
    return told


def _run_document(result: RunResult, now: status.Status) -> dict[str, Any]:
    return {
        **asdict(now),
        "run_id": result.run_id,
        "seconds": round(result.seconds, 3),
        "counts": {name: asdict(r.counts) for name, r in result.entities.items()},
        "errors": {name: r.error.message for name, r in result.entities.items() if r.error},
        "repairs": {name: r.error.repair for name, r in result.entities.items() if r.error},
        "orphans": [asdict(o) for o in result.orphans if o.orphans],
    }


def _status(options: argparse.Namespace, config: Config, words: Dictionary) -> int:
    with regional(config, words) as kept:
        now = kept.status()
    if options.json:
        show(asdict(now))
    else:
        _table(now)
    return 0 if now.green else 1


def _migrate(options: argparse.Namespace, config: Config, words: Dictionary) -> int:
    with regional(config, words) as kept:
        store = kept.store
        applied = store.migrate(words, config.grant.entities)
        with _source(config, words) as source:
            installed = source.install() if isinstance(source, Delivering) else []
        if isinstance(store, Store) and config.source.kind != "landing":
            with guarded():
                installed += ["no landing database any more"] if landing_schema.withdraw(store.connection) else []
        try:
            store.lock(patience=0)
            tightened = store.guard(words, config.grant)
        except AlreadyRunning:
            tightened = []  # the run does it itself, entity by entity
    if options.json:
        show({"applied": applied, "guarded": tightened, "installed": installed})
    else:
        say(f"applied: {', '.join(map(str, applied)) or 'nothing, the schema is up to date'}")
        say(*(f"for what is delivered: {one}" for one in installed))
        say(*(f"fields beyond the grant emptied and kept empty: {name}" for name in tightened))
    return 0


def _progress(entity: str, counts: Counts) -> None:
    sys.stderr.write(f"\r\033[K{entity}: {counts.received:,} rows")
    sys.stderr.flush()


def _delivered(made: Delivery) -> list[str]:
    since = made.fresh_at.isoformat(timespec="seconds") if made.fresh_at else "never"
    last = f", bundle {made.sequence}" if made.sequence is not None else ""
    lines = [f"{made.kind}: last written {since}{last}" + (" - TOO OLD" if made.stale else "")]
    if made.waiting:
        lines.append(f"  waiting: {', '.join(made.waiting)}")
    return lines + [f"  refused: {one.name}: {one.reason}" for one in made.refused]


def _table(now: status.Status) -> None:
    lines = [f"{'entity':<28}{'source':>10}{'stored':>10}{'quarant.':>10}{'deleted':>10}  balanced"]
    for name, e in now.entities.items():
        source = "?" if e.source is None else str(e.source)
        verdict = "yes" if e.balanced else "NO"
        lines.append(f"{name:<28}{source:>10}{e.stored:>10}{e.quarantined:>10}{e.deleted:>10}  {verdict}")
        if e.held:
            lines.append(f"  {e.held} deletions wait: backbone-sync release-deletes {name} --by NAME --reason TEXT")
        if e.missed:
            lines.append(f"  {e.missed} rows had been missed; the comparison of digests found them, they are here")
        if e.widened_fields:
            lines.append(f"  widened: {', '.join(e.widened_fields)}")
        if e.unknown_fields:
            lines.append(f"  not in the dictionary: {', '.join(e.unknown_fields)}")
    lines += [f"{o.entity}.{o.field}: {o.orphans} rows without their {o.reference}" for o in now.orphans if o.orphans]
    if now.delivery:
        lines += _delivered(now.delivery)
    finished = now.last_run_finished.isoformat(timespec="seconds") if now.last_run_finished else "never"
    lines.append(f"last run {finished}: {now.state}" + (f" ({now.message})" if now.message else ""))
    say(*lines)
