"""Copies on a removable disk: verified, gone on with, bounded, refused beforehand; drills restore from them."""

from __future__ import annotations

import json
import os
import secrets
import shutil
import subprocess
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from provision.operate.compare import judge
from provision.operate.drill import program
from provision.operate.remote.disk import between, let_go
from provision.operate.remote.medium import bring, give, put
from provision.operate.remote.observe import Short
from tests.drill.conftest import PASSPHRASE
from tests.drill.test_drill import live_state
from tests.drill.test_restore import settled
from tests.support.restoring import Region
from tests.support.small_cluster import Cluster

SIZE_MB = 160
FRAME = "provision.operate.remote.disk_unit"


@dataclass(frozen=True)
class Disk:
    """A file system of its own, mounted, and the program that copies to it."""

    place: Path
    cluster: Cluster

    @property
    def folder(self) -> Path:
        return self.place / "backbone-kab"

    def settings(self, **more: Any) -> dict[str, Any]:
        return {**self.cluster.settings(), "disk": str(self.place), "server": "kab", "keep": 2, **more}

    def ask(self, verb: str, *, text: str = "", **more: Any) -> subprocess.CompletedProcess[str]:
        """A verb of the program as root has it; `text` is Python that runs before it, in the same process."""
        root = self.cluster.folder / "drill"
        root.mkdir(exist_ok=True)
        sent = root / "disk.pyz"
        sent.write_bytes(program())
        name = f"c{secrets.token_hex(6)}"
        begin = f"import json, sys\nfrom {FRAME} import main, noted\n"
        if verb == "work":
            begin += f"noted({name!r}, json.loads({json.dumps(self.settings(**more))!r}))\n"
        return subprocess.run(
            ["/usr/bin/python3", "-c", f"{begin}{text}\nsys.exit(main([{verb!r}, {name!r}]))"],
            env={**os.environ, "PYTHONPATH": str(sent), "BACKBONE_DRILL_ROOT": str(root)},
            input=json.dumps(self.settings(**more)),
            capture_output=True,
            text=True,
            cwd="/",
            check=False,
        )

    def copy(self, *, text: str = "", **more: Any) -> dict[str, Any]:
        """A copy from its start to its end; what it observed."""
        done = self.ask("work", text=text, **more)
        assert done.returncode == 0, done.stderr
        newest = max(self.cluster.folder.glob("drill/c*/work/observed.json"), key=lambda path: path.stat().st_mtime)
        observed: dict[str, Any] = json.loads(newest.read_text())
        shutil.rmtree(newest.parents[1])
        return observed

    def refused(self, **more: Any) -> str:
        """What a plan says against a copy."""
        told = json.loads(self.ask("survey", **more).stdout)
        return str(told.get("refused", {}).get("message", ""))

    def files(self) -> dict[str, bytes]:
        """Everything on the disk but the record of its latest change."""
        return {
            str(path.relative_to(self.place)): path.read_bytes() for path in self.place.rglob("*") if path.is_file()
        }


@pytest.fixture(scope="module")
def disk(apart: Cluster, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Disk]:
    place = apart.folder / "disk"
    image = tmp_path_factory.mktemp("disk") / "image"
    with image.open("wb") as out:
        out.truncate(SIZE_MB << 20)
    subprocess.run(["mkfs.ext4", "-q", "-m", "0", str(image)], check=True)
    place.mkdir()
    subprocess.run(["mount", "-o", "loop", str(image), str(place)], check=True)
    try:
        yield Disk(place, apart)
    finally:
        subprocess.run(["umount", "--lazy", str(place)], check=True)


def test_a_copy_is_whole_and_a_drill_restores_from_it_alone(disk: Disk) -> None:
    cluster = disk.cluster
    cluster.sql("CREATE TABLE backbone.disalin AS SELECT generate_series(1, 77) AS id")
    cluster.pgbackrest("--type=diff", "backup")
    cluster.sql("INSERT INTO backbone.disalin VALUES (78)")
    observed = disk.copy()
    assert observed["ok"], observed["failed"]
    record = json.loads((Path(observed["place"]) / "copy.json").read_text())
    assert (record["backup"], record["backup_type"]) == (cluster.labels()[-1], "diff")
    checked = subprocess.run(
        ["sha256sum", "--quiet", "-c", "files.sha256"], cwd=observed["place"], capture_output=True, text=True
    )
    assert (checked.returncode, checked.stdout) == (0, "")
    # Everything is encrypted there as it is on the server.
    assert all(content[:8] == b"Salted__" for name, content in disk.files().items() if "/pgbackrest/" in name)
    cluster.sql("DELETE FROM backbone.disalin")
    away = cluster.folder / "repository.away"
    hidden = (
        f"import os\nreal = work.restore\ndef gone():\n    os.rename('{cluster.folder}/repository', '{away}')\n"
        "    real()\nwork.restore = gone\nwork.all()\n"
    )
    cluster.folder.chmod(0o777)
    try:
        result = judge("here", cluster.drill(hidden, **{"from": str(disk.place)}))
    finally:
        cluster.folder.chmod(0o755)
        away.rename(cluster.folder / "repository")
    assert (result.shortcomings, result.differences) == ((), ())
    assert (result.ok, result.to, result.repo) == (True, "mark", 0)
    assert {table.name: table.restored for table in result.compared}["backbone.disalin"] == 78


def test_copies_beyond_what_is_kept_go_after_the_new_one_is_there(disk: Disk) -> None:
    first = disk.copy()
    second = disk.copy(keep=1)
    assert second["ok"], second["failed"]
    assert second["kept"] == [Path(second["place"]).name]
    assert Path(first["place"]).name in second["removed"]


@pytest.mark.parametrize("cut", ["copy", *(pytest.param(one, marks=pytest.mark.slow) for one in ("read", "verify"))])
def test_what_was_cut_off_is_gone_on_with(disk: Disk, cut: str) -> None:
    before = disk.files()
    # The power goes in the middle of a step; of one file only half was written out.
    text = (
        "import os\nfrom provision.operate.remote import disk\nfrom provision.operate.remote.disk import Copying\n"
        "real, count = disk.bring, [0]\n"
        "def bring(source, target):\n    count[0] += 1\n    real(source, target)\n"
        "    if count[0] == 40:\n        with open(target, 'r+b') as out:\n            out.write(bytes(8))\n"
        f"    if count[0] == 400 and {cut!r} == 'copy':\n        os._exit(9)\ndisk.bring = bring\n"
    )
    if cut != "copy":
        text += f"Copying.{cut} = lambda *_: os._exit(9)\n"
    assert disk.ask("work", text=text).returncode == 9
    whole = {name: content for name, content in disk.files().items() if ".unfinished" not in name}
    assert whole == before, "copies from before are not touched"
    observed = disk.copy()
    assert observed["ok"], observed["failed"]
    assert observed["copied"]["files"] < 1000, "what was there already was not copied again"
    assert not (disk.folder / ".unfinished").exists()


def test_a_disk_that_returns_other_bytes_is_noticed(disk: Disk) -> None:
    text = (
        "from provision.operate.remote import disk\nreal = disk.digest_of\n"
        "disk.digest_of = lambda path: real(path) + 'x' * (path.name.startswith('1259') and 'unfinished' in str(path))"
    )
    before = disk.files()
    observed = disk.copy(text=text)
    assert not observed["ok"]
    assert "does not keep what is written to it" in observed["failed"]["message"]
    whole = {name: content for name, content in disk.files().items() if ".unfinished" not in name}
    assert whole == before


def test_pgbackrests_word_about_the_copy_decides(disk: Disk) -> None:
    """A file that was damaged in the repository itself: the copy is the same, and no copy to rely on."""
    victim = max(disk.cluster.folder.glob("repository/backup/main/*F/**/*.zst"), key=lambda path: path.stat().st_size)
    sound = victim.read_bytes()
    spoilt = bytearray(sound)
    spoilt[len(spoilt) // 2] ^= 0x10
    victim.write_bytes(spoilt)
    try:
        observed = disk.copy()
    finally:
        victim.write_bytes(sound)
    assert observed["failed"]["step"] == "verify"
    assert "checksum invalid: 1" in observed["failed"]["message"]
    assert disk.copy()["ok"], "with the sound file it comes to its end"


def middle(cluster: Cluster) -> Path:
    """A segment in the repository with others on both sides, since the newest backup; beside it a `.backup` file."""
    cluster.pgbackrest("--type=diff", "backup")
    names = []
    for _ in range(3):
        names.append(cluster.sql("SELECT pg_walfile_name(pg_current_wal_lsn())"))
        cluster.sql("CREATE TABLE IF NOT EXISTS backbone.tengah (id int); INSERT INTO backbone.tengah VALUES (1)")
        cluster.sql("SELECT pg_switch_wal()")
    deadline = time.monotonic() + 60
    while not [*cluster.folder.glob(f"repository/archive/main/*/*/{names[-1]}-*")]:
        assert time.monotonic() < deadline, "the WAL did not leave"
        time.sleep(0.2)
    [found] = cluster.folder.glob(f"repository/archive/main/*/*/{names[1]}-*")
    return found


def test_wal_that_lacks_in_the_middle_is_waited_for_and_never_called_whole(disk: Disk) -> None:
    segment = middle(disk.cluster)
    # What pgBackRest keeps of a backup beside a segment is none.
    beside = segment.with_name(f"{segment.name[:24]}.00000028.backup")
    aside = segment.with_name("aside")
    segment.rename(aside)
    beside.touch()
    try:
        assert f"WAL segment {segment.name[:24]} is not in the repository" in disk.refused()
        # It came to lack after the plan, and does not come.
        text = (
            "from provision.operate.remote.disk import Copying\nimport os\nreal = Copying.survey\n"
            "def survey(self):\n"
            f"    os.rename({str(aside)!r}, {str(segment)!r})\n    plan = real(self)\n"
            f"    os.rename({str(segment)!r}, {str(aside)!r})\n    return plan\nCopying.survey = survey\n"
        )
        before = [path.name for path in disk.folder.glob("[0-9]*")]
        observed = disk.copy(text=text, archive_seconds=3)
        assert observed["failed"]["step"] == "copy"
        assert segment.name[:24] in observed["failed"]["message"]
        assert [path.name for path in disk.folder.glob("[0-9]*")] == before
        # It is the slower one of two on their way.
        late = f"import threading\nthreading.Timer(4, os.rename, ({str(aside)!r}, {str(segment)!r})).start()\n"
        observed = disk.copy(text=text + late.replace("import threading", "import os, threading"), archive_seconds=60)
    finally:
        beside.unlink()
        if aside.exists():
            aside.rename(segment)
    assert observed["ok"], observed["failed"]
    assert [*Path(observed["place"]).glob(f"pgbackrest/archive/main/*/*/{segment.name}")]


def test_every_segment_between_two_is_named_across_timelines() -> None:
    one, two, three = "00000001", "00000002", "00000003"
    assert list(between(f"{one}00000000000000FE", f"{one}0000000100000001")) == [
        f"{one}00000000000000FE",
        f"{one}00000000000000FF",
        f"{one}0000000100000000",
        f"{one}0000000100000001",
    ]
    history = "1\t0/5000028\tno recovery target specified\n\n2\t0/7000000\tno recovery target specified\n"
    assert list(between(f"{one}0000000000000003", f"{three}0000000000000008", history)) == [
        f"{one}0000000000000003",
        f"{one}0000000000000004",
        f"{two}0000000000000005",
        f"{two}0000000000000006",
        f"{three}0000000000000007",
        f"{three}0000000000000008",
    ]


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ({"disk": "/var/tmp"}, "is no mounted disk"),
        ({"disk": "/"}, "is no mounted disk"),
        ({"disk": "disk"}, "is no mounted disk"),
        ({"backup": "20200101-000000F"}, "holds no sound backup 20200101-000000F"),
    ],
)
def test_no_disk_or_no_backup_is_refused_beforehand(disk: Disk, more: dict[str, Any], said: str) -> None:
    assert said in disk.refused(**more)


def test_a_disk_too_small_or_read_only_is_refused_beforehand(disk: Disk) -> None:
    filler = disk.place / "filler"
    free = shutil.disk_usage(disk.place).free
    with filler.open("wb") as out:
        os.posix_fallocate(out.fileno(), 0, free - (8 << 20))
    before = set(disk.files())
    try:
        assert "the disk is too small" in disk.refused()
        assert set(disk.files()) == before
    finally:
        filler.unlink()
    subprocess.run(["mount", "-o", "remount,ro", str(disk.place)], check=True)
    try:
        assert "is mounted read-only" in disk.refused()
    finally:
        subprocess.run(["mount", "-o", "remount,rw", str(disk.place)], check=True)
    assert disk.refused() == ""


@pytest.mark.parametrize("where", ["folder", "unfinished", "part", "deeper", "copy"])
def test_a_link_on_the_disk_leads_root_nowhere(disk: Disk, tmp_path: Path, where: str) -> None:
    victim = tmp_path / "victim"
    victim.mkdir()
    (victim / "shadow").write_text("root's own")
    shutil.rmtree(disk.folder, ignore_errors=True)
    link, to = {
        "folder": (disk.folder, victim),
        "unfinished": (disk.folder / ".unfinished", victim),
        "part": (disk.folder / ".unfinished" / "mark.json.gz.part", victim / "shadow"),
        "deeper": (disk.folder / ".unfinished" / "pgbackrest", victim),
        "copy": (disk.folder / "20260101T000000Z", victim),
    }[where]
    link.parent.mkdir(parents=True, exist_ok=True)
    link.symlink_to(to)
    try:
        assert f"{link} is a symbolic link" in disk.refused()
        assert not disk.copy()["ok"]
        assert [path.name for path in victim.iterdir()] == ["shadow"]
        assert ((victim / "shadow").read_text(), (victim / "shadow").stat().st_uid) == ("root's own", 0)
    finally:
        link.unlink()


def test_no_file_is_written_through_a_link_that_came_later(tmp_path: Path) -> None:
    victim, source, link = tmp_path / "victim", tmp_path / "source", tmp_path / "place" / "name"
    victim.write_text("root's own")
    source.write_text("the copy's")
    link.parent.mkdir()
    link.symlink_to(victim)
    with pytest.raises(OSError, match="symbolic link"):
        put(link, "the copy's")
    give(link.parent, 65534, 65534)
    assert (link.lstat().st_uid, victim.stat().st_uid) == (65534, 0)
    link.with_name("name.part").symlink_to(victim)
    bring(source, link)
    assert (victim.read_text(), link.is_symlink(), link.read_text()) == ("root's own", False, "the copy's")


def test_only_what_may_be_missed_goes_for_want_of_room() -> None:
    copies = [("a", 100), ("b", 100), ("c", 100)]
    assert let_go(50, 60, copies, 2) == []
    assert let_go(150, 60, copies, 2) == ["a"]
    assert let_go(250, 60, copies, 2) == ["a", "b"]
    with pytest.raises(Short, match="too small"):
        let_go(300, 60, copies, 2)
    with pytest.raises(Short, match="too small"):
        let_go(150, 60, copies, 4)
    with pytest.raises(Short, match="too small"):
        let_go(150, 60, copies[:1], 1)


def test_the_real_restore_takes_a_copy_too(disk: Disk) -> None:
    cluster, region = disk.cluster, Region(disk.cluster)
    sound = live_state(cluster)
    assert disk.copy()["ok"]
    cluster.sql("DELETE FROM backbone.peserta_didik")
    assert region.survey(**{"from": str(disk.place)})["plan"]["repo_place"] == "disk"
    region.noted(**{"from": str(disk.place)})
    state = region.go()
    assert state
    assert state["failed"] is None
    assert live_state(cluster) == sound
    region.settle("release")


def test_after_two_restores_from_a_copy_the_archive_goes_on(disk: Disk) -> None:
    """What the first one began is in the live archive alone; the second one does not begin the same again."""
    cluster, region = disk.cluster, Region(disk.cluster)

    def archived() -> str:
        """Have a segment leave; the timeline that it is of."""
        ended = cluster.sql("SELECT pg_walfile_name(pg_switch_wal())")
        deadline = time.monotonic() + 60
        while not [*cluster.folder.glob(f"repository/archive/main/*/*/{ended}-*")]:
            assert time.monotonic() < deadline, f"{ended} did not leave the server"
            time.sleep(0.3)
        return ended[:8]

    assert disk.copy()["ok"]
    sound = live_state(cluster)
    timelines = [archived()]
    for verb in ("undo", "release"):
        cluster.sql("DELETE FROM backbone.peserta_didik WHERE id = (SELECT min(id) FROM backbone.peserta_didik)")
        region.noted(**{"from": str(disk.place)})
        state = region.go()
        assert state
        assert state["failed"] is None
        assert live_state(cluster) == sound
        timelines.append(archived())
        region.settle(verb)
        settled(region)
    assert len(set(timelines)) == 3


def test_a_copy_from_before_the_passphrase_was_another_opens_with_the_former_one(disk: Disk) -> None:
    cluster = disk.cluster
    assert disk.copy()["ok"]
    rotated = cluster.folder / "rotated"
    rotated.mkdir()
    settings = (cluster.folder / "pgbackrest.conf").read_text()
    assert PASSPHRASE in settings
    (rotated / "pgbackrest.conf").write_text(settings.replace(PASSPHRASE, "the present one"))
    given = {"config": f"{rotated}/pgbackrest.conf", "from": str(disk.place)}
    assert "holds no sound backup" in cluster.refusal(**given)
    former = rotated / "former.conf"
    cipher = "[global]\nrepo3-path=/nowhere\nrepo3-cipher-type=aes-256-cbc\nrepo3-cipher-pass="
    former.write_text(f"{cipher}a third one\n")
    assert "holds no sound backup" in cluster.refusal(**given)
    former.write_text(f"{cipher}{PASSPHRASE}\n")
    assert cluster.refusal(**given) == ""


def test_where_there_is_no_copy_a_drill_from_it_is_refused(disk: Disk, tmp_path: Path) -> None:
    assert "holds no finished copy" in disk.cluster.refusal(**{"from": str(tmp_path)})
