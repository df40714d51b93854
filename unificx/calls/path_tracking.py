"""Follows the path of a live call for its record. A call that only rings the dialled extension has none."""

from dataclasses import replace
from datetime import datetime

from unificx.calls.call import Call, dialled_outside
from unificx.calls.call_path import Approach, CallPath
from unificx.calls.events import CallParty, StepKind, StepOutcome
from unificx.calls.machine.states import CALLER
from unificx.calls.schemas import PARK, PARK_ANNOUNCEMENT, PICKED_UP, RINGBACK_APP
from unificx.identity import DirectoryCache, Extension
from unificx.registrar import Caller
from unificx.routing import CONFERENCE_APP, VOICEMAIL_APP

_APP_KINDS: dict[str, StepKind] = {VOICEMAIL_APP: "mailbox", CONFERENCE_APP: "room", PARK: "parked"}
_UNNAMED_APPS = (RINGBACK_APP, PICKED_UP, PARK_ANNOUNCEMENT)
"""Apps that are not steps of the way: they are heard meanwhile."""


def path_of(call: Call) -> CallPath:
    """Return the path of a call. It begins with the dialled extension, not noted while it was alone; after a click to
    dial with what was dialled then, not with the phone of its user."""
    if call.path is None:
        call.path = CallPath()
        first = Approach("dialled", call.started)
        is_own_phone = call.click_to_dial and call.is_app(CALLER)
        fork = call.course.fork if call.course.is_plain and not is_own_phone else None
        for target in fork.ring_targets if fork is not None else ():
            call.path.enter_party("extension", _of_extension(target.extension), first)
        if call.callee is not None and call.answered is not None and not call.is_app(call.answered_leg or ""):
            party = _of_extension(call.callee)
            call.path.answered("extension", party, Approach("dialled", call.answered))
        elif call.answered is not None and (outside := dialled_outside(call)) is not None:
            call.path.answered("outside", _of_caller(outside), Approach("dialled", call.answered))
    return call.path


def dialled(call: Call, name: str, directory: DirectoryCache, now: float) -> None:
    """A phone, a carrier or an app is called."""
    if name == CALLER:
        return
    one, course, at = call.participant(name), call.course, call.wall_time(now)
    if one.app is not None and one.app.app in _UNNAMED_APPS:
        return
    path = path_of(call)
    path.enter_objects(course.plan.path, path.next_approach(_approach(call, path, at)))
    approach = path.next_approach(_approach(call, path, at))
    if one.app is not None:
        kind = _APP_KINDS.get(one.app.app, "app")
        owner = course.plan.called if kind == "mailbox" and not one.app.arguments else None
        party = _of_extension(owner) if owner is not None else None
        if kind == "parked" and approach.reason == "transferred":
            approach = replace(approach, reason="parked")
        path.enter_app(kind, "" if kind != "app" else one.app.app, party, approach)
    else:
        found = _party(call, name, directory)
        if found is not None:
            path.enter_party(*found, approach)


def answered(call: Call, name: str, directory: DirectoryCache, now: float) -> None:
    """A participant answers, or is connected without having rung."""
    found = _party(call, name, directory)
    if found is not None and not call.is_app(name):
        path, at = path_of(call), call.wall_time(now)
        path.answered(*found, _approach_of(call, name, path, at))


def monitored(call: Call, extension: Extension, now: float) -> None:
    """A supervisor listens to the call."""
    path_of(call).monitored(_of_extension(extension), call.wall_time(now))


def retarget(call: Call, now: float, *, back: bool) -> None:
    """The call is about to be led elsewhere, or back after no answer there. An app gets the exact outcome."""
    path, failed = path_of(call), call.transfer_course
    if not back:
        path.leave_objects()
    elif failed is None or not failed.by_app:
        path.unanswered("missed", call.wall_time(now))


def unanswered(call: Call, outcome: StepOutcome, now: float) -> None:
    """Ringing ends without an answer."""
    path_of(call).unanswered(outcome, call.wall_time(now))


def party_unanswered(call: Call, name: str | None, outcome: StepOutcome, directory: DirectoryCache, now: float) -> None:
    """The party `name` no longer rings; None: no party rings any more."""
    if call.path is None:
        return
    found = _party(call, name, directory) if name is not None else None
    if found is not None or name is None:
        call.path.unanswered(outcome, call.wall_time(now), found[1] if found is not None else None)


def _approach(call: Call, path: CallPath, at: datetime) -> Approach:
    course = call.course
    if course.is_recall:
        return Approach("returned", at)
    if course.forwards:
        return Approach("forwarded", at, course.forwards[-1].by.id)
    transferor = course.transferred_by or call.transferred_by
    if transferor is not None:
        return Approach("transferred", at, transferor.extension_id)
    return Approach("routed" if path.steps else "dialled", at)


def _approach_of(call: Call, name: str, path: CallPath, at: datetime) -> Approach:
    """How the call comes to a participant that is connected."""
    extension_id, transferor = call.participant(name).extension_id, call.transferred_by
    if call.taken_by == name:
        return Approach("picked_up", at, extension_id)
    if transferor is not None and extension_id and extension_id == transferor.extension_id:
        return Approach("returned", at)
    return _approach(call, path, at)


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
