"""/api/v1/events on a real server: authentication, delivery of events and closing."""

import asyncio
import json
import socket
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from typing import Any

import httpx
import pytest
import uvicorn
from conference_legs import join_room
from http_world import ORIGIN, World
from push_service import PushService, SubscribedBrowser
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosedError, InvalidStatus

from unificx.api import event_hub, events_websocket
from unificx.api.event_hub import EventHub
from unificx.api.websocket_connection import WebSocketConnection
from unificx.identity import Action, Principal, Role
from unificx.identity.events import SignInCodeUsed

HOST = ORIGIN.removeprefix("https://")


class _Server(uvicorn.Server):
    def install_signal_handlers(self) -> None:
        """Signals are handled by the test runner."""


class Address:
    """Serve a world's app as if on our public host."""

    def __init__(self, port: int) -> None:
        self.port = port

    @asynccontextmanager
    async def listen(
        self,
        *,
        token: str = "",
        cookie: str = "",
        origin: str | None = None,
        first: Any = None,
        path: str = events_websocket.PATH,
    ) -> AsyncIterator[ClientConnection]:
        headers: dict[str, str] = {}
        if token:
            headers["Authorization"] = f"Bearer {token}"
        if cookie:
            headers["Cookie"] = f"other=1; __Host-unificx={cookie}"
        sock = socket.create_connection(("127.0.0.1", self.port))
        url = f"ws://{HOST}{path}"
        async with connect(url, sock=sock, origin=origin, additional_headers=headers) as talk:  # pyright: ignore
            if first is not None:
                await talk.send(first if isinstance(first, str | bytes) else json.dumps(first))
            yield talk


@pytest.fixture
async def address(world: World) -> AsyncIterator[Address]:
    sock = socket.create_server(("127.0.0.1", 0))
    config = uvicorn.Config(world.app, log_config=None, lifespan="off", ws=WebSocketConnection, ws_max_size=64 * 1024)
    config.timeout_graceful_shutdown = 1
    server = _Server(config)
    task = asyncio.create_task(server._serve([sock]))
    yield Address(sock.getsockname()[1])
    server.should_exit = True
    await task
    sock.close()


async def next_event(talk: ClientConnection) -> Any:
    async with asyncio.timeout(5):
        return json.loads(await talk.recv())


async def closed(talk: ClientConnection) -> int | None:
    """Read up to the end; return the close code."""
    async with asyncio.timeout(5):
        with suppress(ConnectionClosedError):
            async for _ in talk:
                pass
    return talk.close_code


async def listening(world: World, number: int) -> None:
    """Wait until `count` clients are connected."""
    async with asyncio.timeout(5):
        while len(world.services.event_hub) != number:
            await asyncio.sleep(0)


def token_of(client: httpx.AsyncClient) -> str:
    return client.headers["Authorization"].removeprefix("Bearer ")


@pytest.mark.parametrize("way", ["header", "first message", "cookie"])
async def test_a_signed_in_client_is_accepted(world: World, address: Address, way: str) -> None:
    token = token_of(await world.user(world.acme, "1001"))
    credentials: dict[str, dict[str, Any]] = {
        "header": {"token": token},
        "first message": {"first": {"token": token}},
        "cookie": {"cookie": token, "origin": ORIGIN},
    }
    async with address.listen(**credentials[way]) as talk:
        await listening(world, 1)
        await world.record_call(world.acme, "1001", "1001")
        assert await next_event(talk) == {"type": "history"}
    await listening(world, 0)


async def test_a_user_with_a_one_time_password_gets_no_events(world: World, address: Address) -> None:
    ada = await world.person(world.acme, "ada@acme.example")
    once = await world.identity.passwords.reset(world.acme.id, ada.id)
    token = token_of(await world.signed_in("ada@acme.example", once))
    async with address.listen(first={"token": token}) as talk:
        assert await closed(talk) == event_hub.SIGNED_OUT


@pytest.mark.promise("T3")
@pytest.mark.parametrize(
    "origin", ["https://evil.example", "null", "https://pbx.example.com.evil.example", "https://["]
)
async def test_a_page_of_another_site_is_rejected(world: World, address: Address, origin: str) -> None:
    token = token_of(await world.user(world.acme, "1001"))
    with pytest.raises(InvalidStatus):
        async with address.listen(cookie=token, origin=origin):
            pass
    with pytest.raises(InvalidStatus):
        async with address.listen(token=token, origin=origin):
            pass
    assert len(world.services.event_hub) == 0


async def test_a_cookie_requires_an_origin(world: World, address: Address, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(events_websocket, "FIRST_MESSAGE_SECONDS", 0.05)
    token = token_of(await world.user(world.acme, "1001"))
    async with address.listen(cookie=token) as talk:
        assert await closed(talk) == event_hub.SIGNED_OUT


@pytest.mark.promise("T3")
@pytest.mark.parametrize(
    "first",
    [
        {"token": "x" * 43},
        {"token": None},
        {"token": 7},
        [],
        "nonsense",
        b"\x00\xff",
        "[" * 900,
        '{"token": "' + "x" * 2000 + '"}',
        None,
    ],
)
async def test_an_unauthenticated_client_is_closed(
    world: World, address: Address, monkeypatch: pytest.MonkeyPatch, first: Any
) -> None:
    monkeypatch.setattr(events_websocket, "FIRST_MESSAGE_SECONDS", 0.2)
    async with address.listen(first=first) as talk:
        assert await closed(talk) == event_hub.SIGNED_OUT
    assert len(world.services.event_hub) == 0


async def test_a_wrong_token_in_the_handshake_is_rejected(world: World, address: Address) -> None:
    with pytest.raises(InvalidStatus):
        async with address.listen(token="x" * 43):
            pass
    with pytest.raises(InvalidStatus):
        async with address.listen(cookie="x" * 43, origin=ORIGIN):
            pass


async def test_a_disconnect_before_authentication_leaves_no_state(world: World, address: Address) -> None:
    async with address.listen():
        pass
    await listening(world, 0)


@pytest.mark.promise("T3")
async def test_events_do_not_reach_other_tenants_or_persons(world: World, address: Address) -> None:
    alice, bob = await world.user(world.acme, "1001"), await world.user(world.acme, "1002")
    boss, other = await world.admin(world.acme), await world.admin(world.globex)
    root = await operator(world)
    async with (
        address.listen(token=token_of(alice)) as at_alice,
        address.listen(token=token_of(bob)) as at_bob,
        address.listen(token=token_of(boss)) as at_boss,
        address.listen(token=token_of(other)) as at_other,
        address.listen(token=root) as at_root,
    ):
        await listening(world, 5)
        await world.record_call(world.acme, "1001", "1001")
        world.live_events.calls_changed(world.acme.id)
        assert await next_event(at_boss) == {"type": "history"}
        assert await next_event(at_boss) == {"type": "calls"}
        # Staff of the operator get bare notices: for the contents they need the consent of the tenant.
        hub, alert, room = world.services.event_hub, {"type": "emergency_call", "extension": "1001"}, {"type": "room"}
        hub.send_to_permitted(world.acme.id, Action.CALLS_READ, alert)
        hub.send_to_persons_or_permitted(world.acme.id, Action.CALLS_READ, (), room | {"speaking": "1001"})
        hub.send_to_permitted(world.acme.id, Action.CALLS_READ, room)
        assert [await next_event(at_boss) for _ in range(3)] == [alert, room | {"speaking": "1001"}, room]
        assert [await next_event(at_root) for _ in range(3)] == [{"type": "history"}, {"type": "calls"}, room]
        assert await next_event(at_alice) == {"type": "history"}
        # A final event for all clients marks the end of what they have received.
        for person in (alice, bob, boss, other):
            who = (await person.get("/api/v1/me")).json()["person"]["id"]
            world.services.event_hub.send_to_person(who, {"type": "last"})
        for talk in (at_alice, at_bob, at_boss, at_other):
            assert await next_event(talk) == {"type": "last"}


async def operator(world: World) -> str:
    """Return the token of an operator."""
    staff = await world.identity.tenants.get("operator")
    await world.person(staff, "olga@operator.example", Role.OPERATOR)
    return token_of(await world.signed_in("olga@operator.example"))


async def test_events_about_many_calls_are_coalesced(world: World, address: Address) -> None:
    boss = await world.admin(world.acme)
    async with address.listen(token=token_of(boss)) as talk:
        await listening(world, 1)
        for _ in range(500):
            world.live_events.calls_changed(world.acme.id)
        assert await next_event(talk) == {"type": "calls"}
        world.services.event_hub.send_to_person((await boss.get("/api/v1/me")).json()["person"]["id"], {"type": "last"})
        assert await next_event(talk) == {"type": "last"}


async def test_a_used_sign_in_code_notifies_its_creator(world: World, address: Address) -> None:
    alice = await world.user(world.acme, "1001")
    code = (await alice.post("/api/v1/sign-in-codes", json={})).json()
    async with address.listen(token=token_of(alice)) as talk:
        await listening(world, 1)
        secret = {"code": code["code"], "device_secret": "s" * 43, "keep": "token"}
        device = {"name": "Ada's phone", "kind": "mobile"}
        answer = await world.client().post("/api/v1/sessions/by-code", json={**secret, "device": device})
        assert answer.status_code == 201, answer.text
        assert await next_event(talk) == {"type": "sign_in_code", "id": code["id"], "state": "used"}


def test_sign_in_code_events_contain_no_device_data() -> None:
    assert set(SignInCodeUsed.__slots__) <= {"code_id", "person_id", "maker_id"}


@pytest.mark.promise("T3")
async def test_it_is_closed_when_the_session_ends(world: World, address: Address) -> None:
    alice = await world.user(world.acme, "1001")
    elsewhere = await world.signed_in("user1001@acme.example")
    async with address.listen(token=token_of(alice)) as stays, address.listen(token=token_of(elsewhere)) as goes:
        await listening(world, 2)
        assert (await elsewhere.delete("/api/v1/sessions/current")).status_code == 204
        assert await next_event(goes) == {"type": "signed_out"}
        assert await closed(goes) == event_hub.SIGNED_OUT
        await listening(world, 1)
        pong = await stays.ping()
        await asyncio.wait_for(pong, 5)


@pytest.mark.promise("T3")
@pytest.mark.parametrize("what", ["person", "tenant"])
async def test_it_is_closed_when_a_tenant_or_person_is_suspended(world: World, address: Address, what: str) -> None:
    alice, other = await world.user(world.acme, "1001"), await world.user(world.globex, "2001")
    root = world.client(operator=True)
    who = (await alice.get("/api/v1/me")).json()["person"]["id"]
    path = f"persons/{who}?tenant=acme" if what == "person" else "tenants/acme"
    async with address.listen(token=token_of(alice)) as talk, address.listen(token=token_of(other)):
        await listening(world, 2)
        answer = await root.patch(f"/api/v1/{path}", json={"state": "suspended"})
        assert answer.status_code == 200, answer.text
        assert await closed(talk) == event_hub.SIGNED_OUT
        await listening(world, 1)


async def test_a_session_that_ends_during_the_handshake(
    world: World, address: Address, monkeypatch: pytest.MonkeyPatch
) -> None:
    alice = await world.user(world.acme, "1001")
    token, opened = token_of(alice), EventHub.open

    def open_late(self: EventHub, principal: Principal) -> event_hub.EventQueue:
        monkeypatch.setattr(EventHub, "open", opened)
        feed = opened(self, principal)
        world.clock.advance(365 * 86_400)
        return feed

    monkeypatch.setattr(EventHub, "open", open_late)
    async with address.listen(token=token) as talk:
        assert await closed(talk) == event_hub.SIGNED_OUT


async def test_idle_connections_get_pings(world: World, address: Address, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(events_websocket, "PING_SECONDS", 0.02)
    alice = await world.user(world.acme, "1001")
    async with address.listen(token=token_of(alice)) as talk:
        assert [await next_event(talk), await next_event(talk)] == [{"type": "ping"}] * 2


async def test_too_many_connections_close_the_oldest(world: World, address: Address) -> None:
    ada = await world.user(world.acme, "1001")
    who = (await ada.get("/api/v1/me")).json()["person"]["id"]
    async with AsyncExitStack() as stack:
        tabs: list[ClientConnection] = []
        for number in range(event_hub.MAX_PER_SESSION):
            tabs.append(await stack.enter_async_context(address.listen(token=token_of(ada))))
            await listening(world, number + 1)
        newest = await stack.enter_async_context(address.listen(token=token_of(ada)))
        assert await closed(tabs[0]) == event_hub.TOO_MANY
        await listening(world, event_hub.MAX_PER_SESSION)
        world.services.event_hub.send_to_person(who, {"type": "last"})
        for talk in (*tabs[1:], newest):
            assert await next_event(talk) == {"type": "last"}


async def test_a_message_for_many_is_written_at_once_and_in_order(world: World, address: Address) -> None:
    first, second = await world.user(world.acme, "1001"), await world.user(world.acme, "1002")
    ids = [(await each.get("/api/v1/me")).json()["person"]["id"] for each in (first, second)]
    hub = world.services.event_hub
    async with address.listen(token=token_of(first)) as one, address.listen(token=token_of(second)) as other:
        await listening(world, 2)
        await asyncio.sleep(0)
        hub.send_to_persons(ids, {"type": "a", "text": "Grüße" * 10_000})
        hub.send_to_person(ids[0], {"type": "b"})
        hub.send_to_persons(ids, {"type": "c"})
        assert [(await next_event(one))["type"] for _ in range(3)] == ["a", "b", "c"]
        assert [(await next_event(other))["type"] for _ in range(2)] == ["a", "c"]


async def test_a_message_for_many_is_queued_for_a_client_that_cannot_take_it() -> None:
    hub, written = EventHub(), list[bytes]()
    ready, full, new = (hub.open(Principal(each, "acme", Role.USER, each)) for each in ("ada", "ben", "cleo"))
    ready.write, full.write = lambda frame: not written.append(frame), lambda frame: False
    hub.send_to_persons(["ada", "ben", "cleo"], {"type": "a"})
    assert written == [b'\x81\x0c{"type":"a"}']
    assert (await full.next(), await new.next()) == ('{"type":"a"}', '{"type":"a"}')
    ready.put("first")
    hub.send_to_persons(["ada"], {"type": "b"})
    assert (len(written), await ready.next(), await ready.next()) == (1, "first", '{"type":"b"}')
    hub.close(ready, event_hub.SIGNED_OUT)
    ready.put_frame("c", b"c")
    assert (len(written), await ready.next()) == (1, None)


@pytest.mark.parametrize("many", [False, True])
async def test_a_client_that_does_not_read_is_dropped_without_blocking_others(
    world: World, address: Address, monkeypatch: pytest.MonkeyPatch, many: bool
) -> None:
    monkeypatch.setattr(events_websocket, "STALLED_SECONDS", 0.2)
    silent, listener = await world.user(world.acme, "1001"), await world.user(world.acme, "1002")
    who = (await silent.get("/api/v1/me")).json()["person"]["id"]
    sock = socket.create_connection(("127.0.0.1", address.port))
    request = (
        f"GET /api/v1/events HTTP/1.1\r\nHost: {HOST}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n"
        f"Authorization: Bearer {token_of(silent)}\r\n\r\n"
    )
    sock.sendall(request.encode())
    async with address.listen(token=token_of(listener)) as talk:
        await listening(world, 2)
        async with asyncio.timeout(30):
            number = 0
            while len(world.services.event_hub) == 2:
                filler = {"type": "filler", "text": f"{number}" + "x" * 100_000}
                if many:
                    world.services.event_hub.send_to_persons([who], filler)
                else:
                    world.services.event_hub.send_to_person(who, filler)
                number += 1
                await asyncio.sleep(0)
        world.live_events.calls_changed(world.acme.id)
        await world.record_call(world.acme, "1002", "1002")
        assert await next_event(talk) == {"type": "history"}
    sock.close()


async def test_duplicates_are_dropped_and_a_full_queue_is_closed() -> None:
    feed = EventHub().open(Principal("ada", "acme", Role.USER, "s"))
    for _ in range(1000):
        feed.put("same")
    assert await feed.next() == "same"
    for number in range(event_hub.MAX_QUEUED + 1):
        feed.put(str(number))
    assert feed.code == event_hub.TOO_SLOW
    assert await feed.next() is None


async def test_messages_from_clients_are_ignored(world: World, address: Address) -> None:
    alice = await world.user(world.acme, "1001")
    async with address.listen(token=token_of(alice), first="anything") as talk:
        await listening(world, 1)
        for each in ('{"type":"history"}', b"\x00" * 1000, "x" * 60_000):
            await talk.send(each)
        await world.record_call(world.acme, "1001", "1001")
        assert await next_event(talk) == {"type": "history"}


async def test_a_received_test_push_notifies_its_session(world: World, address: Address) -> None:
    alice = await world.user(world.acme, "1001")
    browser = SubscribedBrowser(PushService("http://127.0.0.1:1"), "/x")
    assert (await alice.put("/api/v1/me/push", json=browser.as_json())).status_code == 204
    test_id = (await alice.post("/api/v1/me/push/test")).json()["id"]
    async with address.listen(token=token_of(alice)) as talk:
        await listening(world, 1)
        assert (await alice.post(f"/api/v1/me/push/test/{test_id}/seen")).status_code == 204
        assert await next_event(talk) == {"type": "push_seen", "id": test_id}


@pytest.mark.promise("C10")
async def test_a_guest_hears_of_changes_of_their_meeting_until_the_visit_ends(
    world: World, address: Address, monkeypatch: pytest.MonkeyPatch
) -> None:
    anna = await world.user(world.acme, "1001")
    [one, other] = [(await anna.post("/api/v1/meetings", json={})).json()["id"] for _ in range(2)]
    room, guests = world.services.rooms.find(world.acme.id, one), world.services.guests
    _, link = await guests.create_link(room)
    guest, token = await guests.enter(link, "Wanda", "192.0.2.1")
    path = events_websocket.GUEST_PATH
    async with address.listen(path=path, first={"token": "guest_guessed"}) as talk:
        assert await closed(talk) == event_hub.SIGNED_OUT
    async with address.listen(path=path, first={"token": token_of(anna)}) as talk:
        assert await closed(talk) == event_hub.SIGNED_OUT
    async with address.listen(first={"token": token}) as talk:
        assert await closed(talk) == event_hub.SIGNED_OUT, "not the events of users"
    monkeypatch.setattr(events_websocket, "PING_SECONDS", 0.02)
    async with address.listen(path=path, token=token_of(anna), first={"token": token}) as talk:
        assert await next_event(talk) == {"type": "meeting"}
        world.services.event_hub.send_to_guests(other, {"type": "other"})
        world.services.event_hub.send_to_persons_or_permitted(world.acme.id, Action.DIRECTORY, (), {"type": "other"})
        join_room(world, room, "1001", host=True)
        while (event := await next_event(talk)) == {"type": "ping"}:
            pass
        assert event.keys() == {"type", "roster"}
        guests.leave(guest)
        assert await closed(talk) == event_hub.SIGNED_OUT
