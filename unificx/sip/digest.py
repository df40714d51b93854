"""Digest authentication (RFC 7616, RFC 8760, RFC 3261 section 22): MD5 and SHA-256. The server's side, with qop=auth.

The client's side is in `digest_client.py`.
"""

import hashlib
import hmac
import re
from array import array
from collections.abc import Mapping
from enum import Enum
from operator import itemgetter

from unificx.sip.errors import LocalProtocolError
from unificx.sip.grammar import quote
from unificx.sip.headers import AuthParams
from unificx.sip.incarnation import NODE_BYTES, Incarnation

ALGORITHMS = ("SHA-256", "MD5")
"""Supported algorithms, strongest first."""

_answered = itemgetter("nonce", "nc", "cnonce", "qop", "uri", "response")
_count = re.compile(r"[0-9a-fA-F]{8}").fullmatch
_WINDOW_BITS = 64
_ALL_USED = (1 << _WINDOW_BITS) - 1
_HEAD_BYTES = 7 + NODE_BYTES + 4


def _hash(algorithm: str, text: str) -> str:
    data = text.encode("utf-8", "surrogateescape")
    if algorithm == "MD5":
        return hashlib.md5(data, usedforsecurity=False).hexdigest()
    if algorithm == "SHA-256":
        return hashlib.sha256(data).hexdigest()
    raise LocalProtocolError("unsupported digest algorithm")


def ha1(algorithm: str, user: str, realm: str, password: str) -> str:
    """Return H(A1) in hexadecimal: stored instead of the password, valid for this user and realm only."""
    return _hash(algorithm, f"{user}:{realm}:{password}")


def challenges(realm: str, nonce: str, stale: bool = False) -> list[str]:
    """Return the values of WWW- or Proxy-Authenticate, strongest algorithm first (RFC 8760 section 2.4)."""
    quoted, again = quote(realm), ", stale=true" if stale else ""
    return [
        f'Digest realm={quoted}, nonce="{nonce}", algorithm={algorithm}, qop="auth"{again}' for algorithm in ALGORITHMS
    ]


def verify(credentials: AuthParams, method: str, ha1_by_algorithm: Mapping[str, str]) -> bool:
    """Whether the digest response is correct, compared in constant time.

    Only qop=auth: the older form (RFC 2069), auth-int and -sess are rejected. The caller must check username, realm,
    nonce and `uri`.
    """
    params = credentials.params
    algorithm = params.get("algorithm", "").upper() or "MD5"
    stored_ha1 = ha1_by_algorithm.get(algorithm)
    try:
        answered = nonce, count, cnonce, qop, uri, response = _answered(params)
    except KeyError:
        return False
    if stored_ha1 is None or qop.lower() != "auth" or "" in answered or not _count(count):
        return False
    expected = digest_response(algorithm, stored_ha1, f"{nonce}:{count}:{cnonce}:{qop}", method, uri)
    return hmac.compare_digest(expected.encode(), response.lower().encode("utf-8", "surrogateescape"))


def digest_response(algorithm: str, hash_a1: str, nonce_data: str, method: str, uri: str) -> str:
    """Return the digest response. `nonce_data` is nonce:nc:cnonce:qop, or the nonce alone for RFC 2069."""
    return _hash(algorithm, f"{hash_a1}:{nonce_data}:{_hash(algorithm, f'{method}:{uri}')}")


class NonceState(Enum):
    """Validity of a received nonce. All but FRESH require a new challenge."""

    FRESH = "fresh"
    STALE = "stale"
    """Issued here, but expired: challenged with stale=true, so the phone does not ask for the password again."""
    REPLAYED = "replayed"
    """Issued here, with a reused count. Also challenged with stale=true, because many phones do not increment it."""
    FOREIGN = "foreign"
    """Not made with this secret, or a malformed count."""


class Nonces:
    """Issues and checks self-contained nonces: time, node and number under a keyed hash, not stored before first use.

    The used counts of a nonce are tracked until a newer used nonce takes its place, of which there are `max_tracked`.
    From then on it counts as stale, so replay is impossible even under a flood. The places are fixed arrays: an object
    per nonce, alive for minutes, would keep the memory around it from being released.

    `secret` (32 bytes) may outlive the process: a nonce issued by an earlier one is accepted until it expires, with
    ascending counts only, because the counts used with it are unknown here. Thus a request of the last `lifetime`
    seconds before a restart could be repeated once after it.
    """

    def __init__(
        self,
        secret: bytes,
        lifetime: float = 300.0,
        max_tracked: int = 20_000,
        *,
        incarnation: Incarnation | None = None,
    ) -> None:
        self._secret = secret
        self._lifetime = lifetime
        self._incarnation = incarnation or Incarnation()
        self._issued = 0
        self._places = max_tracked
        self._heads = bytearray(_HEAD_BYTES * max_tracked)
        self._highest = array("L", bytes(array("L").itemsize * max_tracked))
        """The highest used count."""
        self._seen = array("Q", bytes(array("Q").itemsize * max_tracked))
        """Bit n: the count `highest - n` was used."""

    def issue(self, now: float, client: str = "") -> str:
        """Issue a unique nonce that is valid only for `client`, any text that identifies the client."""
        self._issued += 1
        head = (
            self._incarnation.unix_ms(now).to_bytes(7, "big")
            + self._incarnation.node
            + (self._issued & 0xFFFF_FFFF).to_bytes(4, "big")
        )
        return (head + self._sign(head, client)).hex()

    def decode(self, nonce: str, client: str = "") -> bytes | None:
        """Return the nonce for `use_count`, or None if it was not issued to `client`."""
        try:
            data = bytes.fromhex(nonce)
        except ValueError:
            return None
        head = data[:_HEAD_BYTES]
        return head if hmac.compare_digest(self._sign(head, client), data[_HEAD_BYTES:]) else None

    def use_count(self, head: bytes, nc: str, now: float) -> NonceState:
        """Mark the count `nc` of a decoded nonce as used and return the validity of the nonce.

        Call after `verify`, so that only authenticated clients consume counts and memory.
        """
        if not _count(nc):
            return NonceState.FOREIGN
        issued_ms, now_ms, count = int.from_bytes(head[:7], "big"), self._incarnation.unix_ms(now), int(nc, 16)
        if not 0 <= now_ms - issued_ms <= self._lifetime * 1000:
            return NonceState.STALE
        place = int.from_bytes(head[7 + NODE_BYTES :], "big") % self._places
        start = place * _HEAD_BYTES
        tracked = bytes(self._heads[start : start + _HEAD_BYTES])
        if tracked > head:
            return NonceState.STALE
        if tracked != head:
            is_own = head[7 : 7 + NODE_BYTES] == self._incarnation.node
            if not is_own and issued_ms > self._incarnation.started_ms:
                return NonceState.STALE
            self._heads[start : start + _HEAD_BYTES] = head
            self._highest[place] = 0 if is_own else max(count - 1, 0)
            self._seen[place] = 0 if is_own else _ALL_USED
        return NonceState.FRESH if self._use(place, count) else NonceState.REPLAYED

    def _use(self, place: int, count: int) -> bool:
        highest, seen = self._highest[place], self._seen[place]
        if count > highest:
            self._seen[place] = (seen << min(count - highest, _WINDOW_BITS) | 1) & _ALL_USED
            self._highest[place] = count
            return True
        offset = highest - count
        if offset >= _WINDOW_BITS or seen >> offset & 1:
            return False
        self._seen[place] = seen | 1 << offset
        return True

    def _sign(self, head: bytes, client: str) -> bytes:
        data = head + client.encode("utf-8", "surrogateescape")
        return hashlib.blake2s(data, key=self._secret, digest_size=18).digest()
