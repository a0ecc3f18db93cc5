"""What the benchmarks over a real connection share: the reference source in a process of its own, a slow line."""

from __future__ import annotations

import multiprocessing
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from provision.lab.source.serve import Source
from tests.support.certificates import self_signed

_PIECE = 4096  # bytes that the slow line passes on at once


def certificate(folder: Path) -> None:
    """cert.pem and key.pem for 127.0.0.1, and the credentials client_id and token."""
    self_signed(folder)
    (folder / "client_id").write_text("benchmark\n")
    (folder / "token").write_text("synthetic-secret\n")


def _serve(data: Path, folder: Path, ready: object) -> None:
    source = Source(("127.0.0.1", 0), data, folder, folder / "cert.pem", folder / "key.pem")
    ready.send(source.server_address[1])  # type: ignore[attr-defined]
    source.serve_forever()


@contextmanager
def served(data: Path, folder: Path) -> Iterator[int]:
    """The port of the reference source, in a process of its own so that its work is not counted as ours."""
    certificate(folder)
    here, there = multiprocessing.Pipe()
    process = multiprocessing.get_context("spawn").Process(target=_serve, args=(data, folder, there), daemon=True)
    process.start()
    try:
        yield here.recv()
    finally:
        process.terminate()
        process.join(10)


class SlowLine:
    """A TCP proxy that passes on at most `rate` bytes a second towards the client, `delay` seconds late each way."""

    def __init__(self, port: int, rate: float, delay: float) -> None:
        self.passed = 0
        self.first = self.last = 0.0  # when the first and the last byte came through
        self.thinking = 0.0  # seconds from a request's arrival at the source to the first byte of its answer
        self._asked = 0.0
        self._to, self._rate, self._delay = port, rate, delay
        self._free = 0.0
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = self._listener.getsockname()[1]
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self) -> None:
        while True:
            client, _ = self._listener.accept()
            server = socket.create_connection(("127.0.0.1", self._to))
            threading.Thread(target=self._up, args=(client, server), daemon=True).start()
            threading.Thread(target=self._down, args=(server, client), daemon=True).start()

    def _up(self, client: socket.socket, server: socket.socket) -> None:
        try:
            while piece := client.recv(65536):
                time.sleep(self._delay)
                server.sendall(piece)
                self._asked = time.monotonic()
        except OSError:
            pass
        finally:
            server.close()

    def _down(self, server: socket.socket, client: socket.socket) -> None:
        began = time.monotonic()
        try:
            while piece := server.recv(_PIECE):
                now = time.monotonic()
                if self._asked and self.first:
                    self.thinking += now - self._asked
                self._asked = 0.0
                if now - began > 0.02:
                    # The source had nothing to send; what the line could have carried meanwhile is lost. Being woken
                    # late is no fault of the line, and is made good.
                    time.sleep(self._delay)
                    self._free = max(self._free, time.monotonic())
                self._free += len(piece) / self._rate
                time.sleep(max(0.0, self._free - time.monotonic()))
                client.sendall(piece)
                self.first = self.first or now
                self.last = time.monotonic()
                self.passed += len(piece)
                began = time.monotonic()
        except OSError:
            pass
        finally:
            client.close()
