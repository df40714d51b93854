"""Local certificate authority for development and closed networks, created on first start.

A public installation uses a publicly trusted certificate. Until then, TLS works with this authority's certificates:
install `ca.pem` on phones and browsers.
"""

import contextlib
import ipaddress
import re
import socket
import ssl
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.types import PrivateKeyTypes
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from unificx.core.clock import Clock
from unificx.core.errors import StartupError
from unificx.core.files import write_durably

AUTHORITY_LIFETIME = timedelta(days=3650)
SERVER_LIFETIME = timedelta(days=397)
"""Maximum lifetime that browsers accept for server certificates."""
RENEW_BEFORE = timedelta(days=30)
BACKDATE = timedelta(hours=1)
"""Certificates are backdated, because clocks differ."""
AUTHORITY_KEY = "ca.key"
SERVER_KEY = "server.key"
KEY_FILES = (AUTHORITY_KEY, SERVER_KEY)
DEFAULT_NAMES = ("localhost", "127.0.0.1", "::1")


@dataclass(frozen=True, slots=True)
class Certificates:
    """PEM files: CA certificate, server certificate chain and server key, which is encrypted if there is a password."""

    authority: Path
    certificate: Path
    key: Path
    password: str | None = field(default=None, repr=False)


def ensure_certificates(
    directory: Path, names: Iterable[str], clock: Clock, password: str | None = None
) -> Certificates:
    """Return the development certificates in `directory`; create or renew them if needed.

    `names` are additional domains and addresses. With a `password`, private keys are encrypted by it, also those that
    are there already. Raise StartupError if the directory cannot be used, or another password is needed.
    """
    files = Certificates(directory / "ca.pem", directory / "server.pem", directory / SERVER_KEY, password)
    wanted = _all_names(names)
    with _reporting(directory):
        directory.mkdir(mode=0o700, parents=True, exist_ok=True)
        _encrypt_keys(directory, password)
        if not _is_current(files, wanted, clock.now()):
            authority, key = _load_or_create_authority(files, clock.now())
            _issue(files, wanted, authority, key, clock.now())
    return files


def encrypt_keys(directory: Path, password: str) -> None:
    """Encrypt private keys in `directory` that a former version stored as they are. Raise StartupError."""
    with _reporting(directory):
        _encrypt_keys(directory, password)


@contextlib.contextmanager
def _reporting(directory: Path) -> Iterator[None]:
    try:
        yield
    except (OSError, ValueError) as fault:
        raise StartupError(
            f"The TLS certificates in {directory} cannot be read or made.",
            hint="Make the directory writable, or remove it to have new certificates created.",
        ) from fault


def _encrypt_keys(directory: Path, password: str | None) -> None:
    """Raise OSError, and ValueError for a key that the password does not open."""
    for name in KEY_FILES if password is not None else ():
        path = directory / name
        try:
            content = path.read_bytes()
        except FileNotFoundError:
            continue
        is_plain = is_plain_key(content)
        key = serialization.load_pem_private_key(content, None if is_plain else _encoded(password))
        if is_plain:
            write_durably(path, _private_key_pem(key, password), 0o600)


TLS12_CIPHERS = "@SECLEVEL=2:ECDHE+AESGCM:ECDHE+CHACHA20"
"""Cipher suites for TLS 1.2: with forward secrecy, without CBC (RFC 9325 section 4.2)."""


def server_context(files: Certificates) -> ssl.SSLContext:
    """Return the context for TLS listeners: TLS 1.2 and later (RFC 8996), `TLS12_CIPHERS`, no client certificates."""
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.set_ciphers(TLS12_CIPHERS)
    context.load_cert_chain(files.certificate, files.key, files.password)
    return context


def _all_names(names: Iterable[str]) -> tuple[str, ...]:
    """Return all names and addresses; a host name that no certificate can contain is left out."""
    host = socket.gethostname().lower()
    own = (host,) if _HOST_NAME.match(host) else ()
    return tuple(dict.fromkeys((*DEFAULT_NAMES, *own, *(name.lower() for name in names if name))))


_HOST_NAME = re.compile(r"(?=.{1,253}\Z)[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?(\.[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?)*\Z")


def _general_name(name: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ipaddress.ip_address(name))
    except ValueError:
        return x509.DNSName(name.encode("idna").decode())


def _is_current(files: Certificates, wanted: tuple[str, ...], now: datetime) -> bool:
    if not (files.authority.exists() and files.certificate.exists() and files.key.exists()):
        return False
    authority = x509.load_pem_x509_certificate(files.authority.read_bytes())
    certificate = x509.load_pem_x509_certificate(files.certificate.read_bytes())
    soon = now + RENEW_BEFORE
    if max(certificate.not_valid_before_utc, authority.not_valid_before_utc) > now:
        return False  # made while the clock was ahead
    if certificate.not_valid_after_utc <= soon or authority.not_valid_after_utc <= soon:
        return False
    subject_names = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    return {_general_name(name) for name in wanted} <= set(subject_names)


def _load_or_create_authority(
    files: Certificates, now: datetime
) -> tuple[x509.Certificate, ec.EllipticCurvePrivateKey]:
    path, key_path = files.authority, files.authority.with_name(AUTHORITY_KEY)
    if path.exists() and key_path.exists():
        certificate_on_disk = x509.load_pem_x509_certificate(path.read_bytes())
        key = serialization.load_pem_private_key(key_path.read_bytes(), _encoded(files.password))
        begins, ends = certificate_on_disk.not_valid_before_utc, certificate_on_disk.not_valid_after_utc
        if begins <= now and ends > now + SERVER_LIFETIME and isinstance(key, ec.EllipticCurvePrivateKey):
            return certificate_on_disk, key
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "UnifiCX development authority")])
    certificate = (
        _certificate(name, name, key.public_key(), now, AUTHORITY_LIFETIME)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(_key_usage(signs_certificates=True), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .sign(key, hashes.SHA256())
    )
    write_durably(key_path, _private_key_pem(key, files.password), 0o600)
    write_durably(path, certificate.public_bytes(serialization.Encoding.PEM), 0o644)
    return certificate, key


def _issue(
    files: Certificates,
    wanted: tuple[str, ...],
    authority: x509.Certificate,
    authority_key: ec.EllipticCurvePrivateKey,
    now: datetime,
) -> None:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "UnifiCX")])
    issuer = x509.AuthorityKeyIdentifier.from_issuer_public_key(authority_key.public_key())
    certificate = (
        _certificate(name, authority.subject, key.public_key(), now, SERVER_LIFETIME)
        .add_extension(x509.SubjectAlternativeName([_general_name(one) for one in wanted]), critical=False)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(_key_usage(signs_certificates=False), critical=True)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
        .add_extension(issuer, critical=False)
        .sign(authority_key, hashes.SHA256())
    )
    chain = certificate.public_bytes(serialization.Encoding.PEM) + authority.public_bytes(serialization.Encoding.PEM)
    write_durably(files.key, _private_key_pem(key, files.password), 0o600)
    write_durably(files.certificate, chain, 0o644)


def _certificate(
    subject: x509.Name, issuer: x509.Name, key: ec.EllipticCurvePublicKey, now: datetime, life: timedelta
) -> x509.CertificateBuilder:
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key)
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - BACKDATE)
        .not_valid_after(now + life)
    )


def _key_usage(*, signs_certificates: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=not signs_certificates,
        key_cert_sign=signs_certificates,
        crl_sign=signs_certificates,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        encipher_only=False,
        decipher_only=False,
    )


def is_plain_key(content: bytes) -> bool:
    """Whether a PEM file has a private key that is not encrypted (RFC 7468 section 10, RFC 5915, RFC 1421)."""
    return any(
        name.endswith(b"PRIVATE KEY") and name != b"ENCRYPTED PRIVATE KEY" and not after.startswith(b"Proc-Type:")
        for name, after in _PEM_BLOCK.findall(content)
    )


_PEM_BLOCK = re.compile(rb"-----BEGIN ([A-Z ]{1,40})-----\s*([A-Za-z-]{0,10}:?)")


def _private_key_pem(key: PrivateKeyTypes, password: str | None) -> bytes:
    secret = _encoded(password)
    encryption = serialization.NoEncryption() if secret is None else serialization.BestAvailableEncryption(secret)
    return key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, encryption)


def _encoded(password: str | None) -> bytes | None:
    return None if password is None else password.encode()
