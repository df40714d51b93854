"""The phone of the client, operated through its interface, recorded at its speaker and inspected through its
connections (client_media_probe.js). Each is a browser process of its own, because a browser has one fake microphone."""

from pathlib import Path
from typing import Any

from baresip_phone import write_tone
from client_pages import Client, Clients
from playwright.sync_api import Locator, expect
from server import Login, eventually

MEDIA_PROBE = Path(__file__).with_name("client_media_probe.js")
ANSWERED = "Encrypted to your phone system"


class ClientPhone:
    """A signed-in client that plays a tone."""

    def __init__(self, client: Client, login: Login) -> None:
        self.client, self.login, self.page = client, login, client.page
        client.context.add_init_script(path=MEDIA_PROBE)

    def sign_in(self, device: str = "Chromium of a test") -> "ClientPhone":
        self.client.sign_in(self.login, device, path="/calls").wait_registered()
        return self

    # user actions

    def dial(self, number: str, *, video: bool = False) -> None:
        """Open the dial pad, enter a number and press one of the two call buttons."""
        self.open_pad().fill(number)
        self.page.get_by_role("button", name="Video call" if video else "Call", exact=True).click()

    def open_pad(self) -> Locator:
        """Open the dial pad if it is closed; return its number field."""
        field = self.page.get_by_label("Number", exact=True)
        if not field.is_visible():
            self.press("Dial pad")
        return field

    def wait_for_ringing(self, of: str, *, video: bool = False) -> Locator:
        """Wait until it rings with a call from that name."""
        kind = "Video call" if video else "Call"
        rings = self.page.get_by_role("alertdialog", name=f"{kind} from {of}", exact=True)
        expect(rings).to_be_visible()
        return rings

    def answer(self, of: str, *, video: bool = False, key: str = "Answer") -> None:
        rings = self.wait_for_ringing(of, video=video)
        rings.get_by_role("button", name="With video" if video else key, exact=True).click()

    def call_with(self, name: str) -> Locator:
        """The call screen with that party."""
        return self.page.get_by_role("dialog", name=f"Call with {name}", exact=True)

    def is_in_call_with(self, name: str) -> None:
        expect(self.call_with(name).get_by_role("button", name=ANSWERED)).to_be_visible()

    def press(self, name: str) -> None:
        self.page.get_by_role("button", name=name, exact=True).click()

    def choose(self, name: str) -> None:
        """Press a less frequent action of the call."""
        self.press("More")
        self.page.get_by_role("dialog", name="More", exact=True).get_by_role("button", name=name, exact=True).click()

    def hang_up(self) -> None:
        self.press("Hang up")

    # observations

    def media_stats(self) -> dict[str, Any]:
        return self.page.evaluate("mediaProbe.figures()")

    def is_receiving(self, hertz: int) -> bool:
        """Whether the dominant frequency played is that tone."""
        return self.client.speaker.hears(hertz)

    def frames(self) -> int:
        """Video frames of the remote party decoded."""
        return self.media_stats()["frames"]

    def assert_idle(self) -> None:
        """No call is left on the screen."""
        expect(self.page.get_by_role("dialog")).to_have_count(0)
        expect(self.page.get_by_role("alertdialog")).to_have_count(0)

    def reset(self) -> None:
        """End calls left by a test, and reload the page if it shows something else."""
        for cover in self.page.get_by_role("dialog").get_by_role("button", name="Close", exact=True).all():
            cover.click()
        for left in self.page.get_by_role("button", name="Hang up").all():
            left.click()
        if self.page.is_closed() or not self.page.url.endswith("/calls") or self.page.get_by_role("dialog").count():
            self.client.open("/calls")
        self.client.wait_registered()


def start_client_phone(
    clients: Clients, login: Login, hertz: int, *permissions: str, directory: Path, **how: Any
) -> ClientPhone:
    """A new client that plays a tone of that frequency, signed in and registered."""
    tone = directory / f"{hertz}.wav"
    if not tone.exists():
        write_tone(tone, hertz)
    switches = (f"--use-file-for-fake-audio-capture={tone}", *how.pop("switches", ()))
    client = clients(*(permissions or ("microphone", "camera")), switches=switches, **how)
    return ClientPhone(client, login).sign_in()


def assert_two_way_audio(anna: ClientPhone, berta: ClientPhone, tones: tuple[int, int] = (440, 1000)) -> None:
    """Each party hears the tone of the other: the first frequency belongs to the first party."""

    def both_receive() -> bool:
        anna.page.wait_for_timeout(50)  # a page whose WebSocket is routed sends and receives during such waits only
        return anna.is_receiving(tones[1]) and berta.is_receiving(tones[0])

    eventually(both_receive, what=f"voices: {anna.media_stats()} {berta.media_stats()}")
