"""What the region may receive: which entities, and which of their fields.

The rest is neither asked for nor kept.
"""

from __future__ import annotations

from dataclasses import dataclass

from backbone_sync.dictionary import Dictionary, Entity, Field
from backbone_sync.errors import ConfigInvalid

# Without these a row cannot be ordered, matched or withdrawn; they hold nothing about a person.
ALWAYS = ("create_date", "last_update", "soft_delete", "last_sync", "updater_id")


@dataclass(frozen=True)
class Grant:
    """`entities` in the dictionary's order.

    `leave_out` sensitivities; `without` single fields ("entity.field").
    """

    entities: tuple[str, ...]
    leave_out: frozenset[str] = frozenset({"s"})
    without: frozenset[str] = frozenset()

    def fields(self, entity: Entity) -> tuple[Field, ...]:
        """The fields of an entity that may be fetched and stored; key and bookkeeping always."""
        return tuple(f for f in entity.fields if self._may(entity, f))

    def _may(self, entity: Entity, field: Field) -> bool:
        if field.key or field.scope or field.name in ALWAYS:
            return True
        return field.sensitivity not in self.leave_out and f"{entity.name}.{field.name}" not in self.without


def make(
    dictionary: Dictionary,
    entities: tuple[str, ...] = (),
    leave_out: tuple[str, ...] = ("s",),
    without: tuple[str, ...] = (),
) -> Grant:
    """A grant checked against the dictionary.

    No entities named means all. ConfigInvalid for unknown names.
    """
    known_fields = {f"{e.name}.{f.name}" for e in dictionary.entities for f in e.fields}
    unknown = sorted({*entities} - {*dictionary.names}) + sorted({*without} - known_fields)
    if unknown:
        raise ConfigInvalid(
            "the grant names what the data dictionary does not know: " + ", ".join(unknown),
            "correct the names in the configuration's [grant]",
        )
    if odd := sorted({*leave_out} - {"u", "s"}):
        raise ConfigInvalid(f"the grant leaves out {', '.join(odd)}; only u and s are sensitivities")
    # Code tables are about nobody, and without the areas nothing could be told to lie in the region.
    chosen = tuple(n for n in dictionary.names if not entities or n in entities or n.startswith("ref."))
    return Grant(chosen, frozenset(leave_out), frozenset(without))
