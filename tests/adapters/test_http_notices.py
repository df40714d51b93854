"""/me/notices: a user switches notices off; mandatory ones stay."""

import json

import pytest
from http_world import World
from push_service import SubscribedBrowser, push_service


@pytest.mark.promise("U2")
async def test_a_switched_off_notice_is_not_pushed_and_a_mandatory_one_is(world: World) -> None:
    ada, ben = await world.user(world.acme, "1001"), await world.user(world.acme, "1002")
    listed = {each["kind"]: each for each in (await ada.get("/api/v1/me/notices")).json()["items"]}
    assert listed["message"]["settings"] == [{"channel": "push", "on": True}]
    assert (listed["voicemail"]["mandatory"], listed["new_device"]["mandatory"]) == (None, "security")
    assert not {"voicemail_sound", "request_code", "calls_stopped"} & listed.keys()
    me = (await ada.get("/api/v1/me")).json()["person"]["id"]
    async with push_service() as service:
        browser = SubscribedBrowser(service, "/ada")
        await ada.put("/api/v1/me/push", json=browser.as_json())

        async def switch(kind: str, channel: str = "push", *, on: bool = False) -> int:
            body = {"kind": kind, "channel": channel, "on": on}
            return (await ada.put("/api/v1/me/notices", json=body)).status_code

        async def received() -> list[str]:
            world.services.push.send_message(me, "chat-1", lambda session: False)
            world.services.push.send_notice(me, "new_device")
            await world.services.push.wait_idle()
            return sorted(each["type"] for each in browser.messages())

        assert await switch("message") == 200
        assert await switch("new_device") == 409
        assert [await switch(*each) for each in (("sales",), ("message", "email"), ("calls_stopped",))] == [422] * 3
        assert await received() == ["notice"]
        others = (await ben.get("/api/v1/me/notices")).json()["items"]
        assert all(setting["on"] for each in others for setting in each["settings"])
        assert await switch("message", on=True) == 200
        assert await received() == ["message", "notice", "notice"]
    boss = (await (await world.admin(world.acme)).get("/api/v1/me/notices")).json()["items"]
    assert {each["kind"] for each in boss} - listed.keys() == {
        *(
            "emergency_call",
            "calls_stopped",
            "privacy_request",
            "tenant_suspended",
            "tenant_resumed",
            "email_test",
            "report",
        ),
        *(
            "credit_low",
            "trial_ends",
            "trial_ended",
            "calls_end",
            "calls_ended",
            "storage_low",
            "invoice",
            "invoice_reminder",
            "payment_disputed",
            "refund_failed",
            "tenant_closing",
        ),
        *("emergency_call_answered", "emergency_call_unanswered"),
    }


@pytest.mark.promise("U2")
async def test_the_list_of_notices_is_the_users_own_and_webhooks_learn_ids_only(world: World) -> None:
    boss, ben = await world.admin(world.acme), await world.user(world.acme, "1002")
    hook = {"name": "Monitoring", "events": ["notice.sent"], "url": "https://example.com/hook"}
    assert (await boss.post("/api/v1/webhooks", json=hook)).status_code == 201
    me = (await boss.get("/api/v1/me")).json()["person"]["id"]
    person = await world.services.identity.users.get(world.acme.id, me)
    await world.services.notifications.received.add(person, "storage_low", "91 % of 1 GB")
    await world.outbox.deliver()
    [webhook] = world.services.webhooks.of_tenant(world.acme.id)
    [message] = await world.services.webhooks.deliveries(webhook)
    assert json.loads(message.body)["data"] == {"person_id": me, "kind": "storage_low"}
    [notice] = (await boss.get("/api/v1/me/notices/received?language=de")).json()["items"]
    assert notice["subject"] == "Der Speicherplatz für Dateien ist fast voll"
    assert (notice["kind"], notice["read"]) == ("storage_low", None)
    assert (await boss.get("/api/v1/me/notices/unread")).json() == {"unread": 1}
    mark = {"newest": notice["id"]}
    assert (await ben.put("/api/v1/me/notices/read", json=mark)).json() == {"unread": 0}
    assert (await ben.get("/api/v1/me/notices/received")).json() == {"items": [], "next": None}
    assert (await boss.get("/api/v1/me/notices/unread")).json() == {"unread": 1}
    assert (await boss.put("/api/v1/me/notices/read", json=mark)).json() == {"unread": 0}


@pytest.mark.promise("U2")
async def test_an_administrator_previews_the_texts_of_the_organisation(world: World) -> None:
    admin, path = await world.admin(world.acme), "/api/v1/emails/templates"
    english = (await admin.get(f"{path}/invitation")).json()
    german = (await admin.get(f"{path}/invitation", params={"language": "de"})).json()
    assert english["subject"] == f"Your phone account with {world.acme.name}"
    assert german["text"].startswith("Guten Tag Ada Example,")
    assert (await admin.get(f"{path}/sales")).status_code == 422
    assert (await admin.get(f"{path}/invitation", params={"language": "fr"})).status_code == 422
    assert (await (await world.user(world.acme, "1003")).get(f"{path}/invitation")).status_code == 403
