"""Keeps strangers from wearing us out or trying passwords: per source, never per account.

A source is an IPv4 address or an IPv6 /64. Two things are held against it:

* Requests that nobody has vouched for yet take tokens from its bucket; a success gives them back. So any number of
  honest phones behind one address pass, and a flood runs dry. Who has run dry is not heard: not even read. What needs
  no proof, such as OPTIONS, has a bucket of its own: phones that ask whether we are there use up nobody's registration.
* Wrong credentials add up, per source and per name tried from it, and fade with time. First the answer comes late, then
  it is 403 without a look; a source where nobody has ever proved himself is not answered at all.

Whoever has proved himself from a source keeps his way in, whatever others behind the same address do; and nothing that
is tried from elsewhere is held against anybody here. Memory is bounded: the least recently seen is forgotten.
"""

import hashlib
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum
from typing import Generic, TypeVar

import structlog

from unificx.kernel.sources import source_of
from unificx.sip.flow import Flow

log = structlog.get_logger()

MOST_NAME = 64
"""Characters of a name that are remembered."""
_PROOF = b"uthorization:"
_TO_BE_PROVED = (b"REGISTER ", b"INVITE ")
_OTHER_WORK = (b"OPTIONS ", b"SUBSCRIBE ", b"MESSAGE ", b"PUBLISH ")


@dataclass(frozen=True, slots=True)
class GuardLimits:
    """Times in seconds."""

    burst: float = 300.0
    """Requests of one source that may be waiting for their proof, and as many others,"""
    rate: float = 30.0
    """and how many more each second;"""
    trust: float = 10.0
    """so many times as many of a source where somebody has proved himself."""
    slow_from: float = 3.0
    """Wrong credentials for one name after which answers come late,"""
    slowest: float = 4.0
    name_most: float = 8.0
    """after which the name is refused from this source,"""
    source_most: float = 30.0
    """and for all names after which the source is."""
    refused_for: float = 600.0
    fades_by_half_in: float = 300.0
    proved_for: float = 3_900.0
    """A success counts a little longer than the longest registration."""
    remembered: int = 10_000


class Verdict(Enum):
    """What to do with credentials from a source."""

    LOOK = "look"
    REFUSE = "refuse"


@dataclass(slots=True)
class _Bucket:
    tokens: float
    filled_at: float


@dataclass(slots=True)
class _Score:
    """What is held against a source, or a name tried from it. The buckets are used for sources only."""

    proofs: _Bucket
    others: _Bucket
    failures: float = 0.0
    failed_at: float = 0.0
    refused_until: float = float("-inf")
    proved_until: float = float("-inf")

    def fail(self, now: float, half: float) -> float:
        """Add one, after what has faded; how many there are then."""
        self.failures = self.failures * 0.5 ** ((now - self.failed_at) / half) + 1
        self.failed_at = now
        return self.failures


K = TypeVar("K")


class _Memory(Generic[K]):
    """The most recently seen scores."""

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
    """`salt` is random and of this process alone: what logs call a source cannot be turned back into its address."""

    def __init__(self, salt: bytes, limits: GuardLimits | None = None) -> None:
        self._salt = salt
        self._limits = limits or GuardLimits()
        self._sources: _Memory[str] = _Memory(self._limits.remembered, self._score)
        self._names: _Memory[tuple[str, str]] = _Memory(self._limits.remembered, self._score)

    def hears(self, data: bytes, flow: Flow, now: float) -> bool:
        """Whether to read a message at all; asked before anything looks into it."""
        score = self._sources.peek(source_of(flow.host))
        if score is None:
            return True
        if score.refused_until > now >= score.proved_until:
            return False
        start = data.lstrip(b"\r\n")
        if start.startswith(_OTHER_WORK):
            return self._filled(score, score.others, now) >= 1
        if not start.startswith(_TO_BE_PROVED) or self._filled(score, score.proofs, now) >= 1:
            return True
        # Behind an address where somebody has proved himself, those who bring proof are heard through any flood.
        return score.proved_until > now and _PROOF in data

    def spend(self, flow: Flow, method: str, now: float) -> bool:
        """A request came that nobody has vouched for yet; False if its source has nothing left to spend."""
        score = self._sources.get(source_of(flow.host), now)
        bucket = score.proofs if method in ("REGISTER", "INVITE") else score.others
        enough = self._filled(score, bucket, now) >= 1
        if enough:
            self._put(score, bucket, -1, now)
        return enough

    def verdict(self, flow: Flow, name: str, now: float, *, claimed: bool) -> Verdict:
        """Whether a request of somebody who says he is `name` is looked at; `claimed`: with credentials.

        A name is refused to those alone who claim it: From is what anybody may write.
        """
        source = source_of(flow.host)
        of_name = self._names.peek((source, name[:MOST_NAME]))
        if of_name is not None and of_name.proved_until > now:
            return Verdict.LOOK
        if claimed and of_name is not None and of_name.refused_until > now:
            return Verdict.REFUSE
        score = self._sources.peek(source)
        return Verdict.REFUSE if score is not None and score.refused_until > now else Verdict.LOOK

    def failed(self, flow: Flow, name: str, now: float) -> float:
        """Wrong credentials for `name`; how long to keep the answer back."""
        limits = self._limits
        source = source_of(flow.host)
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
        """Somebody proved to be one of `names`: his request and the one that was challenged are forgiven."""
        source = source_of(flow.host)
        until = now + self._limits.proved_for
        score = self._sources.get(source, now)
        score.proved_until = until
        self._put(score, score.proofs, 2, now)
        for name in names:
            of_name = self._names.get((source, name[:MOST_NAME]), now)
            of_name.failures = 0.0
            of_name.proved_until = until

    def shown(self, flow: Flow) -> str:
        """What a log may call a source."""
        return hashlib.blake2s(source_of(flow.host).encode(), key=self._salt[:32], digest_size=4).hexdigest()

    def _put(self, score: _Score, bucket: _Bucket, tokens: float, now: float) -> None:
        bucket.tokens = self._filled(score, bucket, now) + tokens
        bucket.filled_at = now

    def _filled(self, score: _Score, bucket: _Bucket, now: float) -> float:
        """Where somebody has proved himself there may be an office, or a gateway with many calls at once."""
        trust = self._limits.trust if score.proved_until > now else 1.0
        filled = bucket.tokens + (now - bucket.filled_at) * self._limits.rate * trust
        return min(self._limits.burst * trust, filled)

    def _score(self, now: float) -> _Score:
        return _Score(_Bucket(self._limits.burst, now), _Bucket(self._limits.burst, now))
