"""Fake call apps: what they receive is compared with the ladder, what they send is given by ladder lines."""

from collections.abc import Callable, Mapping

from phones import describe_sdp, sdp_of

from unificx.calls import AppCallContext, AppEvent, ConnectRequest, ConnectWithdrawn
from unificx.calls.events import Outcome
from unificx.identity import Extension
from unificx.registrar import Caller
from unificx.routing import VOICEMAIL_APP, CallApp, Destination, DestinationRef, GoTo
from unificx.sip.legs import Answered, ByeReceived, OfferAnswered, OfferReceived, OfferRejected, Rejected

APP_EVENTS: dict[str, Callable[[bytes], AppEvent]] = {
    "answers": Answered,
    "accepts": OfferAnswered,
    "offers": OfferReceived,
    "hangs": lambda body: ByeReceived(),
    "refuses": lambda body: Rejected(503, None),
    "declines": lambda body: OfferRejected(488),
    "withdraws": lambda body: ConnectWithdrawn(),
}


class FakeApps:
    """Implements `AppHost` and the kind of destination `app`. `log` receives what is sent to an app; `numbers` are
    destinations of further numbers, `app:NUMBER` too."""

    kind = "app"

    def __init__(self, voicemail: set[str], log: Callable[[str], None], numbers: Mapping[str, Destination]) -> None:
        self._numbers = numbers
        self._voicemail = voicemail
        self._log = log
        self._emitters: list[Callable[[AppEvent], None]] = []
        self._connects = False
        self.running = 0
        self.last_context: AppCallContext | None = None
        """Context of the latest call."""

    def find(self, tenant_id: str, name: str) -> Destination | None:
        return self._numbers.get(name)

    def at_number(self, tenant_id: str, dialled: str) -> Destination | None:
        apps = {"*43": "echo", "*82": "flip", "*85": "park"}
        if dialled in apps:
            return CallApp(apps[dialled])
        for code, app in (("*86", "fetch"), ("*4", "pickup")):
            number = dialled.removeprefix(code)
            if number != dialled:
                return CallApp(app, (number,) if number else ())
        return self._numbers.get(dialled)

    def leads_to(self, tenant_id: str) -> Mapping[str, tuple[DestinationRef, ...]]:
        return {}

    def accepts_messages(self, extension: Extension) -> bool:
        """Whether the extension has a mailbox."""
        return extension.number in self._voicemail

    def host(self, context: AppCallContext, offer: bytes, emit: Callable[[AppEvent], None]) -> "FakeApps":
        target = f" for {context.callee.number}" if context.callee is not None else ""
        app = "voicemail" if context.app == VOICEMAIL_APP else context.app
        self._log(f"{app}{target}" + (f" {describe_sdp(offer)}" if offer else ""))
        self._emitters.append(emit)
        self.last_context = context
        self.running += 1
        return self

    def act(self, words: list[str]) -> None:
        """Execute a ladder line such as `answers [vm]` for the latest app."""
        self._emit(self._emitters[-1], words)

    def act_as(self, number: int, words: list[str]) -> None:
        """Execute a ladder line for the app with this number, from 1."""
        self._emit(self._emitters[number - 1], words)

    def _emit(self, notify: Callable[[AppEvent], None], words: list[str]) -> None:
        if words[0] == "connects":
            self._connects, name = True, " ".join(words[2:]).strip('"')
            kind = "app" if words[1] in self._numbers else "extension"
            notify(ConnectRequest(GoTo(DestinationRef(kind, words[1])).plan(), name))
            return
        notify(APP_EVENTS[words[0]](sdp_of(words[1][1:-1]) if len(words) > 1 and words[1][0] == "[" else b""))

    def acknowledged(self, sdp: bytes) -> None:
        self._log(f"ACK {describe_sdp(sdp)}")

    def offered(self, sdp: bytes) -> None:
        self._log(f"INVITE {describe_sdp(sdp)}")

    def offer_answered(self, sdp: bytes) -> None:
        self._log(f"200 {describe_sdp(sdp)}")

    def offer_rejected(self, status: int) -> None:
        self._log(f"{status}")

    def info_received(self, content_type: str, body: bytes) -> None:
        self._log(f"INFO {body.decode()}".strip())

    def connect_ended(self, outcome: Outcome) -> None:
        if self._connects:  # not the recall of a parked call, of which its app need not know
            self._log(outcome)
        self._connects = False

    def party_changed(self, call_id: str, caller: Caller) -> None:
        del call_id
        self._log(f"continues with {caller.number or 'Anonymous'}")

    def ended(self) -> None:
        self.running -= 1
        self._log("BYE")
