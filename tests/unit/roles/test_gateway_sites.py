"""Which of nginx's other sites the gateway removes (the package's untouched example) and which stop it."""

from __future__ import annotations

import hashlib
import os
import subprocess
from pathlib import Path

import pytest

from provision.paths import roles_dir

SCRIPT = roles_dir() / "gateway" / "files" / "other_sites.sh"
EXAMPLE = "server {\n\tlisten 80 default_server;\n\tlisten [::]:80 default_server;\n\troot /var/www/html;\n}\n"


class Nginx:
    """A configuration as Debian lays it out, and a dpkg that knows the example's digest."""

    def __init__(self, root: Path) -> None:
        self.root = root / "nginx"
        for folder in ("sites-available", "sites-enabled", "conf.d"):
            (self.root / folder).mkdir(parents=True)
        self.programs = root / "bin"
        self.programs.mkdir()
        md5 = hashlib.md5(EXAMPLE.encode(), usedforsecurity=False).hexdigest()
        dpkg = self.programs / "dpkg-query"
        dpkg.write_text(f"#!/bin/sh\necho\necho ' {self.root}/sites-available/default {md5}'\n")
        dpkg.chmod(0o755)
        self.write("sites-available/default", EXAMPLE)
        (self.root / "sites-enabled" / "default").symlink_to(self.root / "sites-available" / "default")
        # Ours is never in its own way.
        self.write("sites-enabled/backbone.conf", "server { listen 80 default_server; }\n")

    def write(self, path: str, text: str) -> None:
        (self.root / path).write_text(text)

    def told(self) -> list[str]:
        environment = os.environ | {"PATH": f"{self.programs}:{os.environ['PATH']}"}
        done = subprocess.run(["sh", str(SCRIPT), str(self.root)], env=environment, capture_output=True, text=True)
        assert done.returncode == 0, done.stderr
        return [line.replace(f"{self.root}/", "") for line in done.stdout.splitlines()]


@pytest.fixture
def nginx(tmp_path: Path) -> Nginx:
    return Nginx(tmp_path)


def test_the_packages_untouched_example_goes(nginx: Nginx) -> None:
    assert nginx.told() == ["example sites-enabled/default"]


def test_an_edited_default_site_that_is_no_default_server_stays(nginx: Nginx) -> None:
    nginx.write("sites-available/default", "server { listen 80; server_name dinas.example; }\n")
    assert nginx.told() == []


def test_an_edited_default_site_that_is_the_default_server_stops_the_stage(nginx: Nginx) -> None:
    nginx.write("sites-available/default", EXAMPLE.replace("/var/www/html", "/srv/dinas"))
    assert nginx.told() == ["clash sites-enabled/default"]


def test_a_file_in_the_links_place_is_somebodys_own(nginx: Nginx) -> None:
    (nginx.root / "sites-enabled" / "default").unlink()
    nginx.write("sites-enabled/default", EXAMPLE)
    assert nginx.told() == ["clash sites-enabled/default"]


def test_nothing_is_there(nginx: Nginx) -> None:
    (nginx.root / "sites-enabled" / "default").unlink()
    assert nginx.told() == []


@pytest.mark.parametrize(
    ("listen", "clashes"),
    [
        ("listen 80 default_server;", True),
        ("listen *:80 default;", True),
        ("listen [::]:443 ssl http2 default_server;", True),
        ("listen\n  443 ssl\n  default_server;", True),
        ("listen 80; # default_server", False),
        ("listen 8080 default_server;", False),
        ("listen 10.1.2.3:80 default_server;", False),
        ("listen 80;\nserver_name default_server;", False),
        ("#listen 80 default_server;", False),
    ],
)
def test_default_servers_of_other_sites_are_found(nginx: Nginx, listen: str, clashes: bool) -> None:
    nginx.write("conf.d/dinas.conf", f"server {{ {listen} }}\n")
    assert nginx.told() == ["example sites-enabled/default"] + ["clash conf.d/dinas.conf"] * clashes
