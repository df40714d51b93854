"""Screens of the example office whose pictures repeat exactly: with recorded answers of the API and a clock that stands."""

import json
import re
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from client_pages import Client, Clients
from example_office import PAYMENT
from page_checks import FOLLOW, WAIT_UNTIL_STABLE, pages
from playwright.sync_api import APIResponse, Error, Page, Request, Route, WebSocketRoute
from portal_pages import EMAIL, PASSWORD, create_operator, sign_in_by_api, sign_in_operator
from screen_pictures import REFERENCES
from server import Login, Server

ORIGIN = "https://pbx.example.com"
"""Address that the pages show as theirs. No request leaves for it: each is answered here."""
UNANSWERED = "GET /sign-in-codes/"
"""Asked again and again, whether the code was used: how often depends on the speed of the machine."""
ANSWERED_SECONDS = 90.0
"""For all answers of a screen, on a machine where each takes ten times as long."""
LONGEST_LIST = 12
WITHOUT_PICTURE = {"app": {"/", "/scan"}, "portal": set[str]()}
"""Pages that lead to another one, and the camera's picture."""
OPERATORS_PAGES = (
    "/health",
    "/backups",
    "/keys",
    "/emails",
    "/reselling",
    "/organisation",
    "/costs",
    "/billing?tab=payments",
    "/privacy/requests?tab=operator",
)
"""Pages that show more to operators, or are theirs alone."""
OPENED = {"refund": "/billing?tab=payments", "rate-again": "/costs"}
"""Forms that are opened on a page of the operators, by the steps below."""
STEPS: Mapping[str, Sequence[tuple[str, str]]] = {
    "refund": ((f'text="{PAYMENT}"', ""), ("[role=dialog] .mantine-Button-root", "")),
    "rate-again": (
        ("button:has(+ button .tabler-icon-upload)", ""),
        ("[role=dialog] input >> nth=0", "2026-11-01"),
        ("[role=dialog] input >> nth=1", "2026-11-30"),
        ("[role=dialog] button[type=submit]", ""),
    ),
}
"""Elements of a screen that are clicked, or filled in if there is a value: selectors that hold in each language."""
CHOOSE_LANGUAGE = "localStorage.setItem('unificx.preferences', JSON.stringify({language: '%s'}))"
WITHOUT_LONG_TIMERS = """(() => {
  const start = window.setTimeout.bind(window)
  window.setTimeout = (task, delay = 0, ...rest) => (delay < 60_000 ? start(task, delay, ...rest) : 0)
})()"""
"""The socket of events is silent here. On a busy machine a page would take it for dead and load all of its data again."""
PAGE: Mapping[str, Any] = {
    "is_mobile": False,
    "has_touch": False,
    "service_workers": "block",
    "timezone_id": "Europe/Berlin",
    "device_scale_factor": 0.4,
}
"""Small, because hundreds of pictures are kept; an element that has moved is seen as well."""


File = tuple[int, Mapping[str, str], bytes]
"""Status, headers and body."""


@dataclass
class Recording:
    """Screens of a program by name, and the answers of the API that they got, by method and address."""

    program: str
    now: str
    screens: dict[str, str] = field(default_factory=dict)
    answers: dict[str, tuple[int, Any]] = field(default_factory=dict)

    @classmethod
    def read(cls, name: str) -> "Recording":
        return cls(**json.loads(_file(name).read_text("utf-8")))

    def write(self, name: str) -> None:
        """One answer a line."""
        answers = (f"{json.dumps(key)}: {_line(self.answers[key])}" for key in sorted(self.answers))
        text = (
            f'{{"program": "{self.program}", "now": "{self.now}",\n"screens": {_line(self.screens)},\n"answers": {{\n'
        )
        _file(name).write_text(text + ",\n".join(answers) + "\n}}\n", "utf-8")


def _file(name: str) -> Path:
    return REFERENCES / f"{name}.json"


def _line(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def _key(route: Route) -> str:
    url = urlsplit(route.request.url)
    query = f"?{url.query}" if url.query else ""
    return f"{route.request.method} {url.path.removeprefix('/api/v1')}{query}"


# ---- replay


@dataclass
class RecordedPages:
    """Opens pages that get the answers of a recording."""

    recording: Recording
    clients: Clients
    language: str
    scale: float
    unknown: set[str]
    """Requests whose answer was not recorded."""
    files: dict[str, File] = field(default_factory=dict)
    """Those of the program by their paths, as served: each is fetched once."""

    def open(
        self, session: str, connect: Callable[[WebSocketRoute], None] | None = None, script: Path | None = None
    ) -> Page:
        """A page of a user who is signed "in" or "out". `connect` serves its WebSockets."""
        client = self.clients("microphone", "camera", **{**PAGE, "device_scale_factor": self.scale})
        page = client.page
        page.clock.set_fixed_time(self.recording.now)
        page.add_init_script(CHOOSE_LANGUAGE % self.language)
        page.add_init_script(WITHOUT_LONG_TIMERS)
        if script:
            page.add_init_script(path=script)
        page.route_web_socket(f"{ORIGIN.replace('https', 'wss')}/**", connect or accept_registrations)

        def answer(route: Route) -> None:
            url = urlsplit(route.request.url)
            if url.path.startswith("/api/v1/"):
                self._answer(route, session)
                return
            if url.path not in self.files:
                response = page.request.fetch(client.origin + url.path)
                self.files[url.path] = response.status, response.headers, response.body()
            status, headers, body = self.files[url.path]
            hidden = "server-timing" if session == "in" else ""
            shown = {name: value for name, value in headers.items() if name != hidden}
            route.fulfill(status=status, headers=shown, body=body)

        page.route(f"{ORIGIN}/**", answer)
        return page

    def _answer(self, route: Route, session: str) -> None:
        key = _key(route)
        if key.startswith(UNANSWERED):
            return
        recorded = self.recording.answers.get(key.replace("language=de", "language=en"))
        if session == "out" and not key.endswith("/sign-in/options"):
            recorded = (401, _problem(401, "unauthenticated"))
        if recorded is None:
            self.unknown.add(key)
            recorded = (404, _problem(404, "not_found"))
        status, body = recorded
        route.fulfill(status=status, json=body) if body is not None else route.fulfill(status=status)


@dataclass
class RecordedScreens:
    """Opens the screens of a recording one after another, in pages of `clients`."""

    name: str
    clients: Clients
    language: str
    every: int = 1
    first: int = 0
    scale: float = PAGE["device_scale_factor"]
    unknown: set[str] = field(default_factory=set)
    """Requests whose answer was not recorded."""

    def __post_init__(self) -> None:
        self._opened = False  # whether the screen before has opened a form
        self._recording = Recording.read(self.name)
        self._program = self._recording.program

    @property
    def total(self) -> int:
        return len(self._recording.screens)

    def each(self) -> Iterator[tuple[str, Callable[[], Page]]]:
        """Yield the name of each screen, and a function that returns its page when it shows all of its content.
        Public screens come first, as a signed-out person sees them."""
        public = set(pages(self._program)[0])
        opened = RecordedPages(self._recording, self.clients, self.language, self.scale, self.unknown)
        for session in ("out", "in"):
            screens = [each for each in self._recording.screens.items() if (each[1] in public) == (session == "out")]
            if not screens:
                continue
            page = opened.open(session)
            for name, path in screens[self.first :: self.every]:
                yield name, partial(self._show, page, name, path)
            page.close()

    def _show(self, page: Page, name: str, path: str) -> Page:
        address = f"/{self._program}{path}"
        try:
            if page.url.startswith(ORIGIN) and not self._opened:
                with until_answered(page):
                    page.evaluate(FOLLOW, address)
            else:
                load(page, ORIGIN + address)
            self._opened = name in STEPS
            take_steps(page, name)
        except Error:
            page.goto("about:blank")  # so that the next screen is loaded anew
            raise
        return page


def _problem(status: int, code: str) -> dict[str, Any]:
    return {"type": "about:blank", "title": "Unknown", "status": status, "code": code}


def load(page: Page, address: str) -> None:
    """Load a screen anew, with all of its parts, such as the numbers on the tabs."""
    with until_answered(page):
        page.goto(address)


@contextmanager
def until_answered(page: Page, timeout: float = ANSWERED_SECONDS) -> Iterator[None]:
    """After the block, wait until each request since its begin, also for a part of the program, has its answer and the
    screen shows it: meanwhile a screen can stand still for longer than `settle` waits. Fail after `timeout` seconds."""
    traffic, under_way = list[str](), set[Request]()

    def begin(request: Request) -> None:
        traffic.append(request.url)
        if UNANSWERED.split()[1] not in request.url:
            under_way.add(request)

    def end(request: Request) -> None:
        traffic.append(request.url)
        under_way.discard(request)

    page.on("request", begin)
    page.on("requestfinished", end)
    page.on("requestfailed", end)
    try:
        yield
        deadline, before = time.monotonic() + timeout, -1
        while before != len(traffic) or under_way:
            if time.monotonic() > deadline:
                raise Error(f"no answer to {sorted(each.url for each in under_way)}; last traffic: {traffic[-5:]}")
            before = len(traffic)
            settle(page)
    finally:
        page.remove_listener("request", begin)
        page.remove_listener("requestfinished", end)
        page.remove_listener("requestfailed", end)


def settle(page: Page) -> None:
    """Wait until the screen no longer changes."""
    page.locator("h1").first.wait_for()
    page.evaluate(WAIT_UNTIL_STABLE)


def take_steps(page: Page, screen: str) -> None:
    """Open the form of a screen, if it has one."""
    for selector, value in STEPS.get(screen, ()):
        target = page.locator(selector).first
        with until_answered(page):
            target.fill(value) if value else target.click()


def accept_registrations(socket: WebSocketRoute) -> None:
    """Accept each REGISTER (RFC 3261 section 10.3) and answer keepalives; the socket of events stays silent."""

    def receive(message: str | bytes) -> None:
        text = message if isinstance(message, str) else message.decode()
        if not text.strip():
            socket.send("\r\n")
        elif text.startswith("REGISTER "):
            copied = re.findall(r"^(?:Via|From|To|Call-ID|CSeq|Contact):.*\r\n", text, re.M | re.I)
            socket.send(f"SIP/2.0 200 OK\r\n{''.join(copied)}Content-Length: 0\r\n\r\n")

    socket.on_message(receive)


# ---- recording


def record(server: Server, clients: Clients) -> None:
    """Record the answers that the screens of the example office get, for `RecordedScreens`."""
    create_operator(server)
    for name, program, sign_in, screens_of in (
        ("app", "app", _sign_in_to_app, _app_screens),
        ("portal", "portal", _sign_in_to_portal, _portal_screens),
        ("operator", "portal", sign_in_operator, _operator_screens),
    ):
        client = clients(**{**PAGE, "device_scale_factor": 1, "viewport": {"width": 1440, "height": 900}})
        recording = Recording(program, datetime.now(UTC).isoformat(timespec="seconds"))
        client.page.clock.set_fixed_time(recording.now)
        client.page.route("**/api/v1/**", partial(_record, recording))
        public = {_name(path): path for path in pages(program)[0] if path not in WITHOUT_PICTURE[program]}
        if name != "operator":
            _visit(client, program, public)
            recording.screens |= public
        sign_in(client)
        screens = screens_of(client, server)
        recording.screens |= screens
        for width in (390, 1440):
            client.page.set_viewport_size({"width": width, "height": 900})
            _visit(client, program, screens)
        recording.write(name)
        client.page.close()


def _sign_in_to_app(client: Client) -> None:
    client.sign_in(Login("1002", "Ada Example", "", "", "", ""))


def _sign_in_to_portal(client: Client) -> None:
    client.page.goto(f"{client.origin}/portal/sign-in")
    sign_in_by_api(client, EMAIL, PASSWORD)


def _own_screens(program: str) -> dict[str, str]:
    return {_name(path): path for path in pages(program)[1] if path not in WITHOUT_PICTURE[program]}


def _app_screens(client: Client, server: Server) -> dict[str, str]:
    """The tabs of the app, one item of each list, and the other pages."""
    tabs = ("/calls", "/calls?show=voicemail", "/calls?show=recordings", "/team")
    tabs = (*tabs, "/team?show=contacts", "/team?show=rooms", "/chat")
    found = {_name(path): path for path in tabs}
    for name, tab, links in (
        ("call", "/calls", "/app/calls/"),
        ("colleague", "/team", "/app/team/"),
        ("contact", "/team?show=contacts", "/app/team/contacts/"),
        ("conversation", "/chat", "/app/chat/"),
    ):
        _visit(client, "app", {name: tab})
        link = client.page.locator(f"main a[href*='{links}']").first.get_attribute("href")
        assert link, f"no link to {links}"
        found[name] = link.removeprefix("/app")
    return found | _own_screens("app") | {"pad": "/calls?pad=true"}  # last, as it stays open


def _portal_screens(client: Client, server: Server) -> dict[str, str]:
    """The pages of an organisation, and the tabs of one person."""
    with server.rest() as rest:
        person = rest.get("/api/v1/extensions/1002", params={"tenant": server.tenant}).json()["person_id"]
    tabs = ("overview", "phones", "calls", "voicemail", "recording", "security")
    own = {name: path for name, path in _own_screens("portal").items() if path not in OPERATORS_PAGES[:5]}
    return own | {f"person-{tab}": f"/people/{person}?tab={tab}" for tab in tabs}


def _operator_screens(client: Client, server: Server) -> dict[str, str]:
    return {_name(path): path for path in OPERATORS_PAGES} | OPENED


def _visit(client: Client, program: str, screens: Mapping[str, str]) -> None:
    page = client.page
    load(page, f"{client.origin}/{program}{next(iter(screens.values()))}")
    for name, path in screens.items():
        with until_answered(page):
            page.evaluate(FOLLOW, f"/{program}{path}")
        if name in STEPS:
            take_steps(page, name)
            page.reload()


def _record(recording: Recording, route: Route) -> None:
    try:
        response = route.fetch()
    except Error:  # the page has gone
        return
    status, body = response.status, _shortened(response)
    recording.answers[_key(route)] = status, body
    if body is None:
        route.fulfill(response=response)
    else:
        route.fulfill(response=response, json=body)


def _shortened(response: APIResponse) -> Any:
    """The JSON of an answer, with lists of a length that a picture shows."""
    if "json" not in response.headers.get("content-type", "") or not response.body():
        return None
    body = response.json()
    if isinstance(body, dict) and isinstance(body.get("items"), list):
        body["items"] = body["items"][:LONGEST_LIST]
    return body


def _name(path: str) -> str:
    return re.sub(r"[/?=]+", "-", path).strip("-") or "start"
