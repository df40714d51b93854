"""Assistants over the Model Context Protocol: the client of its SDK over real HTTP, and what their keys do not open."""

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import httpx2
import pytest
import uvicorn
from http_world import World
from mcp import Client
from mcp.client.streamable_http import streamable_http_client

from unificx.identity import TenantChange

READING = ("assistant", "own", "directory:read")


class _Server(uvicorn.Server):
    def install_signal_handlers(self) -> None:
        """Signals are handled by the test runner."""


async def token_of(owner: Any, *scopes: str) -> str:
    made = await owner.post("/api/v1/api-keys", json={"name": "Assistant", "scopes": scopes})
    assert made.status_code == 201, made.text
    return made.json()["token"]


@asynccontextmanager
async def served(world: World) -> AsyncIterator[str]:
    with socket.create_server(("127.0.0.1", 0)) as sock:
        server = _Server(uvicorn.Config(world.app, log_config=None, lifespan="off", ws="none"))
        task = asyncio.create_task(server._serve([sock]))
        yield f"http://127.0.0.1:{sock.getsockname()[1]}/mcp"
        server.should_exit = True
        await task


@asynccontextmanager
async def assistant(address: str, token: str) -> AsyncIterator[Client]:
    async with (
        httpx2.AsyncClient(headers={"Authorization": f"Bearer {token}"}) as http,
        Client(streamable_http_client(address, http_client=http)) as client,
    ):
        yield client


async def names(client: Client) -> set[str]:
    return {tool.name for tool in (await client.list_tools()).tools}


@pytest.mark.promise("T3")
async def test_an_assistant_reads_what_its_key_allows(world: World) -> None:
    ada, admin = await world.user(world.acme, "1001"), await world.admin(world.acme)
    await world.user(world.globex, "2001")
    await world.services.identity.tenants.update(world.acme.id, TenantChange(assistants=True))
    async with served(world) as address:
        async with assistant(address, await token_of(ada, *READING)) as client:
            assert await names(client) == {"find_person", "who_is_available", "get_call_history", "voicemail_summary"}
            found = await client.call_tool("find_person", {"search": "10"})
            assert [each["number"] for each in found.structured_content["items"]] == ["1001"]
            everyone = await client.call_tool("find_person", {"limit": 50})
            assert "2001" not in str(everyone.structured_content)
            summary = await client.call_tool("voicemail_summary", {})
            assert summary.structured_content == {"messages": 0, "unheard": 0, "newest": None}
            assert (await client.call_tool("get_call_history", {})).structured_content["items"] == []
            assert (await client.call_tool("who_is_available", {})).is_error is False
            for tool, question in (
                ("find_person", {"limit": 51}),
                ("find_person", {"other": 1}),
                ("get_call_history", {"extension": "../x"}),
                ("place_call", {"to": "1002"}),
                ("list_calls", {}),
            ):
                assert (await client.call_tool(tool, question)).is_error, tool
        async with assistant(
            address, await token_of(admin, "assistant:act", "own", "calls:read", "directory:read")
        ) as client:
            assert {"place_call", "list_calls", "queue_status"} <= await names(client)
            assert (await client.call_tool("list_calls", {})).structured_content == {"items": [], "more": False}
            assert (await client.call_tool("queue_status", {})).structured_content == {"items": [], "more": False}
            refused = await client.call_tool("place_call", {"to": "1001"})
            assert (refused.is_error, "device" in refused.content[0].text.lower()) == (True, True)


async def test_the_key_of_an_assistant_opens_its_tools_only(world: World) -> None:
    ada = await world.user(world.acme, "1001")
    hello = {"jsonrpc": "2.0", "id": 1, "method": "tools/list"}
    accept = {"Accept": "application/json, text/event-stream"}

    async def status(token: str) -> int:
        client = world.client(Authorization=f"Bearer {token}", **accept)
        return (await client.post("/mcp", json=hello)).status_code

    key = await token_of(ada, *READING)
    assert await status(key) == 403  # the organisation does not allow assistants
    await world.services.identity.tenants.update(world.acme.id, TenantChange(assistants=True))
    assert await status(key) == 200
    assert await status(await token_of(ada, "own")) == 403
    assert await status(ada.headers["Authorization"].removeprefix("Bearer ")) == 403
    program = world.client(Authorization=f"Bearer {key}", **{"unificx.assistant": "1"})
    for path in ("/api/v1/me", "/api/v1/directory", "/scim/v2/Users"):
        assert (await program.get(path)).status_code == 403
    made = await ada.post("/api/v1/api-keys", json={"name": "All", "scopes": []})
    assert not {"assistant", "assistant:act"} & set(made.json()["scopes"])
    mixed = await token_of(ada, "assistant", "contacts")
    basic = httpx2.BasicAuth("ada", mixed)._auth_header
    assert (await world.client(Authorization=basic).request("PROPFIND", "/dav/")).status_code == 403
