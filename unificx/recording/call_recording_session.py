"""The recording session of one call: the consent machine, its prompts and the capture of both participants."""

from collections.abc import Callable

import structlog

from unificx import sdp
from unificx.calls import Conversation
from unificx.recording.call_playback import CallPlayback, is_on_hold, leg_tags
from unificx.recording.call_source import CallSessionDependencies, CallSource
from unificx.recording.capture import Capture
from unificx.recording.consent_executor import ConsentExecutor
from unificx.recording.live_recording import RecordingState
from unificx.recording.machine import consent, consent_types
from unificx.recording.recording_tasks import RecordingTasks
from unificx.recording.schemas import MarkKind, RecordingEndReason, StartMode

log = structlog.get_logger()
_PAUSE_MARKS: dict[str, MarkKind] = {
    "asked": "paused",
    "card": "paused_for_card",
    "keys": "paused_for_keys",
    "joining": "paused_for_joining",
}


class CallRecordingSession:
    """`on_change` is called when `state` changes. All methods run on the event loop and do not block."""

    def __init__(
        self,
        deps: CallSessionDependencies,
        conversation: Conversation,
        begun: StartMode,
        terms: consent_types.ConsentTerms,
        started_by: str,
        *,
        on_change: Callable[[], None],
    ) -> None:
        self.conversation = conversation
        self.begun: StartMode = begun
        self.terms = terms
        self.started_by = started_by
        """The leg that requested it; "" if none did."""
        self._deps = deps
        self._on_change = on_change
        self._known_state: RecordingState = "none"
        self._playback = CallPlayback(conversation, deps.relay, deps.clock, deps.on_playback)
        self._tasks = RecordingTasks(self.handle_event, "recording_failed", call=conversation.call_id)
        self._executor = ConsentExecutor(deps.clock, self, self._on_step)
        self._source = CallSource(deps, conversation, self._executor, (terms.mode, begun), self._on_capture_failed)
        self._capture = Capture(deps.archive, self._source, self._tasks, self._on_capture_failed, _PAUSE_MARKS)
        self._executor.begin(consent.begin(terms, self._legs(conversation), deps.clock.monotonic()))
        self._known_state = self.state

    @property
    def state(self) -> RecordingState:
        match self._executor.state:
            case consent_types.AwaitingConsent():
                return "announced"
            case consent_types.RecordingActive():
                return "recording"
            case consent_types.RecordingPaused():
                return "paused"
            case consent_types.RecordingEnded():
                return "ended"

    @property
    def end(self) -> consent_types.EndReason | None:
        state = self._executor.state
        return state.reason if isinstance(state, consent_types.RecordingEnded) else None

    def refused_by(self) -> set[str]:
        """The legs that refused recording."""
        return {each.leg.name for each in self._executor.state.legs if each.stage == "refused"}

    def awaits_answer(self, tag: str) -> bool:
        """Whether a leg is being asked for consent, so that its digits are answers."""
        legs = self._executor.state.legs
        return any(each.leg.name == tag and each.stage in ("telling", "told") for each in legs)

    def update_conversation(self, conversation: Conversation | None) -> None:
        """Update the talk; None: no participants are connected for now."""
        before = self.conversation
        if conversation is None:
            self.handle_event(consent_types.ParticipantsChanged(()))
            return
        self.conversation = self._playback.conversation = self._source.conversation = conversation
        if (conversation.anchor, conversation.media_generation) != (before.anchor, before.media_generation):
            self.handle_event(consent_types.PlaybackInterrupted())
        self.handle_event(consent_types.ParticipantsChanged(self._legs(conversation)))
        renewed = conversation.media_generation != before.media_generation
        if renewed and leg_tags(conversation) == leg_tags(before) and self._capture.segment is not None:
            self._tasks.spawn(self._bridge_gap(lost=False))

    def handle_event(self, event: consent_types.ConsentEvent) -> None:
        """Process a consent event."""
        self._executor.handle_event(event)

    def on_subject_erased(self, subject: str) -> None:
        """End the recording if an erased subject took part; it is not restarted."""
        writer = self._capture.writer
        if writer is not None and subject in writer.subjects:
            self.handle_event(consent_types.RecordingFailed("fault"))

    def close(self) -> bool:
        """End the session with its call. Return whether anything was recorded."""
        self._executor.close()
        self._playback.closed = True
        segment = self._capture.segment
        self._tasks.spawn(self._finish("over"))
        return self._capture.has_recording or (segment is not None and segment.has_audio)

    async def settle(self) -> None:
        """Wait until all background work is done."""
        await self._tasks.join()

    # ---- actions of the consent machine

    def play_prompt(self, leg: str, prompt: str, *, awaited: bool) -> None:
        self._tasks.spawn(self._play_prompt(leg, prompt, awaited=awaited))

    def stop_prompt(self, leg: str) -> None:
        self._playback.prompt_ended(leg)
        self._tasks.spawn(self._playback.stop_prompt(leg))

    def play_beep(self) -> None:
        self._tasks.spawn(self._playback.beep())

    def stop_capture(self, why: str) -> None:
        self._capture.stop(why, discard=why in ("keys", "card"))

    def start_capture(self) -> None:
        self._tasks.spawn(self._capture.start())

    def end_recording(self, reason: consent_types.EndReason) -> None:
        log.info("recording_over", call=self.conversation.call_id, end=reason)
        self._tasks.spawn(self._finish(reason))

    def _on_step(self) -> None:
        before, self._known_state = self._known_state, self.state
        if self._known_state != before:
            self._on_change()

    async def _play_prompt(self, leg: str, prompt: str, *, awaited: bool) -> None:
        sounds = self._deps.prompts.named(prompt, self._language(leg))
        complete = await self._playback.prompt(leg, sounds, awaited=awaited)
        if awaited and complete is not None:
            notice = "+".join(sound.digest for sound in sounds)
            self.handle_event(consent_types.PromptPlayed(leg, notice) if complete else consent_types.PromptFailed(leg))

    def _on_capture_failed(self, why: str) -> None:
        if why != "lost":
            self.handle_event(consent_types.RecordingFailed("full" if why == "full" else "fault"))
        elif self._capture.segment is not None:
            self._tasks.spawn(self._bridge_gap(lost=True))

    async def _bridge_gap(self, *, lost: bool) -> None:
        await self._capture.bridge_gap(self._source.resubscribe, self._deps.clock.monotonic, lost=lost)

    async def _finish(self, end: RecordingEndReason) -> None:
        try:
            await self._capture.finish(end)
        finally:
            await self._source.close()

    # ---- inside

    def _legs(self, conversation: Conversation) -> tuple[consent_types.ConsentLeg, ...]:
        held = is_on_hold(conversation)
        return tuple(
            consent_types.ConsentLeg(
                leg.tag,
                held,
                requested_recording=leg.tag == self.started_by,
                objects=sdp.recording_preference(leg.sdp) == "off",
            )
            for leg in conversation.legs
        )

    def _language(self, tag: str) -> str:
        found = next((leg.extension_id for leg in self.conversation.legs if leg.tag == tag), "")
        return self._deps.language(self.conversation.tenant_id, found)
