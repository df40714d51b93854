"""Custom roles: what they open and for how long, that none is a way to more rights, and what happens on deletion."""

import asyncio
from typing import Any

import httpx
import pytest
from http_world import World
from test_http_roles_generated import key_of

from unificx.api.event_hub import CHANGED_RIGHTS
from unificx.identity import Principal, Role

ROLES = "/api/v1/roles"
HELPDESK = ["people_read", "phones_change", "sign_in_help"]
DELEGATE = ["people_read", "people_change", "roles_change", "sign_in_help"]


async def make(client: httpx.AsyncClient, name: str, permissions: list[str]) -> str:
    made = await client.post(ROLES, json={"name": name, "permissions": permissions})
    assert made.status_code == 201, made.text
    return made.json()["id"]


async def holder(world: World, admin: httpx.AsyncClient, name: str, permissions: list[str]) -> httpx.AsyncClient:
    """Return a signed-in client of a new user with a new role."""
    role_id = await make(admin, name, permissions)
    person = await world.person(world.acme, f"{name}@acme.example")
    assert (await admin.put(f"{ROLES}/{role_id}/persons/{person.id}")).status_code == 204
    return await world.signed_in(f"{name}@acme.example")


def refused(answer: httpx.Response, field: str | None = None) -> bool:
    return answer.status_code == 403 and (field is None or answer.json()["field"] == field)


@pytest.mark.promise("T3")
async def test_a_role_has_effect_on_the_next_request_of_an_open_session(world: World) -> None:
    admin, user = await world.admin(world.acme), await world.user(world.acme, "1001")
    person_id = (await user.get("/api/v1/me")).json()["person"]["id"]
    assert refused(await user.get("/api/v1/people"))

    role_id = await make(admin, "Helpdesk", ["people_read"])
    member = f"{ROLES}/{role_id}/persons/{person_id}"
    assert (await admin.put(member)).status_code == 204
    assert (await admin.put(member)).status_code == 204, "to give it again changes nothing"
    assert (await user.get("/api/v1/people")).status_code == 200
    assert "people_read" in (await user.get("/api/v1/me")).json()["permissions"]
    assert refused(await user.post(f"/api/v1/persons/{person_id}/one-time-password"))

    changed = await admin.patch(f"{ROLES}/{role_id}", json={"permissions": HELPDESK})
    assert changed.json()["permissions"] == HELPDESK
    assert (await user.post("/api/v1/devices", json={"extension": "1001", "name": "Desk"})).status_code == 201
    assert [each["name"] for each in (await admin.get(f"/api/v1/persons/{person_id}/roles")).json()["items"]] == [
        "Helpdesk"
    ]
    assert [each["id"] for each in (await admin.get(f"{ROLES}/{role_id}/persons")).json()["items"]] == [person_id]

    assert (await admin.delete(member)).status_code == 204
    assert refused(await user.get("/api/v1/people"))
    assert (await admin.delete(member)).status_code == 404


async def test_a_change_of_rights_closes_the_event_connections(world: World) -> None:
    admin = await world.admin(world.acme)
    person = await world.person(world.acme, "ida@acme.example")
    other = await world.person(world.acme, "ole@acme.example")
    own = world.services.event_hub.open(Principal(person.id, world.acme.id, Role.USER, "session"))
    bystander = world.services.event_hub.open(Principal(other.id, world.acme.id, Role.USER, "session 2"))
    role_id = await make(admin, "Helpdesk", HELPDESK)

    await admin.put(f"{ROLES}/{role_id}/persons/{person.id}")
    await world.outbox.deliver()
    assert (own.code, await own.next()) == (CHANGED_RIGHTS, '{"type": "permissions"}')
    assert bystander.code is None
    await admin.patch(f"{ROLES}/{role_id}", json={"permissions": ["people_read"]})
    await world.outbox.deliver()
    assert bystander.code == CHANGED_RIGHTS, "which of them has the role is not looked up"

    administrator = world.services.event_hub.open(Principal(other.id, world.acme.id, Role.TENANT_ADMIN, "session 3"))
    await admin.patch(f"/api/v1/persons/{other.id}", json={"role": "tenant_admin"})
    await world.outbox.deliver()
    assert administrator.code == CHANGED_RIGHTS


@pytest.mark.promise("S3")
async def test_a_role_is_not_a_way_to_more_rights(world: World) -> None:
    admin = await world.admin(world.acme)
    boss_id = (await admin.get("/api/v1/me")).json()["person"]["id"]
    strong = await make(admin, "Billing", ["billing_read"])
    carrier = await world.person(world.acme, "carrier@acme.example")
    await admin.put(f"{ROLES}/{strong}/persons/{carrier.id}")
    delegate = await holder(world, admin, "delegate", DELEGATE)
    own_id = (await delegate.get("/api/v1/me")).json()["person"]["id"]

    new = {"name": "More", "permissions": ["people_read", "billing_read"]}
    assert refused(await delegate.post(ROLES, json=new), "permissions")
    for answer in (
        await delegate.patch(f"{ROLES}/{strong}", json={"permissions": ["people_read"]}),
        await delegate.delete(f"{ROLES}/{strong}"),
        await delegate.put(f"{ROLES}/{strong}/persons/{own_id}"),
        await delegate.delete(f"{ROLES}/{strong}/persons/{carrier.id}"),
    ):
        assert refused(answer, "permissions"), answer.text

    weak = await make(delegate, "Reader", ["people_read"])
    assert refused(await delegate.put(f"{ROLES}/{weak}/persons/{boss_id}"), "person_id")
    assert refused(await delegate.put(f"{ROLES}/{weak}/persons/{carrier.id}"), "person_id")
    grown = await delegate.patch(f"{ROLES}/{weak}", json={"permissions": ["people_read", "calls_read"]})
    assert refused(grown, "permissions")

    for person_id in (boss_id, carrier.id):  # who may do more than the delegate
        person = f"/api/v1/persons/{person_id}"
        assert refused(await delegate.patch(person, json={"email": "mine@acme.example"}), "role")
        assert refused(await delegate.post(f"{person}/one-time-password"), "role")
        assert refused(await delegate.put(f"{person}/password", json={"password": "chosen by another"}), "role")
        assert refused(await delegate.delete(f"{person}/factors"))
        assert refused(await delegate.delete(person), "role")
        assert refused(await delegate.post("/api/v1/invitations", json={"person_id": person_id}))
        assert refused(await delegate.post("/api/v1/sign-in-codes", json={"person_id": person_id}))
    for role in ("tenant_admin", "operator"):
        raised = await delegate.post("/api/v1/persons", json={"name": "N", "email": "n@acme.example", "role": role})
        assert refused(raised, "role")
    assert refused(await delegate.patch(f"/api/v1/persons/{own_id}", json={"role": "tenant_admin"}), "role")
    assert (await delegate.patch(f"/api/v1/persons/{own_id}", json={"department": "Desk"})).status_code == 200


@pytest.mark.promise("S3")
async def test_privacy_and_suspensions_do_not_reach_those_with_more_rights(world: World) -> None:
    admin = await world.admin(world.acme)
    boss_id = (await admin.get("/api/v1/me")).json()["person"]["id"]
    officer = await holder(world, admin, "officer", ["people_read", "people_change", "privacy_change"])
    colleague = await world.person(world.acme, "colleague@acme.example")
    hold = {"authority": "Court of Bonn", "reason": "12 O 3/26", "review": "2030-01-01"}

    async def outcomes(person_id: str) -> list[int]:
        person = f"/api/v1/persons/{person_id}"
        answers = (
            await officer.post(f"/api/v1/people/{person_id}/extensions", json={"number": "1088"}),
            await officer.put(f"{person}/suspension", json={"reason": "terms", "text": "Calls all night."}),
            await officer.delete(f"{person}/suspension"),
            await officer.post(f"{person}/access-copies"),
            await officer.post("/api/v1/privacy/holds", json=hold | {"person": person_id}),
            await officer.get(f"{person}/erasure"),
        )
        return [each.status_code for each in answers]

    assert await outcomes(boss_id) == [403] * 6
    assert await outcomes(colleague.id) == [201, 200, 204, 202, 404, 200], "there is nothing to hold yet"


@pytest.mark.promise("S3")
async def test_an_import_does_not_change_those_with_more_rights(world: World) -> None:
    admin = await world.admin(world.acme)
    delegate = await holder(world, admin, "delegate", DELEGATE)
    carrier = await world.person(world.acme, "carrier@acme.example")
    await admin.put(f"{ROLES}/{await make(admin, 'Billing', ['billing_read'])}/persons/{carrier.id}")
    rows = "name,email,role\nOther,carrier@acme.example,\nNew,new@acme.example,administrator\nPlain,p@acme.example,\n"
    path, csv = "/api/v1/people/import", {"Content-Type": "text/csv"}

    report = (await delegate.post(path, params={"dry_run": True}, content=rows, headers=csv)).json()
    assert [row["action"] for row in report["rows"]] == ["refused", "refused", "create"]
    assert {fault["code"] for row in report["rows"] for fault in row["faults"]} == {"role_too_high"}
    allowed = (await admin.post(path, params={"dry_run": True}, content=rows, headers=csv)).json()
    assert [row["action"] for row in allowed["rows"]] == ["update", "create", "create"]


@pytest.mark.promise("S3")
@pytest.mark.parametrize("permission", ["installation", "tenant_control", "emails_read", "scim", "own", "resell", "x"])
async def test_a_role_cannot_hold_what_belongs_to_others(world: World, permission: str) -> None:
    admin = await world.admin(world.acme)
    answer = await admin.post(ROLES, json={"name": "Strong", "permissions": ["people_read", permission]})
    assert answer.status_code == 422
    console = world.client(operator=True)
    answer = await console.post(ROLES, params={"tenant": "acme"}, json={"name": "Strong", "permissions": [permission]})
    assert answer.status_code == 422


async def test_names_and_numbers_of_roles_are_bounded(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("unificx.identity.custom_roles.MAX_ROLES", 2)
    admin = await world.admin(world.acme)
    first = await make(admin, "Helpdesk", HELPDESK)
    same = await admin.post(ROLES, json={"name": " HELPDESK ", "permissions": HELPDESK})
    assert (same.status_code, same.json()["field"]) == (409, "name")
    second = await make(admin, "Reception", ["company_contacts"])
    assert (await admin.post(ROLES, json={"name": "Third", "permissions": HELPDESK})).status_code == 409
    assert (await admin.patch(f"{ROLES}/{second}", json={"name": "helpdesk"})).status_code == 409
    assert (await admin.patch(f"{ROLES}/{first}", json={"name": "helpdesk"})).json()["name"] == "helpdesk"
    for name in ("", "x" * 61, "a\u202eb"):
        assert (await admin.patch(f"{ROLES}/{first}", json={"name": name})).status_code == 422
    assert (await admin.patch(f"{ROLES}/{first}", json={"permissions": []})).status_code == 422


async def test_a_role_in_use_is_deleted_with_a_replacement_only(world: World) -> None:
    admin = await world.admin(world.acme)
    old, new = await make(admin, "Old", HELPDESK), await make(admin, "New", ["calls_read"])
    persons = [await world.person(world.acme, f"{name}@acme.example") for name in ("one", "both")]
    for person in persons:
        await admin.put(f"{ROLES}/{old}/persons/{person.id}")
    await admin.put(f"{ROLES}/{new}/persons/{persons[1].id}")

    answer = await admin.delete(f"{ROLES}/{old}")
    assert (answer.status_code, answer.json()["field"]) == (409, "replacement")
    assert (await admin.delete(f"{ROLES}/{old}", params={"replacement": old})).status_code == 422
    assert (await admin.delete(f"{ROLES}/{old}", params={"replacement": "unknown"})).status_code == 404
    assert (await admin.delete(f"{ROLES}/{old}", params={"replacement": new})).status_code == 204
    [left] = (await admin.get(ROLES)).json()["items"]
    assert (left["id"], left["members"]) == (new, 2)

    await world.identity.users.close(world.acme.id, persons[0].id)
    assert (await admin.get(f"{ROLES}/{new}")).json()["members"] == 1
    await admin.delete(f"{ROLES}/{new}/persons/{persons[1].id}")
    assert (await admin.delete(f"{ROLES}/{new}")).status_code == 204


async def test_roles_of_another_tenant_are_out_of_reach(world: World) -> None:
    admin, other = await world.admin(world.acme), await world.admin(world.globex)
    role_id = await make(admin, "Helpdesk", HELPDESK)
    outsider = await world.person(world.globex, "outsider@globex.example")
    assert (await other.get(f"{ROLES}/{role_id}")).status_code == 404
    assert (await other.put(f"{ROLES}/{role_id}/persons/{outsider.id}")).status_code == 404
    assert (await admin.put(f"{ROLES}/{role_id}/persons/{outsider.id}")).status_code == 404
    assert (await other.delete(f"{ROLES}/{role_id}")).status_code == 404


async def test_keys_have_the_rights_of_the_roles_of_their_user_but_do_not_pass_them_on(world: World) -> None:
    admin = await world.admin(world.acme)
    reader = await holder(world, admin, "reader", ["people_read", "calls_read", "calls_control"])
    key = await key_of(reader, world, ["people:read", "calls:control"])
    assert (await key.get("/api/v1/people")).status_code == 200
    assert refused(await reader.post("/api/v1/api-keys", json={"name": "P", "scopes": ["history:read"]}), "scopes")
    assert refused(await (await key_of(admin, world, ["people:change"])).get(ROLES))
    [role] = (await admin.get(ROLES)).json()["items"]
    await admin.patch(f"{ROLES}/{role['id']}", json={"permissions": ["calls_read"]})
    assert refused(await key.get("/api/v1/people"))


async def test_changes_of_roles_are_in_the_audit_log(world: World) -> None:
    admin = await world.admin(world.acme)
    person = await world.person(world.acme, "ida@acme.example")
    role_id = await make(admin, "Helpdesk", HELPDESK)
    await admin.put(f"{ROLES}/{role_id}/persons/{person.id}")
    await admin.patch(f"{ROLES}/{role_id}", json={"name": "Desk"})
    await admin.delete(f"{ROLES}/{role_id}/persons/{person.id}")
    await admin.delete(f"{ROLES}/{role_id}")
    entries: list[dict[str, Any]] = (await admin.get("/api/v1/audit/entries")).json()["items"]
    found = {each["action"]: each for each in entries}
    assert {"create_role", "give_role", "update_role", "withdraw_role", "delete_role"} <= found.keys()
    assert found["give_role"]["about"]["person_id"] == person.id
    assert found["give_role"]["object"] == f"role:{role_id}"


async def test_two_administrators_do_not_exceed_the_limit_together(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("unificx.identity.custom_roles.MAX_ROLES", 1)
    admin = await world.admin(world.acme)
    new = [{"name": name, "permissions": HELPDESK} for name in ("One", "Two", "Three")]
    answers = await asyncio.gather(*(admin.post(ROLES, json=each) for each in new))
    assert sorted(each.status_code for each in answers) == [201, 409, 409]
