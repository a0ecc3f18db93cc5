"""A server with a second repository off it: the server, the machine that keeps it, and the controller's folder."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from provision.converge.stages import NAMES
from provision.lab import region
from provision.lab.lab import Lab
from provision.onboard.enroll import host_key, pin
from tests.support.lab_hosts import CLONE

ARCHIVE = "lab-arsip"
# All that the way back rests on; the other stages are run as ever, which other tests see to.
CORE = ("base", "tls", "postgresql", "backup")
ROWS = (
    "SELECT format('SELECT %L, count(*), md5(string_agg(md5(t::text), '''' ORDER BY md5(t::text))) FROM %I.%I t', "
    "schemaname || '.' || tablename, schemaname, tablename) FROM pg_tables "
    "WHERE schemaname IN ('ref', 'backbone') ORDER BY 1"
)


def backbone(*words: object, given: str = "", timeout: int = 1500) -> str:
    """What a verb says; it must hold."""
    command = [sys.executable, "-m", "provision.cli.main", "--lang", "en", *map(str, words)]
    done = subprocess.run(command, cwd=CLONE, input=given, capture_output=True, text=True, timeout=timeout)
    assert done.returncode == 0 or (words[0] in ("apply", "plan") and done.returncode == 1), (
        done.stdout[-3000:] + done.stderr[-3000:]
    )
    return done.stdout


class Archived:
    """The server `name`, the machine that keeps its second repository, and the folder of its controller.

    `others` are servers of the same inventory, without a second repository; `changed` as in `Lab.up`.
    """

    def __init__(
        self,
        lab: Lab,
        name: str,
        folder: Path,
        stages: Sequence[str],
        others: Sequence[str] = (),
        changed: Mapping[str, Mapping[str, Any]] | None = None,
    ) -> None:
        self.lab, self.name, self.folder = lab, name, folder
        up = {one.name: one for one in lab.up([name, *others, ARCHIVE], changed=changed)}
        at = {one: str(lab.networks.addresses(spec)["internal"]) for one, spec in up.items()}
        self.address, self.archive = at[name], at[ARCHIVE]
        self.key = lab.folder / "ssh" / "id_ed25519"
        hosts = region.write(lab, folder, key_file=self.key)
        text = hosts.read_text()
        off = [stage for stage in NAMES if stage not in stages]
        for one in (name, *others):
            settings = [f"backbone_stages_disabled: {off}"]
            if one == name:
                settings.append(f"backbone_backup_second: {{host: {self.archive}}}")
            head = f"        {one}:\n"
            assert head in text
            text = text.replace(head, head + "".join(f"          {line}\n" for line in settings), 1)
        # Host keys are pinned beside the inventory, as `enroll` does it.
        arguments = next(line for line in text.splitlines() if "ansible_ssh_common_args:" in line)
        text = text.replace(arguments.split(": ", 1)[1], f"-o UserKnownHostsFile={folder}/known_hosts")
        hosts.write_text(text)
        for one in (name, *others):
            pin(folder / "known_hosts", at[one], 22, host_key(at[one]))

    def with_repository(self) -> None:
        """Prepare the machine that keeps the second repository."""
        fingerprint = host_key(self.archive).fingerprint
        backbone(
            *("repository", "-i", self.folder, "--limit", self.name, "--user", "backbone"),
            *("--key", self.key, "--fingerprint", fingerprint),
        )

    def run(self, command: str) -> str:
        """What a shell command says, as root on the server; it must hold."""
        return self.lab.run(self.name, command).stdout

    def database(self, statement: str) -> str:
        """What the server's database answers."""
        command = "cd / && runuser -u postgres -- psql -XAtq -v ON_ERROR_STOP=1 -d backbone"
        return self.lab.run(self.name, command, given=statement).stdout.strip()

    def every_row(self) -> list[str]:
        """Count and digest of every table of the region's data."""
        return self.database(";\n".join(self.database(ROWS).splitlines()) + ";").splitlines()

    def sent(self) -> None:
        """Wait until the last change is in the second repository, too."""
        segment = self.database("SELECT pg_walfile_name(pg_current_wal_lsn())")
        self.database("SELECT pg_switch_wal()")
        self.lab.run(
            self.name,
            f"for n in $(seq 90); do grep -q {segment} /var/lib/backbone/archive-second/sent && exit 0; sleep 2; done; "
            "cat /var/lib/backbone/archive-second/state >&2; exit 1",
        )
