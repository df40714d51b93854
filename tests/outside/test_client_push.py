"""Push: messages reach the service worker, which shows and closes call notifications and wipes the device.

Chromium without a push service uses the one of the test (see client_pages), which passes each message, encrypted by the
server and decrypted with the browser's key, to the service worker through the DevTools protocol."""

from collections.abc import Iterator

import pytest
from browser import CHROMIUM, Playwright
from client_pages import (
    Client,
    Clients,
    FakePushService,
    ServiceWorkerProbe,
    fake_push_service,
    other_device,
    wait_two_seconds,
)
from playwright.sync_api import expect
from server import Household, Login, Server, eventually

INSTALLED = ["unificx"]
SIGNED_OUT = "You have been signed out, here or on another device."


CLOSE_NOTIFICATIONS = """async () => {
  const registration = await navigator.serviceWorker.ready
  for (const each of await registration.getNotifications()) each.close()
}"""


@pytest.fixture(scope="module")
def service() -> Iterator[FakePushService]:
    with fake_push_service() as service:
        yield service


@pytest.fixture
def own_service() -> Iterator[FakePushService]:
    with fake_push_service() as service:
        yield service


@pytest.fixture(scope="module")
def subscribed(
    playwright: Playwright,
    server: Server,
    household: Household,
    service: FakePushService,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Client]:
    """Anna's client, subscribed to push, for all tests that leave it signed in: its start is most of their work."""
    clients = Clients(playwright, tmp_path_factory.mktemp("subscribed"), server, browser=CHROMIUM)
    client = clients("notifications", "microphone")
    service.install(client)
    yield client.sign_in(household.anna)
    clients.close()


@pytest.fixture
def anna(subscribed: Client, service: FakePushService) -> Client:
    """Anna's client, just opened, without notifications."""
    service.forget()
    subscribed.open().page.evaluate(CLOSE_NOTIFICATIONS)
    return subscribed


@pytest.mark.promise("U1", "T1")
def test_a_call_shows_an_anonymous_notification_that_is_closed(anna: Client) -> None:
    worker = ServiceWorkerProbe(anna)
    worker.close_page()
    worker.deliver_push({"type": "call", "call": "019b-1"})
    [shown] = worker.wait_for_notifications("Incoming call")
    assert (shown["stays"], shown["body"], shown["data"]) == (True, "", {"call": "019b-1"})
    assert shown["actions"] == ["answer", "decline"]
    worker.deliver_push({"type": "call", "call": "019b-2"})
    worker.wait_for_notifications("Incoming call", "Incoming call")
    worker.deliver_push({"type": "stop", "call": "019b-1"})
    [left] = worker.wait_for_notifications("Incoming call")
    assert left["data"] == {"call": "019b-2"}
    worker.deliver_push({"type": "stop", "call": "019b-2"})
    worker.wait_for_notifications()


def test_a_stop_that_arrives_first_leaves_no_notification(anna: Client) -> None:
    worker = ServiceWorkerProbe(anna)
    worker.close_page()
    worker.deliver_push({"type": "stop", "call": "019b-3"})
    worker.deliver_push({"type": "call", "call": "019b-3"})
    worker.deliver_push({"type": "notice"})
    worker.wait_for_notifications("Security notice")


SLOW_NOTIFICATIONS = """() => {
  const {registration} = self
  const show = registration.showNotification.bind(registration)
  const list = registration.getNotifications.bind(registration)
  let open = 0
  self.overlaps = 0
  delete self.showing  // the recorder of notifications is to wrap this
  registration.showNotification = async (...what) => {
    open += 1
    await show(...what)
    await new Promise((done) => setTimeout(done, 300))
    open -= 1
  }
  registration.getNotifications = (...what) => {
    if (open) overlaps += 1
    return list(...what)
  }
}"""


def test_notifications_are_not_listed_while_one_is_being_shown(anna: Client) -> None:
    """Chromium would forget it, and clicks on it would do nothing."""
    worker = ServiceWorkerProbe(anna)
    worker.close_page()
    worker.execution_context.evaluate(SLOW_NOTIFICATIONS)
    worker.deliver_push({"type": "notice"})
    worker.deliver_push({"type": "stop", "call": "019b-9"})
    worker.wait_for_notifications("Security notice")
    assert worker.execution_context.evaluate("overlaps") == 0


def test_a_visible_client_shows_no_notification(anna: Client) -> None:
    worker = ServiceWorkerProbe(anna)
    anna.page.bring_to_front()
    anna.page.evaluate(
        "() => { window.told = []; navigator.serviceWorker.addEventListener('message', (e) => told.push(e.data.type)) }"
    )
    worker.deliver_push({"type": "call", "call": "019b-4"})
    eventually(lambda: anna.page.evaluate("told") == ["call"], what="the page is told")
    assert worker.notifications() == []


def test_a_click_opens_the_client_for_this_call_or_notifies_the_open_one(anna: Client) -> None:
    worker = ServiceWorkerProbe(anna)
    worker.close_page()
    for call in ("019b-5", "019b-6"):
        worker.deliver_push({"type": "call", "call": call})
    worker.wait_for_notifications("Incoming call", "Incoming call")
    assert worker.click_notification("call-019b-5", "answer") == ["/app/?answer=019b-5"]
    assert worker.click_notification("call-019b-6", "decline") == []
    worker.deliver_push({"type": "notice"})
    worker.wait_for_notifications("Security notice")
    anna.open()
    assert ServiceWorkerProbe(anna).click_notification("notice") == []
    anna.page.wait_for_url("**/app/settings/devices")
    worker.wait_for_notifications()


@pytest.mark.whole_browser
def test_a_device_without_a_push_service_gets_one_in_its_language(
    clients: Clients, household: Household, own_service: FakePushService
) -> None:
    """The self-test reports that no service responds; a changed subscription, of which the worker learns, is registered."""
    client = clients("notifications", "microphone", language="de-DE").sign_in(household.anna, path="/self-test")
    client.page.get_by_role("button", name="Test starten").click()
    expect(client.page.get_by_text("Push-Dienst")).to_be_visible(timeout=40_000)
    assert client.api("GET", "/me/reachable")["push"] is False
    worker = ServiceWorkerProbe(client)
    worker.close_page()
    worker.deliver_push({"type": "call", "call": "019b-7"})
    [shown] = worker.wait_for_notifications("Eingehender Anruf")
    assert shown["lang"] == "de"
    worker.execution_context.evaluate(
        """async (subscription) => {
          const event = new ExtendableEvent('pushsubscriptionchange')
          event.newSubscription = {toJSON: () => subscription}
          const waited = []
          event.waitUntil = (work) => waited.push(work)
          self.dispatchEvent(event)
          await Promise.all(waited)
        }""",
        own_service.browser.as_json(),
    )
    client.open()
    assert client.api("GET", "/me/reachable")["push"] is True
    test_id = client.api("POST", "/me/push/test")["id"]
    [message] = eventually(lambda: own_service.messages("test"), what="a push")
    assert message["id"] == test_id


@pytest.mark.promise("U1")
def test_the_self_test_sends_and_receives_a_real_push(anna: Client, service: FakePushService) -> None:
    worker = ServiceWorkerProbe(anna)
    eventually(lambda: anna.api("GET", "/me/reachable")["push"], what="a subscription the server knows")
    anna.open("/self-test").page.get_by_role("button", name="Start test").click()
    [message] = eventually(lambda: service.messages("test"), what="a push")
    worker.deliver_push(message)
    expect(anna.page.get_by_text("Test message received.", exact=True)).to_be_visible()
    expect(anna.page.get_by_text("This phone is registered.", exact=True)).to_be_visible()
    expect(anna.page.get_by_text("The microphone works.", exact=True)).to_be_visible()
    anna.page.get_by_role("button", name="Yes", exact=True).click()
    expect(anna.page.get_by_text("The speaker works.", exact=True)).to_be_visible()


def sign_out(server: Server, login: Login, session: str) -> None:
    """End a session from another device."""
    with other_device(server, login) as other:
        assert other.delete(f"/sessions/{session}").status_code == 204


@pytest.mark.whole_browser
@pytest.mark.promise("S2", "T1")
def test_a_device_signed_out_remotely_is_wiped_without_an_open_page(
    clients: Clients, server: Server, household: Household, own_service: FakePushService
) -> None:
    client = clients("notifications")
    own_service.install(client)
    client.sign_in(household.clara, path="/directory")
    expect(client.page.get_by_text("Bertalina Oxenfurt")).to_be_visible()
    worker = ServiceWorkerProbe(client)
    eventually(lambda: client.api("GET", "/me/reachable")["push"], what="a subscription the server knows")
    [session] = [each for each in client.api("GET", "/sessions")["items"] if each["current"]]
    worker.close_page()
    assert client.databases() == INSTALLED
    sign_out(server, household.clara, session["id"])
    [message] = eventually(lambda: own_service.messages("signed_out"), what="a push")
    worker.deliver_push(message)
    worker.wait_for_notifications("Signed out")
    eventually(lambda: client.databases() == [], what="nothing kept")


@pytest.mark.promise("S2")
def test_an_open_page_of_a_device_signed_out_remotely_leaves_at_once(
    clients: Clients, server: Server, household: Household
) -> None:
    client = clients().sign_in(household.clara, path="/directory")
    expect(client.page.get_by_text("Bertalina Oxenfurt")).to_be_visible()
    [session] = [each for each in client.api("GET", "/sessions")["items"] if each["current"]]
    sign_out(server, household.clara, session["id"])
    expect(client.page).to_have_url(f"{client.origin}/app/sign-in")
    expect(client.page.get_by_text(SIGNED_OUT)).to_be_visible()
    expect(client.page.get_by_text("Bertalina Oxenfurt")).to_have_count(0)
    stored = client.stored_data()
    for name in ("Bertalina", "Claramunde", household.clara.number):
        assert name not in stored


@pytest.mark.promise("S2")
def test_a_device_signed_out_while_off_shows_it_when_opened(
    clients: Clients, server: Server, household: Household
) -> None:
    client = clients().sign_in(household.clara, path="/directory")
    expect(client.page.get_by_text("Bertalina Oxenfurt")).to_be_visible()
    [session] = [each for each in client.api("GET", "/sessions")["items"] if each["current"]]
    client.page.goto("about:blank")
    sign_out(server, household.clara, session["id"])
    client.open("/directory")
    expect(client.page).to_have_url(f"{client.origin}/app/sign-in")
    expect(client.page.get_by_text(SIGNED_OUT)).to_be_visible()


@pytest.fixture
def caller(clients: Clients, household: Household) -> Client:
    return clients("microphone").sign_in(household.berta, path="/directory").wait_registered()


def woken(anna: Client, caller: Client, service: FakePushService) -> tuple[ServiceWorkerProbe, dict[str, str]]:
    """Berta calls Anna's client, of which no page is open: its worker, and the push message."""
    worker = ServiceWorkerProbe(anna)
    wakeable = {"registered": True, "push": True}
    eventually(lambda: anna.api("GET", "/me/reachable") == wakeable, what="a wakeable device")
    worker.close_page()
    caller.page.get_by_role("button", name="Call Annarosa Quellmalz", exact=True).click()
    [message] = eventually(lambda: service.messages("call"), what="a push")
    worker.deliver_push(message)
    return worker, message


@pytest.mark.promise("U1", "T1")
def test_a_call_wakes_a_sleeping_device_and_is_answered_from_its_notification(
    anna: Client, caller: Client, service: FakePushService
) -> None:
    worker, message = woken(anna, caller, service)
    assert set(message) == {"type", "call"}
    [shown] = worker.wait_for_notifications("Incoming call")
    [address] = worker.click_notification(shown["tag"], "answer")
    anna.page.goto(anna.origin + address)
    for each, other in ((anna, "Bertalina Oxenfurt"), (caller, "Annarosa Quellmalz")):
        call = each.page.get_by_role("dialog", name=f"Call with {other}")
        wait_two_seconds(call)
    caller.page.get_by_role("button", name="Hang up").click()
    expect(anna.page.get_by_text("Call ended")).to_be_visible()
    assert anna.complaints == caller.complaints == []


@pytest.mark.promise("U1", "S2")
def test_a_link_answers_no_other_call_than_its_own(clients: Clients, household: Household, caller: Client) -> None:
    called = clients("microphone").sign_in(household.clara, path="/?answer=019b-8").wait_registered()
    caller.page.get_by_role("button", name="Call Claramunde Zwiebach", exact=True).click()
    rings = called.page.get_by_role("alertdialog", name="Call from Bertalina Oxenfurt")
    rings.get_by_role("button", name="Decline").click()
    expect(caller.page.get_by_text("Declined", exact=True)).to_be_visible()


@pytest.mark.promise("U1")
def test_a_caller_who_hangs_up_stops_the_sleeping_device_ringing(
    anna: Client, caller: Client, service: FakePushService
) -> None:
    worker, message = woken(anna, caller, service)
    worker.wait_for_notifications("Incoming call")
    caller.page.get_by_role("button", name="Hang up").click()
    [stop] = eventually(lambda: service.messages("stop"), what="a second push")
    assert stop["call"] == message["call"]
    worker.deliver_push(stop)
    worker.wait_for_notifications()


@pytest.mark.promise("U1")
def test_a_sleeping_device_declines_from_its_notification(
    anna: Client, caller: Client, service: FakePushService
) -> None:
    worker, _ = woken(anna, caller, service)
    [shown] = worker.wait_for_notifications("Incoming call")
    assert worker.click_notification(shown["tag"], "decline") == []
    expect(caller.page.get_by_text("Declined", exact=True)).to_be_visible()
    worker.wait_for_notifications()


@pytest.mark.service_worker
@pytest.mark.promise("U1")
def test_the_self_test_receives_a_callback(clients: Clients, household: Household) -> None:
    client = clients("microphone").sign_in(household.clara).wait_registered().open("/self-test").wait_registered()
    client.page.get_by_role("button", name="Start test").click()
    expect(client.page.get_by_text("Permission denied.")).to_be_visible()
    client.page.get_by_role("button", name="Yes", exact=True).click()
    expect(client.page.get_by_text("The call rang, with audio in both directions.", exact=True)).to_be_visible(
        timeout=40_000
    )
    expect(client.page.get_by_text("Rings only while UnifiCX is open")).to_be_visible()
    client.open("/calls")
    expect(client.page.get_by_text("Test call", exact=True)).to_have_count(0)
    client.page.get_by_role("button", name="Show 1 test call").click()
    expect(client.page.get_by_text("Test call", exact=True)).to_be_visible()
