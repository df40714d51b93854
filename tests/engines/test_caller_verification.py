"""Verification of signed caller ids: certificate, age, signature and numbers."""

from datetime import timedelta

import pytest
from caller_authority import FROM, Authority, private_pem
from cryptography.hazmat.primitives.asymmetric import ec

from unificx.sip.passport import BadIdentity, Passport, identity_header, read_identity, signing_key
from unificx.trunks import IdentityCheck, certified_key, checked_identity, verify

URL = "https://carrier.example/calls.pem"
NOW = FROM + timedelta(days=400)
AUTHORITY, CARRIER = Authority(), ec.generate_private_key(ec.SECP256R1())
KEY = signing_key(private_pem(CARRIER))
CALLER, CALLED = "+491701234567", "+49301234500"


def check(issued: float = 0.0) -> IdentityCheck:
    """Check a statement of a carrier that was made some seconds ago."""
    passport = Passport("A", CALLER[1:], (CALLED[1:],), int(NOW.timestamp() - issued), "5a1c")
    signed = read_identity(identity_header(passport, KEY, URL))
    return checked_identity(signed, certified_key(AUTHORITY.certificate(CARRIER), [AUTHORITY.root], NOW), NOW)


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
    other = signing_key(private_pem(ec.generate_private_key(ec.SECP256R1())))
    passport = Passport("A", CALLER[1:], (CALLED[1:],), int(NOW.timestamp()), "5a1c")
    assert checked_identity(read_identity(identity_header(passport, KEY, URL)), other, NOW).status == 438


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
        (AUTHORITY.certificate(CARRIER, for_numbers=False), roots, 437),
        (chain * 7, roots, 437),
    ):
        with pytest.raises(BadIdentity) as refused:
            certified_key(pem, trusted, NOW)
        assert refused.value.status == status
    key = certified_key(AUTHORITY.certificate(p384), roots, NOW)
    passport = Passport("A", CALLER[1:], (CALLED[1:],), int(NOW.timestamp()), "5a1c")
    assert checked_identity(read_identity(identity_header(passport, KEY, URL)), key, NOW).status == 438
