"""The contract's digest as the source makes it. Tests hold it equal to the service's own, and to PostgreSQL's."""

from __future__ import annotations

import datetime as dt
import hashlib

from . import schema

_EPOCH = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)
_MICROSECOND = dt.timedelta(microseconds=1)


class Sum:
    """Adds up rows; as an SQLite aggregate `digest(entity, key, last_update)` too."""

    def __init__(self) -> None:
        self._total = 0

    def step(self, entity: str, key: object, last_update: str) -> None:
        """One row in force."""
        text = str(key).rstrip(" ") if entity in schema.TEXT_KEYS else str(key).lower()
        micros = (dt.datetime.fromisoformat(last_update.replace("Z", "+00:00")) - _EPOCH) // _MICROSECOND
        line = f"{text}|{micros}".encode()
        self._total += int.from_bytes(hashlib.sha256(line).digest()[:8], "big")

    def finalize(self) -> str:
        """The digest of the rows so far."""
        return format(self._total % (1 << 64), "016x")
