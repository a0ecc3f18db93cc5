"""Bundles, without Debian's archive: what is needed, fetching that goes on, what is refused, equal pieces."""

from __future__ import annotations

import hashlib
import json
import lzma
import tarfile
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from provision.converge.stages import NAMES
from provision.errors import BackboneError, UsageError
from provision.onboard.bundle import archive, packages
from provision.onboard.bundle.archive import Part, Wanted, fetch
from provision.onboard.bundle.carry import Bundle, accept, carry, lay_built, pieces
from provision.onboard.bundle.gather import KIND, LIST, Wish, _built, gather
from provision.report import keys
from provision.report.sign import sign

CONTENT = bytes(range(256)) * 500


class Mirror:
    """A web server with one file; `breaks`: after so many bytes it cuts the next answer off."""

    def __init__(self) -> None:
        self.breaks = 0
        self.ranges: list[str] = []
        self.content = CONTENT
        outer = self

        class Handler(BaseHTTPRequestHandler):
            def log_message(self, *_words: Any) -> None:
                pass

            def do_GET(self) -> None:
                asked = self.headers.get("Range", "")
                outer.ranges.append(asked)
                start = int(asked.removeprefix("bytes=").rstrip("-")) if asked else 0
                rest = outer.content[start:]
                self.send_response(206 if asked else 200)
                self.send_header("Content-Length", str(len(rest)))
                self.end_headers()
                self.wfile.write(rest[: outer.breaks] if outer.breaks else rest)
                outer.breaks = 0

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}/pool/a.deb"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()


@pytest.fixture
def mirror(monkeypatch: pytest.MonkeyPatch) -> Iterator[Mirror]:
    monkeypatch.setattr(archive.time, "sleep", lambda _seconds: None)
    made = Mirror()
    yield made
    made.server.shutdown()


def wanted(mirror: Mirror, folder: Path) -> Wanted:
    return Wanted(mirror.url, folder / "pool/a.deb", len(CONTENT), hashlib.sha256(CONTENT).hexdigest())


def test_a_fetch_that_was_cut_off_goes_on(mirror: Mirror, tmp_path: Path) -> None:
    mirror.breaks = 1000
    heard: list[int] = []
    fetch(wanted(mirror, tmp_path), heard.append)
    assert mirror.ranges == ["", "bytes=1000-"]
    assert (tmp_path / "pool/a.deb").read_bytes() == CONTENT
    assert sum(heard) >= len(CONTENT)
    # Whole: asked for no more.
    fetch(wanted(mirror, tmp_path))
    assert len(mirror.ranges) == 2


def test_a_file_that_is_another_is_never_kept(mirror: Mirror, tmp_path: Path) -> None:
    mirror.content = CONTENT[::-1]
    with pytest.raises(BackboneError, match="another file than the signed index says"):
        fetch(wanted(mirror, tmp_path))
    assert list((tmp_path / "pool").iterdir()) == []


def test_the_packages_of_every_stage_can_be_read() -> None:
    names = packages.of_stages(NAMES, "15")
    assert {"postgresql-15", "postgresql-15-pgaudit", "pgbackrest", "nginx", "clamav-daemon", "wireguard-tools"} <= set(
        names
    )
    assert {"restic", "python3-psycopg2"} <= set(names), "what an expression in a role may come to"
    assert packages.of_stages(["firewall"], "15") == ["nftables"]


def test_a_list_that_cannot_be_read_is_no_empty_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "odd/vars").mkdir(parents=True)
    (tmp_path / "odd/vars/main.yml").write_text('__odd_packages: "{{ others }}"\n')
    monkeypatch.setattr(packages.paths, "roles_dir", lambda: tmp_path)
    with pytest.raises(UsageError, match="others"):
        packages.of_stages(["odd"], "15")


def test_an_index_gives_files_of_the_versions_that_are_needed(tmp_path: Path) -> None:
    part = Part("main", "http://mirror.example/debian", ("bookworm",))
    index = tmp_path / "main/dists/bookworm/main/binary-amd64/Packages.xz"
    index.parent.mkdir(parents=True)
    text = "\n".join(
        f"Package: {name}\nVersion: {version}\nPriority: {priority}\nFilename: pool/{name}_{version}.deb\nSize: 3\n"
        f"SHA256: {'a' * 64}\nDescription: one\n two\n"
        for name, version, priority in (("a", "1:1.0", "required"), ("b", "2", "optional"), ("a", "1:1.1", "required"))
    )
    index.write_bytes(lzma.compress(text.encode()))
    [found] = archive.wanted([part], tmp_path, {("a", "1:1.1")})
    assert found.url == "http://mirror.example/debian/pool/a_1:1.1.deb"
    assert archive.of_priority([part], tmp_path) == ["a"]
    assert archive.version_of([part], tmp_path, "b") == "2"
    with pytest.raises(BackboneError, match="no index has c 1"):
        archive.wanted([part], tmp_path, {("c", "1")})


@pytest.fixture
def signed(tmp_path: Path) -> tuple[Path, dict[str, keys.KnownKey]]:
    """A bundle with two files, signed."""
    folder = tmp_path / "bundle"
    (folder / "debian-12/main").mkdir(parents=True)
    (folder / "debian-12/sources.list").write_text("deb file:@FOLDER@/main bookworm main\n")
    (folder / "debian-12/main/a.deb").write_bytes(CONTENT)
    files = {
        str(path.relative_to(folder)): {"sha256": archive.digest(path), "size": path.stat().st_size}
        for path in folder.rglob("*")
        if path.is_file()
    }
    document = {"version": 1, "made_at": "2026-11-22T00:00:00+00:00", "releases": ["12"], "files": files}
    (folder / LIST).write_text(json.dumps(document))
    key = keys.pair(tmp_path / "key.pem", tmp_path / "signers", "kota")
    sign(folder, KIND, [folder / LIST], key, document_version=1, made_at=document["made_at"], summary={})  # type: ignore[arg-type]
    return folder, keys.known([tmp_path / "signers"])


def test_a_whole_bundle_by_a_known_key_is_accepted(signed: tuple[Path, dict[str, keys.KnownKey]]) -> None:
    bundle = accept(*signed)
    assert (bundle.signer, bundle.releases, len(bundle.files)) == ("kota", ("12",), 2)


@pytest.mark.parametrize("harm", ["changed", "missing", "list", "unsigned", "stranger"])
def test_a_bundle_that_is_not_as_signed_is_refused(signed: tuple[Path, dict[str, keys.KnownKey]], harm: str) -> None:
    folder, known = signed
    package = folder / "debian-12/main/a.deb"
    if harm == "changed":
        package.write_bytes(CONTENT[::-1])
    elif harm == "missing":
        package.unlink()
    elif harm == "list":
        (folder / LIST).write_text((folder / LIST).read_text().replace("2026-11-22", "2026-11-23"))
    elif harm == "unsigned":
        (folder / f"{KIND}.dsse.json").unlink()
    else:
        known = {}
    with pytest.raises(UsageError) as refused:
        accept(folder, known)
    assert refused.value.repair


def test_pieces_are_bounded_the_same_each_time_and_whole(
    signed: tuple[Path, dict[str, keys.KnownKey]], tmp_path: Path
) -> None:
    bundle: Bundle = accept(*signed)
    made = []
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
        made.append(pieces(bundle, "12", tmp_path / name, 50_000))
        (bundle.folder / "debian-12/main/a.deb").touch()
    assert [one.read_bytes() for one in made[0]] == [one.read_bytes() for one in made[1]]
    assert len(made[0]) > 2
    assert all(one.stat().st_size <= 50_000 for one in made[0])
    whole = tmp_path / "whole.tar"
    whole.write_bytes(b"".join(one.read_bytes() for one in made[0]))
    with tarfile.open(whole) as tar:
        assert sorted(tar.getnames()) == ["main/a.deb", "sources.list"]
        assert {one.mode for one in tar} == {0o644}


def built(folder: Path, name: str) -> Path:
    made = folder / name
    made.mkdir(parents=True)
    (made / "release").write_text("1-abc\n")
    (made / "3.13.tar").write_bytes(CONTENT)
    return made


@pytest.mark.parametrize("windows", [False, True])
def test_what_windows_servers_are_handed_comes_along_where_it_is_asked_for(
    windows: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[tuple[Any, ...]] = []

    def wheels(pythons: tuple[str, ...] = ("3.11", "3.13"), machine: str = "x86_64", **given: Any) -> Path:
        asked.append((machine, pythons, given.get("sqlserver", False)))
        return built(tmp_path / f"made-{len(asked)}", f"1-abc-{machine}-{'-'.join(pythons)}")

    monkeypatch.setattr("provision.onboard.bundle.gather.build_wheelhouse", wheels)
    monkeypatch.setattr("provision.onboard.bundle.gather.program.build", wheels)
    monkeypatch.setenv("BACKBONE_CACHE", str(tmp_path / "cache"))
    folder = tmp_path / "bundle"
    kept = _built(folder, lambda *_: None, windows=windows)
    of_windows = [("win_amd64", ("3.13",), True), ("win_amd64", ("3.13",), False)] if windows else []
    assert [one for one in asked if one[0] == "win_amd64"] == of_windows
    assert len(asked) == len(kept) // 2 == 2 + len(of_windows)
    lay_built(Bundle(folder, "1", "kota", "2026-11-22", ("12",), tuple(str(one.relative_to(folder)) for one in kept)))
    laid = {str(one.relative_to(tmp_path / "cache")) for one in (tmp_path / "cache").glob("*/*")}
    names = ["1-abc-x86_64-3.11-3.13", *(["1-abc-win_amd64-3.13"] if windows else [])]
    assert laid == {f"{kind}/{name}" for kind in ("wheelhouse", "program") for name in names}


def test_a_windows_server_is_carried_nothing(
    signed: tuple[Path, dict[str, keys.KnownKey]], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    server = SimpleNamespace(name="win", connection=SimpleNamespace(kind="psrp"))
    monkeypatch.setenv("BACKBONE_CACHE", str(tmp_path / "cache"))
    monkeypatch.setattr("provision.onboard.bundle.carry.drive", lambda *_: pytest.fail("a playbook was run"))
    carry(accept(*signed), SimpleNamespace(servers=(server,)))  # type: ignore[arg-type]


@pytest.mark.parametrize("wish", [Wish(releases=("11",)), Wish(stages=("databse",))])
def test_what_there_is_no_bundle_of_is_refused_before_anything(tmp_path: Path, wish: Wish) -> None:
    key = keys.pair(tmp_path / "key.pem", tmp_path / "signers", "kota")
    with pytest.raises(UsageError):
        gather(tmp_path / "bundle", wish, key)
    assert not (tmp_path / "bundle").exists()
