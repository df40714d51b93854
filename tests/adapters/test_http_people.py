"""People and phones: one list with search, filters, order and pages; creation in one transaction; import and export."""

import csv
import hashlib
import io
from contextvars import ContextVar
from typing import Any
from xml.etree import ElementTree

import httpx
import pytest
from http_world import FakePhones, World
from sqlalchemy import event

from unificx.api import Registration, RegistrationFailure, SipServerAddress
from unificx.identity import NewExtension, NewPerson, Role

LIST = "/api/v1/people"
IMPORT = f"{LIST}/import"
FAMILY = "👩‍👩‍👧‍👦"
NAMES = [
    "محمد عبد الله بن عبد العزيز",
    "\u200fشיר כהן",
    "नेहा शर्मा",
    "山田 太郎",
    f"Ada {FAMILY} 🏴\U000e0067\U000e0062\U000e0065\U000e006e\U000e0067\U000e007f",
    "Øystein Ångström-Łukasiewicz",
    "Ünal " * 40,
]


STATEMENTS = ContextVar[list[str] | None]("STATEMENTS", default=None)
"""The statements of the request that is running. Tasks in the background, such as the outbox, have a context of their
own, so they do not add to it."""


def note_statement(*arguments: Any) -> None:
    """Note a statement that SQLAlchemy is about to execute, if it belongs to a request that is being observed."""
    found = STATEMENTS.get()
    if found is not None:
        found.append(arguments[2])


async def names(client: httpx.AsyncClient, **query: Any) -> list[str]:
    answer = await client.get(LIST, params=query)
    assert answer.status_code == 200, answer.text
    return [entry["name"] for entry in answer.json()["items"]]


async def staff(world: World) -> httpx.AsyncClient:
    """Create Zoë (1003), Adam (1001), a lobby phone (1002) and Nina without a phone."""
    admin = await world.admin(world.acme)
    create, people = world.identity.extensions.create, world.identity.people
    await people.create(world.acme.id, NewPerson("Zoë Özil", "zoe@acme.example"), "1003")
    await create(world.acme.id, NewExtension("1001", "Adam Ant", "adam@acme.example"))
    await create(world.acme.id, NewExtension("1002", "Lobby"))
    await people.create(world.acme.id, NewPerson("Nina", "nina@acme.example", language="de"))
    return admin


async def test_persons_and_shared_phones_are_one_list(world: World) -> None:
    admin = await staff(world)
    [device] = world.identity.directory.devices_of(
        world.identity.directory.extension(world.acme.id, "1001").id  # type: ignore[union-attr]
    )
    world.telephony.registered_devices.add(device.device_id)
    world.identity.devices.mark_used(device.device_id)

    page = (await admin.get(LIST)).json()
    by_name = {entry["name"]: entry for entry in page["items"]}
    assert page["total"] == 5
    adam, lobby = by_name["Adam Ant"], by_name["Lobby"]
    assert (adam["kind"], adam["email"], adam["state"], adam["signed_in"]) == (
        "person",
        "adam@acme.example",
        "invited",
        False,
    )
    [extension] = adam["extensions"]
    assert (extension["number"], extension["devices"], extension["online"]) == ("1001", 1, 1)
    assert extension["voicemail"] is True
    assert adam["last_seen"] == world.clock.now().date().isoformat()
    assert (lobby["kind"], lobby["role"], lobby["extensions"][0]["number"]) == ("shared_phone", None, "1002")
    assert by_name["admin"]["signed_in"] is True
    assert by_name["Nina"]["language"] == "de"


async def test_the_list_is_searched_filtered_and_sorted(world: World) -> None:
    admin = await staff(world)
    assert await names(admin) == ["Adam Ant", "admin", "Lobby", "Nina", "Zoë Özil"]
    assert await names(admin, sort="-name") == ["Zoë Özil", "Nina", "Lobby", "admin", "Adam Ant"]
    assert await names(admin, sort="number") == ["Adam Ant", "Lobby", "Zoë Özil", "admin", "Nina"]
    assert await names(admin, sort="-number") == ["Zoë Özil", "Lobby", "Adam Ant", "admin", "Nina"]
    assert await names(admin, search="ozil ZOE") == ["Zoë Özil"]
    assert await names(admin, search="100") == ["Adam Ant", "Lobby", "Zoë Özil"]
    assert await names(admin, search="nina@") == ["Nina"]
    assert await names(admin, role="tenant_admin") == ["admin"]
    assert await names(admin, state=["invited", "suspended"]) == ["Adam Ant", "Nina", "Zoë Özil"]
    assert await names(admin, has_phone=True) == ["Adam Ant", "Lobby"]
    assert await names(admin, has_phone=False) == ["admin", "Nina", "Zoë Özil"]
    assert await names(admin, never_signed_in=True) == ["Adam Ant", "Nina", "Zoë Özil"]
    assert (await admin.get(LIST, params={"sort": "shoe size"})).status_code == 422


async def test_pages_neither_repeat_nor_skip_when_a_person_is_deleted(world: World) -> None:
    admin = await staff(world)
    first = (await admin.get(LIST, params={"limit": 2})).json()
    assert [one["name"] for one in first["items"]] == ["Adam Ant", "admin"]
    assert "admin" not in first["next"]
    second = (await admin.get(LIST, params={"limit": 2, "cursor": first["next"]})).json()
    assert [one["name"] for one in second["items"]] == ["Lobby", "Nina"]
    assert (await admin.delete(f"/api/v1/persons/{first['items'][0]['id']}")).status_code == 204
    again = (await admin.get(LIST, params={"limit": 2, "cursor": first["next"]})).json()
    assert [one["name"] for one in again["items"]] == ["Lobby", "Nina"]
    last = (await admin.get(LIST, params={"limit": 2, "cursor": again["next"]})).json()
    assert ([one["name"] for one in last["items"]], last["next"]) == (["Zoë Özil"], None)
    assert (await admin.get(LIST, params={"cursor": "nonsense"})).status_code == 422


async def test_the_list_takes_the_same_number_of_statements_for_any_number_of_people(world: World) -> None:
    admin = await world.admin(world.acme)
    event.listen(world.database.engine.sync_engine, "before_cursor_execute", note_statement)
    await admin.get(LIST)  # Later requests remember that the administrator has accepted the terms.

    async def count() -> int:
        found: list[str] = []
        STATEMENTS.set(found)
        assert (await admin.get(LIST, params={"limit": 200})).status_code == 200
        STATEMENTS.set(None)
        return len(found)

    counts: list[int] = []
    for size in (1, 30):
        for index in range(size):
            new = NewPerson(f"Person {index}", f"p{size}-{index}@acme.example")
            await world.identity.people.create(world.acme.id, new, f"{size:02}{index:02}")
        await admin.get(LIST)  # The first request of an hour records whose data it opens.
        counts.append(await count())
    assert 0 < counts[0] == counts[1] <= 8


async def test_other_tenants_and_users_see_nothing(world: World) -> None:
    await staff(world)
    other = await world.admin(world.globex)
    assert await names(other) == ["admin"]
    user = await world.user(world.acme, "1009")
    for answer in (
        await user.get(LIST),
        await user.get(f"{LIST}/export"),
        await user.post(IMPORT, content=b"name,email\r\nEve,eve@acme.example\r\n"),
    ):
        assert answer.status_code == 403


async def test_a_person_is_created_with_a_number_or_not_at_all(world: World) -> None:
    admin = await staff(world)
    assert (await admin.get(f"{LIST}/next-number")).json() == {"number": "1004"}
    new = {"name": "Ben", "email": "ben@acme.example", "number": "1001", "language": "de"}
    refused = await admin.post("/api/v1/persons", json=new)
    assert (refused.status_code, refused.json()["field"]) == (409, "number")
    assert "Ben" not in await names(admin)
    made = await admin.post("/api/v1/persons", json={**new, "number": "1004"})
    assert made.status_code == 201, made.text
    assert (made.json()["extension"]["number"], made.json()["extension"]["devices"]) == ("1004", 0)
    assert made.json()["language"] == "de"
    assert (await admin.get(f"{LIST}/next-number")).json() == {"number": "1005"}
    # The mailbox is there at once.
    assert (await admin.get("/api/v1/voicemail/settings", params={"mailbox": "1004"})).status_code in (200, 404)


async def test_one_request_shows_a_person_with_phones(world: World) -> None:
    admin = await staff(world)
    [adam] = (await admin.get(LIST, params={"search": "adam"})).json()["items"]
    shown = (await admin.get(f"{LIST}/{adam['id']}")).json()
    [extension] = shown["extensions"]
    assert (shown["name"], extension["number"], extension["voicemail"]) == ("Adam Ant", "1001", True)
    assert [device["name"] for device in extension["devices"]] == ["Adam Ant"]
    more = await admin.post(f"{LIST}/{adam['id']}/extensions", json={"number": "1010"})
    assert (more.status_code, more.json()["person_id"]) == (201, adam["id"])
    other = await world.admin(world.globex)
    assert (await other.get(f"{LIST}/{adam['id']}")).status_code == 404


async def test_a_phone_shows_its_registration_and_the_last_failure(world: World) -> None:
    admin = await staff(world)
    [device] = (await admin.get("/api/v1/devices", params={"extension": "1001"})).json()["items"]
    assert (device["registration"], device["failure"]) == (None, None)
    phones = world.services.live.phones
    assert isinstance(phones, FakePhones)
    now = world.clock.now()
    phones.failures[device["id"]] = RegistrationFailure("wrong_password", now)
    phones.registrations[device["id"]] = Registration(now, "udp", "192.0.2.7", "Yealink SIP-T54W 96.86.0.70")
    phones.addresses = [SipServerAddress("udp", "127.0.0.1", 5060), SipServerAddress("tls", "", 5061)]
    [shown] = (await admin.get("/api/v1/devices", params={"extension": "1001"})).json()["items"]
    assert shown["failure"]["reason"] == "wrong_password"
    assert (shown["registration"]["address"], shown["registration"]["transport"]) == ("192.0.2.7", "udp")
    assert shown["registration"]["user_agent"] == "Yealink SIP-T54W 96.86.0.70"
    connection = (await admin.get("/api/v1/devices/connection")).json()
    assert connection["domain"] == "acme.example"
    assert [(one["transport"], one["port"], one["local_only"]) for one in connection["servers"]] == [
        ("tls", 5061, True),
        ("udp", 5060, True),
    ]
    assert all(one["host"] for one in connection["servers"])


async def test_linphone_sets_itself_up_once_by_a_link(world: World) -> None:
    admin = await staff(world)
    phones = world.services.live.phones
    assert isinstance(phones, FakePhones)
    phones.addresses = [SipServerAddress("tls", "pbx.example.com", 5061), SipServerAddress("udp", "192.0.2.1", 5060)]
    new = {"extension": "1001", "name": "Ada's mobile", "kind": "softphone"}
    device = (await admin.post("/api/v1/devices", json=new)).json()
    link = await admin.post(f"/api/v1/devices/{device['id']}/linphone-link")
    assert link.status_code == 201, link.text
    assert link.json()["url"].startswith("https://")
    assert link.json()["svg"].startswith("<svg")
    before = world.identity.directory.device(device["id"])
    phone = world.client()
    answer = await phone.get(link.json()["url"])
    assert (answer.status_code, answer.headers["content-type"]) == (200, "application/xml")
    settings = {
        entry.attrib["name"]: entry.text for section in ElementTree.fromstring(answer.text) for entry in section
    }
    assert (settings["username"], settings["userid"]) == ("1001", device["sip"]["username"])
    assert settings["reg_proxy"] == "<sip:192.0.2.1:5060;transport=udp>"
    assert settings["reg_identity"] == '"Adam Ant" <sip:1001@acme.example>'
    after = world.identity.directory.device(device["id"])
    assert before is not None
    assert after is not None
    secret = f"{device['sip']['username']}:acme.example:{settings['passwd']}"
    assert after.ha1_sha256 == hashlib.sha256(secret.encode()).digest() != before.ha1_sha256
    again = await phone.get(link.json()["url"])
    assert (again.status_code, again.json()["code"]) == (410, "over")
    late = (await admin.post(f"/api/v1/devices/{device['id']}/linphone-link")).json()["url"]
    world.clock.advance(601)
    assert (await phone.get(late)).status_code == 410
    plain = world.client(Authorization=admin.headers["Authorization"])
    plain.base_url = "http://pbx.example.com"
    refused = await plain.post(f"/api/v1/devices/{device['id']}/linphone-link")
    assert refused.status_code == 409


async def test_an_invited_person_is_invited_again_after_a_suspension(world: World) -> None:
    admin = await staff(world)
    [nina] = (await admin.get(LIST, params={"search": "nina"})).json()["items"]
    path = f"/api/v1/persons/{nina['id']}"
    assert (await admin.patch(path, json={"state": "suspended"})).json()["state"] == "suspended"
    assert (await admin.patch(path, json={"state": "active"})).json()["state"] == "invited"
    assert (await admin.post("/api/v1/invitations", json={"person_id": nina["id"]})).status_code == 201


@pytest.mark.parametrize("name", NAMES)
async def test_names_of_any_script_are_kept(world: World, name: str) -> None:
    admin = await world.admin(world.acme)
    new = {"name": name, "email": "any@acme.example", "number": "1001"}
    made = await admin.post("/api/v1/persons", json=new)
    assert made.status_code == 201, made.text
    assert made.json()["name"] == name.strip()
    assert name.strip() in await names(admin)
    exported = (await admin.get(f"{LIST}/export")).content
    again = await admin.post(IMPORT, content=exported)
    assert (again.json()["unchanged"], again.json()["refused"]) == (2, 0), again.text


@pytest.mark.parametrize("name", ["", " ", "\u200d", "a" * 201, "tab\there", "Eve\u202eadA", "nul\0"])
async def test_names_that_deceive_or_show_nothing_are_refused(world: World, name: str) -> None:
    admin = await world.admin(world.acme)
    assert (await admin.post("/api/v1/persons", json={"name": name})).status_code == 422


ROWS = """Name;E-Mail;Nebenstelle;Rolle;Kürzel
Müller, Jörg;joerg@acme.example;2001;Administrator;Verkauf
"Dr. ""Ada"" Weiß";ada@acme.example;next;;
;nobody@acme.example;;;
Nina;nina@acme.example;1001;;
Zoë Özil;ZOE@acme.example;1003;;
Carl;not an address;12345678901;Chef;
Dora;joerg@acme.example;2001;;;;too much
"""


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "latin-1", "cp1252"])
async def test_a_preview_names_line_and_column_of_each_fault(world: World, encoding: str) -> None:
    admin = await staff(world)
    answer = await admin.post(IMPORT, params={"dry_run": True}, content=ROWS.encode(encoding))
    assert answer.status_code == 200, answer.text
    report = answer.json()
    assert (report["applied"], report["delimiter"], report["ignored_columns"]) == (False, ";", ["Kürzel"])
    assert [(row["line"], row["action"]) for row in report["rows"]] == [
        (2, "create"),
        (3, "create"),
        (4, "refused"),
        (5, "refused"),
        (6, "unchanged"),
        (7, "refused"),
        (8, "refused"),
    ]
    assert report["rows"][0]["name"] == "Müller, Jörg"
    assert (report["rows"][1]["name"], report["rows"][1]["number"]) == ('Dr. "Ada" Weiß', "1004")
    faults = {row["line"]: {(fault["column"], fault["code"]) for fault in row["faults"]} for row in report["rows"]}
    assert faults[4] == {("name", "missing")}
    assert faults[5] == {("number", "taken")}
    assert faults[7] == {("email", "malformed"), ("number", "malformed"), ("role", "unknown_role")}
    assert faults[8] == {("", "too_many_cells"), ("email", "repeated"), ("number", "repeated")}
    assert len(await names(admin)) == 5


async def test_an_import_stores_all_rows_or_none(world: World) -> None:
    admin = await staff(world)
    refused = await admin.post(IMPORT, content=ROWS.encode())
    assert (refused.status_code, refused.json()["field"]) == (422, "file")
    assert len(await names(admin)) == 5
    done = (await admin.post(IMPORT, params={"skip_faulty": True}, content=ROWS.encode())).json()
    assert (done["applied"], done["created"], done["refused"], done["unchanged"]) == (True, 2, 4, 1)
    again = (await admin.post(IMPORT, params={"skip_faulty": True}, content=ROWS.encode())).json()
    assert (again["created"], again["updated"], again["unchanged"]) == (0, 0, 3)
    [joerg] = (await admin.get(LIST, params={"search": "Jörg"})).json()["items"]
    assert (joerg["role"], joerg["state"], joerg["extensions"][0]["number"]) == ("tenant_admin", "invited", "2001")


async def test_a_department_is_that_of_a_person_and_all_their_numbers(world: World) -> None:
    admin = await staff(world)
    [zoe] = (await admin.get(LIST, params={"search": "1003"})).json()["items"]
    person, extension = f"/api/v1/persons/{zoe['id']}", f"/api/v1/extensions/{zoe['extensions'][0]['id']}"
    moved = await admin.patch(person, json={"department": "  Sales   North "})
    assert (moved.status_code, moved.json()["department"]) == (200, "Sales North")
    added = await admin.post(f"{LIST}/{zoe['id']}/extensions", json={"number": "3001"})
    assert (added.json()["department"], (await admin.get(extension)).json()["department"]) == ("Sales North",) * 2
    listed = (await admin.get("/api/v1/directory")).json()["items"]
    assert [each["number"] for each in listed if each["department"]] == ["1003", "3001"]
    assert (await admin.patch(extension, json={"department": "Other"})).json()["field"] == "department"
    assert (await admin.patch(person, json={"department": "x" * 61})).status_code == 422
    assert (await admin.patch(person, json={"department": "a\u202eb"})).status_code == 422
    phone = (await admin.post("/api/v1/extensions", json={"number": "3002", "name": "Lobby"})).json()
    await admin.patch(f"/api/v1/extensions/{phone['id']}", json={"department": "Reception"})
    found = (await admin.get(f"{LIST}/departments")).json()["items"]
    assert [(each["name"], each["members"]) for each in found] == [("Reception", 1), ("Sales North", 1)]
    only = await admin.get(LIST, params={"department": ["Reception", "Sales North"], "sort": "-department"})
    assert [each["name"] for each in only.json()["items"]] == [zoe["name"], "Lobby"]
    without = (await admin.get(LIST, params={"department": ""})).json()["items"]
    assert {each["department"] for each in without} == {""}
    await admin.patch(person, json={"department": ""})
    assert (await admin.get(extension)).json()["department"] == ""


async def test_people_do_not_choose_their_own_department(world: World) -> None:
    ada = await world.user(world.acme, "1001")
    me = (await ada.get("/api/v1/me")).json()["person"]["id"]
    assert (await ada.patch(f"/api/v1/persons/{me}", json={"department": "Board"})).status_code == 403


async def test_an_import_changes_people_with_the_same_address(world: World) -> None:
    admin = await staff(world)
    file = (
        "email,name,number,role,language,Abteilung\n"
        "nina@acme.example,Nina Neu,2002,administrator,en,Verkauf\nadam@acme.example,,,,,\n"
    )
    report = (await admin.post(IMPORT, content=file.encode())).json()
    assert [(row["action"], row["changed"]) for row in report["rows"]] == [
        ("update", ["name", "number", "role", "language", "department"]),
        ("unchanged", []),
    ]
    [nina] = (await admin.get(LIST, params={"search": "nina"})).json()["items"]
    assert (nina["name"], nina["role"], nina["department"]) == ("Nina Neu", "tenant_admin", "Verkauf")
    assert nina["extensions"][0]["number"] == "2002"
    moved = "email,name,number\nnina@acme.example,Nina,2003\n"
    [row] = (await admin.post(IMPORT, params={"dry_run": True}, content=moved.encode())).json()["rows"]
    assert [fault["code"] for fault in row["faults"]] == ["number_fixed"]


@pytest.mark.parametrize(
    ("file", "code", "hint"),
    [
        (b"", "file_empty", "empty"),
        (b"name;number\nAda;1001\n", "file_titles_missing", "columns"),
        (b"name,email,e-mail\nAda,a@b.example,c@d.example\n", "file_titles_repeated", "same title"),
        ("name,email\nAda,ada@acme.example\n".encode("utf-16"), "file_not_text", "UTF-8"),
        (b'name,email\n"Ada,ada@acme.example\n', "invalid", "Line 2"),
        (b"name,email\n" + b"Ada,ada@acme.example\n" * 50_001, "file_too_long", "50,000 rows"),
        (b"\xff\xfe\x00\x01" * 40, "file_not_text", "UTF-8"),
        (b"PK\x03\x04\0\0", "file_not_text", "UTF-8"),
    ],
)
async def test_an_unreadable_file_is_refused_with_the_reason(world: World, file: bytes, code: str, hint: str) -> None:
    admin = await world.admin(world.acme)
    refused = await admin.post(IMPORT, params={"dry_run": True}, content=file)
    assert (refused.status_code, refused.json()["code"]) == (422, code), refused.text
    assert hint in refused.json()["detail"]


async def test_a_file_that_is_too_large_is_refused(world: World) -> None:
    admin = await world.admin(world.acme)
    assert (await admin.post(IMPORT, content=b"name,email\n" + b"a" * (8 << 20))).status_code == 413


async def test_an_administrator_cannot_import_operators_or_change_them(world: World) -> None:
    admin = await staff(world)
    file = "name,email,role\nEve,eve@acme.example,operator\n"
    [row] = (await admin.post(IMPORT, params={"dry_run": True}, content=file.encode())).json()["rows"]
    assert [fault["code"] for fault in row["faults"]] == ["role_too_high"]


async def test_five_hundred_rows_are_imported(world: World) -> None:
    admin = await world.admin(world.acme)
    rows = "".join(f"Person {index},p{index}@acme.example,{10000 + index}\n" for index in range(500))
    report = (await admin.post(IMPORT, content=f"name,email,number\n{rows}".encode())).json()
    assert (report["applied"], report["created"]) == (True, 500)


async def test_an_export_holds_no_formulas(world: World) -> None:
    admin = await world.admin(world.acme)
    evil = ["=1+1", "+49 30", "-Ada", "@SUM(A1)"]
    for index, name in enumerate(evil):
        new = {"name": name, "email": f"evil{index}@acme.example"}
        assert (await admin.post("/api/v1/persons", json=new)).status_code == 201
    answer = await admin.get(f"{LIST}/export", params={"search": "evil"})
    assert answer.headers["content-type"].startswith("text/csv")
    assert "attachment" in answer.headers["content-disposition"]
    rows = list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig"))))
    assert sorted(row["name"] for row in rows) == sorted(f"'{name}" for name in evil)
    again = (await admin.post(IMPORT, params={"dry_run": True}, content=answer.content)).json()
    assert again["unchanged"] == len(evil)


async def test_an_operator_exports_the_tenant_that_is_named(world: World) -> None:
    await staff(world)
    await world.person(world.globex, "gina@globex.example", Role.USER)
    operator = world.client(operator=True)
    exported = (await operator.get(f"{LIST}/export", params={"tenant": "globex"})).text
    assert "gina@globex.example" in exported
    assert "acme.example" not in exported
