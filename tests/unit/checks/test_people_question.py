"""What a server is asked about its accounts, tried on one whose account files are the test's own."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

from checks import commands
from checks.asking import sections


def test_accounts_keys_groups_and_passwords_are_told_apart(tmp_path: Path) -> None:
    home, tools = tmp_path / "home of sri", tmp_path / "bin"
    (home / ".ssh").mkdir(parents=True)
    (home / ".ssh" / "authorized_keys").write_text("ssh-ed25519 AAAA sri\n")
    sudoers = tmp_path / "sudoers.d"
    sudoers.mkdir()
    (sudoers / "ours").write_text("%ops ALL=(ALL) ALL\n%ops ALL=(ALL:ALL) ALL\nzabbix ALL=(root) /usr/bin/du\n")
    (sudoers / "not.read").write_text("mallory ALL=(ALL) ALL\n")
    tools.mkdir()
    getent = tools / "getent"
    getent.write_text(
        f"""#!/bin/sh
case $1 in
passwd) printf '%s\\n' 'root:x:0:0:root:/root:/bin/bash' 'sri:x:1000:1000:Sri, of the office:{home}:/bin/bash';;
shadow) printf '%s\\n' 'root:!:1::::::' 'sri:$y$hash:1:::::9:' 'guest::1::::::' 'late:*:1:::::99999:';;
group) shift; for g; do echo "$g:x:1:sri"; done;;
esac
"""
    )
    getent.chmod(0o755)
    text = commands.PEOPLE.replace("/etc/sudoers /etc/sudoers.d", str(sudoers))
    done = subprocess.run(
        ["sh", "-c", text], capture_output=True, text=True, env={"PATH": f"{tools}:{os.environ['PATH']}"}
    )
    told = sections(done.stdout)
    assert told["passwd"] == ["root:0:/root:/bin/bash", f"sri:1000:{home}:/bin/bash"]
    assert told["keys"] == [str(home)]
    assert told["sudoers"] == ["%ops"]
    assert told["group"] == ["backbone-admins:x:1:sri", "sudo:x:1:sri", "wheel:x:1:sri", "ops:x:1:sri"]
    assert told["passwords"] == ["root:locked", "sri:set", "guest:empty", "late:locked"]
    assert told["expired"] == ["sri"]
    assert "hash" not in done.stdout
