"""Invoices and billing details by API."""

import re
from datetime import timedelta
from typing import Any

import httpx
import pytest
from http_world import World

from unificx.billing import CreditCall
from unificx.cdr.events import OutsideCallRecorded
from unificx.notifications import NotificationService
from unificx.server.dunning_notices import DunningNotices
from unificx.server.invoice_emails import InvoiceEmails

PATH = "/api/v1/billing"
SELLER = {
    "name": "PBX GmbH",
    "street": "Way 1",
    "postcode": "10115",
    "city": "Berlin",
    "country": "DE",
    "vat_id": "DE136695976",
}
BUYER = {"name": "Acme GmbH", "street": "Street 2", "postcode": "20095", "city": "Hamburg", "country": "DE"}
ACME, OPERATOR = {"tenant": "acme"}, {"tenant": "operator"}


async def call_and_wait(world: World) -> str:
    """Rate a call of acme, and let its month be over. Return the month."""
    operator = world.client(operator=True)
    made = (await operator.post(f"{PATH}/rate-decks", params=ACME, json={"name": "Carrier"})).json()
    await operator.put(f"{PATH}/rate-decks/{made['id']}/rates", params=ACME, content="prefix,price\n49,0.10\n")
    await operator.post(f"{PATH}/rate-decks/{made['id']}/start", params=ACME, json={})
    now = world.clock.now()
    call = world.clock.new_id()
    ids = world.clock.new_id(), world.acme.id, f"{call}/0", call, "", "trunk"
    async with world.database.begin() as uow:
        uow.publish(OutsideCallRecorded(*ids, "4930123", "DE", now, 600))
    await world.outbox.deliver()
    world.clock.advance(timedelta(days=32).total_seconds())
    return f"{now:%Y-%m}"


@pytest.mark.promise("U4", "T3")
async def test_an_operator_issues_and_an_administrator_reads_the_own_invoices(world: World) -> None:
    operator, month = world.client(operator=True), await call_and_wait(world)
    run = {"month": month}
    assert (await operator.post(f"{PATH}/invoices", params=ACME, json=run)).status_code == 409
    assert (await operator.put(f"{PATH}/details", params=OPERATOR, json=SELLER)).status_code == 200
    admin, other = await world.admin(world.acme), await world.admin(world.globex)
    assert (await admin.put(f"{PATH}/details", json={**BUYER, "vat_id": "DE1"})).status_code == 422
    assert (await admin.put(f"{PATH}/details", json=BUYER)).json()["payment_days"] == 14
    assert (await admin.put(f"{PATH}/details", params=OPERATOR, json=BUYER)).status_code in (403, 404)
    [draft] = (await operator.post(f"{PATH}/invoices", params=ACME, json={**run, "dry_run": True})).json()["invoices"]
    [issued] = (await operator.post(f"{PATH}/invoices", params=ACME, json=run)).json()["invoices"]
    assert (draft["result"], issued["result"], draft["total"], issued["total"]) == (
        "draft",
        "issued",
        1_190_000,
        1_190_000,
    )
    number = issued["number"]
    [listed] = (await admin.get(f"{PATH}/invoices")).json()["items"]
    assert (listed["number"], listed["state"], listed["left"]) == (number, "open", 1_190_000)
    shown = (await admin.get(f"{PATH}/invoices/{number}")).json()
    assert [(each["kind"], each["amount"], each["tax_rate"]) for each in shown["lines"]] == [("calls", 1_000_000, 1900)]
    for path in ("", "/cancellation"):
        assert (await admin.post(f"{PATH}/invoices{path and f'/{number}{path}'}", json=run)).status_code == 403
    assert (await other.get(f"{PATH}/invoices")).json()["items"] == []
    assert (await other.get(f"{PATH}/invoices/{number}")).status_code == 404
    assert (await other.get(f"{PATH}/details")).json()["name"] == ""
    pdf, xml = [await admin.get(f"{PATH}/invoices/{number}/{kind}") for kind in ("pdf", "xml")]
    assert (pdf.content[:5], number in xml.text) == (b"%PDF-", True)
    assert (await other.get(f"{PATH}/invoices/{number}/pdf")).status_code == 404
    paid = {"reference": "B-1", "amount": 1_190_000, "invoice": number}
    assert (await operator.post(f"{PATH}/payments", params=ACME, json=paid)).json()["invoice"] == number
    assert (await admin.get(f"{PATH}/invoices/{number}")).json()["state"] == "paid"
    assert (await other.post(f"{PATH}/invoices/{number}/email")).status_code == 404
    assert (await admin.post(f"{PATH}/invoices/{number}/email")).status_code == 204
    note = await operator.post(f"{PATH}/invoices/{number}/cancellation", params=ACME)
    assert (note.status_code, note.json()["cancels"]) == (201, number)


async def test_operators_credit_a_part_once(world: World) -> None:
    operator, month = world.client(operator=True), await call_and_wait(world)
    admin = await world.admin(world.acme)
    await operator.put(f"{PATH}/details", params=OPERATOR, json=SELLER)
    await operator.put(f"{PATH}/details", params=ACME, json=BUYER)
    [issued] = (await operator.post(f"{PATH}/invoices", params=ACME, json={"month": month})).json()["invoices"]
    path = f"{PATH}/invoices/{issued['number']}"
    part = {"lines": [{"line": 1, "amount": 400_000}]}
    assert (await admin.post(f"{path}/credits", json=part)).status_code == 403
    key = {"Idempotency-Key": "credit-1"}
    made = [(await operator.post(f"{path}/credits", params=ACME, json=part, headers=key)).json() for _ in range(2)]
    assert made[0] == made[1]
    assert (made[0]["cancels"], made[0]["partial"], made[0]["net"]) == (issued["number"], True, 400_000)
    shown = (await admin.get(path)).json()
    assert (shown["credited"], shown["left"]) == (480_000, 710_000)
    assert [each["creditable"] for each in shown["lines"]] == [600_000]
    twice = [{"line": 1, "amount": 10_000}, {"line": 1, "amount": 20_000}]
    refused = {"lines": [{"line": 1, "amount": 610_000}]}, {}, {"amount": 1}, {"lines": [{"line": 9}]}, {"lines": twice}
    answers = [(await operator.post(f"{path}/credits", params=ACME, json=each)).status_code for each in refused]
    assert answers == [409, 422, 422, 422, 422]


async def test_a_run_for_all_tenants_is_a_job_that_only_operators_see(world: World) -> None:
    operator, month = world.client(operator=True), await call_and_wait(world)
    admin, runs = await world.admin(world.acme), f"{PATH}/invoice-runs"
    await operator.put(f"{PATH}/details", params=OPERATOR, json={**SELLER, "issue_day": 3})
    await operator.put(f"{PATH}/details", params=ACME, json=BUYER)
    assert (await operator.get(f"{runs}/{month}")).status_code == 404
    assert (await operator.post(runs, json={"month": f"{world.clock.now():%Y-%m}"})).status_code == 409
    begun = await operator.post(runs, json={"month": month})
    assert (begun.status_code, begun.json()["month"], begun.json()["total"]) == (202, month, 2)
    await world.services.billing.runs.join()
    run = (await operator.get(f"{runs}/{month}")).json()
    assert (run["done"], run["invoices"], run["refused"], run["finished"] is None) == (2, 1, 0, False)
    assert (await operator.get(runs)).json()["items"] == [run]
    [outcome] = (await operator.get(f"{runs}/{month}/outcomes")).json()["items"]
    assert (outcome["slug"], outcome["problem"], [each["result"] for each in outcome["invoices"]]) == (
        "acme",
        "",
        ["issued"],
    )
    paths = ("", f"/{month}", f"/{month}/outcomes")
    assert [(await admin.get(f"{runs}{path}")).status_code for path in paths] == [403] * 3
    assert (await admin.post(runs, json={"month": month})).status_code == 403


async def sequences(operator: httpx.AsyncClient, made: dict[str, Any]) -> set[str]:
    """Return the sequence types of a file of direct debits."""
    file = (await operator.get(f"{PATH}/direct-debits/{made['id']}")).text
    return set(re.findall("<SeqTp>(.*?)</SeqTp>", file))


@pytest.mark.promise("U4")
@pytest.mark.filterwarnings("ignore:Testing an element:DeprecationWarning")
async def test_a_file_of_direct_debits_has_an_invoice_once(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    operator, month = world.client(operator=True), await call_and_wait(world)
    admin, other = await world.admin(world.acme), await world.admin(world.globex)
    bank = {"iban": "DE89370400440532013000"}
    await operator.put(f"{PATH}/details", params=OPERATOR, json={**SELLER, **bank, "creditor_id": "DE98ZZZ09999999999"})
    mandate = {"mandate": "ACME-1", "mandate_signed": "2026-01-02"}
    await operator.put(f"{PATH}/details", params=ACME, json={**BUYER, **bank, **mandate})
    [issued] = (await operator.post(f"{PATH}/invoices", params=ACME, json={"month": month})).json()["invoices"]
    debits, one = f"{PATH}/direct-debits", f"{PATH}/invoices/{issued['number']}"
    soon, later = ({"day": f"{world.clock.now() + timedelta(days=days):%Y-%m-%d}"} for days in (2, 20))
    assert (await admin.post(debits, json=later)).status_code == 403
    assert (await operator.post(debits, json=soon)).status_code == 409, "it is not due by then"
    with monkeypatch.context() as patch:  # all documents of a tenant, and of a file, are read at once
        patch.setattr("unificx.billing.invoicing.repository.find_document", None)
        made = (await operator.post(debits, json=later)).json()
        assert {"FRST"} == await sequences(operator, made)
    assert (made["invoices"], made["total"]) == (1, 1_190_000)
    assert (await operator.post(debits, json=later)).status_code == 409
    assert (await operator.get(debits)).json()["items"] == [made]
    assert {"FRST"} == await sequences(operator, made)
    assert issued["number"] in (file := (await operator.get(f"{debits}/{made['id']}")).text)
    assert (await operator.get(f"{debits}/{made['id']}")).text == file
    assert [(await admin.get(path)).status_code for path in (debits, f"{debits}/{made['id']}")] == [403, 403]
    shown = (await admin.get(one)).json()
    assert (shown["state"], shown["collection"]["file"]) == ("collected", made["id"])
    assert (await operator.post(f"{one}/cancellation", params=ACME)).status_code == 409
    assert (await admin.delete(f"{one}/direct-debit")).status_code == 403
    assert (await operator.delete(f"{one}/direct-debit", params={"tenant": "globex"})).status_code == 404
    assert (await operator.delete(f"{one}/direct-debit", params=ACME)).status_code == 204
    assert (await operator.post(f"{one}/cancellation", params=ACME)).status_code == 201
    pages = [(await admin.get(f"{PATH}/invoices", params={"limit": 1})).json()]
    pages.append((await admin.get(f"{PATH}/invoices", params={"limit": 1, "cursor": pages[0]["next"]})).json())
    assert [each["state"] for page in pages for each in page["items"]] == ["credit_note", "cancelled"]
    assert pages[1]["next"] is None
    filtered = (await admin.get(f"{PATH}/invoices", params={"state": "cancelled"})).json()["items"]
    assert [each["number"] for each in filtered] == [issued["number"]]
    assert (await other.get(f"{PATH}/invoices")).json()["items"] == []
    for sequence in ("FRST", "RCUR"):  # the first debit was returned
        run = {"month": await call_and_wait(world)}
        [issued] = (await operator.post(f"{PATH}/invoices", params=ACME, json=run)).json()["invoices"]
        later = {"day": f"{world.clock.now() + timedelta(days=20):%Y-%m-%d}"}
        assert {sequence} == await sequences(operator, (await operator.post(debits, json=later)).json())


@pytest.mark.promise("U4", "U2")
async def test_calls_outside_end_after_the_last_reminder_until_a_payment_is_recorded(world: World) -> None:
    operator, month = world.client(operator=True), await call_and_wait(world)
    await world.admin(world.acme)
    await operator.put(f"{PATH}/details", params=OPERATOR, json={**SELLER, "stop_days": 14})
    assert (await operator.put(f"{PATH}/details", params=OPERATOR, json={**SELLER, "stop_days": 91})).status_code == 422
    await operator.put(f"{PATH}/details", params=ACME, json=BUYER)
    [issued] = (await operator.post(f"{PATH}/invoices", params=ACME, json={"month": month})).json()["invoices"]
    billing, accounts, notifications = (
        world.services.billing,
        world.services.rights.requests.accounts,
        NotificationService(),
    )
    notices = world.services.notifications
    notifications.configure(notices.emails, notices.push, notices.received)
    outside = CreditCall("leg", "call", "4930123")

    async def after(days: int) -> tuple[str | None, list[str], bool]:
        """Sweep twice, days later. Return the announced day, the notices under the bell of an administrator, who signs
        in anew, and whether calls outside are refused."""
        world.clock.advance(timedelta(days=days).total_seconds())
        for _ in range(2):
            await InvoiceEmails(billing, accounts, notifications).send_due()
            await DunningNotices(billing, accounts, notifications).send_due()
        admin = await world.signed_in(f"admin@{world.acme.domain}")
        [shown] = (await admin.get(f"{PATH}/invoices")).json()["items"]
        listed = (await admin.get("/api/v1/me/notices/received")).json()["items"]
        kinds = [each["kind"] for each in listed if each["kind"].startswith("calls_")]
        await billing.credit.refresh()
        refused = billing.credit.is_limited(world.acme.id)
        assert refused == (await billing.credit.reserve(world.acme.id, outside, 60) == "unpaid")
        return shown["calls_end"], kinds, refused

    assert [await after(days) for days in (0, 22, 14)] == [(None, [], False)] * 3
    end = (world.clock.now() + timedelta(days=28)).date().isoformat()
    assert await after(14) == (end, ["calls_end"], False)
    assert await after(13) == (end, ["calls_end"], False)
    assert await after(1) == (end, ["calls_ended", "calls_end"], True)
    admin = await world.signed_in(f"admin@{world.acme.domain}")
    assert (await admin.get(f"{PATH}/invoices/{issued['number']}/pdf")).status_code == 200
    paid = {"reference": "B-1", "amount": issued["total"], "invoice": issued["number"]}
    assert (await operator.post(f"{PATH}/payments", params=ACME, json=paid)).status_code == 201
    assert isinstance(await billing.credit.reserve(world.acme.id, outside, 60), int), "at once"
    assert await after(0) == (None, ["calls_ended", "calls_end"], False)
