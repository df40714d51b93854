"""Follows the way of a live call for its record. A call that only rings the dialled extension has none."""

from datetime import datetime

from unificx.calls.call import Call, CallTarget
from unificx.calls.events import CallParty, StepKind, StepOutcome
from unificx.calls.journey import Approach, Journey
from unificx.calls.machine.states import CALLER, Transferring
from unificx.calls.schemas import PARK, PICKED_UP, RINGBACK_APP
from unificx.identity import DirectoryCache, Extension
from unificx.registrar import Caller
from unificx.routing import CONFERENCE_APP, VOICEMAIL_APP

_APP_KINDS: dict[str, StepKind] = {VOICEMAIL_APP: "mailbox", CONFERENCE_APP: "room", PARK: "parked"}


def way_of(call: Call) -> Journey:
    """Return the way of a call. It begins with the dialled extension, which was not noted while it was the only one."""
    if call.journey is None:
        call.journey = Journey()
        first = Approach("dialled", call.started)
        fork = call.target.fork if call.target.is_plain else None
        for target in fork.ring_targets if fork is not None else ():
            call.journey.enter_party("extension", _of_extension(target.extension), first)
        if call.callee is not None and call.answered is not None and not call.is_app(call.answered_leg or ""):
            party = _of_extension(call.callee)
            call.journey.answered("extension", party, Approach("dialled", call.answered))
    return call.journey


def dialled(call: Call, name: str, directory: DirectoryCache, now: float) -> None:
    """A phone, a carrier or an app is called."""
    if name == CALLER:
        return
    one, target, at = call.participant(name), _target_of(call), call.wall_time(now)
    if one.app is not None and one.app.app in (RINGBACK_APP, PICKED_UP):
        return
    way = way_of(call)
    way.enter_objects(target.plan.stations, _approach(call, target, way, at))
    approach = _approach(call, target, way, at)
    if one.app is not None:
        kind = _APP_KINDS.get(one.app.app, "app")
        owner = target.plan.called if kind == "mailbox" and not one.app.arguments else None
        party = _of_extension(owner) if owner is not None else None
        way.enter_app(kind, "" if kind != "app" else one.app.app, party, approach)
    else:
        found = _party(call, name, directory)
        if found is not None:
            way.enter_party(*found, approach)


def answered(call: Call, name: str, directory: DirectoryCache, now: float) -> None:
    """A participant answers, or is connected without having rung."""
    found = _party(call, name, directory)
    if found is not None and not call.is_app(name):
        way, at = way_of(call), call.wall_time(now)
        picked_up = Approach("picked_up", at, call.participant(name).extension_id)
        is_pickup = call.was_picked_up and call.taken_by == name
        way.answered(*found, picked_up if is_pickup else _approach(call, _target_of(call), way, at))


def monitored(call: Call, extension: Extension, now: float) -> None:
    """A supervisor listens to the call."""
    way_of(call).monitored(_of_extension(extension), call.wall_time(now))


def retarget(call: Call, now: float, *, back: bool) -> None:
    """The call is about to be led elsewhere, or back after no answer there. An app gets the exact outcome."""
    way, failed = way_of(call), call.transfer_target
    if not back:
        way.leave_objects()
    elif failed is None or not failed.by_app:
        way.unanswered("missed", call.wall_time(now))


def unanswered(call: Call, outcome: StepOutcome, now: float) -> None:
    """Ringing ends without an answer."""
    way_of(call).unanswered(outcome, call.wall_time(now))


def _target_of(call: Call) -> CallTarget:
    if isinstance(call.state, Transferring) and call.transfer_target is not None and not call.target.is_recall:
        return call.transfer_target
    return call.target


def _approach(call: Call, target: CallTarget, way: Journey, at: datetime) -> Approach:
    if target.is_recall:
        return Approach("returned", at)
    if target.forwards:
        return Approach("forwarded", at, target.forwards[-1].by.id)
    transferor = target.transferred_by or call.transferred_by
    if transferor is not None:
        return Approach("transferred", at, transferor.extension_id)
    return Approach("routed" if way.visits else "dialled", at)


def _party(call: Call, name: str, directory: DirectoryCache) -> tuple[StepKind, CallParty] | None:
    one = call.participant(name)
    if one.outside is not None:
        return "outside", _of_caller(one.outside)
    extension = directory.extension_by_id(one.extension_id)
    return ("extension", _of_extension(extension)) if extension is not None else None


def _of_extension(extension: Extension) -> CallParty:
    return _of_caller(Caller.of(extension))


def _of_caller(caller: Caller) -> CallParty:
    return CallParty("callee", caller.subject, caller.extension_id or None, number=caller.number, name=caller.name)
