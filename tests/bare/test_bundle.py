"""A bundle is applied to a server whose network is cut off from everything but the controller."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from provision import paths
from provision.inventory import load
from provision.lab.lab import Lab
from provision.onboard.bundle.carry import accept, carry
from provision.report import keys
from tests.support.lab_hosts import SERVER, admit

# In the ordinary run what the machinery needs; the database, the service's wheels and all that follows with `slow`.
FEW = ("base", "patching")
MANY = ("base", "tls", "postgresql", "sync", "gateway")


def backbone(*words: str, timeout: int = 1500) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "provision.cli.main", *words]
    return subprocess.run(
        command, capture_output=True, text=True, timeout=timeout, stdin=subprocess.DEVNULL, check=False
    )


@pytest.fixture
def inventory(lab: Lab) -> Iterator[Path]:
    """A bare server that reaches the controller and nobody else; its inventory knows of no package proxy."""
    lab.down([SERVER])
    lab.up([SERVER])
    admit(lab, SERVER, lab.inventory)
    # No way out, no name service, no proxy; the internal network, on which the controller stands, stays.
    lab.run(
        SERVER,
        "rm -f $(grep -lr -e Proxy /etc/apt/apt.conf.d); ip route flush default; : > /etc/resolv.conf;"
        " for each in $(ip -o -4 addr | awk '/198\\.51\\.100/ {print $2}'); do ip link set $each down; done",
    )
    text = lab.inventory.read_text()
    lab.inventory.write_text(re.sub(r"(?m)^ *backbone_apt_proxy:.*\n", "", text))
    yield lab.inventory
    lab.inventory.write_text(text)
    lab.down([SERVER])


@pytest.mark.parametrize("stages", [pytest.param(FEW, id="few"), pytest.param(MANY, id="many", marks=pytest.mark.slow)])
def test_a_server_without_internet_is_provisioned_from_a_bundle(
    lab: Lab, inventory: Path, stages: tuple[str, ...]
) -> None:
    alone = lab.run(SERVER, "apt-get update --error-on=any", check=False)
    assert alone.returncode != 0, "the server still reaches an archive"
    chosen = [word for stage in stages for word in ("--stage", stage)]

    # In the cache, as a bundle that is brought up to date: what is whole is not fetched again.
    folder = paths.cache_dir() / "lab" / f"bundle-{len(stages)}"
    gathered = backbone("bundle", str(folder), "-i", str(inventory), "--release", "12", *chosen, "--json")
    assert gathered.returncode == 0, gathered.stderr
    assert json.loads(gathered.stdout)["files"] > 100

    applied = backbone(
        "apply", "-i", str(inventory), "--limit", SERVER, "--bundle", str(folder), *chosen,
        "--accept-below-minimum", "--yes", "--json",
    )  # fmt: skip
    last = json.loads(applied.stdout.splitlines()[-1])
    assert {one["stage"]: one["status"] for one in last["results"]} == dict.fromkeys(stages, "ok"), (
        applied.stdout[-3000:] + applied.stderr[-3000:]
    )
    package = "postgresql-15" if "postgresql" in stages else "chrony"
    policy = lab.run(SERVER, f"apt-cache policy {package}").stdout
    assert "file:/var/lib/backbone/bundle/" in policy
    assert "(none)" not in policy
    if "sync" in stages:
        # The service's wheels came from the controller.
        assert lab.run(SERVER, "backbone-sync --version").stdout.strip()
        assert lab.run(SERVER, "pg_lsclusters -h").stdout.split()[3] == "online"

    # The same bundle again: it is there already, and stays as it is.
    there = "stat -c '%n %i' /var/lib/backbone/bundle/*"
    before = lab.run(SERVER, there).stdout
    bundle = accept(folder, keys.known([inventory.parent / keys.SIGNERS]))
    assert before.split()[0] == f"/var/lib/backbone/bundle/{bundle.id}"
    carry(bundle, load(inventory, SERVER))
    assert lab.run(SERVER, there).stdout == before
