"""Queues over HTTP and the command line: permissions, settings, sign-in, the live view, history and statistics."""

from collections.abc import Sequence
from typing import Any

import httpx
import pytest
from cli_home import CliHome, error_line
from http_world import World
from test_http_rooms import next_event

from unificx.queues.machine.messages import Ring
from unificx.queues.visits import QueuedCaller
from unificx.routing import DestinationRef

QUEUES = "/api/v1/queues"


async def made(world: World, admin: httpx.AsyncClient, **more: object) -> dict[str, Any]:
    answer = await admin.post(QUEUES, json={"number": "6500", "name": "Support", "agents": ["1001"], **more})
    assert answer.status_code == 201, answer.text
    return answer.json()


async def test_administrators_manage_queues(world: World) -> None:
    admin, user = await world.admin(world.acme), await world.user(world.acme, "1001")
    await world.user(world.acme, "1002")
    agents = ["1001", {"extension": "1002", "penalty": 3, "static": False}]
    queue = await made(world, admin, agents=agents, strategy="linear", wrap_up=5, otherwise="extension:1002")
    found = [(one["extension"], one["penalty"], one["signed_in"]) for one in queue["agents"]]
    assert found == [("1001", 0, True), ("1002", 3, False)]
    assert (queue["strategy"], queue["wrap_up"], queue["otherwise"]) == ("linear", 5, "extension:1002")
    changed = await admin.patch(f"{QUEUES}/6500", json={"name": "Help", "max_wait": 300, "agents": ["1002"]})
    assert changed.status_code == 200, changed.text
    shown = (await user.get(f"{QUEUES}/{queue['id']}")).json()
    assert (shown["name"], shown["max_wait"], shown["wrap_up"], len(shown["agents"])) == ("Help", 300, 5, 1)
    assert [one["number"] for one in (await user.get(QUEUES)).json()["items"]] == ["6500"]
    assert (await admin.delete(f"{QUEUES}/6500")).status_code == 204
    assert (await user.get(f"{QUEUES}/6500")).status_code == 404


async def test_permissions_of_users_and_other_tenants(world: World) -> None:
    admin, agent = await world.admin(world.acme), await world.user(world.acme, "1001")
    user, outsider = await world.user(world.acme, "1002"), await world.admin(world.globex)
    await made(world, admin)
    for answer in (
        await user.post(QUEUES, json={"number": "6501"}),
        await user.patch(f"{QUEUES}/6500", json={"name": "Mine"}),
        await user.delete(f"{QUEUES}/6500"),
        await user.patch(f"{QUEUES}/6500/agents/1001", json={"paused": True}),
        await user.get(f"{QUEUES}/6500/live"),
        await user.get(f"{QUEUES}/6500/statistics"),
        await agent.patch(f"{QUEUES}/6500/callers/1", json={"priority": 9}),
        await agent.get(f"{QUEUES}/6500/history"),
        await agent.get(f"{QUEUES}/6500/events"),
    ):
        assert answer.status_code == 403, answer.text
    assert (await agent.get(f"{QUEUES}/6500/live")).status_code == 200
    assert (await agent.get(f"{QUEUES}/6500/events", params={"agent": "1001"})).status_code == 200
    assert (await outsider.get(f"{QUEUES}/6500")).status_code == 404
    assert (await outsider.get(QUEUES)).json()["items"] == []
    assert (await world.client().get(QUEUES)).status_code == 401


@pytest.mark.parametrize(
    ("body", "status", "where"),
    [
        ({"number": "1001"}, 409, "number"),
        ({"number": "6500", "agents": ["1999"]}, 422, "agents"),
        ({"number": "6500", "strategy": "any"}, 422, "strategy"),
        ({"number": "6500", "announce_every": 5}, 422, "announce_every"),
    ],
)
async def test_invalid_queues_are_refused(world: World, body: dict[str, object], status: int, where: str) -> None:
    admin = await world.admin(world.acme)
    await world.user(world.acme, "1001")
    answer = await admin.post(QUEUES, json=body)
    assert (answer.status_code, where in answer.text) == (status, True), answer.text
    assert (await admin.get(QUEUES)).json()["items"] == []


async def test_agents_sign_in_and_pause_themselves(world: World) -> None:
    admin, agent = await world.admin(world.acme), await world.user(world.acme, "1001")
    await world.user(world.acme, "1002")
    await made(world, admin)
    paused = await agent.patch(f"{QUEUES}/6500/agents/1001", json={"paused": True, "reason": "lunch"})
    assert (paused.json()["paused"], paused.json()["reason"], paused.json()["own"]) == (True, "lunch", True)
    signed_out = await agent.patch(f"{QUEUES}/6500/agents/1001", json={"signed_in": False})
    assert (signed_out.json()["signed_in"], signed_out.json()["paused"]) == (False, False)
    assert (await admin.patch(f"{QUEUES}/6500/agents/1001", json={"signed_in": True})).status_code == 200
    assert (await admin.patch(f"{QUEUES}/6500/agents/1002", json={"signed_in": True})).status_code == 404
    await world.spool.drain()
    events = (await agent.get(f"{QUEUES}/6500/events", params={"agent": "1001"})).json()["items"]
    assert {one["kind"] for one in events} == {"signed_in", "signed_out", "paused"}


async def test_users_list_the_queues_that_they_are_agents_of(world: World) -> None:
    admin, agent = await world.admin(world.acme), await world.user(world.acme, "1001")
    other = await world.user(world.acme, "1002")
    await made(world, admin)
    await made(world, admin, number="6501", agents=["1002", "1001"])
    await made(world, admin, number="6502", agents=["1002"])
    for client, numbers in ((agent, ["6500", "6501"]), (other, ["6501", "6502"]), (admin, [])):
        page = (await client.get(QUEUES, params={"own": True})).json()
        assert [one["number"] for one in page["items"]] == numbers
    page = (await agent.get(QUEUES, params={"own": True, "limit": 1})).json()
    page = (await agent.get(QUEUES, params={"own": True, "limit": 1, "cursor": page["next"]})).json()
    assert ([one["number"] for one in page["items"]], page["next"]) == (["6501"], None)


async def test_live_view_history_and_statistics(world: World) -> None:
    admin, agent = await world.admin(world.acme), await world.user(world.acme, "1001")
    queue = world.services.queues.service.find(world.acme.id, (await made(world, admin))["id"])
    waiting = [
        world.services.queues.manager.join(queue, QueuedCaller(None, "", f"+4930{number}", "Carl"), f"call {number}")
        for number in range(2)
    ]
    assert all(waiting)
    first, second = [one for one in waiting if one is not None]
    assert isinstance(await first.next_instruction(), Ring)
    world.clock.advance(30)
    live = (await agent.get(f"{QUEUES}/6500/live")).json()
    shown = [(one["position"], one["number"], one["waited"], one["ringing"]) for one in live["waiting"]]
    assert shown == [(1, "+49300", 30.0, ["1001"]), (2, "+49301", 30.0, [])]
    assert [(one["extension"], one["state"], one["own"]) for one in live["agents"]] == [("1001", "ringing", True)]
    assert live["service_level"] is None
    first.end(connected=True)
    second.end(connected=False)
    await world.spool.drain()
    live = (await admin.get(f"{QUEUES}/6500/live")).json()
    assert (live["waiting"], live["calls"], live["answered"], live["service_level"]) == ([], 2, 1, 0.0)
    history = (await admin.get(f"{QUEUES}/6500/history")).json()["items"]
    assert {(one["outcome"], one["number"]) for one in history} == {("answered", "+49300"), ("abandoned", "+49301")}
    report = (await agent.get(f"{QUEUES}/6500/statistics")).json()
    assert (report["answered"], report["abandoned"], report["average_wait"]) == (1, 1, 30.0)


async def test_the_live_view_tells_a_pause_from_do_not_disturb(world: World) -> None:
    admin, _ = await world.admin(world.acme), await world.user(world.acme, "1001")
    await made(world, admin)

    async def shown() -> tuple[str, bool, str | None]:
        [agent] = (await admin.get(f"{QUEUES}/6500/live")).json()["agents"]
        return agent["state"], agent["paused"], agent["reason"]

    await admin.patch("/api/v1/extensions/1001", json={"do_not_disturb": True})
    assert await shown() == ("paused", False, None)
    await admin.patch(f"{QUEUES}/6500/agents/1001", json={"paused": True, "reason": "lunch"})
    assert await shown() == ("paused", True, "lunch")


async def test_an_administrator_moves_a_waiting_caller(world: World) -> None:
    admin, outsider = await world.admin(world.acme), await world.admin(world.globex)
    queue = world.services.queues.service.find(world.acme.id, (await made(world, admin, agents=[]))["id"])
    other = world.services.queues.service.find(
        world.acme.id, (await made(world, admin, number="6501", agents=[]))["id"]
    )
    manager = world.services.queues.manager
    ids = [visit.id for _ in range(3) if (visit := manager.join(queue, QueuedCaller(None, ""), "call")) is not None]
    path = f"{QUEUES}/6500/callers/{ids[2]}"
    moved = (await admin.patch(path, json={"priority": 9})).json()
    assert (moved["id"], moved["position"], moved["priority"]) == (ids[2], 1, 9)
    live = (await admin.get(f"{QUEUES}/6500/live")).json()
    assert [one["id"] for one in live["waiting"]] == [ids[2], ids[0], ids[1]]
    assert (await admin.patch(path, json={"priority": 10})).status_code == 422
    assert (await admin.patch(f"{QUEUES}/6501/callers/{ids[2]}", json={"priority": 9})).status_code == 404
    assert (await admin.patch(f"{QUEUES}/6500/callers/gone", json={"priority": 9})).status_code == 404
    assert (await outsider.patch(path, json={"priority": 9})).status_code == 404
    assert list(manager.machine(other).callers) == []  # type: ignore[union-attr]


async def test_a_way_in_has_a_priority(world: World) -> None:
    admin = await world.admin(world.acme)
    await world.user(world.acme, "1001")
    await made(world, admin)
    group = {"number": "6000", "members": ["1001"], "otherwise": "queue:6500/5"}
    assert (await admin.post("/api/v1/groups", json=group)).json()["otherwise"] == "queue:6500/5"
    deleted = await admin.delete(f"{QUEUES}/6500")
    assert (deleted.status_code, "queue:6500 is used by group:6000" in deleted.text) == (409, True)
    assert (await admin.patch("/api/v1/groups/6000", json={"otherwise": "queue:6500/10"})).status_code == 422
    for dialled, priority in (("queue:6500", "0"), ("queue:6500/5", "5")):
        destination = world.services.destinations.resolve(world.acme.id, DestinationRef.parse(dialled))
        assert destination is not None
        app = destination.plan().app
        assert app is not None
        assert app.arguments[1:] == ("", priority)
    assert world.services.destinations.at_number(world.acme.id, "6500/5") is None
    forwarded = await admin.patch("/api/v1/extensions/1001", json={"forward_always": "queue:6500/5"})
    assert (forwarded.status_code, "no priority" in forwarded.text) == (422, True)


async def test_changes_reach_agents_and_administrators_as_live_events(world: World) -> None:
    admin, agent = await world.admin(world.acme), await world.user(world.acme, "1001")
    other = await world.user(world.acme, "1002")
    queue = world.services.queues.service.find(world.acme.id, (await made(world, admin))["id"])
    feeds = [
        world.services.event_hub.open(
            await world.identity.sessions.authenticate(one.headers["Authorization"].removeprefix("Bearer "))
        )
        for one in (admin, agent, other)
    ]
    world.services.queues.manager.join(queue, QueuedCaller(None, ""), "call")
    expected = {"type": "queue", "id": queue.id, "waiting": 1, "available": 0}
    assert [await next_event(feed) for feed in feeds[:2]] == [expected, expected]
    for feed in feeds:
        feed.close(1000)
        assert await feed.next() is None


def _live(home: CliHome) -> dict[str, Any]:
    return home.run_json("queue", "live", "6500")


def test_queue_commands(home: CliHome) -> None:
    for number in ("1001", "1002"):
        home.run_json("extension", "create", "--number", number, "--name", f"Phone {number}")
    options: Sequence[str] = ("--strategy", "longest_idle", "--wrap-up", "5", "--max-wait", "300")
    queue = home.run_json("queue", "create", "--number", "6500", "--name", "Support", "--agents", "1001,1002", *options)
    assert (queue["number"], queue["strategy"], queue["wrap_up"], queue["max_wait"]) == ("6500", "longest_idle", 5, 300)
    live = _live(home)
    assert live.keys() >= {"waiting", "agents", "service_level"}
    assert [(one["extension"], one["state"]) for one in live["agents"]] == [
        ("1001", "available"),
        ("1002", "available"),
    ]
    home.run_json("queue", "agent", "6500", "1001", "--pause")
    home.run_json("queue", "agent", "6500", "1002", "--sign-out")
    assert [one["state"] for one in _live(home)["agents"]] == ["paused", "signed_out"]
    assert home.run_json("queue", "agent", "6500", "1002", "--sign-in")["signed_in"]
    assert home.run_json("queue", "history", "6500") == []
    shown = home.run_text("queue", "live", "6500")
    assert "Phone 1001" in shown
    assert "0.0" not in shown, "seconds are shown as whole numbers"
    assert "Give --sign-in" in error_line(home.run("queue", "agent", "6500", "1001", "--home", str(home.folder)))
    assert home.run_json("queue", "delete", "6500") == {"deleted": queue["id"]}
