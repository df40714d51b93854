"""The tabs of the client: calls, messages and recordings in one list, the team, and the page of a person."""

import asyncio
import re
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest
from app_phone import app_phone
from client_pages import Client, Clients
from page_checks import FOLLOW, PageChecker
from playwright.sync_api import Locator, Page, expect
from portal_pages import DESKTOP_OPTIONS
from server import Household, Login, Server, create_household, eventually, set_voicemail
from voicemail_messages import leave_message

ANNA, BERTA, CLARA = "Annarosa Quellmalz", "Bertalina Oxenfurt", "Claramunde Zwiebach"
FORMER = {
    "/history": ("/calls", "Calls"),
    "/voicemail": ("/calls?show=voicemail", "Calls"),
    "/recordings": ("/calls?show=recordings", "Calls"),
    "/directory": ("/team", "Team"),
    "/rooms": ("/team?show=rooms", "Team"),
    "/": ("/calls", "Calls"),
}
SCREENS_IN_GERMAN = {
    "/team": "Team",
    "/calls": "Zuletzt",
    "/calls?show=voicemail": "Voicemail",
    "/calls?show=recordings": "Aufnahmen",
    "/team?show=rooms": "Räume",
    "/settings": "Mehr",
}
"""Screens by path: the name of the chosen part, or the title."""
DESKTOP = {**DESKTOP_OPTIONS, "viewport": {"width": 900, "height": 800}}


@pytest.fixture(scope="module")
def household(server: Server) -> Household:
    household = create_household(server)
    set_voicemail(server, on=True)
    return household


@pytest.fixture
def anna(clients: Clients, household: Household) -> Client:
    return clients("microphone").sign_in(household.anna, path="/calls").wait_registered()


@pytest.fixture
def missed(server: Server, household: Household, anna: Client) -> Client:
    """Anna, on another tab, has declined a call from Clara, who left a message."""
    anna.page.get_by_role("link", name="Team").click()
    speaking = threading.Thread(
        target=lambda: asyncio.run(leave_message(server, household.clara, household.anna.number))
    )
    speaking.start()
    anna.page.get_by_role("button", name="Decline", exact=True).click(timeout=30_000)
    speaking.join()
    return anna


@pytest.fixture
def missed_unanswered(clients: Clients, household: Household, anna: Client) -> Client:
    """Anna, on another tab, has a call from Clara that ended while it rang."""
    clara = clients("microphone").sign_in(household.clara, path="/team").wait_registered()
    tab(anna.page, "Team").click()
    rows(clara.page, ANNA).get_by_role("button", name=f"Call {ANNA}", exact=True).click()
    expect(anna.page.get_by_role("alertdialog")).to_be_visible()
    clara.page.get_by_role("button", name="Hang up").click()
    expect(anna.page.get_by_role("alertdialog")).to_have_count(0)
    return anna


def rows(page: Page, name: str) -> Locator:
    return page.get_by_role("listitem").filter(has=page.get_by_role("link", name=name))


def tab(page: Page, name: str) -> Locator:
    return page.get_by_role("navigation", name="Main menu").get_by_role("link", name=name)


def test_addresses_of_earlier_versions_lead_to_their_new_places(clients: Clients, household: Household) -> None:
    anna = clients().sign_in(household.anna)
    for former, (path, title) in FORMER.items():
        anna.open(former)
        expect(anna.page).to_have_url(f"{anna.origin}/app{path}")
        expect(anna.page.get_by_role("heading", name=title, exact=True)).to_be_visible()
    anna.open("/dial")
    expect(anna.page.get_by_role("dialog").get_by_label("Number", exact=True)).to_be_visible()
    expect(anna.page).to_have_url(f"{anna.origin}/app/calls")
    assert anna.complaints == []


def test_a_missed_call_is_counted_until_the_list_was_looked_at(missed_unanswered: Client, household: Household) -> None:
    anna, page = missed_unanswered, missed_unanswered.page
    expect(tab(page, "Calls")).to_contain_text("1 missed call")
    tab(page, "Calls").click()
    row = rows(page, CLARA).first
    expect(row).to_contain_text("Missed")
    name = row.get_by_text(CLARA, exact=True)
    assert int(name.evaluate("each => getComputedStyle(each).fontWeight")) >= 600
    expect(tab(page, "Calls")).not_to_contain_text("missed call")
    tab(page, "Team").click()
    tab(page, "Calls").click()
    expect(row).to_be_visible()
    eventually(
        lambda: name.evaluate("each => getComputedStyle(each).fontWeight") == "500", what="no longer new to the reader"
    )
    anna.open("/team")
    expect(tab(page, "Calls")).to_be_visible()
    expect(tab(page, "Calls")).not_to_contain_text("missed call")
    assert anna.complaints == []


def test_a_call_opens_the_page_of_its_party_and_a_message_is_deleted_with_undo(missed: Client) -> None:
    anna, page = missed, missed.page
    tab(page, "Calls").click()
    row = rows(page, CLARA).first
    expect(row).to_contain_text(re.compile("(Missed|Declined) · 0:0[1-4]"))
    row.get_by_role("link", name=CLARA).click()
    expect(page.get_by_role("heading", name=CLARA)).to_be_visible()
    expect(page.get_by_role("region", name="This call")).to_contain_text("Declined")
    actions = page.get_by_role("group", name=f"Actions for {CLARA}")
    for name in ("Call", "Video call with", "Add"):
        size = actions.get_by_role("button", name=re.compile(f"^{name} .*{CLARA}|^{name} {CLARA}")).bounding_box()
        assert size
        assert (size["width"], size["height"]) == (56, 56), name
    walk = PageChecker(anna, "en", label="a call")
    walk.check("light", "dark")

    message = page.get_by_role("region", name="Messages").get_by_role("listitem")
    message.get_by_role("button", name=CLARA).click()
    with page.expect_download() as saved:
        message.get_by_role("button", name="Save").click()
    assert re.fullmatch(r"message-\d{4}-\d\d-\d\d-\d{4}\.(ogg|wav)", saved.value.suggested_filename)
    walk.check("light", "dark")
    message.get_by_role("button", name="Delete").click()
    expect(message).to_have_count(0)
    page.get_by_role("button", name="Undo").click()
    expect(message).to_be_visible()
    shown = lambda: [each["hidden"] for each in anna.api("GET", "/voicemail")["items"]]  # noqa: E731
    eventually(lambda: shown() == [None], what="it is restored")
    message.get_by_role("button", name=CLARA).click()
    message.get_by_role("button", name="Delete").click()
    expect(message).to_have_count(0)
    anna.page.goto("about:blank")  # leaving the page ends the time for undoing
    anna.open("/calls?show=voicemail")
    expect(page.get_by_text("No messages.")).to_be_visible()
    eventually(lambda: anna.api("GET", "/voicemail?hidden=true")["items"] == [], what="an erased message")
    assert walk.findings == anna.complaints == []


def swipe(client: Client, row: Locator, by: int) -> None:
    """Move a row sideways with a finger, in CSS pixels."""
    box = row.bounding_box()
    assert box
    touch = client.context.new_cdp_session(client.page)
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    for kind, moved in (("touchStart", 0), ("touchMove", by // 4), ("touchMove", by // 2), ("touchMove", by)):
        points = [{"x": x + moved, "y": y}]
        touch.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})
    touch.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})
    touch.detach()


def test_a_call_is_removed_from_the_own_list_with_undo(missed_unanswered: Client) -> None:
    anna, page = missed_unanswered, missed_unanswered.page
    tab(page, "Calls").click()
    expect(rows(page, CLARA).first).to_be_visible()
    listed = len(anna.api("GET", "/history")["items"])
    rows(page, CLARA).first.get_by_role("link").click()
    page.get_by_role("button", name="Remove from my list").click()
    expect(page.get_by_role("heading", name="Calls")).to_be_visible()
    eventually(lambda: len(anna.api("GET", "/history")["items"]) == listed - 1, what="a shorter list")
    page.get_by_role("button", name="Undo").click()
    eventually(lambda: len(anna.api("GET", "/history")["items"]) == listed, what="the call in the list again")
    expect(rows(page, CLARA).first).to_be_visible()
    swipe(anna, rows(page, CLARA).first, -200)
    eventually(lambda: len(anna.api("GET", "/history")["items"]) == listed - 1, what="a shorter list")
    page.get_by_role("button", name="Undo").last.click()
    eventually(lambda: len(anna.api("GET", "/history")["items"]) == listed, what="the call in the list again")
    assert anna.complaints == []


@pytest.mark.promise("U5", "D4")
def test_the_team_has_favourites_and_is_searched_on_the_keypad(
    server: Server, household: Household, anna: Client
) -> None:
    page = anna.page
    tab(page, "Team").click()
    rows(page, BERTA).get_by_role("link").click()
    expect(page.get_by_role("heading", name=BERTA)).to_be_visible()
    page.get_by_role("button", name=f"Add {BERTA} to favourites").click()
    page.get_by_role("link", name="Back").click()
    strip = page.get_by_role("list", name="Favourites")
    expect(strip.get_by_role("link", name=BERTA)).to_be_visible()
    anna.open("/team")
    expect(strip.get_by_role("link", name=BERTA)).to_be_visible()
    anna.open("/settings/privacy")
    allowed = page.get_by_role("switch", name="Suggestions and usage statistics")
    allowed.click()  # it moves once the server has stored the decision
    expect(allowed).to_be_checked()
    eventually(lambda: not anna.api("GET", "/me/suggestions")["stopped"], what="suggestions that are allowed")
    with ThreadPoolExecutor(1) as thread:  # Clara's mailbox answers
        thread.submit(asyncio.run, hear_greeting(server, household.anna, household.clara.number)).result()
    eventually(lambda: len(anna.api("GET", "/me/suggestions")["items"]) == 1, what="a suggestion")
    anna.open("/team")
    suggested = page.get_by_role("region", name="Suggestions")
    expect(suggested.get_by_role("listitem")).to_contain_text("1 call")
    suggestions = PageChecker(anna, "en", label="suggestions")
    suggestions.check("light", "dark")
    suggested.get_by_role("button", name=f"Add {CLARA} to favourites").click()
    expect(strip.get_by_role("link", name=CLARA)).to_be_visible()
    expect(suggested).to_have_count(0)
    page.get_by_role("button", name="Undo").click()
    suggested.get_by_role("link", name="Turn suggestions off").click()
    allowed.click()
    expect(allowed).not_to_be_checked()
    stopped = {"stopped": True, "items": []}
    eventually(lambda: anna.api("GET", "/me/suggestions") == stopped, what="suggestions that stopped")
    anna.open("/team")
    expect(rows(page, CLARA)).to_be_visible()
    expect(suggested).to_have_count(0)
    assert suggestions.findings == []
    page.get_by_role("searchbox", name="Search people").fill("2527")  # the keys of "Clar"
    expect(rows(page, CLARA)).to_be_visible()
    expect(rows(page, BERTA)).to_have_count(0)
    page.get_by_role("searchbox", name="Search people").fill("bert")
    expect(rows(page, BERTA)).to_be_visible()
    walk = PageChecker(anna, "en", label="the team")
    walk.check("light", "dark")
    assert walk.findings == anna.complaints == []


def test_list_and_detail_stand_side_by_side_from_900_px(clients: Clients, household: Household) -> None:
    anna = clients(language="de-DE", **DESKTOP).sign_in(household.anna, path="/team")
    page = anna.page
    rows(page, BERTA).get_by_role("link").click()
    detail, chosen = page.get_by_role("heading", name=BERTA), rows(page, BERTA)
    expect(detail).to_be_visible()
    expect(chosen).to_be_visible()
    left, right = chosen.bounding_box(), detail.bounding_box()
    rail = page.get_by_role("navigation").first.bounding_box()
    assert left
    assert right
    assert rail
    assert rail["width"] == 72
    assert rail["x"] + rail["width"] <= left["x"]
    assert left["x"] + left["width"] <= right["x"]
    walk = PageChecker(anna, "de", label="two panes")
    walk.check("light", "dark")
    for name in ("Anrufe", "Team"):
        tab = page.get_by_role("navigation").first.get_by_role("link", name=name)
        tab.click()
        expect(page.get_by_role("heading", name=name, exact=True)).to_be_visible()
        walk.check("light")
    assert walk.findings == anna.complaints == []


def test_a_call_at_a_colleague_is_picked_up_into_a_card_below_the_list(
    clients: Clients, household: Household, anna: Client
) -> None:
    clara = clients("microphone").sign_in(household.clara, path="/team").wait_registered()
    berta = clients("microphone", **DESKTOP).sign_in(household.berta, path="/team").wait_registered()
    rows(clara.page, ANNA).get_by_role("button", name=f"Call {ANNA}", exact=True).click()
    pick_up = rows(berta.page, ANNA).get_by_role("button", name=f"Pick up the call for {ANNA}")
    size = pick_up.bounding_box()
    assert size
    assert (size["width"], size["height"]) == (44, 44)
    expect(rows(berta.page, ANNA)).not_to_contain_text(CLARA)
    pick_up.click()
    card = berta.page.get_by_role("region", name=f"Call with {CLARA}", exact=True)
    expect(card.get_by_role("button", name="Encrypted to your phone system")).to_be_visible()
    expect(anna.page.get_by_role("alertdialog")).to_have_count(0)
    expect(pick_up).to_have_count(0)
    card.get_by_role("button", name="Hold").click()
    expect(clara.page.get_by_text("On hold by the other party")).to_be_visible()
    rows(berta.page, ANNA).get_by_role("link").click()
    expect(berta.page.get_by_role("heading", name=ANNA)).to_be_visible()
    walk = PageChecker(berta, "en", label="a call beside the list")
    walk.check("light")
    rows(berta.page, ANNA).get_by_role("link").drag_to(card)
    sheet = berta.page.get_by_role("dialog", name="Transfer call")
    expect(sheet.get_by_role("button", name=f"Transfer to {ANNA}")).to_be_visible()
    sheet.get_by_role("button", name="Close").click()
    berta.page.get_by_role("button", name=f"More actions for {ANNA}").click()
    expect(
        berta.page.get_by_role("menuitem", name="Transfer the call here")
    ).to_be_visible()  # the same without dragging
    berta.page.keyboard.press("Escape")
    card.get_by_role("button", name="Hang up").click()
    expect(card).to_have_count(0)
    expect(clara.page.get_by_role("dialog")).to_have_count(0)
    assert walk.findings == anna.complaints == []


LARGE_TEXT = "document.documentElement.style.fontSize = '200%'"
CUT = """() => [...document.querySelectorAll('main a, main button, main li, main h1, main h2, nav a')].filter((each) => {
  const {width, height} = each.getBoundingClientRect()
  const {overflowX, clipPath} = getComputedStyle(each)
  return width && height && each.scrollWidth > each.clientWidth + 1 && overflowX !== 'auto' && clipPath === 'none'
}).map((each) => `${each.tagName} ${each.textContent.slice(0, 60)}`)"""


@pytest.fixture
def unusual(server: Server) -> Iterator[list[str]]:
    """The names of colleagues: written from right to left, of symbols, and of the greatest length without a space."""
    names = {"740081": "محمد عبد الله", "740082": "👩‍👩‍👧 🎷", "740083": "Wörterbuch" * 20}
    with server.rest() as rest:
        for number, name in names.items():
            made = rest.post(
                "/api/v1/extensions", params={"tenant": server.tenant}, json={"number": number, "name": name}
            )
            assert made.status_code == 201, made.text
        yield list(names.values())
        for number in names:
            rest.delete(f"/api/v1/extensions/{number}", params={"tenant": server.tenant})


def test_text_of_double_size_and_any_names_lose_nothing_on_the_narrowest_screen(
    clients: Clients, household: Household, unusual: list[str]
) -> None:
    """In German, whose words are longer."""
    anna = clients(language="de-DE", viewport={"width": 320, "height": 568}).sign_in(household.anna, path="/team")
    page, walk = anna.page, PageChecker(anna, "de")
    page.evaluate(LARGE_TEXT)
    for path, chosen in SCREENS_IN_GERMAN.items():
        page.evaluate(FOLLOW, f"/app{path}")
        part = page.get_by_role("radio", name=chosen, exact=True, checked=True)
        expect(part.or_(page.get_by_role("heading", name=chosen, exact=True, level=1)).first).to_be_attached()
        walk.label = path
        walk.check("light")
        assert page.evaluate(CUT) == [], path
        links = page.get_by_role("navigation").first.get_by_role("link")
        ends = [box["x"] + box["width"] for box in (each.bounding_box() for each in links.all()) if box]
        assert len(ends) == 4
        assert max(ends) <= 320
    page.evaluate(FOLLOW, "/app/team")
    for name in (BERTA, CLARA, *unusual):
        label = rows(page, name).get_by_text(name, exact=True)
        box = label.bounding_box()
        assert box
        assert box["width"] > 60
    for name in (BERTA, unusual[-1]):
        page.evaluate(FOLLOW, "/app/team")
        rows(page, name).get_by_role("link").click()
        expect(page.get_by_role("heading", name=name)).to_be_visible()
        walk.label = name
        walk.check("light")
        assert page.evaluate(CUT) == []
    assert walk.findings == anna.complaints == []


def test_unknown_addresses_and_inner_pages_keep_the_frame(anna: Client) -> None:
    page = anna.page
    anna.open("/no-such-page")
    expect(page.get_by_role("heading", name="Page not found")).to_be_visible()
    expect(tab(page, "Calls")).to_be_visible()
    for path in ("/self-test", "/diagnostics", "/about", "/settings/devices"):
        anna.open(path)
        expect(tab(page, "More")).to_have_attribute("aria-current", "page")
        expect(page.get_by_role("link", name="Back")).to_be_visible()
    page.get_by_role("link", name="Back").click()
    expect(page).to_have_url(f"{anna.origin}/app/settings")
    page.get_by_role("link", name="Notices", exact=True).click()
    chat = page.get_by_role("switch", name="New chat messages")
    chat.press("Space")
    expect(chat).not_to_be_checked()
    page.reload()
    expect(chat).not_to_be_checked()
    always = page.get_by_role("region", name="Always sent").get_by_role("listitem").filter(has_text="Password changed")
    expect(always).to_contain_text("It protects your account.")
    expect(page.get_by_role("switch", name="New voicemail")).to_be_checked()


def test_forwarding_set_in_the_app_takes_effect(server: Server, household: Household, anna: Client) -> None:
    page = anna.open("/settings/forwarding").page
    always = page.get_by_role("combobox", name="Always")
    mailbox = f"Mailbox of {ANNA} · {household.anna.number}"
    choose(always, mailbox)
    page.get_by_role("button", name="Undo").click()
    expect(always).to_have_value("Not forwarded")
    choose(always, mailbox)
    expect(page.get_by_text("Forwarding is changed.")).to_be_visible()
    # Anna's app is registered: without the rule it would ring, and Clara would hear nothing.
    with ThreadPoolExecutor(1) as thread:
        thread.submit(asyncio.run, hear_greeting(server, household.clara, household.anna.number)).result()
    choose(always, "Not forwarded")
    assert anna.complaints == []


def test_an_agent_signs_out_of_a_queue_and_pauses_in_the_status_sheet(
    server: Server, household: Household, anna: Client
) -> None:
    with server.rest() as rest:
        new = {"number": "6520", "name": "Support", "agents": [household.anna.number]}
        rest.post("/api/v1/queues", params={"tenant": server.tenant}, json=new).raise_for_status()

        def state() -> str:
            shown = rest.get("/api/v1/queues/6520/live", params={"tenant": server.tenant}).json()["agents"]
            return f"{shown[0]['state']} {shown[0]['reason']}"

        page = anna.page
        page.get_by_role("button", name="Your status: ").click()
        queue = page.get_by_role("group", name="Your queues").get_by_label("Support")
        for choice, expected in (("Pause: lunch", "paused lunch"), ("Signed out", "signed_out None")):
            queue.select_option(label=choice)
            eventually(lambda expected=expected: state() == expected, what=choice)
            expect(queue).to_be_enabled()
        rest.patch(
            f"/api/v1/queues/6520/agents/{household.anna.number}",
            params={"tenant": server.tenant}, json={"signed_in": True},
        ).raise_for_status()  # fmt: skip
        expect(queue).to_have_value("taking")
    assert anna.complaints == []


def choose(select: Locator, option: str) -> None:
    select.click()
    select.page.get_by_role("option", name=option, exact=True).click()
    expect(select).to_have_value(option)


async def hear_greeting(server: Server, caller: Login, number: str) -> None:
    async with app_phone(server, caller) as phone:
        await phone.call(number)
        await phone.wait_for_sound()
