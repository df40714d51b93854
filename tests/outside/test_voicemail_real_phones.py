"""A message left by a third-party phone and played in a browser."""

import time

import pytest
from baresip_phone import Phones
from client_pages import Clients
from client_phone import MEDIA_PROBE
from playwright.sync_api import expect
from server import Household, Server, create_household, eventually, set_voicemail
from voicemail_messages import TONE

WHO = "Claramunde Zwiebach"


@pytest.fixture(scope="module")
def server(phone_server: Server) -> Server:
    return phone_server


@pytest.fixture(scope="module")
def household(server: Server) -> Household:
    household = create_household(server)
    set_voicemail(server, on=True)
    return household


@pytest.mark.promise("C9", "U1")
def test_message_from_baresip_is_played_by_the_client(
    clients: Clients, phones: Phones, server: Server, household: Household
) -> None:
    clara = phones(hertz=round(TONE)).register(household.clara)
    anna = clients("microphone", recorded=True)
    anna.context.add_init_script(path=MEDIA_PROBE)
    anna.sign_in(household.anna, path="/voicemail").wait_registered()
    clara.dial(household.anna.uri)
    anna.page.get_by_role("button", name="Decline", exact=True).click(timeout=30_000)
    clara.wait("CALL_ESTABLISHED")
    eventually(lambda: clara.packets() > 10, what="the greeting")
    clara.press("#")  # skips it; a digit before it has begun is lost, and the greeting then takes most of the time
    time.sleep(6)
    clara.hang_up()
    message = anna.page.get_by_role("listitem").filter(has_text=WHO)
    expect(message).to_contain_text("New", timeout=30_000)
    message.get_by_role("button", name=WHO).click()
    eventually(lambda: anna.speaker.hears(TONE), what="what was said")
    assert anna.complaints == []
