"""Videos in a conference room: people see each other's camera and screen beside the sound, which a telephone shares."""

import os
import signal
from collections.abc import Iterator

import pytest
from client_pages import Client, Clients
from playwright.sync_api import Locator, expect
from server import Household, Login, Server, eventually
from test_client_rooms import comes, meanwhile

pytestmark = pytest.mark.headless_shell

NUMBER, NAME = "7391", "Harbour office"
ANNA, BERTA, CLARA = "Annarosa Quellmalz", "Bertalina Oxenfurt", "Claramunde Zwiebach"
FRAMES = "video => video.getVideoPlaybackQuality().totalVideoFrames"


@pytest.fixture
def room(server: Server, household: Household) -> Iterator[None]:
    tenant = {"tenant": server.ready["tenant"]}
    with server.rest() as operator:
        wanted = {"number": NUMBER, "name": NAME, "hosts": [household.anna.number]}
        made = operator.post("/api/v1/rooms", params=tenant, json=wanted)
        assert made.status_code in (201, 409), made.text
        yield
        assert operator.delete(f"/api/v1/rooms/{NUMBER}", params=tenant).status_code == 204


def joined(clients: Clients, login: Login) -> Client:
    client = clients("microphone", "camera").sign_in(login, path="/team").wait_registered()
    client.page.get_by_text("Rooms", exact=True).click()
    client.page.get_by_role("button", name=f"Join {NAME}").click()
    expect(call_of(client).get_by_role("button", name="Participants")).to_be_visible()
    return client


def call_of(client: Client) -> Locator:
    return client.page.get_by_role("dialog", name=f"Call with {NAME}")


def sees(client: Client, label: str) -> None:
    """Its page decodes new frames of that video."""
    video = call_of(client).get_by_label(label, exact=True)
    expect(video).to_be_visible()
    before = video.evaluate(FRAMES)
    eventually(lambda: video.evaluate(FRAMES) > before + 5, what=f"frames of {label}")


def hangs_up(client: Client) -> None:
    """Otherwise the server keeps the call for a while, and the next test would meet in it."""
    call_of(client).get_by_role("button", name="Hang up").click()
    expect(call_of(client)).to_have_count(0)


@pytest.mark.promise("C10", "C4")
def test_people_in_a_room_see_each_other_while_a_telephone_talks(
    clients: Clients, server: Server, household: Household, room: None
) -> None:
    anna = joined(clients, household.anna)
    call_of(anna).get_by_role("button", name="Video", exact=True).click()
    expect(call_of(anna).get_by_label("Your video", exact=True)).to_be_visible()
    berta = joined(clients, household.berta)
    sees(berta, f"{ANNA}, live")
    call_of(berta).get_by_role("button", name="Video", exact=True).click()
    sees(anna, f"{BERTA}, live")
    with meanwhile(server, household.clara, comes):
        clara = call_of(anna).get_by_role("list", name="In the conference").get_by_role("listitem")
        expect(clara.filter(has_text=CLARA)).to_contain_text("speaking", timeout=30_000)
    relay = server.child("rtpengine")
    assert relay is not None
    os.kill(relay, signal.SIGKILL)
    expect(call_of(berta).get_by_label(f"{ANNA}, live")).to_have_count(0)
    sees(berta, f"{ANNA}, live")
    sees(anna, f"{BERTA}, live")
    call_of(anna).get_by_role("button", name=f"Actions for {BERTA}").click()
    anna.page.get_by_role("menuitem", name=f"Stop video of {BERTA}").click()
    expect(call_of(anna).get_by_label(f"{BERTA}, live")).to_have_count(0)
    expect(call_of(berta).get_by_role("button", name="Video", exact=True)).to_be_enabled()
    call_of(anna).get_by_role("button", name="Stop video").click()
    expect(call_of(berta).get_by_label(f"{ANNA}, live")).to_have_count(0)
    hangs_up(anna)
    expect(call_of(berta).get_by_role("list", name="In the conference").get_by_role("listitem")).to_have_count(1)
    hangs_up(berta)
    assert anna.complaints == berta.complaints == []
