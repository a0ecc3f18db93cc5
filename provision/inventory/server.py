"""One server's variables against the schema: settings, connection, secrets, and what is none of them."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import Field, ValidationError

from provision.i18n import _
from provision.inventory.explain import explained, nearest
from provision.inventory.fields import Host, PortNumber
from provision.inventory.model import Connection
from provision.inventory.raw import VAULTED, Path_
from provision.inventory.rules import Draft, Problem
from provision.inventory.settings import PREFIX, SECRET_PREFIX, Closed, Secrets, Settings

CONNECTION_PREFIX = "ansible_"
_FILE_NAME = re.compile(r"^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$")


class ConnectionVariables(Closed):
    """The connection variables that an inventory may set, without `ansible_`."""

    host: Host | None = None
    port: PortNumber = 22
    user: Annotated[str, Field(pattern=r"^[A-Za-z_][A-Za-z0-9_.@\\-]*$")] = ""
    ssh_private_key_file: str = ""
    ssh_common_args: str = ""
    connection: Literal["ssh", "local", "psrp"] = "ssh"
    become: bool = False
    python_interpreter: str = "auto"
    become_password: Any = None
    # Windows: the account's password (a vaulted value), and the PEM file that proves the server's own certificate.
    password: Any = None
    psrp_ca_cert: str = ""
    psrp_auth: Literal["negotiate", "ntlm", "kerberos"] = "negotiate"


# What takes the place of a refused or missing setting, so that the rules can judge the others.
_STAND_IN: dict[str, Any] = {
    "region": "33",
    "level": "provinsi",
    "fqdn": "stand-in.invalid",
    "networks_internal": ["192.0.2.0/24"],
    "admins": [
        {
            "name": "nobody",
            "ssh_keys": ["ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"],
        }
    ],
}


@dataclass(frozen=True)
class Reading:
    """A server's variables. Not `complete`: encryption hides some. `templates`: some are unresolved."""

    values: Mapping[str, Any]
    complete: bool = True
    templates: bool = False


def _unresolved(value: Any) -> bool:
    if isinstance(value, dict):
        return VAULTED in value or any(_unresolved(one) for one in value.values())
    if isinstance(value, list):
        return any(_unresolved(one) for one in value)
    return isinstance(value, str) and "{{" in value


def _split(values: Mapping[str, Any], prefix: str) -> dict[str, Any]:
    return {name.removeprefix(prefix): value for name, value in values.items() if name.startswith(prefix)}


def read_server(name: str, reading: Reading, written: Callable[[Path_], str]) -> tuple[Draft, list[Problem]]:
    """The draft of a server and what the schema refuses. `written` gives a scalar as the file has it."""
    problems: list[Problem] = []
    secrets = _split(reading.values, SECRET_PREFIX)
    settings = {key: value for key, value in _split(reading.values, PREFIX).items() if not key.startswith("secret_")}
    # What cannot be known yet is left out of the judgement, neither refused nor called missing.
    unknown: set[str] = set()
    if reading.templates:
        unknown = {key for key, value in settings.items() if _unresolved(value)}
    chosen, known = _settings(name, settings, unknown, reading.complete, written, problems)
    connection = _connection(name, reading, written, problems)
    problems += _secrets(name, secrets)
    problems += _others(name, reading.values)
    return Draft(name, chosen, connection, known, frozenset(secrets)), problems


def _settings(
    name: str,
    values: dict[str, Any],
    unknown: set[str],
    complete: bool,
    written: Callable[[Path_], str],
    problems: list[Problem],
) -> tuple[Settings, frozenset[str]]:
    given = {key: value for key, value in values.items() if key not in unknown}
    refused: set[str] = set(unknown)
    try:
        return Settings.model_validate_json(json.dumps(given)), frozenset(Settings.model_fields) - refused
    except ValidationError as fault:
        for path, message, repair in explained(fault, PREFIX, Settings, written):
            key = str(path[0]).removeprefix(PREFIX)
            absent = len(path) == 1 and key not in given and key in Settings.model_fields
            refused.add(key)
            if not absent or (complete and key not in unknown):
                problems.append(Problem(name, path, message, repair))
    rest = {key: value for key, value in given.items() if key not in refused}
    stand_in = {key: value for key, value in _STAND_IN.items() if key not in rest}
    known = frozenset(Settings.model_fields) - refused - stand_in.keys()
    return Settings.model_validate_json(json.dumps({**stand_in, **rest})), known


def _connection(name: str, reading: Reading, written: Callable[[Path_], str], problems: list[Problem]) -> Connection:
    values = {
        key: value
        for key, value in _split(reading.values, CONNECTION_PREFIX).items()
        if not (reading.templates and _unresolved(value)) or key in ("become_password", "password")
    }
    try:
        found = ConnectionVariables.model_validate_json(json.dumps(values))
    except ValidationError as fault:
        refused: set[str] = set()
        for path, message, repair in explained(fault, CONNECTION_PREFIX, ConnectionVariables, written):
            problems.append(Problem(name, path, message, repair))
            refused.add(str(path[0]).removeprefix(CONNECTION_PREFIX))
        found = ConnectionVariables.model_validate_json(
            json.dumps({key: value for key, value in values.items() if key not in refused})
        )
    key_file = found.ssh_private_key_file
    if key_file:
        path_ = Path(key_file).expanduser()
        if not path_.is_absolute():
            problems.append(
                Problem(
                    name,
                    (CONNECTION_PREFIX + "ssh_private_key_file",),
                    _("{value} depends on the folder that one stands in").format(value=key_file),
                    _('write "{{{{ inventory_dir }}}}/{value}" or an absolute path').format(value=key_file),
                )
            )
            path_ = Path()
        key_file = str(path_) if path_ != Path() else ""
    return Connection(
        host=found.host or name,
        port=5986 if found.connection == "psrp" and "port" not in values else found.port,
        user=found.user,
        key_file=key_file,
        common_args=found.ssh_common_args,
        kind=found.connection,
        become=found.become,
        # What is still encrypted, or a template, is a password that nobody here can read.
        become_password=found.become_password if _plain(found.become_password) else "",
        password=found.password if _plain(found.password) else "",
        authority=found.psrp_ca_cert,
        auth=found.psrp_auth,
    )


def _plain(value: Any) -> bool:
    return isinstance(value, str) and "{{" not in value


def _secrets(name: str, values: dict[str, Any]) -> list[Problem]:
    problems: list[Problem] = []
    for key, value in values.items():
        path = (SECRET_PREFIX + key,)
        if key not in Secrets.model_fields:
            near = nearest(key, Secrets.model_fields)
            repair = _("did you mean {name}?").format(name=SECRET_PREFIX + near) if near else _("remove it")
            problems.append(Problem(name, path, _("there is no such secret"), repair))
        elif key in ("former", "backup_former"):
            if not isinstance(value, dict):
                problems.append(Problem(name, path, _("a mapping that a rotation wrote is expected")))
        elif key in ("db_passwords", "windows_passwords"):
            if not isinstance(value, dict):
                problems.append(Problem(name, path, _("a mapping of role to password is expected")))
        elif key == "sync_credentials":
            if not isinstance(value, dict):
                message = _("a mapping of a credential file's name to its content is expected")
                problems.append(Problem(name, path, message))
                continue
            odd = [one for one in value if one != VAULTED and not _FILE_NAME.match(str(one))]
            problems += [
                Problem(name, (*path, one), _("{name} cannot be the name of a file").format(name=one)) for one in odd
            ]
        elif not isinstance(value, str) and not (isinstance(value, dict) and VAULTED in value):
            problems.append(Problem(name, path, _("text is expected"), _("write it in quotes")))
        elif not value:
            problems.append(Problem(name, path, _("is empty"), _("fill it in, or remove the key")))
    return problems


def _others(name: str, values: Mapping[str, Any]) -> list[Problem]:
    """Variables of no known prefix: an author's own, unless the name is nearly one of ours."""
    ours = [
        *(PREFIX + key for key in Settings.model_fields),
        *(SECRET_PREFIX + key for key in Secrets.model_fields),
        *(CONNECTION_PREFIX + key for key in ConnectionVariables.model_fields),
    ]
    return [
        Problem(name, (key,), _("there is no such key"), _("did you mean {name}?").format(name=near))
        for key in values
        if not key.startswith((PREFIX, CONNECTION_PREFIX)) and (near := nearest(key, ours))
    ]
