"""A leg: one INVITE dialog with one peer, once it is confirmed.

Set-up differs by direction (`incoming`, `outgoing`); a confirmed dialog is symmetric: offer/answer in both directions
(RFC 3264, 6337), UPDATE (RFC 3311), INFO, session timers (RFC 4028), BYE. A leg sends through its endpoint, reports by
events, and never blocks.
"""

from dataclasses import replace

from unificx.sdp import as_sendrecv, is_fax_only, is_receiving, with_origin
from unificx.sip.capabilities import ALLOW_IN_DIALOG, SUPPORTED_IN_DIALOG
from unificx.sip.errors import LocalProtocolError, RemoteProtocolError
from unificx.sip.fields import ExtraHeaders
from unificx.sip.flow import Flow
from unificx.sip.legs.events import (
    AckReceived,
    ByeReceived,
    DialogFailed,
    InfoReceived,
    OfferAnswered,
    OfferReceived,
    OfferRejected,
    OfferRequested,
)
from unificx.sip.legs.pending import (
    READABLE,
    LocalOffer,
    RemoteOffer,
    RetransmittedResponse,
    SentAck,
    answer_in,
    is_readable,
    offer_rejection_headers,
)
from unificx.sip.legs.refer_subscription import ReferLeg
from unificx.sip.legs.retransmission import RetransmissionSchedule
from unificx.sip.legs.session_timer import MIN_SE, SessionTimer, negotiate_as_uac, negotiate_as_uas, requested_interval
from unificx.sip.message import Request, Response, respond, retry_after
from unificx.sip.multipart import SDP
from unificx.sip.transactions.events import ClientKey, ServerKey

GLARE_RETRY = (2.1, 1.0)
"""Seconds to wait after a 491: as owner of the Call-ID, the shortest allowed, and otherwise (RFC 3261 section 14.1)."""
RETRY_INTERVAL = 1.0
"""Seconds until a postponed refresh, or a request that a disconnected peer did not receive, is retried."""
MAX_POSTPONED, MAX_RETRY_AFTER = 3, 10.0
"""How often, and by how many seconds at most, an offer is postponed for a peer that is busy with an earlier INVITE
(RFC 3261 section 14.2). That was sent before its connection changed, and its answer may be lost."""
AFTER_EARLIER_OFFER = [("Retry-After", "1")]
"""Of the 500 to an offer while an earlier one of the same peer is unanswered. RFC 3261 section 14.2 has it a random
number up to 10, to spread the repetitions of several peers; a dialog has only one."""
RECONNECT_TIMEOUT = 30.0
"""Seconds a disconnected peer has to reconnect while a request is pending."""


class Leg(ReferLeg):
    """Behavior shared by incoming and outgoing legs. `id` is the local tag, unique in this process."""

    __slots__ = ()

    # ---- commands

    def offer(self, body: bytes, now: float) -> None:
        """Send an offer by re-INVITE. The result is OfferAnswered, OfferRejected or DialogFailed.

        A pending offer is completed first (RFC 3264 section 4), without an event for its result.
        """
        if self.ended or self.dialog is None:
            raise LocalProtocolError("no offer is possible on this leg: it is not confirmed or has ended")
        if self.local_offer is not None and self.local_offer.key is not None:
            self.local_offer.next_body = body
        else:
            self._reinvite(LocalOffer(body, None, 0), now)

    def answer(self, body: bytes, now: float) -> None:
        """Answer the offer of `OfferReceived`, or make the offer of `OfferRequested`."""
        offer = self._take_remote_offer()
        if offer is None or self.dialog is None:
            return
        key, request = offer.key, offer.request
        if offer.moves_target:
            self.dialog = self.dialog.refreshed(request)
        self._negotiate_as_uas(request, now)
        if request.method == "INVITE":
            self._accept(key, request, body, now)
            return
        self.local_sdp = body
        self.table.endpoint.respond(
            key, respond(request, 200, headers=self._target_refresh_headers(body, request), body=body), now
        )

    def reject_offer(self, status: int, now: float, headers: ExtraHeaders = ()) -> None:
        """Reject the offer of `OfferReceived`; the session is unchanged."""
        offer = self._take_remote_offer()
        if offer is not None:
            self.remote_sdp = offer.previous_sdp
            headers = [*headers, *offer_rejection_headers(status, offer.request)]
            self.table.endpoint.respond(offer.key, respond(offer.request, status, headers=headers), now)

    def withdraw_offer(self) -> None:
        """Do not repeat the offer that the peer has rejected for the time being; the session is unchanged."""
        if self.local_offer is not None and self.local_offer.key is None:
            self.local_offer = None
            self.table.rearm(self)

    def show_peer(self, address: str, headers: ExtraHeaders) -> None:
        """Name the connected party in all further requests and 2xx: by `headers`, and by `address` as From if the peer
        accepts that it changes (RFC 4916). The next offer or `refresh` sends it."""
        self.identity_headers = headers
        if self.supports_from_change and self.dialog is not None:
            self.dialog = replace(self.dialog, local=f"{address};tag={self.dialog.local_tag}")

    def refresh(self, now: float) -> None:
        """Send an UPDATE without SDP or, if the peer does not allow it or an offer is pending, a re-INVITE with the
        current session, which is repeated after glare. The result is not reported."""
        if self.ended or self.dialog is None:
            return
        offer = self.local_offer
        busy = offer is not None or self.remote_offer is not None or self.retransmission is not None
        if self.supports_update and not busy:
            self._request("UPDATE", self._target_refresh_headers(b""), b"", now)
        elif offer is not None and offer.key is not None:
            offer.then_refresh = True
        elif offer is None and self.local_sdp:
            self._reinvite(LocalOffer(self.local_sdp, None, 0, refresh=True), now)

    def info(self, content_type: str, body: bytes, now: float) -> None:
        """Send an INFO; its response is not reported."""
        if not self.ended:
            self._request("INFO", [("Content-Type", content_type)], body, now)

    def probe(self, now: float) -> None:
        """Send an OPTIONS. If the peer does not answer it or has lost the dialog, the result is DialogFailed."""
        if not self.ended and self.dialog is not None:
            self._probe, _ = self._request("OPTIONS", [("Accept", SDP)], b"", now)

    def bye(self, now: float, reason: str = "") -> None:
        """End a confirmed leg by BYE. `reason` is a Reason header value (RFC 3326)."""
        if not self.ended and self.dialog is not None:
            self._request("BYE", [("Reason", reason)] if reason else [], b"", now)
            self._terminate(now)

    def close(self, now: float) -> None:
        """Answer the BYE of `ByeReceived`."""
        if self.pending_bye is not None:
            key, request = self.pending_bye
            self.pending_bye = None
            self.table.endpoint.respond(key, respond(request, 200), now)

    # ---- input from the dialog table

    def handle_request(self, key: ServerKey, request: Request, flow: Flow, now: float) -> None:
        """Process a request of the peer inside the dialog."""
        if self.dialog is None or self.ended:
            self._respond(key, request, 481, now)
            return
        self.dialog = self.dialog.receive_request(request, flow)
        self.reconnect_deadline = None
        match request.method:
            case "BYE":
                self.pending_bye = (key, request)
                self._terminate(now)
                self._emit(ByeReceived())
            case "INVITE":
                self._handle_invite(key, request, now)
            case "UPDATE":
                self._handle_update(key, request, now)
            case "INFO":
                self._respond(key, request, 200, now)
                self._emit(InfoReceived(request.first("content-type") or "", request.body))
            case "OPTIONS":
                self._respond(key, request, 200, now, [("Allow", ALLOW_IN_DIALOG), ("Supported", SUPPORTED_IN_DIALOG)])
            case "PRACK":
                self._handle_prack(key, request, now)
            case "REFER":
                self._handle_refer(key, request)
            case "SUBSCRIBE":
                self._handle_subscribe(key, request, now)
            case _:
                self._respond(key, request, 405, now, [("Allow", ALLOW_IN_DIALOG)])

    def handle_ack(self, request: Request) -> None:
        """Process the ACK for a sent 2xx."""
        pending = self.retransmission
        if pending is None or pending.response.status < 200 or request.cseq_number != pending.cseq:
            return
        self.retransmission = None
        answer = answer_in(request) if pending.is_offer else b""
        if answer:
            self.remote_sdp = answer
        self._emit(AckReceived(answer))

    def handle_flow_change(self, now: float) -> None:
        """Use the new flow of the peer: resend a pending offer and an unacknowledged response there."""
        previous = self.dialog.flow if self.dialog is not None else None
        if self.ended or previous is None or self._peer_flow() == previous:
            return
        self.reconnect_deadline = None
        offer, pending = self.local_offer, self.retransmission
        if offer is not None:
            self._reinvite(replace(offer, key=None), now)
        if pending is not None:
            self.table.endpoint.send(pending.response, self._peer_flow())

    def handle_response(self, key: ClientKey, response: Response, flow: Flow, now: float) -> None:
        """Process a response to a request sent inside the dialog."""
        del flow
        if self.credentials is not None and self._answer_challenge(key, response, now):
            return
        if self.ended or self.dialog is None or response.status < 200:
            return
        self.reconnect_deadline = None
        if self._take_notify_key(key):
            self._handle_notify_response(response.status)
            return
        if response.cseq_method in ("INVITE", "UPDATE") and response.status < 300:
            self.dialog = self.dialog.refreshed(response)
        offer = self.local_offer
        if offer is not None and offer.key == key:
            self._handle_offer_response(offer, response, now)
        elif response.cseq_method == "INVITE" and response.status < 300:
            if not self._resend_ack(response.cseq_number):  # to an offer that was sent again since
                self._send_ack(response.cseq_number, [], b"")
        elif offer is not None and key in self._invites:
            return
        elif response.status in (408, 481):
            self._fail(f"{response.cseq_method} answered {response.status}", now)
        elif response.cseq_method == "UPDATE":
            self._handle_update_response(response, now)

    def handle_failure(self, key: ClientKey, cause: str, now: float) -> None:
        """Process the failure of a request sent inside the dialog.

        A disconnected peer gets `RECONNECT_TIMEOUT` to reconnect.
        """
        offer = self.local_offer
        if (
            self.ended
            or self._take_notify_key(key)
            or (offer is not None and offer.key != key and key in self._invites)
        ):
            return
        if self.dialog is None or not self.dialog.flow.reliable or cause != "transport":
            self._fail(f"no answer ({cause})", now)
            return
        if offer is not None and offer.key == key:
            self.local_offer = replace(offer, key=None, retry_at=now + RETRY_INTERVAL)
        elif self.session_timer is not None and self.session_timer.is_refresher:
            self.session_timer = replace(self.session_timer, refresh_at=now + RETRY_INTERVAL)
        elif key != self._probe:  # the peer is the refresher: its session timer detects a loss
            return
        if self.reconnect_deadline is None:
            self.reconnect_deadline = now + RECONNECT_TIMEOUT
        self.table.rearm(self)

    def deadline(self) -> float | None:
        """Return when to call `handle_timer`, None if no timer is set."""
        due = [self.reconnect_deadline] if self.reconnect_deadline is not None else []
        if self.retransmission is not None:
            due.append(self.retransmission.schedule.deadline)
        if self.session_timer is not None:
            due.append(self.session_timer.deadline)
        if self.local_offer is not None and self.local_offer.retry_at is not None:
            due.append(self.local_offer.retry_at)
        if self.refer_subscription is not None:
            due.append(self.refer_subscription.expires_at)
        return min(due) if due else None

    def handle_timer(self, now: float) -> None:
        """Process the due timers."""
        pending = self.retransmission
        if pending is not None and now >= pending.schedule.deadline:
            self._retransmit(pending, now)
        timer = self.session_timer
        if timer is not None and now >= timer.deadline and not self.ended:
            self._refresh_or_end(timer, now)
        offer = self.local_offer
        if offer is not None and offer.retry_at is not None and now >= offer.retry_at and not self.ended:
            self._reinvite(offer, now)
        self.expire_refer(now)
        if self.reconnect_deadline is not None and now >= self.reconnect_deadline and not self.ended:
            self._fail("peer did not reconnect", now)

    # ---- remote offers

    def _handle_invite(self, key: ServerKey, request: Request, now: float) -> None:
        if self.local_offer is not None and self.local_offer.key is not None:
            self._respond(key, request, 491, now)
            return
        pending = self.retransmission
        if self.remote_offer is not None or (
            pending is not None and (pending.is_offer or pending.response.status < 200)
        ):
            self._respond(key, request, 500, now, AFTER_EARLIER_OFFER)
            return
        # The ACK was lost or overtaken (RFC 5407 section 3.1.4), or never sent by a client that lost its connection.
        self.retransmission = None
        if not self._accepts_interval(key, request, now):
            return
        self._respond(key, request, 100, now)
        if not request.body and not self.local_sdp:
            self._respond(key, request, 500, now, [("Retry-After", "5")])
            return
        if not request.body:  # RFC 6337 section 5.3: the direction of an answer would prolong a hold
            self.remote_offer = RemoteOffer(key, request, self.remote_sdp)
            is_holding = not is_receiving(self.remote_sdp)
            self._emit(OfferRequested(as_sendrecv(self.local_sdp) if is_holding else self.local_sdp))
            return
        self._receive_offer(key, request, now)

    def _handle_update(self, key: ServerKey, request: Request, now: float) -> None:
        is_offering = self.local_offer is not None and self.local_offer.key is not None
        if request.body and (is_offering or (self.retransmission is not None and self.retransmission.is_offer)):
            self._respond(key, request, 491, now)  # RFC 3311 section 5.2
            return
        if request.body and self.remote_offer is not None:
            self._respond(key, request, 500, now, AFTER_EARLIER_OFFER)
            return
        if not self._accepts_interval(key, request, now):
            return
        if not request.body:
            self._negotiate_as_uas(request, now)
            self._refresh_target(request)
            self._respond(key, request, 200, now, self._target_refresh_headers(b"", request))
            return
        self._receive_offer(key, request, now)

    def _handle_prack(self, key: ServerKey, request: Request, now: float) -> None:
        self._respond(key, request, 481, now)

    def _receive_offer(self, key: ServerKey, request: Request, now: float) -> None:
        if not is_readable(request):
            self._respond(key, request, 415, now, READABLE)
            return
        if is_fax_only(request.body):  # no T.38 here (RFC 3264 section 6): the call goes on with audio
            self._respond(key, request, 488, now, offer_rejection_headers(488, request))
            return
        self.remote_offer = RemoteOffer(key, request, self.remote_sdp)
        self.remote_sdp = request.body
        self._emit(OfferReceived(request.body))

    def _take_remote_offer(self) -> RemoteOffer | None:
        offer, self.remote_offer = self.remote_offer, None
        return None if self.ended else offer

    def _accept(self, key: ServerKey, request: Request, body: bytes, now: float) -> None:
        """Send the 2xx to an INVITE, and retransmit it until the ACK."""
        response = respond(request, 200, to_tag=self.id, headers=self._target_refresh_headers(body, request), body=body)
        self.local_sdp = body
        self.retransmission = RetransmittedResponse(
            response, RetransmissionSchedule.start(now, capped=True), request.cseq_number, is_offer=not request.body
        )
        self.table.endpoint.respond(key, response, now)
        self.table.rearm(self)

    # ---- local offers

    def _reinvite(self, offer: LocalOffer, now: float) -> None:
        minimum = self.session_timer.min_se if self.session_timer is not None else MIN_SE
        headers = [*self._target_refresh_headers(offer.body), ("Min-SE", str(minimum))]
        if self.remote_offer is not None or self.retransmission is not None:  # retry after the remote offer
            self.local_offer = replace(offer, retry_at=now + GLARE_RETRY[1])
        else:
            key, number = self._request("INVITE", headers, offer.body, now)
            self.local_offer = replace(offer, key=key, cseq=number, retry_at=None)
        self.table.rearm(self)

    def _handle_offer_response(self, offer: LocalOffer, response: Response, now: float) -> None:
        status = response.status
        wait, postponed = None, offer.postponed
        if status == 491:
            wait = GLARE_RETRY[0 if self.owns_call_id else 1]
        elif status == 500 and postponed < MAX_POSTPONED and (pause := retry_after(response)) is not None:
            wait, postponed = min(pause, MAX_RETRY_AFTER), postponed + 1
        if wait is not None:
            retry = offer if offer.next_body is None else LocalOffer(offer.next_body, None, 0)
            self.local_offer = replace(retry, key=None, retry_at=now + wait, then_refresh=False, postponed=postponed)
            self.table.rearm(self)
            return
        self.local_offer = None
        answer = answer_in(response)
        if status < 300:
            self._send_ack(offer.cseq, [], b"")
            self._set_session_timer(negotiate_as_uac(response, now, self.session_timer))
            self.local_sdp = offer.body
            if offer.refresh and not is_same_session(answer, self.remote_sdp):
                self._emit(AckReceived(answer))
            self.remote_sdp = answer or self.remote_sdp
        if status in (408, 481):
            self._fail(f"re-INVITE answered {status}", now)
        elif offer.next_body is not None:
            self._reinvite(LocalOffer(offer.next_body, None, 0), now)
        else:
            if not offer.refresh:
                self._emit(OfferAnswered(answer) if status < 300 else OfferRejected(status))
            elif status >= 300 and self.session_timer is not None:
                self._set_session_timer(self.session_timer.rejected(response, now))
            if offer.then_refresh:
                self.refresh(now)

    def _send_ack(self, number: int, headers: ExtraHeaders, body: bytes) -> None:
        assert self.dialog is not None
        lines = (*headers, *self._invite_authorization.headers)
        self._sent_acks = (*self._sent_acks[-1:], SentAck(number, lines, body))
        self.table.endpoint.send(self.dialog.ack(number, lines, body), self._peer_flow())

    def _resend_ack(self, number: int) -> bool:
        """Resend the ACK for a retransmitted 2xx (13.2.2.4); False if none was sent."""
        sent = next((one for one in self._sent_acks if one.number == number), None)
        if sent is None or self.dialog is None:
            return False
        self.table.endpoint.send(self.dialog.ack(number, sent.headers, sent.body), self._peer_flow())
        return True

    # ---- timers

    def _retransmit(self, pending: RetransmittedResponse, now: float) -> None:
        if pending.schedule.expired(now):
            self.retransmission = None
            self._unacknowledged(pending.response.status, now)
            return
        pending.schedule = pending.schedule.after_resend(now)
        self.table.endpoint.send(pending.response, self._peer_flow())

    def _unacknowledged(self, status: int, now: float) -> None:
        """End the dialog by BYE after an unacknowledged 2xx (13.3.1.4)."""
        self.bye(now, f'SIP;cause=408;text="No ACK of {status}"')
        self._emit(DialogFailed("no ACK"))

    def _refresh_or_end(self, timer: SessionTimer, now: float) -> None:
        if now >= timer.expires_at:
            self._fail("session expired", now)
        elif timer.is_refresher:
            if self.local_offer is not None or self.remote_offer is not None:  # refreshes the session too
                self.session_timer = replace(timer, refresh_at=now + RETRY_INTERVAL)
                return
            self.session_timer = replace(timer, refresh_at=timer.expires_at)
            if self.supports_update:
                self._request("UPDATE", self._target_refresh_headers(b""), b"", now)
            else:
                self._reinvite(LocalOffer(self.local_sdp, None, 0, refresh=True), now)

    def _handle_update_response(self, response: Response, now: float) -> None:
        """Process the response to a refresh; fall back to re-INVITE if UPDATE is rejected."""
        if response.status < 300:
            self._set_session_timer(negotiate_as_uac(response, now, self.session_timer))
            return
        self.supports_update = False
        if self.identity_headers:
            self.refresh(now)
        elif self.session_timer is not None:
            timer = self.session_timer.rejected(response, now)
            self._set_session_timer(replace(timer, refresh_at=now + RETRY_INTERVAL))

    def _accepts_interval(self, key: ServerKey, request: Request, now: float) -> bool:
        try:
            requested_interval(request)
        except RemoteProtocolError as fault:
            self._respond(key, request, fault.status, now, [("Min-SE", str(MIN_SE))])
            return False
        return True

    def _negotiate_as_uas(self, request: Request, now: float) -> None:
        """Restart the session timer for the 2xx to a request; no other response refreshes the session."""
        self._set_session_timer(negotiate_as_uas(request, self.table.session_expires, now, self.session_timer))

    def _set_session_timer(self, timer: SessionTimer | None) -> None:
        if timer is not None:
            self.session_timer = timer
            self.table.rearm(self)

    # ---- termination

    def _fail(self, reason: str, now: float) -> None:
        self.bye(now, 'SIP;cause=408;text="Lost"')
        self._emit(DialogFailed(reason))

    def _terminate(self, now: float) -> None:
        """End the dialog: stop retransmissions, answer a pending remote offer with 487."""
        offer, self.remote_offer = self.remote_offer, None
        if offer is not None:
            self._respond(offer.key, offer.request, 487, now)
        self.ended = True
        self.local_offer = None
        self.retransmission = None
        self.session_timer = None
        self.table.remove(self, self._invites)


def is_same_session(sdp: bytes, previous: bytes) -> bool:
    """Whether SDP leaves the session as it was: some phones count up its version each time."""
    return not sdp or with_origin(sdp, 0, 0) == with_origin(previous, 0, 0)
