"""Call transfers between real phones, with audio between the remaining parties."""

from contextlib import closing
from urllib.parse import quote

import pytest
from app_phone import AppPhone, app_phone
from baresip_phone import Phone, Phones
from client_actions import transfer_call
from recording_helpers import signed_in
from server import Household, Server, eventually, wait_until

from unificx.core.clock import SystemClock


@pytest.fixture(scope="module")
def server(phone_server: Server) -> Server:
    return phone_server


def talk(phones: Phones, household: Household) -> tuple[Phone, Phone]:
    """Call from Anna (440 Hz) to Berta (1000 Hz), with audio in both directions."""
    anna = phones(hertz=440).register(household.anna)
    berta = phones(hertz=1000).register(household.berta, answers=True)
    anna.dial(household.berta.uri)
    eventually(lambda: anna.is_receiving(1000) and berta.is_receiving(440), what="they hear each other")
    return anna, berta


@pytest.mark.parametrize("by", ["callee", "caller"])
def test_blind_transfer(phones, household, server, by):
    before = len(server.history())
    anna, berta = talk(phones, household)
    clara = phones(hertz=700).register(household.clara)
    gives, stays, tone = (berta, anna, 440) if by == "callee" else (anna, berta, 1000)
    gives.command("transfer", household.clara.uri)
    clara.wait("CALL_INCOMING")
    eventually(lambda: stays.is_receiving(425, seconds=0.4), what="it rings in the ear of who was given away")
    clara.accept()
    eventually(lambda: stays.is_receiving(700) and clara.is_receiving(tone), what="they hear each other")
    gives.wait("CALL_CLOSED")
    [live] = server.live_calls()
    assert live["state"] == "talking"
    clara.hang_up()
    stays.wait("CALL_CLOSED")
    rows = eventually(lambda: (rows := server.history()) and len(rows) > before and rows)
    assert len(rows) == before + 1
    assert rows[0]["outcome"] == "answered"


def test_an_unanswered_transfer_returns_to_the_transferor(phones, household, server, network):
    """Transferred through the API: baresip hangs up itself when its own REFER fails."""
    anna, berta = talk(phones, household)
    clara = phones(hertz=700).register(household.clara)
    transfer_call(server, network, household.anna, household.clara.number)
    clara.wait("CALL_INCOMING")
    eventually(lambda: berta.is_receiving(425, seconds=0.4), what="it rings in the ear of who was given away")
    clara.hang_up()
    eventually(lambda: anna.is_receiving(1000) and berta.is_receiving(440), what="they hear each other again")
    anna.hang_up()
    berta.wait("CALL_CLOSED")


async def test_attended_transfer(phones, household, server, network):
    """Two calls of one phone become one call of the others. The phones do not support Replaces, only the PBX does."""
    anna = phones(hertz=440).register(household.anna, answers=True)
    clara = phones(hertz=700).register(household.clara, answers=True)
    before = len(server.history())
    with network.inside():
        async with (
            app_phone(server, household.berta, 1000) as first,
            app_phone(server, household.berta, 1000) as second,
        ):
            await first.call(household.anna.number)
            await second.call(household.clara.number)
            await first.wait_for_tone(440)
            await second.wait_for_tone(700)
            refer(first, household.clara.uri, second)
            both_receive = lambda: anna.is_receiving(700) and clara.is_receiving(440)  # noqa: E731
            await wait_until(both_receive, what="Anna and Clara hear each other")
            await wait_until(lambda: len(server.live_calls()) == 1, what="one call is left")
            await wait_until(lambda: first.leg.ended and second.leg.ended, what="Berta is in none")
    clara.hang_up()
    anna.wait("CALL_CLOSED")
    rows = await wait_until(lambda: (rows := server.history()) and len(rows) > before and rows)
    assert len(rows) == before + 1


def refer(phone: AppPhone, uri: str, consulting: AppPhone) -> None:
    """Send a REFER for the peer with the participant of the second call as target."""
    dialog = consulting.leg.dialog
    replaces = f"{dialog.call_id};to-tag={dialog.remote_tag};from-tag={dialog.local_tag}"
    target = f"<{uri}?Replaces={quote(replaces, safe='')}>"
    phone.leg._request("REFER", [("Refer-To", target), ("Contact", f"<{uri}>")], b"", SystemClock().monotonic())
    phone._flush()


def test_click_to_dial_and_transfer_through_the_api(phones, household, server, network):
    anna = phones(hertz=440).register(household.anna, answers=True)
    berta = phones(hertz=1000).register(household.berta)
    clara = phones(hertz=700).register(household.clara, answers=True)
    before = len(server.history())
    with network.inside(), closing(signed_in(server, household.anna)) as client:
        begun = client.post("/api/v1/calls", json={"to": household.berta.number})
        assert begun.status_code == 201, begun.text
        berta.wait("CALL_INCOMING")
        eventually(lambda: anna.is_receiving(425, seconds=0.4), what="Anna hears it ring")
        berta.accept()
        eventually(lambda: anna.is_receiving(1000) and berta.is_receiving(440), what="they hear each other")
        [live] = client.get("/api/v1/me/calls").json()["items"]
        assert (live["id"], live["state"]) == (begun.json()["id"], "talking")
        given = client.post(f"/api/v1/calls/{live['id']}/transfer", json={"to": household.clara.number})
        assert given.status_code == 204, given.text
    anna.wait("CALL_CLOSED")
    eventually(lambda: berta.is_receiving(700) and clara.is_receiving(1000), what="Berta and Clara hear each other")
    berta.hang_up()
    rows = eventually(lambda: (rows := server.history()) and len(rows) > before and rows)
    assert len(rows) == before + 1


async def test_attended_transfer_to_a_parking_slot(phones, household, server, network):
    """The parking slot is announced first: an attended transfer to a call app."""
    anna = phones(hertz=440).register(household.anna, answers=True)
    clara = phones(hertz=700).register(household.clara)
    with network.inside():
        async with (
            app_phone(server, household.berta, 1000) as first,
            app_phone(server, household.berta, 1000) as second,
        ):
            await first.call(household.anna.number)
            await second.call("*85")
            await first.wait_for_tone(440)
            await wait_until(lambda: second.loudness() > 50, what="she is told where")
            refer(first, f"sip:*85@{household.anna.domain}", second)
            await wait_until(lambda: first.leg.ended and second.leg.ended, what="Berta is in none")
    [held] = await wait_until(lambda: server.parked(), what="he is parked")
    assert (held["number"], held["by"]) == (household.anna.number, household.berta.number)
    clara.dial(f"sip:*86@{household.clara.domain}")
    await wait_until(lambda: anna.is_receiving(700) and clara.is_receiving(440), what="Anna and Clara hear each other")
    clara.hang_up()
    anna.wait("CALL_CLOSED")
