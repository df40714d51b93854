"""Screens of calls whose pictures repeat exactly: the app with a phone system, connections and a camera that follow a script."""

import json
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

from client_pages import Clients
from page_checks import Catalog
from playwright.sync_api import Locator, Page, WebSocketRoute, expect
from recorded_screens import ORIGIN, PAGE, File, RecordedPages, Recording, load, until_answered
from server import eventually

MEDIA = Path(__file__).with_name("recorded_media.js")
TALKED = timedelta(seconds=83)
"""How long a call of a picture has lasted."""
BEN, CLEO = '"Ben Example" <sip:1003@demo.example>', '"Cleo Example" <sip:1004@demo.example>'
CALL, ROOM = "01a22a28-0a6a-710e-8a18-6f75953b7532", "01a15c29-a2bb-76d7-93f3-45fcecd3090a"
SDP = """v=0
o=- 1 1 IN IP4 192.0.2.1
s=-
c=IN IP4 192.0.2.1
t=0 0
m=audio 40000 UDP/TLS/RTP/SAVPF 111
a=mid:0
a=rtpmap:111 opus/48000/2
a=sendrecv
"""
VIDEO_SDP = SDP + "m=video 40002 UDP/TLS/RTP/SAVPF 120\na=mid:1\na=rtpmap:120 VP8/90000\na=sendrecv\n"
Answers = Mapping[str, tuple[int, Any]]


def _items(*items: object) -> tuple[int, object]:
    return 200, {"items": items, "next": None}


def _live_call(callee: str, room: str | None = None) -> Answers:
    began = "2026-11-30T01:52:00Z"
    shown = {"id": CALL, "caller": "1002", "callee": callee, "state": "answered", "room": room}
    return {"GET /me/calls": _items({**shown, "tenant_id": "", "started": began, "answered": began})}


def _recording(state: str, begun: str | None = None) -> Answers:
    shown = {"call_id": CALL, "state": state, "begun": begun, "allowed": True, "directs": True}
    return {f"GET /calls/{CALL}/recording": (200, {**shown, "end": None, "monitoring": None})}


def _participant(number: str, name: str, **other: object) -> dict[str, object]:
    usual = {"host": False, "own": False, "muted": False, "muted_by_host": False, "hand": False, "speaking": False}
    same = {"id": number, "number": number, "name": name, "extension_id": "", "state": "joined", "consent": None}
    return {**usual, **same, "reaction": None, "since": "2026-11-30T01:52:00Z", **other}


PARTICIPANTS = (
    _participant("1002", "Ada Example", own=True, host=True),
    _participant("1003", "Ben Example", speaking=True),
    _participant("1004", "Cleo Example", muted=True),
    _participant("+49301234501", "Maria Muster", hand=True),
)


def _room() -> Answers:
    meeting = {"participants": len(PARTICIPANTS), "locked": False, "recorded": False, "all_muted": False}
    room = {
        "id": ROOM,
        "number": "8000",
        "name": "Meeting room",
        "hosts": ["1002"],
        "ad_hoc": False,
        "meeting": meeting,
    }
    main = {"id": ROOM, "name": "Meeting room", "participants": PARTICIPANTS}
    return {
        f"GET /rooms/{ROOM}": (200, room),
        f"GET /rooms/{ROOM}/participants": _items(*PARTICIPANTS),
        f"GET /rooms/{ROOM}/videos": _items(),
        f"GET /rooms/{ROOM}/breakouts": (
            200,
            {"main": main, "rooms": [], "waiting": 0, "text": "", "seconds_left": None},
        ),
    }


@dataclass
class ScriptedPhoneSystem:
    """The SIP server of one page (RFC 3261): it accepts what the page asks for, and calls it."""

    silent: bool = False
    """Calls of the page stay unanswered."""
    refuse: str = ""
    """Status of the response to calls of the page, in place of an answer."""
    answer: str = SDP
    registered: bool = False
    _socket: WebSocketRoute | None = None
    _dialog: dict[str, str] = field(default_factory=dict)
    _requests: int = 0

    def connect(self, socket: WebSocketRoute) -> None:
        socket.on_message(partial(self._receive, socket))

    def call(self, caller: str, sdp: str = SDP, **headers: str) -> None:
        self._dialog = {"From": f"{caller};tag=there", "To": "<sip:1002@demo.example>", "Call-ID": "incoming"}
        self._ask("INVITE", sdp, headers)

    def update(self, **headers: str) -> None:
        """Change what the page knows of its call (RFC 3311)."""
        self._ask("UPDATE", "", headers)

    def _ask(self, method: str, body: str, headers: Mapping[str, str]) -> None:
        self._requests += 1
        named = {
            "Via": f"SIP/2.0/WSS pbx.example.com;branch=z9hG4bK{self._requests}",
            "Max-Forwards": "70",
            **self._dialog,
            "CSeq": f"{self._requests} {method}",
            "Contact": "<sip:pbx.example.com;transport=ws>",
            **{name.replace("_", "-"): value for name, value in headers.items()},
        }
        self._send(f"{method} sip:1002@demo.example SIP/2.0", named, body)

    def _receive(self, socket: WebSocketRoute, message: str | bytes) -> None:
        text = message if isinstance(message, str) else message.decode()
        method = text.partition(" ")[0]
        if not text.strip():
            socket.send("\r\n")
        elif "SIP/2.0\r\n" not in text or method in ("ACK", "SIP/2.0"):
            return
        else:
            self._socket = socket
            self._reply(method, text)

    def _reply(self, method: str, request: str) -> None:
        copied = dict(re.findall(r"^(Via|From|To|Call-ID|CSeq|Contact): (.*)\r$", request, re.M))
        tagged = copied | {"To": copied["To"] if ";tag=" in copied["To"] else f"{copied['To']};tag=there"}
        self.registered |= method == "REGISTER"
        if method != "INVITE":
            self._send("SIP/2.0 200 OK", copied, "")
        elif self.refuse:
            self._send(f"SIP/2.0 {self.refuse}", tagged, "")
        elif not self.silent:
            self._dialog = {"From": tagged["To"], "To": tagged["From"], "Call-ID": tagged["Call-ID"]}
            contact = {"Contact": "<sip:pbx.example.com;transport=ws>"}
            self._send("SIP/2.0 200 OK", tagged | contact, self.answer)

    def _send(self, first: str, headers: Mapping[str, str], body: str) -> None:
        assert self._socket
        content = {**headers, "Content-Type": "application/sdp"} if body else headers
        body = body.replace("\n", "\r\n")
        lines = "".join(f"{name}: {value}\r\n" for name, value in content.items())
        self._socket.send(f"{first}\r\n{lines}Content-Length: {len(body)}\r\n\r\n{body}")


@dataclass
class CallPage:
    """The app in a call, operated through its interface."""

    page: Page
    system: ScriptedPhoneSystem
    answers: dict[str, tuple[int, Any]]
    """Of the API; a scene adds its own."""
    now: datetime
    texts: Mapping[str, str]
    """Translations of English texts."""

    def call(self, number: str = "1003", *, video: bool = False, width: int = 390) -> None:
        """Call a number and talk for a while. In a window as wide as a desktop the call is shown beside the list."""
        self.answers.update({**_recording("none"), **_live_call(number), **self.answers})
        self.page.set_viewport_size({"width": width, "height": 900})
        self.open(f"/dial?number={number}")
        self.press("Video call" if video else "Call")
        expect(self.button("Very good connection", exact=False)).to_be_visible()
        self.page.clock.set_fixed_time(self.now + TALKED)
        expect(self.page.get_by_text("1:23").first).to_be_visible()

    def is_called_by(self, caller: str, sdp: str = SDP, **headers: str) -> None:
        self.system.call(caller, sdp, **headers)
        expect(self.page.get_by_role("alertdialog")).to_be_visible()

    def press(self, *names: str) -> None:
        for name in names:
            self.button(name).click()

    def button(self, name: str, *, exact: bool = True) -> Locator:
        return self.page.get_by_role("button", name=self.texts.get(name, name), exact=exact).first

    def _registered(self) -> bool:
        self.page.wait_for_timeout(20)  # messages are dispatched during such waits only
        return self.system.registered

    def shows(self, text: str) -> None:
        expect(self.page.get_by_text(self.texts.get(text, text)).first).to_be_visible()

    def open(self, path: str) -> None:
        load(self.page, f"{ORIGIN}/app{path}")
        eventually(self._registered, what="a registration")


def _incoming(page: CallPage) -> None:
    """A card on the desktop, the whole screen on a phone."""
    page.open("/calls")
    page.is_called_by(BEN, VIDEO_SDP)


def _waiting(page: CallPage) -> None:
    page.call()
    page.is_called_by(CLEO)


def _video(page: CallPage) -> None:
    page.system.answer = VIDEO_SDP
    page.call(video=True)
    expect(page.page.locator("video")).to_have_count(3)  # one of them is the blurred backdrop


def _keypad(page: CallPage) -> None:
    page.call()
    page.press("Keypad")


def _held(page: CallPage) -> None:
    page.call()
    page.press("More", "Hold")
    page.shows("On hold")


def _recorded(page: CallPage) -> None:
    page.answers.update(_recording("recording", "automatic"))
    page.call()
    page.shows("This call is being recorded")


def _transferred(page: CallPage) -> None:
    page.call()
    page.system.update(P_Asserted_Identity=CLEO, Referred_By=BEN)
    page.shows("Cleo Example")


def _conference(page: CallPage) -> None:
    """With three others, shown by their portraits."""
    page.answers.update({**_live_call("8000", ROOM), **_room()})
    page.call("8000")
    page.shows("Meeting room")


def _participants(page: CallPage) -> None:
    _conference(page)
    page.press("Participants")
    page.shows("Maria Muster")


def _resumed(page: CallPage) -> None:
    """After a reload, until the phone system has answered."""
    page.system.silent = True
    saved = {"callId": "before", "localTag": "here", "remoteTag": "there", "number": "1003", "name": "Ben Example"}
    times = dict.fromkeys(("since", "leftAt"), int(page.now.timestamp() * 1000))
    call = {**saved, **times, "muted": False, "camera": False, "video": False}
    page.page.add_init_script(f"sessionStorage.setItem('unificx.calls', JSON.stringify([{json.dumps(call)}]))")
    page.open("/calls")
    page.shows("Reconnecting…")


def _ended(page: CallPage) -> None:
    page.system.refuse = "480 Temporarily Unavailable"
    page.open("/dial?number=1003")
    page.press("Call")
    page.shows("Call again")


SCENES: Mapping[str, Callable[[CallPage], None]] = {
    "incoming": _incoming,
    "waiting": _waiting,
    "voice": CallPage.call,
    "docked": partial(CallPage.call, width=1440),
    "video": _video,
    "keypad": _keypad,
    "more": lambda page: (page.call(), page.press("More"))[0],
    "held": _held,
    "recorded": _recorded,
    "transferred": _transferred,
    "conference": _conference,
    "participants": _participants,
    "resumed": _resumed,
    "ended": _ended,
}


@dataclass
class RecordedCalls:
    """Opens one call after another, each in a page of its own."""

    clients: Clients
    language: str
    every: int = 1
    first: int = 0
    scale: float = PAGE["device_scale_factor"]
    unknown: set[str] = field(default_factory=set)
    """Requests whose answer was not recorded."""
    total: int = len(SCENES)
    _files: dict[str, File] = field(default_factory=dict)

    def each(self) -> Iterator[tuple[str, Callable[[], Page]]]:
        """Yield the name of each scene, and a function that returns its page."""
        opened: list[Page] = []
        for name in list(SCENES)[self.first :: self.every]:
            yield name, partial(self._show, name, opened)
            while opened:
                opened.pop().close()

    def _show(self, name: str, opened: list[Page]) -> Page:
        recording = Recording.read("app")
        mailbox = next(
            answer for key, answer in recording.answers.items() if re.match("GET /extensions/.*/voicemail$", key)
        )
        recording.answers["GET /extensions/1002/voicemail"] = mailbox
        pages = RecordedPages(recording, self.clients, self.language, self.scale, self.unknown, self._files)
        system = ScriptedPhoneSystem()
        page = pages.open("in", system.connect, MEDIA)
        opened.append(page)
        texts = Catalog.read().german if self.language == "de" else {}
        with until_answered(page):
            SCENES[name](CallPage(page, system, recording.answers, datetime.fromisoformat(recording.now), texts))
        return page
