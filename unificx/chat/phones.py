"""Messages to and from phones that have no app: text messages of SIP (RFC 3428)."""

import asyncio
import contextlib
from collections.abc import Set
from datetime import datetime, timedelta

import structlog
from sqlalchemy.ext.asyncio import AsyncSession

from unificx.chat import delivery_repository, message_repository, repository
from unificx.chat.checks import is_shown
from unificx.chat.conversations import Conversations
from unificx.chat.dependencies import ChatDependencies
from unificx.chat.ports import PhoneSender
from unificx.chat.schemas import Party, PhoneDelivery, PhoneText
from unificx.core.access import Access
from unificx.core.background import BackgroundTasks
from unificx.core.errors import NotFound
from unificx.core.faults import describe_fault
from unificx.db import PollingWorker

MAX_AGE = timedelta(days=1)
"""Time after which a message is not sent to a phone any more."""
FIRST_DELAY, MAX_DELAY = timedelta(seconds=30), timedelta(hours=1)
MAX_CONCURRENT = 64
"""Phones that messages are sent to at a time."""
BATCH = 20
FAULT_SECONDS = 30.0
NOT_REGISTERED = 480
TEMPORARY = frozenset((408, NOT_REGISTERED, 486, 491, 500, 502, 503, 504, 600))
"""Statuses after which a message is tried again; every other error is final."""

log = structlog.get_logger()


class PhoneDeliveries:
    """Sends queued messages to phones, those of one phone in their order. A phone that does not answer delays no other
    one. A process that dies repeats what was not confirmed."""

    def __init__(self, deps: ChatDependencies, conversations: Conversations, sender: PhoneSender) -> None:
        self._deps, self._conversations, self._sender = deps, conversations, sender
        self._database, self._clock = deps.database, deps.clock
        self._tasks = BackgroundTasks(Access("telephony", "chat to phones"))
        self._slots = asyncio.Semaphore(MAX_CONCURRENT)
        # Owner: the node that delivers.
        self._busy: set[str] = set()
        self._unreachable: dict[str, str] = {}
        """Tenants of the devices that were not registered at the last attempt."""
        self._registered: set[str] = set()
        """Busy devices that have registered meanwhile."""
        self._worker = PollingWorker(
            self._database, self.start_due, self._next_due, failure_event="phone_texts_delayed"
        )

    async def run(self) -> None:
        """Deliver until cancelled."""
        async with self._database.begin() as uow:
            await delivery_repository.make_due(uow.session, self._clock.now())
        await self._worker.run()

    @property
    def busy(self) -> Set[str]:
        """Devices that messages are being sent to."""
        return self._busy

    async def joined(self) -> None:
        """Wait for the work that was started."""
        await self._tasks.join()

    async def close(self) -> None:
        """Cancel the requests that wait for a response."""
        await self._tasks.close()

    def wake(self) -> None:
        """Start to deliver: messages were queued."""
        self._worker.wake()

    def device_registered(self, device_id: str) -> None:
        """Deliver what waits for a device that has registered again."""
        if device_id in self._busy:
            self._registered.add(device_id)
        elif (tenant_id := self._unreachable.pop(device_id, None)) is not None:
            self._tasks.spawn(self._try_now(tenant_id, device_id))

    async def _try_now(self, tenant_id: str, device_id: str) -> None:
        await self._postpone(tenant_id, device_id, self._clock.now())
        self._worker.wake()

    async def _next_due(self, session: AsyncSession) -> datetime | None:
        return await delivery_repository.next_due(session, sorted(self._busy))

    async def start_due(self) -> None:
        """Start to deliver everything that is due."""
        async with self._database.read() as session:
            due = await delivery_repository.due_devices(session, self._clock.now())
        for tenant_id, device_id in due:
            if device_id not in self._busy:
                self._busy.add(device_id)
                self._tasks.spawn(self._deliver_to(tenant_id, device_id))

    async def _deliver_to(self, tenant_id: str, device_id: str) -> None:
        """Send the messages for a device until one has to be tried again."""
        try:
            async with self._slots:
                await self._send_all(tenant_id, device_id)
        except Exception as fault:
            log.warning("phone_texts_delayed", **describe_fault(fault))
            await asyncio.sleep(FAULT_SECONDS)
        finally:
            self._busy.discard(device_id)
            self._worker.wake()
            if device_id in self._registered:
                self._registered.discard(device_id)
                self.device_registered(device_id)

    async def _send_all(self, tenant_id: str, device_id: str) -> None:
        while True:
            async with self._database.read() as session:
                waiting = await delivery_repository.of_device(session, tenant_id, device_id, BATCH)
            for delivery in waiting:
                if not await self._attempt(delivery):
                    return
            if not waiting:
                return

    async def _attempt(self, delivery: PhoneDelivery) -> bool:
        """Send a message; return whether the next one of this phone may follow."""
        text = await self._text(delivery)
        status = 0 if text is None else await self._sender.send(text)
        now, age = self._clock.now(), self._clock.now() - delivery.created
        if status in TEMPORARY and age < MAX_AGE:
            await self._try_later(delivery, status, now)
            return False
        async with self._database.begin() as uow:
            await delivery_repository.remove(uow.session, delivery.tenant_id, delivery.id)
        if 200 <= status < 300:
            await self._mark(delivery)
        return True

    async def _try_later(self, delivery: PhoneDelivery, status: int, now: datetime) -> None:
        due = now + min(FIRST_DELAY * 2 ** min(delivery.attempts, 10), MAX_DELAY)
        if status == NOT_REGISTERED:
            due = delivery.created + MAX_AGE
            self._unreachable[delivery.device_id] = delivery.tenant_id
        async with self._database.begin() as uow:
            await delivery_repository.count_attempt(uow.session, delivery.tenant_id, delivery.id, due)
            await delivery_repository.postpone(uow.session, delivery.tenant_id, delivery.device_id, due)

    async def _postpone(self, tenant_id: str, device_id: str, due: datetime) -> None:
        async with self._database.begin() as uow:
            await delivery_repository.postpone(uow.session, tenant_id, device_id, due)

    async def _text(self, delivery: PhoneDelivery) -> PhoneText | None:
        """Return a message with its present text; None if it is not to be sent any more."""
        keys, where = self._deps.keys, (delivery.tenant_id, delivery.conversation_id)
        async with self._database.read() as session:
            found = await repository.get(session, keys, where[0], delivery.person_id, where[1])
            message = await message_repository.get(session, keys, *where, delivery.message_id)
        if found is None or message is None or not message.text or not is_shown(message, found[1], self._clock.now()):
            return None
        conversation, _ = found
        return PhoneText(delivery, message.person_id, message.created, conversation.name, message.text)

    async def _mark(self, delivery: PhoneDelivery) -> None:
        subject = self._deps.directory.person_subject(delivery.person_id)
        if subject is not None:
            member = Party(delivery.tenant_id, delivery.person_id, subject)
            with contextlib.suppress(NotFound):  # they have left
                await self._conversations.mark(member, delivery.conversation_id, 0, delivery.seq)
