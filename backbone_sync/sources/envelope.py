"""Signed statements about files: a DSSE envelope around an in-toto statement, Ed25519, as the project's reports have.

The signature is made and judged by the system's own openssl (3 or newer), which security updates of the distribution
reach; the private key is read by openssl alone. A key is known when its public part (PEM) lies among the signers.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import os
import subprocess
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec

from backbone_sync.errors import ConfigInvalid, SyncError

PAYLOAD_TYPE = "application/vnd.in-toto+json"
STATEMENT_TYPE = "https://in-toto.io/Statement/v1"
ENDING = ".dsse.json"
MAX_ENVELOPE = 4 * 1024 * 1024  # bytes
_ED25519 = bytes.fromhex("302a300506032b6570032100")  # what the DER of such a public key begins with (RFC 8410)
_SECONDS = 30


class NotSigned(SyncError):
    """An envelope that is none, or is not by a known key; the message is a clause that says what is the matter."""

    kind = "bundle"


class _Signature(msgspec.Struct):
    sig: str
    keyid: str = ""


class _Envelope(msgspec.Struct):
    payload: str
    payloadType: str  # noqa: N815  (the format's own name)
    signatures: list[_Signature]


_ENVELOPE = msgspec.json.Decoder(_Envelope)


@dataclass(frozen=True)
class Key:
    """A public key: the name that its owner goes by (its file's), its identifier (SHA-256 of its DER), its DER."""

    name: str
    keyid: str
    der: bytes


def known(directory: Path) -> tuple[Key, ...]:
    """The public keys in a directory's *.pem; ConfigInvalid for a file that holds no Ed25519 key, or for none."""
    found = []
    for path in sorted(directory.glob("*.pem")):
        try:
            der = _der(path.read_text("ascii"))
        except (OSError, ValueError) as fault:
            raise ConfigInvalid(
                f"{path} is no public Ed25519 key in PEM", "put the signer's own public key there"
            ) from fault
        found.append(Key(path.stem, hashlib.sha256(der).hexdigest(), der))
    if not found:
        raise ConfigInvalid(
            f"{directory} holds no public key (*.pem)", "put there the public keys of those who may make bundles"
        )
    return tuple(found)


def _der(pem: str) -> bytes:
    lines = [line.strip() for line in pem.strip().splitlines()]
    if not lines or lines[0] != "-----BEGIN PUBLIC KEY-----" or lines[-1] != "-----END PUBLIC KEY-----":
        raise ValueError("not a public key")
    der = base64.b64decode("".join(lines[1:-1]), validate=True)
    if len(der) != 44 or not der.startswith(_ED25519):
        raise ValueError("not an Ed25519 key")
    return der


def encoded(payload: bytes) -> bytes:
    """What is signed: DSSE's pre-authentication encoding of a statement."""
    return b"DSSEv1 %d %s %d %s" % (len(PAYLOAD_TYPE), PAYLOAD_TYPE.encode(), len(payload), payload)


def opened(envelope: bytes, keys: Sequence[Key]) -> tuple[dict[str, Any], Key]:
    """The statement in an envelope and who signed it; NotSigned unless one of `keys` has."""
    try:
        made = _ENVELOPE.decode(envelope)
        payload = base64.b64decode(made.payload, validate=True)
        signatures = [base64.b64decode(one.sig, validate=True) for one in made.signatures[:8]]
    except (msgspec.DecodeError, binascii.Error, ValueError, RecursionError):
        raise NotSigned("its signature file is damaged or no DSSE envelope") from None
    if made.payloadType != PAYLOAD_TYPE:
        raise NotSigned("its signature file is about something else than a bundle")
    signed = encoded(payload)
    for key in keys:
        if any(len(one) == 64 and _verified(key, signed, one) for one in signatures):
            return _statement(payload), key
    raise NotSigned("no known key has signed it")


def _statement(payload: bytes) -> dict[str, Any]:
    try:
        told = msgspec.json.decode(payload, type=dict[str, Any])
    except (msgspec.DecodeError, RecursionError):
        raise NotSigned("what was signed is no statement") from None
    if told.get("_type") != STATEMENT_TYPE:
        raise NotSigned("what was signed is no in-toto statement")
    return told


def _verified(key: Key, signed: bytes, signature: bytes) -> bool:
    with tempfile.TemporaryDirectory(prefix="backbone-") as folder:
        place = Path(folder)
        (place / "key").write_bytes(key.der)
        (place / "signed").write_bytes(signed)
        (place / "signature").write_bytes(signature)
        words = ["-verify", "-pubin", "-keyform", "DER", "-inkey", str(place / "key")]
        files = ["-in", str(place / "signed"), "-sigfile", str(place / "signature")]
        return _openssl(*words, "-rawin", *files).returncode == 0


def sign(statement: Mapping[str, Any], private_key: Path) -> bytes:
    """An envelope around a statement, signed with the Ed25519 key in a PEM file; ConfigInvalid when that fails."""
    payload = msgspec.json.encode(statement, order="deterministic")
    with tempfile.TemporaryDirectory(prefix="backbone-") as folder:
        place = Path(folder)
        (place / "signed").write_bytes(encoded(payload))
        files = ["-in", str(place / "signed"), "-out", str(place / "signature")]
        done = _openssl("-sign", "-inkey", str(private_key), "-rawin", *files)
        signature = (place / "signature").read_bytes() if done.returncode == 0 else b""
    if len(signature) != 64:
        raise ConfigInvalid(
            f"{private_key} cannot sign: it is no Ed25519 private key in PEM without a passphrase",
            "make one: openssl genpkey -algorithm ed25519 -out KEY.pem",
        )
    public = _run(["pkey", "-in", str(private_key), "-pubout", "-outform", "DER"]).stdout
    made = {
        "payload": base64.b64encode(payload).decode(),
        "payloadType": PAYLOAD_TYPE,
        "signatures": [
            {"keyid": hashlib.sha256(public).hexdigest(), "sig": base64.b64encode(signature).decode()},
        ],
    }
    return msgspec.json.format(msgspec.json.encode(made), indent=1) + b"\n"


def _openssl(*words: str) -> subprocess.CompletedProcess[bytes]:
    return _run(["pkeyutl", *words])


def _run(words: Sequence[str]) -> subprocess.CompletedProcess[bytes]:
    try:
        return subprocess.run(
            ["openssl", *words], stdin=subprocess.DEVNULL, capture_output=True, timeout=_SECONDS, check=False,
            env={**os.environ, "LC_ALL": "C"},
        )  # fmt: skip
    except (OSError, subprocess.TimeoutExpired) as fault:
        raise ConfigInvalid(
            "the command openssl does not run, and without it no signature can be judged", "install openssl 3"
        ) from fault
