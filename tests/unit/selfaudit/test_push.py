"""What waits reaches a collector over mutual TLS, once; a collector that is away loses nothing."""

from __future__ import annotations

import ssl
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from provision.report import keys, sign
from provision.selfaudit import identity, keep, push
from provision.selfaudit.keep import Shelf
from provision.selfaudit.push import Collector, NotTaken, Patience, Round

NOW = 1_800_000_000.0


def report(shelf: Shelf, key: keys.ReportKey, text: str = "{}") -> None:
    """One more signed report on the shelf."""

    def write() -> list[Path]:
        file = shelf.reports / "audit.json"
        shelf.reports.mkdir(parents=True, exist_ok=True)
        file.write_text(text)
        return [file]

    shelf.expect()
    sign.issue(shelf.reports, "audit", write, key, document_version=2, made_at="2026-11-22T01:00:00+00:00", summary={})


@pytest.fixture
def shelf(tmp_path: Path) -> Shelf:
    key = keys.of_machine("lab-kab", tmp_path)
    made = Shelf(tmp_path / "shelf")
    for number in range(3):
        report(made, key, f'{{"n": {number}}}')
    return made


class Taker:
    """A collector in memory: each name once, and away when told so."""

    def __init__(self) -> None:
        self.have: dict[str, bytes] = {}
        self.away = False
        self.lose_answers = False
        self.refuse = ""

    def put(self, mark: str, file: Path) -> None:
        if self.away:
            raise NotTaken("HTTP 502")
        if self.refuse and mark.startswith(self.refuse):
            raise NotTaken("HTTP 413", final=True)
        name = f"{mark}/{file.name}"
        if name not in self.have:
            self.have[name] = file.read_bytes()
        if self.lose_answers:
            self.lose_answers = False
            raise NotTaken("RemoteDisconnected")


def test_everything_goes_in_order_and_the_envelope_last(shelf: Shelf) -> None:
    taker = Taker()
    outcome = push.deliver(shelf, taker.put)
    assert [one[:5] for one in outcome.taken] == ["00001", "00002", "00003"]
    assert outcome.why == ""
    assert [name.partition("/")[2] for name in taker.have] == ["audit.json", "audit.dsse.json"] * 3
    assert shelf.waiting() == ()
    assert push.deliver(shelf, taker.put) == Round()


def test_a_collector_that_is_away_loses_nothing(shelf: Shelf) -> None:
    taker = Taker()
    taker.away = True
    assert push.deliver(shelf, taker.put).taken == ()
    report(shelf, keys.of_machine("lab-kab", shelf.root.parent))
    # A restart between: nothing but the files is remembered.
    again = Shelf(shelf.root)
    assert len(again.waiting()) == 4
    taker.away = False
    assert len(push.deliver(again, taker.put).taken) == 4


def test_an_answer_that_was_lost_is_no_second_report(shelf: Shelf) -> None:
    taker = Taker()
    taker.lose_answers = True
    assert push.deliver(shelf, taker.put).taken == ()
    arrived = dict(taker.have)
    assert len(push.deliver(shelf, taker.put).taken) == 3
    assert len(taker.have) == 6
    assert arrived.items() <= taker.have.items()


def test_a_report_that_is_refused_for_good_does_not_hold_the_others_up(shelf: Shelf) -> None:
    taker = Taker()
    taker.refuse = "00002"
    outcome = push.deliver(shelf, taker.put)
    assert [one[:5] for one in outcome.taken] == ["00001", "00003"]
    assert "413" in outcome.why
    assert [one.mark[:5] for one in shelf.waiting()] == ["00002"]


def test_pauses_grow_to_six_hours_and_end_with_success() -> None:
    pauses = [push.pause(failures, lambda: 0.5) for failures in range(1, 12)]
    assert pauses[:3] == [300, 600, 1200]
    assert pauses[-1] == 6 * 3600
    assert push.pause(1, lambda: 0.0) < 300 < push.pause(1, lambda: 1.0)
    tired = Patience(5, NOW).after(Round(why="HTTP 502"), NOW, lambda: 0.5)
    assert (tired.failures, tired.not_before) == (6, NOW + 300 * 2**5)
    assert tired.after(Round(("x",), "HTTP 502"), NOW).failures == 1
    assert tired.after(Round(("x",)), NOW) == Patience()


def test_patience_outlives_a_restart_but_not_a_clock_that_was_wrong(tmp_path: Path) -> None:
    file = tmp_path / "push.json"
    Patience(2, NOW + 600).note(file)
    again = Patience.recall(file)
    assert not again.may_try(NOW)
    assert again.may_try(NOW + 601)
    assert again.may_try(NOW - 30 * 86400)
    file.write_text("{")
    assert Patience.recall(file) == Patience()


def test_old_reports_go_after_400_days_and_the_newest_never(shelf: Shelf) -> None:
    push.deliver(shelf, Taker().put)
    now = datetime.now(UTC)
    assert shelf.prune(now + timedelta(days=399)) == ()
    assert [mark[:5] for mark in shelf.prune(now + timedelta(days=401))] == ["00001", "00002"]
    assert [one.mark[:5] for one in shelf.kept()] == ["00003"]
    assert len(list(shelf.delivered.iterdir())) == 1


def test_a_day_late_is_told(shelf: Shelf) -> None:
    waiting = shelf.waiting()
    now = waiting[0].at.timestamp()
    assert not push.late(waiting, now + 3600)
    assert push.late(waiting, now + 27 * 3600)
    told = push.metrics(waiting, now + 7200)
    assert "backbone_audit_push_waiting 3\n" in told
    assert "backbone_audit_push_oldest_seconds 7200\n" in told
    assert "backbone_audit_push_waiting 0\n" in push.metrics((), now)


def test_two_at_once_do_not_meet(tmp_path: Path) -> None:
    with keep.locked(tmp_path, "run") as first, keep.locked(tmp_path, "run") as second:
        assert first
        assert not second


# --- over a wire -----------------------------------------------------------------------------------------------------


class Door(BaseHTTPRequestHandler):
    """Takes a name once, as the collector's nginx does."""

    have: dict[str, bytes]

    def do_PUT(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.send_response(409 if self.path in self.have else 201)
        self.have.setdefault(self.path, body)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_arguments: Any) -> None:
        pass


@pytest.fixture
def door(tmp_path: Path) -> Iterator[tuple[str, Path, type[Door]]]:
    """A door that opens for the certificate of lab-kab alone: its address, its own certificate, what it has."""
    own, mine = tmp_path / "door", tmp_path / "client"
    identity.client(mine, "lab-kab")
    certificate = _for_localhost(own)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, own / identity.KEY)
    context.verify_mode = ssl.CERT_REQUIRED
    context.load_verify_locations(mine / identity.CERTIFICATE)
    handler = type("Door", (Door,), {"have": {}})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    server.socket = context.wrap_socket(server.socket, server_side=True)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"https://localhost:{server.server_port}", certificate, handler
    server.shutdown()
    server.server_close()


def _for_localhost(folder: Path) -> Path:
    """A certificate of its own for localhost, and its key, in `folder`."""
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec
    from cryptography.x509.oid import NameOID

    folder.mkdir()
    key = ec.generate_private_key(ec.SECP256R1())
    who = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    made = (
        x509.CertificateBuilder()
        .subject_name(who)
        .issuer_name(who)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(datetime.now(UTC) - timedelta(hours=1))
        .not_valid_after(datetime.now(UTC) + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .sign(key, hashes.SHA256())
    )
    pkcs8, none = serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    (folder / identity.KEY).write_bytes(key.private_bytes(serialization.Encoding.PEM, pkcs8, none))
    (folder / "door.pem").write_bytes(made.public_bytes(serialization.Encoding.PEM))
    return folder / "door.pem"


def collector(url: str, authority: Path | None, folder: Path) -> Collector:
    return Collector(url, folder / identity.CERTIFICATE, folder / identity.KEY, authority)


def test_a_report_arrives_over_mutual_tls_and_no_name_is_taken_twice(
    tmp_path: Path, shelf: Shelf, door: tuple[str, Path, type[Door]]
) -> None:
    url, authority, handler = door
    mine = collector(url, authority, tmp_path / "client")
    assert len(push.deliver(shelf, mine.put).taken) == 3
    before = dict(handler.have)
    file = tmp_path / "audit.json"
    file.write_text("changed")
    mark = shelf.kept()[0].mark
    mine.put(mark, file)  # there already: no fault, and nothing is overwritten
    assert handler.have == before
    assert f"/{mark}/audit.json" in before


def test_a_strange_certificate_opens_nothing(tmp_path: Path, shelf: Shelf, door: tuple[str, Path, type[Door]]) -> None:
    url, authority, handler = door
    identity.client(tmp_path / "stranger", "lab-kab")
    outcome = push.deliver(shelf, collector(url, authority, tmp_path / "stranger").put)
    assert outcome.taken == ()
    assert outcome.why
    assert handler.have == {}


def test_a_collector_that_nobody_vouches_for_gets_nothing(
    tmp_path: Path, shelf: Shelf, door: tuple[str, Path, type[Door]]
) -> None:
    url, _authority, handler = door
    outcome = push.deliver(shelf, collector(url, None, tmp_path / "client").put)
    assert "CERTIFICATE_VERIFY_FAILED" in outcome.why
    assert handler.have == {}
    assert len(shelf.waiting()) == 3


def test_a_client_s_key_is_its_own_alone_and_made_once(tmp_path: Path) -> None:
    certificate = identity.client(tmp_path, "lab-kab")
    assert (tmp_path / identity.KEY).stat().st_mode & 0o777 == 0o600
    before = certificate.read_bytes()
    assert identity.client(tmp_path, "lab-kab").read_bytes() == before
    (tmp_path / identity.KEY).unlink()
    assert identity.client(tmp_path, "lab-kab").read_bytes() != before
