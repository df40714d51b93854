"""Presence on both databases: states, their end, forwarding, deletion."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest
from identity_factory import identity_on
from sqlalchemy import select
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.ext.asyncio import AsyncSession

from unificx.cluster import EventBus
from unificx.core.clock import ManualClock
from unificx.core.errors import Invalid
from unificx.db import Database, Outbox
from unificx.identity import Extension, Identity, NewExtension, NewTenant
from unificx.identity.events import ExtensionDeleted, TenantDeleted
from unificx.presence import (
    Forwarding,
    ForwardingChange,
    ForwardingRules,
    PresenceChange,
    PresenceService,
    RingTurn,
    StateProfile,
    repository,
)
from unificx.presence.events import PresenceChanged
from unificx.presence.models import PresenceRow
from unificx.presence.profiles import from_texts, to_texts
from unificx.presence.schemas import NO_RULES, Presence
from unificx.privacy import KeyStore
from unificx.routing import DestinationDirectory, ExtensionKind, HangupKind
from unificx.server.call_routing import ExtensionDestinationCheck


@dataclass
class Setup:
    """Two tenants with equal numbers. `changed` are the extensions of the signals."""

    people: Identity
    service: PresenceService
    anna: Extension
    berta: Extension
    other_anna: Extension
    clock: ManualClock
    outbox: Outbox
    database: Database
    keys: KeyStore
    changed: list[str]

    async def reopened(self) -> PresenceService:
        """Return the service as after a restart."""
        service = PresenceService(self.database, self.keys, self.clock, lambda event: None)
        await service.start()
        return service

    def rules(self, extension: Extension) -> ForwardingRules:
        return self.service.availability.rules(extension.id)


@pytest.fixture
async def setup(database: Database, keys: KeyStore, clock: ManualClock, bus: EventBus) -> Any:
    people = identity_on(database, keys, clock)
    await people.start()
    acme = await people.tenants.create(NewTenant("acme", "Acme Ltd", "acme.example"))
    globex = await people.tenants.create(NewTenant("globex", "Globex", "globex.example"))
    anna, berta, other_anna = [
        (await people.extensions.create(tenant, NewExtension(number, "Name"))).extension
        for tenant, number in ((acme.id, "1001"), (acme.id, "1002"), (globex.id, "1001"))
    ]
    changed: list[str] = []
    destinations = DestinationDirectory([HangupKind()])
    service = PresenceService(
        database,
        keys,
        clock,
        lambda event: changed.append(event.extension_id),
        destinations=ExtensionDestinationCheck(destinations),
    )
    destinations.add(ExtensionKind(people.directory, availability=service.availability))
    await service.start()
    outbox = Outbox(database, bus.publish, clock)
    yield Setup(people, service, anna, berta, other_anna, clock, outbox, database, keys, changed)
    await people.join_background_tasks()


async def test_a_state_ends_at_its_time(setup: Setup) -> None:
    until = setup.clock.now() + timedelta(hours=1)
    await setup.service.update(setup.anna, PresenceChange("do_not_disturb", until, "In a meeting"))
    found = setup.service.get(setup.anna)
    assert (found.state, found.until, found.note) == ("do_not_disturb", until, "In a meeting")
    assert setup.rules(setup.anna).do_not_disturb
    assert setup.rules(setup.other_anna) is NO_RULES
    assert setup.service.availability.next_end() == until
    await setup.service.end_due()
    assert setup.service.get(setup.anna) == found
    assert (await setup.reopened()).get(setup.anna) == found
    setup.clock.advance(3600)
    await setup.service.end_due()
    ended = setup.service.get(setup.anna)
    assert (ended.state, ended.until, ended.note) == ("available", None, "")
    assert setup.rules(setup.anna) is NO_RULES
    assert setup.changed == [setup.anna.id, setup.anna.id]
    await setup.service.update(setup.anna, PresenceChange("lunch", setup.clock.now() + timedelta(minutes=1)))
    setup.clock.advance(61)
    assert (await setup.reopened()).get(setup.anna).state == "available"


async def test_a_state_that_cannot_be_ended_does_not_block_the_others(
    setup: Setup, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def save(session: AsyncSession, keys: KeyStore, presence: Presence) -> None:
        if presence.extension_id == setup.anna.id:
            raise PoolTimeout
        await original(session, keys, presence)

    original = repository.save
    for minutes, extension in enumerate((setup.anna, setup.berta), 1):
        until = setup.clock.now() + timedelta(minutes=minutes)
        await setup.service.update(extension, PresenceChange("lunch", until))
    setup.clock.advance(121)
    with monkeypatch.context() as patch:
        patch.setattr(repository, "save", save)
        with pytest.raises(PoolTimeout):
            await setup.service.end_due()
    assert [setup.service.get(each).state for each in (setup.anna, setup.berta)] == ["lunch", "available"]
    await setup.service.end_due()
    assert setup.service.get(setup.anna).state == "available"


async def test_another_state_has_neither_the_end_nor_the_note_of_the_last_one(setup: Setup) -> None:
    await setup.service.update(setup.anna, PresenceChange("trip", setup.clock.now() + timedelta(days=2), "Oslo"))
    await setup.service.update(setup.anna, PresenceChange(call_waiting=False))
    assert setup.service.get(setup.anna).note == "Oslo"
    after = await setup.service.update(setup.anna, PresenceChange("off_work"))
    assert (after.state, after.until, after.note, after.call_waiting) == ("off_work", None, "", False)


async def test_each_state_has_rules_of_its_own(setup: Setup) -> None:
    changes = [
        ForwardingChange(no_answer="extension:1002", busy="extension:1002", ring_seconds=20),
        ForwardingChange("lunch", "outside", always="hangup:busy"),
        ForwardingChange("lunch", busy="off", ring_seconds=10),
    ]
    await setup.service.update(setup.anna, forwarding=changes)
    inside = Forwarding("", "extension:1002", "extension:1002", "")
    assert setup.rules(setup.anna) == ForwardingRules(inside, inside, 20)
    await setup.service.update(setup.anna, PresenceChange("lunch"))
    lunch = ForwardingRules(
        Forwarding("", "", "extension:1002", ""), Forwarding("hangup:busy", "", "extension:1002", ""), 10
    )
    assert setup.rules(setup.anna) == lunch
    reopened = await setup.reopened()
    assert reopened.availability.rules(setup.anna.id) == lunch
    back = [ForwardingChange("lunch", always="default", busy="default", ring_seconds=0)]
    await setup.service.update(setup.anna, forwarding=back)
    assert setup.rules(setup.anna) == ForwardingRules(inside, inside, 20)


async def test_loops_and_missing_destinations_are_refused_and_nothing_is_stored(setup: Setup) -> None:
    await setup.service.update(setup.anna, forwarding=[ForwardingChange("lunch", always="extension:1002")])
    before = setup.service.get(setup.berta)
    for text, named in (
        ("extension:1001", "extension:1002 → extension:1001 → extension:1002"),
        ("extension:1002", "extension:1002 → extension:1002"),
        ("extension:1003", "extension:1003"),
        ("nothing:1", "nothing"),
        ("1001 ", "not a destination"),
    ):
        change = [ForwardingChange(busy=text)]
        with pytest.raises(Invalid, match=named):
            await setup.service.update(setup.berta, PresenceChange("away"), change)
    assert setup.service.get(setup.berta) == before
    await setup.service.update(setup.other_anna, forwarding=[ForwardingChange(always="hangup")])


@pytest.mark.parametrize(
    ("change", "field"),
    [
        (PresenceChange("away", note="x" * 141), "note"),
        (PresenceChange("away", note="a\nb"), "note"),
        (PresenceChange("away", ManualClock().now()), "until"),
        (PresenceChange("away", ManualClock().now() + timedelta(days=400)), "until"),
        (PresenceChange("away", (ManualClock().now() + timedelta(days=1)).replace(tzinfo=None)), "until"),
        (PresenceChange("available", ManualClock().now() + timedelta(days=1)), "until"),
    ],
)
async def test_invalid_changes_name_their_field(setup: Setup, change: PresenceChange, field: str) -> None:
    with pytest.raises(Invalid) as fault:
        await setup.service.update(setup.anna, change)
    assert fault.value.field == field


async def test_notes_and_destinations_are_sealed_and_go_with_the_extension(setup: Setup) -> None:
    setup.outbox.subscribe(ExtensionDeleted, setup.service.on_extension_deleted)
    setup.outbox.subscribe(TenantDeleted, setup.service.on_tenant_deleted)
    for extension in (setup.anna, setup.berta, setup.other_anna):
        await setup.service.update(extension, PresenceChange("away", note="At the dentist"))
    assert "dentist" not in repr(setup.service.get(setup.anna))
    await setup.people.extensions.delete(setup.anna.tenant_id, setup.anna.id)
    await setup.people.tenants.delete(setup.other_anna.tenant_id)
    await setup.outbox.deliver()
    async with setup.database.read() as session:
        rows = (await session.scalars(select(PresenceRow))).all()
    assert [row.extension_id for row in rows] == [setup.berta.id]
    assert rows[0].sealed is not None
    assert b"dentist" not in rows[0].sealed
    assert setup.service.availability.presence(setup.anna.id) is None
    setup.service.availability.drop_subject(setup.berta.subject)
    assert setup.service.availability.presence(setup.berta.id) is None


def test_profiles_survive_being_written() -> None:
    profiles = {
        "available": StateProfile(Forwarding("", None, "prompt:closed today", "number:+49301"), Forwarding(), 25),
        "trip": StateProfile(Forwarding(), Forwarding(always="mailbox:1001")),
        "lunch": StateProfile(ring_order=()),
        "away": StateProfile(ring_order=(RingTurn("d1", 15), RingTurn("d2", 5))),
    }
    assert from_texts(to_texts(profiles)) == profiles  # type: ignore[arg-type]


async def test_each_state_has_a_ring_order_of_its_own(setup: Setup) -> None:
    order = RingTurn("d1", 15), RingTurn("d2", 5)
    await setup.service.update(setup.anna, forwarding=[ForwardingChange(ring_order=order)])
    await setup.service.update(setup.anna, PresenceChange("lunch"))
    assert setup.rules(setup.anna).ring_order == order
    await setup.service.update(setup.anna, forwarding=[ForwardingChange("lunch", ring_order=())])
    assert setup.rules(setup.anna).ring_order == ()
    assert (await setup.reopened()).availability.rules(setup.anna.id).ring_order == ()
    await setup.service.update(setup.anna, forwarding=[ForwardingChange("lunch", ring_order="default")])
    assert setup.rules(setup.anna).ring_order == order
    with pytest.raises(Invalid) as refused:
        await setup.service.update(setup.anna, forwarding=[ForwardingChange(ring_order=(order[0], order[0]))])
    assert refused.value.field == "ring_order"


async def test_signals_name_tenant_and_extension(setup: Setup) -> None:
    await setup.service.update(setup.anna, PresenceChange("away"))
    await setup.service.update(setup.anna, PresenceChange(note=""))
    assert setup.changed == [setup.anna.id]
    assert PresenceChanged("t", "e") == PresenceChanged(tenant_id="t", extension_id="e")
