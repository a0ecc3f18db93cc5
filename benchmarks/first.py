"""A first provisioning of a bare lab host against apt installing the same packages there.

    sudo python -m benchmarks.first [--host lab-kab] [--json]

Needs what the lab needs, and takes the instance that BACKBONE_LAB names (`first`) down at the end. The host is booted
anew for each; packages come through the lab's cache on this machine, which an earlier run has filled. The packages are
those that the provisioned host has and the bare one has not.
"""

from __future__ import annotations

import argparse
import json
import os
import tempfile
import time
from pathlib import Path

from provision.converge import apply as loop
from provision.converge import places
from provision.exits import Exit
from provision.inventory import load
from provision.lab import region
from provision.lab.lab import Lab

LISTING = "dpkg-query -W -f '${Package}\\n'"
APT = "export DEBIAN_FRONTEND=noninteractive; apt-get -q update && apt-get -qy --no-install-recommends install "


def bare(lab: Lab, host: str) -> set[str]:
    """Boot the host with nothing on it; the packages that its system has."""
    lab.down([host])
    lab.up([host, "lab-pusat"])
    return set(lab.run(host, LISTING).stdout.split())


def main() -> int:
    """Print the measurement."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--host", default="lab-kab")
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    with Lab.named(os.environ.get("BACKBONE_LAB", "first")) as lab, tempfile.TemporaryDirectory() as name:
        before = bare(lab, options.host)
        inventory = region.write(lab, Path(name) / "inventory", key_file=lab.folder / "ssh" / "id_ed25519")
        fleet = load(inventory, options.host)
        seen = loop.assess(fleet)
        systems = {server: one.distribution for server, one in seen.observations.items()}
        places.of(fleet, seen.plan, systems)  # what a controller builds once for all of its servers
        load_before, began = os.getloadavg()[0], time.perf_counter()
        applied = loop.apply(fleet)
        provisioning = time.perf_counter() - began
        if not applied.outcome or any(one.status != "ok" for one in applied.outcome.results):
            raise SystemExit(f"exit {Exit(applied.exit_status)}: {applied.outcome}")
        packages = sorted(set(lab.run(options.host, LISTING).stdout.split()) - before)
        bare(lab, options.host)
        began = time.perf_counter()
        lab.run(options.host, APT + " ".join(packages), timeout=1800)
        apt = time.perf_counter() - began
    told = {
        "packages": len(packages),
        "apt alone, s": round(apt, 1),
        "first provisioning, s": round(provisioning, 1),
        "times": round(provisioning / apt, 2),
        "load before": round(load_before, 1),
    }
    print(json.dumps(told) if options.json else "\n".join(f"{key:24} {value}" for key, value in told.items()))
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
