"""Dialogs (RFC 3261 section 12): who the two ends are, where requests go, which number is next.

A dialog is a value. A request made inside it comes with the dialog as it stands afterwards.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from unificx.sip.errors import BadPeer
from unificx.sip.flow import Flow
from unificx.sip.message import Request, Response
from unificx.sip.uri import Uri

RawHeaders = Sequence[tuple[str, str]]
MAX_ROUTES = 20


@dataclass(frozen=True, slots=True)
class Dialog:
    """One end's view of a dialog.

    `local` and `remote` are the From and To values this end sends, tags included (`remote` has no tag before the
    peer gave one). `routes` are Route header values in the order to send them. `flow` is where the peer was last
    heard: requests go back there, which is what gets through NAT. `remote_seq` is -1 before the peer sent a request.
    """

    call_id: str
    local: str
    local_tag: str
    remote: str
    remote_tag: str
    local_seq: int
    remote_seq: int
    target: str
    routes: tuple[str, ...]
    flow: Flow

    def request(
        self, method: str, headers: RawHeaders = (), body: bytes = b"", hops: int = 70
    ) -> "tuple[Dialog, Request]":
        """Word the next request of this dialog (12.2.1.1). An ACK keeps the number of its INVITE: see `ack`."""
        following = self._moved(self.local_seq + 1, self.remote_seq, self.target, self.flow)
        return following, following._word(f"{following.local_seq} {method}", headers, body, hops)

    def ack(self, invite_seq: int, headers: RawHeaders = (), body: bytes = b"") -> Request:
        """Word the ACK of a 2xx to the INVITE numbered `invite_seq` (13.2.2.4)."""
        return self._word(f"{invite_seq} ACK", headers, body, 70)

    def heard(self, request: Request, flow: Flow) -> "Dialog":
        """Take note of a request of the peer (12.2.2).

        Raises BadPeer(500) when its number does not go up: repetitions never get here. A target refresh (re-INVITE,
        UPDATE, SUBSCRIBE) moves the target.
        """
        number = request.cseq.number
        if number <= self.remote_seq:
            raise BadPeer(500, "Server Internal Error", request)
        return self._moved(self.local_seq, number, _refreshed(self.target, request), flow)

    def answered(self, response: Response) -> "Dialog":
        """Take note of a response to our own re-INVITE or UPDATE: it may move the target."""
        if response.status >= 300:
            return self
        return replace(self, target=_refreshed(self.target, response))

    def _moved(self, local_seq: int, remote_seq: int, target: str, flow: Flow) -> "Dialog":
        """The same dialog further on. Written out: `replace` takes four times as long, and every request needs it."""
        ends = self.call_id, self.local, self.local_tag, self.remote, self.remote_tag
        return Dialog(*ends, local_seq, remote_seq, target, self.routes, flow)

    def _word(self, cseq: str, headers: RawHeaders, body: bytes, hops: int) -> Request:
        uri, routes = self.target, self.routes
        if routes and not _loose(routes[0]):  # a strict router of RFC 2543 (12.2.1.1)
            uri, routes = _bare(routes[0]), (*routes[1:], f"<{self.target}>")
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


def dialog_of_request(request: Request, local_tag: str, flow: Flow) -> Dialog:
    """The dialog a server makes from a request that creates one (12.1.1). Raises BadPeer(400) without a Contact."""
    return Dialog(
        call_id=request.call_id,
        local=f"{request.first('to')};tag={local_tag}",
        local_tag=local_tag,
        remote=request.first("from") or "",
        remote_tag=request.from_.tag,
        local_seq=0,
        remote_seq=request.cseq.number,
        target=_target(request),
        routes=_routes(request, reverse=False),
        flow=flow,
    )


def dialog_of_response(started: Dialog, response: Response, flow: Flow) -> Dialog:
    """The dialog a client gets from a response to its request (12.1.2); `started` is what it sent the request from."""
    contacts = response.contacts
    return replace(
        started,
        remote=response.first("to") or "",
        remote_tag=response.to.tag,
        target=str(contacts[0].uri) if contacts else started.target,
        routes=_routes(response, reverse=True),
        flow=flow,
    )


def _target(request: Request) -> str:
    contacts = request.contacts
    if len(contacts) != 1:
        raise BadPeer(400, "Bad Contact", request)
    return str(contacts[0].uri)


def _refreshed(target: str, message: Request | Response) -> str:
    if message.cseq.method not in ("INVITE", "UPDATE", "SUBSCRIBE"):
        return target
    contacts = message.contacts
    return str(contacts[0].uri) if contacts else target


def _routes(message: Request | Response, *, reverse: bool) -> tuple[str, ...]:
    routes = message.values("record-route")
    if not routes:
        return ()
    if len(routes) > MAX_ROUTES:
        raise BadPeer(400, "Too Many Routes", message if isinstance(message, Request) else None)
    _ = message.record_routes  # what cannot be read now could not be sent to later
    return tuple(reversed(routes)) if reverse else tuple(routes)


def _bare(route: str) -> str:
    return route.partition("<")[2].partition(">")[0] or route


def _loose(route: str) -> bool:
    return Uri.parse(_bare(route)).has("lr")
