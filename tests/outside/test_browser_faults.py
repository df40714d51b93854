"""Browsers in a call survive the crash of a component: audio resumes."""

import os
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest
from browser import BrowserPhone, BrowserPhones, Playwright
from server import Server, create_household, eventually


@pytest.fixture
def telephones(playwright: Playwright, jssip: str, own_server: Server, tmp_path: Path) -> Iterator[BrowserPhones]:
    telephones = BrowserPhones(playwright, tmp_path, own_server, jssip)
    yield telephones
    telephones.close()


@pytest.fixture
def talking(telephones: BrowserPhones, own_server: Server) -> tuple[BrowserPhone, BrowserPhone]:
    """Anna (440 Hz) and Berta (1000 Hz) in a call."""
    household = create_household(own_server)
    anna = telephones(440).register(household.anna)
    berta = telephones(1000).register(household.berta).auto_answer()
    anna.dial(household.berta.number)
    anna.wait_for_event("confirmed")
    eventually(lambda: anna.is_receiving(1000) and berta.is_receiving(440), what="voices")
    return anna, berta


def hear_each_other_again(anna: BrowserPhone, berta: BrowserPhone) -> None:
    before = anna.packets(), berta.packets()
    more = lambda: anna.packets() > before[0] + 100 and berta.packets() > before[1] + 100  # noqa: E731
    try:
        eventually(more, what="packets again")
        eventually(lambda: anna.is_receiving(1000) and berta.is_receiving(440), what="voices again")
    except AssertionError:
        for name, phone, packets in zip(("Anna", "Berta"), (anna, berta), before, strict=True):
            print(f"{name}: {packets} packets before, now {phone.media_stats()}", *phone.log(), sep="\n")
        raise


@pytest.mark.promise("U1")
def test_a_call_survives_a_crash_of_the_media_engine(
    talking: tuple[BrowserPhone, BrowserPhone], own_server: Server
) -> None:
    pid = own_server.child("rtpengine")
    assert pid is not None
    os.kill(pid, signal.SIGKILL)
    hear_each_other_again(*talking)
    assert [call["state"] for call in own_server.live_calls()] == ["talking"]


@pytest.mark.promise("U1")
def test_a_call_survives_a_crash_of_the_server(talking: tuple[BrowserPhone, BrowserPhone], own_server: Server) -> None:
    """After the restart the new process knows the call and waits for the browsers; neither has hung up."""
    anna, berta = talking
    own_server.kill()
    own_server.start()
    for each in talking:
        each.register_again()
    hear_each_other_again(anna, berta)
    berta.hold()
    anna.wait_for_event("hold")
    anna.hang_up()
    berta.wait_for_event("ended")
    eventually(lambda: [row["outcome"] for row in own_server.history()] == ["answered"], what="the record")
