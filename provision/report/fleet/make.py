"""From files to the view: reads, gathers, and asks the catalogue for the order of families."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from pathlib import Path

from provision.audit import catalogue
from provision.report.fleet.model import Gatherer, Limits, View
from provision.report.fleet.read import Reader
from provision.report.keys import KnownKey


def make(
    places: Iterable[Path],
    *,
    at: datetime,
    keys: Mapping[str, KnownKey] | None = None,
    limits: Limits | None = None,
    days: int | None = None,
) -> View:
    """The fleet that files and folders tell of, as of `at` (UTC). `keys`: verify signatures by these; None: do not.

    `days`: pass over what lies in folders for longer. UsageError for a place that is not there.
    """
    reader, gatherer = Reader(at, keys, days), Gatherer()
    for read in reader.read(places):
        gatherer.add(read)
    order = [one.family for one in catalogue.load().families]
    return gatherer.view(at, limits=limits, verified=keys is not None, order=order, unread=reader.unread)
