"""Registrations, calls and history survive the SIGKILL of the server on both databases; calls survive that of rtpengine."""

import asyncio
import os
import signal
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from baresip_phone import Network, Phone, Phones
from databases import TEMPLATE, Postgres
from server import Household, Server, create_household, eventually


@pytest.fixture
def empty_database(request: pytest.FixtureRequest) -> Iterator[str | None]:
    """The setting for an empty database; None: the default SQLite file."""
    if getattr(request, "param", "sqlite") == "sqlite":
        yield None
        return
    postgres: Postgres = request.getfixturevalue("postgres")
    name = asyncio.run(postgres.create(TEMPLATE))
    yield postgres.url(name)
    asyncio.run(postgres.drop(name))


@dataclass
class Conversation:
    """Call from Anna (440 Hz) to Berta (1000 Hz), with audio in both directions."""

    server: Server
    phones: Phones
    household: Household
    anna: Phone
    berta: Phone


@pytest.fixture
def conversation(tmp_path: Path, network: Network, empty_database: str | None) -> Iterator[Conversation]:
    with Server(tmp_path / "home", host=network.address, enter=network.enter, database=empty_database) as server:
        phones = Phones(tmp_path, network, server)
        try:
            household = create_household(server)
            anna = phones(hertz=440).register(household.anna)
            berta = phones(hertz=1000).register(household.berta, answers=True)
            call(anna, berta, household)
            yield Conversation(server, phones, household, anna, berta)
        finally:
            phones.close()
    assert not server.log_violations(), "\n".join(server.log_violations()[:20])


def call(anna: Phone, berta: Phone, household: Household) -> None:
    since = anna.mark()
    anna.dial(household.berta.uri)
    anna.wait("CALL_ESTABLISHED", since=since)
    hear_each_other(anna, berta)


def hear_each_other(anna: Phone, berta: Phone) -> None:
    eventually(lambda: anna.is_receiving(1000) and berta.is_receiving(440), what="they hear each other", timeout=30)


@pytest.mark.promise("S2")
@pytest.mark.parametrize("empty_database", ["sqlite", "postgresql"], indirect=True)
def test_a_call_and_registrations_survive_killing_the_server(conversation: Conversation):
    """The phones do not register again: their registrations are valid for an hour."""
    anna, berta, server = conversation.anna, conversation.berta, conversation.server
    server.kill()
    server.start()
    assert "busy_ports_occupied" in server.log(), "the phones still sent to ports of the earlier rtpengine"
    assert [live["state"] for live in server.live_calls()] == ["talking"]
    goes_on(anna, berta)
    since = berta.mark()
    anna.hang_up()
    berta.wait("CALL_CLOSED", since=since)
    (row,) = eventually(server.history)
    assert row["outcome"] == "answered"
    assert row["talk_seconds"] >= 1
    assert server.live_calls() == []
    registered = sum(event["type"] == "REGISTER_OK" for event in anna.events + berta.events)
    call(anna, berta, conversation.household)
    assert registered == sum(event["type"] == "REGISTER_OK" for event in anna.events + berta.events) == 2


@pytest.mark.parametrize("empty_database", ["sqlite", "postgresql"], indirect=True)
def test_a_stopping_server_ends_its_calls(conversation: Conversation):
    assert conversation.server.stop() == 0
    conversation.anna.wait("CALL_CLOSED")
    conversation.berta.wait("CALL_CLOSED")
    conversation.server.start()
    assert "busy_ports_occupied" not in conversation.server.log(), "without calls to restore it starts at once"
    (row,) = conversation.server.history()
    assert row["outcome"] == "answered"


def test_audio_resumes_after_killing_rtpengine(conversation: Conversation):
    server = conversation.server
    engine = server.child("rtpengine")
    assert engine
    os.kill(engine, signal.SIGKILL)
    eventually(lambda: server.child("rtpengine") not in (None, engine), what="a new rtpengine")
    goes_on(conversation.anna, conversation.berta)
    since = conversation.berta.mark()
    conversation.anna.hang_up()
    conversation.berta.wait("CALL_CLOSED", since=since)
    assert eventually(server.history)[0]["outcome"] == "answered"


def goes_on(anna: Phone, berta: Phone) -> None:
    """Assert that both sides receive new packets."""
    before = anna.packets(), berta.packets()
    eventually(lambda: anna.packets() > before[0] + 50 and berta.packets() > before[1] + 50, 30, "voice again")
