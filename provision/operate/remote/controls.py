"""Negative controls: proof that the drill can fail. What it relies on is run once more on a cheap, spoilt copy.

The copy is a repository of links (of fetched files, where the repository lies elsewhere) to just those files that the
databases need which every cluster has; their restore takes a second, by the same commands and from the same backup. In
it one byte is flipped, or one WAL segment is missing; and the repository itself is asked with a wrong key. Each must be
noticed. The sound copy is restored as well: a control that fails for another reason proves nothing.
"""

from __future__ import annotations

import contextlib
import json
import re
import secrets
import shutil
from pathlib import Path
from typing import Any

from provision.operate.remote.observe import Short
from provision.operate.remote.place import Live
from provision.operate.remote.scratch import Scratch, remove

SYSTEM_OID = 16384  # databases below it are those that every cluster has
# What pgBackRest says of a file that it cannot decrypt, decompress, or that is another than the manifest's.
_UNREADABLE = re.compile(
    r"checksum|crypt|cipher|passphrase|decompress|corrupt|invalid|FormatError|zst|gz|lz4|bz2", re.I
)
_NOT_REACHED = re.compile(
    r"recovery target|required checkpoint|redo location|end of online backup|consistent|invalid checkpoint", re.I
)


class Controls:
    """The three controls of one drill, below a folder that is gone afterwards; `run` answers what each came to."""

    def __init__(self, live: Live, folder: Path, survey: dict[str, Any], goal: list[str], last: str) -> None:
        self.live, self.folder, self.survey, self.goal = live, folder, survey, goal
        self.last = last  # the segment that holds the target, empty where nobody knows it
        self.shadow = folder / "repository"
        self.config = folder / "pgbackrest.conf"
        self.label = survey["backup"]["label"]
        self.cluster = Scratch(live, folder / "cluster", survey)
        self.without: list[str] = []  # pgBackRest's words for leaving the regions' own databases out

    def run(self) -> dict[str, dict[str, Any]]:
        """By name: {"made", "noticed", "said"}. What could not be made says why, and is not noticed."""
        told: dict[str, dict[str, Any]] = {}
        self.folder.mkdir(mode=0o700)
        try:
            told["wrong_key"] = _made(self.wrong_key)
            try:
                victim = self.copy()
                told["missing_wal"] = _made(self.missing_wal)
                told["flipped_byte"] = _made(lambda: self.flipped_byte(victim))
            except (Short, OSError, ValueError, LookupError) as fault:
                for name in ("missing_wal", "flipped_byte"):
                    told.setdefault(name, {"made": False, "noticed": False, "said": str(fault)[:300]})
        finally:
            self.cluster.stop()
            remove(self.folder)
        return told

    def wrong_key(self) -> tuple[bool, str]:
        """The repository, asked with a passphrase that is not its own."""
        name, said = "PGBACKREST_REPO1_CIPHER_", ""
        # Of 256 wrong keys one leaves a file that ends as if it were whole; pgBackRest then quotes what it cannot read.
        for _ in range(3):
            wrong = {f"{name}PASS": secrets.token_hex(16), f"{name}TYPE": "aes-256-cbc"}
            try:
                self.live.pgbackrest(
                    f"--pg1-path={self.folder / 'unreadable'}",
                    f"--set={self.label}",
                    "--type=none",
                    "restore",
                    what="pgbackrest restore",
                    environment=wrong,
                    level="warn",  # the reason is only a warning to it: another repository might do
                    lines=200,
                )
            except Short as fault:
                said = "".join(letter if letter.isprintable() else " " for letter in str(fault))
                if _UNREADABLE.search(said):
                    return True, said[:600]
            else:
                return False, ""
        return _known(_UNREADABLE, said[:600]), said

    def copy(self) -> tuple[str, int]:
        """Make the copy and its settings; the file to spoil, and where in it."""
        stanza, archive = self.live.settings["stanza"], self.survey["archive"]
        first, stop = (self.survey["backup"]["archive"][name] for name in ("start", "stop"))
        gap = after(stop) if self.last and self.last[:8] == stop[:8] and after(stop) <= self.last else stop
        backup = f"backup/{stanza}"
        manifest = self.live.pgbackrest(
            "repo-get", f"{backup}/{self.label}/backup.manifest", what="pgbackrest repo-get"
        )
        self.without = ["--job-retry=0", *(f"--db-exclude={name}" for name in own_databases(manifest))]
        places, victim = needed(manifest, f"{backup}/", self.label)
        segments = self.live.segments(archive, first, after(after(gap)))
        if gap not in segments:
            raise Short("WAL segment {segment} is not in the repository", segment=gap)
        wanted = [f"archive/{stanza}/archive.info", f"{backup}/backup.info", f"{backup}/{self.label}/backup.manifest"]
        # Without the timelines' histories recovery would end for their sake, and not for want of the segment.
        above = f"archive/{stanza}/{archive}"
        wanted += [f"{above}/{name}" for name in self.live.listed(above) if ".history" in name]
        wanted += [*places, *(place for name, place in segments.items() if name != gap)]
        for place in wanted:
            self.bring(place)
        cipher = {name: value for name, value in self.live.told.items() if name.startswith("repo1-cipher-")}
        lines = {"repo1-path": self.shadow, "lock-path": self.folder / "lock", "log-path": self.folder, **cipher}
        self.config.touch(mode=0o600)
        self.config.write_text(
            "[global]\n"
            + "".join(f"{name}={value}\n" for name, value in lines.items())
            + f"[{stanza}]\npg1-path={self.cluster.data}\n"
        )
        return victim

    def bring(self, place: str) -> None:
        """One file of the repository into the copy."""
        path = self.shadow / place
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        real = self.live.repository
        if real is not None:
            path.symlink_to(real / place)
        else:
            self.live.fetch(place, path)

    def missing_wal(self) -> tuple[bool, str]:
        """Recovery without one segment that it needs. The restore before it is the sound one that must succeed."""
        self.cluster.restore(self.goal, config=self.config, more=self.without)
        try:
            self.cluster.start()
        except Short as fault:
            return _known(_NOT_REACHED, str(fault)), str(fault)
        return False, ""

    def flipped_byte(self, victim: tuple[str, int]) -> tuple[bool, str]:
        """A restore from the copy, in which one byte of one file is another."""
        place, where = victim
        path = self.shadow / place
        content = bytearray(path.read_bytes())
        content[where] ^= 0x10
        path.unlink()
        path.write_bytes(content)
        shutil.rmtree(self.cluster.folder)
        try:
            self.cluster.restore(self.goal, config=self.config, more=self.without)
        except Short as fault:
            return _known(_UNREADABLE, str(fault)), str(fault)
        return False, ""


def _known(reason: re.Pattern[str], said: str) -> bool:
    """Did it fail for the reason that was given it? Raises Short where it failed for another."""
    if not reason.search(said):
        raise Short("{said}", said=said)
    return True


def _made(control: Any) -> dict[str, Any]:
    """What a control came to."""
    try:
        noticed, said = control()
    except (Short, OSError, ValueError, LookupError) as fault:
        return {"made": False, "noticed": False, "said": str(fault)[:300]}
    return {"made": True, "noticed": noticed, "said": said[:300]}


def after(segment: str) -> str:
    """The name of the WAL segment that follows; segments are of 16 MiB."""
    log, part = int(segment[8:16], 16), int(segment[16:], 16) + 1
    if part > 0xFF:
        log, part = log + 1, 0
    return f"{segment[:8]}{log:08X}{part:08X}"


def needed(manifest: str, above: str, label: str) -> tuple[list[str], tuple[str, int]]:
    """Of a backup's manifest: the repository's files that hold everything but the regions' own databases, and one byte
    in the largest of what is in them (file, offset). `above`: the folder of all backups.
    """
    compressed = json.loads(_option(manifest, "option-compress-type", '"none"'))
    ending = {"none": "", "gz": ".gz", "lz4": ".lz4", "zst": ".zst", "bz2": ".bz2"}[compressed]
    places: dict[str, None] = {}
    best, victim = 0, ("", 0)
    section = manifest.split("[target:file]\n", 1)[1].split("\n\n", 1)[0].split("\n[", 1)[0]
    for line in section.splitlines():
        name, _, told = line.partition("={")
        one = json.loads("{" + told)
        database = re.match(r"pg_data/base/(\d+)/", name)
        own = database and int(database[1]) >= SYSTEM_OID and not name.endswith("/PG_VERSION")
        if own or name.startswith("pg_tblspc/") or not one.get("size", 1):
            continue
        of = f"{above}{one.get('reference', label)}"
        if "bni" in one:
            place, begin = f"{of}/bundle/{one['bni']}", int(one.get("bno", 0))
        else:
            # A file that is backed up by blocks has an ending of its own.
            place, begin = f"{of}/{name}{'.pgbi' if 'bis' in one or 'bi' in one else ending}", 0
        places[place] = None
        length = int(one.get("repo-size", one.get("szr", one.get("size", 0))))
        if database and int(database[1]) < SYSTEM_OID and length > best:
            best, victim = length, (place, begin + length // 2)
    if not best:
        raise Short("the backup's manifest names no file that could be spoilt")
    return list(places), victim


def own_databases(manifest: str) -> list[str]:
    """The names of the databases in a backup that not every cluster has."""
    section = manifest.split("[db]\n", 1)[1].split("\n\n", 1)[0].split("\n[", 1)[0] if "[db]\n" in manifest else ""
    known = (line.partition("={") for line in section.splitlines() if "={" in line)
    return [name for name, _, told in known if json.loads("{" + told)["db-id"] >= SYSTEM_OID]


def _option(manifest: str, name: str, default: str) -> str:
    found = re.search(rf"^{name}=(.*)$", manifest, re.M)
    return found[1] if found else default


def changed_row(session: Any, canary: int, digest: Any) -> dict[str, Any]:
    """One field of one row changed in the restored cluster and taken back: its table's digest must be another."""
    with contextlib.closing(session), session.cursor() as cursor:
        before = digest(session)
        cursor.execute("BEGIN")
        cursor.execute("UPDATE backbone_ops.canary SET writer = writer || '.' WHERE id = %s", (canary,))
        changed = cursor.rowcount
        after_change = digest(session)
        cursor.execute("ROLLBACK")
    return {"made": changed == 1, "noticed": changed == 1 and before != after_change, "said": ""}
