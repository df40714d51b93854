"""Conference rooms in the client: created in the portal, joined with a tap; roster and host controls."""

import asyncio
import threading
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager

import pytest
from app_phone import AppPhone, app_phone
from client_pages import Clients
from page_checks import PageChecker
from playwright.sync_api import expect
from portal_pages import create_administrator, portal
from recording_helpers import set_extension_policy, set_tenant_policy
from server import Household, Login, Server, wait_until

NUMBER, NAME = "7391", "Harbour office"
ANNA, BERTA, CLARA = "Annarosa Quellmalz", "Bertalina Oxenfurt", "Claramunde Zwiebach"
RECORDED = "This conference is being recorded"


@contextmanager
def meanwhile(server: Server, login: Login, does: Callable[[AppPhone], Awaitable[None]]) -> Iterator[None]:
    """A phone that runs a scenario and plays a tone in its own thread: the browser runs in this one."""
    enough = threading.Event()

    async def talk() -> None:
        async with app_phone(server, login) as phone:
            ready.set()
            await does(phone)
            phone.play_tone(700)
            while not enough.is_set():
                await asyncio.sleep(0.1)

    ready = threading.Event()
    talking = threading.Thread(target=lambda: asyncio.run(talk()))
    talking.start()
    try:
        assert ready.wait(20)
        yield
    finally:
        enough.set()
        talking.join()


async def comes(phone: AppPhone) -> None:
    await phone.call(NUMBER)


@contextmanager
def answering(server: Server, login: Login) -> Iterator[None]:
    """A phone that answers calls."""

    async def answers(phone: AppPhone) -> None:
        await asyncio.wait_for(phone.in_call.wait(), 30)

    with meanwhile(server, login, answers):
        yield


async def lets_itself_be_called_in(phone: AppPhone) -> None:
    """Answer the call, listen to the invitation, and accept."""
    await asyncio.wait_for(phone.in_call.wait(), 30)
    await wait_until(lambda: phone.loudness() > 50, what="it is asked")
    phone.send_dtmf("1")


@pytest.fixture
def recorded_on_demand(server: Server, household: Household) -> Iterator[None]:
    set_tenant_policy(server, mode="announce")
    set_extension_policy(server, household.anna, when="on_demand")
    yield
    set_tenant_policy(server, mode="off")


@pytest.mark.promise("C10")
def test_a_room_is_created_joined_and_hosted(
    clients: Clients, server: Server, household: Household, recorded_on_demand: None
) -> None:
    create_administrator(server)
    office = portal(clients)
    desk = office.page
    desk.goto(f"{office.origin}/portal/rooms")
    desk.get_by_role("button", name="New room").click()
    form = desk.get_by_role("dialog")
    form.get_by_role("textbox", name="Number").fill(NUMBER)
    form.get_by_role("textbox", name="Name").fill(NAME)
    form.get_by_role("combobox", name="Hosts").fill(household.anna.number)
    form.get_by_role("combobox", name="Hosts").press("Enter")
    form.get_by_role("switch", name="Hosts may record").click()
    new = PageChecker(office, "en", label="a new room")
    new.check("light", "dark")
    form.get_by_role("button", name="Save").click()
    line = desk.get_by_role("row").filter(has_text=NUMBER)
    expect(line).to_contain_text("empty")

    anna = clients("microphone").sign_in(household.anna, path="/team").wait_registered()
    page = anna.page
    page.get_by_text("Rooms", exact=True).click()
    page.get_by_role("button", name=f"Join {NAME}").click()
    call = page.get_by_role("dialog", name=f"Call with {NAME}")
    call.get_by_role("button", name="Participants").click()
    sheet = page.get_by_role("dialog", name=NAME, exact=True)
    expect(sheet.get_by_text("1 participant")).to_be_visible()
    with meanwhile(server, household.clara, comes):
        clara = sheet.get_by_role("listitem").filter(has_text=CLARA)
        expect(clara).to_contain_text("speaking")
        expect(line).to_contain_text("2 people")
        walk = PageChecker(anna, "en", label="who is in the room")
        walk.check("light", "dark")
        clara.get_by_role("button", name=f"Mute {CLARA}").click()
        expect(clara.get_by_role("button", name=f"Unmute {CLARA}")).to_be_visible()
        expect(clara).not_to_contain_text("speaking")
        sheet.get_by_role("button", name="Raise hand").click()
        expect(sheet.get_by_role("listitem").filter(has_text="you")).to_contain_text("Hand")
        sheet.get_by_role("button", name="Lock", exact=True).click()
        expect(sheet.get_by_role("button", name="Unlock", exact=True)).to_be_visible()
        clara.get_by_role("button", name=f"Remove {CLARA}").click()
        page.get_by_role("dialog", name=f"Remove {CLARA}?").get_by_role("button", name="Remove").click()
        expect(sheet.get_by_text("1 participant")).to_be_visible(timeout=30_000)
    recorded = sheet.get_by_role("switch", name="Record conference")
    recorded.click()
    expect(recorded).to_be_checked()
    expect(call.get_by_text(RECORDED)).to_be_attached()
    sheet.get_by_role("switch", name="Recording paused").click()
    expect(call.get_by_text("Recording paused")).to_be_attached()
    recorded.click()
    expect(call.get_by_text("Recording paused")).to_have_count(0)
    sheet.get_by_role("button", name="End conference").click()
    page.get_by_role("button", name="End", exact=True).click()
    expect(page.get_by_text("Call ended")).to_be_visible()
    expect(line).to_contain_text("empty")
    assert walk.findings == new.findings == anna.complaints == []


@pytest.mark.promise("C10")
def test_an_invited_client_joins_with_one_button(clients: Clients, server: Server, household: Household) -> None:
    clara = clients("microphone").sign_in(household.clara).wait_registered()
    anna = clients("microphone").sign_in(household.anna, path="/directory").wait_registered()
    with answering(server, household.berta):
        anna.page.get_by_role("button", name=f"Call {BERTA}", exact=True).click()
        anna.page.get_by_role("button", name="More", exact=True).click()
        anna.page.get_by_role("button", name="Conference", exact=True).click()
        sheet = anna.page.get_by_role("dialog", name="Conference", exact=True)
        expect(sheet.get_by_text("2 participants")).to_be_visible()
        sheet.get_by_role("button", name="Add people").click()
        sheet.get_by_role("textbox", name="Name or number to add").fill(CLARA[:8])
        sheet.get_by_role("button", name=CLARA).click()
        sheet.get_by_role("button", name="Invite").click()
        rings = clara.page.get_by_role("alertdialog")
        expect(rings.get_by_text(f"{ANNA} invites you to a conference with 1 other")).to_be_visible()
        rings.get_by_role("button", name="Join", exact=True).click()
        expect(sheet.get_by_text("3 participants")).to_be_visible()
        clara.page.get_by_role("button", name="Participants").click()
        expect(clara.page.get_by_role("dialog", name="Conference", exact=True)).to_contain_text("3 participants")
        clara.page.get_by_role("button", name="Close", exact=True).click()
        faces = clara.page.get_by_role("list", name="In the conference").get_by_role("listitem")
        expect(faces).to_have_count(3)
        expect(faces.filter(has_text=ANNA).get_by_role("img", name="host")).to_be_visible()
        expect(faces.filter(has_text="speaking")).not_to_have_count(0)
        clara.page.get_by_role("button", name="Hang up").click()
        expect(sheet.get_by_text("2 participants")).to_be_visible()
        # Otherwise the server keeps Anna's call for a while, and the next test would meet in it.
        sheet.get_by_role("button", name="End conference").click()
        anna.page.get_by_role("button", name="End", exact=True).click()
        expect(anna.page.get_by_text("Call ended")).to_be_visible()
    assert anna.complaints == clara.complaints == []


@pytest.mark.promise("C10")
def test_a_call_becomes_a_conference_with_a_third_participant(
    clients: Clients, server: Server, household: Household
) -> None:
    berta = clients("microphone").sign_in(household.berta).wait_registered()
    anna = clients("microphone").sign_in(household.anna, path="/team").wait_registered()
    anna.page.get_by_role("button", name=f"Call {BERTA}", exact=True).click()
    berta.page.get_by_role("button", name="Answer", exact=True).click()
    with meanwhile(server, household.clara, lets_itself_be_called_in):
        anna.page.get_by_role("button", name="More", exact=True).click()
        anna.page.get_by_role("button", name="Conference", exact=True).click()
        sheet = anna.page.get_by_role("dialog", name="Conference", exact=True)
        expect(sheet.get_by_text("2 participants")).to_be_visible()
        sheet.get_by_role("button", name="Add people").click()
        sheet.get_by_role("textbox", name="Name or number to add").fill(CLARA[:8])
        sheet.get_by_role("button", name=CLARA).click()
        walk = PageChecker(anna, "en", label="somebody is asked in")
        walk.check("light", "dark")
        sheet.get_by_role("button", name="Invite").click()
        expect(sheet.get_by_text(f"Calling {CLARA}…")).to_be_visible()
        expect(sheet.get_by_role("listitem").filter(has_text=CLARA)).to_contain_text("speaking", timeout=30_000)
        expect(sheet.get_by_text("3 participants")).to_be_visible()
        expect(sheet.get_by_text(f"Calling {CLARA}…")).to_have_count(0)
        berta.page.get_by_role(
            "button", name="Participants"
        ).click()  # the call was moved into the room, which is shown
        expect(berta.page.get_by_role("dialog", name="Conference", exact=True)).to_contain_text("3 participants")
        clara = sheet.get_by_role("listitem").filter(has_text=CLARA)
        clara.get_by_role("button", name=f"Remove {CLARA}").click()
        anna.page.get_by_role("dialog", name=f"Remove {CLARA}?").get_by_role("button", name="Remove").click()
        expect(sheet.get_by_text("2 participants")).to_be_visible(timeout=30_000)
        sheet.get_by_role("button", name="Close", exact=True).click()
        anna.page.get_by_role("button", name="Minimize call").click()
        anna.page.get_by_role("button", name=f"Call {CLARA}", exact=True).click()
        anna.page.get_by_role("button", name="Add to conference").click()
        expect(clara).to_be_visible(timeout=30_000)
        expect(sheet.get_by_text("3 participants")).to_be_visible()
        expect(anna.page.get_by_text("On hold")).to_have_count(0)
        sheet.get_by_role("button", name="End conference").click()
        anna.page.get_by_role("button", name="End", exact=True).click()
        for each in (anna, berta):
            expect(each.page.get_by_text("Call ended")).to_be_visible()
    assert walk.findings == anna.complaints == berta.complaints == []
