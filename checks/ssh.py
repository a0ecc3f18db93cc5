"""SSH: keys only, no root by password, no broken algorithms. sshd's effective settings count, not its
files.
"""

from __future__ import annotations

import re
from typing import Any

from checks import facts
from checks.measure import Measure, absent, control, say, verdict
from checks.params import Params

_NO_SSHD = say("sshd is not installed")
# Broken or too short, by what today's guidance says (BSI TR-02102-4, Mozilla, OpenSSH's own deprecations).
_WEAK = re.compile(
    r"cbc|arcfour|3des|blowfish|cast128|hmac-md5|hmac-sha1|umac-64|group1-|group-exchange-sha1|group14-sha1|ssh-dss|^ssh-rsa$"
)


@control("SSH-01")
def no_passwords(host: Any, params: Params) -> Measure:
    """Nobody logs in with a password."""
    expected = say("logins by key only")
    settings = facts.sshd(host)
    if not settings:
        return absent(_NO_SSHD, expected)
    on = [
        name
        for name in ("passwordauthentication", "kbdinteractiveauthentication", "permitemptypasswords")
        if settings.get(name, "no") != "no"
    ]
    if settings.get("pubkeyauthentication") != "yes":
        on.append("pubkeyauthentication no")
    return verdict(not on, say("{names}", names=on) if on else say("keys only"), expected)


@control("SSH-02")
def root(host: Any, params: Params) -> Measure:
    """root does not log in with a password."""
    expected = say("no login of root by password")
    settings = facts.sshd(host)
    if not settings:
        return absent(_NO_SSHD, expected)
    value = settings.get("permitrootlogin", "?")
    good = value in ("no", "without-password", "prohibit-password", "forced-commands-only")
    return verdict(good, say("permitrootlogin {value}", value=value), expected)


@control("SSH-03")
def algorithms(host: Any, params: Params) -> Measure:
    """Only sound algorithms are offered."""
    expected = say("no broken or outdated algorithm")
    settings = facts.sshd(host)
    if not settings:
        return absent(_NO_SSHD, expected)
    lists = ("kexalgorithms", "ciphers", "macs", "hostkeyalgorithms")
    weak = sorted({one for name in lists for one in settings.get(name, "").split(",") if _WEAK.search(one)})
    return verdict(not weak, say("outdated: {names}", names=weak) if weak else say("none outdated"), expected)


@control("SSH-04")
def comes_back(host: Any, params: Params) -> Measure:
    """sshd runs and comes back after a restart."""
    service, socket = facts.unit(host, "ssh.service"), facts.unit(host, "ssh.socket")
    good = (service.active or socket.active) and (service.enabled or socket.enabled)
    return verdict(good, say("ssh: {state}", state=service.state), say("runs, also after a restart"))


@control("SSH-05")
def guarded(host: Any, params: Params) -> Measure:
    """Few tries, little time to log in, and nothing forwarded or taken over that nobody needs."""
    expected = say(
        "at most {tries} tries in {seconds} s; no X11, tunnel, environment or host-based login", tries=6, seconds=120
    )
    settings = facts.sshd(host)
    if not settings:
        return absent(_NO_SSHD, expected)
    off = ("x11forwarding", "permittunnel", "permituserenvironment", "hostbasedauthentication")
    faults = [f"{name} {settings[name]}" for name in off if settings.get(name, "no") != "no"]
    for name, most in (("maxauthtries", 6), ("logingracetime", 120)):
        value = settings.get(name, "")
        if not value.isdigit() or not 0 < int(value) <= most:
            faults.append(f"{name} {value or '?'}")
    return verdict(not faults, say("{names}", names=faults) if faults else say("as expected"), expected)
