"""Home of the portal, live calls and history: the figures are those of calls that were really made."""

import asyncio
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from client_pages import Client, Clients
from page_checks import PageChecker
from playwright.sync_api import expect
from portal_pages import create_administrator, portal
from recording_helpers import connected_call, tenant
from server import Household, Server, eventually

CHANGES_OF_A_CALL = 3
"""It rings, it is answered, it has media; two of them within a second are loaded once."""


@contextmanager
def call_in_progress(server: Server, household: Household) -> Iterator[None]:
    """Anna and Berta talk; the browser runs in this thread."""
    connected, over = threading.Event(), threading.Event()

    async def talk() -> None:
        async with connected_call(server, household):
            connected.set()
            await asyncio.to_thread(over.wait)

    call = threading.Thread(target=lambda: asyncio.run(talk()))
    call.start()
    try:
        assert connected.wait(30)
        yield
    finally:
        over.set()
        call.join()


@pytest.fixture
def desk(clients: Clients, server: Server, household: Household) -> Client:
    create_administrator(server)
    desk = portal(clients)
    desk.page.goto(f"{desk.origin}/portal/")
    expect(desk.page.get_by_role("heading", name="Home", exact=True)).to_be_visible()
    return desk


def test_home_live_calls_and_history_show_a_call(desk: Client, server: Server, household: Household) -> None:
    page = desk.page
    names = [
        each["name"] for each in extensions(server) if each["number"] in {household.anna.number, household.berta.number}
    ]
    loads: list[str] = []
    page.on("request", lambda request: loads.append(request.url) if "/api/v1/calls" in request.url else None)
    with call_in_progress(server, household):
        live = page.get_by_role("list", name="Live calls")
        expect(live.get_by_role("listitem")).to_have_count(1)
        # Read ten times a second: `expect` looks once a second, as often as the text changes, and may miss it.
        eventually(lambda: "0:03" in live.inner_text(), what="a call of three seconds")
        assert len(loads) <= CHANGES_OF_A_CALL, loads  # after changes, not by polling
        for name in names:
            expect(live).to_contain_text(name)
        page.get_by_role("link", name="All live calls").click()
        row = page.get_by_role("region", name="Live calls").get_by_role("row").filter(has_text=names[0])
        expect(row).to_contain_text("active")
        row.get_by_role("button", name="End the call").click()
        asked = page.get_by_role("dialog", name="End call?")
        for name in names:
            expect(asked).to_contain_text(name)
        asked.get_by_role("button", name="End call").click()
        expect(page.get_by_text("No active calls.")).to_be_visible()

    page.goto(f"{desk.origin}/portal/")
    figures = page.get_by_role("list", name="Figures")
    expect(figures.get_by_role("listitem").filter(has_text="Calls today")).to_contain_text("Last 7 days: 1")
    expect(figures.get_by_role("listitem").filter(has_text="Answered")).to_contain_text("100 %")
    hours = page.get_by_role("table", name="Calls of today by hour")
    expect(hours.get_by_role("row")).to_have_count(2)
    steps = page.get_by_role("region", name="Set up your phone system")
    expect(steps.get_by_role("listitem").filter(has_text="Business hours").get_by_label("Open")).to_be_visible()
    expect(steps.get_by_text("E-mail")).to_have_count(0)  # a task of the server, which has several organisations
    home = PageChecker(desk, "en", label="home with a call")
    home.check("light", "dark")

    figures.get_by_role("listitem").filter(has_text="Calls today").get_by_role("link").click()
    table = page.get_by_role("region", name="History")
    table.get_by_role("row").filter(has_text=names[0]).get_by_role("button").first.click()
    drawer = page.get_by_role("dialog")
    course = drawer.get_by_role("list", name="Course of the call").get_by_role("listitem")
    expect(course).to_have_count(3)
    expect(drawer.get_by_role("list", name="Participants").get_by_role("listitem")).to_have_count(2)
    home.check("light", "dark")
    page.keyboard.press("Escape")
    expect(drawer).to_have_count(0)
    page.get_by_role("searchbox").fill("nobody of this name")
    expect(page.get_by_text("Nothing matches.")).to_be_visible()
    page.get_by_role("searchbox").fill(household.anna.number)
    expect(table.get_by_role("row")).to_have_count(2)
    assert home.findings == desk.complaints == []


def extensions(server: Server) -> list[dict[str, str]]:
    with server.rest() as rest:
        return rest.get("/api/v1/extensions", params=tenant(server)).json()["items"]
