"""Signed caller ids: what is signed, and which headers are refused."""

import json
from base64 import urlsafe_b64decode, urlsafe_b64encode

import pytest
from caller_authority import diverted_header
from carriers import SIGNING_KEY
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat

from unificx.sip.passport import (
    BadIdentity,
    DivertedPassport,
    Passport,
    identity_header,
    is_signed_by,
    read_identity,
    signing_key,
)

URL = "https://pbx.example/calls.pem"
PASSPORT = Passport("A", "493012345", ("4940123",), 1_780_000_000, "5a1c")
KEY = signing_key(SIGNING_KEY)


def private_pem(curve: ec.EllipticCurve) -> str:
    key = ec.generate_private_key(curve)
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()


def test_header_and_claims_are_those_of_rfc_8588() -> None:
    value = identity_header(PASSPORT, KEY, URL)
    token, parameters = value.split(";", 1)
    assert parameters == f"info=<{URL}>;alg=ES256;ppt=shaken"
    header, claims = (urlsafe_b64decode(f"{part}==").decode() for part in token.split(".")[:2])
    assert header == f'{{"alg":"ES256","ppt":"shaken","typ":"passport","x5u":"{URL}"}}'
    assert claims == (
        '{"attest":"A","dest":{"tn":["4940123"]},"iat":1780000000,"orig":{"tn":"493012345"},"origid":"5a1c"}'
    )
    signed = read_identity(value)
    assert (signed.passport, signed.certificate_url) == (PASSPORT, URL)
    assert is_signed_by(signed, KEY)
    assert not is_signed_by(signed, signing_key(private_pem(ec.SECP256R1())))


@pytest.mark.parametrize(
    ("part", "changed", "status"),
    [
        (0, {"alg": "none"}, 438),
        (0, {"alg": "HS256"}, 438),
        (0, {"ppt": "div"}, 438),
        (0, {"x5u": "https://other.example/x.pem"}, 436),
        (1, {"attest": "Z"}, 438),
        (1, {"iat": "now"}, 438),
        (1, {"orig": {"tn": "sip:anna"}}, 438),
        (1, {"orig": {"uri": "sip:anna@acme.example"}}, 438),
        (1, {"dest": {"tn": []}}, 438),
        (1, {"dest": []}, 438),
    ],
)
def test_unusable_headers_are_refused(part: int, changed: dict, status: int) -> None:
    value = identity_header(PASSPORT, KEY, URL)
    token, parameters = value.split(";", 1)
    parts = token.split(".")
    content = {**json.loads(urlsafe_b64decode(f"{parts[part]}==")), **changed}
    parts[part] = urlsafe_b64encode(json.dumps(content).encode()).decode().rstrip("=")
    with pytest.raises(BadIdentity) as refused:
        read_identity(f"{'.'.join(parts)};{parameters}")
    assert refused.value.status == status


@pytest.mark.parametrize("claims", [{"div": {"tn": "4940111"}}, {}, {"div": {"tn": "sip:anna"}}, {"div": "4940111"}])
def test_a_statement_about_a_diversion_names_the_number_that_forwards(claims: dict) -> None:
    call = {"dest": {"tn": ["4940123"]}, "iat": 1_780_000_000, "orig": {"tn": "493012345"}}
    value = diverted_header(KEY, URL, **call, **claims)
    if claims == {"div": {"tn": "4940111"}}:
        found = read_identity(value)
        assert found.passport == DivertedPassport("4940111", "493012345", ("4940123",), 1_780_000_000)
        assert is_signed_by(found, KEY)
    else:
        with pytest.raises(BadIdentity):
            read_identity(value)


@pytest.mark.parametrize("value", ["", "a.b.c", "a.b.c;info=<https://x/y>", "..;info=<u>", "a" * 9_000])
def test_garbage_is_refused(value: str) -> None:
    with pytest.raises(BadIdentity):
        read_identity(value)


def test_only_private_keys_on_the_curve_p_256_sign() -> None:
    public = ec.generate_private_key(ec.SECP256R1()).public_key()
    for pem in (
        private_pem(ec.SECP384R1()),
        public.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode(),
        "",
    ):
        with pytest.raises(ValueError, match="P-256"):
            signing_key(pem)
