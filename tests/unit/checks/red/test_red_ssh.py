"""sshd's effective settings: what turns each control red, on a recorded server."""

from __future__ import annotations

from checks import commands
from tests.support.recorded import Red, pattern, said, turns, unit

REDS = [
    Red("passwords", said(commands.SSHD, "passwordauthentication no", "passwordauthentication yes"), ("SSH-01",)),
    Red("root by password", pattern(commands.SSHD, "^permitrootlogin .*", "permitrootlogin yes"), ("SSH-02",)),
    Red("an old cipher", pattern(commands.SSHD, "^ciphers ", "ciphers aes128-cbc,"), ("SSH-03",)),
    Red("no sshd at boot", unit("ssh.service", UnitFileState="disabled"), ("SSH-04",)),
    Red("many tries", pattern(commands.SSHD, "^maxauthtries .*", "maxauthtries 50"), ("SSH-05",)),
    Red("no end to a login", pattern(commands.SSHD, "^logingracetime .*", "logingracetime 0"), ("SSH-05",)),
    Red("windows forwarded", said(commands.SSHD, "x11forwarding no", "x11forwarding yes"), ("SSH-05",)),
]


def test_a_fault_turns_exactly_its_controls_red(red: Red) -> None:
    turns(red)
