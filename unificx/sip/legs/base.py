"""Base class of legs: the dialog state, and sending requests and responses inside the dialog."""

from dataclasses import replace
from typing import TYPE_CHECKING, cast

from unificx.sip.capabilities import ALLOW_IN_DIALOG, SUPPORTED_IN_DIALOG
from unificx.sip.dialog import Dialog
from unificx.sip.fields import ExtraHeaders
from unificx.sip.flow import Flow
from unificx.sip.legs.credentials import NO_AUTHORIZATION, Credentials, SentRequest
from unificx.sip.legs.events import LegEvent
from unificx.sip.legs.pending import (
    LocalOffer,
    RemoteOffer,
    RetransmittedResponse,
    SentAck,
    record_routes,
)
from unificx.sip.legs.session_timer import SessionTimer
from unificx.sip.message import Request, Response, respond
from unificx.sip.multipart import SDP
from unificx.sip.transactions.events import ClientKey, ServerKey

if TYPE_CHECKING:
    from unificx.sip.legs.dialog_table import DialogTable
    from unificx.sip.legs.leg import Leg
    from unificx.sip.legs.refer_subscription import ReferSubscription


RECENT_INVITES = 4
"""INVITEs whose responses are still processed: a 2xx may be retransmitted while a later INVITE is pending."""


class LegBase:
    """State shared by incoming and outgoing legs. `id` is the local tag, unique in this process."""

    __slots__ = (
        "_invite_authorization",
        "_invites",
        "_probe",
        "_sent",
        "_sent_acks",
        "credentials",
        "dialog",
        "ended",
        "id",
        "identity_headers",
        "local_offer",
        "local_sdp",
        "notify_keys",
        "owns_call_id",
        "pending_bye",
        "reconnect_deadline",
        "record_aware",
        "refer_subscription",
        "remote_offer",
        "remote_sdp",
        "retransmission",
        "session_timer",
        "supports_from_change",
        "supports_update",
        "table",
        "was_referred",
    )

    def __init__(self, table: "DialogTable", tag: str, *, owns_call_id: bool) -> None:
        self.table = table
        self.id = tag
        self.owns_call_id = owns_call_id
        """Whether this side made the Call-ID: after glare it waits longer (RFC 3261 section 14.1)."""
        self.dialog: Dialog | None = None
        """The confirmed dialog; of an incoming leg, also the early one. None before the answer of an outgoing leg."""
        self.ended = False
        self.credentials: Credentials | None = None
        """Answers challenges of the peer; None for a peer that sends none, such as a phone."""
        self.supports_update = False
        """Whether the peer allows UPDATE (RFC 3311)."""
        self.supports_from_change = False
        """Whether the peer accepts another From inside the dialog (RFC 4916)."""
        self.record_aware = False
        """Whether the peer shows the recording state in SDP (RFC 7866)."""
        self.identity_headers: ExtraHeaders = ()
        """Headers that name the connected party, if it is not the one that was dialled or displayed at first."""
        self.local_sdp = b""
        """The latest SDP sent."""
        self.remote_sdp = b""
        """The latest SDP received."""
        self.local_offer: LocalOffer | None = None
        self.remote_offer: RemoteOffer | None = None
        self.retransmission: RetransmittedResponse | None = None
        """A 2xx until its ACK, or a reliable provisional response until its PRACK."""
        self.session_timer: SessionTimer | None = None
        self.pending_bye: tuple[ServerKey, Request] | None = None
        """A received BYE, until `close` answers it."""
        self.reconnect_deadline: float | None = None
        """When to give up a peer whose connection was lost while a request was pending."""
        self.refer_subscription: ReferSubscription | None = None
        self.was_referred = False
        """Whether the peer has sent a REFER before in this dialog."""
        self.notify_keys: tuple[ClientKey, ...] = ()
        """Pending NOTIFYs about a transfer: their failure does not end the call."""
        self._sent_acks: tuple[SentAck, ...] = ()
        """The latest two, for retransmitted 2xx."""
        self._invites: tuple[ClientKey, ...] = ()
        """The latest INVITEs sent, at most `RECENT_INVITES`."""
        self._probe: ClientKey | None = None
        """The latest OPTIONS."""
        self._sent: dict[ClientKey, SentRequest] | None = None
        """Requests inside the dialog that the peer may challenge; None before the first one."""
        self._invite_authorization = NO_AUTHORIZATION
        """Credentials of the latest INVITE, which its ACK repeats (RFC 3261 section 22.1)."""

    # ---- messages

    def _target_refresh_headers(self, body: bytes, answering: Request | None = None) -> list[tuple[str, str]]:
        """Return the headers of a target refresh: Contact, Allow, Supported, session timer, content type."""
        headers = [
            ("Contact", self._contact()),
            ("Allow", ALLOW_IN_DIALOG),
            ("Supported", SUPPORTED_IN_DIALOG),
        ]
        if self.session_timer is not None:
            headers.append(("Session-Expires", self.session_timer.header(as_uas=answering is not None)))
            if answering is not None and not self.session_timer.is_refresher:
                headers.append(("Require", "timer"))
        if answering is not None:
            headers += record_routes(answering)
        headers += self.identity_headers
        if body:
            headers.append(("Content-Type", SDP))
        return headers

    def set_peer_extensions(self, message: Request | Response) -> None:
        """Store which extensions the peer supports."""
        extensions = message.option_tags("supported")
        self.record_aware, self.supports_from_change = "record-aware" in extensions, "from-change" in extensions

    def _request(self, method: str, headers: ExtraHeaders, body: bytes, now: float) -> tuple[ClientKey, int]:
        assert self.dialog is not None
        flow = self._peer_flow()
        self.dialog, request = self.dialog.request(method, headers, body)
        key = self._send(request, flow, now)
        if self.credentials is not None:
            self._sent = {**(self._sent or {}), key: SentRequest(method, tuple(headers), body)}
        return key, self.dialog.local_seq

    def _answer_challenge(self, key: ClientKey, response: Response, now: float) -> bool:
        """Repeat a request inside the dialog with credentials if its final response is a challenge. Return whether it
        was repeated; its result will be that of the repetition."""
        if self._sent is None or self.credentials is None or self.dialog is None:
            return False
        sent = self._sent.pop(key, None) if response.status >= 200 else None
        if sent is None:
            return False
        answered = self.credentials.answer(response, sent.method, self.dialog.remote_target, sent.authorization)
        if answered is None:
            return False
        if sent.method == "INVITE":
            self._invite_authorization = answered
        repeated, number = self._request(sent.method, (*sent.headers, *answered.headers), sent.body, now)
        self._sent[repeated] = replace(sent, authorization=answered)
        offer = self.local_offer
        if offer is not None and offer.key == key:
            self.local_offer = replace(offer, key=repeated, cseq=number)
        return True

    def _send(self, request: Request, flow: Flow, now: float, *, only_server: bool = False) -> ClientKey:
        key = self.table.endpoint.request(request, flow, now, only_server=only_server)
        self.table.watch_response(key, cast("Leg", self))
        if request.method == "INVITE":
            invites = (*self._invites, key)
            self.table.unwatch_responses(invites[:-RECENT_INVITES])
            self._invites = invites[-RECENT_INVITES:]
        return key

    def _respond(self, key: ServerKey, request: Request, status: int, now: float, headers: ExtraHeaders = ()) -> None:
        self.table.endpoint.respond(key, respond(request, status, to_tag=self.id, headers=headers), now)

    def _refresh_target(self, request: Request) -> None:
        """Accept a target refresh of the peer, also if an earlier offer is unanswered: that does not undo it later."""
        assert self.dialog is not None
        self.dialog = self.dialog.refreshed(request)
        if self.remote_offer is not None:
            self.remote_offer = replace(self.remote_offer, moves_target=False)

    def _contact(self) -> str:
        """Return our Contact in the dialog."""
        assert self.dialog is not None
        return self._contact_in(self.dialog, self._peer_flow())

    def _contact_in(self, dialog: Dialog, flow: Flow) -> str:
        """Return our Contact in a dialog for requests over a flow."""
        return dialog.contact(self.table.contact(flow))

    def _peer_flow(self) -> Flow:
        """Return the flow to the peer: of its last message, or of a newer registration over another connection."""
        assert self.dialog is not None
        newest = self.table.current_flow(cast("Leg", self)) if self.dialog.flow.reliable else None
        if newest is not None and newest != self.dialog.flow:
            self.dialog = replace(self.dialog, flow=newest)
        return self.dialog.flow

    def _rearm(self) -> None:
        self.table.rearm(cast("Leg", self))

    def _emit(self, event: LegEvent) -> None:
        self.table.emit(cast("Leg", self), event)
