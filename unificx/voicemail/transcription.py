"""Transcription of messages, where the tenant allows it, the mailbox owner enabled it and the caller was informed.

One message at a time. The transcript is sealed under the content key of the audio, and erased with it.
"""

import asyncio
import contextlib

import structlog

from unificx.audio_store import (
    AudioStore,
    AudioStoreDependencies,
    CorruptAudio,
    Transcriber,
    Transcript,
    TranscriptionFailed,
    store_derived,
)
from unificx.core.errors import DomainError, ServiceUnavailable
from unificx.core.faults import describe_fault
from unificx.db import ErasedSubject
from unificx.voicemail import message_repository
from unificx.voicemail.events import MailboxChanged
from unificx.voicemail.service import Mailboxes

log = structlog.get_logger()
RETRY_SECONDS = 60.0
MAX_SECONDS = 600
"""The first seconds of a message, which are transcribed."""
_BATCH_SIZE = 20


class TranscriptionWorker:
    """Transcribes messages. Call `wake` when a message was left."""

    def __init__(self, deps: AudioStoreDependencies, audio: AudioStore, boxes: Mailboxes) -> None:
        self._deps = deps
        self._audio = audio
        self._boxes = boxes
        self._wakeup = asyncio.Event()

    def wake(self) -> None:
        self._wakeup.set()

    async def run(self) -> None:
        """Run until cancelled."""
        while True:
            try:
                await self.transcribe_all()
            except ServiceUnavailable:
                pass  # the audio is unavailable for now; retried later
            except Exception as fault:
                log.error("messages_not_transcribed", **describe_fault(fault))
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._wakeup.wait(), RETRY_SECONDS)
            self._wakeup.clear()

    async def transcribe_all(self) -> int:
        """Transcribe all pending messages; return how many were transcribed. Raises ServiceUnavailable."""
        transcriber = self._deps.transcriber
        done = 0
        while transcriber is not None and not transcriber.requirement:
            async with self._deps.database.read() as session:
                found = await message_repository.to_transcribe(session, _BATCH_SIZE)
            if not found:
                break
            for tenant_id, message_id, audio_id, extension_id in found:
                state, text = "", None
                if self._boxes.is_transcribed(tenant_id, extension_id):
                    text = await self._transcribe(transcriber, tenant_id, audio_id)
                    state = "failed" if text is None else "done"
                if await self._store((tenant_id, message_id, extension_id), audio_id, state, text):
                    done += 1
        return done

    async def _transcribe(self, transcriber: Transcriber, tenant_id: str, audio_id: str) -> Transcript | None:
        """Transcribe one recording; None on failure. Raises ServiceUnavailable."""
        try:
            reader = await self._audio.open(tenant_id, audio_id)
            second = 2 * reader.header.rate * reader.header.channels
            return await transcriber.transcribe(await reader.read(0, MAX_SECONDS * second), reader.header.rate)
        except ServiceUnavailable:
            raise
        except (TranscriptionFailed, CorruptAudio, DomainError) as fault:
            log.warning("message_not_transcribed", recording=audio_id, **describe_fault(fault))
            return None

    async def _store(self, message: tuple[str, str, str], audio_id: str, state: str, text: Transcript | None) -> bool:
        """Store the result. `message` is (tenant, message, extension)."""
        tenant_id, message_id, extension_id = message
        try:
            row = (await self._audio.load(tenant_id, audio_id))[0] if text is not None else None
            async with self._deps.database.begin() as uow:
                exists = await message_repository.set_transcription_state(uow.session, tenant_id, message_id, state)
                if text is None or row is None or not exists:
                    return False
                await store_derived(uow.session, self._deps.keys, row, text)
                uow.publish(MailboxChanged(self._deps.clock.new_id(), tenant_id, extension_id))
                return True
        except (DomainError, ErasedSubject):  # it was erased during transcription
            return await self._store(message, audio_id, "failed", None)
