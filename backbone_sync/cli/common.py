"""What all verbs share: their common options, and how they print."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec

from backbone_sync import __version__, sources
from backbone_sync.config import DEFAULT, Config
from backbone_sync.dictionary import Dictionary
from backbone_sync.errors import ConfigInvalid, SyncError
from backbone_sync.logs import FORMATS
from backbone_sync.run import status
from backbone_sync.sources.delivery import Delivering
from backbone_sync.stores.store import Store

Act = Callable[[argparse.Namespace, Config, Dictionary], int]
if TYPE_CHECKING:
    Verbs = argparse._SubParsersAction[argparse.ArgumentParser]
else:
    Verbs = object


def verb(verbs: Verbs, name: str, act: Act, text: str, example: str = "") -> argparse.ArgumentParser:
    """A new verb with the options that all have; `example` is shown by --help."""
    made = verbs.add_parser(
        name,
        help=text,
        description=text[0].upper() + text[1:] + ".",
        epilog=f"example: backbone-sync {example or name + ' --json'}",
    )
    made.add_argument("--config", type=Path, default=Path(os.environ.get("BACKBONE_SYNC_CONFIG", DEFAULT)))
    made.add_argument("--json", action="store_true", help="for machines")
    made.add_argument(
        "--log",
        choices=FORMATS,
        default=os.environ.get("BACKBONE_SYNC_LOG", FORMATS[0]),
        help="form of the log lines on stderr",
    )
    made.set_defaults(act=act)
    return made


@contextmanager
def opened(config: Config) -> Iterator[Store]:
    """The store in PostgreSQL, closed again at the end; ConfigInvalid where the data is kept in SQL Server."""
    if config.sqlserver is not None:
        raise ConfigInvalid(
            "this verb works with PostgreSQL only, and store.kind is sqlserver",
            "with SQL Server there are: run, status, migrate, doctor, reconcile, release-deletes",
        )
    store = Store(config.database)
    try:
        yield store
    finally:
        store.close()


def standing(store: Store, config: Config, words: Dictionary) -> status.Status:
    """What the last run left; of a source that others write to also how fresh it is, and what waits."""
    now = status.read(store.connection, config.region, words)
    if config.source.kind not in sources.DELIVERED:
        return now
    source = sources.open_source(config, words, __version__)
    return replace(now, delivery=source.delivery(store.connection)) if isinstance(source, Delivering) else now


def show(document: object) -> None:
    """A document as indented JSON on stdout."""
    sys.stdout.write(msgspec.json.format(msgspec.json.encode(document), indent=2).decode() + "\n")


def say(*lines: str) -> None:
    """Lines for a person on stdout."""
    sys.stdout.write("".join(line + "\n" for line in lines))


def complain(fault: SyncError, as_json: bool) -> None:
    """A fault: as JSON on stdout, or as text with its repair on stderr."""
    if as_json:
        document: dict[str, Any] = {"kind": fault.kind, "message": fault.message, "repair": fault.repair}
        show({"error": document})
        return
    sys.stderr.write(f"error: {fault.message}\n" + (f"repair: {fault.repair}\n" if fault.repair else ""))
