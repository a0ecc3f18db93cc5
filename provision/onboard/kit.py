"""The controller's kit: the inventory's folder with vault, keys and papers, sealed, for the day the controller is gone.

It is encrypted to the kit's passphrase, which is on the recovery sheet: scrypt makes a key of it, AES-256-GCM seals
the packed files. Whoever keeps it can neither read nor alter it. A kit holds the vault's password, too: with the sheet
and a kit there is nothing else to find.
"""

from __future__ import annotations

import hashlib
import io
import json
import os
import shlex
import tarfile
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path, PurePosixPath

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.scrypt import Scrypt

from provision import paths
from provision.errors import UsageError
from provision.i18n import _
from provision.inventory import Fleet, Server
from provision.inventory.load import password_file
from provision.inventory.secrecy import PASSWORD_FILE
from provision.inventory.vault import read_secret, write_private
from provision.onboard import repository
from provision.onboard.objects import Store

MAGIC = b"BACKBONE-KIT 1\n"
PREFIX = "kit/"
OUTSIDE = "keys/from-elsewhere"  # keys that the inventory names and that lie outside its folder
WHERE = ".kit-origin.json"
MOST_FILE, MOST = 4 << 20, 64 << 20  # bytes
_NEVER = {".git", "recovery-sheet.html", "__pycache__", WHERE}
_SALT, _NONCE = 16, 12


@dataclass(frozen=True)
class Sent:
    """What became of the kit at one place: stored there under a name, or "" where it holds this very kit already."""

    host: str
    bucket: str
    name: str


def contents(fleet: Fleet) -> dict[str, bytes]:
    """The files of a kit by their names in the folder. UsageError where they are too much."""
    folder = fleet.directory.resolve()
    found: dict[str, bytes] = {}
    for path in sorted(folder.rglob("*")):
        name = path.relative_to(folder)
        if _NEVER & set(name.parts) or any(part.startswith(".init-") for part in name.parts) or not path.is_file():
            continue
        if path.stat().st_size <= MOST_FILE:
            found[name.as_posix()] = path.read_bytes()
    # The password may lie elsewhere; a kit without it would be a locked box with the key inside.
    if (password := password_file(folder)) is not None and password.is_file():
        found[PASSWORD_FILE] = password.read_bytes()
    moved = {}
    for server in fleet.servers:
        key = Path(server.connection.key_file) if server.connection.key_file else None
        if key is not None and key.is_file() and folder not in key.resolve().parents:
            for part in (key, key.with_name(key.name + ".pub")):
                if part.is_file():
                    found[f"{OUTSIDE}/{part.name}"] = part.read_bytes()
            moved[str(key)] = f"{OUTSIDE}/{key.name}"
    found[WHERE] = json.dumps({"folder": str(folder), "inventory": fleet.path.name, "moved": moved}).encode()
    if (size := sum(map(len, found.values()))) > MOST:
        raise UsageError(
            _("the inventory's folder holds {size} MB, too much for the kit").format(size=size >> 20),
            repair=_("move reports and the like out of {folder}").format(folder=folder),
        )
    return found


def digest(files: Mapping[str, bytes]) -> str:
    """One digest of all files."""
    total = hashlib.sha256()
    for name in sorted(files):
        total.update(f"{len(name)}:{name}:{len(files[name])}:".encode() + files[name])
    return total.hexdigest()


def seal(files: Mapping[str, bytes], passphrase: str) -> bytes:
    """The files as a kit."""
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w:xz") as archive:
        for name, content in sorted(files.items()):
            entry = tarfile.TarInfo(name)
            entry.size, entry.mode = len(content), 0o600
            archive.addfile(entry, io.BytesIO(content))
    salt, nonce = os.urandom(_SALT), os.urandom(_NONCE)
    return MAGIC + salt + nonce + AESGCM(_key(passphrase, salt)).encrypt(nonce, packed.getvalue(), MAGIC)


def unseal(kit: bytes, passphrase: str) -> dict[str, bytes]:
    """The files of a kit; UsageError where it is damaged or the passphrase is another one."""
    head = len(MAGIC)
    salt, nonce, body = (
        kit[head : head + _SALT],
        kit[head + _SALT : head + _SALT + _NONCE],
        kit[head + _SALT + _NONCE :],
    )
    try:
        if not kit.startswith(MAGIC):
            raise InvalidTag
        packed = AESGCM(_key(passphrase, salt)).decrypt(nonce, body, MAGIC)
    except (InvalidTag, ValueError) as fault:
        raise UsageError(
            _("the kit does not open: it is damaged, or this is not its passphrase"),
            repair=_("compare the passphrase of the kit with the sheet once more"),
        ) from fault
    found: dict[str, bytes] = {}
    with tarfile.open(fileobj=io.BytesIO(packed), mode="r:xz") as archive:
        for entry in archive:
            name = PurePosixPath(entry.name)
            file = archive.extractfile(entry) if entry.isfile() else None
            if file is None or name.is_absolute() or ".." in name.parts:
                raise UsageError(_("the kit holds something that is no plain file: {name}").format(name=entry.name))
            found[entry.name] = file.read()
    return found


def _key(passphrase: str, salt: bytes) -> bytes:
    return Scrypt(salt=salt, length=32, n=2**15, r=8, p=1).derive(passphrase.encode())


def unpack(files: Mapping[str, bytes], folder: Path) -> Path:
    """Write a kit's files into a new folder, all private; returns the inventory. UsageError where the folder is in use.

    What the inventory says of its own folder is made to fit the new one.
    """
    if folder.exists() and any(folder.iterdir()):
        raise UsageError(
            _("{file} is there already; nothing was overwritten").format(file=folder),
            repair=_("edit it, or choose a new folder"),
        )
    here = folder.resolve()
    if shlex.quote(str(here)) != str(here):
        # ssh's options in the inventory name files in the folder, and are split at blanks.
        raise UsageError(
            _("{file} is not a path that ssh's options can hold").format(file=here),
            repair=_("choose a folder whose path has letters, digits and . _ - alone"),
        )
    origin = json.loads(files.get(WHERE, b"{}"))
    changed = {str(origin.get("folder") or here): str(here)}
    changed |= {outside: str(here / inside) for outside, inside in dict(origin.get("moved") or {}).items()}
    for name, content in files.items():
        if name == WHERE:
            continue
        if name.endswith((".yml", ".yaml")):
            text = content.decode("utf-8")
            for old in sorted(changed, key=len, reverse=True):
                text = text.replace(old, changed[old])
            content = text.encode()
        write_private(folder / name, content)
    folder.chmod(0o700)
    return folder / str(origin.get("inventory") or "hosts.yml")


def send(fleet: Fleet, now: datetime, *, always: bool = False) -> list[Sent]:
    """Store the kit at every second repository of the fleet that does not hold this very one yet.

    One kit a passphrase and bucket; a list of what became of it. Raises BackboneError where a place does not take it.
    """
    done: list[Sent] = []
    if not (servers := [server for server in fleet.servers if server.settings.backup_second is not None]):
        return done
    files = contents(fleet)
    mark = digest(files)
    for server in servers:
        access = repository.kit_access(fleet, server)
        note = _note(fleet, server)
        if not always and note.is_file() and note.read_text() == mark:
            done.append(Sent(access.host, access.bucket, ""))
            continue
        name = f"{PREFIX}{now:%Y%m%dT%H%M%SZ}.kit"
        Store(access).put(name, seal(files, read_secret(fleet.path, server.name, "kit_passphrase")))
        write_private(note, mark.encode())
        done.append(Sent(access.host, access.bucket, name))
    return done


def _note(fleet: Fleet, server: Server) -> Path:
    """Where this controller remembers which kit a server's bucket holds."""
    place = repository.place(server)
    words = f"{fleet.path.resolve()} {place.host} {place.listens} {repository.bucket_of(server)}"
    return paths.state_dir() / "kits" / hashlib.sha256(words.encode()).hexdigest()[:32]


def newest(store: Store) -> str:
    """The name of the newest kit; UsageError where there is none."""
    if not (names := [name for name in store.keys(PREFIX) if name.endswith(".kit")]):
        raise UsageError(
            _("there is no kit in the bucket {bucket}").format(bucket=store.access.bucket),
            repair=_("`backbone apply` puts one there; ask for the name of the server that had this inventory"),
        )
    return names[-1]
