"""Converts call records to their API schema. The values of all of them are validated at once: to make the models one by
one takes twice the time."""

from collections import defaultdict
from collections.abc import Collection, Sequence
from typing import Any

from pydantic import TypeAdapter

from unificx.api.schemas import core as models
from unificx.api.services import Services
from unificx.billing import RatedCall
from unificx.cdr import CallRecord, CdrParty, CdrStep, PartyIdentity
from unificx.db import Erased

_RECORDS = TypeAdapter(list[models.CallRecord])
_Values = dict[str, Any]
"""Values of a model, by field; a nested model may be an object with its attributes."""


async def call_records(
    services: Services, tenant_id: str, calls: Sequence[CallRecord], own: Collection[str] | None
) -> list[models.CallRecord]:
    """Return call records as their API schema, with the length of the messages left in them and their costs.

    `own` are the extensions of a user who sees only their own calls: other parties' withheld numbers are hidden from
    them. An erased person's number and name are null.
    """
    answered = [each.id for each in calls if each.answered_by is not None]
    seconds = await services.mailboxes.seconds_by_call(tenant_id, answered)
    costs = defaultdict[str, list[RatedCall]](list)
    for leg in await services.billing.rating.of_calls(tenant_id, [each.id for each in calls]):
        if own is None or leg.extension_id in own:
            costs[leg.call_id].append(leg)
    return _RECORDS.validate_python([_call_record(each, own, seconds.get(each.id), costs[each.id]) for each in calls])


def _call_record(
    call: CallRecord, own: Collection[str] | None, message_seconds: float | None, costs: Sequence[RatedCall]
) -> _Values:
    parties = [_party(one, revealed=own is None or one.extension_id in own) for one in call.parties]
    caller, callee = parties[0], parties[1] if len(parties) > 1 else None
    return {
        "id": call.id,
        "tenant_id": call.tenant_id,
        "direction": call.direction,
        "caller": caller["number"],
        "caller_name": caller["name"],
        "callee": callee["number"] if callee else None,
        "callee_name": callee["name"] if callee else None,
        "started": call.started,
        "answered": call.answered,
        "ended": call.ended,
        "talk_seconds": call.talk_seconds,
        "outcome": call.outcome,
        "cause": call.cause,
        "recorded": call.recorded,
        "quality": {"caller": caller["quality"], "callee": callee["quality"] if callee else None},
        "parties": parties,
        "answered_by": call.answered_by,
        "verification": call.verification,
        "message_seconds": message_seconds,
        "steps": [_step(call, one, own) for one in call.steps],
        "costs": costs,
    }


def _step(call: CallRecord, step: CdrStep, own: Collection[str] | None) -> _Values:
    """Return a step of the path; persons are hidden from users who may not see them.

    An outside number that the user did not dial may be the private one of a colleague who forwards calls to it.
    """
    number: str | None = step.number
    name: str | None = step.name
    extension_id = step.extension_id
    if isinstance(step.identity, PartyIdentity):
        number, name = step.identity.number, step.identity.name
    elif step.identity is not None:
        number, name = None, None
    if own is not None and _is_hidden(call, step, own):
        number, name, extension_id = None, None, None
    return {
        "kind": step.kind,
        "reason": step.reason,
        "at": step.at,
        "ended": step.ended,
        "outcome": step.outcome,
        "number": number,
        "name": name,
        "extension_id": extension_id,
        "by": step.by,
    }


def _is_hidden(call: CallRecord, step: CdrStep, own: Collection[str]) -> bool:
    """Whether the person of a step is hidden from the owner of the extensions `own`."""
    if step.kind == "outside":
        sender = call.parties[step.by or 0] if (step.by or 0) < len(call.parties) else call.caller
        return sender.extension_id not in own
    withheld = (
        one.extension_id for one in call.parties if isinstance(one.identity, PartyIdentity) and one.identity.withheld
    )
    return step.extension_id is not None and step.extension_id not in own and step.extension_id in withheld


def _party(party: CdrParty, *, revealed: bool) -> _Values:
    identity = None if isinstance(party.identity, Erased) else party.identity
    is_hidden = identity is not None and identity.withheld and not revealed
    if identity is None:
        number, name = None, None
    else:
        number, name = ("", "") if is_hidden else (identity.number, identity.name)
    return {
        "role": party.role,
        "number": number,
        "name": name,
        "erased": identity is None,
        "extension_id": None if is_hidden else party.extension_id,
        "device_id": None if is_hidden else party.device_id,
        "quality": party.quality,
    }
