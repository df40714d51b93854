"""Names on desk phones after a transfer and after the retrieval of a parked call: the headers that baresip receives."""

import pytest
from app_phone import app_phone
from baresip_phone import Phone, Phones
from server import Household, Login, Server, eventually, wait_until
from test_transfers import refer

NAMES = {"anna": "Annarosa Quellmalz", "berta": "Bertalina Oxenfurt", "clara": "Claramunde Zwiebach"}


@pytest.fixture(scope="module")
def server(phone_server: Server) -> Server:
    return phone_server


def header(name: str, who: str, login: Login) -> str:
    return f'{name}: "{NAMES[who]}" <sip:{login.number}@{login.domain}>'


def names(phone: Phone, who: str, login: Login) -> bool:
    """Whether a message to this phone asserted that identity."""
    return header("P-Asserted-Identity", who, login) in phone.log()


def test_blind_transfer_names_the_remaining_parties(phones: Phones, household: Household) -> None:
    anna, berta = phones(hertz=440).register(household.anna), phones(hertz=1000).register(household.berta, answers=True)
    clara = phones(hertz=700).register(household.clara)
    anna.dial(household.berta.uri)
    eventually(lambda: anna.is_receiving(1000), what="they hear each other")
    assert "Referred-By" not in anna.log()
    berta.command("transfer", household.clara.uri)
    clara.wait("CALL_INCOMING")
    clara.accept()
    eventually(lambda: anna.is_receiving(700) and clara.is_receiving(440), what="they hear each other")
    assert names(anna, "clara", household.clara)
    assert names(clara, "anna", household.anna)
    for phone in (anna, clara):
        assert header("Referred-By", "berta", household.berta) in phone.log()
    clara.hang_up()
    anna.wait("CALL_CLOSED")


async def test_attended_transfer_names_the_remaining_parties(phones, household, server, network) -> None:
    anna = phones(hertz=440).register(household.anna, answers=True)
    clara = phones(hertz=700).register(household.clara, answers=True)
    with network.inside():
        async with (
            app_phone(server, household.berta, 1000) as first,
            app_phone(server, household.berta, 1000) as second,
        ):
            await first.call(household.anna.number)
            await second.call(household.clara.number)
            await first.wait_for_tone(440)
            await second.wait_for_tone(700)
            assert names(anna, "berta", household.berta)
            assert not names(anna, "clara", household.clara)
            refer(first, household.clara.uri, second)
            both_receive = lambda: anna.is_receiving(700) and clara.is_receiving(440)  # noqa: E731
            await wait_until(both_receive, what="Anna and Clara hear each other")
    assert names(anna, "clara", household.clara)
    assert names(clara, "anna", household.anna)
    clara.hang_up()
    anna.wait("CALL_CLOSED")


def test_retrieved_call_names_both_parties(phones: Phones, household: Household, server: Server) -> None:
    anna, berta = phones(hertz=440).register(household.anna), phones(hertz=1000).register(household.berta, answers=True)
    clara = phones(hertz=700).register(household.clara)
    anna.dial(household.berta.uri)
    eventually(lambda: anna.is_receiving(1000), what="they hear each other")
    berta.command("transfer", f"sip:*85@{household.berta.domain}")
    [parked] = eventually(lambda: server.parked(), what="the call is parked")
    berta.wait("CALL_CLOSED")
    clara.dial(f"sip:*86{parked['place']}@{household.clara.domain}")
    eventually(lambda: anna.is_receiving(700) and clara.is_receiving(440), what="they hear each other")
    assert names(anna, "clara", household.clara)
    assert names(clara, "anna", household.anna)
    clara.hang_up()
    anna.wait("CALL_CLOSED")
