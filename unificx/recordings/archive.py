"""The use cases of recorded calls: made while people talk, kept, heard, put away, erased, and who listened."""

import asyncio
from collections.abc import Sequence
from datetime import timedelta

import structlog
from sqlalchemy.exc import OperationalError

from unificx.kernel.errors import Away, NotFound, Over, Refused
from unificx.people import Page, behind, page, page_size
from unificx.people.facts import ExtensionDeleted, TenantDeleted
from unificx.recordings import archived, queries
from unificx.recordings.allowing import (
    Allowed,
    ExtensionRecording,
    ExtensionRecordingChange,
    TenantRecording,
    TenantRecordingChange,
    allowed,
    changed_extension,
    changed_tenant,
)
from unificx.recordings.audio import Audio, AudioParts
from unificx.recordings.conversations import (
    Begun,
    Conversation,
    Ended,
    Listen,
    Listener,
    Mark,
    MarkKind,
    NewRecording,
)
from unificx.recordings.facts import ConversationKept, ConversationsChanged
from unificx.recordings.reading import Reader
from unificx.recordings.sealing import Damaged
from unificx.recordings.writing import Writer
from unificx.store import Database, UnitOfWork

log = structlog.get_logger()
ONE_LISTENING = timedelta(minutes=10)
_NUMBER, _UNKNOWN = "number", "unknown"
"""The kind of alias an outside party's number is, and the number of one that gave none."""


class Made:
    """A recording while it is made: a sink for samples. Then `finish` it."""

    def __init__(
        self, archive: "Archive", new: NewRecording, recording_id: str, writer: Writer, subjects: Sequence[str]
    ) -> None:
        self.id = recording_id
        self.subjects = frozenset(subjects)
        """Whose it is: it is erased with any of them."""
        self.new = new
        self.writer = writer
        self._archive = archive
        self._marks = 0

    @property
    def seconds(self) -> float:
        """How long it is so far."""
        return self.writer.seconds

    async def write(self, pcm: bytes, rate: int) -> None:
        """Take samples, those of the parties in turn. Raises NoRoom."""
        await self.writer.write(pcm, rate)

    async def mark(self, kind: MarkKind) -> None:
        """Note that something happened at this place."""
        await self._archive.mark(self, self._marks, kind)
        self._marks += 1

    async def finish(self, ended: Ended) -> None:
        """It is over: keep it, or, if nothing is in it, forget it."""
        await self._archive.finish(self, ended)


class Archive:
    """Recorded calls of all organisations. Call `start` before anything else, once the sounds were mended."""

    def __init__(self, parts: AudioParts, audio: Audio) -> None:
        self.interrupted: dict[str, Begun] = {}
        """Calls that were being recorded when an earlier life ended, and how that had begun."""
        self._database: Database = parts.database
        self._keys = parts.keys
        self._clock = parts.clock
        self._audio = audio
        audio.forgets.append(self._forget)
        self._changes = asyncio.Lock()
        self._cut_off: list[tuple[str, str, str]] = []
        """(tenant, recording, sound) of what an earlier life left and is not kept yet."""
        self._tenants: dict[str, TenantRecording] = {}
        self._extensions: dict[str, ExtensionRecording] = {}

    async def start(self) -> None:
        """Read how calls are recorded, and keep what was being recorded when an earlier life ended."""
        async with self._database.read() as session:
            self._tenants, self._extensions = await archived.all_settings(session)
            unfinished = await archived.unfinished(session)
        for tenant_id, recording_id, audio_id, call_id, begun in unfinished:
            self.interrupted[call_id] = "demand" if begun == "demand" else "automatic"
            self._cut_off.append((tenant_id, recording_id, audio_id))
        await self._keep_cut_off()

    # ---- making one

    def allowed(self, tenant_id: str, called: Sequence[str], calling: str = "") -> Allowed | None:
        """Whether a call of these extensions may be recorded, and on what terms; `calling` is the one who called, if it
        was one. From memory."""
        caller = self.extension(calling) if calling else None
        return allowed(self.tenant(tenant_id), [self.extension(each) for each in called], caller)

    async def begin(self, new: NewRecording) -> Made:
        """Everybody has agreed: the next word may be kept. All of them own it: it is erased with any of them.

        Raises ErasedSubject.
        """
        subjects = [
            party.subject or self._keys.find_or_make(new.tenant_id, _NUMBER, party.who.number or _UNKNOWN)
            for party in new.parties
        ]
        recording_id, channels = self._clock.new_id(), 1 if new.mixed else 2
        async with self._database.begin() as uow:
            writer = await self._audio.begin(uow, new.tenant_id, subjects, channels=channels)
            ids = recording_id, writer.id, self._clock.now()
            archived.add(uow.session, self._keys, new, ids, subjects)
        return Made(self, new, recording_id, writer, subjects)

    async def mark(self, made: Made, number: int, kind: MarkKind) -> None:
        """See `Made.mark`."""
        mark = Mark(kind, round(made.seconds, 2), self._clock.now())
        async with self._database.begin() as uow:
            archived.add_marks(uow.session, made.new.tenant_id, made.id, number, [mark])

    async def finish(self, made: Made, ended: Ended) -> None:
        """See `Made.finish`. Where it cannot be noted (a full disk) it is kept at the next start, as one cut off."""
        seconds = round(made.seconds, 2)
        try:
            async with self._database.begin() as uow:
                await self._audio.finish(uow, made.writer)
            await self._keep(made.new.tenant_id, made.id, made.writer.id, (seconds, ended))
        except OperationalError:
            log.warning("recording_end_not_noted", recording=made.id)

    # ---- what is kept

    async def list(
        self,
        tenant_id: str,
        extensions: Sequence[str] | None,
        *,
        hidden: bool = False,
        cursor: str | None = None,
        limit: int = 50,
    ) -> Page[Conversation]:
        """A page of the recordings some extensions are in, the newest first, or those they have put away; None: all.
        Raises Invalid for a cursor that is none."""
        of, after, most = (tenant_id, extensions), behind(cursor), page_size(limit) + 1
        async with self._database.read() as session:
            found = await archived.page(session, self._keys, *of, hidden=hidden, after=after, limit=most)
        return page(found, limit, lambda one: one.id)

    async def of_call(self, tenant_id: str, call_id: str) -> tuple[Conversation, ...]:
        """The recordings of a call, in order."""
        async with self._database.read() as session:
            return tuple(await archived.of_call(session, self._keys, tenant_id, call_id))

    async def get(self, tenant_id: str, recording_id: str, *, among: frozenset[str] | None = None) -> Conversation:
        """One recording; with `among`, one that these extensions are in. Raises NotFound; Over for an erased one."""
        async with self._database.read() as session:
            found = await archived.one(session, self._keys, tenant_id, recording_id)
        if found is None or found[1] == "recording" or (among is not None and not found[0].of(among)):
            raise NotFound("There is no such recording.")
        if found[1] == "erased":
            raise Over("This recording was erased.")
        return found[0]

    async def listen(self, conversation: Conversation, listener: Listener) -> Reader:
        """What was said; that somebody listened is noted first, once for all the pieces a player asks for. Raises Over,
        ErasedSubject."""
        reader = await self._audio.reader(conversation.tenant_id, conversation.audio_id)
        now = self._clock.now()
        async with self._database.begin() as uow:
            if not await archived.listened_since(uow.session, conversation, listener, now - ONE_LISTENING):
                archived.add_listen(uow.session, self._keys, conversation, (self._clock.new_id(), now), listener)
        return reader

    async def waveform(self, conversation: Conversation) -> tuple[int, ...]:
        """How loud it is from its beginning to its end; nothing for a moment after it ended."""
        made = await self._audio.derived(conversation.tenant_id, [conversation.audio_id])
        return made[conversation.audio_id].waveform if conversation.audio_id in made else ()

    async def listens(self, conversation: Conversation) -> tuple[Listen, ...]:
        """Who listened to it, in order."""
        async with self._database.read() as session:
            found = await archived.listens(session, self._keys, conversation.tenant_id, conversation.id)
        return tuple(found)

    async def hide(self, conversation: Conversation, places: Sequence[int]) -> None:
        """Put it away for some of its parties: it can be brought back for as long as the organisation says, and stays
        with the others."""
        await self._set_hidden(conversation, places, hidden=True)

    async def restore(self, conversation: Conversation, places: Sequence[int]) -> None:
        await self._set_hidden(conversation, places, hidden=False)

    async def erase(self, conversation: Conversation) -> None:
        """For good, and for everybody: its key, the sound, who took part, who listened."""
        await self._audio.erase(conversation.tenant_id, [conversation.audio_id])

    # ---- how calls are recorded

    def tenant(self, tenant_id: str) -> TenantRecording:
        return self._tenants.get(tenant_id, TenantRecording())

    def extension(self, extension_id: str) -> ExtensionRecording:
        return self._extensions.get(extension_id, ExtensionRecording())

    async def change_tenant(self, tenant_id: str, change: TenantRecordingChange) -> TenantRecording:
        """Raises Invalid."""
        async with self._changes:
            settings = changed_tenant(self.tenant(tenant_id), change)
            async with self._database.begin() as uow:
                await archived.put_tenant(uow.session, tenant_id, settings)
            self._tenants[tenant_id] = settings
        return settings

    async def change_extension(
        self, tenant_id: str, extension_id: str, change: ExtensionRecordingChange
    ) -> ExtensionRecording:
        async with self._changes:
            settings = changed_extension(self.extension(extension_id), change)
            async with self._database.begin() as uow:
                await archived.put_extension(uow.session, tenant_id, extension_id, settings)
            self._extensions[extension_id] = settings
        return settings

    # ---- what has to go

    async def tidy(self) -> None:
        """Erase what everybody put away for longer than it can be brought back, and keep what could not be read at the
        start; to be called now and then."""
        await self._keep_cut_off()
        async with self._database.read() as session:
            tenants = await archived.tenants(session)
        for tenant_id in tenants:
            until = self._clock.now() - timedelta(days=self.tenant(tenant_id).restorable_days)
            async with self._database.read() as session:
                old = await archived.put_away_before(session, tenant_id, until)
            if old:
                await self._audio.erase(tenant_id, old)

    async def erase_listener(self, tenant_id: str, subject: str) -> None:
        """That an erased subject listened goes; what he said, `Audio` erases. May be repeated."""
        async with self._database.begin() as uow:
            await archived.drop_listens_of(uow.session, tenant_id, subject)

    async def forget_extension(self, fact: ExtensionDeleted, uow: UnitOfWork) -> None:
        """What was said stays its parties'; how it was recorded goes. For the outbox."""
        await archived.drop_extension(uow.session, fact.tenant, fact.extension_id)
        uow.afterwards.append(lambda: self._extensions.pop(fact.extension_id, None))

    async def forget_tenant(self, fact: TenantDeleted, uow: UnitOfWork) -> None:
        """Its keys go by themselves: for the outbox."""
        await self._audio.remove_files(await queries.audio_of_tenant(uow.session, fact.tenant))
        await archived.drop_tenant(uow.session, fact.tenant)
        uow.afterwards.append(lambda: self._tenants.pop(fact.tenant, None))

    # ---- inside

    async def _keep(self, tenant_id: str, recording_id: str, audio_id: str, how: tuple[float, Ended]) -> None:
        seconds, ended = how
        if not seconds:
            await self._audio.erase(tenant_id, [audio_id])
            return
        async with self._database.begin() as uow:
            if await archived.keep(uow.session, tenant_id, recording_id, seconds, ended):
                uow.publish(ConversationKept(self._clock.new_id(), tenant_id, recording_id))

    async def _keep_cut_off(self) -> None:
        """One that cannot be read holds up no other: it stays as it is, for somebody to look at."""
        left, self._cut_off = self._cut_off, []
        for tenant_id, recording_id, audio_id in left:
            try:
                seconds = (await self._audio.reader(tenant_id, audio_id)).seconds
            except (NotFound, Over):
                seconds = 0.0
            except Away:
                self._cut_off.append((tenant_id, recording_id, audio_id))
                continue
            except (Damaged, Refused) as fault:
                log.error("recording_cannot_be_read", recording=recording_id, fault=type(fault).__name__)
                continue
            await self._keep(tenant_id, recording_id, audio_id, (seconds, "cut_off"))

    async def _set_hidden(self, conversation: Conversation, places: Sequence[int], *, hidden: bool) -> None:
        tenant_id, moment = conversation.tenant_id, self._clock.now() if hidden else None
        async with self._database.begin() as uow:
            await archived.set_hidden(uow.session, tenant_id, conversation.id, places, moment)
            uow.publish(ConversationsChanged(self._clock.new_id(), tenant_id))

    async def _forget(self, uow: UnitOfWork, tenant_id: str, audio_ids: Sequence[str]) -> None:
        if await archived.erase(uow.session, tenant_id, audio_ids):
            uow.publish(ConversationsChanged(self._clock.new_id(), tenant_id))
