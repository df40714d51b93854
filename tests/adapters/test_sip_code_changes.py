"""After a change of feature codes, open apps take the new ones, and registered phones fetch their settings."""

import asyncio
from types import SimpleNamespace
from typing import cast

import pytest
from sip_harness import Phone, SipHarness, notified
from virtual_time import run_in_virtual_time

from unificx.api import EventHub
from unificx.identity import Principal, Role
from unificx.provisioning import PhoneSettingsService
from unificx.routing import FeatureCodes
from unificx.server.code_changes import COLLECT_SECONDS, CodeChanges

DEVICE = "d-t1-1001a"


class Provisioned:
    """Phones that have settings: one of the harness, one that is not registered, and one that was deleted."""

    queries = 0

    async def devices_of(self, tenant_id: str) -> list[str]:
        self.queries += 1
        return [DEVICE, "d-t1-1001b", "d-gone"] if tenant_id == "t1" else []


def asked(harness: SipHarness) -> list[str | None]:
    return [each.first("event") for each in notified(harness.send(b"\r\n"))]


def test_changes_of_one_moment_reach_apps_each_and_phones_once() -> None:
    harness = SipHarness()
    codes, settings, hub = SimpleNamespace(on_change=[]), Provisioned(), EventHub()
    Phone(harness).register()

    async def scenario() -> None:
        app, other = (hub.open(Principal(each, each, Role.USER, each)) for each in ("t1", "t2"))
        changes = CodeChanges(
            hub,
            cast("FeatureCodes", codes),
            cast("PhoneSettingsService", settings),
            (harness.directory, harness.clock),
            harness.check_sync,
        )
        [changed] = codes.on_change
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
