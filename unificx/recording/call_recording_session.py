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
from unificx.recording.archive import Archive, Made
from unificx.recording.beep import beep
from unificx.recording.call_capture import Segment, Subscriptions
from unificx.recording.consent_evidence import evidence
from unificx.recording.live_recording import RecordingState
from unificx.recording.machine import consent, consent_types
from unificx.recording.ports import Ears, Prompts, Relay
from unificx.recording.recording_tasks import Errands
from unificx.recording.schemas import Begun, MarkKind, NewParty, NewRecording, Who
from unificx.rtpengine.ng import sends_telephone_events

log = structlog.get_logger()
REACHED_WITHIN = 6.0
"""Seconds to wait for media from a participant; without media it cannot hear the notice either."""
LOOK_EVERY = 0.2
SETTLE = 0.3
"""Seconds between the first media of a participant and the first prompt."""
TRIES = (0.2, 0.5, 1.0, 2.0, 4.0)
"""Delays in seconds between attempts to resubscribe after the media engine restarted."""


@dataclass(frozen=True, slots=True)
class SessionParts:
    """What a session works with. `language` returns the prompt language of a tenant's extension; "" is an external
    party. `on_playback` is called when a prompt of so many seconds is played to a leg, because it replaces hold
    music."""

    clock: Clock
    relay: Relay
    ears: Ears
    prompts: Prompts
    archive: Archive
    language: Callable[[str, str], str]
    spoken: Callable[[str, str, float], None] = lambda call_id, tag, seconds: None


class Session:
    """`on_change` is called when `state` changes. All methods run on the event loop and do not block."""

    def __init__(
        self, parts: SessionParts, talk: Conversation, begun: Begun, terms: consent_types.ConsentTerms, by: str
    ) -> None:
        self.talk = talk
        self.begun: Begun = begun
        self.terms = terms
        self.by = by
        """The leg that requested it; "" if none did."""
        self.changed: Callable[[], None] = lambda: None
        self.kept = False
        """Whether anything was recorded."""
        self._parts = parts
        self._made: Made | None = None
        self._segment: Segment | None = None
        self._subscriptions: Subscriptions | None = None
        self._segments = 0
        self._turns: defaultdict[str, asyncio.Lock] = defaultdict(asyncio.Lock)
        """Per leg, serializes relay commands, so that a stop cannot overtake the next playback."""
        self._heard_at: tuple[object, ...] | None = None
        """The media generation in which in-band DTMF detection was enabled."""
        self._busy: dict[str, float] = {}
        """When the current prompt of each leg ends."""
        self._timer: asyncio.TimerHandle | None = None
        self._errands = Errands(self.tell, "recording_failed", call=talk.call_id)
        self._turn = asyncio.Lock()
        self._closed = False
        self._consent: consent_types.ConsentState
        self._consent, actions = consent.begin(terms, self._legs(talk), self._now())
        self._do(actions)

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

    def must_answer(self, tag: str) -> bool:
        """Whether a leg is being asked for consent, so that its digits are answers."""
        return any(each.leg.name == tag and each.stage in ("telling", "told") for each in self._consent.legs)

    def talks(self, talk: Conversation | None) -> None:
        """Update the talk; None: no participants are connected for now."""
        before, self.talk = self.talk, talk or self.talk
        if talk is not None and (talk.anchor, talk.media_generation) != (before.anchor, before.media_generation):
            self.tell(consent_types.PlaybackInterrupted())
        self.tell(consent_types.ParticipantsChanged(self._legs(talk) if talk is not None else ()))
        same_legs = talk is not None and [leg.tag for leg in talk.legs] == [leg.tag for leg in before.legs]
        if (
            same_legs
            and talk is not None
            and talk.media_generation != before.media_generation
            and self._segment is not None
        ):
            self._errands.spawn(self._listen_again("gap"))

    def tell(self, event: consent_types.ConsentEvent) -> None:
        """Process a consent event."""
        before = self.state
        self._consent, actions = consent.step(self._consent, event, self._now())
        self._do(actions)
        if self.state != before:
            self.changed()

    def forget(self, subject: str) -> None:
        """End the recording if an erased subject took part; it is not restarted."""
        if self._made is not None and subject in self._made.subjects:
            self.tell(consent_types.RecordingFailed("fault"))

    def over(self) -> bool:
        """End the session with its call. Return whether anything was recorded."""
        self._closed = True
        if self._timer is not None:
            self._timer.cancel()
        captured = self._segment is not None and self._segment.said
        self._errands.spawn(self._finish("over"))
        return self.kept or captured

    async def settle(self) -> None:
        """Wait until all background work is done."""
        await self._errands.join()

    # ---- actions of the consent machine

    def _do(self, actions: list[consent_types.ConsentAction]) -> None:
        for action in actions:
            match action:
                case consent_types.PlayPrompt(leg, prompt, awaited):
                    self._errands.spawn(self._say(leg, prompt, awaited=awaited))
                case consent_types.StopPrompt(leg):
                    self._busy.pop(leg, None)
                    self._errands.spawn(self._hush(leg))
                case consent_types.PlayBeep():
                    self._errands.spawn(self._beep())
                case consent_types.StopCapture(why):
                    self._hold(why)
                case consent_types.StartCapture():
                    self._errands.spawn(self._feed())
                case consent_types.EndRecording(end):
                    log.info("recording_over", call=self.talk.call_id, end=end)
                    self._errands.spawn(self._finish(end))
                case _:
                    assert_never(action)
        self._rearm()

    def _rearm(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
        at = consent.deadline(self._consent)
        if at is not None and not self._closed:
            loop = asyncio.get_running_loop()
            self._timer = loop.call_later(max(at - self._now(), 0.0), self.tell, consent_types.DeadlineReached())

    def _hold(self, why: str) -> None:
        """Stop capturing immediately, whatever is still in progress."""
        segment, self._segment = self._segment, None
        if segment is not None:
            segment.shut(drop=why in ("keys", "card"))
            self.kept = self.kept or segment.said
            self._errands.spawn(self._mark_hold(segment, why))

    async def _mark_hold(self, segment: Segment, why: str) -> None:
        async with self._turn:
            await segment.written()
            self.kept = self.kept or segment.said
            kind = _HELD.get(why)
            if kind is not None and self._made is not None:
                await self._made.mark(kind)

    async def _feed(self) -> None:
        """Start or continue capturing with the current participants, if consent still holds."""
        async with self._turn:
            talk = self.talk
            if not self._may_feed(talk):
                return
            made = self._made
            if made is not None and self._parties != _names(talk):
                await self._keep(made, "changed")
                made = None
            fresh = made is None
            try:
                if made is None:
                    made = await self._parts.archive.begin(self._new())
                    self._made, self._parties = made, _names(talk)
                await self._subscribe(talk)
            except (MediaUnavailable, ErasedSubject):
                self.tell(consent_types.RecordingFailed("fault"))
                return
            if not self._may_feed(talk):
                return
            if not fresh:
                await made.mark("resumed")
            if self._may_feed(talk):
                self._start(made)

    def _may_feed(self, talk: Conversation) -> bool:
        """Checked again after every await: participants and consent may have changed."""
        same = _names(talk) == _names(self.talk)
        return consent.may_capture(self._consent) and same and not self._closed and self._segment is None

    def _start(self, made: Made) -> None:
        assert self._subscriptions is not None
        self._segments += 1
        self._segment = Segment(self._parts.ears, self._subscriptions, made, self._segments)
        self._segment.broken = self._broken

    def _broken(self, why: str) -> None:
        if why == "full":
            self.tell(consent_types.RecordingFailed("full"))
        elif self._segment is not None:
            self._errands.spawn(self._listen_again("lost"))

    async def _subscribe(self, talk: Conversation) -> None:
        before = self._subscriptions
        if before is not None and _where(before.talk) == _where(talk):
            return
        self._subscriptions = None
        if before is not None and _names(before.talk) != _names(talk):
            await before.close()
        subscriptions = Subscriptions(self._parts.relay, self._parts.ears, talk)
        await subscriptions.open()
        self._subscriptions = subscriptions

    async def _listen_again(self, why: str) -> None:
        """Resubscribe after the media engine or relay restarted; the gap becomes silence in the recording."""
        async with self._turn:
            since, segment = self._now(), self._segment
            if why == "lost" and segment is not None:
                await segment.end()  # what was received until then comes before the silence
                self.kept = self.kept or segment.said
                self._segment = None
            for wait in TRIES:
                try:
                    self._subscriptions = None
                    await self._subscribe(self.talk)
                    break
                except MediaUnavailable:
                    await asyncio.sleep(wait)
            else:
                self.tell(consent_types.RecordingFailed("fault"))
                return
            made, subscriptions = self._made, self._subscriptions
            if made is None or subscriptions is None:
                return
            await made.mark("gap")
            if why == "lost" and self._may_feed(self.talk):
                silence = bytes(4 * int((self._now() - since) * subscriptions.rate))
                try:
                    await made.write(silence, subscriptions.rate)
                except StorageFull:
                    self.tell(consent_types.RecordingFailed("full"))
                    return
                if self._may_feed(self.talk):
                    self._start(made)

    async def _finish(self, end: str) -> None:
        """Store the recording. On hang-up the remaining audio is included; otherwise capture was stopped before."""
        segment = self._segment
        async with self._turn:
            if segment is not None:
                await segment.end()
                self.kept = self.kept or segment.said
                self._segment = None
            made, self._made = self._made, None
            if made is not None:
                await self._keep(made, end)
            subscriptions, self._subscriptions = self._subscriptions, None
            if subscriptions is not None:
                await subscriptions.close()

    async def _keep(self, made: Made, end: str) -> None:
        self._made = None
        await made.finish(end)  # type: ignore[arg-type]

    # ---- playback to participants

    async def _say(self, leg: str, prompt: str, *, awaited: bool) -> None:
        where = _where(self.talk)
        sounds = self._parts.prompts.named(prompt, self._language(leg))
        try:
            if awaited:
                await self._reached(leg)
                await self._hear_keys()
            if self._hears_nothing(leg, awaited):
                return
            for sound in sounds:
                seconds = await self._play(leg, sound)
                self._busy[leg] = self._now() + seconds
                await asyncio.sleep(seconds)
        except MediaUnavailable:
            if awaited and _where(self.talk) == where:
                self.tell(consent_types.PromptFailed(leg))
            return
        if awaited and _where(self.talk) == where and not self._closed:
            self.tell(consent_types.PromptPlayed(leg, "+".join(sound.digest for sound in sounds)))

    async def _reached(self, leg: str) -> None:
        """Wait until media arrived from a participant: only then is it known to receive audio. Raises
        MediaUnavailable."""
        until = self._now() + REACHED_WITHIN
        while self._now() < until and not self._closed:
            report = await self._parts.relay.query(self.talk.anchor)
            party = report.party(leg) if report is not None else None
            if party is not None and party.packets:
                await asyncio.sleep(SETTLE)
                return
            await asyncio.sleep(LOOK_EVERY)
        raise MediaUnavailable("silent")

    async def _hear_keys(self) -> None:
        """Enable in-band DTMF detection for legs without RFC 4733.

        On both legs before any prompt: enabling it would interrupt playback to the other leg.
        """
        async with self._turns[""]:
            where, self._heard_at = self._heard_at, _where(self.talk)
            if where == self._heard_at or all(sends_telephone_events(each.sdp) for each in self.talk.legs):
                return
            legs = [each.tag for each in self.talk.legs]
            with contextlib.suppress(MediaUnavailable):
                await asyncio.gather(*(self._reached(each) for each in legs))
                for each in legs:
                    await self._parts.relay.detect_inband_dtmf(self.talk.anchor, each)
                await asyncio.sleep(SETTLE)

    async def _hush(self, leg: str) -> None:
        with contextlib.suppress(MediaUnavailable):
            async with self._turns[leg]:
                await self._parts.relay.stop(self.talk.anchor, leg)
                self._parts.spoken(self.talk.call_id, leg, 0.0)

    def _hears_nothing(self, leg: str, awaited: bool) -> bool:
        """Whether a leg would not hear this prompt. A held leg hears prompts, but awaited ones are repeated after the
        hold."""
        return _held(self.talk) if awaited else any(each.is_holding and each.tag == leg for each in self.talk.legs)

    async def _play(self, leg: str, sound: Sound) -> float:
        async with self._turns[leg]:
            seconds = await self._parts.relay.play(self.talk.anchor, leg, sound)
            self._parts.spoken(self.talk.call_id, leg, seconds)
            return seconds

    async def _beep(self) -> None:
        """Play the tone to all legs at once, except during a prompt. Skipped on hold, because it would replace hold
        music."""
        if _held(self.talk):
            return
        now = self._now()
        legs = [leg.tag for leg in self.talk.legs if self._busy.get(leg.tag, 0.0) <= now]
        await asyncio.gather(*(self._sound(tag, beep()) for tag in legs))

    async def _sound(self, tag: str, sound: Sound) -> None:
        try:
            await self._play(tag, sound)
        except MediaUnavailable:
            log.warning("recording_beep_lost", call=self.talk.call_id)

    # ---- inside

    _parties: tuple[str, ...] = ()

    def _new(self) -> NewRecording:
        standing = {each.leg.name: each for each in self._consent.legs}
        parties = tuple(
            NewParty(
                leg.subject,
                leg.extension_id or None,
                Who(leg.number, leg.name),
                evidence(standing[leg.tag], self._parts.clock),
            )
            for leg in self.talk.legs
        )
        return NewRecording(self.talk.tenant_id, self.talk.call_id, self.terms.mode, self.begun, parties)

    def _legs(self, talk: Conversation) -> tuple[consent_types.ConsentLeg, ...]:
        held = _held(talk)
        return tuple(
            consent_types.ConsentLeg(
                leg.tag,
                held,
                requested_recording=leg.tag == self.by,
                objects=sdp.recording_preference(leg.sdp) == "off",
            )
            for leg in talk.legs
        )

    def _language(self, tag: str) -> str:
        found = next((leg.extension_id for leg in self.talk.legs if leg.tag == tag), "")
        return self._parts.language(self.talk.tenant_id, found)

    def _now(self) -> float:
        return self._parts.clock.monotonic()


_HELD: dict[str, MarkKind] = {
    "asked": "paused",
    "card": "paused_for_card",
    "keys": "paused_for_keys",
    "joining": "paused_for_joining",
}


def _held(talk: Conversation) -> bool:
    """Whether one leg holds the call: it hears nothing, and the other hears music."""
    return any(leg.is_holding for leg in talk.legs)


def _names(talk: Conversation) -> tuple[str, ...]:
    return tuple(leg.tag for leg in talk.legs)


def _where(talk: Conversation) -> tuple[object, ...]:
    return talk.anchor, talk.media_generation, _names(talk)
