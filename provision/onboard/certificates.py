"""Decides about server certificates: must one be signed anew, and do supplied files fit together? Pure
functions.

All certificates, keys and requests are PEM text; times are aware datetimes in UTC.
"""

from __future__ import annotations

import ipaddress
import itertools
from collections.abc import Sequence
from datetime import datetime, timedelta

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import serialization

_NOTICE = timedelta(days=30)


def renewal_reason(
    present: str,
    request: str,
    authority: str,
    names: Sequence[str],
    addresses: Sequence[str],
    days: int,
    now: datetime,
) -> str:
    """Why the `present` certificate has to be signed anew ("" when it does not).

    Anew: it is missing or unreadable, is for another key than the request's, comes from another authority,
    bears other names, was given for longer than `days`, or less than a third of its life (at least 30 days,
    at most half of it) is left. Near the authority's own end, where a new one would last no longer, the
    present one stays.
    """
    try:
        leaf = x509.load_pem_x509_certificate(present.encode())
    except ValueError:
        return "there is none yet" if not present.strip() else "the present one cannot be read"
    issuer = x509.load_pem_x509_certificate(authority.encode())
    if leaf.public_key() != x509.load_pem_x509_csr(request.encode()).public_key():
        return "the server has another key"
    if not _issued_by(leaf, issuer):
        return "it comes from another authority"
    if _borne(leaf) != _wanted(names, addresses):
        return "it bears other names"
    life = leaf.not_valid_after_utc - leaf.not_valid_before_utc
    if life > timedelta(days=days + 2):
        return f"it was given for more than {days} days"
    notice = min(max(life / 3, _NOTICE), life / 2)
    left = leaf.not_valid_after_utc - now
    possible = min(now + timedelta(days=days), issuer.not_valid_after_utc)
    if left < notice and possible > leaf.not_valid_after_utc + life / 10:
        return f"it ends in {max(left.days, 0)} days"
    return ""


def bundle(leaf: str, authority: str) -> str:
    """What a server presents: its certificate and what stands between it and the root (not the root).

    Written anew from what the texts mean, so that anything else that stood in them is gone.
    """
    above = x509.load_pem_x509_certificates(authority.encode())
    presented = [
        x509.load_pem_x509_certificate(leaf.encode()),
        *(one for one in above if one.subject != one.issuer),
    ]
    return "".join(one.public_bytes(serialization.Encoding.PEM).decode() for one in presented)


def supplied_problem(certificate: str, chain: str, key: str, fqdn: str, now: datetime) -> str:
    """What keeps supplied files from serving ("" when nothing does); never quotes the key."""
    try:
        presented = x509.load_pem_x509_certificates(certificate.encode())
        above = x509.load_pem_x509_certificates(chain.encode()) if chain.strip() else []
    except ValueError as fault:
        return f"the supplied certificate or chain cannot be read: {fault}"
    try:
        private = serialization.load_pem_private_key(key.encode(), password=None)
    except (ValueError, TypeError):
        return "the supplied key (backbone_secret_tls_key) cannot be read; it has to be PEM without a passphrase"
    leaf = presented[0]
    if leaf.public_key() != private.public_key():
        return "the supplied key does not belong to the supplied certificate"
    if now >= leaf.not_valid_after_utc:
        return f"the supplied certificate expired on {leaf.not_valid_after_utc:%Y-%m-%d}"
    if now < leaf.not_valid_before_utc:
        return f"the supplied certificate begins only on {leaf.not_valid_before_utc:%Y-%m-%d}"
    dns = {name for kind, name in _borne(leaf) if kind == "dns"}
    if fqdn.lower() not in dns and f"*.{fqdn.lower().partition('.')[2]}" not in dns:
        return f"the supplied certificate does not bear the name {fqdn}"
    links = [*presented, *above]
    for lower, upper in itertools.pairwise(links):
        if not _issued_by(lower, upper):
            return (
                f"the supplied chain is broken: {upper.subject.rfc4514_string()} did not issue "
                f"{lower.subject.rfc4514_string()}; order it from the server's certificate upwards"
            )
    return ""


def _issued_by(leaf: x509.Certificate, issuer: x509.Certificate) -> bool:
    try:
        leaf.verify_directly_issued_by(issuer)
    except (ValueError, TypeError, InvalidSignature):
        return False
    return True


def _wanted(names: Sequence[str], addresses: Sequence[str]) -> set[tuple[str, str]]:
    return {("dns", name.lower()) for name in names} | {
        ("ip", str(ipaddress.ip_address(address))) for address in addresses
    }


def _borne(leaf: x509.Certificate) -> set[tuple[str, str]]:
    try:
        borne = leaf.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    except x509.ExtensionNotFound:
        return set()
    dns = {("dns", name.lower()) for name in borne.get_values_for_type(x509.DNSName)}
    return dns | {("ip", str(address)) for address in borne.get_values_for_type(x509.IPAddress)}
