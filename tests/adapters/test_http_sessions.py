"""Sign-in and sign-out with token and cookie."""

import pytest
from http_world import ORIGIN, PASSWORD, World

from unificx.identity import TERMS_VERSION, Role, policy_version

COOKIE, REFRESH, START = "__Host-unificx", "__Secure-unificx-refresh", "__Host-unificx-start"
HOME = {"Sec-Fetch-Site": "same-origin"}


async def browser(world: World, email: str):
    """Return a browser signed in by cookie."""
    client = world.client()
    answer = await client.post(
        "/api/v1/sessions", json={"email": email, "password": PASSWORD, "keep": "cookie"}, headers=HOME
    )
    assert answer.status_code == 201, answer.text
    return client, answer


async def test_program_signs_in_and_out_with_a_token(world: World) -> None:
    await world.person(world.acme, "ada@acme.example")
    ada = await world.signed_in("ada@acme.example")

    me = (await ada.get("/api/v1/me")).json()
    assert (me["person"]["email"], me["role"]) == ("ada@acme.example", "user")
    assert (await ada.delete("/api/v1/sessions/current")).status_code == 204
    assert (await ada.get("/api/v1/me")).status_code == 401


@pytest.mark.promise("T3")
async def test_browser_cookie_is_http_only(world: World) -> None:
    await world.person(world.acme, "ada@acme.example")
    client, answer = await browser(world, "ada@acme.example")

    assert (answer.json()["token"], answer.json()["refresh"]) == (None, None)
    paths = {COOKIE: "/", REFRESH: "/api/v1/sessions/refresh", START: "/"}
    cookies = answer.headers.get_list("set-cookie")
    assert sorted(cookie.partition("=")[0] for cookie in cookies) == sorted(paths)
    for cookie in cookies:
        words = {word.strip() for word in cookie.split(";")[1:]}
        path = paths[cookie.partition("=")[0]]
        assert {"HttpOnly", "Secure", "SameSite=strict", f"Path={path}"} <= words
        assert not any(word.lower().startswith("domain") for word in words)
    assert (await client.get("/api/v1/me")).status_code == 200
    out = await client.delete("/api/v1/sessions/current", headers=HOME)
    assert out.status_code == 204
    assert not client.cookies
    assert (await client.get("/api/v1/me")).status_code == 401


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({}, 403),
        ({"Sec-Fetch-Site": "cross-site"}, 403),
        ({"Sec-Fetch-Site": "same-site"}, 403),
        ({"Sec-Fetch-Site": "none"}, 403),
        ({"Sec-Fetch-Site": "cross-site", "Origin": ORIGIN}, 403),
        ({"Origin": "https://evil.example"}, 403),
        ({"Origin": "null"}, 403),
        ({"Origin": "http://["}, 403),
        ({"Origin": ORIGIN}, 200),
        ({"Sec-Fetch-Site": "same-origin"}, 200),
    ],
)
async def test_cookie_requests_require_the_same_origin(
    world: World,
    headers: dict[str, str],
    status: int,
) -> None:
    person = await world.person(world.acme, "ada@acme.example")
    client, _ = await browser(world, "ada@acme.example")
    yes = {"of_age": True, "terms_version": TERMS_VERSION, "policy_version": policy_version()}
    assert (await client.post("/api/v1/me/acceptances", json=yes, headers=HOME)).status_code == 204

    answer = await client.patch(f"/api/v1/persons/{person.id}", json={"name": "Changed"}, headers=headers)
    assert answer.status_code == status, answer.text
    assert (await client.get("/api/v1/me", headers=headers)).status_code == 200


async def test_cross_site_sign_in_is_rejected(world: World) -> None:
    await world.person(world.acme, "ada@acme.example")
    body = {"email": "ada@acme.example", "password": PASSWORD, "keep": "cookie"}
    answer = await world.client().post("/api/v1/sessions", json=body, headers={"Sec-Fetch-Site": "cross-site"})
    assert answer.status_code == 403
    assert "set-cookie" not in answer.headers


async def test_token_takes_precedence_over_cookie(world: World) -> None:
    await world.person(world.acme, "ada@acme.example")
    client, _ = await browser(world, "ada@acme.example")
    assert (await client.get("/api/v1/me", headers={"Authorization": "Bearer wrong"})).status_code == 401


@pytest.mark.parametrize("value", ["Basic YTpi", "Bearer", "Bearer ", "Bearer \xe4", "wrong"])
async def test_malformed_token_is_rejected(world: World, value: str) -> None:
    answer = await world.client().get("/api/v1/me", headers=[(b"Authorization", value.encode("latin-1"))])
    assert (answer.status_code, answer.json()["type"]) == (401, "urn:unificx:problem:unauthenticated")


@pytest.mark.parametrize("tenant", [None, "acme", "globex", "nobody"])
async def test_wrong_user_password_and_tenant_are_indistinguishable(world: World, tenant: str | None) -> None:
    await world.person(world.acme, "ada@acme.example")
    answers = set()
    for email, password in (("ada@acme.example", "wrong password"), ("nobody@acme.example", PASSWORD)):
        answer = await world.client().post(
            "/api/v1/sessions", json={"email": email, "password": password, "tenant": tenant}
        )
        assert answer.status_code == 401
        answers.add(answer.content)
    assert len(answers) == 1


async def test_one_address_may_have_accounts_in_two_tenants(world: World) -> None:
    await world.person(world.acme, "ada@acme.example")
    await world.person(world.globex, "ada@acme.example", Role.TENANT_ADMIN)
    body = {"email": "ada@acme.example", "password": PASSWORD}
    for slug, role in (("acme", "user"), ("globex", "tenant_admin")):
        answer = await world.client().post("/api/v1/sessions", json={**body, "tenant": slug})
        assert answer.json()["role"] == role


@pytest.mark.promise("U9", "T3")
async def test_guessing_is_throttled_with_retry_after(world: World) -> None:
    await world.person(world.acme, "ada@acme.example")
    attacker, ada = world.client(address="198.51.100.66"), world.client(address="203.0.113.7")
    body = {"email": "ada@acme.example", "password": "wrong password"}
    for _ in range(30):
        answer = await attacker.post("/api/v1/sessions", json=body)
    assert answer.status_code == 429
    assert int(answer.headers["retry-after"]) >= 1
    assert "hint" in answer.json()
    owner = await ada.post("/api/v1/sessions", json={**body, "password": PASSWORD})
    assert owner.status_code == 201, "somebody else's guessing must not lock the owner out"


@pytest.mark.promise("T3")
@pytest.mark.promise("C6", whole=True)
async def test_users_list_and_end_their_other_sessions(world: World) -> None:
    """C6 as a whole: users see the devices that are signed in, and end a session at once. The details of a device:
    `test_session_list_identifies_devices`; its telephone ends too: `test_the_device_ends_with_its_session`; its data is
    wiped: `test_a_device_signed_out_remotely_keeps_no_data_and_no_access`. For troubleshooting the user sends a report:
    `test_a_report_is_shown_in_full_and_sent_unchanged_on_request`."""
    await world.person(world.acme, "ada@acme.example")
    laptop, phone = await world.signed_in("ada@acme.example"), await world.signed_in("ada@acme.example")

    sessions = (await laptop.get("/api/v1/sessions")).json()["items"]
    assert sorted(one["current"] for one in sessions) == [False, True]
    assert {one["address"] for one in sessions} == {"203.0.113.7"}
    other = next(one["id"] for one in sessions if not one["current"])
    assert (await laptop.delete(f"/api/v1/sessions/{other}")).status_code == 204
    assert (await phone.get("/api/v1/me")).status_code == 401
    assert (await laptop.get("/api/v1/me")).status_code == 200


async def test_password_change_requires_the_current_password(world: World) -> None:
    await world.person(world.acme, "ada@acme.example")
    ada, elsewhere = await world.signed_in("ada@acme.example"), await world.signed_in("ada@acme.example")

    wrong = await ada.put("/api/v1/me/password", json={"current": "not the one", "password": "another long one"})
    assert wrong.status_code == 403
    right = await ada.put("/api/v1/me/password", json={"current": PASSWORD, "password": "another long one"})
    assert right.status_code == 204
    assert (await ada.get("/api/v1/me")).status_code == 200
    assert (await elsewhere.get("/api/v1/me")).status_code == 401


async def test_suspended_user_is_signed_out_at_once(world: World) -> None:
    person = await world.person(world.acme, "ada@acme.example")
    ada = await world.signed_in("ada@acme.example")
    operator = world.client(operator=True)
    await operator.patch(f"/api/v1/persons/{person.id}?tenant=acme", json={"state": "suspended"})
    assert (await ada.get("/api/v1/me")).status_code == 401


async def test_control_socket_operator_has_no_user(world: World) -> None:
    operator = world.client(operator=True)
    me = (await operator.get("/api/v1/me")).json()
    assert (me["role"], me["person"], me["extensions"]) == ("operator", None, [])
    assert (await operator.get("/api/v1/sessions")).json()["items"] == []
    assert (await operator.delete("/api/v1/sessions/some")).status_code == 404
    assert (await operator.delete("/api/v1/sessions/current")).status_code == 204
    body = {"current": PASSWORD, "password": PASSWORD}
    assert (await operator.put("/api/v1/me/password", json=body)).status_code == 422
