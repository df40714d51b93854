"""The call's state machine under every event in every state, and under scripts nobody would write."""

from dataclasses import replace
from typing import get_args

import pytest
from call_script import NOBODY, Script, every_event, talking
from hypothesis import given, settings
from hypothesis import strategies as st

from unificx.calls.rules import call, words
from unificx.calls.rules.states import Answering, Ending, Exchange, Over, Rebuild, Renewal, SettingUp, Talking
from unificx.calls.rules.waking import Sleepers

EVENTS = every_event()
SLEEPERS = Sleepers(frozenset("d"), {"b1": "e"})
STAGES = ("offering", "asking", "answering", "restoring", "restored")


def _ringing(names: tuple[str, ...] = ("b1", "b2"), offer: bytes = b"offer") -> Script:
    script = Script(names, offer, srtp=names)
    script.tell(*(words.MediaOffered(f"offer:{name}", b"relayed") for name in names))
    return script


def _waking(names: tuple[str, ...] = ()) -> Script:
    return Script(names, sleepers=SLEEPERS if names else Sleepers(frozenset("d")))


def _behind(*, passed_on: bool = False) -> Script:
    """An app takes the call if nobody does, or does so already."""
    script = Script(instead="app")
    if passed_on:
        script.tell(words.CalleeRefused("b1", 486), words.CalleeRefused("b2", 480))
    return script


def _answering(*, delayed: bool = False, accepted: bool = False, restarted: bool = False) -> Script:
    script = _ringing(offer=b"" if delayed else b"offer")
    script.tell(words.CalleeAnswered("b1", b"answer"))
    if accepted:
        script.tell(words.MediaOffered("answer", b"relayed"))
    if restarted:
        script.tell(words.MediaRestarted())
    return script


def _exchanging(stage: str, *, silent: bool, giver: str) -> Script:
    script = talking()
    assert isinstance(script.state, Talking)
    exchange = Exchange(1, stage, giver, b"new", silent)  # type: ignore[arg-type]
    script.state = replace(script.state, exchange=exchange, count=1)
    return script


def _rebuilding(stage: str) -> Script:
    script = talking()
    assert isinstance(script.state, Talking)
    waiting = ("a", "b1") if stage == "telling" else ()
    rebuild = Rebuild(1, stage, b"for b1", waiting)  # type: ignore[arg-type]
    script.state = replace(script.state, exchange=rebuild, count=1)
    return script


def _renewing(stage: str, side: str) -> Script:
    script = talking()
    assert isinstance(script.state, Talking)
    script.state = replace(script.state, exchange=Renewal(1, stage, side), count=1)  # type: ignore[arg-type]
    return script


def _ending(closing: bool) -> Script:
    script = talking()
    script.tell(words.HungUp("a") if closing else words.MediaSilent(both=True))
    return script


def _over() -> Script:
    return Script(())


STATES = {
    "offering": lambda: Script(),
    "ringing": _ringing,
    "ringing one": lambda: _ringing(("b1",)),
    "ringing without an offer": lambda: _ringing(offer=b""),
    "waking": _waking,
    "waking while others ring": lambda: _waking(("b1",)),
    "ringing before an app": _behind,
    "passed on to an app": lambda: _behind(passed_on=True),
    "in an app at once": lambda: Script((), instead="app"),
    "answering": _answering,
    "answering after a restart": lambda: _answering(restarted=True),
    "answering without an offer": lambda: _answering(delayed=True),
    "answering, accepted": lambda: _answering(delayed=True, accepted=True),
    "talking": talking,
    **{
        f"{stage} by {giver}{' silently' if silent else ''}": (
            lambda stage=stage, silent=silent, giver=giver: _exchanging(stage, silent=silent, giver=giver)
        )
        for stage in STAGES
        for silent in (False, True)
        for giver in ("a", "b1")
    },
    **{
        f"rebuilding: {stage}": lambda stage=stage: _rebuilding(stage) for stage in ("offering", "answering", "telling")
    },
    **{
        f"renewing: {stage} {side}": lambda stage=stage, side=side: _renewing(stage, side)
        for stage in ("offering", "asking", "answering")
        for side in ("a", "b1")
    },
    "ending by a BYE": lambda: _ending(closing=True),
    "ending by us": lambda: _ending(closing=False),
    "over": _over,
}


def test_the_walk_knows_every_state_and_every_event() -> None:
    assert {type(make().state) for make in STATES.values()} == {SettingUp, Answering, Talking, Ending, Over}
    assert {type(event) for event in EVENTS} == set(get_args(words.Event))


@pytest.mark.parametrize("name", STATES)
def test_every_event_in_every_state_leaves_a_call_that_still_ends(name: str) -> None:
    for event in EVENTS:
        script = STATES[name]()
        over = isinstance(script.state, Over)
        ended = isinstance(script.state, Ending)
        script.tell(event)
        assert not over or script.last == []
        script.phones_vanish()
        assert isinstance(script.state, Over), f"{name}, {event}: {script.state}"
        if not over and not ended and not isinstance(STATES[name]().state, Talking):
            script.check()


def test_only_a_call_that_is_over_or_waits_for_the_anchor_has_no_deadline() -> None:
    for name, make in STATES.items():
        state = make().state
        assert (call.deadline(state) is None) == isinstance(state, (Answering, Over)), name


# ---- scripts nobody would write


def _fates(script: Script) -> dict[str, list[str]]:
    """What became of each dialled phone, from what was done and from what it said itself."""
    fates: dict[str, list[str]] = {}
    for action in script.done:
        match action:
            case words.Dial(leg):
                fates[leg] = []
            case words.CancelCallee(leg) | words.Bye(leg) | words.Close(leg) if leg in fates:
                fates[leg].append(type(action).__name__)
            case _:
                pass
    return fates


@settings(max_examples=400, deadline=None)
@given(
    st.lists(st.sampled_from(EVENTS), max_size=25),
    st.sampled_from([("b1",), ("b1", "b2")]),
    st.sampled_from([b"", b"offer"]),
    st.booleans(),
    st.sampled_from([(NOBODY, ""), (SLEEPERS, ""), (NOBODY, "app"), (SLEEPERS, "app")]),
)
def test_no_script_leaves_a_call_alive_or_a_phone_ringing(
    events: list[words.Event], names: tuple[str, ...], offer: bytes, secure: bool, others: tuple[Sleepers, str]
) -> None:
    script = Script(names, offer, srtp=names if secure else (), sleepers=others[0], instead=others[1])
    gone: set[str] = set()
    for event in events:
        if isinstance(event, (words.CalleeRefused, words.HungUp, words.LegLost)):
            gone.add(event.leg)
        for action in script.tell(event):
            if isinstance(action, words.Dial):
                gone.discard(action.leg)
    script.tell(words.EndAsked(call.Cause.GOING_DOWN), words.MediaReleased())
    script.check()
    for leg, fate in _fates(script).items():
        assert fate or leg in gone, f"{leg} was dialled and nobody told it that the call is over"


@settings(max_examples=400, deadline=None)
@given(
    st.lists(st.sampled_from(EVENTS), max_size=25),
    st.sampled_from([b"", b"offer"]),
    st.sampled_from([NOBODY, SLEEPERS]),
    st.sampled_from(["", "app"]),
)
def test_every_script_ends_once_all_phones_are_gone(
    events: list[words.Event], offer: bytes, sleepers: Sleepers, instead: str
) -> None:
    script = Script(("b1", "b2"), offer, sleepers=sleepers, instead=instead)
    script.tell(*events)
    script.phones_vanish()
    script.check()


@settings(max_examples=300, deadline=None)
@given(st.lists(st.sampled_from(EVENTS), max_size=20))
def test_every_offer_of_a_side_is_answered_or_refused_or_the_call_ends(events: list[words.Event]) -> None:
    """Whatever happens between: an offer the rules took in is never forgotten."""
    script = talking()
    opened: set[str] = set()
    for event in events:
        taken = isinstance(event, words.OfferCame) and isinstance(script.state, Talking)
        if taken and event.leg in (*opened, "b2"):  # a leg lets no second one through while the first is open
            continue
        if taken:
            opened.add(event.leg)
        for action in script.tell(event):
            if isinstance(action, (words.AnswerOffer, words.RefuseOffer)):
                opened.discard(action.leg)
    if opened and isinstance(script.state, Talking):
        exchange = script.state.exchange
        assert isinstance(exchange, Exchange)
        assert opened == {exchange.giver}
