"""The internal certificate authority of a region: made once, kept on the controller, signs servers' requests.

Pure functions on PEM text; who stores a key, and where, is the caller's business. The authority's key lives
in the vault (`backbone_secret_tls_authority_key`), its certificate beside the inventory (`authority.pem`). A
server's own key never leaves the server: only its request comes here.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from provision.errors import UsageError
from provision.i18n import _

AUTHORITY_DAYS = 3652  # ten years
# Clocks of servers that have not reached a time source yet may be behind.
_BACKDATED = timedelta(hours=1)


class CannotSign(UsageError, ValueError):  # noqa: N818 — reads as the state it is
    """A request that the authority refuses, or an authority that cannot sign; the message says why."""


def _now() -> datetime:
    return datetime.now(UTC).replace(microsecond=0)


def make_authority(region: str, *, now: datetime | None = None) -> tuple[str, str]:
    """A new authority for a region (its name or code): (private key, certificate), PEM.

    ECDSA P-256, valid for ten years; it may sign servers' certificates but no further authority.
    """
    start = now or _now()
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name(
        [
            x509.NameAttribute(NameOID.ORGANIZATION_NAME, "Backbone Daerah"),
            x509.NameAttribute(NameOID.COMMON_NAME, f"Backbone Daerah {region}"[:64]),
        ]
    )
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(start - _BACKDATED)
        .not_valid_after(start + timedelta(days=AUTHORITY_DAYS))
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(
            x509.KeyUsage(
                digital_signature=False,
                content_commitment=False,
                key_encipherment=False,
                data_encipherment=False,
                key_agreement=False,
                key_cert_sign=True,
                crl_sign=True,
                encipher_only=False,
                decipher_only=False,
            ),
            critical=True,
        )
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .sign(key, hashes.SHA256())
    )
    key_pem = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    return key_pem.decode("ascii"), certificate.public_bytes(serialization.Encoding.PEM).decode("ascii")


def _authority(key_pem: str, cert_pem: str) -> tuple[ec.EllipticCurvePrivateKey, x509.Certificate]:
    repair = _("restore both from the same backup of the inventory: the vault and authority.pem")
    try:
        key = serialization.load_pem_private_key(key_pem.encode("ascii"), password=None)
        certificate = x509.load_pem_x509_certificate(cert_pem.encode("ascii"))
    except ValueError as fault:
        raise CannotSign(_("the authority's key or certificate cannot be read"), repair=repair) from fault
    if not isinstance(key, ec.EllipticCurvePrivateKey) or key.public_key() != certificate.public_key():
        raise CannotSign(_("the authority's key does not belong to its certificate"), repair=repair)
    return key, certificate


def _request(csr_pem: str) -> x509.CertificateSigningRequest:
    try:
        request = x509.load_pem_x509_csr(csr_pem.encode("ascii"))
        sound = request.is_signature_valid
    except (ValueError, InvalidSignature) as fault:
        raise CannotSign(_("the server's certificate request cannot be read")) from fault
    if not sound:
        raise CannotSign(_("the server's certificate request is not signed by its own key"))
    key = request.public_key()
    strong = (
        isinstance(key, ed25519.Ed25519PublicKey)
        or (isinstance(key, ec.EllipticCurvePublicKey) and key.key_size >= 256)
        or (isinstance(key, rsa.RSAPublicKey) and key.key_size >= 2048)
    )
    if not strong:
        raise CannotSign(_("the server's key is too weak: ECDSA P-256, Ed25519 or RSA of 2048 bits at least"))
    return request


def sign_csr(
    authority_key_pem: str,
    authority_cert_pem: str,
    csr_pem: str,
    days: int,
    dns_names: Iterable[str],
    addresses: Iterable[str] = (),
    *,
    now: datetime | None = None,
) -> str:
    """A server's certificate, PEM, from its request.

    `dns_names` and `addresses` come from the inventory; those in the request are ignored. Valid for `days`,
    never longer than the authority itself. Raises CannotSign when the authority's key and certificate do not
    belong together or have ended, the request is damaged or its key weak, or no name is given.
    """
    start = now or _now()
    key, authority = _authority(authority_key_pem, authority_cert_pem)
    request = _request(csr_pem)
    names = list(dict.fromkeys(dns_names))
    if not names or days < 1:
        raise CannotSign(_("a certificate needs a name and at least one day"))
    if authority.not_valid_after_utc <= start:
        raise CannotSign(
            _("the authority's certificate ended on {day}").format(
                day=authority.not_valid_after_utc.date().isoformat()
            ),
            repair=_("make a new authority and give its certificate to the clients"),
        )
    alternatives: list[x509.GeneralName] = [x509.DNSName(name) for name in names]
    alternatives += [x509.IPAddress(ipaddress.ip_address(one)) for one in dict.fromkeys(addresses)]
    public = request.public_key()
    leaf = (
        x509.CertificateBuilder()
        .subject_name(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, names[0][:64])]))
        .issuer_name(authority.subject)
        .public_key(public)
        .serial_number(x509.random_serial_number())
        .not_valid_before(max(start - _BACKDATED, authority.not_valid_before_utc))
        .not_valid_after(min(start + timedelta(days=days), authority.not_valid_after_utc))
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(
            x509.KeyUsage(
                digital_signature=True,
                content_commitment=False,
                key_encipherment=isinstance(public, rsa.RSAPublicKey),
                data_encipherment=False,
                key_agreement=False,
                key_cert_sign=False,
                crl_sign=False,
                encipher_only=False,
                decipher_only=False,
            ),
            critical=True,
        )
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
        .add_extension(x509.SubjectAlternativeName(alternatives), critical=False)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(public), critical=False)
        .add_extension(
            x509.AuthorityKeyIdentifier.from_issuer_subject_key_identifier(
                authority.extensions.get_extension_for_class(x509.SubjectKeyIdentifier).value
            ),
            critical=False,
        )
        .sign(key, hashes.SHA256())
    )
    return leaf.public_bytes(serialization.Encoding.PEM).decode("ascii")
