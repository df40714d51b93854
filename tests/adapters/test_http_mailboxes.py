"""Group mailboxes over HTTP: managed by administrators, used by members; switching off with messages."""

from dataclasses import dataclass, field
from types import SimpleNamespace

import pytest
from http_world import World

from unificx.db import UnitOfWork
from unificx.identity import Person
from unificx.notifications import NewVoicemail
from unificx.server.voicemail_email import send_voicemail_emails
from unificx.voicemail import MailboxSettingsChange, VoicemailAttachments
from unificx.voicemail.events import MessageLeft

PATH = "/api/v1/mailboxes"
SALES = {"number": "7900", "name": "Sales", "members": ["1001", "1002"]}


@pytest.mark.promise("C9")
async def test_administrators_manage_group_mailboxes(world: World) -> None:
    admin = await world.admin(world.acme)
    for number in ("1001", "1002"):
        await world.user(world.acme, number)
    made = await admin.post(PATH, json={**SALES, "pin": "8264"})
    assert made.status_code == 201, made.text
    shown = made.json()
    assert (shown["number"], shown["members"], shown["has_pin"], shown["lamp"]) == (
        "7900",
        ["1001", "1002"],
        True,
        True,
    )
    assert (await admin.get(f"{PATH}/7900")).json() == shown
    assert (await admin.get(PATH)).json()["items"] == [shown]
    changed = (await admin.patch(f"{PATH}/7900", json={"name": "Support", "members": ["1002"], "lamp": False})).json()
    assert (changed["name"], changed["members"], changed["lamp"]) == ("Support", ["1002"], False)
    assert (await admin.delete(f"{PATH}/{shown['id']}")).status_code == 204
    assert (await admin.get(f"{PATH}/7900")).status_code == 404


async def test_invalid_settings_are_rejected(world: World) -> None:
    admin = await world.admin(world.acme)
    await world.user(world.acme, "1001")
    for body, status in (
        ({"number": "1001"}, 409),
        ({"number": "7900", "members": ["4711"]}, 404),
        ({"number": "x"}, 422),
        ({"number": "7900", "pin": "1234"}, 422),
    ):
        assert (await admin.post(PATH, json=body)).status_code == status, body


@pytest.mark.promise("C9")
async def test_only_members_can_list_and_play_messages(world: World) -> None:
    admin = await world.admin(world.acme)
    anna, ben = await world.user(world.acme, "1001"), await world.user(world.acme, "1002")
    box = (await admin.post(PATH, json={**SALES, "members": ["1001"]})).json()["id"]
    message = await world.leave_message(world.acme, "7900")
    [shown] = (await anna.get("/api/v1/voicemail")).json()["items"]
    assert (shown["id"], shown["number"], shown["own"], shown["caller"]) == (message, "7900", True, "+491511234567")
    assert len((await anna.get("/api/v1/voicemail", params={"extension": "7900"})).json()["items"]) == 1
    assert (await anna.get(f"/api/v1/voicemail/{message}/audio")).status_code == 200
    assert (await anna.post(f"/api/v1/voicemail/{message}/heard", json={"heard": True})).status_code == 204
    assert (await anna.delete(f"/api/v1/voicemail/{message}")).status_code == 204
    assert (await anna.post(f"/api/v1/voicemail/{message}/restore")).status_code == 204
    assert (await anna.post(f"/api/v1/voicemail/{message}/erase")).status_code == 403
    assert [one["id"] for one in (await anna.get(PATH)).json()["items"]] == [box]
    assert (await ben.get("/api/v1/voicemail")).json()["items"] == []
    assert (await ben.get(PATH)).json()["items"] == []
    assert (await ben.get(f"{PATH}/7900")).status_code == 404
    assert (await ben.get(f"/api/v1/voicemail/{message}")).status_code == 404
    assert (await anna.patch(f"{PATH}/7900", json={"name": "Mine"})).status_code == 403
    assert (await admin.get(f"/api/v1/voicemail/{message}/audio")).status_code == 403
    assert (await admin.post(f"/api/v1/voicemail/{message}/erase")).status_code == 204
    assert (await anna.get(f"/api/v1/voicemail/{message}")).status_code == 410


@pytest.mark.promise("C9", "R2")
@pytest.mark.parametrize("path", ["/api/v1/voicemail/settings", "/api/v1/extensions/1001/voicemail"])
async def test_switching_off_requires_a_decision_about_old_messages(world: World, path: str) -> None:
    admin, anna = await world.admin(world.acme), await world.user(world.acme, "1001")
    message = await world.leave_message(world.acme, "1001")
    refused = await admin.patch(path, json={"enabled": False})
    assert (refused.status_code, refused.json()["code"]) == (409, "old_messages_undecided")
    assert "There is one message." in refused.text
    assert "keep, put_away or erase" in refused.text
    assert (await admin.patch(path, json={"enabled": False, "old_messages": "shred"})).status_code == 422
    assert (await admin.patch(path, json={"enabled": False, "old_messages": "erase"})).json()["enabled"] is False
    assert (await anna.get(f"/api/v1/voicemail/{message}")).status_code == 410


@dataclass
class FakeEmails:
    """Records e-mails: recipient and content."""

    written: list[tuple[str, NewVoicemail]] = field(default_factory=list)

    async def send_voicemail_notice(self, person: Person, language: str, news: NewVoicemail, uow: UnitOfWork) -> None:
        self.written.append((person.email, news))


@pytest.mark.promise("C9")
async def test_each_member_gets_an_email_by_their_own_settings(world: World) -> None:
    admin = await world.admin(world.acme)
    for number in ("1001", "1002", "1003", "1004"):
        await world.user(world.acme, number)
    box = (await admin.post(PATH, json={**SALES, "members": ["1001", "1002", "1003"]})).json()["id"]
    boxes = world.services.mailboxes
    for number, change in (
        ("1002", MailboxSettingsChange(mail=False)),
        ("1003", MailboxSettingsChange(mail_caller=True)),
    ):
        extension = world.identity.directory.extension(world.acme.id, number)
        assert extension is not None
        await boxes.change_mailbox(extension, change)
    message = await world.leave_message(world.acme, "7900")
    emails = FakeEmails()
    services = SimpleNamespace(identity=world.identity, mailboxes=boxes, notification_service=emails)
    async with world.database.begin() as uow:
        await send_voicemail_emails(services, MessageLeft("f1", world.acme.id, box, message), uow)  # type: ignore[arg-type]
    mailed = VoicemailAttachments(SimpleNamespace(), boxes)  # type: ignore[arg-type]
    assert [
        (email, news.number, bool(await mailed.caller(world.acme.id, message, news.about.extension_id)))
        for email, news in emails.written
    ] == [
        (f"user1001@{world.acme.domain}", "7900", False),
        (f"user1003@{world.acme.domain}", "7900", True),
    ]
