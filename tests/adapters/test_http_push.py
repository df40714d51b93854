"""/me/push: a device subscribes, tests the subscription, and is removed at sign-out."""

import pytest
from http_world import World
from push_service import PushService, SubscribedBrowser, push_service


async def test_a_device_subscribes_and_sends_a_test_push(world: World) -> None:
    ada = await world.user(world.acme, "1001")
    async with push_service() as service:
        browser = SubscribedBrowser(service, "/ada")
        assert (await ada.get("/api/v1/push/key")).json() == {"key": world.services.push.public_key}
        assert (await ada.put("/api/v1/me/push", json=browser.as_json())).status_code == 204
        begun = await ada.post("/api/v1/me/push/test")
        assert begun.status_code == 201
        test = f"/api/v1/me/push/test/{begun.json()['id']}"
        assert (await ada.post("/api/v1/me/push/test")).status_code == 429
        await world.services.push.wait_idle()
        assert browser.messages() == [{"type": "test", "id": begun.json()["id"]}]
        assert (await ada.get(test)).json() == {"sent": True, "seen": False, "problem": None}
        assert (await ada.post(f"{test}/seen")).status_code == 204
        assert (await ada.get(test)).json() == {"sent": True, "seen": True, "problem": None}
        assert (await ada.delete("/api/v1/me/push")).status_code == 204
        refused = await ada.post("/api/v1/me/push/test")
        assert (refused.status_code, refused.json()["type"]) == (409, "urn:unificx:problem:no_push_subscription")


@pytest.mark.promise("T3")
async def test_a_remotely_signed_out_device_is_notified_and_removed(world: World) -> None:
    here, there = await world.user(world.acme, "1001"), await world.signed_in("user1001@acme.example")
    async with push_service() as service:
        lost = SubscribedBrowser(service, "/lost")
        await there.put("/api/v1/me/push", json=lost.as_json())
        sessions = (await here.get("/api/v1/sessions")).json()["items"]
        other = next(one["id"] for one in sessions if not one["current"])
        assert (await here.delete(f"/api/v1/sessions/{other}")).status_code == 204
        await world.services.push.wait_idle()
        assert lost.messages() == [{"type": "signed_out"}]
    assert world.services.push.count == 0


@pytest.mark.promise("T3", "U9")
@pytest.mark.parametrize(
    "change",
    [
        {"endpoint": "https://10.0.0.1/x"},
        {"endpoint": "http://push.example.com/x"},
        {"endpoint": ""},
        {"endpoint": "https://push.example.com/" + "x" * 2000},
        {"keys": {"p256dh": "BAAA", "auth": "x" * 22}},
        {"keys": {"p256dh": "*", "auth": "x"}},
        {"keys": {}},
        {"number": "1001"},
    ],
)
async def test_an_invalid_subscription_is_rejected(world: World, change: dict[str, object]) -> None:
    ada = await world.user(world.acme, "1001")
    body = SubscribedBrowser(PushService("http://127.0.0.1:1"), "/x").as_json() | change
    answer = await ada.put("/api/v1/me/push", json=body)
    assert answer.status_code == 422
    assert world.services.push.count == 0


async def test_the_control_socket_operator_cannot_subscribe(world: World) -> None:
    root = world.client(operator=True)
    body = SubscribedBrowser(PushService("http://127.0.0.1:1"), "/x").as_json()
    assert (await root.put("/api/v1/me/push", json=body)).status_code == 403
    assert (await root.post("/api/v1/me/push/test")).status_code == 403


@pytest.mark.parametrize("first", ["push", "telephone"])
async def test_a_subscribed_client_can_be_woken(world: World, first: str) -> None:
    """Subscription and SIP access may be requested in either order."""
    ada = await world.user(world.acme, "1001")
    body = SubscribedBrowser(PushService("http://127.0.0.1:1"), "/x").as_json()
    if first == "push":
        await ada.put("/api/v1/me/push", json=body)
    access = (await ada.post("/api/v1/me/sip-access")).json()
    if first == "telephone":
        assert world.services.push.push_devices(access["extension_id"]) == ()
        await ada.put("/api/v1/me/push", json=body)
    [device] = world.services.push.push_devices(access["extension_id"])
    assert access["instance_id"] == f"<urn:uuid:{device}>"
    await ada.delete("/api/v1/sessions/current")
    assert world.services.push.push_devices(access["extension_id"]) == ()
