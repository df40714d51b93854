"""The client as used in production: the built `/app` in Chromium, at phone size, signed in by code. Those that need it
have a browser of their own, with a persistent profile, as push requires; the others have a context of a shared one."""

import fcntl
import json
import re
import secrets
import subprocess
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import httpx
from browser import (
    CLIENT,
    HEADLESS,
    IGNORE_CERTIFICATE_ERRORS,
    OMITTED_SWITCHES,
    PAGE_HTML,
    PAGE_PATH,
    SWITCHES,
    chromium,
    origin,
    shared_browser,
)
from browser_audio import BrowserSink, browser_sinks
from browser_log import observe_browser
from playwright.sync_api import BrowserContext, CDPSession, Locator, Playwright, Request, ViewportSize, Worker, expect
from push_service import PushService, ReceivedPush, SubscribedBrowser
from server import ROOT, TIMEOUT, Login, Server, eventually

PHONE_VIEWPORT: ViewportSize = {"width": 390, "height": 844}
"""A phone in portrait, in CSS pixels."""
OUTSIDE_SCOPE_PATH = "/healthz"
"""An address of the same origin outside the scope of the client's service worker."""

SIGN_IN = """async ({code, secret, name}) => {
  const send = (path, body) => fetch('/api/v1' + path, {
    method: 'POST',
    headers: {'content-type': 'application/json'},
    body: JSON.stringify(body),
  })
  const device = {name, kind: 'mobile'}
  const answer = await send('/sessions/by-code', {code, device_secret: secret, device, keep: 'cookie'})
  if (!answer.ok) return {status: answer.status, text: await answer.text()}
  const {terms_version, policy_version} = await (await fetch('/api/v1/sign-in/options')).json()
  const accepted = await send('/me/acceptances', {of_age: true, terms_version, policy_version})
  return {status: accepted.status, text: await accepted.text()}
}"""

READ_STORAGE = """async () => {
  const answer = (request) => new Promise((done, fail) => {
    request.onsuccess = () => done(request.result)
    request.onerror = () => fail(request.error)
  })
  const kept = [{...localStorage}, {...sessionStorage}, history.state]
  for (const {name} of await indexedDB.databases()) {
    const base = await answer(indexedDB.open(name))
    for (const store of base.objectStoreNames) kept.push(await answer(base.transaction(store).objectStore(store).getAll()))
    base.close()
  }
  for (const name of await caches.keys())
    for (const request of await (await caches.open(name)).keys()) kept.push(request.url)
  return JSON.stringify(kept)
}"""

WITHOUT_BLUR = """() => {
  const sheet = new CSSStyleSheet()
  sheet.replaceSync('* { backdrop-filter: none !important }')
  document.adoptedStyleSheets = [sheet]
}"""

PUSH_SERVICE = """({endpoint, keys}) => {
  // Chromium without a push service of its own: a subscription that leads to the test's.
  const state = {now: null}
  window.pushOfATest = state
  PushManager.prototype.getSubscription = () => Promise.resolve(state.now)
  PushManager.prototype.subscribe = ({applicationServerKey}) => {
    state.now = {
      endpoint,
      options: {applicationServerKey: applicationServerKey.buffer ?? applicationServerKey},
      toJSON: () => ({endpoint, keys, expirationTime: null}),
      unsubscribe: () => {
        state.now = null
        return Promise.resolve(true)
      },
    }
    return Promise.resolve(state.now)
  }
}"""


RECORD_NOTIFICATIONS = """() => {
  if (self.showing) return
  self.showing = {begun: 0, open: 0}
  const show = self.registration.showNotification.bind(self.registration)
  self.registration.showNotification = (...what) => {
    showing.begun += 1
    showing.open += 1
    return show(...what).finally(() => (showing.open -= 1))
  }
}"""

READ_NOTIFICATIONS = """async () => {
  // Asked for what is there while it is about to show something, Chromium forgets that.
  for (let begun = -1; showing.open || begun !== showing.begun; await new Promise((done) => setTimeout(done, 300)))
    begun = showing.begun
  return (await self.registration.getNotifications()).map((each) => ({
    title: each.title, body: each.body, tag: each.tag, data: each.data, lang: each.lang,
    stays: each.requireInteraction, actions: (each.actions ?? []).map((one) => one.action)}))
}"""


def new_sign_in_code(server: Server, login: Login) -> str:
    """Sign-in code for the owner of the extension."""
    with server.rest() as operator:
        tenant = {"tenant": server.ready["tenant"]}
        person = operator.get(f"/api/v1/extensions/{login.number}", params=tenant).json()["person_id"]
        return operator.post("/api/v1/sign-in-codes", params=tenant, json={"person_id": person}).json()["code"]


@contextmanager
def other_device(server: Server, login: Login) -> Iterator[httpx.Client]:
    """Another device of the owner of the extension, signed in, without a browser."""
    device = {"name": "Another device", "kind": "mobile"}
    body = {
        "code": new_sign_in_code(server, login),
        "device_secret": secrets.token_urlsafe(32),
        "device": device,
        "keep": "token",
    }
    with httpx.Client(base_url=server.ready["http"] + "/api/v1") as client:
        client.headers["authorization"] = f"Bearer {client.post('/sessions/by-code', json=body).json()['token']}"
        options = client.get("/sign-in/options").json()
        versions = {each: options[each] for each in ("terms_version", "policy_version")}
        client.post("/me/acceptances", json={"of_age": True, **versions})
        yield client


class Client:
    """A profile with one page of `/app`. `requests` are all requests of its pages and its service worker."""

    def __init__(self, context: BrowserContext, server: Server, speaker: BrowserSink | None) -> None:
        self.context, self._server, self._speaker = context, server, speaker
        self.requests: list[Request] = []
        self.complaints: list[str] = []
        observe_browser(context)
        context.on("request", lambda each: self.requests.append(each))
        context.on("weberror", lambda each: self.complaints.append(str(each.error)))
        self.page = context.pages[0] if context.pages else context.new_page()
        self.page.set_default_timeout(15_000)

    @property
    def origin(self) -> str:
        return origin(self._server)

    @property
    def speaker(self) -> BrowserSink:
        """The sound of its browser, if it has one of its own."""
        assert self._speaker, "its sound is not recorded"
        return self._speaker

    def sign_in(self, login: Login, device: str = "Chromium of a test", path: str = "/") -> "Client":
        """Sign in as the owner of the extension by code, accept the terms, and open a screen of the client."""
        code = new_sign_in_code(self._server, login)
        result = self.run_before_loading(SIGN_IN, {"code": code, "secret": secrets.token_urlsafe(32), "name": device})
        assert result["status"] in (200, 201, 204), result
        return self.open(path)

    def run_before_loading(self, script: str, argument: object) -> Any:
        """Run a script in an empty page of the same origin, because loading the client takes a second."""
        empty = self.origin + PAGE_PATH
        self.page.route(empty, lambda route: route.fulfill(body=PAGE_HTML, content_type="text/html"))
        self.page.goto(empty)
        result = self.page.evaluate(script, argument)
        self.page.unroute(empty)
        return result

    def open(self, path: str = "/") -> "Client":
        """Open a screen of the client."""
        self.page.goto(f"{self.origin}/app{path}")
        self.page.locator("h1").wait_for()
        return self

    def api(self, method: str, path: str) -> Any:
        """Call the API as the signed-in user."""
        script = "async ([method, path]) => (await fetch('/api/v1' + path, {method})).text()"
        text = self.page.evaluate(script, [method, path])
        return json.loads(text) if text else None

    def wait_registered(self) -> "Client":
        """Wait until the phone can receive calls."""
        eventually(lambda: self.api("GET", "/me/reachable")["registered"], what="a registered telephone")
        return self

    def databases(self) -> list[str]:
        """Data stored by this origin, read from a page that stores nothing itself."""
        other = self.context.new_page()
        try:
            other.goto(self.origin + OUTSIDE_SCOPE_PATH)
            return other.evaluate("async () => (await indexedDB.databases()).map((each) => each.name)")
        finally:
            other.close()

    def stored_data(self) -> str:
        """All data stored by this origin as one text: database, caches, web storage."""
        return self.page.evaluate(READ_STORAGE)

    def close(self) -> None:
        self.context.close()
        if self._speaker:
            self._speaker.close()


class ServiceWorkerProbe:
    """The service worker, driven through the DevTools protocol: delivers push messages, reads notifications."""

    def __init__(self, client: Client) -> None:
        self._client = client
        client.page.evaluate("async () => { await navigator.serviceWorker.ready }")
        self._session: CDPSession = client.context.new_cdp_session(client.page)
        self._registration = ""
        self._session.on("ServiceWorker.workerRegistrationUpdated", self._on_version)
        self._session.send("ServiceWorker.enable")
        eventually(lambda: self._registration or client.page.wait_for_timeout(50), what="a registered worker")

    def _on_version(self, event: dict[str, Any]) -> None:
        for each in event["registrations"]:
            if each["scopeURL"].endswith("/app/") and not each["isDeleted"]:
                self._registration = each["registrationId"]

    def close_page(self) -> None:
        """Close the page and wait until the service worker has noticed: it does not notify while a page is visible."""
        self._client.page.goto("about:blank")
        script = "async () => (await self.clients.matchAll({type: 'window', includeUncontrolled: true})).length"
        end = time.monotonic() + TIMEOUT
        while left := self.execution_context.evaluate(script):
            assert time.monotonic() < end, f"{left} pages are open still"
            self._client.page.wait_for_timeout(50)

    def deliver_push(self, message: dict[str, str]) -> None:
        """Deliver a message as the push service would."""
        self.execution_context.evaluate(RECORD_NOTIFICATIONS)
        data = json.dumps(message)
        push = {"origin": self._client.origin, "registrationId": self._registration, "data": data}
        self._session.send("ServiceWorker.deliverPushMessage", push)

    @property
    def execution_context(self) -> Worker:
        """The execution context of the worker, started if needed."""
        if not self._client.context.service_workers:
            self._session.send("ServiceWorker.startWorker", {"scopeURL": f"{self._client.origin}/app/"})
        found = eventually(
            lambda: self._client.context.service_workers or self._client.page.wait_for_timeout(50), what="a worker"
        )
        assert found
        return found[0]

    def notifications(self) -> list[dict[str, Any]]:
        """The current notifications."""
        self.execution_context.evaluate(RECORD_NOTIFICATIONS)
        return self.execution_context.evaluate(READ_NOTIFICATIONS)

    def wait_for_notifications(self, *titles: str) -> list[dict[str, Any]]:
        """Wait until exactly these notifications are shown."""
        end = time.monotonic() + TIMEOUT
        shown = self.notifications()
        while [each["title"] for each in shown] != list(titles):
            assert time.monotonic() < end, f"not {titles} but {shown}"
            self._client.page.wait_for_timeout(100)
            shown = self.notifications()
        return shown

    def click_notification(self, tag: str, action: str = "") -> list[str]:
        """Click a notification or one of its actions; return the addresses opened. Not a user gesture: windows cannot be
        opened, so the call is recorded instead."""
        script = """async ([tag, action]) => {
          const opened = []
          self.clients.openWindow = (url) => Promise.resolve(void opened.push(url))
          const [notification] = await self.registration.getNotifications({tag})
          const event = new NotificationEvent('notificationclick', {notification, action})
          const waited = []
          event.waitUntil = (work) => waited.push(work)
          self.dispatchEvent(event)
          await Promise.all(waited)
          return opened
        }"""
        return self.execution_context.evaluate(script, [tag, action])


class FakePushService:
    """Receives the push messages for one browser and can decrypt them."""

    def __init__(self, listener: ThreadingHTTPServer) -> None:
        host, port = listener.server_address[:2]
        self._service = PushService(base=f"http://{host!s}:{port}")
        self.browser = SubscribedBrowser(self._service, "/push/of-a-test")

    def receive(self, path: str, headers: dict[str, str], body: bytes) -> None:
        self._service.received.append(ReceivedPush(path, headers, body))

    def install(self, client: Client) -> None:
        """From the next page on, the client subscribes to this service."""
        client.context.add_init_script(f"({PUSH_SERVICE})({json.dumps(self.browser.as_json())})")

    def forget(self) -> None:
        """Forget the messages received so far."""
        self._service.received.clear()

    def messages(self, kind: str) -> list[dict[str, str]]:
        return [each for each in self.browser.messages() if each["type"] == kind]


@contextmanager
def fake_push_service() -> Iterator[FakePushService]:
    """A push service on this machine."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"]))
            service.receive(self.path, {name.lower(): value for name, value in self.headers.items()}, body)
            self.send_response(201)
            self.send_header("content-length", "0")
            self.end_headers()

        def log_message(self, format: str, *args: object) -> None:
            """Log nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as listener:
        service = FakePushService(listener)
        threading.Thread(target=listener.serve_forever, daemon=True).start()
        yield service
        listener.shutdown()


def wait_two_seconds(where: Locator) -> None:
    """Wait until a clock shows at least two seconds: each value is shown briefly only."""
    expect(where.get_by_text(re.compile("^0:(0[2-9]|[1-5][0-9])$"))).to_be_visible(timeout=30_000)


def build_if_outdated() -> None:
    """Build the client, unless the build is newer than all its sources. Only one worker builds it."""
    with (CLIENT / "package.json").open("rb") as locked:
        fcntl.flock(locked, fcntl.LOCK_EX)
        _build_if_outdated()


def _build_if_outdated() -> None:
    made = CLIENT / "dist" / "app" / "sw.js"
    parts = [CLIENT / name for name in ("src", "public", "app", "portal")]
    files = [*CLIENT.glob("*.ts"), CLIENT / "package-lock.json", *(each for part in parts for each in part.rglob("*"))]
    sources = [each for each in files if each.is_file() and "generated" not in each.parts]
    if not made.exists() or made.stat().st_mtime < max(each.stat().st_mtime for each in sources):
        subprocess.run([ROOT / "script" / "client", "build"], check=True, capture_output=True, timeout=300)


class Clients:
    """The clients of a test; all are closed at its end. Without `service_workers` only those that may show
    notifications have one: its installation is a third of the work of opening a client. Without `blurs` nothing is
    blurred: behind a video that takes as much CPU time as the rest of a call, since there is no GPU."""

    def __init__(
        self,
        playwright: Playwright,
        directory: Path,
        server: Server,
        *,
        browser: Path = HEADLESS,
        service_workers: bool = True,
        blurs: bool = True,
    ) -> None:
        self._playwright, self._directory, self._server = playwright, directory, server
        self._browser, self._blurs = browser, blurs
        self._service_workers = service_workers
        self._clients: list[Client] = []

    def __call__(self, *permissions: str, language: str = "en", recorded: bool = False, **how: Any) -> Client:
        """A new profile, not signed in: in a browser of its own if its sound is `recorded`, if it may show notifications,
        with `switches`, or with another `program`. All else of `how` is passed to Playwright."""
        settings: dict[str, Any] = {
            "viewport": PHONE_VIEWPORT,
            "has_touch": True,
            "is_mobile": True,
            "reduced_motion": "reduce",
        }
        if not self._service_workers and "notifications" not in permissions:
            settings["service_workers"] = "block"
        settings |= {"locale": language, "permissions": list(permissions)} | how
        switches, program = settings.pop("switches", ()), settings.pop("program", None)
        if recorded or switches or program or self._server.enter or "notifications" in permissions:
            client = self._with_own_browser(settings, switches, program)
        else:
            client = Client(shared_browser(self._playwright, self._browser).new_context(**settings), self._server, None)
        if not self._blurs:
            client.context.add_init_script(f"({WITHOUT_BLUR})()")
        self._clients.append(client)
        return client

    def _with_own_browser(self, settings: dict[str, Any], switches: Sequence[str], program: Path | None) -> Client:
        speaker = browser_sinks().create()
        context = self._playwright.chromium.launch_persistent_context(
            self._directory / f"profile-{len(self._clients)}",
            executable_path=program or chromium(self._server, self._directory, self._browser),
            args=[*SWITCHES, *IGNORE_CERTIFICATE_ERRORS, *switches],
            ignore_default_args=OMITTED_SWITCHES,
            env=dict(speaker.environment),
            **settings,
        )
        return Client(context, self._server, speaker)

    def close(self) -> None:
        for each in self._clients:
            each.close()
        self._clients.clear()
