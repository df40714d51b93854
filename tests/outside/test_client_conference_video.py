"""A video call becomes a conference: sound and encryption at both ends, and what the screens say of video."""

from collections.abc import Iterator

import pytest
from browser import Playwright
from client_pages import Clients
from client_phone import ClientPhone, assert_two_way_audio, start_client_phone
from playwright.sync_api import expect
from server import Household, Server, eventually

ANNA, BERTA = "Annarosa Quellmalz", "Bertalina Oxenfurt"
CAMERA_OFF = "Your camera is off. Press Video to be seen in the conference."
ENCRYPTED = [["connected", "SRTP_AEAD_AES_256_GCM"]]


@pytest.fixture(scope="module")
def pair(
    playwright: Playwright, server: Server, household: Household, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[ClientPhone, ClientPhone]]:
    """Anna plays 440 Hz, Berta 1000 Hz."""
    directory = tmp_path_factory.mktemp("pair")
    clients = Clients(playwright, directory, server, blurs=False)
    anna = start_client_phone(clients, household.anna, 440, directory=directory)
    yield anna, start_client_phone(clients, household.berta, 1000, directory=directory)
    clients.close()


@pytest.mark.promise("C10")
@pytest.mark.parametrize("cameras", ["of both", "of one", "taken away"])
def test_a_conference_made_from_a_video_call_keeps_sound_and_encryption(
    pair: tuple[ClientPhone, ClientPhone], cameras: str
) -> None:
    anna, berta = pair
    for each in pair:
        each.reset()
    anna.dial(berta.login.number, video=True)
    rings = berta.wait_for_ringing(ANNA, video=True)
    rings.get_by_role("button", name="Answer" if cameras == "of one" else "With video", exact=True).click()
    anna.is_in_call_with(BERTA)
    berta.is_in_call_with(ANNA)
    eventually(lambda: berta.frames() > 5, what="Anna's picture at Berta")
    if cameras == "taken away":
        anna.page.evaluate("mediaProbe.loseCamera()")
        expect(berta.page.get_by_label(f"{ANNA}, live")).to_have_count(0)
    anna.choose("Conference")
    for each in pair:
        expect(each.call_with("Conference")).to_be_visible()
        expect(each.page.locator("video")).to_have_count(0)
        expect(each.page.get_by_text(CAMERA_OFF)).to_be_visible()
        expect(each.page.get_by_role("button", name="Flip")).to_have_count(0)
    assert_two_way_audio(anna, berta)
    for each in pair:
        eventually(lambda each=each: each.media_stats()["dtls"] == ENCRYPTED, what=f"encryption: {each.media_stats()}")
        expect(each.page.get_by_role("button", name="Encrypted to your phone system")).to_be_visible()
        received = each.media_stats()["audio"]
        eventually(
            lambda each=each, received=received: each.media_stats()["audio"] > received + 50, what="sound goes on"
        )
