"""A small HTTP(S) server for tests whose answers are made by a function: status, headers, body, or nothing at all."""

from __future__ import annotations

import json
import ssl
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import parse_qsl, urlsplit


@dataclass(frozen=True)
class Asked:
    """One request as it came; header names in lower case."""

    method: str
    path: str
    query: Mapping[str, str]
    headers: Mapping[str, str]
    form: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Reply:
    """What goes back. `announced`: a Content-Length other than the body's; `silent`: nothing, until the test ends."""

    status: int = 200
    body: bytes = b""
    kind: str = "application/json"
    headers: Mapping[str, str] = field(default_factory=dict)
    announced: int = 0
    silent: bool = False


HTML = Reply(body=b"<!DOCTYPE html><html><body>Fatal error</body></html>", kind="text/html; charset=utf-8")


def reply(made: object, status: int = 200) -> Reply:
    """JSON."""
    return Reply(status, json.dumps(made).encode())


@contextmanager
def served(answer: Callable[[Asked], Reply], tls: tuple[Path, Path] | None = None) -> Iterator[str]:
    """The address of a server that answers so, over TLS with `tls` (certificate, key), until the block is left."""
    over = threading.Event()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        wbufsize = -1  # head and body in one piece: in two, the second would wait for the other side's delayed word

        def _serve(self) -> None:
            parts = urlsplit(self.path)
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0)).decode()
            headers = {name.lower(): value for name, value in self.headers.items()}
            made = answer(Asked(self.command, parts.path, dict(parse_qsl(parts.query)), headers, dict(parse_qsl(body))))
            if made.silent:
                over.wait(30)
                self.close_connection = True
                return
            self.send_response(made.status)
            self.send_header("Content-Type", made.kind)
            self.send_header("Content-Length", str(made.announced or len(made.body)))
            for name, value in made.headers.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(made.body)
            if made.announced:
                self.close_connection = True

        do_GET = do_POST = _serve  # noqa: N815

        def log_message(self, format: str, *args: object) -> None:
            """Quiet."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    server.handle_error = lambda *about: None  # type: ignore[method-assign]  # a client that went away is meant
    if tls:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(*tls)
        server.socket = context.wrap_socket(server.socket, server_side=True)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield f"{'https' if tls else 'http'}://127.0.0.1:{server.server_address[1]}"
    finally:
        over.set()
        server.shutdown()
        server.server_close()
        thread.join(5)
