"""An observation as a drill that held brings it home; each test spoils its own copy."""

from __future__ import annotations

from typing import Any

import pytest


def side(canaries: int = 3) -> dict[str, Any]:
    return {
        "cluster": ["role backbone_sync", "role postgres"],
        "databases": {
            "backbone": {
                "tables": {
                    "backbone.sekolah": [430, "-17", "99"],
                    "backbone_ops.canary": [canaries, "5", "6"],
                },
                "structure": ["schema backbone", "column backbone.sekolah.npsn text not null"],
                "unlogged": ["staging.sekolah"],
                "sequences": {"backbone_ops.canary_id_seq": [3, 1, 1, 1], "backbone.unused": [None, 1, 1, 1]},
            },
            "postgres": {"tables": {}, "structure": [], "unlogged": [], "sequences": {}},
        },
    }


@pytest.fixture
def observed() -> dict[str, Any]:
    steps = ("prepare", "mark", "digest_source", "archive", "restore", "recover", "digest_restored", "amcheck")
    return {
        "version": 2,
        "id": "20261121T010203Zabcdef",
        "started_at": 1795222923.5,
        "failed": None,
        "steps": {
            **dict.fromkeys(steps, 0.5),
            "restore": 2.0,
            "recover": 3.25,
            "checksums": 0.25,
            "controls": 1.0,
            "cleanup": 0.1,
        },
        "backup": {"label": "20261120-033000F", "type": "full", "stopped_at": 1795200000},
        "bytes": {"database": 31000000, "needed": 1, "free": 2},
        "server_version": "15.20",
        "mark": {
            "lsn": "0/13",
            "at": 1795222924.0,
            "held_ms": 12.5,
            "attempts": 1,
            "restore_point": "backbone-drill-1",
            "archived_before": "000000010000000000000003",
        },
        "canary": {"before": 2, "after": 3, "newest_archived": [1, 1795222800.0], "recovered": [1, 2]},
        "source": side(),
        "restored": side(),
        "amcheck": {"made": True, "ok": True, "said": []},
        "compared": True,
        "controls": {
            name: {"made": True, "noticed": True, "said": ""}
            for name in ("wrong_key", "flipped_byte", "missing_wal", "changed_row")
        },
        "checksums": {"made": True, "ok": True, "blocks": 3780, "said": []},
    }
