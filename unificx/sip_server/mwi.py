"""Message waiting indication (RFC 3842): NOTIFY to phones that subscribe, and unsolicited NOTIFY to others.

Many desk phones never subscribe and update their MWI from unsolicited NOTIFY requests. Such a phone is notified of each
change, and when it registers while there are new messages or it may still show some; one that does not answer is
notified again after a while, one that rejects not until its next registration. Our own client receives events instead.
"""

import heapq
from collections.abc import Callable
from dataclasses import dataclass
from math import inf

from unificx.cluster import Location
from unificx.identity import DeviceAuth, DirectoryCache
from unificx.registrar import Binding
from unificx.routing import CodeTables
from unificx.sip.errors import RemoteProtocolError
from unificx.sip.transactions.events import ClientKey, Event, RequestFailed, RequestReceived, ResponseReceived
from unificx.sip_server.ports import MessageCounts
from unificx.sip_server.subscriptions import Subscriber, Subscriptions, Watched
from unificx.sip_server.unsolicited import UnsolicitedNotify

MESSAGE_SUMMARY = "message-summary"
CONTENT_TYPE = "application/simple-message-summary"
UNSOLICITED_DELAY = 2.0
"""Delay in seconds of the unsolicited NOTIFY after a registration: a phone that subscribes has done so by then."""
UNANSWERED_RETRY = 300.0
"""Seconds after which a registered phone that has not answered an unsolicited NOTIFY is sent another one."""


@dataclass(frozen=True, slots=True)
class MwiDependencies:
    """Dependencies. `codes`: some phones use the code of the mailbox as its name; `wake` is called if a deadline moves
    forward."""

    subscriptions: Subscriptions
    unsolicited: UnsolicitedNotify
    directory: DirectoryCache
    location: Location[Binding]
    message_counts: MessageCounts
    codes: CodeTables
    wake: Callable[[], None]


class MwiNotifier:
    """Notifies phones of the number of waiting messages. Never awaits."""

    def __init__(self, deps: MwiDependencies) -> None:
        self._deps = deps
        self._subscriptions = deps.subscriptions
        # Owner: the node that holds the subscriptions.
        self._unsolicited: dict[ClientKey, tuple[str, str]] = {}
        self._rejecting: set[str] = set()
        """Devices that rejected an unsolicited NOTIFY."""
        self._indicating: set[str] = set()
        """Devices that may show new messages by an unsolicited NOTIFY, without having received one of none since."""
        self._due: list[tuple[float, str, str]] = []

    def __len__(self) -> int:
        """Return the number of subscriptions."""
        return self._subscriptions.count(MESSAGE_SUMMARY)

    def subscribe(self, event: RequestReceived, device: DeviceAuth, now: float) -> None:
        """Handle a SUBSCRIBE outside a dialog from an authenticated device. Raise RemoteProtocolError."""
        request, extension = event.request, self._deps.directory.extension_by_id(device.extension_id)
        code = self._deps.codes.code(device.tenant_id, "voicemail-own")
        mailbox_names = (device.username, extension.number, code) if extension is not None else ()
        if request.target.decoded_user not in mailbox_names:
            raise RemoteProtocolError(403, "Forbidden", request)
        subscriber = Subscriber(device.tenant_id, device.extension_id, device.device_id)
        watched = Watched(MESSAGE_SUMMARY, device.extension_id, subscriber)
        self._subscriptions.begin(event, watched, now, package=self)

    def event(self, event: Event, now: float) -> bool:
        """Handle the response to an unsolicited NOTIFY; False if the event is another one."""
        if not isinstance(event, ResponseReceived | RequestFailed) or event.key not in self._unsolicited:
            return False
        final = isinstance(event, ResponseReceived) and event.response.status >= 200
        if final or isinstance(event, RequestFailed):
            extension_id, device_id = self._unsolicited.pop(event.key)
            if isinstance(event, ResponseReceived) and event.response.status >= 300:
                self._rejecting.add(device_id)
            if isinstance(event, RequestFailed):
                self._indicating.add(device_id)
                self._retry(extension_id, device_id, now)
        return True

    def changed(self, extension_id: str, now: float) -> None:
        """Notify the extension's phones of a changed number of messages."""
        self._subscriptions.changed(MESSAGE_SUMMARY, extension_id, now)
        self._notify_unsolicited(extension_id, now)
        self._due = [due for due in self._due if due[1] != extension_id]  # those phones have just been notified
        heapq.heapify(self._due)
        self._deps.wake()

    def device_registered(self, extension_id: str, device_id: str, now: float) -> None:
        """Schedule the unsolicited NOTIFY of a newly registered device."""
        self._rejecting.discard(device_id)
        heapq.heappush(self._due, (now + UNSOLICITED_DELAY, extension_id, device_id))
        self._deps.wake()

    def device_revoked(self, device_id: str) -> None:
        """Forget a device."""
        self._rejecting.discard(device_id)
        self._indicating.discard(device_id)

    def deadline(self) -> float:
        """Return when `timer` has to be called next."""
        return self._due[0][0] if self._due else inf

    def timer(self, now: float) -> None:
        """Send due unsolicited notifications."""
        while self._due and self._due[0][0] <= now:
            _, extension_id, device_id = heapq.heappop(self._due)
            if self._deps.message_counts.waiting(extension_id)[0] or device_id in self._indicating:
                self._notify_unsolicited(extension_id, now, device_id)

    # ---- EventPackage

    def is_allowed(self, watched: Watched) -> bool:
        return self._is_enabled(watched.subscriber.device_id)

    def content(self, watched: Watched, version: int) -> tuple[str, bytes]:
        del version
        return CONTENT_TYPE, self._summary(watched.subscriber.tenant_id, watched.resource)

    # ---- internals

    def _retry(self, extension_id: str, device_id: str, now: float) -> None:
        if not any(due[2] == device_id for due in self._due):
            heapq.heappush(self._due, (now + UNANSWERED_RETRY, extension_id, device_id))
            self._deps.wake()

    def _is_enabled(self, device_id: str) -> bool:
        device = self._deps.directory.device(device_id)
        return device is not None and device.enabled

    def _summary(self, tenant_id: str, extension_id: str) -> bytes:
        new, old = self._deps.message_counts.waiting(extension_id)
        lines = (
            f"Messages-Waiting: {'yes' if new else 'no'}",
            f"Message-Account: {self._deps.unsolicited.address(tenant_id, extension_id)}",
            f"Voice-Message: {new}/{old} (0/0)",
        )
        return "".join(f"{line}\r\n" for line in lines).encode()

    def _notify_unsolicited(self, extension_id: str, now: float, only_device: str = "") -> None:
        note = self._indicating.add if self._deps.message_counts.waiting(extension_id)[0] else self._indicating.discard
        for binding in self._deps.location.contacts(extension_id, now):
            device_id = binding.device_id
            subscribed = self._subscriptions.has_device(MESSAGE_SUMMARY, extension_id, device_id)
            wanted = only_device in ("", device_id) and device_id not in self._rejecting
            if wanted and not subscribed and not binding.flow.is_websocket and self._is_enabled(device_id):
                headers = [("Event", MESSAGE_SUMMARY), ("Subscription-State", "active"), ("Content-Type", CONTENT_TYPE)]
                body = self._summary(binding.tenant_id, extension_id)
                self._unsolicited[self._deps.unsolicited.send(binding, headers, body, now)] = extension_id, device_id
                note(device_id)
