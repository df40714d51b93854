"""The pad: names and numbers as they are typed and pasted, people above the number, redial and long presses."""

import re

import pytest
from client_pages import PHONE_VIEWPORT, Client, Clients
from playwright.sync_api import Locator, Page, expect
from portal_pages import DESKTOP_OPTIONS
from server import Household

ANNA, BERTA, CLARA = "Annarosa Quellmalz", "Bertalina Oxenfurt", "Claramunde Zwiebach"
LONGEST = "1234567890" * 4
HEIGHTS = (568, 640, 667, 740, 780, 915)
"""Of phones that are sold, in CSS pixels."""
CUT_ABOVE_NUMBER = """() => {
  const {top} = document.querySelector('form:has(input[aria-label=Number])').getBoundingClientRect()
  return [...document.querySelectorAll('form:has(input[aria-label=Number]) button')].filter((each) => {
    const box = each.getBoundingClientRect()
    return box.height && box.top < top - 1
  }).map((each) => each.textContent)
}"""
PASTE = """([field, text]) => {
  const data = new DataTransfer()
  data.setData('text/plain', text)
  field.dispatchEvent(new ClipboardEvent('paste', {clipboardData: data, bubbles: true, cancelable: true}))
}"""

HEAD_HEIGHT = "document.querySelector('h1').closest('[class*=Group]').getBoundingClientRect().height"


@pytest.fixture
def anna(clients: Clients, household: Household) -> Client:
    """With an open pad."""
    anna = clients("microphone").sign_in(household.anna, path="/dial").wait_registered()
    expect(anna.page.get_by_label("Number", exact=True)).to_be_focused()
    return anna


def number(page: Page) -> Locator:
    """The field of the pad, which is opened if a call has closed it."""
    field = page.get_by_label("Number", exact=True)
    if not field.is_visible():
        page.get_by_role("button", name="Dial pad").click()
    return field


def call_with(page: Page, name: str) -> Locator:
    return page.get_by_role("dialog", name=f"Call with {name}", exact=True)


def wait_for_end(page: Page) -> None:
    """Wait until the call has ended by itself: the other telephones are not registered."""
    expect(page.get_by_role("dialog")).to_have_count(0)


def test_another_screen_and_back_close_the_pad(anna: Client) -> None:
    page = anna.page
    page.go_back()  # from the first screen
    expect(page.get_by_role("dialog")).to_have_count(0)
    for tab in ("Team", "Calls"):
        page.get_by_role("navigation", name="Main menu").get_by_role("link", name=tab).click()
        expect(page.get_by_role("heading", name=tab, level=1)).to_be_visible()
    expect(number(page)).to_be_focused()
    page.go_back()
    expect(page.get_by_role("dialog")).to_have_count(0)
    expect(page.get_by_role("heading", name="Calls", level=1)).to_be_visible()
    page.go_back()
    expect(page.get_by_role("heading", name="Team", level=1)).to_be_visible()


def test_typed_text_is_kept_and_finds_people(anna: Client, household: Household) -> None:
    page, suggestions = anna.page, anna.page.get_by_role("group", name="Suggestions")
    page.keyboard.type("berta")
    expect(number(page)).to_have_value("berta")
    expect(suggestions).to_contain_text(BERTA)
    suggestion, field = suggestions.bounding_box(), number(page).bounding_box()
    assert suggestion
    assert field
    assert suggestion["y"] + suggestion["height"] <= field["y"] + 1
    number(page).fill("2527")  # the keys of "Clar"
    expect(suggestions).to_contain_text(CLARA)
    number(page).fill("zzz")
    page.keyboard.press("Enter")
    expect(page.get_by_role("alert")).to_contain_text("No match for this name")
    expect(number(page)).to_have_value("zzz")
    number(page).fill("claramunde")
    page.keyboard.press("Enter")
    expect(call_with(page, CLARA)).to_be_visible()
    wait_for_end(page)


def test_a_pasted_number_is_understood(anna: Client) -> None:
    page = anna.page
    for pasted, shown, hint in (
        ("+49 (0)30 1234567 ext 12", "+49 30 1234567", "Then press 12"),
        ("Office: +49 30 1234567", "+49 30 1234567", "Germany"),
        ("tel:+49-30-1234567", "+49 30 1234567", "Germany"),
    ):
        number(page).fill("")
        for each in ("Then press 12", "Germany"):
            expect(page.get_by_text(each)).to_have_count(0)
        number(page).focus()
        page.evaluate(PASTE, [number(page).element_handle(), pasted])
        expect(number(page)).to_have_value(shown)
        expect(page.get_by_text(hint)).to_be_visible()


def test_a_long_number_becomes_smaller_and_is_never_cut(anna: Client) -> None:
    page = anna.page
    page.set_viewport_size({"width": 320, "height": 568})
    for typed in ("710071", "+4930123456789012", LONGEST):
        number(page).fill(typed)
        cut = "field => [field.scrollWidth - field.clientWidth, parseFloat(getComputedStyle(field).fontSize)]"
        missing, size = number(page).evaluate(cut)
        assert missing <= 0, typed
        assert size == 34 if len(typed) < 10 else size < 34
    bottom = page.get_by_role("button", name="Call", exact=True).evaluate("key => key.getBoundingClientRect().bottom")
    assert bottom <= 568

    # The button of another site leads to the pad, which shows the number and does not call it.
    other = page.context.new_page()
    other.set_content(
        f'<script src="{anna.origin}/embed/call.js"></script><unificx-call number="+4930123456">Call us</unificx-call>'
    )
    address = other.get_by_role("link", name="Call us").evaluate("link => link.href")
    other.close()
    page.goto(address)  # the pad opens by itself
    expect(page.get_by_label("Number", exact=True)).to_have_value("+49 30 123456")
    expect(page.get_by_role("button", name="Call", exact=True)).to_be_visible()
    expect(page).to_have_url(f"{anna.origin}/app/calls")
    expect(page.get_by_role("dialog", name="Call with")).to_have_count(0)


def test_the_empty_pad_offers_people_the_last_call_and_long_presses(anna: Client, household: Household) -> None:
    page = anna.page
    expect(page.get_by_role("list", name="Favourites").get_by_role("button", name=f"Enter {BERTA}")).to_be_visible()
    key = page.get_by_role("button", name="Call", exact=True)
    expect(key).to_be_enabled()
    page.get_by_role("button", name=f"Enter {BERTA}").click()
    expect(number(page)).to_have_value(household.berta.number)
    key.click()
    expect(call_with(page, BERTA)).to_be_visible()
    wait_for_end(page)
    expect(number(page)).to_be_visible()
    expect(page.get_by_role("button", name=f"Last: {BERTA}")).to_be_visible()
    for height in HEIGHTS:
        page.set_viewport_size({"width": 360, "height": height})
        assert page.evaluate(CUT_ABOVE_NUMBER) == [], height
    assert page.evaluate(HEAD_HEIGHT) < 60, "the title, the number and the status are one line"
    page.set_viewport_size(PHONE_VIEWPORT)
    redial = page.get_by_role("button", name="Redial")
    box = redial.bounding_box()
    assert box
    assert (box["width"], box["height"]) == (72, 72)
    redial.click()
    expect(number(page)).to_have_value(household.berta.number)
    number(page).fill("")
    zero = page.get_by_role("group", name="Dial pad").get_by_role("button", name=re.compile("^0"))
    zero.click(delay=700)
    expect(number(page)).to_have_value("+")
    number(page).fill("")
    page.get_by_role("group", name="Dial pad").get_by_role("button", name=re.compile("^1")).click(delay=700)
    expect(call_with(page, "Mailbox")).to_be_visible()
    page.get_by_role("button", name="Hang up").click()
    wait_for_end(page)


@pytest.mark.service_worker
def test_without_a_connection_the_number_is_kept(anna: Client, household: Household) -> None:
    page = anna.page
    anna.context.set_offline(True)
    expect(page.get_by_text("No connection. You are seeing saved data")).to_be_visible()
    number(page).fill(household.berta.number)
    page.get_by_role("button", name="Call", exact=True).click()
    expect(page.get_by_role("alert")).to_contain_text("No connection. The number is kept.")
    expect(number(page)).to_have_value(household.berta.number)
    expect(call_with(page, BERTA)).to_have_count(0)
    anna.context.set_offline(False)
    anna.wait_registered()
    page.get_by_role("button", name="Try again").click()
    expect(call_with(page, BERTA)).to_be_visible()
    wait_for_end(page)


def test_a_person_a_number_or_a_command_is_found_by_keyboard(clients: Clients, household: Household) -> None:
    desk = clients("microphone", **DESKTOP_OPTIONS).sign_in(household.anna, path="/settings").wait_registered()
    page, field = desk.page, desk.page.get_by_role("combobox", name="Name, number or command")
    results = page.get_by_role("listbox", name="Results")
    page.keyboard.press("Control+k")
    expect(field).to_be_focused()
    page.keyboard.type("claramunde")
    expect(results.get_by_role("option", selected=True)).to_contain_text(CLARA)
    page.keyboard.press("Enter")
    card = page.get_by_role("region", name=f"Call with {CLARA}", exact=True)
    expect(card.get_by_role("button", name="Call me when free")).to_be_visible()
    card.get_by_role("button", name="Close").click()
    expect(card).to_have_count(0)
    page.keyboard.press("Control+k")
    expect(field).to_be_focused()
    page.keyboard.type("+49 30 1234567")
    expect(results.get_by_role("option", name="Call 030 1234567")).to_be_visible()
    field.fill("devices")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1, name="Devices")).to_be_visible()
    page.keyboard.press("Control+k")
    page.keyboard.press("Escape")
    expect(field).to_have_count(0)
