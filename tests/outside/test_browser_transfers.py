"""Browsers and desk phones in transferred calls: audio continues between the remaining parties. Transfers by the client:
`test_client_calls`."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from baresip_phone import Phones
from browser import BrowserPhone, BrowserPhones, Playwright
from client_actions import transfer_call
from server import Household, Server, eventually


@pytest.fixture(scope="module")
def server(phone_server: Server) -> Server:
    return phone_server


@pytest.fixture
def telephones(playwright: Playwright, jssip: str, server: Server, tmp_path: Path) -> Iterator[BrowserPhones]:
    telephones = BrowserPhones(playwright, tmp_path, server, jssip)
    yield telephones
    telephones.close()


def holds_and_hangs_up(browser: BrowserPhone, hertz: int) -> None:
    """The call still works after the transfer."""
    browser.hold()
    eventually(lambda: not browser.is_receiving(hertz), what="silence on hold")
    browser.resume()
    eventually(lambda: browser.is_receiving(hertz), what="the voice again")
    browser.hang_up()
    browser.wait_for_event("ended")


@pytest.mark.promise("U1")
def test_a_browser_is_transferred_to_a_desk_phone(
    telephones: BrowserPhones, phones: Phones, household: Household
) -> None:
    anna = phones(hertz=440).register(household.anna)
    clara = phones(hertz=700).register(household.clara)
    berta = telephones(1000).register(household.berta).auto_answer()
    anna.dial(household.berta.uri)
    eventually(lambda: anna.is_receiving(1000) and berta.is_receiving(440), what="voices")
    anna.command("transfer", household.clara.uri)
    clara.wait("CALL_INCOMING")
    eventually(lambda: berta.is_receiving(425), what=f"it rings in her ear: {berta.media_stats()}")
    clara.accept()
    eventually(lambda: berta.is_receiving(700) and clara.is_receiving(1000), what=f"voices: {berta.media_stats()}")
    anna.wait("CALL_CLOSED")
    holds_and_hangs_up(berta, 700)
    clara.wait("CALL_CLOSED")


@pytest.mark.promise("U1")
def test_a_desk_phone_is_transferred_to_a_browser(
    telephones: BrowserPhones, phones: Phones, household: Household
) -> None:
    anna = phones(hertz=440).register(household.anna)
    berta = phones(hertz=1000).register(household.berta, answers=True)
    clara = telephones(700).register(household.clara).auto_answer()
    anna.dial(household.berta.uri)
    eventually(lambda: anna.is_receiving(1000) and berta.is_receiving(440), what="voices")
    anna.command("transfer", household.clara.uri)
    clara.wait_for_event("confirmed")
    eventually(lambda: clara.is_receiving(1000) and berta.is_receiving(700), what=f"voices: {clara.media_stats()}")
    anna.wait("CALL_CLOSED")
    holds_and_hangs_up(clara, 1000)
    berta.wait("CALL_CLOSED")


@pytest.mark.promise("U1")
def test_an_unanswered_transfer_returns_to_the_transferor(telephones, phones, household, server, network) -> None:
    """Transferred through the API: a baresip that transfers itself hangs up when the transfer fails. No voice is near
    the 425 Hz of the ringing."""
    anna = phones(hertz=600).register(household.anna)
    clara = phones(hertz=700).register(household.clara)
    berta = telephones(1000).register(household.berta).auto_answer()
    anna.dial(household.berta.uri)
    eventually(lambda: anna.is_receiving(1000) and berta.is_receiving(600), what="voices")
    transfer_call(server, network, household.anna, household.clara.number)
    clara.wait("CALL_INCOMING")
    eventually(lambda: berta.is_receiving(425), what="it rings in her ear")
    clara.hang_up()
    eventually(lambda: anna.is_receiving(1000) and berta.is_receiving(600), what="voices again")
    # Transferred and returned: from then on, an offer of Berta meets none of the server (RFC 3261 section 14.1).
    eventually(lambda: berta.log().count("local answer") == 3, what=f"the return is negotiated: {berta.log()}")
    holds_and_hangs_up(berta, 600)
    anna.wait("CALL_CLOSED")
