"""Awaiting rtpengine's replies to the requests that the call path sends with callbacks."""

import asyncio
from collections.abc import Callable
from functools import partial
from typing import Any

from unificx.media import MediaUnavailable
from unificx.rtpengine.client import NgClient
from unificx.rtpengine.ng import MediaReport, Profile, Sides
from unificx.rtpengine.supervisor import RtpEngine


async def offer(
    engine: RtpEngine,
    anchor: str,
    from_tag: str,
    sdp: bytes,
    profile: Profile,
    *,
    all_codecs: bool = False,
    ipv6: bool = False,
) -> bytes:
    request = partial(engine.offer, all_codecs=all_codecs)
    return await _reply_of(request, anchor, from_tag, sdp, Sides(profile, ipv6=ipv6))


async def answer(
    engine: RtpEngine | NgClient, anchor: str, from_tag: str, to_tag: str, sdp: bytes, profile: Profile
) -> bytes:
    return await _reply_of(engine.answer, anchor, (from_tag, to_tag), sdp, profile)


async def delete(engine: RtpEngine, anchor: str) -> MediaReport | None:
    return await _reply_of(engine.delete, anchor)


async def _reply_of(request: Callable[..., None], *args: Any) -> Any:
    future: asyncio.Future[Any] = asyncio.get_running_loop().create_future()
    request(*args, future.set_result)
    reply = await future
    if isinstance(reply, MediaUnavailable):
        raise reply
    return reply
