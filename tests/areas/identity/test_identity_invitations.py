"""Invitations, and acceptance of terms, policy and age."""

import asyncio
from dataclasses import fields, replace

import pytest
from fake_notifier import FakeAccountNotifier
from sqlalchemy import text
from throttling import attempts_until_throttled

from unificx.core.clock import ManualClock
from unificx.core.errors import Conflict, Invalid, Unauthenticated
from unificx.db import Database
from unificx.identity import (
    TERMS_VERSION,
    Acceptance,
    Identity,
    NewPerson,
    Person,
    PersonChange,
    SignedIn,
    SignInContext,
    SignInDevice,
    Source,
    Tenant,
    policy_version,
)
from unificx.identity.errors import InvitationExpired, NotOfAge
from unificx.identity.invitations import INVITATION_LIFETIME
from unificx.identity.models import AcceptancePart
from unificx.privacy import KeyStore, released_versions

EMAIL, PASSWORD = "ada@acme.example", "correct horse battery"
PHONE = SignInContext(Source("203.0.113.2", "Phone/2"), SignInDevice("Ada's phone", "mobile"), "cookie")
YES = Acceptance(True, TERMS_VERSION, policy_version())
NO = Acceptance(False, TERMS_VERSION, policy_version())


@pytest.fixture
async def ada(people: Identity, acme: Tenant) -> Person:
    return await people.users.create(acme.id, NewPerson("Ada Example", EMAIL))


def link(code: str) -> str:
    return f"https://pbx.example.com/app/#invitation={code}"


async def invite(people: Identity, person: Person, emails: FakeAccountNotifier) -> str:
    """Return the code of the user's latest invitation."""
    made = await people.invitations.invite(person.tenant_id, person.id, link, "de")
    assert (made.sent, made.url) == (True, None)
    return emails.of_kind("invitation de")[-1][1].partition("=")[2]


@pytest.mark.promise("C2", "U3")
async def test_invited_user_sets_a_password_and_is_signed_in(
    people: Identity, ada: Person, emails: FakeAccountNotifier
) -> None:
    code = await invite(people, ada, emails)
    who = await people.invitations.preview(code, PHONE.source)
    assert (who.name, who.organisation, who.email) == ("Ada Example", "Acme Ltd", EMAIL)
    signed = await people.invitations.accept(code, PASSWORD, YES, PHONE)
    assert isinstance(signed, SignedIn)
    assert not signed.acceptance_needed
    assert (await people.sessions.authenticate(signed.token)).person_id == ada.id
    assert (await people.users.get(ada.tenant_id, ada.id)).state == "active"
    again = await people.sign_in.by_password(EMAIL, PASSWORD, PHONE)
    assert (again.must_change, again.acceptance_needed) == (False, False)
    for over in (people.invitations.preview(code, PHONE.source), people.invitations.accept(code, PASSWORD, YES, PHONE)):
        with pytest.raises(InvitationExpired):
            await over


async def test_without_email_the_link_is_returned(people: Identity, ada: Person, emails: FakeAccountNotifier) -> None:
    emails.can_send = False
    made = await people.invitations.invite(ada.tenant_id, ada.id, link, "en")
    assert not made.sent
    assert made.url is not None
    assert made.url not in repr(made)
    assert not emails.sent
    code = made.url.partition("=")[2]
    assert isinstance(await people.invitations.accept(code, PASSWORD, YES, PHONE), SignedIn)


async def test_invitation_expires_and_is_replaced_by_the_next(
    people: Identity, ada: Person, emails: FakeAccountNotifier, clock: ManualClock, database: Database
) -> None:
    first = await invite(people, ada, emails)
    second = await invite(people, ada, emails)
    with pytest.raises(InvitationExpired):
        await people.invitations.preview(first, PHONE.source)
    clock.advance(INVITATION_LIFETIME.total_seconds() - 1)
    assert await people.invitations.preview(second, PHONE.source)
    clock.advance(1)
    with pytest.raises(InvitationExpired):
        await people.invitations.accept(second, PASSWORD, YES, PHONE)
    await people.clean_up()
    async with database.read() as session:
        assert await session.scalar(text("SELECT count(*) FROM sign_in_link")) == 0


@pytest.mark.promise("T2")
async def test_only_a_digest_of_the_code_is_stored(
    people: Identity, ada: Person, emails: FakeAccountNotifier, database: Database
) -> None:
    code = await invite(people, ada, emails)
    async with database.read() as session:
        row = (await session.execute(text("SELECT * FROM sign_in_link"))).one()
    assert code not in str(row)


async def test_changed_address_revokes_links_to_the_old_one(
    people: Identity, ada: Person, emails: FakeAccountNotifier
) -> None:
    code = await invite(people, ada, emails)
    await people.users.update(ada.tenant_id, ada.id, PersonChange(email="ada.example@acme.example"))
    with pytest.raises(InvitationExpired):
        await people.invitations.accept(code, PASSWORD, YES, PHONE)


async def test_invitation_preconditions(
    people: Identity, acme: Tenant, ada: Person, emails: FakeAccountNotifier
) -> None:
    nameless = await people.users.create(acme.id, NewPerson("Ben Example"))
    with pytest.raises(Invalid):
        await people.invitations.invite(acme.id, nameless.id, link, "en")
    code = await invite(people, ada, emails)
    await people.passwords.set(acme.id, ada.id, PASSWORD)
    with pytest.raises(Conflict):
        await people.invitations.invite(acme.id, ada.id, link, "en")
    with pytest.raises(InvitationExpired):
        await people.invitations.accept(code, "another password", YES, PHONE)


@pytest.mark.promise("K2")
@pytest.mark.promise("K1", whole=True)
async def test_only_the_answer_of_an_underage_user_is_stored(
    people: Identity, ada: Person, emails: FakeAccountNotifier, database: Database
) -> None:
    """K1 as a whole: an invited user who is not of age gets no account, and the row has the answer alone. By HTTP:
    `test_underage_user_is_rejected`; sign-up: `test_a_visitor_who_is_not_of_age_leaves_nothing`,
    `test_a_visitor_sets_up_an_organisation_once`; accounts made in another way are asked at the first sign-in:
    `test_user_signed_in_another_way_has_to_accept_terms`; a later no: `test_later_refusal_ends_every_session`."""
    assert {each.name: each.type for each in fields(AcceptancePart)} == {
        "of_age": bool,
        "terms_version": str,
        "policy_version": str,
    }
    code = await invite(people, ada, emails)
    with pytest.raises(NotOfAge):
        await people.invitations.accept(code, PASSWORD, NO, PHONE)
    async with database.read() as session:
        stored = {
            table: await session.scalar(text(f"SELECT count(*) FROM {table}"))
            for table in ("acceptance", "session", "credential", "sign_in_link")
        }
    assert stored == {"acceptance": 1, "session": 0, "credential": 0, "sign_in_link": 0}
    assert (await people.users.get(ada.tenant_id, ada.id)).state == "invited"
    with pytest.raises(InvitationExpired):
        await people.invitations.accept(code, PASSWORD, YES, PHONE)
    with pytest.raises(Unauthenticated):
        await people.sign_in.by_password(EMAIL, PASSWORD, PHONE)


@pytest.mark.promise("K1", "V3")
async def test_user_signed_in_another_way_has_to_accept_terms(people: Identity, ada: Person) -> None:
    await people.passwords.set(ada.tenant_id, ada.id, PASSWORD)
    signed = await people.sign_in.by_password(EMAIL, PASSWORD, PHONE)
    assert signed.acceptance_needed
    with pytest.raises(Invalid):
        await people.acceptances.accept(signed.principal, Acceptance(True, "1999-01", policy_version()))
    await people.acceptances.accept(signed.principal, YES)
    assert not (await people.sessions.refresh(signed.refresh, "cookie")).acceptance_needed


@pytest.mark.promise("K1")
async def test_later_refusal_ends_every_session(people: Identity, ada: Person) -> None:
    await people.passwords.set(ada.tenant_id, ada.id, PASSWORD)
    signed, other = [await people.sign_in.by_password(EMAIL, PASSWORD, PHONE) for _ in range(2)]
    await people.acceptances.accept(signed.principal, YES)
    with pytest.raises(NotOfAge):
        await people.acceptances.accept(signed.principal, NO)
    for one in (signed, other):
        with pytest.raises(Unauthenticated):
            await people.sessions.authenticate(one.token)
    assert (await people.sign_in.by_password(EMAIL, PASSWORD, PHONE)).acceptance_needed


@pytest.mark.promise("V3")
async def test_new_version_has_to_be_accepted(people: Identity, ada: Person, monkeypatch: pytest.MonkeyPatch) -> None:
    await people.passwords.set(ada.tenant_id, ada.id, PASSWORD)
    signed = await people.sign_in.by_password(EMAIL, PASSWORD, PHONE)
    await people.acceptances.accept(signed.principal, YES)
    versions = [*released_versions(), replace(released_versions()[-1], version="next", significant=True)]
    monkeypatch.setattr("unificx.identity.terms.released_versions", lambda: versions)
    assert (await people.sign_in.by_password(EMAIL, PASSWORD, PHONE)).acceptance_needed


async def test_guessing_invitations_is_throttled_per_source(
    people: Identity, ada: Person, emails: FakeAccountNotifier
) -> None:
    code = await invite(people, ada, emails)
    elsewhere = Source("198.51.100.9")
    await attempts_until_throttled(
        lambda number: people.invitations.preview(f"guess {number}", elsewhere), InvitationExpired
    )
    assert await people.invitations.preview(code, PHONE.source)


@pytest.mark.promise("T3")
async def test_an_invitation_is_accepted_once(people: Identity, ada: Person, emails: FakeAccountNotifier) -> None:
    code = await invite(people, ada, emails)
    twice = [people.invitations.accept(code, each, YES, PHONE) for each in (PASSWORD, "another password of mine")]
    outcomes = await asyncio.gather(*twice, return_exceptions=True)
    assert sorted(type(each).__name__ for each in outcomes) == ["InvitationExpired", "SignedIn"]


@pytest.mark.promise("D3")
async def test_the_invitation_of_an_erased_user_has_expired(
    people: Identity, ada: Person, emails: FakeAccountNotifier, keys: KeyStore
) -> None:
    code = await invite(people, ada, emails)
    keys.destroy(ada.tenant_id, ada.subject)
    people.directory.evict_subject(ada.subject)
    with pytest.raises(InvitationExpired):
        await people.invitations.accept(code, PASSWORD, YES, PHONE)


async def test_the_invitation_of_an_account_that_is_closed_meanwhile_has_expired(
    people: Identity, ada: Person, emails: FakeAccountNotifier, monkeypatch: pytest.MonkeyPatch
) -> None:
    code = await invite(people, ada, emails)

    async def close(*_: object) -> None:
        await people.users.close(ada.tenant_id, ada.id)

    monkeypatch.setattr(people.invitations._attempts, "record_success", close)
    with pytest.raises(InvitationExpired):
        await people.invitations.preview(code, PHONE.source)
