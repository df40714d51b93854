"""Voicemail in the client: a message arrives, is shown at once, played and archived; erased in the portal."""

import asyncio
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from client_pages import Client, Clients, ServiceWorkerProbe, wait_two_seconds
from client_phone import MEDIA_PROBE
from page_checks import PageChecker
from playwright.sync_api import Locator, expect
from portal_pages import create_administrator, portal
from server import Household, Server, create_household, eventually, set_voicemail
from voicemail_messages import TONE, erase_messages, leave_message

pytestmark = pytest.mark.service_worker

WHO, SHARED = "Claramunde Zwiebach", "7355"


@pytest.fixture(scope="module")
def server(module_server: Server) -> Server:
    return module_server


@pytest.fixture(scope="module")
def household(server: Server) -> Household:
    household = create_household(server)
    set_voicemail(server, on=True)
    create_administrator(server)
    return household


@pytest.fixture
def anna(clients: Clients, server: Server, household: Household) -> Iterator[Client]:
    """With an empty mailbox."""
    anna = clients("microphone", recorded=True)
    anna.context.add_init_script(path=MEDIA_PROBE)
    yield anna.sign_in(household.anna, path="/calls?show=voicemail").wait_registered()
    erase_messages(server, household.anna.number)


@contextmanager
def spoken_to(server: Server, household: Household) -> Iterator[None]:
    """Clara leaves a message for Anna in a thread: the browser runs in this one."""
    speaking = threading.Thread(
        target=lambda: asyncio.run(leave_message(server, household.clara, household.anna.number))
    )
    speaking.start()
    try:
        yield
    finally:
        speaking.join()


def left(server: Server, household: Household, anna: Client) -> Locator:
    """A message from Clara, whose call Anna declined; its row in Anna's list."""
    with spoken_to(server, household):
        anna.page.get_by_role("button", name="Decline", exact=True).click(timeout=30_000)
    message = anna.page.get_by_role("listitem").filter(has_text=WHO)
    expect(message).to_contain_text("New")
    return message


@pytest.mark.promise("C9")
def test_a_message_arrives_is_played_and_archived(server: Server, household: Household, anna: Client) -> None:
    message, page = left(server, household, anna), anna.page
    tab = page.get_by_role("navigation").get_by_role("link", name="Calls")
    expect(tab).to_contain_text("1 new message")
    walk = PageChecker(anna, "en", label="a message")
    message.get_by_role("button", name=WHO).press("Enter")
    eventually(lambda: anna.speaker.hears(TONE), what="what was said, at once")
    expect(tab).not_to_contain_text("new message")
    expect(message.get_by_text("New", exact=True)).to_have_count(0)
    page.get_by_role("button", name="Speed: 1").click()
    eventually(lambda: page.evaluate("mediaProbe.recording().speed") == 1.25, what="it is faster")
    walk.check("light", "dark")
    assert walk.findings == []

    expect(page.get_by_role("button", name="Play", exact=True)).to_be_visible()  # played to the end
    place = page.get_by_role("slider", name="Position")
    place.press("Home")
    eventually(lambda: page.evaluate("mediaProbe.recording().at") < 0.1, what="it is at its beginning again")
    place.press("ArrowRight")
    eventually(lambda: 0 < page.evaluate("mediaProbe.recording().at") < 1, what="it went on by the keyboard")

    page.get_by_role("button", name="Mark as new").click()
    expect(tab).to_contain_text("1 new message")
    page.get_by_role("button", name="Archive", exact=True).click()
    expect(page.get_by_text("No messages.")).to_be_visible()
    expect(tab).not_to_contain_text("new message")
    page.get_by_role("button", name="Archived", exact=True).click()
    message.get_by_role("button", name=WHO).click()
    page.get_by_role("button", name="Restore").click()
    expect(page.get_by_text("The archive is empty.")).to_be_visible()
    assert anna.complaints == []


@pytest.mark.promise("C2", "C9")
def test_offline_the_list_is_readable_and_playback_fails_clearly(
    server: Server, household: Household, anna: Client
) -> None:
    left(server, household, anna)
    ServiceWorkerProbe(anna)
    server.stop()
    page = anna.open("/calls?show=voicemail").page
    expect(page.get_by_text("You are seeing the saved list.")).to_be_visible()
    page.get_by_role("listitem").filter(has_text=WHO).get_by_role("button").click()
    expect(page.get_by_role("alert")).to_contain_text("The server is not responding")
    server.start()
    assert anna.complaints == []


@pytest.mark.promise("C9")
def test_a_greeting_is_recorded_played_and_removed(anna: Client) -> None:
    page = anna.open("/settings/voicemail").page
    greeting = page.get_by_role("listitem").filter(has_text="No answer")
    expect(greeting).to_contain_text("system greeting")
    greeting.get_by_role("button", name="No answer").click()
    greeting.get_by_role("button", name="Record greeting").click()
    walk = PageChecker(anna, "en", label="a greeting that is recorded")
    walk.check("light", "dark")
    wait_two_seconds(greeting)
    greeting.get_by_role("button", name="Use recording").click()
    expect(greeting).to_contain_text("custom greeting")
    greeting.get_by_role("button", name="Play", exact=True).click()
    eventually(lambda: page.evaluate("mediaProbe.recording().at") > 0.2, what="it is heard")
    walk.label = "a greeting"
    walk.check("light", "dark")
    greeting.get_by_role("button", name="Remove").click()
    expect(greeting).to_contain_text("system greeting")
    assert walk.findings == anna.complaints == []


@pytest.mark.promise("C9", "R2")
def test_a_mailbox_is_configured_and_its_messages_are_erased_by_the_administrator(
    clients: Clients, server: Server, household: Household, anna: Client
) -> None:
    left(server, household, anna)
    page = anna.open("/settings/voicemail").page
    page.get_by_label("PIN", exact=True).fill("2468")
    page.get_by_role("button", name="Set PIN").click()
    expect(page.get_by_text("PIN set.")).to_be_visible()
    mail = page.get_by_role("switch", name="Notify me of new messages by e-mail")
    expect(mail).to_be_enabled()
    box = f"/extensions/{household.anna.number}/voicemail"
    sound = page.get_by_role("switch", name="Include the message in the e-mail")
    expect(sound).not_to_be_checked()
    sound.check()
    eventually(lambda: anna.api("GET", box)["mail_sound"] is True, what="the message is in the e-mail")
    set_up = PageChecker(anna, "en", label="one's own mailbox")
    set_up.check("light", "dark")
    assert set_up.findings == []
    mail.uncheck()
    expect(sound).not_to_be_checked()
    expect(sound).to_be_disabled()
    eventually(lambda: anna.api("GET", box)["mail"] is False, what="no e-mail any more")
    assert anna.api("GET", box)["has_pin"] is True
    takes = page.get_by_role("switch", name="Send unanswered calls to voicemail")
    takes.click()
    old = page.get_by_role("dialog", name="Keep existing messages?")
    asked = PageChecker(anna, "en", label="what becomes of messages")
    asked.check("light", "dark")
    old.get_by_role("button", name="Keep voicemail on").click()
    expect(takes).to_be_checked()
    assert asked.findings == []
    anna.open("/calls?show=voicemail")

    office = portal(clients)
    desk = office.page
    desk.goto(f"{anna.origin}/portal/voicemail")
    desk.get_by_role("combobox", name="Extension").click()
    desk.get_by_role("option", name=household.anna.number).click()
    walk = PageChecker(office, "en", label="a mailbox")
    walk.check("light", "dark")
    assert walk.findings == []
    expect(desk.get_by_role("cell", name=WHO)).to_have_count(0)
    desk.get_by_role("switch", name="Send unanswered calls to voicemail").first.uncheck()
    desk.get_by_role("button", name="Save").click()
    desk.get_by_role("dialog").get_by_role("button", name="Keep messages").click()
    expect(desk.get_by_text("Saved.")).to_be_visible()
    assert anna.api("GET", box)["takes_messages"] is False
    expect(desk.get_by_role("dialog")).to_have_count(0)
    desk.get_by_role("button", name="Erase the message from").click()
    desk.get_by_role("dialog").get_by_role("button", name="Erase", exact=True).click()
    expect(desk.get_by_text("No messages.")).to_be_visible()
    expect(page.get_by_text("No messages.")).to_be_visible()


@pytest.mark.promise("C9")
def test_a_shared_mailbox_is_created_and_deleted(clients: Clients, household: Household) -> None:
    office = portal(clients)
    desk = office.page
    desk.goto(f"{office.origin}/portal/voicemail")
    desk.get_by_role("button", name="New mailbox").click()
    form = desk.get_by_role("dialog", name="New mailbox")
    form.get_by_role("textbox", name="Number").fill(SHARED)
    form.get_by_role("textbox", name="Name").fill("Harbour office")
    form.get_by_role("combobox", name="Members").fill(household.anna.number)
    form.get_by_role("combobox", name="Members").press("Enter")
    walk = PageChecker(office, "en", label="a new mailbox")
    walk.check("light", "dark")
    form.get_by_role("button", name="Save").click()
    expect(form).to_have_count(0)
    expect(desk.get_by_role("row").filter(has_text=SHARED)).to_contain_text(household.anna.number)
    desk.get_by_role("button", name=f"Edit {SHARED}").click()
    form = desk.get_by_role("dialog", name=f"Mailbox {SHARED}")
    form.get_by_role("button", name="No answer").click()
    expect(form.get_by_role("button", name="Record greeting")).to_be_visible()
    walk.check("light", "dark")
    desk.keyboard.press("Escape")
    expect(form).to_have_count(0)
    desk.get_by_role("button", name=f"Delete {SHARED}").click()
    desk.get_by_role("dialog").get_by_role("button", name="Delete", exact=True).click()
    expect(desk.get_by_role("row").filter(has_text=SHARED)).to_have_count(0)
    assert walk.findings == office.complaints == []
