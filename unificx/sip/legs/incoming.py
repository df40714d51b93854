"""The leg of a caller: an INVITE that came in, its provisional responses and its answer (RFC 3261 section 13.3).

Provisional responses go reliably (RFC 3262) when the caller requires it, or supports it and they carry a body.
"""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from unificx.sip.dialog import dialog_of_request
from unificx.sip.endpoint import ServerKey
from unificx.sip.errors import BadPeer
from unificx.sip.flow import Flow
from unificx.sip.legs.events import Cancelled, Lost
from unificx.sip.legs.leg import Leg
from unificx.sip.legs.pending import SDP, Headers, Repeated, record_aware, record_routes, takes_update
from unificx.sip.legs.repeat import Repeat
from unificx.sip.legs.session_timer import MIN_SE, agree_as_server, interval_asked
from unificx.sip.message import Request, respond

if TYPE_CHECKING:
    from unificx.sip.legs.book import Legs

EXTENSIONS = frozenset({"100rel", "timer", "replaces", "norefersub", "record-aware"})
PROVISIONAL_EVERY = 60.0
"""Seconds between repetitions of the last provisional, so that no proxy's timer C fires (13.3.1.1)."""


@dataclass(frozen=True, slots=True)
class Waiting:
    """What has to wait for a PRACK: the next response of the user."""

    status: int
    body: bytes
    headers: tuple[tuple[str, str], ...]


class IncomingLeg(Leg):
    """`invite` is what came; `progress`, then `accept` or `reject`."""

    __slots__ = ("_again_at", "_last", "_rseq", "_waiting", "accepted", "invite", "key", "settled")

    def __init__(self, legs: "Legs", tag: str, key: ServerKey, invite: Request, flow: Flow) -> None:
        """Raises BadPeer: 400 without a Contact, 415 for a body that is no session description, 420 for an extension
        we lack, 422 for a session timer too short."""
        super().__init__(legs, tag, owns_call_id=False)
        unknown = [name for name in invite.values("require") if name.lower() not in EXTENSIONS]
        if unknown:
            raise BadPeer(420, "Bad Extension", invite)
        if invite.body and invite.content_type not in (SDP, ""):
            raise BadPeer(415, "Unsupported Media Type", invite)
        interval_asked(invite)
        self.dialog = dialog_of_request(invite, tag, flow)
        self.key = key
        self.invite = invite
        self.received = invite.body
        self.takes_update = takes_update(invite)
        self.record_aware = record_aware(invite)
        self.settled = False
        self.accepted = False
        self._rseq = 0
        self._waiting: Waiting | None = None
        self._last: Waiting | None = None
        self._again_at: float | None = None

    # ---- verbs

    def progress(self, status: int, body: bytes, now: float, headers: Headers = ()) -> None:
        """Say how far it is: 180, 181, 182 or 183, with the early answer if there is one."""
        if self.settled or self.over:
            return
        said = Waiting(status, body, tuple(headers))
        if self.repeated is not None:
            self._waiting = said
            return
        self._last, self._again_at = said, now + PROVISIONAL_EVERY
        lines = [*record_routes(self.invite), ("Contact", self.legs.contact(self._peer_flow())), *headers]
        if body:
            lines.append(("Content-Type", SDP))
            self.sent = body
        if self._reliably(body):
            self._rseq += 1
            lines += [("Require", "100rel"), ("RSeq", str(self._rseq))]
        response = respond(self.invite, status, to_tag=self.id, headers=lines, body=body)
        self.legs.endpoint.respond(self.key, response, now)
        if self._reliably(body):
            repeat = Repeat.start(now, capped=False)
            self.repeated = Repeated(response, repeat, self.invite.cseq.number)
        self.legs.rearm(self)

    def accept(self, body: bytes, now: float, headers: Headers = ()) -> None:
        """Answer the call; `body` is the answer, or the offer when the INVITE had none."""
        if self.settled or self.over:
            return
        if self.repeated is not None:  # RFC 3262 section 3: the answer in a reliable provisional must be PRACKed first
            self._waiting = Waiting(200, body, tuple(headers))
            return
        self.settled = self.accepted = True
        self._again_at = None
        self._agree(agree_as_server(self.invite, self.legs.session_expires, now))
        self._accept(self.key, self.invite, body, now)

    def reject(self, status: int, now: float, headers: Headers = ()) -> None:
        """Refuse the call, or end it unanswered."""
        if self.settled:
            return
        self.settled = True
        self.repeated = self._waiting = self._again_at = None
        self.legs.endpoint.respond(self.key, respond(self.invite, status, to_tag=self.id, headers=headers), now)
        if not self.over:
            self._end(now)

    def bye(self, now: float, reason: str = "") -> None:
        """As for any leg; one whose answer has not gone out yet is refused instead (15)."""
        if self.settled:
            super().bye(now, reason)
        else:
            self.reject(487, now, [("Reason", reason)] if reason else ())

    def close(self, now: float) -> None:
        """As for any leg; an INVITE that nobody has answered is refused."""
        super().close(now)
        self.reject(487, now)

    # ---- what the book brings

    def cancelled(self, now: float) -> None:
        """Take the caller's CANCEL (already answered)."""
        del now
        if not self.settled and not self.over:
            self._tell(Cancelled())

    def heard(self, key: ServerKey, request: Request, flow: Flow, now: float) -> None:
        """As for any leg; a BYE before the answer also ends the INVITE (15.1.2)."""
        early = not self.settled
        if early and request.method == "INVITE":
            self._say(key, request, 500, now, [("Retry-After", "5")])
            return
        if early and request.method == "UPDATE" and request.body:
            self._say(key, request, 491, now)
            return
        super().heard(key, request, flow, now)

    def deadline(self) -> float | None:
        """As for any leg, and the repetition of the last provisional."""
        at = super().deadline()
        if self._again_at is None or self.settled or self.over:
            return at
        return self._again_at if at is None else min(at, self._again_at)

    def expired(self, now: float) -> None:
        """As for any leg, and the repetition of the last provisional."""
        super().expired(now)
        if self._again_at is not None and now >= self._again_at and not self.settled and self._last is not None:
            self.progress(self._last.status, self._last.body, now, self._last.headers)

    def _reliably(self, body: bytes) -> bool:
        if "100rel" in self.invite.values("require"):
            return True
        return bool(body) and "100rel" in self.invite.values("supported")

    def _heard_prack(self, key: ServerKey, request: Request, now: float) -> None:
        """RFC 3262 section 3: it must name the provisional that waits for it."""
        rack = request.rack
        repeated = self.repeated
        fits = (
            repeated is not None
            and repeated.response.status < 200
            and (rack.rseq, rack.number, rack.method) == (self._rseq, repeated.number, "INVITE")
        )
        if not fits:
            self._say(key, request, 481, now)
            return
        if request.body:  # a new offer inside PRACK: refused, the session stays as it is
            self._say(key, request, 488, now)
        else:
            self._say(key, request, 200, now)
        self.repeated = None
        waiting, self._waiting = self._waiting, None
        if waiting is None:
            return
        if waiting.status < 200:
            self.progress(waiting.status, waiting.body, now, waiting.headers)
        else:
            self.accept(waiting.body, now, waiting.headers)

    def _unacknowledged(self, status: int, now: float) -> None:
        if status >= 200:
            super()._unacknowledged(status, now)
            return
        self.reject(504, now)  # RFC 3262 section 3: no PRACK in 64*T1
        self._tell(Lost("no PRACK"))

    def _end(self, now: float) -> None:
        """An INVITE still open is answered 487 by the user's `reject`, or here if the caller said BYE instead."""
        super()._end(now)
        if not self.settled and self.bye_key is not None:
            self.reject(487, now)


def refusal_headers(fault: BadPeer, invite: Request) -> list[tuple[str, str]]:
    """What must go with the refusal of an INVITE no leg could be made of."""
    if fault.status == 420:
        unknown = [name for name in invite.values("require") if name.lower() not in EXTENSIONS]
        return [("Unsupported", ", ".join(unknown))]
    if fault.status == 415:
        return [("Accept", SDP)]
    if fault.status == 422:
        return [("Min-SE", str(MIN_SE))]
    return []
