"""The store of second repositories, run on this machine as the role runs it, with an authority of its own."""

from __future__ import annotations

import json
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from provision.onboard.authority import make_authority, sign_csr
from provision.onboard.objects import Store
from provision.onboard.repository import Access
from provision.paths import roles_dir

PROGRAM = roles_dir() / "repository" / "files" / "repository"
SECRET, KIT = "s3cr3t-of-the-server" * 2, "another-of-the-kit" * 2


@dataclass(frozen=True)
class Running:
    """A store that serves one bucket, `kab`."""

    folder: Path
    port: int

    @property
    def access(self) -> Access:
        """The server's."""
        authority = (self.folder / "authority.pem").read_text()
        return Access("localhost", self.port, "kab", "backbone", "path", "kab", SECRET, authority)

    @property
    def kit(self) -> Access:
        """The kit's."""
        return replace(self.access, access_key="kab-kit", secret=KIT)

    @property
    def store(self) -> Store:
        return Store(self.access)

    @property
    def settings(self) -> Path:
        return self.folder / "settings.json"

    def run(self, *words: object) -> str:
        """The program's other verbs."""
        return subprocess.run(command(*words), check=True, capture_output=True, text=True).stdout


def command(*words: object) -> list[str]:
    return ["/usr/bin/python3", "-IB", str(PROGRAM), *map(str, words)]


def free_port() -> int:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return int(taken.getsockname()[1])


@contextmanager
def running(folder: Path, quota: int = 0) -> Iterator[Running]:
    """Serve from a folder until the block ends; what is in it stays."""
    folder.mkdir(exist_ok=True)
    found = Running(folder, free_port())
    _certify(folder)
    accounts = {
        "kab": {"secret": SECRET, "bucket": "kab", "prefixes": ["pgbackrest/", "state/"], "quota_bytes": quota},
        "kab-kit": {"secret": KIT, "bucket": "kab", "prefixes": ["kit/"], "quota_bytes": quota},
        "prov": {"secret": "x" * 40, "bucket": "prov", "prefixes": ["pgbackrest/"], "quota_bytes": 0},
    }
    given = {"root": str(folder / "root"), "port": found.port, "keep_days": 35, "accounts": accounts}
    given |= {"certificate": str(folder / "server.crt"), "key": str(folder / "server.key")}
    found.settings.write_text(json.dumps(given))
    served = subprocess.Popen(command("serve", found.settings), stderr=subprocess.PIPE)
    try:
        deadline = time.monotonic() + 30
        while True:
            assert served.poll() is None, "the store ended"
            with socket.socket() as line:
                if line.connect_ex(("127.0.0.1", found.port)) == 0:
                    break
            assert time.monotonic() < deadline, "the store does not listen"
            time.sleep(0.05)
        yield found
    finally:
        served.kill()
        served.communicate()


def _certify(folder: Path) -> None:
    if (folder / "server.crt").exists():
        return
    authority_key, authority = make_authority("test")
    key = ec.generate_private_key(ec.SECP256R1())
    request = x509.CertificateSigningRequestBuilder().subject_name(x509.Name([])).sign(key, hashes.SHA256())
    pem = request.public_bytes(serialization.Encoding.PEM).decode()
    (folder / "authority.pem").write_text(authority)
    (folder / "server.crt").write_text(sign_csr(authority_key, authority, pem, 30, ["localhost"], ["127.0.0.1"]))
    (folder / "server.key").write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
