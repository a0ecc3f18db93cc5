"""The signed record of a copy on a removable disk: which backup, which files, by whose key."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from provision.report import sign
from provision.report.keys import ReportKey

KIND, VERSION = "copy", 1


def publish(record: Mapping[str, Any], key: ReportKey, out: Path | None) -> str:
    """Sign copy.json as it lies on the disk, and leave both in `out` if there is one; the envelope's text.

    The record bears the digest of the list of all files' digests, so the signature holds them all.
    """
    with tempfile.TemporaryDirectory() as folder:
        place = out or Path(folder)
        place.mkdir(parents=True, exist_ok=True)

        def write() -> list[Path]:
            (place / "copy.json").write_text(json.dumps(record, indent=2) + "\n", encoding="utf-8")
            return [place / "copy.json"]

        envelope = sign.issue(
            place,
            KIND,
            write,
            key,
            document_version=VERSION,
            made_at=str(record["made_at"]),
            summary={"ok": True, "servers": [record["server"]]},
        )
        return envelope.read_text(encoding="ascii")
