"""Recording consent: no media is captured before every present leg was notified and has not refused.

A leg is `unknown`, is hearing the notice (`telling`), was `told`, has `consented` or `refused`. Media may be captured
only while every present leg has consented: that is the state `RecordingActive`. The machine does not depend on how
media is tapped or on the number of legs: it serves two-party calls and conferences alike.
"""

from collections.abc import Iterable
from dataclasses import replace
from typing import assert_never

from unificx.recording.machine.consent_types import (
    Action,
    Asking,
    Beep,
    End,
    Event,
    Failed,
    Feed,
    Finish,
    Hold,
    Hush,
    Interrupted,
    Leg,
    NotTold,
    Over,
    PauseAsked,
    Paused,
    Present,
    Pressed,
    Recording,
    ResumeAsked,
    Stage,
    Standing,
    State,
    StopAsked,
    Tell,
    Terms,
    TimePassed,
    Told,
    Why,
)

GRACE = 0.3
"""Seconds after the notice before recording starts, to allow hanging up unrecorded."""
PATIENCE = 8.0
"""Seconds to answer the consent question."""
ASKED_AT_MOST = 2
KEYS_QUIET = 5.0
"""Seconds after the last DTMF digit until a pause for digits ends."""
FIRST_BEEP = 1.0
AGREE, REFUSE = "1", "2"


Outcome = tuple[State, list[Action]]


def begin(terms: Terms, legs: Iterable[Leg], now: float) -> Outcome:
    """Start a recording: notify all present legs."""
    return _go_on(Asking(terms, tuple(Standing(leg) for leg in legs)), now, [])


def at_the_door(terms: Terms, leg: Leg, now: float) -> Outcome:
    """Notify a leg that is about to join a recorded conference; admit it once the state is `RecordingActive`."""
    return _go_on(Asking(terms, (Standing(leg),), joining=True), now, [])


def step(state: State, event: Event, now: float) -> Outcome:
    """Process one event; return the new state and the actions to execute."""
    match state:
        case Asking():
            return _asking(state, event, now)
        case Recording():
            return _recording(state, event, now)
        case Paused():
            return _paused(state, event, now)
        case Over():
            return state, []
        case _:
            assert_never(state)


def deadline(state: State) -> float | None:
    """Return the time at which `DeadlineReached` is due next."""
    match state:
        case Asking():
            return min((each.until for each in state.legs if each.here and each.until is not None), default=None)
        case Recording():
            return state.beep_at
        case Paused():
            return state.until
        case Over():
            return None
        case _:
            assert_never(state)


def may_be_kept(state: State) -> bool:
    """Whether media may be captured now."""
    return isinstance(state, Recording)


def there(state: State) -> tuple[Standing, ...]:
    """Return the consent of all present legs, as evidence."""
    return tuple(each for each in state.legs if each.here)


# ---- awaiting consent


def _asking(state: Asking, event: Event, now: float) -> Outcome:
    match event:
        case Present(legs):
            return _go_on(replace(state, legs=_present(state.legs, legs)), now, [])
        case Interrupted():
            return _go_on(replace(state, legs=tuple(map(_untold, state.legs))), now, [])
        case Told(name, notice):
            return _told(state, name, notice, now)
        case NotTold(name):
            return _over(state, "not_told") if _is(state, name, "telling") else (state, [])
        case Pressed(name, key):
            return _answered(state, name, key, now)
        case TimePassed():
            return _waited(state, now)
        case PauseAsked(why):
            return replace(state, paused=why), []
        case ResumeAsked():
            return replace(state, paused=None), []
        case StopAsked():
            return _over(state, "stopped")
        case Failed(end):
            return _over(state, end)
        case _:
            assert_never(event)


def _told(state: Asking, name: str, notice: str, now: float) -> Outcome:
    def heard(each: Standing) -> Standing:
        if each.leg.name != name or each.stage != "telling":
            return each
        wait = PATIENCE if _has_to_answer(state.terms, each.leg) else GRACE
        return replace(each, stage="told", notice=notice, told_at=now, until=now + wait)

    return replace(state, legs=tuple(map(heard, state.legs))), []


def _answered(state: Asking, name: str, key: str, now: float) -> Outcome:
    """Process an answer, which is accepted from the start of the question on."""
    one = next((each for each in state.legs if each.leg.name == name), None)
    if one is None or one.stage not in ("telling", "told") or not _has_to_answer(state.terms, one.leg):
        return state, []
    if key not in (AGREE, REFUSE):
        return state, []
    stage: Stage = "consented" if key == AGREE else "refused"
    settled = replace(one, stage=stage, key=key, told_at=one.told_at or now, settled_at=now, until=None)
    quiet: list[Action] = [Hush(name)] if one.stage == "telling" else []
    return _go_on(replace(state, legs=_with(state.legs, settled)), now, quiet)


def _waited(state: Asking, now: float) -> Outcome:
    """Apply timeouts: a notified leg has consented; an unanswered question is repeated, then counts as refusal."""
    legs = state.legs
    for each in legs:
        if each.until is None or now < each.until:
            continue
        if not _has_to_answer(state.terms, each.leg):
            settled = replace(each, stage="consented", settled_at=now, until=None)
        elif each.asked < ASKED_AT_MOST:
            settled = replace(each, stage="unknown", until=None)
        else:
            settled = replace(each, stage="refused", settled_at=now, until=None)
        legs = _with(legs, settled)
    return _go_on(replace(state, legs=legs), now, [])


def _go_on(state: Asking, now: float, actions: list[Action]) -> Outcome:
    """End on a refusal, notify uninformed legs, and start recording once all present legs have consented."""
    for each in there(state):
        if each.leg.refuses and each.stage != "refused":
            actions += [Hush(each.leg.name)] if each.stage == "telling" else []
            refused = replace(each, stage="refused", settled_at=now, until=None)
            state = replace(state, legs=_with(state.legs, refused))
    here = there(state)
    if any(each.stage == "refused" for each in here):
        ended, more = _over(state, "refused")
        return ended, [*actions, *more]
    legs = state.legs
    for each in here:
        if each.stage == "unknown" and not each.leg.away:
            legs = _with(legs, replace(each, stage="telling", asked=each.asked + 1))
            actions.append(Tell(each.leg.name, _prompt(state, each), awaited=True))
    state = replace(state, legs=legs)
    if not here or any(each.stage != "consented" for each in there(state)):
        return state, actions
    return _settled(state, now, actions)


def _settled(state: Asking, now: float, actions: list[Action]) -> Outcome:
    if state.paused is not None:
        return Paused(state.terms, state.legs, state.paused), actions
    if any(each.key for each in there(state)) and not state.joining:
        actions += [Tell(each.leg.name, "recording/agreed") for each in there(state)]
    return _running(state.terms, state.legs, now + FIRST_BEEP), [*actions, Feed()]


def _prompt(state: Asking, one: Standing) -> str:
    if _has_to_answer(state.terms, one.leg):
        return "recording/ask-again" if one.asked else "recording/ask"
    return "recording/joined-recorded" if state.joining else "recording/notice-hang-up"


def _has_to_answer(terms: Terms, leg: Leg) -> bool:
    return terms.mode == "opt_in" and not leg.asked_for_it


# ---- recording, or paused


def _recording(state: Recording, event: Event, now: float) -> Outcome:
    match event:
        case Present(legs):
            return _joined(state, _present(state.legs, legs), None, now)
        case Pressed(_, key) if key.isdigit() and state.terms.pause_on_keys:
            return Paused(state.terms, state.legs, "keys", now + KEYS_QUIET), [Hold("keys")]
        case PauseAsked(why):
            told = [Tell(each.leg.name, _PAUSED[why]) for each in there(state)]
            return Paused(state.terms, state.legs, why), [Hold(why), *told]
        case StopAsked():
            return _over(state, "stopped")
        case Failed(end):
            return _over(state, end)
        case TimePassed():
            if state.beep_at is None or now < state.beep_at:
                return state, []
            return replace(state, beep_at=now + state.terms.beep_every), [Beep()]
        case Interrupted() | Told() | NotTold() | Pressed() | ResumeAsked():
            return state, []
        case _:
            assert_never(event)


def _paused(state: Paused, event: Event, now: float) -> Outcome:
    match event:
        case Present(legs):
            return _joined(state, _present(state.legs, legs), state.why, now)
        case Pressed(_, key) if state.until is not None and key.isdigit():
            return replace(state, until=now + KEYS_QUIET), []
        case TimePassed() if state.until is not None and now >= state.until:
            return _running(state.terms, state.legs, now + FIRST_BEEP), [Feed()]
        case PauseAsked(why):
            return replace(state, why=why, until=None), []
        case ResumeAsked():
            told = [Tell(each.leg.name, "recording/resumed") for each in there(state)]
            return _running(state.terms, state.legs, now + FIRST_BEEP), [*told, Feed()]
        case StopAsked():
            return _over(state, "stopped")
        case Failed(end):
            return _over(state, end)
        case Pressed() | TimePassed() | Interrupted() | Told() | NotTold():
            return state, []
        case _:
            assert_never(event)


_PAUSED = {"asked": "recording/paused", "card": "recording/paused-for-card"}


def _joined(state: Recording | Paused, legs: tuple[Standing, ...], why: Why | None, now: float) -> Outcome:
    """Suspend capture until new legs have consented. Legs that left need no action."""
    before = {each.leg.name for each in there(state)}
    after = [each for each in legs if each.here]
    refused = any(each.leg.refuses for each in after)
    if {each.leg.name for each in after} == before and not refused:
        return replace(state, legs=legs), []
    hold: list[Action] = [Hold("joining")] if isinstance(state, Recording) else []
    kept = why if why != "keys" else None
    return _go_on(Asking(state.terms, legs, joining=True, paused=kept), now, hold)


def _running(terms: Terms, legs: tuple[Standing, ...], beep_at: float) -> Recording:
    return Recording(terms, legs, beep_at if terms.beep_every else None)


def _over(state: Asking | Recording | Paused, end: End) -> Outcome:
    actions: list[Action] = [Hold("over")] if isinstance(state, Recording) else []
    for each in there(state):
        if each.stage == "telling":
            actions.append(Hush(each.leg.name))
        if (prompt := _last_word(end, each)) and (end != "stopped" or not isinstance(state, Asking) or state.joining):
            actions.append(Tell(each.leg.name, prompt))
    return Over(end, state.legs), [*actions, Finish(end)]


def _last_word(end: End, one: Standing) -> str:
    """Return the closing prompt, "" for a leg that never heard a notice and did not request the recording."""
    if end == "refused" and not one.asked and not one.leg.asked_for_it:
        return ""
    match end:
        case "stopped":
            return "recording/ended"
        case "refused":
            return "recording/refused" if one.stage == "refused" else "recording/not-everybody"
        case "not_told" | "full" | "fault":
            return "recording/failed"
        case _:
            assert_never(end)


# ---- present legs


def _present(known: tuple[Standing, ...], legs: tuple[Leg, ...]) -> tuple[Standing, ...]:
    """Merge the present legs into the known ones. A returning leg keeps its consent."""
    there_now = {leg.name: leg for leg in legs}
    kept = [_met(each, there_now[each.leg.name]) if each.leg.name in there_now else _gone(each) for each in known]
    names = {each.leg.name for each in known}
    return (*kept, *(Standing(leg) for leg in legs if leg.name not in names))


def _met(one: Standing, leg: Leg) -> Standing:
    met = replace(one, leg=replace(leg, asked_for_it=one.leg.asked_for_it or leg.asked_for_it), here=True)
    return _untold(met) if leg.away else met


def _gone(one: Standing) -> Standing:
    return replace(_untold(one), here=False, until=None)


def _untold(one: Standing) -> Standing:
    """Reset a leg whose notice was interrupted."""
    if one.stage == "telling":
        return replace(one, stage="unknown", asked=one.asked - 1)
    return one


def _with(legs: tuple[Standing, ...], one: Standing) -> tuple[Standing, ...]:
    return tuple(one if each.leg.name == one.leg.name else each for each in legs)


def _is(state: Asking, name: str, stage: Stage) -> bool:
    return any(each.leg.name == name and each.stage == stage and each.here for each in state.legs)
