"""The engine's own tables beyond those of the first version: deletions that wait, widened columns, orphans."""

from __future__ import annotations

# `held` is where every deletion of a stored row waits until its listing has come to its end: only then is it known
# how many there are. `kind` tombstone: the source said so; absent: a complete listing lacks the row, and
# `last_update` is the stored row's own. `release_id` is the operator's word for rows that a brake stopped.
# `cursor.scope` is a digest of what the region comprised when the entity was last listed; `compared_at` when it was
# last compared with a complete listing.
ENGINE = [
    "ALTER TABLE sync.cursor ADD scope text, ADD compared_at timestamptz",
    "ALTER TABLE sync.run ADD requests bigint NOT NULL DEFAULT 0, ADD bytes_received bigint NOT NULL DEFAULT 0",
    "ALTER TABLE sync.run_entity ADD widened text[] NOT NULL DEFAULT '{}', ADD held bigint NOT NULL DEFAULT 0,"
    " ADD compared boolean NOT NULL DEFAULT false",
    """CREATE TABLE sync.held (
    entity text NOT NULL,
    key text NOT NULL,
    kind text NOT NULL CHECK (kind IN ('tombstone', 'absent')),
    last_update timestamptz NOT NULL,
    run_id bigint NOT NULL,
    release_id bigint,
    PRIMARY KEY (entity, key)
)""",
    """CREATE TABLE sync.release (
    release_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    entity text NOT NULL,
    released_by text NOT NULL,
    reason text NOT NULL,
    rows bigint NOT NULL,
    released_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    expires_at timestamptz NOT NULL,
    used_at timestamptz,
    deleted bigint
)""",
    """CREATE TABLE sync.width (
    entity text NOT NULL,
    field text NOT NULL,
    length integer NOT NULL,
    run_id bigint NOT NULL,
    widened_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    PRIMARY KEY (entity, field)
)""",
    """CREATE TABLE sync.orphan (
    entity text NOT NULL,
    field text NOT NULL,
    key text NOT NULL,
    PRIMARY KEY (entity, field, key)
)""",
    """CREATE TABLE sync.reference_check (
    entity text NOT NULL,
    field text NOT NULL,
    reference text NOT NULL,
    orphans bigint,
    waiting bigint,
    checked_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    PRIMARY KEY (entity, field)
)""",
]

# `cursor.source` is the identity of the source that the stored rows came from (sources.Settings.identity).
SOURCE = ["ALTER TABLE sync.cursor ADD source text NOT NULL DEFAULT ''"]

# When each entity was last proven to be the source's (`verified_at`), and last listed from the beginning to its end
# (`listed_at`); `seen_at`: since when the times are kept; `missed`: rows that the last proof had to fetch.
CHECKED = [
    """CREATE TABLE sync.checked (
    entity text PRIMARY KEY,
    seen_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    verified_at timestamptz,
    listed_at timestamptz,
    missed bigint NOT NULL DEFAULT 0
)""",
]
