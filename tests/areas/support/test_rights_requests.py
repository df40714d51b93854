"""Requests about personal data on both databases: entry, steps, reminders, erasure, deletion."""

import asyncio
import itertools
import json
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from failing import fail_first
from identity_factory import identity_on
from lock_waits import begin_within
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from tests.outside_numbers import in_germany
from unificx.cluster.local import LocalCounters, LocalOneTimeStore
from unificx.core.clock import ManualClock
from unificx.core.errors import Conflict, Expired, Forbidden, Invalid, NotFound
from unificx.db import Database, Outbox, UnitOfWork
from unificx.identity import Identity, NewPerson, NewSuspension, NewTenant, Person, Role, SuspendedAccount
from unificx.identity.events import TenantDeleted
from unificx.privacy import DataSubject, KeyStore
from unificx.support.rights import (
    BreachChange,
    Breaches,
    DisclosedData,
    Disclosures,
    NewDisclosure,
    NewRequest,
    OutsideRequests,
    RequestFilter,
    RequestMessages,
    RequestWork,
    RightsDependencies,
    RightsRequest,
    RightsRequests,
    breaches,
    repository,
    request_holding,
    service,
)
from unificx.support.rights.events import BreachNoticeDue

MARCH = DisclosedData(("calls",), datetime(2026, 3, 1, tzinfo=UTC), datetime(2026, 4, 1, tzinfo=UTC))


class FakeNotifier:
    can_send = True

    def __init__(self) -> None:
        self.alerts: list[str] = []
        self.sent: list[tuple[str, str]] = []
        self.warned: list[tuple[str, str]] = []

    async def alert_administrators(
        self, tenant_id: str, detail: str, *, without: str = "", uow: UnitOfWork | None = None
    ) -> None:
        self.alerts.append(f"{tenant_id}: {detail}")

    async def send(self, request: RightsRequest, kind: str, detail: str, uow: UnitOfWork | None = None) -> None:
        self.sent.append((kind, detail))

    async def warn(self, person: Person, detail: str, uow: UnitOfWork) -> None:
        uow.after_commit.append(lambda: self.warned.append((person.name, detail)))


Setup = tuple[RightsRequests, FakeNotifier, Identity, Person]


@pytest.fixture
async def setup(database: Database, keys: KeyStore, clock: ManualClock) -> Any:
    identity = identity_on(database, keys, clock)
    await identity.start()
    tenant = await identity.tenants.create(NewTenant("acme", "Acme", "acme.example"))
    await identity.people.create(tenant.id, NewPerson("Root", "root@acme.example", Role.TENANT_ADMIN))
    ada = (await identity.people.create(tenant.id, NewPerson("Ada", "ada@acme.example"))).person
    counters, one_time, notifier = LocalCounters(clock), LocalOneTimeStore(clock), FakeNotifier()
    requests = RightsRequests(
        RightsDependencies(database, keys, in_germany(keys), identity, counters, one_time, notifier)
    )
    yield requests, notifier, identity, ada
    await identity.join_background_tasks()


@pytest.mark.promise("U6", "D2")
@pytest.mark.promise("D1")
async def test_a_request_is_answered_within_its_time_limit(setup: Setup, database: Database) -> None:
    requests, notifier, _, ada = setup
    sent = await requests.submit_own(ada.tenant_id, ada.id, "correction", " My name is Ada L. ")
    assert (sent.state, sent.proof, sent.text, sent.about) == ("proved", "account", "My name is Ada L.", ada.subject)
    assert sent.due.date().isoformat() == "2026-02-06", "received on 5 January, to the end of 5 February"
    assert notifier.alerts == [f"{ada.tenant_id}: correction, 2026-02-05"]
    await requests.take(ada.tenant_id, sent.id, "begin", "", "root")
    extended = await requests.take(ada.tenant_id, sent.id, "extend", "many copies", "root")
    assert extended.due == sent.extendable
    with pytest.raises(Conflict):
        await requests.take(ada.tenant_id, sent.id, "extend", "again", "root")
    await requests.take(ada.tenant_id, sent.id, "answer", "It is changed.", "root")
    assert notifier.sent == [("request_answer", "many copies"), ("request_answer", "It is changed.")]
    found = await requests.get(ada.tenant_id, sent.id)
    assert [(each.step, each.by, each.note) for each in found.steps] == [
        ("receive", ada.id, ""),
        ("begin", "root", ""),
        ("extend", "root", "many copies"),
        ("answer", "root", "It is changed."),
    ]
    [own] = await requests.own(ada.tenant_id, ada.id)
    assert (own.state, own.answer) == ("answered", "It is changed.")
    assert [each.id for each in (await requests.page(ada.tenant_id, RequestFilter(closed=True))).items] == [sent.id]
    assert (await requests.page(ada.tenant_id)).items == ()
    async with database.read() as session:
        stored = [
            *(await session.execute(text("SELECT * FROM rights_request"))),
            *(await session.execute(text("SELECT * FROM rights_step"))),
        ]
    for secret in (b"Ada", b"many copies", b"changed"):
        assert secret not in repr([tuple(row) for row in stored]).encode()


async def test_requests_of_others_are_not_found(setup: Setup) -> None:
    requests, _, identity, ada = setup
    other = await identity.tenants.create(NewTenant("globex", "Globex", "globex.example"))
    sent = await requests.submit_own(ada.tenant_id, ada.id, "access", "")
    for attempt in (
        requests.get(other.id, sent.id),
        requests.take(other.id, sent.id, "begin", "", "x"),
        requests.enter(other.id, NewRequest("minor", "", person_id=ada.id), "x"),
    ):
        with pytest.raises(NotFound):
            await attempt
    assert (await requests.page(other.id)).items == ()
    assert (await requests.get(ada.tenant_id, sent.id)).request.state == "proved"


@pytest.mark.promise("K3")
async def test_a_reported_minor_is_suspended_at_once_and_erased_after_review(setup: Setup, keys: KeyStore) -> None:
    requests, _, identity, ada = setup
    with pytest.raises(Invalid):
        await requests.enter(ada.tenant_id, NewRequest("minor", "is 15"), "root")
    report = await requests.enter(ada.tenant_id, NewRequest("minor", "is 15", person_id=ada.id), "root")
    assert (await identity.users.get(ada.tenant_id, ada.id)).state == "suspended"
    with pytest.raises(Conflict):
        await requests.take(ada.tenant_id, report.id, "answer", "erased", "root")
    assert (await requests.get(ada.tenant_id, report.id)).request.state == "proved"
    keys.destroy(ada.tenant_id, ada.subject)
    assert (await requests.take(ada.tenant_id, report.id, "answer", "erased", "root")).state == "answered"


async def test_a_wrong_report_of_a_minor_is_refused_and_gives_the_account_back(setup: Setup) -> None:
    requests, _, identity, ada = setup
    report = await requests.submit_own(ada.tenant_id, ada.id, "minor", "")
    assert (await identity.users.get(ada.tenant_id, ada.id)).state == "suspended"
    await requests.take(ada.tenant_id, report.id, "refuse", "is 20", "root")
    assert (await identity.users.get(ada.tenant_id, ada.id)).state != "suspended"


@pytest.mark.promise("D3")
async def test_a_deletion_is_answered_once_the_number_is_erased(setup: Setup, keys: KeyStore) -> None:
    requests, _, _, ada = setup
    subject = keys.find_or_create(ada.tenant_id, "number", "+49301234567")
    entered = await requests.enter(ada.tenant_id, NewRequest("deletion", "", number="+49301234567"), "root")
    assert (entered.state, entered.about) == ("received", subject)
    await requests.take(ada.tenant_id, entered.id, "prove", "called back", "root")
    with pytest.raises(Conflict):
        await requests.take(ada.tenant_id, entered.id, "answer", "done", "root")
    keys.destroy(ada.tenant_id, subject)
    assert (await requests.take(ada.tenant_id, entered.id, "answer", "done", "root")).state == "answered"
    unknown = await requests.enter(ada.tenant_id, NewRequest("deletion", "", number="+49309999999"), "root")
    await requests.take(ada.tenant_id, unknown.id, "prove", "", "root")
    assert (await requests.take(ada.tenant_id, unknown.id, "answer", "nothing held", "root")).state == "answered"


@pytest.mark.promise("U6")
async def test_administrators_are_reminded_before_the_time_limit(setup: Setup, clock: ManualClock) -> None:
    requests, notifier, _, ada = setup
    sent = await requests.submit_own(ada.tenant_id, ada.id, "access", "")
    await requests.enter(ada.tenant_id, NewRequest("access", "not proved"), "root")
    notifier.alerts.clear()
    await requests.remind()
    assert notifier.alerts == []
    clock.at = sent.due - timedelta(days=6)
    for _ in range(2):
        await requests.remind()
    assert len(notifier.alerts) == 1
    clock.advance(86_401)
    await requests.remind()
    assert notifier.alerts == [f"{ada.tenant_id}: access, 2026-02-05"] * 2
    clock.at = sent.due
    assert (await requests.get(ada.tenant_id, sent.id)).request.overdue(clock.now())


@pytest.mark.promise("R3")
async def test_an_erasure_removes_closed_requests_and_names_open_ones(
    setup: Setup, database: Database, keys: KeyStore
) -> None:
    requests, _, _, ada = setup
    closed = await requests.submit_own(ada.tenant_id, ada.id, "access", "old")
    waiting = await requests.submit_own(ada.tenant_id, ada.id, "deletion", "erase me")
    for each in (closed, waiting):
        await RequestWork(requests).add_note(ada.tenant_id, each.id, "Ask the works council", "root")
    await requests.take(ada.tenant_id, closed.id, "answer", "sent", "root")
    holding, owner = request_holding(database, requests.retention), DataSubject(ada.tenant_id, ada.subject, ada.id)
    assert await holding.find(owner) == {
        "texts of closed requests": 1,
        "open requests": 1,
        "disclosures to authorities": 0,
    }
    for _ in range(2):
        await holding.erase(owner)
    assert await holding.remains(owner) == {
        "texts of closed requests": 0,
        "open requests": 0,
        "disclosures to authorities": 0,
    }
    assert keys.is_destroyed(ada.tenant_id, closed.subject)
    found = await requests.get(ada.tenant_id, closed.id)
    assert (found.request.text, found.request.answer, found.steps[1].note) == ("", "", "")
    assert (await requests.get(ada.tenant_id, waiting.id)).request.text == "erase me"
    async with database.read() as session:
        remaining = (await session.execute(text("SELECT request_id FROM rights_note"))).scalars().all()
    assert remaining == [waiting.id], "the rows go, not only the key"


@pytest.mark.promise("R1")
async def test_requests_are_deleted_three_years_after_the_answer(
    setup: Setup, clock: ManualClock, keys: KeyStore
) -> None:
    requests, _, _, ada = setup
    sent = await requests.submit_own(ada.tenant_id, ada.id, "access", "")
    await requests.take(ada.tenant_id, sent.id, "answer", "sent", "root")
    clock.advance(timedelta(days=3 * 365).total_seconds())
    await requests.retention.delete_expired()
    assert len((await requests.page(ada.tenant_id, RequestFilter(closed=True))).items) == 1
    clock.advance(timedelta(days=2).total_seconds())
    await requests.retention.delete_expired()
    assert (await requests.page(ada.tenant_id, RequestFilter(closed=True))).items == ()
    assert keys.is_destroyed(ada.tenant_id, sent.subject)


@pytest.mark.parametrize("moment", ["unproved", "save"])
async def test_a_request_that_is_proved_while_unproved_ones_are_deleted_stays(
    setup: Setup, clock: ManualClock, monkeypatch: pytest.MonkeyPatch, moment: str
) -> None:
    requests, _, _, ada = setup
    new = NewRequest("access", "", name="Cleo", email="cleo@example.org")
    proved, _ = [await requests.enter_public(ada.tenant_id, new) for _ in range(2)]
    clock.advance(timedelta(days=30, seconds=1).total_seconds())
    work, deleting = getattr(repository, moment), list[asyncio.Future[None]]()

    async def prove_then(*positional: Any) -> Any:
        """Prove the request once it is listed, or delete while its proof is stored."""
        if moment == "save":
            deleting.append(await begin_within(positional[0], requests.retention.delete_expired()))
            return await work(*positional)
        listed = await work(*positional)
        await requests.prove_email(ada.tenant_id, proved.id)
        return listed

    monkeypatch.setattr(repository, moment, prove_then)
    if moment == "save":
        await requests.prove_email(ada.tenant_id, proved.id)
        await deleting[0]
    else:
        await requests.retention.delete_expired()
    assert [each.id for each in (await requests.page(ada.tenant_id)).items] == [proved.id]
    assert len((await requests.get(ada.tenant_id, proved.id)).steps) == 2


async def test_a_request_that_cannot_be_deleted_stops_no_other(
    setup: Setup, clock: ManualClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    requests, _, _, ada = setup
    for _ in range(2):
        sent = await requests.submit_own(ada.tenant_id, ada.id, "access", "")
        await requests.take(ada.tenant_id, sent.id, "answer", "sent", "root")
    clock.advance(timedelta(days=3 * 365 + 2).total_seconds())
    fail_first(monkeypatch, repository, "delete_request")
    for left in (1, 0):
        await requests.retention.delete_expired()
        assert len((await requests.page(ada.tenant_id, RequestFilter(closed=True))).items) == left


async def test_administrators_that_cannot_be_reminded_stop_no_reminder_of_others(
    setup: Setup, clock: ManualClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    requests, notifier, identity, ada = setup
    await identity.tenants.create(NewTenant("globex", "Globex", "globex.example"))
    tenants = {ada.tenant_id, next(each.id for each in identity.directory.tenants() if each.id != ada.tenant_id)}
    for tenant_id in tenants:
        entered = await requests.enter(tenant_id, NewRequest("access", "", number="+49301234567"), "root")
        await requests.take(tenant_id, entered.id, "prove", "called back", "root")
        clock.at = entered.due - timedelta(days=6)
    notifier.alerts.clear()
    fail_first(monkeypatch, notifier, "alert_administrators")
    for count in (1, 2):
        await requests.remind()
        assert len(notifier.alerts) == count
    assert {each.partition(":")[0] for each in notifier.alerts} == tenants


async def test_requests_end_with_their_tenant(setup: Setup, database: Database) -> None:
    requests, _, _, ada = setup
    await requests.submit_own(ada.tenant_id, ada.id, "access", "")
    async with database.begin() as uow:
        await requests.retention.on_tenant_deleted(TenantDeleted("event", ada.tenant_id), uow)
    async with database.read() as session:
        assert await session.scalar(text("SELECT count(*) FROM rights_request")) == 0
        assert await session.scalar(text("SELECT count(*) FROM rights_step")) == 0


async def test_a_user_has_at_most_twenty_open_requests(setup: Setup) -> None:
    requests, _, _, ada = setup
    for _ in range(20):
        await requests.submit_own(ada.tenant_id, ada.id, "complaint", "again")
    with pytest.raises(Conflict):
        await requests.submit_own(ada.tenant_id, ada.id, "complaint", "again")


async def test_requests_at_the_same_time_do_not_exceed_the_limit(setup: Setup, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(service, "MAX_OPEN", 1)
    requests, _, _, ada = setup
    sent = (requests.submit_own(ada.tenant_id, ada.id, "complaint", "again") for _ in range(3))
    results = await asyncio.gather(*sent, return_exceptions=True)
    assert sorted(type(each).__name__ for each in results) == ["Conflict", "Conflict", "RightsRequest"]


async def test_texts_are_limited_and_bad_requests_refused_by_field(setup: Setup) -> None:
    requests, _, _, ada = setup
    tenant, work = ada.tenant_id, RequestWork(requests)
    sent = await requests.submit_own(tenant, ada.id, "access", "")
    outsiders, address = OutsideRequests(requests), "198.51.100.9"
    law = NewRequest("authority", "", name="Police", email="police@example.com")  # not on the public form
    for refused, field in (
        (requests.submit_own(tenant, ada.id, "access", "x" * 10_001), "text"),
        (requests.submit_own(tenant, ada.id, "access", "", topic="x" * 201), "topic"),
        (requests.submit_own(tenant, ada.id, "technical", "", attachment="x" * 65_537), "attachment"),
        (requests.take(tenant, sent.id, "refuse", "x" * 10_001, "root"), "note"),
        (requests.take(tenant, sent.id, "answer", "yes", "root", corrected_name="Eve"), "corrected_name"),
        (work.add_note(tenant, sent.id, " ", "root"), "text"),
        (work.add_note(tenant, sent.id, "x" * 5_001, "root"), "text"),
        (outsiders.submit(tenant, law, address), "kind"),
    ):
        with pytest.raises(Invalid) as fault:
            await refused
        assert fault.value.field == field
    assert [each.id for each in (await requests.page(tenant)).items] == [sent.id]
    assert await work.notes(tenant, sent.id) == ()
    assert (await requests.accounts.get(tenant, ada.id)).name == "Ada"
    correction = await requests.submit_own(tenant, ada.id, "correction", "")
    with pytest.raises(Invalid):
        await requests.take(tenant, correction.id, "refuse", "no", "root", corrected_name="Eve")
    assert (await requests.accounts.get(tenant, ada.id)).name == "Ada"


async def test_notes_and_messages_of_a_request_are_limited(setup: Setup, monkeypatch: pytest.MonkeyPatch) -> None:
    requests, _, _, ada = setup
    monkeypatch.setattr("unificx.support.rights.work.MAX_NOTES", 1)
    monkeypatch.setattr("unificx.support.rights.messages.MAX_STEPS", 2)
    work, messages = RequestWork(requests), RequestMessages(requests)
    sent = await requests.submit_own(ada.tenant_id, ada.id, "inquiry", "Hello")
    await work.add_note(ada.tenant_id, sent.id, "called", "root")
    await messages.write_own(ada.tenant_id, ada.id, sent.id, "again")
    for refused in (
        work.add_note(ada.tenant_id, sent.id, "called", "root"),
        messages.write_own(ada.tenant_id, ada.id, sent.id, "and again"),
    ):
        with pytest.raises(Conflict):
            await refused
    with pytest.raises(NotFound):
        await messages.write("globex", sent.id, "mine", by="")
    assert [each.step for each in (await requests.get(ada.tenant_id, sent.id)).steps] == ["receive", "message"]


@pytest.mark.promise("U6")
async def test_an_address_is_not_proved_for_a_request_that_is_closed(setup: Setup) -> None:
    requests, notifier, _, ada = setup
    new = NewRequest("deletion", "Forget me", name="Zoe", email="zoe@example.com")
    sent = await requests.enter_public(ada.tenant_id, new)
    await requests.take(ada.tenant_id, sent.id, "refuse", "spam", "root")
    with pytest.raises(Expired):
        await requests.prove_email(ada.tenant_id, sent.id)
    found = (await requests.get(ada.tenant_id, sent.id)).request
    assert (found.state, found.proof, notifier.alerts) == ("refused", "", [])


@pytest.mark.promise("U9")
async def test_a_review_needs_a_suspension_in_force_and_someone_to_decide(setup: Setup) -> None:
    requests, _, identity, ada = setup
    ended = SuspendedAccount(ada.tenant_id, ada.id, False, None, True)
    await identity.suspensions.suspend_tenant(ada.tenant_id, NewSuspension("payment"))
    whole = replace(ended, whole_tenant=True, suspension=await identity.suspensions.current(ada.tenant_id, ""))
    for account in (ended, whole):
        with pytest.raises(Conflict):
            await requests.reviews.ask(account, "It was a mistake.")
    with pytest.raises(Conflict):  # there is no operator who could approve a sign-up
        async with identity.store.transaction() as tx:
            await requests.reviews.request_approval(tx, identity.store.tenant(ada.tenant_id), ada)
    assert (await requests.page(ada.tenant_id)).items == ()


@pytest.mark.promise("U8")
@pytest.mark.promise("X2", whole=True)
async def test_a_disclosure_needs_two_people_and_is_shown_after_the_silent_time(
    setup: Setup, database: Database, clock: ManualClock
) -> None:
    """X2 as a whole: a request of an authority and what was disclosed for it are in the register, decided by two people,
    and the person concerned sees it once the authority's silent time is over. By HTTP, without a silent time:
    `test_two_administrators_disclose_and_the_person_sees_it`."""
    requests, _, identity, ada = setup
    tenant, register = ada.tenant_id, Disclosures(requests)
    other = await requests.enter(tenant, NewRequest("access", ""), "root")
    authority = NewRequest("authority", "call records of March", name="Court of Berlin", basis="section 100g StPO")
    request = await requests.enter(tenant, authority, "root")
    silent_until = clock.now() + timedelta(days=30)
    new = NewDisclosure(ada.id, "call records of March", MARCH, silent_until)
    for request_id, by, fault in ((other.id, "root", Conflict), (request.id, "", Forbidden), ("x", "root", NotFound)):
        with pytest.raises(fault):
            await register.propose(tenant, request_id, new, by)
    with pytest.raises(Invalid):
        await register.propose(tenant, request.id, NewDisclosure(ada.id, " ", MARCH), "root")
    since, until = MARCH.since, MARCH.until
    for wrong in (
        DisclosedData((), since, until),
        DisclosedData(("calls",)),
        DisclosedData(("calls", "account"), until, since),
        DisclosedData(("account",), since),
    ):
        with pytest.raises(Invalid):
            await register.propose(tenant, request.id, NewDisclosure(ada.id, "all", wrong), "root")
    proposed = await register.propose(tenant, request.id, new, "root")
    with pytest.raises(Forbidden):
        await register.decide(tenant, request.id, proposed.id, "root", approve=True)
    for statement in ("UPDATE disclosure SET decided_by = proposed_by", "UPDATE disclosure SET state = 'approved'"):
        with pytest.raises(IntegrityError):
            async with database.begin() as uow:
                await uow.session.execute(text(statement))
    assert await register.own(tenant, ada.id) == []
    with pytest.raises(Conflict):
        await register.approved_data(tenant, proposed.id)
    decided = await register.decide(tenant, request.id, proposed.id, "second", approve=True)
    assert (decided.state, decided.proposed_by, decided.decided_by) == ("approved", "root", "second")
    with pytest.raises(Conflict):
        await register.decide(tenant, request.id, proposed.id, "second", approve=False)
    assert await register.own(tenant, ada.id) == []
    assert await register.approved_data(tenant, proposed.id) == MARCH
    holding, owner = request_holding(database, requests.retention), DataSubject(tenant, ada.subject, ada.id)
    assert (await holding.find(owner))["disclosures to authorities"] == 0, "the plan of an erasure keeps silent too"
    clock.at = silent_until
    assert (await holding.find(owner))["disclosures to authorities"] == 1
    [shown] = await register.own(tenant, ada.id)
    assert (shown.authority, shown.scope) == ("Court of Berlin", "call records of March")
    assert await register.own(tenant, "another") == []
    globex = await identity.tenants.create(NewTenant("globex", "Globex", "globex.example"))
    with pytest.raises(NotFound):
        await register.decide(globex.id, request.id, proposed.id, "second", approve=True)
    for attempt in (register.approved_data(globex.id, proposed.id), register.find(globex.id, proposed.id)):
        with pytest.raises((Conflict, NotFound)):
            await attempt
    async with database.read() as session:
        stored = repr([tuple(row) for row in await session.execute(text("SELECT * FROM disclosure"))])
    assert "Berlin" not in stored


@pytest.mark.promise("U8")
async def test_a_disclosure_of_a_former_version_without_categories_leads_to_no_file(
    setup: Setup, database: Database
) -> None:
    requests, _, _, ada = setup
    register = Disclosures(requests)
    request = await requests.enter(ada.tenant_id, NewRequest("authority", "", name="Police"), "root")
    proposed = await register.propose(ada.tenant_id, request.id, NewDisclosure(ada.id, "name", MARCH), "root")
    await register.decide(ada.tenant_id, request.id, proposed.id, "second", approve=True)
    async with database.begin() as uow:
        await uow.session.execute(text("UPDATE disclosure SET categories = ''"))
    with pytest.raises(Conflict, match="no categories"):
        await register.approved_data(ada.tenant_id, proposed.id)


@pytest.mark.promise("U8")
async def test_rejected_disclosures_are_not_shown_and_small_counts_not_published(
    setup: Setup, clock: ManualClock
) -> None:
    requests, _, _, ada = setup
    register, start = Disclosures(requests), clock.now()
    request = await requests.enter(ada.tenant_id, NewRequest("authority", "", name="Police"), "root")
    proposed = await register.propose(ada.tenant_id, request.id, NewDisclosure(ada.id, "name", MARCH), "root")
    await register.decide(ada.tenant_id, request.id, proposed.id, "second", approve=False)
    assert await register.own(ada.tenant_id, ada.id) == []
    assert await register.counts(start) == {"authority": "fewer than 10", "disclosed": "0"}
    for _ in range(9):
        await requests.enter(ada.tenant_id, NewRequest("authority", "", name="Police"), "root")
    assert (await register.counts(start))["authority"] == "10"


@pytest.mark.promise("T4")
async def test_a_breach_is_recorded_with_72_hours_and_the_people_are_informed(setup: Setup, clock: ManualClock) -> None:
    requests, notifier, _, ada = setup
    register, found = Breaches(requests), clock.now() - timedelta(hours=2)
    request = await requests.enter(ada.tenant_id, NewRequest("breach", "A backup was stolen", found=found), "root")
    assert (request.state, request.received, request.due) == ("proved", found, found + timedelta(hours=72))
    await requests.remind()
    assert len(notifier.alerts) == 2, "at the entry, and at once, because it is due within a week"
    assert (await register.get(ada.tenant_id, request.id)).band == "unknown"
    with pytest.raises(Invalid):
        await register.change(ada.tenant_id, request.id, BreachChange(categories=("user.secret",)), "root")
    change = BreachChange(("user.name",), "1-9", True, clock.now())
    for _ in range(2):  # the second time is that of a sender who did not get the answer
        assert (await register.change(ada.tenant_id, request.id, change, "root")).authority_informed == clock.now()
    after = await register.change(ada.tenant_id, request.id, BreachChange(band="10-99"), "root")
    assert (after.categories, after.band, after.high_risk) == (("user.name",), "10-99", True)
    for people, text_, fault in (([ada.id], " ", Invalid), (["x"], "Change it", NotFound)):
        with pytest.raises(fault):
            await register.inform(ada.tenant_id, request.id, people, text_, "root")
    assert notifier.warned == []
    outbox = breach_outbox(requests, register)
    for _ in range(2):  # the second time is that of a sender who did not get the answer
        await register.inform(ada.tenant_id, request.id, [ada.id, ada.id], "Change your password", "root")
        await outbox.deliver()
    assert notifier.warned == [("Ada", "Change your password")]
    informed = await register.inform(ada.tenant_id, request.id, [], "All clear", "root")
    await outbox.deliver()
    assert (informed.informed, informed.people_informed) == (3, clock.now())
    assert {name for name, _ in notifier.warned[1:]} == {"Ada", "Root"}
    history = await requests.get(ada.tenant_id, request.id)
    assert [each.note for each in history.steps if each.step == "inform"] == ["Change your password", "All clear"]
    other = await requests.enter(ada.tenant_id, NewRequest("access", ""), "root")
    with pytest.raises(NotFound):
        await register.get(ada.tenant_id, other.id)
    await requests.take(ada.tenant_id, request.id, "answer", "reported", "root")
    with pytest.raises(Conflict):
        await register.inform(ada.tenant_id, request.id, [], "late", "root")
    await register.change(ada.tenant_id, request.id, BreachChange(authority_not_informed=True), "second")
    replaced = [
        {"categories": [], "band": "unknown", "high_risk": False, "authority_informed": None},
        {"band": "1-9"},
        {"authority_informed": clock.now().isoformat()},
    ]
    closed = await requests.get(ada.tenant_id, request.id)
    records = [(each.by, json.loads(each.note)) for each in closed.steps if each.step == "record"]
    assert records == [("root", replaced[0]), ("root", replaced[1]), ("second", replaced[2])]


def breach_outbox(requests: RightsRequests, register: Breaches) -> Outbox:
    database = requests.deps.database
    outbox = Outbox(database, lambda event: None, database.clock)
    outbox.subscribe(BreachNoticeDue, register.send_due, purpose="requests")
    return outbox


@pytest.mark.promise("T4")
async def test_a_notice_of_a_breach_is_sent_once_to_each_although_the_process_dies(
    setup: Setup, monkeypatch: pytest.MonkeyPatch
) -> None:
    requests, notifier, identity, ada = setup
    monkeypatch.setattr(breaches, "_BATCH", 2)
    for number in range(4):
        await identity.users.create(ada.tenant_id, NewPerson(f"Person {number}", f"p{number}@acme.example"))
    register = Breaches(requests)
    request = await requests.enter(ada.tenant_id, NewRequest("breach", "A backup was stolen"), "root")
    warn, calls = notifier.warn, itertools.count(1)

    async def dying(person: Person, detail: str, uow: UnitOfWork) -> None:
        await warn(person, detail, uow)
        if next(calls) % 3 == 0:
            raise KeyboardInterrupt

    monkeypatch.setattr(notifier, "warn", dying)
    await register.inform(ada.tenant_id, request.id, [], "Change your password", "root")
    for _ in range(9):
        with suppress(KeyboardInterrupt):
            await breach_outbox(requests, register).deliver()
    names = [name for name, _ in notifier.warned]
    assert sorted(names) == ["Ada", "Person 0", "Person 1", "Person 2", "Person 3", "Root"]
    assert next(calls) > len(names) + 1, "it died meanwhile"


async def test_a_conversation_has_time_limits_and_is_open_again_after_the_answer(
    setup: Setup, clock: ManualClock
) -> None:
    requests, notifier, _, ada = setup
    messages = RequestMessages(requests)
    sent = await requests.submit_own(
        ada.tenant_id, ada.id, "technical", "It hisses", topic=" No\nsound ", attachment="screen 1x1"
    )
    assert (sent.topic, sent.regime, sent.due.date().isoformat()) == ("No sound", "general", "2026-01-09")
    await requests.take(ada.tenant_id, sent.id, "reply", "Which phone?", "root")
    written = await messages.write_own(ada.tenant_id, ada.id, sent.id, "The desk phone")
    assert (written.request.state, written.request.due) == ("in_work", sent.due)
    await requests.take(ada.tenant_id, sent.id, "answer", "Change the cable.", "root")
    clock.advance(86_400 * 20)
    again = (await messages.write_own(ada.tenant_id, ada.id, sent.id, "It hisses again")).request
    assert (again.state, again.closed, again.due > clock.now()) == ("in_work", None, True)
    assert notifier.alerts[-1].endswith("technical, 2026-01-28")
    await requests.take(ada.tenant_id, sent.id, "answer", "A new phone is on its way.", "root")
    shown = await messages.own(ada.tenant_id, ada.id, sent.id)
    assert [(each.step, each.note) for each in shown.steps] == [
        ("receive", ""),
        ("attach", "screen 1x1"),
        ("reply", "Which phone?"),
        ("message", "The desk phone"),
        ("answer", "Change the cable."),
        ("message", "It hisses again"),
        ("answer", "A new phone is on its way."),
    ]
    assert [kind for kind, _ in notifier.sent] == ["request_answer"] * 3
    clock.advance(86_400 * 31)
    with pytest.raises(Conflict):
        await messages.write_own(ada.tenant_id, ada.id, sent.id, "Too late")


async def test_a_request_to_the_provider_ends_with_its_sender_and_with_their_organisation(
    setup: Setup, database: Database, keys: KeyStore
) -> None:
    requests, _, identity, ada = setup
    with pytest.raises(Invalid):  # there is no operator
        await requests.submit_own(ada.tenant_id, ada.id, "inquiry", "Hello", to="provider")
    operator = await identity.tenants.create(NewTenant("operator", "Operator", "operator.example"))
    bob = (await identity.people.create(ada.tenant_id, NewPerson("Bob", "bob@acme.example"))).person
    sent = [await requests.submit_own(ada.tenant_id, each.id, "inquiry", "Hi", to="provider") for each in (ada, bob)]
    assert {(each.tenant_id, each.home, each.about) for each in sent} == {
        (operator.id, ada.tenant_id, ada.subject),
        (operator.id, ada.tenant_id, bob.subject),
    }
    holding = request_holding(database, requests.retention)
    owner = DataSubject(ada.tenant_id, ada.subject, ada.id, ())
    exported = [[each async for each in records.read()] for records in holding.export(owner, keys)]
    assert [len(each) for each in exported[:2]] == [1, 1]
    await holding.erase(owner)
    assert set((await holding.remains(owner)).values()) == {0}
    assert (await requests.get(operator.id, sent[0].id)).request.text == ""
    assert (await requests.get(operator.id, sent[1].id)).request.text == "Hi"
    async with database.begin() as uow:
        await requests.retention.on_tenant_deleted(TenantDeleted("e", ada.tenant_id), uow)
    assert not (await requests.page(operator.id)).items


async def test_messages_of_others_are_refused(setup: Setup) -> None:
    requests, _, identity, ada = setup
    messages = RequestMessages(requests)
    bob = (await identity.people.create(ada.tenant_id, NewPerson("Bob", "bob@acme.example"))).person
    sent = await requests.submit_own(ada.tenant_id, ada.id, "inquiry", "Hello")
    proof = messages.proof(sent.id)
    assert (await messages.outside(proof.upper())).request.id == sent.id
    forged = proof[:-2] + ("b" if proof[-2] == "a" else "a") + proof[-1]
    for attempt in (messages.outside(forged), messages.write_outside(forged, "x"), messages.outside("1")):
        with pytest.raises(Expired):
            await attempt
    for attempt in (
        messages.own(ada.tenant_id, bob.id, sent.id),
        messages.write_own(ada.tenant_id, bob.id, sent.id, "x"),
        messages.write_own("other", ada.id, sent.id, "x"),
        messages.convert("other", sent.id, "deletion", "x"),
    ):
        with pytest.raises(NotFound):
            await attempt


@pytest.mark.promise("U6")
async def test_an_inquiry_becomes_a_deletion_with_the_time_limit_of_the_law(setup: Setup, clock: ManualClock) -> None:
    requests, _, _, ada = setup
    messages = RequestMessages(requests)
    sent = await requests.submit_own(ada.tenant_id, ada.id, "inquiry", "Please forget me")
    clock.advance(86_400)
    converted = await messages.convert(ada.tenant_id, sent.id, "deletion", "root")
    assert (converted.kind, converted.regime, converted.state) == ("deletion", "gdpr", "proved")
    assert (converted.about, converted.due.date().isoformat()) == (ada.subject, "2026-02-06")
    with pytest.raises(Conflict):
        await requests.take(ada.tenant_id, sent.id, "answer", "done", "root")
    entered = await requests.enter(ada.tenant_id, NewRequest("inquiry", "by telephone", name="Zoë"), "root")
    assert entered.state == "proved"
    assert (await messages.convert(ada.tenant_id, entered.id, "access", "root")).state == "received"
    breach = await requests.enter(ada.tenant_id, NewRequest("breach", "stolen"), "root")
    with pytest.raises(Conflict):
        await messages.convert(ada.tenant_id, breach.id, "inquiry", "root")


async def test_an_erasure_ends_open_inquiries(setup: Setup, database: Database, keys: KeyStore) -> None:
    requests, _, _, ada = setup
    sent = await requests.submit_own(ada.tenant_id, ada.id, "inquiry", "Hello", attachment="screen 1x1")
    holding, owner = request_holding(database, requests.retention), DataSubject(ada.tenant_id, ada.subject, ada.id)
    await holding.erase(owner)
    found = await requests.get(ada.tenant_id, sent.id)
    assert keys.is_destroyed(ada.tenant_id, sent.subject)
    assert (found.request.state, found.request.text, [each.note for each in found.steps]) == ("withdrawn", "", ["", ""])
    with pytest.raises(Conflict):
        await RequestMessages(requests).write(ada.tenant_id, sent.id, "x", by="")
