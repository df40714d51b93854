"""Changes of feature codes: open apps take the new ones, and desk phones fetch their settings again."""

import asyncio

from unificx.api import EventHub
from unificx.core.background import BackgroundTasks
from unificx.core.clock import Clock
from unificx.identity import Action, DirectoryCache
from unificx.provisioning import PHONE_CODES, PhoneSettingsService
from unificx.routing import FeatureCodes
from unificx.server.collecting_timer import CollectingTimer
from unificx.sip_server import CheckSync

COLLECT_SECONDS = 2.0
"""Seconds after a change in which further ones of an administrator are collected."""
PHONE_INTERVAL = 0.05
"""Seconds between two phones that fetch their settings, so that not all of an organisation do at once."""


class CodeChanges:
    """Follows the feature codes of all tenants."""

    def __init__(
        self,
        hub: EventHub,
        codes: FeatureCodes,
        settings: PhoneSettingsService,
        lookup: tuple[DirectoryCache, Clock],
        check_sync: CheckSync,
    ) -> None:
        self._hub = hub
        self._settings = settings
        self._directory, self._clock = lookup
        self._check_sync = check_sync
        self._tasks = BackgroundTasks()
        # Owner: this node, until the timer ends.
        self._tenants: set[str] = set()
        self._timer = CollectingTimer(COLLECT_SECONDS, self._send)
        codes.on_change.append(self._changed)

    async def close(self) -> None:
        """Ask no further phones."""
        self._timer.close()
        await self._tasks.close()

    def _changed(self, tenant_id: str, name: str) -> None:
        self._hub.send_to_permitted(tenant_id, Action.DIRECTORY, {"type": "feature_codes"})
        if name in PHONE_CODES:
            self._tenants.add(tenant_id)
            self._timer.start()

    def _send(self) -> None:
        tenants, self._tenants = self._tenants, set()
        for tenant_id in tenants:
            self._tasks.spawn(self._notify(tenant_id))

    async def _notify(self, tenant_id: str) -> None:
        for device_id in await self._settings.devices_of(tenant_id):
            device = self._directory.device(device_id)
            if device is not None and self._check_sync.send(
                device.extension_id, device_id, self._clock.monotonic(), reboot=False
            ):
                await asyncio.sleep(PHONE_INTERVAL)
