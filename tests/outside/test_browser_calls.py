"""Browsers without the client on the real server: audio among each other and with desk phones. Further calls of browsers
are those of the client: `test_client_calls`."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from baresip_phone import Phones
from browser import BrowserPhones, Playwright
from server import Household, Server, eventually


@pytest.fixture(scope="module")
def server(phone_server: Server) -> Server:
    return phone_server


@pytest.fixture
def telephones(playwright: Playwright, jssip: str, server: Server, tmp_path: Path) -> Iterator[BrowserPhones]:
    telephones = BrowserPhones(playwright, tmp_path, server, jssip)
    yield telephones
    telephones.close()


@pytest.mark.promise("U1")
def test_a_call_survives_the_loss_of_its_signaling_connection(telephones: BrowserPhones, household: Household) -> None:
    anna = telephones(440).register(household.anna)
    berta = telephones(1000).register(household.berta).auto_answer()
    anna.dial(household.berta.number)
    anna.wait_for_event("confirmed")
    anna.change_networks()
    berta.change_networks()
    eventually(lambda: anna.is_receiving(1000), what="the voice after the change")
    berta.hold()  # over the new connection
    anna.wait_for_event("hold")
    eventually(lambda: anna.is_receiving_other_than(1000), what="music")
    berta.resume()
    anna.wait_for_event("unhold")
    eventually(lambda: anna.is_receiving(1000), what="the voice after the music")
    anna.restart_ice()
    before = anna.packets(), berta.packets()
    more = lambda: (anna.packets() > before[0] + 100, berta.packets() > before[1] + 100)  # noqa: E731
    eventually(lambda: more() == (True, True), what="packets after ICE began anew")
    eventually(
        lambda: (anna.is_receiving(1000), berta.is_receiving(440)) == (True, True), what="sound after ICE began anew"
    )
    berta.hang_up()
    anna.wait_for_event("ended")


@pytest.mark.promise("U1", "S2", "T1")
def test_a_browser_calls_a_desk_phone(telephones: BrowserPhones, phones: Phones, household: Household) -> None:
    """The desk phone has no video, which is offered to it."""
    desk = phones(hertz=1000).register(household.berta, answers=True)
    anna = telephones(440).register(household.anna)
    anna.dial(household.berta.number, video=True)
    anna.wait_for_event("confirmed")
    eventually(lambda: anna.is_receiving(1000) and desk.is_receiving(440), what="voices")
    assert anna.media_stats()["codecs"] == {"audio": "audio/PCMU"}  # supported by both: no transcoding
    anna.press("42#")
    eventually(lambda: desk.digits() == "42#", what="keys")
    desk.hold()
    anna.wait_for_event("hold")
    eventually(lambda: not anna.is_receiving(1000), what="silence on hold")
    desk.resume()
    anna.wait_for_event("unhold")
    eventually(lambda: anna.is_receiving(1000), what="the voice again")
    anna.hang_up()
    desk.wait("CALL_CLOSED")
