"""Client benchmark: script size of the first screens, delay from tap to ringing, and server CPU of common API reads."""

import statistics
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx

from bench import Metric, cpu_ns, metric, running_server

OUTSIDE = Path(__file__).parents[1] / "tests" / "outside"
sys.path[:0] = [str(OUTSIDE), str(OUTSIDE.parent)]

from browser import start_playwright  # noqa: E402
from client_pages import Client, Clients, build_if_outdated  # noqa: E402
from client_phone import ClientPhone  # noqa: E402
from playwright.sync_api import expect  # noqa: E402
from portal_pages import EMAIL, PASSWORD, create_administrator  # noqa: E402
from server import Login, Server  # noqa: E402

CALLS = 12
READS = 200
SETTLED_MS = 2000
ADA, BEN = (Login(number, name, "", "", "", "") for number, name in (("1002", "Ada Example"), ("1003", "Ben Example")))
OWN = ("/me", "/me/reachable", "/sessions", "/directory", "/history", "/me/factors", "/sign-in/options")
ADMINISTRATORS = ("/persons", "/extensions", "/devices", "/calls")
ON_NUMBER_PAD_SCRIPT = """() => {
  new MutationObserver((_, watching) => {
    if (!document.querySelector('[role=group]')) return
    window.shown = performance.now()
    watching.disconnect()
  }).observe(document, {subtree: true, childList: true})
}"""
SCRIPT_SIZES = """() => {
  const scripts = performance.getEntriesByType('resource').filter((each) => each.name.endsWith('.js'))
  const size = (some) => some.reduce((sum, each) => sum + each.encodedBodySize, 0)
  return [size(scripts.filter((each) => each.responseEnd < window.shown)), size(scripts)]
}"""
ON_RINGING_SCRIPT = """() => {
  addEventListener('click', () => { window.tapped = performance.now() }, {capture: true})
  new MutationObserver(() => {
    if (window.rang || !document.querySelector('[role=dialog] [role=status]')?.textContent.startsWith('Ringing')) return
    window.rang = performance.now()
  }).observe(document.documentElement, {subtree: true, childList: true, characterData: true})
}"""


def run() -> list[Metric]:
    build_if_outdated()
    with running_server() as (server, directory):
        create_administrator(server)
        with start_playwright() as playwright, clients_of(Clients(playwright, directory, server)) as clients:
            return [*_first_loads(clients), *_rings(clients), *_reads(server)]


@contextmanager
def clients_of(clients: Clients) -> Iterator[Clients]:
    yield clients
    clients.close()


def _first_loads(clients: Clients) -> list[Metric]:
    client = clients("microphone", service_workers="block")
    client.context.add_init_script(f"({ON_NUMBER_PAD_SCRIPT})()")
    debugging = client.context.new_cdp_session(client.page)
    debugging.send("Network.enable")
    debugging.send("Network.setCacheDisabled", {"cacheDisabled": True})
    client.open("/sign-in")
    _, sign_in = _loaded(client)
    client.sign_in(ADA)
    client.open("/dial").wait_registered()
    pad, telephone = _loaded(client)
    client.context.close()
    return [
        metric("script of the sign-in page with its dependencies, compressed", sign_in, "kB", 250),
        metric("script until the number pad is shown, compressed", pad, "kB", 250),
        metric("script of the number pad with its dependencies (phone, dialogs)", telephone, "kB"),
    ]


def _loaded(client: Client) -> tuple[float, float]:
    """Return the kB of script transferred since the page was opened: until the number pad was shown, and in total."""
    client.page.wait_for_timeout(SETTLED_MS)
    until_shown, in_all = client.page.evaluate(SCRIPT_SIZES)
    assert in_all
    return until_shown / 1000, in_all / 1000


def _rings(clients: Clients) -> list[Metric]:
    ada, ben = (ClientPhone(clients("microphone"), who).sign_in() for who in (ADA, BEN))
    ada.page.evaluate(ON_RINGING_SCRIPT)
    seconds = []
    for _ in range(CALLS):
        ada.page.evaluate("window.rang = 0")
        ada.dial(BEN.number)
        ben.wait_for_ringing(ADA.name)
        expect(ada.call_with(BEN.name).get_by_text("Ringing…")).to_be_visible()
        seconds.append(ada.page.evaluate("rang - tapped"))
        ada.hang_up()
        ada.assert_idle()
        ben.assert_idle()
    half, most = statistics.median(seconds), max(seconds)
    return [
        metric("from the tap on Call to ringing, p50", half, "ms", 300),
        metric(f"from the tap on Call to ringing, slowest of {CALLS}, including the first", most, "ms"),
    ]


def _reads(server: Server) -> list[Metric]:
    with server.rest() as operator:
        persons = operator.get("/api/v1/persons", params={"tenant": "demo"}).raise_for_status().json()["items"]
        ada = next(one for one in persons if one["name"] == ADA.name)
        password = {"password": PASSWORD}
        operator.put(
            f"/api/v1/persons/{ada['id']}/password", params={"tenant": "demo"}, json=password
        ).raise_for_status()
    asked = [(ada["email"], OWN), (EMAIL, ADMINISTRATORS)]
    return [each for email, paths in asked for each in _reads_of(server, email, paths)]


def _reads_of(server: Server, email: str, paths: tuple[str, ...]) -> list[Metric]:
    with httpx.Client(base_url=server.ready["http"] + "/api/v1", timeout=30) as http:
        proof = {"email": email, "password": PASSWORD, "keep": "token"}
        signed = http.post("/sessions", json=proof).raise_for_status().json()
        http.headers["Authorization"] = f"Bearer {signed['token']}"
        options = http.get("/sign-in/options").raise_for_status().json()
        yes = {"of_age": True, **{name: options[name] for name in ("terms_version", "policy_version")}}
        http.post("/me/acceptances", json=yes).raise_for_status()
        return [metric(f"CPU of GET {path}, p50", _read(server, http, path), "ms") for path in paths]


def _read(server: Server, http: httpx.Client, path: str) -> float:
    """Return the median CPU milliseconds of a request, from the scheduler's statistics."""
    costs = []
    for _ in range(READS):
        before = cpu_ns(server.pid)
        http.get(path).raise_for_status()
        time.sleep(0.002)  # work after the response counts too
        costs.append(cpu_ns(server.pid) - before)
    return statistics.median(costs) / 1e6
