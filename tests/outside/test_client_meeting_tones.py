"""Three clients in meetings, each of which plays a tone: with a baresip phone, each hears the tones of all others, and not
its own, and the clients see each other's cameras. One blurs its background. A host splits a meeting into two breakout rooms,
each of which hears its own people only, and brings everyone back."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from baresip_phone import Phones, Sound, write_tone
from camera_picture import as_camera, detail_of
from client_pages import Client, Clients
from page_checks import PageChecker
from playwright.sync_api import Locator, Playwright, expect
from server import Household, Server, eventually
from test_client_meeting import (
    ANNA,
    BERTA,
    CLARA,
    NAME,
    SWITCH_LOBBY_ON,
    call_of,
    created_by,
    hangs_up,
    join,
    sees,
)

TONES = {ANNA: 500, BERTA: 730, CLARA: 1010, "a phone": 1370}
"""Hz; none is a multiple of another, nor in the tones that announce a participant."""
HARBOUR, PIER = "Harbour", "Pier"
QUIET = 0.08
"""Of the loudest tone: what is weaker is not heard."""
STRIPES = 10
"""The least detail of a wall that is shown: half of that in the picture, of which a quarter of its width leaves 18."""


@pytest.fixture(scope="module")
def server(phone_server: Server) -> Server:
    return phone_server


@dataclass(frozen=True)
class Hearing:
    """The strength of each tone in a sound; true if those of `wanted` are heard, and no others."""

    strengths: dict[int, int]
    wanted: set[int]

    @classmethod
    def of(cls, sound: Sound, wanted: set[int]) -> "Hearing":
        return cls({each: round(sound.amplitude(each)) for each in TONES.values()}, wanted)

    def __bool__(self) -> bool:
        loudest = max(self.strengths.values())
        return self.wanted == {each for each, one in self.strengths.items() if one > 100 and one > QUIET * loudest}


def hears(client: Client, *names: str) -> None:
    """The client hears the tones of these people, and no others."""
    wanted = {TONES[each] for each in names}
    eventually(lambda: Hearing.of(client.speaker.latest(), wanted), what=f"hearing {names}")


def plays(clients: Clients, directory: Path, name: str) -> Client:
    """A client whose microphone is the tone of that person, whose loudspeaker is recorded and whose camera shows one."""
    tone = directory / f"{TONES[name]}.wav"
    write_tone(tone, TONES[name])
    switches = (f"--use-file-for-fake-audio-capture={tone}", as_camera(directory))
    return clients("microphone", "camera", recorded=True, switches=switches)


@pytest.fixture(scope="module")
def people(
    playwright: Playwright, server: Server, household: Household, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[dict[str, Client]]:
    """The clients by name, signed in."""
    directory = tmp_path_factory.mktemp("people")
    clients = Clients(playwright, directory, server, service_workers=False, blurs=False)
    logins = {ANNA: household.anna, BERTA: household.berta, CLARA: household.clara}
    yield {name: plays(clients, directory, name).sign_in(login) for name, login in logins.items()}
    clients.close()


def meet(people: dict[str, Client]) -> tuple[str, str]:
    """All join a new meeting of Anna's. Returns the path of its link and the number of its room."""
    link, number = created_by(people[ANNA].open("/team"))
    for name in (BERTA, CLARA):
        join(people[name].open(link))
    return link, number


@pytest.mark.promise("C10", "S2", "U1")
def test_three_clients_and_a_baresip_phone_hear_and_see_each_other(
    people: dict[str, Client], phones: Phones, server: Server
) -> None:
    _, number = meet(people)
    dora = server.extension("7504", "Doralinde Anrufer")
    phone = phones(hertz=TONES["a phone"]).register(dora)
    phone.dial(f"sip:{number}@{dora.domain}")
    phone.wait("CALL_ESTABLISHED")
    for name, client in people.items():
        hears(client, *(TONES.keys() - {name}))
    others = {*TONES.values()} - {TONES["a phone"]}
    eventually(lambda: Hearing.of(phone.received_audio().last(1), others), what="the phone hears the others")
    for client in people.values():
        call_of(client).get_by_role("button", name="Video", exact=True).click()
    for name, client in people.items():
        for other in people.keys() - {name}:
            sees(client, f"{other}, live")
    call_of(people[CLARA]).get_by_role("button", name="Mute", exact=True).click()
    hears(people[BERTA], ANNA, "a phone")  # Clara is muted
    phone.hang_up()
    hears(people[BERTA], ANNA)
    for client in people.values():
        hangs_up(client)
        expect(call_of(client)).to_have_count(0)
        assert client.complaints == []


@pytest.mark.promise("C10", "S2", "U1")
def test_the_background_of_a_camera_is_blurred_for_the_others(people: dict[str, Client]) -> None:
    """By keyboard: the wall behind the person loses its detail, and the head does not. In a meeting of two with one video, so
    that few of its pictures wait for other work of this machine."""
    anna, berta, _ = people.values()
    link, _ = created_by(anna.open("/team"))
    join(berta.open(link))
    call_of(anna).get_by_role("button", name="Video", exact=True).click()
    video = call_of(berta).get_by_label(f"{ANNA}, live", exact=True)
    sees(berta, f"{ANNA}, live")
    [before] = eventually(
        lambda: [each for each in [detail_of(video)] if each.wall > STRIPES], what="a wall that is shown"
    )
    call_of(anna).get_by_role("button", name="Audio", exact=True).press("Enter")
    sheet = anna.page.get_by_role("dialog", name="Audio and camera")
    blur = sheet.get_by_role("switch", name="Blur my background")
    blur.press("Space")
    eventually(
        lambda: (now := detail_of(video)).wall < before.wall / 4 and now.head > before.head / 4,
        what="a wall that is blurred, and a head that is not",
    )
    sees(berta, f"{ANNA}, live")
    checks = PageChecker(anna, "en", label="devices of a meeting")
    checks.check("light", "dark")
    assert checks.findings == []
    blur.press("Space")
    eventually(lambda: detail_of(video).wall > before.wall / 2, what="a wall that is shown")
    anna.page.keyboard.press("Escape")
    expect(sheet).to_have_count(0)
    for each in (anna, berta):
        hangs_up(each)
        assert each.complaints == []


def call_in(client: Client, room: str) -> Locator:
    return client.page.get_by_role("dialog", name=f"Call with {room}", exact=True)


def panel_of(client: Client, room: str) -> Locator:
    """Open the breakout rooms of a host by keyboard."""
    participants = call_in(client, room).get_by_role("button", name="Participants")
    participants.focus()
    client.page.keyboard.press("Enter")
    return client.page.get_by_role("region", name="Breakout rooms")


def checked(client: Client, label: str) -> None:
    checks = PageChecker(client, "en", label=label)
    checks.check("light", "dark")
    assert checks.findings == []


def comes_through_the_lobby(client: Client, link: str, host: Client) -> None:
    """Leave the main room and enter it again; the host learns of it in a breakout room."""
    assert host.page.evaluate(SWITCH_LOBBY_ON, link.removeprefix("/meetings/"))
    hangs_up(client)
    client.open(link).wait_registered()
    client.page.get_by_role("button", name=f"Join {NAME}").click()
    expect(client.page.get_by_text("Please wait: a host will let you in.")).to_be_visible()
    visit = call_in(host, HARBOUR)
    waits = visit.get_by_text("1 person waits in the lobby of the main room")
    expect(waits).to_be_visible()
    visit.get_by_role("button", name="Admit all").press("Enter")
    expect(waits).to_have_count(0)
    expect(call_in(client, NAME).get_by_text("Breakout rooms are open")).to_be_visible()


@pytest.mark.promise("C10", "U1")
def test_a_meeting_is_split_into_rooms_and_comes_together_again(
    people: dict[str, Client],
) -> None:
    link, _ = meet(people)
    anna, berta, clara = people.values()
    hears(anna, BERTA, CLARA)
    call_in(berta, NAME).get_by_role("button", name="Video", exact=True).click()
    sees(anna, f"{BERTA}, live")

    panel = panel_of(anna, NAME)
    panel.get_by_label("Names of the rooms").fill(f"{HARBOUR}, {PIER}")
    panel.get_by_label(BERTA).select_option(HARBOUR)
    panel.get_by_label(CLARA).select_option(PIER)
    checked(anna, "opening breakout rooms")
    panel.get_by_role("button", name="Open the rooms").press("Enter")
    anna.page.get_by_role("dialog", name="Open the breakout rooms?").get_by_role("button", name="Open").press("Enter")
    expect(call_in(berta, HARBOUR).get_by_text(f"Breakout room: {HARBOUR}")).to_be_visible(timeout=30_000)
    expect(call_in(clara, PIER).get_by_text(f"Breakout room: {PIER}")).to_be_visible(timeout=30_000)
    for each in (anna, berta, clara):
        hears(each)

    panel.get_by_role("button", name=f"Visit {HARBOUR}").press("Enter")
    anna.page.get_by_role("button", name="Close", exact=True).click()
    hears(anna, BERTA)
    hears(berta, ANNA)
    hears(clara)
    expect(call_in(anna, HARBOUR).get_by_label(f"{BERTA}, live", exact=True)).to_be_visible(timeout=30_000)
    call_in(clara, PIER).get_by_role("button", name="Ask a host to come").press("Enter")
    expect(call_in(anna, HARBOUR).get_by_text(f"{CLARA} ({PIER}) asks for a host")).to_be_visible()

    panel = panel_of(anna, HARBOUR)
    panel.get_by_label("Message to everyone").fill("Ten minutes left")
    anna.page.keyboard.press("Enter")
    expect(call_in(clara, PIER).get_by_text("Message to everyone: Ten minutes left")).to_be_visible()
    checked(anna, "open breakout rooms")
    checked(clara, "in a breakout room")
    call_in(clara, PIER).get_by_role("button", name="Back to the main room").press("Enter")
    expect(call_in(clara, NAME).get_by_text("Breakout rooms are open")).to_be_visible(timeout=30_000)
    anna.page.get_by_role("button", name="Close", exact=True).click()
    comes_through_the_lobby(clara, link, host=anna)

    panel = panel_of(anna, HARBOUR)
    panel.get_by_role("button", name="End the breakout rooms").press("Enter")
    anna.page.get_by_role("dialog", name="End the breakout rooms?").get_by_role("button", name="End").press("Enter")
    expect(call_in(berta, HARBOUR).get_by_text("Everyone returns to the main room in")).to_be_visible()
    panel.get_by_role("button", name="Bring everyone back now").press("Enter")
    for each in (anna, berta):
        expect(call_in(each, NAME)).to_be_visible(timeout=30_000)
    hears(anna, BERTA, CLARA)
    hears(clara, ANNA, BERTA)
    for each in (anna, berta, clara):
        expect(call_in(each, NAME).get_by_text("Breakout rooms are open")).to_have_count(0)
    anna.page.get_by_role("button", name="Close", exact=True).click()
    for each in (anna, berta, clara):
        hangs_up(each)
        assert each.complaints == []
