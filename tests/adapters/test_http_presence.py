"""Presence and forwarding by API: one's own, those of colleagues, and by administrators."""

import asyncio
import json
from collections.abc import Iterable
from datetime import timedelta

import pytest
from http_world import World

from unificx.calls import CallControl
from unificx.cluster import LocalEventBus
from unificx.identity import Principal, Role
from unificx.presence import Availability
from unificx.presence.schemas import NO_RULES
from unificx.privacy import Consents
from unificx.server.live_events import CallsStepped, LiveCallsChanged
from unificx.server.presence_events import MAX_ITEMS, PresenceEvents


class CallsOfTenant(CallControl):
    """Fake of the live calls: one call of a tenant."""

    CALL = "call-1"

    def __init__(self, tenant_id: str) -> None:
        self.tenant_id = tenant_id
        self.busy: set[str] = set()
        self.ringing: set[str] = set()
        self.readings = 0

    def busy_extensions(self, tenant_id: str) -> set[str]:
        self.readings += 1
        return self.busy if tenant_id == self.tenant_id else set()

    def pickup_extensions(self, tenant_id: str) -> set[str]:
        return self.ringing if tenant_id == self.tenant_id else set()

    def tenants(self, call_ids: Iterable[str]) -> set[str]:
        return {self.tenant_id} if self.CALL in call_ids else set()


@pytest.mark.promise("U1")
async def test_own_presence_is_seen_by_colleagues_of_the_tenant(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    ada, ben, other = [
        await world.user(tenant, number)
        for tenant, number in ((world.acme, "1001"), (world.acme, "1002"), (world.globex, "1001"))
    ]
    until = (world.clock.now() + timedelta(hours=1)).isoformat()
    change = {"state": "lunch", "until": until, "note": "Back at one"}
    [own] = (await ada.patch("/api/v1/presence", json=change)).json()["items"]
    assert (own["number"], own["state"], own["note"]) == ("1001", "lunch", "Back at one")
    seen = {one["number"]: one["state"] for one in (await ben.get("/api/v1/presence")).json()["items"]}
    assert seen == {"1001": "lunch", "1002": "available"}
    assert [one["state"] for one in (await other.get("/api/v1/presence")).json()["items"]] == ["available"]
    looked_up: list[str] = []

    def busy_extensions(tenant_id: str) -> set[str]:
        looked_up.append(tenant_id)
        return {one.id for one in world.identity.directory.extensions(tenant_id)}

    monkeypatch.setattr(world.calls, "busy_extensions", busy_extensions)
    states = {one["state"] for one in (await ben.get("/api/v1/presence")).json()["items"]}
    assert states == {"in_call"}
    assert looked_up == [world.acme.id]  # once, not for each extension
    [other_id] = [one.id for one in world.identity.directory.extensions(world.acme.id) if one.number == "1001"]
    world.calls.picked_up_at.add(other_id)
    ringing = {one["number"]: one["ringing"] for one in (await ben.get("/api/v1/presence")).json()["items"]}
    assert ringing == {"1001": True, "1002": False}
    first = await ben.get("/api/v1/presence", params={"limit": 1})
    assert (await ben.get("/api/v1/presence", params={"cursor": first.json()["next"]})).json()["next"] is None


async def test_forwarding_is_for_the_user_and_administrators(world: World) -> None:
    ada, ben, admin = await world.user(world.acme, "1001"), await world.user(world.acme, "1002"), None
    admin = await world.admin(world.acme)
    change = {"forwarding": [{"state": "off_work", "callers": "outside", "always": "extension:1002"}]}
    shown = (await ada.patch("/api/v1/presence/1001", json=change)).json()
    assert shown["profiles"]["off_work"]["outside"]["always"] == "extension:1002"
    assert shown["profiles"]["off_work"]["inside"]["always"] == "default"
    assert shown["profiles"]["available"]["inside"]["always"] == "off"
    for request in (ben.get("/api/v1/presence/1001"), ben.patch("/api/v1/presence/1001", json={"state": "away"})):
        assert (await request).status_code == 404
    assert (await admin.get("/api/v1/presence/1001")).json() == shown
    assert (await admin.patch("/api/v1/presence/1001", json={"call_waiting": False})).json()["call_waiting"] is False


async def test_a_ring_order_names_devices_of_the_extension(world: World) -> None:
    ada, ben = await world.user(world.acme, "1001"), await world.user(world.acme, "1002")
    [own], [other] = [
        (await one.get("/api/v1/devices", params={"extension": number})).json()["items"]
        for one, number in ((ada, "1001"), (ben, "1002"))
    ]

    def order(device: str) -> dict[str, object]:
        return {"forwarding": [{"state": "lunch", "ring_order": [{"device": device, "seconds": 10}]}]}

    shown = (await ada.patch("/api/v1/presence/1001", json=order(own["id"]))).json()
    assert shown["profiles"]["lunch"]["ring_order"] == [{"device": own["id"], "seconds": 10}]
    assert shown["profiles"]["available"]["ring_order"] is None
    for device in (other["id"], "unknown"):
        refused = await ada.patch("/api/v1/presence/1001", json=order(device))
        assert (refused.status_code, refused.json()["field"]) == (422, "ring_order")
    change = {"forwarding": [{"state": "lunch", "ring_order": "default"}]}
    assert (await ada.patch("/api/v1/presence/1001", json=change)).json()["profiles"]["lunch"]["ring_order"] is None


async def test_extension_has_the_rules_in_force(world: World) -> None:
    await world.user(world.acme, "1001")
    await world.user(world.acme, "1002")
    admin = await world.admin(world.acme)
    wanted = {"forward_always": "extension:1002", "forward_busy": "off", "do_not_disturb": "on"}
    changed = (await admin.patch("/api/v1/extensions/1001", json=wanted)).json()
    assert (changed["forward_always"], changed["forward_busy"]) == ("extension:1002", "off")
    assert (changed["presence"], changed["do_not_disturb"]) == ("do_not_disturb", True)
    reset = await admin.patch("/api/v1/extensions/1001", json={"do_not_disturb": "off", "forward_always": "off"})
    assert reset.json()["presence"] == "available"
    assert world.services.presence.availability.rules(changed["id"]) is NO_RULES


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"forward_busy": "1002 or so"}, "forward_busy"),
        ({"presence": "asleep"}, "presence"),
        ({"presence": "lunch", "do_not_disturb": True}, "do_not_disturb"),
    ],
)
async def test_invalid_change_of_an_extension_is_refused_whole(
    world: World, change: dict[str, object], field: str
) -> None:
    await world.user(world.acme, "1001")
    admin = await world.admin(world.acme)
    answer = await admin.patch("/api/v1/extensions/1001", json={"name": "New name", **change})
    assert answer.status_code == 422
    assert [each["field"] for each in answer.json().get("errors", [answer.json()])] == [field]
    assert (await admin.get("/api/v1/extensions/1001")).json()["name"] == "Phone 1001"


async def test_event_has_the_new_values_for_all_of_the_tenant(world: World) -> None:
    await world.user(world.acme, "1001")
    extension = world.identity.directory.extension(world.acme.id, "1001")
    assert extension is not None
    availability, bus, calls = Availability(), LocalEventBus(lambda fault: None), CallsOfTenant(world.acme.id)
    calls.busy = {extension.id}
    consents = Consents(world.database, world.keys, bus.publish)
    events = PresenceEvents(
        world.services.event_hub, bus, world.identity.directory, availability, calls, consents=consents
    )
    at_acme, at_globex = [
        world.services.event_hub.open(Principal("p", tenant.id, Role.USER, tenant.id))
        for tenant in (world.acme, world.globex)
    ]
    bus.publish(LiveCallsChanged(world.acme.id))
    bus.publish(CallsStepped({CallsOfTenant.CALL}))
    async with asyncio.timeout(5):
        message = json.loads(await at_acme.next() or "")
    assert calls.readings == 1, "all live calls of the tenant are read once for an event"
    assert message["type"] == "presence.changed"
    [item] = message["items"]
    assert (item["extension_id"], item["number"], item["state"]) == (extension.id, "1001", "in_call")
    assert not item["ringing"]
    calls.busy, calls.ringing = set(), {extension.id}
    bus.publish(CallsStepped({"ended", CallsOfTenant.CALL}))
    async with asyncio.timeout(5):
        [item] = json.loads(await at_acme.next() or "")["items"]
    assert (item["state"], item["ringing"]) == ("available", True)
    await consents.object_to(world.acme.id, extension.subject, "directory", objects=True, locale="en")
    async with asyncio.timeout(5):
        assert json.loads(await at_acme.next() or "") == {"type": "directory"}
    calls.ringing = set()
    bus.publish(LiveCallsChanged(world.acme.id))
    async with asyncio.timeout(5):
        assert json.loads(await at_acme.next() or "")["items"] == []
    calls.busy = {f"e-{number}" for number in range(MAX_ITEMS + 1)}
    bus.publish(LiveCallsChanged(world.acme.id))
    async with asyncio.timeout(5):
        assert json.loads(await at_acme.next() or "") == {"type": "presence.changed"}
    at_globex.close(4401)
    assert await at_globex.next() is None
    events.close()


async def test_a_person_who_is_erased_meanwhile_is_not_found(world: World) -> None:
    ada = await world.user(world.acme, "1001")
    extension = world.identity.directory.extension(world.acme.id, "1001")
    assert extension is not None
    world.keys.destroy(world.acme.id, extension.subject)
    answer = await ada.patch("/api/v1/presence/1001", json={"note": "Away"})
    assert (answer.status_code, answer.json()["type"]) == (404, "urn:unificx:problem:not-found")
