"""An authority for signed caller ids, made for a test, and the certificates of its carriers."""

from datetime import UTC, datetime, timedelta

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

TN_LIST = x509.UnrecognizedExtension(
    x509.ObjectIdentifier("1.3.6.1.5.5.7.1.26"), bytes.fromhex("3008a00616043131 3131".replace(" ", ""))
)
FROM, UNTIL = datetime(2000, 1, 1, tzinfo=UTC), datetime(2090, 1, 1, tzinfo=UTC)


def private_pem(key: ec.EllipticCurvePrivateKey) -> str:
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()


class Authority:
    """`root` is its certificate."""

    def __init__(self, name: str = "Authority") -> None:
        self._key = ec.generate_private_key(ec.SECP256R1())
        self._name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
        builder = self._builder(self._name, self._key.public_key(), UNTIL)
        builder = builder.add_extension(x509.BasicConstraints(ca=True, path_length=1), critical=True)
        usage = x509.KeyUsage(*[False] * 5, key_cert_sign=True, crl_sign=True, encipher_only=False, decipher_only=False)
        builder = builder.add_extension(usage, critical=True)
        key_id = x509.SubjectKeyIdentifier.from_public_key(self._key.public_key())
        self.root = builder.add_extension(key_id, critical=False).sign(self._key, SHA256())

    def certificate(
        self, key: ec.EllipticCurvePrivateKey, *, until: datetime = UNTIL, for_numbers: bool = True
    ) -> bytes:
        """Return a certificate in PEM for the key of a carrier."""
        name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "SHAKEN 1111")])
        builder = self._builder(name, key.public_key(), until)
        issuer = x509.AuthorityKeyIdentifier.from_issuer_public_key(self._key.public_key())
        builder = builder.add_extension(issuer, critical=False)
        if for_numbers:
            builder = builder.add_extension(TN_LIST, critical=False)
        return builder.sign(self._key, SHA256()).public_bytes(Encoding.PEM)

    def _builder(self, name: x509.Name, key: ec.EllipticCurvePublicKey, until: datetime) -> x509.CertificateBuilder:
        builder = x509.CertificateBuilder().subject_name(name).issuer_name(self._name).public_key(key)
        builder = builder.serial_number(x509.random_serial_number())
        return builder.not_valid_before(min(FROM, until - timedelta(days=1))).not_valid_after(until)
