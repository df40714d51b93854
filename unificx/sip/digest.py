"""Digest authentication (RFC 7616, RFC 8760, RFC 3261 section 22): MD5 and SHA-256, always with qop=auth."""

import hashlib
import hmac
import re
from collections import OrderedDict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import Enum

from unificx.sip.errors import OurMistake
from unificx.sip.grammar import quote
from unificx.sip.headers import AuthParams

ALGORITHMS = ("SHA-256", "MD5")
"""What we speak, the best first."""

_count = re.compile(r"[0-9a-fA-F]{8}").fullmatch
_SPAN = 64
_HEAD = 15


def _hash(algorithm: str, text: str) -> str:
    data = text.encode("utf-8", "surrogateescape")
    if algorithm == "MD5":
        return hashlib.md5(data, usedforsecurity=False).hexdigest()
    if algorithm == "SHA-256":
        return hashlib.sha256(data).hexdigest()
    raise OurMistake("a digest algorithm that is none of ours")


def ha1(algorithm: str, user: str, realm: str, password: str) -> str:
    """What may be kept in place of the password, in hexadecimal; good for this user and realm only."""
    return _hash(algorithm, f"{user}:{realm}:{password}")


def challenges(realm: str, nonce: str, stale: bool = False) -> list[str]:
    """The values of WWW- or Proxy-Authenticate, one line each, the best algorithm first (RFC 8760 section 2.4)."""
    again = ", stale=true" if stale else ""
    return [
        f'Digest realm={quote(realm)}, nonce="{nonce}", algorithm={algorithm}, qop="auth"{again}'
        for algorithm in ALGORITHMS
    ]


def verify(credentials: AuthParams, method: str, ha1_by_algorithm: Mapping[str, str]) -> bool:
    """Whether the response proves knowledge of the password, in constant time.

    Only qop=auth: what is older (RFC 2069) or asks for more (auth-int, -sess) is refused. Whose name, realm and nonce
    it is, and whether its `uri` is the one that was called, is for the caller to see.
    """
    said = credentials.params
    algorithm = said.get("algorithm", "").upper() or "MD5"
    known = ha1_by_algorithm.get(algorithm)
    qop = said.get("qop", "")
    if credentials.scheme != "digest" or known is None or qop.lower() != "auth":
        return False
    nonce, count, cnonce = said.get("nonce"), said.get("nc"), said.get("cnonce")
    uri, response = said.get("uri"), said.get("response")
    if not (nonce and count and cnonce and uri and response) or not _count(count):
        return False
    expected = _response(algorithm, known, f"{nonce}:{count}:{cnonce}:{qop}", method, uri)
    return hmac.compare_digest(expected.encode(), response.lower().encode("utf-8", "surrogateescape"))


def _response(algorithm: str, known: str, fresh: str, method: str, uri: str) -> str:
    """`fresh`: nonce:nc:cnonce:qop, or the nonce alone for RFC 2069."""
    return _hash(algorithm, f"{known}:{fresh}:{_hash(algorithm, f'{method}:{uri}')}")


def best_challenge(offered: Iterable[AuthParams]) -> AuthParams | None:
    """The challenge to answer: the first in a scheme, algorithm and qop we speak (RFC 8760 section 2.4), else None."""
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
    """The value of Authorization (or Proxy-Authorization) that answers the challenge.

    A peer that offers no qop is answered in the form of RFC 2069, as RFC 3261 section 22.4 wants it.
    """
    algorithm = (challenge.get("algorithm") or "MD5").upper()
    realm, nonce = challenge.get("realm"), challenge.get("nonce")
    known = ha1(algorithm, user, realm, password)
    with_qop = "qop" in challenge.params
    fresh = f"{nonce}:{nc:08x}:{cnonce}:auth" if with_qop else nonce
    answer = _response(algorithm, known, fresh, method, uri)
    value = f"Digest username={quote(user)}, realm={quote(realm)}, nonce={quote(nonce)}, uri={quote(uri)}"
    value += f', response="{answer}"'
    if "algorithm" in challenge.params:
        value += f", algorithm={algorithm}"
    if with_qop:
        value += f", cnonce={quote(cnonce)}, nc={nc:08x}, qop=auth"
    if "opaque" in challenge.params:
        value += f", opaque={quote(challenge.get('opaque'))}"
    return value


class Freshness(Enum):
    """What is to be thought of a nonce that came back. All but FRESH want a new challenge."""

    FRESH = "fresh"
    STALE = "stale"
    """Ours, too old to be used again: the challenge says stale=true and the user is not asked for the password."""
    REPLAYED = "replayed"
    """Ours, with a count that was used before: so is the challenge, for many a phone just does not count."""
    FOREIGN = "foreign"
    """Not made with our secret, or a count that is no count."""


@dataclass(slots=True)
class _Used:
    made: int
    highest: int = 0
    seen: int = 0
    """Bit n: the count highest - n was used."""

    def use(self, count: int) -> bool:
        if count > self.highest:
            self.seen = (self.seen << min(count - self.highest, _SPAN) | 1) & (1 << _SPAN) - 1
            self.highest = count
            return True
        behind = self.highest - count
        if behind >= _SPAN or self.seen >> behind & 1:
            return False
        self.seen |= 1 << behind
        return True


class Nonces:
    """Nonces that prove themselves: time and number under a keyed hash, so that none need be kept until it is used.

    The counts used with a nonce are kept while it lives, for at most `remembered` nonces. When that is not enough, the
    nonces forgotten count as stale: nothing can be used twice, whatever floods in. `secret` (32 random bytes) must not
    outlive the clock that `now` is read from.
    """

    def __init__(self, secret: bytes, lifetime: float = 300.0, remembered: int = 20_000) -> None:
        self._secret = secret
        self._lifetime = lifetime
        self._remembered = remembered
        self._made = 0
        self._used: OrderedDict[bytes, _Used] = OrderedDict()
        self._forgotten = -1

    def issue(self, now: float, whom: str = "") -> str:
        """A nonce nobody was given before, good for `whom` alone: any text that tells who asked."""
        self._made += 1
        head = int(now * 1000).to_bytes(7, "big") + self._made.to_bytes(8, "big")
        return (head + self._seal(head, whom)).hex()

    def opened(self, nonce: str, whom: str = "") -> bytes | None:
        """The nonce for `use`, None if we never gave it to `whom`."""
        try:
            data = bytes.fromhex(nonce)
        except ValueError:
            return None
        head = data[:_HEAD]
        return head if hmac.compare_digest(self._seal(head, whom), data[_HEAD:]) else None

    def use(self, head: bytes, nc: str, now: float) -> Freshness:
        """What to think of an opened nonce, and from now on its count `nc` is used.

        To be asked after `verify`: so only who knows a password spends counts and memory.
        """
        if not _count(nc):
            return Freshness.FOREIGN
        made = int.from_bytes(head[:7], "big")
        if not 0 <= now * 1000 - made <= self._lifetime * 1000:
            return Freshness.STALE
        used = self._used.get(head)
        if used is None:
            if made <= self._forgotten:
                return Freshness.STALE
            used = self._remember(head, made, now)
        return Freshness.FRESH if used.use(int(nc, 16)) else Freshness.REPLAYED

    def _remember(self, head: bytes, made: int, now: float) -> _Used:
        expired = now * 1000 - self._lifetime * 1000
        while self._used and (len(self._used) >= self._remembered or next(iter(self._used.values())).made < expired):
            _, oldest = self._used.popitem(last=False)
            self._forgotten = max(self._forgotten, oldest.made)
        used = self._used[head] = _Used(made)
        return used

    def _seal(self, head: bytes, whom: str) -> bytes:
        words = head + whom.encode("utf-8", "surrogateescape")
        return hashlib.blake2s(words, key=self._secret, digest_size=18).digest()
