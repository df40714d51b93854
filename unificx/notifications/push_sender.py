"""Sends messages to push services: one task each, with limited concurrency and retries. Nothing is stored."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Literal
from urllib.parse import urlsplit

import structlog

from unificx.core.access import Access, stating
from unificx.core.background import BackgroundTasks
from unificx.core.clock import Clock
from unificx.core.faults import describe_fault
from unificx.notifications import repository
from unificx.notifications.catalogue import NoticeKind, push_type
from unificx.notifications.models import PushPart
from unificx.notifications.policies.retry_policy import GONE_STATUSES, is_retryable, push_retry_delay
from unificx.notifications.ports import PushResponse, PushServiceUnreachable, PushTransport
from unificx.notifications.preferences import NoticePreferences
from unificx.notifications.schemas import Subscription
from unificx.notifications.vapid import Vapid, encrypt_message
from unificx.privacy import KeyStore

log = structlog.get_logger()
MAX_PENDING = 10_000
MAX_CONCURRENT = 128
MAX_PER_HOST = 32
"""Concurrent requests to one push service, so that a slow one does not block the others."""
_CLOSE_TIMEOUT = 1.0
"""Seconds that pending deliveries may take at shutdown."""

Urgency = Literal["high", "normal"]
DeliveryOutcome = Literal["taken", "gone", "refused", "unreachable", "over"]


@dataclass(slots=True, eq=False)
class PushJob:
    """A message to one device. `values` are sent beside the type of the `notice`; `ttl`: lifetime in seconds; a newer
    message with the same `topic` replaces it."""

    subscription: Subscription
    notice: NoticeKind
    values: dict[str, str]
    purpose: Literal["telephony", "administration"]
    ttl: float
    urgency: Urgency = "normal"
    topic: str = ""
    on_done: Callable[[DeliveryOutcome], None] = lambda outcome: None
    attempts: int = 0
    cancelled: bool = False
    """Cancelled: no further attempt is made."""
    in_progress: bool = False
    follow_up: "PushJob | None" = None
    """Delivery to start when this one has finished."""


@dataclass(frozen=True, slots=True)
class PushSenderDependencies:
    """Dependencies of PushSender. `sleep` is replaced in tests; `on_gone` is called for expired subscriptions."""

    keys: KeyStore
    transport: PushTransport
    vapid: Vapid
    clock: Clock
    preferences: NoticePreferences
    on_gone: Callable[[Subscription], Awaitable[None]]
    sleep: Callable[[float], Awaitable[object]] = asyncio.sleep


class PushSender:
    """Delivers push messages. `send` does not block."""

    def __init__(self, deps: PushSenderDependencies) -> None:
        self._deps = deps
        self._tasks = BackgroundTasks()
        self._slots = asyncio.Semaphore(MAX_CONCURRENT)
        # Owner: this node: requests that it is sending.
        self._host_slots: dict[str, asyncio.Semaphore] = {}
        self._host_users: Counter[str] = Counter()

    def send(self, job: PushJob) -> None:
        """Start a delivery, unless too many are pending."""
        if len(self._tasks) >= MAX_PENDING:
            log.error("push_overflow")
            job.on_done("over")
            return
        job.in_progress = True
        self._tasks.spawn(self._run(job))

    async def wait_idle(self) -> None:
        """Wait until all started deliveries have finished."""
        await self._tasks.join()

    async def close(self) -> None:
        """Wait briefly for pending deliveries, then cancel them."""
        await self._tasks.close(_CLOSE_TIMEOUT)

    async def _run(self, job: PushJob) -> None:
        outcome: DeliveryOutcome = "unreachable"
        try:
            with stating(Access(job.purpose, "push", job.subscription.tenant_id)):
                outcome = await self._deliver(job)
        except Exception as fault:
            log.error("push_failed", session=job.subscription.session_id, **describe_fault(fault))
        finally:
            job.in_progress = False
            job.on_done(outcome)
        if job.follow_up is not None:
            self.send(job.follow_up)

    async def _deliver(self, job: PushJob) -> DeliveryOutcome:
        until = self._deps.clock.monotonic() + job.ttl
        while not job.cancelled:
            response = await self._attempt(job, until - self._deps.clock.monotonic())
            if response is None:
                return "over"
            status = response.status or None
            if status in GONE_STATUSES:
                await self._deps.on_gone(job.subscription)
                return "gone"
            if status is not None and status < 300:
                return "taken"
            remaining = until - self._deps.clock.monotonic()
            delay = push_retry_delay(status, job.attempts, response.retry_after, remaining)
            if delay is None:
                log.warning("push_not_taken", status=status, tries=job.attempts, session=job.subscription.session_id)
                return "unreachable" if is_retryable(status) else "refused"
            await self._deps.sleep(delay)
        return "over"

    async def _attempt(self, job: PushJob, remaining: float) -> PushResponse | None:
        """Make one attempt. Status 0 if the service is unreachable; None if the person was erased or has switched the
        notice off."""
        subscription, deps = job.subscription, self._deps
        row = (subscription.subject, subscription.session_id, subscription.sealed)
        [part] = repository.PUSH_CODEC.open(deps.keys, subscription.tenant_id, [row])
        if not isinstance(part, PushPart):
            return None
        async with self._slot(urlsplit(part.endpoint).netloc):
            if job.cancelled or not deps.preferences.allows(subscription.subject, job.notice, "push"):
                return None
            job.attempts += 1
            headers = {
                "TTL": str(max(0, int(remaining))),
                "Urgency": job.urgency,
                "Content-Encoding": "aes128gcm",
                "Content-Type": "application/octet-stream",
                "Authorization": deps.vapid.authorization(part.endpoint, deps.clock.now()),
            }
            if job.topic:
                headers["Topic"] = job.topic
            body = encrypt_message({"type": push_type(job.notice), **job.values}, part.p256dh, part.auth)
            try:
                return await deps.transport.deliver(part.endpoint, headers, body)
            except PushServiceUnreachable:
                return PushResponse(0)

    @asynccontextmanager
    async def _slot(self, host: str) -> AsyncIterator[None]:
        """Acquire a slot for this host and a global slot."""
        self._host_users[host] += 1
        host_slots = self._host_slots.setdefault(host, asyncio.Semaphore(MAX_PER_HOST))
        try:
            async with host_slots, self._slots:
                yield
        finally:
            self._host_users[host] -= 1
            if not self._host_users[host]:
                del self._host_users[host], self._host_slots[host]
