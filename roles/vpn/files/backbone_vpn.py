#!/usr/bin/env python3
"""Keeps the tunnel wg-backbone equal to its two files, at every start, at every change and when a peer expires.

Managed by Backbone Daerah (stage vpn): changes made here are undone by the next apply.

/etc/wireguard/wg-backbone.conf holds the interface and, on a client, the hub. /etc/backbone/vpn/peers.json holds the
people and machines that may enter, each with the last day (UTC) of its access. The private key stays in a file of its
own: it is made on this server and is not part of any file that a controller writes. Because no file may depend on the
time, it is here that a peer whose day has passed is left out.

    key       makes the private key if there is none and publishes its public half; prints "changed" or "unchanged".
              With a moment as argument it makes a new one where the present key is not the one since that moment
    load      called by wg-quick when the interface comes up: sets the key and the peers, remembers what was loaded
    sync      brings the peers of the running interface in line without touching the other tunnels
    state     prints in-line, sync, restart or start: what `apply` would do; changes nothing
    apply     does it; prints "changed" if something was done
    confirm   keeps the present files as the ones to fall back to
    rollback  falls back to the confirmed files, or stops the tunnel if none was ever confirmed
"""

import hashlib
import ipaddress
import json
import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

INTERFACE = "wg-backbone"
UNIT = f"wg-quick@{INTERFACE}.service"
CONFIGURATION = Path(f"/etc/wireguard/{INTERFACE}.conf")
KEY = Path(f"/etc/wireguard/{INTERFACE}.key")
SINCE = Path(f"/etc/wireguard/{INTERFACE}.key-since")
PEERS = Path("/etc/backbone/vpn/peers.json")
PUBLIC_KEY = Path("/var/lib/backbone/vpn/public.key")
CONFIRMED = Path("/var/lib/backbone/vpn/confirmed")
LOADED = Path("/run/backbone-vpn.loaded")
METRICS = Path("/var/lib/backbone/metrics/vpn.prom")

# What wg itself understands; the other lines of the [Interface] section belong to wg-quick.
WG_INTERFACE_KEYS = {"listenport", "fwmark"}


def active_peers(peers, today):
    """The peers whose last day, an ISO date, is not before `today`; a peer without a last day never expires."""
    return [peer for peer in peers if not peer.get("expires") or peer["expires"] >= today]


def host_network(address):
    """The single address of a peer as a network: 10.90.0.2 or 10.90.0.2/24 becomes 10.90.0.2/32."""
    return str(ipaddress.ip_network(ipaddress.ip_interface(address).ip))


def parse(text):
    """A wg-quick file as a list of (section, [(key, value)]), keys in lower case, in the file's order."""
    sections = []
    for raw in text.splitlines():
        line = raw.split("#", 1)[0].strip()
        if line.startswith("["):
            sections.append((line.strip("[]").lower(), []))
        elif "=" in line and sections:
            key, value = line.split("=", 1)
            sections[-1][1].append((key.strip().lower(), value.strip()))
    return sections


def wanted_configuration(text, key, peers):
    """What `wg syncconf` is to be given: the file's own words for wg, the private key and the active peers."""
    lines = []
    for section, entries in parse(text):
        if section == "interface":
            lines += ["[Interface]", f"PrivateKey = {key}"]
            lines += [f"{name} = {value}" for name, value in entries if name in WG_INTERFACE_KEYS]
        elif section == "peer":
            lines += ["[Peer]"] + [f"{name} = {value}" for name, value in entries]
    for peer in peers:
        lines += ["[Peer]", f"PublicKey = {peer['public_key']}", f"AllowedIPs = {host_network(peer['address'])}"]
    return "\n".join(lines) + "\n"


def wanted_state(configuration):
    """(private key, port or None, {public key: set of networks}) of a text that wanted_configuration made."""
    key, port, peers = "", None, {}
    for section, entries in parse(configuration):
        values = dict(entries)
        if section == "interface":
            key, port = values["privatekey"], values.get("listenport")
        else:
            networks = (part.strip() for part in values["allowedips"].split(","))
            peers[values["publickey"]] = {str(ipaddress.ip_network(net, strict=False)) for net in networks}
    return key, port, peers


def running_state(dump):
    """The same of what `wg show INTERFACE dump` printed."""
    lines = [line.split("\t") for line in dump.splitlines()]
    peers = {fields[0]: {net for net in fields[3].split(",") if net != "(none)"} for fields in lines[1:]}
    return lines[0][0], lines[0][2], peers


def same(wanted, running):
    """Is the running interface as wanted? A client states no port: the kernel chose one, and any is right."""
    return wanted[0] == running[0] and wanted[1] in (None, running[1]) and wanted[2] == running[2]


def metrics(all_peers, active):
    """The number of people's accesses in Prometheus' text format; no names."""
    return (
        "# HELP backbone_vpn_peers Accesses to the VPN by state.\n# TYPE backbone_vpn_peers gauge\n"
        f'backbone_vpn_peers{{state="active"}} {len(active)}\n'
        f'backbone_vpn_peers{{state="expired"}} {len(all_peers) - len(active)}\n'
    )


def run(*command, text=None):
    return subprocess.run(command, input=text, capture_output=True, text=True, check=False)


def must(*command, text=None):
    answer = run(*command, text=text)
    if answer.returncode != 0:
        sys.exit(f"{' '.join(command)} failed: {answer.stderr.strip()}")
    return answer.stdout


def digest():
    return hashlib.sha256(CONFIGURATION.read_bytes()).hexdigest()


def read_peers():
    return json.loads(PEERS.read_text())["peers"] if PEERS.exists() else []


def present_configuration():
    today = time.strftime("%Y-%m-%d", time.gmtime())
    peers = read_peers()
    active = active_peers(peers, today)
    if METRICS.parent.is_dir():
        fresh = METRICS.with_suffix(".new")
        fresh.write_text(metrics(peers, active))
        fresh.chmod(0o644)
        fresh.replace(METRICS)
    return wanted_configuration(CONFIGURATION.read_text(), KEY.read_text().strip(), active)


def key(since=""):
    """The key is made here and stays here; only its public half is shown to people."""
    before = PUBLIC_KEY.read_text() if PUBLIC_KEY.exists() else ""
    renew = since and (SINCE.read_text() if SINCE.exists() else "") != since
    if renew and KEY.exists() and CONFIRMED.is_dir() and not (CONFIRMED / KEY.name).exists():
        keep(KEY, CONFIRMED / KEY.name)
    if renew or not KEY.exists():
        replace(KEY, must("wg", "genkey"))
    if renew:
        # Last: a run that was cut off before this makes one more key, and nobody has been given the first.
        replace(SINCE, since)
    public = must("wg", "pubkey", text=KEY.read_text())
    if public != before:
        PUBLIC_KEY.write_text(public)
        PUBLIC_KEY.chmod(0o644)
    print("unchanged" if public == before else "changed")


def state():
    """What has to be done so that the running tunnel is what the files say."""
    if run("systemctl", "is-active", "--quiet", UNIT).returncode != 0:
        return "start"
    shown = run("wg", "show", INTERFACE, "dump")
    if shown.returncode != 0 or not LOADED.exists() or LOADED.read_text() != digest():
        return "restart"
    wanted = wanted_state(present_configuration())
    return "in-line" if same(wanted, running_state(shown.stdout)) else "sync"


def synchronise():
    """Sets key, port and peers of the running interface; tunnels that stay as they were are not dropped."""
    must("wg", "syncconf", INTERFACE, "/dev/stdin", text=present_configuration())


def load():
    synchronise()
    LOADED.write_text(digest())


def sync():
    # The timer also fires while the tunnel is down; the next start loads the right peers anyway.
    if run("wg", "show", INTERFACE).returncode == 0:
        synchronise()


def apply():
    todo = state()
    if todo in ("start", "restart"):
        must("systemctl", "restart", UNIT)
    elif todo == "sync":
        synchronise()
    print("unchanged" if todo == "in-line" else "changed")


def replace(path, text):
    """Writes a file as a whole, for root alone."""
    fresh = path.with_name(path.name + ".new")
    fresh.write_text(text)
    fresh.chmod(0o600)
    fresh.replace(path)


def keep(path, copy):
    """Copies a file, never readable for others in between."""
    replace(copy, path.read_text())


def confirm():
    CONFIRMED.mkdir(parents=True, exist_ok=True)
    CONFIRMED.chmod(0o700)
    for path in (CONFIGURATION, PEERS):
        shutil.copy2(path, CONFIRMED / path.name)
    if KEY.exists():
        keep(KEY, CONFIRMED / KEY.name)


def rollback():
    if not (CONFIRMED / CONFIGURATION.name).exists():
        must("systemctl", "disable", "--now", UNIT)
        return
    for path in (CONFIGURATION, PEERS):
        shutil.copy2(CONFIRMED / path.name, path)
    former = CONFIRMED / KEY.name
    if former.exists() and former.read_text() != KEY.read_text():
        # The key of people's files again; the next apply renews it anew.
        keep(former, KEY)
        SINCE.unlink(missing_ok=True)
        key()
    apply()


VERBS = {
    "key": key,
    "load": load,
    "sync": sync,
    "state": lambda: print(state()),
    "apply": apply,
    "confirm": confirm,
    "rollback": rollback,
}

if __name__ == "__main__":
    if not 2 <= len(sys.argv) <= (3 if sys.argv[1:2] == ["key"] else 2) or sys.argv[1] not in VERBS:
        sys.exit(f"usage: backbone-vpn {'|'.join(VERBS)}")
    os.umask(0o077)
    VERBS[sys.argv[1]](*sys.argv[2:])
