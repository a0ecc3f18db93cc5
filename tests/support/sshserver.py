"""A real SSH server (paramiko's) on loopback that runs what it is asked, and misbehaves on request."""

from __future__ import annotations

import contextlib
import socket
import subprocess
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import paramiko


@dataclass
class Behaviour:
    """What the server does to an answer: `shape` maps the true output to the bytes sent."""

    shape: Callable[[bytes], bytes] = lambda out: out
    cut: bool = False  # close the connection instead of sending an exit status
    silent: bool = False  # never answer a command
    mute_tcp: bool = False  # accept TCP and never speak SSH
    prefix: str = ""  # a shell line run before the command, as a noisy profile would


class _Login(paramiko.ServerInterface):
    def __init__(self, server: SSHServer) -> None:
        self.server = server
        self.goals: dict[int, tuple[str, int]] = {}

    def check_channel_request(self, kind: str, chanid: int) -> int:
        return paramiko.OPEN_SUCCEEDED

    def check_auth_publickey(self, username: str, key: paramiko.PKey) -> int:
        known = key.asbytes() == self.server.user_key.asbytes()
        return paramiko.AUTH_SUCCESSFUL if known else paramiko.AUTH_FAILED

    def get_allowed_auths(self, username: str) -> str:
        return "publickey"

    def check_channel_direct_tcpip_request(self, chanid: int, origin: tuple[str, int], goal: tuple[str, int]) -> int:
        """A jump host: what comes by this channel goes to `goal`, as sshd's AllowTcpForwarding has it."""
        self.server.jumps.append(goal)
        self.goals[chanid] = goal
        return paramiko.OPEN_SUCCEEDED

    def check_channel_exec_request(self, channel: paramiko.Channel, command: bytes) -> bool:
        threading.Thread(target=self.server.execute, args=(channel, command), daemon=True).start()
        return True


def _carry(source: paramiko.Channel | socket.socket, sink: paramiko.Channel | socket.socket) -> None:
    with contextlib.suppress(OSError, EOFError):
        while chunk := source.recv(65536):
            sink.sendall(chunk)
    with contextlib.suppress(OSError, EOFError):
        sink.close()


class SSHServer:
    """Listens on 127.0.0.1; `connections` and `commands` count what clients did."""

    def __init__(self, folder: Path, behaviour: Behaviour | None = None) -> None:
        self.behaviour = behaviour or Behaviour()
        self.host_key = paramiko.ECDSAKey.generate()
        self.user_key = paramiko.ECDSAKey.generate()
        self.key_file = folder / "user_key"
        self.user_key.write_private_key_file(str(self.key_file))
        self.connections = 0
        self.commands: list[bytes] = []
        self.stdin: list[bytes] = []
        self.jumps: list[tuple[str, int]] = []
        self._transports: list[paramiko.Transport] = []
        self._socket = socket.create_server(("127.0.0.1", 0))
        self.port = self._socket.getsockname()[1]
        self.known_hosts = folder / "known_hosts"
        self.trust(self.host_key)
        self.args = f"-F /dev/null -o UserKnownHostsFile={self.known_hosts}"
        self._held: list[socket.socket] = []
        threading.Thread(target=self._accept, daemon=True).start()

    def trust(self, key: paramiko.PKey) -> None:
        """Make `key` the one that known_hosts names."""
        line = f"[127.0.0.1]:{self.port} {key.get_name()} {key.get_base64()}\n"
        self.known_hosts.write_text(line, encoding="ascii")

    def _accept(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                link, _address = self._socket.accept()
                self.connections += 1
                self._held.append(link)
                if not self.behaviour.mute_tcp:
                    transport = paramiko.Transport(link)
                    transport.add_server_key(self.host_key)
                    self._transports.append(transport)
                    with contextlib.suppress(paramiko.SSHException, EOFError):
                        transport.start_server(threading.Event(), login := _Login(self))
                        threading.Thread(target=self._forward, args=(transport, login), daemon=True).start()

    def _forward(self, transport: paramiko.Transport, login: _Login) -> None:
        """Carry the bytes of every forwarded connection until both sides are done."""
        while transport.is_active():
            channel = transport.accept(0.2)
            if channel is None or channel.get_id() not in login.goals:
                continue
            link = socket.create_connection(login.goals[channel.get_id()])
            self._held.append(link)
            for source, sink in ((channel, link), (link, channel)):
                threading.Thread(target=_carry, args=(source, sink), daemon=True).start()

    def execute(self, channel: paramiko.Channel, command: bytes) -> None:
        """Run one command as sshd would, through the login shell, then answer as the behaviour says."""
        self.commands.append(command)
        with contextlib.suppress(OSError, EOFError, AttributeError, paramiko.SSHException):
            self._answer(channel, command)

    def _answer(self, channel: paramiko.Channel, command: bytes) -> None:
        received = bytearray()
        while chunk := channel.recv(65536):
            received.extend(chunk)
        self.stdin.append(bytes(received))
        if self.behaviour.silent:
            return
        shell = self.behaviour.prefix + command.decode()
        done = subprocess.run(["/bin/sh", "-c", shell], input=bytes(received), capture_output=True)
        channel.sendall(self.behaviour.shape(done.stdout))
        channel.sendall_stderr(done.stderr)
        if self.behaviour.cut:
            channel.get_transport().close()
            return
        channel.send_exit_status(done.returncode)
        channel.close()

    def close(self) -> None:
        """Stop listening and drop every connection."""
        with contextlib.suppress(OSError):
            self._socket.shutdown(socket.SHUT_RDWR)  # close alone leaves it listening while a thread accepts
        self._socket.close()
        for transport in self._transports:
            transport.close()
        for link in self._held:
            link.close()


@contextlib.contextmanager
def serving(folder: Path, behaviour: Behaviour | None = None) -> Iterator[SSHServer]:
    """A server for the length of a `with`."""
    server = SSHServer(folder, behaviour)
    try:
        yield server
    finally:
        server.close()
