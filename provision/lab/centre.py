"""Furnishes lab-pusat: the reference Backbone source, the time, malware signatures and an ear for notices.

All of it is written into the host's root before it boots; nothing is installed there.
"""

from __future__ import annotations

import fcntl
import hashlib
import secrets
import shutil
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from provision import paths
from provision.lab.spec import OUTSIDE
from provision.onboard.authority import make_authority, sign_csr

NAME = "lab-pusat.backbone.test"
# Hexadecimal, so that no scanner takes this file for the test virus that it describes (eicar.org).
EICAR = (
    "58354f2150254041505b345c505a58353428505e2937434329377d2445494341522d5354414e4441"
    "52442d414e544956495255532d544553542d46494c452124482b482a"
)

_CHRONY = f"local stratum 8\nallow {OUTSIDE}\ndriftfile /var/lib/chrony/drift\n"
_UNIT = """[Unit]
Description={about}
After=network.target
[Service]
ExecStart={command}
WorkingDirectory=/opt/pusat
DynamicUser=yes
AmbientCapabilities=CAP_NET_BIND_SERVICE
LoadCredential=client_id:/etc/pusat/client_id
LoadCredential=token:/etc/pusat/token
LoadCredential=server.key:/etc/pusat/server.key
StateDirectory={state}
Restart=on-failure
[Install]
WantedBy=multi-user.target
"""


@dataclass(frozen=True)
class Region:
    """How much synthetic data the centre has of one region, and at which port that region finds it."""

    code: str
    schools: int
    students: int
    port: int = 443
    seed: int = 1


# An average kabupaten/kota, and a small province.
REGIONS = (Region("33.74", schools=430, students=88_000), Region("33", schools=40, students=4_000, port=8443))


@dataclass(frozen=True)
class Centre:
    """What a server needs in order to be let in: kept in `folder` for the lab's inventory."""

    folder: Path

    @property
    def certificate_authority(self) -> Path:
        """PEM of the authority that signed the centre's certificate."""
        return self.folder / "authority.pem"

    def credential(self, name: str) -> str:
        """`client_id` or `token`, made once."""
        file = self.folder / name
        if not file.exists():
            file.touch(mode=0o600)
            file.write_text("lab-daerah" if name == "client_id" else secrets.token_urlsafe(32))
        return file.read_text()

    def prepare(self) -> None:
        """Make keys, certificate and credentials where there are none yet."""
        self.folder.mkdir(mode=0o700, exist_ok=True)
        for name in ("client_id", "token"):
            self.credential(name)
        if self.certificate_authority.exists():
            return
        authority_key, authority = make_authority("Pusat (lab)")
        key = ec.generate_private_key(ec.SECP256R1())
        subject = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, NAME)])
        request = x509.CertificateSigningRequestBuilder().subject_name(subject).sign(key, hashes.SHA256())
        pem = request.public_bytes(serialization.Encoding.PEM).decode()
        leaf = sign_csr(authority_key, authority, pem, days=90, dns_names=[NAME], addresses=[])
        server_key = self.folder / "server.key"
        server_key.touch(mode=0o600)
        server_key.write_bytes(
            key.private_bytes(
                serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
            )
        )
        (self.folder / "server.crt").write_text(leaf)
        self.certificate_authority.write_text(authority)

    def furnish(self, root: Path, regions: Sequence[Region]) -> None:
        """Write the centre's services into the root file system of a host that has not booted yet."""
        self.prepare()
        (root / "etc/chrony/chrony.conf").write_text(_CHRONY)
        settings = root / "etc/pusat"
        settings.mkdir(mode=0o755)
        for name in ("client_id", "token", "server.key", "server.crt"):
            shutil.copy(self.folder / name, settings / name)
        home = root / "opt/pusat"
        home.mkdir(parents=True)
        here = Path(__file__).parent
        shutil.copytree(here / "source", home / "source", ignore=shutil.ignore_patterns("__pycache__"))
        shutil.copy(here / "world.py", home / "world.py")
        (home / "static" / "clamav").mkdir(parents=True)
        (home / "static/clamav/lab.ndb").write_text(f"Lab.Eicar-Test:0:0:{EICAR}\n")
        (root / "var/lib/private").mkdir(mode=0o700, exist_ok=True)
        world = "/usr/bin/python3 /opt/pusat/world.py /opt/pusat/static /var/lib/world/notes.jsonl"
        units = [("world", "Signatures and notices", world)]
        for region in regions:
            name = f"source-{region.port}"
            state = root / "var/lib/private" / name
            state.mkdir()
            shutil.copy(data_file(region), state / "data.sqlite")
            source = (
                f"/usr/bin/python3 -m source serve --data /var/lib/{name}/data.sqlite --cert /etc/pusat/server.crt "
                f"--key ${{CREDENTIALS_DIRECTORY}}/server.key --port {region.port} "
                "--credentials ${CREDENTIALS_DIRECTORY}"
            )
            units.append((name, f"Reference Backbone source of {region.code}", source))
        for name, about, command in units:
            unit = root / f"etc/systemd/system/{name}.service"
            unit.write_text(_UNIT.format(about=about, command=command, state=name))
            wanted = root / f"etc/systemd/system/multi-user.target.wants/{name}.service"
            wanted.symlink_to(f"/etc/systemd/system/{name}.service")


def data_file(region: Region) -> Path:
    """The centre's data for this region, from the cache or made now (about half a minute)."""
    package = Path(__file__).parent / "source"
    recipe = hashlib.sha256(repr(replace(region, port=0)).encode())
    for file in sorted(package.rglob("*.py")):
        recipe.update(file.read_bytes())
    data = paths.cache_dir() / "lab" / "data" / f"{region.code}-{region.students}-{recipe.hexdigest()[:12]}.sqlite"
    data.parent.mkdir(parents=True, exist_ok=True)
    with data.with_suffix(".lock").open("w") as lock:
        # Labs side by side wait for the first to make it.
        fcntl.flock(lock, fcntl.LOCK_EX)
        if data.exists():
            return data
        partial = data.with_suffix(".partial")
        partial.unlink(missing_ok=True)
        command = [sys.executable, "-m", "source", "generate", "--data", str(partial), "--region", region.code]
        command += [f"--{name}={getattr(region, name)}" for name in ("schools", "students", "seed")]
        subprocess.run(command, cwd=package.parent, check=True, stdout=subprocess.DEVNULL)
        partial.rename(data)
    return data
