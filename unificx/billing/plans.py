"""Plans of the operator, and which plan a tenant has from which day on. No change of them alters past months."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, timedelta
from typing import Final

from sqlalchemy.ext.asyncio import AsyncSession

from unificx.billing import plan_repository, trial_repository
from unificx.billing.counts import Counts
from unificx.billing.machine.deck_csv import is_group
from unificx.billing.machine.money import MAX_AMOUNT, is_currency
from unificx.billing.machine.months import month_of
from unificx.billing.machine.trial import MAX_DAYS, begun
from unificx.billing.schemas import Assignment, NewPlan, Plan, PlanChange, PlanTerms
from unificx.core.errors import Conflict, Invalid, NotFound
from unificx.core.names import is_name
from unificx.core.phrases import Phrase
from unificx.core.preconditions import Precondition, unconditional
from unificx.db import Database, UnitOfWork, lock_scope

MAX_PLANS = 200
MAX_GROUPS = 20
"""Groups of rates with included minutes, of a plan."""
MAX_MINUTES = 10_000_000
MAX_GIGABYTES = 1_000_000
MAX_NAME = 60
_FURTHEST = timedelta(days=366)
_FIRST_TIME_ZONE = timedelta(hours=14)
"""The time zone in which a day begins first (UTC+14)."""
_GIGABYTES = ("storage_gb", "extension_storage_gb")
_PRICES = ("price", "extension_price", "number_price", "storage_price")
_VALUES = (*_PRICES, *_GIGABYTES, "included")
"""Fields of terms that a plan is created with, and that change from a day on."""
LOCK_SCOPE: Final = "plans"
"""Lock of plans, their assignments and trials."""


class Plans:
    """The plans of an installation."""

    def __init__(self, database: Database, counts: Counts) -> None:
        self._database = database
        self._counts = counts

    async def list(self) -> Sequence[Plan]:
        """Return all plans by name."""
        async with self._database.read() as session:
            return await plan_repository.list_plans(session)

    async def get(self, reference: str) -> Plan:
        """Return a plan by id or name. Raises NotFound."""
        async with self._database.read() as session:
            return await _find(session, reference)

    async def tenants(self) -> Mapping[str, int]:
        """Return how many tenants have each plan now, by its id; plans without one are absent."""
        async with self._database.read() as session:
            return await plan_repository.count_tenants(session, self._database.clock.now().date())

    async def create(self, new: NewPlan) -> Plan:
        """Create a plan. Raises Invalid; Conflict for a name that is in use, and for too many plans."""
        if not is_currency(new.currency):
            raise Invalid("A currency is written with three letters.", hint="Use EUR, for example.", field="currency")
        now = self._database.clock.now()
        terms = PlanTerms(now.date(), **{name: getattr(new, name) for name in _VALUES})
        made = Plan(
            self._database.clock.new_id(),
            _name(new.name),
            new.currency,
            now,
            False,
            (_checked(terms),),
            _days(new.trial_days),
            new.sign_up,
        )
        async with self._database.begin() as uow:
            await self._require_free_name(uow, made)
            await plan_repository.insert_plan(uow.session, made)
            await _offer_at_sign_up(uow.session, made)
        return made

    async def update(self, reference: str, change: PlanChange, condition: Precondition[Plan] = unconditional) -> Plan:
        """Change a plan: its name and state at once, its prices and minutes from a day on. Those of a plan that was not
        assigned yet change at once too. Raises Invalid; NotFound; Conflict for a name that is in use; what `condition`
        raises."""
        async with self._database.begin() as uow:
            await lock_scope(uow.session, LOCK_SCOPE)
            plan = await _find(uow.session, reference)
            condition(plan)
            named = replace(
                plan,
                name=plan.name if change.name is None else _name(change.name),
                archived=plan.archived if change.archived is None else change.archived,
                trial_days=plan.trial_days if change.trial_days is None else _days(change.trial_days),
                sign_up=plan.sign_up if change.sign_up is None else change.sign_up,
            )
            if named.name != plan.name:
                await self._require_free_name(uow, named)
            used = await plan_repository.is_assigned(uow.session, plan.id)
            changed = replace(named, terms=self._changed_terms(plan, change, used=used))
            await plan_repository.update_plan(uow.session, changed)
            await plan_repository.replace_terms(uow.session, changed)
            await _offer_at_sign_up(uow.session, changed)
        return changed

    async def delete(self, reference: str, condition: Precondition[Plan] = unconditional) -> None:
        """Delete a plan that was never assigned. Raises NotFound; Conflict; what `condition` raises."""
        async with self._database.begin() as uow:
            await lock_scope(uow.session, LOCK_SCOPE)
            plan = await _find(uow.session, reference)
            condition(plan)
            if await plan_repository.is_assigned(uow.session, plan.id):
                raise Conflict("Tenants have or had this plan.", hint="Archive it with `unificx plan archive`.")
            await plan_repository.delete_plan(uow.session, plan.id)

    # ---- plans of tenants

    async def assignments(self, tenant_id: str) -> Sequence[Assignment]:
        """Return the plans that a tenant had, has and will have, in the order of their days."""
        async with self._database.read() as session:
            return await plan_repository.list_assignments(session, tenant_id)

    async def present(self, tenant_ids: Sequence[str]) -> Mapping[str, str]:
        """Return the names of the plans that tenants have today (UTC), by tenant; those without one are absent."""
        async with self._database.read() as session:
            names = {each.id: each.name for each in await plan_repository.list_plans(session)}
            found = await plan_repository.present_plans(session, tenant_ids, self._database.clock.now().date())
        return {tenant_id: names[plan_id] for tenant_id, plan_id in found.items()}

    async def assign(
        self, tenant_id: str, reference: str | None, since: date | None = None, trial_days: int | None = None
    ) -> Assignment:
        """Assign a plan to a tenant from a day in its time zone on, by default today; None ends its plan.

        Its first plan begins with the trial of the plan, unless other `trial_days` are given, 0 for none. Raises
        Invalid for a day before the present month or over a year ahead; NotFound; Conflict for an archived plan and a
        second trial."""
        today = self._counts.today(tenant_id)
        day = since or today
        if not month_of(today).since <= day <= today + _FURTHEST:
            raise Invalid(
                "A plan begins in the present month or at most a year later.",
                hint="Past months are not changed.",
                field="since",
            )
        async with self._database.begin() as uow:
            await lock_scope(uow.session, LOCK_SCOPE)
            plan = await _find(uow.session, reference) if reference is not None else None
            if plan is not None and plan.archived:
                raise Conflict("This plan is archived.", hint="Choose another plan.", field="plan")
            made = Assignment(day, plan.id if plan is not None else None)
            if plan is not None:
                await self._begin_trial(uow.session, tenant_id, plan, made, trial_days)
            await plan_repository.assign(uow.session, tenant_id, made)
        return made

    async def at_sign_up(self) -> Plan | None:
        """Return the plan that organisations get that sign up."""
        return next((each for each in await self.list() if each.sign_up and not each.archived), None)

    async def assign_at_sign_up(self, uow: UnitOfWork, tenant_id: str) -> None:
        """Assign the plan for organisations that sign up, if there is one, with its trial. A second time has no
        effect."""
        await lock_scope(uow.session, LOCK_SCOPE)
        offered = [each for each in await plan_repository.list_plans(uow.session) if each.sign_up and not each.archived]
        if offered and not await plan_repository.list_assignments(uow.session, tenant_id):
            made = Assignment(self._counts.today(tenant_id), offered[0].id)
            await self._begin_trial(uow.session, tenant_id, offered[0], made, None)
            await plan_repository.assign(uow.session, tenant_id, made)

    # ---- inside

    async def _begin_trial(
        self, session: AsyncSession, tenant_id: str, plan: Plan, made: Assignment, wanted: int | None
    ) -> None:
        had = await trial_repository.find(session, tenant_id)
        if wanted and had is not None:
            raise Conflict("This tenant had a trial already.", hint="Set another end of it.", field="trial_days")
        is_first = had is None and not await plan_repository.list_assignments(session, tenant_id)
        days = wanted if wanted is not None else plan.trial_days * is_first
        if days:
            await trial_repository.insert(session, tenant_id, begun(made.since, days))

    async def _require_free_name(self, uow: UnitOfWork, plan: Plan) -> None:
        await lock_scope(uow.session, LOCK_SCOPE)
        others = [each for each in await plan_repository.list_plans(uow.session) if each.id != plan.id]
        if any(plan.name in (each.name, each.id) for each in others):
            raise Conflict("There is a plan with this name.", field="name")
        if len(others) >= MAX_PLANS:
            raise Conflict(
                Phrase("There are {} plans already.", MAX_PLANS), hint="Delete plans that were never assigned."
            )

    def _changed_terms(self, plan: Plan, change: PlanChange, *, used: bool) -> tuple[PlanTerms, ...]:
        wanted = {name: value for name in _VALUES if (value := getattr(change, name)) is not None}
        if not wanted:
            return plan.terms
        earliest = (self._database.clock.now() + _FIRST_TIME_ZONE).date()
        if not used and change.since is None:
            return (_checked(replace(plan.terms_on(earliest), since=plan.terms[0].since, **wanted)),)
        since = change.since or month_of(earliest).until
        if not earliest <= since <= earliest + _FURTHEST:
            raise Invalid(
                Phrase("Prices change on {} at the earliest, and at most a year later.", earliest),
                hint="Days that have begun are not changed.",
                field="since",
            )
        new = _checked(replace(plan.terms_on(since), since=since, **wanted))
        others = [each for each in plan.terms if each.since != since]
        return tuple(sorted([*others, new], key=lambda terms: terms.since))


async def _find(session: AsyncSession, reference: str) -> Plan:
    for plan in await plan_repository.list_plans(session):
        if reference in (plan.id, plan.name):
            return plan
    raise NotFound("Plan not found.", hint="List them with `unificx plan list`.", field="plan")


async def _offer_at_sign_up(session: AsyncSession, plan: Plan) -> None:
    if plan.sign_up:
        await plan_repository.withdraw_from_sign_up(session, plan.id)


def _days(trial: int) -> int:
    if not 0 <= trial <= MAX_DAYS:
        raise Invalid(Phrase("A trial has at most {} days.", MAX_DAYS), field="trial_days")
    return trial


def _name(text: str) -> str:
    name = text.strip()
    if not is_name(name, MAX_NAME):
        raise Invalid(Phrase("A name has 1 to {} printable characters.", MAX_NAME), field="name")
    return name


def _checked(terms: PlanTerms) -> PlanTerms:
    """Return terms whose values are allowed. Raise Invalid."""
    for field in _PRICES:
        if not 0 <= getattr(terms, field) <= MAX_AMOUNT:
            raise Invalid("A price must be 0 to 1,000,000.", field=field)
    for field in _GIGABYTES:
        if not 0 <= getattr(terms, field) <= MAX_GIGABYTES:
            raise Invalid(Phrase("Included gigabytes must be 0 to {}.", MAX_GIGABYTES), field=field)
    if len(terms.included) > MAX_GROUPS:
        raise Invalid(Phrase("A plan includes minutes for at most {} groups of rates.", MAX_GROUPS), field="included")
    for group, minutes in terms.included.items():
        if not is_group(group):
            raise Invalid("A group has letters a to z, digits and hyphens, at most 31.", field="included")
        if not 0 <= minutes <= MAX_MINUTES:
            raise Invalid(Phrase("Included minutes must be 0 to {}.", MAX_MINUTES), field="included")
    return terms
