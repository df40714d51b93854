"""Requests to carriers: REGISTER and OPTIONS, and the parts of their responses. Never raises for what a peer sent."""

import re
from urllib.parse import quote

from unificx.sip.digest_client import authorization, is_stale
from unificx.sip.errors import RemoteProtocolError
from unificx.sip.flow import Flow
from unificx.sip.message import Request, Response
from unificx.trunks import Trunk, registration

USER_CHARACTERS = "!$&'()*+,;=?/-_.~"
"""Characters of a user part that need no escape, besides letters and digits (RFC 3261 section 25.1)."""
CHALLENGES = ("www-authenticate", "proxy-authenticate")
MAX_HEADERS = 8
"""Challenge headers of a response that are kept."""
ALLOW = "INVITE, ACK, CANCEL, BYE, OPTIONS, INFO, PRACK, UPDATE, NOTIFY"

_seconds = re.compile(r"\s*([0-9]{1,9})").match


def address_of(trunk: Trunk) -> str:
    """Return the address of record of a trunk, a SIP URI."""
    user = quote(trunk.username, safe=USER_CHARACTERS)
    return f"sip:{user}@{_host(trunk)}" if user else f"sip:{_host(trunk)}"


def contact_of(flow: Flow, via: str, user: str) -> str:
    """Return our Contact; `via` is our own HOST:PORT as reachable by the carrier."""
    transport = "" if flow.transport == "udp" else f";transport={flow.transport}"
    return f"<sip:{user}@{via}{transport}>"


def register_request(
    trunk: Trunk, send: registration.SendRegister, contact: str, *, call_id: str, tag: str, cseq: int
) -> Request:
    """Return a REGISTER; one for 0 seconds removes our Contact (RFC 3261 section 10.2)."""
    uri, address = f"sip:{_host(trunk)}", address_of(trunk)
    headers = [
        ("Max-Forwards", "70"),
        ("From", f"<{address}>;tag={tag}"),
        ("To", f"<{address}>"),
        ("Call-ID", call_id),
        ("CSeq", f"{cseq} REGISTER"),
        ("Contact", f"{contact};expires={send.seconds}"),
        ("Expires", str(send.seconds)),
        ("Allow", ALLOW),
    ]
    if send.credentials is not None:
        challenge, uses = send.credentials.challenge, send.credentials.uses
        answer = authorization(challenge, "REGISTER", uri, *trunk.login, nonce_count=uses)
        if answer is not None:
            headers.append(answer)
    return Request("REGISTER", uri, headers)


def options_request(trunk: Trunk, contact: str, call_id: str, tag: str) -> Request:
    """Return an OPTIONS to the carrier's server."""
    address = address_of(trunk)
    headers = [
        ("Max-Forwards", "70"),
        ("From", f"<{address}>;tag={tag}"),
        ("To", f"<sip:{_host(trunk)}>"),
        ("Call-ID", call_id),
        ("CSeq", "1 OPTIONS"),
        ("Contact", contact),
        ("Accept", "application/sdp"),
    ]
    return Request("OPTIONS", f"sip:{_host(trunk)}", headers)


def registration_answer(trunk: Trunk, response: Response, contact_user: str) -> registration.Answered:
    """Return what a response to a REGISTER says. Headers that cannot be parsed count as absent."""
    challenge = tuple((name, value) for name in CHALLENGES for value in response.all(name))[:MAX_HEADERS]
    uri = f"sip:{_host(trunk)}"
    if challenge and (not trunk.password or authorization(challenge, "REGISTER", uri, *trunk.login) is None):
        challenge = ()
    return registration.Answered(
        status=response.status,
        granted=_granted(response, contact_user),
        min_expires=_number(response.first("min-expires")),
        retry_after=retry_after(response),
        challenge=challenge,
        stale=is_stale(challenge),
    )


def retry_after(response: Response) -> float | None:
    """Return the seconds of Retry-After, None without it."""
    found = _number(response.first("retry-after"))
    return None if found is None else float(found)


def _granted(response: Response, contact_user: str) -> int | None:
    """Return the seconds for which our Contact is registered: its own, or those of the response."""
    try:
        ours = [one for one in response.contacts if one.uri.user == contact_user]
    except RemoteProtocolError:
        ours = []
    own = _number(ours[0].param("expires")) if ours else None
    return own if own is not None else _number(response.first("expires"))


def _number(text: str | None) -> int | None:
    found = _seconds(text) if text else None
    return int(found[1]) if found else None


def _host(trunk: Trunk) -> str:
    return f"[{trunk.domain}]" if ":" in trunk.domain else trunk.domain
