"""The record of a call: its parties as they change, and the event of its end."""

from datetime import datetime

from unificx.calls.app_leg import CallingAppLeg
from unificx.calls.call import Call, CallCourse, called_number, dialled_outside, party_of
from unificx.calls.events import Answerer, CallEnded, CallParty, CallStep, Outcome, OutsideLeg
from unificx.calls.machine.causes import Cause
from unificx.calls.machine.states import CALLER
from unificx.calls.participant import Participant
from unificx.calls.schemas import PARK, PICKED_UP
from unificx.identity import Extension
from unificx.routing import VOICEMAIL_APP, OutsideTarget
from unificx.sip.legs import IncomingLeg


def to_call_ended(call: Call, cause: Cause, now: float) -> CallEnded:
    """Return the event of this call's end. If the caller's INVITE got no 2xx, the call was not answered."""
    if call.fallback_cause is not None and call.was_missed:  # for the called extension it remains a missed call
        return _call_ended(call, call.fallback_cause, call.fallback_cause.value.outcome, None, now)
    caller = call.leg(CALLER)
    unsent = isinstance(caller, IncomingLeg | CallingAppLeg) and not caller.accepted
    answered = None if unsent else call.answered
    outcome = cause.value.outcome
    if answered is not None:
        outcome = "answered"
    elif outcome == "answered":
        outcome = "cancelled" if unsent and cause is Cause.HUNG_UP else "failed"
    return _call_ended(call, cause, outcome, answered, now)


def update_parties(call: Call, *, unanswered: bool = False) -> None:
    """Update the parties of the call record from the current participants. The number of a group that rings is a party
    only if it remains `unanswered`, otherwise its member that answers. An app that only holds the caller is none."""
    calling, called = _caller_party(call), _callee_party(call)
    caller_key, answered_leg = "", call.answered_leg or ""
    same_extension = call.click_to_dial and calling.extension_id == called.extension_id
    if not (same_extension and call.is_app(CALLER)):
        caller_key = _record_party(call, CALLER, calling, "")
    if same_extension and call.is_app(answered_leg):
        return
    app = call.participant(answered_leg).app
    shown = called.number and (unanswered or answered_leg) and (app is None or app.app not in (PARK, PICKED_UP))
    if call.callee is not None or shown or not call.record_parties.by_leg:
        _record_party(call, answered_leg, called, caller_key)


def record_answer(call: Call, name: str, now: float) -> None:
    """Note when a number outside that was dialled answered: it is billed from then on."""
    one = call.participant(name)
    if one.outside is not None and one.dial_params is not None and one.connected is None:
        one.connected = call.wall_time(now)


def record_outside_legs(call: Call, now: float) -> None:
    """Add the answered legs to numbers outside that end now, with the call, to its record."""
    for one in call.participants.values():
        record_outside_leg(call, one, now)


def record_outside_leg(call: Call, one: Participant, now: float) -> None:
    """Add a leg that ends now to the record, if it is an answered one to a number outside that has not ended yet."""
    party, answered = one.outside, one.connected
    if party is None or answered is None or one.leg is None:
        return
    ended = max(answered, call.wall_time(now))
    leg = OutsideLeg(party.number, party.trunk_id, one.payer, answered, ended, one.is_emergency)
    call.record_parties.add_outside(one.leg.id, leg)


def record_forwards(call: Call) -> None:
    """Add the extensions that forward the call to the parties of the call record, after those before them."""
    for by in [forward.by for forward in call.course.forwards]:
        if not call.record_parties.by_leg:
            _record_party(call, CALLER, _caller_party(call), "")
        party = CallParty(role="callee", subject=by.subject, extension_id=by.id, number=by.number, name=by.name)
        call.record_parties.put("", party, "")


def _parties(call: Call) -> tuple[CallParty, ...]:
    """Return all participants and called parties, the caller first, then in order of joining."""
    update_parties(call, unanswered=True)
    found = call.record_parties.complete(call.withholds_identity)
    return tuple(found if len(found) > 1 else [*found, _unreached_party(call)])


def _unreached_party(call: Call) -> CallParty:
    """The dialled number. After a click to dial that was not answered, it has the name of its owner, but no extension:
    the owner's phones have not rung."""
    owner = call.course.displayed_caller if call.click_to_dial else None
    if owner is None or owner.number != call.dialled:
        return CallParty(role="callee", number=called_number(call))
    return CallParty(role="callee", subject=owner.subject, number=owner.number, name=owner.name)


def swap_caller(call: Call, name: str, callee: Extension | None) -> None:
    """Swap the caller and this leg; `callee` is the extension of the former caller."""
    update_parties(call)
    former_callee = party_of(call, name)
    swapped = call.participants[CALLER], call.participants[name]
    call.participants[name], calling = swapped
    call.participants[CALLER] = calling
    if former_callee is not None:
        call.caller = former_callee
    calling.extension_id, calling.device_id = call.caller.extension_id, call.caller.device_id
    call.callee, call.answered_leg = callee, name


def set_course(call: Call, course: CallCourse) -> None:
    """Set a new course and its called party."""
    update_parties(call)
    call.course, call.callee, call.dialled, call.answered_leg = course, course.called, course.dialled, None
    record_forwards(call)


def set_peer(call: Call, name: str, callee: Extension | None) -> None:
    """Connect the caller to this leg of this extension."""
    update_parties(call)
    call.callee, call.answered_leg = callee, name
    if not (call.is_app(CALLER) or call.is_app(name)):  # a phone has answered, though an app had taken the missed call
        call.fallback_cause, call.was_missed = None, False
    peer = call.participant(name).outside or callee
    if peer is not None:
        call.dialled = peer.number


def set_answerer(call: Call, name: str, extension: Extension | None) -> None:
    """Set the leg that answered. `extension` is its own; None for an app and for a party outside, to which the called
    extension was forwarded, unless it was dialled."""
    if call.participant(name).outside is not None and call.callee is not None:
        update_parties(call)
        call.callee = None
    elif extension is not None:
        call.callee = extension
    call.answered_leg = name


def _call_ended(call: Call, cause: Cause, outcome: Outcome, answered: datetime | None, now: float) -> CallEnded:
    parties = _parties(call)
    return CallEnded(
        id=call.record_id or call.id,
        tenant=call.caller.tenant_id,
        direction=call.direction,
        started=call.started,
        answered=answered,
        ended=call.wall_time(now),
        outcome=outcome,
        cause=cause.value.q850,
        parties=parties,
        recorded=call.has_recording,
        answered_by=_answered_by(call),
        steps=_steps(call, outcome, parties, now),
        outside=tuple(sorted(call.record_parties.outside.values(), key=lambda leg: leg.answered)),
        verification=call.options.verification,
        emergency=next((one.number for one in _outside_targets(call) if one.emergency), ""),
    )


def _outside_targets(call: Call) -> list[OutsideTarget]:
    fork = call.course.fork
    return [one for one in fork.targets if isinstance(one, OutsideTarget)] if fork is not None else []


def _steps(call: Call, outcome: Outcome, parties: tuple[CallParty, ...], now: float) -> tuple[CallStep, ...]:
    """Return the way of the call."""
    positions = {party.extension_id: position for position, party in reversed(list(enumerate(parties)))}
    return call.path.finish(outcome, call.wall_time(now), positions.get) if call.path is not None else ()


def _answered_by(call: Call) -> Answerer | None:
    if call.answered is None:
        return None
    app = call.participant(call.answered_leg or "").app
    is_voicemail = app is not None and app.app == VOICEMAIL_APP
    return "voicemail" if is_voicemail or (call.restored and call.was_missed) else None


def _record_party(call: Call, name: str, party: CallParty, other: str) -> str:
    leg = call.leg(name)
    return call.record_parties.put(leg.id if leg is not None else "", party, other)


def _caller_party(call: Call) -> CallParty:
    caller = call.caller
    return CallParty(
        role="caller",
        subject=caller.subject,
        extension_id=None if caller.is_outside else caller.extension_id,
        device_id=None if caller.is_outside else caller.device_id,
        number=caller.number,
        name=caller.name,
        address=call.participant(CALLER).dialog_address,
    )


def _callee_party(call: Call) -> CallParty:
    callee, answering = call.callee, call.participant(call.answered_leg or "")
    outside = answering.outside if call.answered_leg else dialled_outside(call)
    if outside is not None:
        number, name, address = outside.number, outside.name, answering.dialog_address
        return CallParty(role="callee", subject=outside.subject, number=number, name=name, address=address)
    if callee is None:
        return CallParty(role="callee", number=called_number(call))
    return CallParty(
        role="callee",
        subject=callee.subject,
        extension_id=callee.id,
        device_id=answering.device_id or None,
        number=callee.number,
        name=callee.name,
        address=answering.dialog_address,
    )
