"""Moments as a person of the region reads them. Everything that is stored is UTC."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

# The four zones of Indonesia by their IANA names, and what people call them.
ZONES = {"Asia/Jakarta": "WIB", "Asia/Pontianak": "WIB", "Asia/Makassar": "WITA", "Asia/Jayapura": "WIT"}


def shown(moment: str | datetime, zone: str, *, seconds: bool = False) -> str:
    """A moment in a region's zone with the zone's Indonesian name; in UTC, and saying so, where there is no zone.

    `moment`: ISO 8601 or a datetime that knows its offset; "" gives "–".
    """
    if not moment:
        return "–"
    at = datetime.fromisoformat(moment) if isinstance(moment, str) else moment
    try:
        local, name = (at.astimezone(ZoneInfo(zone)), ZONES.get(zone)) if zone else (at.astimezone(UTC), "UTC")
    except (ZoneInfoNotFoundError, ValueError):
        local, name = at.astimezone(UTC), "UTC"
    return f"{local:%Y-%m-%d %H:%M}{f':{local:%S}' if seconds else ''} {name or local.tzname()}"
