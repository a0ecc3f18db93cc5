"""What the lab's centre offers beside the Backbone source: malware signatures, and an ear for notices.

Serves GET for files below a folder, and notes every POST (and GET of /alive) as a line of JSON. Uses the standard
library alone, because it runs on a lab host: `python3 world.py FOLDER NOTES`.
"""

from __future__ import annotations

import json
import sys
import threading
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

MOST = 64 * 1024  # bytes of a notice that are kept


class World(SimpleHTTPRequestHandler):
    """Static files, and notices."""

    writing = threading.Lock()

    def __init__(self, *arguments: Any, notes: Path, **options: Any) -> None:
        self.notes = notes
        super().__init__(*arguments, **options)

    def _note(self, body: str) -> None:
        with self.writing, self.notes.open("a") as notes:
            notes.write(json.dumps({"path": self.path, "from": self.client_address[0], "body": body}) + "\n")
        self.send_response(204)
        self.end_headers()

    def do_GET(self) -> None:
        """A file, or a sign of life."""
        if self.path.startswith("/alive"):
            self._note("")
        else:
            super().do_GET()

    def do_POST(self) -> None:
        """A notice."""
        length = min(int(self.headers.get("Content-Length", 0)), MOST)
        self._note(self.rfile.read(length).decode(errors="replace"))


def main() -> None:
    """Serve until ended."""
    folder, notes = sys.argv[1:3]
    handler = partial(World, directory=folder, notes=Path(notes))
    ThreadingHTTPServer(("", 80), handler).serve_forever()


if __name__ == "__main__":
    main()
