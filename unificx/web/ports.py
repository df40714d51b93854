"""What the HTTP face asks of the rest of the house; `app.wiring` fills these."""

from collections.abc import AsyncIterable, Collection, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from unificx.calls import Parked
from unificx.media.sounds import Sound
from unificx.meetings import Room
from unificx.prompts import SPEECH
from unificx.recorder import LiveRecording


class LiveCall(Protocol):
    """A call that is going on."""

    @property
    def id(self) -> str: ...
    @property
    def tenant_id(self) -> str: ...
    @property
    def state(self) -> str: ...
    @property
    def started(self) -> datetime: ...
    @property
    def answered(self) -> datetime | None: ...
    @property
    def caller(self) -> str:
        """The caller's number."""
        ...

    @property
    def callee(self) -> str:
        """The number that was dialled."""
        ...

    @property
    def room(self) -> str | None:
        """The id of the conference room it is in."""
        ...


class LiveCalls(Protocol):
    """The calls going on in this installation."""

    def live(self, tenant_id: str | None) -> Sequence[LiveCall]:
        """The live calls of one tenant, of all for None."""
        ...

    def hangup(self, call_id: str) -> None:
        """End the call for everybody in it. A call that is over already is no error."""
        ...

    def of(self, extensions: Collection[str]) -> Sequence[LiveCall]:
        """The calls these extensions are in."""
        ...

    def dial(self, extension_id: str, device_id: str, to: str) -> str:
        """Ring an extension's own device, all of them for "", and then whoever is meant; the call's id. Raises NotFound
        for a number of nobody, NoRoom while no call can begin."""
        ...

    def transfer(self, call_id: str, extensions: Collection[str], to: str) -> None:
        """Give away the other one in a call these extensions are in. Raises NotFound, Conflict, Forbidden."""
        ...

    def join(self, call_id: str, extensions: Collection[str], consultation: str) -> None:
        """Bring together the two with whom these extensions talk in two calls. Raises as `transfer`."""
        ...

    def parked(self, tenant_id: str) -> Sequence[Parked]:
        """Who is parked in an organisation, in the order of the places."""
        ...

    def meet(self, call_id: str, extensions: Collection[str]) -> Room:
        """Move both in a call these extensions are in into a room of its own. Raises as `transfer`."""
        ...

    def decline(self, call_id: str, device_id: str) -> bool:
        """A person says no to a call on a device that it woke; False if it does not ring there."""
        ...


class LiveRecordings(Protocol):
    """The recording of live calls; `recorder.Recorder` fills it. Everything may raise NotFound, all but `live`
    Conflict and Forbidden."""

    def live(self, call_id: str) -> LiveRecording:
        """How it stands."""
        ...

    def start(self, call_id: str, extensions: Collection[str]) -> LiveRecording:
        """Somebody in the call, at one of these extensions, wants it recorded."""
        ...

    def stop(self, call_id: str, by: Collection[str] | None) -> LiveRecording:
        """`by` are the extensions of whoever asks; None: he looks after the organisation."""
        ...

    def pause(self, call_id: str, by: Collection[str] | None, *, card: bool = False) -> LiveRecording: ...
    def resume(self, call_id: str, by: Collection[str] | None) -> LiveRecording: ...


@dataclass(frozen=True, slots=True)
class PartState:
    """Whether one part of the installation can do its work; `why` says what is wrong and what to do."""

    name: str
    ok: bool
    why: str = ""


@dataclass(frozen=True, slots=True)
class IceServer:
    """A STUN or TURN server as browsers take it (RTCIceServer), with credentials for an hour at the most."""

    urls: tuple[str, ...]
    username: str = field(default="", repr=False)
    credential: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class SipProof:
    """What a client's telephone registers and calls with."""

    expires: datetime
    bearer: str = field(repr=False)
    """RFC 8898."""


class Telephony(Protocol):
    """What our own client needs to be a telephone, and whether it can be rung."""

    def proof(self, device_id: str) -> SipProof:
        """A fresh proof for a device."""
        ...

    def ice_servers(self) -> Sequence[IceServer]:
        """The servers that help a browser out of its network, with fresh credentials."""
        ...

    def registered(self, extension_id: str, device_id: str) -> bool:
        """Whether the device is registered now."""
        ...

    def can_be_woken(self, extension_id: str, device_id: str) -> bool:
        """Whether the device is woken for a call while it is not."""
        ...


class Studio(Protocol):
    """Makes sounds of what people upload or write; `net.Studio` fills it."""

    async def sound(self, file: AsyncIterable[bytes], longest: float, level: float = SPEECH) -> Sound:
        """What is in a file that comes in pieces, at most so many seconds long and as loud as `level` LUFS.

        Raises Invalid, TooMany, and what the pieces raise.
        """
        ...

    async def spoken(self, text: str, language: str) -> Sound:
        """A text as speech. Raises Invalid, TooMany; prompts.CannotSpeak where no voice is installed."""
        ...


class Parts(Protocol):
    """The parts `/readyz` tells about: database, keys, SIP listeners, rtpengine."""

    async def states(self) -> Sequence[PartState]:
        """Ask every part, within a second or so."""
        ...

    def full(self) -> bool:
        """Whether there is no room to keep anything new."""
        ...
