"""The client's side of digest authentication (RFC 7616, RFC 8760, RFC 3261 section 22): answers to challenges."""

import hmac
from collections.abc import Iterable

from unificx.sip.digest import ALGORITHMS, digest_response, ha1
from unificx.sip.errors import RemoteProtocolError
from unificx.sip.grammar import quote
from unificx.sip.headers import AuthParams, parse_auth
from unificx.sip.message import Response

CREDENTIALS = {"www-authenticate": "Authorization", "proxy-authenticate": "Proxy-Authorization"}
"""The header that answers each kind of challenge."""
MAX_CHALLENGES = 8
"""Challenges of a response that are read."""


def challenge_headers(response: Response) -> tuple[tuple[str, str], ...]:
    """Return the lines of a response with challenges, as many as are read."""
    return tuple((name, value) for name in CREDENTIALS for value in response.all(name))[:MAX_CHALLENGES]


def authorization(
    challenge_headers: Iterable[tuple[str, str]],
    method: str,
    uri: str,
    username: str,
    password: str,
    *,
    nonce_count: int = 1,
) -> tuple[str, str] | None:
    """Return the header (name, value) that answers the first challenge that can be answered; None if there is none.

    `challenge_headers` are lines of a 401 or 407; other lines are ignored, and so are challenges that cannot be parsed.
    `nonce_count` is how often the nonce was used, including this time. The client nonce is derived from the password,
    so no randomness is needed, and a peer that does not know the password cannot predict it (RFC 7616 section 5.12).
    """
    offered = list(_challenges(challenge_headers))
    chosen = best_challenge(challenge for _, challenge in offered)
    if chosen is None:
        return None
    name = next(header for header, challenge in offered if challenge is chosen)
    seed = f"{chosen.get('nonce')}:{nonce_count}".encode("utf-8", "surrogateescape")
    cnonce = hmac.digest(password.encode("utf-8", "surrogateescape"), seed, "sha256")[:12].hex()
    return name, response_for(chosen, username, password, method, uri, cnonce=cnonce, nc=nonce_count)


def is_stale(challenge_headers: Iterable[tuple[str, str]]) -> bool:
    """Whether the credentials were right, and only the nonce has expired (RFC 7616 section 3.3)."""
    return any(challenge.get("stale").lower() == "true" for _, challenge in _challenges(challenge_headers))


def realm_of(header: tuple[str, str]) -> str:
    """Return the realm of a challenge or of credentials, "" if it cannot be parsed."""
    try:
        return parse_auth(header[1]).get("realm")
    except RemoteProtocolError:
        return ""


def _challenges(headers: Iterable[tuple[str, str]]) -> Iterable[tuple[str, AuthParams]]:
    """Yield the answering header and the parameters of each challenge that can be parsed."""
    lines = [(CREDENTIALS[name.lower()], value) for name, value in headers if name.lower() in CREDENTIALS]
    for name, value in lines[:MAX_CHALLENGES]:
        try:
            yield name, parse_auth(value)
        except RemoteProtocolError:
            continue


def best_challenge(offered: Iterable[AuthParams]) -> AuthParams | None:
    """Return the first challenge with supported scheme, algorithm and qop (RFC 8760 section 2.4), or None."""
    return next(
        (
            challenge
            for challenge in offered
            if challenge.scheme == "digest"
            and (challenge.get("algorithm") or "MD5").upper() in ALGORITHMS
            and ("qop" not in challenge.params or "auth" in _choices(challenge))
        ),
        None,
    )


def _choices(challenge: AuthParams) -> list[str]:
    return [choice.strip().lower() for choice in challenge.get("qop").split(",")]


def response_for(
    challenge: AuthParams, user: str, password: str, method: str, uri: str, *, cnonce: str, nc: int = 1
) -> str:
    """Return the value of Authorization (or Proxy-Authorization) for the challenge.

    A challenge without qop is answered in the form of RFC 2069, as required by RFC 3261 section 22.4.
    """
    algorithm = (challenge.get("algorithm") or "MD5").upper()
    realm, nonce = challenge.get("realm"), challenge.get("nonce")
    hash_a1 = ha1(algorithm, user, realm, password)
    with_qop = "qop" in challenge.params
    nonce_data = f"{nonce}:{nc:08x}:{cnonce}:auth" if with_qop else nonce
    answer = digest_response(algorithm, hash_a1, nonce_data, method, uri)
    value = f"Digest username={quote(user)}, realm={quote(realm)}, nonce={quote(nonce)}, uri={quote(uri)}"
    value += f', response="{answer}"'
    if "algorithm" in challenge.params:
        value += f", algorithm={algorithm}"
    if with_qop:
        value += f", cnonce={quote(cnonce)}, nc={nc:08x}, qop=auth"
    if "opaque" in challenge.params:
        value += f", opaque={quote(challenge.get('opaque'))}"
    return value
