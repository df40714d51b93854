"""Routing in the portal: a ring group, opening hours and a menu, made and used by one another. Integrations: an API key
and a webhook."""

from typing import Any

import pytest
from client_pages import Client, Clients
from page_checks import PageChecker
from playwright.sync_api import Locator, Page, expect
from portal_pages import create_administrator, portal
from server import Household, Server, eventually

ANNA, BERTA = "Annarosa Quellmalz", "Bertalina Oxenfurt"


@pytest.fixture(scope="module")
def administered(server: Server) -> None:
    create_administrator(server)


@pytest.fixture
def desk(clients: Clients, administered: None) -> Client:
    return portal(clients)


def create(page: Page, button: str, name: str) -> Locator:
    """Open the drawer of a new item and enter its name; return the drawer."""
    page.get_by_role("button", name=button).click()
    form = page.get_by_role("dialog", name=button)
    form.get_by_role("textbox", name="Name", exact=True).fill(name)
    return form


def choose(page: Page, field: Locator, option: str) -> None:
    field.click()
    page.get_by_role("option", name=option, exact=True).click()


def lead_to(page: Page, form: Locator, label: str, kind: str, target: str) -> None:
    """Choose a destination."""
    picker = form.get_by_role("group", name=label, exact=True)
    choose(page, picker.get_by_role("combobox", name="Kind of destination"), kind)
    choose(page, picker.get_by_role("combobox", name=kind), target)


def save(form: Locator) -> None:
    form.get_by_role("button", name="Save").click()
    expect(form).to_have_count(0)


def stored(server: Server, path: str) -> dict[str, Any]:
    with server.rest() as rest:
        return rest.get(f"/api/v1/{path}", params={"tenant": server.tenant}).json()


def test_a_group_hours_and_a_menu_are_made_in_the_portal(desk: Client, server: Server, household: Household) -> None:
    page, walk = desk.page, PageChecker(desk, "en")
    anna, berta = household.anna.number, household.berta.number
    anna_named, berta_named = f"{ANNA} · {anna}", f"{BERTA} · {berta}"

    page.goto(f"{desk.origin}/portal/groups")
    form = create(page, "New ring group", "Harbour")
    walk.label = "the form of a group"
    walk.check("light", "dark")
    for member in (anna_named, berta_named):
        choose(page, form.get_by_role("combobox", name="Members"), member)
    page.keyboard.press("Tab")
    lead_to(page, form, "If no member answers", "Mailbox", anna_named)
    save(form)
    group = stored(server, "groups/6000")
    assert (group["members"], group["otherwise"]) == ([anna, berta], f"mailbox:{anna}")

    page.goto(f"{desk.origin}/portal/hours")
    form = create(page, "New opening hours", "Office")
    walk.label = "the form of opening hours"
    walk.check("light", "dark")
    form.get_by_role("button", name="Add hours").click()
    second = form.get_by_role("group", name="Hours 2")
    choose(page, second.get_by_role("combobox", name="Days"), "Saturday")
    second.get_by_label("To", exact=True).fill("12:30")
    lead_to(page, form, "While open", "Ring group", "Harbour · 6000")
    save(form)
    switch = page.get_by_role("button", name="Switch of office: Automatic")
    switch.click()
    page.get_by_role("menuitemradio", name="Closed by hand").click()
    eventually(lambda: stored(server, "hours/office")["switch"] == "closed", what="the switch is stored")
    expect(page.get_by_role("row", name="office").get_by_text("Closed", exact=True)).to_be_visible()
    hours = stored(server, "hours/office")
    assert hours["open"] == ["mon-fri 09:00-17:00", "sat 09:00-12:30"]
    assert (hours["then"], hours["switch"], hours["is_open"]) == ("group:6000", "closed", False)

    page.goto(f"{desk.origin}/portal/menus")
    form = create(page, "New menu", "Main")
    walk.label = "the form of a menu"
    walk.check("light", "dark")
    form.get_by_text("Sound", exact=True).click()
    sound = form.get_by_role("combobox", name="Sound")
    sound.fill("Goodbye")
    choose(page, sound, "Goodbye.")
    lead_to(page, form, "Key 1 leads to", "Opening hours", "office")
    form.get_by_role("button", name="Key 0").click()
    lead_to(page, form, "Key 0 leads to", "Extension", berta_named)
    save(form)
    assert stored(server, "menus/7000")["keys"] == {"1": "hours:office", "0": f"extension:{berta}"}

    page.goto(f"{desk.origin}/portal/groups")
    page.get_by_role("table").get_by_role("button", name="Harbour").click()
    form = page.get_by_role("dialog", name="Harbour", exact=True)
    form.get_by_role("button", name="Delete").click()
    page.get_by_role("dialog", name="Delete ring group Harbour?").get_by_role("button", name="Delete").click()
    expect(form.get_by_role("alert")).to_contain_text("is used by: Opening hours office")
    form.get_by_role("textbox", name="Name", exact=True).fill("Lighthouse")
    save(form)
    page.get_by_role("button", name="Undo").click()
    harbour = page.get_by_role("table").get_by_role("button", name="Harbour")
    expect(harbour).to_be_visible()

    harbour.click()
    form = page.get_by_role("dialog", name="Harbour", exact=True)
    form.get_by_role("textbox", name="Name", exact=True).fill("Lighthouse")
    with server.rest() as other:
        changed = other.patch("/api/v1/groups/6000", params={"tenant": server.tenant}, json={"members": [berta]})
    assert changed.status_code == 200, changed.text
    form.get_by_role("button", name="Save").click()
    expect(form.get_by_role("alert")).to_contain_text("Someone else has changed this meanwhile")
    assert stored(server, "groups/6000")["name"] == "Harbour"
    assert list(dict.fromkeys(walk.findings)) == []


def take_secret(form: Locator) -> str:
    """Save the form; return the secret that is shown then."""
    form.get_by_role("button", name="Save").click()
    expect(form.get_by_text("Shown only now.")).to_be_visible()
    return form.locator("pre").inner_text()


def status_with_key(page: Page, key: str) -> int:
    """The status of a request of a program for the directory."""
    request = """(key) => {
      const options = {credentials: 'omit', headers: {authorization: `Bearer ${key}`}}
      return fetch('/api/v1/directory', options).then((response) => response.status)
    }"""
    return page.evaluate(request, key)


def test_a_key_and_a_webhook_are_made_in_the_portal(desk: Client, server: Server) -> None:
    page, walk = desk.page, PageChecker(desk, "en")
    page.goto(f"{desk.origin}/portal/integrations")
    form = create(page, "New API key", "Dashboard")
    walk.label = "the form of a key"
    walk.check("light", "dark")
    form.get_by_role("checkbox", name="Read the directory").check()
    key = take_secret(form)
    server.canaries.add(key)
    walk.label = "a new key"
    walk.check("light", "dark")
    form.get_by_role("button", name="Done").click()
    expect(form).to_have_count(0)
    assert status_with_key(page, key) == 200
    row = page.get_by_role("row", name="Dashboard")
    expect(row).to_contain_text("Olga Verwaltung")
    row.get_by_role("button", name="Revoke Dashboard").click()
    question = page.get_by_role("dialog", name="Revoke the API key Dashboard?")
    question.get_by_role("button", name="Revoke").click()
    expect(row).to_have_count(0)
    assert status_with_key(page, key) == 401

    page.get_by_role("button", name="New key for SCIM").click()
    form = page.get_by_role("dialog", name="New API key")
    expect(form.get_by_role("checkbox", name="Manage accounts as an identity provider")).to_be_checked()
    expect(page.get_by_text(f"{desk.origin}/scim/v2")).to_be_visible()
    page.keyboard.press("Escape")
    expect(form).to_have_count(0)

    allow = page.get_by_role("switch", name="Allow assistants")
    allow.click()
    question = page.get_by_role("dialog", name="Allow assistants?")
    walk.label = "the question about assistants"
    walk.check("light", "dark")
    question.get_by_role("button", name="Allow").click()
    expect(allow).to_be_checked()
    page.get_by_role("button", name="New key for an assistant").click()
    form = page.get_by_role("dialog", name="New API key")
    expect(form.get_by_role("checkbox", name="Use as an assistant")).to_be_checked()
    page.keyboard.press("Escape")
    expect(form).to_have_count(0)

    form = create(page, "New webhook", "Helpdesk")
    walk.label = "the form of a webhook"
    walk.check("light", "dark")
    form.get_by_role("textbox", name="Address").fill("https://helpdesk.invalid/hook")
    form.get_by_role("checkbox", name="A call has ended").check()
    assert take_secret(form).startswith("whsec_")
    form.get_by_role("button", name="Done").click()
    expect(form).to_have_count(0)
    page.get_by_role("button", name="Send a test to Helpdesk").click()
    expect(page.get_by_text("A test message to Helpdesk is on its way.")).to_be_visible()
    page.get_by_role("table", name="Webhooks").get_by_role("button", name="Helpdesk", exact=True).click()
    form = page.get_by_role("dialog", name="Helpdesk", exact=True)
    messages = form.get_by_role("region", name="Messages not delivered")
    expect(messages.get_by_role("listitem")).to_contain_text("Test")
    walk.label = "a webhook"
    walk.check("light", "dark")
    form.get_by_role("button", name="Delete").click()
    page.get_by_role("dialog", name="Delete the webhook Helpdesk?").get_by_role("button", name="Delete").click()
    expect(form).to_have_count(0)
    expect(page.get_by_text("No program is told of events yet.")).to_be_visible()
    assert list(dict.fromkeys(walk.findings)) == []
