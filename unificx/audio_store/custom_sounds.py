"""Custom sounds of tenants: music on hold and prompts.

They are sealed like all audio. A spoken one is owned by the speaker: it is erased with them, and the standard sound is
played again. Music and studio recordings have no owner, only a key of their own.
"""

from collections import OrderedDict
from collections.abc import Sequence

from unificx.audio_store import custom_sound_repository as repository
from unificx.audio_store.file_format import Damaged
from unificx.audio_store.reader import Reader
from unificx.audio_store.schemas import OwnSound
from unificx.audio_store.service import Audio, AudioParts
from unificx.core.errors import DomainError, Forbidden, NotFound
from unificx.db import ErasedSubject, UnitOfWork
from unificx.identity.events import TenantDeleted
from unificx.media.sounds import Sound
from unificx.prompts import ANY, LANGUAGES, MUSIC, SPEECH, code_of, texts
from unificx.prompts import LEVEL as MUSIC_LEVEL

LONGEST, LONGEST_MUSIC = 120.0, 300.0
"""Seconds."""
_NOTICES = frozenset({"voicemail/notice", "voicemail/transcribed", "conference/recorded"})
"""Besides the group "recording": notices that inform callers how their speech is processed."""
MEMORY = 32 << 20
"""Size of the sample cache in bytes."""


class OwnSounds:
    """Custom sounds of all tenants. Call `start` first; the index is in memory."""

    def __init__(self, parts: AudioParts, audio: Audio, memory: int = MEMORY) -> None:
        self._database = parts.database
        self._clock = parts.clock
        self._audio = audio
        audio.forgets.append(self._forget)
        self._memory = memory
        self._there: dict[tuple[str, str, str], OwnSound] = {}
        self._at_hand: OrderedDict[str, Sound] = OrderedDict()

    async def start(self) -> None:
        async with self._database.read() as session:
            found = await repository.all_sounds(session)
        self._there = {_key(one): one for one in found}

    # ---- lookups

    def all(self, tenant_id: str) -> Sequence[OwnSound]:
        """A tenant's custom sounds, by language and name."""
        return [one for key, one in sorted(self._there.items()) if key[0] == tenant_id]

    def get(self, tenant_id: str, language: str, name: str) -> OwnSound | None:
        return self._there.get((tenant_id, language, name))

    def find(self, tenant_id: str, language: str, name: str) -> OwnSound:
        """Return a custom sound. Raises NotFound."""
        found = self.get(tenant_id, language, name)
        if found is None:
            raise NotFound("No custom sound found.", hint="The standard sound is played.")
        return found

    async def reader(self, sound: OwnSound) -> Reader:
        """Open a custom sound. Raises NotFound, Expired, CorruptAudio."""
        return await self._audio.reader(sound.tenant_id, sound.audio_id)

    async def to_play(self, tenant_id: str, language: str, name: str) -> Sound | None:
        """The custom sound to play instead of a prompt or of the music; None for the standard sound, also if the custom
        one is unreadable."""
        entry = self.get(tenant_id, language, name)
        if entry is None:
            return None
        sound = self._at_hand.get(entry.audio_id)
        if sound is not None:
            self._at_hand.move_to_end(entry.audio_id)
            return sound
        try:
            reader = await self.reader(entry)
            sound = Sound(await reader.read(), reader.header.rate)
        except (Damaged, DomainError):
            return None
        if self._there.get(_key(entry)) == entry:  # it may have been removed meanwhile
            self._keep_at_hand(entry.audio_id, sound)
        return sound

    # ---- changing

    async def put(self, key: tuple[str, str, str], sound: Sound, speaker: str | None = None) -> OwnSound:
        """Store and activate a custom sound; `key` is (tenant, language, name), with the language "any" for music.
        `speaker` is the subject whose voice it is. Raises NotFound, Forbidden, ErasedSubject, StorageFull."""
        tenant_id, language, name = key
        check_replaceable(language, name)
        async with self._database.begin() as uow:
            writer = await self._audio.begin(uow, tenant_id, [speaker] if speaker is not None else [])
        try:
            await writer.write(sound.pcm, sound.rate)
            made = OwnSound(*key, writer.id, round(sound.seconds, 2), self._clock.now())
            async with self._database.begin() as uow:
                if not await self._audio.finish(uow, writer):
                    raise ErasedSubject("the speaker was erased")
                await repository.put(uow.session, made)
        except BaseException:
            writer.abandon()
            await self._audio.erase(tenant_id, [writer.id])
            raise
        before, self._there[key] = self._there.get(key), made
        if before is not None:
            await self._audio.erase(tenant_id, [before.audio_id])
        return made

    async def drop(self, sound: OwnSound) -> None:
        """Erase a custom sound permanently; the standard one applies again."""
        await self._audio.erase(sound.tenant_id, [sound.audio_id])

    # ---- deletion

    async def forget_tenant(self, fact: TenantDeleted, uow: UnitOfWork) -> None:
        """Delete the tenant's rows; keys and files are deleted elsewhere. Outbox handler."""
        await repository.drop_tenant(uow.session, fact.tenant)
        audio_ids = [one.audio_id for one in self.all(fact.tenant)]
        uow.afterwards.append(lambda: self._let_go(audio_ids))

    # ---- inside

    async def _forget(self, uow: UnitOfWork, tenant_id: str, audio_ids: Sequence[str]) -> None:
        await repository.drop(uow.session, tenant_id, audio_ids)
        self._let_go(audio_ids)

    def _let_go(self, audio_ids: Sequence[str]) -> None:
        removed = set(audio_ids)
        self._there = {key: one for key, one in self._there.items() if one.audio_id not in removed}
        for audio_id in removed:
            self._at_hand.pop(audio_id, None)

    def _keep_at_hand(self, audio_id: str, sound: Sound) -> None:
        self._at_hand[audio_id] = sound
        size = sum(len(one.pcm) for one in self._at_hand.values())
        while size > self._memory and len(self._at_hand) > 1:
            size -= len(self._at_hand.popitem(last=False)[1].pcm)


def check_prompt(language: str, name: str) -> None:
    """Raise NotFound for an unknown prompt of this language."""
    exists = name == MUSIC if language == ANY else language in LANGUAGES and name in texts(language)
    if not exists:
        raise NotFound("Prompt not found.", hint="See /api/v1/sounds/prompts for all prompts.")


def check_replaceable(language: str, name: str) -> None:
    """Raise NotFound for an unknown prompt, Forbidden for one that may not be replaced."""
    check_prompt(language, name)
    if is_notice(name):
        raise Forbidden("This prompt is a recording or privacy notice and cannot be replaced.")


def is_notice(name: str) -> bool:
    return name.startswith("recording/") or name in _NOTICES


def named_by(code: str, language: str) -> str | None:
    """The prompt with this code, or None."""
    return next((name for name in texts(language) if code_of(name) == code), None)


def limits(name: str) -> tuple[float, float]:
    """The maximum duration in seconds and the target loudness in LUFS of a sound."""
    return (LONGEST_MUSIC, MUSIC_LEVEL) if name == MUSIC else (LONGEST, SPEECH)


def _key(sound: OwnSound) -> tuple[str, str, str]:
    return sound.tenant_id, sound.language, sound.name
