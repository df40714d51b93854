"""HTTP servers without requests wake up once a second, and stop at once."""

import asyncio
from pathlib import Path
from typing import Any

import pytest
from virtual_time import run_in_virtual_time

from unificx.server.http_server import HttpServers

SECONDS = 60


async def answer(scope: Any, receive: Any, send: Any) -> None:
    """An app that is not called."""


def test_an_idle_server_wakes_up_once_a_second(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async def run() -> tuple[int, float]:
        servers, wakes = HttpServers(), 0
        servers.listen_at(answer, tmp_path / "socket")
        (server,), (sock,) = servers._servers, servers._sockets
        server.config.load()
        tick = server.on_tick

        async def counted(counter: int) -> bool:
            nonlocal wakes
            wakes += 1
            return await tick(counter)

        monkeypatch.setattr(server, "on_tick", counted)
        serving = asyncio.create_task(server.main_loop())
        await asyncio.sleep(SECONDS - 0.5)
        before, loop = wakes, asyncio.get_running_loop()
        stopped = loop.time()
        servers.stop()
        await serving
        sock.close()
        return before, loop.time() - stopped

    assert run_in_virtual_time(run()) == (SECONDS, 0.0)
