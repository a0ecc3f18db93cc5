"""A caching HTTP proxy for Debian packages, so that lab hosts need no way out and a package is fetched once.

Runs as a process of its own (`python -m provision.lab.proxy`), bound to the lab's internal bridge. Only package
archives can be reached through it. Debian's own proxies would do as well, but installing one starts a service on
the person's machine; this one ends with the lab.
"""

from __future__ import annotations

import argparse
import hashlib
import http.client
import os
import shutil
import tempfile
import threading
from collections import defaultdict
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import SplitResult, urlsplit

# A file under these never changes under its name (Debian policy for pool/, by-hash by definition).
IMMUTABLE = ("/pool/", "/by-hash/")
ARCHIVE = ("/dists/", *IMMUTABLE)
PASSED_ON = ("Content-Type", "Last-Modified", "ETag", "Content-Length")
CHUNK = 256 * 1024
UPSTREAM_TIMEOUT = 60.0


class PackageProxy(ThreadingHTTPServer):
    """Serves GET for absolute http URLs of package archives; keeps immutable files in `cache`."""

    daemon_threads = True

    def __init__(self, address: tuple[str, int], cache: Path) -> None:
        super().__init__(address, _Handler)
        self.cache = cache
        self.fetching: defaultdict[str, threading.Lock] = defaultdict(threading.Lock)
        cache.mkdir(parents=True, exist_ok=True)

    def cached(self, url: str) -> Path:
        """Where the file of this URL is kept."""
        digest = hashlib.sha256(url.encode()).hexdigest()
        return self.cache / digest[:2] / f"{digest[2:]}-{url.rsplit('/', 1)[-1][-80:]}"


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: PackageProxy

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing: apt itself reports what it could not get."""

    def do_GET(self) -> None:
        url = urlsplit(self.path)
        if url.scheme != "http" or not any(part in url.path for part in ARCHIVE):
            self.send_error(403, "only package archives can be reached from here")
            return
        if not any(part in url.path for part in IMMUTABLE):
            self._pass_through(url)
            return
        kept = self.server.cached(self.path)
        with self.server.fetching[self.path]:
            if not kept.exists():
                self._pass_through(url, keep=kept)
                return
        self._send_kept(kept)

    def _send_kept(self, kept: Path) -> None:
        with kept.open("rb") as stored:
            self.send_response(200)
            self.send_header("Content-Type", "application/octet-stream")
            self.send_header("Content-Length", str(os.fstat(stored.fileno()).st_size))
            self.end_headers()
            shutil.copyfileobj(stored, self.wfile, CHUNK)

    def _pass_through(self, url: SplitResult, keep: Path | None = None) -> None:
        """Fetch from the mirror while sending; keep the file only when it arrived whole."""
        upstream = http.client.HTTPConnection(url.netloc, timeout=UPSTREAM_TIMEOUT)
        headers = {"Host": url.netloc, "User-Agent": self.headers.get("User-Agent", "backbone-lab")}
        if keep is None and (since := self.headers.get("If-Modified-Since")):
            headers["If-Modified-Since"] = since
        try:
            upstream.request("GET", url.path + (f"?{url.query}" if url.query else ""), headers=headers)
            answer = upstream.getresponse()
        except OSError as fault:
            self.send_error(502, f"the package mirror does not answer: {fault}")
            return
        try:
            self.send_response(answer.status)
            for name in PASSED_ON:
                if value := answer.headers.get(name):
                    self.send_header(name, value)
            if answer.headers.get("Content-Length") is None:
                self.send_header("Connection", "close")
                self.close_connection = True
            self.end_headers()
            self._stream(answer, keep if answer.status == 200 else None)
        finally:
            upstream.close()

    def _stream(self, answer: http.client.HTTPResponse, keep: Path | None) -> None:
        expected, received = answer.length, 0
        partial = None
        if keep is not None:
            keep.parent.mkdir(parents=True, exist_ok=True)
            partial = tempfile.NamedTemporaryFile(dir=keep.parent, prefix=".partial-", delete=False)  # noqa: SIM115
        try:
            while chunk := answer.read(CHUNK):
                received += len(chunk)
                if partial:
                    partial.write(chunk)
                self.wfile.write(chunk)
        finally:
            if received != expected:
                # The client must notice, too: end the connection instead of leaving it to wait for the rest.
                self.close_connection = True
            if partial and keep is not None:
                partial.close()
                if received == expected:
                    Path(partial.name).rename(keep)
                else:
                    Path(partial.name).unlink()


def main() -> None:
    """Serve until ended."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--listen", required=True, help="ADDRESS:PORT")
    parser.add_argument("--cache", required=True, type=Path)
    asked = parser.parse_args()
    address, port = asked.listen.rsplit(":", 1)
    PackageProxy((address, int(port)), asked.cache).serve_forever()


if __name__ == "__main__":
    main()
