"""Access that another person has made for a user: an administrator never acts unseen in the name of the user.

It opens no recordings and messages until the user has proved their identity, and names its maker.
"""

from typing import Any

import httpx
import pytest
from http_world import PASSWORD, World

from unificx.core.errors import Unauthenticated
from unificx.identity import TERMS_VERSION, Principal, policy_version
from unificx.identity.schemas import CONSOLE

API = "/api/v1"
EMAIL = "user1001@acme.example"
NEW = "a much better password"
DEVICE = {"device": {"name": "phone", "kind": "mobile"}}


async def by_code(world: World, maker: httpx.AsyncClient, person_id: str | None, tenant: str = "") -> httpx.AsyncClient:
    """Return a client signed in with a code that `maker` has made."""
    wanted: dict[str, Any] = {"person_id": person_id} if person_id is not None else {}
    code = (await maker.post(f"{API}/sign-in-codes", params={"tenant": tenant} if tenant else {}, json=wanted)).json()
    client = world.client()
    secret = f"{len(code['code'])}".rjust(43, "A")
    answer = await client.post(
        f"{API}/sessions/by-code", json={"code": code["code"], "device_secret": secret, **DEVICE}
    )
    assert answer.status_code == 201, answer.text
    client.headers["Authorization"] = f"Bearer {answer.json()['token']}"
    return client


async def principal(world: World, client: httpx.AsyncClient) -> Principal:
    return await world.identity.authenticate(client.headers["Authorization"].removeprefix("Bearer "))


async def opens_messages(client: httpx.AsyncClient, message: str) -> bool:
    """Return whether messages and recordings are opened; both or neither. Lists are shown without callers."""
    paths = (f"/voicemail/{message}", f"/voicemail/{message}/audio", "/recordings/unknown", "/recordings/unknown/audio")
    answers = [await client.get(f"{API}{path}") for path in paths]
    [listed] = (await client.get(f"{API}/voicemail")).json()["items"]
    assert (listed["caller"] is not None) == (answers[0].status_code == 200)
    refused = {answer.json()["code"] for answer in answers if answer.status_code == 403}
    assert refused <= {"not_the_person"}
    codes = {answer.status_code == 403 for answer in answers}
    assert len(codes) == 1
    assert (await client.get(f"{API}/me")).status_code == 200
    return codes == {False}


@pytest.mark.promise("D1")
async def test_session_of_an_administrators_code_opens_nothing_until_the_user_proves_themselves(world: World) -> None:
    admin, user = await world.admin(world.acme), await world.user(world.acme, "1001")
    message = await world.leave_message(world.acme, "1001")
    [owner, maker] = [await principal(world, user), await principal(world, admin)]
    guest = await by_code(world, admin, owner.person_id)
    assert ((await principal(world, guest)).by, await opens_messages(guest, message)) == (maker.person_id, False)
    second = await by_code(world, guest, None)
    assert ((await principal(world, second)).by, await opens_messages(second, message)) == (maker.person_id, False)
    assert await opens_messages(user, message)
    assert (await guest.post(f"{API}/me/proofs", json={"password": PASSWORD})).status_code == 204
    assert ((await principal(world, guest)).by, await opens_messages(guest, message)) == ("", True)


@pytest.mark.promise("D1")
@pytest.mark.parametrize("how", ["password", "one-time-password"])
async def test_password_of_an_administrator_opens_nothing_until_it_is_changed(world: World, how: str) -> None:
    admin, user = await world.admin(world.acme), await world.user(world.acme, "1001")
    message = await world.leave_message(world.acme, "1001")
    path = f"{API}/persons/{(await principal(world, user)).person_id}/{how}"
    if how == "password":
        chosen = "chosen by somebody else"
        assert (await admin.put(path, json={"password": chosen})).status_code == 204
    else:
        chosen = (await admin.post(path, json={})).json()["password"]
    guest = await world.signed_in(EMAIL, chosen)
    assert (await principal(world, guest)).by == (await principal(world, admin)).person_id
    if how == "password":
        assert not await opens_messages(guest, message)
        assert (await guest.post(f"{API}/me/proofs", json={"password": chosen})).status_code == 204
        assert not await opens_messages(guest, message)
    assert (await guest.put(f"{API}/me/password", json={"current": chosen, "password": NEW})).status_code == 204
    assert await opens_messages(guest, message)
    assert await opens_messages(await world.signed_in(EMAIL, NEW), message)
    with pytest.raises(Unauthenticated):
        await principal(world, user)


@pytest.mark.promise("D1")
async def test_key_of_the_console_opens_all_and_an_administrator_makes_none(world: World) -> None:
    admin, user = await world.admin(world.acme), await world.user(world.acme, "1001")
    message = await world.leave_message(world.acme, "1001")
    person_id = (await principal(world, user)).person_id
    wanted = {"name": "Dashboard", "person_id": person_id}
    console = world.client(operator=True)
    assert (await admin.post(f"{API}/api-keys", json=wanted)).status_code == 403
    for maker, tenant, by in ((console, "acme", CONSOLE), (user, "", "")):
        made = await maker.post(f"{API}/api-keys", params={"tenant": tenant} if tenant else {}, json=wanted)
        assert made.status_code == 201, made.text
        program = world.client()
        program.headers["Authorization"] = f"Bearer {made.json()['token']}"
        assert ((await principal(world, program)).by, await opens_messages(program, message)) == (by, True)
    code = await by_code(world, console, person_id, tenant="acme")
    assert ((await principal(world, code)).by, await opens_messages(code, message)) == (CONSOLE, True)


@pytest.mark.promise("D1")
async def test_terms_accepted_with_an_administrators_code_are_not_accepted_by_the_user(world: World) -> None:
    admin, user = await world.admin(world.acme), await world.user(world.acme, "1001")
    guest = await by_code(world, admin, (await principal(world, user)).person_id)
    accepted = {"of_age": True, "terms_version": TERMS_VERSION, "policy_version": policy_version()}
    assert (await guest.post(f"{API}/me/acceptances", json=accepted)).status_code == 204
    needed = [(await one.get(f"{API}/me")).json()["acceptance_needed"] for one in (guest, user)]
    assert needed == [False, True]
