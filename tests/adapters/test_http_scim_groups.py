"""SCIM 2.0 groups: an identity provider names their members, an administrator links them to roles."""

import threading
from typing import Any

import httpx
import pytest
from http_world import World
from test_http_custom_roles import make
from test_http_scim import PATCH, USERS, create, provider, refused

from unificx.api.event_hub import CHANGED_RIGHTS
from unificx.api.scim import resources
from unificx.identity import Principal, Role
from unificx.privacy import AuditFilter

GROUP = "urn:ietf:params:scim:schemas:core:2.0:Group"
GROUPS = "/scim/v2/Groups"
LINKS = "/api/v1/provisioned-groups"
READERS = ["people_read"]


async def new_group(client: httpx.AsyncClient, name: str, *members: str, **more: Any) -> str:
    body = {"schemas": [GROUP], "displayName": name, "members": [{"value": each} for each in members], **more}
    made = await client.post(GROUPS, json=body)
    assert made.status_code == 201, made.text
    assert made.headers["location"] == made.json()["meta"]["location"]
    return made.json()["id"]


async def edit(client: httpx.AsyncClient, group: str, *operations: dict[str, Any]) -> set[str]:
    """Send operations of a PATCH; return the members."""
    changed = await client.patch(f"{GROUPS}/{group}", json={"schemas": [PATCH], "Operations": operations})
    assert changed.status_code == 200, changed.text
    return {each["value"] for each in changed.json().get("members", [])}


async def found(client: httpx.AsyncClient, query: str) -> list[str]:
    answer = await client.get(GROUPS, params={"filter": query})
    assert answer.status_code == 200, answer.text
    return [each["displayName"] for each in answer.json().get("Resources", [])]


async def linked(admin: httpx.AsyncClient, group: str, role: str | None) -> httpx.Response:
    return await admin.put(f"{LINKS}/{group}/role", json={"role_id": role})


@pytest.mark.promise("K1")
async def test_members_are_added_removed_and_replaced(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    client = await provider(world, await world.admin(world.acme))
    one, two, three = [(await create(client, f"{each}@acme.example"))["id"] for each in ("one", "two", "three")]
    group = await new_group(client, "Sales", one, externalId="G-1")

    added = {"op": "Add", "path": "members", "value": [{"value": two}, {"value": three}, {"value": one}]}
    threads: set[threading.Thread] = set()
    with monkeypatch.context() as patched:
        apply = resources.apply_patch
        patched.setattr(
            "unificx.api.scim.groups.apply_patch",
            lambda *given: (threads.add(threading.current_thread()), apply(*given)),
        )
        assert await edit(client, group, added) == {one, two, three}
    assert len(threads - {threading.current_thread()}) == 1, "large groups do not stop the event loop"
    assert await edit(client, group, {"op": "remove", "path": f'members[value eq "{two}"]'}) == {one, three}
    # Microsoft Entra names the members to remove in the value.
    for unlike in ({"$ref": None}, {"display": "Three"}):
        removed = {"op": "Remove", "path": "members", "value": [{**unlike, "value": three}]}
        assert await edit(client, group, removed) == {one}
        assert await edit(client, group, {"op": "Add", "path": "members", "value": [{"value": three}]}) == {one, three}
    assert await edit(client, group, {"op": "Remove", "path": "members", "value": [{"value": three}]}) == {one}
    replaced = {"op": "replace", "path": "members", "value": [{"value": two}]}
    renamed = {"op": "replace", "value": {"id": group, "displayName": "Sellers"}}
    assert await edit(client, group, replaced, renamed) == {two}
    assert await edit(client, group, {"op": "remove", "path": "members"}) == set()

    put = {"schemas": [GROUP], "displayName": "Shop", "members": [{"value": one}, {"value": three}]}
    answer = (await client.put(f"{GROUPS}/{group}", json=put)).json()
    assert (answer["displayName"], {each["value"] for each in answer["members"]}) == ("Shop", {one, three})
    assert "externalId" not in answer
    assert answer["members"][0]["$ref"].endswith(f"{USERS}/{answer['members'][0]['value']}")

    # A closed account leaves its groups, and cannot join one.
    assert (await client.delete(f"{USERS}/{one}")).status_code == 204
    shown = (await client.get(f"{GROUPS}/{group}")).json()
    assert [each["value"] for each in shown["members"]] == [three]
    body = {"schemas": [PATCH], "Operations": [{"op": "add", "path": "members", "value": [{"value": one}]}]}
    refused(await client.patch(f"{GROUPS}/{group}", json=body), 400, "invalidValue")

    assert (await client.delete(f"{GROUPS}/{group}")).status_code == 204
    refused(await client.get(f"{GROUPS}/{group}"), 404)


async def test_groups_are_found_and_listed_by_pages(world: World) -> None:
    client = await provider(world, await world.admin(world.acme))
    one = (await create(client))["id"]
    sales = await new_group(client, "Sales", one, externalId="G-1")
    await new_group(client, "Support", one)
    for query, names in (
        ('displayName eq "SALES"', ["Sales"]),
        ('externalId eq "G-1"', ["Sales"]),
        ('externalId eq "g-1"', []),
        (f'id eq "{sales}"', ["Sales"]),
        (f'members eq "{one}"', ["Sales", "Support"]),
        (f'members[value eq "{one}"]', ["Sales", "Support"]),
        (f'id eq "{sales}" and members.value eq "{one}"', ["Sales"]),
        (f'displayName eq "Support" and id eq "{sales}"', []),
        (f'{GROUP}:displayName eq "Support"', ["Support"]),
    ):
        assert await found(client, query) == names, query
    page = (await client.get(GROUPS, params={"startIndex": 2, "count": 1, "excludedAttributes": "members"})).json()
    assert (page["totalResults"], page["itemsPerPage"], page["startIndex"]) == (2, 1, 2)
    assert [sorted(each) for each in page["Resources"]] == [["displayName", "id", "meta", "schemas"]]
    searched = await client.post(f"{GROUPS}/.search", json={"filter": 'displayName eq "Support"'})
    assert searched.json()["totalResults"] == 1
    everywhere = [
        (await client.post("/scim/v2/.search", json={"startIndex": each, "count": 2})).json() for each in (1, 3)
    ]
    assert [each["totalResults"] for each in everywhere] == [4, 4]
    assert [each["meta"]["resourceType"] for page in everywhere for each in page["Resources"]] == [
        *("User", "User"),
        *("Group", "Group"),
    ]
    for query, count in (('userName eq "cara@acme.example"', 1), ('displayName eq "sales"', 1), ('userName eq "x"', 0)):
        assert (await client.post("/scim/v2/.search", json={"filter": query})).json()["totalResults"] == count, query
    names = {each["id"] for each in (await client.get("/scim/v2/ResourceTypes")).json()["Resources"]}
    assert names == {"User", "Group"}
    assert (await client.get(f"/scim/v2/Schemas/{GROUP}")).json()["id"] == GROUP


@pytest.mark.promise("K1", "S3")
async def test_a_link_gives_members_a_role_until_they_leave(world: World) -> None:
    admin, ada = await world.admin(world.acme), await world.user(world.acme, "1001")
    person = (await ada.get("/api/v1/me")).json()["person"]["id"]
    client, role = await provider(world, admin), await make(admin, "Readers", READERS)
    group = await new_group(client, "Sales", person)
    assert (await ada.get("/api/v1/people")).status_code == 403, "a group by itself changes nothing"

    events = world.services.event_hub.open(Principal(person, world.acme.id, Role.USER, "session"))
    answer = await linked(admin, group, role)
    assert (answer.status_code, answer.json()["role_id"], answer.json()["members"]) == (200, role, 1)
    await world.outbox.deliver()
    assert events.code == CHANGED_RIGHTS
    assert (await ada.get("/api/v1/people")).status_code == 200
    [own] = (await admin.get(f"/api/v1/persons/{person}/roles")).json()["items"]
    assert (own["name"], own["given"], own["groups"]) == ("Readers", False, [group])
    # Neither a role nor its last holder is lost by the other way.
    assert (await admin.delete(f"/api/v1/roles/{role}/persons/{person}")).status_code == 404
    in_use = await admin.delete(f"/api/v1/roles/{role}")
    assert (in_use.status_code, in_use.json()["field"]) == (409, "replacement")

    assert await edit(client, group, {"op": "remove", "path": f'members[value eq "{person}"]'}) == set()
    assert (await ada.get("/api/v1/people")).status_code == 403
    assert await edit(client, group, {"op": "add", "path": "members", "value": [{"value": person}]}) == {person}
    assert (await ada.get("/api/v1/people")).status_code == 200
    other = await make(admin, "Callers", ["calls_read"])
    assert (await admin.delete(f"/api/v1/roles/{role}", params={"replacement": other})).status_code == 204
    assert (await ada.get("/api/v1/people")).status_code == 403
    assert (await ada.get("/api/v1/calls")).status_code == 200
    assert (await linked(admin, group, None)).json()["role_id"] is None
    assert (await admin.get(f"/api/v1/persons/{person}/roles")).json()["items"] == []
    await linked(admin, group, other)
    assert (await client.delete(f"{GROUPS}/{group}")).status_code == 204
    assert (await admin.get(f"/api/v1/roles/{other}")).json()["groups"] == []
    entries = (await world.services.audit.page(world.acme.id, AuditFilter(), 50)).items
    done = {each.action for each in entries}
    assert {"create_scim_group", "change_scim_group", "delete_scim_group", "link_provisioned_group"} <= done


@pytest.mark.promise("S3")
async def test_a_link_holds_at_most_what_its_maker_may_do(world: World) -> None:
    admin = await world.admin(world.acme)
    client, ada = await provider(world, admin), await world.user(world.acme, "1001")
    person = (await ada.get("/api/v1/me")).json()["person"]["id"]
    boss = (await admin.get("/api/v1/me")).json()["person"]["id"]
    strong, weak = await make(admin, "Bills", ["billing_read"]), await make(admin, "Readers", READERS)
    delegates = await make(admin, "Delegates", ["people_read", "roles_change"])
    await admin.put(f"/api/v1/roles/{delegates}/persons/{person}")
    group = await new_group(client, "Sales", boss)

    assert (await linked(ada, group, strong)).status_code == 403
    assert (await linked(ada, group, weak)).status_code == 200
    assert (await linked(admin, group, strong)).status_code == 200
    for role in (weak, None):
        assert (await linked(ada, group, role)).status_code == 403, "it takes away more than the delegate has"
    # The provider makes no link, and no administrator.
    assert (await linked(client, group, weak)).status_code == 403
    key = await admin.post("/api/v1/api-keys", json={"name": "All", "scopes": ["people:change", "settings:change"]})
    program = world.client(Authorization=f"Bearer {key.json()['token']}")
    assert (await linked(program, group, weak)).status_code == 403
    assert (await client.delete(f"{GROUPS}/{group}")).status_code == 204
    assert (await admin.get("/api/v1/me")).json()["person"]["role"] == "tenant_admin"

    others = await world.admin(world.globex)
    group = await new_group(client, "Sales")
    theirs = await make(others, "Theirs", READERS)
    assert (await linked(others, group, theirs)).status_code == 404
    assert (await linked(admin, group, theirs)).status_code == 404
    assert (await admin.get(LINKS)).json()["items"][0]["name"] == "Sales"
    assert (await others.get(LINKS)).json()["items"] == []
    outsider = await provider(world, others)
    refused(await outsider.get(f"{GROUPS}/{group}"), 404)
    refused(await outsider.delete(f"{GROUPS}/{group}"), 404)
    body = {"schemas": [GROUP], "displayName": "Spies", "members": [{"value": person}]}
    refused(await outsider.post(GROUPS, json=body), 400, "invalidValue")


async def test_malformed_groups_are_refused_and_numbers_are_bounded(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("unificx.identity.provisioned_groups.MAX_GROUPS", 2)
    monkeypatch.setattr("unificx.identity.provisioned_groups.MAX_MEMBERS", 2)
    client = await provider(world, await world.admin(world.acme))
    group = await new_group(client, "Sales")
    refused(await client.post(GROUPS, json={"schemas": [GROUP], "displayName": "SALES"}), 409, "uniqueness")
    for values in ({}, {"displayName": " "}, {"displayName": "a" * 300}, {"displayName": "b", "externalId": "a" * 251}):
        refused(await client.post(GROUPS, json={"schemas": [GROUP], **values}), 400, "invalidValue")
    many = [{"value": str(each)} for each in range(3)]
    refused(
        await client.post(GROUPS, json={"schemas": [GROUP], "displayName": "b", "members": many}), 400, "invalidValue"
    )
    assert await found(client, 'displayName eq "b"') == [], "nothing half done"
    await new_group(client, "Support")
    refused(await client.post(GROUPS, json={"schemas": [GROUP], "displayName": "Third"}), 409)
    renamed = {"op": "replace", "path": "displayName", "value": "support"}
    answer = await client.patch(f"{GROUPS}/{group}", json={"schemas": [PATCH], "Operations": [renamed]})
    refused(answer, 409, "uniqueness")
    refused(await client.patch(f"{GROUPS}/{group}", content="{"), 400, "invalidValue")
    for query in ('displayName co "a"', 'displayName eq "a" or id eq "b"', "members pr", "(" * 900, 'id eq "\\ud800"'):
        refused(await client.get(GROUPS, params={"filter": query}), 400, "invalidFilter")
    assert (await client.get(GROUPS, params={"startIndex": 10**30})).json()["totalResults"] == 2
    assert (await client.post("/scim/v2/.search", json={"startIndex": 10**30})).json()["totalResults"] > 2
    refused(await client.get(f"{GROUPS}/none"), 404)
    refused(await client.post(f"{GROUPS}/{group}", json={}), 405)
    world.readiness.storage_full = True
    refused(await client.post(GROUPS, json={"schemas": [GROUP], "displayName": "d"}), 507)


@pytest.mark.promise("D2")
async def test_an_erased_person_is_in_no_group(world: World) -> None:
    admin = await world.admin(world.acme)
    client = await provider(world, admin)
    one, two = [(await create(client, f"{each}@acme.example"))["id"] for each in ("one", "two")]
    group = await new_group(client, "Sales", one, two)
    person, _ = await world.services.identity.users.get_to_erase(world.acme.id, one)
    await world.services.identity.users.erase(world.acme.id, person.subject)
    shown = (await client.get(f"{GROUPS}/{group}")).json()
    assert [each["value"] for each in shown["members"]] == [two]
