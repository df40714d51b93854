"""Browsers on the real server: audio and video among each other and with desk phones."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from baresip_phone import Network, Phones
from browser import Playwright, Telephones, library
from server import Household, Server, eventually, watched


@pytest.fixture(scope="module")
def server(network: Network, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    home = tmp_path_factory.mktemp("browsers") / "home"
    yield from watched(Server(home, host=network.address, enter=network.enter))


@pytest.fixture(scope="module")
def jssip(tmp_path_factory: pytest.TempPathFactory) -> str:
    return library(tmp_path_factory.mktemp("jssip"))


@pytest.fixture
def telephones(playwright: Playwright, jssip: str, server: Server, tmp_path: Path) -> Iterator[Telephones]:
    telephones = Telephones(playwright, tmp_path, server, jssip)
    yield telephones
    telephones.close()


@pytest.mark.promise("U1", "T1")
def test_two_browsers_exchange_audio_and_video(telephones: Telephones, household: Household, server: Server) -> None:
    anna = telephones(440).register(household.anna)
    berta = telephones(1000).register(household.berta).answers(video=True)
    anna.dial(household.berta.number, video=True)
    anna.until("confirmed")
    eventually(lambda: anna.hears(1000) and berta.hears(440), what=f"voices: {anna.figures()} {berta.figures()}")
    eventually(lambda: anna.frames() > 20 and berta.frames() > 20, what="pictures")
    anna.hold()
    berta.until("hold")
    anna.resume()
    berta.until("unhold")
    before = berta.frames()
    eventually(lambda: anna.hears(1000) and berta.hears(440) and berta.frames() > before + 20, what="all again")
    anna.hang_up()
    berta.until("ended")


@pytest.mark.promise("U1")
def test_video_can_be_added_later(telephones: Telephones, household: Household) -> None:
    anna = telephones(440).register(household.anna)
    berta = telephones(1000).register(household.berta).answers()
    anna.dial(household.berta.number)
    anna.until("confirmed")
    eventually(lambda: anna.hears(1000) and berta.hears(440), what="voices")
    anna.show()
    eventually(lambda: berta.frames() > 20, what="pictures")
    assert anna.hears(1000)
    assert berta.hears(440)
    berta.hang_up()
    anna.until("ended")


@pytest.mark.promise("U1")
def test_a_call_survives_the_loss_of_its_signaling_connection(telephones: Telephones, household: Household) -> None:
    anna = telephones(440).register(household.anna)
    berta = telephones(1000).register(household.berta).answers()
    anna.dial(household.berta.number)
    anna.until("confirmed")
    anna.change_networks()
    berta.change_networks()
    assert anna.hears(1000)
    berta.hold()  # reaches her over the new connection
    anna.until("hold")
    eventually(lambda: anna.hears_but(1000), what="music")
    berta.resume()
    anna.until("unhold")
    eventually(lambda: anna.hears(1000), what="the voice after the music")
    anna.begin_ice_anew()
    before = anna.packets(), berta.packets()
    more = lambda: (anna.packets() > before[0] + 100, berta.packets() > before[1] + 100)  # noqa: E731
    eventually(lambda: more() == (True, True), what="packets after ICE began anew")
    eventually(lambda: (anna.hears(1000), berta.hears(440)) == (True, True), what="sound after ICE began anew")
    assert berta.hears(440)
    berta.hang_up()
    anna.until("ended")


@pytest.mark.promise("U1", "S2", "T1")
@pytest.mark.parametrize("video", [False, True])
def test_a_browser_calls_a_desk_phone(
    telephones: Telephones, phones: Phones, household: Household, *, video: bool
) -> None:
    """A desk phone without video is called with video offered."""
    desk = phones(hertz=1000).register(household.berta, answers=True)
    anna = telephones(440).register(household.anna)
    anna.dial(household.berta.number, video=video)
    anna.until("confirmed")
    eventually(lambda: anna.hears(1000) and desk.hears(440), what="voices")
    assert anna.figures()["codecs"] == {"audio": "audio/PCMU"}  # supported by both: no transcoding
    anna.press("42#")
    eventually(lambda: desk.digits() == "42#", what="keys")
    desk.hold()
    anna.until("hold")
    eventually(lambda: not anna.hears(1000), what="silence on hold")
    desk.resume()
    anna.until("unhold")
    eventually(lambda: anna.hears(1000), what="the voice again")
    anna.hang_up()
    desk.wait("CALL_CLOSED")


@pytest.mark.promise("U1", "S2", "T1")
def test_a_desk_phone_calls_a_browser(telephones: Telephones, phones: Phones, household: Household) -> None:
    desk = phones(hertz=1000).register(household.berta)
    anna = telephones(440).register(household.anna).answers(video=True)
    desk.dial(household.anna.uri)
    anna.until("confirmed")
    eventually(lambda: anna.hears(1000) and desk.hears(440), what="voices")
    desk.hang_up()
    anna.until("ended")
