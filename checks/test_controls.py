"""The same controls under plain pytest and testinfra, for whoever prefers it:

    BACKBONE_INVENTORY=inventories/kabupaten pytest checks '--hosts=ssh://backbone@data.semarang.example?sudo=True'

The server of the inventory is the one whose name, address or certificate's name the host spec bears, or the only one.
Without BACKBONE_INVENTORY the checks judge by the schema's defaults.
"""

from __future__ import annotations

import os
import warnings
from collections.abc import Callable
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from checks import facts
from checks.measure import Measure, all_checks
from checks.params import Params


@cache
def _fleet() -> Any:
    named = os.environ.get("BACKBONE_INVENTORY")
    if not named:
        return None
    from provision.inventory import load

    return load(Path(named))


def params_of(hostname: str) -> Params:
    """The params of the server that a testinfra host spec means. LookupError if the inventory has no such server."""
    fleet, at = _fleet(), datetime.now(UTC)
    if fleet is None:
        return Params(at=at, server=hostname)
    from provision.audit import params as inputs

    for server in fleet.servers:
        if hostname in (server.name, server.connection.host, server.settings.fqdn) or len(fleet.servers) == 1:
            return inputs.of(server, fleet, at)
    raise LookupError(f"the inventory has no server {hostname!r}")


def outcome(identity: str, host: Any, params: Params) -> Measure:
    """The measure that the audit would judge by, attestations and platforms included."""
    from provision.audit import catalogue, judge
    from provision.audit.findings import Finding

    control = catalogue.load().controls[identity]
    if not judge.applies(control, params):
        pytest.skip(f"{identity} does not apply to {params.level}, {params.platform}")
    try:
        measure = all_checks()[identity](host, params)
    except facts.NotAnswered as unclear:
        pytest.fail(f"{identity}: not measured: {unclear}")
    found: Finding = judge.finding_of(control, params, catalogue.load(), measure)
    status = "attested" if found.status == "attested" else measure.status
    return Measure(status, measure.observed, measure.expected)


@pytest.mark.parametrize("identity", list(all_checks()))
def test_control(identity: str, host: Any, record_property: Callable[[str, object], None]) -> None:
    """One control; its status is a property of the test in `--junit-xml`."""
    measure = outcome(identity, host, params_of(host.backend.get_hostname().split("@")[-1]))
    record_property("status", measure.status)
    said = f"{identity}: observed {measure.observed.text()}; expected {measure.expected.text()}"
    if measure.status == "not_applicable":
        pytest.skip(said)
    if measure.status == "warning":
        warnings.warn(said, stacklevel=1)
    assert measure.status in ("pass", "warning", "attested"), said
