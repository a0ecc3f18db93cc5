"""What a server proves itself with: the key that signs its reports, and a certificate for the collector's door.

Both are made on the server and their private parts never leave it. The certificate is signed by its own key: the
collector trusts exactly the certificates that were put into its folder, so that no authority can speak for a server.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from provision.inventory.vault import write_private

KEY = "client.key"
CERTIFICATE = "client.pem"
DAYS = 3652  # ten years; an identity ends by being taken out of the collector's folder
_BACKDATED = timedelta(days=1)  # the collector's clock may be behind


def client(folder: Path, name: str, now: datetime | None = None) -> Path:
    """The certificate in `folder` for this server, made together with its key where one of them lacks."""
    key_file, certificate_file = folder / KEY, folder / CERTIFICATE
    if key_file.exists() and certificate_file.exists():
        return certificate_file
    start = (now or datetime.now(UTC)).replace(microsecond=0)
    key = ec.generate_private_key(ec.SECP256R1())
    who = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name[:64])])
    certificate = (
        x509.CertificateBuilder()
        .subject_name(who)
        .issuer_name(who)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(start - _BACKDATED)
        .not_valid_after(start + timedelta(days=DAYS))
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.CLIENT_AUTH]), critical=False)
        .sign(key, hashes.SHA256())
    )
    form = serialization.PrivateFormat.PKCS8
    pem = key.private_bytes(serialization.Encoding.PEM, form, serialization.NoEncryption())
    certificate_file.unlink(missing_ok=True)
    write_private(key_file, pem)
    write_private(certificate_file, certificate.public_bytes(serialization.Encoding.PEM))
    return certificate_file
