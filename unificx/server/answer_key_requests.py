"""The spoken request to a member of a ring group outside: to press a key that takes the call."""

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any

import structlog

from unificx.core.faults import describe_fault
from unificx.media import MediaUnavailable
from unificx.media.sounds import Sound
from unificx.rtpengine import party_commands
from unificx.rtpengine.ng import Reply, check_reply
from unificx.rtpengine.supervisor import RtpEngine

log = structlog.get_logger()
REQUEST = "group/confirm"
"""The prompt."""
PAUSE_SECONDS = 2
"""Silence after each repetition."""
MAX_REPETITIONS = 100
"""More than fit into the longest time that a group rings; the request ends with the leg."""


class SpokenRequests:
    """Implements `calls.AnswerKeyRequests`. `request` returns the prompt in the language of a tenant."""

    def __init__(self, media: RtpEngine, request: Callable[[str], Sound]) -> None:
        self._media, self._request = media, request
        # Owner: the node that holds the call.
        self._tasks: dict[str, asyncio.Task[None]] = {}
        """The latest command by tag, while it runs: commands to one leg must not overtake each other."""

    def __len__(self) -> int:
        """Number of legs with a command under way."""
        return len(self._tasks)

    def silence(self, anchor: str, then: Callable[[bool], None]) -> None:
        message = party_commands.silence(anchor, silent=True)
        self._media.send(message, lambda reply: then(_has_succeeded(reply)))

    def ask(self, tenant_id: str, anchor: str, tag: str) -> None:
        self._begin(tag, self._ask(tenant_id, anchor, tag))

    def pressed(self, anchor: str, tag: str) -> None:
        self._begin(tag, self._connect(anchor, tag, self._tasks.get(tag)))

    async def _ask(self, tenant_id: str, anchor: str, tag: str) -> None:
        spoken = self._request(tenant_id)
        sound = Sound(spoken.pcm + bytes(2 * spoken.rate * PAUSE_SECONDS), spoken.rate)
        await self._media.play(anchor, tag, sound, times=MAX_REPETITIONS)

    async def _connect(self, anchor: str, tag: str, asking: asyncio.Task[None] | None) -> None:
        if asking is not None:
            await asyncio.wait((asking,))
        await self._media.stop(anchor, tag)
        replied: asyncio.Future[Reply | MediaUnavailable] = asyncio.get_running_loop().create_future()
        self._media.send(party_commands.silence(anchor, silent=False), replied.set_result)
        reply = await replied
        if isinstance(reply, MediaUnavailable):
            raise reply
        check_reply(reply)

    def _begin(self, tag: str, command: Coroutine[Any, Any, None]) -> None:
        task = self._tasks[tag] = asyncio.get_running_loop().create_task(_reporting(command))
        task.add_done_callback(lambda done: self._ended(tag, done))

    def _ended(self, tag: str, task: asyncio.Task[None]) -> None:
        if self._tasks.get(tag) is task:
            del self._tasks[tag]


def _has_succeeded(reply: Reply | MediaUnavailable) -> bool:
    return not isinstance(reply, MediaUnavailable) and reply.get("result") == "ok"


async def _reporting(command: Coroutine[Any, Any, None]) -> None:
    try:
        await command
    except MediaUnavailable:  # the leg has ended, or ends with the relay
        pass
    except Exception as fault:
        log.error("answer_key_request_failed", **describe_fault(fault))
