"""Ring groups: storage, checks, deletion, order of the strategies, and the plan."""

import struct
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, replace

import pytest
from identity_factory import identity_on
from sqlalchemy import select, update

from unificx.cluster import EventBus
from unificx.core.clock import ManualClock
from unificx.core.errors import Conflict, Invalid, NotFound
from unificx.db import Database, Outbox
from unificx.db.base import SEAL_MARK
from unificx.db.sealed import length_prefixed
from unificx.identity import Extension, Identity, NewExtension, NewTenant, Tenant
from unificx.identity.events import ExtensionDeleted, TenantDeleted
from unificx.privacy import KeyStore
from unificx.routing import (
    DestinationDirectory,
    DestinationRef,
    DestinationServiceDependencies,
    ExtensionKind,
    Fork,
    GoTo,
    GroupChange,
    GroupKind,
    GroupService,
    HangupKind,
    NewGroup,
    OutsideMember,
    OutsideTarget,
    Plan,
    Reject,
    Rejection,
    RingMemory,
    Step,
    Strategy,
)
from unificx.routing.groups.models import RingGroupMemberRow, RingGroupRow
from unificx.routing.groups.repository import CODEC


@dataclass
class Setup:
    """A tenant with four extensions and the services of groups."""

    people: Identity
    tenant: Tenant
    other: Tenant
    extensions: list[Extension]
    destinations: DestinationDirectory
    memory: RingMemory
    database: Database
    keys: KeyStore
    clock: ManualClock
    outbox: Outbox

    async def start(self, check_outside: Callable[[str, str], str] | None = None) -> GroupService:
        """Return a service that has loaded the groups from the database."""
        parts = DestinationServiceDependencies(
            self.database, self.keys, self.people.directory, self.destinations, self.clock
        )
        service = GroupService(parts, check_outside or _checked)
        await service.start()
        random_bytes = self.clock.random_bytes
        self.destinations.add(
            GroupKind(service, self.people.directory, self.memory, random_bytes, lambda *called: (_target(called[1]),))
        )
        return service

    def ids(self, *numbers: int) -> tuple[str, ...]:
        return tuple(self.extensions[number].id for number in numbers)


def _checked(tenant_id: str, number: str) -> str:
    """Allow numbers of Germany."""
    if not number.startswith("+49"):
        raise Invalid(f"{tenant_id} cannot call {number}.", field="members")
    return number


def _target(number: str) -> OutsideTarget:
    return OutsideTarget(number, "trunk", number)


@pytest.fixture
async def setup(database: Database, keys: KeyStore, clock: ManualClock, bus: EventBus) -> AsyncIterator[Setup]:
    people = identity_on(database, keys, clock)
    await people.start()
    tenant = await people.tenants.create(NewTenant("acme", "Acme Ltd", "acme.example"))
    other = await people.tenants.create(NewTenant("globex", "Globex", "globex.example"))
    made = [await people.extensions.create(tenant.id, NewExtension(f"100{at}", f"E{at}")) for at in range(4)]
    destinations = DestinationDirectory((ExtensionKind(people.directory), HangupKind()))
    found = [one.extension for one in made]
    outbox = Outbox(database, bus.publish, clock)
    yield Setup(people, tenant, other, found, destinations, RingMemory(), database, keys, clock, outbox)
    await people.join_background_tasks()


async def test_group_is_stored_changed_and_deleted(setup: Setup) -> None:
    groups = await setup.start()
    steps = (setup.ids(2), setup.ids(0, 1))
    otherwise = DestinationRef("extension", "1003")
    new = NewGroup("6000", steps, "Sales", "in_turn", 15, "Sales: ", otherwise)
    made = await groups.create(setup.tenant.id, new)
    assert (await setup.start()).find(setup.tenant.id, "6000") == made
    assert (made.name, made.steps, made.otherwise) == ("Sales", steps, otherwise)
    changed = await groups.update(made, GroupChange(name=" Team ", steps=(setup.ids(3),), strategy="random"))
    assert changed == replace(made, name="Team", steps=(setup.ids(3),), strategy="random")
    assert (await setup.start()).find(setup.tenant.id, made.id) == changed
    with pytest.raises(Conflict):
        await groups.create(setup.tenant.id, NewGroup("1001", steps))
    with pytest.raises(NotFound):
        groups.find(setup.other.id, made.id)
    await groups.delete(changed)
    assert (await setup.start()).list(setup.tenant.id).items == ()
    again = await groups.create(setup.tenant.id, new)
    with pytest.raises(NotFound):
        await groups.delete(changed)
    with pytest.raises(NotFound):
        await groups.update(changed, GroupChange(name="Gone"))
    with pytest.raises(Conflict):
        await groups.create(setup.tenant.id, new)  # the number is still that of the new group
    assert groups.find(setup.tenant.id, "6000") == again


@pytest.mark.parametrize(
    ("field", "wrong"),
    [
        ("ring_seconds", 4), ("name_prefix", "x" * 21), ("name", "a\nb"), ("steps", ()), ("steps", (("nobody",),)),
        ("otherwise", DestinationRef("group", "6001")), ("otherwise", DestinationRef("group", "6000")),
    ],
)  # fmt: skip
async def test_wrong_values_are_refused_and_nothing_is_stored(setup: Setup, field: str, wrong: object) -> None:
    groups = await setup.start()
    new = NewGroup("6000", (setup.ids(0),))
    with pytest.raises(Invalid) as refused:
        await groups.create(setup.tenant.id, replace(new, **{field: wrong}))  # type: ignore[arg-type]
    assert refused.value.field == {"steps": "members"}.get(field, field)
    assert groups.list(setup.tenant.id).items == ()
    await groups.create(setup.tenant.id, new)


async def test_a_group_has_a_limited_number_of_members(setup: Setup, monkeypatch: pytest.MonkeyPatch) -> None:
    groups = await setup.start()
    monkeypatch.setattr("unificx.routing.groups.values.MAX_MEMBERS", 1)
    with pytest.raises(Invalid, match="Too many members"):
        await groups.create(setup.tenant.id, NewGroup("6000", (setup.ids(0), setup.ids(1))))
    await groups.create(setup.tenant.id, NewGroup("6000", (setup.ids(0),)))


async def test_member_twice_and_loop_of_groups_are_refused(setup: Setup) -> None:
    groups = await setup.start()
    with pytest.raises(Invalid, match="twice"):
        await groups.create(setup.tenant.id, NewGroup("6000", (setup.ids(0), setup.ids(0))))
    first = await groups.create(setup.tenant.id, NewGroup("6000", (setup.ids(0),)))
    to_first = DestinationRef("group", "6000")
    second = await groups.create(setup.tenant.id, NewGroup("6001", (setup.ids(1),), otherwise=to_first))
    with pytest.raises(Invalid, match="group:6000 → group:6001 → group:6000"):
        await groups.update(first, GroupChange(otherwise=DestinationRef("group", "6001")))
    with pytest.raises(Conflict, match="group:6000 is used by group:6001"):
        await groups.delete(first)
    await groups.delete(second)
    await groups.delete(first)


async def test_deleted_extensions_and_tenants_leave_nothing(setup: Setup) -> None:
    groups = await setup.start()
    await groups.create(setup.tenant.id, NewGroup("6000", (setup.ids(0, 1), setup.ids(2))))
    setup.outbox.subscribe(ExtensionDeleted, groups.on_extension_deleted, purpose="telephony")
    setup.outbox.subscribe(TenantDeleted, groups.on_tenant_deleted)
    for number in (0, 1, 2):
        await setup.people.extensions.delete(setup.tenant.id, setup.extensions[number].id)
        await setup.outbox.deliver()
        left = {0: (setup.ids(1), setup.ids(2)), 1: (setup.ids(2),), 2: ()}[number]
        assert groups.find(setup.tenant.id, "6000").steps == (await setup.start()).find(setup.tenant.id, "6000").steps
        assert groups.find(setup.tenant.id, "6000").steps == left
    assert plan_of(setup).steps == (Step(Reject(Rejection.UNREACHABLE)),)
    await setup.people.tenants.delete(setup.tenant.id)
    await setup.outbox.deliver()
    assert groups.list(setup.tenant.id).items == (await setup.start()).list(setup.tenant.id).items == ()


async def test_a_group_that_was_changed_meanwhile_keeps_the_change_when_a_member_is_deleted(setup: Setup) -> None:
    groups = await setup.start()
    group = await groups.create(setup.tenant.id, NewGroup("6000", (setup.ids(0, 1),)))
    await (await setup.start()).update(group, GroupChange(name="Team"))
    async with setup.database.begin() as uow:
        await groups.on_extension_deleted(ExtensionDeleted("1", setup.tenant.id, setup.extensions[0].id), uow)
    left = groups.find(setup.tenant.id, "6000")
    assert (left.name, left.steps) == ("Team", (setup.ids(1),))


async def test_strategies_order_the_steps(setup: Setup) -> None:
    groups = await setup.start()
    steps = (setup.ids(0), setup.ids(1, 2), setup.ids(3))

    async def order(strategy: Strategy) -> list[tuple[str, ...]]:
        group = await groups.create(setup.tenant.id, NewGroup("6000", steps, strategy=strategy))
        plan = plan_of(setup)
        await groups.delete(group)
        return [numbers(step.action) for step in plan.steps]

    assert await order("all") == [("1000", "1001", "1002", "1003")]
    assert await order("in_turn") == [("1000",), ("1001", "1002"), ("1003",)]
    assert sorted(await order("random")) == [("1000",), ("1001", "1002"), ("1003",)]
    assert await order("memory") == [("1000",), ("1001", "1002"), ("1003",)]


async def test_memory_begins_after_the_step_that_rang_last(setup: Setup) -> None:
    groups = await setup.start()
    steps = (setup.ids(0), setup.ids(1, 2), setup.ids(3))
    await groups.create(setup.tenant.id, NewGroup("6000", steps, strategy="memory"))
    first: list[tuple[str, ...]] = []
    for count in (1, 1, 2, 3):
        plan = plan_of(setup)
        forks = [step.action for step in plan.steps if isinstance(step.action, Fork)]
        first.append(numbers(forks[0]))
        for fork in forks[:count]:
            setup.memory.record(fork)
    assert first == [("1000",), ("1001", "1002"), ("1003",), ("1001", "1002")]


MOBILE, PARTNER = "+491725550001", "+491725550002"


async def test_numbers_outside_are_stored_sealed_at_their_places(setup: Setup) -> None:
    groups = await setup.start()
    steps = ((MOBILE, *setup.ids(0), PARTNER), setup.ids(1))
    made = await groups.create(setup.tenant.id, NewGroup("6000", steps, strategy="in_turn"))
    assert (await setup.start()).find(setup.tenant.id, "6000") == made
    assert (made.steps, made.extension_ids) == (steps, [*setup.ids(0), *setup.ids(1)])
    async with setup.database.read() as session:
        members = (await session.execute(select(RingGroupMemberRow.__table__))).all()
        stored = [*members, *(await session.execute(select(RingGroupRow.__table__))).all()]
    assert len(members) == 2
    assert MOBILE not in str(stored)
    changed = await groups.update(made, GroupChange(steps=((PARTNER,), setup.ids(2))))
    assert (await setup.start()).find(setup.tenant.id, "6000").steps == changed.steps == ((PARTNER,), setup.ids(2))


async def test_a_part_sealed_before_there_were_numbers_outside_is_read(setup: Setup) -> None:
    groups = await setup.start()
    made = await groups.create(setup.tenant.id, NewGroup("6000", (setup.ids(0),)))
    key = setup.keys.get(setup.tenant.id, [made.id])[made.id]
    assert key is not None
    nonce = bytes(12)
    data = CODEC._associated_data(length_prefixed(setup.tenant.id), made.id, made.id, key.version)
    body = key.aead.encrypt(nonce, b'{"otherwise": "extension:1003"}', data)
    async with setup.database.begin() as uow:
        sealed = struct.pack(">1sH12s", SEAL_MARK, key.version, nonce) + body
        await uow.session.execute(update(RingGroupRow).values(sealed=sealed))
    found = (await setup.start()).find(setup.tenant.id, "6000")
    assert (str(found.otherwise), found.steps) == ("extension:1003", (setup.ids(0),))


async def test_numbers_outside_are_checked_when_they_become_members(setup: Setup) -> None:
    groups = await setup.start()
    with pytest.raises(Invalid, match="cannot call") as refused:
        await groups.create(setup.tenant.id, NewGroup("6000", (setup.ids(0), ("+15550100",))))
    assert refused.value.field == "members"
    with pytest.raises(Invalid, match="twice"):
        await groups.create(setup.tenant.id, NewGroup("6000", ((MOBILE,), (MOBILE,))))
    many = tuple(f"+4917255501{at:02}" for at in range(11))
    with pytest.raises(Invalid, match="at most 10"):
        await groups.create(setup.tenant.id, NewGroup("6000", (many,)))
    made = await groups.create(setup.tenant.id, NewGroup("6000", (many[:10],)))
    groups = await setup.start(lambda tenant_id, number: _checked(tenant_id, ""))
    changed = await groups.update(made, GroupChange(steps=(many[:9], setup.ids(0))))  # those it has stay
    assert changed.steps == (many[:9], setup.ids(0))
    with pytest.raises(Invalid, match="cannot call"):
        await groups.update(changed, GroupChange(steps=((many[10],),)))


async def test_numbers_outside_ring_in_their_step_and_are_remembered(setup: Setup) -> None:
    groups = await setup.start()
    steps = ((MOBILE, *setup.ids(0)), (PARTNER,), setup.ids(1))
    await groups.create(setup.tenant.id, NewGroup("6000", steps, strategy="memory"))
    first, second, _ = [step.action for step in plan_of(setup).steps]
    assert isinstance(first, Fork)
    assert isinstance(second, Fork)
    member, extension = first.targets
    assert isinstance(member, OutsideMember)
    assert (member.number, member.targets(), numbers(first)) == (MOBILE, (_target(MOBILE),), ("1000",))
    assert extension == first.ring_targets[0]
    assert (second.call_seconds, [type(one) for one in second.targets]) == (14_400.0, [OutsideMember])
    setup.memory.record(second)
    assert numbers(plan_of(setup).steps[0].action) == ("1001",)


async def test_plan_shows_the_prefix_and_ends_with_the_destination(setup: Setup) -> None:
    groups = await setup.start()
    otherwise = DestinationRef("extension", "1003")
    await groups.create(
        setup.tenant.id, NewGroup("6000", (setup.ids(0),), ring_seconds=15, name_prefix="S: ", otherwise=otherwise)
    )
    plan = plan_of(setup)
    (ring, last) = plan.steps
    assert isinstance(ring.action, Fork)
    assert (ring.action.seconds, ring.action.name_prefix, ring.action.skip_busy) == (15.0, "S: ", True)
    assert last.action == GoTo(otherwise, calling_for="group:6000")
    assert plan.called is None


def numbers(action: object) -> tuple[str, ...]:
    assert isinstance(action, Fork)
    return tuple(target.extension.number for target in action.ring_targets)


def plan_of(setup: Setup) -> Plan:
    found = setup.destinations.at_number(setup.tenant.id, "6000")
    assert found is not None
    return found.plan()
