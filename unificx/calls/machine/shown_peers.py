"""Connected identity: which devices must be told that they are connected to another party (RFC 3325, RFC 4916).

The rule compares what each device shows with the party it is connected to, so that it holds after any change of a call.
"""

from collections.abc import Callable

from unificx.calls.machine.actions import ShowPeer
from unificx.calls.machine.identity import AssertedIdentity
from unificx.calls.machine.states import CALLER, Answering, State, TakingOver, Talking, Transferring


def peer_of(state: State, leg: str) -> str:
    """Return the leg that `leg` is connected to, or is being connected to; "" if there is none."""
    match state:
        case Transferring(talking):
            pass
        case Talking() as talking:
            pass
        case Answering(callee=callee):
            return callee if leg == CALLER else CALLER
        case _:
            return ""
    new = talking.exchange.leg if isinstance(talking.exchange, TakingOver) else ""
    if leg == CALLER:
        return new or talking.callee
    return CALLER if leg in (talking.callee, new) else ""


def outdated(
    state: State, wanted: Callable[[str], AssertedIdentity | None], shown: Callable[[str], AssertedIdentity | None]
) -> list[ShowPeer]:
    """Return what to tell the devices of two connected legs that show another party than their peer.

    `wanted` returns what the device of a leg should show, None to leave it as it is; `shown` what it shows. Nothing is
    told during an offer/answer exchange: its re-INVITEs name the new party.
    """
    if not isinstance(state, Talking) or state.exchange is not None:
        return []
    return [ShowPeer(leg) for leg in (CALLER, state.callee) if wanted(leg) not in (None, shown(leg))]
