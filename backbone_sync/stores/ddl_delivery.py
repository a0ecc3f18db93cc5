"""The tables of sources that are delivered: how fresh they are, which bundles were taken, what each entity stood at."""

from __future__ import annotations

# `bundle_entity.live`: rows in force by the manifest's word after the bundle `sequence`; `fields`: what was granted
# when the entity last came complete, because rows that came before lack what was granted since.
DELIVERY = [
    """CREATE TABLE sync.delivery (
    kind text PRIMARY KEY,
    fresh_at timestamptz,
    checked_at timestamptz NOT NULL DEFAULT clock_timestamp()
)""",
    """CREATE TABLE sync.bundle (
    region text NOT NULL,
    sequence bigint NOT NULL,
    name text NOT NULL,
    sha256 text NOT NULL,
    signer text NOT NULL,
    made_at timestamptz NOT NULL,
    taken_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    PRIMARY KEY (region, sequence)
)""",
    """CREATE TABLE sync.bundle_entity (
    region text NOT NULL,
    entity text NOT NULL,
    sequence bigint NOT NULL,
    live bigint NOT NULL,
    fields text[] NOT NULL,
    PRIMARY KEY (region, entity)
)""",
]
