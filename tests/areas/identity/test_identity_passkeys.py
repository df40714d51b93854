"""Passkeys, with a software authenticator that creates real credentials and signs real assertions."""

import asyncio
import copy
import json
from typing import Any

import pytest
from authenticator import Authenticator, b64, unb64

from unificx.core.clock import ManualClock
from unificx.core.errors import Conflict, DomainError, Expired, Forbidden, Invalid, Unauthenticated
from unificx.identity import (
    AccountSuspended,
    Identity,
    NewPerson,
    Person,
    PersonChange,
    Principal,
    Proof,
    Role,
    SignedIn,
    SignInContext,
    Source,
    Tenant,
    WebOrigin,
)
from unificx.identity.schemas import SecondFactorRequired
from unificx.privacy import KeyStore

HERE = SignInContext(Source("203.0.113.1", "Home/1"))
ORIGIN = WebOrigin("https://pbx.example.com")
FOREIGN = WebOrigin("https://pbx.example.net")
EMAIL, PASSWORD = "ada@example.com", "correct horse battery"


@pytest.fixture
async def ada(people: Identity, acme: Tenant) -> Person:
    return await people.users.create(acme.id, NewPerson("Ada Example", EMAIL, Role.USER, PASSWORD))


@pytest.fixture
def key() -> Authenticator:
    return Authenticator()


async def password_sign_in(people: Identity, email: str = EMAIL) -> Principal:
    outcome = await people.sign_in.by_password(email, PASSWORD, HERE)
    assert isinstance(outcome, SignedIn)
    return outcome.principal


async def register_passkey(people: Identity, principal: Principal, key: Authenticator) -> str:
    """Register a passkey and return its factor id."""
    made = key.create(await people.passkeys.creation_options(principal, ORIGIN))
    return (await people.passkeys.add(principal, "Key", made, ORIGIN)).factor.id


async def sign_in(people: Identity, key: Authenticator) -> SignedIn:
    asked = people.passkeys.sign_in_options(ORIGIN)
    return await people.passkeys.sign_in(asked.ticket, key.sign(asked.options), ORIGIN, HERE)


@pytest.mark.promise("T3")
async def test_passkey_alone_signs_in(people: Identity, ada: Person, key: Authenticator) -> None:
    await register_passkey(people, await password_sign_in(people), key)
    signed_in = await sign_in(people, key)
    assert (await people.sessions.authenticate(signed_in.token)).person_id == ada.id
    assert await sign_in(people, key)
    assert await people.mfa.renew_recovery_codes(signed_in.principal), "a passkey is a fresh proof"


async def test_synced_passkeys_without_counter_sign_in(people: Identity, ada: Person) -> None:
    key = Authenticator(increments_counter=False)
    await register_passkey(people, await password_sign_in(people), key)
    assert await sign_in(people, key)
    assert await sign_in(people, key)


async def test_passkey_is_a_second_factor_to_a_password(people: Identity, ada: Person, key: Authenticator) -> None:
    await register_passkey(people, await password_sign_in(people), key)
    needed = await people.sign_in.by_password(EMAIL, PASSWORD, HERE)
    assert isinstance(needed, SecondFactorRequired)
    assert needed.kinds == ("passkey", "recovery_code")
    options = await people.second_factor.options(needed.ticket, ORIGIN)
    assert [each["id"] for each in options["allowCredentials"]] == [b64(one.id) for one in key.passkeys]
    proof = Proof(passkey=key.sign(options))
    signed_in = await people.second_factor.complete(needed.ticket, proof, ORIGIN, HERE)
    assert signed_in.principal.person_id == ada.id


async def test_response_is_accepted_once(people: Identity, ada: Person) -> None:
    key = Authenticator(increments_counter=False)
    await register_passkey(people, await password_sign_in(people), key)
    asked = people.passkeys.sign_in_options(ORIGIN)
    answer = key.sign(asked.options)
    twice = [people.passkeys.sign_in(asked.ticket, answer, ORIGIN, HERE) for _ in range(2)]
    outcomes = await asyncio.gather(*twice, return_exceptions=True)
    assert [type(each).__name__ for each in outcomes] == ["SignedIn", "InvalidProof"]


async def test_decreasing_counter_is_rejected_as_a_clone(people: Identity, ada: Person, key: Authenticator) -> None:
    await register_passkey(people, await password_sign_in(people), key)
    copied = copy.copy(key)
    assert await sign_in(people, key)
    assert await sign_in(people, key)
    for _ in range(2):
        with pytest.raises(Unauthenticated):
            await sign_in(people, copied)
    assert await sign_in(people, key)


async def test_response_for_another_site_is_rejected(people: Identity, ada: Person) -> None:
    key = Authenticator()
    await register_passkey(people, await password_sign_in(people), key)
    key.origin = FOREIGN.text
    asked = people.passkeys.sign_in_options(ORIGIN)
    with pytest.raises(Unauthenticated):
        await people.passkeys.sign_in(asked.ticket, key.sign(asked.options), ORIGIN, HERE)
    foreign_options = people.passkeys.sign_in_options(FOREIGN)
    answer = key.sign_with(key.passkeys[0], foreign_options.options["challenge"])
    with pytest.raises(Unauthenticated):
        await people.passkeys.sign_in(foreign_options.ticket, answer, FOREIGN, HERE)


async def test_user_presence_and_verification_are_required(people: Identity, ada: Person) -> None:
    key = Authenticator(verifies=False)
    principal = await password_sign_in(people)
    made = key.create(await people.passkeys.creation_options(principal, ORIGIN))
    with pytest.raises(Invalid):
        await people.passkeys.add(principal, "Key", made, ORIGIN)
    key.verifies = True
    await register_passkey(people, principal, key)
    key.verifies = False
    with pytest.raises(Unauthenticated):
        await sign_in(people, key)


async def test_challenge_is_bound_to_purpose_session_and_time(
    people: Identity, ada: Person, acme: Tenant, key: Authenticator, clock: ManualClock
) -> None:
    await people.users.create(acme.id, NewPerson("Ben Example", "ben@example.com", Role.USER, PASSWORD))
    principal, bens = await password_sign_in(people), await password_sign_in(people, "ben@example.com")
    made = key.create(await people.passkeys.creation_options(principal, ORIGIN))
    with pytest.raises(Expired):
        await people.passkeys.add(bens, "Key", made, ORIGIN)
    await people.passkeys.add(principal, "Key", made, ORIGIN)
    with pytest.raises(Conflict):
        await people.passkeys.add(principal, "Key", made, ORIGIN)
    asked = people.passkeys.sign_in_options(ORIGIN)
    answer = key.sign(asked.options)
    with pytest.raises(Expired):
        await people.step_up.prove(principal, Proof(passkey=answer), ORIGIN, HERE.source)
    other = people.passkeys.sign_in_options(ORIGIN)
    for ticket in (other.ticket, "", "!", b64(bytes(56))):
        with pytest.raises(Expired):
            await people.passkeys.sign_in(ticket, answer, ORIGIN, HERE)
    clock.advance(301)
    with pytest.raises(Expired):
        await people.passkeys.sign_in(asked.ticket, answer, ORIGIN, HERE)


async def test_foreign_challenges_are_rejected(people: Identity, ada: Person, key: Authenticator) -> None:
    await register_passkey(people, await password_sign_in(people), key)
    challenge = unb64(people.passkeys.sign_in_options(ORIGIN).ticket)
    forged = b64(bytes([challenge[0] ^ 1]) + challenge[1:])
    with pytest.raises(Expired):
        await people.passkeys.sign_in(forged, key.sign_with(key.passkeys[0], forged), ORIGIN, HERE)


async def test_passkey_of_another_user_is_rejected(
    people: Identity, ada: Person, acme: Tenant, key: Authenticator
) -> None:
    await people.users.create(acme.id, NewPerson("Ben Example", "ben@example.com", Role.USER, PASSWORD))
    await register_passkey(people, await password_sign_in(people), key)
    bens = Authenticator()
    await register_passkey(people, await password_sign_in(people, "ben@example.com"), bens)
    needed = await people.sign_in.by_password(EMAIL, PASSWORD, HERE)
    assert isinstance(needed, SecondFactorRequired)
    options = await people.second_factor.options(needed.ticket, ORIGIN)
    proof = Proof(passkey=bens.sign_with(bens.passkeys[0], options["challenge"]))
    with pytest.raises(Unauthenticated):
        await people.second_factor.complete(needed.ticket, proof, ORIGIN, HERE)
    bens.passkeys[0].handle = key.passkeys[0].handle
    with pytest.raises(Unauthenticated):
        await sign_in(people, bens)


async def test_removed_passkey_and_suspended_user_are_rejected(
    people: Identity, ada: Person, key: Authenticator
) -> None:
    principal = await password_sign_in(people)
    factor_id = await register_passkey(people, principal, key)
    await people.users.update(ada.tenant_id, ada.id, PersonChange(state="suspended"))
    with pytest.raises(AccountSuspended):
        await sign_in(people, key)
    await people.users.update(ada.tenant_id, ada.id, PersonChange(state="active"))
    again = await sign_in(people, key)
    await people.mfa.remove_factor(again.principal, factor_id)
    with pytest.raises(Unauthenticated):
        await sign_in(people, key)


@pytest.mark.promise("D3")
async def test_passkeys_of_closed_and_erased_users_are_rejected(
    people: Identity, ada: Person, key: Authenticator, keys: KeyStore
) -> None:
    await register_passkey(people, await password_sign_in(people), key)
    keys.destroy(ada.tenant_id, ada.subject)
    with pytest.raises(Unauthenticated) as refused:
        await sign_in(people, key)
    assert refused.value.code == "wrong_proof"
    await people.users.close(ada.tenant_id, ada.id)
    with pytest.raises(Unauthenticated):
        await sign_in(people, key)


async def test_step_up_with_a_passkey(people: Identity, ada: Person, key: Authenticator, clock: ManualClock) -> None:
    principal = await password_sign_in(people)
    await register_passkey(people, principal, key)
    clock.advance(601)
    with pytest.raises(Forbidden):
        await people.mfa.renew_recovery_codes(principal)
    options = await people.step_up.options(principal, ORIGIN)
    await people.step_up.prove(principal, Proof(passkey=key.sign(options)), ORIGIN, HERE.source)
    assert await people.mfa.renew_recovery_codes(principal)


async def test_passkeys_require_a_host_name(people: Identity, ada: Person) -> None:
    principal = await password_sign_in(people)
    for origin in ("https://192.0.2.1", "https://[2001:db8::1]:8443", "https://"):
        with pytest.raises(Conflict):
            await people.passkeys.creation_options(principal, WebOrigin(origin))
    assert await people.passkeys.creation_options(principal, WebOrigin("http://localhost:8080"))


async def test_malformed_responses_are_rejected(people: Identity, ada: Person, key: Authenticator) -> None:
    await register_passkey(people, await password_sign_in(people), key)
    asked = people.passkeys.sign_in_options(ORIGIN)
    good = key.sign(asked.options)
    damaged: list[dict[str, Any]] = [{}, {"id": 1}, {"response": None}, {"response": {"clientDataJSON": "!"}}]
    damaged += [
        {**good, "response": {**good["response"], name: value}}
        for name in ("signature", "authenticatorData")
        for value in ("", "AAAA", good["response"][name][:-4], "\u00e4", None, 7)
    ]
    damaged += [{**good, name: "AAAA"} for name in ("id", "rawId", "type")]
    client = json.loads(unb64(good["response"]["clientDataJSON"]))
    for wrong in ({"type": "webauthn.create"}, {"origin": "https://pbx.example.com.evil.example"}, {"origin": None}):
        changed = b64(json.dumps({**client, **wrong}).encode())
        damaged.append({**good, "response": {**good["response"], "clientDataJSON": changed}})
    for number, each in enumerate(damaged):
        elsewhere = SignInContext(Source(f"198.51.100.{number}"))  # the attempts of a source are limited
        with pytest.raises(DomainError) as refused:
            await people.passkeys.sign_in(asked.ticket, each, ORIGIN, elsewhere)
        assert refused.value.code in ("wrong_proof", "ticket_over")
    assert await people.passkeys.sign_in(asked.ticket, good, ORIGIN, HERE)
