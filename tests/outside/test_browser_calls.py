"""Browsers on the real server: they see and hear each other, and the telephones on the desks."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from baresip_phone import Network, Phones
from browser import Playwright, Telephones, driven, library
from server import Household, Server, eventually, watched


@pytest.fixture(scope="module")
def server(network: Network, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    home = tmp_path_factory.mktemp("browsers") / "home"
    yield from watched(Server(home, host=network.address, enter=network.enter))


@pytest.fixture(scope="module")
def playwright() -> Iterator[Playwright]:
    with driven() as playwright:
        yield playwright


@pytest.fixture(scope="module")
def jssip(tmp_path_factory: pytest.TempPathFactory) -> str:
    return library(tmp_path_factory.mktemp("jssip"))


@pytest.fixture
def telephones(playwright: Playwright, jssip: str, server: Server, tmp_path: Path) -> Iterator[Telephones]:
    telephones = Telephones(playwright, tmp_path, server, jssip)
    yield telephones
    telephones.close()


@pytest.mark.promise("U1", "T1")
def test_two_browsers_see_and_hear_each_other(telephones: Telephones, household: Household, server: Server) -> None:
    anna = telephones(440).register(household.anna)
    berta = telephones(1000).register(household.berta).answers(video=True)
    anna.dial(household.berta.number, video=True)
    anna.until("confirmed")
    eventually(lambda: anna.hears(1000) and berta.hears(440), what=f"voices: {anna.figures()} {berta.figures()}")
    eventually(lambda: anna.frames() > 20 and berta.frames() > 20, what="pictures")
    anna.hang_up()
    berta.until("ended")


@pytest.mark.promise("U1", "S2", "T1")
@pytest.mark.parametrize("video", [False, True])
def test_a_browser_calls_a_telephone(
    telephones: Telephones, phones: Phones, household: Household, *, video: bool
) -> None:
    """A telephone on the desk that has no screen is called all the same."""
    desk = phones(hertz=1000).register(household.berta, answers=True)
    anna = telephones(440).register(household.anna)
    anna.dial(household.berta.number, video=video)
    anna.until("confirmed")
    eventually(lambda: anna.hears(1000) and desk.hears(440), what="voices")
    anna.hang_up()
    desk.wait("CALL_CLOSED")


@pytest.mark.promise("U1", "S2", "T1")
def test_a_telephone_calls_a_browser(telephones: Telephones, phones: Phones, household: Household) -> None:
    desk = phones(hertz=1000).register(household.berta)
    anna = telephones(440).register(household.anna).answers(video=True)
    desk.dial(household.anna.uri)
    anna.until("confirmed")
    eventually(lambda: anna.hears(1000) and desk.hears(440), what="voices")
    desk.hang_up()
    anna.until("ended")
