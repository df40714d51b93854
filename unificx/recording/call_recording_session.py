"""The recording session of one call: runs the consent machine and executes its actions in order."""

import asyncio
import contextlib
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from typing import assert_never

import structlog

from unificx import sdp
from unificx.calls import Conversation
from unificx.core.clock import Clock
from unificx.core.errors import StorageFull
from unificx.db import ErasedSubject
from unificx.media import MediaUnavailable
from unificx.media.sounds import Sound
from unificx.recording.archive import CallRecordingWriter, RecordingArchive
from unificx.recording.beep import beep
from unificx.recording.call_capture import CallSegment, MediaSubscriptions
from unificx.recording.consent_evidence import consent_evidence
from unificx.recording.live_recording import RecordingState
from unificx.recording.machine import consent, consent_types
from unificx.recording.ports import LegTap, MediaRelay, Prompts
from unificx.recording.recording_tasks import RecordingTasks
from unificx.recording.schemas import MarkKind, NewCallRecording, NewRecordedParty, PartyIdentity, StartMode

log = structlog.get_logger()
MEDIA_TIMEOUT = 6.0
"""Seconds to wait for media from a participant; without media it cannot hear the notice either."""
MEDIA_POLL_INTERVAL = 0.2
MEDIA_SETTLE_SECONDS = 0.3
"""Seconds between the first media of a participant and the first prompt."""
RETRY_DELAYS = (0.2, 0.5, 1.0, 2.0, 4.0)
"""Delays in seconds between attempts to resubscribe after the media engine restarted."""


@dataclass(frozen=True, slots=True)
class CallSessionParts:
    """Dependencies of a session. `language` returns the prompt language of a tenant's extension; "" is an external
    party. `on_playback` is called when a prompt of so many seconds is played to a leg, because it replaces hold
    music."""

    clock: Clock
    relay: MediaRelay
    engine: LegTap
    prompts: Prompts
    archive: RecordingArchive
    language: Callable[[str, str], str]
    on_playback: Callable[[str, str, float], None] = lambda call_id, tag, seconds: None


class CallRecordingSession:
    """`on_change` is called when `state` changes. All methods run on the event loop and do not block."""

    def __init__(
        self,
        parts: CallSessionParts,
        conversation: Conversation,
        begun: StartMode,
        terms: consent_types.ConsentTerms,
        started_by: str,
    ) -> None:
        self.conversation = conversation
        self.begun: StartMode = begun
        self.terms = terms
        self.started_by = started_by
        """The leg that requested it; "" if none did."""
        self.on_change: Callable[[], None] = lambda: None
        self.has_recording = False
        """Whether anything was recorded."""
        self._parts = parts
        self._writer: CallRecordingWriter | None = None
        self._segment: CallSegment | None = None
        self._subscriptions: MediaSubscriptions | None = None
        self._segments = 0
        self._playback_locks: defaultdict[str, asyncio.Lock] = defaultdict(asyncio.Lock)
        """Per leg, serializes relay commands, so that a stop cannot overtake the next playback."""
        self._dtmf_detected_at: tuple[object, ...] | None = None
        """The media generation in which in-band DTMF detection was enabled."""
        self._prompt_until: dict[str, float] = {}
        """When the current prompt of each leg ends."""
        self._timer: asyncio.TimerHandle | None = None
        self._tasks = RecordingTasks(self.handle_event, "recording_failed", call=conversation.call_id)
        self._lock = asyncio.Lock()
        self._closed = False
        self._consent: consent_types.ConsentState
        self._consent, actions = consent.begin(terms, self._legs(conversation), self._now())
        self._execute(actions)

    @property
    def state(self) -> RecordingState:
        match self._consent:
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
        return self._consent.reason if isinstance(self._consent, consent_types.RecordingEnded) else None

    def refused_by(self) -> set[str]:
        """The legs that refused recording."""
        return {each.leg.name for each in self._consent.legs if each.stage == "refused"}

    def awaits_answer(self, tag: str) -> bool:
        """Whether a leg is being asked for consent, so that its digits are answers."""
        return any(each.leg.name == tag and each.stage in ("telling", "told") for each in self._consent.legs)

    def update_conversation(self, conversation: Conversation | None) -> None:
        """Update the talk; None: no participants are connected for now."""
        before, self.conversation = self.conversation, conversation or self.conversation
        if conversation is not None and (conversation.anchor, conversation.media_generation) != (
            before.anchor,
            before.media_generation,
        ):
            self.handle_event(consent_types.PlaybackInterrupted())
        self.handle_event(
            consent_types.ParticipantsChanged(self._legs(conversation) if conversation is not None else ())
        )
        same_legs = conversation is not None and [leg.tag for leg in conversation.legs] == [
            leg.tag for leg in before.legs
        ]
        if (
            same_legs
            and conversation is not None
            and conversation.media_generation != before.media_generation
            and self._segment is not None
        ):
            self._tasks.spawn(self._resubscribe("gap"))

    def handle_event(self, event: consent_types.ConsentEvent) -> None:
        """Process a consent event."""
        before = self.state
        self._consent, actions = consent.step(self._consent, event, self._now())
        self._execute(actions)
        if self.state != before:
            self.on_change()

    def on_subject_erased(self, subject: str) -> None:
        """End the recording if an erased subject took part; it is not restarted."""
        if self._writer is not None and subject in self._writer.subjects:
            self.handle_event(consent_types.RecordingFailed("fault"))

    def close(self) -> bool:
        """End the session with its call. Return whether anything was recorded."""
        self._closed = True
        if self._timer is not None:
            self._timer.cancel()
        captured = self._segment is not None and self._segment.has_audio
        self._tasks.spawn(self._finish("over"))
        return self.has_recording or captured

    async def settle(self) -> None:
        """Wait until all background work is done."""
        await self._tasks.join()

    # ---- actions of the consent machine

    def _execute(self, actions: list[consent_types.ConsentAction]) -> None:
        for action in actions:
            match action:
                case consent_types.PlayPrompt(leg, prompt, awaited):
                    self._tasks.spawn(self._play_prompt(leg, prompt, awaited=awaited))
                case consent_types.StopPrompt(leg):
                    self._prompt_until.pop(leg, None)
                    self._tasks.spawn(self._stop_prompt(leg))
                case consent_types.PlayBeep():
                    self._tasks.spawn(self._play_beep())
                case consent_types.StopCapture(why):
                    self._stop_capture(why)
                case consent_types.StartCapture():
                    self._tasks.spawn(self._start_capture())
                case consent_types.EndRecording(end):
                    log.info("recording_over", call=self.conversation.call_id, end=end)
                    self._tasks.spawn(self._finish(end))
                case _:
                    assert_never(action)
        self._rearm()

    def _rearm(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
        at = consent.deadline(self._consent)
        if at is not None and not self._closed:
            loop = asyncio.get_running_loop()
            self._timer = loop.call_later(
                max(at - self._now(), 0.0), self.handle_event, consent_types.DeadlineReached()
            )

    def _stop_capture(self, why: str) -> None:
        """Stop capturing immediately, whatever is still in progress."""
        segment, self._segment = self._segment, None
        if segment is not None:
            segment.stop(discard=why in ("keys", "card"))
            self.has_recording = self.has_recording or segment.has_audio
            self._tasks.spawn(self._mark_pause(segment, why))

    async def _mark_pause(self, segment: CallSegment, why: str) -> None:
        async with self._lock:
            await segment.flush()
            self.has_recording = self.has_recording or segment.has_audio
            kind = _PAUSE_MARKS.get(why)
            if kind is not None and self._writer is not None:
                await self._writer.mark(kind)

    async def _start_capture(self) -> None:
        """Start or continue capturing with the current participants, if consent still holds."""
        async with self._lock:
            conversation = self.conversation
            if not self._may_capture(conversation):
                return
            writer = self._writer
            if writer is not None and self._recorded_legs != _leg_tags(conversation):
                await self._store(writer, "changed")
                writer = None
            is_new = writer is None
            try:
                if writer is None:
                    writer = await self._parts.archive.begin(self._new_recording())
                    self._writer, self._recorded_legs = writer, _leg_tags(conversation)
                await self._subscribe(conversation)
            except (MediaUnavailable, ErasedSubject):
                self.handle_event(consent_types.RecordingFailed("fault"))
                return
            if not self._may_capture(conversation):
                return
            if not is_new:
                await writer.mark("resumed")
            if self._may_capture(conversation):
                self._start_segment(writer)

    def _may_capture(self, conversation: Conversation) -> bool:
        """Checked again after every await: participants and consent may have changed."""
        same = _leg_tags(conversation) == _leg_tags(self.conversation)
        return consent.may_capture(self._consent) and same and not self._closed and self._segment is None

    def _start_segment(self, writer: CallRecordingWriter) -> None:
        assert self._subscriptions is not None
        self._segments += 1
        self._segment = CallSegment(self._parts.engine, self._subscriptions, writer, self._segments)
        self._segment.on_failed = self._on_segment_failed

    def _on_segment_failed(self, why: str) -> None:
        if why == "full":
            self.handle_event(consent_types.RecordingFailed("full"))
        elif self._segment is not None:
            self._tasks.spawn(self._resubscribe("lost"))

    async def _subscribe(self, conversation: Conversation) -> None:
        before = self._subscriptions
        if before is not None and _media_generation(before.conversation) == _media_generation(conversation):
            return
        self._subscriptions = None
        if before is not None and _leg_tags(before.conversation) != _leg_tags(conversation):
            await before.close()
        subscriptions = MediaSubscriptions(self._parts.relay, self._parts.engine, conversation)
        await subscriptions.open()
        self._subscriptions = subscriptions

    async def _resubscribe(self, why: str) -> None:
        """Resubscribe after the media engine or relay restarted; the gap becomes silence in the recording."""
        async with self._lock:
            since, segment = self._now(), self._segment
            if why == "lost" and segment is not None:
                await segment.end()  # what was received until then comes before the silence
                self.has_recording = self.has_recording or segment.has_audio
                self._segment = None
            for wait in RETRY_DELAYS:
                try:
                    self._subscriptions = None
                    await self._subscribe(self.conversation)
                    break
                except MediaUnavailable:
                    await asyncio.sleep(wait)
            else:
                self.handle_event(consent_types.RecordingFailed("fault"))
                return
            writer, subscriptions = self._writer, self._subscriptions
            if writer is None or subscriptions is None:
                return
            await writer.mark("gap")
            if why == "lost" and self._may_capture(self.conversation):
                silence = bytes(4 * int((self._now() - since) * subscriptions.rate))
                try:
                    await writer.write(silence, subscriptions.rate)
                except StorageFull:
                    self.handle_event(consent_types.RecordingFailed("full"))
                    return
                if self._may_capture(self.conversation):
                    self._start_segment(writer)

    async def _finish(self, end: str) -> None:
        """Store the recording. On hang-up the remaining audio is included; otherwise capture was stopped before."""
        segment = self._segment
        async with self._lock:
            if segment is not None:
                await segment.end()
                self.has_recording = self.has_recording or segment.has_audio
                self._segment = None
            writer, self._writer = self._writer, None
            if writer is not None:
                await self._store(writer, end)
            subscriptions, self._subscriptions = self._subscriptions, None
            if subscriptions is not None:
                await subscriptions.close()

    async def _store(self, writer: CallRecordingWriter, end: str) -> None:
        self._writer = None
        await writer.finish(end)  # type: ignore[arg-type]

    # ---- playback to participants

    async def _play_prompt(self, leg: str, prompt: str, *, awaited: bool) -> None:
        media = _media_generation(self.conversation)
        sounds = self._parts.prompts.named(prompt, self._language(leg))
        try:
            if awaited:
                await self._wait_for_media(leg)
                await self._detect_dtmf()
            if self._cannot_hear(leg, awaited):
                return
            for sound in sounds:
                seconds = await self._play(leg, sound)
                self._prompt_until[leg] = self._now() + seconds
                await asyncio.sleep(seconds)
        except MediaUnavailable:
            if awaited and _media_generation(self.conversation) == media:
                self.handle_event(consent_types.PromptFailed(leg))
            return
        if awaited and _media_generation(self.conversation) == media and not self._closed:
            self.handle_event(consent_types.PromptPlayed(leg, "+".join(sound.digest for sound in sounds)))

    async def _wait_for_media(self, leg: str) -> None:
        """Wait until media arrived from a participant: only then is it known to receive audio. Raises
        MediaUnavailable."""
        until = self._now() + MEDIA_TIMEOUT
        while self._now() < until and not self._closed:
            report = await self._parts.relay.query(self.conversation.anchor)
            party = report.party(leg) if report is not None else None
            if party is not None and party.packets:
                await asyncio.sleep(MEDIA_SETTLE_SECONDS)
                return
            await asyncio.sleep(MEDIA_POLL_INTERVAL)
        raise MediaUnavailable("silent")

    async def _detect_dtmf(self) -> None:
        """Enable in-band DTMF detection for legs without RFC 4733.

        On both legs before any prompt: enabling it would interrupt playback to the other leg.
        """
        async with self._playback_locks[""]:
            before, self._dtmf_detected_at = self._dtmf_detected_at, _media_generation(self.conversation)
            if before == self._dtmf_detected_at or all(
                sdp.sends_telephone_events(each.sdp) for each in self.conversation.legs
            ):
                return
            legs = [each.tag for each in self.conversation.legs]
            with contextlib.suppress(MediaUnavailable):
                await asyncio.gather(*(self._wait_for_media(each) for each in legs))
                for each in legs:
                    await self._parts.relay.detect_inband_dtmf(self.conversation.anchor, each)
                await asyncio.sleep(MEDIA_SETTLE_SECONDS)

    async def _stop_prompt(self, leg: str) -> None:
        with contextlib.suppress(MediaUnavailable):
            async with self._playback_locks[leg]:
                await self._parts.relay.stop(self.conversation.anchor, leg)
                self._parts.on_playback(self.conversation.call_id, leg, 0.0)

    def _cannot_hear(self, leg: str, awaited: bool) -> bool:
        """Whether a leg would not hear this prompt. A held leg hears prompts, but awaited ones are repeated after the
        hold."""
        return (
            _is_on_hold(self.conversation)
            if awaited
            else any(each.is_holding and each.tag == leg for each in self.conversation.legs)
        )

    async def _play(self, leg: str, sound: Sound) -> float:
        async with self._playback_locks[leg]:
            seconds = await self._parts.relay.play(self.conversation.anchor, leg, sound)
            self._parts.on_playback(self.conversation.call_id, leg, seconds)
            return seconds

    async def _play_beep(self) -> None:
        """Play the tone to all legs at once, except during a prompt. Skipped on hold, because it would replace hold
        music."""
        if _is_on_hold(self.conversation):
            return
        now = self._now()
        legs = [leg.tag for leg in self.conversation.legs if self._prompt_until.get(leg.tag, 0.0) <= now]
        await asyncio.gather(*(self._play_tone(tag, beep()) for tag in legs))

    async def _play_tone(self, tag: str, sound: Sound) -> None:
        try:
            await self._play(tag, sound)
        except MediaUnavailable:
            log.warning("recording_beep_lost", call=self.conversation.call_id)

    # ---- inside

    _recorded_legs: tuple[str, ...] = ()

    def _new_recording(self) -> NewCallRecording:
        standing = {each.leg.name: each for each in self._consent.legs}
        parties = tuple(
            NewRecordedParty(
                leg.subject,
                leg.extension_id or None,
                PartyIdentity(leg.number, leg.name),
                consent_evidence(standing[leg.tag], self._parts.clock),
            )
            for leg in self.conversation.legs
        )
        return NewCallRecording(
            self.conversation.tenant_id, self.conversation.call_id, self.terms.mode, self.begun, parties
        )

    def _legs(self, conversation: Conversation) -> tuple[consent_types.ConsentLeg, ...]:
        held = _is_on_hold(conversation)
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
        return self._parts.language(self.conversation.tenant_id, found)

    def _now(self) -> float:
        return self._parts.clock.monotonic()


_PAUSE_MARKS: dict[str, MarkKind] = {
    "asked": "paused",
    "card": "paused_for_card",
    "keys": "paused_for_keys",
    "joining": "paused_for_joining",
}


def _is_on_hold(conversation: Conversation) -> bool:
    """Whether one leg holds the call: it hears nothing, and the other hears music."""
    return any(leg.is_holding for leg in conversation.legs)


def _leg_tags(conversation: Conversation) -> tuple[str, ...]:
    return tuple(leg.tag for leg in conversation.legs)


def _media_generation(conversation: Conversation) -> tuple[object, ...]:
    return conversation.anchor, conversation.media_generation, _leg_tags(conversation)
