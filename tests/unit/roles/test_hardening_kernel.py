"""`backbone_kernel`, by the real Ansible on a folder in place of /proc/sys: what differs is written, once."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.unit.roles.taskbook import one_step

pytestmark = pytest.mark.needs_ansible
WANTED = {"net.ipv4.conf.all.rp_filter": 2, "kernel.core_pattern": "|/bin/false", "dev.absent": 1}


@pytest.fixture
def kernel(tmp_path: Path) -> Path:
    for name, value in (("net/ipv4/conf/all/rp_filter", "0"), ("kernel/core_pattern", "core")):
        file = tmp_path / "sys" / name
        file.parent.mkdir(parents=True)
        file.write_text(f"{value}\n")
    return tmp_path / "sys"


def test_what_differs_is_written_once_and_what_this_kernel_lacks_is_left(kernel: Path, tmp_path: Path) -> None:
    def run(*words: str) -> dict[str, object]:
        return one_step(tmp_path, "backbone_kernel", {"settings": WANTED, "root": str(kernel)}, *words)

    assert run("--check")["changed"] is True
    assert (kernel / "kernel/core_pattern").read_text() == "core\n"
    first = run()
    assert first["written"] == ["kernel.core_pattern", "net.ipv4.conf.all.rp_filter"]
    assert (kernel / "net/ipv4/conf/all/rp_filter").read_text() == "2\n"
    assert not (kernel / "dev").exists()
    assert run()["changed"] is False
