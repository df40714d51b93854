"""Three clients and a baresip phone in one meeting: each hears the tones of all others, and not its own; the clients see
each other's cameras."""

from pathlib import Path

import pytest
from baresip_phone import Phones, Sound, write_tone
from client_pages import Client, Clients
from playwright.sync_api import expect
from server import Household, Login, Server, eventually
from test_client_meeting import ANNA, BERTA, CLARA, call_of, created_by, hangs_up, join, sees

TONES = {ANNA: 500, BERTA: 730, CLARA: 1010, "a phone": 1370}
"""Hz; none is a multiple of another, nor in the tones that announce a participant."""
QUIET = 0.08
"""Of the loudest tone: what is weaker is not heard."""


@pytest.fixture(scope="module")
def server(phone_server: Server) -> Server:
    return phone_server


def tones_in(sound: Sound) -> set[int]:
    """The tones of participants that a listener hears."""
    strength = {each: sound.amplitude(each) for each in TONES.values()}
    return {each for each, one in strength.items() if one > 100 and one > QUIET * max(strength.values())}


def plays(clients: Clients, directory: Path, name: str) -> Client:
    """A client whose microphone is the tone of that person, and whose loudspeaker is recorded."""
    tone = directory / f"{TONES[name]}.wav"
    write_tone(tone, TONES[name])
    return clients("microphone", "camera", recorded=True, switches=(f"--use-file-for-fake-audio-capture={tone}",))


def joins(client: Client, login: Login, link: str) -> None:
    client.open(link)
    client.sign_in(login, path=link)
    join(client)


@pytest.mark.promise("C10", "S2", "U1")
def test_three_clients_and_a_baresip_phone_hear_and_see_each_other(
    clients: Clients, phones: Phones, server: Server, household: Household, tmp_path: Path
) -> None:
    people = {name: plays(clients, tmp_path, name) for name in (ANNA, BERTA, CLARA)}
    anna = people[ANNA].sign_in(household.anna, path="/team")
    link, number = created_by(anna)
    joins(people[BERTA], household.berta, link)
    joins(people[CLARA], household.clara, link)
    dora = server.extension("7504", "Doralinde Anrufer")
    phone = phones(hertz=TONES["a phone"]).register(dora)
    phone.dial(f"sip:{number}@{dora.domain}")
    phone.wait("CALL_ESTABLISHED")
    for name, client in people.items():
        others = {*TONES.values()} - {TONES[name]}
        eventually(lambda: tones_in(client.speaker.latest()) == others, what=f"{name} hears the others")  # noqa: B023
    others = {*TONES.values()} - {TONES["a phone"]}
    eventually(lambda: tones_in(phone.received_audio().last(1)) == others, what="the phone hears the others")
    for client in people.values():
        call_of(client).get_by_role("button", name="Video", exact=True).click()
    for name, client in people.items():
        for other in people.keys() - {name}:
            sees(client, f"{other}, live")
    call_of(people[CLARA]).get_by_role("button", name="Mute", exact=True).click()
    eventually(
        lambda: tones_in(people[BERTA].speaker.latest()) == {TONES[ANNA], TONES["a phone"]}, what="Clara is muted"
    )
    phone.hang_up()
    eventually(lambda: tones_in(people[BERTA].speaker.latest()) == {TONES[ANNA]}, what="the phone has left")
    for client in people.values():
        hangs_up(client)
        expect(call_of(client)).to_have_count(0)
        assert client.complaints == []
