"""A line to a server for the audit's benchmarks: counted, and late if asked; and the SSH configuration to use it by."""

from __future__ import annotations

import contextlib
import queue
import socket
import threading
import time
from dataclasses import replace
from pathlib import Path

from provision.inventory import Fleet


class Line:
    """A TCP proxy on loopback to `host`:`port` that passes everything on `delay` seconds late, each way."""

    def __init__(self, host: str, port: int, delay: float = 0.0) -> None:
        self.connections = 0
        self._to, self._delay = (host, port), delay
        self._listener = socket.create_server(("127.0.0.1", 0), backlog=1024)
        self.port = int(self._listener.getsockname()[1])
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self) -> None:
        while True:
            client, _ = self._listener.accept()
            self.connections += 1
            threading.Thread(target=self._join, args=(client,), daemon=True).start()

    def _join(self, client: socket.socket) -> None:
        time.sleep(self._delay)  # the connect itself is a round trip
        server = socket.create_connection(self._to)
        for one in (client, server):
            one.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        for source, sink in ((client, server), (server, client)):
            pieces: queue.SimpleQueue[tuple[float, bytes]] = queue.SimpleQueue()
            threading.Thread(target=self._read, args=(source, pieces), daemon=True).start()
            threading.Thread(target=self._write, args=(sink, pieces), daemon=True).start()

    def _read(self, source: socket.socket, pieces: queue.SimpleQueue[tuple[float, bytes]]) -> None:
        with contextlib.suppress(OSError):
            while piece := source.recv(65536):
                pieces.put((time.monotonic() + self._delay, piece))
        pieces.put((0.0, b""))

    def _write(self, sink: socket.socket, pieces: queue.SimpleQueue[tuple[float, bytes]]) -> None:
        with contextlib.suppress(OSError):
            while (item := pieces.get())[1]:
                time.sleep(max(0.0, item[0] - time.monotonic()))
                sink.sendall(item[1])
        with contextlib.suppress(OSError):
            sink.shutdown(socket.SHUT_RDWR)
        sink.close()


def known_keys(common_args: str) -> list[str]:
    """Lines of the known_hosts file that the inventory's ssh options lead to."""
    config = Path(common_args.split("-F", 1)[1].split()[0])
    named = [line.split()[1] for line in config.read_text().splitlines() if line.split()[:1] == ["UserKnownHostsFile"]]
    return [line for name in named for line in Path(name).read_text().splitlines() if line.strip()]


def through(fleet: Fleet, lines: dict[str, Line], folder: Path) -> tuple[Fleet, Path]:
    """The fleet, its servers reached by these lines; and an ssh configuration file in which their names mean that."""
    known, hosts = [], []
    servers = []
    for server in fleet.servers:
        line = lines[server.name]
        for text in known_keys(server.connection.common_args):
            name, _, key = text.partition(" ")
            if {server.name, server.connection.host} & set(name.split(",")):
                known += [f"[127.0.0.1]:{line.port} {key}"]
        hosts.append(
            f"Host {server.name}\n  HostName 127.0.0.1\n  Port {line.port}\n  User {server.connection.user}\n"
            f"  IdentityFile {server.connection.key_file}\n"
        )
    config = folder / "ssh_config"
    (folder / "known_hosts").write_text("\n".join(known) + "\n")
    config.write_text(
        "".join(hosts)
        + f"Host *\n  IdentitiesOnly yes\n  UserKnownHostsFile {folder / 'known_hosts'}\n  StrictHostKeyChecking yes\n"
    )
    for server in fleet.servers:
        link = replace(server.connection, host=server.name, port=line.port, common_args=f"-F {config}")
        servers.append(replace(server, connection=link))
    return replace(fleet, servers=tuple(servers)), config
