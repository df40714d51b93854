"""Shared phones follow the users who sign in at them."""

from unificx.cluster import EventBus
from unificx.identity.events import SharedPhoneUsed
from unificx.server.container import Container
from unificx.sip_server import CheckSync


def follow_shared_phones(bus: EventBus, container: Container, check_sync: CheckSync) -> None:
    """Ring a shared phone for its present user, and have it fetch their settings."""

    def used(event: SharedPhoneUsed) -> None:
        now = container.clock.monotonic()
        container.registrar.move_device(event.device_id, event.extension_id, event.former_extension_id, now)
        check_sync.send(event.extension_id, event.device_id, now, reboot=False)

    bus.subscribe(SharedPhoneUsed, used)
