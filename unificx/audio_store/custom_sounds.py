"""Custom sounds of tenants: music on hold and prompts.

They are sealed like all audio. A spoken one is owned by the speaker: it is erased with them, and the standard sound is
played again. Music and studio recordings have no owner, only a key of their own.
"""

import re
from collections import OrderedDict
from collections.abc import Callable, Sequence

from unificx.audio_store import custom_sound_repository as repository
from unificx.audio_store.file_format import CorruptAudio
from unificx.audio_store.reader import AudioReader
from unificx.audio_store.schemas import CustomSound
from unificx.audio_store.service import AudioStore, AudioStoreDependencies
from unificx.core.errors import DomainError, Forbidden, NotFound
from unificx.db import ErasedSubject, UnitOfWork
from unificx.identity.events import TenantDeleted
from unificx.media.sounds import Sound
from unificx.prompts import ANY, LANGUAGES, MUSIC, SPEECH_LEVEL, prompt_code, prompt_texts
from unificx.prompts import LEVEL as MUSIC_LEVEL

MAX_SECONDS, MAX_MUSIC_SECONDS = 120.0, 300.0
"""Seconds."""
_NOTICES = frozenset({"voicemail/notice", "voicemail/transcribed", "conference/recorded"})
"""Besides the groups "recording", "captions" and "monitoring": notices that inform callers how their speech is
processed."""
OWN_SOUNDS, MENU_SOUNDS = "own/", "spoken/"
"""Prefixes of the names of sounds that replace no standard one: sounds that a tenant has named, and spoken texts of
menus."""
_OWN_NAME = re.compile(r"[a-z0-9-]{1,48}\Z")
CACHE_BYTES = 32 << 20
"""Size of the sample cache in bytes."""


class CustomSounds:
    """Custom sounds of all tenants. Call `start` first; the index is in memory."""

    def __init__(self, deps: AudioStoreDependencies, audio: AudioStore) -> None:
        self._database = deps.database
        self._clock = deps.clock
        self._audio = audio
        audio.on_erase.append(self._on_audio_erased)
        self.on_removed: list[Callable[[], None]] = []
        """Called once a sound is removed, to delete plain copies of it."""
        # Owner: the database. A copy of this node, changed after each of its commits.
        self._sounds: dict[tuple[str, str, str], CustomSound] = {}
        self._cache: OrderedDict[str, Sound] = OrderedDict()

    async def start(self) -> None:
        async with self._database.read() as session:
            found = await repository.all_sounds(session)
        self._sounds = {_key(one): one for one in found}

    # ---- lookups

    def all(self, tenant_id: str) -> Sequence[CustomSound]:
        """A tenant's custom sounds, by language and name."""
        return [one for key, one in sorted(self._sounds.items()) if key[0] == tenant_id]

    def get(self, tenant_id: str, language: str, name: str) -> CustomSound | None:
        return self._sounds.get((tenant_id, language, name))

    def find(self, tenant_id: str, language: str, name: str) -> CustomSound:
        """Return a custom sound. Raises NotFound."""
        found = self.get(tenant_id, language, name)
        if found is None:
            raise NotFound("No custom sound found.", hint="The standard sound is played.")
        return found

    async def open(self, sound: CustomSound) -> AudioReader:
        """Open a custom sound. Raises NotFound, Expired, CorruptAudio."""
        return await self._audio.open(sound.tenant_id, sound.audio_id)

    async def load(self, tenant_id: str, language: str, name: str) -> Sound | None:
        """The custom sound to play instead of a prompt or of the music; None for the standard sound, also if the custom
        one is unreadable."""
        entry = self.get(tenant_id, language, name)
        if entry is None:
            return None
        sound = self._cache.get(entry.audio_id)
        if sound is not None:
            self._cache.move_to_end(entry.audio_id)
            return sound
        try:
            reader = await self.open(entry)
            sound = Sound(await reader.read(), reader.header.rate)
        except (CorruptAudio, DomainError):
            return None
        if self._sounds.get(_key(entry)) == entry:  # it may have been removed meanwhile
            self._cache_sound(entry.audio_id, sound)
        return sound

    # ---- changing

    async def put(self, key: tuple[str, str, str], sound: Sound, speaker: str | None = None) -> CustomSound:
        """Store and activate a custom sound; `key` is (tenant, language, name), with the language "any" for music.
        `speaker` is the subject whose voice it is. Raises NotFound, Forbidden, ErasedSubject, StorageFull."""
        tenant_id, language, name = key
        if not name.startswith(MENU_SOUNDS):
            check_replaceable(language, name)
        async with self._database.begin() as uow:
            writer = await self._audio.begin(uow, tenant_id, [speaker] if speaker is not None else [])
        try:
            await writer.write(sound.pcm, sound.rate)
            entry = CustomSound(*key, writer.id, round(sound.seconds, 2), self._clock.now())
            async with self._database.begin() as uow:
                if not await self._audio.finish(uow, writer):
                    raise ErasedSubject("the speaker was erased")
                await repository.put(uow.session, entry)
        except BaseException:
            writer.abandon()
            await self._audio.erase(tenant_id, [writer.id])
            raise
        before = self._sounds.get(key)
        if before is not None:
            self._discard([before.audio_id])
        self._sounds[key] = entry
        if before is not None:
            await self._audio.erase(tenant_id, [before.audio_id])
        return entry

    async def drop(self, sound: CustomSound) -> None:
        """Erase a custom sound permanently; the standard one applies again."""
        await self._audio.erase(sound.tenant_id, [sound.audio_id])

    # ---- deletion

    async def on_tenant_deleted(self, event: TenantDeleted, uow: UnitOfWork) -> None:
        """Delete the tenant's rows; keys and files are deleted elsewhere. Outbox handler."""
        await repository.drop_tenant(uow.session, event.tenant)
        audio_ids = [one.audio_id for one in self.all(event.tenant)]
        uow.after_commit.append(lambda: self._discard(audio_ids))

    # ---- inside

    async def _on_audio_erased(self, uow: UnitOfWork, tenant_id: str, audio_ids: Sequence[str]) -> None:
        await repository.drop(uow.session, tenant_id, audio_ids)
        self._discard(audio_ids)

    def _discard(self, audio_ids: Sequence[str]) -> None:
        removed = set(audio_ids)
        if removed.isdisjoint(one.audio_id for one in self._sounds.values()):
            return
        self._sounds = {key: one for key, one in self._sounds.items() if one.audio_id not in removed}
        for audio_id in removed:
            self._cache.pop(audio_id, None)
        for forget in self.on_removed:
            forget()

    def _cache_sound(self, audio_id: str, sound: Sound) -> None:
        self._cache[audio_id] = sound
        size = sum(len(one.pcm) for one in self._cache.values())
        while size > CACHE_BYTES and len(self._cache) > 1:
            size -= len(self._cache.popitem(last=False)[1].pcm)


def check_prompt(language: str, name: str) -> None:
    """Raise NotFound for an unknown prompt of this language."""
    if language == ANY:
        exists = name == MUSIC or (name.startswith(OWN_SOUNDS) and sound_name(name) == name)
    else:
        exists = language in LANGUAGES and name in prompt_texts(language)
    if not exists:
        raise NotFound("Prompt not found.", hint="See /api/v1/sounds/prompts for all prompts.")


def check_replaceable(language: str, name: str) -> None:
    """Raise NotFound for an unknown prompt, Forbidden for one that may not be replaced."""
    check_prompt(language, name)
    if is_notice(name):
        raise Forbidden("This prompt is a recording or privacy notice and cannot be replaced.")


def sound_name(text: str) -> str | None:
    """Return the name of a sound as users write it: a prompt such as "general/goodbye", or the own name of a tenant's
    sound, with or without "own/". None for no such name."""
    if text.startswith(OWN_SOUNDS) or "/" not in text:
        own = text.removeprefix(OWN_SOUNDS)
        return OWN_SOUNDS + own if _OWN_NAME.match(own) else None
    return text if prompt_exists(text) else None


def prompt_exists(name: str) -> bool:
    """Whether there is a standard prompt, which is in all languages."""
    return name in prompt_texts(LANGUAGES[0])


def is_notice(name: str) -> bool:
    return name.startswith(("recording/", "captions/", "monitoring/")) or name in _NOTICES


def prompt_by_code(code: str, language: str) -> str | None:
    """The prompt with this code, or None."""
    return next((name for name in prompt_texts(language) if prompt_code(name) == code), None)


def sound_limits(name: str) -> tuple[float, float]:
    """The maximum duration in seconds and the target loudness in LUFS of a sound."""
    return (MAX_MUSIC_SECONDS, MUSIC_LEVEL) if name == MUSIC else (MAX_SECONDS, SPEECH_LEVEL)


def _key(sound: CustomSound) -> tuple[str, str, str]:
    return sound.tenant_id, sound.language, sound.name
