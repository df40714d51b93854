"""Base of the server transactions with the matching of requests to them (RFC 3261 17.2.3), and the non-INVITE server
transaction (17.2.2 with RFC 4320)."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Callable

from unificx.sip.flow import Flow
from unificx.sip.message import MAGIC_COOKIE, Request, Response
from unificx.sip.timers import TIMEOUT_64_T1
from unificx.sip.transactions.context import TransactionContext
from unificx.sip.transactions.events import ServerKey
from unificx.sip.transactions.transaction import State, Transaction

MatchKey = tuple[str, ...]
"""Equal for all requests of a transaction. The method comes last; an ACK counts as its INVITE."""

MergeKey = tuple[str, str, str]
"""Equal for merged requests: copies that arrived over different paths (RFC 3261 8.2.2.2)."""


def match_key_of(request: Request) -> MatchKey:
    """Return branch, sent-by and method or, without the magic cookie, all that RFC 2543 compares.

    The To tag is not included, because an ACK has the tag of the response; `ServerTransactions` compares it.
    """
    method = "INVITE" if request.method == "ACK" else request.method
    branch = request.branch
    if branch.startswith(MAGIC_COOKIE) and len(branch) > len(MAGIC_COOKIE):
        return branch, request.sent_by.lower(), method
    hop = request.first("via") or ""
    return request.uri, request.from_tag, request.call_id, str(request.cseq_number), hop, method


def is_rfc2543(match: MatchKey) -> bool:
    """Whether the peer implements RFC 2543."""
    return len(match) > 3


def merge_key_of(request: Request) -> MergeKey:
    return request.call_id, request.from_tag, f"{request.cseq_number} {request.cseq_method}"


class ServerTransaction(Transaction):
    """`keys` finds the transaction; `size` is that of its request in bytes; `released` is called when it has ended."""

    __slots__ = ("_released", "key", "match_key", "merge_key", "sent_by", "size")

    def __init__(
        self,
        context: TransactionContext,
        request: Request,
        size: int,
        flow: Flow,
        *,
        keys: tuple[MatchKey, MergeKey | None],
        released: Callable[[ServerTransaction], None],
    ) -> None:
        super().__init__(context, flow)
        self.key = ServerKey(next(context.key_counter))
        self.match_key, self.merge_key = keys
        self.sent_by = request.sent_by
        self.size = size
        self._released = released

    @abstractmethod
    def retransmitted(self, now: float) -> None:
        """Process a retransmission of the request."""

    @abstractmethod
    def respond(self, response: Response, now: float) -> None:
        """Send a response of the TU."""

    def _terminate(self) -> None:
        super()._terminate()
        self._released(self)


class NonInviteServerTransaction(ServerTransaction):
    """RFC 4320 forbids provisional responses except a late 100, and also 408: by then the client has given up.

    Therefore there is no Proceeding state, and an unanswered request is dropped without a response.
    """

    __slots__ = ()

    def start(self, now: float) -> None:
        """Wait for the response until timer F of the client has fired."""
        self._enter(State.TRYING, now + TIMEOUT_64_T1)

    def retransmitted(self, now: float) -> None:
        if self.state is State.COMPLETED:
            self._send(self._data)

    def respond(self, response: Response, now: float) -> None:
        status, data = response.status, response.encode()
        if self.state is not State.TRYING or status < 200 or status == 408:
            return
        self._send(data)
        if self.flow.reliable:
            self._terminate()
        else:
            self._enter(State.COMPLETED, now + TIMEOUT_64_T1, data)  # timer J

    def _expire(self, now: float) -> None:
        self._terminate()

    def _resend(self, now: float) -> None:
        """Never due: the response is only repeated for a repeated request."""
