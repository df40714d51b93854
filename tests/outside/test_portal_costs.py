"""Costs in the portal: the charges of a month; an operator imports a rate deck, with a preview, and starts it."""

import re
import sqlite3
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from client_pages import Clients
from page_checks import PageChecker
from playwright.sync_api import Page, expect
from portal_pages import DESKTOP_OPTIONS, PASSWORD, sign_in_before_loading
from server import Server

EMAIL = "otto.operator@example.com"
SELLER = {
    "Company or person": "PBX GmbH",
    "Street and number": "Weg 1",
    "Postal code": "10115",
    "City": "Berlin",
    "Country": "DE",
    "VAT id": "DE136695976",
}
NEW_PLAN = {
    "Name": "Archive",
    "Price per month": "49.90",
    "Per further GB of storage": "0.15",
    "Included storage, in GB": "50",
    "Included storage per extension, in GB": "2",
}


@pytest.mark.promise("U4")
def test_charges_are_shown_and_a_rate_deck_is_imported_with_a_preview(
    clients: Clients, server: Server, tmp_path: Path
) -> None:
    new = {"name": "Otto Betreiber", "email": EMAIL, "password": PASSWORD, "role": "operator"}
    with server.rest() as rest:
        made = rest.post("/api/v1/persons", params={"tenant": "operator"}, json=new)
        assert made.status_code == 201, made.text
        plan = {"name": "Business", "price": 30_000_000, "extension_price": 2_500_000, "included": {"": 100}}
        plan |= {"storage_price": 100_000, "storage_gb": 1}
        assert rest.post("/api/v1/plans", json=plan).status_code == 201
    server.canaries |= {EMAIL, new["name"]}
    store_gigabytes(server, 3)
    begun = datetime.now(UTC)
    desk = clients(**DESKTOP_OPTIONS)
    page, walk = desk.page, PageChecker(desk, "en")
    sign_in_before_loading(desk, EMAIL, PASSWORD)
    page.goto(f"{desk.origin}/portal/costs")
    charges = page.get_by_role("region", name="Charges")
    charges.get_by_role("button", name="Assign a plan").click()
    form = page.get_by_role("dialog", name="Assign a plan")
    form.get_by_role("combobox", name="Plan").click()
    page.get_by_role("option", name="Business · €30.00 per month").click()
    form.get_by_label("First day").fill(f"{datetime.now(UTC):%Y-%m-01}")
    walk.label = "the assignment of a plan"
    walk.check("light", "dark")
    form.get_by_role("button", name="Assign").click()
    expect(form).to_have_count(0)
    expect(charges.get_by_role("row", name="Plan Business")).to_be_visible()
    expect(charges.get_by_role("row", name="Extensions")).to_contain_text("€2.50")
    expect(charges.get_by_text("0 of 100 used, 100 left")).to_be_visible()
    expect(charges.get_by_role("row", name="Storage")).to_contain_text("€0.20")
    stored = "3 GB stored, 3 GB on average, 1 GB included. Each further GB: €0.10 per month"
    expect(charges.get_by_text(stored)).to_be_visible()
    page.get_by_role("button", name="Import rate deck").click()
    form = page.get_by_role("dialog", name="Import rate deck")
    form.get_by_label("Name", exact=True).fill("Carrier 2027")
    file = tmp_path / "deck.csv"
    file.write_text("prefix,price\n49,0.012\n43,-1\n")
    form.locator("input[type=file]").set_input_files(file)
    form.get_by_role("button", name="Check the file").click()
    expect(form.get_by_role("alert")).to_contain_text("Line 3: price must not be negative.")
    walk.label = "the import of a rate deck"
    walk.check("light", "dark")
    corrected = tmp_path / "corrected.csv"
    corrected.write_text("prefix,price\n49,0.012\n43,0.02\n")
    form.locator("input[type=file]").set_input_files(corrected)
    form.get_by_role("button", name="Check the file").click()
    expect(form.get_by_text("2 rates were read.")).to_be_visible()
    form.get_by_role("button", name="Start now").click()
    expect(form).to_have_count(0)
    row = page.get_by_role("table", name="Rate decks").get_by_role("row", name="Carrier 2027")
    expect(row).to_contain_text("In force")
    walk.label = "costs"
    walk.check("light", "dark")
    rate_again(server, page, walk, begun)
    bill(server, page, walk, desk.origin)
    pay_and_refund(page, walk, desk.origin)
    assert list(dict.fromkeys(walk.findings)) == []


def store_gigabytes(server: Server, count: int) -> None:
    """Let this have been measured for the demo tenant on each day of the month, also on those that are to come."""
    first = f"{datetime.now(UTC):%Y-%m-01}"
    days = [(f"{each} days", first, count * 10**9) for each in range(31)]
    with closing(sqlite3.connect(server.home / "unificx.db")) as database, database:
        database.executemany(
            "INSERT OR REPLACE INTO measured_storage (tenant_id, day, size)"
            " SELECT id, date(?2, ?1), ?3 FROM tenant WHERE slug = 'demo'",
            days,
        )


def rate_again(server: Server, page: Page, walk: PageChecker, called: datetime) -> None:
    """Rate a call again that got no price, because the deck began later. It is of today, and so of this month, whose costs
    are shown."""
    yesterday = called - timedelta(days=1)
    with server.rest() as rest:
        [tenant] = [each for each in rest.get("/api/v1/tenants").json()["items"] if each["slug"] == "demo"]
        made = rest.post("/api/v1/billing/rate-decks", params={"tenant": "demo"}, json={"name": "Corrected"}).json()
        path, where = f"/api/v1/billing/rate-decks/{made['id']}", {"tenant": "demo"}
        assert rest.put(f"{path}/rates", params=where, content="prefix,price\n49,0.30\n").status_code == 200
        start = {"in_force": yesterday.isoformat()}
        assert rest.post(f"{path}/start", params=where, json=start).status_code == 200
    with closing(sqlite3.connect(server.home / "unificx.db")) as database, database:
        database.execute(
            "INSERT INTO rated_call VALUES ('call-1', ?, 'call', '', 'trunk', '4930', 'DE', ?, 60, '', '', '', 0, 0, '',"
            " 0, 0)",
            (tenant["id"], f"{called:%Y-%m-%d %H:%M:%S.%f}"),
        )
    page.get_by_role("button", name="Rate calls again").click()
    form = page.get_by_role("dialog", name="Rate calls again")
    form.get_by_label("First day").fill(f"{yesterday:%Y-%m-%d}")
    form.get_by_label("Last day").fill(f"{yesterday - timedelta(days=1):%Y-%m-%d}")
    form.get_by_role("button", name="Show the preview").click()
    expect(form.get_by_text("The last day is before the first one.")).to_be_visible()
    form.get_by_label("Last day").fill(f"{datetime.now(UTC):%Y-%m-%d}")
    form.get_by_role("button", name="Show the preview").click()
    expect(form.get_by_role("status")).to_contain_text("1 price differs. Difference: €0.30.")
    walk.label = "the preview of a new rating"
    walk.check("light", "dark")
    form.get_by_role("button", name="Correct 1 price").click()
    expect(form.get_by_text("The prices are corrected")).to_be_visible()
    form.get_by_role("button", name="Close").last.click()
    expect(form).to_have_count(0)
    costs = page.get_by_role("table", name="Costs of calls outside")
    expect(costs.get_by_role("row", name="Menus and groups")).to_contain_text("€0.30")


def pay_and_refund(page: Page, walk: PageChecker, origin: str) -> None:
    """Record a payment, and refund a part of it: errors are at their fields, those of the server too."""
    page.goto(f"{origin}/portal/billing?tab=payments")
    for again in (False, True):
        page.get_by_role("button", name="Record a payment").click()
        form = page.get_by_role("dialog", name="Record a payment")
        form.get_by_label("Number of the transaction").fill("Überweisung 1")
        form.get_by_label("Amount in EUR").fill("50.005")
        form.get_by_role("button", name="Save").click()
        expect(form.get_by_text("Use letters without accents")).to_be_visible()
        expect(form.get_by_text("Amounts in EUR have at most 2 decimals.")).to_be_visible()
        form.get_by_label("Number of the transaction").fill("2027/0042")
        form.get_by_label("Amount in EUR").fill("50")
        form.get_by_role("button", name="Save").click()
        if again:
            expect(form.get_by_label("Number of the transaction")).to_have_accessible_description(
                re.compile("This number is recorded already")
            )
            walk.label = "a payment that is recorded already"
            walk.check("light", "dark")
            page.keyboard.press("Escape")
            page.get_by_role("dialog", name="Discard changes?").get_by_role("button", name="Discard").click()
        expect(form).to_have_count(0)
    payments = page.get_by_role("table", name="Payments")
    payments.get_by_role("button", name="2027/0042").click()
    form = page.get_by_role("dialog", name="Payment 2027/0042")
    expect(form.get_by_text("€50.00 of it is not refunded.")).to_be_visible()
    form.get_by_role("button", name="Refund the payment").click()
    form.get_by_label("Number of the transaction").fill("2027/0057")
    form.get_by_label("Amount in EUR").fill("50.01")
    form.get_by_role("button", name="Save").click()
    expect(form.get_by_text("Less than that is left.")).to_be_visible()
    walk.label = "a refund"
    walk.check("light", "dark")
    form.get_by_label("Amount in EUR").fill("9.90")
    form.get_by_role("button", name="Save").click()
    expect(form.get_by_text("€40.10 of it is not refunded.")).to_be_visible()
    expect(form.get_by_role("table", name="Refunds").get_by_role("row", name="2027/0057")).to_contain_text("-€9.90")
    walk.label = "a payment with a refund"
    walk.check("light", "dark")
    form.get_by_role("button", name="Close").click()
    expect(payments.get_by_role("row", name="Refund")).to_contain_text("-€9.90")


def bill(server: Server, page: Page, walk: PageChecker, origin: str) -> None:
    """Go on after a trial, enter the seller, see the plan, and preview the invoices of a month in which nothing was sold."""
    with server.rest() as rest:
        buyer = {"name": "Acme GmbH", "street": "Weg 2", "postcode": "20095", "city": "Hamburg", "country": "DE"}
        tenant = {"tenant": server.ready["tenant"]}
        assert rest.put("/api/v1/billing/details", params=tenant, json=buyer).status_code == 200
        trial, shown = {"plan": "Business", "trial_days": 30}, {"tenant": "demo"}
        assert rest.put("/api/v1/billing/details", params=shown, json=buyer).status_code == 200
        assert rest.put("/api/v1/billing/plan", params=shown, json=trial).status_code == 200
    page.goto(f"{origin}/portal/costs")
    region = page.get_by_role("region", name="Trial")
    expect(region).to_contain_text("The last day of the trial is")
    walk.label = "the trial"
    walk.check("light", "dark")
    region.get_by_role("button", name="Go on after the trial").click()
    expect(region).to_contain_text("The plan is charged from")
    page.goto(f"{origin}/portal/billing?tab=seller")
    seller = page.get_by_role("region", name="Seller")
    for label, value in SELLER.items():
        seller.get_by_label(label, exact=True).fill(value)
    walk.label = "the seller"
    walk.check("light", "dark")
    seller.get_by_role("button", name="Save").click()
    expect(page.get_by_text("The billing details are saved.")).to_be_visible()
    page.get_by_role("tab", name="Plans").click()
    expect(page.get_by_role("table", name="Plans").get_by_role("row", name="Business")).to_contain_text("€30.00")
    page.get_by_role("button", name="New plan").click()
    form = page.get_by_role("dialog", name="New plan")
    for label, value in NEW_PLAN.items():
        form.get_by_label(label).fill(value)
    walk.label = "a plan with storage"
    walk.check("light", "dark")
    form.get_by_role("button", name="Save").click()
    expect(page.get_by_role("table", name="Plans").get_by_role("row", name="Archive")).to_contain_text("€0.15")
    page.get_by_role("tab", name="Invoices").click()
    page.get_by_role("button", name="Issue invoices").click()
    form = page.get_by_role("dialog", name="Issue invoices")
    form.get_by_role("button", name="Show the preview").click()
    expect(form.get_by_text("Nothing is left to invoice for this month.")).to_be_visible()
    walk.label = "the preview of invoices"
    walk.check("light", "dark")
