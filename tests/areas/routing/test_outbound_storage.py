"""Calls outside as they are stored, on both databases: restarts, deletion and two tenants with equal numbers."""

import asyncio
from collections.abc import Awaitable
from dataclasses import replace

import pytest
from failing import fail_first
from outbound_setup import BERLIN, VIENNA, OutboundSetup, number
from sqlalchemy import text

from unificx.core.errors import Conflict, Invalid, NotFound
from unificx.identity import Transaction
from unificx.identity.events import ExtensionDeleted, TenantDeleted
from unificx.routing import (
    NO_OUTSIDE_LINE,
    CallingLimits,
    CallingPolicyChange,
    DestinationRef,
    HoursChange,
    NewHours,
    NewNumber,
    NewRoute,
    NumberRange,
    OutsideCaller,
)
from unificx.routing.destinations import RingExtension
from unificx.routing.events import CallingReleased
from unificx.routing.outbound import repository
from unificx.routing.outbound.ranges import parse_range
from unificx.routing.references import HANG_UP


async def test_permissions_are_kept_over_a_restart(outside: OutboundSetup) -> None:
    await outside.open_route()
    assert outside.is_refused(VIENNA)
    permissions = outside.outbound.permissions
    change = CallingPolicyChange(countries=("at",), prices={"+43": 2}, alerted=("p",), night=(0, 0))
    await permissions.change_policy(outside.acme, change)
    limits = CallingLimits(outside.acme, "extension", outside.extension("1002").id, reach="national")
    await permissions.set_limits(limits)
    await outside.restart()
    assert not outside.is_refused(VIENNA)
    assert outside.is_refused(VIENNA, "1002")
    assert outside.outbound.permissions.policy(outside.acme).prices == {"43": 2}
    assert outside.outbound.permissions.limits(outside.acme) == [limits]


async def test_hours_of_calls_are_stored_and_not_deleted_while_they_are_used(outside: OutboundSetup) -> None:
    await outside.open_route()
    office = await outside.hours.create(outside.acme, NewHours("office", (), HANG_UP, HANG_UP))
    permissions = outside.outbound.permissions
    limits = CallingLimits(outside.acme, "extension", outside.extension("1002").id, hours="office")
    await permissions.set_limits(limits)
    await outside.restart()
    assert [one.hours for one in outside.outbound.permissions.limits(outside.acme)] == [office.id]
    assert [outside.is_refused(BERLIN), outside.is_refused(BERLIN, "1002")] == [False, True]
    await outside.hours.update(office, HoursChange(switch="open"))
    assert not outside.is_refused(BERLIN, "1002")
    with pytest.raises(Conflict, match="extension 1002"):
        await outside.hours.delete(office)
    foreign = replace(limits, tenant_id=outside.globex, hours=office.id)
    for invalid in (foreign, replace(limits, hours="none"), replace(limits, scope="tenant", scope_id="")):
        with pytest.raises(Invalid) as caught:
            await outside.outbound.permissions.set_limits(invalid)
        assert caught.value.field == "hours"
    await outside.outbound.permissions.set_limits(replace(limits, hours=""))
    await outside.hours.delete(office)
    assert not outside.is_refused(BERLIN, "1002")


async def test_deleted_extensions_and_tenants_leave_nothing(outside: OutboundSetup) -> None:
    await outside.open_route()
    await number(outside, shown_for=("1001", "1002"))
    extension, permissions = outside.extension("1002"), outside.outbound.permissions
    await outside.outbound.blocks.create(outside.acme, BERLIN, extension_id=extension.id)
    await permissions.set_limits(CallingLimits(outside.acme, "extension", extension.id, concurrent=1))
    await permissions.change_policy(outside.acme, CallingPolicyChange(premium=True))
    async with outside.database.begin() as uow:
        await permissions.on_extension_deleted(ExtensionDeleted("e", outside.acme, extension.id), uow)
        await outside.outbound.numbers.on_extension_deleted(ExtensionDeleted("e", outside.acme, extension.id), uow)
    left = [outside.extension("1001").id]
    assert [list(each.shown_for) for each in outside.outbound.numbers.list(outside.acme).items] == [left]
    async with outside.database.read() as session:
        assert (await session.scalars(text("SELECT shown_for FROM public_number"))).all() == left
    assert not outside.outbound.store.blocks
    assert not outside.outbound.store.limits
    async with outside.database.begin() as uow:
        await permissions.on_tenant_deleted(TenantDeleted("e", outside.acme), uow)
    assert outside.dial(BERLIN) == NO_OUTSIDE_LINE.plan()
    async with outside.database.read() as session:
        for table in ("outbound_route", "public_number", "number_block", "calling_policy", "calling_limit"):
            assert await session.scalar(text(f"SELECT count(*) FROM {table}")) == 0


async def test_a_number_leads_to_its_destination_in_each_tenant(outside: OutboundSetup) -> None:
    await number(outside, description="Reception")
    await number(outside, tenant_id=outside.globex, to="extension:1002")
    await outside.restart()
    assert outside.outbound.numbers.find(outside.acme, "+49301234500").description == "Reception"
    numbers = outside.outbound.numbers
    for tenant_id, extension in ((outside.acme, "1001"), (outside.globex, "1002")):
        found = numbers.destination(tenant_id, outside.trunk_id("carrier", tenant_id), "+49301234500", BERLIN)
        assert isinstance(found, RingExtension)
        assert found.extension == outside.extension(extension, tenant_id)
    other = outside.trunk_id("second")
    assert numbers.destination(outside.acme, other, "+49301234500", BERLIN) is None
    assert numbers.destination(outside.acme, outside.trunk_id("carrier"), "+49301234599", BERLIN) is None


@pytest.mark.promise("U9")
async def test_a_stop_is_kept_over_a_restart_and_released(outside: OutboundSetup) -> None:
    released: list[CallingReleased] = []
    outside.bus.subscribe(CallingReleased, released.append)
    await outside.open_route()
    limits = CallingLimits(outside.acme, "tenant", "", calls_per_hour=1)
    await outside.outbound.permissions.set_limits(limits)
    assert [outside.is_refused(BERLIN), outside.is_refused(BERLIN, "1002")] == [False, True]
    await outside.outbound.fraud.join()
    await outside.restart()
    [stop] = outside.outbound.fraud.active(outside.acme)
    assert outside.is_refused(BERLIN)
    decision, found = outside.outbound.routing.decide(outside.acme, OutsideCaller(), BERLIN)
    assert (decision.rule, found) == ("stopped", stop)
    with pytest.raises(NotFound):
        await outside.outbound.fraud.release(outside.globex, stop.id, "person")
    done = await outside.outbound.fraud.release(outside.acme, stop.id, "person")
    assert (done.released, done.released_by) == (outside.clock.now(), "person")
    assert [one.stop_id for one in released] == [done.id]
    assert not outside.is_refused(BERLIN)
    with pytest.raises(Conflict):
        await outside.outbound.fraud.release(outside.acme, stop.id, "person")
    await outside.restart()
    assert outside.outbound.fraud.stops(outside.acme)[0] == done


@pytest.mark.promise("U9")
@pytest.mark.parametrize("is_released", [False, True])
async def test_a_stop_that_could_not_be_stored_is_stored_later(
    outside: OutboundSetup, monkeypatch: pytest.MonkeyPatch, is_released: bool
) -> None:
    await outside.open_route()
    await outside.outbound.permissions.set_limits(CallingLimits(outside.acme, "tenant", "", calls_per_hour=1))
    fail_first(monkeypatch, repository, "save_stop")
    assert [outside.is_refused(BERLIN), outside.is_refused(BERLIN)] == [False, True]
    fraud = outside.outbound.fraud
    await fraud.join()
    if is_released:
        await fraud.release(outside.acme, fraud.active(outside.acme)[0].id, "person")
    await fraud.unstored.repeat()
    [stop] = fraud.stops(outside.acme)
    await outside.restart()
    assert outside.outbound.fraud.stops(outside.acme) == [stop]
    assert (stop.released is not None) == is_released


async def test_a_range_of_numbers_is_added_completely_or_not_at_all(outside: OutboundSetup) -> None:
    numbers, new = outside.outbound.numbers, NewNumber("+49301234598-601", "carrier", "extension:1001")
    expected = tuple(f"+49301234{each}" for each in (598, 599, 600, 601))
    assert numbers.preview_range(outside.acme, new.number) == NumberRange(expected, ())
    await number(outside, expected[2])
    assert numbers.preview_range(outside.acme, "030 1234598 - 601").taken == expected[2:3]
    with pytest.raises(Conflict, match=r"\+49301234600") as refused:
        await numbers.create_range(outside.acme, new)
    assert refused.value.field == "numbers"
    assert len(numbers.list(outside.acme).items) == 1
    with pytest.raises(Invalid):
        await numbers.create_range(outside.globex, replace(new, destination=f"number:{expected[1]}"))
    await numbers.create_range(outside.globex, replace(new, destination="extension:1002", description="Sales"))
    await outside.restart()
    found = outside.outbound.numbers.list(outside.globex).items
    assert [(one.number, one.description, str(one.destination)) for one in found] == [
        (each, "Sales", "extension:1002") for each in expected
    ]


async def test_numbers_of_a_range_lead_to_the_extensions_of_their_last_digits(outside: OutboundSetup) -> None:
    numbers = outside.outbound.numbers
    new = NewNumber("+49301234500-03", "carrier", "hangup", extensions="10##")
    direct = (("+49301234501", "1001"), ("+49301234502", "1002"))
    assert numbers.preview_range(outside.acme, new.number, new.extensions).direct == direct
    assert (await numbers.create_range(outside.acme, new)).direct == direct
    found = {one.number: one for one in numbers.list(outside.acme).items}
    assert [str(one.destination) for one in found.values()] == ["hangup", "extension:1001", "extension:1002", "hangup"]
    assert found["+49301234501"].shown_for == (outside.extension("1001").id,)
    assert found["+49301234500"].shown_for == ()
    for pattern in ("10", "##10", "1#0#", "#######", "123456789#", "٩#"):
        with pytest.raises(Invalid) as refused:
            numbers.preview_range(outside.acme, new.number, pattern)
        assert refused.value.field == "extensions"


@pytest.mark.parametrize(
    "text", ["", "-", "+49301234500", "+49301234500-", "-99", "+49301234500-00000", "+49301234550-49", "+493012340000-1000",
             "1001-1009", "+49301234500-9٩", "+49301234500-x"]
)  # fmt: skip
def test_what_is_not_a_range_of_numbers_is_refused(text: str) -> None:
    with pytest.raises(Invalid) as refused:
        parse_range(text, "DE")
    assert refused.value.field == "numbers"


async def test_nothing_is_led_to_what_is_deleted_at_the_same_time(outside: OutboundSetup) -> None:
    numbers, routes, acme = outside.outbound.numbers, outside.outbound.routes, outside.acme
    extensions, gone = outside.people.extensions, outside.extension("1001")

    async def unused(tx: Transaction) -> None:
        await outside.destinations.lock(tx.uow, acme)
        outside.destinations.require_unused(acme, DestinationRef("extension", gone.number))

    direct = NewNumber("+49301234500-01", "carrier", "hangup", extensions="10##")
    await asyncio.gather(extensions.delete(acme, gone.id, unused), numbers.create_range(acme, direct))
    assert [str(one.destination) for one in numbers.list(acme).items] == ["hangup", "hangup"]

    [shown, _], route = numbers.list(acme).items, NewRoute("outside", "+.", ("carrier",), caller_id="+49301234500")
    refused = await _refused(numbers.delete(shown), routes.create(acme, route))
    assert refused in ([False, True], [True, False])  # whichever came first

    outside.trunks.uses.append(outside.outbound)
    second, led = outside.trunks.find(acme, "second"), NewNumber("+49301234502", "second", "extension:1002")
    creations = routes.create(acme, NewRoute("second", "+.", ("second",))), numbers.create(acme, led)
    refused = await _refused(outside.trunks.delete(second), *creations)
    assert refused in ([False, True, True], [True, False, False])


async def _refused(*changes: Awaitable[object]) -> list[bool]:
    """Return which of some changes at the same time are refused."""
    outcomes = await asyncio.gather(*changes, return_exceptions=True)
    return [isinstance(each, Invalid | Conflict) for each in outcomes]
