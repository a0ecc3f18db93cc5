"""The service's configuration: a TOML file for what may be read, a file each for what may not."""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta, timezone, tzinfo
from pathlib import Path
from typing import Any

from backbone_sync import sources
from backbone_sync.dictionary import Dictionary
from backbone_sync.errors import ConfigInvalid
from backbone_sync.privacy import grant as grants
from backbone_sync.privacy import grant_file
from backbone_sync.run import pace
from backbone_sync.stores.store_sqlserver.target import Target

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

DEFAULT = Path("/etc/backbone/sync.toml")
_DURATION = re.compile(r"^(\d+)([smhd])$")
_UNIT = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days"}


@dataclass(frozen=True)
class Pace:
    """When runs may ask the source, and how the pages are handled.

    `windows` in the region's `zone` (none: at any hour); `jitter`: a run waits for a time by chance up to this.
    `ahead`: pages that may wait to be stored; `group_rows`: small pages are stored together up to so many rows.
    """

    windows: tuple[pace.Window, ...] = ()
    zone: tzinfo = timezone.utc
    jitter: timedelta = timedelta(0)
    ahead: int = 1
    group_rows: int = 8000


@dataclass(frozen=True)
class Config:
    """Everything that a run needs to know."""

    region: str
    source: sources.Settings
    database: str
    grant: grants.Grant
    publish_directory: str = ""
    balance_rounds: int = 3
    delete_share: float = 0.05  # of an entity's rows; more deletions than this wait for an operator
    pace: Pace = Pace()
    # How long an entity goes without its digest compared, and without a listing from the beginning; zero: for ever.
    verify: timedelta = timedelta(days=1)
    relist: timedelta = timedelta(days=30)
    sqlserver: Target | None = None  # where the data is kept when it is not PostgreSQL

    def secret(self, name: str) -> str:
        """The content of the credential file `name`, "" when there is none. Never logged, never kept."""
        folder = self.source.credentials or os.environ.get("CREDENTIALS_DIRECTORY", "")
        path = Path(folder) / name
        if not folder or not path.is_file():
            return ""
        try:
            return path.read_text("utf-8").strip()
        except OSError as fault:
            raise ConfigInvalid(f"cannot read the credential file {path}: {fault.strerror}") from fault


def duration(text: str) -> timedelta:
    """A span like 90s, 5m, 1h, 2d; ConfigInvalid for anything else."""
    if not (found := _DURATION.match(text)):
        raise ConfigInvalid(f"not a duration: {text!r}", "write a number and one of s, m, h, d, such as 5m")
    return timedelta(**{_UNIT[found[2]]: int(found[1])})


def load(path: Path, dictionary: Dictionary) -> Config:
    """The configuration in `path`; ConfigInvalid names the file and the key."""
    try:
        raw = tomllib.loads(path.read_text("utf-8"))
    except OSError as fault:
        raise ConfigInvalid(
            f"cannot read the configuration {path}: {fault.strerror}", "name another with --config"
        ) from fault
    except tomllib.TOMLDecodeError as fault:
        raise ConfigInvalid(f"{path} is not TOML: {fault}") from fault
    try:
        return _made(raw, dictionary)
    except (KeyError, TypeError, ValueError) as fault:
        raise ConfigInvalid(f"{path}: missing, unknown or of the wrong type: {fault}") from fault


def _of_run(run: dict[str, Any]) -> dict[str, Any]:
    """What the table [run] says."""
    known = {"balance_rounds", "delete_share", "windows", "zone", "jitter", "ahead", "group_rows", "verify", "relist"}
    if unknown := set(run) - known:
        raise ValueError("run." + ", run.".join(sorted(unknown)))
    share = float(run.get("delete_share", Config.delete_share))
    if not 0 <= share <= 1:
        raise ValueError("run.delete_share is a share between 0 and 1")
    return {
        "balance_rounds": int(run.get("balance_rounds", Config.balance_rounds)),
        "delete_share": share,
        **{name: duration(run[name]) for name in ("verify", "relist") if name in run},
        "pace": Pace(
            windows=tuple(pace.window(text) for text in run.get("windows", ())),
            zone=pace.zone(run.get("zone", "Asia/Jakarta")),
            jitter=duration(run.get("jitter", "0s")),
            ahead=int(run.get("ahead", Pace.ahead)),
            group_rows=int(run.get("group_rows", Pace.group_rows)),
        ),
    }


def _made(raw: Mapping[str, Any], dictionary: Dictionary) -> Config:
    if unknown := set(raw) - {"region", "source", "database", "store", "grant", "publish", "run"}:
        raise ValueError(", ".join(sorted(unknown)))
    return Config(
        region=str(raw["region"]),
        source=sources.parse(raw["source"], dictionary),
        database=str(
            raw.get("database", {}).get("conninfo", "host=/var/run/postgresql dbname=backbone user=backbone_sync")
        ),
        grant=_granted(raw.get("grant", {}), dictionary, str(raw["region"])),
        sqlserver=_store(dict(raw.get("store", {"kind": "postgresql"}))),
        publish_directory=str(raw.get("publish", {}).get("directory", "")),
        **_of_run(dict(raw.get("run", {}))),
    )


def _store(raw: dict[str, Any]) -> Target | None:
    """The table [store]: None for PostgreSQL, whose connection [database] names."""
    kind = raw.pop("kind")
    if kind == "sqlserver":
        return Target(**raw)
    if kind != "postgresql" or raw:
        raise ValueError("store.kind is postgresql (with nothing beside it: see [database]) or sqlserver")
    return None


def _granted(raw: Mapping[str, Any], dictionary: Dictionary, region: str) -> grants.Grant:
    """The grant: its file, narrowed to the entities named beside it; or, without a file, what [grant] says itself."""
    words = {name: tuple(value) for name, value in raw.items() if name != "file"}
    if "file" not in raw:
        return grants.make(dictionary, **words)
    if odd := set(words) - {"entities"}:
        raise ValueError(f"grant.{', grant.'.join(sorted(odd))}: the grant file decides that")
    return grant_file.load(Path(raw["file"]), dictionary, region, words.get("entities", ()))
