"""The tour from the sign-up of an organisation to its paid invoice, as its administrator and the operator walk it."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import scenarios as s
from client_pages import Client, Clients
from client_phone import ANSWERED, ClientPhone
from free_ports import free_port
from playwright.sync_api import Page, expect
from portal_pages import DESKTOP_OPTIONS, PASSWORD, accept_terms, give_password, skip_set_up
from post_office import PostOffice
from server import Login, Server
from sipp import Sipp

OPERATOR = "otto.operator@example.com"
NAME, EMAIL, TENANT_NAME = "Emmeline Vogelsang", "emmeline@vogelsang.example", "Vogelsang & Co"
NUMBER, CALLED = "+49301234500", "+49301112222"
SELLER = {
    "name": "PBX GmbH",
    "street": "Beispielweg 1",
    "postcode": "10115",
    "city": "Berlin",
    "country": "DE",
    "vat_id": "DE136695976",
    "iban": "DE89370400440532013000",
}
BUYER = {"name": TENANT_NAME, "street": "Musterstraße 2", "postcode": "20095", "city": "Hamburg", "country": "DE"}
PLAN = {"name": "Business", "price": 29_900_000, "extension_price": 2_500_000, "included": {}}

Camera = Callable[[Page, str], None]


class Tour:
    """One pass. `photograph` is called with each page that is worth a picture, and its name."""

    def __init__(self, clients: Clients, server: Server, post: PostOffice, directory: Path, photograph: Camera) -> None:
        self._clients, self._server, self._post, self._directory = clients, server, post, directory
        self._photograph = photograph
        self._carrier = free_port()
        self._tenant = ""
        server.canaries |= {NAME, EMAIL, TENANT_NAME, OPERATOR, CALLED}

    def walk(self) -> None:
        self._open_shop()
        admin = self._sign_up()
        self._connect_carrier()
        self._call_outside()
        self._see_charges(admin)
        admin.close()
        later = self._wait_for_next_month()
        operator = self._at_desk(OPERATOR, later)
        number = self._issue_invoice(operator)
        admin = self._at_desk(EMAIL, later)
        self._see_invoice(admin, number)
        self._record_payment(operator, number)
        admin.page.reload()
        self._open_invoice(admin, number)
        expect(admin.page.get_by_role("dialog").get_by_text("Paid", exact=True)).to_be_visible()

    def _open_shop(self) -> None:
        """The operator: an account, the details of the seller, and a plan."""
        person = {"name": "Otto Betreiber", "email": OPERATOR, "password": PASSWORD, "role": "operator"}
        self._create("persons", person, tenant="operator")
        self._create("plans", PLAN)
        with self._server.rest() as rest:
            saved = rest.put("/api/v1/billing/details", params={"tenant": "operator"}, json=SELLER)
            assert saved.status_code == 200, saved.text

    def _sign_up(self) -> Client:
        visitor = self._clients(**DESKTOP_OPTIONS)
        page = visitor.page
        page.goto(f"{visitor.origin}/sign-up")
        page.get_by_label("Organisation").fill(TENANT_NAME)
        page.get_by_label("Your name").fill(NAME)
        page.get_by_label("E-mail address").fill(EMAIL)
        page.get_by_label("Are you 18 or older?").select_option("Yes")
        page.get_by_label("I accept the terms of use").check()
        self._photograph(page, "tour-sign-up")
        page.get_by_role("button", name="Continue").click()
        expect(page.get_by_role("heading", name="Check your e-mail")).to_be_visible()
        page.goto(self._post.link(EMAIL))
        page.get_by_label("Password", exact=False).first.fill(PASSWORD)
        page.get_by_label("Repeat password").fill(PASSWORD)
        page.get_by_role("button", name="Create organisation").click()
        give_password(page, EMAIL, PASSWORD)
        expect(page.get_by_role("heading", name="Home", exact=True)).to_be_visible()
        tenant = visitor.api("GET", "/me")["tenant"]
        assert tenant["name"] == TENANT_NAME
        self._tenant = tenant["slug"]
        self._photograph(page, "tour-home")
        return visitor

    def _connect_carrier(self) -> None:
        """The operator: a trunk, a number and prices for the new organisation, and its plan."""
        address = {"server": f"127.0.0.1:{self._carrier}", "registers": False, "check_seconds": 0}
        self._create("trunks", {"name": "carrier", **address})
        self._create("numbers", {"number": NUMBER, "trunk": "carrier", "destination": "extension:1001"})
        self._create("routes", {"name": "outside", "pattern": "+.", "trunks": ["carrier"], "caller_id": NUMBER})
        deck = self._create("billing/rate-decks", {"name": "Carrier"})["id"]
        with self._server.rest() as rest:
            tenant, now = {"tenant": self._tenant}, datetime.now(UTC)
            rates = f"/api/v1/billing/rate-decks/{deck}"
            assert not rest.put(f"{rates}/rates", params=tenant, content=b"prefix,price\n49,0.12\n").json()["faults"]
            begin = {"in_force": (now - timedelta(days=1)).isoformat()}
            assert rest.post(f"{rates}/start", params=tenant, json=begin).status_code == 200
            assigned = rest.put("/api/v1/billing/plan", params=tenant, json={"plan": PLAN["name"]})
            assert assigned.status_code == 200, assigned.text
            assert rest.put("/api/v1/billing/details", params=tenant, json=BUYER).status_code == 200

    def _call_outside(self) -> None:
        answers = s.scenario(s.called(), s.ringing(), *s.answers(s.sdp()), *s.is_hung_up())
        carrier = Sipp(self._directory, answers, port=self._carrier, options=("-rtp_echo",)).start()
        client = self._clients("microphone")
        phone = ClientPhone(client, Login("1001", NAME, "", "", "", ""))
        client.page.goto(f"{client.origin}/app/sign-in")
        give_password(client.page, EMAIL, PASSWORD)
        skip_set_up(client.page)
        client.wait_registered()
        phone.dial(CALLED)
        expect(client.page.get_by_role("button", name=ANSWERED)).to_be_visible()
        self._photograph(client.page, "tour-call")
        phone.hang_up()
        assert carrier.wait().ok
        client.close()

    def _see_charges(self, admin: Client) -> None:
        page = admin.page
        page.goto(f"{admin.origin}/portal/costs")
        charges = page.get_by_role("region", name="Charges")
        expect(charges.get_by_role("row", name="Plan Business")).to_be_visible()
        expect(charges.get_by_role("row", name="Calls: Germany")).to_contain_text("€0.12")
        self._photograph(page, "tour-charges")

    def _wait_for_next_month(self) -> datetime:
        """Restart the server on the third day of the next month; return the time."""
        now = datetime.now(UTC)
        later = (now.replace(day=1) + timedelta(days=32)).replace(day=3, hour=9, minute=0)
        self._server.stop()
        self._server.clock_ahead = later - now
        self._server.start()
        return later

    def _at_desk(self, email: str, at: datetime) -> Client:
        """The portal in a browser whose clock shows that time."""
        desk = self._clients(**DESKTOP_OPTIONS)
        desk.page.clock.set_fixed_time(at)
        desk.page.goto(f"{desk.origin}/portal/sign-in")
        give_password(desk.page, email, PASSWORD)
        if email == OPERATOR:
            accept_terms(desk.page)
        expect(desk.page.get_by_role("heading", name="Home", exact=True)).to_be_visible()
        return desk

    def _issue_invoice(self, operator: Client) -> str:
        page = operator.page
        page.goto(f"{operator.origin}/portal/billing")
        page.get_by_role("button", name="Issue invoices").click()
        form = page.get_by_role("dialog", name="Issue invoices")
        form.get_by_role("button", name="Show the preview").click()
        expect(form.get_by_role("row", name=TENANT_NAME)).to_contain_text("would be issued")
        expect(form.get_by_text("The billing details of the tenant are missing.")).to_have_count(0)  # of the demo
        self._photograph(page, "tour-preview")
        form.get_by_role("button", name="Issue 1 invoice").click()
        expect(form.get_by_role("row", name=TENANT_NAME)).not_to_contain_text("would be")
        with self._server.rest() as rest:
            [invoice] = rest.get("/api/v1/billing/invoices", params={"tenant": self._tenant}).json()["items"]
        form.get_by_role("button", name="Close").last.click()
        return invoice["number"]

    def _see_invoice(self, admin: Client, number: str) -> None:
        admin.page.goto(f"{admin.origin}/portal/billing")
        self._open_invoice(admin, number)
        lines = admin.page.get_by_role("dialog").get_by_role("table", name="Lines")
        for line in ("Plan Business", "Extensions", "Calls: Germany"):
            expect(lines.get_by_role("row", name=line)).to_be_visible()
        self._photograph(admin.page, "tour-invoice")

    def _open_invoice(self, desk: Client, number: str) -> None:
        desk.page.get_by_role("table", name="Invoices").get_by_role("button", name=number).click()
        expect(desk.page.get_by_role("dialog", name=f"Invoice {number}").get_by_role("table")).to_be_visible()

    def _record_payment(self, operator: Client, number: str) -> None:
        page = operator.page
        page.get_by_role("button", name="Organisation:").click()
        page.get_by_role("menuitem", name=TENANT_NAME).click()
        self._open_invoice(operator, number)
        form = page.get_by_role("dialog", name=f"Invoice {number}")
        form.get_by_role("button", name="Record a payment").click()
        form.get_by_label("Number of the transaction").fill("2026-0042")
        self._photograph(page, "tour-payment")
        form.get_by_role("button", name="Save").click()
        expect(page.get_by_text(f"The payment of {number} is recorded.")).to_be_visible()

    def _create(self, path: str, new: dict[str, object], *, tenant: str = "") -> dict[str, str]:
        with self._server.rest() as rest:
            made = rest.post(f"/api/v1/{path}", params={"tenant": tenant or self._tenant or None}, json=new)
            assert made.status_code == 201, made.text
            return made.json()
