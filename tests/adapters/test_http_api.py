"""The API resources, each from creation to deletion."""

import pytest
from http_world import PASSWORD, FakeCall, World
from sqlalchemy import select

from unificx.api import IceServer
from unificx.cdr.models import CallPartyRow, CallRow, CallStepRow
from unificx.identity import OPERATOR_SLUG, NewExtension, Role


@pytest.mark.promise("U3")
async def test_an_operator_creates_and_deletes_a_tenant(world: World) -> None:
    operator = world.client(operator=True)

    made = await operator.post("/api/v1/tenants", json={"slug": "demo", "name": "Demo", "domain": "demo.example"})
    assert made.status_code == 201, made.text
    shown = await operator.get("/api/v1/tenants/demo")
    assert shown.json() == made.json()
    changed = await operator.patch("/api/v1/tenants/demo", json={"name": "Demonstration", "state": "suspended"})
    assert (changed.json()["name"], changed.json()["state"]) == ("Demonstration", "suspended")
    gone = await operator.delete(f"/api/v1/tenants/{made.json()['id']}")
    assert (gone.status_code, gone.content) == (204, b"")
    assert (await operator.get("/api/v1/tenants/demo")).status_code == 404


@pytest.mark.promise("U3", whole=True)
async def test_a_user_account_is_created_changed_and_closed(world: World) -> None:
    """U3 as a whole: the life of an account by the API. Sign-up: `test_a_visitor_sets_up_an_organisation_once`; invitation:
    `test_invitation_by_email_leads_to_a_session`; extensions: `test_a_new_extension_is_returned_with_sip_credentials`; roles:
    `test_permissions_of_each_role_in_its_tenant`; suspending: `test_suspended_user_is_signed_out_and_can_be_resumed`,
    `test_suspending_a_tenant_ends_every_session_and_publishes_events`; closing:
    `test_closing_an_account_deletes_extensions_devices_and_sessions`, `test_an_operator_creates_and_deletes_a_tenant`."""
    admin = await world.admin(world.acme)

    made = await admin.post("/api/v1/persons", json={"name": "Ada", "email": "Ada@acme.example"})
    assert made.status_code == 201
    ada = made.json()
    assert (ada["state"], ada["role"], ada["tenant_id"]) == ("invited", "user", world.acme.id)
    path = f"/api/v1/persons/{ada['id']}"
    assert (await admin.put(f"{path}/password", json={"password": PASSWORD})).status_code == 204
    assert (await admin.get(path)).json()["state"] == "active"
    changed = await admin.patch(path, json={"name": "Ada L.", "role": "tenant_admin"})
    assert (changed.json()["name"], changed.json()["role"]) == ("Ada L.", "tenant_admin")
    assert ada["id"] in [one["id"] for one in (await admin.get("/api/v1/persons")).json()["items"]]
    extension = {"number": "1077", "name": "Ada", "email": "ada@acme.example"}
    assert (await admin.post("/api/v1/extensions", json=extension)).json()["person_id"] == ada["id"]
    assert (await admin.delete(path)).status_code == 204
    assert (await admin.get(path)).status_code == 404


async def test_a_one_time_password_only_permits_a_password_change(world: World) -> None:
    admin = await world.admin(world.acme)
    ada = (await admin.post("/api/v1/persons", json={"name": "Ada", "email": "ada@acme.example"})).json()

    once = (await admin.post(f"/api/v1/persons/{ada['id']}/one-time-password")).json()["password"]
    signed = await world.client().post("/api/v1/sessions", json={"email": "ada@acme.example", "password": once})
    assert signed.json()["must_change"] is True
    ada_client = world.client(Authorization=f"Bearer {signed.json()['token']}")
    assert (await ada_client.get("/api/v1/me")).json()["must_change"] is True
    for verb, path in (("GET", "/history"), ("GET", "/voicemail"), ("POST", "/me/sip-access"), ("GET", "/push/key")):
        refused = await ada_client.request(verb, f"/api/v1{path}")
        assert (refused.status_code, refused.json()["code"]) == (403, "own_password_needed"), path
    changed = await ada_client.put("/api/v1/me/password", json={"current": once, "password": PASSWORD})
    assert changed.status_code == 204
    again = await world.client().post("/api/v1/sessions", json={"email": "ada@acme.example", "password": PASSWORD})
    assert again.json()["must_change"] is False
    assert (await ada_client.get("/api/v1/me")).json()["must_change"] is False
    assert (await ada_client.get("/api/v1/voicemail")).status_code == 200


async def test_a_user_with_a_one_time_password_can_sign_out(world: World) -> None:
    ada = await world.person(world.acme, "ada@acme.example")
    once = await world.identity.passwords.reset(world.acme.id, ada.id)
    signed_in = await world.signed_in("ada@acme.example", once)
    assert (await signed_in.delete("/api/v1/sessions/current")).status_code == 204


async def test_the_first_operator_must_choose_a_password_in_a_browser_only(world: World) -> None:
    tenant = await world.identity.tenants.get(OPERATOR_SLUG)
    operator = await world.person(tenant, "first@operator.example", Role.OPERATOR)
    password = await world.identity.passwords.reset(tenant.id, operator.id)
    program = await world.signed_in(operator.email, password)
    assert (await program.get("/api/v1/tenants")).status_code == 200
    screen, home = world.client(), {"Sec-Fetch-Site": "same-origin"}
    who = {"email": operator.email, "password": password, "keep": "cookie"}
    assert (await screen.post("/api/v1/sessions", json=who, headers=home)).json()["must_change"] is True
    refused = await screen.get("/api/v1/tenants")
    assert (refused.status_code, refused.json()["code"]) == (403, "own_password_needed")


@pytest.mark.promise("C2", "U3")
async def test_a_new_extension_is_returned_with_sip_credentials(world: World) -> None:
    admin = await world.admin(world.acme)

    made = await admin.post(
        "/api/v1/extensions", json={"number": "1001", "name": "Reception", "email": "r@acme.example"}
    )
    assert made.status_code == 201, made.text
    extension = made.json()
    sip = extension["sip"]
    assert (sip["domain"], sip["uri"]) == ("acme.example", "sip:1001@acme.example")
    auth = world.identity.directory.device_by_username(sip["username"])
    assert auth is not None
    assert auth.extension_id == extension["id"]
    assert len(sip["password"]) >= 20
    shown = (await admin.get("/api/v1/extensions/1001")).json()
    assert shown == {name: extension[name] for name in shown}
    assert sip["password"] not in (await admin.get("/api/v1/devices")).text
    changed = await admin.patch("/api/v1/extensions/1001", json={"name": "Front desk", "ring_seconds": 20})
    assert (changed.json()["name"], changed.json()["ring_seconds"]) == ("Front desk", 20)
    assert (await admin.delete("/api/v1/extensions/1001")).status_code == 204
    assert world.identity.directory.device_by_username(sip["username"]) is None


async def test_a_device_is_created_disabled_renewed_and_deleted(world: World) -> None:
    admin = await world.admin(world.acme)
    await world.identity.extensions.create(world.acme.id, NewExtension("1001", "Reception"))

    made = await admin.post("/api/v1/devices", json={"extension": "1001", "name": "Desk", "kind": "phone"})
    assert made.status_code == 201, made.text
    device, path = made.json(), f"/api/v1/devices/{made.json()['id']}"
    assert device["sip"]["username"] == device["username"]
    listed = (await admin.get("/api/v1/devices", params={"extension": "1001"})).json()["items"]
    assert device["id"] in [one["id"] for one in listed]
    off = await admin.patch(path, json={"enabled": False})
    assert off.json()["enabled"] is False
    renewed = await admin.post(f"{path}/login")
    assert renewed.json()["sip"]["password"] != device["sip"]["password"]
    assert (await admin.delete(path)).status_code == 204
    assert (await admin.get(path)).status_code == 404


async def test_lists_are_paged(world: World) -> None:
    admin = await world.admin(world.acme)
    numbers = [str(1001 + n) for n in range(5)]
    for number in numbers:
        await world.identity.extensions.create(world.acme.id, NewExtension(number, "Phone"))

    seen, cursor = [], None
    while True:
        params = {"limit": 2} | ({"cursor": cursor} if cursor else {})
        page = (await admin.get("/api/v1/extensions", params=params)).json()
        assert len(page["items"]) <= 2
        seen += [one["number"] for one in page["items"]]
        cursor = page["next"]
        if cursor is None:
            break
    assert sorted(seen) == numbers


@pytest.mark.parametrize("limit", ["0", "201", "many"])
async def test_the_page_size_is_1_to_200(world: World, limit: str) -> None:
    answer = await world.client(operator=True).get("/api/v1/tenants", params={"limit": limit})
    assert (answer.status_code, answer.json()["field"]) == (422, "limit")


async def test_live_calls_are_listed_and_ended(world: World) -> None:
    admin = await world.admin(world.acme)
    world.calls.live_calls = [
        FakeCall("call-1", world.acme.id, world.clock.now()),
        FakeCall("call-2", world.globex.id, world.clock.now()),
    ]

    assert [one["id"] for one in (await admin.get("/api/v1/calls")).json()["items"]] == ["call-1"]
    everywhere = (await world.client(operator=True).get("/api/v1/calls")).json()["items"]
    assert [one["id"] for one in everywhere] == ["call-1", "call-2"]
    first = (await world.client(operator=True).get("/api/v1/calls", params={"limit": 1})).json()
    assert ([one["id"] for one in first["items"]], first["total"]) == (["call-1"], 2)
    assert (await admin.delete("/api/v1/calls/call-2")).status_code == 404
    assert (await admin.delete("/api/v1/calls/call-1")).status_code == 204
    assert [one.id for one in world.calls.live_calls] == ["call-2"]


@pytest.mark.promise("C5", whole=True)
async def test_a_finished_call_is_in_the_history(world: World) -> None:
    """C5 as a whole: source, destination, times, outcome and quality of a call are listed, the newest first. Every call:
    `test_a_call_has_audio_and_is_in_the_history`, also if the server dies: `test_a_call_survives_a_kill_right_after_record`,
    and its way through transfers: `test_a_transfer_names_the_transferor`. Measured quality:
    `test_the_history_contains_the_audio_quality`. Sealed: `test_database_and_spool_hold_no_plaintext_of_parties`; erased
    as R2 demands: `test_a_call_is_removed_by_a_party_and_erased_by_an_administrator`."""
    admin = await world.admin(world.acme)
    for number, name in (("1001", "Reception"), ("1002", "Ada"), ("1003", "Ben")):
        await world.identity.extensions.create(world.acme.id, NewExtension(number, name))
    first = await world.record_call(world.acme, "1001", "1002", seconds=42)
    second = await world.record_call(world.acme, "1003", "1002")

    page = (await admin.get("/api/v1/history", params={"limit": 1})).json()
    assert [one["id"] for one in page["items"]] == [second]
    older = (await admin.get("/api/v1/history", params={"cursor": page["next"]})).json()
    assert [one["id"] for one in older["items"]] == [first]
    call = older["items"][0]
    assert (call["caller"], call["caller_name"], call["callee"]) == ("1001", "Reception", "1002")
    assert (call["talk_seconds"], call["outcome"], call["recorded"]) == (42, "answered", False)
    assert call["started"] <= call["answered"] < call["ended"]
    assert call["quality"]["caller"]["mos"] == 4.3
    assert (await admin.get(f"/api/v1/history/{first}")).json() == call
    assert [one["id"] for one in (await admin.get("/api/v1/history?extension=1001")).json()["items"]] == [first]
    since = {"since": call["ended"]}
    assert [one["id"] for one in (await admin.get("/api/v1/history", params=since)).json()["items"]] == [second]
    assert (await admin.get("/api/v1/history?outcome=busy")).json()["items"] == []
    both = (await admin.get("/api/v1/history?outcome=busy&outcome=answered")).json()["items"]
    assert [one["id"] for one in both] == [second, first]
    by_id = (await admin.get("/api/v1/history", params={"call": [first, "of-another-tenant"]})).json()["items"]
    assert [one["id"] for one in by_id] == [first]


async def test_administrators_see_statistics_of_their_own_tenant(world: World) -> None:
    admin, user = await world.admin(world.acme), await world.user(world.acme, "1001")
    await world.record_call(world.acme, "1001", "1002", seconds=42)
    await world.record_call(world.globex, "1001", "1002", seconds=7)
    period = {"since": "2026-01-01T00:00:00Z", "until": "2026-03-01T00:00:00Z"}
    found = (await admin.get("/api/v1/history/statistics", params=period)).json()
    [hour] = found["hours"]
    assert (hour["calls"], hour["outcomes"], hour["voicemail"], hour["talk_seconds"]) == (1, {"answered": 1}, 0, 42)
    assert (hour["mos"], found["median_answer_seconds"] is None) == (4.3, False)
    assert (await user.get("/api/v1/history/statistics", params=period)).status_code == 403
    endless = {**period, "until": "2027-01-01T00:00:00Z"}
    refused = await admin.get("/api/v1/history/statistics", params=endless)
    assert (refused.status_code, refused.json()["field"]) == (422, "since")


@pytest.mark.promise("C5")
@pytest.mark.promise("R2", whole=True)
async def test_a_call_is_removed_by_a_party_and_erased_by_an_administrator(world: World) -> None:
    """R2 as a whole: a user removes a call from the own list and restores it; an administrator erases it for all, and no
    row is left, nor does a backup bring it back (`test_a_restored_home_directory_undoes_no_erasure`). Messages:
    `test_an_archived_message_is_hidden_and_can_be_restored`, for the time of
    `test_archived_message_is_purged_after_retention`; in the portal
    `test_a_mailbox_is_configured_and_its_messages_are_erased_by_the_administrator`, with the files of
    `test_an_erased_message_is_gone`."""
    admin, ada, ben = await world.admin(world.acme), *[await world.user(world.acme, each) for each in ("1001", "1002")]
    cleo = await world.user(world.acme, "1003")
    call_id = await world.record_call(world.acme, "1001", "1002")

    async def lists() -> list[int]:
        answers = [await each.get("/api/v1/history") for each in (ada, ben, admin)]
        return [len(each.json()["items"]) for each in answers]

    async def stored() -> list[list[str]]:
        async with world.database.read() as session:
            rows = (CallRow.id, CallPartyRow.call_id, CallStepRow.call_id)
            return [list(await session.scalars(select(row))) for row in rows]

    assert (await ada.delete(f"/api/v1/history/{call_id}")).status_code == 204
    assert await lists() == [0, 1, 1]
    assert (await ada.get("/api/v1/history?extension=1001")).json()["items"] == []
    assert len((await admin.get("/api/v1/history?extension=1001")).json()["items"]) == 1
    for other in (cleo, admin):
        assert (await other.delete(f"/api/v1/history/{call_id}")).status_code == 404
    assert (await ada.post(f"/api/v1/history/{call_id}/restore")).status_code == 204
    assert await lists() == [1, 1, 1]
    foreign = await world.admin(world.globex)
    for other, status in ((ada, 403), (foreign, 404)):
        assert (await other.post(f"/api/v1/history/{call_id}/erase")).status_code == status
    assert await lists() == [1, 1, 1]
    assert all(await stored())
    assert (await admin.post(f"/api/v1/history/{call_id}/erase")).status_code == 204
    assert await lists() == [0, 0, 0]
    for each in (ada, admin):
        assert (await each.get(f"/api/v1/history/{call_id}")).status_code == 404
    assert await stored() == [[], [], []]


@pytest.mark.promise("U1")
async def test_a_withheld_number_is_visible_to_its_owner_and_administrators_only(world: World) -> None:
    admin, ada, ben = await world.admin(world.acme), *[await world.user(world.acme, each) for each in ("1001", "1002")]
    call_id = await world.record_call(world.acme, "1001", "1002", withheld=True)
    for reader, reported in ((admin, "1001"), (ada, "1001"), (ben, "")):
        call = (await reader.get(f"/api/v1/history/{call_id}")).json()
        assert call == (await reader.get("/api/v1/history")).json()["items"][0]
        assert (call["caller"], call["callee"], call["parties"][0]["erased"]) == (reported, "1002", False)
        assert bool(call["caller_name"]) == bool(call["parties"][0]["extension_id"]) == bool(reported)


@pytest.mark.promise("D3")
async def test_erasing_a_person_keeps_the_history_of_the_other_parties(world: World) -> None:
    admin = await world.admin(world.acme)
    await world.identity.extensions.create(world.acme.id, NewExtension("1001", "Reception"))
    call_id = await world.record_call(world.acme, "1001", "0711123456")
    extension = world.identity.directory.extension(world.acme.id, "1001")
    assert extension is not None
    world.keys.destroy(world.acme.id, extension.subject)

    call = (await admin.get(f"/api/v1/history/{call_id}")).json()
    assert (call["caller"], call["caller_name"], call["callee"]) == (None, None, "+49711123456")
    assert [party["erased"] for party in call["parties"]] == [True, False]


async def test_the_privacy_map_lists_fields_and_purposes(world: World) -> None:
    found = (await world.client(operator=True).get("/api/v1/privacy/map")).json()
    places = {(one["table"], one["field"]) for one in found["held"]}
    assert {("person", "name"), ("call_party", "number"), ("stored_answer", "answer")} <= places
    assert all(one["text"] and one["uses"] for one in found["held"])
    assert all(one["why"] for one in found["neutral"])


async def test_administrators_see_what_is_configured(world: World) -> None:
    admin, user = await world.admin(world.acme), await world.user(world.acme, "1001")
    bare = (await admin.get("/api/v1/setup")).json()
    assert (bare["public_address"], bare["turn"], bare["own_server"]) == (False, False, False)
    assert (bare["has_trunk"], bare["has_number"], bare["has_hours"], bare["has_location"]) == (False,) * 4
    world.services.public_address.configure("https://pbx.example.com", b"", "closed")
    world.telephony.servers = [IceServer(("turns:relay.example.com",), "u", "p")]
    after = (await admin.get("/api/v1/setup")).json()
    assert (after["public_address"], after["secure"], after["turn"]) == (True, True, True)
    assert (await user.get("/api/v1/setup")).status_code == 403
    operated = await world.client(operator=True).get("/api/v1/setup", params={"tenant": world.acme.id})
    assert operated.json()["own_server"]
    await world.client(operator=True).delete(f"/api/v1/tenants/{world.globex.id}")
    assert (await admin.get("/api/v1/setup")).json()["own_server"], "the only organisation of the server"


async def test_administrators_see_what_waits_for_them(world: World) -> None:
    admin, other = await world.admin(world.acme), await world.admin(world.globex)
    user = await world.user(world.acme, "1001")
    assert (await admin.get("/api/v1/attention")).json() == {"items": []}
    await user.post("/api/v1/me/diagnostics-reports", json={"report": "No sound."})
    await user.post("/api/v1/me/requests", json={"kind": "inquiry", "text": "Whom do I ask?"})
    waiting = [{"kind": "requests_open", "count": 1}, {"kind": "help_requests", "count": 1}]
    assert (await admin.get("/api/v1/attention")).json()["items"] == waiting
    assert (await other.get("/api/v1/attention")).json() == {"items": []}, "of another organisation"
    assert (await user.get("/api/v1/attention")).status_code == 403
    world.clock.advance(60 * 86_400)
    later = (await (await world.signed_in(f"admin@{world.acme.domain}")).get("/api/v1/attention")).json()["items"]
    assert later[0] == {"kind": "requests_overdue", "count": 1}
