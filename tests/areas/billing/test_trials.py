"""Trials: free days, reminders, and a plan that is charged only once it was decided to continue."""

from datetime import UTC, date, datetime, timedelta

import pytest
from billing_setup import GERMANY, call, in_force
from hypothesis import given
from hypothesis import strategies as st

from unificx.billing import Billing, BillingDetails, CreditCall, CreditTerms, NewPlan, PlanChange
from unificx.billing.machine.trial import MAX_DAYS, REMINDERS, Trial, begun, continued, with_end
from unificx.cdr.events import OutsideCallRecorded
from unificx.core.clock import ManualClock
from unificx.core.errors import Conflict, DomainError, Invalid, NotFound
from unificx.db import Database

EURO = 1_000_000
FIRST = date(2026, 1, 1)
DETAILS = BillingDetails("Acme GmbH", "Weg 2", "20095", "Hamburg", "DE")
STEPS = st.lists(st.tuples(st.sampled_from(("continue", "end")), st.integers(0, 20), st.integers(-5, 40)), max_size=12)


@given(st.integers(1, 60), STEPS)
def test_no_day_of_a_trial_is_charged_and_no_past_day_changes(days: int, steps: list[tuple[str, int, int]]) -> None:
    trial, today = begun(FIRST, days), FIRST
    past: dict[date, tuple[bool, bool]] = {}
    for kind, later, end in steps:
        for _ in range(later):
            past[today] = trial.is_free(today), trial.is_charged(today)
            today += timedelta(days=1)
        try:
            trial = (
                continued(trial, today) if kind == "continue" else with_end(trial, today + timedelta(days=end), today)
            )
        except DomainError:
            continue
        assert trial.charged_since is None or trial.charged_since >= trial.until
        for day, (free, charged) in past.items():
            assert charged == trial.is_charged(day)
            assert not (free and charged)
        assert not any(trial.is_free(day) and trial.is_charged(day) for day in past)


@given(st.integers(1, MAX_DAYS), st.integers(1, 3))
def test_each_reminder_is_sent_once_and_none_after_the_decision(days: int, skipped: int) -> None:
    trial, sent = begun(FIRST, days), list[int]()
    for number in range(0, days + 10, skipped):
        due = trial.reminder(FIRST + timedelta(days=number))
        if due is not None:
            sent.append(due)
            trial = Trial(trial.since, trial.until, reminded=due)
    assert sent == sorted(set(sent), reverse=True)
    assert sent[-1] == 0
    assert set(sent) <= set(REMINDERS)
    assert continued(begun(FIRST, days), FIRST).reminder(FIRST + timedelta(days=days)) is None


def test_bad_trials_are_refused() -> None:
    for days in (0, MAX_DAYS + 1):
        with pytest.raises(Invalid):
            begun(FIRST, days)
    trial = begun(FIRST, 10)
    for until in (FIRST - timedelta(days=1), FIRST + timedelta(days=MAX_DAYS + 1)):
        with pytest.raises(Invalid):
            with_end(trial, until, FIRST)
    with pytest.raises(Conflict):
        with_end(continued(trial, FIRST), FIRST + timedelta(days=30), FIRST + timedelta(days=11))


def until(clock: ManualClock, moment: datetime) -> None:
    clock.advance((moment - clock.now()).total_seconds())


async def rate(database: Database, billing: Billing, event: OutsideCallRecorded) -> None:
    async with database.begin() as uow:
        await billing.rating.on_outside_call(event, uow)


async def test_a_trial_is_free_then_stops_and_is_charged_from_the_decision_on(
    billing: Billing, database: Database, clock: ManualClock
) -> None:
    until(clock, datetime(2026, 1, 5, 12, tzinfo=UTC))
    await in_force(billing, GERMANY)
    await billing.plans.create(NewPlan("Office", "EUR", 31 * EURO, trial_days=10, sign_up=True))
    plan = await billing.plans.create(NewPlan("Business", "EUR", 31 * EURO, trial_days=10, sign_up=True))
    assert [each.name for each in await billing.plans.list() if each.sign_up] == ["Business"]
    async with database.begin() as uow:
        await billing.plans.assign_at_sign_up(uow, "acme")
        await billing.plans.assign_at_sign_up(uow, "acme")
    assert [each.plan_id for each in await billing.plans.assignments("acme")] == [plan.id]
    outside, credit = CreditCall("leg", "call", "491761234"), billing.credit
    first = call(clock, "491761234", 60)
    await rate(database, billing, first)
    [rated] = await billing.rating.of_calls("acme", [first.call_id])
    assert (rated.amount, rated.billed_seconds, rated.covered_seconds) == (0, 60, 60)
    assert (await billing.charges.of_month("acme", FIRST), await billing.payments.balance("acme")) == ((), ())
    await credit.set_terms("acme", CreditTerms(prepaid=True, currency="EUR", limit=0))
    assert isinstance(await credit.reserve("acme", outside, 60), int), "free, so no credit is needed"
    await credit.remove_terms("acme")
    await credit.refresh()
    assert not credit.is_limited("acme")

    until(clock, datetime(2026, 1, 14, 22, 59, tzinfo=UTC))
    answered = CreditCall("live", "call 2", "491761234", clock.now())
    clock.advance(60)  # midnight in Berlin
    await credit.refresh()
    assert (credit.is_limited("acme"), credit.is_limited("globex")) == (True, False)
    assert await credit.reserve("acme", outside, 60) == "trial_ended"
    await credit.set_terms("acme", CreditTerms(prepaid=True, currency="EUR", limit=0))
    await credit.remove_terms("acme")
    assert credit.is_limited("acme"), "the end of its trial does not depend on the limit"
    assert isinstance(await credit.reserve("acme", answered, 60), int), "a call in progress goes on"
    assert await billing.charges.of_month("acme", FIRST) == ()

    with pytest.raises(Conflict, match="billing details"):
        await billing.trials.go_on("acme")
    await billing.details.replace("acme", DETAILS)
    until(clock, datetime(2026, 1, 20, 12, tzinfo=UTC))
    for _ in range(2):
        assert (await billing.trials.go_on("acme")).charged_since == date(2026, 1, 20)
    [charge] = await billing.charges.of_month("acme", FIRST)
    assert (charge.since, charge.amount) == (date(2026, 1, 20), 12 * EURO)
    assert isinstance(await credit.reserve("acme", outside, 60), int)
    second = call(clock, "491761234", 60)
    await rate(database, billing, second)
    await billing.rating.rate_again("acme", datetime(2026, 1, 1, tzinfo=UTC), clock.now() + timedelta(seconds=1))
    assert [each.amount for each in await billing.charges.of_month("acme", FIRST)] == [12 * EURO, 150_000]
    with pytest.raises(Conflict):
        await billing.trials.extend("acme", date(2026, 2, 20))
    with pytest.raises(Conflict):
        await billing.plans.assign("acme", "Office", trial_days=5)


async def test_an_operator_extends_a_trial_and_reminders_follow(
    billing: Billing, database: Database, clock: ManualClock
) -> None:
    until(clock, datetime(2026, 1, 5, 12, tzinfo=UTC))
    await billing.plans.create(NewPlan("Business", "EUR", EURO))
    await billing.plans.update("Business", PlanChange(trial_days=3))
    with pytest.raises(NotFound):
        await billing.trials.extend("acme", date(2026, 2, 1))
    await billing.plans.assign("acme", "Business", trial_days=0)
    assert await billing.trials.find("acme") is None
    await billing.plans.assign("acme", "Business", trial_days=30)
    await billing.plans.assign("globex", "Business")
    assert (await billing.trials.extend("acme", date(2026, 1, 8))).until == date(2026, 1, 8)
    for expected in (["acme", "globex"], []):
        due = await billing.trials.due()
        assert sorted(each.tenant_id for each in due) == expected
        async with database.begin() as uow:
            assert all([await billing.trials.mark(each, uow) for each in due])
            assert not any([await billing.trials.mark(each, uow) for each in due])
    await billing.trials.extend("globex", date(2026, 3, 1))
    until(clock, datetime(2026, 1, 8, 12, tzinfo=UTC))
    assert [(each.tenant_id, each.days) for each in await billing.trials.due()] == [("acme", 0)]


async def test_a_trial_does_not_continue_without_a_plan(billing: Billing, clock: ManualClock) -> None:
    until(clock, datetime(2026, 1, 5, 12, tzinfo=UTC))
    await billing.plans.create(NewPlan("Business", "EUR", EURO, trial_days=10))
    await billing.plans.assign("acme", "Business")
    await billing.plans.assign("acme", None)
    await billing.details.replace("acme", DETAILS)
    with pytest.raises(Conflict, match="No plan"):
        await billing.trials.go_on("acme")
    trial = await billing.trials.find("acme")
    assert trial is not None
    assert trial.charged_since is None
