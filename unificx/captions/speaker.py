"""The captions of one participant: informed first, then the sound is cut into pieces of speech."""

import asyncio
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from unificx.captions.segmenter import Segment, SpeechSegmenter
from unificx.core.background import BackgroundTasks
from unificx.core.clock import Clock
from unificx.media_worker.client import MediaEngineClient
from unificx.recording import ConsentExecutor, consent, consent_types

RETRY_SECONDS = 1.0
"""Seconds until a participant is listened to again after the media engine was restarted."""

PlayNotice = Callable[[str, str, Callable[[consent_types.ConsentEvent], object]], None]
"""Plays a prompt to a participant; the callback gets `PromptPlayed` or `PromptFailed`."""


@dataclass(frozen=True, slots=True)
class SpeakerDependencies:
    """`tap_names` are unused names of taps; `spoken` gets a participant and a piece of speech; `changed` is
    called after each step of a consent."""

    engine: MediaEngineClient
    clock: Clock
    tap_names: Iterator[str]
    play_notice: PlayNotice
    spoken: Callable[[str, Segment], None]
    changed: Callable[[], None]


class Speaker:
    """Nothing is captured before the participant was informed, nor while muted, nor after a refusal. Implements
    `ConsentActions` for the consent of this participant alone."""

    def __init__(
        self,
        deps: SpeakerDependencies,
        terms: consent_types.ConsentTerms,
        leg: consent_types.ConsentLeg,
        media_leg: str,
    ) -> None:
        self._deps = deps
        self._leg, self._media_leg = leg, media_leg
        self._executor = ConsentExecutor(deps.clock, self, deps.changed)
        self._is_open = False
        self._tap = ""
        self._tasks = BackgroundTasks()
        self._executor.begin(consent.begin_joining(terms, leg, deps.clock.monotonic()))

    @property
    def is_allowed(self) -> bool:
        """Whether the participant was informed, has not refused, and takes part."""
        return self._executor.may_capture

    @property
    def stage(self) -> consent_types.ConsentStage:
        """The consent of the participant."""
        state = self._executor.state
        return state.legs[0].stage if state.legs else "unknown"

    def update(self, leg: consent_types.ConsentLeg, *, is_open: bool) -> None:
        """Note whether the participant is in the meeting and not muted (`is_open`), and on hold or objects."""
        self._is_open = is_open
        if leg != self._leg:
            self._leg = leg
            self._executor.handle_event(consent_types.ParticipantsChanged((leg,)))
        self._apply()

    def on_dtmf(self, digit: str) -> None:
        """Handle a digit, which may answer the question."""
        self._executor.handle_event(consent_types.DigitReceived(self._leg.name, digit))

    def close(self) -> None:
        """Stop."""
        self._executor.close()
        self._apply()

    # ---- actions of the consent machine

    def play_prompt(self, leg: str, prompt: str, *, awaited: bool) -> None:
        if awaited:  # the others are about recordings
            self._deps.play_notice(leg, prompt, self._executor.handle_event)

    def stop_prompt(self, leg: str) -> None:
        """The conference app plays notices to their end."""

    def play_beep(self) -> None: ...

    def start_capture(self) -> None:
        asyncio.get_running_loop().call_soon(self._apply)

    def stop_capture(self, why: str) -> None:
        self._end_tap()

    def end_recording(self, reason: consent_types.EndReason) -> None:
        self._end_tap()

    # ---- capture

    def _apply(self) -> None:
        wanted = self._is_open and self.is_allowed
        if wanted and not self._tap:
            self._tap = next(self._deps.tap_names)
            self._tasks.spawn(self._listen(self._tap))
        elif not wanted:
            self._end_tap()

    def _end_tap(self) -> None:
        if self._tap:
            self._deps.engine.end(self._tap)
            self._tap = ""

    async def _listen(self, tap: str) -> None:
        """Cut the sound of a tap into pieces, until another one has taken its place. It may end by itself: the media
        engine was restarted, or has no free tap."""
        segmenter, stream = SpeechSegmenter(), self._deps.engine.record(tap, leg=self._media_leg)
        async for chunk in stream:
            for segment in segmenter.feed(chunk.pcm, chunk.rate) if tap == self._tap else ():
                self._deps.spoken(self._leg.name, segment)
        if (rest := segmenter.flush()) is not None and self.is_allowed:
            self._deps.spoken(self._leg.name, rest)
        if tap != self._tap:
            return
        await asyncio.sleep(RETRY_SECONDS)
        if tap == self._tap:
            self._tap = ""
            self._apply()
