"""E-mails about suspensions and credit, reviews of suspensions that have ended, and the closing of a tenant."""

from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from http_world import PASSWORD, World

from unificx.billing import CreditTerms, NewPlan
from unificx.billing import repository as ledger
from unificx.billing.machine.ledger import sale
from unificx.identity import NewSuspension, Person, Role
from unificx.server.closed_tenants import ClosedTenants
from unificx.server.closing_emails import connect_closing
from unificx.server.credit_emails import connect_credit
from unificx.server.suspension_emails import connect_suspensions
from unificx.server.trial_emails import TrialEmails, connect_trials

EURO = 1_000_000


class Sent:
    """Connects the server's handlers to a world; `notices` are the e-mails: address, kind and detail."""

    def __init__(self, world: World) -> None:
        self.notices: list[tuple[str, str, str]] = []
        services, mail = world.services, SimpleNamespace(send_notice=self._send)
        self.mail: Any = mail
        container: Any = SimpleNamespace(
            identity=world.identity,
            rights=services.rights.requests,
            billing=services.billing,
            outbox=world.outbox,
            notification_service=mail,
        )
        connect_suspensions(container)
        connect_credit(container)
        connect_closing(container)
        connect_trials(container)
        self._outbox = world.outbox

    async def _send(self, person: Person, kind: str, detail: str, uow: object) -> None:
        del uow
        self.notices.append((person.email, kind, detail))

    async def take(self) -> list[tuple[str, str, str]]:
        """Deliver what has happened and return the e-mails since the last time."""
        await self._outbox.deliver()
        taken, self.notices = self.notices, []
        return taken


@pytest.mark.promise("U9", "U2")
async def test_a_suspended_person_is_reads_why_and_its_end_by_hand_closes_the_review(world: World) -> None:
    admin, user, sent = await world.admin(world.acme), await world.user(world.acme, "1001"), Sent(world)
    person_id = (await user.get("/api/v1/me")).json()["person"]["id"]
    path, address = f"/api/v1/persons/{person_id}/suspension", "user1001@acme.example"
    await admin.put(path, json={"reason": "security", "text": "Calls at night"})
    detail = "security of the account / Sicherheit des Kontos; Calls at night"
    assert await sent.take() == [(address, "suspended", detail)]
    suspended = await world.identity.suspensions.require(world.acme.id, person_id)
    account = SimpleNamespace(
        suspension=suspended, tenant_id=world.acme.id, person_id=person_id, whole_tenant=False, may_ask=True
    )
    await world.services.rights.requests.reviews.ask(account, "It was a mistake.")  # pyright: ignore[reportArgumentType]
    assert (await admin.delete(path)).status_code == 204
    assert await sent.take() == [(address, "resumed", "")]
    assert (await admin.get("/api/v1/privacy-requests")).json()["items"] == []
    [closed] = (await admin.get("/api/v1/privacy-requests", params={"closed": True})).json()["items"]
    assert (closed["kind"], closed["state"]) == ("review", "answered")
    await admin.put(path, json={"reason": "other"})
    assert (await admin.delete(path)).status_code == 204


@pytest.mark.promise("U9", "U2")
async def test_only_the_administrators_of_a_suspended_tenant_are_notified(world: World) -> None:
    await world.admin(world.acme)
    await world.user(world.acme, "1001")
    await world.person(world.globex, "admin@globex.example", Role.TENANT_ADMIN)
    sent, suspensions = Sent(world), world.identity.suspensions
    await suspensions.suspend_tenant(world.acme.id, NewSuspension("payment", "Invoice 17"))
    detail = "unpaid invoice / offene Rechnung; Invoice 17"
    assert await sent.take() == [("admin@acme.example", "tenant_suspended", detail)]
    await suspensions.resume(world.acme.id, "")
    assert await sent.take() == [("admin@acme.example", "tenant_resumed", "")]
    await suspensions.suspend_tenant(world.acme.id, NewSuspension("approval"))
    assert await sent.take() == []


@pytest.mark.promise("D3", "U2")
async def test_people_who_close_their_account_get_an_email(world: World) -> None:
    user, sent = await world.user(world.acme, "1001"), Sent(world)
    due = (await user.put("/api/v1/me/closing")).json()["due"]
    detail = f"{due[:10]} {due[11:16]} UTC"
    assert await sent.take() == [("user1001@acme.example", "closing", detail)]


@pytest.mark.promise("U4", "U2")
async def test_administrators_are_notified_that_the_credit_is_low(world: World) -> None:
    await world.admin(world.acme)
    await world.user(world.acme, "1001")
    sent, credit = Sent(world), world.services.billing.credit
    await credit.set_terms(world.acme.id, CreditTerms(prepaid=False, currency="EUR", limit=4_200_000, warn_below=EURO))
    assert await sent.take() == []
    await credit.set_terms(world.acme.id, CreditTerms(False, "EUR", 4_200_000, warn_below=5 * EURO))
    assert await sent.take() == [("admin@acme.example", "credit_low", "4.20 EUR")]


@pytest.mark.promise("U4", "U2")
async def test_administrators_are_reminded_of_the_end_of_a_trial_once(world: World) -> None:
    await world.admin(world.acme)
    await world.user(world.acme, "1001")
    sent, billing = Sent(world), world.services.billing
    await billing.plans.create(NewPlan("Business", "EUR", EURO, trial_days=7))
    await billing.plans.assign(world.acme.id, "Business")
    emails: Any = TrialEmails(billing, world.services.rights.requests.accounts, sent.mail)
    kinds: list[list[str]] = []
    for days in (0, 1, 6, 1):
        world.clock.advance(days * 86_400)
        for _ in range(2):
            await emails.send_due()
        kinds.append([kind for _, kind, _ in await sent.take()])
    assert kinds == [["trial_ends"], [], ["trial_ended"], []]


async def reference_of(world: World, email: str) -> str:
    """Return the reference of a refused sign-in."""
    answer = await world.client().post("/api/v1/sessions", json={"email": email, "password": PASSWORD})
    assert answer.status_code == 403
    return str(answer.json()["reference"])


@pytest.mark.promise("U9", "R4")
async def test_a_closed_tenant_is_reopened_by_its_administrator_or_erased_after_its_days(world: World) -> None:
    admin, user, sent = await world.admin(world.acme), await world.user(world.acme, "1001"), Sent(world)
    other, operator = await world.admin(world.globex), world.client(operator=True)
    email = (await admin.get("/api/v1/me")).json()["person"]["email"]
    path = f"/api/v1/tenants/{world.acme.id}/closing"
    shown = (await admin.get(path)).json()
    assert (shown["erases"], shown["days"], shown["people"], shown["recordings"]) == (None, 30, 2, 0)
    assert shown["extensions"] >= 1
    assert [(await each.put(path, json={})).status_code for each in (user, other)] == [403, 404]
    assert (await admin.put(path, json={"days": 3})).status_code == 403, "operators only"
    assert (await operator.put(path, json={"days": 91})).status_code == 422
    world.clock.advance(11 * 60)
    proof = await admin.put(path, json={})
    assert (proof.status_code, proof.json()["code"]) == (403, "prove_yourself")
    assert (await admin.get("/api/v1/me")).status_code == 200
    admin = await world.signed_in(email)
    closed = (await admin.put(path, json={})).json()
    assert closed["erases"] == f"{world.clock.now() + timedelta(days=30):%Y-%m-%dT%H:%M:%SZ}"
    assert (email, "tenant_closing") in {notice[:2] for notice in await sent.take()}
    assert [(await each.get("/api/v1/me")).status_code for each in (admin, user)] == [401, 401]
    of_user, of_admin = await reference_of(world, "user1001@acme.example"), await reference_of(world, email)
    reopen = "/api/v1/suspensions/reopen"
    look = (await world.client().post("/api/v1/suspensions/look", json={"reference": of_admin})).json()
    assert (look["reason"], look["may_reopen"], look["may_ask"], look["erases"]) == (
        "closing",
        True,
        False,
        closed["erases"],
    )
    assert (await world.client().post(reopen, json={"reference": of_user})).status_code == 403
    assert (await world.client().post(reopen, json={"reference": of_admin})).status_code == 204
    assert (await world.client().post(reopen, json={"reference": of_admin})).status_code == 409
    assert (email, "tenant_resumed") in {notice[:2] for notice in await sent.take()}
    assert (await (await world.signed_in(email)).get(path)).json()["erases"] is None

    assert (await operator.delete(path)).status_code == 409, "it is not closed"
    assert (await operator.put(path, json={"days": 2})).status_code == 200
    assert (await operator.put(path, json={"days": 2})).status_code == 409
    assert (await operator.delete(path)).status_code == 204
    assert (await operator.put(path, json={"days": 2})).status_code == 200
    container: Any = SimpleNamespace(identity=world.identity, billing=world.services.billing, clock=world.clock)
    erasing = ClosedTenants(container)

    async def exists_after(days: float) -> bool:
        world.clock.advance(timedelta(days=days).total_seconds())
        await erasing.erase_due()
        return world.identity.directory.tenant(world.acme.id) is not None

    async with world.database.begin() as uow:
        sold = sale("call:1", "call", "EUR", EURO)
        await ledger.post(uow.session, world.acme.id, sold, world.clock.now())
    assert [await exists_after(days) for days in (1.9, 0.2, 29)] == [True, True, True], "its calls are on no invoice"
    assert not await exists_after(2)
    assert world.identity.directory.tenant(world.globex.id) is not None
    await erasing.erase_due()
