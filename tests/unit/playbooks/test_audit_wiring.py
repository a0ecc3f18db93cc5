"""What a server is told of itself: everything that it is judged by, nothing of others, and no secret."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from provision.selfaudit import subject
from tests.unit.playbooks.test_wiring import BASE, resolved, ssh_key

pytestmark = pytest.mark.needs_ansible

WAIVER = {"reason": "the processor comes in March", "approver": "Kepala Dinas", "expires": "2027-03-31"}
STATED = {"evidence": "certificate 12/2026", "attested_by": "Kepala Dinas", "expires": "2027-12-31"}
PAPER = {"kind": "surat_permohonan", "number": "1/2026", "signed_by": "Bupati", "signed_on": "2026-01-02",
         "valid_until": "2027-01-01"}  # fmt: skip
SECRETS = {
    "backbone_secret_sync_token": "token-of-the-centre",
    "backbone_notify_webhook": "https://hook.example/very-secret",
    "backbone_deadman_url": "https://deadman.example/also-secret",
    "backbone_apt_proxy": "http://user:proxy-secret@proxy.example:3142",
}


def test_a_server_is_told_what_it_is_judged_by(tmp_path: Path) -> None:
    for name, entries in {
        "waivers": [
            {"control": "HW-01", "servers": ["smg"], **WAIVER},
            {"control": "HW-02", "servers": "all", **WAIVER},
            {"control": "HW-03", "servers": ["kudus"], **WAIVER},
        ],
        "attestations": [{"control": "PEOPLE-01", "servers": ["kudus", "smg"], **STATED}],
        "documents": [{**PAPER, "region": "33.74"}, {**PAPER, "region": "33.19"}],
    }.items():
        (tmp_path / f"{name}.yml").write_text(json.dumps(entries))
    (tmp_path / "izin.yml").write_text("version: 1\n")
    people = [{"name": "sri", "ssh_keys": [ssh_key()]}]
    peer = {"name": "budi", "public_key": "A" * 43 + "=", "address": "10.90.0.2", "expires": "2027-01-31"}
    hosts: dict[str, dict[str, Any]] = {
        "smg": {
            **BASE, **SECRETS, "backbone_admins": people, "backbone_vpn_peers": [peer], "backbone_grant": "izin.yml",
            "backbone_ports": [{"port": 8080, "sources": "{{ 'anywhere' }}", "why": "website"}],
        },
        "kudus": {**BASE, "backbone_region": "33.19", "backbone_admins": people},
    }  # fmt: skip
    names = ("audit_server", "audit_settings", "audit_papers", "audit_grant", "audit_timezone", "audit_collector")
    wired = resolved(tmp_path, "audit", names, hosts)
    said = json.dumps(wired)
    assert not [word for word in ("token-of", "very-secret", "also-secret", "proxy-secret") if word in said]
    mine = wired["smg"]
    assert [one["control"] for one in mine["audit_papers"]["waivers"]] == ["HW-01", "HW-02"]
    assert [one["control"] for one in wired["kudus"]["audit_papers"]["waivers"]] == ["HW-02", "HW-03"]
    assert [one["region"] for one in mine["audit_papers"]["documents"]] == ["33.74"]
    assert (mine["audit_grant"], wired["kudus"]["audit_grant"]) == ("version: 1", "")
    told = {"version": 1, "server": mine["audit_server"], "settings": mine["audit_settings"], **mine["audit_papers"]}
    fleet = subject.fleet(told, tmp_path / "subject.json")
    (server,) = fleet.servers
    assert (server.name, server.region, server.zone) == ("smg", "33.74", "Asia/Jakarta")
    assert server.settings.notify_webhook == "https://withheld.invalid/"
    assert server.settings.ports[0].sources == ("anywhere",)
    assert [str(one.expires) for one in server.settings.vpn_peers] == ["2027-01-31"]
    assert [one.control for one in fleet.attestations] == ["PEOPLE-01"]
    assert str(fleet.waivers[0].expires) == "2027-03-31"
