"""Payments by card by API, with a server that speaks the API of Stripe and its signatures."""

from datetime import timedelta
from itertools import permutations
from typing import Any

import httpx
import pytest
from failing import fail_first
from free_ports import free_port
from http_world import World, WorldParts
from localstripe import resources
from stripe_server import SECRET_KEY, WEBHOOK_SECRET, charge_of, pay, report, sessions, stripe_server
from test_http_invoices import ACME, BUYER, OPERATOR, PATH, SELLER, call_and_wait

from unificx.billing.events import RefundFailed
from unificx.db import UnitOfWork

PROCESSOR = {"secret_key": SECRET_KEY, "webhook_secret": WEBHOOK_SECRET}
pytestmark = pytest.mark.filterwarnings("ignore:Use 'content=:DeprecationWarning")
"""Stripe's library posts as `data`."""
REPORTS = f"{PATH}/card-reports"


@pytest.fixture
def world_parts() -> WorldParts:
    return WorldParts(stripe=f"http://127.0.0.1:{free_port()}")


async def issue(world: World, operator: httpx.AsyncClient) -> str:
    """Issue an invoice of 1.19 EUR to acme. Return its number."""
    month = await call_and_wait(world)
    await operator.put(f"{PATH}/details", params=OPERATOR, json=SELLER)
    await operator.put(f"{PATH}/details", params=ACME, json=BUYER)
    [issued] = (await operator.post(f"{PATH}/invoices", params=ACME, json={"month": month})).json()["invoices"]
    return issued["number"]


async def send(world: World, kind: str, data: dict[str, Any], event_id: str = "") -> int:
    body, headers = report(kind, data, world.clock.now(), event_id)
    return (await world.client().post(REPORTS, content=body, headers=headers)).status_code


@pytest.mark.promise("U4", whole=True)
async def test_a_plan_and_calls_are_invoiced_and_paid_by_card_refunded_and_disputed(
    world: World, world_parts: WorldParts
) -> None:
    """U4 as a whole: a plan and a rated call become an invoice with tax, which is paid by card; a refund and a dispute
    open it again, and the ledger follows. Credit limits calls while they run
    (`test_a_call_is_warned_before_its_credit_is_used_up_and_then_ended`,
    `test_without_credit_no_carrier_is_called_and_the_caller_gets_the_reason`). The charges of plans are exact
    (`test_a_month_has_the_shares_of_each_plan_by_days`, `test_the_charges_of_calls_are_their_costs_minus_what_is_covered`),
    an invoice is issued once (`test_a_month_is_invoiced_once_and_paid`) with the tax of both countries and files that
    their schemas accept (`test_the_schema_of_the_banks_accepts_the_direct_debits`), and the order of reports about a
    payment does not matter (`test_reports_in_any_order_lead_to_the_same_credit`)."""
    operator = world.client(operator=True)
    plan = {"name": "Business", "price": 29_900_000}
    assert (await operator.post("/api/v1/plans", json=plan)).status_code == 201
    await operator.put(f"{PATH}/plan", params=ACME, json={"plan": "Business"})
    number = await issue(world, operator)
    admin, other = await world.admin(world.acme), await world.admin(world.globex)
    invoice = f"{PATH}/invoices/{number}"
    issued = (await admin.get(invoice)).json()
    total = issued["total"]
    assert {each["kind"] for each in issued["lines"]} == {"plan", "calls"}
    assert issued["net"] == sum(each["amount"] for each in issued["lines"])
    assert (issued["tax"], total) == (round(issued["net"] * 0.19 / 10_000) * 10_000, issued["net"] + issued["tax"])
    cards, begin = f"{PATH}/card-payments", {"invoice": number}
    assert (await admin.post(cards, json=begin)).status_code == 409, "there is no processor yet"
    assert (await world.client().post(REPORTS, content="{}")).status_code == 404
    async with stripe_server(world_parts.stripe):
        for bad in ({"secret_key": "x"}, {"webhook_secret": "x"}):
            refused = await operator.put(f"{PATH}/card-processor", json={**PROCESSOR, **bad})
            assert (refused.status_code, refused.json()["field"]) == (422, next(iter(bad)))
        assert (await admin.put(f"{PATH}/card-processor", json=PROCESSOR)).status_code == 403
        assert (await operator.put(f"{PATH}/card-processor", json=PROCESSOR)).json()["mode"] == "test"
        assert (await admin.get(f"{PATH}/card-processor")).json() == {"enabled": True, "mode": "test"}
        assert (await other.post(cards, json=begin)).status_code == 404
        begun = (await admin.post(cards, json=begin)).json()
        [page] = sessions()
        assert (begun["url"], page.amount_total, page.currency) == (page.url, total // 10_000, "eur")
        assert [each["state"] for each in (await admin.get(cards)).json()["items"]] == ["begun"]
        pay(page)
        paid = page._export()
        forged, headers = report("checkout.session.completed", paid, world.clock.now())
        assert (await world.client().post(REPORTS, content=forged + b" ", headers=headers)).status_code == 403
        old, headers = report("checkout.session.completed", paid, world.clock.now() - timedelta(minutes=6))
        assert (await world.client().post(REPORTS, content=old, headers=headers)).status_code == 403
        assert (await admin.get(invoice)).json()["state"] == "open"
        assert [
            await send(world, "checkout.session.completed", paid, each) for each in ("evt_1", "evt_1", "evt_2")
        ] == [204] * 3
        assert (await admin.get(invoice)).json()["state"] == "paid"
        assert (await admin.post(cards, json=begin)).status_code == 409
        [listed] = (await admin.get(f"{PATH}/payments")).json()["items"]
        assert (listed["reference"], listed["amount"], listed["invoice"]) == (begun["reference"], total, number)
        refund = {"payment": begun["reference"], "reference": "R-1", "amount": 500_000}
        too_much = {**refund, "amount": total + 10_000}
        assert (await operator.post(f"{PATH}/refunds", params=ACME, json=too_much)).status_code == 409
        assert (await operator.post(f"{PATH}/refunds", params=ACME, json=refund)).json()["amount"] == -500_000
        assert (await admin.get(invoice)).json()["left"] == 500_000
        assert await send(world, "charge.refunded", charge_of(page)) == 204
        assert (await admin.get(invoice)).json()["left"] == 500_000, "it was booked by the request"
    dispute = {
        "payment_intent": page.payment_intent,
        "currency": "eur",
        "amount": total // 10_000,
        "status": "needs_response",
    }
    assert await send(world, "charge.dispute.created", dispute) == 204
    shown = (await admin.get(invoice)).json()
    assert (shown["state"], shown["left"]) == ("open", total)
    assert (await admin.get(cards)).json()["items"][0]["state"] == "disputed"
    assert await send(world, "charge.dispute.closed", {**dispute, "status": "won"}) == 204
    assert (await admin.get(invoice)).json()["left"] == 500_000
    unknown = {**dispute, "payment_intent": "pi_other"}
    assert await send(world, "charge.dispute.created", unknown) == 503, "it may be early"
    late = report("charge.dispute.created", unknown, world.clock.now())
    assert (await operator.delete(f"{PATH}/card-processor")).status_code == 204
    assert (await world.client().post(REPORTS, content=late[0], headers=late[1])).status_code == 404


async def test_an_invoice_has_one_open_page_at_a_time(
    world: World, world_parts: WorldParts, monkeypatch: pytest.MonkeyPatch
) -> None:
    operator = world.client(operator=True)
    number = await issue(world, operator)
    cards, begin = f"{PATH}/card-payments", {"invoice": number}
    async with stripe_server(world_parts.stripe):
        await operator.put(f"{PATH}/card-processor", json=PROCESSOR)
        begun = (await operator.post(cards, params=ACME, json=begin)).json()
        world.clock.advance(3599)
        assert (await operator.post(cards, params=ACME, json=begin)).json() == begun
        transfer = {"reference": "T-1", "amount": 10_000, "invoice": number}
    # The processor cannot be reached meanwhile.
    assert (await operator.post(f"{PATH}/payments", params=ACME, json=transfer)).status_code == 201
    assert (await operator.post(cards, params=ACME, json=begin)).status_code == 409, "the first page is still open"
    async with stripe_server(world_parts.stripe, anew=False):
        fail_first(monkeypatch, world.services.billing.invoices, "get")
        for _ in range(2):  # the first time it cannot be looked up, which would not stop others
            await world.services.billing.cards.close_pages()
        later = (await operator.post(cards, params=ACME, json=begin)).json()
        assert [(each.url, each.status, each.amount_total) for each in sessions()] == [
            (begun["url"], "expired", 119),
            (later["url"], "open", 118),
        ], "what is left to pay has changed"
        [shown] = (await operator.get(cards, params=ACME)).json()["items"]
        assert shown["reference"] == later["reference"]
        pay(sessions()[-1])
        transfer = {"reference": "T-2", "amount": 1_180_000, "invoice": number}
        assert (await operator.post(f"{PATH}/payments", params=ACME, json=transfer)).status_code == 201
        assert await send(world, "checkout.session.completed", sessions()[-1]._export()) == 204
        [balance] = (await operator.get(f"{PATH}/balance", params=ACME)).json()["items"]
        assert balance["owed"] == -1_180_000, "it was paid before it could be closed, and is credit"


@pytest.mark.promise("U4")
async def test_a_refund_that_fails_is_taken_back_once(world: World, world_parts: WorldParts) -> None:
    operator, admin = world.client(operator=True), await world.admin(world.acme)
    async with stripe_server(world_parts.stripe):
        await operator.put(f"{PATH}/card-processor", json=PROCESSOR)
        begun = (await admin.post(f"{PATH}/card-payments", json={"amount": 20_000_000})).json()
        [page] = sessions()
        pay(page)
        refund = {"payment": begun["reference"], "reference": "R-1", "amount": 5_000_000}
        assert (await operator.post(f"{PATH}/refunds", params=ACME, json=refund)).status_code == 404, "not paid yet"
        assert await send(world, "checkout.session.completed", page._export()) == 204
        other = {**refund, "payment": "card-ABCDEFGHIJKLMNOP"}
        assert (await operator.post(f"{PATH}/refunds", params=ACME, json=other)).status_code == 404
        foreign = await operator.post(f"{PATH}/refunds", params={"tenant": "globex"}, json=refund)
        assert foreign.status_code == 404

        async def received() -> int:
            return (await admin.get(f"{PATH}/balance")).json()["items"][0]["received"]

        assert (await operator.post(f"{PATH}/refunds", params=ACME, json=refund)).status_code == 201
        [made] = [each for each in resources.store.values() if isinstance(each, resources.Refund)]
        failed = {**made._export(), "status": "failed", "payment_intent": page.payment_intent}
        assert await received() == 15_000_000
        assert await send(world, "charge.refunded", charge_of(page)) == 204
        noticed: list[str] = []

        async def note(event: RefundFailed, _: UnitOfWork) -> None:
            noticed.append(event.reference)

        world.outbox.subscribe(RefundFailed, note)
        for kind in ("refund.failed", "refund.updated", "charge.refund.updated"):
            assert await send(world, kind, failed) == 204
            assert await received() == 20_000_000
        await world.outbox.deliver()
        assert noticed == [page.client_reference_id]
        refund["reference"] = "R-2"
        assert (await operator.post(f"{PATH}/refunds", params=ACME, json=refund)).status_code == 201
        assert await received() == 15_000_000


@pytest.mark.promise("U4")
async def test_reports_in_any_order_lead_to_the_same_credit(
    world: World, world_parts: WorldParts, monkeypatch: pytest.MonkeyPatch
) -> None:
    operator, admin = world.client(operator=True), await world.admin(world.acme)
    async with stripe_server(world_parts.stripe):
        await operator.put(f"{PATH}/card-processor", json=PROCESSOR)
        top_up = {"amount": 20_000_000}
        for amount in (0, 10_001_000_000, 5_000):
            assert (await admin.post(f"{PATH}/card-payments", json={"amount": amount})).status_code == 422
        begun = [(await admin.post(f"{PATH}/card-payments", json=top_up)).json() for _ in range(6)]
        monkeypatch.setattr("unificx.billing.cards.service.MAX_PER_HOUR", 6)
        assert (await admin.post(f"{PATH}/card-payments", json=top_up)).status_code == 429
        for page, order in zip(sessions(), permutations(range(3)), strict=True):
            pay(page)
            charge = charge_of(page)
            of_all = {"payment_intent": page.payment_intent, "currency": "eur", "metadata": charge["metadata"]}
            charge |= {"metadata": {"payment": page.client_reference_id}, "amount_refunded": 500}
            dispute = {**of_all, "metadata": charge["metadata"], "amount": 2_000, "status": "lost"}
            reports = [
                ("checkout.session.completed", page._export()),
                ("charge.refunded", charge),
                ("charge.dispute.closed", dispute),
            ]
            assert [await send(world, *reports[each]) for each in order] == [204] * 3
    [balance] = (await admin.get(f"{PATH}/balance")).json()["items"]
    assert (balance["received"], balance["owed"]) == (0, 0)
    found = (await admin.get(f"{PATH}/card-payments")).json()["items"]
    assert {each["reference"] for each in found} == {each["reference"] for each in begun}
    assert {each["state"] for each in found} == {"disputed"}


@pytest.mark.promise("U4")
async def test_a_payment_of_an_invoice_that_was_cancelled_meanwhile_is_credit(
    world: World, world_parts: WorldParts
) -> None:
    operator = world.client(operator=True)
    number = await issue(world, operator)
    admin = await world.admin(world.acme)
    async with stripe_server(world_parts.stripe):
        await operator.put(f"{PATH}/card-processor", json=PROCESSOR)
        await admin.post(f"{PATH}/card-payments", json={"invoice": number})
        [page] = sessions()
        pay(page)
    await operator.post(f"{PATH}/invoices/{number}/cancellation", params=ACME)
    assert await send(world, "checkout.session.completed", page._export()) == 204
    [listed] = (await admin.get(f"{PATH}/payments")).json()["items"]
    assert (listed["amount"], listed["invoice"]) == (1_190_000, "")


@pytest.mark.promise("U4")
async def test_a_dispute_is_booked_beside_refunds_with_any_reference(world: World, world_parts: WorldParts) -> None:
    operator, admin = world.client(operator=True), await world.admin(world.acme)
    async with stripe_server(world_parts.stripe):
        await operator.put(f"{PATH}/card-processor", json=PROCESSOR)
        begun = (await admin.post(f"{PATH}/card-payments", json={"amount": 20_000_000})).json()
        [page] = sessions()
        pay(page)
        assert await send(world, "checkout.session.completed", page._export()) == 204
        refund = {"payment": begun["reference"], "amount": 5_000_000}
        for reference in ("3", "2"):
            made = await operator.post(f"{PATH}/refunds", params=ACME, json={**refund, "reference": reference})
            assert made.status_code == 201
        taken = {**refund, "reference": "3", "amount": 1_000_000}
        assert (await operator.post(f"{PATH}/refunds", params=ACME, json=taken)).status_code == 409
    dispute = {"payment_intent": page.payment_intent, "currency": "eur", "amount": 2_000, "status": "lost"}
    assert await send(world, "charge.dispute.closed", dispute) == 204
    [balance] = (await admin.get(f"{PATH}/balance")).json()["items"]
    assert balance["received"] == 0
