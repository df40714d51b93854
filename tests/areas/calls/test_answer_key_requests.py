"""The spoken request to a member outside: its anchor is silenced first, and only then the user is asked."""

import asyncio
from collections.abc import Callable

import pytest

from unificx.media import MediaUnavailable
from unificx.media.sounds import Sound
from unificx.prompts import Prompts
from unificx.rtpengine.ng import Message, Reply
from unificx.server.answer_key_requests import REQUEST, SpokenRequests


class Player:
    """Notes commands. Playback waits until `free` is set."""

    def __init__(self) -> None:
        self.done: list[str] = []
        self.free = asyncio.Event()
        self.fails: type[Exception] | None = None
        self.replies: list[asyncio.Future[None]] = []

    async def _do(self, what: str) -> None:
        if what.startswith("play"):
            await self.free.wait()
        if self.fails is not None:
            raise self.fails("unknown")
        self.done.append(what)

    async def play(self, anchor: str, tag: str, sound: Sound, *, times: int = 1, start: float = 0.0) -> float:
        await self._do(f"play {anchor} {tag} {sound.seconds:.0f} s {times} times from {start:.0f}")
        return sound.seconds

    async def stop(self, anchor: str, tag: str) -> None:
        await self._do(f"stop {anchor} {tag}")

    def send(self, message: Message, on_reply: Callable[[Reply | MediaUnavailable], None]) -> None:
        self.replies.append(asyncio.ensure_future(self._reply(message, on_reply)))

    async def _reply(self, message: Message, on_reply: Callable[[Reply | MediaUnavailable], None]) -> None:
        try:
            await self._do(f"{message['command']} {message['call-id']}")
        except MediaUnavailable as fault:
            on_reply(fault)
        except RuntimeError:
            on_reply({"result": "error", "error-reason": "Unknown call-id"})
        else:
            on_reply({"result": "ok"})


async def idle(requests: SpokenRequests) -> None:
    async with asyncio.timeout(5):
        while len(requests):
            await asyncio.sleep(0)


async def test_a_leg_is_asked_and_connected_after_that() -> None:
    player = Player()
    requests = SpokenRequests(player, lambda tenant_id: Sound(bytes(2 * 8000 * {"t1": 3}[tenant_id])))
    requests.ask("t1", "call.b2", "b")
    requests.pressed("call.b2", "b")  # a key while the relay has not answered yet
    for _ in range(5):
        await asyncio.sleep(0)
    assert not player.done
    player.free.set()
    await idle(requests)
    assert player.done == ["play call.b2 b 5 s 100 times from 0", "stop call.b2 b", "unblock media call.b2"]


@pytest.mark.parametrize(("fault", "silent"), [(None, True), (MediaUnavailable, False), (RuntimeError, False)])
async def test_the_caller_learns_whether_the_anchor_is_silent(fault: type[Exception] | None, silent: bool) -> None:
    player = Player()
    player.fails = fault
    replied = asyncio.get_running_loop().create_future()
    SpokenRequests(player, lambda tenant_id: Sound(bytes(16_000))).silence("call.b2", replied.set_result)
    assert await replied is silent
    assert player.done == (["block media call.b2"] if silent else [])


@pytest.mark.parametrize("fault", [MediaUnavailable, RuntimeError])
async def test_a_failure_leaves_nothing_behind(fault: type[Exception]) -> None:
    player = Player()
    player.free.set()
    player.fails = fault
    requests = SpokenRequests(player, lambda tenant_id: Sound(bytes(16_000)))
    requests.ask("t1", "call.b2", "b")
    await idle(requests)
    player.fails = None
    requests.pressed("call.b2", "b")
    await idle(requests)
    assert player.done == ["stop call.b2 b", "unblock media call.b2"]


@pytest.mark.parametrize("language", ["en", "de"])
def test_the_request_is_a_sentence_of_a_few_seconds(language: str) -> None:
    assert 2 < Prompts().sound(REQUEST, language).seconds < 6
