"""Interfaces that call control requires; implemented by other areas."""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from unificx.calls.events import CallEnded, Outcome
from unificx.calls.schemas import (
    AppCallContext,
    ConnectRequest,
    ConnectWithdrawn,
    Conversation,
    CreditedLeg,
    CreditReply,
)
from unificx.locations import Location
from unificx.media import MediaUnavailable
from unificx.registrar import Caller
from unificx.routing import Destination
from unificx.rtpengine.ng import MediaReport, Profile
from unificx.sip.flow import Flow
from unificx.sip.legs import LegEvent, Rejected
from unificx.trunks import DtmfMode, Trunk, TrunkEndpoint


class MediaAnchor(Protocol):
    """Media relay. An anchor connects one pair of legs.

    Each `on_reply` is called once, after the method has returned, with the result or the reason why there is none.
    """

    def offer(
        self,
        anchor: str,
        from_tag: str,
        sdp: bytes,
        profiles: tuple[Profile, Profile],
        on_reply: Callable[[bytes | MediaUnavailable], None],
        *,
        all_codecs: bool = False,
    ) -> None:
        """Pass an offer of `from_tag` to the anchor; the reply is the SDP for the other side. `profiles` are those of
        the recipient and of the sender; of the latter, only whether it is an app's matters.
        `all_codecs`: offer all codecs that can be transcoded."""
        ...

    def answer(
        self,
        anchor: str,
        tags: tuple[str, str],
        sdp: bytes,
        recipient_profile: Profile,
        on_reply: Callable[[bytes | MediaUnavailable], None],
    ) -> None:
        """Pass an answer to the anchor; the reply is the SDP for the offerer. `tags` are those of offerer and
        answerer."""
        ...

    def delete(self, anchor: str, on_reply: Callable[[MediaReport | MediaUnavailable | None], None]) -> None:
        """Delete the anchor; the reply is its final statistics, None if it is unknown."""
        ...

    async def query(self, anchor: str) -> MediaReport | None:
        """Return the current statistics, None if the anchor is unknown. Raise MediaUnavailable."""
        ...


class PushWakeup(Protocol):
    """Push notifications about calls. Does not block; delivery is not confirmed."""

    def push_devices(self, extension_id: str) -> tuple[str, ...]:
        """Return the enabled devices of an extension that accept push notifications, registered or not."""
        ...

    def notify_call(self, device_ids: Sequence[str], call_id: str) -> None:
        """Notify devices of a call."""
        ...

    def notify_end(self, device_ids: Sequence[str], call_id: str) -> None:
        """Notify devices that the call was answered elsewhere or has ended."""
        ...


class NoPushWakeup:
    """Push is not available."""

    def push_devices(self, extension_id: str) -> tuple[str, ...]:
        del extension_id
        return ()

    def notify_call(self, device_ids: Sequence[str], call_id: str) -> None:
        del device_ids, call_id

    def notify_end(self, device_ids: Sequence[str], call_id: str) -> None:
        del device_ids, call_id


AppEvent = LegEvent | ConnectRequest | ConnectWithdrawn
"""An event of an app: those of a callee's leg, and its requests."""


class AppEndpoint(Protocol):
    """The app's side of a leg. Methods do not block and do not emit events before they return."""

    def acknowledged(self, sdp: bytes) -> None:
        """The answer to the offer in its `Answered` event."""
        ...

    def offered(self, sdp: bytes) -> None:
        """A new offer; the app emits `OfferAnswered` or `OfferRefused`."""
        ...

    def offer_answered(self, sdp: bytes) -> None:
        """The answer to the offer in its `OfferReceived` event."""
        ...

    def offer_refused(self, status: int) -> None:
        """The offer in its `OfferReceived` event was refused; the session is unchanged."""
        ...

    def info_received(self, content_type: str, body: bytes) -> None:
        """An INFO request of the caller's phone, usually DTMF."""
        ...

    def connect_ended(self, outcome: Outcome) -> None:
        """The connection in its `ConnectRequest` was "answered", and `ended` follows; or why it did not answer."""
        ...

    def party_changed(self, call_id: str, caller: Caller) -> None:
        """Another party takes the place of the app's one, by an attended transfer, and the leg is moved to its call."""
        ...

    def ended(self) -> None:
        """The call has ended. The app may finish its work; its events are ignored."""
        ...


class AppHost(Protocol):
    """Runs call apps."""

    def host(self, context: AppCallContext, offer: bytes, emit: Callable[[AppEvent], None]) -> AppEndpoint:
        """Start an app for a call. It emits the events of a callee's leg (`Answered`, `Rejected`, `HungUp` …) and its
        requests, never before this method has returned. If `offer` is empty, its answer is an offer."""
        ...


class NoAppHost:
    """No apps are available: calls to them are refused."""

    def host(self, context: AppCallContext, offer: bytes, emit: Callable[[AppEvent], None]) -> AppEndpoint:
        del context, offer
        asyncio.get_running_loop().call_soon(emit, Rejected(480, None))
        return _NullEndpoint()


class _NullEndpoint:
    def acknowledged(self, sdp: bytes) -> None: ...
    def offered(self, sdp: bytes) -> None: ...
    def offer_answered(self, sdp: bytes) -> None: ...
    def offer_refused(self, status: int) -> None: ...
    def info_received(self, content_type: str, body: bytes) -> None: ...
    def connect_ended(self, outcome: Outcome) -> None: ...
    def party_changed(self, call_id: str, caller: Caller) -> None: ...
    def ended(self) -> None: ...


class CallObserver(Protocol):
    """Observes conversations, e.g. to record them. Methods do not block."""

    def conversation_changed(self, conversation: Conversation) -> None:
        """Two participants are connected. Called again with the same call id on every change of participants, hold
        state or anchor. Media of a new leg must not be stored before it was announced here."""
        ...

    def conversation_suspended(self, call_id: str) -> None:
        """The participants are disconnected from each other, but the call continues: parked, or with an app."""
        ...

    def dtmf_received(self, call_id: str, tag: str, digit: str) -> None:
        """A leg sent a DTMF digit."""
        ...

    def call_ended(self, call_id: str) -> bool:
        """The call has ended. Return whether any part of it was recorded."""
        ...


class NullCallObserver:
    """Observer that does nothing."""

    def conversation_changed(self, conversation: Conversation) -> None: ...
    def conversation_suspended(self, call_id: str) -> None: ...
    def dtmf_received(self, call_id: str, tag: str, digit: str) -> None: ...

    def call_ended(self, call_id: str) -> bool:
        del call_id
        return False


class ConfirmationRequests(Protocol):
    """Asks a user at a number outside to confirm that a person takes the call. Methods do not block."""

    def silence(self, anchor: str, then: Callable[[bool], None]) -> None:
        """Let the parties of an anchor hear nothing of each other, even before one of them is dialled. `then` is called
        later, with whether that is so now."""
        ...

    def ask(self, tenant_id: str, anchor: str, tag: str) -> None:
        """Play the request to a leg, again and again."""
        ...

    def confirmed(self, anchor: str, tag: str) -> None:
        """Stop the request to a leg and let the parties of the anchor hear each other."""
        ...


class NoConfirmationRequests:
    """There is no media to ask by."""

    def silence(self, anchor: str, then: Callable[[bool], None]) -> None:
        asyncio.get_running_loop().call_soon(then, False)

    def ask(self, tenant_id: str, anchor: str, tag: str) -> None: ...
    def confirmed(self, anchor: str, tag: str) -> None: ...


class CallRecordWriter(Protocol):
    """Stores call records, durable once `record` returns."""

    def record(self, call: CallEnded) -> None:
        """Store the record of an ended call."""
        ...


class Trunks(Protocol):
    """Trunks, looked up in memory."""

    def trunk(self, trunk_id: str) -> Trunk | None:
        """Return a trunk by id."""
        ...

    def endpoint(self, trunk_id: str, now: float) -> TrunkEndpoint | None:
        """Return where to send calls of a trunk; None if it is unknown or no address of its server is known."""
        ...

    def available(self, trunk_id: str, now: float) -> bool:
        """Return whether the carrier is known to answer."""
        ...

    def pause(self, trunk_id: str, flow: Flow, until: float) -> None:
        """Do not send calls to a server until a time in monotonic seconds."""
        ...


class PublicNumbers(Protocol):
    """Numbers of the public network and the tenants' own among them, looked up in memory."""

    def is_emergency(self, tenant_id: str, dialled: str) -> bool:
        """Return whether a dialled string is an emergency number of the tenant's country."""
        ...

    def is_own(self, tenant_id: str, number: str) -> bool:
        """Return whether a number, in E.164, is one of the tenant."""
        ...

    def e164(self, tenant_id: str, text: str) -> str:
        """Return a number as a carrier has sent it in E.164, by the tenant's country; "" if it is none."""
        ...

    def destination(self, tenant_id: str, trunk_id: str, called_number: str, caller_number: str) -> Destination | None:
        """Return where a number of the tenant leads; None if the tenant does not have it on this trunk. Numbers are in
        E.164, that of the caller is "" if it is withheld."""
        ...


class NoTrunks:
    """There are no trunks."""

    def trunk(self, trunk_id: str) -> Trunk | None:
        del trunk_id
        return None

    def endpoint(self, trunk_id: str, now: float) -> TrunkEndpoint | None:
        del trunk_id, now
        return None

    def available(self, trunk_id: str, now: float) -> bool:
        del trunk_id, now
        return False

    def pause(self, trunk_id: str, flow: Flow, until: float) -> None:
        del trunk_id, flow, until


class CallCredit(Protocol):
    """Credit of tenants for calls outside."""

    def is_limited(self, tenant_id: str) -> bool:
        """Return whether the tenant has a limit, from memory."""
        ...

    def request(self, leg: CreditedLeg, on_reply: Callable[[CreditReply], None]) -> None:
        """Reserve credit for a leg that is about to be dialled. Does not block; `on_reply` is called once, after the
        method has returned, with whether it may be dialled."""
        ...


@dataclass(frozen=True, slots=True)
class OutsideLines:
    """The world outside as calls need it. `numbers` None: no tenant has any; `credit` None: no tenant has a limit. By
    tenant and number in E.164, `subject` returns the data subject, and `name` the name that the tenant has given the
    number, "" for none; both from memory. `place` returns where a party is that calls an emergency number."""

    trunks: Trunks = field(default_factory=NoTrunks)
    numbers: PublicNumbers | None = None
    subject: Callable[[str, str], str] = lambda tenant_id, number: ""
    name: Callable[[str, str], str] = lambda tenant_id, number: ""
    credit: CallCredit | None = None
    place: Callable[[Caller], Location | None] = lambda caller: None

    def dtmf(self, party: Caller) -> DtmfMode:
        """Return how digits are sent to a party outside."""
        trunk = self.trunks.trunk(party.trunk_id)
        return trunk.options.dtmf if trunk is not None else "rfc4733"

    def is_emergency(self, tenant_id: str, dialled: str) -> bool:
        """Whether a dialled string is an emergency number, which no limit may prevent from being called."""
        return self.numbers is not None and self.numbers.is_emergency(tenant_id, dialled)
