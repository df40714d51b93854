"""Recordings in the client: played and archived by participants; access log and erasing in the portal."""

import asyncio
import re
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from client_pages import Client, Clients
from client_phone import MEDIA_PROBE
from page_checks import PageChecker
from playwright.sync_api import expect
from portal_pages import create_administrator, portal
from recording_helpers import call_id, connected_call, set_extension_policy, set_tenant_policy, state
from server import Household, Server, eventually

BERTA = "Bertalina Oxenfurt"


async def record(server: Server, household: Household) -> None:
    """Anna and Berta talk for three recorded seconds."""
    async with connected_call(server, household):
        call = call_id(server)
        async with asyncio.timeout(30):
            while state(server, call) != "recording":
                await asyncio.sleep(0.1)
        await asyncio.sleep(3)


def record_in_thread(server: Server, household: Household) -> None:
    recording = threading.Thread(target=lambda: asyncio.run(record(server, household)))
    recording.start()
    recording.join()


def audio(server: Server) -> set[Path]:
    return {each for each in (server.home / "audio").rglob("*") if each.is_file()}


@pytest.fixture
def anna(clients: Clients, server: Server, household: Household) -> Iterator[Client]:
    """A recorded call with Berta; the browser runs in this thread."""
    set_tenant_policy(server, mode="announce")
    set_extension_policy(server, household.anna, when="always")
    record_in_thread(server, household)
    anna = clients()
    anna.context.add_init_script(path=MEDIA_PROBE)
    yield anna.sign_in(household.anna, path="/calls")
    set_extension_policy(server, household.anna, when="on_demand")
    set_tenant_policy(server, mode="off")


@pytest.mark.promise("R1", whole=True)
@pytest.mark.promise("C8", "R2")
def test_a_recording_is_played_archived_and_erased(
    clients: Clients, server: Server, household: Household, anna: Client
) -> None:
    """R1 as a whole: one recording is erased in the portal and one in the app, and the files of both are gone. Nothing
    else opens them, not even a backup: `test_a_restored_home_directory_undoes_no_erasure`."""
    page = anna.page
    page.get_by_text("Recordings", exact=True).click()
    line = page.get_by_role("listitem").filter(has_text=BERTA)
    line.get_by_role("button", name=BERTA).click()
    expect(page.locator("svg rect[height='100']").first).to_be_attached()  # its peak
    walk = PageChecker(anna, "en", label="a recording")
    walk.check("light", "dark")
    eventually(lambda: page.evaluate("mediaProbe.recording().at") > 0.2, what="it is heard")
    expect(line).to_contain_text(re.compile(r"Both were told at \d+:\d\d"))
    page.get_by_role("button", name="Archive", exact=True).click()
    expect(page.get_by_text("No recordings of your calls.")).to_be_visible()
    page.get_by_role("button", name="Archived").click()
    line.get_by_role("button", name=BERTA).click()
    page.get_by_role("button", name="Restore").click()
    expect(page.get_by_text("The archive is empty.")).to_be_visible()
    assert walk.findings == anna.complaints == []

    create_administrator(server)
    office = portal(clients)
    desk = office.page
    desk.goto(f"{office.origin}/portal/recordings/policy")
    desk.get_by_role("combobox", name="Extension").click()
    desk.get_by_role("option").first.click()
    expect(desk.get_by_role("combobox", name="Record calls")).to_be_visible()
    page_of_all = PageChecker(office, "en", label="recordings of all")
    page_of_all.check("light", "dark")
    desk.get_by_role("link", name="Back").click()
    expect(desk.get_by_role("row").filter(has_text=BERTA).filter(has_text="All parties agreed")).to_have_count(1)
    page_of_all.check("light", "dark")
    desk.get_by_role("button", name="Access log of the recording from").click()
    listened = desk.get_by_role("dialog")
    expect(listened.get_by_role("listitem").filter(has_text="Own call")).to_have_count(1)
    expect(listened.get_by_role("button", name="Play", exact=True)).to_have_count(0)
    desk.keyboard.press("Escape")
    expect(listened).to_have_count(0)
    desk.get_by_role("link", name="Recording policy").click()
    allowed = desk.get_by_role("switch", name=re.compile("^Administrators may listen (?!to)"))
    allowed.press("Space")
    expect(allowed).to_be_checked()
    desk.get_by_role("link", name="Back").click()
    desk.get_by_role("button", name="Listen to the recording from").click()
    listened.get_by_role("combobox", name="Purpose").click()
    desk.get_by_role("option", name="Complaint").click()
    listened.get_by_role("button", name="Play", exact=True).click()
    expect(listened.get_by_role("listitem").filter(has_text="Complaint")).to_have_count(1)
    desk.keyboard.press("Escape")
    expect(listened).to_have_count(0)
    desk.get_by_role("button", name="Erase the recording from").click()
    desk.get_by_role("dialog").get_by_role("button", name="Erase", exact=True).click()
    expect(desk.get_by_text("No recordings yet.")).to_be_visible()
    assert anna.api("GET", "/recordings")["items"] == []
    assert audio(server) == set()
    assert page_of_all.findings == office.complaints == []

    record_in_thread(server, household)
    [one] = eventually(lambda: anna.api("GET", "/recordings")["items"], what="the second recording")
    assert audio(server)
    page.get_by_role("button", name="Recordings", exact=True).click()
    line.get_by_role("button", name=BERTA).click()
    page.get_by_role("button", name="Archive", exact=True).click()
    page.get_by_role("button", name="Archived").click()
    line.get_by_role("button", name=BERTA).click()
    page.get_by_role("button", name="Erase", exact=True).click()
    page.get_by_role("dialog").get_by_role("button", name="Erase", exact=True).click()
    expect(page.get_by_text("The archive is empty.")).to_be_visible()
    assert anna.api("GET", f"/recordings/{one['id']}")["code"] == "over"
    assert audio(server) == set()
