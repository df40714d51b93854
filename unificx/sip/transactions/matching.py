"""Matching of requests to transactions (RFC 3261 17.2.3)."""

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
