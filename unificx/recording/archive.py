"""Call recordings: create, store, list, play back with an access log, archive and erase."""

import contextlib
from collections.abc import Sequence
from datetime import timedelta
from functools import partial

import structlog
from sqlalchemy.exc import SQLAlchemyError

from unificx.audio_store import (
    AudioReader,
    AudioStore,
    AudioStoreDependencies,
    AudioWriter,
    SealedFileReader,
    audio_ids_of_tenant,
    due_eraser,
)
from unificx.core.errors import Expired, NotFound, ServiceUnavailable, StorageFull
from unificx.core.faults import describe_fault
from unificx.db import (
    Database,
    Page,
    PageByTime,
    PendingWork,
    UnitOfWork,
    is_id_cursor,
    lock_scope,
)
from unificx.identity.events import ExtensionDeleted, TenantDeleted
from unificx.privacy import Expiry, OutsideNumbers, Period
from unificx.recording import call_recording_repository
from unificx.recording.events import CallRecordingsChanged, CallRecordingStored
from unificx.recording.monitoring_repository import MonitoringLog
from unificx.recording.policy import (
    ExtensionRecordingPolicy,
    ExtensionRecordingPolicyChange,
    RecordingDecision,
    TenantRecordingPolicy,
    TenantRecordingPolicyChange,
    allows_monitoring,
    decide,
    updated_extension_policy,
    updated_tenant_policy,
)
from unificx.recording.recorded_video import RecordedVideo
from unificx.recording.schemas import (
    CallRecording,
    Listener,
    Mark,
    MarkKind,
    NewCallRecording,
    PlaybackEntry,
    RecordingEndReason,
    StartMode,
)

log = structlog.get_logger()
PLAYBACK_LOG_INTERVAL = timedelta(minutes=10)
_DEFAULT_POLICY, _DEFAULT_EXTENSION_POLICY = TenantRecordingPolicy(), ExtensionRecordingPolicy()


class CallRecordingWriter:
    """A call recording in progress: an audio sink. Call `finish` at the end."""

    def __init__(
        self,
        archive: "RecordingArchive",
        new: NewCallRecording,
        recording_id: str,
        writer: AudioWriter,
        subjects: Sequence[str],
    ) -> None:
        self.id = recording_id
        self.subjects = frozenset(subjects)
        """The owning subjects. The recording is erased with any of them."""
        self.new = new
        self.writer = writer
        self.video = RecordedVideo(writer.video, archive.clock) if writer.video is not None else None
        self._archive = archive
        self._marks = 0

    @property
    def seconds(self) -> float:
        """Seconds recorded so far."""
        return self.writer.seconds

    async def write(self, pcm: bytes, rate: int) -> None:
        """Write samples; with two channels, interleaved. Raises StorageFull."""
        await self.writer.write(pcm, rate)
        if self.video is not None:
            await self.video.add_sound(pcm, rate)

    async def mark(self, kind: MarkKind) -> None:
        """Store a mark at the current position."""
        await self._archive.mark(self, self._marks, kind)
        self._marks += 1

    async def finish(self, ended: RecordingEndReason) -> None:
        """Finish the recording: store it, or delete it if it is empty."""
        if self.video is not None:
            with contextlib.suppress(StorageFull):
                await self.video.finish()
        await self._archive.finish(self, ended)


class RecordingArchive:
    """Call recordings of all tenants. Call `start` first, after the audio files have been repaired."""

    def __init__(self, deps: AudioStoreDependencies, audio: AudioStore, outside_numbers: OutsideNumbers) -> None:
        # Owner: the database. A copy of this node, changed after each of its commits.
        self.interrupted: dict[str, StartMode] = {}
        """Calls whose recording was cut off by a restart, and how it had been started."""
        self.monitoring_log = MonitoringLog(deps.database, deps.keys, deps.clock)
        self._database: Database = deps.database
        self._keys = deps.keys
        self._outside_numbers = outside_numbers
        self.clock = deps.clock
        self._audio = audio
        audio.on_erase.append(self._on_audio_erased)
        audio.on_hide.append(self._on_audio_hidden)
        audio.held.append(call_recording_repository.held_audio)
        self.unended = PendingWork("recording_end_not_noted")
        """Ends of recordings that could not be stored, such as while the database was away."""
        self._tenants: dict[str, TenantRecordingPolicy] = {}
        self._extensions: dict[str, ExtensionRecordingPolicy] = {}

    async def start(self) -> None:
        """Load the recording policies and store what was being recorded before the restart."""
        async with self._database.read() as session:
            self._tenants, self._extensions = await call_recording_repository.all_settings(session)
            unfinished = await call_recording_repository.unfinished(session)
        for tenant_id, recording_id, audio_id, call_id, begun in unfinished:
            self.interrupted[call_id] = "demand" if begun == "demand" else "automatic"
            self.unended.add(partial(self._store_cut_off, tenant_id, recording_id, audio_id))
        await self.unended.repeat()

    # ---- recording

    def decide(self, tenant_id: str, callees: Sequence[str], caller_extension: str = "") -> RecordingDecision | None:
        """Return the terms on which a call of these extensions may be recorded, or None; `caller_extension` is the
        calling extension, if the caller is one. Answered from memory."""
        caller = self.extension(caller_extension) if caller_extension else None
        return decide(self.tenant(tenant_id), [self.extension(each) for each in callees], caller)

    def allows_monitoring(self, tenant_id: str, extensions: Sequence[str]) -> bool:
        """Return whether a call of these extensions may be listened to. Answered from memory."""
        return allows_monitoring(self.tenant(tenant_id), [self.extension(each) for each in extensions])

    async def begin(self, new: NewCallRecording) -> CallRecordingWriter:
        """Start a recording after all parties have consented. All of them own it: it is erased with any of them.

        Raises ErasedSubject.
        """
        subjects = [
            party.subject or self._outside_numbers.subject(new.tenant_id, party.identity.number)
            for party in new.parties
        ]
        recording_id, channels = self.clock.new_id(), 1 if new.mixed else 2
        async with self._database.begin() as uow:
            writer = await self._audio.begin(uow, new.tenant_id, subjects, channels=channels, video=new.video)
            ids = recording_id, writer.id, self.clock.now()
            call_recording_repository.add(uow.session, self._keys, new, ids, subjects)
        return CallRecordingWriter(self, new, recording_id, writer, subjects)

    async def mark(self, writer: CallRecordingWriter, number: int, kind: MarkKind) -> None:
        """See `CallRecordingWriter.mark`."""
        mark = Mark(kind, round(writer.seconds, 2), self.clock.now())
        async with self._database.begin() as uow:
            call_recording_repository.add_marks(uow.session, writer.new.tenant_id, writer.id, number, [mark])

    async def finish(self, writer: CallRecordingWriter, ended: RecordingEndReason) -> None:
        """See `CallRecordingWriter.finish`. If the end cannot be stored now, it is later."""
        try:
            await self.unended.attempt(partial(self._finish, writer, ended))
        except Exception as fault:  # any error, such as an unreachable database, or a key store in use
            log.warning("recording_end_not_noted", recording=writer.id, **describe_fault(fault))

    # ---- stored recordings

    async def list(
        self,
        tenant_id: str,
        extensions: Sequence[str] | None,
        *,
        hidden: bool = False,
        cursor: str | None = None,
        limit: int = 50,
    ) -> Page[CallRecording]:
        """A page of the recordings in which these extensions took part (None: all), newest first; with `hidden`, those
        they archived. Raises Invalid for an invalid cursor."""
        async with self._database.read() as session:
            if cursor is not None and is_id_cursor(cursor):
                cursor = await call_recording_repository.time_cursor_of(session, tenant_id, cursor)
            request = PageByTime.parse(cursor, limit)
            found = await call_recording_repository.page(
                session, self._keys, tenant_id, extensions, request, hidden=hidden
            )
        return request.of_rows(found, lambda one: (one.created, one.id))

    async def of_call(self, tenant_id: str, call_id: str) -> tuple[CallRecording, ...]:
        """The recordings of a call, oldest first."""
        async with self._database.read() as session:
            return tuple(await call_recording_repository.of_call(session, self._keys, tenant_id, call_id))

    async def get(self, tenant_id: str, recording_id: str, *, among: frozenset[str] | None = None) -> CallRecording:
        """Return one recording; with `among`, only if one of these extensions took part. Raises NotFound; Expired if it
        was erased."""
        async with self._database.read() as session:
            found = await call_recording_repository.get(session, self._keys, tenant_id, recording_id)
        if found is None or found[1] == "recording" or (among is not None and not found[0].parties_among(among)):
            raise NotFound("Recording not found.")
        if found[1] == "erased":
            raise Expired("This recording was erased.")
        return found[0]

    async def open_for_listener(self, recording: CallRecording, listener: Listener) -> AudioReader:
        """Open a recording for playback. The access is logged first, once for all range requests of a player. Raises
        Expired, ErasedSubject."""
        reader = await self._audio.open(recording.tenant_id, recording.audio_id)
        await self._log_playback(recording, listener)
        return reader

    async def open_video_for_listener(self, recording: CallRecording, listener: Listener) -> SealedFileReader:
        """Open the video of a recording, like `open_for_listener`. Raises NotFound if it has none."""
        reader = await self._audio.open_video(recording.tenant_id, recording.audio_id)
        await self._log_playback(recording, listener)
        return reader

    async def _log_playback(self, recording: CallRecording, listener: Listener) -> None:
        now = self.clock.now()
        async with self._database.begin() as uow:
            if not await call_recording_repository.played_since(
                uow.session, recording, listener, now - PLAYBACK_LOG_INTERVAL
            ):
                call_recording_repository.add_playback(
                    uow.session, self._keys, recording, (self.clock.new_id(), now), listener
                )

    async def waveform(self, recording: CallRecording) -> tuple[int, ...]:
        """The waveform; empty until it has been computed shortly after the end."""
        derived = await self._audio.derived(recording.tenant_id, [recording.audio_id])
        return derived[recording.audio_id].waveform if recording.audio_id in derived else ()

    async def playback_log(self, recording: CallRecording) -> tuple[PlaybackEntry, ...]:
        """The playback log, oldest first."""
        async with self._database.read() as session:
            found = await call_recording_repository.playback_log(session, self._keys, recording.tenant_id, recording.id)
        return tuple(found)

    async def archive(self, recording: CallRecording, places: Sequence[int]) -> None:
        """Archive it for some of its parties. They can restore it during the tenant's retention period; the other
        parties still see it."""
        await self._set_archived(recording, places, hidden=True)

    async def restore(self, recording: CallRecording, places: Sequence[int]) -> None:
        """Restore it for some of its parties. Raises Expired if it was erased meanwhile."""
        await self._set_archived(recording, places, hidden=False)
        await self.get(recording.tenant_id, recording.id)

    async def erase(self, recording: CallRecording) -> None:
        """Erase it permanently for all parties: key, audio, parties and playback log. Under a hold, it is archived for
        all of them."""
        await self._audio.erase(recording.tenant_id, [recording.audio_id])

    # ---- policies

    def tenant(self, tenant_id: str) -> TenantRecordingPolicy:
        return self._tenants.get(tenant_id, _DEFAULT_POLICY)

    def extension(self, extension_id: str) -> ExtensionRecordingPolicy:
        return self._extensions.get(extension_id, _DEFAULT_EXTENSION_POLICY)

    async def change_tenant(self, tenant_id: str, change: TenantRecordingPolicyChange) -> TenantRecordingPolicy:
        """Update a tenant's policy. Raises Invalid."""
        async with self._database.begin() as uow:
            await lock_scope(uow.session, "recording policy", tenant_id)
            before = await call_recording_repository.tenant_policy(uow.session, tenant_id)
            settings = updated_tenant_policy(before, change)
            await call_recording_repository.put_tenant(uow.session, tenant_id, settings)
            uow.after_commit.append(lambda: self._tenants.update({tenant_id: settings}))
        return settings

    async def change_extension(
        self, tenant_id: str, extension_id: str, change: ExtensionRecordingPolicyChange
    ) -> ExtensionRecordingPolicy:
        async with self._database.begin() as uow:
            await lock_scope(uow.session, "recording policy", tenant_id)
            before = await call_recording_repository.extension_policy(uow.session, tenant_id, extension_id)
            settings = updated_extension_policy(before, change)
            await call_recording_repository.put_extension(uow.session, tenant_id, extension_id, settings)
            uow.after_commit.append(lambda: self._extensions.update({extension_id: settings}))
        return settings

    # ---- deletion

    @property
    def expiries(self) -> tuple[Expiry, ...]:
        """Recordings that all parties archived; they can be restored for as long as the tenant has set."""
        rows, period = call_recording_repository.archived, self._restorable
        erase = due_eraser(self._audio, self.clock, rows, period)
        return (
            Expiry("recording", "archived recordings", rows, erase, period),
            Expiry("history", "entries of the monitoring log", self.monitoring_log.rows, self.monitoring_log.drop),
        )

    def _restorable(self, tenant_id: str) -> Period:
        return Period(days=self.tenant(tenant_id).restorable_days)

    async def erase_listener(self, tenant_id: str, subject: str) -> None:
        """Remove an erased subject from logs and recorded parties; `AudioStore` erases their recordings. Idempotent."""
        async with self._database.begin() as uow:
            await call_recording_repository.drop_listener(uow.session, tenant_id, subject)

    async def on_extension_deleted(self, event: ExtensionDeleted, uow: UnitOfWork) -> None:
        """Delete the extension's policy; the recordings stay with their parties. Outbox handler."""
        await call_recording_repository.drop_extension(uow.session, event.tenant, event.extension_id)
        uow.after_commit.append(lambda: self._extensions.pop(event.extension_id, None))

    async def on_tenant_deleted(self, event: TenantDeleted, uow: UnitOfWork) -> None:
        """Delete the tenant's files and rows; its keys are deleted elsewhere. Outbox handler."""
        await self._audio.remove_files(await audio_ids_of_tenant(uow.session, event.tenant))
        await call_recording_repository.drop_tenant(uow.session, event.tenant)
        uow.after_commit.append(lambda: self._tenants.pop(event.tenant, None))

    # ---- inside

    async def _store(
        self, tenant_id: str, recording_id: str, audio_id: str, result: tuple[float, RecordingEndReason]
    ) -> None:
        seconds, ended = result
        if not seconds:
            await self._audio.erase(tenant_id, [audio_id])
            return
        async with self._database.begin() as uow:
            if await call_recording_repository.mark_stored(uow.session, tenant_id, recording_id, seconds, ended):
                uow.publish(CallRecordingStored(self.clock.new_id(), tenant_id, recording_id))

    async def _finish(self, writer: CallRecordingWriter, ended: RecordingEndReason) -> None:
        seconds = round(writer.seconds, 2)
        async with self._database.begin() as uow:
            await self._audio.finish(uow, writer.writer)
        await self._store(writer.new.tenant_id, writer.id, writer.writer.id, (seconds, ended))

    async def _store_cut_off(self, tenant_id: str, recording_id: str, audio_id: str) -> None:
        """Store a recording that a restart has cut off. An unreadable one is left for inspection."""
        try:
            seconds = (await self._audio.open(tenant_id, audio_id)).seconds
        except (NotFound, Expired):
            seconds = 0.0
        except (OSError, SQLAlchemyError, ServiceUnavailable):
            raise
        except Exception as fault:
            log.error("recording_cannot_be_read", recording=recording_id, **describe_fault(fault))
            return
        await self._store(tenant_id, recording_id, audio_id, (seconds, "cut_off"))

    async def _set_archived(self, recording: CallRecording, places: Sequence[int], *, hidden: bool) -> None:
        tenant_id, moment = recording.tenant_id, self.clock.now() if hidden else None
        async with self._database.begin() as uow:
            await call_recording_repository.set_archived(uow.session, tenant_id, recording.id, places, moment)
            uow.publish(CallRecordingsChanged(self.clock.new_id(), tenant_id))

    async def _on_audio_hidden(self, uow: UnitOfWork, tenant_id: str, audio_ids: Sequence[str]) -> None:
        if await call_recording_repository.hide(uow.session, tenant_id, audio_ids, self.clock.now()):
            uow.publish(CallRecordingsChanged(self.clock.new_id(), tenant_id))

    async def _on_audio_erased(self, uow: UnitOfWork, tenant_id: str, audio_ids: Sequence[str]) -> None:
        if await call_recording_repository.mark_erased(uow.session, tenant_id, audio_ids):
            uow.publish(CallRecordingsChanged(self.clock.new_id(), tenant_id))
