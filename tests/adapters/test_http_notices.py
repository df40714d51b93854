"""/me/notices: a user switches notices off; mandatory ones stay."""

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
            "storage_low",
            "invoice",
            "invoice_reminder",
            "payment_disputed",
            "refund_failed",
            "tenant_closing",
        ),
        *("emergency_call_answered", "emergency_call_unanswered"),
    }
