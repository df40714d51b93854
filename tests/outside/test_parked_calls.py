"""Call parking with real phones: hold music, retrieval and ring-back."""

import pytest
from baresip_phone import Phones
from server import Household, Server, eventually


@pytest.fixture(scope="module")
def server(phone_server: Server) -> Server:
    return phone_server


def test_a_parked_call_is_retrieved_by_another_phone_with_audio(
    phones: Phones, household: Household, server: Server
) -> None:
    before = len(server.history())
    anna = phones(hertz=440).register(household.anna)
    berta = phones(hertz=1000).register(household.berta, answers=True)
    clara = phones(hertz=700).register(household.clara)
    anna.dial(household.berta.uri)
    eventually(lambda: anna.is_receiving(1000) and berta.is_receiving(440), what="they hear each other")
    berta.command("transfer", f"sip:*85@{household.berta.domain}")
    [held] = eventually(lambda: server.parked(), what="she is parked")
    assert (held["place"], held["number"], held["by"]) == (1, household.anna.number, household.berta.number)
    berta.wait("CALL_CLOSED")
    clara.dial(f"sip:*86{held['place']}@{household.clara.domain}")
    eventually(lambda: anna.is_receiving(700) and clara.is_receiving(440), what="they hear each other")
    assert not server.parked()
    clara.hang_up()
    rows = eventually(lambda: (rows := server.history()) and len(rows) > before and rows)
    assert len(rows) == before + 1
    assert rows[0]["outcome"] == "answered"


def test_an_unretrieved_call_rings_back_at_the_parking_phone(
    phones: Phones, household: Household, server: Server
) -> None:
    server.cli("tenant", "update", server.tenant, "--park-seconds", "10")
    anna = phones(hertz=440).register(household.anna)
    berta = phones(hertz=1000).register(household.berta)
    anna.dial(household.berta.uri)
    berta.wait("CALL_INCOMING")
    berta.accept()
    eventually(lambda: anna.is_receiving(1000) and berta.is_receiving(440), what="they hear each other")
    before = berta.mark()
    berta.command("transfer", f"sip:*85@{household.berta.domain}")
    rings = berta.wait("CALL_INCOMING", since=before, timeout=40)
    assert "(parked at 1)" in str(rings)
    berta.accept()
    eventually(lambda: anna.is_receiving(1000) and berta.is_receiving(440), what="they hear each other again")
    taken = berta.mark()
    anna.hang_up()
    berta.wait("CALL_CLOSED", since=taken)
