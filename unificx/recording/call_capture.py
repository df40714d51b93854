"""Call capture: subscribes the media engine to both participants and writes their audio into a recording."""

import asyncio
import contextlib
from collections.abc import Callable

from unificx import sdp
from unificx.calls import Conversation, ConversationLeg
from unificx.core.errors import StorageFull
from unificx.media import MediaUnavailable
from unificx.media_worker.client import MediaEngineClient, TapStream
from unificx.recording.archive import CallRecordingWriter
from unificx.recording.stereo_interleaver import StereoInterleaver
from unificx.rtpengine.supervisor import RtpEngine

HOLD_BACK_SECONDS = 0.5
"""Seconds held back before writing: a DTMF digit that pauses recording is reported when it is released."""
DRAIN_SECONDS = 1.0
"""Seconds to wait for the last chunks."""
_WIDEBAND_CODECS = ("G722", "OPUS")


def _is_wideband(conversation: Conversation) -> bool:
    """Whether the call uses a wideband codec."""
    caller, callee = (_codec_names(leg) for leg in conversation.legs)
    common = next((name for name in callee if name in caller), None)
    return (
        common in _WIDEBAND_CODECS
        if common
        else any(names[:1] and names[0] in _WIDEBAND_CODECS for names in (caller, callee))
    )


def _codec_names(leg: ConversationLeg) -> list[str]:
    try:
        media = sdp.first_audio(sdp.parse(leg.sdp))
    except sdp.SdpError:
        return []
    return [each.name.upper() for each in sdp.codecs(media)] if media is not None else []


class MediaSubscriptions:
    """The media engine's subscriptions to both participants, from `open` until `close`. `prefix` tells those of several
    purposes apart."""

    def __init__(
        self, relay: RtpEngine, engine: MediaEngineClient, conversation: Conversation, prefix: str = "rec"
    ) -> None:
        self.conversation = conversation
        self._prefix = prefix
        self.rate = 16000 if _is_wideband(conversation) else 8000
        self._relay = relay
        self._engine = engine

    def leg_name(self, tag: str) -> str:
        """The leg name in the media engine, and its tag at the relay."""
        return f"{self._prefix}-{tag}"

    async def open(self) -> None:
        """Subscribe to both participants or to none. Raises MediaUnavailable."""
        conversation = self.conversation
        try:
            for leg in conversation.legs:
                name = self.leg_name(leg.tag)
                offer = await self._relay.subscribe(conversation.anchor, leg.tag, name, wideband=self.rate == 16000)
                await self._relay.answer_subscription(conversation.anchor, name, await self._engine.open(name, offer))
        except BaseException:
            await self.close()
            raise

    async def close(self) -> None:
        for leg in self.conversation.legs:
            self._engine.close(self.leg_name(leg.tag))
            with contextlib.suppress(MediaUnavailable):
                await self._relay.unsubscribe(self.conversation.anchor, self.leg_name(leg.tag))


class CallSegment:
    """Writes uninterrupted audio of both participants into a recording until `stop`.

    `on_failed` is called once if it cannot continue: "full" if there is no space, "lost" if the media engine is gone;
    what was received until then is written by `end`.
    """

    def __init__(
        self,
        engine: MediaEngineClient,
        subscriptions: MediaSubscriptions,
        writer: CallRecordingWriter,
        number: int,
        on_failed: Callable[[str], None],
    ) -> None:
        self._on_failed = on_failed
        self.has_audio = False
        """Whether anything was written."""
        self._engine = engine
        self._writer = writer
        self._rate = subscriptions.rate
        self._interleaver = StereoInterleaver(self._rate)
        self._new_audio = asyncio.Event()
        self._stopped = False
        self._lost = False
        self._hold_back = HOLD_BACK_SECONDS
        self._tap_names = [f"{subscriptions.leg_name(leg.tag)}/{number}" for leg in subscriptions.conversation.legs]
        legs = [subscriptions.leg_name(leg.tag) for leg in subscriptions.conversation.legs]
        # Both taps are requested together, so that both streams start in the same tick.
        taps = [engine.record(name, leg=leg) for name, leg in zip(self._tap_names, legs, strict=True)]
        self._tap_tasks = [asyncio.create_task(self._consume(channel, tap)) for channel, tap in enumerate(taps)]
        self._write_task = asyncio.create_task(self._write())

    def stop(self, *, discard: bool = False) -> None:
        """Stop immediately: later audio is not recorded; with `discard`, audio not yet written is discarded."""
        if self._stopped:
            return
        self._stopped = True
        for task in self._tap_tasks:
            task.cancel()
        for name in self._tap_names:
            self._engine.end(name)
        self._hold_back = -1.0 if discard else 0.0
        self._new_audio.set()

    async def end(self) -> None:
        """End after a hang-up or a lost tap, including the remaining audio."""
        if not self._stopped:
            for name in self._tap_names:
                self._engine.end(name)
            await asyncio.wait(self._tap_tasks, timeout=DRAIN_SECONDS)
            self.stop()
        await self.flush()

    async def flush(self) -> None:
        """Wait until audio from before `stop` is written. Never raises."""
        await asyncio.wait((self._write_task, *self._tap_tasks))

    async def _consume(self, channel: int, tap: TapStream) -> None:
        async for piece in tap:
            if piece.rate == self._rate:
                self._interleaver.put(channel, piece.offset, piece.pcm)
                self._new_audio.set()
        if not self._stopped and not self._lost and tap.reason != "ended":
            self._lost = True
            self._on_failed("lost")

    async def _write(self) -> None:
        try:
            while not self._stopped:
                await self._new_audio.wait()
                self._new_audio.clear()
                if not self._stopped:
                    await self._write_chunk(self._interleaver.take(hold_back=self._hold_back))
            if self._hold_back >= 0:
                await self._write_chunk(self._interleaver.take(end=True))
        except StorageFull:
            self.stop(discard=True)
            self._on_failed("full")

    async def _write_chunk(self, pcm: bytes) -> None:
        if pcm:
            self.has_audio = True
            await self._writer.write(pcm, self._rate)
