"""Judges rows against the data dictionary: storable, withdrawn, to quarantine, or refused. Pure; made once
an entity.

The struct that msgspec decodes into is made from the dictionary, so that the checks run in C. It refuses
fields that it does not know; the first row that has one teaches the validator its name, which is reported,
and the field is skipped from then on. Fields outside the grant are never decoded: they are counted and left
behind.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Annotated, Any, Literal, Optional

import msgspec

from backbone_sync.dictionary import Entity, Field

UUID = r"^[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}$"
OUTSIDE = "outside_region"
IDENTIFIER_WIDTH = 32  # a passport or permit number stands in the NIK's column; it is flagged, not dropped
_PLACE = re.compile(r"(?:field |\$\.)`?([A-Za-z_][A-Za-z0-9_]{0,62})`?")
_UNKNOWN = re.compile(r"^Object contains unknown field `([^`]{1,63})`$")
# A decoder can be made for a name without these, and for no more than so many names.
_UNLEARNABLE = re.compile(r'[\x00-\x1f"\\]')
_LEARNT = 200
# Beyond these years a time in another zone is one that neither Python nor a database reads back.
_YEARS = range(2, 9999)
# Rows that are looked at column by column together; one that is out of the ordinary sends all of them the long way.
_TOGETHER = 64
_OBJECT = msgspec.json.Decoder(dict[str, msgspec.Raw])
_REASONS = (
    ("Object missing required field", "missing"),
    ("Object contains unknown field", "unknown_field"),
    ("Invalid enum value", "not_in_code_list"),
    ("Expected `str` of length", "too_long"),
    ("Expected `str` matching", "malformed"),
    ("Expected `int` ", "out_of_range"),
    ("Expected `float` ", "out_of_range"),
    ("Invalid RFC3339", "not_a_time"),
    ("Expected `datetime` with a timezone", "not_a_time"),
)


@dataclass(frozen=True)
class Quarantined:
    """A row that cannot be stored: why, where, and as much of it as the grant allows (None when refused)."""

    key: str
    reason: str
    field: str | None
    last_update: datetime | None
    payload: str | None


@dataclass
class Judged:
    """A page after judgement. `rows` and `tombstones` by key text, the latest version of each key only."""

    rows: dict[str, tuple[Any, ...]] = field(default_factory=dict)
    tombstones: dict[str, datetime] = field(default_factory=dict)
    quarantined: dict[str, Quarantined] = field(default_factory=dict)
    received: int = 0
    flagged: int = 0
    dropped_values: int = 0
    high_update: datetime | None = None

    @property
    def refused(self) -> int:
        """How many rows lie outside the region."""
        return sum(1 for q in self.quarantined.values() if q.reason == OUTSIDE)


@dataclass(frozen=True)
class Scope:
    """What belongs to the region: its area codes, and the keys of refused parents by entity."""

    areas: frozenset[str] = frozenset()
    refused: Mapping[str, frozenset[str]] = field(default_factory=dict)


def bounds(item: Field) -> tuple[float, float]:
    """The least and the greatest value of a decimal field: its own bounds, and what its column holds."""
    widest = 10 ** ((item.precision or 0) - (item.scale or 0)) - 10.0 ** -(item.scale or 0)
    low = -widest if item.minimum is None else max(item.minimum, -widest)
    return low, widest if item.maximum is None else min(item.maximum, widest)


def _wire_type(item: Field, *, swift: bool = False) -> Any:
    made: Any
    if item.codes:
        made = Literal[tuple(item.codes)]
    elif item.type == "uuid" and swift:
        made = Annotated[str, msgspec.Meta(min_length=36, max_length=36)]
    elif item.type == "uuid":
        made = Annotated[str, msgspec.Meta(pattern=UUID)]
    elif item.type in ("text", "code"):
        made = Annotated[str, msgspec.Meta(max_length=item.length)]
    elif item.type == "identifier":
        made = Annotated[str, msgspec.Meta(max_length=IDENTIFIER_WIDTH)]
    elif item.type == "integer":
        made = Annotated[int, msgspec.Meta(ge=0, le=10 ** (item.digits or 0) - 1)]
    elif item.type == "decimal":
        low, high = bounds(item)
        made = Annotated[float, msgspec.Meta(ge=low, le=high)]
    elif item.type == "timestamp":
        made = Annotated[datetime, msgspec.Meta(tz=True)]
    else:
        made = date
    # Not `made | None`: on Python 3.9 that fails for a Literal or a class.
    return Optional[made] if item.nullable else made


_astuple = msgspec.structs.astuple


class Validator:
    """Judges the rows of one entity; `granted` are the fields to keep, in the order of the stored tuple."""

    def __init__(self, entity: Entity, granted: tuple[Field, ...], scope: Scope | None = None) -> None:
        self.entity = entity
        self.granted = granted
        self.scope = scope or Scope()
        self.unknown: set[str] = set()
        self._learnt: set[str] = set()
        names = [f.name for f in granted]
        self._names = frozenset(names)
        self._key = names.index(entity.key.name)
        self._update = names.index("last_update")
        self._delete = names.index("soft_delete")
        self._identifiers = tuple(
            (i, f.name, re.compile(f.pattern).fullmatch, _lines(f.pattern)) for i, f in enumerate(granted) if f.pattern
        )
        self._times = tuple((i, f.name) for i, f in enumerate(granted) if f.type == "timestamp")
        self._uuids = tuple(i for i, f in enumerate(granted) if f.type == "uuid" and not f.codes)
        self._known = frozenset(f.name for f in entity.fields)
        self._scoped = tuple((i, f.name, f.scope) for i, f in enumerate(granted) if f.scope)
        self._inside: set[tuple[str, Any]] = set()  # (scope, value) as they come, found to lie in the region
        self._key_is_uuid = entity.key.type == "uuid"
        self._make()
        head: list[Any] = [
            (entity.key.name, _wire_type(entity.key)),
            ("last_update", Annotated[datetime, msgspec.Meta(tz=True)]),
            ("soft_delete", int, 0),
        ]
        self._head: msgspec.json.Decoder[Any] = msgspec.json.Decoder(msgspec.defstruct("Head", head))

    def _make(self) -> None:
        self._row, self._swift = self._decoder(swift=False), self._decoder(swift=True)

    def _decoder(self, *, swift: bool) -> msgspec.json.Decoder[Any]:
        """What a row must be; `swift`: as `_plain` reads it, without the form of uuids and with a place for flags."""
        wanted: list[Any] = []
        for item in self.granted:
            wire = _wire_type(item, swift=swift)
            wanted.append((item.name, wire, None) if item.nullable else (item.name, wire))
        left = [f.name for f in self.entity.fields if f.name not in self._names] + sorted(self._learnt)
        # By position, because a source may name a column as no Python name can be.
        renamed = {f"left_{i}": name for i, name in enumerate(left)}
        if swift:
            # No source gives this a value: none fits it.
            wanted.append(("left_flags", Annotated[int, msgspec.Meta(ge=1, le=0)], None))
            renamed["left_flags"] = "`"
        wanted += [(f"left_{i}", msgspec.Raw, msgspec.UNSET) for i in range(len(left))]
        struct = msgspec.defstruct("Row", wanted, kw_only=True, forbid_unknown_fields=True, gc=False, rename=renamed)
        return msgspec.json.Decoder(struct)

    def key_text(self, value: Any) -> str:
        """A key as the state tables hold it: without padding, uuids in lower case."""
        text = str(value)
        return text.lower() if self._key_is_uuid else text.rstrip(" ")

    def judge(self, raws: list[msgspec.Raw], nul_possible: bool = True) -> Judged:
        """Judge a page's rows. Tuples have the granted fields' order, then the flags (a list or None)."""
        judged = Judged(received=len(raws))
        for start in range(0, len(raws), _TOGETHER):
            some = raws[start : start + _TOGETHER]
            if nul_possible or not self._plain(some, judged):
                for raw in some:
                    self._one(raw, judged, nul_possible)
        return judged

    def _plain(self, raws: list[msgspec.Raw], judged: Judged) -> bool:
        """Judge rows that are all to be stored, each the only one of its key, column by column: what `_one` makes of
        them at less than half its cost. False, with nothing done, when there is another kind of row among them."""
        try:
            decode = self._swift.decode
            whole = [_astuple(decode(raw)) for raw in raws]
        except (msgspec.DecodeError, RecursionError):
            return False
        width = len(self.granted)
        at = self._key
        keys = [row[at].lower() for row in whole] if self._key_is_uuid else [self.key_text(row[at]) for row in whole]
        if not (
            not sum([row[self._delete] for row in whole])
            and all(_fit(_UUIDS, [row[i] for row in whole]) for i in self._uuids)
            and all(_in_years([row[i] for row in whole]) for i, _ in self._times)
            and all(self._within(scope, {row[i] for row in whole}) for i, _, scope in self._scoped)
        ):
            return False
        flags: dict[int, list[str]] = {}
        for index, name, fits, all_fit in self._identifiers:
            values = [row[index] for row in whole]
            if not _fit(all_fit, values):
                for place in (n for n, v in enumerate(values) if v is not None and not fits(v)):
                    flags.setdefault(place, []).append(name)
        rows = whole if len(whole[0]) == width + 1 else [row[: width + 1] for row in whole]
        made = dict(zip(keys, rows))
        for place, names in flags.items():
            made[keys[place]] = (*rows[place][:width], names)
        if len(made) < len(rows) or not all(
            known.keys().isdisjoint(keys) for known in (judged.rows, judged.tombstones, judged.quarantined)
        ):
            return False
        for left in range(width + 1, len(whole[0])):
            judged.dropped_values += len(whole) - [row[left] for row in whole].count(msgspec.UNSET)
        self._note(judged, max([row[self._update] for row in whole]))
        judged.flagged += len(flags)
        judged.rows.update(made)
        return True

    def _within(self, scope: str | None, values: set[Any]) -> bool:
        return not any((scope, v) not in self._inside and self._outside(scope, v) for v in values)

    def _decode(self, raw: msgspec.Raw, judged: Judged) -> Any:
        while True:
            try:
                return self._row.decode(raw)
            except RecursionError:
                raise msgspec.DecodeError("nested too deeply") from None
            except msgspec.ValidationError as fault:
                if not str(fault).startswith("Object contains unknown field"):
                    raise
                found = _UNKNOWN.match(str(fault))
                # A field that has been learnt is known to the struct, so each turn names a new one.
                if found and len(self._learnt) < _LEARNT and not _UNLEARNABLE.search(found[1]):
                    self.unknown.add(found[1])
                    self._learnt.add(found[1])
                    self._make()
                else:
                    raw = self._without_unknown(raw, judged)

    def _without_unknown(self, raw: msgspec.Raw, judged: Judged) -> msgspec.Raw:
        """The row without fields that the struct does not know: the slow way, for names that it cannot learn."""
        content = _OBJECT.decode(raw)
        kept = {name: value for name, value in content.items() if name in self._known or name in self._learnt}
        judged.dropped_values += len(content) - len(kept)
        for name in content.keys() - kept.keys():
            if len(self.unknown) < 2 * _LEARNT:
                self.unknown.add(name)
        return msgspec.Raw(msgspec.json.encode(kept))

    def _one(self, raw: msgspec.Raw, judged: Judged, nul_possible: bool) -> None:
        try:
            values = msgspec.structs.astuple(self._decode(raw, judged))
        except msgspec.DecodeError as fault:
            self._unfit(raw, judged, *_reason(str(fault)))
            return
        if len(values) > len(self.granted):
            left, values = values[len(self.granted) :], values[: len(self.granted)]
            judged.dropped_values += sum(value is not msgspec.UNSET for value in left)
        key, moment = self.key_text(values[self._key]), values[self._update]
        if nul_possible and "\x00" in key:
            self._unkeyed(raw, judged, "nul_character", self.entity.key.name)
            return
        if moment.year not in _YEARS:
            self._unkeyed(raw, judged, "out_of_range", "last_update")
            return
        self._note(judged, moment)
        if values[self._delete]:
            self._tombstone(judged, key, moment)
            return
        for index, name in self._times:
            value = values[index]
            if value is not None and value.year not in _YEARS:
                self._set_aside(judged, self._kept(raw, key, moment, "out_of_range", name))
                return
        for index, name, scope in self._scoped:
            if (scope, values[index]) not in self._inside and self._outside(scope, values[index]):
                self._set_aside(judged, Quarantined(key, OUTSIDE, name, moment, None))
                return
        if nul_possible:
            for item, value in zip(self.granted, values):
                if isinstance(value, str) and "\x00" in value:
                    self._set_aside(judged, self._kept(raw, key, moment, "nul_character", item.name))
                    return
        flags = None
        for index, name, fits, _ in self._identifiers:
            value = values[index]
            if value is not None and not fits(value):
                flags = [*(flags or ()), name]
        if flags:
            judged.flagged += 1
        if key in judged.rows or judged.tombstones or judged.quarantined:
            if not self._newest(judged, key, moment):
                return
            judged.tombstones.pop(key, None)
            judged.quarantined.pop(key, None)
        judged.rows[key] = (*values, flags)

    def _newest(self, judged: Judged, key: str, moment: datetime) -> bool:
        """Whether no later version of the key stands on this page; a deletion wins a tie."""
        row, gone, kept = judged.rows.get(key), judged.tombstones.get(key), judged.quarantined.get(key)
        return not (
            (row is not None and row[self._update] > moment)
            or (gone is not None and gone >= moment)
            or (kept is not None and kept.last_update is not None and kept.last_update > moment)
        )

    def _outside(self, scope: str | None, value: Any) -> bool:
        if value is None:
            return False
        if scope == "region":
            if str(value).rstrip(" ") not in self.scope.areas:
                return True
            self._inside.add((scope, value))  # as many as the region has areas
            return False
        return str(value).lower() in self.scope.refused.get(scope or "", frozenset())

    @staticmethod
    def _note(judged: Judged, moment: datetime) -> None:
        if judged.high_update is None or moment > judged.high_update:
            judged.high_update = moment

    def _unfit(self, raw: msgspec.Raw, judged: Judged, reason: str, where: str | None) -> None:
        """A row that does not decode: a bare tombstone is still one, everything else goes to quarantine."""
        try:
            head = self._head.decode(raw)
            key, moment = self.key_text(getattr(head, self.entity.key.name)), head.last_update
        except (msgspec.DecodeError, RecursionError):
            self._unkeyed(raw, judged, reason, where)
            return
        if moment.year not in _YEARS:
            self._unkeyed(raw, judged, "out_of_range", "last_update")
            return
        if "\x00" in key:
            self._unkeyed(raw, judged, "nul_character", self.entity.key.name)
            return
        self._note(judged, moment)
        if head.soft_delete == 1:
            self._tombstone(judged, key, moment)
        else:
            self._set_aside(judged, self._kept(raw, key, moment, reason, where))

    def _unkeyed(self, raw: msgspec.Raw, judged: Judged, reason: str, where: str | None) -> None:
        digest = "?" + hashlib.sha256(bytes(raw)).hexdigest()[:32]
        judged.quarantined[digest] = self._kept(raw, digest, None, reason, where)

    def _set_aside(self, judged: Judged, row: Quarantined) -> None:
        if row.last_update is not None and self._newest(judged, row.key, row.last_update):
            judged.rows.pop(row.key, None)
            judged.tombstones.pop(row.key, None)
            judged.quarantined[row.key] = row

    def _kept(self, raw: msgspec.Raw, key: str, moment: datetime | None, reason: str, where: str | None) -> Quarantined:
        try:
            content = msgspec.json.decode(raw)
            if not isinstance(content, dict):
                return Quarantined(key, "not_an_object", None, moment, None)
            # As they came: a number may be larger than any that Python's encoder writes.
            within = {name: value for name, value in _OBJECT.decode(raw).items() if name in self._names}
            return Quarantined(key, reason, where, moment, msgspec.json.encode(within).decode())
        except (msgspec.DecodeError, RecursionError, UnicodeDecodeError):
            return Quarantined(key, reason, where, moment, None)

    def _tombstone(self, judged: Judged, key: str, moment: datetime) -> None:
        if self._newest(judged, key, moment):
            judged.rows.pop(key, None)
            judged.quarantined.pop(key, None)
            judged.tombstones[key] = moment


def _lines(pattern: str) -> re.Pattern[str]:
    """Matches lines that each match `pattern`."""
    return re.compile(f"(?:{pattern}\n)*", re.MULTILINE)


_UUIDS = _lines(UUID)


def _fit(lines: re.Pattern[str], values: list[Any]) -> bool:
    """Whether every value that is there is such a line; one that holds a line's end is none."""
    there = [value for value in values if value is not None]
    text = "\n".join([*there, ""])
    return text.count("\n") == len(there) and lines.fullmatch(text) is not None


def _in_years(values: list[Any]) -> bool:
    years = {value.year for value in values if value is not None}
    return not years or (min(years) in _YEARS and max(years) in _YEARS)


def _reason(message: str) -> tuple[str, str | None]:
    """A decoder's message as (reason, field); its own words can quote a value and go no further."""
    place = _PLACE.search(message)
    reason = next((word for start, word in _REASONS if message.startswith(start)), "wrong_type")
    return reason, place[1] if place else None
