"""Data of a person in this area: their number, name and address in call records.

An access copy lists the calls of a person as their history shows them, also calls that they have removed from their
list: with number and name of the other parties, unless withheld or erased, and never with an address. For a caller
without an account, who has no history, it names no other party.
"""

from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any

from pydantic import TypeAdapter

from unificx.cdr import repository
from unificx.cdr.models import CallPartyRow, CallStepRow, PartyPart
from unificx.cdr.schemas import CallRecord, CdrParty, PartyIdentity
from unificx.cdr.service import CdrService
from unificx.db import Database
from unificx.privacy import (
    CopyRules,
    DataSubject,
    Export,
    Holding,
    KeyStore,
    Records,
    Retained,
    RowHolding,
    record_kind,
)

_RECORD = Retained(
    "Time, duration and outcome of each call, without number and name.",
    "The records belong to the other parties too, and to billing.",
    "the period of the call history ends",
)


def call_record_holding(database: Database, history: CdrService) -> Holding:
    sealed = {CallPartyRow: "party of calls", CallStepRow: "stations of calls"}
    retained = {"party of calls": _RECORD}
    return RowHolding(
        database, "cdr", sealed, history.erase, retained=retained, copying=CopyRules(more=partial(_calls, database))
    )


@dataclass(frozen=True, slots=True)
class OtherParty:
    """Another party of a call. Number and name are null if they are withheld, erased or not shown to the person."""

    role: str
    number: str | None
    name: str | None


@dataclass(frozen=True, slots=True)
class CallCopy:
    """A call of the person. `role`: caller or callee."""

    id: str
    direction: str
    role: str
    started: datetime
    answered: datetime | None
    ended: datetime
    talk_seconds: int
    outcome: str
    recorded: bool
    others: tuple[OtherParty, ...]


_CALLS = record_kind("call", "calls", CallCopy, PartyPart)
_ADAPTER = TypeAdapter(CallCopy)


def _calls(database: Database, owner: DataSubject, keys: KeyStore) -> Sequence[Export]:
    async def read() -> AsyncIterator[Mapping[str, Any]]:
        last: str | None = ""
        while last is not None:
            async with database.read() as session:
                found, last = await repository.calls_of_subject(session, keys, owner.tenant_id, owner.subject, last)
            for call in found:
                yield _ADAPTER.dump_python(_call_copy(call, owner), mode="json")

    return [Records(_CALLS, read)]


def _call_copy(call: CallRecord, owner: DataSubject) -> CallCopy:
    own = next(party for party in call.parties if party.subject == owner.subject)
    others = tuple(_other(party, owner) for party in call.parties if party.subject != owner.subject)
    times = (call.started, call.answered, call.ended, call.talk_seconds)
    return CallCopy(call.id, call.direction, own.role, *times, call.outcome, call.recorded, others)


def _other(party: CdrParty, owner: DataSubject) -> OtherParty:
    identity = party.identity
    shown = (
        (bool(owner.person_id) or owner.with_others) and isinstance(identity, PartyIdentity) and not identity.withheld
    )
    if not shown or not isinstance(identity, PartyIdentity):
        return OtherParty(party.role, None, None)
    return OtherParty(party.role, identity.number, identity.name)
