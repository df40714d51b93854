"""Interfaces that call control requires; implemented by other areas."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
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
from unificx.registrar import Caller
from unificx.routing import Destination
from unificx.sip.flow import Flow
from unificx.sip.legs import LegEvent
from unificx.trunks import DtmfMode, TrunkDirectory


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


AppEvent = LegEvent | ConnectRequest | ConnectWithdrawn
"""An event of an app: those of a callee's leg, and its requests."""


class AppEndpoint(Protocol):
    """The app's side of a leg. Methods do not block and do not emit events before they return."""

    def acknowledged(self, sdp: bytes) -> None:
        """The answer to the offer in its `Answered` event."""
        ...

    def offered(self, sdp: bytes) -> None:
        """A new offer; the app emits `OfferAnswered` or `OfferRejected`."""
        ...

    def offer_answered(self, sdp: bytes) -> None:
        """The answer to the offer in its `OfferReceived` event."""
        ...

    def offer_rejected(self, status: int) -> None:
        """The offer in its `OfferReceived` event was rejected; the session is unchanged."""
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


class AnswerKeyRequests(Protocol):
    """Asks a user at a number outside for the answer key, by which a person takes the call. Methods do not block."""

    def silence(self, anchor: str, then: Callable[[bool], None]) -> None:
        """Let the parties of an anchor hear nothing of each other, even before one of them is dialled. `then` is called
        later, with whether that is so now."""
        ...

    def ask(self, tenant_id: str, anchor: str, tag: str) -> None:
        """Play the request to a leg, again and again."""
        ...

    def pressed(self, anchor: str, tag: str) -> None:
        """Stop the request to a leg and let the parties of the anchor hear each other."""
        ...


class CallRecordWriter(Protocol):
    """Stores call records, durable once `record` returns."""

    def record(self, call: CallEnded) -> None:
        """Store the record of an ended call."""
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
    """The world outside as calls need it. `credit` None: no tenant has a limit. By tenant and number in E.164,
    `subject` returns the data subject, and `name` the name that the tenant has given the number, "" for none; both from
    memory. `place` returns where a party is that calls an emergency number, `is_open` whether the connection of a flow
    still exists."""

    trunks: TrunkDirectory
    numbers: PublicNumbers
    subject: Callable[[str, str], str]
    name: Callable[[str, str], str]
    credit: CallCredit | None
    place: Callable[[Caller], Location | None]
    is_open: Callable[[Flow], bool]

    def dtmf(self, party: Caller) -> DtmfMode:
        """Return how digits are sent to a party outside."""
        trunk = self.trunks.trunk(party.trunk_id)
        return trunk.options.dtmf if trunk is not None else "rfc4733"

    def is_emergency(self, tenant_id: str, dialled: str) -> bool:
        """Whether a dialled string is an emergency number, which no limit may prevent from being called."""
        return self.numbers.is_emergency(tenant_id, dialled)
