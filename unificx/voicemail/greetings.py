"""Custom voicemail greetings: no answer, busy, temporary, and one for each state of the owner."""

from collections.abc import MutableMapping
from dataclasses import replace
from datetime import datetime

from unificx.audio_store import AudioReader, AudioStore, AudioStoreDependencies, AudioWriter, CorruptAudio
from unificx.core.errors import DomainError
from unificx.db import ErasedSubject, UnitOfWork, lock_scope, shield_until_done
from unificx.media.sounds import Sound
from unificx.presence import PresenceState
from unificx.voicemail import message_repository, policy
from unificx.voicemail.schemas import Mailbox
from unificx.voicemail.settings import Greeting, GreetingInfo, GreetingKind, MailboxSettings


class Greetings:
    """Greetings of all mailboxes. `settings` is shared with `Mailboxes`."""

    def __init__(
        self,
        deps: AudioStoreDependencies,
        audio: AudioStore,
        settings: MutableMapping[str, MailboxSettings],
    ) -> None:
        self._database = deps.database
        self._clock = deps.clock
        self._audio = audio
        self._settings = settings

    async def open_current(
        self, tenant_id: str, box_id: str, reason: str, state: PresenceState = "available"
    ) -> AudioReader:
        """Open the greeting to play now. Raises NotFound if the standard greeting applies; Expired; CorruptAudio."""
        chosen = policy.greeting_for(self._mailbox_settings(box_id).greetings, reason, self._clock.now(), state)
        return await self._audio.open(tenant_id, chosen or "")

    async def open(self, tenant_id: str, box_id: str, kind: GreetingKind) -> AudioReader:
        """Open one custom greeting. Raises NotFound; Expired; CorruptAudio."""
        greeting = self._mailbox_settings(box_id).greetings.get(kind)
        return await self._audio.open(tenant_id, greeting.audio_id if greeting is not None else "")

    async def all(self, box: Mailbox) -> list[GreetingInfo]:
        """All custom greetings of a mailbox."""
        found = sorted(self._mailbox_settings(box.id).greetings.items())
        return [GreetingInfo(kind, one.until, await self._seconds(box.tenant_id, one)) for kind, one in found]

    async def _seconds(self, tenant_id: str, greeting: Greeting) -> float:
        try:
            return round((await self._audio.open(tenant_id, greeting.audio_id)).seconds, 2)
        except (CorruptAudio, DomainError):
            return 0.0

    async def begin(self, box: Mailbox) -> AudioWriter:
        """Start recording a greeting; finish with `activate` or `discard`. Raises ErasedSubject."""
        async with self._database.begin() as uow:
            return await self._audio.begin(uow, box.tenant_id, (box.subject,))

    async def open_draft(self, box: Mailbox, writer: AudioWriter) -> AudioReader:
        """Open what has been recorded so far. Raises Expired if it is empty."""
        return await self._audio.open(box.tenant_id, writer.id)

    async def activate(
        self, box: Mailbox, writer: AudioWriter, kind: GreetingKind, until: datetime | None = None
    ) -> None:
        """Activate a recorded greeting, also if the caller hangs up meanwhile; a temporary one expires at `until`, or
        when it is removed. Raises ErasedSubject."""
        await shield_until_done(self._activate(box, writer, kind, until))

    async def _activate(self, box: Mailbox, writer: AudioWriter, kind: GreetingKind, until: datetime | None) -> None:
        async with self._database.begin() as uow:
            if not await self._audio.finish(uow, writer):
                raise ErasedSubject("the owner of the greeting was erased")
        await self._set(box, kind, Greeting(writer.id, until))

    async def store(self, box: Mailbox, sound: Sound, kind: GreetingKind, until: datetime | None = None) -> None:
        """Store a sound as the greeting. Raises ErasedSubject, StorageFull."""
        writer = await self.begin(box)
        try:
            await writer.write(sound.pcm, sound.rate)
        except BaseException:
            await self.discard(box.tenant_id, writer)
            raise
        await self.activate(box, writer, kind, until)

    async def discard(self, tenant_id: str, writer: AudioWriter) -> None:
        """Discard a recorded greeting, also if the caller hangs up meanwhile."""
        writer.abandon()
        await shield_until_done(self._audio.erase(tenant_id, [writer.id]))

    async def remove(self, box: Mailbox, kind: GreetingKind | None = None) -> None:
        """Remove one custom greeting, or all; the standard greeting applies again."""
        kinds: list[GreetingKind] = [kind] if kind is not None else list(self._mailbox_settings(box.id).greetings)
        for each in kinds:
            await self._set(box, each, None)

    async def _set(self, box: Mailbox, kind: GreetingKind, greeting: Greeting | None) -> None:
        async with self._database.begin() as uow:
            before = await lock_mailbox(uow, box)
            others = {each: one for each, one in before.greetings.items() if each != kind}
            settings = replace(before, greetings=others if greeting is None else {**others, kind: greeting})
            await message_repository.put_mailbox(uow.session, box, settings)
            await message_repository.put_greeting(uow.session, box, kind, greeting)
            uow.after_commit.append(lambda: self._settings.update({box.id: settings}))
        if kind in before.greetings:
            await self._audio.erase(box.tenant_id, [before.greetings[kind].audio_id])

    def _mailbox_settings(self, box_id: str) -> MailboxSettings:
        return self._settings.get(box_id, MailboxSettings())


async def lock_mailbox(uow: UnitOfWork, box: Mailbox) -> MailboxSettings:
    """Lock the settings of a mailbox until the commit and return them as stored now."""
    await lock_scope(uow.session, "mailbox", box.id)
    return await message_repository.mailbox_settings(uow.session, box.tenant_id, box.id)
