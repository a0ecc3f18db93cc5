"""Places on the controller that stages draw from, made only when a planned stage needs them."""

from __future__ import annotations

from collections.abc import Mapping

from provision.converge.book import Book
from provision.converge.look import Observation
from provision.converge.plan import Plan


def contents(book: Book) -> dict[str, dict[str, str]]:
    """What of the controller's own content enters the input digests: {stage: {name: digest}}."""
    return {}


def of(plan: Plan, observations: Mapping[str, Observation]) -> dict[str, dict[str, str]]:
    """The places that each server's planned stages need: {server: {variable: path}}."""
    return {}
