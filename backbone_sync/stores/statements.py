"""The SQL of one entity under one grant, made from the dictionary: staging, merge, deletion, quarantine.

Pure.
"""

from __future__ import annotations

from dataclasses import dataclass

from backbone_sync.dictionary import Entity, Field
from backbone_sync.stores import ddl_postgresql as ddl
from backbone_sync.stores.copying import OPTIONS

# An older version that is replayed must not stand against what has since been stored or withdrawn.
_SET_ASIDE = (
    "INSERT INTO sync.quarantine AS q (entity, key, reason, field, last_update, payload, first_run, last_run)"
    " SELECT %(entity)s, %(key)s, %(reason)s, %(field)s, %(at)s::timestamptz, %(payload)s, %(run)s, %(run)s"
    " WHERE NOT EXISTS (SELECT FROM sync.tombstone d WHERE d.entity = %(entity)s AND d.key = %(key)s"
    " AND d.last_update >= %(at)s)"
)
_AGAIN = (
    "ON CONFLICT (entity, key) DO UPDATE SET reason = excluded.reason, field = excluded.field,"
    " last_update = excluded.last_update, payload = excluded.payload, last_run = excluded.last_run,"
    " seen_at = clock_timestamp() WHERE q.last_update IS NULL OR q.last_update <= excluded.last_update"
)


@dataclass(frozen=True)
class Statements:
    """The statements of one entity under one grant. `codes`: places of fixed-width codes among the granted fields."""

    staging: str
    copy: str
    direct: str
    revive: str
    merge: str
    stale: str
    settle: str
    remove: str
    bury: str
    unquarantine: str
    set_aside: str
    hold: str
    unhold: str
    touch: str
    saw: str
    noted: str
    ahead: str
    behind: str
    lacking: str
    absent: str
    absent_again: str
    settle_held: str
    codes: tuple[int, ...]

    @staticmethod
    def of(entity: Entity, granted: tuple[Field, ...]) -> Statements:
        """Made from the dictionary alone; `%s` stand for the entity's name and for arrays."""
        table, stage = ddl.qualified(entity), ddl.quoted(f"staging_{entity.name}")
        key = ddl.quoted(entity.key.name)
        names = [ddl.quoted(f.name) for f in granted] + ["flags"]
        columns = ", ".join(names)
        # The centre pads fixed-width codes with blanks.
        picked = [f"rtrim(s.{n})" if f.type == "code" else f"s.{n}" for f, n in zip(granted, names)] + ["s.flags"]
        stage_key = f"rtrim(s.{key})" if entity.key.type == "code" else f"s.{key}::text"
        rest = [n for n in names if n != key]
        key_type = ddl.column_type(entity.key)
        return Statements(
            staging=f"CREATE TEMP TABLE IF NOT EXISTS {stage} (LIKE {table}) ON COMMIT DELETE ROWS;"
            f" ALTER TABLE {stage} ALTER COLUMN stored_at DROP NOT NULL",
            copy=f"COPY {stage} ({columns}) FROM STDIN WITH {OPTIONS}",
            direct=f"COPY {table} ({columns}) FROM STDIN WITH {OPTIONS}",
            revive="DELETE FROM sync.tombstone d USING "
            f"{stage} s WHERE d.entity = %s AND d.key = {stage_key} AND d.last_update < s.last_update",
            merge=f"WITH merged AS (INSERT INTO {table} AS t ({columns})"
            f" SELECT {', '.join(picked)} FROM {stage} s"
            " WHERE NOT EXISTS (SELECT FROM sync.tombstone d WHERE d.entity = %s"
            f" AND d.key = {stage_key} AND d.last_update >= s.last_update)"
            f" ON CONFLICT ({key})"
            f" DO UPDATE SET {', '.join(f'{n} = excluded.{n}' for n in rest)}, stored_at = now()"
            " WHERE excluded.last_update >= t.last_update"
            f" AND ({', '.join('t.' + n for n in rest)}) IS DISTINCT FROM"
            f" ({', '.join('excluded.' + n for n in rest)})"
            " RETURNING (xmax = 0) AS created)"
            " SELECT count(*) FILTER (WHERE created), count(*) FILTER (WHERE NOT created) FROM merged",
            stale=f"SELECT count(*) FROM {stage} s JOIN {table} t ON t.{key} = "
            + (f"rtrim(s.{key})" if entity.key.type == "code" else f"s.{key}")
            + " WHERE t.last_update > s.last_update",
            settle=f"DELETE FROM sync.quarantine q USING {stage} s"
            f" WHERE q.entity = %s AND q.key = {stage_key}"
            " AND (q.last_update IS NULL OR q.last_update <= s.last_update)",
            remove=f"DELETE FROM {table} t USING unnest(%s::{key_type}[], %s::timestamptz[]) AS d(key, at)"
            f" WHERE t.{key} = d.key AND t.last_update <= d.at",
            bury="INSERT INTO sync.tombstone AS o (entity, key, last_update, run_id)"
            " SELECT %s, d.text, d.at, %s FROM"
            f" unnest(%s::text[], %s::{key_type}[], %s::timestamptz[]) AS d(text, key, at)"
            f" WHERE NOT EXISTS (SELECT FROM {table} t WHERE t.{key} = d.key)"
            " ON CONFLICT (entity, key) DO UPDATE SET last_update = excluded.last_update"
            " WHERE excluded.last_update > o.last_update",
            unquarantine="DELETE FROM sync.quarantine q"
            " USING unnest(%s::text[], %s::timestamptz[]) AS d(key, at)"
            " WHERE q.entity = %s AND q.key = d.key AND (q.last_update IS NULL OR q.last_update <= d.at)",
            set_aside=f"{_SET_ASIDE} AND NOT EXISTS (SELECT FROM {table} t"
            f" WHERE t.{key} = %(keyed)s::{key_type} AND t.last_update > %(at)s) {_AGAIN}",
            hold="INSERT INTO sync.held AS h (entity, key, kind, last_update, run_id)"
            " SELECT %s, d.text, 'tombstone', d.at, %s FROM"
            f" unnest(%s::text[], %s::{key_type}[], %s::timestamptz[]) AS d(text, key, at)"
            f" JOIN {table} t ON t.{key} = d.key WHERE t.last_update <= d.at"
            " ON CONFLICT (entity, key) DO UPDATE SET kind = 'tombstone',"
            " last_update = greatest(h.last_update, excluded.last_update)",
            unhold=f"DELETE FROM sync.held h USING {stage} s WHERE h.entity = %s AND h.key = {stage_key}"
            " AND (h.kind = 'absent' OR h.last_update < s.last_update)",
            touch=f"INSERT INTO touched (entity, key) SELECT %s, {stage_key} FROM {stage} s",
            saw="COPY seen (key, live) FROM STDIN",
            noted="COPY seen (key, last_update, live) FROM STDIN",
            # A whole snapshot is the later word: a newer version than it has is one that the source went back on.
            ahead=f"UPDATE {table} t SET last_update = s.last_update - interval '1 microsecond' FROM seen s"
            f" WHERE t.{key}::text = s.key AND t.last_update > s.last_update",
            # A version that was set aside or withdrawn here is known; every other that is newer is not.
            behind=f"SELECT min(s.last_update) FROM seen s LEFT JOIN {table} t ON t.{key}::text = s.key"
            " WHERE (t.last_update IS NULL OR t.last_update < s.last_update)"
            " AND NOT EXISTS (SELECT FROM sync.quarantine q WHERE q.entity = %(entity)s AND q.key = s.key"
            " AND q.last_update >= s.last_update)"
            " AND NOT EXISTS (SELECT FROM sync.tombstone d WHERE d.entity = %(entity)s AND d.key = s.key"
            " AND d.last_update >= s.last_update)",
            lacking=f"SELECT FROM {table} t WHERE NOT EXISTS (SELECT FROM seen WHERE seen.key = t.{key}::text)",
            absent="INSERT INTO sync.held (entity, key, kind, last_update, run_id)"
            f" SELECT %(entity)s, t.{key}::text, 'absent', t.last_update, %(run)s FROM {table} t"
            f" WHERE NOT EXISTS (SELECT FROM seen WHERE seen.key = t.{key}::text)",
            absent_again="ON CONFLICT (entity, key) DO NOTHING",
            settle_held=f"WITH gone AS (DELETE FROM {table} t USING sync.held h"
            f" WHERE h.entity = %(entity)s AND t.{key} = h.key::{key_type} AND t.last_update <= h.last_update"
            " AND (%(all)s OR h.release_id = ANY(%(released)s))"
            " RETURNING h.key, h.kind, h.last_update),"
            " buried AS (INSERT INTO sync.tombstone AS o (entity, key, last_update, run_id)"
            " SELECT %(entity)s, key, last_update, %(run)s FROM gone WHERE kind = 'tombstone'"
            " ON CONFLICT (entity, key) DO UPDATE SET last_update = excluded.last_update"
            " WHERE excluded.last_update > o.last_update),"
            " settled AS (DELETE FROM sync.held WHERE entity = %(entity)s"
            " AND (%(all)s OR release_id = ANY(%(released)s)))"
            " SELECT count(*) FROM gone",
            codes=tuple(i for i, f in enumerate(granted) if f.type == "code"),
        )
