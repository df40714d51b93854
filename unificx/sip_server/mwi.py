"""Message waiting indication (RFC 3842): NOTIFY to phones that subscribe, and unsolicited NOTIFY to others.

Many desk phones never subscribe and update their MWI from unsolicited NOTIFY requests. Such a phone is notified when it
registers while there are new messages, and of each change; one that rejects is not notified again until its next
registration. Our own client receives events instead.
"""

import heapq
from collections.abc import Callable
from dataclasses import dataclass
from math import inf

from unificx.cluster import Location
from unificx.identity import DeviceAuth, DirectoryCache
from unificx.registrar import Binding
from unificx.sip.dialog import Dialog
from unificx.sip.endpoint import Endpoint
from unificx.sip.errors import RemoteProtocolError
from unificx.sip.flow import Flow
from unificx.sip.message import Request
from unificx.sip.transactions.events import ClientKey, Event, RequestFailed, ResponseReceived, ServerKey
from unificx.sip_server.ports import MessageCounts
from unificx.sip_server.subscriptions import EventPackage, Subscriber, Subscriptions

EVENT_PACKAGE = "message-summary"
CONTENT_TYPE = "application/simple-message-summary"
VOICEMAIL_CODE = "*97"
"""Target of the SUBSCRIBE of phones that use the voicemail access code as mailbox name."""
UNSOLICITED_DELAY = 2.0
"""Delay in seconds of the unsolicited NOTIFY after a registration: a phone that subscribes has done so by then."""


@dataclass(frozen=True, slots=True)
class MwiParts:
    """Dependencies. `contact` returns our Contact for a flow; `wake` is called if a deadline moves forward."""

    endpoint: Endpoint
    contact: Callable[[Flow], str]
    directory: DirectoryCache
    location: Location[Binding]
    message_counts: MessageCounts
    wake: Callable[[], None]


class MwiNotifier:
    """Notifies phones of the number of waiting messages. Never awaits."""

    def __init__(self, parts: MwiParts) -> None:
        self._parts = parts
        self._subscriptions = Subscriptions(
            parts.endpoint, parts.contact, EventPackage(self._summary, self._is_allowed)
        )
        # Owner: the node that holds the subscriptions.
        self._unsolicited: dict[ClientKey, str] = {}
        self._rejecting: set[str] = set()
        """Devices that rejected an unsolicited NOTIFY."""
        self._due: list[tuple[float, str, str]] = []

    def __len__(self) -> int:
        """Return the number of subscriptions."""
        return len(self._subscriptions)

    def subscribe(self, key: ServerKey, request: Request, flow: Flow, device: DeviceAuth, now: float) -> None:
        """Handle a SUBSCRIBE outside a dialog from an authenticated device. Raise RemoteProtocolError."""
        extension = self._parts.directory.extension_by_id(device.extension_id)
        mailbox_names = (device.username, extension.number, VOICEMAIL_CODE) if extension is not None else ()
        if request.target.decoded_user not in mailbox_names:
            raise RemoteProtocolError(403, "Forbidden", request)
        subscriber = Subscriber(device.tenant_id, device.extension_id, device.device_id)
        self._subscriptions.begin(key, request, flow, subscriber, now)

    def knows(self, request: Request) -> bool:
        """Return whether a request inside a dialog belongs to a subscription."""
        return self._subscriptions.knows(request)

    def event(self, event: Event, now: float) -> bool:
        """Handle an endpoint event; False if it does not belong to MWI. Raise RemoteProtocolError for an invalid
        request."""
        if isinstance(event, ResponseReceived | RequestFailed) and event.key in self._unsolicited:
            final = isinstance(event, ResponseReceived) and event.response.status >= 200
            if final or isinstance(event, RequestFailed):
                device_id = self._unsolicited.pop(event.key)
                if isinstance(event, ResponseReceived) and event.response.status >= 300:
                    self._rejecting.add(device_id)
            return True
        return self._subscriptions.event(event, now)

    def changed(self, extension_id: str, now: float) -> None:
        """Notify the extension's phones of a changed number of messages."""
        self._subscriptions.changed(extension_id, now)
        self._notify_unsolicited(extension_id, now)
        self._parts.wake()

    def device_registered(self, extension_id: str, device_id: str, now: float) -> None:
        """Schedule the unsolicited NOTIFY of a newly registered device."""
        self._rejecting.discard(device_id)
        heapq.heappush(self._due, (now + UNSOLICITED_DELAY, extension_id, device_id))
        self._parts.wake()

    def end(self, extension_id: str, now: float, device_id: str = "") -> None:
        """End the subscriptions of a deleted extension, or of one revoked device."""
        self._subscriptions.end(extension_id, now, device_id)
        self._rejecting.discard(device_id)

    def deadline(self) -> float:
        """Return when `timer` has to be called next."""
        return min(self._due[0][0] if self._due else inf, self._subscriptions.deadline())

    def timer(self, now: float) -> None:
        """Run subscription timers and send due unsolicited notifications."""
        self._subscriptions.timer(now)
        while self._due and self._due[0][0] <= now:
            _, extension_id, device_id = heapq.heappop(self._due)
            if (self._parts.message_counts.waiting(extension_id) or (0, 0))[0]:
                self._notify_unsolicited(extension_id, now, device_id)

    # ---- internals

    def _is_allowed(self, subscriber: Subscriber) -> bool:
        device = self._parts.directory.device(subscriber.device_id)
        return device is not None and device.enabled

    def _summary(self, subscriber: Subscriber) -> tuple[str, bytes]:
        new, old = self._parts.message_counts.waiting(subscriber.extension_id) or (0, 0)
        lines = (
            f"Messages-Waiting: {'yes' if new else 'no'}",
            f"Message-Account: {self._address(subscriber)}",
            f"Voice-Message: {new}/{old} (0/0)",
        )
        return CONTENT_TYPE, "".join(f"{line}\r\n" for line in lines).encode()

    def _notify_unsolicited(self, extension_id: str, now: float, only_device: str = "") -> None:
        if self._parts.message_counts.waiting(extension_id) is None:
            return
        for binding in self._parts.location.contacts(extension_id, now):
            subscribed = self._subscriptions.count_of_device(extension_id, binding.device_id)
            wanted = only_device in ("", binding.device_id) and binding.device_id not in self._rejecting
            if wanted and not subscribed and not binding.flow.is_websocket:
                self._notify(binding, now)

    def _notify(self, binding: Binding, now: float) -> None:
        subscriber = Subscriber(binding.tenant_id, binding.extension_id, binding.device_id)
        if not self._is_allowed(subscriber):
            return
        endpoint, tag = self._parts.endpoint, self._parts.endpoint.new_tag()
        address = f"<{self._address(subscriber)}>"
        dialog = Dialog(
            call_id=endpoint.new_tag(),
            local=f"{address};tag={tag}",
            local_tag=tag,
            remote=address,
            remote_tag="",
            local_seq=0,
            remote_seq=-1,
            remote_target=binding.contact,
            route_set=binding.path,
            flow=binding.flow,
        )
        kind, body = self._summary(subscriber)
        headers = [("Event", EVENT_PACKAGE), ("Subscription-State", "active"), ("Content-Type", kind)]
        _, request = dialog.request("NOTIFY", [("Contact", self._parts.contact(binding.flow)), *headers], body)
        self._unsolicited[endpoint.request(request, binding.flow, now)] = binding.device_id

    def _address(self, subscriber: Subscriber) -> str:
        extension = self._parts.directory.extension_by_id(subscriber.extension_id)
        tenant = self._parts.directory.tenant(subscriber.tenant_id)
        return f"sip:{extension.number if extension else ''}@{tenant.domain if tenant else ''}"
