"""When a server's certificate is signed anew, and which supplied files are refused."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from provision.onboard.authority import make_authority, sign_csr
from provision.onboard.certificates import bundle, renewal_reason, supplied_problem

START = datetime(2026, 11, 21, 12, tzinfo=UTC)
NAMES, ADDRESSES = ["data.semarang.example"], ["10.33.74.10", "10.90.0.1"]


def pem(key: ec.EllipticCurvePrivateKey) -> str:
    return key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    ).decode()


def request(key: ec.EllipticCurvePrivateKey) -> str:
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, NAMES[0])])
    made = x509.CertificateSigningRequestBuilder().subject_name(name).sign(key, hashes.SHA256())
    return made.public_bytes(serialization.Encoding.PEM).decode()


KEY = ec.generate_private_key(ec.SECP256R1())
AUTHORITY_KEY, AUTHORITY = make_authority("Kota Semarang", now=START)


def signed(days: int = 397, now: datetime = START) -> str:
    return sign_csr(AUTHORITY_KEY, AUTHORITY, request(KEY), days, NAMES, ADDRESSES, now=now)


def reason(present: str, days_later: float = 0, days: int = 397, **changed: object) -> str:
    given = {"request": request(KEY), "authority": AUTHORITY, "names": NAMES, "addresses": ADDRESSES} | changed
    return renewal_reason(present=present, days=days, now=START + timedelta(days=days_later), **given)  # type: ignore[arg-type]


def test_a_sound_certificate_stays() -> None:
    assert reason(signed()) == ""
    assert reason(signed(), addresses=list(reversed(ADDRESSES))) == ""


@pytest.mark.parametrize(
    ("days", "kept_until", "renewed_at"),
    [
        (397, 264, 265),  # a third of its life
        (60, 29, 31),  # thirty days would be half of it
        (10, 4.9, 5.1),
        (1, 0.4, 0.6),
    ],
)
def test_it_is_renewed_in_time_and_not_at_every_run(days: int, kept_until: float, renewed_at: float) -> None:
    present = signed(days)
    assert reason(present, kept_until, days) == ""
    assert "ends in" in reason(present, renewed_at, days)
    renewed = signed(days, START + timedelta(days=renewed_at))
    assert reason(renewed, renewed_at, days) == ""


def test_near_the_authority_s_end_a_new_one_would_last_no_longer() -> None:
    late = 3652 - 20
    present = signed(397, START + timedelta(days=late))
    assert reason(present, late + 15) == ""


def test_whatever_it_says_differently_has_it_signed_anew() -> None:
    present = signed()
    assert reason("") == "there is none yet"
    assert "read" in reason("-----BEGIN CERTIFICATE-----\nxyz\n-----END CERTIFICATE-----\n")
    assert "key" in reason(present, request=request(ec.generate_private_key(ec.SECP256R1())))
    assert "authority" in reason(present, authority=make_authority("Kota Semarang", now=START)[1])
    assert "names" in reason(present, names=["data.kendal.example"])
    assert "names" in reason(present, addresses=ADDRESSES[:1])
    assert "more than 90 days" in reason(present, days=90)


def test_the_bundle_holds_the_certificate_and_nothing_that_was_added_to_the_file() -> None:
    assert bundle(signed() + "# edited\n", AUTHORITY).count("BEGIN") == 1
    assert "#" not in bundle("# edited\n" + signed(), AUTHORITY)


def test_supplied_files_that_fit_are_accepted() -> None:
    assert supplied_problem(signed(), AUTHORITY, pem(KEY), NAMES[0], START) == ""
    assert supplied_problem(signed(), "", pem(KEY), NAMES[0].upper(), START) == ""


def test_supplied_files_that_do_not_fit_are_named() -> None:
    other = pem(ec.generate_private_key(ec.SECP256R1()))
    assert "does not belong" in supplied_problem(signed(), "", other, NAMES[0], START)
    assert "cannot be read" in supplied_problem("no certificate", "", pem(KEY), NAMES[0], START)
    assert "backbone_secret_tls_key" in supplied_problem(signed(), "", "no key", NAMES[0], START)
    assert "expired" in supplied_problem(signed(), "", pem(KEY), NAMES[0], START + timedelta(days=400))
    assert "begins" in supplied_problem(signed(), "", pem(KEY), NAMES[0], START - timedelta(days=1))
    assert "name" in supplied_problem(signed(), "", pem(KEY), "data.kendal.example", START)
    stranger = make_authority("Kota Semarang", now=START)[1]
    assert "did not issue" in supplied_problem(signed(), stranger, pem(KEY), NAMES[0], START)


def test_a_wildcard_bears_the_name_one_level_down() -> None:
    wild = sign_csr(AUTHORITY_KEY, AUTHORITY, request(KEY), 90, ["*.semarang.example"], now=START)
    assert supplied_problem(wild, "", pem(KEY), "data.semarang.example", START) == ""
    assert "name" in supplied_problem(wild, "", pem(KEY), "a.data.semarang.example", START)
