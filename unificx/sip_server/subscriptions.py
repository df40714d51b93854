"""Event subscriptions (RFC 6665): each is a dialog and a state machine of `sip.subscription`. The content of a
NOTIFY is computed when it is sent, so that changes in a row are combined.

Subscriptions are kept in memory only: after a restart a phone gets 481 at its next refresh and subscribes again.
"""

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Protocol, TypeVar

from unificx.core.deadlines import DeadlineQueue
from unificx.sip import subscription
from unificx.sip.dialog import Dialog, uas_dialog
from unificx.sip.endpoint import Endpoint
from unificx.sip.errors import RemoteProtocolError
from unificx.sip.fields import Headers
from unificx.sip.flow import Flow
from unificx.sip.message import Request, respond, retry_after
from unificx.sip.transactions.events import (
    ClientKey,
    Event,
    RequestFailed,
    RequestReceived,
    ResponseReceived,
)

MAX_SUBSCRIPTIONS = 100_000
"""Maximum number of subscriptions: twenty keys each of 5,000 phones."""
MAX_SAME = 4
"""Maximum of one device to the same resource: one that was reset leaves old subscriptions behind; a new one replaces
the oldest."""
MAX_PER_DEVICE = 256
"""Maximum of one device: more keys than any phone with its extension modules has."""

_Key = TypeVar("_Key")


@dataclass(frozen=True, slots=True)
class Subscriber:
    """The device that has subscribed."""

    tenant_id: str
    extension_id: str
    device_id: str


@dataclass(frozen=True, slots=True)
class Watched:
    """A resource and its watcher: `resource` is the key by which `Subscriptions.changed` names it."""

    package: str
    resource: str
    subscriber: Subscriber


class EventPackage(Protocol):
    """An event package."""

    def content(self, watched: Watched, version: int) -> tuple[str, bytes]:
        """Return type and body of a NOTIFY, the one of this number in its subscription, counted from 0."""
        ...

    def is_allowed(self, watched: Watched) -> bool:
        """Return whether the subscriber may watch the resource, which must exist."""
        ...


@dataclass(slots=True)
class _Subscription:
    watched: Watched
    package: EventPackage
    event: str = field(repr=False)
    """The Event header as sent by the phone: its id parameter is echoed."""
    dialog: Dialog = field(repr=False)
    state: subscription.State
    notified: int = 0
    """Number of NOTIFYs sent."""


class Subscriptions:
    """All subscriptions. `contact` returns our Contact for a flow."""

    def __init__(self, endpoint: Endpoint, contact: Callable[[Flow], str]) -> None:
        self._endpoint = endpoint
        self._contact = contact
        # Owner: the node that holds the subscriptions: its id is in their tags.
        self._subscriptions: dict[str, _Subscription] = {}
        self._by_resource: dict[tuple[str, str], dict[str, None]] = {}
        self._by_extension: dict[str, dict[str, None]] = {}
        self._counts = Counter[str]()
        self._pending: dict[ClientKey, str] = {}
        self._agenda = DeadlineQueue(self._deadlines)

    def __len__(self) -> int:
        return len(self._subscriptions)

    def begin(self, event: RequestReceived, watched: Watched, now: float, *, package: EventPackage) -> None:
        """Accept or reject a SUBSCRIBE outside a dialog. Raise RemoteProtocolError."""
        request, tag = event.request, self._endpoint.new_tag()
        expires = self._grant_expires(event, tag, now)
        if expires is None:
            return
        if len(self._subscriptions) >= MAX_SUBSCRIPTIONS:
            self._respond(event, 503, tag, now, (("Retry-After", "60"),))
            return
        dialog = uas_dialog(request, tag, event.flow)
        self._accept(event, dialog, expires, now)
        self._drop_oldest(watched)
        state, actions = subscription.begin(expires, now)
        self._subscriptions[tag] = _Subscription(watched, package, request.first("event") or "", dialog, state)
        self._counts[watched.package] += 1
        self._by_resource.setdefault((watched.package, watched.resource), {})[tag] = None
        self._by_extension.setdefault(watched.subscriber.extension_id, {})[tag] = None
        self._apply(tag, (state, actions), now)

    def is_watched(self, package: str, resource: str) -> bool:
        """Return whether anybody has subscribed to this."""
        return (package, resource) in self._by_resource

    def knows(self, request: Request) -> bool:
        """Return whether a request inside a dialog belongs to a subscription."""
        held = self._subscriptions.get(request.to_tag)
        dialog = held.dialog if held is not None else None
        return dialog is not None and (dialog.call_id, dialog.remote_tag) == (request.call_id, request.from_tag)

    def event(self, event: Event, now: float) -> bool:
        """Handle an endpoint event; False if it does not belong to a subscription. Raise RemoteProtocolError for an
        invalid request."""
        match event:
            case RequestReceived():
                return self._refresh(event, now)
            case ResponseReceived(key, response) if response.status >= 200:
                tag = self._pending.pop(key, None)
                answered = subscription.NotifyAnswered(response.status, retry_after(response))
                return tag is not None and self._step(tag, answered, now)
            case RequestFailed(key):
                tag = self._pending.pop(key, None)
                return tag is not None and self._step(tag, subscription.NotifyFailed(), now)
            case _:
                return False

    def changed(self, package: str, resource: str, now: float) -> None:
        """Notify the subscribers of a resource."""
        for tag in list(self._by_resource.get((package, resource), ())):
            held = self._subscriptions[tag]
            allowed = held.package.is_allowed(held.watched)
            self._step(
                tag, subscription.StateChanged() if allowed else subscription.TerminationRequested("noresource"), now
            )

    def end(
        self, extension_id: str, now: float, device_id: str = "", reason: subscription.Reason = "noresource"
    ) -> None:
        """End the subscriptions of an extension, or those of one device. `reason`: whether it should try again (RFC
        6665 section 4.1.3)."""
        for tag in list(self._by_extension.get(extension_id, ())):
            if device_id in ("", self._subscriptions[tag].watched.subscriber.device_id):
                self._step(tag, subscription.TerminationRequested(reason), now)

    def has_device(self, package: str, resource: str, device_id: str) -> bool:
        """Return whether a device has subscribed to this."""
        tags = self._by_resource.get((package, resource), ())
        return any(self._subscriptions[tag].watched.subscriber.device_id == device_id for tag in tags)

    def count(self, package: str) -> int:
        """Return the number of subscriptions to a package."""
        return self._counts[package]

    def deadline(self) -> float:
        """Return when `timer` has to be called next."""
        return self._agenda.deadline()

    def timer(self, now: float) -> None:
        """Handle expired timers."""
        for tag in self._agenda.due(now):
            held = self._subscriptions.get(tag)
            at = subscription.deadline(held.state) if held is not None else None
            if at is not None and at <= now:
                self._step(tag, subscription.TimerFired(), now)
            elif at is not None:
                self._agenda.schedule(at, tag)

    # ---- internals

    def _grant_expires(self, event: RequestReceived, tag: str, now: float) -> int | None:
        """Return the seconds to grant; None if they are too few, which is answered."""
        try:
            return subscription.granted_expires(event.request.expires)
        except RemoteProtocolError as fault:
            self._respond(event, fault.status, tag, now, (("Min-Expires", str(subscription.MIN_EXPIRES)),))
            return None

    def _accept(self, event: RequestReceived, dialog: Dialog, expires: int, now: float) -> None:
        routes = [("Record-Route", value) for value in event.request.values("record-route")]
        own = dialog.contact(self._contact(event.flow))
        headers = (*routes, ("Contact", own), ("Expires", str(expires)))
        self._respond(event, 200, dialog.local_tag, now, headers)

    def _respond(self, event: RequestReceived, status: int, tag: str, now: float, headers: Headers = ()) -> None:
        """Answer a request; `tag` is ours, which a request inside the dialog has already."""
        self._endpoint.respond(event.key, respond(event.request, status, to_tag=tag, headers=headers), now)

    def _refresh(self, event: RequestReceived, now: float) -> bool:
        request, tag = event.request, event.request.to_tag
        if not self.knows(request):
            return False
        held = self._subscriptions[tag]
        if request.method != "SUBSCRIBE":
            self._respond(event, 405, tag, now, (("Allow", "SUBSCRIBE"),))
            return True
        held.dialog = held.dialog.receive_request(request, event.flow)
        if not held.package.is_allowed(held.watched):
            self._respond(event, 403, tag, now)
            return self._step(tag, subscription.TerminationRequested("noresource"), now)
        expires = self._grant_expires(event, tag, now)
        if expires is not None:
            held.dialog = held.dialog.refreshed(request)
            self._accept(event, held.dialog, expires, now)
            self._step(tag, subscription.Refreshed(expires), now)
        return True

    def _step(self, tag: str, event: subscription.Event, now: float) -> bool:
        held = self._subscriptions.get(tag)
        if held is not None:
            self._apply(tag, subscription.step(held.state, event, now), now)
        return True

    def _apply(self, tag: str, outcome: subscription.StepResult, now: float) -> None:
        held = self._subscriptions[tag]
        held.state, actions = outcome
        for action in actions:
            self._notify(tag, held, action.state, now)
        if isinstance(held.state, subscription.Terminated):
            self._drop(tag)
        else:
            self._agenda.schedule(subscription.deadline(held.state), tag)

    def _notify(self, tag: str, held: _Subscription, state: str, now: float) -> None:
        flow = held.dialog.flow
        own = held.dialog.contact(self._contact(flow))
        headers = [("Contact", own), ("Event", held.event), ("Subscription-State", state)]
        body = b""
        if held.package.is_allowed(held.watched):
            kind, body = held.package.content(held.watched, held.notified)
            headers.append(("Content-Type", kind))
        held.notified += 1
        held.dialog, request = held.dialog.request("NOTIFY", headers, body)
        self._pending[self._endpoint.request(request, flow, now)] = tag

    def _drop_oldest(self, watched: Watched) -> None:
        """Make room for one more subscription of a device. Tags are in the order of their subscriptions."""
        found = self._by_extension.get(watched.subscriber.extension_id, ())
        own = [tag for tag in found if self._subscriptions[tag].watched.subscriber == watched.subscriber]
        same = [tag for tag in own if self._subscriptions[tag].watched == watched]
        for tag in {*own[: max(0, len(own) - MAX_PER_DEVICE + 1)], *same[: max(0, len(same) - MAX_SAME + 1)]}:
            self._drop(tag)

    def _drop(self, tag: str) -> None:
        watched = self._subscriptions.pop(tag).watched
        self._counts[watched.package] -= 1
        _discard(self._by_resource, (watched.package, watched.resource), tag)
        _discard(self._by_extension, watched.subscriber.extension_id, tag)

    def _deadlines(self) -> Iterator[tuple[float, str]]:
        for tag, held in self._subscriptions.items():
            at = subscription.deadline(held.state)
            if at is not None:
                yield at, tag


def _discard(index: dict[_Key, dict[str, None]], key: _Key, tag: str) -> None:
    tags = index[key]
    del tags[tag]
    if not tags:
        del index[key]


def event_package(request: Request) -> str:
    """Return the event package of a SUBSCRIBE; dialog with the parameter `sla`, for shared lines, is another one."""
    package, *parameters = [part.strip().lower() for part in (request.first("event") or "").split(";")]
    return f"{package};sla" if "sla" in parameters else package
