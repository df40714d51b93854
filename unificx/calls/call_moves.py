"""Moves of participants between calls, and the view of a parked call."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace

from unificx.calls.call import Call, party_of
from unificx.calls.call_record import record_outside_legs, update_parties
from unificx.calls.machine import actions, peer_change
from unificx.calls.machine.causes import Cause
from unificx.calls.machine.states import CALLER, Ended, SettingUp, Talking
from unificx.calls.observers import ObserverNotifier
from unificx.calls.parking import ParkingSlot
from unificx.calls.path_tracking import path_of
from unificx.calls.registry import CallRegistry
from unificx.calls.schemas import ParkedCall
from unificx.core.clock import Clock
from unificx.identity import DirectoryCache


def _move_legs(call: Call, other: Call, names: dict[str, str]) -> None:
    """Move participants of another call into this one, under new names. Without the caller of that call, it was the
    consultation call of a transferor."""
    transferor = call.transferred_by if CALLER not in names else None
    merge_record(call, other, transferor.extension_id if transferor is not None else None)
    call.options = replace(call.options, withheld=call.options.withheld | other.options.withheld)
    for old, new in names.items():
        moved = other.participants.pop(old)
        moved.dtls.generated = None  # it belongs to an anchor of the other call
        call.participants[new] = moved


def merge_record(call: Call, other: Call, transferor: str | None = None) -> None:
    """Merge the parties and media statistics of the other call into this one's call record. `transferor`: the extension
    that had dialled the other call, to which it has transferred this one."""
    for each in (call, other):
        update_parties(each)
    call.record_parties.merge(other.record_parties)
    if other.path is not None:
        path_of(call).merge(other.path, transferor)
    if call.direction == "internal":
        call.direction = other.direction
    call.has_recording = call.has_recording or other.has_recording


def _split_call(call: Call, name: str, call_id: str) -> Call:
    """Move a participant into a new call, as its caller. Both calls share one call record."""
    caller = party_of(call, name)
    assert caller is not None
    update_parties(call)
    moved = call.participants.pop(name)
    moved.dtls.generated = None  # it belongs to an anchor of the first call
    times = call.started, call.started_monotonic
    other = Call(call_id, caller, "", None, *times, {CALLER: moved}, options=call.options)
    other.answered, other.record_id, other.direction = call.answered, call.record_id or call.id, call.direction
    other.record_parties = call.record_parties.copy()
    siblings = call.siblings if call.siblings is not None else set[str]()
    siblings |= {call.id, call_id}
    call.siblings = other.siblings = siblings
    return other


@dataclass(frozen=True, slots=True)
class CallMoves:
    """Joins and splits live calls. `execute` executes actions, `finish` releases a call without participants."""

    registry: CallRegistry
    execute: Callable[[Call, Iterable[actions.Action], float], None]
    observer_notifier: ObserverNotifier
    clock: Clock
    finish: Callable[[Call, float], None]

    def absorb(self, call: Call, other: Call, names: dict[str, str]) -> None:
        """Move participants of another call into this one, as {old name: new name}. The remaining legs of the other
        call end; it gets no call record."""
        now, anchors, other_state = self.clock.monotonic(), list(other.legs()), other.state
        call.has_recording = self.observer_notifier.call_ended(other) or call.has_recording
        _move_legs(call, other, names)
        record_outside_legs(other, now)
        for leg_id, leg in other.record_parties.outside.items():
            call.record_parties.add_outside(leg_id, leg)
        for name in call.legs():
            self.registry.set_leg(call, name)
        self.registry.update_index(call)
        other.state = Ended()
        for name in anchors:
            releases = actions.ReleaseMedia(name, final=False), actions.Bye(name, Cause.HUNG_UP)
            self.execute(other, releases, now)
        if not isinstance(other_state, SettingUp):
            call.absorbed_call_id = other.id
        self.finish(other, now)

    def remove_unreached(self, call: Call) -> None:
        """Remove the participants that an app tried to reach: an app may make any number of attempts."""
        assert isinstance(call.state, Talking)
        now = self.clock.monotonic()
        for name in call.participants.keys() - {CALLER, call.state.callee}:
            self.registry.remove_leg(call, name)
            leg = call.participants.pop(name).leg
            if leg is not None:
                leg.close(now)

    def split(self, call: Call, name: str) -> Call:
        """Move one participant into a new call without a peer; the other one becomes the caller of this call."""
        assert isinstance(call.state, Talking)
        state, ordered = peer_change.prepare(call.state, name)
        self.execute(call, ordered, self.clock.monotonic())
        call.state = state
        other = _split_call(call, state.callee, self.clock.new_id())
        other.state = Talking("", state.ends_at, state.callee_sdp, b"")
        self.registry.add(other)
        return other


def to_parked_call(slot: ParkingSlot, call: Call, directory: DirectoryCache) -> ParkedCall:
    """Return a parked call as shown to users."""
    parked_by = directory.extension_by_id(slot.parked_by)
    caller, visible = call.caller, not call.is_withheld(call.caller)
    shown = (caller.number, caller.name) if visible else ("", "")
    return ParkedCall(slot.number, call.id, slot.since, parked_by.number if parked_by is not None else "", *shown)
