"""Web Push: subscriptions and messages. Messages contain no names or numbers."""

import asyncio
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from unificx.core.clock import Clock
from unificx.core.errors import Invalid, NotFound, TooManyRequests
from unificx.core.events import EventBus
from unificx.db import Database
from unificx.identity import DirectoryCache, Principal
from unificx.notifications import repository
from unificx.notifications.events import PushSeen
from unificx.notifications.models import PushPart, PushRow
from unificx.notifications.policies import endpoints
from unificx.notifications.ports import KeyRing, PushGate
from unificx.notifications.push_sender import Errand, ErrandParts, Errands, Outcome
from unificx.notifications.schemas import NewSubscription, NoSubscription, PushTest, Subscription
from unificx.notifications.subscriptions import Subscriptions
from unificx.notifications.vapid import Vapid, is_point

CALL_SECONDS = 30.0
"""Lifetime of a call push and of its stop push."""
TEST_SECONDS = 30.0
NOTICE_SECONDS = 86_400.0
_BETWEEN_TESTS = 2.0
_TEST_KEPT = timedelta(minutes=10)
_MOST_TESTS = 2_000
_MOST_RINGING = 20_000


@dataclass(frozen=True, slots=True)
class PushParts:
    """Dependencies of PushNotifier. `loopback`: allow push services on loopback addresses (for tests)."""

    database: Database
    keys: KeyRing
    directory: DirectoryCache
    gate: PushGate
    vapid: Vapid
    bus: EventBus
    loopback: bool = False
    pause: Callable[[float], Awaitable[object]] = asyncio.sleep


@dataclass(slots=True)
class _Trial:
    principal: Principal
    began: datetime
    ticks: float
    test: PushTest = field(default_factory=PushTest)


class Push:
    """Push subscriptions of signed-in devices. `start` loads them; methods used by calls do not block."""

    def __init__(self, parts: PushParts) -> None:
        self._parts = parts
        self._clock: Clock = parts.database.clock
        self._known = Subscriptions()
        self._errands = Errands(ErrandParts(parts.keys, parts.gate, parts.vapid, self._clock, self._gone, parts.pause))
        self._ringing: OrderedDict[tuple[str, str], Errand] = OrderedDict()
        self._trials: OrderedDict[str, _Trial] = OrderedDict()

    @property
    def public_key(self) -> str:
        """VAPID public key for browser subscriptions (base64url)."""
        return self._parts.vapid.public

    @property
    def count(self) -> int:
        """Number of subscribed devices. Not `__len__`, which would make an empty service falsy."""
        return len(self._known)

    async def start(self) -> None:
        """Load subscriptions and drop those deleted from the database. To be called periodically."""
        async with self._parts.database.read() as session:
            rows = await repository.subscriptions(session)
        self._known.keep_only(row.id for row in rows)
        for row in rows:
            self._known.put(
                Subscription(row.id, row.tenant_id, row.person_id, row.subject_id, row.device_id, row.sealed)
            )

    async def close(self) -> None:
        """Wait briefly for pending deliveries."""
        await self._errands.close()

    async def settled(self) -> None:
        """Wait until all started deliveries have finished."""
        await self._errands.settled()

    # Subscriptions

    async def subscribe(self, principal: Principal, new: NewSubscription, device_id: str | None) -> None:
        """Store the subscription of this session's device, replacing an earlier one. Raises Invalid, NotFound."""
        subject = self._parts.directory.person_subject(principal.person_id)
        if subject is None or not principal.session_id:
            raise NotFound("Session not found.")
        part = PushPart(
            endpoints.endpoint(new.endpoint, loopback=self._parts.loopback),
            endpoints.point(new.p256dh),
            endpoints.secret(new.auth),
        )
        if not is_point(part.p256dh):
            raise Invalid("Invalid public key.", hint="Subscribe again.", field="keys.p256dh")
        tenant, session_id = principal.tenant_id, principal.session_id
        [blob] = repository.PUSH.seal(self._parts.keys, tenant, [(subject, session_id, part)])
        one = Subscription(session_id, tenant, principal.person_id, subject, device_id, blob)
        async with self._parts.database.begin() as uow:
            await repository.delete_subscription(uow.session, tenant, session_id)
            uow.session.add(
                PushRow(
                    id=session_id,
                    tenant_id=tenant,
                    person_id=one.person_id,
                    subject_id=subject,
                    device_id=device_id,
                    created=self._clock.now(),
                    sealed=blob,
                )
            )
        self._known.put(one)

    async def unsubscribe(self, principal: Principal) -> None:
        """Delete the subscription of this session's device, if any."""
        self._known.drop(principal.session_id)
        async with self._parts.database.begin() as uow:
            await repository.delete_subscription(uow.session, principal.tenant_id, principal.session_id)

    async def bind(self, tenant_id: str, session_id: str, device_id: str) -> None:
        """Link the session's subscription, if any, to its SIP device."""
        if self._known.bind(session_id, device_id):
            async with self._parts.database.begin() as uow:
                await repository.bind_device(uow.session, tenant_id, session_id, device_id)

    def subscribed(self, session_id: str) -> bool:
        """Return whether the session's device has a subscription."""
        return self._known.get(session_id) is not None

    # Calls: implements the push wake-up port of `calls`

    def push_devices(self, extension_id: str) -> tuple[str, ...]:
        """Return the enabled devices of an extension with a push subscription, registered or not."""
        devices = self._parts.directory.devices_of(extension_id)
        return tuple(
            one.device_id for one in devices if one.enabled and self._known.of_device(one.device_id) is not None
        )

    def notify_call(self, device_ids: Sequence[str], call_id: str) -> None:
        """Send a call push to these devices."""
        for device_id in device_ids:
            to = self._known.of_device(device_id)
            if to is not None:
                errand = self._call(to, "call", call_id)
                self._ringing[to.session_id, call_id] = errand
                self._errands.send(errand)
        while len(self._ringing) > _MOST_RINGING:
            self._ringing.popitem(last=False)

    def notify_end(self, device_ids: Sequence[str], call_id: str) -> None:
        """Send a stop push: the call was answered elsewhere or cancelled."""
        for device_id in device_ids:
            to = self._known.of_device(device_id)
            if to is not None:
                self._stop(to, call_id)

    def _stop(self, to: Subscription, call_id: str) -> None:
        woken = self._ringing.pop((to.session_id, call_id), None)
        if woken is None:
            return
        woken.over = True
        if woken.under_way:
            # After the call push, which it might overtake otherwise. Without any attempt there is nothing to stop.
            woken.then = self._call(to, "stop", call_id) if woken.tries else None
        elif woken.tries:
            self._errands.send(self._call(to, "stop", call_id))

    @staticmethod
    def _call(to: Subscription, kind: str, call_id: str) -> Errand:
        # Same topic for both, so that the stop push replaces a call push still held by the service (RFC 8030 section
        # 5.4). A topic has at most 32 base64url characters, as our ids have without hyphens.
        return Errand(
            to,
            {"type": kind, "call": call_id},
            "telephony",
            CALL_SECONDS,
            urgency="high",
            topic=call_id.replace("-", "")[:32],
        )

    # Notices

    def notice(self, person_id: str) -> None:
        """Send a notice push to all devices of a person."""
        for to in self._known.of_person(person_id):
            self._errands.send(Errand(to, {"type": "notice"}, "administration", NOTICE_SECONDS))

    def session_ended(self, session_id: str) -> None:
        """Notify a signed-out device and drop its subscription, whose row was deleted with the session."""
        to = self._known.drop(session_id)
        if to is not None:
            message = {"type": "signed_out"}
            self._errands.send(Errand(to, message, "administration", NOTICE_SECONDS, urgency="high"))

    def person_ended(self, person_id: str) -> None:
        """Do the same for all devices of a person."""
        for to in self._known.of_person(person_id):
            self.session_ended(to.session_id)

    def tenant_ended(self, tenant_id: str) -> None:
        """Drop all subscriptions of a deleted tenant."""
        for one in self._known.all():
            if one.tenant_id == tenant_id:
                self._known.drop(one.session_id)

    async def erase(self, tenant_id: str, subject: str) -> None:
        """Delete the data of an erased subject, whose key is already destroyed. Idempotent."""
        for one in self._known.all():
            if one.subject == subject:
                self._known.drop(one.session_id)
        async with self._parts.database.begin() as uow:
            await repository.erase(uow.session, tenant_id, subject)

    async def _gone(self, to: Subscription) -> None:
        """Delete an expired subscription, unless it was renewed meanwhile."""
        if self._known.get(to.session_id) is not to:
            return
        self._known.drop(to.session_id)
        async with self._parts.database.begin() as uow:
            await repository.delete_subscription(uow.session, to.tenant_id, to.session_id)

    # Test pushes

    def test(self, principal: Principal) -> str:
        """Send a test push to the requesting device; return the test id. Raises NoPushSubscription, TooMany."""
        to = self._known.get(principal.session_id)
        if to is None:
            raise NoSubscription("This device has no push subscription.", hint="Allow notifications, then try again.")
        self._forget_old_trials()
        ticks = self._clock.monotonic()
        if any(t.principal == principal and t.ticks + _BETWEEN_TESTS > ticks for t in self._trials.values()):
            raise TooManyRequests("A test is already running.", retry_after=_BETWEEN_TESTS)
        test_id = self._clock.new_id()
        trial = self._trials[test_id] = _Trial(principal, self._clock.now(), ticks)

        def done(outcome: Outcome) -> None:
            accepted = outcome == "taken"
            trial.test = replace(trial.test, sent=accepted, problem=None if accepted else outcome)

        message = {"type": "test", "id": test_id}
        self._errands.send(Errand(to, message, "administration", TEST_SECONDS, urgency="high", done=done))
        return test_id

    def seen(self, principal: Principal, test_id: str) -> None:
        """Record that the test push arrived. Raises NotFound for a test of another person."""
        trial = self._trial(principal, test_id)
        trial.test = replace(trial.test, seen=True)
        self._parts.bus.publish(PushSeen(principal.tenant_id, trial.principal.session_id, test_id))

    def show_test(self, principal: Principal, test_id: str) -> PushTest:
        """Return the state of a test. Raises NotFound."""
        return self._trial(principal, test_id).test

    def _trial(self, principal: Principal, test_id: str) -> _Trial:
        self._forget_old_trials()
        trial = self._trials.get(test_id)
        if trial is None or trial.principal.person_id != principal.person_id:
            raise NotFound("Test not found.", hint="Start one with POST /api/v1/me/push/test.")
        return trial

    def _forget_old_trials(self) -> None:
        oldest = self._clock.now() - _TEST_KEPT
        while self._trials:
            test_id, trial = next(iter(self._trials.items()))
            if trial.began > oldest and len(self._trials) < _MOST_TESTS:
                return
            del self._trials[test_id]
