"""Two Windows servers as `audit.ps1` would tell of them: one in order, one in which everything is wrong.

Written by hand after Microsoft's description of each class and cmdlet; no real server has answered yet.
"""

from __future__ import annotations

import copy
import json
from datetime import datetime, timedelta
from typing import Any

from checks.windows import hardening
from checks.windows.trail import CHANGES

RUNNING = {"state": "Running", "start": "Auto", "account": "LocalSystem"}
ACCOUNT = "NT SERVICE\\backbone-sync"
GRANT = "d1f2"
SCHOOL, PUPIL = ("sekolah_id", "nama"), ("peserta_didik_id", "nama", "nik")
PEER_KEY = "d3VtYnVoIGt1bmNpIHVqaSBjb2JhIHVudHVrIHVqaSE="


def good(at: datetime) -> dict[str, Any]:
    """A server in order at that time."""

    def ago(**span: float) -> str:
        return (at - timedelta(**span)).isoformat(timespec="seconds")

    def rule(name: str, port: int, proto: str, *sources: str) -> dict[str, Any]:
        shown = list(sources) if len(sources) > 1 else sources[0]
        return {
            "name": name,
            "group": "Backbone",
            "proto": proto,
            "ports": [str(port)],
            "from": shown,
            "program": "Any",
        }

    return copy.deepcopy(
        {
            "version": 1,
            "system": {
                "caption": "Microsoft Windows Server 2022 Standard",
                "build": 20348,
                "server": True,
                "architecture": "AMD64",
                "memory": 16 * 2**30,
                "model": "Dell Inc. PowerEdge T350",
                "domain_member": False,
                "started": ago(days=5),
                "utc": ago(seconds=1),
                "powershell": "5.1",
                "dotnet": 528449,
            },
            # One processor: PowerShell writes a list of one as its member.
            "processors": {"name": "Intel(R) Xeon(R) E-2314 CPU @ 2.80GHz", "mhz": 2808, "cores": 4},
            "disks": {
                "volumes": [{"name": "C:", "size": 480 * 10**9, "free": 300 * 10**9}],
                "physical": [{"name": "DELL PERC H355", "health": "Healthy", "bus": "RAID"}],
                "arrays": [],
            },
            "time": {
                "service": RUNNING,
                "type": "NTP",
                "servers": "0.id.pool.ntp.org,0x9",
                "source": "0.id.pool.ntp.org",
            },
            "accounts": {
                "people": [
                    {"name": "Administrator", "sid": "S-1-5-21-1-500", "enabled": True, "password_required": True},
                    {"name": "Guest", "sid": "S-1-5-21-1-501", "enabled": False, "password_required": False},
                    {"name": "siti", "sid": "S-1-5-21-1-1001", "enabled": True, "password_required": True},
                ],
                "administrators": ["WIN/Administrator", "WIN/siti"],
            },
            "events": {
                "logs": [
                    {"name": name, "enabled": True, "size": size, "oldest": ago(days=95), "mode": "Circular"}
                    for name, size in (("Security", 2**30), ("System", 2**28), ("Application", 2**28))
                ],
                "forwarded": True,
            },
            "services": None,
            "updates": {
                "waiting": [],
                "searched": ago(hours=9),
                "installed": ago(days=6),
                "history": [{"title": "2026-11 Cumulative Update", "result": 2, "at": ago(days=6)}],
                "automatic": 4,
                "off": 0,
                "restart": False,
                "service": {**RUNNING, "start": "Manual"},
            },
            "tasks": [
                {"name": name, "state": "Ready", "last": ago(minutes=10), "result": 0, "next": None}
                for name in (
                    "Restart when due",
                    "Backup full",
                    "Backup differential",
                    "Backup log",
                    "Audit",
                    "Notify",
                    "Sync",
                    "Sync retention",
                )
            ],
            "firewall": {
                "service": RUNNING,
                "profiles": [
                    {"name": name, "enabled": True, "inbound": "Block", "logged": True}
                    for name in ("Domain", "Private", "Public")
                ],
                "rules": [
                    rule(
                        "Backbone tcp 5986: administration",
                        5986,
                        "tcp",
                        "10.0.0.0/255.255.0.0",
                        "10.90.0.0/255.255.255.0",
                    ),
                    rule("Backbone udp 51820: VPN", 51820, "udp", "Any"),
                    rule("Backbone tcp 1433: database", 1433, "tcp", "10.90.0.0/255.255.255.0"),
                    {
                        "name": "Core Networking - DHCP (DHCP-In)",
                        "group": "@FirewallAPI.dll,-25000",
                        "proto": "udp",
                        "ports": ["68"],
                        "from": ["Any"],
                        "program": "%SystemRoot%\\system32\\svchost.exe",
                    },
                ],
            },
            "listeners": [
                {"proto": "tcp", "port": 5986, "address": "::", "process": "System"},
                {"proto": "udp", "port": 51820, "address": "0.0.0.0", "process": "System"},
                {"proto": "tcp", "port": 1433, "address": "0.0.0.0", "process": "sqlservr"},
                {"proto": "tcp", "port": 135, "address": "0.0.0.0", "process": "svchost"},
                {"proto": "tcp", "port": 9182, "address": "127.0.0.1", "process": "windows_exporter"},
            ],
            "remoting": {
                "service": RUNNING,
                "listeners": "Transport=HTTPS Address=*",
                "unencrypted": "false",
                "basic": "false",
                "credssp": "false",
                "binding": "Strict",
            },
            "tls": {
                "protocols": {"SSL 2.0": 0, "SSL 3.0": 0, "TLS 1.0": 0, "TLS 1.1": 0, "TLS 1.2": 1},
                "certificates": {
                    "subject": "CN=data.semarang.example",
                    "friendly": "Backbone",
                    "names": ["data.semarang.example"],
                    "from": ago(days=30),
                    "until": (at + timedelta(days=367)).isoformat(timespec="seconds"),
                    "thumbprint": "AB12",
                    "key": True,
                    "algorithm": "RSA",
                    "bits": 3072,
                    "signature": "sha256ECDSA",
                    "trusted": True,
                },
            },
            "antivirus": {
                "service": RUNNING,
                "enabled": True,
                "realtime": True,
                "access": True,
                "behaviour": True,
                "signatures": ago(hours=5),
                "quick": ago(hours=6),
                "full": ago(days=3),
                "excluded": None,
            },
            "vpn": {
                "service": RUNNING,
                "port": "51820",
                "peers": [{"key": PEER_KEY, "addresses": "10.90.0.2/32"}],
                "addresses": ["10.90.0.1"],
            },
            "database": {
                "service": RUNNING,
                "forced": 1,
                "certificate": "ab12",
                "port": "1433",
                "version": [{"version": "16.0.4165.4", "windows_only": "1"}],
                "database": [
                    {
                        "name": "backbone",
                        "state_desc": "ONLINE",
                        "recovery_model_desc": "FULL",
                        "page_verify_option_desc": "CHECKSUM",
                        "is_read_committed_snapshot_on": "True",
                    }
                ],
                "admins": [{"name": "WIN\\Administrator"}, {"name": "WIN\\siti"}, {"name": "NT SERVICE\\MSSQLSERVER"}],
                "backups": [
                    {
                        "database_name": "backbone",
                        "type": kind,
                        "finished": (at - timedelta(hours=hours)).replace(tzinfo=None).isoformat(timespec="seconds"),
                        "checked": "1",
                        "encrypted": "1",
                    }
                    for kind, hours in (("D", 50), ("I", 5), ("L", 0.2))
                ],
                "since": [
                    {"first": (at - timedelta(days=59)).replace(tzinfo=None).isoformat(timespec="seconds")},
                ],
                "settings": [
                    {"name": "max server memory (MB)", "value": "10240"},
                    {"name": "xp_cmdshell", "value": "0"},
                    {"name": "clr enabled", "value": "0"},
                ],
            },
            "data": data(),
            "hardening": {
                "values": {
                    **{name: good[0] for name, good in hardening.SETTINGS.items()},
                    hardening.DUMPS: 0,
                    hardening.REPORTS: 1,
                },
                "dumps": False,
                "audited": dict.fromkeys(hardening.AUDITED, 3),
                "services": {
                    "Spooler": {"state": "Stopped", "start": "Disabled", "account": "LocalSystem"},
                    "Fax": None,
                },
                "shared": 0,
                "smb1": False,
            },
            "audits": {"report": ago(hours=5), "since": ago(days=40)},
            "sync": {
                "status": json.dumps(
                    {
                        "green": True,
                        "last_run_finished": ago(minutes=30),
                        "entities": {"sekolah": {"balanced": True, "stored": 900, "quarantined": 0, "held": 0}},
                    }
                )
            },
            "grant": {"said": json.dumps({"digest": GRANT, "expires": "2027-12-31"}), "status": 0},
            "drill": dict.fromkeys(("last", "held"), drill(ago(days=20), True)),
            "monitoring": {"service": RUNNING, "files": [{"name": "backup.prom", "at": ago(minutes=10)}]},
            "ledger": {"stamps": {}, "files": {}, "started": []},
        }
    )


def drill(started: str, ok: bool) -> str:
    """What a drill leaves on the server."""
    at = started.partition("+")[0] + "Z"
    return json.dumps({"id": "20261101T010203Zabcdef", "ok": ok, "started_at": at, "operator": "Siti"})


def data() -> dict[str, Any]:
    """A region's database in order, as SQL Server tells of it: every value is text."""

    def right(who: str, may: str, kind: str = "database", place: str = "") -> dict[str, str]:
        return {"who": who, "may": may, "class": kind, "place": place}

    def noting(audit: str, action: str, kind: str = "DATABASE", place: str = "") -> dict[str, str]:
        but = f"([server_principal_name]<>'{ACCOUNT}')" if audit == "backbone_reading" else ""
        whole = {"who": "public", "results": "SUCCESS AND FAILURE"}
        return {"audit": audit, "but": but, "action": action, "class": kind, "place": place, **whole}

    return {
        "there": True,
        "tables": [{"name": "sekolah"}],
        "columns": [
            {"place": "backbone", "name": name, "item": item}
            for name, items in {"sekolah": SCHOOL, "peserta_didik": PUPIL}.items()
            for item in items
        ],
        "guards": [{"name": "peserta_didik", "definition": "([nama] IS NULL AND [nik] IS NULL)"}],
        "owners": [{"name": name, "owner": "backbone_service"} for name in ("ref", "backbone", "staging", "sync")],
        "rights": [
            right("dbo", "connect"),
            right(ACCOUNT, "connect"),
            right("WIN\\dinas", "connect"),
            right("public", "view any column master key definition"),
            right("backbone_service", "create table"),
            right("backbone_reader", "select", "schema", "ref"),
            right("backbone_reader", "select", "schema", "backbone"),
        ],
        "members": [
            {"role": "db_owner", "name": "dbo"},
            {"role": "backbone_service", "name": ACCOUNT},
            {"role": "backbone_reader", "name": "WIN\\dinas"},
        ],
        "reach": [],
        "audits": [
            *(noting("backbone_changes", action) for action in CHANGES),
            noting("backbone_reading", "SELECT", "SCHEMA", "backbone"),
        ],
        "server": [],
    }


def bad(at: datetime) -> dict[str, Any]:
    """A server in which everything is wrong that can be."""

    def ago(**span: float) -> str:
        return (at - timedelta(**span)).isoformat(timespec="seconds")

    told = good(at)
    stopped = {"state": "Stopped", "start": "Disabled", "account": "LocalSystem"}
    told["system"].update(caption="Microsoft Windows 10 Pro", build=19045, server=False, memory=4 * 2**30)
    told["processors"] = [{"name": "Intel(R) Celeron(R) G1840", "mhz": 1400, "cores": 2}]
    told["disks"] = {
        "volumes": {"name": "C:", "size": 10**11, "free": 5 * 10**9},
        "physical": {"name": "WDC", "health": "Warning", "bus": "SATA"},
        "arrays": {"name": "data", "health": "Degraded"},
    }
    told["time"].update(service=stopped, source="Local CMOS Clock")
    told["accounts"]["people"] += [
        {"name": "tamu", "sid": "S-1-5-21-1-1001", "enabled": True, "password_required": False},
    ]
    told["accounts"]["administrators"] += ["WIN/tamu"]
    told["events"] = {
        "logs": [{**one, "size": 20 * 2**20, "oldest": ago(days=3)} for one in told["events"]["logs"]],
        "forwarded": False,
    }
    told["system"]["started"] = ago(days=200)
    told["services"] = {"name": "MSSQLSERVER", "exit": 1067}
    told["updates"].update(
        waiting={"title": "2026-09 Cumulative Update", "severity": "Critical", "since": ago(days=60), "security": True},
        searched=ago(days=60),
        installed=ago(days=90),
        history={"title": "2026-08 Cumulative Update", "result": 4, "at": ago(days=90)},
        automatic=None,
        off=1,
        restart=True,
    )
    told["tasks"] = None
    told["firewall"]["service"] = stopped
    told["listeners"] += [{"proto": "tcp", "port": 3389, "address": "0.0.0.0", "process": "TermService"}]
    told["listeners"] = [one for one in told["listeners"] if one["port"] != 1433]
    told["remoting"].update(
        service=stopped,
        listeners=["Transport=HTTP Address=*", "Transport=HTTPS Address=*"],
        basic="true",
        binding="None",
    )
    told["tls"]["protocols"] = {"SSL 2.0": None, "SSL 3.0": None, "TLS 1.0": 1, "TLS 1.1": None, "TLS 1.2": None}
    told["tls"]["certificates"].update(
        until=ago(days=1), names=["other.example"], trusted=False, key=False, bits=1024, signature="sha1RSA"
    )
    told["antivirus"].update(
        service=stopped,
        enabled=False,
        realtime=False,
        signatures=ago(days=40),
        quick=ago(days=9),
        full=None,
        excluded="C:\\",
    )
    told["vpn"] = {
        "service": stopped,
        "port": "",
        "peers": [{"key": "asing=", "addresses": "10.90.0.9/32"}],
        "addresses": [],
    }
    told["database"].update(
        service=stopped,
        forced=0,
        version={"version": "13.0.5026.0", "windows_only": "0"},
        database=[
            {
                "name": "backbone",
                "state_desc": "SUSPECT",
                "recovery_model_desc": "SIMPLE",
                "page_verify_option_desc": "NONE",
                "is_read_committed_snapshot_on": "False",
            }
        ],
        backups={**told["database"]["backups"][0], "finished": "2026-01-01T00:00:00", "encrypted": "0"},
        settings=[{"name": "max server memory (MB)", "value": "2147483647"}, {"name": "xp_cmdshell", "value": "1"}],
    )
    told["database"]["admins"] += [{"name": "WIN\\tamu"}]
    told["data"] = {
        **told["data"],
        "tables": [*told["data"]["tables"], {"name": "rahasia"}],
        "columns": [*told["data"]["columns"], {"place": "analyst", "name": "sekolah", "item": "nik"}],
        "rights": [
            *told["data"]["rights"],
            {"who": "backbone_analyst", "may": "select", "class": "schema", "place": "backbone"},
        ],
        "audits": None,
    }
    told["grant"] = {"said": json.dumps({"digest": "another", "expires": None}), "status": 0}
    told["drill"] = {"last": drill(ago(days=9), False), "held": None}
    told["hardening"] = {
        "values": {**dict.fromkeys(hardening.SETTINGS), hardening.DUMPS: 7, hardening.REPORTS: None},
        "dumps": True,
        "audited": dict.fromkeys(hardening.AUDITED, 0),
        "services": {"Spooler": RUNNING, "Fax": None},
        "shared": 0,
        "smb1": True,
    }
    told["audits"] = {"report": ago(days=9), "since": ago(days=40)}
    told["sync"]["status"] = json.dumps(
        {
            "green": False,
            "message": "401",
            "entities": {"sekolah": {"balanced": False, "stored": 9, "quarantined": 9, "held": 0}},
        }
    )
    told["monitoring"] = {"service": None, "files": {"name": "backup.prom", "at": ago(days=30)}}
    return told


def text(told: dict[str, Any]) -> str:
    """The answer as the script writes it."""
    return json.dumps(told)
