"""Verification of signed caller ids: certificate, age, signature and numbers."""

from datetime import timedelta

import pytest
from caller_authority import FROM, NUMBERS, Authority, diverted_header, private_pem
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding

from unificx.sip.passport import (
    BadIdentity,
    DivertedPassport,
    Passport,
    SignedPassport,
    identity_header,
    read_identity,
    signing_key,
)
from unificx.trunks import IdentityCheck, certified_signer, checked_identity, verify
from unificx.trunks.verification import CertifiedSigner

URL = "https://carrier.example/calls.pem"
NOW = FROM + timedelta(days=400)
AUTHORITY, CARRIER = Authority(), ec.generate_private_key(ec.SECP256R1())
KEY = signing_key(private_pem(CARRIER))
CALLER, CALLED = "+491701234567", "+49301234500"


def check(issued: float = 0.0) -> IdentityCheck:
    """Check a statement of a carrier that was made some seconds ago."""
    passport = Passport("A", CALLER[1:], (CALLED[1:],), int(NOW.timestamp() - issued), "5a1c")
    signed = read_identity(identity_header(passport, KEY, URL))
    if status := refusal(signed, certified_signer(AUTHORITY.certificate(CARRIER), [AUTHORITY.root], NOW)):
        return IdentityCheck(status=status)
    return IdentityCheck(passport)


def refusal(signed: SignedPassport, signer: CertifiedSigner) -> int:
    """Return the status with which a statement is refused, 0 for a valid one."""
    try:
        assert checked_identity(signed, signer, NOW) == signed.passport
    except BadIdentity as fault:
        return fault.status
    return 0


def test_a_call_is_verified_with_its_attestation() -> None:
    assert str(verify(check(), CALLER, CALLED)) == "verified A"
    assert str(verify(None, CALLER, CALLED)) == "unsigned"


@pytest.mark.parametrize(("seconds", "status"), [(60, 0), (61, 403), (-60, 0), (-62, 403)])
def test_a_signature_is_valid_for_a_minute(seconds: float, status: int) -> None:
    assert verify(check(seconds), CALLER, CALLED).status == status


@pytest.mark.parametrize(("caller", "called"), [("+491701234568", CALLED), (CALLER, "+49301234501"), ("", CALLED)])
def test_numbers_have_to_be_those_that_were_signed(caller: str, called: str) -> None:
    found = verify(check(), caller, called)
    assert (found.state, found.status) == ("failed", 438)


def test_the_statement_of_another_key_is_refused() -> None:
    pem = AUTHORITY.certificate(ec.generate_private_key(ec.SECP256R1()))
    other = certified_signer(pem, [AUTHORITY.root], NOW)
    passport = Passport("A", CALLER[1:], (CALLED[1:],), int(NOW.timestamp()), "5a1c")
    assert refusal(read_identity(identity_header(passport, KEY, URL)), other) == 438


def test_certificates_that_are_not_trusted() -> None:
    chain = AUTHORITY.certificate(CARRIER)
    roots = [AUTHORITY.root]
    p384 = ec.generate_private_key(ec.SECP384R1())
    for pem, trusted, status in (
        (b"", roots, 436),
        (b"garbage", roots, 436),
        (chain, [], 437),
        (chain, [Authority().root], 437),
        (Authority().certificate(CARRIER), roots, 437),
        (AUTHORITY.certificate(CARRIER, until=NOW - timedelta(days=1)), roots, 437),
        (AUTHORITY.certificate(CARRIER, numbers=b""), roots, 437),
        (AUTHORITY.certificate(CARRIER, numbers=b"\x05\x00"), roots, 437),
        (AUTHORITY.certificate(CARRIER, numbers=NUMBERS[:-1]), roots, 437),
        (chain * 7, roots, 437),
    ):
        with pytest.raises(BadIdentity) as refused:
            certified_signer(pem, trusted, NOW)
        assert refused.value.status == status
    key = certified_signer(AUTHORITY.certificate(p384), roots, NOW)
    passport = Passport("A", CALLER[1:], (CALLED[1:],), int(NOW.timestamp()), "5a1c")
    assert refusal(read_identity(identity_header(passport, KEY, URL)), key) == 438


@pytest.mark.parametrize(
    ("caller", "status"),
    [
        ("4930123450", 0),
        ("4930123549", 0),
        ("491701234567", 0),
        ("4930123449", 437),
        ("4930123550", 437),
        ("49301234500", 437),
        ("491701234568", 437),
    ],
)
def test_a_certificate_is_valid_for_its_numbers_alone(caller: str, status: int) -> None:
    signer = certified_signer(AUTHORITY.certificate(CARRIER, numbers=NUMBERS), [AUTHORITY.root], NOW)
    signed = read_identity(identity_header(Passport("A", caller, (CALLED[1:],), int(NOW.timestamp()), "1"), KEY, URL))
    assert refusal(signed, signer) == status


def test_an_authority_delegates_no_more_than_its_own_numbers() -> None:
    delegate = Authority("Delegate", AUTHORITY, NUMBERS)
    chain = delegate.certificate(CARRIER) + delegate.root.public_bytes(Encoding.PEM)
    signer = certified_signer(chain, [AUTHORITY.root], NOW)
    assert signer.may_sign("4930123499")
    assert not signer.may_sign("4930123550")


@pytest.mark.parametrize(
    ("steps", "verified"),
    [
        ([("4940111", "49301234500")], True),
        ([("4940222", "49301234500"), ("4940111", "4940222")], True),
        ([("4940222", "49301234500")], False),
        ([("4940111", "49301234501")], False),
        ([], False),
    ],
)
def test_a_forwarded_call_is_verified_by_the_chain_of_its_diversions(
    steps: list[tuple[str, str]], verified: bool
) -> None:
    passport = Passport("A", CALLER[1:], ("4940111",), 0, "5a1c")
    diversions = tuple(DivertedPassport(by, CALLER[1:], (to,), 0) for by, to in steps)
    found = verify(IdentityCheck(passport, diversions=diversions), CALLER, CALLED)
    assert found.state == ("verified" if verified else "failed")
    of_another = tuple(DivertedPassport(by, "491700000000", (to,), 0) for by, to in steps)
    assert verify(IdentityCheck(passport, diversions=of_another), CALLER, CALLED).state == "failed"


def test_a_number_that_forwards_has_to_be_one_of_the_certificate() -> None:
    signer = certified_signer(AUTHORITY.certificate(CARRIER, numbers=NUMBERS), [AUTHORITY.root], NOW)
    for number, status in (("4930123450", 0), ("4940111", 437)):
        claims = {"dest": {"tn": ["49301234500"]}, "div": {"tn": number}, "orig": {"tn": "4989777777"}}
        signed = read_identity(diverted_header(KEY, URL, iat=int(NOW.timestamp()), **claims))
        assert refusal(signed, signer) == status
