"""Whose row it is: the rows of an entity that belong to certain schools and to no other.

Asked when some schools did not answer: only rows of those that did may be missed. A row whose school cannot be told is
nobody's here, and stays.
"""

# ruff: noqa: S608  (identifiers come from the data dictionary, values are parameters)

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from backbone_sync.dictionary import Entity
from backbone_sync.dictionary.validator import UUID
from backbone_sync.privacy.grant import ENROLMENT
from backbone_sync.stores import ddl_postgresql as ddl

SCHOOL = "sekolah_id"
_CLASS = "rombongan_belajar"
_KEY = re.compile(UUID).fullmatch


@dataclass(frozen=True)
class Part:
    """`rows`: a condition on the table's alias t, with `values`; `remember`: statements that write down, in the
    session's table `parted`, the school of rows that are about to be deleted, for what hangs on them."""

    rows: str
    values: dict[str, Any]
    remember: tuple[str, ...] = field(default=())

    @staticmethod
    def of(entity: Entity, schools: frozenset[str], granted: Mapping[str, Entity]) -> Part:
        """The rows of `entity` that belong to `schools`; `granted` are the entities that have a table."""
        values = {"schools": sorted(key for key in schools if _KEY(key))}
        names = {f.name for f in entity.fields}
        if SCHOOL in names:
            return Part(f"t.{SCHOOL} = ANY(%(schools)s::uuid[])", values, _remembered(entity))
        if entity.name in ENROLMENT and ENROLMENT[entity.name] in granted:
            theirs = _by(granted[ENROLMENT[entity.name]], entity.key.name)
        elif f"{_CLASS}_id" in names and _CLASS in granted:
            theirs = _by(granted[_CLASS], f"{_CLASS}_id")
        else:
            return Part("false", {})
        own = f"SELECT FROM ({theirs}) p WHERE p.key = t.{_on(entity)}::text"
        return Part(
            f"EXISTS ({own} AND p.school = ANY(%(schools)s::uuid[]))"
            f" AND NOT EXISTS ({own} AND (p.school = ANY(%(schools)s::uuid[])) IS NOT TRUE)",
            values,
        )


def _on(entity: Entity) -> str:
    return ddl.quoted(entity.key.name if entity.name in ENROLMENT else f"{_CLASS}_id")


def _by(entity: Entity, column: str) -> str:
    """(key, school) of what leads to a school, also where this run has deleted it."""
    return (
        f"SELECT {ddl.quoted(column)}::text AS key, {SCHOOL} AS school FROM {ddl.qualified(entity)}"
        f" UNION ALL SELECT key, school FROM pg_temp.parted WHERE entity = '{entity.name}'"
    )


def _remembered(entity: Entity) -> tuple[str, ...]:
    column = next((p for p, enrolment in ENROLMENT.items() if enrolment == entity.name), "")
    if not column and entity.name != _CLASS:
        return ()
    of = ddl.quoted(f"{column or _CLASS}_id")
    return (
        f"INSERT INTO pg_temp.parted (entity, key, school) SELECT %(entity)s, t.{of}::text, t.{SCHOOL}"
        f" FROM {ddl.qualified(entity)} t JOIN sync.held h ON h.entity = %(entity)s"
        f" AND h.key = t.{ddl.quoted(entity.key.name)}::text AND h.kind = 'absent'",
    )
