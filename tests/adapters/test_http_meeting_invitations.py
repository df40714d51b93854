"""Invitations to meetings through a real mail server, with entries for calendars, and calendars read by address."""

from collections.abc import AsyncIterator, Sequence
from pathlib import Path
from typing import Any

import pytest
from http_world import MailRoute, World
from smtp_server import FakeSmtpServer, ReceivedEmail, mail_server, settings_of, text_of
from sqlalchemy import select
from test_http_guests import ACCEPTED, GUESTS, MEETINGS

from unificx.conferencing import room_holding
from unificx.conferencing.invitations import ALIAS, MAX_AT_ONCE, OUTSIDE_PER_DAY
from unificx.conferencing.models import CalendarFeedRow, GuestLinkRow, InvitationRow
from unificx.core.rate_limit import SlidingWindow
from unificx.identity import NewPerson
from unificx.integrations.smtp import SmtpClient
from unificx.notifications.policies.emails import EmailRateLimit
from unificx.privacy import DataSubject

pytestmark = pytest.mark.promise("C10")
PLANNED = {"name": "Review", "starts": "2026-01-06T09:00:00Z", "ends": "2026-01-06T10:00:00Z"}
WANDA = {"email": "wanda@example.net", "name": 'Wanda "W" Gast'}


@pytest.fixture
async def box(world: World, tmp_path: Path) -> AsyncIterator[FakeSmtpServer]:
    async with mail_server(tmp_path / "mail", tls="none", auth=False) as one:
        route = world.services.notifications.emails._deps.transport
        assert isinstance(route, MailRoute)
        route.server = SmtpClient(settings_of(one, login="", options=""))
        yield one


async def deliver(world: World, box: FakeSmtpServer) -> Sequence[ReceivedEmail]:
    """Let all waiting e-mails leave, and return those that have arrived since the last call, by address."""
    box.received.clear()
    await world.services.notifications.emails.deliver()
    return sorted(box.received, key=lambda one: one.recipients)


def event_of(email: ReceivedEmail, method: str) -> dict[str, str]:
    """Return the lines of the entry in an invitation, by property."""
    [part] = [one for one in email.message.walk() if one.get_content_type() == "text/calendar"]
    assert part.get_param("method") == method
    lines = part.get_content().replace("\r", "").replace("\n ", "").splitlines()
    assert {"BEGIN:VEVENT", "END:VEVENT", f"METHOD:{method}"} <= set(lines)
    return dict(line.split(";" if line.startswith(("ORGANIZER", "ATTENDEE")) else ":", 1) for line in lines)


def link_in(email: ReceivedEmail) -> str:
    return next(line for line in text_of(email.message, "plain").splitlines() if line.startswith("http"))


async def test_invitations_changes_and_cancellations_arrive_with_entries_for_calendars(
    world: World, box: FakeSmtpServer
) -> None:
    anna, berta = await world.user(world.acme, "1001"), await world.user(world.acme, "1002")
    meeting = (await anna.post(MEETINGS, json=PLANNED)).json()
    path = f"{MEETINGS}/{meeting['id']}"
    invited = await anna.post(f"{path}/invitations", json={"colleagues": ["1002"], "outside": [WANDA]})
    assert invited.status_code == 201, invited.text
    again = await anna.post(f"{path}/invitations", json={"outside": [{"email": "Wanda@Example.NET"}]})
    assert again.json()["items"] == []
    colleague, guest = await deliver(world, box)
    assert (colleague.recipients, guest.recipients) == ([f"user1002@{world.acme.domain}"], ["wanda@example.net"])
    event = event_of(guest, "REQUEST")
    assert (event["UID"], event["SEQUENCE"], event["SUMMARY"]) == (meeting["id"], "0", "Review")
    assert event["ORGANIZER"].endswith(f'":mailto:user1001@{world.acme.domain}')
    assert guest.message["Reply-To"] == f"user1001@{world.acme.domain}"
    asked = "ROLE=REQ-PARTICIPANT;PARTSTAT=NEEDS-ACTION;RSVP=TRUE"
    assert event["ATTENDEE"] == f'CN="Wanda W Gast";{asked}:mailto:wanda@example.net'
    assert meeting["room"] not in event["DESCRIPTION"]
    assert "1002" not in guest.message.as_string()
    assert event_of(colleague, "REQUEST")["URL"] == link_in(colleague) == meeting["join_url"]
    secret = link_in(guest).partition("#guest=")[2]
    entry = {"link": secret, "name": "Wanda", **ACCEPTED}
    assert (await world.client().post(GUESTS, json=entry)).status_code == 201
    later = {"starts": "2026-01-07T09:00:00Z", "ends": "2026-01-07T10:00:00Z"}
    assert (await anna.patch(path, json=later)).json()["starts"] == later["starts"]
    colleague, guest = await deliver(world, box)
    moved = event_of(guest, "REQUEST")
    assert (moved["UID"], moved["SEQUENCE"], moved["DTSTART"]) == (meeting["id"], "1", "20260107T090000Z")
    assert link_in(guest).endswith(secret)
    async with world.database.read() as session:
        [link] = (await session.scalars(select(GuestLinkRow))).all()
        rows = (await session.scalars(select(InvitationRow))).all()
    assert f"{link.expires:%d %H}" == "07 12"
    assert "wanda" not in repr([vars(row) for row in rows]).lower()
    [outside] = [one for one in (await anna.get(f"{path}/invitations")).json()["items"] if not one["number"]]
    assert (await anna.delete(f"{path}/invitations/{outside['id']}")).status_code == 204
    assert (await anna.delete(f"{path}/invitations/{outside['id']}")).status_code == 404
    [guest] = await deliver(world, box)
    gone = event_of(guest, "CANCEL")
    assert (gone["UID"], gone["SEQUENCE"], gone["STATUS"]) == (meeting["id"], "2", "CANCELLED")
    assert (await world.client().post(GUESTS, json=entry)).status_code == 404
    assert (await berta.delete(path)).status_code == 403
    assert (await anna.delete(path)).status_code == 204
    [colleague] = await deliver(world, box)
    assert event_of(colleague, "CANCEL")["UID"] == meeting["id"]
    async with world.database.read() as session:
        assert not (await session.scalars(select(InvitationRow))).all()


async def test_guest_links_work_again_once_a_meeting_that_is_over_is_planned_anew(
    world: World, box: FakeSmtpServer
) -> None:
    anna = await world.user(world.acme, "1001")
    planned = {**PLANNED, "starts": "2026-01-05T09:30:00Z", "ends": "2026-01-05T10:00:00Z"}
    path = f"{MEETINGS}/{(await anna.post(MEETINGS, json=planned)).json()['id']}"
    await anna.post(f"{path}/invitations", json={"outside": [WANDA]})
    await deliver(world, box)
    world.clock.advance(4 * 3600)
    await world.services.guests.sweep()
    anna = await world.signed_in(f"user1001@{world.acme.domain}")
    later = {"starts": "2026-01-05T14:00:00Z", "ends": "2026-01-05T15:00:00Z"}
    assert (await anna.patch(path, json=later)).status_code == 200
    [guest] = await deliver(world, box)
    entry = {"link": link_in(guest).partition("#guest=")[2], "name": "Wanda", **ACCEPTED}
    assert (await world.client().post(GUESTS, json=entry)).status_code == 201
    world.clock.advance(5 * 3600)
    assert (await world.client().post(GUESTS, json=entry)).status_code == 404


async def test_invitations_are_limited_and_need_a_way_to_join(world: World, box: FakeSmtpServer) -> None:
    anna, berta = await world.user(world.acme, "1001"), await world.user(world.acme, "1002")
    await world.user(world.globex, "2001")
    path = f"{MEETINGS}/{(await anna.post(MEETINGS, json=PLANNED)).json()['id']}"
    refused: list[tuple[dict[str, Any], int, str]] = [
        ({"colleagues": ["2001"]}, 422, "colleagues"),
        ({"outside": [{"email": "nonsense"}]}, 422, "email"),
        ({"outside": [WANDA], "pin": "4711"}, 422, "pin"),
        ({"outside": [WANDA], "guest_links": False}, 409, ""),
    ]
    for body, status, field in refused:
        answer = await anna.post(f"{path}/invitations", json=body)
        assert (answer.status_code, field in answer.text) == (status, True), answer.text
    for method, where in (("POST", "invitations"), ("GET", "invitations")):
        body = {"outside": [WANDA]}
        assert (await berta.request(method, f"{path}/{where}", json=body)).status_code == 403
    assert (await berta.patch(path, json={"name": "Stolen"})).status_code == 403
    many = [{"email": f"p{number}@example.net"} for number in range(OUTSIDE_PER_DAY)]
    assert (await anna.post(f"{path}/invitations", json={"outside": many[1:]})).status_code == 201
    two = {"outside": [many[0], WANDA]}
    spam = await anna.post(f"{path}/invitations", json=two)
    assert (spam.status_code, int(spam.headers["retry-after"])) == (429, 86_400)
    assert (await anna.patch(path, json={"name": "Again"})).status_code == 429
    assert (await anna.post(f"{path}/invitations", json={"outside": many[:1]})).status_code == 201
    subject = world.keys.find(world.acme.id, ALIAS, "p1@example.net")
    assert subject is not None
    holding, owner = room_holding(world.database, world.services.invitations), DataSubject(world.acme.id, subject)
    assert (await holding.find(owner))["invitations to meetings"] == 1
    world.keys.destroy(world.acme.id, subject)
    await holding.erase(owner)
    assert not any((await holding.remains(owner)).values())
    listed = (await anna.get(f"{path}/invitations")).json()["items"]
    assert len(listed) == OUTSIDE_PER_DAY - 1
    async with world.database.read() as session:
        assert len((await session.scalars(select(GuestLinkRow))).all()) == OUTSIDE_PER_DAY - 1


async def test_no_more_are_invited_than_a_meeting_a_request_and_an_address_allow(
    world: World, box: FakeSmtpServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    anna = await world.user(world.acme, "1001")
    await world.identity.people.create(world.acme.id, NewPerson("Lobby"), "1005")
    path = f"{MEETINGS}/{(await anna.post(MEETINGS, json=PLANNED)).json()['id']}/invitations"
    many = [{"email": f"p{number}@example.net"} for number in range(MAX_AT_ONCE)]

    async def refused(**body: Any) -> tuple[int, str]:
        answer = await anna.post(path, json=body)
        assert answer.status_code in (409, 422, 429), answer.text
        return answer.status_code, answer.json()["detail"]

    assert "at most 50 people at once" in (await refused(outside=many, colleagues=["1001"]))[1]
    assert await refused(colleagues=["1005"]) == (422, "Lobby has no e-mail address.")
    monkeypatch.setattr("unificx.conferencing.invitations.MAX_INVITATIONS", 1)
    assert await refused(outside=many[:2]) == (409, "A meeting has at most 1 invitations.")
    monkeypatch.setattr(EmailRateLimit, "_OF_MEETINGS", SlidingWindow(limit=1, seconds=3600.0))
    [one] = (await anna.post(path, json={"outside": [WANDA]})).json()["items"]
    assert (await anna.delete(f"{path}/{one['id']}")).status_code == 204
    assert (await refused(outside=[WANDA]))[0] == 429
    monkeypatch.setattr(type(world.services.notifications.emails), "can_send", False)
    assert await refused(outside=many[:1]) == (409, "There is no mail server.")
    async with world.database.read() as session:
        assert not (await session.scalars(select(InvitationRow))).all()
        assert not (await session.scalars(select(GuestLinkRow))).all()


async def test_a_calendar_is_read_by_its_address_until_it_is_withdrawn(world: World, box: FakeSmtpServer) -> None:
    anna, berta = await world.user(world.acme, "1001"), await world.user(world.acme, "1002")
    path = f"{MEETINGS}/{(await anna.post(MEETINGS, json=PLANNED)).json()['id']}"
    await anna.post(MEETINGS, json={**PLANNED, "name": "Secret"})
    assert (await anna.post(f"{path}/invitations", json={"colleagues": ["1002"]})).status_code == 201
    assert (await berta.get("/api/v1/me/calendar")).json() == {"created": None}
    first, second = [(await berta.post("/api/v1/me/calendar")).json()["url"] for _ in range(2)]
    outside = world.client()
    assert (await outside.get(first)).status_code == 404
    read = await outside.get(second)
    assert read.headers["content-type"].startswith("text/calendar")
    assert [line for line in read.text.splitlines() if line.startswith("SUMMARY")] == ["SUMMARY:Review"]
    async with world.database.read() as session:
        [row] = (await session.scalars(select(CalendarFeedRow))).all()
    assert second.split("/")[-2] not in repr(vars(row))
    assert (await berta.get("/api/v1/me/calendar")).json()["created"]
    assert (await berta.delete("/api/v1/me/calendar")).status_code == 204
    assert (await outside.get(second)).status_code == 404
