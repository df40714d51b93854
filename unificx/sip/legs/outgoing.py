"""Outgoing leg: a sent INVITE, its provisional responses and its answer (RFC 3261 section 13.2).

A proxy may fork the INVITE: each To tag is a separate early dialog. The first 2xx creates the dialog of the leg; a 2xx
from another fork is acknowledged and ended by BYE immediately (13.2.2.4).
"""

from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

from unificx.core.value import EMPTY, value
from unificx.sip.capabilities import ALLOW_IN_DIALOG, SUPPORTED_IN_DIALOG
from unificx.sip.dialog import Dialog, uac_dialog
from unificx.sip.flow import Flow
from unificx.sip.grammar import MAX_UINT32, parse_number
from unificx.sip.legs.credentials import NO_AUTHORIZATION, Credentials, SentRequest
from unificx.sip.legs.events import Answered, Progressed, Rejected
from unificx.sip.legs.leg import Leg
from unificx.sip.legs.pending import answer_in, supports_update
from unificx.sip.legs.session_timer import MIN_SE, demanded_interval, negotiate_as_uac
from unificx.sip.message import Request, Response
from unificx.sip.multipart import SDP, BodyPart, with_part
from unificx.sip.transactions.events import ClientKey, ServerKey

if TYPE_CHECKING:
    from unificx.sip.legs.dialog_table import DialogTable

MAX_EARLY_DIALOGS = 10
"""Maximum early dialogs of one INVITE; further ones are ignored."""


@value
class InviteParams:
    """Parameters of an outgoing INVITE."""

    uri: str
    flow: Flow
    caller: str
    """The From value without a tag."""
    callee: str
    """The To value."""
    route_set: tuple[str, ...] = ()
    """The initial route set, such as the Path of a registration (RFC 3327)."""
    headers: tuple[tuple[str, str], ...] = ()
    max_forwards: int = 70
    """The remaining Max-Forwards of the INVITE that caused this one."""
    credentials: Credentials | None = None
    """Answers challenges of the peer."""
    silence_seconds: float = 0.0
    """The call is given up if there is no response at all for so long; 0 to wait for the transaction's timeout."""
    other_flows: tuple[Flow, ...] = ()
    """Lead to further servers of the peer, each used in turn if one answers 503 or cannot be reached (RFC 3263 section
    4.3)."""
    has_alternative: bool = False
    """Whether another peer is called if the last server cannot be reached: without a way to it the leg ends at once."""
    part: BodyPart | None = None
    """Sent in the body beside the offer."""


@value
class EarlyDialog:
    """An early dialog and the RSeq of its last reliable provisional response (0: none yet)."""

    dialog: Dialog
    rseq: int = 0


class OutgoingLeg(Leg):
    """The leg of a sent INVITE: `call` sends it; events are Progressed, Answered or Rejected."""

    __slots__ = (
        "_acknowledged",
        "_cancelled",
        "_early_answers",
        "_early_dialogs",
        "_early_requests",
        "_initial_dialog",
        "_min_se",
        "_offer",
        "_remote_control",
        "_session_interval",
        "_silent_until",
        "_tag",
        "answered",
        "key",
        "params",
    )

    def __init__(self, table: "DialogTable", tag: str, call_id: str, params: InviteParams) -> None:
        super().__init__(table, tag, owns_call_id=True)
        self.params = params
        ends = params.caller, params.callee
        self._initial_dialog = Dialog.initiate(
            call_id, tag, *ends, target=params.uri, flow=params.flow, route_set=params.route_set
        )
        self.credentials = params.credentials
        self.key: ClientKey | None = None
        self.answered = False
        self._silent_until: float | None = None
        self._acknowledged = False
        self._cancelled = False
        self._early_dialogs: Mapping[str, EarlyDialog] = EMPTY
        self._early_answers: Mapping[str, bytes] = EMPTY
        """The latest SDP in a provisional response, by To tag."""
        self._early_requests: Mapping[ClientKey, tuple[str, SentRequest]] = EMPTY
        """Those in early dialogs that the peer may challenge, with the To tag of the dialog."""
        self._session_interval, self._min_se = table.session_expires, MIN_SE
        self._tag = ""
        """To tag of the latest provisional response."""
        self._offer = b""
        self._remote_control: tuple[Response, Flow] | None = None
        """The latest provisional response of a phone that can be told to answer."""

    @property
    def early_dialog(self) -> Dialog | None:
        """The dialog with the ringing phone, None before its first provisional response and after the final one."""
        if not self._tag or self.answered or self.ended:
            return None
        return replace(self._initial_dialog, remote_tag=self._tag)

    # ---- commands

    def call(self, body: bytes, now: float) -> None:
        """Send the INVITE; without a body the callee makes the offer, which `acknowledge` answers."""
        self._offer = self.local_sdp = body
        headers: list[tuple[str, str]] = [
            ("Contact", self._contact_in(self._initial_dialog, self.params.flow)),
            ("Allow", ALLOW_IN_DIALOG),
            # Without an offer no 100rel: an offer in a provisional response is not supported.
            ("Supported", SUPPORTED_IN_DIALOG if body else "timer"),
            ("Session-Expires", str(self._session_interval)),
            ("Min-SE", str(self._min_se)),
            *self.params.headers,
            *self._invite_authorization.headers,
        ]
        content_type = SDP
        if body and self.params.part is not None:
            content_type, body = with_part(body, self.params.part)
        if body:
            headers.append(("Content-Type", content_type))
        self._initial_dialog, request = self._initial_dialog.request("INVITE", headers, body, self.params.max_forwards)
        only_server = not self.params.other_flows and not self.params.has_alternative
        self.key = self._send(request, self.params.flow, now, only_server=only_server)
        if self.params.silence_seconds:
            self._silent_until = now + self.params.silence_seconds
            self.table.rearm(self)

    def acknowledge(self, body: bytes) -> None:
        """Answer the offer of the 2xx in the ACK."""
        if not self.ended and self.dialog is not None:
            self.local_sdp = body
            self._acknowledged = True
            self._send_ack(self._initial_dialog.local_seq, [("Content-Type", SDP)], body)

    def bye(self, now: float, reason: str = "") -> None:
        """As `Leg.bye`, but first acknowledge a 2xx whose offer was not answered (13.2.2.4)."""
        if self.answered and not self._acknowledged and not self.ended:
            self._send_ack(self._initial_dialog.local_seq, [], b"")
        super().bye(now, reason)

    def cancel(self, now: float, reason: str = "") -> None:
        """Cancel the call. `reason` is a Reason header value: "SIP;cause=200" avoids a missed call at the callee."""
        if self.answered or self._cancelled or self.key is None:
            return
        self._cancelled = True
        self.table.endpoint.cancel(self.key, now, [("Reason", reason)] if reason else ())

    def request_answer(self, now: float) -> bool:
        """Tell the ringing phone to answer, by a NOTIFY with `Event: talk` as desk phones understand it; False if it
        has not listed this event in Allow-Events (RFC 6665)."""
        if self._remote_control is None or self.answered or self.ended or self._cancelled:
            return False
        response, flow = self._remote_control
        early = self._early_dialogs.get(response.to_tag) or EarlyDialog(
            uac_dialog(self._initial_dialog, response, flow)
        )
        contact = ("Contact", self._contact_in(early.dialog, flow))
        notify = SentRequest("NOTIFY", (contact, ("Event", "talk"), ("Subscription-State", "active")), b"")
        self._request_early(response.to_tag, early, notify, flow, now)
        return True

    # ---- input from the dialog table

    def early_dialog_with(self, remote_tag: str) -> Dialog | None:
        """Return the early dialog with this fork of the INVITE; None if its provisional responses are not reliable and
        another one has rung since."""
        early = self._early_dialogs.get(remote_tag)
        return early.dialog if early is not None else self.early_dialog if remote_tag == self._tag else None

    def handle_request(self, key: ServerKey, request: Request, flow: Flow, now: float) -> None:
        """As `Leg.handle_request`; before the answer the session stays as it is."""
        is_early = self.dialog is None and not self.ended
        dialog = self.early_dialog_with(request.from_tag) if is_early else None
        if dialog is None:
            super().handle_request(key, request, flow, now)
            return
        dialog = dialog.receive_request(request, flow)
        if request.method == "UPDATE" and not request.body:
            dialog = dialog.refreshed(request)
        early = self._early_dialogs.get(request.from_tag)
        if early is not None:
            self._early_dialogs = {**self._early_dialogs, request.from_tag: EarlyDialog(dialog, early.rseq)}
        headers = [("Allow", ALLOW_IN_DIALOG), ("Supported", SUPPORTED_IN_DIALOG)]
        if request.method == "UPDATE" and request.body:
            self._respond(key, request, 491, now)
        elif request.method == "UPDATE":
            self._respond(key, request, 200, now, [("Contact", self._contact_in(dialog, flow)), *headers])
        elif request.method in ("OPTIONS", "INFO"):
            self._respond(key, request, 200, now, headers)
        else:
            self._respond(key, request, 405, now, headers)

    def deadline(self) -> float | None:
        """As `Leg.deadline`, and the end of the wait for a first response."""
        at = super().deadline()
        if self._silent_until is None or self.ended:
            return at
        return self._silent_until if at is None else min(at, self._silent_until)

    def handle_timer(self, now: float) -> None:
        """As `Leg.handle_timer`, and give the call up without a response: it is cancelled once one arrives (9.1)."""
        super().handle_timer(now)
        if self._silent_until is not None and now >= self._silent_until and not self.ended:
            self._silent_until = None
            self.cancel(now)
            self._emit(Rejected(408, None))

    def handle_response(self, key: ClientKey, response: Response, flow: Flow, now: float) -> None:
        """Process a response to the INVITE or to a later request."""
        self._silent_until = None
        if key in self._early_requests:
            self._answer_early_challenge(key, response, flow, now)
        elif key != self.key:
            super().handle_response(key, response, flow, now)
        elif response.status < 200:
            self._handle_provisional(response, flow, now)
        elif response.status < 300:
            self._handle_success(response, flow, now)
        elif not self.answered and not self.ended:
            self._handle_failure_response(response, now)

    def handle_failure(self, key: ClientKey, cause: str, now: float) -> None:
        """Treat no response as a 408 (8.1.3.1), a closed connection as a 503."""
        if key != self.key:
            if self.answered and key not in self._early_requests:
                super().handle_failure(key, cause, now)
        elif not (self.answered or self.ended or (cause == "transport" and self._try_next_server(now))):
            self._terminate(now)
            self._emit(Rejected(408 if cause == "timeout" else 503, None))

    def _handle_provisional(self, response: Response, flow: Flow, now: float) -> None:
        if response.status == 100 or self.answered or self.ended:
            return
        tag = response.to_tag
        if tag and not self._acknowledge_early(tag, response, flow, now):
            return
        self._tag = tag
        if "talk" in response.values("allow-events"):
            self._remote_control = response, flow
        body = answer_in(response)
        if body:
            self.remote_sdp = body
            if tag in self._early_answers or len(self._early_answers) < MAX_EARLY_DIALOGS:
                self._early_answers = {**self._early_answers, tag: body}
        if not self._cancelled:
            self._emit(Progressed(response.status, body))

    def _acknowledge_early(self, tag: str, response: Response, flow: Flow, now: float) -> bool:
        """Acknowledge a reliable provisional in its early dialog. Return False if it must be ignored."""
        if "100rel" not in response.option_tags("require"):
            return True
        number = parse_number(response.first("rseq") or "", MAX_UINT32, "Bad RSeq")
        early = self._early_dialogs.get(tag)
        if early is None:
            if len(self._early_dialogs) >= MAX_EARLY_DIALOGS:
                return False
            early = EarlyDialog(uac_dialog(self._initial_dialog, response, flow))
        if early.rseq and number != early.rseq + 1:
            return False  # retransmitted or out of order (RFC 3262 section 4)
        prack = SentRequest("PRACK", (("RAck", f"{number} {response.cseq_number} INVITE"),), b"")
        self._request_early(tag, EarlyDialog(early.dialog, number), prack, flow, now)
        return True

    def _request_early(self, tag: str, early: EarlyDialog, sent: SentRequest, flow: Flow, now: float) -> None:
        dialog, request = early.dialog.request(sent.method, (*sent.headers, *sent.authorization.headers))
        self._early_dialogs = {**self._early_dialogs, tag: replace(early, dialog=dialog)}
        key = self.table.endpoint.request(request, flow, now)
        if self.credentials is not None:
            self.table.watch_response(key, self)
            self._early_requests = {**self._early_requests, key: (tag, sent)}

    def _answer_early_challenge(self, key: ClientKey, response: Response, flow: Flow, now: float) -> None:
        """Repeat a challenged request of an early dialog. The response to the INVITE says whether the call goes on."""
        tag, sent = self._early_requests[key]
        early = self._early_dialogs.get(tag)
        if response.status < 200 or early is None or self.credentials is None or self.ended:
            return
        self._early_requests = {each: one for each, one in self._early_requests.items() if each != key}
        answered = self.credentials.answer(response, sent.method, early.dialog.remote_target, sent.authorization)
        if answered is not None:
            self._request_early(tag, early, replace(sent, authorization=answered), flow, now)

    def _handle_success(self, response: Response, flow: Flow, now: float) -> None:
        tag = response.to_tag
        if self.dialog is not None and tag == self.dialog.remote_tag:
            self._resend_ack(response.cseq_number)
            return
        early = self._early_dialogs.get(tag)
        dialog = uac_dialog(early.dialog if early is not None else self._initial_dialog, response, flow)
        if self.dialog is not None or self._cancelled or self.ended:
            self._end_fork(dialog, now)
            return
        self.dialog = dialog
        self.answered = True
        self.supports_update = supports_update(response)
        self.set_peer_extensions(response)
        # The answer may have been in a reliable provisional response of the same dialog (RFC 3262 section 5).
        body = answer_in(response) or (self._early_answers.get(tag, b"") if self._offer else b"")
        self._early_dialogs, self._early_answers, self._remote_control = EMPTY, EMPTY, None
        if body:
            self.remote_sdp = body
        if self._offer:
            self._acknowledged = True
            self._send_ack(self._initial_dialog.local_seq, [], b"")
        self._set_session_timer(negotiate_as_uac(response, now))
        self._emit(Answered(body))

    def _end_fork(self, dialog: Dialog, now: float) -> None:
        """End an unwanted 2xx: from another fork, or one that crossed the CANCEL."""
        self.table.endpoint.send(dialog.ack(self._initial_dialog.local_seq), dialog.flow)
        _, bye = dialog.request("BYE")
        self.table.endpoint.request(bye, dialog.flow, now)
        if self._cancelled and not self.ended:
            self._terminate(now)
            self._emit(Rejected(487, None))

    def _handle_failure_response(self, response: Response, now: float) -> None:
        minimum = demanded_interval(response, self._session_interval)
        if minimum is not None and not self._cancelled:
            self._session_interval = self._min_se = minimum  # both are required (RFC 4028 section 7.3)
            self._call_again(now)
            return
        if self.credentials is not None and not self._cancelled:
            answered = self.credentials.answer(response, "INVITE", self.params.uri, self._invite_authorization)
            if answered is not None:
                self._invite_authorization = answered
                self._call_again(now)
                return
        if response.status != 503 or not self._try_next_server(now):
            self._terminate(now)
            self._emit(Rejected(response.status, response))

    def _try_next_server(self, now: float) -> bool:
        """Send the INVITE to the next server of the peer; False if there is none."""
        if self._cancelled or not self.params.other_flows:
            return False
        flow, *others = self.params.other_flows
        self.params = replace(self.params, flow=flow, other_flows=tuple(others))
        self._initial_dialog = replace(self._initial_dialog, flow=flow)
        self._invite_authorization = NO_AUTHORIZATION
        self._call_again(now)
        return True

    def _call_again(self, now: float) -> None:
        """Repeat the rejected INVITE with the same Call-ID and the next CSeq."""
        self._early_dialogs, self._early_answers, self._remote_control = EMPTY, EMPTY, None
        self.call(self._offer, now)
