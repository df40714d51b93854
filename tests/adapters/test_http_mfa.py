"""Second factors and passkeys over HTTP."""

from typing import Any

import httpx
import pytest
from authenticator import Authenticator
from http_world import ORIGIN, PASSWORD, World
from pyotp.totp import TOTP

from unificx.identity import Role

API, EMAIL = "/api/v1", "ada@acme.example"
HOME = {"Sec-Fetch-Site": "same-origin"}


def code(world: World, secret: str) -> str:
    return TOTP(secret).at(int(world.clock.now().timestamp()))


def problem(answer: httpx.Response, status: int, kind: str) -> dict[str, Any]:
    assert answer.status_code == status, answer.text
    assert answer.json()["type"] == f"urn:unificx:problem:{kind}"
    return answer.json()


@pytest.fixture
async def ada(world: World) -> httpx.AsyncClient:
    """Return a freshly signed-in program of Ada."""
    await world.person(world.acme, EMAIL)
    return await world.signed_in(EMAIL)


async def with_totp(world: World, client: httpx.AsyncClient) -> tuple[str, list[str]]:
    """Set up TOTP; return the secret and the recovery codes."""
    begun = (await client.post(f"{API}/me/factors/totp", json={"name": "Phone"})).json()
    confirm = f"{API}/me/factors/totp/{begun['id']}/confirm"
    added = await client.post(confirm, json={"code": code(world, begun["secret"])})
    assert added.status_code == 200, added.text
    world.clock.advance(30)
    return begun["secret"], added.json()["recovery_codes"]


async def first_factor(client: httpx.AsyncClient, **more: Any) -> dict[str, Any]:
    """Sign in by password; return the ticket for the second factor."""
    body = {"email": EMAIL, "password": PASSWORD, **more}
    answer = await client.post(f"{API}/sessions", json=body, headers=HOME)
    assert answer.status_code == 202, answer.text
    assert not {"token", "refresh"} & answer.json().keys()
    assert "set-cookie" not in answer.headers
    return answer.json()


async def test_totp_is_set_up_by_qr_code(world: World, ada: httpx.AsyncClient) -> None:
    answer = await ada.post(f"{API}/me/factors/totp", json={})
    begun = answer.json()
    assert answer.status_code == 201
    assert begun["uri"].startswith("otpauth://totp/UnifiCX%20Acme%20Ltd:ada%40acme.example?secret=")
    assert begun["svg"].startswith("<svg")
    assert (await ada.get(f"{API}/me/factors")).json()["items"] == []
    confirm = f"{API}/me/factors/totp/{begun['id']}/confirm"
    assert problem(await ada.post(confirm, json={"code": "000000"}), 422, "invalid")["field"] == "code"
    added = (await ada.post(confirm, json={"code": code(world, begun["secret"])})).json()
    assert len(added["recovery_codes"]) == 10
    assert (await ada.get(f"{API}/me/factors")).json()["items"] == [added["factor"]]
    assert (added["factor"]["kind"], added["factor"]["name"]) == ("totp", "Authenticator app")
    assert begun["secret"] not in (await ada.get(f"{API}/me/factors")).text


@pytest.mark.promise("T3")
async def test_program_and_browser_sign_in_with_a_second_factor(world: World, ada: httpx.AsyncClient) -> None:
    secret, recovery = await with_totp(world, ada)
    program = world.client()
    needed = await first_factor(program)
    assert needed["kinds"] == ["totp", "recovery_code"]
    body = {"ticket": needed["ticket"], "totp": code(world, secret)}
    answer = await program.post(f"{API}/sessions/second-factor", json=body)
    assert answer.status_code == 201, answer.text
    program.headers["Authorization"] = f"Bearer {answer.json()['token']}"
    assert (await program.get(f"{API}/me")).json()["person"]["email"] == EMAIL

    browser = world.client()
    needed = await first_factor(browser, keep="cookie")
    body = {"ticket": needed["ticket"], "recovery_code": recovery[0], "keep": "cookie"}
    problem(await browser.post(f"{API}/sessions/second-factor", json=body), 403, "forbidden")
    answer = await browser.post(f"{API}/sessions/second-factor", json=body, headers=HOME)
    assert (answer.status_code, answer.json()["token"]) == (201, None)
    assert (await browser.get(f"{API}/me")).status_code == 200


async def test_wrong_proofs_have_problem_codes(world: World, ada: httpx.AsyncClient) -> None:
    secret, _ = await with_totp(world, ada)
    outsider, url = world.client(address="198.51.100.9"), f"{API}/sessions/second-factor"
    ticket = (await first_factor(outsider))["ticket"]
    problem(await outsider.post(url, json={"ticket": "x", "totp": "000000"}), 410, "ticket_over")
    problem(await outsider.post(f"{url}/options", json={"ticket": "x"}), 410, "ticket_over")
    for body in ({}, {"totp": "000000", "recovery_code": "x"}, {"password": PASSWORD}):
        problem(await outsider.post(url, json={"ticket": ticket, **body}), 422, "invalid")
    for _ in range(5):
        problem(await outsider.post(url, json={"ticket": ticket, "totp": "000000"}), 401, "wrong_proof")
    slowed = await outsider.post(url, json={"ticket": ticket, "totp": code(world, secret)})
    problem(slowed, 429, "too-many")
    assert int(slowed.headers["retry-after"]) >= 1


async def test_stale_session_requires_step_up(world: World, ada: httpx.AsyncClient) -> None:
    secret, codes = await with_totp(world, ada)
    world.clock.advance(601)
    (held,) = (await ada.get(f"{API}/me/factors")).json()["items"]
    remove = f"{API}/me/factors/{held['id']}"
    problem(await ada.delete(remove), 403, "prove_yourself")
    problem(await ada.post(f"{API}/me/recovery-codes"), 403, "prove_yourself")
    problem(await ada.post(f"{API}/me/proofs", json={"password": PASSWORD}), 403, "not_proved")
    problem(await ada.post(f"{API}/me/proofs", json={"password": PASSWORD, "totp": "000000"}), 422, "invalid")
    assert (await ada.post(f"{API}/me/proofs", json={"totp": code(world, secret)})).status_code == 204
    renewed = (await ada.post(f"{API}/me/recovery-codes")).json()["recovery_codes"]
    assert len({*renewed, *codes}) == 20
    assert (await ada.delete(remove)).status_code == 204
    assert (
        await world.client().post(f"{API}/sessions", json={"email": EMAIL, "password": PASSWORD})
    ).status_code == 201


async def test_passkey_is_registered_and_signs_in(world: World, ada: httpx.AsyncClient) -> None:
    key = Authenticator(ORIGIN)
    options = (await ada.post(f"{API}/me/passkeys/options")).json()
    assert (options["rp"]["id"], options["user"]["name"], options["attestation"]) == ("pbx.example.com", EMAIL, "none")
    body = {"name": "Key", "credential": key.create(options)}
    answer = await ada.post(f"{API}/me/passkeys", json=body)
    assert answer.status_code == 201, answer.text
    assert (answer.json()["factor"]["kind"], len(answer.json()["recovery_codes"])) == ("passkey", 10)
    problem(await ada.post(f"{API}/me/passkeys", json=body), 409, "conflict")

    program = world.client()
    asked = (await program.post(f"{API}/sessions/passkey/options")).json()
    given = {"ticket": asked["ticket"], "credential": key.sign(asked["options"])}
    answer = await program.post(f"{API}/sessions/by-passkey", json=given)
    assert answer.status_code == 201, answer.text
    problem(await program.post(f"{API}/sessions/by-passkey", json=given), 401, "wrong_proof")

    ticket = (await first_factor(program))["ticket"]
    options = (await program.post(f"{API}/sessions/second-factor/options", json={"ticket": ticket})).json()
    body = {"ticket": ticket, "passkey": key.sign(options)}
    assert (await program.post(f"{API}/sessions/second-factor", json=body)).status_code == 201

    world.clock.advance(601)
    options = (await ada.post(f"{API}/me/proofs/options")).json()
    assert (await ada.post(f"{API}/me/proofs", json={"passkey": key.sign(options)})).status_code == 204


async def test_passkey_is_bound_to_the_browser_origin(world: World, ada: httpx.AsyncClient) -> None:
    body = {"name": "Key"}
    foreign = Authenticator("https://pbx.example.com.evil.example")
    options = (await ada.post(f"{API}/me/passkeys/options", headers={"Origin": foreign.origin})).json()
    assert options["rp"]["id"] == "pbx.example.com", "what a browser says counts where the host it asked agrees"
    body["credential"] = foreign.create(options)
    problem(await ada.post(f"{API}/me/passkeys", json=body, headers={"Origin": foreign.origin}), 422, "invalid")
    ada.base_url = "http://192.0.2.1:8080"
    problem(await ada.post(f"{API}/me/passkeys/options"), 409, "conflict")
    world.services.public_address.configure("https://phones.example.org/", b"", "closed")
    assert (await ada.post(f"{API}/me/passkeys/options")).json()["rp"]["id"] == "phones.example.org"


async def test_origin_header_is_used_behind_a_tls_proxy(world: World, ada: httpx.AsyncClient) -> None:
    key = Authenticator(ORIGIN)
    ada.base_url, ada.headers["Origin"] = "http://pbx.example.com", ORIGIN
    made = key.create((await ada.post(f"{API}/me/passkeys/options")).json())
    answer = await ada.post(f"{API}/me/passkeys", json={"name": "Key", "credential": made})
    assert answer.status_code == 201, answer.text


async def test_factor_change_and_recovery_code_use_are_notified(world: World, ada: httpx.AsyncClient) -> None:
    _, codes = await with_totp(world, ada)
    ticket = (await first_factor(world.client()))["ticket"]
    body = {"ticket": ticket, "recovery_code": codes[0]}
    assert (await world.client().post(f"{API}/sessions/second-factor", json=body)).status_code == 201
    (held,) = (await ada.get(f"{API}/me/factors")).json()["items"]
    assert (await ada.delete(f"{API}/me/factors/{held['id']}")).status_code == 204
    await world.identity.join_background_tasks()
    assert [one for one in world.emails.sent if one[0] != "new_device"] == [
        ("factor_changed", EMAIL, "Phone"),
        ("recovery_used", EMAIL, ""),
        ("factor_changed", EMAIL, "Phone"),
    ]


async def test_administrator_resets_factors(world: World, ada: httpx.AsyncClient) -> None:
    await with_totp(world, ada)
    person = (await ada.get(f"{API}/me")).json()["person"]["id"]
    user, foreign = await world.user(world.acme, "1001"), await world.admin(world.globex)
    url = f"{API}/persons/{person}/factors"
    problem(await user.delete(url), 403, "forbidden")
    problem(await foreign.delete(url), 404, "not-found")
    assert (await (await world.admin(world.acme)).delete(url)).status_code == 204
    assert (await ada.get(f"{API}/me")).status_code == 401
    assert await world.signed_in(EMAIL)


async def test_administrator_cannot_reset_an_operator(world: World) -> None:
    operator = world.client(operator=True)
    staff = (await operator.get(f"{API}/tenants/operator")).json()
    boss = await world.person(await world.identity.tenants.get(staff["id"]), "boss@operator.example", Role.OPERATOR)
    admin = await world.person(
        await world.identity.tenants.get(staff["id"]), "desk@operator.example", Role.TENANT_ADMIN
    )
    client = await world.signed_in("desk@operator.example")
    problem(await client.delete(f"{API}/persons/{boss.id}/factors"), 403, "forbidden")
    assert (await client.delete(f"{API}/persons/{admin.id}/factors")).status_code == 204


async def test_control_socket_operator_has_no_factors(world: World) -> None:
    operator = world.client(operator=True)
    problem(await operator.get(f"{API}/me/factors"), 422, "invalid")
    problem(await operator.post(f"{API}/me/factors/totp", json={}), 422, "invalid")
