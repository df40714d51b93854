"""Browsers in transferred calls: audio continues between the remaining parties."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from baresip_phone import Network, Phones
from browser import Playwright, Telephone, Telephones, library
from client_actions import give_away
from server import Household, Server, eventually, watched


@pytest.fixture(scope="module")
def server(network: Network, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    home = tmp_path_factory.mktemp("browsers-given-away") / "home"
    yield from watched(Server(home, host=network.address, enter=network.enter))


@pytest.fixture(scope="module")
def jssip(tmp_path_factory: pytest.TempPathFactory) -> str:
    return library(tmp_path_factory.mktemp("jssip"))


@pytest.fixture
def telephones(playwright: Playwright, jssip: str, server: Server, tmp_path: Path) -> Iterator[Telephones]:
    telephones = Telephones(playwright, tmp_path, server, jssip)
    yield telephones
    telephones.close()


def talk(telephones: Telephones, household: Household) -> tuple[Telephone, Telephone]:
    """Anna (700 Hz) calls Berta (1000 Hz), with audio in both directions."""
    anna = telephones(700).register(household.anna)
    berta = telephones(1000).register(household.berta).answers()
    anna.dial(household.berta.number)
    eventually(lambda: anna.hears(1000) and berta.hears(700), what="voices")
    return anna, berta


def holds_and_hangs_up(browser: Telephone, hertz: int) -> None:
    """The call still works after the transfer."""
    browser.hold()
    eventually(lambda: not browser.hears(hertz), what="silence on hold")
    browser.resume()
    eventually(lambda: browser.hears(hertz), what="the voice again")
    browser.hang_up()
    browser.until("ended")


@pytest.mark.promise("U1")
def test_a_browser_is_transferred_to_an_app(telephones: Telephones, phones: Phones, household: Household) -> None:
    anna = phones(hertz=440).register(household.anna)
    berta = telephones(1000).register(household.berta).answers()
    anna.dial(household.berta.uri)
    berta.until("confirmed")
    eventually(lambda: anna.hears(1000) and berta.hears(440), what="voices")
    host = household.berta.uri.partition("@")[2]
    anna.command("transfer", f"sip:*43@{host}")
    eventually(lambda: berta.hears(1000), what=f"her own voice: {berta.figures()}")
    berta.hang_up()
    berta.until("ended")


@pytest.mark.promise("U1")
def test_a_browser_is_transferred_to_a_desk_phone(telephones: Telephones, phones: Phones, household: Household) -> None:
    anna = phones(hertz=440).register(household.anna)
    clara = phones(hertz=700).register(household.clara)
    berta = telephones(1000).register(household.berta).answers()
    anna.dial(household.berta.uri)
    eventually(lambda: anna.hears(1000) and berta.hears(440), what="voices")
    anna.command("transfer", household.clara.uri)
    clara.wait("CALL_INCOMING")
    eventually(lambda: berta.hears(425), what=f"it rings in her ear: {berta.figures()}")
    clara.accept()
    eventually(lambda: berta.hears(700) and clara.hears(1000), what=f"voices: {berta.figures()}")
    anna.wait("CALL_CLOSED")
    holds_and_hangs_up(berta, 700)
    clara.wait("CALL_CLOSED")


@pytest.mark.promise("U1")
def test_a_desk_phone_is_transferred_to_a_browser(telephones: Telephones, phones: Phones, household: Household) -> None:
    anna = phones(hertz=440).register(household.anna)
    berta = phones(hertz=1000).register(household.berta, answers=True)
    clara = telephones(700).register(household.clara).answers()
    anna.dial(household.berta.uri)
    eventually(lambda: anna.hears(1000) and berta.hears(440), what="voices")
    anna.command("transfer", household.clara.uri)
    clara.until("confirmed")
    eventually(lambda: clara.hears(1000) and berta.hears(700), what=f"voices: {clara.figures()}")
    anna.wait("CALL_CLOSED")
    holds_and_hangs_up(clara, 1000)
    berta.wait("CALL_CLOSED")


@pytest.mark.promise("U1")
def test_attended_transfer_connects_two_browsers(telephones: Telephones, household: Household) -> None:
    anna, berta = talk(telephones, household)
    clara = telephones(1500).register(household.clara).answers()
    anna.hold()
    anna.dial(household.clara.number)
    eventually(lambda: anna.hears(1500) and clara.hears(700), what="voices of the second call")
    anna.connect_both()
    eventually(lambda: berta.hears(1500) and clara.hears(1000), what=f"voices: {berta.figures()} {clara.figures()}")
    holds_and_hangs_up(clara, 1000)
    berta.until("ended")


@pytest.mark.promise("U1")
def test_a_parked_browser_is_retrieved_by_another(telephones: Telephones, household: Household) -> None:
    anna, berta = talk(telephones, household)
    clara = telephones(1500).register(household.clara)
    [live] = anna.api("GET", "/me/calls")["items"]
    anna.api("POST", f"/calls/{live['id']}/transfer", {"to": "*85"})
    anna.until("ended")
    clara.dial("*86")
    eventually(lambda: berta.hears(1500) and clara.hears(1000), what=f"voices: {berta.figures()} {clara.figures()}")
    holds_and_hangs_up(clara, 1000)
    berta.until("ended")


@pytest.mark.promise("U1")
def test_an_unanswered_transfer_returns_to_the_transferor(telephones, phones, household, server, network) -> None:
    """Transferred through the API: a baresip that transfers itself hangs up when the transfer fails."""
    anna = phones(hertz=440).register(household.anna)
    clara = phones(hertz=700).register(household.clara)
    berta = telephones(1000).register(household.berta).answers()
    anna.dial(household.berta.uri)
    eventually(lambda: anna.hears(1000) and berta.hears(440), what="voices")
    give_away(server, network, household.anna, household.clara.number)
    clara.wait("CALL_INCOMING")
    eventually(lambda: berta.hears(425), what="it rings in her ear")
    clara.hang_up()
    eventually(lambda: anna.hears(1000) and berta.hears(440), what="voices again")
    holds_and_hangs_up(berta, 440)
    anna.wait("CALL_CLOSED")
