"""Incoming leg: a received INVITE, its provisional responses and its answer (RFC 3261 section 13.3).

Provisional responses are sent reliably (RFC 3262) if the caller requires it, or supports it and they have a body.
"""

from typing import TYPE_CHECKING

from unificx.core.value import value
from unificx.sip.capabilities import IN_INVITE
from unificx.sip.dialog import Dialog, uas_dialog
from unificx.sip.errors import RemoteProtocolError
from unificx.sip.fields import ExtraHeaders
from unificx.sip.flow import Flow
from unificx.sip.legs.events import Cancelled, DialogFailed
from unificx.sip.legs.leg import AFTER_EARLIER_OFFER, Leg, is_same_session
from unificx.sip.legs.pending import (
    READABLE,
    RetransmittedResponse,
    answer_in,
    is_readable,
    offer_rejection_headers,
    record_routes,
    supports_update,
)
from unificx.sip.legs.retransmission import RetransmissionSchedule
from unificx.sip.legs.session_timer import MIN_SE, negotiate_as_uas, requested_interval
from unificx.sip.message import Request, respond, unsupported
from unificx.sip.multipart import SDP
from unificx.sip.transactions.events import ServerKey

if TYPE_CHECKING:
    from unificx.sip.legs.dialog_table import DialogTable

FORK_SUFFIX = "-early"
"""Added to the To tag of a tentative provisional response."""
PROVISIONAL_INTERVAL = 60.0
"""Seconds between repetitions of the last provisional response, to keep timer C of proxies running (13.3.1.1)."""


@value
class QueuedResponse:
    """The next response, queued until the PRACK of the previous one."""

    status: int
    body: bytes
    headers: tuple[tuple[str, str], ...]
    tentative: bool = False


class IncomingLeg(Leg):
    """The leg of a received INVITE: call `progress`, then `accept` or `reject`."""

    __slots__ = (
        "_expires_at",
        "_last_provisional",
        "_queued",
        "_repeat_at",
        "_rseq",
        "_tentative_dialog",
        "accepted",
        "final_sent",
        "invite",
        "key",
    )

    def __init__(
        self, table: "DialogTable", tag: str, key: ServerKey, invite: Request, flow: Flow, *, now: float
    ) -> None:
        """Raise RemoteProtocolError: 400 without a Contact, 406 if the caller does not accept SDP, 415 for a body other
        than SDP, or encoded, 420 for an unsupported extension, 422 for a too small session interval."""
        super().__init__(table, tag, owns_call_id=False)
        self.dialog = uas_dialog(invite, tag, flow)
        if invite.body and not is_readable(invite):
            raise RemoteProtocolError(415, "Unsupported Media Type", invite)
        if not _accepts_sdp(invite):
            raise RemoteProtocolError(406, "Not Acceptable", invite)
        requested_interval(invite)
        self.key = key
        self.invite = invite
        """The INVITE, until it is accepted."""
        self.remote_sdp = invite.body
        self.supports_update = supports_update(invite)
        self.set_peer_extensions(invite)
        self.final_sent = False
        self.accepted = False
        self._rseq = 0
        self._tentative_dialog: Dialog | None = None
        """The early dialog of tentative responses, in which the caller may send requests until the final response."""
        self._queued: QueuedResponse | None = None
        self._last_provisional: QueuedResponse | None = None
        self._repeat_at: float | None = None
        self._expires_at = now + invite.expires if invite.expires is not None else None
        """When the call is over unless it is answered by then (13.3.1)."""

    # ---- commands

    def progress(
        self, status: int, body: bytes, now: float, headers: ExtraHeaders = (), *, tentative: bool = False
    ) -> None:
        """Send a provisional response: 180, 181, 182 or 183, with the early answer if there is one.

        `tentative`: another answer may follow. Then it is sent unreliably and with another To tag, as if a proxy had
        forked the INVITE, so that it belongs to another dialog (RFC 3261 section 13.2.2.4); a caller that requires
        reliable responses gets it without the answer.
        """
        if self.final_sent or self.ended:
            return
        tentative = tentative and bool(body)
        if tentative and "100rel" in self.invite.option_tags("require"):
            status, body, tentative = 180, b"", False
        provisional = QueuedResponse(status, body, tuple(headers), tentative)
        if self.retransmission is not None:
            self._queued = provisional
            return
        self._last_provisional, self._repeat_at = provisional, now + PROVISIONAL_INTERVAL
        lines = [*record_routes(self.invite), ("Contact", self._contact()), *headers]
        if body:
            lines.append(("Content-Type", SDP))
        if tentative:
            tag = f"{self.id}{FORK_SUFFIX}"
            self._tentative_dialog = self._tentative_dialog or uas_dialog(self.invite, tag, self._peer_flow())
            response = respond(self.invite, status, to_tag=tag, headers=lines, body=body)
            self.table.endpoint.respond(self.key, response, now)
            self.table.rearm(self)
            return
        if body:
            self.local_sdp = body
        reliable = self._needs_prack(body)
        if reliable:
            self._rseq += 1
            lines += [("Require", "100rel"), ("RSeq", str(self._rseq))]
        response = respond(self.invite, status, to_tag=self.id, headers=lines, body=body)
        self.table.endpoint.respond(self.key, response, now)
        if reliable:
            repeat = RetransmissionSchedule.start(now, capped=False)
            self.retransmission = RetransmittedResponse(response, repeat, self.invite.cseq_number)
        self.table.rearm(self)

    def accept(self, body: bytes, now: float, headers: ExtraHeaders = ()) -> None:
        """Answer the call; `body` is the SDP answer, or the offer if the INVITE had none."""
        if self.final_sent or self.ended:
            return
        if self.retransmission is not None:  # RFC 3262 section 3: the PRACK must come first
            self._queued = QueuedResponse(200, body, tuple(headers))
            self._expires_at = None
            return
        self.final_sent = self.accepted = True
        self._repeat_at = self._last_provisional = None
        self.session_timer = negotiate_as_uas(self.invite, self.table.session_expires, now)
        self._accept(self.key, self.invite, body, now)
        del self.invite  # 3 kB that are of no use after the final response

    def reject(self, status: int, now: float, headers: ExtraHeaders = ()) -> None:
        """Reject the call, or end it unanswered."""
        if self.final_sent:
            return
        self.final_sent = True
        self.retransmission = self._queued = self._repeat_at = None
        headers = [*headers, *offer_rejection_headers(status, self.invite)]
        self.table.endpoint.respond(self.key, respond(self.invite, status, to_tag=self.id, headers=headers), now)
        if not self.ended:
            self._terminate(now)

    def bye(self, now: float, reason: str = "") -> None:
        """As `Leg.bye`, but reject the INVITE if it was not answered yet (15)."""
        if self.final_sent:
            super().bye(now, reason)
        else:
            self.reject(487, now, [("Reason", reason)] if reason else ())

    def close(self, now: float) -> None:
        """As `Leg.close`, and reject an unanswered INVITE."""
        super().close(now)
        self.reject(487, now)

    # ---- input from the dialog table

    def handle_cancel(self) -> None:
        """Process a CANCEL of the caller (already answered)."""
        if not self.final_sent and not self.ended:
            self._emit(Cancelled())

    def early_dialog_at(self, to_tag: str) -> Dialog | None:
        """Return the early dialog of the tentative responses if the tag is theirs; it ends with the final response."""
        dialog = self._tentative_dialog
        return dialog if dialog is not None and dialog.local_tag == to_tag and not self.final_sent else None

    def handle_request(self, key: ServerKey, request: Request, flow: Flow, now: float) -> None:
        """As `Leg.handle_request`; a BYE before the answer also ends the INVITE (15.1.2)."""
        tentative = self.early_dialog_at(request.to_tag)
        if tentative is None:
            self._handle_in_dialog(key, request, flow, now)
            return
        main, self.dialog = self.dialog, tentative  # each has its own sequence numbers and target
        try:
            self._handle_in_dialog(key, request, flow, now)
        finally:
            self._tentative_dialog, self.dialog = self.dialog, main

    def _handle_in_dialog(self, key: ServerKey, request: Request, flow: Flow, now: float) -> None:
        early = not self.final_sent
        if early and request.method == "INVITE":
            self._respond(key, request, 500, now, [("Retry-After", "5")])
            return
        if early and request.method == "UPDATE" and request.body:
            self._respond(key, request, 500, now, AFTER_EARLIER_OFFER)  # no own offer precedes the final response
            return
        super().handle_request(key, request, flow, now)

    def deadline(self) -> float | None:
        """As `Leg.deadline`, and the repetition of the last provisional response, and the end of an INVITE."""
        at = super().deadline()
        if self.final_sent or self.ended:
            return at
        return min([each for each in (at, self._repeat_at, self._expires_at) if each is not None], default=None)

    def handle_timer(self, now: float) -> None:
        """As `Leg.handle_timer`, and repeat the last provisional response; an INVITE that expires is cancelled."""
        super().handle_timer(now)
        if self._expires_at is not None and now >= self._expires_at:
            self._expires_at = None
            self.handle_cancel()
        last = self._last_provisional
        if self._repeat_at is not None and now >= self._repeat_at and not self.final_sent and last is not None:
            self.progress(last.status, last.body, now, last.headers, tentative=last.tentative)

    def _negotiate_as_uas(self, request: Request, now: float) -> None:
        """As `Leg._negotiate_as_uas`, but the session timer begins with the answer."""
        if self.final_sent:
            super()._negotiate_as_uas(request, now)

    def _needs_prack(self, body: bytes) -> bool:
        if "100rel" in self.invite.option_tags("require"):
            return True
        return bool(body) and "100rel" in self.invite.option_tags("supported")

    def _handle_prack(self, key: ServerKey, request: Request, now: float) -> None:
        """Process a PRACK, which must match the pending provisional response (RFC 3262 section 3)."""
        rack = request.rack
        retransmission = self.retransmission
        matches = (
            retransmission is not None
            and retransmission.response.status < 200
            and (rack.rseq, rack.number, rack.method) == (self._rseq, retransmission.cseq, "INVITE")
        )
        if not matches:
            self._respond(key, request, 481, now)
            return
        offer = answer_in(request)
        if not is_same_session(offer, self.remote_sdp):  # the acknowledgement stands, and the session is unchanged
            self._respond(key, request, 488, now)
        else:  # the answer to a repeated offer is repeated, if there was one yet
            answer = self.local_sdp if offer else b""
            typed = [("Content-Type", SDP)] if answer else []
            self.table.endpoint.respond(key, respond(request, 200, headers=typed, body=answer), now)
        self.retransmission = None
        queued, self._queued = self._queued, None
        if queued is None:
            return
        if queued.status < 200:
            self.progress(queued.status, queued.body, now, queued.headers, tentative=queued.tentative)
        else:
            self.accept(queued.body, now, queued.headers)

    def _unacknowledged(self, status: int, now: float) -> None:
        if status >= 200:
            super()._unacknowledged(status, now)
            return
        self.reject(504, now)  # RFC 3262 section 3: no PRACK in 64*T1
        self._emit(DialogFailed("no PRACK"))

    def _terminate(self, now: float) -> None:
        """Also answer a pending INVITE with 487 if the caller sent BYE; otherwise `reject` does it."""
        super()._terminate(now)
        if not self.final_sent and self.pending_bye is not None:
            self.reject(487, now)


def _accepts_sdp(invite: Request) -> bool:
    """Whether the caller accepts SDP in responses, the default without an Accept (RFC 3261 section 20.1)."""
    if invite.first("accept") is None:
        return True
    accepted = {value.partition(";")[0].strip(" \t").lower() for value in invite.values("accept")}
    return not accepted.isdisjoint((SDP, "application/*", "*/*"))


def leg_id_of(to_tag: str) -> str:
    """Return the id of the incoming leg that has sent a response with this To tag, also a tentative one."""
    return to_tag.removesuffix(FORK_SUFFIX)


def rejection_headers(fault: RemoteProtocolError, request: Request) -> list[tuple[str, str]]:
    """Return the headers required in the response to an INVITE, or a request in a dialog, that was rejected with this
    error."""
    if fault.status == 420:
        return [("Unsupported", unsupported(request, IN_INVITE))]
    if fault.status == 415:
        return READABLE
    if fault.status == 422:
        return [("Min-SE", str(MIN_SE))]
    if fault.status == 469:
        return [("Recv-Info", "")]  # no package (RFC 6086 section 4.2.2)
    return []
