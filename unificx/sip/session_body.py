"""Messages whose SDP is one of several parts of the body (RFC 5621)."""

from unificx.sip.message import Request, Response
from unificx.sip.multipart import SDP, session_part

_WITH_SESSION = frozenset(("INVITE", "ACK", "PRACK", "UPDATE"))


def with_session_body(message: Request | Response) -> Request | Response:
    """Return a message of an offer or answer, whose body has several parts, with its SDP as the whole body. One that
    cannot be read, or has a part that must be understood, is returned as it is: its recipient rejects the type (RFC
    3261 section 8.2.3)."""
    method = message.method if isinstance(message, Request) else message.cseq.method
    sdp = session_part(message.first("content-type") or "", message.body) if method in _WITH_SESSION else None
    if sdp is None:
        return message
    others = message.without("content-type", "content-length").headers
    return message.replace(headers=(*others, ("Content-Type", SDP)) if sdp else others, body=sdp)
