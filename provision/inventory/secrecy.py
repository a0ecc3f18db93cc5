"""Finds secrets that stand in plain text: by the name of the variable, by the look of the value."""

from __future__ import annotations

import math
import re
import shlex
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from provision.i18n import _
from provision.inventory import raw
from provision.inventory.faults import Fault, shown
from provision.inventory.layout import Definition
from provision.inventory.settings import SECRET_PREFIX

VAULT_FILE = Path("group_vars/all/vault.yml")
PASSWORD_FILE = ".vault-password"  # noqa: S105 — a file's name
_SECRET_NAME = re.compile(
    r"(^|_)(password|passwd|pass|passphrase|secret|token|api_?key|private_?key|sandi)s?$", re.IGNORECASE
)
_TEMPLATE_ONLY = re.compile(r"^\s*\{\{.*\}\}\s*$", re.DOTALL)
# Long random strings that are no secret and have a place of their own.
_PUBLIC = ("public_key", "ssh_keys")
_RANDOM = re.compile(r"^[A-Za-z0-9+/_-]{32,}={0,2}$")


def edit_command(directory: Path) -> str:
    """The command that opens an inventory's vault in an editor, as a person can paste it."""
    program = Path(sys.executable).with_name("ansible-vault")
    words = (program, "edit", "--vault-password-file", directory / PASSWORD_FILE, directory / VAULT_FILE)
    return shlex.join(shown(Path(word)) if isinstance(word, Path) else word for word in words)


def _entropy(text: str) -> float:
    """Bits a character, by the frequencies in the text itself."""
    counts = Counter(text)
    return -sum(n / len(text) * math.log2(n / len(text)) for n in counts.values())


def looks_random(text: str) -> bool:
    """True for what a generator made: 32 or more characters of base64, base32 or hex, without a pattern."""
    if not _RANDOM.match(text) or text.startswith("/") or not re.search(r"\d", text):
        return False
    if re.fullmatch(r"[0-9a-f-]+|[0-9A-F-]+", text):
        return _entropy(text) > 3.2
    return _entropy(text) > 4.2


def _why(name: str, path: raw.Path_, node: raw.Node) -> str:
    text = node.text
    if "PRIVATE KEY-----" in text:
        return _("a private key in plain text")
    if "ssh_keys" in path or _TEMPLATE_ONLY.match(text) or not text or node.value is None:
        return ""
    leaf = next((str(part) for part in reversed(path) if isinstance(part, str)), name)
    if name.startswith(SECRET_PREFIX) or _SECRET_NAME.search(name) or _SECRET_NAME.search(leaf):
        return _("a secret in plain text")
    if leaf not in _PUBLIC and looks_random(text):
        return _("a value that looks like a secret, in plain text")
    return ""


def plain_secrets(definitions: Iterator[Definition]) -> Iterator[Fault]:
    """A fault for each value that should be encrypted and is not; the value itself is never repeated."""
    repair = _("move it into group_vars/all/vault.yml (ansible-vault edit), and replace it: it has been seen")
    for one in definitions:
        for path, node in one.node.scalars((one.name,)):
            if node.vaulted:
                continue
            if message := _why(one.name, path, node):
                yield Fault(shown(one.file), node.line, raw.dotted(path), message, repair)
