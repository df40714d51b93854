"""Call capture: subscribes the media engine to both participants and writes their audio into a recording."""

import asyncio
import contextlib
from collections.abc import Callable

from unificx import sdp
from unificx.calls import Conversation, ConversationLeg
from unificx.core.errors import StorageFull
from unificx.media import MediaUnavailable
from unificx.recording.archive import Made
from unificx.recording.ports import Ears, Relay, Tap
from unificx.recording.stereo_interleaver import Pairing

LOOK_BACK = 0.5
"""Seconds held back before writing: a DTMF digit that pauses recording is reported when it is released."""
LAST_WORDS = 1.0
"""Seconds to wait for the last chunks."""
_WIDE = ("G722", "OPUS")


def wideband(talk: Conversation) -> bool:
    """Whether the call uses a wideband codec."""
    caller, callee = (_codecs(leg) for leg in talk.legs)
    common = next((name for name in callee if name in caller), None)
    return common in _WIDE if common else any(names[:1] and names[0] in _WIDE for names in (caller, callee))


def _codecs(leg: ConversationLeg) -> list[str]:
    try:
        media = sdp.first_audio(sdp.parse(leg.sdp))
    except sdp.SdpError:
        return []
    return [each.name.upper() for each in sdp.codecs(media)] if media is not None else []


class Subscriptions:
    """The media engine's subscriptions to both participants, from `open` until `close`."""

    def __init__(self, relay: Relay, ears: Ears, talk: Conversation) -> None:
        self.talk = talk
        self.rate = 16000 if wideband(talk) else 8000
        self._relay = relay
        self._ears = ears

    def leg(self, tag: str) -> str:
        """The leg name in the media engine, and its tag at the relay."""
        return f"rec-{tag}"

    async def open(self) -> None:
        """Subscribe to both participants or to none. Raises MediaUnavailable."""
        talk = self.talk
        try:
            for leg in talk.legs:
                name = self.leg(leg.tag)
                offer = await self._relay.subscribe(talk.anchor, leg.tag, name, wideband=self.rate == 16000)
                await self._relay.answer_subscription(talk.anchor, name, await self._ears.open(name, offer))
        except BaseException:
            await self.close()
            raise

    async def close(self) -> None:
        for leg in self.talk.legs:
            self._ears.close(self.leg(leg.tag))
            with contextlib.suppress(MediaUnavailable):
                await self._relay.unsubscribe(self.talk.anchor, self.leg(leg.tag))


class Segment:
    """Writes uninterrupted audio of both participants into a recording until `stop`.

    `on_failed` is called once if it cannot continue: "full" if there is no space, "lost" if the media engine is gone;
    what was received until then is written by `end`.
    """

    def __init__(self, ears: Ears, subscriptions: Subscriptions, made: Made, number: int) -> None:
        self.broken: Callable[[str], None] = lambda why: None
        self.said = False
        """Whether anything was written."""
        self._ears = ears
        self._made = made
        self._rate = subscriptions.rate
        self._pairing = Pairing(self._rate)
        self._news = asyncio.Event()
        self._over = False
        self._lost = False
        self._keep = LOOK_BACK
        self._names = [f"{subscriptions.leg(leg.tag)}/{number}" for leg in subscriptions.talk.legs]
        legs = [subscriptions.leg(leg.tag) for leg in subscriptions.talk.legs]
        # Both taps are requested together, so that both streams start in the same tick.
        taps = [ears.record(name, leg=leg) for name, leg in zip(self._names, legs, strict=True)]
        self._hearing = [asyncio.create_task(self._hear(channel, tap)) for channel, tap in enumerate(taps)]
        self._writing = asyncio.create_task(self._write())

    def shut(self, *, drop: bool = False) -> None:
        """Stop immediately: later audio is not recorded; with `discard`, audio not yet written is discarded."""
        if self._over:
            return
        self._over = True
        for task in self._hearing:
            task.cancel()
        for name in self._names:
            self._ears.end(name)
        self._keep = -1.0 if drop else 0.0
        self._news.set()

    async def end(self) -> None:
        """End after a hang-up or a lost tap, including the remaining audio."""
        if not self._over:
            for name in self._names:
                self._ears.end(name)
            await asyncio.wait(self._hearing, timeout=LAST_WORDS)
            self.shut()
        await self.written()

    async def written(self) -> None:
        """Wait until audio from before `stop` is written. Never raises."""
        await asyncio.wait((self._writing, *self._hearing))

    async def _hear(self, channel: int, tap: Tap) -> None:
        async for piece in tap:
            if piece.rate == self._rate:
                self._pairing.put(channel, piece.offset, piece.pcm)
                self._news.set()
        if not self._over and not self._lost and tap.reason != "ended":
            self._lost = True
            self.broken("lost")

    async def _write(self) -> None:
        try:
            while not self._over:
                await self._news.wait()
                self._news.clear()
                if not self._over:
                    await self._put(self._pairing.take(keep=self._keep))
            if self._keep >= 0:
                await self._put(self._pairing.take(end=True))
        except StorageFull:
            self.shut(drop=True)
            self.broken("full")

    async def _put(self, pcm: bytes) -> None:
        if pcm:
            self.said = True
            await self._made.write(pcm, self._rate)
