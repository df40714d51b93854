"""People see which administrators have opened data about them: gate 12."""

from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest
from http_world import FakeCall, World

from unificx.core.access import current_access
from unificx.identity import Role


async def accesses(client: httpx.AsyncClient) -> list[dict[str, Any]]:
    return (await client.get("/api/v1/me/accesses")).json()["items"]


async def id_of(client: httpx.AsyncClient) -> str:
    return (await client.get("/api/v1/me")).json()["person"]["id"]


@pytest.mark.promise("T3", "D1")
async def test_an_access_is_noted_once_in_an_hour(world: World) -> None:
    world.clock.advance(3590)
    admin, user = await world.admin(world.acme), await world.user(world.acme, "1001")
    other = await world.user(world.acme, "1002")
    assert await accesses(user) == []
    for _ in range(2):
        assert (await admin.get("/api/v1/persons")).status_code == 200
    found = await accesses(user)
    [entry] = [each for each in found if each["kind"] == "person"]
    assert entry == {
        "at": "2026-01-05T09:00:00Z",
        "purpose": "administration",
        "kind": "person",
        "operator": False,
        "person_id": await id_of(admin),
        "name": "admin",
    }
    assert await accesses(admin) == [], "one's own data"
    assert len(await accesses(other)) == len(found)
    world.clock.advance(10)
    await admin.get(f"/api/v1/persons/{await id_of(user)}")
    assert (len(await accesses(user)) > len(found), len(await accesses(other))) == (True, len(found))
    page = (await user.get("/api/v1/me/accesses", params={"limit": 1})).json()
    rest = await user.get("/api/v1/me/accesses", params={"cursor": page["next"]})
    assert [*page["items"], *rest.json()["items"]] == await accesses(user)


@pytest.mark.promise("T3", "D1")
async def test_the_console_is_named_and_colleagues_are_not(world: World) -> None:
    user, other = await world.user(world.acme, "1001"), await world.user(world.acme, "1002")
    await other.get("/api/v1/directory")
    await other.get("/api/v1/history")
    assert await accesses(user) == []
    console = world.client(operator=True)
    await console.get("/api/v1/persons", params={"tenant": "acme"})
    found = await accesses(user)
    assert {(each["operator"], each["name"], each["person_id"]) for each in found} == {(True, "", "")}


@pytest.mark.promise("T3", "D1")
async def test_an_administrator_in_a_session_of_a_user_is_named(world: World) -> None:
    world.clock.advance(3590)
    admin, user = await world.admin(world.acme), await world.user(world.acme, "1001")
    path = f"/api/v1/persons/{await id_of(user)}/password"
    assert (await admin.put(path, json={"password": "chosen by another"})).status_code == 204
    world.clock.advance(10)
    guest = await world.signed_in("user1001@acme.example", "chosen by another")
    await accesses(guest)
    newest = (await accesses(guest))[0]
    assert (newest["at"], newest["name"], newest["person_id"]) == ("2026-01-05T10:00:00Z", "admin", await id_of(admin))


async def test_nothing_is_answered_without_its_entry(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    admin, user = await world.admin(world.acme), await world.user(world.acme, "1001")

    async def fail(*_: object) -> None:
        raise OSError("no space")

    with monkeypatch.context() as patched:
        patched.setattr("unificx.privacy.accesses.repository.add", fail)
        assert (await admin.get("/api/v1/persons")).status_code == 500
    assert await accesses(user) == []
    assert (await admin.get("/api/v1/me")).status_code == 200
    assert await accesses(user) != [], "it is stored later"


@pytest.mark.promise("T3", "D1")
async def test_data_opened_while_an_answer_is_sent_is_noted(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    admin, user = await world.admin(world.acme), await world.user(world.acme, "1001")
    subject = world.identity.directory.person_subject(await id_of(user)) or ""

    async def cards(*_: object) -> AsyncIterator[bytes]:
        yield b"BEGIN:VCARD"
        world.services.accesses.note(current_access().to("requests"), "contact_picture", world.acme.id, {subject})

    monkeypatch.setattr("unificx.api.routes.contacts._vcards", cards)
    exported = await admin.get("/api/v1/contacts.vcf", params={"book": "company"})
    assert exported.status_code == 200
    assert {each["kind"] for each in await accesses(user)} >= {"contact_picture"}


@pytest.mark.promise("T3", "D1")
async def test_staff_of_the_operator_needs_the_consent_of_the_tenant_for_some_hours(world: World) -> None:
    staff = await world.identity.tenants.get("operator")
    otto = await world.person(staff, "otto@operator.example", Role.OPERATOR)
    operator, user = await world.signed_in("otto@operator.example"), await world.user(world.acme, "1001")
    acme = {"tenant": "acme"}

    async def may_look(tenant: str = "acme") -> bool:
        answers = [
            await operator.get(f"/api/v1/{path}", params={"tenant": tenant})
            for path in ("persons", "history", "calls", "extensions", "privacy-requests")
        ]
        for answer in answers:
            assert answer.status_code == 200 or answer.json()["code"] == "support_access_needed"
        assert len({answer.status_code for answer in answers}) == 1
        return answers[0].status_code == 200

    assert await may_look()  # without administrators it is still being set up
    admin, neighbour = await world.admin(world.acme), await world.admin(world.globex)
    assert not await may_look()
    assert (await operator.get("/api/v1/tenants/acme")).status_code == 200
    assert (await world.client(operator=True).get("/api/v1/persons", params=acme)).status_code == 200
    for refused in (operator, world.client(operator=True), neighbour, user):
        asked = await refused.post("/api/v1/support-access", json={"hours": 8}, params=acme)
        assert asked.status_code in (403, 404)
    key = (await admin.post("/api/v1/api-keys", json={"name": "Program"})).json()["token"]
    program = world.client(Authorization=f"Bearer {key}")
    assert (await program.post("/api/v1/support-access", json={"hours": 8})).status_code == 403
    assert (await admin.post("/api/v1/support-access", json={"hours": 73})).status_code == 422
    granted = await admin.post("/api/v1/support-access", json={"hours": 8})
    assert (granted.status_code, granted.json()["until"]) == (201, "2026-01-05T17:00:00Z")
    assert (await may_look(), await may_look("globex")) == (True, False)
    assert otto.id in {each["person_id"] for each in await accesses(user)}
    world.clock.advance(8 * 3600)
    operator, admin = await world.signed_in("otto@operator.example"), await world.signed_in("admin@acme.example")
    assert not await may_look()
    await admin.post("/api/v1/support-access", json={"hours": 1})
    assert await may_look()
    assert (await admin.delete("/api/v1/support-access")).status_code == 204
    assert not await may_look()
    assert (await admin.delete("/api/v1/support-access")).status_code == 409
    listed = (await admin.get("/api/v1/support-access")).json()["items"]
    assert [each["ended"] is not None for each in listed] == [True, False]
    actions = [each["action"] for each in (await admin.get("/api/v1/audit/entries")).json()["items"]]
    assert (actions.count("allow_support_access"), "end_support_access" in actions) == (2, True)


READABLE_WITH_CONSENT = (
    "calls",
    "billing/usage",
    "billing/usage?by=country",
    "locations",
    "fraud",
    "blocks",
    "privacy/holds",
    "webhooks",
    "tenants/acme/single-sign-on",
)
"""Operations on settings or costs whose data names people."""


@pytest.mark.promise("T3")
async def test_staff_reads_what_names_people_with_consent_only_and_each_look_is_recorded(world: World) -> None:
    staff = await world.identity.tenants.get("operator")
    await world.person(staff, "otto@operator.example", Role.OPERATOR)
    operator, admin = await world.signed_in("otto@operator.example"), await world.admin(world.acme)
    console = world.client(operator=True)
    world.calls.live_calls = [FakeCall("live-1", world.acme.id, world.clock.now())]

    async def answer(path: str) -> str:
        asked = await operator.get(f"/api/v1/{path}{'&' if '?' in path else '?'}tenant=acme")
        return "" if asked.status_code in (200, 404) else asked.json()["code"]

    assert [await answer(path) for path in READABLE_WITH_CONSENT] == ["support_access_needed"] * 9
    assert (await operator.delete("/api/v1/calls/live-1?tenant=acme")).json()["code"] == "support_access_needed"
    for asked in (await operator.get("/api/v1/calls"), await operator.delete("/api/v1/calls/live-1")):
        assert (asked.status_code, asked.json()["field"]) == (422, "tenant")
    assert [each["id"] for each in (await console.get("/api/v1/calls")).json()["items"]] == ["live-1"]

    await admin.post("/api/v1/support-access", json={"hours": 1})
    for _ in range(2):
        assert [await answer(path) for path in READABLE_WITH_CONSENT] == [""] * 9
    assert (await operator.delete("/api/v1/calls/live-1?tenant=acme")).status_code == 204
    entries = (await admin.get("/api/v1/audit/entries?limit=200")).json()["items"]
    found = [each["object"] for each in entries if each["action"] == "read_by_support"]
    assert len(found) == len(set(found)) == 8, "each operation once in an hour"
    assert {"operation:list_calls", "operation:show_usage", "operation:list_holds"} <= set(found)
    assert {each["actor"]["name"] for each in entries if each["action"] == "read_by_support"} == {"otto"}
    assert "hang_up_call" in {each["action"] for each in entries}
