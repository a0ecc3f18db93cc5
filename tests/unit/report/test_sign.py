"""Signed reports: who, when, unchanged; a chain without gaps; and openssl alone says the same."""

from __future__ import annotations

import base64
import hashlib
import json
import shutil
import subprocess
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from securesystemslib.dsse import Envelope

from provision.errors import BackboneError, UsageError
from provision.report import keys, sign
from provision.report.keys import ReportKey
from provision.report.verify import VERSIONS, Checked, check, verify

AT = datetime(2026, 11, 22, 1, 0, tzinfo=UTC)


@pytest.fixture
def inventory(tmp_path: Path) -> Path:
    folder = tmp_path / "Kota Semarang"
    folder.mkdir()
    return folder


@pytest.fixture
def key(inventory: Path) -> ReportKey:
    return keys.of_inventory(inventory)


def report(folder: Path, key: ReportKey, number: int = 1, **changes: Any) -> Path:
    """One more signed audit in `folder`; its envelope."""
    folder.mkdir(exist_ok=True)
    before = sign.last_link(folder, "audit")
    sign.put_by(folder, "audit")
    (folder / "audit.json").write_text(json.dumps({"number": number}))
    (folder / "audit.html").write_text(f"<p>{number}")
    settings = {
        "document_version": VERSIONS["audit"],
        "made_at": AT.isoformat(),
        "summary": {"ready": False},
        "before": before,
        "at": AT + timedelta(hours=number),
    }
    return sign.sign(folder, "audit", folder.glob("audit.*"), key, **{**settings, **changes})


def known(inventory: Path) -> dict[str, keys.KnownKey]:
    return keys.known([inventory / keys.SIGNERS])


def test_a_key_is_made_once_and_its_private_part_is_its_owner_s_alone(inventory: Path, key: ReportKey) -> None:
    private = inventory / keys.PRIVATE
    assert private.stat().st_mode & 0o777 == 0o600
    assert (private.parent / ".gitignore").read_text() == "*\n"
    again = keys.of_inventory(inventory)
    assert again.signer.public_key.keyid == key.signer.public_key.keyid
    assert [one.name for one in (inventory / keys.SIGNERS).iterdir()] == ["kota-semarang.pem"]
    assert b"PRIVATE" not in key.public_file.read_bytes()
    assert sorted(one.name for one in private.parent.iterdir()) == [".gitignore", private.name]


def test_a_key_goes_by_the_name_of_its_public_file(inventory: Path, key: ReportKey) -> None:
    key.public_file.rename(key.public_file.with_name("dinas-pendidikan.pem"))
    assert keys.of_inventory(inventory).name == "dinas-pendidikan"


def test_a_new_key_never_takes_the_name_of_another(inventory: Path, key: ReportKey) -> None:
    (inventory / keys.PRIVATE).unlink()
    with pytest.raises(UsageError, match="is another key"):
        keys.of_inventory(inventory)


def test_a_damaged_key_is_said(inventory: Path, key: ReportKey) -> None:
    (inventory / keys.PRIVATE).write_text("-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n")
    with pytest.raises(UsageError, match="no key that can sign"):
        keys.of_inventory(inventory)


def test_a_server_has_its_own_key(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BACKBONE_STATE", str(tmp_path / "state"))
    server = tmp_path / "etc"
    server.mkdir()
    own = keys.of_machine("data-3374", server)
    assert own.public_file == server / "signers" / "data-3374.pem"
    assert (server / keys.PRIVATE).stat().st_mode & 0o777 == 0o600
    elsewhere = keys.of_machine("data-3374", tmp_path / "none")
    assert elsewhere.public_file == tmp_path / "state" / "signers" / "data-3374.pem"


def test_a_sound_report_says_who_and_when(tmp_path: Path, inventory: Path, key: ReportKey) -> None:
    report(tmp_path / "out", key)
    ((one,), remarks) = verify([tmp_path / "out"], known(inventory))
    assert one.held
    assert (one.signer, one.signed_at, one.number) == ("kota-semarang", "2026-11-22T02:00:00+00:00", 1)
    assert [(file.name, file.state) for file in one.files] == [("audit.html", "unchanged"), ("audit.json", "unchanged")]
    assert remarks == ()


def test_any_file_of_a_report_leads_to_its_signature(tmp_path: Path, inventory: Path, key: ReportKey) -> None:
    envelope = report(tmp_path / "out", key)
    for file in ("audit.html", "audit.json", envelope.name):
        assert verify([tmp_path / "out" / file], known(inventory))[0][0].held


@pytest.mark.parametrize("name", ["audit.json", "audit.html"])
def test_one_byte_changed_is_seen(tmp_path: Path, inventory: Path, key: ReportKey, name: str) -> None:
    file = report(tmp_path / "out", key).with_name(name)
    content = bytearray(file.read_bytes())
    content[-2] ^= 1
    file.write_bytes(content)
    ((one,), _) = verify([tmp_path / "out"], known(inventory))
    assert not one.held
    assert one.faults == (f"{name} was changed after it was signed",)


def test_a_missing_and_an_added_file_are_seen(tmp_path: Path, inventory: Path, key: ReportKey) -> None:
    out = report(tmp_path / "out", key).parent
    (out / "audit.html").unlink()
    (out / "audit.pdf").write_text("slipped in")
    ((one,), _) = verify([out], known(inventory))
    assert {file.name: file.state for file in one.files} == {
        "audit.html": "missing",
        "audit.json": "unchanged",
        "audit.pdf": "unsigned",
    }
    assert len(one.faults) == 2


def test_every_byte_of_the_statement_is_signed(tmp_path: Path, inventory: Path, key: ReportKey) -> None:
    envelope = report(tmp_path / "out", key)
    whole = json.loads(envelope.read_text())
    payload = bytearray(base64.b64decode(whole["payload"]))
    for place in range(0, len(payload), 17):
        changed = bytearray(payload)
        changed[place] ^= 1
        envelope.write_text(json.dumps({**whole, "payload": base64.b64encode(changed).decode()}))
        one = check(envelope, known(inventory))
        assert "does not fit" in one.faults[0]
        assert (one.signer, one.kind, one.files) == ("", "", ()), "nothing of it may be believed"


def test_an_unknown_key_proves_nothing(tmp_path: Path, inventory: Path, key: ReportKey) -> None:
    stranger = tmp_path / "stranger"
    stranger.mkdir()
    report(tmp_path / "out", keys.of_inventory(stranger, "kota-semarang"))
    ((one,), _) = verify([tmp_path / "out"], known(inventory))
    assert "not known here" in one.faults[0]
    assert (one.signer, one.kind, one.files) == ("", "", ())


def test_a_stranger_who_names_a_known_key_is_found_out(tmp_path: Path, inventory: Path, key: ReportKey) -> None:
    stranger = tmp_path / "stranger"
    stranger.mkdir()
    envelope = report(tmp_path / "out", keys.of_inventory(stranger))
    whole = json.loads(envelope.read_text())
    whole["signatures"][0]["keyid"] = key.signer.public_key.keyid
    envelope.write_text(json.dumps(whole))
    assert "does not fit" in check(envelope, known(inventory)).faults[0]


@pytest.mark.parametrize(
    ("damage", "said"),
    [
        (lambda text: text[: len(text) // 2], "not a whole envelope"),
        (lambda text: "", "not a whole envelope"),
        (lambda text: "[]", "not a whole envelope"),
        (lambda text: "\x00\xff" * 20, "not a whole envelope"),
        (lambda text: json.dumps({**json.loads(text), "signatures": []}), "no signature"),
        (lambda text: json.dumps({**json.loads(text), "payloadType": "text/plain"}), "something else"),
        (lambda text: json.dumps({**json.loads(text), "payload": "%%%"}), ""),
    ],
    ids=["cut", "empty", "list", "binary", "unsigned", "other type", "no base64"],
)
def test_a_damaged_envelope_is_said(tmp_path: Path, inventory: Path, key: ReportKey, damage: Any, said: str) -> None:
    envelope = report(tmp_path / "out", key)
    envelope.write_text(damage(envelope.read_text()), encoding="utf-8")
    one = check(envelope, known(inventory))
    assert not one.held
    assert said in one.faults[0]


ODD = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text() | st.sampled_from(["payload", "sig", "keyid", "e30="]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=6,
)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(field=st.sampled_from(["payload", "payloadType", "signatures", "keyid", "sig", ""]), value=ODD)
def test_no_odd_envelope_holds_or_stops_the_program(
    tmp_path: Path, inventory: Path, key: ReportKey, field: str, value: Any
) -> None:
    envelope = tmp_path / "audit.dsse.json"
    whole = Envelope(b"{}", sign.PAYLOAD_TYPE, {})
    whole.sign(key.signer)
    told = whole.to_dict()
    if field in ("keyid", "sig"):
        told["signatures"][0][field] = value
    elif field:
        told[field] = value
    envelope.write_text(json.dumps(told if field else value))
    assert not check(envelope, known(inventory)).held


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(place=st.integers(0, 10**6), bit=st.integers(0, 7))
def test_a_flipped_bit_anywhere_in_an_envelope_changes_nothing_unseen(
    tmp_path: Path, inventory: Path, key: ReportKey, place: int, bit: int
) -> None:
    folder = tmp_path / "out"
    envelope = folder / "audit.dsse.json"
    if not envelope.exists():
        report(folder, key)
        (folder / "whole").write_bytes(envelope.read_bytes())
    whole = (folder / "whole").read_bytes()
    changed = bytearray(whole)
    changed[place % len(whole)] ^= 1 << bit
    envelope.write_bytes(changed)
    one = check(envelope, known(inventory))
    envelope.write_bytes(whole)
    sound = check(envelope, known(inventory))
    assert sound.held
    # Blanks, and bits that base64 does not use, mean nothing; what is signed is the same or it does not hold.
    assert not one.held or replace(one, envelope=envelope) == sound


def test_deep_nesting_stops_nobody(tmp_path: Path, inventory: Path, key: ReportKey) -> None:
    envelope = tmp_path / "audit.dsse.json"
    envelope.write_text("[" * 200_000)
    assert "not a whole envelope" in check(envelope, known(inventory)).faults[0]


@pytest.mark.parametrize(("version", "said"), [(1, "older than"), (99, "newer than")])
def test_a_report_of_another_version_is_no_pass(
    tmp_path: Path, inventory: Path, key: ReportKey, version: int, said: str
) -> None:
    report(tmp_path / "out", key, document_version=version)
    ((one,), _) = verify([tmp_path / "out"], known(inventory))
    assert len(one.faults) == 1
    assert f"schema version {version} is {said}" in one.faults[0]


def test_a_statement_of_another_form_is_no_pass(
    tmp_path: Path, inventory: Path, key: ReportKey, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sign, "PREDICATE_TYPE", "urn:backbone-daerah:report:v0")
    report(tmp_path / "out", key)
    ((one,), _) = verify([tmp_path / "out"], known(inventory))
    assert "report:v0" in one.faults[0]


def test_a_name_that_leaves_the_folder_is_no_file_of_the_report(
    tmp_path: Path, inventory: Path, key: ReportKey, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = sign.statement

    def elsewhere(*words: Any, **settings: Any) -> dict[str, Any]:
        told = whole(*words, **settings)
        told["subject"][0]["name"] = "../out/audit.html"
        return told

    monkeypatch.setattr(sign, "statement", elsewhere)
    report(tmp_path / "out", key)
    assert not verify([tmp_path / "out"], known(inventory))[0][0].held


def chain_of(tmp_path: Path, key: ReportKey, count: int) -> Path:
    for number in range(1, count + 1):
        report(tmp_path / "out", key, number)
    return tmp_path / "out"


def places(out: Path) -> dict[int, Path]:
    earlier = {int(one.name.split("-")[1]): one for one in (out / sign.EARLIER).iterdir()}
    return earlier | {max(earlier) + 1: out}


def test_a_whole_chain_holds(tmp_path: Path, inventory: Path, key: ReportKey) -> None:
    found, remarks = verify([chain_of(tmp_path, key, 4)], known(inventory))
    assert [one.number for one in found] == [1, 2, 3, 4]
    assert all(one.held for one in found)
    assert remarks == ()
    payloads = [json.loads(one.envelope.read_text())["payload"] for one in found]
    digests = [hashlib.sha256(base64.b64decode(one)).hexdigest() for one in payloads]
    assert [one.previous for one in found] == ["", *digests[:-1]]


def test_a_gap_is_seen(tmp_path: Path, inventory: Path, key: ReportKey) -> None:
    out = chain_of(tmp_path, key, 5)
    shutil.rmtree(places(out)[2])
    shutil.rmtree(places(out)[3])
    found, _remarks = verify([out], known(inventory))
    assert [one.number for one in found if one.held] == [1, 5]
    assert found[1].faults == ("a gap: number 2 to 3 of this chain are missing before it",)


def test_a_gap_of_one_is_seen(tmp_path: Path, inventory: Path, key: ReportKey) -> None:
    out = chain_of(tmp_path, key, 3)
    shutil.rmtree(places(out)[2])
    found, _remarks = verify([out], known(inventory))
    assert found[1].faults == ("a gap: number 2 of this chain is missing before it",)


def test_the_oldest_ones_may_be_kept_elsewhere_and_it_is_said(tmp_path: Path, inventory: Path, key: ReportKey) -> None:
    out = chain_of(tmp_path, key, 3)
    shutil.rmtree(places(out)[1])
    found, remarks = verify([out], known(inventory))
    assert all(one.held for one in found)
    assert "number 2 of its chain" in remarks[0]


def test_two_reports_cannot_follow_the_same_one(tmp_path: Path, inventory: Path, key: ReportKey) -> None:
    out = chain_of(tmp_path, key, 2)
    other = tmp_path / "other"
    report(other, key, 7, before=sign.last_link(places(out)[1], "audit"))
    found, _remarks = verify([out, other], known(inventory))
    assert ["two different reports are number 2" in "".join(one.faults) for one in found] == [False, False, True]


def test_a_new_folder_goes_on_with_the_chain_that_is_named_and_an_old_one_with_its_own(
    tmp_path: Path, inventory: Path, key: ReportKey
) -> None:
    def issue(folder: Path, follows: Path | None = None) -> None:
        def write() -> list[Path]:
            folder.mkdir(exist_ok=True)
            (folder / "audit.json").write_text(folder.name)
            return [folder / "audit.json"]

        told: dict[str, Any] = {"document_version": 2, "made_at": AT.isoformat(), "summary": {}}
        sign.issue(folder, "audit", write, key, follows=follows, **told)

    first, second, other = (tmp_path / name for name in ("first", "second", "other"))
    issue(first)
    issue(second, first / "audit.json")
    issue(other)
    issue(other, second)
    found, _remarks = verify([first, second, other], known(inventory))
    assert all(one.held for one in found)
    assert [one.number for one in found] == [1, 2, 1, 2]
    assert found[1].previous == found[0].sha256


def test_a_report_that_was_exchanged_breaks_the_chain(tmp_path: Path, inventory: Path, key: ReportKey) -> None:
    out = chain_of(tmp_path, key, 3)
    second = places(out)[2]
    link = sign.last_link(places(out)[1], "audit")
    shutil.rmtree(second)
    report(second, key, 2, before=link, summary={"ready": True})
    found, _remarks = verify([out], known(inventory))
    assert [one.held for one in found] == [True, True, False]
    assert "does not follow" in found[2].faults[0]


def test_a_report_dated_before_its_forerunner_is_no_pass(tmp_path: Path, inventory: Path, key: ReportKey) -> None:
    out = chain_of(tmp_path, key, 1)
    report(out, key, 2, at=AT - timedelta(days=3))
    found, _remarks = verify([out], known(inventory))
    assert "dated before" in found[1].faults[0]


def test_a_chain_begun_anew_is_remarked(tmp_path: Path, inventory: Path, key: ReportKey) -> None:
    out = chain_of(tmp_path, key, 2)
    report(tmp_path / "new", key)
    _found, remarks = verify([out, tmp_path / "new"], known(inventory))
    assert "2 separate chains" in remarks[0]


def test_a_chain_survives_a_run_that_was_killed_after_putting_the_last_one_by(tmp_path: Path, key: ReportKey) -> None:
    out = chain_of(tmp_path, key, 2)
    sign.put_by(out, "audit")
    link = sign.last_link(out, "audit")
    assert link is not None
    assert link.number == 2


def test_a_damaged_report_is_kept_when_the_next_is_written(tmp_path: Path, inventory: Path, key: ReportKey) -> None:
    envelope = report(tmp_path / "out", key)
    envelope.write_text("{")
    report(tmp_path / "out", key, 2)
    kept = [one.name for one in (tmp_path / "out" / sign.EARLIER).iterdir()]
    assert len(kept) == 1
    assert kept[0].startswith("audit-damaged-")


def test_what_is_not_there_is_wrong_use(tmp_path: Path, inventory: Path, key: ReportKey) -> None:
    (tmp_path / "audit.json").write_text("{}")
    for place in (tmp_path / "none", tmp_path / "audit.json", inventory):
        with pytest.raises(UsageError):
            verify([place], known(inventory))


def test_a_file_that_cannot_be_read_is_no_pass(
    tmp_path: Path, inventory: Path, key: ReportKey, monkeypatch: pytest.MonkeyPatch
) -> None:
    envelope = report(tmp_path / "out", key)

    def broken(file: Path) -> bytes:
        raise OSError(5, "Input/output error")

    monkeypatch.setattr(Path, "read_bytes", broken)
    with pytest.raises(BackboneError, match="Input/output error") as raised:
        check(envelope, {})
    assert raised.value.exit_status == 3


def openssl(*words: str | Path, data: bytes = b"") -> subprocess.CompletedProcess[bytes]:
    return subprocess.run(["openssl", *map(str, words)], input=data, capture_output=True)


def pae(envelope: Path) -> tuple[bytes, bytes]:
    """What was signed, as the DSSE specification puts it together, and the signature."""
    whole = json.loads(envelope.read_text())
    kind, payload = whole["payloadType"].encode(), base64.b64decode(whole["payload"])
    signed = b"DSSEv1 " + b" ".join([str(len(kind)).encode(), kind, str(len(payload)).encode(), payload])
    return signed, base64.b64decode(whole["signatures"][0]["sig"])


def test_openssl_alone_verifies_it(tmp_path: Path, key: ReportKey) -> None:
    envelope = report(tmp_path / "out", key)
    signed, signature = pae(envelope)
    (tmp_path / "signed").write_bytes(signed)
    (tmp_path / "signature").write_bytes(signature)
    words = ("pkeyutl", "-verify", "-pubin", "-inkey", key.public_file, "-rawin")
    good = openssl(*words, "-in", tmp_path / "signed", "-sigfile", tmp_path / "signature")
    assert good.returncode == 0, good.stderr
    (tmp_path / "signed").write_bytes(signed.replace(b'"ready":false', b'"ready":true '))
    assert openssl(*words, "-in", tmp_path / "signed", "-sigfile", tmp_path / "signature").returncode != 0
    der = openssl("pkey", "-pubin", "-in", key.public_file, "-outform", "DER").stdout
    assert hashlib.sha256(der).hexdigest() == json.loads(envelope.read_text())["signatures"][0]["keyid"]


def _npms_modules() -> Path | None:
    """Where npm keeps its own parts, Sigstore's verifier among them since its version 9.5."""
    npm = shutil.which("npm")
    if npm is None or shutil.which("node") is None:
        return None
    modules = Path(npm).resolve().parents[1] / "node_modules"
    return modules if (modules / "@sigstore" / "verify").is_dir() else None


@pytest.mark.skipif(_npms_modules() is None, reason="Sigstore's verifier comes with npm 9.5 or newer")
def test_sigstores_own_verifier_verifies_it(tmp_path: Path, key: ReportKey) -> None:
    """Not a line of it is ours, nor of the library that signs."""
    envelope = report(tmp_path / "out", key)
    other = keys.of_inventory(tmp_path / "other")

    def run(by: ReportKey) -> subprocess.CompletedProcess[str]:
        program = Path(__file__).parents[2] / "support" / "sigstore_verify.js"
        words = ["node", str(program), str(_npms_modules()), str(envelope), str(by.public_file)]
        return subprocess.run(words, capture_output=True, text=True, timeout=60)

    good = run(key)
    assert good.returncode == 0, good.stderr
    assert good.stdout.split()[:2] == ["https://in-toto.io/Statement/v1", "urn:backbone-daerah:report:v1"]
    assert set(good.stdout.split()[2:]) == {"audit.html", "audit.json"}
    assert "signature verification failed" in run(other).stderr
    whole = json.loads(envelope.read_text())
    payload = base64.b64decode(whole["payload"]).replace(b'"ready":false', b'"ready":true ')
    envelope.write_text(json.dumps({**whole, "payload": base64.b64encode(payload).decode()}))
    bad = run(key)
    assert bad.returncode != 0
    assert "signature verification failed" in bad.stderr


def test_the_commands_of_the_documentation_verify_it(tmp_path: Path, key: ReportKey) -> None:
    """docs/verify.md, its first block, run as it stands in the report's folder."""
    page = (Path(__file__).parents[3] / "docs" / "verify.md").read_text()
    commands = page.split("```sh\n")[1].split("```")[0]
    out = report(tmp_path / "out", key).parent
    shutil.copy(key.public_file, out / "../signer.pem")

    def run() -> subprocess.CompletedProcess[str]:
        return subprocess.run(["sh", "-eu", "-c", commands], cwd=out, capture_output=True, text=True)

    good = run()
    assert good.returncode == 0, good.stderr
    assert "Signature Verified Successfully" in good.stdout
    assert good.stdout.count(": OK") == 2
    (out / "audit.html").write_text("changed")
    assert run().returncode != 0


def test_versions_are_the_ones_that_are_written() -> None:
    from provision.report import model

    assert VERSIONS["audit"] == model.VERSION
    assert Checked(Path("x")).held


def learnt(inventory: Path, folder: Path, name: str) -> ReportKey:
    """A server's own key, made in `folder`, its public part put beside the inventory."""
    mine = keys.of_machine(name, folder)
    keys.learn_server(inventory, name, mine.public_file.read_text(), "CERTIFICATE")
    return mine


def test_a_server_s_key_speaks_of_that_server_alone(inventory: Path, tmp_path: Path) -> None:
    own = tmp_path / "server"
    own.mkdir()
    mine = learnt(inventory, own, "lab-kab")
    trusted = keys.known([inventory / keys.SERVERS])
    alone = check(report(tmp_path / "own", mine, summary={"ready": True, "servers": ["lab-kab"]}), trusted)
    assert alone.held
    assert alone.signer == "lab-kab"
    for servers in (["lab-prov"], ["lab-kab", "lab-prov"], []):
        of_others = check(report(tmp_path / "others", mine, summary={"ready": True, "servers": servers}), trusted)
        assert any("which may speak of that server alone" in one for one in of_others.faults), servers


def test_a_server_that_was_installed_anew_leaves_its_older_reports_valid(inventory: Path, tmp_path: Path) -> None:
    own, anew = tmp_path / "server", tmp_path / "anew"
    own.mkdir()
    anew.mkdir()
    before = report(tmp_path / "a", learnt(inventory, own, "lab-kab"), summary={"servers": ["lab-kab"]})
    assert not keys.learn_server(
        inventory, "lab-kab", keys.of_machine("lab-kab", own).public_file.read_text(), "CERTIFICATE"
    )
    after = report(tmp_path / "b", learnt(inventory, anew, "lab-kab"), summary={"servers": ["lab-kab"]})
    trusted = keys.known([inventory / keys.SERVERS])
    assert len(trusted) == 2
    assert check(before, trusted).held
    assert check(after, trusted).held
    assert (inventory / keys.CLIENTS / "lab-kab.pem").read_text() == "CERTIFICATE\n"
