"""The media engine came back empty, and a side goes by ICE: both are asked for the way to them, one after the other.

A browser that is offered another ICE agent than before begins ICE anew itself (RFC 8445 section 4.3), and its answer
alone says how it is reached from now on. The engine in turn begins anew with whoever comes with other credentials than
it knew. So it is given nothing of the old ways: each side is offered the other as if for the first time.
"""

from dataclasses import replace

from unificx.calls.rules.descriptions import without_ways
from unificx.calls.rules.states import Renewal, Talking
from unificx.calls.rules.words import (
    CALLER,
    Action,
    AnswerMedia,
    MediaAnswered,
    MediaFailed,
    MediaOffered,
    Offer,
    OfferMedia,
)

Outcome = tuple[Talking, list[Action]]


def renew(state: Talking) -> Outcome:
    """Begin with the callee."""
    number = state.count + 1
    renewal = Renewal(number, "offering", state.callee)
    ask = OfferMedia(f"exchange:{number}", state.callee, CALLER, without_ways(state.caller_sdp))
    return replace(state, exchange=renewal, count=number), [ask]


def renewing(state: Talking, renewal: Renewal, event: MediaOffered | MediaAnswered | MediaFailed) -> Outcome:
    """The anchor replied."""
    match renewal.stage, event:
        case "offering", MediaOffered(_, sdp):
            return replace(state, exchange=replace(renewal, stage="asking")), [Offer(renewal.side, sdp)]
        case "answering", MediaAnswered() if renewal.side == state.callee:
            following = replace(renewal, stage="offering", side=CALLER)
            ask = OfferMedia(f"exchange:{renewal.number}", state.callee, state.callee, state.callee_sdp)
            return replace(state, exchange=following), [ask]
        case "answering", MediaAnswered():
            return replace(state, exchange=None), []
        case _, MediaFailed():  # the silence that follows will end the call
            return replace(state, exchange=None), []
        case _:
            return state, []


def renewal_answered(state: Talking, renewal: Renewal, leg: str, sdp: bytes) -> Outcome:
    """The side that was asked says how it is reached; b"": it does not, and is taken to be where it was."""
    if renewal.stage != "asking" or leg != renewal.side:
        return state, []
    if leg == CALLER:
        state = replace(state, caller_sdp=sdp or state.caller_sdp)
    else:
        state = replace(state, callee_sdp=sdp or state.callee_sdp)
    said = state.caller_sdp if leg == CALLER else state.callee_sdp
    ask = AnswerMedia(f"exchange:{renewal.number}", state.callee, leg, said)
    return replace(state, exchange=replace(renewal, stage="answering")), [ask]
