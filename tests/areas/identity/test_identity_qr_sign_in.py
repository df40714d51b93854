"""QR sign-in: single use, short lifetime, one device."""

import asyncio
from dataclasses import replace

import pytest
from fake_notifier import FakeAccountNotifier
from pyotp.totp import TOTP
from throttling import attempts_until_throttled

from unificx.cluster import EventBus
from unificx.core.clock import ManualClock
from unificx.core.errors import Conflict, NotFound, Unauthenticated
from unificx.identity import (
    AccountSuspended,
    Identity,
    NewExtension,
    NewPerson,
    Person,
    PersonChange,
    SignedIn,
    SignInContext,
    SignInDevice,
    Source,
    Tenant,
    qr_sign_in,
)
from unificx.identity.errors import SignInCodeExpired, UsedSignInCode
from unificx.identity.events import SignInCodeTriedAgain, SignInCodeUsed
from unificx.identity.qr_sign_in import CODE_LIFETIME, MAX_CODES_PER_USER
from unificx.identity.schemas import SecondFactorRequired

EMAIL = "ada@acme.example"
PHONE = SignInContext(Source("203.0.113.2", "Phone/2"), SignInDevice("Ada's phone", "mobile"), "cookie")
CAMERA = SignInContext(Source("198.51.100.9", "Camera/9"), SignInDevice("Mallory's phone", "mobile"), "cookie")
SECRET, OTHER = "A" * 43, "B" * 43


@pytest.fixture
async def ada(people: Identity, acme: Tenant) -> Person:
    return await people.users.create(acme.id, NewPerson("Ada Example", EMAIL, password="correct horse battery"))


async def new_code(people: Identity, person: Person):
    """Create a code for the user's own sign-in."""
    return await people.qr_sign_in.create_code(person.tenant_id, person.id, person.id)


@pytest.mark.promise("U3", "S2")
async def test_code_signs_in_one_device(people: Identity, ada: Person, bus: EventBus) -> None:
    used: list[SignInCodeUsed] = []
    bus.subscribe(SignInCodeUsed, used.append)
    code = await new_code(people, ada)
    assert (await people.qr_sign_in.code_state(code.id, ada.id)).state == "open"
    assert code.code not in repr(code)
    signed = await people.qr_sign_in.sign_in(code.code, SECRET, PHONE)
    assert isinstance(signed, SignedIn)
    assert (await people.sessions.authenticate(signed.token)).person_id == ada.id
    state = await people.qr_sign_in.code_state(code.id, ada.id)
    assert (state.state, state.device_name, state.session_id) == ("used", "Ada's phone", signed.principal.session_id)
    assert [(one.code_id, one.person_id, one.maker_id) for one in used] == [(code.id, ada.id, ada.id)]


@pytest.mark.promise("U2", "U9", "T3")
async def test_second_device_is_refused_and_the_owner_notified(
    people: Identity, ada: Person, emails: FakeAccountNotifier, bus: EventBus, clock: ManualClock
) -> None:
    tried: list[SignInCodeTriedAgain] = []
    bus.subscribe(SignInCodeTriedAgain, tried.append)
    code = await new_code(people, ada)
    signed = await people.qr_sign_in.sign_in(code.code, SECRET, PHONE)
    for _ in range(3):
        with pytest.raises(UsedSignInCode):
            await people.qr_sign_in.sign_in(code.code, OTHER, CAMERA)
    clock.advance(CODE_LIFETIME.total_seconds() + 1)
    with pytest.raises(UsedSignInCode):
        await people.qr_sign_in.sign_in(code.code, OTHER, CAMERA)
    await people.join_background_tasks()
    assert emails.of_kind("code_tried_again") == [(EMAIL, "")]
    assert [one.code_id for one in tried] == [code.id]
    assert (await people.qr_sign_in.code_state(code.id, ada.id)).tried_again
    assert await people.sessions.authenticate(signed.token)


async def test_same_device_may_retry_and_has_one_session(
    people: Identity, ada: Person, emails: FakeAccountNotifier, clock: ManualClock
) -> None:
    code = await new_code(people, ada)
    lost = await people.qr_sign_in.sign_in(code.code, SECRET, PHONE)
    clock.advance(30)
    again = await people.qr_sign_in.sign_in(code.code, SECRET, PHONE)
    assert await people.sessions.authenticate(again.token)
    with pytest.raises(Unauthenticated):
        await people.sessions.authenticate(lost.token)
    assert [one.id for one in await people.sessions.of_person(ada.tenant_id, ada.id)] == [again.principal.session_id]
    assert not (await people.qr_sign_in.code_state(code.id, ada.id)).tried_again
    clock.advance(CODE_LIFETIME.total_seconds())
    with pytest.raises(SignInCodeExpired):
        await people.qr_sign_in.sign_in(code.code, SECRET, PHONE)
    assert not emails.of_kind("code_tried_again")


async def test_one_of_two_concurrent_devices_signs_in(people: Identity, ada: Person) -> None:
    code = await new_code(people, ada)
    answers = await asyncio.gather(
        *(people.qr_sign_in.sign_in(code.code, secret * 43, PHONE) for secret in "ABCDE"), return_exceptions=True
    )
    assert sum(isinstance(one, SignedIn) for one in answers) == 1
    assert sum(isinstance(one, UsedSignInCode) for one in answers) == 4


@pytest.mark.promise("T3")
async def test_code_expires_and_is_lost_at_a_restart(
    people: Identity, ada: Person, clock: ManualClock, open_people
) -> None:
    code, later = await new_code(people, ada), await new_code(people, ada)
    restarted = open_people()
    await restarted.start()
    with pytest.raises(SignInCodeExpired):
        await restarted.qr_sign_in.sign_in(later.code, SECRET, PHONE)
    clock.advance(CODE_LIFETIME.total_seconds())
    assert (await people.qr_sign_in.code_state(code.id, ada.id)).state == "expired"
    with pytest.raises(SignInCodeExpired):
        await people.qr_sign_in.sign_in(code.code, SECRET, PHONE)


@pytest.mark.promise("U9", "T3")
async def test_guessing_codes_is_throttled_per_source(people: Identity, ada: Person) -> None:
    code = await new_code(people, ada)
    await attempts_until_throttled(
        lambda number: people.qr_sign_in.sign_in(f"guess {number}", OTHER, CAMERA), SignInCodeExpired
    )
    assert isinstance(await people.qr_sign_in.sign_in(code.code, SECRET, PHONE), SignedIn)


async def test_valid_code_does_not_count_as_a_failed_attempt(people: Identity, ada: Person) -> None:
    for _ in range(40):
        code = await new_code(people, ada)
        assert isinstance(await people.qr_sign_in.sign_in(code.code, SECRET, PHONE), SignedIn)


async def test_code_state_is_visible_to_creator_and_user_only(people: Identity, ada: Person, acme: Tenant) -> None:
    admin = await people.users.create(acme.id, NewPerson("Cleo Example", "cleo@acme.example"))
    code = await people.qr_sign_in.create_code(acme.id, ada.id, admin.id)
    assert await people.qr_sign_in.code_state(code.id, ada.id) == await people.qr_sign_in.code_state(code.id, admin.id)
    for outsider in ("", "somebody"):
        with pytest.raises(NotFound):
            await people.qr_sign_in.code_state(code.id, outsider)


async def test_codes_per_user_are_limited(people: Identity, ada: Person) -> None:
    codes = [await new_code(people, ada) for _ in range(MAX_CODES_PER_USER + 1)]
    with pytest.raises(SignInCodeExpired):
        await people.qr_sign_in.sign_in(codes[0].code, SECRET, PHONE)
    assert isinstance(await people.qr_sign_in.sign_in(codes[1].code, OTHER, PHONE), SignedIn)


async def test_total_codes_are_limited_and_the_oldest_is_evicted(
    people: Identity, acme: Tenant, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(qr_sign_in, "CODES", replace(qr_sign_in.CODES, capacity=8))
    persons = [await people.users.create(acme.id, NewPerson(f"P{at}", f"p{at}@acme.example")) for at in range(9)]
    codes = [await new_code(people, one) for one in persons[:8]]
    for code, one in zip(codes, persons, strict=False):
        assert await people.qr_sign_in.code_state(code.id, one.id)
    await new_code(people, persons[8])
    with pytest.raises(NotFound):
        await people.qr_sign_in.code_state(codes[0].id, persons[0].id)
    assert await people.qr_sign_in.code_state(codes[1].id, persons[1].id)


@pytest.mark.promise("S2")
async def test_user_without_password_signs_in_by_code(people: Identity, acme: Tenant) -> None:
    made = await people.extensions.create(acme.id, NewExtension("1001", "Ben Example", "ben@acme.example"))
    assert made.extension.person_id is not None
    ben = await people.users.get(acme.id, made.extension.person_id)
    assert ben.state == "invited"
    code = await people.qr_sign_in.create_code(acme.id, ben.id, "")
    signed = await people.qr_sign_in.sign_in(code.code, SECRET, PHONE)
    assert (await people.sessions.authenticate(signed.token)).person_id == ben.id
    assert (await people.users.get(acme.id, ben.id)).state == "active"


@pytest.mark.promise("T3")
async def test_code_created_by_another_user_requires_the_second_factor(
    people: Identity, ada: Person, clock: ManualClock
) -> None:
    await people.passwords.set(ada.tenant_id, ada.id, "a password of my own")
    mine = await people.sign_in.by_password(EMAIL, "a password of my own", PHONE)
    begun = await people.mfa.start_totp_enrollment(mine.principal, "Phone")
    now = TOTP(begun.secret).at(int(clock.now().timestamp()))
    await people.mfa.confirm_totp(mine.principal, begun.id, now, PHONE.source)
    by_admin = await people.qr_sign_in.create_code(ada.tenant_id, ada.id, "")
    outcome = await people.qr_sign_in.sign_in(by_admin.code, SECRET, PHONE)
    assert isinstance(outcome, SecondFactorRequired)
    assert (await people.qr_sign_in.code_state(by_admin.id, ada.id)).session_id is None
    own = await new_code(people, ada)
    assert isinstance(await people.qr_sign_in.sign_in(own.code, SECRET, PHONE), SignedIn)


async def test_suspended_or_closed_accounts_cannot_use_codes(people: Identity, ada: Person, acme: Tenant) -> None:
    code = await new_code(people, ada)
    await people.users.update(acme.id, ada.id, PersonChange(state="suspended"))
    with pytest.raises(AccountSuspended):
        await people.qr_sign_in.sign_in(code.code, SECRET, PHONE)
    with pytest.raises(Conflict):
        await new_code(people, ada)
    await people.users.close(acme.id, ada.id)
    with pytest.raises(Unauthenticated):
        await people.qr_sign_in.sign_in(code.code, SECRET, PHONE)
    with pytest.raises(NotFound):
        await new_code(people, ada)
