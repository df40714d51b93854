"""Budget of the sign-in screens of both programs, for phones on slow lines."""

import re

import pytest
from client_pages import PHONE_VIEWPORT, Clients
from playwright.sync_api import Page, Request, Response, expect
from portal_pages import DESKTOP_OPTIONS
from server import Server, eventually

pytestmark = pytest.mark.service_worker

SCRIPTS, SCRIPT_BYTES, REQUESTS, LAYOUT_SHIFT = 3, 250_000, 12, 0.05
OBSERVE_SHIFTS = """
window.shifts = []
new PerformanceObserver((list) => window.shifts.push(...list.getEntries().map((each) => each.value)))
  .observe({type: 'layout-shift', buffered: true})
"""


class Loading:
    """All requests of a page, without those of its service worker."""

    def __init__(self, page: Page) -> None:
        self._page = page
        self.requests: list[Request] = []
        self.responses: list[Response] = []
        page.on("request", self._on_request)
        page.on("response", lambda each: self.responses.append(each))
        page.add_init_script(OBSERVE_SHIFTS)

    def _on_request(self, request: Request) -> None:
        if not request.url.startswith(("data:", "blob:")):
            self.requests.append(request)

    def open(self, address: str) -> "Loading":
        self._page.goto(address)
        expect(self._page.get_by_role("heading", name=re.compile("Sign in|[Aa]nmelden"))).to_be_visible()
        self._page.evaluate("document.fonts.ready.then(() => undefined)")
        count = -1

        def quiet() -> bool:
            nonlocal count
            before, count = count, len(self.requests)
            self._page.wait_for_timeout(700)
            return before == len(self.requests)

        eventually(quiet, what="the end of all requests")
        return self

    def sizes(self, kind: str) -> dict[str, int]:
        """Bytes on the line by address."""
        chosen = [each for each in self.responses if each.request.resource_type == kind]
        return {each.url: each.request.sizes()["responseBodySize"] for each in chosen}


@pytest.fixture(params=["/app/sign-in", "/portal/sign-in"])
def path(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.mark.parametrize("language", ["en", "de"])
def test_sign_in_screen_is_three_scripts_and_a_dozen_requests(clients: Clients, path: str, language: str) -> None:
    client = clients(language=language, viewport=PHONE_VIEWPORT)
    loading = Loading(client.page).open(f"{client.origin}{path}")

    addresses = "\n".join(each.url for each in loading.requests)
    scripts = loading.sizes("script")
    assert len(scripts) <= SCRIPTS, scripts
    assert sum(scripts.values()) <= SCRIPT_BYTES, scripts
    assert len(loading.requests) <= REQUESTS, addresses
    assert client.page.evaluate("window.shifts.reduce((sum, each) => sum + each, 0)") <= LAYOUT_SHIFT
    assert [each.url for each in loading.responses if each.status >= 400] == []
    assert loading.sizes("font"), addresses
    assert client.page.evaluate("getComputedStyle(document.body).fontFamily").startswith('"Inter Variable"')


def test_a_missing_session_is_known_without_a_request(clients: Clients, server: Server, path: str) -> None:
    """Before, the sign-in screen waited for three refused requests one after another."""
    client = clients(**DESKTOP_OPTIONS)
    loading = Loading(client.page).open(f"{client.origin}{path}")

    asked = [each.url for each in loading.requests if re.search("/api/v1/(me|sessions)", each.url)]
    assert asked == []


def test_sign_in_page_describes_itself(clients: Clients, path: str) -> None:
    client = clients(**DESKTOP_OPTIONS)
    client.page.goto(f"{client.origin}{path}")
    description = client.page.locator("meta[name=description]").get_attribute("content") or ""
    assert 40 < len(description) < 160
