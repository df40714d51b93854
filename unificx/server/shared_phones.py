"""Shared phones follow the users who sign in at them."""

from unificx.cluster import EventBus
from unificx.core.clock import Clock
from unificx.identity.events import SharedPhoneUsed
from unificx.registrar import Registrar
from unificx.sip_server import CheckSync


def follow_shared_phones(bus: EventBus, registrar: Registrar, check_sync: CheckSync, clock: Clock) -> None:
    """Ring a shared phone for its present user, and have it fetch their settings."""

    def used(event: SharedPhoneUsed) -> None:
        now = clock.monotonic()
        registrar.move_device(event.device_id, event.extension_id, event.former_extension_id, now)
        check_sync.send(event.extension_id, event.device_id, now, reboot=False)

    bus.subscribe(SharedPhoneUsed, used)
