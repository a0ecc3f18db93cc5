"""The drill's page: self-contained, in the region's time, and never kinder than the result."""

from __future__ import annotations

from pathlib import Path

from provision.operate.compare import DrillResult, Table
from provision.operate.drill import document
from provision.report import keys
from provision.report.drill import publish, render
from provision.report.verify import VERSIONS, verify

HELD = DrillResult(
    server="lab-kab",
    ok=True,
    drill="d1",
    started_at="2026-11-21T01:02:03Z",
    rto_seconds=5.2,
    rpo_seconds=124.0,
    identical=True,
    tables=1,
    rows=430,
    compared=(Table("backbone", "backbone.<sekolah>", 430, 430, True),),
    steps={"restore": 2.0},
)


def test_a_drill_that_held_shows_its_figures_in_the_region_s_time() -> None:
    page = render(document([HELD]), {"lab-kab": "Asia/Jakarta"})
    assert "2026-11-21 08:02:03 WIB" in page
    assert "5.2 s" in page
    assert "2.1 min" in page
    assert 'class="answer yes"' in page
    assert "backbone.&lt;sekolah&gt;" in page


def test_it_is_signed_and_follows_the_one_before(tmp_path: Path) -> None:
    (tmp_path / "inventory").mkdir()
    key = keys.of_inventory(tmp_path / "inventory")
    known = keys.known([tmp_path / "inventory" / keys.SIGNERS])
    for _time in range(2):
        publish(document([HELD]), {}, tmp_path / "out", key)
    found, remarks = verify([tmp_path / "out"], known)
    assert [(one.kind, one.number, one.held) for one in found] == [("drill", 1, True), ("drill", 2, True)]
    assert remarks == ()
    assert found[1].summary == {"ok": True, "servers": ["lab-kab"]}
    result = tmp_path / "out" / "drill.json"
    result.write_text(result.read_text().replace("5.2", "1.2"))
    assert [one.held for one in verify([tmp_path / "out"], known)[0]] == [True, False]


def test_versions_are_the_ones_that_are_written() -> None:
    assert VERSIONS["drill"] == document([HELD])["version"]


def test_it_needs_nothing_from_elsewhere() -> None:
    page = render(document([HELD]), {})
    assert "src=" not in page
    assert "href=" not in page
    assert "<script" not in page


def test_a_drill_that_fell_short_says_so_first() -> None:
    short = DrillResult(
        server="lab-kab", ok=False, drill="d1", started_at="2026-11-21T01:02:03Z", shortcomings=("restore: <no room>",)
    )
    page = render(document([short]), {})
    assert 'class="answer no"' in page
    assert 'class="answer yes"' not in page
    assert "restore: &lt;no room&gt;" in page
