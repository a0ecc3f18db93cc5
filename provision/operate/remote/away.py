"""A drill on another host than the cluster's: the mark is made there, its backup is restored here.

The cluster's server lends a mark, with what was seen at it, and what a scratch cluster has to know (`lend`). The host
gets them as the setting `away`, with the settings that read the second repository; it needs PostgreSQL of the same
version, pgBackRest and psycopg2, and no way to the cluster's server.

    {"config": "[global]\\nrepo1-…", "authority": PEM or "", "mark": {"mark", "canary", "source"}, "segment", "facts"}
"""

from __future__ import annotations

import configparser
import gzip
import json
import tempfile
from pathlib import Path
from typing import Any

from provision.operate.remote.marking import Marking
from provision.operate.remote.observe import Short
from provision.operate.remote.place import DEFAULTS, ROOT, Live, marked, read_mark, target

FOLDER = "@FOLDER@"  # in the settings: where they lie themselves
PLACES = ("/usr/lib/postgresql/{}/bin", "/usr/pgsql-{}/bin")


class Away(Live):
    """A cluster that is not on this machine, by what its server told; of it there is a repository, and no session."""

    def __init__(self, settings: dict[str, Any], folder: Path) -> None:
        told = settings["away"]
        self.settings, self.copy, self.repo = settings, None, 2
        self.version = str(told["facts"]["server_version"]).split(".")[0]
        found = [Path(place.format(self.version)) for place in PLACES]
        programs = next((place for place in found if (place / "postgres").exists()), None)
        if programs is None:
            raise Short(
                "the backups are of PostgreSQL {version}, which this machine does not have (it has: {others})",
                version=self.version,
                others=", ".join(installed()) or "-",
            )
        self.bin = programs
        self.data, self.socket, self.port = folder / "elsewhere", "", 5432
        self.config = folder / "pgbackrest.conf"
        self.config.touch(mode=0o600)
        text = f"{told['config']}[{settings['stanza']}]\npg1-path={self.data}\n".replace(FOLDER, str(folder))
        self.config.write_text(text)
        (folder / "ca.pem").write_text(told["authority"])
        known = configparser.ConfigParser(interpolation=None, strict=False)
        known.read_string(text)
        self.told = dict(known["global"])
        self._mark = folder / "mark.json.gz"
        with gzip.open(self._mark, "wt") as out:
            json.dump(told["mark"], out)

    def goal(self, root: Path = ROOT) -> dict[str, Any]:
        return marked(self._mark)

    def facts(self) -> dict[str, Any]:
        """As the cluster's server told; of the libraries to load those that are here."""
        facts: dict[str, Any] = dict(self.settings["away"]["facts"])
        names = (name.strip() for name in facts["preload"].split(","))
        here = [name for name in names if (self.bin.parent / "lib" / f"{name}.so").exists()]
        return {**facts, "preload": ",".join(here)}


def installed() -> list[str]:
    """The versions of PostgreSQL whose server is on this machine."""
    places = [path for place in PLACES for path in Path("/").glob(f"{place.format('*')}/postgres".lstrip("/"))]
    return sorted({path.parents[1].name.replace("pgsql-", "") for path in places})


def opened(settings: dict[str, Any], folder: Path) -> Live:
    """The cluster that a drill with these settings is of."""
    return Away(settings, folder) if settings.get("away") else Live(settings, folder)


def lend(drill: str, given: dict[str, Any]) -> dict[str, Any]:
    """As postgres, where the cluster is: a new mark or a kept one, and the facts; {"mark", "segment", "facts"}.

    The canaries count by what has reached the second repository. Short for a moment that nobody marked.
    """
    with tempfile.TemporaryDirectory() as folder:
        live = Live({**DEFAULTS, **given, "from": "", "repo": given.get("repo", 2)}, Path(folder))
        if given.get("to"):
            goal = target(live.settings)
            if goal["kind"] != "mark":
                raise Short("{moment} was not marked: nothing could be compared with it", moment=given["to"])
            return {"mark": read_mark(Path(goal["path"])), "segment": "", "facts": live.facts()}
        made = Marking(live, drill)
        made.make(live.stanza()["archive"][-1]["id"])
        made.digest()
        made.keep(ROOT)
        seen = {"version": 1, "mark": made.mark, "canary": made.canary, "source": made.source}
        return {"mark": seen, "segment": made.segment, "facts": live.facts()}
