"""What all verbs share: their common options, and how they print."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec

from backbone_sync.config import DEFAULT, Config
from backbone_sync.dictionary import Dictionary
from backbone_sync.errors import SyncError
from backbone_sync.logs import FORMATS

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
