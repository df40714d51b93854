"""NOTIFY to a registered phone outside any subscription: message counts, and check-sync."""

from collections.abc import Callable, Sequence

from unificx.cluster import Location
from unificx.identity import DirectoryCache
from unificx.registrar import Binding
from unificx.sip.dialog import Dialog
from unificx.sip.endpoint import Endpoint
from unificx.sip.flow import Flow
from unificx.sip.transactions.events import ClientKey


class UnsolicitedNotify:
    """Sends NOTIFY requests outside dialogs. `contact` returns our Contact for a flow."""

    def __init__(self, endpoint: Endpoint, contact: Callable[[Flow], str], directory: DirectoryCache) -> None:
        self._endpoint = endpoint
        self._contact = contact
        self._directory = directory

    def address(self, tenant_id: str, extension_id: str) -> str:
        """Return the SIP URI of an extension."""
        extension = self._directory.extension_by_id(extension_id)
        return f"sip:{extension.number if extension else ''}@{self._directory.domain(tenant_id)}"

    def send(self, binding: Binding, headers: Sequence[tuple[str, str]], body: bytes, now: float) -> ClientKey:
        """Send a NOTIFY to a phone, from and to its own extension."""
        tag, address = self._endpoint.new_tag(), f"<{self.address(binding.tenant_id, binding.extension_id)}>"
        call_id, target, route_set = self._endpoint.new_tag(), binding.contact, binding.path
        dialog = Dialog.initiate(call_id, tag, address, address, target=target, flow=binding.flow, route_set=route_set)
        own = dialog.contact(self._contact(binding.flow))
        _, request = dialog.request("NOTIFY", [("Contact", own), *headers], body)
        return self._endpoint.request(request, binding.flow, now)


class CheckSync:
    """Tells phones to fetch their settings again. `wake` has the driver send what is pending."""

    def __init__(self, unsolicited: UnsolicitedNotify, location: Location[Binding], wake: Callable[[], None]) -> None:
        self._unsolicited = unsolicited
        self._location = location
        self._wake = wake

    def send(self, extension_id: str, device_id: str, now: float, *, reboot: bool) -> bool:
        """Notify a device, wherever it is registered; False if it is not. With `reboot`, it restarts even if nothing
        has changed, which the makers' phones understand by the parameter of the event."""
        event = f"check-sync;reboot={'true' if reboot else 'false'}"
        headers = [("Event", event), ("Subscription-State", "terminated;reason=noresource")]
        found = [each for each in self._location.contacts(extension_id, now) if each.device_id == device_id]
        for binding in found:
            self._unsolicited.send(binding, headers, b"", now)
        self._wake()
        return bool(found)
