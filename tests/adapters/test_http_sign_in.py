"""Sign-in over HTTP: refresh, QR codes, invitations, recovery, terms."""

import re
from typing import Any
from xml.etree import ElementTree

import httpx
import pytest
from http_world import LISTENING, ORIGIN, PASSWORD, World

from unificx.identity import TERMS_VERSION, NewPerson, Person, Role, policy_version

ACCESS, REFRESH = "__Host-unificx", "__Secure-unificx-refresh"
HOME = {"Sec-Fetch-Site": "same-origin"}
API = "/api/v1"
SECRET, OTHER = "A" * 43, "B" * 43
PHONE = {"device": {"name": "Ada's phone", "kind": "mobile"}, "keep": "cookie"}
YES = {"of_age": True, "terms_version": TERMS_VERSION, "policy_version": policy_version()}
EMAIL = "ada@acme.example"
NEW = "a much better password"


async def browser(world: World, email: str = EMAIL, *, accepts: bool = True) -> httpx.AsyncClient:
    """Return a browser signed in by cookie, with same-origin requests, whose user has accepted the terms."""
    client = world.client(**HOME)
    answer = await client.post(f"{API}/sessions", json={"email": email, "password": PASSWORD, **PHONE})
    assert answer.status_code == 201, answer.text
    if accepts:
        assert (await client.post(f"{API}/me/acceptances", json=YES)).status_code == 204
    return client


def problem(answer: httpx.Response, status: int) -> str:
    """Assert a problem response and return its code."""
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    found = answer.json()
    assert found["type"] == f"urn:unificx:problem:{found['code']}"
    return found["code"]


async def scan(client: httpx.AsyncClient, code: str, secret: str = SECRET, **more: Any) -> httpx.Response:
    return await client.post(f"{API}/sessions/by-code", json={"code": code, "device_secret": secret, **PHONE, **more})


# refresh


@pytest.mark.promise("T3")
async def test_browser_refreshes_by_a_path_scoped_cookie(world: World) -> None:
    await world.person(world.acme, EMAIL)
    client = await browser(world)
    world.clock.advance(15 * 60)
    assert (await client.get(f"{API}/me")).status_code == 401
    answer = await client.post(f"{API}/sessions/refresh", json={})
    assert answer.status_code == 200, answer.text
    assert (answer.json()["token"], answer.json()["refresh"]) == (None, None)
    stored = {cookie.partition("=")[0]: cookie for cookie in answer.headers.get_list("set-cookie")}
    assert "Max-Age=900;" in stored[ACCESS]
    assert "Max-Age=2592000;" in stored[REFRESH]
    for cookie in stored.values():
        assert {"HttpOnly", "Secure", "SameSite=strict"} <= {word.strip() for word in cookie.split(";")}
    me = await client.get(f"{API}/me")
    assert me.status_code == 200
    assert REFRESH not in me.request.headers["cookie"]


@pytest.mark.promise("T3")
@pytest.mark.parametrize("site", ["cross-site", "same-site", "none"])
async def test_cross_site_refresh_and_sign_in_are_rejected(world: World, site: str) -> None:
    await world.person(world.acme, EMAIL)
    client = await browser(world)
    code = (await client.post(f"{API}/sign-in-codes", json={})).json()["code"]
    client.headers["Sec-Fetch-Site"] = site
    assert problem(await client.post(f"{API}/sessions/refresh", json={}), 403) == "forbidden"
    assert problem(await client.post(f"{API}/sign-in-codes", json={}), 403) == "forbidden"
    assert problem(await client.delete(f"{API}/sessions"), 403) == "forbidden"
    assert problem(await scan(client, code), 403) == "forbidden"
    client.headers.update(HOME)
    assert (await client.post(f"{API}/sessions/refresh", json={})).status_code == 200


@pytest.mark.promise("U9", "T3")
async def test_token_theft_ends_the_session_and_clears_cookies(world: World) -> None:
    await world.person(world.acme, EMAIL)
    client = await browser(world)
    stolen = client.cookies[REFRESH]
    assert (await client.post(f"{API}/sessions/refresh", json={})).status_code == 200
    assert (await client.get(f"{API}/me")).status_code == 200
    world.clock.advance(30)
    attacker = await world.client().post(f"{API}/sessions/refresh", json={"refresh": stolen})
    assert problem(attacker, 401) == "session_over"
    over = await client.post(f"{API}/sessions/refresh", json={})
    assert problem(over, 401) == "session_over"
    assert not client.cookies
    await world.identity.join_background_tasks()
    assert world.emails.of_kind("session_theft") == [(EMAIL, "")]


async def test_program_refreshes_with_its_token(world: World) -> None:
    await world.person(world.acme, EMAIL)
    client = world.client()
    signed = (await client.post(f"{API}/sessions", json={"email": EMAIL, "password": PASSWORD})).json()
    again = await client.post(f"{API}/sessions/refresh", json={"refresh": signed["refresh"]})
    assert again.status_code == 200
    assert "set-cookie" not in again.headers
    assert (await client.get(f"{API}/me", headers=bearer(again.json()["token"]))).status_code == 200
    assert (await client.get(f"{API}/me", headers=bearer(signed["token"]))).status_code == 401
    assert problem(await client.post(f"{API}/sessions/refresh", json={"refresh": "x"}), 401) == "session_over"
    assert problem(await client.post(f"{API}/sessions/refresh", json={}, headers=HOME), 401) == "session_over"


def bearer(token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}"}


# devices


@pytest.mark.promise("C6", "T3")
async def test_other_sessions_are_signed_out_at_once(world: World) -> None:
    await world.person(world.acme, EMAIL)
    here, there, elsewhere = [await browser(world) for _ in range(3)]
    listed = (await here.get(f"{API}/sessions")).json()["items"]
    assert [(one["name"], one["kind"]) for one in listed] == [("Ada's phone", "mobile")] * 3
    assert (await here.delete(f"{API}/sessions")).status_code == 204
    assert (await here.get(f"{API}/me")).status_code == 200
    for gone in (there, elsewhere):
        assert (await gone.get(f"{API}/me")).status_code == 401
        assert problem(await gone.post(f"{API}/sessions/refresh", json={}), 401) == "session_over"


# QR sign-in


@pytest.mark.promise("S2", "U3")
async def test_scanned_code_signs_in_a_phone(world: World) -> None:
    person = await world.person(world.acme, EMAIL)
    laptop, phone = await browser(world), world.client(**HOME)
    made = (await laptop.post(f"{API}/sign-in-codes", json={})).json()
    assert made["url"] == f"{ORIGIN}/app/#sign-in={made['code']}"
    assert ElementTree.fromstring(made["svg"]).tag.endswith("svg")
    assert "style" not in made["svg"]
    assert made["code"] not in made["svg"]
    answer = await scan(phone, made["code"])
    assert answer.status_code == 201, answer.text
    assert answer.json()["person_id"] == person.id
    assert not answer.json()["acceptance_needed"]  # accepted before in another session
    assert (await phone.get(f"{API}/me")).json()["person"]["email"] == EMAIL
    state = (await laptop.get(f"{API}/sign-in-codes/{made['id']}")).json()
    assert (state["state"], state["device_name"], state["tried_again"]) == ("used", "Ada's phone", False)
    assert state["session_id"] == answer.json()["session_id"]


@pytest.mark.promise("U2", "U9", "T3")
async def test_second_device_is_refused_and_the_owner_notified_by_email(world: World) -> None:
    await world.person(world.acme, EMAIL)
    laptop, phone, camera = await browser(world), world.client(**HOME), world.client(**HOME)
    code = (await laptop.post(f"{API}/sign-in-codes", json={})).json()
    assert (await scan(phone, code["code"])).status_code == 201
    refused = await scan(camera, code["code"], OTHER)
    assert problem(refused, 410) == "sign_in_code_used"
    assert "set-cookie" not in refused.headers
    assert (await laptop.get(f"{API}/sign-in-codes/{code['id']}")).json()["tried_again"]
    await world.identity.join_background_tasks()
    assert world.emails.of_kind("code_tried_again") == [(EMAIL, "")]
    assert (await phone.get(f"{API}/me")).status_code == 200


async def test_scanning_phone_may_retry(world: World) -> None:
    await world.person(world.acme, EMAIL)
    laptop, phone = await browser(world), world.client(**HOME)
    code = (await laptop.post(f"{API}/sign-in-codes", json={})).json()["code"]
    first, second = await scan(phone, code), await scan(phone, code)
    assert (first.status_code, second.status_code) == (201, 201)
    assert (await phone.get(f"{API}/me")).status_code == 200
    assert len((await laptop.get(f"{API}/sessions")).json()["items"]) == 2


async def test_expired_and_unknown_codes_are_gone(world: World) -> None:
    await world.person(world.acme, EMAIL)
    laptop, phone = await browser(world), world.client(**HOME)
    code = (await laptop.post(f"{API}/sign-in-codes", json={})).json()
    world.clock.advance(120)
    assert problem(await scan(phone, code["code"]), 410) == "sign_in_code_expired"
    assert problem(await scan(phone, "nothing"), 410) == "sign_in_code_expired"
    assert (await laptop.get(f"{API}/sign-in-codes/{code['id']}")).json()["state"] == "expired"


@pytest.mark.parametrize("secret", ["", "short", "A" * 42, "A" * 44, "A" * 42 + "=", "A" * 42 + "é"])
async def test_device_secret_is_validated(world: World, secret: str) -> None:
    refused = await scan(world.client(**HOME), "nothing", secret)
    assert problem(refused, 422) == "invalid"
    assert refused.json()["field"] == "device_secret"


@pytest.mark.promise("U9", "T3")
async def test_guessing_codes_is_throttled(world: World) -> None:
    attacker = world.client(address="198.51.100.66", **HOME)
    answers = [await scan(attacker, f"guess {number}") for number in range(25)]
    assert problem(answers[0], 410) == "sign_in_code_expired"
    assert problem(answers[-1], 429) == "too-many"
    assert int(answers[-1].headers["retry-after"]) >= 1


@pytest.mark.promise("U9", "T3")
async def test_links_and_sign_ins_of_an_address_are_throttled_apart(world: World) -> None:
    """Colleagues behind one router: the old invitations and forgotten passwords of some do not lock out the others."""
    await world.person(world.acme, EMAIL)
    phone = world.client(address="198.51.100.66", **HOME)
    for number in range(25):
        await phone.post(f"{API}/recoveries", json={"email": f"{number}@acme.example"})
        looked = await phone.post(f"{API}/invitations/look", json={"code": f"guess {number}"})
    assert problem(looked, 429) == "too-many"
    session = {"email": EMAIL, "password": PASSWORD, **PHONE}
    assert (await phone.post(f"{API}/sessions", json=session)).status_code == 201

    other = world.client(address="198.51.100.67", **HOME)
    for number in range(25):
        failed = await other.post(
            f"{API}/sessions", json={**session, "email": f"{number}@acme.example"} | {"password": NEW}
        )
    assert problem(failed, 429) == "too-many"
    assert problem(await other.post(f"{API}/invitations/look", json={"code": "guess"}), 410) == "invitation_over"


@pytest.mark.promise("T3")
async def test_permissions_to_create_codes(world: World) -> None:
    ada = await world.person(world.acme, EMAIL)
    outsider = await world.person(world.globex, "ben@globex.example")
    boss = await world.person(world.acme, "boss@acme.example", Role.TENANT_ADMIN)
    user, admin = await world.signed_in(EMAIL), await world.admin(world.acme)
    made = await admin.post(f"{API}/sign-in-codes", json={"person_id": ada.id})
    assert made.status_code == 201
    assert (await user.get(f"{API}/sign-in-codes/{made.json()['id']}")).status_code == 200
    foreign_user = await world.signed_in("boss@acme.example")
    assert problem(await foreign_user.get(f"{API}/sign-in-codes/{made.json()['id']}"), 404) == "not-found"
    assert problem(await user.post(f"{API}/sign-in-codes", json={"person_id": boss.id}), 403) == "forbidden"
    assert problem(await admin.post(f"{API}/sign-in-codes", json={"person_id": outsider.id}), 404) == "not-found"
    operators = await world.identity.users.page((await world.identity.tenants.get("operator")).id)
    wanted = {"person_id": operators.items[0].id}
    assert problem(await admin.post(f"{API}/sign-in-codes", json=wanted), 404) == "not-found"
    assert problem(await admin.post(f"{API}/sign-in-codes?tenant=globex", json={}), 404) == "not-found"


async def test_control_socket_operator_gets_a_reachable_url(world: World) -> None:
    ada = await world.person(world.acme, EMAIL)
    operator = world.client(operator=True)
    made = await operator.post(f"{API}/sign-in-codes?tenant=acme", json={"person_id": ada.id})
    assert made.json()["url"].startswith(f"{LISTENING}/app/#sign-in=")
    assert problem(await operator.post(f"{API}/sign-in-codes", json={}), 422) == "invalid"
    world.services.public_address.listen("")
    none = await operator.post(f"{API}/sign-in-codes?tenant=acme", json={"person_id": ada.id})
    assert problem(none, 409) == "conflict"
    world.services.public_address.configure("https://telephone.example.com", b"", "closed")
    laptop = await browser(world)
    url = (await laptop.post(f"{API}/sign-in-codes", json={})).json()["url"]
    assert url.startswith("https://telephone.example.com/app/#sign-in=")


# invitations


async def invited(world: World) -> tuple[Person, str]:
    """Return an invited user and the code from the e-mail."""
    person = await world.identity.users.create(world.acme.id, NewPerson("Ada Example", EMAIL))
    admin = await world.admin(world.acme)
    made = await admin.post(f"{API}/invitations", json={"person_id": person.id, "language": "de"})
    assert (made.status_code, made.json()["sent"], made.json()["url"]) == (201, True, None)
    (to, url) = world.emails.of_kind("invitation de")[-1]
    assert to == EMAIL
    assert url.startswith(f"{LISTENING}/app/#invitation=")
    return person, url.partition("=")[2]


@pytest.mark.promise("C2", "U3", "K1")
async def test_invitation_by_email_leads_to_a_session(world: World) -> None:
    person, code = await invited(world)
    phone = world.client(**HOME)
    look = (await phone.post(f"{API}/invitations/look", json={"code": code})).json()
    assert look == {"name": "Ada Example", "organisation": "Acme Ltd", "email": EMAIL}
    answer = await phone.post(f"{API}/invitations/accept", json={"code": code, "password": PASSWORD, **YES, **PHONE})
    assert answer.status_code == 201, answer.text
    assert (answer.json()["person_id"], answer.json()["acceptance_needed"]) == (person.id, False)
    assert (await phone.get(f"{API}/me")).status_code == 200
    assert problem(await phone.post(f"{API}/invitations/look", json={"code": code}), 410) == "invitation_over"


@pytest.mark.promise("K1", "K2")
async def test_underage_user_is_rejected(world: World) -> None:
    _, code = await invited(world)
    phone = world.client(**HOME)
    body = {"code": code, "password": PASSWORD, **YES, "of_age": False, **PHONE}
    refused = await phone.post(f"{API}/invitations/accept", json=body)
    assert problem(refused, 403) == "not_of_age"
    assert not phone.cookies


async def test_without_email_the_administrator_gets_the_link(world: World) -> None:
    world.emails.can_send = False
    person = await world.identity.users.create(world.acme.id, NewPerson("Ada Example", EMAIL))
    admin = await world.admin(world.acme)
    made = (await admin.post(f"{API}/invitations", json={"person_id": person.id})).json()
    assert not made["sent"]
    assert re.fullmatch(rf"{ORIGIN}/app/#invitation=[A-Za-z0-9_-]{{32}}", made["url"])
    user = await world.user(world.acme, "1001")
    assert problem(await user.post(f"{API}/invitations", json={"person_id": person.id}), 403) == "forbidden"


# recovery


@pytest.mark.promise("C2", "U3", "T3")
async def test_recovery_does_not_reveal_whether_an_account_exists(world: World) -> None:
    await world.person(world.acme, EMAIL)
    before = await browser(world)
    asked = {"json": {"email": EMAIL, "language": "de"}, "headers": {"Host": "evil.example"}}
    known = await world.client().post(f"{API}/recoveries", **asked)
    unknown = await world.client().post(f"{API}/recoveries", json={"email": "nobody@acme.example"})
    assert (known.status_code, known.content) == (unknown.status_code, unknown.content) == (202, b"")
    assert known.headers.raw == unknown.headers.raw
    await world.identity.join_background_tasks()
    ((to, url),) = world.emails.of_kind("recovery de")
    assert to == EMAIL
    assert url.startswith(f"{LISTENING}/app/#recover=")  # not the Host header of the request
    phone = world.client(**HOME)
    body = {"code": url.partition("=")[2], "password": NEW, **PHONE}
    assert (await phone.post(f"{API}/recoveries/finish", json=body)).status_code == 201
    assert (await phone.get(f"{API}/me")).json()["person"]["email"] == EMAIL
    assert (await before.get(f"{API}/me")).status_code == 401
    assert problem(await phone.post(f"{API}/recoveries/finish", json=body), 410) == "recovery_over"


# terms and policy


@pytest.mark.promise("K1", "V3")
async def test_terms_are_accepted_by_version(world: World) -> None:
    await world.person(world.acme, EMAIL)
    client = await browser(world, accepts=False)
    options = (await client.get(f"{API}/sign-in/options")).json()
    assert options == {
        "terms_version": TERMS_VERSION,
        "policy_version": policy_version(),
        "single_sign_on": [],
        "mail": True,
    }
    assert (await client.get(f"{API}/me")).json()["acceptance_needed"]
    old = await client.post(f"{API}/me/acceptances", json={**YES, "terms_version": "1999-01"})
    assert (problem(old, 422), old.json()["field"]) == ("invalid", "terms_version")
    assert (await client.post(f"{API}/me/acceptances", json=YES)).status_code == 204
    assert not (await client.get(f"{API}/me")).json()["acceptance_needed"]
    assert not (await client.post(f"{API}/sessions/refresh", json={})).json()["acceptance_needed"]
    assert problem(await client.post(f"{API}/me/acceptances", json={**YES, "of_age": False}), 403) == "not_of_age"
    assert (await client.get(f"{API}/me")).status_code == 401


@pytest.mark.promise("T3")
async def test_secrets_are_not_in_urls_or_stored_responses(world: World) -> None:
    """Codes are sent in bodies and in URL fragments, which browsers do not transmit."""
    described = (await world.client().get("/api/openapi.json")).json()
    secrets = {"code", "device_secret", "password", "refresh", "token", "ticket"}
    for verbs in described["paths"].values():
        for operation in verbs.values():
            assert not secrets & {one["name"] for one in operation.get("parameters", [])}


@pytest.mark.promise("S2", "U9")
async def test_without_accepted_terms_only_calls_are_allowed(world: World) -> None:
    await world.user(world.acme, "1001")
    browser = world.client()
    home = {"Sec-Fetch-Site": "same-origin"}
    body = {"email": "user1001@acme.example", "password": PASSWORD, "keep": "cookie"}
    assert (await browser.post("/api/v1/sessions", json=body, headers=home)).json()["acceptance_needed"] is True
    for path in ("/history", "/directory", "/voicemail"):
        refused = await browser.get(f"/api/v1{path}")
        assert (refused.status_code, refused.json()["code"]) == (403, "acceptance_needed"), path
        assert refused.headers["content-type"] == "application/problem+json"
    assert (await browser.get("/api/v1/me")).json()["acceptance_needed"] is True
    assert (await browser.post("/api/v1/me/sip-access", headers=home)).status_code == 200
    assert (await browser.get("/api/v1/me/reachable")).status_code == 200
    assert (await browser.post("/api/v1/me/acceptances", json=YES, headers=home)).status_code == 204
    assert (await browser.get("/api/v1/history", params={"extension": "1001"})).status_code == 200
    program = await world.signed_in("user1001@acme.example")
    assert (await program.get("/api/v1/directory")).status_code == 200
