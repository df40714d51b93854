"""An authority for signed caller ids, made for a test, and the certificates of its carriers."""

import json
from datetime import UTC, datetime, timedelta

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID
from joserfc import jws
from joserfc.jwk import ECKey

TN_AUTHORIZATION_LIST = x509.ObjectIdentifier("1.3.6.1.5.5.7.1.26")
PROVIDER = bytes.fromhex("3008a006160431313131")
"""TNAuthList (RFC 8226 section 9) with the service provider 1111."""
NUMBERS = bytes.fromhex("3023a111300f160a34393330313233343530020164a20e160c343931373031323334353637")
"""TNAuthList with the 100 numbers from +4930123450 and the number +491701234567, as an authority encodes it."""
FROM, UNTIL = datetime(2000, 1, 1, tzinfo=UTC), datetime(2090, 1, 1, tzinfo=UTC)


def diverted_header(key: ECKey, url: str, **claims: object) -> str:
    """Return an Identity header about a forwarded call (RFC 8946); `claims`: dest, div, iat, orig."""
    header = {"alg": "ES256", "ppt": "div", "typ": "passport", "x5u": url}
    registry = jws.JWSRegistry(algorithms=["ES256"], strict_check_header=False)
    return f"{jws.serialize_compact(header, json.dumps(claims), key, registry=registry)};info=<{url}>;ppt=div"


def private_pem(key: ec.EllipticCurvePrivateKey) -> str:
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()


class Authority:
    """`root` is its certificate, signed by itself or by the authority that delegates `numbers` to it (RFC 9060)."""

    def __init__(self, name: str = "Authority", issuer: "Authority | None" = None, numbers: bytes = b"") -> None:
        self._key = ec.generate_private_key(ec.SECP256R1())
        self._name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
        by = issuer or self
        builder = by._builder(self._name, self._key.public_key(), UNTIL, numbers)
        builder = builder.add_extension(x509.BasicConstraints(ca=True, path_length=0 if issuer else 1), critical=True)
        usage = x509.KeyUsage(*[False] * 5, key_cert_sign=True, crl_sign=True, encipher_only=False, decipher_only=False)
        builder = builder.add_extension(usage, critical=True)
        key_id = x509.SubjectKeyIdentifier.from_public_key(self._key.public_key())
        self.root = builder.add_extension(key_id, critical=False).sign(by._key, SHA256())

    def certificate(
        self, key: ec.EllipticCurvePrivateKey, *, until: datetime = UNTIL, numbers: bytes = PROVIDER
    ) -> bytes:
        """Return a certificate in PEM for the key of a carrier, with a TNAuthList; b"": without it."""
        name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "SHAKEN 1111")])
        signed = self._builder(name, key.public_key(), until, numbers).sign(self._key, SHA256())
        return signed.public_bytes(Encoding.PEM)

    def _builder(
        self, name: x509.Name, key: ec.EllipticCurvePublicKey, until: datetime, numbers: bytes
    ) -> x509.CertificateBuilder:
        builder = x509.CertificateBuilder().subject_name(name).issuer_name(self._name).public_key(key)
        builder = builder.serial_number(x509.random_serial_number())
        builder = builder.not_valid_before(min(FROM, until - timedelta(days=1))).not_valid_after(until)
        issuer = x509.AuthorityKeyIdentifier.from_issuer_public_key(self._key.public_key())
        builder = builder.add_extension(issuer, critical=False)
        if numbers:
            extension = x509.UnrecognizedExtension(TN_AUTHORIZATION_LIST, numbers)
            builder = builder.add_extension(extension, critical=False)
        return builder
