"""Web Push: subscriptions and messages. Messages contain no names or numbers."""

import asyncio
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Literal

from unificx.cluster import EventBus
from unificx.core.clock import Clock
from unificx.core.errors import Invalid, NotFound, TooManyRequests
from unificx.db import Database
from unificx.identity import DirectoryCache, Principal
from unificx.notifications import received_repository, repository
from unificx.notifications.catalogue import EmailKind
from unificx.notifications.events import PushSeen
from unificx.notifications.models import PushPart, PushRow
from unificx.notifications.policies import endpoints
from unificx.notifications.ports import PushTransport
from unificx.notifications.preferences import NoticePreferences
from unificx.notifications.push_sender import DeliveryOutcome, PushJob, PushSender, PushSenderDependencies
from unificx.notifications.schemas import NewSubscription, NoPushSubscription, PushTest, Subscription
from unificx.notifications.subscriptions import SubscriptionIndex
from unificx.notifications.vapid import Vapid, is_valid_public_key
from unificx.privacy import KeyStore

CALL_TTL_SECONDS = 30.0
"""Lifetime of a call push and of its stop push."""
TEST_TTL_SECONDS = 30.0
NOTICE_TTL_SECONDS = 86_400.0
_MESSAGES = "messages"
"""Topic of pushes about messages: the same for all, so that a push service does not learn which devices share a
conversation."""
_TEST_INTERVAL = 2.0
_TEST_RETENTION = timedelta(minutes=10)
_MAX_TESTS = 2_000
_MAX_WAKEUPS = 20_000


@dataclass(frozen=True, slots=True)
class PushNotifierDependencies:
    """Dependencies of PushNotifier. `loopback`: allow push services on loopback addresses (for tests)."""

    database: Database
    keys: KeyStore
    directory: DirectoryCache
    transport: PushTransport
    vapid: Vapid
    bus: EventBus
    preferences: NoticePreferences
    loopback: bool = False
    sleep: Callable[[float], Awaitable[object]] = asyncio.sleep


@dataclass(slots=True)
class _TestRun:
    principal: Principal
    started: datetime
    started_monotonic: float
    test: PushTest = field(default_factory=PushTest)


class PushNotifier:
    """Push subscriptions of signed-in devices. `start` loads them; methods used by calls do not block."""

    def __init__(self, deps: PushNotifierDependencies) -> None:
        self._deps = deps
        self._clock: Clock = deps.database.clock
        self._subscriptions = SubscriptionIndex()
        self._sender = PushSender(
            PushSenderDependencies(
                deps.keys,
                deps.transport,
                deps.vapid,
                self._clock,
                deps.preferences,
                self._on_gone,
                deps.sleep,
            )
        )
        # Owner: this node: notifications that it is sending.
        self._wakeups: OrderedDict[tuple[str, str], PushJob] = OrderedDict()
        self._test_runs: OrderedDict[str, _TestRun] = OrderedDict()

    @property
    def public_key(self) -> str:
        """VAPID public key for browser subscriptions (base64url)."""
        return self._deps.vapid.public

    @property
    def count(self) -> int:
        """Number of subscribed devices. Not `__len__`, which would make an empty service falsy."""
        return len(self._subscriptions)

    async def start(self) -> None:
        """Load subscriptions and drop those deleted from the database. To be called periodically."""
        before = self._subscriptions.all()
        async with self._deps.database.read() as session:
            rows = await repository.list_subscriptions(session)
        stored = (
            Subscription(row.id, row.tenant_id, row.person_id, row.subject_id, row.device_id, row.sealed)
            for row in rows
        )
        self._subscriptions.take_over(stored, before)

    async def close(self) -> None:
        """Wait briefly for pending deliveries."""
        await self._sender.close()

    async def wait_idle(self) -> None:
        """Wait until all started deliveries have finished."""
        await self._sender.wait_idle()

    # Subscriptions

    async def subscribe(self, principal: Principal, new: NewSubscription, device_id: str | None) -> None:
        """Store the subscription of the session's device, replacing an earlier one. Raises Invalid, NotFound."""
        subject = self._deps.directory.person_subject(principal.person_id)
        if subject is None or not principal.session_id:
            raise NotFound("Session not found.")
        part = PushPart(
            endpoints.check_endpoint(new.endpoint, loopback=self._deps.loopback),
            endpoints.check_public_key(new.p256dh),
            endpoints.check_secret(new.auth),
        )
        if not is_valid_public_key(part.p256dh):
            raise Invalid("Invalid public key.", hint="Subscribe again.", field="keys.p256dh")
        tenant, session_id = principal.tenant_id, principal.session_id
        [sealed] = repository.PUSH_CODEC.seal(self._deps.keys, tenant, [(subject, session_id, part)])
        subscription = Subscription(session_id, tenant, principal.person_id, subject, device_id, sealed)
        async with self._deps.database.begin() as uow:
            await repository.delete_subscription(uow.session, tenant, session_id)
            uow.session.add(
                PushRow(
                    id=session_id,
                    tenant_id=tenant,
                    person_id=subscription.person_id,
                    subject_id=subject,
                    device_id=device_id,
                    created=self._clock.now(),
                    sealed=sealed,
                )
            )
        self._subscriptions.put(subscription)

    async def unsubscribe(self, principal: Principal) -> None:
        """Delete the subscription of the session's device, if any."""
        self._subscriptions.remove(principal.session_id)
        async with self._deps.database.begin() as uow:
            await repository.delete_subscription(uow.session, principal.tenant_id, principal.session_id)

    async def bind_device(self, tenant_id: str, session_id: str, device_id: str) -> None:
        """Link the session's subscription, if any, to its SIP device."""
        if self._subscriptions.bind_device(session_id, device_id):
            async with self._deps.database.begin() as uow:
                await repository.bind_device(uow.session, tenant_id, session_id, device_id)

    # Calls: implements the push wake-up port of `calls`

    def push_devices(self, extension_id: str) -> tuple[str, ...]:
        """Return the enabled devices of an extension with a push subscription, registered or not."""
        devices = self._deps.directory.devices_of(extension_id)
        return tuple(
            one.device_id for one in devices if one.enabled and self._subscriptions.by_device(one.device_id) is not None
        )

    def notify_call(self, device_ids: Sequence[str], call_id: str) -> None:
        """Send a call push to these devices."""
        for device_id in device_ids:
            to = self._subscriptions.by_device(device_id)
            if to is not None:
                job = self._call_job(to, "call", call_id)
                self._wakeups[to.session_id, call_id] = job
                self._sender.send(job)
        while len(self._wakeups) > _MAX_WAKEUPS:
            self._wakeups.popitem(last=False)

    def notify_end(self, device_ids: Sequence[str], call_id: str) -> None:
        """Send a stop push: the call was answered elsewhere or cancelled."""
        for device_id in device_ids:
            to = self._subscriptions.by_device(device_id)
            if to is not None:
                self._stop(to, call_id)

    def _stop(self, subscription: Subscription, call_id: str) -> None:
        wakeup = self._wakeups.pop((subscription.session_id, call_id), None)
        if wakeup is None:
            return
        wakeup.cancelled = True
        if wakeup.in_progress:
            # After the call push, which it might overtake otherwise. Without any attempt there is nothing to stop.
            wakeup.follow_up = self._call_job(subscription, "stop", call_id) if wakeup.attempts else None
        elif wakeup.attempts:
            self._sender.send(self._call_job(subscription, "stop", call_id))

    @staticmethod
    def _call_job(subscription: Subscription, kind: Literal["call", "stop"], call_id: str) -> PushJob:
        # Same topic for both, so that the stop push replaces a call push still held by the service (RFC 8030 section
        # 5.4). A topic has at most 32 base64url characters, as our ids have without hyphens.
        return PushJob(
            subscription,
            kind,
            {"call": call_id},
            "telephony",
            CALL_TTL_SECONDS,
            urgency="high",
            topic=call_id.replace("-", "")[:32],
        )

    # Notices

    def send_notice(self, person_id: str, kind: EmailKind) -> None:
        """Send a push without content about a notice to all devices of a person."""
        for subscription in self._subscriptions.by_person(person_id):
            self._sender.send(PushJob(subscription, kind, {}, "administration", NOTICE_TTL_SECONDS))

    def send_message(self, person_id: str, conversation_id: str, is_connected: Callable[[str], bool]) -> None:
        """Send a push about a new message, without its content, to the devices of a person whose session is not
        connected. An earlier one that was not delivered yet is replaced."""
        for subscription in self._subscriptions.by_person(person_id):
            if not is_connected(subscription.session_id):
                values = {"conversation": conversation_id}
                job = PushJob(subscription, "message", values, "telephony", NOTICE_TTL_SECONDS, topic=_MESSAGES)
                self._sender.send(job)

    def session_ended(self, session_id: str) -> None:
        """Notify a signed-out device and drop its subscription, whose row was deleted with the session."""
        subscription = self._subscriptions.remove(session_id)
        if subscription is not None:
            job = PushJob(subscription, "signed_out", {}, "administration", NOTICE_TTL_SECONDS, urgency="high")
            self._sender.send(job)

    def person_closed(self, person_id: str) -> None:
        """Do the same for all devices of a person."""
        for subscription in self._subscriptions.by_person(person_id):
            self.session_ended(subscription.session_id)

    def tenant_deleted(self, tenant_id: str) -> None:
        """Drop all subscriptions of a deleted tenant."""
        for one in self._subscriptions.all():
            if one.tenant_id == tenant_id:
                self._subscriptions.remove(one.session_id)

    async def erase(self, tenant_id: str, subject: str) -> None:
        """Delete the data of an erased subject, whose key is already destroyed. Idempotent."""
        for one in self._subscriptions.all():
            if one.subject == subject:
                self._subscriptions.remove(one.session_id)
        async with self._deps.database.begin() as uow:
            await repository.erase_subject(uow.session, tenant_id, subject)
            await received_repository.erase_subject(uow.session, tenant_id, subject)

    async def _on_gone(self, subscription: Subscription) -> None:
        """Delete an expired subscription, unless it was renewed meanwhile."""
        if self._subscriptions.get(subscription.session_id) is not subscription:
            return
        self._subscriptions.remove(subscription.session_id)
        async with self._deps.database.begin() as uow:
            await repository.delete_expired_subscription(uow.session, subscription)

    # Test pushes

    def send_test(self, principal: Principal) -> str:
        """Send a test push to the requesting device; return the test id. Raises NoPushSubscription, TooMany."""
        subscription = self._subscriptions.get(principal.session_id)
        if subscription is None:
            raise NoPushSubscription(
                "This device has no push subscription.", hint="Allow notifications, then try again."
            )
        self._drop_old_tests()
        monotonic_now = self._clock.monotonic()
        if any(
            t.principal == principal and t.started_monotonic + _TEST_INTERVAL > monotonic_now
            for t in self._test_runs.values()
        ):
            raise TooManyRequests("A test is already running.", retry_after=_TEST_INTERVAL)
        test_id = self._clock.new_id()
        run = self._test_runs[test_id] = _TestRun(principal, self._clock.now(), monotonic_now)

        def done(outcome: DeliveryOutcome) -> None:
            accepted = outcome == "taken"
            run.test = replace(run.test, sent=accepted, problem=None if accepted else outcome)

        values = {"id": test_id}
        self._sender.send(
            PushJob(subscription, "test", values, "administration", TEST_TTL_SECONDS, urgency="high", on_done=done)
        )
        return test_id

    def mark_seen(self, principal: Principal, test_id: str) -> None:
        """Record that the test push arrived. Raises NotFound for a test of another person."""
        run = self._find_test(principal, test_id)
        run.test = replace(run.test, seen=True)
        self._deps.bus.publish(PushSeen(principal.tenant_id, run.principal.session_id, test_id))

    def get_test(self, principal: Principal, test_id: str) -> PushTest:
        """Return the state of a test. Raises NotFound."""
        return self._find_test(principal, test_id).test

    def _find_test(self, principal: Principal, test_id: str) -> _TestRun:
        self._drop_old_tests()
        run = self._test_runs.get(test_id)
        if run is None or run.principal.person_id != principal.person_id:
            raise NotFound("Test not found.", hint="Start one with POST /api/v1/me/push/test.")
        return run

    def _drop_old_tests(self) -> None:
        oldest = self._clock.now() - _TEST_RETENTION
        while self._test_runs:
            test_id, run = next(iter(self._test_runs.items()))
            if run.started > oldest and len(self._test_runs) < _MAX_TESTS:
                return
            del self._test_runs[test_id]
