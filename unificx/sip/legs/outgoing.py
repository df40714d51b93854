"""The leg of a callee: an INVITE we send, what comes back on the way, the answer (RFC 3261 section 13.2).

A proxy behind the target may fork: each To tag is an early dialog of its own. The first 2xx makes the leg's dialog;
a later one from another branch is acknowledged and ended at once (13.2.2.4).
"""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from unificx.sip.dialog import Dialog, dialog_of_response
from unificx.sip.endpoint import ClientKey
from unificx.sip.errors import BadPeer
from unificx.sip.flow import Flow
from unificx.sip.legs.events import Answered, Progressed, Refused
from unificx.sip.legs.leg import Leg
from unificx.sip.legs.pending import ALLOW, SDP, SUPPORTED, record_aware, takes_update
from unificx.sip.legs.session_timer import MIN_SE, agree_as_client, least_asked
from unificx.sip.message import Response

if TYPE_CHECKING:
    from unificx.sip.legs.book import Legs

MAX_EARLY = 10
"""Early dialogs of one INVITE; a peer that invents more is not followed."""


@dataclass(frozen=True, slots=True)
class Invitation:
    """Whom to call and as whom. `caller` and `callee` are From and To values without tags; `routes` e.g. a Path;
    `hops` is the Max-Forwards left of the INVITE this one goes on from."""

    uri: str
    flow: Flow
    caller: str
    callee: str
    routes: tuple[str, ...] = ()
    headers: tuple[tuple[str, str], ...] = ()
    hops: int = 70


@dataclass(frozen=True, slots=True)
class Early:
    """An early dialog and the RSeq of the last reliable provisional taken in it (0: none yet)."""

    dialog: Dialog
    rseq: int


class OutgoingLeg(Leg):
    """`call` sends the INVITE; Progressed, Answered or Refused tell how it goes."""

    __slots__ = (
        "_acknowledged",
        "_cancelled",
        "_early",
        "_interval",
        "_offer",
        "_started",
        "answered",
        "invitation",
        "key",
    )

    def __init__(self, legs: "Legs", tag: str, call_id: str, invitation: Invitation) -> None:
        super().__init__(legs, tag, owns_call_id=True)
        self.invitation = invitation
        self._started = Dialog(
            call_id=call_id,
            local=f"{invitation.caller};tag={tag}",
            local_tag=tag,
            remote=invitation.callee,
            remote_tag="",
            local_seq=0,
            remote_seq=-1,
            target=invitation.uri,
            routes=invitation.routes,
            flow=invitation.flow,
        )
        self.key: ClientKey | None = None
        self.answered = False
        self._acknowledged = False
        self._cancelled = False
        self._early: dict[str, Early] = {}
        self._interval = legs.session_expires
        self._offer = b""

    # ---- verbs

    def call(self, body: bytes, now: float) -> None:
        """Send the INVITE; without a body the callee makes the offer and `acknowledge` answers it."""
        self._offer = self.sent = body
        headers: list[tuple[str, str]] = [
            ("Contact", self.legs.contact(self.invitation.flow)),
            ("Allow", ALLOW),
            ("Supported", SUPPORTED if body else "timer"),  # an offer in a provisional could not be answered by PRACK
            ("Session-Expires", str(self._interval)),
            ("Min-SE", str(MIN_SE)),
            *self.invitation.headers,
        ]
        if body:
            headers.append(("Content-Type", SDP))
        self._started, request = self._started.request("INVITE", headers, body, self.invitation.hops)
        self.key = self._send(request, self.invitation.flow, now)

    def acknowledge(self, body: bytes, now: float) -> None:
        """Answer the offer that came in the 2xx."""
        del now
        if not self.over and self.dialog is not None:
            self.sent = body
            self._acknowledged = True
            self._send_ack(self._started.local_seq, [("Content-Type", SDP)], body)

    def bye(self, now: float, reason: str = "") -> None:
        """As for any leg; a 2xx whose offer nobody answers is acknowledged all the same (13.2.2.4)."""
        if self.answered and not self._acknowledged and not self.over:
            self._send_ack(self._started.local_seq, [], b"")
        super().bye(now, reason)

    def cancel(self, now: float, reason: str = "") -> None:
        """Give up ringing. `reason` is a Reason header value: "SIP;cause=200" spares the callee a missed call."""
        if self.answered or self._cancelled or self.key is None:
            return
        self._cancelled = True
        self.legs.endpoint.cancel(self.key, now, [("Reason", reason)] if reason else ())

    # ---- what the book brings

    def got_response(self, key: ClientKey, response: Response, flow: Flow, now: float) -> None:
        """Take a response: to the INVITE, or to something said later."""
        if key != self.key:
            super().got_response(key, response, flow, now)
        elif response.status < 200:
            self._provisional(response, flow, now)
        elif response.status < 300:
            self._success(response, flow, now)
        elif not self.answered and not self.over:
            self._refusal(response, now)

    def failed(self, key: ClientKey, cause: str, now: float) -> None:
        """Nothing came back: as a 408 (8.1.3.1), or a 503 when the connection is gone."""
        if key != self.key:
            if self.answered:
                super().failed(key, cause, now)
            return
        if not self.answered and not self.over:
            self._end(now)
            self._tell(Refused(408 if cause == "timeout" else 503, None))

    def _provisional(self, response: Response, flow: Flow, now: float) -> None:
        if response.status == 100 or self.answered or self.over:
            return
        tag = response.to.tag
        if tag and not self._acknowledge_early(tag, response, flow, now):
            return
        if response.body:
            self.received = response.body
        if not self._cancelled:
            self._tell(Progressed(response.status, response.body))

    def _acknowledge_early(self, tag: str, response: Response, flow: Flow, now: float) -> bool:
        """Acknowledge a reliable provisional within its early dialog; False for one already taken."""
        if "100rel" not in response.values("require"):
            return True
        number = _rseq(response)
        early = self._early.get(tag)
        if early is None:
            if len(self._early) >= MAX_EARLY:
                return False
            early = Early(dialog_of_response(self._started, response, flow), 0)
        if early.rseq and number != early.rseq + 1:
            return False  # repeated or out of order (RFC 3262 section 4)
        rack = ("RAck", f"{number} {response.cseq.number} INVITE")
        dialog, prack = early.dialog.request("PRACK", [rack])
        self._early[tag] = Early(dialog, number)
        self._send(prack, flow, now)
        return True

    def _success(self, response: Response, flow: Flow, now: float) -> None:
        tag = response.to.tag
        if self.dialog is not None and tag == self.dialog.remote_tag:
            self._ack_again(response.cseq.number)
            return
        early = self._early.get(tag)
        dialog = dialog_of_response(early.dialog if early is not None else self._started, response, flow)
        if self.dialog is not None or self._cancelled or self.over:
            self._end_other(dialog, now)
            return
        self.dialog = dialog
        self.answered = True
        self.takes_update = takes_update(response)
        self.record_aware = record_aware(response)
        self._early = {}
        if response.body:
            self.received = response.body
        if self._offer:
            self._acknowledged = True
            self._send_ack(self._started.local_seq, [], b"")
        self._agree(agree_as_client(response, now))
        self._tell(Answered(response.body))

    def _end_other(self, dialog: Dialog, now: float) -> None:
        """A 2xx nobody wants: from another branch, or one that crossed our CANCEL."""
        self.legs.endpoint.send(dialog.ack(self._started.local_seq), dialog.flow)
        _, bye = dialog.request("BYE")
        self.legs.endpoint.request(bye, dialog.flow, now)
        if self._cancelled and not self.over:
            self._end(now)
            self._tell(Refused(487, None))

    def _refusal(self, response: Response, now: float) -> None:
        least = least_asked(response) if response.status == 422 else None
        if least is not None and self._interval < least <= 86400 and not self._cancelled:
            self._interval = least
            self._early = {}
            self.call(self._offer, now)
            return
        self._end(now)
        self._tell(Refused(response.status, response))


def _rseq(response: Response) -> int:
    value = (response.first("rseq") or "").strip()
    if not value.isdigit() or len(value) > 10:
        raise BadPeer(400, "Bad RSeq")
    return int(value)
