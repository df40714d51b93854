"""Recorded calls in the client: both parties see the state; recording is paused, started and stopped."""

from collections.abc import Callable, Iterator

import pytest
from client_pages import Client, Clients
from page_checks import PageChecker
from playwright.sync_api import WebSocketRoute, expect
from recording_helpers import set_extension_policy, set_tenant_policy
from server import Household, Server

BERTA = "Bertalina Oxenfurt"
NOTIFIED, PAUSED = "This call is being recorded", "Recording paused"
BEING_NOTIFIED = 30_000
"""Milliseconds until both have heard the announcement."""

Two = tuple[Client, Client]


@pytest.fixture
def recording(server: Server, household: Household) -> Iterator[None]:
    """Recording is enabled; Anna's calls are recorded automatically unless a test changes it."""
    set_tenant_policy(server, mode="announce")
    set_extension_policy(server, household.anna, when="always")
    yield
    set_extension_policy(server, household.anna, when="on_demand")
    set_tenant_policy(server, mode="off")


@pytest.fixture
def two(clients: Clients, household: Household, recording: None) -> Two:
    """Anna, and Berta, ready to be called by Anna."""
    berta = clients("microphone").sign_in(household.berta).wait_registered()
    anna = clients("microphone").sign_in(household.anna, path="/directory").wait_registered()
    return anna, berta


def call(anna: Client, berta: Client) -> None:
    anna.page.get_by_role("button", name=f"Call {BERTA}", exact=True).click()
    berta.page.get_by_role("button", name="Answer", exact=True).click()


def start_recording(who: Client, *, meanwhile: Callable[[], None] = lambda: None) -> None:
    """Start a recording; `meanwhile` runs once that is offered."""
    who.page.get_by_role("button", name="More", exact=True).click()
    record = who.page.get_by_role("button", name="Record", exact=True)
    record.wait_for()
    meanwhile()
    record.click()


class Breakable:
    """The event connection of a client, which can be interrupted."""

    def __init__(self, client: Client) -> None:
        self._whole = True
        self._open: list[WebSocketRoute] = []
        client.context.route_web_socket("**/api/v1/events", self._come)

    def broken(self) -> None:
        self._whole = False
        for each in self._open:
            each.close()
        self._open.clear()

    def mended(self) -> None:
        self._whole = True

    def _come(self, socket: WebSocketRoute) -> None:
        if not self._whole:
            socket.close()
            return
        socket.connect_to_server()
        self._open.append(socket)


@pytest.mark.promise("C8", whole=True)
def test_both_parties_see_the_recording_and_one_pauses_it(two: Two) -> None:
    """C8 as a whole: both parties see in the client that they are recorded, until it ends. They hear it before, and a beep
    while it runs, and the recording names both with what each was told and when: `test_everyone_is_informed_and_has_a_channel`;
    on browsers and phones: `test_browser_and_baresip_hear_the_notice_and_have_a_channel_each`, and by SIP:
    `test_recording_state_is_signaled_to_the_phone`. Off by default: `test_only_administrators_change_recording_settings`,
    `test_nothing_is_recorded_if_disabled_for_the_tenant`. Without a notice nothing is recorded, in any order of events:
    `test_nothing_is_captured_without_notice_on_a_random_walk`, `test_failed_notice_prevents_recording`; parties that come
    later: `test_blind_transfer_target_is_informed_before_being_recorded`,
    `test_attended_transfer_target_is_informed_before_being_recorded`."""
    anna, berta = two
    call(anna, berta)
    for each in two:
        expect(each.page.get_by_text(NOTIFIED)).to_be_visible(timeout=BEING_NOTIFIED)
    walk = PageChecker(anna, "en", label="a recorded call")
    walk.check("light", "dark")
    anna.page.get_by_role("button", name="Pause recording").click()
    for each in two:
        expect(each.page.get_by_text(PAUSED)).to_be_visible()
    anna.page.get_by_role("button", name="Resume recording").click()
    expect(berta.page.get_by_text(NOTIFIED)).to_be_visible()
    for each in two:  # recorded by policy: it can be paused, not stopped
        expect(each.page.get_by_role("button", name="Stop recording")).to_have_count(0)
    anna.page.get_by_role("button", name="Hang up").click()
    expect(berta.page.get_by_text(NOTIFIED)).to_have_count(0)
    assert walk.findings == anna.complaints == berta.complaints == []


@pytest.mark.promise("C8")
def test_missed_recording_events_are_caught_up(
    server: Server, clients: Clients, household: Household, recording: None
) -> None:
    set_extension_policy(server, household.anna, when="on_demand")
    berta = clients("microphone").sign_in(household.berta).wait_registered()
    anna = clients("microphone")
    events = Breakable(anna)
    anna.sign_in(household.anna, path="/directory").wait_registered()
    call(anna, berta)
    start_recording(berta, meanwhile=events.broken)
    expect(berta.page.get_by_text(NOTIFIED)).to_be_visible(timeout=BEING_NOTIFIED)
    expect(anna.page.get_by_text(NOTIFIED)).to_have_count(0)
    events.mended()
    expect(anna.page.get_by_text(NOTIFIED)).to_be_visible(timeout=BEING_NOTIFIED)
    events.broken()
    berta.page.get_by_role("button", name="Stop recording").click()
    expect(berta.page.get_by_text(NOTIFIED)).to_have_count(0)
    expect(anna.page.get_by_text(NOTIFIED)).to_be_visible()
    events.mended()
    expect(anna.page.get_by_text(NOTIFIED)).to_have_count(0, timeout=BEING_NOTIFIED)
    anna.page.get_by_role("button", name="Hang up").click()


@pytest.mark.promise("C8")
def test_a_participant_starts_and_stops_a_recording(server: Server, household: Household, two: Two) -> None:
    set_extension_policy(server, household.anna, when="on_demand")
    anna, berta = two
    call(anna, berta)
    start_recording(anna)
    expect(berta.page.get_by_text("Announcing the recording")).to_be_visible()
    for each in two:
        expect(each.page.get_by_text(NOTIFIED)).to_be_visible(timeout=BEING_NOTIFIED)
    expect(anna.page.get_by_role("button", name="Pause recording")).to_be_visible()
    expect(berta.page.get_by_role("button", name="Pause recording")).to_have_count(0)
    walk = PageChecker(anna, "en", label="a call one has recorded")
    walk.check("light", "dark")
    anna.page.get_by_role("button", name="Stop recording").click()
    for each in two:
        expect(each.page.get_by_text(NOTIFIED)).to_have_count(0)
    start_recording(anna, meanwhile=lambda: set_tenant_policy(server, mode="off"))
    expect(anna.page.get_by_text("Permission denied")).to_be_visible()
    anna.page.get_by_role("button", name="Hang up").click()
    expect(berta.page.get_by_text("Call ended")).to_be_visible()
    assert walk.findings == anna.complaints == berta.complaints == []
