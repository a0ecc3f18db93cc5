"""What form and what compression a client accepts, by RFC 9110 §12.5. Pure."""

from __future__ import annotations

import gzip
import importlib
from collections.abc import Callable

JSON, LINES = "application/json", "application/x-ndjson"
SMALL = 1024  # bytes; below, compression is not worth its header


def _zstd() -> Callable[[bytes], bytes] | None:
    """The standard library's zstd (from Python 3.14), or its backport where that is installed."""
    for name in ("compression.zstd", "backports.zstd"):
        try:
            return importlib.import_module(name).compress  # type: ignore[no-any-return]
        except ImportError:
            continue
    return None


_FOUND = _zstd()
# Best first.
CODINGS: dict[str, Callable[[bytes], bytes]] = {
    **({"zstd": _FOUND} if _FOUND else {}),
    "gzip": lambda body: gzip.compress(body, compresslevel=1),
}


def _weights(header: str) -> dict[str, float]:
    made = {}
    for item in header.split(","):
        name, *parameters = (part.strip().lower() for part in item.split(";"))
        weight = 1.0
        for parameter in parameters:
            if parameter.startswith("q="):
                try:
                    weight = float(parameter[2:])
                except ValueError:
                    weight = 0.0
        if name:
            made[name] = weight
    return made


def media(accept: str | None, offered: tuple[str, ...] = (JSON,)) -> str | None:
    """The form to answer in, the first of `offered` where the client has no wish, None when it accepts none."""
    weights = _weights(accept or "")
    if not weights:
        return offered[0]
    ranked = [(weights.get(o, weights.get("application/*", weights.get("*/*", 0.0))), o) for o in offered]
    best = max(weight for weight, _ in ranked)
    return next((o for weight, o in ranked if weight == best), None) if best > 0 else None


def coding(accept_encoding: str | None, size: int) -> str | None:
    """The compression of a body of `size` bytes, None for none."""
    if size <= SMALL:
        return None
    weights = _weights(accept_encoding or "")
    ranked = [(weights.get(name, weights.get("*", 0.0)), name) for name in CODINGS]
    best = max(weight for weight, _ in ranked)
    return next(name for weight, name in ranked if weight == best) if best > 0 else None
