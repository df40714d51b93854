"""Which transaction a request belongs to (RFC 3261 17.2.3), and where it says it came from (RFC 3581)."""

from unificx.sip.flow import Flow
from unificx.sip.message import Request

MAGIC = "z9hG4bK"
"""A branch that begins so is unique by itself; any other comes from before RFC 3261."""

Match = tuple[str, ...]
"""Equal for all requests of a transaction. The method comes last, an ACK counts as the INVITE it is for."""

Merged = tuple[str, str, str]
"""Equal for copies of one request that came by different ways (RFC 3261 8.2.2.2)."""


def match_of(request: Request) -> Match:
    """By branch, sent-by and method or, lacking the magic cookie, by all that RFC 2543 compared.

    The To tag is not among it: an ACK has the one of the response. `acknowledges` compares it.
    """
    via = request.via
    method = "INVITE" if request.method == "ACK" else request.method
    branch = via.branch
    if branch.startswith(MAGIC) and len(branch) > len(MAGIC):
        return branch, via.sent_by.lower(), method
    hop = request.first("via") or ""
    return request.uri, request.from_.tag, request.call_id, str(request.cseq.number), hop, method


def is_old(match: Match) -> bool:
    """Whether the peer is from before RFC 3261."""
    return len(match) > 3


def merged_of(request: Request) -> Merged:
    cseq = request.cseq
    return request.call_id, request.from_.tag, f"{cseq.number} {cseq.method}"


def marked(request: Request, flow: Flow) -> Request:
    """The request with the address and port it really came from in its top Via (RFC 3261 18.2.1, RFC 3581 4)."""
    via = request.via
    noted = via.seen_from(flow.host, flow.port)
    return request if noted.params == via.params else request.with_top_via(noted)
