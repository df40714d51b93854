"""Recording consent: no media is captured before every present leg was notified and has not refused.

A leg is `unknown`, is hearing the notice (`telling`), was `told`, has `consented` or `refused`. Media may be captured
only while every present leg has consented: that is the state `RecordingActive`. The machine does not depend on how
media is tapped or on the number of legs: it serves two-party calls and conferences alike.
"""

from collections.abc import Iterable
from dataclasses import replace
from typing import assert_never

from unificx.recording.machine.consent_types import (
    AwaitingConsent,
    ConsentAction,
    ConsentEvent,
    ConsentLeg,
    ConsentStage,
    ConsentState,
    ConsentTerms,
    DeadlineReached,
    DigitReceived,
    EndReason,
    EndRecording,
    LegConsent,
    ParticipantsChanged,
    PauseReason,
    PauseRequested,
    PlaybackInterrupted,
    PlayBeep,
    PlayPrompt,
    PromptFailed,
    PromptPlayed,
    RecordingActive,
    RecordingEnded,
    RecordingFailed,
    RecordingPaused,
    ResumeRequested,
    StartCapture,
    StopCapture,
    StopPrompt,
    StopRequested,
)

HANG_UP_SECONDS = 0.3
"""Seconds after the notice before recording starts, to allow hanging up unrecorded."""
ANSWER_SECONDS = 8.0
"""Seconds to answer the consent question."""
MAX_QUESTIONS = 2
DTMF_PAUSE_SECONDS = 5.0
"""Seconds after the last DTMF digit until a pause for digits ends."""
FIRST_BEEP_SECONDS = 1.0
CONSENT_DIGIT, REFUSE_DIGIT = "1", "2"


StepResult = tuple[ConsentState, list[ConsentAction]]


def begin(terms: ConsentTerms, legs: Iterable[ConsentLeg], now: float) -> StepResult:
    """Start a recording: notify all present legs."""
    return _advance(AwaitingConsent(terms, tuple(LegConsent(leg) for leg in legs)), now, [])


def begin_joining(terms: ConsentTerms, leg: ConsentLeg, now: float) -> StepResult:
    """Notify a leg that is about to join a recorded conference; admit it once the state is `RecordingActive`."""
    return _advance(AwaitingConsent(terms, (LegConsent(leg),), joining=True), now, [])


def step(state: ConsentState, event: ConsentEvent, now: float) -> StepResult:
    """Process one event; return the new state and the actions to execute."""
    match state:
        case AwaitingConsent():
            return _on_awaiting_consent(state, event, now)
        case RecordingActive():
            return _on_recording(state, event, now)
        case RecordingPaused():
            return _on_paused(state, event, now)
        case RecordingEnded():
            return state, []
        case _:
            assert_never(state)


def deadline(state: ConsentState) -> float | None:
    """Return the time at which `DeadlineReached` is due next."""
    match state:
        case AwaitingConsent():
            return min((each.until for each in state.legs if each.present and each.until is not None), default=None)
        case RecordingActive():
            return state.beep_at
        case RecordingPaused():
            return state.until
        case RecordingEnded():
            return None
        case _:
            assert_never(state)


def may_capture(state: ConsentState) -> bool:
    """Whether media may be captured now."""
    return isinstance(state, RecordingActive)


def present_legs(state: ConsentState) -> tuple[LegConsent, ...]:
    """Return the consent of all present legs, as evidence."""
    return tuple(each for each in state.legs if each.present)


# ---- awaiting consent


def _on_awaiting_consent(state: AwaitingConsent, event: ConsentEvent, now: float) -> StepResult:
    match event:
        case ParticipantsChanged(legs):
            return _advance(replace(state, legs=_merge_legs(state.legs, legs)), now, [])
        case PlaybackInterrupted():
            return _advance(replace(state, legs=tuple(map(_reset_notice, state.legs))), now, [])
        case PromptPlayed(name, notice):
            return _on_prompt_played(state, name, notice, now)
        case PromptFailed(name):
            return _ended(state, "not_told") if _is(state, name, "telling") else (state, [])
        case DigitReceived(name, key):
            return _on_answer(state, name, key, now)
        case DeadlineReached():
            return _apply_timeouts(state, now)
        case PauseRequested(why):
            return replace(state, pause_reason=why), []
        case ResumeRequested():
            return replace(state, pause_reason=None), []
        case StopRequested():
            return _ended(state, "stopped")
        case RecordingFailed(end):
            return _ended(state, end)
        case _:
            assert_never(event)


def _on_prompt_played(state: AwaitingConsent, name: str, notice: str, now: float) -> StepResult:
    def mark_notified(each: LegConsent) -> LegConsent:
        if each.leg.name != name or each.stage != "telling":
            return each
        wait = ANSWER_SECONDS if _must_answer(state.terms, each.leg) else HANG_UP_SECONDS
        return replace(each, stage="told", notice=notice, notified_at=now, until=now + wait)

    return replace(state, legs=tuple(map(mark_notified, state.legs))), []


def _on_answer(state: AwaitingConsent, name: str, digit: str, now: float) -> StepResult:
    """Process an answer, which is accepted from the start of the question on."""
    one = next((each for each in state.legs if each.leg.name == name), None)
    if one is None or one.stage not in ("telling", "told") or not _must_answer(state.terms, one.leg):
        return state, []
    if digit not in (CONSENT_DIGIT, REFUSE_DIGIT):
        return state, []
    stage: ConsentStage = "consented" if digit == CONSENT_DIGIT else "refused"
    decided = replace(one, stage=stage, digit=digit, notified_at=one.notified_at or now, decided_at=now, until=None)
    stop_prompt: list[ConsentAction] = [StopPrompt(name)] if one.stage == "telling" else []
    return _advance(replace(state, legs=_replace_leg(state.legs, decided)), now, stop_prompt)


def _apply_timeouts(state: AwaitingConsent, now: float) -> StepResult:
    """Apply timeouts: a notified leg has consented; an unanswered question is repeated, then counts as refusal."""
    legs = state.legs
    for each in legs:
        if each.until is None or now < each.until:
            continue
        if not _must_answer(state.terms, each.leg):
            decided = replace(each, stage="consented", decided_at=now, until=None)
        elif each.prompts_played < MAX_QUESTIONS:
            decided = replace(each, stage="unknown", until=None)
        else:
            decided = replace(each, stage="refused", decided_at=now, until=None)
        legs = _replace_leg(legs, decided)
    return _advance(replace(state, legs=legs), now, [])


def _advance(state: AwaitingConsent, now: float, actions: list[ConsentAction]) -> StepResult:
    """End on a refusal, notify uninformed legs, and start recording once all present legs have consented."""
    for each in present_legs(state):
        if each.leg.objects and each.stage != "refused":
            actions += [StopPrompt(each.leg.name)] if each.stage == "telling" else []
            refused = replace(each, stage="refused", decided_at=now, until=None)
            state = replace(state, legs=_replace_leg(state.legs, refused))
    present = present_legs(state)
    if any(each.stage == "refused" for each in present):
        ended, more = _ended(state, "refused")
        return ended, [*actions, *more]
    legs = state.legs
    for each in present:
        if each.stage == "unknown" and not each.leg.on_hold:
            legs = _replace_leg(legs, replace(each, stage="telling", prompts_played=each.prompts_played + 1))
            actions.append(PlayPrompt(each.leg.name, _prompt(state, each), awaited=True))
    state = replace(state, legs=legs)
    if not present or any(each.stage != "consented" for each in present_legs(state)):
        return state, actions
    return _start_recording(state, now, actions)


def _start_recording(state: AwaitingConsent, now: float, actions: list[ConsentAction]) -> StepResult:
    if state.pause_reason is not None:
        return RecordingPaused(state.terms, state.legs, state.pause_reason), actions
    if any(each.digit for each in present_legs(state)) and not state.joining:
        actions += [PlayPrompt(each.leg.name, "recording/agreed") for each in present_legs(state)]
    return _active(state.terms, state.legs, now + FIRST_BEEP_SECONDS), [*actions, StartCapture()]


def _prompt(state: AwaitingConsent, one: LegConsent) -> str:
    video = state.terms.video
    if state.terms.captions:
        question = "captions/ask-again" if one.prompts_played else "captions/ask"
        return question if _must_answer(state.terms, one.leg) else "captions/notice"
    if _must_answer(state.terms, one.leg):
        if one.prompts_played:
            return "recording/ask-again-video" if video else "recording/ask-again"
        return "recording/ask-video" if video else "recording/ask"
    if state.joining:
        return "recording/joined-video" if video else "recording/joined-recorded"
    return "recording/notice-video" if video else "recording/notice-hang-up"


def _must_answer(terms: ConsentTerms, leg: ConsentLeg) -> bool:
    return terms.mode == "opt_in" and not leg.requested_recording


# ---- recording, or paused


def _on_recording(state: RecordingActive, event: ConsentEvent, now: float) -> StepResult:
    match event:
        case ParticipantsChanged(legs):
            return _legs_changed(state, _merge_legs(state.legs, legs), None, now)
        case DigitReceived(_, key) if key.isdigit() and state.terms.pause_on_dtmf:
            return RecordingPaused(state.terms, state.legs, "keys", now + DTMF_PAUSE_SECONDS), [StopCapture("keys")]
        case PauseRequested(why):
            prompts = [PlayPrompt(each.leg.name, _PAUSE_PROMPTS[why]) for each in present_legs(state)]
            return RecordingPaused(state.terms, state.legs, why), [StopCapture(why), *prompts]
        case StopRequested():
            return _ended(state, "stopped")
        case RecordingFailed(end):
            return _ended(state, end)
        case DeadlineReached():
            if state.beep_at is None or now < state.beep_at:
                return state, []
            return replace(state, beep_at=now + state.terms.beep_interval), [PlayBeep()]
        case PlaybackInterrupted() | PromptPlayed() | PromptFailed() | DigitReceived() | ResumeRequested():
            return state, []
        case _:
            assert_never(event)


def _on_paused(state: RecordingPaused, event: ConsentEvent, now: float) -> StepResult:
    match event:
        case ParticipantsChanged(legs):
            return _legs_changed(state, _merge_legs(state.legs, legs), state.reason, now)
        case DigitReceived(_, key) if state.until is not None and key.isdigit():
            return replace(state, until=now + DTMF_PAUSE_SECONDS), []
        case DeadlineReached() if state.until is not None and now >= state.until:
            return _active(state.terms, state.legs, now + FIRST_BEEP_SECONDS), [StartCapture()]
        case PauseRequested(why):
            return replace(state, reason=why, until=None), []
        case ResumeRequested():
            prompts = [PlayPrompt(each.leg.name, "recording/resumed") for each in present_legs(state)]
            return _active(state.terms, state.legs, now + FIRST_BEEP_SECONDS), [*prompts, StartCapture()]
        case StopRequested():
            return _ended(state, "stopped")
        case RecordingFailed(end):
            return _ended(state, end)
        case DigitReceived() | DeadlineReached() | PlaybackInterrupted() | PromptPlayed() | PromptFailed():
            return state, []
        case _:
            assert_never(event)


_PAUSE_PROMPTS = {"asked": "recording/paused", "card": "recording/paused-for-card"}


def _legs_changed(
    state: RecordingActive | RecordingPaused, legs: tuple[LegConsent, ...], reason: PauseReason | None, now: float
) -> StepResult:
    """Suspend capture until new legs have consented. Legs that left need no action."""
    before = {each.leg.name for each in present_legs(state)}
    after = [each for each in legs if each.present]
    refused = any(each.leg.objects for each in after)
    if {each.leg.name for each in after} == before and not refused:
        return replace(state, legs=legs), []
    hold: list[ConsentAction] = [StopCapture("joining")] if isinstance(state, RecordingActive) else []
    pause_reason = reason if reason != "keys" else None
    return _advance(AwaitingConsent(state.terms, legs, joining=True, pause_reason=pause_reason), now, hold)


def _active(terms: ConsentTerms, legs: tuple[LegConsent, ...], beep_at: float) -> RecordingActive:
    return RecordingActive(terms, legs, beep_at if terms.beep_interval else None)


def _ended(state: AwaitingConsent | RecordingActive | RecordingPaused, reason: EndReason) -> StepResult:
    actions: list[ConsentAction] = [StopCapture("over")] if isinstance(state, RecordingActive) else []
    for each in present_legs(state):
        if each.stage == "telling":
            actions.append(StopPrompt(each.leg.name))
        if (prompt := _closing_prompt(reason, each)) and (
            reason != "stopped" or not isinstance(state, AwaitingConsent) or state.joining
        ):
            actions.append(PlayPrompt(each.leg.name, prompt))
    return RecordingEnded(reason, state.legs), [*actions, EndRecording(reason)]


def _closing_prompt(reason: EndReason, one: LegConsent) -> str:
    """Return the closing prompt, "" for a leg that never heard a notice and did not request the recording."""
    if reason == "refused" and not one.prompts_played and not one.leg.requested_recording:
        return ""
    match reason:
        case "stopped":
            return "recording/ended"
        case "refused":
            return "recording/refused" if one.stage == "refused" else "recording/not-everybody"
        case "not_told" | "full" | "fault":
            return "recording/failed"
        case _:
            assert_never(reason)


# ---- present legs


def _merge_legs(known: tuple[LegConsent, ...], legs: tuple[ConsentLeg, ...]) -> tuple[LegConsent, ...]:
    """Merge the present legs into the known ones. A returning leg keeps its consent."""
    current = {leg.name: leg for leg in legs}
    merged = [_returned(each, current[each.leg.name]) if each.leg.name in current else _left(each) for each in known]
    names = {each.leg.name for each in known}
    return (*merged, *(LegConsent(leg) for leg in legs if leg.name not in names))


def _returned(one: LegConsent, leg: ConsentLeg) -> LegConsent:
    updated = replace(
        one, leg=replace(leg, requested_recording=one.leg.requested_recording or leg.requested_recording), present=True
    )
    return _reset_notice(updated) if leg.on_hold else updated


def _left(one: LegConsent) -> LegConsent:
    return replace(_reset_notice(one), present=False, until=None)


def _reset_notice(one: LegConsent) -> LegConsent:
    """Reset a leg whose notice was interrupted."""
    if one.stage == "telling":
        return replace(one, stage="unknown", prompts_played=one.prompts_played - 1)
    return one


def _replace_leg(legs: tuple[LegConsent, ...], one: LegConsent) -> tuple[LegConsent, ...]:
    return tuple(one if each.leg.name == one.leg.name else each for each in legs)


def _is(state: AwaitingConsent, name: str, stage: ConsentStage) -> bool:
    return any(each.leg.name == name and each.stage == stage and each.present for each in state.legs)
