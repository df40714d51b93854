"""Numbers outside as members of ring groups: checked when saved, decided on and counted when their step starts."""

from dataclasses import dataclass

import pytest
from outbound_setup import BERLIN, VIENNA, OutboundSetup, number

from unificx.core.errors import Invalid
from unificx.routing import (
    CallingLimits,
    CallingPolicyChange,
    Fork,
    GroupChange,
    NewGroup,
    OutsideMember,
    OutsideTarget,
)

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
PREMIUM, OWN = "+499001234567", "+49301234500"


@dataclass
class Member:
    """A group with one member outside."""

    outside: OutboundSetup

    def targets(self) -> tuple[OutsideTarget, ...]:
        """Decide on a call to the member, which is made now."""
        found = self.outside.destinations.at_number(self.outside.acme, "6000")
        assert found is not None
        fork = found.plan().steps[0].action
        assert isinstance(fork, Fork)
        [member] = fork.targets
        assert isinstance(member, OutsideMember)
        return member.targets()


@pytest.fixture
async def member(outside: OutboundSetup) -> Member:
    """A group that rings a number in Berlin, in a tenant with a route to Germany."""
    await outside.open_route()
    await outside.groups.create(outside.acme, NewGroup("6000", ((BERLIN,),)))
    return Member(outside)


async def test_a_member_is_called_over_the_trunks_of_the_route_with_the_number_of_the_group(
    outside: OutboundSetup, member: Member
) -> None:
    await number(outside, OWN, to="group:6000")
    carrier, second = member.targets()
    assert (carrier.number, carrier.trunk_id, carrier.caller_id) == (BERLIN, outside.trunk_id("carrier"), OWN)
    assert second.trunk_id == outside.trunk_id("second")


@pytest.mark.parametrize("refused", ["+112", "+49112", PREMIUM, VIENNA, OWN, "+1"])
async def test_numbers_that_a_group_may_not_call_cannot_become_members(
    outside: OutboundSetup, member: Member, refused: str
) -> None:
    await number(outside, OWN)
    group = outside.groups.find(outside.acme, "6000")
    with pytest.raises(Invalid) as fault:
        await outside.groups.update(group, GroupChange(steps=((refused,),)))
    assert fault.value.field == "members"
    assert len(member.targets()) == 2


async def test_no_permission_makes_a_premium_number_a_member(outside: OutboundSetup, member: Member) -> None:
    await outside.outbound.permissions.change_policy(outside.acme, CallingPolicyChange(premium=True))
    assert not outside.is_refused(PREMIUM)
    group = outside.groups.find(outside.acme, "6000")
    with pytest.raises(Invalid, match="ordinary number"):
        await outside.groups.update(group, GroupChange(steps=((PREMIUM,),)))
    assert not outside.outbound.routing.member_targets(outside.acme, PREMIUM, "group:6000")
    assert not outside.outbound.routing.member_targets(outside.acme, "+49112", "group:6000")
    assert member.targets()


async def test_a_number_is_stored_in_e164(outside: OutboundSetup, member: Member) -> None:
    del member
    group = outside.groups.find(outside.acme, "6000")
    changed = await outside.groups.update(group, GroupChange(steps=(("+49 (0)30 1234-568",),)))
    assert changed.steps == (("+49301234568",),)


async def test_rules_that_change_later_refuse_the_call(outside: OutboundSetup, member: Member) -> None:
    entry = await outside.outbound.blocks.create(outside.acme, BERLIN, direction="out")
    assert not member.targets()
    await outside.outbound.blocks.delete(entry)
    assert member.targets()
    await number(outside, BERLIN)  # the call would come back
    assert not member.targets()


async def test_each_call_counts_for_the_limits(outside: OutboundSetup, member: Member) -> None:
    await outside.outbound.permissions.set_limits(CallingLimits(outside.acme, "tenant", "", calls_per_hour=2))
    found = outside.destinations.at_number(outside.acme, "6000")
    assert found is not None
    for _ in range(5):
        found.plan()  # nothing is dialled yet: the step may never start
    assert [bool(member.targets()) for _ in range(3)] == [True, True, False]
    [stop] = outside.outbound.fraud.active(outside.acme)
    assert (stop.scope, stop.rule) == ("tenant", "rate")
