"""E-mails about voicemail: audio is attached only if enabled."""

import base64
import io
import wave
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from smtp_server import FakeSmtpServer, mail_server, settings_of, text_of
from sqlalchemy import select, text

from tests.outside_numbers import in_germany
from unificx.audio_store import AudioStore, AudioStoreDependencies, LocalBlobStore
from unificx.cluster import EventBus
from unificx.cluster.local import LocalCounters
from unificx.core.access import Access, stating
from unificx.core.clock import ManualClock
from unificx.core.errors import Expired, ServiceUnavailable
from unificx.db import Database
from unificx.identity import Extension, Identity, NewPerson, PasswordHashing, Person, Tenant
from unificx.integrations.smtp import SmtpClient
from unificx.media.tones import level, sine
from unificx.notifications import (
    EmailQueue,
    EmailQueueDependencies,
    MessageReference,
    NewVoicemail,
    NoticePreferences,
    NotificationService,
    PushNotifier,
)
from unificx.notifications.models import EmailRow
from unificx.notifications.repository import EMAIL_CODEC
from unificx.privacy import Erasure, ErasureJournal, KeyStore
from unificx.voicemail import (
    Mailboxes,
    MailboxSettingsChange,
    Message,
    NewMessage,
    NewSharedMailbox,
    VoicemailAttachments,
    VoicemailSettingsChange,
)

SPOKEN_TEXT = 443.7
PCM = sine(SPOKEN_TEXT, 9000, 16000).tobytes()


async def deliver(emails: EmailQueue) -> None:
    """Send what is due for the purpose of the server's job."""
    with stating(Access("administration", "e-mail queue")):
        await emails.deliver()


class VoicemailEmails:
    """A person with a mailbox, and the e-mails about its messages."""

    def __init__(
        self, person: Person, boxes: Mailboxes, mailed: VoicemailAttachments, push: PushNotifier, database: Database
    ) -> None:
        self.person = person
        self._database = database
        self.boxes = boxes
        self.mailed = mailed
        self.box = Extension("e-ada", person.tenant_id, "1001", person.id, person.subject, 30, 3600, person.name)
        self._push = push

    async def attach_audio(self, *, sound: bool = True) -> None:
        await self.boxes.change_mailbox(self.box, MailboxSettingsChange(mail_sound=sound))

    async def allow_audio(self, *, sound: bool) -> None:
        await self.boxes.change_tenant(self.box.tenant_id, VoicemailSettingsChange(mail_sound=sound))

    async def leave_message(self, emails: EmailQueue, box_id: str = "e-ada") -> Message:
        """Leave a message and queue an e-mail about it."""
        new = NewMessage(self.box.tenant_id, box_id, self.box.subject, "call-1", None, "+491511234567", "Carl")
        draft = await self.boxes.begin(new)
        await draft.write(PCM, 8000)
        assert await draft.store()
        service = NotificationService()
        service.configure(emails, self._push)
        message = await self.boxes.get(self.box.tenant_id, draft.message.id)
        news = NewVoicemail(MessageReference(message.id, self.box.id), "1001", message.seconds, message.created)
        async with self._database.begin() as uow:
            await service.send_voicemail_notice(self.person, "en", news, uow)
        return message

    async def reload(self, message: Message) -> Message:
        return await self.boxes.get(message.tenant_id, message.id)


@pytest.fixture
async def post(
    people: Identity,
    acme: Tenant,
    database: Database,
    keys: KeyStore,
    bus: EventBus,
    tmp_path: Path,
    push: PushNotifier,
) -> VoicemailEmails:
    erasure = Erasure(ErasureJournal(tmp_path / "erased.journal"), keys, database.clock, bus)
    parts = AudioStoreDependencies(database, keys, erasure, LocalBlobStore(tmp_path / "audio"))
    boxes = Mailboxes(parts, AudioStore(parts), in_germany(keys), PasswordHashing(), LocalCounters(database.clock))
    await boxes.start()
    person = await people.users.create(acme.id, NewPerson("Ada Example", "ada@example.com"))
    return VoicemailEmails(person, boxes, VoicemailAttachments(parts, boxes), push, database)


@pytest.fixture
def write(
    database: Database, keys: KeyStore, people: Identity, post: VoicemailEmails
) -> Callable[[FakeSmtpServer], EmailQueue]:
    """Create an e-mail queue for a mail server."""

    def emails(box: FakeSmtpServer) -> EmailQueue:
        server = settings_of(box)
        return EmailQueue(
            EmailQueueDependencies(
                database,
                keys,
                people.directory,
                NoticePreferences(database, keys),
                SmtpClient(server),
                server.sender,
                post.mailed,
            ),
            LocalCounters(database.clock),
        )

    return emails


@pytest.fixture
def emails(write: Callable[[FakeSmtpServer], EmailQueue], box: FakeSmtpServer) -> EmailQueue:
    return write(box)


def attachments(box: FakeSmtpServer, place: int = -1) -> list[bytes]:
    """Return the audio samples attached to an e-mail."""
    found = []
    for part in box.received[place].message.iter_attachments():
        assert (part.get_content_type(), part.get_filename()) == ("audio/wav", "message.wav")
        with wave.open(io.BytesIO(part.get_content())) as sound:
            assert (sound.getframerate(), sound.getnchannels(), sound.getsampwidth()) == (8000, 1, 2)
            found.append(sound.readframes(sound.getnframes()))
    return found


@pytest.mark.promise("C9", "R1")
async def test_audio_is_not_attached_by_default(emails: EmailQueue, post: VoicemailEmails, box: FakeSmtpServer) -> None:
    message = await post.leave_message(emails)
    await deliver(emails)
    assert attachments(box) == []
    assert "is not in this e-mail" in text_of(box.received[0].message, "plain").replace("\r\n", " ")
    assert (await post.reload(message)).mailed is None


@pytest.mark.promise("C9")
async def test_audio_is_attached_and_the_copy_is_recorded(
    emails: EmailQueue, post: VoicemailEmails, box: FakeSmtpServer, clock: ManualClock
) -> None:
    await post.attach_audio()
    message = await post.leave_message(emails)
    clock.advance(5)
    sent = clock.now()
    await deliver(emails)
    [pcm] = attachments(box)
    assert pcm == PCM
    email = box.received[0].message
    assert all("delete this e-mail" in text_of(email, kind).replace("\r\n", " ") for kind in ("plain", "html"))
    assert (await post.reload(message)).mailed == sent
    await post.boxes.erase(message)
    with pytest.raises(Expired) as over:
        await post.reload(message)
    assert f"by e-mail on {sent:%Y-%m-%d}" in over.value.hint


@pytest.mark.promise("C9", "R1")
@pytest.mark.parametrize("how", ["disabled by the tenant", "disabled by the owner"])
async def test_a_disabled_setting_applies_to_queued_emails(
    emails: EmailQueue, post: VoicemailEmails, box: FakeSmtpServer, how: str
) -> None:
    await post.attach_audio()
    await post.leave_message(emails)
    if how == "disabled by the tenant":
        await post.allow_audio(sound=False)
    else:
        await post.attach_audio(sound=False)
    await deliver(emails)
    assert attachments(box) == []


@pytest.mark.promise("R2", "T2")
async def test_a_queued_email_has_no_audio_and_is_dropped_after_an_erasure(
    emails: EmailQueue,
    post: VoicemailEmails,
    box: FakeSmtpServer,
    clock: ManualClock,
    database: Database,
    tmp_path: Path,
) -> None:
    await post.attach_audio()
    box.refusals = ["451 4.7.1 Come back later"]
    message = await post.leave_message(emails)
    await deliver(emails)
    needles = [PCM[at : at + 300] for at in range(0, len(PCM) - 300, 3000)]
    needles += [base64.b64encode(needle)[4:-4] for needle in needles]
    async with database.read() as session:
        tables = {name for (name,) in await session.execute(text(_TABLES[database.engine.dialect.name]))}
        rows = [
            repr(tuple(row)).encode() for name in tables for row in await session.execute(text(f"SELECT * FROM {name}"))
        ]
    assert {"letter", "voicemail", "outbox"} <= tables
    stored = [*rows, *(path.read_bytes() for path in tmp_path.rglob("*") if path.is_file())]
    assert not any(needle in one or repr(needle)[2:-1].encode() in one for needle in needles for one in stored)
    await post.boxes.erase(message)
    clock.advance(3600)
    await deliver(emails)
    async with database.read() as session:
        assert (await session.execute(text("SELECT count(*) FROM letter"))).scalar() == 0
    assert box.received == []


@pytest.mark.promise("R3", "C9")
async def test_a_queued_email_holds_nothing_of_the_caller_and_omits_an_erased_one(
    emails: EmailQueue, post: VoicemailEmails, box: FakeSmtpServer, database: Database, keys: KeyStore
) -> None:
    """It is sealed for its recipient, whose key opens it in backups after the caller's erasure."""
    await post.boxes.change_mailbox(post.box, MailboxSettingsChange(mail_caller=True))
    first, second = await post.leave_message(emails), await post.leave_message(emails)
    async with database.read() as session:
        rows = (await session.scalars(select(EmailRow))).all()
    items = [(row.subject_id, row.id, row.sealed) for row in rows]
    assert "Carl" not in repr(EMAIL_CODEC.open(keys, post.person.tenant_id, items))
    await deliver(emails)
    assert all("Carl +491511234567" in text_of(one.message, "plain") for one in box.received)
    third = await post.leave_message(emails)
    keys.destroy(third.tenant_id, keys.find(third.tenant_id, "number", "+491511234567") or "")
    await post.boxes.erase(first)
    await post.boxes.erase(second)
    await deliver(emails)
    assert not any("Carl" in text_of(one.message, "plain") for one in box.received[2:])


_TABLES = {
    "sqlite": "SELECT name FROM sqlite_master WHERE type = 'table'",
    "postgresql": "SELECT tablename FROM pg_tables WHERE schemaname = current_schema()",
}


@pytest.mark.promise("C9")
async def test_too_long_audio_is_not_attached(
    emails: EmailQueue, post: VoicemailEmails, box: FakeSmtpServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("unificx.voicemail.email_attachments.MAX_ATTACHMENT_BYTES", len(PCM) - 1)
    await post.attach_audio()
    message = await post.leave_message(emails)
    await deliver(emails)
    assert attachments(box) == []
    assert (await post.reload(message)).mailed is None


async def test_audio_is_omitted_if_the_server_rejects_the_size(
    write: Callable[[FakeSmtpServer], EmailQueue],
    post: VoicemailEmails,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "small" / "ca.pem"))
    async with mail_server(tmp_path / "small", max_size=20_000) as small:
        emails = write(small)
        await post.attach_audio()
        message = await post.leave_message(emails)
        await deliver(emails)
        assert attachments(small) == []
        assert (await post.reload(message)).mailed is None


async def test_an_email_waits_for_unavailable_audio(
    emails: EmailQueue, post: VoicemailEmails, box: FakeSmtpServer, clock: ManualClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    await post.attach_audio()
    await post.leave_message(emails)
    reader = post.boxes.open

    async def away(message: Message) -> None:
        raise ServiceUnavailable("The store does not answer.")

    monkeypatch.setattr(post.boxes, "open", away)
    await deliver(emails)
    assert box.received == []
    monkeypatch.setattr(post.boxes, "open", reader)
    clock.advance(timedelta(minutes=5).total_seconds())
    await deliver(emails)
    assert level(memoryview(attachments(box)[0]).cast("h"), SPOKEN_TEXT) > 8000


@pytest.mark.promise("C9")
async def test_shared_mailboxes_use_the_settings_of_each_member(
    emails: EmailQueue, post: VoicemailEmails, box: FakeSmtpServer
) -> None:
    shared = await post.boxes.shared.create(post.box.tenant_id, NewSharedMailbox("7900", members=(post.box.id,)))
    await post.attach_audio()
    await post.leave_message(emails, shared.id)
    await deliver(emails)
    assert attachments(box) == [PCM]
    await post.leave_message(emails, "e-ben")  # of another person
    await deliver(emails)
    assert attachments(box) == []
