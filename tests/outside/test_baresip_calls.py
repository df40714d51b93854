"""Real phones on the real server: they hear each other, and what they did stands in the history."""

import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from baresip_phone import Network, Phone, Phones
from server import Household, Server, eventually, watched

SYSTEM_CA = Path("/etc/ssl/certs/ca-certificates.crt")
SRTP = {"encryption": "srtp-mand"}


@pytest.fixture(scope="module")
def server(network: Network, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    home = tmp_path_factory.mktemp("phones") / "home"
    yield from watched(Server(home, host=network.address, enter=network.enter))


def talk(phones: Phones, household: Household, caller: str = "udp", callee: str = "udp") -> tuple[Phone, Phone]:
    """Anna (440 Hz) calls Berta (1000 Hz), and they hear each other."""
    anna = phones(caller, hertz=440, **(SRTP if caller == "tls" else {})).register(household.anna)
    berta = phones(callee, hertz=1000, **(SRTP if callee == "tls" else {})).register(household.berta, answers=True)
    anna.dial(household.berta.uri)
    anna.wait("CALL_ESTABLISHED")
    berta.wait("CALL_ESTABLISHED")
    eventually(lambda: anna.hears(1000) and berta.hears(440), what="they hear each other")
    return anna, berta


@pytest.mark.promise("S2", "U1", "T1", "C5")
@pytest.mark.parametrize(
    ("caller", "callee"), [("udp", "udp"), ("tls", "tls"), ("tcp", "udp"), ("udp", "tls"), ("tls", "udp")]
)
def test_two_phones_hear_each_other(phones, household, server, caller, callee):
    before = len(server.history())
    anna, berta = talk(phones, household, caller, callee)
    assert [call["state"] for call in server.live_calls()] == ["talking"]
    anna.hang_up()
    berta.wait("CALL_CLOSED")
    rows = eventually(lambda: (rows := server.history()) and len(rows) > before and rows)
    row = max(rows, key=lambda row: row["started"])
    assert (row["outcome"], row["direction"]) == ("answered", "internal")
    assert row["talk_seconds"] >= 1
    assert household.anna.number in str(row["caller"])
    assert household.berta.number in str(row["callee"])
    assert server.live_calls() == []


def test_the_callee_hangs_up(phones, household):
    anna, berta = talk(phones, household)
    berta.hang_up()
    anna.wait("CALL_CLOSED")


@pytest.mark.promise("C5")
def test_how_well_each_was_heard_stands_in_the_history(phones, household, server):
    """A phone's report counts once it has heard one of the other's; baresip makes one every five seconds."""
    before = len(server.history())
    anna, berta = talk(phones, household)
    eventually(lambda: all(phone.told_of() > 400 for phone in (anna, berta)), what="the second report of each by RTCP")
    anna.hang_up()
    rows = eventually(lambda: (rows := server.history()) and len(rows) > before and rows)
    quality = max(rows, key=lambda row: row["started"])["quality"]
    for side in ("caller", "callee"):
        assert quality[side]["packets"] > 400
        assert quality[side]["loss"] < 5
        assert quality[side]["jitter_ms"] < 20
        assert quality[side]["mos"] > 3.5


def test_keys_pressed_arrive(phones, household):
    anna, berta = talk(phones, household)
    anna.press("190#")
    eventually(lambda: berta.digits() == "190#")
    berta.press("*2")
    eventually(lambda: anna.digits() == "*2")


def test_hold_and_resume(phones, household):
    anna, berta = talk(phones, household)
    since = berta.mark()
    anna.hold()
    assert berta.wait("CALL_REMOTE_SDP", since=since)["remoteaudiodir"] == "recvonly"  # as berta sees it
    eventually(lambda: not quiet(berta) and quiet(anna), what="music for who waits, though the other sends nothing")
    since = berta.mark()
    anna.resume()
    assert berta.wait("CALL_REMOTE_SDP", since=since)["remoteaudiodir"] == "sendrecv"
    eventually(lambda: not quiet(berta) and not quiet(anna), what="voice again after hold")


def quiet(phone: Phone) -> bool:
    before = phone.packets()
    time.sleep(0.5)
    return phone.packets() == before


def test_a_call_that_is_not_answered_can_be_given_up(phones, household, server):
    anna = phones(hertz=440).register(household.anna)
    berta = phones(hertz=1000).register(household.berta)
    anna.dial(household.berta.uri)
    berta.wait("CALL_INCOMING")
    anna.wait("CALL_RINGING")  # a baresip told to hang up before it hears of any ringing keeps its CANCEL to itself
    anna.hang_up()
    berta.wait("CALL_CLOSED")
    eventually(lambda: "cancelled" in {row["outcome"] for row in server.history()})


@pytest.mark.promise("T1")
def test_a_phone_that_trusts_other_authorities_does_not_sign_in(phones, household):
    phone = phones("tls", ca=SYSTEM_CA)
    phone.sign_in(household.anna)
    phone.wait("REGISTER_FAIL")


@pytest.mark.promise("T3")
def test_a_wrong_password_does_not_sign_in(phones, household):
    phone = phones()
    phone.sign_in(replace(household.anna, password="wrong"))
    phone.wait("REGISTER_FAIL")
