"""Tenants, users, roles and initial setup."""

import asyncio
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from failing import fail_first
from fake_notifier import FakeAccountNotifier
from sqlalchemy.ext.asyncio import AsyncSession

from unificx.cluster import EventBus
from unificx.cluster.local import LocalCounters, LocalOneTimeStore
from unificx.core.clock import ManualClock
from unificx.core.errors import Conflict, Forbidden, Invalid, NotFound, Unauthenticated
from unificx.db import Outbox, UnitOfWork
from unificx.identity import (
    AccountSuspended,
    Action,
    Identity,
    NewApiKey,
    NewCustomRole,
    NewDevice,
    NewExtension,
    NewPerson,
    NewSuspension,
    NewTenant,
    OrganisationSignUp,
    PersonChange,
    Principal,
    Role,
    SignedIn,
    SignInContext,
    SignUpForm,
    Source,
    Tenant,
    TenantChange,
)
from unificx.identity.api_keys import MAX_DAYS
from unificx.identity.closings import MAX_GRACE_DAYS
from unificx.identity.custom_roles import MAX_ROLE_NAME
from unificx.identity.events import (
    DeviceRevoked,
    ExtensionDeleted,
    PersonClosed,
    PersonResumed,
    PersonSuspended,
    TenantCreated,
    TenantDeleted,
    TenantResumed,
    TenantSuspended,
)
from unificx.identity.repository import links, suspensions
from unificx.identity.suspension_schemas import MAX_TEXT
from unificx.identity.terms import TERMS_VERSION, policy_version
from unificx.privacy import DataSubject, KeyStore
from unificx.server.closed_tenants import ClosedTenants

HOME = SignInContext(Source("203.0.113.1", "Browser/1"))
PASSWORD = "correct horse battery"
ADA = NewPerson("Ada Example", "ada@acme.example", password=PASSWORD)


def record_events(bus: EventBus, *kinds: type) -> list:
    events: list = []
    for kind in kinds:
        bus.subscribe(kind, events.append)
    return events


@pytest.mark.promise("S2")
async def test_tenant_has_its_own_domain(people: Identity, bus: EventBus) -> None:
    events = record_events(bus, TenantCreated)
    tenant = await people.tenants.create(NewTenant("acme", "Acme Ltd", "PBX.Acme.example"))
    assert tenant.domain == "pbx.acme.example"
    assert await people.tenants.get("acme") == await people.tenants.get(tenant.id) == tenant
    assert people.directory.tenant_by_domain("pbx.ACME.example") == tenant
    assert people.directory.tenant_by_domain("other.example") is None
    assert [event.tenant for event in events] == [tenant.id]
    with pytest.raises(NotFound):
        await people.tenants.get("nobody")


async def test_default_tenant_is_the_oldest_active_one_with_devices(people: Identity) -> None:
    await people.initial_setup.create_operator()
    assert people.directory.default_tenant() is None
    first = await people.tenants.create(NewTenant("first", "First", "first.example"))
    second = await people.tenants.create(NewTenant("second", "Second", "second.example"))
    assert people.directory.default_tenant() == first
    await people.tenants.update(first.id, TenantChange(state="suspended"))
    assert people.directory.default_tenant() == second
    await people.tenants.delete(second.id)
    assert people.directory.default_tenant() is None
    page = await people.tenants.page(limit=1)
    assert [one.slug for one in page.items] == ["operator"]
    assert [one.slug for one in (await people.tenants.page(page.next)).items] == ["first"]


@pytest.mark.promise("U3", "U9")
async def test_suspending_a_tenant_ends_every_session_and_publishes_events(
    people: Identity, acme: Tenant, bus: EventBus
) -> None:
    await people.users.create(acme.id, ADA)
    signed_in = await people.sign_in.by_password("ada@acme.example", PASSWORD, HOME)
    events = record_events(bus, TenantSuspended, TenantResumed)
    await people.tenants.update(acme.id, TenantChange(state="suspended"))
    with pytest.raises(Unauthenticated):
        await people.sessions.authenticate(signed_in.token)
    with pytest.raises(AccountSuspended):
        await people.sign_in.by_password("ada@acme.example", PASSWORD, HOME)
    renamed = await people.tenants.update(acme.id, TenantChange(name="Acme plc", state="active"))
    assert renamed.name == "Acme plc"
    with pytest.raises(Unauthenticated):
        await people.sessions.authenticate(signed_in.token)
    assert await people.sign_in.by_password("ada@acme.example", PASSWORD, HOME)
    assert [type(event) for event in events] == [TenantSuspended, TenantResumed]


@pytest.mark.promise("R4")
async def test_deleting_a_tenant_removes_its_data_and_leaves_its_keys_to_the_erasure(
    people: Identity,
    acme: Tenant,
    globex: Tenant,
    bus: EventBus,
    keys: KeyStore,
    open_people: Callable[[], Identity],
) -> None:
    made = await people.extensions.create(acme.id, NewExtension("1001", "Ada Example", "ada@acme.example"))
    other = await people.extensions.create(globex.id, NewExtension("1001", "Gus Example", "gus@globex.example"))
    events = record_events(bus, TenantDeleted)
    await people.tenants.delete(acme.id)
    assert [event.tenant for event in events] == [acme.id]
    assert not keys.is_destroyed(acme.id, made.extension.subject), "only once the journal has it, on that event"
    again = open_people()
    await again.start()
    for directory in (people.directory, again.directory):
        assert directory.person_subject(made.extension.person_id or "") is None
        assert directory.person_subject(other.extension.person_id or "") == other.extension.subject
        assert directory.tenant_by_domain(acme.domain) is None
        assert directory.device_by_username(made.login.username) is None
        assert directory.extension(acme.id, "1001") is None
        assert directory.extension(globex.id, "1001") == other.extension
    with pytest.raises(NotFound):
        await people.tenants.delete(acme.id)
    recreated = await people.tenants.create(NewTenant("acme", "Acme Ltd", "pbx.acme.example"))
    await people.users.create(recreated.id, ADA)


@pytest.mark.promise("U3")
async def test_user_is_invited_until_a_password_is_set(people: Identity, acme: Tenant) -> None:
    person = await people.users.create(acme.id, replace(ADA, password=None))
    assert person.state == "invited"
    with pytest.raises(Unauthenticated):
        await people.sign_in.by_password("ada@acme.example", "", HOME)
    await people.passwords.set(acme.id, person.id, PASSWORD)
    assert (await people.users.get(acme.id, person.id)).state == "active"
    assert (await people.sign_in.by_password("Ada@ACME.example ", PASSWORD, HOME)).principal.person_id == person.id


async def test_address_has_one_account_per_tenant(people: Identity, acme: Tenant, globex: Tenant) -> None:
    ada = await people.users.create(acme.id, ADA)
    with pytest.raises(Conflict):
        await people.users.create(acme.id, replace(ADA, email="ADA@acme.example"))
    ben = await people.users.create(acme.id, NewPerson("Ben", "ben@acme.example"))
    with pytest.raises(Conflict):
        await people.users.update(acme.id, ben.id, PersonChange(email="ada@acme.example"))
    elsewhere = await people.users.create(globex.id, replace(ADA, password="another password"))
    assert elsewhere.subject != ada.subject
    first = await people.sign_in.by_password("ada@acme.example", PASSWORD, HOME)
    assert first.principal.tenant_id == acme.id
    with pytest.raises(Unauthenticated):
        await people.sign_in.by_password("ada@acme.example", "another password", HOME)
    second = await people.sign_in.by_password("ada@acme.example", "another password", HOME, globex.id)
    assert second.principal.tenant_id == globex.id


@pytest.mark.promise("D2")
async def test_changed_name_and_address_apply_everywhere(people: Identity, acme: Tenant) -> None:
    made = await people.extensions.create(acme.id, NewExtension("1001", "Ada Exmaple", "ada@acme.example"))
    desk = await people.extensions.create(acme.id, NewExtension("1002", "Front desk", "ada@acme.example"))
    person_id = made.extension.person_id or ""
    changed = await people.users.update(
        acme.id, person_id, PersonChange(name="Ada Example", email="ada.example@acme.example")
    )
    assert changed == await people.users.get(acme.id, person_id)
    assert (changed.name, changed.email) == ("Ada Example", "ada.example@acme.example")
    for extension_id, name in ((made.extension.id, "Ada Example"), (desk.extension.id, "Front desk")):
        known = people.directory.extension_by_id(extension_id)
        assert known is not None
        assert known.name == name
        assert known == await people.extensions.get(acme.id, extension_id)
    await people.passwords.set(acme.id, person_id, PASSWORD)
    assert await people.sign_in.by_password("ada.example@acme.example", PASSWORD, HOME)
    with pytest.raises(Unauthenticated):
        await people.sign_in.by_password("ada@acme.example", PASSWORD, HOME)
    await people.users.create(acme.id, ADA)


@pytest.mark.promise("D2")
async def test_address_of_a_rolled_back_change_stays_free(
    people: Identity, acme: Tenant, monkeypatch: pytest.MonkeyPatch
) -> None:
    ada = await people.users.create(acme.id, ADA)
    with monkeypatch.context() as broken:
        broken.setattr(links, "delete_for_person", fails)
        with pytest.raises(OSError, match="unavailable"):
            await people.users.update(acme.id, ada.id, PersonChange(email="ben@acme.example"))
    with pytest.raises(Unauthenticated):
        await people.sign_in.by_password("ben@acme.example", PASSWORD, HOME)
    assert (await people.sign_in.by_password("ada@acme.example", PASSWORD, HOME)).principal.person_id == ada.id
    ben = await people.users.create(acme.id, NewPerson("Ben", "ben@acme.example", password="another password"))
    made = await people.extensions.create(acme.id, NewExtension("1001", "Ben", "Ben@acme.example"))
    assert made.extension.person_id == ben.id
    assert (
        await people.sign_in.by_password("ben@acme.example", "another password", HOME)
    ).principal.person_id == ben.id


async def fails(*args: object) -> None:
    raise OSError(f"unavailable: {len(args)}")


@pytest.mark.promise("U9", "U3")
async def test_suspended_user_is_signed_out_and_can_be_resumed(people: Identity, acme: Tenant, bus: EventBus) -> None:
    person = await people.users.create(acme.id, ADA)
    signed_in = await people.sign_in.by_password(ADA.email, PASSWORD, HOME)
    events = record_events(bus, PersonSuspended, PersonResumed)
    await people.users.update(acme.id, person.id, PersonChange(state="suspended"))
    with pytest.raises(Unauthenticated):
        await people.sessions.authenticate(signed_in.token)
    with pytest.raises(AccountSuspended):
        await people.sign_in.by_password(ADA.email, PASSWORD, HOME)
    with pytest.raises(Unauthenticated):
        await people.sign_in.by_password(ADA.email, "not the password", HOME)
    await people.users.update(acme.id, person.id, PersonChange(state="active"))
    assert await people.sign_in.by_password(ADA.email, PASSWORD, HOME)
    assert [type(event) for event in events] == [PersonSuspended, PersonResumed]


@pytest.mark.promise("U3", "D3")
async def test_closing_an_account_deletes_extensions_devices_and_sessions(
    people: Identity, acme: Tenant, bus: EventBus
) -> None:
    made = await people.extensions.create(acme.id, NewExtension("1001", "Ada Example", ADA.email))
    second = await people.devices.create(acme.id, NewDevice(made.extension.id, "Kitchen"))
    person_id = made.extension.person_id or ""
    await people.passwords.set(acme.id, person_id, PASSWORD)
    signed_in = await people.sign_in.by_password(ADA.email, PASSWORD, HOME)
    events = record_events(bus, DeviceRevoked, ExtensionDeleted, PersonClosed)
    await people.users.close(acme.id, person_id)
    assert [type(event) for event in events] == [DeviceRevoked, DeviceRevoked, ExtensionDeleted, PersonClosed]
    assert events[-1].subject == made.extension.subject
    assert people.directory.device_by_username(made.login.username) is None
    assert people.directory.device_by_username(second.login.username) is None
    assert people.directory.person_subject(person_id) is None
    with pytest.raises(Unauthenticated):
        await people.sessions.authenticate(signed_in.token)
    with pytest.raises(Unauthenticated):
        await people.sign_in.by_password(ADA.email, PASSWORD, HOME)
    with pytest.raises(NotFound):
        await people.users.get(acme.id, person_id)
    assert not (await people.users.page(acme.id)).items
    successor = await people.users.create(acme.id, ADA)
    assert successor.subject != made.extension.subject


async def test_events_of_a_change_reach_the_outbox(people: Identity, acme: Tenant, outbox: Outbox) -> None:
    events: list[PersonClosed] = []

    async def handle(event: PersonClosed, uow: UnitOfWork) -> None:
        events.append(event)

    outbox.subscribe(PersonClosed, handle)
    person = await people.users.create(acme.id, ADA)
    await people.users.close(acme.id, person.id)
    await outbox.deliver()
    assert [event.person_id for event in events] == [person.id]


@pytest.mark.promise("T3")
async def test_operators_belong_to_their_tenant_and_the_last_one_is_kept(people: Identity, acme: Tenant) -> None:
    first = await people.initial_setup.create_operator()
    assert first is not None
    operator = await people.tenants.get("operator")
    with pytest.raises(Invalid):
        await people.users.create(acme.id, replace(ADA, role=Role.OPERATOR))
    user = await people.users.create(acme.id, ADA)
    with pytest.raises(Invalid):
        await people.users.update(acme.id, user.id, PersonChange(role=Role.OPERATOR))
    for attempt in (
        people.users.close(operator.id, first.person_id),
        people.users.update(operator.id, first.person_id, PersonChange(role=Role.USER)),
        people.users.update(operator.id, first.person_id, PersonChange(state="suspended")),
        people.tenants.update(operator.id, TenantChange(state="suspended")),
        people.tenants.delete(operator.id),
    ):
        with pytest.raises(Conflict):
            await attempt
    other = NewPerson("Otto", "otto@operator.example", Role.OPERATOR, PASSWORD)
    await people.users.create(operator.id, other)
    await people.users.close(operator.id, first.person_id)


async def test_first_start_creates_one_operator_once(people: Identity, open_people: Callable[[], Identity]) -> None:
    first = await people.initial_setup.create_operator()
    assert first is not None
    assert await people.initial_setup.create_operator() is None
    signed_in = await people.sign_in.by_password(first.email, first.password, HOME)
    assert signed_in.principal.role is Role.OPERATOR
    assert signed_in.must_change
    again = open_people()
    await again.start()
    assert await again.initial_setup.create_operator() is None
    assert first.password not in repr(first)


async def test_demo_tenant_has_four_extensions(people: Identity) -> None:
    demo = await people.initial_setup.create_demo_tenant()
    assert demo is not None
    assert (demo.tenant.slug, demo.tenant.domain) == ("demo", "demo.example")
    assert sorted(demo.logins) == ["1001", "1002", "1003", "1004"]
    for number, login in demo.logins.items():
        device = people.directory.device_by_username(login.username)
        assert device is not None
        extension = people.directory.extension_by_id(device.extension_id)
        assert extension is not None
        assert extension.number == number
    assert await people.initial_setup.create_demo_tenant() is None


async def test_alias_without_an_account_is_harmless(people: Identity, acme: Tenant, keys: KeyStore, clock) -> None:
    """The process may crash between binding an address and the commit."""
    for scope in (acme.id, "installation"):
        keys.bind(scope, "email", ADA.email, "a subject without an account")
    person = await people.users.create(acme.id, ADA)
    assert (await people.sign_in.by_password(ADA.email, PASSWORD, HOME)).principal.person_id == person.id


async def test_concurrent_change_is_a_conflict_without_personal_values(
    people: Identity, acme: Tenant, open_people: Callable[[], Identity]
) -> None:
    other = open_people()
    await other.start()
    await other.extensions.create(acme.id, NewExtension("1001", "Ada"))
    with pytest.raises(Conflict) as refused:
        await people.extensions.create(acme.id, NewExtension("1001", "Ben", "ben@acme.example"))
    assert refused.value.__cause__ is None
    assert not (await people.users.page(acme.id)).items
    assert people.directory.extension(acme.id, "1001") is None
    await people.extensions.create(acme.id, NewExtension("1002", "Ben", "ben@acme.example"))


async def test_tenant_has_language_and_time_zone(people: Identity) -> None:
    acme = await people.tenants.create(NewTenant("acme", "Acme", "acme.example"))
    assert (acme.language, acme.time_zone) == ("en", "")
    assert people.directory.time_zone(acme.id) is None
    changed = await people.tenants.update(acme.id, TenantChange(language="de", time_zone="Europe/Berlin"))
    assert (changed.language, changed.time_zone) == ("de", "Europe/Berlin")
    assert str(people.directory.time_zone(acme.id)) == "Europe/Berlin"
    for invalid in ("Mars/Olympus", "../../etc/passwd", "/etc/localtime", "Europe", "x" * 60, "\0"):
        with pytest.raises(Invalid, match="time zone"):
            await people.tenants.update(acme.id, TenantChange(time_zone=invalid))


async def test_user_may_choose_another_language(people: Identity, open_people: Callable[[], Identity]) -> None:
    acme = await people.tenants.create(NewTenant("acme", "Acme", "acme.example", language="de"))
    ada = await people.users.create(acme.id, ADA)
    assert people.directory.language(acme.id, ada.id) == people.directory.language(acme.id) == "de"
    assert (await people.users.update(acme.id, ada.id, PersonChange(language="en"))).language == "en"
    assert people.directory.language(acme.id, ada.id) == "en"
    later = open_people()
    await later.start()
    assert (later.directory.language(acme.id, ada.id), later.directory.language(acme.id)) == ("en", "de")
    assert (await people.users.update(acme.id, ada.id, PersonChange(language=""))).language is None
    assert people.directory.language(acme.id, ada.id) == "de"


@pytest.mark.promise("T3")
async def test_an_identity_provider_and_roles_do_not_change_operators(people: Identity) -> None:
    first = await people.initial_setup.create_operator()
    operator = await people.tenants.get("operator")
    await people.users.create(operator.id, NewPerson("Otto", "otto@operator.example", Role.OPERATOR, PASSWORD))
    with pytest.raises(Forbidden):
        await people.provisioned.close(operator.id, first.person_id)
    assert (await people.users.get(operator.id, first.person_id)).state == "active"
    maker = Principal(first.person_id, operator.id, Role.OPERATOR)
    role = await people.roles.create(maker, operator.id, NewCustomRole("Reader", frozenset({Action.PEOPLE_READ})))
    with pytest.raises(Invalid) as refused:
        await people.roles.give(maker, operator.id, role.id, first.person_id)
    assert refused.value.field == "person_id"
    with pytest.raises(NotFound):
        await people.users.require_erasable(DataSubject(operator.id, "unknown", "unknown"))


@pytest.mark.parametrize(
    ("name", "permissions", "field"),
    [("r" * (MAX_ROLE_NAME + 1), {Action.PEOPLE_READ}, "name"), ("Reader", set[Action](), "permissions")],
)
async def test_faulty_roles_are_refused(
    people: Identity, acme: Tenant, name: str, permissions: set[Action], field: str
) -> None:
    maker = Principal("admin", acme.id, Role.TENANT_ADMIN)
    await people.roles.create(maker, acme.id, NewCustomRole("r" * MAX_ROLE_NAME, frozenset({Action.PEOPLE_READ})))
    with pytest.raises(Invalid) as refused:
        await people.roles.create(maker, acme.id, NewCustomRole(name, frozenset(permissions)))
    assert refused.value.field == field


@pytest.mark.parametrize(
    ("new", "field"),
    [
        (NewApiKey("Key", days=0), "days"),
        (NewApiKey("Key", days=MAX_DAYS + 1), "days"),
        (NewApiKey("Key", scopes=("calls:everything",)), "scopes"),
    ],
)
async def test_faulty_api_keys_are_refused(people: Identity, acme: Tenant, new: NewApiKey, field: str) -> None:
    ada = await people.users.create(acme.id, ADA)
    signed = await people.sign_in.by_password("ada@acme.example", PASSWORD, HOME)
    assert isinstance(signed, SignedIn)
    with pytest.raises(Invalid) as refused:
        await people.api_keys.create(signed.principal, acme.id, ada.id, new)
    assert refused.value.field == field
    assert await people.api_keys.keys_of(acme.id, ada.id) == []


async def test_faulty_suspensions_and_closings_are_refused(people: Identity, acme: Tenant) -> None:
    ada = await people.users.create(acme.id, ADA)
    for days in (0, MAX_GRACE_DAYS + 1):
        with pytest.raises(Invalid):
            await people.closings.close(acme.id, ada.id, days)
    with pytest.raises(Invalid) as refused:
        await people.suspensions.suspend(ada, NewSuspension(text="x" * (MAX_TEXT + 1)))
    assert refused.value.field == "text"
    assert (await people.users.get(acme.id, ada.id)).state == "active"
    assert people.directory.tenant(acme.id) == acme


async def test_of_two_last_administrators_that_a_provider_closes_at_once_one_stays(
    people: Identity, acme: Tenant
) -> None:
    made = [NewPerson(name, f"{name}@acme.example", Role.TENANT_ADMIN, PASSWORD) for name in ("ada", "bob")]
    both = [await people.users.create(acme.id, each) for each in made]
    closings = (people.provisioned.close(acme.id, each.id) for each in both)
    results = await asyncio.gather(*closings, return_exceptions=True)
    assert [type(each) for each in results] == [type(None), Conflict]
    assert await people.users.has_administrator(acme.id)


async def test_a_tenant_that_is_reopened_before_its_turn_is_not_erased(
    people: Identity, acme: Tenant, clock: ManualClock
) -> None:
    async def reopened(tenant_id: str) -> list[Any]:
        await people.closings.reopen(tenant_id)
        return []

    await people.closings.close(acme.id, "", 1)
    clock.advance(86_401)
    payments = SimpleNamespace(balance=reopened)
    container: Any = SimpleNamespace(clock=clock, identity=people, billing=SimpleNamespace(payments=payments))
    await ClosedTenants(container).erase_due()
    assert people.directory.tenant(acme.id) == acme


async def test_a_suspension_that_cannot_be_ended_does_not_keep_others_from_ending(
    people: Identity, acme: Tenant, clock: ManualClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    accounts = [await people.users.create(acme.id, NewPerson(name, f"{name}@acme.example")) for name in ("ada", "bob")]
    for each in accounts:
        await people.suspensions.suspend(each, NewSuspension(until=clock.now() + timedelta(minutes=1)))
    clock.advance(61)
    fail_first(monkeypatch, people.suspensions, "end")
    for left in (1, 0):
        await people.clean_up()
        states = [(await people.users.get(acme.id, each.id)).state for each in accounts]
        assert states.count("suspended") == left


@pytest.mark.promise("U9")
async def test_a_new_suspension_does_not_end_with_the_one_before(
    people: Identity, acme: Tenant, clock: ManualClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    ada, ended = await people.users.create(acme.id, ADA), suspensions.ended
    await people.suspensions.suspend(ada, NewSuspension(until=clock.now() + timedelta(minutes=1)))
    clock.advance(61)

    async def replaced_meanwhile(session: AsyncSession, now: datetime) -> list[tuple[str, str]]:
        found = await ended(session, now)
        await people.suspensions.resume(acme.id, ada.id)
        await people.suspensions.suspend(ada, NewSuspension("fraud"))
        return found

    monkeypatch.setattr(suspensions, "ended", replaced_meanwhile)
    await people.suspensions.end_expired()
    assert (await people.suspensions.require(acme.id, ada.id)).reason == "fraud"


@pytest.mark.promise("U9")
async def test_a_review_that_has_changed_meanwhile_is_not_changed(people: Identity, acme: Tenant) -> None:
    ada = await people.users.create(acme.id, ADA)
    suspension = await people.suspensions.suspend(ada, NewSuspension())
    async with people.store.transaction() as tx:
        await people.suspensions.set_review(tx, suspension, "open", "review 1")
    with pytest.raises(Conflict):
        async with people.store.transaction() as tx:
            await people.suspensions.set_review(tx, suspension, "open", "review 2")
    found = await people.suspensions.require(acme.id, ada.id)
    assert found.review_id == "review 1"


async def test_before_there_is_an_operator_no_organisation_signs_up(
    people: Identity, emails: FakeAccountNotifier, clock: ManualClock
) -> None:
    sign_up = OrganisationSignUp(people, LocalCounters(clock), LocalOneTimeStore(clock), emails)
    form = SignUpForm("Acme", "Ada", "ada@acme.example", TERMS_VERSION, policy_version())
    with pytest.raises(Invalid, match="no operator"):
        await sign_up.submit(form, str, "203.0.113.1")
    await people.initial_setup.create_operator()
    await sign_up.submit(form, str, "203.0.113.1")
    assert len(emails.sent) == 1
