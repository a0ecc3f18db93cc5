"""The internal certificate authority: signs the requests that servers make with keys of their own."""

from __future__ import annotations

import ipaddress
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID


def sign_csr(
    authority_key_pem: str,
    authority_cert_pem: str,
    csr_pem: str,
    days: int,
    dns_names: Sequence[str],
    addresses: Sequence[str],
) -> str:
    """A server certificate (PEM) for the public key in the request, good for `days` from now.

    Only the key is taken from the request; the names are those given here, the first of `dns_names` becomes
    the common name. It never outlives the authority. Raises ValueError for a request whose signature is
    wrong, a key that is not the authority's, and an authority that has expired.
    """
    authority = x509.load_pem_x509_certificate(authority_cert_pem.encode())
    key = serialization.load_pem_private_key(authority_key_pem.encode(), password=None)
    if not isinstance(key, ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey):
        raise ValueError("the authority's key is neither an ECDSA nor an RSA key")
    if key.public_key() != authority.public_key():
        raise ValueError("the authority's key does not belong to its certificate")
    request = x509.load_pem_x509_csr(csr_pem.encode())
    if not request.is_signature_valid:
        raise ValueError("the request's signature is wrong")
    now = datetime.now(UTC).replace(microsecond=0)
    if authority.not_valid_after_utc <= now:
        raise ValueError("the authority's certificate has expired")
    begins = max(now - timedelta(hours=1), authority.not_valid_before_utc)
    ends = min(now + timedelta(days=days), authority.not_valid_after_utc)
    names: list[x509.GeneralName] = [x509.DNSName(name) for name in dns_names]
    names += [x509.IPAddress(ipaddress.ip_address(address)) for address in addresses]
    usage = x509.KeyUsage(
        digital_signature=True,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=False,
        crl_sign=False,
        encipher_only=False,
        decipher_only=False,
    )
    certificate = (
        x509.CertificateBuilder()
        .subject_name(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, dns_names[0])]))
        .issuer_name(authority.subject)
        .public_key(request.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(begins)
        .not_valid_after(ends)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(usage, critical=True)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
        .add_extension(x509.SubjectAlternativeName(names), critical=False)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(request.public_key()), critical=False)
        .add_extension(
            x509.AuthorityKeyIdentifier.from_issuer_public_key(key.public_key()),
            critical=False,
        )
        .sign(key, hashes.SHA256())
    )
    return certificate.public_bytes(serialization.Encoding.PEM).decode()
