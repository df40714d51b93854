"""The audio of a call for its recording: the media engine subscribes to both participants at the relay."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass

from unificx.calls import Conversation
from unificx.core.clock import Clock
from unificx.media import MediaUnavailable
from unificx.media_worker.client import MediaEngineClient
from unificx.recording.archive import CallRecordingWriter, RecordingArchive
from unificx.recording.call_capture import CallSegment, MediaSubscriptions
from unificx.recording.call_playback import leg_tags, media_generation
from unificx.recording.consent_evidence import consent_evidence
from unificx.recording.consent_executor import ConsentExecutor
from unificx.recording.machine.consent_types import ConsentMode
from unificx.recording.ports import Prompts
from unificx.recording.schemas import NewCallRecording, NewRecordedParty, PartyIdentity, StartMode
from unificx.rtpengine.supervisor import RtpEngine

RETRY_DELAYS = (0.2, 0.5, 1.0, 2.0, 4.0)
"""Delays in seconds between attempts to resubscribe after the media engine restarted."""


@dataclass(frozen=True, slots=True)
class CallSessionDependencies:
    """Dependencies of a session. `language` returns the prompt language of a tenant's extension; "" is an external
    party. `on_playback` is called when a prompt of so many seconds is played to a leg, because it replaces hold
    music."""

    clock: Clock
    relay: RtpEngine
    engine: MediaEngineClient
    prompts: Prompts
    archive: RecordingArchive
    language: Callable[[str, str], str]
    on_playback: Callable[[str, str, float], None] = lambda call_id, tag, seconds: None


class CallSource:
    """Implements `CaptureSource` for `conversation`, which is replaced when it changes.

    `terms` are those of its recordings. `on_failed` is called if a segment cannot continue, see `CallSegment`.
    """

    def __init__(
        self,
        deps: CallSessionDependencies,
        conversation: Conversation,
        executor: ConsentExecutor,
        terms: tuple[ConsentMode, StartMode],
        on_failed: Callable[[str], None],
    ) -> None:
        self.conversation = conversation
        self._deps = deps
        self._executor = executor
        self._terms = terms
        self._on_failed = on_failed
        self._subscriptions: MediaSubscriptions | None = None
        self._segments = 0

    def may_capture(self) -> bool:
        return self._executor.may_capture

    def owners(self) -> tuple[str, ...]:
        return leg_tags(self.conversation)

    def is_owned_by(self, owners: tuple[str, ...]) -> bool:
        return owners == leg_tags(self.conversation)

    def new_recording(self) -> NewCallRecording:
        standing = {each.leg.name: each for each in self._executor.state.legs}
        conversation, (mode, begun) = self.conversation, self._terms
        parties = tuple(
            NewRecordedParty(
                leg.subject,
                leg.extension_id or None,
                PartyIdentity(leg.number, leg.name),
                consent_evidence(standing[leg.tag], self._deps.clock),
            )
            for leg in conversation.legs
        )
        return NewCallRecording(conversation.tenant_id, conversation.call_id, mode, begun, parties)

    async def prepare(self) -> None:
        """Subscribe to both participants, unless they are subscribed already; again if their media is re-established
        meanwhile. Raises MediaUnavailable."""
        while not self._is_subscribed(before := self._subscriptions):
            self._subscriptions = None
            conversation = self.conversation
            if before is not None and leg_tags(before.conversation) != leg_tags(conversation):
                await before.close()
            subscriptions = MediaSubscriptions(self._deps.relay, self._deps.engine, conversation)
            await subscriptions.open()
            self._subscriptions = subscriptions

    def _is_subscribed(self, subscriptions: MediaSubscriptions | None) -> bool:
        """Whether these are subscriptions to the present media."""
        return subscriptions is not None and media_generation(subscriptions.conversation) == media_generation(
            self.conversation
        )

    def open_segment(self, writer: CallRecordingWriter) -> CallSegment:
        assert self._subscriptions is not None
        self._segments += 1
        return CallSegment(self._deps.engine, self._subscriptions, writer, self._segments, self._on_failed)

    async def resubscribe(self) -> int:
        """Subscribe again after the media engine or relay restarted; return the sample rate in Hz. Raises
        MediaUnavailable."""
        for wait in RETRY_DELAYS:
            try:
                self._subscriptions = None
                await self.prepare()
            except MediaUnavailable:
                await asyncio.sleep(wait)
            else:
                break
        subscriptions: MediaSubscriptions | None = self._subscriptions
        if subscriptions is None:
            raise MediaUnavailable("silent")
        return subscriptions.rate

    async def close(self) -> None:
        """End the subscriptions. Idempotent."""
        subscriptions, self._subscriptions = self._subscriptions, None
        if subscriptions is not None:
            await subscriptions.close()
