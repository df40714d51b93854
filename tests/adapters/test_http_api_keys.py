"""API keys over HTTP: scopes, tenants, expiry and revocation."""

import httpx
import pytest
from http_world import World

from unificx.api.event_hub import SIGNED_OUT
from unificx.identity import NewApiKey, NewExtension, PersonChange, Principal, Role, TenantChange
from unificx.identity.api_keys import MAX_KEYS
from unificx.identity.policies.permissions import ASSIGNABLE, SINGLE_SCOPES, Action, actions_of

KEYS = "/api/v1/api-keys"
CUSTOM = [action.value for actions in ASSIGNABLE.values() for action in actions]


async def create_key(world: World, maker: httpx.AsyncClient, **wanted: object) -> httpx.AsyncClient:
    """Return a client with a new key of `maker`."""
    answer = await maker.post(KEYS, json={"name": "Dashboard", **wanted})
    assert answer.status_code == 201, answer.text
    return world.client(Authorization=f"Bearer {answer.json()['token']}")


async def only_key_id(maker: httpx.AsyncClient) -> str:
    [key] = (await maker.get(KEYS)).json()["items"]
    return key["id"]


@pytest.mark.promise("T3")
async def test_a_key_is_shown_once_and_does_what_its_scopes_allow(world: World) -> None:
    admin = await world.admin(world.acme)
    answer = await admin.post(KEYS, json={"name": "Dashboard", "scopes": ["calls:read"], "days": 30})
    made = answer.json()
    assert made["token"].startswith("ucx_")
    assert len(made["token"]) == 47
    assert made["token"].startswith(made["prefix"])
    listed = (await admin.get(KEYS)).json()["items"]
    assert [(one["name"], one["scopes"], one["last_used"]) for one in listed] == [("Dashboard", ["calls:read"], None)]
    assert made["token"] not in (await admin.get(KEYS)).text

    program = world.client(Authorization=f"Bearer {made['token']}")
    assert (await program.get("/api/v1/calls")).status_code == 200
    for method, path in (
        ("GET", "persons"),
        ("POST", "persons"),
        ("GET", "history"),
        ("GET", "extensions"),
        ("GET", "directory"),
        ("GET", "me/calls"),
        ("POST", "calls"),
        ("POST", "calls/x/transfer"),
        ("DELETE", "calls/x"),
        ("PATCH", "tenants/acme"),
    ):
        body = {"to": "1002"} if "calls" in path else {"name": "Mole"} if method in ("POST", "PATCH") else None
        refused = await program.request(method, f"/api/v1/{path}", json=body)
        assert refused.status_code == 403, f"{method} {path}: {refused.text}"
        assert "scope" in refused.json()["detail"]
    await world.identity.clean_up()
    assert (await admin.get(KEYS)).json()["items"][0]["last_used"] == world.clock.now().date().isoformat()


@pytest.mark.promise("T3")
async def test_a_key_has_single_permissions_of_custom_roles(world: World) -> None:
    """`people:change` opens accounts, phones and routing; a program that sets up phones gets these alone."""
    admin, tenant = await world.admin(world.acme), world.acme.id
    extension = await world.identity.extensions.create(tenant, NewExtension("1001", "Lobby"))
    program = await create_key(world, admin, scopes=["phones_change"])
    device = {"extension": extension.extension.number, "name": "Desk"}
    assert (await program.post("/api/v1/devices", json=device)).status_code == 201
    for method, path in (("GET", "people"), ("POST", "persons"), ("GET", "history"), ("GET", "trunks")):
        refused = await program.request(method, f"/api/v1/{path}", json={"name": "Mole"} if method == "POST" else None)
        assert refused.status_code == 403, f"{method} {path}"
    assert tuple(name for name in CUSTOM if name not in {"calls_monitor", "roles_change"}) == SINGLE_SCOPES
    for name in SINGLE_SCOPES:
        assert actions_of([name]) == {Action(name)}


async def test_single_permissions_are_limited_to_those_of_the_user_and_never_given_by_default(world: World) -> None:
    admin, user = await world.admin(world.acme), await world.user(world.acme, "1001")
    refused = await user.post(KEYS, json={"name": "x", "scopes": ["phones_change"]})
    assert (refused.status_code, refused.json()["field"]) == (403, "scopes")
    assert refused.json()["hint"] == "The user can have own, directory:read, contacts, assistant, assistant:act."
    for closed in ("calls_monitor", "roles_change"):
        assert (await admin.post(KEYS, json={"name": "x", "scopes": [closed]})).status_code == 422
    made = (await admin.post(KEYS, json={"name": "all"})).json()
    assert not {*made["scopes"]} & {*SINGLE_SCOPES}
    role = {"name": "Helpdesk", "permissions": ["people_read", "phones_change"]}
    role_id = (await admin.post("/api/v1/roles", json=role)).json()["id"]
    person_id = (await user.get("/api/v1/me")).json()["person"]["id"]
    assert (await admin.put(f"/api/v1/roles/{role_id}/persons/{person_id}")).status_code == 204
    helper = await create_key(world, user, scopes=["people_read"])
    assert (await helper.get("/api/v1/people")).status_code == 200
    assert (await admin.delete(f"/api/v1/roles/{role_id}/persons/{person_id}")).status_code == 204
    assert (await helper.get("/api/v1/people")).status_code == 403, "a key never exceeds what its user may do now"


async def test_a_key_without_the_scope_own_has_nothing_of_its_user(world: World) -> None:
    user = await world.user(world.acme, "1001")
    with_own, without = (
        await create_key(world, user, scopes=["own"]),
        await create_key(world, user, scopes=["directory:read"]),
    )
    assert [one["number"] for one in (await with_own.get("/api/v1/extensions")).json()["items"]] == ["1001"]
    assert (await with_own.get("/api/v1/me")).json()["person"]["email"] == "user1001@acme.example"
    assert (await without.get("/api/v1/me")).json()["person"] is None
    assert (await without.get("/api/v1/extensions")).status_code == 403
    assert [one["number"] for one in (await without.get("/api/v1/directory")).json()["items"]] == ["1001"]


CREDENTIALS = (
    ("GET", "api-keys"),
    ("POST", "api-keys"),
    ("GET", "sessions"),
    ("POST", "sign-in-codes"),
    ("POST", "invitations"),
    ("PUT", "me/password"),
    ("POST", "me/factors/totp"),
    ("POST", "me/sip-access"),
    ("PUT", "persons/x/password"),
    ("POST", "persons/x/one-time-password"),
    ("DELETE", "persons/x/factors"),
    ("PUT", "tenants/acme/single-sign-on"),
    ("POST", "recordings/x/erase"),
)


async def test_no_key_can_obtain_other_credentials(world: World) -> None:
    program = await create_key(world, await world.admin(world.acme))
    for method, path in CREDENTIALS:
        answer = await program.request(method, f"/api/v1/{path}", json={})
        assert (answer.status_code, answer.json()["detail"]) == (403, "API keys cannot be used for this."), path


async def test_a_key_cannot_create_administrators(world: World) -> None:
    program = await create_key(world, await world.admin(world.acme))
    new = {"name": "Ben", "email": "ben@acme.example", "role": "tenant_admin"}
    assert (await program.post("/api/v1/persons", json=new)).status_code == 403
    assert (await program.post("/api/v1/persons", json={**new, "role": "user"})).status_code == 201


@pytest.mark.promise("T3")
async def test_a_key_stays_within_its_tenant(world: World) -> None:
    program = await create_key(world, await world.admin(world.acme))
    await world.user(world.globex, "2001")
    assert (await program.get("/api/v1/persons?tenant=globex")).status_code == 404
    assert "globex" not in (await program.get("/api/v1/tenants")).text
    other = await world.admin(world.globex)
    assert (await other.get(KEYS)).json()["items"] == []
    key_id = await only_key_id(await world.signed_in("admin@acme.example"))
    assert (await other.delete(f"{KEYS}/{key_id}")).status_code == 404
    assert (await program.get("/api/v1/calls")).status_code == 200


async def test_a_key_has_at_most_the_present_rights_of_its_user(world: World) -> None:
    user = await world.user(world.acme, "1001")
    assert (await user.post(KEYS, json={"name": "x", "scopes": ["people:read"]})).status_code == 403
    admin = await world.admin(world.acme)
    program = await create_key(world, admin, scopes=["people:read"])
    assert (await program.get("/api/v1/persons")).status_code == 200
    admin_id = (await admin.get("/api/v1/me")).json()["person"]["id"]
    await world.person(world.acme, "other@acme.example", role=Role.TENANT_ADMIN)  # remains one
    await world.identity.users.update(world.acme.id, admin_id, PersonChange(role=Role.USER))
    assert (await program.get("/api/v1/persons")).status_code == 403


@pytest.mark.promise("T3")
@pytest.mark.parametrize("end", ["expired", "revoked", "suspended", "closed", "tenant suspended"])
async def test_a_key_ends(world: World, end: str) -> None:
    admin, user = await world.admin(world.acme), await world.user(world.acme, "1001")
    program = await create_key(world, user, days=1)
    assert (await program.get("/api/v1/me")).status_code == 200
    user_id = (await user.get("/api/v1/me")).json()["person"]["id"]
    key_id = await only_key_id(user)
    match end:
        case "expired":
            world.clock.advance(86_400)
        case "revoked":
            assert (await admin.delete(f"{KEYS}/{key_id}")).status_code == 204
        case "suspended":
            await world.identity.users.update(world.acme.id, user_id, PersonChange(state="suspended"))
        case "closed":
            await world.identity.users.close(world.acme.id, user_id)
        case _:
            await world.identity.tenants.update(world.acme.id, TenantChange(state="suspended"))
    assert (await program.get("/api/v1/me")).status_code == 401
    await world.identity.clean_up()
    left = await world.identity.api_keys.keys_of(world.acme.id, None)
    assert len(left) == (1 if "suspended" in end else 0)


async def test_users_see_and_revoke_their_own_keys_only(world: World) -> None:
    user, other = await world.user(world.acme, "1001"), await world.user(world.acme, "1002")
    await create_key(world, user)
    key_id = await only_key_id(user)
    assert (await other.get(KEYS)).json()["items"] == []
    assert (await other.delete(f"{KEYS}/{key_id}")).status_code == 404
    assert (await user.delete(f"{KEYS}/{key_id}")).status_code == 204


async def test_a_new_key_needs_a_recent_proof_of_identity(world: World) -> None:
    user = await world.user(world.acme, "1001")
    world.clock.advance(11 * 60)
    answer = await user.post(KEYS, json={"name": "Dashboard"})
    assert (answer.status_code, "Confirm" in answer.json()["detail"]) == (403, True)


async def test_a_user_has_a_limited_number_of_keys(world: World) -> None:
    user = await world.user(world.acme, "1001")
    for _ in range(MAX_KEYS):
        await create_key(world, user)
    assert (await user.post(KEYS, json={"name": "x"})).status_code == 409


async def test_only_the_server_itself_creates_keys_for_others(world: World) -> None:
    admin, user = await world.admin(world.acme), await world.user(world.acme, "1001")
    user_id = (await user.get("/api/v1/me")).json()["person"]["id"]
    wanted = {"name": "x", "person_id": user_id}
    assert (await admin.post(KEYS, json=wanted)).status_code == 403
    console = world.client(operator=True)
    assert (await console.post(f"{KEYS}?tenant=acme", json={"name": "x"})).status_code == 422
    assert (await console.post(f"{KEYS}?tenant=globex", json=wanted)).status_code == 404
    program = await create_key_at(console, wanted)
    assert (await world.client(Authorization=f"Bearer {program}").get("/api/v1/me")).json()["person"]["id"] == user_id


@pytest.mark.promise("T3")
async def test_users_get_notices_of_new_keys_that_act_as_them(world: World) -> None:
    user = await world.user(world.acme, "1001")
    user_id = (await user.get("/api/v1/me")).json()["person"]["id"]
    await create_key(world, user)
    await create_key_at(world.client(operator=True), {"name": "Cron job", "person_id": user_id})
    assert (await user.post(KEYS, json={"name": "x", "scopes": ["people:read"]})).status_code == 403
    await world.identity.join_background_tasks()
    notices = sorted(world.emails.of_kind("api_key_created"))  # written concurrently
    assert notices == [("user1001@acme.example", "Cron job"), ("user1001@acme.example", "Dashboard")]


async def create_key_at(console: httpx.AsyncClient, wanted: dict[str, str]) -> str:
    answer = await console.post(f"{KEYS}?tenant=acme", json=wanted)
    assert answer.status_code == 201, answer.text
    return answer.json()["token"]


async def test_events_are_limited_to_the_scopes_and_end_with_the_key(world: World) -> None:
    user = await world.user(world.acme, "1001")
    user_id = (await user.get("/api/v1/me")).json()["person"]["id"]
    hub, queues = world.services.event_hub, []
    for scopes in (("own",), ("directory:read",)):
        maker = Principal(user_id, world.acme.id, Role.USER, "s")
        made = await world.identity.api_keys.create(
            Principal("", world.acme.id, Role.OPERATOR), maker.tenant_id, user_id, NewApiKey("x", scopes)
        )
        queues.append(hub.open(await world.identity.authenticate(made.token)))
    own, directory = queues
    hub.send_to_person(user_id, {"type": "voicemail"})
    world.live_events.parked_changed(world.acme.id)
    assert await own.next() == '{"type":"voicemail"}'
    assert await directory.next() == '{"type":"parked"}'
    await world.identity.api_keys.revoke(world.acme.id, own.principal.key_id, None)
    assert (await own.next(), own.code) == ('{"type":"signed_out"}', SIGNED_OUT)
    assert directory.code is None
    await world.identity.users.update(world.acme.id, user_id, PersonChange(state="suspended"))
    assert directory.code == SIGNED_OUT


async def test_a_response_stored_for_a_user_is_not_for_their_keys(world: World) -> None:
    admin = await world.admin(world.acme)
    program = await create_key(world, admin, scopes=["own"])
    new, key = {"number": "1009", "name": "Door"}, {"Idempotency-Key": "k-1"}
    assert (await admin.post("/api/v1/extensions", json=new, headers=key)).status_code == 201
    assert (await program.post("/api/v1/extensions", json=new, headers=key)).status_code == 403


async def test_a_person_who_has_not_signed_in_yet_has_a_key_from_the_server(world: World) -> None:
    made = await world.identity.extensions.create(world.acme.id, NewExtension("1001", "Ada", "ada@acme.example"))
    person_id = made.extension.person_id or ""
    assert (await world.identity.users.get(world.acme.id, person_id)).state == "invited"
    console = world.client(operator=True)
    wanted = {"name": "x", "person_id": person_id}
    program = world.client(Authorization=f"Bearer {await create_key_at(console, wanted)}")
    assert [one["number"] for one in (await program.get("/api/v1/extensions")).json()["items"]] == ["1001"]
    await world.identity.users.update(world.acme.id, person_id, PersonChange(state="suspended"))
    assert (await program.get("/api/v1/extensions")).status_code == 401
    assert (await console.post(f"{KEYS}?tenant=acme", json=wanted)).status_code == 409
