"""The vault beside an inventory: its password, its generated secrets, and reading what the controller needs.

Written and read with Ansible's own VaultLib, in this process: no secret touches a command line, and none is
ever in a file in clear.
"""

from __future__ import annotations

import base64
import io
import os
import secrets
import tempfile
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.scalarstring import LiteralScalarString

from provision.errors import UsageError
from provision.i18n import _
from provision.inventory import layout
from provision.inventory.faults import shown
from provision.inventory.load import PASSWORD_VARIABLE, inventory_file, password_file
from provision.inventory.raw import VAULT_HEADER
from provision.inventory.secrecy import PASSWORD_FILE, edit_command
from provision.inventory.settings import SECRET_PREFIX


def _library(password: str) -> Any:
    from ansible.constants import DEFAULT_VAULT_IDENTITY
    from ansible.parsing.vault import VaultLib, VaultSecret

    return VaultLib([(DEFAULT_VAULT_IDENTITY, VaultSecret(password.encode("utf-8")))])


def new_password() -> str:
    """A password or passphrase: 256 bits as base32, which nobody misreads on paper and anybody can type."""
    return base64.b32encode(secrets.token_bytes(32)).decode().rstrip("=")


def write_private(path: Path, content: bytes) -> None:
    """Write a file that only its owner may read (0600), all of it or nothing, never readable in between."""
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(handle, "wb") as out:  # mkstemp makes it 0600
            out.write(content)
            out.flush()
            os.fsync(out.fileno())
        Path(name).replace(path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise


def write_password_file(directory: Path, password: str | None = None) -> Path:
    """Make `.vault-password` (0600) in an inventory's folder; UsageError when one is there already."""
    path = directory / PASSWORD_FILE
    if path.exists():
        raise UsageError(
            _("{file} is there already").format(file=shown(path)),
            repair=_("keep it: without it nobody can read the vault; use another folder for a new inventory"),
        )
    write_private(path, (password or new_password()).encode("utf-8") + b"\n")
    return path


def generate_secrets(authority_key: str = "", database_roles: Iterable[str] = ()) -> dict[str, Any]:
    """Fresh values for every secret that this side makes, by their full names.

    `authority_key` is the internal authority's key in PEM (provision.onboard.authority makes it), left out
    when empty; each of `database_roles` gets a password. What others hand out (the sync service's client id
    and token, a bot's token, a mail password) is not here.
    """
    values: dict[str, Any] = {
        f"{SECRET_PREFIX}stamp_key": secrets.token_hex(32),
        f"{SECRET_PREFIX}backup_passphrase": new_password(),
        # Of a second repository, ready for the day on which the inventory names one.
        f"{SECRET_PREFIX}backup_second_passphrase": new_password(),
        f"{SECRET_PREFIX}backup_second_key": secrets.token_hex(32),
        f"{SECRET_PREFIX}state_passphrase": new_password(),
        f"{SECRET_PREFIX}kit_passphrase": new_password(),
    }
    if authority_key:
        values[f"{SECRET_PREFIX}tls_authority_key"] = authority_key
    if passwords := {role: secrets.token_urlsafe(24) for role in database_roles}:
        values[f"{SECRET_PREFIX}db_passwords"] = passwords
    return values


def write_vault(path: Path, values: Mapping[str, Any], password: str) -> None:
    """Write an encrypted YAML file of `values` (full variable names), 0600."""
    text = io.StringIO()
    yaml = YAML()
    yaml.width = 4096
    shaped = {
        name: LiteralScalarString(value) if isinstance(value, str) and "\n" in value else value
        for name, value in values.items()
    }
    yaml.dump(shaped, text)
    write_private(path, _library(password).encrypt(text.getvalue().encode("utf-8")))


def read_vault(path: Path, password: str) -> dict[str, Any]:
    """The variables of an encrypted YAML file; UsageError when the password does not open it."""
    return dict(YAML(typ="safe", pure=True).load(_decrypted(path, path.read_bytes(), password)) or {})


def change_vault(path: Path, password: str, values: Mapping[str, Any]) -> None:
    """Put values (full variable names; None takes one out) into an encrypted YAML file, all of them or none.

    Comments and everything else in it stay. UsageError when the password does not open it.
    """
    yaml = YAML()
    yaml.width = 4096
    yaml.preserve_quotes = True
    content = yaml.load(_decrypted(path, path.read_bytes(), password).decode("utf-8")) or {}
    for name, value in values.items():
        if value is None:
            content.pop(name, None)
        else:
            content[name] = LiteralScalarString(value) if isinstance(value, str) and "\n" in value else value
    text = io.StringIO()
    yaml.dump(content, text)
    write_private(path.resolve(), _library(password).encrypt(text.getvalue().encode("utf-8")))


def _decrypted(path: Path, content: bytes, password: str) -> bytes:
    from ansible.errors import AnsibleError

    try:
        plain: bytes = _library(password).decrypt(content)
    except AnsibleError as fault:
        raise UsageError(
            _("the vault password does not open {file}").format(file=shown(path)),
            repair=_("name the file with the right one in {variable}").format(variable=PASSWORD_VARIABLE),
        ) from fault
    return plain


def read_password(inventory: Path) -> str:
    """The vault password of an inventory; UsageError when its file is not there."""
    directory = inventory_file(inventory).parent
    found = password_file(directory)
    if found is None or not found.is_file():
        raise UsageError(
            _("the vault password of {inventory} is not there").format(inventory=shown(inventory)),
            repair=_("put it into {file} (mode 0600), or name another file in {variable}").format(
                file=shown(directory / PASSWORD_FILE), variable=PASSWORD_VARIABLE
            ),
        )
    return found.read_text(encoding="utf-8").strip()


def read_secrets(inventory: Path, server: str) -> dict[str, Any]:
    """All `backbone_secret_*` of one server, decrypted, by their names without that prefix.

    For what stays on the controller: the authority's key, the key of stamps. Templates are not resolved.
    Raises UsageError without a password or with a wrong one, KeyError for a server that the inventory lacks.
    """
    path = inventory_file(inventory)
    read = layout.read(path)
    if server not in read.hosts:
        raise KeyError(server)
    password = read_password(inventory)
    values: dict[str, Any] = {}
    for one in read.layers(server):
        if isinstance(one, Path):
            values.update(read_vault(one, password))
        else:
            values[one.name] = _opened(one.file, one.node.plain(), password)
    return {name.removeprefix(SECRET_PREFIX): value for name, value in values.items() if name.startswith(SECRET_PREFIX)}


def read_secret(inventory: Path, server: str, name: str) -> str:
    """One secret in text form, by its name without `backbone_secret_`; UsageError when the vault lacks it."""
    found = read_secrets(inventory, server).get(name)
    if not isinstance(found, str) or not found:
        raise UsageError(
            _("the vault holds no {name} for {server}").format(name=SECRET_PREFIX + name, server=server),
            repair=_("add it: {command}").format(command=edit_command(inventory_file(inventory).parent)),
        )
    return found


def _opened(file: Path, value: Any, password: str) -> Any:
    """A value with every `!vault` scalar in it decrypted."""
    if isinstance(value, dict):
        if set(value) == {"__ansible_vault"}:
            content = "\n".join(line.strip() for line in str(value["__ansible_vault"]).splitlines())
            return _decrypted(file, content.encode("utf-8"), password).decode("utf-8")
        return {key: _opened(file, one, password) for key, one in value.items()}
    if isinstance(value, list):
        return [_opened(file, one, password) for one in value]
    return value


def is_vaulted(path: Path) -> bool:
    """True for a file that Ansible's vault encrypted as a whole."""
    with path.open("rb") as stream:
        return stream.read(len(VAULT_HEADER)) == VAULT_HEADER
