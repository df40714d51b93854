"""Updates the data of a call after state-machine actions, and moves legs between calls."""

from unificx.calls.call import Call
from unificx.calls.parking import ParkingSlot
from unificx.calls.rules import messages
from unificx.calls.rules.messages import CALLER
from unificx.calls.schemas import ParkedCall
from unificx.identity import DirectoryCache
from unificx.registrar import Caller

JOURNALLED_ACTIONS = (messages.SetAnswered, messages.Acknowledge, messages.AnswerOffer, messages.SetPeer)
"""Actions after which the call is journalled."""


def apply_action(call: Call, action: messages.Action, now: float, directory: DirectoryCache) -> None:
    """Update the call's data for an executed action."""
    match action:
        case messages.SetAnswered(leg):
            call.answered_leg = leg
            call.answered = call.wall_time(now) if not call.next_destination else None
        case messages.FallBackToApp(_, cause):
            call.fallback_cause, call.was_missed = cause, call.answered is None
        case messages.SwapCaller(leg):
            call.swap_caller(leg, directory.extension_by_id(call.caller.extension_id))
        case messages.SetCallee(back):
            target = call.return_target if back else call.transfer_target
            if target is not None:
                call.set_callee(target)
        case messages.SetPeer(""):
            call.update_record_parties()
        case messages.SetPeer(leg):
            extension = directory.extension_by_id(call.participant(leg).extension_id)
            call.set_peer(leg, extension if not call.is_app(leg) else call.callee)
            call.answered = call.answered or call.wall_time(now)
        case _:
            pass


def move_legs(call: Call, other: Call, names: dict[str, str]) -> None:
    """Move participants of another call into this one, under new names."""
    merge_cdr(call, other)
    for old, new in names.items():
        moved = other.participants.pop(old)
        moved.dtls.generated = None  # it belongs to an anchor of the other call
        call.participants[new] = moved


def merge_cdr(call: Call, other: Call) -> None:
    """Merge the parties and media statistics of the other call into this one's call record."""
    for each in (call, other):
        each.update_record_parties()
    call.record_parties.merge(other.record_parties)
    call.has_recording = call.has_recording or other.has_recording


def split_call(call: Call, name: str, call_id: str) -> Call:
    """Move a participant into a new call, as its caller. Both calls share one call record."""
    assert call.callee is not None
    call.update_record_parties()
    moved = call.participants.pop(name)
    moved.dtls.generated = None  # it belongs to an anchor of the first call
    caller = Caller.of(call.callee, moved.device_id)
    times = call.started, call.started_monotonic
    other = Call(call_id, caller, "", None, *times, {CALLER: moved}, options=call.options)
    other.answered, other.record_id = call.answered, call.record_id or call.id
    other.record_parties = call.record_parties.copy()
    call.siblings |= {call.id, call_id}
    other.siblings = call.siblings
    return other


def to_parked_call(slot: ParkingSlot, call: Call, directory: DirectoryCache) -> ParkedCall:
    """Return a parked call as shown to users."""
    parked_by = directory.extension_by_id(slot.parked_by)
    caller, visible = call.caller, not call.withholds_identity(call.caller.extension_id)
    shown = (caller.number, caller.name) if visible else ("", "")
    return ParkedCall(slot.number, call.id, slot.since, parked_by.number if parked_by is not None else "", *shown)
