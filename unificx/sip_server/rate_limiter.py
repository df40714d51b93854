"""Rate-limits unauthenticated traffic and password guessing, per source address, never per account.

A source is an IPv4 address or an IPv6 /64. Two limits apply to each:

* Answers to requests that are not authenticated take tokens from the source's bucket; a successful authentication
  returns that of its challenge. So any number of legitimate phones behind one address pass, while a flood exhausts its
  bucket. Messages of an exhausted source are dropped unparsed. Requests that need no authentication, such as OPTIONS,
  have a bucket of their own, so that keep-alives do not use up the registrations' tokens.
* Failed authentications are counted, per source and per user name tried from it, and decay over time. First the
  response is delayed, then it is 403 without a check; a source without any successful authentication is not answered at
  all.

A user who has authenticated from a source is still accepted, whatever others behind the same address do; and failures
from one source do not affect any other source. Memory is bounded: the least recently seen entries are dropped.
"""

import hashlib
from dataclasses import dataclass, field

import structlog

from unificx.core.rate_limit import Backoff, DecayingCount, LruTable, TokenBucket
from unificx.core.source_address import source_network
from unificx.sip.flow import Flow

log = structlog.get_logger()

NO_FAILURES = DecayingCount()
MAX_NAME_LENGTH = 64
"""Number of characters of a user name that are stored."""
_AUTHORIZATION = b"uthorization:"
_AUTHENTICATED_METHODS = (b"REGISTER ", b"INVITE ")
_OTHER_METHODS = (b"OPTIONS ", b"SUBSCRIBE ", b"MESSAGE ", b"PUBLISH ")


@dataclass(frozen=True, slots=True)
class RateLimits:
    """Times in seconds."""

    burst: float = 300.0
    """Tokens of a source for requests to be authenticated; as many again for other requests."""
    rate: float = 30.0
    """Tokens that return per second."""
    trusted_factor: float = 10.0
    """Factor of `burst` and `rate` for a source from which a user has authenticated."""
    delay_from: float = 3.0
    """Failures for one user name from a source, after which responses are delayed."""
    max_delay: float = 4.0
    max_name_failures: float = 8.0
    """Failures for one user name, after which it is rejected from this source."""
    max_source_failures: float = 30.0
    """Failures for all user names, after which the source is rejected."""
    block_seconds: float = 600.0
    failure_half_life: float = 300.0
    trusted_seconds: float = 3_900.0
    """A success is remembered a little longer than the longest registration."""
    max_entries: int = 10_000


@dataclass(slots=True)
class _Score:
    """Failures of a source, or of a user name tried from it."""

    failures: DecayingCount = NO_FAILURES
    blocked_until: float = float("-inf")
    trusted_until: float = float("-inf")


@dataclass(slots=True)
class _Source(_Score):
    """A source, with its tokens."""

    auth_bucket: TokenBucket = field(kw_only=True)
    other_bucket: TokenBucket = field(kw_only=True)


class RateLimiter:
    """`salt` is random and private to this process: logged source ids cannot be mapped back to addresses."""

    def __init__(self, salt: bytes, limits: RateLimits | None = None) -> None:
        self._salt = salt
        self._limits = limits or RateLimits()
        self._backoff = Backoff(self._limits.delay_from, self._limits.max_delay, first_delay=0.5)
        self._sources: LruTable[str, _Source] = LruTable(self._limits.max_entries, self._new_source)
        self._names: LruTable[tuple[str, str], _Score] = LruTable(self._limits.max_entries, lambda now: _Score())

    def accepts(self, data: bytes, flow: Flow, now: float) -> bool:
        """Return whether to accept a message; called before it is parsed."""
        score = self._sources.peek(source_network(flow.host))
        if score is None:
            return True
        if score.blocked_until > now >= score.trusted_until:
            return False
        if score.auth_bucket.tokens >= 1 and score.other_bucket.tokens >= 1:
            return True  # those of the last use are still there
        start = data.lstrip(b"\r\n")
        if start.startswith(_OTHER_METHODS):
            return self._has_token(score, score.other_bucket, now)
        if not start.startswith(_AUTHENTICATED_METHODS) or self._has_token(score, score.auth_bucket, now):
            return True
        # From an address with a successful authentication, requests with credentials pass despite a flood.
        return score.trusted_until > now and _AUTHORIZATION in data

    def take_token(self, flow: Flow, method: str, now: float) -> bool:
        """Take a token for the answer to a request that is not authenticated; False if the bucket of its source is
        empty."""
        score = self._sources.get(source_network(flow.host), now)
        bucket = score.auth_bucket if method in ("REGISTER", "INVITE") else score.other_bucket
        return bucket.take(now, *self._capacity_and_rate(score, now))

    def is_blocked(self, flow: Flow, name: str, now: float, *, with_credentials: bool) -> bool:
        """Return whether a request claiming to be from `name` is rejected unchecked.

        A rejected user name applies to requests with credentials only: the From header can be set by any peer.
        """
        source = source_network(flow.host)
        name_score = self._names.peek((source, name[:MAX_NAME_LENGTH]))
        if name_score is not None and name_score.trusted_until > now:
            return False
        if with_credentials and name_score is not None and name_score.blocked_until > now:
            return True
        score = self._sources.peek(source)
        return score is not None and score.blocked_until > now

    def authentication_failed(self, flow: Flow, name: str, now: float) -> float:
        """Record a failed authentication of `name`; return the delay of the response in seconds."""
        limits = self._limits
        source = source_network(flow.host)
        name_score = self._names.get((source, name[:MAX_NAME_LENGTH]), now)
        name_score.failures = failures = name_score.failures.plus(1, now, limits.failure_half_life)
        if failures.count >= limits.max_name_failures:
            name_score.blocked_until = now + limits.block_seconds
            name_score.failures = NO_FAILURES
            log.warning("sip_name_refused", source=self.source_id(flow), seconds=limits.block_seconds)
        source_score = self._sources.get(source, now)
        source_score.failures = source_score.failures.plus(1, now, limits.failure_half_life)
        if source_score.failures.count >= limits.max_source_failures:
            source_score.blocked_until = now + limits.block_seconds
            source_score.failures = NO_FAILURES
            log.warning("sip_source_refused", source=self.source_id(flow), seconds=limits.block_seconds)
        return self._backoff.delay(failures.count)

    def is_trusted(self, flow: Flow, now: float) -> bool:
        """Whether someone has authenticated from this source lately."""
        score = self._sources.peek(source_network(flow.host))
        return score is not None and score.trusted_until > now

    def authentication_succeeded(self, flow: Flow, names: tuple[str, ...], now: float) -> None:
        """Record a successful authentication as one of `names`; returns the token of its challenge."""
        source = source_network(flow.host)
        until = now + self._limits.trusted_seconds
        score = self._sources.get(source, now)
        score.trusted_until = until
        score.auth_bucket.add(1, now, *self._capacity_and_rate(score, now))
        for name in names:
            name_score = self._names.get((source, name[:MAX_NAME_LENGTH]), now)
            name_score.failures = NO_FAILURES
            name_score.trusted_until = until

    def source_id(self, flow: Flow) -> str:
        """Return the loggable id of a source."""
        return hashlib.blake2s(source_network(flow.host).encode(), key=self._salt[:32], digest_size=4).hexdigest()

    def _has_token(self, source: _Source, bucket: TokenBucket, now: float) -> bool:
        return bucket.available(now, *self._capacity_and_rate(source, now)) >= 1

    def _capacity_and_rate(self, source: _Source, now: float) -> tuple[float, float]:
        """A source with a successful authentication may be an office, or a gateway with many simultaneous calls."""
        trust = self._limits.trusted_factor if source.trusted_until > now else 1.0
        return self._limits.burst * trust, self._limits.rate * trust

    def _new_source(self, now: float) -> _Source:
        burst = self._limits.burst
        return _Source(auth_bucket=TokenBucket(burst, now), other_bucket=TokenBucket(burst, now))
