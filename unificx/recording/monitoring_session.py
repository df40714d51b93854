"""A supervisor listens to one call, after both parties have heard a notice.

Only then does the media engine subscribe to both parties at the relay, in a room with the supervisor's muted leg. The
call's own media is not affected.
"""

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

import structlog

from unificx.calls import Conversation
from unificx.core.clock import Clock
from unificx.media_worker.client import MediaEngineClient
from unificx.recording.call_capture import MediaSubscriptions
from unificx.recording.call_playback import CallPlayback, is_on_hold, media_generation
from unificx.recording.consent_executor import ConsentExecutor
from unificx.recording.machine import consent, consent_types
from unificx.recording.monitoring_repository import MonitoringLog
from unificx.recording.ports import Prompts
from unificx.recording.recording_tasks import RecordingTasks
from unificx.recording.schemas import MonitoringState, SpeakingMode, Supervisor
from unificx.rtpengine.supervisor import RtpEngine

log = structlog.get_logger()
NOTICE = "monitoring/notice"
SPEAKING_NOTICES: Mapping[SpeakingMode, str] = MappingProxyType(
    {"whisper": "monitoring/whispering", "join": "monitoring/joining"}
)
TERMS = consent_types.ConsentTerms("announce", beep_interval=15.0, pause_on_dtmf=False)
"""Parties hear the notice, may hang up, and then hear a tone every 15 seconds."""


@dataclass(frozen=True, slots=True)
class MonitoringDependencies:
    """Dependencies of a session; see `CallSessionDependencies`."""

    clock: Clock
    relay: RtpEngine
    engine: MediaEngineClient
    prompts: Prompts
    log: MonitoringLog
    language: Callable[[str, str], str]
    on_playback: Callable[[str, str, float], None] = lambda call_id, tag, seconds: None


class MonitoringSession:
    """Monitoring of `conversation` by a supervisor. It ends with any change of the parties or of the path of their
    media. `on_change` is called when `state` changes. Implements `ConsentActions`.

    All methods run on the event loop and do not block.
    """

    def __init__(
        self,
        deps: MonitoringDependencies,
        conversation: Conversation,
        supervisor: Supervisor,
        on_change: Callable[[], None],
    ) -> None:
        self.conversation = conversation
        self.supervisor = supervisor
        self.room = f"monitoring/{conversation.call_id}/{deps.clock.new_id()}"
        """The room of the mixer in which the parties are heard."""
        self.state: MonitoringState = "announced"
        self.audible = asyncio.Event()
        """Set when the supervisor hears the parties, or never will."""
        self.ended = asyncio.Event()
        self._deps = deps
        self._on_change = on_change
        self._tasks = RecordingTasks(self._executor_event, "monitoring_failed", call=conversation.call_id)
        self._playback = CallPlayback(conversation, deps.relay, deps.clock, deps.on_playback)
        self._subscriptions = MediaSubscriptions(deps.relay, deps.engine, conversation, "mon")
        self._opening = asyncio.Lock()
        self._executor = ConsentExecutor(deps.clock, self)
        self._executor.begin(consent.begin(TERMS, _consent_legs(conversation), deps.clock.monotonic()))

    def update_conversation(self, conversation: Conversation) -> None:
        """Parties, hold or media have changed."""
        if media_generation(conversation) != media_generation(self.conversation):
            self.stop()
            return
        self.conversation = self._playback.conversation = conversation
        self._executor.handle_event(consent_types.ParticipantsChanged(_consent_legs(conversation)))

    async def announce(self, mode: SpeakingMode) -> bool:
        """Inform both parties that the supervisor speaks to both or one of them, and log it. Return whether both have
        heard it."""
        legs = [leg.tag for leg in self.conversation.legs]
        complete = await asyncio.gather(*(self._play(leg, SPEAKING_NOTICES[mode]) for leg in legs))
        if not all(complete) or self.state != "listen":
            return False
        await self._deps.log.add(self.conversation, self.supervisor, mode)
        return True

    def stop(self) -> None:
        """End the session while the call continues. Idempotent."""
        self._executor.handle_event(consent_types.StopRequested())

    def close(self) -> None:
        """End the session with its call. Idempotent."""
        self._executor.close()
        self._playback.closed = True
        self.end_recording("stopped")

    async def settle(self) -> None:
        """Wait until all background work is done."""
        await self._tasks.join()

    # ---- actions of the consent machine

    def play_prompt(self, leg: str, prompt: str, *, awaited: bool) -> None:
        """Play the notice in place of that of a recording. Other prompts of the machine are about recordings."""
        del prompt
        if awaited:
            self._tasks.spawn(self._play_notice(leg))

    def stop_prompt(self, leg: str) -> None:
        self._playback.prompt_ended(leg)
        self._tasks.spawn(self._playback.stop_prompt(leg))

    def play_beep(self) -> None:
        self._tasks.spawn(self._playback.beep())

    def start_capture(self) -> None:
        self._tasks.spawn(self._open())

    def stop_capture(self, why: str) -> None:
        del why
        for leg in self.conversation.legs:
            self._deps.engine.leave(self._subscriptions.leg_name(leg.tag))

    def end_recording(self, reason: consent_types.EndReason) -> None:
        if not self.ended.is_set():
            log.info("monitoring_over", call=self.conversation.call_id, end=reason)
            was_active = self.state == "listen"
            self.state = "ended"
            self.audible.set()
            self.ended.set()
            self._tasks.spawn(self._close(was_active=was_active))
            self._on_change()

    # ---- inside

    def _executor_event(self, event: consent_types.ConsentEvent) -> None:
        self._executor.handle_event(event)

    async def _play_notice(self, leg: str) -> None:
        complete = await self._play(leg, NOTICE)
        if complete is not None:
            event = consent_types.PromptPlayed(leg, NOTICE) if complete else consent_types.PromptFailed(leg)
            self._executor.handle_event(event)

    async def _play(self, leg: str, prompt: str) -> bool | None:
        """Play a notice; see `CallPlayback.prompt`."""
        sounds = self._deps.prompts.named(prompt, self._language(leg))
        return await self._playback.prompt(leg, sounds, awaited=True)

    async def _open(self) -> None:
        """Make the parties audible to the supervisor. The use is logged first."""
        async with self._opening:
            await self._deps.log.add(self.conversation, self.supervisor, "listen")
            if self._executor.may_capture:
                await self._subscriptions.open()
            # Checked again after every await: parties may have changed.
            if self._executor.may_capture:
                for leg in self.conversation.legs:
                    self._deps.engine.join(self.room, self._subscriptions.leg_name(leg.tag))
                self.state = "listen"
                self.audible.set()
                self._on_change()

    async def _close(self, *, was_active: bool) -> None:
        async with self._opening:
            await self._subscriptions.close()
            if was_active:
                await self._deps.log.add(self.conversation, self.supervisor, "ended")

    def _language(self, tag: str) -> str:
        found = next((leg.extension_id for leg in self.conversation.legs if leg.tag == tag), "")
        return self._deps.language(self.conversation.tenant_id, found)


def _consent_legs(conversation: Conversation) -> tuple[consent_types.ConsentLeg, ...]:
    held = is_on_hold(conversation)
    return tuple(consent_types.ConsentLeg(leg.tag, held) for leg in conversation.legs)
