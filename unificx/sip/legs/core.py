"""The core of a leg: its dialog, and how it speaks in it."""

from dataclasses import replace
from typing import TYPE_CHECKING, cast

from unificx.sip.dialog import Dialog
from unificx.sip.endpoint import ClientKey, ServerKey
from unificx.sip.flow import Flow
from unificx.sip.legs.events import LegEvent
from unificx.sip.legs.pending import ALLOW, SDP, SUPPORTED, Headers, OurOffer, Repeated, TheirOffer, record_routes
from unificx.sip.legs.session_timer import SessionTimer
from unificx.sip.message import Request, respond

if TYPE_CHECKING:
    from unificx.sip.legs.book import Legs
    from unificx.sip.legs.leg import Leg
    from unificx.sip.legs.referral import Referral


RECENT = 4
"""INVITEs whose answers are still heard: a 2xx may be repeated when a later one is under way, or was sent anew."""


class Core:
    """What incoming and outgoing legs share. `id` is the local tag, unique in this process."""

    __slots__ = (
        "_acks",
        "_invites",
        "away_until",
        "bye_key",
        "dialog",
        "id",
        "legs",
        "notices",
        "ours",
        "over",
        "owns_call_id",
        "received",
        "record_aware",
        "referral",
        "repeated",
        "sent",
        "takes_update",
        "theirs",
        "timer",
    )

    def __init__(self, legs: "Legs", tag: str, *, owns_call_id: bool) -> None:
        self.legs = legs
        self.id = tag
        self.owns_call_id = owns_call_id
        self.dialog: Dialog | None = None
        self.over = False
        self.takes_update = False
        self.record_aware = False
        self.sent = b""
        self.received = b""
        self.ours: OurOffer | None = None
        self.theirs: TheirOffer | None = None
        self.repeated: Repeated | None = None
        self.timer: SessionTimer | None = None
        self.bye_key: tuple[ServerKey, Request] | None = None
        self.away_until: float | None = None
        self.referral: Referral | None = None
        self.notices: set[ClientKey] = set()
        self._acks: dict[int, Request] = {}
        self._invites: list[ClientKey] = []

    # ---- words

    def _told_headers(self, body: bytes, answering: Request | None = None) -> list[tuple[str, str]]:
        """What goes with a target refresh: where we are, what we can, how long the session runs."""
        headers = [("Contact", self.legs.contact(self._peer_flow())), ("Allow", ALLOW), ("Supported", SUPPORTED)]
        if self.timer is not None:
            headers.append(("Session-Expires", self.timer.header(as_server=answering is not None)))
            if answering is not None and not self.timer.we_refresh:
                headers.append(("Require", "timer"))
        if answering is not None:
            headers += record_routes(answering)
        if body:
            headers.append(("Content-Type", SDP))
        return headers

    def _request(self, method: str, headers: Headers, body: bytes, now: float) -> tuple[ClientKey, int]:
        assert self.dialog is not None
        flow = self._peer_flow()
        self.dialog, request = self.dialog.request(method, headers, body)
        key = self._send(request, flow, now)
        return key, self.dialog.local_seq

    def _send(self, request: Request, flow: Flow, now: float) -> ClientKey:
        key = self.legs.endpoint.request(request, flow, now)
        self.legs.expect(key, cast("Leg", self))
        if request.method == "INVITE":
            self._invites.append(key)
            self.legs.unexpect(self._invites[:-RECENT])
            del self._invites[:-RECENT]
        return key

    def _say(self, key: ServerKey, request: Request, status: int, now: float, headers: Headers = ()) -> None:
        self.legs.endpoint.respond(key, respond(request, status, to_tag=self.id, headers=headers), now)

    def _peer_flow(self) -> Flow:
        """Where the peer is: where it was last heard, or where it has registered by another connection since."""
        assert self.dialog is not None
        newest = self.legs.newest(cast("Leg", self)) if self.dialog.flow.reliable else None
        if newest is not None and newest != self.dialog.flow:
            self.dialog = replace(self.dialog, flow=newest)
        return self.dialog.flow

    def _tell(self, event: LegEvent) -> None:
        self.legs.tell(cast("Leg", self), event)
