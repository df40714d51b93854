"""Rate-limits unauthenticated traffic and password guessing, per source address, never per account.

A source is an IPv4 address or an IPv6 /64. Two limits apply to each:

* Requests not yet authenticated take tokens from the source's bucket; a successful authentication returns them. So any
  number of legitimate phones behind one address pass, while a flood exhausts its bucket. Messages of an exhausted
  source are dropped unparsed. Requests that need no authentication, such as OPTIONS, have a bucket of their own, so
  that keep-alives do not use up the registrations' tokens.
* Failed authentications are counted, per source and per user name tried from it, and decay over time. First the
  response is delayed, then it is 403 without a check; a source without any successful authentication is not answered at
  all.

A user who has authenticated from a source is still accepted, whatever others behind the same address do; and failures
from one source do not affect any other source. Memory is bounded: the least recently seen entries are dropped.
"""

import hashlib
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum
from typing import Generic, TypeVar

import structlog

from unificx.core.source_address import source_network
from unificx.sip.flow import Flow

log = structlog.get_logger()

MOST_NAME = 64
"""Number of characters of a user name that are stored."""
_PROOF = b"uthorization:"
_TO_BE_PROVED = (b"REGISTER ", b"INVITE ")
_OTHER_WORK = (b"OPTIONS ", b"SUBSCRIBE ", b"MESSAGE ", b"PUBLISH ")


@dataclass(frozen=True, slots=True)
class GuardLimits:
    """Times in seconds."""

    burst: float = 300.0
    """Tokens of a source for requests to be authenticated, and as many for other requests,"""
    rate: float = 30.0
    """refill per second;"""
    trust: float = 10.0
    """factor for both if a user has authenticated from the source."""
    slow_from: float = 3.0
    """Failures for one user name after which responses are delayed,"""
    slowest: float = 4.0
    name_most: float = 8.0
    """after which the user name is rejected from this source,"""
    source_most: float = 30.0
    """and failures for all user names after which the source is rejected."""
    refused_for: float = 600.0
    fades_by_half_in: float = 300.0
    proved_for: float = 3_900.0
    """A success is remembered a little longer than the longest registration."""
    remembered: int = 10_000


class Verdict(Enum):
    """How to treat credentials from a source."""

    LOOK = "look"
    REFUSE = "refuse"


@dataclass(slots=True)
class _Bucket:
    tokens: float
    filled_at: float


@dataclass(slots=True)
class _Score:
    """Failures of a source, or of a user name tried from it. The buckets are used for sources only."""

    proofs: _Bucket
    others: _Bucket
    failures: float = 0.0
    failed_at: float = 0.0
    refused_until: float = float("-inf")
    proved_until: float = float("-inf")

    def fail(self, now: float, half: float) -> float:
        """Count a failure, after decay; return the current count."""
        self.failures = self.failures * 0.5 ** ((now - self.failed_at) / half) + 1
        self.failed_at = now
        return self.failures


K = TypeVar("K")


class _Memory(Generic[K]):
    """LRU cache of scores."""

    def __init__(self, most: int, fresh: Callable[[float], _Score]) -> None:
        self._most = most
        self._fresh = fresh
        self._scores: OrderedDict[K, _Score] = OrderedDict()

    def __len__(self) -> int:
        return len(self._scores)

    def peek(self, key: K) -> _Score | None:
        return self._scores.get(key)

    def get(self, key: K, now: float) -> _Score:
        score = self._scores.get(key)
        if score is None:
            score = self._scores[key] = self._fresh(now)
            if len(self._scores) > self._most:
                self._scores.popitem(last=False)
        else:
            self._scores.move_to_end(key)
        return score


class Guard:
    """`salt` is random and private to this process: logged source ids cannot be mapped back to addresses."""

    def __init__(self, salt: bytes, limits: GuardLimits | None = None) -> None:
        self._salt = salt
        self._limits = limits or GuardLimits()
        self._sources: _Memory[str] = _Memory(self._limits.remembered, self._score)
        self._names: _Memory[tuple[str, str]] = _Memory(self._limits.remembered, self._score)

    def hears(self, data: bytes, flow: Flow, now: float) -> bool:
        """Return whether to accept a message; called before it is parsed."""
        score = self._sources.peek(source_network(flow.host))
        if score is None:
            return True
        if score.refused_until > now >= score.proved_until:
            return False
        start = data.lstrip(b"\r\n")
        if start.startswith(_OTHER_WORK):
            return self._filled(score, score.others, now) >= 1
        if not start.startswith(_TO_BE_PROVED) or self._filled(score, score.proofs, now) >= 1:
            return True
        # From an address with a successful authentication, requests with credentials pass despite a flood.
        return score.proved_until > now and _PROOF in data

    def spend(self, flow: Flow, method: str, now: float) -> bool:
        """Take a token for an unauthenticated request; False if the bucket of its source is empty."""
        score = self._sources.get(source_network(flow.host), now)
        bucket = score.proofs if method in ("REGISTER", "INVITE") else score.others
        enough = self._filled(score, bucket, now) >= 1
        if enough:
            self._put(score, bucket, -1, now)
        return enough

    def verdict(self, flow: Flow, name: str, now: float, *, claimed: bool) -> Verdict:
        """Return whether a request claiming to be from `name` is processed; `claimed`: with credentials.

        A rejected user name applies to requests with credentials only: the From header can be set by any peer.
        """
        source = source_network(flow.host)
        of_name = self._names.peek((source, name[:MOST_NAME]))
        if of_name is not None and of_name.proved_until > now:
            return Verdict.LOOK
        if claimed and of_name is not None and of_name.refused_until > now:
            return Verdict.REFUSE
        score = self._sources.peek(source)
        return Verdict.REFUSE if score is not None and score.refused_until > now else Verdict.LOOK

    def failed(self, flow: Flow, name: str, now: float) -> float:
        """Record a failed authentication of `name`; return the delay of the response in seconds."""
        limits = self._limits
        source = source_network(flow.host)
        of_name = self._names.get((source, name[:MOST_NAME]), now)
        failures = of_name.fail(now, limits.fades_by_half_in)
        if failures >= limits.name_most:
            of_name.refused_until = now + limits.refused_for
            of_name.failures = 0.0
            log.warning("sip_name_refused", source=self.shown(flow), seconds=limits.refused_for)
        of_source = self._sources.get(source, now)
        if of_source.fail(now, limits.fades_by_half_in) >= limits.source_most:
            of_source.refused_until = now + limits.refused_for
            of_source.failures = 0.0
            log.warning("sip_source_refused", source=self.shown(flow), seconds=limits.refused_for)
        if failures < limits.slow_from:
            return 0.0
        return min(limits.slowest, 2.0 ** (failures - limits.slow_from) / 2)

    def succeeded(self, flow: Flow, names: tuple[str, ...], now: float) -> None:
        """Record a successful authentication as one of `names`; returns the tokens of this request and of the
        challenged one."""
        source = source_network(flow.host)
        until = now + self._limits.proved_for
        score = self._sources.get(source, now)
        score.proved_until = until
        self._put(score, score.proofs, 2, now)
        for name in names:
            of_name = self._names.get((source, name[:MOST_NAME]), now)
            of_name.failures = 0.0
            of_name.proved_until = until

    def shown(self, flow: Flow) -> str:
        """Return the loggable id of a source."""
        return hashlib.blake2s(source_network(flow.host).encode(), key=self._salt[:32], digest_size=4).hexdigest()

    def _put(self, score: _Score, bucket: _Bucket, tokens: float, now: float) -> None:
        bucket.tokens = self._filled(score, bucket, now) + tokens
        bucket.filled_at = now

    def _filled(self, score: _Score, bucket: _Bucket, now: float) -> float:
        """A source with a successful authentication may be an office, or a gateway with many simultaneous calls."""
        trust = self._limits.trust if score.proved_until > now else 1.0
        filled = bucket.tokens + (now - bucket.filled_at) * self._limits.rate * trust
        return min(self._limits.burst * trust, filled)

    def _score(self, now: float) -> _Score:
        return _Score(_Bucket(self._limits.burst, now), _Bucket(self._limits.burst, now))
