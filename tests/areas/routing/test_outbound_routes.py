"""Routes, public numbers and block lists of two tenants, stored and in memory."""

from dataclasses import replace

import pytest
from outbound_setup import BERLIN, VIENNA, OutboundSetup, number, targets

from unificx.core.errors import Conflict, Invalid, NotFound
from unificx.db import Outbox
from unificx.identity import Extension, TenantChange
from unificx.registrar import Caller, LocationService
from unificx.routing import (
    NO_OUTSIDE_LINE,
    CallingLimits,
    CallingPolicyChange,
    DestinationRef,
    DialPlan,
    GoTo,
    GroupChange,
    NewGroup,
    NewRoute,
    NumberChange,
    Reject,
    Rejection,
    RouteChange,
    Routing,
)
from unificx.routing.destinations import RingExtension
from unificx.routing.events import DestinationDeleted, EmergencyCallMade
from unificx.routing.plans import NO_SUCH_NUMBER

OWN_AND_OTHER = ("+49301234500", "+49301234599")

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


# ---- routes


async def test_a_route_is_used_changed_and_deleted(outside: OutboundSetup) -> None:
    assert outside.dial(BERLIN) == NO_OUTSIDE_LINE.plan()
    await outside.open_route()
    plan = outside.dial("030 1234567")
    carrier, second = targets(plan)
    assert (carrier.trunk_id, carrier.sent) == (outside.trunk_id("carrier"), BERLIN)
    assert (second.trunk_id, plan.steps[1].after) == (outside.trunk_id("second"), {"unreachable", "failed"})
    route = outside.outbound.routes.find(outside.acme, "outside")
    await outside.outbound.routes.update(route, RouteChange(weights=(0, 1)))
    await outside.restart()
    route = outside.outbound.routes.find(outside.acme, "outside")
    assert [one.trunk_id for one in targets(outside.dial(BERLIN))] == [second.trunk_id, carrier.trunk_id]
    await outside.outbound.routes.update(route, RouteChange(trunks=("second",), strip=3, prepend="0"))
    await outside.restart()
    assert [one.sent for one in targets(outside.dial(BERLIN))] == ["0301234567"]
    await outside.outbound.routes.delete(outside.outbound.routes.find(outside.acme, "outside"))
    assert outside.dial(BERLIN) == NO_OUTSIDE_LINE.plan()
    with pytest.raises(NotFound):
        outside.outbound.routes.find(outside.acme, "outside")


async def test_changes_at_the_same_time_are_both_kept(outside: OutboundSetup) -> None:
    await outside.open_route()
    route, own = outside.outbound.routes.find(outside.acme, "outside"), await number(outside)
    await outside.outbound.routes.update(route, RouteChange(strip=3))
    changed = await outside.outbound.routes.update(route, RouteChange(prepend="0"))  # of the route as it was
    assert (changed.strip, changed.prepend) == (3, "0")
    await outside.outbound.numbers.update(own, NumberChange(reject_anonymous=True))
    moved = await outside.outbound.numbers.update(own, NumberChange(destination="extension:1002"))
    assert (moved.reject_anonymous, str(moved.destination)) == (True, "extension:1002")


async def test_invalid_routes_are_refused_whole(outside: OutboundSetup) -> None:
    await outside.open_route()
    refused = [
        ("pattern", NewRoute("a", "0[", ("carrier",))),
        ("trunks", NewRoute("b", "+.", ("unknown",))),
        ("prepend", NewRoute("c", "+.", ("carrier",), prepend="call")),
        ("caller_id", NewRoute("d", "+.", ("carrier",), caller_id="+4930999999")),
        *[("name", NewRoute(name, "+.", ("carrier",))) for name in ("", "x" * 61, "a,b", "a\nb")],
        *[("trunks", NewRoute("g", "+.", trunks)) for trunks in ((), ("carrier",) * 21, ("carrier", "carrier"))],
        *[("weights", NewRoute("e", "+.", ("carrier",), weights=one)) for one in [(1, 1), (0,), (-1,), (1001,)]],
    ]
    for field, new in refused:
        with pytest.raises(Invalid) as error:
            await outside.outbound.routes.create(outside.acme, new)
        assert error.value.field == field
    with pytest.raises(Conflict):
        await outside.open_route()
    foreign = NewRoute("f", "+.", (outside.trunk_id("carrier", outside.globex),))
    with pytest.raises(Invalid):
        await outside.outbound.routes.create(outside.acme, foreign)
    assert len(outside.outbound.routes.list(outside.acme).items) == 1


async def test_routes_numbers_and_block_lists_are_limited(
    outside: OutboundSetup, monkeypatch: pytest.MonkeyPatch
) -> None:
    await outside.open_route()
    own, blocks = await number(outside), outside.outbound.blocks
    await blocks.create(outside.acme, VIENNA)
    for name in ("routes.MAX_ROUTES", "inbound.MAX_NUMBERS", "number_import.MAX_NUMBERS", "blocks.MAX_ENTRIES"):
        monkeypatch.setattr(f"unificx.routing.outbound.{name}", 1)
    rows = b"number,trunk,destination\n+49301234501,carrier,hangup\n"
    for refused, fault in (
        (outside.outbound.routes.create(outside.acme, NewRoute("second", "+.", ("carrier",))), Conflict),
        (number(outside, "+49301234501"), Conflict),
        (outside.outbound.number_files.run(outside.acme, rows), Invalid),
        (blocks.create(outside.acme, BERLIN), Conflict),
        (blocks.create(outside.acme, BERLIN, direction="out", note="x" * 201), Invalid),
    ):
        with pytest.raises(fault, match=r"at most|up to"):
            await refused
    assert outside.outbound.numbers.list(outside.acme).items == (own,)
    await blocks.create(outside.acme, BERLIN, direction="out")  # another list


async def test_only_numbers_of_the_tenant_are_shown(outside: OutboundSetup) -> None:
    await number(outside, "+49301111111", outside.globex)
    new = NewRoute("outside", "+.", ("carrier",), caller_id="+49301111111")
    with pytest.raises(Invalid, match="your own"):
        await outside.outbound.routes.create(outside.acme, new)
    main = await number(outside, to="extension:1002")
    new = NewRoute("outside", "+.", ("carrier",), caller_id="030 1234500")
    await outside.outbound.routes.create(outside.acme, new)
    assert targets(outside.dial(BERLIN))[0].caller_id == "+49301234500"
    with pytest.raises(Conflict, match="outside"):
        await outside.outbound.numbers.delete(main)


async def test_the_country_of_the_tenant_decides_how_numbers_are_dialled(outside: OutboundSetup) -> None:
    await outside.open_route()
    await outside.people.tenants.update(outside.acme, TenantChange(country="us"))
    assert targets(outside.dial("2025550123"))[0].number == "+12025550123"
    assert targets(outside.dial("911"))[0].emergency
    with pytest.raises(Invalid) as error:
        await outside.people.tenants.update(outside.acme, TenantChange(country="XX"))
    assert error.value.field == "country"


async def test_a_withheld_call(outside: OutboundSetup) -> None:
    await outside.open_route()
    caller = Caller.of(outside.extension())
    assert targets(outside.outbound.routing.destination(caller, BERLIN, withheld=True).plan())[0].withheld


# ---- public numbers


async def test_numbers_as_carriers_send_them(outside: OutboundSetup) -> None:
    await number(outside)
    forms = ("+49301234500", "49301234500", "0301234500", "301234500", "0049301234500")
    assert {outside.outbound.numbers.e164(outside.acme, one) for one in forms} == {"+49301234500"}
    assert outside.outbound.numbers.e164(outside.acme, "493099999999") == "+493099999999"
    assert outside.outbound.numbers.e164(outside.acme, "anonymous") == ""


async def test_callers_by_pattern_anonymous_and_blocked(outside: OutboundSetup) -> None:
    own = await number(outside, callers=(("+43.", "extension:1002"),), reject_anonymous=True)
    trunk = outside.trunk_id("carrier")

    def leads_to(caller: str) -> str:
        found = outside.outbound.numbers.destination(outside.acme, trunk, "+49301234500", caller)
        return found.extension.number if isinstance(found, RingExtension) else type(found).__name__

    assert [leads_to(caller) for caller in (BERLIN, VIENNA, "")] == ["1001", "1002", "Reject"]
    await outside.outbound.blocks.create(outside.acme, "030 1234567")
    personal = await outside.outbound.blocks.create(outside.acme, "+4315.", extension_id=outside.extension("1002").id)
    assert [leads_to(caller) for caller in (BERLIN, VIENNA)] == ["Reject", "Reject"]
    await outside.outbound.blocks.delete(personal)
    await outside.outbound.numbers.update(own, NumberChange(reject_anonymous=False, callers=()))
    await outside.restart()
    assert [leads_to(caller) for caller in (BERLIN, VIENNA, "")] == ["Reject", "1001", "1001"]


async def test_a_number_whose_destination_is_gone_leads_to_a_rejection(outside: OutboundSetup) -> None:
    """Not to nothing, which would mean that the tenant does not have the number: a number that is not set up."""
    await number(outside, to="extension:1002")
    await outside.people.extensions.delete(outside.acme, outside.extension("1002").id)
    trunk = outside.trunk_id("carrier")
    leads_to = [outside.outbound.numbers.destination(outside.acme, trunk, one, BERLIN) for one in OWN_AND_OTHER]
    assert leads_to == [NO_SUCH_NUMBER, None]


async def test_a_number_of_a_deleted_tenant_leads_nowhere_before_it_is_dropped(outside: OutboundSetup) -> None:
    await number(outside)
    trunk = outside.trunk_id("carrier")
    await outside.people.tenants.delete(outside.acme)
    assert outside.outbound.numbers.find(outside.acme, "+49301234500")  # until the outbox has delivered the deletion
    assert outside.outbound.numbers.destination(outside.acme, trunk, "+49301234500", BERLIN) is None


async def test_invalid_numbers_are_refused_whole(outside: OutboundSetup) -> None:
    await number(outside)
    with pytest.raises(Conflict):
        await number(outside, "030 1234500")
    refused = {
        "number": {"e164": "1234"},
        "trunk": {"e164": "+49301234501", "trunk": "unknown"},
        "destination": {"e164": "+49301234501", "to": "extension:1009"},
        "callers": {"e164": "+49301234501", "callers": (("0[", "hangup"),)},
        "shown_for": {"e164": "+49301234501", "shown_for": ("1009",)},
    }
    others = [
        ("shown_for", {"e164": "+49301234501", "shown_for": (one,)}) for one in ("group:6000", "hangup:1", "a:b:c")
    ]
    others.append(("callers", {"e164": "+49301234501", "callers": (("+49*", "hangup"),) * 51}))
    for field, values in (*refused.items(), *others):
        with pytest.raises(Invalid) as error:
            await number(outside, **values)
        assert error.value.field == field
    assert len(outside.outbound.numbers.list(outside.acme).items) == 1


async def test_numbers_that_lead_to_each_other_are_refused_with_the_path(outside: OutboundSetup) -> None:
    first = await number(outside)
    await number(outside, "+49301234501", to="number:+49301234500")
    with pytest.raises(Invalid, match=r"number:\+49301234500 → number:\+49301234501 → number:\+49301234500"):
        await outside.outbound.numbers.update(first, NumberChange(destination="number:+49301234501"))
    with pytest.raises(Conflict, match="number"):
        outside.destinations.require_unused(outside.acme, DestinationRef.parse("extension:1001"))


async def test_a_call_led_outside_follows_the_rules_of_the_tenant(outside: OutboundSetup) -> None:
    await outside.open_route()
    found = outside.destinations.resolve(outside.acme, DestinationRef("number", BERLIN))
    assert found is not None
    assert targets(found.plan())[0].number == BERLIN
    abroad = outside.destinations.resolve(outside.acme, DestinationRef("number", VIENNA))
    assert abroad is not None
    assert abroad.plan() == Reject(Rejection.NOT_ALLOWED).plan()


async def test_a_call_led_outside_by_a_group_shows_the_number_of_the_group(outside: OutboundSetup) -> None:
    await outside.open_route()
    steps = ((outside.extension("1002").id,),)
    made = await outside.groups.create(
        outside.acme, NewGroup("6000", steps, otherwise=DestinationRef("number", BERLIN))
    )
    await number(outside, "+49301234500")
    shown = await number(outside, "+49301234501", to="hangup", shown_for=("group:6000", "1002"))
    await outside.restart()
    routing = Routing(DialPlan(outside.people.directory, outside.destinations), LocationService())
    caller, group = Caller.of(outside.extension()), made.reference

    def sends(forwarded_by: Extension | None = None) -> str:
        last = routing.resolve(caller, group).steps[-1].action
        assert isinstance(last, GoTo)
        return targets(routing.resolve(caller, last.ref, forwarded_by, last.calling_for))[0].caller_id

    assert sends() == shown.number
    assert sends(outside.extension("1001")) == "+49301234500"  # an extension forwards in its own name
    assert outside.outbound.numbers.shown_for(shown) == ["group:6000", "1002"]
    await outside.groups.update(made, GroupChange(otherwise=DestinationRef("hangup")))
    outbox = Outbox(outside.database, outside.bus.publish, outside.clock)
    outbox.subscribe(DestinationDeleted, outside.outbound.numbers.on_destination_deleted, purpose="telephony")
    await outside.groups.delete(made)
    await outbox.deliver()
    await outside.groups.create(outside.acme, NewGroup("6000", steps))  # its number was free
    left = outside.outbound.numbers.find(outside.acme, shown.id)
    assert left.shown_for == (outside.extension("1002").id,)
    await outside.restart()
    assert outside.outbound.numbers.find(outside.acme, shown.id) == left


async def test_an_extension_forwards_outside_no_more_than_it_may_dial(outside: OutboundSetup) -> None:
    await outside.open_route()
    own = await number(outside, "+49301234501", to="extension:1002", shown_for=("1002",))
    directory = outside.people.directory
    routing = Routing(DialPlan(directory, outside.destinations), LocationService())
    caller, forwarder, berlin = Caller.of(outside.extension()), outside.extension("1002"), f"number:{BERLIN}"
    [first, *_] = targets(routing.resolve(caller, DestinationRef.parse(berlin), forwarder))
    assert first.caller_id == own.number
    limits = CallingLimits(outside.acme, "extension", forwarder.id, reach="inside")
    await outside.outbound.permissions.set_limits(limits)
    refused = Reject(Rejection.NOT_ALLOWED).plan()
    assert routing.resolve(caller, DestinationRef.parse(berlin), forwarder) == refused
    assert targets(routing.resolve(caller, DestinationRef.parse(berlin)))  # a destination of the organisation
    await outside.outbound.permissions.set_limits(replace(limits, reach="everywhere", concurrent=1))
    assert targets(routing.resolve(caller, DestinationRef.parse(berlin), forwarder))
    outside.live_call("c1", BERLIN, 10.0, "1002")
    assert routing.resolve(caller, DestinationRef.parse(berlin), forwarder) == refused


# ---- permissions and deletion


async def test_a_number_that_a_destination_leads_to_is_not_deleted(outside: OutboundSetup) -> None:
    first = await number(outside)
    second = await number(outside, "+49301234501", to="number:+49301234500")
    with pytest.raises(Conflict, match=r"is used by number:\+49301234501"):
        await outside.outbound.numbers.delete(first)
    await outside.outbound.numbers.delete(second)
    await outside.outbound.numbers.delete(first)
    with pytest.raises(NotFound):
        await outside.outbound.numbers.update(first, NumberChange(destination="hangup"))
    assert not outside.outbound.numbers.list(outside.acme).items


@pytest.mark.parametrize(
    ("field", "change"),
    [
        ("countries", CallingPolicyChange(countries=("DE", "XX"))),
        ("prices", CallingPolicyChange(prices={"4x": 1})),
        ("prices", CallingPolicyChange(prices={"49": -1})),
        ("prices", CallingPolicyChange(prices={str(prefix): 1 for prefix in range(1000, 2001)})),
        ("alerted", CallingPolicyChange(alerted=("p",) * 21)),
    ],
)
async def test_invalid_permissions_are_refused(outside: OutboundSetup, field: str, change: CallingPolicyChange) -> None:
    with pytest.raises(Invalid) as error:
        await outside.outbound.permissions.change_policy(outside.acme, change)
    assert error.value.field == field


async def test_invalid_limits_are_refused(outside: OutboundSetup) -> None:
    refused = {"concurrent": -1, "calls_per_hour": 2_001, "reach": "inside"}
    for field, value in refused.items():
        with pytest.raises(Invalid) as error:
            await outside.outbound.permissions.set_limits(CallingLimits(outside.acme, "tenant", "", **{field: value}))
        assert error.value.field == field


async def test_a_trunk_says_what_uses_it(outside: OutboundSetup) -> None:
    await outside.open_route()
    await number(outside)
    carrier = outside.trunks.find(outside.acme, "carrier")
    async with outside.database.begin() as uow:
        assert await outside.outbound.uses_of(uow, carrier) == ["route outside", "number +49301234500"]


async def test_an_emergency_call_is_announced(outside: OutboundSetup) -> None:
    made: list[EmergencyCallMade] = []
    outside.bus.subscribe(EmergencyCallMade, made.append)
    assert all(one.emergency for one in targets(outside.dial("112")))
    assert made == [EmergencyCallMade(Caller.of(outside.extension()), "112")]
