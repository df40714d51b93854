"""Converts call records to their API schema."""

from collections.abc import Collection

from unificx.api.schemas import core as models
from unificx.cdr import CallRecord, CdrParty
from unificx.db import Erased


def call_record(call: CallRecord, own: Collection[str] | None = None) -> models.CallRecord:
    """Return a call record as its API schema; an erased person's number and name are null. `own` are the extensions of
    a user who sees only their own calls: other parties' withheld numbers are hidden from them."""
    parties = [_party(one, revealed=own is None or one.extension_id in own) for one in call.parties]
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
        quality=models.CallQuality(caller=caller.quality, callee=callee.quality if callee else None),
        parties=parties,
    )


def _party(party: CdrParty, *, revealed: bool) -> models.Party:
    identity = None if isinstance(party.identity, Erased) else party.identity
    if identity is not None and identity.withheld and not revealed:
        return models.Party(
            role=party.role,
            number="",
            name="",
            erased=False,
            extension_id=None,
            device_id=None,
            quality=models.Quality.model_validate(party.quality),
        )
    return models.Party(
        role=party.role,
        number=identity.number if identity else None,
        name=identity.name if identity else None,
        erased=identity is None,
        extension_id=party.extension_id,
        device_id=party.device_id,
        quality=models.Quality.model_validate(party.quality),
    )
