"""Bindings survive a restart: with a real database, spool and keys."""

from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest
from identity_factory import identity_on
from sqlalchemy import select

from unificx.cluster import EventBus
from unificx.core.clock import ManualClock
from unificx.db import Database, Spool
from unificx.identity import DirectoryCache, Identity, NewExtension, NewTenant, Tenant
from unificx.identity.schemas import CreatedExtension
from unificx.privacy import KeyStore
from unificx.registrar import KIND, Binding, LocationService, Registrar, RegistrarDependencies
from unificx.registrar.models import BindingRow
from unificx.sip.flow import Flow
from unificx.sip.message import Request

UDP = Flow("udp", "192.0.2.77", 5066, 0, 1)
TLS = Flow("tls", "192.0.2.78", 40077, 9, 3)
SECRETS = (b"192.0.2.77", b"SnomD785", b"call-77@phone", b"urn:uuid:7777")


def register(
    contact: str = "sip:1001@192.0.2.77:5066", *, cseq: int = 1, expires: int = 3600, more: str = ""
) -> Request:
    return Request(
        "REGISTER",
        "sip:acme.example",
        [
            ("Via", "SIP/2.0/UDP 192.0.2.77:5066;branch=z9hG4bK1"),
            ("From", "<sip:1001@acme.example>;tag=1"),
            ("To", "<sip:1001@acme.example>"),
            ("Call-ID", "call-77@phone"),
            ("CSeq", f"{cseq} REGISTER"),
            ("User-Agent", "SnomD785/10.1"),
            ("Contact", f'<{contact}>;expires={expires};+sip.instance="<urn:uuid:7777>"{more}'),
        ],
    )


@dataclass
class Process:
    """State of one process: in memory and in its spool."""

    registrar: Registrar
    location: LocationService
    spool: Spool
    signals: list[object] = field(default_factory=list)


@pytest.fixture
async def people(database: Database, keys: KeyStore, clock: ManualClock) -> Identity:
    room = identity_on(database, keys, clock)
    await room.start()
    return room


@pytest.fixture
async def acme(people: Identity) -> Tenant:
    return await people.tenants.create(NewTenant("acme", "Acme Ltd", "acme.example"))


@pytest.fixture
async def made(people: Identity, acme: Tenant) -> CreatedExtension:
    return await people.extensions.create(acme.id, NewExtension("1001", "Reception"))


@pytest.fixture
async def live(
    people: Identity, database: Database, keys: KeyStore, clock: ManualClock, bus: EventBus, tmp_path: Path
) -> AsyncIterator[Callable[[], Process]]:
    spools: list[Spool] = []

    def begin() -> Process:
        location = LocationService()
        spool = Spool(tmp_path / "spool", database)
        spools.append(spool)
        registrar = Registrar(RegistrarDependencies(people.directory, keys, spool, clock, bus), location)
        spool.register_handler(KIND, registrar.apply)
        return Process(registrar, location, spool)

    yield begin
    for spool in spools:
        await spool.close()


async def restart(live: Callable[[], Process], database: Database) -> Process:
    """Start after the process was killed without closing anything."""
    life = live()
    await life.spool.recover()
    await life.registrar.restore(database)
    return life


def device_of(directory: DirectoryCache, made: CreatedExtension):
    device = directory.device(made.device.id)
    assert device is not None
    return device


async def stored(database: Database) -> list[BindingRow]:
    async with database.read() as session:
        return list((await session.scalars(select(BindingRow))).all())


async def test_bindings_are_restored_after_a_crash(
    live: Callable[[], Process], people: Identity, made: CreatedExtension, database: Database, clock: ManualClock
) -> None:
    first = live()
    device = device_of(people.directory, made)
    first.registrar.register(device, register(), UDP, clock.monotonic())
    (was,) = first.location
    clock.advance(100)
    second = await restart(live, database)
    (now,) = second.location.contacts(made.extension.id, clock.monotonic())
    assert now == replace(was, expires_at=was.expires_at + 100, call_id="", cseq=0)
    clock.advance(3601)
    assert second.location.contacts(made.extension.id, clock.monotonic()) == ()


async def test_a_binding_with_text_messages_is_restored_and_follows_the_phone(
    live: Callable[[], Process], people: Identity, made: CreatedExtension, database: Database, clock: ManualClock
) -> None:
    first = live()
    device, methods, now = device_of(people.directory, made), ';methods="INVITE, MESSAGE"', clock.monotonic()
    for cseq, (more, takes_texts) in enumerate((("", False), (methods, True), (methods, True)), 1):
        first.registrar.register(device, register(cseq=cseq, more=more), UDP, now)
        assert [each.takes_texts for each in first.location] == [takes_texts]
    second = await restart(live, database)
    assert [each.takes_texts for each in second.location] == [True]
    second.registrar.register(device, register(cseq=4), UDP, now)
    assert [each.takes_texts for each in second.location] == [False]


async def test_refresh_is_restored(
    live: Callable[[], Process], people: Identity, made: CreatedExtension, database: Database, clock: ManualClock
) -> None:
    first = live()
    device = device_of(people.directory, made)
    first.registrar.register(device, register(), UDP, clock.monotonic())
    await first.spool.drain()
    clock.advance(3000)
    first.registrar.register(device, register(cseq=2), UDP, clock.monotonic())
    clock.advance(3000)
    first.registrar.register(device, register(cseq=3), UDP, clock.monotonic())
    clock.advance(3500)
    second = await restart(live, database)
    (binding,) = second.location.contacts(made.extension.id, clock.monotonic())
    assert binding.expires_at == clock.monotonic() + 3600


@pytest.mark.parametrize("drained", [True, False])
async def test_removed_binding_is_not_restored(
    live: Callable[[], Process],
    people: Identity,
    made: CreatedExtension,
    database: Database,
    clock: ManualClock,
    drained: bool,
) -> None:
    first = live()
    device = device_of(people.directory, made)
    first.registrar.register(device, register(), UDP, clock.monotonic())
    if drained:
        await first.spool.drain()
    first.registrar.register(device, register(cseq=2, expires=0), UDP, clock.monotonic())
    second = await restart(live, database)
    assert list(second.location) == []
    assert await stored(database) == []


@pytest.mark.promise("C13")
async def test_binding_expired_meanwhile_is_deleted(
    live: Callable[[], Process], people: Identity, made: CreatedExtension, database: Database, clock: ManualClock
) -> None:
    first = live()
    first.registrar.register(device_of(people.directory, made), register(expires=60), UDP, clock.monotonic())
    clock.advance(661)
    second = await restart(live, database)
    assert list(second.location) == []
    assert await stored(database) == []


async def test_binding_on_a_connection_is_restored_as_disconnected(
    live: Callable[[], Process], people: Identity, made: CreatedExtension, database: Database, clock: ManualClock
) -> None:
    """The connection ended with the process; a REGISTER over a new one updates the same binding."""
    first = live()
    device = device_of(people.directory, made)
    contact = "sip:1001@192.0.2.78:40077;transport=tls"
    first.registrar.register(device, register(contact), TLS, clock.monotonic())
    (was,) = first.location
    second = await restart(live, database)
    assert second.location.contacts(made.extension.id, clock.monotonic()) == ()
    again = replace(TLS, connection=1)
    second.registrar.register(device, register(contact, cseq=2), again, clock.monotonic())
    (binding,) = second.location.contacts(made.extension.id, clock.monotonic())
    assert (binding.id, binding.flow) == (was.id, again)


async def test_device_revoked_meanwhile_is_not_restored(
    live: Callable[[], Process],
    people: Identity,
    acme: Tenant,
    made: CreatedExtension,
    database: Database,
    clock: ManualClock,
) -> None:
    first = live()
    first.registrar.register(device_of(people.directory, made), register(), UDP, clock.monotonic())
    await people.devices.delete(acme.id, made.device.id)
    second = await restart(live, database)
    assert list(second.location) == []
    assert await stored(database) == []


@pytest.mark.promise("R4", "C13", "C6")
async def test_location_of_an_erased_user_is_unreadable(
    live: Callable[[], Process],
    people: Identity,
    acme: Tenant,
    made: CreatedExtension,
    database: Database,
    keys: KeyStore,
    clock: ManualClock,
) -> None:
    first = live()
    device = device_of(people.directory, made)
    first.registrar.register(device, register(), UDP, clock.monotonic())
    await first.spool.drain()
    keys.destroy(acme.id, made.extension.subject)
    second = await restart(live, database)
    assert list(second.location) == []
    assert await stored(database) == []


@pytest.mark.promise("C13")
async def test_location_is_sealed_in_spool_and_database(
    live: Callable[[], Process],
    people: Identity,
    made: CreatedExtension,
    database: Database,
    clock: ManualClock,
    tmp_path: Path,
) -> None:
    first = live()
    device = device_of(people.directory, made)
    first.registrar.register(device, register(), UDP, clock.monotonic())
    spooled = b"".join(path.read_bytes() for path in (tmp_path / "spool").iterdir())
    assert device.device_id.encode() in spooled
    await first.spool.drain()
    (row,) = await stored(database)
    held = spooled + repr([getattr(row, column.name) for column in row.__table__.columns]).encode()
    for secret in SECRETS:
        assert secret not in held


async def test_applying_a_batch_is_idempotent(
    live: Callable[[], Process], people: Identity, made: CreatedExtension, database: Database, clock: ManualClock
) -> None:
    records: list[bytes] = []
    first = live()
    append = first.spool.append
    first.spool.append = lambda kind, record: (records.append(record), append(kind, record))[1]  # pyright: ignore
    device = device_of(people.directory, made)
    first.registrar.register(device, register(), UDP, clock.monotonic())
    first.registrar.register(device, register(cseq=2), UDP, clock.monotonic())
    first.registrar.register(device, register("sip:1001@192.0.2.77:5067", cseq=3), UDP, clock.monotonic())
    first.registrar.register(device, register(cseq=4, expires=0), UDP, clock.monotonic())
    await first.spool.drain()
    before = [(row.id, row.expires) for row in await stored(database)]
    async with database.begin() as uow:
        await first.registrar.apply(uow, records)
    assert [(row.id, row.expires) for row in await stored(database)] == before
    assert len(before) == 1


async def test_more_bindings_than_one_statement_can_delete(
    live: Callable[[], Process], people: Identity, acme: Tenant, database: Database, clock: ManualClock
) -> None:
    first = live()
    made = await people.extensions.create(acme.id, NewExtension("2000", "Hall"))
    device = device_of(people.directory, made)
    for number in range(1200):
        fake = replace(device, device_id=f"d{number}")
        first.registrar.register(fake, register(f"sip:1001@192.0.2.77:{number + 1}"), UDP, clock.monotonic())
    await first.spool.drain()
    assert len(await stored(database)) == 1200
    first.registrar.remove_extension(made.extension.id, clock.monotonic())
    await first.spool.drain()
    assert await stored(database) == []


def test_repr_of_a_binding_has_no_personal_data() -> None:
    binding = Binding(
        "b", "t", "e", "d", 1.0, 1, "call-77@phone", "sip:1001@192.0.2.77:5066", UDP, user_agent="SnomD785"
    )
    for secret in SECRETS:
        assert secret.decode() not in repr(binding)
