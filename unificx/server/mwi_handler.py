"""MWI updates: passes mailbox changes to the phones concerned."""

import structlog

from unificx.core.access import Access
from unificx.core.background import BackgroundTasks
from unificx.core.faults import describe_fault
from unificx.identity.events import DeviceRevoked, ExtensionDeleted, SharedPhoneUsed
from unificx.registrar.events import DeviceRegistered
from unificx.server.container import Container
from unificx.sip_server import MwiNotifier, Subscriptions
from unificx.voicemail.events import MailboxChanged, MessageLeft

log = structlog.get_logger()


class MailboxMessageCounts:
    """Implements `sip_server.MessageCounts`."""

    def __init__(self, container: Container) -> None:
        self._waiting = container.mailboxes.message_counts
        self._shared = container.mailboxes.shared

    def waiting(self, extension_id: str) -> tuple[int, int]:
        shared = [self._waiting.get(group.id) for group in self._shared.of_member(extension_id) if group.lamp]
        found = sum(shared, self._waiting.get(extension_id))
        return found.new, found.old


class MwiHandler:
    """Subscribes to the bus, and ends the subscriptions of revoked devices; `close` waits for running counts."""

    def __init__(self, container: Container, mwi: MwiNotifier, subscriptions: Subscriptions) -> None:
        self._waiting = container.mailboxes.message_counts
        self._groups = container.mailboxes.shared
        self._mwi = mwi
        self._subscriptions = subscriptions
        self._now = container.clock.monotonic
        self._tasks = BackgroundTasks(Access("telephony", "message waiting"))
        bus = container.bus
        for kind in (MessageLeft, MailboxChanged):
            bus.subscribe(kind, self._on_changed)
        bus.subscribe(
            DeviceRegistered, lambda signal: mwi.device_registered(signal.extension_id, signal.device_id, self._now())
        )
        bus.subscribe(DeviceRevoked, lambda event: mwi.device_revoked(event.device_id))
        bus.subscribe(DeviceRevoked, lambda event: subscriptions.end(event.extension_id, self._now(), event.device_id))
        bus.subscribe(SharedPhoneUsed, self._on_phone_used)
        bus.subscribe(ExtensionDeleted, lambda event: subscriptions.end(event.extension_id, self._now()))

    def _on_phone_used(self, event: SharedPhoneUsed) -> None:
        """Have a shared phone subscribe again, as a device of the extension that it is used by now."""
        self._subscriptions.end(event.former_extension_id, self._now(), event.device_id, "deactivated")

    async def close(self) -> None:
        await self._tasks.join()

    def _on_changed(self, event: MessageLeft | MailboxChanged) -> None:
        self._tasks.spawn(self._count(event.tenant, event.extension_id))

    async def _count(self, tenant_id: str, box_id: str) -> None:
        try:
            await self._waiting.refresh(tenant_id, box_id)
        except Exception as fault:
            log.error("messages_not_counted", **describe_fault(fault))
        for extension_id in self._groups.owners(box_id):
            self._mwi.changed(extension_id, self._now())
