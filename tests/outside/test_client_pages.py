"""Every page of the client and the portal: accessible, in both languages, and served by this server alone."""

import re

import pytest
from browser import CLIENT
from client_pages import PHONE_VIEWPORT, Client, Clients, other_device
from page_checks import (
    FIND_OVERFLOW,
    FOLLOW,
    Catalog,
    PageChecker,
    Scheme,
    item_routes,
    pages,
)
from playwright.sync_api import Page, expect
from portal_pages import DESKTOP_OPTIONS, EMAIL, PASSWORD, choose_action, create_administrator, portal, sign_in_by_api
from recorded_screens import until_answered
from server import Household, Server

ANNA, BERTA = "Annarosa Quellmalz", "Bertalina Oxenfurt"
LOOKS = pytest.mark.parametrize(("scheme", "language"), [("light", "en"), ("dark", "de")])
LOCALES = {"en": "en-GB", "de": "de-DE"}


@pytest.fixture(scope="module")
def settled(server: Server, household: Household) -> Household:
    """With an administrator."""
    create_administrator(server)
    return household


OFFER = re.compile(
    r"\b(buy|purchase|subscribe|upgrade|checkout|credit card|kaufen|bestellen|abonnieren|kreditkarte)\b|[€$£]", re.I
)
"""Texts that offer something for money, in both languages."""


def unique(walk: PageChecker) -> list[str]:
    """Findings without duplicates."""
    return list(dict.fromkeys(walk.findings))


def test_the_catalog_checks_can_find_something() -> None:
    """The message ids match the built client, and each language has texts of its own."""
    catalogue = Catalog.read()
    built = next((CLIENT / "dist" / "assets").glob("en-*.js")).read_text("utf-8")
    assert sum(each in built for each in catalogue.message_ids()) > 200
    assert "Sign in" in catalogue.texts_of_other_language("de")
    assert "Anmelden" in catalogue.texts_of_other_language("en")


CREATE = """async ([path, body]) => {
  const headers = {'content-type': 'application/json', 'idempotency-key': crypto.randomUUID()}
  const answer = await fetch('/api/v1' + path, {method: 'POST', headers, body: JSON.stringify(body)})
  return (await answer.json()).id
}"""


def items_of_the_app(client: Client, server: Server, household: Household) -> dict[str, str]:
    """The address of one item for each route of single items."""
    server.cli("call", household.berta.number, household.anna.number, "--tenant", server.tenant, "--seconds", "1")
    [call, *_] = client.api("GET", "/history")["items"]
    colleague = next(one for one in client.api("GET", "/directory")["items"] if one["number"] == household.berta.number)
    contact = client.page.evaluate(
        CREATE, ["/contacts", {"name": "Dora Nachbar", "numbers": [{"number": "+4930123456"}]}]
    )
    meeting = client.page.evaluate(CREATE, ["/meetings", {"name": "Monday"}])
    conversation = client.page.evaluate(CREATE, ["/conversations", {"members": [household.berta.number]}])
    return {
        "/calls/$call": f"/calls/{call['id']}",
        "/team/$person": f"/team/{colleague['id']}",
        "/team/contacts/$contact": f"/team/contacts/{contact}?show=contacts",
        "/chat/$conversation": f"/chat/{conversation}",
        "/meetings/$meeting": f"/meetings/{meeting}",
    }


@LOOKS
@pytest.mark.promise("S1", "S2", "S3", "T1")
def test_every_page_of_the_client(
    clients: Clients, server: Server, settled: Household, scheme: Scheme, language: str
) -> None:
    client = clients("camera", "microphone", language=LOCALES[language])
    walk = PageChecker(client, language)
    tenant_pages, own = pages("app")
    walk.open_and_check([f"/app{path}" for path in tenant_pages], scheme)
    client.sign_in(settled.anna, path="/directory").wait_registered()
    items = items_of_the_app(client, server, settled)
    assert items.keys() == item_routes("app")
    walk.open_and_check([f"/app{path}" for path in [*own, *items.values(), "/about"]], scheme, keyboard=True)
    assert unique(walk) == []
    assert [each for each in walk.texts if OFFER.search(each)] == []
    assert list(walk.foreign_requests()) == []
    assert client.complaints == []


@pytest.mark.promise("S2")
def test_every_page_of_the_client_fits_with_text_of_twice_the_size(
    clients: Clients, server: Server, settled: Household
) -> None:
    """WCAG 2.2, 1.4.4 and 1.4.10, in the language with the longer words."""
    client = clients(language=LOCALES["de"], switches=("--blink-settings=defaultFontSize=32",))
    client.sign_in(settled.anna, path="/calls")
    page = client.page
    assert page.evaluate("getComputedStyle(document.documentElement).fontSize") == "32px"
    wide = []
    for path in [*pages("app")[1], *items_of_the_app(client, server, settled).values(), "/about"]:
        with until_answered(page):
            page.evaluate(FOLLOW, f"/app{path}")
        wide += [f"{path} {each}" for each in page.evaluate(FIND_OVERFLOW, PHONE_VIEWPORT["width"])]
    assert wide == []


@LOOKS
@pytest.mark.promise("S2", "S3")
def test_every_page_of_the_portal(
    clients: Clients, server: Server, settled: Household, scheme: Scheme, language: str
) -> None:
    client = clients(language=LOCALES[language])
    walk = PageChecker(client, language)
    tenant_pages, own = pages("portal")
    walk.open_and_check([f"/portal{path}" for path in tenant_pages], scheme)
    sign_in_by_api(client, EMAIL, PASSWORD)
    sizes = PHONE_VIEWPORT, DESKTOP_OPTIONS["viewport"]
    walk.open_and_check([f"/portal{path}" for path in own], scheme, *sizes, keyboard=True)
    with server.rest() as rest:
        found = rest.get(f"/api/v1/extensions/{settled.anna.number}", params={"tenant": server.ready["tenant"]})
    person_id = found.json()["person_id"]
    tabs = ("overview", "phones", "calls", "voicemail", "recording", "security")
    items = {"/people/$id": f"/people/{person_id}", "/phones/$id": f"/phones/{found.json()['id']}"}
    assert items.keys() == item_routes("portal")
    people = [f"{items['/people/$id']}?tab={tab}" for tab in tabs]
    walk.open_and_check([f"/portal{path}" for path in [*people, items["/phones/$id"]]], scheme, keyboard=True)
    assert unique(walk) == []
    assert list(walk.foreign_requests()) == []
    assert client.complaints == []


@pytest.mark.usefixtures("settled")
def test_dialogs_and_menus_of_the_portal(clients: Clients) -> None:
    desk = portal(clients)
    walk = PageChecker(desk, "en")
    for action in ("Show sign-in code", "Invite", "New password", "Close account"):
        walk.label = action
        choose_action(desk, ANNA, action)
        walk.check("light", "dark")
    for button in ("New person", "Import CSV"):
        walk.label = button
        desk.page.goto(f"{desk.origin}/portal/people")
        desk.page.get_by_role("button", name=button).click()
        expect(desk.page.get_by_role("dialog")).to_be_visible()
        walk.check("light", "dark")
    assert unique(walk) == []


@pytest.mark.promise("S2")
def test_signing_in_and_calling_with_the_keyboard_alone(clients: Clients, server: Server, settled: Household) -> None:
    berta = clients("microphone", "camera").sign_in(settled.berta).wait_registered()
    caller = server.extension("740074", "Dorlinde Taste")
    email = f"dorlinde.{caller.number}@example.com"
    give(server, email)
    anna = clients("microphone", "camera")
    page, walk, own_pages = anna.page, PageChecker(anna, "en"), PageChecker(berta, "en")
    page.goto(f"{anna.origin}/app/")
    expect(page.get_by_label("E-mail")).to_be_visible()
    tab_to(page, "E-mail")
    page.keyboard.type(email)
    tab_to(page, "Password")
    page.keyboard.type(PASSWORD)
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Before you start")).to_be_visible()
    walk.check("light", "dark")
    tab_to(page, "Yes")
    page.keyboard.press("Space")
    tab_to(page, "I have read and accept")
    page.keyboard.press("Space")
    tab_to(page, "Continue")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Hear and speak")).to_be_focused()
    tab_to(page, "Set up later")
    page.keyboard.press("Enter")
    expect(page.get_by_role("button", name="Dial pad")).to_be_visible()  # its code is loaded first
    tab_to(page, "Dial pad")
    page.keyboard.press("Enter")
    expect(page.get_by_label("Number", exact=True)).to_be_focused()
    anna.wait_registered()

    page.keyboard.type(settled.berta.number)
    page.keyboard.press("Enter")
    expect(berta.page.get_by_role("alertdialog")).to_be_visible()
    walk.label = own_pages.label = "ringing"
    walk.check("light", "dark")
    own_pages.check("light", "dark")
    expect(berta.page.get_by_role("alertdialog").get_by_role("heading")).to_be_focused()
    for key in ("Space", "Enter", "Tab"):  # typing does not answer the call
        berta.page.keyboard.press(key)
    expect(berta.page.get_by_role("button", name="Answer", exact=True)).to_be_focused()
    berta.page.keyboard.press("Enter")
    expect(page.get_by_role("button", name="Keypad", exact=True)).to_be_enabled()
    for key, where in (("Keypad", "keypad"), ("Hide", "call"), ("Video", "pictures")):
        tab_to(page, key)
        page.keyboard.press("Enter")
        walk.label = where
        walk.check("light", "dark")
    expect(berta.page.locator("video").first).to_be_visible()
    own_pages.check("light", "dark")
    tab_to(page, "Audio")
    page.keyboard.press("Enter")
    expect(page.get_by_role("dialog", name="Audio and camera")).to_be_visible()
    walk.check("light", "dark")
    page.keyboard.press("Escape")
    tab_to(page, "Hang up")
    page.keyboard.press("Enter")
    expect(berta.page.get_by_role("dialog")).to_have_count(0)
    expect(page.get_by_role("dialog")).to_have_count(0)
    assert unique(walk) + unique(own_pages) == []
    assert list(walk.foreign_requests()) + list(own_pages.foreign_requests()) == []


def give(server: Server, email: str) -> None:
    """A person with their own password."""
    with server.rest() as operator:
        persons = operator.get("/api/v1/persons", params={"tenant": server.tenant, "limit": 200}).json()["items"]
        person = next(one["id"] for one in persons if one["email"] == email)
        set_ = operator.put(
            f"/api/v1/persons/{person}/password", params={"tenant": server.tenant}, json={"password": PASSWORD}
        )
        assert set_.status_code == 204, set_.text


NAMED = """() => {
  const {activeElement: here} = document
  const label = here.getAttribute('aria-label') ?? here.labels?.[0]?.innerText ?? here.innerText ?? ''
  const marked = [here, ...here.querySelectorAll('*')].some((each) => getComputedStyle(each).outlineStyle !== 'none')
  return [label.trim(), marked || here.matches('input')]
}"""


def tab_to(page: Page, name: str) -> None:
    """Press Tab until the element of that name is focused, with a visible focus ring."""
    passed = []
    for _ in range(30):
        page.keyboard.press("Tab")
        label, seen = page.evaluate(NAMED)
        if label.startswith(name):
            assert seen, f"{name} does not show that it has the focus"
            return
        passed.append(label)
    raise AssertionError(f"{name} is not reached: {passed}")


@pytest.mark.promise("U2")
def test_a_notice_arrives_under_the_bell_and_is_marked_as_read(
    clients: Clients, server: Server, settled: Household
) -> None:
    client = clients("microphone").sign_in(settled.anna, path="/settings")
    page = client.page
    screen = page.get_by_role("main")
    with other_device(server, settled.anna):
        bell = screen.get_by_role("link", name=re.compile(r"\d+ unread notices?"))
        expect(bell).to_be_visible()
        expect(page.get_by_role("link", name=re.compile(r"More.*unread notice"))).to_be_visible()
        bell.click()
    newest = screen.get_by_role("listitem").filter(has_text="New device signed in").first
    expect(newest).to_contain_text("unread")
    walk = PageChecker(client, "en", label="notices")
    walk.check("light", "dark")
    screen.get_by_role("button", name="Mark as read").click()
    expect(screen.get_by_text("unread", exact=True)).to_have_count(0)
    expect(page.get_by_role("link", name=re.compile("unread notice"))).to_have_count(0)
    desk = portal(clients)
    desk.page.goto(f"{desk.origin}/portal/")
    desk.page.get_by_role("button", name=re.compile("^(Notifications: |No notifications)")).click()
    expect(desk.page.get_by_role("heading", name="Your notices")).to_be_visible()
    assert unique(walk) == []
