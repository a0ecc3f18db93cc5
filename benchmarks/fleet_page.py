"""How fast a fleet page of 552 servers is made, and how fast a real Chromium shows it from a file.

    python -m benchmarks.fleet_page [--audits 2] [--turns 5] [--json]

`shown`: from the navigation to the first paint of the whole first screen; `ready`: until filters and matrix answer;
`whole`: until the last row is there, asked every 20 ms. Medians, milliseconds, with the machine's load beside them.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import tempfile
import time
from datetime import timedelta
from pathlib import Path

from provision.report.fleet import page
from provision.report.fleet.make import make
from tests.support.chromium import Chromium
from tests.support.fleet import AT, nation

PAINT = "performance.getEntriesByName('first-contentful-paint')[0]?.startTime ?? null"
READY = "performance.getEntriesByType('navigation')[0].domContentLoadedEventEnd"


def measure(audits: int, turns: int, folder: Path) -> dict[str, object]:
    """The figures of one run."""
    nation(folder / "in", audits=audits)
    started, used = time.perf_counter(), time.process_time()
    view = make([folder / "in"], at=AT + timedelta(hours=1))
    file = folder / "fleet.html"
    file.write_text(page.render(view, folder), encoding="utf-8")
    made, cpu = time.perf_counter() - started, time.process_time() - used
    shown, ready, whole = [], [], []
    with Chromium(folder / "profile") as browser:
        for _turn in range(turns):
            begun = time.perf_counter()
            browser.open(file)
            browser.until("!document.getElementById('grid').dataset.drawing")
            whole.append(1000 * (time.perf_counter() - begun))
            browser.until(f"({PAINT}) !== null")
            shown.append(browser.value(PAINT))
            ready.append(browser.value(READY))
    return {
        "servers": len(view.lines),
        "audits": audits * len(view.lines),
        "controls": len(view.controls),
        "documents_mb": round(sum(one.stat().st_size for one in folder.rglob("in/**/*.json")) / 1e6, 1),
        "page_kb": round(file.stat().st_size / 1e3),
        "made_s": round(made, 2),
        "made_cpu_s": round(cpu, 2),
        "shown_ms": round(statistics.median(shown)),
        "ready_ms": round(statistics.median(ready)),
        "whole_ms": round(statistics.median(whole)),
        "worst_whole_ms": round(max(whole)),
        "load": round(os.getloadavg()[0], 1),
    }


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--audits", type=int, default=2, help="audits of each server")
    parser.add_argument("--turns", type=int, default=5, help="how often the page is opened")
    parser.add_argument("--json", action="store_true")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        found = measure(given.audits, given.turns, Path(folder))
    print(json.dumps(found, indent=1) if given.json else "\n".join(f"{name:16} {one}" for name, one in found.items()))


if __name__ == "__main__":
    main()
