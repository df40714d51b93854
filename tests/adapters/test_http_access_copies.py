"""Access copies by API: rights, proof of identity, download, bad input."""

import base64
import hashlib
import io
import json
import zipfile
from collections.abc import Callable
from random import Random
from typing import Any

import httpx
import pytest
from http_world import World
from PIL import Image

from unificx.api.middleware import MAX_CONTACT_FILE
from unificx.archive.importing import MAX_PICTURE_BYTES


async def _person_id(client) -> str:
    return (await client.get("/api/v1/me")).json()["person"]["id"]


@pytest.mark.promise("D1")
async def test_a_person_downloads_everything_that_is_held_about_them(world: World) -> None:
    user = await world.user(world.acme, "1001")
    requested = await user.post("/api/v1/me/access-copies")
    assert (requested.status_code, requested.json()["state"]) == (202, "requested")
    path = f"/api/v1/access-copies/{requested.json()['id']}"
    early = await user.get(f"{path}/file")
    assert (early.status_code, early.json()["code"]) == (409, "conflict")
    assert (await user.post("/api/v1/me/access-copies")).json()["id"] == requested.json()["id"]
    await world.build_copies()
    ready = (await user.get(path)).json()
    assert (ready["state"], ready["problem"]) == ("ready", None)
    answer = await user.get(f"{path}/file")
    assert (answer.headers["content-type"], len(answer.content)) == ("application/zip", ready["size"])
    with zipfile.ZipFile(io.BytesIO(answer.content)) as archive:
        manifest = json.loads(archive.read("manifest.json"))
        [person] = json.loads(archive.read("data/person.json"))
    me = (await user.get("/api/v1/me")).json()["person"]
    assert (person["name"], person["email"], manifest["person"]) == (me["name"], me["email"], me["id"])
    assert [each["id"] for each in (await user.get("/api/v1/access-copies")).json()["items"]] == [ready["id"]]
    assert (await user.delete(path)).status_code == 204
    assert (await user.get(path)).status_code == 404


CONTACTS = (
    "name;organisation;phone;email;note\nMother;;030 1234567;m@example.com;Sundays\nBakery;Bakery Ltd;030 7654321;;\n"
)


async def copy_of(world: World, user: httpx.AsyncClient) -> bytes:
    path = f"/api/v1/access-copies/{(await user.post('/api/v1/me/access-copies')).json()['id']}"
    await world.build_copies()
    return (await user.get(f"{path}/file")).content


@pytest.mark.promise("D5", whole=True)
async def test_a_copy_is_taken_along_to_another_organisation(world: World) -> None:
    """D5 as a whole: contacts and speed dials of a copy are imported by another account; what cannot be put to use there is
    in documented files: `test_every_file_follows_its_schema_and_digest`, which another program verifies without a server:
    `test_a_copy_of_everything_is_accepted_and_read`. Contacts as vCard and CSV:
    `test_files_are_previewed_imported_whole_or_not_at_all_and_exported`. All of a tenant moves to another installation:
    `test_a_tenant_moves_to_another_database_and_back`."""
    ada, zoe = await world.user(world.acme, "1001"), await world.user(world.globex, "2001")
    assert (await ada.put("/api/v1/contacts/import", content=CONTACTS.encode())).json()["created"] == 2
    for code in ("01", "02"):
        assert (await ada.put(f"/api/v1/speed-dials/1001/{code}", json={"number": "110", "name": "Police"})).is_success
    assert (await zoe.put("/api/v1/speed-dials/2001/02", json={"number": "112", "name": "Fire"})).is_success
    copy = await copy_of(world, ada)
    done = (await zoe.put("/api/v1/me/import", content=copy)).json()
    assert (done["contacts"]["created"], done["contacts"]["refused"], done["speed_dials"]) == (2, 0, 1)
    taken, own = [(await each.get("/api/v1/contacts.csv")).text for each in (zoe, ada)]
    assert taken == own
    dials = (await zoe.get("/api/v1/speed-dials/2001")).json()["items"]
    assert [(each["code"], each["number"], each["name"]) for each in dials] == [
        ("01", "110", "Police"),
        ("02", "112", "Fire"),
    ]
    again = (await zoe.put("/api/v1/me/import", content=copy)).json()
    assert (again["contacts"]["created"], again["contacts"]["unchanged"], again["speed_dials"]) == (0, 2, 0)
    with zipfile.ZipFile(io.BytesIO(copy)) as archive:
        start = archive.getinfo("data/contact.json").header_offset
    forged = bytearray(copy)
    forged[start + 100] ^= 1
    for wrong in (bytes(forged), b"", b"PK\x03\x04", copy[:-30]):
        assert (await zoe.put("/api/v1/me/import", content=wrong)).status_code == 422
    assert (await zoe.get("/api/v1/contacts.csv")).text == own

    def spoil(contacts: list[dict[str, Any]]) -> None:
        contacts[0] |= {"numbers": 5, "emails": True}

    odd = await zoe.put("/api/v1/me/import", content=with_other_records(copy, "contact", spoil, any_schema=True))
    assert (odd.status_code, odd.json()["contacts"]["updated"]) == (200, 1), "its schema is that of its maker"


def photo_of(colour: str, behind: bytes = b"") -> bytes:
    photo = io.BytesIO()
    Image.new("RGB", (40, 30), colour).save(photo, "PNG")
    return photo.getvalue() + behind


def with_other_records(
    copy: bytes, kind: str, change: Callable[[list[dict[str, Any]]], None], *, any_schema: bool = False
) -> bytes:
    """The copy with other records of a kind, and a manifest that fits them; with `any_schema` also a schema that accepts
    them."""
    path = f"data/{kind}.json"
    with zipfile.ZipFile(io.BytesIO(copy)) as archive:
        infos = archive.infolist()
        files = {each.filename: archive.read(each) for each in infos}
    changed_records = json.loads(files[path])
    change(changed_records)
    records = ",\n".join(map(json.dumps, changed_records))
    files[path] = f"[\n{records}\n]\n".encode()
    if any_schema:
        schema = json.loads(files[f"schemas/{kind}.json"])
        schema["items"]["properties"] = dict.fromkeys(schema["items"]["properties"], True)
        files[f"schemas/{kind}.json"] = json.dumps(schema).encode()
    manifest = json.loads(files["manifest.json"])
    for each in manifest["files"]:
        if kind in each["path"]:
            data = files[each["path"]]
            each |= {"bytes": len(data), "sha256": hashlib.sha256(data).hexdigest()}
    files["manifest.json"] = json.dumps(manifest).encode()
    changed = io.BytesIO()
    with zipfile.ZipFile(changed, "w") as archive:
        for each in infos:
            archive.writestr(each, files[each.filename])
    return changed.getvalue()


async def test_pictures_of_contacts_are_taken_along_and_checked(world: World) -> None:
    ada, zoe = await world.user(world.acme, "1001"), await world.user(world.globex, "2001")
    await ada.put("/api/v1/contacts/import", content=CONTACTS.encode())
    for each in (await ada.get("/api/v1/contacts")).json()["items"]:
        assert (await ada.put(f"/api/v1/contacts/{each['id']}/picture", content=photo_of("teal"))).is_success
    copy = await copy_of(world, ada)

    def spoil(pictures: list[dict[str, str]]) -> None:
        script, large = b"<svg onload='x()'/>", photo_of("red", Random(1).randbytes(MAX_PICTURE_BYTES))
        for record, image in zip(pictures, (script, large), strict=True):
            record["image"] = base64.b64encode(image).decode()

    done = await zoe.put("/api/v1/me/import", content=with_other_records(copy, "contact_picture", spoil))
    assert done.status_code == 200, done.text
    assert (done.json()["contacts"]["created"], done.json()["contacts"]["ignored"]) == (2, ["PHOTO"])
    assert [each["picture"] for each in (await zoe.get("/api/v1/contacts")).json()["items"]] == ["", ""]
    for action, unchanged in (("updated", 0), ("unchanged", 2)):
        done = (await zoe.put("/api/v1/me/import", content=copy)).json()["contacts"]
        assert (done[action], done["unchanged"], done["created"], done["ignored"]) == (2, unchanged, 0, [])
    for each in (await zoe.get("/api/v1/contacts")).json()["items"]:
        shown = Image.open(io.BytesIO((await zoe.get(f"/api/v1/contacts/{each['id']}/picture")).content))
        red, green, blue = shown.convert("RGB").resize((1, 1)).tobytes()
        assert (shown.format, shown.size) == ("JPEG", (256, 256))
        assert max(red, abs(green - 128), abs(blue - 128)) < 10, "the picture has another colour"


async def test_a_copy_may_have_more_contacts_than_a_file_of_contacts(world: World) -> None:
    """A file of contacts may be split, a copy cannot: only its own limit of 128 MiB applies to it."""
    ada, zoe = await world.user(world.acme, "1001"), await world.user(world.globex, "2001")
    await ada.put("/api/v1/contacts/import", content=f"{CONTACTS}A;;;;\nB;;;;\nC;;;;\n".encode())

    def enlarge(contacts: list[dict[str, str]]) -> None:
        for each in contacts[:4]:
            each["note"] = base64.b64encode(Random(1).randbytes(MAX_CONTACT_FILE // 4)).decode()

    done = await zoe.put("/api/v1/me/import", content=with_other_records(await copy_of(world, ada), "contact", enlarge))
    assert done.status_code == 200, done.text
    assert (done.json()["contacts"]["created"], done.json()["contacts"]["refused"]) == (1, 4)


async def test_only_the_requester_sees_a_copy(world: World) -> None:
    admin, user = await world.admin(world.acme), await world.user(world.acme, "1001")
    other, elsewhere = await world.user(world.acme, "1002"), await world.admin(world.globex)
    request = f"/api/v1/persons/{await _person_id(user)}/access-copies"
    for client, status in ((user, 403), (other, 403), (elsewhere, 404)):
        assert (await client.post(request)).status_code == status
    path = f"/api/v1/access-copies/{(await admin.post(request)).json()['id']}"
    await world.build_copies()
    assert (await admin.get(f"{path}/file")).status_code == 200
    for client in (user, other, elsewhere):
        assert (await client.get("/api/v1/access-copies")).json()["items"] == []
        for answer in (await client.get(path), await client.get(f"{path}/file"), await client.delete(path)):
            assert answer.status_code == 404


async def test_a_copy_needs_a_recent_proof_of_identity(world: World) -> None:
    admin, user = await world.admin(world.acme), await world.user(world.acme, "1001")
    request, own = f"/api/v1/persons/{await _person_id(user)}/access-copies", "/api/v1/me/access-copies"
    copy = (await user.post(own)).json()
    await world.build_copies()
    world.clock.advance(11 * 60)
    refusals = [
        await admin.post(request),
        await user.post(own),
        await user.get(f"/api/v1/access-copies/{copy['id']}/file"),
    ]
    refusals.append(await admin.post("/api/v1/access-copies", json={"number": "+49301234567"}))
    assert [each.json()["code"] for each in refusals[:3]] == ["prove_yourself"] * 3


async def test_a_copy_about_an_unknown_subject_is_refused(world: World) -> None:
    admin, console = await world.admin(world.acme), world.client(operator=True)
    unknown = await admin.post("/api/v1/access-copies", json={"number": "+49301234567"})
    assert (unknown.status_code, unknown.json()["field"]) == (404, "number")
    assert (await admin.post("/api/v1/access-copies", json={"number": "Ada"})).status_code == 422
    assert (await admin.post("/api/v1/persons/nobody/access-copies")).status_code == 404
    assert (await console.post("/api/v1/me/access-copies")).status_code == 404
