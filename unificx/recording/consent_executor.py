"""Executes the actions of the consent machine, for calls, conferences and participants who wait to be admitted."""

import asyncio
from collections.abc import Callable
from dataclasses import replace
from typing import Protocol, assert_never

from unificx.core.clock import TIMER_RESOLUTION, Clock
from unificx.recording.machine import consent, consent_types


class ConsentActions(Protocol):
    """Effects of the actions of the consent machine. No method blocks."""

    def play_prompt(self, leg: str, prompt: str, *, awaited: bool) -> None:
        """Play a prompt. With `awaited`, `PromptPlayed` or `PromptFailed` has to follow."""
        ...

    def stop_prompt(self, leg: str) -> None: ...
    def play_beep(self) -> None:
        """Play the recording tone to all legs."""
        ...

    def start_capture(self) -> None: ...
    def stop_capture(self, why: str) -> None:
        """Stop capturing before anything else happens."""
        ...

    def end_recording(self, reason: consent_types.EndReason) -> None: ...


class ConsentExecutor:
    """Steps one consent machine, executes its actions in order, and keeps its deadline.

    `on_step` is called after each event. Events after `close` are ignored.
    """

    def __init__(self, clock: Clock, actions: ConsentActions, on_step: Callable[[], None] = lambda: None) -> None:
        self.state: consent_types.ConsentState = consent_types.RecordingEnded("stopped")
        self.closed = False
        self._clock = clock
        self._actions = actions
        self._on_step = on_step
        self._timer: asyncio.TimerHandle | None = None

    def begin(self, result: consent.StepResult) -> None:
        """Begin with the result of `consent.begin` or `consent.begin_joining`."""
        self.state, actions = result
        self._execute(actions)

    def handle_event(self, event: consent_types.ConsentEvent) -> None:
        """Process an event."""
        if not self.closed:
            self.state, actions = consent.step(self.state, event, self._clock.monotonic())
            self._execute(actions)
            self._on_step()

    def set_legs(self, legs: tuple[consent_types.LegConsent, ...]) -> None:
        """Replace the known legs without an action."""
        self.state = replace(self.state, legs=legs)

    @property
    def may_capture(self) -> bool:
        """Whether media may be captured now."""
        return consent.may_capture(self.state) and not self.closed

    def close(self) -> None:
        """Stop. Idempotent."""
        self.closed = True
        if self._timer is not None:
            self._timer.cancel()

    def _execute(self, actions: list[consent_types.ConsentAction]) -> None:
        for action in actions:
            match action:
                case consent_types.PlayPrompt(leg, prompt, awaited):
                    self._actions.play_prompt(leg, prompt, awaited=awaited)
                case consent_types.StopPrompt(leg):
                    self._actions.stop_prompt(leg)
                case consent_types.PlayBeep():
                    self._actions.play_beep()
                case consent_types.StopCapture(why):
                    self._actions.stop_capture(why)
                case consent_types.StartCapture():
                    self._actions.start_capture()
                case consent_types.EndRecording(reason):
                    self._actions.end_recording(reason)
                case _:
                    assert_never(action)
        self._rearm()

    def _rearm(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
        at = consent.deadline(self.state)
        if at is not None and not self.closed:
            delay = max(at - self._clock.monotonic(), TIMER_RESOLUTION)
            self._timer = asyncio.get_running_loop().call_later(
                delay, self.handle_event, consent_types.DeadlineReached()
            )
