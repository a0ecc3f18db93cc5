"""The reference source held to the contract's document, answer by answer, over real HTTPS."""

from __future__ import annotations

import base64
import dataclasses
import gzip
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import jsonschema
import pytest
import urllib3
from backports import zstd
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from openapi_spec_validator import OpenAPIV31SpecValidator

from backbone_sync import dictionary
from backbone_sync.dictionary import digest
from backbone_sync.sources import lines
from backbone_sync.sources.wire import Notice, notice, totals
from provision.lab.source import faults
from provision.lab.source.notice import announce
from provision.lab.source.serve import Source
from tests.support import contract
from tests.support.contract import Answer, held
from tests.support.sync_world import SECRET, SIZE

WORDS = dictionary.load()
JSON, LINES = "application/json", contract.LINES
HERE = "/v1/regions/33.74"
SCHOOLS = f"{HERE}/entities/sekolah"
WINDOW = {
    "from": "2020-01-01T00:00:00Z",
    "until": "2099-01-01T00:00:00Z",
    "reason": {"id": "Pemeliharaan", "en": "Maintenance"},
}
Ask = Callable[..., Answer]


@pytest.fixture
def ask(source: Source, certificate: tuple[Path, Path]) -> Ask:
    """Asks the source once; `form` is posted, `token` is fetched first unless one is given."""
    pool = urllib3.PoolManager(ca_certs=str(certificate[0]), retries=False, timeout=10)
    base = f"https://127.0.0.1:{source.server_address[1]}"
    fresh = source.issue("semarang", SECRET)

    def once(
        path: str,
        method: str = "GET",
        form: dict[str, str] | None = None,
        token: str | None = None,
        **headers: str,
    ) -> Answer:
        sent = {"Authorization": f"Bearer {fresh if token is None else token}"}
        sent |= {name.replace("_", "-"): value for name, value in headers.items()}
        body = urlencode(form).encode() if form is not None else None
        answer = pool.request(method, base + path, body=body, headers=sent, redirect=False, decode_content=False)
        return Answer(answer.status, {k.lower(): v for k, v in answer.headers.items()}, answer.data)

    return once


def closed_now(source: Source, ask: Ask) -> None:
    """An announced window is open."""
    announce(source.data, "maintenance", [WINDOW])


def asked_too_often(source: Source, ask: Ask) -> None:
    """The client, and its address, have used up their minute."""
    source.limiter.per_minute = 1
    ask(f"{HERE}/totals")
    ask("/oauth/token", "POST", {})


GOOD = {"grant_type": "client_credentials", "client_id": "semarang", "client_secret": SECRET}
ELSEWHERE = "/v1/regions/33.72"
NOBODY = f"{HERE}/entities/nobody"
# (operation, status, media type) → how to get that answer: path and what else to ask with, and what to do before.
CASES: dict[tuple[str, int, str], tuple[str, dict[str, Any], Callable[[Source, Ask], None] | None]] = {
    ("token", 200, JSON): ("/oauth/token", {"method": "POST", "form": GOOD}, None),
    ("token", 400, JSON): ("/oauth/token", {"method": "POST", "form": {**GOOD, "grant_type": "password"}}, None),
    ("token", 401, JSON): ("/oauth/token", {"method": "POST", "form": {**GOOD, "client_secret": "x"}}, None),
    ("token", 429, JSON): ("/oauth/token", {"method": "POST", "form": GOOD}, asked_too_often),
    ("token", 503, JSON): ("/oauth/token", {"method": "POST", "form": GOOD}, closed_now),
    ("notice", 200, JSON): ("/v1/notice", {"token": ""}, closed_now),
    ("listing", 200, JSON): (f"{HERE}/entities/peserta_didik?limit=2000", {}, None),
    ("listing", 200, LINES): (f"{HERE}/entities/peserta_didik?limit=2000", {"accept": LINES}, None),
    ("listing", 400, JSON): (f"{SCHOOLS}?limit=none", {}, None),
    ("listing", 401, JSON): (SCHOOLS, {"token": "stale"}, None),
    ("listing", 403, JSON): (f"{ELSEWHERE}/entities/sekolah", {}, None),
    ("listing", 404, JSON): (NOBODY, {}, None),
    ("listing", 406, JSON): (SCHOOLS, {"accept": "text/csv"}, None),
    ("listing", 410, JSON): (f"{SCHOOLS}?cursor=unknown", {}, None),
    ("listing", 429, JSON): (SCHOOLS, {}, asked_too_often),
    ("listing", 503, JSON): (SCHOOLS, {}, closed_now),
    ("snapshot", 200, JSON): (f"{SCHOOLS}/snapshot", {"accept": JSON}, None),
    ("snapshot", 200, LINES): (f"{SCHOOLS}/snapshot", {}, None),
    ("snapshot", 400, JSON): (f"{SCHOOLS}/snapshot?limit=5", {}, None),
    ("snapshot", 401, JSON): (f"{SCHOOLS}/snapshot", {"token": "stale"}, None),
    ("snapshot", 403, JSON): (f"{ELSEWHERE}/entities/sekolah/snapshot", {}, None),
    ("snapshot", 404, JSON): (f"{NOBODY}/snapshot", {}, None),
    ("snapshot", 406, JSON): (f"{SCHOOLS}/snapshot", {"accept": "text/html, image/*;q=0.5"}, None),
    ("snapshot", 429, JSON): (f"{SCHOOLS}/snapshot", {}, asked_too_often),
    ("snapshot", 503, JSON): (f"{SCHOOLS}/snapshot", {}, closed_now),
    ("totals", 200, JSON): (f"{HERE}/totals?by=kecamatan,semester", {}, None),
    ("totals", 400, JSON): (f"{HERE}/totals?by=desa", {}, None),
    ("totals", 401, JSON): (f"{HERE}/totals", {"token": "stale"}, None),
    ("totals", 403, JSON): (f"{ELSEWHERE}/totals", {}, None),
    ("totals", 404, JSON): (f"{HERE}/totals?entity=sekolah,nobody", {}, None),
    ("totals", 406, JSON): (f"{HERE}/totals", {"accept": LINES}, None),
    ("totals", 429, JSON): (f"{HERE}/totals", {}, asked_too_often),
    ("totals", 503, JSON): (f"{HERE}/totals", {}, closed_now),
}


def test_the_document_is_openapi() -> None:
    OpenAPIV31SpecValidator(contract.DOCUMENT).validate()
    assert contract.DOCUMENT["openapi"].startswith("3.1")


def test_there_is_a_case_for_every_answer_that_the_document_declares() -> None:
    assert set(CASES) == contract.declared()


@pytest.mark.parametrize(("operation", "status", "media"), CASES)
def test_an_answer_is_the_documents(operation: str, status: int, media: str, source: Source, ask: Ask) -> None:
    path, how, before = CASES[operation, status, media]
    if before:
        before(source, ask)
    answer = ask(path, **how)
    assert (answer.status, answer.media) == (status, media), answer.body[:200]
    held(operation, answer)


@pytest.mark.parametrize("entity", WORDS.names)
@pytest.mark.parametrize("form", [JSON, LINES])
def test_every_row_has_the_dictionarys_fields_and_no_other(entity: str, form: str, ask: Ask) -> None:
    made = held("listing", ask(f"{HERE}/entities/{entity}?limit=80", accept=form))
    rows = made[1:-1] if form == LINES else made["rows"]
    assert rows
    for row in rows:
        contract.row_by_the_dictionary(entity, row)


@pytest.mark.parametrize(
    "change",
    [
        lambda a: faults.FAULTS["html"](a),
        lambda a: dataclasses.replace(a, status=418),
        lambda a: dataclasses.replace(a, body=json.dumps({**json.loads(a.body), "extra": 1}).encode()),
        lambda a: dataclasses.replace(a, body=a.body.replace(b'"as_of"', b'"at"')),
        lambda a: dataclasses.replace(a, status=503, body=b'{"error": "maintenance"}'),
        lambda a: dataclasses.replace(a, status=404, body=b'{"error": "nobody", "trace": "x"}'),
    ],
)
def test_what_the_document_does_not_know_is_noticed(change: faults.Fault, source: Source, ask: Ask) -> None:
    source.switches.arm(change, "/sekolah")
    with pytest.raises((AssertionError, jsonschema.ValidationError)):
        held("listing", ask(SCHOOLS))


def test_a_row_with_a_field_too_many_or_too_few_is_noticed(ask: Ask) -> None:
    row = held("listing", ask(f"{SCHOOLS}?limit=1"))["rows"][0]
    contract.row_by_the_dictionary("sekolah", row)
    for wrong in ({**row, "extra": 1}, {k: v for k, v in row.items() if k != "nama"}, {**row, "keaktifan": 7}):
        with pytest.raises(jsonschema.ValidationError):
            contract.row_by_the_dictionary("sekolah", wrong)


@pytest.mark.parametrize(
    ("asked", "given"),
    [
        ("zstd, gzip", "zstd"),
        ("gzip", "gzip"),
        ("gzip, zstd;q=0.5", "gzip"),
        ("zstd;q=0, *", "gzip"),
        ("identity", None),
        ("gzip;q=0", None),
        ("br", None),
    ],
)
def test_a_body_is_compressed_as_the_client_accepts(asked: str, given: str | None, ask: Ask) -> None:
    plain = json.loads(ask(SCHOOLS).body)
    answer = ask(SCHOOLS, accept_encoding=asked)
    assert answer.headers.get("content-encoding") == given
    body = answer.body
    if given == "gzip":
        body = gzip.decompress(body)
    elif given == "zstd":
        body = zstd.decompress(body)
    assert json.loads(body)["rows"] == plain["rows"]


@pytest.mark.parametrize(
    "path",
    [
        f"{SCHOOLS}?update_since=2024-01-01T00:00:00Z",
        f"{SCHOOLS}?limit=5&limit=6",
        f"{SCHOOLS}?limit=0",
        f"{SCHOOLS}?updated_since=2024-01-01T00:00:00",
        f"{SCHOOLS}?fields=nama,agama",
        f"{HERE}/totals?by=semester,semester",
    ],
)
def test_a_request_that_could_mean_something_else_is_refused(path: str, ask: Ask) -> None:
    answer = ask(path)
    assert answer.status == 400
    held("totals" if "totals" in path else "listing", answer)


@pytest.mark.parametrize("method", ["PUT", "DELETE", "PATCH", "HEAD"])
def test_another_method_is_405(method: str, ask: Ask) -> None:
    answer = ask(SCHOOLS, method)
    assert (answer.status, answer.headers["allow"]) == (405, "GET, POST")


def test_an_unknown_path_is_404(ask: Ask) -> None:
    assert ask("/v2/regions").status == 404
    assert ask("/v1/regions", "POST", {}).status == 404


def packed(place: Any) -> str:
    """A cursor of the source's own form with another content."""
    return base64.urlsafe_b64encode(json.dumps(place).encode()).decode().rstrip("=")


VALUES = st.one_of(
    st.text(max_size=20),
    st.integers().map(str),
    st.datetimes().map(lambda d: d.isoformat()),
    st.sampled_from(
        ["", "sekolah", "nama,npsn", "semester", "2024-01-01T00:00:00Z", "9999-12-31T23:59:59-23:59", "1" * 30]
    ),
    st.lists(st.one_of(st.none(), st.integers(), st.text(max_size=5), st.floats(allow_nan=False)), max_size=3).map(
        packed
    ),
)
QUERIES = st.dictionaries(
    st.sampled_from(["limit", "fields", "cursor", "updated_since", "by", "entity", "x"]), VALUES, max_size=3
)
PATHS = {"listing": SCHOOLS, "snapshot": f"{SCHOOLS}/snapshot", "totals": f"{HERE}/totals"}


@settings(deadline=None, max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    operation=st.sampled_from(sorted(PATHS)),
    query=QUERIES,
    accept=st.sampled_from([JSON, LINES, "*/*", "text/csv;q=0.1"]),
)
@example(operation="listing", query={"cursor": packed(["2024", 10**30])}, accept=JSON)
@example(operation="listing", query={"cursor": packed(["2024", [1]])}, accept=JSON)
@example(operation="listing", query={"updated_since": "9999-12-31T23:59:59-23:59"}, accept=JSON)
@example(operation="listing", query={"limit": "9" * 40}, accept=JSON)
@example(operation="listing", query={"limit": "²"}, accept=JSON)
@example(operation="listing", query={"fields": "nama\x00"}, accept=JSON)
def test_whatever_is_asked_the_answer_is_the_documents(
    operation: str, query: dict[str, str], accept: str, ask: Ask
) -> None:
    answer = ask(f"{PATHS[operation]}?{urlencode(query, errors='surrogatepass')}", accept=accept)
    held(operation, answer)
    assert answer.status in (200, 400, 404, 406, 410)


@settings(deadline=None, max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(form=st.dictionaries(st.sampled_from([*GOOD, "scope"]), st.text(max_size=30), max_size=4))
def test_whatever_is_posted_for_a_token_the_answer_is_the_documents(form: dict[str, str], ask: Ask) -> None:
    answer = ask("/oauth/token", "POST", form)
    held("token", answer)
    assert answer.status in (400, 401)


def test_lines_and_object_hold_the_same_page(ask: Ask) -> None:
    whole = held("listing", ask(f"{SCHOOLS}?limit=7"))
    body = ask(f"{SCHOOLS}?limit=7", accept=LINES).body
    page = lines.page([body], "sekolah", "33.74", "")
    assert [json.loads(bytes(r)) for r in page.rows] == whole["rows"]
    assert (page.cursor, page.more, page.count) == (whole["cursor"], whole["more"], 7)


def test_a_snapshot_is_what_the_listing_and_the_totals_say(ask: Ask) -> None:
    path = f"{HERE}/entities/peserta_didik"
    body = ask(f"{path}/snapshot").body
    rows = dict(lines.snapshot([body[:1000], body[1000:]], "peserta_didik", "33.74", WORDS["peserta_didik"].key))
    listed = held("listing", ask(f"{path}?limit=5000"))["rows"]
    assert set(rows) == {r["peserta_didik_id"] for r in listed if not r["soft_delete"]}
    total = totals(ask(f"{HERE}/totals").body, "33.74").entities["peserta_didik"]
    assert (len(rows), digest.of(rows.items())) == (total.live, total.digest) == (SIZE.students, total.digest)


def test_the_parts_of_the_totals_add_up(ask: Ask) -> None:
    whole = totals(ask(f"{HERE}/totals").body, "33.74")
    for by in ("kecamatan", "semester", "kecamatan,semester"):
        made = totals(ask(f"{HERE}/totals?by={by}").body, "33.74")
        for name, total in made.entities.items():
            parts = [p for p in by.split(",") if WORDS.path(WORDS[name], p)]
            assert (total.groups is not None) == bool(parts), (name, by)
            if total.groups is None:
                continue
            assert sum(g.live for g in total.groups) == whole.entities[name].live
            assert digest.folded(sum(int(g.digest, 16) for g in total.groups)) == whole.entities[name].digest
            if parts == ["kecamatan"] and name == "sekolah":
                assert len(total.groups) > 1
                assert all(g.kecamatan for g in total.groups)


def test_the_source_parts_its_rows_as_the_dictionary_says() -> None:
    from provision.lab.source import schema

    for entity in WORDS.entities:
        said = {by: (f, entity.field(f).reference) for by, f in entity.partition.items()}
        ends = {"ref.mst_wilayah": "", "ref.semester": ""}
        assert schema.PARTITIONS.get(entity.name, {}) == {by: (f, ends.get(r or "", r)) for by, (f, r) in said.items()}


def test_maintenance_is_announced_and_then_kept(source: Source, ask: Ask) -> None:
    announce(source.data, "maintenance", [{**WINDOW, "from": "2098-01-01T00:00:00Z"}])
    assert ask(SCHOOLS).status == 200
    made: Notice = notice(ask("/v1/notice").body)
    assert [w.start.year for w in made.maintenance] == [2098]
    assert {c.entity for c in made.changes} == {
        *("pembelajaran", "tanah", "bangunan", "ruang", "kondisi_tanah", "kondisi_bangunan", "kondisi_ruang")
    }
    announce(source.data, "maintenance", [WINDOW])
    assert int(ask(SCHOOLS).headers["retry-after"]) > 86400
    announce(source.data, "maintenance", [{**WINDOW, "until": "2021-01-01T00:00:00Z"}])
    assert ask(SCHOOLS).status == 200
    assert notice(ask("/v1/notice").body).maintenance == []
