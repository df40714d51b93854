"""Events of the endpoint for its transaction user (TU), and the keys that identify transactions."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal, NewType

from unificx.core.value import value
from unificx.sip.fields import Headers
from unificx.sip.flow import Flow
from unificx.sip.message import Request, Response

Cause = Literal["timeout", "transport"]
ServerKey = NewType("ServerKey", int)
"""Identifies a received request. A local number, safe to log."""
ClientKey = NewType("ClientKey", int)
"""Identifies a sent request."""


@value
class StatelessReply:
    """Answer to a request without a transaction (RFC 3261 8.2.7). No answer if `status` is 0."""

    status: int
    headers: Headers = ()


DROP = StatelessReply(0)
CheckRequest = Callable[[Request, Flow, float], object]
"""Decides on a new request before a transaction exists: returns a `StatelessReply`, or accepts the request with any
other value, which `RequestReceived.decision` contains. Called once for each request that gets a transaction; again for
a retransmission of one that was answered statelessly. Must not raise."""


def _accept(request: Request, flow: Flow, now: float) -> None: ...


def _always(request: Request, flow: Flow, now: float) -> bool:
    return True


@dataclass(frozen=True, slots=True)
class RequestChecks:
    """Decisions on new requests before a transaction exists.

    `may_reject`: whether a request that the endpoint itself rejects, such as in an overload, is answered. The source
    address of a datagram may be forged, so the responses to a source must be limited.
    """

    check: CheckRequest = _accept
    may_reject: Callable[[Request, Flow, float], bool] = _always


NO_CHECKS = RequestChecks()


@value
class RequestReceived:
    """A new request (not ACK or CANCEL), to be answered with `Endpoint.respond`.

    Its top Via contains the source address (RFC 3581), so that responses built from it are routed correctly. `decision`
    is the result of the check that accepted it.
    """

    key: ServerKey
    request: Request
    flow: Flow
    decision: object = None


@value
class AckReceived:
    """An ACK for a 2xx, or one without a transaction: to be matched to a dialog by the TU."""

    request: Request
    flow: Flow


@value
class CancelReceived:
    """An INVITE was cancelled. The CANCEL was answered; the TU must answer the INVITE with 487."""

    key: ServerKey


@value
class ResponseReceived:
    """A response to a sent request; for an INVITE every 2xx, including retransmissions and forks."""

    key: ClientKey
    response: Response
    flow: Flow


@value
class RequestFailed:
    """A sent request will get no response."""

    key: ClientKey
    cause: Cause


@value
class AckTimeout:
    """The error response to an INVITE was never acknowledged."""

    key: ServerKey


Event = RequestReceived | AckReceived | CancelReceived | ResponseReceived | RequestFailed | AckTimeout
