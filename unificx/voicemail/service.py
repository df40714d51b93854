"""Voicemail messages and mailbox settings."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace
from datetime import datetime
from functools import partial

from sqlalchemy.ext.asyncio import AsyncSession

from unificx.audio_store import (
    AudioReader,
    AudioStore,
    AudioStoreDependencies,
    AudioWriter,
    CorruptAudio,
    audio_ids_of_tenant,
    drop_tenant_audio,
    due_eraser,
)
from unificx.cluster import Counters
from unificx.core.access import Access, stating
from unificx.core.errors import Conflict, Expired, NotFound, TooManyRequests
from unificx.core.phrases import Phrase
from unificx.db import Database, PendingWork, UnitOfWork, lock_scope
from unificx.identity import PasswordHashing, PinThrottle, validate_pin
from unificx.identity.events import ExtensionDeleted, TenantDeleted
from unificx.privacy import Expiry, OutsideNumbers, Period, lock_holds
from unificx.voicemail import message_repository, policy
from unificx.voicemail.events import MailboxChanged, MessageLeft, OldMessagesErased
from unificx.voicemail.greetings import Greetings, lock_mailbox
from unificx.voicemail.message_counts import MessageCountCache
from unificx.voicemail.schemas import CallerId, Mailbox, Message, NewMessage, OldMessagesUndecided
from unificx.voicemail.settings import (
    MailboxSettings,
    MailboxSettingsChange,
    OldMessages,
    VoicemailSettings,
    VoicemailSettingsChange,
)
from unificx.voicemail.shared_mailboxes import SharedMailboxes

_DEFAULT_SETTINGS, _DEFAULT_MAILBOX = VoicemailSettings(), MailboxSettings()
_BATCH_SIZE = 200
"""Messages in one statement and one event."""
_SetTime = Callable[[AsyncSession, str, str, datetime | None], Awaitable[bool]]
_Also = Callable[[UnitOfWork], Awaitable[object]]
"""Another change, in the same transaction: if it raises, neither is stored."""


async def _none(_: UnitOfWork) -> None:
    """Change nothing else."""


class MessageWriter:
    """A message being recorded: an audio sink. Call `store` or `discard` at the end."""

    def __init__(self, boxes: "Mailboxes", message: Message, writer: AudioWriter) -> None:
        self.message = message
        self.writer = writer
        self._boxes = boxes

    async def write(self, pcm: bytes, rate: int) -> None:
        """Write samples. Raises StorageFull."""
        await self.writer.write(pcm, rate)

    async def store(self) -> bool:
        """Store the message in the mailbox, also if the caller hangs up meanwhile; False if it was too short, or
        erased meanwhile. If it cannot be stored now, it is later."""
        return await self._boxes.unended.attempt(partial(self._boxes.store, self))

    async def discard(self) -> None:
        """Discard the message, also if the caller hangs up meanwhile. If it cannot be discarded now, it is later."""
        await self._boxes.unended.attempt(partial(self._boxes.discard, self))


class Mailboxes:
    """Voicemail of all extensions and shared mailboxes. Call `start` first."""

    def __init__(
        self,
        deps: AudioStoreDependencies,
        audio: AudioStore,
        outside_numbers: OutsideNumbers,
        passwords: PasswordHashing,
        counters: Counters,
    ) -> None:
        self._database, self._keys, self._clock = deps.database, deps.keys, deps.clock
        self._audio, self._outside_numbers = audio, outside_numbers
        audio.on_erase.append(self._on_audio_erased)
        audio.on_hide.append(self._archive_all)
        audio.held.append(message_repository.held_audio)
        self._passwords, self._transcriber = passwords, deps.transcriber
        self.message_counts = MessageCountCache(deps.database)
        self._guard = PinThrottle(counters, "voicemail PIN")
        self._guard_without_pin = PinThrottle(counters, "voicemail without PIN")  # for numbers that may be anything
        self.unended = PendingWork("message_end_not_noted")  # such as while the database was away
        # Owner: the database. A copy of this node, changed after each of its commits.
        self._tenants: dict[str, VoicemailSettings] = {}
        self._boxes: dict[str, MailboxSettings] = {}
        self.greetings = Greetings(deps, audio, self._boxes)
        self.shared = SharedMailboxes(deps, self._empty)

    async def start(self) -> None:
        """Load the settings and store the messages being recorded before the restart."""
        async with self._database.read() as session:
            self._tenants, boxes = await message_repository.all_settings(session)
            unfinished = await message_repository.unfinished(session)
        self._boxes.clear()
        self._boxes.update(boxes)
        await self._audio.recover()
        for each in unfinished:
            await _store_unfinished(self._database, self._audio, each)
        await self._audio.delete_orphans()
        await self.message_counts.start()
        await self.shared.start()

    # ---- recording a message

    def accepts_messages(self, box: Mailbox) -> bool:
        """Whether unanswered calls go to voicemail. Answered from memory."""
        return self.tenant_settings(box.tenant_id).enabled and self.mailbox_settings(box.id).enabled

    @property
    def transcription_requirement(self) -> str:
        """Software to install before messages can be transcribed; "" if transcription is available."""
        return self._transcriber.requirement if self._transcriber else Phrase("No speech recognizer is configured.")

    def is_transcribed(self, tenant_id: str, extension_id: str) -> bool:
        """Whether messages are transcribed: allowed by the tenant, enabled by the owner, and available."""
        wanted = self.tenant_settings(tenant_id).transcribe and self.mailbox_settings(extension_id).transcribe
        return wanted and not self.transcription_requirement

    def emails_audio(self, tenant_id: str, extension_id: str) -> bool:
        """Whether messages are e-mailed as audio: allowed by the tenant and enabled by the owner."""
        box = self.mailbox_settings(extension_id)
        return self.tenant_settings(tenant_id).mail_sound and box.mail and box.mail_sound

    async def is_full(self, tenant_id: str, extension_id: str) -> bool:
        async with self._database.read() as session:
            count = await message_repository.count(session, tenant_id, extension_id)
        return count >= self.tenant_settings(tenant_id).most_messages

    async def begin(self, new: NewMessage) -> MessageWriter:
        """Start recording a message, owned by the mailbox owner and the caller. Raises ErasedSubject."""
        subject = new.caller_subject or self._outside_numbers.subject(new.tenant_id, new.number)
        async with self._database.begin() as uow:
            writer = await self._audio.begin(uow, new.tenant_id, (new.owner_subject, subject))
            message = Message(
                id=self._clock.new_id(),
                tenant_id=new.tenant_id,
                extension_id=new.extension_id,
                audio_id=writer.id,
                call_id=new.call_id,
                created=self._clock.now(),
                seconds=0.0,
                heard=None,
                hidden=None,
                caller=CallerId(new.number, new.name),
            )
            message_repository.add(uow.session, self._keys, message, subject, transcribe=new.transcribe)
        return MessageWriter(self, message, writer)

    async def store(self, writer: MessageWriter) -> bool:
        """See `MessageWriter.store`."""
        message, seconds = writer.message, writer.writer.seconds
        stored = False
        async with self._database.begin() as uow:
            await self._audio.finish(uow, writer.writer)
            if seconds >= policy.MIN_SECONDS:
                stored = await message_repository.mark_stored(
                    uow.session, message.tenant_id, message.id, round(seconds, 2)
                )
            if stored:
                uow.publish(MessageLeft(self._clock.new_id(), message.tenant_id, message.extension_id, message.id))
        if seconds < policy.MIN_SECONDS:
            await self._audio.erase(message.tenant_id, [message.audio_id])
        return stored

    async def discard(self, writer: MessageWriter) -> None:
        """See `MessageWriter.discard`."""
        writer.writer.abandon()
        await self._audio.remove_files([writer.message.audio_id])  # at once: after a restart it would be stored
        await self._audio.erase(writer.message.tenant_id, [writer.message.audio_id])

    # ---- playback

    async def list(self, tenant_id: str, extensions: Sequence[str], *, hidden: bool = False) -> tuple[Message, ...]:
        """Messages of these extensions, newest first; with `hidden`, the archived ones."""
        async with self._database.read() as session:
            found = await message_repository.list_messages(session, self._keys, tenant_id, extensions, hidden=hidden)
        derived = await self._audio.derived(tenant_id, [one.audio_id for one in found])
        return tuple(replace(one, derived=derived.get(one.audio_id, one.derived)) for one in found)

    async def seconds_by_call(self, tenant_id: str, call_ids: Sequence[str]) -> dict[str, float]:
        """Return the length of the messages left in these calls, in seconds, by call; without calls that left none."""
        if not call_ids:
            return {}
        async with self._database.read_one() as connection:
            return await message_repository.seconds_by_call(connection, tenant_id, call_ids)

    async def get(self, tenant_id: str, message_id: str) -> Message:
        """Return a message. Raises NotFound; Expired if it was erased."""
        async with self._database.read() as session:
            found = await message_repository.get(session, self._keys, tenant_id, message_id)
        if found is None or found[1] == "recording":
            raise NotFound("Message not found.")
        if found[1] == "erased":
            raise _erased(found[0])
        message = found[0]
        derived = await self._audio.derived(tenant_id, [message.audio_id])
        return replace(message, derived=derived.get(message.audio_id, message.derived))

    async def open(self, message: Message) -> AudioReader:
        """Open the audio of a message. Raises Expired."""
        return await self._audio.open(message.tenant_id, message.audio_id)

    async def mark_heard(self, message: Message, *, heard: bool = True) -> None:
        """Mark a message as heard, or as new again."""
        await self._update(message, message_repository.mark_heard, self._clock.now() if heard else None)

    async def archive(self, message: Message) -> None:
        """Archive a message; it can be restored during the tenant's retention period."""
        await self._update(message, message_repository.archive, self._clock.now())

    async def restore(self, message: Message) -> None:
        """Restore an archived message. Raises Expired if it was erased meanwhile."""
        await self._update(message, message_repository.archive, None)
        await self.get(message.tenant_id, message.id)

    async def erase(self, message: Message) -> None:
        """Erase a message permanently: the key, the file and the caller's identity."""
        await self._audio.erase(message.tenant_id, [message.audio_id])

    # ---- settings

    def tenant_settings(self, tenant_id: str) -> VoicemailSettings:
        return self._tenants.get(tenant_id, _DEFAULT_SETTINGS)

    def mailbox_settings(self, extension_id: str) -> MailboxSettings:
        return self._boxes.get(extension_id, _DEFAULT_MAILBOX)

    async def change_tenant(self, tenant_id: str, change: VoicemailSettingsChange) -> VoicemailSettings:
        """Update a tenant's settings. Raises Invalid; OldMessagesUndecided; Conflict if transcription is not
        installed."""
        if change.transcribe and self.transcription_requirement:
            raise Conflict("Transcription is not available.", hint=self.transcription_requirement)
        async with self._database.begin() as uow:
            await lock_scope(uow.session, "voicemail settings", tenant_id)
            before = await message_repository.tenant_settings(uow.session, tenant_id)
            settings = policy.updated_settings(before, change)
            if before.enabled and not settings.enabled:
                await self._apply_old_messages(uow, tenant_id, None, change.old_messages)
            await message_repository.put_tenant(uow.session, tenant_id, settings)
            uow.after_commit.append(partial(self._tenants.update, {tenant_id: settings}))
        return settings

    async def change_mailbox(self, box: Mailbox, change: MailboxSettingsChange, also: _Also = _none) -> MailboxSettings:
        """Update a mailbox's settings, and `also` more. Raises Invalid; OldMessagesUndecided; ErasedSubject."""
        digest = await self._passwords.hash(validate_pin(change.pin)) if change.pin else None
        async with self._database.begin() as uow:
            before = await lock_mailbox(uow, box)
            if change.old_messages == "erase":
                await lock_holds(uow.session, box.tenant_id)  # before `also` locks a shared mailbox, as a deletion does
            await also(uow)
            settings = policy.updated_mailbox(before, change)
            if before.enabled and not settings.enabled:
                await self._apply_old_messages(uow, box.tenant_id, box.id, change.old_messages)
            await message_repository.put_mailbox(uow.session, box, settings)
            await uow.session.flush()
            if change.pin is not None:
                await message_repository.put_pin(uow.session, self._keys, box.tenant_id, box.id, digest)
            uow.after_commit.append(partial(self._boxes.update, {box.id: settings}))
        return settings

    async def check_pin(self, tenant_id: str, extension_id: str, pin: str) -> bool:
        """Whether the PIN is correct. Takes as long if the mailbox has none. Raises TooManyRequests."""
        with stating(Access("authentication", "mailbox entry", tenant_id)):
            async with self._database.read() as session:
                digest = await message_repository.pin(session, self._keys, tenant_id, extension_id)
        guard, key = self._guard if digest is not None else self._guard_without_pin, f"{tenant_id}/{extension_id}"
        if retry_after := await guard.attempt(key):
            raise TooManyRequests("Too many wrong PINs. Try again later.", retry_after=retry_after)
        return await guard.settle(key, self._passwords.verify(digest, pin))

    # ---- deletion

    async def _apply_old_messages(
        self, uow: UnitOfWork, tenant_id: str, box_id: str | None, old: OldMessages | None
    ) -> None:
        """Apply the decision about existing messages when voicemail is disabled for a tenant or one mailbox."""
        found = await message_repository.stored_in(uow.session, tenant_id, box_id)
        if found and old is None:
            raise _undecided(len(found))
        retained = await self._audio.retained(uow.session, tenant_id, found) if old == "erase" else set[str]()
        for at in range(0, len(found), _BATCH_SIZE) if old != "keep" else ():
            ids = found[at : at + _BATCH_SIZE]
            await self._archive_all(uow, tenant_id, [each for each in ids if old == "put_away" or each in retained])
            erased = [each for each in ids if old == "erase" and each not in retained]
            if erased:
                await self._on_audio_erased(uow, tenant_id, erased)
                uow.publish(OldMessagesErased(self._clock.new_id(), tenant_id, erased))

    async def on_old_messages_erased(self, event: OldMessagesErased, uow: UnitOfWork) -> None:
        """Erase the audio of messages that were erased with a change of settings. Outbox handler."""
        await self._audio.destroy_keys(event.tenant, event.audio_ids)
        await self._audio.mark_erased(uow, event.tenant, event.audio_ids)

    @property
    def expiries(self) -> tuple[Expiry, ...]:
        """Archived messages; they can be restored for as long as the tenant has set."""
        erase = due_eraser(self._audio, self._clock, message_repository.archived, self._restorable)
        return (Expiry("voicemail", "archived messages", message_repository.archived, erase, self._restorable),)

    def _restorable(self, tenant_id: str) -> Period:
        return Period(days=self.tenant_settings(tenant_id).restorable_days)

    async def erase_subject(self, tenant_id: str, subject: str) -> None:
        """Delete the sealed parts of an erased subject; `AudioStore` erases the messages. Idempotent."""
        async with self._database.begin() as uow:
            await message_repository.erase_subject(uow.session, tenant_id, subject)

    async def on_extension_deleted(self, event: ExtensionDeleted, uow: UnitOfWork) -> None:
        """Delete the extension's mailbox. Outbox handler."""
        await self._delete_mailbox(uow, event.tenant, event.extension_id)
        await self.shared.on_extension_deleted(event, uow)

    async def _empty(self, uow: UnitOfWork, box: Mailbox) -> None:
        found = await message_repository.audio_of_extension(uow.session, box.tenant_id, box.id)
        if await self._audio.retained(uow.session, box.tenant_id, found):
            raise Conflict("A message in this mailbox is under a hold.", hint="Release the hold first.")
        await self._delete_mailbox(uow, box.tenant_id, box.id)

    async def _delete_mailbox(self, uow: UnitOfWork, tenant_id: str, box_id: str) -> None:
        """Delete a mailbox's messages, greetings and settings. Messages under a hold are archived."""
        found = await message_repository.audio_of_extension(uow.session, tenant_id, box_id)
        retained = await self._audio.retained(uow.session, tenant_id, found)
        await self._archive_all(uow, tenant_id, sorted(retained))
        audio_ids = [each for each in found if each not in retained]
        await self._audio.destroy_keys(tenant_id, audio_ids)
        await self._audio.mark_erased(uow, tenant_id, audio_ids)
        await message_repository.mark_erased(uow.session, tenant_id, audio_ids)
        await message_repository.drop_mailbox(uow.session, tenant_id, box_id)
        uow.after_commit += (
            lambda: self._boxes.pop(box_id, None),
            lambda: self.message_counts.discard(box_id),
        )

    async def on_tenant_deleted(self, event: TenantDeleted, uow: UnitOfWork) -> None:
        """Delete the tenant's files and rows; its keys are deleted elsewhere. Outbox handler."""
        await self._audio.remove_files(await audio_ids_of_tenant(uow.session, event.tenant))
        await message_repository.drop_tenant(uow.session, event.tenant)
        await self.shared.on_tenant_deleted(event.tenant, uow)
        await drop_tenant_audio(uow.session, event.tenant)
        uow.after_commit.append(lambda: self._tenants.pop(event.tenant, None))

    async def _update(self, message: Message, set_time: _SetTime, at: datetime | None) -> None:
        async with self._database.begin() as uow:
            if await set_time(uow.session, message.tenant_id, message.id, at):
                self._publish_changes(uow, message.tenant_id, {message.extension_id})

    async def _archive_all(self, uow: UnitOfWork, tenant_id: str, audio_ids: Sequence[str]) -> None:
        found = await message_repository.archive_all(uow.session, tenant_id, audio_ids, self._clock.now())
        self._publish_changes(uow, tenant_id, found)

    async def _on_audio_erased(self, uow: UnitOfWork, tenant_id: str, audio_ids: Sequence[str]) -> None:
        self._publish_changes(uow, tenant_id, await message_repository.mark_erased(uow.session, tenant_id, audio_ids))

    def _publish_changes(self, uow: UnitOfWork, tenant_id: str, extensions: set[str]) -> None:
        for extension_id in sorted(extensions):
            uow.publish(MailboxChanged(self._clock.new_id(), tenant_id, extension_id))


async def _store_unfinished(database: Database, audio: AudioStore, unfinished: tuple[str, str, str, str]) -> None:
    """Store a message that was being recorded before a restart, or erase one that is too short. Its length is that of
    the file, which an interrupted start may have closed before."""
    tenant_id, message_id, audio_id, extension_id = unfinished
    try:
        seconds = round((await audio.open(tenant_id, audio_id)).seconds, 2)
    except (NotFound, Expired, CorruptAudio):
        seconds = 0.0
    if seconds < policy.MIN_SECONDS:
        await audio.erase(tenant_id, [audio_id])
        return
    async with database.begin() as uow:
        if await message_repository.mark_stored(uow.session, tenant_id, message_id, seconds):
            uow.publish(MessageLeft(database.clock.new_id(), tenant_id, extension_id, message_id))


def _erased(message: Message) -> Expired:
    """The error for an erased message. It mentions an e-mailed copy, which erasure cannot reach."""
    if message.mailed is None:
        return Expired("This message was erased.")
    copy = Phrase("A copy was sent by e-mail on {}. Only its recipients can delete it.", message.mailed.date())
    return Expired("This message was erased.", hint=copy)


def _undecided(messages: int) -> OldMessagesUndecided:
    return OldMessagesUndecided(
        "There is one message. Choose what to do with it."
        if messages == 1
        else Phrase("There are {} messages. Choose what to do with them.", messages),
        hint="Set old_messages to keep, put_away or erase.",
        field="old_messages",
    )
