"""After a change of feature codes, open apps take the new ones, and registered phones fetch their settings."""

import asyncio
from collections.abc import Callable
from types import SimpleNamespace
from typing import cast

import pytest
from sip_harness import Phone, SipHarness, notified
from virtual_time import run_in_virtual_time

from unificx.api import EventHub
from unificx.identity import Principal, Role
from unificx.provisioning import PhoneSettingsService
from unificx.routing import FeatureCodes
from unificx.server.code_changes import COLLECT_SECONDS, PHONE_INTERVAL, CodeChanges

DEVICE = "d-t1-1001a"


class Provisioned:
    """Phones that have settings: one of the harness, one that is not registered, and one that was deleted."""

    devices: tuple[str, ...] = (DEVICE, "d-t1-1001b", "d-gone")
    queries = 0

    async def devices_of(self, tenant_id: str) -> list[str]:
        self.queries += 1
        return [*self.devices] if tenant_id == "t1" else []


def asked(harness: SipHarness) -> list[str | None]:
    return [each.first("event") for each in notified(harness.send(b"\r\n"))]


def follow(harness: SipHarness, settings: Provisioned, hub: EventHub) -> tuple[CodeChanges, Callable[[str, str], None]]:
    """Return what follows the codes, and how it learns of a change."""
    codes = SimpleNamespace(on_change=[])
    changes = CodeChanges(
        hub,
        cast("FeatureCodes", codes),
        cast("PhoneSettingsService", settings),
        (harness.directory, harness.clock),
        harness.check_sync,
    )
    [changed] = codes.on_change
    return changes, changed


def test_changes_of_one_moment_reach_apps_each_and_phones_once() -> None:
    harness, settings, hub = SipHarness(), Provisioned(), EventHub()
    Phone(harness).register()

    async def scenario() -> None:
        app, other = (hub.open(Principal(each, each, Role.USER, each)) for each in ("t1", "t2"))
        changes, changed = follow(harness, settings, hub)
        changed("t1", "park")
        await asyncio.sleep(2 * COLLECT_SECONDS)
        assert (settings.queries, asked(harness)) == (0, [])  # no key of a phone has this code
        assert await app.next() == '{"type":"feature_codes"}'
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(other.next(), 1)
        for name in ("pickup", "voicemail-own", "pickup"):
            changed("t1", name)
        await asyncio.sleep(2 * COLLECT_SECONDS)
        assert (settings.queries, asked(harness)) == (1, ["check-sync;reboot=false"])
        changed("t2", "pickup")
        await asyncio.sleep(2 * COLLECT_SECONDS)
        assert asked(harness) == []
        changed("t1", "pickup")
        await changes.close()  # a change that is not followed yet is dropped
        await asyncio.sleep(2 * COLLECT_SECONDS)
        assert (settings.queries, asked(harness)) == (2, [])

    run_in_virtual_time(scenario())


def test_a_server_that_stops_does_not_ask_the_remaining_phones() -> None:
    harness, settings = SipHarness(), Provisioned()
    settings.devices = (DEVICE, DEVICE)
    Phone(harness).register()

    async def scenario() -> None:
        changes, changed = follow(harness, settings, EventHub())
        changed("t1", "pickup")
        await asyncio.sleep(COLLECT_SECONDS + PHONE_INTERVAL / 2)
        await changes.close()
        assert asked(harness) == ["check-sync;reboot=false"]

    run_in_virtual_time(scenario())
