"""Client transactions of the endpoint: sent requests, up to the last retransmission of the response."""

from collections.abc import Callable

from unificx.sip.errors import LocalProtocolError
from unificx.sip.fields import ExtraHeaders
from unificx.sip.flow import Flow
from unificx.sip.message import MAGIC_COOKIE, Request, Response
from unificx.sip.transactions.client import ClientTransaction, NonInviteClientTransaction
from unificx.sip.transactions.context import FlowIndex, TransactionContext
from unificx.sip.transactions.events import ClientKey, RequestFailed
from unificx.sip.transactions.invite_client import InviteClientTransaction


class ClientTransactions:
    """All client transactions: at most `capacity`, and an eighth more for requests other than INVITE."""

    def __init__(self, context: TransactionContext, via_host: Callable[[Flow], str], capacity: int) -> None:
        self._capacity = capacity
        self._context = context
        self._via_host = via_host
        self._by_key: dict[ClientKey, ClientTransaction] = {}
        self._by_match: dict[tuple[str, str], ClientTransaction] = {}
        self._by_flow = FlowIndex()
        self._released = self._drop

    def __len__(self) -> int:
        return len(self._by_key)

    # ---- output

    def request(self, request: Request, flow: Flow, now: float, *, only_server: bool = False) -> ClientKey:
        """See `Endpoint.request`."""
        method = request.method
        if method in ("ACK", "CANCEL"):
            raise LocalProtocolError(f"{method} cannot be sent with request(); use send() or cancel()")
        sent_by = self._via_host(flow)
        branch = self.new_branch()
        limit = self._capacity if method == "INVITE" else self._capacity + self._capacity // 8
        if len(self) >= limit:
            key = ClientKey(next(self._context.key_counter))
            self._context.events.append(RequestFailed(key, "transport"))
            return key
        request = request.with_prepended(("Via", _new_via(flow, sent_by, branch)))
        return self._open(request, (branch, method), sent_by, flow, now, only_server=only_server)

    def new_branch(self) -> str:
        return f"{MAGIC_COOKIE}{self._context.new_tag()}"

    def with_via(self, request: Request, flow: Flow) -> Request:
        """Return an ACK for a 2xx with a new top Via: each has its own branch (RFC 3261 17.1.1.2)."""
        return request.with_prepended(("Via", _new_via(flow, self._via_host(flow), self.new_branch())))

    def cancel(self, key: ClientKey, now: float, headers: ExtraHeaders) -> None:
        """Cancel an INVITE, now or after its first provisional response (9.1). No effect after its final response."""
        transaction = self._by_key.get(key)
        if transaction is None:
            return
        if not isinstance(transaction, InviteClientTransaction):
            raise LocalProtocolError("only an INVITE can be cancelled")
        transaction.cancel(headers, now)

    def _open(
        self,
        request: Request,
        match: tuple[str, str],
        sent_by: str,
        flow: Flow,
        now: float,
        *,
        only_server: bool = False,
    ) -> ClientKey:
        if match[1] == "INVITE":
            transaction = InviteClientTransaction(
                self._context,
                match,
                sent_by,
                flow,
                released=self._released,
                send_cancel=self._send_cancel,
                only_server=only_server,
            )
        else:
            transaction = NonInviteClientTransaction(self._context, match, sent_by, flow, self._released)
        transaction.start(request, now)
        self._by_key[transaction.key] = transaction
        self._by_match[match] = transaction
        self._by_flow.add(flow, transaction.key)
        return transaction.key

    def _send_cancel(self, invite: ClientTransaction, cancel: Request, now: float) -> None:
        self._open(cancel, (invite.match_key[0], "CANCEL"), invite.sent_by, invite.flow, now)

    # ---- input

    def receive(self, response: Response, flow: Flow, now: float) -> None:
        """Process a parsed response; dropped if it matches no transaction (RFC 3261 18.1.2), or is on its way to
        another hop, whose Via is left below ours (8.1.3.3)."""
        transaction = self._by_match.get((response.branch, response.cseq_method))
        if transaction is None or response.sent_by.lower() != transaction.sent_by:
            return
        top, *below = response.all("via")
        if below or "," in top:  # ours has none
            return
        transaction.receive(response, flow, now)

    def connection_lost(self, flow: Flow) -> None:
        """Fail the transactions of this flow, and of a pending connection to the same remote address.

        Over UDP only those that fail unsent: the requests of others are retransmitted until the way is back.
        """
        for key in self._by_flow.keys_for(flow):
            transaction = self._by_key.get(ClientKey(key))
            if transaction is None or transaction.flow.connection not in (0, flow.connection):
                continue
            if transaction.flow.reliable or transaction.fails_unsent:
                transaction.transport_failed()

    def _drop(self, transaction: ClientTransaction) -> None:
        del self._by_key[transaction.key]
        del self._by_match[transaction.match_key]
        self._by_flow.discard(transaction.flow, transaction.key)


def _new_via(flow: Flow, sent_by: str, branch: str) -> str:
    """Return a new Via value; `rport` requests responses to the source port (RFC 3581)."""
    return f"SIP/2.0/{flow.transport.upper()} {sent_by};rport;branch={branch}"
