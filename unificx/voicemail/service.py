"""Voicemail messages and mailbox settings."""

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

from unificx.audio_store import Audio, AudioParts, Reader, Writer, audio_ids_of_tenant, drop_tenant_audio
from unificx.core.errors import Conflict, Expired, NotFound, TooManyRequests
from unificx.db import UnitOfWork
from unificx.identity import PasswordHashing, PinThrottle, validate_pin
from unificx.identity.events import ExtensionDeleted, TenantDeleted
from unificx.voicemail import message_repository, policy
from unificx.voicemail.events import MailboxChanged, MessageLeft
from unificx.voicemail.greetings import Greetings
from unificx.voicemail.message_counts import Waiting
from unificx.voicemail.schemas import Box, Left, Message, NewMessage, OldMessagesUndecided
from unificx.voicemail.settings import BoxChange, BoxSettings, OldMessages, TenantChange, TenantSettings
from unificx.voicemail.shared_mailboxes import Groups

_NUMBER = "number"
"""The alias kind of an external caller's number."""
_UNKNOWN = "unknown"


class Draft:
    """A message being recorded: an audio sink. Call `store` or `discard` at the end."""

    def __init__(self, boxes: "Mailboxes", message: Message, writer: Writer) -> None:
        self.message = message
        self.writer = writer
        self._boxes = boxes

    async def write(self, pcm: bytes, rate: int) -> None:
        """Write samples. Raises StorageFull."""
        await self.writer.write(pcm, rate)

    async def keep(self) -> bool:
        """Store the message in the mailbox; False if it was too short, or erased meanwhile."""
        return await self._boxes.keep(self)

    async def drop(self) -> None:
        """Discard the message."""
        await self._boxes.drop(self)


class Mailboxes:
    """Voicemail of all extensions and shared mailboxes. Call `start` first."""

    def __init__(self, parts: AudioParts, audio: Audio, passwords: PasswordHashing) -> None:
        self._database = parts.database
        self._keys = parts.keys
        self._clock = parts.clock
        self._audio = audio
        audio.forgets.append(self._forget)
        self._passwords = passwords
        self._transcriber = parts.transcriber
        self.waiting = Waiting(parts.database)
        self._guard = PinThrottle()
        self._tenants: dict[str, TenantSettings] = {}
        self._boxes: dict[str, BoxSettings] = {}
        self._changes = asyncio.Lock()
        self.greetings = Greetings(parts, audio, self._boxes, self._changes)
        self.groups = Groups(parts, self._empty)

    async def start(self) -> None:
        """Load the settings and store the messages being recorded before the restart."""
        async with self._database.read() as session:
            self._tenants, boxes = await message_repository.all_settings(session)
            unfinished = await message_repository.unfinished(session)
        self._boxes.clear()
        self._boxes.update(boxes)
        seconds = await self._audio.recover()
        for tenant_id, message_id, audio_id, extension_id in unfinished:
            if seconds.get(audio_id, 0.0) >= policy.SHORTEST:
                async with self._database.begin() as uow:
                    if await message_repository.keep(uow.session, tenant_id, message_id, seconds[audio_id]):
                        uow.publish(MessageLeft(self._clock.new_id(), tenant_id, extension_id, message_id))
            else:
                await self._audio.erase(tenant_id, [audio_id])
        await self._audio.sweep()
        await self.waiting.start()
        await self.groups.start()

    # ---- recording a message

    def takes_messages(self, box: Box) -> bool:
        """Whether unanswered calls go to voicemail. Answered from memory."""
        return self.tenant(box.tenant_id).enabled and self.box(box.id).enabled

    @property
    def transcription_needs(self) -> str:
        """What to install before messages can be transcribed; "" if transcription is available."""
        return self._transcriber.requirement if self._transcriber is not None else "No speech recognizer is configured."

    def transcribes(self, tenant_id: str, extension_id: str) -> bool:
        """Whether messages are transcribed: allowed by the tenant, enabled by the owner, and available."""
        wanted = self.tenant(tenant_id).transcribe and self.box(extension_id).transcribe
        return wanted and not self.transcription_needs

    def mails_sound(self, tenant_id: str, extension_id: str) -> bool:
        """Whether messages are e-mailed as audio: allowed by the tenant and enabled by the owner."""
        box = self.box(extension_id)
        return self.tenant(tenant_id).mail_sound and box.mail and box.mail_sound

    async def is_full(self, tenant_id: str, extension_id: str) -> bool:
        async with self._database.read() as session:
            return (
                await message_repository.count(session, tenant_id, extension_id) >= self.tenant(tenant_id).most_messages
            )

    async def begin(self, new: NewMessage) -> Draft:
        """Start recording a message, owned by the mailbox owner and the caller. Raises ErasedSubject."""
        subject = new.caller_subject or self._keys.find_or_create(new.tenant_id, _NUMBER, new.number or _UNKNOWN)
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
                caller=Left(new.number, new.name),
            )
            message_repository.add(uow.session, self._keys, message, subject, transcribe=new.transcribe)
        return Draft(self, message, writer)

    async def keep(self, draft: Draft) -> bool:
        """See `MessageWriter.store`."""
        message, seconds = draft.message, draft.writer.seconds
        stored = False
        async with self._database.begin() as uow:
            await self._audio.finish(uow, draft.writer)
            if seconds >= policy.SHORTEST:
                stored = await message_repository.keep(uow.session, message.tenant_id, message.id, round(seconds, 2))
            if stored:
                fact = MessageLeft(self._clock.new_id(), message.tenant_id, message.extension_id, message.id)
                uow.publish(fact)
        if seconds < policy.SHORTEST:
            await self._audio.erase(message.tenant_id, [message.audio_id])
        return stored

    async def drop(self, draft: Draft) -> None:
        """See `MessageWriter.discard`."""
        draft.writer.abandon()
        await self._audio.erase(draft.message.tenant_id, [draft.message.audio_id])

    # ---- playback

    async def list(self, tenant_id: str, extensions: Sequence[str], *, hidden: bool = False) -> tuple[Message, ...]:
        """Messages of these extensions, newest first; with `hidden`, the archived ones."""
        async with self._database.read() as session:
            found = await message_repository.of_box(session, self._keys, tenant_id, extensions, hidden=hidden)
        derived = await self._audio.derived(tenant_id, [one.audio_id for one in found])
        return tuple(replace(one, derived=derived.get(one.audio_id, one.derived)) for one in found)

    async def get(self, tenant_id: str, message_id: str) -> Message:
        """Return a message. Raises NotFound; Expired if it was erased."""
        async with self._database.read() as session:
            found = await message_repository.one(session, self._keys, tenant_id, message_id)
        if found is None or found[1] == "recording":
            raise NotFound("Message not found.")
        if found[1] == "erased":
            raise _erased(found[0])
        message = found[0]
        derived = await self._audio.derived(tenant_id, [message.audio_id])
        return replace(message, derived=derived.get(message.audio_id, message.derived))

    async def reader(self, message: Message) -> Reader:
        """Open the audio of a message. Raises Expired."""
        return await self._audio.reader(message.tenant_id, message.audio_id)

    async def heard(self, message: Message, *, yes: bool = True) -> None:
        """Mark a message as heard, or as new again."""
        if (message.heard is not None) is not yes:
            await self._note(message, heard=self._clock.now() if yes else None)

    async def hide(self, message: Message) -> None:
        """Archive a message; it can be restored during the tenant's retention period."""
        await self._note(message, hidden=self._clock.now())

    async def restore(self, message: Message) -> None:
        await self._note(message, hidden=None)

    async def erase(self, message: Message) -> None:
        """Erase a message permanently: the key, the file and the caller's identity."""
        await self._audio.erase(message.tenant_id, [message.audio_id])

    # ---- settings

    def tenant(self, tenant_id: str) -> TenantSettings:
        return self._tenants.get(tenant_id, TenantSettings())

    def box(self, extension_id: str) -> BoxSettings:
        return self._boxes.get(extension_id, BoxSettings())

    async def change_tenant(self, tenant_id: str, change: TenantChange) -> TenantSettings:
        """Update a tenant's settings. Raises Invalid; OldMessagesUndecided; Conflict if transcription is not
        installed."""
        if change.transcribe and self.transcription_needs:
            raise Conflict("Transcription is not available.", hint=self.transcription_needs)
        async with self._changes:
            before = self.tenant(tenant_id)
            settings = policy.changed(before, change)
            if before.enabled and not settings.enabled:
                await self._settle(tenant_id, None, change.old_messages)
            async with self._database.begin() as uow:
                await message_repository.put_tenant(uow.session, tenant_id, settings)
            self._tenants[tenant_id] = settings
        return settings

    async def change_box(self, box: Box, change: BoxChange) -> BoxSettings:
        """Update a mailbox's settings. Raises Invalid for an invalid PIN; OldMessagesUndecided; ErasedSubject."""
        digest = await self._passwords.hash(validate_pin(change.pin)) if change.pin else None
        async with self._changes:
            before = self.box(box.id)
            settings = policy.changed_box(before, change)
            if before.enabled and not settings.enabled:
                await self._settle(box.tenant_id, box.id, change.old_messages)
            async with self._database.begin() as uow:
                await message_repository.put_box(uow.session, box, settings)
                await uow.session.flush()
                if change.pin is not None:
                    await message_repository.put_pin(uow.session, self._keys, box.tenant_id, box.id, digest)
            self._boxes[box.id] = settings
        return settings

    async def opens(self, tenant_id: str, extension_id: str, pin: str) -> bool:
        """Whether the PIN is correct. Takes as long if the mailbox has none. Raises TooManyRequests."""
        retry_after = self._guard.attempt(f"{tenant_id}/{extension_id}", self._clock.monotonic())
        if retry_after:
            raise TooManyRequests("Too many wrong PINs. Try again later.", retry_after=retry_after)
        async with self._database.read() as session:
            digest = await message_repository.pin(session, self._keys, tenant_id, extension_id)
        correct = await self._passwords.verify(digest, pin)
        if correct:
            self._guard.record_success(f"{tenant_id}/{extension_id}")
        return correct

    # ---- deletion

    async def _settle(self, tenant_id: str, box_id: str | None, old: OldMessages | None) -> None:
        """Apply the decision about existing messages when voicemail is disabled for a tenant or one mailbox."""
        async with self._database.read() as session:
            found = await message_repository.kept_in(session, tenant_id, box_id)
        if found and old is None:
            raise OldMessagesUndecided(
                f"There are {len(found)} messages. Choose what to do with them.",
                hint="Set old_messages to keep, put_away or erase.",
                field="old_messages",
            )
        if old == "erase":
            await self._audio.erase(tenant_id, list(found))
        elif old == "put_away":
            async with self._database.begin() as uow:
                await message_repository.hide_all(uow.session, tenant_id, list(found), self._clock.now())
                self._changed(uow, tenant_id, set(found.values()))

    async def tidy(self) -> None:
        """Erase messages archived longer ago than the retention period. Called periodically."""
        async with self._database.read() as session:
            tenants = await message_repository.tenants(session)
        for tenant_id in tenants:
            cutoff = self._clock.now() - timedelta(days=self.tenant(tenant_id).restorable_days)
            async with self._database.read() as session:
                expired = await message_repository.put_away_before(session, tenant_id, cutoff)
            if expired:
                await self._audio.erase(tenant_id, expired)

    async def forget_extension(self, fact: ExtensionDeleted, uow: UnitOfWork) -> None:
        """Delete the extension's mailbox. Outbox handler."""
        await self._drop_box(uow, fact.tenant, fact.extension_id)
        await self.groups.forget_extension(fact, uow)

    async def _empty(self, box: Box) -> None:
        async with self._database.begin() as uow:
            await self._drop_box(uow, box.tenant_id, box.id)

    async def _drop_box(self, uow: UnitOfWork, tenant_id: str, box_id: str) -> None:
        """Delete a mailbox's messages, greetings and settings."""
        audio_ids = await message_repository.audio_of_extension(uow.session, tenant_id, box_id)
        await self._audio.destroy(tenant_id, audio_ids)
        await self._audio.note_erased(uow, tenant_id, audio_ids)
        await message_repository.erase(uow.session, tenant_id, audio_ids)
        await message_repository.drop_box(uow.session, tenant_id, box_id)
        uow.afterwards += (
            lambda: self._boxes.pop(box_id, None),
            lambda: self.waiting.forget(box_id),
        )

    async def forget_tenant(self, fact: TenantDeleted, uow: UnitOfWork) -> None:
        """Delete the tenant's files and rows; its keys are deleted elsewhere. Outbox handler."""
        await self._audio.remove_files(await audio_ids_of_tenant(uow.session, fact.tenant))
        await message_repository.drop_tenant(uow.session, fact.tenant)
        await self.groups.forget_tenant(fact.tenant, uow)
        await drop_tenant_audio(uow.session, fact.tenant)
        uow.afterwards.append(lambda: self._tenants.pop(fact.tenant, None))

    # ---- inside

    async def _note(self, message: Message, **values: object) -> None:
        async with self._database.begin() as uow:
            await message_repository.note(uow.session, message.tenant_id, message.id, **values)  # type: ignore[arg-type]
            self._changed(uow, message.tenant_id, {message.extension_id})

    async def _forget(self, uow: UnitOfWork, tenant_id: str, audio_ids: Sequence[str]) -> None:
        self._changed(uow, tenant_id, await message_repository.erase(uow.session, tenant_id, audio_ids))

    def _changed(self, uow: UnitOfWork, tenant_id: str, extensions: set[str]) -> None:
        for extension_id in sorted(extensions):
            uow.publish(MailboxChanged(self._clock.new_id(), tenant_id, extension_id))


def _erased(message: Message) -> Expired:
    """The error for an erased message. It mentions an e-mailed copy, which erasure cannot reach."""
    if message.mailed is None:
        return Expired("This message was erased.")
    when = f"{message.mailed:%Y-%m-%d}"
    copy = f"A copy was sent by e-mail on {when}. Only its recipients can delete it."
    return Expired("This message was erased.", hint=copy)
