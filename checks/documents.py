"""Documents: the letter of request and the Nota Kesepakatan, valid."""

from __future__ import annotations

from typing import Any

from checks.measure import Measure, absent, control, say
from checks.params import Params, over

WARN_DAYS = 60


def _paper(kind: str, params: Params) -> Measure:
    expected = say("signed, and valid today")
    papers = [paper for paper in params.documents if paper.kind == kind]
    if not papers:
        return absent(say("documents.yml names none"), expected)
    latest = max(papers, key=lambda one: one.valid_until)
    if over(latest.valid_until, params.at):
        seen = say("{number} was valid until {date}", number=latest.number, date=latest.valid_until)
        return absent(seen, expected)
    if latest.signed_on > params.at.date():
        return absent(say("{number} is dated {date}", number=latest.number, date=latest.signed_on), expected)
    left = (latest.valid_until - params.at.date()).days
    observed = say("{number}, valid until {date}", number=latest.number, date=latest.valid_until)
    return Measure("warning" if left < WARN_DAYS else "pass", observed, expected)


@control("DOC-01")
def request(host: Any, params: Params) -> Measure:
    """A letter of request signed by the head of the region."""
    return _paper("surat_permohonan", params)


@control("DOC-02")
def agreement(host: Any, params: Params) -> Measure:
    """A Nota Kesepakatan."""
    return _paper("nota_kesepakatan", params)
