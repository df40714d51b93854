"""What the recorder needs from others; filled by the wiring."""

from collections.abc import AsyncIterator, Sequence
from typing import Protocol

from unificx.media import MediaReport
from unificx.media.mixer.messages import Chunk
from unificx.media.sounds import Sound
from unificx.sdp import Indication


class Relay(Protocol):
    """Where the media of calls meet: `net.RtpEngine`. Everything may raise media.MediaUnavailable."""

    async def query(self, anchor: str) -> MediaReport | None:
        """Figures so far."""
        ...

    async def play(self, anchor: str, tag: str, sound: Sound) -> float:
        """Play to one party in the place of what it hears; how many seconds that takes."""
        ...

    async def stop(self, anchor: str, tag: str) -> None:
        """Stop what is played to a party."""
        ...

    async def hear_tones(self, anchor: str, tag: str) -> None:
        """Tell the keys, too, that a party sends as sound."""
        ...

    async def subscribe(self, anchor: str, tag: str, listener: str, *, wideband: bool = False) -> bytes:
        """An offer by which our media engine listens to a party."""
        ...

    async def subscribed(self, anchor: str, listener: str, sdp: bytes) -> None:
        """The media engine's answer to it."""
        ...

    async def unsubscribe(self, anchor: str, listener: str) -> None: ...


class Tap(Protocol):
    """What a leg says, piece by piece. `reason` says, afterwards, why it ended."""

    @property
    def reason(self) -> str | None: ...
    def __aiter__(self) -> AsyncIterator[Chunk]: ...


class Ears(Protocol):
    """The media engine. `open` may raise media.MediaUnavailable; the others do not wait."""

    async def open(self, leg: str, offer: bytes) -> bytes: ...
    def close(self, leg: str) -> None: ...
    def record(self, tap: str, *, leg: str) -> Tap: ...
    def end(self, tap: str) -> None:
        """End a tap: it gives what is left, and stops."""
        ...


class RoomEars(Protocol):
    """The media engine, as rooms are heard by it. Nothing waits."""

    def record(self, tap: str, *, leg: str = "", room: str = "") -> Tap: ...
    def end(self, tap: str) -> None: ...
    def beep(self, leg_or_room: str) -> None:
        """Sound the recording tone to everybody in a room."""
        ...


class RoomCalls(Protocol):
    """The calls by which people are in a room: `calls.RecordedCalls`. Nothing waits, and one that is over is none."""

    def indicate(self, call_id: str, indication: Indication) -> None:
        """How it stands with the recording: phones that show it are told."""
        ...

    def kept(self, call_id: str) -> None:
        """Something of what was said in it is recorded."""
        ...

    def refuses(self, call_id: str) -> bool:
        """Whether its phone has said that it is not to be recorded."""
        ...


class Prompts(Protocol):
    """What can be said, by name, in the languages there are."""

    def named(self, name: str, language: str) -> Sequence[Sound]: ...
