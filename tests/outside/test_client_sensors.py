"""Device orientation: read during calls only, can be switched off, and never sent anywhere."""

import re
import time
from collections.abc import Iterator

import pytest
from client_pages import Client, Clients
from playwright.sync_api import WebSocket, expect
from server import Household, Login, Server, eventually

BETWEEN_POSTURES_MS = 110
"""The client reads one in 100 ms at most."""
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
WATCH = """() => {
  if (window.last) return
  window.last = {turning: undefined, held: 0}
  const watch = EventTarget.prototype.addEventListener.bind(window)
  watch('devicemotion', ({rotationRate}) => (last.turning = rotationRate?.alpha ?? 0))
  watch('deviceorientation', ({timeStamp}) => (last.held = timeStamp))
}"""
TURNING = "brisk => last.turning !== undefined && last.turning > 100 === brisk"
HELD = f"before => last.held > before && performance.now() > last.held + {BETWEEN_POSTURES_MS}"
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
SERVER_IDENTIFIER = re.compile(r"\b(?:z9hG4bK)?[0-9a-f]{12}\.[0-9a-f]{16,}\b")
"""A tag or branch that the server has made: its digits may be those of a reading."""


class Held:
    """A device with simulated sensors, and all data that leaves it meanwhile."""

    def __init__(self, client: Client) -> None:
        self.client = client
        self.sent: list[str] = []
        self._alpha = 10
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

    def hold(self, orientation: tuple[float, float], *, turning: float = 0, postures: int = 1) -> None:
        """Hold a posture until the page has been informed of it so often; sensors report changes only, so it varies
        slightly. A page that is busy for as long as a turn lasts would miss it."""
        page = self.client.page
        page.evaluate(WATCH)
        self._turn("gyroscope", turning)
        page.wait_for_function(TURNING, arg=turning == BRISK)
        for _ in range(postures):
            self._alpha = 21 - self._alpha
            before = page.evaluate("last.held")
            angles = {"alpha": self._alpha, "beta": orientation[0], "gamma": orientation[1]}
            self._session.send("DeviceOrientation.setDeviceOrientationOverride", angles)
            page.wait_for_function(HELD, arg=before)

    def raise_to_the_ear(self) -> None:
        self.hold(IN_THE_HAND, postures=5)
        self.hold((58, -40), turning=BRISK, postures=4)
        self.hold(AT_THE_EAR, postures=10)

    def bodies(self) -> list[str]:
        """Payloads of the page's requests."""
        return self.client.page.evaluate("bodies")

    def felt(self) -> dict[str, int]:
        return self.client.page.evaluate("felt")


LONGEST_SECONDS = 300
"""That a phone can ring: on a busy machine a hundred readings take longer than the usual 30."""


def change_ringing(server: Server, login: Login, seconds: int) -> int:
    """Set how long an extension rings; return the former time."""
    path, tenant = f"/api/v1/extensions/{login.number}", {"tenant": server.ready["tenant"]}
    with server.rest() as operator:
        before = operator.get(path, params=tenant).json()["ring_seconds"]
        operator.patch(path, params=tenant, json={"ring_seconds": seconds}).raise_for_status()
    return before


@pytest.fixture
def berta(clients: Clients, server: Server, household: Household) -> Iterator[Client]:
    """A remote party that keeps ringing."""
    before = change_ringing(server, household.berta, LONGEST_SECONDS)
    yield clients("microphone").sign_in(household.berta).wait_registered()
    change_ringing(server, household.berta, before)


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


@pytest.mark.promise("C3")
@pytest.mark.usefixtures("berta")
def test_the_screen_is_dark_at_the_ear_and_sensors_are_read_during_calls_only(
    clients: Clients, household: Household
) -> None:
    held = held_in_a_call(clients, household)
    page = held.client.page
    dark = page.get_by_test_id("proximity-overlay")
    held.hold(IN_THE_HAND, postures=9)
    expect(dark).to_have_count(0)
    held.raise_to_the_ear()
    expect(dark).to_be_visible()
    held.hold(IN_THE_HAND, turning=BRISK, postures=6)
    expect(dark).to_have_count(0)
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
        held.hold(ACROSS, turning=BRISK, postures=5)
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
    for each in (SERVER_IDENTIFIER.sub("", text) for text in (*held.sent, *held.bodies())):
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
