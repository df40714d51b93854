"""The call state machine under every event in every state, and under random scripts."""

from dataclasses import replace
from typing import get_args

import pytest
from call_script import NO_PUSH, Script, every_event, ringing, talking
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.house.call_states import MACHINE, Code, read_machine
from unificx.calls.machine import actions as machine_actions
from unificx.calls.machine import events as machine_events
from unificx.calls.machine import state_machine, transfer
from unificx.calls.machine.causes import Cause
from unificx.calls.machine.fork_targets import ForkTargets, PushTargets
from unificx.calls.machine.states import (
    Answering,
    Ended,
    Ending,
    Exchange,
    IceRestart,
    MediaReanchor,
    Originating,
    SettingUp,
    Talking,
    Transferring,
)

EVENTS = every_event()
PUSH_TARGETS = PushTargets(frozenset("d"), {"b1": "e"}, {"d": "x", "e": "x"})
STAGES = ("offering", "asking", "answering", "restoring", "restored")


def _ringing(names: tuple[str, ...] = ("b1", "b2"), offer: bytes = b"offer") -> Script:
    script = Script(names, offer, srtp=names)
    script.process(*(machine_events.MediaOffered(f"offer:{name}", b"relayed") for name in names))
    return script


def _pushing(names: tuple[str, ...] = ()) -> Script:
    return Script(names, push_targets=PUSH_TARGETS if names else PushTargets(frozenset("d")))


def _with_fallback(*, passed_on: bool = False) -> Script:
    """A call with a fallback app, which already takes it if `passed_on`."""
    script = Script(fallback="app")
    if passed_on:
        script.process(machine_events.CalleeRejected("b1", 486), machine_events.CalleeRejected("b2", 480))
    return script


def _answering(*, delayed: bool = False, accepted: bool = False, restarted: bool = False) -> Script:
    script = _ringing(offer=b"" if delayed else b"offer")
    script.process(machine_events.CalleeAnswered("b1", b"answer"))
    if accepted:
        script.process(machine_events.MediaOffered("answer", b"relayed"))
    if restarted:
        script.process(machine_events.RelayRestarted())
    return script


def _exchanging(stage: str, *, silent: bool, offerer: str) -> Script:
    script = talking()
    assert isinstance(script.state, Talking)
    exchange = Exchange(1, stage, offerer, b"new", silent)  # type: ignore[arg-type]
    script.state = replace(script.state, exchange=exchange, count=1)
    return script


def _reanchoring(stage: str) -> Script:
    script = talking()
    assert isinstance(script.state, Talking)
    pending = ("a", "b1") if stage == "reoffering" else ()
    reanchor = MediaReanchor(1, stage, b"for b1", pending)  # type: ignore[arg-type]
    script.state = replace(script.state, exchange=reanchor, count=1)
    return script


def _ice_restarting(stage: str, side: str) -> Script:
    script = talking()
    assert isinstance(script.state, Talking)
    script.state = replace(script.state, exchange=IceRestart(1, stage, side), count=1)  # type: ignore[arg-type]
    return script


def _transferring(*events: machine_events.Event) -> Script:
    """An established call after these events, e.g. a transfer."""
    script = talking()
    script.process(*events)
    return script


TRANSFER = next(
    event
    for event in EVENTS
    if isinstance(event, machine_events.TransferRequested) and event.by == "b1" and event.return_targets
)
RINGBACK = (machine_events.MediaOffered("exchange:1", b"relayed"), machine_events.CalleeAnswered("w1", b"ring"))
TAKEOVER = machine_events.TakeOverRequested("b1", "b4", b"offer")


def _ending(closing: bool) -> Script:
    script = talking()
    script.process(machine_events.HungUp("a") if closing else machine_events.EndRequested(Cause.ENDED_BY_ADMINISTRATOR))
    return script


def _over() -> Script:
    return Script(())


STATES = {
    "opened by an app": lambda: Script(by_app=True),
    "offering": lambda: Script(),
    "ringing": _ringing,
    "ringing one": lambda: _ringing(("b1",)),
    "ringing without an offer": lambda: _ringing(offer=b""),
    "waking": _pushing,
    "pushing while others ring": lambda: _pushing(("b1",)),
    "ringing a group": lambda: Script(
        push_targets=PushTargets(frozenset("d"), {"b1": "e"}, {"d": "x", "e": "x"}), decline_ends=False
    ),
    "ringing with a fallback app": _with_fallback,
    "in the fallback app": lambda: _with_fallback(passed_on=True),
    "in an app at once": lambda: Script((), fallback="app"),
    "waiting for the next step": lambda: Script((), fallback="app", waits=True),
    "answering": _answering,
    "answering after a restart": lambda: _answering(restarted=True),
    "answering without an offer": lambda: _answering(delayed=True),
    "answering, accepted": lambda: _answering(delayed=True, accepted=True),
    "talking": talking,
    **{
        f"{stage} by {offering_leg}{' silently' if silent else ''}": (
            lambda stage=stage, silent=silent, offering_leg=offering_leg: _exchanging(
                stage, silent=silent, offerer=offering_leg
            )
        )
        for stage in STAGES
        for silent in (False, True)
        for offering_leg in ("a", "b1")
    },
    **{
        f"reanchoring: {stage}": lambda stage=stage: _reanchoring(stage)
        for stage in ("offering", "answering", "reoffering")
    },
    **{
        f"ICE restart: {stage} {side}": lambda stage=stage, side=side: _ice_restarting(stage, side)
        for stage in ("offering", "asking", "answering")
        for side in ("a", "b1")
    },
    "transferring": lambda: _transferring(TRANSFER),
    "transferring with ringback": lambda: _transferring(TRANSFER, *RINGBACK),
    "transferring by the caller": lambda: _transferring(replace(TRANSFER, by="a"), *RINGBACK),
    "transferring, transferor has left": lambda: _transferring(TRANSFER, machine_events.HungUp("b1")),
    "returning": lambda: _transferring(
        TRANSFER,
        machine_events.HungUp("b1"),
        machine_events.CalleeRejected("b3", 486),
        machine_events.CalleeRejected("app", 480),
    ),
    "transferring to ringing phones": lambda: _transferring(machine_events.TransferRequested("b1", ringing(), "w1")),
    "transferring by an app": lambda: _transferring(machine_events.TransferRequested("b1", TRANSFER.targets, "")),
    "recalling from an app": lambda: _transferring(
        machine_events.TransferRequested("b1", TRANSFER.targets, "", keep_with_app=True)
    ),
    "moving to an app": lambda: _transferring(machine_events.MoveToAppRequested("a", "w1")),
    "moving to an app, dialled": lambda: _transferring(
        machine_events.MoveToAppRequested("a", "w1"), machine_events.MediaOffered("exchange:1", b"relayed")
    ),
    "joined": lambda: _transferring(machine_events.JoinRequested("b1", "b3", b"theirs")),
    "takeover": lambda: _transferring(TAKEOVER),
    "takeover, offered": lambda: _transferring(TAKEOVER, machine_events.MediaOffered("exchange:1", b"relayed")),
    "takeover, answered": lambda: _transferring(
        TAKEOVER, machine_events.MediaOffered("exchange:1", b"relayed"), machine_events.OfferAnswered("a", b"new")
    ),
    "ending by a BYE": lambda: _ending(closing=True),
    "ending by the PBX": lambda: _ending(closing=False),
    "ended": _over,
}


def test_walk_covers_every_state_and_event() -> None:
    assert {type(make().state) for make in STATES.values()} == {
        Originating,
        SettingUp,
        Answering,
        Talking,
        Transferring,
        Ending,
        Ended,
    }
    assert {type(event) for event in EVENTS} == set(get_args(machine_events.Event))


@pytest.mark.parametrize("name", STATES)
def test_every_event_in_every_state_leads_to_an_end(name: str) -> None:
    for event in EVENTS:
        script = STATES[name]()
        over = isinstance(script.state, Ended)
        ended = isinstance(script.state, Ending)
        script.process(event)
        assert not over or script.last == []
        script.phones_vanish()
        assert isinstance(script.state, Ended), f"{name}, {event}: {script.state}"
        if not over and not ended and not isinstance(STATES[name]().state, Talking | Transferring):
            script.check()


def test_every_transition_is_in_the_generated_diagram() -> None:
    machine = read_machine(Code.read(MACHINE))
    for name, make in STATES.items():
        for event in EVENTS:
            script = make()
            before = type(script.state).__name__
            script.process(event)
            shown = machine.transitions[before, type(event).__name__]
            assert type(script.state).__name__ in shown, f"{name}, {event}"


def test_only_ended_or_answering_calls_have_no_deadline() -> None:
    for name, make in STATES.items():
        state = make().state
        assert (state_machine.deadline(state) is None) == isinstance(state, (Answering, Ended)), name


# ---- random scripts


def _endings(script: Script) -> dict[str, list[str]]:
    """Return the ending actions of each dialled leg."""
    endings: dict[str, list[str]] = {}
    for action in script.done:
        match action:
            case machine_actions.Dial(leg):
                endings[leg] = []
            case machine_actions.CancelCallee(leg) | machine_actions.Bye(leg) | machine_actions.Close(leg) if (
                leg in endings
            ):
                endings[leg].append(type(action).__name__)
            case _:
                pass
    return endings


@settings(max_examples=400, deadline=None)
@given(
    st.lists(st.sampled_from(EVENTS), max_size=25),
    st.sampled_from([("b1",), ("b1", "b2")]),
    st.sampled_from([b"", b"offer"]),
    st.booleans(),
    st.sampled_from([(NO_PUSH, ""), (PUSH_TARGETS, ""), (NO_PUSH, "app"), (PUSH_TARGETS, "app")]),
)
def test_scripts_end_calls_and_branches(
    events: list[machine_events.Event],
    names: tuple[str, ...],
    offer: bytes,
    secure: bool,
    others: tuple[PushTargets, str],
) -> None:
    script = Script(names, offer, srtp=names if secure else (), push_targets=others[0], fallback=others[1])
    gone: set[str] = set()
    for event in events:
        if isinstance(event, (machine_events.CalleeRejected, machine_events.HungUp, machine_events.LegLost)):
            gone.add(event.leg)
        for action in script.process(event):
            if isinstance(action, machine_actions.Dial):
                gone.discard(action.leg)
    script.process(machine_events.EndRequested(state_machine.Cause.GOING_DOWN), machine_events.MediaReleased())
    script.check()
    for leg, endings in _endings(script).items():
        assert endings or leg in gone, f"{leg} was dialled but its end was not signalled"


@settings(max_examples=400, deadline=None)
@given(
    st.lists(st.sampled_from(EVENTS), max_size=25),
    st.sampled_from([b"", b"offer"]),
    st.sampled_from([NO_PUSH, PUSH_TARGETS]),
    st.sampled_from(["", "app"]),
)
def test_scripts_end_once_all_phones_are_gone(
    events: list[machine_events.Event], offer: bytes, push_targets: PushTargets, fallback: str
) -> None:
    script = Script(("b1", "b2"), offer, push_targets=push_targets, fallback=fallback, decline_ends=not fallback)
    script.process(*events)
    script.phones_vanish()
    script.check()


@settings(max_examples=300, deadline=None)
@given(st.lists(st.sampled_from(EVENTS), max_size=20))
def test_every_offer_is_answered_or_refused_or_the_call_ends(events: list[machine_events.Event]) -> None:
    """An accepted offer is never left without a response, whatever happens in between."""
    script = talking()
    opened: set[str] = set()
    for event in events:
        is_offer = isinstance(event, machine_events.OfferReceived) and isinstance(script.state, Talking)
        if is_offer and event.leg in (
            *opened,
            "b2",
        ):  # a leg does not pass on a second offer while the first is pending
            continue
        if is_offer:
            opened.add(event.leg)
        for action in script.process(event):
            if isinstance(action, (machine_actions.AnswerOffer, machine_actions.RejectOffer, machine_actions.Bye)):
                opened.discard(action.leg)
            if isinstance(action, machine_actions.SwapCaller):
                names = {"a": action.leg, action.leg: "a"}
                opened = {names.get(leg, leg) for leg in opened}
    if opened and isinstance(script.state, Talking):
        exchange = script.state.exchange
        assert isinstance(exchange, Exchange)
        assert opened == {exchange.offerer}


MOVES = [event for event in EVENTS if isinstance(event, transfer.PeerChangeEvent)]


def _legs_brought_in(event: machine_events.Event) -> list[str]:
    """Return the legs that an event brings in from another call."""
    match event:
        case machine_events.JoinRequested(leg=leg) | machine_events.TakeOverRequested(leg=leg):
            return [leg]
        case machine_events.TransferRequested(targets=SettingUp() as ringing):
            return [branch.name for branch in ringing.branches if branch.stage in ("calling", "ringing")]
        case _:
            return []


def _legs_dialled(event: machine_events.Event) -> list[str]:
    """Return the legs that an event dials."""
    match event:
        case machine_events.MoveToAppRequested(app=app):
            return [app]
        case machine_events.TransferRequested():
            targets = [
                name
                for each in (event.targets, event.return_targets)
                if isinstance(each, ForkTargets)
                for name in each.legs
            ]
            return [*targets, event.waiting_app]
        case _:
            return []


def test_a_party_whose_holding_app_is_gone_cannot_transfer() -> None:
    """There is no other party to connect, and the app must not become the caller."""
    script = talking()
    first = next(each for each in MOVES if isinstance(each, machine_events.TransferRequested) and each.waiting_app)
    first = replace(first, by="b1")
    script.process(first, machine_events.CalleeRejected(first.waiting_app, 404), machine_events.PickedUp(None))
    assert isinstance(script.state, Talking)
    assert script.process(replace(first, by="a")) == []


@settings(max_examples=600, deadline=None)
@given(st.lists(st.one_of(st.sampled_from(EVENTS), st.sampled_from(MOVES)), max_size=25))
def test_every_leg_is_ended_after_repeated_transfers(events: list[machine_events.Event]) -> None:
    """Legs are tracked by identity, since names change; a leg ends by its own BYE or by ours."""
    script = talking()
    names = {"a": "the first caller", "b1": "the first callee"}
    there = set(names.values())
    for number, event in enumerate(
        [*events, machine_events.EndRequested(state_machine.Cause.GOING_DOWN), machine_events.MediaReleased()]
    ):
        if any(names.get(leg) in there for leg in [*_legs_brought_in(event), *_legs_dialled(event)]):
            continue  # a leg is in the call only once
        if (
            isinstance(event, machine_events.CalleeAnswered | machine_events.CalleeProgressed)
            and event.leg not in names
        ):
            continue  # a leg answers only once it was dialled
        moved = isinstance(event, transfer.PeerChangeEvent) and isinstance(script.state, Talking)
        before = script.state
        actions = script.process(event)
        if moved and (script.state != before or actions):
            for leg in _legs_brought_in(event):
                names[leg] = f"{leg} of {number}"
                there.add(names[leg])
        if isinstance(event, machine_events.CalleeRejected | machine_events.HungUp | machine_events.LegLost):
            there.discard(names.get(event.leg, ""))
        for action in actions:
            match action:
                case machine_actions.SwapCaller(leg):
                    names["a"], names[leg] = names[leg], names["a"]
                case machine_actions.Dial(leg):
                    names[leg] = f"{leg} of {number}"
                    there.add(names[leg])
                case machine_actions.CancelCallee(leg) | machine_actions.Bye(leg) | machine_actions.Close(leg):
                    there.discard(names.get(leg, ""))
                case _:
                    pass
    assert isinstance(script.state, Ended)
    assert not there
