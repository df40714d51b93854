"""SCIM 2.0: an identity provider creates, changes, deactivates and closes the accounts of its tenant."""

from typing import Any

import httpx
import pytest
from http_world import World
from name_corrections import correct_copies_of_names

from unificx.core.access import Access, stating
from unificx.identity.provisioned_models import ProvisionedPart
from unificx.identity.repository import provisioned
from unificx.privacy import AuditFilter

ERROR = "urn:ietf:params:scim:api:messages:2.0:Error"
USER = "urn:ietf:params:scim:schemas:core:2.0:User"
ENTERPRISE = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"
PATCH = "urn:ietf:params:scim:api:messages:2.0:PatchOp"
USERS = "/scim/v2/Users"


async def provider(world: World, owner: httpx.AsyncClient, *scopes: str) -> httpx.AsyncClient:
    """Return an identity provider with a new key of a user."""
    made = await owner.post("/api/v1/api-keys", json={"name": "Directory", "scopes": scopes or ["scim"]})
    assert made.status_code == 201, made.text
    return world.client(Authorization=f"Bearer {made.json()['token']}")


async def create(client: httpx.AsyncClient, user_name: str = "cara@acme.example", **more: Any) -> dict[str, Any]:
    made = await client.post(USERS, json={"schemas": [USER], "userName": user_name, **more})
    assert made.status_code == 201, made.text
    return made.json()


async def patch(client: httpx.AsyncClient, user: str, *operations: dict[str, Any]) -> httpx.Response:
    return await client.patch(f"{USERS}/{user}", json={"schemas": [PATCH], "Operations": operations})


async def found(client: httpx.AsyncClient, query: str) -> list[str]:
    answer = await client.get(USERS, params={"filter": query})
    assert answer.status_code == 200, answer.text
    return [each["userName"] for each in answer.json().get("Resources", [])]


def refused(answer: httpx.Response, status: int, kind: str = "") -> None:
    body = answer.json()
    assert (answer.status_code, body["schemas"], body["status"]) == (status, [ERROR], str(status)), body
    assert (body.get("scimType", ""), answer.headers["content-type"]) == (kind, "application/scim+json")


@pytest.mark.promise("K1")
async def test_an_account_is_created_changed_deactivated_and_closed(world: World) -> None:
    admin = await world.admin(world.acme)
    client = await provider(world, admin)
    name = {"givenName": "Cara", "familyName": "Muster", "formatted": "ignored"}
    cara = await create(client, externalId="E-1", name=name, phoneNumbers=[{"type": "work", "value": "+49 30 1234"}])
    assert (cara["active"], cara["emails"][0]["value"]) == (True, "cara@acme.example")
    person = (await admin.get(f"/api/v1/people/{cara['id']}")).json()
    assert (person["name"], person["state"], len(person["extensions"])) == ("Cara Muster", "invited", 1)

    for query in (
        'userName eq "CARA@acme.example"',
        'externalId eq "E-1"',
        'emails[type eq "work"].value eq "cara@acme.example"',
    ):
        assert await found(client, query) == ["cara@acme.example"]
    assert await found(client, 'externalId eq "e-1"') == []

    # Microsoft Entra: capital letters, booleans as text, paths in the value, filters that name what is missing.
    changed = await patch(
        client,
        cara["id"],
        {"op": "Replace", "path": 'emails[type eq "work"].value', "value": "c.muster@acme.example"},
        {"op": "Add", "value": {"displayName": "Cara M.", "name.familyName": "Meier", "title": "ignored"}},
        {
            "op": "Add",
            "path": "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:department",
            "value": "Sales",
        },
        {"op": "Add", "path": "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:division", "value": "x"},
        {"op": "Replace", "path": "userName", "value": "cara@acme.onmicrosoft.example"},
        {"op": "Replace", "path": "active", "value": "False"},
    )
    assert changed.status_code == 200, changed.text
    body = changed.json()
    assert (body["active"], body["displayName"], body["name"]["familyName"]) == (False, "Cara M.", "Meier")
    person = (await admin.get(f"/api/v1/people/{cara['id']}")).json()
    assert (person["name"], person["state"], person["email"]) == ("Cara M.", "suspended", "c.muster@acme.example")
    assert (body[ENTERPRISE], person["department"]) == ({"department": "Sales"}, "Sales")
    suspension = (await admin.get(f"/api/v1/persons/{cara['id']}/suspension")).json()
    assert suspension["reason"] == "identity_provider"
    # Okta: no path.
    assert (await patch(client, cara["id"], {"op": "replace", "value": {"active": True}})).json()["active"] is True
    assert (await admin.get(f"/api/v1/persons/{cara['id']}")).json()["state"] == "invited"

    # A suspension by an administrator is not lifted, and a name that was changed here is seen there.
    assert (await admin.put(f"/api/v1/persons/{cara['id']}/suspension", json={"reason": "fraud"})).status_code == 200
    await admin.patch(f"/api/v1/persons/{cara['id']}", json={"name": "Cara Elfe"})
    put = await client.put(
        f"{USERS}/{cara['id']}", json={"schemas": [USER], "userName": "cara@acme.example", "active": True}
    )
    assert (put.status_code, put.json()["active"]) == (200, False)
    assert "externalId" not in put.json()
    assert await found(client, 'externalId eq "E-1"') == []

    assert (await client.delete(f"{USERS}/{cara['id']}")).status_code == 204
    refused(await client.get(f"{USERS}/{cara['id']}"), 404)
    assert await found(client, 'userName eq "cara@acme.example"') == []
    entries = (await world.services.audit.page(world.acme.id, AuditFilter(), 50)).items
    assert {"create_scim_user", "change_scim_user", "close_scim_user"} <= {each.action for each in entries}


@pytest.mark.promise("D2")
async def test_the_parts_of_a_name_stay_until_it_is_changed_here(world: World) -> None:
    """The correction of copies, which follows each change of a name, does not put the whole name in place of a part."""
    correct_copies_of_names(world)
    admin = await world.admin(world.acme)
    client = await provider(world, admin)
    cara = await create(client, phoneNumbers=[{"value": "+49 30 1234"}])
    name = {"givenName": "Cara", "familyName": "Muster"}

    async def names() -> tuple[Any, Any]:
        await world.outbox.deliver()
        shown = (await client.get(f"{USERS}/{cara['id']}")).json()
        return shown.get("name"), shown.get("displayName")

    changed = await patch(client, cara["id"], {"op": "replace", "path": "name", "value": name})
    assert changed.json()["name"] == name
    assert await names() == (name, None)
    [extension] = (await admin.get(f"/api/v1/people/{cara['id']}")).json()["extensions"]
    at = f"/api/v1/extensions/{extension['id']}"
    assert (await admin.patch(at, json={"name": "Reception"})).status_code == 200
    assert await names() == (name, None)
    # Of a name that is changed here the parts are not known, and those of the former name are not stored any more.
    for new in ("Cara Elfe", "Cara Muster"):
        await admin.patch(f"/api/v1/persons/{cara['id']}", json={"name": new})
        assert await names() == (None, new)
    # A former version did that, and stored no other name when it was changed here.
    with stating(Access("administration", "test")):
        person = await world.identity.users.get(world.acme.id, cara["id"])
        for whole, part in (("", new), (new, new), ("", "Elfe")):
            former = ProvisionedPart("cara@acme.example", "", whole, part, part, "")
            async with world.database.begin() as uow:
                await provisioned.save(uow.session, world.keys, person, former)
            assert await names() == (None, new)


async def test_it_takes_over_accounts_and_leaves_one_administrator(world: World) -> None:
    admin = await world.admin(world.acme)
    ada = await world.user(world.acme, "1001")
    client = await provider(world, admin)
    me, boss = [(await each.get("/api/v1/me")).json()["person"] for each in (ada, admin)]
    assert await found(client, f'userName eq "{me["email"]}"') == [me["email"]]
    taken = await patch(client, me["id"], {"op": "add", "path": "externalId", "value": "7"})
    assert (taken.status_code, taken.json()["displayName"]) == (200, me["name"])
    off = await patch(client, me["id"], {"op": "replace", "path": "active", "value": False})
    assert off.status_code == 200
    assert (await ada.get("/api/v1/me")).status_code == 401

    refused(await patch(client, boss["id"], {"op": "replace", "path": "active", "value": False}), 409)
    refused(await client.delete(f"{USERS}/{boss['id']}"), 409)
    several = [
        {"type": "work", "value": "w@acme.example"},
        {"type": "home", "primary": True, "value": "h@acme.example"},
    ]
    chosen = await patch(client, me["id"], {"op": "replace", "path": "emails", "value": several})
    assert [each["value"] for each in chosen.json()["emails"]] == ["h@acme.example"]
    address = {"op": "replace", "path": "emails", "value": [{"value": "mallory@acme.example"}]}
    refused(await patch(client, boss["id"], address), 403)
    refused(await client.post(USERS, json={"schemas": [USER], "userName": me["email"].upper()}), 409, "uniqueness")


async def test_only_a_key_with_the_scope_reaches_the_accounts_of_its_tenant(world: World) -> None:
    admin, ada = await world.admin(world.acme), await world.user(world.acme, "1001")
    refused(await admin.get(USERS), 403)
    refused(await (await provider(world, admin, "people:change", "own")).get(USERS), 403)
    assert (await ada.post("/api/v1/api-keys", json={"name": "x", "scopes": ["scim"]})).status_code == 403
    refused(await world.client().get(USERS), 401)
    client = await provider(world, admin)
    assert (await client.get("/api/v1/persons")).status_code == 403

    strange = await provider(world, await world.admin(world.globex))
    theirs = await create(strange, "dora@globex.example", externalId="E-1")
    for answer in (
        await client.get(f"{USERS}/{theirs['id']}"),
        await client.delete(f"{USERS}/{theirs['id']}"),
        await patch(client, theirs["id"], {"op": "replace", "path": "displayName", "value": "Stolen"}),
    ):
        refused(answer, 404)
    for query in ('userName eq "dora@globex.example"', 'externalId eq "E-1"', f'id eq "{theirs["id"]}"'):
        assert await found(client, query) == []
    assert "dora" not in (await client.get(USERS)).text


async def test_what_is_malformed_or_not_offered_is_refused_in_the_format_of_scim(world: World) -> None:
    client = await provider(world, await world.admin(world.acme))
    cara = await create(client)
    for body, kind in (
        ("{", "invalidValue"),
        ("[" * 50_000, "invalidValue"),
        ('["\\ud800"]', "invalidValue"),
        ("[]", "invalidSyntax"),
        ("{}", "invalidValue"),
    ):
        refused(await client.post(USERS, content=body), 400, kind)
    for values in ({"userName": "a" * 251}, {"userName": " "}, {"userName": "b", "displayName": "\u202e"}):
        refused(await client.post(USERS, json={"schemas": [USER], **values}), 400, "invalidValue")
    refused(await client.post(USERS, content=b"x" * 300_000), 413)
    many = [{"op": "replace", "path": "displayName", "value": "x"}] * 101
    refused(await patch(client, cara["id"], *many), 400, "tooMany")
    refused(await client.post(f"{USERS}/.search", json={"excludedattributes": ["a"] * 101}), 400, "tooMany")
    refused(await client.post(f"{USERS}/.search", json={"attributes": 7}), 400, "invalidValue")
    refused(await client.get(f"{USERS}/{cara['id']}", params={"attributes": "a," * 101}), 400, "tooMany")
    refused(await patch(client, cara["id"], {"op": "remove"}), 400, "noTarget")
    for query in (
        'userName co "a"',
        "(" * 900,
        'userName eq "' + "a" * 1_000 + '"',
        "userName pr",
        'userName eq "\\ud800"',
    ):
        refused(await client.get(USERS, params={"filter": query}), 400, "invalidFilter")
    refused(await client.get("/scim/v2/Bulk"), 404)
    refused(await client.get(f"{USERS}/none"), 404)
    refused(await client.put(USERS), 405)
    assert (await client.get(USERS, params={"startIndex": 10**30})).json()["totalResults"] == 2
    page = (await client.get(USERS, params={"startIndex": 2, "count": 1, "attributes": "userName"})).json()
    assert (page["totalResults"], page["itemsPerPage"], page["startIndex"]) == (2, 1, 2)
    assert "displayName" not in page["Resources"][0]
    world.readiness.storage_full = True
    refused(await client.post(USERS, json={"schemas": [USER], "userName": "d"}), 507)
