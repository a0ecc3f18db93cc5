"""The live cluster and its repository, as a drill, a mark and a restore find them: what is there, what would fit.

Runs on the server as the user postgres. Nothing here changes anything but by the commands that a caller names.
"""

from __future__ import annotations

import configparser
import contextlib
import gzip
import json
import os
import re
import shutil
import subprocess
import time
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

from provision.operate.remote.observe import Short, connect, rows, run
from provision.operate.remote.repositories import alone, copy_on, former_cipher, on_disk, read

ROOT = Path(os.environ.get("BACKBONE_DRILL_ROOT", "/var/lib/backbone/drill"))
MARKS = "marks"  # below ROOT: what was seen at each marked moment, FILE.json.gz
HISTORY = "history.jsonl"  # below ROOT: a line a drill
KEPT_MARKS = 400
SYSTEM_BYTES = 64 << 20  # room for the databases that every cluster has, restored once more by the negative controls

DEFAULTS: dict[str, Any] = {
    "config": "/etc/pgbackrest/pgbackrest.conf",
    "stanza": "main",
    "database": "backbone",  # carries the schema backbone_ops
    "repo": 1,
    "from": "",  # a removable disk, or a copy on it: restored from there, to the copy's own mark
    "away": None,  # on another host than the cluster's: see away.py
    "backup": "",  # pgBackRest's label; empty: the last one that ended before the target
    "to": "",  # a moment (ISO 8601), or a mark's name; empty: now
    "process_max": 2,
    "cpu_weight": 20,  # of 100 that the live service has
    "io_weight": 20,
    "memory_high": "30%",
    "hours": 6,  # the unit ends, and cleans up, after this
    "mark_seconds": 60,  # how long to try for an instant in which nobody writes
    "archive_seconds": 180,
    "spare_bytes": 1 << 30,  # disk that a drill leaves free for the live cluster
}
# A WAL segment as it lies in an archive, whole; one on its way has a further ending.
SEGMENT = re.compile(r"[0-9A-F]{24}-[0-9a-f]{40}(\.\w+)?")
_SIZES = (
    "SELECT (SELECT sum(pg_database_size(oid)) FROM pg_database)::bigint, "
    "pg_size_bytes(current_setting('max_wal_size')), current_setting('data_checksums'), "
    "current_setting('server_version'), current_setting('shared_preload_libraries'), "
    "current_setting('max_prepared_transactions')"
)


def shown(epoch: float) -> str:
    """Seconds since 1970 as ISO 8601 in UTC."""
    return datetime.fromtimestamp(epoch, timezone.utc).isoformat(timespec="seconds").replace("+00:00", "Z")  # noqa: UP017


class Live:
    """A cluster by its stanza in pgBackRest's settings: where it lies, how it is asked, what its repository holds.

    Of the first repository the main file alone is read. For another one `folder` gets settings in which that one is the
    only repository: what a drill restores from there, WAL too, comes from nowhere else. So it is for a copy on a
    removable disk (`copy`), which goes by the number 0; the first repository's passphrase opens it, or the former one.
    """

    def __init__(self, settings: dict[str, Any], folder: Path) -> None:
        self.settings = settings
        self.copy = copy_on(Path(settings["from"])) if settings["from"] else None
        self.repo = 0 if self.copy else int(settings["repo"])
        self.config = Path(settings["config"])
        try:
            known = read(self.config, included=self.repo > 1)
            stanza = known[settings["stanza"]]
            self.data = Path(stanza["pg1-path"])
            self.socket = stanza.get("pg1-socket-path", "/var/run/postgresql")
            self.port = int(stanza.get("pg1-port", "5432"))
            self.version = (self.data / "PG_VERSION").read_text().strip()
        except (OSError, KeyError, ValueError, configparser.Error) as fault:
            raise Short(
                "{config}: no usable stanza {stanza}: {fault}",
                config=settings["config"],
                stanza=settings["stanza"],
                fault=fault,
            ) from fault
        if self.copy is not None:
            known = on_disk(known, self.copy)
        elif not any(name.startswith(f"repo{self.repo}-") for name in known["global"]):
            raise Short("{config} knows no repository {repo}", config=settings["config"], repo=self.repo)
        if self.repo != 1:
            self.config = folder / "pgbackrest.conf"
            self.config.touch(mode=0o600)
            self.config.write_text(alone(known, self.repo or 1))
            before = former_cipher(Path(settings["config"])) if self.copy else {}
            if before and not self.opens():  # made before the passphrase was another
                present = {name: known["global"].get(name, "") for name in before}
                for cipher in (before, present):
                    known["global"].update(cipher)
                    self.config.write_text(alone(known, 1))
                    if self.opens():
                        break
        self.told = {name.replace(f"repo{self.repo}-", "repo1-"): value for name, value in known["global"].items()}
        places = (f"/usr/lib/postgresql/{self.version}/bin", f"/usr/pgsql-{self.version}/bin")
        self.bin = next((Path(place) for place in places if Path(place, "postgres").exists()), Path("/usr/bin"))

    @property
    def repository(self) -> Path | None:
        """The repository's folder where it lies on this machine; None for one that lies elsewhere."""
        if "repo1-host" in self.told or self.told.get("repo1-type", "posix") not in ("posix", "cifs"):
            return None
        return Path(self.told.get("repo1-path", "/var/lib/pgbackrest"))

    def goal(self, root: Path = ROOT) -> dict[str, Any]:
        """Where to recover to."""
        return target(self.settings, root)

    def facts(self) -> dict[str, Any]:
        """What the live cluster says of itself that a scratch cluster of its data has to know."""
        with contextlib.closing(self.session("postgres")) as session:
            [[size, wal, checksums, version, preload, prepared]] = rows(session, _SIZES)
        return {
            "bytes": int(size),
            "wal_bytes": int(wal),
            "data_checksums": checksums,
            "server_version": version,
            "preload": preload,
            "prepared": prepared,
        }

    @property
    def where(self) -> str:
        """Where the chosen repository lies: "here", "elsewhere", or "disk" for a copy."""
        return "disk" if self.copy else "here" if self.repository else "elsewhere"

    def session(self, database: str = "") -> Any:
        """A session of the live cluster."""
        return connect(self.socket, self.port, database or self.settings["database"])

    def pgbackrest(
        self,
        *arguments: str,
        what: str,
        timeout: float | None = None,
        environment: dict[str, str] | None = None,
        config: Path | None = None,
        level: str = "error",
        lines: int = 3,
    ) -> str:
        """pgBackRest's output, of the chosen repository; with another `config` of that one's only repository."""
        command = ["pgbackrest", f"--config={config or self.config}", f"--stanza={self.settings['stanza']}"]
        command += ["--repo=1", "--log-level-console=off", f"--log-level-stderr={level}", "--log-level-file=off"]
        return run([*command, *arguments], what=what, timeout=timeout, environment=environment, lines=lines)

    def opens(self) -> bool:
        """Is the passphrase the repository's own? With another one nothing is read, or something else."""
        place = f"archive/{self.settings['stanza']}/archive.info"
        try:
            return self.pgbackrest("repo-get", place, what="pgbackrest repo-get", timeout=60).startswith("[")
        except Short:
            return False

    def stanza(self) -> dict[str, Any]:
        """What the chosen repository holds of the cluster. Short where it holds nothing to restore."""
        # With a wrong passphrase it quotes what it cannot read, as it is.
        told = self.pgbackrest("--output=json", "info", what="pgbackrest info", timeout=120)
        [found] = json.loads(told, strict=False)
        stanza: dict[str, Any] = found
        if not sound(stanza):
            words = [found["status"]["message"], *(one["status"]["message"] for one in found.get("repo", []))]
            said = " ".join("".join(letter if letter.isprintable() else " " for letter in ": ".join(words)).split())
            raise Short("the repository holds no sound backup ({said})", said=said[:300])
        if not found["archive"] or not found["archive"][-1]["max"]:
            raise Short("the repository holds no WAL")
        return stanza

    def fetch(self, place: str, into: Path) -> None:
        """One file of the repository, as it lies there (encrypted, compressed)."""
        command = ["pgbackrest", f"--config={self.config}", f"--stanza={self.settings['stanza']}"]
        command += ["--repo=1", "--log-level-file=off", "--raw", "repo-get", place]
        with into.open("wb") as out:
            done = subprocess.run(command, stdout=out, stderr=subprocess.PIPE, cwd="/")
        if done.returncode != 0:
            raise Short("{said}", said=f"pgbackrest repo-get: {done.stderr.decode('utf-8', 'replace').strip()[-300:]}")

    def listed(self, place: str, timeout: float = 120) -> list[str]:
        """The names in a folder of the repository, in order; none where there is no such folder."""
        told = self.pgbackrest("--output=json", "repo-ls", place, what="pgbackrest repo-ls", timeout=timeout)
        return sorted(name for name in json.loads(told) if name != ".")

    def segments(self, archive: str, first: str, last: str) -> dict[str, str]:
        """The archived WAL segments from `first` to `last` of one timeline: name → place in the repository."""
        found = {}
        above = f"archive/{self.settings['stanza']}/{archive}"
        for folder in self.listed(above):
            if first[:16] <= folder <= last[:16] and folder[:8] == first[:8]:
                for name in self.listed(f"{above}/{folder}"):
                    if SEGMENT.fullmatch(name) and first <= name[:24] <= last:
                        found[name[:24]] = f"{above}/{folder}/{name}"
        return found

    def newest(self, archive: str, timeline: str) -> str:
        """The newest archived segment of a timeline (8 hexadecimal digits); empty where there is none."""
        above = f"archive/{self.settings['stanza']}/{archive}"
        for folder in reversed([name for name in self.listed(above) if name[:8] == timeline and len(name) == 16]):
            names = [name[:24] for name in self.listed(f"{above}/{folder}") if SEGMENT.fullmatch(name)]
            if names:
                return names[-1]
        return ""

    def await_segment(self, archive: str, segment: str) -> None:
        """Wait until a segment lies in the repository; Short where it does not come."""
        deadline = time.monotonic() + self.settings["archive_seconds"]
        while self.newest(archive, segment[:8]) < segment:
            if time.monotonic() > deadline:
                raise Short(
                    "WAL segment {segment} did not reach the repository in {seconds} s",
                    segment=segment,
                    seconds=self.settings["archive_seconds"],
                )
            time.sleep(0.5)


def sound(stanza: dict[str, Any]) -> list[dict[str, Any]]:
    """The backups that pgBackRest found no error in, oldest first."""
    return [one for one in stanza["backup"] if not one.get("error")]


def lsn(text: str) -> int:
    """A place in WAL as a number."""
    high, low = text.split("/")
    return (int(high, 16) << 32) + int(low, 16)


def marks(root: Path = ROOT) -> list[Path]:
    """The files of all kept marks, oldest first: their names begin with their time."""
    return sorted((root / MARKS).glob("*.json.gz"))


def read_mark(path: Path) -> dict[str, Any]:
    """What was seen at a marked moment: {"mark", "canary", "source"} as a drill observes them."""
    with gzip.open(path, "rt") as file:
        told: dict[str, Any] = json.load(file)
    return told


def moment(text: str) -> float:
    """Seconds since 1970 of an ISO 8601 moment; without an offset it is UTC. Short for what is none."""
    try:
        at = datetime.fromisoformat(re.sub(r"[zZ]$", "+00:00", text.strip()))
    except ValueError:
        raise Short("{text} is neither a moment nor a mark: 2026-11-21T14:30+07:00", text=text) from None
    return (at if at.tzinfo else at.replace(tzinfo=timezone.utc)).timestamp()  # noqa: UP017


def target(settings: dict[str, Any], root: Path = ROOT) -> dict[str, Any]:
    """Where to recover to: {"kind": "now"} or {"kind": "mark", "path", "at", "lsn", "restore_point"} or
    {"kind": "time", "at"}.

    A moment to the second at which a mark was made means that mark; a copy on a disk has but its own. Short for a
    moment that has not come yet.
    """
    asked = str(settings["to"])
    if settings.get("from"):
        return marked(copy_on(Path(settings["from"])) / "mark.json.gz")
    if not asked:
        return {"kind": "now"}
    at = None if any(path.name.startswith(f"{asked}.") for path in marks(root)) else moment(asked)
    for path in marks(root):
        if at is None and not path.name.startswith(f"{asked}."):
            continue
        found = marked(path)
        if at is None or int(found["at"]) == int(at):
            return found
    assert at is not None
    if at > time.time():
        raise Short("{moment} has not come yet", moment=shown(at))
    return {"kind": "time", "at": at}


def marked(path: Path) -> dict[str, Any]:
    """A mark as a target."""
    mark = read_mark(path)["mark"]
    return {
        "kind": "mark",
        "path": str(path),
        **{name: mark[name] for name in ("at", "lsn", "restore_point", "timeline")},
    }


def chosen(stanza: dict[str, Any], goal: dict[str, Any], label: str) -> dict[str, Any]:
    """The backup to restore from: the named one, else the last that ended before the target. Short for none."""
    backups = sound(stanza)

    def before(one: dict[str, Any]) -> bool:
        if goal["kind"] == "mark":
            return lsn(one["lsn"]["stop"]) <= lsn(goal["lsn"]) and one["timestamp"]["stop"] <= goal["at"] + 1
        return goal["kind"] == "now" or bool(one["timestamp"]["stop"] <= goal["at"])

    if label:
        named = [one for one in backups if one["label"] == label]
        if not named:
            raise Short(
                "the repository holds no sound backup {label}; there are: {labels}",
                label=label,
                labels=", ".join(one["label"] for one in backups),
            )
        if not before(named[0]):
            raise Short(
                "the backup {label} ended at {ended}, after the moment that was asked for",
                label=label,
                ended=shown(named[0]["timestamp"]["stop"]),
            )
        return named[0]
    fitting = [one for one in backups if before(one)]
    if not fitting:
        raise Short(
            "no backup ended before that moment: the earliest that can be restored is {earliest}",
            earliest=shown(min(one["timestamp"]["stop"] for one in backups)),
        )
    return fitting[-1]


def survey(live: Live, place: Path, root: Path = ROOT) -> dict[str, Any]:
    """What a drill would do, before anything is touched: backup, target, room, and how long the last one took.

    Short where it cannot be done: no sound backup, a moment out of range, not enough disk.
    """
    goal = live.goal(root)
    stanza = live.stanza()
    backup = chosen(stanza, goal, str(live.settings["backup"]))
    facts = live.facts()
    whole = max(int(backup["info"]["size"]), facts["bytes"])
    needed = int(whole * 1.1) + facts["wal_bytes"] + SYSTEM_BYTES + int(live.settings["spare_bytes"])
    free = shutil.disk_usage(place).free
    told = {
        "repo": live.repo,
        "repo_place": live.where,
        "goal": goal,
        "archive": stanza["archive"][-1]["id"],
        "backup": {
            "label": backup["label"],
            "type": backup["type"],
            "stopped_at": backup["timestamp"]["stop"],
            "archive": backup["archive"],
            "repository_bytes": backup["info"]["repository"].get("size") or backup["info"]["repository"]["delta"],
        },
        "bytes": {"database": whole, "needed": needed, "free": free},
        "expected_seconds": expected(whole, root),
        **{name: facts[name] for name in ("data_checksums", "server_version", "preload", "prepared")},
    }
    if free < needed:
        raise Short(
            "not enough disk under {place}: {needed} MiB are needed, {free} MiB are free",
            place=place,
            needed=needed >> 20,
            free=free >> 20,
        )
    return told


def history(root: Path = ROOT) -> list[dict[str, Any]]:
    """Past drills, oldest first: id, start, verdict, RPO, RTO, seconds, bytes, repository, operator."""
    try:
        lines = (root / HISTORY).read_text().splitlines()
    except OSError:
        return []
    return [json.loads(line) for line in lines if line.startswith("{") and line.endswith("}")]


def expected(size: int, root: Path = ROOT) -> float | None:
    """How long a drill of `size` bytes should take, by the last one that came to its end; None: nobody knows."""
    for past in reversed(history(root)):
        if past.get("seconds") and past.get("database_bytes"):
            return round(float(past["seconds"]) * max(0.5, size / float(past["database_bytes"])), 1)
    return None
