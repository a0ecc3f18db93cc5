"""What a fleet view reads, and what it says of files that it cannot use; one bad file stops no other."""

from __future__ import annotations

import json
import os
import shutil
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from provision.errors import BackboneError, UsageError
from provision.report import keys, model, sign
from provision.report.fleet import read
from provision.report.fleet.make import make
from tests.support.fleet import AT, audit, drill, server, write

GOOD = audit([server("33.74", "semarang")])


def test_documents_are_found_at_any_depth_and_each_once(tmp_path: Path) -> None:
    for name in ("audit.json", "2026-11-21-audit.json", "drill.json", "fleet.json", "audit.oscal.json"):
        write(GOOD, tmp_path / "a" / "b", name)
    write(GOOD, tmp_path / "a" / "b", "audit.dsse.json")
    write(GOOD, tmp_path / "earlier" / "audit-00001-abc")
    found = read.files([tmp_path, tmp_path / "a" / "b" / "audit.json"])
    assert sorted(one.relative_to(tmp_path.resolve()).as_posix() for one in found) == [
        "a/b/2026-11-21-audit.json",
        "a/b/audit.json",
        "a/b/drill.json",
        "earlier/audit-00001-abc/audit.json",
    ]
    with pytest.raises(UsageError, match="is not there"):
        read.files([tmp_path / "nowhere"])


def test_audits_of_the_first_version_are_read() -> None:
    old = json.loads(json.dumps({**GOOD, "version": 1}))
    for one in ("fail_on", "compared"):
        del old[one]
    for one in old["servers"][0]["findings"]:
        del one["at"], one["since"]
        one["evidence"] = [{"command": "id", "status": 0, "output": "x"}]
    found = read.decode(json.dumps(old).encode())
    assert isinstance(found, read.Audit)
    assert len(found.servers[0].findings) == len(GOOD["servers"][0]["findings"])


def test_what_is_written_today_is_known() -> None:
    assert model.VERSION in read.KNOWN["audit"]


def changed(**more: Any) -> bytes:
    return json.dumps({**GOOD, **more}).encode()


def one_server(**more: Any) -> bytes:
    return json.dumps({**GOOD, "servers": [{**GOOD["servers"][0], **more}]}).encode()


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (changed(version=3), "newer than 2: read it with a newer program"),
        (changed(version=0), "version 0 is not known"),
        (changed(version=True), "version True is not known"),
        (changed(version=None), "version None is not known"),
        (changed(version="2"), "version 2 is not known"),
        (changed(kind="sync"), "neither an audit nor a drill"),
        (json.dumps({**drill("a"), "version": 7}).encode(), "newer than 2"),
        (b"", "damaged"),
        (b"\x00\xff\xfe\x80", "damaged"),
        (b"[1, 2]", "damaged"),
        (b"[" * 100_000, "damaged"),
        (b'{"version": 2, "kind": "audit", "servers": [{"name": 5}]}', "damaged"),
        (json.dumps(GOOD).encode()[:5000], "damaged"),
        (one_server(taken_at="yesterday"), "damaged"),
        (one_server(findings=[{"control": "DB-01"}]), "damaged"),
        (one_server(ready="yes"), "damaged"),
        (
            json.dumps(
                audit([server("33.74", findings=[{**GOOD["servers"][0]["findings"][0], "status": "fine"}])])
            ).encode(),
            "damaged",
        ),
    ],
)
def test_what_cannot_be_read_is_explained(content: bytes, said: str) -> None:
    with pytest.raises(BackboneError, match=said):
        read.decode(content)


def test_a_file_that_cannot_be_used_stops_no_other(tmp_path: Path) -> None:
    write(GOOD, tmp_path / "good")
    write({**GOOD, "version": 99}, tmp_path / "newer")
    write(audit([server("33.75", at=AT + timedelta(days=400))]), tmp_path / "future")
    (tmp_path / "audit.json").write_bytes(b"{")
    view = make([tmp_path], at=AT + timedelta(hours=1))
    assert [line.sight.server.name for line in view.lines] == ["semarang"]
    told = {one.file.parent.name: one.why for one in view.unread}
    assert "newer than 2" in told["newer"]
    assert "dated in the future" in told["future"]
    assert "damaged" in told[tmp_path.name]
    assert not view.held


@pytest.fixture
def key(tmp_path: Path) -> keys.ReportKey:
    (tmp_path / "inventory").mkdir()
    return keys.of_inventory(tmp_path / "inventory", "kota-semarang")


def signed(out: Path, key: keys.ReportKey, document: dict[str, Any] = GOOD) -> Path:
    sign.issue(
        out,
        "audit",
        lambda: [write(document, out)],
        key,
        document_version=document["version"],
        made_at=AT.isoformat(),
        summary={},
    )
    return out / "audit.json"


def test_an_audit_that_was_changed_after_it_was_signed_is_never_used(tmp_path: Path, key: keys.ReportKey) -> None:
    file = signed(tmp_path / "out", key)
    file.write_text(file.read_text().replace('"33.74"', '"33.75"'))
    view = make([tmp_path / "out"], at=AT)
    assert view.lines == ()
    assert [one.why for one in view.unread] == ["it was changed after it was signed"]


def test_with_verify_only_a_valid_signature_by_a_known_key_makes_a_yes(tmp_path: Path, key: keys.ReportKey) -> None:
    known = keys.known([key.public_file])
    for name in ("held", "bare", "changed", "moved"):
        signed(tmp_path / "all" / name, key, audit([server("33.74", name)]))
    (tmp_path / "all/bare/audit.dsse.json").unlink()
    tampered = tmp_path / "all/changed/audit.json"
    tampered.write_text(tampered.read_text().replace("as it should be", "as it should bé"))
    shutil.copy(tmp_path / "all/held/audit.dsse.json", tmp_path / "all/moved/audit.dsse.json")

    def told(with_keys: dict[str, keys.KnownKey] | None) -> dict[str, tuple[str, str]]:
        view = make([tmp_path / "all"], at=AT, keys=with_keys)
        assert not view.unread or with_keys is None
        return {line.sight.server.name: (line.sight.answer, line.sight.proof.trust) for line in view.lines}

    assert told(known) == {
        "held": ("yes", "signed"),
        "bare": ("unknown", "unsigned"),
        "changed": ("unknown", "refused"),
        "moved": ("unknown", "refused"),
    }
    (tmp_path / "other").mkdir()
    stranger = keys.known([keys.of_inventory(tmp_path / "other", "stranger").public_file])
    assert told(stranger)["held"] == ("unknown", "refused")
    assert told({})["held"] == ("unknown", "refused")
    assert told(None) == {"held": ("yes", "unchecked"), "bare": ("yes", "unchecked")}


def test_a_signature_that_names_another_file_proves_nothing_of_this_one(tmp_path: Path, key: keys.ReportKey) -> None:
    signed(tmp_path / "out", key)
    for file in (tmp_path / "out").iterdir():
        file.rename(file.with_name("x" + file.name))
    write(GOOD, tmp_path / "out", "xaudit.copy.audit.json")
    view = make([tmp_path / "out" / "xaudit.copy.audit.json"], at=AT, keys=keys.known([key.public_file]))
    assert [line.sight.answer for line in view.lines] == ["unknown"]


def test_what_lies_in_a_folder_for_longer_can_be_passed_over(tmp_path: Path) -> None:
    for name, written in (("old", 1_000), ("new", 2_000)):
        file = tmp_path / name / "audit.json"
        file.parent.mkdir()
        file.write_text("{}")
        os.utime(file, (written, written))
    assert [one.parent.name for one in read.files([tmp_path], 1_500)] == ["new"]
    assert len(read.files([tmp_path])) == 2
    # A file that is named is meant.
    assert read.files([tmp_path / "old" / "audit.json"], 1_500) == (tmp_path / "old" / "audit.json",)
