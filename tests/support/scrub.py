"""Makes a saved snapshot of a lab host fit for the repository: without keys and names of the machine beneath it.

    python -m tests.support.scrub SAVED.snapshot.json tests/unit/checks/data/lab-kab.snapshot.json

Only values are replaced, each by one of the same form; nothing is added. The result still has to be read by a person.
"""

from __future__ import annotations

import json
import re
import sys
from pathlib import Path

from provision.probe.snapshot import from_json, to_json

REPLACED = (
    (r"overlay-[\w-]*lab-kab *", "/dev/vda1              "),
    (r"(?<=/var/log/journal/)[0-9a-f]{32}", "0" * 32),
    (r'(?<="system-id":)\d+', "7000000000000000000"),
)


def scrubbed(text: str) -> str:
    """An answer without what names the machine beneath."""
    for form, new in REPLACED:
        text = re.sub(form, new, text)
    return text


def main(saved: str, kept: str) -> None:
    """Scrub one file into another."""
    whole = to_json(from_json(json.loads(Path(saved).read_text(encoding="utf-8"))))
    for answer in whole["answers"].values():
        answer["stdout"], answer["stderr"] = scrubbed(answer["stdout"]), scrubbed(answer["stderr"])
    Path(kept).write_text(json.dumps(whole, indent=1, ensure_ascii=True) + "\n", encoding="ascii")


if __name__ == "__main__":
    main(*sys.argv[1:])
