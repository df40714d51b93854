"""Updates the data of a call after state-machine actions, and moves legs between calls."""

from typing import Any

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
            call.update_participants()
        case messages.SetPeer(leg):
            extension = directory.extension_by_id(call.extensions.get(leg, ""))
            call.set_peer(leg, extension if leg not in call.apps else call.callee)
            call.answered = call.answered or call.wall_time(now)
        case _:
            pass


def move_legs(call: Call, other: Call, names: dict[str, str]) -> None:
    """Move legs of another call with all their data into this one, under new names."""
    merge_cdr(call, other)
    if CALLER in names:
        other.extensions[CALLER], other.devices[CALLER] = other.caller.extension_id, other.caller.device_id
    for old, new in names.items():
        for destination, source in (
            (call.legs, other.legs),
            (call.sent_sdp, other.sent_sdp),
            (call.dtls_associations.sent, other.dtls_associations.sent),
            (call.apps, other.apps),
            (call.targets, other.targets),
            (call.devices, other.devices),
            (call.extensions, other.extensions),
        ):
            _move(destination, source, old, new)


def merge_cdr(call: Call, other: Call) -> None:
    """Merge the participants and media statistics of the other call into this one's call record."""
    for each in (call, other):
        each.update_participants()
    call.participants = {
        **call.participants,
        **{tag: one for tag, one in other.participants.items() if not call.has_participant(one)},
    }
    call.media_stats.update(other.media_stats)
    call.has_recording = call.has_recording or other.has_recording


def split_call(call: Call, name: str, call_id: str) -> Call:
    """Move the answered leg with its data into a new call, as its caller. Both calls share one call record."""
    assert call.callee is not None
    call.update_participants()
    callee, device = call.callee, call.devices.get(name, "")
    ids = callee.tenant_id, callee.id, device, callee.subject
    caller = Caller(*ids, number=callee.number, name=callee.name)
    other = Call(
        call_id,
        caller,
        "",
        None,
        call.started,
        call.started_monotonic,
        {CALLER: call.legs.pop(name)},
        options=call.options,
    )
    other.answered, other.participants, other.record_id = call.answered, call.participants, call.record_id or call.id
    call.siblings |= {call.id, call_id}
    other.siblings = call.siblings
    _move(other.sent_sdp, call.sent_sdp, name, CALLER)
    _move(other.dtls_associations.sent, call.dtls_associations.sent, name, CALLER)
    return other


def to_parked_call(slot: ParkingSlot, call: Call, directory: DirectoryCache) -> ParkedCall:
    """Return a parked call as shown to users."""
    parked_by = directory.extension_by_id(slot.parked_by)
    caller, visible = call.caller, not call.withholds_identity(call.caller.extension_id)
    shown = (caller.number, caller.name) if visible else ("", "")
    return ParkedCall(slot.number, call.id, slot.since, parked_by.number if parked_by is not None else "", *shown)


def _move(destination: dict[str, Any], source: dict[str, Any], old: str, new: str) -> None:
    if old in source:
        destination[new] = source.pop(old)
