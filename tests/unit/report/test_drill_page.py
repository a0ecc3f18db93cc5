"""The drill's page: self-contained, in the region's time, and never kinder than the result."""

from __future__ import annotations

from provision.operate.compare import DrillResult, Table
from provision.operate.drill import document
from provision.report.drill import render

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
