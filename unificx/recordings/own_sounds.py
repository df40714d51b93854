"""An organisation's own sounds: music on hold, and prompts said by a voice of its own.

They are sealed like everything that was said. One that somebody spoke is his: it goes with him, and the standard one is
heard again. Music, and what a studio made, is nobody's; it has a key of its own alone.
"""

from collections import OrderedDict
from collections.abc import Sequence

from unificx.kernel.errors import Forbidden, NotFound, Refused
from unificx.media.sounds import Sound
from unificx.people.facts import TenantDeleted
from unificx.prompts import ANY, LANGUAGES, MUSIC, MUSIC_LEVEL, SPEECH, code_of, texts
from unificx.recordings import own_queries as queries
from unificx.recordings.audio import Audio, AudioParts, Reader
from unificx.recordings.contracts import OwnSound
from unificx.recordings.sealing import Damaged
from unificx.store import ErasedSubject, UnitOfWork

LONGEST, LONGEST_MUSIC = 120.0, 300.0
"""Seconds."""
_NOTICES = frozenset({"voicemail/notice", "voicemail/transcribed", "conference/recorded"})
"""Besides all of the group "recording": by these people learn what becomes of what they say."""
MEMORY = 32 << 20
"""Bytes of samples kept at hand."""


class OwnSounds:
    """Of all organisations. Call `start` before anything else; which there are is in memory."""

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
            found = await queries.all_sounds(session)
        self._there = {_key(one): one for one in found}

    # ---- looking

    def all(self, tenant_id: str) -> Sequence[OwnSound]:
        """What an organisation has of its own, by language and name."""
        return [one for key, one in sorted(self._there.items()) if key[0] == tenant_id]

    def get(self, tenant_id: str, language: str, name: str) -> OwnSound | None:
        return self._there.get((tenant_id, language, name))

    def find(self, tenant_id: str, language: str, name: str) -> OwnSound:
        """Raises NotFound."""
        found = self.get(tenant_id, language, name)
        if found is None:
            raise NotFound("There is no such sound of your own.", hint="The standard one is heard.")
        return found

    async def reader(self, sound: OwnSound) -> Reader:
        """Raises NotFound, Over, Damaged."""
        return await self._audio.reader(sound.tenant_id, sound.audio_id)

    async def to_play(self, tenant_id: str, language: str, name: str) -> Sound | None:
        """What is heard instead of a prompt or of the music; None for the standard one, and for what cannot be read."""
        known = self.get(tenant_id, language, name)
        if known is None:
            return None
        sound = self._at_hand.get(known.audio_id)
        if sound is not None:
            self._at_hand.move_to_end(known.audio_id)
            return sound
        try:
            reader = await self.reader(known)
            sound = Sound(await reader.read(), reader.header.rate)
        except (Damaged, Refused):
            return None
        if self._there.get(_key(known)) == known:  # else it was taken away meanwhile
            self._keep_at_hand(known.audio_id, sound)
        return sound

    # ---- changing

    async def put(self, of: tuple[str, str, str], sound: Sound, speaker: str | None = None) -> OwnSound:
        """Use a sound from now on; `of` is the organisation, the language ("any" for music) and the name. `speaker` is
        the subject whose voice it is. Raises NotFound, Forbidden, ErasedSubject, NoRoom."""
        tenant_id, language, name = of
        check_replaceable(language, name)
        async with self._database.begin() as uow:
            writer = await self._audio.begin(uow, tenant_id, [speaker] if speaker is not None else [])
        try:
            await writer.write(sound.pcm, sound.rate)
            made = OwnSound(*of, writer.id, round(sound.seconds, 2), self._clock.now())
            async with self._database.begin() as uow:
                if not await self._audio.finish(uow, writer):
                    raise ErasedSubject("whoever spoke was erased")
                await queries.put(uow.session, made)
        except BaseException:
            writer.abandon()
            await self._audio.erase(tenant_id, [writer.id])
            raise
        before, self._there[of] = self._there.get(of), made
        if before is not None:
            await self._audio.erase(tenant_id, [before.audio_id])
        return made

    async def drop(self, sound: OwnSound) -> None:
        """For good: from now on the standard one is heard."""
        await self._audio.erase(sound.tenant_id, [sound.audio_id])

    # ---- what has to go

    async def forget_tenant(self, fact: TenantDeleted, uow: UnitOfWork) -> None:
        """Its keys and files go by themselves: for the outbox."""
        await queries.drop_tenant(uow.session, fact.tenant)
        audio_ids = [one.audio_id for one in self.all(fact.tenant)]
        uow.afterwards.append(lambda: self._let_go(audio_ids))

    # ---- inside

    async def _forget(self, uow: UnitOfWork, tenant_id: str, audio_ids: Sequence[str]) -> None:
        await queries.drop(uow.session, tenant_id, audio_ids)
        self._let_go(audio_ids)

    def _let_go(self, audio_ids: Sequence[str]) -> None:
        gone = set(audio_ids)
        self._there = {key: one for key, one in self._there.items() if one.audio_id not in gone}
        for audio_id in gone:
            self._at_hand.pop(audio_id, None)

    def _keep_at_hand(self, audio_id: str, sound: Sound) -> None:
        self._at_hand[audio_id] = sound
        size = sum(len(one.pcm) for one in self._at_hand.values())
        while size > self._memory and len(self._at_hand) > 1:
            size -= len(self._at_hand.popitem(last=False)[1].pcm)


def check_prompt(language: str, name: str) -> None:
    """Raise NotFound for what nobody says in this language."""
    known = name == MUSIC if language == ANY else language in LANGUAGES and name in texts(language)
    if not known:
        raise NotFound("There is no such prompt.", hint="Look at /api/v1/sounds/prompts.")


def check_replaceable(language: str, name: str) -> None:
    """Raise NotFound, and Forbidden for what has to stay as it is."""
    check_prompt(language, name)
    if is_notice(name):
        raise Forbidden("This tells people what becomes of what they say, and stays as it is.")


def is_notice(name: str) -> bool:
    return name.startswith("recording/") or name in _NOTICES


def named_by(code: str, language: str) -> str | None:
    """The prompt that a code names; None for a code of nothing."""
    return next((name for name in texts(language) if code_of(name) == code), None)


def limits(name: str) -> tuple[float, float]:
    """How long a sound may be, in seconds, and how loud it is made, in LUFS."""
    return (LONGEST_MUSIC, MUSIC_LEVEL) if name == MUSIC else (LONGEST, SPEECH)


def _key(sound: OwnSound) -> tuple[str, str, str]:
    return sound.tenant_id, sound.language, sound.name
