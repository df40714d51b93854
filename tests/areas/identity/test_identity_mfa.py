"""Second factors: TOTP, recovery codes, and step-up for changes."""

import asyncio

import pytest
from authenticator import Authenticator
from pyotp.totp import TOTP
from sqlalchemy import text

from unificx.core.clock import ManualClock
from unificx.core.errors import Conflict, Expired, Forbidden, Invalid, NotFound, TooManyRequests, Unauthenticated
from unificx.db import Database
from unificx.identity import (
    Identity,
    NewPerson,
    Person,
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

HOME, AWAY = Source("203.0.113.1", "Home/1"), Source("198.51.100.9", "Away/1")
ORIGIN = WebOrigin("https://pbx.example.com")
EMAIL, PASSWORD = "ada@example.com", "correct horse battery"


@pytest.fixture
async def ada(people: Identity, acme: Tenant) -> Person:
    return await people.users.create(acme.id, NewPerson("Ada Example", EMAIL, Role.USER, PASSWORD))


async def sign_in(people: Identity, email: str = EMAIL, source: Source = HOME) -> SignedIn:
    """Sign in a user without second factor."""
    outcome = await people.sign_in.by_password(email, PASSWORD, SignInContext(source))
    assert isinstance(outcome, SignedIn)
    return outcome


async def new_ticket(people: Identity, source: Source = HOME) -> SecondFactorRequired:
    outcome = await people.sign_in.by_password(EMAIL, PASSWORD, SignInContext(source))
    assert isinstance(outcome, SecondFactorRequired)
    return outcome


class AuthenticatorApp:
    """Authenticator app with one secret."""

    def __init__(self, secret: str, clock: ManualClock) -> None:
        self._totp, self._clock = TOTP(secret), clock

    def code(self, steps: int = 0) -> str:
        return self._totp.at(int(self._clock.now().timestamp()) + 30 * steps)


async def with_totp(people: Identity, clock: ManualClock) -> tuple[SignedIn, AuthenticatorApp, tuple[str, ...]]:
    """Sign in, set up TOTP, and advance to the next code."""
    signed_in = await sign_in(people)
    begun = await people.mfa.start_totp_enrollment(signed_in.principal, "Phone")
    phone = AuthenticatorApp(begun.secret, clock)
    added = await people.mfa.confirm_totp(signed_in.principal, begun.id, phone.code(), HOME)
    clock.advance(30)
    return signed_in, phone, added.recovery_codes


async def prove(people: Identity, ticket: SecondFactorRequired, source: Source = HOME, **proof: str) -> SignedIn:
    return await people.second_factor.complete(ticket.ticket, Proof(**proof), ORIGIN, SignInContext(source))


@pytest.mark.promise("T3")
async def test_password_alone_is_not_enough_with_a_second_factor(
    people: Identity, ada: Person, clock: ManualClock
) -> None:
    _, phone, codes = await with_totp(people, clock)
    assert len(set(codes)) == 10
    ticket = await new_ticket(people)
    assert ticket.kinds == ("totp", "recovery_code")
    assert ticket.ticket not in repr(ticket)
    with pytest.raises(Unauthenticated):
        await people.sessions.authenticate(ticket.ticket)
    signed_in = await prove(people, ticket, totp=phone.code())
    assert (await people.sessions.authenticate(signed_in.token)).person_id == ada.id
    (shown,) = await people.mfa.list_factors(signed_in.principal)
    assert (shown.kind, shown.name, shown.last_used) == ("totp", "Phone", clock.now().date())


async def test_unconfirmed_factor_is_inactive(people: Identity, ada: Person, clock: ManualClock) -> None:
    signed_in = await sign_in(people)
    first = await people.mfa.start_totp_enrollment(signed_in.principal, "Phone")
    second = await people.mfa.start_totp_enrollment(signed_in.principal, "Phone")
    assert await people.mfa.list_factors(signed_in.principal) == ()
    assert await sign_in(people)
    with pytest.raises(NotFound):
        await people.mfa.confirm_totp(signed_in.principal, first.id, AuthenticatorApp(first.secret, clock).code(), HOME)
    with pytest.raises(Invalid):
        await people.mfa.confirm_totp(
            signed_in.principal, second.id, AuthenticatorApp(first.secret, clock).code(), HOME
        )
    clock.advance(16 * 60)
    await people.clean_up()
    with pytest.raises((NotFound, Forbidden)):
        await people.mfa.confirm_totp(
            signed_in.principal, second.id, AuthenticatorApp(second.secret, clock).code(), HOME
        )
    again = await sign_in(people)
    with pytest.raises(NotFound):
        await people.mfa.confirm_totp(again.principal, second.id, AuthenticatorApp(second.secret, clock).code(), HOME)


async def test_each_code_is_accepted_once_and_near_its_time(people: Identity, ada: Person, clock: ManualClock) -> None:
    _, phone, _ = await with_totp(people, clock)
    used = phone.code()
    assert await prove(people, await new_ticket(people), totp=used)
    ticket = await new_ticket(people)
    wrong = (used, phone.code(-1), phone.code(-2), phone.code(2), "", "12345x", "\u0661\u0662\u0663\u0664\u0665")
    for number, each in enumerate(wrong):
        with pytest.raises(Unauthenticated) as refused:
            await prove(people, ticket, Source(f"198.51.100.{number}"), totp=each)  # a source has five attempts
        assert refused.value.code == "wrong_proof"
    assert await prove(people, ticket, totp=f" {phone.code(1)[:3]} {phone.code(1)[3:]} ")
    clock.advance(90)
    assert await prove(people, await new_ticket(people), totp=phone.code(-1)), "a clock that is 30 seconds slow"


async def test_recovery_code_is_accepted_once_in_any_notation(
    people: Identity, ada: Person, clock: ManualClock
) -> None:
    _, _, codes = await with_totp(people, clock)
    assert await prove(people, await new_ticket(people), recovery_code=codes[3].upper().replace("-", " "))
    ticket = await new_ticket(people)
    for wrong in (codes[3], "", "aaaa-aaaa"):
        with pytest.raises(Unauthenticated):
            await prove(people, ticket, recovery_code=wrong)
    signed_in = await prove(people, ticket, recovery_code=codes[0])
    renewed = await people.mfa.renew_recovery_codes(signed_in.principal)
    assert not set(renewed) & set(codes)
    with pytest.raises(Unauthenticated):
        await prove(people, await new_ticket(people), recovery_code=codes[1])
    for code in renewed:
        assert await prove(people, await new_ticket(people), recovery_code=code)
    assert (await new_ticket(people)).kinds == ("totp",), "none is left"


async def test_ticket_is_single_use_short_lived_and_bound_to_its_user(
    people: Identity, ada: Person, acme: Tenant, clock: ManualClock
) -> None:
    _, phone, _ = await with_totp(people, clock)
    ben = await people.users.create(acme.id, NewPerson("Ben Example", "ben@example.com", Role.USER, PASSWORD))
    bens = await sign_in(people, "ben@example.com")
    begun = await people.mfa.start_totp_enrollment(bens.principal, "Phone")
    bens_phone = AuthenticatorApp(begun.secret, clock)
    await people.mfa.confirm_totp(bens.principal, begun.id, bens_phone.code(), HOME)
    clock.advance(30)
    ticket = await new_ticket(people)
    with pytest.raises(Unauthenticated):
        await prove(people, ticket, totp=bens_phone.code())
    signed_in = await prove(people, ticket, totp=phone.code())
    assert signed_in.principal.person_id == ada.id != ben.id
    clock.advance(30)
    for unknown in (ticket.ticket, "", "x" * 200):
        with pytest.raises(Expired) as refused:
            await people.second_factor.complete(unknown, Proof(totp=phone.code()), ORIGIN, SignInContext(HOME))
        assert refused.value.code == "ticket_over"
    late = await new_ticket(people)
    clock.advance(5 * 60)
    with pytest.raises(Expired):
        await prove(people, late, totp=phone.code())


async def test_new_password_revokes_tickets(people: Identity, ada: Person, acme: Tenant, clock: ManualClock) -> None:
    _, phone, _ = await with_totp(people, clock)
    ticket = await new_ticket(people)
    await people.passwords.set(acme.id, ada.id, "another long password")
    with pytest.raises(Expired):
        await prove(people, ticket, totp=phone.code())


@pytest.mark.promise("U9", "T3")
async def test_guessing_codes_is_throttled_elsewhere_and_not_for_the_owner(
    people: Identity, ada: Person, clock: ManualClock
) -> None:
    _, phone, _ = await with_totp(people, clock)
    ticket = await new_ticket(people, AWAY)
    for _ in range(5):
        with pytest.raises(Unauthenticated):
            await prove(people, ticket, AWAY, totp="000000")
    with pytest.raises(TooManyRequests) as slowed:
        await prove(people, ticket, AWAY, totp=phone.code())
    assert slowed.value.retry_after > 0
    assert await prove(people, await new_ticket(people), totp=phone.code())


async def test_distributed_guessing_delays_new_sources_by_an_hour(
    people: Identity, ada: Person, clock: ManualClock
) -> None:
    _, phone, _ = await with_totp(people, clock)
    tried = 0
    for number in range(60):
        source = Source(f"198.51.100.{number}")
        ticket = await new_ticket(people, source)
        try:
            await prove(people, ticket, source, totp="000000")
        except Unauthenticated:
            tried += 1
        except TooManyRequests as slowed:
            clock.advance(slowed.retry_after)
    assert tried < 45
    assert await prove(people, await new_ticket(people), totp=phone.code())


async def test_changing_factors_requires_a_recent_step_up(people: Identity, ada: Person, clock: ManualClock) -> None:
    signed_in, phone, _ = await with_totp(people, clock)
    principal = signed_in.principal
    clock.advance(601)
    (held,) = await people.mfa.list_factors(principal)
    for change in (
        lambda: people.mfa.remove_factor(principal, held.id),
        lambda: people.mfa.renew_recovery_codes(principal),
        lambda: people.mfa.start_totp_enrollment(principal, "Another"),
        lambda: people.passkeys.creation_options(principal, ORIGIN),
    ):
        with pytest.raises(Forbidden) as refused:
            await change()
        assert refused.value.code == "prove_yourself"
    for wrong in (Proof(totp="000000"), Proof(password=PASSWORD), Proof(password="wrong"), Proof()):
        with pytest.raises(Forbidden):
            await people.step_up.prove(principal, wrong, ORIGIN, HOME)
    await people.step_up.prove(principal, Proof(totp=phone.code()), ORIGIN, HOME)
    await people.mfa.remove_factor(principal, held.id)
    with pytest.raises(NotFound):
        await people.mfa.remove_factor(principal, held.id)


async def test_password_is_enough_for_step_up_without_factors(
    people: Identity, ada: Person, clock: ManualClock
) -> None:
    principal = (await sign_in(people)).principal
    clock.advance(601)
    with pytest.raises(Forbidden):
        await people.mfa.start_totp_enrollment(principal, "Phone")
    with pytest.raises(Forbidden):
        await people.step_up.prove(principal, Proof(password="not the password"), ORIGIN, HOME)
    await people.step_up.prove(principal, Proof(password=PASSWORD), ORIGIN, HOME)
    assert await people.mfa.start_totp_enrollment(principal, "Phone")


async def test_user_without_credentials_may_enroll(people: Identity, acme: Tenant) -> None:
    cleo = await people.users.create(acme.id, NewPerson("Cleo Example", "cleo@example.com"))
    signed_in = await people.sessions.open(acme.id, cleo.id, SignInContext(HOME), stepped_up=False)
    assert await people.mfa.start_totp_enrollment(signed_in.principal, "Phone")


async def test_removing_the_last_factor_deletes_recovery_codes(
    people: Identity, ada: Person, clock: ManualClock, database: Database
) -> None:
    signed_in, _, _ = await with_totp(people, clock)
    passkey = Authenticator().create(await people.passkeys.creation_options(signed_in.principal, ORIGIN))
    added = await people.passkeys.add(signed_in.principal, "Key", passkey, ORIGIN)
    assert added.recovery_codes == (), "those there are stay"
    for each in await people.mfa.list_factors(signed_in.principal):
        assert isinstance(await people.sign_in.by_password(EMAIL, PASSWORD, SignInContext(HOME)), SecondFactorRequired)
        await people.mfa.remove_factor(signed_in.principal, each.id)
    assert await sign_in(people)
    with pytest.raises(Conflict):
        await people.mfa.renew_recovery_codes(signed_in.principal)
    async with database.read() as session:
        assert await session.scalar(text("SELECT count(*) FROM recovery_code")) == 0


async def test_removed_factor_is_rejected(people: Identity, ada: Person, clock: ManualClock) -> None:
    signed_in, phone, _ = await with_totp(people, clock)
    begun = await people.mfa.start_totp_enrollment(signed_in.principal, "Tablet")
    tablet = AuthenticatorApp(begun.secret, clock)
    await people.mfa.confirm_totp(signed_in.principal, begun.id, tablet.code(), HOME)
    gone = next(one for one in await people.mfa.list_factors(signed_in.principal) if one.name == "Phone")
    before = await new_ticket(people)
    await people.mfa.remove_factor(signed_in.principal, gone.id)
    with pytest.raises(Expired):
        await prove(people, before, totp=phone.code())
    with pytest.raises(Unauthenticated):
        await prove(people, await new_ticket(people), totp=phone.code())
    clock.advance(30)
    assert await prove(people, await new_ticket(people), totp=tablet.code())


async def test_users_cannot_change_factors_of_others(
    people: Identity, ada: Person, acme: Tenant, clock: ManualClock
) -> None:
    signed_in, _, _ = await with_totp(people, clock)
    await people.users.create(acme.id, NewPerson("Ben Example", "ben@example.com", Role.TENANT_ADMIN, PASSWORD))
    ben = (await sign_in(people, "ben@example.com")).principal
    (adas,) = await people.mfa.list_factors(signed_in.principal)
    with pytest.raises(NotFound):
        await people.mfa.remove_factor(ben, adas.id)
    begun = await people.mfa.start_totp_enrollment(signed_in.principal, "Tablet")
    with pytest.raises(NotFound):
        await people.mfa.confirm_totp(ben, begun.id, AuthenticatorApp(begun.secret, clock).code(), HOME)
    assert await people.mfa.list_factors(ben) == ()


async def test_administrator_resets_lost_factors(
    people: Identity, ada: Person, globex: Tenant, clock: ManualClock
) -> None:
    signed_in, _, _ = await with_totp(people, clock)
    with pytest.raises(NotFound):
        await people.mfa.reset_factors(globex.id, ada.id)
    await people.mfa.reset_factors(ada.tenant_id, ada.id)
    with pytest.raises(Unauthenticated):
        await people.sessions.authenticate(signed_in.token)
    assert await sign_in(people)


@pytest.mark.promise("D3", "T2")
async def test_secrets_are_sealed_and_deleted_with_the_account(
    people: Identity, ada: Person, keys: KeyStore, clock: ManualClock, database: Database
) -> None:
    signed_in, _, codes = await with_totp(people, clock)
    begun = await people.mfa.start_totp_enrollment(signed_in.principal, "Tablet of Ada")
    async with database.read() as session:
        rows = [*await session.execute(text("SELECT * FROM factor"))]
        rows += [*await session.execute(text("SELECT * FROM recovery_code"))]
    stored = repr([[bytes(each) if isinstance(each, memoryview) else each for each in row] for row in rows])
    assert rows
    for secret in (begun.secret, "Tablet", codes[0].replace("-", "")):
        assert secret not in stored
    await people.users.close(ada.tenant_id, ada.id)
    async with database.read() as session:
        assert await session.scalar(text("SELECT count(*) FROM factor")) == 0
        assert await session.scalar(text("SELECT count(*) FROM recovery_code")) == 0


async def test_deleting_a_tenant_deletes_its_factors(
    people: Identity, ada: Person, clock: ManualClock, database: Database
) -> None:
    await with_totp(people, clock)
    await people.tenants.delete(ada.tenant_id)
    async with database.read() as session:
        assert await session.scalar(text("SELECT count(*) FROM factor")) == 0


@pytest.mark.promise("D3", "R4")
async def test_erased_user_cannot_authenticate(
    people: Identity, ada: Person, keys: KeyStore, clock: ManualClock
) -> None:
    _, phone, _ = await with_totp(people, clock)
    ticket = await new_ticket(people)
    keys.destroy(ada.tenant_id, ada.subject)
    with pytest.raises(Unauthenticated):
        await prove(people, ticket, totp=phone.code())


@pytest.mark.promise("T3")
async def test_a_ticket_is_used_by_one_of_two_proofs(people: Identity, ada: Person, clock: ManualClock) -> None:
    _, _, codes = await with_totp(people, clock)
    ticket = await new_ticket(people)
    proofs = [prove(people, ticket, recovery_code=each) for each in codes[:2]]
    outcomes = await asyncio.gather(*proofs, return_exceptions=True)
    assert sorted(type(each).__name__ for each in outcomes) == ["SignedIn", "TicketExpired"]
    unused = codes[0] if isinstance(outcomes[1], SignedIn) else codes[1]
    assert await prove(people, await new_ticket(people), recovery_code=unused), "a refused proof uses no code"


async def test_the_number_of_factors_is_limited(
    people: Identity, ada: Person, clock: ManualClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("unificx.identity.policies.second_factor.MAX_FACTORS", 1)
    signed_in, _, _ = await with_totp(people, clock)
    with pytest.raises(Conflict, match="At most 1"):
        await people.mfa.start_totp_enrollment(signed_in.principal, "Tablet")
    assert len(await people.mfa.list_factors(signed_in.principal)) == 1
    people.directory.drop_person(ada.id)
    with pytest.raises(NotFound):
        await people.mfa.list_factors(signed_in.principal)
