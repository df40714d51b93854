"""Call recordings: create, store, list, play back with an access log, archive and erase."""

import asyncio
from collections.abc import Sequence
from datetime import timedelta

import structlog
from sqlalchemy.exc import OperationalError

from unificx.audio_store import Audio, AudioParts, Damaged, Reader, Writer, audio_ids_of_tenant
from unificx.core.errors import DomainError, Expired, NotFound, ServiceUnavailable
from unificx.db import Database, UnitOfWork
from unificx.identity import Page, make_page, page_size, parse_cursor
from unificx.identity.events import ExtensionDeleted, TenantDeleted
from unificx.recording import call_recording_repository
from unificx.recording.events import ConversationKept, ConversationsChanged
from unificx.recording.policy import (
    Allowed,
    ExtensionRecording,
    ExtensionRecordingChange,
    TenantRecording,
    TenantRecordingChange,
    allowed,
    changed_extension,
    changed_tenant,
)
from unificx.recording.schemas import Begun, Conversation, Ended, Listen, Listener, Mark, MarkKind, NewRecording

log = structlog.get_logger()
ONE_LISTENING = timedelta(minutes=10)
_NUMBER, _UNKNOWN = "number", "unknown"
"""The alias kind of an external party's number, and the value used without a number."""


class Made:
    """A call recording in progress: an audio sink. Call `finish` at the end."""

    def __init__(
        self, archive: "Archive", new: NewRecording, recording_id: str, writer: Writer, subjects: Sequence[str]
    ) -> None:
        self.id = recording_id
        self.subjects = frozenset(subjects)
        """The owning subjects. The recording is erased with any of them."""
        self.new = new
        self.writer = writer
        self._archive = archive
        self._marks = 0

    @property
    def seconds(self) -> float:
        """Seconds recorded so far."""
        return self.writer.seconds

    async def write(self, pcm: bytes, rate: int) -> None:
        """Write samples; with two channels, interleaved. Raises StorageFull."""
        await self.writer.write(pcm, rate)

    async def mark(self, kind: MarkKind) -> None:
        """Store a mark at the current position."""
        await self._archive.mark(self, self._marks, kind)
        self._marks += 1

    async def finish(self, ended: Ended) -> None:
        """Finish the recording: store it, or delete it if it is empty."""
        await self._archive.finish(self, ended)


class Archive:
    """Call recordings of all tenants. Call `start` first, after the audio files have been repaired."""

    def __init__(self, parts: AudioParts, audio: Audio) -> None:
        self.interrupted: dict[str, Begun] = {}
        """Calls whose recording was cut off by a restart, and how it had been started."""
        self._database: Database = parts.database
        self._keys = parts.keys
        self._clock = parts.clock
        self._audio = audio
        audio.forgets.append(self._forget)
        self._changes = asyncio.Lock()
        self._cut_off: list[tuple[str, str, str]] = []
        """(tenant, recording, audio) of recordings cut off by a restart and not stored yet."""
        self._tenants: dict[str, TenantRecording] = {}
        self._extensions: dict[str, ExtensionRecording] = {}

    async def start(self) -> None:
        """Load the recording policies and store what was being recorded before the restart."""
        async with self._database.read() as session:
            self._tenants, self._extensions = await call_recording_repository.all_settings(session)
            unfinished = await call_recording_repository.unfinished(session)
        for tenant_id, recording_id, audio_id, call_id, begun in unfinished:
            self.interrupted[call_id] = "demand" if begun == "demand" else "automatic"
            self._cut_off.append((tenant_id, recording_id, audio_id))
        await self._keep_cut_off()

    # ---- recording

    def allowed(self, tenant_id: str, called: Sequence[str], calling: str = "") -> Allowed | None:
        """Return the terms on which a call of these extensions may be recorded, or None; `caller_extension` is the
        calling extension, if the caller is one. Answered from memory."""
        caller = self.extension(calling) if calling else None
        return allowed(self.tenant(tenant_id), [self.extension(each) for each in called], caller)

    async def begin(self, new: NewRecording) -> Made:
        """Start a recording after all parties have consented. All of them own it: it is erased with any of them.

        Raises ErasedSubject.
        """
        subjects = [
            party.subject or self._keys.find_or_create(new.tenant_id, _NUMBER, party.who.number or _UNKNOWN)
            for party in new.parties
        ]
        recording_id, channels = self._clock.new_id(), 1 if new.mixed else 2
        async with self._database.begin() as uow:
            writer = await self._audio.begin(uow, new.tenant_id, subjects, channels=channels)
            ids = recording_id, writer.id, self._clock.now()
            call_recording_repository.add(uow.session, self._keys, new, ids, subjects)
        return Made(self, new, recording_id, writer, subjects)

    async def mark(self, made: Made, number: int, kind: MarkKind) -> None:
        """See `CallRecordingWriter.mark`."""
        mark = Mark(kind, round(made.seconds, 2), self._clock.now())
        async with self._database.begin() as uow:
            call_recording_repository.add_marks(uow.session, made.new.tenant_id, made.id, number, [mark])

    async def finish(self, made: Made, ended: Ended) -> None:
        """See `CallRecordingWriter.finish`. If the end cannot be stored (disk full), the next start stores the
        recording as cut off."""
        seconds = round(made.seconds, 2)
        try:
            async with self._database.begin() as uow:
                await self._audio.finish(uow, made.writer)
            await self._keep(made.new.tenant_id, made.id, made.writer.id, (seconds, ended))
        except OperationalError:
            log.warning("recording_end_not_noted", recording=made.id)

    # ---- stored recordings

    async def list(
        self,
        tenant_id: str,
        extensions: Sequence[str] | None,
        *,
        hidden: bool = False,
        cursor: str | None = None,
        limit: int = 50,
    ) -> Page[Conversation]:
        """A page of the recordings in which these extensions took part (None: all), newest first; with `hidden`, those
        they archived. Raises Invalid for an invalid cursor."""
        scope, after, page_limit = (tenant_id, extensions), parse_cursor(cursor), page_size(limit) + 1
        async with self._database.read() as session:
            found = await call_recording_repository.page(
                session, self._keys, *scope, hidden=hidden, after=after, limit=page_limit
            )
        return make_page(found, limit, lambda one: one.id)

    async def of_call(self, tenant_id: str, call_id: str) -> tuple[Conversation, ...]:
        """The recordings of a call, oldest first."""
        async with self._database.read() as session:
            return tuple(await call_recording_repository.of_call(session, self._keys, tenant_id, call_id))

    async def get(self, tenant_id: str, recording_id: str, *, among: frozenset[str] | None = None) -> Conversation:
        """Return one recording; with `among`, only if one of these extensions took part. Raises NotFound; Expired if it
        was erased."""
        async with self._database.read() as session:
            found = await call_recording_repository.one(session, self._keys, tenant_id, recording_id)
        if found is None or found[1] == "recording" or (among is not None and not found[0].of(among)):
            raise NotFound("Recording not found.")
        if found[1] == "erased":
            raise Expired("This recording was erased.")
        return found[0]

    async def listen(self, conversation: Conversation, listener: Listener) -> Reader:
        """Open a recording for playback. The access is logged first, once for all range requests of a player. Raises
        Expired, ErasedSubject."""
        reader = await self._audio.reader(conversation.tenant_id, conversation.audio_id)
        now = self._clock.now()
        async with self._database.begin() as uow:
            if not await call_recording_repository.listened_since(
                uow.session, conversation, listener, now - ONE_LISTENING
            ):
                call_recording_repository.add_listen(
                    uow.session, self._keys, conversation, (self._clock.new_id(), now), listener
                )
        return reader

    async def waveform(self, conversation: Conversation) -> tuple[int, ...]:
        """The waveform; empty until it has been computed shortly after the end."""
        derived = await self._audio.derived(conversation.tenant_id, [conversation.audio_id])
        return derived[conversation.audio_id].waveform if conversation.audio_id in derived else ()

    async def listens(self, conversation: Conversation) -> tuple[Listen, ...]:
        """The playback log, oldest first."""
        async with self._database.read() as session:
            found = await call_recording_repository.listens(
                session, self._keys, conversation.tenant_id, conversation.id
            )
        return tuple(found)

    async def hide(self, conversation: Conversation, places: Sequence[int]) -> None:
        """Archive it for some of its parties. They can restore it during the tenant's retention period; the other
        parties still see it."""
        await self._set_hidden(conversation, places, hidden=True)

    async def restore(self, conversation: Conversation, places: Sequence[int]) -> None:
        await self._set_hidden(conversation, places, hidden=False)

    async def erase(self, conversation: Conversation) -> None:
        """Erase it permanently for all parties: key, audio, parties and playback log."""
        await self._audio.erase(conversation.tenant_id, [conversation.audio_id])

    # ---- policies

    def tenant(self, tenant_id: str) -> TenantRecording:
        return self._tenants.get(tenant_id, TenantRecording())

    def extension(self, extension_id: str) -> ExtensionRecording:
        return self._extensions.get(extension_id, ExtensionRecording())

    async def change_tenant(self, tenant_id: str, change: TenantRecordingChange) -> TenantRecording:
        """Update a tenant's policy. Raises Invalid."""
        async with self._changes:
            settings = changed_tenant(self.tenant(tenant_id), change)
            async with self._database.begin() as uow:
                await call_recording_repository.put_tenant(uow.session, tenant_id, settings)
            self._tenants[tenant_id] = settings
        return settings

    async def change_extension(
        self, tenant_id: str, extension_id: str, change: ExtensionRecordingChange
    ) -> ExtensionRecording:
        async with self._changes:
            settings = changed_extension(self.extension(extension_id), change)
            async with self._database.begin() as uow:
                await call_recording_repository.put_extension(uow.session, tenant_id, extension_id, settings)
            self._extensions[extension_id] = settings
        return settings

    # ---- deletion

    async def tidy(self) -> None:
        """Erase recordings that all parties archived longer ago than the retention period, and retry storing those that
        could not be read at start. Called periodically."""
        await self._keep_cut_off()
        async with self._database.read() as session:
            tenants = await call_recording_repository.tenants(session)
        for tenant_id in tenants:
            cutoff = self._clock.now() - timedelta(days=self.tenant(tenant_id).restorable_days)
            async with self._database.read() as session:
                expired = await call_recording_repository.put_away_before(session, tenant_id, cutoff)
            if expired:
                await self._audio.erase(tenant_id, expired)

    async def erase_listener(self, tenant_id: str, subject: str) -> None:
        """Remove an erased subject from playback logs; `AudioStore` erases their recordings. Idempotent."""
        async with self._database.begin() as uow:
            await call_recording_repository.drop_listens_of(uow.session, tenant_id, subject)

    async def forget_extension(self, fact: ExtensionDeleted, uow: UnitOfWork) -> None:
        """Delete the extension's policy; the recordings stay with their parties. Outbox handler."""
        await call_recording_repository.drop_extension(uow.session, fact.tenant, fact.extension_id)
        uow.afterwards.append(lambda: self._extensions.pop(fact.extension_id, None))

    async def forget_tenant(self, fact: TenantDeleted, uow: UnitOfWork) -> None:
        """Delete the tenant's files and rows; its keys are deleted elsewhere. Outbox handler."""
        await self._audio.remove_files(await audio_ids_of_tenant(uow.session, fact.tenant))
        await call_recording_repository.drop_tenant(uow.session, fact.tenant)
        uow.afterwards.append(lambda: self._tenants.pop(fact.tenant, None))

    # ---- inside

    async def _keep(self, tenant_id: str, recording_id: str, audio_id: str, result: tuple[float, Ended]) -> None:
        seconds, ended = result
        if not seconds:
            await self._audio.erase(tenant_id, [audio_id])
            return
        async with self._database.begin() as uow:
            if await call_recording_repository.keep(uow.session, tenant_id, recording_id, seconds, ended):
                uow.publish(ConversationKept(self._clock.new_id(), tenant_id, recording_id))

    async def _keep_cut_off(self) -> None:
        """Store recordings that were cut off. An unreadable one does not block the others; it is left for
        inspection."""
        unfinished, self._cut_off = self._cut_off, []
        for tenant_id, recording_id, audio_id in unfinished:
            try:
                seconds = (await self._audio.reader(tenant_id, audio_id)).seconds
            except (NotFound, Expired):
                seconds = 0.0
            except ServiceUnavailable:
                self._cut_off.append((tenant_id, recording_id, audio_id))
                continue
            except (Damaged, DomainError) as fault:
                log.error("recording_cannot_be_read", recording=recording_id, fault=type(fault).__name__)
                continue
            await self._keep(tenant_id, recording_id, audio_id, (seconds, "cut_off"))

    async def _set_hidden(self, conversation: Conversation, places: Sequence[int], *, hidden: bool) -> None:
        tenant_id, moment = conversation.tenant_id, self._clock.now() if hidden else None
        async with self._database.begin() as uow:
            await call_recording_repository.set_hidden(uow.session, tenant_id, conversation.id, places, moment)
            uow.publish(ConversationsChanged(self._clock.new_id(), tenant_id))

    async def _forget(self, uow: UnitOfWork, tenant_id: str, audio_ids: Sequence[str]) -> None:
        if await call_recording_repository.erase(uow.session, tenant_id, audio_ids):
            uow.publish(ConversationsChanged(self._clock.new_id(), tenant_id))
