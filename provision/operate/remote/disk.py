"""A verified copy of the newest backup on a removable disk: a repository of its own there, still encrypted.

Runs as root on the server. A copy holds one backup with all that it refers to, and the WAL from its start to a mark
made for the copy, no more: a drill restores it to that mark and compares. WAL is never archived to a disk that may be
gone the next minute. What was cut off lies in `.unfinished` and is gone on with; older copies go only after the new one
was verified.

    DISK/backbone-SERVER/20261122T093000Z/
        pgbackrest/         the repository
        mark.json.gz        rows and digests at the marked moment
        files.sha256        every file, for `sha256sum -c`
        copy.json           the record; copy.dsse.json beside it is its signature
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import pwd
import shutil
import subprocess
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from provision.operate.remote.controls import after
from provision.operate.remote.medium import bring, digest_of, give, put, size_of, without_links
from provision.operate.remote.observe import Short, run
from provision.operate.remote.place import SEGMENT, Live, chosen, lsn, shown
from provision.operate.remote.repositories import COPY, copies_in
from provision.operate.remote.restoring import timeline_of

UNFINISHED = ".unfinished"
SPARE_BYTES = 32 << 20  # of the disk: the record, the file system's own, and WAL that comes while it is copied
SURVEY_SECONDS = 10  # a plan waits so long for WAL that is on its way
INFOS = ("archive/{}/archive.info", "backup/{}/backup.info")


def let_go(needed: int, free: int, sizes: Sequence[tuple[str, int]], keep: int) -> list[str]:
    """Which copies (name, bytes; oldest first) have to go before there is room for another of `needed` bytes.

    The newest stays whatever happens, and no more go than `keep` allows to be missed. Short where that is not enough:
    before anything is written. Pure.
    """
    gone: list[str] = []
    room = free
    for name, size in sizes[: max(0, len(sizes) - max(1, keep - 1))]:
        if room >= needed:
            break
        gone.append(name)
        room += size
    if room < needed:
        raise Short(
            "the disk is too small: {needed} MiB are needed, {free} MiB are free",
            needed=needed >> 20,
            free=room >> 20,
        )
    return gone


def between(first: str, last: str, history: str = "") -> Iterator[str]:
    """The names of all WAL segments from one to another that recovery reads; segments are of 16 MiB. Pure.

    `history`: of the timeline of `last`, as PostgreSQL writes it (a line each: timeline, the place where it was left),
    needed where `first` is of an earlier one. The segment in which a timeline was left is read from the next one.
    """
    left = []
    for line in history.splitlines():
        words = line.split()
        if len(words) > 1 and words[0].isdigit():
            number = lsn(words[1]) >> 24
            left.append((f"{int(words[0]):08X}", f"{number >> 8:08X}{number & 0xFF:08X}"))
    name = first
    while name[8:] <= last[8:]:
        timeline = next((timeline for timeline, place in left if name[8:] < place), last[:8])
        yield f"{timeline}{name[8:]}"
        name = after(name)


class Copying:
    """One copy. `work` holds its news and settings; `disk` is where the disk is mounted."""

    def __init__(self, work: Path, settings: dict[str, Any]) -> None:
        self.work, self.settings = work, settings
        self.disk = Path(settings["disk"])
        self.place = self.disk / f"backbone-{settings['server']}"
        self.unfinished = self.place / UNFINISHED
        self.live = Live({**settings, "repo": 1, "from": ""}, work)
        self.stanza = str(settings["stanza"])
        self.observed: dict[str, Any] = {"ok": False, "failed": None, "steps": {}, "started_at": time.time()}

    # ── before anything is touched ───────────────────────────────────────────────────────────────────────────────

    def fit(self) -> Path:
        """The repository's folder. Short where there is no disk, or none that a copy may be written to."""
        disk, repository = self.disk, self.live.repository
        if repository is None:
            raise Short("the first repository does not lie on this server: copy it where it lies")
        if not disk.is_absolute() or not disk.is_mount() or disk == Path("/"):
            raise Short("{disk} is no mounted disk: nothing was written", disk=disk)
        if disk.stat().st_dev in (repository.stat().st_dev, self.live.data.stat().st_dev):
            raise Short("{disk} is the disk that the database or its backups are on", disk=disk)
        if os.statvfs(disk).f_flag & os.ST_RDONLY:
            raise Short("{disk} is mounted read-only", disk=disk)
        if subprocess.run(["runuser", "-u", "postgres", "--", "test", "-x", str(disk)], cwd="/").returncode != 0:
            raise Short("the user postgres may not enter {disk}: mount it elsewhere, such as below /mnt", disk=disk)
        without_links(self.place, self.unfinished)
        return repository

    def survey(self) -> dict[str, Any]:
        """What would be copied, from which backup, and what has to go for it."""
        repository = self.fit()
        stanza = self.live.stanza()
        backup = chosen(stanza, {"kind": "now"}, str(self.settings["backup"]))
        newest = self.newest(stanza["archive"][-1])
        last = max(backup["archive"]["stop"], newest, key=lambda name: name[8:])
        files = self.settled(SURVEY_SECONDS, repository, stanza, backup, last)
        whole = sum(files.values())
        here = self.unfinished / "pgbackrest"
        there = sum(size for name, size in files.items() if _size(here / name) == size)
        copies = copies_in(self.place)
        free = shutil.disk_usage(self.disk).free
        needed = whole - there + SPARE_BYTES
        gone = let_go(needed, free, [(one.name, size_of(one)) for one in copies], int(self.settings["keep"]))
        return {
            "backup": backup["label"],
            "backup_type": backup["type"],
            "backup_at": shown(backup["timestamp"]["stop"]),
            "files": len(files),
            "bytes": whole,
            "there_bytes": there,
            "needed_bytes": needed,
            "free_bytes": free,
            "copies": [one.name for one in copies],
            "gone": gone,
        }

    def newest(self, archive: dict[str, Any]) -> str:
        """The newest segment of the live timeline: after a restore that was undone another one has the highest name."""
        timeline = timeline_of(self.live)
        return self.live.newest(archive["id"], f"{int(timeline):08X}") if timeline.isdigit() else str(archive["max"])

    def wanted(self, repository: Path, stanza: dict[str, Any], backup: dict[str, Any], last: str) -> dict[str, int]:
        """The repository's files that a copy holds, with their sizes: path → bytes.

        The backup and those it refers to; the WAL that each of them needs to be whole, and from the last one's start to
        the segment `last`, on whatever timelines. Short where one segment of these is missing.
        """
        chain = [one for one in stanza["backup"] if one["label"] in (*(backup["reference"] or []), backup["label"])]
        found: dict[str, int] = {}
        for one in chain:
            folder = repository / "backup" / self.stanza / one["label"]
            for path in folder.rglob("*"):
                if path.is_file() and not path.is_symlink():
                    found[str(path.relative_to(repository))] = path.stat().st_size
        spans = [(one["archive"]["start"], one["archive"]["stop"]) for one in chain]
        spans.append((backup["archive"]["start"], last))
        above = f"archive/{self.stanza}/{stanza['archive'][-1]['id']}"
        held = set()
        for path in (repository / above).rglob("*"):
            name = path.name
            segment = SEGMENT.fullmatch(name)
            timed = segment or name[24:].endswith(".backup")
            if timed and not any(first[8:] <= name[8:24] <= end[8:] for first, end in spans):
                continue
            if path.is_file() and (timed or ".history" in name):
                found[str(path.relative_to(repository))] = path.stat().st_size
                if segment:
                    held.add(name[:24])
        for first, end in spans:
            for segment_name in between(first, end, self.descent(above, first, end)):
                if segment_name not in held:
                    raise Short("WAL segment {segment} is not in the repository", segment=segment_name)
        return found

    def descent(self, above: str, first: str, last: str) -> str:
        """The history of the timeline of `last`, where `first` is of another one; empty where it is not."""
        if first[:8] == last[:8]:
            return ""
        return self.live.pgbackrest("repo-get", f"{above}/{last[:8]}.history", what="pgbackrest repo-get")

    def settled(self, seconds: float, *asked: Any) -> dict[str, int]:
        """What is `wanted`; a segment that is missing may be on its way yet: WAL leaves several segments at a time."""
        deadline = time.monotonic() + seconds
        while True:
            try:
                return self.wanted(*asked)
            except Short:
                if time.monotonic() > deadline:
                    raise
            time.sleep(0.5)

    # ── the steps ────────────────────────────────────────────────────────────────────────────────────────────────

    @contextlib.contextmanager
    def step(self, name: str) -> Iterator[None]:
        self.say("begin", step=name)
        started = time.monotonic()
        try:
            yield
        except (Short, OSError, ValueError, LookupError, subprocess.SubprocessError) as fault:
            told = fault.as_told() if isinstance(fault, Short) else {}
            said = str(fault) if isinstance(fault, Short) else f"{type(fault).__name__}: {fault}"
            self.observed["failed"] = {"step": name, "message": said[:600], **told}
            raise Short("{said}", said=said) from fault
        finally:
            self.observed["steps"][name] = seconds = round(time.monotonic() - started, 3)
            self.say("end", step=name, seconds=seconds)

    def say(self, event: str, **more: object) -> None:
        with (self.work / "events.jsonl").open("a") as out:
            out.write(json.dumps({"event": event, **more}) + "\n")

    def all(self, mark: Any) -> None:
        """Every step. `mark()` makes a mark; once its WAL is in the repository: {"path", "segment", "at", "lsn"}."""
        try:
            with self.step("mark"):
                plan = self.survey()
                marked = mark()
            with self.step("copy"):
                for name in plan["gone"]:
                    shutil.rmtree(self.place / name)
                files = self.copy(marked)
            with self.step("read"):
                digests = self.read(files)
            with self.step("verify"):
                self.verify()
            with self.step("keep"):
                self.keep(digests, plan, marked)
            self.observed["ok"] = True
        except Short:
            pass
        finally:
            (self.work / "copy.conf").unlink(missing_ok=True)
            fresh = self.work / "observed.new"
            fresh.write_text(json.dumps({**self.observed, "ended_at": time.time()}))
            fresh.replace(self.work / "observed.json")

    def copy(self, marked: dict[str, Any]) -> dict[str, int]:
        """Everything onto the disk but what an earlier run brought there."""
        repository = self.fit()
        stanza = self.live.stanza()
        backup = chosen(stanza, {"kind": "mark", **marked}, str(self.settings["backup"]))
        self.observed["backup"] = {name: backup[name] for name in ("label", "type", "reference")}
        self.observed["backup"]["stopped_at"] = backup["timestamp"]["stop"]
        files = self.settled(self.settings["archive_seconds"], repository, stanza, backup, marked["segment"])
        here = self.unfinished / "pgbackrest"
        self.unfinished.mkdir(mode=0o755, parents=True, exist_ok=True)
        for path in [path for path in here.rglob("*") if path.is_file()]:
            if str(path.relative_to(here)) not in files:
                path.unlink()
        copied = [name for name, size in files.items() if _size(here / name) != size]
        for name in copied:
            bring(repository / name, here / name)
        for name in (place.format(self.stanza) + ending for place in INFOS for ending in ("", ".copy")):
            bring(repository / name, here / name)
        bring(Path(marked["path"]), self.unfinished / "mark.json.gz")
        # Backups that are not here are forgotten by the copy's own list.
        self.config(here)
        self.pgbackrest("expire")
        run(["sync", "-f", self.disk], what="sync")
        self.observed["copied"] = {"files": len(copied), "bytes": sum(files[name] for name in copied)}
        return files

    def read(self, files: dict[str, int]) -> dict[str, str]:
        """Every file read back from the disk and compared with the repository; path below the copy → SHA-256."""
        repository, here = self.fit(), self.unfinished / "pgbackrest"
        digests = {}
        for name in files:
            digests[f"pgbackrest/{name}"] = sure = digest_of(repository / name)
            if digest_of(here / name) != sure:  # left by a run that was cut off: once more
                bring(repository / name, here / name)
                run(["sync", "-f", self.disk], what="sync")
                if digest_of(here / name) != sure:
                    raise Short("{disk} does not keep what is written to it: {file}", disk=self.disk, file=name)
        for path in self.unfinished.rglob("*"):
            name = str(path.relative_to(self.unfinished))
            if path.is_file() and name not in digests:
                digests[name] = digest_of(path)
        return digests

    def verify(self) -> None:
        """What pgBackRest says of the copy: every file against its manifest, every segment against its name."""
        told = self.pgbackrest("--output=text", "--verbose", "verify")
        self.observed["verified"] = told.splitlines()[:40]
        if "status: ok" not in told or "status: invalid" in told:
            raise Short("the copy does not hold: {said}", said=" ".join(told.split())[:500])

    def keep(self, digests: dict[str, str], plan: dict[str, Any], marked: dict[str, Any]) -> None:
        """The record, the name that makes it a copy, and older ones beyond what is kept."""
        listed = "".join(f"{digest}  {name}\n" for name, digest in sorted(digests.items()))
        put(self.unfinished / "files.sha256", listed)
        name = time.strftime("%Y%m%dT%H%M%SZ", time.gmtime())
        record = {
            "version": 1,
            "kind": "copy",
            "server": self.settings["server"],
            "id": name,
            "made_at": shown(time.time()),
            "backup": self.observed["backup"]["label"],
            "backup_type": self.observed["backup"]["type"],
            "backup_at": shown(self.observed["backup"]["stopped_at"]),
            "refers_to": self.observed["backup"]["reference"] or [],
            "mark": Path(marked["path"]).name.split(".")[0],
            "mark_at": shown(marked["at"]),
            "last_wal": marked["segment"],
            "files": len(digests),
            "bytes": sum((self.unfinished / one).stat().st_size for one in digests),
            "files_sha256": hashlib.sha256(listed.encode()).hexdigest(),
            "verified_by": [run(["pgbackrest", "version"], what="pgbackrest version").strip(), "sha256"],
        }
        put(self.unfinished / COPY, json.dumps(record, indent=2) + "\n")
        owner = pwd.getpwnam("postgres")
        give(self.unfinished, owner.pw_uid, owner.pw_gid)
        self.unfinished.rename(self.place / name)
        run(["sync", "-f", self.disk], what="sync")
        removed = list(plan["gone"])
        for old in copies_in(self.place)[: -int(self.settings["keep"])]:
            shutil.rmtree(old)
            removed.append(old.name)
        kept = [one.name for one in copies_in(self.place)]
        self.observed.update(record=record, place=str(self.place / name), removed=removed, kept=kept)

    # ── pgBackRest on the copy ───────────────────────────────────────────────────────────────────────────────────

    def config(self, repository: Path) -> None:
        """Settings in which the copy is the only repository; nothing of it expires by count."""
        cipher = {name: value for name, value in self.live.told.items() if name.startswith("repo1-cipher-")}
        lines = {"repo1-path": repository, "repo1-retention-full": 9999999, "lock-path": self.work / "lock", **cipher}
        path = self.work / "copy.conf"
        path.touch(mode=0o600)
        path.write_text(
            "[global]\n"
            + "".join(f"{name}={value}\n" for name, value in lines.items())
            + f"[{self.stanza}]\npg1-path={self.live.data}\n"
        )

    def pgbackrest(self, *words: str) -> str:
        """pgBackRest's output about the copy."""
        return self.live.pgbackrest(*words, what=f"pgbackrest {words[-1]}", config=self.work / "copy.conf")


def _size(path: Path) -> int:
    """A file's size; -1 where there is none."""
    try:
        return path.stat().st_size
    except OSError:
        return -1
