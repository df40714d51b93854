"""Takes screenshots of the client and the portal for docs/screenshots, with the example data of the demo."""

import argparse
import json
import re
import shutil
import subprocess
import sys
import tempfile
import time
import wave
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyotp
from browser import CHROMIUM, CLIENT, Playwright, start_playwright
from client_pages import (
    PHONE_VIEWPORT,
    Client,
    Clients,
    FakePushService,
    ServiceWorkerProbe,
    build_if_outdated,
    fake_push_service,
    wait_two_seconds,
)
from client_phone import ClientPhone
from example_office import open_office
from picture_matrix import MATRICES, take_all
from playwright.sync_api import Page, expect
from portal_pages import DESKTOP_OPTIONS, as_camera_video, choose_action, create_administrator, portal
from post_office import PostOffice
from recorded_screens import record
from screen_pictures import ALL_SCREENS, FEW_COLOURS, MANY_COLOURS, REFERENCES, compare, reduce_palette
from server import ROOT, Login, Server, eventually
from tour import Tour

from unificx.prompts import Prompts

PLACE = ROOT / "docs" / "screenshots"
WIDE = DESKTOP_OPTIONS["viewport"]
PEOPLE = {
    "1005": "Dana Beispiel",
    "1006": "Emil Muster",
    "1007": "Fatima Example",
    "1008": "Greta Muster",
    "1020": "Workshop",
}
CONTACTS = (
    {"name": "Maria Muster", "organisation": "Muster GmbH", "numbers": [{"number": "+49301234501"}], "favourite": True},
    {"name": "Jan Example", "organisation": "Example Logistics", "numbers": [{"number": "+49401234502"}]},
    {"name": "Paula Beispiel", "organisation": "Messebau Beispiel", "numbers": [{"number": "+49691234503"}]},
)
PORTRAIT = """<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 640 480" width="640" height="480">
<defs><linearGradient id="w" x2="1" y2="1"><stop stop-color="{wall}"/><stop offset="1" stop-color="{shade}"/></linearGradient></defs>
<rect width="640" height="480" fill="url(#w)"/><rect x="40" y="30" width="150" height="190" fill="#ffffff55"/>
<path d="M115 30v190M40 125h150" stroke="{shade}" stroke-width="6"/>
<path d="M150 480c0-120 70-170 170-170s170 50 170 170z" fill="{coat}"/><rect x="280" y="250" width="80" height="90" rx="36" fill="{skin}"/>
<ellipse cx="320" cy="205" rx="78" ry="96" fill="{skin}"/>
<path d="M236 215c-14-100 40-138 88-138s98 34 80 140c-8-40-18-66-42-80-40 18-84 18-106 10-10 20-18 40-20 68z" fill="{hair}"/>
<circle cx="292" cy="210" r="7" fill="#2b2320"/><circle cx="350" cy="210" r="7" fill="#2b2320"/>
<path d="M294 252q27 22 54 0" fill="none" stroke="#7a3b32" stroke-width="6" stroke-linecap="round"/></svg>"""
ADA = {"wall": "#f3dcc0", "shade": "#c99b73", "coat": "#0b5563", "skin": "#e9b996", "hair": "#5b3a29"}
BEN = {"wall": "#cfe0dc", "shade": "#7fa39d", "coat": "#8a4b2f", "skin": "#c68b62", "hair": "#26201d"}
CLEO = {"wall": "#d9d3ea", "shade": "#8f86b5", "coat": "#2f5d3a", "skin": "#8d5a3c", "hair": "#1d1715"}


@dataclass
class ScreenshotWriter:
    """Takes screenshots with a reduced palette."""

    directory: Path

    def capture(self, page: Page, name: str, *, dark: bool = False) -> None:
        page.emulate_media(color_scheme="dark" if dark else "light", reduced_motion="reduce")
        page.mouse.move(0, 0)
        page.evaluate("async () => { await document.fonts.ready }")
        page.wait_for_timeout(400)
        raw = self.directory / "raw.png"
        page.screenshot(path=raw, animations="disabled", caret="hide")
        target = PLACE / f"{name}.png"
        reduce_palette(raw, target, MANY_COLOURS)
        print(f"{target.relative_to(ROOT)}  {target.stat().st_size // 1024} kB")


def drawing_as_camera(page: Page, directory: Path, name: str, svg: str) -> tuple[str, ...]:
    """A drawing as video for the fake camera."""
    page.set_content(f"<body style='margin:0'>{svg}")
    picture, video = directory / f"{name}.png", directory / f"{name}.y4m"
    page.locator("svg").screenshot(path=picture)
    shot = [
        "ffmpeg",
        "-loglevel",
        "error",
        "-y",
        "-loop",
        "1",
        "-i",
        picture,
        "-t",
        "1",
        "-r",
        "20",
        "-pix_fmt",
        "yuv420p",
        video,
    ]
    subprocess.run(shot, check=True)
    return (f"--use-file-for-fake-video-capture={video}",)


def speech_as_microphone(directory: Path) -> Path:
    """Speech as audio for the fake microphone."""
    sound = Prompts().sound("parking/several", "en")
    path = directory / "voice.wav"
    with wave.open(str(path), "wb") as file:
        file.setparams((1, 2, sound.rate, 0, "NONE", ""))
        file.writeframes(sound.pcm + bytes(sound.rate))
    return path


class DemoMorning:
    """A morning at the demo tenant."""

    def __init__(self, clients: Clients, server: Server, service: FakePushService, directory: Path) -> None:
        self._clients, self._server, self._service, self._directory = clients, server, service, directory
        self._album = ScreenshotWriter(directory)
        self._voice = speech_as_microphone(directory)

    def run(self) -> None:
        self._people()
        self.desk = portal(self._clients)
        self._sign_in()
        self._scan()
        self._phones()
        self._morning()
        self._video_call()
        self._recorded_call()
        self._message()
        self._greetings()
        self._parked()
        self._room()
        self._meeting()
        self._chat()
        self._contacts()
        self._own_pages()
        self._portal()

    def _people(self) -> None:
        create_administrator(self._server)
        for number, name in PEOPLE.items():
            self._server.extension(number, name)

    def _login(self, number: str, name: str) -> Login:
        return Login(number, name, "", "", "", "")

    def _phone(self, number: str, name: str, drawing: dict[str, str], **how: object) -> ClientPhone:
        camera = drawing_as_camera(self.desk.context.new_page(), self._directory, number, PORTRAIT.format(**drawing))
        switches = (*camera, f"--use-file-for-fake-audio-capture={self._voice}")
        client = self._clients("microphone", "camera", "notifications", switches=switches, **how)
        self._service.install(client)
        return ClientPhone(client, self._login(number, name)).sign_in(f"{name.split(maxsplit=1)[0]}'s phone")

    def _sign_in(self) -> None:
        for name, how in (("sign-in", {"device_scale_factor": 2}), ("sign-in-wide", {**DESKTOP_OPTIONS})):
            client = self._clients(**how).open("/sign-in")
            self._album.capture(client.page, name)
            if name == "sign-in":
                self._album.capture(client.page, "sign-in-dark", dark=True)
                client.open("/about")
                self._album.capture(client.page, "about")

    def _scan(self) -> None:
        code = choose_action(self.desk, "Ben Example", "Show sign-in code").get_by_role("img", name="Sign-in code")
        expect(code).to_be_visible()
        self._album.capture(self.desk.page, "portal-code")
        code.evaluate(
            "each => { each.style.filter = 'blur(7px)' }"
        )  # blurred at first, otherwise it would be read at once
        camera = as_camera_video(code, self._directory)
        phone = self._clients("camera", switches=camera, device_scale_factor=2)
        phone.page.goto(f"{phone.origin}/app/scan")
        expect(phone.page.locator("video")).to_be_visible()
        self._album.capture(phone.page, "scan")
        phone.close()

    def _phones(self) -> None:
        self.ada = self._phone("1002", "Ada Example", ADA, device_scale_factor=2)
        self.ben = self._phone("1003", "Ben Example", BEN, **DESKTOP_OPTIONS)
        self.cleo = self._phone("1004", "Cleo Example", CLEO)

    def _morning(self) -> None:
        """Calls with all outcomes."""
        for caller, callee, answered in ((self.ben, self.ada, 3), (self.ada, self.cleo, 5), (self.cleo, self.ada, 0)):
            caller.dial(callee.login.number)
            if answered:
                callee.answer(caller.login.name)
                callee.is_in_call_with(caller.login.name)
                caller.page.wait_for_timeout(answered * 1000)
            else:
                callee.wait_for_ringing(caller.login.name)
            caller.hang_up()
            caller.assert_idle()
            callee.assert_idle()
        self.ada.dial("1006")
        self.ada.call_with("Emil Muster").wait_for()
        self.ada.page.wait_for_timeout(1500)
        self.ada.hang_up()
        self.ada.assert_idle()
        self.ada.open_pad().fill("100")
        self._album.capture(self.ada.page, "dial")
        self._album.capture(self.ada.page, "dial-dark", dark=True)
        self.ada.open_pad().fill("")
        self.ben.open_pad()
        self._album.capture(self.ben.page, "dial-wide")

    def _video_call(self) -> None:
        self.ben.dial("1002", video=True)
        self.ada.wait_for_ringing("Ben Example", video=True)
        self._album.capture(self.ada.page, "incoming")
        self.ada.answer("Ben Example", video=True)
        eventually(lambda: self.ada.frames() > 60 and self.ben.frames() > 60, what="pictures")
        self.ada.page.wait_for_timeout(3000)  # until the statistics are meaningful
        self._album.capture(self.ada.page, "video-call")
        self._album.capture(self.ben.page, "video-call-wide")
        self.desk.page.goto(f"{self.desk.origin}/portal/live")
        expect(self.desk.page.get_by_text("Ben Example").first).to_be_visible()
        self._album.capture(self.desk.page, "portal-live-calls")
        self.ada.press("Stop video")
        self.ben.press("Stop video")
        expect(self.ada.page.locator("video")).to_have_count(0)
        self.ada.press("Keypad")
        self._album.capture(self.ada.page, "call-keypad")
        self.ada.press("Hide")
        self.ada.page.get_by_role("button", name="Encrypted").click()
        self._album.capture(self.ada.page, "call")
        self.ada.hang_up()
        self.ben.assert_idle()
        self.ada.assert_idle()

    def _recorded_call(self) -> None:
        """Recorded with announcement; the tenant setting applies for these few seconds only."""
        self._server.cli("recording", "settings", "--tenant", "demo", "--mode", "announce")
        self._server.cli("extension", "update", "1002", "--tenant", "demo", "--recording", "always")
        self.ada.dial("1003")
        self.ben.answer("Ada Example")
        expect(self.ada.page.get_by_text("This call is being recorded")).to_be_visible(timeout=30_000)
        self.ada.page.wait_for_timeout(4000)
        self._album.capture(self.ada.page, "call-recorded")
        self.ada.hang_up()
        self.ben.assert_idle()
        self.ada.assert_idle()
        self._server.cli("recording", "settings", "--tenant", "demo", "--mode", "off")

    def _message(self) -> None:
        """Ada declines and then finds the message from Ben."""
        self.ben.dial("1002")
        self.ada.wait_for_ringing("Ben Example").get_by_role("button", name="Decline", exact=True).click()
        self.ben.page.wait_for_timeout(16_000)  # greeting, tone, a few words
        self.ben.hang_up()
        self.ben.assert_idle()
        page = self.ada.client.open("/calls?show=voicemail").page
        page.get_by_role("listitem").filter(has_text="Ben Example").get_by_role("button", name="Ben Example").click()
        page.get_by_role("button", name="Play", exact=True).click()
        page.wait_for_timeout(2500)
        self._album.capture(page, "voicemail")
        page = self.ada.client.open("/calls?show=recordings").page
        page.get_by_role("listitem").filter(has_text="Ben Example").get_by_role("button", name="Ben Example").click()
        page.wait_for_timeout(1000)
        self._album.capture(page, "recordings")
        self.ada.client.open("/calls").wait_registered()

    def _greetings(self) -> None:
        page = self.ada.client.open("/settings/voicemail").page
        greeting = page.get_by_role("listitem").filter(has_text="No answer")
        greeting.get_by_role("button", name="No answer").click()
        greeting.get_by_role("button", name="Record greeting").click()
        wait_two_seconds(greeting)
        greeting.get_by_role("button", name="Use recording").click()
        expect(greeting).to_contain_text("custom greeting")
        greeting.scroll_into_view_if_needed()
        self._album.capture(page, "greetings")
        self.ada.client.open("/calls").wait_registered()

    def _parked(self) -> None:
        self.ada.dial("1003")
        self.ben.answer("Ada Example")
        self.ada.is_in_call_with("Ben Example")
        self.ada.choose("Park")
        self.ada.assert_idle()
        expect(self.ada.page.get_by_role("button", name="Retrieve Ben Example")).to_be_visible()
        self._album.capture(self.ada.page, "parked")
        self.ben.hang_up()
        self.ben.assert_idle()

    def _room(self) -> None:
        """Ada is the host."""
        with self._server.rest() as rest:
            lead = {"hosts": ["1002"], "may_record": True}
            rest.patch("/api/v1/rooms/8000", params={"tenant": "demo"}, json=lead).raise_for_status()
        for each in (self.cleo, self.ben, self.ada):
            each.dial("8000")
            if each is self.ben:
                each.press("Enlarge call")
            each.page.get_by_role("button", name="Participants").wait_for(timeout=30_000)
        self.ben.press("Participants")
        self.ben.press("Raise hand")
        self.ben.page.keyboard.press("Escape")
        self.ada.press("Participants")
        expect(self.ada.page.get_by_text("3 participants")).to_be_visible(timeout=30_000)
        self.ada.page.wait_for_timeout(2000)
        self._album.capture(self.ada.page, "room")
        self.ada.page.keyboard.press("Escape")
        self._leave_room()

    def _leave_room(self) -> None:
        for each in (self.cleo, self.ben, self.ada):
            each.hang_up()
            each.assert_idle()

    def _meeting(self) -> None:
        """The same three with their cameras."""
        for each in (self.cleo, self.ben, self.ada):
            each.dial("8000")
            if each is self.ben:
                each.press("Enlarge call")
            each.page.get_by_role("button", name="Participants").wait_for(timeout=30_000)
            each.press("Video")
        for each in (self.ben, self.ada):
            expect(each.page.locator("video")).to_have_count(3, timeout=30_000)
        self.ada.page.wait_for_timeout(4000)  # until the videos are sharp
        self._album.capture(self.ben.page, "meeting-wide")
        self._album.capture(self.ada.page, "meeting")
        self._leave_room()

    def _chat(self) -> None:
        """A group whose messages are sent by three people."""
        group = post(self.ada, "conversations", {"members": ["1003", "1004"], "name": "Trade fair"})
        path = f"conversations/{group['id']}/messages"
        for sender, text in (
            (self.ben, "Does the stand have a network connection, or do we bring our own?"),
            (self.ada, "It has one. The organiser sent the plan yesterday: **hall 4, row C**."),
            (self.cleo, "I bring two desk phones and the headsets."),
            (self.ben, "Good. Then let us meet at nine on Monday."),
        ):
            post(sender, path, {"client_id": f"example-{len(text)}", "text": text})
        post(self.ben, "conversations", {"members": ["1002"]})
        for each, name in ((self.ada, "chat"), (self.ben, "chat-wide")):
            page = each.client.open("/chat").page
            page.get_by_role("link", name="Trade fair").click()
            expect(page.get_by_text("meet at nine")).to_be_visible()
            self._album.capture(page, name)

    def _contacts(self) -> None:
        for contact in CONTACTS:
            post(self.ben, "contacts", contact)
        page = self.ben.client.open("/team?show=contacts").page
        page.get_by_role("link", name="Maria Muster").click()
        expect(page.get_by_role("heading", name="Maria Muster")).to_be_visible()
        self._album.capture(page, "contacts-wide")

    def _own_pages(self) -> None:
        ada, page = self.ada.client, self.ada.page
        self._clients(**DESKTOP_OPTIONS).sign_in(self._login("1002", "Ada Example"), "Tablet at home")
        second_factor(ada)
        for path in ("calls", "team", "settings", "settings/devices", "settings/security"):
            ada.open(f"/{path}")
            page.wait_for_timeout(800)
            self._album.capture(page, path.rpartition("/")[2])
        wide = self.ben.client.open("/team").page
        wide.get_by_role("listitem").filter(has_text="Ada Example").get_by_role("link").first.click()
        self._album.capture(wide, "team-wide")
        ada.open("/calls")
        self._album.capture(page, "calls-dark", dark=True)
        page.emulate_media(color_scheme="light")
        self._self_test()

    def _self_test(self) -> None:
        page = self.ada.page
        worker = ServiceWorkerProbe(self.ada.client)
        self.ada.client.open("/self-test").wait_registered()
        page.get_by_role("button", name="Start test").click()
        [message] = eventually(lambda: self._service.messages("test"), what="a push")
        worker.deliver_push(message)
        page.get_by_role("button", name="Yes", exact=True).click()
        expect(page.get_by_text("The microphone works.", exact=True)).to_be_visible()
        expect(
            page.get_by_role("heading", name="Yes, your phone rings").or_(page.get_by_text("Yes, your phone rings"))
        ).to_be_visible(timeout=30_000)
        self._album.capture(page, "self-test")

    def _portal(self) -> None:
        page = self.desk.page
        page.goto(f"{self.desk.origin}/portal/")
        page.wait_for_timeout(800)
        self._album.capture(page, "portal-home")
        for path in ("people", "rooms", "recordings", "voicemail", "organisation", "history"):
            page.goto(f"{self.desk.origin}/portal/{path}")
            page.wait_for_timeout(800)
            self._album.capture(page, f"portal-{path}")
        self._album.capture(page, "portal-history-dark", dark=True)
        page.emulate_media(color_scheme="light")
        page.set_viewport_size(PHONE_VIEWPORT)
        page.goto(f"{self.desk.origin}/portal/people")
        page.wait_for_timeout(800)
        self._album.capture(page, "portal-people-narrow")


def post(phone: ClientPhone, path: str, body: object) -> dict[str, Any]:
    """Send a request as the user who is signed in there."""
    request = """async ([path, body]) => {
      const headers = {'content-type': 'application/json', 'idempotency-key': crypto.randomUUID()};
      const answer = await fetch(`/api/v1/${path}`, {method: 'POST', headers, body: JSON.stringify(body)});
      return [answer.ok, await answer.text()];
    }"""
    accepted, text = phone.page.evaluate(request, [path, body])
    assert accepted, text
    return json.loads(text or "{}")


def second_factor(client: Client) -> None:
    """Add an authenticator app, so that the page is not empty."""
    begin = "async () => (await fetch('/api/v1/me/factors/totp', {method: 'POST', headers: {'content-type': 'application/json'}, body: '{}'})).json()"
    begun = client.page.evaluate(begin)
    confirm = """async ([id, code]) => (await fetch(`/api/v1/me/factors/totp/${id}/confirm`, {
      method: 'POST', headers: {'content-type': 'application/json'}, body: JSON.stringify({code}),
    })).status"""
    code = pyotp.TOTP(begun["secret"]).now()
    assert client.page.evaluate(confirm, [begun["id"], code]) == 200, begun


@contextmanager
def story(playwright: Playwright) -> Iterator[DemoMorning]:
    with ExitStack() as stack:
        directory = Path(
            stack.enter_context(tempfile.TemporaryDirectory(prefix="unificx-screenshots-", ignore_cleanup_errors=True))
        )
        service = stack.enter_context(fake_push_service())
        server = stack.enter_context(Server(directory / "home", settings={"UNIFICX_PUSH_LOOPBACK": "1"}))
        clients = Clients(playwright, directory, server, browser=CHROMIUM)
        stack.callback(clients.close)
        yield DemoMorning(clients, server, service, directory)


def take_references(clients: Clients, directory: Path, part: str) -> int:
    """Take the pictures anew that the tests compare with; leave those alone that would pass."""
    known = {each.name for each in REFERENCES.glob("*.png") if re.search(part, each.stem)}
    taken = {each.name: each for matrix in MATRICES for each in matrix.take(clients, directory, part)}
    for name in known - taken.keys():
        (REFERENCES / name).unlink()
    different = taken.keys() - known
    different |= {
        each.split()[0] for each in compare([(REFERENCES / each, taken[each]) for each in taken.keys() & known])
    }
    for name in different:
        reduce_palette(taken[name], REFERENCES / name, FEW_COLOURS)
    return len(different)


def take_screens(chosen: argparse.Namespace) -> int:
    """Return the exit status."""
    with ExitStack() as stack:
        place = Path(stack.enter_context(tempfile.TemporaryDirectory(ignore_cleanup_errors=True)))
        server = Server(place / "home")
        stack.callback(server.stop)
        if chosen.answers:
            open_office(server)  # before the browser, which runs an event loop of its own
        else:
            server.start()
        playwright = stack.enter_context(start_playwright())
        clients = Clients(playwright, place, server)
        stack.callback(clients.close)
        if chosen.answers:
            record(server, clients)
        elif chosen.references is not None:
            print(
                f"{take_references(clients, place, chosen.references)} new pictures in {REFERENCES.relative_to(ROOT)}"
            )
        else:
            failed = take_all(clients, ALL_SCREENS, chosen.all)
            print(*(f"failed: {each}" for each in failed), f"pictures in {ALL_SCREENS.relative_to(ROOT)}", sep="\n")
            return 1 if failed else 0
    return 0


def main() -> int:
    parser = argparse.ArgumentParser(prog="script/screenshots", description=__doc__)
    only = parser.add_mutually_exclusive_group()
    only.add_argument(
        "--all",
        nargs="?",
        const="",
        metavar="PART",
        help="every screen in all widths, themes and languages, in build/screens, or those whose names contain PART,"
        " a regular expression such as '^portal.*390-dark-de'",
    )
    only.add_argument(
        "--references",
        nargs="?",
        const="",
        metavar="PART",
        help="the pictures that the tests compare with, or those whose names contain PART",
    )
    only.add_argument("--answers", action="store_true", help="record the answers of the API that those pictures show")
    only.add_argument("--tour", action="store_true", help="those of docs/howto/tour.md alone")
    chosen = parser.parse_args()
    build_if_outdated()
    if chosen.answers or chosen.all is not None or chosen.references is not None:
        return take_screens(chosen)
    if not chosen.tour:
        take_documentation()
    take_tour()
    return 0


def take_documentation() -> None:
    began = time.monotonic()
    PLACE.mkdir(parents=True, exist_ok=True)
    with start_playwright() as playwright, story(playwright) as scene:
        scene.run()
    for shape, name in (("narrow", "dial"), ("wide", "dial-wide")):
        shutil.copy(PLACE / f"{name}.png", CLIENT / "public" / "app" / f"screenshot-{shape}.png")
    size = sum(each.stat().st_size for each in PLACE.glob("*.png"))
    print(f"{size / 1e6:.1f} MB in {time.monotonic() - began:.0f} s")


def take_tour() -> None:
    """From the sign-up of an organisation to its paid invoice."""
    with ExitStack() as stack:
        place = Path(stack.enter_context(tempfile.TemporaryDirectory(ignore_cleanup_errors=True)))
        post = PostOffice(place / "post")
        stack.callback(post.close)
        playwright = stack.enter_context(start_playwright())
        settings = {"UNIFICX_SMTP": post.url, "UNIFICX_SIGN_UP": "open"}
        server = stack.enter_context(Server(place / "home", settings=settings))
        clients = Clients(playwright, place, server, browser=CHROMIUM, service_workers=False)
        stack.callback(clients.close)
        Tour(clients, server, post, place, ScreenshotWriter(place).capture).walk()


if __name__ == "__main__":
    sys.exit(main())
