"""Stored rows that turn out to lie outside the region, or outside the levels of schooling that are granted: a few go at
once, a mass of them waits for somebody's word.

Such rows go with the page or the rescope that says so, so the brake is asked within that transaction: what it raises
undoes it. What waited is put on record with the run, and that is what a release by name covers. Pure.
"""

from __future__ import annotations

from backbone_sync.dictionary.validator import OUTSIDE
from backbone_sync.errors import LeavingBraked
from backbone_sync.privacy.gate import OUTSIDE_GRANT
from backbone_sync.run.state import Brake

# How many rows of an entity the last run would not let go, by the record that it left.
KIND = LeavingBraked.kind
REGION, LEVELS = "the region", "the granted levels of schooling"


def by_the_source(reason: str, brake: Brake, entity: str) -> str:
    """What rows that are kept out for `reason` leave by the source's word, which may be a slip; "" where it is ours:
    by an erasure, or because the grant has changed its levels."""
    if reason == OUTSIDE:
        return REGION
    return LEVELS if reason == OUTSIDE_GRANT and entity not in brake.narrowed else ""


def judge(brake: Brake, entity: str, gone: int, stored: int, released: int, what: str = REGION) -> bool:
    """Whether `gone` rows, of which the transaction has just removed the last, go by a release.

    `stored`: what is left of the entity; `released`: how many may go by an operator's word; `what`: where they leave
    from. LeavingBraked when they are more than the run may delete, and nobody has answered for as many.
    """
    if gone <= brake.left(entity, stored + gone):
        brake.spend(entity, gone)
        return False
    if gone <= released:
        return True
    fault = LeavingBraked(
        f"{gone} of {stored + gone} stored rows of {entity} would leave {what}: none did",
        f"ask the centre whether that is meant; if so: backbone-sync release-deletes {entity} --by NAME --reason TEXT",
    )
    fault.rows = gone
    raise fault
