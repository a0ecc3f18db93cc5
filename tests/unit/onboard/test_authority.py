"""The internal authority: what it signs is what a TLS client accepts, and nothing else."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.x509.oid import NameOID
from cryptography.x509.verification import PolicyBuilder, Store, VerificationError

from provision.errors import UsageError
from provision.onboard.authority import make_authority, sign_csr

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)


def request(key: ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey, name: str = "evil.example") -> str:
    made = (
        x509.CertificateSigningRequestBuilder()
        .subject_name(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)]))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(name)]), critical=False)
        .sign(key, hashes.SHA256())
    )
    return made.public_bytes(serialization.Encoding.PEM).decode()


def verified(authority: str, leaf: str, name: str, at: datetime) -> None:
    """Verify as a TLS client would; raises VerificationError."""
    store = Store([x509.load_pem_x509_certificate(authority.encode())])
    verifier = PolicyBuilder().store(store).time(at).build_server_verifier(x509.DNSName(name))
    verifier.verify(x509.load_pem_x509_certificate(leaf.encode()), [])


@pytest.fixture(scope="module")
def authority() -> tuple[str, str]:
    return make_authority("Kota Semarang", now=NOW)


@pytest.fixture(scope="module")
def server_key() -> ec.EllipticCurvePrivateKey:
    return ec.generate_private_key(ec.SECP256R1())


def test_the_authority_is_one_for_ten_years_and_no_authority_below_it(authority: tuple[str, str]) -> None:
    certificate = x509.load_pem_x509_certificate(authority[1].encode())
    limits = certificate.extensions.get_extension_for_class(x509.BasicConstraints)
    assert (limits.critical, limits.value.ca, limits.value.path_length) == (True, True, 0)
    assert certificate.not_valid_after_utc - NOW == timedelta(days=3652)
    assert "Kota Semarang" in certificate.subject.rfc4514_string()
    key = serialization.load_pem_private_key(authority[0].encode(), None)
    assert isinstance(key, ec.EllipticCurvePrivateKey)
    assert isinstance(key.curve, ec.SECP256R1)


def test_a_client_accepts_the_leaf_for_its_name_and_its_time_only(
    authority: tuple[str, str], server_key: ec.EllipticCurvePrivateKey
) -> None:
    leaf = sign_csr(*authority, request(server_key), 397, ["data.semarang.example"], ["10.33.74.10"], now=NOW)
    verified(authority[1], leaf, "data.semarang.example", NOW + timedelta(days=396))
    with pytest.raises(VerificationError):
        verified(authority[1], leaf, "data.semarang.example", NOW + timedelta(days=398))
    # The name that the request asked for is not the inventory's: it is not granted.
    with pytest.raises(VerificationError):
        verified(authority[1], leaf, "evil.example", NOW)
    other = make_authority("Kota Semarang", now=NOW)
    with pytest.raises(VerificationError):
        verified(other[1], leaf, "data.semarang.example", NOW)
    read = x509.load_pem_x509_certificate(leaf.encode())
    assert read.public_key() == server_key.public_key()
    names = read.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    assert [str(one) for one in names.get_values_for_type(x509.IPAddress)] == ["10.33.74.10"]


def test_a_leaf_cannot_sign(authority: tuple[str, str], server_key: ec.EllipticCurvePrivateKey) -> None:
    leaf = sign_csr(*authority, request(server_key), 30, ["a.example"], now=NOW)
    key = server_key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    ).decode()
    below = sign_csr(key, leaf, request(ec.generate_private_key(ec.SECP256R1())), 30, ["b.example"], now=NOW)
    store = Store([x509.load_pem_x509_certificate(authority[1].encode())])
    verifier = PolicyBuilder().store(store).time(NOW).build_server_verifier(x509.DNSName("b.example"))
    with pytest.raises(VerificationError):
        verifier.verify(x509.load_pem_x509_certificate(below.encode()), [x509.load_pem_x509_certificate(leaf.encode())])


def test_a_leaf_never_outlives_the_authority(
    authority: tuple[str, str], server_key: ec.EllipticCurvePrivateKey
) -> None:
    late = NOW + timedelta(days=3650)
    leaf = sign_csr(*authority, request(server_key), 397, ["a.example"], now=late)
    ends = x509.load_pem_x509_certificate(authority[1].encode()).not_valid_after_utc
    assert x509.load_pem_x509_certificate(leaf.encode()).not_valid_after_utc == ends
    with pytest.raises(UsageError, match="ended on"):
        sign_csr(*authority, request(server_key), 397, ["a.example"], now=NOW + timedelta(days=3653))


def test_what_is_refused(authority: tuple[str, str], server_key: ec.EllipticCurvePrivateKey) -> None:
    key, certificate = authority
    other_key, _other = make_authority("other", now=NOW)
    with pytest.raises(UsageError, match="does not belong"):
        sign_csr(other_key, certificate, request(server_key), 30, ["a.example"], now=NOW)
    with pytest.raises(UsageError, match="cannot be read"):
        sign_csr(key, certificate, "nonsense", 30, ["a.example"], now=NOW)
    with pytest.raises(UsageError, match="cannot be read"):
        sign_csr("nonsense", certificate, request(server_key), 30, ["a.example"], now=NOW)
    with pytest.raises(UsageError, match="needs a name"):
        sign_csr(key, certificate, request(server_key), 30, [], now=NOW)
    weak = rsa.generate_private_key(65537, 1024)
    with pytest.raises(UsageError, match="too weak"):
        sign_csr(key, certificate, request(weak), 30, ["a.example"], now=NOW)
