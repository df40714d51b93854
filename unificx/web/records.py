"""Words a call record for the wire."""

from unificx.history import CallRecord, Party
from unificx.store import Gone
from unificx.web.models import core as models


def call_record(call: CallRecord) -> models.CallRecord:
    """The record as it is answered; an erased person's number and name are null."""
    parties = [_party(one) for one in call.parties]
    caller, callee = parties[0], parties[1] if len(parties) > 1 else None
    return models.CallRecord(
        id=call.id,
        tenant_id=call.tenant_id,
        direction=call.direction,
        caller=caller.number,
        caller_name=caller.name,
        callee=callee.number if callee else None,
        callee_name=callee.name if callee else None,
        started=call.started,
        answered=call.answered,
        ended=call.ended,
        talk_seconds=call.talk_seconds,
        outcome=call.outcome,
        cause=call.cause,
        recorded=call.recorded,
        quality=models.Qualities(caller=caller.quality, callee=callee.quality if callee else None),
        parties=parties,
    )


def _party(party: Party) -> models.Party:
    who = None if isinstance(party.who, Gone) else party.who
    return models.Party(
        role=party.role,
        number=who.number if who else None,
        name=who.name if who else None,
        erased=who is None,
        extension_id=party.extension_id,
        device_id=party.device_id,
        quality=models.Quality.model_validate(party.quality),
    )
