"""Server transactions of the endpoint: received requests, up to the last retransmission of the response."""

from unificx.sip.fields import Headers
from unificx.sip.flow import Flow
from unificx.sip.message import Request, Response, respond
from unificx.sip.overload import OverloadControl
from unificx.sip.transactions.context import FlowIndex, TransactionContext
from unificx.sip.transactions.events import (
    DROP,
    AckReceived,
    RequestChecks,
    RequestReceived,
    ServerKey,
    StatelessReply,
)
from unificx.sip.transactions.invite_server import InviteServerTransaction
from unificx.sip.transactions.server import (
    MatchKey,
    MergeKey,
    NonInviteServerTransaction,
    ServerTransaction,
    is_rfc2543,
    match_key_of,
    merge_key_of,
)

MAX_TOTAL_BYTES = 256 * 2**20
"""Maximum total size of requests: a transaction keeps identifiers and a response of about the size of its request."""


class ServerTransactions:
    """All server transactions: at most `capacity`, with at most `MAX_TOTAL_BYTES` of requests.

    Requests inside dialogs may exceed both limits by an eighth.
    """

    def __init__(
        self, context: TransactionContext, overload: OverloadControl | None, capacity: int, checks: RequestChecks
    ) -> None:
        self._capacity = capacity
        self._checks = checks
        self._context = context
        self._overload = overload
        self._by_key: dict[ServerKey, ServerTransaction] = {}
        self._by_match: dict[MatchKey, ServerTransaction] = {}
        self._by_merged: dict[MergeKey, ServerKey] = {}
        self._by_flow = FlowIndex()
        self._total_bytes = 0
        self._released = self._drop

    def __len__(self) -> int:
        return len(self._by_key)

    # ---- input

    def receive(self, request: Request, size: int, flow: Flow, now: float, waited: float = 0.0) -> None:
        """Process a parsed request of `size` bytes, which waited for `waited` seconds."""
        match = match_key_of(request)
        existing = self._by_match.get(match)
        method = request.method
        if method == "ACK":
            self._ack(request, flow, existing, now)
        elif existing is not None:
            if self._overload is None or not self._overload.drops_retransmissions:
                existing.retransmitted(now)
        elif method == "CANCEL":
            self._cancel(request, match, flow, now)
        else:
            merged = None if request.to_tag else merge_key_of(request)
            if self._rejected(request, (match, merged), flow, now, waited=waited):
                return
            decision = self._checks.check(request, flow, now)
            if isinstance(decision, StatelessReply):
                if decision is not DROP:
                    self.reject_statelessly(request, flow, decision.status, headers=decision.headers)
                return
            request = self._with_overload(request)
            key = self._open(request, (match, merged), flow, now, size)
            self._context.events.append(RequestReceived(key, request, flow, decision))

    def reject_statelessly(
        self, request: Request, flow: Flow, status: int, *, reason: str = "", headers: Headers = ()
    ) -> None:
        """Answer without state: a retransmission gets the same response (8.2.7)."""
        response = respond(
            self._with_overload(request),
            status,
            reason,
            to_tag=self._context.stateless_tag(request),
            headers=headers,
        )
        self._context.outbox.append((response.encode(), flow))

    def _with_overload(self, request: Request) -> Request:
        """Return the request with the top Via of its responses, which reports the overload to a peer that supports
        it."""
        if self._overload is None or ";oc" not in (request.first("via") or ""):
            return request
        via = request.via
        algorithms = (via.param("oc-algo") or "").replace(" ", "").lower().split(",")
        if via.param("oc") is None or "loss" not in algorithms:
            return request
        return request.with_top_via(via.with_params(*self._overload.via_params()))

    def _ack(self, request: Request, flow: Flow, existing: ServerTransaction | None, now: float) -> None:
        if existing is None and request.to_tag == self._context.stateless_tag(request):
            return
        ack = AckReceived(request, flow)
        if not isinstance(existing, InviteServerTransaction) or (
            is_rfc2543(existing.match_key) and existing.last_to_tag != request.to_tag
        ):
            self._context.events.append(ack)
        else:
            existing.acknowledge(ack, now)

    def _cancel(self, request: Request, match: MatchKey, flow: Flow, now: float) -> None:
        """Answer a CANCEL without a transaction: a retransmission gets the same response (9.2)."""
        invite = self._by_match.get((*match[:-1], "INVITE"))
        if not isinstance(invite, InviteServerTransaction) or not _matches_cancel(request, invite):
            if self._checks.may_reject(request, flow, now):
                self.reject_statelessly(request, flow, 481)
            return
        response = respond(
            self._with_overload(request),
            200,
            to_tag=invite.last_to_tag or self._context.stateless_tag(request),
        )
        self._context.outbox.append((response.encode(), flow))
        invite.cancel()

    def _rejected(
        self, request: Request, keys: tuple[MatchKey, MergeKey | None], flow: Flow, now: float, *, waited: float
    ) -> bool:
        """Reject a request statelessly: over capacity, merged, or too many hops. Return whether it was rejected."""
        match, merged = keys
        in_dialog = merged is None
        retry_after, factor = 0, 9 / 8 if in_dialog else 1
        if not in_dialog and self._overload is not None and request.method in ("INVITE", "REGISTER", "OPTIONS"):
            retry_after = _retry_after(self._overload, request, match, waited)
        if len(self._by_key) >= self._capacity * factor or self._total_bytes >= MAX_TOTAL_BYTES * factor:
            retry_after = retry_after or 10
        if retry_after:
            status = 503
        elif merged in self._by_merged:
            status = 482
        elif not in_dialog and request.first("max-forwards") != "70" and _has_no_hops(request):
            status = 483
        else:
            return False
        if self._checks.may_reject(request, flow, now):
            headers = (("Retry-After", str(retry_after)),) if retry_after else ()
            self.reject_statelessly(request, flow, status, headers=headers)
        return True

    def _open(
        self, request: Request, keys: tuple[MatchKey, MergeKey | None], flow: Flow, now: float, size: int
    ) -> ServerKey:
        kind = InviteServerTransaction if request.method == "INVITE" else NonInviteServerTransaction
        transaction = kind(self._context, request, size, flow, keys=keys, released=self._released)
        transaction.start(now)
        key = transaction.key
        self._by_key[key] = transaction
        self._by_match[transaction.match_key] = transaction
        self._total_bytes += size
        if transaction.merge_key is not None:
            self._by_merged[transaction.merge_key] = key
        if flow.connection:
            self._by_flow.add(flow, key)
        return key

    # ---- output

    def respond(self, key: ServerKey, response: Response, now: float) -> None:
        """Send a response of the TU; ignored if the transaction has ended."""
        transaction = self._by_key.get(key)
        if transaction is not None:
            transaction.respond(response, now)

    # ---- connections

    def connection_lost(self, flow: Flow) -> None:
        """Send responses to requests of this connection over a new one to the sent-by of the Via (RFC 3261 18.2.2)."""
        if flow.transport not in ("tcp", "tls") or not flow.connection:
            return
        for key in self._by_flow.keys_for(flow):
            transaction = self._by_key[ServerKey(key)]
            if transaction.flow.connection == flow.connection:
                self._by_flow.discard(transaction.flow, key)
                transaction.flow = transaction.flow.for_new_connection(_port_of(transaction))

    def _drop(self, transaction: ServerTransaction) -> None:
        del self._by_key[transaction.key]
        del self._by_match[transaction.match_key]
        if transaction.merge_key is not None:
            del self._by_merged[transaction.merge_key]
        self._total_bytes -= transaction.size
        if transaction.flow.connection:
            self._by_flow.discard(transaction.flow, transaction.key)


def _retry_after(overload: OverloadControl, request: Request, match: MatchKey, waited: float) -> int:
    """Return the Retry-After of a request outside a dialog, 0 to accept it.

    The decision is equal for an INVITE and its repetition with credentials, so that the challenge is not in vain.
    """
    if request.method == "REGISTER":
        return overload.retry_after(hash(match), preferred=True)
    return overload.retry_after(hash((request.call_id, request.from_tag)), waited)


def _has_no_hops(request: Request) -> bool:
    """Whether a call could not be passed on from here. For any other request this is its destination: carriers monitor
    a server by OPTIONS that go no further (RFC 3261 section 11)."""
    return request.method == "INVITE" and request.max_forwards == 0


def _matches_cancel(request: Request, invite: ServerTransaction) -> bool:
    """Whether a CANCEL with this branch also has the ids of the call (9.1): a branch may be guessed or observed."""
    if invite.merge_key is None:
        return True
    return invite.merge_key == (request.call_id, request.from_tag, f"{request.cseq_number} INVITE")


def _port_of(transaction: ServerTransaction) -> int:
    """Return the port of the sent-by, or the default of the transport."""
    port = "" if transaction.sent_by.endswith("]") else transaction.sent_by.partition(":")[2].rpartition(":")[2]
    return int(port) if port else 5061 if transaction.flow.secure else 5060
