"""Turns a password into what PostgreSQL stores of it, on the controller: the password itself never travels.

The verifier is the same at every run (its salt is drawn from role and server, not from chance), so that one
sees by comparing strings whether a role is in line.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import stringprep
import unicodedata

ITERATIONS = 4096


def _prepared(password: str) -> bytes:
    """The password after SASLprep's mapping and normalization, as clients prepare it before they log in."""
    mapped = "".join(
        " " if stringprep.in_table_c12(char) else char for char in password if not stringprep.in_table_b1(char)
    )
    return unicodedata.normalize("NFKC", mapped).encode()


def scram_verifier(password: str, role: str, server: str) -> str:
    """`SCRAM-SHA-256$<iterations>:<salt>$<StoredKey>:<ServerKey>` for `role` on `server`.

    Raises ValueError for an empty password, which PostgreSQL would refuse at every login.
    """
    if not password:
        raise ValueError(f"the password of the database role {role} is empty")
    salt = hashlib.sha256(f"backbone scram\0{server}\0{role}".encode()).digest()[:16]
    salted = hashlib.pbkdf2_hmac("sha256", _prepared(password), salt, ITERATIONS)
    stored = hashlib.sha256(hmac.digest(salted, b"Client Key", "sha256")).digest()
    server_key = hmac.digest(salted, b"Server Key", "sha256")
    salt64, stored64, server64 = (base64.b64encode(part).decode() for part in (salt, stored, server_key))
    return f"SCRAM-SHA-256${ITERATIONS}:{salt64}${stored64}:{server64}"


class FilterModule:
    """Offers the verifier to templates: `{{ password | scram_verifier(role, inventory_hostname) }}`."""

    def filters(self) -> dict[str, object]:
        return {"scram_verifier": scram_verifier}
