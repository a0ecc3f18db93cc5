"""What a server is asked about TLS, tried on servers of openssl's own: protocols, names, addresses."""

from __future__ import annotations

import shutil
import socket
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from checks import commands
from checks.asking import sections

pytestmark = pytest.mark.skipif(
    not all(shutil.which(name) for name in ("openssl", "ss", "bash")), reason="asks as a server does"
)
Serve = Callable[..., int]


@pytest.fixture
def serve(tmp_path: Path) -> Iterator[Serve]:
    """Starts openssl s_server at an address with these words; the port."""
    key, certificate = tmp_path / "key.pem", tmp_path / "cert.pem"
    words = ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"]
    words += ["-days", "2", "-subj", "/CN=a.example.id", "-keyout", str(key), "-out", str(certificate)]
    subprocess.run(words, check=True, capture_output=True)
    running = []

    def start(*words: str, address: str = "127.0.0.1") -> int:
        with socket.create_server((address, 0)) as found:
            port = int(found.getsockname()[1])
        command = ["openssl", "s_server", "-accept", f"{address}:{port}", "-key", str(key), "-cert", str(certificate)]
        running.append(
            subprocess.Popen(
                [*command, "-www", *words],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                env={"PATH": "/usr/bin:/bin", "OPENSSL_CONF": "/dev/null"},
            )
        )
        for _try in range(200):
            with socket.socket() as attempt:
                if attempt.connect_ex((address, port)) == 0:
                    return port
            time.sleep(0.05)
        raise AssertionError("s_server does not start")

    yield start
    for one in running:
        one.kill()
        one.wait()


def asked(command: str) -> dict[str, list[str]]:
    done = subprocess.run(["sh", "-c", command], capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr
    return sections(done.stdout)


def test_a_port_that_goes_along_with_old_protocols_is_told_from_one_that_does_not(serve: Serve) -> None:
    old = serve("-tls1_1", "-cipher", "DEFAULT@SECLEVEL=0")
    both = serve("-cipher", "DEFAULT@SECLEVEL=0")
    new = serve("-no_tls1", "-no_tls1_1")
    told = asked(commands.tls_ports("a.example.id", (both, new)))
    assert "old=1" in told[str(both)]
    assert "protocol=TLSv1.3" in told[str(both)]
    assert not [line for line in told[str(new)] if line.startswith("old=")]
    assert "protocol=TLSv1.3" in told[str(new)]
    for port, said in ((old, "TLSv1.1"), (both, "TLSv1.1"), (new, "")):
        words = ["bash", "-c", commands._old("a.example.id", f"127.0.0.1/{port}")]
        assert subprocess.run(words, capture_output=True, text=True, timeout=20).stdout.strip() == said


def test_a_port_that_listens_elsewhere_is_asked_there(serve: Serve) -> None:
    port = serve(address="127.0.0.2")
    told = asked(commands.tls_ports("a.example.id", (port,)))
    assert list(told) == [f"{port}@127.0.0.2"]
    assert told[f"{port}@127.0.0.2"][0].startswith("leaf=MII")
    assert any("self-signed certificate" in line for line in told[f"{port}@127.0.0.2"])


def test_a_port_that_speaks_no_tls_and_one_that_nobody_has_say_nothing() -> None:
    with socket.create_server(("127.0.0.1", 0)) as mute, socket.create_server(("127.0.0.1", 0)) as gone:
        port, free = mute.getsockname()[1], gone.getsockname()[1]
        gone.close()
        assert asked(commands.tls_ports("a.example.id", (port, free))) == {str(port): []}


def test_what_the_gateway_says_is_read_apart() -> None:
    said = "CONNECTED\n-----BEGIN CERTIFICATE-----\nMIIB\nAAAA\n-----END CERTIFICATE-----\n" * 2
    said += "New, TLSv1.3, Cipher is X\nHTTP/1.1 200 OK\r\nServer: nginx\r\n\r\n<p>HTTP/2\n"
    told = sections(subprocess.run(["sh", "-c", commands._SERVED], input=said, capture_output=True, text=True).stdout)
    assert told["served"] == ["leaf=MIIBAAAA"]
    assert told["protocol"] == ["TLSv1.3"]
    assert [line.strip() for line in told["https"]][:2] == ["HTTP/1.1 200 OK", "Server: nginx"]
    empty = sections(subprocess.run(["sh", "-c", commands._SERVED], input="", capture_output=True, text=True).stdout)
    assert empty == {"served": [], "protocol": [], "https": []}
