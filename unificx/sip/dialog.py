"""Dialogs (RFC 3261 section 12): identity of both ends, routing of requests, sequence numbers.

A dialog is an immutable value. Creating a request also returns the dialog as it is afterwards.
"""

from unificx.core.value import value
from unificx.sip.capabilities import IN_INVITE
from unificx.sip.errors import RemoteProtocolError
from unificx.sip.fields import ExtraHeaders
from unificx.sip.flow import Flow
from unificx.sip.headers import parse_address
from unificx.sip.message import Request, Response, unsupported
from unificx.sip.uri import Uri

MAX_ROUTES = 20


@value
class Dialog:
    """One end's view of a dialog.

    `local` and `remote` are the From and To values this end sends, including tags (`remote` has no tag before the
    peer set one). `route_set` holds the Route values in sending order. `flow` is the flow of the peer's latest message:
    requests are sent there, to traverse NAT. `remote_seq` is -1 before the first request of the peer.
    """

    call_id: str
    local: str
    local_tag: str
    remote: str
    remote_tag: str
    local_seq: int
    remote_seq: int
    remote_target: str
    route_set: tuple[str, ...]
    flow: Flow

    @classmethod
    def initiate(
        cls, call_id: str, tag: str, local: str, remote: str, *, target: str, flow: Flow, route_set: tuple[str, ...]
    ) -> "Dialog":
        """Return the dialog as the UAC sees it before the first response (8.1.1), also for a request that creates none,
        such as MESSAGE. `local` and `remote` are addresses without tags."""
        return cls(call_id, f"{local};tag={tag}", tag, remote, "", 0, -1, target, route_set, flow)

    def request(
        self, method: str, headers: ExtraHeaders = (), body: bytes = b"", max_forwards: int = 70
    ) -> "tuple[Dialog, Request]":
        """Build the next request of this dialog (12.2.1.1). An ACK has the number of its INVITE: see `ack`."""
        dialog = self._advance(self.local_seq + 1, self.remote_seq, self.remote_target, self.flow)
        return dialog, dialog._build(f"{dialog.local_seq} {method}", headers, body, max_forwards)

    def ack(self, invite_seq: int, headers: ExtraHeaders = (), body: bytes = b"") -> Request:
        """Build the ACK for a 2xx to the INVITE with number `invite_seq` (13.2.2.4)."""
        return self._build(f"{invite_seq} ACK", headers, body, 70)

    def receive_request(self, request: Request, flow: Flow) -> "Dialog":
        """Return the dialog after a request of the peer (12.2.2).

        Raise RemoteProtocolError: 500 if its sequence number does not increase (retransmissions never get here), 420 if
        it requires an unknown extension. A BYE ends the dialog whatever it requires.
        """
        number = request.cseq_number
        if number <= self.remote_seq:
            raise RemoteProtocolError(500, "Server Internal Error", request)
        if request.method != "BYE":
            _check_extensions(request)
        if request.method in ("INVITE", "UPDATE", "SUBSCRIBE"):
            _ = _target_of(request)  # reject now what `refreshed` could not read
        return self._advance(self.local_seq, number, self.remote_target, flow)

    def refreshed(self, message: Request | Response) -> "Dialog":
        """Return the dialog after an accepted target refresh (re-INVITE, UPDATE, SUBSCRIBE) of the peer, or the 2xx to
        a local one: its Contact is the remote target. A rejected one leaves it as it is (RFC 6141 section 4)."""
        target = _target_of(message) or self.remote_target
        return self._advance(self.local_seq, self.remote_seq, target, self.flow)

    def contact(self, own: str) -> str:
        """Return our Contact in this dialog: that of a secure one is a SIPS URI (8.1.1.8, 12.1.1), as phones insist."""
        return own.replace("<sip:", "<sips:", 1) if self.remote_target.startswith("sips:") else own

    def _advance(self, local_seq: int, remote_seq: int, target: str, flow: Flow) -> "Dialog":
        """Return an updated copy. Spelled out: `replace` takes four times as long, and every request needs it."""
        identity = self.call_id, self.local, self.local_tag, self.remote, self.remote_tag
        return Dialog(*identity, local_seq, remote_seq, target, self.route_set, flow)

    def _build(self, cseq: str, headers: ExtraHeaders, body: bytes, hops: int) -> Request:
        uri, routes = self.remote_target, self.route_set
        if routes and not _is_loose_router(routes[0]):  # strict router of RFC 2543 (12.2.1.1)
            uri, routes = _addr_spec(routes[0]), (*routes[1:], f"<{self.remote_target}>")
        lines: list[tuple[str, str]] = [("Max-Forwards", str(hops))]
        lines += [("Route", route) for route in routes]
        lines += [
            ("From", self.local),
            ("To", self.remote),
            ("Call-ID", self.call_id),
            ("CSeq", cseq),
            *headers,
        ]
        return Request(cseq.partition(" ")[2], uri, lines, body)


def uas_dialog(request: Request, local_tag: str, flow: Flow) -> Dialog:
    """Return the UAS dialog for an initial request (12.1.1). Raise RemoteProtocolError: 400 without a Contact, 420 if
    it requires an unknown extension."""
    _check_extensions(request)
    return Dialog(
        call_id=request.call_id,
        local=f"{request.first('to')};tag={local_tag}",
        local_tag=local_tag,
        remote=request.first("from") or "",
        remote_tag=request.from_tag,
        local_seq=0,
        remote_seq=request.cseq_number,
        remote_target=_contact_of(request),
        route_set=_route_set(request, reverse=False),
        flow=flow,
    )


def uac_dialog(initial: Dialog, response: Response, flow: Flow) -> Dialog:
    """Return the UAC dialog of a response (12.1.2); `initial` is the dialog the request was built from."""
    return Dialog(
        call_id=initial.call_id,
        local=initial.local,
        local_tag=initial.local_tag,
        remote=response.first("to") or "",
        remote_tag=response.to_tag,
        local_seq=initial.local_seq,
        remote_seq=initial.remote_seq,
        remote_target=_target_of(response) or initial.remote_target,
        route_set=_route_set(response, reverse=True),
        flow=flow,
    )


def _check_extensions(request: Request) -> None:
    if request.first("require") is not None and unsupported(request, IN_INVITE):
        raise RemoteProtocolError(420, "Bad Extension", request)


def _contact_of(request: Request) -> str:
    uri = request.contact_uri
    if uri is None and len(request.contacts) != 1:
        raise RemoteProtocolError(400, "Bad Contact", request)
    return uri or _target_of(request)


def _target_of(message: Request | Response) -> str:
    """Return the URI of the first Contact, "" if there is none."""
    uri = message.contact_uri
    if uri is None:
        contacts = message.contacts
        uri = str(contacts[0].uri) if contacts else ""
    return uri


def _route_set(message: Request | Response, *, reverse: bool) -> tuple[str, ...]:
    routes = message.values("record-route")
    if not routes:
        return ()
    if len(routes) > MAX_ROUTES:
        raise RemoteProtocolError(400, "Too Many Routes", message if isinstance(message, Request) else None)
    _ = message.record_routes  # reject now what could not be routed to later
    return tuple(reversed(routes)) if reverse else tuple(routes)


def _addr_spec(route: str) -> str:
    """Return the URI of a Route value, before which a display name may have a bracket in quotes."""
    return str(parse_address(route).uri) if '"' in route else route.partition("<")[2].partition(">")[0] or route


def _is_loose_router(route: str) -> bool:
    return Uri.parse(_addr_spec(route)).has("lr")
