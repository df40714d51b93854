"""Updates the data of a call after state-machine actions, and moves legs between calls."""

from typing import Any

from unificx.calls.call import Run
from unificx.calls.parking import Place
from unificx.calls.rules import messages
from unificx.calls.rules.messages import CALLER
from unificx.calls.schemas import Parked
from unificx.identity import Directory
from unificx.registrar import Caller

JOURNALLED = (messages.NoteAnswered, messages.Acknowledge, messages.AnswerOffer, messages.NoteJoined)
"""Actions after which the call is journalled."""


def note(call: Run, action: messages.Action, now: float, directory: Directory) -> None:
    """Update the call's data for an executed action."""
    match action:
        case messages.NoteAnswered(leg):
            call.winner = leg
            call.answered = call.at(now) if not call.onward else None
        case messages.PassOn(_, cause):
            call.passed_on, call.missed = cause, call.answered is None
        case messages.Swap(leg):
            call.swap(leg, directory.extension_by_id(call.caller.extension_id))
        case messages.Seek(back):
            target = call.returns if back else call.sought
            if target is not None:
                call.seek(target)
        case messages.NoteJoined(""):
            call.note_cast()
        case messages.NoteJoined(leg):
            extension = directory.extension_by_id(call.extensions.get(leg, ""))
            call.joined(leg, extension if leg not in call.apps else call.callee)
            call.answered = call.answered or call.at(now)
        case _:
            pass


def hand_over(call: Run, other: Run, names: dict[str, str]) -> None:
    """Move legs of another call with all their data into this one, under new names."""
    leave_to(call, other)
    if CALLER in names:
        other.extensions[CALLER], other.devices[CALLER] = other.caller.extension_id, other.caller.device_id
    for old, new in names.items():
        for destination, source in (
            (call.legs, other.legs),
            (call.said, other.said),
            (call.meetings.known, other.meetings.known),
            (call.apps, other.apps),
            (call.targets, other.targets),
            (call.devices, other.devices),
            (call.extensions, other.extensions),
        ):
            _move(destination, source, old, new)


def leave_to(call: Run, other: Run) -> None:
    """Merge the participants and media statistics of the other call into this one's call record."""
    for each in (call, other):
        each.note_cast()
    call.cast = {**call.cast, **{tag: one for tag, one in other.cast.items() if not call.has(one)}}
    call.measured.update(other.measured)
    call.kept = call.kept or other.kept


def part(call: Run, name: str, call_id: str) -> Run:
    """Move the answered leg with its data into a new call, as its caller. Both calls share one call record."""
    assert call.callee is not None
    call.note_cast()
    callee, device = call.callee, call.devices.get(name, "")
    ids = callee.tenant_id, callee.id, device, callee.subject
    caller = Caller(*ids, number=callee.number, name=callee.name)
    other = Run(call_id, caller, "", None, call.started, call.began, {CALLER: call.legs.pop(name)}, manner=call.manner)
    other.answered, other.cast, other.record = call.answered, call.cast, call.record or call.id
    call.siblings |= {call.id, call_id}
    other.siblings = call.siblings
    _move(other.said, call.said, name, CALLER)
    _move(other.meetings.known, call.meetings.known, name, CALLER)
    return other


def as_parked(slot: Place, call: Run, directory: Directory) -> Parked:
    """Return a parked call as shown to users."""
    parked_by = directory.extension_by_id(slot.by)
    caller, visible = call.caller, not call.withholds(call.caller.extension_id)
    shown = (caller.number, caller.name) if visible else ("", "")
    return Parked(slot.number, call.id, slot.since, parked_by.number if parked_by is not None else "", *shown)


def _move(destination: dict[str, Any], source: dict[str, Any], old: str, new: str) -> None:
    if old in source:
        destination[new] = source.pop(old)
