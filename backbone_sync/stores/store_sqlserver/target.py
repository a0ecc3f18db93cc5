"""Which SQL Server, and as whom: the configuration's words and the connection string made of them. Pure."""

from __future__ import annotations

from dataclasses import dataclass

from backbone_sync.errors import ConfigInvalid

PASSWORD = "sqlserver-password"  # noqa: S105  (the credential file's name)
LOGINS = ("secret", "integrated")


@dataclass(frozen=True)
class Target:
    """A database of a SQL Server.

    `login`: "secret" is `user` with the password in the credential file `sqlserver-password`; "integrated" is the
    service's own Kerberos ticket. `certificate_name` is the name that the server's certificate bears, where it is not
    that of `server`; `certificate_file` one certificate (PEM) that alone is accepted, in place of the system's
    authorities. `strict`: TLS before the first word (TDS 8, SQL Server 2022 or newer).
    """

    server: str
    database: str
    login: str = "secret"
    user: str = "backbone_sync"
    certificate_name: str = ""
    certificate_file: str = ""
    strict: bool = False

    def __post_init__(self) -> None:
        """ConfigInvalid for what cannot be connected to."""
        if not self.server or not self.database:
            raise ConfigInvalid("store.server and store.database must be named")
        if self.login not in LOGINS:
            raise ConfigInvalid(f"store.login is none of {', '.join(LOGINS)}: {self.login!r}")
        if self.login == "secret" and not self.user:
            raise ConfigInvalid("store.user must be named, or store.login be integrated")


def connection_string(target: Target, password: str) -> str:
    """The driver's connection string; holds the password, so it is neither logged nor kept by us.

    TLS is always asked for and the certificate always verified: the configuration has no word to turn that off.
    """
    parts = {
        "Server": target.server,
        "Database": target.database,
        "Encrypt": "strict" if target.strict else "yes",
        "TrustServerCertificate": "no",
        # A connection that the driver opened anew by itself would have lost the run lock.
        "ConnectRetryCount": "0",
    }
    if target.certificate_name:
        parts["HostnameInCertificate"] = target.certificate_name
    if target.certificate_file:
        parts["ServerCertificate"] = target.certificate_file
    if target.login == "integrated":
        parts["Trusted_Connection"] = "yes"
    else:
        if not password:
            raise ConfigInvalid(
                f"there is no credential file {PASSWORD}, or it is empty",
                f"give the unit LoadCredential={PASSWORD}:/etc/backbone/credentials/{PASSWORD}",
            )
        parts.update(UID=target.user, PWD=password)
    return ";".join(f"{name}={_braced(value)}" for name, value in parts.items())


def _braced(value: str) -> str:
    """A value that can hold any character: what would end it is doubled."""
    if "\x00" in value or "\n" in value or "\r" in value:
        raise ConfigInvalid("a word of the connection to SQL Server holds a control character")
    return "{" + value.replace("}", "}}") + "}"
