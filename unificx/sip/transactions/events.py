"""What the endpoint tells its user, and the keys both use to mean a transaction."""

from dataclasses import dataclass
from typing import NewType

from unificx.sip.flow import Flow
from unificx.sip.message import Request, Response
from unificx.sip.transactions.words import Cause

ServerKey = NewType("ServerKey", int)
"""A request that came in. A number of ours: it may be logged."""
ClientKey = NewType("ClientKey", int)
"""A request of ours."""


@dataclass(frozen=True, slots=True)
class RequestArrived:
    """A new request, neither ACK nor CANCEL: to be answered by `Endpoint.respond`.

    Its top Via says where it came from (RFC 3581), so responses made of it find their way.
    """

    key: ServerKey
    request: Request
    flow: Flow


@dataclass(frozen=True, slots=True)
class AckArrived:
    """An ACK for a 2xx, or one that belongs to nothing: only the dialog can tell."""

    request: Request
    flow: Flow


@dataclass(frozen=True, slots=True)
class CancelArrived:
    """The INVITE is not wanted any more. The CANCEL was answered; the INVITE has to be, by 487."""

    key: ServerKey


@dataclass(frozen=True, slots=True)
class ResponseArrived:
    """A response to a request of ours; for an INVITE every 2xx, repeated and forked ones too."""

    key: ClientKey
    response: Response
    flow: Flow


@dataclass(frozen=True, slots=True)
class RequestFailed:
    """No response will come."""

    key: ClientKey
    cause: Cause


@dataclass(frozen=True, slots=True)
class AckMissing:
    """Our refusal of an INVITE was never acknowledged."""

    key: ServerKey


Event = RequestArrived | AckArrived | CancelArrived | ResponseArrived | RequestFailed | AckMissing
