"""Custom voicemail greetings: no answer, busy, and temporary."""

import asyncio
from collections.abc import MutableMapping
from dataclasses import replace
from datetime import datetime

from unificx.audio_store import Audio, AudioParts, Damaged, Reader, Writer
from unificx.core.errors import DomainError
from unificx.db import ErasedSubject
from unificx.media.sounds import Sound
from unificx.voicemail import message_repository, policy
from unificx.voicemail.schemas import Box
from unificx.voicemail.settings import BoxSettings, Greeting, GreetingKind, HeardGreeting


class Greetings:
    """Greetings of all mailboxes. `settings` is shared with `Mailboxes`; changes to it require the lock `changes`."""

    def __init__(
        self, parts: AudioParts, audio: Audio, settings: MutableMapping[str, BoxSettings], changes: asyncio.Lock
    ) -> None:
        self._database = parts.database
        self._clock = parts.clock
        self._audio = audio
        self._settings = settings
        self._changes = changes

    async def to_play(self, tenant_id: str, box_id: str, why: str) -> Reader:
        """Open the greeting to play now. Raises NotFound if the standard greeting applies; Expired; CorruptAudio."""
        chosen = policy.greeting_for(self._of(box_id).greetings, why, self._clock.now())
        return await self._audio.reader(tenant_id, chosen or "")

    async def one(self, tenant_id: str, box_id: str, kind: GreetingKind) -> Reader:
        """Open one custom greeting. Raises NotFound; Expired; CorruptAudio."""
        greeting = self._of(box_id).greetings.get(kind)
        return await self._audio.reader(tenant_id, greeting.audio_id if greeting is not None else "")

    async def all(self, box: Box) -> list[HeardGreeting]:
        """All custom greetings of a mailbox."""
        found = sorted(self._of(box.id).greetings.items())
        return [HeardGreeting(kind, one.until, await self._seconds(box.tenant_id, one)) for kind, one in found]

    async def _seconds(self, tenant_id: str, greeting: Greeting) -> float:
        try:
            return round((await self._audio.reader(tenant_id, greeting.audio_id)).seconds, 2)
        except (Damaged, DomainError):
            return 0.0

    async def begin(self, box: Box) -> Writer:
        """Start recording a greeting; finish with `activate` or `discard`. Raises ErasedSubject."""
        async with self._database.begin() as uow:
            return await self._audio.begin(uow, box.tenant_id, (box.subject,))

    async def written(self, box: Box, writer: Writer) -> Reader:
        """Open what has been recorded so far. Raises Expired if it is empty."""
        return await self._audio.reader(box.tenant_id, writer.id)

    async def use(self, box: Box, writer: Writer, kind: GreetingKind, until: datetime | None = None) -> None:
        """Activate a recorded greeting; a temporary one expires at `until`, or when it is removed. Raises
        ErasedSubject."""
        async with self._database.begin() as uow:
            if not await self._audio.finish(uow, writer):
                raise ErasedSubject("the owner of the greeting was erased")
        await self._set(box, kind, Greeting(writer.id, until))

    async def put(self, box: Box, sound: Sound, kind: GreetingKind, until: datetime | None = None) -> None:
        """Store a sound as the greeting. Raises ErasedSubject, StorageFull."""
        writer = await self.begin(box)
        try:
            await writer.write(sound.pcm, sound.rate)
        except BaseException:
            await self.drop_writer(box.tenant_id, writer)
            raise
        await self.use(box, writer, kind, until)

    async def drop_writer(self, tenant_id: str, writer: Writer) -> None:
        """Discard a recorded greeting."""
        writer.abandon()
        await self._audio.erase(tenant_id, [writer.id])

    async def drop(self, box: Box, kind: GreetingKind | None = None) -> None:
        """Remove one custom greeting, or all; the standard greeting applies again."""
        kinds: list[GreetingKind] = [kind] if kind is not None else list(self._of(box.id).greetings)
        for each in kinds:
            await self._set(box, each, None)

    async def _set(self, box: Box, kind: GreetingKind, greeting: Greeting | None) -> None:
        async with self._changes:
            before = self._of(box.id)
            others = {each: one for each, one in before.greetings.items() if each != kind}
            settings = replace(before, greetings=others if greeting is None else {**others, kind: greeting})
            async with self._database.begin() as uow:
                await message_repository.put_box(uow.session, box, settings)
                await message_repository.put_greeting(uow.session, box, kind, greeting)
            self._settings[box.id] = settings
        if kind in before.greetings:
            await self._audio.erase(box.tenant_id, [before.greetings[kind].audio_id])

    def _of(self, box_id: str) -> BoxSettings:
        return self._settings.get(box_id, BoxSettings())
