"""Connects the remaining party to a new peer: to an app, or to a leg that replaces another one.

Each peer has an anchor of its own, named after its leg; the caller, which is always the remaining party by then, gets
an offer as if it were the first one.
"""

from dataclasses import replace

from unificx.calls.machine.actions import (
    Accept,
    Action,
    AnswerMedia,
    Bye,
    Dial,
    Offer,
    OfferMedia,
    RejectOffer,
    ReleaseMedia,
    ReportOutcome,
    SetPeer,
    SwapCaller,
    TalkingTransition,
)
from unificx.calls.machine.causes import Cause
from unificx.calls.machine.events import MediaAnswered, MediaFailed, MediaOffered
from unificx.calls.machine.ice_restart import start_ice_restart
from unificx.calls.machine.states import CALLER, Exchange, IceRestart, MovingToApp, TakingOver, Talking
from unificx.sdp import as_sendrecv, without_ice


def prepare(state: Talking, leaving: str) -> TalkingTransition:
    """Abort a pending exchange and make the leaving party the callee.

    The remaining party was probably held by the leaving one and so is recvonly; for the new peer it is set to sendrecv.
    """
    state, actions = abort_exchange(state)
    if leaving != CALLER:
        return replace(state, caller_sdp=as_sendrecv(state.caller_sdp)), actions
    swapped = replace(state, caller_sdp=as_sendrecv(state.callee_sdp), callee_sdp=state.caller_sdp)
    return swapped, [*actions, SwapCaller(state.callee)]


def reject_offer(exchange: Exchange, status: int) -> list[Action]:
    """Reject the offer, if the offerer waits for an answer."""
    return [] if exchange.silent else [RejectOffer(exchange.offerer, status)]


def abort_exchange(state: Talking) -> TalkingTransition:
    """Abort a pending exchange and reject the deferred offer; the offerers may retry."""
    exchange = state.exchange
    if isinstance(exchange, Exchange) and exchange.stage in ("offering", "asking", "answering"):
        actions = reject_offer(exchange, 491)
    else:
        actions = reject_takeover(state, Cause.FAILED)
    if state.deferred is not None and not state.deferred.silent:
        actions.append(RejectOffer(state.deferred.leg, 491))
    return replace(state, exchange=None, deferred=None), actions


def reject_takeover(state: Talking, cause: Cause) -> list[Action]:
    """Reject the replacing leg of a pending takeover."""
    exchange = state.exchange
    if not isinstance(exchange, TakingOver):
        return []
    return [Bye(exchange.leg, cause), ReleaseMedia(exchange.leg, final=False)]


# ---- an app as the new peer


def move_to_app(state: Talking, app: str) -> TalkingTransition:
    """Connect the caller to an app."""
    number = state.count + 1
    moved = replace(state, callee=app, callee_sdp=b"", exchange=MovingToApp(number, "offering"), count=number)
    return moved, [OfferMedia(f"exchange:{number}", app, CALLER, without_ice(state.caller_sdp))]


def continue_move(
    state: Talking, exchange: MovingToApp, event: MediaOffered | MediaAnswered | MediaFailed
) -> TalkingTransition:
    """Process a reply of the anchor."""
    match exchange.stage, event:
        case "offering", MediaOffered(_, sdp):
            return replace(state, exchange=replace(exchange, stage="calling")), [Dial(state.callee, sdp)]
        case _:
            return state, []


def app_answered(state: Talking, sdp: bytes) -> TalkingTransition:
    """Process the app's answer, then re-offer to the caller."""
    exchange = state.exchange
    if not isinstance(exchange, MovingToApp) or exchange.stage != "calling" or not sdp:
        return state, []
    return connect_callee(replace(state, callee_sdp=sdp))


def connect_callee(state: Talking) -> TalkingTransition:
    """Pass the callee's answer to the anchor, then re-offer to the caller."""
    number = state.count + 1
    state = replace(state, exchange=IceRestart(number, "answering", state.callee), count=number)
    return state, [AnswerMedia(f"exchange:{number}", state.callee, state.callee, state.callee_sdp)]


# ---- another leg as the new peer


def take_over(state: Talking, leg: str, sdp: bytes) -> TalkingTransition:
    """Pass the replacing leg's offer to the caller."""
    number = state.count + 1
    state = replace(state, exchange=TakingOver(number, "offering", leg, sdp), count=number)
    return state, [OfferMedia(f"exchange:{number}", leg, leg, sdp)]


def continue_takeover(
    state: Talking, exchange: TakingOver, event: MediaOffered | MediaAnswered | MediaFailed
) -> TalkingTransition:
    """Process a reply of the anchor."""
    match exchange.stage, event:
        case "offering", MediaOffered(_, sdp):
            return replace(state, exchange=replace(exchange, stage="asking")), [Offer(CALLER, sdp)]
        case "answering", MediaAnswered(_, sdp):
            replaced = state.callee
            state = replace(
                state,
                callee=exchange.leg,
                caller_sdp=exchange.answer,
                callee_sdp=exchange.sdp,
                exchange=None,
                failed_restorations=0,
            )
            release = [Bye(replaced, Cause.HUNG_UP), ReleaseMedia(replaced, final=False)]
            report = ReportOutcome(replaced, "answered")  # an app that has let others ring
            return state, [SetPeer(exchange.leg), Accept(sdp, exchange.leg), report, *release]
        case _, MediaFailed(_, sdp_at_fault):
            return abort_takeover(state, exchange, Cause.NO_COMMON_MEDIA if sdp_at_fault else Cause.NO_MEDIA)
        case _:
            return state, []


def abort_takeover(state: Talking, exchange: TakingOver, cause: Cause) -> TalkingTransition:
    """Abort a takeover; a caller that already got the offer is re-anchored to its previous peer."""
    actions = reject_takeover(state, cause)
    state = replace(state, exchange=None)
    if exchange.stage == "offering":
        return state, actions
    restarted, requests = start_ice_restart(state)
    return restarted, [*actions, *requests]


def takeover_answered(state: Talking, exchange: TakingOver, leg: str, sdp: bytes) -> TalkingTransition:
    """Process the caller's answer; b"": it rejected the offer."""
    if leg != CALLER or exchange.stage != "asking":
        return state, []
    if not sdp:
        return replace(state, exchange=None), reject_takeover(state, Cause.NO_COMMON_MEDIA)
    answering = replace(exchange, stage="answering", answer=sdp)
    request = AnswerMedia(f"exchange:{exchange.number}", exchange.leg, CALLER, sdp)
    return replace(state, exchange=answering), [request]
