"""Waivers, attestations, documents: resolved to servers, valid for their time, faulty with their line."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from .conftest import Folder, sound

CONTROLS = frozenset({"TLS-01", "TLS-03", "HW-01", "PEOPLE-01"})

WAIVERS = """\
- control: TLS-03
  servers: all
  reason: The load balancer in front of it ends TLS until March.
  approver: Kepala Dinas Kominfo
  expires: 2027-03-31
"""
ATTESTATIONS = """\
- control: HW-01
  servers: [s1]
  evidence: Read from the host's management page, Xeon E5-2620 v4, 2.1 GHz
  attested_by: Sri Wahyuni
  expires: "2027-03-31"
  value: 2.1
"""
DOCUMENTS = """\
- kind: nota_kesepakatan
  number: 12/NK/2026
  signed_by: Wali Kota Semarang
  signed_on: 2026-02-01
  valid_until: 2028-02-01
  region: "33.74"
  file: nk.pdf
"""


@pytest.fixture
def papers(folder: Folder) -> Folder:
    folder.hosts(sound())
    folder.text("waivers.yml", WAIVERS)
    folder.text("attestations.yml", ATTESTATIONS)
    folder.text("documents.yml", DOCUMENTS)
    folder.text("nk.pdf", "scan")
    return folder


def test_sound_papers(papers: Folder) -> None:
    fleet = papers.load(known_controls=CONTROLS)
    (waiver,), (stated,), (paper,) = fleet.waivers, fleet.attestations, fleet.documents
    last = datetime(2027, 3, 31, 23, 59, 59, tzinfo=UTC)
    assert waiver.servers == ("s1",)
    assert waiver.holds("TLS-03", "s1", last)
    assert not waiver.holds("TLS-03", "s1", last + timedelta(seconds=1))
    assert not waiver.holds("TLS-01", "s1", last)
    assert not waiver.holds("TLS-03", "s2", last)
    assert (stated.value, stated.holds("HW-01", "s1", last)) == (2.1, True)
    assert paper.file == papers.path / "nk.pdf"
    assert paper.valid(datetime(2028, 2, 1, 12, tzinfo=UTC))
    assert not paper.valid(datetime(2026, 1, 31, 12, tzinfo=UTC))
    assert not paper.valid(datetime(2028, 2, 2, tzinfo=UTC))


def test_an_ended_waiver_is_no_fault(papers: Folder) -> None:
    papers.text("waivers.yml", WAIVERS.replace("2027-03-31", "2026-01-31"))
    assert papers.load(known_controls=CONTROLS).waivers[0].expires.year == 2026


@pytest.mark.parametrize(
    ("file", "text", "line", "message", "repair"),
    [
        ("waivers.yml", WAIVERS.replace("TLS-03", "TLS-30"), 1, "no control TLS-30", "TLS-03"),
        ("waivers.yml", WAIVERS.replace("all", "[s2]"), 2, "no server or group s2", ""),
        (
            "waivers.yml",
            WAIVERS.replace("approver: Kepala Dinas Kominfo", "aprover: x"),
            4,
            "no such key",
            "approver",
        ),
        ("waivers.yml", WAIVERS.replace("  expires: 2027-03-31\n", ""), 1, "missing", ""),
        ("waivers.yml", WAIVERS + "  expires: 2028-01-01\n", 6, "there twice", "keep one"),
        ("waivers.yml", "control: x\n", 1, "a list", "- "),
        ("waivers.yml", "- [", 1, "not valid YAML", ""),
        (
            "attestations.yml",
            ATTESTATIONS.replace("  evidence:", "  evidence_file:"),
            3,
            "not there",
            "beside",
        ),
        ("documents.yml", DOCUMENTS.replace("33.74", "33.99"), 6, "no region", ""),
        ("documents.yml", DOCUMENTS.replace("2026-02-01", "2027-02-01"), 4, "still to come", ""),
        ("documents.yml", DOCUMENTS.replace("2028-02-01", "2026-01-01"), 5, "before it was signed", ""),
        ("documents.yml", DOCUMENTS.replace("nk.pdf", "nota.pdf"), 7, "nota.pdf is not there", "beside"),
        (
            "documents.yml",
            DOCUMENTS.replace("nota_kesepakatan", "nota"),
            1,
            "not a choice",
            "nota_kesepakatan",
        ),
    ],
)
def test_one_fault(papers: Folder, file: str, text: str, line: int, message: str, repair: str) -> None:
    papers.text(file, text)
    fault = papers.fault(known_controls=CONTROLS)
    assert (fault.file, fault.line) == (file, line)
    assert message in fault.message
    assert repair in fault.repair


def test_an_attestation_needs_evidence(papers: Folder) -> None:
    papers.text("attestations.yml", ATTESTATIONS.replace("  evidence: Read", "  value: 3\n  #"))
    keys = {fault.key for fault in papers.faults(known_controls=CONTROLS)}
    assert "evidence" in keys
