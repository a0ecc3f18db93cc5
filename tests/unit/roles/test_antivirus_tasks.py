"""What the antivirus stage does on kernels with and without AppArmor."""

from __future__ import annotations

import pytest

from tests.unit.roles.taskbook import holds, named

pytestmark = pytest.mark.needs_ansible


@pytest.mark.parametrize(
    ("kernel", "tool", "profile", "loads"),
    [("Y", True, True, True), ("Y", False, True, False), ("Y", True, False, False), ("N", True, True, False)],
)
def test_a_profile_is_loaded_only_where_apparmor_is_on_and_installed(
    kernel: str, tool: bool, profile: bool, loads: bool
) -> None:
    task = named("antivirus", "running", "Let AppArmor know what the scanner may read")
    looked = {"results": [{"stat": {"exists": one}} for one in (tool, profile)]}
    found = {"__antivirus_apparmor": {"stdout": kernel}, "__antivirus_profile": looked}
    assert holds(task["when"], **found) is loads
