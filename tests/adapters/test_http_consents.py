"""The consent step and the consents of a user by HTTP."""

from dataclasses import replace
from datetime import datetime, timedelta

import httpx
import pytest
from http_world import PASSWORD, World

from unificx.calls.events import CallEnded, CallParty
from unificx.identity import TERMS_VERSION, Extension, NewDevice, policy_version
from unificx.privacy import released_versions
from unificx.queues.schemas import AgentEvent

HOME = {"Sec-Fetch-Site": "same-origin"}
GATED = ("/api/v1/history", "/api/v1/directory", "/api/v1/extensions", "/api/v1/privacy/map")
OPEN = (
    "/api/v1/me",
    "/api/v1/me/policy",
    "/api/v1/me/consents",
    "/api/v1/me/requests",
    "/api/v1/privacy/policy-versions",
)


async def accepted(client: httpx.AsyncClient) -> None:
    yes = {"of_age": True, "terms_version": TERMS_VERSION, "policy_version": policy_version()}
    assert (await client.post("/api/v1/me/acceptances", json=yes)).status_code == 204


async def browser(world: World, email: str) -> httpx.AsyncClient:
    client = world.client(**HOME)
    body = {"email": email, "password": PASSWORD, "keep": "cookie"}
    assert (await client.post("/api/v1/sessions", json=body)).status_code == 201
    return client


@pytest.mark.promise("V3", whole=True)
async def test_a_significant_version_stops_browsers_and_programs_but_not_telephones(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """V3 as a whole: a significant version stops the use of data until the person agrees expressly; going on is no
    answer, a refusal is recorded, and calls go on."""
    program = await world.user(world.acme, "1001")
    email = (await program.get("/api/v1/me")).json()["person"]["email"]
    await accepted(program)
    newest = replace(released_versions()[-1], number=99, version="v99", significant=True)
    versions = [*released_versions(), newest]
    monkeypatch.setattr("unificx.identity.terms.released_versions", lambda: versions)
    never = await world.user(world.acme, "1002")
    app = await browser(world, email)
    for client in (program, app):
        for path in GATED:
            refused = await client.get(path)
            assert (refused.status_code, refused.json()["code"]) == (403, "consent_required"), path
        for path in OPEN:
            assert (await client.get(path)).status_code == 200, path
        phone = await client.post("/api/v1/me/sip-access", json={})
        assert phone.status_code != 403, phone.text
        me = (await client.get("/api/v1/me")).json()
        assert (me["policy"], me["acceptance_needed"]) == ("consent", True)
    assert (await never.get("/api/v1/history")).status_code == 200
    changes = (await app.get("/api/v1/me/policy")).json()
    assert [each["version"] for each in changes["changes"]] == ["v99"]
    answer = {"version": "v99", "answer": "continued", "language": "en"}
    assert (await app.post("/api/v1/me/policy-acceptances", json=answer)).status_code == 409
    assert (await app.post("/api/v1/me/policy-acceptances", json={**answer, "answer": "refused"})).status_code == 204
    assert (await app.get("/api/v1/history")).status_code == 403
    assert (await app.post("/api/v1/me/policy-acceptances", json={**answer, "answer": "agreed"})).status_code == 204
    for client in (program, app):
        assert (await client.get("/api/v1/history")).status_code == 200
    ledger = (await app.get("/api/v1/me/consents")).json()["ledger"]
    assert [each["state"] for each in ledger] == ["given", "refused", "given"]


@pytest.mark.promise("U7", "D4")
async def test_users_agree_and_withdraw(world: World) -> None:
    user, other = await world.user(world.acme, "1001"), await world.user(world.acme, "1002")
    assert not any(each["allowed"] for each in (await user.get("/api/v1/me/consents")).json()["purposes"])
    receipt = (
        await user.put("/api/v1/me/consents", json={"purpose": "marketing", "given": True, "language": "de"})
    ).json()
    assert (receipt["purpose"], receipt["state"], receipt["notice"]) == ("marketing", "given", policy_version())
    listed = (await user.get("/api/v1/me/consents")).json()
    assert {each["purpose"]: each["allowed"] for each in listed["purposes"]}["marketing"]
    assert listed["ledger"] == [receipt]
    assert (await other.get("/api/v1/me/consents")).json()["ledger"] == []
    withdrawn = await user.put("/api/v1/me/consents", json={"purpose": "marketing", "given": False, "language": "de"})
    assert withdrawn.json()["state"] == "withdrawn"
    assert not any(each["allowed"] for each in (await user.get("/api/v1/me/consents")).json()["purposes"])
    for wrong in ({"purpose": "sales"}, {"given": "perhaps"}, {"language": "fr"}):
        body = {"purpose": "marketing", "given": True, "language": "en", **wrong}
        assert (await user.put("/api/v1/me/consents", json=body)).status_code == 422


async def object_to(client: httpx.AsyncClient, purpose: str, *, objects: bool = True) -> None:
    body = {"purpose": purpose, "objects": objects, "language": "de"}
    receipt = (await client.put("/api/v1/me/objections", json=body)).json()
    assert (receipt["purpose"], receipt["method"], receipt["locale"]) == (purpose, "objection", "de")
    listed = (await client.get("/api/v1/me/consents")).json()
    assert {each["purpose"]: each["objects"] for each in listed["objections"]}[purpose] is objects
    assert listed["ledger"][0] == receipt


@pytest.mark.promise("D4", whole=True)
async def test_an_objection_takes_a_person_out_of_the_directory_at_once(world: World) -> None:
    """D4 as a whole: the next request finds the person no more in the directory and the presence of colleagues. The same
    for keys of phones (`test_who_has_objected_to_the_directory_is_not_watched_by_others`), their phone books
    (`test_the_phone_book_has_an_address_of_its_own`), dialling by name
    (`test_a_person_who_has_objected_is_not_found_by_name`), figures about the own work
    (`test_an_objection_ends_figures_about_an_agent_at_once`) and suggestions to others
    (`test_suggestions_need_consent_and_stop_with_it_at_once`). Direct marketing ends with the consent:
    `test_users_agree_and_withdraw`, also if it cannot be stored: `test_a_withdrawal_holds_even_if_it_cannot_be_stored`.
    Other nodes: `test_decisions_reach_other_nodes_without_a_restart`, `test_the_watchers_of_a_person_who_objects_are_notified`."""
    ada, ben = await world.user(world.acme, "1001"), await world.user(world.acme, "1002")

    async def numbers(client: httpx.AsyncClient, path: str) -> list[str]:
        return [each["number"] for each in (await client.get(path)).json()["items"]]

    await object_to(ada, "directory")
    for path in ("/api/v1/directory", "/api/v1/presence"):
        assert await numbers(ben, path) == ["1002"]
        assert await numbers(ada, path) == ["1001", "1002"]
    await object_to(ada, "directory", objects=False)
    for path in ("/api/v1/directory", "/api/v1/presence"):
        assert await numbers(ben, path) == ["1001", "1002"]


@pytest.mark.promise("D4")
async def test_an_objection_ends_figures_about_an_agent_at_once(world: World) -> None:
    ada, ben = await world.user(world.acme, "1001"), await world.user(world.acme, "1002")
    admin = await world.admin(world.acme)
    new = {"number": "6500", "name": "Sales", "agents": ["1001", "1002"]}
    queue = (await admin.post("/api/v1/queues", json=new)).json()["id"]
    for number in ("1001", "1002"):
        extension = world.identity.directory.extension(world.acme.id, number)
        assert extension is not None
        event = AgentEvent(f"event-{number}", world.acme.id, queue, extension.id, world.clock.now(), "missed")
        world.services.queues.history.record_event(event)
    await world.spool.drain()

    async def seen(client: httpx.AsyncClient) -> tuple[list[str], list[str]]:
        live = (await client.get(f"/api/v1/queues/{queue}/live")).json()["agents"]
        report = (await client.get(f"/api/v1/queues/{queue}/statistics")).json()["agents"]
        return [each["extension"] for each in live if each["missed"]], [each["extension"] for each in report]

    async def events() -> list[str]:
        return [each["agent"] for each in (await admin.get(f"/api/v1/queues/{queue}/events")).json()["items"]]

    both = ["1001", "1002"]
    assert (await seen(admin), sorted(await events())) == ((both, both), both)
    await object_to(ada, "statistics")
    assert (await seen(admin), await events()) == ((["1002"], ["1002"]), ["1002"])
    assert (await seen(ben), await seen(ada)) == ((["1002"], ["1002"]), (both, both))


@pytest.mark.promise("U5", whole=True)
async def test_usage_is_counted_from_at_least_ten_people_who_agree_and_stops_with_the_consent(world: World) -> None:
    """U5 as a whole: usage analytics of people who agree, ended by a withdrawal or an objection, in past months too.
    Figures: `test_a_figure_has_ten_people_behind_it_and_ten_behind_the_rest`,
    `test_the_number_of_people_is_rounded_and_not_given_below_ten`. Suggestions with the best time to call:
    `test_suggestions_need_consent_and_stop_with_it_at_once`; favourites:
    `test_the_team_has_favourites_and_is_searched_on_the_keypad`."""
    admin, ada = await world.admin(world.acme), await world.user(world.acme, "1001")
    others = [await world.extension(world.acme, str(number)) for number in range(2101, 2122)]
    own = world.identity.directory.extension(world.acme.id, "1001")
    assert own is not None
    device = (await world.identity.devices.create(world.acme.id, NewDevice(own.id, "Browser", "client"))).device
    last_month = world.clock.now() - timedelta(days=10)
    for each in (own, *others[:10], others[20]):
        world.services.history.record(outside_call(world, each, last_month, device.id if each is own else None))
    await world.spool.drain()

    async def decide(subject: str, *, given: bool) -> None:
        await world.services.consents.decide(world.acme.id, subject, "analytics", given=given, locale="en")

    async def report(client: httpx.AsyncClient = admin) -> tuple[int | None, dict[str, tuple[str, int | None]]]:
        found = (await client.get("/api/v1/insight/usage")).json()
        cells = found["months"][-1]["cells"] if found["months"] else []
        return found["people"], {each["feature"]: (each["band"], each["percent"]) for each in cells}

    async def own_usage() -> tuple[bool, list[str]]:
        found = (await ada.get("/api/v1/me/usage")).json()
        return found["stopped"], found["months"][-1]["features"] if found["months"] else []

    assert (await report(), await own_usage()) == ((None, {}), (True, [])), "consent is off until it is given"
    for each in (own, *others[:20]):
        await decide(each.subject, given=True)
    people, cells = await report()
    assert (people, cells["outside"], cells["app"], cells["chat"]) == (20, ("some", 50), ("few", None), ("few", None))
    assert await own_usage() == (False, ["app", "outside"])
    assert (await ada.get("/api/v1/insight/usage")).status_code == 403
    assert await report(await world.admin(world.globex)) == (None, {}), "people of another organisation"
    await object_to(ada, "statistics")
    assert (await own_usage(), (await report())[1]["outside"]) == ((True, []), ("some", 50))
    await decide(others[0].subject, given=False)
    assert (await report())[1]["outside"] == ("few", None), "the call of others[20], who has not agreed, is not counted"


def outside_call(world: World, caller: Extension, started: datetime, device_id: str | None) -> CallEnded:
    me = CallParty("caller", subject=caller.subject, extension_id=caller.id, device_id=device_id, number=caller.number)
    return CallEnded(
        id=world.clock.new_id(),
        tenant=caller.tenant_id,
        direction="outbound",
        started=started,
        answered=started,
        ended=started + timedelta(seconds=9),
        outcome="answered",
        cause=16,
        parties=(me, CallParty("callee", number="+49301234567")),
    )


@pytest.mark.promise("U5", "D4")
async def test_suggestions_need_consent_and_stop_with_it_at_once(world: World) -> None:
    ada, ben = await world.user(world.acme, "1001"), await world.user(world.acme, "1002")
    for _ in range(5):
        await world.record_call(world.acme, "1001", "1002")

    async def suggested(client: httpx.AsyncClient) -> tuple[bool, list[tuple[str, int, bool]]]:
        found = (await client.get("/api/v1/me/suggestions")).json()
        items = [(each["number"], each["calls"], each["best_time"] is not None) for each in found["items"]]
        return found["stopped"], items

    async def agree(*, given: bool) -> None:
        body = {"purpose": "analytics", "given": given, "language": "en"}
        assert (await ada.put("/api/v1/me/consents", json=body)).status_code == 200

    assert await suggested(ada) == (True, [])
    await agree(given=True)
    assert await suggested(ada) == (False, [("1002", 5, True)])
    assert await suggested(ben) == (True, [])
    await object_to(ben, "statistics")
    assert await suggested(ada) == (False, [("1002", 5, False)])
    await object_to(ben, "directory")
    assert await suggested(ada) == (False, [])
    await object_to(ben, "directory", objects=False)
    await agree(given=False)
    assert await suggested(ada) == (True, [])
