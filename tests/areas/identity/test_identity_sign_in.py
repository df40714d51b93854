"""Sign-in, sessions and passwords, and what responses reveal to unauthenticated clients."""

import asyncio
import re
from datetime import timedelta

import pytest
from argon2 import PasswordHasher
from identity_factory import identity_on

from unificx.cluster import EventBus
from unificx.core.clock import ManualClock
from unificx.core.errors import Forbidden, Invalid, NotFound, TooManyRequests, Unauthenticated
from unificx.db import Database
from unificx.identity import Identity, NewPerson, PasswordHashing, Person, Role, SignInContext, Source, Tenant
from unificx.identity.events import PasswordChanged
from unificx.privacy import KeyStore

HOME = SignInContext(Source("203.0.113.1", "Home/1"))
OFFICE = SignInContext(Source("203.0.113.2", "Office/2"))
ELSEWHERE = SignInContext(Source("198.51.100.9"))
EMAIL, PASSWORD = "ada@acme.example", "correct horse battery"


@pytest.fixture
async def ada(people: Identity, acme: Tenant) -> Person:
    return await people.users.create(acme.id, NewPerson("Ada", EMAIL, Role.TENANT_ADMIN, PASSWORD))


@pytest.mark.promise("U3", "T3")
async def test_token_is_valid_until_sign_out(people: Identity, ada: Person) -> None:
    signed_in = await people.sign_in.by_password(EMAIL, PASSWORD, HOME)
    assert not signed_in.must_change
    assert await people.sessions.authenticate(signed_in.token) == signed_in.principal
    assert (signed_in.principal.person_id, signed_in.principal.role) == (ada.id, Role.TENANT_ADMIN)
    other = await people.sign_in.by_password(EMAIL, PASSWORD, OFFICE)
    await people.sessions.sign_out(signed_in.token)
    await people.sessions.sign_out(signed_in.token)
    with pytest.raises(Unauthenticated):
        await people.sessions.authenticate(signed_in.token)
    assert await people.sessions.authenticate(other.token) == other.principal


@pytest.mark.promise("C6", "T3")
async def test_user_lists_and_ends_their_own_sessions(
    people: Identity, ada: Person, acme: Tenant, clock: ManualClock
) -> None:
    first = await people.sign_in.by_password(EMAIL, PASSWORD, HOME)
    clock.advance(timedelta(days=2).total_seconds())
    second = await people.sign_in.by_password(EMAIL, PASSWORD, OFFICE)
    first = await people.sessions.refresh(first.refresh, "token")
    await people.clean_up()
    sessions = await people.sessions.of_person(acme.id, ada.id)
    assert [(one.agent, one.address) for one in sessions] == [("Office/2", "203.0.113.2"), ("Home/1", "203.0.113.1")]
    assert [one.last_used.isoformat() for one in sessions] == ["2026-01-07", "2026-01-07"]
    ben = await people.users.create(acme.id, NewPerson("Ben", "ben@acme.example"))
    with pytest.raises(NotFound):
        await people.sessions.revoke(acme.id, ben.id, first.principal.session_id)
    await people.sessions.revoke(acme.id, ada.id, first.principal.session_id)
    with pytest.raises(Unauthenticated):
        await people.sessions.authenticate(first.token)
    assert await people.sessions.authenticate(second.token)


class CountedHasher(PasswordHasher):
    """Counts verifications."""

    def __init__(self) -> None:
        super().__init__(time_cost=1, memory_cost=64, parallelism=1)
        self.verified = 0

    def verify(self, *arguments: object, **named: object) -> bool:  # type: ignore[override]
        self.verified += 1
        return super().verify(*arguments, **named)  # type: ignore[arg-type]


@pytest.mark.promise("T3")
async def test_wrong_address_and_wrong_password_are_indistinguishable(
    database: Database, keys: KeyStore, clock: ManualClock
) -> None:
    hasher = CountedHasher()
    people = identity_on(database, keys, clock, passwords=PasswordHashing(hasher))
    await people.start()
    await people.initial_setup.create_operator()
    tenant = await people.tenants.get("operator")
    await people.users.create(tenant.id, NewPerson("Ada", EMAIL, password=PASSWORD))
    await people.users.create(tenant.id, NewPerson("Ben", "ben@acme.example"))
    answers = set()
    for email, password in (
        (EMAIL, "not the password"),
        (EMAIL, ""),
        (EMAIL, PASSWORD + "x" * 1_000_000),
        ("nobody@acme.example", PASSWORD),
        ("ben@acme.example", PASSWORD),  # invited, no password yet
        ("", ""),
        ("x" * 100_000, PASSWORD),
    ):
        before = hasher.verified
        with pytest.raises(Unauthenticated) as refused:
            await people.sign_in.by_password(email, password, HOME)
        answers.add((refused.value.message, refused.value.hint, hasher.verified - before))
    assert len(answers) == 1


@pytest.mark.promise("U9", "T3")
async def test_guessing_is_throttled_at_its_source_and_not_for_the_owner(
    people: Identity, ada: Person, clock: ManualClock
) -> None:
    await people.sign_in.by_password(EMAIL, PASSWORD, HOME)
    for _ in range(5):
        with pytest.raises(Unauthenticated):
            await people.sign_in.by_password(EMAIL, "guess", ELSEWHERE)
    with pytest.raises(TooManyRequests) as slowed:
        await people.sign_in.by_password(EMAIL, PASSWORD, ELSEWHERE)
    assert slowed.value.retry_after > 0
    assert await people.sign_in.by_password(EMAIL, PASSWORD, HOME)
    assert await people.sign_in.by_password(EMAIL, PASSWORD, OFFICE)
    clock.advance(slowed.value.retry_after)
    assert await people.sign_in.by_password(EMAIL, PASSWORD, ELSEWHERE)


@pytest.mark.promise("T3")
async def test_unknown_address_is_throttled_like_a_known_one(people: Identity) -> None:
    for _ in range(5):
        with pytest.raises(Unauthenticated):
            await people.sign_in.by_password("nobody@acme.example", "guess", ELSEWHERE)
    with pytest.raises(TooManyRequests):
        await people.sign_in.by_password("nobody@acme.example", "guess", ELSEWHERE)


async def test_concurrent_attempts_count_individually(people: Identity, ada: Person) -> None:
    answers = await asyncio.gather(
        *(people.sign_in.by_password(EMAIL, f"guess {number}", ELSEWHERE) for number in range(40)),
        return_exceptions=True,
    )
    assert sum(isinstance(answer, Unauthenticated) for answer in answers) == 5
    assert sum(isinstance(answer, TooManyRequests) for answer in answers) == 35


@pytest.mark.promise("C2")
async def test_changing_the_password_ends_other_sessions(people: Identity, ada: Person, bus: EventBus) -> None:
    events: list[PasswordChanged] = []
    bus.subscribe(PasswordChanged, events.append)
    here, there = (
        await people.sign_in.by_password(EMAIL, PASSWORD, HOME),
        await people.sign_in.by_password(EMAIL, PASSWORD, OFFICE),
    )
    with pytest.raises(Forbidden):
        await people.passwords.change(here.principal, "not the password", "a new password", HOME.source)
    with pytest.raises(Invalid):
        await people.passwords.change(here.principal, PASSWORD, "short", HOME.source)
    await people.passwords.change(here.principal, PASSWORD, "a new password", HOME.source)
    assert await people.sessions.authenticate(here.token)
    with pytest.raises(Unauthenticated):
        await people.sessions.authenticate(there.token)
    with pytest.raises(Unauthenticated):
        await people.sign_in.by_password(EMAIL, PASSWORD, HOME)
    assert await people.sign_in.by_password(EMAIL, "a new password", HOME)
    assert [event.person_id for event in events] == [ada.id]


async def test_reset_password_has_to_be_changed(people: Identity, ada: Person) -> None:
    before = await people.sign_in.by_password(EMAIL, PASSWORD, HOME)
    password = await people.passwords.reset(ada.tenant_id, ada.id)
    with pytest.raises(Unauthenticated):
        await people.sessions.authenticate(before.token)
    signed_in = await people.sign_in.by_password(EMAIL, password, HOME)
    assert signed_in.must_change
    await people.passwords.change(signed_in.principal, password, "a password of my own", HOME.source)
    assert not (await people.sign_in.by_password(EMAIL, "a password of my own", HOME)).must_change


async def test_outdated_hash_is_renewed_at_sign_in(
    people: Identity, ada: Person, database: Database, keys: KeyStore, clock: ManualClock
) -> None:
    stronger = PasswordHasher(time_cost=2, memory_cost=64, parallelism=1)
    later = identity_on(database, keys, clock, passwords=PasswordHashing(stronger))
    await later.start()
    assert await later.sign_in.by_password(EMAIL, PASSWORD, HOME)
    assert await later.sign_in.by_password(EMAIL, PASSWORD, HOME)
    counted = CountedHasher()
    checked = PasswordHashing(counted)
    assert checked.needs_rehash(stronger.hash("x"))
    assert await people.sign_in.by_password(EMAIL, PASSWORD, HOME)  # either hash is accepted


@pytest.mark.promise("D3", "R4")
async def test_erased_user_cannot_sign_in(people: Identity, ada: Person, keys: KeyStore) -> None:
    keys.destroy(ada.tenant_id, ada.subject)
    with pytest.raises(Unauthenticated):
        await people.sign_in.by_password(EMAIL, PASSWORD, HOME)


@pytest.mark.promise("D3")
async def test_an_erasure_during_a_sign_in_leaves_no_session(
    people: Identity, ada: Person, keys: KeyStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The account was read and its password is being compared."""
    verify = PasswordHashing.verify

    async def erased_meanwhile(self: PasswordHashing, hashed: str | None, password: str) -> bool:
        matches = await verify(self, hashed, password)
        keys.destroy(ada.tenant_id, ada.subject)
        return matches

    with monkeypatch.context() as patched:
        patched.setattr(PasswordHashing, "verify", erased_meanwhile)
        with pytest.raises(Unauthenticated):
            await people.sign_in.by_password(EMAIL, PASSWORD, HOME)
    assert await people.sessions.of_person(ada.tenant_id, ada.id) == ()


async def test_argon2_queue_overflow_is_rejected() -> None:
    passwords = PasswordHashing()
    answers = await asyncio.gather(*(passwords.hash("x") for _ in range(80)), return_exceptions=True)
    assert sum(isinstance(answer, TooManyRequests) for answer in answers) == 16
    assert all(isinstance(answer, str | TooManyRequests) for answer in answers)


async def test_malformed_hash_does_not_match_and_does_not_raise() -> None:
    passwords = PasswordHashing()
    assert not await passwords.verify("not a hash", "x")
    assert await passwords.verify(await passwords.hash("x"), "x")


@pytest.mark.promise("T2")
async def test_passwords_are_stored_by_argon2id(monkeypatch: pytest.MonkeyPatch) -> None:
    """With at least the parameters of RFC 9106 section 4 for little memory, or OWASP's equivalent."""
    monkeypatch.setattr("unificx.identity.passwords.PasswordHasher", PasswordHasher)  # tests have a cheap one
    stored = await PasswordHashing().hash("x")
    found = re.fullmatch(r"\$argon2id\$v=19\$m=(\d+),t=(\d+),p=(\d+)\$[\w+/]{22,}\$[\w+/]{43,}", stored)
    assert found is not None
    memory, passes = int(found[1]), int(found[2])
    assert memory >= 19_456
    assert passes >= 2
