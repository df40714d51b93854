"""Matching of requests to transactions (RFC 3261 17.2.3), and the source address in the Via (RFC 3581)."""

from unificx.sip.flow import Flow
from unificx.sip.message import Request

MAGIC_COOKIE = "z9hG4bK"
"""Prefix of a globally unique branch; a peer that does not send it implements RFC 2543."""

MatchKey = tuple[str, ...]
"""Equal for all requests of a transaction. The method comes last; an ACK counts as its INVITE."""

MergeKey = tuple[str, str, str]
"""Equal for merged requests: copies that arrived over different paths (RFC 3261 8.2.2.2)."""


def match_key_of(request: Request) -> MatchKey:
    """Return branch, sent-by and method or, without the magic cookie, all that RFC 2543 compares.

    The To tag is not included, because an ACK has the tag of the response; `ServerTransactions` compares it.
    """
    via = request.via
    method = "INVITE" if request.method == "ACK" else request.method
    branch = via.branch
    if branch.startswith(MAGIC_COOKIE) and len(branch) > len(MAGIC_COOKIE):
        return branch, via.sent_by.lower(), method
    hop = request.first("via") or ""
    return request.uri, request.from_.tag, request.call_id, str(request.cseq.number), hop, method


def is_rfc2543(match: MatchKey) -> bool:
    """Whether the peer implements RFC 2543."""
    return len(match) > 3


def merge_key_of(request: Request) -> MergeKey:
    cseq = request.cseq
    return request.call_id, request.from_.tag, f"{cseq.number} {cseq.method}"


def with_source_address(request: Request, flow: Flow) -> Request:
    """Return the request with its source address and port in the top Via (RFC 3261 18.2.1, RFC 3581 4)."""
    via = request.via
    updated = via.with_received(flow.host, flow.port)
    return request if updated.params == via.params else request.with_top_via(updated)
