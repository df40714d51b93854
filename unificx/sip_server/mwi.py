"""Message waiting indication (RFC 3842): NOTIFY to phones that subscribe, and unsolicited NOTIFY to others.

Many desk phones never subscribe and update their MWI from unsolicited NOTIFY requests. Such a phone is notified when it
registers while there are new messages, and of each change; one that rejects is not notified again until its next
registration. Our own client receives events instead.
"""

import heapq
from collections.abc import Callable
from dataclasses import dataclass
from math import inf

from unificx.identity import DeviceAuth, DirectoryCache
from unificx.registrar import Binding, LocationService
from unificx.sip.dialog import Dialog
from unificx.sip.endpoint import Endpoint
from unificx.sip.errors import RemoteProtocolError
from unificx.sip.flow import Flow
from unificx.sip.message import Request
from unificx.sip.transactions.events import ClientKey, Event, RequestFailed, ResponseReceived, ServerKey
from unificx.sip_server.ports import Waits
from unificx.sip_server.subscriptions import Package, Subscriptions, Watcher

EVENT = "message-summary"
SUMMARY = "application/simple-message-summary"
OWN_CODE = "*97"
"""Target of the SUBSCRIBE of phones that use the voicemail access code as mailbox name."""
PATIENCE = 2.0
"""Delay in seconds of the unsolicited NOTIFY after a registration: a phone that subscribes has done so by then."""


@dataclass(frozen=True, slots=True)
class LampParts:
    """Dependencies. `contact` returns our Contact for a flow; `wake` is called if a deadline moves forward."""

    endpoint: Endpoint
    contact: Callable[[Flow], str]
    directory: DirectoryCache
    location: LocationService
    waits: Waits
    wake: Callable[[], None]


class Lamps:
    """Notifies phones of the number of waiting messages. Never awaits."""

    def __init__(self, parts: LampParts) -> None:
        self._parts = parts
        self._subscriptions = Subscriptions(parts.endpoint, parts.contact, Package(self._summary, self._welcome))
        self._unasked: dict[ClientKey, str] = {}
        self._deaf: set[str] = set()
        """Devices that rejected an unsolicited NOTIFY."""
        self._due: list[tuple[float, str, str]] = []

    def __len__(self) -> int:
        """Return the number of subscriptions."""
        return len(self._subscriptions)

    def subscribe(self, key: ServerKey, request: Request, flow: Flow, device: DeviceAuth, now: float) -> None:
        """Handle a SUBSCRIBE outside a dialog from an authenticated device. Raise RemoteProtocolError."""
        extension = self._parts.directory.extension_by_id(device.extension_id)
        own = (device.username, extension.number, OWN_CODE) if extension is not None else ()
        if request.target.decoded_user not in own:
            raise RemoteProtocolError(403, "Forbidden", request)
        watcher = Watcher(device.tenant_id, device.extension_id, device.device_id)
        self._subscriptions.begin(key, request, flow, watcher, now)

    def knows(self, request: Request) -> bool:
        """Return whether a request inside a dialog belongs to a subscription."""
        return self._subscriptions.knows(request)

    def event(self, event: Event, now: float) -> bool:
        """Handle an endpoint event; False if it does not belong to MWI. Raise RemoteProtocolError for an invalid
        request."""
        if isinstance(event, ResponseReceived | RequestFailed) and event.key in self._unasked:
            final = isinstance(event, ResponseReceived) and event.response.status >= 200
            if final or isinstance(event, RequestFailed):
                device_id = self._unasked.pop(event.key)
                if isinstance(event, ResponseReceived) and event.response.status >= 300:
                    self._deaf.add(device_id)
            return True
        return self._subscriptions.event(event, now)

    def changed(self, extension_id: str, now: float) -> None:
        """Notify the extension's phones of a changed number of messages."""
        self._subscriptions.changed(extension_id, now)
        self._tell_unasked(extension_id, now)
        self._parts.wake()

    def came(self, extension_id: str, device_id: str, now: float) -> None:
        """Schedule the unsolicited NOTIFY of a newly registered device."""
        self._deaf.discard(device_id)
        heapq.heappush(self._due, (now + PATIENCE, extension_id, device_id))
        self._parts.wake()

    def end(self, extension_id: str, now: float, device_id: str = "") -> None:
        """End the subscriptions of a deleted extension, or of one revoked device."""
        self._subscriptions.end(extension_id, now, device_id)
        self._deaf.discard(device_id)

    def deadline(self) -> float:
        """Return when `timer` has to be called next."""
        return min(self._due[0][0] if self._due else inf, self._subscriptions.deadline())

    def timer(self, now: float) -> None:
        """Run subscription timers and send due unsolicited notifications."""
        self._subscriptions.timer(now)
        while self._due and self._due[0][0] <= now:
            _, extension_id, device_id = heapq.heappop(self._due)
            if (self._parts.waits.waiting(extension_id) or (0, 0))[0]:
                self._tell_unasked(extension_id, now, device_id)

    # ---- internals

    def _welcome(self, watcher: Watcher) -> bool:
        device = self._parts.directory.device(watcher.device_id)
        return device is not None and device.enabled

    def _summary(self, watcher: Watcher) -> tuple[str, bytes]:
        new, old = self._parts.waits.waiting(watcher.extension_id) or (0, 0)
        lines = (
            f"Messages-Waiting: {'yes' if new else 'no'}",
            f"Message-Account: {self._address(watcher)}",
            f"Voice-Message: {new}/{old} (0/0)",
        )
        return SUMMARY, "".join(f"{line}\r\n" for line in lines).encode()

    def _tell_unasked(self, extension_id: str, now: float, only: str = "") -> None:
        if self._parts.waits.waiting(extension_id) is None:
            return
        for binding in self._parts.location.contacts(extension_id, now):
            subscribed = self._subscriptions.of_device(extension_id, binding.device_id)
            wanted = only in ("", binding.device_id) and binding.device_id not in self._deaf
            if wanted and not subscribed and not binding.flow.is_websocket:
                self._tell(binding, now)

    def _tell(self, binding: Binding, now: float) -> None:
        watcher = Watcher(binding.tenant_id, binding.extension_id, binding.device_id)
        if not self._welcome(watcher):
            return
        endpoint, tag = self._parts.endpoint, self._parts.endpoint.new_tag()
        address = f"<{self._address(watcher)}>"
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
        kind, body = self._summary(watcher)
        headers = [("Event", EVENT), ("Subscription-State", "active"), ("Content-Type", kind)]
        _, request = dialog.request("NOTIFY", [("Contact", self._parts.contact(binding.flow)), *headers], body)
        self._unasked[endpoint.request(request, binding.flow, now)] = binding.device_id

    def _address(self, watcher: Watcher) -> str:
        extension = self._parts.directory.extension_by_id(watcher.extension_id)
        tenant = self._parts.directory.tenant(watcher.tenant_id)
        return f"sip:{extension.number if extension else ''}@{tenant.domain if tenant else ''}"
