"""The drill's page: self-contained, in the region's time, and never kinder than the result."""

from __future__ import annotations

from pathlib import Path

from provision.operate.compare import DrillResult, Negative, Table
from provision.operate.drill import document
from provision.report import keys
from provision.report.drill import publish, render
from provision.report.drill_plot import plot
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
    region="33.74",
    operator="Budi <SD>",
    repo=2,
    was_compared=True,
    controls=(Negative("wrong_key", True, True), Negative("missing_wal", False, False, "no room")),
    history=tuple(
        {
            "drill": f"d{n}",
            "started_at": f"2026-0{n}-01T00:00:00Z",
            "ok": n != 3,
            "rpo_seconds": 40.0 * n,
            "rto_seconds": 9.0,
        }
        for n in range(1, 6)
    ),
)


def test_the_certificate_names_region_person_repository_and_what_it_noticed() -> None:
    page = render(document([HELD]), {"lab-kab": "Asia/Jakarta"})
    for told in (
        "Kota Semarang (33.74)",
        "Budi &lt;SD&gt;",
        "the second, off the server",
        "a wrong passphrase",
        "noticed",
    ):
        assert told in page
    assert "not proven: no room" in page


def test_past_drills_are_drawn_and_those_that_fell_short_crossed_out() -> None:
    drawn = plot(HELD.history, "Asia/Jakarta")
    assert (drawn.count("<circle"), drawn.count("<rect"), drawn.count("<path")) == (
        5,
        5,
        2,
    )  # 4 and the legend; a cross each
    assert "2026-01-01" in drawn
    assert "2026-05-01" in drawn
    assert plot(HELD.history[:1], "") == ""
    assert drawn in render(document([HELD]), {"lab-kab": "Asia/Jakarta"})


def test_a_restore_that_was_not_compared_does_not_look_like_one() -> None:
    bare = DrillResult(
        server="a", ok=False, drill="d", started_at="2026-11-21T01:02:03Z", to="time", tables=1,
        compared=(Table("backbone", "t", None, 5, False),), shortcomings=("not compared",),
    )  # fmt: skip
    page = render(document([bare]), {})
    assert page.count("not compared") == 2
    assert "answer no" in page


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
