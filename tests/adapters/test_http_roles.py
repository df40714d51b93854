"""Permissions and tenant isolation, checked for every API operation."""

import socket
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from ipaddress import ip_address
from itertools import product
from typing import Any

import httpx
import pytest
from conference_legs import join_room
from http_world import OPEN_TO_ALL, PASSWORD, SPOKEN, FakeCall, World
from push_service import PushService, SubscribedBrowser

from unificx.billing import NewPlan
from unificx.conferencing import Booking, NewRoom
from unificx.identity import GroupValues, NewExtension, Role
from unificx.locations import Location, LocationChange
from unificx.media.sounds import Sound
from unificx.privacy import AuditFilter, NewHold
from unificx.registrar import Caller
from unificx.routing import CallingLimits, NewNumber, NewRoute
from unificx.sip.geolocation import CivicAddress
from unificx.trunks import NewTrunk
from unificx.voicemail import NewSharedMailbox


@pytest.fixture(autouse=True)
def connections(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[str]]:
    """Addresses to which an operation has opened a connection past the clients of third parties: none."""
    found: list[str] = []
    connect = socket.socket.connect

    def guarded(one: socket.socket, address: Any) -> None:
        if isinstance(address, tuple) and not ip_address(str(address[0])).is_loopback:
            found.append(str(address[0]))
            raise ConnectionRefusedError
        connect(one, address)

    monkeypatch.setattr(socket.socket, "connect", guarded)
    yield found
    assert found == []


BODIES: dict[str, dict[str, Any]] = {
    "record_meeting": {"video": True},
    "request_outside_access_copy": {"number": "+49302222222"},
    "schedule_erasure": {"digest": "0" * 64, "days": 14},
    "erase_person": {"digest": "0" * 64},
    "place_hold": {"authority": "Court", "reason": "Evidence", "review": "2099-01-01", "person": "x"},
    "rotate_keys": {"keys": "tenants"},
    "mark_notices_read": {"newest": "0198c2a4-5c1e-7d3b-9a40-2f6b8e1d7c55"},
    "credit_invoice": {"lines": [{"line": 1, "amount": 100}]},
    "link_provisioned_group": {"role_id": None},
    "create_role": {"name": "Helpdesk", "permissions": ["people_read"]},
    "update_role": {"name": "Desk"},
    "change_retention": {"periods": {"history": "P1D"}},
    "close_tenant": {"days": 30},
    "update_tenant": {"name": "Stolen"},
    "create_customer": {"slug": "mole", "name": "Mole", "domain": "mole.example", "administrator_name": "Mole"}
    | {"administrator_email": "mole@mole.example"},
    "update_reseller": {"name": "Stolen"},
    "update_own_brand": {"product": "Stolen"},
    "put_own_logo": {},
    "assign_customer_plan": {"plan": "Business"},
    "suspend_customer": {"reason": "other"},
    "suspend_person": {"reason": "other"},
    "suspend_tenant": {"reason": "other"},
    "create_person": {"name": "Mole", "email": "mole@acme.example"},
    "update_person": {"name": "Stolen"},
    "set_person_password": {"password": PASSWORD},
    "add_person_extension": {"number": "6666"},
    "import_people": {},
    "import_numbers": {},
    "create_extension": {"number": "6666", "name": "Mole"},
    "update_extension": {"name": "Stolen"},
    "create_device": {"extension": "2001", "name": "Mole"},
    "update_device": {"name": "Stolen"},
    "change_phone_settings": {"maker": "snom", "mac": "00:04:13:12:34:56"},
    "check_sync": {"reboot": True},
    "create_sign_in_code": {},
    "invite": {"person_id": "x"},
    "create_rate_deck": {"name": "Stolen"},
    "start_rate_deck": {},
    "rate_again": {"since": "2026-01-01T00:00:00Z", "until": "2026-02-01T00:00:00Z"},
    "import_rates": {},
    "assign_plan": {"plan": "Business"},
    "set_trial_end": {"until": "2099-01-01"},
    "update_plan": {"name": "Stolen"},
    "replace_billing_details": {"name": "Stolen", "street": "x", "postcode": "x", "city": "x", "country": "DE"},
    "issue_invoices": {"month": "2026-01"},
    "create_direct_debits": {"day": "2026-01-20"},
    "start_invoice_run": {"month": "2026-01"},
    "record_payment": {"reference": "1", "amount": 10_000},
    "record_refund": {"payment": "1", "reference": "2", "amount": 10_000},
    "set_card_processor": {"secret_key": "sk_test_stolen1234", "webhook_secret": "whsec_stolen1234"},
    "begin_card_payment": {"amount": 10_000_000},
    "set_credit": {"prepaid": True},
    "create_campaign": {"texts": {"en": {"subject": "Stolen", "text": "Stolen"}}},
    "update_campaign": {"texts": {"en": {"subject": "Stolen", "text": "Stolen"}}},
    "preview_campaign": {"texts": {"en": {"subject": "Stolen", "text": "Stolen"}}},
    "send_campaign": {},
    "allow_support_access": {"hours": 1},
    "assign_privacy_request": {"person_id": None},
    "add_request_note": {"text": "Stolen"},
    "send_test_email": {"address": "thief@example.com"},
    "report_bounce": {},
    "create_webhook": {"name": "Stolen", "url": "https://example.com/hook", "events": ["call.ended"]},
    "update_webhook": {"name": "Stolen"},
    "create_api_key": {"name": "Mole"},
    "change_voicemail_settings": {"enabled": False},
    "answer_call": {},
    "hang_up": {},
    "monitor_call": {"mode": "listen"},
    "transfer_call": {"to": "1003"},
    "change_mailbox": {"enabled": False},
    "mark_voicemail": {"heard": True},
    "put_greeting": {},
    "put_sound": {},
    "put_sound_text": {"text": "Stolen", "language": "en"},
    "put_greeting_text": {"text": "Stolen", "language": "en"},
    "create_mailbox": {"number": "7666"},
    "update_mailbox": {"name": "Stolen"},
    "change_recording_settings": {"mode": "announce"},
    "change_extension_recording": {"when": "always"},
    "change_call_recording": {"state": "stopped"},
    "create_meeting": {"name": "Stolen"},
    "create_guest_link": {},
    "update_meeting": {"name": "Stolen"},
    "invite_to_meeting": {"outside": [{"email": "mole@example.com"}]},
    "change_guest": {"hand": True},
    "create_room": {"number": "8666"},
    "update_room": {"name": "Stolen"},
    "create_trunk": {"name": "stolen", "server": "192.0.2.1"},
    "update_trunk": {"name": "stolen"},
    "create_number": {"number": "+493066666", "trunk": "carrier", "destination": "hangup"},
    "preview_number_range": {"numbers": "+493066660-9"},
    "create_number_range": {"numbers": "+493066660-9", "trunk": "carrier", "destination": "hangup"},
    "update_number": {"destination": "hangup"},
    "create_route": {"name": "stolen", "pattern": "+.", "trunks": ["carrier"]},
    "update_route": {"name": "stolen"},
    "try_route": {"number": "0301234567"},
    "create_location": {"name": "Stolen", "address": {"country": "DE", "city": "Berlin", "street": "Hauptstr."}},
    "update_location": {"name": "Stolen"},
    "create_block": {"number": "+493066666"},
    "change_calling_policy": {"premium": True},
    "change_calling_limits": {"concurrent": 1000},
    "create_queue": {"number": "6666", "name": "Stolen", "otherwise": "hangup"},
    "update_queue": {"name": "Stolen"},
    "change_agent": {"paused": True},
    "change_queue_caller": {"priority": 9},
    "create_menu": {"number": "7666", "name": "Stolen", "say": "Stolen", "otherwise": "hangup"},
    "update_menu": {"name": "Stolen"},
    "create_group": {"number": "6667", "name": "Stolen", "members": ["2001"], "otherwise": "hangup"},
    "update_group": {"name": "Stolen"},
    "create_hours": {"name": "stolen", "open": ["mon-fri 09:00-17:00"], "then": "hangup"},
    "update_hours": {"switch": "closed"},
    "update_feature_code": {"code": "*70"},
    "import_holidays": {"calendar": "BEGIN:VCALENDAR\nEND:VCALENDAR"},
    "change_presence": {"note": "Stolen", "forwarding": [{"always": "mailbox:1001"}]},
    "set_speed_dial": {"number": "1002", "name": "Stolen"},
    "create_contact": {"book": "company", "name": "Stolen"},
    "update_contact": {"name": "Stolen"},
    "import_access_copy": {},
    "import_contacts": {},
    "set_contact_picture": {},
    "copy_device_contacts": {},
    "find_contact_names": {"numbers": ["+49301234567"]},
    "update_conversation": {"period": "P1D"},
    "create_conversation": {"members": ["2001"]},
    "add_conversation_members": {"members": ["2001"]},
    "update_conversation_member": {"role": "owner"},
    "pin_message": {"pinned": True},
    "mark_messages": {"read_seq": 1},
    "send_message": {"client_id": "c-1", "text": "Stolen"},
    "edit_message": {"text": "Stolen"},
    "react_to_message": {"emoji": "👍"},
    "register_chat_device": {"id": "0198c2a40198c2a4", "key_packages": [], "last_resort": "eA=="},
    "claim_key_packages": {"device_ids": []},
    "change_encryption_group": {"round": 0, "body": "eA==", "added": [], "removed": []},
    "invite_to_room": {"number": "2001"},
    "change_participant": {"muted": True},
    "publish_video": {"source": "camera", "sdp": "v=0"},
    "open_breakouts": {"rooms": [{"name": "stolen"}]},
    "change_breakouts": {"text": "stolen"},
    "subscribe_to_video": {"quality": "high"},
    "answer_video": {"sdp": "v=0"},
    "change_video_subscription": {"quality": "low"},
    "continue_upload": {},
    "change_attachment_limits": {"quota_bytes": 0},
    "change_meeting": {"locked": True},
    "pause_recording_meeting": {"paused": True},
    "plan_outside_erasure": {"number": "+49301234567"},
    "erase_outside_number": {"number": "+49301234567", "digest": "9f" * 32},
    "change_breach": {"band": "1-9"},
    "inform_of_breach": {"text": "stolen"},
    "propose_disclosure": {"person_id": "x", "scope": "stolen", "categories": ["account"]},
    "decide_disclosure": {"approve": True},
    "enter_privacy_request": {"kind": "deletion", "text": "stolen"},
    "take_request_step": {"step": "withdraw"},
    "convert_privacy_request": {"kind": "access"},
    "write_to_own_request": {"text": "stolen"},
    "confirm_totp": {"code": "123456"},
    "set_single_sign_on": {"issuer": "https://login.example.com", "client_id": "x"},
}
"""Valid body of each operation that takes one and accesses a tenant."""

OF_OPERATORS = {
    "cancel_invoice",
    "credit_invoice",
    "download_direct_debits",
    "return_direct_debit",
    "delete_rate_deck",
    "import_rates",
    "start_rate_deck",
    "show_plan",
    "update_plan",
    "delete_plan",
    "show_reseller",
    "update_reseller",
    "delete_reseller",
    "list_tenants_of_reseller",
    "assign_to_reseller",
    "release_from_reseller",
}
"""Operations on an object that administrators may not change in their own tenant either."""

WITHOUT_TENANT_PARAMETERS = {
    "begin_call",
    "withdraw_calendar_address",
    "create_calendar_address",
    "show_calendar_address",
    "change_own_presence",
    "list_completions",
    "list_conversations",
    "create_conversation",
    "register_chat_device",
    "list_own_calls",
    "list_suggestions",
    "request_own_access_copy",
    "request_completion",
    "link_single_sign_on",
    "show_own_single_sign_on",
    "unlink_single_sign_on",
    "list_factors",
    "begin_totp",
    "renew_recovery_codes",
    "passkey_options",
    "add_passkey",
    "proof_options",
    "prove_yourself",
    "accept_terms",
    "sign_out",
    "list_sessions",
    "who_am_i",
    "change_own_password",
    "revoke_other_sessions",
    "send_diagnostics_report",
    "send_own_request",
    "list_own_requests",
    "list_own_disclosures",
    "show_own_usage",
    "push_key",
    "subscribe_push",
    "unsubscribe_push",
    "test_push",
    "list_plans",
    "create_plan",
    "list_backups",
    "begin_backup",
    "begin_drill",
    "set_backup_schedule",
    "show_health",
    "list_tenant_figures",
    "list_resellers",
    "create_reseller",
    "show_own_reseller",
    "update_own_brand",
    "put_own_logo",
    "delete_own_logo",
    "list_own_plans",
    "list_customers",
    "create_customer",
    "list_direct_debits",
    "create_direct_debits",
    "start_invoice_run",
    "list_invoice_runs",
    "show_invoice_run",
    "list_invoice_run_outcomes",
    "list_tenants",
    "create_tenant",
    "answer_policy",
    "decide_on_consent",
    "object_to_purpose",
    "create_upload",
    "show_upload_capabilities",
    "list_own_accesses",
    "list_own_consents",
    "list_own_notices",
    "switch_own_notice",
    "list_policy_versions",
    "show_own_policy_state",
    "show_privacy_map",
    "plant_canaries",
    "show_processing_record",
    "show_audit_head",
    "verify_audit_log",
    "export_audit_log",
    "copy_device_contacts",
    "set_own_picture",
    "delete_own_picture",
}
"""Operations without tenant parameters: their responses are checked instead."""

OF_NO_TENANT = {"month", "backup"}
"""Parameters of a path that name no object of a tenant."""

TUS = {"Tus-Resumable": "1.0.0", "Upload-Offset": "0", "Upload-Length": "1"}
"""Headers without which every upload is refused."""

PROMPT_PARAMETERS = {"language", "group", "prompt"}
CATALOGUE_PARAMETERS = ({"feature"}, {"template"})
"""Parameters with the same values in every tenant: without a tenant they refer to the caller's own."""
NOUNS = (
    "persons",
    "extensions",
    "devices",
    "history",
    "rooms",
    "meetings",
    "trunks",
    "contacts",
    "numbers",
    "routes",
    "provisioned-groups",
    "blocks",
    "locations",
    "mailboxes",
    "recordings",
    "sounds",
    "groups",
    "hours",
    "menus",
    "queues",
    "presence",
    "api-keys",
    "webhooks",
    "billing/rate-decks",
    "billing/plan",
    "privacy-requests",
)


async def operations(client: httpx.AsyncClient) -> list[tuple[str, str, dict[str, Any]]]:
    """Return (method, path, operation) of all operations."""
    described = (await client.get("/api/openapi.json")).json()
    return [(m.upper(), path, o) for path, verbs in described["paths"].items() for m, o in verbs.items()]


def content_of(name: str) -> dict[str, Any]:
    """Return headers and valid body of an operation."""
    if name == "continue_upload":
        return {"headers": {**TUS, "Content-Type": "application/offset+octet-stream"}, "content": b"x"}
    return {"headers": TUS, "json": BODIES.get(name)}


async def create_foreign_location(world: World) -> Location:
    """Create a location in globex."""
    wanted = LocationChange("Foreign", CivicAddress("DE", "Berlin", "Hauptstr."))
    return await world.services.locations.create(world.globex.id, wanted)


async def create_foreign_invitation(user: httpx.AsyncClient) -> str:
    made = (await user.post("/api/v1/meetings", json={"name": "Foreign"})).json()
    body = BODIES["invite_to_meeting"]
    return (await user.post(f"/api/v1/meetings/{made['id']}/invitations", json=body)).json()["items"][0]["id"]


async def create_foreign_objects(world: World) -> dict[str, list[str]]:
    """Create objects in globex; return the values of each parameter that refer to them."""
    user = await world.user(world.globex, "2001")
    call = await world.record_call(world.globex, "2001", "2001")
    recording = await world.make_recording(world.globex, "2001", "2001")
    evidence = NewHold("Court", "Evidence", date(2099, 1, 1), "call", call)
    hold = await world.services.holds.place(world.globex.id, evidence)
    mailbox = await world.services.mailboxes.shared.create(world.globex.id, NewSharedMailbox("7900", "Sales"))
    world.calls.live_calls = [FakeCall("live-1", world.globex.id, world.clock.now())]
    me = (await user.get("/api/v1/me")).json()
    devices = (await user.get("/api/v1/devices?extension=2001")).json()["items"]
    sessions = (await user.get("/api/v1/sessions")).json()["items"]
    code = (await user.post("/api/v1/sign-in-codes", json={})).json()
    totp = (await user.post("/api/v1/me/factors/totp", json={})).json()
    await user.put("/api/v1/me/push", json=SubscribedBrowser(PushService("http://127.0.0.1:1"), "/x").as_json())
    push_test = (await user.post("/api/v1/me/push/test")).json()
    report = (await user.post("/api/v1/me/diagnostics-reports", json={"report": "nothing"})).json()
    request = (await user.post("/api/v1/me/requests", json={"kind": "access"})).json()
    copy = (await user.post("/api/v1/me/access-copies")).json()
    await world.user(world.globex, "2003")
    conversation = (await user.post("/api/v1/conversations", json={"members": ["2003"]})).json()
    path, new = f"/api/v1/conversations/{conversation['id']}/messages", BODIES["send_message"]
    written = (await user.post(path, json=new)).json()
    upload = (await user.post("/api/v1/attachments", headers=TUS)).json()
    contact = {"book": "company", "name": "Foreign", "numbers": [{"number": "+49301234567"}]}
    known = (await world.client(operator=True).post("/api/v1/contacts?tenant=globex", json=contact)).json()
    key = (await user.post("/api/v1/api-keys", json={"name": "Program"})).json()
    room = await world.services.rooms.create(world.globex.id, NewRoom("8000"))
    meeting = await world.services.rooms.create(world.globex.id, NewRoom("8001", booking=Booking()))
    invitation = await create_foreign_invitation(user)
    trunk = await world.services.trunks.create(world.globex.id, NewTrunk("carrier", "192.0.2.1"))
    number, route, block, stop = await create_outbound_objects(world)
    extension = await world.identity.extensions.get(world.globex.id, "2001")
    await world.services.mailboxes.greetings.store(extension, Sound(SPOKEN), "busy")
    await world.admin(world.globex)
    [entry, *_] = (await world.services.audit.page(world.globex.id, AuditFilter(), 1)).items
    foreign_email, mark = await foreign_emails(world)
    desk = GroupValues("Service desk", "", frozenset())
    provisioned = await world.services.identity.provisioned_groups.create(world.globex.id, desk)
    people = b"name,email\nIna,ina@globex.example\n"
    imported = await world.services.identity.imports.run(world.globex.id, people, lambda *_: True)
    return {
        "email": [foreign_email],
        "address": [mark],
        "position": [str(entry.position)],
        "room": [room.id, "8000"],
        "target": [room.id],
        "meeting": [meeting.id],
        "invitation": [invitation],
        "trunk": [trunk.id, "carrier"],
        "queue": [await create_foreign(world, "queues"), "6666"],
        "agent": ["2001"],
        "caller": ["waiting"],
        "menu": [await create_foreign(world, "menus"), "7666"],
        "hours": [await create_foreign(world, "hours"), "stolen"],
        "number": [number, "+49301234500"],
        "route": [route, "outside"],
        "block": [block],
        "location": [(await create_foreign_location(world)).id],
        "stop": [stop],
        "participant": [join_room(world, room, "2001").session.id],
        "tenant": [world.globex.id, "globex"],
        "reseller": ["0198c2a4"],
        "person_id": [me["person"]["id"]],
        "extension": [me["extensions"][0]["id"], "2001"],
        "device_id": [devices[0]["id"]],
        "call_id": ["live-1", call],
        "session_id": [sessions[0]["id"]],
        "code_id": [code["id"]],
        "report_id": [report["id"]],
        "request_id": [request["id"]],
        "disclosure_id": [request["id"]],
        "key_id": [key["id"]],
        "import_id": [imported.import_id],
        "deck": [(await world.services.billing.decks.create(world.globex.id, "Carrier", "EUR")).id],
        "plan": [(await world.services.billing.plans.create(NewPlan("Business", "EUR", 1))).id],
        "invoice": ["2027-00001"],
        "file": ["0198c2a4"],
        "webhook": [await create_foreign(world, "webhooks")],
        "campaign": [await create_foreign(world, "campaigns")],
        "delivery": ["0198c2a4"],
        "factor_id": [totp["id"]],
        "test_id": [push_test["id"]],
        "completion": [world.services.completions.request(extension, replace(extension, id="another")).id],
        "message_id": [await world.leave_message(world.globex, "2001"), written["id"]],
        "short_code": ["01"],
        "every": ["weekly"],
        "contact_id": [known["id"]],
        "conversation_id": [conversation["id"]],
        "attachment_id": [upload["id"]],
        "video": ["0198c2a4"],
        "subscription": ["0198c2a4"],
        "mailbox": [mailbox.id, mailbox.number],
        "recording_id": [recording],
        "hold_id": [hold],
        "copy_id": [copy["id"]],
        "kind": ["busy"],
        "template": ["recovery"],
        "language": ["en"],
        "role_id": [await create_foreign(world, "roles")],
        "group_id": [provisioned.id],
        "group": ["voicemail", await create_foreign(world, "groups"), "6667"],
        "prompt": ["leave"],
        "feature": ["park"],
    }


async def foreign_emails(world: World) -> tuple[str, str]:
    """Return the ids of an e-mail of globex and of one of its addresses that does not work."""
    notifications, person = world.services.notifications, await world.person(world.globex, "away@globex.example")
    await notifications.emails.enqueue(person, "new_device")
    page = await notifications.records.page(world.globex.id, (), cursor=None, limit=1)
    async with world.database.begin() as uow:
        await notifications.undeliverable.mark(uow, (world.globex.id, person.subject), person.email, "5.1.1")
    [mark] = await notifications.undeliverable.of_tenant(world.globex.id)
    return page.items[0].id, mark.id


async def create_foreign(world: World, noun: str) -> str:
    """Create a queue, a menu, a group or hours in globex and return its id."""
    body = BODIES["create_hours" if noun == "hours" else f"create_{noun.removesuffix('s')}"]
    answer = await world.client(operator=True).post(f"/api/v1/{noun}?tenant=globex", json=body)
    assert answer.status_code == 201, answer.text
    return answer.json()["id"]


async def create_outbound_objects(world: World) -> tuple[str, str, str, str]:
    """Create a public number, a route, an entry of a block list and a stop in globex; return their ids."""
    tenant_id, outbound = world.globex.id, world.services.outbound
    number = await outbound.numbers.create(tenant_id, NewNumber("+49301234500", "carrier", "extension:2001"))
    route = await outbound.routes.create(tenant_id, NewRoute("outside", "+.", ("carrier",)))
    block = await outbound.blocks.create(tenant_id, "+4930.")
    await outbound.permissions.set_limits(CallingLimits(tenant_id, "tenant", "", calls_per_hour=0))
    extension = await world.identity.extensions.get(tenant_id, "2001")
    outbound.routing.destination(Caller.of(extension), "+49309999999")
    await outbound.fraud.join()
    return number.id, route.id, block.id, outbound.fraud.stops(tenant_id)[0].id


async def all_objects_of(world: World, slug: str) -> list[Any]:
    operator = world.client(operator=True)
    paths = (
        "tenants/" + slug,
        *(f"{noun}?tenant={slug}" for noun in NOUNS),
    )
    messages = (f"voicemail?extension=2001&tenant={slug}", f"voicemail/settings?tenant={slug}")
    messages += (f"mailboxes/2001/greetings?tenant={slug}",)
    recorded = (f"recordings/settings?tenant={slug}", f"extensions/2001/recording?tenant={slug}")
    every = (*paths, *messages, *recorded, f"calls?tenant={slug}", f"fraud?tenant={slug}")
    return [(await operator.get(f"/api/v1/{path}")).json() for path in every]


QUERIES = {"preview_rating": {"since": "2026-01-01T00:00:00Z", "until": "2026-02-01T00:00:00Z"}}
"""Required parameters by operation."""


@pytest.mark.promise("S3")
@pytest.mark.promise("T3")
async def test_administrator_cannot_access_another_tenant(world: World) -> None:
    admin = await world.admin(world.acme)
    targets = await create_foreign_objects(world)
    before = await all_objects_of(world, "globex")
    tried = 0

    for method, path, operation in await operations(admin):
        name = operation["operationId"]
        if name in OPEN_TO_ALL:
            continue
        in_path = [one["name"] for one in operation.get("parameters", []) if one["in"] == "path"]
        in_query = [one["name"] for one in operation.get("parameters", []) if one["in"] == "query"]
        if name in WITHOUT_TENANT_PARAMETERS:
            assert set(in_path) <= OF_NO_TENANT
            assert "tenant" not in in_query
            continue
        if "requestBody" in operation:
            assert name in BODIES, f"say in BODIES what {name} takes"
        named: list[dict[str, str]] = [{"tenant": one} for one in targets["tenant"]] if "tenant" in in_query else []
        if in_path and not set(in_path) >= PROMPT_PARAMETERS and set(in_path) not in CATALOGUE_PARAMETERS:
            named.append({})
        if name == "list_devices":
            named.append({"extension": targets["extension"][0]})
        for values in product(*(targets[one] for one in in_path)):
            for query in named:
                url = path.format(**dict(zip(in_path, values, strict=True)))
                parameters = query | QUERIES.get(name, {})
                answer = await admin.request(method, url, params=parameters, **content_of(name))
                expected = 403 if name in OF_OPERATORS and not query else 404
                assert answer.status_code == expected, f"{name} {url} {query}: {answer.status_code} {answer.text}"
                assert "globex" not in answer.text.lower()
                tried += 1

    assert tried > 40
    assert await all_objects_of(world, "globex") == before


async def test_operations_without_tenant_return_only_own_data(world: World) -> None:
    admin = await world.admin(world.acme)
    await create_foreign_objects(world)

    for method, path, operation in await operations(admin):
        if operation["operationId"] in WITHOUT_TENANT_PARAMETERS and method == "GET":
            answer = await admin.get(path)
            assert world.globex.id not in answer.text
            assert "globex" not in answer.text.lower()


async def test_foreign_and_missing_tenants_are_indistinguishable(world: World) -> None:
    admin = await world.admin(world.acme)
    answers = [(await admin.get(f"/api/v1/persons?tenant={name}")).content for name in ("globex", "operator", "nobody")]
    assert len(set(answers)) == 1


async def test_user_accesses_their_own_data(world: World) -> None:
    user = await world.user(world.acme, "1001")
    me = (await user.get("/api/v1/me")).json()
    assert (me["role"], me["tenant"]["slug"], me["person"]["email"]) == ("user", "acme", "user1001@acme.example")

    mine = f"/api/v1/persons/{me['person']['id']}"
    assert (await user.get(mine)).status_code == 200
    assert (await user.patch(mine, json={"name": "My New Name"})).json()["name"] == "My New Name"
    assert [one["number"] for one in (await user.get("/api/v1/extensions")).json()["items"]] == ["1001"]
    made = await user.post("/api/v1/devices", json={"extension": "1001", "name": "Mobile", "kind": "client"})
    assert made.status_code == 201
    assert (await user.delete(f"/api/v1/devices/{made.json()['id']}")).status_code == 204


async def test_user_cannot_access_data_of_colleagues(world: World) -> None:
    user, colleague = await world.user(world.acme, "1001"), await world.user(world.acme, "1002")
    other = (await colleague.get("/api/v1/me")).json()
    device = (await colleague.get("/api/v1/devices?extension=1002")).json()["items"][0]
    session = (await colleague.get("/api/v1/sessions")).json()["items"][0]
    await world.identity.extensions.create(world.acme.id, NewExtension("1003", "Lobby"))
    own = await world.record_call(world.acme, "1001", "1003")
    others = await world.record_call(world.acme, "1002", "1003")

    for method, path in (
        ("GET", f"/api/v1/persons/{other['person']['id']}"),
        ("PATCH", f"/api/v1/persons/{other['person']['id']}"),
        ("GET", "/api/v1/extensions/1002"),
        ("GET", "/api/v1/devices?extension=1002"),
        ("GET", f"/api/v1/devices/{device['id']}"),
        ("PATCH", f"/api/v1/devices/{device['id']}"),
        ("DELETE", f"/api/v1/devices/{device['id']}"),
        ("POST", f"/api/v1/devices/{device['id']}/login"),
        ("GET", "/api/v1/history?extension=1002"),
        ("GET", f"/api/v1/history/{others}"),
        ("DELETE", f"/api/v1/sessions/{session['id']}"),
    ):
        body = {"name": "Stolen"} if method == "PATCH" else None
        assert (await user.request(method, path, json=body)).status_code == 404, path
    assert [one["id"] for one in (await user.get("/api/v1/history")).json()["items"]] == [own]
    assert (await user.get(f"/api/v1/history/{own}")).status_code == 200


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("GET", "/api/v1/persons", None),
        ("GET", "/api/v1/devices", None),
        ("GET", "/api/v1/calls", None),
        ("DELETE", "/api/v1/calls/x", None),
        ("POST", "/api/v1/persons", {"name": "Mole"}),
        ("POST", "/api/v1/extensions", {"number": "6666", "name": "Mole"}),
        ("PATCH", "/api/v1/extensions/1001", {"ring_seconds": 60}),
        ("DELETE", "/api/v1/extensions/1001", None),
        ("PATCH", "/api/v1/tenants/acme", {"name": "Mine"}),
        ("DELETE", "/api/v1/tenants/acme", None),
        ("POST", "/api/v1/tenants", {"slug": "mine", "name": "Mine", "domain": "mine.example"}),
    ],
)
async def test_user_cannot_administer(world: World, method: str, path: str, body: Any) -> None:
    user = await world.user(world.acme, "1001")
    assert (await user.request(method, path, json=body)).status_code == 403


async def test_user_cannot_promote_themselves(world: World) -> None:
    user = await world.user(world.acme, "1001")
    mine = f"/api/v1/persons/{(await user.get('/api/v1/me')).json()['person']['id']}"
    for change in ({"role": "tenant_admin"}, {"email": "x@acme.example"}, {"state": "active"}):
        assert (await user.patch(mine, json=change)).status_code == 403


async def test_administrator_cannot_create_operators_or_delete_tenants(world: World) -> None:
    admin = await world.admin(world.acme)
    for role in ("operator",):
        answer = await admin.post("/api/v1/persons", json={"name": "Boss", "role": role})
        assert answer.status_code == 403
    assert (await admin.patch("/api/v1/tenants/acme", json={"state": "suspended"})).status_code == 403
    assert (await admin.delete("/api/v1/tenants/acme")).status_code == 403
    tenant = {"slug": "mine", "name": "Mine", "domain": "mine.example"}
    assert (await admin.post("/api/v1/tenants", json=tenant)).status_code == 403


async def test_operator_names_the_tenant(world: World) -> None:
    operator = world.client(operator=True)
    answer = await operator.get("/api/v1/persons")
    assert (answer.status_code, answer.json()["field"]) == (422, "tenant")
    await world.person(world.acme, "ada@acme.example", Role.USER)
    assert len((await operator.get("/api/v1/persons?tenant=acme")).json()["items"]) == 1


async def test_only_the_control_socket_creates_operators(world: World) -> None:
    for headers in ({"unificx.operator": "1"}, {"X-Unificx-Operator": "true"}, {"Authorization": "Bearer operator"}):
        assert (await world.client(**headers).get("/api/v1/me")).status_code == 401
