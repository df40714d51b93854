"""Prompts and beeps to the participants of a call, played by the media relay."""

import asyncio
import contextlib
from collections import defaultdict
from collections.abc import Callable, Sequence

import structlog

from unificx import sdp
from unificx.calls import Conversation
from unificx.core.clock import Clock
from unificx.media import MediaUnavailable
from unificx.media.sounds import Sound
from unificx.recording.beep import beep
from unificx.rtpengine.supervisor import RtpEngine

log = structlog.get_logger()
MEDIA_TIMEOUT = 6.0
"""Seconds to wait for media from a participant; without media it cannot hear the notice either."""
MEDIA_POLL_INTERVAL = 0.2
MEDIA_SETTLE_SECONDS = 0.8
"""Seconds between the first media of a participant and the first prompt: some browsers open their audio output only
then, and play faster or drop what has arrived before."""
DETECTION_SETTLE_SECONDS = 0.3
"""Seconds that rtpengine takes to begin to detect in-band DTMF."""


class CallPlayback:
    """Playback to the legs of `conversation`, which is replaced when it changes.

    `on_playback` is called when a prompt of so many seconds is played to a leg, because it replaces hold music.
    """

    def __init__(
        self,
        conversation: Conversation,
        relay: RtpEngine,
        clock: Clock,
        on_playback: Callable[[str, str, float], None],
    ) -> None:
        self.conversation = conversation
        self.closed = False
        self._relay = relay
        self._clock = clock
        self._on_playback = on_playback
        # Owner: the node that holds the call.
        self._locks: defaultdict[str, asyncio.Lock] = defaultdict(asyncio.Lock)
        """Per leg, serializes relay commands, so that a stop cannot overtake the next playback."""
        self._dtmf_detected_at: tuple[object, ...] | None = None
        """The media generation in which in-band DTMF detection was enabled."""
        self._prompt_until: dict[str, float] = {}
        """When the current prompt of each leg ends."""

    async def prompt(self, leg: str, sounds: Sequence[Sound], *, awaited: bool) -> bool | None:
        """Play a prompt to its end. With `awaited`, wait for media from the leg first.

        Return whether it was played completely; None if it does not matter: the media was re-established or the leg
        is on hold, and the prompt will be repeated.
        """
        media = media_generation(self.conversation)
        try:
            if awaited:
                await self._wait_for_media(leg)
                await self._detect_dtmf()
            if self._cannot_hear(leg, awaited):
                return None
            for sound in sounds:
                seconds = await self._play(leg, sound)
                self._prompt_until[leg] = self._now() + seconds
                await asyncio.sleep(seconds)
            complete = True
        except MediaUnavailable:
            complete = False
        return complete if media_generation(self.conversation) == media else None

    async def stop_prompt(self, leg: str) -> None:
        """Stop the prompt of a leg."""
        with contextlib.suppress(MediaUnavailable):
            async with self._locks[leg]:
                await self._relay.stop(self.conversation.anchor, leg)
                self._on_playback(self.conversation.call_id, leg, 0.0)

    def prompt_ended(self, leg: str) -> None:
        """Record that a leg hears no prompt from now on, so that it hears beeps again."""
        self._prompt_until.pop(leg, None)

    async def beep(self) -> None:
        """Play the tone to all legs at once, except during a prompt. Skipped on hold, because it would replace hold
        music."""
        if is_on_hold(self.conversation):
            return
        now = self._now()
        legs = [leg.tag for leg in self.conversation.legs if self._prompt_until.get(leg.tag, 0.0) <= now]
        await asyncio.gather(*(self._play_tone(tag, beep()) for tag in legs))

    async def _wait_for_media(self, leg: str) -> None:
        """Wait until media arrived from a participant: only then is it known to receive audio. Raises
        MediaUnavailable."""
        until = self._now() + MEDIA_TIMEOUT
        while self._now() < until and not self.closed:
            report = await self._relay.query(self.conversation.anchor)
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
        async with self._locks[""]:
            before, self._dtmf_detected_at = self._dtmf_detected_at, media_generation(self.conversation)
            if before == self._dtmf_detected_at or all(
                sdp.sends_telephone_events(each.sdp) for each in self.conversation.legs
            ):
                return
            legs = [each.tag for each in self.conversation.legs]
            with contextlib.suppress(MediaUnavailable):
                await asyncio.gather(*(self._wait_for_media(each) for each in legs))
                for each in legs:
                    await self._relay.detect_inband_dtmf(self.conversation.anchor, each)
                await asyncio.sleep(DETECTION_SETTLE_SECONDS)

    def _cannot_hear(self, leg: str, awaited: bool) -> bool:
        """Whether a leg would not hear this prompt. A held leg hears prompts, but awaited ones are repeated after the
        hold."""
        return (
            is_on_hold(self.conversation)
            if awaited
            else any(each.is_holding and each.tag == leg for each in self.conversation.legs)
        )

    async def _play(self, leg: str, sound: Sound) -> float:
        async with self._locks[leg]:
            seconds = await self._relay.play(self.conversation.anchor, leg, sound)
            self._on_playback(self.conversation.call_id, leg, seconds)
            return seconds

    async def _play_tone(self, tag: str, sound: Sound) -> None:
        try:
            await self._play(tag, sound)
        except MediaUnavailable:
            log.warning("recording_beep_lost", call=self.conversation.call_id)

    def _now(self) -> float:
        return self._clock.monotonic()


def is_on_hold(conversation: Conversation) -> bool:
    """Whether one leg holds the call: it hears nothing, and the other hears music."""
    return any(leg.is_holding for leg in conversation.legs)


def leg_tags(conversation: Conversation) -> tuple[str, ...]:
    """Return the legs of a call, caller first."""
    return tuple(leg.tag for leg in conversation.legs)


def media_generation(conversation: Conversation) -> tuple[object, ...]:
    """Return a value that changes whenever the media of a call is re-established."""
    return conversation.anchor, conversation.media_generation, leg_tags(conversation)
