"""Password recovery by e-mail, without revealing whether an account exists."""

import asyncio

import pytest
from fake_notifier import FakeAccountNotifier
from sqlalchemy import event, text
from throttling import attempts_until_throttled

from unificx.core.clock import ManualClock
from unificx.core.errors import Invalid, TooManyRequests, Unauthenticated
from unificx.db import Database
from unificx.identity import (
    Identity,
    NewPerson,
    Person,
    PersonChange,
    SignedIn,
    SignInContext,
    SignInDevice,
    Source,
    Tenant,
)
from unificx.identity.errors import RecoveryLinkExpired
from unificx.identity.recovery import MAX_PENDING_LINKS, RECOVERY_LIFETIME
from unificx.privacy import KeyStore

EMAIL, PASSWORD, NEW = "ada@acme.example", "correct horse battery", "a much better password"
PHONE = SignInContext(Source("203.0.113.2", "Phone/2"), SignInDevice("Ada's phone", "mobile"), "cookie")
EMAIL_BODY = "recovery de"


@pytest.fixture
async def ada(people: Identity, acme: Tenant) -> Person:
    return await people.users.create(acme.id, NewPerson("Ada Example", EMAIL, password=PASSWORD))


def link(code: str) -> str:
    return f"https://pbx.example.com/app/#recover={code}"


async def request_recovery(people: Identity, emails: FakeAccountNotifier, email: str = EMAIL) -> list[str]:
    """Request recovery and return the codes of all e-mails."""
    await people.recovery.request(email, None, link, "de", PHONE.source)
    await people.join_background_tasks()
    return [url.partition("=")[2] for _, url in emails.of_kind(EMAIL_BODY)]


@pytest.mark.promise("U2", "U3")
@pytest.mark.promise("C2", whole=True)
async def test_lost_password_is_replaced_by_the_link(
    people: Identity, ada: Person, emails: FakeAccountNotifier
) -> None:
    """C2 as a whole: a lost password is replaced by a link that is sent to the address of the user, once. In a browser
    and by real SMTP: `test_a_password_is_reset_by_e_mail_without_revealing_accounts`. Number and login details of a new
    extension: `test_a_new_extension_is_returned_with_sip_credentials`; none of them is stored in the clear:
    `test_no_name_address_or_username_is_stored_in_the_clear`."""
    before = await people.sign_in.by_password(EMAIL, PASSWORD, PHONE)
    code = (await request_recovery(people, emails, " ADA@Acme.Example "))[-1]
    assert emails.of_kind(EMAIL_BODY)[0][0] == EMAIL
    signed = await people.recovery.complete(code, NEW, PHONE)
    assert isinstance(signed, SignedIn)
    assert (await people.sessions.authenticate(signed.token)).person_id == ada.id
    with pytest.raises(Unauthenticated):
        await people.sessions.authenticate(before.token)
    with pytest.raises(Unauthenticated):
        await people.sign_in.by_password(EMAIL, PASSWORD, PHONE)
    assert await people.sign_in.by_password(EMAIL, NEW, PHONE)
    await people.join_background_tasks()
    assert emails.of_kind("password_changed") == [(EMAIL, "")]
    with pytest.raises(RecoveryLinkExpired):
        await people.recovery.complete(code, "yet another password", PHONE)


@pytest.mark.promise("T3")
async def test_response_does_not_reveal_whether_an_account_exists(
    people: Identity, ada: Person, emails: FakeAccountNotifier, database: Database
) -> None:
    """The response is sent before the first database access; the work runs in the background."""
    statements: list[str] = []

    def note(connection, cursor, statement, *rest) -> None:
        statements.append(statement)

    event.listen(database.engine.sync_engine, "before_cursor_execute", note)
    for email in (EMAIL, "nobody@acme.example", ""):
        assert await people.recovery.request(email, None, link, "de", PHONE.source) is None
        assert not statements
    await people.join_background_tasks()
    assert statements
    assert len(emails.of_kind(EMAIL_BODY)) == 1


@pytest.mark.promise("U9", "T3")
async def test_requests_are_throttled_for_known_and_unknown_addresses(people: Identity, ada: Person) -> None:
    slowed = []
    for email, source in ((EMAIL, Source("198.51.100.8")), ("nobody@acme.example", Source("198.51.100.9"))):

        async def ask(number: int, email: str = email, source: Source = source) -> None:
            await people.recovery.request(email, None, link, "en", source)

        slowed.append(await attempts_until_throttled(ask, RecoveryLinkExpired))
    assert slowed[0] == slowed[1]
    await people.join_background_tasks()
    # Throttled requests of others block neither the owner's requests nor their password sign-in.
    await people.recovery.request(EMAIL, None, link, "en", PHONE.source)
    assert await people.sign_in.by_password(EMAIL, PASSWORD, PHONE)


async def test_mailbox_is_not_flooded_and_links_stay_valid(
    people: Identity, ada: Person, emails: FakeAccountNotifier, clock: ManualClock
) -> None:
    for _ in range(MAX_PENDING_LINKS + 3):
        codes = await request_recovery(people, emails)
        clock.advance(60)
    assert len(codes) == MAX_PENDING_LINKS
    assert isinstance(await people.recovery.complete(codes[0], NEW, PHONE), SignedIn)
    with pytest.raises(RecoveryLinkExpired):
        await people.recovery.complete(codes[1], NEW, PHONE)


async def test_link_expires_after_half_an_hour(
    people: Identity, ada: Person, emails: FakeAccountNotifier, clock: ManualClock, database: Database
) -> None:
    code = (await request_recovery(people, emails))[-1]
    clock.advance(RECOVERY_LIFETIME.total_seconds())
    with pytest.raises(RecoveryLinkExpired):
        await people.recovery.complete(code, NEW, PHONE)
    await people.clean_up()
    async with database.read() as session:
        assert await session.scalar(text("SELECT count(*) FROM sign_in_link")) == 0
    assert await people.sign_in.by_password(EMAIL, PASSWORD, PHONE)


async def test_only_active_accounts_get_an_email(
    people: Identity, ada: Person, acme: Tenant, emails: FakeAccountNotifier
) -> None:
    await people.users.create(acme.id, NewPerson("Ben Example", "ben@acme.example"))  # invited, not accepted yet
    assert not await request_recovery(people, emails, "ben@acme.example")
    code = (await request_recovery(people, emails))[-1]
    await people.users.update(acme.id, ada.id, PersonChange(state="suspended"))
    assert await request_recovery(people, emails) == [code]
    with pytest.raises(RecoveryLinkExpired):
        await people.recovery.complete(code, NEW, PHONE)


async def test_without_email_nothing_is_stored(
    people: Identity, ada: Person, emails: FakeAccountNotifier, database: Database
) -> None:
    emails.can_send = False
    assert not people.recovery.can_send_email
    assert not await request_recovery(people, emails)
    async with database.read() as session:
        assert await session.scalar(text("SELECT count(*) FROM sign_in_link")) == 0


async def test_invalid_password_does_not_consume_the_link(
    people: Identity, ada: Person, emails: FakeAccountNotifier
) -> None:
    code = (await request_recovery(people, emails))[-1]
    with pytest.raises(Invalid):
        await people.recovery.complete(code, "short", PHONE)
    assert isinstance(await people.recovery.complete(code, NEW, PHONE), SignedIn)


@pytest.mark.promise("U9", "T3")
async def test_guessing_links_is_throttled_per_source(
    people: Identity, ada: Person, emails: FakeAccountNotifier
) -> None:
    code = (await request_recovery(people, emails))[-1]
    elsewhere = SignInContext(Source("198.51.100.9"))
    await attempts_until_throttled(
        lambda number: people.recovery.complete(f"guess {number}", NEW, elsewhere), RecoveryLinkExpired
    )
    assert isinstance(await people.recovery.complete(code, NEW, PHONE), SignedIn)


@pytest.mark.promise("U2")
async def test_password_change_is_notified(people: Identity, ada: Person, emails: FakeAccountNotifier) -> None:
    signed = await people.sign_in.by_password(EMAIL, PASSWORD, PHONE)
    await people.passwords.change(signed.principal, PASSWORD, NEW, PHONE.source)
    await people.join_background_tasks()
    assert emails.of_kind("password_changed") == [(EMAIL, "")]


@pytest.mark.promise("T3")
async def test_a_link_is_used_by_one_of_two_visitors(
    people: Identity, ada: Person, emails: FakeAccountNotifier
) -> None:
    code = (await request_recovery(people, emails))[-1]
    twice = [people.recovery.complete(code, each, PHONE) for each in (NEW, "another password of mine")]
    outcomes = await asyncio.gather(*twice, return_exceptions=True)
    assert sorted(type(each).__name__ for each in outcomes) == ["RecoveryLinkExpired", "SignedIn"]


@pytest.mark.promise("D3")
async def test_a_link_of_an_erased_user_has_expired(
    people: Identity, ada: Person, emails: FakeAccountNotifier, keys: KeyStore
) -> None:
    code = (await request_recovery(people, emails))[-1]
    keys.destroy(ada.tenant_id, ada.subject)
    people.directory.evict_subject(ada.subject)
    with pytest.raises(RecoveryLinkExpired):
        await people.recovery.complete(code, NEW, PHONE)


async def test_requests_in_progress_are_limited(
    people: Identity, ada: Person, emails: FakeAccountNotifier, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("unificx.identity.recovery.MAX_BACKGROUND_TASKS", 1)
    await people.recovery.request(EMAIL, None, link, "de", PHONE.source)
    with pytest.raises(TooManyRequests):
        await people.recovery.request(EMAIL, None, link, "de", PHONE.source)
    await people.join_background_tasks()
    assert len(emails.of_kind(EMAIL_BODY)) == 1
