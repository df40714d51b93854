"""Suspension with a reason, what the suspended person sees, and the review by another person."""

from datetime import timedelta
from typing import Any

import httpx
import pytest
from http_world import PASSWORD, World

from unificx.identity import OPERATOR_SLUG, NewTenant, Role, Tenant


async def refused(world: World, email: str) -> str:
    """Sign in to a suspended account; return the reference of the refusal."""
    answer = await world.client().post("/api/v1/sessions", json={"email": email, "password": PASSWORD})
    assert (answer.status_code, answer.json()["code"]) == (403, "account_suspended")
    return str(answer.json()["reference"])


async def look(world: World, reference: str) -> dict[str, Any]:
    return (await world.client().post("/api/v1/suspensions/look", json={"reference": reference})).json()


async def ask(world: World, reference: str, text: str = "It was a mistake.") -> httpx.Response:
    body = {"reference": reference, "text": text}
    return await world.client().post("/api/v1/suspensions/review", json=body)


async def operators(world: World) -> Tenant:
    found = world.identity.directory.tenant_by_slug(OPERATOR_SLUG)
    return found or await world.identity.tenants.create(NewTenant(OPERATOR_SLUG, "Operator", "operator.example"))


@pytest.mark.promise("U6")
@pytest.mark.promise("U9", whole=True)
async def test_a_suspended_person_sees_why_and_another_person_decides_about_the_review(world: World) -> None:
    """U9 as a whole: a suspension has a reason, which the person sees, and a review by another administrator; that of an
    organisation is reviewed by the operator (`test_administrators_of_a_suspended_tenant_ask_the_operator_for_a_review`).
    Nothing but calls works before the terms are accepted (`test_without_accepted_terms_only_calls_are_allowed`).
    Calls outside end at limits of number, cost and country, and the people named are alerted
    (`test_stops_are_shown_explained_and_released`, `test_a_stop_is_reported_with_its_reason_and_its_release_shown`). Guessing is slowed down
    at its source (`test_guessing_is_throttled_with_retry_after`,
    `test_password_guessing_blocks_only_the_attackers_address`), of SIP passwords too
    (`test_an_unauthenticated_caller_is_challenged_for_any_number`); a stolen session ends
    (`test_token_theft_ends_the_session_and_clears_cookies`) and a sign-in by an unknown device is reported
    (`test_first_sign_in_of_a_device_is_notified`)."""
    admin, user = await world.admin(world.acme), await world.user(world.acme, "1001")
    await world.person(world.acme, "second@acme.example", Role.TENANT_ADMIN)
    second = await world.signed_in("second@acme.example")
    person_id = (await user.get("/api/v1/me")).json()["person"]["id"]
    path = f"/api/v1/persons/{person_id}/suspension"
    assert (await user.put(path, json={"reason": "terms"})).status_code == 403
    made = await admin.put(path, json={"reason": "security", "text": "Calls at night", "until": "2026-03-01T00:00:00Z"})
    assert (made.status_code, made.json()["review"]) == (200, "none")
    assert (await admin.put(path, json={"reason": "terms"})).status_code == 409
    assert (await user.get("/api/v1/me")).status_code == 401
    wrong = {"email": "user1001@acme.example", "password": "not the password"}
    assert (await world.client().post("/api/v1/sessions", json=wrong)).json()["code"] == "unauthenticated"

    reference = await refused(world, "user1001@acme.example")
    notice = await look(world, reference)
    assert (notice["reason"], notice["text"], notice["until"]) == ("security", "Calls at night", "2026-03-01T00:00:00Z")
    assert (notice["whole_tenant"], notice["review"], notice["may_ask"]) == (False, "none", True)
    assert (await ask(world, reference, "  ")).status_code == 422
    assert (await ask(world, reference)).status_code == 201
    assert (await ask(world, reference)).status_code == 409
    assert (await look(world, reference))["review"] == "open"

    [request] = (await admin.get("/api/v1/privacy-requests")).json()["items"]
    assert (request["kind"], request["text"], request["state"]) == ("review", "It was a mistake.", "proved")
    steps = f"/api/v1/privacy-requests/{request['id']}/steps"
    own = await admin.post(steps, json={"step": "answer", "note": "Never mind"})
    assert (own.status_code, own.json()["code"]) == (403, "own_suspension")
    assert (await look(world, reference))["review"] == "open"
    console = await world.client(operator=True).post(steps, json={"step": "answer"}, params={"tenant": "acme"})
    assert console.status_code == 403, "the console is not a person"
    assert (await second.post(steps, json={"step": "answer", "note": "Agreed"})).status_code == 200
    assert (await admin.get(path)).status_code == 409
    assert (await world.signed_in("user1001@acme.example")).headers["Authorization"]
    entries = (await second.get("/api/v1/audit/entries")).json()["items"]
    assert {"suspend_person", "take_request_step"} <= {each["action"] for each in entries}


@pytest.mark.promise("U9")
async def test_administrators_of_a_suspended_tenant_ask_the_operator_for_a_review(world: World) -> None:
    operator_tenant = await operators(world)
    for name in ("one", "two"):
        await world.person(operator_tenant, f"{name}@operator.example", Role.OPERATOR)
    one, two = await world.signed_in("one@operator.example"), await world.signed_in("two@operator.example")
    admin = await world.admin(world.acme)
    await world.user(world.acme, "1001")
    path = "/api/v1/tenants/acme/suspension"
    assert (await admin.put(path, json={"reason": "payment"})).status_code == 403
    assert (await one.put(path, json={"reason": "payment", "text": "Invoice 17"})).status_code == 200
    assert (await admin.get("/api/v1/me")).status_code == 401

    of_user = await refused(world, "user1001@acme.example")
    notice = await look(world, of_user)
    assert (notice["whole_tenant"], notice["reason"], notice["text"], notice["may_ask"]) == (True, None, "", False)
    assert (await ask(world, of_user)).status_code == 403
    of_admin = await refused(world, "admin@acme.example")
    assert (await look(world, of_admin))["text"] == "Invoice 17"
    assert (await ask(world, of_admin, "It is paid.")).status_code == 201

    [request] = (await two.get("/api/v1/privacy-requests", params={"tenant": OPERATOR_SLUG})).json()["items"]
    assert "Acme" in request["name"]
    steps = f"/api/v1/privacy-requests/{request['id']}/steps?tenant={OPERATOR_SLUG}"
    assert (await one.post(steps, json={"step": "refuse", "note": "No"})).status_code == 403
    assert (await two.post(steps, json={"step": "refuse", "note": "No payment came in."})).status_code == 200
    notice = await look(world, of_admin)
    assert (notice["review"], notice["may_ask"]) == ("refused", False)
    assert (await one.delete(path)).status_code == 204
    assert await world.signed_in("admin@acme.example")


async def test_a_suspension_ends_by_itself(world: World) -> None:
    admin, user = await world.admin(world.acme), await world.user(world.acme, "1001")
    person_id = (await user.get("/api/v1/me")).json()["person"]["id"]
    path, until = f"/api/v1/persons/{person_id}/suspension", world.clock.now() + timedelta(minutes=30)
    past = {"reason": "absence", "until": world.clock.now().isoformat()}
    assert (await admin.put(path, json=past)).json()["field"] == "until"
    assert (await admin.put(path, json={"reason": "absence", "until": until.isoformat()})).status_code == 200
    world.clock.advance(1_799)
    await world.identity.suspensions.end_expired()
    assert (await admin.get(path)).status_code == 200
    world.clock.advance(2)
    await world.identity.suspensions.end_expired()
    assert (await admin.get(path)).status_code == 409
    assert await world.signed_in("user1001@acme.example")


async def test_a_reference_cannot_be_made_up_and_expires(world: World) -> None:
    await world.user(world.acme, "1001")
    person = (await world.identity.users.page(world.acme.id)).items[0]
    admin = await world.admin(world.acme)
    body = {"reason": "other"}
    assert (await admin.put(f"/api/v1/persons/{person.id}/suspension", json=body)).status_code == 200
    own = (await admin.get("/api/v1/me")).json()["person"]["id"]
    assert (await admin.put(f"/api/v1/persons/{own}/suspension", json=body)).status_code == 409
    other = await world.admin(world.globex)
    assert (await other.put(f"/api/v1/persons/{person.id}/suspension", json=body)).status_code == 404
    reference = await refused(world, "user1001@acme.example")
    forged = reference[:-4] + ("AAAA" if reference[-4:] != "AAAA" else "BBBB")
    assert (await look(world, forged))["code"] == "ticket_over"
    world.clock.advance(3_601)
    assert (await look(world, reference))["code"] == "ticket_over"
