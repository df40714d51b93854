"""Trunks on both databases: settings, credentials, deletion; the trunk that a request came from, and where to call."""

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import select
from trunk_setup import TrunkSetup

from unificx.core.errors import Conflict, Invalid, NotFound
from unificx.db import UnitOfWork
from unificx.identity.events import TenantDeleted
from unificx.trunks import NewTrunk, Trunk, TrunkChange
from unificx.trunks.models import TrunkRow
from unificx.trunks.schemas import TrunkOptions

REGISTERING = NewTrunk(
    "carrier", "SIP.carrier.example", "tls", "4930123", "top secret".replace(" ", "-"), max_calls=5, auth_username="u1"
)


async def test_a_trunk_survives_a_restart_and_its_login_is_sealed(setup: TrunkSetup) -> None:
    made = await setup.trunks.create(setup.acme, REGISTERING)
    assert (made.host, made.port, made.domain, made.registers) == (
        "sip.carrier.example",
        0,
        "sip.carrier.example",
        True,
    )
    assert (made.login, made.max_calls) == (("u1", "top-secret"), 5)
    assert "4930123" not in repr(made)
    again = setup.reopen()
    await again.start()
    assert again.find(setup.acme, "carrier") == again.find(setup.acme, made.id) == made
    assert again.directory.contact_user(made.id) == setup.directory.contact_user(made.id)
    async with setup.database.read() as session:
        row = (await session.scalars(select(TrunkRow))).one()
    assert row.sealed is not None
    stored = b"".join(str(value).encode() for value in row.__dict__.values())
    assert b"4930123" not in stored
    assert b"top-secret" not in stored


async def test_names_are_unique_in_a_tenant_and_trunks_belong_to_one(setup: TrunkSetup) -> None:
    made = await setup.trunks.create(setup.acme, NewTrunk("carrier", "192.0.2.1"))
    with pytest.raises(Conflict):
        await setup.trunks.create(setup.acme, NewTrunk("carrier", "192.0.2.2"))
    other = await setup.trunks.create(setup.globex, NewTrunk("carrier", "192.0.2.1:5070"))
    assert (other.server, other.port) == ("192.0.2.1:5070", 5070)
    second = await setup.trunks.create(setup.acme, NewTrunk("second", "192.0.2.2"))
    with pytest.raises(Conflict):
        await setup.trunks.update(second, TrunkChange(name="carrier"))
    for reference in (made.id, "second"):
        with pytest.raises(NotFound):
            setup.trunks.find(setup.globex, reference)
    await setup.trunks.delete(made)
    with pytest.raises(NotFound):
        await setup.trunks.update(made, TrunkChange(max_calls=3))
    assert [one.name for one in setup.trunks.list(setup.acme).items] == ["second"]


async def test_a_trunk_can_be_changed(setup: TrunkSetup) -> None:
    made = await setup.trunks.create(
        setup.acme, replace(REGISTERING, registers=True, accept_from=("192.0.2.9/24", "2001:db8::1"))
    )
    assert made.accept_from == ("192.0.2.0/24", "2001:db8::1/128")
    changed = await setup.trunks.update(made, TrunkChange(server="[2001:db8::5]:5062", max_calls=0, dtmf="info"))
    assert (changed.server, changed.domain, changed.max_calls) == ("[2001:db8::5]:5062", "2001:db8::5", None)
    assert changed.options == TrunkOptions(dtmf="info", auth_username="u1")
    assert changed.login == made.login
    with pytest.raises(Invalid):
        await setup.trunks.update(changed, TrunkChange(password=""))
    assert setup.directory.by_name(setup.acme, "carrier") == changed


async def test_calls_to_unknown_numbers_are_reported_for_a_day_and_shortened(setup: TrunkSetup) -> None:
    made = await setup.trunks.create(setup.acme, NewTrunk("carrier", "192.0.2.1"))
    at, contact = setup.clock.now(), setup.directory.contact_user(made.id)

    def dial(*texts: str) -> tuple[str, int] | None:
        setup.directory.note_unknown_number([made], texts, at)
        found = setup.directory.unknown_number(made.id, at + timedelta(hours=23))
        return (found.number, found.calls) if found is not None else None

    assert [dial(contact, "+493012345678"), dial("1001"), dial("12"), dial(contact), dial("anna.berg")] == [
        ("+493…678", 1),
        ("…001", 2),
        ("…12", 3),
        ("…", 4),
        ("…", 5),
    ]
    at += timedelta(hours=24)
    assert setup.directory.unknown_number(made.id, at) is None
    assert dial("1001") == ("…001", 1)
    await setup.trunks.delete(made)
    assert setup.directory.unknown_number(made.id, at) is None


async def test_a_call_that_another_tenant_of_the_carrier_may_expect_is_not_reported(setup: TrunkSetup) -> None:
    trunks = [
        await setup.trunks.create(tenant, NewTrunk("carrier", "192.0.2.1")) for tenant in (setup.acme, setup.globex)
    ]
    setup.directory.note_unknown_number(trunks, ["+493012345678"], setup.clock.now())
    assert [setup.directory.unknown_number(one.id, setup.clock.now()) for one in trunks] == [None, None]


async def test_values_given_replace_those_of_the_template(setup: TrunkSetup) -> None:
    new = NewTrunk("a", template="sipgate", username="1", password="p", transport="tls", number_format="plus")
    made = await setup.trunks.create(setup.acme, new)
    assert (made.host, made.transport, made.registers) == ("sipconnect.sipgate.de", "tls", True)
    assert (made.options.caller_id_header, made.options.number_format) == ("p_preferred", "plus")


async def test_a_used_trunk_is_not_deleted(setup: TrunkSetup) -> None:
    class Routes:
        async def uses_of(self, uow: UnitOfWork, trunk: Trunk) -> list[str]:
            return ["route outside"] if trunk.name == "carrier" else []

    made = await setup.trunks.create(setup.acme, NewTrunk("carrier", "192.0.2.1"))
    setup.trunks.uses.append(Routes())
    with pytest.raises(Conflict, match="route outside"):
        await setup.trunks.delete(made)
    assert setup.trunks.find(setup.acme, "carrier") == made


async def test_the_trunks_of_a_deleted_tenant_are_deleted(setup: TrunkSetup) -> None:
    await setup.trunks.create(setup.acme, NewTrunk("carrier", "192.0.2.1"))
    left = await setup.trunks.create(setup.globex, NewTrunk("carrier", "192.0.2.1"))
    setup.outbox.subscribe(TenantDeleted, setup.trunks.on_tenant_deleted)
    async with setup.database.begin() as uow:
        uow.publish(TenantDeleted(setup.clock.new_id(), setup.acme))
    await setup.outbox.deliver()
    again = setup.reopen()
    await again.start()
    assert list(again.directory.all_trunks()) == list(setup.directory.all_trunks()) == [left]


async def test_a_refused_trunk_is_not_stored(setup: TrunkSetup) -> None:
    for new in (NewTrunk("a", "sip.example.com", template="unknown"), NewTrunk("a", template="twilio")):
        with pytest.raises(Invalid):
            await setup.trunks.create(setup.acme, new)
    assert not setup.trunks.list(setup.acme).items
