"""The set-up after the first sign-in, from the sign-in code to "Yes, it rings", and the reachability that is shown."""

from collections.abc import Iterator
from typing import Any

import pytest
from client_pages import Client, Clients, FakePushService, ServiceWorkerProbe, fake_push_service
from page_checks import PageChecker
from playwright.sync_api import Page, expect
from portal_pages import DESKTOP_OPTIONS
from server import Household, Login, Server, eventually

pytestmark = [pytest.mark.service_worker, pytest.mark.whole_browser]

WORDS = {
    "en": {
        "sign in": "Sign in",
        "yes": "Yes",
        "accept": "I have read and accept",
        "continue": "Continue",
        "hear": "Hear and speak",
        "microphone": "Allow microphone",
        "works": "The microphone works.",
        "ring": "Ring when closed",
        "notifications": "Allow notifications",
        "closed": "This phone rings when UnifiCX is closed.",
        "call me": "Call me",
        "rings": "Yes, it rings",
        "done": "Your phone rings",
        "start": "Start",
        "reachable": "Your status: Reachable",
        "even": "Rings even when closed",
    },
    "de": {
        "sign in": "Anmelden",
        "yes": "Ja",
        "accept": "Ich habe",
        "continue": "Weiter",
        "hear": "Hören und sprechen",
        "microphone": "Mikrofon erlauben",
        "works": "Das Mikrofon funktioniert.",
        "ring": "Klingeln, wenn geschlossen",
        "notifications": "Benachrichtigungen erlauben",
        "closed": "Dieses Telefon klingelt, wenn UnifiCX geschlossen ist.",
        "call me": "Mich anrufen",
        "rings": "Ja, es klingelt",
        "done": "Ihr Telefon klingelt",
        "start": "Los geht’s",
        "reachable": "Ihr Status: Erreichbar",
        "even": "Klingelt auch geschlossen",
    },
}
COUNT_PROMPTS = """() => {
  window.prompts = {microphone: 0, notifications: 0}
  const ask = navigator.mediaDevices.getUserMedia.bind(navigator.mediaDevices)
  navigator.mediaDevices.getUserMedia = (...how) => { prompts.microphone += 1; return ask(...how) }
  const request = Notification.requestPermission.bind(Notification)
  Notification.requestPermission = () => { prompts.notifications += 1; return request() }
}"""
REFUSE_WORKER = "navigator.serviceWorker.register = () => Promise.reject(new DOMException('', 'SecurityError'))"


@pytest.fixture
def service() -> Iterator[FakePushService]:
    with fake_push_service() as service:
        yield service


def link_for(server: Server, login: Login) -> str:
    with server.rest() as operator:
        tenant = {"tenant": server.tenant}
        person = operator.get(f"/api/v1/extensions/{login.number}", params=tenant).json()["person_id"]
        return operator.post("/api/v1/sign-in-codes", params=tenant, json={"person_id": person}).json()["url"]


def sign_in(client: Client, server: Server, login: Login, words: dict[str, str]) -> Page:
    """Open the link of a sign-in code, confirm it and accept the terms."""
    page = client.page
    page.goto(link_for(server, login))
    page.get_by_role("button", name=words["sign in"], exact=True).click()
    page.get_by_label(words["yes"], exact=True).check()
    page.get_by_label(words["accept"]).check()
    page.get_by_role("button", name=words["continue"], exact=True).click()
    return page


def heading(page: Page, name: str) -> None:
    expect(page.get_by_role("heading", level=1, name=name, exact=True)).to_be_visible()


def press(page: Page, name: str) -> None:
    page.get_by_role("button", name=name, exact=True).click()


@pytest.mark.parametrize(
    ("number", "language", "how"),
    [("750075", "en", {}), ("770077", "de", DESKTOP_OPTIONS)],
    ids=["phone-en", "desktop-de"],
)
@pytest.mark.promise("C4")
def test_a_newcomer_gets_from_the_code_to_a_ringing_test_call(
    clients: Clients, server: Server, service: FakePushService, number: str, language: str, how: dict[str, Any]
) -> None:
    words = WORDS[language]
    locale = {"en": "en-GB", "de": "de-DE"}[language]
    client = clients("microphone", "notifications", language=locale, **how)
    client.context.add_init_script(f"({COUNT_PROMPTS})()")
    walk = PageChecker(client, language)
    service.install(client)
    page = sign_in(client, server, server.extension(number, "Edelburga Neuling"), words)
    heading(page, words["hear"])
    walk.label = "hear"
    walk.check("light", "dark")
    assert page.evaluate("prompts") == {"microphone": 0, "notifications": 0}
    press(page, words["microphone"])
    expect(page.get_by_text(words["works"])).to_be_visible()
    press(page, words["continue"])
    heading(page, words["ring"])
    expect(
        page.get_by_role("button", name=words["notifications"]).or_(page.get_by_text(words["closed"]))
    ).to_be_visible()
    assert page.evaluate("prompts.notifications") == 0
    walk.label = "ring"
    walk.check("light", "dark")
    # The permission is granted, so the app may be subscribing by itself meanwhile: the button is disabled, then goes.
    allow = page.get_by_role("button", name=words["notifications"], disabled=False)
    expect(allow.or_(page.get_by_text(words["closed"]))).to_be_visible()
    if allow.is_visible():
        allow.click()
        worker = ServiceWorkerProbe(client)
        messages = eventually(lambda: service.messages("test") or page.wait_for_timeout(100), what="a test message")
        assert messages
        worker.deliver_push(messages[0])
        expect(page.get_by_text(words["closed"])).to_be_visible()
    press(page, words["continue"])
    press(page, words["call me"])
    expect(page.get_by_role("button", name=words["rings"])).to_be_visible(timeout=60_000)
    walk.label = "test call"
    walk.check("light", "dark")
    press(page, words["rings"])
    heading(page, words["done"])
    press(page, words["start"])
    press(page, words["reachable"])
    expect(page.get_by_role("dialog").get_by_text(words["even"])).to_be_visible()
    walk.label = "status"
    walk.check("light", "dark")
    assert list(dict.fromkeys(walk.findings)) == []
    assert client.complaints == []


def test_a_phone_that_is_not_set_up_says_that_it_rings_only_while_open(clients: Clients, household: Household) -> None:
    client = clients().sign_in(household.berta, path="/dial").wait_registered()
    page = client.page
    expect(page.get_by_text("Rings only while open.")).to_be_visible()
    page.get_by_role("link", name="Set up").click()
    heading(page, "Hear and speak")
    press(page, "Set up later")
    expect(page.get_by_role("button", name="Your status: While open")).to_be_visible()
    expect(page.get_by_text("Ready", exact=True)).to_have_count(0)
    client.context.set_offline(True)
    expect(page.get_by_role("button", name="Your status: Not reachable")).to_be_visible(timeout=60_000)
    press(page, "Your status: Not reachable")
    expect(page.get_by_role("dialog")).to_contain_text("No connection to the phone system")
    client.context.set_offline(False)
    page.get_by_role("dialog").get_by_role("link", name="Test").click()
    heading(page, "Will my phone ring?")


def test_a_blocked_microphone_and_an_untrusted_certificate_are_named_and_do_not_stop_the_set_up(
    clients: Clients, household: Household
) -> None:
    client = clients(switches=("--use-fake-ui-for-media-stream=deny",))
    client.context.add_init_script(REFUSE_WORKER)
    client.sign_in(household.clara, path="/welcome")
    page = client.page
    press(page, "Allow microphone")
    expect(page.get_by_text("The microphone is blocked.")).to_be_visible()
    eventually(
        lambda: any("/assets/Calls-" in each.url for each in client.requests) or page.wait_for_timeout(50),
        what="the code of the start screen",
    )
    press(page, "Continue")
    heading(page, "Ring when closed")
    expect(page.get_by_text("does not trust the certificate of this address")).to_be_visible()
    expect(page.get_by_role("button", name="Allow notifications")).to_have_count(0)
    press(page, "Continue")
    heading(page, "Test call")


def test_an_iphone_is_led_to_the_home_screen_first(clients: Clients, household: Household) -> None:
    agent = (
        "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 Version/18.0 Mobile Safari/604.1"
    )
    client = clients("microphone", user_agent=agent).sign_in(household.clara, path="/welcome")
    page = client.page
    press(page, "Allow microphone")
    expect(page.get_by_text("The microphone works.")).to_be_visible()
    press(page, "Continue")
    expect(page.get_by_role("img", name="Share, then Add to Home Screen")).to_be_visible()
    expect(page.get_by_role("button", name="Allow notifications")).to_have_count(0)
