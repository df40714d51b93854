"""All SQL on requests about personal data, and their sealing and opening."""

from collections.abc import Sequence
from datetime import datetime
from typing import cast

from sqlalchemy import ColumnElement, delete, func, or_, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from unificx.db import Keys, PageById, SealedCodec, lock_scope
from unificx.support.rights.models import (
    BreachNoticeRow,
    BreachRow,
    DisclosureRow,
    HandoverRow,
    NotePart,
    RequestPart,
    RightsNoteRow,
    RightsRequestRow,
    RightsStepRow,
    StepPart,
)
from unificx.support.rights.schemas import (
    GENERAL_KINDS,
    Kind,
    Origin,
    Proof,
    RequestFilter,
    RequestNote,
    RightsRequest,
    State,
    StepRecord,
)

REQUEST_CODEC = SealedCodec(RightsRequestRow, RequestPart)
NOTE_CODEC = SealedCodec(RightsNoteRow, NotePart)
STEP_CODEC = SealedCodec(RightsStepRow, StepPart)


async def insert(session: AsyncSession, keys: Keys, request: RightsRequest) -> None:
    """Store a new request."""
    session.add(
        RightsRequestRow(
            id=request.id,
            tenant_id=request.tenant_id,
            origin=request.origin,
            received=request.received,
            subject_id=request.subject,
            **_changeable(keys, request),
        )
    )
    await session.flush()


async def save(session: AsyncSession, keys: Keys, request: RightsRequest) -> None:
    """Store the changed values of a request."""
    chosen = RightsRequestRow.tenant_id == request.tenant_id, RightsRequestRow.id == request.id
    await session.execute(update(RightsRequestRow).where(*chosen).values(**_changeable(keys, request)))


def _changeable(keys: Keys, request: RightsRequest) -> dict[str, object]:
    texts = request.name, request.email, request.number, request.text, request.basis, request.answer, request.topic
    part = RequestPart(*texts, corrected=request.corrected or None)
    return {
        "kind": request.kind,
        "regime": request.regime,
        "confirm_due": request.confirm_due,
        "extendable": request.extendable,
        "state": request.state,
        "proof": request.proof,
        "confirmed": request.confirmed,
        "due": request.due,
        "closed": request.closed,
        "reminded": request.reminded,
        "person_id": request.person_id,
        "assigned": request.assigned,
        "sender_tenant": request.sender_tenant,
        "about_subject": request.about,
        "sealed": REQUEST_CODEC.seal(keys, request.tenant_id, [(request.subject, request.id, part)])[0],
    }


async def find(session: AsyncSession, keys: Keys, tenant_id: str, request_id: str) -> RightsRequest | None:
    """Return a request."""
    chosen = RightsRequestRow.tenant_id == tenant_id, RightsRequestRow.id == request_id
    row = await session.scalar(select(RightsRequestRow).where(*chosen).execution_options(populate_existing=True))
    return _opened(keys, tenant_id, [row])[0] if row is not None else None


async def page(
    session: AsyncSession, keys: Keys, tenant_id: str, request: PageById, wanted: RequestFilter
) -> list[RightsRequest]:
    """Return the closed or the open requests, oldest first."""
    query = select(RightsRequestRow).where(RightsRequestRow.tenant_id == tenant_id, _is_closed(wanted.closed))
    if wanted.kind is not None:
        query = query.where(RightsRequestRow.kind == wanted.kind)
    if wanted.assigned is not None:
        query = query.where(func.coalesce(RightsRequestRow.assigned, "") == wanted.assigned)
    return _opened(keys, tenant_id, (await session.scalars(request.apply(query, RightsRequestRow.id))).all())


async def of_person(session: AsyncSession, keys: Keys, tenant_id: str, person_id: str) -> list[RightsRequest]:
    """Return what a user has sent about themselves, newest first."""
    chosen = (
        RightsRequestRow.tenant_id == tenant_id,
        RightsRequestRow.person_id == person_id,
        RightsRequestRow.origin == "account",
    )
    query = select(RightsRequestRow).where(*chosen).order_by(RightsRequestRow.id.desc()).limit(100)
    return _opened(keys, tenant_id, (await session.scalars(query)).all())


async def corrected_name(session: AsyncSession, keys: Keys, tenant_id: str, subject: str) -> str:
    """Return the name of the latest correction about a subject, "" without one."""
    chosen = (
        RightsRequestRow.tenant_id == tenant_id,
        RightsRequestRow.about_subject == subject,
        RightsRequestRow.kind == "correction",
    )
    query = select(RightsRequestRow).where(*chosen).order_by(RightsRequestRow.id.desc()).limit(100)
    found = _opened(keys, tenant_id, (await session.scalars(query)).all())
    return next((each.corrected for each in found if each.corrected), "")


async def count_open(session: AsyncSession, tenant_id: str, person_id: str) -> int:
    """Return how many open requests a user has."""
    chosen = (
        RightsRequestRow.tenant_id == tenant_id,
        RightsRequestRow.person_id == person_id,
        RightsRequestRow.origin == "account",
        RightsRequestRow.closed.is_(None),
    )
    return await session.scalar(select(func.count()).where(*chosen)) or 0


async def sent_to(session: AsyncSession, queue_id: str, tenant_id: str) -> list[tuple[str, str]]:
    """Return id and sealing subject of the requests that administrators of a tenant have sent to the operator."""
    query = select(RightsRequestRow.id, RightsRequestRow.subject_id).where(
        RightsRequestRow.tenant_id == queue_id, RightsRequestRow.sender_tenant == tenant_id
    )
    return [(request_id, sealing) for request_id, sealing in (await session.execute(query)).all()]


async def count_due(session: AsyncSession, tenant_id: str, now: datetime) -> tuple[int, int]:
    """Return how many requests are open, and how many of them are overdue: proved, and not answered in time."""
    is_proved = or_(RightsRequestRow.state != "received", RightsRequestRow.proof != "")
    overdue = func.count().filter(is_proved, RightsRequestRow.due <= now)
    query = select(func.count(), overdue).where(RightsRequestRow.tenant_id == tenant_id, _is_closed(False))
    total, late = (await session.execute(query)).one()
    return total, late


async def to_remind(session: AsyncSession, before: datetime, not_since: datetime) -> list[tuple[str, str]]:
    """Return tenant and id of open, proved requests that are due `before` and were not reminded of `not_since`."""
    # scope: all tenants, because the reminders of all are sent by one job
    query = select(RightsRequestRow.tenant_id, RightsRequestRow.id).where(
        RightsRequestRow.closed.is_(None),
        or_(RightsRequestRow.state != "received", RightsRequestRow.proof != ""),
        or_(RightsRequestRow.due < before, RightsRequestRow.confirm_due < before),
        or_(RightsRequestRow.reminded.is_(None), RightsRequestRow.reminded < not_since),
    )
    return [(tenant_id, request_id) for tenant_id, request_id in (await session.execute(query)).all()]


async def unproved(session: AsyncSession, before: datetime) -> list[tuple[str, str]]:
    """Return tenant and id of requests from the public form, received before a time, whose identity was not proved."""
    # scope: all tenants, because the period is the same for all
    query = select(RightsRequestRow.tenant_id, RightsRequestRow.id).where(*_are_unproved(before))
    return [(tenant_id, request_id) for tenant_id, request_id in (await session.execute(query)).all()]


async def delete_unproved(session: AsyncSession, tenant_id: str, request_id: str, before: datetime) -> None:
    """Delete a request as `unproved` returns it, unless it was proved since."""
    await lock_scope(session, "rights request", request_id)
    chosen = (RightsRequestRow.tenant_id == tenant_id, RightsRequestRow.id == request_id, *_are_unproved(before))
    deleted = await session.execute(delete(RightsRequestRow).where(*chosen).returning(RightsRequestRow.id))
    if deleted.first() is not None:
        await delete_request(session, tenant_id, request_id)


def _are_unproved(before: datetime) -> tuple[ColumnElement[bool], ...]:
    return (
        RightsRequestRow.closed.is_(None),
        RightsRequestRow.state == "received",
        RightsRequestRow.origin == "public",
        RightsRequestRow.proof == "",
        RightsRequestRow.received < before,
    )


async def tenant_of(session: AsyncSession, request_id: str) -> str | None:
    """Return the tenant of a request."""
    # scope: all tenants, because a proved id in a link or an e-mail names no tenant
    return await session.scalar(select(RightsRequestRow.tenant_id).where(RightsRequestRow.id == request_id))


async def delete_request(session: AsyncSession, tenant_id: str, request_id: str) -> None:
    """Delete a request with its steps, its notes, its disclosures and its breach."""
    await _delete_notes(session, tenant_id, request_id)
    for breach in (BreachNoticeRow, BreachRow):
        await session.execute(delete(breach).where(breach.tenant_id == tenant_id, breach.request_id == request_id))
    await session.execute(
        delete(HandoverRow).where(HandoverRow.tenant_id == tenant_id, HandoverRow.request_id == request_id)
    )
    await session.execute(
        delete(DisclosureRow).where(DisclosureRow.tenant_id == tenant_id, DisclosureRow.request_id == request_id)
    )
    await session.execute(
        delete(RightsStepRow).where(RightsStepRow.tenant_id == tenant_id, RightsStepRow.request_id == request_id)
    )
    await session.execute(
        delete(RightsRequestRow).where(RightsRequestRow.tenant_id == tenant_id, RightsRequestRow.id == request_id)
    )


async def closed_before(session: AsyncSession, before: datetime) -> list[tuple[str, str, str]]:
    """Return tenant, id and sealing subject of requests closed before a time."""
    # scope: all tenants, because the retention period is the same for all
    query = select(RightsRequestRow.tenant_id, RightsRequestRow.id, RightsRequestRow.subject_id)
    rows = await session.execute(query.where(RightsRequestRow.closed < before))
    return [(tenant_id, request_id, subject) for tenant_id, request_id, subject in rows.all()]


async def delete_of_tenant(session: AsyncSession, tenant_id: str) -> None:
    for row in (BreachNoticeRow, BreachRow, HandoverRow, DisclosureRow, RightsNoteRow, RightsStepRow, RightsRequestRow):
        await session.execute(delete(row).where(row.tenant_id == tenant_id))


# ---- data about a subject


async def about(session: AsyncSession, tenant_id: str, subject: str, *, closed: bool) -> list[tuple[str, str]]:
    """Return id and sealing subject of the requests about a subject whose texts are held: those that an erasure
    deletes, or the open ones that have to be answered first."""
    query = select(RightsRequestRow.id, RightsRequestRow.subject_id).where(
        RightsRequestRow.tenant_id == tenant_id,
        RightsRequestRow.about_subject == subject,
        RightsRequestRow.sealed.is_not(None),
        _ends_with_sender() if closed else ~_ends_with_sender(),
    )
    return [(request_id, sealing) for request_id, sealing in (await session.execute(query)).all()]


def _ends_with_sender() -> ColumnElement[bool]:
    """Closed requests, and those without a duty to answer once their sender is erased."""
    return or_(RightsRequestRow.closed.is_not(None), RightsRequestRow.kind.in_(GENERAL_KINDS))


def _is_closed(closed: bool) -> ColumnElement[bool]:
    return RightsRequestRow.closed.is_not(None) if closed else RightsRequestRow.closed.is_(None)


async def delete_texts(session: AsyncSession, tenant_id: str, request_id: str, now: datetime) -> None:
    """Delete what is sealed of a request, which is withdrawn if it is open; kind, state and times stay."""
    await _delete_notes(session, tenant_id, request_id)
    steps = RightsStepRow.tenant_id == tenant_id, RightsStepRow.request_id == request_id
    await session.execute(update(RightsStepRow).where(*steps).values(sealed=None))
    chosen = RightsRequestRow.tenant_id == tenant_id, RightsRequestRow.id == request_id
    await session.execute(update(RightsRequestRow).where(*chosen).values(sealed=None))
    withdrawn = update(RightsRequestRow).where(*chosen, RightsRequestRow.closed.is_(None))
    await session.execute(withdrawn.values(state="withdrawn", closed=now))


# ---- steps


async def add_step(session: AsyncSession, keys: Keys, request: RightsRequest, record: StepRecord, step_id: str) -> None:
    """Add a step to a request."""
    sealed = None
    if record.note:
        part = StepPart(record.note)
        sealed = STEP_CODEC.seal(keys, request.tenant_id, [(request.subject, step_id, part)])[0]
    session.add(
        RightsStepRow(
            id=step_id,
            tenant_id=request.tenant_id,
            request_id=request.id,
            at=record.at,
            step=record.step,
            by_person=record.by,
            subject_id=request.subject,
            sealed=sealed,
        )
    )


async def find_step(session: AsyncSession, keys: Keys, request: RightsRequest, record: tuple[str, str]) -> str | None:
    """Return the id of the step of a request with this name and note."""
    name, note = record
    chosen = (
        RightsStepRow.tenant_id == request.tenant_id,
        RightsStepRow.request_id == request.id,
        RightsStepRow.step == name,
    )
    rows = (await session.scalars(select(RightsStepRow).where(*chosen))).all()
    sealed = [(row.subject_id, row.id, row.sealed) for row in rows if row.sealed is not None]
    notes = STEP_CODEC.open_by_row(keys, request.tenant_id, sealed)
    return next((row.id for row in rows if notes.get(row.id) == StepPart(note)), None)


async def note_of(session: AsyncSession, keys: Keys, tenant_id: str, request_id: str, step_id: str) -> str:
    """Return the note of a step."""
    chosen = (
        RightsStepRow.tenant_id == tenant_id,
        RightsStepRow.request_id == request_id,
        RightsStepRow.id == step_id,
    )
    row = await session.scalar(select(RightsStepRow).where(*chosen))
    if row is None or row.sealed is None:
        return ""
    note = STEP_CODEC.open_by_row(keys, tenant_id, [(row.subject_id, row.id, row.sealed)]).get(row.id)
    return note.note if isinstance(note, StepPart) else ""


async def steps(session: AsyncSession, keys: Keys, tenant_id: str, request_id: str) -> tuple[StepRecord, ...]:
    """Return the steps of a request, oldest first."""
    chosen = RightsStepRow.tenant_id == tenant_id, RightsStepRow.request_id == request_id
    rows = (await session.scalars(select(RightsStepRow).where(*chosen).order_by(RightsStepRow.id))).all()
    sealed = [(row.subject_id, row.id, row.sealed) for row in rows if row.sealed is not None]
    notes = STEP_CODEC.open_by_row(keys, tenant_id, sealed)
    found = [(row, notes.get(row.id)) for row in rows]
    return tuple(
        StepRecord(row.at, row.step, row.by_person, note.note if isinstance(note, StepPart) else "")
        for row, note in found
    )


async def count_steps(session: AsyncSession, tenant_id: str, request_id: str) -> int:
    chosen = RightsStepRow.tenant_id == tenant_id, RightsStepRow.request_id == request_id
    return await session.scalar(select(func.count()).select_from(RightsStepRow).where(*chosen)) or 0


# ---- internal notes


async def add_note(session: AsyncSession, keys: Keys, request: RightsRequest, note: RequestNote, note_id: str) -> None:
    """Add an internal note to a request."""
    part = NotePart(note.text)
    [sealed] = NOTE_CODEC.seal(keys, request.tenant_id, [(request.subject, note_id, part)])
    session.add(
        RightsNoteRow(
            id=note_id,
            tenant_id=request.tenant_id,
            request_id=request.id,
            at=note.at,
            by_person=note.by,
            subject_id=request.subject,
            sealed=sealed,
        )
    )


async def count_notes(session: AsyncSession, tenant_id: str, request_id: str) -> int:
    chosen = RightsNoteRow.tenant_id == tenant_id, RightsNoteRow.request_id == request_id
    return await session.scalar(select(func.count()).select_from(RightsNoteRow).where(*chosen)) or 0


async def notes(session: AsyncSession, keys: Keys, tenant_id: str, request_id: str) -> tuple[RequestNote, ...]:
    """Return the internal notes on a request, oldest first."""
    chosen = RightsNoteRow.tenant_id == tenant_id, RightsNoteRow.request_id == request_id
    rows = (await session.scalars(select(RightsNoteRow).where(*chosen).order_by(RightsNoteRow.id))).all()
    parts = NOTE_CODEC.open(keys, tenant_id, [(row.subject_id, row.id, row.sealed) for row in rows])
    return tuple(
        RequestNote(row.at, row.by_person, part.text)
        for row, part in zip(rows, parts, strict=True)
        if isinstance(part, NotePart)
    )


async def _delete_notes(session: AsyncSession, tenant_id: str, request_id: str) -> None:
    chosen = RightsNoteRow.tenant_id == tenant_id, RightsNoteRow.request_id == request_id
    await session.execute(delete(RightsNoteRow).where(*chosen))


def _opened(keys: Keys, tenant_id: str, rows: Sequence[RightsRequestRow]) -> list[RightsRequest]:
    sealed = [(row.subject_id, row.id, row.sealed) for row in rows if row.sealed is not None]
    parts = REQUEST_CODEC.open_by_row(keys, tenant_id, sealed)
    return [_request(row, parts.get(row.id)) for row in rows]


def _request(row: RightsRequestRow, part: object) -> RightsRequest:
    texts = part if isinstance(part, RequestPart) else RequestPart("", "", "", "", "", "", "", None)
    return RightsRequest(
        id=row.id,
        tenant_id=row.tenant_id,
        kind=cast("Kind", row.kind),
        regime=row.regime,
        origin=cast("Origin", row.origin),
        state=cast("State", row.state),
        proof=cast("Proof", row.proof),
        received=row.received,
        confirm_due=row.confirm_due,
        confirmed=row.confirmed,
        due=row.due,
        extendable=row.extendable,
        closed=row.closed,
        reminded=row.reminded,
        person_id=row.person_id,
        about=row.about_subject,
        subject=row.subject_id,
        name=texts.name,
        email=texts.email,
        number=texts.number,
        text=texts.text,
        basis=texts.basis,
        answer=texts.answer,
        topic=texts.topic or "",
        assigned=row.assigned,
        corrected=texts.corrected or "",
        sender_tenant=row.sender_tenant,
    )
