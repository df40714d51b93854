"""Trunks, numbers and outbound routes in the portal."""

import re

import pytest
from client_pages import Clients
from free_ports import free_port
from page_checks import PageChecker
from playwright.sync_api import Locator, Page, expect
from portal_pages import create_administrator, portal
from server import Household, Server

NUMBER, SHOWN = "+49301234500", "030 1234500"


@pytest.fixture(scope="module", autouse=True)
def administered(server: Server) -> None:
    create_administrator(server)


def choose(form: Locator, field: str, option: str) -> None:
    """Choose an option of a select by its label."""
    form.get_by_role("combobox", name=field, exact=True).click()
    form.page.get_by_role("option", name=option).click()


def open_form(page: Page, path: str, button: str) -> Locator:
    page.goto(path)
    page.get_by_role("button", name=button).first.click()
    form = page.get_by_role("dialog")
    expect(form).to_be_visible()
    return form


def save(form: Locator) -> None:
    form.get_by_role("button", name="Save", exact=True).click()
    expect(form).to_have_count(0)


def test_a_trunk_a_number_and_a_route_are_made(clients: Clients, server: Server, household: Household) -> None:
    server.canaries |= {NUMBER}
    member = household.anna.number
    with server.rest() as rest:
        for path, new in (
            ("groups", {"number": "6000", "name": "Sales", "members": [member], "otherwise": f"mailbox:{member}"}),
            (
                "menus",
                {"number": "7000", "name": "Main", "say": "Hello.", "keys": {"1": "group:6000"}, "otherwise": "hangup"},
            ),
            (
                "hours",
                {"name": "office", "open": ["mon-sun 00:00-24:00"], "then": "menu:7000", "otherwise": "group:6000"},
            ),
        ):
            made = rest.post(f"/api/v1/{path}", params={"tenant": server.tenant}, json=new)
            assert made.status_code == 201, made.text
    desk = portal(clients)
    page, checker, origin = desk.page, PageChecker(desk, "en"), f"{desk.origin}/portal"

    form = open_form(page, f"{origin}/trunks", "New trunk")
    choose(form, "Carrier", "sipgate trunking")
    expect(form.get_by_role("textbox", name="Server", exact=True)).to_have_value("sipconnect.sipgate.de")
    form.get_by_role("textbox", name="Name", exact=True).fill("main")
    form.get_by_role("textbox", name="Server", exact=True).fill(f"127.0.0.1:{free_port()}")
    form.get_by_role("button", name="Save", exact=True).click()
    expect(form.get_by_label("Password", exact=True)).to_have_accessible_description("Required to register.")
    form.get_by_label("Registers with the carrier").uncheck()
    form.get_by_text("More settings").click()
    form.get_by_label("Check the carrier every (seconds)").fill("0")
    checker.label = "trunk"
    checker.check("light", "dark")
    save(form)
    expect(page.get_by_role("row").filter(has_text="main")).to_contain_text("Reachable")

    form = open_form(page, f"{origin}/numbers", "New number")
    form.get_by_role("textbox", name="Number", exact=True).fill(NUMBER)
    choose(form, "Kind of destination", "Opening hours")
    choose(form, "Opening hours", "office")
    choose(form, "Trunk", "main")
    save(form)
    row = page.get_by_role("row").filter(has_text=SHOWN)
    expect(row).to_contain_text("Opening hours office")
    page.goto(f"{origin}/numbers")
    row.get_by_role("button", name=SHOWN, exact=True).click()
    way = form.get_by_role("list", name=f"Way of a call to {SHOWN}")
    expect(way.get_by_role("listitem").filter(has_text="Key 1").last).to_contain_text("Sales · 6000")
    expect(way.get_by_role("link", name="Menu Main · 7000")).to_have_attribute(
        "href", re.compile("^/portal/menus[?]item=")
    )
    checker.label = "number"
    checker.check("light", "dark")
    page.keyboard.press("Escape")
    expect(form).to_have_count(0)
    row.get_by_role("button", name=f"Change the destination of {SHOWN}").click()
    choose(row, "Kind of destination", "Hang up")
    row.get_by_role("button", name="Save", exact=True).click()
    expect(row).to_contain_text("Hang up")
    page.get_by_role("listitem").filter(has_text="lead elsewhere").get_by_role("button", name="Undo").click()
    expect(row).to_contain_text("Opening hours office")

    for name, pattern in (("outside", "+."), ("germany", "+49.")):
        form = open_form(page, f"{origin}/routes", "New route")
        form.get_by_role("textbox", name="Name", exact=True).fill("outside")
        form.get_by_role("textbox", name="Numbers", exact=True).fill(pattern)
        choose(form, "Trunks", "main")
        if name != "outside":
            form.get_by_role("button", name="Save", exact=True).click()
            expect(form.get_by_role("textbox", name="Name", exact=True)).to_have_accessible_description(
                "This name is taken. Choose another one."
            )
            form.get_by_role("textbox", name="Name", exact=True).fill(name)
        save(form)
    first = page.get_by_role("row").nth(1)
    expect(first).to_contain_text("outside")
    page.get_by_role("button", name="Move germany up").focus()
    page.keyboard.press("Enter")
    expect(first).to_contain_text("germany")
    expect(page.get_by_role("button", name="Move germany down")).to_be_focused()
    page.goto(f"{origin}/routes")
    expect(first).to_contain_text("germany")
    for number, answer in (("030 98765432", "Trunk main dials"), ("+1 212 5550100", "Calls to this country")):
        page.get_by_role("textbox", name="Number", exact=True).fill(number)
        page.keyboard.press("Enter")
        expect(page.get_by_role("status").filter(has_text=answer)).to_be_visible()
    checker.label = "routes"
    checker.check("light", "dark")
    assert checker.findings == desk.complaints == []


def test_the_number_shown_for_a_group_is_chosen_at_the_group(
    clients: Clients, server: Server, household: Household
) -> None:
    leads, chosen = "+49301234520", "+49301234521"
    server.canaries |= {leads, chosen}
    carrier = {"name": "numbers", "server": f"127.0.0.1:{free_port()}", "registers": False, "check_seconds": 0}
    with server.rest() as rest:
        for path, new in (
            ("trunks", carrier),
            ("groups", {"number": "6100", "name": "Support", "members": [household.anna.number]}),
            ("numbers", {"number": leads, "trunk": "numbers", "destination": "group:6100"}),
            ("numbers", {"number": chosen, "trunk": "numbers", "destination": "hangup"}),
        ):
            made = rest.post(f"/api/v1/{path}", params={"tenant": server.tenant}, json=new)
            assert made.status_code == 201, made.text

    def shown_for() -> list[str]:
        with server.rest() as rest:
            numbers = rest.get("/api/v1/numbers", params={"tenant": server.tenant}).json()["items"]
        return next(one["shown_for"] for one in numbers if one["number"] == chosen)

    desk = portal(clients)
    page = desk.page
    page.goto(f"{desk.origin}/portal/groups")
    page.get_by_role("button", name="Support").click()
    field = page.get_by_role("dialog").get_by_role("combobox", name="Number shown outside")
    expect(field).to_have_value("030 1234520, which leads here")
    choose(page.get_by_role("dialog"), "Number shown outside", "030 1234521")
    expect(page.get_by_role("listitem").filter(has_text="show another number")).to_be_visible()
    expect(field).to_have_value("030 1234521")
    assert shown_for() == ["group:6100"]
    page.get_by_role("listitem").filter(has_text="show another number").get_by_role("button", name="Undo").click()
    expect(field).to_have_value("030 1234520, which leads here")
    assert not shown_for()
