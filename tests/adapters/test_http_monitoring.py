"""Monitoring of calls over HTTP: permission, settings and the log."""

import pytest
from fake_media import conversation
from http_world import FakeCall, World

from unificx.identity import NewExtension
from unificx.recording import Supervisor


@pytest.mark.promise("C8")
async def test_only_administrators_of_the_tenant_may_listen(world: World) -> None:
    admin, user = await world.admin(world.acme), await world.user(world.acme, "1001")
    world.calls.live_calls = [FakeCall("one", world.acme.id, world.clock.now())]
    start = {"mode": "listen"}
    assert (await user.post("/api/v1/calls/one/monitor", json=start)).status_code == 403
    assert (await world.client().post("/api/v1/calls/one/monitor", json=start)).status_code == 401
    outsider = await world.admin(world.globex)
    there = {"tenant": "acme"}
    assert (await outsider.post("/api/v1/calls/one/monitor", json=start, params=there)).status_code == 404
    operator = world.client(operator=True)
    assert (await operator.post("/api/v1/calls/one/monitor", json=start, params=there)).status_code == 403
    refused = await admin.post("/api/v1/calls/one/monitor", json=start)
    assert refused.status_code == 409  # no extension, so no phone to ring
    assert (await admin.post("/api/v1/calls/one/monitor", json={"mode": "spy"})).status_code == 422
    assert world.calls.requests == []


async def test_a_supervisor_whispers_to_an_extension_of_the_tenant(world: World) -> None:
    chief = await world.admin(world.acme)
    await world.identity.extensions.create(world.acme.id, NewExtension("1001", "Chief", f"admin@{world.acme.domain}"))
    world.calls.live_calls = [FakeCall("one", world.acme.id, world.clock.now())]
    await world.user(world.acme, "1002")
    own, ben = [world.identity.directory.extension(world.acme.id, each) for each in ("1001", "1002")]
    assert own is not None
    assert ben is not None
    start = {"mode": "whisper", "extension": "1002"}
    started = await chief.post("/api/v1/calls/one/monitor", json=start)
    assert started.status_code == 201, started.text
    assert world.calls.requests == [("whisper", own.id, "one", ben.id)]
    unknown = await chief.post("/api/v1/calls/one/monitor", json={**start, "extension": "7777"})
    assert (unknown.status_code, unknown.json()["field"]) == (422, "extension")


async def test_the_parties_and_administrators_read_the_log(world: World) -> None:
    admin, anna, carl = await world.admin(world.acme), *[await world.user(world.acme, n) for n in ("1001", "1003")]
    own = world.identity.directory.extension(world.acme.id, "1001")
    assert own is not None
    talk = conversation("one", world.acme.id, (own.id, own.subject), ("", None))
    await world.services.archive.monitoring_log.add(talk, Supervisor(own.subject, "e-dora", "Dora"), "listen")
    [entry] = (await anna.get("/api/v1/monitorings")).json()["items"]
    assert (entry["kind"], entry["call_id"], entry["extensions"]) == ("listen", "one", [own.id])
    assert entry["supervisor"] == "Dora"
    assert (await carl.get("/api/v1/monitorings")).json()["items"] == []
    assert (await admin.get("/api/v1/monitorings")).json()["items"] == [entry]
    outsider = await world.admin(world.globex)
    assert (await outsider.get("/api/v1/monitorings")).json()["items"] == []


async def test_monitoring_is_a_setting_of_tenant_and_extension(world: World) -> None:
    admin, user = await world.admin(world.acme), await world.user(world.acme, "1001")
    assert (await admin.get("/api/v1/recordings/settings")).json()["monitoring"] is False
    assert (await user.patch("/api/v1/recordings/settings", json={"monitoring": True})).status_code == 403
    changed = await admin.patch("/api/v1/recordings/settings", json={"monitoring": True})
    assert (changed.json()["monitoring"], changed.json()["mode"]) == (True, "off")
    assert (await user.get("/api/v1/extensions/1001/recording")).json()["monitoring"] == "allowed"
    refuse = await admin.patch("/api/v1/extensions/1001/recording", json={"monitoring": "refused"})
    assert (refuse.json()["monitoring"], refuse.json()["when"]) == ("refused", "on_demand")
