"""How long a run will still take, judged by how long its stages took in earlier runs of this controller."""

from __future__ import annotations

import json
import statistics
import time
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path

from provision import paths
from provision.converge.progress import OK

# The newest runs tell most; a stage's first run on a bare server and a repair differ much.
_RUNS, _TIMES = 20, 5


def usual(runs: Path | None = None) -> dict[str, float]:
    """Median seconds of each stage in the newest runs in which it succeeded; stages that never ran lack."""
    folder = runs or paths.state_dir() / "runs"
    taken: dict[str, list[float]] = {}
    for file in sorted(folder.glob("*/results.json"), reverse=True)[:_RUNS]:
        try:
            results = json.loads(file.read_text("utf-8"))
        except (OSError, ValueError):
            continue
        for one in results:
            times = taken.setdefault(one["stage"], [])
            if one["status"] == OK and len(times) < _TIMES:
                times.append(float(one["seconds"]))
    return {stage: statistics.median(times) for stage, times in taken.items() if times}


class Forecast:
    """The time left for one server. Knows nothing (None) as long as a stage ahead has never run."""

    def __init__(
        self, stages: Iterable[str], usual: Mapping[str, float], clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._ahead = list(stages)
        self._usual, self._clock = usual, clock
        self._since = clock()

    def ended(self, stage: str) -> None:
        """A stage is through."""
        if stage in self._ahead:
            self._ahead.remove(stage)
        self._since = self._clock()

    def left(self) -> float | None:
        """Seconds that remain; a stage that takes longer than usual counts as nearly done."""
        if not self._ahead:
            return 0.0
        if any(stage not in self._usual for stage in self._ahead):
            return None
        now, *later = (self._usual[stage] for stage in self._ahead)
        return max(0.0, now - (self._clock() - self._since)) + sum(later)
