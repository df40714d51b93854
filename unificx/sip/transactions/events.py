"""Events of the endpoint for its transaction user (TU), and the keys that identify transactions."""

from dataclasses import dataclass
from typing import Literal, NewType

from unificx.sip.flow import Flow
from unificx.sip.message import Request, Response

Cause = Literal["timeout", "transport"]
ServerKey = NewType("ServerKey", int)
"""Identifies a received request. A local number, safe to log."""
ClientKey = NewType("ClientKey", int)
"""Identifies a sent request."""


@dataclass(frozen=True, slots=True)
class RequestReceived:
    """A new request (not ACK or CANCEL), to be answered with `Endpoint.respond`.

    Its top Via contains the source address (RFC 3581), so that responses built from it are routed correctly.
    """

    key: ServerKey
    request: Request
    flow: Flow


@dataclass(frozen=True, slots=True)
class AckReceived:
    """An ACK for a 2xx, or one without a transaction: to be matched to a dialog by the TU."""

    request: Request
    flow: Flow


@dataclass(frozen=True, slots=True)
class CancelReceived:
    """An INVITE was cancelled. The CANCEL was answered; the TU must answer the INVITE with 487."""

    key: ServerKey


@dataclass(frozen=True, slots=True)
class ResponseReceived:
    """A response to a sent request; for an INVITE every 2xx, including retransmissions and forks."""

    key: ClientKey
    response: Response
    flow: Flow


@dataclass(frozen=True, slots=True)
class RequestFailed:
    """A sent request will get no response."""

    key: ClientKey
    cause: Cause


@dataclass(frozen=True, slots=True)
class AckTimeout:
    """The error response to an INVITE was never acknowledged."""

    key: ServerKey


Event = RequestReceived | AckReceived | CancelReceived | ResponseReceived | RequestFailed | AckTimeout
