"""Digits that wait for rtpengine."""

import asyncio
from typing import cast

from unificx.calls.injected_digits import MAX_WAITING, InjectedDigits
from unificx.rtpengine.supervisor import RtpEngine


class SlowMedia:
    """Injects the digits of a leg once it may."""

    def __init__(self) -> None:
        self.free = asyncio.Event()
        self.digits: dict[str, str] = {}

    async def inject_digit(self, anchor: str, tag: str, digit: str) -> None:
        await self.free.wait()
        self.digits[tag] = self.digits.get(tag, "") + digit


async def test_digits_stay_in_order_and_a_flood_of_them_takes_limited_memory() -> None:
    media = SlowMedia()
    injected = InjectedDigits(cast("RtpEngine", media))
    for number in range(10 * MAX_WAITING):
        injected.send_event("call", "a", str(number % 10))
    injected.send_event("call", "b", "#")
    await asyncio.sleep(0)
    assert len(injected) == 2
    media.free.set()
    while len(injected):
        await asyncio.sleep(0)
    assert media.digits == {"a": "".join(str(each % 10) for each in range(MAX_WAITING)), "b": "#"}
