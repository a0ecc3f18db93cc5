"""The Linux systems that the stand-in can be: their facts, the packages that they offer, what their programs say.

`PACKAGES` holds, of each family, the names that our roles may ask for there; what is not in it the stand-in's package
manager does not have. docs/platforms.md says which of these names were held against a list of the distribution's own.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

# The major version that the role takes from PGDG.
PGDG = 17


@dataclass(frozen=True)
class System:
    """One release; `postgresql` is the major version that it brings, 0 where none is new enough."""

    family: str
    distribution: str
    version: str
    release: str
    python: str
    postgresql: int
    nginx: str
    pgbackrest: str

    @property
    def cluster(self) -> str:
        """Where the settings of its database cluster lie."""
        if self.family == "Debian":
            return f"/etc/postgresql/{self.postgresql}/main"
        return f"/var/lib/pgsql/{self.postgresql or PGDG}/data"

    @property
    def facts(self) -> dict[str, Any]:
        """What Ansible's `setup` tells of it."""
        return {
            "distribution": self.distribution,
            "distribution_version": self.version,
            "distribution_major_version": self.version.partition(".")[0],
            "distribution_release": self.release,
            "os_family": self.family,
            "memtotal_mb": 7900,
            "processor_nproc": 4,
        }


SYSTEMS = {
    "debian 12": System("Debian", "Debian", "12.11", "bookworm", "3.11", 15, "1.22.1", "2.45"),
    "ubuntu 22.04": System("Debian", "Ubuntu", "22.04", "jammy", "3.10", 14, "1.18.0", "2.37"),
    "ubuntu 24.04": System("Debian", "Ubuntu", "24.04", "noble", "3.12", 16, "1.24.0", "2.50"),
    "ubuntu 26.04": System("Debian", "Ubuntu", "26.04", "resolute", "3.14", 18, "1.28.0", "2.57"),
    "rocky 9": System("RedHat", "Rocky", "9.7", "Blue Onyx", "3.9", 0, "1.20.1", "2.57"),
    "almalinux 10": System("RedHat", "AlmaLinux", "10.1", "Heliotrope Lion", "3.12", 0, "1.26.3", "2.57"),
    "rhel 10": System("RedHat", "RedHat", "10.1", "Coughlan", "3.12", 0, "1.26.3", "2.57"),
}

# By family; {pg} stands for the major version of PostgreSQL that the system has or PGDG brings.
PACKAGES = {
    "Debian": (
        *("auditd", "ca-certificates", "chrony", "clamav-daemon", "clamav-freshclam", "clamdscan", "curl", "dmidecode"),
        *("needrestart", "nftables", "nginx", "openssh-client", "openssh-server", "openssl", "pgbackrest"),
        *("postgresql-common", "postgresql-{pg}", "postgresql-client-{pg}", "postgresql-{pg}-pgaudit"),
        *("prometheus-node-exporter", "python3", "python3-apt", "python3-psycopg2", "python3-venv", "restic"),
        *("smartmontools", "sudo", "tzdata", "unattended-upgrades", "wireguard-tools", "zstd"),
    ),
    "RedHat": (
        *("audit", "ca-certificates", "chrony", "clamav", "clamav-freshclam", "clamd", "dmidecode", "dnf-automatic"),
        *("dnf-plugins-core", "epel-release", "golang-github-prometheus-node-exporter", "nftables", "nginx"),
        *("openssh-clients", "openssh-server", "openssl", "pgaudit_{pg}", "pgbackrest", "policycoreutils-python-utils"),
        *("postgresql{pg}", "postgresql{pg}-contrib", "postgresql{pg}-server", "python3", "python3-libselinux"),
        *(
            "python3-libsemanage",
            "python3-psycopg2",
            "restic",
            "smartmontools",
            "sudo",
            "tzdata",
            "wireguard-tools",
            "zstd",
        ),
    ),
}
# What an installer leaves on a bare server.
INSTALLED = {
    "Debian": ("ca-certificates", "openssh-client", "openssh-server", "openssl", "python3", "sudo", "tzdata"),
    "RedHat": (
        "ca-certificates",
        "chrony",
        "openssh-clients",
        "openssh-server",
        "openssl",
        "python3",
        "sudo",
        "tzdata",
    ),
}
