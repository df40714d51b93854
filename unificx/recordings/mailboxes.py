"""The room's use cases: messages left for extensions, and how their mailboxes are set up."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

from unificx.kernel.errors import NotFound, Over, TooMany
from unificx.people import Extension, Passwords
from unificx.people.facts import ExtensionDeleted, TenantDeleted
from unificx.recordings import messages, queries, rules
from unificx.recordings.audio import Audio, AudioParts, Reader
from unificx.recordings.contracts import Left, Message, NewMessage
from unificx.recordings.facts import MailboxChanged, MessageLeft
from unificx.recordings.pins import PinGuard
from unificx.recordings.settings import BoxChange, BoxSettings, TenantChange, TenantSettings
from unificx.recordings.writing import Writer
from unificx.store import UnitOfWork

_NUMBER = "number"
"""The kind of alias an outside caller's number is."""
_UNKNOWN = "unknown"


class Draft:
    """A message while it is spoken: a sink for samples. Then `keep` it or `drop` it."""

    def __init__(self, boxes: "Mailboxes", message: Message, writer: Writer) -> None:
        self.message = message
        self.writer = writer
        self._boxes = boxes

    async def write(self, pcm: bytes, rate: int) -> None:
        """Raises NoRoom."""
        await self.writer.write(pcm, rate)

    async def keep(self) -> bool:
        """It is in the mailbox now; False if it was too short to be one."""
        return await self._boxes.keep(self)

    async def drop(self) -> None:
        """It was never said."""
        await self._boxes.drop(self)


class Mailboxes:
    """Messages of all extensions. Call `start` before anything else."""

    def __init__(self, parts: AudioParts, audio: Audio, passwords: Passwords) -> None:
        self._database = parts.database
        self._keys = parts.keys
        self._clock = parts.clock
        self._audio = audio
        self._passwords = passwords
        self._guard = PinGuard()
        self._tenants: dict[str, TenantSettings] = {}
        self._boxes: dict[str, BoxSettings] = {}

    async def start(self) -> None:
        """Read how mailboxes are set up, and keep what callers had said when an earlier life ended."""
        async with self._database.read() as session:
            self._tenants, self._boxes = await messages.all_settings(session)
            unfinished = await messages.unfinished(session)
        seconds = await self._audio.recover()
        for tenant_id, message_id, audio_id, extension_id in unfinished:
            if seconds.get(audio_id, 0.0) >= rules.SHORTEST:
                async with self._database.begin() as uow:
                    await messages.keep(uow.session, tenant_id, message_id, seconds[audio_id])
                    uow.publish(MessageLeft(self._clock.new_id(), tenant_id, extension_id, message_id))
            else:
                await self._erase(tenant_id, [audio_id])
        await self._audio.sweep()

    # ---- leaving a message

    def takes_messages(self, extension: Extension) -> bool:
        """Whether calls nobody takes go to voicemail. From memory."""
        return self.tenant(extension.tenant_id).enabled and self.box(extension.id).enabled

    async def is_full(self, tenant_id: str, extension_id: str) -> bool:
        async with self._database.read() as session:
            return await messages.count(session, tenant_id, extension_id) >= self.tenant(tenant_id).most_messages

    async def begin(self, new: NewMessage) -> Draft:
        """A message is about to be spoken; both its owners are who gets it and who speaks it. Raises ErasedSubject."""
        subject = new.caller_subject or self._keys.find_or_make(new.tenant_id, _NUMBER, new.number or _UNKNOWN)
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
            messages.add(uow.session, self._keys, message, subject)
        return Draft(self, message, writer)

    async def keep(self, draft: Draft) -> bool:
        """See `Draft.keep`."""
        message, seconds = draft.message, draft.writer.seconds
        async with self._database.begin() as uow:
            await self._audio.finish(uow, draft.writer)
            if seconds >= rules.SHORTEST:
                await messages.keep(uow.session, message.tenant_id, message.id, round(seconds, 2))
                fact = MessageLeft(self._clock.new_id(), message.tenant_id, message.extension_id, message.id)
                uow.publish(fact)
        if seconds < rules.SHORTEST:
            await self._erase(message.tenant_id, [message.audio_id])
        return seconds >= rules.SHORTEST

    async def drop(self, draft: Draft) -> None:
        """See `Draft.drop`."""
        draft.writer.abandon()
        await self._erase(draft.message.tenant_id, [draft.message.audio_id])

    # ---- hearing messages

    async def list(self, tenant_id: str, extensions: Sequence[str], *, hidden: bool = False) -> tuple[Message, ...]:
        """The messages of some extensions, the newest first; or those that were put away."""
        async with self._database.read() as session:
            return tuple(await messages.of_box(session, self._keys, tenant_id, extensions, hidden=hidden))

    async def get(self, tenant_id: str, message_id: str) -> Message:
        """One message. Raises NotFound; Over for one that was erased."""
        async with self._database.read() as session:
            found = await messages.one(session, self._keys, tenant_id, message_id)
        if found is None or found[1] == "recording":
            raise NotFound("There is no such message.")
        if found[1] == "erased":
            raise Over("This message was erased.")
        return found[0]

    async def reader(self, message: Message) -> Reader:
        """What was said. Raises Over."""
        return await self._audio.reader(message.tenant_id, message.audio_id)

    async def heard(self, message: Message, *, yes: bool = True) -> None:
        """It was listened to, or is to count as new again."""
        if (message.heard is not None) is not yes:
            await self._note(message, heard=self._clock.now() if yes else None)

    async def hide(self, message: Message) -> None:
        """Put it away: it can be brought back for as long as the organisation says."""
        await self._note(message, hidden=self._clock.now())

    async def restore(self, message: Message) -> None:
        await self._note(message, hidden=None)

    async def erase(self, message: Message) -> None:
        """For good: the recording's key, the file, and who left it."""
        await self._erase(message.tenant_id, [message.audio_id])

    # ---- how they are set up

    def tenant(self, tenant_id: str) -> TenantSettings:
        return self._tenants.get(tenant_id, TenantSettings())

    def box(self, extension_id: str) -> BoxSettings:
        return self._boxes.get(extension_id, BoxSettings())

    async def change_tenant(self, tenant_id: str, change: TenantChange) -> TenantSettings:
        """Raises Invalid."""
        settings = rules.changed(self.tenant(tenant_id), change)
        async with self._database.begin() as uow:
            await messages.put_tenant(uow.session, tenant_id, settings)
        self._tenants[tenant_id] = settings
        return settings

    async def change_box(self, extension: Extension, change: BoxChange) -> BoxSettings:
        """Raises Invalid for a PIN that is none; ErasedSubject."""
        before = self.box(extension.id)
        settings = replace(
            before,
            enabled=before.enabled if change.enabled is None else change.enabled,
            mail=before.mail if change.mail is None else change.mail,
            has_pin=before.has_pin if change.pin is None else bool(change.pin),
        )
        digest = await self._passwords.hash(rules.usable_pin(change.pin)) if change.pin else None
        async with self._database.begin() as uow:
            await messages.put_box(uow.session, extension.tenant_id, extension.id, extension.subject, settings)
            await uow.session.flush()
            if change.pin is not None:
                await messages.put_pin(uow.session, self._keys, extension.tenant_id, extension.id, digest)
        self._boxes[extension.id] = settings
        return settings

    async def opens(self, tenant_id: str, extension_id: str, pin: str) -> bool:
        """Whether the PIN is the mailbox's; takes as long if there is none. Raises TooMany."""
        early = self._guard.attempt(f"{tenant_id}/{extension_id}", self._clock.monotonic())
        if early:
            raise TooMany("A wrong PIN was tried too often.", retry_after=early)
        async with self._database.read() as session:
            digest = await messages.pin(session, self._keys, tenant_id, extension_id)
        right = await self._passwords.right(digest, pin)
        if right:
            self._guard.succeeded(f"{tenant_id}/{extension_id}")
        return right

    # ---- greetings of one's own

    async def greeting(self, tenant_id: str, extension_id: str) -> Reader:
        """The mailbox's own greeting. Raises NotFound if it has none; Over; Damaged."""
        return await self._audio.reader(tenant_id, self.box(extension_id).greeting_id or "")

    async def begin_greeting(self, extension: Extension) -> Writer:
        """A greeting is about to be spoken: then `use_greeting` or `drop_writer`. Raises ErasedSubject."""
        async with self._database.begin() as uow:
            return await self._audio.begin(uow, extension.tenant_id, (extension.subject,))

    async def written(self, extension: Extension, writer: Writer) -> Reader:
        """What was spoken so far. Raises Over if that is nothing."""
        return await self._audio.reader(extension.tenant_id, writer.id)

    async def use_greeting(self, extension: Extension, writer: Writer) -> None:
        """It is the mailbox's greeting from now on."""
        async with self._database.begin() as uow:
            await self._audio.finish(uow, writer)
        await self._set_greeting(extension, writer.id)

    async def drop_writer(self, tenant_id: str, writer: Writer) -> None:
        """It was never said."""
        writer.abandon()
        await self._erase(tenant_id, [writer.id])

    async def drop_greeting(self, extension: Extension) -> None:
        """From now on it is the one everybody has."""
        await self._set_greeting(extension, None)

    async def _set_greeting(self, extension: Extension, audio_id: str | None) -> None:
        before = self.box(extension.id)
        settings = replace(before, greeting_id=audio_id)
        async with self._database.begin() as uow:
            await messages.put_box(uow.session, extension.tenant_id, extension.id, extension.subject, settings)
        self._boxes[extension.id] = settings
        if before.greeting_id is not None:
            await self._erase(extension.tenant_id, [before.greeting_id])

    # ---- what has to go

    async def tidy(self) -> None:
        """Erase what was put away for longer than it can be brought back; to be called now and then."""
        async with self._database.read() as session:
            tenants = await messages.tenants(session)
        for tenant_id in tenants:
            until = self._clock.now() - timedelta(days=self.tenant(tenant_id).restorable_days)
            async with self._database.read() as session:
                old = await messages.put_away_before(session, tenant_id, until)
            if old:
                await self._erase(tenant_id, old)

    async def erase_subject(self, tenant_id: str, subject: str) -> None:
        """What an erased subject owned goes; its keys are gone already. May be repeated."""
        audio_ids = await self._audio.of_subject(tenant_id, subject)
        if audio_ids:
            await self._gone(tenant_id, audio_ids)

    async def forget_extension(self, fact: ExtensionDeleted, uow: UnitOfWork) -> None:
        """Its mailbox goes with it: for the outbox."""
        audio_ids = await messages.audio_of_extension(uow.session, fact.tenant, fact.extension_id)
        await self._audio.destroy(fact.tenant, audio_ids)
        await self._audio.note_erased(uow, fact.tenant, audio_ids)
        await messages.erase(uow.session, fact.tenant, audio_ids)
        await messages.drop_box(uow.session, fact.tenant, fact.extension_id)
        uow.afterwards.append(lambda: self._boxes.pop(fact.extension_id, None))

    async def forget_tenant(self, fact: TenantDeleted, uow: UnitOfWork) -> None:
        """Its keys go by themselves: for the outbox."""
        await self._audio.remove_files(await queries.audio_of_tenant(uow.session, fact.tenant))
        await messages.drop_tenant(uow.session, fact.tenant)
        await queries.drop_tenant(uow.session, fact.tenant)
        uow.afterwards.append(lambda: self._tenants.pop(fact.tenant, None))

    # ---- inside

    async def _note(self, message: Message, **values: object) -> None:
        async with self._database.begin() as uow:
            await messages.note(uow.session, message.tenant_id, message.id, **values)  # type: ignore[arg-type]
            self._changed(uow, message.tenant_id, {message.extension_id})

    async def _erase(self, tenant_id: str, audio_ids: Sequence[str]) -> None:
        await self._audio.destroy(tenant_id, audio_ids)
        await self._gone(tenant_id, audio_ids)

    async def _gone(self, tenant_id: str, audio_ids: Sequence[str]) -> None:
        """The keys are destroyed: files, rows and what is derived go too."""
        await self._audio.remove_files(audio_ids)
        async with self._database.begin() as uow:
            await self._audio.note_erased(uow, tenant_id, audio_ids)
            extensions = await messages.erase(uow.session, tenant_id, audio_ids)
            self._changed(uow, tenant_id, extensions)

    def _changed(self, uow: UnitOfWork, tenant_id: str, extensions: set[str]) -> None:
        for extension_id in sorted(extensions):
            uow.publish(MailboxChanged(self._clock.new_id(), tenant_id, extension_id))
