"""A foreign source's rows in the dictionary's form: its names, times with a zone, numbers that came as text.

Only what cannot be meant otherwise is changed; everything else goes on as it came, for the validator to judge. Pure.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Mapping
from datetime import datetime, tzinfo
from typing import Any

import msgspec

from backbone_sync.dictionary import Entity, Field
from backbone_sync.run.state import UNTOLD

_NUMBER = re.compile(r"^[+-]?\d{1,18}(\.\d{1,18})?$")
_MOMENT = re.compile(r"^(\d{4}-\d{2}-\d{2})(?:[ T](\d{2}:\d{2})(:\d{2})?(?:\.(\d{1,9}))?)?$")
_MIDNIGHT = re.compile(r"^(\d{4}-\d{2}-\d{2})[ T]00:00(?::00(?:\.0+)?)?(?:Z|[+-]\d{2}:?\d{2})?$")
_NO_DATE = "0000-00-00"


class Shaper:
    """Shapes the rows of one entity.

    `names` leads from the source's names to the dictionary's; `ignore` are names of the source that are of no use;
    `known_only` drops every other name that the dictionary does not have (else it is passed on, and reported).
    """

    def __init__(
        self,
        entity: Entity,
        zone: tzinfo,
        names: Mapping[str, str] | None = None,
        ignore: Collection[str] = (),
        *,
        known_only: bool = False,
    ) -> None:
        self.key = entity.key.name
        self._names = dict(names or {})
        self._targets = frozenset(self._names.values())
        self._ignore = frozenset(ignore)
        self._known_only = known_only
        self._make: dict[str, Callable[[Any], Any]] = {f.name: _maker(f, zone) for f in entity.fields}

    def shape(self, row: Mapping[str, Any]) -> dict[str, Any]:
        """The row by the dictionary's names and types.

        A row without a time of change gets `state.UNTOLD`; one that does not say whether it is withdrawn is in force.
        """
        made: dict[str, Any] = {}
        for source, value in row.items():
            name = self._names.get(source)
            if name is None:
                # A name that another one is mapped to is another thing at the source.
                if source in self._ignore or source in self._targets:
                    continue
                name = source
            make = self._make.get(name)
            if make is not None:
                made[name] = make(value)
            elif not self._known_only:
                made[name] = value
        if made.get("last_update") is None:
            made["last_update"] = _UNTOLD
        if made.get("soft_delete") is None:
            made["soft_delete"] = 0
        return made

    def in_force(self, row: Any) -> msgspec.Raw | None:
        """The same as JSON, None where it says that it is withdrawn: it is then as good as absent.

        A source that is compared as a whole needs no tombstones, and where it tells no times, a tombstone could not be
        told from a row that is back. What is no object goes on as it came.
        """
        made = self.shape(row) if isinstance(row, dict) else row
        if isinstance(made, dict) and made["soft_delete"] == 1:
            return None
        return msgspec.Raw(msgspec.json.encode(made))


_UNTOLD = UNTOLD.isoformat().replace("+00:00", "Z")


def _maker(item: Field, zone: tzinfo) -> Callable[[Any], Any]:
    """What makes a value of the field of whatever the source says."""
    change: Callable[[Any], Any]
    if item.type == "integer":
        change = _integer
    elif item.type == "decimal":
        change = _decimal
    elif item.type == "timestamp":

        def change(value: Any) -> Any:
            return _timestamp(value, zone)

    elif item.type == "date":
        change = _date
    elif item.type == "text" and not item.codes and not item.pattern:
        change = _text
    elif item.type == "uuid":
        change = _stripped
    else:
        change = _same
    # An empty text is no value; where there must be one, the validator says that it is wrong.
    if not item.nullable:
        return change
    return lambda value: None if isinstance(value, str) and not value.strip() else change(value)


def _same(value: Any) -> Any:
    return value


def _stripped(value: Any) -> Any:
    return value.strip() if isinstance(value, str) else value


def _text(value: Any) -> Any:
    """A whole number becomes text; for codes and identifiers it may have lost zeros, and stays one."""
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else value


def _integer(value: Any) -> Any:
    if isinstance(value, bool):
        return int(value)
    if isinstance(value, float) and value.is_integer():
        return int(value)
    if isinstance(value, str) and _NUMBER.match(text := value.strip()):
        whole, _, rest = text.partition(".")
        return value if rest.strip("0") else int(whole)
    return value


def _decimal(value: Any) -> Any:
    return float(value) if isinstance(value, str) and _NUMBER.match(value.strip()) else value


def _timestamp(value: Any, zone: tzinfo) -> Any:
    """A time without a zone is one of the region's."""
    if not isinstance(value, str) or not (found := _MOMENT.match(value.strip())):
        return value
    day, minutes, seconds, fraction = found.groups()
    try:
        moment = datetime.fromisoformat(f"{day}T{minutes or '00:00'}{seconds or ':00'}")
    except ValueError:
        return None if day == _NO_DATE else value
    moment = moment.replace(microsecond=int((fraction or "0")[:6].ljust(6, "0")), tzinfo=zone)
    return moment.isoformat()


def _date(value: Any) -> Any:
    if not isinstance(value, str):
        return value
    text = value.strip()
    if text.startswith(_NO_DATE):
        return None
    found = _MIDNIGHT.match(text)
    return found[1] if found else text
