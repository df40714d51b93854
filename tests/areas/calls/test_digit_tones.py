"""Tones of digits that wait for rtpengine."""

import asyncio
from collections import Counter
from typing import cast

from unificx.calls.digit_tones import MAX_WAITING, DigitTones
from unificx.media.sounds import Sound
from unificx.rtpengine.supervisor import RtpEngine


class SlowMedia:
    """Plays sounds once it may."""

    def __init__(self) -> None:
        self.free = asyncio.Event()
        self.played: list[tuple[str, Sound]] = []

    async def play(self, anchor: str, tag: str, file: Sound) -> float:
        await self.free.wait()
        self.played.append((tag, file))
        return 0.0


async def test_a_flood_of_digits_takes_limited_memory() -> None:
    media = SlowMedia()
    begun: list[str] = []
    ended: list[str] = []
    tones = DigitTones(
        cast("RtpEngine", media), lambda call_id, tag: begun.append(tag), lambda call_id, tag: ended.append(tag)
    )
    for _ in range(10 * MAX_WAITING):
        tones.play("call", "anchor", "a", "1")
    tones.play("call", "anchor", "b", "2")
    await asyncio.sleep(0)
    assert len(tones) == 2
    media.free.set()
    while len(tones):
        await asyncio.sleep(0)
    assert Counter(tag for tag, _ in media.played) == {"a": MAX_WAITING, "b": 1}
    assert begun == [tag for tag, _ in media.played]
    assert sorted(ended) == ["a", "b"], "after the last digit of each"
    assert len({sound.pcm for _, sound in media.played}) == 2
