"""Whether the signed caller id of a call is right (RFC 8224 section 6.2), forwarded calls (RFC 8946) included.
Pure.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from cryptography.x509.verification import ExtensionPolicy, PolicyBuilder, Store, VerificationError
from joserfc.errors import JoseError
from joserfc.jwk import ECKey

from unificx.sip.passport import (
    BAD_IDENTITY_INFO,
    INVALID_IDENTITY_HEADER,
    STALE_DATE,
    UNSUPPORTED_CREDENTIAL,
    BadIdentity,
    DivertedPassport,
    Passport,
    SignedPassport,
    canonical,
    is_signed_by,
)
from unificx.trunks.certified_numbers import CertifiedNumbers, certified_numbers

FRESH_SECONDS = 60
"""Greatest age of a signature, and greatest difference of the clocks (RFC 8224 section 4.1)."""
MAX_CERTIFICATES = 6
VerificationState = Literal["verified", "failed", "unsigned"]
REASONS = {
    STALE_DATE: "Stale Date",
    BAD_IDENTITY_INFO: "Bad Identity Info",
    UNSUPPORTED_CREDENTIAL: "Unsupported Credential",
    INVALID_IDENTITY_HEADER: "Invalid Identity Header",
}


@dataclass(frozen=True, slots=True)
class IdentityCheck:
    """State of the signature of a call before the numbers are compared: the statement if it is valid, with the valid
    ones about diversions, else the status with which the call may be rejected; neither without a signature."""

    passport: Passport | None = None
    status: int = 0
    diversions: tuple[DivertedPassport, ...] = ()


@dataclass(frozen=True, slots=True)
class Verification:
    """The result. `attestation` is that of the signer if it is verified; `status`: the response if it has failed."""

    state: VerificationState
    attestation: str = ""
    status: int = 0

    def __str__(self) -> str:
        """State and attestation as they are stored, such as "verified A"."""
        return f"{self.state} {self.attestation}".strip()


@dataclass(frozen=True, slots=True)
class CertifiedSigner:
    """The owner of a certificate. `numbers` are the lists of the certificate and, as one may delegate a part of its own
    numbers (RFC 9060), of those above it."""

    key: ECKey
    numbers: tuple[CertifiedNumbers, ...]

    def may_sign(self, number: str) -> bool:
        """Whether a number in E.164 without "+" is in every list."""
        return all(one.covers(number) for one in self.numbers)


def certified_signer(pem: bytes, roots: Sequence[x509.Certificate], now: datetime) -> CertifiedSigner:
    """Return the owner of the first certificate of a chain that leads to one of the roots. Raises BadIdentity."""
    try:
        chain = x509.load_pem_x509_certificates(pem)
    except ValueError:
        raise BadIdentity(BAD_IDENTITY_INFO) from None
    if not roots or not 1 <= len(chain) <= MAX_CERTIFICATES:
        raise BadIdentity(UNSUPPORTED_CREDENTIAL)
    policy = PolicyBuilder().store(Store(list(roots))).time(now)
    # These certificates name no host, and have no extended key usage.
    verifier = policy.extension_policies(
        ee_policy=ExtensionPolicy.permit_all(), ca_policy=ExtensionPolicy.webpki_defaults_ca()
    ).build_client_verifier()
    try:
        numbers = [certified_numbers(one) for one in verifier.verify(chain[0], chain[1:]).chain]
        key = chain[0].public_key()
    except (VerificationError, ValueError, InvalidSignature, UnsupportedAlgorithm):
        raise BadIdentity(UNSUPPORTED_CREDENTIAL) from None
    if numbers[0] is None or not isinstance(key, ec.EllipticCurvePublicKey):
        raise BadIdentity(UNSUPPORTED_CREDENTIAL)
    try:
        signer_key = ECKey.import_key(key.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo))
    except (JoseError, ValueError):
        raise BadIdentity(UNSUPPORTED_CREDENTIAL) from None
    return CertifiedSigner(signer_key, tuple([one for one in numbers if one is not None]))


def checked_identity(signed: SignedPassport, signer: CertifiedSigner, now: datetime) -> Passport | DivertedPassport:
    """Return a statement after a check of signature, age, and the right of the signer to the number. Raises
    BadIdentity."""
    passport = signed.passport
    if not is_signed_by(signed, signer.key):
        raise BadIdentity(INVALID_IDENTITY_HEADER)
    if abs(now.timestamp() - passport.issued) > FRESH_SECONDS:
        raise BadIdentity(STALE_DATE)
    if not signer.may_sign(passport.caller if isinstance(passport, Passport) else passport.by):
        raise BadIdentity(UNSUPPORTED_CREDENTIAL)
    return passport


def verify(check: IdentityCheck | None, caller: str, called: str) -> Verification:
    """Compare the numbers of a call, in E.164, with those that were signed; `caller` "" : it is withheld."""
    if check is None:
        return Verification("unsigned")
    passport = check.passport
    if passport is None:
        return Verification("failed", status=check.status)
    if canonical(caller) != passport.caller or canonical(called) not in _reached(passport, check.diversions):
        return Verification("failed", status=INVALID_IDENTITY_HEADER)
    return Verification("verified", passport.attestation)


def _reached(passport: Passport, diversions: Sequence[DivertedPassport]) -> set[str]:
    """Return the numbers that a call was made to, and those that it was forwarded to from there (RFC 8946)."""
    reached = set(passport.called)
    for _ in diversions:  # they may be in any order
        for one in diversions:
            if one.caller == passport.caller and one.by in reached:
                reached.update(one.called)
    return reached
