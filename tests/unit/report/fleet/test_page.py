"""The fleet page as it is written: well formed, self-contained, and whatever audits say stays text."""

from __future__ import annotations

import base64
import csv
import hashlib
import io
import json
import re
from datetime import timedelta
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from provision import i18n
from provision.inventory.regions import all_regions
from provision.report import model
from provision.report.fleet import page, retell, table
from provision.report.fleet.make import make
from provision.report.fleet.model import View
from tests.support.fleet import AT, audit, drill, nation, server, write
from tests.support.markup import Page

EVIL = "</script><script>alert(1)</script><!-- <img src=x onerror=alert(2)> ' \" & {{ 7*7 }} \u2028 \u202e \x00 ]]>"


def hostile() -> dict[str, Any]:
    """An audit in which every text that a server or a stranger may choose is hostile."""
    one = server("33.74", EVIL, {"DB-01": "fail", "DB-02": "waived"}, zone=EVIL, region_name=EVIL, level=EVIL)
    other = server(EVIL, EVIL, {"TLS-01": "error"}, region_name=EVIL, fault={"kind": EVIL, "message": EVIL})
    for mine in (*one["findings"], *other["findings"]):
        mine |= {"observed": EVIL, "expected": EVIL, "note": EVIL, "stage": EVIL, "since": EVIL, "repair": EVIL}
    strange = {"control": EVIL, "family": EVIL, "title": {"id": EVIL, "en": EVIL}, "remedy": {"id": EVIL, "en": EVIL}}
    one["findings"].append({**one["findings"][0], **strange, "status": "fail"})
    families = [{"family": EVIL, "title": {"id": EVIL, "en": EVIL}, "counts": {}}]
    return audit([one, other], inventory=EVIL, families=families)


def view(folder: Path, *documents: dict[str, Any]) -> View:
    for place, one in enumerate(documents):
        write(one, folder / str(place), "audit.json" if "kind" in one else "drill.json")
    folder.mkdir(exist_ok=True)
    return make([folder], at=AT + timedelta(hours=1))


def fleets(folder: Path) -> dict[str, View]:
    (folder / "broken").mkdir(parents=True)
    (folder / "broken" / f"audit {EVIL.replace('/', '').replace(chr(0), '')}.json").write_text("{")
    nation(folder / "many", audits=2, provinces="33 92")
    return {
        "empty": view(folder / "empty"),
        "one": view(folder / "one", audit([server("33.74")]), drill("s3374")),
        "hostile": view(folder / "hostile", hostile()),
        "many": make([folder / "many", folder / "broken"], at=AT + timedelta(hours=1)),
    }


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> dict[str, View]:
    return fleets(tmp_path_factory.mktemp("fleets"))


REGIONS = 44  # of the two provinces
WHICH = ["empty", "one", "hostile", "many"]


@pytest.mark.parametrize("language", i18n.LANGUAGES)
@pytest.mark.parametrize("which", WHICH)
def test_it_is_well_formed_and_needs_nothing_from_elsewhere(
    made: dict[str, View], which: str, language: str, tmp_path: Path
) -> None:
    i18n.use(language)
    text = page.render(made[which], tmp_path)
    read = Page(text)
    assert read.faults == []
    assert read.loose_ends() == []
    assert [kind for kind, _text in read.scripts] == ["application/json", ""]
    assert not [given for _tag, given in read.elements if "src" in given or given.keys() & {"onclick", "onload"}]
    assert all(given["href"].startswith("#") for _tag, given in read.elements if "href" in given)
    assert not {tag for tag, _given in read.elements} & {"link", "img", "iframe", "object", "embed", "base"}
    assert "url(" not in text
    assert "@import" not in text
    assert ("html", {"lang": language}) in read.elements


@pytest.mark.parametrize("which", WHICH)
def test_its_policy_runs_our_script_and_no_other(made: dict[str, View], which: str, tmp_path: Path) -> None:
    read = Page(page.render(made[which], tmp_path))
    policy = next(given["content"] for _tag, given in read.elements if "http-equiv" in given)
    code = read.scripts[1][1]
    digest = base64.b64encode(hashlib.sha256(code.encode()).digest()).decode()
    assert f"script-src 'sha256-{digest}'" in policy
    assert policy.startswith("default-src 'none';")
    assert not re.search(r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\b|new Function", code)


def test_hostile_texts_stay_texts(made: dict[str, View], tmp_path: Path) -> None:
    text = page.render(made["hostile"], tmp_path)
    read = Page(text)
    data = json.loads(read.scripts[0][1])
    assert "<" not in read.scripts[0][1]
    assert data["servers"][0]["n"] == EVIL
    assert EVIL in data["texts"]
    assert [one[0] for one in data["controls"]].count(EVIL) == 1
    assert "<img" not in text
    assert "alert(1)" not in read.scripts[1][1]
    # A command that a stranger wrote is never shown as one to type.
    assert {detail[5] for one in data["servers"] for detail in one["o"]} == {""}
    assert [one["u"] for one in data["servers"]] == ["", ""]


def test_lone_surrogates_do_not_stop_the_page(tmp_path: Path) -> None:
    told = audit([server("33.74", "a", {"DB-01": "fail"})])
    told["servers"][0]["findings"][0]["observed"] = "half \ud83d a smile"
    (tmp_path / "audit.json").write_text(json.dumps(told))
    found = make([tmp_path], at=AT)
    page.render(found, tmp_path).encode("utf-8")
    assert len(found.lines) + len(found.unread) == 1


def test_repairs_are_commands_of_our_own_making(tmp_path: Path) -> None:
    def command(name: str, inventory: str = "inv/hosts.yml") -> str:
        write(audit([server("33.74", name, {"DB-01": "fail"})], inventory=inventory), tmp_path)
        (line,) = make([tmp_path], at=AT).lines
        return page.repair("postgresql", line)

    assert command("s1") == "backbone apply -i inv/hosts.yml --limit s1 --stage postgresql"
    assert command("s1", "my inv; rm -rf /").startswith("backbone apply -i 'my inv; rm -rf /' --limit")
    assert command("s1; rm -rf /") == command("--local") == command("s1", "a\nb") == ""


def test_what_the_page_carries_is_what_the_audits_say(made: dict[str, View], tmp_path: Path) -> None:
    fleet = made["many"]
    data = json.loads(Page(page.render(fleet, tmp_path)).scripts[0][1])
    letters = data["letters"]
    assert len(data["servers"]) == len(fleet.lines) == REGIONS
    for told, line in zip(data["servers"], fleet.lines, strict=True):
        statuses = {data["controls"][place][0]: letters[one] for place, one in enumerate(told["s"]) if one != "."}
        assert statuses == {one.control: one.status for one in line.sight.server.findings}
        assert told["a"] == line.sight.answer
        for place, observed, *_rest in told["o"]:
            control = data["controls"][place][0]
            assert data["texts"][observed] == next(
                one.observed for one in line.sight.server.findings if one.control == control
            )
    assert [one[0] for one in data["regions"]] == [one.code for one in all_regions()]


def test_persons_named_in_waivers_stay_in_the_servers_own_reports(tmp_path: Path) -> None:
    told = audit([server("33.74", "a", {"DB-01": "waived"})])
    first = next(one for one in told["servers"][0]["findings"] if one["control"] == "DB-01")
    first["note"] = "waived by Siti Aminah: later (until 2026-12-01)"
    found = view(tmp_path / "in", told)
    assert "Siti" not in page.render(found, tmp_path) + table.matrix(found) + json.dumps(table.document(found))
    assert "2026-12-01" in page.render(found, tmp_path)


def test_moments_are_the_regions_own(tmp_path: Path) -> None:
    found = view(tmp_path / "in", audit([server("33.74"), server("53.71"), server("91.71")]))
    data = json.loads(Page(page.render(found, tmp_path)).scripts[0][1])
    assert [one["t"] for one in data["servers"]] == [
        "2026-11-21 10:00 WIB",
        "2026-11-21 11:00 WITA",
        "2026-11-21 12:00 WIT",
    ]


def test_links_lead_to_the_servers_own_report(tmp_path: Path) -> None:
    folder = tmp_path / "hasil #1 ä?"
    write(audit([server("33.74"), server("33.75")]), folder)
    (folder / "audit.html").write_text("x")
    found = make([folder], at=AT)
    out = tmp_path / "out"
    ways = [page.link(line, out) for line in found.lines]
    assert ways == [f"./../hasil%20%231%20%C3%A4%3F/audit.html#server-{number}" for number in (1, 2)]
    (folder / "audit.html").unlink()
    assert page.link(found.lines[0], out) == ""


def test_an_empty_fleet_says_what_to_do(made: dict[str, View], tmp_path: Path) -> None:
    assert "backbone audit -i INV --out DIR" in page.render(made["empty"], tmp_path)
    assert "backbone audit -i INV --out DIR" not in page.render(made["one"], tmp_path)


def test_files_that_could_not_be_used_are_named(made: dict[str, View], tmp_path: Path) -> None:
    text = page.render(made["many"], tmp_path)
    assert "1 files could not be used" in text
    assert "it is damaged" in text


def test_the_table_has_a_line_a_server_and_no_formula(made: dict[str, View]) -> None:
    for which in ("many", "hostile"):
        text = table.matrix(made[which])
        rows = list(csv.DictReader(io.StringIO(text.removeprefix("\ufeff"), newline="")))
        assert [row["server"] for row in rows] == [line.sight.server.name for line in made[which].lines]
        assert [row["may_receive_data"] for row in rows] == [line.sight.answer for line in made[which].lines]
        assert not [one for row in rows for one in row.values() if one[:1] in ("=", "+", "-", "@")]
        assert {row["database"] for row in rows} <= {"pass", "fail", "error", "waived", "warning", "attested", ""}


def test_the_document_is_plain_json_in_english(made: dict[str, View]) -> None:
    i18n.use("id")
    told = json.loads(json.dumps(i18n.english(table.document(made["many"]))))
    assert (told["version"], told["kind"], told["held"]) == (1, "fleet", False)
    assert sum(told["answers"].values()) == len(told["servers"]) == REGIONS
    assert sum(sum(one["answers"].values()) for one in told["provinces"]) == REGIONS
    assert told["unread"][0]["why"].startswith("it is damaged")


@pytest.mark.parametrize("which", WHICH)
def test_the_document_is_as_its_published_schema_says(made: dict[str, View], which: str) -> None:
    validator = jsonschema.Draft202012Validator(model.schema("fleet"), format_checker=jsonschema.FormatChecker())
    told = json.loads(json.dumps(i18n.english(table.document(made[which]))))
    validator.validate(told)
    assert not validator.is_valid({**told, "held": "yes"})
    assert not validator.is_valid({**told, "surplus": 1})


def test_sentences_of_checks_are_told_in_indonesian() -> None:
    say = retell.Reteller("id")
    assert say("a backup at most 26 hours old") == i18n.translator("id")("a backup at most {hours} hours old").format(
        hours=26
    )
    assert say("a backup at most 26 hours old") != "a backup at most 26 hours old"
    assert say("something that nobody of us says") == "something that nobody of us says"
    assert say("a backup at most " + "x" * 400) == "a backup at most " + "x" * 400
    assert retell.Reteller("en")("a backup at most 26 hours old") == "a backup at most 26 hours old"
