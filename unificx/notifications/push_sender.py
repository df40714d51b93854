"""Sends messages to push services: one task each, with limited concurrency and retries. Nothing is stored."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Literal
from urllib.parse import urlsplit

import structlog

from unificx.core.background import BackgroundTasks
from unificx.core.clock import Clock
from unificx.notifications import repository
from unificx.notifications.models import PushPart
from unificx.notifications.policies.retry_policy import GONE, push_wait, worth_another_try
from unificx.notifications.ports import Answer, KeyRing, NotReached, PushGate
from unificx.notifications.schemas import Subscription
from unificx.notifications.vapid import Vapid, sealed

log = structlog.get_logger()
MOST_WAITING = 10_000
MOST_AT_ONCE = 128
MOST_TO_ONE = 32
"""Concurrent requests to one push service, so that a slow one does not block the others."""
_LAST_WORDS = 1.0
"""Seconds that pending deliveries may take at shutdown."""

Urgency = Literal["high", "normal"]
Outcome = Literal["taken", "gone", "refused", "unreachable", "over"]


@dataclass(slots=True, eq=False)
class Errand:
    """A message to one device. `ttl`: lifetime in seconds; a newer message with the same `topic` replaces it."""

    to: Subscription
    message: dict[str, str]
    purpose: Literal["telephony", "administration"]
    seconds: float
    urgency: Urgency = "normal"
    topic: str = ""
    done: Callable[[Outcome], None] = lambda outcome: None
    tries: int = 0
    over: bool = False
    """Cancelled: no further attempt is made."""
    under_way: bool = False
    then: "Errand | None" = None
    """Delivery to start when this one has finished."""


@dataclass(frozen=True, slots=True)
class ErrandParts:
    """Dependencies of PushSender. `sleep` is replaced in tests; `on_gone` is called for expired subscriptions."""

    keys: KeyRing
    gate: PushGate
    vapid: Vapid
    clock: Clock
    gone: Callable[[Subscription], Awaitable[None]]
    pause: Callable[[float], Awaitable[object]] = asyncio.sleep


class Errands:
    """Delivers push messages. `send` does not block."""

    def __init__(self, parts: ErrandParts) -> None:
        self._parts = parts
        self._tasks = BackgroundTasks()
        self._seats = asyncio.Semaphore(MOST_AT_ONCE)
        self._hosts: dict[str, asyncio.Semaphore] = {}
        self._held: Counter[str] = Counter()

    def send(self, errand: Errand) -> None:
        """Start a delivery, unless too many are pending."""
        if len(self._tasks) >= MOST_WAITING:
            log.error("push_overflow")
            errand.done("over")
            return
        errand.under_way = True
        self._tasks.spawn(self._safely(errand))

    async def settled(self) -> None:
        """Wait until all started deliveries have finished."""
        await self._tasks.join()

    async def close(self) -> None:
        """Wait briefly for pending deliveries, then cancel them."""
        await self._tasks.close(_LAST_WORDS)

    async def _safely(self, errand: Errand) -> None:
        outcome: Outcome = "unreachable"
        try:
            outcome = await self._carry(errand)
        except Exception as fault:
            log.error("push_failed", fault=type(fault).__name__, session=errand.to.session_id)
        finally:
            errand.under_way = False
            errand.done(outcome)
        if errand.then is not None:
            self.send(errand.then)

    async def _carry(self, errand: Errand) -> Outcome:
        until = self._parts.clock.monotonic() + errand.seconds
        while not errand.over:
            answer = await self._try(errand, until - self._parts.clock.monotonic())
            if answer is None:
                return "over"
            status = answer.status or None
            if status in GONE:
                await self._parts.gone(errand.to)
                return "gone"
            if status is not None and status < 300:
                return "taken"
            left = until - self._parts.clock.monotonic()
            wait = push_wait(status, errand.tries, answer.retry_after, left)
            if wait is None:
                log.warning("push_not_taken", status=status, tries=errand.tries, session=errand.to.session_id)
                return "unreachable" if worth_another_try(status) else "refused"
            await self._parts.pause(wait)
        return "over"

    async def _try(self, errand: Errand, left: float) -> Answer | None:
        """Make one attempt. Status 0 if the service is unreachable; None if the person was erased."""
        to, parts = errand.to, self._parts
        [held] = repository.PUSH.open(
            parts.keys, to.tenant_id, errand.purpose, [(to.subject, to.session_id, to.sealed)]
        )
        if not isinstance(held, PushPart):
            return None
        async with self._seat(urlsplit(held.endpoint).netloc):
            if errand.over:
                return None
            errand.tries += 1
            headers = {
                "TTL": str(max(0, int(left))),
                "Urgency": errand.urgency,
                "Content-Encoding": "aes128gcm",
                "Content-Type": "application/octet-stream",
                "Authorization": parts.vapid.authorization(held.endpoint, parts.clock.now()),
            }
            if errand.topic:
                headers["Topic"] = errand.topic
            body = sealed(errand.message, held.p256dh, held.auth)
            try:
                return await parts.gate.deliver(held.endpoint, headers, body)
            except NotReached:
                return Answer(0)

    @asynccontextmanager
    async def _seat(self, host: str) -> AsyncIterator[None]:
        """Acquire a slot for this host and a global slot."""
        self._held[host] += 1
        own = self._hosts.setdefault(host, asyncio.Semaphore(MOST_TO_ONE))
        try:
            async with own, self._seats:
                yield
        finally:
            self._held[host] -= 1
            if not self._held[host]:
                del self._held[host], self._hosts[host]
