"""Sign-up of an organisation: age, link by e-mail, password, limits, bad input; off by default."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from types import SimpleNamespace
from typing import Any

import httpx
import pytest
from failing import fail_first
from http_world import ORIGIN, World

from unificx.billing import NewPlan
from unificx.db import Database, UnitOfWork
from unificx.identity import NewSuspension, Tenant
from unificx.server.trial_emails import connect_trials

SAME_SITE = {"Sec-Fetch-Site": "same-origin", "Accept-Language": "en"}
FORM = {
    "organisation": "Müller & Söhne",
    "name": "Zoë Müller",
    "email": "zoe@mueller.example",
    "age": "yes",
    "terms": "yes",
}
PASSWORD = {"password": "correct horse battery", "again": "correct horse battery"}


@pytest.fixture
def open_world(world: World) -> World:
    world.services.public_address.configure(ORIGIN, b"", "open")
    return world


def visitor(world: World, address: str = "198.51.100.9") -> httpx.AsyncClient:
    client = world.client(address=address)
    client.headers.update(SAME_SITE)
    return client


def links(world: World) -> list[str]:
    return [url.removeprefix(ORIGIN) for kind in ("en", "de") for _, url in world.emails.of_kind(f"sign_up {kind}")]


async def sign_up(world: World, client: httpx.AsyncClient, email: str = FORM["email"]) -> Tenant:
    await client.post("/sign-up", data={**FORM, "email": email})
    await client.post(links(world)[-1], data=PASSWORD)
    return world.services.identity.directory.tenants()[-1]


@pytest.mark.promise("U3", "K1", "T3")
async def test_a_visitor_sets_up_an_organisation_once(open_world: World) -> None:
    world, client = open_world, visitor(open_world)
    directory = world.services.identity.directory
    before, plans = len(directory.tenants()), world.services.billing.plans
    await plans.create(NewPlan("Business", "EUR", 1_000_000, trial_days=30, sign_up=True))
    assert "The trial of 30 days is free" in (await client.get("/sign-up")).text
    assert "form-action 'self'" in (await client.get("/sign-up")).headers["content-security-policy"]
    sent = await client.post("/sign-up", data=FORM)
    assert (sent.status_code, "valid for one hour" in sent.text) == (200, True)
    assert len(directory.tenants()) == before
    [link] = links(world)
    assert (await client.get(link)).status_code == 200
    assert (await client.post(link, data={**PASSWORD, "again": "another password"})).status_code == 422
    assert (await client.post(link, data={"password": "short", "again": "short"})).status_code == 422
    made = await client.post(link, data=PASSWORD)
    assert (made.status_code, made.headers.get("location")) == (303, "/portal/")
    assert (await client.post(link, data=PASSWORD)).status_code == 422
    assert (await client.get(link)).status_code == 422
    tenant = directory.tenant_by_slug("muller-sohne")
    assert tenant is not None
    assert tenant.name == "Müller & Söhne"
    assert tenant.domain.startswith("muller-sohne.")
    assert [each.since for each in await plans.assignments(tenant.id)] == [world.clock.now().date()]
    assert await world.services.billing.trials.find(tenant.id) is not None
    [extension] = directory.extensions(tenant.id)
    [person] = (await world.services.identity.users.page(tenant.id)).items
    assert (extension.number, extension.person_id, person.role, person.state) == (
        *("1001", person.id),
        *("tenant_admin", "active"),
    )
    answer = await client.post("/api/v1/sessions", json={"email": FORM["email"], "password": PASSWORD["password"]})
    assert (answer.status_code, answer.json()["acceptance_needed"]) == (201, False), answer.text


async def test_a_second_organisation_of_that_name_and_address_looks_the_same(open_world: World) -> None:
    client = visitor(open_world)
    pages = []
    for _ in range(2):
        pages.append((await client.post("/sign-up", data=FORM)).text)
        assert (await client.post(links(open_world)[-1], data=PASSWORD)).status_code == 303
    assert pages[0] == pages[1]
    assert open_world.services.identity.directory.tenant_by_slug("muller-sohne-2") is not None


@pytest.mark.promise("K1")
async def test_a_visitor_who_is_not_of_age_leaves_nothing(open_world: World) -> None:
    answer = await visitor(open_world).post("/sign-up?lang=de", data={**FORM, "age": "no"})
    assert (answer.status_code, "nicht gespeichert" in answer.text) == (200, True)
    assert links(open_world) == []
    assert open_world.services.identity.directory.tenant_by_slug("muller-sohne") is None


@pytest.mark.parametrize(
    "change",
    [{"age": ""}, {"terms": ""}, {"email": "zoe"}, {"name": "\u202e"}, {"organisation": ""}, {"name": "x" * 20_000}],
)
async def test_bad_input_is_refused(open_world: World, change: dict[str, str]) -> None:
    answer = await visitor(open_world).post("/sign-up", data={**FORM, **change})
    assert (answer.status_code, 'role="alert"' in answer.text, links(open_world)) == (422, True, [])


async def test_sign_ups_are_limited_by_source_address_and_mail_domain(open_world: World) -> None:
    async def post(number: int, email: str) -> int:
        return (
            await visitor(open_world, f"198.51.100.{number}").post("/sign-up", data={**FORM, "email": email})
        ).status_code

    assert [await post(1, f"a{n}@one{n}.example") for n in range(6)] == [200] * 5 + [429]
    assert [await post(10 + n, "zoe@two.example") for n in range(4)] == [200] * 3 + [429]
    assert [await post(20 + n, f"b{n}@three.example") for n in range(21)] == [200] * 20 + [429]


async def test_sign_up_is_closed_by_default_and_to_other_sites(world: World) -> None:
    client = visitor(world)
    for answer in (
        await client.get("/sign-up"),
        await client.post("/sign-up", data=FORM),
        await client.get("/sign-up/abc"),
    ):
        assert answer.status_code == 404
    world.services.public_address.configure(ORIGIN, b"", "open")
    client.headers["Sec-Fetch-Site"] = "cross-site"
    assert (await client.post("/sign-up", data=FORM)).status_code == 403
    assert links(world) == []


@pytest.mark.promise("U3")
async def test_an_organisation_that_is_not_decided_about_is_deleted(open_world: World) -> None:
    world, client = open_world, visitor(open_world)
    world.services.public_address.configure(ORIGIN, b"", "approval")
    directory, rights = world.services.identity.directory, world.services.rights.requests
    tenant = await sign_up(world, client)
    approved = await sign_up(world, client, "other@mueller.example")
    await world.services.identity.suspensions.resume(approved.id, "")
    await world.identity.suspensions.suspend_tenant(world.acme.id, NewSuspension("payment"))
    world.clock.advance(30 * 86_400 - 1)
    await rights.expire_sign_ups()
    assert directory.tenant(tenant.id) is not None
    world.clock.advance(2)
    await rights.expire_sign_ups()
    assert directory.tenant(tenant.id) is None
    assert directory.tenant(approved.id) is not None
    assert directory.tenant(world.acme.id) is not None
    await rights.expire_sign_ups()
    params = {"tenant": "operator", "closed": True}
    closed = (await world.client(operator=True).get("/api/v1/privacy-requests", params=params)).json()["items"]
    assert [each["state"] for each in closed] == ["refused"]


async def test_an_organisation_that_cannot_be_deleted_stops_no_other(
    open_world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    world, client = open_world, visitor(open_world)
    world.services.public_address.configure(ORIGIN, b"", "approval")
    directory, requests = world.services.identity.directory, world.services.rights.requests
    before = len(directory.tenants())
    for email in (FORM["email"], "other@mueller.example"):
        await sign_up(world, client, email)
    world.clock.advance(30 * 86_400 + 1)
    fail_first(monkeypatch, requests, "take")
    for left in (1, 0):
        await requests.expire_sign_ups()
        assert len(directory.tenants()) == before + left


async def test_an_organisation_that_is_approved_before_its_turn_stays(
    open_world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    world, client = open_world, visitor(open_world)
    world.services.public_address.configure(ORIGIN, b"", "approval")
    directory, requests = world.services.identity.directory, world.services.rights.requests
    tenant, undecided = await sign_up(world, client), requests.reviews.undecided

    async def approved_meanwhile() -> Sequence[tuple[str, str, str]]:
        found = await undecided()
        for queue_id, review_id, _ in found:
            await requests.take(queue_id, review_id, "answer", "Welcome.", "operator")
        return found

    monkeypatch.setattr(requests.reviews, "undecided", approved_meanwhile)
    world.clock.advance(30 * 86_400 + 1)
    await requests.expire_sign_ups()
    assert directory.tenant(tenant.id) is not None


@pytest.mark.promise("U3")
async def test_a_new_organisation_waits_for_the_approval_of_an_operator(open_world: World) -> None:
    world, client = open_world, visitor(open_world)
    world.services.public_address.configure(ORIGIN, b"", "approval")
    console, directory = world.client(operator=True), world.services.identity.directory
    services, plans = world.services, world.services.billing.plans
    await plans.create(NewPlan("Business", "EUR", 1_000_000, trial_days=30, sign_up=True))
    parts = {"identity": services.identity, "rights": services.rights.requests, "billing": services.billing}
    container: Any = SimpleNamespace(outbox=world.outbox, **parts)
    connect_trials(container)
    assert "/sign-up" in (await client.get("/")).text
    for step in ("answer", "refuse"):
        sign_in = {"email": f"{step}@mueller.example", "password": PASSWORD["password"]}
        await client.post("/sign-up", data={**FORM, "email": sign_in["email"]})
        assert "waits for approval" in (await client.post(links(world)[-1], data=PASSWORD)).text
        tenant = directory.tenants()[-1]
        assert await plans.assignments(tenant.id) == []
        refused = await client.post("/api/v1/sessions", json=sign_in)
        assert refused.json()["code"] == "account_suspended"
        reference = {"reference": refused.json()["reference"]}
        notice = (await client.post("/api/v1/suspensions/look", json=reference)).json()
        assert (notice["reason"], notice["review"], notice["may_ask"]) == ("approval", "open", False)
        requests = "/api/v1/privacy-requests"
        [request] = (await console.get(requests, params={"tenant": "operator"})).json()["items"]
        assert (request["kind"], tenant.slug in request["text"]) == ("sign_up", True)
        body = {"step": step, "note": "Not a customer"}
        taken = await console.post(f"{requests}/{request['id']}/steps", params={"tenant": "operator"}, json=body)
        assert taken.status_code == 200, taken.text
        await world.outbox.deliver()
        assert (await plans.assignments(tenant.id) != []) == (step == "answer")
        assert (directory.tenant(tenant.id) is not None) == (step == "answer")
        again = await client.post("/api/v1/sessions", json=sign_in)
        assert again.status_code == (201 if step == "answer" else 401)


class Killed(BaseException):
    """The process dies."""


def kill_before_commit(number: int, database: Database, patch: pytest.MonkeyPatch) -> None:
    """Let the process die before the commit of this unit of work, counted from now."""
    begin, begun = database.begin, 0

    @asynccontextmanager
    async def dying() -> AsyncIterator[UnitOfWork]:
        nonlocal begun
        begun += 1
        mine = begun
        async with begin() as uow:
            yield uow
            if mine == number:
                raise Killed

    patch.setattr(database, "begin", dying)


@pytest.mark.parametrize("mode", ["open", "approval"])
async def test_a_process_that_dies_stores_an_organisation_with_all_that_follows_or_nothing(
    open_world: World, mode: Any
) -> None:
    world, client = open_world, visitor(open_world)
    world.services.public_address.configure(ORIGIN, b"", mode)
    services, operator = world.services, world.services.identity.directory.operator()
    assert operator is not None
    await services.billing.plans.create(NewPlan("Business", "EUR", 1_000_000, sign_up=True))
    before = services.identity.directory.tenants()
    await client.post("/sign-up", data=FORM)
    killed, [link] = 0, links(world)
    for number in range(1, 10):
        with pytest.MonkeyPatch.context() as patch:
            kill_before_commit(number, world.database, patch)
            try:
                answer = await client.post(link, data=PASSWORD)
            except Killed:
                killed += 1
            else:
                break
        await services.identity.start()  # what is stored
        assert services.identity.directory.tenants() == before
        assert await services.rights.requests.count_due(operator.id) == (0, 0)
    assert (killed, answer.is_error) == (1, False), "one unit of work"
    [made] = services.identity.directory.tenants()[len(before) :]
    assert await services.rights.requests.count_due(operator.id) == (int(mode == "approval"), 0)
    assert len(await services.billing.plans.assignments(made.id)) == int(mode == "open")
