"""Breakout rooms in the client: a host splits a meeting into two rooms, each of which hears its own people only, and brings
everyone back."""

from pathlib import Path

import pytest
from client_pages import Client, Clients
from page_checks import PageChecker
from playwright.sync_api import Locator, expect
from server import Household, eventually
from test_client_meeting import ANNA, BERTA, CLARA, NAME, created_by, hangs_up, sees
from test_client_meeting_tones import TONES, joins, plays, tones_in

HARBOUR, PIER = "Harbour", "Pier"


def call_in(client: Client, room: str) -> Locator:
    return client.page.get_by_role("dialog", name=f"Call with {room}", exact=True)


def hears(client: Client, *names: str) -> None:
    wanted = {TONES[each] for each in names}
    eventually(lambda: tones_in(client.speaker.latest()) == wanted, what=f"hearing {names}")


def panel_of(client: Client, room: str) -> Locator:
    """Open the breakout rooms of a host by keyboard."""
    participants = call_in(client, room).get_by_role("button", name="Participants")
    participants.focus()
    client.page.keyboard.press("Enter")
    return client.page.get_by_role("region", name="Breakout rooms")


def checked(client: Client, label: str) -> None:
    checks = PageChecker(client, "en", label=label)
    checks.check("light", "dark")
    assert checks.findings == []


@pytest.mark.promise("C10", "U1")
def test_a_meeting_is_split_into_rooms_and_comes_together_again(
    clients: Clients, household: Household, tmp_path: Path
) -> None:
    people = {name: plays(clients, tmp_path, name) for name in (ANNA, BERTA, CLARA)}
    anna, berta, clara = people.values()
    link, _ = created_by(anna.sign_in(household.anna, path="/team"))
    joins(berta, household.berta, link)
    joins(clara, household.clara, link)
    hears(anna, BERTA, CLARA)
    call_in(berta, NAME).get_by_role("button", name="Video", exact=True).click()
    sees(anna, f"{BERTA}, live")

    panel = panel_of(anna, NAME)
    panel.get_by_label("Names of the rooms").fill(f"{HARBOUR}, {PIER}")
    panel.get_by_label(BERTA).select_option(HARBOUR)
    panel.get_by_label(CLARA).select_option(PIER)
    checked(anna, "opening breakout rooms")
    panel.get_by_role("button", name="Open the rooms").press("Enter")
    anna.page.get_by_role("dialog", name="Open the breakout rooms?").get_by_role("button", name="Open").press("Enter")
    expect(call_in(berta, HARBOUR).get_by_text(f"Breakout room: {HARBOUR}")).to_be_visible(timeout=30_000)
    expect(call_in(clara, PIER).get_by_text(f"Breakout room: {PIER}")).to_be_visible(timeout=30_000)
    for each in (anna, berta, clara):
        hears(each)

    panel.get_by_role("button", name=f"Visit {HARBOUR}").press("Enter")
    anna.page.get_by_role("button", name="Close", exact=True).click()
    hears(anna, BERTA)
    hears(berta, ANNA)
    hears(clara)
    expect(call_in(anna, HARBOUR).get_by_label(f"{BERTA}, live", exact=True)).to_be_visible(timeout=30_000)
    call_in(clara, PIER).get_by_role("button", name="Ask a host to come").press("Enter")
    expect(call_in(anna, HARBOUR).get_by_text(f"{CLARA} ({PIER}) asks for a host")).to_be_visible()

    panel = panel_of(anna, HARBOUR)
    panel.get_by_label("Message to everyone").fill("Ten minutes left")
    anna.page.keyboard.press("Enter")
    expect(call_in(clara, PIER).get_by_text("Message to everyone: Ten minutes left")).to_be_visible()
    checked(anna, "open breakout rooms")
    checked(clara, "in a breakout room")
    call_in(clara, PIER).get_by_role("button", name="Back to the main room").press("Enter")
    expect(call_in(clara, NAME).get_by_text("Breakout rooms are open")).to_be_visible(timeout=30_000)

    panel.get_by_role("button", name="End the breakout rooms").press("Enter")
    anna.page.get_by_role("dialog", name="End the breakout rooms?").get_by_role("button", name="End").press("Enter")
    expect(call_in(berta, HARBOUR).get_by_text("Everyone returns to the main room in")).to_be_visible()
    for each in (anna, berta):
        expect(call_in(each, NAME)).to_be_visible(timeout=90_000)
    hears(anna, BERTA, CLARA)
    hears(clara, ANNA, BERTA)
    for each in (anna, berta, clara):
        expect(call_in(each, NAME).get_by_text("Breakout rooms are open")).to_have_count(0)
    anna.page.get_by_role("button", name="Close", exact=True).click()
    for each in (anna, berta, clara):
        hangs_up(each)
        assert each.complaints == []
