"""Requests to carriers: REGISTER and OPTIONS, and the parts of their responses. Never raises for what a peer sent."""

from unificx.sip.capabilities import ALLOW_FROM_CARRIER
from unificx.sip.digest_client import authorization, challenge_headers, is_stale
from unificx.sip.errors import RemoteProtocolError
from unificx.sip.flow import Flow
from unificx.sip.headers import leading_number
from unificx.sip.message import Request, Response, retry_after
from unificx.trunks import Resolution, Trunk, registration


def contact_of(flow: Flow, via: str, user: str) -> str:
    """Return our Contact; `via` is our own HOST:PORT as reachable by the carrier."""
    transport = "" if flow.transport == "udp" else f";transport={flow.transport}"
    return f"<sip:{user}@{via}{transport}>"


def server_flows(trunk: Trunk, found: Resolution) -> list[Flow]:
    """Return the flows to the servers of a trunk."""
    name = trunk.host if trunk.transport == "tls" else ""
    return [Flow(trunk.transport, host, port, server_name=name) for host, port in found.addresses]


def register_request(
    trunk: Trunk, send: registration.SendRegister, contact: str, *, call_id: str, tag: str, cseq: int
) -> Request:
    """Return a REGISTER; one for 0 seconds removes our Contact (RFC 3261 section 10.2)."""
    uri = trunk.uri_of("")
    headers = [
        ("Max-Forwards", "70"),
        ("From", f"<{trunk.address}>;tag={tag}"),
        ("To", f"<{trunk.address}>"),
        ("Call-ID", call_id),
        ("CSeq", f"{cseq} REGISTER"),
        ("Contact", f"{contact};expires={send.seconds}"),
        ("Expires", str(send.seconds)),
        ("Allow", ALLOW_FROM_CARRIER),
    ]
    if send.credentials is not None:
        challenge, uses = send.credentials.challenge, send.credentials.uses
        answer = authorization(challenge, "REGISTER", uri, *trunk.login, nonce_count=uses)
        if answer is not None:
            headers.append(answer)
    return Request("REGISTER", uri, headers)


def options_request(trunk: Trunk, contact: str, call_id: str, tag: str) -> Request:
    """Return an OPTIONS to the carrier's server."""
    uri = trunk.uri_of("")
    headers = [
        ("Max-Forwards", "70"),
        ("From", f"<{trunk.address}>;tag={tag}"),
        ("To", f"<{uri}>"),
        ("Call-ID", call_id),
        ("CSeq", "1 OPTIONS"),
        ("Contact", contact),
        ("Accept", "application/sdp"),
    ]
    return Request("OPTIONS", uri, headers)


def registration_answer(trunk: Trunk, response: Response, contact_user: str) -> registration.Answered:
    """Return what a response to a REGISTER says. Headers that cannot be parsed count as absent."""
    challenge = challenge_headers(response)
    uri = trunk.uri_of("")
    if challenge and (not trunk.password or authorization(challenge, "REGISTER", uri, *trunk.login) is None):
        challenge = ()
    return registration.Answered(
        status=response.status,
        granted=_granted(response, contact_user),
        min_expires=leading_number(response.first("min-expires")),
        retry_after=retry_after(response),
        challenge=challenge,
        stale=is_stale(challenge),
    )


def _granted(response: Response, contact_user: str) -> int | None:
    """Return the seconds for which our Contact is registered: its own, or those of the response."""
    try:
        ours = [one for one in response.contacts if one.uri.user == contact_user]
    except RemoteProtocolError:
        ours = []
    own = leading_number(ours[0].param("expires")) if ours else None
    return own if own is not None else leading_number(response.first("expires"))
