"""Interfaces that call control requires; implemented by other areas."""

import asyncio
from collections.abc import Callable, Sequence
from typing import Protocol

from unificx.calls.events import CallEnded
from unificx.calls.schemas import Hosting, Talk
from unificx.rtpengine.ng import MediaReport, Profile
from unificx.sip.legs import LegEvent, Rejected


class MediaAnchor(Protocol):
    """Media relay. An anchor connects one pair of legs; every method may raise media.MediaUnavailable."""

    async def offer(
        self,
        anchor: str,
        from_tag: str,
        sdp: bytes,
        taker: Profile,
        giver: Profile = Profile.PLAIN,
    ) -> bytes:
        """Pass an offer of `from_tag` to the anchor and return the SDP for the other side. Of `sender_profile` only
        whether it is an app's matters."""
        ...

    async def answer(self, anchor: str, from_tag: str, to_tag: str, sdp: bytes, taker: Profile) -> bytes:
        """Pass the answer of `to_tag` to the offer of `from_tag` and return the SDP for the offerer."""
        ...

    async def delete(self, anchor: str) -> MediaReport | None:
        """Delete the anchor and return its final statistics, None if it is unknown."""
        ...

    async def query(self, anchor: str) -> MediaReport | None:
        """Return the current statistics, None if the anchor is unknown."""
        ...


class Wakes(Protocol):
    """Push notifications about calls. Does not block; delivery is not confirmed."""

    def sleeping(self, extension_id: str) -> tuple[str, ...]:
        """Return the enabled devices of an extension that accept push notifications, registered or not."""
        ...

    def wake(self, device_ids: Sequence[str], call_id: str) -> None:
        """Notify devices of a call."""
        ...

    def stop(self, device_ids: Sequence[str], call_id: str) -> None:
        """Notify devices that the call was answered elsewhere or has ended."""
        ...


class NobodyWakes:
    """Push is not available."""

    def sleeping(self, extension_id: str) -> tuple[str, ...]:
        del extension_id
        return ()

    def wake(self, device_ids: Sequence[str], call_id: str) -> None:
        del device_ids, call_id

    def stop(self, device_ids: Sequence[str], call_id: str) -> None:
        del device_ids, call_id


class FarEnd(Protocol):
    """The app's side of a leg. Methods do not block and do not emit events before they return."""

    def acknowledged(self, sdp: bytes) -> None:
        """The answer to the offer in its `Answered` event."""
        ...

    def offered(self, sdp: bytes) -> None:
        """A new offer; the app emits `OfferAnswered` or `OfferRefused`."""
        ...

    def offer_answered(self, sdp: bytes) -> None:
        """The answer to the offer in its `Offered` event."""
        ...

    def offer_refused(self, status: int) -> None:
        """The offer in its `Offered` event was refused; the session is unchanged."""
        ...

    def informed(self, content_type: str, body: bytes) -> None:
        """An INFO request of the caller's phone, usually DTMF."""
        ...

    def ended(self) -> None:
        """The call has ended. The app may finish its work; its events are ignored."""
        ...


class HostsApps(Protocol):
    """Runs call apps."""

    def host(self, context: Hosting, offer: bytes, emit: Callable[[LegEvent], None]) -> FarEnd:
        """Start an app for a call. It emits the events of a callee's leg (`Answered`, `Refused`, `HungUp` …), never
        before this method has returned. If `offer` is empty, its answer is an offer."""
        ...


class NobodyHosts:
    """No apps are available: calls to them are refused."""

    def host(self, context: Hosting, offer: bytes, emit: Callable[[LegEvent], None]) -> FarEnd:
        del context, offer
        asyncio.get_running_loop().call_soon(emit, Rejected(480, None))
        return _Nowhere()


class _Nowhere:
    def acknowledged(self, sdp: bytes) -> None: ...
    def offered(self, sdp: bytes) -> None: ...
    def offer_answered(self, sdp: bytes) -> None: ...
    def offer_refused(self, status: int) -> None: ...
    def informed(self, content_type: str, body: bytes) -> None: ...
    def ended(self) -> None: ...


class Overhears(Protocol):
    """Observes conversations, e.g. to record them. Methods do not block."""

    def talks(self, talk: Talk) -> None:
        """Two participants are connected. Called again with the same call id on every change of participants, hold
        state or anchor. Media of a new leg must not be stored before it was announced here."""
        ...

    def apart(self, call_id: str) -> None:
        """The participants are disconnected from each other, but the call continues: parked, or with an app."""
        ...

    def pressed(self, call_id: str, tag: str, key: str) -> None:
        """A leg sent a DTMF digit."""
        ...

    def over(self, call_id: str) -> bool:
        """The call has ended. Return whether any part of it was recorded."""
        ...


class NobodyOverhears:
    """Observer that does nothing."""

    def talks(self, talk: Talk) -> None: ...
    def apart(self, call_id: str) -> None: ...
    def pressed(self, call_id: str, tag: str, key: str) -> None: ...

    def over(self, call_id: str) -> bool:
        del call_id
        return False


class RecordsCalls(Protocol):
    """Stores call records, durable once `record` returns."""

    def record(self, call: CallEnded) -> None:
        """Store the record of an ended call."""
        ...
