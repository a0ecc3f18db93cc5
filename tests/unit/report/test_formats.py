"""Each form of a report says what the document says, and a reader that is not ours accepts it."""

from __future__ import annotations

import argparse
import csv
import io
import json
import sys
from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as Tree

import pypdfium2
import pytest
from prometheus_client.parser import text_string_to_metric_families

from checks.measure import say
from provision.audit import catalogue, judge
from provision.audit.run import Examination
from provision.errors import UsageError
from provision.inventory import Fleet, load
from provision.probe import snapshot
from provision.probe.snapshot import Fault, Snapshot
from provision.report import model, outputs
from provision.report.formats import junit, oscal, pdf, spreadsheet, textfile

# The inventory is resolved by Ansible.
pytestmark = pytest.mark.needs_ansible

DATA = Path(__file__).parents[1] / "checks" / "data"
AT = datetime(2026, 11, 21, 20, 30, tzinfo=UTC)
KEY = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIEcNsZL+4Pcpnr2g+w+cakWPhUD7DUDn9CSTNXiR0kFO a"
INVENTORY = f"""
all:
  vars:
    backbone_networks_internal: [10.83.5.0/24]
    backbone_sync_url: https://lab-pusat.backbone.test/v1
    backbone_admins: [{{name: backbone, ssh_keys: ["{KEY}"]}}]
  hosts:
    lab-kab:
      ansible_host: 10.83.5.11
      backbone_region: "33.74"
      backbone_level: kabupaten_kota
      backbone_fqdn: a.example.id
    prov: {{ansible_host: 10.83.5.12, backbone_region: "94", backbone_level: provinsi, backbone_fqdn: b.example.id}}
"""
WAIVER = "- {control: DOC-01, servers: all, reason: the letter is on its way, approver: K, expires: '2099-01-01'}\n"
EVIL = "=cmd|' /C calc'!A0\x00\x0b<script>]]> &amp;"


@pytest.fixture(scope="module")
def fleet(tmp_path_factory: pytest.TempPathFactory) -> Fleet:
    folder = tmp_path_factory.mktemp("inventory")
    (folder / "hosts.yml").write_text(INVENTORY)
    (folder / "waivers.yml").write_text(WAIVER)
    return load(folder)


@pytest.fixture(scope="module")
def examination(fleet: Fleet) -> Examination:
    """A server that answered, and one that did not; one answer is full of what formats choke on."""
    shots = {
        "lab-kab": snapshot.load(DATA)["lab-kab"],
        "prov": Snapshot("prov", AT.isoformat(), fault=Fault("host_key", "its host key has changed")),
    }
    found = catalogue.load()
    findings = list(judge.judge(fleet, shots, found))
    findings[0] = replace(findings[0], observed=say("{x}", x=EVIL))
    return Examination(shots, tuple(findings), found)


@pytest.fixture(scope="module")
def document(fleet: Fleet, examination: Examination) -> dict[str, Any]:
    return model.audit_document(fleet, examination, AT)


def findings(document: dict[str, Any]) -> list[dict[str, Any]]:
    return [one for server in document["servers"] for one in server["findings"]]


def test_the_document_has_every_kind_of_finding(document: dict[str, Any]) -> None:
    assert {"pass", "fail", "error", "waived", "warning"} <= {one["status"] for one in findings(document)}


def test_junit_counts_what_the_document_counts(document: dict[str, Any]) -> None:
    root = Tree.fromstring(junit.render(document))
    counts = document["counts"]
    assert root.get("tests") == str(sum(counts.values())) == str(len(root.findall(".//testcase")))
    assert len(root.findall(".//failure")) == int(root.get("failures", "")) == counts["fail"] > 0
    assert len(root.findall(".//error")) == int(root.get("errors", "")) == counts["error"] > 0
    assert len(root.findall(".//skipped")) == counts["waived"] + counts["not_applicable"] > 0
    assert [one.get("name") for one in root.findall("testsuite")] == ["lab-kab", "prov"]
    failed = next(one for one in findings(document) if one["status"] == "fail")
    (case,) = [
        one
        for one in root.findall(".//testcase")
        if one.get("name", "").startswith(failed["control"]) and one.get("classname", "").startswith(failed["server"])
    ]
    assert failed["expected"] in (case.findtext("failure") or "")


def test_junit_is_read_by_pytest_s_own_schema_of_names(document: dict[str, Any]) -> None:
    root = Tree.fromstring(junit.render(document))
    assert {one.tag for one in root.iter()} <= {
        "testsuites",
        "testsuite",
        "testcase",
        "failure",
        "error",
        "skipped",
        "system-out",
    }
    assert all(one.get("name") and one.get("classname") for one in root.iter("testcase"))


def test_csv_has_a_line_a_finding_and_no_formula(document: dict[str, Any]) -> None:
    text = spreadsheet.render(document)
    assert text.startswith("\ufeff")
    rows = list(csv.DictReader(io.StringIO(text.removeprefix("\ufeff"), newline="")))
    assert len(rows) == len(findings(document))
    for row, one in zip(rows, findings(document), strict=True):
        assert (row["server"], row["control"], row["status"]) == (one["server"], one["control"], one["status"])
        assert row["since"] == (one["since"] or "")
    assert rows[0]["observed"].startswith("'=cmd|")
    assert not [cell for row in rows for cell in row.values() if cell[:1] in ("=", "+", "-", "@")]


def test_metrics_are_read_by_prometheus_own_parser(document: dict[str, Any]) -> None:
    families = {one.name: one.samples for one in text_string_to_metric_families(textfile.render(document))}
    found = {
        (one.labels["server"], one.labels["status"]): one.value for one in families["backbone_fleet_audit_controls"]
    }
    for server in document["servers"]:
        assert {status: found[server["name"], status] for status in server["counts"]} == server["counts"]
    assert {one.labels["server"]: one.value for one in families["backbone_fleet_audit_reached"]} == {
        "lab-kab": 1.0,
        "prov": 0.0,
    }
    assert all(one.value == 0 for one in families["backbone_fleet_audit_ready"])
    opened = sum(one.value for one in families["backbone_fleet_audit_open"])
    assert opened == document["counts"]["fail"] + document["counts"]["error"]
    (moment,) = [
        one.value
        for one in families["backbone_fleet_audit_last_run_timestamp_seconds"]
        if one.labels["server"] == "prov"
    ]
    assert moment == AT.timestamp()


def test_a_label_can_hold_anything(document: dict[str, Any]) -> None:
    odd = {**document, "servers": [{**document["servers"][0], "name": 'a"b\\c\nd'}]}
    families = {one.name: one.samples for one in text_string_to_metric_families(textfile.render(odd))}
    assert {one.labels["server"] for one in families["backbone_fleet_audit_ready"]} == {'a"b\\c\nd'}


def trestle_validator() -> Any:
    """All checks of `trestle validate`."""
    from trestle.core.validator_factory import validator_factory

    return validator_factory.get(argparse.Namespace(mode="all"))


def test_oscal_is_read_by_compliance_trestle(document: dict[str, Any], tmp_path: Path) -> None:
    from trestle.oscal.assessment_results import AssessmentResults

    place = tmp_path / "audit.oscal.json"
    place.write_text(oscal.render(document), encoding="utf-8")
    read = AssessmentResults.oscal_read(place)
    assert read is not None
    assert trestle_validator().model_is_valid(read, quiet=True, trestle_root=tmp_path)
    assert len(read.results) == 2
    judged = [one for one in findings(document) if one["status"] != "not_applicable"]
    states = Counter(one.target.status.state.value for result in read.results for one in result.findings)
    assert states["satisfied"] == sum(one["status"] in ("pass", "warning", "attested") for one in judged)
    assert states["not-satisfied"] == sum(one["status"] in ("fail", "error", "waived") for one in judged)
    observed = {one.uuid for result in read.results for one in result.observations}
    related = {one.related_observations[0].observation_uuid for result in read.results for one in result.findings}
    assert related <= observed
    assert oscal.render(document) == oscal.render(document)


def test_oscal_with_a_doubled_identifier_is_refused(document: dict[str, Any], tmp_path: Path) -> None:
    """The validator that the test above trusts can say no."""
    from trestle.oscal.assessment_results import AssessmentResults

    told = json.loads(oscal.render(document))
    first = told["assessment-results"]["results"][0]
    first["observations"][1]["uuid"] = first["observations"][0]["uuid"]
    place = tmp_path / "audit.oscal.json"
    place.write_text(json.dumps(told))
    read = AssessmentResults.oscal_read(place)
    assert read is not None
    assert not trestle_validator().model_is_valid(read, quiet=True, trestle_root=tmp_path)


def test_evidence_in_oscal_leads_to_the_answer(document: dict[str, Any]) -> None:
    told = json.loads(oscal.render(document))["assessment-results"]
    observation = next(one for one in told["results"][0]["observations"] if "relevant-evidence" in one)
    file, _, pointer = observation["relevant-evidence"][0]["href"].partition("#")
    found: Any = document
    for part in pointer.strip("/").split("/"):
        found = found[int(part)] if part.isdigit() else found[part]
    assert file == "audit.json"
    assert " ".join(found["command"].split())[:100] in observation["relevant-evidence"][0]["description"]


@pytest.fixture(scope="module")
def written(
    fleet: Fleet, examination: Examination, document: dict[str, Any], tmp_path_factory: pytest.TempPathFactory
) -> list[Path]:
    """The audit in every form there is."""
    return outputs.write(document, fleet, examination, tmp_path_factory.mktemp("out") / "new", outputs.FILES)


def test_all_forms_are_written_and_named(written: list[Path]) -> None:
    assert [one.name for one in written] == list(outputs.FILES.values())
    assert {one.stat().st_mode & 0o777 for one in written} == {0o600}
    assert all(one.stat().st_size > 1000 for one in written)


def test_the_forms_that_are_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    assert outputs.chosen([]) == ("json", "html")
    assert outputs.chosen(["csv", "oscal", "csv"]) == ("json", "oscal", "csv")
    with pytest.raises(UsageError, match="docx") as raised:
        outputs.chosen(["docx"])
    assert "junit" in raised.value.repair


@pytest.mark.parametrize(
    ("fault", "said"), [(ImportError("weasyprint"), "not installed"), (OSError("cannot load library 'pango'"), "Pango")]
)
def test_a_machine_that_makes_no_pdf_says_so_before_anything_else(
    monkeypatch: pytest.MonkeyPatch, fault: Exception, said: str
) -> None:
    class Broken:
        @staticmethod
        def find_spec(name: str, *_further: object) -> None:
            if name == "weasyprint":
                raise fault

    monkeypatch.delitem(sys.modules, "weasyprint", raising=False)
    monkeypatch.setattr(sys, "meta_path", [Broken, *sys.meta_path])
    with pytest.raises(UsageError, match=said) as raised:
        outputs.chosen(["pdf"])
    assert "install" in raised.value.repair


def test_the_pdf_shows_what_the_page_shows(written: list[Path], document: dict[str, Any]) -> None:
    content = next(one for one in written if one.suffix == ".pdf").read_bytes()
    assert content.startswith(b"%PDF-")
    text = " ".join(text_of(content).split())
    for one in findings(document):
        assert one["control"] in text
    for server in document["servers"]:
        assert server["region_name"] in text


def text_of(content: bytes) -> str:
    """The text of a PDF, as PDFium reads it."""
    with pypdfium2.PdfDocument(content) as read:
        return "\n".join(page.get_textpage().get_text_range() for page in read)


def test_a_pdf_fetches_nothing() -> None:
    made = pdf.render("<img src='https://example.id/x.png'><img src='file:///etc/hostname'><p>hello")
    assert made.startswith(b"%PDF-")
    assert b"example.id" not in made
