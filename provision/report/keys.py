"""The keys that sign reports: Ed25519, a private part that stays where it was made, a public part to hand out.

Beside an inventory: `keys/report_ed25519.pem` (0600, never committed) and `signers/<name>.pem`, a public key a signer,
the inventory's own among them. A server that audits itself has its own pair below /etc/backbone. A key's identifier is
the SHA-256 of its public part in DER, which openssl shows as well.
"""

from __future__ import annotations

import hashlib
import os
import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from securesystemslib.signer import CryptoSigner, SSlibKey  # type: ignore[attr-defined]  # its __init__ offers both

from provision import paths
from provision.errors import UsageError
from provision.i18n import _
from provision.inventory.vault import write_private

PRIVATE = Path("keys/report_ed25519.pem")
SIGNERS = Path("signers")
SERVERS = SIGNERS / "servers"  # public keys with which servers sign about themselves
CLIENTS = Path("collector/clients")  # servers' certificates, for the collector's door
SERVER_FOLDER = Path("/etc/backbone")


@dataclass(frozen=True)
class ReportKey:
    """A key that can sign, and the name that its owner goes by."""

    name: str
    signer: CryptoSigner
    public_file: Path


@dataclass(frozen=True)
class KnownKey:
    """A public key that somebody has put among the known ones; `name`: its file's name without ending.

    `server`: the one server that it may speak of, "" for a key that may speak of all.
    """

    name: str
    key: SSlibKey
    file: Path

    @property
    def server(self) -> str:
        """A server's key lies in a folder of its own kind; the name of one from before has an @ and its beginning."""
        return self.name.partition("@")[0] if self.file.parent.name == SERVERS.name else ""


def keyid(public: Ed25519PublicKey) -> str:
    """SHA-256 of the public key in DER: `openssl pkey -pubin -in F -outform DER | sha256sum`."""
    form = serialization.PublicFormat.SubjectPublicKeyInfo
    return hashlib.sha256(public.public_bytes(serialization.Encoding.DER, form)).hexdigest()


def slug(name: str) -> str:
    """A name as a file's name: lower-case letters, digits and dashes."""
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9]+", "-", plain).strip("-") or "signer"


def _load_private(file: Path) -> Ed25519PrivateKey:
    try:
        key = serialization.load_pem_private_key(file.read_bytes(), password=None)
    except (ValueError, TypeError, UnsupportedAlgorithm) as fault:
        raise UsageError(
            _("{file} holds no key that can sign reports").format(file=file),
            repair=_(
                "restore it from the backup of the inventory; or move it away: a new one is made, under a new name"
            ),
        ) from fault
    if not isinstance(key, Ed25519PrivateKey):
        raise UsageError(_("{file} is no Ed25519 key").format(file=file))
    return key


def _made(file: Path) -> Ed25519PrivateKey:
    """The key in `file`, made if there is none yet; of two who make it at once, one wins and both use it."""
    if not file.exists():
        pem = Ed25519PrivateKey.generate().private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
        draft = file.with_name(f".{file.name}.{os.getpid()}")
        write_private(draft, pem)
        try:
            os.link(draft, file)
        except FileExistsError:
            pass
        finally:
            draft.unlink()
    return _load_private(file)


def pair(private: Path, signers: Path, name: str) -> ReportKey:
    """The key pair with its private part in `private` (0600) and its public one in `signers`/NAME.pem; made if needed.

    A public part that lies in `signers` under another name gives its owner that name. UsageError for a private part
    that cannot be read, or a name that another key has already. Raises OSError where nothing can be written.
    """
    private_key = _made(private)
    public = private_key.public_key()
    identity = keyid(public)
    mine = next((one for one in known([signers]).values() if one.key.keyid == identity), None)
    if mine is None:
        file = signers / f"{slug(name)}.pem"
        if file.exists():
            raise UsageError(
                _("{file} is another key than {private}").format(file=file, private=private),
                repair=_("rename the older public key: reports that it signed are verified with it"),
            )
        signers.mkdir(parents=True, exist_ok=True)
        form = serialization.PublicFormat.SubjectPublicKeyInfo
        file.write_bytes(public.public_bytes(serialization.Encoding.PEM, form))
        name = file.stem
    else:
        name, file = mine.name, mine.file
    return ReportKey(name, CryptoSigner(private_key, SSlibKey.from_crypto(public, identity)), file)


def of_inventory(directory: Path, name: str = "") -> ReportKey:
    """The key of an inventory; in the user's state directory where the inventory's folder cannot be written."""
    name = name or directory.resolve().name
    ignore = directory / PRIVATE.parent / ".gitignore"
    try:
        if not (directory / PRIVATE).exists():
            ignore.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            if not ignore.exists():
                ignore.write_text("*\n")
        return pair(directory / PRIVATE, directory / SIGNERS, name)
    except OSError:
        return pair(paths.state_dir() / PRIVATE, paths.state_dir() / SIGNERS, name)


def renew(directory: Path, now: datetime, name: str = "") -> ReportKey:
    """A new key for an inventory's folder, or a server's by its name; the old public part stays, as NAME-DATE.

    Cut off in between, there still is one key that signs: the old one, or a new one that is made on use.
    """
    old = of_inventory(directory, name) if not name else pair(directory / PRIVATE, directory / SIGNERS, name)
    if old.public_file.parent != directory / SIGNERS:
        raise UsageError(
            _("the key of {folder} is not in its folder, and cannot be renewed there").format(folder=directory),
            repair=_("make the folder writable"),
        )
    name = re.sub(r"-\d{8}T\d{6}$", "", old.name)
    aside = old.public_file.with_name(f"{name}-{now:%Y%m%dT%H%M%S}.pem")
    old.public_file.replace(aside)
    (directory / PRIVATE).unlink()
    return pair(directory / PRIVATE, directory / SIGNERS, name)


def of_machine(name: str, folder: Path = SERVER_FOLDER) -> ReportKey:
    """A server's own key, below /etc/backbone; in the user's state directory for who may not write there."""
    if folder.is_dir() and os.access(folder, os.W_OK):
        return pair(folder / PRIVATE, folder / SIGNERS, name)
    return pair(paths.state_dir() / PRIVATE, paths.state_dir() / SIGNERS, name)


def of_run(directory: Path | None, machine: str) -> ReportKey:
    """The key that a run signs with: the inventory's in `directory`; without one the own key of this machine."""
    return of_machine(machine) if directory is None else of_inventory(directory)


def learn_server(directory: Path, server: str, signer: str, certificate: str) -> bool:
    """Put a server's public key and certificate (PEM) beside an inventory; True where something was new.

    The key of an earlier installation stays, under NAME@BEGINNING-OF-ITS-IDENTIFIER, so that what it signed still
    verifies. Raises OSError where nothing can be written.
    """
    changed = False
    for folder, text in ((directory / SERVERS, signer), (directory / CLIENTS, certificate)):
        file = folder / f"{server}.pem"
        before = file.read_text(encoding="ascii", errors="replace") if file.is_file() else None
        if before is not None and before.strip() == text.strip():
            continue
        folder.mkdir(parents=True, exist_ok=True)
        if before is not None and folder.name == SERVERS.name:
            file.replace(folder / f"{server}@{keyid(_public(file))[:8]}.pem")
        file.write_text(text.strip() + "\n", encoding="ascii")
        changed = True
    return changed


def machine_signers() -> tuple[Path, ...]:
    """Where this machine's own public keys are."""
    return tuple(one for one in (SERVER_FOLDER / SIGNERS, paths.state_dir() / SIGNERS) if one.is_dir())


def known(places: Iterable[Path]) -> dict[str, KnownKey]:
    """The public keys in files and folders (their *.pem), by identifier. UsageError for a file that is none."""
    found: dict[str, KnownKey] = {}
    for place in places:
        for file in sorted(place.glob("*.pem")) if place.is_dir() else [place] if place.exists() else []:
            public = _public(file)
            found.setdefault(keyid(public), KnownKey(file.stem, SSlibKey.from_crypto(public, keyid(public)), file))
    return found


def _public(file: Path) -> Ed25519PublicKey:
    try:
        key = serialization.load_pem_public_key(file.read_bytes())
    except (OSError, ValueError, UnsupportedAlgorithm) as fault:
        raise UsageError(
            _("{file} is no public key").format(file=file),
            repair=_("a public key begins with -----BEGIN PUBLIC KEY-----; its owner has it in signers/"),
        ) from fault
    if not isinstance(key, Ed25519PublicKey):
        raise UsageError(_("{file} is no Ed25519 key").format(file=file))
    return key
