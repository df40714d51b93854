"""Device orientation: read during calls only, can be switched off, and never sent anywhere."""

import time

import pytest
from client_pages import Client, Clients
from playwright.sync_api import Locator, TimeoutError, WebSocket, expect
from server import Household, eventually

SENSORS = ("accelerometer", "gyroscope", "magnetometer")
LISTENERS = """() => {
  window.felt = {devicemotion: 0, deviceorientation: 0}
  const {addEventListener, removeEventListener} = window
  window.addEventListener = (kind, ...more) => {
    if (kind in felt) felt[kind] += 1
    return addEventListener.call(window, kind, ...more)
  }
  window.removeEventListener = (kind, ...more) => {
    if (kind in felt) felt[kind] -= 1
    return removeEventListener.call(window, kind, ...more)
  }
}"""
BODIES = """() => {
  // What a request that was built beforehand carries is not told to who watches from outside.
  window.bodies = []
  const {fetch} = window
  window.fetch = async (...what) => {
    const request = new Request(...what)
    bodies.push(await request.clone().text())
    return fetch(request)
  }
}"""
RESTING = {"devicemotion": 0, "deviceorientation": 0}
READING = {"devicemotion": 1, "deviceorientation": 1}
IN_THE_HAND = (41.734, -2.918)
AT_THE_EAR = (57.316, -71.773)
ACROSS = (4.627, -84.391)
BRISK = 3.4173
"""Radians per second."""


class Held:
    """A device with simulated sensors, and all data that leaves it meanwhile."""

    def __init__(self, client: Client) -> None:
        self.client = client
        self.sent: list[str] = []
        client.context.add_init_script(f"({LISTENERS})()")
        client.context.add_init_script(f"({BODIES})()")
        client.page.on("websocket", self._watch)
        client.context.on("request", lambda each: self.sent.append(f"{each.url} {each.post_data or ''} {each.headers}"))
        self._session = client.context.new_cdp_session(client.page)
        for kind in ("accelerometer", "linear-acceleration", "gyroscope"):
            self._session.send("Emulation.setSensorOverrideEnabled", {"enabled": True, "type": kind})
            self._turn(kind, 0)

    def _watch(self, socket: WebSocket) -> None:
        socket.on("framesent", lambda data: self.sent.append(str(data)))

    def _turn(self, kind: str, x: float) -> None:
        reading = {"xyz": {"x": x, "y": 0, "z": 0}}
        self._session.send("Emulation.setSensorOverrideReadings", {"type": kind, "reading": reading})

    def hold(self, orientation: tuple[float, float], *, turning: float = 0, seconds: float = 0.1) -> None:
        """Hold a posture for a while; sensors report changes only, so it varies slightly."""
        beta, gamma = orientation
        self._turn("gyroscope", turning)
        for step in range(max(1, int(seconds * 10))):
            angles = {"alpha": 10 + step % 2, "beta": beta, "gamma": gamma}
            self._session.send("DeviceOrientation.setDeviceOrientationOverride", angles)
            self.client.page.wait_for_timeout(110)

    def raise_to_the_ear(self) -> None:
        self.hold(IN_THE_HAND, seconds=0.5)
        self.hold((58, -40), turning=BRISK, seconds=0.4)
        self.hold(AT_THE_EAR, seconds=1)

    def bodies(self) -> list[str]:
        """Payloads of the page's requests."""
        return self.client.page.evaluate("bodies")

    def felt(self) -> dict[str, int]:
        return self.client.page.evaluate("felt")


@pytest.fixture
def berta(clients: Clients, household: Household) -> Client:
    """A remote party that keeps ringing."""
    return clients("microphone").sign_in(household.berta).wait_registered()


def held_in_a_call(clients: Clients, household: Household) -> Held:
    held = Held(clients("microphone", "camera", *SENSORS))
    held.client.sign_in(household.anna, path="/directory").wait_registered()
    assert held.felt() == RESTING
    call(held.client)
    eventually(lambda: held.felt() == READING or held.client.page.wait_for_timeout(50), what="sensors are read")
    return held


def call(client: Client) -> None:
    client.page.get_by_role("button", name="Call Bertalina Oxenfurt", exact=True).click()
    expect(client.page.get_by_role("dialog", name="Call with Bertalina Oxenfurt")).to_be_visible()


def comes(shown: Locator) -> bool:
    try:
        shown.wait_for(timeout=5_000)
    except TimeoutError:
        return False
    return True


@pytest.mark.promise("C3")
@pytest.mark.usefixtures("berta")
def test_the_screen_is_dark_at_the_ear_and_sensors_are_read_during_calls_only(
    clients: Clients, household: Household
) -> None:
    held = held_in_a_call(clients, household)
    page = held.client.page
    dark = page.get_by_test_id("proximity-overlay")
    held.hold(IN_THE_HAND, seconds=1)
    expect(dark).to_have_count(0)
    # Again until it is: a busy machine reports few postures, and may miss a brisk turn.
    eventually(lambda: held.raise_to_the_ear() or comes(dark), what="a dark screen at the ear")
    eventually(lambda: held.hold(IN_THE_HAND, turning=BRISK, seconds=0.6) or dark.count() == 0, what="a lit screen")
    page.get_by_role("button", name="Hang up").click()
    eventually(lambda: held.felt() == RESTING or page.wait_for_timeout(100), what="sensors rest")


@pytest.mark.promise("C3", whole=True)
@pytest.mark.usefixtures("berta")
def test_no_reading_leaves_the_device(clients: Clients, household: Household) -> None:
    """C3 as a whole: the layout of a call follows the device while no reading is in what the page sends. The screen at
    the ear and when raised: `test_the_screen_is_dark_at_the_ear_and_sensors_are_read_during_calls_only`; without them:
    `test_refused_sensors_do_not_affect_the_call`, `test_switched_off_sensors_are_not_read_during_a_call`; sign-in by QR
    code, which reads the camera only: `test_a_displayed_code_is_scanned_and_signs_in_one_device`."""
    held = held_in_a_call(clients, household)
    before = len(held.sent)
    began = time.monotonic()
    for _ in range(3):
        held.raise_to_the_ear()
        held.hold(ACROSS, turning=BRISK, seconds=0.5)
    expect(held.client.page.get_by_role("dialog", name="Call with Bertalina Oxenfurt")).to_have_attribute(
        "data-rotation", "90"
    )
    held.client.page.get_by_role("button", name="Hang up").click()
    ends = ("BYE sip:", "CANCEL sip:")
    eventually(
        lambda: held.client.page.wait_for_timeout(1000) or any(end in each for end in ends for each in held.sent),
        what="the end of the call, which was watched",
    )
    values = [*IN_THE_HAND, *AT_THE_EAR, *ACROSS, BRISK]
    assert held.bodies(), "what requests carry was watched"
    for each in (*held.sent, *held.bodies()):
        assert not any(str(abs(value))[:5] in each for value in values), each
        assert "beta" not in each.lower()
        assert "orientation" not in each.lower()
    # A hundred readings, and hardly any message: they are not sent in another form either. (The service worker may
    # still be precaching the program.)
    reported = [each for each in held.sent[before:] if not each.startswith(f"{held.client.origin}/assets/")]
    assert len(reported) < 15 + (time.monotonic() - began) / 5, reported


@pytest.mark.promise("C3")
@pytest.mark.usefixtures("berta")
def test_switched_off_sensors_are_not_read_during_a_call(clients: Clients, household: Household) -> None:
    held = Held(clients("microphone", *SENSORS))
    held.client.context.add_init_script("localStorage.setItem('unificx.preferences', '{\"sensors\":false}')")
    held.client.sign_in(household.anna, path="/directory").wait_registered()
    call(held.client)
    held.raise_to_the_ear()
    assert held.felt() == RESTING
    expect(held.client.page.get_by_test_id("proximity-overlay")).to_have_count(0)


@pytest.mark.promise("C3")
@pytest.mark.usefixtures("berta")
def test_refused_sensors_do_not_affect_the_call(clients: Clients, household: Household) -> None:
    client = clients("microphone").sign_in(household.anna, path="/directory").wait_registered()
    call(client)
    expect(client.page.get_by_text("Ringing…")).to_be_visible()
    expect(client.page.get_by_test_id("proximity-overlay")).to_have_count(0)
    assert client.complaints == []
