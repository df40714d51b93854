"""Access copies by API: rights, proof of identity, download, bad input."""

import io
import json
import zipfile

import pytest
from http_world import World


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
    await world.services.access_copies.build_all()
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


async def test_only_the_requester_sees_a_copy(world: World) -> None:
    admin, user = await world.admin(world.acme), await world.user(world.acme, "1001")
    other, elsewhere = await world.user(world.acme, "1002"), await world.admin(world.globex)
    request = f"/api/v1/persons/{await _person_id(user)}/access-copies"
    for client, status in ((user, 403), (other, 403), (elsewhere, 404)):
        assert (await client.post(request)).status_code == status
    path = f"/api/v1/access-copies/{(await admin.post(request)).json()['id']}"
    await world.services.access_copies.build_all()
    assert (await admin.get(f"{path}/file")).status_code == 200
    for client in (user, other, elsewhere):
        assert (await client.get("/api/v1/access-copies")).json()["items"] == []
        for answer in (await client.get(path), await client.get(f"{path}/file"), await client.delete(path)):
            assert answer.status_code == 404


async def test_a_copy_needs_a_recent_proof_of_identity(world: World) -> None:
    admin, user = await world.admin(world.acme), await world.user(world.acme, "1001")
    request, own = f"/api/v1/persons/{await _person_id(user)}/access-copies", "/api/v1/me/access-copies"
    copy = (await user.post(own)).json()
    await world.services.access_copies.build_all()
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
