"""The kinds of value that an inventory holds: names, networks, keys, times, addresses, each with its check.

A check that refuses raises `Wrong`: what is wrong with the value, and the change that mends it.
"""

from __future__ import annotations

import base64
import binascii
import ipaddress
import re
from typing import Annotated, Any, Literal
from urllib.parse import urlsplit

from pydantic import AfterValidator, BeforeValidator, Field

from provision.i18n import _

Stage = Literal[
    "base",
    "patching",
    "hardening",
    "ssh",
    "firewall",
    "tls",
    "vpn",
    "antivirus",
    "postgresql",
    "backup",
    "sync",
    "gateway",
    "monitoring",
    "notify",
    "audit",
]

_LABEL = r"[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?"
_HOST = re.compile(rf"^{_LABEL}(?:\.{_LABEL})*$")


class Wrong(ValueError):  # noqa: N818 — never leaves the schema
    """A value that the schema refuses; `repair` says what to write instead."""

    def __init__(self, message: str, repair: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.repair = repair


def is_address(text: str) -> bool:
    """True for an IPv4 or IPv6 address."""
    try:
        ipaddress.ip_address(text)
    except ValueError:
        return False
    return True


def host_problem(text: str) -> str:
    """What keeps `text` from being a host name or an address; "" for a good one."""
    if is_address(text):
        return ""
    if re.fullmatch(r"[\d.]+", text):
        return _("{value} is not an IP address").format(value=text)
    if len(text) > 253 or not _HOST.match(text):
        return _("{value} is neither a host name nor an IP address").format(value=text)
    return ""


def _host(text: str) -> str:
    if problem := host_problem(text):
        raise Wrong(problem, _("letters, digits and hyphens, parts joined by dots"))
    return text


def _fqdn(text: str) -> str:
    if is_address(text) or "." not in text or not _HOST.match(text) or len(text) > 253:
        raise Wrong(
            _("{value} is not a full domain name").format(value=text),
            _("write the name that the certificate bears, such as data.semarang.example"),
        )
    return text.lower()


def _network(text: str) -> str:
    try:
        network = ipaddress.ip_network(text)
    except ValueError:
        try:
            meant = ipaddress.ip_network(text, strict=False)
        except ValueError:
            raise Wrong(
                _("{value} is not a network").format(value=text),
                _("write it as address/prefix, such as 10.20.0.0/16"),
            ) from None
        raise Wrong(
            _("{value} is an address inside a network, not the network").format(value=text),
            _("write {network}").format(network=meant),
        ) from None
    if network.prefixlen == 0:
        raise Wrong(_("{value} is the whole internet").format(value=text), _("name the network itself"))
    return str(network)


def _address(text: str) -> str:
    bare = text.split("/", 1)[0]
    if not is_address(bare):
        raise Wrong(_("{value} is not an IP address").format(value=text), _("such as 10.90.0.7"))
    if bare != text:
        raise Wrong(
            _("{value}: an address without a prefix is meant").format(value=text),
            _("write {address}").format(address=bare),
        )
    return str(ipaddress.ip_address(text))


def _clock(text: str) -> str:
    if not re.fullmatch(r"([01]\d|2[0-3]):[0-5]\d", text):
        raise Wrong(_("{value} is not a time of day").format(value=text), _('write "HH:MM" in quotes'))
    return text


def _duration(text: str) -> str:
    if not re.fullmatch(r"[1-9]\d{0,4}(min|m|h|d)", text):
        raise Wrong(_("{value} is not a length of time").format(value=text), _('such as "30min", "1h" or "1d"'))
    return text


def _url_of(*schemes: str) -> Any:
    def check(text: str) -> str:
        try:
            parts = urlsplit(text)
            port_is_sound = parts.port is None or parts.port > 0
        except ValueError:
            parts, port_is_sound = urlsplit(""), False
        if parts.scheme not in schemes or not parts.hostname or not port_is_sound or re.search(r"\s", text):
            raise Wrong(
                _("{value} is not an address of the web").format(value=text.split("@")[-1]),
                _("it starts with {schemes}").format(schemes=" / ".join(f"{one}://" for one in schemes)),
            )
        if parts.password:
            raise Wrong(_("the address carries a password"), _("take it out; secrets belong into the vault file"))
        return text

    return AfterValidator(check)


def _wireguard_key(text: str) -> str:
    try:
        decoded = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        decoded = b""
    if len(decoded) != 32:
        raise Wrong(
            _("not a WireGuard public key (32 bytes in base64, 44 characters)"),
            _("paste what `wg pubkey` printed on the person's machine"),
        )
    return text


_SSH_KINDS = ("ssh-ed25519", "ssh-rsa", "ecdsa-sha2-", "sk-ssh-ed25519@", "sk-ecdsa-sha2-")


def _ssh_key(text: str) -> str:
    if "PRIVATE KEY" in text:
        raise Wrong(_("this is a private key"), _("remove it, replace the key pair, paste the .pub file"))
    parts = text.split()
    repair = _("paste the one line of the .pub file, such as: ssh-ed25519 AAAA… name")
    if len(parts) < 2 or not parts[0].startswith(_SSH_KINDS):
        raise Wrong(_("not an SSH public key"), repair)
    try:
        blob = base64.b64decode(parts[1], validate=True)
    except (binascii.Error, ValueError):
        blob = b""
    length = int.from_bytes(blob[:4], "big")
    if blob[4 : 4 + length].decode("ascii", "replace") != parts[0]:
        raise Wrong(_("not an SSH public key: its body is cut off or damaged"), repair)
    return text


def _user_name(text: str) -> str:
    if not re.fullmatch(r"[a-z_][a-z0-9_-]{0,31}", text) or text == "root":
        raise Wrong(
            _("{value} cannot be the name of an administrator").format(value=text),
            _("lower-case letters, digits, - and _, a letter first, not root"),
        )
    return text


# Such a path needs no quoting in any file that a stage writes it into: clamd's, systemd's, pgBackRest's, AppArmor's.
_SAFE_PATH = r"^(/[A-Za-z0-9._+@-]+)+$"


def _absolute(text: str) -> str:
    if not text.startswith("/") or {".", ".."} & set(text.split("/")):
        raise Wrong(
            _("{value} is not an absolute path").format(value=text), _("start it with / and leave out . and ..")
        )
    if not text.strip("/"):
        raise Wrong(_("{value} is the whole disk").format(value=text), _("name a folder of its own below it"))
    if not re.fullmatch(_SAFE_PATH[1:-1], text):
        raise Wrong(
            _("{value} is not a path that every program on the server reads alike").format(value=text),
            _("letters, digits and . _ + @ - in each part, one / between parts, none at the end; no spaces"),
        )
    return text


def _unit(text: str) -> str:
    if not re.fullmatch(r"[A-Za-z0-9:_.@\\-]+\.(service|socket|target|timer)", text):
        raise Wrong(_("{value} is not the name of a systemd unit").format(value=text), _("such as clamav.service"))
    return text


def _endpoint(text: str) -> str:
    host, colon, port = text.rpartition(":")
    if not colon or host_problem(host.strip("[]")) or not port.isdigit() or not 0 < int(port) < 65536:
        raise Wrong(_("{value} is not host:port").format(value=text), _("such as vpn.jateng.example:51820"))
    return text


def _email(text: str) -> str:
    if not re.fullmatch(r"[^@\s]+@[^@\s]+", text) or host_problem(text.rpartition("@")[2]):
        raise Wrong(_("{value} is not an e-mail address").format(value=text))
    return text


def _sources(value: Any) -> tuple[str, ...]:
    repair = _("write internal, vpn, anywhere, or a list of networks")
    if isinstance(value, str):
        if value not in ("internal", "vpn", "anywhere"):
            raise Wrong(_("{value} is not a source").format(value=value), repair)
        return (value,)
    if isinstance(value, (list, tuple)) and value and all(isinstance(one, str) for one in value):
        return tuple(one if one in ("internal", "vpn") else _network(one) for one in value)
    raise Wrong(_("sources name who may reach the port"), repair)


def _chat(value: Any) -> Any:
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else value


Host = Annotated[str, AfterValidator(_host)]
Fqdn = Annotated[str, AfterValidator(_fqdn)]
Network = Annotated[str, AfterValidator(_network)]
Address = Annotated[str, AfterValidator(_address)]
Clock = Annotated[str, AfterValidator(_clock)]
Duration = Annotated[str, AfterValidator(_duration)]
Url = Annotated[str, _url_of("http", "https")]
HttpsUrl = Annotated[str, _url_of("https")]
WireguardKey = Annotated[str, AfterValidator(_wireguard_key)]
SshKey = Annotated[str, AfterValidator(_ssh_key)]
UserName = Annotated[str, AfterValidator(_user_name)]
AbsolutePath = Annotated[str, AfterValidator(_absolute), Field(json_schema_extra={"pattern": _SAFE_PATH})]
Unit = Annotated[str, AfterValidator(_unit)]
Endpoint = Annotated[str, AfterValidator(_endpoint)]
Email = Annotated[str, AfterValidator(_email)]
PortNumber = Annotated[int, Field(ge=1, le=65535)]
Text = Annotated[str, Field(min_length=1)]
KernelName = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_-]*(\.[A-Za-z0-9_-]+)+$")]
Name = Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]*$", max_length=64)]
Entity = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*(\.[a-z][a-z0-9_]*)?$")]
Sources = Annotated[
    tuple[str, ...],
    BeforeValidator(_sources, json_schema_input_type=Literal["internal", "vpn", "anywhere"] | list[str]),
]
ChatId = Annotated[str, BeforeValidator(_chat, json_schema_input_type=str | int)]
