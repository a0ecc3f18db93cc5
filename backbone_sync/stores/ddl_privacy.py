"""The tables of purpose and privacy: erased people, corrections, the processing record, unfinished sweeps."""

from __future__ import annotations

# `erasure` is the block: the centre's key of a row that must not come back; nothing else of the person is kept.
# `correction.value` and `was` are JSON; `seen_update` is the last_update of the row that the correction was made on.
# `sweep` names entities whose rows may no longer belong to a granted school; a run that is killed finds it again.
# `processing` is appended to and never changed; each line's digest covers the one before.
PRIVACY = [
    "ALTER TABLE sync.balance ADD withheld bigint NOT NULL DEFAULT 0",
    "ALTER TABLE sync.run_entity ADD withheld bigint NOT NULL DEFAULT 0",
    """CREATE TABLE sync.erasure (
    entity text NOT NULL,
    key text NOT NULL,
    reason text NOT NULL CHECK (reason IN ('subject', 'retention')),
    erased_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    PRIMARY KEY (entity, key)
)""",
    """CREATE TABLE sync.correction (
    correction_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    entity text NOT NULL,
    key text NOT NULL,
    field text NOT NULL,
    value text NOT NULL,
    was text NOT NULL,
    reason text NOT NULL,
    made_by text NOT NULL,
    made_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    seen_update timestamptz NOT NULL,
    state text NOT NULL DEFAULT 'in_force' CHECK (state IN ('in_force', 'disputed', 'confirmed', 'withdrawn')),
    centre_update timestamptz,
    settled_at timestamptz
)""",
    "CREATE UNIQUE INDEX correction_open_idx ON sync.correction (entity, key, field)"
    " WHERE state IN ('in_force', 'disputed')",
    "CREATE TABLE sync.sweep (entity text PRIMARY KEY)",
    """CREATE TABLE sync.processing (
    seq bigint PRIMARY KEY,
    line text NOT NULL,
    digest text NOT NULL
)""",
    """CREATE FUNCTION sync.append_only() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN RAISE EXCEPTION 'the processing record is appended to and never changed'; END $$""",
    "CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON sync.processing"
    " FOR EACH STATEMENT EXECUTE FUNCTION sync.append_only()",
]
