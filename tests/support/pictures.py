"""The pictures of the fleet page in the documentation, made anew from made-up audits of all 552 regions.

    python -m tests.support.pictures [FOLDER]

writes fleet.png (a desk) and fleet-phone.png into FOLDER (docs/), in Indonesian. The same code makes the same pictures.
"""

from __future__ import annotations

import sys
import tempfile
from datetime import timedelta
from pathlib import Path

from provision import i18n
from provision.report.fleet import page
from provision.report.fleet.make import make
from tests.support.chromium import Chromium
from tests.support.fleet import AT, nation

SIZES = {"fleet": (1280, 900), "fleet-phone": (390, 844)}


def take(browser: Chromium, file: Path, folder: Path) -> dict[str, Path]:
    """The first screen of a fleet page at each size, as a PNG of that size."""
    taken = {}
    for name, (width, height) in SIZES.items():
        browser.resize(width, height, phone=width < 500)
        browser.open(file)
        browser.until("!document.getElementById('grid').dataset.drawing")
        taken[name] = browser.screenshot(folder / f"{name}.png")
    return taken


def main(folder: Path) -> None:
    i18n.use("id")
    with tempfile.TemporaryDirectory() as scratch:
        nation(Path(scratch) / "in", audits=3)
        view = make([Path(scratch) / "in"], at=AT + timedelta(hours=1))
        file = Path(scratch) / "fleet.html"
        file.write_text(page.render(view, Path(scratch)), encoding="utf-8")
        with Chromium(Path(scratch) / "profile") as browser:
            take(browser, file, folder)


if __name__ == "__main__":
    main(Path(sys.argv[1] if len(sys.argv) > 1 else "docs"))
