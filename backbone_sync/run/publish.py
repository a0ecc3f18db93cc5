"""The status as files for others: a Prometheus text file for node_exporter, JSON for the gateway's /status.

Each is written beside its place and moved there in one step. Both hold numbers and times, nothing about a person.
"""

from __future__ import annotations

from dataclasses import asdict
from datetime import date, datetime, time, timezone
from pathlib import Path

import msgspec
from prometheus_client import CollectorRegistry, Gauge, write_to_textfile

from backbone_sync.errors import ConfigInvalid
from backbone_sync.run.status import Status
from backbone_sync.sources.delivery import Delivery


def registry(status: Status, grant_ends: date | None = None) -> CollectorRegistry:
    """Gauges of the last run; times in seconds since the epoch, rows by entity and state."""
    made = CollectorRegistry()
    Gauge("backbone_sync_green", "1 when the last run balanced in every entity.", registry=made).set(status.green)
    for name, text, moment in (
        ("last_run", "When the last run ended.", status.last_run_finished),
        ("last_success", "When the last green run began.", status.last_green),
    ):
        gauge = Gauge(f"backbone_sync_{name}_timestamp_seconds", text, registry=made)
        gauge.set(moment.timestamp() if moment else 0)
    if grant_ends:
        # Its last day counts whole.
        end = datetime.combine(grant_ends, time.max, timezone.utc).timestamp()
        Gauge("backbone_sync_grant_expires_timestamp_seconds", "When the grant ends.", registry=made).set(end)
    if status.last_run_started and status.last_run_finished:
        took = (status.last_run_finished - status.last_run_started).total_seconds()
        Gauge("backbone_sync_run_seconds", "How long the last run took.", registry=made).set(took)
    rows = Gauge("backbone_sync_rows", "Rows by entity and state.", ["entity", "state"], registry=made)
    balanced = Gauge("backbone_sync_balanced", "1 when source = stored + quarantined.", ["entity"], registry=made)
    cursor = Gauge(
        "backbone_sync_cursor_timestamp_seconds", "Up to when an entity is listed.", ["entity"], registry=made
    )
    for name, entity in status.entities.items():
        for state in ("source", "stored", "quarantined", "deleted", "refused", "withheld"):
            value = getattr(entity, state)
            if value is not None:
                rows.labels(name, state).set(value)
        balanced.labels(name).set(entity.balanced)
        if entity.cursor:
            cursor.labels(name).set(entity.cursor.timestamp())
    proven = Gauge(
        "backbone_sync_verified_timestamp_seconds", "When an entity was proven by digest.", ["entity"], registry=made
    )
    missed = Gauge("backbone_sync_missed_rows", "Rows that the last proof had to fetch.", ["entity"], registry=made)
    for name, entity in status.entities.items():
        if entity.verified:
            proven.labels(name).set(entity.verified.timestamp())
            missed.labels(name).set(entity.missed)
    held = Gauge("backbone_sync_held_deletions", "Deletions that wait for an operator.", ["entity"], registry=made)
    orphans = Gauge("backbone_sync_orphans", "Rows whose reference leads nowhere.", ["entity", "field"], registry=made)
    for name, entity in status.entities.items():
        held.labels(name).set(entity.held)
    for one in status.orphans:
        if one.orphans is not None:
            orphans.labels(one.entity, one.field).set(one.orphans)
    if status.delivery:
        _delivered(made, status.delivery)
    error = Gauge("backbone_sync_error", "1 for the class of fault that stopped the last run.", ["kind"], registry=made)
    if status.error_kind:
        error.labels(status.error_kind).set(1)
    return made


def _delivered(made: CollectorRegistry, delivery: Delivery) -> None:
    fresh = Gauge("backbone_sync_delivered_timestamp_seconds", "When the source was last written.", registry=made)
    fresh.set(delivery.fresh_at.timestamp() if delivery.fresh_at else 0)
    limit = Gauge("backbone_sync_delivered_limit_seconds", "How old that may be.", registry=made)
    limit.set(delivery.limit_seconds)
    bundles = Gauge("backbone_sync_bundles", "Bundles that wait or were refused.", ["state"], registry=made)
    bundles.labels("waiting").set(len(delivery.waiting))
    bundles.labels("refused").set(len(delivery.refused))


def write(directory: str, status: Status, grant_ends: date | None = None) -> None:
    """Write sync.prom and sync.json into `directory`; ConfigInvalid when that cannot be done."""
    folder = Path(directory)
    try:
        write_to_textfile(str(folder / "sync.prom"), registry(status, grant_ends))
        fresh = folder / "sync.json.new"
        fresh.write_bytes(msgspec.json.encode(asdict(status)) + b"\n")
        fresh.replace(folder / "sync.json")
    except OSError as fault:
        raise ConfigInvalid(
            f"cannot write into {folder}: {fault.strerror}", "check publish.directory in the configuration"
        ) from fault
