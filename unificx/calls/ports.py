"""What live calls need from others; filled by the wiring."""

import asyncio
from collections.abc import Callable, Sequence
from typing import Protocol

from unificx.calls.contracts import Hosting, Talk
from unificx.calls.facts import CallEnded
from unificx.media import MediaReport, Profile
from unificx.sip.legs import LegEvent, Refused


class MediaAnchor(Protocol):
    """Carries the media of calls. An anchor is one pair of legs; every method may raise media.MediaUnavailable."""

    async def offer(
        self, anchor: str, from_tag: str, sdp: bytes, taker: Profile, giver: Profile = Profile.PLAIN
    ) -> bytes:
        """Take an offer of `from_tag`; the description to send on to the other side. Of the giver only whether it is
        an app counts."""
        ...

    async def answer(self, anchor: str, from_tag: str, to_tag: str, sdp: bytes, taker: Profile) -> bytes:
        """Take the answer of `to_tag` to the offer of `from_tag`; the description to send back."""
        ...

    async def delete(self, anchor: str) -> MediaReport | None:
        """End it; the last figures, or None if it was not known."""
        ...

    async def query(self, anchor: str) -> MediaReport | None:
        """The figures so far, or None if it is not known."""
        ...


class Wakes(Protocol):
    """Tells sleeping devices of calls. Nothing here waits: whether it arrives is not known."""

    def sleeping(self, extension_id: str) -> tuple[str, ...]:
        """The enabled devices of an extension that can be woken, registered or not."""
        ...

    def wake(self, device_ids: Sequence[str], call_id: str) -> None:
        """There is a call for these."""
        ...

    def stop(self, device_ids: Sequence[str], call_id: str) -> None:
        """It is no matter of theirs any more: answered elsewhere, or given up."""
        ...


class NobodyWakes:
    """No device can be woken."""

    def sleeping(self, extension_id: str) -> tuple[str, ...]:
        del extension_id
        return ()

    def wake(self, device_ids: Sequence[str], call_id: str) -> None:
        del device_ids, call_id

    def stop(self, device_ids: Sequence[str], call_id: str) -> None:
        del device_ids, call_id


class FarEnd(Protocol):
    """The app's end of a leg. Nothing here waits, and nothing is told back before it has returned."""

    def acknowledged(self, sdp: bytes) -> None:
        """The answer to the offer that its `Answered` was."""
        ...

    def offered(self, sdp: bytes) -> None:
        """A new offer: `OfferAnswered` or `OfferRefused` follows."""
        ...

    def offer_answered(self, sdp: bytes) -> None:
        """The answer to what it `Offered`."""
        ...

    def offer_refused(self, status: int) -> None:
        """What it `Offered` was refused: all stays as it was."""
        ...

    def informed(self, content_type: str, body: bytes) -> None:
        """An INFO of the caller's phone, keys for the most part."""
        ...

    def ended(self) -> None:
        """The call is over. The app does what it still has to; nobody listens to it."""
        ...


class HostsApps(Protocol):
    """Runs the apps in which calls can end."""

    def host(self, hosting: Hosting, offer: bytes, tell: Callable[[LegEvent], None]) -> FarEnd:
        """Let an app take a call. It tells as a callee's leg does: `Answered`, `Refused`, `HungUp` and so on, never
        before this has returned. Without an offer its answer is one."""
        ...


class NobodyHosts:
    """There are no apps: whoever is sent to one is refused."""

    def host(self, hosting: Hosting, offer: bytes, tell: Callable[[LegEvent], None]) -> FarEnd:
        del hosting, offer
        asyncio.get_running_loop().call_soon(tell, Refused(480, None))
        return _Nowhere()


class _Nowhere:
    def acknowledged(self, sdp: bytes) -> None: ...
    def offered(self, sdp: bytes) -> None: ...
    def offer_answered(self, sdp: bytes) -> None: ...
    def offer_refused(self, status: int) -> None: ...
    def informed(self, content_type: str, body: bytes) -> None: ...
    def ended(self) -> None: ...


class Overhears(Protocol):
    """Is told what goes on between people: for whoever records it. Nothing here waits."""

    def talks(self, talk: Talk) -> None:
        """Two people talk. Told again, with the same call id, when anything of it has changed: who talks, who holds,
        where their media meet. A new leg is told here before anything of it may be kept."""
        ...

    def apart(self, call_id: str) -> None:
        """They talk no more for now, though the call is not over: parked, or with an app."""
        ...

    def pressed(self, call_id: str, tag: str, key: str) -> None:
        """A leg has pressed a key."""
        ...

    def over(self, call_id: str) -> bool:
        """The call is over. Whether anything of it was recorded."""
        ...


class NobodyOverhears:
    """What is said is nobody's business."""

    def talks(self, talk: Talk) -> None: ...
    def apart(self, call_id: str) -> None: ...
    def pressed(self, call_id: str, tag: str, key: str) -> None: ...

    def over(self, call_id: str) -> bool:
        del call_id
        return False


class RecordsCalls(Protocol):
    """Keeps the record of a call: safe against a crash of this process once it returns."""

    def record(self, call: CallEnded) -> None:
        """Take what became of a call."""
        ...
