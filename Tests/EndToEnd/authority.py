"""Certificates for receivers that speak TLS."""
import datetime
import ipaddress

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID


def certificates(home):
    """A small authority, and certificates of it: one for a receiver, one for who sends."""
    now = datetime.datetime.now(datetime.timezone.utc)

    def make(name, issuer, issuer_key, is_authority):
        key = ec.generate_private_key(ec.SECP256R1())
        subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
        builder = (x509.CertificateBuilder().subject_name(subject).issuer_name(issuer or subject).public_key(key.public_key())
                   .serial_number(x509.random_serial_number()).not_valid_before(now - datetime.timedelta(hours=1))
                   .not_valid_after(now + datetime.timedelta(days=2))
                   .add_extension(x509.BasicConstraints(ca=is_authority, path_length=None), critical=True))
        if not is_authority:
            builder = builder.add_extension(
                x509.SubjectAlternativeName([x509.DNSName("localhost"), x509.DNSName("127.1"), x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]), False)
        return key, builder.sign(issuer_key or key, hashes.SHA256())

    authority_key, authority = make("Test authority", None, None, True)
    (home / "ca.pem").write_bytes(authority.public_bytes(serialization.Encoding.PEM))
    for file, name in (("server", "localhost"), ("client", "gw-1")):
        key, certificate = make(name, authority.subject, authority_key, False)
        (home / f"{file}.pem").write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
        (home / f"{file}.key").write_bytes(key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()))
