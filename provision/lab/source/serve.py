"""The HTTPS server of the reference source: token, listing, snapshot, totals and notice, by contract v1."""

from __future__ import annotations

import datetime as dt
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

from . import listing, negotiate, notice, schema
from .account import Ledger
from .faults import Answer, Switches
from .limiter import Limiter

TOKEN_SECONDS = 3600
MAX_FORM = 4096
_PARAMETERS = {
    "listing": {"limit", "fields", "cursor", "updated_since"},
    "snapshot": set(),
    "totals": {"by", "entity"},
}


class Source(ThreadingHTTPServer):
    """Serves one data file for one region.

    `credentials` holds the files client_id and token, each one line.
    """

    daemon_threads = True
    request_queue_size = 64

    def __init__(
        self,
        address: tuple[str, int],
        data: Path,
        credentials: Path,
        certificate: Path,
        key: Path,
        requests_per_minute: int | None = None,
    ) -> None:
        self.data = data
        self.switches = Switches()
        self.limiter = Limiter(requests_per_minute)
        self.ledger = Ledger(data)
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

    def server_close(self) -> None:
        """No more connections; the data file is let go."""
        super().server_close()
        self.ledger.close()

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
        said = self.headers.get("Content-Length") or ""
        length = int(said) if said.isascii() and said.isdigit() else 0
        form = parse_qs(self.rfile.read(length).decode("utf-8", "replace")) if 0 < length <= MAX_FORM else {}
        self.close_connection = self.close_connection or length > MAX_FORM
        if urlsplit(self.path).path != "/oauth/token":
            self._send(_error(404, "not_found"))
            return
        self._send(self._busy(f"token {self.client_address[0]}") or self._token(form))

    def _token(self, form: dict[str, list[str]]) -> Answer:
        one = {name: values[0] for name, values in form.items()}
        token = self.server.issue(one.get("client_id", ""), one.get("client_secret", ""))
        if one.get("grant_type") != "client_credentials":
            return _error(400, "unsupported_grant_type")
        if token is None:
            return _error(401, "invalid_client")
        body = {"access_token": token, "token_type": "Bearer", "expires_in": TOKEN_SECONDS}
        return Answer(200, json.dumps(body).encode())

    def do_GET(self) -> None:
        """Everything but the token."""
        asked = urlsplit(self.path)
        scheme, _, token = self.headers.get("Authorization", "").partition(" ")
        try:
            if asked.path == "/v1/notice":
                answer = Answer(200, notice.content(self.database, self.server.limiter.per_minute))
            elif scheme.lower() != "bearer" or not self.server.admits(token):
                answer = _error(401, "invalid_token")
            else:
                answer = self._busy(token) or self._content(asked.path, _parameters(asked.query))
        except listing.RequestError as fault:
            answer = _error(fault.status, str(fault))
        self._send(self.server.switches.befall(asked.path, answer))

    def _refuse(self) -> None:
        self.close_connection = True
        self._send(_error(405, "method_not_allowed", ("Allow", "GET, POST")))

    do_PUT = do_PATCH = do_DELETE = do_HEAD = do_OPTIONS = _refuse  # noqa: N815  (the names that http.server calls)

    def _busy(self, who: str) -> Answer | None:
        """503 while an announced window is open, 429 to a client that asks too often."""
        if seconds := notice.closed_for(self.database, dt.datetime.now(dt.UTC)):
            return _error(503, "maintenance", ("Retry-After", str(seconds)))
        if seconds := self.server.limiter.wait(who):
            return _error(429, "slow_down", ("Retry-After", str(seconds)))
        return None

    def _content(self, path: str, one: dict[str, str]) -> Answer:
        match [unquote(p) for p in path.strip("/").split("/")]:
            case ["v1", "regions", region, *rest] if region == self.server.region:
                pass
            case ["v1", "regions", *_]:
                raise listing.RequestError(403, "not your region")
            case _:
                raise listing.RequestError(404, "not_found")
        match rest:
            case ["totals"]:
                _known("totals", one)
                self._form(negotiate.JSON)
                return Answer(200, self.server.ledger.totals(region, _parts(one, "entity"), _parts(one, "by")))
            case ["entities", entity]:
                _known("listing", one)
                form = self._form(negotiate.JSON, negotiate.LINES)
                return Answer(200, self._listing(region, entity, one, form == negotiate.LINES), form)
            case ["entities", entity, "snapshot"]:
                _known("snapshot", one)
                form = self._form(negotiate.LINES, negotiate.JSON)
                body = listing.snapshot(self.database, region, entity, form == negotiate.LINES)
                return Answer(200, body, form)
        raise listing.RequestError(404, "not_found")

    def _form(self, *offered: str) -> str:
        form = negotiate.media(self.headers.get("Accept"), offered)
        if form is None:
            raise listing.RequestError(406, f"only {' and '.join(offered)} can be had here")
        return form

    def _listing(self, region: str, entity: str, one: dict[str, str], lines: bool) -> bytes:
        limit = one.get("limit", "1000")
        if not (limit.isascii() and limit.isdigit() and len(limit) < 10 and int(limit) > 0):
            raise listing.RequestError(400, "limit is not a positive number")
        cursor, since = one.get("cursor", ""), one.get("updated_since", "")
        return listing.page(
            self.database, region, entity, int(limit), _parts(one, "fields"), cursor, since, lines=lines
        )

    def _send(self, answer: Answer) -> None:
        if answer.silence:
            time.sleep(answer.silence)
        body, headers = answer.body, list(answer.headers)
        names = {name for name, _ in headers}
        coding = negotiate.coding(self.headers.get("Accept-Encoding"), len(body))
        if coding and "Content-Encoding" not in names and answer.cut is None:
            body = negotiate.CODINGS[coding](body)
            headers.append(("Content-Encoding", coding))
        # Rows are about people: nothing on the way may keep them.
        headers.append(("Cache-Control", "no-store"))
        if answer.status == 401:
            headers.append(("WWW-Authenticate", "Bearer"))
        self.send_response(answer.status)
        self.send_header("Content-Type", answer.content_type)
        self.send_header("Content-Length", str(len(body)))
        for name, value in headers:
            self.send_header(name, value)
        self.end_headers()
        if self.command == "HEAD":
            return
        if answer.cut is None:
            self.wfile.write(body)
            return
        self.wfile.write(body[: answer.cut])
        self.wfile.flush()
        self.close_connection = True

    def log_message(self, format: str, *args: object) -> None:
        """Requests are not logged: their cursors could name a row."""


def _parameters(query: str) -> dict[str, str]:
    """The query's parameters; one that is given twice is a mistake that could mean either."""
    made = parse_qs(query, keep_blank_values=True)
    if doubled := [name for name, values in made.items() if len(values) > 1]:
        raise listing.RequestError(400, f"{doubled[0][:64]} is given more than once")
    return {name: values[0] for name, values in made.items()}


def _known(operation: str, one: dict[str, str]) -> None:
    """A parameter that is misspelt must not silently give another answer than was asked for."""
    if odd := sorted(set(one) - _PARAMETERS[operation]):
        raise listing.RequestError(400, f"no such parameter: {odd[0][:64]}")


def _parts(one: dict[str, str], name: str) -> list[str]:
    return [part for part in one.get(name, "").split(",") if part]


def _error(status: int, word: str, *headers: tuple[str, str]) -> Answer:
    return Answer(status, json.dumps({"error": word}).encode(), headers=headers)
