"""E-mails: queued sealed, sent to a real mail server over TLS, retried within limits, deleted when done."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, nullcontext, suppress
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import structlog
from smtp_server import FakeSmtpServer, mail_server, settings_of, text_of
from sqlalchemy import event, select, text
from virtual_time import run_in_virtual_time

from unificx.archive.events import CopyReady
from unificx.cluster.local import LocalCounters
from unificx.core.clock import ManualClock
from unificx.core.errors import NotFound, StartupError
from unificx.db import Database
from unificx.identity import Identity, NewPerson, Person, Tenant
from unificx.integrations.smtp import SmtpClient
from unificx.integrations.smtp import parse_mail_url as read_mail_server
from unificx.notifications import (
    EmailQueue,
    EmailQueueDependencies,
    EmailRecords,
    EmailRejected,
    MessageReference,
    NewVoicemail,
    NoticePreferences,
    NotificationService,
    PushNotifier,
    UndeliverableAddresses,
    repository,
)
from unificx.notifications.catalogue import EMAIL_KINDS as KINDS
from unificx.notifications.email_composer import Email, compose_email
from unificx.notifications.email_texts import email_text
from unificx.notifications.models import EmailRow
from unificx.notifications.policies.emails import LANGUAGES
from unificx.notifications.schemas import EmailRecord, InvoiceReference
from unificx.privacy import KeyStore
from unificx.server.access_copy_email import CopyNotices

ABOUT, NAMED = MessageReference("m-1", "e-ada"), MessageReference("m-2", "e-ada")
LINK = "https://pbx.example.com/app/#invitation=Zq3x-secret_code"


@pytest.fixture
async def ada(people: Identity, acme: Tenant) -> Person:
    return await people.users.create(acme.id, NewPerson("Ada Example", "ada@example.com"))


async def count_queued(database: Database) -> int:
    async with database.read() as session:
        return (await session.execute(text("SELECT count(*) FROM letter WHERE state = 'waiting'"))).scalar() or 0


@pytest.mark.promise("U2", "U3", "T1")
@pytest.mark.parametrize("wanted", LANGUAGES)
async def test_an_invitation_arrives(
    emails: EmailQueue, ada: Person, box: FakeSmtpServer, database: Database, wanted: Any
) -> None:
    assert await emails.enqueue(ada, "invitation", wanted, link=LINK)
    await emails.deliver()
    [taken] = box.received
    assert (taken.sender, taken.recipients) == ("pbx@example.com", ["ada@example.com"])
    assert (taken.encrypted, taken.user) == (True, "pbx")
    email = taken.message
    assert email["To"] == "Ada Example <ada@example.com>"
    assert email["Auto-Submitted"] == "auto-generated"
    assert email["Subject"] == email_text(wanted, "invitation").subject.format(organisation="Acme Ltd")
    plain, html = text_of(email, "plain"), text_of(email, "html")
    assert all(each in plain and each in html for each in (LINK, "Acme Ltd", "Ada Example"))
    assert f'<a href="{LINK}"' in html
    assert "http" not in html.replace(LINK, "")
    assert await count_queued(database) == 0


@pytest.mark.promise("U2", "U9")
async def test_a_security_notice_is_in_both_languages(
    emails: EmailQueue, push: PushNotifier, ada: Person, box: FakeSmtpServer
) -> None:
    service = NotificationService()
    service.configure(emails, push)
    assert service.can_send
    await service.send_notice(ada, "new_device", "Ada's phone")
    await service.send_recovery(ada, LINK, "de")
    await emails.deliver()
    notice, recovery = (text_of(taken.message, "plain") for taken in box.received)
    assert "Ada's phone" in notice
    assert "If this was not you" in notice
    assert "Wenn Sie das nicht waren" in notice
    assert "Jemand, vermutlich Sie, hat ein neues Passwort angefordert" in recovery
    assert LINK in recovery


@pytest.mark.promise("D1", "U2")
async def test_who_requested_a_copy_of_data_gets_an_email_when_it_is_ready(
    people: Identity, acme: Tenant, emails: EmailQueue, push: PushNotifier, ada: Person, box: FakeSmtpServer,
    database: Database,
) -> None:  # fmt: skip
    service = NotificationService()
    service.configure(emails, push)
    notices = CopyNotices(people, service)
    async with database.begin() as uow:
        await notices.on_ready(CopyReady("e-1", acme.id, "c-1", "closed"), uow)
        await notices.on_ready(CopyReady("e-2", acme.id, "c-1", ada.id), uow)
    await emails.deliver()
    [taken] = box.received
    assert taken.recipients == ["ada@example.com"]
    assert taken.message["Subject"] == "Your copy of personal data is ready / Ihre Datenkopie ist fertig"
    plain = text_of(taken.message, "plain")
    assert "deleted after seven days" in plain
    assert "wird sie gelöscht" in plain
    assert all(each not in plain for each in ("c-1", "ada@example.com", "http"))


class FakeMessages:
    """Messages without audio; the caller of one of them may be named."""

    async def load(self, tenant_id: str, message_id: str, extension_id: str) -> bytes | None:
        return None

    async def caller(self, tenant_id: str, message_id: str, extension_id: str) -> str:
        return "Carl Caller +491511" if message_id == NAMED.message_id else ""


@pytest.mark.promise("C9", "U2")
async def test_a_voicemail_notice_is_in_one_language_with_optional_caller(
    people: Identity, keys: KeyStore, push: PushNotifier, ada: Person, box: FakeSmtpServer, database: Database
) -> None:
    server, service = settings_of(box), NotificationService()
    parts = (
        database,
        keys,
        people.directory,
        NoticePreferences(database, keys),
        SmtpClient(server),
        server.sender,
        FakeMessages(),
    )
    emails = EmailQueue(EmailQueueDependencies(*parts), LocalCounters(database.clock))  # type: ignore[arg-type]
    service.configure(emails, push)
    at = datetime(2026, 11, 5, 13, 4, tzinfo=UTC).astimezone(ZoneInfo("Europe/Berlin"))
    async with database.begin() as uow:
        await service.send_voicemail_notice(ada, "de", NewVoicemail(ABOUT, "1001", 72.4, at), uow)
        await service.send_voicemail_notice(ada, "en", NewVoicemail(NAMED, "1001", 72.4, at), uow)
    await emails.deliver()
    german, english = (text_of(taken.message, "plain") for taken in box.received)
    assert "1001, 05.11.2026, 14:04 Uhr, 1:12 min" in german
    assert "You have" not in german
    assert "Carl" not in german
    assert "1001, 5 November 2026, 14:04, 1:12 min, Carl Caller +491511" in english.replace("\r\n", " ")
    assert "Sie haben" not in english


async def test_without_a_mail_server_nothing_is_queued(push: PushNotifier, ada: Person, database: Database) -> None:
    service = NotificationService()
    await service.send_notice(ada, "password_changed", "")
    service.configure(None, push)
    assert not service.can_send
    await service.send_invitation(ada, LINK, "en")
    await service.send_notice(ada, "password_changed", "")
    assert await count_queued(database) == 0


@pytest.mark.promise("T2")
async def test_a_queued_email_is_sealed(emails: EmailQueue, ada: Person, database: Database) -> None:
    await emails.enqueue(ada, "new_device", link=LINK, detail="Ada's phone")
    async with database.read() as session:
        stored = repr(tuple((await session.execute(text("SELECT * FROM letter"))).one()))
    assert not any(each in stored for each in ("Ada", "ada@", "example.com", "Zq3x"))


async def test_a_rejected_email_is_retried_with_backoff(
    emails: EmailQueue, ada: Person, box: FakeSmtpServer, clock: ManualClock, database: Database
) -> None:
    box.refusals = ["451 4.7.1 Come back later"] * 3
    await emails.enqueue(ada, "invitation", "en", link=LINK)
    for wait in (30, 60, 120):
        await emails.deliver()
        clock.advance(wait - 1)
        await emails.deliver()
        assert box.received == []
        clock.advance(1)
    await emails.deliver()
    [taken] = box.received
    assert taken.message["To"] == "Ada Example <ada@example.com>"
    assert await count_queued(database) == 0


async def test_a_permanently_rejected_email_is_not_retried(
    emails: EmailQueue, ada: Person, box: FakeSmtpServer, database: Database
) -> None:
    box.refusals = ["550 5.1.1 No such mailbox ada@example.com"]
    await emails.enqueue(ada, "invitation", "en", link=LINK)
    with structlog.testing.capture_logs() as lines:
        await emails.deliver()
    assert (box.received, await count_queued(database)) == ([], 0)
    assert [line["event"] for line in lines] == ["email_not_accepted"]
    assert not any(each in repr(lines) for each in ("ada@", "Ada", "Zq3x", "mailbox"))


@pytest.mark.promise("R3")
async def test_an_email_expires_after_a_day(
    emails: EmailQueue, ada: Person, box: FakeSmtpServer, clock: ManualClock, database: Database
) -> None:
    box.refusals = ["451 Later"] * 200
    await emails.enqueue(ada, "invitation", "en", link=LINK)
    for _ in range(60):
        await emails.deliver()
        clock.advance(3600)
    assert (box.received, await count_queued(database)) == ([], 0)
    tried = 200 - len(box.refusals)
    assert 20 < tried < 40


async def test_a_recovery_email_does_not_outlive_its_link(
    emails: EmailQueue, ada: Person, box: FakeSmtpServer, clock: ManualClock, database: Database
) -> None:
    await emails.enqueue(ada, "recovery", "en", link=LINK)
    clock.advance(timedelta(minutes=31).total_seconds())
    await emails.deliver()
    assert (box.received, await count_queued(database)) == ([], 0)


@pytest.mark.promise("D3", "R4")
async def test_an_erased_person_gets_no_email(
    emails: EmailQueue,
    push: PushNotifier,
    ada: Person,
    box: FakeSmtpServer,
    keys: KeyStore,
    acme: Tenant,
    database: Database,
) -> None:
    await emails.enqueue(ada, "invitation", "en", link=LINK)
    await emails.enqueue(ada, "new_device")
    keys.destroy(acme.id, ada.subject)
    await emails.deliver()
    assert (box.received, await count_queued(database)) == ([], 0)


async def test_a_run_ends_while_more_emails_are_queued(
    emails: EmailQueue, ada: Person, box: FakeSmtpServer, clock: ManualClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    submit = emails._submit

    async def submit_slowly(row: Any, email: Email) -> None:
        await submit(row, email)
        clock.advance(3600)
        if len(box.received) < 50:
            await emails.enqueue(ada, "invitation", "en", link=LINK)

    monkeypatch.setattr(emails, "_submit", submit_slowly)
    await emails.enqueue(ada, "invitation", "en", link=LINK)
    await emails.deliver()
    assert len(box.received) == 1
    await emails.deliver()
    assert len(box.received) == 2


async def test_a_run_ends_although_an_email_stays_due(
    emails: EmailQueue, ada: Person, box: FakeSmtpServer, keys: KeyStore, acme: Tenant, database: Database, monkeypatch
) -> None:
    async def delete_nothing(*row: object) -> None:
        del row

    await emails.enqueue(ada, "invitation", "en", link=LINK)
    keys.destroy(acme.id, ada.subject)
    monkeypatch.setattr(repository, "delete_email", delete_nothing)
    await emails.deliver()
    assert (box.received, await count_queued(database)) == ([], 1)


async def test_emails_of_an_erased_person_are_deleted(
    emails: EmailQueue, push: PushNotifier, ada: Person, keys: KeyStore, acme: Tenant, database: Database
) -> None:
    await emails.enqueue(ada, "invitation", "en", link=LINK)
    keys.destroy(acme.id, ada.subject)
    await push.erase(acme.id, ada.subject)
    assert await count_queued(database) == 0


@pytest.mark.promise("U9")
async def test_emails_per_person_are_limited(
    emails: EmailQueue, ada: Person, clock: ManualClock, database: Database
) -> None:
    queued = [await emails.enqueue(ada, "recovery", "en", link=LINK) for _ in range(8)]
    assert queued == [True] * 6 + [False] * 2
    assert await emails.enqueue(ada, "invitation", "en", link=LINK)
    clock.advance(3601)
    assert await emails.enqueue(ada, "recovery", "en", link=LINK)
    for kind in KINDS:
        for _ in range(6):
            await emails.enqueue(ada, kind)
    assert await count_queued(database) == 20


async def test_queued_emails_are_sent_after_a_restart(
    emails: EmailQueue, people: Identity, ada: Person, keys: KeyStore, box: FakeSmtpServer, database: Database
) -> None:
    await emails.enqueue(ada, "invitation", "en", link=LINK)
    server = settings_of(box)
    reopened = EmailQueue(
        EmailQueueDependencies(
            database, keys, people.directory, NoticePreferences(database, keys), SmtpClient(server), server.sender
        ),
        LocalCounters(database.clock),
    )
    running = asyncio.create_task(reopened.run())
    await box.arrived.wait()
    box.arrived.clear()
    await reopened.enqueue(ada, "new_device", "en", detail="a phone")
    await box.arrived.wait()
    running.cancel()
    with suppress(asyncio.CancelledError):
        await running
    assert [taken.message["Subject"] for taken in box.received] == [
        "Your phone account with Acme Ltd",
        "New device signed in",
    ]


async def test_an_email_that_fails_unexpectedly_does_not_hold_up_others(
    people: Identity, acme: Tenant, ada: Person, keys: KeyStore, box: FakeSmtpServer, database: Database
) -> None:
    """It is tried like one that a server defers, until it expires."""
    clock, server, tried = database.clock, settings_of(box), list[str]()
    assert isinstance(clock, ManualClock)

    async def fail(tenant_id: str, number: str) -> bytes:
        tried.append(number)
        raise ZeroDivisionError

    parts = (database, keys, people.directory, NoticePreferences(database, keys), SmtpClient(server), server.sender)
    deps = EmailQueueDependencies(*parts, invoice_pdf=fail)
    emails, counters = EmailQueue(deps, LocalCounters(clock)), LocalCounters(clock)
    assert await emails.enqueue(ada, "invoice", "en", about=InvoiceReference("2026-00001"))
    assert await emails.enqueue(ada, "new_device", "en", detail="a phone")
    await emails.deliver()
    assert [taken.message["Subject"] for taken in box.received] == ["New device signed in"]
    await emails.deliver()
    assert len(tried) == 1
    clock.advance(30)
    await emails.deliver()
    assert len(tried) == 2
    clock.advance(86_400)
    await emails.deliver()
    [record] = (await EmailRecords(deps, counters).page(acme.id, ["expired"], cursor=None, limit=10)).items
    assert (record.kind, record.attempts, len(tried)) == ("invoice", 2, 2)


async def test_an_email_is_not_sent_again_after_an_unexpected_failure_of_its_handing_over(
    people: Identity, acme: Tenant, ada: Person, keys: KeyStore, box: FakeSmtpServer, database: Database
) -> None:
    server, sent = settings_of(box), list[EmailMessage]()

    class Failing(SmtpClient):
        async def send(
            self,
            message: EmailMessage,
            before_data: Callable[[], Awaitable[None]] | None = None,
            *,
            within: float | None = None,
        ) -> None:
            assert before_data is not None
            await before_data()
            sent.append(message)
            raise ZeroDivisionError

    parts = (database, keys, people.directory, NoticePreferences(database, keys), Failing(server), server.sender)
    deps, counters = EmailQueueDependencies(*parts), LocalCounters(database.clock)
    emails = EmailQueue(deps, counters)
    assert await emails.enqueue(ada, "new_device", "en", detail="a phone")
    for _ in range(2):
        await emails.deliver()
    [record] = (await EmailRecords(deps, counters).page(acme.id, ["unknown"], cursor=None, limit=10)).items
    assert (record.kind, len(sent)) == ("new_device", 1)


async def damage(database: Database, state: str) -> None:
    """Damage the sealed content of the e-mail about a device, whose state is set."""
    async with database.begin() as uow:
        statement = text("UPDATE letter SET sealed = :sealed, state = :state WHERE kind = 'new_device'")
        await uow.session.execute(statement, {"sealed": b"damaged", "state": state})


async def outcomes(database: Database) -> list[tuple[str, str, bool]]:
    """Return the kind of each e-mail, its state, and whether it has ended."""
    async with database.read() as session:
        rows = await session.scalars(select(EmailRow).order_by(EmailRow.kind))
        return [(row.kind, row.state, row.ended is not None) for row in rows]


async def test_an_email_that_cannot_be_opened_ends_when_it_has_expired(
    emails: EmailQueue, ada: Person, box: FakeSmtpServer, clock: ManualClock, database: Database
) -> None:
    assert await emails.enqueue(ada, "new_device", "en", detail="a phone")
    await damage(database, "waiting")
    await emails.deliver()
    assert await outcomes(database) == [("new_device", "waiting", False)]
    clock.advance(86_400)
    await emails.deliver()
    assert await outcomes(database) == [("new_device", "failed", True)]
    assert box.received == []


async def test_an_interrupted_email_that_cannot_be_opened_ends_and_does_not_hold_up_others(
    emails: EmailQueue, ada: Person, box: FakeSmtpServer, database: Database
) -> None:
    assert await emails.enqueue(ada, "new_device", "en", detail="a phone")
    assert await emails.enqueue(ada, "invitation", "en", link=LINK)
    await damage(database, "sending")
    await emails.deliver()
    assert len(box.received) == 1
    assert await outcomes(database) == [("invitation", "sent", True), ("new_device", "unknown", True)]


# Injection through names and details


@pytest.mark.promise("T3")
def test_a_name_cannot_inject_headers_or_markup(clock: ManualClock) -> None:
    name = "Ada\r\nBcc: eve@example.com <script>alert(1)</script> {organisation}"
    email = Email("new_device", LANGUAGES, name, "ada@example.com", "Acme & Söhne", detail="<img src=x>{name}\n\nEvil:")
    message = compose_email(email, settings_of(FakeSmtpServer(25)).sender, "id-1", clock.now())
    assert message["Bcc"] is None
    assert [each.addr_spec for each in message["To"].addresses] == ["ada@example.com"]
    html = text_of(message, "html")
    assert "<script" not in html
    assert "<img" not in html
    assert "Acme &amp; Söhne" in html
    assert "{name}" in html
    assert message["Message-ID"] == "<id-1@example.com>"
    assert bytes(message).isascii()


def test_every_email_kind_has_texts_in_every_language(clock: ManualClock) -> None:
    for kind in KINDS:
        linked = {"invitation", "recovery", "sign_up", "marketing", "request_answer"}
        linked |= {"meeting_invitation", "meeting_changed"}
        assert {email_text(each, kind).action == "" for each in LANGUAGES} == {kind not in linked}
        for each in LANGUAGES:
            email = Email(kind, (each,), "Ada Example", "ada@example.com", "Acme Ltd", LINK, "a phone")
            shown = compose_email(email, settings_of(FakeSmtpServer(25)).sender, "id-1", clock.now())
            assert "{" not in shown["Subject"] + text_of(shown, "plain") + text_of(shown, "html").replace("{margin", "")


async def test_an_email_with_an_invalid_address_is_dropped(
    emails: EmailQueue, ada: Person, box: FakeSmtpServer, database: Database
) -> None:
    await emails.enqueue(replace(ada, email="no address at all\r\n"), "new_device")
    await emails.deliver()
    assert (box.received, await count_queued(database)) == ([], 0)


# Connection to the mail server


@pytest.mark.promise("T1")
async def test_implicit_tls(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, clock: ManualClock) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "ca.pem"))
    async with mail_server(tmp_path, tls="implicit") as box:
        server = settings_of(box, scheme="smtps", options="")
        assert (await SmtpClient(server).check()).endswith(", encrypted")
        email = Email("new_device", LANGUAGES, "Ada Example", "ada@example.com", "Acme Ltd")
        await SmtpClient(server).send(compose_email(email, server.sender, "id-1", clock.now()))
    assert [one.recipients for one in box.received] == [["ada@example.com"]]


@pytest.mark.promise("T1")
async def test_nothing_is_sent_to_a_server_without_tls(tmp_path: Path, clock: ManualClock) -> None:
    async with mail_server(tmp_path, tls="none", auth=False) as box:
        server = settings_of(box, login="")
        with pytest.raises(StartupError, match="STARTTLS"):
            await SmtpClient(server).check()
        email = Email("new_device", LANGUAGES, "Ada Example", "ada@example.com", "Acme Ltd")
        with pytest.raises(EmailRejected) as refusal:
            await SmtpClient(server).send(compose_email(email, server.sender, "id-1", clock.now()))
        assert not refusal.value.permanent
        assert box.received == []
        here = settings_of(box, login="", options="")
        assert (await SmtpClient(here).check()).endswith(", on this machine")
        await SmtpClient(here).send(compose_email(email, here.sender, "id-1", clock.now()))
    assert len(box.received) == 1


@pytest.mark.promise("T1")
async def test_nothing_is_sent_to_an_untrusted_server(
    tmp_path: Path,
    emails: EmailQueue,
    ada: Person,
    box: FakeSmtpServer,
    database: Database,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async with mail_server(tmp_path / "other"):
        monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "other" / "ca.pem"))
        with pytest.raises(StartupError, match="not trusted"):
            await SmtpClient(settings_of(box)).check()
        await emails.enqueue(ada, "invitation", "en", link=LINK)
        await emails.deliver()
    assert (box.received, await count_queued(database)) == ([], 1)


@pytest.mark.parametrize(
    ("ready_after", "accepted_after", "within", "ends_after"),
    [
        (0, 240, None, 240),  # otherwise it is sent again, and arrives once more with each attempt
        (240, 0, None, 15),  # nothing was sent, so it can be tried again
        (0, 240, 20, 20),  # a test, for which a user waits
    ],
)
def test_an_email_is_accepted_however_long_the_server_checks_it(
    tmp_path: Path, ready_after: float, accepted_after: float, within: float | None, ends_after: float
) -> None:
    announced, words = list[bool](), ".\n.. Both dots arrive\nand the end.\n"

    async def announce() -> None:
        announced.append(True)

    async def send() -> None:
        async with mail_server(tmp_path, tls="none", auth=False) as box:
            box.silent_seconds, box.checks_seconds = ready_after, accepted_after
            server = read_mail_server(f"smtp://127.0.0.1:{box.port}?from=pbx@example.com", "UNIFICX_SMTP")
            message, accepted = EmailMessage(), ends_after == accepted_after
            message["From"], message["To"] = server.sender, "ada@example.com"
            message.set_content(words)
            with nullcontext() if accepted else pytest.raises(EmailRejected):
                await SmtpClient(server).send(message, announce, within=within)
            assert round(asyncio.get_running_loop().time()) == ends_after
            assert len(announced) == (ready_after == 0)
            received = [text_of(each.message, "plain").replace("\r", "") for each in box.received]
            assert received == [words] * len(announced)

    run_in_virtual_time(send())


async def test_the_probe_sends_nothing(box: FakeSmtpServer) -> None:
    assert (await SmtpClient(settings_of(box)).check()).endswith(", encrypted")
    with pytest.raises(StartupError, match=r"refuses the user or the password \(535\)") as refusal:
        await SmtpClient(settings_of(box, login="pbx:canary@")).check()
    assert "canary" not in refusal.value.message + refusal.value.hint
    with pytest.raises(StartupError, match=r"localhost:1 is not reach"):
        await SmtpClient(replace(settings_of(box), port=1)).check()
    assert box.received == []


async def test_the_probe_says_which_kind_of_encryption_does_not_fit(tmp_path: Path, box: FakeSmtpServer) -> None:
    with pytest.raises(StartupError, match="does not speak TLS from the first byte") as refusal:
        await SmtpClient(settings_of(box, scheme="smtps", options="")).check()
    assert refusal.value.hint == "Use smtp:// for STARTTLS (usually port 587), or the port for TLS (usually 465)."
    async with mail_server(tmp_path / "plain", tls="none", auth=False) as plain:
        with pytest.raises(StartupError, match="does not offer STARTTLS") as refusal:
            await SmtpClient(settings_of(plain, login="")).check()
    assert refusal.value.hint == "Use the port that offers it (usually 587), or smtps:// for TLS (usually port 465)."


async def test_emails_are_kept_while_our_password_is_wrong(
    people: Identity, ada: Person, box: FakeSmtpServer, keys: KeyStore, database: Database, clock: ManualClock
) -> None:
    wrong, right = settings_of(box, login="pbx:wrong@"), settings_of(box)
    emails = EmailQueue(
        EmailQueueDependencies(
            database, keys, people.directory, NoticePreferences(database, keys), SmtpClient(wrong), wrong.sender
        ),
        LocalCounters(database.clock),
    )
    await emails.enqueue(ada, "invitation", "en", link=LINK)
    await emails.deliver()
    assert (box.received, await count_queued(database)) == ([], 1)
    clock.advance(60)
    await EmailQueue(
        EmailQueueDependencies(
            database, keys, people.directory, NoticePreferences(database, keys), SmtpClient(right), right.sender
        ),
        LocalCounters(database.clock),
    ).deliver()
    assert len(box.received) == 1


@asynccontextmanager
async def scripted_server(*lines: bytes) -> AsyncIterator[int]:
    """Run a server that sends fixed lines; yield its port."""

    async def say(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        for line in lines:
            writer.write(line + b"\r\n")
            await reader.readline()
        writer.close()

    server = await asyncio.start_server(say, "127.0.0.1", 0)
    yield server.sockets[0].getsockname()[1]
    server.close()
    await server.wait_closed()


@pytest.mark.parametrize(
    "lines", [(), (b"554 no",), (b"220 hi", b"502 what"), (b"\xff\xfe nonsense",), (b"220 hi", b"250-x" * 5000)]
)
async def test_protocol_errors_are_temporary(lines: tuple[bytes, ...], clock: ManualClock) -> None:
    async with scripted_server(*lines) as port:
        transport = SmtpClient(replace(settings_of(FakeSmtpServer(25)), port=port))
        with pytest.raises(StartupError):
            await transport.check()
        email = Email("new_device", LANGUAGES, "Ada Example", "ada@example.com", "Acme Ltd")
        with pytest.raises(EmailRejected) as refusal:
            await transport.send(compose_email(email, settings_of(FakeSmtpServer(25)).sender, "id-1", clock.now()))
    assert not refusal.value.permanent


@pytest.mark.parametrize(
    "url",
    [
        "mail.example.com",
        "http://mail.example.com?from=pbx@example.com",
        "smtp://mail.example.com",
        "smtp://mail.example.com?from=canary",
        "smtp://mail.example.com?from=pb%0dx@example.com",
        "smtp://mail.example.com?from=pbx@example.com&tls=never",
        "smtp://mail.example.com?from=pbx@example.com&canary=1",
        "smtp://mail.example.com:canary?from=pbx@example.com",
        "smtp://u:canary@?from=pbx@example.com",
        "smtp://mail.example.com/path?from=pbx@example.com",
        "smtp://[::1?from=pbx@example.com",
    ],
)
def test_an_invalid_server_url_is_not_quoted(url: str) -> None:
    with pytest.raises(StartupError) as refusal:
        read_mail_server(url, "UNIFICX_SMTP")
    assert "canary" not in refusal.value.message + refusal.value.hint
    assert "UNIFICX_SMTP" in refusal.value.message


def test_mail_server_urls() -> None:
    far = read_mail_server("smtp://u%40x:p%2Fw@mail.example.com?from=Acme%20PBX%20<pbx@example.com>", "UNIFICX_SMTP")
    assert (far.port, far.implicit_tls, far.starttls, far.user, far.password) == (587, False, True, "u@x", "p/w")
    assert str(far.sender) == "Acme PBX <pbx@example.com>"
    assert "p/w" not in repr(far)
    tls = read_mail_server("smtps://mail.example.com?from=pbx@example.com", "UNIFICX_SMTP")
    assert (tls.port, tls.implicit_tls, tls.starttls) == (465, True, False)
    here = read_mail_server("smtp://127.0.0.1:25?from=pbx@example.com", "UNIFICX_SMTP")
    assert (here.port, here.starttls) == (25, False)


# Records of what was sent


def queue_of(
    emails: EmailQueue, undeliverable: UndeliverableAddresses | None = None, *, sending: bool = True
) -> tuple[EmailQueue, EmailRecords]:
    """Return the queue as after a restart, with or without its mail server, and its records."""
    before = emails._deps
    transport = before.transport if sending else None
    parts = replace(before, transport=transport, undeliverable=undeliverable)
    counters = LocalCounters(before.database.clock)
    return EmailQueue(parts, counters), EmailRecords(parts, counters)


async def listed(records: EmailRecords, tenant: Tenant) -> list[EmailRecord]:
    return list((await records.page(tenant.id, (), cursor=None, limit=100)).items)


@pytest.mark.promise("U2", "T2")
async def test_without_a_mail_server_emails_can_be_read_until_they_are_deleted(
    emails: EmailQueue, ada: Person, acme: Tenant, box: FakeSmtpServer, database: Database, clock: ManualClock
) -> None:
    queue, records = queue_of(emails, sending=False)
    assert not queue.can_send
    await queue.enqueue(ada, "invitation", "en", link=LINK)
    await queue.enqueue(ada, "new_device", "en", detail="Ada's phone")
    await queue.deliver()
    notice, invitation = await listed(records, acme)
    assert [(each.kind, each.state, each.next_try) for each in (notice, invitation)] == [
        ("new_device", "waiting", None),
        ("invitation", "waiting", None),
    ]
    assert "Ada's phone" in (await records.get(acme.id, notice.id)).text
    assert (await records.get(acme.id, invitation.id)).text == ""  # its link gives access
    assert not (await records.summary(acme.id)).can_send
    with pytest.raises(NotFound):
        await records.get("another tenant", notice.id)
    clock.advance(86_400)
    await queue.deliver()
    assert "Ada's phone" in (await records.get(acme.id, notice.id)).text
    assert {each.state for each in await listed(records, acme)} == {"expired"}
    async with database.read() as session:
        sealed = [row.sealed for row in (await session.execute(text("SELECT sealed FROM letter"))).all()]
    assert not any(b"phone" in each for each in sealed)
    clock.advance(7 * 86_400 + 1)
    await queue.delete_expired()
    assert await listed(records, acme) == []


async def test_a_damaged_email_does_not_hide_the_others(
    emails: EmailQueue, ada: Person, acme: Tenant, database: Database
) -> None:
    queue, records = queue_of(emails, sending=False)
    for device in ("phone", "tablet"):
        await queue.enqueue(ada, "new_device", "en", detail=device)
    other, damaged = await listed(records, acme)
    async with database.begin() as uow:
        values = {"id": damaged.id, "sealed": bytes(64)}
        await uow.session.execute(text("UPDATE letter SET sealed = :sealed WHERE id = :id"), values)
    assert await listed(records, acme) == [other, replace(damaged, address="", name="")]
    assert (await records.get(acme.id, damaged.id)).text == ""


@pytest.mark.promise("U2", "R3")
async def test_an_email_has_a_state_with_the_answer_of_the_server(
    emails: EmailQueue, ada: Person, acme: Tenant, box: FakeSmtpServer, clock: ManualClock
) -> None:
    _, records = queue_of(emails)
    box.refusals = ["451 4.7.1 Come back later"]
    await emails.enqueue(ada, "new_device", "en", detail="Ada's phone")
    await emails.deliver()
    [deferred] = await listed(records, acme)
    assert (deferred.state, deferred.attempts, deferred.status) == ("deferred", 1, 451)
    assert (deferred.reply, deferred.next_try) == ("4.7.1 Come back later", clock.now() + timedelta(seconds=30))
    clock.advance(30)
    again, _ = queue_of(emails)
    await again.deliver()
    [sent] = await listed(records, acme)
    assert (sent.state, sent.attempts, sent.status, sent.ended) == ("sent", 2, 250, clock.now())
    assert (await records.get(acme.id, sent.id)).text == ""
    assert len(box.received) == 1
    assert (await records.page(acme.id, ("deferred",), cursor=None, limit=9)).items == ()


@pytest.mark.promise("R3")
@pytest.mark.parametrize("restarted", [True, False])
async def test_an_accepted_email_is_not_sent_again(
    emails: EmailQueue, ada: Person, acme: Tenant, box: FakeSmtpServer, monkeypatch: pytest.MonkeyPatch, restarted: bool
) -> None:
    """The server drops the session after it has accepted the e-mail; then storing that fails, with the process or
    alone."""
    box.leave_after_data = True
    await emails.enqueue(ada, "new_device", "en", detail="Ada's phone")
    await emails.deliver()
    _, records = queue_of(emails)
    assert ([each.state for each in await listed(records, acme)], len(box.received)) == (["sent"], 1)

    async def die(*arguments: object) -> None:
        raise KeyboardInterrupt

    await emails.enqueue(ada, "new_device", "en", detail="Ada's phone")
    with monkeypatch.context() as patch:
        patch.setattr(emails, "_store", die)
        with pytest.raises(KeyboardInterrupt):
            await emails.deliver()
    assert len(box.received) == 2
    following, records = queue_of(emails) if restarted else (emails, records)
    await following.deliver()
    assert len(box.received) == 2
    assert [each.state for each in await listed(records, acme)] == ["unknown", "sent"]


async def test_interrupted_emails_are_looked_for_once(
    emails: EmailQueue, ada: Person, box: FakeSmtpServer, database: Database
) -> None:
    """Each e-mail wakes all workers."""
    await emails.deliver()
    statements: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_: object) -> None:
        if "FROM letter" in statement:
            statements.append(statement)

    event.listen(database.engine.sync_engine, "before_cursor_execute", note)
    try:
        await emails.deliver()
    finally:
        event.remove(database.engine.sync_engine, "before_cursor_execute", note)
    assert len(statements) == 1


async def test_emails_that_a_server_checks_for_minutes_do_not_delay_those_that_give_access(
    emails: EmailQueue, ada: Person, acme: Tenant, box: FakeSmtpServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    (queue, records), checked, receive = queue_of(emails), asyncio.Event(), box.handle_DATA

    async def check(*session: Any) -> str:
        answer = await receive(*session)
        await checked.wait()
        return answer

    async def arrive(number: int) -> None:
        while len(box.received) < number:
            box.arrived.clear()
            await box.arrived.wait()

    monkeypatch.setattr(box, "handle_DATA", check)
    for _ in range(5):
        assert await queue.enqueue(ada, "new_device", "en")
    sending = asyncio.create_task(queue.run())
    try:
        async with asyncio.timeout(30):
            await arrive(3)
            assert await queue.enqueue(ada, "recovery", "en", link=LINK)
            await arrive(4)
            assert LINK in text_of(box.received[3].message, "plain")
            states = [each.state for each in await listed(records, acme)]
            assert states == ["sending", *["waiting"] * 2, *["sending"] * 3]
            checked.set()
            await arrive(6)
    finally:
        checked.set()
        sending.cancel()
        with suppress(asyncio.CancelledError):
            await sending  # stores what the server has accepted
    assert [each.state for each in await listed(records, acme)] == ["sent"] * 6
    assert len(box.received) == 6


@pytest.mark.promise("U2", "D3")
async def test_a_rejected_recipient_is_marked_until_the_address_changes(
    emails: EmailQueue, ada: Person, acme: Tenant, box: FakeSmtpServer, people: Identity, keys: KeyStore,
    database: Database, push: PushNotifier,
) -> None:  # fmt: skip
    marks = UndeliverableAddresses(database, keys, people.directory, bytes(32))
    queue, records = queue_of(emails, marks)
    box.refusals = ["550 5.1.1 No such mailbox ada@example.com", "550 5.7.1 Policy"]
    await queue.enqueue(ada, "new_device", "en", detail="Ada's phone")
    await queue.enqueue(replace(ada, email="ada@other.example"), "new_device", "en")
    await queue.deliver()
    assert {(each.state, each.status, each.reply) for each in await listed(records, acme)} == {
        ("failed", 550, "5.1.1 No such mailbox ada@example.com"),
        ("failed", 550, "5.7.1 Policy"),
    }
    [mark] = await marks.of_tenant(acme.id)
    assert (mark.address, mark.status) == ("ada@example.com", "5.1.1")
    assert await marks.of_tenant("another tenant") == []
    with pytest.raises(NotFound):
        await marks.clear("another tenant", mark.id)
    async with database.read() as session:
        stored = repr(tuple((await session.execute(text("SELECT * FROM undeliverable_address"))).one()))
    assert "example.com" not in stored
    await push.erase(acme.id, ada.subject)
    assert await marks.of_tenant(acme.id) == []
