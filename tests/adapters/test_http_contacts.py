"""Contacts over HTTP: who sees and changes which ones, and the events that follow."""

import io
import json
from collections.abc import AsyncIterator
from typing import Any

import pytest
from http_world import World
from PIL import Image

from unificx.identity import Principal

API = "/api/v1/contacts"


WORK = {"number": "+49301234567", "label": "work"}


async def test_personal_contacts_are_the_users_and_company_contacts_the_administrators_to_change(world: World) -> None:
    ada, ben, admin = (
        await world.user(world.acme, "1001"),
        await world.user(world.acme, "1002"),
        await world.admin(world.acme),
    )
    principal: Principal = await world.identity.authenticate(ben.headers["Authorization"].removeprefix("Bearer "))
    events = world.services.event_hub.open(principal)
    entry = {"name": "Mother", "numbers": [{"number": "030 1234567", "label": "work"}], "emails": ["m@example.com"]}
    own = await ada.post(API, json=entry)
    assert own.status_code == 201, own.text
    made = own.json()
    assert (made["book"], made["editable"], made["source"], made["numbers"]) == ("personal", True, "own", [WORK])
    refused = await ada.post(API, json={**entry, "book": "company"})
    assert refused.status_code == 403
    company = (await admin.post(API, json={**entry, "book": "company", "name": "Muster GmbH"})).json()
    assert json.loads(await events.next() or "{}") == {"type": "contacts.changed", "book": "company"}
    assert [each["name"] for each in (await ada.get(API)).json()["items"]] == ["Mother", "Muster GmbH"]
    [seen] = (await ben.get(API)).json()["items"]
    assert (seen["name"], seen["editable"]) == ("Muster GmbH", False)
    assert [each["name"] for each in (await ada.get(API, params={"book": "company"})).json()["items"]] == [
        "Muster GmbH"
    ]
    assert (await ada.get(API, params={"search": "0301234"})).json()["items"] == (await ada.get(API)).json()["items"]
    for client, contact in ((ben, made), (admin, made)):
        for refused in (
            await client.get(f"{API}/{contact['id']}"),
            await client.put(f"{API}/{contact['id']}", json={"name": "Stolen"}),
            await client.delete(f"{API}/{contact['id']}"),
        ):
            assert refused.status_code == 404
    assert (await ben.put(f"{API}/{company['id']}", json={"name": "Stolen"})).status_code == 403
    assert (await ben.delete(f"{API}/{company['id']}")).status_code == 403


async def test_a_change_made_meanwhile_is_not_overwritten(world: World) -> None:
    ada = await world.user(world.acme, "1001")
    made = (await ada.post(API, json={"name": "Mother"})).json()
    path, revision = f"{API}/{made['id']}", made["revision"]
    changed = await ada.put(path, json={"name": "Mum", "favourite": True, "revision": revision})
    assert (changed.status_code, changed.json()["uid"], changed.json()["favourite"]) == (200, made["uid"], True)
    late = await ada.put(path, json={"name": "Mama", "revision": revision})
    assert (late.status_code, late.json()["code"]) == (409, "contact_changed")
    assert (await ada.delete(path, params={"revision": revision})).status_code == 409
    assert (await ada.delete(path, params={"revision": changed.json()["revision"]})).status_code == 204
    assert (await ada.get(path)).status_code == 404
    restored = await ada.post(API, json={"name": "Mum", "uid": made["uid"]})
    assert restored.json()["uid"] == made["uid"]


@pytest.mark.parametrize(
    ("entry", "field"),
    [
        ({}, "name"),
        ({"name": "A", "numbers": [{"number": "call me"}]}, "numbers"),
        ({"name": "A", "emails": ["nobody"]}, "emails"),
        ({"name": "A" * 201}, "name"),
    ],
)
async def test_a_bad_contact_is_refused_by_field(world: World, entry: dict[str, Any], field: str) -> None:
    ada = await world.user(world.acme, "1001")
    refused = await ada.post(API, json=entry)
    assert (refused.status_code, refused.json()["field"]) == (422, field)
    assert (await ada.get(API)).json()["items"] == []


@pytest.mark.promise("C7")
async def test_numbers_get_names_from_the_own_contacts_first_and_never_from_those_of_others(world: World) -> None:
    ada, ben = await world.user(world.acme, "1001"), await world.user(world.acme, "1002")
    admin = await world.admin(world.acme)
    await ada.post(API, json={"name": "Mother", "numbers": [WORK]})
    await admin.post(API, json={"book": "company", "name": "Muster GmbH", "numbers": [WORK]})
    await admin.post(API, json={"name": "Private of the administrator", "numbers": [{"number": "+491711234567"}]})
    asked = {"numbers": ["030 1234567", "+491711234567", "+49409999999"]}
    for client, name, book in ((ada, "Mother", "personal"), (ben, "Muster GmbH", "company")):
        [found] = (await client.post(f"{API}/names", json=asked)).json()["items"]
        assert (found["number"], found["name"], found["book"]) == ("030 1234567", name, book)


@pytest.mark.promise("C7", "D4")
async def test_contacts_of_a_device_are_refused_without_consent_and_removed_by_its_withdrawal(world: World) -> None:
    ada, ben = await world.user(world.acme, "1001"), await world.user(world.acme, "1002")
    path, cards = f"{API}/copies", "BEGIN:VCARD\nVERSION:3.0\nFN:Wanda\nTEL:030 1234567\nEND:VCARD\n"
    decision = {"purpose": "contact_sync", "given": True, "language": "en"}
    other = (await ben.put("/api/v1/me/consents", json=decision)).json()["id"]
    refused = await ada.put(path, params={"device": "phone-of-ada", "consent": other}, content=cards)
    assert (refused.status_code, refused.json()["code"]) == (403, "contact_sync_off")
    consent = (await ada.put("/api/v1/me/consents", json=decision)).json()["id"]
    done = await ada.put(path, params={"device": "phone-of-ada", "consent": consent}, content=cards)
    assert done.json() == {"created": 1, "updated": 0, "unchanged": 0, "removed": 0, "refused": 0}
    [wanda] = (await ada.get(API)).json()["items"]
    assert (wanda["name"], wanda["source"], wanda["numbers"][0]["number"]) == ("Wanda", "device", "+49301234567")
    assert "FN:Wanda" in (await ada.get(f"{API}.vcf")).text
    assert (await ben.get(API)).json()["items"] == []
    assert (await ada.delete(f"{API}/{wanda['id']}")).status_code == 204
    restored = await ada.post(API, json={"name": "Wanda", "uid": wanda["uid"]})
    assert restored.json()["source"] == "device"
    principal: Principal = await world.identity.authenticate(ada.headers["Authorization"].removeprefix("Bearer "))
    events = world.services.event_hub.open(principal)
    await ada.put("/api/v1/me/consents", json={**decision, "given": False})
    assert json.loads(await events.next() or "{}") == {"type": "contacts.changed", "book": "personal"}
    assert (await ada.get(API)).json()["items"] == []
    for answer in (
        await ada.put(path, params={"device": "phone-of-ada", "consent": consent}, content=cards),
        await ada.post(API, json={"name": "Wanda", "uid": wanda["uid"]}),
    ):
        assert answer.json()["code"] == "contact_sync_off"
    assert (await ada.get(API)).json()["items"] == []


@pytest.mark.promise("D5")
async def test_files_are_previewed_imported_whole_or_not_at_all_and_exported(world: World) -> None:
    ada, admin = await world.user(world.acme, "1001"), await world.admin(world.acme)
    text = "name;phone;email\nMother;030 1234567;m@example.com\nBad;call me;\nFather;none;\n".encode("utf-16")
    path, personal = f"{API}/import", {"book": "personal"}
    preview = (await ada.put(path, params={**personal, "dry_run": True}, content=text)).json()
    assert (preview["format"], preview["encoding"]) == ("csv", "utf-16")
    assert (preview["created"], preview["refused"]) == (1, 2)
    assert [
        (each["line"], each["action"], [one["field"] for one in each["faults"]]) for each in preview["entries"]
    ] == [
        (3, "refused", ["numbers"]),
        (4, "refused", ["numbers"]),
        (2, "create", []),
    ]
    refused = await ada.put(path, params=personal, content=text)
    assert (refused.status_code, refused.json()["field"]) == (422, "file")
    assert (await ada.get(API)).json()["items"] == []
    done = await ada.put(path, params={**personal, "skip_faulty": True}, content=text)
    assert (done.json()["created"], done.json()["refused"]) == (1, 2)
    for file_format, extension, before, after in (("vcard", "vcf", b"Mother", b"Mum"), ("csv", "csv", b"Mum", b"Mama")):
        exported = await ada.get(f"{API}.{extension}", params=personal)
        assert "+49301234567" in exported.text
        again = (await ada.put(path, params=personal, content=exported.content)).json()
        assert (again["format"], again["created"], again["updated"], again["unchanged"]) == (file_format, 0, 0, 1)
        changed = exported.content.replace(before, after)
        assert (await ada.put(path, params=personal, content=changed)).json()["updated"] == 1
    [only] = (await ada.get(API)).json()["items"]
    assert only["name"] == "Mama"
    assert (await ada.put(path, params={"book": "company"}, content=text)).status_code == 403
    company = await admin.put(path, params={"book": "company", "skip_faulty": True}, content=text)
    assert company.json()["created"] == 1
    assert len((await ada.get(API)).json()["items"]) == 2


async def test_a_file_beyond_the_limit_is_refused_while_it_arrives(world: World) -> None:
    ada = await world.user(world.acme, "1001")

    async def endless() -> AsyncIterator[bytes]:
        for _ in range(100):
            yield b"x" * (1 << 20)

    refused = await ada.put(f"{API}/import", params={"book": "personal"}, content=endless())
    assert refused.status_code == 413
    for data in (b"", b"\x89PNG\r\n\0\0", b"color\nred\n"):
        refused = await ada.put(f"{API}/import", params={"book": "personal"}, content=data)
        assert (refused.status_code, refused.json()["field"]) == (422, "file")
    assert (await ada.get(API)).json()["items"] == []


def photo_of(colour: str) -> bytes:
    photo = io.BytesIO()
    Image.new("RGB", (40, 30), colour).save(photo, "PNG")
    return photo.getvalue()


async def test_a_picture_is_seen_by_colleagues_until_it_is_removed_or_switched_off(world: World) -> None:
    ada, ben, admin = (
        await world.user(world.acme, "1001"),
        await world.user(world.acme, "1002"),
        await world.admin(world.acme),
    )
    elsewhere = await world.user(world.globex, "1001")
    principal: Principal = await world.identity.authenticate(ben.headers["Authorization"].removeprefix("Bearer "))
    events = world.services.event_hub.open(principal)
    photo = photo_of("teal")
    refused = await ada.put("/api/v1/me/picture", content=b"<svg/>")
    assert (refused.status_code, refused.json()["field"]) == (422, "file")
    assert (await admin.put("/api/v1/me/picture", content=b"\0" * (13 << 20))).status_code == 413
    made = await ada.put("/api/v1/me/picture", content=photo)
    assert made.status_code == 200, made.text
    assert json.loads(await events.next() or "{}") == {"type": "pictures"}
    me = (await ada.get("/api/v1/me")).json()
    [listed] = (await ben.get("/api/v1/pictures")).json()["items"]
    assert listed == {
        "person_id": me["person"]["id"],
        "extensions": [me["extensions"][0]["id"]],
        "numbers": ["1001"],
        "version": made.json()["version"],
    }
    address = f"/api/v1/pictures/{listed['person_id']}"
    shown = await ben.get(address)
    assert (shown.status_code, shown.headers["Content-Type"], shown.content[:3]) == (200, "image/jpeg", b"\xff\xd8\xff")
    assert (await elsewhere.get("/api/v1/pictures")).json()["items"] == []
    assert (await elsewhere.get(address)).status_code == 404
    assert (await ben.delete(address)).status_code == 403
    objection = {"purpose": "directory", "language": "en"}
    # A person who objects to being in the directory is not shown to colleagues, but to themselves.
    await ada.put("/api/v1/me/objections", json={**objection, "objects": True})
    assert [(await each.get(address)).status_code for each in (ben, ada)] == [404, 200]
    await ada.put("/api/v1/me/objections", json={**objection, "objects": False})
    tenant = f"/api/v1/tenants/{world.acme.id}"
    assert (await admin.patch(tenant, json={"pictures": False})).json()["pictures"] is False
    assert (await ben.get("/api/v1/pictures")).json()["items"] == []
    off = [await ben.get(address), await ben.put("/api/v1/me/picture", content=photo)]
    assert [(each.status_code, each.json()["code"]) for each in off] == [(403, "pictures_off")] * 2
    await admin.patch(tenant, json={"pictures": True})
    assert (await admin.delete(address)).status_code == 204
    assert (await ada.delete("/api/v1/me/picture")).status_code == 404


async def test_a_picture_of_a_contact_is_seen_by_those_who_see_the_contact(world: World) -> None:
    ada, ben, admin = (
        await world.user(world.acme, "1001"),
        await world.user(world.acme, "1002"),
        await world.admin(world.acme),
    )
    elsewhere = await world.user(world.globex, "1001")
    principal: Principal = await world.identity.authenticate(ben.headers["Authorization"].removeprefix("Bearer "))
    entry = {"name": "Mother", "numbers": [WORK]}
    own = (await ada.post(API, json=entry)).json()
    company = (await admin.post(API, json={**entry, "name": "Max", "book": "company"})).json()
    assert (own["picture"], company["picture"]) == ("", "")
    events = world.services.event_hub.open(principal)
    for client, contact, others in ((ada, own, (ben, admin, elsewhere)), (admin, company, (elsewhere,))):
        path = f"{API}/{contact['id']}/picture"
        assert (await client.get(path)).status_code == 404
        refused = await client.put(path, content=b"<svg/>")
        assert (refused.status_code, refused.json()["field"]) == (422, "file")
        made = await client.put(path, content=photo_of("teal"))
        assert made.status_code == 200, made.text
        assert made.json()["picture"] == (await client.get(f"{API}/{contact['id']}")).json()["picture"] != ""
        shown = await client.get(path)
        assert (shown.headers["Content-Type"], Image.open(io.BytesIO(shown.content)).size) == ("image/jpeg", (256, 256))
        for other in others:
            refusals = [await other.get(path), await other.put(path, content=b"x"), await other.delete(path)]
            assert [each.status_code for each in refusals] == [404] * 3
    path = f"{API}/{company['id']}/picture"
    assert json.loads(await events.next() or "{}") == {"type": "contacts.changed", "book": "company"}
    assert [(await ben.get(path)).status_code, (await ben.put(path, content=photo_of("red"))).status_code] == [200, 403]
    [named] = (await ben.post(f"{API}/names", json={"numbers": ["030 1234567"]})).json()["items"]
    assert named["picture"] == (await ben.get(f"{API}/{company['id']}")).json()["picture"]
    assert (await admin.put(path, content=b"\0" * (13 << 20))).status_code == 413
    exported = await ada.get(f"{API}.vcf")
    assert exported.text.count("PHOTO:data:image/jpeg;base64,") == 1
    assert (await ada.delete(f"{API}/{own['id']}/picture")).json()["picture"] == ""
    assert (await ada.delete(f"{API}/{own['id']}/picture")).status_code == 404
    imported = (await ada.put(f"{API}/import", content=exported.content)).json()
    assert (imported["updated"], imported["ignored"]) == (1, [])
    assert (await ada.get(f"{API}/{own['id']}/picture")).status_code == 200
