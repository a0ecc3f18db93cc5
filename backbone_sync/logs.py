"""The service's log on stderr: a line an event, as text or as JSON. No line holds a row's value.

Messages are ours: entities, field names, counts, classes of faults. What others say about a fault is kept out,
because a database or a decoder may quote the row at hand.
"""

from __future__ import annotations

import logging
import sys
from datetime import datetime, timezone

import msgspec

FORMATS = ("text", "json")


class Json(logging.Formatter):
    """One JSON object a line: at (UTC), level, logger, message; `fault` the class of an exception, never its words."""

    def format(self, record: logging.LogRecord) -> str:
        """The line of a record, without its traceback: that would quote values."""
        line = {
            "at": datetime.fromtimestamp(record.created, timezone.utc).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage(),
        }
        if record.exc_info and record.exc_info[0]:
            line["fault"] = record.exc_info[0].__name__
        return msgspec.json.encode(line).decode()


def configure(form: str) -> None:
    """Log to stderr in the given form, replacing what was configured before."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(Json() if form == "json" else logging.Formatter("%(levelname)s %(message)s"))
    logging.basicConfig(level=logging.INFO, handlers=[handler], force=True)
    # The HTTP library's debug lines hold query strings; ours never do.
    logging.getLogger("urllib3").setLevel(logging.WARNING)
