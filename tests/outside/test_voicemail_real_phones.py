"""A message left by a third-party phone and played in a browser."""

import time
from collections.abc import Iterator

import pytest
from baresip_phone import Network, Phones
from client_pages import Clients
from client_phone import MEDIA_PROBE
from playwright.sync_api import expect
from server import Household, Server, create_household, eventually, run_and_check_log, set_voicemail
from voicemail_messages import TONE

WHO = "Claramunde Zwiebach"


@pytest.fixture(scope="module")
def server(network: Network, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    home = tmp_path_factory.mktemp("voicemail-phones") / "home"
    yield from run_and_check_log(Server(home, host=network.address, enter=network.enter))


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
    anna = clients("microphone")
    anna.context.add_init_script(path=MEDIA_PROBE)
    anna.sign_in(household.anna).open("/voicemail").wait_registered()
    clara.dial(household.anna.uri)
    anna.page.get_by_role("button", name="Decline", exact=True).click(timeout=30_000)
    clara.wait("CALL_ESTABLISHED")
    clara.press("#")  # skips the greeting
    time.sleep(6)
    clara.hang_up()
    message = anna.page.get_by_role("listitem").filter(has_text=WHO)
    expect(message).to_contain_text("New", timeout=30_000)
    message.get_by_role("button", name=WHO).click()
    anna.page.get_by_role("button", name="Play", exact=True).click()
    eventually(lambda: anna.speaker.hears(TONE), what="what was said")
    assert anna.complaints == []
