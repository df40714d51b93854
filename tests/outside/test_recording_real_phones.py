"""Recorded calls of a browser with baresip and with another browser: both hear the notice, and each has a channel."""

import time
from array import array
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from baresip_phone import Network, Phone, Phones
from browser import Playwright, Telephone, Telephones, library
from recording_helpers import (
    LIKE,
    RATE,
    call_id,
    channels,
    extension,
    likeness,
    one_kept,
    prompt,
    records,
    signed_in,
    state,
)
from server import Household, Server, eventually, watched

from unificx.media import tones
from unificx.media.sounds import Sound

BROWSER, BARESIP = 440, 1000
ITSELF = 0.8


@pytest.fixture(scope="module")
def server(network: Network, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    home = tmp_path_factory.mktemp("recorded") / "home"
    yield from watched(Server(home, host=network.address, enter=network.enter))


@pytest.fixture
def telephones(playwright: Playwright, server: Server, tmp_path: Path) -> Iterator[Telephones]:
    telephones = Telephones(playwright, tmp_path, server, library(tmp_path))
    yield telephones
    telephones.close()


def heard_by_baresip(phone: Phone) -> list[int]:
    sound = phone.heard()
    assert sound.rate == RATE
    return [int(each) for each in sound.samples]


def heard_by_browser(phone: Telephone, sound: Sound) -> bool:
    """Compared in half-second windows, because a busy browser stretches or skips audio: two matching windows identify
    the sound. Without it, the best match is at most 0.7."""
    heard, piece = phone.heard(), sound.rate  # two bytes per sample
    pieces = [sound.pcm[at : at + piece] for at in range(0, len(sound.pcm) - piece, piece)]
    return sum(likeness(heard, Sound(each, sound.rate)) > ITSELF for each in pieces) >= 2


@pytest.mark.promise("C8", "R1", "R2")
def test_browser_and_baresip_hear_the_notice_and_have_a_channel_each(
    telephones: Telephones, phones: Phones, network: Network, household: Household, server: Server
) -> None:
    records(server, mode="announce", beep_seconds=0)
    extension(server, household.berta, when="always")
    berta = phones(hertz=BARESIP).register(household.berta, answers=True)
    anna = telephones(BROWSER).register(household.anna)
    anna.dial(household.berta.number)
    anna.until("confirmed")
    call = call_id(server)
    eventually(lambda: state(server, call) == "recording", timeout=30, what="it is recorded")
    eventually(lambda: anna.hears(BARESIP) and berta.hears(BROWSER), what="they hear each other again")
    eventually(lambda: berta.hears(BROWSER, seconds=3.0), what="three seconds of it")
    time.sleep(4)  # on a busy machine the recording starts a moment later
    notice = prompt("recording/notice-hang-up")
    assert heard_by_browser(anna, notice)
    assert likeness(heard_by_baresip(berta), notice) > LIKE
    anna.hang_up()
    berta.wait("CALL_CLOSED")
    with network.inside(), closing(signed_in(server, household.berta)) as client:
        recording = one_kept(client)
        left, right, rate = channels(client, recording)
    assert [party["notice"] for party in recording["parties"]] == [notice.digest] * 2
    for side, own, other in ((left, BROWSER, BARESIP), (right, BARESIP, BROWSER)):
        last = array("h", side[-2 * rate : -rate])
        assert tones.level(last, own, rate=rate) > 1500
        assert tones.level(last, other, rate=rate) < 150


@pytest.mark.promise("C8", "R1")
def test_two_browsers_hear_the_notice_and_each_other_again(
    telephones: Telephones, household: Household, server: Server
) -> None:
    records(server, mode="announce", beep_seconds=0)
    extension(server, household.berta, when="always")
    berta = telephones(1000).register(household.berta).answers()
    anna = telephones(BROWSER).register(household.anna)
    anna.dial(household.berta.number)
    anna.until("confirmed")
    call = call_id(server)
    eventually(lambda: state(server, call) == "recording", timeout=30, what="it is recorded")
    eventually(lambda: anna.hears(1000) and berta.hears(BROWSER), what="they hear each other again")
    assert all(heard_by_browser(one, prompt("recording/notice-hang-up")) for one in (anna, berta))
    anna.hang_up()
    berta.until("ended")
