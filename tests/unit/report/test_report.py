"""The report: JSON by its schema, and a page that is safe, self-contained and says the main thing first."""

from __future__ import annotations

import html
import json
import re
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from referencing import Registry, Resource

from checks.measure import say
from provision.audit import catalogue, compare, judge
from provision.audit.findings import Evidence
from provision.audit.run import Examination
from provision.inventory import Fleet, load
from provision.probe import snapshot
from provision.probe.snapshot import Fault, Snapshot
from provision.report import html as pages
from provision.report import model, summary

# The inventory is resolved by Ansible.
pytestmark = pytest.mark.needs_ansible

DATA = Path(__file__).parents[1] / "checks" / "data"
AT = datetime(2026, 11, 21, 20, 30, tzinfo=UTC)
KEY = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIEcNsZL+4Pcpnr2g+w+cakWPhUD7DUDn9CSTNXiR0kFO a"
INVENTORY = """
all:
  vars:
    backbone_networks_internal: [10.1.0.0/16]
    backbone_sync_url: https://pusat.example.id/v1
    backbone_admins: [{name: budi, ssh_keys: ["%s"]}]
  hosts:
    kab: {ansible_host: 10.1.0.5, backbone_region: "33.74", backbone_level: kabupaten_kota, backbone_fqdn: a.example.id}
    prov: {ansible_host: 10.1.0.6, backbone_region: "94", backbone_level: provinsi, backbone_fqdn: b.example.id}
"""


@pytest.fixture(scope="module")
def fleet(tmp_path_factory: pytest.TempPathFactory) -> Fleet:
    folder = tmp_path_factory.mktemp("inventory")
    (folder / "hosts.yml").write_text(INVENTORY % KEY)
    return load(folder)


@pytest.fixture(scope="module")
def examination(fleet: Fleet) -> Examination:
    shots = {
        "kab": Snapshot("kab", AT.isoformat()),
        "prov": Snapshot("prov", AT.isoformat(), fault=Fault("host_key", "its host key has changed")),
    }
    found = catalogue.load()
    return Examination(shots, judge.judge(fleet, shots, found), found)


def validate(document: dict[str, Any]) -> None:
    finding = Resource.from_contents(model.schema("finding"))
    registry: Registry[Any] = Registry().with_resource("finding.schema.json", finding)
    jsonschema.Draft202012Validator(
        model.schema(), registry=registry, format_checker=jsonschema.FormatChecker()
    ).validate(document)


def test_the_document_is_as_its_published_schema_says(fleet: Fleet, examination: Examination) -> None:
    document = model.audit_document(fleet, examination, AT)
    validate(json.loads(json.dumps(document)))
    assert document["exit_status"] == 3
    assert [one["ready"] for one in document["servers"]] == [False, False]
    assert document["servers"][1]["fault"]["kind"] == "host_key"


def test_findings_rest_on_answers_that_are_there_once(fleet: Fleet) -> None:
    shots = {"kab": replace(snapshot.load(DATA)["lab-kab"], server="kab")}
    found = catalogue.load()
    document = model.audit_document(fleet, Examination(shots, judge.judge(fleet, shots, found), found), AT)
    validate(json.loads(json.dumps(document)))
    (server,) = document["servers"]
    named = {place for one in server["findings"] for place in one["evidence"]}
    assert named == set(range(len(server["answers"])))
    assert len({one["command"] for one in server["answers"]}) == len(server["answers"]) >= 20
    measured = [one for one in server["findings"] if one["status"] in ("pass", "warning")]
    assert all(one["evidence"] for one in measured if one["family"] not in ("documents", "people"))
    assert all(one["since"] == server["taken_at"] for one in server["findings"] if one["status"] == "fail")


def test_the_schema_refuses_what_is_not_a_finding(fleet: Fleet, examination: Examination) -> None:
    document = model.audit_document(fleet, examination, AT)
    document["servers"][0]["findings"][0]["status"] = "fine"
    with pytest.raises(jsonschema.ValidationError):
        validate(document)


def test_an_unreachable_server_has_no_pass(examination: Examination) -> None:
    assert {one.status for one in examination.of("prov")} <= {"error", "fail", "not_applicable"}


@pytest.mark.parametrize("language", ["id", "en"])
def test_the_page_needs_nothing_from_anywhere(fleet: Fleet, examination: Examination, language: str) -> None:
    page = pages.render(fleet, examination, language=language, at=AT)
    assert not re.search(r"""(?:src|href)=["'](?!#)""", page)
    assert "url(" not in page
    assert "<script" not in page
    assert "@import" not in page
    assert f'lang="{language}"' in page


def test_the_page_shows_the_servers_own_time(fleet: Fleet, examination: Examination) -> None:
    page = pages.render(fleet, examination, language="id", at=AT)
    assert "2026-11-22 03:30 WIB" in page
    assert "2026-11-22 05:30 WIT" in page


def test_the_page_tells_what_changed(fleet: Fleet, examination: Examination) -> None:
    before = model.audit_document(fleet, examination, AT)
    earlier = compare.of_document(before, "x")
    now = tuple(replace(one, status="pass") if one.control == "DB-01" else one for one in examination.of("kab"))
    mine = replace(examination, findings=now, snapshots={"kab": examination.snapshots["kab"]})
    page = pages.render(fleet, mine, language="en", at=AT, earlier=earlier)
    assert "Since the audit of 2026-11-22 03:30 WIB" in page
    assert page.index("repaired") < page.index("DB-01") < page.index("still open")
    assert "Open since" in page
    assert "Since the audit" not in pages.render(fleet, mine, language="en", at=AT)
    document = model.audit_document(fleet, mine, AT, earlier=earlier)
    validate(json.loads(json.dumps(document)))
    assert [one["control"] for one in document["compared"]["repaired"]] == ["DB-01"]


def test_what_a_server_says_cannot_become_markup(fleet: Fleet, examination: Examination) -> None:
    evil = "<script>alert(1)</script><img src=x onerror=alert(2)>"
    changed = tuple(
        replace(one, observed=say("{x}", x=evil), evidence=(Evidence("id", 0, evil),)) for one in examination.findings
    )
    page = pages.render(fleet, replace(examination, findings=changed), language="en", at=AT)
    assert html.escape("<script>alert(1)") in page
    assert "<script" not in page
    assert "<img" not in page


def test_a_page_of_many_servers_leaves_the_evidence_to_the_document(fleet: Fleet) -> None:
    def page(count: int) -> str:
        servers = tuple(replace(fleet.servers[0], name=f"s{number}") for number in range(count))
        many = replace(fleet, servers=servers)
        one = snapshot.load(DATA)["lab-kab"]
        shots = {server.name: replace(one, server=server.name) for server in servers}
        found = catalogue.load()
        return pages.render(many, Examination(shots, judge.judge(many, shots, found), found), language="en", at=AT)

    assert 'class="proof"' in page(pages.PROOFS_UP_TO)
    large = page(pages.PROOFS_UP_TO + 1)
    assert 'class="proof"' not in large
    assert "is in audit.json" in large


def test_the_main_thing_comes_first(fleet: Fleet, examination: Examination) -> None:
    only = replace(fleet, servers=fleet.servers[:1])
    mine = replace(examination, findings=examination.of("kab"), snapshots={"kab": examination.snapshots["kab"]})
    page = pages.render(only, mine, language="en", at=AT)
    body = page[page.index("<main>") :]
    answer, first, table = body.index('class="word">No'), body.index('class="first"'), body.index("<table")
    assert answer < first < table
    assert body.count("<li>", first, table) == 3
    minimum = [one for one in mine.findings if one.basis == "minimum"]
    assert f"{len(minimum)} of the minimum" in page


def test_a_server_that_meets_everything_reads_yes(fleet: Fleet, examination: Examination) -> None:
    only = replace(fleet, servers=fleet.servers[:1])
    met = tuple(replace(one, status="pass") for one in examination.of("kab"))
    mine = replace(examination, findings=met, snapshots={"kab": examination.snapshots["kab"]})
    page = pages.render(only, mine, language="id", at=AT)
    assert 'class="word">Ya' in page
    assert 'class="first"' not in page
    assert model.audit_document(only, mine, AT)["ready"] is True


def test_steps_put_the_minimum_first_and_join_what_one_stage_repairs(examination: Examination) -> None:
    bad = tuple(replace(one, status="fail") for one in examination.of("kab"))
    steps = summary.steps(bad, model.STAGES)
    assert [one.minimum for one in steps] == sorted((one.minimum for one in steps), reverse=True)
    names = [one.stage for one in steps if one.stage]
    assert len(names) == len(set(names))
    database = next(one for one in steps if one.stage == "postgresql")
    assert set(database.controls) == {*(f"DB-0{number}" for number in (1, 3, 4, 5, 6, 7, 8, 9)), "DB-10"}


def test_counts_by_family_add_up(examination: Examination) -> None:
    rows = summary.by_family(examination.of("kab"))
    assert sum(row.total for row in rows) == len(examination.of("kab")) == len(catalogue.load().controls)
    assert all(sum(row.counts.values()) == row.total for row in rows)
    assert rows[0].family == "hardware"


def test_reports_are_readable_by_their_owner_only(tmp_path: Path) -> None:
    model.write_json({"a": 1}, tmp_path / "new" / "audit.json")
    pages.write("<p>", tmp_path / "new" / "audit.html")
    assert [path.stat().st_mode & 0o777 for path in sorted((tmp_path / "new").iterdir())] == [0o600, 0o600]
