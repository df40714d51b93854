"""ICE restart: re-anchors media if at least one side uses ICE or SRTP, with a new offer to both sides, one after the
other.

A browser that gets an offer of a different ICE agent restarts ICE (RFC 8445 section 4.3), and only its answer contains
its new candidates. The engine in turn restarts for a peer with new credentials. So all old ICE data is removed: each
side gets an offer as if it were the first one.
"""

from dataclasses import replace

from unificx.calls.machine.actions import AnswerMedia, Offer, OfferMedia, TalkingTransition
from unificx.calls.machine.events import MediaAnswered, MediaFailed, MediaOffered
from unificx.calls.machine.states import CALLER, IceRestart, Talking
from unificx.sdp import is_plain_rtp, uses_ice, without_ice


def needs_ice_restart(*sdps: bytes) -> bool:
    """Whether an answer to a new offer may name another ICE agent or other keys (RFC 4568 section 7.1.4), so that it
    has to be passed to the anchor."""
    return any(uses_ice(each) or not is_plain_rtp(each) for each in sdps)


def start_ice_restart(state: Talking) -> TalkingTransition:
    """Start the ICE restart with an offer to the callee."""
    number = state.count + 1
    restart = IceRestart(number, "offering", state.callee)
    request = OfferMedia(f"exchange:{number}", state.callee, CALLER, without_ice(state.caller_sdp))
    return replace(state, exchange=restart, count=number), [request]


def continue_ice_restart(
    state: Talking, restart: IceRestart, event: MediaOffered | MediaAnswered | MediaFailed
) -> TalkingTransition:
    """Process a reply of the anchor."""
    match restart.stage, event:
        case "offering", MediaOffered(_, sdp):
            return replace(state, exchange=replace(restart, stage="asking")), [Offer(restart.side, sdp)]
        case "answering", MediaAnswered() if restart.side == state.callee:
            next_offer = replace(restart, stage="offering", side=CALLER)
            request = OfferMedia(f"exchange:{restart.number}", state.callee, state.callee, state.callee_sdp)
            return replace(state, exchange=next_offer), [request]
        case "answering", MediaAnswered():
            return replace(state, exchange=None, failed_restorations=0), []
        case _, MediaFailed():
            return restoration_failed(state, event), []
        case _:
            return state, []


def restoration_failed(state: Talking, event: MediaFailed) -> Talking:
    """End the exchange. The media watchdog has media restored again, unless the SDP is at fault."""
    return replace(state, exchange=None, failed_restorations=0 if event.sdp_at_fault else state.failed_restorations + 1)


def ice_restart_answered(state: Talking, restart: IceRestart, leg: str, sdp: bytes) -> TalkingTransition:
    """Process the answer of the re-offered side; b"" (rejected): its previous SDP remains valid."""
    if restart.stage != "asking" or leg != restart.side:
        return state, []
    if leg == CALLER:
        state = replace(state, caller_sdp=sdp or state.caller_sdp)
    else:
        state = replace(state, callee_sdp=sdp or state.callee_sdp)
    answer = state.caller_sdp if leg == CALLER else state.callee_sdp
    request = AnswerMedia(f"exchange:{restart.number}", state.callee, leg, answer)
    return replace(state, exchange=replace(restart, stage="answering")), [request]
