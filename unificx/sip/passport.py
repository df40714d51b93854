"""Signed caller ids: the Identity header (RFC 8224) with a SHAKEN PASSporT (RFC 8225, RFC 8588), and those of
forwarded calls (RFC 8946)."""

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
ALGORITHM, PPT, DIVERTED_PPT = "ES256", "shaken", "div"
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
class DivertedPassport:
    """A signed statement that the number `by` has forwarded a call, to the numbers `called` (RFC 8946)."""

    by: str = field(repr=False)
    caller: str = field(repr=False)
    called: tuple[str, ...] = field(repr=False)
    issued: int


@dataclass(frozen=True, slots=True)
class SignedPassport:
    """An Identity header, not verified yet. `certificate_url`: where the certificate of the signer is."""

    token: str = field(repr=False)
    certificate_url: str
    passport: Passport | DivertedPassport


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
    kind = header.get("ppt")
    if kind not in (PPT, DIVERTED_PPT) or header.get("alg") != ALGORITHM:
        raise BadIdentity(INVALID_IDENTITY_HEADER)
    if header.get("x5u") != url:
        raise BadIdentity(BAD_IDENTITY_INFO)
    return SignedPassport(token, url, _passport(claims) if kind == PPT else _diverted(claims))


def is_signed_by(signed: SignedPassport, key: ECKey) -> bool:
    """Return whether the owner of a key has made the statement."""
    try:
        jws.deserialize_compact(signed.token.encode(), key, algorithms=[ALGORITHM], registry=_REGISTRY)
    except (JoseError, ValueError):
        return False
    return True


def _passport(claims: Any) -> Passport:
    """Return what a token says. Raises BadIdentity."""
    caller, called, issued = _call(claims)
    attestation, origin = claims.get("attest"), claims.get("origid")
    if attestation not in ("A", "B", "C") or not isinstance(origin, str):
        raise BadIdentity(INVALID_IDENTITY_HEADER)
    return Passport(attestation, caller, called, issued, origin[:64])


def _diverted(claims: Any) -> DivertedPassport:
    """Return what a token about a forwarded call says. Raises BadIdentity."""
    caller, called, issued = _call(claims)
    return DivertedPassport(_number(claims, "div"), caller, called, issued)


def _call(claims: Any) -> tuple[str, tuple[str, ...], int]:
    """Return caller, called numbers and time. Raises BadIdentity."""
    caller, issued = _number(claims, "orig"), claims.get("iat")
    try:
        called = claims["dest"]["tn"]
    except (KeyError, TypeError):
        raise BadIdentity(INVALID_IDENTITY_HEADER) from None
    numbers = cast("list[Any]", called) if isinstance(called, list) else [called]
    if not all(isinstance(each, str) and _digits(each) for each in numbers) or not 1 <= len(numbers) <= 10:
        raise BadIdentity(INVALID_IDENTITY_HEADER)
    if not isinstance(issued, int):
        raise BadIdentity(INVALID_IDENTITY_HEADER)
    return caller, tuple(numbers), issued


def _number(claims: Any, claim: str) -> str:
    """Return the number in a claim. Raises BadIdentity."""
    try:
        number = claims[claim]["tn"]
    except (KeyError, TypeError):
        raise BadIdentity(INVALID_IDENTITY_HEADER) from None
    if not isinstance(number, str) or not _digits(number):
        raise BadIdentity(INVALID_IDENTITY_HEADER)
    return number


def _compact_json(claims: dict[str, Any]) -> str:
    """Return the one form of these claims that RFC 8225 section 9 allows."""
    return json.dumps(claims, separators=(",", ":"), sort_keys=True)


_REGISTRY = jws.JWSRegistry(algorithms=[ALGORITHM], strict_check_header=False)
