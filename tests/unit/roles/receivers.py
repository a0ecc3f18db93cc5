"""Small real servers that take messages in tests: SMTP with STARTTLS and AUTH, and HTTPS."""

from __future__ import annotations

import base64
import json
import socketserver
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from tests.support.certificates import self_signed


def server_context(folder: Path) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(*self_signed(folder))
    return context


@dataclass
class Mailbox:
    """What the SMTP server heard. `lines` are the client's words, each with whether TLS was on."""

    starttls: bool = True
    port: int = 0
    lines: list[tuple[bool, str]] = field(default_factory=list)
    mails: list[str] = field(default_factory=list)
    refuse: bool = False


@contextmanager
def smtp(context: ssl.SSLContext, mailbox: Mailbox) -> Iterator[Mailbox]:
    """Serves SMTP on the loopback interface into `mailbox`."""

    class Handler(socketserver.StreamRequestHandler):
        def say(self, text: str) -> None:
            self.wfile.write(f"{text}\r\n".encode())
            self.wfile.flush()

        def handle(self) -> None:
            tls = False
            self.say("220 localhost")
            while raw := self.rfile.readline():
                line = raw.decode().rstrip("\r\n")
                mailbox.lines.append((tls, line))
                word = line.split(" ")[0].upper()
                if word == "EHLO":
                    offers = ["250-AUTH PLAIN"] if tls or not mailbox.starttls else []
                    offers += ["250-STARTTLS"] if mailbox.starttls and not tls else []
                    self.say("\r\n".join(["250-localhost", *offers, "250 8BITMIME"]))
                elif word == "STARTTLS":
                    self.say("220 go")
                    try:
                        self.request = context.wrap_socket(self.request, server_side=True)
                    except (ssl.SSLError, ConnectionError):
                        return
                    self.setup()
                    tls = True
                elif word == "AUTH":
                    _, user, password = base64.b64decode(line.split(" ")[2]).decode().split("\0")
                    good = (user, password) == ("backbone@example.go.id", "rahasia-smtp")
                    self.say("235 yes" if good else "535 no")
                elif word == "DATA":
                    self.say("354 go on")
                    body = []
                    while (part := self.rfile.readline()) != b".\r\n":
                        body.append(part.decode())
                    mailbox.mails.append("".join(body))
                    self.say("250 taken")
                elif word == "RCPT" and mailbox.refuse:
                    self.say("550 unknown")
                elif word == "QUIT":
                    self.say("221 bye")
                    return
                else:
                    self.say("250 well")

    class Server(socketserver.ThreadingTCPServer):
        allow_reuse_address = True
        daemon_threads = True

    with Server(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
        mailbox.port = server.server_address[1]
        yield mailbox
        server.shutdown()


@dataclass
class Hook:
    """What the HTTPS server was asked: (method, path, JSON body); it answers with `status`."""

    status: int = 200
    location: str = ""
    url: str = ""
    calls: list[tuple[str, str, Any]] = field(default_factory=list)


@contextmanager
def https(context: ssl.SSLContext, hook: Hook) -> Iterator[Hook]:
    """Serves HTTPS on the loopback interface into `hook`."""

    class Handler(BaseHTTPRequestHandler):
        def answer(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            hook.calls.append((self.command, self.path, json.loads(body) if body else None))
            self.send_response(hook.status)
            if hook.location:
                self.send_header("Location", hook.location)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def do_GET(self) -> None:
            self.answer()

        def do_POST(self) -> None:
            self.answer()

        def log_message(self, *_arguments: object) -> None:
            """Tests want no access log."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        server.socket = context.wrap_socket(server.socket, server_side=True)
        server.daemon_threads = True
        threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
        hook.url = f"https://localhost:{server.server_address[1]}"
        yield hook
        server.shutdown()
