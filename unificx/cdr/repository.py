"""All SQL on call records, and sealing and opening of their personal parts."""

import json
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from operator import itemgetter
from typing import Any, cast

from pydantic_core import to_json
from sqlalchemy import Select, Table, and_, bindparam, delete, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from unificx.calls.events import CallEnded, MediaQuality
from unificx.cdr.models import AddressPart, CallPartyRow, CallRow, CallStepRow, PartyPart
from unificx.cdr.outside import billed_legs
from unificx.cdr.schemas import CallRecord, CdrFilter, CdrParty, CdrStep, PartyIdentity
from unificx.cdr.step_repository import CALL_STEP, decode_step_rows, step_rows, steps_of
from unificx.cdr.values import talk_seconds, to_the_second
from unificx.db import BulkInsert, Erased, Key, PageByTime, Reader, SealedCodec, newest_first, owned_by
from unificx.privacy import KeyStore, free

PARTY_CODEC = SealedCodec(CallPartyRow, PartyPart)
ADDRESS_CODEC = SealedCodec(CallPartyRow, AddressPart)

_CALL = cast("Table", CallRow.__table__)
_CALL_PARTY = cast("Table", CallPartyRow.__table__)
_NEW_CALLS, _NEW_PARTIES, _NEW_STEPS = BulkInsert(_CALL), BulkInsert(_CALL_PARTY), BulkInsert(CALL_STEP)

_CALL_COLUMNS = (
    *("id", "tenant_id", "direction", "started", "answered", "ended", "talk_seconds", "outcome", "cause", "recorded"),
    *("answered_by", "verification"),
)
_PARTY_COLUMNS = (
    *("id", "place", "role", "subject_id", "extension_id", "device_id", "loss", "jitter_ms", "mos", "packets"),
    "sealed",
)
_CALL_VALUES = [_CALL.c[name] for name in _CALL_COLUMNS]
_PARTY = [_CALL_PARTY.c[name].label(f"party_{name}") for name in _PARTY_COLUMNS]
"""The columns of a party that are read beside its call, whose columns come first."""

_PAGE = 200
"""Calls of a data subject that are read at a time."""


# Writing. A spool record is JSON: the call's row, its parties' rows and the rows of its way, with sealed parts in hex,
# and the parts of its legs outside that are billed.


def encode_record(
    keys: KeyStore, call: CallEnded, subjects: Sequence[str], step_subjects: Sequence[str | None] = ()
) -> bytes:
    """Encode a call for the spool. `subjects` and `step_subjects` are those of its parties and steps, in order."""
    found = keys.get(call.tenant, {*subjects, *filter(None, step_subjects)}, create=True)
    rows = [_party_row(found[subject], call, position, subject) for position, subject in enumerate(subjects)]
    return to_json((_call_row(call), rows, step_rows(found, call, step_subjects), billed_legs(call)))


def _call_row(call: CallEnded) -> dict[str, Any]:
    return {
        "id": call.id,
        "tenant_id": call.tenant,
        "direction": call.direction,
        "started": to_the_second(call.started),
        "answered": call.answered and to_the_second(call.answered),
        "ended": to_the_second(call.ended),
        "talk_seconds": talk_seconds(call),
        "outcome": call.outcome,
        "cause": call.cause,
        "recorded": call.recorded,
        "answered_by": call.answered_by,
        "verification": call.verification or None,
    }


def _party_row(key: Key | None, call: CallEnded, position: int, subject: str) -> dict[str, Any]:
    """Return the row of a party; as after its erasure if it was erased during the call: see `erase_parties`."""
    party, quality, row_id = call.parties[position], call.parties[position].quality, f"{call.id}/{position}"
    sealed = sealed_address = None
    if key is not None:
        identity = PartyPart(party.number, party.name, party.withheld)
        sealed = PARTY_CODEC.seal_with(key, call.tenant, subject, row_id, identity).hex()
        if party.address:
            address = AddressPart(party.address)
            sealed_address = ADDRESS_CODEC.seal_with(key, call.tenant, subject, row_id, address).hex()
    return {
        "id": row_id,
        "tenant_id": call.tenant,
        "call_id": call.id,
        "place": position,
        "role": party.role,
        "subject_id": subject if key is not None else row_id,
        "extension_id": party.extension_id if key is not None else None,
        "device_id": party.device_id if key is not None else None,
        "loss": quality.loss,
        "jitter_ms": quality.jitter_ms,
        "mos": quality.mos,
        "packets": quality.packets,
        "sealed": sealed,
        "sealed_address": sealed_address,
    }


@dataclass(frozen=True, slots=True)
class InsertedRecords:
    """Calls of spool records as column values, tenants and extensions of their parties (None for an external one), and
    their billed legs, each with its tenant."""

    calls: list[dict[str, Any]]
    lists: frozenset[tuple[str, str | None]]
    outside: list[tuple[str, dict[str, Any]]]


async def insert_records(session: AsyncSession, records: Iterable[bytes]) -> InsertedRecords:
    """Insert spool records; existing calls are left unchanged."""
    calls: list[dict[str, Any]] = []
    parties: list[dict[str, Any]] = []
    steps: list[dict[str, Any]] = []
    outside: list[tuple[str, dict[str, Any]]] = []
    for record in records:
        call, rows, *more = json.loads(record)  # without way or legs outside: written before they existed
        for added in ("answered_by", "verification"):  # written before the fields existed
            call.setdefault(added, None)
        for name in ("started", "answered", "ended"):
            call[name] = call[name] and datetime.fromisoformat(call[name])
        for row in rows:
            for name in ("sealed", "sealed_address"):
                row[name] = row[name] and bytes.fromhex(row[name])
        calls.append(call)
        parties += rows
        steps += decode_step_rows(more[0] if more else ())
        outside += [(call["tenant_id"], _billed_leg(call, leg)) for leg in (more[1] if len(more) > 1 else ())]
    await _NEW_CALLS.execute(session, calls)
    await _NEW_PARTIES.execute(session, parties)
    await _NEW_STEPS.execute(session, steps)
    lists = frozenset((row["tenant_id"], row["extension_id"]) for row in parties)
    return InsertedRecords(calls, lists, outside)


def _billed_leg(call: dict[str, Any], leg: dict[str, Any]) -> dict[str, Any]:
    """Return the fields of the event of a leg. Its id is the same each time the record is applied."""
    leg_id, answered = f"{call['id']}/{leg.pop('position')}", datetime.fromisoformat(leg["answered"])
    return {**leg, "leg_id": leg_id, "call_id": call["id"], "answered": answered}


async def delete_calls(session: AsyncSession, tenant_id: str) -> None:
    """Delete all calls of a tenant with their parties and ways."""
    await session.execute(delete(CallStepRow).where(CallStepRow.tenant_id == tenant_id))
    await session.execute(delete(CallPartyRow).where(CallPartyRow.tenant_id == tenant_id))
    await session.execute(delete(CallRow).where(CallRow.tenant_id == tenant_id))


async def erase_parties(session: AsyncSession, tenant_id: str, subject: str, limit: int) -> int:
    """Delete the sealed parts of parties of a subject, except in calls under a hold, and the ids by which their calls
    could be joined: of the subject, which becomes that of the row, of the extension and of the device. The calls and
    the other parties' parts stay. Return how many there were, at most `limit`."""
    query = select(CallPartyRow.id).where(CallPartyRow.tenant_id == tenant_id, CallPartyRow.subject_id == subject)
    next_ids = query.where(free(CallPartyRow, tenant_id)).limit(limit)
    erased = await session.scalars(
        update(CallPartyRow)
        .where(owned_by(CallPartyRow.tenant_id, tenant_id), CallPartyRow.id.in_(next_ids))
        .values(sealed=None, sealed_address=None, subject_id=CallPartyRow.id, extension_id=None, device_id=None)
        .returning(CallPartyRow.id),
        execution_options={"synchronize_session": False},
    )
    return len(erased.all())


async def set_hidden(
    session: AsyncSession, tenant_id: str, call_id: str, extensions: Sequence[str], moment: datetime | None
) -> None:
    """Set when the parties with these extensions removed a call from their own list; None: it is in the list."""
    await session.execute(
        update(CallPartyRow)
        .where(
            CallPartyRow.tenant_id == tenant_id,
            CallPartyRow.call_id == call_id,
            CallPartyRow.extension_id.in_(extensions),
        )
        .values(hidden=moment)
    )


# Reading


def _with_parties(calls: Select[Any]) -> Select[Any]:
    """Return a query of calls, which has the parameter `tenant_id`, with their parties: one statement reads both, so
    that they are of one state."""
    page = calls.subquery("page")
    parties = and_(CallPartyRow.tenant_id == bindparam("tenant_id"), CallPartyRow.call_id == page.c.id)
    return select(page, *_PARTY).outerjoin(_CALL_PARTY, parties)


_OF_TENANT = select(*_CALL_VALUES).where(CallRow.tenant_id == bindparam("tenant_id"))
_ONE = _with_parties(_OF_TENANT.where(CallRow.id == bindparam("call_id")))
_CALLS_OF_SUBJECT = (
    select(CallPartyRow.call_id)
    .where(
        CallPartyRow.tenant_id == bindparam("tenant_id"),
        CallPartyRow.subject_id == bindparam("subject"),
        CallPartyRow.call_id > bindparam("after"),
    )
    .distinct()
    .order_by(CallPartyRow.call_id)
    .limit(_PAGE)
)
"""Limited here, so that a page is as cheap whatever number of calls there are."""
_OF_SUBJECT = _with_parties(
    select(*_CALL_VALUES).where(owned_by(CallRow.tenant_id, bindparam("tenant_id")), CallRow.id.in_(_CALLS_OF_SUBJECT))
)


@cache
def _list(given: frozenset[str], *, listed: bool) -> Select[Any]:
    """Return the statement of a list of calls with these parameters. To build it takes 0.2 ms."""
    query = _OF_TENANT
    if "since" in given:
        query = query.where(CallRow.started >= bindparam("since"))
    if "until" in given:
        query = query.where(CallRow.started < bindparam("until"))
    if "outcomes" in given:
        query = query.where(CallRow.outcome.in_(bindparam("outcomes", expanding=True)))
    if "calls" in given:
        query = query.where(CallRow.id.in_(bindparam("calls", expanding=True)))
    if "extensions" in given:
        call_ids = select(CallPartyRow.call_id).where(
            CallPartyRow.tenant_id == bindparam("tenant_id"),
            CallPartyRow.extension_id.in_(bindparam("extensions", expanding=True)),
        )
        if listed:
            call_ids = call_ids.where(CallPartyRow.hidden.is_(None))
        query = query.where(CallRow.id.in_(call_ids))
    return _with_parties(newest_first(query, CallRow.started, CallRow.id, given))


async def list_calls(
    reader: Reader, keys: KeyStore, tenant_id: str, filters: CdrFilter, page: PageByTime
) -> list[CallRecord]:
    """Return calls, newest first, and one more than the page has if there is a next one."""
    chosen = {
        "since": filters.since,
        "until": filters.until,
        "outcomes": filters.outcomes,
        "calls": filters.calls,
        "extensions": filters.extensions,
    }
    parameters = {name: value for name, value in chosen.items() if value} | page.parameters()
    statement = _list(frozenset(parameters), listed=filters.listed)
    found = await _records(reader, keys, tenant_id, statement, parameters)
    return sorted(found, key=lambda call: (call.started, call.id), reverse=True)


async def get_call(reader: Reader, keys: KeyStore, tenant_id: str, call_id: str) -> CallRecord | None:
    return next(iter(await _records(reader, keys, tenant_id, _ONE, {"call_id": call_id})), None)


async def calls_of_subject(
    session: AsyncSession, keys: KeyStore, tenant_id: str, subject: str, after: str
) -> tuple[list[CallRecord], str | None]:
    """Return calls in which a data subject took part, in the order of their ids, and the last id, None after the last
    page; `after` that of the page before, "" for the first one."""
    found = await _records(session, keys, tenant_id, _OF_SUBJECT, {"subject": subject, "after": after})
    found.sort(key=lambda call: call.id)
    return found, found[-1].id if found else None


async def _records(
    reader: Reader, keys: KeyStore, tenant_id: str, statement: Select[Any], parameters: Mapping[str, Any]
) -> list[CallRecord]:
    """Return the calls of a statement of `_with_parties`, in no order. A second statement reads their ways."""
    rows = (await reader.execute(statement, {"tenant_id": tenant_id, **parameters})).all()
    calls: dict[str, tuple[Any, ...]] = {}
    parties = defaultdict[str, list[tuple[Any, ...]]](list)
    for row in rows:
        call, party = row[: len(_CALL_COLUMNS)], row[len(_CALL_COLUMNS) :]
        id_ = call[0]
        calls[id_] = call
        if party[0] is not None:
            parties[id_].append(party)
    sealed = [_SEALED(party) for of_call in parties.values() for party in of_call if party[-1] is not None]
    parts = PARTY_CODEC.open_by_row(keys, tenant_id, sealed)
    steps = await steps_of(reader, keys, tenant_id, list(calls))
    return [
        _to_call_record(
            call, tuple(_to_party(party, parts) for party in sorted(parties[id_], key=_PLACE)), steps.get(id_, ())
        )
        for id_, call in calls.items()
    ]


_PLACE = itemgetter(_PARTY_COLUMNS.index("place"))
_SEALED = itemgetter(*(_PARTY_COLUMNS.index(name) for name in ("subject_id", "id", "sealed")))


def _to_party(columns: tuple[Any, ...], parts: Mapping[str, PartyPart | Erased]) -> CdrParty:
    id_, _, role, subject, extension_id, device_id, loss, jitter_ms, mos, packets, _ = columns
    part = parts.get(id_)
    identity = PartyIdentity(part.number, part.name, bool(part.withheld)) if isinstance(part, PartyPart) else Erased()
    return CdrParty(role, subject, extension_id, device_id, MediaQuality(loss, jitter_ms, mos, packets), identity)


def _to_call_record(columns: tuple[Any, ...], parties: tuple[CdrParty, ...], steps: tuple[CdrStep, ...]) -> CallRecord:
    id_, tenant_id, direction, started, answered, ended, seconds, outcome, cause, recorded, by, verification = columns
    return CallRecord(
        id=id_,
        tenant_id=tenant_id,
        direction=direction,
        started=started,
        answered=answered,
        ended=ended,
        talk_seconds=seconds,
        outcome=outcome,
        cause=cause,
        recorded=recorded,
        parties=parties,
        answered_by=by,
        verification=verification or "",
        steps=steps,
    )
