"""A POST with an Idempotency-Key is executed once, and its stored response is private to its user."""

import asyncio
from pathlib import Path

import pytest
from http_world import World
from sqlalchemy import func, select

from unificx.api.idempotency import PendingRequest, StoredResponse
from unificx.api.models import StoredAnswerRow
from unificx.core.errors import Conflict
from unificx.identity import NewExtension, Principal, Role

NEW = {"number": "1001", "name": "Reception Canaryname"}
KEY = {"Idempotency-Key": "8e03978e-40d5-43dd-bc93-6894a57f9324"}


async def stored(world: World) -> int:
    async with world.database.read() as session:
        return await session.scalar(select(func.count()).select_from(StoredAnswerRow)) or 0


async def test_a_repeated_request_gets_the_same_response(world: World) -> None:
    admin = await world.admin(world.acme)

    first = await admin.post("/api/v1/extensions", json=NEW, headers=KEY)
    again = await admin.post("/api/v1/extensions", json=NEW, headers=KEY)
    assert (first.status_code, again.status_code) == (201, 201)
    assert again.json() == first.json()
    assert again.headers["idempotency-replayed"] == "true"
    assert "idempotency-replayed" not in first.headers
    assert len((await admin.get("/api/v1/extensions")).json()["items"]) == 1
    assert len((await admin.get("/api/v1/devices")).json()["items"]) == 1


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("/api/v1/extensions", {**NEW, "name": "Another"}),
        ("/api/v1/persons", {"name": "Ada"}),
        ("/api/v1/extensions?tenant=acme", NEW),
    ],
)
async def test_another_request_with_the_same_key_is_rejected(world: World, path: str, body: dict[str, str]) -> None:
    admin = await world.admin(world.acme)
    await admin.post("/api/v1/extensions", json=NEW, headers=KEY)
    answer = await admin.post(path, json=body, headers=KEY)
    assert (answer.status_code, answer.json()["field"]) == (422, "Idempotency-Key")


async def test_keys_are_separate_per_user(world: World) -> None:
    admins = [await world.admin(world.acme), await world.admin(world.globex), world.client(operator=True)]
    new = [NEW, NEW, {**NEW, "number": "1002"}]
    params = [{}, {}, {"tenant": "acme"}]
    answers = [
        await client.post("/api/v1/extensions", json=body, params=query, headers=KEY)
        for client, body, query in zip(admins, new, params, strict=True)
    ]
    assert [answer.status_code for answer in answers] == [201, 201, 201]
    assert len({answer.json()["id"] for answer in answers}) == 3


async def test_concurrent_requests_are_executed_once(world: World) -> None:
    admin = await world.admin(world.acme)
    answers = await asyncio.gather(
        *(admin.post("/api/v1/extensions", json=NEW, headers=KEY) for _ in range(8)),
    )
    assert {answer.status_code for answer in answers} <= {201, 409}
    assert len({answer.json()["id"] for answer in answers if answer.status_code == 201}) == 1
    assert len((await admin.get("/api/v1/extensions")).json()["items"]) == 1


async def test_a_request_in_progress_is_a_conflict(world: World) -> None:
    client, answers = Principal("p", world.acme.id, Role.TENANT_ADMIN), world.services.idempotency
    ticket = await answers.begin(client, "key", "asked")
    assert isinstance(ticket, PendingRequest)
    with pytest.raises(Conflict):
        await answers.begin(client, "key", "asked")
    world.clock.advance(301)
    assert isinstance(await answers.begin(client, "key", "asked"), PendingRequest), (
        "the first request was lost with its process"
    )
    await answers.finish(ticket, StoredResponse(201, "too late"))
    with pytest.raises(Conflict):
        await answers.begin(client, "key", "asked")


async def test_a_failed_request_may_be_retried_with_its_key(world: World) -> None:
    admin = await world.admin(world.acme)
    await world.identity.extensions.create(world.acme.id, NewExtension("1001", "In the way"))
    assert (await admin.post("/api/v1/extensions", json=NEW, headers=KEY)).status_code == 409
    await admin.delete("/api/v1/extensions/1001")
    assert (await admin.post("/api/v1/extensions", json=NEW, headers=KEY)).status_code == 201
    assert (
        await admin.post("/api/v1/extensions", json={"number": 1}, headers={"Idempotency-Key": "b"})
    ).status_code == 422


@pytest.mark.parametrize("key", ["", "x" * 201, "\x7f"])
async def test_a_key_is_printable_and_bounded(world: World, key: str) -> None:
    admin = await world.admin(world.acme)
    answer = await admin.post("/api/v1/extensions", json=NEW, headers={"Idempotency-Key": key})
    assert answer.status_code == 422


@pytest.mark.promise("T2", "R4")
async def test_a_response_is_sealed_and_deleted_with_its_key_after_a_day(world: World, tmp_path: Path) -> None:
    admin = await world.admin(world.acme)
    made = (await admin.post("/api/v1/extensions", json=NEW, headers=KEY)).json()
    async with world.database.read() as session:
        row = (await session.scalars(select(StoredAnswerRow))).one()
    assert row.status == 201
    for value in (made["sip"]["password"], NEW["name"]):
        for file in tmp_path.rglob("*"):
            assert not file.is_file() or value.encode() not in file.read_bytes(), file.name

    assert await world.services.idempotency.sweep() == 0
    world.clock.advance(24 * 3600)
    assert await world.services.idempotency.sweep() == 1
    assert await stored(world) == 0
    assert world.keys.is_destroyed(row.tenant_id, row.subject_id)


@pytest.mark.promise("D3")
async def test_responses_that_may_name_an_erased_person_are_deleted(world: World) -> None:
    new = {"name": "Ada Canaryname", "email": "ada@acme.example"}
    acme, globex, operator = await world.admin(world.acme), await world.admin(world.globex), world.client(operator=True)
    person = (await acme.post("/api/v1/persons", json=new, headers=KEY)).json()
    await operator.post("/api/v1/persons?tenant=acme", json={"name": "Ben"}, headers=KEY)
    await globex.post("/api/v1/persons", json=new, headers=KEY)
    assert await stored(world) == 3

    await acme.delete(f"/api/v1/persons/{person['id']}")
    await world.outbox.deliver()
    async with world.database.read() as session:
        left = (await session.scalars(select(StoredAnswerRow))).all()
    assert [row.tenant_id for row in left] == [world.globex.id]
