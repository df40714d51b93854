"""Fraud guard: limits of calls outside, stops and their release, in virtual time."""

from collections.abc import Sequence
from dataclasses import replace

import pytest
from billing_setup import in_force
from outbound_setup import BERLIN, VIENNA, OutboundSetup, number, targets

from unificx.billing import build_billing
from unificx.integrations.stripe_payments import StripePayments
from unificx.registrar import Caller
from unificx.routing import FRAUD_CHECK_SECONDS, CallingLimits, CallingPolicyChange, FraudStop, Reject, explain_stop
from unificx.routing.events import CallingStopped, EmergencyCallMade
from unificx.server.outside_calls import RateDeckPrices

pytestmark = [pytest.mark.promise("U9"), pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)]


@pytest.fixture
async def guarded(outside: OutboundSetup) -> OutboundSetup:
    """A tenant with a route to Germany and Austria. The clock is at 10:00 in Berlin."""
    await outside.open_route()
    await outside.outbound.permissions.change_policy(outside.acme, CallingPolicyChange(countries=("AT",)))
    return outside


async def limit(outside: OutboundSetup, scope="extension", **values: int) -> None:
    scope_id = {"extension": outside.extension().id, "trunk": outside.trunk_id("carrier")}.get(scope, "")
    await outside.outbound.permissions.set_limits(CallingLimits(outside.acme, scope, scope_id, **values))


def active(outside: OutboundSetup) -> list[FraudStop]:
    return outside.outbound.fraud.active(outside.acme)


async def test_calls_per_hour_of_an_extension(guarded: OutboundSetup) -> None:
    stopped: list[CallingStopped] = []
    guarded.bus.subscribe(CallingStopped, stopped.append)
    await limit(guarded, calls_per_hour=3)
    assert [guarded.is_refused(BERLIN) for _ in range(5)] == [False, False, False, True, True]
    assert not guarded.is_refused(BERLIN, "1002")
    [stop] = active(guarded)
    assert (stop.scope, stop.rule, stop.measured, stop.limit) == ("extension", "rate", 3, 3)
    assert [one.stop_id for one in stopped] == [stop.id]
    assert explain_stop(stop) == "3 calls in an hour, the limit is 3."
    assert explain_stop(replace(stop, measured=1, limit=1)) == "1 call in an hour, the limit is 1."
    guarded.clock.advance(3601)
    assert not guarded.is_refused(BERLIN)
    assert not active(guarded)


async def test_a_queue_calls_back_only_ordinary_numbers_that_the_tenant_may_call(guarded: OutboundSetup) -> None:
    def may(called: str) -> bool:
        return guarded.outbound.routing.may_call_back(guarded.acme, called)

    await number(guarded)
    assert [may(each) for each in (BERLIN, VIENNA)] == [True, True]
    for refused in ("", "+33142345678", "112", "+499001234567", "+49301234500", "+4918012345678", "anonymous"):
        assert not may(refused), refused
    await guarded.outbound.permissions.change_policy(guarded.acme, CallingPolicyChange(premium=True))
    assert not may("+499001234567")
    assert not guarded.outbound.routing.may_call_back(guarded.globex, BERLIN)
    await guarded.outbound.permissions.set_limits(CallingLimits(guarded.acme, "tenant", "", calls_per_hour=1))
    assert [may(BERLIN), may(BERLIN)] == [True, True]  # an offer is not a call
    assert not guarded.is_refused(BERLIN)
    assert guarded.is_refused(BERLIN)
    assert not may(BERLIN)


async def test_calls_at_a_time_and_emergency_calls_beside_them(guarded: OutboundSetup) -> None:
    await limit(guarded, concurrent=1)
    guarded.live_call("emergency", "112", 10, emergency=True)
    assert not guarded.is_refused(BERLIN)
    guarded.live_call("one", BERLIN, 0)
    assert guarded.is_refused(BERLIN)
    assert targets(guarded.dial("112"))
    guarded.clock.advance(61)
    del guarded.live.calls["one"]
    assert not guarded.is_refused(BERLIN)


async def test_a_stopped_trunk_is_left_out_only_if_no_other_is_left(guarded: OutboundSetup) -> None:
    await limit(guarded, "trunk", calls_per_hour=1)
    assert [len(targets(guarded.dial(BERLIN))) for _ in range(3)] == [2, 1, 1]
    assert [one.trunk_id for one in targets(guarded.dial(BERLIN))] == [guarded.trunk_id("second")]
    second = CallingLimits(guarded.acme, "trunk", guarded.trunk_id("second"), calls_per_hour=1)
    await guarded.outbound.permissions.set_limits(second)
    assert guarded.is_refused(BERLIN)
    assert len(active(guarded)) == 2


async def test_minutes_of_a_day_end_the_live_calls_over_them(guarded: OutboundSetup) -> None:
    await limit(guarded, minutes_per_day=3)
    guarded.live_call("one", BERLIN, 61)
    guarded.live_call("other", BERLIN, 200, "1002")
    await guarded.outbound.fraud.check()
    assert not guarded.live.ended
    guarded.live_call("one", BERLIN, 121)
    await guarded.outbound.fraud.check()
    assert guarded.live.ended == ["one"]
    [stop] = active(guarded)
    assert (stop.rule, stop.measured, stop.limit) == ("time", 180, 180)
    assert guarded.is_refused(BERLIN)
    assert not guarded.is_refused(BERLIN, "1002")
    assert stop.until is not None
    assert stop.until.isoformat() == "2026-01-06T00:00:00+01:00"
    guarded.clock.advance((stop.until - guarded.clock.now()).total_seconds() + 1)
    assert not guarded.is_refused(BERLIN)


async def test_estimated_costs_of_a_day(guarded: OutboundSetup) -> None:
    policy = CallingPolicyChange(prices={"49": 2, "4930": 5})
    await guarded.outbound.permissions.change_policy(guarded.acme, policy)
    await limit(guarded, "tenant", cents_per_day=10)
    guarded.live_call("one", BERLIN, 59)
    await guarded.outbound.fraud.check()
    assert not active(guarded)
    guarded.live_call("two", BERLIN, 1, "1002")
    await guarded.outbound.fraud.check()
    assert sorted(guarded.live.ended) == ["one", "two"]
    assert [(one.rule, one.measured) for one in active(guarded)] == [("spend", 10)]


async def test_a_rate_deck_alone_makes_the_limit_of_costs_stop_calls(guarded: OutboundSetup) -> None:
    billing = build_billing(
        guarded.database, guarded.keys, guarded.people.directory, lambda tenant_id: 0, StripePayments()
    )
    guarded.prices = RateDeckPrices(billing.rating)
    await in_force(billing, "prefix,price,first,next,connection\n49,0.06,60,60,0.10\n", tenant=guarded.acme)
    await guarded.outbound.permissions.change_policy(guarded.acme, CallingPolicyChange(prices={"49": 99, "43": 1}))
    await limit(guarded, "tenant", cents_per_day=23)
    guarded.live_call("one", BERLIN, 119)  # 10 cents, and 2 minutes at 6
    for _ in range(2):
        await guarded.outbound.fraud.check()
    assert not active(guarded)
    guarded.live_call("abroad", VIENNA, 1, "1002")  # has no rate: the price of the policy
    await guarded.outbound.fraud.check()
    assert sorted(guarded.live.ended) == ["abroad", "one"]
    assert [(one.rule, one.measured) for one in active(guarded)] == [("spend", 23)]


async def test_prices_that_cannot_be_read_leave_the_other_limits(guarded: OutboundSetup) -> None:
    async def fail(tenant_id: str, calls: Sequence[tuple[str, int]]) -> Sequence[float | None]:
        raise OSError(tenant_id, calls)

    guarded.prices = fail
    await limit(guarded, minutes_per_day=1)
    guarded.live_call("one", BERLIN, 1)
    await guarded.outbound.fraud.check()
    assert guarded.live.ended == ["one"]


async def test_many_calls_to_a_country_not_called_before(guarded: OutboundSetup) -> None:
    callers = ["1001", "1002", "1001", "1002", "1001", "1002"]
    assert [guarded.is_refused(VIENNA, caller) for caller in callers] == [False] * 5 + [True]
    [stop] = active(guarded)
    assert (stop.scope, stop.rule, stop.country, stop.foreign) == ("tenant", "new_country", "AT", True)
    assert not guarded.is_refused(BERLIN)
    guarded.live_call("abroad", VIENNA, 30)
    guarded.live_call("at home", BERLIN, 30)
    await guarded.outbound.fraud.check()
    assert guarded.live.ended == ["abroad"]
    await guarded.outbound.fraud.release(guarded.acme, stop.id, "person")
    assert [guarded.is_refused(VIENNA) for _ in range(10)] == [False] * 10


async def test_a_country_called_on_an_earlier_day_is_not_new(guarded: OutboundSetup) -> None:
    assert not guarded.is_refused(VIENNA)
    await guarded.outbound.fraud.join()
    guarded.clock.advance(86_400)
    await guarded.restart()
    assert [guarded.is_refused(VIENNA) for _ in range(10)] == [False] * 10


async def test_foreign_calls_at_night_are_stopped_within_a_minute(guarded: OutboundSetup) -> None:
    assert not guarded.is_refused(VIENNA)
    guarded.clock.advance(16 * 3600)  # 2 in the morning
    assert [guarded.is_refused(VIENNA) for _ in range(6)] == [False] * 5 + [True]
    assert [one.rule for one in active(guarded)] == ["night"]
    for n in range(3):
        guarded.live_call(f"abroad {n}", VIENNA, 20, "1002")
    guarded.live_call("at home", BERLIN, 20, "1002")
    guarded.live_call("emergency", "112", 20, "1002", emergency=True)
    await guarded.outbound.fraud.check()
    assert FRAUD_CHECK_SECONDS <= 60
    assert sorted(guarded.live.ended) == ["abroad 0", "abroad 1", "abroad 2"]
    assert {one.scope_id for one in active(guarded)} == {guarded.extension("1001").id, guarded.extension("1002").id}
    guarded.clock.advance(8 * 3600)
    assert guarded.is_refused(VIENNA)


async def test_an_emergency_call_is_neither_counted_nor_stopped(guarded: OutboundSetup) -> None:
    await limit(guarded, "tenant", calls_per_hour=0, concurrent=0, minutes_per_day=0)
    assert guarded.is_refused(BERLIN)
    for _ in range(10):
        assert len(targets(guarded.dial("112"))) == 2
    guarded.live_call("emergency", "112", 7200, emergency=True)
    await guarded.outbound.fraud.check()
    assert not guarded.live.ended


async def test_a_call_that_may_be_made_later_is_neither_counted_nor_announced(guarded: OutboundSetup) -> None:
    announced: list[EmergencyCallMade] = []
    guarded.bus.subscribe(EmergencyCallMade, announced.append)
    await limit(guarded, calls_per_hour=1)
    caller = Caller.of(guarded.extension())
    for called in (BERLIN, BERLIN, "112"):
        assert targets(guarded.outbound.routing.destination(caller, called, counted=False).plan())
    assert not announced
    assert [guarded.is_refused(BERLIN) for _ in range(2)] == [False, True]
    assert isinstance(guarded.outbound.routing.destination(caller, BERLIN, counted=False), Reject)
