"""The package proxy keeps what never changes, keeps nothing half, and reaches nothing but archives."""

from __future__ import annotations

import http.client
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from provision.lab.proxy import PackageProxy

BODY = b"a package" * 1000


class _Mirror(BaseHTTPRequestHandler):
    asked: list[str]

    def do_GET(self) -> None:
        type(self).asked.append(self.path)
        self.send_response(200)
        cut = "cut" in self.path
        self.send_header("Content-Length", str(len(BODY)))
        self.end_headers()
        self.wfile.write(BODY[:100] if cut else BODY)

    def log_message(self, format: str, *args: object) -> None:
        pass


@contextmanager
def _serving(server: ThreadingHTTPServer) -> Iterator[str]:
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"{server.server_address[0]!s}:{server.server_address[1]}"
    server.shutdown()
    server.server_close()


@pytest.fixture
def reach(tmp_path: Path) -> Iterator[tuple[str, http.client.HTTPConnection, list[str]]]:
    _Mirror.asked = []
    with (
        _serving(ThreadingHTTPServer(("127.0.0.1", 0), _Mirror)) as mirror,
        _serving(PackageProxy(("127.0.0.1", 0), tmp_path / "kept")) as proxy,
    ):
        yield mirror, http.client.HTTPConnection(proxy, timeout=5), _Mirror.asked


def _get(connection: http.client.HTTPConnection, url: str) -> tuple[int, bytes]:
    connection.request("GET", url)
    answer = connection.getresponse()
    try:
        return answer.status, answer.read()
    except http.client.IncompleteRead as cut:
        return answer.status, cut.partial
    finally:
        connection.close()


def test_a_package_is_fetched_once(reach: tuple[str, http.client.HTTPConnection, list[str]]) -> None:
    mirror, connection, asked = reach
    url = f"http://{mirror}/debian/pool/main/a/a_1.deb"
    assert [_get(connection, url) for _ in range(3)] == [(200, BODY)] * 3
    assert len(asked) == 1


def test_an_index_is_fetched_each_time(reach: tuple[str, http.client.HTTPConnection, list[str]]) -> None:
    mirror, connection, asked = reach
    for _ in range(2):
        assert _get(connection, f"http://{mirror}/debian/dists/trixie/InRelease") == (200, BODY)
    assert len(asked) == 2


def test_a_cut_answer_is_not_kept(reach: tuple[str, http.client.HTTPConnection, list[str]]) -> None:
    mirror, connection, asked = reach
    for _ in range(2):
        assert _get(connection, f"http://{mirror}/debian/pool/cut.deb") == (200, BODY[:100])
    assert len(asked) == 2


def test_nothing_but_archives_is_reached(reach: tuple[str, http.client.HTTPConnection, list[str]]) -> None:
    mirror, connection, asked = reach
    assert _get(connection, f"http://{mirror}/secret")[0] == 403
    assert not asked
