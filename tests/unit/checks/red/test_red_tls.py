"""Certificates and protocols on every TLS port: what turns each control red, on a recorded server."""

from __future__ import annotations

import pytest

from tests.support.recorded import (
    CERTIFICATE,
    GATEWAY,
    PARAMS,
    SNAPSHOT,
    TLS_PORTS,
    Red,
    answered,
    both,
    pattern,
    said,
    statuses,
    turns,
)

REDS = [
    Red(
        "no HTTPS",
        answered(GATEWAY, "##served\n##protocol\n##old\n##https\n##http\n"),
        ("TLS-01", "TLS-05", "TLS-06", "TLS-07"),
    ),
    Red(
        "an expired certificate", pattern(CERTIFICATE, "notAfter=.*", "notAfter=Nov 20 00:00:00 2026 GMT"), ("TLS-02",)
    ),
    Red("a chain to nowhere", said(CERTIFICATE, "server.crt: OK", "error 20 at 0 depth lookup"), ("TLS-03",)),
    Red("another name", pattern(CERTIFICATE, "DNS:[^,]+", "DNS:other.example.id"), ("TLS-03",)),
    Red("a key that everybody reads", pattern(CERTIFICATE, r"^640 root", "644 root"), ("TLS-04",)),
    Red("another key", pattern(CERTIFICATE, r"(?<=##pair\n)[0-9a-f]{8}", "00000000"), ("TLS-04",)),
    Red("an old certificate in use", pattern(GATEWAY, r"leaf=..", "leaf=zz"), ("TLS-05",)),
    Red("TLS 1.0 accepted", said(GATEWAY, "##old", "##old\ntls1"), ("TLS-06",)),
    Red("no HSTS", pattern(GATEWAY, "(?i)strict-transport-security", "x-nothing"), ("TLS-07",)),
    Red("no redirect", pattern(GATEWAY, r"(?i)location: https:", "location: http:"), ("TLS-07",)),
    Red("an older certificate in the database", pattern(TLS_PORTS, r"leaf=..", "leaf=zz"), ("TLS-08",)),
    Red("TLS 1.1 in the database", both(pattern(TLS_PORTS, r"^protocol=.*", "protocol=TLSv1.1")), ("TLS-08",)),
    Red("old protocols beside the new", said(TLS_PORTS, "protocol=", "old=1\nprotocol="), ("TLS-08",)),
    Red("a short key", pattern(CERTIFICATE, r"Public-Key: \(\d+ bit", "Public-Key: (192 bit"), ("TLS-09",)),
    Red("a signature by SHA-1", said(CERTIFICATE, "ecdsa-with-SHA256", "ecdsa-with-SHA1"), ("TLS-09",)),
]


def test_a_fault_turns_exactly_its_controls_red(red: Red) -> None:
    turns(red)


@pytest.mark.parametrize(
    ("form", "new", "status"),
    [
        (r"##5432\n(?s:.*)", "##5432\n", "pass"),  # speaks no TLS: another control's
        ("leaf=..", "leaf=zz", "fail"),
        (r"##5432\n(?s:(.*)leaf=..)", r"##8443\n\1leaf=zz", "pass"),  # another certificate, valid
        (
            r"##5432\n(?s:(.*)leaf=..(.*)verify=0 \(ok\))",
            r"##8443\n\1leaf=zz\2verify=10 (certificate has expired)",
            "fail",
        ),
    ],
)
def test_a_port_with_a_certificate_of_its_own(form: str, new: str, status: str) -> None:
    snapshot, params = pattern(TLS_PORTS, form, new)(SNAPSHOT, PARAMS)
    assert statuses(snapshot, params)["TLS-08"] == status
