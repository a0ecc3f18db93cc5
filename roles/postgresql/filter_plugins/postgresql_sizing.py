"""Sizes PostgreSQL to a machine: the memory that the others leave, split the customary way, in coarse steps.

`memory_mb` MiB of RAM, minus what is reserved for the system and the antivirus daemon, is PostgreSQL's share.
A quarter of it becomes shared_buffers; effective_cache_size tells the planner what the system caches besides.
Values are multiples of 16 MiB (of 1 MiB for work_mem), so that a kernel update which moves MemTotal by a few
pages does not change the configuration.
"""

from __future__ import annotations

STEP_MB = 16
FLOOR_MB = 512  # below this share PostgreSQL is sized as if it had it: the machine is too small anyhow


def _steps(value: float, step: int = STEP_MB) -> int:
    """The multiple of `step` at or below `value`, at least one step."""
    return max(step, int(value) // step * step)


def postgresql_sizing(memory_mb: int, reserved_mb: int, max_connections: int, processors: int = 2) -> dict[str, str]:
    """Settings by name, with their units, for a machine of `memory_mb` MiB and `processors` threads.

    Raises ValueError for a figure that cannot be a machine's.
    """
    memory, reserved = int(memory_mb), int(reserved_mb)
    connections, threads = int(max_connections), int(processors)
    if memory <= 0 or reserved < 0 or connections <= 0 or threads <= 0:
        raise ValueError(
            f"cannot size PostgreSQL: memory {memory} MiB, reserved {reserved} MiB, "
            f"{connections} connections, {threads} processors"
        )
    share = max(FLOOR_MB, memory - reserved)
    buffers = min(_steps(share / 4), 16384)
    # Sorts and hashes of all connections together, two each, may take the quarter that is not cache.
    work = max(4, min(256, share // 4 // (connections * 2)))
    maintenance = min(_steps(share / 16), 1024)
    return {
        "shared_buffers": f"{buffers}MB",
        "effective_cache_size": f"{_steps(share * 0.7)}MB",
        "work_mem": f"{work}MB",
        "maintenance_work_mem": f"{maintenance}MB",
        "autovacuum_work_mem": f"{_steps(maintenance / 2)}MB",
        "max_worker_processes": str(max(8, threads)),
        "max_parallel_workers": str(threads),
        "max_parallel_workers_per_gather": str(max(1, min(4, threads // 2))),
        "max_parallel_maintenance_workers": str(max(1, min(4, threads // 2))),
    }


class FilterModule:
    """Offers `{{ memory | postgresql_sizing(reserved, connections, processors) }}` to templates."""

    def filters(self) -> dict[str, object]:
        return {"postgresql_sizing": postgresql_sizing}
