"""Erasures that begin after some days, in which they can be cancelled."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

import structlog

from unificx.core.errors import Conflict, DomainError, Invalid, NotFound
from unificx.core.phrases import Phrase
from unificx.db import lock_scope, log_and_continue
from unificx.db.pagination import Page, PageByTime
from unificx.privacy import repository
from unificx.privacy.erasing import PersonErasures
from unificx.privacy.events import OwnErasureScheduled
from unificx.privacy.holdings import DataSubject
from unificx.privacy.models import ScheduledErasureRow

log = structlog.get_logger()
MAX_GRACE_DAYS = 90


@dataclass(frozen=True, slots=True)
class ScheduledErasure:
    """An erasure that begins at `due`. `requested_by`: id of the person who scheduled it, empty for the console."""

    person_id: str
    requested: datetime
    requested_by: str
    due: datetime


class ErasureSchedules:
    """Schedules erasures of people, and begins those that are due."""

    def __init__(self, erasures: PersonErasures) -> None:
        self._erasures = erasures
        self._database, self._clock = erasures.database, erasures.database.clock

    async def schedule(self, owner: DataSubject, confirmed: str, by: str, days: int) -> datetime:
        """Let the erasure of a person begin after some days, in which it can be cancelled; return the time. Another
        schedule is replaced. All that is held then is erased: the data of a person who goes on working changes. Raise
        Invalid, PlanChanged, Conflict."""
        if not 1 <= days <= MAX_GRACE_DAYS:
            raise Invalid(Phrase("Choose 1 to {} days.", MAX_GRACE_DAYS), hint="Or erase at once.", field="days")
        await self._erasures.confirm(owner, confirmed)
        return await self._schedule(owner, by, days)

    async def schedule_own(self, owner: DataSubject, days: int) -> datetime:
        """Like `schedule`, for people who close their own account. Their use of it changes the plan all the time, so no
        digest confirms it. The erasure that an administrator has scheduled is not replaced. They get an e-mail. Raise
        Conflict."""
        await self._erasures.confirm(owner, None)
        return await self._schedule(owner, owner.person_id, days, own=True)

    async def _schedule(self, owner: DataSubject, by: str, days: int, *, own: bool = False) -> datetime:
        now = self._clock.now()
        row = ScheduledErasureRow(
            tenant_id=owner.tenant_id,
            person_id=owner.id,
            subject_id=owner.subject,
            requested_by=by,
            requested=now,
            due=now + timedelta(days=days),
        )
        async with self._database.begin() as uow:
            await lock_scope(uow.session, "erasure", owner.tenant_id)
            if await repository.find_erasure(uow.session, owner.tenant_id, owner.id) is not None:
                raise Conflict("The erasure of this person has begun.", hint="Look at its receipt.")
            before = await repository.find_schedule(uow.session, owner.tenant_id, owner.id)
            if own and before is not None and before.requested_by != by:
                raise Conflict("An administrator has scheduled this erasure.", hint="Ask an administrator.")
            await uow.session.merge(row)
            if own:
                uow.publish(OwnErasureScheduled(self._clock.new_id(), owner.tenant_id, by, row.due))
        return row.due

    async def list(self, tenant_id: str, page: PageByTime) -> Page[ScheduledErasure]:
        """Return the scheduled erasures of a tenant, the last one to begin first."""
        async with self._database.read() as session:
            found = await repository.list_schedules(session, tenant_id, page)
        items = [ScheduledErasure(each.person_id, each.requested, each.requested_by, each.due) for each in found.items]
        return Page(tuple(items), found.next)

    async def cancel(self, owner: DataSubject) -> None:
        """Cancel a scheduled erasure. Raise NotFound if none is scheduled, or if it has begun."""
        async with self._database.begin() as uow:
            if not await repository.drop_schedule(uow.session, owner.tenant_id, owner.id):
                raise NotFound("No erasure of this person is scheduled, or it has begun.", hint="Look at the plan.")

    async def cancel_own(self, owner: DataSubject) -> None:
        """Cancel the erasure that a person has scheduled by closing their account. Raise NotFound if there is none, or
        if it has begun."""
        async with self._database.begin() as uow:
            if not await repository.drop_schedule(uow.session, owner.tenant_id, owner.id, owner.person_id):
                raise NotFound("You have not closed your account, or its erasure has begun.")

    async def is_any_due(self) -> bool:
        """Whether the time of a scheduled erasure has come."""
        async with self._database.read() as session:
            return bool(await repository.due_schedules(session, self._clock.now()))

    async def begin_due(self) -> None:
        """Begin the scheduled erasures whose time has come. A refused one stays and is tried again."""
        async with self._database.read() as session:
            due = await repository.due_schedules(session, self._clock.now())
        for each in due:
            with log_and_continue("scheduled_erasure_failed", tenant=each.tenant_id):
                await self._begin(each)

    async def _begin(self, scheduled: ScheduledErasureRow) -> None:
        person_id = "" if scheduled.person_id == scheduled.subject_id else scheduled.person_id
        owner = DataSubject(scheduled.tenant_id, scheduled.subject_id, person_id)
        try:
            owner = replace(owner, extension_ids=self._erasures.installation.extensions(owner))
            await self._erasures.erase(owner, None, scheduled.requested_by)
        except DomainError as refused:  # cancelled meanwhile, the last administrator, a full disk
            log.warning("scheduled_erasure_refused", tenant=scheduled.tenant_id, reason=refused.code)
