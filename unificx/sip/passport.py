"""Signed caller ids: the Identity header (RFC 8224) with a SHAKEN PASSporT (RFC 8225, RFC 8588)."""

import json
import re
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any, Literal, cast

from joserfc import jws
from joserfc.errors import JoseError
from joserfc.jwk import ECKey

Attestation = Literal["A", "B", "C"]
"""A: the caller may use the number; B: the caller is known, but not the right to the number; C: neither (RFC 8588
section 4)."""
STALE_DATE, BAD_IDENTITY_INFO, UNSUPPORTED_CREDENTIAL, INVALID_IDENTITY_HEADER = 403, 436, 437, 438
"""Responses to a wrong signature (RFC 8224 section 6.2.2)."""
MAX_HEADER_BYTES = 8_192
ALGORITHM, PPT = "ES256", "shaken"
_VALUE = re.compile(r"([A-Za-z0-9_.-]+)[ \t]*;[ \t]*info[ \t]*=[ \t]*<([^<>\s]{1,1000})>(.*)", re.DOTALL)
_digits = re.compile(r"[0-9]{1,15}").fullmatch


@dataclass(frozen=True, slots=True)
class Passport:
    """A signed statement about a call. Numbers are in E.164 without "+" (RFC 8224 section 8.3); `issued` is in seconds
    since 1970; `origin` is an opaque id of the place where the call entered the network."""

    attestation: Attestation
    caller: str = field(repr=False)
    called: tuple[str, ...] = field(repr=False)
    issued: int
    origin: str


@dataclass(frozen=True, slots=True)
class SignedPassport:
    """An Identity header, not verified yet. `certificate_url`: where the certificate of the signer is."""

    token: str = field(repr=False)
    certificate_url: str
    passport: Passport


class BadIdentity(ValueError):
    """The header cannot be used. `status`: the response by RFC 8224 section 6.2.2."""

    def __init__(self, status: int) -> None:
        super().__init__(f"unusable Identity header: {status}")
        self.status = status


@lru_cache(maxsize=1_024)
def signing_key(pem: str) -> ECKey:
    """Return a private key on the curve P-256. Raises ValueError."""
    try:
        key = ECKey.import_key(pem)
    except (JoseError, ValueError, TypeError):
        raise ValueError("not a private key on the curve P-256") from None
    if key.curve_name != "P-256" or not key.is_private:
        raise ValueError("not a private key on the curve P-256")
    return key


def canonical(number: str) -> str:
    """Return a number as a PASSporT has it: digits, without "+"."""
    return number.removeprefix("+")


def identity_header(passport: Passport, key: ECKey, certificate_url: str) -> str:
    """Return the value of an Identity header."""
    header = {"alg": ALGORITHM, "ppt": PPT, "typ": "passport", "x5u": certificate_url}
    claims = {
        "attest": passport.attestation,
        "dest": {"tn": list(passport.called)},
        "iat": passport.issued,
        "orig": {"tn": passport.caller},
        "origid": passport.origin,
    }
    token = jws.serialize_compact(header, _compact_json(claims), key, registry=_REGISTRY)
    return f"{token};info=<{certificate_url}>;alg={ALGORITHM};ppt={PPT}"


def read_identity(value: str) -> SignedPassport:
    """Return the parts of an Identity header, whose signature is not checked. Raises BadIdentity."""
    found = _VALUE.fullmatch(value) if len(value) <= MAX_HEADER_BYTES else None
    if found is None:
        raise BadIdentity(INVALID_IDENTITY_HEADER)
    token, url = found[1], found[2]
    try:
        signed = jws.extract_compact(token.encode(), registry=_REGISTRY)
        header, claims = signed.headers(), json.loads(signed.payload)
    except (JoseError, ValueError, RecursionError):
        raise BadIdentity(INVALID_IDENTITY_HEADER) from None
    if header.get("ppt") != PPT or header.get("alg") != ALGORITHM:
        raise BadIdentity(INVALID_IDENTITY_HEADER)
    if header.get("x5u") != url:
        raise BadIdentity(BAD_IDENTITY_INFO)
    return SignedPassport(token, url, _passport(claims))


def is_signed_by(signed: SignedPassport, key: ECKey) -> bool:
    """Return whether the owner of a key has made the statement."""
    try:
        jws.deserialize_compact(signed.token.encode(), key, algorithms=[ALGORITHM], registry=_REGISTRY)
    except (JoseError, ValueError):
        return False
    return True


def _passport(claims: Any) -> Passport:
    """Return what a token says. Raises BadIdentity."""
    try:
        attestation, issued, origin = claims["attest"], claims["iat"], claims["origid"]
        caller, called = claims["orig"]["tn"], claims["dest"]["tn"]
    except (KeyError, TypeError):
        raise BadIdentity(INVALID_IDENTITY_HEADER) from None
    numbers = cast("list[Any]", called) if isinstance(called, list) else [called]
    if not all(isinstance(each, str) and _digits(each) for each in (caller, *numbers)) or not 1 <= len(numbers) <= 10:
        raise BadIdentity(INVALID_IDENTITY_HEADER)
    if attestation not in ("A", "B", "C") or not isinstance(issued, int) or not isinstance(origin, str):
        raise BadIdentity(INVALID_IDENTITY_HEADER)
    return Passport(attestation, caller, tuple(numbers), issued, origin[:64])


def _compact_json(claims: dict[str, Any]) -> str:
    """Return the one form of these claims that RFC 8225 section 9 allows."""
    return json.dumps(claims, separators=(",", ":"), sort_keys=True)


_REGISTRY = jws.JWSRegistry(algorithms=[ALGORITHM], strict_check_header=False)
