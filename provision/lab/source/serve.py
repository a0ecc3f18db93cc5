"""The HTTPS server of the reference source: token, listing, totals, by contract v1."""

from __future__ import annotations

import gzip
import hmac
import json
import secrets
import socket
import sqlite3
import ssl
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import parse_qs, unquote, urlsplit

from . import listing, schema
from .faults import Answer, Switches

TOKEN_SECONDS = 3600
MAX_FORM = 4096


class Source(ThreadingHTTPServer):
    """Serves one data file for one region.

    `credentials` holds the files client_id and token, each one line.
    """

    daemon_threads = True
    request_queue_size = 64

    def __init__(self, address: tuple[str, int], data: Path, credentials: Path, certificate: Path, key: Path) -> None:
        self.data = data
        self.switches = Switches()
        self.client_id = (credentials / "client_id").read_text("utf-8").strip()
        self.secret = (credentials / "token").read_text("utf-8").strip()
        self._tokens: dict[str, float] = {}
        self._lock = threading.Lock()
        connection = schema.connect(data)
        self.region = connection.execute("SELECT value FROM meta WHERE name = 'region'").fetchone()[0]
        connection.close()
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.minimum_version = ssl.TLSVersion.TLSv1_2
        context.load_cert_chain(certificate, key)
        super().__init__(address, Handler)
        # The handshake belongs to the connection's own thread, lest a silent client keep everybody out.
        self.socket = context.wrap_socket(self.socket, server_side=True, do_handshake_on_connect=False)

    def issue(self, client_id: str, secret: str) -> str | None:
        """A new bearer token, None for wrong credentials."""
        right = hmac.compare_digest(client_id.encode(), self.client_id.encode())
        if not (hmac.compare_digest(secret.encode(), self.secret.encode()) and right):
            return None
        token = secrets.token_urlsafe(24)
        with self._lock:
            now = time.monotonic()
            self._tokens = {t: until for t, until in self._tokens.items() if until > now}
            self._tokens[token] = now + TOKEN_SECONDS
        return token

    def admits(self, token: str) -> bool:
        """Whether a bearer token is one of ours and still valid."""
        with self._lock:
            return self._tokens.get(token, 0.0) > time.monotonic()

    def revoke(self) -> None:
        """Every token issued so far becomes invalid."""
        with self._lock:
            self._tokens.clear()

    def handle_error(self, request: object, client_address: object) -> None:
        """A client that breaks off is no fault of the source."""


class Handler(BaseHTTPRequestHandler):
    """One connection of one client."""

    server: Source
    protocol_version = "HTTP/1.1"
    server_version = "BackboneReferenceSource/1"
    sys_version = ""
    timeout = 60

    def setup(self) -> None:
        """Handshake and open the data file, a connection each."""
        self.request.settimeout(self.timeout)
        self.request.do_handshake()
        self.request.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, True)
        super().setup()
        self.database: sqlite3.Connection = schema.connect(self.server.data)

    def finish(self) -> None:
        """Close the data file."""
        self.database.close()
        super().finish()

    def do_POST(self) -> None:
        """The token endpoint."""
        length = int(self.headers.get("Content-Length") or 0)
        form = parse_qs(self.rfile.read(length).decode("utf-8", "replace")) if 0 < length <= MAX_FORM else {}
        if urlsplit(self.path).path != "/oauth/token":
            self.close_connection = length > MAX_FORM
            self._send(_error(404, "not_found"))
            return
        one = {name: values[0] for name, values in form.items()}
        token = self.server.issue(one.get("client_id", ""), one.get("client_secret", ""))
        if one.get("grant_type") != "client_credentials":
            self._send(_error(400, "unsupported_grant_type"))
        elif token is None:
            self._send(_error(401, "invalid_client"))
        else:
            body = {"access_token": token, "token_type": "Bearer", "expires_in": TOKEN_SECONDS}
            self._send(Answer(200, json.dumps(body).encode(), headers=(("Cache-Control", "no-store"),)))

    def do_GET(self) -> None:
        """Listing and totals."""
        asked = urlsplit(self.path)
        scheme, _, token = self.headers.get("Authorization", "").partition(" ")
        if scheme.lower() != "bearer" or not self.server.admits(token):
            answer = _error(401, "invalid_token")
        else:
            try:
                answer = Answer(200, self._content(asked.path, parse_qs(asked.query)))
            except listing.RequestError as fault:
                answer = _error(fault.status, str(fault))
        self._send(self.server.switches.befall(asked.path, answer))

    def _content(self, path: str, query: dict[str, list[str]]) -> bytes:
        match [unquote(p) for p in path.strip("/").split("/")]:
            case ["v1", "regions", region, *rest] if region == self.server.region:
                pass
            case ["v1", "regions", *_]:
                raise listing.RequestError(403, "not your region")
            case _:
                raise listing.RequestError(404, "not_found")
        if rest == ["totals"]:
            return listing.totals(self.database, region)
        if len(rest) != 2 or rest[0] != "entities":
            raise listing.RequestError(404, "not_found")
        one = {name: values[0] for name, values in query.items()}
        limit = one.get("limit", "1000")
        if not (limit.isascii() and limit.isdigit() and int(limit) > 0):
            raise listing.RequestError(400, "limit is not a positive number")
        fields = [f for f in one.get("fields", "").split(",") if f]
        return listing.page(
            self.database,
            region,
            rest[1],
            int(limit),
            fields,
            one.get("cursor", ""),
            one.get("updated_since", ""),
        )

    def _send(self, answer: Answer) -> None:
        if answer.silence:
            time.sleep(answer.silence)
        body, headers = answer.body, list(answer.headers)
        names = {name for name, _ in headers}
        accepts = "gzip" in self.headers.get("Accept-Encoding", "")
        if accepts and len(body) > 1024 and "Content-Encoding" not in names and answer.cut is None:
            body = gzip.compress(body, compresslevel=1)
            headers.append(("Content-Encoding", "gzip"))
        self.send_response(answer.status)
        self.send_header("Content-Type", answer.content_type)
        self.send_header("Content-Length", str(len(body)))
        for name, value in headers:
            self.send_header(name, value)
        self.end_headers()
        if answer.cut is None:
            self.wfile.write(body)
            return
        self.wfile.write(body[: answer.cut])
        self.wfile.flush()
        self.close_connection = True

    def log_message(self, format: str, *args: object) -> None:
        """Requests are not logged: their cursors could name a row."""


def _error(status: int, word: str) -> Answer:
    return Answer(status, json.dumps({"error": word}).encode())
